/* The conformance suite of the store: every engine passes every test. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/store.h"

struct engine {
    const char *folder; /* NULL: memory */
    struct store *store;
    struct store_txn *txn;
    struct error err;
};

enum { MAP_BYTES = 64 << 20 };

static void remove_folder(const char *folder)
{
    char path[256];
    const char *const names[] = {"data.mdb", "lock.mdb", "new/data.mdb", "new/lock.mdb", "new"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
}

static void open_engine(struct engine *engine)
{
    struct store_options options = {.path = engine->folder, .map_bytes = MAP_BYTES};
    bool ok = engine->folder ? store_open_lmdb(&options, &engine->store, &engine->err)
                             : store_open_memory(&engine->store, &engine->err);
    if (!ok)
        print_error("%s\n", engine->err.text);
    assert_true(ok);
}

static int setup(void **state, bool lmdb)
{
    static char folder[64];
    struct engine *engine = calloc(1, sizeof *engine);
    assert_non_null(engine);
    if (lmdb) {
        snprintf(folder, sizeof folder, "/tmp/qiantong-store-%d", (int)getpid());
        remove_folder(folder);
        engine->folder = folder;
    }
    open_engine(engine);
    *state = engine;
    return 0;
}

static int setup_memory(void **state)
{
    return setup(state, false);
}

static int setup_lmdb(void **state)
{
    return setup(state, true);
}

static int teardown(void **state)
{
    struct engine *engine = *state;
    store_abort(engine->txn);
    store_close(engine->store);
    if (engine->folder)
        remove_folder(engine->folder);
    free(engine);
    return 0;
}

static void begin(struct engine *engine)
{
    assert_true(store_begin_write(engine->store, &engine->txn, &engine->err));
}

static void begin_read(struct engine *engine)
{
    assert_true(store_begin_read(engine->store, &engine->txn, &engine->err));
}

static void commit(struct engine *engine)
{
    assert_true(store_commit(&engine->txn, &engine->err));
    assert_null(engine->txn);
}

static void abandon(struct engine *engine)
{
    store_abort(engine->txn);
    engine->txn = NULL;
}

static void put(struct engine *engine, enum store_database database, const char *key,
                const char *value)
{
    assert_true(store_put(engine->txn, database, text_of(key), text_of(value), &engine->err));
}

/* NULL: the key is expected to be absent. */
static void expect(struct engine *engine, enum store_database database, const char *key,
                   const char *value)
{
    struct text got;
    bool found;
    assert_true(store_get(engine->txn, database, text_of(key), &got, &found, &engine->err));
    assert_int_equal(found, value != NULL);
    if (value)
        assert_true(text_is(got, value));
}

/* All keys of a database in order, with blanks between. */
static void expect_keys(struct engine *engine, enum store_database database, const char *keys)
{
    char all[512] = "";
    struct store_cursor cursor;
    bool found;
    uint64_t count = 0;
    uint64_t counted;
    assert_true(store_seek(engine->txn, database, TEXT_NONE, &cursor, &found, &engine->err));
    while (found) {
        size_t size = strlen(all);
        snprintf(all + size, sizeof all - size, "%s%.*s", size ? " " : "",
                 TEXT_ARG(cursor.key));
        count++;
        assert_true(store_next(&cursor, &found, &engine->err));
    }
    store_cursor_close(&cursor);
    assert_string_equal(all, keys);
    assert_true(store_count(engine->txn, database, &counted, &engine->err));
    assert_int_equal(count, counted);
}

static void test_put_get_delete(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    expect(engine, DATABASE_CASES, "a", NULL);
    put(engine, DATABASE_CASES, "a", "1");
    put(engine, DATABASE_CASES, "a", "2");
    put(engine, DATABASE_CASES, "b", "");
    expect(engine, DATABASE_CASES, "a", "2");
    expect(engine, DATABASE_CASES, "b", "");
    expect(engine, DATABASE_INBOX, "a", NULL);
    assert_true(store_delete(engine->txn, DATABASE_CASES, TEXT("a"), &engine->err));
    assert_true(store_delete(engine->txn, DATABASE_CASES, TEXT("never"), &engine->err));
    expect(engine, DATABASE_CASES, "a", NULL);
    commit(engine);
    begin_read(engine);
    expect_keys(engine, DATABASE_CASES, "b");
    expect_keys(engine, DATABASE_INBOX, "");
}

static void test_abort_undoes(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    put(engine, DATABASE_META, "kept", "1");
    put(engine, DATABASE_META, "deleted", "1");
    commit(engine);
    begin(engine);
    put(engine, DATABASE_META, "kept", "2");
    put(engine, DATABASE_META, "kept", "3");
    put(engine, DATABASE_META, "new", "1");
    assert_true(store_delete(engine->txn, DATABASE_META, TEXT("deleted"), &engine->err));
    assert_true(store_delete(engine->txn, DATABASE_META, TEXT("new"), &engine->err));
    put(engine, DATABASE_META, "deleted", "2");
    assert_true(store_delete(engine->txn, DATABASE_META, TEXT("deleted"), &engine->err));
    put(engine, DATABASE_META, "new", "2");
    put(engine, DATABASE_BODY, "other", "x");
    expect_keys(engine, DATABASE_META, "kept new");
    abandon(engine);
    begin_read(engine);
    expect(engine, DATABASE_META, "kept", "1");
    expect(engine, DATABASE_META, "deleted", "1");
    expect_keys(engine, DATABASE_META, "deleted kept");
    expect_keys(engine, DATABASE_BODY, "");
    abandon(engine);
    store_abort(NULL);
}

static void test_order(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    put(engine, DATABASE_TRACES, "b", "");
    put(engine, DATABASE_TRACES, "\xff", "");
    put(engine, DATABASE_TRACES, "aa", "");
    put(engine, DATABASE_TRACES, "a", "");
    put(engine, DATABASE_TRACES, "\x01", "");
    expect_keys(engine, DATABASE_TRACES, "\x01 a aa b \xff");
    /* Zeros count like any byte. */
    assert_true(store_put(engine->txn, DATABASE_LANES, TEXT("a\0b"), TEXT("2"), &engine->err));
    assert_true(store_put(engine->txn, DATABASE_LANES, TEXT("a\0"), TEXT("1"), &engine->err));
    struct text got;
    bool found;
    assert_true(
        store_get(engine->txn, DATABASE_LANES, TEXT("a\0b"), &got, &found, &engine->err));
    assert_true(found && text_is(got, "2"));
    assert_true(store_get(engine->txn, DATABASE_LANES, TEXT("a"), &got, &found, &engine->err));
    assert_false(found);
}

static void expect_seek(struct engine *engine, const char *from, const char *key)
{
    struct store_cursor cursor;
    bool found;
    assert_true(
        store_seek(engine->txn, DATABASE_OUTBOX, text_of(from), &cursor, &found, &engine->err));
    assert_int_equal(found, key != NULL);
    if (key)
        assert_true(text_is(cursor.key, key));
    else
        assert_null(cursor.handle);
    store_cursor_close(&cursor);
    store_cursor_close(&cursor);
}

static void expect_last(struct engine *engine, const char *key)
{
    struct store_cursor cursor;
    bool found;
    assert_true(store_last(engine->txn, DATABASE_OUTBOX, &cursor, &found, &engine->err));
    assert_int_equal(found, key != NULL);
    if (!key)
        return;
    assert_true(text_is(cursor.key, key));
    assert_true(store_next(&cursor, &found, &engine->err));
    assert_false(found);
    assert_null(cursor.handle);
}

static void test_seek_bounds(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    expect_seek(engine, "", NULL);
    expect_seek(engine, "a", NULL);
    expect_last(engine, NULL);
    put(engine, DATABASE_OUTBOX, "b", "");
    put(engine, DATABASE_OUTBOX, "d", "");
    put(engine, DATABASE_OUTBOX, "dd", "");
    expect_seek(engine, "", "b");
    expect_seek(engine, "a", "b");
    expect_seek(engine, "b", "b");
    expect_seek(engine, "c", "d");
    expect_seek(engine, "da", "dd");
    expect_seek(engine, "dd", "dd");
    expect_seek(engine, "dda", NULL);
    expect_last(engine, "dd");
    commit(engine);
    begin_read(engine);
    expect_seek(engine, "c", "d");
    expect_seek(engine, "e", NULL);
    expect_last(engine, "dd");
}

/* A walk that writes around itself sees each remaining key once. */
static void test_write_while_walking(void **state)
{
    struct engine *engine = *state;
    struct store_cursor cursor;
    bool found;
    char seen[64] = "";
    begin(engine);
    for (char key = 'a'; key <= 'g'; key++)
        assert_true(store_put(engine->txn, DATABASE_LANES, (struct text){&key, 1}, TEXT("v"),
                              &engine->err));
    assert_true(
        store_seek(engine->txn, DATABASE_LANES, TEXT_NONE, &cursor, &found, &engine->err));
    while (found) {
        char key = cursor.key.at[0];
        strncat(seen, &key, 1);
        if (key == 'b' || key == 'c') /* itself and the one before */
            assert_true(store_delete(engine->txn, DATABASE_LANES, (struct text){&key, 1},
                                     &engine->err));
        if (key == 'd')
            assert_true(store_delete(engine->txn, DATABASE_LANES, TEXT("e"), &engine->err));
        if (key == 'f')
            put(engine, DATABASE_LANES, "ff", "new");
        if (key == 'g')
            put(engine, DATABASE_LANES, "A", "behind us");
        assert_true(store_next(&cursor, &found, &engine->err));
    }
    assert_string_equal(seen, "abcdffg");
    expect_keys(engine, DATABASE_LANES, "A a d f ff g");
    store_cursor_close(&cursor);
}

static void test_append(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    assert_true(
        store_append(engine->txn, DATABASE_JOURNAL, TEXT("1"), TEXT("a"), &engine->err));
    assert_true(
        store_append(engine->txn, DATABASE_JOURNAL, TEXT("2"), TEXT("b"), &engine->err));
    assert_false(
        store_append(engine->txn, DATABASE_JOURNAL, TEXT("2"), TEXT("c"), &engine->err));
    assert_int_equal(engine->err.code, ERROR_STORE);
    assert_false(
        store_append(engine->txn, DATABASE_JOURNAL, TEXT("11"), TEXT("c"), &engine->err));
    assert_int_equal(engine->err.code, ERROR_STORE);
    expect(engine, DATABASE_JOURNAL, "2", "b");
    expect_keys(engine, DATABASE_JOURNAL, "1 2");
}

static void test_sizes(void **state)
{
    struct engine *engine = *state;
    enum { LARGE = 1024 * 1024 };
    char key[511];
    char *large = malloc(LARGE + 1);
    const size_t sizes[] = {0, 1, 2037, 2038, 2039, 4096, 65536, 262144, LARGE};
    assert_non_null(large);
    for (size_t i = 0; i <= LARGE; i++)
        large[i] = (char)(i * 7);
    memset(key, 'k', sizeof key);
    begin(engine);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        assert_true(store_put(engine->txn, DATABASE_BODY, (struct text){key, 500 + i},
                              (struct text){large, sizes[i]}, &engine->err));
    assert_true(store_put(engine->txn, DATABASE_BODY, (struct text){key, 511}, TEXT("longest"),
                          &engine->err));
    assert_false(store_put(engine->txn, DATABASE_BODY, TEXT("x"),
                           (struct text){large, LARGE + 1}, &engine->err));
    assert_int_equal(engine->err.code, ERROR_STORE);
    commit(engine);
    begin_read(engine);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct text got;
        bool found;
        assert_true(store_get(engine->txn, DATABASE_BODY, (struct text){key, 500 + i}, &got,
                              &found, &engine->err));
        assert_true(found && text_equal(got, (struct text){large, sizes[i]}));
    }
    free(large);
}

static uint32_t mixed(uint32_t i)
{
    return (uint32_t)((uint64_t)i * 7919 % 20011); /* both primes: no key twice */
}

static void test_many_keys(void **state)
{
    struct engine *engine = *state;
    enum { MANY = 20000 };
    char key[8];
    struct store_cursor cursor;
    bool found;
    uint32_t count = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        if (i % 5000 == 0)
            begin(engine);
        struct buffer buffer = buffer_over(key, sizeof key);
        buffer_u32(&buffer, mixed(i));
        assert_true(store_put(engine->txn, DATABASE_MESSAGES, buffer_as_text(&buffer),
                              TEXT("value"), &engine->err));
        if (i % 5000 == 4999)
            commit(engine);
    }
    begin(engine);
    for (uint32_t i = 0; i < MANY; i += 2) {
        struct buffer buffer = buffer_over(key, sizeof key);
        buffer_u32(&buffer, mixed(i));
        assert_true(store_delete(engine->txn, DATABASE_MESSAGES, buffer_as_text(&buffer),
                                 &engine->err));
    }
    commit(engine);
    begin_read(engine);
    int64_t before = -1;
    assert_true(
        store_seek(engine->txn, DATABASE_MESSAGES, TEXT_NONE, &cursor, &found, &engine->err));
    while (found) {
        struct reader reader = reader_over(cursor.key.at, cursor.key.size);
        uint32_t at = reader_u32(&reader);
        assert_true(at > before);
        before = at;
        count++;
        assert_true(store_next(&cursor, &found, &engine->err));
    }
    assert_int_equal(count, MANY / 2);
}

static void test_databases_are_apart(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    for (unsigned i = 0; i < DATABASES; i++)
        put(engine, i, "key", store_database_name(i));
    commit(engine);
    begin_read(engine);
    for (unsigned i = 0; i < DATABASES; i++) {
        expect(engine, i, "key", store_database_name(i));
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(store_database_name(i), store_database_name(j));
    }
}

static void test_usage(void **state)
{
    struct engine *engine = *state;
    struct store_use use;
    begin(engine);
    put(engine, DATABASE_BODY, "key", "value");
    commit(engine);
    assert_true(store_usage(engine->store, &use, &engine->err));
    assert_true(use.used_bytes > 0);
    if (engine->folder)
        assert_int_equal(use.map_bytes, MAP_BYTES);
    store_check_readers(engine->store);
}

/* --- LMDB alone --------------------------------------------------------------------------- */

static void test_reopen(void **state)
{
    struct engine *engine = *state;
    begin(engine);
    put(engine, DATABASE_BODY, "durable", "yes");
    commit(engine);
    begin(engine);
    put(engine, DATABASE_BODY, "durable", "no");
    abandon(engine);
    store_close(engine->store);
    open_engine(engine);
    begin_read(engine);
    expect(engine, DATABASE_BODY, "durable", "yes");
}

static void test_reader_keeps_its_view(void **state)
{
    struct engine *engine = *state;
    struct store_txn *reader = NULL;
    struct text got;
    bool found;
    begin(engine);
    put(engine, DATABASE_BODY, "key", "old");
    commit(engine);
    assert_true(store_begin_read(engine->store, &reader, &engine->err));
    begin(engine);
    put(engine, DATABASE_BODY, "key", "new");
    commit(engine);
    assert_true(store_get(reader, DATABASE_BODY, TEXT("key"), &got, &found, &engine->err));
    assert_true(text_is(got, "old"));
    store_abort(reader);
    begin_read(engine);
    expect(engine, DATABASE_BODY, "key", "new");
    abandon(engine);
    assert_true(store_begin_read(engine->store, &reader, &engine->err));
    assert_true(store_commit(&reader, &engine->err));
}

static void test_read_only(void **state)
{
    struct engine *engine = *state;
    struct store_options options = {.path = engine->folder, .read_only = true};
    begin(engine);
    put(engine, DATABASE_BODY, "key", "value");
    commit(engine);
    store_close(engine->store);
    engine->store = NULL;
    assert_true(store_open_lmdb(&options, &engine->store, &engine->err));
    begin_read(engine);
    expect(engine, DATABASE_BODY, "key", "value");
    struct store_use use;
    assert_true(store_usage(engine->store, &use, &engine->err));
    assert_int_equal(use.map_bytes, MAP_BYTES); /* as the writer made it */
}

static void test_missing(void **state)
{
    struct engine *engine = *state;
    char path[128];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s-absent", engine->folder);
    struct store_options options = {.path = path, .read_only = true};
    assert_false(store_open_lmdb(&options, &store, &engine->err));
    assert_int_equal(engine->err.code, ERROR_NOT_FOUND);
    assert_null(store);
    options = (struct store_options){.path = "/proc/qiantong"};
    assert_false(store_open_lmdb(&options, &store, &engine->err));
    assert_int_equal(engine->err.code, ERROR_SYSTEM);
    assert_null(store);
}

static void write_file(const char *folder, const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

/* What a crash while creating leaves behind is swept away; a foreign file is not. */
static void test_leftovers(void **state)
{
    struct engine *engine = *state;
    char path[128];
    store_close(engine->store);
    engine->store = NULL;
    remove_folder(engine->folder);
    assert_int_equal(mkdir(engine->folder, 0700), 0);
    snprintf(path, sizeof path, "%s/new", engine->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(path, "data.mdb", "half an environment");
    open_engine(engine);
    assert_int_equal(access(path, F_OK), -1);
    begin(engine);
    put(engine, DATABASE_BODY, "key", "value");
    commit(engine);
    store_close(engine->store);
    engine->store = NULL;

    write_file(engine->folder, "data.mdb",
               "this is not a database, but it is long enough "
               "to look at: 0123456789012345678901234567890123456789"
               "012345678901234567890123456789012345678901234567890");
    struct store_options options = {.path = engine->folder, .map_bytes = MAP_BYTES};
    assert_false(store_open_lmdb(&options, &engine->store, &engine->err));
    assert_int_equal(engine->err.code, ERROR_STORE);
    assert_null(engine->store);
}

static void test_map_full(void **state)
{
    struct engine *engine = *state;
    struct store_options options = {.path = engine->folder, .map_bytes = 1 << 20};
    char *large = calloc(1, 256 * 1024);
    char key[2] = "a";
    assert_non_null(large);
    store_close(engine->store);
    assert_true(store_open_lmdb(&options, &engine->store, &engine->err));
    begin(engine);
    put(engine, DATABASE_META, "before", "yes");
    commit(engine);
    begin(engine);
    while (store_put(engine->txn, DATABASE_BODY, text_of(key), (struct text){large, 256 * 1024},
                     &engine->err)) {
        assert_true(key[0] < 'z');
        key[0]++;
    }
    assert_int_equal(engine->err.code, ERROR_STORE);
    assert_non_null(strstr(engine->err.text, "map is full"));
    abandon(engine);
    begin(engine);
    put(engine, DATABASE_META, "after", "yes");
    commit(engine);
    begin_read(engine);
    expect_keys(engine, DATABASE_META, "after before");
    free(large);
}

static uint64_t file_bytes(const struct engine *engine)
{
    struct stat file;
    char path[4096];
    snprintf(path, sizeof path, "%s/data.mdb", engine->folder);
    assert_int_equal(stat(path, &file), 0);
    return (uint64_t)file.st_size;
}

/* The end of the file lies ahead of the pages, and moves seldom. */
static void test_room_is_kept(void **state)
{
    struct engine *engine = *state;
    struct store_use use;
    uint64_t before = 0;
    unsigned moved = 0;
    char key[16];
    char value[8192];
    memset(value, 'v', sizeof value);
    for (unsigned i = 0; i < 200; i++) {
        begin(engine);
        snprintf(key, sizeof key, "key %03u", i);
        assert_true(store_put(engine->txn, DATABASE_BODY, text_of(key),
                              (struct text){value, sizeof value}, &engine->err));
        commit(engine);
        assert_true(store_usage(engine->store, &use, &engine->err));
        assert_true(file_bytes(engine) > use.used_bytes);
        moved += file_bytes(engine) != before;
        before = file_bytes(engine);
    }
    assert_in_range(moved, 2, 5);
    assert_true(before <= MAP_BYTES);
}

/* Not beyond the map, where no page will ever lie. */
static void test_room_within_the_map(void **state)
{
    struct engine *engine = *state;
    struct store_options options = {.path = engine->folder, .map_bytes = 1 << 20};
    store_close(engine->store);
    assert_true(store_open_lmdb(&options, &engine->store, &engine->err));
    begin(engine);
    put(engine, DATABASE_META, "key", "value");
    commit(engine);
    assert_true(file_bytes(engine) <= 1 << 20);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }
#define LMDB(test)                                                                             \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_put_get_delete),
        BOTH(test_abort_undoes),
        BOTH(test_order),
        BOTH(test_seek_bounds),
        BOTH(test_write_while_walking),
        BOTH(test_append),
        BOTH(test_sizes),
        BOTH(test_many_keys),
        BOTH(test_databases_are_apart),
        BOTH(test_usage),
        LMDB(test_reopen),
        LMDB(test_reader_keeps_its_view),
        LMDB(test_read_only),
        LMDB(test_missing),
        LMDB(test_leftovers),
        LMDB(test_map_full),
        LMDB(test_room_is_kept),
        LMDB(test_room_within_the_map),
    };
    return cmocka_run_group_tests_name("ledger store", tests, NULL, NULL);
}
