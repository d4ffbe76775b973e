/* memory.h - what a program under memory.c may say and ask. Found with dlsym: these exist only
 * under LD_PRELOAD. */
#ifndef SUPPORT_MEMORY_H
#define SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

void memory_fail_at(unsigned long number); /* 1: the next one; 0: none */
bool memory_fired(void);                   /* did it fail? Nothing fails any more. */
long memory_live(void);                    /* blocks given and not given back */

#endif
