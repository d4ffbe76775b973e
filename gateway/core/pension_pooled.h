/*
 * pension_pooled.h - box A5 of the information form, the pooled fund that goes along with a
 * person (统筹基金转移额).
 *
 * A5 is the sum over the yearly rows from 1998 of monthly base x months x 12 %
 * (国办发〔2009〕66号; 人社部发〔2009〕187号): actual months, no interest, self-paying people
 * too whatever they paid, rows of earlier places too. Of a temporary account the employer's own
 * rate counts where it is higher.
 *
 * How the sum becomes fen is not known from a text: here once, at the end, half a fen upward.
 * So pension_checks compares the exact sum and has a tolerance (PEN-C05).
 */
#ifndef CORE_PENSION_POOLED_H
#define CORE_PENSION_POOLED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pension_form.h"

/* In 1/10 000 fen, so that nothing is rounded. false: a row from 1998 on (or one without a
 * year) lacks its base or months, or the sum leaves int64. */
MUST_USE bool pension_pooled_exact(const struct pension_form *form, int64_t *sum);

/* The same of the rows that begin in `since` or later, at 12 %. */
MUST_USE bool pension_pooled_since(const struct pension_form *form, struct month since,
                                   int64_t *sum);

/* The sum over every row of base x months x rate (1/10 000), likewise. */
MUST_USE bool pension_share_exact(const struct pension_form *form, int64_t rate, int64_t *sum);

/* A5 in fen. false as above. */
MUST_USE bool pension_pooled(const struct pension_form *form, struct money *amount);

#endif
