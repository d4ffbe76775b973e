/*
 * keys.h - who signs and whose signatures count: our signing keys, the parties' pins.
 *
 * A suite is everything a party may not choose in a message: algorithm, digest, the names of
 * both. RSA has 2048 to 4096 bits, ECDSA is P-256, gm is SM2 with SM3; digests are SHA-256 or
 * SM3. Nothing weaker can be loaded. Signers and verifiers are immutable after loading and
 * shared by all threads. OpenSSL's security rules on chains and revocation lists are not
 * applied here: a pin is trusted because the record of the party names it.
 */
#ifndef WIRE_KEYS_H
#define WIRE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"
#include "crypt/crl.h"
#include "crypt/digest.h"
#include "wire/gm.h"

/* Stored in entries: never renumber. */
enum suite { SUITE_ECDSA = 1, SUITE_GM = 2, SUITE_RSA = 3 };

const char *suite_name(enum suite suite); /* "ecdsa" "gm" "rsa"; "unknown" for other values */
MUST_USE bool suite_parse(struct text name, enum suite *suite);

struct signer;
struct verifier;

/* All zero, or a NULL pointer: the defaults. Only suite gm looks at it; strings are copied. */
struct key_options {
    const char *signature_uri; /* both or neither; a pair of gm_pairs */
    const char *digest_uri;
    const char *gm_id; /* NULL: GM_ID_DEFAULT */
    /* A module instead of OpenSSL; the handle outlives the signer or verifier. */
    const struct gm_operations *gm_operations;
    void *gm_handle;
};

/*
 * Our own key, PEM files. The private key must not be encrypted, must not be readable by others
 * (mode o+r is refused) and must belong to the certificate; a trial signature is made and
 * checked. key_path is NULL if options name a module. ERROR_CONFIG, ERROR_CRYPTO.
 */
MUST_USE bool signer_load(enum suite suite, const char *key_path, const char *certificate_path,
                          const struct key_options *options, struct signer **signer,
                          struct error *err);
/* The same gm key writing another pair of names, for a party that wants them. The first signer
 * may be freed before the second. */
MUST_USE bool signer_for_pair(const struct signer *signer, const char *signature_uri,
                              const char *digest_uri, struct signer **other, struct error *err);
void signer_free(struct signer *signer); /* takes NULL; the private key is wiped */

enum suite signer_suite(const struct signer *signer);
struct text signer_certificate(const struct signer *signer); /* DER */
struct digest signer_fingerprint(const struct signer *signer);
struct instant signer_not_after(const struct signer *signer);

/* When a pin counts (foundations 10). */
struct pin_window {
    struct instant from;  /* .ms 0: always */
    struct instant until; /* .ms 0: for ever; the instant itself is outside */
    int64_t grace_ms;     /* how much later than `until` a letter may still arrive */
    bool revoked;
};

/* A party's pinned certificate; window NULL: always. ERROR_CONFIG: cannot be read, another kind
 * of key than the suite, key too small, key usage without digitalSignature. */
MUST_USE bool verifier_load(enum suite suite, const char *certificate_path,
                            const struct key_options *options, const struct pin_window *window,
                            struct verifier **verifier, struct error *err);
MUST_USE bool verifier_of_certificate(enum suite suite, struct text der,
                                      const struct key_options *options,
                                      const struct pin_window *window,
                                      struct verifier **verifier, struct error *err);
void verifier_free(struct verifier *verifier); /* takes NULL */

enum suite verifier_suite(const struct verifier *verifier);
struct text verifier_certificate(const struct verifier *verifier); /* DER */
struct digest verifier_fingerprint(const struct verifier *verifier);
struct instant verifier_not_before(const struct verifier *verifier); /* of the certificate */
struct instant verifier_not_after(const struct verifier *verifier);
const char *verifier_signature_uri(const struct verifier *verifier);
const char *verifier_digest_uri(const struct verifier *verifier);
/* Asks these lists too; they outlive the verifier. Before it is shared. */
void verifier_use_crls(struct verifier *verifier, const struct crl_set *crls);
bool verifier_revoked(const struct verifier *verifier); /* by its window; not by lists */

/*
 * Does the pin count for a letter sent and received at these times? The sending time lies in
 * the window, the receipt in window + grace, and the pin is not revoked: ERROR_PIN. If its
 * authority's list is out of date, nobody knows: ERROR_CONFIG, our own trouble. Not part of
 * signature_verify: a letter signed with a revoked key is kept and flagged, which needs both
 * answers.
 */
MUST_USE bool verifier_accepts(const struct verifier *verifier, struct instant sent_at,
                               struct instant received_at, struct error *err);

/* SHA-256 of a certificate's DER: the name of a pin everywhere. */
MUST_USE bool keys_fingerprint(struct text der, struct digest *fingerprint, struct error *err);
/* A PEM certificate file as DER in the arena. ERROR_CONFIG, ERROR_MEMORY. */
MUST_USE bool keys_certificate_load(const char *path, struct arena *arena, struct text *der,
                                    struct error *err);

enum { SIGNATURE_SIZE_MAX = 512 };

/* ECDSA and SM2: r and s, 64 bytes; RSA: PKCS #1 v1.5, as long as the modulus. */
struct raw_signature {
    uint8_t bytes[SIGNATURE_SIZE_MAX];
    size_t size;
};

/* Bytes that are not XML: checkpoints, exports. The caller begins them with a prefix of their
 * kind that no canonical XML can begin with. ERROR_CRYPTO. */
MUST_USE bool signer_sign_bytes(const struct signer *signer, struct text bytes,
                                struct raw_signature *signature, struct error *err);
/* ERROR_SIGNATURE: it does not hold; ERROR_CRYPTO: that could not be found out. */
MUST_USE bool verifier_verify_bytes(const struct verifier *verifier, struct text bytes,
                                    struct text signature, struct error *err);

#endif
