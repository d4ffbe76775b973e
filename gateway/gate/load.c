/* load.c - admission by party. */
#include "gate/load.h"

#include <string.h>

#include "base/log.h"

enum { WARN_EVERY_MS = 10 * 1000, RETRY_IN_FLIGHT_S = 1 };

const struct load *loads_find(const struct loads *loads, const char *id)
{
    size_t count = atomic_load_explicit(&loads->count, memory_order_acquire);

    for (size_t i = 0; i < count; i++)
        if (strcmp(loads->list[i].id, id) == 0)
            return &loads->list[i];
    return NULL;
}

struct load *loads_get(struct loads *loads, const char *id)
{
    size_t count = atomic_load_explicit(&loads->count, memory_order_relaxed);
    struct load *load;

    for (size_t i = 0; i < count; i++)
        if (strcmp(loads->list[i].id, id) == 0)
            return &loads->list[i];
    if (count == LOADS_MAX)
        return &loads->list[LOADS_MAX - 1];
    load = &loads->list[count];
    memcpy(load->id, id, strnlen(id, PARTY_ID_SIZE - 1)); /* zeros behind it are there */
    atomic_store_explicit(&loads->count, count + 1, memory_order_release);
    return load;
}

/* A flood must not become one of log lines. */
static void warn(struct load *load, const char *limit, int64_t now_ms)
{
    if (load->warned_ms != 0 && now_ms - load->warned_ms < WARN_EVERY_MS)
        return;
    load->warned_ms = now_ms;
    log_warn("receive.over_limit", "party=%s limit=%s over_rate=%lu over_in_flight=%lu",
             load->id, limit, atomic_load(&load->over_rate),
             atomic_load(&load->over_in_flight));
}

bool load_admit(struct load *load, const struct config_party *party, int64_t now_ms,
                unsigned *retry_after_s)
{
    uint32_t wait_s;

    if (atomic_load(&load->in_flight) >= party->in_flight_max) {
        atomic_fetch_add(&load->over_in_flight, 1);
        *retry_after_s = RETRY_IN_FLIGHT_S;
        warn(load, "inFlight", now_ms);
        return false;
    }
    if (!bucket_take(&load->bucket, &party->rate, now_ms, &wait_s)) {
        atomic_fetch_add(&load->over_rate, 1);
        *retry_after_s = wait_s;
        warn(load, "rate", now_ms);
        return false;
    }
    atomic_fetch_add(&load->in_flight, 1);
    atomic_fetch_add(&load->admitted, 1);
    return true;
}

void load_end(struct load *load)
{
    if (load != NULL)
        atomic_fetch_sub(&load->in_flight, 1);
}
