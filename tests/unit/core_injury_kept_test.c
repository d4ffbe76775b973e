/*
 * core_injury_kept_test.c - injury.record: projects and rosters that are kept, and the
 * questions about cover that they answer.
 */
#include "unit.h"

#include "record_fixture.h"

/* --- projects and rosters --------------------------------------------------------------- */

static struct flow_case kept_project(void)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_PROJECT));

    event.party = 1;
    return accepted(NULL, &event);
}

static void a_project_is_kept_with_its_roster(void **unused)
{
    struct flow_case kept = kept_project();
    struct flow_event event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_ROSTER));

    (void)unused;
    assert_int_equal(kept.state, INJURY_KEPT);
    assert_string_equal(kept.trace, "PRJ/" INJURY_PROJECT);
    assert_int_equal(kept.in_region, 440000);
    assert_int_equal(decision.send_count, 0);
    assert_memory_equal(flow_case_kept(&kept, 0), waits, 32);
    assert_null(flow_case_kept(&kept, 1));
    assert_null(flow_case_kept(&kept, 2));
    event.key[0] = 8;
    kept = accepted(&kept, &event);
    assert_int_equal(flow_case_kept(&kept, 1)[0], 8);
    assert_int_equal(kept.form_revision, 0); /* there is no form */
    event = event_with(EVENT_RECEIVED, record_of(arena, ACTION_PROJECT));
    refused(NULL, &event, "FLW-01"); /* between provinces it is nobody's */
    event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_ROSTER));
    refused(NULL, &event, "FLW-01"); /* a roster belongs to a project */
}

static void a_project_goes_on_from_its_last_state(void **unused)
{
    struct flow_case kept = kept_project();
    struct record *body = record_of(arena, ACTION_PROJECT);
    struct flow_event event = event_with(EVENT_SUBMITTED, body);

    (void)unused;
    refused(&kept, &event, "INJ-T03");
    injury_set(arena, body, "revision", "4");
    injury_set(arena, body, "state", "paid");
    refused(&kept, &event, "INJ-T09");
    injury_set(arena, body, "state", "completed");
    refused(&kept, &event, "INJ-C26"); /* and has no end */
    injury_set(arena, body, "endedOn", "2026-02-20");
    kept = accepted(&kept, &event);
    assert_int_equal(kept.state, INJURY_KEPT);
    injury_set(arena, body, "revision", "5");
    injury_set(arena, body, "state", "closed");
    kept = accepted(&kept, &event);
    assert_int_equal(kept.state, INJURY_OVER);
    assert_true(decision.closes);
    injury_set(arena, body, "revision", "6");
    injury_set(arena, body, "state", "active");
    refused(&kept, &event, "INJ-T09");
    event = event_with(EVENT_SUBMITTED, record_of(arena, ACTION_ROSTER));
    accepted(&kept, &event); /* an exit that is told late */
}

static void a_roster_that_contradicts_itself_is_refused(void **unused)
{
    struct flow_case kept = kept_project();
    struct record *body = record_of(arena, ACTION_ROSTER);
    struct flow_event event = event_with(EVENT_SUBMITTED, body);

    (void)unused;
    injury_set(arena, body, "workers/worker/to", "2025-08-03T07:29:59+08:00");
    refused(&kept, &event, "INJ-C25"); /* out before in */
    injury_set(arena, body, "workers/worker/to", "2026-01-20T18:00:00+08:00");
    injury_put(arena, body, "workers/+worker/version", "1");
    injury_put(arena, body, "workers/worker/name", "张喆");
    injury_put(arena, body, "workers/worker/identityNumber", INJURY_PERSON);
    injury_put(arena, body, "workers/worker/companyName", "贵州虚构劳务有限公司");
    injury_put(arena, body, "workers/worker/from", "2026-01-12T07:30:00+08:00");
    injury_put(arena, body, "workers/worker/lateAdded", "false");
    accepted(&kept, &event); /* overlapping: an exit was forgotten, perhaps */
    assert_true(warned("INJ-C35"));
    injury_put(arena, body, "workers/worker/from", "2025-08-03T07:30:00+08:00");
    refused(&kept, &event, "INJ-C28"); /* one entry, one version, two exits */
}

/* --- cover that is kept ------------------------------------------------------------------ */

/* A question about the second worker of the roster, who came on 2026-01-12 07:30 and was added
 * on the next day at 09:00. */
static struct record *question;
static struct record *project;
static struct record *roster;

static struct flow_event cover_question(const char *accident_at)
{
    static struct flow_case kept;
    struct flow_event event;

    kept = kept_project();
    question = record_of(arena, ACTION_COVER_QUERY);
    project = record_of(arena, ACTION_PROJECT);
    roster = record_of(arena, ACTION_ROSTER);
    record_ask_for(arena, question, "𠮷野㛃", INJURY_WITH_X, accident_at);
    event = event_with(EVENT_RECEIVED, question);
    event.recalled = &kept;
    event.kept[0] = project;
    event.kept[1] = roster;
    return event;
}

static void answered_with(const struct flow_event *event, const char *finding)
{
    struct flow_case answered = accepted(NULL, event);
    struct injury_issues issues;
    struct error err = ERROR_INIT;
    struct text found;

    assert_int_equal(answered.state, INJURY_ANSWERED);
    assert_true(decision.pending);
    assert_int_equal(decision.send_count, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_true(record_text(decision.sends[0].made, "finding", &found));
    assert_true(text_is(found, finding));
    /* whoever asked reads the same out of it */
    assert_true(injury_checks_run(decision.sends[0].made, instant_day(event->at), &rules, arena,
                                  &issues, &err));
    assert_int_equal(issues.count, 0);
}

static void put_to_core(const struct flow_event *event)
{
    assert_int_equal(accepted(NULL, event).state, INJURY_ASKED);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
}

static void cover_that_is_kept_is_proven_at_once(void **unused)
{
    struct flow_event event = cover_question("2026-01-20T10:00:00+08:00");
    const struct record *made;

    (void)unused;
    answered_with(&event, "INJ-P00");
    made = decision.sends[0].made;
    assert_int_equal(record_count(made, "intervals/interval"), 1);
    assert_true(record_find(made, "project/region") != NULL);
    assert_null(record_find(made, "intervals/interval/name"));
    assert_false(decision.after.flags & CASE_LATE_ADDED);
    assert_int_equal(decision.after.part.injury.finding, COVER_INSURED + 1);
}

static void the_boundary_is_exact(void **unused)
{
    static const struct {
        const char *accident;
        const char *finding;
    } rows[] = {
        {"2026-01-12T07:29:59.999+08:00", "INJ-P03"}, /* before the entry */
        {"2026-01-12T07:30:00.000+08:00", "INJ-P01"}, /* at the entry, added within 48 hours */
        {"2026-01-13T08:59:59.999+08:00", "INJ-P01"},
        {"2026-01-13T09:00:00.000+08:00", "INJ-P00"}, /* the roster had him by then */
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_event event = cover_question(rows[i].accident);

        answered_with(&event, rows[i].finding);
        assert_int_equal((decision.after.flags & CASE_LATE_ADDED) != 0,
                         strcmp(rows[i].finding, "INJ-P01") == 0);
    }
}

static void an_exit_is_outside(void **unused)
{
    struct flow_event event = cover_question("2025-12-20T18:00:00+08:00");

    (void)unused;
    record_ask_for(arena, question, "张喆", INJURY_PERSON, "2025-12-20T17:59:59.999+08:00");
    answered_with(&event, "INJ-P00");
    record_ask_for(arena, question, "张喆", INJURY_PERSON, "2025-12-20T18:00:00+08:00");
    answered_with(&event, "INJ-P04");
}

static void too_late_on_the_roster_is_not_covered(void **unused)
{
    struct flow_event event = cover_question("2026-01-12T08:00:00+08:00");

    (void)unused;
    injury_put(arena, roster, "workers/worker/addedAt", "2026-01-14T08:00:00+08:00");
    answered_with(&event, "INJ-P01"); /* 48 hours, not a moment more */
    injury_put(arena, roster, "workers/worker/addedAt", "2026-01-14T08:00:00.001+08:00");
    answered_with(&event, "INJ-P05");
}

static void who_is_not_on_the_roster_is_told_so(void **unused)
{
    struct flow_event event = cover_question("2026-01-20T10:00:00+08:00");

    (void)unused;
    record_ask_for(arena, question, "张㛃", "529901195409012321", "2026-01-20T10:00:00+08:00");
    answered_with(&event, "INJ-P02");
    assert_null(record_find(decision.sends[0].made, "intervals"));
}

static void what_an_officer_decides_goes_to_the_core(void **unused)
{
    struct flow_event event = cover_question("2026-01-20T10:00:00+08:00");

    (void)unused;
    injury_set(arena, question, "person/name", "另一个人"); /* the name is not the roster's */
    put_to_core(&event);
    injury_set(arena, question, "person/name", "𠮷野㛃");
    injury_set(arena, question, "permitNumber", "440601202508019999");
    put_to_core(&event);
    injury_drop(question, "permitNumber");
    injury_set(arena, project, "suspensions/suspension/to",
               "2026-02-01"); /* work stood still */
    put_to_core(&event);
    injury_set(arena, project, "suspensions/suspension/to", "2025-10-07");
    answered_with(&event, "INJ-P00");
    injury_set(arena, roster, "workers/worker/identityNumber", INJURY_WITH_X);
    injury_set(arena, roster, "workers/worker/name", "𠮷野㛃");
    injury_set(arena, roster, "workers/worker/from", "yesterday"); /* cannot be read */
    answered_with(&event, "INJ-P00"); /* another row says it all the same */
    event = cover_question("2026-01-20T10:00:00+08:00");
    event.kept[1] = NULL; /* no roster was brought, or it is no longer kept */
    put_to_core(&event);
}

static void what_is_recalled(void **unused)
{
    struct record *body = record_of(arena, ACTION_COVER_QUERY);
    struct flow_recall recall;

    (void)unused;
    assert_false(
        injury_record_recall(ACTION_COVER_QUERY, body, &recall)); /* names no project */
    injury_set(arena, body, "projectNumber", INJURY_PROJECT);
    injury_set(arena, body, "reference/toRegion", "440604");
    assert_true(injury_record_recall(ACTION_COVER_QUERY, body, &recall));
    assert_int_equal(recall.in_region, 440000);
    assert_string_equal(recall.trace, "PRJ/" INJURY_PROJECT);
    assert_false(injury_record_recall(ACTION_INSURED_QUERY, body, &recall));
}

static void a_proof_is_read_again_where_it_comes(void **unused)
{
    struct flow_case asked = opened(EVENT_SUBMITTED, record_of(arena, ACTION_COVER_QUERY));
    struct record *body = record_of(arena, ACTION_COVER_PROOF);
    struct flow_event event = answer_to(EVENT_RECEIVED, body, &asked.part.injury.asked);

    (void)unused;
    injury_set(arena, body, "finding", "INJ-P03"); /* its own intervals say covered */
    accepted(&asked, &event);
    assert_true(warned("INJ-C36"));
    assert_int_equal(decision.after.part.injury.finding, COVER_INSURED + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(a_project_is_kept_with_its_roster),
        RECORD_TEST(a_project_goes_on_from_its_last_state),
        RECORD_TEST(a_roster_that_contradicts_itself_is_refused),
        RECORD_TEST(cover_that_is_kept_is_proven_at_once),
        RECORD_TEST(the_boundary_is_exact),
        RECORD_TEST(an_exit_is_outside),
        RECORD_TEST(too_late_on_the_roster_is_not_covered),
        RECORD_TEST(who_is_not_on_the_roster_is_told_so),
        RECORD_TEST(what_an_officer_decides_goes_to_the_core),
        RECORD_TEST(what_is_recalled),
        RECORD_TEST(a_proof_is_read_again_where_it_comes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
