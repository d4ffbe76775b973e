/*
 * pension_takeover.h - which open transfers of another system the pension flows take over.
 */
#ifndef CORE_PENSION_TAKEOVER_H
#define CORE_PENSION_TAKEOVER_H

#include "core/flow_takeover.h"

/* Of a transfer by letter, form and money. */
extern const struct flow_takeover pension_takeover;
/* Of it, the rows that follow when form or money is there. */
extern const struct flow_takeover pension_takeover_sums;

/* Columns insurance and money_moves; whether money moves, if the list does not say, is the
 * rules' of the day on which the case was opened. For `take`. */
const char *pension_take_over(const struct takeover *from, const struct rules *rules,
                              struct flow_case *after);
/* The same where the application may be made at either side, or there is a scheme that is left:
 * columns opened_by and insurance_old are the flow's to read. */
const char *pension_take_scheme(const struct takeover *from, const struct rules *rules,
                                struct flow_case *after);

#endif
