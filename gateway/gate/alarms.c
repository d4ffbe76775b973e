/* alarms.c - a short list, searched from its front. */
#include "gate/alarms.h"

#include <string.h>

const struct alarm_kind alarm_kinds[ALARM_CODES] = {
#define ALARM(name, severity, english, chinese, todo, unit)                                    \
    [ALARM_##name] = {#name, ALARM_##severity, {english, chinese}, todo, unit},
#include "gate/alarms.def"
#undef ALARM
};

enum { CERTIFICATE_CRITICAL_DAYS = 7, CERTIFICATE_WARNING_DAYS = 30 };
enum { MAP_CRITICAL_PERCENT = 90, DISK_CRITICAL_PERCENT = 5 };

enum alarm_code alarm_by_name(const char *name)
{
    size_t code = 0;

    while (code < ALARM_CODES && strcmp(alarm_kinds[code].name, name) != 0)
        code++;
    return (enum alarm_code)code;
}

const char *alarm_severity_name(enum alarm_severity severity)
{
    static const char *const names[ALARM_SEVERITIES] = {"notice", "warning", "critical"};

    return names[severity];
}

enum alarm_severity alarm_severity_of(enum alarm_code code, int64_t step)
{
    bool critical = (code == ALARM_CERTIFICATE_ENDS && step <= CERTIFICATE_CRITICAL_DAYS) ||
                    (code == ALARM_MAP_FULL && step >= MAP_CRITICAL_PERCENT) ||
                    (code == ALARM_DISK_LOW && step <= DISK_CRITICAL_PERCENT) ||
                    (code == ALARM_CRL_OLD && step > 0);
    bool warning = (code == ALARM_CERTIFICATE_ENDS && step <= CERTIFICATE_WARNING_DAYS) ||
                   (code == ALARM_CLOCK_DUE && step == 0);

    if (critical)
        return ALARM_CRITICAL;
    return warning ? ALARM_WARNING : alarm_kinds[code].severity;
}

/* --- looking ---------------------------------------------------------------------------------
 */

static struct alarm *find(struct alarms *alarms, enum alarm_code code, const char *party,
                          int64_t step)
{
    for (size_t i = 0; i < alarms->count; i++) {
        struct alarm *alarm = &alarms->list[i];

        if (alarm->code == code && alarm->step == step && strcmp(alarm->party, party) == 0)
            return alarm;
    }
    return NULL;
}

static void drop(struct alarms *alarms, size_t at)
{
    alarms->list[at] = alarms->list[--alarms->count];
}

void alarms_begin(struct alarms *alarms)
{
    alarms->dropped = 0;
    for (size_t i = 0; i < alarms->count; i++)
        alarms->list[i].seen = false;
}

void alarms_see(struct alarms *alarms, enum alarm_code code, const char *party, int64_t step,
                int64_t number, struct instant now)
{
    struct alarm *alarm = find(alarms, code, party, step);

    if (alarm == NULL && alarms->count == ALARMS_MAX) {
        alarms->dropped++;
        return;
    }
    if (alarm == NULL) {
        alarm = &alarms->list[alarms->count++];
        *alarm = (struct alarm){.code = code, .step = step};
        CHECK(text_to_field(text_of(party), alarm->party, sizeof(alarm->party)));
    }
    if (!alarm->stands) {
        /* Raised, or again before anybody was told that it had cleared. */
        alarm->since = now;
        alarm->stands = true;
        alarm->acknowledged = false;
        alarm->told = 0;
    }
    alarm->seen = true;
    alarm->number = number;
}

void alarms_end(struct alarms *alarms)
{
    for (size_t i = alarms->count; i-- > 0;) {
        struct alarm *alarm = &alarms->list[i];

        if (alarm->seen)
            continue;
        alarm->stands = false;
        if (alarm->told == 0)
            drop(alarms, i);
    }
}

/* --- people ----------------------------------------------------------------------------------
 */

size_t alarms_acknowledge(struct alarms *alarms, enum alarm_code code)
{
    size_t count = 0;

    for (size_t i = 0; i < alarms->count; i++) {
        struct alarm *alarm = &alarms->list[i];

        if (alarm->code != code || !alarm->stands)
            continue;
        alarm->acknowledged = true;
        count++;
    }
    return count;
}

void alarms_silence(struct alarms *alarms, enum alarm_code code, struct instant until)
{
    alarms->silent_until[code] = until;
}

bool alarm_silent(const struct alarms *alarms, enum alarm_code code, struct instant now)
{
    return instant_before(now, alarms->silent_until[code]);
}

/* --- telling ---------------------------------------------------------------------------------
 */

static bool is_to_tell(const struct alarms *alarms, const struct alarm *alarm,
                       struct instant now, int64_t monotonic_ms, int64_t repeat_ms)
{
    if (!alarm->stands)
        return true; /* it was told of as raised, or it would be gone */
    if (alarm->acknowledged || alarm_silent(alarms, alarm->code, now))
        return false;
    return alarm->told == 0 || (repeat_ms > 0 && monotonic_ms - alarm->told_ms >= repeat_ms);
}

bool alarms_next(struct alarms *alarms, struct instant now, int64_t monotonic_ms,
                 int64_t repeat_ms, struct alarm *told)
{
    for (size_t i = 0; i < alarms->count; i++) {
        struct alarm *alarm = &alarms->list[i];

        if (!is_to_tell(alarms, alarm, now, monotonic_ms, repeat_ms))
            continue;
        alarm->told++;
        alarm->told_ms = monotonic_ms;
        *told = *alarm;
        if (!alarm->stands)
            drop(alarms, i);
        return true;
    }
    return false;
}
