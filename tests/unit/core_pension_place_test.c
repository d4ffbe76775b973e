/* core_pension_place_test.c - where the pension is drawn: each branch, written by hand; what
 * account a newcomer gets; what has no answer. Run in the top folder. */
#include "unit.h"

#include <limits.h>
#include <stdlib.h>

#include "core/pension_overlap.h"
#include "core/pension_place.h"
#include "pension_cases.h"
#include "pension_documents.h"
#include "rules_file.h"

#define EXPECTED_FILE "tests/data/pension_place_expected.txt"

static struct rules rules;
static struct day today;
static struct pension_case asked;
static struct place_question question;
static struct place place;

static int fresh(void **unused)
{
    (void)unused;
    rules_file_read(&rules);
    assert_true(day_from(2026, 3, 2, &today));
    memset(&asked, 0, sizeof(asked));
    question = (struct place_question){
        .rules = &rules, .today = today, .periods = asked.periods, .household = 520000};
    return 0;
}

/* The answer as the file writes it. */
static const char *answer_text(char out[CASE_TEXT_MAX])
{
    int used = snprintf(out, CASE_TEXT_MAX, "answer %d %06u %d\n", (int)place.branch,
                        place.province, place.months);

    for (size_t i = 0; i < place.reason_count; i++)
        used += snprintf(out + used, CASE_TEXT_MAX - (size_t)used, "reason %s %06u\n",
                         place_code(place.reasons[i].reason), place.reasons[i].province);
    return out;
}

static unsigned judge(void)
{
    char found[CASE_TEXT_MAX];

    if (asked.count == 0)
        return 0;
    question.count = asked.count;
    place_advise(&question, &place);
    if (place.input != INPUT_GOOD || strcmp(answer_text(found), asked.expected) != 0)
        print_message("case %s: input %d\n", asked.name, (int)place.input);
    assert_int_equal(place.input, INPUT_GOOD);
    assert_string_equal(answer_text(found), asked.expected);
    return 1;
}

static void take(const struct case_line *line)
{
    const char *first = line->words[0];
    struct pension_period *period;

    if (strcmp(first, "household") == 0)
        question.household = (uint32_t)strtoul(line->words[1], NULL, 10);
    else if (strcmp(first, "current") == 0)
        question.current = (uint32_t)strtoul(line->words[1], NULL, 10);
    else if (strcmp(first, "birth") == 0)
        question.birth = case_month(line->words[1]);
    else if (strcmp(first, "sex") == 0)
        question.sex = (unsigned)strtoul(line->words[1], NULL, 10);
    else if (strcmp(first, "rule") == 0)
        rules_file_add(&rules, line->words[1], "2010-01-01", strtoll(line->words[2], NULL, 10));
    else if (strcmp(first, "period") == 0) {
        const char *kind = line->words[5];

        period = case_period(&asked, line,
                             strcmp(kind, "resident") == 0 ? SCHEME_RESIDENT : SCHEME_EMPLOYEE);
        period->temporary = strcmp(kind, "temporary") == 0;
        period->official_move = strcmp(kind, "moved") == 0;
    } else {
        assert_true(strcmp(first, "answer") == 0 || strcmp(first, "reason") == 0);
        case_expect(&asked, line);
    }
}

static void the_cases(void **unused)
{
    FILE *file = fopen(EXPECTED_FILE, "r");
    unsigned judged = 0;
    struct case_line line;

    assert_non_null(file);
    while (case_line_next(file, &line)) {
        if (strcmp(line.words[0], "case") != 0) {
            take(&line);
            continue;
        }
        judged += judge();
        (void)fresh(unused);
        snprintf(asked.name, sizeof(asked.name), "%.100s", line.text + 5);
    }
    fclose(file);
    judged += judge();
    assert_int_equal(judged, 33);
}

static struct pension_period *add(uint32_t region, const char *from, const char *to)
{
    struct pension_period *period = &asked.periods[asked.count++];

    *period = (struct pension_period){.scheme = SCHEME_EMPLOYEE,
                                      .region = region,
                                      .from = case_month(from),
                                      .to = case_month(to)};
    period->months = pension_period_span(period);
    question.count = asked.count;
    return period;
}

static void expect_none(enum pension_input input, size_t wrong)
{
    place_advise(&question, &place);
    assert_int_equal(place.input, input);
    assert_int_equal(place.wrong, wrong);
    assert_int_equal(place.branch, PLACE_NONE);
    assert_int_equal(place.province, 0);
    assert_int_equal(place.reason_count, 0);
}

static void no_answer_to(void **unused)
{
    struct pension_period good;

    (void)unused;
    expect_none(INPUT_EMPTY, 0);
    question.count = PENSION_PERIODS_MAX + 1;
    expect_none(INPUT_MANY, 0);
    add(440100, "2010-01", "2019-12");
    add(520100, "2020-01", "2020-12");
    good = asked.periods[1];

    asked.periods[1].scheme = SCHEME_NONE;
    expect_none(INPUT_SCHEME, 2);
    asked.periods[1] = good;
    asked.periods[1].scheme = (enum pension_scheme)9;
    expect_none(INPUT_SCHEME, 2);
    asked.periods[1] = good;
    asked.periods[1].from = case_month("2020-12");
    asked.periods[1].to = case_month("2020-01");
    expect_none(INPUT_REVERSED, 2);
    asked.periods[1] = good;
    asked.periods[1].from = case_month("1949-12");
    expect_none(INPUT_MONTH, 2);
    asked.periods[1] = good;
    asked.periods[1].from.number = 0;
    expect_none(INPUT_MONTH, 2);
    asked.periods[1] = good;
    asked.periods[1].to = case_month("2026-04"); /* next month */
    expect_none(INPUT_MONTH, 2);
    asked.periods[1] = good;
    asked.periods[1].to.number = INT32_MAX;
    expect_none(INPUT_MONTH, 2);
    asked.periods[1] = good;
    asked.periods[1].from.number = INT32_MIN;
    expect_none(INPUT_MONTH, 2);
    asked.periods[1] = good;
    asked.periods[1].months = 13;
    expect_none(INPUT_COUNT, 2);
    asked.periods[1].months = -1;
    expect_none(INPUT_COUNT, 2);
    asked.periods[1] = good;
    asked.periods[1].credited.fen = -1;
    expect_none(INPUT_MONEY, 2);
    asked.periods[1] = good;
    question.household = 0;
    expect_none(INPUT_REGION, 0);
    question.household = PENSION_SERVICE_REGION;
    expect_none(INPUT_REGION, 0);
    question.household = 520000;
    question.current = 5200;
    expect_none(INPUT_REGION, 0);
    question.current = 0;
    question.birth = case_month("2026-04");
    expect_none(INPUT_BIRTH, 0);
    question.birth.number = -1;
    expect_none(INPUT_BIRTH, 0);
}

static void no_answer_with_a_region_that_is_none(void **unused)
{
    static const uint32_t regions[] = {0, 52, 5201, 99999, 109999, 830000, 919999, UINT32_MAX};

    (void)unused;
    add(440100, "2010-01", "2019-12");
    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        asked.periods[0].region = regions[i];
        expect_none(INPUT_REGION, 1);
    }
    asked.periods[0].region = PENSION_SERVICE_REGION;
    asked.periods[0].scheme = SCHEME_RESIDENT;
    asked.periods[0].to = case_month("2010-12");
    expect_none(INPUT_REGION, 1);
}

/* As many periods as may be, all over the calendar; and as many provinces as there are. */
static void very_many_periods(void **unused)
{
    static struct pension_period many[PENSION_PERIODS_MAX];

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = (struct pension_period){.scheme = SCHEME_EMPLOYEE,
                                          .region = (uint32_t)(11 + i % 72) * 10000,
                                          .from = case_month("1950-01"),
                                          .to = case_month("2026-03"),
                                          .temporary = i % 144 == 1,
                                          .months = 915};
    }
    question.periods = many;
    question.count = COUNT_OF(many);
    place_advise(&question, &place);
    assert_int_equal(place.input, INPUT_GOOD);
    assert_int_equal(place.branch, PLACE_CURRENT);
    assert_int_equal(place.months, 915);
    assert_int_equal(place.reason_count, PLACE_REASONS_MAX);
}

/* After the clearing nothing overlaps any more, and what is left may be less than ten years. */
static void what_is_left_after_the_clearing(void **unused)
{
    static struct overlap overlap;
    struct overlap_share shares[2];
    struct overlap_question overlaps = {
        .rules = &rules, .today = today, .periods = asked.periods, .in_region = 440000};

    (void)unused;
    add(330100, "2000-01", "2010-12")->base.fen = 400000;
    add(440100, "2010-01", "2015-12")->base.fen = 500000;
    place_advise(&question, &place);
    assert_int_equal(place.branch, PLACE_EARLIER);
    assert_int_equal(place.months, 132);
    assert_true(place_has(&place, REASON_OVERLAP));
    overlaps.count = asked.count;
    overlap_find(&overlaps, shares, &overlap);
    assert_int_equal(overlap.input, INPUT_GOOD);
    overlap_clear(asked.periods, shares, asked.count);
    place_advise(&question, &place);
    assert_int_equal(place.branch, PLACE_EARLIER);
    assert_int_equal(place.months, 120);
    assert_false(place_has(&place, REASON_OVERLAP));
    overlap_find(&overlaps, shares, &overlap); /* twice is as once */
    assert_int_equal(overlap.notes, 0);
    assert_int_equal(overlap.employee_months, 120 + 72);
}

static void the_rows_of_a_form(void **unused)
{
    struct arena *arena = arena_new(1 << 20);
    struct error err = ERROR_INIT;
    struct record *document;
    struct pension_form form;
    struct pension_period *periods;
    size_t count;
    size_t left_out;

    (void)unused;
    assert_non_null(arena);
    document = document_form(arena);
    document_set(document, "accountType", "1");
    document_set(document_row(document, 1), "region", "330000");
    document_set(document_row(document, 2), "months", "x");
    assert_true(pension_form_read(document, 440000, today, &rules, arena, &form, &err));
    assert_true(pension_periods_of_form(&form, arena, &periods, &count, &left_out, &err));
    assert_int_equal(count, 2);
    assert_int_equal(left_out, 1);
    assert_int_equal(periods[0].scheme, SCHEME_EMPLOYEE);
    assert_int_equal(periods[0].region, 330000);
    assert_false(periods[0].temporary); /* the form's account type speaks of its own rows */
    assert_int_equal(periods[0].months, 12);
    assert_int_equal(periods[0].base.fen, 500000);
    assert_int_equal(periods[0].credited.fen, 480000);
    assert_int_equal(periods[0].interest.fen, 0);
    assert_false(periods[0].interest_known);
    assert_true(periods[1].interest_known); /* none yet in the running year */
    assert_true(periods[1].temporary);
    assert_int_equal(periods[1].from.number, case_month("2026-01").number);
    assert_int_equal(periods[1].to.number, case_month("2026-02").number);
    question.periods = periods;
    question.count = count;
    place_advise(&question, &place);
    assert_int_equal(place.branch, PLACE_GATHER);
    assert_true(place_has(&place, REASON_TEMPORARY));
    arena_free(arena);
}

static void a_form_and_too_little_memory(void **unused)
{
    struct arena *arena = arena_new(1 << 20);
    struct arena *small = arena_new(64);
    struct error err = ERROR_INIT;
    struct pension_form form;
    struct pension_period *periods;
    size_t count;
    size_t left_out;

    (void)unused;
    assert_non_null(arena);
    assert_non_null(small);
    assert_true(
        pension_form_read(document_form(arena), 440000, today, &rules, arena, &form, &err));
    assert_false(pension_periods_of_form(&form, small, &periods, &count, &left_out, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(small);
    arena_free(arena);
}

static void the_account_of_a_newcomer(void **unused)
{
    static const struct {
        uint32_t household;
        const char *first;
        const char *birth; /* "": not known */
        unsigned sex;
        bool moved;
        enum account_kind kind;
    } rows[] = {
        {520000, "2026-03", "1976-03", 1, false, ACCOUNT_TEMPORARY},
        {520000, "2026-03", "1976-04", 1, false, ACCOUNT_ORDINARY},
        {520000, "2026-03", "1986-03", 2, false, ACCOUNT_TEMPORARY},
        {520000, "2026-03", "1986-04", 2, false, ACCOUNT_ORDINARY},
        {520000, "2026-03", "1986-03", 1, false, ACCOUNT_ORDINARY},
        {520000, "2026-03", "1960-01", 1, true, ACCOUNT_ORDINARY},
        {440305, "2026-03", "1960-01", 1, false, ACCOUNT_ORDINARY},
        {520000, "2010-01", "1950-01", 1, false, ACCOUNT_TEMPORARY},
        {520000, "2009-12", "1950-01", 1, false, ACCOUNT_ORDINARY},
        {520000, "2026-03", "1960-01", 0, false, ACCOUNT_UNKNOWN},
        {520000, "2026-03", "1960-01", 9, false, ACCOUNT_UNKNOWN},
        {520000, "2026-03", "", 1, false, ACCOUNT_UNKNOWN},
        {520000, "2026-03", "2026-04", 1, false, ACCOUNT_UNKNOWN},
        {520000, "", "1960-01", 1, false, ACCOUNT_UNKNOWN},
        {440000, "2026-03", "", 0, false, ACCOUNT_ORDINARY},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct month none = {0};

        assert_int_equal(
            place_account(&rules, rows[i].household, 440100,
                          rows[i].first[0] == '\0' ? none : case_month(rows[i].first),
                          rows[i].birth[0] == '\0' ? none : case_month(rows[i].birth),
                          rows[i].sex, rows[i].moved),
            rows[i].kind);
    }
}

/* Thresholds by the day of the first insurance; without rows the numbers of the page hold. */
static void thresholds_are_rules(void **unused)
{
    struct month first = case_month("2026-03");
    struct month birth = case_month("1976-03");
    struct rules none = {.count = 0};

    (void)unused;
    rules_file_add(&rules, "PEN-TEMP-MAN", "2026-04-01", 636);
    assert_int_equal(place_account(&rules, 520000, 440000, first, birth, SEX_MALE, false),
                     ACCOUNT_TEMPORARY);
    first.number++;
    assert_int_equal(place_account(&rules, 520000, 440000, first, birth, SEX_MALE, false),
                     ACCOUNT_ORDINARY);
    assert_int_equal(place_account(&none, 520000, 440000, first, birth, SEX_MALE, false),
                     ACCOUNT_TEMPORARY);
    add(440100, "2010-01", "2019-12");
    question.rules = &none;
    place_advise(&question, &place);
    assert_int_equal(place.branch, PLACE_CURRENT);
}

static void each_reason_has_code_and_texts(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < REASONS; i++) {
        const char *code = place_code((enum place_reason)i);

        assert_true(strncmp(code, "PEN-PL-", 7) == 0 && strlen(code) < CODE_SIZE);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(code, place_code((enum place_reason)k));
        assert_true(strlen(place_text((enum place_reason)i).english) > 10);
        assert_true(text_is_utf8(text_of(place_text((enum place_reason)i).chinese)));
    }
    assert_string_equal(place_code(REASONS), "unknown");
    assert_string_equal(place_text((enum place_reason) - 1).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_cases, fresh),
        cmocka_unit_test_setup(no_answer_to, fresh),
        cmocka_unit_test_setup(no_answer_with_a_region_that_is_none, fresh),
        cmocka_unit_test_setup(very_many_periods, fresh),
        cmocka_unit_test_setup(what_is_left_after_the_clearing, fresh),
        cmocka_unit_test_setup(the_rows_of_a_form, fresh),
        cmocka_unit_test_setup(a_form_and_too_little_memory, fresh),
        cmocka_unit_test_setup(the_account_of_a_newcomer, fresh),
        cmocka_unit_test_setup(thresholds_are_rules, fresh),
        cmocka_unit_test_setup(each_reason_has_code_and_texts, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
