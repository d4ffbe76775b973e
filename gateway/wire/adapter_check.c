/* adapter_check.c - `qiantong adapter check` and `qiantong adapter explain`. */
#include "wire/adapter_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libxml/tree.h>

#include "wire/document_internal.h"

enum { LINE_SIZE = 512 };

static void report(struct checking *checking, bool good, const char *before, const char *format,
                   va_list arguments) PRINTF_LIKE(4, 0);

static void report(struct checking *checking, bool good, const char *before, const char *format,
                   va_list arguments)
{
    char text[LINE_SIZE];
    size_t size = (size_t)snprintf(text, sizeof(text), "%s", before);

    vsnprintf(text + size, sizeof(text) - size, format, arguments);
    checking->line(checking->self, good, text);
}

void check_good(struct checking *checking, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(checking, true, "ok ", format, arguments);
    va_end(arguments);
}

void check_bad(struct checking *checking, const char *format, ...)
{
    va_list arguments;

    checking->failures++;
    va_start(arguments, format);
    report(checking, false, "", format, arguments);
    va_end(arguments);
}

/* --- coverage
 * ---------------------------------------------------------------------------------- */

/* A document that one side may send must not be one that the mapping cannot take. */
static void check_leaf(struct checking *checking, const struct adapter_entry *entry,
                       const struct adapter_leaf *leaf)
{
    const struct mapping_field *field = leaf->field == MAPPING_NONE
                                            ? NULL
                                            : &entry->plan.fields[leaf->field];
    bool in_rows = leaf->field >=
                   entry->plan.scopes[0].count; /* rows may be absent as a whole */

    if (field == NULL && !leaf->lost) {
        check_bad(checking, "%s: %s is neither mapped nor listed as lost", entry->name,
                  leaf->path);
        return;
    }
    if (leaf->lost && !leaf->optional && (entry->ways & FROM_CORE) != 0)
        check_bad(checking, "%s: %s is mandatory in the national form, but lost", entry->name,
                  leaf->path);
    if (field == NULL || field->kind != MAPPING_FIELD || field->condition != MAPPING_NONE)
        return;
    if (field->optional && !leaf->optional && field->standard.size == 0)
        check_bad(checking, "%s: %s is mandatory in the national form, but optional here",
                  entry->name, field->rule.field);
    if (!field->optional && leaf->optional && !in_rows)
        check_bad(checking, "%s: %s is optional in the national form, but mandatory here",
                  entry->name, field->rule.field);
}

static void check_entry(struct checking *checking, const struct adapter_entry *entry)
{
    size_t lost = 0;
    size_t mapped = 0;
    size_t before = checking->failures;

    for (size_t i = 0; i < entry->leaf_count; i++) {
        check_leaf(checking, entry, &entry->leaves[i]);
        lost += entry->leaves[i].lost;
        mapped += entry->leaves[i].field != MAPPING_NONE;
    }
    if (checking->failures == before)
        check_good(checking, "%s: %zu of %zu leaves, %zu lost", entry->name, mapped + lost,
                   entry->leaf_count, lost);
}

static bool knows_name(const struct adapter *adapter, const char *name)
{
    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct mapping_direction *source =
            &adapter->entries[i].plan.directions[MAPPING_TO_OURS];
        if (strcmp(adapter->entries[i].root, name) == 0)
            return true;
        for (uint16_t node = 0; node < source->node_count; node++)
            if (strcmp(source->nodes[node].name, name) == 0)
                return true;
    }
    return false;
}

static void check_schema_names(struct checking *checking, xmlNodePtr schema)
{
    size_t before = checking->failures;
    size_t count = 0;

    for (xmlNodePtr node = schema->children; node != NULL; node = node->next) {
        xmlAttrPtr name;
        if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, "element") != 0)
            continue;
        name = xmlHasProp(node, (const xmlChar *)"name");
        if (name == NULL || name->children == NULL)
            continue;
        count++;
        if (!knows_name(checking->adapter, (const char *)name->children->content))
            check_bad(checking, "schema/dialect.xsd: %s is neither mapped nor listed as lost",
                      (const char *)name->children->content);
    }
    if (checking->failures == before)
        check_good(checking, "schema/dialect.xsd: %zu of %zu elements", count, count);
}

static void check_schema(struct checking *checking)
{
    const struct document_limits limits = {.size_max = ADAPTER_FILE_MAX,
                                           .allow_comments = true};
    struct document *document = NULL;
    struct arena *arena = arena_new(ADAPTER_FILE_MAX + 4096);
    struct text bytes;
    struct error err = ERROR_INIT;

    if (checking->adapter->dialect == NULL)
        check_good(checking, "no schema/dialect.xsd");
    else if (arena == NULL ||
             !adapter_bytes(checking->folder, "schema/dialect.xsd", arena, &bytes, &err) ||
             !document_parse(bytes, &limits, &document, &err))
        check_bad(checking, "schema/dialect.xsd: %s", err.text);
    else
        check_schema_names(checking, xmlDocGetRootElement(document_xml(document)));
    document_free(document);
    arena_free(arena);
}

void check_coverage(struct checking *checking)
{
    for (size_t i = 0; i < checking->adapter->entry_count; i++)
        check_entry(checking, &checking->adapter->entries[i]);
    check_schema(checking);
}

bool adapter_check(const char *folder, const struct wire_schemas *schemas, adapter_line *line,
                   void *self, size_t *failures, struct error *err)
{
    struct checking checking = {.folder = folder, .line = line, .self = self};
    struct adapter *adapter = NULL;
    bool ok = true;

    if (adapter_load(folder, schemas, &adapter, err)) {
        checking.adapter = adapter;
        check_coverage(&checking);
        ok = check_examples(&checking, err);
    } else if (err->code == ERROR_MEMORY) {
        ok = false;
    } else {
        check_bad(&checking, "%s", err->text);
    }
    *failures = checking.failures;
    adapter_free(adapter);
    return ok;
}

/* --- explain
 * ------------------------------------------------------------------------------------- */

/* "sex" and "person/sex" end in "sex", "unsex" does not. */
static bool ends_in(const char *path, const char *field)
{
    size_t path_size = path == NULL ? 0 : strlen(path);
    size_t size = strlen(field);

    return size > 0 && path_size >= size && strcmp(path + path_size - size, field) == 0 &&
           (path_size == size || path[path_size - size - 1] == '/');
}

static void explain(struct checking *checking, const char *format, ...) PRINTF_LIKE(2, 3);

static void explain(struct checking *checking, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(checking, true, "", format, arguments);
    va_end(arguments);
}

static void explain_field(struct checking *checking, const struct adapter_entry *entry,
                          const struct mapping_field *field)
{
    const struct value_rule *rule = &field->rule;
    const char *theirs = field->theirs == NULL ? "-" : field->theirs;
    const char *ours = field->ours == NULL ? "-" : field->ours;
    static const char *const kinds[] = {[MAPPING_THEIRS_CONSTANT] = "always the agreed value",
                                        [MAPPING_OURS_CONSTANT] = "always the agreed value",
                                        [MAPPING_KEY] = "the message's own key (adapter.xml)",
                                        [MAPPING_REVISION] = "the revision (adapter.xml)"};
    struct text format = rule->pattern;

    if (rule->type == VALUE_MONEY)
        format = rule->unit == UNIT_FEN ? TEXT("fen") : TEXT("yuan");
    if (rule->type == VALUE_RATE)
        format = rule->unit == UNIT_PERCENT ? TEXT("percent") : TEXT("fraction");
    if (field->kind != MAPPING_FIELD)
        explain(checking, "%s: %s <-> %s, %s; mapping.xml:%d", entry->name, theirs, ours,
                kinds[field->kind], field->line);
    else
        explain(checking, "%s: %s <-> %s, %s%s%.*s%s%s%s; mapping.xml:%d", entry->name, theirs,
                ours, value_type_name(rule->type), format.size == 0 ? "" : " ",
                TEXT_ARG(format), rule->list == NULL ? "" : " through list ",
                rule->list == NULL ? "" : rule->list->name, field->optional ? ", optional" : "",
                field->line);
}

static size_t explain_entry(struct checking *checking, const struct adapter_entry *entry,
                            const char *field)
{
    size_t found = 0;

    for (uint16_t i = 0; i < entry->plan.field_count; i++) {
        const struct mapping_field *at = &entry->plan.fields[i];
        if (!ends_in(at->theirs, field) && !ends_in(at->ours, field))
            continue;
        explain_field(checking, entry, at);
        found++;
    }
    for (size_t i = 0; i < entry->loss_count; i++) {
        const struct adapter_loss *loss = &entry->losses[i];
        if (!ends_in(loss->theirs, field) && !ends_in(loss->ours, field))
            continue;
        explain(checking, "%s: %s is lost: %s; mapping.xml:%d", entry->name,
                loss->theirs == NULL ? loss->ours : loss->theirs, loss->reason, loss->line);
        found++;
    }
    return found;
}

bool adapter_explain(const char *folder, const struct wire_schemas *schemas, const char *field,
                     adapter_line *line, void *self, struct error *err)
{
    struct checking checking = {.folder = folder, .line = line, .self = self};
    struct adapter *adapter = NULL;
    size_t found = 0;

    if (!adapter_load(folder, schemas, &adapter, err))
        return false;
    checking.adapter = adapter;
    for (size_t i = 0; i < adapter->entry_count; i++)
        found += explain_entry(&checking, &adapter->entries[i], field);
    adapter_free(adapter);
    if (found == 0)
        return fail(err, ERROR_NOT_FOUND, "no line of mapping.xml is about %s", field);
    return true;
}
