/*
 * alarm_hook.h - runs the program that is told of alarms: one at a time, no shell, a clean
 * environment, nothing of ours open, ended when its time is over.
 *
 * Arguments: code, severity, "raised" or "cleared", party or "-", step, number. No personal
 * data. One thread.
 */
#ifndef GATE_ALARM_HOOK_H
#define GATE_ALARM_HOOK_H

#include <sys/types.h>

#include "base/error.h"
#include "gate/alarms.h"

struct alarm_hook {
    pid_t pid;        /* 0: none runs */
    int64_t until_ms; /* monotonic */
};

/* None may run. ERROR_SYSTEM. */
MUST_USE bool alarm_hook_start(struct alarm_hook *hook, const char *command,
                               const struct alarm *alarm, int64_t until_ms, struct error *err);
/* Collects one that ended, ends one whose time is over. *status is its exit status, -1 if it
 * was ended or died. true: it ended just now. */
bool alarm_hook_poll(struct alarm_hook *hook, int64_t monotonic_ms, int *status);
/* Ends one that runs. */
void alarm_hook_stop(struct alarm_hook *hook);

#endif
