/*
 * medical_return.h - turning a transfer back (转回), and business that both sides opened.
 *
 * A case of its own names the one that has ended (corrects/traceNumber) and the amount that IN
 * credited. Where both sides opened the same business the bytewise lower case id stays: the
 * other one is refused FLW-07 there, and ends here as merged.
 */
#ifndef CORE_MEDICAL_RETURN_H
#define CORE_MEDICAL_RETURN_H

#include "core/medical_event.h"

/* The same application at both sides. */
MUST_USE bool medical_merge(const struct flow_situation *situation, struct flow_facts *facts,
                            struct flow_decision *decision, struct error *err);
/* The document that opens the case. */
MUST_USE bool medical_return_open(const struct flow_situation *situation,
                                  struct flow_facts *facts, struct medical_details *details,
                                  struct flow_decision *decision, struct error *err);
/* The other side does not agree, or has refused the document: the old case stands. */
MUST_USE bool medical_return_dropped(const struct flow_situation *situation,
                                     struct flow_decision *decision, struct error *err);

#endif
