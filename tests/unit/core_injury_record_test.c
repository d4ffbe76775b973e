/*
 * core_injury_record_test.c - injury.record beside its table: who is answered, what is kept and
 * what it answers, what does not fit its record.
 */
#include "unit.h"

#include "core/settlement_filing.h"
#include "filing_documents.h"
#include "record_fixture.h"

/* --- questions ------------------------------------------------------------------------ */

static void a_question_waits_for_its_answer(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED, record_of(arena, ACTION_INSURED_QUERY));
    struct flow_event event;

    (void)unused;
    assert_true(decision.pending);
    assert_int_equal(decision.sends[0].answer_by.ms, RECORD_NOW + MINUTE);
    assert_int_equal(clock_of(&asked, CLOCK_PATIENCE)->due.ms, RECORD_NOW + 75000);
    assert_string_equal(asked.trace, "INJ/GZ20260302000001");
    event = answer_to(EVENT_RECEIVED, record_of(arena, ACTION_INSURED_STATE),
                      &asked.part.injury.question.asked);
    asked = accepted(&asked, &event);
    assert_true(decision.answers);
    assert_memory_equal(decision.answers_key, waits, 32);
    assert_int_equal(decision.answers_verdict, VERDICT_ACCEPTED);
    assert_int_equal(decision.send_count, 0); /* it is told, and needs no letter */
    assert_null(flow_case_question(&asked));
}

static void a_question_lapses_and_its_answer_comes_late(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED, record_of(arena, ACTION_INSURED_QUERY));
    struct flow_event event = timer(&asked, CLOCK_PATIENCE);
    struct flow_case lapsed = accepted(&asked, &event);

    (void)unused;
    assert_int_equal(lapsed.state, INJURY_LAPSED);
    assert_true(decision.answers);
    assert_int_equal(decision.answers_verdict, VERDICT_NONE);
    event = answer_to(EVENT_RECEIVED, record_of(arena, ACTION_INSURED_STATE),
                      &lapsed.part.injury.asked);
    assert_int_equal(accepted(&lapsed, &event).state, INJURY_ANSWERED);
    assert_false(decision.answers);
    assert_int_equal(decision.send_count, 1); /* as a letter to the core */
    /* asked again: the first answer is not the second one's */
    event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_INSURED_QUERY));
    event.ids[0] = (struct uuid){{41}};
    asked = accepted(&lapsed, &event);
    event = answer_to(EVENT_RECEIVED, record_of(arena, ACTION_INSURED_STATE),
                      &lapsed.part.injury.asked);
    assert_int_equal(accepted(&asked, &event).state, INJURY_ASKED);
    assert_int_equal(decision.send_count, 0);
}

static void a_refused_question_is_told_at_once(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED, record_of(arena, ACTION_COVER_QUERY));
    struct flow_event event = {.source = EVENT_RECEIPT,
                               .action = ACTION_COVER_QUERY,
                               .revision = 1,
                               .at = {RECORD_NOW},
                               .verdict = VERDICT_REFUSED,
                               .code = "INJ-C34",
                               .message_id = asked.part.injury.asked};

    (void)unused;
    assert_int_equal(accepted(&asked, &event).state, INJURY_NOT_TAKEN);
    assert_int_equal(decision.answers_verdict, VERDICT_REFUSED);
    assert_string_equal(decision.after.last_code, "INJ-C34");
}

static void the_other_side_puts_it_to_its_core(void **unused)
{
    struct flow_case asked = opened(EVENT_RECEIVED, record_of(arena, ACTION_INSURED_QUERY));
    struct flow_event event;

    (void)unused;
    assert_true(decision.pending);
    assert_int_equal(clock_of(&asked, CLOCK_ANSWER)->due.ms, RECORD_NOW + MINUTE);
    event = answer_to(EVENT_SUBMITTED, record_of(arena, ACTION_INSURED_STATE),
                      &(struct uuid){{99}});
    refused(&asked, &event, "INJ-T07"); /* to another letter */
    event.in_reply_to = asked.part.injury.question.to_core;
    accepted(&asked, &event);
    assert_true(uuid_equal(&decision.sends[0].in_reply_to, &(struct uuid){{21}}));
    /* its time passes, and the core answers all the same */
    event = timer(&asked, CLOCK_ANSWER);
    asked = accepted(&asked, &event);
    assert_int_equal(asked.state, INJURY_LAPSED);
    event = answer_to(EVENT_SUBMITTED, record_of(arena, ACTION_INSURED_STATE),
                      &asked.part.injury.question.to_core);
    assert_int_equal(accepted(&asked, &event).state, INJURY_ANSWERED);
    assert_int_equal(decision.send_count, 1);
}

static void a_question_that_comes_too_late_is_refused(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED,
                                         record_of(arena, ACTION_INSURED_QUERY));

    (void)unused;
    event.answer_by = event.at;
    refused(NULL, &event, "INJ-T08");
}

/* --- what does not fit ----------------------------------------------------------------- */

static void an_answer_to_another_question_is_refused(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED, record_of(arena, ACTION_COVER_QUERY));
    struct record *body = record_of(arena, ACTION_COVER_PROOF);
    struct flow_event event = answer_to(EVENT_RECEIVED, body, &asked.part.injury.asked);

    (void)unused;
    event.person_tag[0] = 6;
    refused(&asked, &event, "INJ-T02");
    event.person_tag[0] = 5;
    injury_set(arena, body, "accidentAt", "2026-01-12T14:36:00+08:00");
    refused(&asked, &event, "INJ-T04");
    injury_set(arena, body, "accidentAt", INJURY_ACCIDENT);
    injury_set(arena, body, "reference/toRegion", "330000");
    refused(&asked, &event, "INJ-T01");
    event.body = body = record_of(arena, ACTION_INSURED_STATE);
    event.action = ACTION_INSURED_STATE;
    refused(&asked, &event, "INJ-T01"); /* another number */
    injury_set(arena, body, "reference/recordNumber", "GZ20260302000002");
    refused(&asked, &event, "INJ-T01"); /* another kind */
}

static void a_result_of_another_year_is_refused(void **unused)
{
    struct flow_case asked = opened(EVENT_RECEIVED, record_of(arena, ACTION_ELIGIBILITY_CHECK));
    struct record *body = record_of(arena, ACTION_ELIGIBILITY_RESULT);
    struct flow_event event = event_with(EVENT_SUBMITTED, body);

    (void)unused;
    injury_set(arena, body, "year", "2025");
    refused(&asked, &event, "INJ-T04");
    injury_set(arena, body, "year", "2026");
    assert_int_equal(accepted(&asked, &event).state, INJURY_ANSWERED);
    assert_true(uuid_equal(&decision.sends[0].in_reply_to, &(struct uuid){{21}}));
}

static void what_names_no_record_is_refused(void **unused)
{
    static const char *const paths[] = {"reference/recordNumber", "reference/fromRegion",
                                        "reference/toRegion"};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct record *body = record_of(arena, ACTION_STOP_NOTICE);
        struct flow_event event = event_with(EVENT_RECEIVED, body);

        injury_drop(body, paths[i]);
        refused(NULL, &event, "INJ-T01");
    }
}

static void checks_are_hard_where_it_is_received(void **unused)
{
    struct record *body = record_of(arena, ACTION_RECOGNITION);
    struct flow_event event = event_with(EVENT_RECEIVED, body);

    (void)unused;
    injury_set(arena, body, "decidedOn", "2026-01-15"); /* before it was accepted */
    refused(NULL, &event, "INJ-C03");
    event = event_with(EVENT_SUBMITTED, body);
    accepted(NULL, &event);
    assert_true(warned("INJ-C03"));
    injury_set(arena, body, "conclusion", "perhaps");
    event = event_with(EVENT_RECEIVED, body);
    injury_set(arena, body, "decidedOn", "2026-02-20");
    refused(NULL, &event, "INJ-C11");
}

/* --- requests -------------------------------------------------------------------------- */

static void a_reply_has_its_time(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED,
                                    record_of(arena, ACTION_ASSISTANCE_REQUEST));
    struct flow_event receipt = {.source = EVENT_RECEIPT,
                                 .action = ACTION_ASSISTANCE_REQUEST,
                                 .revision = 1,
                                 .at = {RECORD_NOW},
                                 .received_at = {RECORD_NOW},
                                 .verdict = VERDICT_ACCEPTED,
                                 .message_id = asked.part.injury.asked};
    struct flow_event event;

    (void)unused;
    assert_false(decision.pending);
    asked = accepted(&asked, &receipt);
    assert_int_equal(clock_of(&asked, CLOCK_REPLY)->days, 15);
    event = timer(&asked, CLOCK_REPLY);
    asked = accepted(&asked, &event);
    assert_int_equal(asked.state, INJURY_REQUESTED);
    assert_true(asked.flags & CASE_OVERDUE);
    assert_int_equal(decision.send_count, 2); /* the other side, and our core */
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].action, ACTION_REMINDER);
    assert_true(record_find(decision.sends[0].made, "reference/recordNumber") != NULL);
    /* what it replies to is told by the envelope */
    event = answer_to(EVENT_RECEIVED, record_of(arena, ACTION_ASSISTANCE_REPLY),
                      &(struct uuid){{99}});
    assert_int_equal(accepted(&asked, &event).state, INJURY_REQUESTED);
    event.in_reply_to = asked.part.injury.asked;
    assert_int_equal(accepted(&asked, &event).state, INJURY_ANSWERED);
    assert_false(decision.after.flags & CASE_OVERDUE);
}

static void a_status_is_answered_from_the_ledger(void **unused)
{
    struct flow_case asked = opened(EVENT_RECEIVED,
                                    record_of(arena, ACTION_ASSISTANCE_REQUEST));
    struct flow_event event = event_with(EVENT_RECEIVED, record_of(arena, ACTION_STATUS_QUERY));
    struct text state;

    (void)unused;
    accepted(&asked, &event);
    assert_true(record_text(decision.sends[0].made, "state", &state));
    assert_true(text_is(state, "requested"));
    assert_true(record_text(decision.sends[0].made, "clocks/clock/kind", &state));
    assert_true(text_is(state, "reply"));
}

/* --- decisions ------------------------------------------------------------------------- */

static struct record *revised; /* the document of the newest revision_of() */

static struct flow_event revision_of(enum event_source source, unsigned action,
                                     const char *revision, const char *change)
{
    struct flow_event event;

    revised = record_of(arena, action);
    record_revise(arena, revised, revision, change);
    event = event_with(source, revised);
    event.revision = (uint32_t)(revision[0] - '0');
    return event;
}

static void revisions_come_in_order(void **unused)
{
    struct flow_case held = opened(EVENT_RECEIVED, record_of(arena, ACTION_APPRAISAL));
    struct flow_event event = revision_of(EVENT_RECEIVED, ACTION_APPRAISAL, "3", "changed");

    (void)unused;
    refused(&held, &event, "INJ-T03");
    event = revision_of(EVENT_RECEIVED, ACTION_APPRAISAL, "2", "changed");
    event.revision = 1; /* the envelope says another one than the document */
    refused(&held, &event, "INJ-T03");
    event.revision = 2;
    held = accepted(&held, &event);
    assert_int_equal(held.letter_revision, 2);
    refused(&held, &event, "INJ-T03");
    event = revision_of(EVENT_RECEIVED, ACTION_APPRAISAL, "2", "withdrawn");
    refused(NULL, &event, "INJ-T03"); /* nothing to withdraw */
    event = revision_of(EVENT_RECEIVED, ACTION_APPRAISAL, "3", "withdrawn");
    injury_set(arena, revised, "recognitionNumber", "RD2026000999");
    refused(&held, &event, "INJ-T04");
    injury_set(arena, revised, "recognitionNumber", "RD2026000123");
    assert_int_equal(accepted(&held, &event).state, INJURY_WITHDRAWN);
    assert_true(decision.closes);
}

static struct flow_event receipt_of(unsigned action, uint32_t revision, enum verdict verdict,
                                    const char *code)
{
    struct flow_event event = {.source = EVENT_RECEIPT,
                               .action = (uint16_t)action,
                               .revision = revision,
                               .at = {RECORD_NOW},
                               .verdict = verdict};

    strcpy(event.code, code);
    return event;
}

static void a_refused_revision_is_due_again(void **unused)
{
    struct flow_case held = opened(EVENT_SUBMITTED, record_of(arena, ACTION_CONFIRMATION));
    struct flow_event event = revision_of(EVENT_SUBMITTED, ACTION_CONFIRMATION, "2", "changed");

    (void)unused;
    held = accepted(&held, &event);
    assert_int_equal(decision.sends[0].revision, 2);
    event = revision_of(EVENT_SUBMITTED, ACTION_CONFIRMATION, "3", "changed");
    held = accepted(&held, &event);
    event = receipt_of(ACTION_CONFIRMATION, 2, VERDICT_REFUSED, "INJ-C29");
    held = accepted(&held, &event);
    assert_true(held.flags & CASE_FLAGGED);
    assert_int_equal(held.letter_revision, 1);
    event = receipt_of(ACTION_CONFIRMATION, 3, VERDICT_REFUSED, "INJ-T03");
    held = accepted(&held, &event);
    assert_int_equal(held.letter_revision, 1);
    event = revision_of(EVENT_SUBMITTED, ACTION_CONFIRMATION, "2", "withdrawn");
    assert_int_equal(accepted(&held, &event).state, INJURY_WITHDRAWN);
}

static void a_first_one_that_is_refused_is_sent_anew(void **unused)
{
    struct flow_case held = opened(EVENT_SUBMITTED, record_of(arena, ACTION_RECOGNITION));
    struct flow_event event = receipt_of(ACTION_RECOGNITION, 1, VERDICT_REFUSED, "INJ-T06");

    (void)unused;
    held = accepted(&held, &event);
    assert_int_equal(held.state, INJURY_NOT_TAKEN);
    assert_int_equal(held.letter_revision, 0);
    assert_string_equal(held.last_code, "INJ-T06");
    event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_RECOGNITION));
    assert_int_equal(accepted(&held, &event).state, INJURY_HELD);
}

static void one_accident_has_one_recognition(void **unused)
{
    struct flow_case first = opened(EVENT_RECEIVED, record_of(arena, ACTION_RECOGNITION));
    const struct flow_case *related[] = {&first};
    struct record *body = record_of(arena, ACTION_RECOGNITION);
    struct flow_event event = event_with(EVENT_RECEIVED, body);

    (void)unused;
    event.case_id = (struct uuid){{4}};
    event.related = related;
    event.related_count = 1;
    injury_set(arena, body, "reference/recordNumber", "GD20260302000099");
    refused(NULL, &event, "INJ-T05");
    injury_set(arena, body, "recognitionNumber", "RD2026000777");
    refused(NULL, &event, "INJ-T06");
    injury_set(arena, body, "accidentAt", "2026-01-11T14:35:00+08:00");
    accepted(NULL, &event); /* another accident */
    injury_set(arena, body, "accidentAt", INJURY_ACCIDENT);
    first.state = INJURY_WITHDRAWN;
    accepted(NULL, &event);
    first.state = INJURY_HELD;
    first.party = 9; /* of another province */
    accepted(NULL, &event);
}

/* --- filings that hang on it ------------------------------------------------------------ */

static struct flow_case filing_with(const char *recognition, unsigned state)
{
    struct flow_case filing = {
        .case_id = {{50}},
        .flow = FLOW_SETTLEMENT_FILING,
        .role = ROLE_INSURED,
        .state = (uint8_t)state,
        .version = 4,
        .party = 2,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 2,
        .trace = FILING_TRACE,
        .part.filing = {.insurance = INSURANCE_INJURY, .kind = "LR", .services = SERVICE_MED},
    };

    CHECK(text_to_field(text_of(recognition), filing.part.filing.recognition,
                        sizeof(filing.part.filing.recognition)));
    return filing;
}

static size_t postings_of(const struct flow_event *event, struct flow_posting *postings)
{
    struct flow_case none = {.flow = FLOW_INJURY_RECORD};
    struct flow_situation situation = {.flow = &injury_record_flow,
                                       .rules = &rules,
                                       .calendar = calendar,
                                       .before = &none,
                                       .event = event,
                                       .arena = arena};
    struct error err = ERROR_INIT;
    size_t count = 0;

    assert_true(injury_record_postings(&situation, postings, &count, &err));
    return count;
}

static void a_withdrawal_suspends_the_filings_that_hang_on_it(void **unused)
{
    struct flow_case bound = filing_with("RD2026000123", FILING_EFFECTIVE);
    struct flow_case other = filing_with("RD2019000456", FILING_EFFECTIVE);
    struct flow_case ended = filing_with("RD2026000123", FILING_EXPIRED);
    const struct flow_case *related[] = {&other, &bound, &ended};
    struct flow_event event = revision_of(EVENT_SUBMITTED, ACTION_RECOGNITION, "2",
                                          "withdrawn");
    struct flow_posting postings[FLOW_POSTINGS_MAX];
    struct flow_event suspend = {.source = EVENT_SUBMITTED, .revision = 1, .at = {RECORD_NOW}};
    struct error err = ERROR_INIT;

    (void)unused;
    event.related = related;
    event.related_count = COUNT_OF(related);
    assert_int_equal(postings_of(&event, postings), 1);
    assert_string_equal(postings[0].trace, FILING_TRACE);
    assert_int_equal(postings[0].in_region, 520000);
    assert_int_equal(postings[0].action, ACTION_FILING_SUSPEND);
    suspend.action = postings[0].action;
    suspend.body = postings[0].body;
    assert_true(flow_decide(&settlement_filing_flow, &rules, calendar, &bound, &suspend, arena,
                            &decision, &err));
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, FILING_SUSPENDED);
    /* The place that is told keeps its copy until the filing itself says so. */
    event.source = EVENT_RECEIVED;
    assert_int_equal(postings_of(&event, postings), 0);
    event = revision_of(EVENT_SUBMITTED, ACTION_RECOGNITION, "2", "changed");
    event.related = related;
    event.related_count = COUNT_OF(related);
    assert_int_equal(postings_of(&event, postings), 0);
}

static void our_core_is_told_how_many(void **unused)
{
    struct flow_case held = opened(EVENT_SUBMITTED, record_of(arena, ACTION_RECOGNITION));
    struct flow_event event = revision_of(EVENT_SUBMITTED, ACTION_RECOGNITION, "2",
                                          "withdrawn");

    (void)unused;
    event.posted_rows = 5;
    accepted(&held, &event);
    assert_true(warned("INJ-T20"));
    assert_int_equal(decision.warnings[decision.warning_count - 1].row, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(a_question_waits_for_its_answer),
        RECORD_TEST(a_question_lapses_and_its_answer_comes_late),
        RECORD_TEST(a_refused_question_is_told_at_once),
        RECORD_TEST(the_other_side_puts_it_to_its_core),
        RECORD_TEST(a_question_that_comes_too_late_is_refused),
        RECORD_TEST(an_answer_to_another_question_is_refused),
        RECORD_TEST(a_result_of_another_year_is_refused),
        RECORD_TEST(what_names_no_record_is_refused),
        RECORD_TEST(checks_are_hard_where_it_is_received),
        RECORD_TEST(a_reply_has_its_time),
        RECORD_TEST(a_status_is_answered_from_the_ledger),
        RECORD_TEST(revisions_come_in_order),
        RECORD_TEST(a_refused_revision_is_due_again),
        RECORD_TEST(a_first_one_that_is_refused_is_sent_anew),
        RECORD_TEST(one_accident_has_one_recognition),
        RECORD_TEST(a_withdrawal_suspends_the_filings_that_hang_on_it),
        RECORD_TEST(our_core_is_told_how_many),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
