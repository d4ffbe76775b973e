/* screen.c - colours, fields, the progress line. */
#include "cli/screen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/language.h"

enum { PROGRESS_EVERY_MS = 200, PROGRESS_SIZE = 256, BAR_MAX = 30, WRAP_INDENT = 4 };

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
    return (struct progress){
        .what = what, .terminal = isatty(STDERR_FILENO) == 1, .began_ms = clock_monotonic_ms()};
}

static bool is_time(struct progress *progress)
{
    int64_t now;

    if (!progress->terminal)
        return false;
    now = clock_monotonic_ms();
    if (now < progress->next_ms)
        return false;
    progress->next_ms = now + PROGRESS_EVERY_MS;
    progress->shown = true;
    return true;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
    if (!is_time(progress))
        return;
    if (total > 0)
        fprintf(stderr, "\r%s %" PRIu64 " / %" PRIu64 "\033[K", progress->what, done, total);
    else
        fprintf(stderr, "\r%s %" PRIu64 "\033[K", progress->what, done);
    fflush(stderr);
}

/* In the largest unit that leaves two digits. */
static const char *time_left(int64_t seconds, char *out, size_t out_size)
{
    char count[32];

    if (seconds < 100)
        snprintf(count, sizeof(count), _("%d s"), (int)seconds);
    else if (seconds < 100 * 60)
        snprintf(count, sizeof(count), _("%d min"), (int)(seconds / 60));
    else
        snprintf(count, sizeof(count), _("%" PRId64 " h"), seconds / 3600);
    snprintf(out, out_size, _("%s left"), count);
    return out;
}

const char *progress_text(const struct progress *progress, uint64_t done, uint64_t total,
                          int64_t passed_ms, char *out, size_t out_size)
{
    uint64_t fresh = done - progress->before;
    char counts[PROGRESS_SIZE] = "";
    char left[64];
    char bar[BAR_MAX + 1] = "";
    size_t used;
    size_t width;

    CHECK(progress->before <= done && done <= total);
    if (fresh > 0 && passed_ms > 0)
        snprintf(counts, sizeof(counts), "  %" PRIu64 "/s  %s",
                 fresh * 1000 / (uint64_t)passed_ms,
                 time_left((int64_t)((total - done) * (uint64_t)passed_ms / fresh / 1000), left,
                           sizeof(left)));
    used = (size_t)snprintf(out, out_size, "%s [] %" PRIu64 " / %" PRIu64 "%s", progress->what,
                            done, total, counts);
    CHECK(used < out_size);
    used = screen_width(out) + 1; /* the last column stays free for the cursor */
    width = used < SCREEN_COLUMNS ? SCREEN_COLUMNS - used : 0;
    width = width > BAR_MAX ? BAR_MAX : width;
    memset(bar, '.', width);
    if (total > 0)
        memset(bar, '#', (size_t)(done * width / total));
    snprintf(out, out_size, "%s [%s] %" PRIu64 " / %" PRIu64 "%s", progress->what, bar, done,
             total, counts);
    return out;
}

void progress_bar(struct progress *progress, uint64_t done, uint64_t total)
{
    char line[PROGRESS_SIZE];

    if (!is_time(progress))
        return;
    fprintf(stderr, "\r%s\033[K",
            progress_text(progress, done, total, clock_monotonic_ms() - progress->began_ms,
                          line, sizeof(line)));
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
