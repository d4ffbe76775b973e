/* writer.c - take, apply, commit, hand out, tell. */
#include "gate/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/recalculate.h"
#include "wire/start.h"

enum {
    WAKE_MAX = 256,
    UNHURRIED_MS = 5,   /* so long a commit that nobody waits for looks for company */
    UNHURRIED_MAX = 64, /* so many of them are company enough */
    LETTERS_MAX = 8,    /* born in a batch that small, they are waited for */
    LETTERS_WAIT_MS = 2,
    LOOK_AGAIN_MS = 50,
    RECALCULATE_MAX = 256,          /* deadlines in one transaction */
    RECALCULATE_AGAIN_MS = 5 * 1000 /* after a failure */
};

/* What somebody waits for. */
struct errand {
    writer_errand *run;
    void *self;
    struct error *err;
    bool ok;
    bool done;
};

struct writer {
    struct engine *engine;
    writer_done *done;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_cond_t returned;                  /* an errand is done */
    struct errand *errand;                    /* NULL: none waits */
    struct work *queue[WRITER_QUEUE_MAX * 2]; /* a ring; the upper half for `must` */
    struct recalculation walk; /* the writer's thread only; ended: no clock waits for it */
    int64_t walk_again_ms;     /* not before this monotonic time */
    size_t head;
    size_t count;
    size_t unhurried;             /* of these */
    size_t letters;               /* of these: letters that were written */
    struct timespec unhurried_at; /* since when the first of them waits */
    bool stopping;
    bool kicked;
    struct writer_counts counts;
    struct histogram sizes;
};

static const uint32_t batch_sizes[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

static struct timespec later_by(struct timespec at, long ms)
{
    at.tv_nsec += ms * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static struct timespec monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
}

static bool is_letter(const struct work *work)
{
    return work->kind == WORK_SEALED || work->kind == WORK_UNTRANSLATED;
}

/* --- the queue, within the lock -------------------------------------------------------------
 */

static void push(struct writer *writer, struct work *work)
{
    writer->queue[(writer->head + writer->count) % COUNT_OF(writer->queue)] = work;
    writer->count++;
    if (work->unhurried && writer->unhurried++ == 0)
        writer->unhurried_at = monotonic_now();
    writer->letters += is_letter(work);
}

static size_t pop_all(struct writer *writer, struct work **batch, size_t count)
{
    while (writer->count > 0 && count < WRITER_BATCH_MAX) {
        struct work *work = writer->queue[writer->head];

        batch[count++] = work;
        writer->head = (writer->head + 1) % COUNT_OF(writer->queue);
        writer->count--;
        writer->unhurried -= work->unhurried;
        writer->letters -= is_letter(work);
    }
    return count;
}

/* Is there something that somebody waits for? */
static bool hurries(const struct writer *writer)
{
    return writer->count > writer->unhurried || writer->unhurried >= UNHURRIED_MAX ||
           writer->stopping || writer->kicked || writer->errand != NULL;
}

static bool wait_until(struct writer *writer, const struct timespec *until)
{
    return pthread_cond_timedwait(&writer->filled, &writer->lock, until) != ETIMEDOUT;
}

/* --- taking ---------------------------------------------------------------------------------
 */

static size_t take(struct writer *writer, struct work *batch[WRITER_BATCH_MAX], bool *stopping,
                   bool *stop)
{
    struct timespec look = later_by(monotonic_now(), LOOK_AGAIN_MS);
    size_t count;

    pthread_mutex_lock(&writer->lock);
    while (!hurries(writer)) {
        struct timespec until = writer->unhurried > 0
                                    ? later_by(writer->unhurried_at, UNHURRIED_MS)
                                    : look;
        if (!wait_until(writer, &until))
            break;
    }
    count = pop_all(writer, batch, 0);
    writer->kicked = false;
    *stopping = writer->stopping;
    *stop = writer->stopping && writer->count == 0;
    pthread_mutex_unlock(&writer->lock);
    return count;
}

/* Until so many letters were written, or for a short time; with them whatever else came. */
static size_t take_letters(struct writer *writer, struct work **batch, size_t count,
                           size_t letters)
{
    struct timespec until = later_by(monotonic_now(), LETTERS_WAIT_MS);

    pthread_mutex_lock(&writer->lock);
    while (writer->letters < letters && !writer->stopping && wait_until(writer, &until))
        ;
    count = pop_all(writer, batch, count);
    pthread_mutex_unlock(&writer->lock);
    return count;
}

/* After EIO the kernel may have dropped pages that we believe written. */
static void stop_if_uncertain(const struct error *err)
{
    if (err->code != ERROR_STORE && err->code != ERROR_SYSTEM)
        return;
    log_error("writer.uncertain", "reason=\"%s\" action=\"the process ends; start it again\"",
              err->text);
    _exit(error_exit(ERROR_STORE));
}

bool writer_commit(struct ledger_txn **txn, struct error *err)
{
    if (ledger_commit(txn, err))
        return true;
    stop_if_uncertain(err);
    return false;
}

static bool commit(struct ledger_txn **txn, size_t count, struct error *err)
{
    log_debug("walk.applied", "items=%zu", count);
    if (!writer_commit(txn, err))
        return false;
    log_debug("walk.committed", "items=%zu", count);
    return true;
}

static bool apply(struct writer *writer, struct ledger_txn *txn, struct work **batch,
                  size_t from, size_t count, struct error *err)
{
    for (size_t i = from; i < count; i++)
        if (!engine_apply(writer->engine, txn, batch[i], err))
            return false;
    return true;
}

/* Letters born in a small batch are written while its transaction is open, the last of them by
 * this thread, and sealed in it: a commit takes longer than a letter. *count grows by what was
 * taken meanwhile. */
static bool apply_letters(struct writer *writer, struct ledger_txn *txn, struct instant since,
                          struct work **batch, size_t *count, struct error *err)
{
    size_t before = *count;
    size_t letters = 0;

    if (!engine_write_new(writer->engine, txn, since, &letters, err))
        return false;
    if (letters > 0)
        *count = take_letters(writer, batch, before, letters);
    return apply(writer, txn, batch, before, *count, err);
}

/* Everything in one transaction. false: nothing of it happened. */
static bool write_together(struct writer *writer, struct work **batch, size_t *count, bool wake,
                           struct error *err)
{
    struct instant since = writer->engine->given.now(writer->engine->given.self);
    struct ledger_txn *txn = NULL;
    size_t woken = 0;
    bool ok = ledger_begin(writer->engine->ledger, &txn, err) &&
              apply(writer, txn, batch, 0, *count, err);

    if (ok && wake)
        ok = engine_wake(writer->engine, txn, WAKE_MAX, &woken, err);
    if (ok && *count <= LETTERS_MAX)
        ok = apply_letters(writer, txn, since, batch, count, err);
    if (ok)
        ok = commit(&txn, *count, err);
    ledger_abort(txn);
    if (ok && woken > 0)
        log_warn("deadline.passed", "cases=%zu action=\"qiantong cases --overdue\"", woken);
    return ok;
}

static bool write_alone(struct writer *writer, struct work *work, struct error *err)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(writer->engine->ledger, &txn, err) &&
              engine_apply(writer->engine, txn, work, err) && commit(&txn, 1, err);

    ledger_abort(txn);
    return ok;
}

static void write_singly(struct writer *writer, struct work **batch, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = ERROR_INIT;
        if (write_alone(writer, batch[i], &err)) {
            writer->done(batch[i], NULL);
            continue;
        }
        log_error("writer.failed", "code=%s reason=\"%s\"", error_name(err.code), err.text);
        pthread_mutex_lock(&writer->lock);
        writer->counts.failed++;
        pthread_mutex_unlock(&writer->lock);
        if (batch[i]->out_id != 0)
            engine_release(writer->engine, batch[i]->out_id);
        writer->done(batch[i], &err);
    }
}

void writer_recalculate(struct writer *writer)
{
    writer->walk = (struct recalculation){.moved = 0};
    writer->walk_again_ms = 0;
}

/* One portion. A failure is the world's (disk full, memory): it comes again a little later. */
static void recalculate(struct writer *writer)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct recalculation walk = writer->walk;
    bool ok;

    if (walk.ended || clock_monotonic_ms() < writer->walk_again_ms)
        return;
    ok = ledger_begin(writer->engine->ledger, &txn, &err) &&
         engine_recalculate(writer->engine, txn, RECALCULATE_MAX, &walk, &err) &&
         writer_commit(&txn, &err);
    ledger_abort(txn);
    if (!ok) {
        log_error("deadlines.not_moved", "code=%s reason=\"%s\"", error_name(err.code),
                  err.text);
        writer->walk_again_ms = clock_monotonic_ms() + RECALCULATE_AGAIN_MS;
        return;
    }
    writer->walk = walk;
    if (walk.ended && walk.moved > 0)
        log_info("deadlines.moved", "clocks=%llu calendar=%u", (unsigned long long)walk.moved,
                 writer->engine->rules->calendar_version);
    if (!walk.ended)
        writer_kick(writer);
}

/* A clock that another calendar moves must not pass by the old one. */
static bool deadline_passed(struct writer *writer)
{
    struct instant now = writer->engine->given.now(writer->engine->given.self);
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct uuid case_id;
    uint8_t kind;
    bool found = false;

    if (!writer->walk.ended)
        return false;
    if (!ledger_begin_read(writer->engine->ledger, &txn, &err) ||
        !ledger_next_deadline(txn, now, &case_id, &kind, &found, &err))
        log_error("writer.deadlines", "reason=\"%s\"", err.text);
    ledger_abort(txn);
    return found;
}

static void hand_out(struct writer *writer)
{
    struct error err = ERROR_INIT;
    struct instant next;

    if (!engine_dispatch(writer->engine, &next, &err))
        log_error("writer.dispatch", "code=%s reason=\"%s\"", error_name(err.code), err.text);
}

static void count_batch(struct writer *writer, size_t count)
{
    histogram_add(&writer->sizes, (int64_t)count);
    pthread_mutex_lock(&writer->lock);
    writer->counts.batches++;
    writer->counts.items += count;
    if (count > writer->counts.largest_batch)
        writer->counts.largest_batch = count;
    pthread_mutex_unlock(&writer->lock);
}

/* What became due goes out first: somebody at the other end of a question waits for it, while
 * nobody goes on because of a receipt. true: it did. */
static bool write_batch(struct writer *writer, struct work **batch, size_t count, bool stopping)
{
    struct error err = ERROR_INIT;
    bool wake = deadline_passed(writer);
    bool handed = false;

    if (count == 0 && !wake)
        return false;
    /* A clock that cannot be woken must not hold up what is queued. */
    if (write_together(writer, batch, &count, wake, &err) ||
        (wake && write_together(writer, batch, &count, false, &err))) {
        handed = !stopping;
        if (handed)
            hand_out(writer);
        for (size_t i = 0; i < count; i++)
            writer->done(batch[i], NULL);
    } else {
        log_warn("writer.batch", "items=%zu code=%s reason=\"%s\"", count, error_name(err.code),
                 err.text);
        write_singly(writer, batch, count);
    }
    count_batch(writer, count);
    return handed;
}

/* For whoever looks from another thread: the engine is ours alone. */
static void note_lanes(struct writer *writer)
{
    const struct engine *engine = writer->engine;

    pthread_mutex_lock(&writer->lock);
    writer->counts.lane_count = engine->party_count;
    for (size_t i = 0; i < engine->party_count; i++)
        writer->counts.lanes[i] = (struct writer_lane){
            .number = engine->parties[i].number,
            .in_flight = engine->parties[i].in_flight,
            .breaker_open = engine->parties[i].breaker.probe_at.ms != 0,
            .breaker = engine->parties[i].breaker};
    pthread_mutex_unlock(&writer->lock);
}

/* true: one was run. */
static bool run_errand(struct writer *writer)
{
    struct errand *errand;

    pthread_mutex_lock(&writer->lock);
    errand = writer->errand;
    pthread_mutex_unlock(&writer->lock);
    if (errand == NULL)
        return false;
    errand->ok = errand->run(errand->self, errand->err);
    pthread_mutex_lock(&writer->lock);
    writer->errand = NULL;
    errand->done = true;
    pthread_cond_broadcast(&writer->returned);
    pthread_mutex_unlock(&writer->lock);
    return true;
}

static void *run_thread(void *argument)
{
    struct writer *writer = argument;
    struct work *batch[WRITER_BATCH_MAX];
    bool stopping = false;
    bool stop = false;

    wire_thread_start();
    while (!stop) {
        size_t count = take(writer, batch, &stopping, &stop);
        bool handed = write_batch(writer, batch, count, stopping);

        note_lanes(writer);
        if (run_errand(writer))
            handed = false;
        if (stopping)
            continue;
        recalculate(writer);
        if (!handed)
            hand_out(writer);
    }
    return NULL;
}

bool writer_start(struct engine *engine, writer_done *done, struct writer **out,
                  struct error *err)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    pthread_condattr_t monotonic;

    *out = NULL;
    if (writer == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the writer");
    writer->engine = engine;
    writer->done = done;
    writer->sizes.bounds = batch_sizes;
    writer->sizes.bound_count = COUNT_OF(batch_sizes);
    pthread_mutex_init(&writer->lock, NULL);
    note_lanes(writer);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&writer->returned, NULL);
    *out = writer;
    if (pthread_create(&writer->thread, NULL, run_thread, writer) != 0) {
        writer->stopping = true;
        *out = NULL;
        free(writer);
        return fail(err, ERROR_SYSTEM, "cannot start the writer thread");
    }
    return true;
}

bool writer_submit(struct writer *writer, struct work *work, bool must, struct error *err)
{
    size_t limit = must ? COUNT_OF(writer->queue) : WRITER_QUEUE_MAX;
    bool ok;

    pthread_mutex_lock(&writer->lock);
    ok = writer->count < limit;
    if (ok)
        push(writer, work);
    pthread_mutex_unlock(&writer->lock);
    if (ok) /* outside: the writer would wake only to wait for the lock */
        pthread_cond_signal(&writer->filled);
    return ok || fail(err, ERROR_BUSY, "the writer's queue is full");
}

void writer_kick(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->kicked = true;
    pthread_cond_signal(&writer->filled);
    pthread_mutex_unlock(&writer->lock);
}

bool writer_run(struct writer *writer, writer_errand *run, void *self, struct error *err)
{
    struct errand errand = {.run = run, .self = self, .err = err};

    pthread_mutex_lock(&writer->lock);
    CHECK(!writer->stopping && writer->errand == NULL);
    /* Waited for below: it does not outlive this call. */
    /* cppcheck-suppress autoVariables */
    writer->errand = &errand;
    pthread_cond_signal(&writer->filled);
    while (!errand.done)
        pthread_cond_wait(&writer->returned, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    return errand.ok;
}

void writer_counts(struct writer *writer, struct writer_counts *counts)
{
    pthread_mutex_lock(&writer->lock);
    *counts = writer->counts;
    counts->queued = writer->count;
    pthread_mutex_unlock(&writer->lock);
}

struct histogram *writer_batch_sizes(struct writer *writer)
{
    return &writer->sizes;
}

void writer_stop(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->filled);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    pthread_cond_destroy(&writer->returned);
    pthread_cond_destroy(&writer->filled);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}
