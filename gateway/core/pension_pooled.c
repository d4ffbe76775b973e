/* pension_pooled.c - base x months x rate, summed without rounding. */
#include "core/pension_pooled.h"

enum {
    POOLED_RATE = 1200, /* 12 % goes along with the person */
    REFORM_YEAR = 1998  /* individual accounts begin */
};

static int64_t pooled_rate(const struct pension_form *form, const struct pension_row *row)
{
    if (form->temporary && pension_row_has(row, HAS_RATES) && row->employer_rate > POOLED_RATE)
        return row->employer_rate;
    return POOLED_RATE;
}

static bool add_row(const struct pension_row *row, int64_t rate, int64_t *sum)
{
    int64_t part;

    return pension_row_has(row, HAS_YEAR | HAS_BASE | HAS_MONTHS) &&
           !__builtin_mul_overflow(row->base, row->months * rate, &part) &&
           !__builtin_add_overflow(*sum, part, sum);
}

bool pension_pooled_exact(const struct pension_form *form, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_YEAR) && row->year < REFORM_YEAR)
            continue;
        if (!add_row(row, pooled_rate(form, row), sum))
            return false;
    }
    return true;
}

bool pension_pooled_since(const struct pension_form *form, struct month since, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_FROM) && row->from.number < since.number)
            continue;
        if (!pension_row_has(row, HAS_FROM) || !add_row(row, POOLED_RATE, sum))
            return false;
    }
    return true;
}

bool pension_share_exact(const struct pension_form *form, int64_t rate, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < form->row_count; i++)
        if (!add_row(&form->rows[i], rate, sum))
            return false;
    return true;
}

bool pension_pooled(const struct pension_form *form, struct money *amount)
{
    int64_t sum;

    if (!pension_pooled_exact(form, &sum))
        return false;
    amount->fen = sum / PENSION_WHOLE + (sum % PENSION_WHOLE * 2 >= PENSION_WHOLE);
    return true;
}
