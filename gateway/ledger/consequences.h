/*
 * consequences.h - from an entry to the rows that follow from it; for the ledger's own files.
 *
 * A pure function of the entry's bytes and the rows already there: no clock, no decision.
 * Append and rebuild call this same function (docs/ledger-format.md section 6).
 */
#ifndef LEDGER_CONSEQUENCES_H
#define LEDGER_CONSEQUENCES_H

#include "core/entry.h"
#include "crypt/digest.h"
#include "ledger/store.h"

/* ERROR_LEDGER if the entry contradicts what is there: then nothing of the transaction may be
 * committed, for some rows may be written already. `kind` is the ledger's hash. */
MUST_USE bool consequences_apply(struct store_txn *txn, enum digest_kind kind,
                                 const struct entry *entry, struct error *err);

#endif
