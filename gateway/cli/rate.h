/*
 * rate.h - the rate of direct settlement (直接结算率): counted by rate.c, shown by rate_view.c.
 *
 * The denominator is every stay that ever was registered: a registration was sent, is answered
 * or given up, and was not refused. What never came so far, because it was refused or is still
 * asked, counts nowhere.
 */
#ifndef CLI_RATE_H
#define CLI_RATE_H

#include "cli/cli.h"
#include "cli/stay_view.h"

/* What a stay is counted under. */
struct rate_key {
    uint8_t role;
    struct month month;
    uint32_t party;
    uint8_t insurance;
    uint8_t level;
};

struct rate_row {
    struct rate_key key;
    char party[PARTY_ID_SIZE];
    uint64_t registered; /* the denominator */
    uint64_t settled;
    uint64_t uncertain; /* some outcome was unknown for a while */
    uint64_t resolved;  /* of these: settled */
    uint64_t reversed;  /* something of it was, at least once */
    uint64_t cancelled; /* a settlement of it was, at least once */
    uint64_t manual;    /* fell back to reimbursement by hand */
    uint64_t ended;     /* in another way, without a settlement */
    uint64_t open;
};

/* Why stays were given to reimbursement by hand. */
struct rate_reason {
    struct rate_key key;
    char party[PARTY_ID_SIZE];
    char code[CODE_SIZE]; /* "": none was given */
    uint64_t count;
};

struct rate {
    struct cli *cli;
    struct rate_row *rows; /* by role, month, party, insurance, level */
    size_t row_count;
    struct rate_reason *reasons; /* likewise, then the most frequent first */
    size_t reason_count;
};

MUST_USE bool rate_print_text(struct rate *rate, struct error *err);
MUST_USE bool rate_print_json(struct rate *rate, struct error *err);

#endif
