/* adapter_load.c - a folder to a compiled adapter. */
#include "wire/adapter_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/mapping_compile.h"

static const struct adapter_allowed messages_elements[] = {
    {"message", 1, ADAPTER_MESSAGES_MAX}};
static const struct adapter_allowed message_elements[] = {
    {"name", 1, 1},
    {"way", 1, 1},
    {"flow", 1, 1},
    {"action", 1, 1},
    {"version", 1, 1},
    {"root", 0, 1},
    {"match", 0, ADAPTER_MATCHES_MAX},
    {"revised", 0, 1},
    {"mapping", 0, 1},
    {"operation", 0, 1},
    {"argument", 0, 1},
    {"key", 0, 1},
    {"answerTo", 0, ADAPTER_ANSWER_TO_MAX}};
static const struct adapter_allowed match_elements[] = {
    {"path", 1, 1}, {"value", 1, 1}, {"bare", 0, 1}};

enum { HEADERS_MAX = ADAPTER_MATCHES_MAX + 3 }; /* key, revision, signature */

struct loading {
    struct adapter *adapter;
    struct arena *scratch; /* lines, until they are compiled */
    struct adapter_file description;
    struct adapter_file mapping;
    struct adapter_file codes;
    struct mapping_lines lines;
    struct national_leaves leaves;
    struct error *err;
};

static bool fault(struct loading *loading, const struct adapter_node *node, const char *what)
{
    return adapter_fault(&loading->description, node, loading->err, "%s: %s", node->name, what);
}

static bool no_memory(struct error *err)
{
    return fail(err, ERROR_MEMORY, "no memory for an adapter");
}

/* --- one message
 * ------------------------------------------------------------------------------- */

static bool read_ways(struct loading *loading, const struct adapter_node *node,
                      struct adapter_entry *entry)
{
    struct text way = adapter_child_text(node, "way");

    if (text_is(way, "from-core"))
        entry->ways = FROM_CORE;
    else if (text_is(way, "to-core"))
        entry->ways = TO_CORE;
    else if (text_is(way, "both"))
        entry->ways = FROM_CORE | TO_CORE;
    else
        return fault(loading, node, "way: none of from-core, to-core, both");
    return true;
}

static bool read_matches(struct loading *loading, const struct adapter_node *node,
                         struct adapter_entry *entry)
{
    for (const struct adapter_node *child = node->first; child != NULL; child = child->next) {
        struct adapter_match *match = &entry->matches[entry->match_count];
        if (strcmp(child->name, "match") != 0)
            continue;
        if (!adapter_children(&loading->description, child, match_elements,
                              COUNT_OF(match_elements), loading->err) ||
            !adapter_child_bool(&loading->description, child, "bare", false, &match->bare,
                                loading->err))
            return false;
        match->path = adapter_child_text(child, "path").at;
        match->value = adapter_child_text(child, "value");
        if (match->value.size == 0)
            return fault(loading, child, "value: empty");
        entry->match_count++;
    }
    return true;
}

/* The root of XML has a name, that of JSON has none; SOAP has an operation around it. */
static bool read_frame(struct loading *loading, const struct adapter_node *node,
                       struct adapter_entry *entry)
{
    enum carrier_kind kind = loading->adapter->carrier.kind;
    const struct adapter_node *root = adapter_child(node, "root");
    struct text operation = adapter_child_text(node, "operation");
    struct text argument = adapter_child_text(node, "argument");

    if ((root == NULL) != (kind == CARRIER_JSON))
        return fault(loading, node, "root: JSON has none, XML has one");
    entry->root = root == NULL ? CARRIER_JSON_ROOT : root->value.at;
    if ((operation.size > 0) != (kind == CARRIER_SOAP_BASE64) ||
        (argument.size > 0) != (kind == CARRIER_SOAP_BASE64))
        return fault(loading, node,
                     "operation and argument stand there for soap-base64, and only then");
    entry->operation = operation.size == 0 ? NULL : operation.at;
    entry->argument = argument.size == 0 ? NULL : argument.at;
    return true;
}

/* An answer has a key of its own only where the adapter says so. */
static void read_key(const struct loading *loading, const struct adapter_node *node,
                     struct adapter_entry *entry)
{
    struct text key = adapter_child_text(node, "key");

    entry->key_path = loading->adapter->key_path;
    if (adapter_child(node, "answerTo") != NULL)
        entry->key_path = NULL;
    if (key.size > 0)
        entry->key_path = key.at;
}

static bool read_message(struct loading *loading, const struct adapter_node *node,
                         struct adapter_entry *entry)
{
    struct text name = adapter_child_text(node, "name");

    if (!adapter_children(&loading->description, node, message_elements,
                          COUNT_OF(message_elements), loading->err))
        return false;
    entry->name = name.at;
    entry->flow = (uint16_t)flow_by_name(adapter_child_text(node, "flow"));
    entry->action = (uint16_t)action_by_name(adapter_child_text(node, "action"));
    entry->version = adapter_child_text(node, "version").at;
    read_key(loading, node, entry);
    entry->document = adapter_child(node, "mapping") == NULL
                          ? entry->name
                          : adapter_child_text(node, "mapping").at;
    if (entry->flow == FLOW_NONE)
        return fault(loading, node, "flow: there is none of this name");
    if (entry->action == ACTION_NONE)
        return fault(loading, node, "action: there is none of this name");
    if (!read_frame(loading, node, entry))
        return false;
    if (entry->root[0] == '\0' || entry->name[0] == '\0')
        return fault(loading, node, "name or root is empty");
    if (!adapter_child_bool(&loading->description, node, "revised", false, &entry->revised,
                            loading->err))
        return false;
    if (entry->revised && loading->adapter->revision_path == NULL)
        return fault(loading, node, "revised, but the adapter names no path of the revision");
    return read_ways(loading, node, entry) && read_matches(loading, node, entry);
}

/* Names may stand before the messages they name: first all messages, then this. */
static bool find_question(struct loading *loading, const struct adapter_node *node,
                          struct adapter_entry *entry)
{
    const struct adapter *adapter = loading->adapter;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *question = &adapter->entries[i];
        unsigned back = ((question->ways & FROM_CORE) != 0 ? TO_CORE : 0u) |
                        ((question->ways & TO_CORE) != 0 ? FROM_CORE : 0u);
        if (!text_is(node->value, question->name))
            continue;
        if ((back & entry->ways) == 0)
            return fault(loading, node, "that message goes the same way");
        if ((back & entry->ways & FROM_CORE) != 0 && !adapter->capabilities.answers_in_response)
            return fault(loading, node, "the core's capability answersInResponse is false");
        entry->answer_to[entry->answer_to_count++] = (uint16_t)i;
        return true;
    }
    return fault(loading, node, "there is no message of this name");
}

/* Does neither answer anything, or is there something that both answer? */
static bool same_question(const struct adapter_entry *a, const struct adapter_entry *b)
{
    for (size_t i = 0; i < a->answer_to_count; i++)
        for (size_t j = 0; j < b->answer_to_count; j++)
            if (a->answer_to[i] == b->answer_to[j])
                return true;
    return a->answer_to_count == 0 && b->answer_to_count == 0;
}

/* Writing looks a message up by what it is, so that must be unique in each way. */
static bool check_unique(struct loading *loading, const struct adapter_node *node, size_t index)
{
    const struct adapter_entry *entries = loading->adapter->entries;
    const struct adapter_entry *entry = &entries[index];

    for (size_t i = 0; i < index; i++) {
        if (strcmp(entries[i].name, entry->name) == 0)
            return fault(loading, node, "two messages of this name");
        if (entries[i].flow == entry->flow && entries[i].action == entry->action &&
            (entries[i].ways & entry->ways) != 0 && same_question(&entries[i], entry))
            return fault(loading, node, "another message already carries this action this way");
    }
    return true;
}

/* --- its mapping
 * --------------------------------------------------------------------------------- */

static bool visit_leaf(void *self, const char *path, bool optional)
{
    struct loading *loading = self;
    struct national_leaves *leaves = &loading->leaves;
    struct text copy = arena_copy(loading->adapter->arena, text_of(path));

    if (leaves->count == NATIONAL_LEAVES_MAX || copy.at == NULL) {
        leaves->count = NATIONAL_LEAVES_MAX + 1; /* seen by the caller */
        return false;
    }
    leaves->paths[leaves->count] = copy.at;
    leaves->optional[leaves->count++] = optional;
    return true;
}

static bool visit_group(void *self, const char *path, bool optional)
{
    struct loading *loading = self;
    struct national_leaves *leaves = &loading->leaves;
    struct text copy;

    if (optional)
        return true;
    copy = arena_copy(loading->adapter->arena, text_of(path));
    if (leaves->group_count == NATIONAL_GROUPS_MAX || copy.at == NULL) {
        leaves->count = NATIONAL_LEAVES_MAX + 1; /* seen by the caller */
        return false;
    }
    leaves->groups[leaves->group_count++] = copy.at;
    return true;
}

static bool wrong_document(struct loading *loading, const struct adapter_entry *entry)
{
    if (loading->err->code != ERROR_MEMORY)
        loading->err->code = ERROR_CONFIG;
    return fail_prefix(loading->err, "adapter.xml: message %s", entry->name);
}

static bool read_leaves(struct loading *loading, const struct adapter_entry *entry)
{
    const char *document = action_name(entry->action).english;

    loading->leaves.count = 0;
    loading->leaves.group_count = 0;
    if (!codec_national_leaves(loading->adapter->schemas, entry->flow, document, visit_leaf,
                               loading, loading->err) ||
        !codec_national_groups(loading->adapter->schemas, entry->flow, document, visit_group,
                               loading, loading->err))
        return wrong_document(loading, entry);
    if (loading->leaves.count > NATIONAL_LEAVES_MAX)
        return fail(loading->err, ERROR_CONFIG,
                    "message %s: the national form has too many "
                    "fields",
                    entry->name);
    return true;
}

static size_t list_headers(const struct adapter *adapter, const struct adapter_entry *entry,
                           struct mapping_header headers[HEADERS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < entry->match_count; i++)
        headers[count++] = (struct mapping_header){.path = entry->matches[i].path,
                                                   .kind = MAPPING_THEIRS_CONSTANT,
                                                   .constant = entry->matches[i].value,
                                                   .bare = entry->matches[i].bare};
    if (entry->key_path != NULL)
        headers[count++] = (struct mapping_header){.path = entry->key_path,
                                                   .kind = MAPPING_KEY,
                                                   .bytes_max = adapter->key_max,
                                                   .optional = (entry->ways & TO_CORE) != 0 ||
                                                               entry->answer_to_count > 0};
    if (adapter->signature.field != NULL)
        headers[count++] = (struct mapping_header){
            .path = adapter->signature.field, .kind = MAPPING_SIGNATURE, .optional = true};
    if (entry->revised)
        headers[count++] = (struct mapping_header){.path = adapter->revision_path,
                                                   .kind = MAPPING_REVISION,
                                                   .bytes_max = 4,
                                                   .optional = true};
    return count;
}

static int16_t field_of_leaf(const struct mapping_plan *plan, const char *path)
{
    for (uint16_t i = 0; i < plan->field_count; i++)
        if (plan->fields[i].ours != NULL && strcmp(plan->fields[i].ours, path) == 0)
            return (int16_t)i;
    return MAPPING_NONE;
}

/* What adapter_check and adapter_explain say about the message. */
static bool keep_coverage(struct loading *loading, struct adapter_entry *entry)
{
    const struct mapping_lines *lines = &loading->lines;
    struct arena *arena = loading->adapter->arena;

    entry->leaves = arena_array(arena, loading->leaves.count + 1, sizeof(*entry->leaves));
    entry->losses = arena_array(arena, lines->count + 1, sizeof(*entry->losses));
    if (entry->leaves == NULL || entry->losses == NULL)
        return no_memory(loading->err);
    for (size_t i = 0; i < loading->leaves.count; i++) {
        const char *path = loading->leaves.paths[i];
        const struct mapping_line *line = mapping_line_of_leaf(lines, path);
        entry->leaves[entry->leaf_count++] = (struct adapter_leaf){
            .path = path,
            .optional = loading->leaves.optional[i],
            .field = field_of_leaf(&entry->plan, path),
            .lost = line != NULL && line->kind == LINE_LOST,
            .question = line != NULL && line->kind == LINE_QUESTION};
    }
    for (size_t i = 0; i < lines->count; i++)
        if (lines->lines[i].kind == LINE_LOST)
            entry->losses[entry->loss_count++] = (struct adapter_loss){
                lines->lines[i].theirs, lines->lines[i].ours, lines->lines[i].reason,
                lines->lines[i].node->line};
    return true;
}

static bool compile_message(struct loading *loading, struct adapter_entry *entry)
{
    struct adapter *adapter = loading->adapter;
    struct mapping_header headers[HEADERS_MAX];
    struct mapping_request request = {.document = entry->document, .headers = headers};

    request.header_count = list_headers(adapter, entry, headers);
    request.gb18030 = adapter->carrier.encoding == ENCODING_GB18030;
    request.attributes = adapter->carrier.attributes || adapter->carrier.kind == CARRIER_JSON;
    request.json = adapter->carrier.kind == CARRIER_JSON;
    request.answers = entry->answer_to_count > 0;
    request.rows_max = adapter->rows_max;
    return read_leaves(loading, entry) &&
           mapping_lines_read(&loading->mapping, &adapter->lists, &request, adapter->arena,
                              &loading->lines, loading->err) &&
           mapping_compile(&loading->lines, &loading->leaves, entry->root,
                           action_name(entry->action).english, adapter->arena, &entry->plan,
                           loading->err) &&
           keep_coverage(loading, entry);
}

static bool find_questions(struct loading *loading, const struct adapter_node *messages)
{
    struct adapter_entry *entry = loading->adapter->entries;

    for (const struct adapter_node *node = messages->first; node != NULL;
         node = node->next, entry++)
        for (const struct adapter_node *child = node->first; child != NULL; child = child->next)
            if (strcmp(child->name, "answerTo") == 0 && !find_question(loading, child, entry))
                return false;
    return true;
}

static bool compile_messages(struct loading *loading, const struct adapter_node *messages)
{
    struct adapter_entry *entries = loading->adapter->entries;
    size_t index = 0;

    for (const struct adapter_node *node = messages->first; node != NULL; node = node->next) {
        if (!check_unique(loading, node, index) || !compile_message(loading, &entries[index]))
            return false;
        index++;
    }
    return true;
}

static bool read_messages(struct loading *loading)
{
    struct adapter *adapter = loading->adapter;
    const struct adapter_node *messages = adapter_child(loading->description.root, "messages");

    if (!adapter_children(&loading->description, messages, messages_elements,
                          COUNT_OF(messages_elements), loading->err))
        return false;
    adapter->entries = arena_array(adapter->arena, ADAPTER_MESSAGES_MAX,
                                   sizeof(*adapter->entries));
    loading->lines.lines = arena_array(loading->scratch, MAPPING_FIELDS_MAX,
                                       sizeof(*loading->lines.lines));
    if (adapter->entries == NULL || loading->lines.lines == NULL)
        return no_memory(loading->err);
    for (const struct adapter_node *node = messages->first; node != NULL; node = node->next)
        if (!read_message(loading, node, &adapter->entries[adapter->entry_count++]))
            return false;
    return find_questions(loading, messages) && compile_messages(loading, messages);
}

/* --- the folder
 * ------------------------------------------------------------------------------------ */

/* Each file as "name size\n" and its bytes, so that nothing can move from one to the next. */
static bool add_part(struct adapter *adapter, const char *name, struct text bytes,
                     struct text parts[], size_t *count)
{
    const char *head = arena_format(adapter->arena, "%s %zu\n", name, bytes.size);

    if (head == NULL)
        return false;
    parts[(*count)++] = text_of(head);
    parts[(*count)++] = bytes;
    return true;
}

static bool load_dialect(struct loading *loading, const char *folder, struct text *bytes)
{
    char path[PATH_MAX];

    *bytes = TEXT_NONE;
    if (snprintf(path, sizeof(path), "%s/schema/dialect.xsd", folder) >= (int)sizeof(path))
        return fail(loading->err, ERROR_CONFIG, "the adapter's path is too long");
    if (access(path, F_OK) != 0)
        return true;
    return adapter_bytes(folder, "schema/dialect.xsd", loading->adapter->arena, bytes,
                         loading->err) &&
           schema_load(path, &loading->adapter->dialect, loading->err);
}

static bool load_files(struct loading *loading, const char *folder)
{
    struct adapter *adapter = loading->adapter;
    struct text parts[8];
    struct text dialect;
    size_t count = 0;

    if (!adapter_file_read(folder, "adapter.xml", "adapter", adapter->arena,
                           &loading->description, loading->err) ||
        !adapter_file_read(folder, "mapping.xml", "mapping", adapter->arena, &loading->mapping,
                           loading->err) ||
        !adapter_file_read(folder, "codes.xml", "codes", adapter->arena, &loading->codes,
                           loading->err) ||
        !load_dialect(loading, folder, &dialect))
        return false;
    if (!add_part(adapter, "adapter.xml", loading->description.bytes, parts, &count) ||
        !add_part(adapter, "mapping.xml", loading->mapping.bytes, parts, &count) ||
        !add_part(adapter, "codes.xml", loading->codes.bytes, parts, &count) ||
        (dialect.at != NULL &&
         !add_part(adapter, "schema/dialect.xsd", dialect, parts, &count)))
        return no_memory(loading->err);
    return digest_of_parts(DIGEST_SHA256, parts, count, &adapter->digest, loading->err);
}

static bool load_all(struct loading *loading, const char *folder)
{
    struct adapter *adapter = loading->adapter;

    return load_files(loading, folder) &&
           code_lists_read(&loading->codes, adapter->arena, &adapter->lists, loading->err) &&
           adapter_read_general(adapter, &loading->description, loading->err) &&
           read_messages(loading);
}

bool adapter_load(const char *folder, const struct wire_schemas *schemas,
                  struct adapter **adapter, struct error *err)
{
    struct loading *loading = calloc(1, sizeof(*loading));
    struct adapter *loaded = calloc(1, sizeof(*loaded));
    bool ok = false;

    if (loading == NULL || loaded == NULL) {
        no_memory(err);
        goto out;
    }
    loaded->schemas = schemas;
    loaded->arena = arena_new(ADAPTER_ARENA_MAX);
    loading->scratch = arena_new(ADAPTER_ARENA_MAX);
    loading->adapter = loaded;
    loading->err = err;
    if (loaded->arena == NULL || loading->scratch == NULL) {
        no_memory(err);
        goto out;
    }
    ok = load_all(loading, folder) || fail_prefix(err, "%s", folder);
out:
    if (loading != NULL)
        arena_free(loading->scratch);
    free(loading);
    if (ok)
        *adapter = loaded;
    else
        adapter_free(loaded);
    return ok;
}

void adapter_free(struct adapter *adapter)
{
    if (adapter == NULL)
        return;
    schema_free(adapter->dialect);
    arena_free(adapter->arena);
    free(adapter);
}
