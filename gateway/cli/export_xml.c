/* export_xml.c - cells as elements of one document, written as they come
 * (schemas/ledger-export.xsd). An absent value is an absent element. */
#include "cli/export.h"

#include <inttypes.h>
#include <string.h>

static void put_escaped(struct export_file *file, struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.at[i]) {
        case '&':
            export_file_text(file, "&amp;");
            break;
        case '<':
            export_file_text(file, "&lt;");
            break;
        case '>':
            export_file_text(file, "&gt;");
            break;
        default:
            export_file_put(file, text.at + i, 1);
        }
    }
}

void put_xml_cell(struct export *export, const struct export_column *column, struct text text)
{
    struct export_file *file = export->file;

    if (text.size == 0)
        return;
    export_file_put(file, "<", 1);
    export_file_text(file, column->name);
    export_file_put(file, ">", 1);
    put_escaped(file, text);
    export_file_put(file, "</", 2);
    export_file_text(file, column->name);
    export_file_put(file, ">", 1);
}

static void head_line(struct export *export, const char *name, const char *value)
{
    struct export_file *file = export->file;

    if (value[0] == '\0')
        return;
    export_file_text(file, "    <");
    export_file_text(file, name);
    export_file_text(file, ">");
    put_escaped(file, text_of(value));
    export_file_text(file, "</");
    export_file_text(file, name);
    export_file_text(file, ">\n");
}

static void head_number(struct export *export, const char *name, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    head_line(export, name, text);
}

bool put_xml_head(struct export *export, struct error *err)
{
    const struct export_scope *scope = &export->scope;
    char text[2 * DIGEST_SIZE + 1];
    char day[DAY_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    export_file_text(export->file,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<ledgerExport xmlns=\"" EXPORT_NAMESPACE "\">\n  <about>\n");
    head_number(export, "version", EXPORT_VERSION);
    head_line(export, "party", export->origin.party);
    head_line(export, "test", export->origin.test ? "1" : "0");
    hex_encode(export->origin.log_id, sizeof(export->origin.log_id), text);
    head_line(export, "log", text);
    head_line(export, "hash", digest_name(export->origin.digest_kind));
    head_line(export, "made", instant_format(export->cli->now, at));
    head_number(export, "ledger_entries", export->size);
    hex_encode(export->root.bytes, DIGEST_SIZE, text);
    head_line(export, "root", text);
    head_line(export, "from", day_format(scope->from, day));
    head_line(export, "until", day_format(scope->until, day));
    head_line(export, "scope_party", scope->party_id == NULL ? "" : scope->party_id);
    head_line(export, "scope_case", scope->one_case ? uuid_format(&scope->case_id, id) : "");
    head_line(export, "unmasked", scope->unmask ? "1" : "0");
    export_file_text(export->file, "  </about>\n");
    return export_file_flush(export->file, err);
}
