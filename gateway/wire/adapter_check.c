/* adapter_check.c - `qiantong adapter check`: what the mapping covers, and its report. */
#include "wire/adapter_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libxml/tree.h>

#include "wire/document_internal.h"

enum { LINE_SIZE = 5000 }; /* the names of all messages an adapter may have */

const char *check_words(const struct checking *checking, const char *english)
{
    return checking->reader->words == NULL ? english : checking->reader->words(english);
}

static void report(struct checking *checking, bool good, const char *before, const char *format,
                   va_list arguments) PRINTF_LIKE(4, 0);

static void report(struct checking *checking, bool good, const char *before, const char *format,
                   va_list arguments)
{
    char text[LINE_SIZE];
    size_t size = (size_t)snprintf(text, sizeof(text), "%s", before);

    vsnprintf(text + size, sizeof(text) - size, check_words(checking, format), arguments);
    checking->reader->line(checking->reader->self, good, text);
}

void check_line(struct checking *checking, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(checking, true, "", format, arguments);
    va_end(arguments);
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

    if (field == NULL && leaf->question)
        return;
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
    size_t mapped = 0; /* or taken from the question */
    size_t before = checking->failures;

    for (size_t i = 0; i < entry->leaf_count; i++) {
        check_leaf(checking, entry, &entry->leaves[i]);
        lost += entry->leaves[i].lost;
        mapped += entry->leaves[i].field != MAPPING_NONE || entry->leaves[i].question;
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

static bool has_answer(const struct adapter *adapter, unsigned flow)
{
    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];

        if (entry->flow == flow && entry->action == ACTION_ANSWER &&
            (entry->ways & TO_CORE) != 0)
            return true;
    }
    return false;
}

/* What a core brings it brings until it is told how it was taken. Not an error here: a folder
 * may describe a part of a dialect. */
static void check_answers(struct checking *checking)
{
    const struct adapter *adapter = checking->adapter;
    uint64_t told = 0;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];
        uint64_t bit = UINT64_C(1) << (entry->flow % 64);

        if ((entry->ways & FROM_CORE) == 0 || (told & bit) != 0 ||
            has_answer(adapter, entry->flow))
            continue;
        told |= bit;
        check_line(checking, "%s: the core is never told how it was taken: no answer of %s",
                   entry->name, flow_name(entry->flow).english);
    }
}

void check_coverage(struct checking *checking)
{
    for (size_t i = 0; i < checking->adapter->entry_count; i++)
        check_entry(checking, &checking->adapter->entries[i]);
    check_answers(checking);
    check_schema(checking);
    check_losses(checking);
}

bool adapter_check(const char *folder, const struct wire_schemas *schemas,
                   const struct adapter_reader *reader, size_t *failures, struct error *err)
{
    struct checking checking = {.folder = folder, .reader = reader};
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
