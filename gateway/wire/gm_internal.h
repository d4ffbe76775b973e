/*
 * gm_internal.h - what xmlsec needs of gm.h, for wire/keys and wire/signature only.
 */
#ifndef WIRE_GM_INTERNAL_H
#define WIRE_GM_INTERNAL_H

#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "wire/gm.h"

/* Without pkg-config's flags every structure of xmlsec 1.2 has another layout, silently. */
#if XMLSEC_VERSION_MAJOR == 1 && XMLSEC_VERSION_MINOR < 3 && !defined(XMLSEC_NO_SIZE_T)
#error "compile with the flags of pkg-config --cflags xmlsec1-openssl"
#endif

/* By name; NULL: not in the closed list. */
xmlSecTransformId gm_signature_transform(const char *signature_uri);
xmlSecTransformId gm_digest_transform(const char *digest_uri);

/* A key for xmlsec that borrows `key`, which must outlive it and all its duplicates. NULL: out
 * of memory. */
xmlSecKeyPtr gm_xmlsec_key(const struct gm_key *key);

/* gm.c: did OpenSSL fail for want of memory since ERR_clear_error? It may say "bad signature"
 * then. Clears. */
bool gm_gave_up(void);

/* gm.c: SM3, fetched once by gm_register. */
bool gm_fetch_digest(struct error *err);
const struct evp_md_st *gm_digest_algorithm(void);

#endif
