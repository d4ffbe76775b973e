/*
 * clock_move.h - what another calendar does to a case's clocks (CAL-02).
 *
 * A limit that reached beyond the loaded calendar was provisional: weekends and the fixed days
 * only. With the next year's notice its last day is counted again from the same day 0, with the
 * same number of days, by the calendar of the same region. Only clocks that run: one that was
 * met, has passed or is paused keeps what it had.
 */
#ifndef CORE_CLOCK_MOVE_H
#define CORE_CLOCK_MOVE_H

#include "core/flow.h"

struct clock_moves {
    uint8_t kinds[FLOW_CLOCKS_MAX]; /* which moved, in the case's order */
    size_t count;
};

/*
 * `after` becomes `before` with its running clocks under `calendar`. A clock moves if its due
 * time changes, or if it is provisional no longer (or has become so); only such a clock takes
 * over `calendar_version`. Applied to its own result it moves nothing. The case's version and
 * times are those of its events and stay.
 */
void clock_move(const struct flow_case *before, const struct calendar *calendar,
                uint32_t calendar_version, struct flow_case *after, struct clock_moves *moves);

#endif
