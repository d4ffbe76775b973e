/*
 * upgrade.c - a ledger that an older program made: `person_cases` is filled from `cases`.
 *
 * The other databases that came later follow from TLVs that no older program wrote: they begin
 * empty.
 */
#include <string.h>

#include "ledger/internal.h"

/* A row that does not decode is for the rebuild to name, not a reason to stand still. */
static bool fill_one(struct store_txn *txn, struct text value, struct error *err)
{
    static const uint8_t unknown[16];
    const char layout = ROW_LAYOUT;
    struct error ignored = ERROR_INIT;
    struct flow_case row;
    if (!flow_case_decode(value, &row, &ignored) ||
        memcmp(row.person_tag, unknown, sizeof unknown) == 0)
        return true;
    struct row_key key = key_person_case(row.person_tag, &row.case_id);
    return store_put(txn, DATABASE_PERSON_CASES, key_text(&key), (struct text){&layout, 1},
                     err);
}

/* Cases behind filling->last, which moves along. */
static bool fill_some(struct store_txn *txn, struct ledger_filling *filling, struct error *err)
{
    struct row_key from = key_uuid(&filling->last);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn, DATABASE_CASES, key_text(&from), &cursor, &found, err);
    if (ok && found && text_equal(cursor.key, key_text(&from)))
        ok = store_next(&cursor, &found, err);
    for (int i = 0; ok && found && i < LEDGER_PORTION; i++) {
        if (cursor.key.size == sizeof filling->last.bytes)
            memcpy(filling->last.bytes, cursor.key.at, cursor.key.size);
        ok = fill_one(txn, cursor.value, err) && store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    filling->done = ok && !found;
    return ok;
}

bool upgrade_ledger(struct ledger *ledger, struct error *err)
{
    struct ledger_filling filling = {.done = false};
    struct store_txn *txn = NULL;
    bool ok = store_begin_read(ledger->store, &txn, err) &&
              meta_get_filling(txn, &filling, err);
    store_abort(txn);
    while (ok && !filling.done) {
        txn = NULL;
        ok = store_begin_write(ledger->store, &txn, err) && fill_some(txn, &filling, err) &&
             meta_put_filling(txn, &filling, err);
        if (ok)
            ok = store_commit(&txn, err);
        store_abort(txn);
    }
    return ok;
}
