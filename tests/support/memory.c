/* memory.c - a library for LD_PRELOAD: the n-th allocation from now on fails, whoever asks for
 * it, and what is not given back is counted. For one thread; tests/integration/memory_ends.c
 * drives it. */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static unsigned long countdown; /* 0: nothing fails */
static bool fired;
static long live;

void memory_fail_at(unsigned long number)
{
    countdown = number;
    fired = false;
}

bool memory_fired(void)
{
    countdown = 0;
    return fired;
}

long memory_live(void)
{
    return live;
}

static bool refuses(void)
{
    if (countdown == 0 || --countdown != 0)
        return false;
    fired = true;
    errno = ENOMEM;
    return true;
}

static void *given(void *block)
{
    live += block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return refuses() ? NULL : given(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return refuses() ? NULL : given(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    void *moved = refuses() ? NULL : __libc_realloc(block, size);

    if (block == NULL)
        given(moved);
    return moved;
}

void free(void *block)
{
    live -= block != NULL;
    __libc_free(block);
}
