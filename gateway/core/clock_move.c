/* clock_move.c - running clocks counted again. */
#include "core/clock_move.h"

static bool runs(const struct flow_clock *clock)
{
    /* An exact clock has no region: no calendar counts it. */
    return clock->kind != CLOCK_NONE && clock->state == CLOCK_STATE_RUNNING && !clock->paused &&
           clock->region != 0;
}

void clock_move(const struct flow_case *before, const struct calendar *calendar,
                uint32_t calendar_version, struct flow_case *after, struct clock_moves *moves)
{
    *after = *before;
    *moves = (struct clock_moves){.count = 0};
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_clock *clock = &after->clocks[i];
        bool provisional = false;
        struct instant due;

        if (!runs(clock))
            continue;
        due = day_end(
            calendar_limit(calendar, clock->region, clock->start, clock->days, &provisional));
        if (due.ms == clock->due.ms && provisional == clock->provisional)
            continue;
        clock->due = due;
        clock->provisional = provisional;
        clock->calendar_version = calendar_version;
        moves->kinds[moves->count++] = clock->kind;
    }
}
