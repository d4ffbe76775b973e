/*
 * alarms.h - which alarms stand, since when, who has seen them, and what is still to be told.
 *
 * One thread looks (alarms_begin, alarms_see for everything that is wrong, alarms_end); what
 * was not seen again is cleared. An alarm is a code, a party (or none) and a step (a threshold,
 * or 0): the same three are the same alarm. Crossing the next threshold is another alarm, told
 * anew even if the one before was acknowledged.
 *
 *     raised -> acknowledged (no more repeats) -> cleared      raised -> cleared
 *
 * A code that is silenced is not told, whoever raises it, until its time is over. All of this
 * lives in memory: a start raises again what still is wrong. Pure: no clock, no input, no
 * output; the caller has the lock.
 */
#ifndef GATE_ALARMS_H
#define GATE_ALARMS_H

#include "base/instant.h"
#include "core/names.h"

enum alarm_severity { ALARM_NOTICE, ALARM_WARNING, ALARM_CRITICAL, ALARM_SEVERITIES };

enum alarm_code {
#define ALARM(name, severity, english, chinese, todo, unit) ALARM_##name,
#include "gate/alarms.def"
#undef ALARM
    ALARM_CODES
};

enum { ALARMS_MAX = 256 };

struct alarm_kind {
    const char *name;
    enum alarm_severity severity; /* at least; steps raise it (alarm_severity_of) */
    struct name meaning;
    const char *todo; /* what to type */
    const char *unit; /* of the number */
};

extern const struct alarm_kind alarm_kinds[ALARM_CODES];

/* ALARM_CODES: there is none of this name. */
enum alarm_code alarm_by_name(const char *name);
const char *alarm_severity_name(enum alarm_severity severity);
/* By code and step: the last days of a certificate weigh more than the first. */
enum alarm_severity alarm_severity_of(enum alarm_code code, int64_t step);

struct alarm {
    enum alarm_code code;
    char party[PARTY_ID_SIZE]; /* "" none */
    int64_t step;
    int64_t number; /* as last seen */
    struct instant since;
    bool stands; /* false: cleared, and that is still to be told */
    bool acknowledged;
    bool seen;       /* in this look */
    uint32_t told;   /* how often the command was told of it */
    int64_t told_ms; /* monotonic, the last time */
};

struct alarms {
    struct alarm list[ALARMS_MAX];
    size_t count;
    size_t dropped; /* in the last look: there was no room */
    struct instant silent_until[ALARM_CODES];
};

void alarms_begin(struct alarms *alarms);
void alarms_see(struct alarms *alarms, enum alarm_code code, const char *party, int64_t step,
                int64_t number, struct instant now);
void alarms_end(struct alarms *alarms);

/* Those of the code that stand; returns how many. */
size_t alarms_acknowledge(struct alarms *alarms, enum alarm_code code);
void alarms_silence(struct alarms *alarms, enum alarm_code code, struct instant until);
bool alarm_silent(const struct alarms *alarms, enum alarm_code code, struct instant now);

/* What the command is to be told next; *alarm is a copy and counts as told. `repeat_ms` 0:
 * raised is told once. false: nothing. */
bool alarms_next(struct alarms *alarms, struct instant now, int64_t monotonic_ms,
                 int64_t repeat_ms, struct alarm *alarm);
#endif
