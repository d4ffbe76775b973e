/* core_flow_test.c - what flow_decide does beside the tables: opening, fit of documents,
 * revisions, receipts. The tables themselves are walked in core_flow_walk_test.c. */
#include "unit.h"

#include "flow_fixture.h"

static void flows_are_found(void **unused)
{
    uint8_t role = 99;

    (void)unused;
    assert_ptr_equal(flow_find(FLOW_PENSION_EMPLOYEE), &pension_employee_flow);
    assert_null(flow_find(FLOW_NONE));
    assert_null(flow_find(FLOW_NUMBERS));
    assert_true(
        flow_opens(&pension_employee_flow, EVENT_RECEIVED, ACTION_LETTER, ROLE_NONE, &role));
    assert_int_equal(role, ROLE_OUT);
    assert_true(flow_opens(&pension_employee_flow, EVENT_SUBMITTED, ACTION_APPLICATION,
                           ROLE_NONE, &role));
    assert_int_equal(role, ROLE_IN);
    assert_false(
        flow_opens(&pension_employee_flow, EVENT_SUBMITTED, ACTION_LETTER, ROLE_NONE, &role));
    assert_false(flow_opens(&pension_employee_flow, EVENT_RECEIVED, ACTION_APPLICATION,
                            ROLE_NONE, &role));
    assert_false(
        flow_opens(&pension_employee_flow, EVENT_RECEIPT, ACTION_LETTER, ROLE_NONE, &role));
    assert_string_equal(flow_state_name(&pension_employee_flow, PENSION_DISPUTE).chinese,
                        "存疑待更正");
    assert_string_equal(flow_state_name(&pension_employee_flow, 16).english, "unknown");
    assert_true(flow_state_ends(&pension_employee_flow, PENSION_CLOSED));
    assert_false(flow_state_ends(&pension_employee_flow, PENSION_LETTER_RETURNED));
    assert_false(flow_state_ends(&pension_employee_flow, 31));
    assert_true(flow_pair_allowed(&pension_employee_flow, PENSION_BOTH, PENSION_DISPUTE));
    assert_false(flow_pair_allowed(&pension_employee_flow, PENSION_DISPUTE, PENSION_BOTH));
}

/* The numbers are in every ledger: this list may only grow. */
static void state_numbers_never_change(void **unused)
{
    static const char *const names[] = {
        "new",        "refused",  "letter_sent", "letter_held", "letter_returned", "info_only",
        "money_only", "both",     "dispute",     "linked",      "clearing",        "closed",
        "cancelled",  "reversal", "accepted",    "withdrawing",
    };

    (void)unused;
    assert_int_equal(pension_employee_flow.state_count, COUNT_OF(names));
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(flow_state_name(&pension_employee_flow, i).english, names[i]);
}

static void opening_copies_what_is_known(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         document_new(arena, ACTION_LETTER));
    const struct flow_case *after = &decision.after;

    (void)unused;
    event.person_tag[3] = 7;
    expect_accepted(NULL, &event);
    assert_int_equal(after->flow, FLOW_PENSION_EMPLOYEE);
    assert_int_equal(after->role, ROLE_OUT);
    assert_int_equal(after->case_id.bytes[0], 1);
    assert_int_equal(after->version, 1);
    assert_int_equal(after->party, 2);
    assert_int_equal(after->core, 3);
    assert_int_equal(after->in_region, 520000);
    assert_int_equal(after->out_region, 440000);
    assert_int_equal(after->letter_revision, 1);
    assert_int_equal(after->form_revision, 0);
    assert_int_equal(after->opened_at.ms, NOW);
    assert_int_equal(after->changed_at.ms, NOW);
    assert_int_equal(after->person_tag[3], 7);
    assert_string_equal(after->trace, DOCUMENT_TRACE);
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_null(decision.sends[0].made);
}

static void opening_that_does_not_fit(void **unused)
{
    const struct flow_case rival = case_in(ROLE_OUT, PENSION_ACCEPTED);
    struct record *body = document_new(arena, ACTION_LETTER);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER, body);

    (void)unused;
    event.revision = 2;
    expect_refused(NULL, &event, "FLW-02");
    event.revision = 1;
    event.out_region = 450000;
    expect_refused(NULL, &event, "PEN-C19");
    event.out_region = 440300; /* same province */
    expect_accepted(NULL, &event);
    assert_int_equal(decision.after.out_region, 440000);
    event.out_region = 0;
    expect_accepted(NULL, &event);
    event.rival = &rival;
    expect_refused(NULL, &event, "PEN-R08");
    event.rival = NULL;
    document_set(body, "reference/traceNumber", "");
    expect_refused(NULL, &event, "PEN-C19");
    document_set(body, "reference/traceNumber", "123456789012345678901234");
    expect_refused(NULL, &event, "PEN-C19");
    event.body = NULL;
    expect_refused(NULL, &event, "PEN-C19");
    event.action = ACTION_FORM;
    expect_refused(NULL, &event, "FLW-01");
    event.source = EVENT_TIMER;
    expect_refused(NULL, &event, "FLW-01");
    event.source = EVENT_RECEIPT;
    expect_refused(NULL, &event, "FLW-01");
}

static void documents_fit_their_case(void **unused)
{
    static const struct {
        const char *path;
        const char *value;
    } wrong[] = {
        {"reference/traceNumber", "52000020260302000002"},
        {"reference/traceNumber", "5200002026030200000"},
        {"reference/inRegion", "530000"},
        {"reference/outRegion", "440300"},
        {"reference/outRegion", "44"},
        {"reference/outRegion", "x"},
        {"reference/insuranceKind", "120"},
    };
    struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_HELD);

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct record *body = document_new(arena, ACTION_ACCEPTANCE);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_ACCEPTANCE, body);

        expect_accepted(&before, &event);
        document_set(body, wrong[i].path, wrong[i].value);
        expect_refused(&before, &event, "PEN-C19");
    }
}

static void persons_fit_their_case(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_HELD);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_ACCEPTANCE,
                                         document_new(arena, ACTION_ACCEPTANCE));

    (void)unused;
    event.person_tag[0] = 5;
    expect_accepted(&before, &event);
    event.person_tag[15] = 1;
    expect_refused(&before, &event, "PEN-C19");
    memset(before.person_tag, 0, sizeof(before.person_tag)); /* not known until now */
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.person_tag[15], 1);
}

static void revisions_rise_by_one(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_DISPUTE);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM, document_form(arena));

    (void)unused;
    for (uint32_t revision = 0; revision < 5; revision++) {
        event.revision = revision;
        if (revision != 2)
            expect_refused(&before, &event, "FLW-02");
    }
    event.revision = 2;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.form_revision, 2);
    assert_int_equal(decision.after.letter_revision, 1);
    before.form_revision = UINT32_MAX;
    event.revision = 1;
    expect_refused(&before, &event, "FLW-02");
}

/* What the other side refused was never accepted: its number is due again. */
static void a_refused_form_counts_as_not_sent(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_BOTH);
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_FORM, NULL);
    const struct flow_send *send = &decision.sends[0];
    struct text text;

    (void)unused;
    before.flags = CASE_FORM_HELD | CASE_MONEY_SEEN;
    before.form_revision = 2;
    before.form_total.fen = 100;
    event.revision = 2;
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "PEN-C19");
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_int_equal(decision.after.form_revision, 1);
    assert_int_equal(decision.after.form_total.fen, 100); /* IN may hold the one before it */
    assert_int_equal(decision.after.flags, CASE_MONEY_SEEN | CASE_FORM_BACK);
    assert_string_equal(decision.after.last_code, "PEN-C19");
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(send->target, FLOW_TO_CORE);
    assert_int_equal(send->action, ACTION_FORM_RETURN);
    assert_true(record_text(send->made, "formRevision", &text) && text_is(text, "2"));
    assert_true(record_text(send->made, "code", &text) && text_is(text, "PEN-R07"));
}

/* A late receipt of an older revision moves nothing. */
static void old_receipts_move_nothing(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_SENT);
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_LETTER, NULL);

    (void)unused;
    before.letter_revision = 2;
    event.verdict = VERDICT_ACCEPTED;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_LETTER_SENT);
    assert_int_equal(decision.after.version, 4);
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "PEN-R08");
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_LETTER_SENT);
    assert_int_equal(decision.after.flags, CASE_FLAGGED);
    assert_string_equal(decision.after.last_code, "PEN-R08");
    event.revision = 2;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_LETTER_RETURNED);
    assert_int_equal(decision.after.letter_revision, 1);
    assert_int_equal(decision.after.flags, CASE_LETTER_BACK);
}

static void a_stale_form_return_is_refused(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_BOTH);
    struct flow_event event = event_with(
        EVENT_RECEIVED, ACTION_FORM_RETURN,
        document_return(arena, ACTION_FORM_RETURN, "1", "PEN-R21"));

    (void)unused;
    expect_accepted(&before, &event);
    assert_string_equal(decision.after.last_code, "PEN-R21");
    before.form_revision = 2;
    expect_refused(&before, &event, "FLW-02");
    event.body = document_return(arena, ACTION_FORM_RETURN, "", "PEN-R21");
    expect_refused(&before, &event, "FLW-02");
}

static bool read_nothing(const struct flow_situation *situation, struct flow_facts *facts,
                         struct flow_decision *unused, struct error *err)
{
    (void)situation;
    (void)facts;
    (void)unused;
    (void)err;
    return true;
}

static void early_events_may_be_put_off(void **unused)
{
    static const struct flow_step steps[] = {
        {0, EVENT_RECEIVED, ACTION_FORM, GUARD_NONE, 0, FLOW_LATER, 0, 0, 0, 0},
        {0, EVENT_RECEIVED, ACTION_NOTICE, GUARD_NONE, 0, "PEN-R01", 0, 0, 0, 0},
    };
    struct flow flow = pension_employee_flow;
    struct flow_case before = case_in(ROLE_IN, 0);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, NULL);
    struct error err = ERROR_INIT;

    (void)unused;
    flow.steps[ROLE_IN] = steps;
    flow.step_count[ROLE_IN] = COUNT_OF(steps);
    flow.read = read_nothing;
    assert_true(flow_decide(&flow, &rules, calendar, &before, &event, arena, &decision, &err));
    assert_int_equal(decision.kind, DECISION_LATER);
    assert_memory_equal(&decision.after, &before, sizeof(before));
    event.action = ACTION_NOTICE;
    assert_true(flow_decide(&flow, &rules, calendar, &before, &event, arena, &decision, &err));
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, "PEN-R01");
}

static void only_memory_can_fail(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct record *form = document_form(arena);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);
    bool failed = false;
    bool done = false;

    (void)unused;
    event.revision = 2;
    document_set(form, "amounts/total", "29028.39");
    for (size_t size = 16; size < 64 * 1024 && !done; size += 64) {
        struct arena *small = arena_new(size);
        struct error err = ERROR_INIT;

        assert_non_null(small);
        done = flow_decide(&pension_employee_flow, &rules, calendar, &before, &event, small,
                           &decision, &err);
        assert_true(done || err.code == ERROR_MEMORY);
        failed = failed || !done;
        arena_free(small);
    }
    assert_true(failed);
    assert_true(done);
}

static void equal_inputs_give_equal_decisions(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_MONEY_ONLY);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, document_form(arena));
    struct flow_decision first;

    (void)unused;
    before.flags = CASE_MONEY_SEEN;
    before.money_total.fen = DOCUMENT_TOTAL_FEN;
    event.revision = 2;
    memset(&decision, 0xaa, sizeof(decision));
    expect_accepted(&before, &event);
    first = decision;
    memset(&decision, 0x55, sizeof(decision));
    expect_accepted(&before, &event);
    assert_memory_equal(&first.after, &decision.after, sizeof(first.after));
    assert_int_equal(first.send_count, decision.send_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(flows_are_found),
        FLOW_TEST(state_numbers_never_change),
        FLOW_TEST(opening_copies_what_is_known),
        FLOW_TEST(opening_that_does_not_fit),
        FLOW_TEST(documents_fit_their_case),
        FLOW_TEST(persons_fit_their_case),
        FLOW_TEST(revisions_rise_by_one),
        FLOW_TEST(a_refused_form_counts_as_not_sent),
        FLOW_TEST(old_receipts_move_nothing),
        FLOW_TEST(a_stale_form_return_is_refused),
        FLOW_TEST(early_events_may_be_put_off),
        FLOW_TEST(only_memory_can_fail),
        FLOW_TEST(equal_inputs_give_equal_decisions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
