/*
 * survey.h - one look at everything that a watch judges: open work, ledger, disk, by party.
 *
 * Reads in portions, each a read transaction of its own, so that no reader pins the ledger's
 * pages for long; what moves meanwhile may be counted twice or not at all, and the next look
 * puts it right. The cost follows the work that is open.
 */
#ifndef GATE_SURVEY_H
#define GATE_SURVEY_H

#include "gate/config.h"
#include "gate/counts.h"
#include "ledger/ledger.h"

enum { SURVEY_STEPS_MAX = 8 };

struct survey_party {
    char id[PARTY_ID_SIZE];          /* "" in place 0 and where the ledger has no such number */
    uint64_t letters[LETTER_STATES]; /* without DONE and REFUSED */
    struct instant oldest; /* birth of the oldest that is waiting, new or ready; none: none */
    struct instant due;    /* the earliest due time of those to be sent */
    uint64_t cases;
    uint64_t overdue;
};

struct survey {
    struct instant at; /* when it was begun */
    int64_t took_ms;
    uint64_t entries;
    struct instant last_entry; /* its time */
    uint64_t open;
    uint64_t overdue;
    uint64_t flagged;
    uint64_t states[FLOW_NUMBERS][ROLES][FLOW_STATES_MAX]; /* open cases */
    struct instant next_due;                               /* the earliest running clock */
    /* Cases whose clock ends within so many working days and not within the next smaller
     * number: by the configuration's list, in its order. */
    uint64_t due_within[SURVEY_STEPS_MAX];
    struct survey_party parties[COUNTS_PARTIES]; /* by number; 0: those beyond */
    uint64_t map_bytes;
    uint64_t used_bytes;
    uint64_t disk_bytes; /* of the file system where the ledger lies; 0: not known */
    uint64_t disk_free;  /* for us */
};

struct survey_given {
    struct store *store;
    struct ledger *ledger;
    const struct calendar *calendar;
    const char *ledger_path;
    const unsigned *due_days; /* descending */
    size_t due_day_count;
    struct instant now;
};

/* ERROR_LEDGER, ERROR_STORE: what was counted until then stays in `survey`. */
MUST_USE bool survey_take(const struct survey_given *given, struct survey *survey,
                          struct error *err);

#endif
