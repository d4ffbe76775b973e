/* core_pension_pooled_test.c - box A5 to the fen, written by hand, and rows that have no sum.
 * Run in the top folder. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/pension_checks.h"
#include "core/pension_pooled.h"
#include "pension_documents.h"

#define EXPECTED_FILE "tests/data/pension_pooled_expected.txt"

static struct arena *arena;
static const struct rules rules = {.count = 0};
static struct record *document;

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 24);
    assert_non_null(arena);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

/* A form without rows. */
static int fresh(void **unused)
{
    (void)unused;
    arena_reset(arena);
    document = document_form(arena);
    document_at(document, "rows")->first = document_at(document, "rows")->last = NULL;
    return 0;
}

static struct record *add_row(const char *year, const char *base, const char *months,
                              const char *rate)
{
    const char *const values[DOCUMENT_ROW_FIELDS] = {"440000",
                                                     arena_format(arena, "%s", year),
                                                     "2025-01",
                                                     "2025-12",
                                                     arena_format(arena, "%s", months),
                                                     arena_format(arena, "%s", base),
                                                     arena_format(arena, "%s", rate),
                                                     "0.0000",
                                                     "0.0800",
                                                     "0.00",
                                                     "0.00",
                                                     "0.00",
                                                     "0.00",
                                                     "0.00",
                                                     "0.00"};

    return document_add_row(arena, document_at(document, "rows"), values);
}

static struct pension_form form_read(void)
{
    struct error err = ERROR_INIT;
    struct pension_form form;
    struct day today = {0};

    assert_true(day_from(2026, 3, 2, &today));
    assert_true(pension_form_read(document, 440000, today, &rules, arena, &form, &err));
    return form;
}

static void the_cases(void **unused)
{
    FILE *file = fopen(EXPECTED_FILE, "r");
    unsigned judged = 0;
    char line[120];

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        char year[8], base[24], months[8], rate[8] = "0.1600";

        if (strncmp(line, "case ", 5) == 0) {
            (void)fresh(unused);
        } else if (strncmp(line, "temporary", 9) == 0) {
            document_set(document, "accountType", "1");
        } else if (sscanf(line, "row %7s %23s %7s %7s", year, base, months, rate) >= 3) {
            (void)add_row(year, base, months, rate);
        } else if (sscanf(line, "pooled %23s", base) == 1) {
            struct pension_form form = form_read();
            struct money amount = {-1};
            char text[MONEY_TEXT_SIZE];

            assert_true(pension_pooled(&form, &amount));
            assert_string_equal(money_format(amount, text), base);
            judged++;
        }
    }
    fclose(file);
    assert_int_equal(judged, 10);
}

static void the_exact_sum_of_the_worked_example(void **unused)
{
    struct pension_form form;
    int64_t sum;

    (void)unused;
    (void)add_row("1998", "800.00", "12", "0.2000");
    (void)add_row("2005", "1500.00", "12", "0.2000");
    (void)add_row("2006", "1800.00", "12", "0.2000");
    (void)add_row("2026", "7012.34", "9", "0.1600");
    form = form_read();
    assert_true(pension_pooled_exact(&form, &sum));
    assert_int_equal(sum, INT64_C(13477327200));
}

/* The amount that the gateway gives passes its own check. */
static void the_check_agrees(void **unused)
{
    struct error err = ERROR_INIT;
    struct pension_issues issues;
    struct day today = {0};

    (void)unused;
    (void)add_row("2026", "7012.34", "9", "0.1600");
    document_set(document, "amounts/pooled", "7573.33");
    assert_true(day_from(2026, 3, 2, &today));
    assert_true(pension_checks_run(CHECKS_EMPLOYEE, document, 440000, today, &rules, arena,
                                   &issues, &err));
    for (size_t i = 0; i < issues.count; i++)
        assert_string_not_equal(issues.list[i].code, "PEN-C05");
}

static void rows_without_a_sum(void **unused)
{
    static const char *const rows[][3] = {
        {"", "1.00", "1"},      {"2026", "1.00", "x"},          {"2026", "", "1"},
        {"2026", "-1.00", "1"}, {"2026", "1.00", "-1"},         {"2026", "1.00", "100"},
        {"2026", "1e9", "1"},   {"2026", "1000000000.00", "1"}, {"9999", "1.00", "1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct money amount = {-1};
        struct pension_form form;

        (void)fresh(unused);
        (void)add_row("2025", "1.00", "1", "0.1600");
        (void)add_row(rows[i][0], rows[i][1], rows[i][2], "0.1600");
        form = form_read();
        assert_false(pension_pooled(&form, &amount));
        assert_int_equal(amount.fen, -1);
    }
}

/* As many rows as a form may have, each with as much as it may say. */
static void the_largest_form(void **unused)
{
    struct money amount = {0};
    struct pension_form form;

    (void)unused;
    for (int i = 0; i < PENSION_ROWS_MAX; i++)
        (void)add_row("2026", "99999999.99", "99", "0.1600");
    form = form_read();
    assert_int_equal(form.row_count, PENSION_ROWS_MAX);
    assert_true(pension_pooled(&form, &amount));
    assert_int_equal(amount.fen, INT64_C(71279999992872)); /* 9999999999 x 99 x 600 x 12 % */
}

static void no_row(void **unused)
{
    struct money amount = {-1};
    struct pension_form form;

    (void)unused;
    form = form_read();
    assert_true(pension_pooled(&form, &amount));
    assert_int_equal(amount.fen, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_cases, fresh),
        cmocka_unit_test_setup(the_exact_sum_of_the_worked_example, fresh),
        cmocka_unit_test_setup(the_check_agrees, fresh),
        cmocka_unit_test_setup(rows_without_a_sum, fresh),
        cmocka_unit_test_setup(the_largest_form, fresh),
        cmocka_unit_test_setup(no_row, fresh),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
