/*
 * bucket.h - so many messages a second, and so many at once: a token bucket. Pure.
 *
 * Whole numbers only: the level counts thousandths of a message. Time is monotonic and given.
 */
#ifndef CORE_BUCKET_H
#define CORE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket_rate {
    uint32_t per_second; /* 1 to 1,000,000 */
    uint32_t burst;      /* 1 to 1,000,000: what a full bucket holds */
};

/* All zeros: full when it is first asked. */
struct bucket {
    int64_t level;
    int64_t at_ms;
    bool used;
};

/* Takes one message, or says after how many seconds (at least 1) there is one again. */
bool bucket_take(struct bucket *bucket, const struct bucket_rate *rate, int64_t now_ms,
                 uint32_t *wait_s);

#endif
