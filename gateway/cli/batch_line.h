/*
 * batch_line.h - one line of a text file under a bound.
 */
#ifndef CLI_BATCH_LINE_H
#define CLI_BATCH_LINE_H

#include <stddef.h>
#include <stdio.h>

enum line_kind {
    LINE_WHOLE,
    LINE_NONE,  /* the file is at its end */
    LINE_TORN,  /* the file ends before the line does */
    LINE_LONG,  /* does not fit; the rest of it was passed over */
    LINE_FAILED /* errno says why */
};

/* The line without its LF, NUL terminated, and its size, in which NULs within it count. */
enum line_kind line_read(FILE *file, char *line, size_t line_size, size_t *size);

#endif
