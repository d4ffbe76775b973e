/*
 * counts.h - what the gateway counts while it runs: by outcome, by party, and how long things
 * took.
 *
 * Any thread adds; whoever reads sees each number by itself, not all at one moment. Counts
 * begin at zero with each start. Nothing here says anything about a person.
 */
#ifndef GATE_COUNTS_H
#define GATE_COUNTS_H

#include <stdatomic.h>
#include <stdint.h>

#include "engine/engine.h"

enum { HISTOGRAM_BOUNDS_MAX = 16 };

/* A bucket counts what was at most its bound. */
struct histogram {
    const uint32_t *bounds; /* ascending */
    size_t bound_count;
    bool milliseconds;                              /* else plain numbers */
    atomic_ulong buckets[HISTOGRAM_BOUNDS_MAX + 1]; /* the last: above every bound */
    atomic_ullong sum;
};

/* Negative counts as 0: a clock went back. */
void histogram_add(struct histogram *histogram, int64_t value);

/* How a core's wait for the answer to its question ended. */
enum question_end {
    QUESTION_ANSWERED,
    QUESTION_REFUSED,
    QUESTION_UNKNOWN, /* in doubt */
    QUESTION_GONE,    /* the client left */
    QUESTION_STOPPED, /* the gateway did */
    QUESTION_ENDS
};

struct question_counts {
    atomic_long open; /* waiting now */
    atomic_ulong ended[QUESTION_ENDS];
    atomic_ulong too_many; /* answered 503 */
    struct histogram waited;
};

struct gate_party_counts {
    atomic_ulong received; /* requests */
    atomic_ulong refused;  /* verdicts refused or conflict */
    atomic_ulong conflicts;
    atomic_ulong unreadable;
    atomic_ulong sent; /* tries started */
    atomic_ulong outcomes;
    atomic_ulong attempts_failed;
};

/* By the number that the ledger gave a party, which never means another; what has a higher one
 * is counted together in place 0. */
enum { COUNTS_PARTIES = ENGINE_PARTIES_MAX + 1 };

struct gate_counts {
    atomic_ulong received; /* requests on /v1/messages */
    atomic_ulong accepted;
    atomic_ulong refused;
    atomic_ulong unreadable;  /* failed before the header held */
    atomic_ulong unavailable; /* 503 */
    atomic_ulong over_limit;  /* 429; by party: gate/load.h */
    atomic_ulong unknown;     /* 403: a certificate of no party */
    atomic_ulong sent;        /* deliveries started */
    atomic_ulong outcomes;
    atomic_ulong attempts_failed;
    struct histogram answer;  /* request to answer, by the monotonic clock */
    struct histogram outcome; /* birth of a letter to its outcome, by the wall clock */
    struct question_counts questions;
    struct gate_party_counts parties[COUNTS_PARTIES];
};

void gate_counts_init(struct gate_counts *counts);
struct gate_party_counts *gate_counts_of(struct gate_counts *counts, uint32_t party);

#endif
