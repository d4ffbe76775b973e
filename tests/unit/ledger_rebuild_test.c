/* Rebuild names every implied row that was changed by other means than the journal. */
#include "unit.h"

#include "ledger_tamper.h"

struct bench {
    struct story story;
    const char *folder;
    struct story_findings findings;
    struct ledger_report report;
};

/* Case 0 is over, case 1 in the middle of its life: every database has rows. */
static int setup(void **state, const char *folder)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->folder = folder;
    story_check(&bench->story, story_open_store(&bench->story, folder));
    story_check(&bench->story, story_open_ledger(&bench->story, DIGEST_SM3));
    story_tell(&bench->story, story_seq(1, 10));
    *state = bench;
    return 0;
}

static int setup_memory(void **state)
{
    return setup(state, NULL);
}

static int setup_lmdb(void **state)
{
    return setup(state, tamper_folder("rebuild"));
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    story_close(&bench->story);
    if (bench->folder)
        story_remove(bench->folder);
    free(bench);
    return 0;
}

static void rebuild(struct bench *bench)
{
    struct store *fresh = NULL;
    struct story *story = &bench->story;
    bench->findings = (struct story_findings){0};
    story_check(story, store_open_memory(&fresh, &story->err));
    story_check(story, ledger_rebuild(story->ledger, fresh, story_keep, &bench->findings,
                                      &bench->report, &story->err));
    store_close(fresh);
    assert_int_equal(bench->report.findings, bench->findings.count);
}

static void expect_only(const struct bench *bench, const char *row, const char *what)
{
    bool right = bench->findings.count == 1 && strcmp(bench->findings.row[0], row) == 0 &&
                 strstr(bench->findings.what[0], what) != NULL;
    if (!right) {
        print_error("expected only %s: %s\n", row, what);
        story_print(&bench->findings);
    }
    assert_true(right);
}

static const char *row_name(enum store_database database, struct text key)
{
    static char name[192];
    int size = snprintf(name, sizeof name, "%s ", store_database_name(database));
    struct uuid id;
    if (database == DATABASE_CASES && key.size == 16) {
        memcpy(id.bytes, key.at, 16);
        uuid_format(&id, name + size);
    } else {
        hex_encode(key.at, key.size, name + size);
    }
    return name;
}

static bool is_implied(unsigned database)
{
    return database != DATABASE_META && database != DATABASE_JOURNAL &&
           database != DATABASE_BODY && database != DATABASE_UPLOADS;
}

/* Of what is on its way the story tells nothing. */
static bool is_reserved(unsigned database)
{
    return database == DATABASE_CHECKPOINT || database == DATABASE_UPLOADS;
}

static void test_clean(void **state)
{
    struct bench *bench = *state;
    uint64_t rows = 0;
    rebuild(bench);
    story_print(&bench->findings);
    assert_int_equal(bench->findings.count, 0);
    assert_int_equal(bench->report.entries, ledger_size(bench->story.ledger));
    for (unsigned i = 0; i < DATABASES; i++) {
        struct tamper_rows *live = tamper_read(&bench->story, i);
        if (is_implied(i))
            rows += live->count;
        assert_true(is_reserved(i) ? live->count == 0 : live->count > 0);
        tamper_rows_free(live);
    }
    assert_int_equal(bench->report.rows, rows);
    struct ledger_report verified;
    assert_true(ledger_verify(bench->story.ledger, NULL, story_keep, &bench->findings,
                              &verified, &bench->story.err));
    assert_true(digest_equal(&verified.root, &bench->report.root));
}

/* Each row of each database: changed at both ends, cut, lengthened, deleted. */
static void tamper_row(struct bench *bench, unsigned database, const struct tamper_row *row)
{
    struct story *story = &bench->story;
    const char *name = row_name(database, row->key);
    struct text changed = tamper_flip(row->value, row->value.size - 1, 0x40);
    tamper_put(story, database, row->key, changed);
    tamper_free(changed);
    rebuild(bench);
    expect_only(bench, name, "differs");

    changed = tamper_flip(row->value, 0, 2);
    tamper_put(story, database, row->key, changed);
    tamper_free(changed);
    rebuild(bench);
    expect_only(bench, name, "differs");

    tamper_put(story, database, row->key, (struct text){row->value.at, row->value.size - 1});
    rebuild(bench);
    expect_only(bench, name, "differs");

    tamper_delete(story, database, row->key);
    rebuild(bench);
    expect_only(bench, name, "missing");
    tamper_put(story, database, row->key, row->value);
}

static void test_every_row(void **state)
{
    struct bench *bench = *state;
    for (unsigned i = 0; i < DATABASES; i++) {
        struct tamper_rows *rows = tamper_read(&bench->story, i);
        for (size_t j = 0; is_implied(i) && j < rows->count; j++)
            tamper_row(bench, i, &rows->row[j]);
        tamper_rows_free(rows);
    }
    rebuild(bench);
    assert_int_equal(bench->findings.count, 0);
}

/* An added row: first, last, between, and one that copies another under a new key. */
static void test_added_rows(void **state)
{
    struct bench *bench = *state;
    for (unsigned i = 0; i < DATABASES; i++) {
        struct tamper_rows *rows = tamper_read(&bench->story, i);
        const struct text keys[] = {TEXT("\0"), TEXT("\xff\xff"), TEXT("0123456789abcdef")};
        for (size_t j = 0; is_implied(i) && j < COUNT_OF(keys); j++) {
            tamper_put(&bench->story, i, keys[j],
                       rows->count > 0 ? rows->row[0].value : TEXT("\1"));
            rebuild(bench);
            expect_only(bench, row_name(i, keys[j]), "does not follow");
            tamper_delete(&bench->story, i, keys[j]);
        }
        tamper_rows_free(rows);
    }
}

/* A row under another key: one missing, one too many. */
static void test_moved_row(void **state)
{
    struct bench *bench = *state;
    struct tamper_rows *rows = tamper_read(&bench->story, DATABASE_DEADLINES);
    struct text key = tamper_flip(rows->row[0].key, 7, 1);
    tamper_delete(&bench->story, DATABASE_DEADLINES, rows->row[0].key);
    tamper_put(&bench->story, DATABASE_DEADLINES, key, rows->row[0].value);
    rebuild(bench);
    assert_int_equal(bench->findings.count, 2);
    tamper_free(key);
    tamper_rows_free(rows);
}

static void test_damaged_journal(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct tamper_rows *rows = tamper_read(story, DATABASE_JOURNAL);
    const struct tamper_row *ninth = &rows->row[8];

    tamper_put(story, DATABASE_JOURNAL, ninth->key, TEXT("not an entry"));
    rebuild(bench);
    expect_only(bench, "journal 9", "decode");
    tamper_delete(story, DATABASE_JOURNAL, ninth->key);
    rebuild(bench);
    expect_only(bench, "journal 9", "missing");
    tamper_put(story, DATABASE_JOURNAL, ninth->key, rows->row[9].value);
    rebuild(bench);
    expect_only(bench, "journal 9", "number");
    struct text changed = tamper_flip(ninth->value, 3, ENTRY_OUTCOME ^ ENTRY_ORIGIN);
    tamper_put(story, DATABASE_JOURNAL, ninth->key, changed);
    rebuild(bench);
    expect_only(bench, "journal 9", "contradicts");
    tamper_free(changed);
    tamper_rows_free(rows);
}

static void test_not_empty(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct store *fresh = NULL;
    struct store_txn *txn = NULL;
    assert_true(store_open_memory(&fresh, &story->err));
    assert_true(store_begin_write(fresh, &txn, &story->err));
    assert_true(store_put(txn, DATABASE_META, TEXT("a"), TEXT("b"), &story->err));
    assert_true(store_commit(&txn, &story->err));
    assert_false(ledger_rebuild(story->ledger, fresh, story_keep, &bench->findings,
                                &bench->report, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    store_close(fresh);
}

static void tell_in_batches(struct story *story, uint64_t size)
{
    while (ledger_size(story->ledger) < size) {
        story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
        for (int i = 0; i < 300 && ledger_next_seq(story->txn) <= size; i++)
            story_check(story, story_next(story));
        story_check(story, ledger_commit(&story->txn, &story->err));
    }
}

/* The ledger goes on while it is compared: each finding brings new entries with it. */
static void append_and_keep(void *self, const char *row, const char *what)
{
    struct bench *bench = self;
    struct story *story = &bench->story;
    story_keep(&bench->findings, row, what);
    tell_in_batches(story, ledger_size(story->ledger) + 40);
}

static void test_live(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct store *fresh = NULL;
    tell_in_batches(story, 2600);
    for (unsigned i = 0; i < DATABASES; i++) {
        if (is_implied(i))
            tamper_put(story, i, TEXT("\0"), TEXT("added"));
    }
    uint64_t before = ledger_size(story->ledger);
    assert_true(store_open_memory(&fresh, &story->err));
    assert_true(ledger_rebuild(story->ledger, fresh, append_and_keep, bench, &bench->report,
                               &story->err));
    store_close(fresh);
    assert_int_equal(bench->findings.count, DATABASES - 4);
    assert_true(ledger_size(story->ledger) > before);
    assert_true(bench->report.entries > before);
    for (size_t i = 0; i < bench->findings.count; i++)
        assert_non_null(strstr(bench->findings.row[i], " 00"));
}

/* Into a fresh LMDB environment, as the CLI does it. */
static void test_into_lmdb(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    char folder[160];
    struct store *fresh = NULL;
    snprintf(folder, sizeof folder, "%s-fresh", bench->folder);
    story_remove(folder);
    struct store_options options = {.path = folder, .map_bytes = STORY_MAP};
    tell_in_batches(story, 1500);
    story_check(story, store_open_lmdb(&options, &fresh, &story->err));
    assert_true(ledger_rebuild(story->ledger, fresh, story_keep, &bench->findings,
                               &bench->report, &story->err));
    assert_int_equal(bench->findings.count, 0);
    assert_int_equal(bench->report.entries, 1500);
    store_close(fresh);
    story_remove(folder);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_clean),
        BOTH(test_every_row),
        BOTH(test_added_rows),
        BOTH(test_moved_row),
        BOTH(test_damaged_journal),
        BOTH(test_not_empty),
        {"lmdb_test_live", test_live, setup_lmdb, teardown, NULL},
        {"lmdb_test_into_lmdb", test_into_lmdb, setup_lmdb, teardown, NULL},
    };
    return cmocka_run_group_tests_name("ledger rebuild", tests, NULL, NULL);
}
