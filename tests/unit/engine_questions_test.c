/* engine_questions_test.c - a stay's questions in one engine: what the ledger knows is answered
 * at once, a repetition gets the same, and a reversal means the request whose key it names. */
#include "unit.h"

#include "core/settlement_stay.h"
#include "engine_fixture.h"

static const char *const first_key = "H52990000001-0001";

static void put(struct record *parent, const char *name, const char *value)
{
    assert_non_null(record_add(bench.arena, parent, name, text_of(value)));
}

static struct record *paper(unsigned action)
{
    struct record *root = record_new(bench.arena, action_name(action).english);
    struct record *reference = record_add(bench.arena, root, "reference", TEXT(""));

    assert_non_null(reference);
    put(reference, "treatingRegion", "520100");
    put(reference, "insuredRegion", "440100");
    put(reference, "institution", "H52990000001");
    put(reference, "stayNumber", "MZ2026-000731");
    return root;
}

static struct record *about(unsigned action, const char *of, const char *key)
{
    struct record *root = paper(action);
    struct record *original = record_add(bench.arena, root, "original", TEXT(""));

    assert_non_null(original);
    put(original, "action", of);
    if (key != NULL)
        put(original, "key", key);
    return root;
}

static struct record *registration(void)
{
    struct record *root = paper(ACTION_REGISTER);

    put(root, "insurance", "medical");
    put(root, "visitKind", "outpatient");
    put(root, "admittedOn", "2026-03-02");
    put(root, "emergency", "true");
    return root;
}

/* The hospital's core, under a key of its own. */
static struct work *asks(unsigned action, struct record *body, const char *key)
{
    struct work *work = submission((uint16_t)action, 1, body);
    struct digest digest;

    work->message.flow = FLOW_SETTLEMENT_STAY;
    must(digest_of(DIGEST_SHA256, key, strlen(key), &digest, &bench.err));
    memcpy(work->key, digest.bytes, sizeof(work->key));
    apply(work);
    return work;
}

static struct flow_case stay_of(const struct work *work)
{
    return the_case(&work->result.case_id);
}

/* The insured place answers what is open. */
static void answers(const struct work *asked, struct record *body, unsigned action)
{
    struct flow_case stay = stay_of(asked);
    struct work *work = message_from(PARTNER, &stay.case_id, (uint16_t)action, 1, body);

    work->message.flow = FLOW_SETTLEMENT_STAY;
    work->message.in_reply_to = stay.part.stay.question.asked;
    apply_accepted(work);
}

static struct record *said(unsigned action)
{
    struct record *root = paper(action);
    struct record *result = record_add(bench.arena, root, "result", TEXT(""));

    assert_non_null(result);
    put(result, "verdict", "ok");
    return root;
}

static struct record *settlement(void)
{
    struct record *root = said(ACTION_SETTLED);
    struct record *amounts = record_add(bench.arena, root, "amounts", TEXT(""));

    assert_non_null(amounts);
    put(root, "settlementNumber", "JS-1");
    put(amounts, "total", "0.00");
    put(amounts, "fund", "0.00");
    put(amounts, "cash", "0.00");
    return root;
}

static struct record *settle(void)
{
    struct record *root = paper(ACTION_SETTLE);

    put(root, "total", "0.00");
    return root;
}

static struct work *registered(void)
{
    struct work *work = asks(ACTION_REGISTER, registration(), "register");

    assert_int_equal(work->result.verdict, VERDICT_PENDING);
    assert_int_equal(work->result.asked, ASKED_OPEN);
    answers(work, said(ACTION_REGISTERED), ACTION_REGISTERED);
    assert_int_equal(stay_of(work).state, STAY_REGISTERED);
    return work;
}

static struct work *settled(const char *key)
{
    struct work *work = asks(ACTION_SETTLE, settle(), key);

    answers(work, settlement(), ACTION_SETTLED);
    assert_int_equal(stay_of(work).state, STAY_SETTLED);
    return work;
}

static void expect_reply(const struct work *work, unsigned action, const char *path,
                         const char *value)
{
    struct text found;

    expect_verdict(work, VERDICT_ACCEPTED, "");
    assert_int_equal(work->result.asked, ASKED_ANSWERED);
    assert_int_equal(work->result.answer_seq, 0);
    assert_non_null(work->result.reply);
    assert_int_equal(work->result.reply_action, action);
    assert_true(record_text(work->result.reply, path, &found));
    assert_true(text_is(found, value));
}

static void test_a_query_is_answered_at_once(void **state)
{
    (void)state;
    registered();
    expect_reply(asks(ACTION_QUERY, about(ACTION_QUERY, "settle", NULL), "q1"), ACTION_OUTCOME,
                 "status", "not_booked");
    settled(first_key);
    expect_reply(asks(ACTION_QUERY, about(ACTION_QUERY, "settle", NULL), "q2"), ACTION_OUTCOME,
                 "status", "booked");
    expect_reply(asks(ACTION_QUERY, about(ACTION_QUERY, "settle", first_key), "q3"),
                 ACTION_OUTCOME, "settlementNumber", "JS-1");
    expect_reply(asks(ACTION_QUERY, about(ACTION_QUERY, "settle", "never sent"), "q4"),
                 ACTION_OUTCOME, "status", "not_booked");
}

static void test_an_open_question_is_in_progress(void **state)
{
    struct work *work;

    (void)state;
    registered();
    work = asks(ACTION_SETTLE, settle(), first_key);
    expect_reply(asks(ACTION_QUERY, about(ACTION_QUERY, "settle", first_key), "q1"),
                 ACTION_OUTCOME, "status", "in_progress");
    assert_int_equal(stay_of(work).state, STAY_SETL_SENT);
    work = again(work);
    apply(work); /* and the question itself still waits */
    assert_int_equal(work->result.asked, ASKED_OPEN);
}

static void test_a_reversal_of_nothing_is_answered_at_once(void **state)
{
    struct work *work;

    (void)state;
    registered();
    expect_reply(asks(ACTION_REVERSE, about(ACTION_REVERSE, "settle", first_key), "r1"),
                 ACTION_REVERSED, "found", "false");
    work = asks(ACTION_SETTLE, settle(), first_key); /* it comes after all */
    expect_verdict(work, VERDICT_REFUSED, "STL-T02");
    settled("the next one");
}

static void test_a_late_reversal_means_its_own_request(void **state)
{
    struct work *work;

    (void)state;
    registered();
    settled(first_key);
    work = asks(ACTION_REVERSE, about(ACTION_REVERSE, "settle", first_key), "r1");
    assert_int_equal(work->result.asked, ASKED_OPEN);
    answers(work, said(ACTION_REVERSED), ACTION_REVERSED);
    settled("second");
    work = asks(ACTION_REVERSE, about(ACTION_REVERSE, "settle", first_key), "r2");
    expect_reply(work, ACTION_REVERSED, "found", "false");
    assert_int_equal(stay_of(work).state, STAY_SETTLED);
    work = asks(ACTION_REVERSE, about(ACTION_REVERSE, "settle", NULL), "r3");
    expect_verdict(work, VERDICT_REFUSED, "STL-R02");
    work = asks(ACTION_REVERSE, about(ACTION_REVERSE, "settle", "second"), "r4");
    assert_int_equal(work->result.asked, ASKED_OPEN);
    assert_int_equal(stay_of(work).state, STAY_REVERSING);
}

/* Which question the newest entry ends. */
static unsigned ended_now(void)
{
    struct entry entry = last_entry();
    struct entry_answers found;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(&entry, TLV_ANSWERS, &at);

    if (tlv == NULL)
        return ACTION_NONE;
    assert_true(entry_answers_decode(tlv->bytes, &found));
    return found.action;
}

/* Time passes, and what is due then happens. */
static void wait_ms(int64_t ms)
{
    struct ledger_txn *txn;
    size_t woken;

    bench.now.ms += ms;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_wake(bench.engine, txn, 10, &woken, &bench.err));
    must(ledger_commit(&txn, &bench.err));
    assert_int_equal(woken, 1);
}

static void test_a_question_that_another_replaces_has_ended(void **state)
{
    struct work *work;

    (void)state;
    registered();
    work = asks(ACTION_SETTLE, settle(), first_key);
    assert_int_equal(ended_now(), ACTION_NONE);
    asks(ACTION_QUERY, about(ACTION_QUERY, "settle", first_key), "q1");
    assert_int_equal(ended_now(), ACTION_NONE); /* answered at once; the other is open */
    wait_ms(60 * 1000);                         /* STL-TREATING */
    assert_int_equal(stay_of(work).state, STAY_SETL_UNCERTAIN);
    assert_int_equal(ended_now(), ACTION_SETTLE);
    wait_ms(15 * 1000); /* STL-HOSPITAL */
    assert_int_equal(stay_of(work).state, STAY_REVERSING);
    assert_int_equal(ended_now(), ACTION_QUERY);
    answers(work, said(ACTION_REVERSED), ACTION_REVERSED);
    assert_int_equal(ended_now(), ACTION_REVERSE);
}

static void test_a_key_of_another_stay(void **state)
{
    struct record *body = registration();
    struct work *work;

    (void)state;
    registered();
    document_set(body, "reference/stayNumber", "MZ2026-000732");
    work = asks(ACTION_REGISTER, body, "another's");
    assert_int_equal(work->result.asked, ASKED_OPEN);
    work = asks(ACTION_REVERSE, about(ACTION_REVERSE, "register", "another's"), "r1");
    expect_verdict(work, VERDICT_REFUSED, "STL-C01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_a_query_is_answered_at_once),
        ENGINE_TEST(test_an_open_question_is_in_progress),
        ENGINE_TEST(test_a_reversal_of_nothing_is_answered_at_once),
        ENGINE_TEST(test_a_late_reversal_means_its_own_request),
        ENGINE_TEST(test_a_question_that_another_replaces_has_ended),
        ENGINE_TEST(test_a_key_of_another_stay),
    };
    struct error err = ERROR_INIT;

    if (!digest_setup(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
