/*
 * xmlsec_openssl.h - the headers of xmlsec's OpenSSL back end, for the files of wire/ only.
 *
 * They declare functions over types of OpenSSL 1 that we do not use; with deprecated things
 * switched off OpenSSL no longer names these types, so this file does.
 */
#ifndef WIRE_XMLSEC_OPENSSL_H
#define WIRE_XMLSEC_OPENSSL_H

#include <openssl/types.h>

typedef struct dsa_st DSA;
typedef struct rsa_st RSA;
typedef struct ec_key_st EC_KEY;

#include <xmlsec/crypto.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/openssl/x509.h>

#endif
