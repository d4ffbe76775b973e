/*
 * metrics.h - everything that a monitoring system may want to know, as text (metric_text.h).
 *
 * Live counters, and the newest survey of the watch. No personal data: label values are party
 * ids, states, flows, roles and verdicts.
 */
#ifndef GATE_METRICS_H
#define GATE_METRICS_H

#include "gate/gate.h"

enum { METRICS_SIZE_MAX = 2 * 1024 * 1024 };

/* Any thread. `survey` NULL: none was taken yet, and what it would tell is left out. */
void metrics_write(struct gate *gate, const struct survey *survey, struct instant now,
                   struct buffer *out);

#endif
