/* attachments.c - files that come in pieces: kept aside until they are whole and right, then
 * one entry (docs/decisions/0018). Whether the bytes make up the digest is judged outside: that
 * takes longer than the writer should. */
#include "engine/internal.h"

#include <inttypes.h>
#include <string.h>

#include "core/attachment.h"

/* What a party is refused is no failure: `!fail(...)` notes it and goes on. */

enum { UPLOADS_MAX = 64 }; /* of one party */

/* An upload that nobody continues for so long is given up. */
static const int64_t upload_rest_ms = INT64_C(7) * 24 * 60 * 60 * 1000;

struct crowd {
    uint32_t party;
    struct instant now;
    size_t count; /* of this party's uploads */
    struct upload old;
    bool found; /* `old` is one that was given up */
};

static bool look_around(void *self, const struct upload *upload)
{
    struct crowd *crowd = self;

    crowd->count += upload->party == crowd->party;
    if (!crowd->found && crowd->now.ms - upload->at.ms > upload_rest_ms) {
        crowd->found = true;
        crowd->old = *upload;
    }
    return true;
}

/* Room for one upload more; what was given up goes, one with each that begins. */
static bool make_room(struct ledger_txn *txn, struct work *work, struct instant now,
                      struct error *err)
{
    struct crowd crowd = {.party = work->party, .now = now};

    if (!ledger_each_upload(txn, look_around, &crowd, err))
        return false;
    if (crowd.found && !ledger_end_upload(txn, &crowd.old, true, err))
        return false;
    if (crowd.count - (crowd.found && crowd.old.party == work->party) >= UPLOADS_MAX)
        (void)fail(&work->file->refusal, ERROR_BUSY, "%d files of yours are on their way",
                   UPLOADS_MAX);
    return true;
}

/* Bytes of a day are counted as they come, also of files that come to nothing. */
static bool count_bytes(struct ledger_txn *txn, struct work *work, struct instant now,
                        uint32_t size, struct error *err)
{
    struct file_work *file = work->file;
    struct day today = instant_day(now);
    uint64_t brought;

    if (file->day_max == 0)
        return true;
    if (!ledger_get_brought(txn, work->party, today, &brought, err))
        return false;
    if (brought + size <= file->day_max)
        return ledger_put_brought(txn, work->party, today, brought + size, err);
    (void)fail(&file->refusal, ERROR_BUSY, "more than %" PRIu64 " bytes of files in a day",
               file->day_max);
    return true;
}

static bool take_piece(struct ledger_txn *txn, struct work *work, struct upload *upload,
                       struct instant now, struct error *err)
{
    struct file_work *file = work->file;
    uint32_t size = attachment_piece_size(file->total, file->offset);

    if (!count_bytes(txn, work, now, size, err))
        return false;
    if (file->refusal.code != ERROR_NONE)
        return true;
    if (!ledger_add_upload_piece(txn, upload, &work->bodies[0].body, work->bodies[0].sealed,
                                 err))
        return false;
    if (file->offset == 0)
        upload->media = file->media;
    upload->received += size;
    upload->at = now;
    return ledger_put_upload(txn, upload, err);
}

/* A piece that is here already: the same bytes, or others? */
static bool compare_piece(struct ledger_txn *txn, struct work *work,
                          const struct upload *upload, struct error *err)
{
    struct entry_body piece;
    bool found;

    if (!ledger_upload_piece(txn, upload, work->file->offset, &piece, &found, err))
        return false;
    if (!found || memcmp(piece.digest, work->bodies[0].body.digest, sizeof(piece.digest)) != 0)
        (void)fail(&work->file->refusal, ERROR_CONFLICT,
                   "this piece came before, with other bytes");
    return true;
}

static bool apply_piece(struct ledger_txn *txn, struct work *work, struct upload *upload,
                        bool known, struct instant now, struct error *err)
{
    struct file_work *file = work->file;
    struct error *refusal = &file->refusal;

    if (known && upload->total != file->total)
        return !fail(refusal, ERROR_CONFLICT, "the file was said to have %" PRIu32 " bytes",
                     upload->total);
    if (work->body_count == 0)
        return true; /* only asks */
    if (file->offset > upload->received)
        return !fail(refusal, ERROR_VALUE, "the piece at %" PRIu32 " is the next one",
                     upload->received);
    if (file->offset < upload->received)
        return compare_piece(txn, work, upload, err);
    if (!known && !make_room(txn, work, now, err))
        return false;
    return refusal->code != ERROR_NONE || take_piece(txn, work, upload, now, err);
}

static bool journal_file(struct engine *engine, struct ledger_txn *txn, struct work *work,
                         const struct upload *upload, struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, ENTRY_ATTACHMENT);
    struct entry_attachment whole = {
        .change = ATTACHMENT_WHOLE, .size = upload->total, .media = upload->media};
    struct entry_body piece;
    bool found = true;
    size_t mark;

    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    memcpy(whole.digest, upload->digest, sizeof(whole.digest));
    memcpy(draft->entry.message_key, upload->digest, MESSAGE_KEY_SIZE);
    draft->entry.party = work->party;
    draft->entry.plain_size = upload->total;
    for (uint32_t at = 0; at < upload->total; at += ATTACHMENT_PIECE_SIZE) {
        if (!ledger_upload_piece(txn, upload, at, &piece, &found, err))
            return false;
        if (!found)
            return fail(err, ERROR_LEDGER, "an upload lacks the piece at %" PRIu32, at);
        draft_add_body(draft, &piece);
    }
    mark = draft_mark(draft);
    entry_attachment_encode(&whole, &draft->bytes);
    draft_add(draft, TLV_ATTACHMENT, mark);
    work->result.sequence = ledger_next_seq(txn);
    return draft_append(draft, txn, err) && ledger_end_upload(txn, upload, false, err);
}

/* Who is told that a file is here: those who brought it, and our own core. Whoever only knows a
 * digest learns nothing by naming it. */
static bool is_told(const struct engine *engine, const struct work *work,
                    const struct attachment_row *row)
{
    const struct engine_party *party = engine_party(engine, work->party);

    return row->party == work->party || (party != NULL && party->kind == PARTY_CORE);
}

static bool apply_known(struct ledger_txn *txn, struct work *work, const struct upload *upload,
                        bool known, uint32_t size, struct error *err)
{
    struct file_work *file = work->file;

    if (file->total != size)
        return !fail(&file->refusal, ERROR_CONFLICT, "the file has %" PRIu32 " bytes", size);
    file->received = size;
    file->whole = true;
    return !known || ledger_end_upload(txn, upload, true, err);
}

bool apply_file(struct engine *engine, struct ledger_txn *txn, struct work *work,
                struct error *err)
{
    struct file_work *file = work->file;
    struct upload upload = {.party = work->party, .total = file->total};
    struct attachment_row row = {.seq = 0};
    struct instant now = engine->given.now(engine->given.self);
    bool found;
    bool known;
    bool ok;

    file->refusal = (struct error)ERROR_INIT;
    file->received = 0;
    file->whole = false;
    memcpy(upload.digest, file->digest, sizeof(upload.digest));
    if (!ledger_get_attachment(txn, file->digest, &row, &found, err) ||
        !ledger_get_upload(txn, work->party, file->digest, &upload, &known, err))
        return false;
    if (found && row.seq != 0 && (file->act == FILE_WHOLE || is_told(engine, work, &row)))
        return apply_known(txn, work, &upload, known, row.size, err);
    switch (file->act) {
    case FILE_PIECE:
        ok = apply_piece(txn, work, &upload, known, now, err);
        file->received = upload.received;
        return ok;
    case FILE_WHOLE:
        if (!known || upload.received < upload.total)
            return !fail(&file->refusal, ERROR_BUSY, "it is no longer on its way");
        file->received = upload.total;
        file->whole = true;
        return journal_file(engine, txn, work, &upload, err);
    default:
        return !known || ledger_end_upload(txn, &upload, true, err);
    }
}

void draft_add_named(struct draft *draft, const struct record *document)
{
    uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE];
    size_t count = attachments_named(document, digests);

    for (size_t i = 0; i < count; i++) {
        struct entry_attachment named = {.change = ATTACHMENT_NAMED};
        size_t mark = draft_mark(draft);

        memcpy(named.digest, digests[i], sizeof(named.digest));
        entry_attachment_encode(&named, &draft->bytes);
        draft_add(draft, TLV_ATTACHMENT, mark);
    }
}

bool attachments_lacking(const struct engine *engine, struct ledger_txn *txn,
                         const struct work *work, struct instant at, bool *lacking,
                         struct error *err)
{
    uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE];
    size_t count;

    *lacking = false;
    if (work->local || rules_within(engine->rules, "ATT-FILE", instant_day(at), 0, 1, 0) == 0)
        return true;
    count = attachments_named(work->message.body, digests);
    for (size_t i = 0; i < count && !*lacking; i++) {
        struct attachment_row row;
        bool found;

        if (!ledger_get_attachment(txn, digests[i], &row, &found, err))
            return false;
        *lacking = !found || row.seq == 0;
    }
    return true;
}
