/* core_pension_military_test.c - what a soldier's transfer has of its own: how it begins,
 * insurance kinds, limit, checks. Its table: core_flow_walk_test.c; that it is alone:
 * engine_alone_test.c. */
#include "unit.h"

#include "core/pension_military.h"
#include "flow_fixture.h"

static struct record *service(unsigned action, const char *amount)
{
    struct record *body = action == ACTION_FORM ? document_service_form(arena)
                                                : document_new(arena, action);

    document_set(body, "reference/outRegion", "910000");
    if (amount != NULL)
        document_put(arena, body, "amount", amount);
    return body;
}

static struct flow_event service_event(unsigned action, const struct record *body)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, action, body);

    event.out_region = 910000;
    event.party = 0;
    return event;
}

static const struct flow_case *decide_service(const struct flow_case *before,
                                              const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_military_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static void a_good_form_has_no_warning(void **unused)
{
    struct flow_event event = service_event(ACTION_FORM, service(ACTION_FORM, NULL));

    (void)unused;
    decide_service(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.warning_count, 0);
    assert_int_equal(decision.after.form_total.fen, 2880000);
}

/* 26 months: 12 x 5000.00 + 14 x 6000.00 = 144 000.00 of wages; 8 % of it are 11 520.00 yuan,
 * 12 % are 17 280.00. One fen of tolerance and what is beyond it: 100 fen, and 12 for each row.
 */
static void the_subsidy_to_the_fen(void **unused)
{
    static const struct {
        const char *account;
        const char *total;
        bool warned;
        bool back;
    } rows[] = {
        {"11520.00", "28800.00", false, false}, {"11521.36", "28801.36", false, false},
        {"11518.64", "28798.64", false, false}, {"11521.37", "28801.37", true, false},
        {"11518.63", "28798.63", true, false},  {"11635.20", "28915.20", true, false},
        {"11635.21", "28915.21", true, true},   {"11404.79", "28684.79", true, true},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *form = service(ACTION_FORM, NULL);
        struct flow_event event = service_event(ACTION_FORM, form);
        bool found = false;
        struct money account = {0};
        char rest[MONEY_TEXT_SIZE];

        document_set(form, "amounts/account", rows[i].account);
        document_set(form, "amounts/total", rows[i].total);
        assert_true(record_money(form, "amounts/account", &account));
        money_format((struct money){account.fen - 96000}, rest);
        document_set(form, "amounts/toLastYear", rest);
        decide_service(NULL, &event);
        for (size_t k = 0; k < decision.warning_count; k++)
            found = found || strcmp(decision.warnings[k].code, "PEN-C31") == 0;
        assert_int_equal(found, rows[i].warned);
        assert_int_equal(decision.after.state == PENSION_DISPUTE, rows[i].back);
    }
}

/* What is wrong in a form, the check that says so, and its row. */
static const struct {
    const char *code;
    unsigned row;
    const char *path;
    const char *value;
} wrong[] = {
    {"PEN-C30", 1, "region", "520000"},
    {"PEN-C30", 3, "region", "910100"},
    {"PEN-C31", 0, "amounts/account", "9999.99"},
    {"PEN-C05", 0, "amounts/pooled", "16000.00"},
    {"PEN-C02", 0, "amounts/thisYear", "960.01"},
    {"PEN-C03", 0, "amounts/total", "28800.01"},
    {"PEN-C07", 2, "months", "13"},
    {"PEN-C09", 0, "localMonths", "27"},
    {"PEN-C18", 0, "person/sex", "2"},
};

static void a_wrong_form_goes_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct record *form = service(ACTION_FORM, NULL);
        struct record *root = wrong[i].row > 0 ? document_row(form, wrong[i].row) : form;
        struct flow_event event = service_event(ACTION_FORM, form);
        bool found = false;

        document_set(root, wrong[i].path, wrong[i].value);
        decide_service(NULL, &event);
        for (size_t k = 0; k < decision.warning_count; k++)
            found = found || (strcmp(decision.warnings[k].code, wrong[i].code) == 0 &&
                              decision.warnings[k].row == wrong[i].row);
        if (!found)
            print_message("%s of %s\n", wrong[i].code, wrong[i].path);
        assert_true(found);
        assert_int_equal(decision.after.state, PENSION_DISPUTE);
        assert_false(decision.after.flags & CASE_FORM_HELD);
        assert_int_equal(decision.send_count, 1);
        assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
        assert_int_equal(decision.sends[0].action, ACTION_FORM_RETURN);
    }
}

static void a_form_without_rows_goes_back(void **unused)
{
    struct record *form = service(ACTION_FORM, NULL);
    struct flow_event event = service_event(ACTION_FORM, form);

    (void)unused;
    document_at(form, "rows")->first = document_at(form, "rows")->last = NULL;
    decide_service(NULL, &event);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
}

/* The first document says to which scheme the person goes; every other one must agree. */
static void insurance_kinds(void **unused)
{
    static const struct {
        const char *first;
        const char *second;
        const char *code;
    } rows[] = {
        {"110", "110", ""},
        {"120", "120", ""},
        {"110", "120", "PEN-C19"},
        {"120", "110", "PEN-C19"},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *money = service(ACTION_FUND_RECEIPT, DOCUMENT_SERVICE_TOTAL);
        struct record *form = service(ACTION_FORM, NULL);
        struct flow_event event = service_event(ACTION_FUND_RECEIPT, money);
        struct flow_case opened;

        document_set(money, "reference/insuranceKind", rows[i].first);
        document_set(form, "reference/insuranceKind", rows[i].second);
        opened = *decide_service(NULL, &event);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        event = service_event(ACTION_FORM, form);
        decide_service(&opened, &event);
        assert_string_equal(decision.code, rows[i].code);
        if (decision.kind == DECISION_ACCEPTED)
            assert_int_equal(decision.after.state, PENSION_BOTH);
    }
}

static void other_kinds_and_regions_are_refused(void **unused)
{
    static const char *const kinds[] = {"150", "310", "111"};
    struct record *form = service(ACTION_FORM, NULL);
    struct flow_event event = service_event(ACTION_FORM, form);

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        document_set(form, "reference/insuranceKind", kinds[i]);
        decide_service(NULL, &event);
        assert_string_equal(decision.code, "PEN-C19");
    }
    form = service(ACTION_FORM, NULL);
    document_set(form, "reference/outRegion", "440000");
    event = event_with(EVENT_SUBMITTED, ACTION_FORM, form);
    decide_service(NULL, &event);
    assert_string_equal(decision.code, "PEN-C19");
}

static void limit_of_its_own(void **unused)
{
    static const struct {
        const char *id;
        int64_t days;
    } rows[] = {{NULL, 15}, {"PEN-D3", 12}, {"PEN-D3-MIL", 14}, {"PEN-D3-MIL-520000", 9}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = service_event(ACTION_FORM, service(ACTION_FORM, NULL));
        struct flow_case before = case_in(ROLE_IN, PENSION_MONEY_ONLY);

        before.flow = FLOW_PENSION_MILITARY;
        before.out_region = 910000;
        before.flags = CASE_MONEY_SEEN;
        before.money_total.fen = 2880000;
        before.form_revision = 0;
        if (rows[i].id != NULL) {
            struct rule *rule = &rules.rows[rules.count++];

            assert_true(text_to_field(text_of(rows[i].id), rule->id, sizeof(rule->id)));
            rule->from = on(2010, 1, 1);
            rule->value = rows[i].days;
        }
        decide_service(&before, &event);
        assert_int_equal(decision.after.state, PENSION_BOTH);
        assert_int_equal(clock_of(&decision.after, CLOCK_D3)->days, rows[i].days);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(a_good_form_has_no_warning),
        FLOW_TEST(the_subsidy_to_the_fen),
        FLOW_TEST(a_wrong_form_goes_back),
        FLOW_TEST(a_form_without_rows_goes_back),
        FLOW_TEST(insurance_kinds),
        FLOW_TEST(other_kinds_and_regions_are_refused),
        FLOW_TEST(limit_of_its_own),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
