/* engine_conflict_test.c - one id, other bytes: the first stand, each other ones are told so
 * once, and a flood of them fills no journal. */
#include "unit.h"

#include "engine_fixture.h"

enum { CONFLICTS_KEPT = 16 };

static struct work *first;

static int setup_first(void **state)
{
    bench_setup(state);
    first = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    apply_accepted(first);
    return 0;
}

#define CONFLICT_TEST(function)                                                                \
    cmocka_unit_test_setup_teardown(function, setup_first, bench_teardown)

static uint64_t size_now(void)
{
    return ledger_size(bench.ledger);
}

/* The number-th other content of the first message's id. */
static struct work *other(unsigned number)
{
    struct work *work = again(first);

    work->digest[5] = (uint8_t)(first->digest[5] ^ number);
    work->digest[6] = (uint8_t)(first->digest[6] ^ number >> 8);
    work->size += number;
    return work;
}

/* Its answer, as receive.c journals it. */
static void reply_to(const struct work *message, const char *bytes)
{
    struct work *work = work_new(WORK_REPLY);

    work->party = message->party;
    memcpy(work->key, message->key, MESSAGE_KEY_SIZE);
    work->note_case = message->result.case_id;
    work->message.flow = message->message.flow;
    work->result = message->result;
    work_add_body(work, BODY_REPLY, text_of(bytes));
    apply(work);
}

static void expect_same(const struct work *then, const struct work *now)
{
    assert_true(now->result.duplicate);
    assert_int_equal(now->result.verdict, then->result.verdict);
    assert_string_equal(now->result.code, then->result.code);
    assert_string_equal(now->result.reason, then->result.reason);
    assert_int_equal(now->result.received_at.ms, then->result.received_at.ms);
    assert_int_equal(now->result.sequence, then->result.sequence);
    assert_true(uuid_equal(&now->result.case_id, &then->result.case_id));
}

static void test_the_same_conflict_again(void **state)
{
    struct work *work = other(1);
    uint64_t size;

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_CONFLICT, "CONFLICT");
    reply_to(work, "an answer to the conflict");
    size = size_now();
    bench.now.ms += minute_ms;
    for (int i = 0; i < 3; i++) {
        struct work *repeat = other(1);
        apply(repeat);
        expect_same(work, repeat);
        assert_int_equal(repeat->result.reply_seq, size);
    }
    assert_int_equal(size_now(), size);
    assert_int_equal(bench.engine->duplicates, 3);
}

/* Before its answer was journaled: the same verdict, to be signed again. */
static void test_again_without_the_answer(void **state)
{
    struct work *work = other(1);
    struct work *repeat = other(1);

    (void)state;
    apply(work);
    apply(repeat);
    expect_same(work, repeat);
    assert_int_equal(repeat->result.reply_seq, 0);
}

static void test_each_has_its_own_answer(void **state)
{
    struct work *one = other(1);
    struct work *two = other(2);
    struct work *repeat;
    uint64_t answers[2];

    (void)state;
    apply(one);
    apply(two);
    assert_false(two->result.duplicate);
    reply_to(two, "an answer to the second");
    answers[1] = size_now();
    reply_to(one, "an answer to the first");
    answers[0] = size_now();
    repeat = other(1);
    apply(repeat);
    expect_same(one, repeat);
    assert_int_equal(repeat->result.reply_seq, answers[0]);
    repeat = other(2);
    apply(repeat);
    expect_same(two, repeat);
    assert_int_equal(repeat->result.reply_seq, answers[1]);
    repeat = again(first);
    apply(repeat);
    expect_same(first, repeat);
    assert_int_equal(repeat->result.reply_seq, 0);
}

/* Many contents for one id: so many are proven, the others are told and forgotten. */
static void test_flood(void **state)
{
    struct work *work;
    uint64_t size;

    (void)state;
    for (unsigned i = 1; i <= CONFLICTS_KEPT; i++) {
        work = other(i);
        apply(work);
        expect_verdict(work, VERDICT_CONFLICT, "CONFLICT");
        assert_true(work->result.sequence > 0);
        reply_to(work, "an answer");
    }
    size = size_now();
    for (unsigned i = CONFLICTS_KEPT + 1; i <= 400; i++) {
        work = other(i);
        apply(work);
        expect_verdict(work, VERDICT_CONFLICT, "CONFLICT");
        assert_int_equal(work->result.sequence, 0);
        assert_int_equal(work->result.received_at.ms, bench.now.ms);
        assert_false(work->result.duplicate);
    }
    work = other(CONFLICTS_KEPT); /* those that are kept keep their answers */
    apply(work);
    assert_true(work->result.duplicate);
    assert_int_equal(work->result.reply_seq, size);
    work = again(first);
    apply(work);
    expect_same(first, work);
    assert_int_equal(size_now(), size);
}

/* Another party's use of the same id counts for that party. */
static void test_another_party(void **state)
{
    struct uuid case_id = new_id();
    struct work *message = message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                        document_out(ACTION_LETTER, 2));
    struct work *theirs = again(message);
    struct work *conflict = again(message);
    struct work *repeat;

    (void)state;
    apply_accepted(message);
    theirs->party = OTHER;
    apply(theirs);
    assert_false(theirs->result.duplicate);
    conflict->digest[1] ^= 7;
    apply(conflict);
    expect_verdict(conflict, VERDICT_CONFLICT, "CONFLICT");
    repeat = again(conflict);
    repeat->party = OTHER;
    apply(repeat);
    expect_verdict(repeat, VERDICT_CONFLICT, "CONFLICT");
    assert_false(repeat->result.duplicate);
    assert_true(repeat->result.sequence > conflict->result.sequence);
}

/* Nothing of it outlives a transaction that is undone. */
static void test_undone(void **state)
{
    struct ledger_txn *txn = NULL;
    struct work *work = other(1);
    struct work *repeat = again(first);

    (void)state;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_apply(bench.engine, txn, work, &bench.err));
    must(engine_apply(bench.engine, txn, repeat, &bench.err));
    assert_true(repeat->result.duplicate);
    ledger_abort(txn);
    assert_int_equal(bench.engine->duplicates, 0);
    work = other(1);
    apply(work);
    assert_false(work->result.duplicate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONFLICT_TEST(test_the_same_conflict_again),
        CONFLICT_TEST(test_again_without_the_answer),
        CONFLICT_TEST(test_each_has_its_own_answer),
        CONFLICT_TEST(test_flood),
        CONFLICT_TEST(test_another_party),
        CONFLICT_TEST(test_undone),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
