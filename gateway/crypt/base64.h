/*
 * base64.h - RFC 4648 base64 with padding, strict.
 */
#ifndef CRYPT_BASE64_H
#define CRYPT_BASE64_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* Characters for `size` bytes, without the NUL. */
#define BASE64_SIZE(size) (((size) + 2) / 3 * 4)

/* `out` takes BASE64_SIZE(size) + 1 bytes; NUL terminated, without line breaks. */
void base64_encode(const void *bytes, size_t size, char *out);

enum base64_space {
    BASE64_STRICT,
    BASE64_SPACE
}; /* SPACE: XML white space may stand anywhere */

/* At most `size_max` bytes into `bytes`. ERROR_VALUE: another character, a missing or wrong
 * padding, or bits set that no byte holds (so one value has one text); ERROR_SIZE: too long. */
MUST_USE bool base64_decode(struct text text, enum base64_space space, void *bytes,
                            size_t size_max, size_t *size, struct error *err);

#endif
