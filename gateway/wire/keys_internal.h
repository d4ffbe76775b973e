/*
 * keys_internal.h - what a signer and a verifier hold, for the other files of wire/ only.
 */
#ifndef WIRE_KEYS_INTERNAL_H
#define WIRE_KEYS_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "wire/gm_internal.h"
#include "wire/keys.h"

/* A certificate and what is needed of it again and again. Owns everything. */
struct certificate {
    EVP_PKEY *public_key;
    unsigned char *der;
    size_t der_size;
    char *base64; /* one line, as KeyInfo carries it */
    size_t base64_size;
    struct digest fingerprint;
    struct instant not_before;
    struct instant not_after;
};

/* Fills *certificate, also partly when it fails: release it in any case. */
MUST_USE bool certificate_load(const char *path, struct certificate *certificate,
                               struct error *err);
MUST_USE bool certificate_of_der(struct text der, struct certificate *certificate,
                                 struct error *err);
void certificate_release(struct certificate *certificate);

/* One key with everything that its suite settles; the common part of signer and verifier. */
struct suite_key {
    enum suite suite;
    struct certificate certificate;
    EVP_PKEY *private_key; /* signers without a module only */
    struct gm_key gm;      /* suite gm only; .id points to gm_id */
    char gm_id[GM_ID_SIZE_MAX + 1];
    const char *signature_uri;
    const char *digest_uri;
    xmlSecTransformId signature_transform;
    xmlSecTransformId digest_transform;
    xmlSecKeyPtr template; /* never changed; duplicated for each operation */
};

struct signer {
    struct suite_key key;
};

struct verifier {
    struct suite_key key;
    struct pin_window window;
    const struct crl_set *crls; /* borrowed; NULL: not asked */
};

#endif
