/*
 * tls.h - who we are, whom we believe, and how TLS is spoken.
 *
 * One struct tls holds our certificate, its key and the authorities that we trust; listener and
 * courier are given the same one. TLS 1.2 or later, fixed suites and groups (X25519, P-256,
 * P-384), no renegotiation, no compression, client certificates mandatory.
 *
 * Validity of certificates is judged by the clock that is given, at every handshake and again
 * for every request (a resumed session shows no certificate anew), so that a moved clock of a
 * demonstration holds here as well. Deadlines of sockets are no business of this clock.
 *
 * Immutable after tls_new; any thread may use it. A certificate is known by its fingerprint:
 * SHA-256 over its DER bytes.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"
#include "crypt/crl.h"

enum { TLS_FINGERPRINT_SIZE = 32, TLS_CERTIFICATES_MAX = 64 };

struct tls;

struct tls_files {
    const char *certificate_path; /* PEM: ours first, then what leads to its root */
    const char *key_path;         /* PEM, not encrypted, belongs to the certificate */
    const char *ca_path;          /* PEM: the authorities whose certificates we accept */
    const struct crl_set *crls;   /* whom they have revoked; copied; NULL: not asked */
};

struct tls_certificate {
    uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
    struct instant valid_from;
    struct instant valid_until;
};

/* ERROR_CONFIG: a file is missing, unreadable, empty, or the key does not fit; names the path.
 * Our own certificate may be expired: the peer will say so, and the operator is warned
 * elsewhere (tls_own). */
MUST_USE bool tls_new(const struct tls_files *files, struct instant (*now)(void),
                      struct tls **tls, struct error *err);
/* A second handle on the same keys, to be freed on its own. NULL if memory is short. */
MUST_USE struct tls *tls_copy(const struct tls *tls);
/* Takes NULL. Connections that were made with it live on. */
void tls_free(struct tls *tls);

const struct tls_certificate *tls_own(const struct tls *tls);

/* The first certificate of a PEM file: for pins and for warnings before it expires.
 * ERROR_CONFIG if there is none. */
MUST_USE bool tls_certificate_read(const char *path, struct tls_certificate *certificate,
                                   struct error *err);
/* valid_from <= at <= valid_until */
bool tls_certificate_valid(const struct tls_certificate *certificate, struct instant at);

#endif
