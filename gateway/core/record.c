/* record.c - the tree of named fields: building, finding, typed reading, canonical bytes.
 *
 * Every walk keeps its own stack of at most RECORD_DEPTH_MAX nodes: a document comes from
 * outside, so its depth may not become ours. */
#include "core/record.h"

#include <limits.h>
#include <string.h>

enum { KIND_LEAF = 0, KIND_GROUP = 1, LEAF_HEAD = 2 + 1 + 4 };

static bool name_fits(const char *name)
{
    size_t size = strnlen(name, RECORD_NAME_MAX + 1);

    return size > 0 && size <= RECORD_NAME_MAX;
}

struct record *record_new(struct arena *arena, const char *name)
{
    struct record *record;

    if (!name_fits(name))
        return NULL;
    record = arena_alloc(arena, sizeof(*record));
    if (record == NULL)
        return NULL;
    record->name = name;
    record->value = personal_of(TEXT_NONE);
    return record;
}

static void append(struct record *parent, struct record *child)
{
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
}

struct record *record_add(struct arena *arena, struct record *parent, const char *name,
                          struct text value)
{
    struct record *child = record_new(arena, name);

    if (child == NULL)
        return NULL;
    child->value = personal_of(value);
    append(parent, child);
    return child;
}

/* The first of `node` and its later siblings that bears this name. */
static const struct record *first_named(const struct record *node, struct text name)
{
    while (node != NULL && !text_is(name, node->name))
        node = node->next;
    return node;
}

const struct record *record_find(const struct record *root, const char *path)
{
    struct text rest = text_of(path);
    const struct record *node = root;

    while (node != NULL && rest.size > 0) {
        struct text name = text_cut(&rest, '/');
        node = first_named(node->first, name);
    }
    return node;
}

const struct record *record_same(const struct record *node)
{
    return node == NULL ? NULL : first_named(node->next, text_of(node->name));
}

size_t record_count(const struct record *root, const char *path)
{
    size_t count = 0;

    for (const struct record *node = record_find(root, path); node != NULL;
         node = record_same(node))
        count++;
    return count;
}

bool record_text(const struct record *root, const char *path, struct text *out)
{
    const struct record *node = record_find(root, path);

    if (node == NULL || node->first != NULL || node->value.hidden.size == 0)
        return false;
    *out = node->value.hidden;
    return true;
}

bool record_money(const struct record *root, const char *path, struct money *out)
{
    struct text text;
    struct money money;

    if (!record_text(root, path, &text) || !money_parse(text, &money))
        return false;
    *out = money;
    return true;
}

bool record_day(const struct record *root, const char *path, struct day *out)
{
    struct text text;
    struct day day;

    if (!record_text(root, path, &text) || !day_parse(text, &day))
        return false;
    *out = day;
    return true;
}

bool record_month(const struct record *root, const char *path, struct month *out)
{
    struct text text;
    struct month month;

    if (!record_text(root, path, &text) || !month_parse(text, &month))
        return false;
    *out = month;
    return true;
}

bool record_number(const struct record *root, const char *path, uint64_t max, uint64_t *out)
{
    struct text text;
    uint64_t number;

    if (!record_text(root, path, &text) || !text_to_u64(text, &number) || number > max)
        return false;
    *out = number;
    return true;
}

uint32_t record_region_said(const struct record *root, const char *path)
{
    uint64_t region = 0;

    return record_number(root, path, 999999, &region) ? (uint32_t)region : 0;
}

uint32_t record_region(const struct record *root, const char *path)
{
    uint32_t region = record_region_said(root, path);

    return region >= 100000 ? region : 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, then optionally '.' and one to four digits; in ten-thousandths. */
static bool rate_parse(struct text text, int32_t *rate)
{
    int64_t value = 0;
    size_t at = 0;
    int decimals = 0;

    for (; at < text.size && is_digit(text.at[at]); at++) {
        value = value * 10 + (text.at[at] - '0');
        if (value > INT32_MAX)
            return false;
    }
    if (at == 0 || (at < text.size && text.at[at] != '.') || at + 1 == text.size)
        return false;
    for (at++; at < text.size; at++, decimals++) {
        if (decimals == 4 || !is_digit(text.at[at]))
            return false;
        value = value * 10 + (text.at[at] - '0');
    }
    for (; decimals < 4; decimals++)
        value *= 10;
    if (value > INT32_MAX)
        return false;
    *rate = (int32_t)value;
    return true;
}

bool record_rate(const struct record *root, const char *path, int32_t *out)
{
    struct text text;

    return record_text(root, path, &text) && rate_parse(text, out);
}

/* Pre-order without recursion: the node after `node`, its ancestors being kept in `above`. */
struct walk {
    const struct record *above[RECORD_DEPTH_MAX];
    size_t depth;
};

static const struct record *walk_next(struct walk *walk, const struct record *node)
{
    if (node->first != NULL) {
        CHECK(walk->depth + 1 < RECORD_DEPTH_MAX);
        walk->above[walk->depth++] = node;
        return node->first;
    }
    while (walk->depth > 0) {
        if (node->next != NULL)
            return node->next;
        node = walk->above[--walk->depth];
    }
    return NULL;
}

size_t record_encoded_size(const struct record *root)
{
    struct walk walk = {.depth = 0};
    size_t size = 0;

    for (const struct record *node = root; node != NULL; node = walk_next(&walk, node)) {
        size += LEAF_HEAD + strlen(node->name);
        if (node->first == NULL)
            size += node->value.hidden.size;
    }
    return size;
}

static uint32_t children_of(const struct record *node)
{
    uint32_t count = 0;

    for (const struct record *child = node->first; child != NULL; child = child->next)
        count++;
    return count;
}

void record_encode(const struct record *root, struct buffer *buffer)
{
    struct walk walk = {.depth = 0};

    for (const struct record *node = root; node != NULL; node = walk_next(&walk, node)) {
        size_t name_size = strlen(node->name);

        buffer_u16(buffer, (uint16_t)name_size);
        buffer_bytes(buffer, node->name, name_size);
        if (node->first != NULL) {
            buffer_u8(buffer, KIND_GROUP);
            buffer_u32(buffer, children_of(node));
            continue;
        }
        buffer_u8(buffer, KIND_LEAF);
        buffer_u32(buffer, (uint32_t)node->value.hidden.size);
        buffer_text(buffer, node->value.hidden);
    }
}

/* What record_decode is in the middle of: open groups, and how many children each still lacks.
 */
struct decoding {
    struct arena *arena;
    struct reader reader;
    struct record *open[RECORD_DEPTH_MAX];
    uint32_t missing[RECORD_DEPTH_MAX];
    size_t depth;
    size_t nodes;
};

/* Reads one node's head and, of a leaf, its value. *children is 0 for a leaf. */
static bool read_node(struct decoding *decoding, struct record **node, uint32_t *children,
                      struct error *err)
{
    struct reader *reader = &decoding->reader;
    struct text name = reader_view(reader, reader_u16(reader));
    uint8_t kind = reader_u8(reader);
    uint32_t count = reader_u32(reader);
    struct text value = TEXT_NONE;

    if (kind == KIND_LEAF)
        value = reader_view(reader, count);
    if (reader->broken)
        return fail(err, ERROR_PARSE, "record: cut off");
    if (kind > KIND_GROUP || (kind == KIND_GROUP && count == 0))
        return fail(err, ERROR_PARSE, "record: neither leaf nor group");
    if (name.size == 0 || name.size > RECORD_NAME_MAX || memchr(name.at, 0, name.size) != NULL)
        return fail(err, ERROR_PARSE, "record: a name out of bounds");
    if (++decoding->nodes > RECORD_FIELDS_MAX)
        return fail(err, ERROR_PARSE, "record: more than %d fields", (int)RECORD_FIELDS_MAX);
    name = arena_copy(decoding->arena, name);
    value = arena_copy(decoding->arena, value);
    *node = name.at == NULL || value.at == NULL ? NULL : record_new(decoding->arena, name.at);
    if (*node == NULL)
        return fail(err, ERROR_MEMORY, "record: no memory");
    (*node)->value = personal_of(value);
    *children = kind == KIND_GROUP ? count : 0;
    return true;
}

static void close_full_groups(struct decoding *decoding)
{
    while (decoding->depth > 0 && decoding->missing[decoding->depth - 1] == 0)
        decoding->depth--;
}

static bool decode_all(struct decoding *decoding, struct record **root, struct error *err)
{
    do {
        struct record *node = NULL;
        uint32_t children = 0;

        if (!read_node(decoding, &node, &children, err))
            return false;
        if (decoding->depth == 0) {
            *root = node;
        } else {
            append(decoding->open[decoding->depth - 1], node);
            decoding->missing[decoding->depth - 1]--;
        }
        if (children > 0) {
            if (decoding->depth + 1 >= RECORD_DEPTH_MAX)
                return fail(err, ERROR_PARSE, "record: nested too deeply");
            decoding->open[decoding->depth] = node;
            decoding->missing[decoding->depth++] = children;
        }
        close_full_groups(decoding);
    } while (decoding->depth > 0);
    return true;
}

bool record_decode(struct arena *arena, struct text bytes, struct record **root,
                   struct error *err)
{
    struct decoding decoding = {.arena = arena, .reader = reader_over(bytes.at, bytes.size)};
    struct record *found = NULL;

    if (!decode_all(&decoding, &found, err))
        return false;
    if (decoding.reader.left > 0)
        return fail(err, ERROR_PARSE, "record: bytes after the end");
    *root = found;
    return true;
}

static bool same_node(const struct record *a, const struct record *b)
{
    if (strcmp(a->name, b->name) != 0 || (a->first == NULL) != (b->first == NULL))
        return false;
    return a->first != NULL || text_equal(a->value.hidden, b->value.hidden);
}

bool record_equal(const struct record *a, const struct record *b)
{
    struct walk walk_a = {.depth = 0};
    struct walk walk_b = {.depth = 0};

    while (a != NULL && b != NULL) {
        if (!same_node(a, b) || walk_a.depth != walk_b.depth)
            return false;
        a = walk_next(&walk_a, a);
        b = walk_next(&walk_b, b);
    }
    return a == b;
}
