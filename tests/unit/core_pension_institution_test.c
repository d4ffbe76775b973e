/* core_pension_institution_test.c - which schemes a relation goes between, dismissals, the
 * pooled part since the reform, and the annuity's book and real money. Tables:
 * core_flow_walk_test.c. */
#include "unit.h"

#include "core/pension_annuity.h"
#include "core/pension_institution.h"
#include "flow_fixture.h"

static const struct flow_case *decide_of(const struct flow *flow,
                                         const struct flow_case *before,
                                         const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(flow, &rules, calendar, before, event, arena, &decision, &err));
    return &decision.after;
}

static const struct flow_case *moves(const struct flow_case *before,
                                     const struct flow_event *event)
{
    return decide_of(&pension_institution_flow, before, event);
}

static bool warned(const char *code, unsigned row)
{
    for (size_t i = 0; i < decision.warning_count; i++)
        if (strcmp(decision.warnings[i].code, code) == 0 && decision.warnings[i].row == row)
            return true;
    return false;
}

static struct flow_case moving(unsigned role, unsigned state, uint32_t flags)
{
    struct flow_case before = case_in(role, state);

    before.flow = FLOW_PENSION_INSTITUTION;
    before.flags = flags;
    return before;
}

static struct record *letter_of(const char *to, const char *from)
{
    struct record *letter = document_new(arena, ACTION_LETTER);

    document_set(letter, "reference/insuranceKind", to);
    if (from != NULL)
        document_put(arena, letter, "insuranceKindOld", from);
    return letter;
}

/* --- schemes --------------------------------------------------------------------------- */

static void three_directions(void **unused)
{
    static const struct {
        const char *to;
        const char *from;
        enum decision_kind kind;
        uint32_t flags;
    } rows[] = {
        {"120", "120", DECISION_ACCEPTED, CASE_TO_INSTITUTION},
        {"110", "120", DECISION_ACCEPTED, 0},
        {"120", "110", DECISION_ACCEPTED, CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES},
        {"110", "110", DECISION_REFUSED, 0},
        {"120", "150", DECISION_REFUSED, 0},
        {"150", "120", DECISION_REFUSED, 0},
        {"110", NULL, DECISION_REFUSED, 0},
        {"120", NULL, DECISION_REFUSED, 0},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                             letter_of(rows[i].to, rows[i].from));

        moves(NULL, &event);
        assert_int_equal(decision.kind, rows[i].kind);
        assert_string_equal(decision.code, decision.kind == DECISION_REFUSED ? "PEN-C19" : "");
        if (decision.kind == DECISION_ACCEPTED)
            assert_int_equal(decision.after.flags, rows[i].flags);
    }
}

/* A corrected letter may name another old scheme, but not another new one. */
static void a_corrected_letter_says_it_anew(void **unused)
{
    struct flow_case before = moving(ROLE_IN, PENSION_LETTER_RETURNED, CASE_TO_INSTITUTION);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_LETTER,
                                         letter_of("120", "110"));

    (void)unused;
    event.revision = 2;
    assert_int_equal(moves(&before, &event)->flags, CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES);
    event.body = letter_of("110", "120");
    moves(&before, &event);
    assert_string_equal(decision.code, "PEN-C19");
}

static void the_switch_of_the_route_is_its_own(void **unused)
{
    static const struct {
        const char *id;
        bool moneyless;
    } rows[] = {{"PEN-MONEY", false},
                {"PEN-MONEY-GP", true},
                {"PEN-MONEY-GP-440000-520000", true},
                {"PEN-MONEY-GP-520000-440000", false}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                             letter_of("120", "120"));

        rules.count = 1;
        rules.rows[0] = (struct rule){.value = 0};
        assert_true(text_to_field(text_of(rows[i].id), rules.rows[0].id, RULE_ID_SIZE));
        moves(NULL, &event);
        assert_int_equal((decision.after.flags & CASE_NO_MONEY) != 0, rows[i].moneyless);
    }
}

static void limits_of_its_own(void **unused)
{
    static const struct {
        const char *id;
        unsigned days;
    } rows[] = {{"PEN-D2", 12}, {"PEN-D2-GP", 11}, {"PEN-D2-GP-440000", 7}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                             letter_of("120", "120"));
        struct rule *rule = &rules.rows[rules.count++];

        assert_true(text_to_field(text_of(rows[i].id), rule->id, RULE_ID_SIZE));
        rule->value = rows[i].days;
        moves(NULL, &event);
        assert_int_equal(clock_of(&decision.after, CLOCK_D2)->days, rows[i].days);
    }
}

/* --- dismissals ------------------------------------------------------------------------ */

static struct flow_event dismissal_event(enum event_source source, unsigned action,
                                         uint8_t role)
{
    struct record *body = action == ACTION_FORM ? document_institution_form(arena)
                                                : document_new(arena, action);
    struct flow_event event = event_with(source, action, body);

    document_set(body, "reference/insuranceKind", "110");
    if (action == ACTION_FORM || action == ACTION_APPLICATION)
        document_dismissal(arena, body);
    event.role = role;
    return event;
}

static void the_former_unit_applies_at_the_old_place(void **unused)
{
    struct flow_event event = dismissal_event(EVENT_SUBMITTED, ACTION_APPLICATION, ROLE_OUT);
    struct flow_case opened = *moves(NULL, &event);
    struct record *body;

    (void)unused;
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(opened.role, ROLE_OUT);
    assert_int_equal(opened.state, PENSION_NEW);
    assert_int_equal(opened.flags, CASE_DISMISSED);
    assert_int_equal(clock_of(&opened, CLOCK_D2)->days, 15);
    assert_int_equal(decision.send_count, 0);
    event = dismissal_event(EVENT_SUBMITTED, ACTION_FORM, ROLE_OUT);
    opened = *moves(&opened, &event);
    assert_int_equal(opened.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].action, ACTION_FORM);

    /* At IN it is no application, nor is another one at OUT. */
    event = dismissal_event(EVENT_SUBMITTED, ACTION_APPLICATION, ROLE_IN);
    moves(NULL, &event);
    assert_string_equal(decision.code, "PEN-C19");
    body = document_new(arena, ACTION_APPLICATION);
    document_set(body, "reference/insuranceKind", "120");
    event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, body);
    event.role = ROLE_OUT;
    moves(NULL, &event);
    assert_string_equal(decision.code, "PEN-C19");
    event.role = ROLE_IN;
    moves(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
}

/* Nobody is dismissed into another institution. */
static void it_leads_to_the_employees(void **unused)
{
    struct flow_event event = dismissal_event(EVENT_SUBMITTED, ACTION_APPLICATION, ROLE_OUT);
    struct record *body = document_new(arena, ACTION_APPLICATION);

    (void)unused;
    document_set(body, "reference/insuranceKind", "120");
    document_dismissal(arena, body);
    event.body = body;
    moves(NULL, &event);
    assert_string_equal(decision.code, "PEN-C19");
}

static void the_form_opens_the_case(void **unused)
{
    struct flow_event event = dismissal_event(EVENT_RECEIVED, ACTION_FORM, ROLE_IN);
    struct record *other = document_institution_form(arena);

    (void)unused;
    moves(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.warning_count, 0);
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.after.role, ROLE_IN);
    assert_int_equal(decision.after.flags, CASE_DISMISSED | CASE_FORM_HELD);
    event.body = other;
    moves(NULL, &event);
    assert_string_equal(decision.code, "FLW-03");
}

static void form_and_case_agree_about_it(void **unused)
{
    struct flow_event event = dismissal_event(EVENT_RECEIVED, ACTION_FORM, ROLE_IN);
    struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED, 0);

    (void)unused;
    event.revision = 2;
    moves(&before, &event);
    assert_string_equal(decision.code, "PEN-C19");
    before.flags = CASE_DISMISSED;
    event.body = document_institution_form(arena);
    moves(&before, &event);
    assert_string_equal(decision.code, "PEN-C19");
}

/* PEN-C34, and a route without money: both read the form's day. */
static void to_where_the_household_is(void **unused)
{
    static const struct {
        const char *region;
        bool right;
    } rows[] = {{"520000", true}, {"520123", true}, {"440000", false}, {"330106", false}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = dismissal_event(EVENT_RECEIVED, ACTION_FORM, ROLE_IN);
        struct record *body = document_institution_form(arena);

        document_set(body, "reference/insuranceKind", "110");
        document_dismissal(arena, body);
        document_set(body, "dismissal/hukouRegion", rows[i].region);
        event.body = body;
        moves(NULL, &event);
        assert_int_equal(warned("PEN-C34", 0), !rows[i].right);
        assert_int_equal(decision.after.state,
                         rows[i].right ? PENSION_INFO_ONLY : PENSION_DISPUTE);
    }
}

static void a_dismissal_without_money(void **unused)
{
    struct flow_event event = dismissal_event(EVENT_RECEIVED, ACTION_FORM, ROLE_IN);
    struct flow_case before = moving(ROLE_OUT, PENSION_NEW, CASE_DISMISSED);

    (void)unused;
    rules.count = 1;
    rules.rows[0] = (struct rule){.id = "PEN-MONEY-GP", .value = 0};
    assert_int_equal(moves(NULL, &event)->state, PENSION_BOTH);
    before.form_revision = 0;
    event = dismissal_event(EVENT_SUBMITTED, ACTION_FORM, ROLE_OUT);
    assert_int_equal(moves(&before, &event)->state, PENSION_BOTH);
}

/* --- what moves ------------------------------------------------------------------------ */

/* A row before the reform: 2014-01 to 2014-09, 9 x 4000.00; 12 % of it are 4320.00. */
static struct record *form_with_old_row(const char *pooled, const char *total)
{
    static const char *const values[DOCUMENT_ROW_FIELDS] = {
        "440000", "2014",    "2014-01", "2014-09", "9",    "4000.00", "0.2000", "0.0000",
        "0.0800", "2880.00", "2880.00", "0.00",    "0.00", "2880.00", "2880.00"};
    struct record *form = document_institution_form(arena);
    struct record *rows = document_at(form, "rows");

    document_add_row(arena, rows, values);
    document_set(form, "localMonths", "35");
    document_set(form, "amounts/pooled", pooled);
    document_set(form, "amounts/total", total);
    return form;
}

/* 17 280.00 since the reform, 21 600.00 since 1998. */
static void pooled_since_the_reform(void **unused)
{
    static const struct {
        const char *pooled;
        const char *total;
        bool warned;
        bool back;
    } rows[] = {
        {"17280.00", "29028.38", false, false}, {"17281.48", "29029.86", false, false},
        {"17281.49", "29029.87", true, false},  {"19000.00", "30748.38", true, false},
        {"21600.00", "33348.38", true, false},  {"21900.00", "33648.38", true, true},
        {"17000.00", "28748.38", true, true},   {"17200.00", "28948.38", true, false},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED, CASE_TO_INSTITUTION);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM,
                                             form_with_old_row(rows[i].pooled, rows[i].total));

        event.revision = 2;
        moves(&before, &event);
        assert_int_equal(warned("PEN-C05", 0), rows[i].warned);
        assert_int_equal(decision.after.state == PENSION_DISPUTE, rows[i].back);
    }
}

/* Who joins is an employee until then: every row since 1998 counts. */
static void who_joins_takes_an_employees_part_along(void **unused)
{
    struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED,
                                     CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM,
                                         form_with_old_row("21600.00", "33348.38"));

    (void)unused;
    event.revision = 2;
    moves(&before, &event);
    assert_false(warned("PEN-C05", 0));
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    event.body = form_with_old_row("17280.00", "29028.38");
    moves(&before, &event);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
}

/* PEN-C35: credited at another rate, and no remark tells of the correction. */
static void a_corrected_rate_is_remarked(void **unused)
{
    struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED,
                                     CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES);
    struct record *form = document_institution_form(arena);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);

    (void)unused;
    event.revision = 2;
    moves(&before, &event);
    assert_int_equal(decision.warning_count, 0);
    document_set(document_row(form, 2), "personalRate", "0.0700");
    moves(&before, &event);
    assert_true(warned("PEN-C35", 2));
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    document_put(arena, document_row(form, 2), "remark", "按8%更正");
    moves(&before, &event);
    assert_false(warned("PEN-C35", 2));
}

/* --- annuity --------------------------------------------------------------------------- */

struct parts {
    const char *balance;
    const char *book;
    const char *real;
    const char *total;
    const char *treasury;
    const char *kept;
};

static struct record *annuity_form(const struct parts *parts)
{
    struct record *form = document_annuity_form(arena);

    document_set(form, "annuity/balance", parts->balance);
    document_set(form, "annuity/book", parts->book);
    document_set(form, "annuity/real", parts->real);
    document_set(form, "annuity/madeUp", "0.00");
    document_set(form, "annuity/beforeReform", "0.00");
    document_set(form, "annuity/enterprise", "0.00");
    document_set(form, "annuity/sameTreasury", parts->treasury);
    document_set(form, "annuity/kept", parts->kept);
    document_set(form, "amounts/toLastYear", parts->total);
    document_set(form, "amounts/thisYear", "0.00");
    document_set(form, "amounts/account", parts->total);
    document_set(form, "amounts/total", parts->total);
    return form;
}

static void book_and_real_money(void **unused)
{
    static const struct {
        struct parts parts;
        const char *code; /* NULL: right */
        unsigned state;
    } rows[] = {
        /* all real; a book entry beside real money; a book entry alone; the account stays */
        {{"52800.00", "0.00", "52800.00", "52800.00", "false", "false"},
         NULL,
         PENSION_INFO_ONLY},
        {{"52800.00", "35200.00", "17600.00", "17600.00", "true", "false"},
         NULL,
         PENSION_INFO_ONLY},
        {{"35200.00", "35200.00", "0.00", "0.00", "true", "false"}, NULL, PENSION_BOTH},
        {{"52800.00", "35200.00", "17600.00", "0.00", "false", "true"}, NULL, PENSION_BOTH},
        /* not paid in; sums that are none; money of an account that stays; a book entry paid */
        {{"52800.00", "35200.00", "17600.00", "17600.00", "false", "false"},
         "PEN-C37",
         PENSION_DISPUTE},
        {{"52800.01", "0.00", "52800.00", "52800.00", "false", "false"},
         "PEN-C36",
         PENSION_DISPUTE},
        {{"52800.00", "0.00", "52800.00", "52800.00", "false", "true"},
         "PEN-C36",
         PENSION_DISPUTE},
        {{"52800.00", "35200.00", "17600.00", "52800.00", "true", "false"},
         "PEN-C36",
         PENSION_DISPUTE},
        {{"17600.00", "-35200.00", "52800.00", "52800.00", "true", "false"},
         "PEN-C36",
         PENSION_DISPUTE},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED, CASE_TO_INSTITUTION);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM,
                                             annuity_form(&rows[i].parts));

        before.flow = FLOW_PENSION_ANNUITY;
        event.revision = 2;
        decide_of(&pension_annuity_flow, &before, &event);
        assert_int_equal(decision.after.state, rows[i].state);
        if (rows[i].code != NULL)
            assert_true(warned(rows[i].code, 0));
        else
            assert_int_equal(decision.warning_count, 0);
        assert_int_equal((decision.after.flags & CASE_NO_MONEY) != 0,
                         rows[i].state == PENSION_BOTH);
    }
}

/* A book entry that turns out to be real money: the corrected form asks for it again. */
static void a_returned_form_decides_nothing(void **unused)
{
    static const struct parts parts = {"52800.00", "0.00",  "52800.00",
                                       "52800.00", "false", "false"};
    struct flow_case before = moving(ROLE_OUT, PENSION_BOTH,
                                     CASE_TO_INSTITUTION | CASE_NO_MONEY | CASE_FORM_HELD);
    struct record *back = document_return(arena, ACTION_FORM_RETURN, "1", "PEN-R21");
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM_RETURN, back);

    (void)unused;
    before.flow = FLOW_PENSION_ANNUITY;
    document_set(back, "reference/insuranceKind", "120");
    before = *decide_of(&pension_annuity_flow, &before, &event);
    assert_int_equal(before.state, PENSION_DISPUTE);
    assert_false(before.flags & CASE_NO_MONEY);
    event = event_with(EVENT_SUBMITTED, ACTION_FORM, annuity_form(&parts));
    event.revision = 2;
    assert_int_equal(decide_of(&pension_annuity_flow, &before, &event)->state,
                     PENSION_INFO_ONLY);
}

/* Money that was booked is none, whatever the form says of a book entry. */
static void money_that_came_is_not_explained_away(void **unused)
{
    static const struct parts parts = {"35200.00", "35200.00", "0.00", "0.00", "true", "false"};
    struct flow_case before = moving(ROLE_IN, PENSION_MONEY_ONLY, CASE_TO_INSTITUTION);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, annuity_form(&parts));

    (void)unused;
    before.flow = FLOW_PENSION_ANNUITY;
    before.flags |= CASE_MONEY_SEEN;
    before.money_total.fen = 100;
    event.revision = 2;
    assert_int_equal(decide_of(&pension_annuity_flow, &before, &event)->state, PENSION_DISPUTE);
    assert_false(decision.after.flags & CASE_NO_MONEY);
}

/* An employee's form is none of an annuity, and an annuity's none of a transfer. */
static void each_form_is_of_its_flow(void **unused)
{
    struct flow_case before = moving(ROLE_IN, PENSION_ACCEPTED, CASE_TO_INSTITUTION);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM,
                                         document_institution_form(arena));

    (void)unused;
    event.revision = 2;
    before.flow = FLOW_PENSION_ANNUITY;
    decide_of(&pension_annuity_flow, &before, &event);
    assert_true(warned("PEN-C36", 0));
    before.flow = FLOW_PENSION_INSTITUTION;
    event.body = document_annuity_form(arena);
    moves(&before, &event);
    assert_true(warned("PEN-C05", 0));
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(three_directions),
        FLOW_TEST(a_corrected_letter_says_it_anew),
        FLOW_TEST(the_switch_of_the_route_is_its_own),
        FLOW_TEST(limits_of_its_own),
        FLOW_TEST(the_former_unit_applies_at_the_old_place),
        FLOW_TEST(it_leads_to_the_employees),
        FLOW_TEST(the_form_opens_the_case),
        FLOW_TEST(form_and_case_agree_about_it),
        FLOW_TEST(to_where_the_household_is),
        FLOW_TEST(a_dismissal_without_money),
        FLOW_TEST(pooled_since_the_reform),
        FLOW_TEST(who_joins_takes_an_employees_part_along),
        FLOW_TEST(a_corrected_rate_is_remarked),
        FLOW_TEST(book_and_real_money),
        FLOW_TEST(a_returned_form_decides_nothing),
        FLOW_TEST(money_that_came_is_not_explained_away),
        FLOW_TEST(each_form_is_of_its_flow),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
