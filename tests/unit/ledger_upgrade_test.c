/* A ledger that a program made which did not have all of today's databases. */
#include "unit.h"

#include <lmdb.h>

#include "ledger_bench.h"
#include "ledger_tamper.h"

enum { ENTRIES = STORY_FIRST - 1 + 3 * STORY_STEPS, MANY_CASES = 2300 };

static void clear_meta(struct story *story)
{
    tamper_delete(story, DATABASE_META, TEXT("person_cases"));
}

static void clear(struct story *story, enum store_database database)
{
    struct tamper_rows *rows = tamper_read(story, database);
    for (size_t i = 0; i < rows->count; i++)
        tamper_delete(story, database, rows->row[i].key);
    tamper_rows_free(rows);
}

/* As an older program leaves it: pensions only, no row and no mark. */
static void make_old(struct story *story)
{
    clear(story, DATABASE_PERSON_CASES);
    clear_meta(story);
}

static void reopen(struct story *story, bool read_only)
{
    ledger_close(story->ledger);
    story->ledger = NULL;
    story_check(story, ledger_open(story->store, read_only, &story->ledger, &story->err));
}

static uint64_t count_of(struct story *story, enum store_database database)
{
    struct store_txn *txn = NULL;
    uint64_t count = 0;
    story_check(story, store_begin_read(story->store, &txn, &story->err) &&
                           store_count(txn, database, &count, &story->err));
    store_abort(txn);
    return count;
}

static struct text filling(struct story *story, char kept[64])
{
    struct store_txn *txn = NULL;
    struct text value;
    bool found = false;
    story_check(story, store_begin_read(story->store, &txn, &story->err) &&
                           store_get(txn, DATABASE_META, TEXT("person_cases"), &value, &found,
                                     &story->err));
    if (!found)
        value = TEXT_NONE;
    assert_true(value.size < 64);
    if (value.size > 0)
        memcpy(kept, value.at, value.size);
    value.at = kept;
    store_abort(txn);
    return value;
}

static bool take_case(void *self, const struct flow_case *row)
{
    size_t *count = self;
    (void)row;
    ++*count;
    return true;
}

static size_t cases_of(struct story *story, unsigned number)
{
    size_t count = 0;
    uint8_t tag[16];
    story_tag(number, tag);
    begin_read(story);
    story_check(story,
                ledger_each_case_of_person(story->txn, tag, take_case, &count, &story->err));
    abandon(story);
    return count;
}

static void test_filled_at_open(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    char kept[64];
    story_tell(story, ENTRIES);
    assert_true(text_equal(filling(story, kept), TEXT("\1"))); /* a new ledger: nothing to do */
    make_old(story);
    assert_int_equal(cases_of(story, 1), 0);
    reopen(story, false);
    assert_int_equal(count_of(story, DATABASE_PERSON_CASES), 3);
    assert_int_equal(cases_of(story, 1), 1);
    assert_true(text_equal(filling(story, kept), TEXT("\1")));
    expect_sound(story);

    clear(story, DATABASE_PERSON_CASES); /* marked as filled: once is enough */
    reopen(story, false);
    assert_int_equal(count_of(story, DATABASE_PERSON_CASES), 0);
}

/* Read only nothing is filled, nothing fails, and what is missing is no finding yet. */
static void test_read_only(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct story_findings findings;
    char kept[64];
    story_tell(story, ENTRIES);
    make_old(story);
    reopen(story, true);
    assert_int_equal(cases_of(story, 1), 0);
    assert_int_equal(filling(story, kept).size, 0);
    expect_sound(story);
    char added[33] = "pppppppppppppppp0123456789abcdef";
    tamper_put(story, DATABASE_PERSON_CASES, (struct text){added, 32}, TEXT("\1"));
    assert_false(story_is_sound(story, &findings));
    assert_int_equal(findings.count, 1);
    assert_non_null(strstr(findings.what[0], "does not follow"));
    tamper_delete(story, DATABASE_PERSON_CASES, (struct text){added, 32});
    reopen(story, false);
    assert_int_equal(cases_of(story, 1), 1);
}

/* Where it was interrupted it goes on: what lies before is not looked at again. */
static void test_goes_on(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid second = story_case_id(1);
    char mark[17] = "\1";
    story_tell(story, ENTRIES);
    make_old(story);
    memcpy(mark + 1, second.bytes, 16);
    tamper_put(story, DATABASE_META, TEXT("person_cases"), (struct text){mark, 17});
    reopen(story, false);
    assert_int_equal(cases_of(story, 0), 0);
    assert_int_equal(cases_of(story, 1), 0);
    assert_int_equal(cases_of(story, 2), 1);
}

static void test_bad_marks(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct text marks[] = {TEXT(""), TEXT("\2"), TEXT("\1a"),
                                 TEXT("\1aaaaaaaaaaaaaaaab")};
    story_tell(story, ENTRIES);
    ledger_close(story->ledger);
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        tamper_put(story, DATABASE_META, TEXT("person_cases"), marks[i]);
        assert_false(ledger_open(story->store, false, &story->ledger, &story->err));
        assert_int_equal(story->err.code, ERROR_LEDGER);
        assert_non_null(strstr(story->err.text, "meta person_cases"));
        story->err = (struct error)ERROR_INIT;
    }
    story->ledger = NULL;
    story_check(story, ledger_open(story->store, true, &story->ledger, &story->err));
}

/* A row of cases that does not decode is named by a rebuild; the start goes on. */
static void test_bad_case(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid second = story_case_id(1);
    story_tell(story, ENTRIES);
    make_old(story);
    tamper_put(story, DATABASE_CASES, (struct text){(const char *)second.bytes, 16}, TEXT("x"));
    tamper_put(story, DATABASE_CASES, TEXT("x"), TEXT("x"));
    reopen(story, false);
    assert_int_equal(cases_of(story, 0), 1);
    assert_int_equal(cases_of(story, 1), 0);
    assert_int_equal(cases_of(story, 2), 1);
}

/* More than one portion, some of persons that nobody knows. */
static void test_portions(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    for (unsigned i = 0; i < MANY_CASES; i++) {
        struct flow_case flow_case = story_case(i, 5);
        if (i % 10 == 0)
            memset(flow_case.person_tag, 0, 16);
        story_start(story, ENTRY_TIMER);
        story_add_case(story, &flow_case);
        story_check(story, story_append(story));
    }
    commit(story);
    struct store_txn *txn = NULL;
    struct store_cursor cursor;
    bool found = false;
    story_check(story, store_begin_write(story->store, &txn, &story->err) &&
                           store_seek(txn, DATABASE_PERSON_CASES, TEXT_NONE, &cursor, &found,
                                      &story->err));
    while (found) {
        story_check(story, store_delete(txn, DATABASE_PERSON_CASES, cursor.key, &story->err) &&
                               store_next(&cursor, &found, &story->err));
    }
    store_cursor_close(&cursor);
    story_check(story, store_commit(&txn, &story->err));
    clear_meta(story);
    reopen(story, false);
    assert_int_equal(count_of(story, DATABASE_PERSON_CASES), MANY_CASES - MANY_CASES / 10);
    expect_sound(story);
}

/* --- the file of an older program --------------------------------------------------------- */

static void drop_databases(const char *folder)
{
    const char *const later[] = {"lines", "person_cases"};
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi handle;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
    assert_int_equal(mdb_env_set_mapsize(env, STORY_MAP), 0);
    assert_int_equal(mdb_env_open(env, folder, 0, 0640), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    for (size_t i = 0; i < COUNT_OF(later); i++) {
        assert_int_equal(mdb_dbi_open(txn, later[i], 0, &handle), 0);
        assert_int_equal(mdb_drop(txn, handle, 1), 0);
    }
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void open_again(struct bench *bench, bool read_only)
{
    struct story *story = &bench->story;
    struct store_options options = {.path = bench->folder, .read_only = read_only};
    story_check(story, store_open_lmdb(&options, &story->store, &story->err) &&
                           ledger_open(story->store, read_only, &story->ledger, &story->err));
}

static void test_missing_databases(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct store_txn *txn = NULL;
    struct store_cursor cursor;
    struct text value;
    uint64_t count;
    bool found;
    begin(story);
    story_start(story, ENTRY_BOOT);
    story_check(story, story_append(story));
    struct flow_case flow_case = story_case(0, 5);
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    story_check(story, story_append(story));
    commit(story);
    clear_meta(story);
    story_close(story);
    drop_databases(bench->folder);

    open_again(bench, true);
    story_check(story, store_begin_read(story->store, &txn, &story->err));
    for (unsigned i = DATABASE_LINES; i < DATABASES; i++) {
        assert_true(store_get(txn, i, TEXT("a"), &value, &found, &story->err));
        assert_false(found);
        assert_true(store_seek(txn, i, TEXT_NONE, &cursor, &found, &story->err));
        assert_false(found);
        store_cursor_close(&cursor);
        assert_true(store_last(txn, i, &cursor, &found, &story->err));
        assert_false(found);
        assert_true(store_count(txn, i, &count, &story->err));
        assert_int_equal(count, 0);
    }
    store_abort(txn);
    assert_int_equal(cases_of(story, 0), 0);
    expect_sound(story);
    story_close(story);

    open_again(bench, false);
    assert_int_equal(cases_of(story, 0), 1);
    story_close(story);
    open_again(bench, true);
    assert_int_equal(cases_of(story, 0), 1);
    expect_sound(story);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_filled_at_open),
        BOTH(test_read_only),
        BOTH(test_goes_on),
        BOTH(test_bad_marks),
        BOTH(test_bad_case),
        BOTH(test_portions),
        {"lmdb_test_missing_databases", test_missing_databases, setup_lmdb, teardown, NULL},
    };
    return cmocka_run_group_tests_name("ledger upgrade", tests, NULL, NULL);
}
