/* watch.c - look, keep, sleep. */
#include "gate/watch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/alarm_hook.h"
#include "gate/alarm_look.h"
#include "gate/ferry.h"
#include "gate/gate.h"

enum { TICK_MS = 200, REST_FACTOR = 10 };

struct watch {
    struct gate *gate;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool stopping;
    bool seen;            /* `newest` holds something */
    struct survey newest; /* under the lock, as the next */
    struct alarms alarms;
    /* the thread's own */
    struct survey taking;
    struct alarm_memory memory;
    struct alarm_hook hook;
    char *command;   /* as of the last look; NULL: none */
    int64_t next_ms; /* monotonic: when to look again */
    int64_t command_ms;
    int64_t repeat_ms;
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

static bool take_survey(struct watch *watch, const struct config *config, struct instant now)
{
    struct gate *gate = watch->gate;
    struct survey_given given = {.store = gate->store,
                                 .ledger = gate->ledger,
                                 .calendar = config->calendar,
                                 .ledger_path = config->ledger_path,
                                 .due_days = config->alarm.due_days,
                                 .due_day_count = config->alarm.due_day_count,
                                 .now = now};
    struct error err = ERROR_INIT;
    bool ok = survey_take(&given, &watch->taking, &err);

    if (!ok)
        log_error("watch.blind", "code=%s reason=\"%s\"", error_name(err.code), err.text);
    return ok;
}

/* Looking never takes more than a tenth of the time. */
static void plan(struct watch *watch, const struct config_alarm *settings)
{
    int64_t pause_ms = (int64_t)settings->every_s * 1000;

    if (pause_ms < watch->taking.took_ms * REST_FACTOR)
        pause_ms = watch->taking.took_ms * REST_FACTOR;
    watch->next_ms = clock_monotonic_ms() + pause_ms;
    watch->command_ms = (int64_t)settings->command_s * 1000;
    watch->repeat_ms = (int64_t)settings->repeat_minutes * 60 * 1000;
    free(watch->command);
    watch->command = settings->command != NULL ? strdup(settings->command) : NULL;
}

static void count_missing(struct gate *gate, const struct config *config,
                          uint64_t missing[COUNTS_PARTIES])
{
    for (size_t i = 0; i < config->party_count; i++) {
        const struct config_party *party = &config->parties[i];
        struct ferry_counts counts;

        if (party->folder_in != NULL && party->number < COUNTS_PARTIES &&
            ferry_count(gate->ferry, party->number, &counts))
            missing[party->number] = counts.missing;
    }
}

static void look(struct watch *watch)
{
    struct gate *gate = watch->gate;
    struct config *config = gate_config(gate);
    struct instant now = clock_now();
    bool ok = take_survey(watch, config, now);
    struct writer_counts writer;
    struct alarm_input input = {
        .config = config, .blind = !ok, .counts = &gate->counts, .writer = &writer, .now = now};

    count_missing(gate, config, input.missing);
    writer_counts(gate->writer, &writer);
    input.monotonic_ms = clock_monotonic_ms();
    pthread_mutex_lock(&watch->lock);
    if (ok)
        watch->newest = watch->taking;
    watch->seen |= ok;
    input.survey = watch->seen ? &watch->newest : NULL;
    alarm_look(&input, &watch->memory, &watch->alarms);
    pthread_mutex_unlock(&watch->lock);
    plan(watch, &config->alarm);
    config_free(config);
}

/* To the log, and to the command if there is one. */
static void tell(struct watch *watch, const struct alarm *alarm)
{
    struct error err = ERROR_INIT;
    const struct alarm_kind *kind = &alarm_kinds[alarm->code];

    log_warn(alarm->stands ? "alarm.raised" : "alarm.cleared",
             "code=%s severity=%s party=%s step=%" PRId64 " number=%" PRId64, kind->name,
             alarm_severity_name(alarm_severity_of(alarm->code, alarm->step)),
             alarm->party[0] != '\0' ? alarm->party : "-", alarm->step, alarm->number);
    if (watch->command != NULL &&
        !alarm_hook_start(&watch->hook, watch->command, alarm,
                          clock_monotonic_ms() + watch->command_ms, &err))
        log_error("alarm.command", "reason=\"%s\"", err.text);
}

/* While the command runs nothing else is told: the next one waits, and none is lost. */
static void tell_next(struct watch *watch)
{
    struct alarm alarm;
    int status;
    bool found;

    if (alarm_hook_poll(&watch->hook, clock_monotonic_ms(), &status) && status != 0)
        log_error("alarm.command",
                  "status=%d reason=\"the alarm command failed or took too "
                  "long\"",
                  status);
    while (watch->hook.pid == 0) {
        pthread_mutex_lock(&watch->lock);
        found = alarms_next(&watch->alarms, clock_now(), clock_monotonic_ms(),
                            watch->command != NULL ? watch->repeat_ms : 0, &alarm);
        pthread_mutex_unlock(&watch->lock);
        if (!found)
            return;
        tell(watch, &alarm);
    }
}

static void *run(void *argument)
{
    struct watch *watch = argument;

    do {
        if (clock_monotonic_ms() >= watch->next_ms)
            look(watch);
        tell_next(watch);
    } while (rest(watch));
    alarm_hook_stop(&watch->hook);
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
    free(watch->command);
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

void watch_alarms(struct watch *watch, struct alarms *alarms)
{
    pthread_mutex_lock(&watch->lock);
    *alarms = watch->alarms;
    pthread_mutex_unlock(&watch->lock);
}

size_t watch_acknowledge(struct watch *watch, enum alarm_code code)
{
    size_t count;

    pthread_mutex_lock(&watch->lock);
    count = alarms_acknowledge(&watch->alarms, code);
    pthread_mutex_unlock(&watch->lock);
    return count;
}

void watch_silence(struct watch *watch, enum alarm_code code, struct instant until)
{
    pthread_mutex_lock(&watch->lock);
    alarms_silence(&watch->alarms, code, until);
    pthread_mutex_unlock(&watch->lock);
}
