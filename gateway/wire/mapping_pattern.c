/* mapping_pattern.c - one table of placeholders read in both directions. */
#include "wire/mapping_pattern.h"

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION, PARTS };

struct placeholder {
    char letter;
    int digits;
};

static const struct placeholder placeholders[PARTS] = {
    [YEAR] = {'y', 4},   [MONTH] = {'M', 2},  [DAY] = {'d', 2},      [HOUR] = {'H', 2},
    [MINUTE] = {'m', 2}, [SECOND] = {'s', 2}, [FRACTION] = {'S', 3},
};

struct parts {
    int of[PARTS];
};

static int part_of(char letter)
{
    for (int i = 0; i < PARTS; i++)
        if (placeholders[i].letter == letter)
            return i;
    return PARTS;
}

/* Every placeholder stands there once and with its own number of letters. */
static bool counts(struct text pattern, struct parts *seen)
{
    *seen = (struct parts){{0}};
    if (pattern.size == 0 || pattern.size >= PATTERN_SIZE_MAX)
        return false;
    for (size_t i = 0; i < pattern.size; i++) {
        int part = part_of(pattern.at[i]);
        if (part == PARTS)
            continue;
        if (seen->of[part] > 0 && pattern.at[i - 1] != pattern.at[i])
            return false;
        seen->of[part]++;
    }
    for (int i = 0; i < PARTS; i++)
        if (seen->of[i] != 0 && seen->of[i] != placeholders[i].digits)
            return false;
    return true;
}

/* The first `needed` placeholders and no later one, but an optional fraction after all six. */
static bool holds(struct text pattern, int needed)
{
    struct parts seen;

    if (!counts(pattern, &seen))
        return false;
    for (int i = 0; i < PARTS; i++) {
        if (i == FRACTION && needed == FRACTION)
            continue;
        if ((seen.of[i] > 0) != (i < needed))
            return false;
    }
    return true;
}

bool pattern_for_day(struct text pattern)
{
    return holds(pattern, HOUR);
}

bool pattern_for_month(struct text pattern)
{
    return holds(pattern, DAY);
}

bool pattern_for_time(struct text pattern)
{
    return holds(pattern, FRACTION);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_parts(struct text pattern, struct text text, struct parts *parts)
{
    *parts = (struct parts){{0}};
    if (text.size != pattern.size)
        return false;
    for (size_t i = 0; i < pattern.size; i++) {
        int part = part_of(pattern.at[i]);
        if (part == PARTS && pattern.at[i] != '0' && pattern.at[i] != text.at[i])
            return false;
        if ((part < PARTS || pattern.at[i] == '0') && !is_digit(text.at[i]))
            return false;
        if (part < PARTS)
            parts->of[part] = parts->of[part] * 10 + (text.at[i] - '0');
    }
    return true;
}

static void write_parts(struct text pattern, struct parts parts, struct buffer *buffer)
{
    for (size_t i = 0; i < pattern.size;) {
        int part = part_of(pattern.at[i]);
        int digits = part < PARTS ? placeholders[part].digits : 1;
        char text[4];

        if (part == PARTS)
            text[0] = pattern.at[i];
        for (int at = digits - 1; part < PARTS && at >= 0; at--) {
            text[at] = (char)('0' + parts.of[part] % 10);
            parts.of[part] /= 10;
        }
        buffer_bytes(buffer, text, (size_t)digits);
        i += (size_t)digits;
    }
}

bool pattern_read_day(struct text pattern, struct text text, struct day *day)
{
    struct parts parts;

    return read_parts(pattern, text, &parts) &&
           day_from(parts.of[YEAR], parts.of[MONTH], parts.of[DAY], day);
}

bool pattern_read_month(struct text pattern, struct text text, struct month *month)
{
    struct parts parts;

    return read_parts(pattern, text, &parts) &&
           month_from(parts.of[YEAR], parts.of[MONTH], month);
}

bool pattern_read_time(struct text pattern, struct text text, struct instant *time)
{
    struct parts parts;
    struct day day;
    int64_t seconds;

    if (!read_parts(pattern, text, &parts) ||
        !day_from(parts.of[YEAR], parts.of[MONTH], parts.of[DAY], &day))
        return false;
    if (parts.of[HOUR] > 23 || parts.of[MINUTE] > 59 || parts.of[SECOND] > 59)
        return false;
    seconds = parts.of[HOUR] * 3600 + parts.of[MINUTE] * 60 + parts.of[SECOND];
    *time = instant_add_ms(day_start(day), seconds * 1000 + parts.of[FRACTION]);
    return true;
}

void pattern_write_day(struct text pattern, struct day day, struct buffer *buffer)
{
    struct parts parts = {{0}};

    day_parts(day, &parts.of[YEAR], &parts.of[MONTH], &parts.of[DAY]);
    write_parts(pattern, parts, buffer);
}

void pattern_write_month(struct text pattern, struct month month, struct buffer *buffer)
{
    struct parts parts = {{0}};

    parts.of[YEAR] = month_year(month);
    parts.of[MONTH] = month_of_year(month);
    write_parts(pattern, parts, buffer);
}

void pattern_write_time(struct text pattern, struct instant time, struct buffer *buffer)
{
    struct parts parts = {{0}};
    struct day day = instant_day(time);
    int64_t ms = time.ms - day_start(day).ms;

    day_parts(day, &parts.of[YEAR], &parts.of[MONTH], &parts.of[DAY]);
    parts.of[HOUR] = (int)(ms / 3600000);
    parts.of[MINUTE] = (int)(ms / 60000 % 60);
    parts.of[SECOND] = (int)(ms / 1000 % 60);
    parts.of[FRACTION] = (int)(ms % 1000);
    write_parts(pattern, parts, buffer);
}
