/* pension_retirement.c - from a birth month to the months of retirement. */
#include "core/pension_retirement.h"

#include "base/check.h"

enum {
    MONTHS_OF_YEAR = 12,
    AGE_MONTHS_MIN = 40 * MONTHS_OF_YEAR, /* what a rule may say at all */
    AGE_MONTHS_MAX = 80 * MONTHS_OF_YEAR,
    RAISE_MONTHS_MAX = 20 * MONTHS_OF_YEAR,
    FLEX_MONTHS_MAX = 10 * MONTHS_OF_YEAR,
    MINIMUM_MONTHS_MAX = 50 * MONTHS_OF_YEAR,
    BIRTH_YEAR_MIN = 1900,
    BIRTH_YEAR_MAX = 2080, /* the latest month that follows from it is still a month */
    NO_RULE = -1
};

/* The three lists of the law's annex (附件 1 to 3). */
static const struct kind {
    const char *age;  /* the old age, months */
    const char *step; /* one month more for each so many months */
    const char *most; /* in all */
} kinds[] = {
    {"PEN-AGE-MAN", "PEN-RAISE-STEP-MAN", "PEN-RAISE-MOST-MAN"},
    {"PEN-AGE-WOMAN", "PEN-RAISE-STEP-WOMAN", "PEN-RAISE-MOST-WOMAN"},
    {"PEN-AGE-WORKER", "PEN-RAISE-STEP-WORKER", "PEN-RAISE-MOST-WORKER"},
};

static struct month months_later(struct month month, int32_t months)
{
    return (struct month){month.number + months};
}

static struct day first_day(struct month month)
{
    struct day day = {0};

    CHECK(day_from(month_year(month), month_of_year(month), 1, &day));
    return day;
}

static int32_t rule(const struct rules *rules, const char *id, struct month month, int32_t max,
                    int32_t otherwise)
{
    return (int32_t)rules_within(rules, id, first_day(month), 0, max, otherwise);
}

static bool kind_of(unsigned sex, enum retirement_post post, const struct kind **kind,
                    enum pension_input *wrong)
{
    *wrong = INPUT_GOOD;
    if (sex == SEX_MALE)
        *kind = &kinds[0];
    else if (sex == SEX_FEMALE && post == POST_MANAGER)
        *kind = &kinds[1];
    else if (sex == SEX_FEMALE && post == POST_WORKER)
        *kind = &kinds[2];
    else
        *wrong = sex == SEX_FEMALE ? INPUT_POST : INPUT_SEX;
    return *wrong == INPUT_GOOD;
}

static bool born(struct month birth, struct day today)
{
    return birth.number >= BIRTH_YEAR_MIN * MONTHS_OF_YEAR &&
           birth.number < (BIRTH_YEAR_MAX + 1) * MONTHS_OF_YEAR &&
           birth.number <= day_month(today).number;
}

/* The old age, by the rule that holds in the month in which it is reached. Which month that is
 * hangs on the age itself, so the newest row says where to look first. */
static bool old_age(const struct rules *rules, const struct kind *kind, struct month birth,
                    int32_t *age)
{
    *age = rule(rules, kind->age, months_later(birth, AGE_MONTHS_MAX), AGE_MONTHS_MAX, NO_RULE);
    if (*age >= AGE_MONTHS_MIN)
        *age = rule(rules, kind->age, months_later(birth, *age), AGE_MONTHS_MAX, NO_RULE);
    return *age >= AGE_MONTHS_MIN;
}

/* How much the reform adds for whoever would have reached the old age in `month` (办法第一条).
 * Before its rows begin it adds nothing; one of them without the others says nothing. */
static bool added(const struct rules *rules, const struct kind *kind, struct month month,
                  int32_t *delay)
{
    int32_t step = rule(rules, kind->step, month, RAISE_MONTHS_MAX, NO_RULE);
    int32_t most = rule(rules, kind->most, month, RAISE_MONTHS_MAX, NO_RULE);
    int32_t written = rule(rules, "PEN-RAISE-START", month, 219912, NO_RULE);
    struct month start;

    *delay = 0;
    if (step == NO_RULE && most == NO_RULE && written == NO_RULE)
        return true;
    if (step <= 0 || most == NO_RULE || !month_from(written / 100, written % 100, &start))
        return false;
    if (month.number < start.number)
        return true;
    *delay = (month.number - start.number) / step + 1;
    if (*delay > most)
        *delay = most;
    return true;
}

enum pension_input retirement_minimum(const struct rules *rules, struct month month,
                                      int32_t *months)
{
    int32_t found;
    struct day day;

    if (month.number <= 0 || !day_from(month_year(month), month_of_year(month), 1, &day))
        return INPUT_MONTH;
    found = (int32_t)rules_within(rules, "PEN-MINIMUM", day, 0, MINIMUM_MONTHS_MAX, NO_RULE);
    if (found == NO_RULE)
        return INPUT_RULE;
    *months = found;
    return INPUT_GOOD;
}

enum pension_input retirement_of(const struct rules *rules, struct month birth, unsigned sex,
                                 enum retirement_post post, struct day today,
                                 struct retirement *answer)
{
    struct retirement found = {0};
    const struct kind *kind = NULL;
    enum pension_input wrong;
    struct month old;
    int32_t age;

    if (!kind_of(sex, post, &kind, &wrong))
        return wrong;
    if (!born(birth, today))
        return INPUT_BIRTH;
    if (!old_age(rules, kind, birth, &age))
        return INPUT_RULE;
    old = months_later(birth, age);
    if (!added(rules, kind, old, &found.delay_months))
        return INPUT_RULE;
    found.age_months = age + found.delay_months;
    found.statutory = months_later(old, found.delay_months);
    found.earliest = months_later(
        found.statutory, -rule(rules, "PEN-FLEX-EARLY", found.statutory, FLEX_MONTHS_MAX, 0));
    if (found.earliest.number < old.number)
        found.earliest = old; /* 退休年龄不得低于原法定退休年龄 */
    found.latest = months_later(
        found.statutory, rule(rules, "PEN-FLEX-LATE", found.statutory, FLEX_MONTHS_MAX, 0));
    wrong = retirement_minimum(rules, found.statutory, &found.minimum_months);
    if (wrong == INPUT_GOOD)
        wrong = retirement_minimum(rules, found.earliest, &found.minimum_early_months);
    if (wrong == INPUT_GOOD)
        *answer = found;
    return wrong;
}

bool retirement_reached(const struct retirement *retirement, struct day today)
{
    return day_month(today).number >= retirement->statutory.number;
}
