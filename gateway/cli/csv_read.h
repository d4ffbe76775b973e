/*
 * csv_read.h - comma-separated values (RFC 4180), read line by line from memory.
 *
 * Fields may be quoted; a quoted field may hold commas, doubled quotes and line ends. CR LF and
 * LF end a line. A byte order mark in front is passed over. Views point into the arena.
 */
#ifndef CLI_CSV_READ_H
#define CLI_CSV_READ_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { CSV_FIELDS_MAX = 32, CSV_QUOTED_MAX = 4096 };

struct csv {
    struct text rest;
    size_t line; /* number of the line that the newest record began on, from 1 */
    size_t lines_read;
    struct text fields[CSV_FIELDS_MAX];
    size_t count;
};

/* `text` must outlive what is read. */
void csv_open(struct csv *csv, struct text text);
/* The next record; lines with nothing on them are passed over. *end: there is none.
 * ERROR_USAGE names the line: a quote that does not end, something behind one, more than
 * CSV_FIELDS_MAX fields, a quoted field of more than CSV_QUOTED_MAX bytes, a NUL. */
MUST_USE bool csv_next(struct csv *csv, struct arena *arena, bool *end, struct error *err);

#endif
