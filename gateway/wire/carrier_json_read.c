/*
 * carrier_json_read.c - JSON straight to a record. A reader of our own: a number must keep the
 * digits it was written with, and libraries make binary fractions of them.
 *
 * A value's place in the tree is settled when its first byte is seen, so there is neither a
 * second tree nor recursion. The whole input is UTF-8 before the first byte is looked at.
 */
#include <string.h>

#include "base/utf8.h"
#include "wire/carrier_internal.h"

enum {
    MEMBERS_MAX = 500,            /* of one object: each name is compared with all before it */
    LEVELS = 2 * RECORD_DEPTH_MAX /* between two groups one array at most */
};

struct member {
    const char *name;
    struct member *before;
};

/* An object or array that is open. */
struct level {
    struct record *group; /* where values go */
    const char *rows;     /* of an array: the name of its values; NULL: an object */
    struct member *members;
    size_t count; /* of members or values */
};

struct parser {
    struct text all;
    size_t at;
    struct arena *arena;
    struct error *err;
    struct level levels[LEVELS];
    size_t depth;
    size_t groups; /* among the levels */
    size_t nodes;
};

static bool wrong(struct parser *parser, enum error_code code, const char *what)
{
    return fail(parser->err, code, "JSON, byte %zu: %s", parser->at + 1, what);
}

static bool no_memory(struct parser *parser)
{
    return fail(parser->err, ERROR_MEMORY, "no memory for a document's fields");
}

/* The next byte that is no white space, which stays; NUL at the end. */
static char peek(struct parser *parser)
{
    while (parser->at < parser->all.size) {
        char c = parser->all.at[parser->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return c;
        parser->at++;
    }
    return '\0';
}

static bool take(struct parser *parser, char c, const char *what)
{
    if (peek(parser) != c)
        return wrong(parser, ERROR_PARSE, what);
    parser->at++;
    return true;
}

/* --- strings -------------------------------------------------------------------------------
 */

static bool read_unit(struct parser *parser, uint32_t *unit)
{
    uint8_t bytes[2];

    if (parser->all.size - parser->at < 4 ||
        !hex_decode((struct text){parser->all.at + parser->at, 4}, bytes, sizeof(bytes)))
        return wrong(parser, ERROR_PARSE, "not four hexadecimal digits");
    *unit = (uint32_t)bytes[0] << 8 | bytes[1];
    parser->at += 4;
    return true;
}

/* What follows "\u"; two of them for a character beyond U+FFFF. */
static bool read_unicode(struct parser *parser, struct buffer *out)
{
    struct text rest;
    uint32_t first;
    uint32_t second;
    char utf8[UTF8_SIZE_MAX];

    if (!read_unit(parser, &first))
        return false;
    if (first == 0)
        return wrong(parser, ERROR_VALUE, "a NUL");
    if (first >= 0xD800 && first < 0xE000) {
        rest = (struct text){parser->all.at + parser->at, parser->all.size - parser->at};
        if (first >= 0xDC00 || !text_starts(rest, "\\u"))
            return wrong(parser, ERROR_ENCODING, "half a surrogate pair");
        parser->at += 2;
        if (!read_unit(parser, &second))
            return false;
        if (second < 0xDC00 || second >= 0xE000)
            return wrong(parser, ERROR_ENCODING, "half a surrogate pair");
        first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
    buffer_bytes(out, utf8, utf8_encode(first, utf8));
    return true;
}

static bool read_escape(struct parser *parser, struct buffer *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char c = parser->at < parser->all.size ? parser->all.at[parser->at] : '\0';
    const char *found = c == '\0' ? NULL : strchr(letters, c);

    parser->at++;
    if (c == 'u')
        return read_unicode(parser, out);
    if (found == NULL)
        return wrong(parser, ERROR_PARSE, "an escape that JSON does not know");
    buffer_bytes(out, &meanings[found - letters], 1);
    return true;
}

/* The size of the text up to its closing quote, as it is written; SIZE_MAX: it does not end. */
static size_t written_size(struct text rest)
{
    for (size_t i = 0; i < rest.size; i++) {
        if (rest.at[i] == '"')
            return i;
        i += rest.at[i] == '\\';
    }
    return SIZE_MAX;
}

/* With a NUL behind it. */
static bool read_string(struct parser *parser, struct text *value)
{
    struct buffer out;
    size_t size;

    if (!take(parser, '"', "not a string"))
        return false;
    size = written_size(
        (struct text){parser->all.at + parser->at, parser->all.size - parser->at});
    if (size == SIZE_MAX)
        return wrong(parser, ERROR_PARSE, "a string without an end");
    out = buffer_over(arena_alloc(parser->arena, size + 1), size);
    if (out.at == NULL)
        return no_memory(parser);
    for (size_t end = parser->at + size; parser->at < end;) {
        char c = parser->all.at[parser->at++];
        if ((unsigned char)c < 0x20)
            return wrong(parser, ERROR_PARSE, "a control character in a string");
        if (c != '\\')
            buffer_bytes(&out, &c, 1);
        else if (!read_escape(parser, &out))
            return false;
    }
    parser->at++;
    CHECK(!out.overflow);
    *value = buffer_as_text(&out);
    return true;
}

/* A name as a path can hold it: no blank, no control, no '/', not a number. */
static bool is_name(struct text name)
{
    if (name.size == 0 || name.size > RECORD_NAME_MAX ||
        (name.at[0] >= '0' && name.at[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.at[i] <= ' ' || name.at[i] == '/' || name.at[i] == 0x7F)
            return false;
    return true;
}

static bool read_name(struct parser *parser, struct level *level, const char **name)
{
    struct member *member;
    struct text text;

    if (!read_string(parser, &text))
        return false;
    if (!is_name(text))
        return wrong(parser, ERROR_SHAPE, "not a member's name");
    for (const struct member *before = level->members; before != NULL; before = before->before)
        if (text_is(text, before->name))
            return wrong(parser, ERROR_SHAPE, "a member that stands there twice");
    member = arena_alloc(parser->arena, sizeof(*member));
    if (member == NULL)
        return no_memory(parser);
    *member = (struct member){text.at, level->members};
    level->members = member;
    *name = text.at;
    return true;
}

/* --- values --------------------------------------------------------------------------------
 */

static size_t digits_at(struct text text, size_t at)
{
    size_t count = 0;

    while (at + count < text.size && text.at[at + count] >= '0' && text.at[at + count] <= '9')
        count++;
    return count;
}

size_t carrier_json_number(struct text text, bool *exponent)
{
    size_t at = text_starts(text, "-");
    size_t whole = digits_at(text, at);
    size_t places;

    *exponent = false;
    if (whole == 0 || (whole > 1 && text.at[at] == '0'))
        return 0;
    at += whole;
    if (at < text.size && text.at[at] == '.') {
        places = digits_at(text, at + 1);
        if (places == 0)
            return 0;
        at += 1 + places;
    }
    *exponent = at < text.size && (text.at[at] == 'e' || text.at[at] == 'E');
    return at;
}

static bool add_leaf(struct parser *parser, struct record *group, const char *name,
                     struct text value)
{
    if (++parser->nodes > RECORD_FIELDS_MAX)
        return wrong(parser, ERROR_DEPTH, "too many members");
    return record_add(parser->arena, group, name, value) != NULL || no_memory(parser);
}

static bool read_number(struct parser *parser, struct record *group, const char *name)
{
    struct text rest = {parser->all.at + parser->at, parser->all.size - parser->at};
    bool exponent;
    size_t size = carrier_json_number(rest, &exponent);
    struct text value = arena_copy(parser->arena, (struct text){rest.at, size});

    if (size == 0)
        return wrong(parser, ERROR_PARSE, "not a number");
    if (exponent)
        return fail(parser->err, ERROR_VALUE, "%s: a number with an exponent", name);
    if (value.at == NULL)
        return no_memory(parser);
    parser->at += size;
    return add_leaf(parser, group, name, value);
}

static bool read_word(struct parser *parser, struct record *group, const char *name)
{
    static const struct text words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    struct text rest = {parser->all.at + parser->at, parser->all.size - parser->at};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!text_starts(rest, words[i].at))
            continue;
        parser->at += words[i].size;
        return add_leaf(parser, group, name, i == 2 ? TEXT_NONE : words[i]);
    }
    return wrong(parser, ERROR_PARSE, "not a value");
}

static bool open_level(struct parser *parser, struct record *group, const char *rows)
{
    if (parser->groups + (rows == NULL) > RECORD_DEPTH_MAX - 1 || parser->depth == LEVELS)
        return wrong(parser, ERROR_DEPTH, "nested too deeply");
    parser->groups += rows == NULL;
    parser->levels[parser->depth++] = (struct level){.group = group, .rows = rows};
    parser->at++;
    return true;
}

static bool read_value(struct parser *parser, struct level *level, const char *name)
{
    struct record *group = level->group;
    char c = peek(parser);
    struct text text;

    if (c == '"')
        return read_string(parser, &text) && add_leaf(parser, group, name, text);
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(parser, group, name);
    if (c == '[' && level->rows != NULL)
        return wrong(parser, ERROR_SHAPE, "an array in an array");
    if (c == '[')
        return open_level(parser, group, name);
    if (c == '{')
        return add_leaf(parser, group, name, TEXT_NONE) &&
               open_level(parser, group->last, NULL);
    return read_word(parser, group, name);
}

/* One member or value of the innermost level, or its end. */
static bool read_next(struct parser *parser)
{
    struct level *level = &parser->levels[parser->depth - 1];
    const char *name = level->rows;

    if (peek(parser) == (name == NULL ? '}' : ']')) {
        parser->at++;
        parser->depth--;
        parser->groups -= name == NULL;
        return true;
    }
    if (level->count++ > 0 && !take(parser, ',', "neither a comma nor the end"))
        return false;
    if (name != NULL)
        return read_value(parser, level, name);
    if (level->count > MEMBERS_MAX)
        return wrong(parser, ERROR_DEPTH, "too many members");
    return read_name(parser, level, &name) && take(parser, ':', "not a colon") &&
           read_value(parser, level, name);
}

bool carrier_json_read(const struct carrier *carrier, struct text bytes, struct arena *arena,
                       struct record **root, struct error *err)
{
    struct parser parser = {.all = bytes, .arena = arena, .err = err, .nodes = 1};

    (void)carrier;
    if (text_starts(bytes, "\xEF\xBB\xBF"))
        return fail(err, ERROR_ENCODING, "JSON does not begin with a byte order mark");
    if (!text_is_utf8(bytes))
        return fail(err, ERROR_ENCODING, "JSON that is not UTF-8");
    *root = record_new(arena, CARRIER_JSON_ROOT);
    if (*root == NULL)
        return no_memory(&parser);
    if (peek(&parser) != '{')
        return wrong(&parser, peek(&parser) == '[' ? ERROR_SHAPE : ERROR_PARSE,
                     "not an object");
    if (!open_level(&parser, *root, NULL))
        return false;
    while (parser.depth > 0)
        if (!read_next(&parser))
            return false;
    if (peek(&parser) != '\0' || parser.at < bytes.size)
        return wrong(&parser, ERROR_PARSE, "something after the end");
    return true;
}
