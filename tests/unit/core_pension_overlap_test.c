/* core_pension_overlap_test.c - months paid twice: who keeps them, what goes back to the fen,
 * what counts then, written by hand; and what has no answer. Run in the top folder. */
#include "unit.h"

#include <limits.h>
#include <stdlib.h>

#include "core/pension_overlap.h"
#include "pension_cases.h"
#include "rules_file.h"

#define EXPECTED_FILE "tests/data/pension_overlap_expected.txt"

static struct rules rules;
static struct day today;
static struct pension_case asked;
static struct overlap_question question;
static struct overlap overlap;
static struct overlap_share shares[PENSION_PERIODS_MAX];
static struct pension_period many[PENSION_PERIODS_MAX];

static int fresh(void **unused)
{
    (void)unused;
    rules_file_read(&rules);
    assert_true(day_from(2026, 3, 2, &today));
    memset(&asked, 0, sizeof(asked));
    question = (struct overlap_question){
        .rules = &rules, .today = today, .periods = asked.periods};
    return 0;
}

/* The answer as the file writes it. */
static void answer_text(struct buffer *out)
{
    char a[MONEY_TEXT_SIZE];
    char b[MONEY_TEXT_SIZE];

    for (size_t i = 0; i < question.count; i++)
        buffer_format(out, "share %zu %d %d %s\n", i + 1, shares[i].cleared, shares[i].counted,
                      money_format(shares[i].refund, a));
    for (size_t i = 0; i < overlap.stretch_count; i++) {
        const struct overlap_stretch *stretch = &overlap.stretches[i];

        buffer_format(out, "stretch %s %s %s %d %d\n", overlap_code(stretch->note),
                      month_format(stretch->from, a), month_format(stretch->to, b),
                      stretch->kept + 1, stretch->cleared + 1);
    }
    buffer_format(out, "total %d %d %s %s\n", overlap.employee_months, overlap.resident_months,
                  money_format(overlap.employee_refund, a),
                  money_format(overlap.resident_refund, b));
    for (unsigned i = 0; i < OVERLAP_NOTES; i++)
        if (overlap_has(&overlap, (enum overlap_note)i))
            buffer_format(out, "note %s\n", overlap_code((enum overlap_note)i));
    buffer_u8(out, 0);
    assert_false(out->overflow);
}

static unsigned judge(void)
{
    char found[CASE_TEXT_MAX];
    struct buffer out = buffer_over(found, sizeof(found));

    if (asked.count == 0)
        return 0;
    question.count = asked.count;
    overlap_find(&question, shares, &overlap);
    answer_text(&out);
    if (overlap.input != INPUT_GOOD || strcmp(found, asked.expected) != 0)
        print_message("case %s: input %d\n", asked.name, (int)overlap.input);
    assert_int_equal(overlap.input, INPUT_GOOD);
    assert_string_equal(found, asked.expected);
    return 1;
}

static void take(const struct case_line *line)
{
    const char *first = line->words[0];
    struct pension_period *period;

    if (strcmp(first, "in") == 0)
        question.in_region = (uint32_t)strtoul(line->words[1], NULL, 10);
    else if (strcmp(first, "agreed") == 0)
        question.agreed_region = (uint32_t)strtoul(line->words[1], NULL, 10);
    else if (strcmp(first, "account") == 0)
        question.resident_account = case_money(line->words[1]);
    else if (strcmp(first, "rule") == 0)
        rules_file_add(&rules, line->words[1], "2010-01-01", strtoll(line->words[2], NULL, 10));
    else if (strcmp(first, "employee") == 0) {
        period = case_period(&asked, line, SCHEME_EMPLOYEE);
        period->base = case_money(line->words[5]);
        period->credited = case_money(line->words[6]);
        period->interest_known = strcmp(line->words[7], "-") != 0;
        if (period->interest_known)
            period->interest = case_money(line->words[7]);
    } else if (strcmp(first, "resident") == 0) {
        period = case_period(&asked, line, SCHEME_RESIDENT);
        period->credited = case_money(line->words[5]);
        period->collective = case_money(line->words[6]);
    } else {
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
    assert_int_equal(judged, 22);
}

static struct pension_period *add(enum pension_scheme scheme, uint32_t region, const char *from,
                                  const char *to)
{
    struct pension_period *period = &asked.periods[asked.count++];

    *period = (struct pension_period){
        .scheme = scheme, .region = region, .from = case_month(from), .to = case_month(to)};
    period->months = pension_period_span(period);
    question.count = asked.count;
    return period;
}

static void expect_none(enum pension_input input, size_t wrong)
{
    overlap_find(&question, shares, &overlap);
    assert_int_equal(overlap.input, input);
    assert_int_equal(overlap.wrong, wrong);
    assert_int_equal(overlap.notes, 0);
    assert_int_equal(overlap.stretch_count, 0);
    assert_int_equal(overlap.employee_months, 0);
    assert_int_equal(overlap.employee_refund.fen, 0);
}

static void no_answer_to(void **unused)
{
    (void)unused;
    expect_none(INPUT_EMPTY, 0);
    question.count = PENSION_PERIODS_MAX + 1;
    expect_none(INPUT_MANY, 0);
    question.count = SIZE_MAX;
    expect_none(INPUT_MANY, 0);
    add(SCHEME_EMPLOYEE, 440100, "2019-01", "2019-12");
    add(SCHEME_RESIDENT, 520100, "2019-01", "2020-01");
    expect_none(INPUT_YEAR, 2);
    asked.periods[1].to = case_month("2018-12");
    expect_none(INPUT_REVERSED, 2);
    asked.periods[1].to = case_month("2019-12");
    expect_none(INPUT_COUNT, 2); /* the months of the longer period */
    asked.periods[1].months = 12;
    asked.periods[1].collective.fen = -1;
    expect_none(INPUT_MONEY, 2);
    asked.periods[1].collective.fen = MONEY_MAX + 1;
    expect_none(INPUT_MONEY, 2);
    asked.periods[1].collective.fen = 0;
    question.in_region = 1;
    expect_none(INPUT_REGION, 0);
    question.in_region = 0;
    question.agreed_region = 999999;
    expect_none(INPUT_REGION, 0);
    question.agreed_region = 0;
    question.resident_account.fen = -1;
    expect_none(INPUT_MONEY, 0);
    question.resident_account.fen = 0;
    overlap_find(&question, shares, &overlap);
    assert_int_equal(overlap.input, INPUT_GOOD);
}

/* The largest amounts there are go back exactly; their sum is over the bound. */
static void sums_past_the_bounds(void **unused)
{
    struct pension_period *lost;

    (void)unused;
    question.in_region = 520000;
    lost = add(SCHEME_EMPLOYEE, 440100, "1950-01", "2026-03");
    lost->credited.fen = MONEY_MAX;
    add(SCHEME_EMPLOYEE, 520100, "1950-01", "2026-03");
    overlap_find(&question, shares, &overlap);
    assert_int_equal(overlap.input, INPUT_GOOD);
    assert_int_equal(overlap.employee_refund.fen, MONEY_MAX);
    lost->interest.fen = 1; /* of one period */
    expect_none(INPUT_MONEY, 0);
    assert_int_equal(shares[0].cleared, 0);
    lost->interest.fen = 0;
    add(SCHEME_EMPLOYEE, 330100, "1950-01", "2026-03")->credited.fen = 1; /* of two */
    expect_none(INPUT_MONEY, 0);
    asked.periods[2].credited.fen = 0;
    add(SCHEME_RESIDENT, 330100, "1950-01", "1950-12")->credited.fen = MONEY_MAX;
    overlap_find(&question, shares, &overlap);
    assert_int_equal(overlap.input, INPUT_GOOD); /* residents have a sum of their own */
    asked.periods[3].collective.fen = MONEY_MAX;
    expect_none(INPUT_MONEY, 0);
}

/* A thousand periods of the same twenty years, each in another place. */
static void very_many_periods(void **unused)
{
    int64_t refund = 0;
    int32_t months = 0;

    (void)unused;
    question.periods = many;
    question.count = 1000;
    for (size_t i = 0; i < question.count; i++) {
        many[i] = (struct pension_period){.scheme = SCHEME_EMPLOYEE,
                                          .region = 110000 + (uint32_t)i,
                                          .from = case_month("2000-01"),
                                          .to = case_month("2019-12"),
                                          .months = 240,
                                          .base.fen = (int64_t)i,
                                          .credited.fen = 24001};
    }
    overlap_find(&question, shares, &overlap);
    assert_int_equal(overlap.input, INPUT_GOOD);
    assert_true(overlap_has(&overlap, OVERLAP_CUT));
    assert_int_equal(overlap.stretch_count, OVERLAP_STRETCHES_MAX);
    for (size_t i = 0; i < question.count; i++) {
        refund += shares[i].refund.fen;
        months += shares[i].counted;
    }
    assert_int_equal(refund, 999 * 24001);
    assert_int_equal(overlap.employee_refund.fen, refund);
    assert_int_equal(months, 240);
    assert_int_equal(overlap.employee_months, 240);
}

static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Whatever the periods: a month counts for one of them, nothing is paid twice, no more goes
 * back than was credited, and the order of the list decides nothing but equal claims. */
static void random_lists(void **unused)
{
    uint32_t seed = 7;

    (void)unused;
    question.periods = many;
    for (int round = 0; round < 300; round++) {
        bool paid[2][PENSION_MONTHS] = {{false}};
        int32_t distinct = 0;

        question.count = 1 + next_number(&seed) % 12;
        for (size_t i = 0; i < question.count; i++) {
            bool resident = next_number(&seed) % 3 == 0;
            int32_t begin = 2000 * 12 + (int32_t)(next_number(&seed) % 10) * 12;
            int32_t length = 1 + (int32_t)(next_number(&seed) % 12);

            many[i] = (struct pension_period){
                .scheme = resident ? SCHEME_RESIDENT : SCHEME_EMPLOYEE,
                .region = 110000 + next_number(&seed) % 5 * 10000,
                .from = {begin},
                .to = {begin + length - 1},
                .months = length,
                .base.fen = next_number(&seed) % 3,
                .credited.fen = next_number(&seed) % 100000,
                .collective.fen = resident ? next_number(&seed) % 100 : 0,
                .interest.fen = resident ? 0 : next_number(&seed) % 1000,
            };
            for (int32_t at = begin; at < begin + length; at++)
                paid[resident][at - PENSION_YEAR_MIN * 12] = true;
        }
        overlap_find(&question, shares, &overlap);
        assert_int_equal(overlap.input, INPUT_GOOD);
        for (size_t i = 0; i < PENSION_MONTHS; i++)
            distinct += paid[0][i] || paid[1][i];
        assert_int_equal(overlap.employee_months + overlap.resident_months, distinct);
        for (size_t i = 0; i < question.count; i++) {
            const struct overlap_share *share = &shares[i];

            assert_in_range(share->cleared, 0, many[i].months);
            assert_in_range(share->refunded, 0, share->cleared);
            assert_int_equal(share->cleared + share->counted, many[i].months);
            assert_true(share->refund.fen >= 0);
            assert_true(share->refund.fen <=
                        many[i].credited.fen + many[i].collective.fen + many[i].interest.fen);
            assert_true(share->refunded > 0 || share->refund.fen == 0);
        }
    }
}

static void absurd_rules_are_none(void **unused)
{
    static const int64_t values[] = {-1, 3, 100, INT64_MAX, INT64_MIN};

    (void)unused;
    question.in_region = 520000;
    add(SCHEME_EMPLOYEE, 440100, "2024-01", "2024-12")->interest.fen = 1200;
    add(SCHEME_EMPLOYEE, 520100, "2024-12", "2024-12");
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        rules_file_add(&rules, "PEN-OVERLAP-KEEP", "2010-01-01", values[i]);
        rules_file_add(&rules, "PEN-OVERLAP-INTEREST", "2010-01-01", values[i]);
        overlap_find(&question, shares, &overlap);
        assert_int_equal(shares[0].cleared, 1);
        assert_int_equal(shares[0].refund.fen, 100);
    }
}

static void each_note_has_code_and_texts(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < OVERLAP_NOTES; i++) {
        const char *code = overlap_code((enum overlap_note)i);

        assert_true(strncmp(code, "PEN-OV-", 7) == 0 && strlen(code) < CODE_SIZE);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(code, overlap_code((enum overlap_note)k));
        assert_true(strlen(overlap_text((enum overlap_note)i).english) > 10);
        assert_true(text_is_utf8(text_of(overlap_text((enum overlap_note)i).chinese)));
    }
    assert_string_equal(overlap_code(OVERLAP_NOTES), "unknown");
    assert_string_equal(overlap_text((enum overlap_note) - 1).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_cases, fresh),
        cmocka_unit_test_setup(no_answer_to, fresh),
        cmocka_unit_test_setup(sums_past_the_bounds, fresh),
        cmocka_unit_test_setup(very_many_periods, fresh),
        cmocka_unit_test_setup(random_lists, fresh),
        cmocka_unit_test_setup(absurd_rules_are_none, fresh),
        cmocka_unit_test_setup(each_note_has_code_and_texts, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
