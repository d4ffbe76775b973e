/*
 * load.h - what each party asks of us at this moment, and how much was too much.
 *
 * Known by the party's id, for as long as the process lives, so that a changed configuration
 * neither forgets what is in flight nor fills a bucket anew.
 */
#ifndef GATE_LOAD_H
#define GATE_LOAD_H

#include <stdatomic.h>
#include <stddef.h>

#include "core/bucket.h"
#include "gate/config.h"

enum { LOADS_MAX = 2 * CONFIG_PARTIES_MAX };

struct load {
    char id[PARTY_ID_SIZE];
    struct bucket bucket;  /* listener's thread */
    int64_t warned_ms;     /* likewise: the last line in the log */
    atomic_uint in_flight; /* admitted and not answered */
    atomic_ulong admitted;
    /* answered 429 */
    atomic_ulong over_rate;
    atomic_ulong over_in_flight;
    _Atomic uint64_t over_connections; /* or closed without a word, if none was said */
};

struct loads {
    struct load list[LOADS_MAX];
    atomic_size_t count;
};

/* This party's entry, made if there is none. Listener's thread. (Were there ever more parties
 * than room, the last entry serves all of those.) */
struct load *loads_get(struct loads *loads, const char *id);
/* NULL: it never connected. Any thread. */
const struct load *loads_find(const struct loads *loads, const char *id);

/* May this party have one more message worked on? Then it counts as in flight until load_end.
 * Otherwise it is counted and logged (now and then), and *retry_after_s is what to tell it.
 * Listener's thread. */
bool load_admit(struct load *load, const struct config_party *party, int64_t now_ms,
                unsigned *retry_after_s);
void load_end(struct load *load); /* any thread */

#endif
