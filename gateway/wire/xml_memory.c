#include "wire/xml_memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxml/xmlmemory.h>

#include "base/log.h"

/* _exit: handlers and locks of a process in need are nothing to wait for. */
static void *granted(void *block, size_t size)
{
    if (block != NULL || size == 0)
        return block;
    log_error("wire.memory", "bytes=%zu reason=\"none left; the process ends\"", size);
    _exit(error_exit(ERROR_MEMORY));
}

static void *grant(size_t size)
{
    return granted(malloc(size), size);
}

static void *grant_again(void *block, size_t size)
{
    return granted(realloc(block, size), size);
}

static char *grant_copy(const char *text)
{
    return granted(strdup(text), strlen(text) + 1);
}

bool xml_memory_install(struct error *err)
{
    if (xmlMemSetup(free, grant, grant_again, grant_copy) == 0)
        return true;
    return fail(err, ERROR_CONFIG, "libxml2 does not take our memory functions");
}
