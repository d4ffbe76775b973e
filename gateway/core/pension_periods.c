/* pension_periods.c - what a period may say, and the rows of a form as periods. */
#include "core/pension_periods.h"

enum {
    MONTHS_OF_YEAR = 12,
    PLACES_OF_PROVINCE = 10000,
    PROVINCE_MIN = 11, /* 北京 to 澳门; 66, used in exchanges for the XPCC, lies between */
    PROVINCE_MAX = 82
};

int32_t pension_period_span(const struct pension_period *period)
{
    return period->to.number - period->from.number + 1;
}

uint32_t pension_province(uint32_t region)
{
    return region / PLACES_OF_PROVINCE * PLACES_OF_PROVINCE;
}

bool pension_region_valid(uint32_t region)
{
    uint32_t province = region / PLACES_OF_PROVINCE;

    return province >= PROVINCE_MIN && province <= PROVINCE_MAX;
}

static bool month_valid(struct month month)
{
    return month.number >= PENSION_YEAR_MIN * MONTHS_OF_YEAR &&
           month.number < (PENSION_YEAR_MAX + 1) * MONTHS_OF_YEAR;
}

static bool amount_valid(struct money amount)
{
    return amount.fen >= 0 && amount.fen <= MONEY_MAX;
}

static enum pension_input check(const struct pension_period *period, struct day today)
{
    bool employee = period->scheme == SCHEME_EMPLOYEE;

    if (!employee && period->scheme != SCHEME_RESIDENT)
        return INPUT_SCHEME;
    if (!pension_region_valid(period->region) &&
        !(employee && period->region == PENSION_SERVICE_REGION))
        return INPUT_REGION;
    if (!month_valid(period->from) || !month_valid(period->to) ||
        period->to.number > day_month(today).number)
        return INPUT_MONTH;
    if (period->to.number < period->from.number)
        return INPUT_REVERSED;
    if (!employee && month_year(period->from) != month_year(period->to))
        return INPUT_YEAR;
    if (period->months < 0 || period->months > pension_period_span(period))
        return INPUT_COUNT;
    if (!amount_valid(period->base) || !amount_valid(period->credited) ||
        !amount_valid(period->collective) || !amount_valid(period->interest))
        return INPUT_MONEY;
    return INPUT_GOOD;
}

enum pension_input pension_periods_check(const struct pension_period *periods, size_t count,
                                         struct day today, size_t *wrong)
{
    *wrong = 0;
    if (count == 0)
        return INPUT_EMPTY;
    if (count > PENSION_PERIODS_MAX)
        return INPUT_MANY;
    for (size_t i = 0; i < count; i++) {
        enum pension_input input = check(&periods[i], today);

        if (input == INPUT_GOOD)
            continue;
        *wrong = i + 1;
        return input;
    }
    return INPUT_GOOD;
}

static struct pension_period period_of(const struct pension_form *form,
                                       const struct pension_row *row)
{
    return (struct pension_period){
        .scheme = SCHEME_EMPLOYEE,
        .region = row->region,
        .from = row->from,
        .to = row->to,
        .months = (int32_t)row->months,
        .temporary = form->temporary && pension_row_own(form, row),
        .base.fen = row->base,
        .credited.fen = row->credited,
        .interest_known = month_year(row->from) == month_year(day_month(form->today)),
    };
}

bool pension_periods_of_form(const struct pension_form *form, struct arena *arena,
                             struct pension_period **periods, size_t *count, size_t *left_out,
                             struct error *err)
{
    *count = *left_out = 0;
    *periods = arena_array(arena, form->row_count, sizeof(**periods));
    if (*periods == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the periods of insurance");
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_REGION | HAS_FROM | HAS_TO | HAS_MONTHS))
            (*periods)[(*count)++] = period_of(form, row);
        else
            (*left_out)++;
    }
    return true;
}
