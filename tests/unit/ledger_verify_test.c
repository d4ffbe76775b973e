/* Whatever is changed in the journal, verify names the entry. */
#include "unit.h"

#include "crypt/tree.h"
#include "ledger_tamper.h"

enum { ENTRIES = 21, LEAF = 32 };

struct bench {
    struct story story;
    const char *folder;
    struct tamper_rows *journal;
    struct story_findings findings;
    struct ledger_report report;
};

static int setup(void **state, const char *folder)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->folder = folder;
    story_check(&bench->story, story_open_store(&bench->story, folder));
    story_check(&bench->story, story_open_ledger(&bench->story, DIGEST_SHA256));
    story_tell(&bench->story, ENTRIES);
    bench->journal = tamper_read(&bench->story, DATABASE_JOURNAL);
    assert_int_equal(bench->journal->count, ENTRIES);
    *state = bench;
    return 0;
}

static int setup_memory(void **state)
{
    return setup(state, NULL);
}

static int setup_lmdb(void **state)
{
    return setup(state, tamper_folder("verify"));
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    tamper_rows_free(bench->journal);
    story_close(&bench->story);
    if (bench->folder)
        story_remove(bench->folder);
    free(bench);
    return 0;
}

static void verify(struct bench *bench, const struct body_opener *opener)
{
    bench->findings = (struct story_findings){0};
    story_check(&bench->story,
                ledger_verify(bench->story.ledger, opener, story_keep, &bench->findings,
                              &bench->report, &bench->story.err));
    assert_int_equal(bench->report.findings, bench->findings.count);
}

static bool named(const struct bench *bench, const char *row)
{
    for (size_t i = 0; i < bench->findings.count; i++) {
        if (strcmp(bench->findings.row[i], row) == 0)
            return true;
    }
    return false;
}

static bool named_entry(const struct bench *bench, uint64_t seq)
{
    char row[64];
    snprintf(row, sizeof row, "journal %llu", (unsigned long long)seq);
    return named(bench, row);
}

/* This row, and no other. */
static void expect_only(const struct bench *bench, const char *row, const char *what)
{
    bool right = bench->findings.count == 1 && strcmp(bench->findings.row[0], row) == 0 &&
                 strstr(bench->findings.what[0], what) != NULL;
    if (!right)
        story_print(&bench->findings);
    assert_true(right);
}

static void expect_entry(const struct bench *bench, uint64_t seq, const char *what)
{
    char row[64];
    snprintf(row, sizeof row, "journal %llu", (unsigned long long)seq);
    expect_only(bench, row, what);
}

static struct text key_at(const struct bench *bench, uint64_t seq)
{
    return bench->journal->row[seq - 1].key;
}

static struct text value_at(const struct bench *bench, uint64_t seq)
{
    return bench->journal->row[seq - 1].value;
}

static void put(struct bench *bench, uint64_t seq, struct text value)
{
    tamper_put(&bench->story, DATABASE_JOURNAL, key_at(bench, seq), value);
}

static void restore(struct bench *bench)
{
    tamper_restore(&bench->story, DATABASE_JOURNAL, bench->journal);
}

static void expect_clean(struct bench *bench)
{
    verify(bench, NULL);
    if (bench->findings.count > 0)
        story_print(&bench->findings);
    assert_int_equal(bench->findings.count, 0);
}

static void test_clean(void **state)
{
    struct bench *bench = *state;
    const struct body_opener opener = {.open = story_open_body};
    struct digest leaves[ENTRIES];
    struct digest root;
    expect_clean(bench);
    verify(bench, &opener);
    assert_int_equal(bench->findings.count, 0);
    assert_int_equal(bench->report.entries, ENTRIES);
    assert_int_equal(bench->report.bodies, 16);
    for (size_t i = 0; i < ENTRIES; i++) {
        struct text value = bench->journal->row[i].value;
        memcpy(leaves[i].bytes, value.at + value.size - LEAF, LEAF);
    }
    assert_true(tree_root_of(DIGEST_SHA256, leaves, ENTRIES, &root, &bench->story.err));
    assert_true(digest_equal(&root, &bench->report.root));
}

/* Every byte of every record and leaf. */
static void test_every_byte(void **state)
{
    struct bench *bench = *state;
    size_t flips = 0;
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        struct text value = value_at(bench, seq);
        for (size_t at = 0; at < value.size; at++) {
            struct text changed = tamper_flip(value, at,
                                              (unsigned char)(1u << ((at + seq) % 8)));
            put(bench, seq, changed);
            tamper_free(changed);
            verify(bench, NULL);
            bool right = bench->findings.count == 1 && named_entry(bench, seq);
            if (!right) {
                print_error("entry %d byte %zu\n", (int)seq, at);
                story_print(&bench->findings);
            }
            assert_true(right);
            flips++;
        }
        put(bench, seq, value);
    }
    expect_clean(bench);
    print_message("%zu bytes\n", flips);
}

/* Every bit of every key: the entry is missing where it was, and found where it is not. */
static void test_every_key(void **state)
{
    struct bench *bench = *state;
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            uint64_t other = seq ^ (UINT64_C(1) << bit);
            struct text key = tamper_flip(key_at(bench, seq), 7 - bit / 8,
                                          (unsigned char)(1u << bit % 8));
            tamper_delete(&bench->story, DATABASE_JOURNAL, key_at(bench, seq));
            tamper_put(&bench->story, DATABASE_JOURNAL, key, value_at(bench, seq));
            tamper_free(key);
            verify(bench, NULL);
            bool right = bench->findings.count >= 2 && named_entry(bench, seq) &&
                         named_entry(bench, other);
            for (size_t i = 0; i < bench->findings.count; i++) {
                uint64_t said = strtoull(bench->findings.row[i] + 8, NULL, 10);
                right = right && (said == seq || said == other);
            }
            if (!right) {
                print_error("entry %d bit %u\n", (int)seq, bit);
                story_print(&bench->findings);
            }
            assert_true(right);
            restore(bench);
        }
    }
    expect_clean(bench);
}

static void test_cut(void **state)
{
    struct bench *bench = *state;
    struct text value = value_at(bench, 9);
    for (size_t size = 0; size < value.size; size += 3) {
        put(bench, 9, (struct text){value.at, size});
        verify(bench, NULL);
        expect_entry(bench, 9, "");
    }
    put(bench, ENTRIES, TEXT_NONE);
    put(bench, 9, value);
    verify(bench, NULL);
    expect_entry(bench, ENTRIES, "decode");
}

static void test_removed(void **state)
{
    struct bench *bench = *state;
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        tamper_delete(&bench->story, DATABASE_JOURNAL, key_at(bench, seq));
        verify(bench, NULL);
        expect_entry(bench, seq, "missing");
        restore(bench);
    }
    tamper_delete(&bench->story, DATABASE_JOURNAL, key_at(bench, ENTRIES));
    tamper_delete(&bench->story, DATABASE_JOURNAL, key_at(bench, ENTRIES - 1));
    verify(bench, NULL);
    expect_entry(bench, ENTRIES - 1, "missing");
    for (uint64_t seq = 1; seq < ENTRIES - 1; seq++)
        tamper_delete(&bench->story, DATABASE_JOURNAL, key_at(bench, seq));
    verify(bench, NULL);
    expect_entry(bench, 1, "missing");
}

/* Record and leaf changed together: the entry itself looks whole. */
static struct text rewritten(struct bench *bench, uint64_t seq, size_t at)
{
    struct text value = value_at(bench, seq);
    struct digest leaf;
    char *copy = malloc(value.size);
    assert_non_null(copy);
    memcpy(copy, value.at, value.size);
    copy[at] = (char)(copy[at] ^ 1);
    story_check(&bench->story, tree_leaf_hash(DIGEST_SHA256, copy, value.size - LEAF, &leaf,
                                              &bench->story.err));
    memcpy(copy + value.size - LEAF, leaf.bytes, LEAF);
    return (struct text){copy, value.size};
}

static void test_rewritten(void **state)
{
    struct bench *bench = *state;
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        struct text changed = rewritten(bench, seq, 130); /* in the digest */
        put(bench, seq, changed);
        tamper_free(changed);
        verify(bench, NULL);
        if (seq < ENTRIES)
            expect_entry(bench, seq + 1, "continue");
        else
            expect_entry(bench, seq, "head ends with");
        put(bench, seq, value_at(bench, seq));
    }
    expect_clean(bench);
}

static void test_rewritten_facts(void **state)
{
    struct bench *bench = *state;
    const struct {
        size_t at;
        const char *what;
    } facts[] = {
        {15, "number"},    /* seq */
        {18, "time"},      /* a long time back */
        {200, "continue"}, /* previous */
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        struct text changed = rewritten(bench, ENTRIES, facts[i].at);
        put(bench, ENTRIES, changed);
        tamper_free(changed);
        verify(bench, NULL);
        bool said = false;
        for (size_t j = 0; j < bench->findings.count; j++) {
            assert_string_equal(bench->findings.row[j], "journal 21");
            said = said || strstr(bench->findings.what[j], facts[i].what);
        }
        if (!said)
            story_print(&bench->findings);
        assert_true(said);
        put(bench, ENTRIES, value_at(bench, ENTRIES));
    }
}

static void test_swapped(void **state)
{
    struct bench *bench = *state;
    put(bench, 7, value_at(bench, 8));
    put(bench, 8, value_at(bench, 7));
    verify(bench, NULL);
    assert_true(named_entry(bench, 7));
    assert_true(named_entry(bench, 8));
}

/* An entry that continues the chain rightly, but nobody committed. */
static void test_added(void **state)
{
    struct bench *bench = *state;
    unsigned char bytes[8];
    struct text last = value_at(bench, ENTRIES);
    char *copy = malloc(last.size);
    struct digest leaf;
    assert_non_null(copy);
    memcpy(copy, last.at, last.size);
    copy[15] = ENTRIES + 1;
    memcpy(copy + 196, last.at + last.size - LEAF, LEAF);
    story_check(&bench->story, tree_leaf_hash(DIGEST_SHA256, copy, last.size - LEAF, &leaf,
                                              &bench->story.err));
    memcpy(copy + last.size - LEAF, leaf.bytes, LEAF);
    struct buffer key = buffer_over(bytes, sizeof bytes);
    buffer_u64(&key, ENTRIES + 1);
    tamper_put(&bench->story, DATABASE_JOURNAL, buffer_as_text(&key),
               (struct text){copy, last.size});
    verify(bench, NULL);
    expect_entry(bench, ENTRIES + 1, "behind the head");
    ledger_close(bench->story.ledger);
    bench->story.ledger = NULL;
    assert_false(
        ledger_open(bench->story.store, false, &bench->story.ledger, &bench->story.err));
    assert_int_equal(bench->story.err.code, ERROR_LEDGER);
    assert_non_null(strstr(bench->story.err.text, "journal 22"));
    free(copy);
}

static void test_odd_keys(void **state)
{
    struct bench *bench = *state;
    const struct text odd[] = {TEXT("\0"), TEXT("\0\0\0\0\0\0\0\5\0"), TEXT("\0\0\0\0\0\0\0"),
                               TEXT("\0\0\0\0\0\0\0\0"), TEXT("zzzzzzzzz")};
    const char *const rows[] = {"journal 00", "journal 000000000000000500",
                                "journal 00000000000000", "journal 0",
                                "journal 7a7a7a7a7a7a7a7a7a"};
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        tamper_put(&bench->story, DATABASE_JOURNAL, odd[i], value_at(bench, 5));
        verify(bench, NULL);
        expect_only(bench, rows[i], "");
        tamper_delete(&bench->story, DATABASE_JOURNAL, odd[i]);
    }
    expect_clean(bench);
}

static void test_meta(void **state)
{
    struct bench *bench = *state;
    struct tamper_rows *meta = tamper_read(&bench->story, DATABASE_META);
    assert_int_equal(meta->count, 5);
    for (size_t i = 0; i < meta->count; i++) {
        char row[32];
        snprintf(row, sizeof row, "meta %.*s", TEXT_ARG(meta->row[i].key));
        if (strcmp(row, "meta format") == 0)
            continue; /* another format is another program's */
        for (size_t at = 0; at < meta->row[i].value.size; at++) {
            struct text changed = tamper_flip(meta->row[i].value, at, 1);
            tamper_put(&bench->story, DATABASE_META, meta->row[i].key, changed);
            tamper_free(changed);
            verify(bench, NULL);
            if (!named(bench, row)) {
                print_error("%s byte %zu\n", row, at);
                story_print(&bench->findings);
            }
            assert_true(named(bench, row));
            assert_int_equal(bench->findings.count, 1);
        }
        tamper_delete(&bench->story, DATABASE_META, meta->row[i].key);
        verify(bench, NULL);
        if (strcmp(row, "meta person_cases") == 0)
            expect_clean(bench); /* as in a ledger of an older program */
        else
            expect_only(bench, row, "missing");
        tamper_restore(&bench->story, DATABASE_META, meta);
    }
    expect_clean(bench);
    tamper_rows_free(meta);
}

/* A start notices what lies in its range, and names it. */
static void test_start(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    for (uint64_t seq = 1; seq <= ENTRIES; seq += 4) {
        char row[32];
        struct text changed = tamper_flip(value_at(bench, seq), 60, 4);
        snprintf(row, sizeof row, "journal %d:", (int)seq);
        put(bench, seq, changed);
        tamper_free(changed);
        ledger_close(story->ledger);
        assert_false(ledger_open(story->store, false, &story->ledger, &story->err));
        assert_int_equal(story->err.code, ERROR_LEDGER);
        assert_non_null(strstr(story->err.text, row));
        assert_true(ledger_open(story->store, true, &story->ledger, &story->err));
        put(bench, seq, value_at(bench, seq));
    }
    ledger_close(story->ledger);
    assert_true(ledger_open(story->store, false, &story->ledger, &story->err));
}

/* --- bodies ------------------------------------------------------------------------------- */

static void test_bodies(void **state)
{
    struct bench *bench = *state;
    const struct body_opener opener = {.open = story_open_body};
    struct tamper_rows *bodies = tamper_read(&bench->story, DATABASE_BODY);
    assert_int_equal(bodies->count, 16);
    for (size_t i = 0; i < bodies->count; i++) {
        struct text key = bodies->row[i].key;
        struct text value = bodies->row[i].value;
        tamper_delete(&bench->story, DATABASE_BODY, key);
        verify(bench, NULL);
        assert_int_equal(bench->findings.count, 1);
        assert_non_null(strstr(bench->findings.what[0], "missing"));
        char row[sizeof bench->findings.row[0]];
        memcpy(row, bench->findings.row[0], sizeof row);

        tamper_put(&bench->story, DATABASE_BODY, key, (struct text){value.at, value.size - 1});
        verify(bench, NULL);
        expect_only(bench, row, "damaged");

        struct text changed = tamper_flip(value, value.size - 1, 8);
        tamper_put(&bench->story, DATABASE_BODY, key, changed);
        tamper_free(changed);
        verify(bench, NULL); /* without keys nobody can tell */
        assert_int_equal(bench->findings.count, 0);
        verify(bench, &opener);
        expect_only(bench, row, "other bytes");
        tamper_put(&bench->story, DATABASE_BODY, key, value);
    }
    tamper_rows_free(bodies);
}

static bool never_opens(void *self, const struct entry_body *body, struct text sealed,
                        struct arena *arena, struct text *plain, struct error *err)
{
    const enum error_code *code = self;
    (void)body;
    (void)sealed;
    (void)arena;
    (void)plain;
    return fail_at(err, *code, __FILE__, __LINE__, "no");
}

static void test_opener_fails(void **state)
{
    struct bench *bench = *state;
    enum error_code code = ERROR_CRYPTO;
    struct body_opener opener = {.open = never_opens, .self = &code};
    verify(bench, &opener);
    assert_int_equal(bench->findings.count, 16);
    assert_non_null(strstr(bench->findings.what[0], "does not open"));
    code = ERROR_MEMORY; /* our own world failing is not the ledger's fault */
    assert_false(ledger_verify(bench->story.ledger, &opener, story_keep, &bench->findings,
                               &bench->report, &bench->story.err));
    assert_int_equal(bench->story.err.code, ERROR_MEMORY);
}

static void add_kept(struct story *story, enum retention_class retention, const char *plain,
                     int64_t years)
{
    story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
    story_start(story, ENTRY_DISCLOSED);
    story->entry.wall.ms += years * 366 * INT64_C(86400000);
    story_check(story, story_add_bytes(story, BODY_ORIGINAL, retention, text_of(plain)));
    story_check(story, story_append(story));
    story_check(story, ledger_commit(&story->txn, &story->err));
}

/* Bodies go when their time is over; the chain stays whole. */
static void test_retention(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct tamper_rows *before = tamper_read(story, DATABASE_BODY);
    add_kept(story, RETENTION_DAYS, "a question", 0);
    add_kept(story, RETENTION_10_YEARS, "ten years", 0);
    add_kept(story, RETENTION_PERMANENT, "permanent", 0);
    tamper_restore(story, DATABASE_BODY, before);
    verify(bench, NULL);
    assert_int_equal(bench->findings.count, 2);
    assert_string_equal(bench->findings.row[0], "journal 23");
    assert_string_equal(bench->findings.row[1], "journal 24");
    add_kept(story, RETENTION_DAYS, "eleven years later", 11);
    verify(bench, NULL);
    expect_entry(bench, 24, "missing");
    tamper_rows_free(before);
}

/* --- long --------------------------------------------------------------------------------- */

/* Over several portions, with an odd key right at a portion's end. */
static void test_portions(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    for (int i = 0; i < 3; i++) {
        story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
        for (int j = 0; j < 900; j++)
            story_check(story, story_next(story));
        story_check(story, ledger_commit(&story->txn, &story->err));
    }
    expect_clean(bench);
    assert_int_equal(bench->report.entries, ENTRIES + 2700);
    tamper_put(story, DATABASE_JOURNAL, TEXT("\0\0\0\0\0\0\3\xe8\0"), TEXT("x"));
    verify(bench, NULL);
    expect_only(bench, "journal 00000000000003e800", "no entry number");
    tamper_delete(story, DATABASE_JOURNAL, TEXT("\0\0\0\0\0\0\3\xe8"));
    verify(bench, NULL);
    assert_int_equal(bench->findings.count, 2);
    assert_true(named_entry(bench, 1000));
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
        BOTH(test_every_byte),
        BOTH(test_every_key),
        BOTH(test_cut),
        BOTH(test_removed),
        BOTH(test_rewritten),
        BOTH(test_rewritten_facts),
        BOTH(test_swapped),
        BOTH(test_added),
        BOTH(test_odd_keys),
        BOTH(test_meta),
        BOTH(test_start),
        BOTH(test_bodies),
        BOTH(test_opener_fails),
        BOTH(test_retention),
        BOTH(test_portions),
    };
    return cmocka_run_group_tests_name("ledger verify", tests, NULL, NULL);
}
