/* ferry.c - the thread that looks into folders, and the lanes of the parties. */
#include "gate/ferry.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "gate/ferry_internal.h"
#include "wire/start.h"

enum { TICK_MS = 250 };

struct ferry_lane *ferry_lane_of(struct ferry *ferry, uint32_t party)
{
    struct ferry_lane *found = NULL;

    pthread_mutex_lock(&ferry->lock);
    for (size_t i = 0; i < COUNT_OF(ferry->lanes) && found == NULL; i++) {
        struct ferry_lane *lane = &ferry->lanes[i];
        if (lane->number == 0)
            lane->number = party;
        if (lane->number == party)
            found = lane;
    }
    pthread_mutex_unlock(&ferry->lock);
    return found;
}

bool ferry_count(struct ferry *ferry, uint32_t party, struct ferry_counts *counts)
{
    struct ferry_lane *lane = ferry_lane_of(ferry, party);

    if (lane == NULL)
        return false;
    pthread_mutex_lock(&lane->lock);
    *counts = lane->counts;
    counts->missing = ferry_missing(&lane->state);
    pthread_mutex_unlock(&lane->lock);
    return true;
}

bool ferry_ends(struct ferry *ferry)
{
    bool ends;

    pthread_mutex_lock(&ferry->lock);
    ends = ferry->stopping;
    pthread_mutex_unlock(&ferry->lock);
    return ends;
}

static void look_everywhere(struct ferry *ferry)
{
    struct config *config = gate_config(ferry->gate);

    for (size_t i = 0; i < config->party_count && !ferry_ends(ferry); i++) {
        const struct config_party *party = &config->parties[i];
        struct ferry_lane *lane;

        if (party->folder_in == NULL)
            continue;
        lane = ferry_lane_of(ferry, party->number);
        if (lane == NULL || clock_monotonic_ms() < lane->look_ms)
            continue;
        ferry_look(ferry, lane, config, party);
        lane->look_ms = clock_monotonic_ms() + party->folder_poll_ms;
    }
    config_free(config);
}

/* false: it is time to end. */
static bool rest(struct ferry *ferry)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&ferry->lock);
    if (!ferry->stopping)
        pthread_cond_timedwait(&ferry->stopped, &ferry->lock, &until);
    goes_on = !ferry->stopping;
    pthread_mutex_unlock(&ferry->lock);
    return goes_on;
}

static void *run(void *argument)
{
    struct ferry *ferry = argument;

    wire_thread_start();
    while (rest(ferry)) {
        if (atomic_load(&ferry->gate->opened))
            look_everywhere(ferry);
    }
    return NULL;
}

bool ferry_start(struct gate *gate, struct ferry **out, struct error *err)
{
    struct ferry *ferry = calloc(1, sizeof(*ferry));
    pthread_condattr_t monotonic;

    *out = NULL;
    if (ferry == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the folders");
    ferry->gate = gate;
    ferry->config = gate_config(gate);
    ferry->ledger_path = ferry->config->ledger_path;
    pthread_mutex_init(&ferry->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&ferry->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < COUNT_OF(ferry->lanes); i++)
        pthread_mutex_init(&ferry->lanes[i].lock, NULL);
    ferry->started = pthread_create(&ferry->thread, NULL, run, ferry) == 0;
    if (!ferry->started) {
        ferry_free(ferry);
        return fail(err, ERROR_SYSTEM, "cannot start the folders' thread");
    }
    *out = ferry;
    return true;
}

void ferry_stop(struct ferry *ferry)
{
    if (ferry == NULL || !ferry->started)
        return;
    pthread_mutex_lock(&ferry->lock);
    ferry->stopping = true;
    pthread_cond_signal(&ferry->stopped);
    pthread_mutex_unlock(&ferry->lock);
    pthread_join(ferry->thread, NULL);
    ferry->started = false;
}

void ferry_free(struct ferry *ferry)
{
    if (ferry == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(ferry->lanes); i++)
        pthread_mutex_destroy(&ferry->lanes[i].lock);
    pthread_cond_destroy(&ferry->stopped);
    pthread_mutex_destroy(&ferry->lock);
    config_free(ferry->config);
    free(ferry);
}
