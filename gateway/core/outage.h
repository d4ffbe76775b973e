/*
 * outage.h - planned outages (计划停机) of a party: year-end interest (年终结息), monthly
 * closing (月结). While one lasts nothing is sent to the party, and nobody is alarmed that it
 * is silent; statutory clocks run on, for no rule stops them.
 *
 * Pure; any thread.
 */
#ifndef CORE_OUTAGE_H
#define CORE_OUTAGE_H

#include <stddef.h>

#include "base/instant.h"

enum { OUTAGES_MAX = 16 };

/* From `from`, until just before `until`. */
struct outage {
    struct instant from;
    struct instant until;
};

/* The planned outages of one party; they may touch or overlap. */
struct outage_plan {
    struct outage at[OUTAGES_MAX];
    size_t count;
};

/* When what lasts at `now` will be over, one that follows without a gap included; none: nothing
 * lasts. */
struct instant outage_until(const struct outage_plan *plan, struct instant now);
/* When the last one that was over by `now` ended; none: there was none. */
struct instant outage_ended(const struct outage_plan *plan, struct instant now);

#endif
