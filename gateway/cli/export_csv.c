/*
 * export_csv.c - cells as CSV: UTF-8 with a byte order mark, CRLF, comma.
 *
 * The quoting rule: fields of the types text, code and id stand in quotation marks, a quotation
 * mark inside is doubled; numbers, amounts, dates, times and flags stand bare; what is absent
 * is empty, without quotation marks. A text that a spreadsheet would take for a formula (it
 * begins with = + - @ or one of their full-width forms) or that begins with an apostrophe gets
 * an apostrophe in front: taking one away from whatever begins with one gives the text again.
 * Bare fields are made here from numbers, so a negative amount needs no guard and has none.
 */
#include "cli/export.h"

#include <string.h>

static bool needs_guard(struct text text)
{
    static const char *const beginnings[] = {"=", "+", "-", "@", "'", "＝", "＋", "－", "＠"};

    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (text_starts(text, beginnings[i]))
            return true;
    return false;
}

static bool is_bare(enum column_type type)
{
    return type != COLUMN_TEXT && type != COLUMN_CODE && type != COLUMN_ID;
}

void put_csv_cell(struct export *export, const struct export_column *column, struct text text)
{
    struct export_file *file = export->file;

    if (column != export->table->columns)
        export_file_put(file, ",", 1);
    if (text.size == 0)
        return;
    if (is_bare(column->type)) {
        export_file_put(file, text.at, text.size);
        return;
    }
    export_file_put(file, "\"", 1);
    if (column->type == COLUMN_TEXT && needs_guard(text))
        export_file_put(file, "'", 1);
    while (text.size > 0) {
        const char *mark = memchr(text.at, '"', text.size);
        size_t size = mark == NULL ? text.size : (size_t)(mark - text.at) + 1;

        export_file_put(file, text.at, size);
        if (mark != NULL)
            export_file_put(file, "\"", 1);
        text = (struct text){text.at + size, text.size - size};
    }
    export_file_put(file, "\"", 1);
}

/* Titles have neither comma nor quotation mark: they stand bare, so that a reader which does
 * not know the mark in front still finds the first one. */
void put_csv_header(struct export *export)
{
    const struct export_table *table = export->table;

    export_file_text(export->file, "\xEF\xBB\xBF");
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            export_file_put(export->file, ",", 1);
        export_file_text(export->file, export->scope.english ? table->columns[i].name
                                                             : table->columns[i].title);
    }
    export_file_put(export->file, "\r\n", 2);
}
