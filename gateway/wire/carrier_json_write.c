/* carrier_json_write.c - a record to JSON. The mapping knows what the tree does not say: which
 * names are arrays even with one row in them, and which values stand without quotes. */
#include <string.h>

#include "wire/carrier_internal.h"

/* A group whose members are being written. */
struct group {
    const struct record *next;
    const struct mapping_node *node; /* of the mapping */
    const char *rows;                /* name of the array that is open in it; NULL: none */
    bool some;                       /* a member stands there already */
};

struct writing {
    const struct carrier *carrier;
    const struct mapping_plan *plan;
    struct buffer buffer;
    struct group groups[RECORD_DEPTH_MAX + 1];
    size_t depth;
    size_t indent;
    struct error *err;
};

/* --- texts ---------------------------------------------------------------------------------
 */

static const char *escape_of(char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void write_string(struct buffer *buffer, struct text value)
{
    buffer_string(buffer, "\"");
    for (size_t i = 0; i < value.size; i++) {
        const char *escape = escape_of(value.at[i]);
        if (escape != NULL)
            buffer_string(buffer, escape);
        else
            buffer_bytes(buffer, value.at + i, 1);
    }
    buffer_string(buffer, "\"");
}

static bool is_bare(struct text value)
{
    bool exponent;

    return text_is(value, "true") || text_is(value, "false") ||
           (value.size > 0 && carrier_json_number(value, &exponent) == value.size);
}

static bool write_leaf(struct writing *writing, const struct mapping_node *node,
                       const struct record *record)
{
    const struct value_rule *rule = node->field == MAPPING_NONE
                                        ? NULL
                                        : &writing->plan->fields[node->field].rule;
    struct text value = record->value.hidden;

    if (rule == NULL || !rule->bare) {
        write_string(&writing->buffer, value);
        return true;
    }
    if (!is_bare(value))
        return fail(writing->err, ERROR_VALUE, "%s: neither a number nor a truth in JSON",
                    rule->field);
    buffer_text(&writing->buffer, value);
    return true;
}

/* --- structure -----------------------------------------------------------------------------
 */

static void new_line(struct writing *writing)
{
    if (!writing->carrier->indented)
        return;
    buffer_string(&writing->buffer, "\n");
    for (size_t i = 0; i < CARRIER_INDENT * writing->indent; i++)
        buffer_string(&writing->buffer, " ");
}

static void open_bracket(struct writing *writing, const char *bracket)
{
    buffer_string(&writing->buffer, bracket);
    writing->indent++;
}

static void close_bracket(struct writing *writing, const char *bracket)
{
    writing->indent--;
    new_line(writing);
    buffer_string(&writing->buffer, bracket);
}

static void open_group(struct writing *writing, const struct record *record,
                       const struct mapping_node *node)
{
    CHECK(writing->depth < COUNT_OF(writing->groups));
    writing->groups[writing->depth++] = (struct group){.next = record->first, .node = node};
    open_bracket(writing, "{");
}

static void close_rows(struct writing *writing, struct group *group)
{
    if (group->rows != NULL)
        close_bracket(writing, "]");
    group->rows = NULL;
}

/* Up to where the member's value begins. */
static void begin_member(struct writing *writing, struct group *group,
                         const struct mapping_node *node)
{
    bool more = group->rows != NULL && strcmp(group->rows, node->name) == 0;

    if (!more)
        close_rows(writing, group);
    if (group->some)
        buffer_string(&writing->buffer, ",");
    group->some = true;
    new_line(writing);
    if (more)
        return;
    write_string(&writing->buffer, text_of(node->name));
    buffer_string(&writing->buffer, writing->carrier->indented ? ": " : ":");
    if (node->scope == MAPPING_NONE)
        return;
    group->rows = node->name;
    open_bracket(writing, "[");
    new_line(writing);
}

static bool write_next(struct writing *writing)
{
    struct group *group = &writing->groups[writing->depth - 1];
    const struct record *record = group->next;
    const struct mapping_node *node;

    if (record == NULL) {
        close_rows(writing, group);
        close_bracket(writing, "}");
        writing->depth--;
        return true;
    }
    group->next = record->next;
    node = mapping_child(&writing->plan->directions[MAPPING_TO_OURS], group->node,
                         record->name);
    CHECK(node != NULL);
    begin_member(writing, group, node);
    if (record->first == NULL && node->count == 0)
        return write_leaf(writing, node, record);
    open_group(writing, record, node);
    return true;
}

/* More than is needed: each line's indentation, both ends of a group, escapes. */
static size_t room_for(const struct record *root)
{
    const struct record *stack[RECORD_DEPTH_MAX + 1] = {root};
    size_t depth = 1;
    size_t room = 16;

    while (depth > 0) {
        const struct record *record = stack[depth - 1];

        if (record == NULL) {
            depth--;
            continue;
        }
        stack[depth - 1] = record->next;
        room += 2 * (strlen(record->name) + record->value.hidden.size) + 16 +
                4 * (CARRIER_INDENT * 2 * RECORD_DEPTH_MAX + 1);
        CHECK(depth < COUNT_OF(stack));
        stack[depth++] = record->first;
    }
    return room;
}

bool carrier_json_write(const struct carrier *carrier, const struct mapping_plan *plan,
                        const struct record *root, struct arena *arena, struct text *bytes,
                        struct error *err)
{
    struct writing writing = {.carrier = carrier, .plan = plan, .err = err};
    size_t room = room_for(root);

    writing.buffer = buffer_over(arena_alloc(arena, room), room);
    if (writing.buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory to write the document");
    open_group(&writing, root, &plan->directions[MAPPING_TO_OURS].nodes[0]);
    while (writing.depth > 0)
        if (!write_next(&writing))
            return false;
    buffer_string(&writing.buffer, "\n");
    CHECK(!writing.buffer.overflow);
    *bytes = buffer_as_text(&writing.buffer);
    return true;
}
