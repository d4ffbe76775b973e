/* store_lmdb.h - making a new environment; for store_lmdb*.c alone. */
#ifndef LEDGER_STORE_LMDB_H
#define LEDGER_STORE_LMDB_H

#include "ledger/store.h"

/* An environment with all databases, in a folder that is there. LMDB's code or errno. */
int store_lmdb_make(const char *folder, uint64_t map_bytes);
bool store_lmdb_fail(int code, const char *what, struct error *err);

/* Sees to it that options->path holds an environment: makes one unless read_only. */
MUST_USE bool store_lmdb_prepare(const struct store_options *options, struct error *err);

#endif
