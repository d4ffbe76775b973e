/* paper.c - see the header. */
#include "sim/paper.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/names.h"

struct paper paper_new(struct arena *arena, unsigned action)
{
    struct paper paper = {.arena = arena,
                          .root = record_new(arena, action_name(action).english)};

    paper.full = paper.root == NULL;
    return paper;
}

static struct record *add(struct paper *paper, struct record *parent, const char *name,
                          struct text value)
{
    struct record *node = NULL;

    if (!paper->full && parent != NULL)
        node = record_add(paper->arena, parent, name, value);
    paper->full = paper->full || node == NULL;
    return node;
}

struct record *paper_group(struct paper *paper, struct record *parent, const char *name)
{
    return add(paper, parent, name, TEXT(""));
}

void paper_text(struct paper *paper, struct record *parent, const char *name, struct text value)
{
    struct text kept = arena_copy(paper->arena, value);

    paper->full = paper->full || kept.at == NULL;
    add(paper, parent, name, kept);
}

void paper_word(struct paper *paper, struct record *parent, const char *name, const char *value)
{
    paper_text(paper, parent, name, text_of(value));
}

void paper_number(struct paper *paper, struct record *parent, const char *name, uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%" PRIu64, value);
    paper_word(paper, parent, name, digits);
}

void paper_money(struct paper *paper, struct record *parent, const char *name, int64_t fen)
{
    char yuan[MONEY_TEXT_SIZE];

    paper_word(paper, parent, name, money_format((struct money){fen}, yuan));
}

/* Documents are at most RECORD_DEPTH_MAX deep: they have passed their schema. */
static void copy_node(struct paper *paper, struct record *parent, const struct record *from)
{
    struct text name = arena_copy(paper->arena, text_of(from->name));
    struct text kept = arena_copy(paper->arena, from->value.hidden);
    struct record *node;

    paper->full = paper->full || name.at == NULL || kept.at == NULL;
    node = add(paper, parent, name.at, kept);
    for (const struct record *child = from->first; child != NULL; child = child->next)
        copy_node(paper, node, child);
}

void paper_copy(struct paper *paper, struct record *parent, const struct record *from,
                const char *path)
{
    const struct record *node = record_find(from, path);

    if (node != NULL)
        copy_node(paper, parent, node);
}
