/*
 * instant.h - points in time (UTC milliseconds), China dates and contribution months.
 *
 * Three structs, so that the compiler refuses a mix. Nothing here reads a clock: base/clock.c
 * is the only reader, everyone else is given `now`. Dates are dates in China (UTC+8, no summer
 * time): a message received at 23:59 UTC is already of the next day.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/text.h"

struct instant {
    int64_t ms; /* since 1970-01-01T00:00:00Z; 0 means "none" wherever a time is optional */
};

struct day {
    int32_t number; /* 1900-01-01 is 1, so that every real birth date has one; 0 means "none" */
};

enum { DAY_NUMBER_MAX = 109573 }; /* 2199-12-31 */

struct month {
    int32_t number; /* year * 12 + (month - 1); 0 means "none" */
};

#define INSTANT_TEXT_SIZE 32
#define DAY_TEXT_SIZE     12
#define MONTH_TEXT_SIZE   8

struct instant instant_add_ms(struct instant at, int64_t ms);
bool instant_before(struct instant a, struct instant b);

/* The China date of an instant (times outside 1900 to 2199 give the first or last day), and the
 * instants at which a date ends (24:00 +08:00) and begins. */
struct day instant_day(struct instant at);
struct instant day_end(struct day day);
struct instant day_start(struct day day);

/* "2026-03-02T09:00:00.000+08:00"; returns out. Years outside 1900 to 2199 are cut to them. */
const char *instant_format(struct instant at, char out[INSTANT_TEXT_SIZE]);
/* "2026-03-02 09:00:00" in China time, for screens; returns out. */
const char *instant_format_short(struct instant at, char out[INSTANT_TEXT_SIZE]);
/* yyyy-mm-ddThh:mm:ss[.fff](Z|+hh:mm|-hh:mm), years 1900 to 2199, also in China time; the zone
 * is mandatory. */
MUST_USE bool instant_parse(struct text text, struct instant *at);

/* Real dates 1900-01-01 to 2199-12-31 only. */
MUST_USE bool day_from(int year, int month, int day_of_month, struct day *day);
void day_parts(struct day day, int *year, int *month, int *day_of_month); /* none: 0, 0, 0 */
int day_weekday(struct day day);                                 /* 0 Monday … 6 Sunday */
uint32_t day_yyyymmdd(struct day day);                           /* 20260302; 0 for none */
MUST_USE bool day_parse(struct text text, struct day *day);      /* yyyy-mm-dd or yyyymmdd */
const char *day_format(struct day day, char out[DAY_TEXT_SIZE]); /* yyyy-mm-dd; none: "" */

/* Years 1900 to 2199. */
MUST_USE bool month_from(int year, int month, struct month *out);
MUST_USE bool month_parse(struct text text, struct month *month);        /* yyyy-mm or yyyymm */
const char *month_format(struct month month, char out[MONTH_TEXT_SIZE]); /* yyyy-mm; none: "" */
int month_year(struct month month);
int month_of_year(struct month month); /* 1 to 12 */
struct month day_month(struct day day);

#endif
