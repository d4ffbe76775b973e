/* engine_close_test.c - a person gives a dead letter up: its lane goes on, its case says so. */
#include "unit.h"

#include "engine_fixture.h"

static struct work *asked(enum work_kind kind, uint64_t out_id)
{
    static const struct tlv who = {TLV_OPERATOR, {"杨喆\0close\0sent by post", 26}};
    struct work *work = work_new(kind);

    work->out_id = out_id;
    work->note_tlvs = &who;
    work->note_tlv_count = 1;
    return work;
}

/* Home is OUT; the acceptance is dead, form and fund advice wait behind it. */
static struct uuid dead_in_lane(uint64_t out_ids[3])
{
    static const uint16_t actions[] = {ACTION_ACCEPTANCE, ACTION_FORM, ACTION_FUND_ADVICE};
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct work *work;

    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        apply_accepted(submission(actions[i], 1, document_out(actions[i], 1)));
        out_ids[i] = born_last(0);
    }
    apply(sealed(out_ids[0], "acceptance"));
    work = attempt(out_ids[0]);
    work->park = true;
    work->reached = true;
    apply(work);
    expect_letter(out_ids[0], LETTER_DEAD);
    return case_id;
}

static void test_close_frees_the_lane(void **state)
{
    uint64_t out_ids[3];
    struct uuid case_id = dead_in_lane(out_ids);
    struct flow_case before = the_case(&case_id);
    struct work *work = asked(WORK_LETTER_CLOSE, out_ids[0]);
    struct entry entry;
    size_t at = 0;

    (void)state;
    assert_int_equal(before.flags & CASE_FLAGGED, CASE_FLAGGED); /* since the letter died */
    apply(work);
    assert_int_equal(work->result.verdict, VERDICT_ACCEPTED);
    assert_int_equal(work->result.sequence, ledger_size(bench.ledger));
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_OPERATOR);
    assert_true(uuid_equal(&entry.case_id, &case_id));
    assert_int_equal(entry.state_from, before.state);
    assert_int_equal(entry.state_to, before.state);
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at, "杨喆\0close", 12);
    expect_letter(out_ids[0], LETTER_CLOSED);
    expect_letter(out_ids[1], LETTER_NEW);
    expect_letter(out_ids[2], LETTER_WAITING);
    assert_int_equal(the_case(&case_id).flags, before.flags);
    assert_int_equal(the_case(&case_id).state, before.state);
    assert_int_equal(the_case(&case_id).version, before.version + 1);
    dispatch();
    assert_null(handed(ACTION_ACCEPTANCE));
    assert_non_null(handed(ACTION_FORM));
    carry(out_ids[1], VERDICT_ACCEPTED, "");
    carry(out_ids[2], VERDICT_ACCEPTED, "");
}

static void test_close_of_the_last(void **state)
{
    struct work *work = work_new(WORK_UNTRANSLATED);
    uint64_t to_core;

    (void)state;
    open_out(1, &to_core);
    work->out_id = to_core;
    work->park = true;
    apply(work);
    apply(asked(WORK_LETTER_CLOSE, to_core));
    expect_letter(to_core, LETTER_CLOSED);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* Closed is the end: neither an operator nor a late report brings it back. */
static void test_closed_stays_closed(void **state)
{
    uint64_t out_ids[3];
    struct work *work;
    uint64_t size;

    (void)state;
    dead_in_lane(out_ids);
    apply(asked(WORK_LETTER_CLOSE, out_ids[0]));
    size = ledger_size(bench.ledger);
    for (int i = 0; i < 2; i++) {
        work = asked(i == 0 ? WORK_LETTER_CLOSE : WORK_LETTER_RETRY, out_ids[0]);
        apply(work);
        assert_int_equal(work->result.verdict, VERDICT_REFUSED);
    }
    apply(outcome(out_ids[0], VERDICT_ACCEPTED, ""));
    apply(attempt(out_ids[0]));
    apply(sealed(out_ids[0], "again"));
    assert_int_equal(ledger_size(bench.ledger), size);
    expect_letter(out_ids[0], LETTER_CLOSED);
    expect_letter(out_ids[1], LETTER_NEW);
}

/* Only what is dead: every other state is refused and nothing is written. */
static void test_close_of_others(void **state)
{
    uint64_t out_ids[3];
    uint64_t size;

    (void)state;
    dead_in_lane(out_ids);
    apply(asked(WORK_LETTER_RETRY, out_ids[0]));
    expect_letter(out_ids[0], LETTER_READY);
    apply(outcome(out_ids[0], VERDICT_REFUSED, "FLW-01"));
    carry(out_ids[1], VERDICT_ACCEPTED, "");
    size = ledger_size(bench.ledger);
    for (size_t i = 0; i < 5; i++) {
        const uint64_t others[] = {out_ids[0], out_ids[1], out_ids[2], 4711, 0};
        struct work *work = asked(WORK_LETTER_CLOSE, others[i]);
        apply(work);
        assert_int_equal(work->result.verdict, VERDICT_REFUSED);
    }
    assert_int_equal(ledger_size(bench.ledger), size);
    expect_letter(out_ids[0], LETTER_REFUSED);
    expect_letter(out_ids[1], LETTER_DONE);
    expect_letter(out_ids[2], LETTER_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_close_frees_the_lane),
        ENGINE_TEST(test_close_of_the_last),
        ENGINE_TEST(test_closed_stays_closed),
        ENGINE_TEST(test_close_of_others),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
