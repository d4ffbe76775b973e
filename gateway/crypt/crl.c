/* crl.c - reading, checking and asking revocation lists. */
#include "crypt/crl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum { AUTHORITIES_MAX = 64 };

static const char sm2_id[] = "1234567812345678";

struct list {
    X509_CRL *crl;
    struct instant from;
    struct instant until;
};

struct crl_set {
    struct list lists[CRL_LISTS_MAX];
    size_t count;
    int64_t grace_ms;
    uint8_t digest[32];
};

/* While loading. */
struct authorities {
    X509 *at[AUTHORITIES_MAX];
    size_t count;
};

/* --- loading ------------------------------------------------------------------------------ */

static bool instant_of(const ASN1_TIME *time, struct instant *at)
{
    struct tm parts;

    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
        return false;
    at->ms = (int64_t)timegm(&parts) * 1000;
    return true;
}

static bool read_authorities(const char *path, struct authorities *authorities,
                             struct error *err)
{
    BIO *file = BIO_new_file(path, "r");
    X509 *one;

    if (file == NULL)
        return fail(err, ERROR_CONFIG, "%s: cannot be read", path);
    while (authorities->count < AUTHORITIES_MAX &&
           (one = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL)
        authorities->at[authorities->count++] = one;
    BIO_free(file);
    ERR_clear_error();
    return authorities->count > 0 || fail(err, ERROR_CONFIG, "%s: holds no certificate", path);
}

/* OpenSSL 3.0 has no place for the id of an SM2 list, so the signature is checked by hand. */
static bool verify_sm2(X509_CRL *crl, EVP_PKEY *key)
{
    const ASN1_BIT_STRING *signature = NULL;
    unsigned char *signed_part = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int size = i2d_re_X509_CRL_tbs(crl, &signed_part);
    bool ok = context != NULL && key_context != NULL && size > 0;

    X509_CRL_get0_signature(crl, &signature, NULL);
    if (ok)
        EVP_MD_CTX_set_pkey_ctx(context, key_context);
    ok = ok && EVP_PKEY_CTX_set1_id(key_context, sm2_id, sizeof(sm2_id) - 1) == 1 &&
         EVP_DigestVerifyInit(context, NULL, EVP_sm3(), NULL, key) == 1 &&
         EVP_DigestVerify(context, signature->data, (size_t)signature->length, signed_part,
                          (size_t)size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_CTX_free(key_context);
    OPENSSL_free(signed_part);
    return ok;
}

static bool is_signed_by(X509_CRL *crl, X509 *authority)
{
    EVP_PKEY *key = X509_get0_pubkey(authority);

    if (key == NULL || (X509_get_key_usage(authority) & KU_CRL_SIGN) == 0 ||
        X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(authority)) != 0)
        return false;
    return EVP_PKEY_is_a(key, "SM2") ? verify_sm2(crl, key) : X509_CRL_verify(crl, key) == 1;
}

static bool check_list(const char *path, struct list *list,
                       const struct authorities *authorities, struct error *err)
{
    bool known = false;

    if (!instant_of(X509_CRL_get0_lastUpdate(list->crl), &list->from) ||
        !instant_of(X509_CRL_get0_nextUpdate(list->crl), &list->until))
        return fail(err, ERROR_CONFIG, "%s: a list without its next update", path);
    /* Delta lists and lists of a part say so in an extension that must be understood. */
    if (X509_CRL_get_ext_by_critical(list->crl, 1, -1) >= 0)
        return fail(err, ERROR_CONFIG, "%s: a list of a part only (delta or partitioned)",
                    path);
    for (size_t i = 0; i < authorities->count && !known; i++)
        known = is_signed_by(list->crl, authorities->at[i]);
    ERR_clear_error();
    return known ||
           fail(err, ERROR_CONFIG, "%s: a list that none of our authorities has signed", path);
}

static bool add_list(struct crl_set *set, const char *path, X509_CRL *crl,
                     const struct authorities *authorities, struct error *err)
{
    struct list *list = &set->lists[set->count];

    if (set->count == CRL_LISTS_MAX) {
        X509_CRL_free(crl);
        return fail(err, ERROR_CONFIG, "%s: more than %d lists", path, CRL_LISTS_MAX);
    }
    list->crl = crl;
    set->count++; /* freed with the set from here on */
    return check_list(path, list, authorities, err);
}

/* One DER list, or PEM lists one behind the other. */
static bool read_lists(struct crl_set *set, const char *path,
                       const struct authorities *authorities, struct error *err)
{
    BIO *file = BIO_new_file(path, "rb");
    X509_CRL *crl = NULL;
    bool ok = true;

    if (file == NULL) {
        ERR_clear_error();
        return fail(err, ERROR_CONFIG, "%s: cannot be read", path);
    }
    while (ok && (crl = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL)) != NULL)
        ok = add_list(set, path, crl, authorities, err);
    if (ok && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        ok = fail(err, ERROR_CONFIG, "%s: a list in it is damaged", path);
    if (ok && set->count == 0 && BIO_reset(file) == 0) {
        crl = d2i_X509_CRL_bio(file, NULL);
        ok = crl != NULL ? add_list(set, path, crl, authorities, err)
                         : fail(err, ERROR_CONFIG, "%s: holds no revocation list", path);
    }
    BIO_free(file);
    ERR_clear_error();
    return ok;
}

static bool digest_lists(struct crl_set *set, struct error *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; ok && i < set->count; i++) {
        unsigned char *der = NULL;
        int size = i2d_X509_CRL(set->lists[i].crl, &der);

        ok = size > 0 && EVP_DigestUpdate(context, der, (size_t)size) == 1;
        OPENSSL_free(der);
    }
    ok = ok && EVP_DigestFinal_ex(context, set->digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok || fail(err, ERROR_CRYPTO, "a revocation list cannot be digested");
}

bool crl_load(const char *path, const char *authorities_path, int64_t grace_ms,
              struct crl_set **out, struct error *err)
{
    struct authorities authorities = {.count = 0};
    struct crl_set *set = calloc(1, sizeof(*set));
    bool ok;

    *out = NULL;
    if (set == NULL)
        return fail(err, ERROR_MEMORY, "no memory for revocation lists");
    set->grace_ms = grace_ms;
    ok = read_authorities(authorities_path, &authorities, err) &&
         read_lists(set, path, &authorities, err) && digest_lists(set, err);
    for (size_t i = 0; i < authorities.count; i++)
        X509_free(authorities.at[i]);
    if (!ok) {
        crl_free(set);
        return false;
    }
    *out = set;
    return true;
}

struct crl_set *crl_copy(const struct crl_set *set)
{
    struct crl_set *copy = set != NULL ? malloc(sizeof(*copy)) : NULL;

    if (copy == NULL)
        return NULL;
    *copy = *set;
    for (size_t i = 0; i < copy->count; i++)
        X509_CRL_up_ref(copy->lists[i].crl);
    return copy;
}

void crl_free(struct crl_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        X509_CRL_free(set->lists[i].crl);
    free(set);
}

/* --- asking ------------------------------------------------------------------------------- */

static const struct list *newest_of(const struct crl_set *set, const X509 *certificate)
{
    const struct list *newest = NULL;

    for (size_t i = 0; set != NULL && i < set->count; i++) {
        const struct list *list = &set->lists[i];

        if (X509_NAME_cmp(X509_CRL_get_issuer(list->crl), X509_get_issuer_name(certificate)) ==
                0 &&
            (newest == NULL || instant_before(newest->from, list->from)))
            newest = list;
    }
    return newest;
}

/* What stands on a list stays revoked, however old the list is. */
enum crl_state crl_state_of(const struct crl_set *set, struct x509_st *certificate,
                            struct instant now)
{
    const struct list *list = newest_of(set, certificate);
    X509_REVOKED *entry = NULL;

    if (list == NULL)
        return CRL_UNCOVERED;
    if (X509_CRL_get0_by_cert(list->crl, &entry, certificate) == 1)
        return CRL_REVOKED;
    if (instant_before(instant_add_ms(now, CRL_AHEAD_MS), list->from) ||
        instant_before(instant_add_ms(list->until, set->grace_ms), now))
        return CRL_STALE;
    return CRL_GOOD;
}

static enum crl_state state_and_free(const struct crl_set *set, X509 *certificate,
                                     struct instant now)
{
    enum crl_state state = certificate != NULL ? crl_state_of(set, certificate, now)
                                               : CRL_REVOKED;

    X509_free(certificate);
    ERR_clear_error();
    return state;
}

enum crl_state crl_state_of_der(const struct crl_set *set, struct text der, struct instant now)
{
    const unsigned char *at = (const unsigned char *)der.at;

    if (set == NULL)
        return CRL_UNCOVERED;
    return state_and_free(set, d2i_X509(NULL, &at, (long)der.size), now);
}

enum crl_state crl_state_of_file(const struct crl_set *set, const char *path,
                                 struct instant now)
{
    X509 *certificate = NULL;
    BIO *file;

    if (set == NULL)
        return CRL_UNCOVERED;
    file = BIO_new_file(path, "r");
    if (file != NULL)
        certificate = PEM_read_bio_X509(file, NULL, NULL, NULL);
    BIO_free(file);
    return state_and_free(set, certificate, now);
}

const char *crl_state_name(enum crl_state state)
{
    static const char *const names[] = {[CRL_GOOD] = "good",
                                        [CRL_REVOKED] = "revoked",
                                        [CRL_STALE] = "stale",
                                        [CRL_UNCOVERED] = "uncovered"};

    return names[state];
}

struct instant crl_next_update(const struct crl_set *set)
{
    struct instant first = {0};

    for (size_t i = 0; set != NULL && i < set->count; i++)
        if (i == 0 || instant_before(set->lists[i].until, first))
            first = set->lists[i].until;
    return first;
}

void crl_digest(const struct crl_set *set, uint8_t digest[32])
{
    memcpy(digest, set->digest, 32);
}
