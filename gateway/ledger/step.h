/*
 * step.h - one entry being played: what all of its consequences share; for apply_*.c and
 * consequences.c.
 */
#ifndef LEDGER_STEP_H
#define LEDGER_STEP_H

#include "ledger/rows.h"

/* What every consequence needs. */
struct step {
    struct store_txn *txn;
    enum digest_kind kind; /* the ledger's hash */
    const struct entry *entry;
    struct error *err;
};

/* ERROR_LEDGER with the entry's number and kind; always false. */
MUST_USE bool step_contradiction(const struct step *step, const char *what);
MUST_USE bool step_put(const struct step *step, enum store_database database,
                       struct row_key key, const struct buffer *value);
/* A row whose key says it all. */
MUST_USE bool step_mark(const struct step *step, enum store_database database,
                        struct row_key key);
/* Dropping what is not there is fine. */
MUST_USE bool step_drop(const struct step *step, enum store_database database,
                        struct row_key key);

/* TLV_LINES: `lines`. */
MUST_USE bool apply_lines(const struct step *step);
/* TLV_POSTING: `posting` and `balance`. */
MUST_USE bool apply_postings(const struct step *step);
/* TLV_ATTACHMENT: `attachments`, and `messages` under the file's digest. */
MUST_USE bool apply_attachments(const struct step *step);

#endif
