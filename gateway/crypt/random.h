/*
 * random.h - where unpredictable bytes come from.
 *
 * Whoever needs random bytes takes a source, so that a simulation can be replayed from a seed;
 * the programs give the system's.
 */
#ifndef CRYPT_RANDOM_H
#define CRYPT_RANDOM_H

#include <stddef.h>

#include "base/error.h"

struct random_source {
    bool (*fill)(void *self, void *bytes, size_t size, struct error *err);
    void *self;
};

/* From OpenSSL's generator, seeded by the system. Any thread. ERROR_CRYPTO. */
MUST_USE bool random_bytes(void *bytes, size_t size, struct error *err);
/* From `source`, or from random_bytes if it is NULL. */
MUST_USE bool random_fill(const struct random_source *source, void *bytes, size_t size,
                          struct error *err);

#endif
