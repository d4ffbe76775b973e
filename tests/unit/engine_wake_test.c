/* engine_wake_test.c - time: passed clocks, a clock that goes back, and which letters go out.
 */
#include "unit.h"

/* The file itself instead of its archive's copy: the table of letters in flight is its own. */
#include "engine/dispatch.c"
#include "engine_fixture.h"

static size_t wake(size_t max)
{
    struct ledger_txn *txn = NULL;
    size_t count = 0;
    bool ok = ledger_begin(bench.ledger, &txn, &bench.err) &&
              engine_wake(bench.engine, txn, max, &count, &bench.err) &&
              ledger_commit(&txn, &bench.err);

    ledger_abort(txn);
    must(ok);
    return count;
}

static const struct flow_clock *clock_of(const struct flow_case *of, unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        if (of->clocks[i].kind == kind)
            return &of->clocks[i];
    }
    assert_true(false);
    return NULL;
}

/* --- deadlines ---------------------------------------------------------------------------- */

static void test_clock_passes_once(void **state)
{
    struct uuid case_id = open_in(1);
    struct flow_case before = the_case(&case_id);
    const struct flow_clock *clock = clock_of(&before, CLOCK_D1);
    struct flow_case after;
    struct entry entry;
    size_t at = 0;

    (void)state;
    bench.now.ms = clock->due.ms - 1;
    assert_int_equal(wake(10), 0);
    bench.now.ms = clock->due.ms;
    assert_int_equal(wake(10), 1);
    after = the_case(&case_id);
    assert_int_equal(after.flags, CASE_OVERDUE);
    assert_int_equal(after.state, before.state);
    assert_int_equal(after.version, before.version + 1);
    assert_int_equal(clock_of(&after, CLOCK_D1)->state, CLOCK_STATE_PASSED);
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_TIMER);
    assert_int_equal(entry.state_from, entry.state_to);
    assert_int_equal(entry.party, PARTNER);
    assert_int_equal(entry_next_tlv(&entry, TLV_CLOCK, &at)->bytes.at[0], CLOCK_D1);
    assert_int_equal(wake(10), 0);
    bench.now.ms += 100 * day_ms;
    assert_int_equal(wake(10), 0);
}

static void test_clock_that_was_met(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id); /* D1 is met, D2 begins with the receipt */
    bench.now.ms += 300 * day_ms;
    assert_int_equal(wake(10), 0);
}

/* Two clocks of one case end on days of their own. */
static void test_two_clocks_of_one_case(void **state)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);
    struct flow_case row;

    (void)state;
    carry(out_id, VERDICT_ACCEPTED, "");
    bench.now.ms += 3 * day_ms;
    apply_accepted(submission(ACTION_FUND_RECEIPT, 1, document(ACTION_FUND_RECEIPT, 1)));
    row = the_case(&case_id);
    bench.now = clock_of(&row, CLOCK_D2)->due;
    assert_int_equal(wake(10), 1);
    row = the_case(&case_id);
    assert_int_equal(clock_of(&row, CLOCK_D2)->state, CLOCK_STATE_PASSED);
    assert_int_equal(clock_of(&row, CLOCK_FUND)->state, CLOCK_STATE_RUNNING);
    bench.now = clock_of(&row, CLOCK_FUND)->due;
    assert_int_equal(wake(10), 1);
    row = the_case(&case_id);
    assert_int_equal(clock_of(&row, CLOCK_FUND)->state, CLOCK_STATE_PASSED);
    assert_int_equal(row.state, PENSION_MONEY_ONLY);
}

static void test_many_clocks_in_portions(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 25; i++)
        (void)open_in(i);
    bench.now.ms += 60 * day_ms;
    assert_int_equal(wake(10), 10);
    assert_int_equal(wake(10), 10);
    assert_int_equal(wake(10), 5);
    assert_int_equal(wake(10), 0);
}

/* A clock that passes while a batch is written: the batch has its time already, the next one
 * takes the clock. */
static void test_clock_passes_within_a_batch(void **state)
{
    struct uuid case_id = open_in(1);
    struct flow_case row = the_case(&case_id);
    struct work *work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 2));
    struct ledger_txn *txn = NULL;
    size_t count = 0;
    bool ok;

    (void)state;
    bench.now.ms = clock_of(&row, CLOCK_D1)->due.ms - 1;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    ok = engine_apply(bench.engine, txn, work, &bench.err);
    bench.now.ms += 1;
    ok = ok && engine_wake(bench.engine, txn, 10, &count, &bench.err) &&
         ledger_commit(&txn, &bench.err);
    ledger_abort(ok ? NULL : txn);
    must(ok);
    assert_int_equal(count, 0);
    assert_int_equal(wake(10), 1);
}

/* --- a clock that goes back -----------------------------------------------------------------
 */

static void test_clock_back(void **state)
{
    struct work *work;
    struct entry entry;

    (void)state;
    (void)open_in(1);
    bench.now.ms -= 60 * minute_ms;
    work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 2));
    apply_accepted(work);
    entry = last_entry();
    assert_int_equal(entry.wall.ms, begin_ms);
    assert_int_equal(entry.flags, ENTRY_FLAG_CLOCK_BACK);
    assert_int_equal(work->result.received_at.ms, begin_ms);
    bench.now.ms += 61 * minute_ms;
    (void)open_in(3);
    entry = last_entry();
    assert_int_equal(entry.wall.ms, begin_ms + minute_ms);
    assert_int_equal(entry.flags, 0);
}

/* Letters go by the clock as it is: a clock that once ran ahead holds nothing back, and SentAt
 * (created) does not lie in the other side's future. */
static void test_letters_after_clock_back(void **state)
{
    struct letter_row row;
    uint64_t out_id;

    (void)state;
    (void)open_in(1);
    bench.now.ms -= 60 * minute_ms;
    apply_accepted(submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1)));
    out_id = born_last(0);
    row = letter(out_id);
    assert_int_equal(row.letter.created.ms, bench.now.ms);
    assert_int_equal(uuid_time(&row.letter.message_id).ms, bench.now.ms);
    dispatch();
    assert_non_null(handed(ACTION_LETTER));
    apply(sealed(out_id, "letter"));
    dispatch();
    assert_non_null(handed(ACTION_LETTER));
    apply(attempt(out_id));
    bench.now = letter(out_id).letter.due;
    assert_true(bench.now.ms < begin_ms);
    dispatch();
    assert_non_null(handed(ACTION_LETTER));
}

/* --- handing out ----------------------------------------------------------------------------
 */

static void test_not_handed_out_twice(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    assert_int_equal(dispatch().ms, 0);
    assert_int_equal(bench.handed_count, 0);
    apply(sealed(out_id, "letter"));
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    assert_int_equal(bench.handed[0].letter.state, LETTER_READY);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    apply(outcome(out_id, VERDICT_ACCEPTED, ""));
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    assert_int_equal(bench.engine->in_flight_count, 0);
}

static void test_refused_by_the_carrier(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    bench.takes_nothing = true;
    assert_int_equal(dispatch().ms, begin_ms);
    assert_int_equal(bench.engine->in_flight_count, 0);
    bench.takes_nothing = false;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
}

static void test_lane_max(void **state)
{
    uint64_t out_id = 0;
    uint64_t first;

    (void)state;
    open_in_letter(1, &first);
    for (unsigned i = 2; i <= ENGINE_LANE_MAX + 10; i++)
        open_in_letter(i, &out_id);
    dispatch();
    assert_int_equal(bench.handed_count, ENGINE_LANE_MAX);
    assert_int_equal(engine_party(bench.engine, PARTNER)->in_flight, ENGINE_LANE_MAX);
    assert_int_equal(bench.handed[0].letter.out_id, first); /* the oldest */
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    apply(sealed(first, "letter"));
    dispatch();
    assert_int_equal(bench.handed_count, 1);
}

/* A full lane to one party does not slow another. */
static void test_parties_do_not_share_lanes(void **state)
{
    uint64_t out_id;
    uint64_t to_core;

    (void)state;
    for (unsigned i = 1; i <= ENGINE_LANE_MAX + 10; i++)
        open_in_letter(i, &out_id);
    open_out(200, &to_core);
    dispatch();
    assert_int_equal(bench.handed_count, ENGINE_LANE_MAX + 1);
}

static int64_t end_of_life(uint64_t out_id)
{
    return letter(out_id).letter.created.ms + bench.engine->retry.lifetime_ms;
}

/* A party that fetches: its letters are sealed at once, lie ready without being in flight, and
 * are handed out once more when they end. */
static void test_party_that_fetches(void **state)
{
    uint64_t first;
    uint64_t second;

    (void)state;
    bench.engine->parties[1].reachable_by_us = false;
    open_in_letter(1, &first);
    open_in_letter(2, &second);
    dispatch();
    assert_int_equal(bench.handed_count, 2);
    apply(sealed(first, "letter 1"));
    apply(sealed(second, "letter 2"));
    expect_letter(first, LETTER_READY);
    assert_int_equal(letter(first).letter.due.ms, end_of_life(first));
    assert_int_equal(bench.engine->in_flight_count, 0);
    assert_int_equal(dispatch().ms, end_of_life(first));
    assert_int_equal(bench.handed_count, 0);

    apply(outcome(first, VERDICT_ACCEPTED, "")); /* fetched, and receipted by itself */
    expect_letter(first, LETTER_DONE);
    bench.now.ms = end_of_life(second);
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    assert_int_equal(bench.handed[0].letter.out_id, second);
    apply(attempt(second));
    expect_letter(second, LETTER_DEAD);
    assert_int_equal(engine_party(bench.engine, PARTNER)->breaker.failures, 0);
    apply(outcome(second, VERDICT_ACCEPTED, "")); /* a receipt counts also then */
    expect_letter(second, LETTER_DONE);
}

/* The address goes away: what is due is laid ready. It comes back: what lies ready is sent, and
 * then again by the rules of retries. */
static void test_address_goes_and_comes(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    apply(attempt(out_id));
    bench.now.ms = letter(out_id).letter.due.ms;
    bench.engine->parties[1].reachable_by_us = false;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    apply(attempt(out_id));
    expect_letter(out_id, LETTER_READY);
    assert_int_equal(letter(out_id).letter.due.ms, end_of_life(out_id));
    dispatch();
    assert_int_equal(bench.handed_count, 0);

    bench.engine->parties[1].reachable_by_us = true;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    apply(attempt(out_id));
    assert_true(letter(out_id).letter.due.ms <= bench.now.ms + 15 * minute_ms);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* A party whose receipts come by themselves: what was brought is not brought again for a while;
 * what could not be brought, soon. */
static void test_receipt_comes_later(void **state)
{
    struct work *brought;
    uint64_t out_id;

    (void)state;
    bench.engine->parties[1].answer_ms = day_ms;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    apply(attempt(out_id)); /* the disk was full */
    assert_true(letter(out_id).letter.due.ms < bench.now.ms + minute_ms);
    bench.now.ms = letter(out_id).letter.due.ms;
    brought = attempt(out_id);
    brought->reached = true;
    apply(brought);
    assert_int_equal(letter(out_id).letter.due.ms, bench.now.ms + day_ms);
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    bench.now.ms += day_ms;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    bench.now.ms = end_of_life(out_id) - 1;
    brought = attempt(out_id);
    brought->reached = true;
    apply(brought);
    assert_int_equal(letter(out_id).letter.due.ms, end_of_life(out_id));
    bench.now.ms = end_of_life(out_id);
    brought = attempt(out_id);
    brought->reached = true;
    apply(brought);
    expect_letter(out_id, LETTER_DEAD);
}

static void test_next_is_the_earliest(void **state)
{
    uint64_t first;
    uint64_t second;
    int64_t due;

    (void)state;
    open_in_letter(1, &first);
    open_in_letter(2, &second);
    apply(sealed(first, "letter 1"));
    apply(sealed(second, "letter 2"));
    apply(attempt(first));
    apply(attempt(second));
    due = letter(first).letter.due.ms;
    if (letter(second).letter.due.ms < due)
        due = letter(second).letter.due.ms;
    assert_int_equal(dispatch().ms, due);
    assert_int_equal(bench.handed_count, 0);
}

static void test_breaker(void **state)
{
    uint64_t out_ids[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(out_ids); i++) {
        open_in_letter(i + 1, &out_ids[i]);
        apply(sealed(out_ids[i], "letter"));
    }
    dispatch();
    assert_int_equal(bench.handed_count, 8);
    for (unsigned i = 0; i < COUNT_OF(out_ids); i++)
        apply(attempt(out_ids[i]));
    assert_int_equal(engine_party(bench.engine, PARTNER)->breaker.failures, 8);
    bench.now.ms += 29999; /* every letter is due again, nobody goes */
    assert_int_equal(dispatch().ms, begin_ms + 30000);
    assert_int_equal(bench.handed_count, 0);
    bench.now.ms += 1;
    dispatch();
    assert_int_equal(bench.handed_count, 1); /* the probe */
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    apply(attempt(bench.handed[0].letter.out_id));
    dispatch();
    assert_int_equal(bench.handed_count, 0);
    bench.now.ms += 30000;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    apply(outcome(bench.handed[0].letter.out_id, VERDICT_ACCEPTED, ""));
    bench.now.ms += 60 * minute_ms;
    dispatch();
    assert_int_equal(bench.handed_count, 7);
}

/* An answer that is no outcome is an answer all the same. */
/* 429 holds back the party, not only the letter; 503 only the letter. */
static void test_party_asks_for_a_pause(void **state)
{
    uint64_t first;
    uint64_t second;
    struct work *work;

    (void)state;
    open_in_letter(1, &first);
    open_in_letter(2, &second);
    apply(sealed(first, "letter"));
    for (int i = 0; i < 2; i++) {
        work = attempt(first);
        work->http_status = i == 0 ? 503 : 429;
        work->reached = true;
        work->retry_after_ms = 20000;
        apply(work);
        bench.now.ms += 1;
        dispatch();
        assert_int_equal(bench.handed_count, i == 0 ? 1 : 0); /* the second letter */
        if (i == 0)
            apply(sealed(second, "letter"));
    }
    assert_int_equal(engine_party(bench.engine, PARTNER)->breaker.failures, 0);
    assert_int_equal(dispatch().ms, bench.now.ms - 1 + 20000);
    bench.now.ms += 20000;
    dispatch();
    assert_int_equal(bench.handed_count, 2);
}

static void test_breaker_stays_closed(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    apply(sealed(out_id, "letter"));
    for (unsigned i = 0; i < 20; i++) {
        struct work *work = attempt(out_id);
        work->reached = true;
        apply(work);
    }
    assert_int_equal(engine_party(bench.engine, PARTNER)->breaker.failures, 0);
}

/* What could not be written is not asked for at once again: a partner would get the same bytes
 * as fast as we can send for as long as our disk is full. */
static void test_rest_after_release(void **state)
{
    uint64_t out_id;

    (void)state;
    open_in_letter(1, &out_id);
    dispatch();
    engine_release(bench.engine, out_id);
    engine_release(bench.engine, 0); /* no letter at all */
    assert_int_equal(bench.engine->in_flight_count, 0);
    assert_int_equal(dispatch().ms, begin_ms + ENGINE_REST_MS);
    assert_int_equal(bench.handed_count, 0);
    bench.now.ms += ENGINE_REST_MS;
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    engine_release(bench.engine, out_id);
    bench.now.ms -= day_ms; /* the clock goes back: the rest does not grow with it */
    assert_int_equal(dispatch().ms, begin_ms);
}

/* --- the table of letters in flight ---------------------------------------------------------
 */

enum { IDS = 7, ID_TRIES = 1 << 16 };

static size_t place_of(uint64_t out_id)
{
    return (size_t)((out_id * UINT64_C(0x9e3779b97f4a7c15)) >> 52);
}

/* Ids whose places collide, at the end of the table so that they wrap around its edge. */
static void colliding_ids(uint64_t ids[IDS])
{
    static const size_t places[IDS] = {4094, 4094, 4094, 4095, 4095, 0, 1};
    size_t count = 0;

    for (uint64_t id = 1; id < ID_TRIES && count < IDS; id++) {
        for (size_t i = 0; i < IDS; i++) {
            if (ids[i] == 0 && place_of(id) == places[i]) {
                ids[i] = id;
                count++;
                break;
            }
        }
    }
    assert_int_equal(count, IDS);
}

static void expect_set(struct engine *engine, const uint64_t ids[IDS], unsigned set)
{
    uint32_t count = 0;

    for (size_t i = 0; i < IDS; i++) {
        bool there = (set >> i & 1u) != 0;
        assert_true(in_flight(engine, ids[i]) == there);
        count += there;
    }
    assert_int_equal(engine->in_flight_count, count);
    assert_int_equal(engine->parties[1].in_flight, count);
}

/* Fills in the order that `order` numbers (Lehmer code), then takes out in the order of `out`.
 */
static void fill(struct engine *engine, const uint64_t ids[IDS], unsigned order,
                 size_t sequence[IDS])
{
    size_t left[IDS];

    for (size_t i = 0; i < IDS; i++)
        left[i] = i;
    for (size_t i = IDS; i > 0; i--) {
        size_t pick = order % i;
        order /= (unsigned)i;
        sequence[IDS - i] = left[pick];
        left[pick] = left[i - 1];
        if (engine != NULL)
            mark(engine, &engine->parties[1], ids[sequence[IDS - i]]);
    }
}

enum { ORDERS = 5040 };

static void test_table_of_flights(void **state)
{
    uint64_t ids[IDS] = {0};
    size_t in[IDS];
    size_t out[IDS];

    (void)state;
    colliding_ids(ids);
    for (unsigned order = 0; order < ORDERS; order++) {
        unsigned set = (1u << IDS) - 1;
        fill(bench.engine, ids, order, in);
        expect_set(bench.engine, ids, set);
        fill(NULL, ids, (order * 37 + 11) % ORDERS, out);
        for (size_t i = 0; i < IDS; i++) {
            engine_release(bench.engine, ids[out[i]]);
            set &= ~(1u << out[i]);
            expect_set(bench.engine, ids, set);
            engine_release(bench.engine, ids[out[i]]); /* twice: nothing */
            expect_set(bench.engine, ids, set);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_clock_passes_once),
        ENGINE_TEST(test_clock_that_was_met),
        ENGINE_TEST(test_two_clocks_of_one_case),
        ENGINE_TEST(test_many_clocks_in_portions),
        ENGINE_TEST(test_clock_passes_within_a_batch),
        ENGINE_TEST(test_clock_back),
        ENGINE_TEST(test_letters_after_clock_back),
        ENGINE_TEST(test_not_handed_out_twice),
        ENGINE_TEST(test_refused_by_the_carrier),
        ENGINE_TEST(test_lane_max),
        ENGINE_TEST(test_parties_do_not_share_lanes),
        ENGINE_TEST(test_party_that_fetches),
        ENGINE_TEST(test_address_goes_and_comes),
        ENGINE_TEST(test_receipt_comes_later),
        ENGINE_TEST(test_next_is_the_earliest),
        ENGINE_TEST(test_breaker),
        ENGINE_TEST(test_breaker_stays_closed),
        ENGINE_TEST(test_party_asks_for_a_pause),
        ENGINE_TEST(test_rest_after_release),
        ENGINE_TEST(test_table_of_flights),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
