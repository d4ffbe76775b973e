/* base64.c - by hand, because OpenSSL's decoder forgives what we must not. */
#include "crypt/base64.h"

#include <stdint.h>

void base64_encode(const void *bytes, size_t size, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *from = bytes;

    for (; size >= 3; size -= 3, from += 3) {
        *out++ = digits[from[0] >> 2];
        *out++ = digits[(from[0] & 3) << 4 | from[1] >> 4];
        *out++ = digits[(from[1] & 15) << 2 | from[2] >> 6];
        *out++ = digits[from[2] & 63];
    }
    if (size > 0) {
        unsigned second = size == 2 ? from[1] : 0;
        *out++ = digits[from[0] >> 2];
        *out++ = digits[(from[0] & 3u) << 4 | second >> 4];
        *out++ = size == 2 ? digits[(second & 15) << 2] : '=';
        *out++ = '=';
    }
    *out = '\0';
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool base64_decode(struct text text, enum base64_space space, void *bytes, size_t size_max,
                   size_t *size, struct error *err)
{
    unsigned char *to = bytes;
    uint32_t bits = 0; /* not yet written */
    unsigned bit_count = 0;
    size_t digits = 0;
    size_t padding = 0;

    *size = 0;
    for (size_t i = 0; i < text.size; i++) {
        int value = value_of(text.at[i]);

        if (space == BASE64_SPACE && is_space(text.at[i]))
            continue;
        if (text.at[i] == '=') {
            padding++;
            continue;
        }
        if (value < 0 || padding > 0)
            return fail(err, ERROR_VALUE, "not base64 at character %zu", i + 1);
        bits = bits << 6 | (uint32_t)value;
        bit_count += 6;
        digits++;
        if (bit_count < 8)
            continue;
        if (*size == size_max)
            return fail(err, ERROR_SIZE, "base64 of more than %zu bytes", size_max);
        bit_count -= 8;
        to[(*size)++] = (unsigned char)(bits >> bit_count);
        bits &= (1u << bit_count) - 1;
    }
    if (padding > 2 || (digits + padding) % 4 != 0 || bits != 0)
        return fail(err, ERROR_VALUE, "base64 with a wrong end");
    return true;
}
