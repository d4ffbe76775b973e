/* identity.c - GB 11643-1999 and GB 32100-2015 (with GB 11714 inside it). */
#include "base/identity.h"

#include <string.h>

#include "base/utf8.h"

enum {
    DIGITS = CITIZEN_NUMBER_SIZE - 1,
    OLD_DIGITS = 15, /* numbers given out before 1999: no century, no check character */
    REGION_DIGITS = 6,
    CREDIT_SIZE = 18,
    CREDIT_ALPHABET = 31
};

static bool is_blank(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x3000 || code == 0xA0;
}

static uint32_t half_width(uint32_t code)
{
    return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFF01 + '!' : code;
}

/* Without blanks at both ends, half-width, x as X. The number of characters, or 0 if one is
 * neither a digit nor X or there are more than 18. */
static size_t normalise(struct text text, char out[CITIZEN_NUMBER_SIZE])
{
    size_t size = 0;
    bool ended = false;
    uint32_t code;

    while (utf8_take(&text, &code)) {
        if (is_blank(code)) {
            ended = size > 0;
            continue;
        }
        code = half_width(code);
        if (code == 'x')
            code = 'X';
        if (ended || size == DIGITS || (code != 'X' && (code < '0' || code > '9')))
            return 0;
        out[size++] = (char)code;
    }
    return size;
}

static bool all_digits(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (at[i] < '0' || at[i] > '9')
            return false;
    return true;
}

/* ISO 7064 MOD 11-2 over the first 17 digits. */
static char check_character(const char *digits)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    for (size_t i = 0; i < COUNT_OF(weights); i++)
        sum += weights[i] * (digits[i] - '0');
    return "10X98765432"[sum % 11];
}

static void widen_old(char digits[CITIZEN_NUMBER_SIZE])
{
    memmove(digits + REGION_DIGITS + 2, digits + REGION_DIGITS, OLD_DIGITS - REGION_DIGITS);
    digits[REGION_DIGITS] = '1';
    digits[REGION_DIGITS + 1] = '9';
    digits[DIGITS - 1] = check_character(digits);
}

static bool birth_of(const char *digits, struct day *birth)
{
    return day_parse((struct text){digits + REGION_DIGITS, 8}, birth);
}

bool citizen_number_parse(struct text text, struct day today, struct citizen_number *number)
{
    struct citizen_number made = {{0}};
    size_t size = normalise(text, made.digits);
    struct day birth;

    if (size == OLD_DIGITS && all_digits(made.digits, OLD_DIGITS))
        widen_old(made.digits);
    else if (size != DIGITS)
        return false;
    if (!all_digits(made.digits, DIGITS - 1) || !birth_of(made.digits, &birth) ||
        birth.number > today.number || made.digits[DIGITS - 1] != check_character(made.digits))
        return false;
    *number = made;
    return true;
}

struct day citizen_number_birth(const struct citizen_number *number)
{
    struct day birth = {0};

    CHECK(birth_of(number->digits, &birth));
    return birth;
}

int citizen_number_sex(const struct citizen_number *number)
{
    return (number->digits[16] - '0') % 2 == 1 ? 1 : 2;
}

static int credit_value(char c)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const char *found = c == '\0' ? NULL : strchr(alphabet, c);

    return found == NULL ? -1 : (int)(found - alphabet);
}

/* Characters 9 to 17 are the organisation code with a check of its own (GB 11714). */
static bool organisation_valid(const char *at)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    for (size_t i = 0; i < COUNT_OF(weights); i++)
        sum += weights[i] * (at[i] <= '9' ? at[i] - '0' : at[i] - 'A' + 10);
    return at[COUNT_OF(weights)] == "0X987654321"[sum % 11];
}

bool credit_code_valid(struct text text)
{
    int weight = 1;
    int sum = 0;

    if (text.size != CREDIT_SIZE)
        return false;
    for (size_t i = 0; i < CREDIT_SIZE; i++) {
        int value = credit_value(text.at[i]);
        if (value < 0)
            return false;
        if (i < CREDIT_SIZE - 1)
            sum += weight * value;
        weight = weight * 3 % CREDIT_ALPHABET;
    }
    return credit_value(text.at[CREDIT_SIZE - 1]) ==
               (CREDIT_ALPHABET - sum % CREDIT_ALPHABET) % CREDIT_ALPHABET &&
           organisation_valid(text.at + 8);
}
