/* core_rules_test.c - which value holds on which day. */
#include "unit.h"

#include "core/rules.h"

static struct day on(int year, int month, int day_of_month)
{
    struct day day = {0};

    assert_true(day_from(year, month, day_of_month, &day));
    return day;
}

static void newest_that_has_begun(void **unused)
{
    struct rules rules = {.count = 5};

    (void)unused;
    /* out of order on purpose */
    rules.rows[0] = (struct rule){"PEN-D1", on(2026, 7, 1), 10};
    rules.rows[1] = (struct rule){"PEN-D1", on(2010, 1, 1), 15};
    rules.rows[2] = (struct rule){"PEN-D2", on(2010, 1, 1), 99};
    rules.rows[3] = (struct rule){"PEN-D1", on(2027, 1, 1), 5};
    rules.rows[4] = (struct rule){"PEN-D1", on(2027, 1, 1), 6}; /* corrects the one before */
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2009, 12, 31), 7), 7);
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2010, 1, 1), 7), 15);
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2026, 6, 30), 7), 15);
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2026, 7, 1), 7), 10);
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2026, 12, 31), 7), 10);
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2199, 12, 31), 7), 6);
    assert_int_equal(rules_value(&rules, "PEN-D", on(2026, 7, 1), 7), 7);
    assert_int_equal(rules_value(&rules, "PEN-D11", on(2026, 7, 1), 7), 7);
    assert_int_equal(rules_value(&rules, "", on(2026, 7, 1), -7), -7);
}

static void a_value_out_of_bounds_is_none(void **unused)
{
    struct rules rules = {.count = 1};

    (void)unused;
    rules.rows[0] = (struct rule){"PEN-D1", on(2010, 1, 1), 15};
    assert_int_equal(rules_within(&rules, "PEN-D1", on(2026, 1, 1), 15, 15, 7), 15);
    assert_int_equal(rules_within(&rules, "PEN-D1", on(2026, 1, 1), 16, 99, 7), 7);
    assert_int_equal(rules_within(&rules, "PEN-D1", on(2026, 1, 1), 0, 14, 7), 7);
    assert_int_equal(rules_within(&rules, "PEN-D2", on(2026, 1, 1), 0, 99, -1), -1);
}

static void no_rules(void **unused)
{
    struct rules rules = {.count = 0};

    (void)unused;
    rules.rows[0] = (struct rule){"PEN-D1", on(2010, 1, 1), 15};
    assert_int_equal(rules_value(&rules, "PEN-D1", on(2026, 1, 1), 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_that_has_begun),
        cmocka_unit_test(a_value_out_of_bounds_is_none),
        cmocka_unit_test(no_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
