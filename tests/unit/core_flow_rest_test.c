/* core_flow_rest_test.c - statutory limits that rest and go on: by an operator's act here, and
 * as the other side says of its own. */
#include "unit.h"

#include "core/injury_record.h"
#include "core/medical_transfer.h"
#include "core/pension_remittance.h"
#include "flow_fixture.h"

/* At OUT, accepted on Monday 2 March: D2 has 15 working days of 440000, where 3 March is off.
 */
static struct flow_case holding(uint8_t role)
{
    struct flow_case before = case_in(role, PENSION_ACCEPTED);

    before.clocks[0] = (struct flow_clock){.kind = CLOCK_D2,
                                           .state = CLOCK_STATE_RUNNING,
                                           .days = 15,
                                           .start = on(2026, 3, 2),
                                           .region = before.out_region,
                                           .due = day_end(on(2026, 3, 24))};
    return before;
}

static struct flow_event act(unsigned action, unsigned clock, int64_t at)
{
    return (struct flow_event){.source = EVENT_OPERATOR,
                               .action = (uint16_t)action,
                               .clock_kind = (uint8_t)clock,
                               .at = {at}};
}

static struct flow_case rested(void)
{
    struct flow_case before = holding(ROLE_OUT);
    struct flow_event event = act(ACTION_PAUSE, CLOCK_D2, NOW + 4 * DAY); /* Friday */

    expect_accepted(&before, &event);
    return decision.after;
}

static void a_limit_rests(void **unused)
{
    struct flow_case after = rested();
    const struct flow_clock *clock = &after.clocks[0];
    const struct record *made = decision.sends[0].made;
    struct text state;

    (void)unused;
    assert_true(clock->paused);
    assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
    assert_int_equal(clock->days, 12); /* the 4th, 5th and 6th are used */
    assert_int_equal(clock->start.number, on(2026, 3, 6).number);
    assert_null(flow_case_due(&after));
    assert_int_equal(after.state, PENSION_ACCEPTED);
    assert_int_equal(after.version, holding(ROLE_OUT).version + 1);
    /* The other side is told, and our own core. */
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].action, ACTION_STATUS_ANSWER);
    assert_int_equal(decision.sends[1].target, FLOW_TO_CORE);
    assert_true(record_text(record_find(made, "clocks/clock"), "state", &state));
    assert_true(text_is(state, "paused"));
}

static void a_limit_goes_on(void **unused)
{
    struct flow_case before = rested();
    struct flow_event event = act(ACTION_RESUME, CLOCK_D2,
                                  NOW + 14 * DAY); /* Monday the 16th */
    const struct flow_clock *clock;

    (void)unused;
    expect_accepted(&before, &event);
    clock = &decision.after.clocks[0];
    assert_false(clock->paused);
    assert_int_equal(clock->start.number, on(2026, 3, 16).number);
    assert_int_equal(clock->due.ms, day_end(on(2026, 4, 1)).ms); /* twelve working days */
    assert_int_equal(clock->calendar_version, 9);
    assert_false(clock->provisional);
    assert_int_equal(decision.send_count, 2);
}

static void nothing_passes_while_it_rests(void **unused)
{
    struct flow_case before = rested();
    struct flow_event event = timer_at(CLOCK_D2, before.clocks[0].due.ms + DAY);

    (void)unused;
    expect_refused(&before, &event, "FLW-01");
}

/* Rested on its last day it ends on the day on which it goes on; beyond the calendar it is
 * provisional. */
static void the_edges(void **unused)
{
    struct flow_case before = holding(ROLE_OUT);
    struct flow_event event = act(ACTION_PAUSE, CLOCK_D2, NOW + 22 * DAY); /* its last day */

    (void)unused;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.clocks[0].days, 0);
    before = decision.after;
    event = act(ACTION_RESUME, CLOCK_D2, NOW + 40 * DAY);
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.clocks[0].due.ms,
                     day_end(instant_day((struct instant){NOW + 40 * DAY})).ms);
    before = rested();
    event = act(ACTION_RESUME, CLOCK_D2, NOW + 301 * DAY);
    expect_accepted(&before, &event);
    assert_true(decision.after.clocks[0].provisional);
    /* Before its first day nothing of it is used. */
    before = holding(ROLE_OUT);
    event = act(ACTION_PAUSE, CLOCK_D2, NOW);
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.clocks[0].days, 15);
}

static void what_cannot_rest(void **unused)
{
    struct flow_case before = holding(ROLE_OUT);
    struct flow_event event = act(ACTION_RESUME, CLOCK_D2, NOW);

    (void)unused;
    expect_refused(&before, &event, "FLW-09"); /* it does not rest */
    event = act(ACTION_PAUSE, CLOCK_D3, NOW);
    expect_refused(&before, &event, "FLW-09"); /* it never ran */
    event = act(ACTION_PAUSE, CLOCK_NONE, NOW);
    expect_refused(&before, &event, "FLW-01"); /* an act upon nothing */
    event = act(ACTION_PAUSE, CLOCK_KINDS, NOW);
    expect_refused(&before, &event, "FLW-09");
    before.clocks[0].state = CLOCK_STATE_PASSED;
    event = act(ACTION_PAUSE, CLOCK_D2, NOW);
    expect_refused(&before, &event, "FLW-09"); /* what has passed has passed */
    before = holding(ROLE_IN);
    expect_refused(&before, &event, "FLW-09"); /* not our own duty */
    before = rested();
    expect_refused(&before, &event, "FLW-09"); /* it rests already */
}

/* The other side knows nothing of a case that is new. */
static void nobody_is_told_too_early(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_NEW);
    struct flow_event event = act(ACTION_PAUSE, CLOCK_D1, NOW);

    (void)unused;
    before.clocks[0] = (struct flow_clock){.kind = CLOCK_D1,
                                           .state = CLOCK_STATE_RUNNING,
                                           .days = 15,
                                           .start = on(2026, 3, 2),
                                           .region = before.in_region,
                                           .due = day_end(on(2026, 3, 23))};
    expect_accepted(&before, &event);
    assert_true(decision.after.clocks[0].paused);
    assert_int_equal(decision.send_count, 0);
}

/* --- as the other side says ----------------------------------------------------------------
 */

static struct flow_event status(const struct record *body, int64_t at)
{
    return (struct flow_event){.source = EVENT_RECEIVED,
                               .action = ACTION_STATUS_ANSWER,
                               .revision = 1,
                               .body = body,
                               .at = {at}};
}

static void their_limit_rests_here_too(void **unused)
{
    struct flow_case there = rested();
    const struct record *told = decision.sends[0].made;
    struct flow_case before = holding(ROLE_IN);
    struct flow_event event = status(told, NOW + 4 * DAY);
    struct flow_case resting;

    (void)unused;
    memcpy(before.trace, there.trace, sizeof(before.trace));
    expect_accepted(&before, &event);
    resting = decision.after;
    assert_true(resting.clocks[0].paused);
    assert_int_equal(resting.clocks[0].days, 12);
    expect_accepted(&resting, &event); /* told twice, the same */
    assert_int_equal(decision.after.clocks[0].days, 12);
    event = act(ACTION_RESUME, CLOCK_D2, NOW + 14 * DAY);
    expect_accepted(&there, &event);
    event = status(decision.sends[0].made, NOW + 14 * DAY);
    expect_accepted(&resting, &event);
    assert_false(decision.after.clocks[0].paused);
    assert_int_equal(decision.after.clocks[0].due.ms, day_end(on(2026, 4, 1)).ms);
}

/* A status never touches what is our own duty. */
static void our_limit_is_ours(void **unused)
{
    struct flow_case before = holding(ROLE_OUT);
    const struct record *told;
    struct flow_event event;

    (void)unused;
    rested();
    told = decision.sends[0].made;
    event = status(told, NOW + 4 * DAY);
    expect_accepted(&before, &event);
    assert_false(decision.after.clocks[0].paused);
    assert_int_equal(decision.after.clocks[0].days, 15);
}

/* Whatever the flow: what rests here rests there, and goes on there. */
static void every_flow_tells_it(void **unused)
{
    static const struct {
        uint16_t flow;
        uint8_t clock;
        uint8_t role, state; /* whose duty it is */
        uint8_t other, other_state;
        const char *trace;
        size_t sends; /* a quiet flow sends its own core no copy */
    } rows[] = {
        {FLOW_PENSION_RESIDENT, CLOCK_D2, ROLE_OUT, PENSION_ACCEPTED, ROLE_IN, PENSION_ACCEPTED,
         DOCUMENT_TRACE, 2},
        {FLOW_PENSION_REMITTANCE, CLOCK_QUERY, ROLE_OUT, REMITTANCE_QUERIED, ROLE_IN,
         REMITTANCE_QUERIED, "ZJ52000020260302001", 2},
        {FLOW_MEDICAL_TRANSFER, CLOCK_D2, ROLE_OUT, MEDICAL_NOTICED, ROLE_IN, MEDICAL_NOTICED,
         "YB520000202603020001", 2},
        {FLOW_INJURY_RECORD, CLOCK_REPLY, ROLE_INSURED, INJURY_REQUESTED, ROLE_TREATING,
         INJURY_REQUESTED, "INJ/GZ20260302000001", 1},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct flow *flow = flow_find(rows[i].flow);
        struct flow_case here = {.flow = rows[i].flow,
                                 .role = rows[i].role,
                                 .state = rows[i].state,
                                 .version = 3,
                                 .in_region = 520000,
                                 .out_region = 440000,
                                 .opened_at = {NOW}};
        struct flow_case there;
        struct flow_event event = act(ACTION_PAUSE, rows[i].clock, NOW + 4 * DAY);
        struct error err = ERROR_INIT;

        strcpy(here.trace, rows[i].trace);
        here.clocks[0] = (struct flow_clock){.kind = rows[i].clock,
                                             .state = CLOCK_STATE_RUNNING,
                                             .days = 15,
                                             .start = on(2026, 3, 2),
                                             .region = 440000,
                                             .due = day_end(on(2026, 3, 24))};
        there = here;
        there.role = rows[i].other;
        there.state = rows[i].other_state;
        for (unsigned round = 0; round < 2; round++) {
            const bool pauses = round == 0;

            assert_true(
                flow_decide(flow, &rules, calendar, &here, &event, arena, &decision, &err));
            assert_int_equal(decision.kind, DECISION_ACCEPTED);
            assert_int_equal(decision.send_count, rows[i].sends);
            here = decision.after;
            event = status(decision.sends[0].made, event.at.ms);
            assert_true(
                flow_decide(flow, &rules, calendar, &there, &event, arena, &decision, &err));
            assert_int_equal(decision.kind, DECISION_ACCEPTED);
            there = decision.after;
            assert_int_equal(there.clocks[0].paused, pauses);
            assert_memory_equal(&there.clocks[0], &here.clocks[0], sizeof(here.clocks[0]));
            event = act(ACTION_RESUME, rows[i].clock, NOW + 14 * DAY);
        }
    }
}

static void names_of_limits(void **unused)
{
    (void)unused;
    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++) {
        assert_int_equal(clock_kind_by_name(text_of(clock_kind_name(kind).english)), kind);
        assert_int_equal(clock_kind_by_name(text_of(clock_kind_name(kind).chinese)), kind);
    }
    assert_int_equal(clock_kind_by_name(TEXT("none")), CLOCK_NONE);
    assert_int_equal(clock_kind_by_name(TEXT("")), CLOCK_NONE);
    assert_int_equal(clock_kind_by_name(TEXT("D2")), CLOCK_NONE);
}

#define REST_TEST(function) cmocka_unit_test_setup(function, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REST_TEST(a_limit_rests),
        REST_TEST(a_limit_goes_on),
        REST_TEST(nothing_passes_while_it_rests),
        REST_TEST(the_edges),
        REST_TEST(what_cannot_rest),
        REST_TEST(nobody_is_told_too_early),
        REST_TEST(their_limit_rests_here_too),
        REST_TEST(our_limit_is_ours),
        REST_TEST(every_flow_tells_it),
        REST_TEST(names_of_limits),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
