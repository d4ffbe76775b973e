/* national.c - the schemas of the wire: loaded once, and walked for the list of their leaves.
 */
#include "wire/codec.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>

#include "base/file.h"
#include "wire/document_internal.h"

enum { FAMILIES_MAX = 8, FAMILY_NAME_SIZE = 32, SCHEMA_FILE_MAX = 4 * 1024 * 1024 };

/* One national/<family>.xsd: as a validator, and as the document that it is. */
struct family {
    const char *space;
    struct schema *schema;
    struct document *source;
};

struct wire_schemas {
    struct schema *envelope;
    struct family families[FAMILIES_MAX];
    size_t family_count;
    const struct family *by_flow[FLOW_NUMBERS];
};

/* "pension" of "urn:qiantong:pension:1" */
static bool family_name(const char *space, char name[FAMILY_NAME_SIZE])
{
    struct text rest = text_of(space);

    return text_is(text_cut(&rest, ':'), "urn") && text_is(text_cut(&rest, ':'), "qiantong") &&
           text_to_field(text_cut(&rest, ':'), name, FAMILY_NAME_SIZE);
}

static bool read_source(const char *path, struct document **document, struct error *err)
{
    const struct document_limits limits = {.size_max = SCHEMA_FILE_MAX, .allow_comments = true};
    struct arena *arena = arena_new(2 * SCHEMA_FILE_MAX);
    struct text bytes;
    bool ok;

    if (arena == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a schema");
    ok = file_read(arena, path, SCHEMA_FILE_MAX, &bytes, err) &&
         document_parse(bytes, &limits, document, err);
    arena_free(arena);
    return ok || fail_prefix(err, "%s", path);
}

static bool load_family(const char *folder, const char *space, struct family *family,
                        struct error *err)
{
    char path[PATH_MAX];
    char name[FAMILY_NAME_SIZE];

    CHECK(family_name(space, name));
    if (snprintf(path, sizeof(path), "%s/national/%s.xsd", folder, name) >= (int)sizeof(path))
        return fail(err, ERROR_CONFIG, "the path of the schemas is too long");
    family->space = space;
    return schema_load(path, &family->schema, err) && read_source(path, &family->source, err);
}

static const struct family *find_family(const struct wire_schemas *schemas, const char *space)
{
    for (size_t i = 0; i < schemas->family_count; i++)
        if (strcmp(schemas->families[i].space, space) == 0)
            return &schemas->families[i];
    return NULL;
}

static bool load_families(const char *folder, struct wire_schemas *schemas, struct error *err)
{
    for (unsigned flow = 1; flow < FLOW_NUMBERS; flow++) {
        const char *space = flow_namespace(flow);

        if (space == NULL)
            continue;
        if (find_family(schemas, space) == NULL) {
            CHECK(schemas->family_count < FAMILIES_MAX);
            if (!load_family(folder, space, &schemas->families[schemas->family_count++], err))
                return false;
        }
        schemas->by_flow[flow] = find_family(schemas, space);
    }
    return true;
}

bool wire_schemas_load(const char *folder, struct wire_schemas **schemas, struct error *err)
{
    char path[PATH_MAX];
    struct wire_schemas *loaded = calloc(1, sizeof(*loaded));

    if (loaded == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the schemas");
    if (snprintf(path, sizeof(path), "%s/envelope.xsd", folder) >= (int)sizeof(path)) {
        fail(err, ERROR_CONFIG, "the path of the schemas is too long");
        goto out;
    }
    if (!schema_load(path, &loaded->envelope, err) || !load_families(folder, loaded, err))
        goto out;
    *schemas = loaded;
    return true;
out:
    wire_schemas_free(loaded);
    return false;
}

void wire_schemas_free(struct wire_schemas *schemas)
{
    if (schemas == NULL)
        return;
    for (size_t i = 0; i < schemas->family_count; i++) {
        schema_free(schemas->families[i].schema);
        document_free(schemas->families[i].source);
    }
    schema_free(schemas->envelope);
    free(schemas);
}

const struct schema *wire_schemas_envelope(const struct wire_schemas *schemas)
{
    return schemas->envelope;
}

static const struct family *family_of(const struct wire_schemas *schemas, unsigned flow)
{
    return flow < FLOW_NUMBERS ? schemas->by_flow[flow] : NULL;
}

const struct schema *wire_schemas_national(const struct wire_schemas *schemas, unsigned flow)
{
    const struct family *family = family_of(schemas, flow);

    return family == NULL ? NULL : family->schema;
}

bool codec_check_national(const struct wire_schemas *schemas, unsigned flow,
                          const struct record *root, struct error *err)
{
    const struct family *family = family_of(schemas, flow);
    struct document *document = NULL;
    bool ok;

    if (family == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "no national form for flow %u", flow);
    ok = codec_write(root, family->space, &document, err) &&
         schema_check(family->schema, document, err);
    document_free(document);
    return ok;
}

/*
 * The list of leaves. Our national schemas keep to one style: global elements with named types,
 * complex types that are one sequence of local elements. Anything else is refused here, so that
 * no field can hide from the coverage of mappings.
 */
struct leaf_walk {
    xmlNodePtr schema;                     /* the root of the XSD */
    xmlNodePtr elements[RECORD_DEPTH_MAX]; /* groups that are open, outermost first */
    size_t path_sizes[RECORD_DEPTH_MAX];   /* of the path before each of them */
    bool optionals[RECORD_DEPTH_MAX];
    size_t depth;
    char path[RECORD_DEPTH_MAX * (RECORD_NAME_MAX + 1)];
    size_t path_size;
    bool groups; /* visits these instead of the leaves */
};

static bool is_xsd(xmlNodePtr node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)name) &&
           node->ns != NULL &&
           xmlStrEqual(node->ns->href, (const xmlChar *)"http://www.w3.org/2001/XMLSchema");
}

/* An attribute's plain value without a copy; "" if absent. */
static const char *attribute(xmlNodePtr node, const char *name)
{
    xmlAttrPtr found = xmlHasProp(node, (const xmlChar *)name);

    if (found == NULL || found->children == NULL || found->children->content == NULL)
        return "";
    return (const char *)found->children->content;
}

static xmlNodePtr find_global(xmlNodePtr schema, const char *kind, const char *name)
{
    for (xmlNodePtr node = schema->children; node != NULL; node = node->next)
        if (is_xsd(node, kind) && strcmp(attribute(node, "name"), name) == 0)
            return node;
    return NULL;
}

/* The local element at or after `node`; NULL at the end. */
static xmlNodePtr element_from(xmlNodePtr node)
{
    while (node != NULL && !is_xsd(node, "element"))
        node = node->next;
    return node;
}

static bool only_holds(xmlNodePtr parent, const char *kind, xmlNodePtr *first)
{
    *first = NULL;
    for (xmlNodePtr child = xmlFirstElementChild(parent); child != NULL;
         child = xmlNextElementSibling(child)) {
        if (is_xsd(child, "annotation"))
            continue;
        if (!is_xsd(child, kind))
            return false;
        if (*first == NULL)
            *first = child;
    }
    return *first != NULL;
}

/* *sequence of the element's type, NULL if the type is simple and the element thus a leaf. */
static bool type_of(xmlNodePtr schema, xmlNodePtr element, xmlNodePtr *sequence,
                    struct error *err)
{
    const char *type = attribute(element, "type");
    const char *colon = strchr(type, ':');
    xmlNodePtr complex, first;

    *sequence = NULL;
    if (colon == NULL)
        return fail(err, ERROR_CONFIG, "schema, line %ld: an element without a named type",
                    xmlGetLineNo(element));
    complex = find_global(schema, "complexType", colon + 1);
    if (complex == NULL)
        return true;
    if (!only_holds(complex, "sequence", sequence) || !only_holds(*sequence, "element", &first))
        return fail(err, ERROR_CONFIG, "schema, line %ld: a type that is not one sequence",
                    xmlGetLineNo(complex));
    return true;
}

static void path_add(struct leaf_walk *walk, const char *name)
{
    size_t size = strlen(name);

    CHECK(walk->path_size + size + 2 <= sizeof(walk->path));
    if (walk->path_size > 0)
        walk->path[walk->path_size++] = '/';
    memcpy(walk->path + walk->path_size, name, size + 1);
    walk->path_size += size;
}

/* The next element after `at` in document order of the walk; closes groups that end. */
static xmlNodePtr walk_on(struct leaf_walk *walk, xmlNodePtr at)
{
    xmlNodePtr next = element_from(at->next);

    while (next == NULL && walk->depth > 0) {
        walk->depth--;
        walk->path_size = walk->path_sizes[walk->depth];
        next = element_from(walk->elements[walk->depth]->next);
    }
    return next;
}

static bool walk_leaves(struct leaf_walk *walk, xmlNodePtr at, codec_visit_leaf *visit,
                        void *self, struct error *err)
{
    while (at != NULL) {
        size_t before = walk->path_size;
        bool optional = strcmp(attribute(at, "minOccurs"), "0") == 0 ||
                        (walk->depth > 0 && walk->optionals[walk->depth - 1]);
        xmlNodePtr sequence;

        if (strlen(attribute(at, "name")) > RECORD_NAME_MAX)
            return fail(err, ERROR_CONFIG, "schema, line %ld: name too long", xmlGetLineNo(at));
        if (!type_of(walk->schema, at, &sequence, err))
            return false;
        path_add(walk, attribute(at, "name"));
        if (sequence != NULL) {
            /* The root is level 1 and its children level 2: a group here is depth + 2. */
            if (walk->depth + 2 >= RECORD_DEPTH_MAX)
                return fail(err, ERROR_CONFIG, "schema, line %ld: types nested too deeply",
                            xmlGetLineNo(at));
            walk->elements[walk->depth] = at;
            walk->optionals[walk->depth] = optional;
            walk->path_sizes[walk->depth++] = before;
            if (walk->groups && !visit(self, walk->path, optional))
                return true;
            at = element_from(sequence->children);
            continue;
        }
        if (!walk->groups && !visit(self, walk->path, optional))
            return true;
        walk->path_size = before;
        at = walk_on(walk, at);
    }
    return true;
}

static bool walk_document(const struct wire_schemas *schemas, unsigned flow,
                          const char *root_name, bool groups, codec_visit_leaf *visit,
                          void *self, struct error *err)
{
    const struct family *family = family_of(schemas, flow);
    struct leaf_walk walk = {.groups = groups};
    xmlNodePtr document, sequence;

    if (family == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "no national form for flow %u", flow);
    walk.schema = xmlDocGetRootElement(document_xml(family->source));
    document = find_global(walk.schema, "element", root_name);
    if (document == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "no national document of this name");
    if (!type_of(walk.schema, document, &sequence, err))
        return false;
    if (sequence == NULL)
        return fail(err, ERROR_CONFIG, "schema, line %ld: a document without fields",
                    xmlGetLineNo(document));
    return walk_leaves(&walk, element_from(sequence->children), visit, self, err);
}

bool codec_national_leaves(const struct wire_schemas *schemas, unsigned flow,
                           const char *root_name, codec_visit_leaf *visit, void *self,
                           struct error *err)
{
    return walk_document(schemas, flow, root_name, false, visit, self, err);
}

bool codec_national_groups(const struct wire_schemas *schemas, unsigned flow,
                           const char *root_name, codec_visit_leaf *visit, void *self,
                           struct error *err)
{
    return walk_document(schemas, flow, root_name, true, visit, self, err);
}
