/* core_outage_test.c - what lasts, until when, and when the last one ended. */
#include "unit.h"

#include "core/outage.h"

static const struct outage_plan plan = {
    .at = {{{5000}, {6000}}, {{1000}, {2000}}, {{2000}, {3000}}, {{2500}, {2700}}}, .count = 4};

static void test_until(void **state)
{
    static const struct {
        int64_t now;
        int64_t until; /* 0: nothing lasts */
    } rows[] = {
        {0, 0},       {999, 0},       {1000, 3000}, {1999, 3000}, {2000, 3000},
        {2600, 3000}, {2999, 3000},   {3000, 0},    {5000, 6000}, {5999, 6000},
        {6000, 0},    {INT64_MAX, 0}, {-1, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(outage_until(&plan, (struct instant){rows[i].now}).ms, rows[i].until);
    assert_int_equal(outage_until(&(struct outage_plan){.count = 0}, (struct instant){1}).ms,
                     0);
}

static void test_ended(void **state)
{
    static const struct {
        int64_t now;
        int64_t ended;
    } rows[] = {
        {1999, 0},    {2000, 2000}, {2699, 2000}, {2700, 2700},
        {3000, 3000}, {5999, 3000}, {6000, 6000}, {INT64_MAX, 6000},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(outage_ended(&plan, (struct instant){rows[i].now}).ms, rows[i].ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
