/* gate_writer_test.c - the one thread that commits: batches, failures, limits, its end. */
#include "unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gate/writer.h"

enum { ITEMS = 1200, PRODUCERS = 4 };

/* What the writer said about one item. */
struct fate {
    bool blocks; /* its owner holds the writer's thread until `go` */
    unsigned told;
    enum error_code code;
};

static struct writer *writer;
static sem_t go;
static sem_t blocked;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static size_t told;

/* On the writer's thread: no assertion may leave from here. */
static void done(struct work *work, const struct error *err)
{
    struct fate *fate = work->owner;

    pthread_mutex_lock(&lock);
    fate->told++;
    fate->code = err != NULL ? err->code : ERROR_NONE;
    told++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    if (!fate->blocks)
        return;
    sem_post(&blocked);
    sem_wait(&go);
}

static void wait_told(size_t count)
{
    pthread_mutex_lock(&lock);
    while (told < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void start(void)
{
    must(writer_start(bench.engine, done, &writer, &bench.err));
}

static void stop(void)
{
    writer_stop(writer);
    writer_free(writer);
    writer = NULL;
}

static int setup_writer(void **state)
{
    told = 0;
    sem_init(&go, 0, 0);
    sem_init(&blocked, 0, 0);
    return bench_setup(state);
}

static int teardown_writer(void **state)
{
    sem_destroy(&go);
    sem_destroy(&blocked);
    return bench_teardown(state);
}

#define WRITER_TEST(function)                                                                  \
    cmocka_unit_test_setup_teardown(function, setup_writer, teardown_writer)

static void submit(struct work *work, struct fate *fate)
{
    work->owner = fate;
    must(writer_submit(writer, work, false, &bench.err));
}

/* From here on everything waits in the queue, until `go`. */
static void block(struct fate *fate)
{
    fate->blocks = true;
    submit(work_new(WORK_ATTEMPT), fate);
    sem_wait(&blocked);
}

static struct work *note(void)
{
    struct work *work = work_in(arena_new(128 * 1024), WORK_NOTE);

    work->note_kind = ENTRY_OPERATOR;
    return work;
}

/* An answer to a message that nobody sent: the ledger refuses to write it. */
static struct work *impossible(void)
{
    struct work *work = work_new(WORK_REPLY);

    work->party = PARTNER;
    memset(work->key, 7, sizeof(work->key));
    work_add_body(work, BODY_REPLY, text_of("an answer to nothing"));
    return work;
}

/* --- many producers ----------------------------------------------------------------------- */

struct producer {
    pthread_t thread;
    struct work **works;
    size_t count;
    size_t busy;
};

static void *produce(void *argument)
{
    struct producer *producer = argument;
    struct error err = ERROR_INIT;

    for (size_t i = 0; i < producer->count; i++) {
        while (!writer_submit(writer, producer->works[i], false, &err)) {
            producer->busy++;
            usleep(100);
        }
    }
    return NULL;
}

static void test_many_producers(void **state)
{
    static struct work *works[ITEMS];
    static struct fate fates[ITEMS];
    struct producer producers[PRODUCERS];

    (void)state;
    memset(fates, 0, sizeof(fates));
    for (size_t i = 0; i < ITEMS; i++) {
        works[i] = note();
        works[i]->owner = &fates[i];
    }
    start();
    for (size_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.works = works + i * (ITEMS / PRODUCERS),
                                         .count = ITEMS / PRODUCERS};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    for (size_t i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
    wait_told(ITEMS);
    stop();
    assert_int_equal(ledger_size(bench.ledger), 1 + ITEMS);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(fates[i].told, 1);
        assert_int_equal(fates[i].code, ERROR_NONE);
        assert_true(works[i]->result.sequence > 1);
    }
    /* One producer's items keep their order. */
    for (size_t i = 0; i + 1 < ITEMS / PRODUCERS; i++)
        assert_true(works[i]->result.sequence < works[i + 1]->result.sequence);
}

static void test_group_commit(void **state)
{
    struct fate first = {0};
    struct fate fates[700] = {{0}};
    struct writer_counts counts;

    (void)state;
    start();
    block(&first);
    for (size_t i = 0; i < COUNT_OF(fates); i++)
        submit(note(), &fates[i]);
    writer_counts(writer, &counts);
    assert_int_equal(counts.queued, COUNT_OF(fates));
    sem_post(&go);
    wait_told(1 + COUNT_OF(fates));
    stop();
    assert_int_equal(ledger_size(bench.ledger), 1 + COUNT_OF(fates));
}

/* The same with counts read after the end: they are brought up to date behind the answers. */
static void test_batches_are_counted(void **state)
{
    struct fate first = {0};
    struct fate fates[700] = {{0}};
    struct writer_counts counts;

    (void)state;
    start();
    block(&first);
    for (size_t i = 0; i < COUNT_OF(fates); i++)
        submit(note(), &fates[i]);
    sem_post(&go);
    writer_stop(writer);
    writer_counts(writer, &counts);
    assert_int_equal(counts.batches, 3);
    assert_int_equal(counts.items, 1 + COUNT_OF(fates));
    assert_int_equal(counts.largest_batch, WRITER_BATCH_MAX);
    assert_int_equal(counts.failed, 0);
    assert_int_equal(counts.queued, 0);
    writer_free(writer);
}

/* --- failures ----------------------------------------------------------------------------- */

static void test_one_fails(void **state)
{
    struct fate first = {0};
    struct fate fates[21] = {{0}};
    struct work *works[COUNT_OF(fates)];
    struct writer_counts counts;

    (void)state;
    start();
    block(&first);
    for (size_t i = 0; i < COUNT_OF(fates); i++) {
        works[i] = i == 10 ? impossible()
                           : submission(ACTION_APPLICATION, 1,
                                        document(ACTION_APPLICATION, (unsigned)i));
        submit(works[i], &fates[i]);
    }
    sem_post(&go);
    writer_stop(writer);
    writer_counts(writer, &counts);
    writer_free(writer);
    for (size_t i = 0; i < COUNT_OF(fates); i++) {
        assert_int_equal(fates[i].told, 1);
        assert_int_equal(fates[i].code, i == 10 ? ERROR_LEDGER : ERROR_NONE);
        if (i != 10)
            expect_verdict(works[i], VERDICT_ACCEPTED, "");
    }
    assert_int_equal(counts.failed, 1);
    assert_int_equal(ledger_size(bench.ledger), COUNT_OF(fates)); /* with the origin */
}

/* A batch that is undone and run item by item counts each failure of a party once. */
static void test_undone_batch_counts_once(void **state)
{
    struct fate first = {0};
    struct fate fates[4] = {{0}};
    uint64_t out_ids[3];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(out_ids); i++) {
        open_in_letter(i + 1, &out_ids[i]);
        apply(sealed(out_ids[i], "letter"));
    }
    dispatch();
    assert_int_equal(bench.engine->in_flight_count, 3);
    bench.takes_nothing = true; /* the writer hands out nothing of its own */
    start();
    block(&first);
    for (size_t i = 0; i < COUNT_OF(out_ids); i++)
        submit(attempt(out_ids[i]), &fates[i]);
    submit(impossible(), &fates[3]);
    sem_post(&go);
    stop();
    assert_int_equal(fates[0].code, ERROR_NONE);
    assert_int_equal(fates[3].code, ERROR_LEDGER);
    assert_int_equal(bench.engine->parties[1].breaker.failures, 3);
    assert_int_equal(bench.engine->parties[1].breaker.probe_at.ms, 0); /* five would open it */
    assert_int_equal(bench.engine->parties[1].in_flight, 0);
    assert_int_equal(bench.engine->in_flight_count, 0);
}

/* A letter whose outcome cannot be written is not asked for again at once. */
static bool deliver_impossible(void *self, const struct letter_row *letter)
{
    static struct fate fate;
    struct work *work = impossible();
    struct error err = ERROR_INIT;

    (void)self;
    bench.handed_count++;
    work->out_id = letter->letter.out_id;
    work->owner = &fate;
    return writer_submit(writer, work, true, &err);
}

static void test_failing_letter_rests(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    bench.engine->given.deliver = deliver_impossible;
    start();
    wait_told(1);
    usleep(200 * 1000);
    stop();
    assert_int_equal(bench.handed_count, 1);
    assert_int_equal(bench.engine->in_flight_count, 0);
    expect_letter(out_id, LETTER_NEW);
}

/* --- letters born in an open transaction -------------------------------------------------- */

static struct fate letter_fate;
static struct fate trouble_fate;
static bool with_trouble;
static bool content_seen;
static uint64_t entries_then;

/* A worker that is as fast as can be. */
static bool write_at_once(void *self, struct ledger_txn *txn, const struct letter_row *row)
{
    const struct entry_letter *letter = &row->letter;
    struct work *work = sealed(letter->out_id, "letter");
    struct error err = ERROR_INIT;
    struct text bytes;

    (void)self;
    work->owner = &letter_fate;
    work->letter_id = letter->message_id;
    entries_then = ledger_size(bench.ledger);
    if (!ledger_get_body(txn, letter->content_month, letter->content_digest, bench.arena,
                         &bytes, &content_seen, &err))
        return false;
    if (with_trouble) {
        struct work *trouble = impossible();

        trouble->owner = &trouble_fate;
        if (!writer_submit(writer, trouble, true, &err))
            return false;
    }
    return writer_submit(writer, work, true, &err);
}

static void submit_letter(bool trouble)
{
    static struct fate fate;

    fate = letter_fate = trouble_fate = (struct fate){0};
    with_trouble = trouble;
    content_seen = false;
    open_in(1);
    bench.engine->given.write_new = write_at_once;
    start();
    submit(submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1)), &fate);
}

static void test_letter_in_the_commit_of_its_birth(void **state)
{
    struct writer_counts counts;

    (void)state;
    submit_letter(false);
    wait_told(2);
    writer_stop(writer);
    writer_counts(writer, &counts);
    writer_free(writer);
    assert_int_equal(counts.batches, 1);
    assert_int_equal(entries_then, 2);
    assert_int_equal(ledger_size(bench.ledger), 4); /* origin, application, letter, sealed */
    assert_true(content_seen);
    assert_int_equal(letter_fate.code, ERROR_NONE);
    expect_letter(bench.handed[0].letter.out_id, LETTER_READY);
    assert_int_equal(bench.handed[0].letter.state, LETTER_READY);
}

/* What was written for a birth that was undone is dropped: the letter that is born after it has
 * another id, and is written anew. */
static void test_letter_of_an_undone_birth(void **state)
{
    (void)state;
    submit_letter(true);
    wait_told(3);
    stop();
    assert_int_equal(trouble_fate.code, ERROR_LEDGER);
    assert_int_equal(letter_fate.code, ERROR_NONE);
    assert_int_equal(ledger_size(bench.ledger), 3);
    assert_int_equal(bench.engine->in_flight_count, bench.handed_count);
    expect_letter(born_last(0), LETTER_NEW);
}

static struct letter_row kept_row;
static bool kept_in_transaction;

/* As `write_at_once`, but later: when no more letters come. */
static bool keep_letter(void *self, struct ledger_txn *txn, const struct letter_row *row)
{
    (void)self;
    (void)txn;
    kept_row = *row;
    return true;
}

static void write_kept(void *self)
{
    struct work *work = sealed(kept_row.letter.out_id, "letter");
    struct error err = ERROR_INIT;

    (void)self;
    work->owner = &letter_fate;
    work->letter_id = kept_row.letter.message_id;
    kept_in_transaction = ledger_size(bench.ledger) == 2; /* the birth is not durable yet */
    if (!writer_submit(writer, work, true, &err))
        kept_in_transaction = false;
}

static void test_letter_that_the_writer_writes(void **state)
{
    static struct fate fate;
    struct writer_counts counts;

    (void)state;
    fate = letter_fate = (struct fate){0};
    kept_in_transaction = false;
    open_in(1);
    bench.engine->given.write_new = keep_letter;
    bench.engine->given.write_kept = write_kept;
    start();
    submit(submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1)), &fate);
    wait_told(2);
    writer_stop(writer);
    writer_counts(writer, &counts);
    writer_free(writer);
    assert_true(kept_in_transaction);
    assert_int_equal(counts.batches, 1);
    assert_int_equal(letter_fate.code, ERROR_NONE);
    expect_letter(bench.handed[0].letter.out_id, LETTER_READY);
}

static size_t told_before;

static bool deliver_and_look(void *self, const struct letter_row *letter)
{
    (void)self;
    if (letter->letter.state != LETTER_READY)
        return false;
    told_before = told;
    return true;
}

/* A durable letter is under way before anybody is told of the commit. */
static void test_hands_out_before_it_tells(void **state)
{
    struct fate fates[2] = {{0}};
    uint64_t out_id;

    (void)state;
    told_before = SIZE_MAX;
    open_in_letter(1, &out_id);
    bench.engine->given.deliver = deliver_and_look;
    start();
    block(&fates[0]);
    submit(sealed(out_id, "letter"), &fates[1]);
    sem_post(&go);
    wait_told(2);
    stop();
    assert_int_equal(told_before, 1); /* only of the item before */
}

/* Nobody waits for it, but it is written all the same; in company at once. */
static void test_unhurried(void **state)
{
    struct fate fates[3] = {{0}};

    (void)state;
    start();
    for (size_t i = 0; i < COUNT_OF(fates); i++) {
        struct work *work = note();

        work->unhurried = i != 1;
        submit(work, &fates[i]);
    }
    wait_told(COUNT_OF(fates));
    assert_int_equal(ledger_size(bench.ledger), 1 + COUNT_OF(fates));
    stop();
}

/* The end does not wait for company. */
static void test_unhurried_at_the_end(void **state)
{
    struct fate fate = {0};
    struct work *work = note();

    (void)state;
    work->unhurried = true;
    start();
    submit(work, &fate);
    stop();
    assert_int_equal(fate.told, 1);
    assert_int_equal(ledger_size(bench.ledger), 2);
}

/* --- limits and the end ------------------------------------------------------------------- */

static void test_full_queue(void **state)
{
    static struct work items[2 * WRITER_QUEUE_MAX + 1];
    static struct fate fate;
    struct fate first = {0};
    struct error err = ERROR_INIT;
    size_t taken = 0;

    (void)state;
    memset(items, 0, sizeof(items));
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        items[i].kind = WORK_ATTEMPT; /* of no letter: changes nothing, needs no memory */
        items[i].out_id = 4711;
        items[i].owner = &fate;
    }
    start();
    block(&first);
    while (taken < COUNT_OF(items) && writer_submit(writer, &items[taken], false, &err))
        taken++;
    assert_int_equal(taken, WRITER_QUEUE_MAX);
    assert_int_equal(err.code, ERROR_BUSY);
    err = (struct error)ERROR_INIT;
    while (taken < COUNT_OF(items) && writer_submit(writer, &items[taken], true, &err))
        taken++;
    assert_int_equal(taken, 2 * WRITER_QUEUE_MAX);
    assert_int_equal(err.code, ERROR_BUSY);
    sem_post(&go);
    wait_told(1 + taken);
    err = (struct error)ERROR_INIT;
    assert_true(writer_submit(writer, &items[taken], false, &err)); /* there is room again */
    stop();
    assert_int_equal(fate.told, taken + 1);
}

static void *stop_writer(void *unused)
{
    (void)unused;
    writer_stop(writer);
    return NULL;
}

static void test_stop_writes_what_is_queued(void **state)
{
    struct fate first = {0};
    struct fate fates[WRITER_BATCH_MAX + 100] = {{0}};
    pthread_t stopping;

    (void)state;
    start();
    block(&first);
    for (size_t i = 0; i < COUNT_OF(fates); i++)
        submit(note(), &fates[i]);
    assert_int_equal(pthread_create(&stopping, NULL, stop_writer, NULL), 0);
    usleep(20 * 1000);
    sem_post(&go);
    pthread_join(stopping, NULL);
    writer_free(writer);
    for (size_t i = 0; i < COUNT_OF(fates); i++)
        assert_int_equal(fates[i].told, 1);
    assert_int_equal(ledger_size(bench.ledger), 1 + COUNT_OF(fates));
}

static void test_stop_at_once(void **state)
{
    (void)state;
    start();
    stop();
    writer_free(NULL);
}

/* Nobody submits anything: the writer looks by itself. */
static void test_wakes_clocks(void **state)
{
    struct uuid case_id = open_in(1);

    (void)state;
    bench.now.ms += 60 * day_ms;
    start();
    for (int i = 0; i < 500 && ledger_size(bench.ledger) < 3; i++)
        usleep(10 * 1000);
    stop();
    assert_int_equal(ledger_size(bench.ledger), 3);
    assert_int_equal(the_case(&case_id).flags, CASE_OVERDUE);
}

struct errand_note {
    size_t entries; /* in the ledger when it ran */
    bool ok;
};

static bool errand(void *self, struct error *err)
{
    struct errand_note *note = self;

    note->entries = ledger_size(bench.ledger);
    return note->ok || fail(err, ERROR_CONFIG, "not today");
}

/* Between two batches, on the writer's thread, while others submit. */
static void test_errands(void **state)
{
    struct fate fates[50] = {{0}};
    struct errand_note note_of = {.ok = true};
    struct error err = ERROR_INIT;

    (void)state;
    start();
    for (size_t i = 0; i < COUNT_OF(fates); i++) {
        submit(note(), &fates[i]);
        note_of.ok = i % 2 == 0;
        assert_int_equal(writer_run(writer, errand, &note_of, &err), note_of.ok);
        assert_int_equal(err.code, note_of.ok ? ERROR_NONE : ERROR_CONFIG);
        err = (struct error)ERROR_INIT;
    }
    stop();
    assert_int_equal(ledger_size(bench.ledger), 1 + COUNT_OF(fates));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WRITER_TEST(test_many_producers),
        WRITER_TEST(test_group_commit),
        WRITER_TEST(test_batches_are_counted),
        WRITER_TEST(test_one_fails),
        WRITER_TEST(test_undone_batch_counts_once),
        WRITER_TEST(test_failing_letter_rests),
        WRITER_TEST(test_letter_in_the_commit_of_its_birth),
        WRITER_TEST(test_letter_of_an_undone_birth),
        WRITER_TEST(test_letter_that_the_writer_writes),
        WRITER_TEST(test_hands_out_before_it_tells),
        WRITER_TEST(test_unhurried),
        WRITER_TEST(test_unhurried_at_the_end),
        WRITER_TEST(test_full_queue),
        WRITER_TEST(test_stop_writes_what_is_queued),
        WRITER_TEST(test_stop_at_once),
        WRITER_TEST(test_wakes_clocks),
        WRITER_TEST(test_errands),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
