/* log.c - key=value pairs as one JSON object, built on the stack, written by one write(2). */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

/* TAIL_SIZE: what closes a line that had to be cut. */
enum { LINE_MAX_SIZE = 2048, FORMATTED_MAX = 1800, TAIL_SIZE = 32 };

struct line {
    char at[LINE_MAX_SIZE];
    size_t size;
    bool cut;
};

static atomic_int level_min = LOG_LEVEL_INFO;
static const char *_Atomic program;

void log_set_level(enum log_level level)
{
    atomic_store(&level_min, (int)level);
}

void log_set_program(const char *name)
{
    atomic_store(&program, name);
}

static bool put(struct line *line, const char *bytes, size_t size)
{
    if (line->cut || size > sizeof(line->at) - TAIL_SIZE - line->size) {
        line->cut = true;
        return false;
    }
    memcpy(line->at + line->size, bytes, size);
    line->size += size;
    return true;
}

static void put_string(struct line *line, const char *nul_terminated)
{
    put(line, nul_terminated, strlen(nul_terminated));
}

/* One character inside a JSON string. DEL and the C1 range would move a terminal's cursor. */
static void put_character(struct line *line, uint32_t code)
{
    char text[8];

    if (code == '"' || code == '\\') {
        text[0] = '\\';
        text[1] = (char)code;
        put(line, text, 2);
    } else if (code == '\n') {
        put(line, "\\n", 2);
    } else if (code == '\t') {
        put(line, "\\t", 2);
    } else if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
        snprintf(text, sizeof(text), "\\u%04x", (unsigned)code);
        put(line, text, 6);
    } else {
        put(line, text, utf8_encode(code, text));
    }
}

static void put_escaped(struct line *line, struct text text)
{
    uint32_t code;

    while (!line->cut && utf8_take(&text, &code))
        put_character(line, code);
}

static bool is_key_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == '-';
}

/* Our own words keep their meaning whatever a caller writes: "at" becomes "at_". */
static bool is_reserved(struct text key)
{
    return text_is(key, "at") || text_is(key, "level") || text_is(key, "event") ||
           text_is(key, "program") || text_is(key, "cut");
}

static void put_key(struct line *line, struct text key)
{
    for (size_t i = 0; i < key.size; i++)
        put(line, is_key_character(key.at[i]) ? &key.at[i] : "_", 1);
    if (is_reserved(key))
        put(line, "_", 1);
}

static char first_of(struct text text)
{
    return text.size == 0 ? '\0' : text.at[0];
}

static void step(struct text *text, size_t size)
{
    text->at += size;
    text->size -= size;
}

/* Up to the closing quote: one that a blank or the end follows. "" inside stands for ". */
static void put_quoted(struct line *line, struct text *rest)
{
    step(rest, 1);
    while (rest->size > 0) {
        const char *quote = memchr(rest->at, '"', rest->size);
        size_t before = quote == NULL ? rest->size : (size_t)(quote - rest->at);

        put_escaped(line, (struct text){rest->at, before});
        step(rest, before);
        if (rest->size == 0)
            return;
        step(rest, 1);
        if (first_of(*rest) == ' ' || rest->size == 0)
            return;
        if (first_of(*rest) == '"')
            step(rest, 1);
        put_character(line, '"');
    }
}

static void put_value(struct line *line, struct text *rest)
{
    size_t size = 0;

    if (first_of(*rest) == '"') {
        put_quoted(line, rest);
        return;
    }
    while (size < rest->size && rest->at[size] != ' ')
        size++;
    put_escaped(line, (struct text){rest->at, size});
    step(rest, size);
}

/* One pair from the front of *rest. A word without '=' stands under "note". */
static void put_pair(struct line *line, struct text *rest)
{
    size_t size = 0;

    while (size < rest->size && rest->at[size] != '=' && rest->at[size] != ' ')
        size++;
    put_string(line, ",\"");
    if (size > 0 && size < rest->size && rest->at[size] == '=') {
        put_key(line, (struct text){rest->at, size});
        step(rest, size + 1);
    } else {
        put_string(line, "note");
    }
    put_string(line, "\":\"");
    put_value(line, rest);
    if (!line->cut)
        put_string(line, "\"");
}

static void put_pairs(struct line *line, struct text rest)
{
    while (!line->cut) {
        size_t whole = line->size;
        while (first_of(rest) == ' ')
            step(&rest, 1);
        if (rest.size == 0)
            return;
        put_pair(line, &rest);
        if (line->cut)
            line->size = whole; /* a pair stands whole or not at all */
    }
}

static void put_head(struct line *line, enum log_level level, const char *event)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    const char *name = atomic_load(&program);
    char at[INSTANT_TEXT_SIZE];

    put_string(line, "{\"at\":\"");
    put_string(line, instant_format(clock_now(), at));
    put_string(line, "\",\"level\":\"");
    put_string(line, names[level]);
    if (name != NULL) {
        put_string(line, "\",\"program\":\"");
        put_escaped(line, text_of(name));
    }
    put_string(line, "\",\"event\":\"");
    put_escaped(line, text_of(event));
    put_string(line, "\"");
}

static void write_line(struct line *line, bool cut)
{
    const char *tail = cut ? ",\"cut\":\"yes\"}\n" : "}\n";
    size_t size = strlen(tail);
    ssize_t written;

    memcpy(line->at + line->size, tail, size); /* TAIL_SIZE was kept free */
    line->size += size;
    do
        written = write(STDERR_FILENO, line->at, line->size);
    while (written < 0 && errno == EINTR);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    char formatted[FORMATTED_MAX];
    int saved = errno;
    struct line line;
    va_list arguments;
    int size;

    CHECK((unsigned)level <= LOG_LEVEL_ERROR);
    if ((int)level < atomic_load(&level_min))
        return;
    va_start(arguments, format);
    size = vsnprintf(formatted, sizeof(formatted), format, arguments);
    va_end(arguments);
    line.size = 0;
    line.cut = false;
    put_head(&line, level, event);
    put_pairs(&line, size < 0 ? TEXT_NONE : text_of(formatted));
    write_line(&line, line.cut || size >= (int)sizeof(formatted));
    errno = saved;
}
