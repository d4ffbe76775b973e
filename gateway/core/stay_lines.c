/* stay_lines.c - charge lines: read, and checked one by one.
 *
 * Amounts read are at most MONEY_MAX (9e15 fen): sums of a few stay within int64. */
#include "core/stay_checks.h"

enum {
    QUANTITY_DECIMALS = 4,
    PRICE_DECIMALS = 6,
    WHOLE_DIGITS = 10 /* before the point of either */
};

/* quantity (1e-4) x price (1e-6 yuan) counts in 1e-8 fen. */
#define PRODUCT_PER_FEN INT64_C(100000000)

/* A decimal number scaled to `decimals` places: "-2.5" with 4 is -25000. Nothing else than
 * sign, digits and point. */
static bool scaled(struct text text, unsigned decimals, int64_t *value)
{
    bool negative = text_starts(text, "-");
    size_t at = negative;
    size_t digits = 0;
    size_t places = 0;
    int64_t sum = 0;

    for (; at < text.size && text.at[at] >= '0' && text.at[at] <= '9'; at++, digits++) {
        if (digits == WHOLE_DIGITS)
            return false;
        sum = sum * 10 + (text.at[at] - '0');
    }
    if (digits == 0 || (at < text.size && text.at[at] != '.') || at + 1 == text.size)
        return false;
    for (at++; at < text.size; at++, places++) {
        if (places == decimals || text.at[at] < '0' || text.at[at] > '9')
            return false;
        sum = sum * 10 + (text.at[at] - '0');
    }
    for (; places < decimals; places++)
        sum *= 10;
    *value = negative ? -sum : sum;
    return true;
}

static bool read_scaled(const struct record *row, const char *name, unsigned decimals,
                        int64_t *value)
{
    struct text text;

    return record_text(row, name, &text) && scaled(text, decimals, value);
}

static bool read_sums(const struct record *row, struct stay_sums *sums)
{
    return record_money(row, "amount", &sums->total) &&
           record_money(row, "ownPay", &sums->own_pay) &&
           record_money(row, "overLimit", &sums->over_limit) &&
           record_money(row, "prePay", &sums->pre_pay) &&
           record_money(row, "inScope", &sums->in_scope);
}

/* A7 */
static bool parts_fit(const struct stay_sums *sums)
{
    return sums->total.fen ==
           sums->own_pay.fen + sums->over_limit.fen + sums->pre_pay.fen + sums->in_scope.fen;
}

/* No part of a line goes the other way than the line. */
static bool parts_agree(const struct stay_sums *sums)
{
    int64_t sign = sums->total.fen < 0 ? -1 : 1;

    return sums->own_pay.fen * sign >= 0 && sums->over_limit.fen * sign >= 0 &&
           sums->pre_pay.fen * sign >= 0 && sums->in_scope.fen * sign >= 0;
}

/* A15: rounded half away from nothing, one fen off at most. A product that int64 does not hold
 * is above 900 million yuan: no line's. */
static bool product_fits(int64_t quantity, int64_t price, int64_t fen)
{
    int64_t product;
    int64_t half;
    int64_t off;

    if (__builtin_mul_overflow(quantity, price, &product))
        return false;
    half = product < 0 ? -PRODUCT_PER_FEN / 2 : PRODUCT_PER_FEN / 2;
    if (__builtin_add_overflow(product, half, &product))
        return false;
    off = product / PRODUCT_PER_FEN - fen;
    return off >= -1 && off <= 1;
}

/* What gives back names what it gives back, and nothing else does. */
static bool returns_right(const struct flow_line *line)
{
    if (line->original.size == 0)
        return line->sums.total.fen >= 0;
    return line->sums.total.fen < 0 && !text_equal(line->original, line->number);
}

static void read_line(const struct record *row, size_t number, unsigned insurance,
                      const struct stay_profile *profile, struct flow_line *line,
                      struct stay_issues *issues)
{
    struct text related;
    int64_t quantity;
    int64_t price;

    if (!record_text(row, "original", &line->original))
        line->original = TEXT_NONE;
    if (insurance == INSURANCE_INJURY && record_text(row, "related", &related) &&
        text_is(related, "false"))
        stay_issue_add(issues, "INJ-L01", true, number);
    if (!record_text(row, "number", &line->number) || !read_sums(row, &line->sums) ||
        !read_scaled(row, "quantity", QUANTITY_DECIMALS, &quantity) ||
        !read_scaled(row, "price", PRICE_DECIMALS, &price)) {
        stay_issue_add(issues, "STL-L02", true, number);
        return;
    }
    if (!returns_right(line))
        stay_issue_add(issues, "STL-L03", true, number);
    if (!parts_agree(&line->sums))
        stay_issue_add(issues, "STL-L04", true, number);
    if (!parts_fit(&line->sums))
        stay_identity_broken(profile, STAY_A7, number, issues);
    if (!product_fits(quantity, price, line->sums.total.fen))
        stay_identity_broken(profile, STAY_A15, number, issues);
}

static bool seen_before(const struct flow_line *lines, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (text_equal(lines[i].number, lines[index].number))
            return true;
    return false;
}

bool stay_lines_read(const struct record *document, unsigned insurance,
                     const struct stay_profile *profile, struct arena *arena,
                     struct flow_line **lines, size_t *count, struct stay_issues *issues,
                     struct error *err)
{
    const struct record *row = record_find(document, "line");
    size_t rows = record_count(document, "line");
    struct flow_line *list;

    if (rows > FLOW_LINES_MAX) {
        stay_issue_add(issues, "STL-L05", true, 0);
        rows = FLOW_LINES_MAX;
    }
    list = arena_array(arena, rows, sizeof(*list));
    if (list == NULL)
        return fail(err, ERROR_MEMORY, "no memory for charge lines");
    for (size_t i = 0; i < rows; i++, row = record_same(row)) {
        read_line(row, i + 1, insurance, profile, &list[i], issues);
        if (list[i].number.size > 0 && seen_before(list, i))
            stay_issue_add(issues, "STL-L01", true, i + 1);
    }
    *lines = list;
    *count = rows;
    return true;
}
