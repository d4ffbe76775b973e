/* queries_owed.c - charge lines, cases of a person, balances: what the engine and the CLI read
 * of settlements. */
#include <string.h>

#include "ledger/internal.h"

static bool begins(struct text key, struct text prefix)
{
    return key.size > prefix.size && memcmp(key.at, prefix.at, prefix.size) == 0;
}

/* --- charge lines ------------------------------------------------------------------------- */

bool ledger_get_line(struct ledger_txn *txn, const struct uuid *case_id, struct text number,
                     struct arena *arena, struct line_row *row, bool *found, struct error *err)
{
    if (!rows_get_line(txn->store, case_id, number, row, found, err))
        return false;
    if (!*found)
        return true;
    row->number = arena_copy(arena, row->number);
    if (row->original.size > 0)
        row->original = arena_copy(arena, row->original);
    return (row->number.at && (row->original.size == 0 || row->original.at)) ||
           fail(err, ERROR_MEMORY, "no memory for a charge line");
}

bool ledger_each_line(struct ledger_txn *txn, const struct uuid *case_id,
                      ledger_visit_line *visit, void *self, struct error *err)
{
    struct row_key prefix = key_uuid(case_id);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_LINES, key_text(&prefix), &cursor, &found, err);
    while (ok && found && begins(cursor.key, key_text(&prefix))) {
        struct line_row row;
        if (!line_row_decode(cursor.key, cursor.value, &row))
            ok = fail(err, ERROR_LEDGER, "a row of lines does not decode");
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

struct summing {
    struct digest_stream *stream;
    struct error *err;
    bool ok;
};

static bool sum_line(void *self, const struct line_row *row)
{
    struct summing *summing = self;
    summing->ok = !row->in_force || digest_stream_update(summing->stream, row->digest,
                                                         sizeof row->digest, summing->err);
    return summing->ok;
}

bool ledger_lines_digest(struct ledger_txn *txn, const struct uuid *case_id, uint8_t digest[32],
                         struct error *err)
{
    struct summing summing = {digest_stream_new(DIGEST_SHA256), err, true};
    struct digest sum;
    if (!summing.stream)
        return fail(err, ERROR_MEMORY, "no memory for a digest");
    bool ok = digest_stream_start(summing.stream, err) &&
              ledger_each_line(txn, case_id, sum_line, &summing, err) && summing.ok &&
              digest_stream_finish(summing.stream, &sum, err);
    if (ok)
        memcpy(digest, sum.bytes, sizeof sum.bytes);
    digest_stream_free(summing.stream);
    return ok;
}

/* --- cases of a person -------------------------------------------------------------------- */

static bool get_named_case(struct ledger_txn *txn, struct text turned, struct flow_case *row,
                           struct error *err)
{
    struct uuid id;
    bool found;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = (uint8_t)~turned.at[i];
    if (!rows_get_case(txn->store, &id, row, &found, err))
        return false;
    return found || fail(err, ERROR_LEDGER, "person_cases names a case that is not there");
}

bool ledger_each_case_of_person(struct ledger_txn *txn, const uint8_t person_tag[16],
                                ledger_visit_case *visit, void *self, struct error *err)
{
    struct text prefix = {(const char *)person_tag, 16};
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_PERSON_CASES, prefix, &cursor, &found, err);
    while (ok && found && begins(cursor.key, prefix)) {
        struct text turned = {cursor.key.at + prefix.size, cursor.key.size - prefix.size};
        struct flow_case row;
        if (turned.size != sizeof row.case_id.bytes)
            ok = fail(err, ERROR_LEDGER, "person_cases: a bad key");
        ok = ok && get_named_case(txn, turned, &row, err);
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* --- balances ----------------------------------------------------------------------------- */

bool ledger_each_balance(struct ledger_txn *txn, ledger_visit_balance *visit, void *self,
                         struct error *err)
{
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_BALANCE, TEXT_NONE, &cursor, &found, err);
    while (ok && found) {
        struct balance_row row;
        if (!balance_row_decode(cursor.key, cursor.value, &row))
            ok = fail(err, ERROR_LEDGER, "a row of balance does not decode");
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}
