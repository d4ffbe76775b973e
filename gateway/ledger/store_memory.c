/* store_memory.c - sorted arrays in memory with an undo log: for simulation and tests. */
#include <stdlib.h>
#include <string.h>

#include "ledger/store_engine.h"

struct row {
    size_t key_size;
    size_t value_size;
    char bytes[]; /* key, value */
};

struct table {
    struct row **rows; /* ascending by key */
    size_t count;
    size_t count_max;
};

/* What a write replaced: `before` NULL if the key was new. Rows are never changed in place. */
struct undo {
    enum store_database database;
    struct row *before;
    struct row *after; /* NULL: deleted */
};

struct memory_store {
    struct store store;
    struct table tables[DATABASES];
    struct undo *undo;
    size_t undo_count;
    size_t undo_max;
    uint64_t used_bytes;
    unsigned readers;
    bool writing;
};

struct memory_cursor {
    size_t index;
    struct cursor_place place; /* used in write transactions only */
};

static struct memory_store *of_store(struct store *store)
{
    return (struct memory_store *)store;
}

static struct text row_key(const struct row *row)
{
    return (struct text){row->bytes, row->key_size};
}

static struct text row_value(const struct row *row)
{
    return (struct text){row->bytes + row->key_size, row->value_size};
}

static struct row *row_new(struct text key, struct text value)
{
    struct row *row = malloc(sizeof *row + key.size + value.size);
    if (!row)
        return NULL;
    row->key_size = key.size;
    row->value_size = value.size;
    memcpy(row->bytes, key.at, key.size);
    if (value.size > 0)
        memcpy(row->bytes + key.size, value.at, value.size);
    return row;
}

/* The first row whose key is >= `key`; *equal says whether it is that key. */
static size_t table_find(const struct table *table, struct text key, bool *equal)
{
    size_t low = 0;
    size_t high = table->count;
    *equal = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(row_key(table->rows[middle]), key);
        if (order == 0) {
            *equal = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool grow(void **array, size_t count, size_t *count_max, size_t size, struct error *err)
{
    if (count < *count_max)
        return true;
    size_t more = *count_max == 0 ? 64 : *count_max * 2;
    void *larger = reallocarray(*array, more, size);
    if (!larger)
        return fail(err, ERROR_MEMORY, "no memory for %zu rows", more);
    *array = larger;
    *count_max = more;
    return true;
}

/* Puts `row` where it belongs (NULL: takes the key out); there is room. */
static void table_set(struct table *table, struct text key, struct row *row)
{
    bool equal;
    size_t at = table_find(table, key, &equal);
    if (equal && row) {
        table->rows[at] = row;
    } else if (equal) {
        table->count--;
        memmove(table->rows + at, table->rows + at + 1,
                (table->count - at) * sizeof *table->rows);
    } else if (row) {
        memmove(table->rows + at + 1, table->rows + at,
                (table->count - at) * sizeof *table->rows);
        table->rows[at] = row;
        table->count++;
    }
}

static void memory_close(struct store *store)
{
    struct memory_store *memory = of_store(store);
    CHECK(!memory->writing && memory->readers == 0);
    for (size_t i = 0; i < DATABASES; i++) {
        for (size_t j = 0; j < memory->tables[i].count; j++)
            free(memory->tables[i].rows[j]);
        free(memory->tables[i].rows);
    }
    free(memory->undo);
    free(memory);
}

static bool memory_begin(struct store *store, bool write, struct store_txn **txn,
                         struct error *err)
{
    struct memory_store *memory = of_store(store);
    struct store_txn *begun = calloc(1, sizeof *begun);
    CHECK(!memory->writing && (!write || memory->readers == 0));
    if (!begun)
        return fail(err, ERROR_MEMORY, "no memory for a transaction");
    begun->store = store;
    begun->write = write;
    if (write)
        memory->writing = true;
    else
        memory->readers++;
    *txn = begun;
    return true;
}

static void end(struct store_txn *txn)
{
    struct memory_store *memory = of_store(txn->store);
    if (txn->write)
        memory->writing = false;
    else
        memory->readers--;
    memory->undo_count = 0;
    free(txn);
}

static size_t row_size(const struct row *row)
{
    return row ? row->key_size + row->value_size : 0;
}

static bool memory_commit(struct store_txn *txn, struct error *err)
{
    struct memory_store *memory = of_store(txn->store);
    (void)err;
    for (size_t i = 0; txn->write && i < memory->undo_count; i++) {
        const struct undo *undo = &memory->undo[i];
        memory->used_bytes += row_size(undo->after);
        memory->used_bytes -= row_size(undo->before);
        free(undo->before);
    }
    end(txn);
    return true;
}

static void memory_abort(struct store_txn *txn)
{
    struct memory_store *memory = of_store(txn->store);
    for (size_t i = txn->write ? memory->undo_count : 0; i > 0; i--) {
        const struct undo *undo = &memory->undo[i - 1];
        struct text key = row_key(undo->after ? undo->after : undo->before);
        table_set(&memory->tables[undo->database], key, undo->before);
        free(undo->after);
    }
    end(txn);
}

static bool memory_get(struct store_txn *txn, enum store_database database, struct text key,
                       struct text *value, bool *found, struct error *err)
{
    const struct table *table = &of_store(txn->store)->tables[database];
    size_t at = table_find(table, key, found);
    (void)err;
    if (*found)
        *value = row_value(table->rows[at]);
    return true;
}

/* Logs and makes one change; `after` NULL deletes. */
static bool change(struct memory_store *memory, enum store_database database, struct text key,
                   struct row *after, struct error *err)
{
    struct table *table = &memory->tables[database];
    bool equal;
    size_t at = table_find(table, key, &equal);
    struct row *before = equal ? table->rows[at] : NULL;
    void *undo = memory->undo;
    void *rows = table->rows;

    bool ok = grow(&undo, memory->undo_count, &memory->undo_max, sizeof *memory->undo, err) &&
              grow(&rows, table->count, &table->count_max, sizeof *table->rows, err);
    memory->undo = undo;
    table->rows = rows;
    if (!ok)
        return false;
    memory->undo[memory->undo_count++] = (struct undo){database, before, after};
    table_set(table, key, after);
    return true;
}

static bool memory_put(struct store_txn *txn, enum store_database database,
                       enum store_write how, struct text key, struct text value,
                       struct error *err)
{
    struct memory_store *memory = of_store(txn->store);
    const struct table *table = &memory->tables[database];
    if (how == WRITE_APPEND && table->count > 0 &&
        text_compare(row_key(table->rows[table->count - 1]), key) >= 0)
        return fail(err, ERROR_STORE, "an appended key does not lie behind the others in %s",
                    store_database_name(database));
    struct row *row = row_new(key, value);
    if (!row)
        return fail(err, ERROR_MEMORY, "no memory for a row");
    if (change(memory, database, key, row, err))
        return true;
    free(row);
    return false;
}

static bool memory_remove(struct store_txn *txn, enum store_database database, struct text key,
                          struct error *err)
{
    struct memory_store *memory = of_store(txn->store);
    bool equal;
    table_find(&memory->tables[database], key, &equal);
    return !equal || change(memory, database, key, NULL, err);
}

/* --- cursors ------------------------------------------------------------------------------ */

static bool stand(struct store_cursor *cursor, size_t index)
{
    const struct table *table = &of_store(cursor->txn->store)->tables[cursor->database];
    struct memory_cursor *place = cursor->handle;
    if (index >= table->count)
        return false;
    place->index = index;
    cursor->key = row_key(table->rows[index]);
    cursor->value = row_value(table->rows[index]);
    if (cursor->txn->write)
        cursor_remember(&place->place, cursor);
    return true;
}

static bool open_cursor(struct store_cursor *cursor, struct error *err)
{
    cursor->handle = calloc(1, sizeof(struct memory_cursor));
    return cursor->handle || fail(err, ERROR_MEMORY, "no memory for a cursor");
}

static bool memory_seek(struct store_cursor *cursor, struct text from, bool *found,
                        struct error *err)
{
    bool equal;
    if (!open_cursor(cursor, err))
        return false;
    *found = stand(cursor, table_find(&of_store(cursor->txn->store)->tables[cursor->database],
                                      from, &equal));
    return true;
}

static bool memory_last(struct store_cursor *cursor, bool *found, struct error *err)
{
    if (!open_cursor(cursor, err))
        return false;
    size_t count = of_store(cursor->txn->store)->tables[cursor->database].count;
    *found = count > 0 && stand(cursor, count - 1);
    return true;
}

static bool memory_next(struct store_cursor *cursor, bool *found, struct error *err)
{
    const struct memory_cursor *place = cursor->handle;
    size_t index = place->index + 1;
    (void)err;
    if (cursor->txn->write && place->place.writes != cursor->txn->writes) {
        struct text key = {place->place.key, place->place.key_size};
        bool equal;
        index = table_find(&of_store(cursor->txn->store)->tables[cursor->database], key,
                           &equal);
        index += equal ? 1 : 0;
    }
    *found = stand(cursor, index);
    return true;
}

static void memory_cursor_close(struct store_cursor *cursor)
{
    free(cursor->handle);
}

/* --- the rest ----------------------------------------------------------------------------- */

static bool memory_usage(struct store *store, struct store_use *use, struct error *err)
{
    (void)err;
    use->used_bytes = of_store(store)->used_bytes;
    return true;
}

static bool memory_count(struct store_txn *txn, enum store_database database, uint64_t *count,
                         struct error *err)
{
    (void)err;
    *count = of_store(txn->store)->tables[database].count;
    return true;
}

static void memory_check_readers(struct store *store)
{
    (void)store;
}

static const struct store_engine memory_engine = {
    .close = memory_close,
    .begin = memory_begin,
    .commit = memory_commit,
    .abort = memory_abort,
    .get = memory_get,
    .put = memory_put,
    .remove = memory_remove,
    .seek = memory_seek,
    .last = memory_last,
    .next = memory_next,
    .cursor_close = memory_cursor_close,
    .usage = memory_usage,
    .count = memory_count,
    .check_readers = memory_check_readers,
};

bool store_open_memory(struct store **store, struct error *err)
{
    struct memory_store *memory = calloc(1, sizeof *memory);
    *store = NULL;
    if (!memory)
        return fail(err, ERROR_MEMORY, "no memory for a store");
    memory->store.engine = &memory_engine;
    *store = &memory->store;
    return true;
}
