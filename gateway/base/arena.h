/*
 * arena.h - memory that lives and dies with one piece of work.
 *
 * Everything parsed, mapped or decided for one message comes from its arena and goes with it.
 * An arena has an upper bound; reaching it, or the system refusing memory, makes arena_alloc
 * return NULL, which callers turn into ERROR_MEMORY. Not shared between threads at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/check.h"
#include "base/text.h"

struct arena;

/* `size_max`: bytes this arena may take from the system in all. NULL if memory is short. */
MUST_USE struct arena *arena_new(size_t size_max);
/* Takes NULL. Memory is wiped before it is returned: it held names and numbers. */
void arena_free(struct arena *arena);
/* Forgets everything (wiping it) but keeps the first block, for the next message. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; size 0 gives a valid pointer. NULL: over the bound or no
 * memory. */
MUST_USE void *arena_alloc(struct arena *arena, size_t size);
/* count * size, checked for overflow. */
MUST_USE void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy followed by a NUL that .size does not count. .at is NULL if there was no memory. */
MUST_USE struct text arena_copy(struct arena *arena, struct text from);
/* Formats into the arena; NULL if there was no memory. */
MUST_USE char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

#endif
