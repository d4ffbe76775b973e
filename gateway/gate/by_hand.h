/*
 * by_hand.h - documents of a core that a person hands in: the path of receive.c without HTTP.
 *
 * Several at a time are read in their order, queued in their order and decided in their order,
 * and commonly become durable with one commit. So whatever belongs to one case keeps its order,
 * and nobody has to know which documents those are.
 */
#ifndef GATE_BY_HAND_H
#define GATE_BY_HAND_H

#include "gate/gate.h"

enum { BY_HAND_MAX = 64 };

struct by_hand {
    struct text bytes;         /* the caller's, until the call returns */
    bool decided;              /* `result` is a durable verdict; else `err` says why not */
    struct work_result result; /* a reason that was given lies in it */
    struct error err;          /* ERROR_NONE and not decided: not tried */
};

/*
 * Waits for the commit. The first *answered documents are done: decided, or not readable by
 * their own fault. Where the world fails (busy, memory, disk), those behind it are not begun;
 * what is handed in again gets its first verdict. false: not one is answered, and *err says
 * why. ERROR_USAGE: `core` is no core of ours. ERROR_BUSY: the gateway is still opening. Not on
 * a worker or the writer.
 */
MUST_USE bool by_hand_submit(struct gate *gate, const char *core, struct by_hand *documents,
                             size_t count, size_t *answered, struct error *err);

#endif
