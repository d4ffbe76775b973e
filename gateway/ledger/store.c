/* store.c - the store's contract, checked once for all engines. */
#include "ledger/store.h"

#include <string.h>

#include "ledger/store_engine.h"

const char *store_database_name(enum store_database database)
{
    static const char *const names[] = {
        [DATABASE_META] = "meta",
        [DATABASE_JOURNAL] = "journal",
        [DATABASE_BODY] = "body",
        [DATABASE_CASES] = "cases",
        [DATABASE_INBOX] = "inbox",
        [DATABASE_LETTERS] = "letters",
        [DATABASE_OUTBOX] = "outbox",
        [DATABASE_LANES] = "lanes",
        [DATABASE_DEADLINES] = "deadlines",
        [DATABASE_OPEN_CASE] = "open_case",
        [DATABASE_TRACES] = "traces",
        [DATABASE_MESSAGES] = "messages",
        [DATABASE_BY_PERSON] = "by_person",
        [DATABASE_BY_PARTY] = "by_party",
        [DATABASE_BY_STATE] = "by_state",
        [DATABASE_BY_CASE] = "by_case",
        [DATABASE_PARTIES] = "parties",
        [DATABASE_POSTING] = "posting",
        [DATABASE_BALANCE] = "balance",
        [DATABASE_CHECKPOINT] = "checkpoint",
        [DATABASE_LINES] = "lines",
        [DATABASE_PERSON_CASES] = "person_cases",
        [DATABASE_ATTACHMENTS] = "attachments",
        [DATABASE_UPLOADS] = "uploads",
    };
    _Static_assert(COUNT_OF(names) == DATABASES, "every database has a name");
    CHECK((unsigned)database < DATABASES);
    return names[database];
}

void store_close(struct store *store)
{
    if (store)
        store->engine->close(store);
}

bool store_begin_write(struct store *store, struct store_txn **txn, struct error *err)
{
    *txn = NULL;
    return store->engine->begin(store, true, txn, err);
}

bool store_begin_read(struct store *store, struct store_txn **txn, struct error *err)
{
    *txn = NULL;
    return store->engine->begin(store, false, txn, err);
}

bool store_commit(struct store_txn **txn, struct error *err)
{
    struct store_txn *ending = *txn;
    CHECK(ending != NULL);
    *txn = NULL;
    return ending->store->engine->commit(ending, err);
}

void store_abort(struct store_txn *txn)
{
    if (txn)
        txn->store->engine->abort(txn);
}

static void check_key(const struct store_txn *txn, enum store_database database,
                      struct text key)
{
    CHECK(txn != NULL);
    CHECK((unsigned)database < DATABASES);
    CHECK(key.size >= 1 && key.size <= STORE_KEY_MAX);
}

bool store_get(struct store_txn *txn, enum store_database database, struct text key,
               struct text *value, bool *found, struct error *err)
{
    check_key(txn, database, key);
    *value = TEXT_NONE;
    *found = false;
    return txn->store->engine->get(txn, database, key, value, found, err);
}

static bool write_row(struct store_txn *txn, enum store_database database, enum store_write how,
                      struct text key, struct text value, struct error *err)
{
    check_key(txn, database, key);
    CHECK(txn->write);
    if (value.size > STORE_VALUE_MAX)
        return fail(err, ERROR_STORE, "a value of %zu bytes does not fit database %s",
                    value.size, store_database_name(database));
    txn->writes++;
    return txn->store->engine->put(txn, database, how, key, value, err);
}

bool store_put(struct store_txn *txn, enum store_database database, struct text key,
               struct text value, struct error *err)
{
    return write_row(txn, database, WRITE_PUT, key, value, err);
}

bool store_append(struct store_txn *txn, enum store_database database, struct text key,
                  struct text value, struct error *err)
{
    return write_row(txn, database, WRITE_APPEND, key, value, err);
}

bool store_delete(struct store_txn *txn, enum store_database database, struct text key,
                  struct error *err)
{
    check_key(txn, database, key);
    CHECK(txn->write);
    txn->writes++;
    return txn->store->engine->remove(txn, database, key, err);
}

void cursor_remember(struct cursor_place *place, const struct store_cursor *cursor)
{
    place->writes = cursor->txn->writes;
    place->key_size = cursor->key.size;
    memcpy(place->key, cursor->key.at, cursor->key.size);
}

/* A cursor that found nothing is closed at once, so that callers close only what stands. */
static bool settle(struct store_cursor *cursor, bool ok, bool found)
{
    if (!ok || !found)
        store_cursor_close(cursor);
    return ok;
}

bool store_seek(struct store_txn *txn, enum store_database database, struct text from,
                struct store_cursor *cursor, bool *found, struct error *err)
{
    CHECK(txn != NULL && (unsigned)database < DATABASES && from.size <= STORE_KEY_MAX);
    *cursor = (struct store_cursor){.txn = txn, .database = database};
    *found = false;
    bool ok = txn->store->engine->seek(cursor, from, found, err);
    return settle(cursor, ok, *found);
}

bool store_last(struct store_txn *txn, enum store_database database,
                struct store_cursor *cursor, bool *found, struct error *err)
{
    CHECK(txn != NULL && (unsigned)database < DATABASES);
    *cursor = (struct store_cursor){.txn = txn, .database = database};
    *found = false;
    bool ok = txn->store->engine->last(cursor, found, err);
    return settle(cursor, ok, *found);
}

bool store_next(struct store_cursor *cursor, bool *found, struct error *err)
{
    CHECK(cursor->handle != NULL);
    *found = false;
    bool ok = cursor->txn->store->engine->next(cursor, found, err);
    return settle(cursor, ok, *found);
}

void store_cursor_close(struct store_cursor *cursor)
{
    if (cursor->handle)
        cursor->txn->store->engine->cursor_close(cursor);
    cursor->handle = NULL;
    cursor->key = cursor->value = TEXT_NONE;
}

bool store_usage(struct store *store, struct store_use *use, struct error *err)
{
    *use = (struct store_use){0};
    return store->engine->usage(store, use, err);
}

bool store_count(struct store_txn *txn, enum store_database database, uint64_t *count,
                 struct error *err)
{
    CHECK(txn != NULL && (unsigned)database < DATABASES);
    *count = 0;
    return txn->store->engine->count(txn, database, count, err);
}

void store_check_readers(struct store *store)
{
    store->engine->check_readers(store);
}
