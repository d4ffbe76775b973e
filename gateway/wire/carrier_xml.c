/* carrier_xml.c - XML in and out. A small writer of our own: flat records need neither a
 * library's tree nor its escapes, and the bytes of examples must never change with a library's
 * version. */
#include <string.h>

#include "wire/carrier_internal.h"
#include "wire/codec.h"
#include "wire/encoding.h"

bool carrier_xml_read(const struct carrier *carrier, const struct schema *dialect,
                      struct text bytes, struct arena *arena, struct record **root,
                      struct error *err)
{
    bool gb = carrier->encoding == ENCODING_GB18030;
    struct document_limits limits = {
        .size_max = carrier->size_max, .allow_gb = gb, .assume_gb = gb};
    struct document *document = NULL;
    bool ok;

    ok = document_parse(bytes, &limits, &document, err) &&
         (dialect == NULL || schema_check(dialect, document, err)) &&
         (carrier->attributes ? codec_read_attributes(document, arena, root, err)
                              : codec_read(document, arena, root, err));
    document_free(document);
    return ok;
}

/* --- values --------------------------------------------------------------------------------
 */

/* An attribute's white space would come back as blanks. */
static const char *escape_of(char c, bool attribute)
{
    switch (c) {
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
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

static size_t escaped_size(struct text value, bool attribute)
{
    size_t size = value.size;

    for (size_t i = 0; i < value.size; i++) {
        const char *escape = escape_of(value.at[i], attribute);
        if (escape != NULL)
            size += strlen(escape) - 1;
    }
    return size;
}

static void write_value(struct buffer *buffer, struct text value, bool attribute)
{
    size_t from = 0;

    for (size_t i = 0; i < value.size; i++) {
        const char *escape = escape_of(value.at[i], attribute);
        if (escape == NULL)
            continue;
        buffer_bytes(buffer, value.at + from, i - from);
        buffer_string(buffer, escape);
        from = i + 1;
    }
    if (from < value.size)
        buffer_bytes(buffer, value.at + from, value.size - from);
}

/* --- elements ------------------------------------------------------------------------------
 */

static bool is_attribute(const struct record *node)
{
    return node->name[0] == '@';
}

static bool is_text(const struct record *node)
{
    return strcmp(node->name, CODEC_TEXT) == 0;
}

/* Something between the tags; and that it is a text beside attributes. */
static bool has_content(const struct record *node, bool *text)
{
    bool content = node->value.hidden.size > 0;

    *text = false;
    for (const struct record *child = node->first; child != NULL; child = child->next) {
        content = content || !is_attribute(child);
        *text = *text || is_text(child);
    }
    return content;
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
        *size += 2 * strlen(node->name) + 5 + 2 * (CARRIER_INDENT * depth + 1) +
                 escaped_size(node->value.hidden, is_attribute(node));
}

struct writing {
    const struct carrier *carrier;
    struct buffer buffer;
};

static void start_line(struct writing *writing, size_t depth)
{
    if (!writing->carrier->indented)
        return;
    for (size_t i = 0; i < CARRIER_INDENT * depth; i++)
        buffer_bytes(&writing->buffer, " ", 1);
}

static void end_line(struct writing *writing)
{
    if (writing->carrier->indented)
        buffer_bytes(&writing->buffer, "\n", 1);
}

static void write_attributes(struct buffer *buffer, const struct record *node)
{
    for (const struct record *child = node->first; child != NULL; child = child->next) {
        if (!is_attribute(child))
            continue;
        buffer_string(buffer, " ");
        buffer_string(buffer, child->name + 1);
        buffer_string(buffer, "=\"");
        write_value(buffer, child->value.hidden, true);
        buffer_string(buffer, "\"");
    }
}

static void close_tag(struct writing *writing, const struct record *node)
{
    buffer_string(&writing->buffer, "</");
    buffer_string(&writing->buffer, node->name);
    buffer_string(&writing->buffer, ">");
    end_line(writing);
}

static void open_tag(struct writing *writing, const struct record *node)
{
    struct buffer *buffer = &writing->buffer;
    bool text;
    bool content = has_content(node, &text);

    buffer_string(buffer, "<");
    buffer_string(buffer, node->name);
    write_attributes(buffer, node);
    buffer_string(buffer, content ? ">" : "/>");
    if (node->first == NULL && content) {
        write_value(buffer, node->value.hidden, false);
        close_tag(writing, node);
    } else if (!text) {
        end_line(writing);
    }
}

static void write_node(void *self, const struct record *node, size_t depth, bool end)
{
    struct writing *writing = self;
    bool text;

    if (is_attribute(node))
        return; /* stands in its element's tag */
    if (is_text(node)) {
        write_value(&writing->buffer, node->value.hidden, false);
        return;
    }
    if (!end) {
        start_line(writing, depth);
        open_tag(writing, node);
        return;
    }
    if (!has_content(node, &text))
        return;
    if (!text)
        start_line(writing, depth);
    close_tag(writing, node);
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

bool carrier_xml_write(const struct carrier *carrier, const struct record *root,
                       struct arena *arena, struct text *bytes, struct error *err)
{
    struct writing writing = {.carrier = carrier};
    size_t size = 128; /* the declaration and the last line's end */

    walk_record(root, add_size, &size);
    writing.buffer = buffer_over(arena_alloc(arena, size), size);
    if (writing.buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory to write the document");
    write_declaration(&writing);
    walk_record(root, write_node, &writing);
    if (!carrier->indented)
        buffer_bytes(&writing.buffer, "\n", 1);
    CHECK(!writing.buffer.overflow);
    return encode(carrier, arena, buffer_as_text(&writing.buffer), bytes, err);
}
