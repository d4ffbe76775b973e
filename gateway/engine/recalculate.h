/*
 * recalculate.h - running clocks under another calendar, entry by entry (CLOCK_MOVED).
 *
 * The walk goes over the deadlines in their order, in portions, each in a transaction of the
 * caller's. Nothing is remembered of it: after a crash a start begins anew, and a clock that
 * was moved already is found as it should be. A clock that moves while the walk goes on is met
 * again at most once; one that starts meanwhile starts under the new calendar.
 */
#ifndef ENGINE_RECALCULATE_H
#define ENGINE_RECALCULATE_H

#include "engine/engine.h"

/* Where the walk stands; zeros: at its beginning. */
struct recalculation {
    struct ledger_position after;
    uint64_t moved; /* clocks, so far */
    bool ended;
};

/* Looks at no more than `max` deadlines. false: the world failed, the caller aborts; *walk is
 * then as it was. Same thread and transaction rules as engine_apply. */
MUST_USE bool engine_recalculate(struct engine *engine, struct ledger_txn *txn, size_t max,
                                 struct recalculation *walk, struct error *err);

#endif
