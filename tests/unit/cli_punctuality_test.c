/* cli_punctuality_test.c - `qiantong punctuality` on a told ledger: its numbers are counted by
 * hand from story_case() of ledger_story.h. */
#include "cli_fixture.h"

enum { CASES = 5 };

static int setup(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(CASES);
    return 0;
}

static json_int_t number_of(const json_t *row, const char *name)
{
    assert_true(json_is_integer(json_object_get(row, name)));
    return json_integer_value(json_object_get(row, name));
}

static const json_t *row_of_step(const json_t *rows, const char *step)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "step")), step) == 0)
            return row;
    }
    return NULL;
}

static void expect(const json_t *rows, const char *step, json_int_t in_time, json_int_t late,
                   json_int_t overdue, json_int_t rate)
{
    const json_t *row = row_of_step(rows, step);

    assert_non_null(row);
    assert_string_equal(json_string_value(json_object_get(row, "month")), "2026-03");
    assert_string_equal(json_string_value(json_object_get(row, "duty")), "own");
    assert_string_equal(json_string_value(json_object_get(row, "party")), "hrss.440000");
    assert_string_equal(json_string_value(json_object_get(row, "flow")), "pension.employee");
    assert_string_equal(json_string_value(json_object_get(row, "kind")), "EP-EP");
    assert_int_equal(number_of(row, "in_time"), in_time);
    assert_int_equal(number_of(row, "late"), late);
    assert_int_equal(number_of(row, "overdue"), overdue);
    assert_int_equal(number_of(row, "in_time_of_10000"), rate);
}

static void test_json(void **state)
{
    json_t *rows = cli_json("punctuality --json");

    (void)state;
    expect(rows, "d1", 5, 0, 0, 10000);
    expect(rows, "d2", 3, 0, 2, 6000); /* even cases are closed; the others' time has passed */
    expect(rows, "d3", 0, 0, 5, 0);
    assert_null(row_of_step(rows, "fund")); /* paused */
    assert_int_equal(json_array_size(rows), 3);
    json_decref(rows);
}

static void test_text(void **state)
{
    (void)state;
    cli_run("punctuality");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "60.00%"));
    assert_non_null(strstr(said.out, "Our own duty, 2026-03\n"));
    assert_non_null(strstr(said.out, "  employee  EP-EP  "));
    assert_null(strstr(said.out, "The other side's duty"));
    assert_non_null(strstr(said.out, "Rate: kept in time")); /* what it is a part of */
    cli_run("punctuality --month 2026-03");
    assert_non_null(strstr(said.out, "60.00%"));
    cli_run("punctuality --month 2026-04");
    assert_string_equal(said.out, "no limit has ended or passed\n");
}

static void test_wrong_words(void **state)
{
    (void)state;
    cli_refuses("punctuality --month 2026-13", 64, "2026-13 is no month");
    cli_refuses("punctuality x", 64, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_json, setup),
        cmocka_unit_test_setup(test_text, setup),
        cmocka_unit_test_setup(test_wrong_words, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}
