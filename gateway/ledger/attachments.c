/* attachments.c - files that are here, and those that are on their way. */
#include <string.h>

#include "core/attachment.h"
#include "ledger/internal.h"

enum { UPLOAD_KEY_SIZE = 4 + 32, UPLOAD_ROW_MAX = 32, PIECE_ROW_MAX = 64 };

/* --- whole -------------------------------------------------------------------------------- */

bool ledger_get_attachment(struct ledger_txn *txn, const uint8_t digest[32],
                           struct attachment_row *row, bool *found, struct error *err)
{
    return rows_get_attachment(txn->store, digest, row, found, err);
}

bool ledger_each_attachment(struct ledger_txn *txn, ledger_visit_attachment *visit, void *self,
                            struct error *err)
{
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_ATTACHMENTS, TEXT_NONE, &cursor, &found, err);
    while (ok && found) {
        struct attachment_row row;
        if (!attachment_row_decode(cursor.key, cursor.value, &row))
            ok = fail(err, ERROR_LEDGER, "a row of attachments does not decode");
        if (!ok || !visit(self, &row))
            break;
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

bool ledger_attachment_piece(struct ledger_txn *txn, const struct attachment_row *row,
                             uint32_t offset, struct arena *arena, struct entry_body *piece,
                             bool *found, struct error *err)
{
    const struct tlv *tlv;
    struct entry entry;
    size_t at = 0;
    *found = false;
    if (row->seq == 0 || attachment_piece_size(row->size, offset) == 0)
        return true;
    if (!ledger_get_entry(txn, row->seq, arena, &entry, found, err))
        return false;
    tlv = *found ? entry_next_tlv(&entry, TLV_BODY, &at) : NULL;
    for (uint32_t i = 0; tlv != NULL && i < offset / ATTACHMENT_PIECE_SIZE; i++)
        tlv = entry_next_tlv(&entry, TLV_BODY, &at);
    return (tlv != NULL && entry_body_decode(tlv->bytes, piece)) ||
           fail(err, ERROR_LEDGER, "a file lacks a piece in its entry");
}

/* --- on their way ------------------------------------------------------------------------- */

static bool upload_decode(struct text key, struct text value, struct upload *upload)
{
    struct reader reader = reader_over(value.at, value.size);
    struct reader from = reader_over(key.at, key.size);
    uint8_t layout = reader_u8(&reader);
    *upload = (struct upload){.party = reader_u32(&from)};
    reader_copy(&from, upload->digest, sizeof upload->digest);
    upload->total = reader_u32(&reader);
    upload->received = reader_u32(&reader);
    upload->media = reader_u8(&reader);
    upload->at.ms = reader_i64(&reader);
    return layout == ROW_LAYOUT && !reader.broken && reader.left == 0 && !from.broken &&
           from.left == 0;
}

bool ledger_get_upload(struct ledger_txn *txn, uint32_t party, const uint8_t digest[32],
                       struct upload *upload, bool *found, struct error *err)
{
    struct row_key key = key_upload(party, digest);
    struct text value;
    if (!store_get(txn->store, DATABASE_UPLOADS, key_text(&key), &value, found, err))
        return false;
    return !*found || upload_decode(key_text(&key), value, upload) ||
           fail(err, ERROR_LEDGER, "a row of uploads does not decode");
}

bool ledger_put_upload(struct ledger_txn *txn, const struct upload *upload, struct error *err)
{
    struct row_key key = key_upload(upload->party, upload->digest);
    unsigned char bytes[UPLOAD_ROW_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    CHECK(txn->write);
    buffer_u8(&value, ROW_LAYOUT);
    buffer_u32(&value, upload->total);
    buffer_u32(&value, upload->received);
    buffer_u8(&value, upload->media);
    buffer_i64(&value, upload->at.ms);
    CHECK(!value.overflow);
    return store_put(txn->store, DATABASE_UPLOADS, key_text(&key), buffer_as_text(&value), err);
}

bool ledger_upload_piece(struct ledger_txn *txn, const struct upload *upload, uint32_t offset,
                         struct entry_body *piece, bool *found, struct error *err)
{
    struct row_key key = key_upload_piece(upload->party, upload->digest, offset);
    struct text value;
    if (!store_get(txn->store, DATABASE_UPLOADS, key_text(&key), &value, found, err))
        return false;
    return !*found ||
           (value.size > 1 && value.at[0] == ROW_LAYOUT &&
            entry_body_decode((struct text){value.at + 1, value.size - 1}, piece)) ||
           fail(err, ERROR_LEDGER, "a row of uploads does not decode");
}

bool ledger_add_upload_piece(struct ledger_txn *txn, const struct upload *upload,
                             const struct entry_body *piece, struct text sealed,
                             struct error *err)
{
    struct row_key key = key_upload_piece(upload->party, upload->digest, upload->received);
    unsigned char bytes[PIECE_ROW_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    CHECK(txn->write);
    buffer_u8(&value, ROW_LAYOUT);
    entry_body_encode(piece, &value);
    CHECK(!value.overflow);
    return ledger_put_body(txn, piece, sealed, err) &&
           store_put(txn->store, DATABASE_UPLOADS, key_text(&key), buffer_as_text(&value), err);
}

bool ledger_end_upload(struct ledger_txn *txn, const struct upload *upload, bool bodies,
                       struct error *err)
{
    struct row_key key = key_upload(upload->party, upload->digest);
    uint32_t offset = 0;
    CHECK(txn->write);
    while (offset < upload->received) {
        struct row_key piece = key_upload_piece(upload->party, upload->digest, offset);
        struct entry_body body;
        bool found;
        if (!ledger_upload_piece(txn, upload, offset, &body, &found, err) ||
            (found && bodies && !body_delete(txn->store, &body, err)) ||
            !store_delete(txn->store, DATABASE_UPLOADS, key_text(&piece), err))
            return false;
        offset += ATTACHMENT_PIECE_SIZE;
    }
    return store_delete(txn->store, DATABASE_UPLOADS, key_text(&key), err);
}

bool ledger_each_upload(struct ledger_txn *txn, ledger_visit_upload *visit, void *self,
                        struct error *err)
{
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn->store, DATABASE_UPLOADS, TEXT_NONE, &cursor, &found, err);
    while (ok && found) {
        struct upload upload;
        if (cursor.key.size == UPLOAD_KEY_SIZE) {
            if (!upload_decode(cursor.key, cursor.value, &upload))
                ok = fail(err, ERROR_LEDGER, "a row of uploads does not decode");
            if (!ok || !visit(self, &upload))
                break;
        }
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* --- how much of a day -------------------------------------------------------------------- */

static struct row_key key_brought(uint32_t party)
{
    struct row_key key = {.size = 0};
    struct buffer buffer = buffer_over(key.bytes, sizeof key.bytes);
    buffer_u32(&buffer, party);
    key.size = buffer.size;
    return key;
}

bool ledger_get_brought(struct ledger_txn *txn, uint32_t party, struct day day, uint64_t *bytes,
                        struct error *err)
{
    struct row_key key = key_brought(party);
    struct text value;
    bool found;
    *bytes = 0;
    if (!store_get(txn->store, DATABASE_UPLOADS, key_text(&key), &value, &found, err))
        return false;
    if (!found)
        return true;
    struct reader reader = reader_over(value.at, value.size);
    uint8_t layout = reader_u8(&reader);
    uint32_t of = reader_u32(&reader);
    uint64_t brought = reader_u64(&reader);
    if (layout != ROW_LAYOUT || reader.broken || reader.left > 0)
        return fail(err, ERROR_LEDGER, "a row of uploads does not decode");
    if (of == day_yyyymmdd(day))
        *bytes = brought;
    return true;
}

bool ledger_put_brought(struct ledger_txn *txn, uint32_t party, struct day day, uint64_t bytes,
                        struct error *err)
{
    struct row_key key = key_brought(party);
    unsigned char memory[UPLOAD_ROW_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);
    CHECK(txn->write);
    buffer_u8(&value, ROW_LAYOUT);
    buffer_u32(&value, day_yyyymmdd(day));
    buffer_u64(&value, bytes);
    return store_put(txn->store, DATABASE_UPLOADS, key_text(&key), buffer_as_text(&value), err);
}
