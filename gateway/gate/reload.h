/*
 * reload.h - another configuration while the gateway runs: SIGHUP and `qiantong reload`.
 *
 * The whole of conf/ is read and checked as at a start, and takes the place of the one in force
 * between two batches of the writer; on any error the old one stays, wholly. What is under way
 * ends with the configuration it began with: pins, keys, dialects, limits. New connections, in
 * both directions, use the new certificates; kept ones are not used again for new letters.
 *
 * Refused, because the ledger is bound to it for ever: party, ledger/path, ledger/hash,
 * ledger/test. Refused, because only a start opens it: ledger/mapBytes, sealKeys, clockOffset,
 * listen, control, workers. Everything else may change, parties may come and go; one that has
 * gone is not let in, its letters and cases wait, and its number stays its own.
 */
#ifndef GATE_RELOAD_H
#define GATE_RELOAD_H

#include "gate/gate.h"

struct reload_report {
    bool changed;       /* anything that the configuration's digest is over */
    bool rules_changed; /* rules or calendar */
    size_t party_count;
    size_t new_count;  /* of these, not there before */
    size_t gone_count; /* there before */
};

/* ERROR_CONFIG "file: element: reason"; what else a start can fail with. Any thread but the
 * writer's and the workers'; a second one waits for the first. */
MUST_USE bool gate_reload(struct gate *gate, struct reload_report *report, struct error *err);

/* ERROR_CONFIG names the first element that may not change while the gateway runs. */
MUST_USE bool reload_allowed(const struct config *before, const struct config *after,
                             struct error *err);

#endif
