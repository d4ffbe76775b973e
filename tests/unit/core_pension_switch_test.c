/* core_pension_switch_test.c - what a change between the schemes has of its own: directions,
 * conditions, relations gathered first, checks, refund. Its tables: core_flow_walk_test.c. */
#include "unit.h"

#include <stdio.h>

#include "core/pension_switch.h"
#include "flow_fixture.h"

/* A man born in June 1962: 60 in June 2022, before ages rise; 180 months are the minimum. */
static void put_pensioner(struct record *body)
{
    struct record *person = document_put(arena, body, "person", NULL);

    document_put(arena, person, "sex", "1");
    document_put(arena, person, "birthDate", "1962-06-01");
}

static struct record *switch_document(unsigned action, const char *insurance,
                                      const char *months)
{
    struct record *document = document_new(arena, action);

    document_set(document, "reference/insuranceKind", insurance);
    put_pensioner(document);
    if (months != NULL)
        document_put_change(arena, document, months);
    return document;
}

static struct flow_case switch_case(unsigned role, unsigned state, bool to_residents)
{
    struct flow_case flow_case = case_in(role, state);

    flow_case.flow = FLOW_PENSION_SWITCH;
    flow_case.flags |= to_residents ? CASE_RESIDENT_MONEY : 0;
    return flow_case;
}

static const struct flow_case *decide_switch(const struct flow_case *before,
                                             const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_switch_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static void add_rule(const char *id, int year, int64_t value)
{
    struct rule *rule = &rules.rows[rules.count++];

    assert_true(text_to_field(text_of(id), rule->id, sizeof(rule->id)));
    rule->from = on(year, 1, 1);
    rule->value = value;
}

/* As in conf/rules.xml, what a man needs. */
static void add_age_rules(void)
{
    add_rule("PEN-AGE-MAN", 1979, 720);
    add_rule("PEN-RAISE-START", 2025, 202501);
    add_rule("PEN-RAISE-STEP-MAN", 2025, 4);
    add_rule("PEN-RAISE-MOST-MAN", 2025, 36);
    add_rule("PEN-MINIMUM", 1998, 180);
}

static void expect_refused_as(const char *code)
{
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
}

/* By the months as an employee, in both directions: what OUT says of the letter. */
static const struct {
    const char *insurance;
    const char *months;
    const char *birth;
    const char *drawing;
    const char *code; /* NULL: taken */
} conditions[] = {
    {"110", "180", "1962-06-01", "false", NULL},
    {"110", "179", "1962-06-01", "false", "PEN-R05"},
    {"110", "180", "1980-01-15", "false", "PEN-R05"}, /* too young */
    {"110", "300", "1962-06-01", "true", "PEN-R01"},
    {"150", "179", "1962-06-01", "false", NULL},
    {"150", "0", "1962-06-01", "false", NULL},
    {"150", "180", "1962-06-01", "false", "PEN-R05"}, /* an employee's pension is due */
    {"150", "179", "1980-01-15", "false", "PEN-R05"},
    {"150", "179", "1962-06-01", "true", "PEN-R01"},
};

static void the_conditions_in_both_directions(void **unused)
{
    (void)unused;
    add_age_rules();
    for (size_t i = 0; i < COUNT_OF(conditions); i++) {
        struct record *letter = switch_document(ACTION_LETTER, conditions[i].insurance,
                                                conditions[i].months);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER, letter);

        document_set(letter, "person/birthDate", conditions[i].birth);
        document_set(letter, "change/drawing", conditions[i].drawing);
        decide_switch(NULL, &event);
        if (conditions[i].code != NULL) {
            expect_refused_as(conditions[i].code);
            continue;
        }
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        assert_int_equal(decision.after.state, PENSION_LETTER_HELD);
        assert_int_equal((decision.after.flags & CASE_RESIDENT_MONEY) != 0,
                         strcmp(conditions[i].insurance, "150") == 0);
    }
}

/* The claiming agency decides: of its own documents a warning. */
static void our_own_core_is_warned(void **unused)
{
    struct record *application = switch_document(ACTION_APPLICATION, "110", "179");
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, application);

    (void)unused;
    add_age_rules();
    decide_switch(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, PENSION_NEW);
    assert_int_equal(decision.warning_count, 1);
    assert_string_equal(decision.warnings[0].code, "PEN-R05");
}

static void what_the_conditions_hang_on_must_be_there(void **unused)
{
    struct record *application = switch_document(ACTION_APPLICATION, "110", NULL);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, application);
    struct record *letter = switch_document(ACTION_LETTER, "110", "216");

    (void)unused;
    add_age_rules();
    decide_switch(NULL, &event);
    expect_refused_as("PEN-R06");
    /* Of a woman the kind of post is needed. */
    document_set(letter, "person/sex", "2");
    event = event_with(EVENT_RECEIVED, ACTION_LETTER, letter);
    decide_switch(NULL, &event);
    expect_refused_as("PEN-R06");
}

static void only_the_two_schemes(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         switch_document(ACTION_LETTER, "120", "216"));
    struct flow_case before = switch_case(ROLE_IN, PENSION_ACCEPTED, true);

    (void)unused;
    decide_switch(NULL, &event);
    expect_refused_as("PEN-C19");
    event = event_with(EVENT_RECEIVED, ACTION_FORM, document_resident_form(arena));
    event.revision = 2;
    before.flags = 0;
    decide_switch(&before, &event); /* the form says 150, the change is to the employees */
    expect_refused_as("PEN-C19");
}

/* --- where the pension is claimed -------------------------------------------------------- */

/* As in conf/rules.xml. */
static void add_place_rules(void)
{
    add_rule("PEN-PLACE-MONTHS", 1998, 120);
    add_rule("PEN-PLACE-SERVICE", 1998, 1);
    add_rule("PEN-PLACE-LATE", 1998, 0);
    add_rule("PEN-TEMP-START", 1998, 201001);
    add_rule("PEN-TEMP-MAN", 1998, 600);
    add_rule("PEN-TEMP-WOMAN", 1998, 480);
}

static void put_period(struct record *document, const char *region, const char *from,
                       const char *to, const char *months, bool temporary)
{
    const struct record *found = record_find(document, "periods");
    struct record *periods = found != NULL ? (struct record *)(uintptr_t)found
                                           : document_put(arena, document, "periods", NULL);
    struct record *period = document_put(arena, periods, "period", NULL);

    document_put(arena, period, "region", region);
    document_put(arena, period, "from", from);
    document_put(arena, period, "to", to);
    document_put(arena, period, "months", months);
    if (temporary)
        document_put(arena, period, "temporary", "true");
}

/* From 66号 art. 6, written by hand. The documents of the fixture go from 440000 to 520000. */
static const struct {
    const char *what;
    const char *insurance; /* 110: IN is the employees' agency, 150: OUT is */
    const char *household; /* NULL: not stated */
    struct {
        const char *region;
        const char *from;
        const char *to;
        const char *months;
        bool temporary;
    } periods[3];
    const char *warnings[4]; /* CODE/ROW, in order */
} places[] = {
    {"the last relation is at home",
     "110",
     "520300",
     {{"440100", "1998-01", "2005-12", "96", false},
      {"520100", "2006-01", "2015-12", "120", false}},
     {"PEN-PL-HUKOU/52"}},
    {"ten years where the relation is, which is not here",
     "110",
     "520300",
     {{"520100", "1998-01", "2005-12", "96", false},
      {"440100", "2006-01", "2015-12", "120", false}},
     {"PEN-PL-CURRENT/44", "PEN-R04/44"}},
    {"the same, when the employees' relation is what leaves",
     "150",
     "520300",
     {{"520100", "1998-01", "2005-12", "96", false},
      {"440100", "2006-01", "2015-12", "120", false}},
     {"PEN-PL-CURRENT/44"}},
    {"a month less, and ten years earlier in a third place",
     "110",
     "520300",
     {{"330100", "1998-01", "2007-12", "120", false},
      {"440100", "2008-01", "2017-11", "119", false}},
     {"PEN-PL-EARLIER/33", "PEN-R04/33"}},
    {"nowhere ten years: gathered at home",
     "110",
     "520300",
     {{"330100", "1998-01", "2003-12", "72", false},
      {"440100", "2008-01", "2014-12", "84", false}},
     {"PEN-PL-GATHER/52"}},
    {"gathered at home, but the case is between others",
     "110",
     "330100",
     {{"440100", "2008-01", "2014-12", "84", false}},
     {"PEN-PL-GATHER/33", "PEN-R04/33"}},
    {"months of a temporary account make no place",
     "110",
     "520300",
     {{"330100", "1998-01", "2003-12", "72", false},
      {"440100", "2011-01", "2022-12", "144", true}},
     {"PEN-PL-GATHER/52", "PEN-PL-TEMP/44"}},
    {"a period that cannot be: no answer, the row is named",
     "110",
     "520300",
     {{"440100", "1998-01", "2005-12", "96", false},
      {"440100", "2006-01", "2006-12", "13", false}},
     {"PEN-C07/2"}},
    {"a household that is no place",
     "110",
     "990000",
     {{"440100", "1998-01", "2005-12", "96", false}},
     {"PEN-C07/0"}},
    {"nothing is told without the household",
     "110",
     NULL,
     {{"440100", "1998-01", "2005-12", "96", false}},
     {NULL}},
    {"nor without periods", "110", "520300", {{.region = NULL}}, {NULL}},
};

static void expect_told(size_t at)
{
    size_t count = 0;

    for (; count < COUNT_OF(places[at].warnings) && places[at].warnings[count] != NULL;
         count++) {
        char told[CODE_SIZE + 8] = "-";

        if (count < decision.warning_count)
            snprintf(told, sizeof(told), "%s/%u", decision.warnings[count].code,
                     decision.warnings[count].row);
        if (strcmp(told, places[at].warnings[count]) != 0)
            print_error("%s\n", places[at].what);
        assert_string_equal(told, places[at].warnings[count]);
    }
    if (decision.warning_count != count)
        print_error("%s\n", places[at].what);
    assert_int_equal(decision.warning_count, count);
}

static void put_places(struct record *document, size_t at)
{
    const struct record *change = record_find(document, "change");

    if (places[at].household != NULL)
        document_put(arena, (struct record *)(uintptr_t)change, "hukouRegion",
                     places[at].household);
    for (size_t i = 0; i < COUNT_OF(places[at].periods); i++)
        if (places[at].periods[i].region != NULL)
            put_period(document, places[at].periods[i].region, places[at].periods[i].from,
                       places[at].periods[i].to, places[at].periods[i].months,
                       places[at].periods[i].temporary);
}

/* Our own application and the other side's letter: told at both, refused at neither. */
static void the_place_of_claim_is_told(void **unused)
{
    static const struct {
        enum event_source source;
        unsigned action;
        unsigned state;
    } documents[] = {{EVENT_SUBMITTED, ACTION_APPLICATION, PENSION_NEW},
                     {EVENT_RECEIVED, ACTION_LETTER, PENSION_LETTER_HELD}};

    (void)unused;
    add_age_rules();
    add_place_rules();
    for (size_t i = 0; i < COUNT_OF(places) * COUNT_OF(documents); i++) {
        size_t at = i / COUNT_OF(documents);
        size_t which = i % COUNT_OF(documents);
        struct record *document = switch_document(
            documents[which].action, places[at].insurance,
            strcmp(places[at].insurance, "110") == 0 ? "216" : "100");
        struct flow_event event = event_with(documents[which].source, documents[which].action,
                                             document);

        put_places(document, at);
        decide_switch(NULL, &event);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        assert_int_equal(decision.after.state, documents[which].state);
        expect_told(at);
    }
}

/* Without rules for that time nothing is assumed. */
static void no_rules_no_place(void **unused)
{
    struct record *document = switch_document(ACTION_APPLICATION, "110", "216");
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, document);

    (void)unused;
    put_places(document, 0);
    decide_switch(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
}

/* --- gathering --------------------------------------------------------------------------- */

static void relations_are_gathered_first(void **unused)
{
    struct flow_case child = {.flow = FLOW_PENSION_EMPLOYEE,
                              .role = ROLE_IN,
                              .state = PENSION_BOTH,
                              .in_region = 520000};
    const struct flow_case *related[] = {&child};
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         switch_document(ACTION_APPLICATION, "110", "216"));
    struct flow_case before;

    (void)unused;
    event.related = related;
    event.related_count = 1;
    before = *decide_switch(NULL, &event);
    assert_int_equal(before.state, SWITCH_CONSOLIDATION);
    assert_int_equal(clock_of(&before, CLOCK_GATHER)->days, 45);

    event.action = ACTION_LETTER;
    event.body = switch_document(ACTION_LETTER, "110", "216");
    decide_switch(&before, &event);
    expect_refused_as("PEN-R09");

    child.state = PENSION_CLOSED;
    decide_switch(&before, &event);
    assert_int_equal(decision.after.state, PENSION_LETTER_SENT);
    assert_int_equal(decision.sends[0].action, ACTION_LETTER);
}

/* Where it is the other side, elsewhere, over, or another flow, nothing is gathered here. */
static void other_cases_do_not_hold_up_the_letter(void **unused)
{
    static const struct flow_case others[] = {
        {.flow = FLOW_PENSION_EMPLOYEE, .role = ROLE_OUT, .in_region = 520000},
        {.flow = FLOW_PENSION_EMPLOYEE, .role = ROLE_IN, .in_region = 440000},
        {.flow = FLOW_PENSION_EMPLOYEE,
         .role = ROLE_IN,
         .state = PENSION_REFUSED,
         .in_region = 520000},
        {.flow = FLOW_PENSION_RESIDENT, .role = ROLE_IN, .in_region = 520000},
    };
    const struct flow_case *related[] = {&others[0], &others[1], &others[2], &others[3]};
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         switch_document(ACTION_APPLICATION, "110", "216"));

    (void)unused;
    event.related = related;
    event.related_count = COUNT_OF(related);
    decide_switch(NULL, &event);
    assert_int_equal(decision.after.state, PENSION_NEW);
}

/* A child is what lived at the same time: not what ended before, not what came after the end.
 */
static void a_change_knows_its_children(void **unused)
{
    static const struct {
        uint16_t flow;
        uint8_t role;
        uint8_t state;
        uint32_t region;
        int64_t opened;
        int64_t changed;
        bool child;
    } others[] = {
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_NEW, 520115, 900, 900, true},
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_CLOSED, 520000, 900, 1000, true},
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_CLOSED, 520000, 900, 999, false},
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_CLOSED, 520000, 1500, 1600, true},
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_NEW, 520000, 2001, 2001, false},
        {FLOW_PENSION_EMPLOYEE, ROLE_OUT, PENSION_BOTH, 520000, 900, 1500, false},
        {FLOW_PENSION_EMPLOYEE, ROLE_IN, PENSION_BOTH, 440000, 900, 1500, false},
        {FLOW_PENSION_RESIDENT, ROLE_IN, PENSION_BOTH, 520000, 900, 1500, false},
    };
    struct flow_case parent = switch_case(ROLE_IN, PENSION_CLOSED, false);

    (void)unused;
    parent.opened_at.ms = 1000;
    parent.changed_at.ms = 2000;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct flow_case other = {.flow = others[i].flow,
                                  .role = others[i].role,
                                  .state = others[i].state,
                                  .in_region = others[i].region,
                                  .opened_at.ms = others[i].opened,
                                  .changed_at.ms = others[i].changed};

        assert_int_equal(pension_switch_flow.waits_for(&parent, &other), others[i].child);
    }
    parent.role = ROLE_OUT; /* there nothing is gathered */
    assert_false(pension_switch_flow.waits_for(
        &parent, &(struct flow_case){.flow = FLOW_PENSION_EMPLOYEE, .role = ROLE_IN}));
}

/* --- forms ------------------------------------------------------------------------------- */

static void expect_form(struct record *form, bool to_residents, const char *code)
{
    struct flow_case before = switch_case(ROLE_IN, PENSION_ACCEPTED, to_residents);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);

    event.revision = 2;
    document_set(form, "reference/insuranceKind", to_residents ? "150" : "110");
    decide_switch(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, code == NULL ? PENSION_INFO_ONLY : PENSION_DISPUTE);
    assert_int_equal(decision.warning_count, code == NULL ? 0 : 1);
    if (code != NULL)
        assert_string_equal(decision.warnings[0].code, code);
}

/* The form of an employee who becomes a resident: 26 months, the whole account and no more. */
static struct record *leaving_employee(void)
{
    struct record *form = document_form(arena);

    document_set(form, "amounts/pooled", "0.00");
    document_set(form, "amounts/total", "11748.38");
    return form;
}

static void the_whole_account_and_nothing_pooled(void **unused)
{
    struct record *form = leaving_employee();

    (void)unused;
    expect_form(document_resident_form(arena), false, NULL);
    expect_form(form, true, NULL);
    document_set(form, "amounts/pooled", "100.00");
    document_set(form, "amounts/total", "11848.38");
    expect_form(form, true, "PEN-C22");
    form = document_resident_form(arena);
    document_set(document_row(form, 1), "collective", "1999.99");
    expect_form(form, false, "PEN-C25");
}

/* 26 months are the minimum here: an employee's pension is due, nothing moves to the residents.
 */
static void the_minimum_months_stay(void **unused)
{
    (void)unused;
    add_age_rules();
    expect_form(leaving_employee(), true, NULL);
    rules.count--;
    add_rule("PEN-MINIMUM", 1998, 27);
    expect_form(leaving_employee(), true, NULL);
    rules.count--;
    add_rule("PEN-MINIMUM", 1998, 26);
    expect_form(leaving_employee(), true, "PEN-C22");
}

/* --- refund ------------------------------------------------------------------------------ */

static void add_year(struct record *years, const char *year, const char *months,
                     const char *personal, const char *collective, const char *refund)
{
    struct record *row = document_put(arena, years, "year", NULL);

    document_put(arena, row, "year", year);
    document_put(arena, row, "months", months);
    document_put(arena, row, "personal", personal);
    if (collective != NULL)
        document_put(arena, row, "collective", collective);
    document_put(arena, row, "refund", refund);
}

/* 2023: (500 + 200) x 3 / 12 = 175.00; 2024: 600 x 5 / 12 = 250.00; 2025: 700 / 12 = 58.333,
 * so 58.33; together 483.33 for nine months. */
static struct record *clearing(void)
{
    struct record *document = document_new(arena, ACTION_CLEARING_DONE);
    struct record *years;

    document_put(arena, document, "months", "9");
    document_put(arena, document, "refund", "483.33");
    years = document_put(arena, document, "years", NULL);
    add_year(years, "2023", "3", "500.00", "200.00", "175.00");
    add_year(years, "2024", "5", "600.00", NULL, "250.00");
    add_year(years, "2025", "1", "600.00", "100.00", "58.33");
    return document;
}

static void expect_refund(const struct record *document, bool to_residents, size_t warnings,
                          unsigned row)
{
    struct flow_case before = switch_case(ROLE_IN, PENSION_CLEARING, to_residents);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_CLEARING_DONE, document);

    before.form_total.fen = 48333;
    decide_switch(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, PENSION_CLOSED);
    assert_int_equal(decision.warning_count, warnings);
    if (warnings == 0)
        return;
    assert_string_equal(decision.warnings[0].code, "PEN-C23");
    assert_int_equal(decision.warnings[0].row, row);
}

static void what_goes_back_to_the_fen(void **unused)
{
    struct record *document = clearing();
    struct record *year = document_at(document, "years/year");

    (void)unused;
    expect_refund(document, false, 0, 0);
    document_set(document, "refund", "483.34");
    expect_refund(document, false, 1, 0);
    document_set(document, "refund", "483.33");
    document_set(document, "months", "8");
    expect_refund(document, false, 1, 0);
    document_set(document, "months", "9");
    document_set(year, "refund", "175.01");
    expect_refund(document, false, 2, 1);
    document_set(year, "refund", "174.99");
    expect_refund(document, false, 2, 1);
    document_set(year, "refund", "175.00");
    document_set(year, "personal", "-500.00");
    expect_refund(document, false, 1, 1);
}

/* Half a fen goes upward: 0.06 x 1 / 12 = 0.005. */
static void half_a_fen_goes_upward(void **unused)
{
    struct record *document = document_new(arena, ACTION_CLEARING_DONE);

    (void)unused;
    document_put(arena, document, "months", "1");
    document_put(arena, document, "refund", "0.01");
    add_year(document_put(arena, document, "years", NULL), "2025", "1", "0.06", NULL, "0.01");
    expect_refund(document, false, 0, 0);
}

/* Of the residents' account no more goes back than it holds; what a resident's own place holds
 * besides is not known here. */
static void no_more_than_the_account(void **unused)
{
    struct flow_case before = switch_case(ROLE_IN, PENSION_CLEARING, false);
    struct record *document = clearing();
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_CLEARING_DONE, document);

    (void)unused;
    before.form_total.fen = 48332;
    decide_switch(&before, &event);
    assert_int_equal(decision.warning_count, 1);
    assert_string_equal(decision.warnings[0].code, "PEN-C23");
    before.flags |= CASE_RESIDENT_MONEY;
    document_set(document, "reference/insuranceKind", "150");
    decide_switch(&before, &event);
    assert_int_equal(decision.warning_count, 0);
}

static void money_has_a_switch_of_its_own(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER,
                                         switch_document(ACTION_LETTER, "110", "216"));

    (void)unused;
    add_rule("PEN-MONEY", 2010, 0);
    add_rule("PEN-MONEY-RP", 2010, 0);
    decide_switch(NULL, &event);
    assert_false(decision.after.flags & CASE_NO_MONEY);
    add_rule("PEN-MONEY-SW-440000-520000", 2010, 0);
    decide_switch(NULL, &event);
    assert_true(decision.after.flags & CASE_NO_MONEY);
}

static void limits_of_its_own(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION,
                                         switch_document(ACTION_APPLICATION, "110", "216"));

    (void)unused;
    add_rule("PEN-D1-SW", 2010, 11);
    decide_switch(NULL, &event);
    assert_int_equal(clock_of(&decision.after, CLOCK_D1)->days, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(the_conditions_in_both_directions),
        FLOW_TEST(our_own_core_is_warned),
        FLOW_TEST(what_the_conditions_hang_on_must_be_there),
        FLOW_TEST(only_the_two_schemes),
        FLOW_TEST(relations_are_gathered_first),
        FLOW_TEST(a_change_knows_its_children),
        FLOW_TEST(the_place_of_claim_is_told),
        FLOW_TEST(no_rules_no_place),
        FLOW_TEST(other_cases_do_not_hold_up_the_letter),
        FLOW_TEST(the_whole_account_and_nothing_pooled),
        FLOW_TEST(the_minimum_months_stay),
        FLOW_TEST(what_goes_back_to_the_fen),
        FLOW_TEST(half_a_fen_goes_upward),
        FLOW_TEST(no_more_than_the_account),
        FLOW_TEST(money_has_a_switch_of_its_own),
        FLOW_TEST(limits_of_its_own),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
