/*
 * arena.c - a chain of blocks, each twice the last, wiped when given back.
 *
 * What lies behind `used` in a block is zero at all times: so it was when the block came, and
 * so it is again after a wipe. A bounded number of wiped blocks of the usual sizes is kept for
 * the next piece of work; a message takes some tens of kilobytes, and pages that go back to the
 * system and come again cost more than checking its schema.
 */
#include "base/arena.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, BLOCK_MAX = 1024 * 1024 };

/* AddressSanitizer must see a block end with its work. */
#if defined(__SANITIZE_ADDRESS__)
#define KEPT_MAX 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEPT_MAX 0
#endif
#endif
#ifndef KEPT_MAX
#define KEPT_MAX 128 /* of each size: 6 MB in all */
#endif

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

/* --- blocks ------------------------------------------------------------------------------- */

/* Wiped blocks of FIRST_BLOCK and of twice that. */
static struct kept {
    struct block *first;
    int count;
} kept[2];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static struct kept *kept_of(size_t size)
{
    if (size == FIRST_BLOCK)
        return &kept[0];
    return size == (size_t)2 * FIRST_BLOCK ? &kept[1] : NULL;
}

static struct block *take_kept(size_t size)
{
    struct kept *list = kept_of(size);
    struct block *block = NULL;

    if (list == NULL)
        return NULL;
    pthread_mutex_lock(&kept_lock);
    if (list->first != NULL) {
        block = list->first;
        list->first = block->before;
        list->count--;
    }
    pthread_mutex_unlock(&kept_lock);
    return block;
}

static bool keep(struct block *block)
{
    struct kept *list = kept_of(block->size);
    bool room = false;

    if (list == NULL)
        return false;
    pthread_mutex_lock(&kept_lock);
    if (list->count < KEPT_MAX) {
        block->before = list->first;
        list->first = block;
        list->count++;
        room = true;
    }
    pthread_mutex_unlock(&kept_lock);
    return room;
}

static struct block *block_new(size_t size)
{
    struct block *block = take_kept(size);

    if (block == NULL)
        block = calloc(1, sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->before = NULL;
    block->size = size;
    return block;
}

static void block_wipe(struct block *block)
{
    explicit_bzero(block->data, block->used);
    block->used = 0;
}

static void block_free(struct block *block)
{
    block_wipe(block);
    if (!keep(block))
        free(block);
}

/* --- arenas ------------------------------------------------------------------------------- */

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
        block_free(block);
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
    block_wipe(first);
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
