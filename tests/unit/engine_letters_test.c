/* engine_letters_test.c - the life of a letter: lanes, sealing, tries, outcomes, death. */
#include "unit.h"

#include "engine/internal.h"
#include "engine_fixture.h"

static uint64_t size_now(void)
{
    return ledger_size(bench.ledger);
}

/* Home is OUT; three letters to the partner in one lane, born one after the other. */
static struct uuid three_in_lane(uint64_t out_ids[3])
{
    static const uint16_t actions[] = {ACTION_ACCEPTANCE, ACTION_FORM, ACTION_FUND_ADVICE};
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);

    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        apply_accepted(submission(actions[i], 1, document_out(actions[i], 1)));
        out_ids[i] = born_last(0);
    }
    return case_id;
}

/* --- lanes -------------------------------------------------------------------------------- */

static void test_lane_is_sent_in_order(void **state)
{
    uint64_t out_ids[3];

    (void)state;
    three_in_lane(out_ids);
    expect_letter(out_ids[0], LETTER_NEW);
    expect_letter(out_ids[1], LETTER_WAITING);
    expect_letter(out_ids[2], LETTER_WAITING);
    dispatch();
    assert_non_null(handed(ACTION_ACCEPTANCE));
    assert_null(handed(ACTION_FORM));
    assert_non_null(handed(ACTION_LETTER)); /* the copy for the core has a lane of its own */
    apply(sealed(out_ids[0], "acceptance"));
    expect_letter(out_ids[1], LETTER_WAITING);
    apply(outcome(out_ids[0], VERDICT_ACCEPTED, ""));
    expect_letter(out_ids[0], LETTER_DONE);
    expect_letter(out_ids[1], LETTER_NEW);
    expect_letter(out_ids[2], LETTER_WAITING);
    assert_int_equal(last_entry().kind, ENTRY_OUTCOME); /* in the entry that ended the first */
    carry(out_ids[1], VERDICT_ACCEPTED, "");
    expect_letter(out_ids[2], LETTER_NEW);
    carry(out_ids[2], VERDICT_ACCEPTED, "");
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* A refusal ends a letter too; whether the next makes sense is the far side's to say. */
static void test_refused_letter_frees_its_lane(void **state)
{
    uint64_t out_ids[3];

    (void)state;
    three_in_lane(out_ids);
    carry(out_ids[0], VERDICT_REFUSED, "FLW-01");
    expect_letter(out_ids[0], LETTER_REFUSED);
    expect_letter(out_ids[1], LETTER_NEW);
}

/* A form whose sum differs: one entry bears two letters to the core. */
static void test_two_letters_of_one_entry(void **state)
{
    struct record *money = document(ACTION_FUND_RECEIPT, 1);
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);

    (void)state;
    carry(out_id, VERDICT_ACCEPTED, "");
    document_set(money, "amount", "1.00");
    apply_accepted(submission(ACTION_FUND_RECEIPT, 1, money));
    apply_accepted(message_from(PARTNER, &case_id, ACTION_FORM, 1, document(ACTION_FORM, 1)));
    assert_int_equal(the_case(&case_id).state, PENSION_DISPUTE);
    assert_int_equal(letter(born_last(0)).letter.party, PARTNER);
    expect_letter(born_last(0), LETTER_NEW);
    assert_int_equal(letter(born_last(1)).letter.party, CORE);
    expect_letter(born_last(1), LETTER_NEW);
    assert_int_equal(letter(born_last(2)).letter.party, CORE);
    expect_letter(born_last(2), LETTER_WAITING);
}

static void append_outcome_bearing(uint64_t ended, const struct uuid *case_id)
{
    struct flow_case before = the_case(case_id);
    struct entry_verdict verdict = {.verdict = VERDICT_ACCEPTED, .out_id = ended};
    struct flow_decision decision = {.after = before,
                                     .sends = {{.target = FLOW_TO_PARTNER,
                                                .action = ACTION_REMINDER,
                                                .revision = 1,
                                                .made = document(ACTION_REMINDER, 1)}},
                                     .send_count = 1};
    struct letter_row row = letter(ended);
    struct uuid none = {{0}};
    struct ledger_txn *txn = NULL;
    struct draft *draft;

    must(ledger_begin(bench.ledger, &txn, &bench.err));
    draft = draft_new(bench.engine, txn, bench.arena, ENTRY_OUTCOME);
    assert_non_null(draft);
    draft->ending = ended;
    draft_add_decision(draft, &before, &decision);
    must(letters_add(bench.engine, txn, draft, &decision, NULL, &none, NULL, bench.arena,
                     &bench.err));
    draft_add_verdict(draft, &verdict);
    draft_add_letter_state(draft, ended, LETTER_DONE, 1, (struct instant){0});
    must(letters_release(txn, draft, &row, &bench.err));
    must(draft_append(draft, txn, &bench.err));
    must(ledger_commit(&txn, &bench.err));
}

/* Born in the entry that ends the one before it: nobody else would wake it. */
static void test_birth_in_outcome(void **state)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);

    (void)state;
    apply(sealed(out_id, "letter"));
    append_outcome_bearing(out_id, &case_id);
    expect_letter(out_id, LETTER_DONE);
    expect_letter(born_last(0), LETTER_NEW);
}

/* The same with another one that waits: that one goes first. */
static void test_birth_in_outcome_behind_another(void **state)
{
    uint64_t out_ids[3];
    struct uuid case_id = three_in_lane(out_ids);

    (void)state;
    apply(sealed(out_ids[0], "acceptance"));
    append_outcome_bearing(out_ids[0], &case_id);
    expect_letter(out_ids[1], LETTER_NEW);
    expect_letter(born_last(0), LETTER_WAITING);
    carry(out_ids[1], VERDICT_ACCEPTED, "");
    expect_letter(out_ids[2], LETTER_NEW);
}

/* What stands behind a dead letter waits until that one is through. */
static void test_behind_a_dead_letter(void **state)
{
    uint64_t out_ids[3];
    struct work *work;

    (void)state;
    three_in_lane(out_ids);
    apply(sealed(out_ids[0], "acceptance"));
    work = attempt(out_ids[0]);
    work->park = true;
    apply(work);
    expect_letter(out_ids[0], LETTER_DEAD);
    expect_letter(out_ids[1], LETTER_WAITING);
    work = work_new(WORK_LETTER_RETRY);
    work->out_id = out_ids[0];
    apply(work);
    expect_letter(out_ids[0], LETTER_READY);
    expect_letter(out_ids[1], LETTER_WAITING);
    apply(outcome(out_ids[0], VERDICT_ACCEPTED, ""));
    expect_letter(out_ids[1], LETTER_NEW);
}

/* Nor does one overtake it that is born later. */
static void test_born_behind_a_dead_letter(void **state)
{
    struct work *work = work_new(WORK_UNTRANSLATED);
    uint64_t dead;
    uint64_t next;

    (void)state;
    open_out(1, &dead);
    apply_accepted(submission(ACTION_ACCEPTANCE, 1, document_out(ACTION_ACCEPTANCE, 1)));
    dead = born_last(0);
    work->out_id = dead;
    work->park = true;
    apply(work);
    apply_accepted(submission(ACTION_FORM, 1, document_out(ACTION_FORM, 1)));
    next = born_last(0);
    expect_letter(dead, LETTER_DEAD);
    expect_letter(next, LETTER_WAITING);
    work = work_new(WORK_LETTER_RETRY);
    work->out_id = dead;
    apply(work);
    expect_letter(dead, LETTER_NEW);
    expect_letter(next, LETTER_WAITING);
    carry(dead, VERDICT_ACCEPTED, "");
    expect_letter(next, LETTER_NEW);
}

/* --- sealing ------------------------------------------------------------------------------ */

static void test_sealed_once(void **state)
{
    uint64_t out_id;
    struct letter_row row;
    uint64_t size;

    (void)state;
    open_in_letter(1, &out_id);
    dispatch();
    bench_crash(); /* before SEALED: it is asked for again, under the same MessageId */
    dispatch();
    assert_int_equal(handed(ACTION_LETTER)->letter.out_id, out_id);
    apply(sealed(out_id, "the exact bytes"));
    row = letter(out_id);
    expect_letter(out_id, LETTER_READY);
    assert_int_equal(row.sealed.size, strlen("the exact bytes"));
    assert_int_equal(row.sealed_seq, size_now());
    size = size_now();
    apply(sealed(out_id, "other bytes, after a crash"));
    assert_int_equal(size_now(), size);
    assert_memory_equal(letter(out_id).sealed.digest, row.sealed.digest, 32);
    assert_int_equal(bench.engine->in_flight_count, 0);
}

/* Written before its birth was undone: another stands in its place. */
static void test_sealed_for_another(void **state)
{
    struct work *stale;
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    stale = sealed(out_id, "stale");
    stale->letter_id = new_id();
    apply(stale);
    expect_letter(out_id, LETTER_NEW);
    stale = sealed(out_id, "letter");
    stale->letter_id = letter(out_id).letter.message_id;
    apply(stale);
    expect_letter(out_id, LETTER_READY);
}

static void test_untranslated(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct work *work = work_new(WORK_UNTRANSLATED);
    struct entry entry;
    size_t at = 0;

    (void)state;
    dispatch();
    work->out_id = to_core;
    work->park = true;
    work->note = text_of("MAPPING: person/name is missing");
    apply(work);
    expect_letter(to_core, LETTER_DEAD);
    assert_int_equal(letter(to_core).outcome_seq, size_now());
    assert_int_equal(the_case(&case_id).flags & CASE_FLAGGED, CASE_FLAGGED);
    assert_int_equal(the_case(&case_id).state, PENSION_LETTER_HELD); /* the province's stands */
    assert_int_equal(the_case(&case_id).version, 2);
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_ATTEMPT);
    assert_int_equal(entry.flags, ENTRY_FLAG_UNTRANSLATED);
    assert_true(text_is(entry_next_tlv(&entry, TLV_TEXT, &at)->bytes,
                        "MAPPING: person/name is missing"));
    assert_int_equal(bench.engine->in_flight_count, 0);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* Our own trouble passes: nothing is journaled, and the letter stays due, but not at once: what
 * failed just now would fail as fast as a processor can ask. */
static void test_own_trouble(void **state)
{
    uint64_t out_id;
    struct work *work = work_new(WORK_UNTRANSLATED);
    struct instant next;
    uint64_t size;

    (void)state;
    open_in_letter(1, &out_id);
    size = size_now();
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    work->out_id = out_id;
    apply(work);
    assert_int_equal(size_now(), size);
    expect_letter(out_id, LETTER_NEW);
    next = dispatch();
    assert_int_equal(bench.handed_count, 0);
    assert_true(next.ms > bench.now.ms && next.ms <= bench.now.ms + 5000);
    bench.now = next;
    dispatch();
    assert_int_equal(handed(ACTION_LETTER)->letter.out_id, out_id);
}

/* While its outage lasts nothing goes to the partner, and the case goes on here. */
static void test_planned_outage(void **state)
{
    struct engine_party *party = &bench.engine->parties[PARTNER - 1];
    struct instant until = instant_add_ms(bench.now, 3600000);
    struct instant next;
    uint64_t out_id;

    (void)state;
    party->outages = (struct outage_plan){.at = {{bench.now, until}}, .count = 1};
    assert_int_equal(party->number, PARTNER);
    open_in_letter(1, &out_id);
    next = dispatch();
    assert_null(handed(ACTION_LETTER));
    assert_int_equal(next.ms, until.ms);
    bench.now = instant_add_ms(until, -1);
    dispatch();
    assert_null(handed(ACTION_LETTER));
    expect_letter(out_id, LETTER_NEW);
    bench.now = until;
    dispatch();
    assert_int_equal(handed(ACTION_LETTER)->letter.out_id, out_id);
    party->outages.count = 0;
}

/* --- tries -------------------------------------------------------------------------------- */

static void test_due_times_grow(void **state)
{
    int64_t longest = 1000;
    int64_t widest = 0;
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    for (uint16_t i = 1; i <= 24; i++) {
        struct letter_row row;
        int64_t wait;
        apply(attempt(out_id));
        row = letter(out_id);
        wait = row.letter.due.ms - bench.now.ms;
        expect_letter(out_id, LETTER_READY);
        assert_int_equal(row.attempts, i);
        assert_true(wait >= 1000 && wait <= longest);
        widest = wait > widest ? wait : widest;
        longest = longest * 2 > 900000 ? 900000 : longest * 2;
        bench.now.ms = row.letter.due.ms - 1;
        dispatch();
        assert_null(handed(ACTION_LETTER));
        bench.now.ms = row.letter.due.ms;
        bench.engine->parties[1].breaker = (struct breaker){0};
        dispatch();
        assert_non_null(handed(ACTION_LETTER));
    }
    assert_true(widest > 300000);
}

static void test_retry_after(void **state)
{
    struct work *work;
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    work = attempt(out_id);
    work->http_status = 503;
    work->reached = true;
    work->retry_after_ms = 120000;
    apply(work);
    assert_int_equal(letter(out_id).letter.due.ms, bench.now.ms + 120000);
    work = attempt(out_id);
    work->retry_after_ms = INT64_C(10) * 60 * minute_ms;
    apply(work);
    assert_int_equal(letter(out_id).letter.due.ms, bench.now.ms + 60 * minute_ms);
    work = attempt(out_id);
    work->retry_after_ms = -5;
    apply(work);
    assert_true(letter(out_id).letter.due.ms >= bench.now.ms + 1000);
}

static void test_too_old(void **state)
{
    uint64_t out_id;
    int64_t end = begin_ms + 90 * day_ms;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    bench.now.ms = end - 500;
    apply(attempt(out_id));
    expect_letter(out_id, LETTER_READY);
    assert_int_equal(letter(out_id).letter.due.ms, end); /* one last try at the very end */
    bench.now.ms = end;
    apply(attempt(out_id));
    expect_letter(out_id, LETTER_DEAD);
    assert_int_equal(letter(out_id).attempts, 2);
    assert_int_equal(letter(out_id).outcome_seq, size_now());
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* A try reported for a letter that is not READY changes nothing. */
static void test_attempt_out_of_place(void **state)
{
    uint64_t out_id;
    uint64_t size;

    (void)state;
    open_in_letter(1, &out_id);
    size = size_now();
    apply(attempt(out_id));
    apply(attempt(4711));
    assert_int_equal(size_now(), size);
    carry(out_id, VERDICT_ACCEPTED, "");
    size = size_now();
    apply(attempt(out_id));
    assert_int_equal(size_now(), size);
    expect_letter(out_id, LETTER_DONE);
}

/* --- outcomes ----------------------------------------------------------------------------- */

static void test_outcome_twice(void **state)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);
    struct flow_case held;
    struct flow_case after;
    uint64_t size;

    (void)state;
    carry(out_id, VERDICT_ACCEPTED, "");
    held = the_case(&case_id);
    assert_int_equal(held.state, PENSION_LETTER_HELD);
    assert_int_equal(letter(out_id).verdict, VERDICT_ACCEPTED);
    assert_int_equal(last_entry().evidence, EVIDENCE_E1);
    size = size_now();
    apply(outcome(out_id, VERDICT_ACCEPTED, ""));
    apply(outcome(out_id, VERDICT_REFUSED, "FLW-01"));
    after = the_case(&case_id);
    assert_int_equal(size_now(), size);
    assert_memory_equal(&held, &after, sizeof(held));
    expect_letter(out_id, LETTER_DONE);
}

static void test_outcome_refused(void **state)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);
    struct letter_row told;

    (void)state;
    carry(out_id, VERDICT_REFUSED, "PEN-R08");
    expect_letter(out_id, LETTER_REFUSED);
    assert_int_equal(letter(out_id).verdict, VERDICT_REFUSED);
    assert_int_equal(the_case(&case_id).state, PENSION_LETTER_RETURNED);
    assert_string_equal(the_case(&case_id).last_code, "PEN-R08");
    told = letter(born_last(0));
    assert_true(told.letter.to_core);
    assert_int_equal(told.letter.action, ACTION_LETTER_RETURN);
    expect_letter(born_last(0), LETTER_NEW);
}

static void test_outcome_conflict_and_pending(void **state)
{
    uint64_t first;
    uint64_t second;
    struct uuid case_id = open_in_letter(1, &first);

    (void)state;
    carry(first, VERDICT_CONFLICT, "CONFLICT");
    expect_letter(first, LETTER_REFUSED);
    assert_int_equal(the_case(&case_id).flags & CASE_FLAGGED, CASE_FLAGGED);
    open_in_letter(2, &second);
    carry(second, VERDICT_PENDING, "");
    expect_letter(second, LETTER_DONE);
}

static void test_core_rejects(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);

    (void)state;
    carry(to_core, VERDICT_REFUSED, "");
    expect_letter(to_core, LETTER_REFUSED);
    assert_int_equal(the_case(&case_id).flags & CASE_FLAGGED, CASE_FLAGGED);
    assert_int_equal(the_case(&case_id).state, PENSION_LETTER_HELD);
    assert_int_equal(last_entry().evidence, EVIDENCE_E3);
}

static void test_core_takes(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);

    (void)state;
    carry(to_core, VERDICT_ACCEPTED, "");
    expect_letter(to_core, LETTER_DONE);
    assert_int_equal(the_case(&case_id).version, 1); /* no receipt of the business */
}

/* Through a hub there is no signature of the far end (E2). */
static void test_evidence_of_a_hub(void **state)
{
    struct record *body = document_out(ACTION_LETTER, 1);
    struct uuid case_id = new_id();
    uint64_t out_id;

    (void)state;
    bench_add_party(6, PARTY_HUB, "hrss.510000");
    document_set(body, "reference/inRegion", "510000");
    apply_accepted(message_from(6, &case_id, ACTION_LETTER, 1, body));
    assert_int_equal(last_entry().evidence, EVIDENCE_E2);
    body = document_out(ACTION_ACCEPTANCE, 1);
    document_set(body, "reference/inRegion", "510000");
    apply_accepted(submission(ACTION_ACCEPTANCE, 1, body));
    out_id = born_last(0);
    carry(out_id, VERDICT_ACCEPTED, "");
    assert_int_equal(last_entry().evidence, EVIDENCE_E2);
}

/* --- an operator -------------------------------------------------------------------------- */

static struct work *retry(uint64_t out_id)
{
    static const struct tlv who = {TLV_OPERATOR, {"wang\0retry\0mended", 17}};
    struct work *work = work_new(WORK_LETTER_RETRY);

    work->out_id = out_id;
    work->note_tlvs = &who;
    work->note_tlv_count = 1;
    return work;
}

static void test_retry_of_a_sealed_letter(void **state)
{
    struct work *work;
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    work = attempt(out_id);
    work->park = true;
    work->reached = true;
    apply(work);
    expect_letter(out_id, LETTER_DEAD);
    work = retry(out_id);
    apply(work);
    assert_int_equal(work->result.verdict, VERDICT_ACCEPTED);
    assert_int_equal(work->result.sequence, size_now());
    assert_int_equal(last_entry().kind, ENTRY_OPERATOR);
    expect_letter(out_id, LETTER_READY);
    dispatch();
    assert_int_equal(handed(ACTION_LETTER)->sealed.size, strlen("letter"));
    apply(outcome(out_id, VERDICT_ACCEPTED, ""));
    expect_letter(out_id, LETTER_DONE);
}

static void test_retry_of_an_untranslated_letter(void **state)
{
    uint64_t to_core;
    struct work *work = work_new(WORK_UNTRANSLATED);

    (void)state;
    open_out(1, &to_core);
    work->out_id = to_core;
    work->park = true;
    apply(work);
    apply(retry(to_core));
    expect_letter(to_core, LETTER_NEW);
    carry(to_core, VERDICT_ACCEPTED, "");
    expect_letter(to_core, LETTER_DONE);
}

static void test_retry_of_others(void **state)
{
    struct work *work;
    uint64_t out_id;
    uint64_t size;

    (void)state;
    open_in_letter(1, &out_id);
    size = size_now();
    work = retry(out_id);
    apply(work);
    assert_int_equal(work->result.verdict, VERDICT_REFUSED);
    work = retry(4711);
    apply(work);
    assert_int_equal(work->result.verdict, VERDICT_REFUSED);
    assert_int_equal(size_now(), size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_lane_is_sent_in_order),
        ENGINE_TEST(test_refused_letter_frees_its_lane),
        ENGINE_TEST(test_two_letters_of_one_entry),
        ENGINE_TEST(test_birth_in_outcome),
        ENGINE_TEST(test_birth_in_outcome_behind_another),
        ENGINE_TEST(test_behind_a_dead_letter),
        ENGINE_TEST(test_born_behind_a_dead_letter),
        ENGINE_TEST(test_sealed_once),
        ENGINE_TEST(test_sealed_for_another),
        ENGINE_TEST(test_untranslated),
        ENGINE_TEST(test_own_trouble),
        ENGINE_TEST(test_planned_outage),
        ENGINE_TEST(test_due_times_grow),
        ENGINE_TEST(test_retry_after),
        ENGINE_TEST(test_too_old),
        ENGINE_TEST(test_attempt_out_of_place),
        ENGINE_TEST(test_outcome_twice),
        ENGINE_TEST(test_outcome_refused),
        ENGINE_TEST(test_outcome_conflict_and_pending),
        ENGINE_TEST(test_core_rejects),
        ENGINE_TEST(test_core_takes),
        ENGINE_TEST(test_evidence_of_a_hub),
        ENGINE_TEST(test_retry_of_a_sealed_letter),
        ENGINE_TEST(test_retry_of_an_untranslated_letter),
        ENGINE_TEST(test_retry_of_others),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
