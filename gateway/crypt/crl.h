/*
 * crl.h - certificate revocation lists (吊销列表), for transport and for signing certificates.
 *
 * A file holds one list in DER or several in PEM; each must be signed by one of the authorities
 * given with it, RSA, ECDSA or SM2 (id 1234567812345678; OpenSSL alone cannot check those). Of
 * several lists of one authority the newest counts. Lists that only speak of a part (delta,
 * partitioned) are not loaded, for they look like good news.
 *
 * A list is in force from its thisUpdate to its nextUpdate plus the grace. After that nobody
 * knows who was revoked since, and every certificate of that authority is CRL_STALE: the caller
 * refuses it as if it were revoked, but as trouble of our own. A certificate of an authority
 * without a list is CRL_UNCOVERED and may pass.
 *
 * Immutable after loading; any thread.
 */
#ifndef CRYPT_CRL_H
#define CRYPT_CRL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"

enum { CRL_LISTS_MAX = 16, CRL_FILE_MAX = 16 * 1024 * 1024, CRL_AHEAD_MS = 5 * 60 * 1000 };

struct crl_set;
struct x509_st; /* OpenSSL's X509 */

enum crl_state { CRL_GOOD, CRL_REVOKED, CRL_STALE, CRL_UNCOVERED };

/* ERROR_CONFIG names the file: not there, not a list, a bad or foreign signature, without end,
 * of a kind that is not supported. Old lists do load. ERROR_MEMORY. */
MUST_USE bool crl_load(const char *path, const char *authorities_path, int64_t grace_ms,
                       struct crl_set **set, struct error *err);
/* A second handle, to be freed on its own; NULL if memory is short, or of NULL. */
MUST_USE struct crl_set *crl_copy(const struct crl_set *set);
void crl_free(struct crl_set *set); /* takes NULL */

/* `set` NULL: CRL_UNCOVERED. */
enum crl_state crl_state_of(const struct crl_set *set, struct x509_st *certificate,
                            struct instant now);
/* The same for DER bytes; what is no certificate is CRL_REVOKED. */
enum crl_state crl_state_of_der(const struct crl_set *set, struct text der, struct instant now);
/* The same for the first certificate of a PEM file, which the caller has read before. */
enum crl_state crl_state_of_file(const struct crl_set *set, const char *path,
                                 struct instant now);
const char *crl_state_name(enum crl_state state); /* "good" "revoked" "stale" "uncovered" */

/* When the first of the lists is out of date, without grace. None: there is no list. */
struct instant crl_next_update(const struct crl_set *set);
/* SHA-256 over the lists, for the configuration's digest. */
void crl_digest(const struct crl_set *set, uint8_t digest[32]);

#endif
