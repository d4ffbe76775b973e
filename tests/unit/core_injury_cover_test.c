/* core_injury_cover_test.c - is an accident covered by the insurance of a project? */
#include "unit.h"

#include <string.h>

#include "core/injury_cover.h"
#include "injury_documents.h"

static struct arena *arena;
static struct rules rules;
static struct injury_project project;
static struct injury_intervals intervals;
static struct injury_cover cover;

static int setup_all(void **state)
{
    (void)state;
    arena = arena_new(1 << 22);
    return arena == NULL ? -1 : 0;
}

static int teardown_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct instant at(const char *text)
{
    struct instant instant = {0};

    assert_true(instant_parse(text_of(text), &instant));
    return instant;
}

static struct day on(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text_of(text), &day));
    return day;
}

/* The sample: cover from 1 August 2025 to 30 June 2026, no work from 1 to 7 October; a worker
 * from 3 August 07:30 to 20 December 18:00, and again from 12 January 07:30. */
static int fresh(void **state)
{
    struct record *proof;

    (void)state;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    proof = injury_document(arena, "cover_proof");
    injury_project_read(record_find(proof, "project"), &project);
    injury_intervals_read(record_find(proof, "intervals"), &intervals);
    assert_false(project.broken);
    assert_false(intervals.broken);
    return 0;
}

static enum injury_finding ask(const char *accident)
{
    injury_cover_decide(&project, &intervals, at(accident), at("2026-03-02T09:00:00+08:00"),
                        440600, &rules, &cover);
    return cover.finding;
}

static void expect(const char *accident, enum injury_finding finding)
{
    if (ask(accident) != finding)
        print_message("%s: %s, not %s\n", accident, injury_finding_code(cover.finding),
                      injury_finding_code(finding));
    assert_int_equal(cover.finding, finding);
}

/* --- reading ---------------------------------------------------------------------------- */

static void a_proof_is_read(void **state)
{
    (void)state;
    assert_int_equal(project.state, PROJECT_EXTENDED);
    assert_int_equal(project.starts_on.number, on("2025-08-01").number);
    assert_int_equal(project.extended_to.number, on("2026-06-30").number);
    assert_int_equal(project.ended_on.number, 0);
    assert_int_equal(project.pause_count, 1);
    assert_int_equal(intervals.count, 2);
    assert_int_equal(intervals.list[0].to.ms, at("2025-12-20T18:00:00+08:00").ms);
    assert_int_equal(intervals.list[1].to.ms, 0);
    assert_int_equal(intervals.list[1].version, 2);
}

static void the_project_document_says_the_same(void **state)
{
    struct injury_project other;

    (void)state;
    injury_project_read(injury_document(arena, "project"), &other);
    assert_int_equal(other.state, project.state);
    assert_int_equal(other.extended_to.number, project.extended_to.number);
    assert_int_equal(other.pauses[0].to.number, project.pauses[0].to.number);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct record *proof = injury_document(arena, "cover_proof");

    (void)state;
    injury_set(arena, proof, "project/plannedEnd", "2025-13-31");
    injury_project_read(record_find(proof, "project"), &project);
    assert_true(project.broken);
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    injury_set(arena, proof, "intervals/interval/from", "2025-08-03");
    injury_intervals_read(record_find(proof, "intervals"), &intervals);
    assert_true(intervals.broken);
    assert_int_equal(intervals.count, 1);
    injury_intervals_read(NULL, &intervals);
    assert_false(intervals.broken);
    assert_int_equal(intervals.count, 0);
}

static void too_many_are_said(void **state)
{
    struct record *proof = injury_document(arena, "cover_proof");

    (void)state;
    for (int i = 0; i < INJURY_PAUSES_MAX; i++)
        injury_put(arena, proof, "project/suspensions/+suspension/from", "2025-10-01");
    for (int i = 0; i < INJURY_INTERVALS_MAX; i++) {
        injury_put(arena, proof, "intervals/+interval/version", "1");
        injury_put(arena, proof, "intervals/interval/from", "2025-08-03T07:30:00+08:00");
    }
    injury_project_read(record_find(proof, "project"), &project);
    injury_intervals_read(record_find(proof, "intervals"), &intervals);
    assert_true(project.broken);
    assert_int_equal(project.pause_count, INJURY_PAUSES_MAX);
    assert_true(intervals.broken);
    assert_int_equal(intervals.count, INJURY_INTERVALS_MAX);
}

/* --- intervals -------------------------------------------------------------------------- */

static void entry_and_exit_count_to_the_minute(void **state)
{
    (void)state;
    expect("2025-08-03T07:29:00+08:00", COVER_BEFORE_ENTRY); /* one minute before */
    expect("2025-08-03T07:29:59.999+08:00", COVER_BEFORE_ENTRY);
    expect("2025-08-03T07:30:00+08:00", COVER_INSURED);
    expect("2025-08-02T23:30:00Z", COVER_INSURED);
    expect("2025-12-20T17:59:59.999+08:00", COVER_INSURED);
    expect("2025-12-20T18:00:00+08:00", COVER_AFTER_EXIT);
    expect("2026-01-12T07:29:00+08:00", COVER_AFTER_EXIT); /* between two entries */
    expect("2026-01-12T07:30:00+08:00", COVER_INSURED);
    assert_int_equal(cover.interval, 2);
    assert_int_equal(cover.answer, COVER_YES);
    assert_false(cover.ended_since);
    expect("2025-12-20T18:00:00+08:00", COVER_AFTER_EXIT);
    assert_int_equal(cover.answer, COVER_NO);
    assert_int_equal(cover.interval, 0);
}

static void nobody_is_covered_without_an_interval(void **state)
{
    (void)state;
    intervals.count = 0;
    expect(INJURY_ACCIDENT, COVER_NOT_ON_ROSTER);
    intervals.broken = true;
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    assert_int_equal(cover.answer, COVER_UNDECIDED);
}

static void a_good_interval_is_enough(void **state)
{
    (void)state;
    intervals.broken = true;
    expect(INJURY_ACCIDENT, COVER_INSURED);
}

/* --- late additions ---------------------------------------------------------------------- */

static void added_late(const char *added)
{
    intervals.list[1].late = true;
    intervals.list[1].added_at = at(added);
}

static void late_additions_have_a_limit(void **state)
{
    (void)state;
    added_late("2026-01-12T14:35:00+08:00"); /* the very moment: not after it */
    expect(INJURY_ACCIDENT, COVER_INSURED);
    added_late("2026-01-12T14:35:00.001+08:00");
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    added_late("2026-01-14T14:35:00+08:00"); /* 48 hours */
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    assert_int_equal(cover.answer, COVER_YES);
    assert_int_equal(cover.interval, 2);
    added_late("2026-01-14T14:35:00.001+08:00");
    expect(INJURY_ACCIDENT, COVER_ADDED_TOO_LATE);
    assert_int_equal(cover.answer, COVER_NO);
}

static void the_limit_is_a_rule(void **state)
{
    (void)state;
    added_late("2026-01-14T14:35:00+08:00");
    rules.count = 1;
    rules.rows[0] = (struct rule){.id = "INJ-LATE", .from = on("2026-01-01"), .value = 24};
    expect(INJURY_ACCIDENT, COVER_ADDED_TOO_LATE);
    rules.rows[0].from = on("2026-01-13"); /* the day of the accident counts */
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    rules.rows[0] = (struct rule){.id = "INJ-LATE-440000", .from = {1}, .value = 47};
    expect(INJURY_ACCIDENT, COVER_ADDED_TOO_LATE);
    strcpy(rules.rows[0].id, "INJ-LATE-520000"); /* another province's */
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    strcpy(rules.rows[0].id, "INJ-LATE");
    rules.rows[0].value = 0; /* none may be added after the accident */
    expect(INJURY_ACCIDENT, COVER_ADDED_TOO_LATE);
    rules.rows[0].value = -1; /* not regarded */
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    rules.rows[0].value = INT64_MAX;
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
}

/* Two companies named the worker: the row in time counts, whichever comes first. */
static void the_better_interval_counts(void **state)
{
    (void)state;
    added_late("2026-02-01T00:00:00+08:00");
    intervals.list[2] = intervals.list[1];
    intervals.list[2].added_at = at("2026-01-13T00:00:00+08:00");
    intervals.count = 3;
    expect(INJURY_ACCIDENT, COVER_INSURED_LATE);
    assert_int_equal(cover.interval, 3);
    intervals.list[0] = intervals.list[1];
    intervals.list[0].late = false;
    expect(INJURY_ACCIDENT, COVER_INSURED);
    assert_int_equal(cover.interval, 1);
}

/* --- the project -------------------------------------------------------------------------- */

/* Somebody who was there all the time. */
static void always_there(void)
{
    intervals.count = 1;
    intervals.list[0] = (struct injury_interval){.from = at("2025-07-01T00:00:00+08:00"),
                                                 .version = 1};
}

static void cover_has_a_first_and_a_last_day(void **state)
{
    (void)state;
    always_there();
    expect("2025-07-31T23:59:59.999+08:00", COVER_BEFORE_START);
    expect("2025-08-01T00:00:00+08:00", COVER_INSURED);
    expect("2026-06-30T23:59:59.999+08:00", COVER_INSURED);
    expect("2026-07-01T00:00:00+08:00", COVER_AFTER_END);
    project.extended_to = (struct day){0};
    expect("2025-12-31T23:59:00+08:00", COVER_INSURED);
    expect("2026-01-01T00:00:00+08:00", COVER_AFTER_END);
}

static void the_actual_end_comes_first(void **state)
{
    (void)state;
    always_there();
    project.state = PROJECT_COMPLETED;
    project.ended_on = on("2026-02-10");
    expect("2026-02-10T23:59:00+08:00", COVER_INSURED);
    expect("2026-02-11T00:00:00+08:00", COVER_AFTER_END);
}

static void an_extension_must_be_registered(void **state)
{
    (void)state;
    always_there();
    project.state = PROJECT_CLOSED;
    project.ended_on = on("2026-07-15");
    expect("2026-07-01T08:00:00+08:00", COVER_NOT_EXTENDED);
    assert_int_equal(cover.answer, COVER_UNDECIDED);
    expect("2026-07-16T00:00:00+08:00", COVER_AFTER_END);
}

/* The project ended before the recognition: what happened in its time stays covered. */
static void benefits_outlive_the_project(void **state)
{
    (void)state;
    project.state = PROJECT_COMPLETED;
    project.ended_on = on("2026-02-10");
    expect(INJURY_ACCIDENT, COVER_INSURED);
    assert_true(cover.ended_since);
    project.ended_on = on("2026-03-02"); /* today is still within */
    expect(INJURY_ACCIDENT, COVER_INSURED);
    assert_false(cover.ended_since);
    project.state = PROJECT_CLOSED;
    project.ended_on = on("2026-03-01");
    expect(INJURY_ACCIDENT, COVER_INSURED);
    assert_true(cover.ended_since);
}

static void the_premium_is_paid_before(void **state)
{
    (void)state;
    project.paid_on = on("2026-01-12"); /* the same day */
    expect(INJURY_ACCIDENT, COVER_INSURED);
    project.paid_on = on("2026-01-13");
    expect(INJURY_ACCIDENT, COVER_NOT_PAID);
    project.paid_on = (struct day){0};
    project.state = PROJECT_REGISTERED;
    expect(INJURY_ACCIDENT, COVER_NOT_PAID);
    assert_int_equal(cover.answer, COVER_NO);
}

static void a_cancelled_insurance_covers_nothing(void **state)
{
    (void)state;
    project.state = PROJECT_CANCELLED;
    expect(INJURY_ACCIDENT, COVER_CANCELLED);
}

static void suspended_work_is_for_an_officer(void **state)
{
    (void)state;
    always_there();
    expect("2025-09-30T23:59:00+08:00", COVER_INSURED);
    expect("2025-10-01T00:00:00+08:00", COVER_SUSPENDED);
    expect("2025-10-07T23:59:00+08:00", COVER_SUSPENDED);
    expect("2025-10-08T00:00:00+08:00", COVER_INSURED);
    project.state = PROJECT_SUSPENDED;
    project.pauses[0].to = (struct day){0}; /* to this day */
    expect(INJURY_ACCIDENT, COVER_SUSPENDED);
    assert_int_equal(cover.answer, COVER_UNDECIDED);
    expect("2025-09-30T23:59:00+08:00", COVER_INSURED);
}

static void contradictions_are_for_an_officer(void **state)
{
    const struct injury_project good = project;

    (void)state;
    project.state = PROJECT_UNKNOWN;
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    project = good;
    project.starts_on = (struct day){0};
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    project = good;
    project.extended_to = on("2025-07-31");
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    project = good;
    project.state = PROJECT_COMPLETED; /* and no end */
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    project = good;
    project.ended_on = on("2025-07-31");
    expect(INJURY_ACCIDENT, COVER_DATA_CONTRADICTS);
    assert_int_equal(cover.answer, COVER_UNDECIDED);
}

/* The same question, asked in one line of arithmetic, for every 31 minutes of 13 months. */
static void a_second_reckoning_agrees(void **state)
{
    const int64_t start = at("2025-08-01T00:00:00+08:00").ms;
    const int64_t end = at("2026-07-01T00:00:00+08:00").ms;
    const int64_t pause = at("2025-10-01T00:00:00+08:00").ms;
    const int64_t work = at("2025-10-08T00:00:00+08:00").ms;
    const int64_t entry = at("2025-08-03T07:30:00+08:00").ms;
    const int64_t exit = at("2025-12-20T18:00:00+08:00").ms;
    const int64_t again = at("2026-01-12T07:30:00+08:00").ms;
    size_t covered = 0;

    (void)state;
    for (int64_t ms = start - 86400000; ms < end + 30 * INT64_C(86400000); ms += 31 * 60000) {
        bool there = (ms >= entry && ms < exit) || ms >= again;
        bool expected = ms >= start && ms < end && !(ms >= pause && ms < work) && there;

        injury_cover_decide(&project, &intervals, (struct instant){ms}, (struct instant){ms},
                            440600, &rules, &cover);
        assert_int_equal(cover.answer == COVER_YES, expected);
        covered += expected;
    }
    assert_true(covered > 10000);
}

/* --- the roster ----------------------------------------------------------------------------
 */

static void add_worker(struct record *roster, const char *number, const char *version,
                       const char *from, const char *to)
{
    injury_put(arena, roster, "workers/+worker/version", version);
    injury_put(arena, roster, "workers/worker/identityNumber", number);
    injury_put(arena, roster, "workers/worker/from", from);
    if (to != NULL)
        injury_put(arena, roster, "workers/worker/to", to);
    injury_put(arena, roster, "workers/worker/lateAdded", "false");
}

static size_t find(const struct record *roster, const char *number)
{
    injury_roster_find(roster, text_of(number), on("2026-03-02"), &intervals);
    return intervals.count;
}

static void old_and_small_letters_are_the_same_person(void **state)
{
    struct record *roster = injury_document(arena, "roster");

    (void)state;
    assert_int_equal(find(roster, INJURY_PERSON), 1);
    assert_int_equal(find(roster, "529901820307121"), 1); /* 15 digits */
    assert_int_equal(find(roster, "52990119850101020x"), 1);
    assert_int_equal(find(roster, "529901850101020"), 1);
    assert_true(intervals.list[0].late);
    assert_int_equal(find(roster, "529901850101021"), 0);
    assert_int_equal(find(roster, "529901198203071216"), 0); /* another check digit */
    assert_int_equal(find(roster, ""), 0);
    injury_set(arena, roster, "workers/worker/identityNumber", "H12345678");
    assert_int_equal(find(roster, "H12345678"), 1);
    assert_int_equal(find(roster, "h12345678"), 0);
}

static void the_highest_version_counts(void **state)
{
    struct record *roster = injury_document(arena, "roster");

    (void)state;
    add_worker(roster, "529901820307121", "3", "2025-08-02T23:30:00Z",
               "2025-11-30T18:00:00+08:00");
    add_worker(roster, INJURY_PERSON, "2", "2025-08-03T07:30:00+08:00", NULL);
    assert_int_equal(find(roster, INJURY_PERSON), 1);
    assert_int_equal(intervals.list[0].version, 3);
    assert_int_equal(intervals.list[0].to.ms, at("2025-11-30T18:00:00+08:00").ms);
    add_worker(roster, INJURY_PERSON, "3", "2025-08-03T07:30:00+08:00", NULL); /* twice */
    assert_int_equal(find(roster, INJURY_PERSON), 1);
    assert_int_equal(intervals.list[0].to.ms, at("2025-11-30T18:00:00+08:00").ms);
    add_worker(roster, INJURY_PERSON, "4", "2025-08-03T07:30:00+08:00", NULL);
    injury_put(arena, roster, "workers/worker/cancelled", "true");
    assert_int_equal(find(roster, INJURY_PERSON), 0);
    assert_false(intervals.broken);
}

static void a_row_of_theirs_that_cannot_be_read_is_said(void **state)
{
    struct record *roster = injury_document(arena, "roster");

    (void)state;
    add_worker(roster, INJURY_PERSON, "1", "2026-01-01T08:00:00+08:00",
               "2026-01-01T08:00:00+08:00"); /* no time at all */
    assert_int_equal(find(roster, INJURY_PERSON), 1);
    assert_true(intervals.broken);
    assert_int_equal(find(roster, INJURY_WITH_X), 1);
    assert_false(intervals.broken);
}

/* --- states and premium --------------------------------------------------------------------
 */

static void states_follow_each_other(void **state)
{
    static const char *const allowed[] = {
        "registered paid",    "registered active",   "registered cancelled",
        "paid active",        "paid extended",       "paid suspended",
        "paid completed",     "paid cancelled",      "active extended",
        "active suspended",   "active completed",    "active cancelled",
        "extended suspended", "extended completed",  "suspended active",
        "suspended extended", "suspended completed", "suspended cancelled",
        "completed closed",
    };
    size_t count = 0;

    (void)state;
    for (int from = PROJECT_UNKNOWN; from <= PROJECT_STATES; from++)
        for (int to = PROJECT_UNKNOWN; to <= PROJECT_STATES; to++)
            count += from != to && injury_project_may_become((enum injury_project_state)from,
                                                             (enum injury_project_state)to);
    assert_int_equal(count, COUNT_OF(allowed));
    for (size_t i = 0; i < COUNT_OF(allowed); i++) {
        struct text rest = text_of(allowed[i]);
        enum injury_project_state from = injury_project_state_of(text_cut(&rest, ' '));

        assert_true(injury_project_may_become(from, injury_project_state_of(rest)));
        assert_true(injury_project_may_become(from, from));
    }
    assert_false(injury_project_may_become(PROJECT_UNKNOWN, PROJECT_UNKNOWN));
    assert_int_equal(injury_project_state_of(TEXT("ACTIVE")), PROJECT_UNKNOWN);
    assert_int_equal(injury_project_state_of(TEXT("unknown")), PROJECT_UNKNOWN);
    assert_string_equal(injury_project_state_name(PROJECT_STATES), "unknown");
}

static void expect_premium(int64_t base, const char *rate, int64_t fen)
{
    struct money premium = {-1};

    assert_true(injury_premium((struct money){base}, text_of(rate), &premium));
    assert_int_equal(premium.fen, fen);
}

static void the_premium_is_rounded_half_up(void **state)
{
    static const char *const bad[] = {"",     "0",     "0.",   ".0006", "1.0",         "0,0006",
                                      "0.0x", "-0.1",  "0.1 ", "6e-4",  "0.000000001", "00.01",
                                      "1",    "0.06%", "０.1"};
    struct money premium = {7};

    (void)state;
    expect_premium(8123456789, "0.0006", 4874074); /* 48 740.740734 yuan */
    expect_premium(100000, "0.00066", 66);
    expect_premium(1, "0.5", 1); /* half a fen */
    expect_premium(1, "0.49999999", 0);
    expect_premium(3, "0.5", 2);
    expect_premium(0, "0.99999999", 0);
    expect_premium(7, "0.0", 0);
    expect_premium(MONEY_MAX, "0.99999999", INT64_C(8999999910000000));
    expect_premium(MONEY_MAX, "0.00000001", 90000000);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(injury_premium((struct money){100}, text_of(bad[i]), &premium));
    assert_false(injury_premium((struct money){-1}, TEXT("0.0006"), &premium));
    assert_false(injury_premium((struct money){MONEY_MAX + 1}, TEXT("0.0006"), &premium));
    assert_int_equal(premium.fen, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_proof_is_read, fresh),
        cmocka_unit_test_setup(the_project_document_says_the_same, fresh),
        cmocka_unit_test_setup(what_cannot_be_read_is_said, fresh),
        cmocka_unit_test_setup(too_many_are_said, fresh),
        cmocka_unit_test_setup(entry_and_exit_count_to_the_minute, fresh),
        cmocka_unit_test_setup(nobody_is_covered_without_an_interval, fresh),
        cmocka_unit_test_setup(a_good_interval_is_enough, fresh),
        cmocka_unit_test_setup(late_additions_have_a_limit, fresh),
        cmocka_unit_test_setup(the_limit_is_a_rule, fresh),
        cmocka_unit_test_setup(the_better_interval_counts, fresh),
        cmocka_unit_test_setup(cover_has_a_first_and_a_last_day, fresh),
        cmocka_unit_test_setup(the_actual_end_comes_first, fresh),
        cmocka_unit_test_setup(an_extension_must_be_registered, fresh),
        cmocka_unit_test_setup(benefits_outlive_the_project, fresh),
        cmocka_unit_test_setup(the_premium_is_paid_before, fresh),
        cmocka_unit_test_setup(a_cancelled_insurance_covers_nothing, fresh),
        cmocka_unit_test_setup(suspended_work_is_for_an_officer, fresh),
        cmocka_unit_test_setup(a_second_reckoning_agrees, fresh),
        cmocka_unit_test_setup(contradictions_are_for_an_officer, fresh),
        cmocka_unit_test_setup(old_and_small_letters_are_the_same_person, fresh),
        cmocka_unit_test_setup(the_highest_version_counts, fresh),
        cmocka_unit_test_setup(a_row_of_theirs_that_cannot_be_read_is_said, fresh),
        cmocka_unit_test_setup(states_follow_each_other, fresh),
        cmocka_unit_test_setup(the_premium_is_rounded_half_up, fresh),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
