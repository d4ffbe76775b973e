/* instant.c - the proleptic Gregorian calendar in integers, and the texts of times. */
#include "base/instant.h"

#include <string.h>

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
#define CHINA_MS  (8 * 60 * MINUTE_MS)

enum {
    YEAR_FIRST = 1900,
    YEAR_LAST = 2199,
    UNIX_EPOCH_DAY = 25568 /* 1970-01-01 */
};

struct instant instant_add_ms(struct instant at, int64_t ms)
{
    struct instant sum;

    if (__builtin_add_overflow(at.ms, ms, &sum.ms))
        sum.ms = ms < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

bool instant_before(struct instant a, struct instant b)
{
    return a.ms < b.ms;
}

struct instant day_start(struct day day)
{
    return (struct instant){((int64_t)day.number - UNIX_EPOCH_DAY) * DAY_MS - CHINA_MS};
}

struct instant day_end(struct day day)
{
    return instant_add_ms(day_start(day), DAY_MS);
}

/* Milliseconds since 1900-01-01 00:00 +08:00, cut to our range of years. */
static int64_t china_ms(struct instant at)
{
    int64_t first = day_start((struct day){1}).ms;
    int64_t last = day_end((struct day){DAY_NUMBER_MAX}).ms - 1;

    if (at.ms < first)
        return 0;
    return (at.ms > last ? last : at.ms) - first;
}

struct day instant_day(struct instant at)
{
    return (struct day){(int32_t)(china_ms(at) / DAY_MS) + 1};
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days before the first of `month` in `year`. */
static int days_before(int year, int month)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

    return before[month - 1] + (month > 2 && is_leap(year));
}

/* Days from 1900-01-01 to the first of January of `year` >= 1900. */
static int days_before_year(int year)
{
    int last = year - 1;
    int leaps = last / 4 - last / 100 + last / 400;

    return (year - YEAR_FIRST) * 365 + leaps - (1899 / 4 - 1899 / 100 + 1899 / 400);
}

bool day_from(int year, int month, int day_of_month, struct day *day)
{
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day_of_month < 1)
        return false;
    if (day_of_month > days_before(year, month + 1) - days_before(year, month))
        return false;
    day->number = days_before_year(year) + days_before(year, month) + day_of_month;
    return true;
}

void day_parts(struct day day, int *year, int *month, int *day_of_month)
{
    int number = day.number > DAY_NUMBER_MAX ? DAY_NUMBER_MAX : day.number;

    *year = *month = *day_of_month = 0;
    if (number <= 0)
        return;
    *year = YEAR_FIRST + (number - 1) / 366; /* never too late, at most one year too early */
    if (days_before_year(*year + 1) < number)
        (*year)++;
    number -= days_before_year(*year);
    *month = (number - 1) / 31 + 1; /* the same */
    if (*month < 12 && days_before(*year, *month + 1) < number)
        (*month)++;
    *day_of_month = number - days_before(*year, *month);
}

int day_weekday(struct day day)
{
    int since_monday = (int)(((int64_t)day.number - 1) % 7); /* 1900-01-01 was a Monday */

    return since_monday < 0 ? since_monday + 7 : since_monday;
}

uint32_t day_yyyymmdd(struct day day)
{
    int year;
    int month;
    int day_of_month;

    day_parts(day, &year, &month, &day_of_month);
    return (uint32_t)(year * 10000 + month * 100 + day_of_month);
}

/* Writes `value` in exactly `digits` digits; returns the place behind them. */
static char *put(char *to, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        to[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return to + digits;
}

static char *put_day(char *to, struct day day)
{
    int year;
    int month;
    int day_of_month;

    day_parts(day, &year, &month, &day_of_month);
    to = put(to, year, 4);
    *to++ = '-';
    to = put(to, month, 2);
    *to++ = '-';
    return put(to, day_of_month, 2);
}

static char *put_time(char *to, int64_t ms_of_day)
{
    to = put(to, ms_of_day / (60 * MINUTE_MS), 2);
    *to++ = ':';
    to = put(to, ms_of_day / MINUTE_MS % 60, 2);
    *to++ = ':';
    return put(to, ms_of_day / 1000 % 60, 2);
}

const char *day_format(struct day day, char out[DAY_TEXT_SIZE])
{
    char *end = day.number <= 0 ? out : put_day(out, day);

    *end = '\0';
    return out;
}

const char *instant_format(struct instant at, char out[INSTANT_TEXT_SIZE])
{
    int64_t ms_of_day = china_ms(at) % DAY_MS;
    char *to = put_day(out, instant_day(at));

    *to++ = 'T';
    to = put_time(to, ms_of_day);
    *to++ = '.';
    to = put(to, ms_of_day % 1000, 3);
    memcpy(to, "+08:00", sizeof("+08:00"));
    return out;
}

const char *instant_format_short(struct instant at, char out[INSTANT_TEXT_SIZE])
{
    char *to = put_day(out, instant_day(at));

    *to++ = ' ';
    to = put_time(to, china_ms(at) % DAY_MS);
    *to = '\0';
    return out;
}

/* Takes exactly `digits` digits of a value up to `max`; false if they are not there. */
static bool take(struct text *rest, size_t digits, int max, int *value)
{
    *value = 0;
    if (rest->size < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (rest->at[i] < '0' || rest->at[i] > '9')
            return false;
        *value = *value * 10 + (rest->at[i] - '0');
    }
    rest->at += digits;
    rest->size -= digits;
    return *value <= max;
}

static bool take_char(struct text *rest, char wanted)
{
    if (rest->size == 0 || rest->at[0] != wanted)
        return false;
    rest->at++;
    rest->size--;
    return true;
}

static bool take_day(struct text *rest, bool hyphens, struct day *day)
{
    int year;
    int month;
    int day_of_month;

    return take(rest, 4, YEAR_LAST, &year) && (!hyphens || take_char(rest, '-')) &&
           take(rest, 2, 12, &month) && (!hyphens || take_char(rest, '-')) &&
           take(rest, 2, 31, &day_of_month) && day_from(year, month, day_of_month, day);
}

static bool take_time(struct text *rest, int64_t *ms)
{
    int hours;
    int minutes;
    int seconds;
    int fraction = 0;

    if (!take(rest, 2, 23, &hours) || !take_char(rest, ':') || !take(rest, 2, 59, &minutes) ||
        !take_char(rest, ':') || !take(rest, 2, 59, &seconds))
        return false;
    if (take_char(rest, '.') && !take(rest, 3, 999, &fraction))
        return false;
    *ms = (hours * 60 + minutes) * MINUTE_MS + seconds * INT64_C(1000) + fraction;
    return true;
}

static bool take_zone(struct text *rest, int64_t *east_ms)
{
    bool west;
    int hours;
    int minutes;

    *east_ms = 0;
    if (take_char(rest, 'Z'))
        return true;
    west = take_char(rest, '-');
    if (!west && !take_char(rest, '+'))
        return false;
    if (!take(rest, 2, 14, &hours) || !take_char(rest, ':') || !take(rest, 2, 59, &minutes) ||
        hours * 60 + minutes > 14 * 60)
        return false;
    *east_ms = (hours * 60 + minutes) * (west ? -MINUTE_MS : MINUTE_MS);
    return true;
}

bool instant_parse(struct text text, struct instant *at)
{
    struct day day;
    struct instant made;
    int64_t ms;
    int64_t east_ms;

    if (!take_day(&text, true, &day) || !take_char(&text, 'T') || !take_time(&text, &ms) ||
        !take_zone(&text, &east_ms) || text.size != 0)
        return false;
    made.ms = day_start(day).ms + CHINA_MS + ms - east_ms;
    /* A zone may carry it over the edge of the years, where writing would change it. */
    if (instant_before(made, day_start((struct day){1})) ||
        !instant_before(made, day_end((struct day){DAY_NUMBER_MAX})))
        return false;
    *at = made;
    return true;
}

bool day_parse(struct text text, struct day *day)
{
    struct day made;

    if (!take_day(&text, text.size == 10, &made) || text.size != 0)
        return false;
    *day = made;
    return true;
}

bool month_from(int year, int month, struct month *out)
{
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12)
        return false;
    out->number = year * 12 + (month - 1);
    return true;
}

bool month_parse(struct text text, struct month *month)
{
    bool hyphen = text.size == 7;
    int year;
    int month_number;

    return take(&text, 4, YEAR_LAST, &year) && (!hyphen || take_char(&text, '-')) &&
           take(&text, 2, 12, &month_number) && text.size == 0 &&
           month_from(year, month_number, month);
}

const char *month_format(struct month month, char out[MONTH_TEXT_SIZE])
{
    char *to = out;

    if (month.number > 0) {
        to = put(to, month_year(month), 4);
        *to++ = '-';
        to = put(to, month_of_year(month), 2);
    }
    *to = '\0';
    return out;
}

int month_year(struct month month)
{
    return month.number / 12;
}

int month_of_year(struct month month)
{
    return month.number % 12 + 1;
}

struct month day_month(struct day day)
{
    int year;
    int month;
    int day_of_month;

    day_parts(day, &year, &month, &day_of_month);
    return (struct month){year == 0 ? 0 : year * 12 + (month - 1)};
}
