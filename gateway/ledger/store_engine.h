/*
 * store_engine.h - what an engine of the store implements; for store*.c alone.
 *
 * store.c has checked arguments: keys of 1 to 511 bytes (seek: 0 to 511), values within
 * STORE_VALUE_MAX, writes only in write transactions.
 */
#ifndef LEDGER_STORE_ENGINE_H
#define LEDGER_STORE_ENGINE_H

#include "ledger/store.h"

enum {
    STORE_KEY_MAX = 511,
    STORE_VALUE_MAX = 1024 * 1024,
    STORE_FIRST_LATER = DATABASE_LINES /* every store has the databases before it */
};

enum store_write { WRITE_PUT, WRITE_APPEND };

struct store_engine {
    void (*close)(struct store *store);
    bool (*begin)(struct store *store, bool write, struct store_txn **txn, struct error *err);
    /* Both free the transaction in every case. */
    bool (*commit)(struct store_txn *txn, struct error *err);
    void (*abort)(struct store_txn *txn);
    bool (*get)(struct store_txn *txn, enum store_database database, struct text key,
                struct text *value, bool *found, struct error *err);
    bool (*put)(struct store_txn *txn, enum store_database database, enum store_write how,
                struct text key, struct text value, struct error *err);
    bool (*remove)(struct store_txn *txn, enum store_database database, struct text key,
                   struct error *err);
    /* Sets handle, key and value; the handle too when nothing was found. */
    bool (*seek)(struct store_cursor *cursor, struct text from, bool *found, struct error *err);
    bool (*last)(struct store_cursor *cursor, bool *found, struct error *err);
    bool (*next)(struct store_cursor *cursor, bool *found, struct error *err);
    void (*cursor_close)(struct store_cursor *cursor);
    bool (*usage)(struct store *store, struct store_use *use, struct error *err);
    bool (*count)(struct store_txn *txn, enum store_database database, uint64_t *count,
                  struct error *err);
    void (*check_readers)(struct store *store);
};

/* First members of the engines' own structs. */
struct store {
    const struct store_engine *engine;
};

struct store_txn {
    struct store *store;
    bool write;
    uint64_t
        writes; /* puts and deletes so far: a cursor that sees it grow seeks its key again */
};

/* Where a cursor stands, in a write transaction, by key: writes move what lies around it. */
struct cursor_place {
    uint64_t writes;
    size_t key_size;
    char key[STORE_KEY_MAX];
};

void cursor_remember(struct cursor_place *place, const struct store_cursor *cursor);

#endif
