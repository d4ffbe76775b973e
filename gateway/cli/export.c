/*
 * export.c - `qiantong ledger export DIR|FILE`: the ledger as tables, for auditors.
 *
 * CSV goes to a new folder, XML to a new file. Everything is made beside its place and renamed
 * into it at the end, so what stands there is whole; a failure leaves nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/approvals.h"
#include "cli/export.h"
#include "cli/find.h"
#include "crypt/random.h"

enum { ROW_MEMORY = 64 * 1024 * 1024, FOLDER_MODE = 0750, SCOPE_TEXT = 240 };

/* Words as typed, before the ledger is open. */
struct typed {
    const char *format;
    const char *from;
    const char *until;
    const char *party;
    const char *case_id;
    const char *rows;
};

/* --- what is asked for
 * ------------------------------------------------------------------------ */

static bool read_day(const char *word, const char *name, struct day *day, struct error *err)
{
    if (word == NULL || day_parse(text_of(word), day))
        return true;
    return fail(err, ERROR_USAGE, _("%s is a date, as 2026-03-02"), name);
}

static bool read_words(struct export_scope *scope, const struct typed *typed, struct error *err)
{
    if (typed->format != NULL && strcmp(typed->format, "csv") != 0 &&
        strcmp(typed->format, "xml") != 0)
        return fail(err, ERROR_USAGE, _("--format is csv or xml"));
    scope->xml = typed->format != NULL && strcmp(typed->format, "xml") == 0;
    if (!read_day(typed->from, "--from", &scope->from, err) ||
        !read_day(typed->until, "--until", &scope->until, err))
        return false;
    if (typed->from != NULL && typed->until != NULL && scope->until.number < scope->from.number)
        return fail(err, ERROR_USAGE, _("--until lies before --from"));
    scope->rows_max = EXPORT_ROWS_MAX;
    if (typed->rows != NULL && (!text_to_u64(text_of(typed->rows), &scope->rows_max) ||
                                scope->rows_max < 1 || scope->rows_max > EXPORT_ROWS_MAX))
        return fail(err, ERROR_USAGE, _("--rows is a number from 1 to %d"), EXPORT_ROWS_MAX);
    if (scope->reason != NULL &&
        (strlen(scope->reason) > REASON_MAX || !text_is_utf8(text_of(scope->reason))))
        return fail(err, ERROR_USAGE, _("the reason is UTF-8, at most %d bytes"), REASON_MAX);
    return true;
}

/* Party and case by the names of the ledger; inside the read transaction. */
static bool find_names(struct export *export, const struct typed *typed, struct error *err)
{
    struct export_scope *scope = &export->scope;
    struct flow_case row;
    bool found = false;

    if (typed->party != NULL) {
        if (!ledger_party_number(export->cli->txn, typed->party, &scope->party, &found, err))
            return false;
        if (!found)
            return fail(err, ERROR_NOT_FOUND, _("no party %s"), typed->party);
        scope->party_id = typed->party;
    }
    if (typed->case_id == NULL)
        return true;
    scope->one_case = true;
    if (!find_case(export->cli, typed->case_id, &row, err))
        return false;
    scope->case_id = row.case_id;
    return true;
}

/* Entry times never go back: the first entry at or behind a time is found by halving. */
static bool first_at(struct export *export, struct instant at, uint64_t *first,
                     struct error *err)
{
    uint64_t low = 1;
    uint64_t high = export->size + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct entry entry;
        bool found = false;

        arena_reset(export->row);
        if (!ledger_get_entry(export->cli->txn, middle, export->row, &entry, &found, err))
            return false;
        if (!found)
            return fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), middle);
        if (instant_before(entry.wall, at))
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    return true;
}

bool scope_find(struct export *export, struct error *err)
{
    struct entry entry;
    bool found = false;

    export->first = 1;
    export->last = export->size;
    if (export->scope.from.number != 0 &&
        !first_at(export, day_start(export->scope.from), &export->first, err))
        return false;
    if (export->scope.until.number != 0) {
        if (!first_at(export, day_end(export->scope.until), &export->last, err))
            return false;
        export->last--;
    }
    if (export->last == 0)
        return true;
    arena_reset(export->row);
    if (!ledger_get_entry(export->cli->txn, export->last, export->row, &entry, &found, err))
        return false;
    export->last_wall = entry.wall;
    return found || fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), export->last);
}

static bool begin(struct export *export, const struct typed *typed, struct error *err)
{
    struct ledger_end end;

    if (!find_names(export, typed, err) || !ledger_get_end(export->cli->txn, &end, err) ||
        !tree_root(&end.tree, &export->root, err))
        return false;
    export->size = end.tree.size;
    export->origin = *ledger_origin(export->cli->ledger);
    return scope_find(export, err) && random_bytes(export->salt, sizeof(export->salt), err);
}

/* --- places
 * ------------------------------------------------------------------------------------ */

/* Our own files only: nothing lies deeper. */
static void remove_made(const struct export *export)
{
    DIR *folder;
    const struct dirent *entry;
    char path[4096];

    if (export->folder == NULL)
        return;
    if (export->scope.xml) {
        unlink(export->folder);
        return;
    }
    folder = opendir(export->folder);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", export->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (folder != NULL)
        closedir(folder);
    rmdir(export->folder);
}

static bool place_fail(struct cli *cli, const char *path, struct error *err)
{
    int number = errno;

    if (number == EEXIST || number == ENOTEMPTY)
        cli_hint(cli, _("name a file or folder that does not exist yet"));
    else
        cli_hint(cli, _("name a place in a folder that exists and that you may write to"));
    return fail(err, number == EACCES ? ERROR_DENIED : ERROR_SYSTEM, "%s: %s", path,
                strerror(number));
}

/* Beside the place, so that the rename is one step. */
static bool make_place(struct export *export, const char *place, struct error *err)
{
    struct stat there;
    size_t size = strlen(place);

    while (size > 1 && place[size - 1] == '/')
        size--;
    export->folder = arena_format(export->cli->arena, "%.*s.partial.%u", (int)size, place,
                                  (unsigned)getpid());
    if (export->folder == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (lstat(place, &there) == 0) {
        errno = EEXIST;
        export->folder = NULL;
        return place_fail(export->cli, place, err);
    }
    if (export->scope.xml)
        return export_file_new(export->folder, export->origin.digest_kind, &export->file, err);
    if (mkdir(export->folder, FOLDER_MODE) == 0)
        return true;
    place_fail(export->cli, export->folder, err);
    export->folder = NULL;
    return false;
}

/* --- all of it
 * --------------------------------------------------------------------------------- */

static bool write_tables(struct export *export, struct error *err)
{
    for (size_t i = 0; i < export_table_count; i++) {
        const struct export_table *table = &export_tables[i];

        progress_end(&export->progress);
        export->progress = progress_start(table->name);
        if (!files_begin_table(export, table, err) || !table->walk(export, err) ||
            !files_end_table(export, err))
            return false;
    }
    return true;
}

static bool write_all(struct export *export, struct digest *digest, struct error *err)
{
    if (export->scope.xml && !put_xml_head(export, err))
        return false;
    if (!write_tables(export, err))
        return false;
    if (!export->scope.xml)
        return files_about(export, err) && files_manifest(export, digest, err) &&
               export_folder_sync(export->folder, err);
    export_file_text(export->file, "</ledgerExport>\n");
    return export_file_end(&export->file, digest, err);
}

static void print_done(const struct export *export, const char *place,
                       const struct digest *digest)
{
    FILE *out = export->cli->screen.out;
    char hex[2 * DIGEST_SIZE + 1];

    hex_encode(digest->bytes, DIGEST_SIZE, hex);
    fprintf(out, _("%" PRIu64 " rows written to %s\n"), export->rows, place);
    if (export->disclosed > 0)
        fprintf(out, _("%" PRIu64 " persons in clear, each journaled\n"), export->disclosed);
    fprintf(out, "%s %s %s\n", export->scope.xml ? _("document") : _("manifest"),
            digest_name(export->origin.digest_kind), hex);
}

/* With somebody who can open bodies if there is one: the gateway, or this user while it is
 * stopped. Without: no names, not even masked, and no entry of the export; it says so. */
static bool open_ledger(struct export *export, struct error *err)
{
    struct cli *cli = export->cli;
    struct error alone = ERROR_INIT;

    if (!cli_open_ledger(cli, err) ||
        (export->scope.unmask && !disclose_reason(cli, export->scope.reason, err)))
        return false;
    if (disclosing_begin(cli, &export->disclosing, export->scope.unmask ? err : &alone))
        return cli_begin_read(cli, err);
    if (export->scope.unmask)
        return false;
    fprintf(stderr, _("without names, and not journaled: %s\n"), alone.text);
    cli_hint(cli, "%s", "");
    cli_close_ledger(cli);
    return cli_open_ledger(cli, err);
}

/* Persons in clear may need a permit, which names the words of the export. The one who could
 * give it to himself beside a stopped gateway is refused. */
static bool permit(struct export *export, bool *granted, struct error *err)
{
    const struct export_scope *scope = &export->scope;
    struct cli *cli = export->cli;
    const struct approval_act *act = approval_act_find(TEXT("export"));
    char from[DAY_TEXT_SIZE];
    char until[DAY_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    *granted = true;
    if (!scope->unmask)
        return true;
    snprintf(export->permit, sizeof(export->permit),
             "format=%s from=%s until=%s party=%s case=%s", scope->xml ? "xml" : "csv",
             day_format(scope->from, from), day_format(scope->until, until),
             scope->party_id == NULL ? "" : scope->party_id,
             scope->one_case ? uuid_format(&scope->case_id, id) : "");
    if (!disclosing_alone(export->disclosing))
        return approval_permit(cli, act->name, export->permit, scope->reason, granted, err);
    if ((cli->config->second.acts & approval_act_bit(act)) == 0)
        return true;
    cli_hint(cli, _("start it: systemctl start qiantong (or qiantongd --config %s)"),
             cli->config->path);
    return fail(err, ERROR_DENIED,
                _("an export in clear needs a second person, and so a running gateway"));
}

/* The export is an entry of the journal before its files stand where they were asked for. */
static bool journal(struct export *export, const struct digest *digest, struct error *err)
{
    const struct export_scope *scope = &export->scope;
    char text[SCOPE_TEXT];
    char from[DAY_TEXT_SIZE];
    char until[DAY_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    if (export->disclosing == NULL)
        return true;
    snprintf(text, sizeof(text),
             "format=%s from=%s until=%s party=%s case=%s rows=%" PRIu64 " persons=%" PRIu64,
             scope->xml ? "xml" : "csv", day_format(scope->from, from),
             day_format(scope->until, until), scope->party_id == NULL ? "" : scope->party_id,
             scope->one_case ? uuid_format(&scope->case_id, id) : "", export->rows,
             export->disclosed);
    return disclosing_export(export->disclosing, digest->bytes, text,
                             scope->unmask ? export->permit : NULL, scope->reason, err);
}

static bool run(struct export *export, const struct typed *typed, const char *place,
                struct error *err)
{
    struct digest digest = {{0}};
    bool granted = false;
    bool ok;

    if (!open_ledger(export, err) || !begin(export, typed, err))
        return false;
    cli_end_read(export->cli);
    if (!permit(export, &granted, err))
        return false;
    if (!granted)
        return true;
    ok = make_place(export, place, err) && write_all(export, &digest, err) &&
         journal(export, &digest, err) && export_file_rename(export->folder, place, err);
    if (ok)
        export->folder = NULL; /* nothing is left to be removed */
    progress_end(&export->progress);
    if (ok)
        print_done(export, place, &digest);
    return ok;
}

bool cli_ledger_export(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct export *export = calloc(1, sizeof(*export));
    struct typed typed = {.format = NULL};
    struct operands operands;
    bool ok;

    if (export == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    export->cli = cli;
    export->row = arena_new(ROW_MEMORY);
    const struct option_rule rules[] = {
        {"--format", NULL, &typed.format},
        {"--from", NULL, &typed.from},
        {"--until", NULL, &typed.until},
        {"--party", NULL, &typed.party},
        {"--case", NULL, &typed.case_id},
        {"--rows", NULL, &typed.rows},
        {"--english", &export->scope.english, NULL},
        {"--unmask", &export->scope.unmask, NULL},
        {"--reason", NULL, &export->scope.reason},
    };
    ok = export->row != NULL || fail(err, ERROR_MEMORY, _("no memory"));
    ok = ok && options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) &&
         read_words(&export->scope, &typed, err) && run(export, &typed, operands.at[0], err);
    disclosing_end(export->disclosing);
    export_file_drop(export->file);
    remove_made(export);
    arena_free(export->row);
    free(export);
    return ok;
}
