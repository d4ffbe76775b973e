/*
 * backup.c - `qiantong ledger backup FILE`: every entry and every body it names, sealed as
 * stored, as a stream (core/entry_stream.h), while the gateway runs.
 *
 * A new stream is made beside its place and renamed into it. --continue adds a part to the end
 * of a stream: what an interrupted run left there is cut away first, so after any crash the
 * same command goes on. --from makes a stream that begins with an entry, to be kept beside
 * those before it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/export_file.h"
#include "core/entry_stream.h"
#include "wire/stream.h"

/* Per read transaction: no reader lives long (engineering: two seconds). */
enum { PORTION = 256, PORTION_BYTES = 4 * 1024 * 1024, BODY_MEMORY = 64 * 1024 * 1024 };

struct backup {
    struct cli *cli;
    struct export_file *file;
    struct digest_stream *check; /* of the part so far */
    struct arena *arena;         /* of one body */
    struct progress progress;
    uint64_t first;
    uint64_t next; /* sequence of the entry to come */
    struct ledger_end end;
    struct digest leaf; /* of the last entry written, or that before the first */
    uint64_t bodies;
    uint64_t gone;
    size_t portion_bytes;
};

/* --- frames ----------------------------------------------------------------------------------
 */

static bool put_parts(struct backup *backup, const struct text *parts, size_t count,
                      struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        export_file_put(backup->file, parts[i].at, parts[i].size);
        if (!digest_stream_update(backup->check, parts[i].at, parts[i].size, err))
            return false;
        backup->portion_bytes += parts[i].size;
    }
    return true;
}

/* Prefix, then what is in `head`, then `rest`. */
static bool put_frame(struct backup *backup, unsigned type, struct text head, struct text rest,
                      struct error *err)
{
    unsigned char bytes[STREAM_PREFIX];
    struct buffer prefix = buffer_over(bytes, sizeof(bytes));

    buffer_u8(&prefix, (uint8_t)type);
    buffer_u32(&prefix, (uint32_t)(head.size + rest.size));
    const struct text parts[] = {buffer_as_text(&prefix), head, rest};
    return put_parts(backup, parts, COUNT_OF(parts), err);
}

static bool put_head(struct backup *backup, struct error *err)
{
    const struct entry_origin *origin = ledger_origin(backup->cli->ledger);
    unsigned char bytes[STREAM_HEAD_SIZE];
    struct buffer head = buffer_over(bytes, sizeof(bytes));

    buffer_bytes(&head, origin->log_id, sizeof(origin->log_id));
    buffer_u8(&head, origin->digest_kind);
    buffer_u64(&head, backup->first);
    buffer_bytes(&head, backup->leaf.bytes, DIGEST_SIZE);
    buffer_u64(&head, (uint64_t)backup->cli->now.ms);
    return digest_stream_start(backup->check, err) &&
           put_frame(backup, STREAM_HEAD, buffer_as_text(&head), TEXT_NONE, err);
}

/* The check is of everything before it, also of this frame's own first fields. */
static bool put_end(struct backup *backup, struct error *err)
{
    unsigned char bytes[STREAM_PREFIX + STREAM_END_SIZE];
    struct buffer end = buffer_over(bytes, sizeof(bytes));
    struct digest root;
    struct digest check;

    if (!tree_root(&backup->end.tree, &root, err))
        return false;
    buffer_u8(&end, STREAM_END);
    buffer_u32(&end, STREAM_END_SIZE);
    buffer_u64(&end, backup->next - 1);
    buffer_bytes(&end, backup->leaf.bytes, DIGEST_SIZE);
    buffer_bytes(&end, root.bytes, DIGEST_SIZE);
    buffer_u64(&end, backup->next - backup->first);
    buffer_u64(&end, backup->bodies);
    if (!digest_stream_update(backup->check, end.at, end.size, err) ||
        !digest_stream_finish(backup->check, &check, err))
        return false;
    buffer_bytes(&end, check.bytes, DIGEST_SIZE);
    export_file_put(backup->file, end.at, end.size);
    return true;
}

/* --- entries and bodies
 * ------------------------------------------------------------------------ */

static bool put_body(struct backup *backup, const struct entry_body *body, struct error *err)
{
    const struct entry_origin *origin = ledger_origin(backup->cli->ledger);
    unsigned char bytes[STREAM_BODY_HEAD];
    struct buffer head = buffer_over(bytes, sizeof(bytes));
    struct text sealed = TEXT_NONE;
    struct digest check;
    bool found = false;

    arena_reset(backup->arena);
    if (!ledger_get_body(backup->cli->txn, body->month, body->digest, backup->arena, &sealed,
                         &found, err))
        return false;
    buffer_u32(&head, body->month);
    buffer_bytes(&head, body->digest, sizeof(body->digest));
    if (!found) {
        backup->gone++;
        return put_frame(backup, STREAM_GONE, buffer_as_text(&head), TEXT_NONE, err);
    }
    if (!digest_of(origin->digest_kind, sealed.at, sealed.size, &check, err))
        return false;
    buffer_u8(&head, body->retention);
    buffer_u8(&head, body->use);
    buffer_bytes(&head, check.bytes, DIGEST_SIZE);
    backup->bodies++;
    return put_frame(backup, STREAM_BODY, buffer_as_text(&head), sealed, err);
}

static bool entry_wrong(const struct backup *backup, const char *what, struct error *err)
{
    cli_hint(backup->cli, "%s", _("`qiantong ledger verify` says more"));
    return fail(err, ERROR_LEDGER, _("entry %" PRIu64 " %s"), backup->next, what);
}

/* Never copies what is not sound: the chain is checked on the way. */
static bool check_entry(struct backup *backup, const struct entry *entry, struct text value,
                        struct error *err)
{
    const struct entry_origin *origin = ledger_origin(backup->cli->ledger);
    struct digest leaf;

    if (entry->seq != backup->next)
        return entry_wrong(backup, _("is missing"), err);
    if (!tree_leaf_hash(origin->digest_kind, value.at, value.size - DIGEST_SIZE, &leaf, err))
        return false;
    if (memcmp(entry->leaf, leaf.bytes, DIGEST_SIZE) != 0 ||
        memcmp(entry->previous, backup->leaf.bytes, DIGEST_SIZE) != 0)
        return entry_wrong(backup, _("is damaged"), err);
    backup->leaf = leaf;
    return true;
}

static bool put_entry(struct backup *backup, struct text value, struct arena *arena,
                      struct error *err)
{
    struct entry entry;
    const struct tlv *tlv;
    size_t at = 0;

    if (!entry_decode(arena, value, &entry, err) || !check_entry(backup, &entry, value, err) ||
        !put_frame(backup, STREAM_ENTRY, value, TEXT_NONE, err))
        return false;
    while ((tlv = entry_next_tlv(&entry, TLV_BODY, &at)) != NULL) {
        struct entry_body body;

        if (!entry_body_decode(tlv->bytes, &body))
            return entry_wrong(backup, _("is damaged"), err);
        if (!put_body(backup, &body, err))
            return false;
    }
    backup->next++;
    return true;
}

static bool put_from(struct backup *backup, struct store_cursor *cursor, bool found,
                     struct arena *arena, struct error *err)
{
    uint64_t end = backup->end.tree.size + 1;

    backup->portion_bytes = 0;
    for (unsigned i = 0;
         i < PORTION && backup->next < end && backup->portion_bytes < PORTION_BYTES; i++) {
        arena_reset(arena);
        if (!found)
            return entry_wrong(backup, _("is missing"), err);
        if (!put_entry(backup, cursor->value, arena, err) || !store_next(cursor, &found, err))
            return false;
    }
    return true;
}

/* One look at the ledger; what it gave is written when the look is over. */
static bool put_portion(struct backup *backup, struct arena *arena, struct error *err)
{
    struct store_cursor cursor = {.handle = NULL};
    struct store_txn *txn = NULL;
    unsigned char from[8];
    struct buffer key = buffer_over(from, sizeof(from));
    bool found = false;
    bool ok;

    buffer_u64(&key, backup->next);
    ok = cli_begin_read(backup->cli, err) && store_begin_read(backup->cli->store, &txn, err) &&
         store_seek(txn, DATABASE_JOURNAL, buffer_as_text(&key), &cursor, &found, err) &&
         put_from(backup, &cursor, found, arena, err);
    store_cursor_close(&cursor);
    store_abort(txn);
    cli_end_read(backup->cli);
    return ok && export_file_flush(backup->file, err);
}

static bool put_part(struct backup *backup, struct error *err)
{
    struct arena *arena = arena_new(BODY_MEMORY);
    bool ok = arena != NULL || fail(err, ERROR_MEMORY, _("no memory"));

    ok = ok && put_head(backup, err);
    while (ok && backup->next <= backup->end.tree.size) {
        ok = put_portion(backup, arena, err);
        progress_show(&backup->progress, backup->next - backup->first,
                      backup->end.tree.size - backup->first + 1);
    }
    if (ok && memcmp(backup->leaf.bytes, backup->end.leaf, DIGEST_SIZE) != 0)
        ok = fail(err, ERROR_LEDGER, _("the head of the ledger is not its last entry"));
    ok = ok && put_end(backup, err);
    progress_end(&backup->progress);
    arena_free(arena);
    return ok;
}

/* --- where it begins
 * --------------------------------------------------------------------------- */

/* Leaf of the entry before the first one. */
static bool find_previous(struct backup *backup, struct error *err)
{
    struct entry entry;
    bool found = false;

    backup->next = backup->first;
    if (backup->first == 1)
        return true;
    if (!ledger_get_entry(backup->cli->txn, backup->first - 1, backup->cli->arena, &entry,
                          &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), backup->first - 1);
    memcpy(backup->leaf.bytes, entry.leaf, DIGEST_SIZE);
    return true;
}

/* Reads all of an existing stream: it must be whole, or only cut off at its end. */
static bool read_existing(struct backup *backup, const char *path, struct stream_chain *chain,
                          uint64_t *whole_size, struct error *err)
{
    struct stream *stream = NULL;
    struct stream_item item;
    bool ok;

    if (!stream_open(path, chain, &stream, err))
        return fail_prefix(err, "%s", path);
    do {
        ok = stream_next(stream, &item, err);
        progress_show(&backup->progress, chain->seq, backup->end.tree.size);
    } while (ok && item.what != STREAM_SAW_ALL);
    *whole_size = stream_whole_size(stream);
    if (!ok && stream_cut(stream) && !chain->without_bodies)
        ok = true;
    if (ok && chain->without_bodies)
        ok = fail(err, ERROR_USAGE, _("a stream without bodies cannot be continued"));
    stream_close(stream);
    return ok || fail_prefix(err, "%s", path);
}

/* The stream's last whole part must be what this ledger begins with. */
static bool check_existing(struct backup *backup, const struct stream_chain *chain,
                           struct error *err)
{
    const struct entry_origin *origin = ledger_origin(backup->cli->ledger);

    backup->first = chain->whole_seq + 1;
    if (chain->whole_seq > backup->end.tree.size ||
        (chain->whole_seq > 0 &&
         memcmp(chain->origin.log_id, origin->log_id, sizeof(origin->log_id)) != 0))
        return fail(err, ERROR_LEDGER, _("the stream is of another ledger"));
    if (!find_previous(backup, err))
        return false;
    return chain->whole_seq == 0 ||
           memcmp(backup->leaf.bytes, chain->whole_leaf.bytes, DIGEST_SIZE) == 0 ||
           fail(err, ERROR_LEDGER, _("the stream is of another ledger"));
}

static bool system_error(const char *path, struct error *err)
{
    int number = errno;

    return fail(err, number == EACCES ? ERROR_DENIED : ERROR_SYSTEM, "%s: %s", path,
                strerror(number));
}

static bool run_continue(struct backup *backup, const char *path, struct error *err)
{
    static struct stream_chain chain;
    uint64_t whole_size = 0;

    chain = (struct stream_chain){.seq = 0};
    backup->progress = progress_start(_("reading the stream"));
    if (!read_existing(backup, path, &chain, &whole_size, err) ||
        !check_existing(backup, &chain, err))
        return false;
    progress_end(&backup->progress);
    cli_end_read(backup->cli);
    if (truncate(path, (off_t)whole_size) != 0)
        return system_error(path, err);
    if (backup->next > backup->end.tree.size)
        return true;
    backup->progress = progress_start(_("writing entries"));
    return export_file_append(path, ledger_origin(backup->cli->ledger)->digest_kind,
                              &backup->file, err) &&
           put_part(backup, err) && export_file_end(&backup->file, NULL, err);
}

/* --- a new stream
 * ------------------------------------------------------------------------------ */

static bool run_new(struct backup *backup, const char *path, struct error *err)
{
    char *made = arena_format(backup->cli->arena, "%s.partial.%u", path, (unsigned)getpid());
    struct stat there;
    bool ok;

    if (made == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (lstat(path, &there) == 0) {
        cli_hint(backup->cli, _("name a file that does not exist yet, or say --continue"));
        return fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(EEXIST));
    }
    if (!find_previous(backup, err))
        return false;
    cli_end_read(backup->cli);
    backup->progress = progress_start(_("writing entries"));
    if (!export_file_new(made, ledger_origin(backup->cli->ledger)->digest_kind, &backup->file,
                         err)) {
        cli_hint(backup->cli,
                 _("name a file in a folder that exists and that you may write to"));
        return false;
    }
    export_file_text(backup->file, ENTRY_STREAM_MAGIC);
    ok = put_part(backup, err) && export_file_end(&backup->file, NULL, err) &&
         export_file_rename(made, path, err);
    if (!ok)
        unlink(made);
    return ok;
}

static void print_done(const struct backup *backup, const char *path)
{
    FILE *out = backup->cli->screen.out;
    struct error ignored = ERROR_INIT;
    struct digest root;
    char hex[2 * DIGEST_SIZE + 1];

    fprintf(out, _("%" PRIu64 " entries and %" PRIu64 " bodies written to %s\n"),
            backup->next - backup->first, backup->bodies, path);
    if (backup->gone > 0)
        fprintf(out, _("%" PRIu64 " bodies are no longer kept\n"), backup->gone);
    if (tree_root(&backup->end.tree, &root, &ignored)) {
        hex_encode(root.bytes, DIGEST_SIZE, hex);
        fprintf(out, _("entries 1 to %" PRIu64 ", root %s\n"), backup->end.tree.size, hex);
    }
    fprintf(out, "%s\n", _("check with: qiantong-audit entries FILE"));
}

static bool run(struct backup *backup, const char *path, bool go_on, struct error *err)
{
    if (!cli_open_ledger(backup->cli, err) ||
        !ledger_get_end(backup->cli->txn, &backup->end, err))
        return false;
    if (backup->first > backup->end.tree.size)
        return fail(err, ERROR_USAGE, _("the ledger has only %" PRIu64 " entries"),
                    backup->end.tree.size);
    backup->arena = arena_new(BODY_MEMORY);
    backup->check = digest_stream_new(ledger_origin(backup->cli->ledger)->digest_kind);
    if (backup->arena == NULL || backup->check == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    return go_on ? run_continue(backup, path, err) : run_new(backup, path, err);
}

bool cli_ledger_backup(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct backup backup = {.cli = cli, .first = 1};
    const char *from = NULL;
    bool go_on = false;
    const struct option_rule rules[] = {{"--continue", &go_on, NULL}, {"--from", NULL, &from}};
    struct operands operands;
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (go_on && from != NULL)
        return fail(err, ERROR_USAGE, _("%s and %s exclude each other"), "--continue",
                    "--from");
    if (from != NULL && (!text_to_u64(text_of(from), &backup.first) || backup.first == 0))
        return fail(err, ERROR_USAGE, _("--from is the number of an entry"));
    ok = run(&backup, operands.at[0], go_on, err);
    progress_end(&backup.progress);
    export_file_drop(backup.file);
    digest_stream_free(backup.check);
    arena_free(backup.arena);
    if (ok)
        print_done(&backup, operands.at[0]);
    return ok;
}
