/* output.c - a stream that converts what is written to it. */
#include "cli/output.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/language.h"

enum { CARRY_MAX = 8, CHUNK = 1024, WIDEST = 4 /* bytes of a character in GB18030 */ };

struct converting {
    FILE *to;
    iconv_t converter;
    char carry[CARRY_MAX]; /* the beginning of a character whose end is still to come */
    size_t carry_size;
};

static FILE *plain_errors; /* stderr as it was; NULL: it is */

static const char *const encodings[] = {"GB18030", "GBK", "GB2312"};

static bool flush_converted(struct converting *converting, const char *bytes, size_t size)
{
    return fwrite(bytes, 1, size, converting->to) == size;
}

/* Bytes of the UTF-8 character that begins with this one. */
static size_t character_size(unsigned char first)
{
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

/* As wide as what it stands for. */
static bool put_substitute(struct converting *converting, char **at, size_t *left)
{
    size_t size = character_size((unsigned char)**at);
    size_t columns;

    if (size > *left)
        size = *left;
    columns = text_columns((struct text){*at, size});
    *at += size;
    *left -= size;
    return flush_converted(converting, "????", columns > WIDEST ? WIDEST : columns);
}

/* All of `at` but the beginning of a last character. false: it cannot be written. */
static bool convert(struct converting *converting, char **at, size_t *left)
{
    while (*left > 0) {
        char out[CHUNK * WIDEST];
        char *out_at = out;
        size_t out_left = sizeof(out);
        size_t result = iconv(converting->converter, at, left, &out_at, &out_left);
        int reason = errno;

        if (!flush_converted(converting, out, sizeof(out) - out_left))
            return false;
        if (result == (size_t)-1 && reason == EINVAL)
            return true;
        if (result == (size_t)-1 && reason == EILSEQ && !put_substitute(converting, at, left))
            return false;
    }
    return true;
}

static ssize_t write_converted(void *cookie, const char *bytes, size_t size)
{
    struct converting *converting = cookie;
    char piece[CARRY_MAX + CHUNK];
    size_t done = 0;

    while (done < size) {
        size_t more = size - done < CHUNK ? size - done : CHUNK;
        size_t left = converting->carry_size + more;
        char *at = piece;

        memcpy(piece, converting->carry, converting->carry_size);
        memcpy(piece + converting->carry_size, bytes + done, more);
        if (!convert(converting, &at, &left))
            return 0;
        CHECK(left <= CARRY_MAX);
        memcpy(converting->carry, at, left);
        converting->carry_size = left;
        done += more;
    }
    return fflush(converting->to) == 0 ? (ssize_t)size : 0;
}

static int end_converted(void *cookie)
{
    struct converting *converting = cookie;

    iconv_close(converting->converter);
    free(converting);
    return 0;
}

FILE *output_over(FILE *to, const char *encoding)
{
    cookie_io_functions_t functions = {.write = write_converted, .close = end_converted};
    struct converting *converting = calloc(1, sizeof(*converting));
    FILE *stream = NULL;

    if (converting == NULL)
        return NULL;
    converting->to = to;
    converting->converter = iconv_open(encoding, "UTF-8");
    if (converting->converter != (iconv_t)-1) {
        stream = fopencookie(converting, "w", functions);
        if (stream == NULL)
            iconv_close(converting->converter);
    }
    if (stream == NULL)
        free(converting);
    return stream;
}

/* ".GB18030", ".gbk", also with a modifier behind it. */
static const char *encoding_named(const char *name, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(encodings); i++)
        if (strlen(encodings[i]) == size && strncasecmp(encodings[i], name, size) == 0)
            return encodings[i];
    return NULL;
}

const char *output_encoding(const char *lc_all, const char *lc_ctype, const char *lang)
{
    const char *locale = lc_all != NULL && lc_all[0] != '\0'       ? lc_all
                         : lc_ctype != NULL && lc_ctype[0] != '\0' ? lc_ctype
                                                                   : lang;
    const char *dot = locale == NULL ? NULL : strchr(locale, '.');

    return dot == NULL ? NULL : encoding_named(dot + 1, strcspn(dot + 1, "@"));
}

bool output_convert(struct screen *screen, const char *encoding, struct error *err)
{
    const char *known = encoding_named(encoding, strlen(encoding));
    FILE *out;
    FILE *errors;

    if (strcasecmp(encoding, "utf-8") == 0 || strcasecmp(encoding, "utf8") == 0)
        return true;
    if (known == NULL)
        return fail(err, ERROR_USAGE, _("--encoding is utf-8, gb18030, gbk or gb2312"));
    out = output_over(stdout, known);
    errors = output_over(stderr, known);
    if (out == NULL || errors == NULL) {
        if (out != NULL)
            fclose(out);
        if (errors != NULL)
            fclose(errors);
        return fail(err, ERROR_MEMORY, _("no memory"));
    }
    setvbuf(errors, NULL, _IONBF, 0);
    plain_errors = stderr;
    screen->out = out;
    stdout = out; /* of glibc, and meant for this */
    stderr = errors;
    return true;
}

void output_end(struct screen *screen)
{
    if (plain_errors == NULL)
        return;
    fclose(stderr);
    stderr = plain_errors;
    plain_errors = NULL;
    fclose(screen->out);
    screen->out = screen->bytes;
    stdout = screen->bytes;
}
