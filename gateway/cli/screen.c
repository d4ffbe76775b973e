/* screen.c - colours, fields, the progress line. */
#include "cli/screen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { PROGRESS_EVERY_MS = 200, WRAP_INDENT = 4 };

static const char *const paint_codes[] = {
    [PAINT_PLAIN] = "",        [PAINT_TITLE] = "\033[1m", [PAINT_GOOD] = "\033[32m",
    [PAINT_WARN] = "\033[33m", [PAINT_BAD] = "\033[31m",  [PAINT_FAINT] = "\033[2m",
};

struct screen screen_on(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(fileno(out)) == 1;

    return (struct screen){
        .out = out,
        .bytes = out,
        .terminal = terminal,
        .colour = terminal && (no_colour == NULL || no_colour[0] == '\0'),
    };
}

void screen_paint(const struct screen *screen, enum paint paint, const char *text)
{
    bool colour = screen->colour && paint != PAINT_PLAIN;

    if (colour)
        fputs(paint_codes[paint], screen->out);
    fputs(text, screen->out);
    if (colour)
        fputs("\033[0m", screen->out);
}

size_t screen_width(const char *text)
{
    return text_columns(text_of(text));
}

static void blanks(FILE *out, size_t count)
{
    while (count-- > 0)
        fputc(' ', out);
}

void screen_field(const struct screen *screen, const char *label, size_t columns,
                  enum paint paint, const char *value)
{
    size_t width = screen_width(label);

    fputs(label, screen->out);
    blanks(screen->out, width < columns ? columns - width : 1);
    screen_paint(screen, paint, value);
    fputc('\n', screen->out);
}

/* Bytes of the character that begins at `at`. */
static size_t character_size(const char *at)
{
    size_t size = 1;

    while (((unsigned char)at[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* The longest beginning of `text` within both bounds. */
static size_t fitting(const char *text, size_t columns, size_t size_max)
{
    size_t size = 0;
    size_t used = 0;

    while (text[size] != '\0') {
        size_t next = character_size(text + size);

        used += text_columns((struct text){text + size, next});
        if (used > columns || size + next > size_max)
            break;
        size += next;
    }
    return size;
}

const char *screen_cut(const char *text, size_t columns, char *out, size_t out_size)
{
    size_t size = strlen(text);

    if (size < out_size && screen_width(text) <= columns) {
        memcpy(out, text, size + 1);
        return out;
    }
    CHECK(columns >= 2 && out_size >= 3);
    size = fitting(text, columns - 2, out_size - 3);
    memcpy(out, text, size);
    memcpy(out + size, "..", 3);
    return out;
}

/* Where the line that begins at `text` ends: at the last blank that fits, if there is one. */
static size_t line_end(const char *text, size_t columns)
{
    size_t size = fitting(text, columns, SIZE_MAX / 2);
    size_t end = size;

    if (text[size] == '\0' || text[size] == ' ')
        return size;
    while (end > 0 && text[end - 1] != ' ')
        end--;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    return end > 0 ? end : size;
}

void screen_wrap(const struct screen *screen, enum paint paint, const char *text)
{
    size_t indent = strspn(text, " ");
    size_t left = SCREEN_COLUMNS;
    bool colour = screen->colour && paint != PAINT_PLAIN;

    CHECK(indent < SCREEN_COLUMNS / 2);
    text += indent;
    left -= indent;
    blanks(screen->out, indent);
    if (indent == 0)
        indent = WRAP_INDENT;
    if (colour)
        fputs(paint_codes[paint], screen->out);
    for (;;) {
        size_t size = line_end(text, left);

        fwrite(text, 1, size, screen->out);
        text += size + strspn(text + size, " ");
        if (*text == '\0')
            break;
        fputc('\n', screen->out);
        blanks(screen->out, indent);
        left = SCREEN_COLUMNS - indent;
    }
    if (colour)
        fputs("\033[0m", screen->out);
    fputc('\n', screen->out);
}

struct progress progress_start(const char *what)
{
    return (struct progress){.what = what, .terminal = isatty(STDERR_FILENO) == 1};
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
    int64_t now;

    if (!progress->terminal)
        return;
    now = clock_monotonic_ms();
    if (now < progress->next_ms)
        return;
    progress->next_ms = now + PROGRESS_EVERY_MS;
    progress->shown = true;
    if (total > 0)
        fprintf(stderr, "\r%s %" PRIu64 " / %" PRIu64 "\033[K", progress->what, done, total);
    else
        fprintf(stderr, "\r%s %" PRIu64 "\033[K", progress->what, done);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
