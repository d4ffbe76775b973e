/* mapping_compile.c - one tree of names per side; each becomes source nodes and target steps.
 */
#include "wire/mapping_compile.h"

#include <stdlib.h>
#include <string.h>

/* A name at one place of one side's tree, while it is being built. */
struct branch {
    const char *name;
    const char *path;
    struct branch *up;
    struct branch *first;
    struct branch *last;
    struct branch *next;
    const struct mapping_line *line; /* whose path ends here */
    int16_t field;
    int16_t scope;
    bool always;
};

struct compiling {
    const struct mapping_lines *lines;
    struct arena *arena;
    struct error *err;
    struct mapping_plan *plan;
    int16_t *field_of_line;            /* MAPPING_NONE for lines that are not fields */
    struct branch *root[MAPPING_WAYS]; /* of the TARGET side of each way */
    size_t branch_count[MAPPING_WAYS];
};

static bool no_memory(struct compiling *compiling)
{
    return fail(compiling->err, ERROR_MEMORY, "%s: no memory", compiling->lines->file->name);
}

static bool fault(struct compiling *compiling, const struct mapping_line *line,
                  const char *path, const char *what)
{
    return adapter_fault(compiling->lines->file, line->node, compiling->err, "%s: %s", path,
                         what);
}

/* --- fields by scope
 * --------------------------------------------------------------------------- */

static bool arrange_fields(struct compiling *compiling)
{
    const struct mapping_lines *lines = compiling->lines;
    struct mapping_plan *plan = compiling->plan;

    plan->scope_count = lines->scope_count;
    plan->fields = arena_array(compiling->arena, lines->count + 1, sizeof(*plan->fields));
    compiling->field_of_line = arena_array(compiling->arena, lines->count + 1, sizeof(int16_t));
    if (plan->fields == NULL || compiling->field_of_line == NULL)
        return no_memory(compiling);
    for (uint16_t scope = 0; scope < plan->scope_count; scope++) {
        plan->scopes[scope] = lines->scopes[scope];
        plan->scopes[scope].first = plan->field_count;
        for (size_t i = 0; i < lines->count; i++) {
            const struct mapping_line *line = &lines->lines[i];
            if (line->kind != LINE_FIELD || line->scope != scope)
                continue;
            compiling->field_of_line[i] = (int16_t)plan->field_count;
            plan->fields[plan->field_count] = line->field;
            plan->fields[plan->field_count].theirs = line->theirs;
            plan->fields[plan->field_count].ours = line->ours;
            plan->fields[plan->field_count++].line = line->node->line;
        }
        plan->scopes[scope].count = (uint16_t)(plan->field_count - plan->scopes[scope].first);
    }
    for (size_t i = 0; i < lines->count; i++)
        if (lines->lines[i].kind != LINE_FIELD)
            compiling->field_of_line[i] = MAPPING_NONE;
    return true;
}

/* The field at this path of ours that `line`, in the same scope, looks at. */
static bool look_up(struct compiling *compiling, const struct mapping_line *line,
                    const char *ours, int16_t *field)
{
    const struct mapping_lines *lines = compiling->lines;

    for (size_t i = 0; i < lines->count; i++) {
        const struct mapping_line *other = &lines->lines[i];
        if (other->kind != LINE_FIELD || other->ours == NULL || other->scope != line->scope ||
            strcmp(other->ours, ours) != 0)
            continue;
        if (other->when_ours != NULL || other->field.choice_count > 0)
            return fault(compiling, line, ours, "depends on a condition itself");
        *field = compiling->field_of_line[i];
        compiling->plan->scopes[line->scope].conditions = true;
        return true;
    }
    return fault(compiling, line, ours, "a condition on a field that is not here");
}

static bool resolve_line(struct compiling *compiling, size_t index)
{
    const struct mapping_line *line = &compiling->lines->lines[index];
    struct mapping_field *field = &compiling->plan->fields[compiling->field_of_line[index]];
    struct mapping_choice *choices;

    if (line->when_ours != NULL &&
        !look_up(compiling, line, line->when_ours, &field->condition))
        return false;
    if (field->choice_count == 0)
        return true;
    choices = arena_array(compiling->arena, field->choice_count, sizeof(*choices));
    if (choices == NULL)
        return no_memory(compiling);
    for (uint8_t i = 0; i < field->choice_count; i++) {
        choices[i] = field->choices[i];
        if (!look_up(compiling, line, choices[i].ours, &choices[i].field))
            return false;
    }
    field->choices = choices;
    return true;
}

static bool resolve_heads(struct compiling *compiling)
{
    struct mapping_plan *plan = compiling->plan;

    plan->key = MAPPING_NONE;
    plan->revision = MAPPING_NONE;
    for (uint16_t i = 0; i < plan->field_count; i++) {
        if (plan->fields[i].kind == MAPPING_KEY)
            plan->key = (int16_t)i;
        if (plan->fields[i].kind == MAPPING_REVISION)
            plan->revision = (int16_t)i;
    }
    for (size_t i = 0; i < compiling->lines->count; i++)
        if (compiling->lines->lines[i].kind == LINE_FIELD && !resolve_line(compiling, i))
            return false;
    return true;
}

/* --- trees of names
 * ---------------------------------------------------------------------------- */

static struct branch *branch_new(struct compiling *compiling, enum mapping_way side,
                                 struct branch *up, struct text name)
{
    struct branch *branch = arena_alloc(compiling->arena, sizeof(*branch));
    struct text copy = arena_copy(compiling->arena, name);

    if (branch == NULL || copy.at == NULL)
        return NULL;
    *branch = (struct branch){.name = copy.at, .path = "", .up = up};
    branch->field = MAPPING_NONE;
    branch->scope = MAPPING_NONE;
    if (up != NULL) {
        branch->path = up->path[0] == '\0'
                           ? branch->name
                           : arena_format(compiling->arena, "%s/%s", up->path, copy.at);
        if (up->last == NULL)
            up->first = branch;
        else
            up->last->next = branch;
        up->last = branch;
    }
    compiling->branch_count[side]++;
    return branch->path == NULL ? NULL : branch;
}

static struct branch *branch_child(struct branch *branch, struct text name)
{
    struct branch *child = branch->first;

    while (child != NULL && !text_is(name, child->name))
        child = child->next;
    return child;
}

/* Finds or makes the branch at a path. A value cannot have children, lost ones apart: what lies
 * below something lost is lost with it. */
static struct branch *branch_at(struct compiling *compiling, enum mapping_way side,
                                const struct mapping_line *line, const char *path)
{
    struct branch *branch = compiling->root[side];
    struct text rest = text_of(path);

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');
        struct branch *child = branch_child(branch, name);
        if (branch->line != NULL &&
            (branch->line->kind != LINE_ROWS || branch->field != MAPPING_NONE)) {
            fault(compiling, line, path, "lies below a path that is mapped itself");
            return NULL;
        }
        if (child == NULL)
            child = branch_new(compiling, side, branch, name);
        if (child == NULL) {
            no_memory(compiling);
            return NULL;
        }
        branch = child;
    }
    return branch;
}

/* The rows' own value: rows that hold it hold nothing else on this side. */
static bool place_plain(struct compiling *compiling, size_t index, const char *path,
                        struct branch *branch)
{
    const struct mapping_line *line = &compiling->lines->lines[index];

    CHECK(branch->scope == (int16_t)line->scope);
    if (branch->field != MAPPING_NONE)
        return fault(compiling, line, path, "is mapped twice");
    if (branch->first != NULL)
        return fault(compiling, line, path, "is a group and a value");
    branch->field = compiling->field_of_line[index];
    return true;
}

static bool place_line(struct compiling *compiling, enum mapping_way side, size_t index,
                       const char *path)
{
    const struct mapping_line *line = &compiling->lines->lines[index];
    struct branch *branch = branch_at(compiling, side, line, path);

    if (branch == NULL)
        return false;
    if (side == MAPPING_TO_OURS ? line->plain_ours : line->plain_theirs)
        return place_plain(compiling, index, path, branch);
    if (branch->line != NULL)
        return fault(compiling, line, path, "is mapped twice");
    if (branch->first != NULL && line->kind != LINE_ROWS)
        return fault(compiling, line, path, "is a group and a value");
    branch->line = line;
    branch->field = compiling->field_of_line[index];
    if (line->kind == LINE_ROWS)
        branch->scope = (int16_t)line->scope;
    branch->always = line->kind == LINE_FIELD && line->field.kind == MAPPING_THEIRS_CONSTANT;
    return true;
}

static bool place_theirs(struct compiling *compiling)
{
    for (size_t i = 0; i < compiling->lines->count; i++)
        if (compiling->lines->lines[i].theirs != NULL &&
            !place_line(compiling, MAPPING_TO_THEIRS, i, compiling->lines->lines[i].theirs))
            return false;
    return true;
}

/* "rows/row" of "rows/row/year", and any path of itself. */
static bool lies_at_or_below(const char *path, const char *top)
{
    size_t size = strlen(top);

    return strncmp(path, top, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

const struct mapping_line *mapping_line_of_leaf(const struct mapping_lines *lines,
                                                const char *leaf)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct mapping_line *line = &lines->lines[i];
        if (line->ours == NULL || line->kind == LINE_ROWS)
            continue;
        if (line->kind != LINE_FIELD ? lies_at_or_below(leaf, line->ours)
                                     : strcmp(leaf, line->ours) == 0)
            return line;
    }
    return NULL;
}

/* Rows must be placed before the first leaf in them, or the leaf would make a plain group. */
static bool place_rows_of(struct compiling *compiling, const char *leaf, bool *placed)
{
    for (size_t i = 0; i < compiling->lines->count; i++) {
        const struct mapping_line *line = &compiling->lines->lines[i];
        if (line->kind != LINE_ROWS || placed[i] || !lies_at_or_below(leaf, line->ours))
            continue;
        placed[i] = true;
        if (!place_line(compiling, MAPPING_TO_OURS, i, line->ours))
            return false;
    }
    return true;
}

static bool place_ours(struct compiling *compiling, const struct national_leaves *leaves)
{
    const struct mapping_lines *lines = compiling->lines;
    bool *placed = arena_array(compiling->arena, lines->count + 1, sizeof(*placed));

    if (placed == NULL)
        return no_memory(compiling);
    for (size_t leaf = 0; leaf < leaves->count; leaf++) {
        const struct mapping_line *line = mapping_line_of_leaf(lines, leaves->paths[leaf]);
        size_t index;
        if (line == NULL)
            continue;
        index = (size_t)(line - lines->lines);
        if (placed[index])
            continue; /* a lost group: placed with its first leaf */
        placed[index] = true;
        if (!place_rows_of(compiling, leaves->paths[leaf], placed) ||
            !place_line(compiling, MAPPING_TO_OURS, index, line->ours))
            return false;
    }
    for (size_t i = 0; i < lines->count; i++)
        if (lines->lines[i].ours != NULL && !placed[i])
            return fault(compiling, &lines->lines[i], lines->lines[i].ours,
                         mapping_line_of_leaf(lines, lines->lines[i].ours) !=
                                     &lines->lines[i] &&
                                 lines->lines[i].kind != LINE_ROWS
                             ? "is mapped twice"
                             : "the national form has no such field");
    return true;
}

/* Groups that a national document must have are written whether or not something is in them. */
static void mark_groups(struct compiling *compiling, const struct national_leaves *leaves)
{
    for (size_t i = 0; i < leaves->group_count; i++) {
        struct branch *branch = compiling->root[MAPPING_TO_OURS];
        struct text rest = text_of(leaves->groups[i]);

        while (branch != NULL && rest.size > 0)
            branch = branch_child(branch, text_cut(&rest, '/'));
        if (branch != NULL)
            branch->always = true;
    }
}

/* A field stands in rows on both sides or on neither, and in the same rows. */
static bool check_scopes(struct compiling *compiling)
{
    for (int side = 0; side < MAPPING_WAYS; side++) {
        for (size_t i = 0; i < compiling->lines->count; i++) {
            const struct mapping_line *line = &compiling->lines->lines[i];
            const char *path = side == MAPPING_TO_OURS ? line->ours : line->theirs;
            const struct branch *branch;
            uint16_t scope = 0;
            if (line->kind != LINE_FIELD || path == NULL)
                continue;
            branch = branch_at(compiling, (enum mapping_way)side, line, path);
            for (const struct branch *up = branch; up != NULL; up = up->up)
                if (up->scope != MAPPING_NONE)
                    scope = (uint16_t)up->scope;
            if (scope != line->scope)
                return fault(compiling, line, path, "stands in rows on one side only");
        }
    }
    return true;
}

/* --- source nodes
 * -------------------------------------------------------------------------------- */

static void fill_node(const struct compiling *compiling, const struct branch *branch,
                      struct mapping_node *node)
{
    const struct mapping_line *line = branch->line;

    *node = (struct mapping_node){.name = branch->name, .path = branch->path};
    node->field = branch->field;
    node->scope = branch->scope;
    node->lost = line != NULL && line->kind == LINE_LOST;
    node->question = line != NULL && line->kind == LINE_QUESTION;
    if (branch->field != MAPPING_NONE)
        node->slot = (uint16_t)(branch->field - compiling->plan->scopes[line->scope].first);
}

/* Level by level, so that children lie side by side. */
static bool make_nodes(struct compiling *compiling, const struct branch *root, size_t count,
                       struct mapping_direction *direction)
{
    const struct branch **order = arena_array(compiling->arena, count, sizeof(*order));

    direction->nodes = arena_array(compiling->arena, count, sizeof(*direction->nodes));
    direction->sorted = arena_array(compiling->arena, count, sizeof(*direction->sorted));
    if (order == NULL || direction->nodes == NULL || direction->sorted == NULL)
        return no_memory(compiling);
    order[0] = root;
    direction->node_count = 1;
    for (size_t i = 0; i < direction->node_count; i++) {
        struct mapping_node *node = &direction->nodes[i];
        fill_node(compiling, order[i], node);
        node->first = direction->node_count;
        for (const struct branch *child = order[i]->first; child != NULL; child = child->next) {
            order[direction->node_count++] = child;
            node->count++;
        }
    }
    return true;
}

static void sort_children(struct mapping_direction *direction, const struct mapping_node *node)
{
    for (uint16_t i = node->first; i < node->first + node->count; i++) {
        uint16_t at = i;
        while (at > node->first &&
               strcmp(direction->nodes[i].name,
                      direction->nodes[direction->sorted[at - 1]].name) < 0) {
            direction->sorted[at] = direction->sorted[at - 1];
            at--;
        }
        direction->sorted[at] = i;
    }
}

/* --- target steps
 * -------------------------------------------------------------------------------- */

static struct mapping_step *step_add(struct mapping_direction *direction,
                                     enum mapping_operation operation,
                                     const struct branch *branch)
{
    struct mapping_step *step = &direction->steps[direction->step_count++];

    *step = (struct mapping_step){.operation = operation, .name = branch->name};
    if (branch->scope != MAPPING_NONE)
        step->scope = (uint16_t)branch->scope;
    return step;
}

static bool is_line(const struct branch *branch, enum line_kind kind)
{
    return branch->line != NULL && branch->line->kind == kind;
}

static void enter_branch(const struct compiling *compiling, struct mapping_direction *direction,
                         const struct branch *branch)
{
    struct mapping_step *step;

    if (is_line(branch, LINE_QUESTION)) {
        step_add(direction, STEP_QUESTION, branch)->path = branch->path;
        return;
    }
    if (branch->field == MAPPING_NONE || branch->scope != MAPPING_NONE) {
        step = step_add(direction, branch->scope == MAPPING_NONE ? STEP_OPEN : STEP_ROWS,
                        branch);
        step->always = branch->always;
    }
    if (branch->field == MAPPING_NONE)
        return;
    step = step_add(direction, STEP_VALUE, branch);
    step->plain = branch->scope != MAPPING_NONE;
    step->scope = branch->line->scope;
    step->slot = (uint16_t)(branch->field - compiling->plan->scopes[step->scope].first);
    step->always = branch->always;
}

static void leave_branch(struct mapping_direction *direction, const struct branch *branch)
{
    uint16_t open;

    if (is_line(branch, LINE_QUESTION) ||
        (branch->field != MAPPING_NONE && branch->scope == MAPPING_NONE))
        return;
    if (branch->scope == MAPPING_NONE) {
        step_add(direction, STEP_CLOSE, branch);
        return;
    }
    open = direction->step_count;
    do
        open--;
    while (direction->steps[open].operation != STEP_ROWS ||
           direction->steps[open].scope != (uint16_t)branch->scope);
    direction->steps[open].jump = direction->step_count;
    step_add(direction, STEP_NEXT, branch)->jump = (uint16_t)(open + 1);
}

/* Pre-order through the links upward; what is lost is not written. */
static bool make_steps(struct compiling *compiling, const struct branch *root, size_t count,
                       struct mapping_direction *direction)
{
    const struct branch *branch = root->first;

    direction->steps = arena_array(compiling->arena, count * 3, sizeof(*direction->steps));
    if (direction->steps == NULL)
        return no_memory(compiling);
    while (branch != NULL && branch != root) {
        if (!is_line(branch, LINE_LOST)) {
            enter_branch(compiling, direction, branch);
            if (branch->first != NULL) {
                branch = branch->first;
                continue;
            }
            leave_branch(direction, branch);
        }
        while (branch != root && branch->next == NULL) {
            branch = branch->up;
            if (branch != root)
                leave_branch(direction, branch);
        }
        if (branch != root)
            branch = branch->next;
    }
    return true;
}

/* The tree of one side is the target of one way and the source of the other. */
static bool make_side(struct compiling *compiling, enum mapping_way side)
{
    struct mapping_direction *as_target = &compiling->plan->directions[side];
    struct mapping_direction *as_source =
        &compiling->plan
             ->directions[side == MAPPING_TO_OURS ? MAPPING_TO_THEIRS : MAPPING_TO_OURS];
    size_t count = compiling->branch_count[side];

    if (count > UINT16_MAX / 4)
        return adapter_fault(compiling->lines->file, compiling->lines->document, compiling->err,
                             "too many names for one document");
    if (!make_nodes(compiling, compiling->root[side], count, as_source))
        return false;
    for (uint16_t i = 0; i < as_source->node_count; i++)
        sort_children(as_source, &as_source->nodes[i]);
    return make_steps(compiling, compiling->root[side], count, as_target);
}

bool mapping_compile(const struct mapping_lines *lines, const struct national_leaves *leaves,
                     const char *theirs_root, const char *ours_root, struct arena *arena,
                     struct mapping_plan *plan, struct error *err)
{
    struct compiling compiling = {.lines = lines, .arena = arena, .err = err, .plan = plan};

    *plan = (struct mapping_plan){.field_count = 0};
    plan->root[MAPPING_TO_OURS] = ours_root;
    plan->root[MAPPING_TO_THEIRS] = theirs_root;
    for (int side = 0; side < MAPPING_WAYS; side++) {
        compiling.root[side] = branch_new(&compiling, (enum mapping_way)side, NULL,
                                          text_of(plan->root[side]));
        if (compiling.root[side] == NULL)
            return no_memory(&compiling);
    }
    if (!arrange_fields(&compiling) || !resolve_heads(&compiling) ||
        !place_theirs(&compiling) || !place_ours(&compiling, leaves))
        return false;
    mark_groups(&compiling, leaves);
    return check_scopes(&compiling) && make_side(&compiling, MAPPING_TO_OURS) &&
           make_side(&compiling, MAPPING_TO_THEIRS);
}
