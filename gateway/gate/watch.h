/*
 * watch.h - the thread that looks at everything every few seconds: it takes the survey that
 * metrics are written from, keeps the alarms, and has the command told of them.
 *
 * It only reads. If a look takes long, the next one comes later, so that looking never takes
 * more than a tenth of the time.
 */
#ifndef GATE_WATCH_H
#define GATE_WATCH_H

#include "gate/alarms.h"
#include "gate/survey.h"

struct gate;
struct watch;

/* After the ledger and the writer; the first look is taken at once. */
MUST_USE bool watch_start(struct gate *gate, struct watch **watch, struct error *err);
/* Takes NULL. */
void watch_stop(struct watch *watch);
/* The newest look. false: none yet. Any thread. */
bool watch_survey(struct watch *watch, struct survey *survey);
/* A copy of the alarms as they stand. Any thread. */
void watch_alarms(struct watch *watch, struct alarms *alarms);
/* Returns how many stood. Any thread. */
size_t watch_acknowledge(struct watch *watch, enum alarm_code code);
void watch_silence(struct watch *watch, enum alarm_code code, struct instant until);

#endif
