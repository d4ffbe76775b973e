/* attachments.c - files in pieces, in and out. On workers. */
#include "gate/attachments.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"

enum { PIECE_MEMORY_MAX = 8 * 1024 * 1024, OVER_DAY_S = 3600 };

static void settled(struct work_owner *owner, struct work *work, const struct error *err);
static void go_on(struct job *job);

/* --- what is asked ------------------------------------------------------------------------ */

static bool read_digest(const struct exchange *exchange, uint8_t digest[ATTACHMENT_DIGEST_SIZE],
                        struct error *err)
{
    struct text name = exchange->request->name;
    char hex[ATTACHMENT_HEX_SIZE];

    if (!hex_decode(name, digest, ATTACHMENT_DIGEST_SIZE))
        return fail(err, ERROR_USAGE, "not a digest of 64 hexadecimal digits");
    hex_encode(digest, ATTACHMENT_DIGEST_SIZE, hex);
    return text_is(name, hex) || fail(err, ERROR_USAGE, "a digest is lower-case");
}

static bool read_number(struct text *query, const char *name, uint32_t *number,
                        struct error *err)
{
    struct text value = text_cut(query, '&');
    struct text key = text_cut(&value, '=');
    uint64_t read;

    if (!text_is(key, name) || !text_to_u64(value, &read) || read > UINT32_MAX)
        return fail(err, ERROR_USAGE, "%s is not a number where it should be", name);
    *number = (uint32_t)read;
    return true;
}

/* Bounds and kind, before anything is kept. */
static bool check_piece(const struct exchange *exchange, struct file_work *file,
                        struct error *err)
{
    uint32_t size = attachment_piece_size(file->total, file->offset);

    if (file->total == 0)
        return fail(err, ERROR_VALUE, "a file of no bytes");
    if (file->total > exchange->config->attachment_max)
        return fail(err, ERROR_SIZE, "a file has at most %" PRIu32 " bytes here",
                    exchange->config->attachment_max);
    if (exchange->bytes.size == 0)
        return true;
    if (size == 0 || exchange->bytes.size != size)
        return fail(err, ERROR_VALUE, "no piece of %zu bytes begins there",
                    exchange->bytes.size);
    if (file->offset > 0)
        return true;
    file->media = (uint8_t)attachment_media_of(exchange->bytes);
    return file->media != MEDIA_NONE ||
           fail(err, ERROR_VALUE, "neither PDF nor JPEG nor PNG by its first bytes");
}

static bool read_put(struct exchange *exchange, struct file_work *file, struct error *err)
{
    struct text query = exchange->request->query;

    *file = (struct file_work){.act = FILE_PIECE};
    if (exchange->party->kind != PARTY_CORE)
        file->day_max = exchange->config->attachment_day_max;
    if (exchange->party->kind == PARTY_HUB)
        return fail(err, ERROR_DENIED, "a hub brings no files");
    return read_digest(exchange, file->digest, err) &&
           read_number(&query, "offset", &file->offset, err) &&
           read_number(&query, "size", &file->total, err) &&
           (query.size == 0 || fail(err, ERROR_USAGE, "only offset and size are asked for")) &&
           check_piece(exchange, file, err);
}

/* --- taking ------------------------------------------------------------------------------- */

static bool seal_piece(struct exchange *exchange, struct error *err)
{
    const struct file_work *file = &exchange->file;
    struct text bytes = exchange->bytes;
    unsigned char *plain = arena_alloc(exchange->work->arena,
                                       ATTACHMENT_HEAD_SIZE + bytes.size);

    if (plain == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a piece");
    attachment_head(file->digest, file->offset, exchange->party->number, plain);
    memcpy(plain + ATTACHMENT_HEAD_SIZE, bytes.at, bytes.size);
    return gate_add_body(exchange->gate, exchange->work, BODY_PIECE,
                         (struct text){(const char *)plain, ATTACHMENT_HEAD_SIZE + bytes.size},
                         err);
}

static void refuse(struct exchange *exchange, const struct error *err)
{
    receive_refuse(exchange, "attachment.refused", err);
}

static void submit(struct exchange *exchange)
{
    struct error err = ERROR_INIT;

    if (!writer_submit(exchange->gate->writer, exchange->work, false, &err))
        refuse(exchange, &err);
}

void attachments_take(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct work *work = exchange->work;
    struct error err = ERROR_INIT;

    if (!read_put(exchange, &exchange->file, &err) ||
        (exchange->bytes.size > 0 && !seal_piece(exchange, &err))) {
        refuse(exchange, &err);
        return;
    }
    work->kind = WORK_FILE;
    work->party = exchange->party->number;
    work->file = &exchange->file;
    exchange->owner.done = settled;
    submit(exchange);
}

static void settled(struct work_owner *owner, struct work *work, const struct error *err)
{
    struct exchange *exchange = (struct exchange *)((char *)owner -
                                                    offsetof(struct exchange, owner));

    (void)work;
    exchange->failed = err != NULL;
    if (err != NULL)
        exchange->failure = *err;
    exchange->job.run = go_on;
    workers_run(exchange->gate->workers, &exchange->job);
}

/* --- is it the file that it calls itself? --------------------------------------------------
 */

/* The next piece of what is on its way, opened, without its head. */
static bool read_piece(struct exchange *exchange, uint32_t offset, struct arena *arena,
                       struct text *bytes, struct error *err)
{
    struct gate *gate = exchange->gate;
    struct upload upload = {.party = exchange->party->number};
    struct ledger_txn *txn = NULL;
    struct entry_body piece;
    bool found = false;
    bool ok;

    memcpy(upload.digest, exchange->file.digest, sizeof(upload.digest));
    ok = ledger_begin_read(gate->ledger, &txn, err) &&
         ledger_upload_piece(txn, &upload, offset, &piece, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    if (!found)
        return fail(err, ERROR_BUSY, "it is no longer on its way");
    if (!gate_open_body(gate, &piece, arena, bytes, err))
        return false;
    if (bytes->size < ATTACHMENT_HEAD_SIZE)
        return fail(err, ERROR_LEDGER, "a piece without its head");
    *bytes = (struct text){bytes->at + ATTACHMENT_HEAD_SIZE,
                           bytes->size - ATTACHMENT_HEAD_SIZE};
    return true;
}

static bool digest_pieces(struct exchange *exchange, struct arena *arena,
                          struct digest_stream *stream, struct digest *digest,
                          struct error *err)
{
    const uint32_t total = exchange->file.total;

    if (!digest_stream_start(stream, err))
        return false;
    for (uint32_t at = 0; at < total; at += ATTACHMENT_PIECE_SIZE) {
        struct text bytes;

        arena_reset(arena);
        if (!read_piece(exchange, at, arena, &bytes, err) ||
            !digest_stream_update(stream, bytes.at, bytes.size, err))
            return false;
    }
    return digest_stream_finish(stream, digest, err);
}

/* SHA-256 whatever the ledger's hash: documents name files by it. */
static bool compare_digest(struct exchange *exchange, bool *same, struct error *err)
{
    struct arena *arena = arena_new(PIECE_MEMORY_MAX);
    struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
    struct digest digest;
    bool ok;

    ok = (arena != NULL && stream != NULL) ||
         fail(err, ERROR_MEMORY, "no memory to look at a file");
    ok = ok && digest_pieces(exchange, arena, stream, &digest, err);
    *same = ok && memcmp(digest.bytes, exchange->file.digest, sizeof(digest.bytes)) == 0;
    digest_stream_free(stream);
    arena_free(arena);
    return ok;
}

static void judge(struct exchange *exchange)
{
    struct error err = ERROR_INIT;
    bool same;

    if (!compare_digest(exchange, &same, &err)) {
        refuse(exchange, &err);
        return;
    }
    exchange->file.act = same ? FILE_WHOLE : FILE_DROP;
    exchange->work->body_count = 0;
    submit(exchange);
}

/* --- answering ---------------------------------------------------------------------------- */

static void tell(struct exchange *exchange, bool whole, uint32_t received, uint32_t total)
{
    const char *line = arena_format(exchange->work->arena, "%s %" PRIu32 " %" PRIu32 "\n",
                                    whole ? "whole" : "partial", received, total);

    receive_answer(exchange, 200, "text/plain", text_of(line));
}

static void log_file(const struct exchange *exchange, const char *event)
{
    const struct file_work *file = &exchange->file;
    char hex[ATTACHMENT_HEX_SIZE];

    hex_encode(file->digest, sizeof(file->digest), hex);
    log_info(event, "party=%s digest=%s bytes=%" PRIu32 " received=%" PRIu32 " seq=%llu",
             exchange->party->id, hex, file->total, file->received,
             (unsigned long long)exchange->work->result.sequence);
}

static void answer_refusal(struct exchange *exchange)
{
    const struct error *refusal = &exchange->file.refusal;

    if (refusal->code == ERROR_BUSY)
        receive_over_limit(exchange, "attachment.over_limit", refusal, OVER_DAY_S);
    else
        refuse(exchange, refusal);
}

static void go_on(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct file_work *file = &exchange->file;
    struct error wrong = ERROR_INIT;

    if (exchange->failed) {
        refuse(exchange, &exchange->failure);
    } else if (file->refusal.code != ERROR_NONE) {
        answer_refusal(exchange);
    } else if (file->act == FILE_DROP && !file->whole) {
        (void)fail(&wrong, ERROR_REFERENCE, "the bytes are not those of the digest; all gone");
        refuse(exchange, &wrong);
    } else if (!file->whole && file->received == file->total) {
        judge(exchange);
    } else {
        log_file(exchange, file->whole ? "attachment.whole" : "attachment.piece");
        tell(exchange, file->whole, file->received, file->total);
    }
}

/* --- fetching ----------------------------------------------------------------------------- */

bool attachments_open(struct gate *gate, const struct attachment_row *row, uint32_t offset,
                      struct arena *arena, struct text *bytes, struct error *err)
{
    struct ledger_txn *txn = NULL;
    struct entry_body piece;
    bool found = false;
    bool ok;

    ok = ledger_begin_read(gate->ledger, &txn, err) &&
         ledger_attachment_piece(txn, row, offset, arena, &piece, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    if (!found)
        return fail(err, ERROR_NOT_FOUND, "no piece begins there");
    if (!gate_open_body(gate, &piece, arena, bytes, err))
        return false;
    CHECK(bytes->size >= ATTACHMENT_HEAD_SIZE); /* its digest is that of its entry */
    *bytes = (struct text){bytes->at + ATTACHMENT_HEAD_SIZE,
                           bytes->size - ATTACHMENT_HEAD_SIZE};
    return true;
}

/* What our own core may know of: what it is bringing, and what is here. */
static bool look_up(struct exchange *exchange, struct attachment_row *row,
                    struct upload *upload, bool *known, struct error *err)
{
    uint8_t digest[ATTACHMENT_DIGEST_SIZE];
    struct ledger_txn *txn = NULL;
    bool found = false;
    bool ok;

    if (exchange->party->kind != PARTY_CORE)
        return fail(err, ERROR_DENIED, "files are read by the own core alone");
    ok = read_digest(exchange, digest, err) &&
         ledger_begin_read(exchange->gate->ledger, &txn, err) &&
         ledger_get_attachment(txn, digest, row, &found, err) &&
         ledger_get_upload(txn, exchange->party->number, digest, upload, known, err);
    ledger_abort(txn);
    if (ok && !found)
        *row = (struct attachment_row){.seq = 0};
    return ok;
}

static void fetch_piece(struct exchange *exchange, const struct attachment_row *row)
{
    struct text query = exchange->request->query;
    struct error err = ERROR_INIT;
    struct text bytes;
    uint32_t offset;

    if (!read_number(&query, "offset", &offset, &err) ||
        (query.size > 0 && !fail(&err, ERROR_USAGE, "only offset is asked for")) ||
        ((row->seq == 0 || row->named == 0) &&
         !fail(&err, ERROR_NOT_FOUND, "no such file, or no document names it")) ||
        !attachments_open(exchange->gate, row, offset, exchange->work->arena, &bytes, &err))
        refuse(exchange, &err);
    else
        receive_answer(exchange, 200, attachment_media_type(row->media), bytes);
}

void attachments_fetch(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct attachment_row row;
    struct upload upload;
    struct error err = ERROR_INIT;
    bool known = false;

    if (!look_up(exchange, &row, &upload, &known, &err)) {
        refuse(exchange, &err);
    } else if (exchange->request->query.size > 0) {
        fetch_piece(exchange, &row);
    } else if (row.seq != 0) {
        tell(exchange, true, row.size, row.size);
    } else if (known) {
        tell(exchange, false, upload.received, upload.total);
    } else {
        (void)fail(&err, ERROR_NOT_FOUND, "no such file");
        refuse(exchange, &err);
    }
}
