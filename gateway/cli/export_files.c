/* export_files.c - the files of an export: tables in parts, and the manifest that names them.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/export.h"

static bool open_in(struct export *export, const char *name, struct error *err)
{
    char path[4096];
    int size = snprintf(path, sizeof(path), "%s/%s", export->folder, name);

    if (size < 0 || (size_t)size >= sizeof(path))
        return fail(err, ERROR_USAGE, _("the folder's name is too long"));
    return export_file_new(path, export->origin.digest_kind, &export->file, err);
}

bool files_open(struct export *export, const char *name, struct error *err)
{
    export->file_rows = 0;
    return open_in(export, name, err);
}

bool files_close(struct export *export, const char *name, const char *table, struct error *err)
{
    struct export_made *made = &export->made[export->made_count];

    if (export->made_count == COUNT_OF(export->made))
        return fail(err, ERROR_SIZE, _("more than %d files"), EXPORT_FILES_MAX);
    snprintf(made->name, sizeof(made->name), "%s", name);
    made->table = table;
    made->rows = export->file_rows;
    made->bytes = export_file_size(export->file);
    if (!export_file_end(&export->file, &made->digest, err))
        return false;
    export->made_count++;
    return true;
}

static void part_name(const struct export *export, char name[EXPORT_NAME_SIZE])
{
    snprintf(name, EXPORT_NAME_SIZE, "%s_%03u.csv", export->table->name, export->part);
}

static bool begin_part(struct export *export, struct error *err)
{
    char name[EXPORT_NAME_SIZE];

    part_name(export, name);
    if (!files_open(export, name, err))
        return false;
    put_csv_header(export);
    return true;
}

static bool end_part(struct export *export, struct error *err)
{
    char name[EXPORT_NAME_SIZE];

    part_name(export, name);
    return files_close(export, name, export->table->name, err);
}

bool files_next_part(struct export *export, struct error *err)
{
    if (!end_part(export, err))
        return false;
    export->part++;
    return begin_part(export, err);
}

static void put_tag(struct export *export, const char *before, const char *name)
{
    export_file_text(export->file, before);
    export_file_text(export->file, name);
    export_file_text(export->file, ">\n");
}

bool files_begin_table(struct export *export, const struct export_table *table,
                       struct error *err)
{
    export->table = table;
    export->column = 0;
    export->table_rows = 0;
    export->part = 1;
    if (!export->scope.xml)
        return begin_part(export, err);
    put_tag(export, "  <", table->name);
    return true;
}

bool files_end_table(struct export *export, struct error *err)
{
    if (!export->scope.xml)
        return end_part(export, err);
    put_tag(export, "  </", export->table->name);
    return export_file_flush(export->file, err);
}

/* --- the manifest
 * ------------------------------------------------------------------------------
 */

static void about_line(struct export *export, const char *name, const char *value)
{
    char line[512];

    snprintf(line, sizeof(line), "%s,%s%s%s\r\n", name, value[0] == '\0' ? "" : "\"", value,
             value[0] == '\0' ? "" : "\"");
    export_file_text(export->file, line);
}

static void about_number(struct export *export, const char *name, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    about_line(export, name, text);
}

static void about_scope(struct export *export)
{
    const struct export_scope *scope = &export->scope;
    char day[DAY_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    about_line(export, "from", day_format(scope->from, day));
    about_line(export, "until", day_format(scope->until, day));
    about_line(export, "scope_party", scope->party_id == NULL ? "" : scope->party_id);
    about_line(export, "scope_case", scope->one_case ? uuid_format(&scope->case_id, id) : "");
    about_number(export, "first_entry", export->first <= export->last ? export->first : 0);
    about_number(export, "last_entry", export->first <= export->last ? export->last : 0);
    about_line(export, "unmasked", scope->unmask ? "1" : "0");
    about_number(export, "persons_disclosed", export->disclosed);
    about_number(export, "persons_not_opened", export->unopened);
}

static void about_ledger(struct export *export)
{
    char hex[2 * DIGEST_SIZE + 1];
    char at[INSTANT_TEXT_SIZE];

    export_file_text(export->file, "\xEF\xBB\xBFname,value\r\n");
    about_number(export, "version", EXPORT_VERSION);
    about_line(export, "party", export->origin.party);
    about_line(export, "test", export->origin.test ? "1" : "0");
    hex_encode(export->origin.log_id, sizeof(export->origin.log_id), hex);
    about_line(export, "log", hex);
    about_line(export, "hash", digest_name(export->origin.digest_kind));
    about_line(export, "made", instant_format(export->cli->now, at));
    about_number(export, "ledger_entries", export->size);
    hex_encode(export->root.bytes, DIGEST_SIZE, hex);
    about_line(export, "root", hex);
}

/* Every other file with its digest. It cannot name itself: its digest is journaled. */
bool files_manifest(struct export *export, struct digest *digest, struct error *err)
{
    if (!files_open(export, "about.csv", err))
        return false;
    about_ledger(export);
    about_scope(export);
    if (!files_close(export, "about.csv", NULL, err) ||
        !files_open(export, "manifest.csv", err))
        return false;
    export_file_text(export->file, "\xEF\xBB\xBF"
                                   "file,table,rows,bytes,hash,digest\r\n");
    for (size_t i = 0; i < export->made_count; i++) {
        const struct export_made *made = &export->made[i];
        char hex[2 * DIGEST_SIZE + 1];
        char line[512];

        hex_encode(made->digest.bytes, DIGEST_SIZE, hex);
        snprintf(line, sizeof(line), "\"%s\",\"%s\",%" PRIu64 ",%" PRIu64 ",\"%s\",\"%s\"\r\n",
                 made->name, made->table == NULL ? "" : made->table, made->rows, made->bytes,
                 digest_name(export->origin.digest_kind), hex);
        export_file_text(export->file, line);
    }
    return export_file_end(&export->file, digest, err);
}
