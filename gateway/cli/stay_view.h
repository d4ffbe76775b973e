/*
 * stay_view.h - a stay of direct settlement (settlement.stay) as people and programs see it:
 * how it is called, what it costs, whether it is in doubt, and what follows from that. Shared
 * by stays, stay, uncertain, rate, reverse and status. Nothing here names a person.
 */
#ifndef CLI_STAY_VIEW_H
#define CLI_STAY_VIEW_H

#include <jansson.h>

#include "cli/cli.h"
#include "core/settlement_stay.h"

bool stay_is(const struct flow_case *flow_case);
/* Neither ended nor settled, or settled and not confirmed: something is still to come. (A
 * settled stay is no end state: it may be cancelled.) */
bool stay_open(const struct flow_case *flow_case);
/* The two halves of its trace: views. An empty number: the trace has no '/'. */
struct text stay_institution(const struct flow_case *flow_case);
struct text stay_number(const struct flow_case *flow_case);
/* Of the other province: 参保地 if we treat, 就医地 if we insure. */
uint32_t stay_far_region(const struct flow_case *flow_case);
/* The China month in which it was opened: what --month means. */
struct month stay_month(const struct flow_case *flow_case);
struct name stay_visit_name(unsigned visit);
/* Of a hospital: "3", "9" none; 0 and what is not known "-". */
const char *stay_level_text(unsigned level);

/* What stands in the books if it is settled, else what the lines say; `booked` tells. */
struct stay_amounts {
    bool booked;
    struct money total;
    struct money fund; /* booked only, as are the next two */
    struct money account;
    struct money cash;
};
struct stay_amounts stay_amounts_of(const struct flow_case *flow_case);

/* Why an outcome of a case is in doubt (存疑). */
enum doubt {
    DOUBT_NONE,
    DOUBT_REGISTRATION, /* asked, and no answer in time */
    DOUBT_SETTLEMENT,
    DOUBT_CANCELLATION,
    DOUBT_REVERSING,   /* being undone over there; not confirmed yet */
    DOUBT_MISMATCHED,  /* the books of both sides differ: no machine mends that */
    DOUBT_UNCONFIRMED, /* settled, but our own core with two phases has not said so */
    DOUBT_LATE,        /* a question of an open case is not answered by its AnswerBy */
    DOUBTS
};
enum doubt doubt_of(const struct flow_case *flow_case, struct instant now);
bool doubt_of_state(unsigned flow, unsigned state);
/* For screens; JSON has the English one. */
struct name doubt_name(enum doubt doubt);

/* What the gateway does by itself when the next clock passes: read from the flow's own table.
 * `clock` NULL: nothing. `action` ACTION_NONE: it stops waiting. */
struct next_act {
    const struct flow_clock *clock;
    uint8_t action;
};
struct next_act next_act_of(const struct flow_case *flow_case);
/* {"action", "at"}, or null. */
json_t *next_act_json(const struct next_act *act);

/* May a person reverse it now? By the flow's table: only the side that treats can. */
bool stay_reversible(const struct flow_case *flow_case);

/* An option --month; NULL: none, *month.number is 0. ERROR_USAGE. */
MUST_USE bool month_option(struct cli *cli, const char *text, struct month *month,
                           struct error *err);

/* What the objects of stays, stay and uncertain have in common; the fund's part and the rest
 * are null unless it is settled. */
json_t *stay_json(const struct flow_case *flow_case, const char *party, struct instant now);

#endif
