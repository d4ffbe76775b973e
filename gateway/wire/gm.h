/*
 * gm.h - SM2 signatures with SM3 (GB/T 32918, GB/T 35276) over byte strings, and the names that
 * XML gives them.
 *
 * A signature is r and s, 32 bytes each, big-endian, one after the other: never DER. The
 * signer's id is part of what is hashed and always set: OpenSSL's own default would be an empty
 * one. Keys sit behind a table of operations, so that a certified module replaces the software
 * key without a change in the XML code.
 */
#ifndef WIRE_GM_H
#define WIRE_GM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define GM_ID_DEFAULT "1234567812345678"

enum { GM_SIGNATURE_SIZE = 64, GM_POINT_SIZE = 65, GM_ID_SIZE_MAX = 64, GM_DER_SIZE_MAX = 72 };

/* All functions may be called by several threads at once on one handle. They return false when
 * they could not, and leave no error state behind. */
struct gm_operations {
    bool (*sign)(void *handle, struct text id, struct text bytes,
                 uint8_t raw[GM_SIGNATURE_SIZE]);
    /* true: *holds is the answer; false: there is none, for want of memory or of a device. */
    bool (*verify)(void *handle, struct text id, struct text bytes,
                   const uint8_t raw[GM_SIGNATURE_SIZE], bool *holds);
    /* 04, x, y */
    bool (*public_part)(void *handle, uint8_t point[GM_POINT_SIZE]);
};

/* The software back end; its handle is an EVP_PKEY of type SM2. */
extern const struct gm_operations gm_openssl;

/* A key as the signature code sees it. Owns nothing: handle and id outlive it. */
struct gm_key {
    const struct gm_operations *operations;
    void *handle;
    struct text id;
    bool is_private;
};

/* Two algorithm names that may stand in one signature (docs/partner.md). */
struct gm_pair {
    const char *signature_uri;
    const char *digest_uri;
};

/* The closed list; the first is what we write unless a party's record says otherwise. */
extern const struct gm_pair gm_pairs[];
extern const size_t gm_pair_count;
/* NULL unless exactly this pair is in the list. Two NULL arguments: the first. */
const struct gm_pair *gm_pair_find(const char *signature_uri, const char *digest_uri);

/* DER as OpenSSL gives and takes it (also for ECDSA on P-256). false: not such a signature. */
MUST_USE bool gm_raw_to_der(const uint8_t raw[GM_SIGNATURE_SIZE], uint8_t der[GM_DER_SIZE_MAX],
                            size_t *der_size);
MUST_USE bool gm_der_to_raw(const uint8_t *der, size_t der_size,
                            uint8_t raw[GM_SIGNATURE_SIZE]);

/* Makes SM3 and SM2 known to xmlsec, once, in the main thread; called by wire_start. */
MUST_USE bool gm_register(struct error *err);

#endif
