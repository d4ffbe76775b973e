/* queries.c - what the engine and the CLI read. */
#include <inttypes.h>
#include <string.h>

#include "ledger/internal.h"

/* --- entries ------------------------------------------------------------------------------ */

static bool decode_entry(uint64_t seq, struct text value, struct arena *arena,
                         struct entry *entry, struct error *err)
{
    struct text copy = arena_copy(arena, value);
    if (!copy.at)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!entry_decode(arena, copy, entry, err))
        return fail_prefix(err, "journal %" PRIu64, seq);
    if (entry->seq != seq)
        return fail(err, ERROR_LEDGER, "journal %" PRIu64 ": calls itself %" PRIu64, seq,
                    entry->seq);
    return true;
}

bool ledger_get_entry(struct ledger_txn *txn, uint64_t seq, struct arena *arena,
                      struct entry *entry, bool *found, struct error *err)
{
    struct row_key key = key_seq(seq);
    struct text value;
    return store_get(txn->store, DATABASE_JOURNAL, key_text(&key), &value, found, err) &&
           (!*found || decode_entry(seq, value, arena, entry, err));
}

static uint64_t seq_of(struct text bytes)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    return reader_u64(&reader);
}

bool ledger_each_entry(struct ledger_txn *txn, uint64_t from_seq, ledger_visit_entry *visit,
                       void *self, struct error *err)
{
    struct row_key from = key_seq(from_seq);
    struct arena *arena = arena_new(LEDGER_ENTRY_MEMORY);
    struct store_cursor cursor;
    bool found;
    if (!arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    bool ok = store_seek(txn->store, DATABASE_JOURNAL, key_text(&from), &cursor, &found, err);
    while (ok && found) {
        struct entry entry;
        ok = decode_entry(seq_of(cursor.key), cursor.value, arena, &entry, err);
        if (!ok || !visit(self, &entry))
            break;
        arena_reset(arena);
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    arena_free(arena);
    return ok;
}

/* Entries named by an index whose keys are `prefix` and a sequence number. */
static bool each_indexed(struct ledger_txn *txn, enum store_database database,
                         struct text prefix, ledger_visit_entry *visit, void *self,
                         struct error *err)
{
    struct arena *arena = arena_new(LEDGER_ENTRY_MEMORY);
    struct store_cursor cursor;
    bool found;
    if (!arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    bool ok = store_seek(txn->store, database, prefix, &cursor, &found, err);
    while (ok && found && cursor.key.size == prefix.size + 8 &&
           memcmp(cursor.key.at, prefix.at, prefix.size) == 0) {
        struct entry entry;
        uint64_t seq = seq_of((struct text){cursor.key.at + prefix.size, 8});
        bool known;
        ok = ledger_get_entry(txn, seq, arena, &entry, &known, err);
        if (ok && !known)
            ok = fail(err, ERROR_LEDGER, "%s names entry %" PRIu64 ", which is not there",
                      store_database_name(database), seq);
        if (!ok || !visit(self, &entry))
            break;
        arena_reset(arena);
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    arena_free(arena);
    return ok;
}

bool ledger_each_of_case(struct ledger_txn *txn, const struct uuid *case_id,
                         ledger_visit_entry *visit, void *self, struct error *err)
{
    struct row_key prefix = key_uuid(case_id);
    return each_indexed(txn, DATABASE_BY_CASE, key_text(&prefix), visit, self, err);
}

bool ledger_each_of_person(struct ledger_txn *txn, const uint8_t person_tag[16],
                           ledger_visit_entry *visit, void *self, struct error *err)
{
    struct text prefix = {(const char *)person_tag, 16};
    return each_indexed(txn, DATABASE_BY_PERSON, prefix, visit, self, err);
}

bool ledger_each_of_message(struct ledger_txn *txn, const uint8_t message_key[MESSAGE_KEY_SIZE],
                            ledger_visit_entry *visit, void *self, struct error *err)
{
    struct text prefix = {(const char *)message_key, MESSAGE_KEY_SIZE};
    return each_indexed(txn, DATABASE_MESSAGES, prefix, visit, self, err);
}

/* --- cases -------------------------------------------------------------------------------- */

bool ledger_get_case(struct ledger_txn *txn, const struct uuid *case_id, struct flow_case *out,
                     bool *found, struct error *err)
{
    return rows_get_case(txn->store, case_id, out, found, err);
}

bool ledger_open_case(struct ledger_txn *txn, uint16_t flow, const uint8_t person_tag[16],
                      uint32_t in_region, uint32_t out_region, struct uuid *case_id,
                      bool *found, struct error *err)
{
    struct row_key key;
    return key_open_case(txn->ledger->kind, flow, person_tag, in_region, out_region, &key,
                         err) &&
           rows_get_uuid(txn->store, DATABASE_OPEN_CASE, &key, case_id, found, err);
}

bool ledger_case_by_trace(struct ledger_txn *txn, uint32_t in_region, const char *trace,
                          struct uuid *case_id, bool *found, struct error *err)
{
    struct row_key key = key_trace(in_region, trace);
    return rows_get_uuid(txn->store, DATABASE_TRACES, &key, case_id, found, err);
}

bool ledger_each_case(struct ledger_txn *txn, ledger_visit_case *visit, void *self,
                      struct error *err)
{
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_CASES, TEXT_NONE, &cursor, &found, err);
    while (ok && found) {
        struct flow_case row;
        ok = flow_case_decode(cursor.value, &row, err);
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* --- inbox and letters -------------------------------------------------------------------- */

bool ledger_inbox_find(struct ledger_txn *txn, uint32_t party,
                       const uint8_t message_key[MESSAGE_KEY_SIZE], struct inbox_row *row,
                       bool *found, struct error *err)
{
    struct row_key key = key_inbox(party, message_key);
    return rows_get_inbox(txn->store, &key, row, found, err);
}

bool ledger_get_letter(struct ledger_txn *txn, uint64_t out_id, struct letter_row *row,
                       bool *found, struct error *err)
{
    return rows_get_letter(txn->store, out_id, row, found, err);
}

bool ledger_each_letter(struct ledger_txn *txn, ledger_visit_letter *visit, void *self,
                        struct error *err)
{
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_LETTERS, TEXT_NONE, &cursor, &found, err);
    while (ok && found) {
        struct letter_row row;
        if (!letter_row_decode(cursor.value, &row))
            ok = fail(err, ERROR_LEDGER, "letter %" PRIu64 " does not decode",
                      seq_of(cursor.key));
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* First key behind `from` that begins with its first `prefix_size` bytes. */
static bool first_behind(struct ledger_txn *txn, enum store_database database,
                         const struct row_key *from, size_t prefix_size, struct row_key *key,
                         bool *found, struct error *err)
{
    struct store_cursor cursor;
    bool ok = store_seek(txn->store, database, key_text(from), &cursor, found, err);
    if (ok && *found && text_equal(cursor.key, key_text(from)))
        ok = store_next(&cursor, found, err);
    if (ok && *found) {
        *found = cursor.key.size == from->size &&
                 memcmp(cursor.key.at, from->bytes, prefix_size) == 0;
        key->size = from->size;
        if (*found)
            memcpy(key->bytes, cursor.key.at, key->size);
    }
    store_cursor_close(&cursor);
    return ok;
}

bool ledger_next_due(struct ledger_txn *txn, uint32_t party, struct instant now,
                     struct outbox_position *after, struct letter_row *row, bool *found,
                     struct error *err)
{
    struct row_key from = key_outbox(party, after->due, after->out_id);
    struct row_key key;
    if (!first_behind(txn, DATABASE_OUTBOX, &from, 4, &key, found, err))
        return false;
    if (!*found)
        return true;
    struct reader reader = reader_over(key.bytes + 4, key.size - 4);
    struct outbox_position at;
    at.due.ms = (int64_t)reader_u64(&reader);
    at.out_id = reader_u64(&reader);
    *found = !instant_before(now, at.due);
    if (!*found)
        return true;
    if (!rows_get_letter(txn->store, at.out_id, row, found, err))
        return false;
    if (!*found)
        return fail(err, ERROR_LEDGER, "outbox names letter %" PRIu64 ", which is not there",
                    at.out_id);
    *after = at;
    return true;
}

bool ledger_lane_next(struct ledger_txn *txn, const struct uuid *case_id, uint32_t party,
                      uint64_t after, uint64_t *out_id, bool *found, struct error *err)
{
    struct row_key from = key_lane(case_id, party, after);
    struct row_key key;
    if (!first_behind(txn, DATABASE_LANES, &from, 20, &key, found, err))
        return false;
    if (*found)
        *out_id = seq_of((struct text){(const char *)key.bytes + 20, 8});
    return true;
}

/* --- deadlines and parties ---------------------------------------------------------------- */

bool ledger_next_deadline(struct ledger_txn *txn, struct instant now, struct uuid *case_id,
                          uint8_t *clock_kind, bool *found, struct error *err)
{
    struct store_cursor cursor;
    if (!store_seek(txn->store, DATABASE_DEADLINES, TEXT_NONE, &cursor, found, err))
        return false;
    if (*found) {
        struct reader reader = reader_over(cursor.key.at, cursor.key.size);
        uint64_t due = reader_u64(&reader);
        *found = due <= (uint64_t)(now.ms > 0 ? now.ms : 0);
        reader_copy(&reader, case_id->bytes, sizeof case_id->bytes);
        *clock_kind = reader_u8(&reader);
    }
    store_cursor_close(&cursor);
    return true;
}

bool ledger_deadline_behind(struct ledger_txn *txn, struct ledger_position *position,
                            struct uuid *case_id, bool *found, struct error *err)
{
    struct uuid none = {{0}};
    struct row_key from = key_deadline((struct instant){0}, &none, 0);
    struct row_key key;
    CHECK(position->size == 0 || position->size == from.size);
    if (position->size > 0)
        memcpy(from.bytes, position->bytes, from.size);
    if (!first_behind(txn, DATABASE_DEADLINES, &from, 0, &key, found, err))
        return false;
    if (!*found)
        return true;
    position->size = key.size;
    memcpy(position->bytes, key.bytes, key.size);
    memcpy(case_id->bytes, key.bytes + 8, sizeof case_id->bytes);
    return true;
}

bool ledger_party_number(struct ledger_txn *txn, const char *party_id, uint32_t *number,
                         bool *found, struct error *err)
{
    struct text value;
    *found = false;
    if (party_id[0] == '\0' || strlen(party_id) >= PARTY_ID_SIZE)
        return true;
    struct row_key key = key_party_id(text_of(party_id));
    if (!store_get(txn->store, DATABASE_PARTIES, key_text(&key), &value, found, err))
        return false;
    if (!*found)
        return true;
    struct reader reader = reader_over(value.at, value.size);
    uint8_t layout = reader_u8(&reader);
    *number = reader_u32(&reader);
    if (layout != ROW_LAYOUT || reader.broken || reader.left != 0)
        return fail(err, ERROR_LEDGER, "the number of party %s does not decode", party_id);
    return true;
}

bool ledger_party_id(struct ledger_txn *txn, uint32_t number, char party_id[PARTY_ID_SIZE],
                     bool *found, struct error *err)
{
    struct row_key key = key_party_number(number);
    struct text value;
    if (!store_get(txn->store, DATABASE_PARTIES, key_text(&key), &value, found, err))
        return false;
    if (!*found)
        return true;
    if (value.size < 2 || value.at[0] != ROW_LAYOUT ||
        !text_to_field((struct text){value.at + 1, value.size - 1}, party_id, PARTY_ID_SIZE))
        return fail(err, ERROR_LEDGER, "the id of party %" PRIu32 " does not decode", number);
    return true;
}
