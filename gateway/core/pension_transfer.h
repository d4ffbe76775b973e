/*
 * pension_transfer.h - states, tables and pairs of a transfer by letter, form and money:
 * written in pension_employee.c, used by every flow that goes the same way.
 */
#ifndef CORE_PENSION_TRANSFER_H
#define CORE_PENSION_TRANSFER_H

#include "core/pension_employee.h"

enum { PENSION_STEPS_IN = 158, PENSION_STEPS_OUT = 101, PENSION_PAIRS = 21 };

#define PENSION_ENDS (1u << PENSION_REFUSED | 1u << PENSION_CLOSED | 1u << PENSION_CANCELLED)

/* The rows of pension_states, for flows that have more. */
#define PENSION_STATE_NAMES                                                                    \
    {"new", "新建"}, {"refused", "不予受理"}, {"letter_sent", "已发函"},                       \
        {"letter_held", "函已到达"}, {"letter_returned", "已退函"},                            \
        {"info_only", "仅有信息表"}, {"money_only", "仅有资金"}, {"both", "信息资金齐"},       \
        {"dispute", "存疑待更正"}, {"linked", "已接续"}, {"clearing", "清退中"},               \
        {"closed", "办结"}, {"cancelled", "已撤销"}, {"reversal", "冲回中"},                   \
        {"accepted", "已受理"},                                                                \
    {                                                                                          \
        "withdrawing", "撤销待答复"                                                       \
    }

extern const struct name pension_states[PENSION_STATES];
extern const struct flow_step pension_steps_in[PENSION_STEPS_IN];
extern const struct flow_step pension_steps_out[PENSION_STEPS_OUT];
extern const struct flow_pair pension_pairs[PENSION_PAIRS];

/* Letters and forms are counted. */
uint32_t *pension_revision_of(struct flow_case *flow_case, unsigned action);

#endif
