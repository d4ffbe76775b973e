/*
 * internal.h - what the ledger's own files share: its head, its transactions, their checks.
 */
#ifndef LEDGER_INTERNAL_H
#define LEDGER_INTERNAL_H

#include <stdatomic.h>

#include "ledger/ledger.h"
#include "ledger/rows.h"

enum {
    LEDGER_FORMAT = 1,
    LEDGER_RECENT = 10000, /* entries that a start verifies; distance of the anchor */
    LEDGER_PORTION = 1000, /* entries or rows per read transaction of a long walk */
    LEDGER_ENTRY_MEMORY = 256 * 1024,
    LEAF_SIZE = 32,
    META_ROW_MAX = 64 + TREE_ENCODED_MAX
};

/* Where the journal ends: database `meta`, row `head`. */
struct ledger_head {
    uint64_t next_seq; /* entries + 1 = leaves of the tree + 1 */
    uint8_t leaf[LEAF_SIZE];
    struct instant wall;
    uint32_t boots;
    struct tree tree;
};

struct ledger {
    struct store *store;
    bool read_only;
    struct entry_origin origin;
    enum digest_kind kind;
    struct ledger_head head; /* the writer's, as of the last commit */
    uint64_t anchor_size;
    atomic_uint_fast64_t size; /* for any thread */
    atomic_uint_fast32_t boots;
    unsigned char record[ENTRY_SIZE_MAX]; /* the writer's */
};

struct ledger_txn {
    struct ledger *ledger;
    struct store_txn *store;
    bool write;
    bool broken; /* something failed half-way: only an abort is left */
    bool stamped;
    bool went_back;
    struct instant stamp;
    struct ledger_head head; /* in a write transaction: with what was appended so far */
    bool committed;
    ledger_ended *ended; /* NULL: nobody asks */
    void *ended_self;
};

void head_encode(const struct ledger_head *head, struct buffer *buffer);
/* ERROR_LEDGER; also if it contradicts itself. */
MUST_USE bool head_decode(struct text bytes, struct ledger_head *head, struct error *err);

/* Rows of `meta`. *found false: not there. */
MUST_USE bool meta_get_head(struct store_txn *txn, struct ledger_head *head, bool *found,
                            struct error *err);
MUST_USE bool meta_get_origin(struct store_txn *txn, struct entry_origin *origin, bool *found,
                              struct error *err);
MUST_USE bool meta_get_anchor(struct store_txn *txn, struct tree *anchor, bool *found,
                              struct error *err);
MUST_USE bool meta_put_format(struct store_txn *txn, const struct entry_origin *origin,
                              struct error *err);
MUST_USE bool meta_put_head(struct store_txn *txn, const struct ledger_head *head,
                            struct error *err);
MUST_USE bool meta_put_anchor(struct store_txn *txn, const struct tree *anchor,
                              struct error *err);
/* How far `person_cases` was filled from `cases`, in a ledger that is older than it. */
struct ledger_filling {
    bool done;
    struct uuid last; /* case that came last; none: not begun */
};
MUST_USE bool meta_get_filling(struct store_txn *txn, struct ledger_filling *filling,
                               struct error *err);
MUST_USE bool meta_put_filling(struct store_txn *txn, const struct ledger_filling *filling,
                               struct error *err);
MUST_USE bool meta_check_format(struct store_txn *txn, bool *exists, struct error *err);

/* Reads the whole sealed body; *whole false: a part of it is missing or wrong. `sealed` NULL
 * only checks. */
MUST_USE bool body_read(struct store_txn *txn, uint32_t month, const uint8_t digest[32],
                        struct arena *arena, struct text *sealed, bool *found, bool *whole,
                        struct error *err);

/* Every chunk of it. */
MUST_USE bool body_delete(struct store_txn *txn, const struct entry_body *body,
                          struct error *err);

/* Brings a ledger of an older program up to date, in portions; where it was interrupted, it
 * goes on. */
MUST_USE bool upgrade_ledger(struct ledger *ledger, struct error *err);

/* The newest entries and the head, at a start: ERROR_LEDGER names what is wrong. */
MUST_USE bool verify_recent(struct ledger *ledger, struct error *err);

#endif
