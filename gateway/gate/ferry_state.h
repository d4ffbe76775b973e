/*
 * ferry_state.h - the running numbers of the files that go to and come from one party, and the
 * numbers that are missing.
 *
 * Every file in a folder has a number in its name. Our own are given once each, from 1 on; the
 * other side's are expected from 1 on without gaps. What is missing is kept as ranges, so that
 * a wild number costs one range and not a list. Kept in one small text file beside the ledger:
 *
 *   qiantong-ferry 1
 *   sent 17
 *   seen 25
 *   missing 12 14 1772413200000         from, to, since (ms)
 */
#ifndef GATE_FERRY_STATE_H
#define GATE_FERRY_STATE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"

enum { FERRY_GAPS_MAX = 64, FERRY_PATH_SIZE = 4096 };

#define FERRY_NUMBER_MAX UINT64_C(999999999999999999)

struct ferry_gap {
    uint64_t from;
    uint64_t to;
    struct instant since;
};

struct ferry_state {
    uint64_t sent;                         /* of our newest file */
    uint64_t seen;                         /* the highest that came */
    struct ferry_gap gaps[FERRY_GAPS_MAX]; /* ascending */
    size_t gap_count;
};

enum ferry_arrival {
    FERRY_NEXT,   /* the one that was expected */
    FERRY_GAP,    /* one further ahead: the last range is new */
    FERRY_FILLED, /* one that was missing */
    FERRY_AGAIN   /* one that had come before */
};

/* Takes note of a number, 1 to FERRY_NUMBER_MAX. With all ranges in use the oldest is given up.
 */
enum ferry_arrival ferry_note(struct ferry_state *state, uint64_t number, struct instant now);
/* Gives up what has been missing since before `then`: nothing comes any more. */
void ferry_give_up(struct ferry_state *state, struct instant then);
uint64_t ferry_missing(const struct ferry_state *state);

/* The number at the beginning of a file's name, which "-" follows; 0: there is none. */
uint64_t ferry_number_of_name(const char *name);

/* `party` is an id. false: longer than a path may be. */
MUST_USE bool ferry_state_path(const char *ledger_path, const char *party,
                               char path[FERRY_PATH_SIZE]);
/* A file that is not there is the state before the first file. ERROR_CONFIG: not such a file.
 */
MUST_USE bool ferry_state_load(const char *path, struct ferry_state *state, struct error *err);
/* All or nothing. */
MUST_USE bool ferry_state_save(const char *path, const struct ferry_state *state,
                               struct error *err);

#endif
