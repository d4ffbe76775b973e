/* adapter_examples.c - every pair of examples/ both ways, and what must be refused. */
#include "wire/adapter_check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES_MAX = 2000, NAME_SIZE = 200, EXAMPLE_ARENA_MAX = 256 * 1024 * 1024 };

#define OURS     ".ours.xml"
#define QUESTION ".question.xml"
#define BAD_LIST "bad.txt"

struct examples {
    struct checking *checking;
    struct arena *arena; /* the list of names */
    struct arena *work;  /* one example; reset for the next */
    const char **names;  /* sorted */
    size_t count;
    size_t pairs;
    const char *theirs; /* how the names of their side end */
    bool *used;         /* by entry: some pair shows it */
};

/* --- the folder
 * ------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_name(struct examples *examples, const char *name, struct error *err)
{
    struct text copy;

    if (name[0] == '.')
        return true;
    if (examples->count == EXAMPLES_MAX)
        return fail(err, ERROR_SIZE, "more than %d examples", EXAMPLES_MAX);
    copy = arena_copy(examples->arena, text_of(name));
    if (copy.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the names of examples");
    examples->names[examples->count++] = copy.at;
    return true;
}

static bool list_folder(struct examples *examples, const char *path, struct error *err)
{
    DIR *folder = opendir(path);
    struct dirent *file;
    bool ok = true;

    if (folder == NULL) {
        check_bad(examples->checking, "there is no folder examples/");
        return true;
    }
    while (ok && (file = readdir(folder)) != NULL)
        ok = add_name(examples, file->d_name, err);
    closedir(folder);
    qsort(examples->names, examples->count, sizeof(*examples->names), by_name);
    return ok;
}

static bool has_file(const struct examples *examples, const char *base, const char *end)
{
    char name[NAME_SIZE];
    const char *key = name;

    if (snprintf(name, sizeof(name), "%s%s", base, end) >= (int)sizeof(name))
        return false;
    return bsearch(&key, examples->names, examples->count, sizeof(*examples->names), by_name) !=
           NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name);

    return size > strlen(end) && strcmp(name + size - strlen(end), end) == 0;
}

static bool read_bytes(struct examples *examples, const char *base, const char *end,
                       struct text *bytes, struct error *err)
{
    const char *name = arena_format(examples->work, "examples/%s%s", base, end);

    if (name == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a file name");
    return adapter_bytes(examples->checking->folder, name, examples->work, bytes, err);
}

/* --- one pair
 * ---------------------------------------------------------------------------------------- */

/* "letter" of "letter" and "letter-revised"; the longest that fits. */
static const struct adapter_entry *entry_named(const struct adapter *adapter, const char *base)
{
    const struct adapter_entry *found = NULL;
    size_t found_size = 0;

    for (size_t i = 0; i < adapter->entry_count; i++) {
        size_t size = strlen(adapter->entries[i].name);
        if (strncmp(base, adapter->entries[i].name, size) != 0 ||
            (base[size] != '\0' && base[size] != '-') || size <= found_size)
            continue;
        found = &adapter->entries[i];
        found_size = size;
    }
    return found;
}

/* The national side of a pair, or what it answers, under its schema. */
static bool read_ours(struct examples *examples, const char *base, const char *end,
                      const struct adapter_entry *entry, struct record **ours,
                      struct error *err)
{
    struct document_limits limits = {.size_max = DOCUMENT_SIZE_DEFAULT, .allow_comments = true};
    struct document *document = NULL;
    const char *space = flow_namespace(entry->flow);
    struct text bytes;
    bool ok = false;

    if (!read_bytes(examples, base, end, &bytes, err) ||
        !document_parse(bytes, &limits, &document, err))
        goto out;
    if (!text_is(document_root_namespace(document), space)) {
        fail(err, ERROR_SCHEMA, "the root is not in namespace %s", space);
        goto out;
    }
    ok = schema_check(wire_schemas_national(examples->checking->adapter->schemas, entry->flow),
                      document, err) &&
         codec_read(document, examples->work, ours, err);
out:
    document_free(document);
    return ok;
}

static bool loss_is_known(const struct adapter_entry *entry, struct text name)
{
    for (size_t i = 0; i < entry->loss_count; i++) {
        const char *path = entry->losses[i].theirs;
        size_t size = path == NULL ? 0 : strlen(path);
        if (size > 0 && name.size >= size && memcmp(name.at, path, size) == 0 &&
            (name.size == size || name.at[size] == '/'))
            return true;
    }
    return false;
}

static bool losses_are_known(struct examples *examples, const struct adapter_entry *entry,
                             const char *base, struct text lost)
{
    bool known = true;

    while (lost.size > 0) {
        struct text name = text_cut(&lost, '\n');
        if (name.size == 0 || loss_is_known(entry, name))
            continue;
        check_bad(examples->checking, "%s: %.*s is neither mapped nor listed as lost", base,
                  TEXT_ARG(name));
        known = false;
    }
    return known;
}

/* A pair while it is tried. */
struct pair {
    const char *base;
    const struct adapter_entry *entry;
    struct text theirs;
    struct record *ours;
    struct record *question;           /* of an answer, if there is such a file */
    const struct adapter_entry *asked; /* of an answer: what it answers; NULL: no answer */
};

static bool reads_as(struct examples *examples, const struct pair *pair, enum adapter_way way,
                     struct text theirs, struct adapter_message *message, const char **why,
                     struct error *err)
{
    const struct adapter *adapter = examples->checking->adapter;

    if (pair->asked == NULL
            ? !adapter_read(adapter, way, theirs, examples->work, message, err)
            : !adapter_read_reply(adapter, way, pair->asked->flow, pair->asked->action, theirs,
                                  pair->question, examples->work, message, err))
        return false;
    *why = NULL;
    if (message->action != pair->entry->action || message->flow != pair->entry->flow)
        *why = check_words(examples->checking, "theirs is read as another message");
    else if (!record_equal(message->body, pair->ours))
        *why = check_words(examples->checking, "theirs -> ours differs");
    return true;
}

/* What was lost on the way in cannot come back; then only the meaning must be the same. */
static bool writes_as(struct examples *examples, const struct pair *pair, enum adapter_way way,
                      const struct adapter_message *read, const char **why, struct error *err)
{
    struct adapter_message message = *read;
    struct adapter_message again;
    struct text bytes;

    message.body = pair->ours;
    message.answers = pair->asked == NULL ? ACTION_NONE : pair->asked->action;
    if (!adapter_write(examples->checking->adapter, way, &message, examples->work, &bytes, err))
        return false;
    if (read->lost.size > 0)
        return reads_as(examples, pair, way, bytes, &again, why, err);
    *why = text_equal(bytes, pair->theirs)
               ? NULL
               : check_words(examples->checking, "ours -> theirs differs");
    return true;
}

static void check_way(struct examples *examples, const struct pair *pair, enum adapter_way way)
{
    struct adapter_message message;
    const char *base = pair->base;
    const char *name = way == FROM_CORE ? "from-core" : "to-core";
    const char *why = NULL;
    struct error err = ERROR_INIT;

    if ((pair->entry->ways & way) == 0)
        return;
    if (!reads_as(examples, pair, way, pair->theirs, &message, &why, &err) ||
        (why == NULL && !writes_as(examples, pair, way, &message, &why, &err)))
        why = err.text;
    if (why != NULL)
        check_bad(examples->checking, "%s, %s: %s", base, name, why);
    else if (losses_are_known(examples, pair->entry, base, message.lost) &&
             message.lost.size > 0)
        check_good(examples->checking,
                   "%s, %s: theirs <-> ours, %zu bytes, some lost as listed", base, name,
                   pair->theirs.size);
    else if (message.lost.size == 0)
        check_good(examples->checking, "%s, %s: theirs <-> ours, %zu bytes", base, name,
                   pair->theirs.size);
}

/* Of an answer: the message it answers whose action the question's root names, else the first.
 */
static const struct adapter_entry *
asked_by(const struct adapter *adapter, const struct adapter_entry *entry, const char *action)
{
    for (size_t i = 0; i < entry->answer_to_count; i++) {
        const struct adapter_entry *asked = &adapter->entries[entry->answer_to[i]];
        if (action == NULL || strcmp(action_name(asked->action).english, action) == 0)
            return asked;
    }
    return NULL;
}

/* What the answer answers, which stands beside the pair if the answer does not repeat it. */
static bool read_question(struct examples *examples, struct pair *pair, struct error *err)
{
    const struct adapter *adapter = examples->checking->adapter;
    const struct adapter_entry *first = asked_by(adapter, pair->entry, NULL);

    pair->asked = first;
    if (first == NULL || !has_file(examples, pair->base, QUESTION))
        return true;
    if (!read_ours(examples, pair->base, QUESTION, first, &pair->question, err))
        return false;
    pair->asked = asked_by(adapter, pair->entry, pair->question->name);
    return pair->asked != NULL || fail(err, ERROR_MAPPING, "%s is no question that %s answers",
                                       pair->question->name, pair->entry->name);
}

static void check_pair(struct examples *examples, const char *base)
{
    const struct adapter *adapter = examples->checking->adapter;
    struct pair pair = {.base = base, .entry = entry_named(adapter, base)};
    struct error err = ERROR_INIT;

    arena_reset(examples->work);
    if (pair.entry == NULL) {
        check_bad(examples->checking, "%s: no message of this name", base);
        return;
    }
    if (!read_bytes(examples, base, examples->theirs, &pair.theirs, &err) ||
        !read_ours(examples, base, OURS, pair.entry, &pair.ours, &err) ||
        !read_question(examples, &pair, &err)) {
        check_bad(examples->checking, "%s: %s", base, err.text);
        return;
    }
    examples->used[pair.entry - adapter->entries] = true;
    examples->pairs++;
    check_way(examples, &pair, FROM_CORE);
    check_way(examples, &pair, TO_CORE);
}

static void check_pairs(struct examples *examples)
{
    for (size_t i = 0; i < examples->count; i++) {
        const char *name = examples->names[i];
        bool theirs = ends_with(name, examples->theirs);
        const char *end = theirs ? examples->theirs : OURS;
        char base[NAME_SIZE];
        if (!ends_with(name, end))
            continue;
        if (!text_to_field((struct text){name, strlen(name) - strlen(end)}, base, sizeof(base)))
            check_bad(examples->checking, "%s: name too long", name);
        else if (!has_file(examples, base, theirs ? OURS : examples->theirs))
            check_bad(examples->checking, "%s: its other half is missing", name);
        else if (theirs)
            check_pair(examples, base);
    }
}

static void check_shown(struct examples *examples)
{
    const struct adapter *adapter = examples->checking->adapter;

    for (size_t i = 0; i < adapter->entry_count; i++)
        if (!examples->used[i])
            check_bad(examples->checking, "%s: no pair of examples shows it",
                      adapter->entries[i].name);
    check_good(examples->checking, "%zu pairs of examples", examples->pairs);
}

/* --- what must be refused
 * ------------------------------------------------------------------------------ */

/* Of an answer the way is "from-core/NAME", NAME being the message that it answers. */
static bool read_bad(struct examples *examples, struct text way, struct text bytes,
                     struct error *err)
{
    const struct adapter *adapter = examples->checking->adapter;
    struct text side = text_cut(&way, '/');
    enum adapter_way read = text_is(side, "to-core") ? TO_CORE : FROM_CORE;
    struct adapter_message message;

    if (way.size == 0)
        return adapter_read(adapter, read, bytes, examples->work, &message, err);
    for (size_t i = 0; i < adapter->entry_count; i++)
        if (text_is(way, adapter->entries[i].name))
            return adapter_read_reply(adapter, read, adapter->entries[i].flow,
                                      adapter->entries[i].action, bytes, NULL, examples->work,
                                      &message, err);
    return fail(err, ERROR_NOT_FOUND, "there is no message %.*s", TEXT_ARG(way));
}

/* "file way CODE field": the field stands in the error's text; "-" for none. */
static void check_bad_line(struct examples *examples, struct text line)
{
    struct text file = text_cut(&line, ' ');
    struct text way = text_cut(&line, ' ');
    struct text code = text_cut(&line, ' ');
    struct text field = text_trim(line);
    struct text bytes;
    struct error err = ERROR_INIT;
    char name[NAME_SIZE];

    arena_reset(examples->work);
    if (!text_to_field(file, name, sizeof(name)) || field.size == 0 ||
        !read_bytes(examples, name, "", &bytes, &err))
        check_bad(examples->checking, "%s: %.*s: not \"file way CODE field\", or no such file",
                  BAD_LIST, TEXT_ARG(file));
    else if (read_bad(examples, way, bytes, &err))
        check_bad(examples->checking, "%s: was read, but should be refused", name);
    else if (!text_is(code, error_name(err.code)))
        check_bad(examples->checking, "%s: refused with %s, expected %.*s: %s", name,
                  error_name(err.code), TEXT_ARG(code), err.text);
    else if (!text_is(field, "-") &&
             memmem(err.text, strlen(err.text), field.at, field.size) == NULL)
        check_bad(examples->checking, "%s: refused, but without the name %.*s: %s", name,
                  TEXT_ARG(field), err.text);
    else
        check_good(examples->checking, "%s: refused, %s", name, error_name(err.code));
}

static void check_refusals(struct examples *examples, struct text list)
{
    for (size_t i = 0; i < examples->count; i++)
        if (strncmp(examples->names[i], "bad-", 4) == 0 &&
            memmem(list.at, list.size, examples->names[i], strlen(examples->names[i])) == NULL)
            check_bad(examples->checking, "%s: not listed in %s", examples->names[i], BAD_LIST);
    while (list.size > 0) {
        struct text line = text_trim(text_cut(&list, '\n'));
        if (line.size > 0 && line.at[0] != '#')
            check_bad_line(examples, line);
    }
}

static bool check_bad_list(struct examples *examples, struct error *err)
{
    struct error missing = ERROR_INIT;
    struct text list = TEXT_NONE;

    if (has_file(examples, BAD_LIST, "") &&
        !adapter_bytes(examples->checking->folder, "examples/" BAD_LIST, examples->arena, &list,
                       &missing))
        return fail(err, missing.code, "%s", missing.text);
    check_refusals(examples, list);
    return true;
}

bool check_examples(struct checking *checking, struct error *err)
{
    struct examples examples = {.checking = checking};
    const char *path;
    bool ok = false;

    examples.theirs = checking->adapter->carrier.kind == CARRIER_JSON ? ".theirs.json"
                                                                      : ".theirs.xml";
    examples.arena = arena_new(EXAMPLE_ARENA_MAX);
    examples.work = arena_new(EXAMPLE_ARENA_MAX);
    if (examples.arena == NULL || examples.work == NULL)
        goto out;
    path = arena_format(examples.arena, "%s/examples", checking->folder);
    examples.names = arena_array(examples.arena, EXAMPLES_MAX, sizeof(*examples.names));
    examples.used = arena_array(examples.arena, ADAPTER_MESSAGES_MAX, sizeof(*examples.used));
    if (path == NULL || examples.names == NULL || examples.used == NULL)
        goto out;
    if (!list_folder(&examples, path, err))
        goto done;
    check_pairs(&examples);
    check_shown(&examples);
    ok = check_bad_list(&examples, err);
    goto done;
out:
    fail(err, ERROR_MEMORY, "no memory to check examples");
done:
    arena_free(examples.work);
    arena_free(examples.arena);
    return ok;
}
