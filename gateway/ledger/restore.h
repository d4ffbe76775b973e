/*
 * restore.h - an empty store becomes a ledger again, from the entries of a stream.
 *
 * Every entry is checked once more against the one before it and played as rebuild plays it
 * (consequences.h): what comes out is a ledger that the gateway opens. Committed in portions:
 * a restore that did not end is no ledger, and its store is thrown away.
 */
#ifndef LEDGER_RESTORE_H
#define LEDGER_RESTORE_H

#include "ledger/ledger.h"

struct ledger_restore;

/* ERROR_LEDGER if the store is not empty. The store stays the caller's. */
MUST_USE bool ledger_restore_begin(struct store *fresh, struct ledger_restore **restore,
                                   struct error *err);
/* record || leaf, in order from sequence 1. ERROR_LEDGER names the entry. */
MUST_USE bool ledger_restore_entry(struct ledger_restore *restore, struct text value,
                                   struct error *err);
/* Sealed bytes that the last entry names. */
MUST_USE bool ledger_restore_body(struct ledger_restore *restore, const struct entry_body *body,
                                  struct text sealed, struct error *err);
/* The last commit; *root is that of the tree. Frees. */
MUST_USE bool ledger_restore_end(struct ledger_restore **restore, struct digest *root,
                                 struct error *err);
void ledger_restore_drop(struct ledger_restore *restore); /* takes NULL */

#endif
