/*
 * stay_hops.h - the questions of a case and how long their answers took, from its entries.
 *
 * The whole of a hop is measured by our clock alone. What of it was spent over there is
 * measured by theirs: from the time that their receipt names to the SentAt of their answer; it
 * is known only at the side that asks, and only if they had given that receipt before.
 */
#ifndef CLI_STAY_HOPS_H
#define CLI_STAY_HOPS_H

#include <jansson.h>

#include "cli/cli.h"

struct stay_hop {
    uint8_t action; /* that asked */
    bool answered;  /* false: nobody waits for the answer any more */
    struct instant asked;
    struct instant ended;
    struct instant there; /* receipt and answer by the other side's clock; none: not known */
    struct instant sent;
};

/* Never negative: a clock that went back counts as no time. */
int64_t hop_whole_ms(const struct stay_hop *hop);
/* false: not known. */
bool hop_there_ms(const struct stay_hop *hop, int64_t *ms);

typedef bool visit_hop(void *self, const struct stay_hop *hop);
/* In the order in which they ended; return false from the visitor to stop. Inside the read
 * transaction. ERROR_LEDGER: an entry does not decode. */
MUST_USE bool each_hop(struct ledger_txn *txn, const struct uuid *case_id, visit_hop *visit,
                       void *self, struct error *err);

json_t *hop_json(const struct stay_hop *hop);

#endif
