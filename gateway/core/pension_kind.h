/*
 * pension_kind.h - in what the pension flows differ that share tables and documents.
 *
 * pension.resident has the tables of pension.employee (core/pension_transfer.h) and its
 * documents. What is another one with it stands here and in its limits (struct flow).
 */
#ifndef CORE_PENSION_KIND_H
#define CORE_PENSION_KIND_H

#include "core/pension_checks.h"

struct pension_kind {
    const char *insurance;  /* AAE140 of every document: the scheme that the money is for */
    const char *money_rule; /* 1: money moves; with -OUT-IN for one route; NULL: no letter,
                               it moves */
    unsigned checks;        /* enum pension_checks, bits: which ones a form must pass */
};

/* The flags of a case tell the kinds of one flow apart. A flow that is no kind of its own has
 * that of the urban employees. */
const struct pension_kind *pension_kind_of(unsigned flow, uint32_t flags);
/* struct flow's `insurance`. */
const char *pension_insurance_of(const struct flow_case *flow_case);
/* The flags that a case of this flow gets from the AAE140 of the document that opens it. */
uint32_t pension_kind_flags(unsigned flow, struct text insurance);

#endif
