/*
 * gather.h - one walk over cases and letters, counted by party, for status and party.
 */
#ifndef CLI_GATHER_H
#define CLI_GATHER_H

#include "cli/cli.h"

enum { GATHER_PARTIES_MAX = 128, GATHER_SHOWN_MAX = 3 };

struct party_counts {
    uint32_t number; /* 0: the ledger has not met this party of the configuration */
    char id[PARTY_ID_SIZE];
    uint64_t letters[LETTER_STATES];
    struct instant oldest; /* birth of the oldest letter that is still under way; none: none */
    uint64_t open_cases;
    uint64_t overdue_cases;
};

/* A late case with who has to act, a dead letter with whom it was for: named in status. */
struct late_case {
    struct flow_case row;
    char actor[PARTY_ID_SIZE];
};
struct dead_letter {
    struct letter_row row;
    char party[PARTY_ID_SIZE];
};

struct gathered {
    struct party_counts parties[GATHER_PARTIES_MAX]; /* those of the configuration first */
    size_t party_count;
    uint64_t cases;
    uint64_t open;
    uint64_t overdue;
    uint64_t flagged;        /* open ones that a person must look at */
    struct instant next_due; /* the earliest running clock; none: none */
    struct uuid next_case;
    uint64_t doubt;     /* cases whose outcome is in doubt */
    uint64_t questions; /* of cases, open */
    uint64_t dead;
    uint64_t under_way;                      /* letters waiting, new or ready */
    struct late_case late[GATHER_SHOWN_MAX]; /* those that are late the longest */
    size_t late_count;
    struct dead_letter dead_letters[GATHER_SHOWN_MAX]; /* the first */
    size_t dead_letter_count;
};

/* Inside the read transaction. */
MUST_USE bool gather(struct cli *cli, struct gathered *gathered, struct error *err);
uint64_t party_under_way(const struct party_counts *counts);
/* NULL if the id is not known. */
const struct party_counts *gathered_party(const struct gathered *gathered, const char *id);

#endif
