/* adapter_explain.c - `qiantong adapter explain`: where a field's value comes from; and the
 * list of what is lost, for `qiantong adapter check`. */
#include "wire/adapter_check.h"

#include <string.h>

enum { WORDS_SIZE = 1000, NAMES_SIZE = ADAPTER_MESSAGES_MAX * 66 };

/* "sex" and "person/sex" end in "sex", "unsex" does not. */
static bool ends_in(const char *path, const char *field)
{
    size_t path_size = path == NULL ? 0 : strlen(path);
    size_t size = strlen(field);

    return size > 0 && path_size >= size && strcmp(path + path_size - size, field) == 0 &&
           (path_size == size || path[path_size - size - 1] == '/');
}

static bool same_path(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* One line of mapping.xml serves every message that includes it, and every header serves all:
 * those are told once. */
static bool same_field(const struct mapping_field *a, const struct mapping_field *b)
{
    return a->kind == b->kind && same_path(a->theirs, b->theirs) &&
           same_path(a->ours, b->ours) && text_equal(a->constant, b->constant) &&
           (a->kind != MAPPING_FIELD || a->line == b->line);
}

static bool same_loss(const struct adapter_loss *a, const struct adapter_loss *b)
{
    return same_path(a->theirs, b->theirs) && same_path(a->ours, b->ours) &&
           strcmp(a->reason, b->reason) == 0;
}

static bool has_field(const struct adapter_entry *entry, const struct mapping_field *field)
{
    for (uint16_t i = 0; i < entry->plan.field_count; i++)
        if (same_field(&entry->plan.fields[i], field))
            return true;
    return false;
}

static bool has_loss(const struct adapter_entry *entry, const struct adapter_loss *loss)
{
    for (size_t i = 0; i < entry->loss_count; i++)
        if (same_loss(&entry->losses[i], loss))
            return true;
    return false;
}

/* --- what is told of one line ---------------------------------------------------------- */

static void add_name(struct buffer *names, const char *name)
{
    if (names->size > 0)
        buffer_string(names, ", ");
    buffer_string(names, name);
}

static struct text format_of(const struct value_rule *rule)
{
    if (rule->type == VALUE_MONEY)
        return rule->unit == UNIT_FEN ? TEXT("fen") : TEXT("yuan");
    if (rule->type == VALUE_RATE)
        return rule->unit == UNIT_PERCENT ? TEXT("percent") : TEXT("fraction");
    return rule->pattern;
}

/* "code, through list sex, optional, at most 2 bytes" */
static void describe_value(const struct checking *checking, const struct adapter_entry *entry,
                           const struct mapping_field *field, struct buffer *words)
{
    const struct value_rule *rule = &field->rule;
    struct text format = format_of(rule);

    buffer_string(words, value_type_name(rule->type));
    if (format.size > 0)
        buffer_format(words, " %.*s", TEXT_ARG(format));
    if (rule->type == VALUE_BOOL)
        buffer_format(words, " %.*s/%.*s", TEXT_ARG(rule->yes), TEXT_ARG(rule->no));
    if (rule->list != NULL)
        buffer_format(words, check_words(checking, ", through list %s"), rule->list->name);
    for (uint8_t i = 0; i < field->choice_count; i++)
        buffer_format(words, check_words(checking, ", through list %s where %s is %.*s"),
                      field->choices[i].list->name, field->choices[i].ours,
                      TEXT_ARG(field->choices[i].value));
    if (rule->bare)
        buffer_string(words, check_words(checking, ", without quotes"));
    if (field->optional)
        buffer_string(words, check_words(checking, ", optional"));
    if (rule->bytes_max > 0)
        buffer_format(words, check_words(checking, ", at most %u bytes"), rule->bytes_max);
    if (field->standard.size > 0)
        buffer_format(words, check_words(checking, ", %.*s where absent"),
                      TEXT_ARG(field->standard));
    if (field->condition != MAPPING_NONE)
        buffer_format(words, check_words(checking, ", only where %s is %.*s"),
                      entry->plan.fields[field->condition].ours,
                      TEXT_ARG(field->condition_value));
}

static void explain_field(struct checking *checking, const struct adapter_entry *entry,
                          const struct mapping_field *field)
{
    char memory[WORDS_SIZE] = "";
    struct buffer words = buffer_over(memory, sizeof(memory) - 1);
    const char *theirs = field->theirs == NULL ? "-" : field->theirs;
    const char *ours = field->ours == NULL ? "-" : field->ours;

    check_line(checking, "%s <-> %s", theirs, ours);
    switch (field->kind) {
    case MAPPING_FIELD:
        describe_value(checking, entry, field, &words);
        check_line(checking, "    %.*s; mapping.xml:%d", TEXT_ARG(buffer_as_text(&words)),
                   field->line);
        break;
    case MAPPING_KEY:
        check_line(checking, "    the message's own key; adapter.xml, localKey");
        break;
    case MAPPING_KEY_TIME:
        check_line(checking, "    the time in the message's key, %.*s; mapping.xml:%d",
                   TEXT_ARG(field->rule.pattern), field->line);
        break;
    case MAPPING_SIGNATURE:
        check_line(checking, "    the signature of the header; adapter.xml, signature");
        break;
    case MAPPING_REVISION:
        check_line(checking, "    the revision; adapter.xml, revision");
        break;
    default:
        check_line(checking, "    always \"%.*s\"", TEXT_ARG(field->constant));
    }
}

static void explain_loss(struct checking *checking, const struct adapter_loss *loss)
{
    if (loss->theirs != NULL)
        check_line(checking, "%s is lost: theirs, not ours", loss->theirs);
    else
        check_line(checking, "%s is lost: ours, not theirs", loss->ours);
    check_line(checking, "    %s; mapping.xml:%d", loss->reason, loss->line);
}

/* --- all lines about a field ----------------------------------------------------------- */

/* The messages from entries[from] on that have it; false if an earlier one has it, too. */
static bool list_messages(const struct adapter *adapter, size_t from,
                          const struct mapping_field *field, const struct adapter_loss *loss,
                          struct buffer *names)
{
    for (size_t i = 0; i < adapter->entry_count; i++) {
        const struct adapter_entry *entry = &adapter->entries[i];

        if (field != NULL ? !has_field(entry, field) : !has_loss(entry, loss))
            continue;
        if (i < from)
            return false;
        add_name(names, entry->name);
    }
    return true;
}

static size_t explain_entry(struct checking *checking, size_t index, const char *field)
{
    const struct adapter_entry *entry = &checking->adapter->entries[index];
    size_t found = 0;
    char memory[NAMES_SIZE];

    for (size_t i = 0; i < entry->plan.field_count + entry->loss_count; i++) {
        bool lost = i >= entry->plan.field_count;
        const struct mapping_field *at = lost ? NULL : &entry->plan.fields[i];
        const struct adapter_loss *loss = lost ? &entry->losses[i - entry->plan.field_count]
                                               : NULL;
        struct buffer names = buffer_over(memory, sizeof(memory));

        if (!ends_in(lost ? loss->theirs : at->theirs, field) &&
            !ends_in(lost ? loss->ours : at->ours, field))
            continue;
        found++;
        if (!list_messages(checking->adapter, index, at, loss, &names))
            continue;
        if (lost)
            explain_loss(checking, loss);
        else
            explain_field(checking, entry, at);
        check_line(checking, "    %.*s", TEXT_ARG(buffer_as_text(&names)));
    }
    return found;
}

static bool takes_over(const struct adapter_entry *entry, const char *path)
{
    for (size_t i = 0; i < entry->leaf_count; i++)
        if (entry->leaves[i].question && strcmp(entry->leaves[i].path, path) == 0)
            return true;
    return false;
}

/* Fields of ours that an answer takes over from what it answers. */
static size_t explain_questions(struct checking *checking, size_t index, const char *field)
{
    const struct adapter *adapter = checking->adapter;
    const struct adapter_entry *entry = &adapter->entries[index];
    size_t found = 0;
    char memory[NAMES_SIZE];

    for (size_t i = 0; i < entry->leaf_count; i++) {
        const char *path = entry->leaves[i].path;
        struct buffer names = buffer_over(memory, sizeof(memory));
        bool told = false;

        if (!entry->leaves[i].question || !ends_in(path, field))
            continue;
        found++;
        for (size_t at = 0; at < adapter->entry_count; at++) {
            bool takes = takes_over(&adapter->entries[at], path);
            told = told || (takes && at < index);
            if (takes)
                add_name(&names, adapter->entries[at].name);
        }
        if (told)
            continue;
        check_line(checking, "- <-> %s", path);
        check_line(checking, "    as in the question; mapping.xml, fromQuestion");
        check_line(checking, "    %.*s", TEXT_ARG(buffer_as_text(&names)));
    }
    return found;
}

void check_losses(struct checking *checking)
{
    const struct adapter *adapter = checking->adapter;
    char memory[NAMES_SIZE];

    for (size_t i = 0; i < adapter->entry_count; i++)
        for (size_t j = 0; j < adapter->entries[i].loss_count; j++) {
            const struct adapter_loss *loss = &adapter->entries[i].losses[j];
            struct buffer names = buffer_over(memory, sizeof(memory));

            if (!list_messages(adapter, i, NULL, loss, &names))
                continue;
            explain_loss(checking, loss);
            check_line(checking, "    %.*s", TEXT_ARG(buffer_as_text(&names)));
        }
}

bool adapter_explain(const char *folder, const struct wire_schemas *schemas, const char *field,
                     const struct adapter_reader *reader, struct error *err)
{
    struct checking checking = {.folder = folder, .reader = reader};
    struct adapter *adapter = NULL;
    size_t found = 0;

    if (!adapter_load(folder, schemas, &adapter, err))
        return false;
    checking.adapter = adapter;
    for (size_t i = 0; i < adapter->entry_count; i++)
        found += explain_entry(&checking, i, field) + explain_questions(&checking, i, field);
    adapter_free(adapter);
    if (found == 0)
        return fail(err, ERROR_NOT_FOUND, "no line of mapping.xml is about %s", field);
    return true;
}
