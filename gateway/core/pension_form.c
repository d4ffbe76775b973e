/* pension_form.c - from the tree of fields to numbers. */
#include "core/pension_form.h"

static bool read_amount(const struct record *record, const char *path, int64_t *fen)
{
    struct money money;

    if (!record_money(record, path, &money) || money.fen < -PENSION_AMOUNT_MAX ||
        money.fen > PENSION_AMOUNT_MAX)
        return false;
    *fen = money.fen;
    return true;
}

static bool read_rate(const struct record *record, const char *path, int64_t *rate)
{
    int32_t found;

    if (!record_rate(record, path, &found) || found > PENSION_WHOLE)
        return false;
    *rate = found;
    return true;
}

static void read_row(const struct record *record, struct pension_row *row)
{
    uint64_t number;

    if (record_number(record, "region", 999999, &number)) {
        row->region = (uint32_t)number;
        row->has |= HAS_REGION;
    }
    if (record_number(record, "year", 2199, &number)) {
        row->year = (int)number;
        row->has |= HAS_YEAR;
    }
    if (record_number(record, "months", 99, &number)) {
        row->months = (int64_t)number;
        row->has |= HAS_MONTHS;
    }
    if (record_month(record, "from", &row->from))
        row->has |= HAS_FROM;
    if (record_month(record, "to", &row->to))
        row->has |= HAS_TO;
    if (record_month(record, "arrived", &row->arrived))
        row->has |= HAS_ARRIVED;
    if (read_amount(record, "base", &row->base) && row->base >= 0)
        row->has |= HAS_BASE;
    if (read_rate(record, "employerRate", &row->employer_rate) &&
        read_rate(record, "accountRate", &row->account_rate) &&
        read_rate(record, "personalRate", &row->personal_rate))
        row->has |= HAS_RATES;
    if (read_amount(record, "credited", &row->credited) &&
        read_amount(record, "creditedPersonal", &row->credited_personal))
        row->has |= HAS_CREDITED;
    if (!read_amount(record, "collective", &row->collective))
        row->collective = 0;
    if (!read_amount(record, "subsidy", &row->subsidy))
        row->subsidy = 0;
    if (read_amount(record, "interest", &row->interest) &&
        read_amount(record, "interestPersonal", &row->interest_personal))
        row->has |= HAS_INTEREST;
    if (read_amount(record, "balance", &row->balance) &&
        read_amount(record, "balancePersonal", &row->balance_personal))
        row->has |= HAS_BALANCE;
}

static bool read_rows(struct pension_form *form, struct arena *arena, struct error *err)
{
    size_t count = record_count(form->record, "rows/row");
    const struct record *record = record_find(form->record, "rows/row");

    form->rows_cut = count > PENSION_ROWS_MAX;
    if (form->rows_cut)
        count = PENSION_ROWS_MAX;
    form->rows = arena_array(arena, count, sizeof(*form->rows));
    if (form->rows == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the form's rows");
    for (form->row_count = 0; form->row_count < count; form->row_count++) {
        read_row(record, &form->rows[form->row_count]);
        record = record_same(record);
    }
    return true;
}

static void read_boxes(struct pension_form *form)
{
    static const char *const paths[BOXES] = {
        "amounts/before1998", "amounts/toLastYear", "amounts/thisYear",
        "amounts/account",    "amounts/pooled",     "amounts/total",
    };

    form->boxes_read = true;
    for (size_t i = 0; i < BOXES; i++)
        if (!read_amount(form->record, paths[i], &form->boxes[i]) || form->boxes[i] < 0)
            form->boxes_read = false;
}

static bool is_temporary(const struct record *record)
{
    uint64_t type = 0;

    return record_number(record, "accountType", 1, &type) && type == 1;
}

bool pension_row_has(const struct pension_row *row, unsigned fields)
{
    return (row->has & fields) == fields;
}

bool pension_region_within(uint32_t region, uint32_t place)
{
    uint32_t unit = place % 10000 == 0 ? 10000 : place % 100 == 0 ? 100 : 1;

    return region / unit == place / unit;
}

bool pension_row_own(const struct pension_form *form, const struct pension_row *row)
{
    return pension_row_has(row, HAS_REGION) &&
           pension_region_within(row->region, form->out_region);
}

bool pension_form_read(const struct record *record, uint32_t out_region, struct day today,
                       const struct rules *rules, struct arena *arena,
                       struct pension_form *form, struct error *err)
{
    *form = (struct pension_form){
        .record = record,
        .rules = rules,
        .today = today,
        .out_region = out_region,
        .temporary = is_temporary(record),
    };
    read_boxes(form);
    return read_rows(form, arena, err);
}
