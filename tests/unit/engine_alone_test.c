/* engine_alone_test.c - cases without a far party: a soldier's service has no gateway. */
#include "unit.h"

#include "core/pension_military.h"
#include "engine_fixture.h"

static struct record *service(unsigned action, const char *amount)
{
    struct record *body = action == ACTION_FORM ? document_service_form(bench.arena)
                                                : document_new(bench.arena, action);

    document_set(body, "reference/outRegion", "910000");
    if (action == ACTION_FUND_RECEIPT)
        document_person(bench.arena, body);
    if (amount != NULL)
        document_put(bench.arena, body, "amount", amount);
    return body;
}

static struct work *told(uint16_t action, uint32_t revision, struct record *body)
{
    struct work *work = submission(action, revision, body);

    work->message.flow = FLOW_PENSION_MILITARY;
    return work;
}

static struct uuid taken(uint16_t action, const char *amount)
{
    struct work *work = told(action, 1, service(action, amount));

    apply_accepted(work);
    return work->result.case_id;
}

static void expect_state(const struct uuid *case_id, unsigned state)
{
    struct flow_case row = the_case(case_id);

    assert_string_equal(flow_state_name(&pension_military_flow, row.state).english,
                        flow_state_name(&pension_military_flow, state).english);
    assert_int_equal(row.party, 0);
}

/* Nothing goes to a partner: every letter that is due is for our own core. */
static size_t letters_to_core(void)
{
    dispatch();
    for (size_t i = 0; i < bench.handed_count; i++)
        assert_int_equal(bench.handed[i].letter.party, CORE);
    return bench.handed_count;
}

static void test_form_then_money(void **state)
{
    struct uuid case_id = taken(ACTION_FORM, NULL);

    (void)state;
    expect_state(&case_id, PENSION_INFO_ONLY);
    taken(ACTION_FUND_RECEIPT, DOCUMENT_SERVICE_TOTAL);
    expect_state(&case_id, PENSION_BOTH);
    taken(ACTION_COMPLETION, NULL);
    expect_state(&case_id, PENSION_CLOSED);
    assert_int_equal(letters_to_core(), 0);
}

static void test_money_then_form(void **state)
{
    struct uuid case_id = taken(ACTION_FUND_RECEIPT, DOCUMENT_SERVICE_TOTAL);

    (void)state;
    expect_state(&case_id, PENSION_MONEY_ONLY);
    taken(ACTION_FORM, NULL);
    expect_state(&case_id, PENSION_BOTH);
    assert_int_equal(letters_to_core(), 0);
}

/* The finance office has no gateway: its form goes back through our own core. */
static void test_wrong_form_goes_back_by_hand(void **state)
{
    struct record *wrong = service(ACTION_FORM, NULL);
    struct work *work;

    (void)state;
    document_set(document_row(wrong, 2), "region", "520000");
    work = told(ACTION_FORM, 1, wrong);
    apply_accepted(work);
    expect_state(&work->result.case_id, PENSION_DISPUTE);
    assert_int_equal(letters_to_core(), 1);
    assert_non_null(handed(ACTION_FORM_RETURN));
    apply_accepted(told(ACTION_FORM, 2, service(ACTION_FORM, NULL)));
    expect_state(&work->result.case_id, PENSION_INFO_ONLY);
}

static void test_clock_reminds_our_own_core(void **state)
{
    struct uuid case_id = taken(ACTION_FORM, NULL);
    struct ledger_txn *txn = NULL;
    size_t count = 0;
    bool ok;

    (void)state;
    bench.now.ms += 60 * day_ms;
    ok = ledger_begin(bench.ledger, &txn, &bench.err) &&
         engine_wake(bench.engine, txn, 10, &count, &bench.err) &&
         ledger_commit(&txn, &bench.err);
    ledger_abort(txn);
    must(ok);
    assert_int_equal(count, 1);
    assert_int_equal(last_entry().party, 0);
    assert_int_equal(the_case(&case_id).flags & CASE_OVERDUE, CASE_OVERDUE);
    assert_int_equal(letters_to_core(), 1);
    assert_non_null(handed(ACTION_REMINDER));
}

/* Whatever they know of it. */
static void test_provinces_have_no_part(void **state)
{
    struct uuid case_id = taken(ACTION_FORM, NULL);
    struct flow_case before = the_case(&case_id);
    struct uuid other = new_id();
    struct flow_case after;
    struct work *work = message_from(PARTNER, &case_id, ACTION_FORM, 2,
                                     service(ACTION_FORM, NULL));

    (void)state;
    work->message.flow = FLOW_PENSION_MILITARY;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-05");
    after = the_case(&case_id);
    assert_memory_equal(&before, &after, sizeof(before));
    work = message_from(PARTNER, &other, ACTION_FORM, 1, service(ACTION_FORM, NULL));
    work->message.flow = FLOW_PENSION_MILITARY;
    bench.now.ms += 11 * minute_ms;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-03");
}

static void expect_not_opened(struct record *body, const char *code)
{
    struct work *work = told(ACTION_FORM, 1, body);

    apply(work);
    expect_verdict(work, VERDICT_REFUSED, code);
}

/* Alone is the route, not the flow. */
static void test_routes(void **state)
{
    struct record *body = service(ACTION_FORM, NULL);
    struct work *work;

    (void)state;
    document_set(body, "reference/inRegion", "510000");
    expect_not_opened(body, "FLW-04");
    body = service(ACTION_FORM, NULL);
    document_set(body, "reference/outRegion", "650000");
    expect_not_opened(body, "FLW-04");
    body = service(ACTION_FORM, NULL);
    document_set(body, "reference/outRegion", "440000");
    expect_not_opened(body, "PEN-C19");
    body = document(ACTION_APPLICATION, 1);
    document_set(body, "reference/outRegion", "910000");
    work = submission(ACTION_APPLICATION, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04");
}

/* A gateway that bears the region of the service changes nothing. */
static void test_a_party_of_that_region(void **state)
{
    struct uuid case_id;

    (void)state;
    bench_add_party(9, PARTY_PROVINCE, "hrss.910000");
    case_id = taken(ACTION_FORM, NULL);
    assert_int_equal(the_case(&case_id).party, 0);
}

/* A case that has ended is corrected by one that is alone too. */
static void test_reversal(void **state)
{
    struct record *body = service(ACTION_REVERSAL, DOCUMENT_SERVICE_TOTAL);
    struct uuid closed = taken(ACTION_FORM, NULL);
    struct record *corrects;
    struct work *work;

    (void)state;
    taken(ACTION_FUND_RECEIPT, DOCUMENT_SERVICE_TOTAL);
    taken(ACTION_COMPLETION, NULL);
    document_set(body, "reference/traceNumber", DOCUMENT_TRACE "R");
    corrects = document_put(bench.arena, body, "corrects", NULL);
    document_put(bench.arena, corrects, "traceNumber", DOCUMENT_TRACE);
    work = told(ACTION_REVERSAL, 1, body);
    apply_accepted(work);
    expect_state(&work->result.case_id, PENSION_REVERSAL);
    assert_int_equal(the_case(&closed).flags & CASE_CORRECTED, CASE_CORRECTED);
    body = service(ACTION_FUND_RETURN, DOCUMENT_SERVICE_TOTAL);
    document_set(body, "reference/traceNumber", DOCUMENT_TRACE "R");
    apply_accepted(told(ACTION_FUND_RETURN, 1, body));
    expect_state(&work->result.case_id, PENSION_CANCELLED);
    assert_int_equal(letters_to_core(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_form_then_money),
        ENGINE_TEST(test_money_then_form),
        ENGINE_TEST(test_wrong_form_goes_back_by_hand),
        ENGINE_TEST(test_clock_reminds_our_own_core),
        ENGINE_TEST(test_provinces_have_no_part),
        ENGINE_TEST(test_routes),
        ENGINE_TEST(test_a_party_of_that_region),
        ENGINE_TEST(test_reversal),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
