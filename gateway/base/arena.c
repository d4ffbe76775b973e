/* arena.c - a chain of blocks, each twice the last, wiped when given back. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, BLOCK_MAX = 1024 * 1024 };

struct block {
    struct block *before;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *last;
    size_t taken; /* from the system, without our own heads */
    size_t taken_max;
    size_t used;
};

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof(*block) + size);

    if (block == NULL)
        return NULL;
    block->before = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(size_t size_max)
{
    struct arena *arena = malloc(sizeof(*arena));
    size_t first = size_max < FIRST_BLOCK ? size_max : FIRST_BLOCK;

    if (arena == NULL)
        return NULL;
    *arena = (struct arena){.last = block_new(first), .taken = first, .taken_max = size_max};
    if (arena->last == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

static void drop_blocks(struct arena *arena, struct block *until)
{
    while (arena->last != until) {
        struct block *block = arena->last;
        arena->last = block->before;
        arena->taken -= block->size;
        explicit_bzero(block->data, block->used);
        free(block);
    }
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    drop_blocks(arena, NULL);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *first = arena->last;

    while (first->before != NULL)
        first = first->before;
    drop_blocks(arena, first);
    explicit_bzero(first->data, first->used);
    first->used = 0;
    arena->used = 0;
}

static struct block *grow(struct arena *arena, size_t need)
{
    size_t room = arena->taken_max - arena->taken;
    size_t size = arena->last->size * 2;
    struct block *block;

    if (size > BLOCK_MAX)
        size = BLOCK_MAX;
    if (size < need)
        size = need;
    if (size > room)
        size = room;
    if (size < need)
        return NULL;
    block = block_new(size);
    if (block == NULL)
        return NULL;
    block->before = arena->last;
    arena->last = block;
    arena->taken += size;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t step = alignof(max_align_t);
    struct block *block = arena->last;
    size_t need;
    void *at;

    if (size > SIZE_MAX - step)
        return NULL;
    need = (size + step - 1) / step * step;
    if (block->size - block->used < need)
        block = grow(arena, need);
    if (block == NULL)
        return NULL;
    at = block->data + block->used;
    block->used += need;
    arena->used += need;
    memset(at, 0, need);
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t all;

    if (__builtin_mul_overflow(count, size, &all))
        return NULL;
    return arena_alloc(arena, all);
}

struct text arena_copy(struct arena *arena, struct text from)
{
    char *at = from.size < SIZE_MAX ? arena_alloc(arena, from.size + 1) : NULL;

    if (at == NULL)
        return (struct text){NULL, 0};
    if (from.size > 0)
        memcpy(at, from.at, from.size);
    return (struct text){at, from.size};
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *at = NULL;
    int size;

    va_start(arguments, format);
    va_copy(again, arguments);
    size = vsnprintf(NULL, 0, format, arguments);
    if (size >= 0)
        at = arena_alloc(arena, (size_t)size + 1);
    if (at != NULL)
        vsnprintf(at, (size_t)size + 1, format, again);
    va_end(again);
    va_end(arguments);
    return at;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
