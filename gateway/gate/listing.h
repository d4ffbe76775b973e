/*
 * listing.h - a core that asks about all its calls at once (core/flow_listing.h) is told from
 * the ledger, by a worker: nothing waits, nothing is noted.
 */
#ifndef GATE_LISTING_H
#define GATE_LISTING_H

#include "gate/exchange.h"

enum {
    LISTING_LOOKS_MAX = 100000, /* cases that are looked at */
    LISTING_ITEMS_MAX = 10000   /* that are put into order; then the flow's own limit */
};

/* The answer to exchange->listing in the core's dialect. Only cases in which this core takes
 * part are told. ERROR_NOT_FOUND: its dialect has no document for it; ERROR_LENGTH and others
 * of adapter_write; ERROR_LEDGER, ERROR_MEMORY. */
MUST_USE bool listing_write(struct exchange *exchange, struct text *body, const char **type,
                            struct error *err);

#endif
