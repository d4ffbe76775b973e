/* text.c - views of bytes; the builder and the reader are in bytes.c. */
#include "base/text.h"

#include <string.h>

#include "base/utf8.h"

struct text text_of(const char *nul_terminated)
{
    if (nul_terminated == NULL)
        return TEXT_NONE;
    return (struct text){nul_terminated, strlen(nul_terminated)};
}

bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

bool text_is(struct text a, const char *nul_terminated)
{
    return text_equal(a, text_of(nul_terminated));
}

int text_compare(struct text a, struct text b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);

    if (order != 0)
        return order < 0 ? -1 : 1;
    return (a.size > b.size) - (a.size < b.size);
}

bool text_starts(struct text a, const char *prefix)
{
    struct text wanted = text_of(prefix);

    return a.size >= wanted.size && text_equal((struct text){a.at, wanted.size}, wanted);
}

static bool is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text a)
{
    while (a.size > 0 && is_white(a.at[0])) {
        a.at++;
        a.size--;
    }
    while (a.size > 0 && is_white(a.at[a.size - 1]))
        a.size--;
    return a;
}

struct text text_cut(struct text *rest, char separator)
{
    struct text part = *rest;
    const char *found = part.size == 0 ? NULL : memchr(part.at, separator, part.size);

    if (found == NULL) {
        *rest = TEXT_NONE;
        return part;
    }
    part.size = (size_t)(found - part.at);
    rest->at = found + 1;
    rest->size -= part.size + 1;
    return part;
}

bool text_to_u64(struct text a, uint64_t *value)
{
    uint64_t sum = 0;

    if (a.size == 0)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (a.at[i] < '0' || a.at[i] > '9')
            return false;
        if (__builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(a.at[i] - '0'), &sum))
            return false;
    }
    *value = sum;
    return true;
}

/* Eight bytes that are all ASCII and not NUL: the top bit of no byte is set, and taking one
 * from each borrows from no neighbour. */
static bool eight_plain(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return ((word | (word - ones)) & tops) == 0;
}

bool text_is_utf8(struct text a)
{
    while (a.size > 0) {
        uint32_t code;
        bool valid;
        size_t size;

        if (a.size >= 8 && eight_plain(a.at)) {
            a.at += 8;
            a.size -= 8;
            continue;
        }
        size = utf8_decode(a, &code, &valid);
        if (!valid || code == 0)
            return false;
        a.at += size;
        a.size -= size;
    }
    return true;
}

size_t text_characters(struct text a)
{
    size_t count = 0;
    uint32_t code;

    while (utf8_take(&a, &code))
        count++;
    return count;
}

struct span {
    uint32_t first;
    uint32_t last;
};

static bool in_spans(const struct span *spans, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count && code >= spans[i].first; i++)
        if (code <= spans[i].last)
            return true;
    return false;
}

static size_t columns_of(uint32_t code)
{
    static const struct span none[] = {
        {0x0, 0x1F},      {0x7F, 0x9F},       {0x300, 0x36F}, /* combining marks */
        {0x200B, 0x200F}, {0x20D0, 0x20FF},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
        {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}, /* ideographic variation selectors: rare names use
                    them */
    };
    static const struct span two[] = {
        {0x1100, 0x115F},   {0x2329, 0x232A},   {0x2E80, 0x303E}, {0x3041, 0xA4CF},
        {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF}, {0xFE10, 0xFE19},
        {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };

    if (code >= 0x20 && code < 0x7F)
        return 1;
    if (in_spans(none, COUNT_OF(none), code))
        return 0;
    return in_spans(two, COUNT_OF(two), code) ? 2 : 1;
}

size_t text_columns(struct text a)
{
    size_t columns = 0;
    uint32_t code;

    while (utf8_take(&a, &code))
        columns += columns_of(code);
    return columns;
}

void text_one_line(char *nul_terminated)
{
    struct text rest = text_of(nul_terminated);
    uint32_t code;
    size_t size;
    bool valid;

    while ((size = utf8_decode(rest, &code, &valid)) > 0) {
        char *at = nul_terminated + (rest.at - nul_terminated);

        if (code == '\n' || code == '\t')
            *at = ' ';
        else if (!valid || code < 0x20 || code == 0x7F)
            *at = '?';
        rest.at += size;
        rest.size -= size;
    }
}

bool text_to_field(struct text a, char *field, size_t field_size)
{
    CHECK(field_size > 0);
    field[0] = '\0';
    if (a.size >= field_size)
        return false;
    /* A NUL inside would silently shorten what the field says. */
    if (a.size > 0 && memchr(a.at, '\0', a.size) != NULL)
        return false;
    if (a.size > 0)
        memcpy(field, a.at, a.size);
    field[a.size] = '\0';
    return true;
}
