/*
 * case_view.h - a case as people and programs see it: which day counts, whether it is late, how
 * its line and its JSON object look. Shared by status, cases and case.
 */
#ifndef CLI_CASE_VIEW_H
#define CLI_CASE_VIEW_H

#include <jansson.h>

#include "cli/cli.h"
#include "core/flow.h"

/* Not in an end state. A flow that this program does not know counts as open. */
bool case_open(const struct flow_case *flow_case);
/* The clock that presses most: the earliest that passed unmet, else the earliest that runs and
 * is not paused. NULL: none, or the case has ended. */
const struct flow_clock *case_clock(const struct flow_case *flow_case);
/* A clock of an open case has passed, or its time has, even if the gateway was not running to
 * notice. */
bool case_overdue(const struct flow_case *flow_case, struct instant now);
/* Of the form if there is one, else of the letter. */
uint32_t case_revision(const struct flow_case *flow_case);
struct name case_state_name(const struct flow_case *flow_case);
/* "stay" of "settlement.stay": what tells flows apart in a narrow column. For screens. */
const char *case_flow_short(unsigned flow);
/* Of which kind it is: "EP-RP" in English, 职工转居民 in Chinese; "" if that is not known. */
const char *case_kind_short(const struct flow_kind *kind);
/* For screens: money if there is any, else the form's total; of a stay what it costs. */
struct money case_amount(const struct flow_case *flow_case);

/* The clock's limit in words: "Form and money". For screens; JSON keeps clock_kind_name. */
struct name clock_title(unsigned kind);
/* "21 days left", "today", "3 days late"; "paused", "met" where that is all there is to say. */
enum { CLOCK_TELL_SIZE = 64 };
const char *clock_tell(const struct flow_clock *clock, struct instant now,
                       char out[CLOCK_TELL_SIZE]);
/* The clock has run out and was not met. */
bool clock_late(const struct flow_clock *clock, struct instant now);

/* The object of `cases --json`. `party` is the id of flow_case->party. */
json_t *case_json(const struct flow_case *flow_case, const char *party, struct instant now);

#endif
