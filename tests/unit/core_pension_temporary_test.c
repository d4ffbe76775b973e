/* core_pension_temporary_test.c - what the gathering of a temporary account has of its own:
 * whose duties, consent, checks, money. Its tables: core_flow_walk_test.c. */
#include "unit.h"

#include "core/pension_pooled.h"
#include "core/pension_temporary.h"
#include "flow_fixture.h"

static struct flow_case temporary_case(unsigned role, unsigned state)
{
    struct flow_case flow_case = case_in(role, state);

    flow_case.flow = FLOW_PENSION_TEMPORARY;
    return flow_case;
}

static const struct flow_case *decide_temporary(const struct flow_case *before,
                                                const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_temporary_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static void add_rule(const char *id, int64_t value)
{
    struct rule *rule = &rules.rows[rules.count++];

    assert_true(text_to_field(text_of(id), rule->id, sizeof(rule->id)));
    rule->from = on(2010, 1, 1);
    rule->value = value;
}

static void expect_clock(unsigned kind, unsigned days, uint32_t region)
{
    const struct flow_clock *clock = clock_of(&decision.after, kind);

    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
    assert_int_equal(clock->days, days);
    assert_int_equal(clock->region, region);
}

/* Letter, consent, form and money: each is the duty of its region, with the limits of the flow.
 */
static void limits_and_whose_they_are(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));
    struct flow_case before;

    (void)unused;
    add_rule("PEN-D1-TMP", 7);
    add_rule("PEN-CONSENT-TMP", 8);
    add_rule("PEN-D2-TMP", 9);
    decide_temporary(NULL, &event);
    assert_int_equal(decision.after.role, ROLE_OUT);
    expect_clock(CLOCK_D1, 7, 440000);
    assert_int_equal(flow_clock_duty(&pension_temporary_flow, CLOCK_D1), ROLE_OUT);
    assert_int_equal(flow_clock_duty(&pension_temporary_flow, CLOCK_LETTER), ROLE_OUT);
    assert_int_equal(flow_clock_duty(&pension_temporary_flow, CLOCK_D3), ROLE_IN);
    assert_int_equal(flow_clock_duty(&pension_temporary_flow, CLOCK_KINDS), ROLE_NONE);

    event = event_with(EVENT_RECEIVED, ACTION_LETTER, document_new(arena, ACTION_LETTER));
    decide_temporary(NULL, &event);
    assert_int_equal(decision.after.role, ROLE_IN);
    expect_clock(CLOCK_CONSENT, 8, 520000);

    before = temporary_case(ROLE_OUT, PENSION_LETTER_HELD);
    event = event_with(EVENT_RECEIVED, ACTION_ACCEPTANCE, document_consent(arena));
    decide_temporary(&before, &event);
    expect_clock(CLOCK_D2, 9, 440000);
}

/* The letter is OUT's duty here: OUT's own core is reminded, and nobody else. */
static void who_must_write_the_letter_is_reminded(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));
    struct flow_event timer = {.source = EVENT_TIMER, .clock_kind = CLOCK_D1};
    struct flow_case before;

    (void)unused;
    decide_temporary(NULL, &event);
    before = decision.after;
    timer.at = clock_of(&before, CLOCK_D1)->due;
    decide_temporary(&before, &timer);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_int_equal(decision.sends[0].action, ACTION_REMINDER);
}

/* On both sides: where does the money go to? */
static void a_consent_names_the_account(void **unused)
{
    static const struct {
        unsigned role;
        enum event_source source;
    } sides[] = {{ROLE_IN, EVENT_SUBMITTED}, {ROLE_OUT, EVENT_RECEIVED}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        struct flow_case before = temporary_case(sides[i].role, PENSION_LETTER_HELD);
        struct flow_event event = event_with(sides[i].source, ACTION_ACCEPTANCE,
                                             document_new(arena, ACTION_ACCEPTANCE));

        decide_temporary(&before, &event);
        assert_int_equal(decision.kind, DECISION_REFUSED);
        assert_string_equal(decision.code, "PEN-R14");
        event.body = document_consent(arena);
        decide_temporary(&before, &event);
        assert_int_equal(decision.after.state, PENSION_ACCEPTED);
    }
}

static void nothing_moves_before_the_consent(void **unused)
{
    static const unsigned states[] = {PENSION_NEW, PENSION_LETTER_SENT, PENSION_LETTER_HELD,
                                      PENSION_LETTER_RETURNED};
    static const unsigned actions[] = {ACTION_FORM, ACTION_FUND_ADVICE};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(states) * COUNT_OF(actions); i++) {
        unsigned action = actions[i % COUNT_OF(actions)];
        struct flow_case before = temporary_case(ROLE_OUT, states[i / COUNT_OF(actions)]);
        struct flow_event event = event_with(
            EVENT_SUBMITTED, action,
            action == ACTION_FORM ? document_temporary_form(arena)
                                  : document_money(arena, action, DOCUMENT_TOTAL));

        event.revision = action == ACTION_FORM ? 2 : 1;
        decide_temporary(&before, &event);
        assert_int_equal(decision.kind, DECISION_REFUSED);
        assert_string_equal(decision.code, "FLW-01");
    }
}

static void expect_form(struct record *form, unsigned state, const char *warning)
{
    struct flow_case before = temporary_case(ROLE_IN, PENSION_ACCEPTED);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);

    event.revision = 2;
    decide_temporary(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, state);
    assert_int_equal(decision.warning_count, warning != NULL ? 1 : 0);
    if (warning != NULL)
        assert_string_equal(decision.warnings[0].code, warning);
}

static void a_wrong_form_goes_back(void **unused)
{
    struct record *form = document_temporary_form(arena);

    (void)unused;
    expect_form(form, PENSION_INFO_ONLY, NULL);
    document_set(form, "accountType", "0");
    expect_form(form, PENSION_DISPUTE, "PEN-C33");
    form = document_temporary_form(arena);
    document_set(form, "amounts/total", "29028.39");
    expect_form(form, PENSION_DISPUTE, "PEN-C03");
}

/* Wages of 144 000.00 yuan; of row 1 (60 000.00) the employer paid 16 %, of the others less
 * than 12 %: 9 600.00 + 84 000.00 x 12 % = 19 680.00. */
static void the_real_rate_above_twelve_percent(void **unused)
{
    struct record *form = document_temporary_form(arena);
    struct pension_form read;
    struct error err = ERROR_INIT;
    struct money pooled;

    (void)unused;
    document_set(document_row(form, 1), "employerRate", "0.1600");
    document_set(document_row(form, 2), "employerRate", "0.1000");
    document_set(document_row(form, 3), "employerRate", "0.1000");
    assert_true(pension_form_read(form, 440000, on(2026, 3, 2), &rules, arena, &read, &err));
    assert_true(pension_pooled(&read, &pooled));
    assert_int_equal(pooled.fen, 1968000);
    expect_form(form, PENSION_INFO_ONLY, "PEN-C06");
    document_set(form, "amounts/pooled", "19680.00");
    document_set(form, "amounts/total", "31428.38");
    expect_form(form, PENSION_INFO_ONLY, NULL);
}

static bool letter_without_money(const char *id)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         document_new(arena, ACTION_LETTER));

    memset(&rules, 0, sizeof(rules));
    add_rule(id, 0);
    decide_temporary(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    return (decision.after.flags & CASE_NO_MONEY) != 0;
}

static void money_has_a_switch_of_its_own(void **unused)
{
    (void)unused;
    assert_false(letter_without_money("PEN-MONEY"));
    assert_false(letter_without_money("PEN-MONEY-440000-520000"));
    assert_true(letter_without_money("PEN-MONEY-TMP"));
    assert_true(letter_without_money("PEN-MONEY-TMP-440000-520000"));
}

static void the_gateway_answers_a_withdrawal(void **unused)
{
    struct flow_case before = temporary_case(ROLE_IN, PENSION_MONEY_ONLY);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_WITHDRAWAL,
                                         document_new(arena, ACTION_WITHDRAWAL));
    struct text agreed;

    (void)unused;
    before.flags = CASE_MONEY_SEEN;
    before.money_total.fen = 100;
    decide_temporary(&before, &event);
    assert_int_equal(decision.after.state, PENSION_MONEY_ONLY);
    assert_true(record_text(decision.sends[0].made, "agreed", &agreed));
    assert_true(text_is(agreed, "false"));
    before = temporary_case(ROLE_IN, PENSION_ACCEPTED);
    decide_temporary(&before, &event);
    assert_int_equal(decision.after.state, PENSION_CANCELLED);
    assert_true(record_text(decision.sends[0].made, "agreed", &agreed));
    assert_true(text_is(agreed, "true"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(limits_and_whose_they_are),
        FLOW_TEST(who_must_write_the_letter_is_reminded),
        FLOW_TEST(a_consent_names_the_account),
        FLOW_TEST(nothing_moves_before_the_consent),
        FLOW_TEST(a_wrong_form_goes_back),
        FLOW_TEST(the_real_rate_above_twelve_percent),
        FLOW_TEST(money_has_a_switch_of_its_own),
        FLOW_TEST(the_gateway_answers_a_withdrawal),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
