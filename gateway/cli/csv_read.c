/* csv_read.c - comma-separated values, read. */
#include "cli/csv_read.h"

#include <string.h>

void csv_open(struct csv *csv, struct text text)
{
    static const char mark[] = "\xef\xbb\xbf";

    *csv = (struct csv){.rest = text};
    if (text.size >= 3 && memcmp(text.at, mark, 3) == 0)
        csv->rest = (struct text){text.at + 3, text.size - 3};
}

static char peek(const struct csv *csv)
{
    return csv->rest.size > 0 ? csv->rest.at[0] : '\n';
}

static void skip(struct csv *csv)
{
    if (csv->rest.size > 0) {
        csv->rest.at++;
        csv->rest.size--;
    }
}

/* At a line's end? Passes over it. */
static bool line_ends(struct csv *csv)
{
    if (csv->rest.size >= 2 && csv->rest.at[0] == '\r' && csv->rest.at[1] == '\n')
        skip(csv);
    if (peek(csv) != '\n')
        return false;
    skip(csv);
    csv->lines_read++;
    return true;
}

static bool wrong(const struct csv *csv, const char *what, struct error *err)
{
    return fail(err, ERROR_USAGE, "line %zu: %s", csv->line, what);
}

static bool read_quoted(struct csv *csv, struct arena *arena, struct text *field,
                        struct error *err)
{
    char *to = arena_alloc(arena, CSV_QUOTED_MAX);
    size_t size = 0;

    if (to == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a field");
    for (skip(csv); csv->rest.size > 0; skip(csv)) {
        char c = csv->rest.at[0];

        if (c == '"') {
            skip(csv);
            if (csv->rest.size == 0 || csv->rest.at[0] != '"') {
                *field = (struct text){to, size};
                return true;
            }
        }
        if (size == CSV_QUOTED_MAX)
            return wrong(csv, "a quoted field is too long", err);
        csv->lines_read += c == '\n';
        to[size++] = c;
    }
    return wrong(csv, "a quote does not end", err);
}

static bool ends_field(char c)
{
    return c == ',' || c == '\r' || c == '\n';
}

static void read_plain(struct csv *csv, struct text *field)
{
    const char *from = csv->rest.at;

    while (csv->rest.size > 0 && !ends_field(csv->rest.at[0]))
        skip(csv);
    *field = (struct text){from, (size_t)(csv->rest.at - from)};
}

static bool read_field(struct csv *csv, struct arena *arena, struct error *err)
{
    struct text *field = &csv->fields[csv->count];

    if (csv->count == CSV_FIELDS_MAX)
        return wrong(csv, "too many fields", err);
    if (peek(csv) != '"')
        read_plain(csv, field);
    else if (!read_quoted(csv, arena, field, err))
        return false;
    if (field->size > 0 && memchr(field->at, 0, field->size) != NULL)
        return wrong(csv, "a NUL", err);
    csv->count++;
    return true;
}

bool csv_next(struct csv *csv, struct arena *arena, bool *end, struct error *err)
{
    while (csv->rest.size > 0 && line_ends(csv))
        ;
    csv->line = csv->lines_read + 1;
    csv->count = 0;
    *end = csv->rest.size == 0;
    if (*end)
        return true;
    for (;;) {
        if (!read_field(csv, arena, err))
            return false;
        if (line_ends(csv))
            return true;
        if (peek(csv) != ',')
            return wrong(csv, "something stands behind a quote", err);
        skip(csv);
    }
}
