/*
 * calendar.h - working days (工作日) from the State Council's yearly notices.
 *
 * A day works if it is a make-up workday (调休上班), or Monday to Friday and not off. The day
 * of receipt is day 0, the next working day is day 1, and a limit of n days ends at 24:00
 * +08:00 of day n (domain rule CAL-01). Beyond the range of the loaded data a limit is
 * provisional: weekends and the fixed days (1 January, 1 May, 1-3 October) only, and it says so
 * (CAL-02).
 *
 * Filled by one thread (calendar_set_range, calendar_add_*), then read by all.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"

enum { CALENDAR_DAYS_MAX = 4096, CALENDAR_REGIONS_MAX = 64 };

struct calendar;

MUST_USE struct calendar *calendar_new(void);
void calendar_free(struct calendar *calendar);

/* The range of dates the data speaks about, inclusive. */
void calendar_set_range(struct calendar *calendar, struct day first, struct day last);
/* The last date that the data speaks about. */
struct day calendar_last(const struct calendar *calendar);
/* One day off or one make-up workday; region 0: national, else six digits (overlay of a region,
 * which wins over the national entry). ERROR_CONFIG if the same day is said twice differently.
 */
MUST_USE bool calendar_add_off(struct calendar *calendar, uint32_t region, struct day day,
                               struct error *err);
MUST_USE bool calendar_add_makeup(struct calendar *calendar, uint32_t region, struct day day,
                                  struct error *err);

/* Does this day work for an agency of `region` (six digits; its province 0000 form is tried
 * after it)? *provisional is set, never cleared, if the day lies outside the range. */
bool calendar_works(const struct calendar *calendar, uint32_t region, struct day day,
                    bool *provisional);
/* The last day of a limit of `days` (>= 0) working days that starts with day 0 = `start`. */
struct day calendar_limit(const struct calendar *calendar, uint32_t region, struct day start,
                          int days, bool *provisional);
/* Working days from `from` (not counted) to `to` (counted); negative if `to` lies before. */
int calendar_between(const struct calendar *calendar, uint32_t region, struct day from,
                     struct day to);

#endif
