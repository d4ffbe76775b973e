/* encoding.c - iconv with places: whole input, every bad byte named. */
#include "wire/encoding.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { LABEL_MAX = 32 };

/* Labels in capitals, without the signs that people spell differently. */
static const struct {
    const char *label;
    enum encoding encoding;
} labels[] = {
    {"UTF8", ENCODING_UTF8},           {"GB18030", ENCODING_GB18030},
    {"GB180302000", ENCODING_GB18030}, {"GB180302005", ENCODING_GB18030},
    {"GB180302022", ENCODING_GB18030}, {"GBK", ENCODING_GB18030},
    {"GB2312", ENCODING_GB18030},      {"GB231280", ENCODING_GB18030},
    {"CP936", ENCODING_GB18030},       {"MS936", ENCODING_GB18030},
    {"WINDOWS936", ENCODING_GB18030},  {"EUCCN", ENCODING_GB18030},
};

bool encoding_of_label(struct text label, enum encoding *encoding)
{
    char plain[LABEL_MAX];
    size_t size = 0;

    for (size_t i = 0; i < label.size; i++) {
        char c = label.at[i];
        if (c == '-' || c == '_')
            continue;
        if (c == '\0' || size + 1 >= sizeof(plain))
            return false;
        plain[size++] = (char)toupper((unsigned char)c);
    }
    plain[size] = '\0';
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        if (strcmp(labels[i].label, plain) != 0)
            continue;
        *encoding = labels[i].encoding;
        return true;
    }
    return false;
}

/* Two bytes can become four (a few characters of GB18030) and four at most four. */
size_t encoding_room(size_t size)
{
    return size > SIZE_MAX / 2 - 8 ? SIZE_MAX : 2 * size + 8;
}

static bool convert(const char *to, const char *from, struct text input, struct buffer *out,
                    struct error *err)
{
    iconv_t converter = iconv_open(to, from);
    char *in_at = (char *)(uintptr_t)input.at; /* iconv reads through a plain pointer */
    size_t in_left = input.size;
    char *out_at = (char *)out->at + out->size;
    size_t out_left = out->size_max - out->size;
    size_t lossy;
    int why;

    if (converter == (iconv_t)-1)
        return fail(err, ERROR_SYSTEM, "this system cannot convert %s to %s: %s", from, to,
                    strerror(errno));
    lossy = iconv(converter, &in_at, &in_left, &out_at, &out_left);
    why = errno;
    if (lossy == 0)
        lossy = iconv(converter, NULL, NULL, &out_at, &out_left);
    iconv_close(converter);
    if (lossy == 0 && in_left == 0) {
        out->size = (size_t)(out_at - (char *)out->at);
        return true;
    }
    if (lossy == (size_t)-1 && why == E2BIG)
        return fail(err, ERROR_MEMORY, "no room for the converted text");
    return fail(err, ERROR_ENCODING, "byte %zu is not %s", input.size - in_left + 1, from);
}

bool encoding_gb_to_utf8(struct text gb, struct buffer *out, struct error *err)
{
    return convert("UTF-8", "GB18030", gb, out, err);
}

bool encoding_utf8_to_gb(struct text utf8, struct buffer *out, struct error *err)
{
    static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
    const char *lost = utf8.size == 0 ? NULL : memmem(utf8.at, utf8.size, replacement, 3);

    if (lost != NULL)
        return fail(err, ERROR_ENCODING, "byte %zu: a character was lost earlier (U+FFFD)",
                    (size_t)(lost - utf8.at) + 1);
    return convert("GB18030", "UTF-8", utf8, out, err);
}
