/*
 * utf8.h - one character at a time.
 *
 * Strict in the sense of RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define UTF8_REPLACEMENT UINT32_C(0xFFFD)
enum { UTF8_SIZE_MAX = 4 };

/* The first character of `rest`: its size in bytes, 0 at the end. An invalid byte gives
 * size 1 and *valid = false, *code then is UTF8_REPLACEMENT. */
size_t utf8_decode(struct text rest, uint32_t *code, bool *valid);
/* Takes the first character off *rest; invalid bytes come one by one as UTF8_REPLACEMENT.
 * false at the end. */
bool utf8_take(struct text *rest, uint32_t *code);
/* Writes a character and returns its size, 1 to 4; what is no character is written as
 * UTF8_REPLACEMENT. */
size_t utf8_encode(uint32_t code, char out[UTF8_SIZE_MAX]);

#endif
