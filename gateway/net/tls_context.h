/*
 * tls_context.h - the part of tls.h that only net itself sees: OpenSSL's objects.
 */
#ifndef NET_TLS_CONTEXT_H
#define NET_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "net/tls.h"

enum { TLS_PINS_MAX = 8 };

/* Why a server's certificate was turned down during the handshake. */
enum tls_refusal {
    TLS_REFUSED_CHAIN,
    TLS_REFUSED_VALIDITY,
    TLS_REFUSED_PIN,
    TLS_REFUSED_REVOKED,
    TLS_REFUSED_STALE /* the authority's list is out of date */
};

/* What the peer of a context must be. `refused` may be NULL; it is called within the handshake
 * with `self` and `tag`, which must live as long as connections of this context do. */
struct tls_expectation {
    uint8_t pins[TLS_PINS_MAX][TLS_FINGERPRINT_SIZE];
    size_t pin_count; /* 0: whoever the authorities vouch for */
    void (*refused)(void *self, uint64_t tag, enum tls_refusal why);
    void *self;
    uint64_t tag;
};

/* Borrowed; SSL_new takes its own reference. */
SSL_CTX *tls_server_context(const struct tls *tls);

/* Our certificate, key, authorities and rules into a client context that another library made.
 */
MUST_USE bool tls_prepare_client(SSL_CTX *context, const struct tls *tls,
                                 const struct tls_expectation *expectation);

/* The certificate of the other side of an established connection, also of a resumed one.
 * false: there is none, or it cannot be read. */
MUST_USE bool tls_peer(const SSL *ssl, struct tls_certificate *certificate);

/* The other side's certificate on the newest lists. A connection lives longer than they do. */
enum crl_state tls_peer_state(const struct tls *tls, const SSL *ssl, struct instant now);

bool tls_is_pinned(const struct tls_expectation *expectation,
                   const uint8_t fingerprint[TLS_FINGERPRINT_SIZE]);

#endif
