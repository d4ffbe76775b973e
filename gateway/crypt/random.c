/*
 * random.c - the system's generator behind the common source.
 *
 * Nonces and ids take 10 to 16 bytes at a time, and a call of the generator costs the same for
 * 256: so each thread takes some ahead. A byte is given out once and wiped where it lay; a
 * child process does not use what its parent had taken.
 */
#include "crypt/random.h"

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <openssl/rand.h>

enum { AHEAD = 256, SMALL = 32 };

static _Thread_local struct {
    unsigned char bytes[AHEAD];
    size_t left; /* at the end of bytes */
    pid_t owner;
} ahead;

static bool generate(void *bytes, size_t size, struct error *err)
{
    if (RAND_bytes_ex(NULL, bytes, size, 0) != 1)
        return fail(err, ERROR_CRYPTO, "the random generator gave no bytes");
    return true;
}

bool random_bytes(void *bytes, size_t size, struct error *err)
{
    unsigned char *from;

    if (size == 0) /* bytes may be NULL then */
        return true;
    if (size > SMALL)
        return generate(bytes, size, err);
    if (ahead.left < size || ahead.owner != getpid()) {
        ahead.left = 0;
        if (!generate(ahead.bytes, AHEAD, err))
            return false;
        ahead.left = AHEAD;
        ahead.owner = getpid();
    }
    from = ahead.bytes + AHEAD - ahead.left;
    memcpy(bytes, from, size);
    explicit_bzero(from, size);
    ahead.left -= size;
    return true;
}

bool random_fill(const struct random_source *source, void *bytes, size_t size,
                 struct error *err)
{
    if (source == NULL)
        return random_bytes(bytes, size, err);
    return source->fill(source->self, bytes, size, err);
}
