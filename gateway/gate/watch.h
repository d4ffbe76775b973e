/*
 * watch.h - the thread that looks at everything every few seconds: it takes the survey that
 * metrics are written from.
 *
 * It only reads. If a look takes long, the next one comes later, so that looking never takes
 * more than a tenth of the time.
 */
#ifndef GATE_WATCH_H
#define GATE_WATCH_H

#include "gate/survey.h"

struct gate;
struct watch;

/* After the ledger and the writer; the first look is taken at once. */
MUST_USE bool watch_start(struct gate *gate, struct watch **watch, struct error *err);
/* Takes NULL. */
void watch_stop(struct watch *watch);
/* The newest look. false: none yet. Any thread. */
bool watch_survey(struct watch *watch, struct survey *survey);

#endif
