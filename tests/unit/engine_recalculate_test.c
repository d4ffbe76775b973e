/* engine_recalculate_test.c - another calendar: entries in portions, and after a crash. */
#include "unit.h"

#include "engine/recalculate.h"
#include "engine_fixture.h"

enum { CASES = 5 };

static struct calendar *next_calendar;
static struct rules *next_rules;
static struct uuid cases[CASES];

/* March 2026 with a week off from the 9th on: every limit of these cases ends later. */
static void load_next(void)
{
    struct day first = instant_day((struct instant){begin_ms - 60 * day_ms});
    struct day last = instant_day((struct instant){begin_ms + 300 * day_ms});

    next_calendar = calendar_new();
    next_rules = malloc(sizeof(*next_rules));
    assert_non_null(next_calendar);
    assert_non_null(next_rules);
    calendar_set_range(next_calendar, first, last);
    for (int day = 7; day <= 11; day++) {
        struct day off = instant_day((struct instant){begin_ms + day * day_ms});
        must(calendar_add_off(next_calendar, 0, off, &bench.err));
    }
    *next_rules = *bench.rules;
    next_rules->calendar_version++;
    next_rules->digest[0] ^= 1;
    engine_use_rules(bench.engine, next_rules, next_calendar);
}

static int setup(void **state)
{
    if (bench_setup(state) != 0)
        return -1;
    for (unsigned i = 0; i < CASES; i++)
        cases[i] = open_in(i + 1);
    load_next();
    return 0;
}

static int teardown(void **state)
{
    int result = bench_teardown(state);

    calendar_free(next_calendar);
    free(next_rules);
    return result;
}

static bool portion(struct recalculation *walk, size_t max, bool commit)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(bench.ledger, &txn, &bench.err) &&
              engine_recalculate(bench.engine, txn, max, walk, &bench.err);

    must(ok);
    if (commit)
        must(ledger_commit(&txn, &bench.err));
    ledger_abort(txn);
    return !walk->ended;
}

static struct instant due_of(const struct uuid *case_id)
{
    struct flow_case row = the_case(case_id);

    return flow_case_due(&row)->due;
}

static void test_in_portions(void **state)
{
    uint64_t entries = ledger_size(bench.ledger);
    struct recalculation walk = {.moved = 0};
    struct instant before = due_of(&cases[0]);
    struct entry entry;
    size_t portions = 0;
    size_t at = 0;

    (void)state;
    while (portion(&walk, 2, true))
        portions++;
    assert_int_equal(walk.moved, CASES);
    assert_in_range(portions, CASES / 2, CASES + 1); /* a moved clock may be met once more */
    assert_int_equal(ledger_size(bench.ledger), entries + CASES);
    for (size_t i = 0; i < CASES; i++)
        assert_int_equal(due_of(&cases[i]).ms, before.ms + 7 * day_ms);
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_CLOCK_MOVED);
    assert_int_equal(entry.state_from, entry.state_to);
    assert_int_equal(entry.party, PARTNER);
    assert_int_equal(entry.rules_digest[0], next_rules->digest[0]);
    assert_int_equal(entry_next_tlv(&entry, TLV_CLOCK, &at)->bytes.at[0], CLOCK_D1);
    bench_verify();
}

static void test_again_moves_nothing(void **state)
{
    struct recalculation walk = {.moved = 0};
    struct recalculation again = {.moved = 0};
    uint64_t entries;

    (void)state;
    while (portion(&walk, 100, true))
        continue;
    entries = ledger_size(bench.ledger);
    while (portion(&again, 100, true))
        continue;
    assert_int_equal(again.moved, 0);
    assert_int_equal(ledger_size(bench.ledger), entries);
}

/* The process ends after two portions, and once within one. */
static void test_after_a_crash(void **state)
{
    struct recalculation walk = {.moved = 0};
    struct recalculation anew = {.moved = 0};
    uint64_t entries = ledger_size(bench.ledger);

    (void)state;
    assert_true(portion(&walk, 1, true));
    assert_true(portion(&walk, 1, true));
    assert_true(portion(&walk, 1, false));
    assert_int_equal(walk.moved, 3);
    assert_int_equal(ledger_size(bench.ledger), entries + 2);
    while (portion(&anew, 1, true))
        continue;
    assert_int_equal(anew.moved, CASES - 2);
    assert_int_equal(ledger_size(bench.ledger), entries + CASES);
}

/* Its day had come by the old calendar while the gateway was stopped. */
static void test_moved_before_it_passes(void **state)
{
    struct recalculation walk = {.moved = 0};
    struct instant old = due_of(&cases[0]);
    struct ledger_txn *txn = NULL;
    size_t woken = 0;

    (void)state;
    bench.now.ms = old.ms + 1;
    while (portion(&walk, 100, true))
        continue;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_wake(bench.engine, txn, 100, &woken, &bench.err));
    ledger_abort(txn);
    assert_int_equal(woken, 0);
    bench.now = due_of(&cases[0]);
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_wake(bench.engine, txn, 100, &woken, &bench.err));
    must(ledger_commit(&txn, &bench.err));
    assert_int_equal(woken, CASES);
}

static void test_nothing_runs(void **state)
{
    struct recalculation walk = {.moved = 0};
    struct recalculation none = {.moved = 0};
    struct ledger_txn *txn = NULL;
    size_t woken = 0;

    (void)state;
    while (portion(&walk, 100, true))
        continue;
    bench.now.ms += 300 * day_ms;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_wake(bench.engine, txn, 100, &woken, &bench.err));
    must(ledger_commit(&txn, &bench.err));
    engine_use_rules(bench.engine, bench.rules, bench.calendar);
    assert_false(portion(&none, 100, true)); /* passed ones stay as they are */
    assert_int_equal(none.moved, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_portions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_again_moves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_a_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moved_before_it_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_runs, setup, teardown),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
