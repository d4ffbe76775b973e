/* Charge lines of a stay: what adding, cancelling and dropping them leaves behind. */
#include "unit.h"

#include "ledger_bench.h"

enum { MANY = 50000, IN_ONE_ENTRY = 500, SHOWN_MAX = 512 };

static const struct uuid stay = {{0x01, 0x9c, 0x57, 0xa7, 0x11}};
static const struct uuid other_stay = {{0x01, 0x9c, 0x57, 0xa7, 0x12}};

static void start_of(struct story *story, const struct uuid *case_id)
{
    story_start(story, ENTRY_TIMER);
    story->entry.case_id = *case_id;
}

static bool append_change(struct story *story, enum entry_lines_change change, uint32_t batch,
                          const struct entry_line *lines, size_t count)
{
    start_of(story, &stay);
    story_add_lines(story, change, batch, lines, count);
    return story_append(story);
}

static void add(struct story *story, uint32_t batch, const char *number, const char *original,
                int64_t fen)
{
    struct entry_line line = story_line(number, original, fen);
    story_check(story, append_change(story, ENTRY_LINES_ADD, batch, &line, 1));
}

static void cancel(struct story *story, const char *number)
{
    struct entry_line line = story_line(number, "", 0);
    story_check(story, append_change(story, ENTRY_LINES_CANCEL, 0, &line, 1));
}

static void change_all(struct story *story, enum entry_lines_change change, uint32_t batch)
{
    story_check(story, append_change(story, change, batch, NULL, 0));
}

/* "1:9900-900 3!" : number, total, what was given back; a line out of force has a mark. */
struct shown {
    char text[SHOWN_MAX];
    size_t count;
    size_t count_max;
};

static bool show(void *self, const struct line_row *row)
{
    struct shown *shown = self;
    size_t used = strlen(shown->text);
    snprintf(shown->text + used, sizeof shown->text - used, "%s%.*s:%lld-%lld%s",
             used > 0 ? " " : "", TEXT_ARG(row->number), (long long)row->sums.total.fen,
             (long long)row->returned.fen,
             row->in_force ? ""
             : row->held   ? "?"
                           : "!");
    return ++shown->count < shown->count_max;
}

static const char *lines_of(struct story *story, const struct uuid *case_id)
{
    static struct shown shown;
    shown = (struct shown){.count_max = SIZE_MAX};
    story_check(story, ledger_each_line(story->txn, case_id, show, &shown, &story->err));
    return shown.text;
}

static void expect_lines(struct story *story, const char *expected)
{
    assert_string_equal(lines_of(story, &stay), expected);
}

static void test_life(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    expect_lines(story, "");
    add(story, 1, "1", "", 9900);
    add(story, 1, "10", "", 50);
    add(story, 2, "2", "1", -900);
    add(story, 2, "3", "1", -100);
    expect_lines(story, "1:9900-1000 10:50-0 2:-900-0 3:-100-0");
    cancel(story, "2");
    expect_lines(story, "1:9900-100 10:50-0 2:-900-0! 3:-100-0");
    change_all(story, ENTRY_LINES_DROP_BATCH, 2);
    expect_lines(story, "1:9900-0 10:50-0");
    add(story, 3, "2", "1", -900); /* what was dropped was never there */
    expect_lines(story, "1:9900-900 10:50-0 2:-900-0");
    cancel(story, "1");
    cancel(story, "2");
    expect_lines(story, "1:9900-0! 10:50-0 2:-900-0!");
    change_all(story, ENTRY_LINES_DROP_BATCH, 9); /* of which there is nothing */
    expect_lines(story, "1:9900-0! 10:50-0 2:-900-0!");
    change_all(story, ENTRY_LINES_CANCEL_ALL, 0);
    expect_lines(story, "1:9900-0! 10:50-0! 2:-900-0!");
    commit(story);
    expect_sound(story);
}

/* A batch whose lines give one another back goes as a whole, in whatever order. */
static void test_batch_of_itself(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct entry_line lines[] = {story_line("5", "", 100), story_line("3", "5", -10),
                                       story_line("7", "5", -20), story_line("9", "7", -1)};
    begin(story);
    add(story, 1, "1", "", 77);
    story_check(story, append_change(story, ENTRY_LINES_ADD, 2, lines, COUNT_OF(lines)));
    expect_lines(story, "1:77-0 3:-10-0 5:100-30 7:-20-1 9:-1-0");
    change_all(story, ENTRY_LINES_DROP_BATCH, 2);
    expect_lines(story, "1:77-0");
    commit(story);
    expect_sound(story);
}

static void test_cancel_all(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct entry_line one = story_line("1", "", 5);
    begin(story);
    change_all(story, ENTRY_LINES_CANCEL_ALL, 0); /* of nothing */
    add(story, 1, "1", "", 9900);
    add(story, 1, "2", "1", -900);
    start_of(story, &other_stay);
    story_add_lines(story, ENTRY_LINES_ADD, 1, &one, 1);
    story_check(story, story_append(story));
    change_all(story, ENTRY_LINES_CANCEL_ALL, 0);
    expect_lines(story, "1:9900-0! 2:-900-0!");
    assert_string_equal(lines_of(story, &other_stay), "1:5-0");
    commit(story);
    expect_sound(story);
}

/* Out of force until it is known whether they were cancelled over there: "?". */
static void test_held(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct entry_line two = story_line("2", "", 0);
    begin(story);
    add(story, 1, "1", "", 9900);
    add(story, 1, "2", "1", -900);
    add(story, 2, "3", "", 50);
    story_check(story, append_change(story, ENTRY_LINES_HOLD, 0, &two, 1));
    expect_lines(story, "1:9900-0 2:-900-0? 3:50-0");
    change_all(story, ENTRY_LINES_PUT_BACK, 0);
    expect_lines(story, "1:9900-900 2:-900-0 3:50-0");
    story_check(story, append_change(story, ENTRY_LINES_HOLD, 0, &two, 1));
    change_all(story, ENTRY_LINES_LET_GO, 0);
    change_all(story, ENTRY_LINES_PUT_BACK, 0); /* nothing is held any more */
    expect_lines(story, "1:9900-0 2:-900-0! 3:50-0");
    add(story, 3, "4", "3", -20);
    change_all(story, ENTRY_LINES_HOLD_ALL, 0);
    expect_lines(story, "1:9900-0? 2:-900-0! 3:50-0? 4:-20-0?");
    change_all(story, ENTRY_LINES_PUT_BACK, 0);
    expect_lines(story, "1:9900-0 2:-900-0! 3:50-20 4:-20-0");
    change_all(story, ENTRY_LINES_HOLD_ALL, 0);
    change_all(story, ENTRY_LINES_LET_GO, 0);
    expect_lines(story, "1:9900-0! 2:-900-0! 3:50-0! 4:-20-0!");
    commit(story);
    expect_sound(story);
}

/* Several changes in one entry, in their order. */
static void test_one_entry(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct entry_line lines[] = {story_line("1", "", 500), story_line("2", "1", -200)};
    begin(story);
    start_of(story, &stay);
    story_add_lines(story, ENTRY_LINES_ADD, 1, lines, 2);
    story_add_lines(story, ENTRY_LINES_CANCEL, 0, &lines[1], 1);
    story_check(story, story_append(story));
    expect_lines(story, "1:500-0 2:-200-0!");
    commit(story);
    expect_sound(story);
}

static void test_get_line(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    static const char nothing[ENTRY_LINE_NUMBER_MAX + 1];
    struct line_row row;
    bool found;
    begin(story);
    add(story, 4, "明细1", "", 9900);
    add(story, 5, "B", "明细1", -900);
    commit(story);
    begin_read(story);
    assert_true(
        ledger_get_line(story->txn, &stay, TEXT("B"), bench->arena, &row, &found, &story->err));
    assert_true(found && row.in_force && row.batch == 5);
    assert_true(text_is(row.number, "B") && text_is(row.original, "明细1"));
    assert_true(row.sums.total.fen == -900 && row.sums.in_scope.fen == -900);
    assert_true(row.digest[0] == 'B' && row.digest[31] == 'B');
    assert_true(ledger_get_line(story->txn, &stay, TEXT("明细1"), bench->arena, &row, &found,
                                &story->err));
    assert_true(found && row.returned.fen == 900 && row.original.size == 0);
    const struct text not_there[] = {TEXT(""),
                                     TEXT("b"),
                                     TEXT("B "),
                                     {nothing, sizeof nothing - 1},
                                     {nothing, sizeof nothing}};
    for (size_t i = 0; i < COUNT_OF(not_there); i++) {
        assert_true(ledger_get_line(story->txn, &stay, not_there[i], bench->arena, &row, &found,
                                    &story->err));
        assert_false(found);
    }
    assert_true(ledger_get_line(story->txn, &other_stay, TEXT("B"), bench->arena, &row, &found,
                                &story->err));
    assert_false(found);
    struct arena *small = arena_new(1);
    assert_non_null(small);
    while (arena_alloc(small, 1) != NULL)
        continue;
    assert_false(
        ledger_get_line(story->txn, &stay, TEXT("B"), small, &row, &found, &story->err));
    assert_int_equal(story->err.code, ERROR_MEMORY);
    arena_free(small);
}

static void test_visitor_stops(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct shown shown = {.count_max = 1};
    begin(story);
    add(story, 1, "1", "", 1);
    add(story, 1, "2", "", 2);
    story_check(story, ledger_each_line(story->txn, &stay, show, &shown, &story->err));
    assert_int_equal(shown.count, 1);
}

/* --- the digest --------------------------------------------------------------------------- */

static void expect_digest(struct bench *bench, const char *first_bytes)
{
    struct story *story = &bench->story;
    uint8_t got[32];
    char digests[8 * 32];
    struct digest expected;
    size_t count = strlen(first_bytes);
    for (size_t i = 0; i < count; i++)
        memset(digests + i * 32, first_bytes[i], 32);
    story_check(story, digest_of(DIGEST_SHA256, digests, count * 32, &expected, &story->err));
    story_check(story, ledger_lines_digest(story->txn, &stay, got, &story->err));
    assert_memory_equal(got, expected.bytes, 32);
}

static void test_digest(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    bench->kind = (enum digest_kind)ledger_origin(story->ledger)->digest_kind;
    begin(story);
    expect_digest(bench, "");
    add(story, 1, "b", "", 2);
    add(story, 1, "a", "", 1);
    add(story, 2, "c", "b", -1);
    expect_digest(bench, "abc");
    cancel(story, "b");
    expect_digest(bench, "ac");
    change_all(story, ENTRY_LINES_DROP_BATCH, 2);
    expect_digest(bench, "a");
    change_all(story, ENTRY_LINES_CANCEL_ALL, 0);
    expect_digest(bench, "");
    commit(story);
}

/* --- contradictions ----------------------------------------------------------------------- */

static void expect_refused(struct story *story, bool appended, const char *why)
{
    assert_false(appended);
    assert_int_equal(story->err.code, ERROR_LEDGER);
    if (!strstr(story->err.text, why))
        print_error("\"%s\" does not say \"%s\"\n", story->err.text, why);
    assert_non_null(strstr(story->err.text, why));
    assert_false(ledger_commit(&story->txn, &story->err));
    story->err = (struct error)ERROR_INIT;
    begin(story);
}

static bool append_line(struct story *story, enum entry_lines_change change, const char *number,
                        const char *original, int64_t fen)
{
    struct entry_line line = story_line(number, original, fen);
    return append_change(story, change, 2, &line, 1);
}

static bool append_raw(struct story *story, struct text bytes)
{
    start_of(story, &stay);
    story_add_text(story, TLV_LINES, bytes);
    return story_append(story);
}

static void test_contradictions(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct entry_line twice[] = {story_line("9", "", 1), story_line("9", "", 1)};
    begin(story);
    add(story, 1, "1", "", 9900);
    add(story, 1, "2", "1", -900);
    cancel(story, "2");
    commit(story);
    begin(story);

    expect_refused(story, append_line(story, ENTRY_LINES_ADD, "1", "", 1), "used once");
    expect_refused(story, append_line(story, ENTRY_LINES_ADD, "2", "", 1), "used once");
    expect_refused(story, append_change(story, ENTRY_LINES_ADD, 2, twice, 2), "used once");
    expect_refused(story, append_line(story, ENTRY_LINES_ADD, "3", "4", -1), "not there");
    expect_refused(story, append_line(story, ENTRY_LINES_ADD, "3", "3", -1), "not there");
    expect_refused(story, append_line(story, ENTRY_LINES_CANCEL, "3", "", 0), "not in force");
    expect_refused(story, append_line(story, ENTRY_LINES_CANCEL, "2", "", 0), "not in force");
    expect_refused(story, append_raw(story, TEXT("")), "change of lines does not decode");
    expect_refused(story, append_raw(story, TEXT("\5\0\0\0\1\0\0")), "does not decode");
    expect_refused(story, append_raw(story, TEXT("\1\0\0\0\1\0\0")), "does not decode");
    expect_refused(story, append_raw(story, TEXT("\2\0\0\0\1\0\1\0")),
                   "a line does not decode");
    expect_refused(story, append_raw(story, TEXT("\2\0\0\0\1\0\2\0011")),
                   "a line does not decode");
    expect_refused(story, append_raw(story, TEXT("\2\0\0\0\1\0\1\0011\0011")), "bytes behind");
    expect_refused(story, append_raw(story, TEXT("\3\0\0\0\1\0\0\0")), "bytes behind");
    story_start(story, ENTRY_TIMER);
    story_add_lines(story, ENTRY_LINES_CANCEL_ALL, 0, NULL, 0);
    expect_refused(story, story_append(story), "no case");

    expect_lines(story, "1:9900-0 2:-900-0!");
    abandon(story);
    expect_sound(story);
}

static void test_sums_are_bounded(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    add(story, 1, "1", "", MONEY_MAX);
    add(story, 1, "2", "1", -MONEY_MAX);
    commit(story);
    begin(story);
    expect_refused(story, append_line(story, ENTRY_LINES_ADD, "3", "1", -1), "bounds");
    add(story, 1, "3", "1", 1);
    expect_lines(story, "1:9000000000000000-8999999999999999 2:-9000000000000000-0 3:1-0");
    abandon(story);
    expect_sound(story);
}

/* What somebody else did to a row is named when it is needed, never read as something else. */
static void test_damaged_rows(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const struct text values[] = {TEXT(""), TEXT("\1"), TEXT("\2\1"), TEXT("\1\2")};
    struct shown shown = {.count_max = SIZE_MAX};
    struct line_row row;
    uint8_t digest[32];
    bool found;
    begin(story);
    add(story, 1, "1", "", 9900);
    commit(story);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct store_txn *txn = NULL;
        char key[17] = "";
        memcpy(key, stay.bytes, 16);
        key[16] = '1';
        story_check(story, store_begin_write(story->store, &txn, &story->err) &&
                               store_put(txn, DATABASE_LINES, (struct text){key, 17}, values[i],
                                         &story->err) &&
                               store_commit(&txn, &story->err));
        begin(story);
        assert_false(ledger_get_line(story->txn, &stay, TEXT("1"), bench->arena, &row, &found,
                                     &story->err));
        assert_int_equal(story->err.code, ERROR_LEDGER);
        assert_false(ledger_each_line(story->txn, &stay, show, &shown, &story->err));
        assert_false(ledger_lines_digest(story->txn, &stay, digest, &story->err));
        assert_int_equal(story->err.code, ERROR_LEDGER);
        assert_false(append_change(story, ENTRY_LINES_CANCEL_ALL, 0, NULL, 0));
        assert_int_equal(story->err.code, ERROR_LEDGER);
        abandon(story);
    }
}

/* --- a long stay -------------------------------------------------------------------------- */

static void add_many(struct story *story, unsigned from)
{
    static struct entry_line lines[IN_ONE_ENTRY];
    static char numbers[IN_ONE_ENTRY][16];
    static unsigned char bytes[ENTRY_SIZE_MAX];
    for (unsigned i = 0; i < IN_ONE_ENTRY; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%08u", from + i);
        lines[i] = story_line(numbers[i], "", 100);
    }
    start_of(story, &stay);
    struct entry_lines head = {ENTRY_LINES_ADD, 1 + from / IN_ONE_ENTRY, IN_ONE_ENTRY};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    entry_lines_encode(&head, &buffer);
    for (unsigned i = 0; i < IN_ONE_ENTRY; i++)
        entry_line_encode(&head, &lines[i], &buffer);
    story->tlvs[story->entry.tlv_count++] = (struct tlv){TLV_LINES, buffer_as_text(&buffer)};
    story_check(story, story_append(story));
}

struct counted {
    unsigned in_force;
    unsigned out_of_force;
};

static bool count_line(void *self, const struct line_row *row)
{
    struct counted *counted = self;
    counted->in_force += row->in_force;
    counted->out_of_force += !row->in_force;
    return true;
}

static void test_many(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct counted counted = {0, 0};
    uint8_t digest[32];
    for (unsigned from = 0; from < MANY; from += IN_ONE_ENTRY) {
        begin(story);
        add_many(story, from);
        commit(story);
    }
    begin(story);
    story_check(story, ledger_lines_digest(story->txn, &stay, digest, &story->err));
    change_all(story, ENTRY_LINES_DROP_BATCH, 1);
    change_all(story, ENTRY_LINES_CANCEL_ALL, 0);
    story_check(story, ledger_each_line(story->txn, &stay, count_line, &counted, &story->err));
    assert_int_equal(counted.in_force, 0);
    assert_int_equal(counted.out_of_force, MANY - IN_ONE_ENTRY);
    commit(story);
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
        BOTH(test_life),           BOTH(test_batch_of_itself),
        BOTH(test_cancel_all),     BOTH(test_held),
        BOTH(test_one_entry),      BOTH(test_get_line),
        BOTH(test_visitor_stops),  BOTH(test_digest),
        BOTH(test_contradictions), BOTH(test_sums_are_bounded),
        BOTH(test_damaged_rows),   BOTH(test_many),
    };
    return cmocka_run_group_tests_name("ledger lines", tests, NULL, NULL);
}
