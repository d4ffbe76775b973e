/*
 * punctuality.h - how many limits were kept (办结及时率): counted by punctuality.c, shown by
 * punctuality_view.c.
 *
 * Counted are the statutory clocks of cases, in working days; exact clocks of questions are
 * not. A clock ends in the month of the entry that met it; one that has passed and is not met
 * stands in the month of its last day. A clock that was started anew counts once, when it ends.
 */
#ifndef CLI_PUNCTUALITY_H
#define CLI_PUNCTUALITY_H

#include "cli/cli.h"
#include "core/flow.h"

/* What a limit is counted under. */
struct punctual_key {
    struct month month;
    bool ours;      /* our own duty; else `party`'s */
    uint32_t party; /* with whom */
    uint16_t flow;
    uint8_t kind; /* place in the flow's kinds, from 1; 0: not known */
    uint8_t step; /* enum clock_kind */
};

struct punctual_row {
    struct punctual_key key;
    char party[PARTY_ID_SIZE]; /* with whom */
    char party_short[PARTY_ID_SIZE];
    uint64_t in_time; /* met by the end of the last day */
    uint64_t late;    /* met after it */
    uint64_t overdue; /* passed, and not met so far */
};

struct punctuality {
    struct cli *cli;
    struct punctual_row *rows; /* by month, whose duty, party, flow, kind, step */
    size_t count;
};

/* NULL: not known. */
const struct flow_kind *punctual_kind(const struct punctual_key *key);

MUST_USE bool punctuality_print_text(struct punctuality *all, struct error *err);
MUST_USE bool punctuality_print_json(struct punctuality *all, struct error *err);

#endif
