/* bucket.c - fills by the millisecond, is emptied by the message. */
#include "core/bucket.h"

#include "base/check.h"

enum { MESSAGE = 1000 }; /* thousandths; per_second of them flow in each millisecond */

static void fill(struct bucket *bucket, const struct bucket_rate *rate, int64_t now_ms)
{
    int64_t full = (int64_t)rate->burst * MESSAGE;
    int64_t elapsed = now_ms - bucket->at_ms;

    if (!bucket->used || elapsed > full / rate->per_second)
        bucket->level = full;
    else if (elapsed > 0)
        bucket->level += elapsed * rate->per_second;
    if (bucket->level > full) /* also when the rate was lowered meanwhile */
        bucket->level = full;
    bucket->at_ms = now_ms;
    bucket->used = true;
}

bool bucket_take(struct bucket *bucket, const struct bucket_rate *rate, int64_t now_ms,
                 uint32_t *wait_s)
{
    int64_t a_second = (int64_t)rate->per_second * MESSAGE;

    CHECK(rate->per_second > 0 && rate->burst > 0);
    *wait_s = 0;
    fill(bucket, rate, now_ms);
    if (bucket->level >= MESSAGE) {
        bucket->level -= MESSAGE;
        return true;
    }
    *wait_s = (uint32_t)((MESSAGE - bucket->level + a_second - 1) / a_second);
    return false;
}
