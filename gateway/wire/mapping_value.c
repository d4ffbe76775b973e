/* mapping_value.c - a pair of functions per type, in one table. */
#include "wire/mapping_value.h"

#include <string.h>

#include "base/instant.h"
#include "base/money.h"
#include "wire/encoding.h"
#include "wire/mapping_decimal.h"
#include "wire/mapping_pattern.h"

enum fault { FINE, WRONG, UNKNOWN_CODE, UNSENDABLE, NO_MEMORY };

typedef enum fault convert(const struct value_rule *rule, struct text from, struct arena *arena,
                           struct text *to);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum fault keep(struct arena *arena, struct text value, struct text *to)
{
    *to = arena_copy(arena, value);
    return to->at == NULL ? NO_MEMORY : FINE;
}

/* --- text: what XML can carry and what is still a character ------------------------------ */

static bool is_noncharacter(const unsigned char *at)
{
    return at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF);
}

static bool is_replacement(const unsigned char *at)
{
    return at[0] == 0xEF && at[1] == 0xBF && at[2] == 0xBD;
}

static enum fault text_same(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    bool ascii = true;

    (void)rule;
    (void)arena;
    for (size_t i = 0; i < from.size; i++) {
        const unsigned char *at = (const unsigned char *)from.at + i;
        if (*at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r')
            return WRONG;
        if (*at < 0x80)
            continue;
        ascii = false;
        if (from.size - i >= 3 && is_noncharacter(at))
            return WRONG;
        if (from.size - i >= 3 && is_replacement(at))
            return UNSENDABLE;
    }
    if (!ascii && !text_is_utf8(from))
        return UNSENDABLE;
    *to = from;
    return FINE;
}

/* --- codes and digits --------------------------------------------------------------------- */

bool code_find(struct code_table table, struct text from, struct text *to)
{
    size_t low = 0;
    size_t high = table.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(from, table.pairs[middle].from);
        if (order == 0) {
            *to = table.pairs[middle].to;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static enum fault code_same(struct text from, struct text *to)
{
    for (size_t i = 0; i < from.size; i++)
        if (!is_digit(from.at[i]) && !is_letter(from.at[i]) &&
            memchr(".-_", from.at[i], 3) == NULL)
            return WRONG;
    *to = from;
    return FINE;
}

static enum fault code_ours(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    (void)arena;
    if (rule->list == NULL)
        return code_same(from, to);
    return code_find(rule->list->to_ours, from, to) ? FINE : UNKNOWN_CODE;
}

static enum fault code_theirs(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    (void)arena;
    if (rule->list == NULL)
        return code_same(from, to);
    return code_find(rule->list->to_theirs, from, to) ? FINE : UNKNOWN_CODE;
}

static enum fault digits_same(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    (void)rule;
    (void)arena;
    for (size_t i = 0; i < from.size; i++)
        if (!is_digit(from.at[i]))
            return WRONG;
    *to = from;
    return FINE;
}

static bool in_identity(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || memchr("()/-", c, 4) != NULL;
}

/* Of a citizen number both x and X are written; they are one number. */
static enum fault identity_same(const struct value_rule *rule, struct text from,
                                struct arena *arena, struct text *to)
{
    size_t last = from.size - 1;
    char raised[18];

    (void)rule;
    for (size_t i = 0; i < last; i++)
        if (!in_identity(from.at[i]))
            return WRONG;
    if (from.at[last] == 'x' && from.size == sizeof(raised)) {
        memcpy(raised, from.at, last);
        raised[last] = 'X';
        return keep(arena, (struct text){raised, sizeof(raised)}, to);
    }
    *to = from;
    return in_identity(from.at[last]) ? FINE : WRONG;
}

/* --- dates, months, times ------------------------------------------------------------------
 */

static enum fault date_ours(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    struct day day;
    char out[DAY_TEXT_SIZE];

    if (!pattern_read_day(rule->pattern, from, &day))
        return WRONG;
    return keep(arena, text_of(day_format(day, out)), to);
}

static enum fault date_theirs(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    char out[PATTERN_SIZE_MAX];
    struct buffer buffer = buffer_over(out, sizeof(out));
    struct day day;

    if (!pattern_read_day(TEXT("yyyy-MM-dd"), from, &day))
        return WRONG;
    pattern_write_day(rule->pattern, day, &buffer);
    return keep(arena, buffer_as_text(&buffer), to);
}

static enum fault month_ours(const struct value_rule *rule, struct text from,
                             struct arena *arena, struct text *to)
{
    struct month month;
    char out[MONTH_TEXT_SIZE];

    if (!pattern_read_month(rule->pattern, from, &month))
        return WRONG;
    return keep(arena, text_of(month_format(month, out)), to);
}

static enum fault month_theirs(const struct value_rule *rule, struct text from,
                               struct arena *arena, struct text *to)
{
    char out[PATTERN_SIZE_MAX];
    struct buffer buffer = buffer_over(out, sizeof(out));
    struct month month;

    if (!pattern_read_month(TEXT("yyyy-MM"), from, &month))
        return WRONG;
    pattern_write_month(rule->pattern, month, &buffer);
    return keep(arena, buffer_as_text(&buffer), to);
}

static enum fault time_ours(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    struct instant time;
    char out[INSTANT_TEXT_SIZE];

    if (!pattern_read_time(rule->pattern, from, &time))
        return WRONG;
    return keep(arena, text_of(instant_format(time, out)), to);
}

static enum fault time_theirs(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    char out[PATTERN_SIZE_MAX];
    struct buffer buffer = buffer_over(out, sizeof(out));
    struct instant time;

    if (!instant_parse(from, &time))
        return WRONG;
    pattern_write_time(rule->pattern, time, &buffer);
    return keep(arena, buffer_as_text(&buffer), to);
}

/* --- amounts, rates, numbers ----------------------------------------------------------------
 */

/* An optional '-' and digits: fen as a whole number. */
static bool read_fen(struct text text, struct money *money)
{
    bool negative = text_starts(text, "-");
    uint64_t fen;

    if (negative)
        text = (struct text){text.at + 1, text.size - 1};
    if (!text_to_u64(text, &fen) || fen > (uint64_t)MONEY_MAX)
        return false;
    money->fen = negative ? -(int64_t)fen : (int64_t)fen;
    return true;
}

static enum fault money_ours(const struct value_rule *rule, struct text from,
                             struct arena *arena, struct text *to)
{
    struct money money;
    char out[MONEY_TEXT_SIZE];
    bool read = rule->unit == UNIT_FEN ? read_fen(from, &money) : money_parse(from, &money);

    if (!read)
        return WRONG;
    return keep(arena, text_of(money_format(money, out)), to);
}

/* `value` with `places` decimals, digit by digit. */
static struct text write_decimal(uint64_t value, unsigned places, char *end)
{
    char *at = end;
    unsigned digits = 0;

    while (value > 0 || digits <= places) {
        if (digits == places && places > 0)
            *--at = '.';
        *--at = (char)('0' + value % 10);
        value /= 10;
        digits++;
    }
    return (struct text){at, (size_t)(end - at)};
}

static enum fault money_theirs(const struct value_rule *rule, struct text from,
                               struct arena *arena, struct text *to)
{
    struct money money;
    char out[MONEY_TEXT_SIZE];
    struct text fen;

    if (!money_parse(from, &money))
        return WRONG;
    if (rule->unit == UNIT_YUAN)
        return keep(arena, text_of(money_format(money, out)), to);
    fen = write_decimal((uint64_t)(money.fen < 0 ? -money.fen : money.fen), 0,
                        out + sizeof(out));
    if (money.fen < 0) {
        char *sign = out + sizeof(out) - fen.size - 1;
        *sign = '-';
        fen = (struct text){sign, fen.size + 1};
    }
    return keep(arena, fen, to);
}

/* 1 to 8 digits, optionally '.' and 1 to `places` digits; the value times 10^places. */
static bool read_decimal(struct text text, unsigned places, uint64_t *value)
{
    struct text whole = text_cut(&text, '.');
    uint64_t all;

    if (whole.size > 8 || !text_to_u64(whole, &all))
        return false;
    if (text.at != NULL && (text.size == 0 || text.size > places))
        return false;
    for (unsigned i = 0; i < places; i++) {
        char digit = i < text.size ? text.at[i] : '0';
        if (!is_digit(digit))
            return false;
        all = all * 10 + (uint64_t)(digit - '0');
    }
    *value = all;
    return true;
}

static enum fault rate_from(unsigned read, unsigned write, struct text from,
                            struct arena *arena, struct text *to)
{
    char out[32];
    uint64_t value;

    if (!read_decimal(from, read, &value))
        return WRONG;
    return keep(arena, write_decimal(value, write, out + sizeof(out)), to);
}

/* Both notations are held in ten-thousandths: a percentage has two places, a fraction four. */
static enum fault rate_ours(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    return rate_from(rule->unit == UNIT_PERCENT ? 2 : 4, 4, from, arena, to);
}

static enum fault rate_theirs(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    return rate_from(4, rule->unit == UNIT_PERCENT ? 2 : 4, from, arena, to);
}

static enum fault number_same(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    uint64_t number;

    (void)rule;
    (void)arena;
    if (!text_to_u64(from, &number))
        return WRONG;
    while (from.size > 1 && from.at[0] == '0')
        from = (struct text){from.at + 1, from.size - 1};
    *to = from;
    return FINE;
}

static enum fault decimal_written(unsigned least, unsigned most, struct text from,
                                  struct arena *arena, struct text *to)
{
    size_t room = DECIMAL_SIZE_MAX + DECIMAL_PLACES_MAX + 2;
    struct buffer buffer = buffer_over(arena_alloc(arena, room), room);

    if (buffer.at == NULL)
        return NO_MEMORY;
    if (!decimal_rewrite(from, least, most, &buffer))
        return WRONG;
    CHECK(!buffer.overflow);
    *to = buffer_as_text(&buffer);
    return FINE;
}

static enum fault decimal_ours(const struct value_rule *rule, struct text from,
                               struct arena *arena, struct text *to)
{
    return decimal_written(0, rule->places_max, from, arena, to);
}

static enum fault decimal_theirs(const struct value_rule *rule, struct text from,
                                 struct arena *arena, struct text *to)
{
    return decimal_written(rule->places_min, rule->places_max, from, arena, to);
}

static enum fault bool_ours(const struct value_rule *rule, struct text from,
                            struct arena *arena, struct text *to)
{
    (void)arena;
    if (!text_equal(from, rule->yes) && !text_equal(from, rule->no))
        return UNKNOWN_CODE;
    *to = text_equal(from, rule->yes) ? TEXT("true") : TEXT("false");
    return FINE;
}

static enum fault bool_theirs(const struct value_rule *rule, struct text from,
                              struct arena *arena, struct text *to)
{
    (void)arena;
    if (!text_is(from, "true") && !text_is(from, "false"))
        return WRONG;
    *to = text_is(from, "true") ? rule->yes : rule->no;
    return FINE;
}

/* --- the table -------------------------------------------------------------------------------
 */

struct kind {
    const char *name;
    convert *to_ours;
    convert *to_theirs;
};

static const struct kind kinds[] = {
    [VALUE_TEXT] = {"text", text_same, text_same},
    [VALUE_CODE] = {"code", code_ours, code_theirs},
    [VALUE_DIGITS] = {"digits", digits_same, digits_same},
    [VALUE_IDENTITY] = {"identity", identity_same, identity_same},
    [VALUE_DATE] = {"date", date_ours, date_theirs},
    [VALUE_MONTH] = {"month", month_ours, month_theirs},
    [VALUE_TIME] = {"time", time_ours, time_theirs},
    [VALUE_MONEY] = {"money", money_ours, money_theirs},
    [VALUE_RATE] = {"rate", rate_ours, rate_theirs},
    [VALUE_NUMBER] = {"number", number_same, number_same},
    [VALUE_DECIMAL] = {"decimal", decimal_ours, decimal_theirs},
    [VALUE_BOOL] = {"bool", bool_ours, bool_theirs},
};
_Static_assert(COUNT_OF(kinds) == VALUE_TYPES, "every type has its functions");

enum value_type value_type_by_name(struct text name)
{
    for (int i = 0; i < VALUE_TYPES; i++)
        if (text_is(name, kinds[i].name))
            return (enum value_type)i;
    return VALUE_TYPES;
}

const char *value_type_name(enum value_type type)
{
    CHECK((unsigned)type < VALUE_TYPES);
    return kinds[type].name;
}

static bool unit_format(struct value_rule *rule, struct text format, const char *first,
                        enum value_unit first_unit, const char *second,
                        enum value_unit second_unit)
{
    rule->unit = text_is(format, second) ? second_unit : first_unit;
    return format.size == 0 || text_is(format, first) || text_is(format, second);
}

static bool bool_format(struct value_rule *rule, struct text format)
{
    rule->no = format.size == 0 ? TEXT("1/0") : format;
    rule->yes = text_cut(&rule->no, '/');
    return rule->yes.size > 0 && rule->no.size > 0 && !text_equal(rule->yes, rule->no);
}

static bool set_decimal_format(struct value_rule *rule, struct text format)
{
    unsigned least;
    unsigned most;

    if (!decimal_format(format, &least, &most))
        return false;
    rule->pattern = format;
    rule->places_min = (uint8_t)least;
    rule->places_max = (uint8_t)most;
    return true;
}

bool value_rule_format(struct value_rule *rule, struct text format)
{
    bool none = format.size == 0;

    switch (rule->type) {
    case VALUE_DATE:
        rule->pattern = none ? TEXT("yyyyMMdd") : format;
        return pattern_for_day(rule->pattern);
    case VALUE_MONTH:
        rule->pattern = none ? TEXT("yyyyMM") : format;
        return pattern_for_month(rule->pattern);
    case VALUE_TIME:
        rule->pattern = none ? TEXT("yyyyMMddHHmmss") : format;
        return pattern_for_time(rule->pattern);
    case VALUE_MONEY:
        return unit_format(rule, format, "yuan", UNIT_YUAN, "fen", UNIT_FEN);
    case VALUE_RATE:
        return unit_format(rule, format, "fraction", UNIT_FRACTION, "percent", UNIT_PERCENT);
    case VALUE_DECIMAL:
        return set_decimal_format(rule, none ? TEXT("0.######") : format);
    case VALUE_BOOL:
        return bool_format(rule, format);
    default:
        return none;
    }
}

struct text value_of_theirs(const struct value_rule *rule, struct text theirs)
{
    while (theirs.size > 0 && theirs.at[theirs.size - 1] == ' ')
        theirs.size--;
    for (size_t i = 0; i < rule->nothing_count; i++)
        if (text_equal(theirs, rule->nothings[i]))
            return TEXT_NONE;
    return theirs;
}

static bool refuse(const struct value_rule *rule, enum fault fault, struct error *err)
{
    switch (fault) {
    case UNKNOWN_CODE:
        return fail(err, ERROR_CODE_VALUE, "%s: the code is not in the list %s", rule->field,
                    rule->list == NULL ? value_type_name(rule->type) : rule->list->name);
    case UNSENDABLE:
        return fail(err, ERROR_ENCODING, "%s: holds a character that was lost before",
                    rule->field);
    case NO_MEMORY:
        return fail(err, ERROR_MEMORY, "%s: no memory for the value", rule->field);
    default:
        return fail(err, ERROR_VALUE, "%s: not a %s of the agreed form", rule->field,
                    value_type_name(rule->type));
    }
}

/* Exact; the table is asked only where counting characters cannot tell: one takes two or four
 * bytes outside ASCII. */
static bool fits_gb18030(struct text utf8, size_t size_max, struct arena *arena)
{
    size_t ascii = 0;
    size_t others = 0;
    size_t room = encoding_room(utf8.size);
    struct buffer buffer;
    struct error ignored;

    for (size_t i = 0; i < utf8.size; i++) {
        unsigned char byte = (unsigned char)utf8.at[i];
        ascii += byte < 0x80;
        others += byte >= 0xC0;
    }
    if (ascii + 4 * others <= size_max)
        return true;
    if (ascii + 2 * others > size_max)
        return false;
    buffer = buffer_over(arena_alloc(arena, room), room);
    return buffer.at != NULL && encoding_utf8_to_gb(utf8, &buffer, &ignored) &&
           buffer.size <= size_max;
}

static bool check_length(const struct value_rule *rule, struct text theirs, struct arena *arena,
                         struct error *err)
{
    if (rule->bytes_max == 0)
        return true;
    if (rule->gb18030 ? fits_gb18030(theirs, rule->bytes_max, arena)
                      : theirs.size <= rule->bytes_max)
        return true;
    return fail(err, ERROR_LENGTH, "%s: longer than %u bytes", rule->field,
                (unsigned)rule->bytes_max);
}

bool value_to_ours(const struct value_rule *rule, struct text theirs, struct arena *arena,
                   struct text *ours, struct error *err)
{
    enum fault fault;

    CHECK(theirs.size > 0);
    if (!check_length(rule, theirs, arena, err))
        return false;
    fault = kinds[rule->type].to_ours(rule, theirs, arena, ours);
    return fault == FINE || refuse(rule, fault, err);
}

bool value_to_theirs(const struct value_rule *rule, struct text ours, struct arena *arena,
                     struct text *theirs, struct error *err)
{
    enum fault fault;

    CHECK(ours.size > 0);
    fault = kinds[rule->type].to_theirs(rule, ours, arena, theirs);
    if (fault != FINE)
        return refuse(rule, fault, err);
    return check_length(rule, *theirs, arena, err);
}
