/* utf8.c - decoding by lead byte, then refusing what is longer than it needs to be. */
#include "base/utf8.h"

enum { CODE_MAX = 0x10FFFF, SURROGATE_FIRST = 0xD800, SURROGATE_LAST = 0xDFFF };

static size_t size_by_lead(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0; /* a continuation byte, or a lead that only overlong or foreign forms have */
}

static bool is_character(uint32_t code, size_t size)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

    return code >= smallest[size] && code <= CODE_MAX &&
           (code < SURROGATE_FIRST || code > SURROGATE_LAST);
}

size_t utf8_decode(struct text rest, uint32_t *code, bool *valid)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t size;
    uint32_t value;

    *valid = false;
    *code = UTF8_REPLACEMENT;
    if (rest.size == 0)
        return 0;
    size = size_by_lead((unsigned char)rest.at[0]);
    if (size == 0 || size > rest.size)
        return 1;
    value = (unsigned char)rest.at[0] & lead_bits[size];
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char)rest.at[i];
        if ((next & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (next & 0x3F);
    }
    if (!is_character(value, size))
        return 1;
    *code = value;
    *valid = true;
    return size;
}

bool utf8_take(struct text *rest, uint32_t *code)
{
    bool valid;
    size_t size = utf8_decode(*rest, code, &valid);

    if (size == 0)
        return false;
    rest->at += size;
    rest->size -= size;
    return true;
}

size_t utf8_encode(uint32_t code, char out[UTF8_SIZE_MAX])
{
    if (code > CODE_MAX || (code >= SURROGATE_FIRST && code <= SURROGATE_LAST))
        code = UTF8_REPLACEMENT;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}
