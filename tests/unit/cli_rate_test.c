/* cli_rate_test.c - `qiantong rate` and `qiantong owes`: numbers that others count on, each
 * written down here by hand from the stays of stay_story.h. */
#include "stay_story.h"

/* --- rate ------------------------------------------------------------------------------------
 */

static const json_t *find_row(const json_t *root, const char *role, const char *month,
                              json_int_t level)
{
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(root, "rows"), i, row)
    {
        if (strcmp(text_in(row, "role"), role) == 0 &&
            strcmp(text_in(row, "month"), month) == 0 && number_of(row, "level") == level)
            return row;
    }
    return NULL;
}

static void expect(const json_t *row, const char *const names[], const json_int_t *numbers,
                   size_t count)
{
    assert_non_null(row);
    for (size_t i = 0; i < count; i++) {
        if (number_of(row, names[i]) != numbers[i])
            print_error("%s\n", names[i]);
        assert_int_equal(number_of(row, names[i]), numbers[i]);
    }
}

static const char *const names[] = {"registered", "settled",   "settled_of_10000", "resolved",
                                    "reversed",   "cancelled", "manual",           "ended",
                                    "open",       "uncertain"};

static void test_rate(void **state)
{
    /* settled, uncertain, unconfirmed, resolved, tried */
    static const json_int_t third[] = {5, 3, 6000, 1, 0, 1, 0, 0, 2, 2};
    /* reversing, mismatched, by hand, reversed and by hand; the two refused count nowhere */
    static const json_int_t second[] = {4, 0, 0, 0, 1, 0, 2, 0, 2, 3};
    static const json_int_t there[] = {1, 1, 10000, 0, 0, 0, 0, 0, 0, 0};
    static const json_int_t late[] = {1, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    json_t *root = cli_json("rate --json");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(root, "rows")), 4);
    expect(find_row(root, "treating", "2026-03", 3), names, third, COUNT_OF(names));
    expect(find_row(root, "treating", "2026-03", 2), names, second, COUNT_OF(names));
    expect(find_row(root, "insured", "2026-02", 1), names, there, COUNT_OF(names));
    expect(find_row(root, "insured", "2026-03", 1), names, late, COUNT_OF(names));
    json_decref(root);
}

static void test_partition(void **state)
{
    json_t *root = cli_json("rate --json");
    const json_t *row;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(root, "rows"), i, row)
    {
        assert_int_equal(number_of(row, "registered"),
                         number_of(row, "settled") + number_of(row, "manual") +
                             number_of(row, "ended") + number_of(row, "open"));
    }
    json_decref(root);
}

static void test_reasons(void **state)
{
    json_t *root = cli_json("rate --json");
    const json_t *reasons = json_object_get(root, "manual_reasons");

    (void)state;
    assert_int_equal(json_array_size(reasons), 2);
    assert_int_equal(number_of(json_row(reasons, "code", "STL-X02"), "count"), 1);
    assert_int_equal(number_of(json_row(reasons, "code", "STL-X02"), "level"), 2);
    assert_string_equal(text_in(json_row(reasons, "code", "STL-X02"), "month"), "2026-03");
    assert_string_equal(text_in(json_row(reasons, "code", "STL-X02"), "insurance"), "medical");
    assert_string_equal(text_in(json_row(reasons, "code", "STL-X02"), "party"), "hrss.440000");
    assert_null(json_row(reasons, "code", "STL-F02")); /* was never registered */
    assert_true(json_is_null(json_object_get(json_array_get(reasons, 0), "code")));
    json_decref(root);
}

static void test_rate_text(void **state)
{
    (void)state;
    cli_run("rate");
    assert_int_equal(said.status, 0);
    assert_narrow();
    assert_non_null(strstr(said.out, "ever were registered")); /* the denominator is said */
    assert_non_null(strstr(said.out, "1 (25.00%)"));
    assert_non_null(strstr(said.out, "STL-X02"));
    cli_run("rate --month 2026-02");
    assert_non_null(strstr(said.out, "100.00%"));
    assert_null(strstr(said.out, "Treated here"));
    cli_run("rate --month 2024-02");
    assert_string_equal(said.out, "no stay was registered\n");
    cli_refuses("rate --month 2026", 64, "2026 is no month");
    cli_refuses("rate x", 64, "x");
}

/* --- owes ------------------------------------------------------------------------------------
 */

static void test_owes(void **state)
{
    json_t *root = cli_json("owes --json");
    const json_t *row;

    (void)state;
    assert_int_equal(json_array_size(root), 2); /* two directions, never one balance */
    row = json_row(root, "account", "receivable");
    assert_string_equal(text_in(row, "debtor"), "hrss.440000");
    assert_string_equal(text_in(row, "creditor"), "hrss.520000");
    assert_string_equal(text_in(row, "month"), "2026-03");
    assert_string_equal(text_in(row, "insurance"), "medical");
    assert_int_equal(number_of(row, "debit_fen"), 103456);
    assert_int_equal(number_of(row, "credit_fen"), 0);
    assert_int_equal(number_of(row, "owed_fen"), 103456);
    assert_int_equal(number_of(row, "postings"), 1);
    row = json_row(root, "account", "payable");
    assert_string_equal(text_in(row, "debtor"), "hrss.520000");
    assert_string_equal(text_in(row, "creditor"), "hrss.440000");
    assert_string_equal(text_in(row, "month"), "2026-02");
    assert_int_equal(number_of(row, "credit_fen"), 50000);
    assert_int_equal(number_of(row, "owed_fen"), 50000);
    json_decref(root);
}

static void test_owes_text(void **state)
{
    const char *payable;

    (void)state;
    cli_run("owes");
    assert_int_equal(said.status, 0);
    assert_narrow();
    payable = strstr(said.out, "We owe others");
    assert_non_null(payable);
    assert_non_null(strstr(payable, "500.00"));
    assert_null(strstr(payable, "1,034.56"));
    assert_non_null(strstr(said.out, "1,034.56"));
    cli_run("owes --month 2026-02");
    assert_null(strstr(said.out, "1,034.56"));
    assert_non_null(strstr(said.out, "Others owe us (receivable)\nnothing\n"));
    cli_run("owes --month 2031-01");
    assert_non_null(strstr(said.out, "(payable)\nnothing\n"));
    cli_refuses("owes --month 202613", 64, "202613 is no month");
    cli_refuses("owes --month 2026-02 --month 2026-03", 64, "--month");
}

/* A posting that was undone leaves its count: nothing is hidden by what takes it back. */
static void test_owes_undone(void **state)
{
    json_t *root;
    const json_t *row;

    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(1);
    root = cli_json("owes --month 2026-04 --json");
    row = json_array_get(root, 0);
    assert_int_equal(json_array_size(root), 1);
    assert_int_equal(number_of(row, "debit_fen"), -100);
    assert_int_equal(number_of(row, "owed_fen"), -100);
    assert_int_equal(number_of(row, "postings"), 1);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rate, stays_setup),
        cmocka_unit_test_setup(test_partition, stays_setup),
        cmocka_unit_test_setup(test_reasons, stays_setup),
        cmocka_unit_test_setup(test_rate_text, stays_setup),
        cmocka_unit_test_setup(test_owes, stays_setup),
        cmocka_unit_test_setup(test_owes_text, stays_setup),
        cmocka_unit_test(test_owes_undone),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}
