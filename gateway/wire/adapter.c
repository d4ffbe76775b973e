/* adapter.c - a dialect's documents in and out, and what a core's answers mean. */
#include "wire/adapter.h"

#include <string.h>

#include "wire/adapter_internal.h"

const char *adapter_name(const struct adapter *adapter)
{
    return adapter->name;
}

const uint8_t *adapter_digest(const struct adapter *adapter)
{
    return adapter->digest.bytes;
}

const char *adapter_content_type(const struct adapter *adapter)
{
    return adapter->content_type;
}

const struct adapter_capabilities *adapter_capabilities(const struct adapter *adapter)
{
    return &adapter->capabilities;
}

/* --- reading
 * --------------------------------------------------------------------------------------- */

static bool fits(const struct adapter_entry *entry, enum adapter_way way,
                 const struct record *root)
{
    if ((entry->ways & way) == 0 || strcmp(entry->root, root->name) != 0)
        return false;
    for (size_t i = 0; i < entry->match_count; i++) {
        struct text value;
        if (!record_text(root, entry->matches[i].path, &value) ||
            !text_equal(value, entry->matches[i].value))
            return false;
    }
    return true;
}

static const struct adapter_entry *entry_of(const struct adapter *adapter, enum adapter_way way,
                                            const struct record *root, struct error *err)
{
    const struct adapter_entry *found = NULL;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        if (!fits(&adapter->entries[i], way, root))
            continue;
        if (found != NULL) {
            fail(err, ERROR_MAPPING, "adapter %s: both %s and %s match the document",
                 adapter->name, found->name, adapter->entries[i].name);
            return NULL;
        }
        found = &adapter->entries[i];
    }
    if (found == NULL)
        fail(err, ERROR_MAPPING, "adapter %s: no message matches the document", adapter->name);
    return found;
}

/* Bytes to fields, under the dialect's own schema where it has one. */
static bool read_theirs(const struct adapter *adapter, struct text bytes, struct arena *arena,
                        struct record **theirs, struct error *err)
{
    struct document *document = NULL;
    bool ok;

    ok = carrier_read(&adapter->carrier, bytes, &document, err) &&
         (adapter->dialect == NULL || schema_check(adapter->dialect, document, err)) &&
         codec_read(document, arena, theirs, err);
    document_free(document);
    return ok;
}

/* What a core brings of its own accord must be told apart from its repetition; an answer
 * belongs to a message that has a key. */
static bool key_is_there(const struct adapter *adapter, const struct adapter_entry *entry,
                         enum adapter_way way, struct text key, struct error *err)
{
    if (way == TO_CORE || entry->action == ACTION_ANSWER || key.size > 0)
        return true;
    return fail(err, ERROR_MAPPING, "%s: the message's own key is missing", adapter->key_path);
}

bool adapter_read(const struct adapter *adapter, enum adapter_way way, struct text bytes,
                  struct arena *arena, struct adapter_message *message, struct error *err)
{
    const struct adapter_entry *entry;
    struct mapping_head head;
    struct record *theirs;

    if (!read_theirs(adapter, bytes, arena, &theirs, err))
        return false;
    entry = entry_of(adapter, way, theirs, err);
    if (entry == NULL)
        return false;
    *message = (struct adapter_message){.flow = entry->flow, .action = entry->action};
    if (!mapping_run(&entry->plan, MAPPING_TO_OURS, theirs, arena, &head, &message->body,
                     &message->lost, err))
        return false;
    message->local_key = head.local_key;
    message->revision = head.revision;
    if (!key_is_there(adapter, entry, way, head.local_key, err))
        return false;
    return codec_check_national(adapter->schemas, entry->flow, message->body, err);
}

/* --- writing
 * --------------------------------------------------------------------------------------- */

static bool check_dialect(const struct adapter *adapter, const struct record *theirs,
                          struct error *err)
{
    struct document *document = NULL;
    bool ok;

    if (adapter->dialect == NULL)
        return true;
    ok = codec_write(theirs, NULL, &document, err) &&
         schema_check(adapter->dialect, document, err);
    document_free(document);
    return ok;
}

bool adapter_write(const struct adapter *adapter, enum adapter_way way,
                   struct adapter_message *message, struct arena *arena, struct text *bytes,
                   struct error *err)
{
    struct mapping_head head = {message->local_key, message->revision};
    const struct adapter_entry *entry = NULL;
    struct record *theirs;

    for (size_t i = 0; i < adapter->entry_count; i++)
        if ((adapter->entries[i].ways & way) != 0 &&
            adapter->entries[i].flow == message->flow &&
            adapter->entries[i].action == message->action)
            entry = &adapter->entries[i];
    if (entry == NULL)
        return fail(err, ERROR_MAPPING, "adapter %s: no message carries action %s this way",
                    adapter->name, action_name(message->action).english);
    if (!key_is_there(adapter, entry, way, head.local_key, err))
        return false;
    if (strcmp(message->body->name, entry->plan.root[MAPPING_TO_OURS]) != 0)
        return fail(err, ERROR_MAPPING, "the body is not a document %s",
                    entry->plan.root[MAPPING_TO_OURS]);
    return mapping_run(&entry->plan, MAPPING_TO_THEIRS, message->body, arena, &head, &theirs,
                       &message->lost, err) &&
           check_dialect(adapter, theirs, err) &&
           carrier_write(&adapter->carrier, theirs, arena, bytes, err);
}

/* --- answers
 * --------------------------------------------------------------------------------------- */

bool adapter_glob(const char *pattern, struct text text)
{
    const char *star = NULL; /* after the last '*' */
    size_t retry = 0;        /* where its match would begin if it took one byte more */
    size_t at = 0;

    while (at < text.size) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = at;
        } else if (*pattern == '?' || (*pattern != '\0' && *pattern == text.at[at])) {
            pattern++;
            at++;
        } else if (star != NULL) {
            pattern = star;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* The answer's fields; NULL if it cannot be read: it is only an answer. */
static struct record *read_answer(const struct adapter *adapter, struct text bytes,
                                  struct arena *arena)
{
    struct document *document = NULL;
    struct record *root = NULL;
    struct error ignored;

    if (bytes.size == 0)
        return NULL;
    if (!carrier_read(&adapter->carrier, bytes, &document, &ignored) ||
        !codec_read(document, arena, &root, &ignored))
        root = NULL;
    document_free(document);
    return root;
}

static bool rule_fits(const struct adapter_rule *rule, struct text http,
                      const struct record *root)
{
    struct text value = TEXT_NONE;

    if (rule->http != NULL && !adapter_glob(rule->http, http))
        return false;
    if (rule->path == NULL)
        return true;
    return root != NULL && record_text(root, rule->path, &value) &&
           adapter_glob(rule->pattern, value);
}

static void take_code(const struct adapter_rule *rule, const struct record *root,
                      char code[CODE_SIZE])
{
    struct text said = text_of(rule->code == NULL ? "" : rule->code);

    if (rule->code_path != NULL && root != NULL && record_text(root, rule->code_path, &said) &&
        rule->list != NULL && !code_find(rule->list->to_ours, said, &said))
        said = text_of(rule->code == NULL ? "" : rule->code);
    if (!text_to_field(said, code, CODE_SIZE))
        code[0] = '\0';
}

enum adapter_result adapter_classify(const struct adapter *adapter, int http_status,
                                     struct text bytes, struct arena *arena,
                                     char code[CODE_SIZE])
{
    const struct record *root = read_answer(adapter, bytes, arena);
    char http[16];
    struct buffer buffer = buffer_over(http, sizeof(http));

    code[0] = '\0';
    buffer_format(&buffer, "%d", http_status);
    for (size_t i = 0; i < adapter->rule_count; i++) {
        if (!rule_fits(&adapter->rules[i], buffer_as_text(&buffer), root))
            continue;
        take_code(&adapter->rules[i], root, code);
        return adapter->rules[i].result;
    }
    return ADAPTER_UNKNOWN;
}
