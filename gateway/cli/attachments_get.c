/* attachments_get.c - `qiantong attachments get DIGEST FILE`: a file that documents name,
 * opened piece by piece; each piece is a DISCLOSED entry before its bytes are written. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/disclose.h"
#include "core/attachment.h"

enum { PIECE_MEMORY_MAX = 64 * 1024 * 1024 };

struct getting {
    struct cli *cli;
    struct attachment_row row;
    struct disclosure disclosure;
    struct entry_body pieces[ATTACHMENT_PIECES_MAX];
    size_t count;
    int fd;
    struct digest_stream *stream;
};

/* Where the pieces lie, and the case whose document names the file last. */
static bool find_pieces(struct getting *getting, struct error *err)
{
    struct cli *cli = getting->cli;
    const struct attachment_row *row = &getting->row;
    struct entry entry;
    bool found = false;

    for (uint32_t at = 0; at < row->size; at += ATTACHMENT_PIECE_SIZE) {
        if (!ledger_attachment_piece(cli->txn, row, at, cli->arena,
                                     &getting->pieces[getting->count], &found, err))
            return false;
        getting->count += found;
    }
    if (row->named == 0)
        return true;
    if (!ledger_get_entry(cli->txn, row->named, cli->arena, &entry, &found, err))
        return false;
    if (found)
        getting->disclosure.case_id = entry.case_id;
    return true;
}

static bool find_file(struct getting *getting, const char *digest, struct error *err)
{
    struct cli *cli = getting->cli;
    struct disclosure *disclosure = &getting->disclosure;
    bool found = false;

    if (!hex_decode(text_of(digest), disclosure->key, sizeof(disclosure->key))) {
        cli_hint(cli, _("`qiantong attachments` lists them"));
        return fail(err, ERROR_USAGE, _("not a digest of 64 hexadecimal digits"));
    }
    hex_encode(disclosure->key, sizeof(disclosure->key), disclosure->id);
    disclosure->use = BODY_PIECE;
    if (!ledger_get_attachment(cli->txn, disclosure->key, &getting->row, &found, err))
        return false;
    if (!found || getting->row.seq == 0) {
        cli_hint(cli, _("`qiantong attachments` lists them"));
        return fail(err, ERROR_NOT_FOUND, _("this file is not here"));
    }
    return find_pieces(getting, err);
}

static bool write_piece(struct getting *getting, struct text plain, struct error *err)
{
    struct text bytes;

    if (plain.size < ATTACHMENT_HEAD_SIZE)
        return fail(err, ERROR_LEDGER, _("a piece without its head"));
    bytes = (struct text){plain.at + ATTACHMENT_HEAD_SIZE, plain.size - ATTACHMENT_HEAD_SIZE};
    if (!digest_stream_update(getting->stream, bytes.at, bytes.size, err))
        return false;
    while (bytes.size > 0) {
        ssize_t written = write(getting->fd, bytes.at, bytes.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(err, ERROR_SYSTEM, _("the file could not be written: %s"),
                        strerror(errno));
        bytes = (struct text){bytes.at + written, bytes.size - (size_t)written};
    }
    return true;
}

/* Memory is that of one piece. */
static bool open_piece(struct getting *getting, size_t number, struct error *err)
{
    struct cli *cli = getting->cli;
    struct arena *whole = cli->arena;
    struct text plain;
    bool ok;

    cli->arena = arena_new(PIECE_MEMORY_MAX);
    getting->disclosure.body = getting->pieces[number];
    ok = (cli->arena != NULL || fail(err, ERROR_MEMORY, _("no memory"))) &&
         disclose(cli, &getting->disclosure, &plain, err) && write_piece(getting, plain, err);
    arena_free(cli->arena);
    cli->arena = whole;
    return ok;
}

static bool write_file(struct getting *getting, struct error *err)
{
    struct digest digest;
    bool ok;

    getting->stream = digest_stream_new(DIGEST_SHA256);
    ok = getting->stream != NULL || fail(err, ERROR_MEMORY, _("no memory"));
    ok = ok && digest_stream_start(getting->stream, err);
    for (size_t i = 0; ok && i < getting->count; i++)
        ok = open_piece(getting, i, err);
    ok = ok && digest_stream_finish(getting->stream, &digest, err);
    ok = ok && (memcmp(digest.bytes, getting->disclosure.key, sizeof(digest.bytes)) == 0 ||
                fail(err, ERROR_LEDGER, _("the bytes are not those of the digest")));
    digest_stream_free(getting->stream);
    return ok;
}

bool cli_attachments_get(struct cli *cli, int word_count, char *const words[],
                         struct error *err)
{
    struct getting *getting = arena_alloc(cli->arena, sizeof(*getting));
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    bool ok;

    if (getting == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 2, 2, &operands, err))
        return false;
    *getting = (struct getting){.cli = cli, .disclosure = {.reason = reason}};
    if (!cli_open_ledger(cli, err) || !find_file(getting, operands.at[0], err) ||
        !disclose_reason(cli, reason, err))
        return false;
    getting->fd = open(operands.at[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (getting->fd < 0)
        return fail(err, ERROR_SYSTEM, "%s: %s", operands.at[1], strerror(errno));
    ok = write_file(getting, err);
    if (close(getting->fd) != 0 && ok)
        ok = fail(err, ERROR_SYSTEM, "%s: %s", operands.at[1], strerror(errno));
    if (!ok)
        (void)unlink(operands.at[1]);
    return ok;
}
