/*
 * store_lmdb.c - the store over LMDB, and the only file that calls it.
 *
 * Plain databases, default durability (never NOSYNC, NOMETASYNC, WRITEMAP), no duplicates, no
 * nesting. A read transaction needs no thread of its own (NOTLS). Handles of databases are
 * opened once, in a transaction that commits: one opened in a transaction that aborts would die
 * with it.
 */
#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/store_engine.h"
#include "ledger/store_lmdb.h"

enum {
    READERS_MAX = 512,
    DATA_MODE = 0640,
    LOCK_MODE = 0660,
    ROOM_LEAST = 256 * 1024, /* of file beyond the pages in use */
    ROOM_MORE = 1024 * 1024
};

struct lmdb_store {
    struct store store;
    MDB_env *env;
    MDB_dbi handles[DATABASES];
    bool absent[DATABASES]; /* read only: the writer has not made it yet; reads as empty */
    bool read_only;
    atomic_uint open; /* transactions of this process */
};

struct lmdb_txn {
    struct store_txn txn;
    MDB_txn *handle;
};

struct lmdb_cursor {
    MDB_cursor *handle;
    struct cursor_place place; /* used in write transactions only */
};

static struct lmdb_store *of_store(struct store *store)
{
    return (struct lmdb_store *)store;
}

static MDB_txn *of_txn(struct store_txn *txn)
{
    return ((struct lmdb_txn *)txn)->handle;
}

static MDB_dbi handle_of(struct store_txn *txn, enum store_database database)
{
    return of_store(txn->store)->handles[database];
}

static struct text text_of_value(MDB_val value)
{
    return (struct text){value.mv_data, value.mv_size};
}

static bool is_absent(struct store_txn *txn, enum store_database database)
{
    return of_store(txn->store)->absent[database];
}

/* LMDB takes keys and values without const; it never writes through them. */
static MDB_val value_of(struct text text)
{
    union {
        const char *in;
        void *out;
    } bytes = {.in = text.at};
    return (MDB_val){.mv_size = text.size, .mv_data = bytes.out};
}

bool store_lmdb_fail(int code, const char *what, struct error *err)
{
    if (code == ENOSPC || code == EDQUOT)
        return fail(err, ERROR_DISK_FULL, "%s: no space left on the ledger's disk", what);
    if (code == MDB_MAP_FULL)
        return fail(err, ERROR_STORE,
                    "%s: the ledger's map is full; stop, raise the map size, start again",
                    what);
    if (code == ENOMEM)
        return fail(err, ERROR_MEMORY, "%s: no memory or address space", what);
    return fail(err, code > 0 ? ERROR_SYSTEM : ERROR_STORE, "%s: %s", what, mdb_strerror(code));
}

/* --- transactions ------------------------------------------------------------------------- */

static void lmdb_close(struct store *store)
{
    struct lmdb_store *lmdb = of_store(store);
    CHECK(atomic_load(&lmdb->open) == 0);
    if (lmdb->env)
        mdb_env_close(lmdb->env);
    free(lmdb);
}

/* Another process raised the map. Taking its size over needs that nothing here reads the old.
 */
static int begin_resized(struct lmdb_store *lmdb, unsigned flags, MDB_txn **handle)
{
    if (atomic_load(&lmdb->open) > 1)
        return MDB_MAP_RESIZED;
    int code = mdb_env_set_mapsize(lmdb->env, 0);
    return code != 0 ? code : mdb_txn_begin(lmdb->env, NULL, flags, handle);
}

static bool lmdb_begin(struct store *store, bool write, struct store_txn **txn,
                       struct error *err)
{
    struct lmdb_store *lmdb = of_store(store);
    unsigned flags = write ? 0 : MDB_RDONLY;
    struct lmdb_txn *begun = calloc(1, sizeof *begun);

    if (!begun)
        return fail(err, ERROR_MEMORY, "no memory for a transaction");
    atomic_fetch_add(&lmdb->open, 1);
    int code = mdb_txn_begin(lmdb->env, NULL, flags, &begun->handle);
    if (code == MDB_MAP_RESIZED)
        code = begin_resized(lmdb, flags, &begun->handle);
    if (code != 0) {
        atomic_fetch_sub(&lmdb->open, 1);
        free(begun);
        return store_lmdb_fail(code, "begin", err);
    }
    begun->txn = (struct store_txn){.store = store, .write = write};
    *txn = &begun->txn;
    return true;
}

static void end(struct store_txn *txn)
{
    atomic_fetch_sub(&of_store(txn->store)->open, 1);
    free(txn);
}

/* A page beyond the file's end makes the flush of its commit wait for the file system's
 * journal; one that was written before does not. So the end is kept ahead of the pages, with
 * zeros that no page table points at. In a write transaction, when nobody else writes, and from
 * the end on, where nothing was written yet. If it fails, the commit lengthens the file itself
 * or says what is wrong. */
static void keep_room(struct lmdb_store *lmdb)
{
    static const char zeros[64 * 1024];
    MDB_envinfo info;
    MDB_stat pages;
    struct stat file;
    int fd;

    if (mdb_env_info(lmdb->env, &info) != 0 || mdb_env_stat(lmdb->env, &pages) != 0 ||
        mdb_env_get_fd(lmdb->env, &fd) != 0 || fstat(fd, &file) != 0)
        return;
    uint64_t used = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize;
    uint64_t end = (uint64_t)file.st_size;
    uint64_t wanted = end + ROOM_MORE;
    if (end >= used + ROOM_LEAST || wanted > info.me_mapsize)
        return;
    while (end < wanted) {
        ssize_t size = pwrite(fd, zeros, sizeof zeros, (off_t)end);
        if (size <= 0)
            return;
        end += (uint64_t)size;
    }
}

static bool lmdb_commit(struct store_txn *txn, struct error *err)
{
    keep_room(of_store(txn->store));
    int code = mdb_txn_commit(of_txn(txn));
    end(txn);
    return code == 0 || store_lmdb_fail(code, "commit", err);
}

static void lmdb_abort(struct store_txn *txn)
{
    mdb_txn_abort(of_txn(txn));
    end(txn);
}

/* --- rows --------------------------------------------------------------------------------- */

static bool lmdb_get(struct store_txn *txn, enum store_database database, struct text key,
                     struct text *value, bool *found, struct error *err)
{
    MDB_val at = value_of(key);
    MDB_val got;
    if (is_absent(txn, database))
        return true;
    int code = mdb_get(of_txn(txn), handle_of(txn, database), &at, &got);
    if (code == MDB_NOTFOUND)
        return true;
    if (code != 0)
        return store_lmdb_fail(code, store_database_name(database), err);
    *value = text_of_value(got);
    *found = true;
    return true;
}

static bool lmdb_put(struct store_txn *txn, enum store_database database, enum store_write how,
                     struct text key, struct text value, struct error *err)
{
    MDB_val at = value_of(key);
    MDB_val bytes = value_of(value);
    unsigned flags = how == WRITE_APPEND ? MDB_APPEND : 0;
    int code = mdb_put(of_txn(txn), handle_of(txn, database), &at, &bytes, flags);
    if (code == MDB_KEYEXIST)
        return fail(err, ERROR_STORE, "an appended key does not lie behind the others in %s",
                    store_database_name(database));
    return code == 0 || store_lmdb_fail(code, store_database_name(database), err);
}

static bool lmdb_remove(struct store_txn *txn, enum store_database database, struct text key,
                        struct error *err)
{
    MDB_val at = value_of(key);
    int code = mdb_del(of_txn(txn), handle_of(txn, database), &at, NULL);
    return code == 0 || code == MDB_NOTFOUND ||
           store_lmdb_fail(code, store_database_name(database), err);
}

/* --- cursors ------------------------------------------------------------------------------ */

static bool open_cursor(struct store_cursor *cursor, struct error *err)
{
    struct lmdb_cursor *opened = calloc(1, sizeof *opened);
    if (!opened)
        return fail(err, ERROR_MEMORY, "no memory for a cursor");
    int code = mdb_cursor_open(of_txn(cursor->txn), handle_of(cursor->txn, cursor->database),
                               &opened->handle);
    if (code != 0) {
        free(opened);
        return store_lmdb_fail(code, "cursor", err);
    }
    cursor->handle = opened;
    return true;
}

static bool move(struct store_cursor *cursor, MDB_cursor_op how, struct text from, bool *found,
                 struct error *err)
{
    struct lmdb_cursor *place = cursor->handle;
    MDB_val key = value_of(from);
    MDB_val value;
    int code = mdb_cursor_get(place->handle, &key, &value, how);
    if (code == MDB_NOTFOUND)
        return true;
    if (code != 0)
        return store_lmdb_fail(code, store_database_name(cursor->database), err);
    cursor->key = text_of_value(key);
    cursor->value = text_of_value(value);
    *found = true;
    if (cursor->txn->write)
        cursor_remember(&place->place, cursor);
    return true;
}

static bool lmdb_seek(struct store_cursor *cursor, struct text from, bool *found,
                      struct error *err)
{
    return is_absent(cursor->txn, cursor->database) ||
           (open_cursor(cursor, err) &&
            move(cursor, from.size == 0 ? MDB_FIRST : MDB_SET_RANGE, from, found, err));
}

static bool lmdb_last(struct store_cursor *cursor, bool *found, struct error *err)
{
    return is_absent(cursor->txn, cursor->database) ||
           (open_cursor(cursor, err) && move(cursor, MDB_LAST, TEXT_NONE, found, err));
}

static bool lmdb_next(struct store_cursor *cursor, bool *found, struct error *err)
{
    const struct lmdb_cursor *stands = cursor->handle;
    struct cursor_place before;
    if (!cursor->txn->write || stands->place.writes == cursor->txn->writes)
        return move(cursor, MDB_NEXT, TEXT_NONE, found, err);

    before = stands->place;
    struct text key = {before.key, before.key_size};
    if (!move(cursor, MDB_SET_RANGE, key, found, err))
        return false;
    if (!*found || !text_equal(cursor->key, key))
        return true;
    *found = false;
    return move(cursor, MDB_NEXT, TEXT_NONE, found, err);
}

static void lmdb_cursor_close(struct store_cursor *cursor)
{
    struct lmdb_cursor *place = cursor->handle;
    mdb_cursor_close(place->handle);
    free(place);
}

/* --- the rest ----------------------------------------------------------------------------- */

static bool lmdb_usage(struct store *store, struct store_use *use, struct error *err)
{
    MDB_envinfo info;
    MDB_stat stat;
    int code = mdb_env_info(of_store(store)->env, &info);
    if (code == 0)
        code = mdb_env_stat(of_store(store)->env, &stat);
    if (code != 0)
        return store_lmdb_fail(code, "usage", err);
    use->map_bytes = info.me_mapsize;
    use->used_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    return true;
}

static bool lmdb_count(struct store_txn *txn, enum store_database database, uint64_t *count,
                       struct error *err)
{
    MDB_stat stat;
    if (is_absent(txn, database))
        return true;
    int code = mdb_stat(of_txn(txn), handle_of(txn, database), &stat);
    if (code != 0)
        return store_lmdb_fail(code, store_database_name(database), err);
    *count = stat.ms_entries;
    return true;
}

static void lmdb_check_readers(struct store *store)
{
    int dead = 0;
    (void)mdb_reader_check(of_store(store)->env, &dead);
}

static const struct store_engine lmdb_engine = {
    .close = lmdb_close,
    .begin = lmdb_begin,
    .commit = lmdb_commit,
    .abort = lmdb_abort,
    .get = lmdb_get,
    .put = lmdb_put,
    .remove = lmdb_remove,
    .seek = lmdb_seek,
    .last = lmdb_last,
    .next = lmdb_next,
    .cursor_close = lmdb_cursor_close,
    .usage = lmdb_usage,
    .count = lmdb_count,
    .check_readers = lmdb_check_readers,
};

/* --- opening ------------------------------------------------------------------------------ */

static size_t map_size(uint64_t wanted)
{
    const uint64_t by_default = UINT64_C(256) << 30;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t bytes = wanted == 0 ? by_default : wanted;
    return (size_t)((bytes + page - 1) / page * page);
}

static int open_env(MDB_env **env, const char *path, uint64_t map_bytes, unsigned flags,
                    mode_t mode)
{
    int code = mdb_env_create(env);
    if (code != 0)
        return code;
    code = mdb_env_set_maxdbs(*env, DATABASES);
    if (code == 0)
        code = mdb_env_set_maxreaders(*env, READERS_MAX);
    /* A reader takes the map as the writer made it. */
    if (code == 0 && (map_bytes != 0 || !(flags & MDB_RDONLY)))
        code = mdb_env_set_mapsize(*env, map_size(map_bytes));
    if (code == 0)
        code = mdb_env_open(*env, path, flags | MDB_NOTLS | MDB_NORDAHEAD, mode);
    return code;
}

/* Those that every store has; with MDB_CREATE they are made. */
static int open_first(MDB_txn *txn, unsigned flags, MDB_dbi handles[DATABASES])
{
    int code = 0;
    for (unsigned i = 0; code == 0 && i < STORE_FIRST_LATER; i++)
        code = mdb_dbi_open(txn, store_database_name(i), flags, &handles[i]);
    return code;
}

/* Those that came later: a writer makes what is missing, for a reader it is absent. */
static int open_later(MDB_txn *txn, bool read_only, MDB_dbi handles[DATABASES],
                      bool absent[DATABASES])
{
    int code = 0;
    for (unsigned i = STORE_FIRST_LATER; code == 0 && i < DATABASES; i++) {
        code = mdb_dbi_open(txn, store_database_name(i), read_only ? 0 : MDB_CREATE,
                            &handles[i]);
        absent[i] = read_only && code == MDB_NOTFOUND;
        if (absent[i])
            code = 0;
    }
    return code;
}

static int open_handles(MDB_env *env, unsigned flags, unsigned first_flags,
                        MDB_dbi handles[DATABASES], bool absent[DATABASES])
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(env, NULL, flags, &txn);
    if (code == 0)
        code = open_first(txn, first_flags, handles);
    if (code == 0)
        code = open_later(txn, flags & MDB_RDONLY, handles, absent);
    if (code == 0)
        return mdb_txn_commit(txn);
    if (txn)
        mdb_txn_abort(txn);
    return code;
}

int store_lmdb_make(const char *folder, uint64_t map_bytes)
{
    MDB_env *env = NULL;
    MDB_dbi handles[DATABASES];
    bool absent[DATABASES];
    int code = open_env(&env, folder, map_bytes, 0, DATA_MODE);
    if (code == 0)
        code = open_handles(env, 0, MDB_CREATE, handles, absent);
    if (env)
        mdb_env_close(env);
    return code;
}

/* The CLI of the ledger's group reads beside the daemon, and readers write into the lock file,
 * whatever the daemon's umask is. Not ours to change: somebody else made it, and knows why. */
static void open_lock_to_group(const char *folder)
{
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/lock.mdb", folder);
    if (size > 0 && (size_t)size < sizeof path)
        (void)chmod(path, LOCK_MODE);
}

static bool open_existing(struct lmdb_store *lmdb, const struct store_options *options,
                          struct error *err)
{
    unsigned flags = options->read_only ? MDB_RDONLY : 0;
    int code = open_env(&lmdb->env, options->path, options->map_bytes, flags, LOCK_MODE);
    if (code != 0)
        return store_lmdb_fail(code, "open the ledger", err);
    /* Not MDB_CREATE: a file that lacks one of the first databases is not one of ours. */
    code = open_handles(lmdb->env, flags, 0, lmdb->handles, lmdb->absent);
    if (code == MDB_NOTFOUND)
        return fail(err, ERROR_STORE, "%s is not a ledger of this format", options->path);
    if (code != 0)
        return store_lmdb_fail(code, "open the ledger's databases", err);
    store_check_readers(&lmdb->store);
    if (!options->read_only)
        open_lock_to_group(options->path);
    return true;
}

bool store_open_lmdb(const struct store_options *options, struct store **store,
                     struct error *err)
{
    *store = NULL;
    if (!store_lmdb_prepare(options, err))
        return false;
    struct lmdb_store *lmdb = calloc(1, sizeof *lmdb);
    if (!lmdb)
        return fail(err, ERROR_MEMORY, "no memory for a store");
    lmdb->store.engine = &lmdb_engine;
    if (!open_existing(lmdb, options, err)) {
        lmdb_close(&lmdb->store);
        return false;
    }
    *store = &lmdb->store;
    return true;
}
