/* core_clock_move_test.c - limits around a Spring Festival, before and after its notice. */
#include "unit.h"

#include <string.h>

#include "core/clock_move.h"

enum { BEFORE = 20261, AFTER = 20271 };

static struct calendar *provisional; /* speaks of 2026 */
static struct calendar *final;       /* and of 2027 */
static struct error err = ERROR_INIT;

static struct day on(int year, int month, int day)
{
    struct day at;

    assert_true(day_from(year, month, day, &at));
    return at;
}

/* An invented notice: off from Friday 5 to Thursday 11 February 2027; Sunday 31 January and
 * Saturday 13 February work. One region has Tuesday 2 February off besides. */
static int prepare(void **state)
{
    (void)state;
    provisional = calendar_new();
    final = calendar_new();
    assert_non_null(provisional);
    assert_non_null(final);
    calendar_set_range(provisional, on(2026, 1, 1), on(2026, 12, 31));
    calendar_set_range(final, on(2026, 1, 1), on(2027, 12, 31));
    assert_true(calendar_add_off(final, 0, on(2027, 1, 1), &err));
    for (int day = 5; day <= 11; day++)
        assert_true(calendar_add_off(final, 0, on(2027, 2, day), &err));
    assert_true(calendar_add_makeup(final, 0, on(2027, 1, 31), &err));
    assert_true(calendar_add_makeup(final, 0, on(2027, 2, 13), &err));
    assert_true(calendar_add_off(final, 450000, on(2027, 2, 2), &err));
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    calendar_free(provisional);
    calendar_free(final);
    return 0;
}

static struct flow_clock clock_under(const struct calendar *calendar, struct day start,
                                     uint16_t days, uint32_t region)
{
    struct flow_clock clock = {.kind = CLOCK_D2,
                               .state = CLOCK_STATE_RUNNING,
                               .days = days,
                               .start = start,
                               .region = region,
                               .calendar_version = BEFORE};

    clock.due = day_end(calendar_limit(calendar, region, start, days, &clock.provisional));
    return clock;
}

/* All days counted by hand. */
static void test_around_spring_festival(void **state)
{
    static const struct {
        int start[3];
        uint16_t days;
        uint32_t region;
        int before[3];
        int after[3];
        bool was_provisional;
        bool moves;
    } rows[] = {
        /* within the old calendar: nothing to say */
        {{2026, 12, 1}, 5, 520000, {2026, 12, 8}, {2026, 12, 8}, false, false},
        /* across the end of the year: the same day, but no longer provisional */
        {{2026, 12, 28}, 15, 520000, {2027, 1, 19}, {2027, 1, 19}, true, true},
        /* across the festival: later */
        {{2027, 1, 20}, 15, 520000, {2027, 2, 10}, {2027, 2, 15}, true, true},
        /* ends on a make-up Saturday */
        {{2027, 1, 26}, 10, 520000, {2027, 2, 9}, {2027, 2, 13}, true, true},
        /* a make-up Sunday before the festival: earlier */
        {{2027, 1, 27}, 5, 520000, {2027, 2, 3}, {2027, 2, 2}, true, true},
        /* there a day off makes up for it */
        {{2027, 1, 27}, 5, 450000, {2027, 2, 3}, {2027, 2, 3}, true, true},
        /* of a county: its province's days */
        {{2027, 1, 27}, 5, 450100, {2027, 2, 3}, {2027, 2, 3}, true, true},
        /* no days at all */
        {{2027, 2, 6}, 0, 520000, {2027, 2, 6}, {2027, 2, 6}, true, true},
        /* beyond the new calendar too: provisional before and after */
        {{2028, 1, 3}, 5, 520000, {2028, 1, 10}, {2028, 1, 10}, true, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case before = {.version = 7};
        struct flow_case after;
        struct flow_case again;
        struct clock_moves moves;
        struct flow_clock *clock = &before.clocks[3];

        *clock = clock_under(provisional,
                             on(rows[i].start[0], rows[i].start[1], rows[i].start[2]),
                             rows[i].days, rows[i].region);
        assert_int_equal(
            clock->due.ms,
            day_end(on(rows[i].before[0], rows[i].before[1], rows[i].before[2])).ms);
        assert_int_equal(clock->provisional, rows[i].was_provisional);
        clock_move(&before, final, AFTER, &after, &moves);
        assert_int_equal(moves.count, rows[i].moves);
        assert_int_equal(after.clocks[3].due.ms,
                         day_end(on(rows[i].after[0], rows[i].after[1], rows[i].after[2])).ms);
        assert_int_equal(after.clocks[3].calendar_version, rows[i].moves ? AFTER : BEFORE);
        assert_int_equal(after.clocks[3].start.number, clock->start.number);
        assert_int_equal(after.version, 7);
        if (rows[i].moves) {
            assert_int_equal(moves.kinds[0], CLOCK_D2);
            assert_false(after.clocks[3].provisional);
        }
        clock_move(&after, final, AFTER + 1, &again, &moves);
        assert_int_equal(moves.count, 0);
        assert_memory_equal(&after, &again, sizeof(after));
    }
}

/* The same clock, across the festival, in every state but the one that runs. */
static void test_only_what_runs(void **state)
{
    static const struct {
        uint8_t state;
        bool paused;
    } rows[] = {{CLOCK_STATE_OFF, false},
                {CLOCK_STATE_PASSED, false},
                {CLOCK_STATE_MET, false},
                {CLOCK_STATE_RUNNING, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_case before = {.version = 1};
        struct flow_case after;
        struct clock_moves moves;

        before.clocks[0] = clock_under(provisional, on(2027, 1, 20), 15, 520000);
        before.clocks[0].state = rows[i].state;
        before.clocks[0].paused = rows[i].paused;
        clock_move(&before, final, AFTER, &after, &moves);
        assert_int_equal(moves.count, 0);
        assert_memory_equal(&before, &after, sizeof(after));
    }
}

static void test_each_clock_by_itself(void **state)
{
    struct flow_case before = {.version = 1};
    struct flow_case after;
    struct clock_moves moves;

    (void)state;
    before.clocks[0] = clock_under(provisional, on(2026, 12, 1), 5, 520000);
    before.clocks[1] = clock_under(provisional, on(2027, 1, 20), 15, 520000);
    before.clocks[1].kind = CLOCK_D1;
    before.clocks[4] = clock_under(provisional, on(2027, 1, 27), 5, 520000);
    before.clocks[4].kind = CLOCK_FUND;
    clock_move(&before, final, AFTER, &after, &moves);
    assert_int_equal(moves.count, 2);
    assert_int_equal(moves.kinds[0], CLOCK_D1);
    assert_int_equal(moves.kinds[1], CLOCK_FUND);
    assert_memory_equal(&before.clocks[0], &after.clocks[0], sizeof(after.clocks[0]));
    /* an older calendar put back by mistake: the days are as they were, and provisional */
    clock_move(&after, provisional, BEFORE, &after, &moves);
    assert_int_equal(moves.count, 2);
    assert_memory_equal(before.clocks, after.clocks, sizeof(after.clocks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_around_spring_festival),
        cmocka_unit_test(test_only_what_runs),
        cmocka_unit_test(test_each_clock_by_itself),
    };

    return cmocka_run_group_tests(tests, prepare, tidy);
}
