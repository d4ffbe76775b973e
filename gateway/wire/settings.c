/* settings.c - one configuration file: read, parsed, checked, without its comments. */
#include "wire/settings.h"

#include <libxml/tree.h>

#include "base/file.h"
#include "wire/codec.h"
#include "wire/document_internal.h"
#include "wire/schema.h"

static bool is_blank_text(xmlNodePtr node)
{
    return node != NULL && node->type == XML_TEXT_NODE && xmlIsBlankNode(node) != 0;
}

static void drop(xmlNodePtr node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

/* White space beside a comment goes with it, so that a leaf with a comment still holds one
 * text. Text on both sides stays two texts and is refused later. */
static void clean_children(xmlNodePtr parent)
{
    xmlNodePtr child, next;

    for (child = parent->children; child != NULL; child = next) {
        next = child->next;
        if (child->type == XML_COMMENT_NODE)
            drop(child);
    }
    for (child = parent->children; child != NULL; child = next) {
        next = child->next;
        if (is_blank_text(child) && next != NULL && next->type == XML_TEXT_NODE)
            drop(child);
        else if (child->type == XML_TEXT_NODE && is_blank_text(next)) {
            drop(next);
            next = child;
        }
    }
}

static void drop_comments(xmlNodePtr root)
{
    xmlNodePtr at = root;

    for (;;) {
        clean_children(at);
        if (xmlFirstElementChild(at) != NULL) {
            at = xmlFirstElementChild(at);
            continue;
        }
        while (at != root && xmlNextElementSibling(at) == NULL)
            at = at->parent;
        if (at == root)
            return;
        at = xmlNextElementSibling(at);
    }
}

/* As whiteSpace="collapse" of the schemas' types reads them. */
static void trim_values(struct record *root)
{
    struct record *groups[RECORD_DEPTH_MAX];
    struct record *at = root;
    size_t depth = 0;

    for (;;) {
        at->value = personal_of(text_trim(at->value.hidden));
        if (at->first != NULL) {
            CHECK(depth < RECORD_DEPTH_MAX);
            groups[depth++] = at;
            at = at->first;
            continue;
        }
        while (depth > 0 && at->next == NULL)
            at = groups[--depth];
        if (depth == 0)
            return;
        at = at->next;
    }
}

static bool parse_file(const char *path, struct arena *arena, struct document **document,
                       struct error *err)
{
    const struct document_limits limits = {.size_max = SETTINGS_FILE_MAX,
                                           .allow_comments = true};
    struct text bytes;

    if (!file_read(arena, path, SETTINGS_FILE_MAX, &bytes, err))
        return false;
    return document_parse(bytes, &limits, document, err) || fail_prefix(err, "%s", path);
}

bool settings_read_record(const char *path, const char *schema_path, struct arena *arena,
                          struct record **root, struct error *err)
{
    struct document *document = NULL;
    struct schema *schema = NULL;
    bool ok = false;

    if (!schema_load(schema_path, &schema, err) || !parse_file(path, arena, &document, err))
        goto out;
    drop_comments(xmlDocGetRootElement(document_xml(document)));
    if (!schema_check(schema, document, err) || !codec_read(document, arena, root, err)) {
        fail_prefix(err, "%s", path);
        goto out;
    }
    trim_values(*root);
    ok = true;
out:
    document_free(document);
    schema_free(schema);
    /* Whatever it is, it is the administrator who must mend it. */
    if (!ok && err->code != ERROR_MEMORY)
        err->code = ERROR_CONFIG;
    return ok;
}
