/* money.c - checked sums in fen, and yuan as text. */
#include "base/money.h"

enum { YUAN_DIGITS_MAX = 14, DECIMALS_MAX = 2 };

static bool keep(int64_t fen, struct money *money)
{
    if (fen > MONEY_MAX || fen < -MONEY_MAX)
        return false;
    money->fen = fen;
    return true;
}

bool money_add(struct money a, struct money b, struct money *sum)
{
    int64_t fen;

    return !__builtin_add_overflow(a.fen, b.fen, &fen) && keep(fen, sum);
}

bool money_subtract(struct money a, struct money b, struct money *difference)
{
    int64_t fen;

    return !__builtin_sub_overflow(a.fen, b.fen, &fen) && keep(fen, difference);
}

bool money_times(struct money a, int64_t factor, struct money *product)
{
    int64_t fen;

    return !__builtin_mul_overflow(a.fen, factor, &fen) && keep(fen, product);
}

bool money_equal(struct money a, struct money b)
{
    return a.fen == b.fen;
}

int money_compare(struct money a, struct money b)
{
    return (a.fen > b.fen) - (a.fen < b.fen);
}

/* Takes the digits in front of *rest into *value, one after the other; their number. */
static size_t take_digits(struct text *rest, size_t count_max, int64_t *value)
{
    size_t count = 0;

    while (count < count_max && rest->size > 0 && rest->at[0] >= '0' && rest->at[0] <= '9') {
        *value = *value * 10 + (rest->at[0] - '0');
        rest->at++;
        rest->size--;
        count++;
    }
    return count;
}

bool money_parse(struct text yuan, struct money *money)
{
    bool negative = text_starts(yuan, "-");
    size_t decimals = 0;
    int64_t fen = 0;

    if (negative) {
        yuan.at++;
        yuan.size--;
    }
    if (take_digits(&yuan, YUAN_DIGITS_MAX, &fen) == 0)
        return false;
    if (text_starts(yuan, ".")) {
        yuan.at++;
        yuan.size--;
        decimals = take_digits(&yuan, DECIMALS_MAX, &fen);
        if (decimals == 0)
            return false;
    }
    if (yuan.size != 0)
        return false;
    for (; decimals < DECIMALS_MAX; decimals++)
        fen *= 10;
    return keep(negative ? -fen : fen, money);
}

/* Written backwards from the end; a comma every `group` yuan digits, 0: none. */
static const char *format(struct money money, char *out, unsigned group)
{
    uint64_t fen = money.fen < 0 ? 0 - (uint64_t)money.fen : (uint64_t)money.fen;
    char reversed[MONEY_TEXT_SIZE + 8];
    unsigned digits = 0;
    size_t size = 0;
    char *to = out;

    reversed[size++] = (char)('0' + fen % 10);
    reversed[size++] = (char)('0' + fen / 10 % 10);
    reversed[size++] = '.';
    fen /= 100;
    do {
        if (group != 0 && digits != 0 && digits % group == 0)
            reversed[size++] = ',';
        reversed[size++] = (char)('0' + fen % 10);
        fen /= 10;
        digits++;
    } while (fen != 0);
    if (money.fen < 0)
        reversed[size++] = '-';
    while (size > 0)
        *to++ = reversed[--size];
    *to = '\0';
    return out;
}

const char *money_format(struct money money, char out[MONEY_TEXT_SIZE])
{
    return format(money, out, 0);
}

const char *money_format_grouped(struct money money, char out[MONEY_TEXT_SIZE + 8])
{
    return format(money, out, 3);
}
