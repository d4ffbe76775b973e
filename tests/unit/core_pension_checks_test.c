/* core_pension_checks_test.c - each check of the information form, with a good and a bad
 * example. */
#include "unit.h"

#include <string.h>

#include "core/pension_checks.h"
#include "core/pension_form.h"
#include "pension_documents.h"

static struct arena *arena;
static struct rules rules;
static struct pension_issues issues;
static struct day today;

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 24);
    assert_non_null(arena);
    assert_true(day_from(2026, 3, 2, &today));
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

static int fresh(void **unused)
{
    (void)unused;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    return 0;
}

static void run_for(const struct record *form, uint32_t out_region)
{
    struct error err = ERROR_INIT;

    assert_true(pension_checks_run(CHECKS_EMPLOYEE, form, out_region, today, &rules, arena,
                                   &issues, &err));
}

static void run(const struct record *form)
{
    run_for(form, 440000);
}

static const struct pension_issue *found(const char *code)
{
    for (size_t i = 0; i < issues.count; i++)
        if (strcmp(issues.list[i].code, code) == 0)
            return &issues.list[i];
    return NULL;
}

static void expect(const char *code, bool hard, unsigned row)
{
    const struct pension_issue *issue = found(code);

    if (issue == NULL)
        print_message("no %s\n", code);
    assert_non_null(issue);
    assert_int_equal(issue->hard, hard);
    assert_int_equal(issue->row, row);
    assert_true(!hard || issues.hard);
}

static void expect_none(const char *code)
{
    if (found(code) != NULL)
        print_message("%s\n", code);
    assert_null(found(code));
}

static struct record *row_field(struct record *form, unsigned row, const char *name,
                                const char *value)
{
    document_set(document_row(form, row), name, value);
    return form;
}

static struct record *field(struct record *form, const char *path, const char *value)
{
    document_set(form, path, value);
    return form;
}

static void a_good_form_has_no_issue(void **unused)
{
    (void)unused;
    run(document_form(arena));
    for (size_t i = 0; i < issues.count; i++)
        print_message("%s row %u\n", issues.list[i].code, issues.list[i].row);
    assert_int_equal(issues.count, 0);
    assert_false(issues.hard);
}

/* One field changed: this issue must be among what is found. */
static const struct wrong_field {
    const char *code;
    bool hard;
    unsigned in_row; /* 0: the path is from the root */
    unsigned row;    /* of the issue */
    const char *path;
    const char *value;
} wrong_fields[] = {
    {"PEN-C01", true, 0, 0, "amounts/before1998", ""},
    {"PEN-C01", true, 0, 0, "amounts/toLastYear", "-0.01"},
    {"PEN-C01", true, 0, 0, "amounts/thisYear", "960.001"},
    {"PEN-C01", true, 0, 0, "amounts/account", "100000000.00"},
    {"PEN-C01", true, 0, 0, "amounts/pooled", "1e4"},
    {"PEN-C01", true, 0, 0, "amounts/total", "29,028.38"},
    {"PEN-C02", true, 0, 0, "amounts/account", "11748.39"},
    {"PEN-C02", true, 0, 0, "amounts/toLastYear", "10788.37"},
    {"PEN-C03", true, 0, 0, "amounts/total", "29028.37"},
    {"PEN-C03", true, 0, 0, "amounts/pooled", "17280.01"},
    {"PEN-C05", true, 0, 0, "amounts/pooled", "17000.00"},
    {"PEN-C05", true, 0, 0, "amounts/pooled", "0.00"},
    {"PEN-C05", false, 0, 0, "amounts/pooled", "17278.60"},
    {"PEN-C05", true, 1, 0, "base", "-1.00"},
    {"PEN-C05", true, 1, 0, "months", "x"},
    {"PEN-C07", true, 1, 1, "from", "2023-12"},
    {"PEN-C07", true, 2, 2, "to", "2026-01"},
    {"PEN-C07", true, 2, 2, "from", "2025-13"},
    {"PEN-C07", true, 3, 3, "months", "3"},
    {"PEN-C07", true, 3, 3, "year", "2025"},
    {"PEN-C07", true, 3, 3, "to", ""},
    {"PEN-C08", true, 2, 2, "from", "2024-12"},
    {"PEN-C09", true, 0, 0, "localMonths", "27"},
    {"PEN-C09", true, 0, 0, "localMonths", ""},
    {"PEN-C09", true, 2, 0, "region", "450000"},
    {"PEN-C10", false, 0, 0, "localFrom", "2024-02"},
    {"PEN-C10", false, 0, 0, "localTo", "2026-01"},
    {"PEN-C10", false, 0, 0, "localTo", ""},
    {"PEN-C11", false, 1, 1, "credited", "4800.13"},
    {"PEN-C11", false, 2, 2, "creditedPersonal", "5759.80"},
    {"PEN-C11", false, 2, 2, "personalRate", "0.0700"},
    {"PEN-C12", true, 1, 1, "creditedPersonal", "4800.01"},
    {"PEN-C12", true, 2, 2, "interestPersonal", "128.39"},
    {"PEN-C12", true, 3, 3, "balancePersonal", "11748.39"},
    {"PEN-C12", true, 3, 3, "balance", "x"},
    {"PEN-C13", false, 2, 2, "interest", "128.39"},
    {"PEN-C13", false, 1, 2, "balance", "4900.01"},
    {"PEN-C14", false, 3, 3, "interest", "0.01"},
    {"PEN-C14", false, 3, 0, "credited", "960.02"},
    {"PEN-C15", true, 0, 0, "amounts/before1998", "0.01"},
    {"PEN-C15", false, 2, 0, "balance", "10788.39"},
    {"PEN-C16", false, 1, 1, "accountRate", "0.0001"},
    {"PEN-C16", false, 3, 3, "personalRate", "0.0801"},
    {"PEN-C17", false, 0, 0, "firstContribution", "2024-02"},
    {"PEN-C17", false, 0, 0, "firstPlaceBegan", "2024-02"},
    {"PEN-C17", false, 0, 0, "startedWork", "2024-02-01"},
    {"PEN-C17", false, 0, 0, "startedWork", "1979-12-01"},
    {"PEN-C18", true, 0, 0, "person/identityNumber", "529901198001151234"},
    {"PEN-C18", true, 0, 0, "person/identityNumber", "52990119800115123"},
    {"PEN-C18", true, 0, 0, "person/identityNumber", ""},
    {"PEN-C18", true, 0, 0, "person/sex", "2"},
    {"PEN-C18", true, 0, 0, "person/sex", "x"},
    {"PEN-C18", true, 0, 0, "person/birthDate", "1980-01-16"},
    {"PEN-C18", true, 0, 0, "person/birthDate", "1980-02-30"},
    {"PEN-C18", true, 0, 0, "person/identityType", ""},
    {"PEN-C21", false, 0, 3, "transferDate", "2026-01-31"},
    {"PEN-C21", false, 0, 1, "person/birthDate", "2008-02-01"},
};

static void one_wrong_field(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(wrong_fields); i++) {
        struct record *form = document_form(arena);

        if (wrong_fields[i].in_row > 0)
            row_field(form, wrong_fields[i].in_row, wrong_fields[i].path,
                      wrong_fields[i].value);
        else
            field(form, wrong_fields[i].path, wrong_fields[i].value);
        if (strcmp(wrong_fields[i].path, "person/identityType") == 0)
            document_set(form, "person/identityNumber",
                         "E12345678"); /* empty type: a citizen */
        run(form);
        if (found(wrong_fields[i].code) == NULL)
            print_message("%s: %s = %s\n", wrong_fields[i].code, wrong_fields[i].path,
                          wrong_fields[i].value);
        expect(wrong_fields[i].code, wrong_fields[i].hard, wrong_fields[i].row);
    }
}

static struct record *empty_rows(void)
{
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");

    rows->first = NULL;
    rows->last = NULL;
    return rows;
}

static struct record *add_row(struct record *rows, const char *region, const char *year,
                              const char *from, const char *to, const char *months,
                              const char *base)
{
    const char *values[DOCUMENT_ROW_FIELDS] = {region, year,   from,   to,     months,
                                               base,   "0",    "0",    "0",    "0.00",
                                               "0.00", "0.00", "0.00", "0.00", "0.00"};

    return document_add_row(arena, rows, values);
}

/* pension-transfer example: 800.00 x 12, 1500.00 x 12, 1800.00 x 12, 7012.34 x 9 at 12 % are
 * 1 347 732.72 fen; the box says 13 477.33. */
static struct record *worked_example(const char *pooled)
{
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");

    rows->first = NULL;
    rows->last = NULL;
    add_row(rows, "440000", "1997", "1997-01", "1997-12", "12", "999.00"); /* does not count */
    add_row(rows, "450000", "1998", "1998-01", "1998-12", "12", "800.00");
    add_row(rows, "440000", "2005", "2005-01", "2005-12", "12", "1500.00");
    add_row(rows, "440000", "2006", "2006-01", "2006-12", "12", "1800.00");
    add_row(rows, "440000", "2026", "2026-01", "2026-09", "9", "7012.34");
    document_set(form, "amounts/pooled", pooled);
    return form;
}

static void pooled_fund_of_the_worked_example(void **unused)
{
    (void)unused;
    run(worked_example("13477.33"));
    expect_none("PEN-C05");
    /* tolerance: 100 fen and 12 for each of five rows; 1 347 732.72 +- 160 */
    run(worked_example("13478.92"));
    expect_none("PEN-C05");
    run(worked_example("13475.73"));
    expect_none("PEN-C05");
    run(worked_example("13478.93"));
    expect("PEN-C05", false, 0);
    run(worked_example("13475.72"));
    expect("PEN-C05", false, 0);
    /* one per cent is 13 477.3272 fen: 1 361 210.0472 and 1 334 255.3928 */
    run(worked_example("13612.10"));
    expect("PEN-C05", false, 0);
    run(worked_example("13612.11"));
    expect("PEN-C05", true, 0);
    run(worked_example("13342.56"));
    expect("PEN-C05", false, 0);
    run(worked_example("13342.55"));
    expect("PEN-C05", true, 0);
}

static void pooled_limits_are_rules(void **unused)
{
    (void)unused;
    rules.count = 3;
    rules.rows[0] = (struct rule){"PEN-C05-TOL", today, 0};
    rules.rows[1] = (struct rule){"PEN-C05-ROW", today, 0};
    rules.rows[2] = (struct rule){"PEN-C05-HARD", today, 0};
    run(worked_example("13477.33"));
    expect("PEN-C05", true, 0);
    rules.rows[0].value = 1;
    run(worked_example("13477.33"));
    expect_none("PEN-C05");
    rules.rows[2].value = 1000000;
    run(worked_example("0.00"));
    expect("PEN-C05", false, 0);
}

/* Temporary account: the real employer's rate above 12 %, never less; a warning only. */
static void temporary_accounts(void **unused)
{
    struct record *form = field(document_form(arena), "accountType", "1");

    (void)unused;
    run(form);
    expect_none("PEN-C05");
    expect("PEN-C06", false, 0);
    field(form, "amounts/pooled", "23040.00"); /* 16 % of 144000.00 */
    run(form);
    expect_none("PEN-C06");
    for (unsigned row = 1; row <= 3; row++)
        row_field(form, row, "employerRate", "0.1000");
    field(form, "amounts/pooled", "17280.00");
    run(form);
    expect_none("PEN-C06");
}

/* The largest rows there can be: sums stay exact, and the employer's rate of 1 overflows
 * nothing. */
static void sums_beyond_all_measure(void **unused)
{
    struct record *rows = empty_rows();
    struct record *form = document_form(arena);

    (void)unused;
    for (size_t i = 0; i < PENSION_ROWS_MAX; i++)
        document_set(add_row(rows, "440000", "2025", "2025-01", "2025-12", "99", "99999999.99"),
                     "employerRate", "1.0000");
    *document_at(form, "rows") = *rows;
    run(form);
    expect("PEN-C05", true, 0);
    expect("PEN-C07", true, 1);
    expect("PEN-C08", true, 2);
    document_set(form, "accountType", "1");
    run(form);
    expect("PEN-C06", false, 0);
}

static void overlap_of_two_regions_is_no_fault(void **unused)
{
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");

    (void)unused;
    add_row(rows, "450000", "2025", "2025-06", "2025-06", "1", "0.00");
    run(form);
    expect("PEN-C08", false, 4);
    assert_false(issues.hard);
    add_row(rows, "450000", "2025", "2025-06", "2025-07", "2", "0.00");
    run(form);
    assert_true(issues.hard);
    assert_int_equal(issues.list[0].row, 4);
    assert_false(issues.list[0].hard);
    assert_int_equal(issues.list[1].row, 5);
    assert_true(issues.list[1].hard);
}

static void months_of_the_place_that_is_left(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    row_field(form, 2, "region", "440305");
    run_for(form, 440000); /* a province holds its counties */
    expect_none("PEN-C09");
    run_for(form, 440300);
    expect("PEN-C09", true, 0);
    field(form, "localMonths", "12");
    run_for(form, 440300); /* a city too, but not its province */
    expect_none("PEN-C09");
    run_for(form, 440305);
    expect_none("PEN-C09");
    run_for(form, 440306);
    expect("PEN-C09", true, 0);
}

/* Two rows of one year share the year's balance. */
static void a_year_in_two_rows(void **unused)
{
    struct record *form = document_form(arena);
    struct record *second = document_row(form, 2);
    struct record *copy = document_put(arena, second, "spare", NULL);
    const char *values[DOCUMENT_ROW_FIELDS] = {
        "440000", "2025",    "2025-07", "2025-12", "6",     "6000.00",  "0.1600",  "0.0000",
        "0.0800", "2880.00", "2880.00", "64.19",   "64.19", "10788.38", "10788.38"};
    struct record *half;

    (void)unused;
    (void)copy;
    document_set(second, "to", "2025-06");
    document_set(second, "months", "6");
    document_set(second, "credited", "2880.00");
    document_set(second, "creditedPersonal", "2880.00");
    document_set(second, "interest", "64.19");
    document_set(second, "interestPersonal", "64.19");
    document_set(second, "balance", "7844.19");
    document_set(second, "balancePersonal", "7844.19");
    half = document_add_row(arena, document_at(form, "rows"), values);
    document_at(form, "rows")->last = document_row(form, 3); /* move it after the second */
    document_row(form, 3)->next = NULL;
    half->next = second->next;
    second->next = half;
    run(form);
    assert_int_equal(issues.count, 0);
    document_set(half, "interest", "64.20");
    run(form);
    expect("PEN-C13", false, 3);
}

static void a_remark_explains_another_balance(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    field(form, "amounts/toLastYear", "10788.39");
    run(form);
    expect("PEN-C15", false, 0);
    document_put(arena, form, "remark", "2005年记账比例更正");
    run(form);
    expect_none("PEN-C15");
}

static void accounts_from_before_the_reform(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    field(form, "accountOpened", "1997-12");
    field(form, "amounts/before1998", "5.00");
    run(form);
    expect_none("PEN-C15");
    field(form, "accountOpened", "1998-01");
    run(form);
    expect("PEN-C15", true, 0);
}

static void rates_of_the_eleven_per_cent_years(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    row_field(form, 1, "year", "2005");
    row_field(form, 1, "accountRate", "0.0300");
    run(form);
    expect_none("PEN-C16");
    row_field(form, 1, "accountRate", "0.0301");
    run(form);
    expect("PEN-C16", false, 1);
    row_field(form, 1, "year", "1997"); /* not ours to judge */
    run(form);
    expect_none("PEN-C16");
}

/* Papers without a check digit are taken as written. */
static void other_papers(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    field(form, "person/identityType", "07");
    field(form, "person/identityNumber", "E12345678");
    field(form, "person/sex", "2");
    run(form);
    expect_none("PEN-C18");
}

/* The right number, sex and birth of the form, as they stood until 1999. */
static void numbers_of_fifteen_digits(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    field(form, "person/identityNumber", "529901800115123");
    run(form);
    expect("PEN-C18", true, 0);
}

static void months_paid_at_once(void **unused)
{
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");
    struct record *row;
    struct record *paper;

    (void)unused;
    for (unsigned i = 1; i <= 3; i++)
        document_put(arena, document_row(form, i), "arrived", "2026-02");
    run(form);
    expect_none("PEN-C20"); /* 26 months */
    row = add_row(rows, "450000", "2010", "2010-01", "2010-09", "9", "0.00");
    document_put(arena, row, "arrived", "2026-02");
    run(form);
    expect_none("PEN-C20"); /* 35 */
    document_set(row, "to", "2010-10");
    document_set(row, "months", "10");
    run(form);
    expect("PEN-C20", true, 4);
    document_set(document_row(form, 2), "arrived", "2026-01"); /* broken in two */
    run(form);
    expect_none("PEN-C20");
    document_set(document_row(form, 2), "arrived", "2026-02");
    paper = document_put(arena, document_put(arena, form, "attachments", NULL), "attachment",
                         NULL);
    document_put(arena, paper, "type", "承诺书");
    document_put(arena, paper, "date", "2026-02-10");
    run(form);
    expect("PEN-C20", true, 4); /* an undertaking is not enough since 2016 */
    document_set(paper, "type", "法律文书");
    run(form);
    expect_none("PEN-C20");
    document_set(paper, "date", "2026-03-01"); /* made up later */
    run(form);
    expect("PEN-C20", true, 4);
    document_set(paper, "type", "承诺书");
    for (unsigned i = 1; i <= 4; i++)
        document_set(document_row(form, i), "arrived", "2016-11");
    run(form);
    expect_none("PEN-C20"); /* until then an undertaking is enough */
}

static void without_rows(void **unused)
{
    struct record *form = document_form(arena);

    (void)unused;
    *document_at(form, "rows") = *record_new(arena, "rows");
    run(form);
    expect("PEN-C05", true, 0);
    expect("PEN-C09", true, 0);
    expect_none("PEN-C07");
}

static void a_form_of_nothing(void **unused)
{
    (void)unused;
    run(record_new(arena, "form"));
    expect("PEN-C01", true, 0);
    expect("PEN-C18", true, 0);
    expect_none("PEN-C02");
}

static void too_many_rows(void **unused)
{
    struct record *rows = empty_rows();
    struct record *form = document_form(arena);

    (void)unused;
    for (size_t i = 0; i < 3 * PENSION_ROWS_MAX; i++)
        add_row(rows, "440000", "1950", "1950-01", "1950-01", "0", "0.00");
    *document_at(form, "rows") = *rows;
    run(form);
    assert_true(issues.hard);
    expect("PEN-C07", true, 0);
    expect("PEN-C05", true, 0);
}

/* Soft issues give way to hard ones when the list is full; every check is named. */
static void hard_issues_are_never_crowded_out(void **unused)
{
    struct record *rows = empty_rows();
    struct record *form = document_form(arena);

    (void)unused;
    for (size_t i = 0; i < 50; i++) { /* wrong in every way a row can be */
        struct record *row = add_row(rows, "440000", "1960", "1960-01", "1960-02", "3",
                                     "100.00");
        document_set(row, "creditedPersonal", "1.00");
        document_put(arena, row, "arrived", i % 13 ? "2026-01" : "2026-02");
    }
    *document_at(form, "rows") = *rows;
    document_set(form, "person/sex", "2");
    document_set(form, "amounts/before1998", "1.00");
    document_set(form, "amounts/total", "1.00");
    run(form);
    expect("PEN-C02", true, 0);
    expect("PEN-C03", true, 0);
    expect("PEN-C05", true, 0);
    expect("PEN-C07", true, 1);
    expect("PEN-C08", true, 2);
    expect("PEN-C09", true, 0);
    expect("PEN-C12", true, 1);
    expect("PEN-C15", true, 0);
    expect("PEN-C18", true, 0);
    expect("PEN-C20", true, 13);
    assert_int_equal(issues.count, PENSION_ISSUES_MAX);
}

static void memory_ends(void **unused)
{
    struct arena *small = arena_new(64);
    struct error err = ERROR_INIT;

    (void)unused;
    assert_non_null(small);
    assert_false(pension_checks_run(CHECKS_EMPLOYEE, document_form(arena), 440000, today,
                                    &rules, small, &issues, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(small);
}

#define TEST(function) cmocka_unit_test_setup(function, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_form_has_no_issue),
        TEST(one_wrong_field),
        TEST(pooled_fund_of_the_worked_example),
        TEST(pooled_limits_are_rules),
        TEST(temporary_accounts),
        TEST(sums_beyond_all_measure),
        TEST(overlap_of_two_regions_is_no_fault),
        TEST(months_of_the_place_that_is_left),
        TEST(a_year_in_two_rows),
        TEST(a_remark_explains_another_balance),
        TEST(accounts_from_before_the_reform),
        TEST(rates_of_the_eleven_per_cent_years),
        TEST(other_papers),
        TEST(numbers_of_fifteen_digits),
        TEST(months_paid_at_once),
        TEST(without_rows),
        TEST(a_form_of_nothing),
        TEST(too_many_rows),
        TEST(hard_issues_are_never_crowded_out),
        TEST(memory_ends),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
