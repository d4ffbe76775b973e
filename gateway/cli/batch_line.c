/* batch_line.c - see batch_line.h. */
#include "cli/batch_line.h"

enum line_kind line_read(FILE *file, char *line, size_t line_size, size_t *size)
{
    size_t all = 0;
    int c;

    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        if (all < line_size - 1)
            line[all] = (char)c;
        all++;
    }
    *size = all < line_size ? all : line_size - 1;
    line[*size] = '\0';
    if (c == EOF && ferror(file))
        return LINE_FAILED;
    if (c == EOF)
        return all == 0 ? LINE_NONE : LINE_TORN;
    return all == *size ? LINE_WHOLE : LINE_LONG;
}
