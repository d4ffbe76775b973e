/* mapping.c - collect the source's values, convert them, build the target. */
#include "wire/mapping.h"

#include <string.h>

struct row {
    struct row *next;
    struct text *from; /* by field of the scope */
    struct text *to;
};

struct rows {
    struct row *first;
    struct row *last;
    uint32_t count;
};

struct lost_name {
    const struct mapping_node *parent;
    const char *name;
};

struct run {
    const struct mapping_plan *plan;
    const struct mapping_direction *direction;
    enum mapping_way way;
    struct arena *arena;
    struct error *err;
    const struct record *question;
    struct rows rows[MAPPING_SCOPES_MAX]; /* scope 0 has one row: the document */
    struct lost_name lost[MAPPING_LOST_MAX];
    size_t lost_count;
    bool lost_more;
};

static bool no_memory(struct run *run)
{
    return fail(run->err, ERROR_MEMORY, "no memory to map the document");
}

static struct row *row_add(struct run *run, int16_t scope)
{
    const struct mapping_scope *kind = &run->plan->scopes[scope];
    struct rows *rows = &run->rows[scope];
    struct row *row = arena_alloc(run->arena, sizeof(*row));

    if (row == NULL)
        return NULL;
    row->from = arena_array(run->arena, (size_t)kind->count * 2 + 1, sizeof(*row->from));
    if (row->from == NULL)
        return NULL;
    row->to = row->from + kind->count;
    if (rows->last == NULL)
        rows->first = row;
    else
        rows->last->next = row;
    rows->last = row;
    rows->count++;
    return row;
}

/* --- what the target cannot carry ----------------------------------------------------------
 */

static void lose(struct run *run, const struct mapping_node *parent, const char *name)
{
    for (size_t i = 0; i < run->lost_count; i++)
        if (run->lost[i].parent == parent && strcmp(run->lost[i].name, name) == 0)
            return;
    if (run->lost_count == MAPPING_LOST_MAX) {
        run->lost_more = true;
        return;
    }
    run->lost[run->lost_count++] = (struct lost_name){parent, name};
}

static bool list_lost(struct run *run, struct text *lost)
{
    const char *more = "...\n"; /* over MAPPING_LOST_MAX different names */
    size_t room = strlen(more);
    struct buffer buffer;

    *lost = TEXT_NONE;
    if (run->lost_count == 0)
        return true;
    for (size_t i = 0; i < run->lost_count; i++)
        room += strlen(run->lost[i].parent->path) + strlen(run->lost[i].name) + 2;
    buffer = buffer_over(arena_alloc(run->arena, room), room);
    if (buffer.at == NULL)
        return no_memory(run);
    for (size_t i = 0; i < run->lost_count; i++) {
        buffer_string(&buffer, run->lost[i].parent->path);
        buffer_string(&buffer, run->lost[i].parent->path[0] == '\0' ? "" : "/");
        buffer_string(&buffer, run->lost[i].name);
        buffer_string(&buffer, "\n");
    }
    if (run->lost_more)
        buffer_string(&buffer, more);
    CHECK(!buffer.overflow);
    *lost = buffer_as_text(&buffer);
    return true;
}

/* --- collecting ------------------------------------------------------------------------------
 */

struct level {
    const struct record *next; /* child to look at */
    const struct mapping_node *node;
    struct row *row;
    uint16_t expected; /* child of `node` that most likely comes next */
};

const struct mapping_node *mapping_child(const struct mapping_direction *direction,
                                         const struct mapping_node *node, const char *name)
{
    size_t low = node->first;
    size_t high = low + node->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct mapping_node *child = &direction->nodes[direction->sorted[middle]];
        int order = strcmp(name, child->name);
        if (order == 0)
            return child;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Documents mostly come in the order of the mapping, so the next name is tried first. */
static const struct mapping_node *child_named(const struct mapping_direction *direction,
                                              struct level *level, const char *name)
{
    const struct mapping_node *node = level->node;
    const struct mapping_node *child = NULL;

    if (level->expected < node->count) {
        child = &direction->nodes[node->first + level->expected];
        if (strcmp(child->name, name) != 0)
            child = NULL;
    }
    if (child == NULL)
        child = mapping_child(direction, node, name);
    if (child != NULL)
        level->expected = (uint16_t)(child - &direction->nodes[node->first] + 1);
    return child;
}

static const char *path_of(const struct mapping_node *node)
{
    return node->path[0] == '\0' ? node->name : node->path;
}

static bool take_value(struct run *run, struct row *row, const struct mapping_node *node,
                       struct text value)
{
    struct text *slot = &row->from[node->slot];

    if (slot->size > 0)
        return fail(run->err, ERROR_MAPPING, "%s: stands there twice",
                    run->plan->fields[node->field].rule.field);
    if (run->way == MAPPING_TO_OURS)
        value = value_of_theirs(&run->plan->fields[node->field].rule, value);
    *slot = value;
    return true;
}

/* The row that a group's fields belong to; NULL after an error. */
static struct row *enter_group(struct run *run, const struct level *level,
                               const struct mapping_node *node)
{
    struct row *row;

    if (node->scope == MAPPING_NONE)
        return level->row;
    if (run->rows[node->scope].count == run->plan->scopes[node->scope].rows_max) {
        fail(run->err, ERROR_DEPTH, "%s: more than %u rows", path_of(node),
             (unsigned)run->plan->scopes[node->scope].rows_max);
        return NULL;
    }
    row = row_add(run, node->scope);
    if (row == NULL)
        no_memory(run);
    return row;
}

static bool take_leaf(struct run *run, const struct level *level,
                      const struct mapping_node *node, const struct record *record)
{
    struct text value = record->value.hidden;
    struct row *row;

    if (value.size == 0)
        return true; /* empty is absent */
    if (node->lost) {
        lose(run, level->node, record->name);
        return true;
    }
    if (node->field == MAPPING_NONE)
        return fail(run->err, ERROR_MAPPING, "%s: text where a group is expected",
                    path_of(node));
    row = enter_group(run, level, node); /* a new one where rows are plain values */
    return row != NULL && take_value(run, row, node, value);
}

static bool collect(struct run *run, const struct record *source)
{
    struct level levels[RECORD_DEPTH_MAX + 1];
    size_t depth = 1;

    levels[0] = (struct level){source->first, &run->direction->nodes[0], run->rows[0].first, 0};
    while (depth > 0) {
        struct level *level = &levels[depth - 1];
        const struct record *record = level->next;
        const struct mapping_node *node;
        struct row *row;

        if (record == NULL) {
            depth--;
            continue;
        }
        level->next = record->next;
        node = child_named(run->direction, level, record->name);
        if (node != NULL && node->question)
            continue; /* whoever asked has it */
        if (node == NULL || (record->first != NULL && node->lost)) {
            if (node != NULL || record->first != NULL || record->value.hidden.size > 0)
                lose(run, level->node, record->name);
            continue;
        }
        if (record->first == NULL) {
            if (!take_leaf(run, level, node, record))
                return false;
            continue;
        }
        if (node->field != MAPPING_NONE)
            return fail(run->err, ERROR_MAPPING, "%s: a group where a value is expected",
                        run->plan->fields[node->field].rule.field);
        row = enter_group(run, level, node);
        if (row == NULL)
            return false;
        CHECK(depth < COUNT_OF(levels));
        levels[depth++] = (struct level){record->first, node, row, 0};
    }
    return true;
}

/* --- converting ------------------------------------------------------------------------------
 */

static bool convert_constant(struct run *run, const struct mapping_field *field, bool write,
                             struct text from, struct text *to)
{
    if (from.size > 0 && !text_equal(from, field->constant))
        return fail(run->err, ERROR_CODE_VALUE, "%s: another value than the agreed one",
                    field->rule.field);
    if (write)
        *to = field->constant;
    return true;
}

/* A field's value in national notation, which lies on the source's side or on the target's. */
static struct text national_value(const struct run *run, const struct mapping_scope *scope,
                                  int16_t field, const struct row *row)
{
    size_t slot = (size_t)(field - scope->first);

    return run->way == MAPPING_TO_OURS ? row->to[slot] : row->from[slot];
}

/* The field's rule, with the code list that the row chooses. */
static bool choose_rule(struct run *run, const struct mapping_scope *scope,
                        const struct mapping_field *field, const struct row *row,
                        struct value_rule *rule)
{
    *rule = field->rule;
    for (uint8_t i = 0; i < field->choice_count; i++) {
        const struct mapping_choice *choice = &field->choices[i];
        if (!text_equal(national_value(run, scope, choice->field, row), choice->value))
            continue;
        rule->list = choice->list;
        return true;
    }
    return field->choice_count == 0 || rule->list != NULL ||
           fail(run->err, ERROR_CODE_VALUE, "%s: no list is named for this %s",
                field->rule.field, field->choices[0].ours);
}

static bool convert_value(struct run *run, const struct mapping_scope *scope,
                          const struct mapping_field *field, const struct row *row,
                          struct text from, struct text *to)
{
    bool to_ours = run->way == MAPPING_TO_OURS;
    struct value_rule rule;

    if (from.size > 0) {
        if (!choose_rule(run, scope, field, row, &rule))
            return false;
        return to_ours ? value_to_ours(&rule, from, run->arena, to, run->err)
                       : value_to_theirs(&rule, from, run->arena, to, run->err);
    }
    if (to_ours && field->standard.size > 0)
        *to = field->standard;
    if (to->size == 0 && !field->optional)
        return fail(run->err, ERROR_MAPPING, "%s: is missing", field->rule.field);
    return true;
}

static bool convert(struct run *run, const struct mapping_scope *scope, uint16_t slot,
                    struct row *row)
{
    const struct mapping_field *field = &run->plan->fields[scope->first + slot];
    bool to_ours = run->way == MAPPING_TO_OURS;
    struct text from = row->from[slot];
    struct text *to = &row->to[slot];

    switch (field->kind) {
    case MAPPING_THEIRS_CONSTANT:
        return convert_constant(run, field, !to_ours, from, to);
    case MAPPING_OURS_CONSTANT:
        return convert_constant(run, field, to_ours, from, to);
    default:
        return convert_value(run, scope, field, row, from, to);
    }
}

/* Does the field's condition hold? */
static bool applies(const struct run *run, const struct mapping_scope *scope,
                    const struct mapping_field *field, const struct row *row)
{
    return field->condition == MAPPING_NONE ||
           text_equal(national_value(run, scope, field->condition, row),
                      field->condition_value);
}

static void lose_field(struct run *run, uint16_t field)
{
    for (uint16_t i = 0; i < run->direction->node_count; i++) {
        const struct mapping_node *parent = &run->direction->nodes[i];
        for (uint16_t at = 0; at < parent->count; at++)
            if (run->direction->nodes[parent->first + at].field == field)
                lose(run, parent, run->direction->nodes[parent->first + at].name);
    }
}

static bool convert_row(struct run *run, const struct mapping_scope *scope, struct row *row)
{
    /* Fields that look at others come second, after those that look at none. */
    for (int pass = 0; pass < (scope->conditions ? 2 : 1); pass++) {
        for (uint16_t i = 0; i < scope->count; i++) {
            const struct mapping_field *field = &run->plan->fields[scope->first + i];
            bool looks = field->condition != MAPPING_NONE || field->choice_count > 0;
            if (looks != (pass == 1))
                continue;
            if (!applies(run, scope, field, row)) {
                if (row->from[i].size > 0)
                    lose_field(run, (uint16_t)(scope->first + i));
                continue;
            }
            if (!convert(run, scope, i, row))
                return false;
        }
    }
    return true;
}

static bool convert_all(struct run *run)
{
    for (uint16_t i = 0; i < run->plan->scope_count; i++) {
        const struct mapping_scope *scope = &run->plan->scopes[i];
        unsigned number = 0;

        if (run->rows[i].count == 0 && !scope->optional)
            return fail(run->err, ERROR_MAPPING, "%s: there is no row", scope->name);
        for (struct row *row = run->rows[i].first; row != NULL; row = row->next) {
            number++;
            if (!convert_row(run, scope, row))
                return i == 0 ? false : fail_prefix(run->err, "row %u", number);
        }
    }
    return true;
}

/* --- building --------------------------------------------------------------------------------
 */

struct group {
    const char *name;
    struct record *record; /* NULL until something stands in it */
};

struct build {
    struct group groups[RECORD_DEPTH_MAX + 1];
    size_t depth;
    struct row *row; /* of the rows that are being written; NULL outside */
};

static struct record *group_record(struct run *run, struct build *build)
{
    size_t made = build->depth;

    while (build->groups[made - 1].record == NULL)
        made--;
    for (; made < build->depth; made++) {
        build->groups[made].record = record_add(run->arena, build->groups[made - 1].record,
                                                build->groups[made].name, TEXT_NONE);
        if (build->groups[made].record == NULL)
            return NULL;
    }
    return build->groups[build->depth - 1].record;
}

static void open_group(struct build *build, const char *name)
{
    CHECK(build->depth < COUNT_OF(build->groups));
    build->groups[build->depth++] = (struct group){name, NULL};
}

static bool build_value(struct run *run, struct build *build, const struct mapping_step *step)
{
    const struct row *row = step->scope == 0 ? run->rows[0].first : build->row;
    struct text value = row->to[step->slot];
    struct record *parent;

    if (value.size == 0 && !step->always)
        return true;
    parent = group_record(run, build);
    if (parent != NULL && step->plain) {
        parent->value = personal_of(value);
        return true;
    }
    if (parent == NULL || record_add(run->arena, parent, step->name, value) == NULL)
        return no_memory(run);
    return true;
}

/* The answer says it as the question did. */
static bool build_question(struct run *run, struct build *build,
                           const struct mapping_step *step)
{
    const struct record *from = run->question == NULL ? NULL
                                                      : record_find(run->question, step->path);

    for (; from != NULL; from = record_same(from)) {
        struct record *parent = group_record(run, build);
        struct record *copy = parent == NULL ? NULL
                                             : record_add(run->arena, parent, step->name,
                                                          from->value.hidden);
        if (copy == NULL)
            return no_memory(run);
        copy->first = from->first;
        copy->last = from->last;
    }
    return true;
}

/* One step; *at moves on, or jumps at the ends of rows. */
static bool build_step(struct run *run, struct build *build, uint16_t *at)
{
    const struct mapping_step *step = &run->direction->steps[*at];

    (*at)++;
    switch (step->operation) {
    case STEP_OPEN:
        open_group(build, step->name);
        return !step->always || group_record(run, build) != NULL || no_memory(run);
    case STEP_CLOSE:
        build->depth--;
        return true;
    case STEP_VALUE:
        return build_value(run, build, step);
    case STEP_QUESTION:
        return build_question(run, build, step);
    case STEP_ROWS:
        build->row = run->rows[step->scope].first;
        if (build->row == NULL)
            *at = (uint16_t)(step->jump + 1);
        else
            open_group(build, step->name);
        return build->row == NULL || group_record(run, build) != NULL || no_memory(run);
    case STEP_NEXT:
        build->row = build->row->next;
        build->depth--;
        if (build->row == NULL)
            return true;
        *at = step->jump;
        open_group(build, step->name);
        return group_record(run, build) != NULL || no_memory(run);
    }
    return true;
}

static bool build(struct run *run, struct record **target)
{
    struct build build = {.depth = 1};

    *target = record_new(run->arena, run->plan->root[run->way]);
    if (*target == NULL)
        return no_memory(run);
    build.groups[0] = (struct group){(*target)->name, *target};
    for (uint16_t at = 0; at < run->direction->step_count;)
        if (!build_step(run, &build, &at))
            return false;
    CHECK(build.depth == 1);
    return true;
}

/* --- what stands beside the body
 * --------------------------------------------------------------- */

static bool preset_time(struct run *run, const struct mapping_head *head, struct text *from)
{
    char text[INSTANT_TEXT_SIZE];

    if (head->key_time.ms == 0)
        return true;
    *from = arena_copy(run->arena, text_of(instant_format(head->key_time, text)));
    return from->at != NULL || no_memory(run);
}

static bool preset_head(struct run *run, const struct mapping_head *head)
{
    struct text *from = run->rows[0].first->from;

    for (uint16_t i = 0; i < run->plan->scopes[0].count; i++) {
        if (run->plan->fields[i].kind == MAPPING_KEY_TIME && !preset_time(run, head, &from[i]))
            return false;
        if (run->plan->fields[i].kind == MAPPING_SIGNATURE && head->with_signature)
            from[i] = TEXT("-");
    }

    if (run->plan->key != MAPPING_NONE)
        from[run->plan->key] = head->local_key;
    if (run->plan->revision != MAPPING_NONE) {
        const char *number = arena_format(run->arena, "%u", (unsigned)head->revision);
        if (number == NULL)
            return no_memory(run);
        from[run->plan->revision] = text_of(number);
    }
    return true;
}

static bool read_head(struct run *run, struct mapping_head *head)
{
    struct text *to = run->rows[0].first->to;
    uint64_t revision = 1;

    head->local_key = TEXT_NONE;
    head->revision = 1;
    if (run->plan->key != MAPPING_NONE)
        head->local_key = to[run->plan->key];
    if (run->plan->revision == MAPPING_NONE || to[run->plan->revision].size == 0)
        return true;
    if (!text_to_u64(to[run->plan->revision], &revision) || revision == 0 || revision > 9999)
        return fail(run->err, ERROR_VALUE, "%s: not a revision from 1 to 9999",
                    run->plan->fields[run->plan->revision].rule.field);
    head->revision = (uint32_t)revision;
    return true;
}

bool mapping_run(const struct mapping_plan *plan, enum mapping_way way,
                 const struct record *source, struct arena *arena, struct mapping_head *head,
                 struct record **target, struct text *lost, struct error *err)
{
    struct run run = {.plan = plan, .direction = &plan->directions[way], .way = way};

    run.arena = arena;
    run.err = err;
    run.question = way == MAPPING_TO_OURS ? head->question : NULL;
    if (row_add(&run, 0) == NULL)
        return no_memory(&run);
    if (way == MAPPING_TO_THEIRS && !preset_head(&run, head))
        return false;
    if (!collect(&run, source) || !convert_all(&run))
        return false;
    if (way == MAPPING_TO_OURS && !read_head(&run, head))
        return false;
    return build(&run, target) && list_lost(&run, lost);
}
