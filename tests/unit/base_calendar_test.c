/* base_calendar_test.c - working days against the notices for 2025 and 2026 (CAL-01, CAL-02).
 */
#include "unit.h"

#include "base/calendar.h"

static const struct {
    uint32_t first;
    uint32_t last;
} off[] = {
    {20250101, 20250101}, {20250128, 20250204}, {20250404, 20250406}, {20250501, 20250505},
    {20250531, 20250602}, {20251001, 20251008}, {20260101, 20260103}, {20260215, 20260223},
    {20260404, 20260406}, {20260501, 20260505}, {20260619, 20260621}, {20260925, 20260927},
    {20261001, 20261007},
};
static const uint32_t makeup[] = {20250126, 20250208, 20250427, 20250928, 20251011, 20260104,
                                  20260214, 20260228, 20260509, 20260920, 20261010};

static struct day day_of(uint32_t yyyymmdd)
{
    struct day day = {0};

    assert_true(day_from((int)(yyyymmdd / 10000), (int)(yyyymmdd / 100 % 100),
                         (int)(yyyymmdd % 100), &day));
    return day;
}

static int make_calendar(void **state)
{
    struct calendar *calendar = calendar_new();
    struct error err = ERROR_INIT;

    assert_non_null(calendar);
    calendar_set_range(calendar, day_of(20250101), day_of(20261231));
    for (size_t i = 0; i < COUNT_OF(off); i++)
        for (struct day day = day_of(off[i].first); day_yyyymmdd(day) <= off[i].last;
             day.number++)
            assert_true(calendar_add_off(calendar, 0, day, &err));
    for (size_t i = 0; i < COUNT_OF(makeup); i++)
        assert_true(calendar_add_makeup(calendar, 0, day_of(makeup[i]), &err));
    *state = calendar;
    return 0;
}

static int drop_calendar(void **state)
{
    calendar_free(*state);
    return 0;
}

static void test_limits(void **state)
{
    static const int days[] = {5, 10, 15, 45};
    static const uint32_t rows[][5] = {
        {20250120, 20250126, 20250208, 20250214, 20250328},
        {20250421, 20250427, 20250507, 20250514, 20250626},
        {20250926, 20251010, 20251016, 20251023, 20251204},
        {20251222, 20251229, 20260106, 20260113, 20260302},
        {20260104, 20260109, 20260116, 20260123, 20260312},
        {20260206, 20260213, 20260227, 20260305, 20260417},
        {20260214, 20260228, 20260306, 20260313, 20260427},
        {20260918, 20260924, 20261009, 20261015, 20261126},
        {20260930, 20261013, 20261020, 20261027, 20261208},
        {20261123, 20261130, 20261207, 20261214, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(days); j++) {
            bool provisional = false;
            struct day limit = calendar_limit(*state, 520000, day_of(rows[i][0]), days[j],
                                              &provisional);
            if (rows[i][j + 1] == 0) {
                assert_true(provisional);
                continue;
            }
            assert_int_equal(day_yyyymmdd(limit), rows[i][j + 1]);
            assert_false(provisional);
            assert_int_equal(calendar_between(*state, 520000, day_of(rows[i][0]), limit),
                             days[j]);
            assert_int_equal(calendar_between(*state, 520000, limit, day_of(rows[i][0])),
                             -days[j]);
        }
}

static void test_months(void **state)
{
    static const int expected[2][12] = {
        {19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23},
        {21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23},
    };

    for (uint32_t year = 2025; year <= 2026; year++) {
        int count = 0;
        struct day from = day_of((year - 1) * 10000 + 1231);
        struct day to = day_of(year * 10000 + 1231);
        int months[12] = {0};

        for (struct day day = {from.number + 1}; day.number <= to.number; day.number++) {
            bool provisional = false;
            months[day_yyyymmdd(day) / 100 % 100 - 1] += calendar_works(*state, 0, day,
                                                                        &provisional);
            assert_false(provisional);
        }
        for (size_t i = 0; i < 12; i++) {
            assert_int_equal(months[i], expected[year - 2025][i]);
            count += months[i];
        }
        assert_int_equal(count, 248);
        assert_int_equal(calendar_between(*state, 0, from, to), 248);
    }
}

static void test_beyond_the_range(void **state)
{
    bool provisional = false;

    /* Weekends and 1 January only: 1 January 2027 is a Friday, 26 January a Tuesday. */
    assert_int_equal(
        day_yyyymmdd(calendar_limit(*state, 0, day_of(20261123), 45, &provisional)), 20270126);
    assert_true(provisional);
    provisional = false;
    assert_false(calendar_works(*state, 0, day_of(20271001), &provisional));
    assert_true(provisional);
    assert_false(calendar_works(*state, 0, day_of(20270101), &provisional));
    assert_true(calendar_works(*state, 0, day_of(20271005), &provisional));
    assert_false(calendar_works(*state, 0, day_of(20280501), &provisional));
    assert_false(calendar_works(*state, 0, day_of(20270102), &provisional)); /* Saturday */
    provisional = true;
    assert_true(calendar_works(*state, 0, day_of(20260302), &provisional));
    assert_true(provisional); /* never cleared */
    provisional = false;
    (void)calendar_limit(*state, 0, day_of(20261224), 5, &provisional);
    assert_false(provisional); /* the last day of the range is still inside */
    (void)calendar_limit(*state, 0, day_of(20261224), 6, &provisional);
    assert_true(provisional);
}

static void test_edges(void **state)
{
    bool provisional = false;
    struct day last;

    assert_int_equal(day_yyyymmdd(calendar_limit(*state, 0, day_of(20260501), 0, &provisional)),
                     20260501);
    assert_false(provisional);
    assert_int_equal(calendar_between(*state, 0, day_of(20260302), day_of(20260302)), 0);
    last = calendar_limit(*state, 0, day_of(21991220), 1000, &provisional);
    assert_int_equal(day_yyyymmdd(last), 21991231); /* time ends here for us */
    assert_true(provisional);
}

static void test_regions(void **state)
{
    struct error err = ERROR_INIT;
    bool provisional = false;
    struct day sanyuesan = day_of(20260420);

    assert_true(calendar_add_off(*state, 450000, sanyuesan, &err));
    assert_true(calendar_add_makeup(*state, 450100, sanyuesan, &err));
    assert_true(calendar_add_makeup(*state, 520000, day_of(20260501), &err));
    assert_false(calendar_works(*state, 450000, sanyuesan, &provisional));
    assert_false(calendar_works(*state, 450200, sanyuesan, &provisional));
    assert_true(calendar_works(*state, 450100, sanyuesan, &provisional));
    assert_true(calendar_works(*state, 440000, sanyuesan, &provisional));
    assert_true(calendar_works(*state, 0, sanyuesan, &provisional));
    assert_true(calendar_works(*state, 520100, day_of(20260501), &provisional));
    assert_false(calendar_works(*state, 450100, day_of(20260501), &provisional));
    assert_false(provisional);
}

static void test_contradictions(void **state)
{
    struct error err = ERROR_INIT;

    assert_true(calendar_add_off(*state, 0, day_of(20260101), &err)); /* said again */
    assert_false(calendar_add_makeup(*state, 0, day_of(20260101), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    err.code = ERROR_NONE;
    assert_false(calendar_add_off(*state, 0, day_of(20260214), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    err.code = ERROR_NONE;
    assert_false(calendar_add_off(*state, 5200, day_of(20260214), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    err.code = ERROR_NONE;
    assert_false(calendar_add_off(*state, 0, (struct day){0}, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
}

static void test_bounds(void **state)
{
    struct calendar *calendar = calendar_new();
    struct error err = ERROR_INIT;

    (void)state;
    assert_non_null(calendar);
    for (uint32_t i = 0; i < CALENDAR_REGIONS_MAX; i++)
        assert_true(calendar_add_off(calendar, 110000 + i, day_of(20260302), &err));
    assert_false(calendar_add_off(calendar, 650000, day_of(20260302), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_true(calendar_add_off(calendar, 110000, day_of(20260303), &err));
    for (int i = CALENDAR_REGIONS_MAX + 1; i < CALENDAR_DAYS_MAX; i++)
        assert_true(calendar_add_off(calendar, 0, (struct day){40000 - i}, &err));
    err.code = ERROR_NONE;
    assert_false(calendar_add_off(calendar, 0, (struct day){50000}, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    calendar_free(calendar);
    calendar_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_limits, make_calendar, drop_calendar),
        cmocka_unit_test_setup_teardown(test_months, make_calendar, drop_calendar),
        cmocka_unit_test_setup_teardown(test_beyond_the_range, make_calendar, drop_calendar),
        cmocka_unit_test_setup_teardown(test_edges, make_calendar, drop_calendar),
        cmocka_unit_test_setup_teardown(test_regions, make_calendar, drop_calendar),
        cmocka_unit_test_setup_teardown(test_contradictions, make_calendar, drop_calendar),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
