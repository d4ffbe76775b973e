/*
 * probe.h - one real handshake with somebody we may call, to see who answers (no request).
 *
 * Everything is looked at, also behind a first fault: whether we reach the address, which TLS
 * is spoken, which certificate is shown, whether our authorities vouch for it now, and whether
 * the other side turns us down. Nothing is sent but the handshake.
 */
#ifndef NET_PROBE_H
#define NET_PROBE_H

#include <stdbool.h>

#include "base/error.h"
#include "net/tls.h"

enum { PROBE_HOST_SIZE = 256 };

struct probe_url {
    char host[PROBE_HOST_SIZE]; /* a name or an address, without brackets */
    char port[8];
};

/* https, a host, no user; ERROR_CONFIG says what is wrong with it. */
MUST_USE bool probe_url_parse(const char *url, struct probe_url *parts, struct error *err);

struct probe_result {
    /* NULL: all is well. Else a name of courier_reasons: resolve, connect, timeout, tls,
     * tls_alert, certificate, validity, revoked, crl. Pins are the caller's to compare. */
    const char *reason;
    char protocol[16]; /* "TLSv1.3"; "" if no handshake came to its end */
    bool seen;         /* they showed a certificate: the next is set */
    struct tls_certificate certificate;
};

/* Blocks for at most `timeout_ms` and another second for a late refusal. ERROR_MEMORY,
 * ERROR_CRYPTO, ERROR_CONFIG (the URL); what the network does is a result. */
MUST_USE bool probe_handshake(const struct tls *tls, const char *url, unsigned timeout_ms,
                              struct probe_result *result, struct error *err);

#endif
