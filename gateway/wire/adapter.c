/* adapter.c - a dialect's documents in and out, and what a core's answers mean. */
#include "wire/adapter.h"

#include <string.h>

#include "wire/adapter_internal.h"

/* The part of a national document that says what it is about. */
#define REFERENCE "reference"

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

bool adapter_fits(const struct adapter_entry *entry, enum adapter_way way,
                  const struct carrier_content *content)
{
    if ((entry->ways & way) == 0 || strcmp(entry->root, content->root->name) != 0)
        return false;
    if (entry->operation != NULL && !text_is(content->operation, entry->operation))
        return false;
    for (size_t i = 0; i < entry->match_count; i++) {
        struct text value;
        if (!record_text(content->root, entry->matches[i].path, &value) ||
            !text_equal(value, entry->matches[i].value))
            return false;
    }
    return true;
}

bool adapter_answers(const struct adapter *adapter, const struct adapter_entry *entry,
                     unsigned flow, unsigned asked)
{
    for (size_t i = 0; i < entry->answer_to_count; i++) {
        const struct adapter_entry *question = &adapter->entries[entry->answer_to[i]];
        if (question->flow == flow && question->action == asked)
            return true;
    }
    return false;
}

/* Which entries come into question. */
struct wanted {
    bool answers;
    unsigned flow; /* of what they answer; FLOW_NONE: of anything */
    unsigned asked;
};

static bool is_wanted(const struct adapter *adapter, const struct adapter_entry *entry,
                      const struct wanted *wanted)
{
    if ((entry->answer_to_count > 0) != wanted->answers)
        return false;
    return wanted->flow == FLOW_NONE ||
           adapter_answers(adapter, entry, wanted->flow, wanted->asked);
}

/* *found is NULL if nothing fits. */
static bool find_entry(const struct adapter *adapter, enum adapter_way way,
                       const struct carrier_content *content, const struct wanted *wanted,
                       const struct adapter_entry **found, struct error *err)
{
    *found = NULL;
    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];
        if (!is_wanted(adapter, entry, wanted) || !adapter_fits(entry, way, content))
            continue;
        if (*found != NULL)
            return fail(err, ERROR_MAPPING, "adapter %s: both %s and %s match the document",
                        adapter->name, (*found)->name, entry->name);
        *found = entry;
    }
    return true;
}

static bool no_match(const struct adapter *adapter, struct error *err)
{
    return fail(err, ERROR_MAPPING, "adapter %s: no message matches the document",
                adapter->name);
}

/* What a core brings of its own accord must be told apart from its repetition; an answer
 * belongs to a message that has a key. */
static bool key_is_there(const struct adapter *adapter, const struct adapter_entry *entry,
                         enum adapter_way way, struct text key, struct error *err)
{
    if (way == TO_CORE || entry->action == ACTION_ANSWER || entry->answer_to_count > 0 ||
        key.size > 0)
        return true;
    return fail(err, ERROR_MAPPING, "%s: the message's own key is missing", adapter->key_path);
}

/* An answer that repeats what it is about, in whatever part, must say what was asked. */
static bool is_about(const struct record *body, const struct record *question,
                     struct error *err)
{
    const struct record *said = record_find(body, REFERENCE);
    const struct record *asked = question == NULL ? NULL : record_find(question, REFERENCE);

    if (said == NULL || asked == NULL)
        return true;
    for (const struct record *at = said->first; at != NULL; at = at->next) {
        const struct record *same = record_find(asked, at->name);
        if (same != NULL && !text_equal(at->value.hidden, same->value.hidden))
            return fail(err, ERROR_MAPPING, REFERENCE "/%s: the answer is about another one",
                        at->name);
    }
    return true;
}

/* What was read as the entry, to the national form. */
static bool take(const struct adapter *adapter, const struct adapter_entry *entry,
                 enum adapter_way way, const struct carrier_content *content,
                 const struct record *question, struct arena *arena,
                 struct adapter_message *message, struct error *err)
{
    struct mapping_head head = {.question = question};
    struct instant time;

    *message = (struct adapter_message){.flow = entry->flow, .action = entry->action};
    if (!mapping_run(&entry->plan, MAPPING_TO_OURS, content->root, arena, &head, &message->body,
                     &message->lost, err))
        return false;
    message->local_key = head.local_key;
    message->revision = head.revision;
    if (!is_about(message->body, question, err))
        return false;
    if (!key_is_there(adapter, entry, way, head.local_key, err) ||
        (head.local_key.size > 0 && !adapter_key_read(adapter, head.local_key, &time, err)))
        return false;
    return codec_check_national(adapter->schemas, entry->flow, message->body, err);
}

static bool read_content(const struct adapter *adapter, struct text bytes, struct arena *arena,
                         struct carrier_content *content, struct error *err)
{
    if (!carrier_read(&adapter->carrier, adapter->dialect, bytes, arena, content, err))
        return false;
    if (content->fault.size > 0)
        return fail(err, ERROR_SHAPE, "a SOAP Fault instead of a document");
    return adapter_verify(adapter, content->root, arena, err);
}

bool adapter_read(const struct adapter *adapter, enum adapter_way way, struct text bytes,
                  struct arena *arena, struct adapter_message *message, struct error *err)
{
    const struct wanted wanted = {.answers = false};
    const struct adapter_entry *entry;
    struct carrier_content content;

    if (!read_content(adapter, bytes, arena, &content, err) ||
        !find_entry(adapter, way, &content, &wanted, &entry, err))
        return false;
    if (entry == NULL)
        return no_match(adapter, err);
    return take(adapter, entry, way, &content, NULL, arena, message, err);
}

unsigned adapter_answer_flow(const struct adapter *adapter, unsigned flow)
{
    unsigned first = FLOW_NONE;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];
        if (entry->action != ACTION_ANSWER || (entry->ways & TO_CORE) == 0)
            continue;
        if (entry->flow == flow)
            return flow;
        if (first == FLOW_NONE)
            first = entry->flow;
    }
    return first;
}

static bool knows_reply(const struct adapter *adapter, enum adapter_way way, unsigned flow,
                        unsigned asked)
{
    for (size_t i = 0; i < adapter->entry_count; i++)
        if ((adapter->entries[i].ways & way) != 0 &&
            adapter_answers(adapter, &adapter->entries[i], flow, asked))
            return true;
    return false;
}

bool adapter_take_reply(const struct adapter *adapter, const struct adapter_asked *asked,
                        const struct carrier_content *content, struct arena *arena,
                        struct adapter_message *message, struct error *err)
{
    const struct wanted wanted = {true, asked->flow, asked->action};
    const struct adapter_entry *entry;

    if (!knows_reply(adapter, asked->way, asked->flow, asked->action))
        return fail(err, ERROR_NOT_FOUND, "adapter %s: no message answers %s", adapter->name,
                    action_name(asked->action).english);
    if (!find_entry(adapter, asked->way, content, &wanted, &entry, err))
        return false;
    if (entry == NULL)
        return no_match(adapter, err);
    return take(adapter, entry, asked->way, content, asked->question, arena, message, err);
}

bool adapter_read_reply(const struct adapter *adapter, enum adapter_way way, unsigned flow,
                        unsigned asked_action, struct text bytes, const struct record *question,
                        struct arena *arena, struct adapter_message *message, struct error *err)
{
    const struct adapter_asked asked = {way, flow, asked_action, question};
    struct carrier_content content;

    return read_content(adapter, bytes, arena, &content, err) &&
           adapter_take_reply(adapter, &asked, &content, arena, message, err);
}

/* --- writing
 * --------------------------------------------------------------------------------------- */

bool adapter_check_dialect(const struct adapter *adapter, const struct record *theirs,
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

/* The document that answers what was asked, else the one that answers nothing. */
static const struct adapter_entry *entry_to_write(const struct adapter *adapter,
                                                  enum adapter_way way,
                                                  const struct adapter_message *message,
                                                  struct error *err)
{
    const struct adapter_entry *plain = NULL;
    const struct adapter_entry *answer = NULL;
    bool several = false;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];
        if ((entry->ways & way) == 0 || entry->flow != message->flow ||
            entry->action != message->action)
            continue;
        if (entry->answer_to_count == 0)
            plain = entry;
        else if (message->answers == ACTION_NONE ||
                 adapter_answers(adapter, entry, message->flow, message->answers)) {
            several = several || answer != NULL;
            answer = entry;
        }
    }
    if (answer != NULL && (message->answers != ACTION_NONE || plain == NULL)) {
        if (!several)
            return answer;
        fail(err, ERROR_MAPPING,
             "adapter %s: several messages carry action %s; which one "
             "hangs on the question",
             adapter->name, action_name(message->action).english);
        return NULL;
    }
    if (plain == NULL)
        fail(err, ERROR_MAPPING, "adapter %s: no message carries action %s this way",
             adapter->name, action_name(message->action).english);
    return plain;
}

static bool write_head(const struct adapter *adapter, const struct adapter_message *message,
                       struct arena *arena, struct mapping_head *head, struct error *err)
{
    *head = (struct mapping_head){.revision = message->revision,
                                  .with_signature = adapter->signer != NULL};
    return message->local_key.size == 0 ||
           adapter_key_write(adapter, message->local_key, arena, &head->local_key,
                             &head->key_time, err);
}

bool adapter_write(const struct adapter *adapter, enum adapter_way way,
                   struct adapter_message *message, struct arena *arena, struct text *bytes,
                   struct error *err)
{
    const struct adapter_entry *entry = entry_to_write(adapter, way, message, err);
    struct carrier_frame frame;
    struct mapping_head head;
    struct record *theirs;

    if (entry == NULL || !key_is_there(adapter, entry, way, message->local_key, err) ||
        !write_head(adapter, message, arena, &head, err))
        return false;
    if (strcmp(message->body->name, entry->plan.root[MAPPING_TO_OURS]) != 0)
        return fail(err, ERROR_MAPPING, "the body is not a document %s",
                    entry->plan.root[MAPPING_TO_OURS]);
    frame = (struct carrier_frame){entry->operation, entry->argument, &entry->plan};
    return mapping_run(&entry->plan, MAPPING_TO_THEIRS, message->body, arena, &head, &theirs,
                       &message->lost, err) &&
           adapter_sign(adapter, theirs, arena, err) &&
           adapter_check_dialect(adapter, theirs, err) &&
           carrier_write(&adapter->carrier, &frame, theirs, arena, bytes, err);
}
