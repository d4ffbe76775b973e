/*
 * alarm_look.h - from a survey and the counters to what is wrong now.
 *
 * What only happens (a conflict, a burst, a clock that went back) has no state to look at: it
 * stands for a while after its last time.
 */
#ifndef GATE_ALARM_LOOK_H
#define GATE_ALARM_LOOK_H

#include "gate/alarms.h"
#include "gate/survey.h"
#include "gate/writer.h"

/* Something that was counted, and until when it stands. */
struct alarm_event {
    unsigned long counted; /* as of the last look */
    unsigned long number;  /* how many, since it was raised */
    int64_t until_ms;      /* monotonic; 0: does not stand */
};

/* What one look keeps for the next; zeros at first. */
struct alarm_memory {
    struct alarm_event commit;
    struct alarm_event conflicts[COUNTS_PARTIES];
    struct alarm_event unreadable[COUNTS_PARTIES];
    unsigned long burst_from[COUNTS_PARTIES]; /* counts when the window began */
    int64_t window_ms;                        /* monotonic: when it began */
    int64_t offset_ms;                        /* wall minus monotonic; 0: not known yet */
    int64_t back_ms;                          /* how far the clock went back */
    int64_t back_until_ms;
    uint64_t batches;   /* commits as of the last look that saw them move */
    int64_t batches_ms; /* monotonic: when that was */
};

struct alarm_input {
    const struct config *config;
    const struct survey *survey; /* the newest that succeeded; NULL: none yet */
    bool blind;                  /* the last one failed */
    struct gate_counts *counts;
    const struct writer_counts *writer;
    uint64_t missing[COUNTS_PARTIES]; /* files of parties with folders, by number */
    struct instant now;
    int64_t monotonic_ms;
};

/* One whole look: begin, see, end. */
void alarm_look(const struct alarm_input *input, struct alarm_memory *memory,
                struct alarms *alarms);

#endif
