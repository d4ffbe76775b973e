/*
 * medical_event.h - what a document of medical.transfer brings to its case.
 *
 * Reads the few fields on which the tables decide, and checks that the document belongs to the
 * case: MED-C19 (trace number, route, person), MED-R05 (insurances that do not move into one
 * another, or one pool area), MED-C15 (an amount that the case cannot book), MED-S01 (the money
 * axis does not allow it), FLW-02 (a return of another sheet than the newest), FLW-06 (a
 * turning back that names no closed case of this person, route and amount), FLW-07 (both sides
 * opened the same business: the lower case id stays).
 *
 * Rules by day: MED-MONEY-A to -D, each also with a route behind it
 * (MED-MONEY-A-440000-520000); 0: nothing is paid from agency to agency
 * (core/medical_checks.h).
 */
#ifndef CORE_MEDICAL_EVENT_H
#define CORE_MEDICAL_EVENT_H

#include "core/flow.h"

/* The flow's own guards, behind those of enum flow_guard. */
enum medical_guard {
    MEDICAL_ASKED = 1 << 18,        /* the other side opened the case */
    MEDICAL_ASKER = 1 << 19,        /* we did */
    MEDICAL_PASSED = 1 << 20,       /* the check has nothing against it */
    MEDICAL_FINAL = 1 << 21,        /* nothing more of money is to come */
    MEDICAL_MONEY_DUE = 1 << 22,    /* announced, and not paid */
    MEDICAL_MONEY_MOVING = 1 << 23, /* under way, or in IN's hands */
    MEDICAL_RENEWED = 1 << 24       /* the notice is a corrected one */
};

/* struct flow's `read`, `guards` and `settle`. */
MUST_USE bool medical_event_read(const struct flow_situation *situation,
                                 struct flow_facts *facts, struct flow_decision *decision,
                                 struct error *err);
unsigned medical_guards(const struct flow_situation *situation, const struct flow_facts *facts);
MUST_USE bool medical_settle(const struct flow_situation *situation,
                             const struct flow_step *step, const struct flow_facts *facts,
                             struct flow_decision *decision, struct error *err);

/* --- for the other files of the flow ---------------------------------------------------- */

struct medical_issues;

/* facts->details: what the event makes of the case's part. */
struct medical_details {
    struct medical part;
    bool passed;
    const struct medical_issues *issues; /* of a sheet; NULL: none was checked */
};

/* The event does not fit its case: code and reason are literals. */
void medical_unfit(struct flow_facts *facts, const char *code, const char *reason);
void medical_set_flag(struct flow_facts *facts, enum case_flag flag, bool on);
/* Both known, and not the same person. */
bool medical_tags_differ(const uint8_t a[16], const uint8_t b[16]);

#endif
