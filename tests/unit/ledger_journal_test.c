/* The journal, and what follows from each kind of entry. */
#include "unit.h"

#include "ledger_story.h"

struct bench {
    struct story story;
    const char *folder;
    enum digest_kind kind;
    struct arena *arena;
};

static int setup_as(void **state, bool lmdb, enum digest_kind kind)
{
    static char folder[64];
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->kind = kind;
    bench->arena = arena_new(8 << 20);
    if (lmdb) {
        snprintf(folder, sizeof folder, "/tmp/qiantong-journal-%d", (int)getpid());
        story_remove(folder);
        bench->folder = folder;
    }
    story_check(&bench->story, story_open_store(&bench->story, bench->folder));
    *state = bench;
    return 0;
}

static int setup_empty(void **state)
{
    return setup_as(state, false, DIGEST_SHA256);
}

static int setup_memory(void **state)
{
    setup_as(state, false, DIGEST_SM3);
    struct bench *bench = *state;
    story_check(&bench->story, story_open_ledger(&bench->story, bench->kind));
    return 0;
}

static int setup_lmdb(void **state)
{
    setup_as(state, true, DIGEST_SHA256);
    struct bench *bench = *state;
    story_check(&bench->story, story_open_ledger(&bench->story, bench->kind));
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    story_close(&bench->story);
    if (bench->folder)
        story_remove(bench->folder);
    arena_free(bench->arena);
    free(bench);
    return 0;
}

static void begin(struct story *story)
{
    story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
}

static void begin_read(struct story *story)
{
    story_check(story, ledger_begin_read(story->ledger, &story->txn, &story->err));
}

static void commit(struct story *story)
{
    story_check(story, ledger_commit(&story->txn, &story->err));
}

static void abandon(struct story *story)
{
    ledger_abort(story->txn);
    story->txn = NULL;
    story->err = (struct error)ERROR_INIT;
}

static void expect_sound(struct story *story)
{
    struct story_findings findings;
    bool sound = story_is_sound(story, &findings);
    if (!sound)
        story_print(&findings);
    assert_true(sound);
}

/* Tells the story up to and including this step of case 0, then looks. */
static void tell_step(struct story *story, unsigned step)
{
    story_tell(story, story_seq(0, step));
    begin_read(story);
}

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

struct seen {
    uint64_t seq[64];
    size_t count;
    size_t count_max;
    uint8_t leaf[32];
    bool chained;
};

static bool see_entry(void *self, const struct entry *entry)
{
    struct seen *seen = self;
    assert_true(seen->count < COUNT_OF(seen->seq));
    if (seen->count > 0 && memcmp(entry->previous, seen->leaf, 32) != 0)
        seen->chained = false;
    memcpy(seen->leaf, entry->leaf, 32);
    seen->seq[seen->count++] = entry->seq;
    return seen->count < seen->count_max;
}

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

/* --- contradictions: refused, and the transaction with them
 * ----------------------------------- */

static void expect_contradiction(struct story *story, const char *why)
{
    assert_false(story_append(story));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    if (!strstr(story->err.text, why))
        print_error("\"%s\" does not say \"%s\"\n", story->err.text, why);
    assert_non_null(strstr(story->err.text, why));
    /* Half of it may be written: only an abort is left. */
    assert_false(story_append(story));
    assert_false(ledger_commit(&story->txn, &story->err));
    assert_null(story->txn);
    assert_int_equal(story->err.code, ERROR_LEDGER);
    story->err = (struct error)ERROR_INIT;
    begin(story);
}

static void test_refused_entries(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, 5);
    begin(story);

    story_start(story, ENTRY_NONE);
    expect_contradiction(story, "kind 0");
    story_start(story, ENTRY_KINDS);
    expect_contradiction(story, "kind 20");
    story_start(story, ENTRY_ORIGIN);
    expect_contradiction(story, "origin");
    story_start(story, ENTRY_BOOT);
    story->entry.wall.ms = story_time(5).ms - 1;
    expect_contradiction(story, "before");
    story_start(story, ENTRY_BOOT);
    story->entry.amount.fen = MONEY_MAX + 1;
    expect_contradiction(story, "amount");
    story_start(story, ENTRY_BOOT);
    story->tlvs[0] = (struct tlv){TLV_TEXT, TEXT("b")};
    story->tlvs[1] = (struct tlv){TLV_BODY, TEXT("a")};
    story->entry.tlv_count = 2;
    assert_false(ledger_append(story->txn, &story->entry, &story->err));
    assert_non_null(strstr(story->err.text, "follows"));
    abandon(story);
    begin(story);

    story_start(story, ENTRY_BOOT);
    static const char large[ENTRY_SIZE_MAX];
    story->tlvs[0] = (struct tlv){
        TLV_TEXT, {large, sizeof large}
    };
    story->entry.tlv_count = 1;
    expect_contradiction(story, "larger");
    abandon(story);
    expect_sound(story);
}

static void test_contradicting_messages(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, story_seq(0, 5));
    begin(story);

    assert_true(story_message(story, 0, 5, VERDICT_ACCEPTED)); /* once more */
    expect_contradiction(story, "has its verdict");
    story_start(story, ENTRY_RECEIVED);
    story_add_verdict(story, VERDICT_ACCEPTED, 0);
    expect_contradiction(story, "without a key");
    story_start(story, ENTRY_RECEIVED);
    story_key(7, 5, story->entry.message_key);
    expect_contradiction(story, "without a verdict");
    story_start(story, ENTRY_RECEIVED);
    story_key(7, 5, story->entry.message_key);
    story_add_text(story, TLV_VERDICT, TEXT("x"));
    expect_contradiction(story, "does not decode");
    assert_true(story_reply(story, 7, 5));
    expect_contradiction(story, "an answer to a message");

    struct flow_case other = story_case(0, 5);
    story_start(story, ENTRY_TIMER);
    story_add_text(story, TLV_CASE_AFTER, TEXT("no case"));
    expect_contradiction(story, "entry 11");
    other.case_id = (struct uuid){{0}};
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &other);
    expect_contradiction(story, "without an id");

    story_start(story, ENTRY_CONFIG);
    story_add_party(story, STORY_PARTNER, "hrss.330000");
    expect_contradiction(story, "once");
    story_start(story, ENTRY_CONFIG);
    story_add_party(story, 9, "hrss.440000");
    expect_contradiction(story, "once");
    story_start(story, ENTRY_CONFIG);
    story_add_party(story, 0, "hrss.450000");
    expect_contradiction(story, "without number");
    story_start(story, ENTRY_CONFIG);
    story_add_text(story, TLV_PARTY, TEXT("\0\0\0\7"));
    expect_contradiction(story, "without number");
    story_start(story, ENTRY_CONFIG);
    story_add_text(story, TLV_PARTY, TEXT("\0\0"));
    expect_contradiction(story, "does not decode");
    abandon(story);
    expect_sound(story);
}

static void test_contradicting_letters(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t first = story_out_id(0, 0, 0);
    story_tell(story, story_seq(0, 3));
    begin(story);

    story_start(story, ENTRY_OPERATOR);
    story_add_letter(story, 1, STORY_PARTNER, LETTER_NEW);
    expect_contradiction(story, "16");
    story_start(story, ENTRY_OPERATOR);
    story_add_letter(story, 0, STORY_PARTNER, LETTER_READY);
    expect_contradiction(story, "born");
    story_start(story, ENTRY_OPERATOR);
    story_add_letter(story, 0, 0, LETTER_NEW);
    expect_contradiction(story, "nobody");
    story_start(story, ENTRY_OPERATOR);
    story_add_text(story, TLV_LETTER, TEXT("x"));
    expect_contradiction(story, "does not decode");
    story_start(story, ENTRY_OPERATOR);
    story_add_state(story, 12345, LETTER_DEAD, 0, 0);
    expect_contradiction(story, "never written");
    story_start(story, ENTRY_OPERATOR);
    story_add_state(story, first, LETTER_DONE, 0, 77); /* due, but not to be sent */
    expect_contradiction(story, "does not decode");

    story_about(story, ENTRY_SEALED, 0, first, VERDICT_NONE);
    assert_true(story_add_body(story, BODY_SEALED, 400));
    expect_contradiction(story, "once");
    story_about(story, ENTRY_SEALED, 0, 999, VERDICT_NONE);
    assert_true(story_add_body(story, BODY_SEALED, 400));
    expect_contradiction(story, "never written");
    story_start(story, ENTRY_OUTCOME);
    expect_contradiction(story, "which letter");
    story_start(story, ENTRY_OPERATOR);
    story_add_letter(story, 0, STORY_PARTNER, LETTER_NEW);
    assert_true(story_append(story));
    story_about(story, ENTRY_SEALED, 0, ledger_next_seq(story->txn) * 16 - 16, VERDICT_NONE);
    expect_contradiction(story, "missing");
    abandon(story);
    expect_sound(story);
}

/* --- consequences, kind by kind ----------------------------------------------------------- */

static struct letter_row letter(struct story *story, uint64_t out_id)
{
    struct letter_row row;
    bool found;
    story_check(story, ledger_get_letter(story->txn, out_id, &row, &found, &story->err));
    assert_true(found);
    assert_true(row.letter.out_id == out_id);
    return row;
}

static bool is_due(struct story *story, uint32_t party, uint64_t out_id, struct instant now)
{
    struct outbox_position after = {{0}, 0};
    struct letter_row row;
    bool found;
    struct instant before = {0};
    for (;;) {
        story_check(story,
                    ledger_next_due(story->txn, party, now, &after, &row, &found, &story->err));
        if (!found)
            return false;
        assert_true(row.letter.due.ms == after.due.ms && row.letter.out_id == after.out_id);
        assert_true(row.letter.party == party && after.due.ms <= now.ms);
        assert_false(instant_before(after.due, before));
        before = after.due;
        if (row.letter.out_id == out_id)
            return true;
    }
}

static uint64_t lane_next(struct story *story, unsigned number, uint32_t party, uint64_t after)
{
    struct uuid id = story_case_id(number);
    uint64_t out_id = 0;
    bool found;
    story_check(story,
                ledger_lane_next(story->txn, &id, party, after, &out_id, &found, &story->err));
    return found ? out_id : 0;
}

static struct inbox_row inbox(struct story *story, uint32_t party, unsigned step)
{
    uint8_t key[MESSAGE_KEY_SIZE];
    struct inbox_row row = {0};
    bool found;
    story_key(0, step, key);
    story_check(story, ledger_inbox_find(story->txn, party, key, &row, &found, &story->err));
    assert_true(found);
    return row;
}

static size_t of_case(struct story *story, unsigned number)
{
    struct seen seen = {.count_max = 64};
    struct uuid id = story_case_id(number);
    story_check(story, ledger_each_of_case(story->txn, &id, see_entry, &seen, &story->err));
    return seen.count;
}

static struct seen of_message(struct story *story, unsigned step)
{
    struct seen seen = {.count_max = 64};
    uint8_t key[MESSAGE_KEY_SIZE];
    story_key(0, step, key);
    story_check(story, ledger_each_of_message(story->txn, key, see_entry, &seen, &story->err));
    return seen;
}

static bool open_case(struct story *story, unsigned number, struct uuid *id)
{
    uint8_t tag[16];
    bool found;
    story_tag(number, tag);
    story_check(story, ledger_open_case(story->txn, FLOW_PENSION_EMPLOYEE, tag, 520000, 440000,
                                        id, &found, &story->err));
    return found;
}

static const struct instant for_ever = {INT64_MAX};

static void test_submission(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid id = story_case_id(0);
    struct uuid other;
    struct flow_case row;
    uint64_t first = story_out_id(0, 0, 0);
    uint8_t key[MESSAGE_KEY_SIZE];
    struct inbox_row entry;
    bool found;

    tell_step(story, 0);
    entry = inbox(story, STORY_CORE, 0);
    assert_int_equal(entry.seq, 5);
    assert_int_equal(entry.reply_seq, 0);
    assert_int_equal(entry.verdict, VERDICT_ACCEPTED);
    story_key(0, 0, key);
    assert_true(ledger_inbox_find(story->txn, STORY_PARTNER, key, &entry, &found, &story->err));
    assert_false(found); /* another party's messages are other messages */
    assert_true(ledger_get_case(story->txn, &id, &row, &found, &story->err));
    assert_true(found && row.state == PENSION_LETTER_SENT && row.version == 1);
    assert_true(open_case(story, 0, &other));
    assert_true(uuid_equal(&id, &other));
    assert_false(open_case(story, 1, &other));
    assert_true(
        ledger_case_by_trace(story->txn, 520000, row.trace, &other, &found, &story->err));
    assert_true(found && uuid_equal(&id, &other));
    assert_true(
        ledger_case_by_trace(story->txn, 520100, row.trace, &other, &found, &story->err));
    assert_false(found);
    assert_true(ledger_case_by_trace(story->txn, 520000, "", &other, &found, &story->err));
    assert_false(found);

    struct letter_row born = letter(story, first);
    assert_int_equal(born.letter.state, LETTER_NEW);
    assert_true(born.sealed_seq == 0 && born.sealed.size == 0 && born.outcome_seq == 0);
    assert_true(is_due(story, STORY_PARTNER, first, story_time(5)));
    assert_false(is_due(story, STORY_PARTNER, first, story_time(4)));
    assert_false(is_due(story, STORY_CORE, first, for_ever));
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == first);
    assert_true(lane_next(story, 0, STORY_PARTNER, first) == 0);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == 0);
    assert_int_equal(of_case(story, 0), 1);
}

static void test_letter_life(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t first = story_out_id(0, 0, 0);

    tell_step(story, 1);
    struct letter_row row = letter(story, first);
    assert_int_equal(row.letter.state, LETTER_READY);
    assert_int_equal(row.sealed_seq, story_seq(0, 1));
    assert_int_equal(row.sealed.use, BODY_SEALED);
    assert_int_equal(row.sealed.size, 400);
    assert_true(row.letter.created.ms == story_time(5).ms);
    assert_false(is_due(story, STORY_PARTNER, first, story_time(6)));
    assert_true(is_due(story, STORY_PARTNER, first, row.letter.due));
    abandon(story);

    tell_step(story, 3);
    row = letter(story, first);
    assert_int_equal(row.attempts, 1);
    assert_true(row.letter.due.ms == story_time(story_seq(0, 3)).ms + 60000);
    assert_true(is_due(story, STORY_PARTNER, first, row.letter.due));
    abandon(story);

    tell_step(story, 4);
    row = letter(story, first);
    assert_int_equal(row.letter.state, LETTER_DONE);
    assert_int_equal(row.verdict, VERDICT_ACCEPTED);
    assert_int_equal(row.outcome_seq, story_seq(0, 4));
    assert_int_equal(row.attempts, 2);
    assert_false(is_due(story, STORY_PARTNER, first, for_ever));
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == 0);
}

static void test_lanes(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t to_core = story_out_id(0, 5, 0);
    uint64_t second = story_out_id(0, 5, 1);
    uint64_t third = story_out_id(0, 5, 2);

    tell_step(story, 5);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == to_core);
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == second);
    assert_true(lane_next(story, 0, STORY_PARTNER, second) == third);
    assert_true(lane_next(story, 0, STORY_PARTNER, third) == 0);
    assert_true(is_due(story, STORY_PARTNER, second, for_ever));
    assert_false(is_due(story, STORY_PARTNER, third, for_ever)); /* it waits */
    abandon(story);

    tell_step(story, 9); /* dead: the lane is free, a person must look */
    assert_int_equal(letter(story, to_core).letter.state, LETTER_DEAD);
    assert_int_equal(letter(story, to_core).outcome_seq, story_seq(0, 9));
    assert_true(lane_next(story, 0, STORY_CORE, 0) == 0);
    assert_false(is_due(story, STORY_CORE, to_core, for_ever));
    abandon(story);

    tell_step(story, 10); /* the person tries again */
    assert_int_equal(letter(story, to_core).letter.state, LETTER_NEW);
    assert_int_equal(letter(story, to_core).outcome_seq, 0);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == to_core);
    assert_true(is_due(story, STORY_CORE, to_core, for_ever));
    abandon(story);

    tell_step(story, 14);
    assert_int_equal(letter(story, second).letter.state, LETTER_REFUSED);
    assert_int_equal(letter(story, second).verdict, VERDICT_REFUSED);
    assert_int_equal(letter(story, third).letter.state, LETTER_NEW);
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == third);
    assert_true(is_due(story, STORY_PARTNER, third, for_ever));
}

static void test_inbox(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    tell_step(story, 6); /* after the conflict, the first one stands */
    struct inbox_row row = inbox(story, STORY_PARTNER, 5);
    assert_int_equal(row.seq, story_seq(0, 5));
    assert_int_equal(row.reply_seq, 0);
    assert_int_equal(inbox(story, STORY_CORE, 0).reply_seq, story_seq(0, 2));
    abandon(story);
    tell_step(story, 7);
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 7));
    struct seen seen = of_message(story, 5);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seq[0], story_seq(0, 5));
    assert_int_equal(seen.seq[1], story_seq(0, 6));
    assert_int_equal(seen.seq[2], story_seq(0, 7));
    abandon(story);
    tell_step(story, 11); /* refused is terminal too */
    row = inbox(story, STORY_PARTNER, 11);
    assert_int_equal(row.verdict, VERDICT_REFUSED);
    assert_int_equal(row.seq, story_seq(0, 11));
}

/* The answer to a conflict is not the answer to the message; a second answer changes nothing.
 */
static void test_replies(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, story_seq(0, 6));
    begin(story);
    assert_true(story_reply(story, 0, 5));
    story_add_verdict(story, VERDICT_CONFLICT, 0);
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, 0);
    assert_true(story_reply(story, 0, 5));
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 8));
    assert_true(story_reply(story, 0, 5));
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 8));
    commit(story);
    expect_sound(story);
}

static void expect_deadline(struct story *story, int64_t now_ms, enum clock_kind kind)
{
    struct uuid id;
    struct uuid expected = story_case_id(0);
    uint8_t clock_kind = 0;
    bool found;
    struct instant now = {now_ms};
    story_check(story,
                ledger_next_deadline(story->txn, now, &id, &clock_kind, &found, &story->err));
    assert_int_equal(found, kind != CLOCK_NONE);
    if (found) {
        assert_true(uuid_equal(&id, &expected));
        assert_int_equal(clock_kind, kind);
    }
}

static void test_deadlines(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    int64_t opened = story_time(5).ms;
    tell_step(story, 0);
    expect_deadline(story, opened + 99999, CLOCK_NONE);
    expect_deadline(story, opened + 100000, CLOCK_D1);
    expect_deadline(story, -1, CLOCK_NONE);
    abandon(story);
    tell_step(story, 4);
    expect_deadline(story, opened + 799999, CLOCK_NONE);
    expect_deadline(story, INT64_MAX, CLOCK_D2);
    abandon(story);
    tell_step(story, 5); /* the paused one, due between, does not count */
    expect_deadline(story, opened + 300000, CLOCK_D3);
    abandon(story);
    tell_step(story, 8); /* passed */
    expect_deadline(story, opened + 800000, CLOCK_D2);
    abandon(story);
    tell_step(story, 12); /* moved */
    expect_deadline(story, opened + 899999, CLOCK_NONE);
    expect_deadline(story, opened + 900000, CLOCK_D2);
    abandon(story);
    tell_step(story, 16); /* over */
    expect_deadline(story, INT64_MAX, CLOCK_NONE);
}

static void test_closing(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid id = story_case_id(0);
    struct flow_case row;
    bool found;
    tell_step(story, 15);
    assert_true(open_case(story, 0, &id));
    abandon(story);
    tell_step(story, 16);
    assert_false(open_case(story, 0, &id));
    assert_true(ledger_get_case(story->txn, &id, &row, &found, &story->err));
    assert_true(found && row.state == PENSION_CLOSED);
    assert_true(ledger_case_by_trace(story->txn, 520000, row.trace, &id, &found, &story->err));
    assert_true(found);
    assert_int_equal(of_case(story, 0), 16); /* all but the conflict */
}

static void add_case(struct story *story, unsigned person, uint8_t low, uint8_t state)
{
    struct flow_case flow_case = story_case(person, 0);
    memset(flow_case.case_id.bytes, low, 16);
    flow_case.state = state;
    snprintf(flow_case.trace, sizeof flow_case.trace, "T%u", low);
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    story_check(story, story_append(story));
}

static int holder(struct story *story)
{
    struct uuid id;
    return open_case(story, 0, &id) ? id.bytes[0] : -1;
}

/* Both sides open the same business: the lower id stays, in either order. */
static void test_open_twice(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    add_case(story, 0, 5, PENSION_NEW);
    assert_int_equal(holder(story), 5);
    add_case(story, 0, 7, PENSION_NEW);
    assert_int_equal(holder(story), 5);
    add_case(story, 0, 3, PENSION_NEW);
    assert_int_equal(holder(story), 3);
    add_case(story, 0, 5, PENSION_CANCELLED);
    assert_int_equal(holder(story), 3);
    add_case(story, 0, 3, PENSION_CLOSED);
    assert_int_equal(holder(story), -1);
    add_case(story, 0, 7, PENSION_LETTER_SENT);
    assert_int_equal(holder(story), 7);
    add_case(story, 1, 7, PENSION_LETTER_SENT); /* the person was corrected */
    assert_int_equal(holder(story), -1);
    add_case(story, 0, 2, PENSION_CLOSED); /* over as it begins */
    assert_int_equal(holder(story), -1);
    commit(story);
    expect_sound(story);
}

static void test_unknown_person(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct flow_case flow_case = story_case(0, 0);
    uint8_t nobody[16] = {0};
    struct uuid id;
    bool found;
    memset(flow_case.person_tag, 0, 16);
    begin(story);
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    assert_true(story_append(story));
    assert_true(ledger_open_case(story->txn, FLOW_PENSION_EMPLOYEE, nobody, 520000, 440000, &id,
                                 &found, &story->err));
    assert_false(found);
    commit(story);
    expect_sound(story);
}

static void test_parties(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    char id[PARTY_ID_SIZE];
    uint32_t number;
    bool found;
    story_tell(story, 3);
    begin(story);
    story_start(story, ENTRY_CONFIG); /* said again: fine */
    story_add_party(story, STORY_PARTNER, "hrss.440000");
    assert_true(story_append(story));
    commit(story);
    begin_read(story);
    assert_true(ledger_party_number(story->txn, "hrss.440000", &number, &found, &story->err));
    assert_true(found && number == STORY_PARTNER);
    assert_true(ledger_party_number(story->txn, "hrss.520000", &number, &found, &story->err));
    assert_true(found && number == 1);
    assert_true(ledger_party_number(story->txn, "hrss.999999", &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_number(story->txn, "", &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_number(story->txn, "0123456789012345678901234567890123456789",
                                    &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_id(story->txn, STORY_CORE, id, &found, &story->err));
    assert_true(found);
    assert_string_equal(id, "hrss.520000.core");
    assert_true(ledger_party_id(story->txn, 77, id, &found, &story->err));
    assert_false(found);
}

struct counted {
    size_t cases;
    size_t letters;
    size_t stop_at;
};

static bool count_case(void *self, const struct flow_case *row)
{
    struct counted *counted = self;
    assert_int_equal(row->flow, FLOW_PENSION_EMPLOYEE);
    return ++counted->cases < counted->stop_at;
}

static bool count_letter(void *self, const struct letter_row *row)
{
    struct counted *counted = self;
    assert_true(row->letter.out_id >= STORY_FIRST * 16);
    return ++counted->letters < counted->stop_at;
}

static void test_walks(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct counted counted = {.stop_at = 100};
    story_tell(story, story_seq(4, 5));
    begin_read(story);
    assert_true(ledger_each_case(story->txn, count_case, &counted, &story->err));
    assert_true(ledger_each_letter(story->txn, count_letter, &counted, &story->err));
    assert_int_equal(counted.cases, 5);
    assert_int_equal(counted.letters, 5 * 4);
    counted = (struct counted){.stop_at = 2};
    assert_true(ledger_each_case(story->txn, count_case, &counted, &story->err));
    assert_true(ledger_each_letter(story->txn, count_letter, &counted, &story->err));
    assert_int_equal(counted.cases, 2);
    assert_int_equal(counted.letters, 2);
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
        BOTH(test_refused_entries),
        BOTH(test_contradicting_messages),
        BOTH(test_contradicting_letters),
        BOTH(test_submission),
        BOTH(test_letter_life),
        BOTH(test_lanes),
        BOTH(test_inbox),
        BOTH(test_replies),
        BOTH(test_deadlines),
        BOTH(test_closing),
        BOTH(test_open_twice),
        BOTH(test_unknown_person),
        BOTH(test_parties),
        BOTH(test_walks),
        BOTH(test_bodies),
        BOTH(test_damaged_body),
        BOTH(test_long),
    };
    return cmocka_run_group_tests_name("ledger journal", tests, NULL, NULL);
}
