/* core_injury_checks_test.c - each check of a work-injury document, with good and bad examples.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/injury_checks.h"
#include "injury_documents.h"

static struct arena *arena;
static struct rules rules;
static struct injury_issues issues;
static struct day today;

static int setup_all(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    return arena != NULL && day_from(2026, 3, 2, &today) ? 0 : -1;
}

static int teardown_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    return 0;
}

static void run(const struct record *document)
{
    struct error err = ERROR_INIT;

    assert_true(injury_checks_run(document, today, &rules, arena, &issues, &err));
}

static const struct injury_issue *found(const char *code)
{
    for (size_t i = 0; i < issues.count; i++)
        if (strcmp(issues.list[i].code, code) == 0)
            return &issues.list[i];
    return NULL;
}

static void print_issues(void)
{
    for (size_t i = 0; i < issues.count; i++)
        print_message("%s row %u %s\n", issues.list[i].code, issues.list[i].row,
                      issues.list[i].hard ? "hard" : "soft");
}

static void expect_none(const struct record *document)
{
    run(document);
    if (issues.count > 0) {
        print_message("%s:\n", document->name);
        print_issues();
    }
    assert_int_equal(issues.count, 0);
    assert_false(issues.hard);
}

static void expect(const char *code, bool hard, unsigned row)
{
    const struct injury_issue *issue = found(code);

    if (issue == NULL || issue->hard != hard || issue->row != row) {
        print_message("wanted %s row %u\n", code, row);
        print_issues();
    }
    assert_non_null(issue);
    assert_int_equal(issue->hard, hard);
    assert_int_equal(issue->row, row);
    assert_true(!hard || issues.hard);
}

static void good_documents_have_no_issue(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(injury_samples); i++)
        expect_none(injury_document(arena, injury_samples[i].name));
}

static void an_unknown_document_passes(void **state)
{
    struct record *root = record_new(arena, "letter");

    (void)state;
    assert_non_null(root);
    expect_none(root);
}

/* --- one thing wrong -------------------------------------------------------------------- */

/* The first field at this path changed, made or taken away: this code must be among what is
 * found. */
static const struct wrong {
    const char *code;
    bool hard;
    unsigned row;
    const char *document;
    const char *path;
    const char *value; /* NULL: taken away */
} wrongs[] = {
    {"INJ-C01", true, 0, "recognition", "accidentAt", "2026-01-15T00:00:00+08:00"},
    {"INJ-C01", true, 0, "recognition", "accidentAt", "2026-01-14T16:00:00Z"},
    {"INJ-C01", true, 0, "recognition", "reportedOn", "2026-01-11"},
    {"INJ-C02", true, 0, "recognition", "acceptedOn", "2026-01-13"},
    {"INJ-C02", true, 0, "recognition", "acceptedOn", "2026-13-16"},
    {"INJ-C03", true, 0, "recognition", "decidedOn", "2026-01-15"},
    {"INJ-C03", true, 0, "recognition", "decidedOn", "2026-02-30"},
    {"INJ-C04", true, 0, "recognition", "degree", "death"},
    {"INJ-C04", true, 0, "recognition", "degree", "missing"},
    {"INJ-C04", true, 0, "recognition", "deathDate", "2026-01-12"},
    {"INJ-C05", true, 0, "recognition", "accidentAt", NULL},
    {"INJ-C05", true, 0, "recognition", "occupationalDisease", "矽肺一期"},
    {"INJ-C06", true, 0, "recognition", "paidLeaveFrom", "2026-01-11"},
    {"INJ-C06", true, 0, "recognition", "paidLeaveTo", "2026-01-11"},
    {"INJ-C07", false, 0, "recognition", "paidLeaveTo", "2028-01-13"},
    {"INJ-C08", true, 0, "recognition", "change", "changed"},
    {"INJ-C08", true, 0, "recognition", "revision", "2"},
    {"INJ-C08", true, 0, "recognition", "withdrawal/withdrawnOn", "2026-03-01"},
    {"INJ-C08", true, 0, "appraisal", "change", "withdrawn"},
    {"INJ-C08", true, 0, "confirmation", "change", "withdrawn"},
    {"INJ-C09", true, 0, "appraisal", "accidentAt", "2026-02-24T00:00:00+08:00"},
    {"INJ-C09", true, 0, "appraisal", "appliedOn", "2026-03-02"},
    {"INJ-C09", true, 0, "appraisal", "concludedOn", "2026-02-22"},
    {"INJ-C09", true, 0, "entrusted_appraisal", "appliedOn", "2026-01-11"},
    {"INJ-C10", true, 0, "appraisal", "grade", "0"},
    {"INJ-C10", true, 0, "appraisal", "grade", "11"},
    {"INJ-C10", true, 0, "appraisal", "grade", "九"},
    {"INJ-C10", true, 0, "appraisal", "nursing", "4"},
    {"INJ-C10", true, 0, "appraisal", "nursing", "-1"},
    {"INJ-C10", true, 0, "entrusted_result", "grade", "12"},
    {"INJ-C10", true, 0, "eligibility_check", "grade", ""},
    {"INJ-C10", true, 1, "insured_state", "recognitions/recognition/grade", "99"},
    {"INJ-C11", true, 0, "recognition", "conclusion", "perhaps"},
    {"INJ-C11", true, 0, "recognition", "conclusion", ""},
    {"INJ-C11", true, 0, "recognition", "conclusion", "not_injury"}, /* with paid leave */
    {"INJ-C11", true, 1, "insured_state", "recognitions/recognition/conclusion", "INJURY"},
    {"INJ-C12", true, 0, "appraisal", "appraisalKind", "again"},
    {"INJ-C12", true, 0, "appraisal", "previousNumber", "粤劳鉴〔2025〕1号"},
    {"INJ-C15", false, 0, "recognition", "accidentAt", "2025-12-14T09:00:00+08:00"},
    {"INJ-C17", false, 0, "recognition", "acceptedOn", "2025-12-21"},
    {"INJ-C18", true, 0, "recognition", "person/identityNumber", "529901198203071216"},
    {"INJ-C18", true, 0, "recognition", "person/identityNumber", "5299011982030712"},
    {"INJ-C18", true, 0, "recognition", "person/identityNumber", INJURY_WITH_X},
    {"INJ-C18", true, 0, "recognition", "person/sex", "2"},
    {"INJ-C18", true, 0, "recognition", "person/birthDate", "1982-03-08"},
    {"INJ-C18", true, 0, "recognition", "person/birthDate", "1982-13-07"},
    {"INJ-C18", true, 1, "roster", "workers/worker/identityNumber", "529901198203071214"},
    {"INJ-C18", true, 1, "eligibility_check", "dependants/dependant/identityNumber", "1"},
    {"INJ-C19", true, 0, "recognition", "employer/code", "91449900MA00TE5136"},
    {"INJ-C19", true, 0, "insured_query", "person/employerCode", "91449900MA00TE513"},
    {"INJ-C19", true, 1, "roster", "workers/worker/companyCode", "00000000000000000A"},
    {"INJ-C19", true, 0, "cover_proof", "project/contractorCode", INJURY_LABOUR "A"},
    {"INJ-C20", true, 0, "recognition", "reference/toRegion", "440300"},
    {"INJ-C20", true, 0, "recognition", "reference/fromRegion", "44"},
    {"INJ-C20", true, 0, "project", "reference/toRegion", "520000"},
    {"INJ-C20", true, 0, "answer", "reference/toRegion", "0"},
    {"INJ-C20", true, 0, "roster", "reference/toRegion", NULL},
    {"INJ-C21", true, 0, "insured_state", "result/code", "INJ-R01"},
    {"INJ-C21", true, 0, "insured_state", "insured", NULL},
    {"INJ-C21", true, 0, "insured_state", "result/verdict", "rejected"},
    {"INJ-C21", true, 0, "cover_proof", "project", NULL},
    {"INJ-C21", true, 0, "cover_proof", "result/verdict", "rejected"},
    {"INJ-C21", true, 0, "assistance_reply", "findings", NULL},
    {"INJ-C21", true, 0, "entrusted_result", "examinedOn", NULL},
    {"INJ-C21", true, 0, "eligibility_result", "eligible", NULL},
    {"INJ-C21", true, 0, "duplicate_result", "found", NULL},
    {"INJ-C22", true, 0, "insured_state", "insured/endReason", NULL},
    {"INJ-C22", true, 0, "insured_state", "insured/endedOn", NULL},
    {"INJ-C22", true, 0, "insured_state", "insured/endedOn", "2024-02-29"},
    {"INJ-C22", true, 0, "insured_state", "insured/state", "insured"},
    {"INJ-C24", true, 1, "insured_state", "filings/filing/recognitionNumber", "RD0"},
    {"INJ-C24", true, 1, "insured_state", "filings/filing/to", "2026-01-31"},
    {"INJ-C25", true, 1, "roster", "workers/worker/to", "2025-08-03T07:30:00+08:00"},
    {"INJ-C25", true, 1, "roster", "workers/worker/lateAdded", "true"},
    {"INJ-C25", true, 1, "roster", "workers/worker/from", "2025-13-03T07:30:00+08:00"},
    {"INJ-C25", true, 1, "roster", "workers/worker/version", "x"},
    {"INJ-C26", true, 0, "project", "startsOn", "2026-01-01"},
    {"INJ-C26", true, 0, "project", "extendedTo", "2025-12-31"},
    {"INJ-C26", true, 0, "project", "extendedTo", NULL}, /* the state says extended */
    {"INJ-C26", true, 0, "project", "paidOn", NULL},
    {"INJ-C26", true, 0, "project", "state", "completed"},
    {"INJ-C26", true, 0, "project", "state", "registered"},
    {"INJ-C26", true, 0, "project", "state", "asleep"},
    {"INJ-C26", true, 1, "project", "suspensions/suspension/to", "2025-09-30"},
    {"INJ-C26", true, 0, "cover_notice", "project/endedOn", "2025-07-31"},
    {"INJ-C27", true, 0, "project", "premium", "48740.75"},
    {"INJ-C27", true, 0, "project", "base/rate", "0.0007"},
    {"INJ-C27", true, 0, "project", "base/rate", "0.06%"},
    {"INJ-C27", true, 0, "project", "base/amount", NULL},
    {"INJ-C29", true, 0, "confirmation", "devices", NULL},
    {"INJ-C29", true, 0, "confirmation", "confirmationKind", "relapse"},
    {"INJ-C29", true, 0, "confirmation", "validTo", "2026-02-28"},
    {"INJ-C29", true, 0, "confirmation", "accidentAt", "2026-03-02T00:00:00+08:00"},
    {"INJ-C30", true, 1, "assistance_reply", "bills/bill/to", "2026-01-31"},
    {"INJ-C30", true, 1, "duplicate_result", "benefits/benefit/to", "2025-10"},
    {"INJ-C30", true, 1, "eligibility_check", "benefits/benefit/to", "2020-13"},
    {"INJ-C31", true, 0, "eligibility_result", "alive", "false"},
    {"INJ-C31", true, 0, "eligibility_result", "deathDate", "2026-02-01"},
    {"INJ-C32", true, 0, "duplicate_result", "benefits", NULL},
    {"INJ-C32", true, 0, "duplicate_result", "found", "false"},
    {"INJ-C33", true, 0, "stop_notice", "knownOn", "2026-02-25"},
    {"INJ-C34", true, 0, "stop_notice", "knownOn", "2026-03-03"},
    {"INJ-C34", true, 0, "appraisal", "concludedOn", "2026-03-03"},
    {"INJ-C36", false, 2, "cover_proof", "finding", "INJ-P04"},
    {"INJ-C36", false, 0, "cover_notice", "accidentAt", "2026-01-12T07:29:00+08:00"},
    {"INJ-C36", false, 0, "cover_notice", "intervals", NULL},
    {"INJ-C37", false, 1, "insured_state", "filings/filing/state", "effective"},
    {"INJ-C34", true, 0, "cover_query", "accidentAt", "2026-03-02T16:00:00Z"},
};

static void one_wrong_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
        const struct wrong *wrong = &wrongs[i];
        struct record *root = injury_document(arena, wrong->document);

        if (wrong->value == NULL)
            injury_drop(root, wrong->path);
        else
            injury_set(arena, root, wrong->path, wrong->value);
        run(root);
        expect(wrong->code, wrong->hard, wrong->row);
    }
}

/* What is unusual and right. */
static const struct right {
    const char *document;
    const char *path;
    const char *value;
} rights[] = {
    {"recognition", "accidentAt", "2026-01-12T23:59:59.999+08:00"},
    {"recognition", "reportedOn", "2026-01-12"},
    {"recognition", "reportedOn", "2026-01-16"},
    {"recognition", "decidedOn", "2026-01-16"},
    {"recognition", "conclusion", "deemed"},
    {"recognition", "person/identityNumber", "529901820307121"}, /* the old form */
    {"recognition", "person/identityNumber", "５２９９０１１９８２０３０７１２１５"},
    {"recognition", "person/sex", "9"},
    {"recognition", "person/sex", NULL},
    {"recognition", "person/birthDate", NULL},
    {"recognition", "employer/code", NULL},
    {"insured_query", "person/identityNumber", "52990119850101020x"},
    {"appraisal", "grade", NULL},
    {"appraisal", "grade", "10"},
    {"appraisal", "grade", "1"},
    {"appraisal", "nursing", "3"},
    {"insured_state", "insured/endedOn", "2024-03-01"},
    {"roster", "workers/worker/companyCode", NULL},
    {"project", "suspensions", NULL},
    {"confirmation", "validTo", NULL},
    {"confirmation", "validTo", "2026-03-01"},
    {"stop_notice", "knownOn", "2026-02-26"},
    {"answer", "reference/toRegion", "440000"}, /* about a project */
    {"reminder", "reference/toRegion", "440000"},
    {"cover_query", "accidentAt", "2026-03-02T15:59:59Z"}, /* still today in China */
};

static void one_unusual_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rights); i++) {
        struct record *root = injury_document(arena, rights[i].document);

        if (rights[i].value == NULL)
            injury_drop(root, rights[i].path);
        else
            injury_set(arena, root, rights[i].path, rights[i].value);
        expect_none(root);
    }
}

/* --- several things --------------------------------------------------------------------- */

static void other_papers_have_no_check_digit(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    injury_set(arena, root, "person/identityType", "08");
    injury_set(arena, root, "person/identityNumber", "E00000000");
    expect_none(root);
    injury_set(arena, root, "person/identityType", "01");
    run(root);
    expect("INJ-C18", true, 0);
}

static void an_occupational_disease_has_a_diagnosis(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    injury_drop(root, "accidentAt");
    injury_drop(root, "paidLeaveFrom");
    injury_drop(root, "paidLeaveTo");
    injury_set(arena, root, "occupationalDisease", "矽肺一期");
    injury_set(arena, root, "diagnosedOn", "2026-01-05");
    expect_none(root);
    injury_set(arena, root, "diagnosedOn", "2026-01-15");
    run(root);
    expect("INJ-C01", true, 0);
}

static void a_death_is_not_before_the_accident(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    injury_set(arena, root, "degree", "death");
    injury_set(arena, root, "deathDate", "2026-01-12");
    expect_none(root);
    injury_set(arena, root, "deathDate", "2026-01-11");
    run(root);
    expect("INJ-C04", true, 0);
}

static void a_withdrawal_says_when_and_why(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    injury_set(arena, root, "change", "withdrawn");
    injury_set(arena, root, "revision", "2");
    injury_set(arena, root, "withdrawal/withdrawnOn", "2026-03-01");
    injury_set(arena, root, "withdrawal/reason", "court");
    expect_none(root);
    injury_set(arena, root, "withdrawal/withdrawnOn", "2026-02-19"); /* before the decision */
    run(root);
    expect("INJ-C08", true, 0);
    injury_set(arena, root, "withdrawal/withdrawnOn", "2026-03-03"); /* tomorrow */
    run(root);
    expect("INJ-C34", true, 0);
}

static struct record *appraised_again(const char *kind, const char *previous,
                                      const char *applied)
{
    struct record *root = injury_document(arena, "appraisal");

    injury_set(arena, root, "accidentAt", "2024-01-12T14:35:00+08:00");
    injury_set(arena, root, "appraisalKind", kind);
    injury_set(arena, root, "previousNumber", "粤劳鉴〔2025〕00001号");
    injury_set(arena, root, "previousOn", previous);
    injury_set(arena, root, "appliedOn", applied);
    return root;
}

static void when_an_appraisal_may_be_asked_again(void **state)
{
    (void)state;
    expect_none(appraised_again("again", "2026-02-08", "2026-02-23"));
    run(appraised_again("again", "2026-02-07", "2026-02-23"));
    expect("INJ-C14", false, 0);
    assert_null(found("INJ-C13"));
    expect_none(appraised_again("review", "2025-02-23", "2026-02-23"));
    run(appraised_again("review", "2025-02-24", "2026-02-23"));
    expect("INJ-C13", false, 0);
    assert_null(found("INJ-C14"));
    run(appraised_again("review", "2026-03-01", "2026-03-01")); /* not before the new one */
    expect("INJ-C12", true, 0);
}

static void periods_are_rules_of_the_day(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    injury_set(arena, root, "accidentAt", "2025-01-13T14:35:00+08:00");
    run(root);
    expect("INJ-C15", false, 0);
    expect("INJ-C16", false, 0); /* a year ended on 13 January */
    injury_set(arena, root, "accidentAt", "2025-01-14T14:35:00+08:00");
    run(root);
    assert_null(found("INJ-C16"));
    rules.count = 2;
    rules.rows[0] = (struct rule){.id = "INJ-REPORT", .from = {1}, .value = 400};
    rules.rows[1] = (struct rule){.id = "INJ-REPORT-LAST", .from = {1}, .value = 13};
    expect_none(root);
    rules.rows[0].value = -1; /* not regarded */
    run(root);
    expect("INJ-C15", false, 0);
    rules.rows[0].value = INT64_MAX;
    run(root);
    expect("INJ-C15", false, 0);
    assert_false(issues.hard);
}

/* 29 February 2028 and 24 months, 31 August and 6 months: the last day of the month. */
static void months_end_with_their_last_day(void **state)
{
    struct record *root = injury_document(arena, "recognition");

    (void)state;
    rules.count = 1;
    rules.rows[0] = (struct rule){.id = "INJ-LEAVE", .from = {1}, .value = 1};
    injury_set(arena, root, "paidLeaveFrom", "2026-01-31");
    injury_set(arena, root, "paidLeaveTo", "2026-02-28");
    expect_none(root);
    injury_set(arena, root, "paidLeaveTo", "2026-03-01");
    run(root);
    expect("INJ-C07", false, 0);
    rules.rows[0].value = 36500; /* past the calendar */
    injury_set(arena, root, "paidLeaveTo", "2199-12-31");
    expect_none(root);
}

/* --- lists ------------------------------------------------------------------------------ */

static void one_number_stands_once(void **state)
{
    struct record *root = injury_document(arena, "insured_state");

    (void)state;
    injury_put(arena, root, "recognitions/recognition/recognitionNumber", "RD2026000123");
    run(root);
    expect("INJ-C23", true, 2);
}

static void two_recognitions_of_one_accident_are_seen(void **state)
{
    struct record *root = injury_document(arena, "insured_state");

    (void)state;
    injury_put(arena, root, "recognitions/recognition/accidentAt", "2026-01-12T06:35:00Z");
    run(root);
    expect("INJ-C23", false, 2);
    injury_put(arena, root, "recognitions/recognition/state", "withdrawn");
    expect_none(root);
}

/* A filing of a withdrawn recognition is no fault once it is not effective any more. */
static void an_effective_filing_has_a_recognition(void **state)
{
    struct record *root = injury_document(arena, "insured_state");

    (void)state;
    injury_set(arena, root, "recognitions/recognition/state", "withdrawn");
    expect_none(root);
    injury_set(arena, root, "filings/filing/state", "effective");
    run(root);
    expect("INJ-C24", true, 1);
    injury_set(arena, root, "recognitions/recognition/state", "contested"); /* is still paid */
    injury_set(arena, root, "insured/state", "insured");
    injury_drop(root, "insured/endedOn");
    injury_drop(root, "insured/endReason");
    expect_none(root);
}

/* What a proof finds is what its data say; each is changed with the other. */
static void a_finding_follows_its_data(void **state)
{
    struct record *root = injury_document(arena, "cover_proof");

    (void)state;
    injury_set(arena, root, "accidentAt", "2026-01-12T07:29:00+08:00");
    injury_set(arena, root, "finding", "INJ-P04");
    expect_none(root);
    injury_set(arena, root, "accidentAt", "2025-10-03T10:00:00+08:00");
    injury_set(arena, root, "finding", "INJ-P10");
    expect_none(root);
    injury_drop(root, "intervals");
    injury_set(arena, root, "accidentAt", INJURY_ACCIDENT);
    injury_set(arena, root, "finding", "INJ-P02");
    expect_none(root);
    injury_drop(root, "accidentAt");
    expect_none(root); /* nothing to compare */
}

static void a_rejection_has_a_reason_and_nothing_else(void **state)
{
    static const char *const kept[] = {"reference", "person", "result"};
    struct record *root = injury_document(arena, "eligibility_result");

    (void)state;
    injury_set(arena, root, "result/verdict", "rejected");
    injury_set(arena, root, "result/code", "INJ-R01");
    run(root);
    expect("INJ-C21", true, 0);
    for (struct record *at = root->first; at != NULL;) {
        const char *name = at->name;
        bool keep = false;

        at = at->next;
        for (size_t i = 0; i < COUNT_OF(kept); i++)
            keep = keep || strcmp(name, kept[i]) == 0;
        if (!keep)
            injury_drop(root, name);
    }
    expect_none(root);
}

static void the_dead_draw_nothing(void **state)
{
    struct record *root = injury_document(arena, "eligibility_result");

    (void)state;
    injury_set(arena, root, "alive", "false");
    injury_set(arena, root, "deathDate", "2026-02-01");
    run(root);
    expect("INJ-C31", true, 0);
    injury_set(arena, root, "eligible", "false");
    expect_none(root);
    injury_set(arena, root, "deathDate", "2026-03-02"); /* after the check */
    run(root);
    expect("INJ-C31", true, 0);
}

static void add_worker(struct record *root, const char *number, const char *version,
                       const char *from, const char *to)
{
    injury_put(arena, root, "workers/+worker/version", version);
    injury_put(arena, root, "workers/worker/name", "张喆");
    injury_put(arena, root, "workers/worker/identityNumber", number);
    injury_put(arena, root, "workers/worker/from", from);
    if (to != NULL)
        injury_put(arena, root, "workers/worker/to", to);
    injury_put(arena, root, "workers/worker/lateAdded", "false");
}

/* The sample's first worker went on 20 December; an old number is the same person. */
static void intervals_of_one_person_do_not_overlap(void **state)
{
    struct record *root = injury_document(arena, "roster");

    (void)state;
    add_worker(root, "529901820307121", "1", "2025-12-20T18:00:00+08:00", NULL);
    expect_none(root);
    add_worker(root, INJURY_PERSON, "1", "2025-12-20T17:59:00+08:00",
               "2025-12-20T18:00:00+08:00");
    run(root);
    expect("INJ-C35", false, 4);
    assert_false(issues.hard);
}

static void a_row_and_version_stand_once(void **state)
{
    struct record *root = injury_document(arena, "roster");

    (void)state;
    add_worker(root, INJURY_PERSON, "2", "2025-08-03T07:30:00+08:00",
               "2025-11-30T18:00:00+08:00"); /* a correction of the first row */
    add_worker(root, INJURY_PERSON, "1", "2025-12-01T07:30:00+08:00", NULL);
    expect_none(root);
    add_worker(root, "529901820307121", "2", "2025-08-02T23:30:00Z", NULL);
    run(root);
    expect("INJ-C28", true, 5);
}

static void a_cancelled_row_overlaps_nothing(void **state)
{
    struct record *root = injury_document(arena, "roster");

    (void)state;
    add_worker(root, INJURY_PERSON, "1", "2025-09-01T07:30:00+08:00", NULL);
    run(root);
    expect("INJ-C35", false, 3);
    injury_put(arena, root, "workers/worker/cancelled", "true");
    expect_none(root);
}

static void a_late_addition_is_not_before_the_entry(void **state)
{
    struct record *root = injury_document(arena, "roster");

    (void)state;
    injury_put(arena, root, "workers/worker/addedAt", "2026-01-12T07:29:00+08:00");
    run(root);
    expect("INJ-C25", true, 2);
    injury_put(arena, root, "workers/worker/addedAt", "2026-01-12T07:30:00+08:00");
    expect_none(root);
    injury_drop(root, "workers");
    expect_none(root);
}

/* A thousand rows of one person that all overlap: eight are named, and it ends. */
static void what_is_named_has_an_end(void **state)
{
    struct record *root = injury_document(arena, "roster");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char *from = arena_format(arena, "2025-09-01T%02d:%02d:00+08:00", i / 60, i % 60);

        assert_non_null(from);
        add_worker(root, "529901198203071214", "1", from, NULL);
    }
    run(root);
    expect("INJ-C25", true, 0); /* more rows than a roster may have */
    assert_int_equal(issues.count, 1 + 8 + 8);
    assert_true(issues.hard);
}

/* --- whatever stands there ---------------------------------------------------------------- */

static const char *const oddities[] = {
    "",
    " ",
    "0",
    "-1",
    "true",
    "99999999999999999999999",
    "2026-13-01",
    "9999-12-31",
    "0000-00-00",
    "2199-12-31T23:59:59.999+08:00",
    "1900-01-01T00:00:00+08:00",
    "INJ-P99",
    "\xff\xfe",
    "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷",
};

static struct record *nth_leaf(struct record *at, size_t *left)
{
    for (struct record *child = at->first; child != NULL; child = child->next) {
        struct record *found = NULL;

        if (child->first != NULL)
            found = nth_leaf(child, left);
        else if ((*left)-- == 0)
            found = child;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Every leaf of every document with every oddity: the checks end, and say no more than fits. */
static void any_leaf_may_hold_anything(void **state)
{
    size_t runs = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(injury_samples); i++) {
        for (size_t n = 0;; n++) {
            struct record *root;
            struct record *leaf;
            size_t left = n;

            arena_reset(arena);
            root = injury_document(arena, injury_samples[i].name);
            leaf = nth_leaf(root, &left);
            if (leaf == NULL)
                break;
            for (size_t odd = 0; odd < COUNT_OF(oddities); odd++, runs++) {
                leaf->value = personal_of(text_of(oddities[odd]));
                run(root);
                assert_true(issues.count <= INJURY_ISSUES_MAX);
            }
        }
    }
    assert_true(runs > 3000);
}

static void without_memory_nothing_is_said(void **state)
{
    struct arena *small = arena_new(4096);
    struct record *root = injury_document(arena, "roster");
    struct error err = ERROR_INIT;

    (void)state;
    assert_non_null(small);
    for (int i = 0; i < 200; i++)
        add_worker(root, INJURY_PERSON, "1", "2025-09-01T00:00:00+08:00", NULL);
    assert_false(injury_checks_run(root, today, &rules, small, &issues, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(good_documents_have_no_issue, fresh),
        cmocka_unit_test_setup(an_unknown_document_passes, fresh),
        cmocka_unit_test_setup(one_wrong_field, fresh),
        cmocka_unit_test_setup(one_unusual_field, fresh),
        cmocka_unit_test_setup(other_papers_have_no_check_digit, fresh),
        cmocka_unit_test_setup(an_occupational_disease_has_a_diagnosis, fresh),
        cmocka_unit_test_setup(a_death_is_not_before_the_accident, fresh),
        cmocka_unit_test_setup(a_withdrawal_says_when_and_why, fresh),
        cmocka_unit_test_setup(when_an_appraisal_may_be_asked_again, fresh),
        cmocka_unit_test_setup(periods_are_rules_of_the_day, fresh),
        cmocka_unit_test_setup(months_end_with_their_last_day, fresh),
        cmocka_unit_test_setup(one_number_stands_once, fresh),
        cmocka_unit_test_setup(two_recognitions_of_one_accident_are_seen, fresh),
        cmocka_unit_test_setup(an_effective_filing_has_a_recognition, fresh),
        cmocka_unit_test_setup(a_finding_follows_its_data, fresh),
        cmocka_unit_test_setup(any_leaf_may_hold_anything, fresh),
        cmocka_unit_test_setup(a_rejection_has_a_reason_and_nothing_else, fresh),
        cmocka_unit_test_setup(the_dead_draw_nothing, fresh),
        cmocka_unit_test_setup(intervals_of_one_person_do_not_overlap, fresh),
        cmocka_unit_test_setup(a_row_and_version_stand_once, fresh),
        cmocka_unit_test_setup(a_cancelled_row_overlaps_nothing, fresh),
        cmocka_unit_test_setup(a_late_addition_is_not_before_the_entry, fresh),
        cmocka_unit_test_setup(what_is_named_has_an_end, fresh),
        cmocka_unit_test_setup(without_memory_nothing_is_said, fresh),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
