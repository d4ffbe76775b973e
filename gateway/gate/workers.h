/*
 * workers.h - the threads that verify, translate, sign and seal.
 *
 * A job is a field inside the struct it works on, so queueing never allocates and never fails.
 * What may be queued is bounded by those who own such structs: requests in flight, letters in
 * flight. A job never waits for another party and never commits.
 */
#ifndef GATE_WORKERS_H
#define GATE_WORKERS_H

#include "base/error.h"

struct job {
    void (*run)(struct job *job); /* on a worker thread */
    struct job *next;
};

struct workers;

MUST_USE bool workers_start(unsigned count, struct workers **workers, struct error *err);
/* Any thread. The job must stay valid until it has run. */
void workers_run(struct workers *workers, struct job *job);
/* Jobs that no thread has taken yet. Any thread. */
size_t workers_queued(struct workers *workers);
/* Lets everything queued run, then joins. Nothing may be queued from outside any more. */
void workers_stop(struct workers *workers);

#endif
