/*
 * core_codes_test.c - every code of docs/rules.md has an example: what refuses a document, with
 * proof that nothing changed; what returns a form; what only warns; what the gateway itself
 * writes as a reason.
 *
 * Codes of the engine have theirs in engine_codes_test.c, and those that only an agency states
 * in wire_reasons_test.c. A code of docs/rules.md without any example fails here. Run in the
 * top folder.
 */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/pension_annuity.h"
#include "core/pension_military.h"
#include "core/pension_remittance.h"
#include "core/pension_resident.h"
#include "core/pension_switch.h"
#include "core/pension_temporary.h"
#include "flow_fixture.h"

#define RULES_FILE "docs/rules.md"

/* --- codes that have an example -------------------------------------------------------- */

enum { CODES_MAX = 128 };

static char shown[CODES_MAX][CODE_SIZE];
static size_t shown_count;

static void show(const char *code)
{
    assert_true(shown_count < CODES_MAX);
    assert_true(text_to_field(text_of(code), shown[shown_count++], CODE_SIZE));
}

static bool is_shown(const char *code)
{
    for (size_t i = 0; i < shown_count; i++)
        if (strcmp(shown[i], code) == 0)
            return true;
    return false;
}

static bool same_bytes(const struct flow_case *a, const struct flow_case *b)
{
    unsigned char bytes_a[CASE_ENCODED_MAX];
    unsigned char bytes_b[CASE_ENCODED_MAX];
    struct buffer buffer_a = buffer_over(bytes_a, sizeof(bytes_a));
    struct buffer buffer_b = buffer_over(bytes_b, sizeof(bytes_b));

    flow_case_encode(a, &buffer_a);
    flow_case_encode(b, &buffer_b);
    return text_equal(buffer_as_text(&buffer_a), buffer_as_text(&buffer_b));
}

/* --- what refuses a document ------------------------------------------------------------ */

/* A case and an event, before the example spoils one of them. */
struct scene {
    struct flow_case before;
    struct flow_case other; /* a rival, or the case that is corrected */
    struct flow_event event;
    struct record *body;
};

static void put(struct scene *scene, const char *path, const char *value)
{
    document_set(scene->body, path, value);
}

static void add(struct scene *scene, const char *name, const char *value)
{
    document_put(arena, scene->body, name, value);
}

static void has_rival(struct scene *scene)
{
    scene->other = case_in(scene->before.role, PENSION_BOTH);
    scene->other.case_id.bytes[0] = 7;
    scene->event.rival = &scene->other;
}

static void out_of_place(struct scene *scene)
{
    (void)scene; /* the state alone is the fault */
}

static void has_money(struct scene *scene)
{
    scene->before.flags = CASE_MONEY_SEEN;
    scene->before.money_total.fen = 500000;
}

static void route_without_money(struct scene *scene)
{
    scene->before.flags = CASE_NO_MONEY;
    add(scene, "amount", "1.00");
}

static void half_is_back(struct scene *scene)
{
    scene->before.flags = CASE_REVERSAL_AGREED;
    scene->before.reverse_total.fen = 500000;
    scene->before.reversed_total.fen = 250000;
}

static void amount_of_nothing(struct scene *scene)
{
    add(scene, "amount", "0.00");
}

static void amount_below_nothing(struct scene *scene)
{
    add(scene, "amount", "-0.01");
}

static void amount_missing(struct scene *scene)
{
    (void)scene;
}

static void more_than_is_here(struct scene *scene)
{
    has_money(scene);
    add(scene, "amount", "5000.01");
}

static void more_than_is_to_go_back(struct scene *scene)
{
    half_is_back(scene);
    add(scene, "amount", "2500.01");
}

static void other_sum_than_is_here(struct scene *scene)
{
    has_money(scene);
    add(scene, "amount", "4999.99");
}

static void line_of(struct scene *scene, const char *amount)
{
    scene->before.flow = FLOW_PENSION_REMITTANCE;
    scene->before.money_total.fen = 500000;
    scene->before.form_total.fen = 200000;
    if (amount != NULL)
        add(scene, "amount", amount);
}

static void line_of_nothing(struct scene *scene)
{
    line_of(scene, "0.00");
}

static void items_above_the_line(struct scene *scene)
{
    line_of(scene, "1000.00");
    scene->event.posted.fen = 100001;
    scene->event.posted_rows = 1;
}

static void all_of_the_line(struct scene *scene)
{
    line_of(scene, "3000.00");
}

static void other_sum_than_the_rest(struct scene *scene)
{
    line_of(scene, "3000.01");
}

static void nothing_found_its_case(struct scene *scene)
{
    line_of(scene, NULL);
}

static void other_trace(struct scene *scene)
{
    put(scene, "reference/traceNumber", "52000020260302000002");
}

static void other_region(struct scene *scene)
{
    put(scene, "reference/outRegion", "440100");
}

static void other_province(struct scene *scene)
{
    put(scene, "reference/inRegion", "530000");
}

static void other_insurance(struct scene *scene)
{
    put(scene, "reference/insuranceKind", "310");
}

static void no_trace(struct scene *scene)
{
    put(scene, "reference/traceNumber", "");
}

static void other_person(struct scene *scene)
{
    scene->event.person_tag[0] = 6;
}

static void revision_left_out(struct scene *scene)
{
    scene->event.revision = 3;
}

static void same_revision(struct scene *scene)
{
    scene->event.revision = 1;
}

static void return_of_another_revision(struct scene *scene)
{
    add(scene, "formRevision", "2");
    add(scene, "code", "PEN-R21");
}

/* A closed case that may be corrected; the examples below make it one that may not. */
static void corrects(struct scene *scene, const char *amount)
{
    scene->other = case_in(ROLE_IN, PENSION_CLOSED);
    scene->other.case_id.bytes[0] = 9;
    scene->other.form_total.fen = DOCUMENT_TOTAL_FEN;
    scene->other.money_total.fen = DOCUMENT_TOTAL_FEN;
    scene->event.corrected = &scene->other;
    add(scene, "amount", amount);
}

static void corrects_nothing(struct scene *scene)
{
    add(scene, "amount", DOCUMENT_TOTAL);
}

static void corrects_an_open_case(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.state = PENSION_BOTH;
}

static void corrects_a_cancelled_case(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.state = PENSION_CANCELLED;
}

static void corrects_another_route(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.out_region = 330000;
}

static void corrects_the_other_way(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.role = ROLE_OUT;
}

static void corrects_another_person(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->event.person_tag[0] = 6;
}

static void corrects_once_more(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.flags = CASE_CORRECTED;
    scene->other.other.bytes[0] = 8;
}

static void corrects_another_sum(struct scene *scene)
{
    corrects(scene, "29028.37");
}

static void corrects_a_bank_line(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    scene->other.flow = FLOW_PENSION_REMITTANCE;
    scene->other.state = REMITTANCE_ALLOCATED;
}

static struct flow_case rival;

/* Ours is open under a lower number. */
static void both_correct_it(struct scene *scene)
{
    corrects(scene, DOCUMENT_TOTAL);
    rival = case_in(ROLE_IN, PENSION_REVERSAL);
    rival.case_id.bytes[0] = 0;
    rival.case_id.bytes[1] = 1;
    rival.other = scene->other.case_id;
    rival.flags = CASE_REVERSAL_AGREED;
    scene->other.flags = CASE_CORRECTED;
    scene->other.other = rival.case_id;
    scene->event.rival = &rival;
}

static const struct refused {
    const char *code;
    unsigned role;
    unsigned from; /* FLOW_OPENING: there is no case yet */
    enum event_source source;
    unsigned action;
    void (*spoil)(struct scene *scene);
} refused[] = {
    {"PEN-C04", ROLE_IN, PENSION_ACCEPTED, EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
     amount_of_nothing},
    {"PEN-C04", ROLE_IN, PENSION_INFO_ONLY, EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
     amount_missing},
    {"PEN-C04", ROLE_OUT, PENSION_ACCEPTED, EVENT_SUBMITTED, ACTION_FUND_ADVICE,
     amount_below_nothing},
    {"PEN-C04", ROLE_IN, PENSION_DISPUTE, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     more_than_is_here},
    {"PEN-C04", ROLE_IN, PENSION_LETTER_RETURNED, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     more_than_is_here},
    {"PEN-C04", ROLE_IN, PENSION_REVERSAL, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     more_than_is_to_go_back},
    {"PEN-C04", ROLE_OUT, PENSION_REVERSAL, EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
     more_than_is_to_go_back},
    {"PEN-C04", ROLE_IN, PENSION_DISPUTE, EVENT_SUBMITTED, ACTION_REVERSAL,
     other_sum_than_is_here},
    {"PEN-C04", ROLE_IN, PENSION_BOTH, EVENT_RECEIVED, ACTION_REVERSAL, amount_below_nothing},
    {"PEN-C04", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REMITTANCE, line_of_nothing},
    {"PEN-C04", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REMITTANCE,
     items_above_the_line},
    {"PEN-C04", ROLE_IN, REMITTANCE_ANSWERED, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     other_sum_than_the_rest},
    {"PEN-C04", ROLE_IN, REMITTANCE_SUSPENSE, EVENT_SUBMITTED, ACTION_FUND_QUERY,
     other_sum_than_the_rest},
    {"PEN-C19", ROLE_IN, PENSION_ACCEPTED, EVENT_RECEIVED, ACTION_FORM, other_trace},
    {"PEN-C19", ROLE_IN, PENSION_ACCEPTED, EVENT_RECEIVED, ACTION_FORM, other_region},
    {"PEN-C19", ROLE_IN, PENSION_ACCEPTED, EVENT_RECEIVED, ACTION_FORM, other_insurance},
    {"PEN-C19", ROLE_IN, PENSION_ACCEPTED, EVENT_RECEIVED, ACTION_FORM, other_person},
    {"PEN-C19", ROLE_OUT, PENSION_DISPUTE, EVENT_RECEIVED, ACTION_FORM_RETURN, no_trace},
    {"PEN-C19", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_APPLICATION, other_province},
    {"PEN-C19", ROLE_OUT, FLOW_OPENING, EVENT_RECEIVED, ACTION_LETTER, no_trace},
    {"PEN-R08", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_APPLICATION, has_rival},
    {"PEN-R08", ROLE_OUT, FLOW_OPENING, EVENT_RECEIVED, ACTION_LETTER, has_rival},
    {"PEN-R22", ROLE_IN, PENSION_LETTER_RETURNED, EVENT_SUBMITTED, ACTION_REFUSAL, has_money},
    {"PEN-R22", ROLE_OUT, PENSION_REVERSAL, EVENT_SUBMITTED, ACTION_COMPLETION, half_is_back},
    {"PEN-R22", ROLE_IN, PENSION_REVERSAL, EVENT_RECEIVED, ACTION_COMPLETION, half_is_back},
    {"PEN-R24", ROLE_IN, REMITTANCE_SUSPENSE, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     all_of_the_line},
    {"PEN-R24", ROLE_IN, REMITTANCE_QUERIED, EVENT_SUBMITTED, ACTION_FUND_RETURN,
     all_of_the_line},
    {"PEN-R24", ROLE_IN, REMITTANCE_ANSWERED, EVENT_SUBMITTED, ACTION_ALLOCATION,
     nothing_found_its_case},
    {"PEN-W01", ROLE_IN, PENSION_MONEY_ONLY, EVENT_SUBMITTED, ACTION_WITHDRAWAL, has_money},
    {"PEN-W01", ROLE_IN, PENSION_BOTH, EVENT_SUBMITTED, ACTION_WITHDRAWAL, has_money},
    {"PEN-S01", ROLE_IN, PENSION_ACCEPTED, EVENT_SUBMITTED, ACTION_FUND_RECEIPT,
     route_without_money},
    {"PEN-S01", ROLE_IN, PENSION_CLOSED, EVENT_RECEIVED, ACTION_FUND_ADVICE,
     route_without_money},
    {"PEN-S01", ROLE_OUT, PENSION_ACCEPTED, EVENT_SUBMITTED, ACTION_FUND_ADVICE,
     route_without_money},
    {"FLW-01", ROLE_IN, PENSION_NEW, EVENT_RECEIVED, ACTION_FORM, out_of_place},
    {"FLW-01", ROLE_OUT, PENSION_CLOSED, EVENT_SUBMITTED, ACTION_FORM, out_of_place},
    {"FLW-01", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_FORM, out_of_place},
    {"FLW-02", ROLE_IN, PENSION_ACCEPTED, EVENT_RECEIVED, ACTION_FORM, revision_left_out},
    {"FLW-02", ROLE_OUT, PENSION_LETTER_RETURNED, EVENT_RECEIVED, ACTION_LETTER, same_revision},
    {"FLW-02", ROLE_OUT, PENSION_BOTH, EVENT_RECEIVED, ACTION_FORM_RETURN,
     return_of_another_revision},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REVERSAL, corrects_nothing},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REVERSAL, corrects_an_open_case},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL,
     corrects_a_cancelled_case},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_another_route},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_the_other_way},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_another_person},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_once_more},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_another_sum},
    {"FLW-06", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, corrects_a_bank_line},
    {"FLW-07", ROLE_IN, FLOW_OPENING, EVENT_RECEIVED, ACTION_REVERSAL, both_correct_it},
};

static void what_is_refused_changes_nothing(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const struct refused *example = &refused[i];
        bool opens = example->from == FLOW_OPENING;
        bool form = example->action == ACTION_FORM;
        struct error err = ERROR_INIT;
        struct flow_case untouched;
        struct flow_case corrected;
        struct scene scene = {.before = case_in(example->role, opens ? 0 : example->from),
                              .body = form ? document_form(arena)
                                           : document_new(arena, example->action)};

        scene.event = event_with(example->source, example->action, scene.body);
        scene.event.role = (uint8_t)example->role;
        scene.event.revision = form || example->action == ACTION_LETTER ? 2 : 1;
        memcpy(scene.event.person_tag, scene.before.person_tag, 16);
        example->spoil(&scene);
        untouched = scene.before;
        corrected = scene.other;
        assert_true(flow_decide(flow_find(scene.before.flow), &rules, calendar,
                                opens ? NULL : &scene.before, &scene.event, arena, &decision,
                                &err));
        if (strcmp(decision.code, example->code) != 0)
            print_message("example %zu: %s, %s\n", i, role_name(example->role).english,
                          action_name(example->action).english);
        assert_string_equal(decision.code, example->code);
        assert_int_equal(decision.kind, DECISION_REFUSED);
        assert_true(strlen(decision.reason) > 0);
        assert_int_equal(decision.send_count, 0);
        assert_int_equal(decision.warning_count, 0);
        assert_int_equal(decision.also_count, 0);
        assert_false(decision.closes);
        assert_true(same_bytes(&scene.before, &untouched));
        assert_true(same_bytes(&scene.other, &corrected));
        if (!opens)
            assert_true(same_bytes(&decision.after, &untouched));
        show(example->code);
    }
}

/* --- checks of the form ------------------------------------------------------------------ */

static const struct checked {
    const char *code;
    bool hard;
    unsigned in_row; /* 0: the path is from the root */
    unsigned row;    /* that is named; 0: none */
    const char *path;
    const char *value;
} checked[] = {
    {"PEN-C01", true, 0, 0, "amounts/before1998", "-0.01"},
    {"PEN-C02", true, 0, 0, "amounts/account", "11748.39"},
    {"PEN-C03", true, 0, 0, "amounts/total", "29028.37"},
    {"PEN-C05", true, 0, 0, "amounts/pooled", "0.00"},
    {"PEN-C05", false, 0, 0, "amounts/pooled", "17278.60"},
    {"PEN-C06", false, 0, 0, "accountType", "1"},
    {"PEN-C07", true, 2, 2, "months", "13"},
    {"PEN-C08", true, 2, 2, "from", "2024-12"},
    {"PEN-C09", true, 0, 0, "localMonths", "27"},
    {"PEN-C10", false, 0, 0, "localTo", "2026-01"},
    {"PEN-C11", false, 1, 1, "credited", "4800.13"},
    {"PEN-C12", true, 1, 1, "interestPersonal", "100.01"},
    {"PEN-C13", false, 2, 2, "interest", "128.39"},
    {"PEN-C14", false, 3, 3, "interest", "0.01"},
    {"PEN-C15", true, 0, 0, "amounts/before1998", "0.01"},
    {"PEN-C15", false, 2, 0, "balance", "10788.39"},
    {"PEN-C16", false, 3, 3, "personalRate", "0.0801"},
    {"PEN-C17", false, 0, 0, "firstPlaceBegan", "2024-02"},
    {"PEN-C18", true, 0, 0, "person/identityNumber", "529901198001151234"},
    {"PEN-C21", false, 0, 3, "transferDate", "2026-01-31"},
};

static struct record *spoilt_form(const struct checked *example)
{
    struct record *form = document_form(arena);

    document_set(example->in_row > 0 ? document_row(form, example->in_row) : form,
                 example->path, example->value);
    if (strcmp(example->code, "PEN-C05") == 0 && !example->hard)
        document_set(form, "amounts/total", "29026.98"); /* so that only this is wrong */
    return form;
}

static bool warned(const char *code, unsigned row)
{
    for (size_t i = 0; i < decision.warning_count; i++)
        if (strcmp(decision.warnings[i].code, code) == 0 && decision.warnings[i].row == row)
            return true;
    return false;
}

static bool names_check(const struct record *form_return, const char *code, unsigned row)
{
    const struct record *check = record_find(form_return, "checks/check");

    for (; check != NULL; check = record_same(check)) {
        struct text name;
        uint64_t number = 0;

        if (record_find(check, "row") != NULL)
            assert_true(record_number(check, "row", 600, &number));
        assert_true(record_text(check, "code", &name));
        if (text_is(name, code) && number == row)
            return true;
    }
    return false;
}

/* The form came in the state ACCEPTED. */
static void expect_returned(const char *code, unsigned row, const char *reason)
{
    const struct record *made = decision.sends[0].made;
    struct text text;

    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_int_equal(decision.after.flags & ~(uint32_t)(CASE_TO_INSTITUTION | CASE_DISMISSED),
                     CASE_FORM_BACK);
    assert_int_equal(decision.after.form_total.fen, 0);
    assert_string_equal(decision.after.last_code, reason);
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].action, ACTION_FORM_RETURN);
    assert_int_equal(decision.sends[1].target, FLOW_TO_CORE);
    assert_int_equal(decision.sends[1].action, ACTION_FORM_RETURN);
    assert_true(record_text(made, "code", &text) && text_is(text, reason));
    assert_true(names_check(made, code, row));
    assert_int_equal(clock_of(&decision.after, CLOCK_CORRECTION)->state, CLOCK_STATE_RUNNING);
}

static void expect_held_with_warning(const char *code, unsigned row)
{
    assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
    assert_true(decision.after.flags & CASE_FORM_HELD);
    assert_false(decision.after.flags & CASE_FORM_BACK);
    assert_string_equal(decision.after.last_code, "");
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_int_equal(decision.sends[0].action, ACTION_FORM);
    assert_true(warned(code, row));
}

static void form_comes(struct flow_case before, const struct record *form)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);

    event.revision = 2;
    expect_accepted(&before, &event);
}

static void each_check_has_its_consequence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(checked); i++) {
        const struct checked *example = &checked[i];

        form_comes(case_in(ROLE_IN, PENSION_ACCEPTED), spoilt_form(example));
        if ((decision.after.state == PENSION_DISPUTE) != example->hard)
            print_message("%s, %s\n", example->code, example->hard ? "hard" : "soft");
        if (example->hard)
            expect_returned(example->code, example->row, "PEN-R21");
        else
            expect_held_with_warning(example->code, example->row);
        show(example->code);
    }
}

/* Of a resident's form; more of them: core_pension_resident_test.c. */
static void residents_have_checks_of_their_own(void **unused)
{
    static const struct checked examples[] = {
        {"PEN-C22", true, 0, 0, "amounts/pooled", "0.01"},
        {"PEN-C25", true, 1, 1, "subsidy", "4000.01"},
    };
    struct error err = ERROR_INIT;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct checked *example = &examples[i];
        struct record *form = document_resident_form(arena);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);
        struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);

        before.flow = FLOW_PENSION_RESIDENT;
        event.revision = 2;
        document_set(example->in_row > 0 ? document_row(form, example->in_row) : form,
                     example->path, example->value);
        assert_true(flow_decide(&pension_resident_flow, &rules, calendar, &before, &event,
                                arena, &decision, &err));
        expect_returned(example->code, example->row, "PEN-R21");
        show(example->code);
    }
}

/* Of a soldier's form; more of them: core_pension_military_test.c. */
static void soldiers_have_checks_of_their_own(void **unused)
{
    static const struct checked examples[] = {
        {"PEN-C30", true, 1, 1, "region", "440000"},
        {"PEN-C31", true, 3, 0, "base", "9000.00"},
    };
    struct error err = ERROR_INIT;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct checked *example = &examples[i];
        struct record *form = document_service_form(arena);
        struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM, form);

        event.out_region = 910000;
        document_set(document_row(form, example->in_row), example->path, example->value);
        assert_true(flow_decide(&pension_military_flow, &rules, calendar, NULL, &event, arena,
                                &decision, &err));
        assert_int_equal(decision.after.state, PENSION_DISPUTE);
        assert_int_equal(decision.send_count, 1);
        assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
        assert_int_equal(decision.sends[0].action, ACTION_FORM_RETURN);
        assert_true(names_check(decision.sends[0].made, example->code, example->row));
        show(example->code);
    }
}

/* Of a temporary account's form; more of them: core_pension_temporary_test.c. */
static void temporary_accounts_have_a_check_of_their_own(void **unused)
{
    struct record *form = document_form(arena);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct error err = ERROR_INIT;

    (void)unused;
    before.flow = FLOW_PENSION_TEMPORARY;
    event.revision = 2;
    assert_true(flow_decide(&pension_temporary_flow, &rules, calendar, &before, &event, arena,
                            &decision, &err));
    expect_returned("PEN-C33", 0, "PEN-R21");
    show("PEN-C33");
}

/* Of a change of scheme; more of them: core_pension_switch_test.c. */
static void a_change_waits_for_what_is_gathered(void **unused)
{
    static const struct flow_case child = {
        .flow = FLOW_PENSION_EMPLOYEE, .role = ROLE_IN, .in_region = 520000};
    static const struct flow_case *const related[] = {&child};
    struct record *letter = document_new(arena, ACTION_LETTER);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_LETTER, letter);
    struct flow_case before = case_in(ROLE_IN, PENSION_NEW);
    struct error err = ERROR_INIT;

    (void)unused;
    before.flow = FLOW_PENSION_SWITCH;
    event.revision = 2;
    event.related = related;
    event.related_count = COUNT_OF(related);
    document_put_change(arena, letter, "216");
    assert_true(flow_decide(&pension_switch_flow, &rules, calendar, &before, &event, arena,
                            &decision, &err));
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, "PEN-R09");
    assert_true(same_bytes(&before, &decision.after));
    show("PEN-R09");
}

static void another_refund_than_computed_warns(void **unused)
{
    struct record *done = document_new(arena, ACTION_CLEARING_DONE);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_CLEARING_DONE, done);
    struct flow_case before = case_in(ROLE_IN, PENSION_CLEARING);
    struct error err = ERROR_INIT;

    (void)unused;
    before.flow = FLOW_PENSION_SWITCH;
    document_put(arena, done, "months", "3");
    document_put(arena, done, "refund", "175.00"); /* and no year says so */
    assert_true(flow_decide(&pension_switch_flow, &rules, calendar, &before, &event, arena,
                            &decision, &err));
    assert_int_equal(decision.after.state, PENSION_CLOSED);
    assert_int_equal(decision.warning_count, 1);
    assert_string_equal(decision.warnings[0].code, "PEN-C23");
    show("PEN-C23");
}

/* Of forms of institutions and annuities; more of them: core_pension_institution_test.c. */
static void institutions_have_checks_of_their_own(void **unused)
{
    static const struct {
        const char *code;
        unsigned flow;
        uint32_t flags;
        unsigned row;
        const char *path;
        const char *value;
    } examples[] = {
        {"PEN-C34", FLOW_PENSION_INSTITUTION, CASE_DISMISSED, 0, "dismissal/hukouRegion",
         "330000"},
        {"PEN-C35", FLOW_PENSION_INSTITUTION, CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES, 1,
         "personalRate", "0.0700"},
        {"PEN-C36", FLOW_PENSION_ANNUITY, CASE_TO_INSTITUTION, 0, "annuity/real", "26000.01"},
        {"PEN-C37", FLOW_PENSION_ANNUITY, CASE_TO_INSTITUTION, 0, "annuity/book", "100.00"},
    };
    struct error err = ERROR_INIT;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct flow *flow = flow_find(examples[i].flow);
        struct record *form = flow == &pension_annuity_flow ? document_annuity_form(arena)
                                                            : document_institution_form(arena);
        struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, form);
        struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);

        before.flow = (uint16_t)examples[i].flow;
        before.flags = examples[i].flags;
        event.revision = 2;
        if ((examples[i].flags & CASE_DISMISSED) != 0) {
            document_set(form, "reference/insuranceKind", "110");
            document_dismissal(arena, form);
        }
        document_set(examples[i].row > 0 ? document_row(form, examples[i].row) : form,
                     examples[i].path, examples[i].value);
        assert_true(
            flow_decide(flow, &rules, calendar, &before, &event, arena, &decision, &err));
        if (examples[i].row > 0)
            expect_held_with_warning(examples[i].code, examples[i].row);
        else
            expect_returned(examples[i].code, 0, "PEN-R21");
        show(examples[i].code);
    }
}

/* The same findings on what our own core hands in only warn: nothing is returned. */
static void of_our_own_form_a_check_only_warns(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(checked); i++) {
        struct flow_case before = case_in(ROLE_OUT, PENSION_ACCEPTED);
        struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM,
                                             spoilt_form(&checked[i]));

        event.revision = 2;
        expect_accepted(&before, &event);
        assert_int_equal(decision.after.state, PENSION_INFO_ONLY);
        assert_int_equal(decision.send_count, 1);
        assert_null(decision.sends[0].made);
        assert_true(warned(checked[i].code, checked[i].row));
    }
}

/* Months of two places overlap: cleared after the transfer, and the case says so. */
static void months_in_two_places_are_an_overlap(void **unused)
{
    static const char *const elsewhere[DOCUMENT_ROW_FIELDS] = {
        "450000", "2025", "2025-12", "2025-12", "1",    "0.00", "0.1600", "0.0000",
        "0.0800", "0.00", "0.00",    "0.00",    "0.00", "0.00", "0.00"};
    struct record *form = document_form(arena);

    (void)unused;
    document_add_row(arena, document_at(form, "rows"), elsewhere);
    form_comes(case_in(ROLE_IN, PENSION_ACCEPTED), form);
    expect_held_with_warning("PEN-C08", 4);
    assert_true(decision.after.flags & CASE_OVERLAP);
}

/* 36 months paid at once need a paper; if nothing else is wrong the reason is that. */
static void a_missing_paper_has_a_reason_of_its_own(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    rules = (struct rules){.rows = {{"PEN-C20", {1}, 24}}, .count = 1};
    document_put(arena, document_row(form, 1), "arrived", "2025-12");
    document_put(arena, document_row(form, 2), "arrived", "2025-12");
    form_comes(case_in(ROLE_IN, PENSION_ACCEPTED), form);
    expect_returned("PEN-C20", 2, "PEN-R23");
    document_set(form, "amounts/total", "1.00");
    form_comes(case_in(ROLE_IN, PENSION_ACCEPTED), form);
    expect_returned("PEN-C20", 2, "PEN-R21");
    show("PEN-C20");
    show("PEN-R23");
    show("PEN-R21");
}

static void another_balance_than_the_certificates_warns(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_ACCEPTED);
    struct record *form = document_form(arena);

    (void)unused;
    before.flags = CASE_CERTIFICATE;
    before.certificate_balance.fen = 1174839;
    form_comes(before, form);
    expect_held_with_warning("PEN-C24", 0);
    document_put(arena, form, "remark", "按人社厅发〔2017〕7号更正记账比例");
    form_comes(before, form);
    assert_int_equal(decision.warning_count, 0);
    before.certificate_balance.fen = 1174838;
    form_comes(before, document_form(arena));
    assert_int_equal(decision.warning_count, 0);
    show("PEN-C24");
}

/* --- reasons that the gateway writes -------------------------------------------------------
 */

static void expect_code(const struct record *made, const char *code)
{
    struct text text;

    assert_non_null(made);
    assert_true(record_text(made, "code", &text));
    assert_true(text_is(text, code));
    show(code);
}

static void another_sum_returns_the_form(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, PENSION_MONEY_ONLY);

    (void)unused;
    before.flags = CASE_MONEY_SEEN;
    before.money_total.fen = DOCUMENT_TOTAL_FEN - 1;
    form_comes(before, document_form(arena));
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    expect_code(decision.sends[0].made, "PEN-R22");
}

/* A letter that the other gateway refused comes back to our core with a reason that it knows.
 */
static void refused_letters_come_back_with_a_reason(void **unused)
{
    static const struct {
        const char *refusal;
        const char *reason;
    } answers[] = {
        {"PEN-R08", "PEN-R08"}, {"PEN-C19", "PEN-R07"}, {"SCHEMA", "PEN-R06"},
        {"FLW-04", "PEN-R06"},  {"PEN-W01", "PEN-R06"}, {"PEN-R24", "PEN-R06"},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct flow_case before = case_in(ROLE_IN, PENSION_LETTER_SENT);
        struct flow_event event = event_with(EVENT_RECEIPT, ACTION_LETTER, NULL);

        event.verdict = VERDICT_REFUSED;
        strcpy(event.code, answers[i].refusal);
        expect_accepted(&before, &event);
        assert_int_equal(decision.after.state, PENSION_LETTER_RETURNED);
        assert_string_equal(decision.after.last_code, answers[i].refusal);
        expect_code(decision.sends[0].made, answers[i].reason);
    }
}

static void paid_already_is_said_at_once(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_MONEY_ONLY);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_WITHDRAWAL,
                                         document_new(arena, ACTION_WITHDRAWAL));

    (void)unused;
    before.flags = CASE_MONEY_SEEN;
    before.money_total.fen = 1;
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_MONEY_ONLY);
    expect_code(decision.sends[0].made, "PEN-W01");
}

/* Part does not move (PEN-R16): no refusal, but a notice is due. */
static void an_exclusion_refuses_nothing(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, PENSION_LETTER_HELD);
    struct record *body = document_new(arena, ACTION_ACCEPTANCE);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_ACCEPTANCE, body);
    struct record *row = document_put(arena, document_put(arena, body, "excluded", NULL), "row",
                                      NULL);

    (void)unused;
    document_put(arena, row, "code", "PEN-R16");
    expect_accepted(&before, &event);
    assert_int_equal(decision.after.state, PENSION_ACCEPTED);
    assert_true(decision.after.flags & CASE_PARTIAL);
    assert_int_equal(clock_of(&decision.after, CLOCK_D2P)->state, CLOCK_STATE_RUNNING);
    show("PEN-R16");
}

/* --- the page -------------------------------------------------------------------------------
 */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 1 << 20);

    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* Where the codes without an example here have theirs. */
static bool shown_elsewhere(const char *code)
{
    static const char *const files[] = {
        "tests/unit/engine_codes_test.c", "tests/unit/engine_attachments_test.c",
        "tests/unit/core_flow_rest_test.c", "tests/unit/core_transfer_enquiry_test.c",
        "tests/unit/wire_reasons_test.c"};
    char quoted[CODE_SIZE + 2];
    bool found = false;

    snprintf(quoted, sizeof(quoted), "\"%s\"", code);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *text = read_file(files[i]);

        found = found || strstr(text, quoted) != NULL;
        free(text);
    }
    return found;
}

/* A code as the page's headings and tables write it: FLW-01, PEN-C01, PEN-R01, PEN-W01 ... */
static bool code_at(const char *line, char code[CODE_SIZE])
{
    size_t prefix = strncmp(line, "**", 2) == 0 || strncmp(line, "| ", 2) == 0 ? 2 : 0;
    const char *at = line + prefix;
    size_t letters = strncmp(at, "FLW-", 4) == 0 ? 4 : 5;

    if (prefix == 0 || (letters == 5 && (strncmp(at, "PEN-", 4) != 0 || !isupper(at[4]))) ||
        !isdigit(at[letters]) || !isdigit(at[letters + 1]) || isalnum(at[letters + 2]) ||
        at[letters + 2] == '-')
        return false;
    memcpy(code, at, letters + 2);
    code[letters + 2] = '\0';
    return true;
}

/* Clocks and thresholds look alike; they are rules, not codes. */
static bool is_rule(const char *code)
{
    return strncmp(code, "PEN-D", 5) == 0;
}

/* Runs last: all examples have been shown. */
static void each_code_of_the_page_has_an_example(void **unused)
{
    char *page = read_file(RULES_FILE);
    unsigned missing = 0;
    unsigned found = 0;
    char *rest = NULL;

    (void)unused;
    for (char *line = strtok_r(page, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char code[CODE_SIZE];

        if (!code_at(line, code) || is_rule(code))
            continue;
        found++;
        if (is_shown(code) || shown_elsewhere(code))
            continue;
        print_message("%s has no example\n", code);
        missing++;
    }
    free(page);
    assert_true(found >= 53); /* 22 checks, 20 reasons, W01, S01, V01 to V03, 8 of every flow */
    assert_int_equal(missing, 0);
}

static void each_example_is_on_the_page(void **unused)
{
    char *page = read_file(RULES_FILE);
    unsigned missing = 0;

    (void)unused;
    for (size_t i = 0; i < shown_count; i++) {
        char heading[CODE_SIZE + 4];
        char row[CODE_SIZE + 4];

        snprintf(heading, sizeof(heading), "\n**%s", shown[i]);
        snprintf(row, sizeof(row), "\n| %s ", shown[i]);
        if (strstr(page, heading) != NULL || strstr(page, row) != NULL)
            continue;
        print_message("%s is not on the page\n", shown[i]);
        missing++;
    }
    free(page);
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(what_is_refused_changes_nothing),
        FLOW_TEST(each_check_has_its_consequence),
        FLOW_TEST(residents_have_checks_of_their_own),
        FLOW_TEST(soldiers_have_checks_of_their_own),
        FLOW_TEST(temporary_accounts_have_a_check_of_their_own),
        FLOW_TEST(a_change_waits_for_what_is_gathered),
        FLOW_TEST(another_refund_than_computed_warns),
        FLOW_TEST(institutions_have_checks_of_their_own),
        FLOW_TEST(of_our_own_form_a_check_only_warns),
        FLOW_TEST(months_in_two_places_are_an_overlap),
        FLOW_TEST(a_missing_paper_has_a_reason_of_its_own),
        FLOW_TEST(another_balance_than_the_certificates_warns),
        FLOW_TEST(another_sum_returns_the_form),
        FLOW_TEST(refused_letters_come_back_with_a_reason),
        FLOW_TEST(paid_already_is_said_at_once),
        FLOW_TEST(an_exclusion_refuses_nothing),
        FLOW_TEST(each_code_of_the_page_has_an_example),
        FLOW_TEST(each_example_is_on_the_page),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
