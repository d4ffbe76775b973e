/*
 * pension_reversal.h - reversal (冲回) of a pension transfer, for pension_event.c.
 *
 * In dispute the case itself is reversed. A case that has ended is never edited: a new case,
 * with a trace number of its own, names it and corrects it; the old one gets the flag
 * CASE_CORRECTED and the new one's id, which are taken away again if the other side refuses. If
 * both sides open the same reversal, the bytewise lower case id stays and the other case is
 * merged into it.
 *
 * What goes back is what IN holds: PEN-C04 if the document says another amount, FLW-06 if the
 * corrected case is not closed, was corrected before, or has another person, route or amount.
 */
#ifndef CORE_PENSION_REVERSAL_H
#define CORE_PENSION_REVERSAL_H

#include "core/flow.h"

/* The document ACTION_REVERSAL, ours or theirs. Only memory can fail. */
MUST_USE bool pension_reversal_read(const struct flow_situation *situation,
                                    struct flow_facts *facts, struct flow_decision *decision,
                                    struct error *err);
/* The verdict on ours; one that both sides asked for stays, whatever the verdict. */
MUST_USE bool pension_reversal_verdict(const struct flow_situation *situation,
                                       struct flow_facts *facts, struct flow_decision *decision,
                                       struct error *err);

#endif
