/* Entries that contradict the ones before are refused, and the transaction with them. */
#include "unit.h"

#include "ledger_bench.h"

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
    story->tlvs[0] = (struct tlv){TLV_TEXT, {large, sizeof large}};
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

/* Only what is dead is closed, and what is closed stays so. */
static void test_contradicting_closes(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t first = story_out_id(0, 0, 0);
    story_tell(story, story_seq(0, 3));
    begin(story);

    story_start(story, ENTRY_OPERATOR);
    story_add_state(story, first, LETTER_CLOSED, 0, 0);
    expect_contradiction(story, "only a dead letter");
    for (unsigned again = LETTER_WAITING; again < LETTER_STATES; again++) {
        for (unsigned end = LETTER_DEAD; end <= LETTER_CLOSED; end++) {
            story_start(story, ENTRY_OPERATOR);
            story_add_state(story, first, (enum letter_state)end, 0, 0);
            assert_true(story_append(story));
        }
        story_start(story, ENTRY_OPERATOR);
        story_add_state(story, first, (enum letter_state)again, 0, 0);
        expect_contradiction(story, again == LETTER_CLOSED ? "only a dead" : "stays closed");
    }
    abandon(story);
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
        BOTH(test_refused_entries),
        BOTH(test_contradicting_messages),
        BOTH(test_contradicting_letters),
        BOTH(test_contradicting_closes),
    };
    return cmocka_run_group_tests_name("ledger contradictions", tests, NULL, NULL);
}
