/* mapping_codes.c - codes.xml to two sorted tables per list. */
#include "wire/mapping_load.h"

#include <stdlib.h>
#include <string.h>

static const struct adapter_allowed codes_children[] = {{"list", 0, CODE_LISTS_MAX}};
static const struct adapter_allowed list_children[] = {
    {"name", 1, 1}, {"title", 0, 1}, {"pair", 1, CODE_PAIRS_MAX}};
static const struct adapter_allowed pair_children[] = {
    {"theirs", 1, 1}, {"ours", 1, 1}, {"only", 0, 1}, {"meaning", 0, 1}};

static int by_from(const void *a, const void *b)
{
    const struct code_pair *left = a;
    const struct code_pair *right = b;

    return text_compare(left->from, right->from);
}

static size_t count_pairs(const struct adapter_node *list)
{
    size_t count = 0;

    for (const struct adapter_node *node = list->first; node != NULL; node = node->next)
        count += strcmp(node->name, "pair") == 0;
    return count;
}

static bool read_pair(const struct adapter_file *file, const struct adapter_node *node,
                      struct code_pair *reading, size_t *reading_count,
                      struct code_pair *writing, size_t *writing_count, struct error *err)
{
    struct text theirs = adapter_child_text(node, "theirs");
    struct text ours = adapter_child_text(node, "ours");
    struct text only = adapter_child_text(node, "only");

    if (!adapter_children(file, node, pair_children, COUNT_OF(pair_children), err))
        return false;
    if (theirs.size == 0 || ours.size == 0)
        return adapter_fault(file, node, err, "a code may not be empty");
    if (only.size > 0 && !text_is(only, "reading") && !text_is(only, "writing"))
        return adapter_fault(file, node, err, "only: neither reading nor writing");
    if (!text_is(only, "writing"))
        reading[(*reading_count)++] = (struct code_pair){theirs, ours};
    if (!text_is(only, "reading"))
        writing[(*writing_count)++] = (struct code_pair){ours, theirs};
    return true;
}

static bool sort_table(const struct adapter_file *file, const struct adapter_node *node,
                       const char *side, struct code_pair *pairs, size_t count,
                       struct code_table *table, struct error *err)
{
    qsort(pairs, count, sizeof(*pairs), by_from);
    for (size_t i = 1; i < count; i++)
        if (text_equal(pairs[i - 1].from, pairs[i].from))
            return adapter_fault(file, node, err, "%s code %.*s stands there twice", side,
                                 TEXT_ARG(pairs[i].from));
    *table = (struct code_table){pairs, count};
    return true;
}

static bool read_list(const struct adapter_file *file, const struct adapter_node *node,
                      struct arena *arena, struct code_list *list, struct error *err)
{
    size_t count = count_pairs(node);
    struct code_pair *reading;
    struct code_pair *writing;
    size_t reading_count = 0;
    size_t writing_count = 0;

    if (!adapter_children(file, node, list_children, COUNT_OF(list_children), err))
        return false;
    reading = arena_array(arena, count, sizeof(*reading));
    writing = arena_array(arena, count, sizeof(*writing));
    if (reading == NULL || writing == NULL)
        return fail(err, ERROR_MEMORY, "%s: no memory", file->name);
    for (const struct adapter_node *pair = node->first; pair != NULL; pair = pair->next)
        if (strcmp(pair->name, "pair") == 0 &&
            !read_pair(file, pair, reading, &reading_count, writing, &writing_count, err))
            return false;
    list->name = adapter_child_text(node, "name").at;
    return sort_table(file, node, "their", reading, reading_count, &list->to_ours, err) &&
           sort_table(file, node, "our", writing, writing_count, &list->to_theirs, err);
}

static bool name_is_new(const struct code_lists *lists, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lists->lists[i].name, lists->lists[count].name) == 0)
            return false;
    return true;
}

bool code_lists_read(const struct adapter_file *file, struct arena *arena,
                     struct code_lists *lists, struct error *err)
{
    *lists = (struct code_lists){.lists = NULL};
    if (!adapter_children(file, file->root, codes_children, COUNT_OF(codes_children), err))
        return false;
    lists->lists = arena_array(arena, CODE_LISTS_MAX, sizeof(*lists->lists));
    if (lists->lists == NULL)
        return fail(err, ERROR_MEMORY, "%s: no memory", file->name);
    for (const struct adapter_node *node = file->root->first; node != NULL; node = node->next) {
        if (!read_list(file, node, arena, &lists->lists[lists->count], err))
            return false;
        if (!name_is_new(lists, lists->count))
            return adapter_fault(file, node, err, "list %s stands there twice",
                                 lists->lists[lists->count].name);
        lists->count++;
    }
    return true;
}
