/*
 * stay.h - the parts of `qiantong stay`: collected by stay.c, shown by stay_text.c (people) or
 * stay_json.c (programs).
 */
#ifndef CLI_STAY_H
#define CLI_STAY_H

#include "cli/next_step.h"
#include "cli/stay_hops.h"
#include "cli/stay_view.h"

enum { STAY_HOPS_SHOWN = 16, STAY_SHARES = 6 };

/* A charge line; its texts lie in the arena. */
struct stay_charge {
    struct stay_charge *next;
    struct line_row row;
};

/* A part of a settlement or of a trial: who pays it to whom. NULL names: nobody. */
struct stay_share {
    struct name name;
    struct money amount;
    const char *by; /* for people, in the screen's language */
    const char *to;
    const char *by_code; /* for programs: a party's id, "person", "hospital" ... */
    const char *to_code;
};

struct stay_seen {
    struct cli *cli;
    struct flow_case row;
    char party[PARTY_ID_SIZE];
    char actor[PARTY_ID_SIZE]; /* of the next step, as shown */
    char filing[TRACE_SIZE];   /* its trace, empty: none, or its case is not here */
    bool trial;                /* the shares are those of a trial: nobody owes them */
    struct stay_share shares[STAY_SHARES];
    size_t share_count;                    /* 0: neither settled nor tried */
    struct stay_hop hops[STAY_HOPS_SHOWN]; /* the newest, oldest first */
    size_t hop_count;
    uint64_t hops_before;
    bool with_lines;
    struct stay_charge *first;
    struct stay_charge *last;
    struct error *err;
    bool ok;
};

MUST_USE bool stay_print_text(struct stay_seen *seen, struct error *err);
MUST_USE bool stay_print_json(struct stay_seen *seen, struct error *err);

#endif
