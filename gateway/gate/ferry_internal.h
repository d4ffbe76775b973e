/* ferry_internal.h - what the files of the ferry share: one lane for each party. */
#ifndef GATE_FERRY_INTERNAL_H
#define GATE_FERRY_INTERNAL_H

#include <pthread.h>

#include "gate/ferry.h"

/* Of one party, found by its number, so that a changed configuration finds it again. */
struct ferry_lane {
    uint32_t number;      /* 0: not used yet; set under the ferry's lock */
    pthread_mutex_t lock; /* of everything below */
    bool ready;           /* state is loaded, and the folder out is as it says */
    struct ferry_state state;
    char state_path[FERRY_PATH_SIZE];
    struct ferry_counts counts;
    int64_t look_ms;   /* the ferry's thread: when to look again, monotonic */
    int64_t silent_ms; /* likewise: trouble is not told again before */
};

struct ferry {
    struct gate *gate;
    const char *ledger_path; /* never changes; of the first configuration, which is held */
    struct config *config;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stopping;
    bool started;
    pthread_t thread;
    struct ferry_lane lanes[CONFIG_PARTIES_MAX];
};

/* NULL: more parties than a configuration can have had. */
struct ferry_lane *ferry_lane_of(struct ferry *ferry, uint32_t party);
/* Under the lane's lock: loads what is known, finishes what a crash interrupted. */
MUST_USE bool ferry_make_ready(struct ferry *ferry, struct ferry_lane *lane,
                               const struct config_party *party, struct error *err);
/* One look into a party's folder in, on the ferry's thread. */
void ferry_look(struct ferry *ferry, struct ferry_lane *lane, struct config *config,
                const struct config_party *party);
/* Is the ferry stopping? */
bool ferry_ends(struct ferry *ferry);

#endif
