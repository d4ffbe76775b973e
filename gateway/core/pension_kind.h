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
    const char *insurance;      /* AAE140 of every document */
    const char *money_rule;     /* 1: money moves; with -OUT-IN for one route */
    enum pension_checks checks; /* which ones a form must pass */
};

/* Of a bank line: what its flags say; of any other flow that is no kind of its own: that of the
 * urban employees. */
const struct pension_kind *pension_kind_of(unsigned flow, uint32_t flags);
/* The kind with this AAE140; NULL: none. */
const struct pension_kind *pension_kind_insured(struct text insurance);

#endif
