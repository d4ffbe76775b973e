/* carrier.c - a small writer of our own: flat records need neither a library's tree nor its
 * escapes, and the bytes of examples must never change with a library's version. */
#include "wire/carrier.h"

#include <string.h>

#include "wire/encoding.h"

enum { INDENT = 2 };

bool carrier_read(const struct carrier *carrier, struct text bytes, struct document **document,
                  struct error *err)
{
    bool gb = carrier->encoding == ENCODING_GB18030;
    struct document_limits limits = {
        .size_max = carrier->size_max, .allow_gb = gb, .assume_gb = gb};

    return document_parse(bytes, &limits, document, err);
}

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;"; /* a parser would make a line feed of it */
    default:
        return NULL;
    }
}

static size_t escaped_size(struct text value)
{
    size_t size = value.size;

    for (size_t i = 0; i < value.size; i++) {
        const char *escape = escape_of(value.at[i]);
        if (escape != NULL)
            size += strlen(escape) - 1;
    }
    return size;
}

static void write_value(struct buffer *buffer, struct text value)
{
    size_t from = 0;

    for (size_t i = 0; i < value.size; i++) {
        const char *escape = escape_of(value.at[i]);
        if (escape == NULL)
            continue;
        buffer_bytes(buffer, value.at + from, i - from);
        buffer_string(buffer, escape);
        from = i + 1;
    }
    if (from < value.size)
        buffer_bytes(buffer, value.at + from, value.size - from);
}

/* Pre-order with a stack of open groups; `visit` sees every node and the end of every group. */
struct walk {
    const struct record *open[RECORD_DEPTH_MAX + 1];
    size_t depth;
};

typedef void visit(void *self, const struct record *node, size_t depth, bool end);

static void walk_record(const struct record *root, visit *see, void *self)
{
    struct walk walk = {.depth = 0};
    const struct record *node = root;

    for (;;) {
        see(self, node, walk.depth, false);
        if (node->first != NULL) {
            CHECK(walk.depth < COUNT_OF(walk.open));
            walk.open[walk.depth++] = node;
            node = node->first;
            continue;
        }
        while (walk.depth > 0 && node->next == NULL) {
            node = walk.open[--walk.depth];
            see(self, node, walk.depth, true);
        }
        if (walk.depth == 0)
            return;
        node = node->next;
    }
}

static void add_size(void *self, const struct record *node, size_t depth, bool end)
{
    size_t *size = self;

    if (!end)
        *size += 2 * strlen(node->name) + 5 + 2 * (INDENT * depth + 1) +
                 escaped_size(node->value.hidden);
}

struct writing {
    const struct carrier *carrier;
    struct buffer buffer;
};

static void start_line(struct writing *writing, size_t depth)
{
    if (!writing->carrier->indented)
        return;
    for (size_t i = 0; i < INDENT * depth; i++)
        buffer_bytes(&writing->buffer, " ", 1);
}

static void end_line(struct writing *writing)
{
    if (writing->carrier->indented)
        buffer_bytes(&writing->buffer, "\n", 1);
}

static void write_tag(struct buffer *buffer, struct text open, struct text name,
                      struct text close)
{
    buffer_text(buffer, open);
    buffer_text(buffer, name);
    buffer_text(buffer, close);
}

static void write_node(void *self, const struct record *node, size_t depth, bool end)
{
    struct writing *writing = self;
    struct buffer *buffer = &writing->buffer;
    struct text name = text_of(node->name);

    start_line(writing, depth);
    if (end) {
        write_tag(buffer, TEXT("</"), name, TEXT(">"));
    } else if (node->first == NULL && node->value.hidden.size == 0) {
        write_tag(buffer, TEXT("<"), name, TEXT("/>"));
    } else {
        write_tag(buffer, TEXT("<"), name, TEXT(">"));
        if (node->first == NULL) {
            write_value(buffer, node->value.hidden);
            write_tag(buffer, TEXT("</"), name, TEXT(">"));
        }
    }
    end_line(writing);
}

static void write_declaration(struct writing *writing)
{
    static const char *const standalone[] = {
        [STANDALONE_UNSAID] = "",
        [STANDALONE_YES] = " standalone=\"yes\"",
        [STANDALONE_NO] = " standalone=\"no\"",
    };

    if (writing->carrier->label[0] == '\0')
        return;
    buffer_format(&writing->buffer, "<?xml version=\"1.0\" encoding=\"%s\"%s?>\n",
                  writing->carrier->label, standalone[writing->carrier->standalone]);
}

static bool encode(const struct carrier *carrier, struct arena *arena, struct text utf8,
                   struct text *bytes, struct error *err)
{
    size_t room = encoding_room(utf8.size);
    struct buffer buffer;

    *bytes = utf8;
    if (carrier->encoding == ENCODING_UTF8)
        return true;
    buffer = buffer_over(arena_alloc(arena, room), room);
    if (buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory to encode the document");
    if (!encoding_utf8_to_gb(utf8, &buffer, err))
        return false;
    *bytes = buffer_as_text(&buffer);
    return true;
}

bool carrier_write(const struct carrier *carrier, const struct record *root,
                   struct arena *arena, struct text *bytes, struct error *err)
{
    struct writing writing = {.carrier = carrier};
    size_t size = 128; /* the declaration and the last line's end */
    struct text utf8;

    walk_record(root, add_size, &size);
    writing.buffer = buffer_over(arena_alloc(arena, size), size);
    if (writing.buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory to write the document");
    write_declaration(&writing);
    walk_record(root, write_node, &writing);
    if (!carrier->indented)
        buffer_bytes(&writing.buffer, "\n", 1);
    CHECK(!writing.buffer.overflow);
    utf8 = buffer_as_text(&writing.buffer);
    if (!encode(carrier, arena, utf8, bytes, err))
        return false;
    if (bytes->size > carrier->size_max)
        return fail(err, ERROR_SIZE, "the document takes %zu bytes, %zu are agreed",
                    bytes->size, carrier->size_max);
    return true;
}
