/* base_parsers_fuzz.c - what is read from a few bytes: money, dates, identity numbers, ids.
 * Each is read, written and read again; what has one spelling is written as it was read. */
#include "fuzz.h"

#include "base/identity.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/personal.h"
#include "base/uuid.h"

enum { SHORT_RUNS = 200000 };

static struct day today;

bool fuzz_open(struct error *err)
{
    return day_from(2026, 3, 2, &today) || fail(err, ERROR_VALUE, "no date");
}

void fuzz_seeds(void)
{
    static const char *const seeds[] = {"-12345.60",
                                        "90000000000000.00",
                                        "2026-02-28",
                                        "20240229",
                                        "2026-03",
                                        "202603",
                                        "2026-03-02T09:00:00.123+08:00",
                                        "2199-12-31T23:59:60-23:59",
                                        "52990119800101001X",
                                        "529901800101001",
                                        "５２９９０１１９８００１０１００１Ｘ",
                                        "91520000MA6DK0001A",
                                        "0192d3a0-7c00-7000-8000-000000000001",
                                        "18446744073709551615",
                                        "喆㛃𠮷",
                                        "阿依古丽·买买提"};

    for (size_t i = 0; i < COUNT_OF(seeds); i++)
        fuzz_seed(-1, text_of(seeds[i]));
}

static void try_money(struct text input)
{
    struct money first = {0}, second = {0}, sum;
    char text[MONEY_TEXT_SIZE], grouped[MONEY_TEXT_SIZE + 8];

    if (!money_parse(input, &first)) {
        fuzz_hold(first.fen == 0, "money: untouched when refused");
        return;
    }
    fuzz_hold(first.fen <= MONEY_MAX && first.fen >= -MONEY_MAX, "money: within its bounds");
    fuzz_hold(money_parse(text_of(money_format(first, text)), &second) &&
                  money_equal(first, second),
              "money: written and read again");
    fuzz_hold(strlen(money_format_grouped(first, grouped)) >= strlen(text), "money: grouped");
    fuzz_hold(!money_add(first, (struct money){MONEY_MAX}, &sum) || first.fen <= 0,
              "money: no sum beyond the bound");
}

static void try_times(struct text input)
{
    struct day day, day_again;
    struct month month, month_again;
    struct instant at, at_again;
    char text[INSTANT_TEXT_SIZE];

    if (day_parse(input, &day))
        fuzz_hold(day_parse(text_of(day_format(day, text)), &day_again) &&
                      day.number == day_again.number && day.number >= 1 &&
                      day.number <= DAY_NUMBER_MAX,
                  "day: written and read again");
    if (month_parse(input, &month))
        fuzz_hold(month_parse(text_of(month_format(month, text)), &month_again) &&
                      month.number == month_again.number,
                  "month: written and read again");
    if (instant_parse(input, &at))
        fuzz_hold(instant_parse(text_of(instant_format(at, text)), &at_again) &&
                      at.ms == at_again.ms,
                  "instant: written and read again");
}

static void try_numbers(struct text input)
{
    struct citizen_number first, second;
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    unsigned char bytes[16];
    char hex[33];
    uint64_t value;

    if (citizen_number_parse(input, today, &first)) {
        fuzz_hold(strlen(first.digits) == 18, "citizen number: 18 characters");
        fuzz_hold(citizen_number_parse(text_of(first.digits), today, &second) &&
                      strcmp(first.digits, second.digits) == 0,
                  "citizen number: its normal form is its normal form");
        fuzz_hold(citizen_number_birth(&first).number <= today.number, "born before today");
    }
    if (credit_code_valid(input))
        fuzz_hold(input.size == 18, "credit code: 18 characters");
    if (uuid_parse(input, &id))
        fuzz_hold(text_is(input, uuid_format(&id, text)), "uuid: one spelling");
    if (hex_decode(input, bytes, sizeof(bytes))) {
        hex_encode(bytes, sizeof(bytes), hex);
        fuzz_hold(strncasecmp(hex, input.at, 32) == 0, "hexadecimal: written as read");
    }
    if (text_to_u64(input, &value))
        for (size_t i = input.size; i > 0; i--, value /= 10)
            fuzz_hold((uint64_t)(input.at[i - 1] - '0') == value % 10, "number: every digit");
}

/* Whatever is masked fits a screen, and a number keeps at most its five open digits. */
static void try_masks(struct text input)
{
    char out[PERSONAL_MASK_SIZE];
    bool utf8 = text_is_utf8(input);
    bool whole = memchr(input.at, '\0', input.size) == NULL;

    for (int kind = MASK_NAME; kind <= MASK_TEXT; kind++) {
        const char *masked = personal_masked(personal_of(input), (enum mask_kind)kind, out);

        fuzz_hold(memchr(masked, '\0', PERSONAL_MASK_SIZE) != NULL, "mask: ends");
        fuzz_hold(!utf8 || text_is_utf8(text_of(masked)), "mask: whole characters");
        fuzz_hold(input.size == 0 || !whole || kind == MASK_TEXT || strchr(masked, '*') != NULL,
                  "mask: has a star");
    }
    if (utf8)
        fuzz_hold(text_characters(input) <= input.size && text_columns(input) <= 2 * input.size,
                  "text: not more characters than bytes");
}

void fuzz_input(struct text input, struct arena *arena)
{
    (void)arena;
    try_money(input);
    try_times(input);
    try_numbers(input);
    try_masks(input);
}
