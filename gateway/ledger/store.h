/*
 * store.h - an ordered key-value store with one writer and commits: the ledger's floor.
 *
 * Two engines: LMDB (the daemon's) and memory (simulation and tests). Both pass the same
 * conformance tests. The commit boundary is visible on purpose: nothing is promised to anybody
 * before store_commit has returned true.
 *
 * Keys 1 to 511 bytes, compared bytewise; values up to 1 MiB. Views (struct text) returned by
 * get and cursors live until the next write in the same transaction or its end, whichever is
 * first: copy what you keep.
 *
 * Threads: one write transaction at a time, begun and ended on one thread; read transactions on
 * any thread, at once (LMDB) or never beside a writer (memory). No reader older than 2 s.
 */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* The databases. Keys and values: docs/ledger-format.md. */
enum store_database {
    DATABASE_META,
    DATABASE_JOURNAL,
    DATABASE_BODY,
    DATABASE_CASES,
    DATABASE_INBOX,
    DATABASE_LETTERS,   /* every letter by out_id */
    DATABASE_OUTBOX,    /* (party, due, out_id): what is to be sent, and when */
    DATABASE_LANES,     /* (case, party, out_id): unreceipted letters, in order */
    DATABASE_DEADLINES, /* (due, case, clock kind) */
    DATABASE_OPEN_CASE, /* (flow, hash of person and route): the one open case */
    DATABASE_TRACES,    /* (in region, trace number): the case */
    DATABASE_MESSAGES,  /* message key: entries that carry it */
    DATABASE_BY_PERSON,
    DATABASE_BY_PARTY,
    DATABASE_BY_STATE,
    DATABASE_BY_CASE,    /* (case, seq) */
    DATABASE_PARTIES,    /* number: party id */
    DATABASE_POSTING,    /* (account, seq, line): one side of double entry */
    DATABASE_BALANCE,    /* (account, period): sums of both sides */
    DATABASE_CHECKPOINT, /* reserved, empty for now */
    /* what came later: a ledger made before lacks them */
    DATABASE_LINES,        /* (case, number): charge lines of a stay */
    DATABASE_PERSON_CASES, /* (person, case, newest first) */
    DATABASE_ATTACHMENTS,  /* digest of a file: is it here, and does a document name it */
    DATABASE_UPLOADS,      /* (party, digest [, offset]): files not whole; not of the journal */
    DATABASES
};

const char *store_database_name(enum store_database database);

struct store;
struct store_txn;

struct store_options {
    const char *path;   /* a folder; NULL with the memory engine */
    uint64_t map_bytes; /* LMDB's map: address space only; 0 takes 256 GiB */
    bool read_only;     /* the CLI beside a running daemon */
};

struct store_use {
    uint64_t map_bytes;
    uint64_t used_bytes;
    uint64_t oldest_reader_ms; /* not known: 0 */
};

/* LMDB. An environment that does not exist is created beside its place and renamed into it
 * (creating one is not crash-atomic). ERROR_DISK_FULL, ERROR_STORE, ERROR_NOT_FOUND (read
 * only). */
MUST_USE bool store_open_lmdb(const struct store_options *options, struct store **store,
                              struct error *err);
MUST_USE bool store_open_memory(struct store **store, struct error *err);
/* Takes NULL. No transaction may be open. */
void store_close(struct store *store);

MUST_USE bool store_begin_write(struct store *store, struct store_txn **txn, struct error *err);
MUST_USE bool store_begin_read(struct store *store, struct store_txn **txn, struct error *err);
/* Ends *txn, which becomes NULL, whether it succeeds or not. false: nothing of it is durable,
 * unless err says ERROR_SYSTEM or ERROR_STORE, after which the process must stop
 * (docs/foundations.md).
 */
MUST_USE bool store_commit(struct store_txn **txn, struct error *err);
/* Takes NULL: undoes a write transaction, ends a read transaction. */
void store_abort(struct store_txn *txn);

/* *found false and no error: the key does not exist. */
MUST_USE bool store_get(struct store_txn *txn, enum store_database database, struct text key,
                        struct text *value, bool *found, struct error *err);
MUST_USE bool store_put(struct store_txn *txn, enum store_database database, struct text key,
                        struct text value, struct error *err);
/* Appends: the key must lie behind every other. */
MUST_USE bool store_append(struct store_txn *txn, enum store_database database, struct text key,
                           struct text value, struct error *err);
/* Deleting what is not there is fine. */
MUST_USE bool store_delete(struct store_txn *txn, enum store_database database, struct text key,
                           struct error *err);

struct store_cursor {
    struct store_txn *txn;
    enum store_database database;
    void *handle; /* the engine's; NULL when closed */
    struct text key;
    struct text value;
};

/* Moves to the first key >= `from` (empty: the first of all). *found false: there is none. */
MUST_USE bool store_seek(struct store_txn *txn, enum store_database database, struct text from,
                         struct store_cursor *cursor, bool *found, struct error *err);
MUST_USE bool store_next(struct store_cursor *cursor, bool *found, struct error *err);
/* Moves to the last key of the database. */
MUST_USE bool store_last(struct store_txn *txn, enum store_database database,
                         struct store_cursor *cursor, bool *found, struct error *err);
/* Takes a closed cursor too. Before the transaction ends. */
void store_cursor_close(struct store_cursor *cursor);

MUST_USE bool store_usage(struct store *store, struct store_use *use, struct error *err);
/* Number of keys. */
MUST_USE bool store_count(struct store_txn *txn, enum store_database database, uint64_t *count,
                          struct error *err);
/* Housekeeping of LMDB: frees slots of readers that died. */
void store_check_readers(struct store *store);

#endif
