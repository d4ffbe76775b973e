/* calendar.c - a sorted list of exceptions per region; everything else is the week. */
#include "base/calendar.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SATURDAY = 5 };

struct exception {
    uint32_t region;
    int32_t day;
    bool works;
};

struct calendar {
    struct day first;
    struct day last;
    size_t region_count; /* regions that have an overlay */
    size_t count;
    struct exception exceptions[CALENDAR_DAYS_MAX]; /* by region, then day */
};

struct calendar *calendar_new(void)
{
    return calloc(1, sizeof(struct calendar));
}

void calendar_free(struct calendar *calendar)
{
    free(calendar);
}

void calendar_set_range(struct calendar *calendar, struct day first, struct day last)
{
    CHECK(first.number <= last.number);
    calendar->first = first;
    calendar->last = last;
}

struct day calendar_last(const struct calendar *calendar)
{
    return calendar->last;
}

/* The first exception that does not come before (region, day). */
static size_t lower_bound(const struct calendar *calendar, uint32_t region, int32_t day)
{
    size_t from = 0;
    size_t to = calendar->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct exception *at = &calendar->exceptions[middle];
        if (at->region < region || (at->region == region && at->day < day))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static const struct exception *find(const struct calendar *calendar, uint32_t region,
                                    int32_t day)
{
    size_t index = lower_bound(calendar, region, day);
    const struct exception *at = &calendar->exceptions[index];

    if (index == calendar->count || at->region != region || at->day != day)
        return NULL;
    return at;
}

/* A region's exceptions lie together: has it any yet? */
static bool has_region(const struct calendar *calendar, uint32_t region)
{
    size_t index = lower_bound(calendar, region, INT32_MIN);

    return index < calendar->count && calendar->exceptions[index].region == region;
}

static bool insert(struct calendar *calendar, const struct exception *new, struct error *err)
{
    size_t index = lower_bound(calendar, new->region, new->day);
    struct exception *at = &calendar->exceptions[index];

    if (calendar->count == CALENDAR_DAYS_MAX)
        return fail(err, ERROR_CONFIG, "calendar: more than %d days", CALENDAR_DAYS_MAX);
    if (new->region != 0 && !has_region(calendar, new->region)) {
        if (calendar->region_count == CALENDAR_REGIONS_MAX)
            return fail(err, ERROR_CONFIG, "calendar: more than %d regions",
                        CALENDAR_REGIONS_MAX);
        calendar->region_count++;
    }
    memmove(at + 1, at, (calendar->count - index) * sizeof(*at));
    *at = *new;
    calendar->count++;
    return true;
}

static bool add(struct calendar *calendar, uint32_t region, struct day day, bool works,
                struct error *err)
{
    const struct exception new = {.region = region, .day = day.number, .works = works};
    const struct exception *old = find(calendar, region, day.number);

    if (day.number <= 0 || day.number > DAY_NUMBER_MAX)
        return fail(err, ERROR_CONFIG, "calendar: a day outside 1900 to 2199");
    if (region != 0 && (region < 100000 || region > 999999))
        return fail(err, ERROR_CONFIG, "calendar: region %" PRIu32 " has not six digits",
                    region);
    if (old == NULL)
        return insert(calendar, &new, err);
    if (old->works != works)
        return fail(err, ERROR_CONFIG,
                    "calendar: %" PRIu32 " of region %06" PRIu32 " is both off and working",
                    day_yyyymmdd(day), region);
    return true;
}

bool calendar_add_off(struct calendar *calendar, uint32_t region, struct day day,
                      struct error *err)
{
    return add(calendar, region, day, false, err);
}

bool calendar_add_makeup(struct calendar *calendar, uint32_t region, struct day day,
                         struct error *err)
{
    return add(calendar, region, day, true, err);
}

static bool in_range(const struct calendar *calendar, struct day day)
{
    return day.number >= calendar->first.number && day.number <= calendar->last.number &&
           day.number > 0;
}

/* The days that every year has off by law, on their dates (CAL-02). */
static bool is_fixed_holiday(struct day day)
{
    uint32_t month_and_day = day_yyyymmdd(day) % 10000;

    return month_and_day == 101 || month_and_day == 501 ||
           (month_and_day >= 1001 && month_and_day <= 1003);
}

bool calendar_works(const struct calendar *calendar, uint32_t region, struct day day,
                    bool *provisional)
{
    bool on_week = day_weekday(day) < SATURDAY;
    const struct exception *exception = NULL;

    if (!in_range(calendar, day)) {
        *provisional = true;
        return on_week && !is_fixed_holiday(day);
    }
    if (region != 0)
        exception = find(calendar, region, day.number);
    if (region != 0 && exception == NULL)
        exception = find(calendar, region / 10000 * 10000, day.number);
    if (exception == NULL)
        exception = find(calendar, 0, day.number);
    return exception == NULL ? on_week : exception->works;
}

struct day calendar_limit(const struct calendar *calendar, uint32_t region, struct day start,
                          int days, bool *provisional)
{
    struct day at = start;

    CHECK(days >= 0);
    while (days > 0 && at.number < DAY_NUMBER_MAX) {
        at.number++;
        days -= calendar_works(calendar, region, at, provisional);
    }
    if (!in_range(calendar, at))
        *provisional = true;
    return at;
}

int calendar_between(const struct calendar *calendar, uint32_t region, struct day from,
                     struct day to)
{
    struct day at = from.number <= to.number ? from : to;
    int32_t last = from.number <= to.number ? to.number : from.number;
    bool ignored;
    int count = 0;

    CHECK(at.number >= 0 && last <= DAY_NUMBER_MAX);
    while (at.number < last) {
        at.number++;
        count += calendar_works(calendar, region, at, &ignored);
    }
    return from.number <= to.number ? count : -count;
}
