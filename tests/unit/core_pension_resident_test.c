/* core_pension_resident_test.c - what a resident's transfer has of its own: insurance kind,
 * limits, checks, money. Its tables: core_flow_walk_test.c. */
#include "unit.h"

#include "core/pension_resident.h"
#include "flow_fixture.h"

static struct flow_case resident_case(unsigned role, unsigned state)
{
    struct flow_case flow_case = case_in(role, state);

    flow_case.flow = FLOW_PENSION_RESIDENT;
    return flow_case;
}

static const struct flow_case *decide_resident(const struct flow_case *before,
                                               const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_resident_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static struct record *resident_document(unsigned action)
{
    struct record *document = document_new(arena, action);

    document_set(document, "reference/insuranceKind", "150");
    return document;
}

static struct flow_event form_event(const struct record *form)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);

    event.revision = 2;
    return event;
}

static void add_rule(const char *id, int64_t value)
{
    struct rule *rule = &rules.rows[rules.count++];

    assert_true(text_to_field(text_of(id), rule->id, sizeof(rule->id)));
    rule->from = on(2010, 1, 1);
    rule->value = value;
}

static uint16_t days_at_start(const char *id, int64_t value)
{
    struct record *document = resident_document(ACTION_APPLICATION);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, document);

    if (id != NULL)
        add_rule(id, value);
    decide_resident(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    return clock_of(&decision.after, CLOCK_D1)->days;
}

static void limits_of_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(days_at_start(NULL, 0), 15);
    assert_int_equal(days_at_start("PEN-D1", 12), 12);
    assert_int_equal(days_at_start("PEN-D1-RP", 5), 5);
    assert_int_equal(days_at_start("PEN-D1-RP-520000", 3), 3);
}

static void employees_do_not_have_them(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));

    (void)unused;
    add_rule("PEN-D1-RP", 5);
    expect_accepted(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 15);
}

static void documents_of_employees_do_not_fit(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         document_new(arena, ACTION_APPLICATION));

    (void)unused;
    decide_resident(NULL, &event);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, "PEN-C19");
    event.body = resident_document(ACTION_APPLICATION);
    expect_refused(NULL, &event, "PEN-C19");
}

static void a_good_form_has_no_warning(void **unused)
{
    struct flow_case before = resident_case(ROLE_IN, PENSION_ACCEPTED);
    struct flow_event event = form_event(document_resident_form(arena));

    (void)unused;
    decide_resident(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.warning_count, 0);
    assert_int_equal(decision.after.form_total.fen, DOCUMENT_TOTAL_FEN);
}

/* What is wrong in a form, the check that says so, and its row. */
static const struct {
    const char *code;
    unsigned row;
    const char *path;
    const char *value;
    const char *path_too;
    const char *value_too;
} wrong[] = {
    {"PEN-C22", 0, "amounts/pooled", "100.00", "amounts/total", "29128.38"},
    {"PEN-C25", 1, "collective", "1999.99", NULL, NULL},
    {"PEN-C25", 1, "subsidy", "4000.01", NULL, NULL},
    {"PEN-C25", 3, "creditedPersonal", "959.99", NULL, NULL},
    {"PEN-C02", 0, "amounts/thisYear", "960.01", NULL, NULL},
    {"PEN-C03", 0, "amounts/total", "29028.39", NULL, NULL},
    {"PEN-C07", 2, "months", "13", NULL, NULL},
    {"PEN-C09", 0, "localMonths", "27", NULL, NULL},
    {"PEN-C12", 2, "interestPersonal", "68.39", NULL, NULL},
    {"PEN-C18", 0, "person/sex", "2", NULL, NULL},
};

static void a_wrong_form_goes_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct record *form = document_resident_form(arena);
        struct record *root = wrong[i].row > 0 ? document_row(form, wrong[i].row) : form;
        struct flow_case before = resident_case(ROLE_IN, PENSION_ACCEPTED);
        struct flow_event event = form_event(form);
        struct text code;
        struct text kind;

        document_set(root, wrong[i].path, wrong[i].value);
        if (wrong[i].path_too != NULL)
            document_set(root, wrong[i].path_too, wrong[i].value_too);
        decide_resident(&before, &event);
        assert_int_equal(decision.after.state, PENSION_DISPUTE);
        assert_string_equal(decision.after.last_code, "PEN-R21");
        assert_string_equal(decision.warnings[0].code, wrong[i].code);
        assert_int_equal(decision.warnings[0].row, wrong[i].row);
        assert_int_equal(decision.sends[0].action, ACTION_FORM_RETURN);
        assert_true(record_text(decision.sends[0].made, "checks/check/code", &code));
        assert_true(text_is(code, wrong[i].code));
        assert_true(record_text(decision.sends[0].made, "reference/insuranceKind", &kind));
        assert_true(text_is(kind, "150"));
    }
}

/* Rates, bases and one-off payments are an employee's. */
static void what_only_employees_have_is_not_looked_at(void **unused)
{
    struct record *form = document_resident_form(arena);
    struct flow_case before = resident_case(ROLE_IN, PENSION_ACCEPTED);
    struct flow_event event = form_event(form);

    (void)unused;
    for (unsigned row = 1; row <= 3; row++) {
        document_set(document_row(form, row), "base", "5000.00");
        document_set(document_row(form, row), "personalRate", "0.1200");
        document_put(arena, document_row(form, row), "arrived", "2026-01");
    }
    decide_resident(&before, &event);
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.warning_count, 0);
}

static bool letter_without_money(const char *id)
{
    struct record *letter = resident_document(ACTION_LETTER);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER, letter);

    memset(&rules, 0, sizeof(rules));
    add_rule(id, 0);
    decide_resident(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    return (decision.after.flags & CASE_NO_MONEY) != 0;
}

static void money_has_a_switch_of_its_own(void **unused)
{
    (void)unused;
    assert_false(letter_without_money("PEN-MONEY"));
    assert_false(letter_without_money("PEN-MONEY-440000-520000"));
    assert_true(letter_without_money("PEN-MONEY-RP"));
    assert_true(letter_without_money("PEN-MONEY-RP-440000-520000"));
    assert_false(letter_without_money("PEN-MONEY-RP-520000-440000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(limits_of_its_own),
        FLOW_TEST(employees_do_not_have_them),
        FLOW_TEST(documents_of_employees_do_not_fit),
        FLOW_TEST(a_good_form_has_no_warning),
        FLOW_TEST(a_wrong_form_goes_back),
        FLOW_TEST(what_only_employees_have_is_not_looked_at),
        FLOW_TEST(money_has_a_switch_of_its_own),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
