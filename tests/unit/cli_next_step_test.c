/* cli_next_step_test.c - every open state of every role says who acts; days left and late. */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "cli/case_view.h"
#include "cli/next_step.h"
#include "core/pension_employee.h"
#include "core/settlement_stay.h"

static struct flow_case case_in(enum role role, unsigned state)
{
    return (struct flow_case){
        .flow = FLOW_PENSION_EMPLOYEE, .role = (uint8_t)role, .state = (uint8_t)state};
}

static void every_state(unsigned number)
{
    const struct flow *flow = flow_find(number);

    for (unsigned side = 0; side < COUNT_OF(flow->roles); side++) {
        unsigned role = flow->roles[side];

        const struct flow_step *row;

        for (size_t i = 0; (row = flow_step_at(flow, role, i)) != NULL; i++) {
            struct flow_case at = case_in(role, row->to == FLOW_SAME ? 0 : row->to);
            struct next_step next;

            at.flow = (uint16_t)number;
            next = next_step_of(&at);

            if (row->refusal != NULL || row->to == FLOW_SAME)
                continue;
            assert_int_equal(next.actor == NEXT_NOBODY, flow_state_ends(flow, row->to));
            assert_int_equal(next.what.english[0] == '\0', next.actor == NEXT_NOBODY);
            assert_int_equal(next.what.chinese[0] == '\0', next.actor == NEXT_NOBODY);
            assert_true(text_columns(text_of(next.what.english)) <= NEXT_STEP_COLUMNS);
            assert_true(text_columns(text_of(next.what.chinese)) <= NEXT_STEP_COLUMNS);
        }
    }
}

/* Every state that a table of a flow leads to, and that does not end the case, has a step. */
static void test_every_state(void **state)
{
    (void)state;
    every_state(FLOW_PENSION_EMPLOYEE);
    every_state(FLOW_PENSION_RESIDENT);
    every_state(FLOW_PENSION_TEMPORARY);
    every_state(FLOW_PENSION_SWITCH);
    every_state(FLOW_PENSION_INSTITUTION);
    every_state(FLOW_PENSION_MILITARY);
    every_state(FLOW_PENSION_ANNUITY);
    every_state(FLOW_SETTLEMENT_STAY);
    every_state(FLOW_MEDICAL_TRANSFER);
    every_state(FLOW_INJURY_RECORD);
    every_state(FLOW_TRANSFER_ENQUIRY);
}

static void test_actors(void **state)
{
    static const struct {
        enum role role;
        enum pension_state state;
        uint32_t flags;
        const char *actor;
    } rows[] = {
        {ROLE_IN, PENSION_NEW, 0, "core"},
        {ROLE_IN, PENSION_LETTER_SENT, 0, "gateway"},
        {ROLE_IN, PENSION_LETTER_HELD, 0, "partner"},
        {ROLE_OUT, PENSION_LETTER_HELD, 0, "core"},
        {ROLE_IN, PENSION_DISPUTE, 0, "partner"},
        {ROLE_OUT, PENSION_DISPUTE, 0, "core"},
        {ROLE_OUT, PENSION_BOTH, 0, "partner"},
        {ROLE_IN, PENSION_BOTH, 0, "core"},
        {ROLE_IN, PENSION_BOTH, CASE_FLAGGED, "operator"},
    };
    struct flow_case ended = case_in(ROLE_IN, PENSION_CLOSED);
    struct flow_case strange = case_in(ROLE_IN, 31);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case at = case_in(rows[i].role, rows[i].state);

        at.flags = rows[i].flags;
        assert_string_equal(next_actor_text(next_step_of(&at).actor), rows[i].actor);
    }
    ended.flags = CASE_FLAGGED;
    assert_null(next_actor_text(next_step_of(&ended).actor));
    assert_null(next_actor_text(next_step_of(&strange).actor));
    strange.flow = 99;
    assert_null(next_actor_text(next_step_of(&strange).actor));
}

/* While a question is open, whoever was asked acts, not who would go on. */
static void test_questions(void **state)
{
    static const struct {
        enum role role;
        enum stay_state state;
        const char *asks;
        const char *answers;
    } rows[] = {
        {ROLE_TREATING, STAY_REGISTERED, "core", "partner"},
        {ROLE_TREATING, STAY_DISCHARGED, "core", "partner"},
        {ROLE_INSURED, STAY_REGISTERED, "partner", "core"},
        {ROLE_INSURED, STAY_DISCHARGED, "partner", "core"},
        {ROLE_TREATING, STAY_SETL_SENT, "partner", "partner"},
        {ROLE_INSURED, STAY_SETL_SENT, "core", "core"},
        {ROLE_TREATING, STAY_SETL_UNCERTAIN, "gateway", "gateway"},
        {ROLE_TREATING, STAY_REVERSING, "gateway", "gateway"},
        {ROLE_INSURED, STAY_REVERSING, "core", "core"},
        {ROLE_TREATING, STAY_MISMATCHED, "operator", "operator"},
        {ROLE_INSURED, STAY_MISMATCHED, "operator", "operator"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case at = case_in(rows[i].role, rows[i].state);

        at.flow = FLOW_SETTLEMENT_STAY;
        assert_string_equal(next_actor_text(next_step_of(&at).actor), rows[i].asks);
        at.part.stay.question.action = ACTION_SETTLE;
        assert_string_equal(next_actor_text(next_step_of(&at).actor), rows[i].answers);
    }
}

static struct instant at_time(const char *text)
{
    struct instant at;

    assert_true(instant_parse(text_of(text), &at));
    return at;
}

static void test_clock_tell(void **state)
{
    static const struct {
        const char *now;
        const char *expected;
        bool late;
    } rows[] = {
        {"2026-03-02T09:00:00+08:00", "21 days left", false},
        {"2026-03-22T23:59:59+08:00", "1 day left", false},
        {"2026-03-23T23:59:59+08:00", "today", false},
        {"2026-03-24T00:00:00+08:00", "1 day late", true},
        {"2026-04-11T09:00:00+08:00", "19 days late", true},
    };
    struct flow_clock clock = {.kind = CLOCK_D2,
                               .state = CLOCK_STATE_RUNNING,
                               .due = at_time("2026-03-24T00:00:00+08:00")};
    char out[CLOCK_TELL_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct instant now = at_time(rows[i].now);

        assert_string_equal(clock_tell(&clock, now, out), rows[i].expected);
        assert_int_equal(clock_late(&clock, now), rows[i].late);
    }
    clock.paused = true;
    assert_string_equal(clock_tell(&clock, clock.due, out), "paused");
    assert_false(clock_late(&clock, clock.due));
    clock.state = CLOCK_STATE_MET;
    assert_string_equal(clock_tell(&clock, clock.due, out), "met");
}

/* On screen words, never "d1", in both languages. */
static void test_clock_titles(void **state)
{
    (void)state;
    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++) {
        struct name title = clock_title(kind);

        assert_string_not_equal(title.english, clock_kind_name(kind).english);
        assert_string_equal(title.chinese, clock_kind_name(kind).chinese);
        assert_true(screen_width(title.english) <= 16 && screen_width(title.chinese) <= 16);
    }
    assert_string_equal(clock_title(CLOCK_KINDS).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state),  cmocka_unit_test(test_actors),
        cmocka_unit_test(test_questions),    cmocka_unit_test(test_clock_tell),
        cmocka_unit_test(test_clock_titles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
