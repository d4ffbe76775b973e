/*
 * asks.h - both cores of a pair of gateways in direct settlement: a hospital that asks at given
 * times, whatever became of what it asked before, and an insured core that answers at once.
 *
 * A question knows when it was due, when the insured core had it and when it answered, and when
 * the hospital heard: what both gateways add is the whole less the core's own time. Of a
 * question that could not be posted when it was due, the delay counts.
 */
#ifndef BENCH_ASKS_H
#define BENCH_ASKS_H

#include <pthread.h>
#include <stdatomic.h>

#include "bench.h"
#include "gate/config.h"
#include "net/courier.h"
#include "net/listener.h"
#include "sim/hospital_papers.h"
#include "sim/insured.h"

enum { TREATING = 0, INSURED = 1, ASK_SIDES = 2, ASK_STEPS_MAX = 8 };

/* From bench_now(); 0: not yet. */
struct question {
    struct hospital_stay *stay;
    uint16_t action;
    struct record *paper;
    struct text bytes;
    uint64_t due;
    _Atomic uint64_t core_began;
    _Atomic uint64_t core_ended;
    _Atomic uint64_t heard;
    struct text answer; /* from malloc */
    int status;         /* of the answer; 0: none came */
};

/* Stays of one round, all through the same steps: question of stay i in step s is
 * questions[s * stay_count + i]. */
struct asking {
    char name[8];
    struct stay_group group;
    struct hospital_stay *stays;
    struct question *questions;
    uint32_t stay_count;
    uint32_t first_person;
    const uint16_t *steps;
    uint32_t step_count;
    atomic_uint heard;
};

/* A request that the insured core keeps until it is told to answer. */
struct kept {
    struct request *request;
    struct question *question;
    struct text bytes; /* from malloc */
};

enum { KEPT_MAX = 4096 };

struct asks {
    const char *pair;
    struct config *config[ASK_SIDES];
    struct tls *tls[ASK_SIDES];
    struct listener *listener[ASK_SIDES];
    struct text plain_answer[ASK_SIDES];
    struct arena *arena;  /* documents and the insured core's books; the listener's thread */
    struct arena *papers; /* the hospital's; the main thread */
    struct insured_script script;
    struct insured *insured;
    struct courier *courier;
    struct courier_route gateway; /* of the hospital */
    struct courier_route core;    /* straight to the insured core, past both gateways */
    uint8_t pins[ASK_SIDES][1][TLS_FINGERPRINT_SIZE];
    char urls[ASK_SIDES][128];
    struct asking *_Atomic asking; /* the round that runs */
    uint32_t persons;
    pthread_mutex_t lock; /* of what is kept */
    bool keeps;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
};

void asks_open(struct asks *asks, const char *pair);
void asks_close(struct asks *asks);

/* A round's stays; `name` is the beginning of their numbers. */
struct asking asks_begin(struct asks *asks, const char *name, const uint16_t *steps,
                         uint32_t step_count, uint32_t stay_count);
void asks_end(struct asking *asking);
/* The question's document, from what its stay was answered before. */
void asks_write(struct asks *asks, struct asking *asking, struct question *question);
/* Posts it: through the gateways, or straight to the insured core. */
void asks_post(struct asks *asks, struct asking *asking, struct question *question,
               bool straight);
/* Waits until as many were heard; false: not within `seconds`. */
bool asks_heard(const struct asking *asking, unsigned count, unsigned seconds);
/* Is the answer there, a yes, of its own kind, and about this question's stay? */
bool asks_good(struct asks *asks, struct question *question);
/* From now on the insured core answers only when it is told to. */
void asks_keep(struct asks *asks);
size_t asks_kept(struct asks *asks);
void asks_release(struct asks *asks);

/* What cannot be avoided by whoever signs, keeps and carries; asks_floor.c. */
struct floor {
    uint64_t sign;
    uint64_t verify;
    uint64_t commit; /* an entry and a body into plain LMDB */
    uint64_t carry;  /* a question and its answer over a kept connection, without the core */
};
struct floor floor_measure(struct asks *asks, const char *suite);
/* The commit again: disks have neighbours. */
uint64_t floor_commit(const struct asks *asks);

#endif
