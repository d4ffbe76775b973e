/* The journal: its life, its transactions, bodies, readers. */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "ledger_bench.h"

/* --- life --------------------------------------------------------------------------------- */

static void test_create_and_open(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct entry_origin origin = story_origin(DIGEST_SHA256);
    bool exists = true;

    assert_true(ledger_exists(story->store, &exists, &story->err));
    assert_false(exists);
    assert_false(ledger_open(story->store, false, &story->ledger, &story->err));
    assert_int_equal(story->err.code, ERROR_NOT_FOUND);
    assert_null(story->ledger);

    origin.digest_kind = 2;
    snprintf(origin.party, sizeof origin.party, "nobody");
    assert_false(ledger_create(story->store, &origin, &story->err));
    assert_int_equal(story->err.code, ERROR_CONFIG);
    origin = story_origin(DIGEST_SHA256);
    assert_true(ledger_create(story->store, &origin, &story->err));
    assert_true(ledger_exists(story->store, &exists, &story->err));
    assert_true(exists);
    assert_false(ledger_create(story->store, &origin, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);

    assert_true(ledger_open(story->store, false, &story->ledger, &story->err));
    assert_int_equal(ledger_size(story->ledger), 1);
    assert_int_equal(ledger_boots(story->ledger), 0);
    assert_string_equal(ledger_origin(story->ledger)->party, "hrss.520000");
    assert_true(ledger_origin(story->ledger)->test);
    begin_read(story);
    char party[PARTY_ID_SIZE];
    bool found;
    assert_true(ledger_party_id(story->txn, 1, party, &found, &story->err));
    assert_true(found);
    assert_string_equal(party, "hrss.520000");
}

/* A store with anything in it is nobody's to begin a ledger in. */
static void test_create_in_use(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct entry_origin origin = story_origin(DIGEST_SHA256);
    struct store_txn *txn = NULL;
    assert_true(store_begin_write(story->store, &txn, &story->err));
    assert_true(store_put(txn, DATABASE_CASES, TEXT("x"), TEXT("y"), &story->err));
    assert_true(store_commit(&txn, &story->err));
    assert_false(ledger_create(story->store, &origin, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
}

static void put_meta(struct story *story, const char *key, struct text value)
{
    struct store_txn *txn = NULL;
    assert_true(store_begin_write(story->store, &txn, &story->err));
    assert_true(store_put(txn, DATABASE_META, text_of(key), value, &story->err));
    assert_true(store_commit(&txn, &story->err));
}

/* A damaged head stops a start; read-only it opens, so that verify can name it. */
static void test_damaged_meta(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct story_findings findings = {0};
    struct ledger_report report;
    story_tell(story, 6);
    ledger_close(story->ledger);
    story->ledger = NULL;
    put_meta(story, "head", TEXT("\1nothing"));
    assert_false(ledger_open(story->store, false, &story->ledger, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    assert_non_null(strstr(story->err.text, "meta head"));
    assert_true(ledger_open(story->store, true, &story->ledger, &story->err));
    assert_true(
        ledger_verify(story->ledger, NULL, story_keep, &findings, &report, &story->err));
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.row[0], "meta head");
    ledger_close(story->ledger);
    story->ledger = NULL;

    put_meta(story, "origin", TEXT("\1"));
    assert_true(ledger_open(story->store, true, &story->ledger, &story->err));
    assert_int_equal(ledger_origin(story->ledger)->digest_kind, bench->kind);
    ledger_close(story->ledger);
    story->ledger = NULL;
    put_meta(story, "format", TEXT("\1\0\0\0\2"));
    assert_false(ledger_open(story->store, true, &story->ledger, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    assert_non_null(strstr(story->err.text, "format 2"));
}

static void test_reopen(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, 30);
    story_close(story);
    assert_true(story_open_store(story, bench->folder));
    assert_true(story_open_ledger(story, bench->kind));
    assert_int_equal(ledger_size(story->ledger), 30);
    assert_int_equal(ledger_boots(story->ledger), 1);
    story_tell(story, 40);
    expect_sound(story);
}

/* --- appending ---------------------------------------------------------------------------- */

static void test_entries(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct seen seen = {.chained = true, .count_max = 64};
    struct entry entry;
    bool found;
    story_tell(story, 21);
    begin_read(story);
    assert_true(ledger_each_entry(story->txn, 0, see_entry, &seen, &story->err));
    assert_int_equal(seen.count, 21);
    assert_true(seen.chained);
    for (size_t i = 0; i < seen.count; i++)
        assert_int_equal(seen.seq[i], i + 1);
    seen = (struct seen){.chained = true, .count_max = 3};
    assert_true(ledger_each_entry(story->txn, 19, see_entry, &seen, &story->err));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seq[0], 19);

    assert_true(ledger_get_entry(story->txn, 2, bench->arena, &entry, &found, &story->err));
    assert_true(found);
    assert_int_equal(entry.kind, ENTRY_BOOT);
    assert_true(entry.wall.ms == story_time(2).ms);
    size_t at = 0;
    assert_true(text_is(entry_next_tlv(&entry, TLV_RELEASE, &at)->bytes, "1.0"));
    assert_true(ledger_get_entry(story->txn, 22, bench->arena, &entry, &found, &story->err));
    assert_false(found);
    assert_true(ledger_get_entry(story->txn, 0, bench->arena, &entry, &found, &story->err));
    assert_false(found);
}

static void test_stamp(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct instant early = {story_begin_ms - 5};
    struct instant late = {story_begin_ms + 5};
    bool back;
    begin(story);
    assert_true(ledger_stamp(story->txn, early, &back).ms == story_begin_ms);
    assert_true(back);
    assert_true(ledger_stamp(story->txn, late, &back).ms == story_begin_ms);
    assert_true(back);
    abandon(story);
    begin(story);
    assert_true(ledger_stamp(story->txn, late, &back).ms == late.ms);
    assert_false(back);
    assert_true(ledger_stamp(story->txn, early, &back).ms == late.ms);
    assert_false(back);
    assert_int_equal(ledger_next_seq(story->txn), 2);
    story_start(story, ENTRY_BOOT);
    assert_true(story_append(story));
    assert_int_equal(story->entry.seq, 2);
    assert_int_equal(ledger_next_seq(story->txn), 3);
    story_start(story, ENTRY_BOOT);
    assert_true(story_append(story));
    assert_int_equal(ledger_size(story->ledger), 1);
    commit(story);
    assert_int_equal(ledger_size(story->ledger), 3);
    assert_int_equal(ledger_boots(story->ledger), 2);
    begin(story);
    assert_true(ledger_stamp(story->txn, early, &back).ms == late.ms);
    assert_true(back);
}

static void test_abort_restores_head(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, 8);
    for (int i = 0; i < 3; i++) {
        begin(story);
        for (int j = 0; j < 5 * i; j++)
            story_check(story, story_next(story));
        abandon(story);
        assert_int_equal(ledger_size(story->ledger), 8);
        expect_sound(story);
    }
    story_tell(story, 12);
    expect_sound(story);
}

static void test_batch_equals_single(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct story single = {0};
    struct ledger_report a;
    struct ledger_report b;
    struct story_findings findings = {0};
    begin(story);
    for (int i = 0; i < 39; i++)
        story_check(story, story_next(story));
    commit(story);
    assert_int_equal(ledger_size(story->ledger), 40);
    expect_sound(story);
    story_check(&single, story_open_store(&single, NULL));
    story_check(&single, story_open_ledger(&single, bench->kind));
    story_tell(&single, 40);
    /* Same records but for their times: a batch has one. Rows and sizes agree. */
    assert_true(ledger_verify(story->ledger, NULL, story_keep, &findings, &a, &story->err));
    assert_true(ledger_verify(single.ledger, NULL, story_keep, &findings, &b, &single.err));
    assert_int_equal(a.entries, b.entries);
    assert_int_equal(a.bodies, b.bodies);
    assert_int_equal(findings.count, 0);
    story_close(&single);
}

/* --- bodies ------------------------------------------------------------------------------- */

static bool read_body(struct bench *bench, const uint8_t digest[32], struct text *sealed)
{
    struct story *story = &bench->story;
    bool found;
    arena_reset(bench->arena);
    return ledger_get_body(story->txn, 202603, digest, bench->arena, sealed, &found,
                           &story->err) &&
           found;
}

static void test_bodies(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 524288, 1100000};
    struct entry_body body = {.use = BODY_ORIGINAL, .retention = 2, .month = 202603};
    struct text got;
    char *bytes = malloc(1100000);
    bool found;
    assert_non_null(bytes);
    for (size_t i = 0; i < 1100000; i++)
        bytes[i] = (char)(i * 31 >> 4);
    begin(story);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        body.digest[0] = (uint8_t)i;
        assert_true(
            ledger_put_body(story->txn, &body, (struct text){bytes, sizes[i]}, &story->err));
        /* The same key again keeps the first. */
        assert_true(ledger_put_body(story->txn, &body, TEXT("other"), &story->err));
    }
    commit(story);
    begin_read(story);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        body.digest[0] = (uint8_t)i;
        assert_true(read_body(bench, body.digest, &got));
        assert_true(text_equal(got, (struct text){bytes, sizes[i]}));
    }
    body.digest[0] = 99;
    assert_true(ledger_get_body(story->txn, 202603, body.digest, bench->arena, &got, &found,
                                &story->err));
    assert_false(found);
    abandon(story);
    begin(story);
    assert_false(ledger_put_body(story->txn, &body, (struct text){bytes, (size_t)65 << 18},
                                 &story->err));
    assert_int_equal(story->err.code, ERROR_SIZE);
    abandon(story);
    free(bytes);
}

static void change_body(struct story *story, const uint8_t digest[32], int chunk,
                        const struct text *value)
{
    unsigned char bytes[64];
    struct buffer key = buffer_over(bytes, sizeof bytes);
    struct store_txn *txn = NULL;
    buffer_u32(&key, 202603);
    buffer_bytes(&key, digest, 32);
    if (chunk > 0)
        buffer_u16(&key, (uint16_t)chunk);
    assert_true(store_begin_write(story->store, &txn, &story->err));
    if (value)
        assert_true(store_put(txn, DATABASE_BODY, buffer_as_text(&key), *value, &story->err));
    else
        assert_true(store_delete(txn, DATABASE_BODY, buffer_as_text(&key), &story->err));
    assert_true(store_commit(&txn, &story->err));
}

static void test_damaged_body(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct entry_body body = {.use = BODY_ORIGINAL, .retention = 2, .month = 202603};
    const struct text bad[] = {TEXT(""), TEXT("\1"), TEXT("\1short"), TEXT("\2\2\1\0\0\0\0")};
    char *bytes = calloc(1, 600000);
    struct text got;
    assert_non_null(bytes);
    begin(story);
    assert_true(ledger_put_body(story->txn, &body, (struct text){bytes, 600000}, &story->err));
    commit(story);
    free(bytes);
    change_body(story, body.digest, 2, NULL);
    begin_read(story);
    assert_false(read_body(bench, body.digest, &got));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    abandon(story);
    for (int chunk = 2; chunk >= 0; chunk--) {
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            change_body(story, body.digest, chunk, &bad[i]);
            begin_read(story);
            assert_false(read_body(bench, body.digest, &got));
            assert_int_equal(story->err.code, ERROR_LEDGER);
            abandon(story);
        }
    }
}

/* --- long ledgers ------------------------------------------------------------------------- */

/* The anchor moves, starts stay short, and the whole still verifies. */
static void test_long(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    for (int batch = 0; batch < 21; batch++) {
        begin(story);
        for (int i = 0; i < 1111; i++) {
            story_start(story, ENTRY_DISCLOSED);
            story_add_text(story, TLV_OPERATOR, TEXT("ops\0look\0why\0"));
            assert_true(story_append(story));
        }
        commit(story);
        if (batch % 5 == 4) {
            ledger_close(story->ledger);
            story->ledger = NULL;
            assert_true(ledger_open(story->store, false, &story->ledger, &story->err));
        }
    }
    assert_int_equal(ledger_size(story->ledger), 21 * 1111 + 1);
    expect_sound(story);
}

/* --- readers beside the writer ---------------------------------------------------------------
 */

struct reader_thread {
    struct ledger *ledger;
    atomic_bool *stop;
    uint64_t looks;
    bool ok;
};

static bool count_entry(void *self, const struct entry *entry)
{
    uint64_t *count = self;
    return entry->seq == ++*count;
}

/* Each look sees whole transactions: every case has the entry that brought it. */
static void *read_beside(void *self)
{
    struct reader_thread *thread = self;
    uint64_t before = 0;
    thread->ok = true;
    while (thread->ok && !atomic_load(thread->stop)) {
        struct error err = ERROR_INIT;
        struct ledger_txn *txn = NULL;
        uint64_t count = 0;
        struct outbox_position after = {{0}, 0};
        struct letter_row row;
        bool found = true;
        uint64_t size = ledger_size(thread->ledger);
        thread->ok = ledger_begin_read(thread->ledger, &txn, &err) &&
                     ledger_each_entry(txn, 1, count_entry, &count, &err) && count >= size &&
                     count >= before;
        while (thread->ok && found)
            thread->ok = ledger_next_due(txn, STORY_PARTNER, for_ever, &after, &row, &found,
                                         &err);
        ledger_abort(txn);
        before = count;
        thread->looks++;
    }
    return NULL;
}

static void test_readers(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    pthread_t threads[3];
    struct reader_thread readers[3];
    atomic_bool stop = false;
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        readers[i] = (struct reader_thread){.ledger = story->ledger, .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, read_beside, &readers[i]), 0);
    }
    story_tell(story, 300);
    atomic_store(&stop, true);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_true(readers[i].ok);
        assert_true(readers[i].looks > 0);
    }
    expect_sound(story);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }
#define EMPTY(test)                                                                            \
    {                                                                                          \
#test, test, setup_empty, teardown, NULL                                               \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY(test_create_and_open),
        EMPTY(test_create_in_use),
        {"lmdb_test_reopen", test_reopen, setup_lmdb, teardown, NULL},
        BOTH(test_damaged_meta),
        BOTH(test_entries),
        BOTH(test_stamp),
        BOTH(test_abort_restores_head),
        BOTH(test_batch_equals_single),
        BOTH(test_bodies),
        BOTH(test_damaged_body),
        BOTH(test_long),
        {"lmdb_test_readers", test_readers, setup_lmdb, teardown, NULL},
    };
    return cmocka_run_group_tests_name("ledger journal", tests, NULL, NULL);
}
