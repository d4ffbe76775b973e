/*
 * pension_remittance.h - the flow pension.remittance: one bank line of transfer money, and
 * which cases it belongs to (转移资金到账认领).
 *
 * Money comes by bank without a case number: one line for many cases, several lines for one.
 * What finds its case is booked there as a fund receipt, in the same journal entry; what does
 * not waits in suspense (暂收款) until an officer allocates it or the payer says whose it is.
 * It is returned only after the payer's answer (PEN-R24). IN holds the money, OUT has paid it.
 * The trace number of such a case is the number of the bank line.
 *
 * In struct flow_case: money_total is the line's amount, form_total what is allocated so far.
 */
#ifndef CORE_PENSION_REMITTANCE_H
#define CORE_PENSION_REMITTANCE_H

#include "core/flow.h"

enum remittance_state {
    REMITTANCE_SUSPENSE,  /* IN: part has no case yet */
    REMITTANCE_QUERIED,   /* the payer was asked */
    REMITTANCE_ANSWERED,  /* the payer has answered */
    REMITTANCE_ALLOCATED, /* end: all of it is booked on cases */
    REMITTANCE_RETURNED,  /* end: the rest went back */
    REMITTANCE_STATES
};

extern const struct flow pension_remittance_flow;

#endif
