/* retry.c - back-off with full jitter, and the circuit breaker. */
#include "core/retry.h"

enum {
    DOUBLINGS_MAX = 30, /* beyond this every back-off is at its longest */
    BREAKER_FAILURES = 5,
    BREAKER_PROBE_MS = 30 * 1000
};

const struct retry_policy retry_default = {
    .first_ms = 1000,
    .longest_ms = 15 * 60 * 1000,
    .lifetime_ms = INT64_C(90) * 24 * 60 * 60 * 1000,
};

/* The longest wait after this attempt: the first doubled each time, up to the longest. */
static int64_t longest_wait(const struct retry_policy *policy, unsigned attempt)
{
    unsigned doublings = attempt > 0 ? attempt - 1 : 0;

    if (doublings > DOUBLINGS_MAX || policy->first_ms > policy->longest_ms >> doublings)
        return policy->longest_ms;
    return policy->first_ms << doublings;
}

struct instant retry_next(const struct retry_policy *policy, struct instant created,
                          struct instant now, unsigned attempt, int64_t retry_after_ms,
                          uint64_t random)
{
    struct instant end = instant_add_ms(created, policy->lifetime_ms);
    int64_t longest = longest_wait(policy, attempt);
    int64_t wait = policy->first_ms;
    struct instant next;

    if (!instant_before(now, end))
        return (struct instant){0};
    if (longest > wait)
        wait += (int64_t)(random % (uint64_t)(longest - wait + 1));
    if (retry_after_ms > RETRY_AFTER_MAX_MS)
        retry_after_ms = RETRY_AFTER_MAX_MS;
    if (wait < retry_after_ms)
        wait = retry_after_ms;
    next = instant_add_ms(now, wait);
    /* One last try at the very end is worth more than none. */
    return instant_before(next, end) ? next : end;
}

struct instant breaker_until(const struct breaker *breaker, struct instant now)
{
    struct instant until = breaker->probe_at;

    if (instant_before(until, breaker->rest_until))
        until = breaker->rest_until;
    return instant_before(now, until) ? until : (struct instant){0};
}

bool breaker_allows(const struct breaker *breaker, struct instant now)
{
    return breaker_until(breaker, now).ms == 0;
}

void breaker_rest(struct breaker *breaker, struct instant now, int64_t retry_after_ms)
{
    struct instant until;

    if (retry_after_ms <= 0)
        return;
    if (retry_after_ms > RETRY_AFTER_MAX_MS)
        retry_after_ms = RETRY_AFTER_MAX_MS;
    until = instant_add_ms(now, retry_after_ms);
    if (instant_before(breaker->rest_until, until))
        breaker->rest_until = until;
}

void breaker_record(struct breaker *breaker, bool reached, struct instant now)
{
    if (reached) {
        breaker->failures = 0;
        breaker->probe_at = (struct instant){0};
        return;
    }
    if (breaker->failures < UINT32_MAX)
        breaker->failures++;
    if (breaker->failures >= BREAKER_FAILURES)
        breaker->probe_at = instant_add_ms(now, BREAKER_PROBE_MS);
}
