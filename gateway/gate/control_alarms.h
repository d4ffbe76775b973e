/*
 * control_alarms.h - the alarms on the control socket (control_verbs.c).
 *
 *   {"verb":"alarms"}                                   those that stand
 *   {"verb":"alarms_ack","code":CODE,"reason":TEXT}     seen: no more repeats
 *   {"verb":"alarms_silence","code":CODE,"hours":N,"reason":TEXT}    not told for N hours; 0:
 * again
 */
#ifndef GATE_CONTROL_ALARMS_H
#define GATE_CONTROL_ALARMS_H

#include <jansson.h>

#include "gate/gate.h"

enum { ALARM_SILENCE_HOURS_MAX = 24 * 31 };

/* NULL: no memory. */
json_t *control_alarms(struct gate *gate);
/* Is what `request` asks for possible? ERROR_USAGE. *code is the alarm's. */
MUST_USE bool control_alarm_check(const json_t *request, enum alarm_code *code,
                                  struct error *err);
/* Does it, after it was journaled; the answer. */
json_t *control_alarm_change(struct gate *gate, const json_t *request, enum alarm_code code);

#endif
