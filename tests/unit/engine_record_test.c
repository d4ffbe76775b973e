/*
 * engine_record_test.c - injury.record through the engine: a question that is answered by what
 * another case keeps, and a withdrawal that changes the filings which hang on it.
 */
#include "unit.h"

#include "engine_fixture.h"

#include "core/settlement_filing.h"
#include "filing_documents.h"
#include "injury_records.h"

#define WHEN_COVERED "2026-01-20T10:00:00+08:00"

/* Everything of this test happens between 520000, which insures, and 440000. */
static struct record *between(unsigned action, const char *number, const char *from,
                              const char *to)
{
    struct record *root = record_of(bench.arena, action);

    injury_set(bench.arena, root, "reference/recordNumber", number);
    injury_set(bench.arena, root, "reference/fromRegion", from);
    injury_set(bench.arena, root, "reference/toRegion", to);
    return root;
}

static struct work *from_core(uint16_t flow, struct record *body)
{
    struct work *work = submission((uint16_t)action_by_name(text_of(body->name)), 1, body);

    work->message.flow = flow;
    return work;
}

static struct work *project(void)
{
    return from_core(FLOW_INJURY_RECORD, between(ACTION_PROJECT, "PR-1", "520000", "520000"));
}

static struct work *roster(bool with_worker)
{
    struct record *root = between(ACTION_ROSTER, "RO-1", "520000", "520000");

    if (!with_worker)
        injury_drop(root, "workers/worker"); /* the first one; the second stays */
    return from_core(FLOW_INJURY_RECORD, root);
}

/* About the first worker of the roster. */
static struct work *cover_query(const char *number, const char *accident_at)
{
    struct record *root = between(ACTION_COVER_QUERY, number, "440000", "520000");
    struct uuid case_id = new_id();
    struct work *work;

    record_ask_for(bench.arena, root, "张喆", INJURY_PERSON, accident_at);
    work = message_from(PARTNER, &case_id, ACTION_COVER_QUERY, 1, root);
    work->message.flow = FLOW_INJURY_RECORD;
    work->message.answer_by.ms = bench.now.ms + 60000;
    return work;
}

static struct flow_case asked(struct work *work)
{
    apply(work);
    expect_verdict(work, VERDICT_PENDING, "");
    return the_case(&work->result.case_id);
}

static void a_project_has_no_partner(void **state)
{
    struct work *work = project();
    struct flow_case kept;

    (void)state;
    apply_accepted(work);
    kept = the_case(&work->result.case_id);
    assert_int_equal(kept.party, 0);
    assert_int_equal(kept.core, CORE);
    assert_int_equal(kept.state, INJURY_KEPT);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    apply_accepted(roster(true));
    kept = the_case(&work->result.case_id);
    assert_non_null(flow_case_kept(&kept, 1));
}

static void a_record_within_the_province_is_refused(void **state)
{
    struct work *work = from_core(FLOW_INJURY_RECORD,
                                  between(ACTION_STOP_NOTICE, "N-1", "520000", "520300"));

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "INJ-T01");
    work = from_core(FLOW_INJURY_RECORD, between(ACTION_PROJECT, "P-1", "520000", "440000"));
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "INJ-T01");
}

static void cover_is_proven_by_the_newest_roster(void **state)
{
    (void)state;
    apply_accepted(project());
    apply_accepted(roster(true));
    assert_int_equal(asked(cover_query("C-1", "2025-09-01T10:00:00+08:00")).part.injury.finding,
                     COVER_INSURED + 1);
    dispatch();
    assert_non_null(handed(ACTION_COVER_PROOF));
    assert_int_equal(handed(ACTION_COVER_PROOF)->letter.party, PARTNER);
    bench_crash(); /* nothing of it is in memory */
    apply_accepted(roster(false));
    assert_int_equal(asked(cover_query("C-2", "2025-09-01T10:00:00+08:00")).part.injury.finding,
                     COVER_NOT_ON_ROSTER + 1);
}

static void what_cannot_be_opened_is_the_cores_to_answer(void **state)
{
    struct flow_case at;

    (void)state;
    at = asked(cover_query("C-1", WHEN_COVERED)); /* nothing is kept */
    assert_int_equal(at.state, INJURY_ASKED);
    apply_accepted(project());
    at = asked(cover_query("C-2", WHEN_COVERED)); /* no roster */
    assert_int_equal(at.state, INJURY_ASKED);
    apply_accepted(roster(true));
    bench.engine->given.open = NULL;
    at = asked(cover_query("C-3", WHEN_COVERED));
    assert_int_equal(at.state, INJURY_ASKED);
    dispatch();
    assert_non_null(handed(ACTION_COVER_QUERY));
    assert_int_equal(handed(ACTION_COVER_QUERY)->letter.party, CORE);
}

/* --- a recognition that is withdrawn -------------------------------------------------------
 */

static struct work *filing(const char *number, const char *recognition)
{
    struct record *root = filing_document(bench.arena, ACTION_FILING, "1", "LR", "2026-03-01",
                                          "2026-12-31");

    injury_set(bench.arena, root, "reference/treatingRegion", "440000");
    injury_set(bench.arena, root, "reference/insuredRegion", "520000");
    injury_set(bench.arena, root, "reference/filingNumber", number);
    injury_set(bench.arena, root, "area", "44");
    injury_set(bench.arena, root, "recognitionNumber", recognition);
    injury_set(bench.arena, root, "person/identityNumber", INJURY_PERSON);
    return from_core(FLOW_SETTLEMENT_FILING, root);
}

static struct work *recognition(const char *revision, const char *change)
{
    struct record *root = between(ACTION_RECOGNITION, "R-1", "520000", "440000");

    if (revision != NULL)
        record_revise(bench.arena, root, revision, change);
    return from_core(FLOW_INJURY_RECORD, root);
}

static void a_withdrawal_suspends_filings_in_its_entry(void **state)
{
    struct work *bound = filing("BA-1", "RD2026000123");
    struct work *other = filing("BA-2", "RD2019000456");
    uint64_t size;

    (void)state;
    apply_accepted(bound);
    apply_accepted(other);
    apply_accepted(recognition(NULL, NULL));
    apply_accepted(recognition("2", "changed"));
    assert_int_equal(the_case(&bound->result.case_id).state, FILING_EFFECTIVE);
    size = ledger_size(bench.ledger);
    apply_accepted(recognition("3", "withdrawn"));
    assert_int_equal(ledger_size(bench.ledger), size + 1);
    assert_int_equal(the_case(&bound->result.case_id).state, FILING_SUSPENDED);
    assert_int_equal(the_case(&other->result.case_id).state, FILING_EFFECTIVE);
    for (size_t i = 0; i < 8 && handed(ACTION_FILING_SUSPEND) == NULL; i++) {
        for (size_t k = 0; k < bench.handed_count; k++) {
            apply(sealed(bench.handed[k].letter.out_id, "the letter's bytes"));
            apply(outcome(bench.handed[k].letter.out_id, VERDICT_ACCEPTED, ""));
        }
        dispatch(); /* the filing's own letters go first */
    }
    assert_non_null(handed(ACTION_FILING_SUSPEND));
    assert_true(
        uuid_equal(&handed(ACTION_FILING_SUSPEND)->letter.case_id, &bound->result.case_id));
}

static void a_refused_withdrawal_suspends_nothing(void **state)
{
    struct work *bound = filing("BA-1", "RD2026000123");
    struct work *work;

    (void)state;
    apply_accepted(bound);
    apply_accepted(recognition(NULL, NULL));
    work = recognition("3", "withdrawn"); /* 2 is due */
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "INJ-T03");
    assert_int_equal(the_case(&bound->result.case_id).state, FILING_EFFECTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_project_has_no_partner),
        ENGINE_TEST(a_record_within_the_province_is_refused),
        ENGINE_TEST(cover_is_proven_by_the_newest_roster),
        ENGINE_TEST(what_cannot_be_opened_is_the_cores_to_answer),
        ENGINE_TEST(a_withdrawal_suspends_filings_in_its_entry),
        ENGINE_TEST(a_refused_withdrawal_suspends_nothing),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
