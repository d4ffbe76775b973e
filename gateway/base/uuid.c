/* uuid.c - 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits. */
#include "base/uuid.h"

#include <string.h>

enum { TIME_SIZE = 6, TEXT_CHARACTERS = UUID_TEXT_SIZE - 1 };

struct uuid uuid_v7(struct instant at, const uint8_t random[10])
{
    uint64_t ms = at.ms < 0 ? 0 : (uint64_t)at.ms;
    struct uuid id;

    for (int i = 0; i < TIME_SIZE; i++)
        id.bytes[i] = (uint8_t)(ms >> 8 * (TIME_SIZE - 1 - i));
    memcpy(id.bytes + TIME_SIZE, random, 10);
    id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0F));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

bool uuid_is_v7(const struct uuid *id)
{
    return id->bytes[6] >> 4 == 7 && id->bytes[8] >> 6 == 2;
}

bool uuid_is_none(const struct uuid *id)
{
    static const struct uuid none;

    return uuid_equal(id, &none);
}

struct instant uuid_time(const struct uuid *id)
{
    int64_t ms = 0;

    for (int i = 0; i < TIME_SIZE; i++)
        ms = ms << 8 | id->bytes[i];
    return (struct instant){ms};
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return uuid_compare(a, b) == 0;
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* Is there a hyphen before byte `index`? */
static bool hyphen_before(size_t index)
{
    return index == 4 || index == 6 || index == 8 || index == 10;
}

const char *uuid_format(const struct uuid *id, char out[UUID_TEXT_SIZE])
{
    char *to = out;

    for (size_t i = 0; i < sizeof(id->bytes); i++) {
        if (hyphen_before(i))
            *to++ = '-';
        hex_encode(&id->bytes[i], 1, to);
        to += 2;
    }
    return out;
}

bool uuid_parse(struct text text, struct uuid *id)
{
    struct uuid made;

    if (text.size != TEXT_CHARACTERS)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] >= 'A' && text.at[i] <= 'F')
            return false;
    for (size_t i = 0; i < sizeof(made.bytes); i++) {
        if (hyphen_before(i) && *text.at++ != '-')
            return false;
        if (!hex_decode((struct text){text.at, 2}, &made.bytes[i], 1))
            return false;
        text.at += 2;
    }
    *id = made;
    return true;
}
