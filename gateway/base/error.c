/* error.c - the table of codes and the one place that fills a struct error. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct code_row {
    const char *name;
    int http;
    int exit;
    bool again;
    const char *meaning;
};

static const struct code_row rows[] = {
#define ERROR_CODE(name, http, exit, again, text) {#name, http, exit, again, text},
#include "base/error_codes.def"
#undef ERROR_CODE
};
_Static_assert(COUNT_OF(rows) == ERROR_CODES, "every code has its row");

static const struct code_row *row_of(enum error_code code)
{
    CHECK((unsigned)code < ERROR_CODES);
    return &rows[code];
}

bool fail_at(struct error *err, enum error_code code, const char *file, int line,
             const char *format, ...)
{
    va_list arguments;

    CHECK(err != NULL);
    err->code = code;
    err->file = file;
    err->line = line;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof(err->text), format, arguments);
    va_end(arguments);
    text_one_line(err->text);
    return false;
}

bool fail_prefix(struct error *err, const char *format, ...)
{
    char before[sizeof(err->text)];
    va_list arguments;
    int size;

    memcpy(before, err->text, sizeof(before));
    va_start(arguments, format);
    size = vsnprintf(err->text, sizeof(err->text), format, arguments);
    va_end(arguments);
    if (size >= 0 && (size_t)size < sizeof(err->text) &&
        snprintf(err->text + size, sizeof(err->text) - (size_t)size, ": %s", before) < 0)
        err->text[size] = '\0';
    text_one_line(err->text);
    return false;
}

const char *error_name(enum error_code code)
{
    return row_of(code)->name;
}

const char *error_meaning(enum error_code code)
{
    return row_of(code)->meaning;
}

int error_http(enum error_code code)
{
    return row_of(code)->http;
}

int error_exit(enum error_code code)
{
    return row_of(code)->exit;
}

bool error_again(enum error_code code)
{
    return row_of(code)->again;
}
