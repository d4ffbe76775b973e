/* core_settlement_filing_test.c - filings: what is read and refused, ends at midnight of China,
 * versions, crossing messages, and which filing a treatment finds. */
#include "unit.h"

#include <string.h>

#include "core/settlement_filing.h"
#include "filing_documents.h"

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static struct day day_of(const char *text)
{
    struct day day;

    assert_true(day_parse(text_of(text), &day));
    return day;
}

static struct flow_event event_of(enum event_source source, const struct record *body)
{
    return (struct flow_event){
        .source = source,
        .action = (uint16_t)action_by_name(text_of(body->name)),
        .revision = 1,
        .at = {FILING_NOW},
        .body = body,
        .case_id = {{3}},
        .party = 2,
        .core = 3,
        .in_region = 520000,
        .out_region = 440000,
    };
}

static void run(const struct flow_case *before, const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&settlement_filing_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
}

static void says(enum event_source source, const struct flow_case *before,
                 const struct record *body)
{
    struct flow_event event = event_of(source, body);

    run(before, &event);
}

static struct record *filing(const char *kind, const char *to)
{
    return filing_document(arena, ACTION_FILING, "1", kind, "2026-03-01", to);
}

static struct flow_case opened(enum event_source source, const char *kind, const char *to)
{
    says(source, NULL, filing(kind, to));
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    return decision.after;
}

static void refused(const char *code)
{
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
    assert_int_not_equal(decision.reason[0], 0);
}

static void a_filing_is_kept_with_what_lookups_need(void **unused)
{
    struct flow_case kept = opened(EVENT_RECEIVED, "LR", "2026-12-31");
    struct filing *part = &kept.part.filing;

    (void)unused;
    assert_int_equal(kept.role, ROLE_TREATING);
    assert_string_equal(kept.trace, FILING_TRACE);
    assert_int_equal(kept.in_region, 520000);
    assert_int_equal(kept.out_region, 440000);
    assert_int_equal(kept.letter_revision, 1);
    assert_int_equal(part->insurance, INSURANCE_INJURY);
    assert_string_equal(part->kind, "LR");
    assert_int_equal(part->services, SERVICE_MED | SERVICE_REH);
    assert_int_equal(part->area, 5203);
    assert_int_equal(part->to.number, day_of("2026-12-31").number);
    assert_string_equal(part->recognition, FILING_RECOGNITION);
}

/* Each change makes a good document a bad one, whoever says it. */
static void what_does_not_fit_is_refused(void **unused)
{
    static const struct {
        const char *kind, *path, *value, *code;
    } bad[] = {
        {"LR", "reference/filingNumber", "", "STL-N01"},
        {"LR", "reference/insuredRegion", "330000", "STL-N01"},
        {"LR", "reference/treatingRegion", "5200", "STL-N01"},
        {"LR", "kind", "11", "STL-N03"},
        {"12", "kind", "TR", "STL-N03"},
        {"12", "insurance", "maternity", "STL-N03"},
        {"12", "kind", "", "STL-N03"},
        {"LR", "recognitionNumber", "", "STL-N04"},
        {"LR", "recognitionNumber", "粤人社工认〔2026〕粤人社工认〔2026〕粤人社工认〔2026〕7号",
         "STL-N04"},
        {"LR", "service", "REH", "STL-N05"}, /* twice */
        {"LR", "service", "med", "STL-N05"},
        {"12", "scope", "everything", "STL-N06"},
        {"12", "from", "2026-02-30", "STL-N07"},
        {"12", "to", "2026-02-28", "STL-N07"},
        {"12", "area", "44", "STL-N08"},
        {"12", "area", "", "STL-N08"},
        {"12", "area", "5", "STL-N08"},
        {"12", "version", "2", "STL-N10"},
        {"12", "version", "0", "STL-N10"},
        {"12", "version", "99999999999999999999", "STL-N10"},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        for (unsigned source = EVENT_SUBMITTED; source <= EVENT_RECEIVED; source++) {
            struct record *body = filing(bad[i].kind, "2026-12-31");

            document_set(body, bad[i].path, bad[i].value);
            says((enum event_source)source, NULL, body);
            refused(bad[i].code);
        }
    }
}

/* The region of the hospital's side says how wide an area may be. */
static void an_area_lies_in_the_treating_region(void **unused)
{
    struct record *body = filing("12", NULL);

    (void)unused;
    document_set(body, "reference/treatingRegion", "520302");
    says(EVENT_SUBMITTED, NULL, body);
    refused("STL-N08");
    document_set(body, "area", "520302");
    says(EVENT_SUBMITTED, NULL, body);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
}

static void another_person_is_refused(void **unused)
{
    struct flow_case before = opened(EVENT_RECEIVED, "12", NULL);
    struct flow_event event = event_of(
        EVENT_RECEIVED,
        filing_document(arena, ACTION_FILING_CHANGE, "2", "12", "2026-03-01", NULL));

    (void)unused;
    before.person_tag[0] = 1;
    event.person_tag[0] = 2;
    run(&before, &event);
    refused("STL-N02");
}

/* Between provinces a temporary filing has its end; from our core it gets one. */
static void a_temporary_filing_gets_its_end(void **unused)
{
    const struct record *made;
    struct text to;

    (void)unused;
    says(EVENT_RECEIVED, NULL, filing("21", NULL));
    refused("STL-N09");
    says(EVENT_SUBMITTED, NULL, filing("21", NULL));
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.send_count, 1);
    assert_string_equal(decision.warnings[0].code, "STL-N09");
    made = decision.sends[0].made;
    assert_non_null(made);
    assert_true(record_text(made, "to", &to));
    assert_true(text_is(to, "2026-08-31"));
    says(EVENT_RECEIVED, NULL, made);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);

    rules.rows[0] = (struct rule){"STL-VALID-TR-REH-440000", {1}, 12};
    rules.rows[1] = (struct rule){"STL-VALID-TR-MED", {1}, 9};
    rules.count = 2;
    says(EVENT_SUBMITTED, NULL, filing("TR", NULL));
    assert_int_equal(decision.after.part.filing.to.number, day_of("2027-02-28").number);
    rules.rows[0].value = 100000; /* no such rule: the default, and the longest counts */
    says(EVENT_SUBMITTED, NULL, filing("TR", NULL));
    assert_int_equal(decision.after.part.filing.to.number, day_of("2026-11-30").number);
    rules.count = 0;
}

static void a_filing_that_is_over_is_not_submitted(void **unused)
{
    (void)unused;
    says(EVENT_SUBMITTED, NULL, filing("12", "2026-03-01"));
    refused("STL-N12");
    says(EVENT_SUBMITTED, NULL, filing("12", "2026-03-02"));
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    says(EVENT_RECEIVED, NULL, filing("12", "2026-03-01")); /* it came late */
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
}

static struct flow_decision passes(const struct flow_case *before, struct instant at)
{
    struct flow_event event = {.source = EVENT_TIMER, .clock_kind = CLOCK_FILING_END, .at = at};

    run(before, &event);
    return decision;
}

static void it_expires_at_midnight_in_china(void **unused)
{
    struct flow_case before = opened(EVENT_RECEIVED, "12", "2026-03-31");
    struct instant end;

    (void)unused;
    assert_true(instant_parse(TEXT("2026-03-31T16:00:00.000Z"), &end));
    assert_int_equal(flow_case_due(&before)->due.ms, end.ms);
    assert_int_equal(passes(&before, instant_add_ms(end, -1)).kind, DECISION_REFUSED);
    assert_int_equal(passes(&before, end).after.state, FILING_EXPIRED);
    assert_true(decision.closes);
    assert_int_equal(decision.send_count, 0);
    assert_null(flow_case_due(&decision.after));
    before = opened(EVENT_RECEIVED, "12", NULL);
    assert_null(flow_case_due(&before));
}

static void versions_come_in_order(void **unused)
{
    struct flow_case before = opened(EVENT_RECEIVED, "12", "2026-03-31");

    (void)unused;
    says(EVENT_RECEIVED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "3", "12", "2026-03-01", NULL));
    refused("STL-N10");
    says(EVENT_RECEIVED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "1", "12", "2026-03-01", NULL));
    refused("STL-N10");
    says(EVENT_RECEIVED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "2", "LR", "2026-03-01", NULL));
    refused("STL-N17");
    says(EVENT_RECEIVED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "2", "12", "2026-03-01", NULL));
    assert_int_equal(decision.after.letter_revision, 2);
    assert_null(flow_case_due(&decision.after)); /* it has no end any more */
    before = decision.after;
    says(EVENT_RECEIVED, &before,
         filing_end_document(arena, ACTION_FILING_CANCEL, "1", "cancel", "2026-03-02"));
    refused("STL-N14");
}

/* What the other side did not take is due again. */
static void a_refused_version_is_due_again(void **unused)
{
    struct flow_case before = opened(EVENT_SUBMITTED, "12", NULL);
    struct flow_event receipt = {.source = EVENT_RECEIPT,
                                 .action = ACTION_FILING_CHANGE,
                                 .revision = 1,
                                 .at = {FILING_NOW},
                                 .verdict = VERDICT_REFUSED,
                                 .code = "STL-N08"};

    (void)unused;
    says(EVENT_SUBMITTED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "2", "12", "2026-03-01", NULL));
    before = decision.after;
    run(&before, &receipt);
    assert_int_equal(decision.after.letter_revision, 1);
    assert_true(decision.after.flags & CASE_FLAGGED);
    assert_string_equal(decision.after.last_code, "STL-N08");

    receipt.action = ACTION_FILING;
    run(&before, &receipt);
    assert_int_equal(decision.after.state, FILING_REFUSED);
    before = decision.after;
    says(EVENT_SUBMITTED, &before, filing("12", NULL));
    assert_int_equal(decision.after.state, FILING_EFFECTIVE);
    assert_int_equal(decision.after.letter_revision, 1);
}

static void ends_say_when_and_whose(void **unused)
{
    static const struct {
        unsigned action;
        const char *kind, *on, *code;
    } bad[] = {
        {ACTION_FILING_CANCEL, NULL, "2026-03-02", "STL-N16"},
        {ACTION_FILING_SUSPEND, "revoke", "2026-03-02", "STL-N16"},
        {ACTION_FILING_CANCEL, "cancel", "2026-03-03", "STL-N13"},
        {ACTION_FILING_CANCEL, "cancel", "", "STL-N13"},
        {ACTION_FILING_SUSPEND, NULL, "2026-03-02", "STL-N15"}, /* medical */
    };
    struct flow_case before = opened(EVENT_RECEIVED, "12", NULL);
    struct record *body;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        says(EVENT_RECEIVED, &before,
             filing_end_document(arena, bad[i].action, "1", bad[i].kind, bad[i].on));
        refused(bad[i].code);
    }
    before = opened(EVENT_RECEIVED, "LR", NULL);
    body = filing_end_document(arena, ACTION_FILING_SUSPEND, "1", NULL, "2026-03-02");
    document_put(arena, body, "recognitionNumber", "粤人社工认〔2026〕8号");
    says(EVENT_RECEIVED, &before, body);
    refused("STL-N15");
}

/* STL-WAIT is the insured place's own: its gateway asks it, for the person's acts alone. */
static void a_long_term_filing_waits(void **unused)
{
    struct flow_case before = opened(EVENT_SUBMITTED, "12", NULL);
    struct record *cancel = filing_end_document(arena, ACTION_FILING_CANCEL, "1", "cancel",
                                                "2026-03-02");

    (void)unused;
    rules.rows[0] = (struct rule){"STL-WAIT", {1}, 2};
    rules.count = 1;
    says(EVENT_SUBMITTED, &before, cancel);
    refused("STL-N11");
    says(EVENT_SUBMITTED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "2", "12", "2026-03-01", NULL));
    refused("STL-N11");
    says(EVENT_SUBMITTED, &before,
         filing_end_document(arena, ACTION_FILING_CANCEL, "1", "revoke", "2026-03-02"));
    assert_int_equal(decision.after.state, FILING_REVOKED);
    rules.rows[0].value = 1;
    says(EVENT_SUBMITTED, &before, cancel);
    assert_int_equal(decision.after.state, FILING_CANCELLED);
    rules.count = 0;
}

/* Prolonged before midnight there, expired at midnight here. */
static void a_change_may_cross_the_end(void **unused)
{
    struct flow_case before = opened(EVENT_RECEIVED, "12", "2026-03-31");

    (void)unused;
    before = passes(&before, day_end(day_of("2026-03-31"))).after;
    says(EVENT_RECEIVED, &before,
         filing_document(arena, ACTION_FILING_CHANGE, "2", "12", "2026-03-01", "2026-06-30"));
    assert_int_equal(decision.after.state, FILING_EFFECTIVE);
    assert_int_equal(flow_case_due(&decision.after)->due.ms, day_end(day_of("2026-06-30")).ms);
    says(EVENT_SUBMITTED, &before, filing("12", NULL)); /* twice */
    refused("FLW-01");
}

static void what_is_kept_survives_its_bytes(void **unused)
{
    struct flow_case kept = opened(EVENT_RECEIVED, "LR", "2026-12-31");
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct error err = ERROR_INIT;
    struct flow_case again;

    (void)unused;
    flow_case_encode(&kept, &buffer);
    assert_true(flow_case_decode(buffer_as_text(&buffer), &again, &err));
    assert_string_equal(again.part.filing.recognition, FILING_RECOGNITION);
    assert_int_equal(again.part.filing.area, 5203);
}

static void the_right_filing_is_found(void **unused)
{
    struct flow_case injury = opened(EVENT_RECEIVED, "TR", "2026-03-31");
    struct flow_case medical = opened(EVENT_RECEIVED, "12", NULL);
    struct flow_case other = {.flow = FLOW_SETTLEMENT_STAY, .party = 2};
    const struct flow_case *const all[] = {&other, &injury, &medical};
    struct filing_need need = {.insurance = INSURANCE_INJURY,
                               .party = 2,
                               .region = 520302,
                               .on = day_of("2026-03-31"),
                               .recognition = text_of(FILING_RECOGNITION)};

    (void)unused;
    assert_ptr_equal(filing_find(all, 3, &need), &injury);
    injury.state = FILING_EXPIRED; /* since; it was valid on that day */
    assert_ptr_equal(filing_find(all, 3, &need), &injury);
    injury.state = FILING_SUSPENDED;
    assert_ptr_equal(filing_find(all, 3, &need), &injury);
    need.recognition = TEXT("8号");
    assert_null(filing_find(all, 3, &need));
    assert_string_equal(filing_missing(all, 3, &need), "STL-N24");
    need.service = SERVICE_AST;
    assert_string_equal(filing_missing(all, 3, &need), "STL-N23");
    need.region = 520402;
    assert_string_equal(filing_missing(all, 3, &need), "STL-N22");
    need.on = day_of("2026-04-01");
    assert_string_equal(filing_missing(all, 3, &need), "STL-N21");
    injury.state = FILING_REVOKED;
    need.on = day_of("2026-03-31");
    assert_string_equal(filing_missing(all, 3, &need), "STL-N21");
    need.party = 9;
    assert_string_equal(filing_missing(all, 3, &need), "STL-N20");
    assert_string_equal(filing_missing(NULL, 0, &need), "STL-N20");

    need = (struct filing_need){.insurance = INSURANCE_MEDICAL,
                                .region = 520302,
                                .on = day_of("2026-03-01"),
                                .visit = VISIT_INPATIENT};
    assert_ptr_equal(filing_find(all, 3, &need), &medical);
    need.visit = VISIT_PHARMACY;
    assert_string_equal(filing_missing(all, 3, &need), "STL-N23");
    medical.part.filing.scopes = 0; /* for everything */
    assert_ptr_equal(filing_find(all, 3, &need), &medical);
    medical.state = FILING_SUSPENDED;
    assert_null(filing_find(all, 3, &need));
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    return arena == NULL || calendar == NULL;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filing_is_kept_with_what_lookups_need),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(an_area_lies_in_the_treating_region),
        cmocka_unit_test(another_person_is_refused),
        cmocka_unit_test(a_temporary_filing_gets_its_end),
        cmocka_unit_test(a_filing_that_is_over_is_not_submitted),
        cmocka_unit_test(it_expires_at_midnight_in_china),
        cmocka_unit_test(versions_come_in_order),
        cmocka_unit_test(a_refused_version_is_due_again),
        cmocka_unit_test(ends_say_when_and_whose),
        cmocka_unit_test(a_long_term_filing_waits),
        cmocka_unit_test(a_change_may_cross_the_end),
        cmocka_unit_test(what_is_kept_survives_its_bytes),
        cmocka_unit_test(the_right_filing_is_found),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
