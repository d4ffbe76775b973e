/* core_pension_retirement_test.c - retirement months against the annex of the law, with the
 * delivered rules, and what has no answer. Run in the top folder. */
#include "unit.h"

#include <limits.h>

#include "core/pension_retirement.h"
#include "rules_file.h"

#define EXPECTED_FILE "tests/data/retirement_expected.txt"

static struct rules rules;
static struct day today;

static int fresh(void **unused)
{
    (void)unused;
    rules_file_read(&rules);
    assert_true(day_from(2026, 3, 2, &today));
    return 0;
}

static struct month month_of(const char *text)
{
    struct month month = {0};

    assert_true(month_parse(text_of(text), &month));
    return month;
}

static void expect_month(struct month month, const char *expected)
{
    char text[MONTH_TEXT_SIZE];

    assert_string_equal(month_format(month, text), expected);
}

static struct retirement answer_of(const char *kind, const char *birth)
{
    struct retirement answer = {0};
    unsigned sex = strcmp(kind, "man") == 0 ? SEX_MALE : SEX_FEMALE;
    enum retirement_post post = strcmp(kind, "worker") == 0  ? POST_WORKER
                                : strcmp(kind, "woman") == 0 ? POST_MANAGER
                                                             : POST_UNKNOWN;

    assert_int_equal(retirement_of(&rules, month_of(birth), sex, post, today, &answer),
                     INPUT_GOOD);
    return answer;
}

/* The line as the program would write it. */
static const char *line_of(const char *kind, const char *birth, char out[200])
{
    struct retirement answer = answer_of(kind, birth);
    char statutory[MONTH_TEXT_SIZE];
    char earliest[MONTH_TEXT_SIZE];
    char latest[MONTH_TEXT_SIZE];

    snprintf(out, 200, "%s %s %d %s %s %s %d %d\n", kind, birth, answer.delay_months,
             month_format(answer.statutory, statutory), month_format(answer.earliest, earliest),
             month_format(answer.latest, latest), answer.minimum_months,
             answer.minimum_early_months);
    return out;
}

static void the_annex(void **unused)
{
    FILE *file = fopen(EXPECTED_FILE, "r");
    unsigned rows = 0;
    char line[200];

    (void)unused;
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        char kind[8], birth[8], found[200];

        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%7s %7s", kind, birth), 2);
        assert_string_equal(line_of(kind, birth, found), line);
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 29);
}

/* Who is born later is never done earlier, and nobody's age passes 63, 58 and 55. */
static void each_birth_month_follows_the_one_before(void **unused)
{
    static const char *const kinds[] = {"man", "woman", "worker"};
    static const int last[] = {63 * 12, 58 * 12, 55 * 12};
    static const int rise[] = {36, 36, 60};

    (void)unused;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct retirement before = {0};

        for (int32_t number = 1950 * 12; number <= 2010 * 12; number++) {
            char text[MONTH_TEXT_SIZE];
            struct retirement now = answer_of(kinds[k],
                                              month_format((struct month){number}, text));

            assert_true(now.statutory.number > before.statutory.number);
            assert_true(now.earliest.number > before.earliest.number);
            assert_true(now.latest.number > before.latest.number);
            assert_true(now.earliest.number <= now.statutory.number);
            assert_true(now.statutory.number <= now.latest.number);
            assert_true(now.age_months <= last[k]);
            assert_int_equal(now.statutory.number, number + now.age_months);
            assert_in_range(now.delay_months, 0, rise[k]);
            assert_in_range(now.delay_months - before.delay_months, 0, 1);
            assert_true(now.minimum_early_months <= now.minimum_months);
            before = now;
        }
        assert_int_equal(before.age_months, last[k]);
    }
}

/* 办法第二条 and the years of its list. */
static void the_minimum_rises_to_twenty_years(void **unused)
{
    static const int expected[] = {180, 186, 192, 198, 204, 210, 216, 222, 228, 234, 240, 240};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        for (int month = 1; month <= 12; month++) {
            struct month at = {0};
            int32_t months = 0;

            assert_true(month_from(2029 + (int)i, month, &at));
            assert_int_equal(retirement_minimum(&rules, at, &months), INPUT_GOOD);
            assert_int_equal(months, expected[i]);
        }
}

static void the_minimum_of_no_month(void **unused)
{
    int32_t months = 7;

    (void)unused;
    assert_int_equal(retirement_minimum(&rules, (struct month){0}, &months), INPUT_MONTH);
    assert_int_equal(retirement_minimum(&rules, (struct month){-1}, &months), INPUT_MONTH);
    assert_int_equal(retirement_minimum(&rules, (struct month){INT32_MAX}, &months),
                     INPUT_MONTH);
    assert_int_equal(retirement_minimum(&rules, month_of("1997-12"), &months), INPUT_RULE);
    assert_int_equal(months, 7);
}

static void who_has_reached_it(void **unused)
{
    struct retirement answer = answer_of("man", "1965-01");
    struct day day = {0};

    (void)unused;
    assert_true(day_from(2025, 1, 31, &day));
    assert_false(retirement_reached(&answer, day));
    day.number++;
    assert_true(retirement_reached(&answer, day));
    assert_false(retirement_reached(&answer, (struct day){0}));
}

static void no_answer_without(void **unused)
{
    static const struct {
        const char *birth;
        unsigned sex;
        enum retirement_post post;
        enum pension_input wrong;
    } rows[] = {
        {"1970-01", 0, POST_WORKER, INPUT_SEX},
        {"1970-01", 9, POST_MANAGER, INPUT_SEX},
        {"1970-01", 3, POST_UNKNOWN, INPUT_SEX},
        {"1970-01", UINT_MAX, POST_UNKNOWN, INPUT_SEX},
        {"1970-01", SEX_FEMALE, POST_UNKNOWN, INPUT_POST},
        {"1970-01", SEX_FEMALE, (enum retirement_post)7, INPUT_POST},
        {"2026-04", SEX_MALE, POST_UNKNOWN, INPUT_BIRTH}, /* in the future */
        {"2199-12", SEX_MALE, POST_UNKNOWN, INPUT_BIRTH},
        {"1918-05", SEX_MALE, POST_UNKNOWN, INPUT_RULE}, /* 60 before the rule of 1978 */
    };
    struct retirement answer = {.age_months = 7};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(retirement_of(&rules, month_of(rows[i].birth), rows[i].sex,
                                       rows[i].post, today, &answer),
                         rows[i].wrong);
    assert_int_equal(
        retirement_of(&rules, (struct month){0}, SEX_MALE, POST_UNKNOWN, today, &answer),
        INPUT_BIRTH);
    assert_int_equal(retirement_of(&rules, (struct month){INT32_MIN}, SEX_MALE, POST_UNKNOWN,
                                   today, &answer),
                     INPUT_BIRTH);
    assert_int_equal(retirement_of(&rules, (struct month){INT32_MAX}, SEX_MALE, POST_UNKNOWN,
                                   today, &answer),
                     INPUT_BIRTH);
    assert_int_equal(answer.age_months, 7);
}

/* However late today is, a birth month gives months that exist or no answer. */
static void births_at_the_end_of_time(void **unused)
{
    struct retirement answer = {0};

    (void)unused;
    assert_true(day_from(2199, 12, 31, &today));
    expect_month(answer_of("man", "2080-12").latest, "2146-12");
    assert_int_equal(
        retirement_of(&rules, month_of("2081-01"), SEX_MALE, POST_UNKNOWN, today, &answer),
        INPUT_BIRTH);
    assert_int_equal(
        retirement_of(&rules, month_of("2199-12"), SEX_FEMALE, POST_WORKER, today, &answer),
        INPUT_BIRTH);
}

static void a_rule_that_is_missing_or_absurd(void **unused)
{
    static const char *const ids[] = {"PEN-AGE-MAN", "PEN-RAISE-START", "PEN-RAISE-STEP-MAN",
                                      "PEN-RAISE-MOST-MAN", "PEN-MINIMUM"};
    static const int64_t values[] = {-1, 0, 7, 100000, INT64_MAX, INT64_MIN};
    struct retirement answer = {.age_months = 7};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        rules_file_read(&rules);
        rules_file_drop(&rules, ids[i]);
        assert_int_equal(
            retirement_of(&rules, month_of("1970-01"), SEX_MALE, POST_UNKNOWN, today, &answer),
            INPUT_RULE);
    }
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        rules_file_read(&rules);
        rules_file_drop(&rules, "PEN-AGE-MAN");
        rules_file_add(&rules, "PEN-AGE-MAN", "1978-06-02", values[i]);
        assert_int_equal(
            retirement_of(&rules, month_of("1970-01"), SEX_MALE, POST_UNKNOWN, today, &answer),
            INPUT_RULE);
    }
    rules_file_read(&rules);
    rules_file_add(&rules, "PEN-RAISE-STEP-MAN", "2025-01-01", 0);
    assert_int_equal(
        retirement_of(&rules, month_of("1970-01"), SEX_MALE, POST_UNKNOWN, today, &answer),
        INPUT_RULE);
    assert_int_equal(answer.age_months, 7);
}

/* A later notice changes those who reach the age after its day, nobody else. */
static void a_later_row(void **unused)
{
    (void)unused;
    rules_file_add(&rules, "PEN-RAISE-MOST-MAN", "2040-01-01", 60);
    rules_file_add(&rules, "PEN-FLEX-LATE", "2040-01-01", 60);
    expect_month(answer_of("man", "1979-12").statutory, "2042-12");
    expect_month(answer_of("man", "1979-12").latest, "2047-12");
    expect_month(answer_of("man", "1976-12").latest, "2042-12");
    assert_int_equal(answer_of("man", "1980-01").delay_months, 46);
    assert_int_equal(answer_of("woman", "1990-01").delay_months, 36);
}

static void each_input_has_its_sentence(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < INPUTS; i++) {
        struct name text = pension_input_text((enum pension_input)i);

        assert_true(strlen(text.english) > 5);
        assert_true(text_is_utf8(text_of(text.chinese)) && strlen(text.chinese) > 5);
    }
    assert_string_equal(pension_input_text(INPUTS).english, "unknown");
    assert_string_equal(pension_input_text((enum pension_input) - 1).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_annex, fresh),
        cmocka_unit_test_setup(each_birth_month_follows_the_one_before, fresh),
        cmocka_unit_test_setup(the_minimum_rises_to_twenty_years, fresh),
        cmocka_unit_test_setup(the_minimum_of_no_month, fresh),
        cmocka_unit_test_setup(who_has_reached_it, fresh),
        cmocka_unit_test_setup(no_answer_without, fresh),
        cmocka_unit_test_setup(births_at_the_end_of_time, fresh),
        cmocka_unit_test_setup(a_rule_that_is_missing_or_absurd, fresh),
        cmocka_unit_test_setup(a_later_row, fresh),
        cmocka_unit_test_setup(each_input_has_its_sentence, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
