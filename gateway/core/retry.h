/*
 * retry.h - when to send again, when to stop asking a party, when to stop at all. Pure.
 *
 * Exponential back-off with full jitter, 1 s to 15 min, Retry-After
 * honoured up to an hour, never past the letter's end of life.
 */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"

enum { RETRY_AFTER_MAX_MS = 60 * 60 * 1000 }; /* what a peer may ask */

struct retry_policy {
    int64_t first_ms;    /* 1 000 */
    int64_t longest_ms;  /* 900 000 */
    int64_t lifetime_ms; /* of a letter; default 90 days */
};

extern const struct retry_policy retry_default;

/* When to try again after attempt number `attempt` (1 = the first) failed at `now`; `random`
 * any 64 bits; `retry_after_ms` 0 or what the peer asked. .ms == 0: the letter is too old,
 * stop. */
struct instant retry_next(const struct retry_policy *policy, struct instant created,
                          struct instant now, unsigned attempt, int64_t retry_after_ms,
                          uint64_t random);

/* One per party: five failures in a row open it; while open one probe per 30 s. A pause that
 * the party asked for stands beside it, whatever else is heard meanwhile. */
struct breaker {
    uint32_t failures;
    struct instant probe_at;   /* none: closed */
    struct instant rest_until; /* none: it asked for no pause */
};

bool breaker_allows(const struct breaker *breaker, struct instant now);
/* From when on it allows something; none: nothing holds it back at `now`. */
struct instant breaker_until(const struct breaker *breaker, struct instant now);
void breaker_record(struct breaker *breaker, bool reached, struct instant now);
/* The party asked for a pause (429), of at most an hour; never shortens a longer one. */
void breaker_rest(struct breaker *breaker, struct instant now, int64_t retry_after_ms);

#endif
