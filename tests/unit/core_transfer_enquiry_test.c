/*
 * core_transfer_enquiry_test.c - transfer.enquiry besides its table: what a question may say,
 * which cases are told of and how, what does not belong to the enquiry, what nobody answers.
 */
#include "unit.h"

#include <string.h>

#include "core/medical_transfer.h"
#include "core/pension_employee.h"
#include "core/pension_switch.h"
#include "core/settlement_stay.h"
#include "core/transfer_enquiry.h"
#include "enquiry_documents.h"

#define NOW     INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */
#define DAY_MS  (INT64_C(24) * 60 * 60 * 1000)
#define ASKER   2u
#define A_THIRD 4u

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static struct flow_event event_with(enum event_source source, unsigned action)
{
    return (struct flow_event){
        .source = source,
        .action = (uint16_t)action,
        .revision = 1,
        .at = {NOW},
        .received_at = {NOW},
        .case_id = {{3}},
        .in_region = 520000,
        .out_region = 440000,
        .party = ASKER,
        .core = 3,
        .person_tag = {7},
        .body = source == EVENT_RECEIPT ? NULL : enquiry_document(arena, action),
    };
}

static struct record *body_of(const struct flow_event *event)
{
    return (struct record *)(uintptr_t)event->body;
}

static struct flow_case asked_case(void)
{
    return (struct flow_case){.flow = FLOW_TRANSFER_ENQUIRY,
                              .case_id = {{3}},
                              .role = ROLE_ASKING,
                              .state = ENQUIRY_ASKED,
                              .version = 1,
                              .party = ASKER,
                              .core = 3,
                              .in_region = 520000,
                              .out_region = 440000,
                              .person_tag = {7},
                              .opened_at = {NOW},
                              .changed_at = {NOW},
                              .trace = "ENQ/" ENQUIRY_NUMBER};
}

static struct flow_case other_case(unsigned flow, uint32_t party, uint8_t id)
{
    return (struct flow_case){.flow = (uint16_t)flow,
                              .case_id = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, id}},
                              .role = flow_find(flow)->roles[1],
                              .state = 1,
                              .version = 1,
                              .party = party,
                              .in_region = 520000,
                              .out_region = 440000,
                              .person_tag = {7},
                              .opened_at = {NOW - 3 * DAY_MS},
                              .changed_at = {NOW - DAY_MS},
                              .trace = DOCUMENT_TRACE};
}

static void decide(const struct flow_case *before, const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&transfer_enquiry_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
}

static const struct record *answer_to(struct flow_event *event,
                                      const struct flow_case *const *related, size_t count)
{
    event->related = related;
    event->related_count = count;
    decide(NULL, event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.send_count, 1); /* quiet: nothing for our own core */
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].action, ACTION_STATUS_ANSWER);
    return decision.sends[0].made;
}

static void expect_text(const struct record *root, const char *path, const char *value)
{
    struct text text;

    if (value == NULL) {
        assert_null(record_find(root, path));
        return;
    }
    assert_true(record_text(root, path, &text));
    if (!text_is(text, value))
        print_message("%s\n", path);
    assert_true(text_is(text, value));
}

static void expect_refused(const char *code)
{
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
    assert_int_equal(decision.send_count, 0);
}

/* --- the question ------------------------------------------------------------------------- */

struct question {
    const char *number; /* NULL: no person */
    const char *type;
    const char *case_id;
    const char *flow;
    const char *insurance;
    const char *refused;
};

static void ask(enum event_source source, const struct question *question)
{
    struct flow_event event = event_with(source, ACTION_STATUS_QUERY);
    struct record *body = record_new(arena, "status_query");
    struct record *person;

    document_put(arena, body, "reference", NULL)->first = event.body->first->first;
    if (question->number != NULL) {
        person = document_put(arena, body, "person", NULL);
        if (question->type != NULL)
            document_put(arena, person, "identityType", question->type);
        document_put(arena, person, "identityNumber", question->number);
    }
    if (question->case_id != NULL)
        document_put(arena, body, "caseId", question->case_id);
    if (question->flow != NULL)
        document_put(arena, body, "flow", question->flow);
    if (question->insurance != NULL)
        document_put(arena, body, "insuranceKind", question->insurance);
    event.body = body;
    decide(NULL, &event);
}

#define CASE_ID "01020304-0506-7008-8009-000000000000"

static void a_question_says_what_is_asked(void **unused)
{
    static const struct question questions[] = {
        {DOCUMENT_PERSON, NULL, NULL, NULL, NULL, NULL},
        {DOCUMENT_PERSON, "01", NULL, "pension.employee", "110", NULL},
        {"52990119800115125X", NULL, NULL, NULL, NULL, NULL},
        {DOCUMENT_PERSON, NULL, NULL, "medical.transfer", NULL, NULL},
        {DOCUMENT_PERSON, NULL, NULL, NULL, "410", NULL},
        {"G12345678", "08", NULL, NULL, NULL, NULL}, /* no citizen card */
        {NULL, NULL, CASE_ID, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, "FLW-10"},
        {DOCUMENT_PERSON, NULL, CASE_ID, NULL, NULL, "FLW-10"},
        {NULL, NULL, "01020304-0506-7008-8009-00000000000", NULL, NULL, "FLW-10"},
        {NULL, NULL, "01020304-0506-7008-8009-00000000000X", NULL, NULL, "FLW-10"},
        {"529901198001151234", NULL, NULL, NULL, NULL, "FLW-10"}, /* check digit */
        {"529901198013151233", NULL, NULL, NULL, NULL, "FLW-10"}, /* month 13 */
        {"5299011980011512", NULL, NULL, NULL, NULL, "FLW-10"},
        {"G12345678", NULL, NULL, NULL, NULL, "FLW-10"},
        {"52990119800115125x", NULL, NULL, NULL, NULL, "FLW-10"}, /* a case has the capital */
        {"529901800115123", NULL, NULL, NULL, NULL, "FLW-10"},    /* 15 digits */
        {DOCUMENT_PERSON, NULL, NULL, "pension.unknown", NULL, "FLW-10"},
        {DOCUMENT_PERSON, NULL, NULL, "none", NULL, "FLW-10"},
        {DOCUMENT_PERSON, NULL, NULL, "企业职工", NULL, "FLW-10"},
        {DOCUMENT_PERSON, NULL, NULL, NULL, "111", "FLW-10"},
        {DOCUMENT_PERSON, NULL, NULL, NULL, "11", "FLW-10"},
        {DOCUMENT_PERSON, NULL, NULL, NULL, "１１０", "FLW-10"},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        for (unsigned source = EVENT_SUBMITTED; source <= EVENT_RECEIVED; source++) {
            arena_reset(arena);
            ask((enum event_source)source, &questions[i]);
            if (questions[i].refused != NULL)
                expect_refused(questions[i].refused);
            else
                assert_int_equal(decision.kind, DECISION_ACCEPTED);
        }
    }
}

static void what_does_not_belong_to_the_enquiry(void **unused)
{
    static const char *const wrong[][2] = {
        {"reference/enquiryNumber", "CX20260302GZ0002"},
        {"reference/fromRegion", "440000"},
        {"reference/toRegion", "430000"},
        {"reference/fromRegion", "52"},
    };
    struct flow_case before = asked_case();
    struct flow_event event;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        arena_reset(arena);
        event = event_with(EVENT_RECEIVED, ACTION_STATUS_ANSWER);
        document_set(body_of(&event), wrong[i][0], wrong[i][1]);
        decide(&before, &event);
        expect_refused("FLW-11");
        assert_int_equal(decision.after.state, ENQUIRY_ASKED);
    }
    event = event_with(EVENT_RECEIVED, ACTION_STATUS_ANSWER);
    event.body = NULL;
    decide(&before, &event);
    expect_refused("FLW-11");
    event = event_with(EVENT_SUBMITTED, ACTION_STATUS_QUERY);
    document_set(body_of(&event), "reference/enquiryNumber", "");
    decide(NULL, &event);
    expect_refused("FLW-11");
    event = event_with(EVENT_SUBMITTED, ACTION_STATUS_QUERY);
    document_set(body_of(&event), "reference/enquiryNumber",
                 "123456789012345678901234567890123456789012345678");
    decide(NULL, &event);
    expect_refused("FLW-11"); /* longer than a case's name */
}

/* --- who is told of what ------------------------------------------------------------------ */

static bool looks(const char *flow, const char *insurance, const struct flow_case *other)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY);

    if (flow != NULL)
        document_put(arena, body_of(&event), "flow", flow);
    if (insurance != NULL)
        document_put(arena, body_of(&event), "insuranceKind", insurance);
    return transfer_enquiry_flow.looks_at(&event, other);
}

static void only_what_the_asker_has_with_us(void **unused)
{
    struct flow_case theirs = other_case(FLOW_PENSION_EMPLOYEE, ASKER, 1);
    struct flow_case a_thirds = other_case(FLOW_PENSION_EMPLOYEE, A_THIRD, 2);
    struct flow_case alone = other_case(FLOW_PENSION_MILITARY, 0, 3);
    struct flow_case enquiry = asked_case();
    struct flow_event ours = event_with(EVENT_SUBMITTED, ACTION_STATUS_QUERY);
    struct flow_event nobody = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY);

    (void)unused;
    assert_true(looks(NULL, NULL, &theirs));
    assert_false(looks(NULL, NULL, &a_thirds));
    assert_false(looks(NULL, NULL, &alone));
    assert_false(looks(NULL, NULL, &enquiry));
    assert_false(transfer_enquiry_flow.looks_at(&ours, &theirs)); /* we look at nothing */
    nobody.party = 0;
    assert_false(transfer_enquiry_flow.looks_at(&nobody, &alone));
}

static void only_what_was_asked_for(void **unused)
{
    struct flow_case employee = other_case(FLOW_PENSION_EMPLOYEE, ASKER, 1);
    struct flow_case into_residents = other_case(FLOW_PENSION_SWITCH, ASKER, 2);
    struct flow_case medical = other_case(FLOW_MEDICAL_TRANSFER, ASKER, 3);
    struct flow_case stay = other_case(FLOW_SETTLEMENT_STAY, ASKER, 4);
    struct flow_case filing = other_case(FLOW_SETTLEMENT_FILING, ASKER, 5);
    struct flow_case record = other_case(FLOW_INJURY_RECORD, ASKER, 6);

    (void)unused;
    assert_true(looks("pension.employee", NULL, &employee));
    assert_true(looks("pension.employee", "110", &employee));
    assert_false(looks("pension.employee", "150", &employee));
    assert_false(looks("pension.switch", NULL, &employee));
    assert_true(looks(NULL, "110", &into_residents));
    into_residents.flags = CASE_RESIDENT_MONEY;
    assert_true(looks(NULL, "150", &into_residents));
    assert_false(looks(NULL, "110", &into_residents));
    assert_false(looks(NULL, "310", &medical)); /* not known yet */
    medical.part.medical.kind = MEDICAL_KIND_B;
    assert_true(looks(NULL, "390", &medical)); /* that it goes into */
    stay.part.stay.insurance = INSURANCE_MEDICAL;
    assert_false(looks(NULL, "310", &stay));
    stay.part.stay.insurance_kind = 310;
    assert_true(looks(NULL, "310", &stay));
    stay.part.stay.insurance_kind = 390;
    assert_true(looks(NULL, "390", &stay));
    stay.part.stay.insurance = INSURANCE_INJURY;
    assert_true(looks(NULL, "410", &stay));
    assert_false(looks(NULL, "410", &filing));
    filing.part.filing.insurance = INSURANCE_INJURY;
    assert_true(looks(NULL, "410", &filing));
    assert_true(looks(NULL, "410", &record));
}

static void a_case_may_be_named(void **unused)
{
    struct record *body = record_new(arena, "status_query");
    struct uuid named;

    (void)unused;
    assert_false(transfer_enquiry_flow.case_named(body, &named));
    document_put(arena, body, "caseId", CASE_ID);
    assert_true(transfer_enquiry_flow.case_named(body, &named));
    assert_int_equal(named.bytes[9], 9);
    assert_true(transfer_enquiry_flow.looks_at_person(ACTION_STATUS_QUERY));
    assert_false(transfer_enquiry_flow.looks_at_person(ACTION_STATUS_ANSWER));
}

/* --- the answer ------------------------------------------------------------------------------
 */

static void nothing_is_an_answer_too(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY);
    const struct record *made = answer_to(&event, NULL, 0);

    (void)unused;
    expect_text(made, "reference/enquiryNumber", ENQUIRY_NUMBER);
    expect_text(made, "answeredAt", "2026-03-02T09:00:00.000+08:00");
    expect_text(made, "count", "0");
    expect_text(made, "more", "false");
    expect_text(made, "cases", NULL);
    expect_text(made, "limits", NULL);
    expect_text(made, "person", NULL); /* nothing of the person is repeated */
    assert_int_equal(decision.after.state, ENQUIRY_ANSWERED);
    assert_true(decision.closes);
    assert_string_equal(decision.after.trace, "ENQ/" ENQUIRY_NUMBER);
}

static void each_case_says_how_it_stands(void **unused)
{
    struct flow_case employee = other_case(FLOW_PENSION_EMPLOYEE, ASKER, 1);
    struct flow_case medical = other_case(FLOW_MEDICAL_TRANSFER, ASKER, 2);
    const struct flow_case *related[] = {&employee, &medical};
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY);
    const struct record *made;
    const struct record *row;

    (void)unused;
    employee.state = PENSION_ACCEPTED;
    strcpy(employee.last_code, "PEN-R21");
    employee.clocks[0] = (struct flow_clock){
        .kind = CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {NOW + 6 * DAY_MS}};
    employee.clocks[1] = (struct flow_clock){.kind = CLOCK_D1, .state = CLOCK_STATE_MET};
    employee.clocks[3] = (struct flow_clock){.kind = CLOCK_D2P,
                                             .state = CLOCK_STATE_RUNNING,
                                             .paused = true,
                                             .due = {NOW + 7 * DAY_MS}};
    medical.clocks[5] = (struct flow_clock){
        .kind = CLOCK_D3, .state = CLOCK_STATE_PASSED, .due = {NOW - 5 * DAY_MS}};
    made = answer_to(&event, related, 2);
    expect_text(made, "count", "2");
    expect_text(made, "more", "false");
    row = record_find(made, "cases/case");
    expect_text(row, "caseId", "01020304-0506-7008-8001-000000000000");
    expect_text(row, "traceNumber", DOCUMENT_TRACE);
    expect_text(row, "inRegion", "520000");
    expect_text(row, "outRegion", "440000");
    expect_text(row, "flow", "pension.employee");
    expect_text(row, "flowName", "企业职工基本养老保险关系转移接续");
    expect_text(row, "insuranceKind", "110");
    expect_text(row, "state", "accepted");
    expect_text(row, "stateName", "已受理");
    expect_text(row, "openedOn", "2026-02-27");
    expect_text(row, "changedAt", "2026-03-01T09:00:00.000+08:00");
    expect_text(row, "lastCode", "PEN-R21");
    row = record_same(row);
    expect_text(row, "caseId", "01020304-0506-7008-8002-000000000000");
    expect_text(row, "flow", "medical.transfer");
    expect_text(row, "insuranceKind", NULL);
    expect_text(row, "lastCode", NULL);
    assert_null(record_same(row));
    row = record_find(made, "limits/limit");
    expect_text(row, "caseId", "01020304-0506-7008-8001-000000000000");
    expect_text(row, "kind", "d2");
    expect_text(row, "state", "running");
    expect_text(row, "dueOn", "2026-03-08");
    row = record_same(row);
    expect_text(row, "kind", "d2p");
    expect_text(row, "state", "paused");
    row = record_same(row);
    expect_text(row, "caseId", "01020304-0506-7008-8002-000000000000");
    expect_text(row, "kind", "d3");
    expect_text(row, "state", "passed");
    assert_null(record_same(row)); /* what was met is no limit any more */
}

static void no_more_than_the_rule_says(void **unused)
{
    static struct flow_case cases[FLOW_RELATED_MAX];
    const struct flow_case *related[FLOW_RELATED_MAX];
    static const struct {
        int64_t rule; /* 0: none */
        size_t known;
        bool too_many;
        unsigned told;
        const char *more;
    } rows[] = {
        {0, 20, false, 20, "false"}, {0, 21, false, 20, "true"}, {0, 0, true, 0, "true"},
        {2, 2, false, 2, "false"},   {2, 3, false, 2, "true"},   {32, 32, true, 32, "true"},
        {33, 32, false, 20, "true"}, /* as if there were no rule */
    };

    (void)unused;
    for (size_t i = 0; i < FLOW_RELATED_MAX; i++) {
        cases[i] = other_case(FLOW_PENSION_EMPLOYEE, ASKER, (uint8_t)i);
        related[i] = &cases[i];
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event;
        const struct record *made;

        arena_reset(arena);
        rules.count = rows[i].rule != 0;
        rules.rows[0] = (struct rule){"ENQ-CASES", {1}, rows[i].rule};
        event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY);
        event.related_more = rows[i].too_many;
        made = answer_to(&event, related, rows[i].known);
        assert_int_equal(record_count(made, "cases/case"), rows[i].told);
        expect_text(made, "more", rows[i].more);
    }
    rules.count = 0;
}

/* --- what comes late, twice, or never -------------------------------------------------------
 */

static void the_answer_comes_once_and_may_be_late(void **unused)
{
    struct flow_case before = asked_case();
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_STATUS_ANSWER);

    (void)unused;
    before.clocks[0] = (struct flow_clock){
        .kind = CLOCK_REPLY, .state = CLOCK_STATE_PASSED, .due = {NOW - DAY_MS}};
    before.flags = CASE_OVERDUE;
    decide(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, ENQUIRY_ANSWERED);
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_null(decision.sends[0].made); /* as it came */
    before = decision.after;
    decide(&before, &event);
    expect_refused("FLW-01");
}

static void who_owes_the_answer_is_reminded(void **unused)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_STATUS_QUERY);
    struct flow_case before;
    struct flow_event timer = {.source = EVENT_TIMER, .clock_kind = CLOCK_REPLY};

    (void)unused;
    rules.count = 1;
    rules.rows[0] = (struct rule){"ENQ-REPLY", {1}, 3};
    decide(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    before = decision.after;
    assert_int_equal(before.clocks[0].kind, CLOCK_REPLY);
    assert_int_equal(before.clocks[0].days, 3);
    assert_int_equal(before.clocks[0].region, 440000); /* of the one who must act */
    assert_int_equal(flow_clock_duty(&transfer_enquiry_flow, CLOCK_REPLY), ROLE_ANSWERING);
    timer.at = before.clocks[0].due;
    decide(&before, &timer);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, ENQUIRY_ASKED);
    assert_true(decision.after.flags & CASE_OVERDUE);
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[1].target, FLOW_TO_CORE);
    expect_text(decision.sends[0].made, "reference/enquiryNumber", ENQUIRY_NUMBER);
    expect_text(decision.sends[0].made, "reference/toRegion", "440000");
    expect_text(decision.sends[0].made, "clock", "reply");
    rules.count = 0;
}

static void a_refusal_is_told_to_our_core(void **unused)
{
    struct flow_case before = asked_case();
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_STATUS_QUERY);

    (void)unused;
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "UNKNOWN_FLOW");
    decide(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, ENQUIRY_REFUSED);
    assert_string_equal(decision.after.last_code, "UNKNOWN_FLOW");
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    expect_text(decision.sends[0].made, "refusedWith", "UNKNOWN_FLOW");
    expect_text(decision.sends[0].made, "count", NULL);
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

static int fresh(void **unused)
{
    (void)unused;
    arena_reset(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_question_says_what_is_asked, fresh),
        cmocka_unit_test_setup(what_does_not_belong_to_the_enquiry, fresh),
        cmocka_unit_test_setup(only_what_the_asker_has_with_us, fresh),
        cmocka_unit_test_setup(only_what_was_asked_for, fresh),
        cmocka_unit_test_setup(a_case_may_be_named, fresh),
        cmocka_unit_test_setup(nothing_is_an_answer_too, fresh),
        cmocka_unit_test_setup(each_case_says_how_it_stands, fresh),
        cmocka_unit_test_setup(no_more_than_the_rule_says, fresh),
        cmocka_unit_test_setup(the_answer_comes_once_and_may_be_late, fresh),
        cmocka_unit_test_setup(who_owes_the_answer_is_reminded, fresh),
        cmocka_unit_test_setup(a_refusal_is_told_to_our_core, fresh),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
