/*
 * writer.h - the one thread that commits (group commit).
 *
 * It takes what queued during the last flush, at most WRITER_BATCH_MAX items, into one
 * transaction, calls the engine for each, wakes passed clocks, commits once, and only then
 * has the engine hand out what is due and tells the owners. One failing item: the batch is
 * undone and its items run singly, so that one cannot spoil the others. After a failed flush
 * nothing is certain any more: the process ends and starts again from what is durable
 * (docs/foundations.md).
 */
#ifndef GATE_WRITER_H
#define GATE_WRITER_H

#include "engine/engine.h"
#include "gate/counts.h"

enum { WRITER_BATCH_MAX = 512, WRITER_QUEUE_MAX = 8192 };

struct writer;

/* After the commit (err NULL) or when the item could not be written (err says why: answer 503).
 * On the writer's thread: hand over and return. */
typedef void writer_done(struct work *work, const struct error *err);

struct writer_counts {
    uint64_t batches;
    uint64_t items;
    uint64_t failed;
    uint64_t largest_batch;
    uint64_t queued;
    /* The engine's parties after the last batch. */
    struct writer_lane {
        uint32_t number;
        uint32_t in_flight;
        bool breaker_open;
        struct breaker breaker;
    } lanes[ENGINE_PARTIES_MAX];
    size_t lane_count;
};

/* The engine is used on the writer's thread only, from here to writer_stop. */
MUST_USE bool writer_start(struct engine *engine, writer_done *done, struct writer **writer,
                           struct error *err);
/* Any thread. The work stays the writer's until `done`. ERROR_BUSY: the queue is full and the
 * work stays the caller's. `must`: never refused (continuations that were admitted before). */
MUST_USE bool writer_submit(struct writer *writer, struct work *work, bool must,
                            struct error *err);
/* Wakes the thread, so that it looks at what is due. */
void writer_kick(struct writer *writer);
/* Runs `errand` on the writer's thread between two batches and waits for what it says: for what
 * must not race with the engine. Not on the writer or a worker, one at a time, not after
 * writer_stop. */
typedef bool writer_errand(void *self, struct error *err);
MUST_USE bool writer_run(struct writer *writer, writer_errand *errand, void *self,
                         struct error *err);
/* For an errand, and before any other work of a start: the engine has another calendar. Running
 * clocks are counted again, in portions between the batches; until that is done none passes. */
void writer_recalculate(struct writer *writer);
/* For an errand: ledger_commit; but if it is uncertain what became of it, the process ends. */
MUST_USE bool writer_commit(struct ledger_txn **txn, struct error *err);
void writer_counts(struct writer *writer, struct writer_counts *counts);
/* Items per commit; lives as long as the writer. */
struct histogram *writer_batch_sizes(struct writer *writer);
/* Writes what is queued, hands out nothing new, joins. */
void writer_stop(struct writer *writer);
void writer_free(struct writer *writer);

#endif
