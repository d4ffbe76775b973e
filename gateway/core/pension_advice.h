/*
 * pension_advice.h - one call for a flow: what a 信息表 says about months paid twice and about
 * the place where the pension will be drawn.
 *
 * The rows of the form, and what IN has of its own, become periods; what is twice is proposed
 * to be cleared (pension_overlap), and the place is told for what is left (pension_place). A
 * flow shows or journals it; it decides nothing. Memory is the arena's.
 */
#ifndef CORE_PENSION_ADVICE_H
#define CORE_PENSION_ADVICE_H

#include "core/flow.h"
#include "core/pension_overlap.h"
#include "core/pension_place.h"

/* What a document's person block says of birth and sex, the citizen number where a field is
 * missing. Not known: no month, 0. */
struct pension_person {
    struct month birth;
    unsigned sex;
};

struct pension_person pension_person_read(const struct record *document, struct day today);

struct advice_question {
    const struct rules *rules;
    struct day today;
    const struct record *form; /* the national document */
    uint32_t out_region;
    uint32_t in_region;     /* where the relation is afterwards; 0: it stays at OUT */
    uint32_t household;     /* 户籍, six digits; 0: not known, and no place is told */
    uint32_t agreed_region; /* whose months stay, as agreed; 0: nothing is agreed */
    const struct pension_period *own; /* IN's periods, after the form's rows; NULL: none */
    size_t own_count;
};

struct advice {
    const struct pension_period *periods; /* as asked: rows of the form, then IN's own */
    size_t count;
    size_t left_out;                    /* rows that say no place, months or number of months */
    const struct overlap_share *shares; /* one for each period; zeros without an answer */
    struct overlap overlap;
    struct place place; /* after the clearing; before it if that has no answer */
};

/* Only memory can fail (ERROR_MEMORY); all else is in the answers' `input`. */
MUST_USE bool pension_advise(const struct advice_question *question, struct arena *arena,
                             struct advice *advice, struct error *err);

/* The reasons of a place become warnings, the row of each the first two digits of the province
 * that it speaks of. A place without an answer has none. */
void pension_tell_place(const struct place *place, struct flow_decision *decision);

#endif
