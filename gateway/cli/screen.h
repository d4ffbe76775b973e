/*
 * screen.h - text for a person: colours where they help, tables whose columns line up.
 *
 * Widths are terminal columns, in which a Chinese character counts two (base/text.h). No table
 * is wider than SCREEN_COLUMNS: columns marked `flexible` give way, and a cell that was cut
 * ends in
 * "..". Colour only on a terminal, and not if NO_COLOR is set.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

enum { SCREEN_COLUMNS = 80, TABLE_COLUMNS_MAX = 8, TABLE_CELL_MIN = 6 };

enum paint { PAINT_PLAIN, PAINT_TITLE, PAINT_GOOD, PAINT_WARN, PAINT_BAD, PAINT_FAINT };

struct screen {
    FILE *out;
    FILE *bytes; /* the same place; nothing is converted on the way (cli/output.h) */
    bool terminal;
    bool colour;
};

struct screen screen_on(FILE *out);
/* Text between a colour's codes, if there is colour. */
void screen_paint(const struct screen *screen, enum paint paint, const char *text);
/* "Label      value" lines: the label padded to `columns`. */
void screen_field(const struct screen *screen, const char *label, size_t columns,
                  enum paint paint, const char *value);
/* `text`, cut to at most `columns` columns on a character's border, ".." at the end if it was
 * cut; returns out, which takes `out_size` bytes (also a bound). */
const char *screen_cut(const char *text, size_t columns, char *out, size_t out_size);
size_t screen_width(const char *text);
/* One line, broken at blanks (inside a word longer than a line, too) so that none is wider than
 * SCREEN_COLUMNS. What follows the first is indented as it is, by 4 if it is not. */
void screen_wrap(const struct screen *screen, enum paint paint, const char *text);

/* One line that is written over itself while long work goes on; nothing unless stderr is a
 * terminal. `total` 0: not known. */
struct progress {
    const char *what;
    bool shown;
    bool terminal;
    int64_t next_ms; /* monotonic */
    int64_t began_ms;
    uint64_t before; /* of `done`, what was done before it began: no part of the rate */
};
struct progress progress_start(const char *what);
void progress_show(struct progress *progress, uint64_t done, uint64_t total);
/* The same with a bar, the rate and the time that is left, for counts that end at `total`. */
void progress_bar(struct progress *progress, uint64_t done, uint64_t total);
/* That line, `passed_ms` after its begin: less than SCREEN_COLUMNS wide. Returns out, which
 * takes `out_size` bytes. */
const char *progress_text(const struct progress *progress, uint64_t done, uint64_t total,
                          int64_t passed_ms, char *out, size_t out_size);
void progress_end(struct progress *progress);

struct table_column {
    const char *title;
    bool right;    /* amounts and counts */
    bool flexible; /* may be cut when the table is too wide */
};

struct table;

/* `columns` is kept. NULL: no memory. */
MUST_USE struct table *table_new(struct arena *arena, const struct table_column *columns,
                                 size_t column_count);
/* The next cell, left to right, rows one after the other; text is copied. ERROR_MEMORY. */
MUST_USE bool table_cell(struct table *table, enum paint paint, const char *text,
                         struct error *err);
size_t table_rows(const struct table *table);
void table_print(const struct table *table, const struct screen *screen);

#endif
