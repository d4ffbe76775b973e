/*
 * parking.h - requests of our own core that wait for the answer to their question
 * (decisions.md 6).
 *
 * What waits holds no worker and no arena: a few hundred bytes, under the key of its
 * submission. Several may wait under one key, because a core repeats what it hears nothing of.
 * A wait ends in exactly one way: the answer comes, its time passes, the client leaves, or the
 * gateway stops; `ended` then gets it back. Nothing here is durable: after a crash the core
 * repeats, and the ledger knows the answer.
 *
 * Threads: parking_park and parking_answer on the writer, parking_gone on the listener's loop,
 * time passes on a thread of its own, parking_stop anywhere, once. What is due is told by the
 * given clock; sleeping follows the monotonic one.
 */
#ifndef GATE_PARKING_H
#define GATE_PARKING_H

#include "engine/engine.h"
#include "gate/counts.h"
#include "net/listener.h"

enum {
    PARKING_EARLY_MAX = 512, /* answers kept for a question of the same commit */
    PARKING_EARLY_MS = 2000
};

/* One that waits; from malloc, `ended` frees it. The caller's fields stand first. */
struct parked {
    struct request *request;
    struct config *config; /* held; `party` lies in it */
    const struct config_party *party;
    uint16_t flow;
    uint16_t action; /* that asked */
    struct uuid case_id;
    uint8_t key[MESSAGE_KEY_SIZE];
    struct instant until; /* of the answer */
    int64_t begun_ms;     /* monotonic */
    /* parking's */
    struct parked *next; /* same bucket; then, at its end, of the same answer */
    struct parked *earlier;
    struct parked *later; /* by `until` */
    size_t local_key_size;
    char local_key[]; /* the dialect's own */
};

/* An answer that outlives the engine's callback; from malloc. */
struct parked_answer {
    uint8_t key[MESSAGE_KEY_SIZE];
    struct uuid case_id;
    uint16_t flow;
    uint16_t action;
    enum verdict verdict;
    char code[CODE_SIZE];
    char reason[160];
    struct instant at;
    int64_t come_ms;  /* monotonic */
    size_t body_size; /* record_encode; 0: none */
    unsigned char body[];
};

struct parking_given {
    void *self;
    struct instant (*now)(void);
    /* Makes the request wait there, too; within parking's lock. */
    void (*hold)(void *self, struct request *request, int64_t wait_ms);
    /* The first of a list by `next`; takes it and `answer`, which is NULL unless one came. On
     * whatever thread ended it: hand over and return. */
    void (*ended)(void *self, struct parked *first, struct parked_answer *answer,
                  enum question_end end);
    struct question_counts *counts;
};

struct parking;

MUST_USE bool parking_start(const struct parking_given *given, struct parking **parking,
                            struct error *err);
/* How many may wait, from now on. */
void parking_use_max(struct parking *parking, unsigned max);
/* Takes `parked` (request, key, until and the rest filled in) unless it is one too many, there
 * is no memory, or parking stops: ERROR_BUSY. If its answer is already there it ends at once.
 */
MUST_USE bool parking_park(struct parking *parking, struct parked *parked, struct error *err);
void parking_answer(struct parking *parking, const struct engine_answer *answer);
/* The client of this request has left. */
void parking_gone(struct parking *parking, struct request *request);
/* Everything that waits ends, nothing is taken any more; the thread ends. Takes NULL. */
void parking_stop(struct parking *parking);
void parking_free(struct parking *parking); /* takes NULL */

#endif
