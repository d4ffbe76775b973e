/* core_flow_clock_test.c - when clocks start, pass and are met, and whose days count. */
#include "unit.h"

#include "flow_fixture.h"

static void limits_count_the_days_of_who_must_act(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         document_new(arena, ACTION_LETTER));
    const struct flow_clock *clock;

    (void)unused;
    expect_accepted(NULL, &event);
    clock = clock_of(&decision.after, CLOCK_D2);
    assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
    assert_int_equal(clock->days, 15);
    assert_int_equal(clock->region, 440000);
    assert_int_equal(clock->calendar_version, 9);
    assert_int_equal(clock->start.number, on(2026, 3, 2).number);
    assert_false(clock->provisional);
    /* 15 working days from Monday 2 March, one of them off in 440000 only: Tuesday 24 March */
    assert_int_equal(clock->due.ms, day_end(on(2026, 3, 24)).ms);
    /* Nothing is excluded, so nobody has to be told of it: the 94号 clock does not run. */
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        assert_int_not_equal(decision.after.clocks[i].kind, CLOCK_D2P);

    event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                       document_new(arena, ACTION_APPLICATION));
    expect_accepted(NULL, &event);
    clock = clock_of(&decision.after, CLOCK_D1);
    assert_int_equal(clock->region, 520000);
    assert_int_equal(clock->due.ms, day_end(on(2026, 3, 23)).ms);
}

static void limits_follow_the_rules_of_the_day(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));

    (void)unused;
    rules.count = 2;
    rules.rows[0] = (struct rule){"PEN-D1", on(2026, 1, 1), 5};
    rules.rows[1] = (struct rule){"PEN-D1", on(2026, 3, 3), 1};
    expect_accepted(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 5);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->due.ms, day_end(on(2026, 3, 9)).ms);
    event.at.ms = NOW + 15 * HOUR; /* midnight in China: the next day */
    expect_accepted(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 1);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->start.number, on(2026, 3, 3).number);
    rules.rows[1].value = -1; /* nonsense: the legal maximum */
    expect_accepted(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 15);
    rules.rows[1].value = INT64_MAX;
    expect_accepted(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 15);
}

static void beyond_the_calendar_is_provisional(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));

    (void)unused;
    event.at = day_start(on(2026, 12, 21));
    expect_accepted(NULL, &event);
    assert_true(clock_of(&decision.after, CLOCK_D1)->provisional);
}

static void the_duty_begins_with_the_receipt_there(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_SENT);
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_LETTER, NULL);
    const struct flow_case *after = &decision.after;

    (void)unused;
    event.verdict = VERDICT_ACCEPTED;
    event.at.ms = NOW + 3 * DAY;
    event.received_at.ms = NOW + DAY;
    expect_accepted(&before, &event);
    assert_int_equal(clock_of(after, CLOCK_D2)->start.number, on(2026, 3, 3).number);
    assert_int_equal(clock_of(after, CLOCK_D2)->region, 440000);
    /* times that cannot be: our own entry counts */
    event.received_at.ms = NOW + 5 * DAY;
    expect_accepted(&before, &event);
    assert_int_equal(clock_of(after, CLOCK_D2)->start.number, on(2026, 3, 5).number);
    event.received_at.ms = NOW - 2 * DAY;
    expect_accepted(&before, &event);
    assert_int_equal(clock_of(after, CLOCK_D2)->start.number, on(2026, 3, 5).number);
    event.received_at.ms = INT64_MAX;
    expect_accepted(&before, &event);
    assert_int_equal(clock_of(after, CLOCK_D2)->start.number, on(2026, 3, 5).number);
}

static void a_passed_clock_only_tells(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_ACCEPTED);
    struct flow_case expected;
    struct flow_event event = timer_at(CLOCK_D2, NOW);

    (void)unused;
    before.clocks[2] = (struct flow_clock){
        .kind = CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {NOW}};
    expect_accepted(&before, &event);
    expected = before;
    expected.version++;
    expected.changed_at.ms = NOW;
    expected.flags = CASE_OVERDUE;
    expected.clocks[2].state = CLOCK_STATE_PASSED;
    assert_memory_equal(&decision.after, &expected, sizeof(expected));
    assert_false(decision.closes);
    /* Our own duty: our own core is reminded, the partner is not. */
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_int_equal(decision.sends[0].action, ACTION_REMINDER);
}

/* The other side's duty: a signed reminder, and a copy for our own core. */
static void the_partner_is_reminded(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct flow_event event = timer_at(CLOCK_D2, NOW);
    const struct record *made;
    struct text text;

    (void)unused;
    before.clocks[0] = (struct flow_clock){
        .kind = CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {NOW}};
    expect_accepted(&before, &event);
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[1].target, FLOW_TO_CORE);
    assert_ptr_equal(decision.sends[0].made, decision.sends[1].made);
    made = decision.sends[0].made;
    assert_string_equal(made->name, "reminder");
    assert_true(record_text(made, "clock", &text) && text_is(text, "d2"));
    assert_true(record_text(made, "dueOn", &text) && text_is(text, "2026-03-02"));
    assert_true(record_text(made, "reference/traceNumber", &text) &&
                text_is(text, DOCUMENT_TRACE));
}

static void timers_that_do_not_fit(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_ACCEPTED);
    struct flow_event event = timer_at(CLOCK_D2, NOW - 1);

    (void)unused;
    before.clocks[0] = (struct flow_clock){
        .kind = CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {NOW}};
    expect_refused(&before, &event, "FLW-01"); /* early */
    event = timer_at(CLOCK_D1, NOW);
    expect_refused(&before, &event, "FLW-01"); /* no such clock */
    event = timer_at(CLOCK_NONE, NOW);
    expect_refused(&before, &event, "FLW-01");
    event = timer_at(CLOCK_D2, NOW);
    before.clocks[0].paused = true;
    expect_refused(&before, &event, "FLW-01");
    before.clocks[0].paused = false;
    before.clocks[0].state = CLOCK_STATE_MET;
    expect_refused(&before, &event, "FLW-01");
    before.clocks[0].state = CLOCK_STATE_PASSED;
    expect_refused(&before, &event, "FLW-01");
}

static void overdue_ends_with_the_last_passed_clock(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_MONEY_ONLY);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM, document_form(arena));

    (void)unused;
    event.revision = 2;
    before.flags = CASE_OVERDUE;
    before.clocks[0] = (struct flow_clock){.kind = CLOCK_D2, .state = CLOCK_STATE_PASSED};
    before.clocks[1] = (struct flow_clock){.kind = CLOCK_D2P, .state = CLOCK_STATE_PASSED};
    expect_accepted(&before, &event); /* meets D2 only */
    assert_int_equal(clock_of(&decision.after, CLOCK_D2)->state, CLOCK_STATE_MET);
    assert_true(decision.after.flags & CASE_OVERDUE);
    before.clocks[1].state = CLOCK_STATE_MET;
    expect_accepted(&before, &event);
    assert_false(decision.after.flags & CASE_OVERDUE);
}

static void an_end_meets_every_clock(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_DISPUTE);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_COMPLETION,
                                         document_new(arena, ACTION_COMPLETION));

    (void)unused;
    before.flags = CASE_OVERDUE;
    for (unsigned i = 0; i < FLOW_CLOCKS_MAX; i++)
        before.clocks[i] = (struct flow_clock){.kind = (uint8_t)(i + 1),
                                               .state = i % 2 ? CLOCK_STATE_PASSED
                                                              : CLOCK_STATE_RUNNING};
    before.clocks[0].state = CLOCK_STATE_OFF;
    expect_accepted(&before, &event);
    assert_true(decision.closes);
    assert_int_equal(decision.after.flags, 0);
    assert_null(flow_case_due(&decision.after));
    assert_int_equal(decision.after.clocks[0].state, CLOCK_STATE_OFF);
    assert_int_equal(decision.after.clocks[1].state, CLOCK_STATE_MET);
}

static void no_correction_restarts_the_legal_clock(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_INFO_ONLY);
    struct flow_event event = event_with(
        EVENT_RECEIVED, ACTION_FORM_RETURN,
        document_return(arena, ACTION_FORM_RETURN, "1", "PEN-R21"));
    const struct flow_clock legal = {.kind = CLOCK_D2,
                                     .state = CLOCK_STATE_RUNNING,
                                     .days = 15,
                                     .start = {20000},
                                     .region = 440000,
                                     .due = {NOW + DAY}};

    (void)unused;
    before.clocks[0] = legal;
    expect_accepted(&before, &event);
    assert_memory_equal(clock_of(&decision.after, CLOCK_D2), &legal, sizeof(legal));
    assert_int_equal(clock_of(&decision.after, CLOCK_CORRECTION)->state, CLOCK_STATE_RUNNING);
    before = decision.after;
    event = event_with(EVENT_SUBMITTED, ACTION_FORM, document_form(arena));
    event.revision = 2;
    expect_accepted(&before, &event);
    assert_memory_equal(clock_of(&decision.after, CLOCK_D2), &legal, sizeof(legal));
    assert_int_equal(clock_of(&decision.after, CLOCK_CORRECTION)->state, CLOCK_STATE_MET);
}

static void a_new_letter_starts_anew(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_LETTER_RETURNED);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         document_new(arena, ACTION_LETTER));
    unsigned clocks = 0;

    (void)unused;
    before.clocks[0] = (struct flow_clock){.kind = CLOCK_D2, .state = CLOCK_STATE_MET};
    event.revision = 2;
    expect_accepted(&before, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D2)->state, CLOCK_STATE_RUNNING);
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        clocks += decision.after.clocks[i].kind != CLOCK_NONE;
    assert_int_equal(clocks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(limits_count_the_days_of_who_must_act),
        FLOW_TEST(limits_follow_the_rules_of_the_day),
        FLOW_TEST(beyond_the_calendar_is_provisional),
        FLOW_TEST(the_duty_begins_with_the_receipt_there),
        FLOW_TEST(a_passed_clock_only_tells),
        FLOW_TEST(the_partner_is_reminded),
        FLOW_TEST(timers_that_do_not_fit),
        FLOW_TEST(overdue_ends_with_the_last_passed_clock),
        FLOW_TEST(an_end_meets_every_clock),
        FLOW_TEST(no_correction_restarts_the_legal_clock),
        FLOW_TEST(a_new_letter_starts_anew),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
