/* mapping_load.c - the lines of one document of mapping.xml, includes resolved. */
#include "wire/mapping_load.h"

#include <string.h>

enum { PATH_SIZE_MAX = 512, PATH_NAMES_MAX = RECORD_DEPTH_MAX - 1 };

static const struct adapter_allowed mapping_children[] = {{"fragment", 0, 0},
                                                          {"document", 1, 0}};
static const struct adapter_allowed fragment_children[] = {
    {"name", 1, 1},   {"field", 0, 0},   {"constant", 0, 0},
    {"header", 0, 0}, {"include", 0, 0}, {"rows", 0, 0},
    {"lost", 0, 0},   {"keyTime", 0, 0}, {"fromQuestion", 0, 0}};
static const struct adapter_allowed document_children[] = {
    {"name", 1, 1},    {"under", 0, 1},       {"field", 0, 0}, {"constant", 0, 0},
    {"header", 0, 0},  {"include", 0, 0},     {"rows", 0, 0},  {"lost", 0, 0},
    {"keyTime", 0, 0}, {"fromQuestion", 0, 0}};
static const struct adapter_allowed rows_children[] = {
    {"theirs", 1, 1}, {"ours", 1, 1},     {"optional", 0, 1}, {"max", 0, 1},
    {"field", 0, 0},  {"constant", 0, 0}, {"lost", 0, 0}};
static const struct adapter_allowed field_children[] = {
    {"theirs", 1, 1},  {"ours", 1, 1},
    {"type", 1, 1},    {"format", 0, 1},
    {"list", 0, 1},    {"listWhen", 0, MAPPING_CHOICES_MAX},
    {"default", 0, 1}, {"optional", 0, 1},
    {"max", 0, 1},     {"nothing", 0, VALUE_NOTHINGS_MAX},
    {"when", 0, 1},    {"bare", 0, 1}};
static const struct adapter_allowed list_when_children[] = {
    {"ours", 1, 1}, {"is", 1, 1}, {"list", 1, 1}};
static const struct adapter_allowed when_children[] = {{"ours", 1, 1}, {"is", 1, 1}};
static const struct adapter_allowed constant_children[] = {
    {"theirs", 0, 1}, {"ours", 0, 1}, {"value", 1, 1}, {"bare", 0, 1}};
static const struct adapter_allowed header_children[] = {{"theirs", 1, 1}};
static const struct adapter_allowed key_time_children[] = {{"theirs", 1, 1}, {"format", 0, 1}};
static const struct adapter_allowed lost_children[] = {
    {"theirs", 0, 1}, {"ours", 0, 1}, {"reason", 1, 1}};

struct reading {
    const struct adapter_file *file;
    const struct code_lists *lists;
    const struct mapping_request *request;
    struct arena *arena;
    struct mapping_lines *out;
    struct error *err;
    struct text under;       /* before every path of theirs that has no leading '/' */
    const char *rows_theirs; /* full paths of the rows we are in; NULL: none */
    const char *rows_ours;
    bool rows_plain; /* "." of theirs is the row itself, not a text beside attributes */
    uint16_t scope;
    bool *header_seen;
};

static bool fault(struct reading *reading, const struct adapter_node *node, const char *what)
{
    return adapter_fault(reading->file, node, reading->err, "%s: %s", node->name, what);
}

static bool no_memory(struct reading *reading)
{
    return fail(reading->err, ERROR_MEMORY, "%s: no memory", reading->file->name);
}

/* --- paths
 * ------------------------------------------------------------------------------------ */

/* Names without blanks, divided by '/', not too many of them; the last one may be an attribute.
 */
static bool path_is_sound(struct text path, bool attributes)
{
    size_t count = 0;
    const char *at = path.size == 0 ? NULL : memrchr(path.at, '@', path.size);

    if (path.size == 0 || path.size > PATH_SIZE_MAX || path.at[path.size - 1] == '/')
        return false;
    for (size_t i = 0; i < path.size; i++)
        if ((unsigned char)path.at[i] <= ' ' || memchr("<>&\"'=:", path.at[i], 7) != NULL ||
            (path.at[i] == '@' && path.at + i != at))
            return false;
    if (at != NULL &&
        (!attributes || (at > path.at && at[-1] != '/') || at + 1 == path.at + path.size ||
         memchr(at, '/', path.size - (size_t)(at - path.at)) != NULL))
        return false;
    while (path.size > 0) {
        struct text name = text_cut(&path, '/');
        if (name.size == 0 || name.size > RECORD_NAME_MAX || ++count > PATH_NAMES_MAX)
            return false;
    }
    return true;
}

static bool full_path(struct reading *reading, const struct adapter_node *node,
                      struct text before, struct text path, bool attributes, const char **full)
{
    *full = arena_format(reading->arena, "%.*s%s%.*s", TEXT_ARG(before),
                         before.size == 0 ? "" : "/", TEXT_ARG(path));
    if (*full == NULL)
        return no_memory(reading);
    return path_is_sound(text_of(*full), attributes) ||
           fault(reading, node, "not a path of names");
}

/* Theirs: below the rows we are in, or below <under>, or (with a leading '/') below the root.
 */
static bool theirs_path(struct reading *reading, const struct adapter_node *node,
                        struct text path, const char **full)
{
    struct text before = reading->under;

    if (reading->rows_theirs != NULL) {
        before = text_of(reading->rows_theirs);
    } else if (text_starts(path, "/")) {
        before = TEXT_NONE;
        path = (struct text){path.at + 1, path.size - 1};
    }
    return full_path(reading, node, before, path, reading->request->attributes, full);
}

static bool ours_path(struct reading *reading, const struct adapter_node *node,
                      struct text path, const char **full)
{
    return full_path(reading, node, text_of(reading->rows_ours), path, false, full);
}

/* --- one line
 * --------------------------------------------------------------------------------- */

static struct mapping_line *line_add(struct reading *reading, const struct adapter_node *node,
                                     enum line_kind kind)
{
    struct mapping_line *line;

    if (reading->out->count == MAPPING_FIELDS_MAX) {
        fault(reading, node, "too many lines for one document");
        return NULL;
    }
    line = &reading->out->lines[reading->out->count++];
    *line = (struct mapping_line){.node = node, .kind = kind, .scope = reading->scope};
    line->field.condition = MAPPING_NONE;
    line->field.rule.gb18030 = reading->request->gb18030;
    return line;
}

/* The name that errors use: theirs as the mapping writes it, ours in brackets. */
static bool name_field(struct reading *reading, struct mapping_line *line)
{
    struct text theirs = text_of(line->theirs == NULL ? "" : line->theirs);
    struct text under = reading->under;

    if (under.size > 0 && theirs.size > under.size && theirs.at[under.size] == '/' &&
        memcmp(theirs.at, under.at, under.size) == 0)
        theirs = (struct text){theirs.at + under.size + 1, theirs.size - under.size - 1};
    if (theirs.size == 0)
        line->field.rule.field = line->ours;
    else if (line->ours == NULL)
        line->field.rule.field = arena_format(reading->arena, "%.*s", TEXT_ARG(theirs));
    else
        line->field.rule.field = arena_format(reading->arena, "%.*s (%s)", TEXT_ARG(theirs),
                                              line->ours);
    return line->field.rule.field != NULL || no_memory(reading);
}

static bool read_list_name(struct reading *reading, const struct adapter_node *node,
                           enum value_type type, const struct code_list **found)
{
    const struct adapter_node *list = adapter_child(node, "list");

    if (list == NULL)
        return true;
    if (type != VALUE_CODE)
        return fault(reading, list, "only a code goes through a list");
    for (size_t i = 0; i < reading->lists->count; i++)
        if (text_is(list->value, reading->lists->lists[i].name))
            *found = &reading->lists->lists[i];
    return *found != NULL || fault(reading, list, "codes.xml has no such list");
}

/* <listWhen>: code lists that another field's value chooses. */
static bool read_choices(struct reading *reading, const struct adapter_node *node,
                         struct mapping_field *field)
{
    struct mapping_choice *choices = NULL;

    for (const struct adapter_node *child = node->first; child != NULL; child = child->next) {
        struct mapping_choice *choice;
        if (strcmp(child->name, "listWhen") != 0)
            continue;
        if (choices == NULL)
            choices = arena_array(reading->arena, MAPPING_CHOICES_MAX, sizeof(*choices));
        if (choices == NULL)
            return no_memory(reading);
        choice = &choices[field->choice_count++];
        choice->value = adapter_child_text(child, "is");
        if (!adapter_children(reading->file, child, list_when_children,
                              COUNT_OF(list_when_children), reading->err) ||
            !read_list_name(reading, child, field->rule.type, &choice->list) ||
            !ours_path(reading, child, adapter_child_text(child, "ours"), &choice->ours))
            return false;
    }
    field->choices = choices;
    return true;
}

static bool read_rule(struct reading *reading, const struct adapter_node *node,
                      struct value_rule *rule)
{
    const struct adapter_node *format = adapter_child(node, "format");
    uint64_t max;

    rule->type = value_type_by_name(adapter_child_text(node, "type"));
    if (rule->type == VALUE_TYPES)
        return fault(reading, adapter_child(node, "type"), "not a known type");
    if (!value_rule_format(rule, format == NULL ? TEXT_NONE : format->value))
        return fault(reading, format == NULL ? node : format, "not a format of this type");
    if (!adapter_child_number(reading->file, node, "max", 0, 1, 1000000, &max, reading->err))
        return false;
    rule->bytes_max = (uint32_t)max;
    for (const struct adapter_node *child = node->first; child != NULL; child = child->next)
        if (strcmp(child->name, "nothing") == 0)
            rule->nothings[rule->nothing_count++] = child->value;
    return read_list_name(reading, node, rule->type, &rule->list);
}

/* JSON has numbers and truths beside strings. */
static bool read_bare(struct reading *reading, const struct adapter_node *node,
                      struct value_rule *rule)
{
    if (!adapter_child_bool(reading->file, node, "bare", false, &rule->bare, reading->err))
        return false;
    return !rule->bare || reading->request->json ||
           fault(reading, node, "bare: only JSON has values without quotes");
}

static bool read_when(struct reading *reading, const struct adapter_node *node,
                      struct mapping_line *line)
{
    const struct adapter_node *when = adapter_child(node, "when");

    if (when == NULL)
        return true;
    if (!adapter_children(reading->file, when, when_children, COUNT_OF(when_children),
                          reading->err))
        return false;
    line->field.condition_value = adapter_child_text(when, "is");
    return ours_path(reading, when, adapter_child_text(when, "ours"), &line->when_ours);
}

/* "." in rows: the row's own value. */
static bool read_paths(struct reading *reading, const struct adapter_node *node,
                       struct mapping_line *line)
{
    struct text theirs = adapter_child_text(node, "theirs");
    struct text ours = adapter_child_text(node, "ours");

    line->plain_theirs = reading->rows_plain && text_is(theirs, ".");
    line->plain_ours = reading->rows_ours != NULL && text_is(ours, ".");
    line->theirs = reading->rows_theirs;
    line->ours = reading->rows_ours;
    return (line->plain_theirs || theirs_path(reading, node, theirs, &line->theirs)) &&
           (line->plain_ours || ours_path(reading, node, ours, &line->ours));
}

static bool read_field(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_FIELD);

    if (line == NULL || !adapter_children(reading->file, node, field_children,
                                          COUNT_OF(field_children), reading->err))
        return false;
    line->field.kind = MAPPING_FIELD;
    line->field.standard = adapter_child_text(node, "default");
    if (!read_paths(reading, node, line) ||
        !adapter_child_bool(reading->file, node, "optional", false, &line->field.optional,
                            reading->err))
        return false;
    return read_rule(reading, node, &line->field.rule) &&
           read_choices(reading, node, &line->field) &&
           read_bare(reading, node, &line->field.rule) && read_when(reading, node, line) &&
           name_field(reading, line);
}

/* <theirs> or <ours>, exactly one. */
static bool read_side(struct reading *reading, const struct adapter_node *node,
                      struct mapping_line *line)
{
    const struct adapter_node *theirs = adapter_child(node, "theirs");
    const struct adapter_node *ours = adapter_child(node, "ours");

    if ((theirs == NULL) == (ours == NULL))
        return fault(reading, node, "either theirs or ours");
    return theirs != NULL ? theirs_path(reading, node, theirs->value, &line->theirs)
                          : ours_path(reading, node, ours->value, &line->ours);
}

static bool read_constant(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_FIELD);

    if (line == NULL || !adapter_children(reading->file, node, constant_children,
                                          COUNT_OF(constant_children), reading->err))
        return false;
    if (!read_side(reading, node, line))
        return false;
    line->field.kind = line->theirs != NULL ? MAPPING_THEIRS_CONSTANT : MAPPING_OURS_CONSTANT;
    line->field.optional = true;
    line->field.constant = adapter_child_text(node, "value");
    if (line->ours != NULL && line->field.constant.size == 0)
        return fault(reading, node, "the national form has no empty values");
    return read_bare(reading, node, &line->field.rule) && name_field(reading, line);
}

static bool read_lost(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_LOST);

    if (line == NULL || !adapter_children(reading->file, node, lost_children,
                                          COUNT_OF(lost_children), reading->err))
        return false;
    line->reason = adapter_child_text(node, "reason").at;
    return read_side(reading, node, line);
}

static bool add_header(struct reading *reading, const struct adapter_node *node,
                       const struct mapping_header *header)
{
    struct mapping_line *line = line_add(reading, node, LINE_FIELD);

    if (line == NULL)
        return false;
    line->theirs = header->path;
    line->field.kind = header->kind;
    line->field.optional = header->optional;
    line->field.constant = header->constant;
    line->field.rule.type = header->kind == MAPPING_REVISION ? VALUE_NUMBER : VALUE_TEXT;
    line->field.rule.bytes_max = header->bytes_max;
    line->field.rule.bare = header->bare;
    return name_field(reading, line);
}

/* Says only where a header element stands; adapter.xml says what it is. */
static bool read_header(struct reading *reading, const struct adapter_node *node)
{
    const char *path;

    if (!adapter_children(reading->file, node, header_children, COUNT_OF(header_children),
                          reading->err) ||
        !theirs_path(reading, node, adapter_child_text(node, "theirs"), &path))
        return false;
    for (size_t i = 0; i < reading->request->header_count; i++)
        if (strcmp(reading->request->headers[i].path, path) == 0)
            return add_header(reading, node, &reading->request->headers[i]);
    return true; /* of another message that includes the same fragment */
}

/* The time in the message's key, which some dialects write a second time. */
static bool read_key_time(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_FIELD);

    if (line == NULL || !adapter_children(reading->file, node, key_time_children,
                                          COUNT_OF(key_time_children), reading->err))
        return false;
    line->field.kind = MAPPING_KEY_TIME;
    line->field.rule.type = VALUE_TIME;
    if (!value_rule_format(&line->field.rule, adapter_child_text(node, "format")))
        return fault(reading, node, "format: not one of a time");
    return theirs_path(reading, node, adapter_child_text(node, "theirs"), &line->theirs) &&
           name_field(reading, line);
}

/* Of our side alone: the dialect's answer does not repeat it. */
static bool read_question(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_QUESTION);

    if (line == NULL)
        return false;
    if (!reading->request->answers)
        return fault(reading, node, "the message answers no other (answerTo)");
    return ours_path(reading, node, node->value, &line->ours);
}

static bool read_rows(struct reading *reading, const struct adapter_node *node);

static bool read_line(struct reading *reading, const struct adapter_node *node)
{
    static const struct {
        const char *name;
        bool (*read)(struct reading *reading, const struct adapter_node *node);
    } lines[] = {{"field", read_field},      {"constant", read_constant},
                 {"header", read_header},    {"rows", read_rows},
                 {"keyTime", read_key_time}, {"fromQuestion", read_question},
                 {"lost", read_lost}};

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (strcmp(lines[i].name, node->name) == 0)
            return lines[i].read(reading, node);
    return true; /* name, under, theirs …: read by whoever holds the lines */
}

static bool scope_add(struct reading *reading, const struct adapter_node *node,
                      struct mapping_line *line)
{
    struct mapping_lines *out = reading->out;
    struct mapping_scope *scope;
    uint64_t max;

    if (out->scope_count == MAPPING_SCOPES_MAX)
        return fault(reading, node, "too many kinds of rows");
    scope = &out->scopes[out->scope_count];
    *scope = (struct mapping_scope){.name = line->theirs};
    if (!adapter_child_bool(reading->file, node, "optional", false, &scope->optional,
                            reading->err) ||
        !adapter_child_number(reading->file, node, "max", reading->request->rows_max, 1,
                              RECORD_FIELDS_MAX, &max, reading->err))
        return false;
    scope->rows_max = (uint32_t)max;
    line->scope = out->scope_count++;
    return true;
}

/* "." of theirs beside other paths of theirs is the text of an element with attributes. */
static bool rows_are_plain(const struct reading *reading, const struct adapter_node *rows)
{
    size_t others = 0;

    for (const struct adapter_node *child = rows->first; child != NULL; child = child->next)
        others += adapter_child(child, "theirs") != NULL &&
                  !text_is(adapter_child_text(child, "theirs"), ".");
    return !reading->request->attributes || reading->request->json || others == 0;
}

static bool read_rows(struct reading *reading, const struct adapter_node *node)
{
    struct mapping_line *line = line_add(reading, node, LINE_ROWS);

    if (line == NULL || !adapter_children(reading->file, node, rows_children,
                                          COUNT_OF(rows_children), reading->err))
        return false;
    if (!theirs_path(reading, node, adapter_child_text(node, "theirs"), &line->theirs) ||
        !ours_path(reading, node, adapter_child_text(node, "ours"), &line->ours) ||
        !scope_add(reading, node, line))
        return false;
    reading->rows_theirs = line->theirs;
    reading->rows_ours = line->ours;
    reading->rows_plain = rows_are_plain(reading, node);
    reading->scope = line->scope;
    for (const struct adapter_node *child = node->first; child != NULL; child = child->next)
        if (!read_line(reading, child))
            return false;
    reading->rows_theirs = NULL;
    reading->rows_ours = NULL;
    reading->rows_plain = false;
    reading->scope = 0;
    return true;
}

/* --- a document
 * -------------------------------------------------------------------------------- */

static const struct adapter_node *named(const struct adapter_file *file, const char *kind,
                                        struct text name)
{
    for (const struct adapter_node *node = file->root->first; node != NULL; node = node->next)
        if (strcmp(node->name, kind) == 0 && text_equal(adapter_child_text(node, "name"), name))
            return node;
    return NULL;
}

/* Fragments may include fragments; the stack's bound also ends a circle. */
static bool read_lines(struct reading *reading, const struct adapter_node *document)
{
    const struct adapter_node *stack[8] = {document->first};
    size_t depth = 1;

    while (depth > 0) {
        const struct adapter_node *node = stack[depth - 1];
        const struct adapter_node *fragment;

        if (node == NULL) {
            depth--;
            continue;
        }
        stack[depth - 1] = node->next;
        if (strcmp(node->name, "include") != 0) {
            if (!read_line(reading, node))
                return false;
            continue;
        }
        fragment = named(reading->file, "fragment", node->value);
        if (fragment == NULL)
            return fault(reading, node, "there is no such fragment");
        if (depth == COUNT_OF(stack))
            return fault(reading, node, "fragments include each other too deeply");
        stack[depth++] = fragment->first;
    }
    return true;
}

/* A field of the body at the same path does not count: the path is then mapped twice. */
static bool has_line_for(const struct reading *reading, const char *path)
{
    for (size_t i = 0; i < reading->out->count; i++) {
        const struct mapping_line *line = &reading->out->lines[i];
        if (line->kind == LINE_FIELD && line->field.kind != MAPPING_FIELD &&
            line->theirs != NULL && strcmp(line->theirs, path) == 0)
            return true;
    }
    return false;
}

/* Header elements that no line places stand first. */
static bool place_headers(struct reading *reading, const struct adapter_node *document)
{
    size_t before = reading->out->count;
    size_t added;
    struct mapping_line *moved;

    for (size_t i = 0; i < reading->request->header_count; i++)
        if (!has_line_for(reading, reading->request->headers[i].path) &&
            !add_header(reading, document, &reading->request->headers[i]))
            return false;
    added = reading->out->count - before;
    moved = arena_array(reading->arena, added + 1, sizeof(*moved));
    if (moved == NULL)
        return no_memory(reading);
    memcpy(moved, reading->out->lines + before, added * sizeof(*moved));
    memmove(reading->out->lines + added, reading->out->lines, before * sizeof(*moved));
    memcpy(reading->out->lines, moved, added * sizeof(*moved));
    return true;
}

static bool check_file(const struct adapter_file *file, struct error *err)
{
    if (!adapter_children(file, file->root, mapping_children, COUNT_OF(mapping_children), err))
        return false;
    for (const struct adapter_node *node = file->root->first; node != NULL; node = node->next) {
        bool document = strcmp(node->name, "document") == 0;
        if (!adapter_children(
                file, node, document ? document_children : fragment_children,
                document ? COUNT_OF(document_children) : COUNT_OF(fragment_children), err))
            return false;
        if (named(file, node->name, adapter_child_text(node, "name")) != node)
            return adapter_fault(file, node, err, "%s %s stands there twice", node->name,
                                 adapter_child_text(node, "name").at);
    }
    return true;
}

bool mapping_lines_read(const struct adapter_file *file, const struct code_lists *lists,
                        const struct mapping_request *request, struct arena *arena,
                        struct mapping_lines *lines, struct error *err)
{
    struct reading reading = {.file = file, .lists = lists, .request = request, .out = lines};
    const struct adapter_node *document;

    CHECK(lines->lines != NULL);
    lines->file = file;
    lines->count = 0;
    lines->scope_count = 1;
    reading.arena = arena;
    reading.err = err;
    if (!check_file(file, err))
        return false;
    document = named(file, "document", text_of(request->document));
    if (document == NULL)
        return adapter_fault(file, file->root, err, "there is no document %s",
                             request->document);
    lines->document = document;
    lines->scopes[0] = (struct mapping_scope){.name = "", .rows_max = 1};
    reading.under = adapter_child_text(document, "under");
    return read_lines(&reading, document) && place_headers(&reading, document);
}
