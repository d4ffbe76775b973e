/* check.c - how the process ends when it finds itself wrong. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "bug: %s does not hold at %s:%d\n", condition, file, line);
    abort();
}
