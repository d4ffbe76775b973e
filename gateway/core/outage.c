/* outage.c - planned outages of a party. */
#include "core/outage.h"

static bool lasts(const struct outage *outage, struct instant at)
{
    return !instant_before(at, outage->from) && instant_before(at, outage->until);
}

struct instant outage_until(const struct outage_plan *plan, struct instant now)
{
    struct instant until = now;
    bool longer;

    do {
        longer = false;
        for (size_t i = 0; i < plan->count; i++) {
            if (lasts(&plan->at[i], until)) {
                until = plan->at[i].until;
                longer = true;
            }
        }
    } while (longer);
    return instant_before(now, until) ? until : (struct instant){0};
}

struct instant outage_ended(const struct outage_plan *plan, struct instant now)
{
    struct instant ended = {0};

    for (size_t i = 0; i < plan->count; i++)
        if (!instant_before(now, plan->at[i].until) &&
            (ended.ms == 0 || instant_before(ended, plan->at[i].until)))
            ended = plan->at[i].until;
    return ended;
}
