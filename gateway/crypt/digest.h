/*
 * digest.h - SHA-256 and SM3, plain and keyed (HMAC).
 *
 * Both give 32 bytes. Which one a ledger uses is fixed in its ORIGIN. After digest_setup every
 * function may be called by any thread; each thread keeps its own contexts, made at its first
 * call and freed when it ends. ERROR_CRYPTO: OpenSSL refused; in practice, no memory.
 */
#ifndef CRYPT_DIGEST_H
#define CRYPT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "crypt/random.h"

/* Stored in ledgers: numbers never change their meaning. */
enum digest_kind { DIGEST_SHA256 = 1, DIGEST_SM3 = 2 };

enum { DIGEST_SIZE = 32 };

struct digest {
    uint8_t bytes[DIGEST_SIZE];
};

/* Once, at start, before threads; again it does nothing. ERROR_CRYPTO if this OpenSSL lacks one
 * of the algorithms. Everything below stops the process if it was forgotten. */
MUST_USE bool digest_setup(struct error *err);

/* "sha256" and "sm3", as in configuration and messages; NULL for any other number. */
const char *digest_name(enum digest_kind kind);
MUST_USE bool digest_from_name(struct text name, enum digest_kind *kind);

MUST_USE bool digest_of(enum digest_kind kind, const void *bytes, size_t size,
                        struct digest *digest, struct error *err);
/* Of the parts one after the other, nothing between them. */
MUST_USE bool digest_of_parts(enum digest_kind kind, const struct text *parts, size_t count,
                              struct digest *digest, struct error *err);
/* Takes the same time wherever they differ. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* For bytes that come in pieces: start, update as often as needed, finish; then start again.
 * One thread at a time. */
struct digest_stream;
MUST_USE struct digest_stream *digest_stream_new(enum digest_kind kind); /* NULL: no memory */
void digest_stream_free(struct digest_stream *stream);
MUST_USE bool digest_stream_start(struct digest_stream *stream, struct error *err);
MUST_USE bool digest_stream_update(struct digest_stream *stream, const void *bytes, size_t size,
                                   struct error *err);
MUST_USE bool digest_stream_finish(struct digest_stream *stream, struct digest *digest,
                                   struct error *err);

/* HMAC (RFC 2104) over the parts one after the other. A caller whose parts vary in length must
 * put the lengths in front of them. */
MUST_USE bool hmac_of(enum digest_kind kind, const void *key, size_t key_size,
                      const struct text *parts, size_t count, struct digest *digest,
                      struct error *err);

#endif
