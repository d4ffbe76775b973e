/* personal.c - what may be seen of a name or a number. */
#include "base/personal.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* STARS_MAX: the mask of a damaged, endless value must still fit. */
enum { STARS_MAX = 32, SHOWN_MIN = 8, PHONE_MIN = 11 };

struct personal personal_of(struct text text)
{
    return (struct personal){text};
}

static void put_stars(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count && i < STARS_MAX; i++)
        buffer_u8(out, '*');
}

/* The characters from index `first` on, at most `count` of them. */
static void put_characters(struct buffer *out, struct text text, size_t first, size_t count)
{
    uint32_t code;

    for (size_t i = 0; i < first + count && utf8_take(&text, &code); i++) {
        char bytes[UTF8_SIZE_MAX];
        if (i >= first)
            buffer_bytes(out, bytes, utf8_encode(code, bytes));
    }
}

/* `head` and `tail` characters with `stars` between; stars only if the value is shorter than
 * `shown_min` characters. */
static void put_ends(struct buffer *out, struct text text, size_t shown_min, size_t head,
                     size_t stars, size_t tail)
{
    size_t count = text_characters(text);

    if (count < shown_min) {
        put_stars(out, count);
        return;
    }
    put_characters(out, text, 0, head);
    put_stars(out, stars != 0 ? stars : count - head - tail);
    put_characters(out, text, count - tail, tail);
}

/* The dots that stand between the parts of names of minorities and foreigners. */
static bool is_middle_dot(uint32_t code)
{
    return code == 0xB7 || code == 0x2022 || code == 0x2027 || code == 0x30FB ||
           code == 0xFF65 || code == 0xFF0E;
}

static void put_name(struct buffer *out, struct text text)
{
    bool part_begins = true;
    bool starred = false;
    uint32_t code;

    text = text_trim(text);
    while (utf8_take(&text, &code) && out->size < PERSONAL_MASK_SIZE / 2) {
        char bytes[UTF8_SIZE_MAX];
        size_t size = utf8_encode(code, bytes);

        if (is_middle_dot(code)) {
            buffer_bytes(out, bytes, size);
            part_begins = true;
        } else if (part_begins) {
            buffer_bytes(out, bytes, size);
            buffer_u8(out, '*');
            part_begins = false;
            starred = true;
        }
    }
    if (!starred) /* nothing but dots or blanks */
        buffer_u8(out, '*');
}

static void put_mask(struct buffer *out, struct text text, enum mask_kind kind)
{
    switch (kind) {
    case MASK_NAME:
        put_name(out, text);
        return;
    case MASK_ID:
        put_ends(out, text, SHOWN_MIN, 3, 0, 2);
        return;
    case MASK_PHONE:
        put_ends(out, text, PHONE_MIN, 3, 4, 4);
        return;
    case MASK_TAIL:
        put_ends(out, text, SHOWN_MIN, 0, 0, 4);
        return;
    case MASK_ADDRESS:
        put_characters(out, text, 0, 6);
        put_stars(out, 3);
        return;
    case MASK_TEXT:
        buffer_format(out, "(%zu characters)", text_characters(text));
        return;
    }
}

const char *personal_masked(struct personal value, enum mask_kind kind,
                            char out[PERSONAL_MASK_SIZE])
{
    struct buffer buffer = buffer_over(out, PERSONAL_MASK_SIZE - 1);

    if (value.hidden.size > 0)
        put_mask(&buffer, value.hidden, kind);
    CHECK(!buffer.overflow);
    out[buffer.size] = '\0';
    return out;
}
