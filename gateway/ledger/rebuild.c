/*
 * rebuild.c - every implied row made again from the journal, and compared.
 *
 * The ledger may be live: each portion of the comparison first plays what was appended since
 * into the fresh store and then compares within that same look at the live one, so both stand
 * at the same entry.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger/consequences.h"
#include "ledger/internal.h"

enum { FINDING_ROW_SIZE = 192 };

struct rebuild {
    struct ledger *ledger;
    struct store *fresh;
    ledger_finding *finding;
    void *self;
    struct ledger_report *report;
    struct arena *arena;
    struct tree tree;
    uint64_t next; /* entry to be played next */
    bool filled;   /* false: an older ledger, whose `person_cases` is not filled yet */
    bool stuck;    /* the journal cannot be played any further: nothing to compare with */
};

static void find(struct rebuild *rebuild, const char *row, const char *what)
{
    rebuild->report->findings++;
    rebuild->finding(rebuild->self, row, what);
}

static void find_entry(struct rebuild *rebuild, uint64_t seq, const char *what)
{
    char row[FINDING_ROW_SIZE];
    snprintf(row, sizeof row, "journal %" PRIu64, seq);
    rebuild->stuck = true;
    find(rebuild, row, what);
}

static void find_row(struct rebuild *rebuild, enum store_database database, struct text key,
                     const char *what)
{
    char row[FINDING_ROW_SIZE];
    struct uuid id;
    char uuid[UUID_TEXT_SIZE];
    int size = snprintf(row, sizeof row, "%s ", store_database_name(database));
    if (database == DATABASE_CASES && key.size == sizeof id.bytes) {
        memcpy(id.bytes, key.at, sizeof id.bytes);
        snprintf(row + size, sizeof row - (size_t)size, "%s", uuid_format(&id, uuid));
    } else {
        hex_encode(key.at, key.size < ROW_KEY_MAX ? key.size : ROW_KEY_MAX, row + size);
    }
    find(rebuild, row, what);
}

/* --- playing ------------------------------------------------------------------------------ */

/* Our own world failing is passed on; an entry that contradicts the ones before is a finding.
 */
static bool play_entry(struct rebuild *rebuild, struct store_txn *into, struct text value,
                       struct error *err)
{
    struct error problem = ERROR_INIT;
    struct entry entry;
    struct digest leaf;
    const char *what = NULL;

    arena_reset(rebuild->arena);
    if (!entry_decode(rebuild->arena, value, &entry, &problem))
        what = "does not decode";
    else if (entry.seq != rebuild->next)
        what = "calls itself by another number";
    else if (!consequences_apply(into, rebuild->ledger->kind, &entry, &problem))
        what = "contradicts the entries before it";
    if (problem.code != ERROR_NONE && problem.code != ERROR_LEDGER) {
        *err = problem;
        return false;
    }
    if (what) {
        find_entry(rebuild, rebuild->next, what);
        return true;
    }
    memcpy(leaf.bytes, entry.leaf, sizeof leaf.bytes);
    rebuild->next++;
    rebuild->report->entries++;
    return tree_append(&rebuild->tree, &leaf, err);
}

/* Plays at most `max` entries that `live` has behind what was played so far. */
static bool play_into(struct rebuild *rebuild, struct store_txn *live, struct store_txn *into,
                      int max, bool *done, struct error *err)
{
    struct row_key from = key_seq(rebuild->next);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(live, DATABASE_JOURNAL, key_text(&from), &cursor, &found, err);
    for (int i = 0; ok && found && i < max && !rebuild->stuck; i++) {
        struct row_key expected = key_seq(rebuild->next);
        if (!text_equal(cursor.key, key_text(&expected)))
            find_entry(rebuild, rebuild->next, "missing");
        else
            ok = play_entry(rebuild, into, cursor.value, err);
        ok = ok && store_next(&cursor, &found, err);
    }
    *done = !found || rebuild->stuck;
    store_cursor_close(&cursor);
    return ok;
}

static bool play(struct rebuild *rebuild, struct store_txn *live, int max, bool *done,
                 struct error *err)
{
    struct store_txn *into = NULL;
    if (!store_begin_write(rebuild->fresh, &into, err))
        return false;
    bool ok = play_into(rebuild, live, into, max, done, err);
    if (ok && !rebuild->stuck)
        return store_commit(&into, err);
    store_abort(into); /* stuck: some rows of the last entry may be there, and not all */
    return ok;
}

static bool play_all(struct rebuild *rebuild, struct error *err)
{
    bool done = false;
    while (!done) {
        struct store_txn *live = NULL;
        if (!store_begin_read(rebuild->ledger->store, &live, err))
            return false;
        bool ok = play(rebuild, live, LEDGER_PORTION, &done, err);
        store_abort(live);
        if (!ok)
            return false;
    }
    return true;
}

/* --- comparing ---------------------------------------------------------------------------- */

/* Where the comparison of one database stands. */
struct place {
    enum store_database database;
    size_t size;
    char key[512];
};

static bool seek_behind(struct store_txn *txn, const struct place *place,
                        struct store_cursor *cursor, bool *found, struct error *err)
{
    struct text from = {place->key, place->size};
    if (!store_seek(txn, place->database, from, cursor, found, err))
        return false;
    return !*found || from.size == 0 || !text_equal(cursor->key, from) ||
           store_next(cursor, found, err);
}

static void remember(struct place *place, struct text key)
{
    place->size = key.size;
    memcpy(place->key, key.at, key.size);
}

/* A writer of this program fills `person_cases` when it opens an older ledger; one that is only
 * read may lack its rows. */
static bool note_filling(struct rebuild *rebuild, struct store_txn *live, struct error *err)
{
    struct ledger_filling filling = {.done = true};
    struct error problem = ERROR_INIT;
    bool ok = meta_get_filling(live, &filling, &problem);
    if (!ok && problem.code != ERROR_LEDGER) {
        *err = problem;
        return false;
    }
    rebuild->filled = !ok || filling.done;
    return true;
}

/* One step of the merge; both cursors stand, or only one of them. */
static bool compare_step(struct rebuild *rebuild, struct place *place,
                         struct store_cursor *live, bool *live_found,
                         struct store_cursor *fresh, bool *fresh_found, struct error *err)
{
    int order = !*live_found ? 1 : !*fresh_found ? -1 : text_compare(live->key, fresh->key);
    bool lacks = order > 0 && place->database == DATABASE_PERSON_CASES && !rebuild->filled;
    rebuild->report->rows++;
    remember(place, order <= 0 ? live->key : fresh->key);
    if (order < 0)
        find_row(rebuild, place->database, live->key, "does not follow from the journal");
    else if (order > 0 && !lacks)
        find_row(rebuild, place->database, fresh->key,
                 "missing, though the journal implies it");
    else if (order == 0 && !text_equal(live->value, fresh->value))
        find_row(rebuild, place->database, live->key, "differs from what the journal implies");
    if (order <= 0 && !store_next(live, live_found, err))
        return false;
    return order < 0 || store_next(fresh, fresh_found, err);
}

static bool compare_rows(struct rebuild *rebuild, struct place *place, struct store_txn *live,
                         struct store_txn *fresh, bool *done, struct error *err)
{
    struct store_cursor left = {.handle = NULL};
    struct store_cursor right = {.handle = NULL};
    bool left_found = false;
    bool right_found = false;
    bool ok = seek_behind(live, place, &left, &left_found, err) &&
              seek_behind(fresh, place, &right, &right_found, err);
    for (int i = 0; ok && (left_found || right_found) && i < LEDGER_PORTION; i++)
        ok = compare_step(rebuild, place, &left, &left_found, &right, &right_found, err);
    *done = !left_found && !right_found;
    store_cursor_close(&left);
    store_cursor_close(&right);
    return ok;
}

static bool compare_portion(struct rebuild *rebuild, struct place *place, bool *done,
                            struct error *err)
{
    struct store_txn *live = NULL;
    struct store_txn *fresh = NULL;
    bool played;
    bool ok = store_begin_read(rebuild->ledger->store, &live, err) &&
              play(rebuild, live, INT32_MAX, &played, err) && note_filling(rebuild, live, err);
    if (ok && rebuild->stuck)
        *done = true;
    else
        ok = ok && store_begin_read(rebuild->fresh, &fresh, err) &&
             compare_rows(rebuild, place, live, fresh, done, err);
    store_abort(fresh);
    store_abort(live);
    return ok;
}

static bool is_implied(enum store_database database)
{
    return database != DATABASE_META && database != DATABASE_JOURNAL &&
           database != DATABASE_BODY && database != DATABASE_UPLOADS;
}

static bool compare_all(struct rebuild *rebuild, struct error *err)
{
    for (unsigned i = 0; i < DATABASES && !rebuild->stuck; i++) {
        struct place place = {.database = i};
        bool done = !is_implied(i);
        while (!done) {
            if (!compare_portion(rebuild, &place, &done, err))
                return false;
        }
    }
    return true;
}

static bool check_empty(struct store *fresh, struct error *err)
{
    struct store_txn *txn = NULL;
    bool ok = store_begin_read(fresh, &txn, err);
    for (unsigned i = 0; ok && i < DATABASES; i++) {
        uint64_t count;
        ok = store_count(txn, i, &count, err);
        if (ok && count > 0)
            ok = fail(err, ERROR_LEDGER, "the store to rebuild into is not empty: %s",
                      store_database_name(i));
    }
    store_abort(txn);
    return ok;
}

bool ledger_rebuild(struct ledger *ledger, struct store *fresh, ledger_finding *finding,
                    void *self, struct ledger_report *report, struct error *err)
{
    struct rebuild rebuild = {.ledger = ledger,
                              .fresh = fresh,
                              .finding = finding,
                              .self = self,
                              .report = report,
                              .next = 1};
    *report = (struct ledger_report){0};
    tree_init(&rebuild.tree, ledger->kind);
    if (!check_empty(fresh, err))
        return false;
    rebuild.arena = arena_new(LEDGER_ENTRY_MEMORY);
    if (!rebuild.arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    bool ok = play_all(&rebuild, err) && compare_all(&rebuild, err) &&
              tree_root(&rebuild.tree, &report->root, err);
    arena_free(rebuild.arena);
    return ok;
}
