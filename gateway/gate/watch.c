/* watch.c - look, keep, sleep. */
#include "gate/watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/gate.h"

enum { TICK_MS = 200, REST_FACTOR = 10 };

struct watch {
    struct gate *gate;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool stopping;
    bool seen;            /* `newest` holds something */
    struct survey newest; /* under the lock */
    struct survey taking; /* the thread's own */
    int64_t next_ms;      /* monotonic: when to look again */
};

/* Sleeps for one tick; false: stop. */
static bool rest(struct watch *watch)
{
    struct timespec until;
    bool go_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&watch->lock);
    if (!watch->stopping)
        pthread_cond_timedwait(&watch->woken, &watch->lock, &until);
    go_on = !watch->stopping;
    pthread_mutex_unlock(&watch->lock);
    return go_on;
}

static void look(struct watch *watch)
{
    struct gate *gate = watch->gate;
    struct config *config = gate_config(gate);
    const struct config_alarm *alarm = &config->alarm;
    struct survey_given given = {.store = gate->store,
                                 .ledger = gate->ledger,
                                 .calendar = config->calendar,
                                 .ledger_path = config->ledger_path,
                                 .due_days = alarm->due_days,
                                 .due_day_count = alarm->due_day_count,
                                 .now = clock_now()};
    struct error err = ERROR_INIT;
    int64_t pause_ms;
    bool ok = survey_take(&given, &watch->taking, &err);

    pause_ms = (int64_t)alarm->every_s * 1000;
    if (pause_ms < watch->taking.took_ms * REST_FACTOR)
        pause_ms = watch->taking.took_ms * REST_FACTOR;
    config_free(config);
    watch->next_ms = clock_monotonic_ms() + pause_ms;
    if (!ok) {
        log_error("watch.blind", "code=%s reason=\"%s\"", error_name(err.code), err.text);
        return;
    }
    pthread_mutex_lock(&watch->lock);
    watch->newest = watch->taking;
    watch->seen = true;
    pthread_mutex_unlock(&watch->lock);
}

static void *run(void *argument)
{
    struct watch *watch = argument;

    do {
        if (clock_monotonic_ms() >= watch->next_ms)
            look(watch);
    } while (rest(watch));
    return NULL;
}

bool watch_start(struct gate *gate, struct watch **out, struct error *err)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    pthread_condattr_t monotonic;

    *out = NULL;
    if (watch == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the watch");
    watch->gate = gate;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
        pthread_cond_destroy(&watch->woken);
        pthread_mutex_destroy(&watch->lock);
        free(watch);
        return fail(err, ERROR_SYSTEM, "cannot start the watch's thread");
    }
    *out = watch;
    return true;
}

void watch_stop(struct watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    pthread_cond_signal(&watch->woken);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    pthread_cond_destroy(&watch->woken);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

bool watch_survey(struct watch *watch, struct survey *survey)
{
    bool seen;

    pthread_mutex_lock(&watch->lock);
    seen = watch->seen;
    if (seen)
        *survey = watch->newest;
    pthread_mutex_unlock(&watch->lock);
    return seen;
}
