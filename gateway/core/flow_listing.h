/*
 * flow_listing.h - what our own core may ask about all its calls of a flow at once, and is told
 * from the ledger: which of them are in doubt (不确定交易查询). Such a question changes
 * nothing, is noted nowhere and waits for nobody.
 *
 * The flow says which cases belong into the list and how it is written; who asks, collects. A
 * case is looked at if its state is one of `states`, or if one of its clocks runs.
 */
#ifndef CORE_FLOW_LISTING_H
#define CORE_FLOW_LISTING_H

#include "core/flow.h"

/* A call of the core that is in doubt. */
struct flow_doubt {
    unsigned action;      /* what the core called */
    const char *status;   /* a literal of the national form */
    struct instant since; /* when it called, or when it was told */
};

struct flow_listed {
    struct flow_doubt doubt;
    struct uuid case_id;
    uint32_t in_region;
    uint32_t out_region;
    char trace[TRACE_SIZE];
};

struct flow_listing {
    uint16_t question; /* enum action; of our own core */
    uint16_t answer;
    uint8_t role;    /* that we have in the cases */
    uint32_t states; /* bit per state */
    size_t items_max;
    /* false: the case is not in doubt, or not what the question asks for. */
    bool (*doubt)(const struct flow_case *row, const struct record *question,
                  struct flow_doubt *doubt);
    /* The document: `count` of `all` items, oldest first. *root lies in the arena. */
    bool (*make)(const struct flow_listed *items, size_t count, size_t all, struct arena *arena,
                 struct record **root, struct error *err);
};

/* The listing that this question of a core asks for; NULL: it asks for none. */
const struct flow_listing *flow_listing_of(unsigned flow, unsigned question);

#endif
