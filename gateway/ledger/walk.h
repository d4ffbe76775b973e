/*
 * walk.h - one walk over the journal; for walk.c, walk_bodies.c and verify.c.
 *
 * A finding names the entry that is wrong and not its neighbours: an entry is measured against
 * the one before it only as far as that one's own hash holds.
 */
#ifndef LEDGER_WALK_H
#define LEDGER_WALK_H

#include "ledger/internal.h"

enum { FINDING_ROW_SIZE = 160 };

struct walk {
    struct ledger *ledger;
    const struct body_opener *opener;
    bool bodies; /* look at bodies at all */
    ledger_finding *finding;
    void *self;
    struct ledger_report *report;
    struct arena *arena; /* of one entry */

    struct ledger_head head; /* as of the first look; what comes later is not looked at */
    bool head_known;
    struct tree anchor;
    bool anchor_known;
    bool anchor_differs;
    struct entry_origin origin; /* as `meta` repeats it */
    bool origin_known;

    bool from_start;      /* it began with entry 1 */
    uint64_t next;        /* entry expected next */
    size_t last_key_size; /* where the portion before this one ended */
    char last_key[512];
    uint64_t before_seq; /* last sound entry, and its leaf and time; 0: zeros */
    uint8_t before[LEAF_SIZE];
    struct instant wall;
    uint32_t boots;   /* counted, from entry 1 on */
    bool whole;       /* no finding about an entry so far: the tree can be compared */
    struct tree tree; /* of the entries so far; may begin as the anchor */
};

/* A finding about anything, about an entry, about a key of the journal that is none. */
void walk_find(struct walk *walk, const char *row, const char *what);
void walk_find_entry(struct walk *walk, uint64_t seq, const char *what);
void walk_find_key(struct walk *walk, struct text key, const char *what);

/* From where the walk stands up to its head, in portions. */
MUST_USE bool walk_all(struct walk *walk, struct error *err);
/* The bodies that one sound entry names. */
MUST_USE bool walk_bodies(struct walk *walk, struct store_txn *txn, const struct entry *entry,
                          struct error *err);

#endif
