/* core_pension_employee_test.c - sums of money, and what the gateway says itself. */
#include "unit.h"

#include "flow_fixture.h"

static void money_adds_up(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct flow_event event = event_with(
        EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
        document_money(arena, ACTION_FUND_RECEIPT, "20000.00"));

    (void)unused;
    expect_accepted(&before, &event);
    before = decision.after;
    assert_int_equal(before.state, PENSION_MONEY_ONLY);
    assert_int_equal(before.money_total.fen, 2000000);
    assert_int_equal(before.flags, CASE_MONEY_SEEN);
    event.body = document_money(arena, ACTION_FUND_RECEIPT, "9028.38");
    expect_accepted(&before, &event);
    before = decision.after;
    assert_int_equal(before.money_total.fen, DOCUMENT_TOTAL_FEN);
    event = event_with(EVENT_RECEIVED, ACTION_FORM, document_form(arena));
    event.revision = 2;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_BOTH);
    assert_int_equal(decision.after.form_total.fen, DOCUMENT_TOTAL_FEN);
    assert_int_equal(decision.after.flags, CASE_MONEY_SEEN | CASE_FORM_HELD);
    assert_int_equal(decision.warning_count, 0);
}

static void money_that_cannot_be(void **unused)
{
    static const char *const wrong[] = {"0.00", "-1.00", "", "abc", "1e3", "99999999999999.99"};
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);

    (void)unused;
    before.money_total.fen = MONEY_MAX - 10;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct flow_event event = event_with(
            EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
            document_money(arena, ACTION_FUND_RECEIPT, wrong[i]));
        expect_refused(&before, &event, "PEN-C04");
    }
}

static void a_dispute_may_give_money_back(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_DISPUTE);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FUND_RETURN,
                                         document_money(arena, ACTION_FUND_RETURN, "10.00"));

    (void)unused;
    before.flags = CASE_FORM_HELD | CASE_MONEY_SEEN;
    before.form_total.fen = 5000;
    before.money_total.fen = 6000;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_BOTH);
    assert_int_equal(decision.after.money_total.fen, 5000);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_null(decision.sends[0].made);
    before.money_total.fen = 999;
    expect_refused(&before, &event, "PEN-C04");
    before.money_total.fen = 1000; /* all of it */
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_int_equal(decision.after.flags, CASE_FORM_HELD);
    /* A bank books what came; what goes back is said as such. */
    event = event_with(EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
                       document_money(arena, ACTION_FUND_RECEIPT, "-10.00"));
    expect_refused(&before, &event, "PEN-C04");
}

static void differing_sums_return_the_form(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_INFO_ONLY);
    struct flow_event event = event_with(
        EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
        document_money(arena, ACTION_FUND_RECEIPT, "20000.00"));
    const struct flow_send *sends = decision.sends;
    struct text text;

    (void)unused;
    before.flags = CASE_FORM_HELD;
    before.form_total.fen = DOCUMENT_TOTAL_FEN;
    before.form_revision = 4;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_string_equal(decision.after.last_code, "PEN-R22");
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(sends[1].target, FLOW_TO_CORE);
    assert_int_equal(sends[0].revision, 4);
    assert_ptr_equal(sends[0].made, sends[1].made);
    assert_string_equal(sends[0].made->name, "form_return");
    assert_true(record_text(sends[0].made, "code", &text) && text_is(text, "PEN-R22"));
    assert_true(record_text(sends[0].made, "formRevision", &text) && text_is(text, "4"));
    assert_true(record_text(sends[0].made, "reference/traceNumber", &text) &&
                text_is(text, DOCUMENT_TRACE));
    assert_true(record_text(sends[0].made, "reference/inRegion", &text) &&
                text_is(text, "520000"));
    assert_null(record_find(sends[0].made, "checks"));
}

static void failed_checks_are_named(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct record *form = document_form(arena);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);
    const struct record *made;
    struct text text;

    (void)unused;
    event.revision = 2;
    document_set(form, "amounts/total", "29028.39");
    document_set(document_row(form, 2), "months", "13");
    expect_accepted(&before, &event);
    made = decision.sends[0].made;
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_int_equal(decision.after.form_revision, 2);
    assert_int_equal(decision.after.form_total.fen, 0);
    assert_int_equal(decision.after.flags, CASE_FORM_BACK);
    assert_string_equal(decision.after.last_code, "PEN-R21");
    assert_int_equal(decision.sends[0].revision, 2);
    assert_true(record_text(made, "code", &text) && text_is(text, "PEN-R21"));
    assert_true(record_text(made, "checks/check/code", &text) && text_is(text, "PEN-C03"));
    assert_null(record_find(made, "checks/check/row"));
    made = record_same(record_find(made, "checks/check"));
    assert_true(record_text(made, "code", &text) && text_is(text, "PEN-C07"));
    assert_true(record_text(made, "row", &text) && text_is(text, "2"));
    assert_true(decision.warning_count >= 2);
}

/* At submission the same findings are warnings to the own core (decision 19). */
static void own_checks_only_warn(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_ACCEPTED);
    struct record *form = document_form(arena);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM, form);

    (void)unused;
    event.revision = 2;
    document_set(form, "amounts/total", "29028.39");
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.warning_count, 1);
    assert_string_equal(decision.warnings[0].code, "PEN-C03");
    assert_int_equal(decision.send_count, 1);
    assert_null(decision.sends[0].made);
    document_set(form, "amounts/total", "x");
    expect_accepted(&before, &event);
    assert_string_equal(decision.warnings[0].code, "PEN-C01");
    assert_int_equal(decision.after.form_total.fen, 0);
}

static void a_refused_letter_comes_back(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_SENT);
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_LETTER, NULL);
    const struct record *made;
    struct text text;

    (void)unused;
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "PEN-R08");
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_LETTER_RETURNED);
    assert_int_equal(decision.after.letter_revision, 0);
    assert_string_equal(decision.after.last_code, "PEN-R08");
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    made = decision.sends[0].made;
    assert_string_equal(made->name, "letter_return");
    assert_true(record_text(made, "code", &text) && text_is(text, "PEN-R08"));
    assert_true(record_text(made, "letterNumber", &text) && text_is(text, "-"));
    assert_true(record_text(made, "handler/date", &text) && text_is(text, "2026-03-02"));
    /* a code that no agency gives */
    strcpy(event.code, "FLW-02");
    expect_accepted(&before, &event);
    made = decision.sends[0].made;
    assert_string_equal(decision.after.last_code, "FLW-02");
    assert_true(record_text(made, "code", &text) && text_is(text, "PEN-R06"));
    assert_true(record_text(made, "text", &text) &&
                text_is(text, "对方网关拒收联系函：FLW-02"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(money_adds_up),
        FLOW_TEST(money_that_cannot_be),
        FLOW_TEST(a_dispute_may_give_money_back),
        FLOW_TEST(differing_sums_return_the_form),
        FLOW_TEST(failed_checks_are_named),
        FLOW_TEST(own_checks_only_warn),
        FLOW_TEST(a_refused_letter_comes_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
