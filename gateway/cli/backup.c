/* backup.c - `qiantong ledger backup FILE`: every entry's exact bytes, for another machine and
 * for qiantong-audit. Bodies are not in it; the command says so. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/entry_stream.h"

/* Entries per read transaction: no reader lives long (engineering: two seconds). */
enum { PORTION = 4096, BACKUP_MODE = 0640 };

struct backup {
    struct cli *cli;
    FILE *file;
    struct progress progress;
    uint64_t next; /* sequence of the entry to come */
    uint64_t end;  /* behind the last one to write: the size when we began */
};

static bool write_bytes(struct backup *backup, const void *bytes, size_t size,
                        struct error *err)
{
    if (fwrite(bytes, 1, size, backup->file) == size)
        return true;
    return fail(err, errno == ENOSPC ? ERROR_DISK_FULL : ERROR_SYSTEM,
                _("the backup cannot be written: %s"), strerror(errno));
}

static bool write_entry(struct backup *backup, struct text key, struct text value,
                        struct error *err)
{
    struct reader reader = reader_over(key.at, key.size);
    uint64_t seq = reader_u64(&reader);
    unsigned char prefix[ENTRY_STREAM_PREFIX];
    struct buffer size = buffer_over(prefix, sizeof(prefix));

    if (reader.broken || seq != backup->next)
        return fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), backup->next);
    buffer_u32(&size, (uint32_t)value.size);
    backup->next++;
    return write_bytes(backup, prefix, sizeof(prefix), err) &&
           write_bytes(backup, value.at, value.size, err);
}

static bool write_from(struct backup *backup, struct store_cursor *cursor, bool found,
                       struct error *err)
{
    for (unsigned i = 0; i < PORTION && backup->next < backup->end; i++) {
        if (!found)
            return fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), backup->next);
        if (!write_entry(backup, cursor->key, cursor->value, err) ||
            !store_next(cursor, &found, err))
            return false;
    }
    return true;
}

static bool write_portion(struct backup *backup, struct error *err)
{
    struct store_cursor cursor = {.handle = NULL};
    struct store_txn *txn = NULL;
    unsigned char from[8];
    struct buffer key = buffer_over(from, sizeof(from));
    bool found = false;
    bool ok;

    buffer_u64(&key, backup->next);
    ok = store_begin_read(backup->cli->store, &txn, err) &&
         store_seek(txn, DATABASE_JOURNAL, buffer_as_text(&key), &cursor, &found, err) &&
         write_from(backup, &cursor, found, err);
    store_cursor_close(&cursor);
    store_abort(txn);
    return ok;
}

static bool write_all(struct backup *backup, struct error *err)
{
    if (!write_bytes(backup, ENTRY_STREAM_MAGIC, ENTRY_STREAM_MAGIC_SIZE, err))
        return false;
    while (backup->next < backup->end) {
        if (!write_portion(backup, err))
            return false;
        progress_show(&backup->progress, backup->next - 1, backup->end - 1);
    }
    if (fflush(backup->file) != 0 || fsync(fileno(backup->file)) != 0)
        return fail(err, ERROR_SYSTEM, _("the backup cannot be written: %s"), strerror(errno));
    return true;
}

/* A new file only: a backup never takes the place of another. */
static bool create(struct cli *cli, const char *path, FILE **file, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, BACKUP_MODE);

    if (fd < 0) {
        if (errno == EEXIST)
            cli_hint(cli, _("name a file that does not exist yet"));
        else
            cli_hint(cli, _("name a file in a folder that exists and that you may write to"));
        return fail(err, errno == EACCES ? ERROR_DENIED : ERROR_SYSTEM, "%s: %s", path,
                    strerror(errno));
    }
    *file = fdopen(fd, "wb");
    if (*file != NULL)
        return true;
    close(fd);
    return fail(err, ERROR_MEMORY, _("no memory"));
}

bool cli_ledger_backup(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct backup backup = {
        .cli = cli, .next = 1, .progress = progress_start(_("writing entries"))};
    struct operands operands;
    bool ok;

    if (!options_parse(word_count, words, NULL, 0, 1, 1, &operands, err) ||
        !cli_open_ledger(cli, err))
        return false;
    cli_end_read(cli);
    backup.end = ledger_size(cli->ledger) + 1;
    if (!create(cli, operands.at[0], &backup.file, err))
        return false;
    ok = write_all(&backup, err);
    progress_end(&backup.progress);
    if (fclose(backup.file) != 0 && ok)
        ok = fail(err, ERROR_SYSTEM, "%s: %s", operands.at[0], strerror(errno));
    if (!ok) {
        unlink(operands.at[0]);
        return false;
    }
    fprintf(cli->screen.out, _("%" PRIu64 " entries written to %s\n"), backup.end - 1,
            operands.at[0]);
    fprintf(
        cli->screen.out, "%s\n",
        _("Bodies (the messages themselves) are not in it: back up the ledger's folder\n"
          "while the gateway is stopped for those. Check with: qiantong-audit entries FILE"));
    return true;
}
