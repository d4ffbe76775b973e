/* cli_stays_test.c - `qiantong stays` and `qiantong stay`: what is listed of stays, how long
 * answers took, and one stay with what is owed for it. */
#include "stay_story.h"

static size_t listed(const char *line)
{
    json_t *root = cli_json(line);
    size_t count = json_array_size(root);

    json_decref(root);
    return count;
}

/* --- the list -------------------------------------------------------------------------------
 */

static void test_list(void **state)
{
    (void)state;
    cli_run("stays");
    assert_int_equal(said.status, 0);
    assert_narrow();
    assert_non_null(strstr(said.out, "H52990000001"));
    assert_non_null(strstr(said.out, "  ZY2026-000731"));
    assert_non_null(strstr(said.out, "1,234.56"));
    assert_non_null(strstr(said.out, "1,000.00"));
    assert_non_null(strstr(said.out, "440100"));
    /* A hospital stands once for each province, its stays below it. */
    assert_null(strstr(strstr(said.out, "H52990000001") + 1, "H52990000001"));
    assert_null(strchr(said.out, '\033'));
}

static void test_list_json(void **state)
{
    json_t *root = cli_json("stays --json");
    const json_t *row = json_row(root, "case_id", told_case(TOLD_SETTLED));

    (void)state;
    assert_int_equal(json_array_size(root), TOLD_STAYS);
    assert_string_equal(text_in(row, "stay"), "ZY2026-000731");
    assert_string_equal(text_in(row, "institution"), "H52990000001");
    assert_string_equal(text_in(row, "state"), "settled");
    assert_string_equal(text_in(row, "state_chinese"), "已结算");
    assert_string_equal(text_in(row, "insurance"), "medical");
    assert_string_equal(text_in(row, "party"), "hrss.440000");
    assert_int_equal(number_of(row, "far_region"), 440100);
    assert_int_equal(number_of(row, "total_fen"), 123456);
    assert_int_equal(number_of(row, "fund_fen"), 100000);
    assert_int_equal(number_of(row, "cash_fen"), 15000);
    assert_true(json_is_false(json_object_get(row, "open")));
    assert_true(json_is_null(json_object_get(row, "doubt")));
    row = json_row(root, "case_id", told_case(TOLD_UNCERTAIN));
    assert_string_equal(text_in(row, "doubt"), "settlement");
    assert_true(json_is_null(json_object_get(row, "fund_fen"))); /* nothing is booked */
    assert_int_equal(number_of(row, "total_fen"), 123456);
    json_decref(root);
}

static void test_filters(void **state)
{
    (void)state;
    /* uncertain, reversing, mismatched, late, unconfirmed, tried */
    assert_int_equal(listed("stays --open --json"), 6);
    assert_int_equal(listed("stays --month 2026-02 --json"), 1);
    assert_int_equal(listed("stays --month 2026-03 --json"), TOLD_STAYS - 1);
    assert_int_equal(listed("stays --month 2025-03 --json"), 0);
    assert_int_equal(listed("stays --party hrss.440000 --json"), TOLD_STAYS);
    cli_run("stays --month 2025-03");
    assert_string_equal(said.out, "no stay fits\n");
    cli_refuses("stays --month 2026-13", 64, "2026-13 is no month");
    cli_refuses("stays --month March", 64, "next: a month is written like 2026-03");
    cli_refuses("stays --month", 64, "--month");
    cli_refuses("stays --party hrss.999999", 66, "no party hrss.999999");
    cli_refuses("stays ZY-4", 64, "ZY-4");
}

static void test_none(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(2);
    cli_run("stays");
    assert_string_equal(said.out, "no stay yet\n");
    cli_run("stays --times");
    assert_string_equal(said.out, "no question has ended yet\n");
    assert_int_equal(listed("stays --json"), 0);
}

static void test_chinese(void **state)
{
    static const char *const lines[] = {
        "stays", "stays --times", "uncertain", "owes",
        "rate",  "cases",         "status",    "stay ZY2026-000732 --lines"};

    (void)state;
    setenv("LANGUAGE", "zh_CN", 1);
    unsetenv("LC_ALL");
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        cli_run(lines[i]);
        assert_int_equal(said.status, 0);
        assert_narrow();
    }
    cli_run("stays");
    assert_non_null(strstr(said.out, "结算存疑"));
    assert_non_null(strstr(said.out, "医疗保险"));
    unsetenv("LANGUAGE");
    setenv("LC_ALL", "C", 1);
}

/* --- times ---------------------------------------------------------------------------------
 */

static void test_times(void **state)
{
    json_t *root = cli_json("stays --times --json");
    const json_t *row = json_row(root, "institution", "H52990000001");

    (void)state;
    assert_int_equal(json_array_size(root), 3);
    assert_string_equal(text_in(row, "party"), "hrss.440000");
    /* 200 800 | 400 | 300 500 | 300 1000 (the query of the resolved one) | 300 */
    assert_int_equal(number_of(row, "answers"), 8);
    assert_int_equal(number_of(row, "whole_p50_ms"), 300);
    assert_int_equal(number_of(row, "whole_p99_ms"), 1000);
    assert_int_equal(number_of(row, "answers_there_known"), 6);
    assert_int_equal(number_of(row, "there_p50_ms"), 150);
    assert_int_equal(number_of(row, "there_p99_ms"), 400);
    /* the settlements that became uncertain */
    assert_int_equal(number_of(row, "unanswered"), 2);
    row = json_row(root, "institution", "H44990000009"); /* our own core answered */
    assert_int_equal(number_of(row, "answers"), 2);
    assert_int_equal(number_of(row, "answers_there_known"), 0);
    assert_true(json_is_null(json_object_get(row, "there_p50_ms")));
    json_decref(root);
    cli_run("stays --times");
    assert_narrow();
    assert_non_null(strstr(said.out, "p99 ms"));
    assert_non_null(strstr(said.out, "by its clock"));
    assert_int_equal(listed("stays --times --month 2026-02 --json"), 1);
}

/* --- one ------------------------------------------------------------------------------------
 */

static void test_one_settled(void **state)
{
    json_t *root = cli_json("stay H52990000001/ZY2026-000731 --lines --json");
    const json_t *shares = json_object_get(root, "shares");
    const json_t *row;

    (void)state;
    assert_string_equal(text_in(root, "case_id"), told_case(TOLD_SETTLED));
    assert_int_equal(number_of(root, "treating_region"), 520100);
    assert_int_equal(number_of(root, "insured_region"), 440100);
    assert_string_equal(text_in(root, "settlement_number"), "JS-0");
    assert_true(json_is_false(json_object_get(root, "trial")));
    assert_int_equal(json_array_size(shares), 4);
    row = json_row(shares, "share", "fund");
    assert_int_equal(number_of(row, "fen"), 100000);
    assert_string_equal(text_in(row, "by"), "hrss.440000");
    assert_string_equal(text_in(row, "to"), "hrss.520000");
    row = json_row(shares, "share", "account");
    assert_string_equal(text_in(row, "by"), "hrss.440000");
    row = json_row(shares, "share", "cash");
    assert_string_equal(text_in(row, "by"), "person");
    assert_string_equal(text_in(row, "to"), "hospital");
    assert_int_equal(json_array_size(json_object_get(root, "charge_lines")), 3);
    row = json_row(json_object_get(root, "charge_lines"), "number", "3");
    assert_string_equal(text_in(row, "original"), "1");
    assert_int_equal(number_of(row, "total_fen"), -900);
    assert_int_equal(json_array_size(json_object_get(root, "hops")), 2);
    row = json_array_get(json_object_get(root, "hops"), 1);
    assert_string_equal(text_in(row, "action"), "settle");
    assert_int_equal(number_of(row, "whole_ms"), 800);
    assert_int_equal(number_of(row, "there_ms"), 400);
    assert_true(json_is_true(json_object_get(root, "reversible")));
    json_decref(root);
    cli_run("stay H52990000001/ZY2026-000731 --lines");
    assert_int_equal(said.status, 0);
    assert_narrow();
    assert_non_null(strstr(said.out, "Who owes"));
    assert_non_null(strstr(said.out, "the person"));
    assert_non_null(strstr(said.out, "Gives back"));
    assert_null(strstr(said.out, "Trial"));
}

/* At the side that insures, it is we who owe. */
static void test_one_insured(void **state)
{
    json_t *root = cli_json("stay ZY-8 --json");
    const json_t *row = json_row(json_object_get(root, "shares"), "share", "fund");

    (void)state;
    assert_string_equal(text_in(row, "by"), "hrss.520000");
    assert_string_equal(text_in(row, "to"), "hrss.440000");
    assert_true(json_is_false(json_object_get(root, "reversible")));
    json_decref(root);
}

static void test_one_not_settled(void **state)
{
    json_t *root = cli_json("stay ZY2026-000732 --json");
    const json_t *act = json_object_get(root, "gateway_next");
    const json_t *question = json_object_get(root, "question");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(root, "shares")), 0);
    assert_string_equal(text_in(act, "action"), "reverse");
    assert_string_equal(text_in(question, "action"), "query");
    assert_string_equal(text_in(json_object_get(root, "original"), "action"), "settle");
    json_decref(root);
    cli_run("stay ZY2026-000732");
    assert_non_null(strstr(said.out, "settlement_uncertain"));
    assert_non_null(strstr(said.out, "By itself"));
    assert_null(strstr(said.out, "Who owes"));
    assert_narrow();
    cli_run("stay ZY-12"); /* a trial says what would be, and that it is not */
    assert_non_null(strstr(said.out, "nobody owes it"));
    assert_null(strstr(said.out, "Who owes"));
    cli_run("stay ZY-9");
    assert_non_null(strstr(said.out, "answer the question"));
}

static void test_one_by_what(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "stay %s", told_case(TOLD_BY_HAND));
    cli_run(line);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "STL-X02"));
    cli_refuses("stay ZY2026-000731", 64, "next: type the institution, too");
    cli_refuses("stay ZY2026-999999", 66, "next: `qiantong stays` lists them");
    cli_refuses("stay H52990000001/", 66, "no stay");
    cli_refuses("stay /", 66, "no stay");
    cli_refuses("stay", 64, "qiantong stay ID");
    cli_refuses("stay a b", 64, "b");
}

/* A case of another flow is not a stay, and has no part of one. */
static void test_one_of_another_flow(void **state)
{
    char id[UUID_TEXT_SIZE];
    char line[64];
    struct uuid transfer = story_case_id(1);

    (void)state;
    fixture_reset();
    stays_ledger(2);
    snprintf(line, sizeof(line), "stay %s", uuid_format(&transfer, id));
    cli_refuses(line, 66, "is no stay of direct settlement");
    cli_refuses("stay C52000000000001", 66, "no stay");
    assert_int_equal(listed("stays --json"), TOLD_STAYS);
    cli_run("cases"); /* two flows: each case says which */
    assert_narrow();
    assert_non_null(strstr(said.out, "Flow"));
    assert_non_null(strstr(said.out, "  stay"));
    assert_non_null(strstr(said.out, "  employee"));
    assert_non_null(strstr(said.out, "  EP-EP"));
    assert_non_null(strstr(said.out, "  inpati.."));
    cli_run("cases --state closed"); /* one */
    assert_null(strstr(said.out, "Flow"));
}

/* Not one word of who the person is: the tag of the fixture is the only thing there is. */
static void test_no_person(void **state)
{
    static const char *const lines[] = {"stays --json", "stay ZY-8 --json", "uncertain --json",
                                        "rate --json", "owes --json"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        cli_run(lines[i]);
        assert_int_equal(said.status, 0);
        assert_null(strstr(said.out, "person_tag"));
        assert_null(strstr(said.out, "7070"));
        assert_null(strstr(said.out, "identity"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_list, stays_setup),
        cmocka_unit_test_setup(test_list_json, stays_setup),
        cmocka_unit_test_setup(test_filters, stays_setup),
        cmocka_unit_test(test_none),
        cmocka_unit_test_setup(test_chinese, stays_setup),
        cmocka_unit_test_setup(test_times, stays_setup),
        cmocka_unit_test_setup(test_one_settled, stays_setup),
        cmocka_unit_test_setup(test_one_insured, stays_setup),
        cmocka_unit_test_setup(test_one_not_settled, stays_setup),
        cmocka_unit_test_setup(test_one_by_what, stays_setup),
        cmocka_unit_test(test_one_of_another_flow),
        cmocka_unit_test_setup(test_no_person, stays_setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}
