/* adapters.h - schemas and adapters, opened once, for the targets that translate. */
#ifndef FUZZ_ADAPTERS_H
#define FUZZ_ADAPTERS_H

#include "crypt/digest.h"
#include "wire/adapter.h"
#include "wire/start.h"

static struct wire_schemas *schemas;

static inline bool open_adapters(const char *const names[], size_t count,
                                 struct adapter *adapters[], struct error *err)
{
    char path[64];

    if (!digest_setup(err) || !wire_start(err) || !wire_schemas_load("schemas", &schemas, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "adapters/%s", names[i]);
        if (!adapter_load(path, schemas, &adapters[i], err))
            return false;
    }
    return true;
}

#endif
