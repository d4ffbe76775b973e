/* adapter_tree.c - hardened parse, then a copy that keeps the lines. */
#include "wire/adapter_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "wire/document.h"
#include "wire/document_internal.h"

bool adapter_bytes(const char *folder, const char *name, struct arena *arena,
                   struct text *bytes, struct error *err)
{
    const char *path = arena_format(arena, "%s/%s", folder, name);

    if (path == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a file name");
    return file_read(arena, path, ADAPTER_FILE_MAX, bytes, err);
}

bool adapter_fault(const struct adapter_file *file, const struct adapter_node *node,
                   struct error *err, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return fail(err, ERROR_CONFIG, "%s:%d: %s", file->name, node->line, text);
}

/* --- the tree ------------------------------------------------------------------------------
 */

static bool copy_value(const xmlNode *from, struct arena *arena, struct adapter_node *node)
{
    struct text all = TEXT_NONE;
    size_t size = 0;
    char *at;

    for (const xmlNode *part = from->children; part != NULL; part = part->next)
        if (part->type == XML_TEXT_NODE || part->type == XML_CDATA_SECTION_NODE)
            size += strlen((const char *)part->content);
    at = arena_alloc(arena, size + 1);
    if (at == NULL)
        return false;
    all = (struct text){at, 0};
    for (const xmlNode *part = from->children; part != NULL; part = part->next) {
        if (part->type != XML_TEXT_NODE && part->type != XML_CDATA_SECTION_NODE)
            continue;
        memcpy(at + all.size, part->content, strlen((const char *)part->content));
        all.size += strlen((const char *)part->content);
    }
    all = text_trim(all);
    at[all.size == 0 ? 0 : (size_t)(all.at - at) + all.size] = '\0';
    node->value = all.size == 0 ? (struct text){at, 0} : all;
    return true;
}

static bool copy_element(const struct adapter_file *file, const xmlNode *from,
                         struct arena *arena, struct adapter_node **node, struct error *err)
{
    struct text name = arena_copy(arena, text_of((const char *)from->name));

    *node = arena_alloc(arena, sizeof(**node));
    if (name.at == NULL || *node == NULL || !copy_value(from, arena, *node))
        return fail(err, ERROR_MEMORY, "%s: no memory", file->name);
    (*node)->name = name.at;
    (*node)->line = (int)xmlGetLineNo((xmlNodePtr)(uintptr_t)from);
    if (from->properties != NULL)
        return adapter_fault(file, *node, err, "%s: attributes are not used here", name.at);
    if (from->ns == NULL || strcmp((const char *)from->ns->href, ADAPTER_NAMESPACE) != 0)
        return adapter_fault(file, *node, err, "%s: not in namespace " ADAPTER_NAMESPACE,
                             name.at);
    return true;
}

struct level {
    const xmlNode *next;       /* child to copy */
    struct adapter_node *node; /* whose child it becomes */
    struct adapter_node **tail;
};

static bool copy_child(const struct adapter_file *file, struct level *levels, size_t *depth,
                       struct arena *arena, struct error *err)
{
    struct level *level = &levels[*depth - 1];
    const xmlNode *from = level->next;
    struct adapter_node *node;

    level->next = from->next;
    if (from->type != XML_ELEMENT_NODE)
        return true; /* texts were taken with their element */
    if (level->node->value.size > 0)
        return adapter_fault(file, level->node, err, "%s: text beside elements",
                             level->node->name);
    if (!copy_element(file, from, arena, &node, err))
        return false;
    *level->tail = node;
    level->tail = &node->next;
    if (*depth == ADAPTER_TREE_DEPTH_MAX)
        return adapter_fault(file, node, err, "%s: nested too deeply", node->name);
    levels[(*depth)++] = (struct level){from->children, node, &node->first};
    return true;
}

static bool copy_tree(struct adapter_file *file, const xmlNode *root, struct arena *arena,
                      struct error *err)
{
    struct level levels[ADAPTER_TREE_DEPTH_MAX];
    size_t depth = 1;

    if (!copy_element(file, root, arena, &file->root, err))
        return false;
    levels[0] = (struct level){root->children, file->root, &file->root->first};
    while (depth > 0) {
        if (levels[depth - 1].next == NULL)
            depth--;
        else if (!copy_child(file, levels, &depth, arena, err))
            return false;
    }
    return true;
}

bool adapter_file_read(const char *folder, const char *name, const char *root_name,
                       struct arena *arena, struct adapter_file *file, struct error *err)
{
    struct document_limits limits = {.size_max = ADAPTER_FILE_MAX, .allow_comments = true};
    struct document *document = NULL;
    bool ok = false;

    *file = (struct adapter_file){.name = name};
    if (!adapter_bytes(folder, name, arena, &file->bytes, err))
        goto out;
    if (!document_parse(file->bytes, &limits, &document, err)) {
        fail_prefix(err, "%s", name);
        goto out;
    }
    if (!copy_tree(file, xmlDocGetRootElement(document_xml(document)), arena, err))
        goto out;
    ok = strcmp(file->root->name, root_name) == 0 ||
         adapter_fault(file, file->root, err, "the root is not %s", root_name);
out:
    document_free(document);
    if (!ok && err->code != ERROR_MEMORY)
        err->code = ERROR_CONFIG;
    return ok;
}

/* --- reading it ----------------------------------------------------------------------------
 */

bool adapter_children(const struct adapter_file *file, const struct adapter_node *node,
                      const struct adapter_allowed *children, size_t count, struct error *err)
{
    for (const struct adapter_node *child = node->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(children[i].name, child->name) != 0)
            i++;
        if (i == count)
            return adapter_fault(file, child, err, "%s: not known in %s", child->name,
                                 node->name);
    }
    for (size_t i = 0; i < count; i++) {
        unsigned found = 0;
        for (const struct adapter_node *child = node->first; child != NULL; child = child->next)
            found += strcmp(children[i].name, child->name) == 0;
        if (found < children[i].count_min)
            return adapter_fault(file, node, err, "%s: %s is missing", node->name,
                                 children[i].name);
        if (children[i].count_max > 0 && found > children[i].count_max)
            return adapter_fault(file, node, err, "%s: %s stands there %u times", node->name,
                                 children[i].name, found);
    }
    return true;
}

const struct adapter_node *adapter_child(const struct adapter_node *node, const char *name)
{
    const struct adapter_node *child = node->first;

    while (child != NULL && strcmp(child->name, name) != 0)
        child = child->next;
    return child;
}

struct text adapter_child_text(const struct adapter_node *node, const char *name)
{
    const struct adapter_node *child = adapter_child(node, name);

    return child == NULL ? TEXT_NONE : child->value;
}

bool adapter_child_number(const struct adapter_file *file, const struct adapter_node *node,
                          const char *name, uint64_t standard, uint64_t min, uint64_t max,
                          uint64_t *number, struct error *err)
{
    const struct adapter_node *child = adapter_child(node, name);

    *number = standard;
    if (child == NULL)
        return true;
    if (text_to_u64(child->value, number) && *number >= min && *number <= max)
        return true;
    return adapter_fault(file, child, err, "%s: not a number from %llu to %llu", name,
                         (unsigned long long)min, (unsigned long long)max);
}

bool adapter_child_bool(const struct adapter_file *file, const struct adapter_node *node,
                        const char *name, bool standard, bool *value, struct error *err)
{
    const struct adapter_node *child = adapter_child(node, name);

    *value = child == NULL ? standard : text_is(child->value, "true");
    if (child == NULL || *value || text_is(child->value, "false"))
        return true;
    return adapter_fault(file, child, err, "%s: neither true nor false", name);
}
