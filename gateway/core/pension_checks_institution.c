/* pension_checks_institution.c - checks of who leaves or joins the institutions' scheme, and of
 * the occupational annuity. */
#include "core/pension_issue.h"
#include "core/pension_periods.h"
#include "core/pension_pooled.h"

enum {
    REFORM = 201410, /* the scheme begins; rule PEN-GP-REFORM */
    ACCOUNTS_YEAR = 1998,
    EIGHT_YEAR = 2006,
    MONTHS_OF_YEAR = 12
};

/* --- who leaves ------------------------------------------------------------------------ */

static struct month reform(const struct pension_form *form)
{
    int32_t written = (int32_t)pension_check_rule(form, "PEN-GP-REFORM", REFORM);

    return (struct month){written / 100 * MONTHS_OF_YEAR + written % 100 - 1};
}

/* 12 % of the wages since the reform. Rows before it may be of an earlier membership among the
 * employees, whose pooled part had come along: between the two sums an officer decides. */
void pension_check_pooled_since(const struct pension_form *form, const char *code, bool hard,
                                struct pension_issues *issues)
{
    int64_t pooled = form->boxes[POOLED];
    int64_t least;
    int64_t most;

    if (!form->boxes_read)
        return;
    if (!pension_pooled_since(form, reform(form), &least) ||
        !pension_pooled_exact(form, &most)) {
        pension_issue_add(issues, code, hard, 0);
        return;
    }
    hard = hard && (pooled * PENSION_WHOLE < least || pooled * PENSION_WHOLE > most);
    pension_check_sum(form, pooled, pooled * PENSION_WHOLE > most ? most : least, code, hard,
                      issues);
}

/* Who was dismissed goes to the place where the household is registered. */
void pension_check_household(const struct pension_form *form, const char *code, bool hard,
                             struct pension_issues *issues)
{
    uint64_t household;
    uint64_t in_region;

    if (record_find(form->record, "dismissal") == NULL)
        return;
    if (!record_number(form->record, "dismissal/hukouRegion", 999999, &household) ||
        !record_number(form->record, "reference/inRegion", 999999, &in_region) ||
        pension_province((uint32_t)household) != pension_province((uint32_t)in_region))
        pension_issue_add(issues, code, hard, 0);
}

/* --- who joins ------------------------------------------------------------------------- */

/* Credited at another rate than 11 % (8 % from 2006): what moves is corrected to it, and the
 * remark of the row says so. */
void pension_check_credited_rate(const struct pension_form *form, const char *code, bool hard,
                                 struct pension_issues *issues)
{
    const struct record *record = record_find(form->record, "rows/row");

    for (size_t i = 0; i < form->row_count; i++, record = record_same(record)) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_YEAR | HAS_RATES) && row->year >= ACCOUNTS_YEAR &&
            row->personal_rate + row->account_rate != (row->year < EIGHT_YEAR ? 1100 : 800) &&
            record_find(record, "remark") == NULL)
            pension_issue_add(issues, code, hard, i + 1);
    }
}

/* --- the annuity ----------------------------------------------------------------------- */

static bool read_part(const struct record *record, const char *path, int64_t *fen)
{
    struct money amount;

    if (!record_money(record, path, &amount) || amount.fen < 0 ||
        amount.fen > PENSION_AMOUNT_MAX)
        return false;
    *fen = amount.fen;
    return true;
}

static bool says(const struct pension_form *form, const char *path)
{
    struct text text;

    return record_text(form->record, path, &text) && text_is(text, "true");
}

/* The balance is its five parts. All but the book entry is money, and moves as the account,
 * unless the account stays where it is (保留账户): then nothing does. */
void pension_check_annuity(const struct pension_form *form, const char *code, bool hard,
                           struct pension_issues *issues)
{
    static const char *const parts[] = {"annuity/book", "annuity/real", "annuity/madeUp",
                                        "annuity/beforeReform", "annuity/enterprise"};
    int64_t part[COUNT_OF(parts)] = {0};
    int64_t balance = 0;
    int64_t sum = 0;
    bool right = form->boxes_read && form->boxes[POOLED] == 0 &&
                 read_part(form->record, "annuity/balance", &balance);

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        right = right && read_part(form->record, parts[i], &part[i]);
        sum += part[i];
    }
    if (!right || balance != sum ||
        form->boxes[TOTAL] != (says(form, "annuity/kept") ? 0 : balance - part[0]))
        pension_issue_add(issues, code, hard, 0);
}

/* A book entry moves as a number only between units that one treasury finances; else it is paid
 * in first (记实). */
void pension_check_book(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    int64_t book;

    if (read_part(form->record, "annuity/book", &book) && book > 0 &&
        !says(form, "annuity/sameTreasury") && !says(form, "annuity/kept"))
        pension_issue_add(issues, code, hard, 0);
}
