#include "net/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "net/tls_context.h"

/* ECDHE with authenticated encryption only; the faster on common machines first. */
static const char cipher_list[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char cipher_suites[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                    "TLS_CHACHA20_POLY1305_SHA256";
static char groups[] = "X25519:P-256:P-384"; /* not const: the macro that takes it casts */
static const unsigned char session_context[] = "qiantong";

enum { SESSION_SECONDS = 2 * 3600, VERIFY_DEPTH_MAX = 4, SECURITY_LEVEL = 2 };

struct tls {
    struct instant (*now)(void);
    struct tls_certificate own;
    X509 *certificate;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* without our own certificate */
    X509_STORE *authorities;
    struct crl_set *crls; /* NULL: not asked */
    SSL_CTX *server;
};

/* Hangs on an SSL_CTX and is freed with it. */
struct verify_rules {
    struct instant (*now)(void);
    struct crl_set *crls; /* NULL: not asked */
    struct tls_expectation expectation;
};

static pthread_once_t index_once = PTHREAD_ONCE_INIT;
static int rules_index = -1;

static void release_rules(struct verify_rules *rules)
{
    if (rules != NULL)
        crl_free(rules->crls);
    free(rules);
}

static void free_rules(void *parent, void *rules, CRYPTO_EX_DATA *data, int index, long argl,
                       void *argp)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    release_rules(rules);
}

static void make_index(void)
{
    rules_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_rules);
}

static bool fail_file(struct error *err, const char *path, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    ERR_clear_error();
    return fail(err, ERROR_CONFIG, "%s: %s (%s)", path, what, reason == NULL ? "-" : reason);
}

/* Without this OpenSSL would ask for a passphrase on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *argument)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)argument;
    return -1;
}

static bool instant_of(const ASN1_TIME *time, struct instant *at)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return false;
    at->ms = (int64_t)timegm(&parts) * 1000;
    return true;
}

static bool describe(const X509 *certificate, struct tls_certificate *out)
{
    unsigned int size = 0;
    return X509_digest(certificate, EVP_sha256(), out->fingerprint, &size) == 1 &&
           size == TLS_FINGERPRINT_SIZE &&
           instant_of(X509_get0_notBefore(certificate), &out->valid_from) &&
           instant_of(X509_get0_notAfter(certificate), &out->valid_until);
}

/* Every certificate of a PEM file, in order. */
static bool read_certificates(const char *path, STACK_OF(X509) * list, struct error *err)
{
    ERR_clear_error();
    BIO *file = BIO_new_file(path, "r");
    if (file == NULL)
        return fail_file(err, path, "cannot be read");
    bool ok = true;
    X509 *one = NULL;
    while (ok && (one = PEM_read_bio_X509(file, NULL, no_passphrase, NULL)) != NULL) {
        if (sk_X509_num(list) >= TLS_CERTIFICATES_MAX || sk_X509_push(list, one) <= 0) {
            X509_free(one);
            ok = fail(err, ERROR_CONFIG, "%s: more than %d certificates", path,
                      TLS_CERTIFICATES_MAX);
        }
    }
    BIO_free(file);
    unsigned long code = ERR_peek_last_error();
    if (ok && sk_X509_num(list) > 0 && ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
        return fail_file(err, path, "a certificate in it is damaged");
    if (ok && sk_X509_num(list) == 0)
        return fail_file(err, path, "holds no certificate");
    ERR_clear_error();
    return ok;
}

static bool load_own(struct tls *tls, const struct tls_files *files, struct error *err)
{
    if (!read_certificates(files->certificate_path, tls->chain, err))
        return false;
    tls->certificate = sk_X509_shift(tls->chain);
    if (!describe(tls->certificate, &tls->own))
        return fail_file(err, files->certificate_path, "has no usable dates");
    BIO *file = BIO_new_file(files->key_path, "r");
    if (file == NULL)
        return fail_file(err, files->key_path, "cannot be read");
    tls->key = PEM_read_bio_PrivateKey(file, NULL, no_passphrase, NULL);
    BIO_free(file);
    if (tls->key == NULL)
        return fail_file(err, files->key_path, "holds no unencrypted private key");
    if (X509_check_private_key(tls->certificate, tls->key) != 1)
        return fail_file(err, files->key_path, "does not belong to the certificate");
    return true;
}

/* The authorities: a store to verify with, and their names to tell clients. */
static bool load_authorities(struct tls *tls, const char *path, struct error *err)
{
    bool ok = false;
    STACK_OF(X509) *list = sk_X509_new_null();
    if (list == NULL)
        return fail(err, ERROR_MEMORY, "no memory for certificates");
    if (!read_certificates(path, list, err))
        goto out;
    for (int i = 0; i < sk_X509_num(list); i++) {
        X509 *authority = sk_X509_value(list, i);
        if (X509_check_ca(authority) == 0) {
            fail(err, ERROR_CONFIG, "%s: certificate %d is not an authority's", path, i + 1);
            goto out;
        }
        if (X509_STORE_add_cert(tls->authorities, authority) != 1 ||
            SSL_CTX_add_client_CA(tls->server, authority) != 1) {
            fail_file(err, path, "a certificate cannot be used");
            goto out;
        }
    }
    ok = true;
out:
    sk_X509_pop_free(list, X509_free);
    return ok;
}

bool tls_is_pinned(const struct tls_expectation *expectation,
                   const uint8_t fingerprint[TLS_FINGERPRINT_SIZE])
{
    for (size_t i = 0; i < expectation->pin_count; i++)
        if (memcmp(expectation->pins[i], fingerprint, TLS_FINGERPRINT_SIZE) == 0)
            return true;
    return false;
}

static void tell_refused(const struct verify_rules *rules, enum tls_refusal why)
{
    const struct tls_expectation *expectation = &rules->expectation;
    if (expectation->refused != NULL)
        expectation->refused(expectation->self, expectation->tag, why);
}

static bool is_validity_error(int code)
{
    return code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID;
}

/* Every certificate of the verified chain but its root. */
static bool none_revoked(X509_STORE_CTX *store, const struct verify_rules *rules)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
    for (int i = 0; rules->crls != NULL && i + 1 < sk_X509_num(chain); i++) {
        enum crl_state state = crl_state_of(rules->crls, sk_X509_value(chain, i), rules->now());
        if (state != CRL_REVOKED && state != CRL_STALE)
            continue;
        bool revoked = state == CRL_REVOKED;
        X509_STORE_CTX_set_error(store, revoked ? X509_V_ERR_CERT_REVOKED
                                                : X509_V_ERR_CRL_HAS_EXPIRED);
        tell_refused(rules, revoked ? TLS_REFUSED_REVOKED : TLS_REFUSED_STALE);
        return false;
    }
    return true;
}

/* In place of OpenSSL's own verification: the same, at the time of the given clock, then
 * revocation lists and pins.
 */
static int verify(X509_STORE_CTX *store, void *argument)
{
    const struct verify_rules *rules = argument;
    X509_STORE_CTX_set_time(store, 0, (time_t)(rules->now().ms / 1000));
    if (X509_verify_cert(store) != 1) {
        bool validity = is_validity_error(X509_STORE_CTX_get_error(store));
        tell_refused(rules, validity ? TLS_REFUSED_VALIDITY : TLS_REFUSED_CHAIN);
        return 0;
    }
    if (!none_revoked(store, rules))
        return 0;
    if (rules->expectation.pin_count == 0)
        return 1;
    struct tls_certificate peer;
    const X509 *leaf = X509_STORE_CTX_get0_cert(store);
    if (leaf != NULL && describe(leaf, &peer) &&
        tls_is_pinned(&rules->expectation, peer.fingerprint))
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    tell_refused(rules, TLS_REFUSED_PIN);
    return 0;
}

/* What holds for both sides. */
static bool apply_rules(SSL_CTX *context, const struct tls *tls, int purpose, int verify_mode,
                        const struct tls_expectation *expectation)
{
    pthread_once(&index_once, make_index);
    struct verify_rules *rules = calloc(1, sizeof(*rules));
    if (rules == NULL)
        return false;
    rules->now = tls->now;
    rules->crls = crl_copy(tls->crls);
    if (tls->crls != NULL && rules->crls == NULL) {
        free(rules);
        return false;
    }
    if (expectation != NULL)
        rules->expectation = *expectation;
    if (rules_index < 0 || SSL_CTX_set_ex_data(context, rules_index, rules) != 1) {
        release_rules(rules);
        return false;
    }
    SSL_CTX_set_cert_verify_callback(context, verify, rules);
    SSL_CTX_set_verify(context, verify_mode, NULL);
    SSL_CTX_set_verify_depth(context, VERIFY_DEPTH_MAX);
    SSL_CTX_set_security_level(context, SECURITY_LEVEL);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return X509_VERIFY_PARAM_set_purpose(SSL_CTX_get0_param(context), purpose) == 1 &&
           SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, cipher_list) == 1 &&
           SSL_CTX_set_ciphersuites(context, cipher_suites) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1;
}

static bool use_own(SSL_CTX *context, const struct tls *tls)
{
    return SSL_CTX_use_certificate(context, tls->certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, tls->key) == 1 &&
           SSL_CTX_set1_chain(context, tls->chain) == 1;
}

static bool make_server(struct tls *tls, struct error *err)
{
    SSL_CTX *context = tls->server;
    /* Sessions live in tickets at the client, not in our memory. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, SESSION_SECONDS);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set1_cert_store(context, tls->authorities);
    if (!apply_rules(context, tls, X509_PURPOSE_SSL_CLIENT,
                     SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL) ||
        !use_own(context, tls) || SSL_CTX_set_num_tickets(context, 1) != 1 ||
        SSL_CTX_set_session_id_context(context, session_context, sizeof(session_context) - 1) !=
            1)
        return fail(err, ERROR_CRYPTO, "the TLS library refused the rules: %s",
                    ERR_reason_error_string(ERR_peek_last_error()));
    return true;
}

bool tls_new(const struct tls_files *files, struct instant (*now)(void), struct tls **out,
             struct error *err)
{
    struct tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return fail(err, ERROR_MEMORY, "no memory for TLS");
    tls->now = now;
    tls->chain = sk_X509_new_null();
    tls->authorities = X509_STORE_new();
    tls->server = SSL_CTX_new(TLS_server_method());
    tls->crls = crl_copy(files->crls);
    bool ok = tls->chain != NULL && tls->authorities != NULL && tls->server != NULL &&
              (files->crls == NULL || tls->crls != NULL);
    if (!ok)
        fail(err, ERROR_MEMORY, "no memory for TLS");
    ok = ok && load_own(tls, files, err) && load_authorities(tls, files->ca_path, err) &&
         make_server(tls, err);
    if (!ok) {
        tls_free(tls);
        return false;
    }
    *out = tls;
    return true;
}

struct tls *tls_copy(const struct tls *tls)
{
    struct tls *copy = calloc(1, sizeof(*copy));
    if (copy == NULL)
        return NULL;
    *copy = *tls;
    copy->chain = X509_chain_up_ref(tls->chain);
    copy->crls = crl_copy(tls->crls);
    if (copy->chain == NULL || (tls->crls != NULL && copy->crls == NULL)) {
        sk_X509_pop_free(copy->chain, X509_free);
        free(copy);
        return NULL;
    }
    X509_up_ref(copy->certificate);
    EVP_PKEY_up_ref(copy->key);
    X509_STORE_up_ref(copy->authorities);
    SSL_CTX_up_ref(copy->server);
    return copy;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    crl_free(tls->crls);
    SSL_CTX_free(tls->server);
    X509_STORE_free(tls->authorities);
    sk_X509_pop_free(tls->chain, X509_free);
    EVP_PKEY_free(tls->key);
    X509_free(tls->certificate);
    free(tls);
}

const struct tls_certificate *tls_own(const struct tls *tls)
{
    return &tls->own;
}

bool tls_certificate_read(const char *path, struct tls_certificate *certificate,
                          struct error *err)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    if (list == NULL)
        return fail(err, ERROR_MEMORY, "no memory for certificates");
    bool ok = read_certificates(path, list, err);
    if (ok && !describe(sk_X509_value(list, 0), certificate))
        ok = fail_file(err, path, "has no usable dates");
    sk_X509_pop_free(list, X509_free);
    return ok;
}

bool tls_certificate_valid(const struct tls_certificate *certificate, struct instant at)
{
    return certificate->valid_from.ms <= at.ms && at.ms <= certificate->valid_until.ms + 999;
}

SSL_CTX *tls_server_context(const struct tls *tls)
{
    return tls->server;
}

bool tls_prepare_client(SSL_CTX *context, const struct tls *tls,
                        const struct tls_expectation *expectation)
{
    /* set1: the store that the other library prepared is dropped, and with it the system's. */
    SSL_CTX_set1_cert_store(context, tls->authorities);
    return apply_rules(context, tls, X509_PURPOSE_SSL_SERVER, SSL_VERIFY_PEER, expectation) &&
           use_own(context, tls);
}

bool tls_peer(const SSL *ssl, struct tls_certificate *certificate)
{
    const X509 *peer = SSL_get0_peer_certificate(ssl);
    return peer != NULL && describe(peer, certificate);
}

enum crl_state tls_peer_state(const struct tls *tls, const SSL *ssl, struct instant now)
{
    X509 *peer = SSL_get0_peer_certificate(ssl);
    return peer != NULL && tls->crls != NULL ? crl_state_of(tls->crls, peer, now)
                                             : CRL_UNCOVERED;
}
