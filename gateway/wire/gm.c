/* gm.c - SM2 with SM3 by OpenSSL, and r||s to DER and back. */
#include "wire/gm.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "wire/gm_internal.h"

enum { HALF = GM_SIGNATURE_SIZE / 2 };

static EVP_MD *sm3; /* fetched once: a search among providers for each message is slow */

bool gm_fetch_digest(struct error *err)
{
    if (sm3 == NULL)
        sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    return sm3 != NULL || fail(err, ERROR_CRYPTO, "OpenSSL has no SM3");
}

const struct evp_md_st *gm_digest_algorithm(void)
{
    return sm3;
}

bool gm_raw_to_der(const uint8_t raw[GM_SIGNATURE_SIZE], uint8_t der[GM_DER_SIZE_MAX],
                   size_t *der_size)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, HALF, NULL);
    BIGNUM *s = BN_bin2bn(raw + HALF, HALF, NULL);
    unsigned char *end = der;
    int size = -1;

    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = NULL;
        s = NULL;
        size = i2d_ECDSA_SIG(pair, NULL);
        size = size > 0 && size <= GM_DER_SIZE_MAX ? i2d_ECDSA_SIG(pair, &end) : -1;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    *der_size = size > 0 ? (size_t)size : 0;
    return size > 0;
}

bool gm_der_to_raw(const uint8_t *der, size_t der_size, uint8_t raw[GM_SIGNATURE_SIZE])
{
    const unsigned char *at = der;
    ECDSA_SIG *pair = der_size > GM_DER_SIZE_MAX ? NULL
                                                 : d2i_ECDSA_SIG(NULL, &at, (long)der_size);
    bool ok = pair != NULL && at == der + der_size &&
              BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, HALF) == HALF &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + HALF, HALF) == HALF;

    ECDSA_SIG_free(pair);
    if (!ok)
        ERR_clear_error();
    return ok;
}

/*
 * The id goes in after init and before the first update: it is hashed lazily, together with the
 * public key. Not set means an empty id. As a parameter of the init call it fails on 3.0.
 */
static bool begin(EVP_MD_CTX *context, bool sign, struct text id, EVP_PKEY *key)
{
    EVP_PKEY_CTX *details = NULL; /* belongs to the context */
    int begun = sign ? EVP_DigestSignInit(context, &details, sm3, NULL, key)
                     : EVP_DigestVerifyInit(context, &details, sm3, NULL, key);

    return begun == 1 && EVP_PKEY_CTX_set1_id(details, id.at, (int)id.size) == 1;
}

static const unsigned char *octets(struct text bytes)
{
    return (const unsigned char *)(bytes.size == 0 ? "" : bytes.at);
}

static bool openssl_sign(void *handle, struct text id, struct text bytes,
                         uint8_t raw[GM_SIGNATURE_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t der[GM_DER_SIZE_MAX + 8];
    size_t der_size = sizeof(der);
    bool ok = context != NULL && begin(context, true, id, handle) &&
              EVP_DigestSign(context, der, &der_size, octets(bytes), bytes.size) == 1 &&
              gm_der_to_raw(der, der_size, raw);

    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return ok;
}

/* Some of its functions say which part failed, not why. A signature that is only wrong leaves
 * neither behind. */
bool gm_gave_up(void)
{
    unsigned long code;
    bool gave_up = false;

    while ((code = ERR_get_error()) != 0) {
        int reason = ERR_GET_REASON(code);

        gave_up = gave_up || reason == ERR_R_MALLOC_FAILURE || reason == ERR_R_EC_LIB ||
                  reason == ERR_R_BN_LIB;
    }
    return gave_up;
}

static bool openssl_verify(void *handle, struct text id, struct text bytes,
                           const uint8_t raw[GM_SIGNATURE_SIZE], bool *holds)
{
    EVP_MD_CTX *context;
    uint8_t der[GM_DER_SIZE_MAX];
    size_t der_size = 0;
    int answer = -1; /* 1 it holds, 0 it does not, less: neither */

    ERR_clear_error();
    context = EVP_MD_CTX_new();
    if (context != NULL && gm_raw_to_der(raw, der, &der_size) &&
        begin(context, false, id, handle)) {
        /* Or it copies itself first, and says 0 if it cannot. */
        EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
        answer = EVP_DigestVerify(context, der, der_size, octets(bytes), bytes.size);
    }
    EVP_MD_CTX_free(context);
    *holds = answer == 1;
    return !gm_gave_up() && answer >= 0;
}

static bool openssl_public_part(void *handle, uint8_t point[GM_POINT_SIZE])
{
    size_t size = 0;
    bool ok = EVP_PKEY_get_octet_string_param(handle, OSSL_PKEY_PARAM_PUB_KEY, point,
                                              GM_POINT_SIZE, &size) == 1 &&
              size == GM_POINT_SIZE && point[0] == 0x04;

    ERR_clear_error();
    return ok;
}

const struct gm_operations gm_openssl = {
    .sign = openssl_sign,
    .verify = openssl_verify,
    .public_part = openssl_public_part,
};
