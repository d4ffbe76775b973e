/* random.c - the system's generator behind the common source. */
#include "crypt/random.h"

#include <openssl/rand.h>

bool random_bytes(void *bytes, size_t size, struct error *err)
{
    if (RAND_bytes_ex(NULL, bytes, size, 0) != 1)
        return fail(err, ERROR_CRYPTO, "the random generator gave no bytes");
    return true;
}

bool random_fill(const struct random_source *source, void *bytes, size_t size,
                 struct error *err)
{
    if (source == NULL)
        return random_bytes(bytes, size, err);
    return source->fill(source->self, bytes, size, err);
}
