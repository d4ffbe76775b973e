/* keys.c - signers and verifiers: suites enforced when loading, raw signatures. */
#include "wire/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "wire/gm_internal.h"
#include "wire/keys_internal.h"
#include "wire/xmlsec_openssl.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = SIGNATURE_SIZE_MAX * 8 };

static const struct {
    enum suite suite;
    const char *name;
} suites[] = {{SUITE_ECDSA, "ecdsa"}, {SUITE_GM, "gm"}, {SUITE_RSA, "rsa"}};

const char *suite_name(enum suite suite)
{
    for (size_t i = 0; i < COUNT_OF(suites); i++)
        if (suites[i].suite == suite)
            return suites[i].name;
    return "unknown";
}

bool suite_parse(struct text name, enum suite *suite)
{
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        if (!text_is(name, suites[i].name))
            continue;
        *suite = suites[i].suite;
        return true;
    }
    return false;
}

/* --- what a suite demands ----------------------------------------------------------------- */

static bool is_p256(EVP_PKEY *key)
{
    char group[32];
    size_t size = 0;

    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

static bool check_key(enum suite suite, EVP_PKEY *key, struct error *err)
{
    int bits = EVP_PKEY_get_bits(key);

    switch (suite) {
    case SUITE_ECDSA:
        return is_p256(key) || fail(err, ERROR_CONFIG, "suite ecdsa: not a P-256 key");
    case SUITE_GM:
        return EVP_PKEY_is_a(key, "SM2") || fail(err, ERROR_CONFIG, "suite gm: not an SM2 key");
    case SUITE_RSA:
        if (!EVP_PKEY_is_a(key, "RSA"))
            return fail(err, ERROR_CONFIG, "suite rsa: not an RSA key");
        return (bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX) ||
               fail(err, ERROR_CONFIG, "suite rsa: %d bits, allowed are %d to %d", bits,
                    RSA_BITS_MIN, RSA_BITS_MAX);
    }
    return fail(err, ERROR_CONFIG, "unknown suite");
}

static bool choose_gm(struct suite_key *key, const struct key_options *options,
                      struct error *err)
{
    const struct gm_pair *pair = gm_pair_find(options->signature_uri, options->digest_uri);
    struct text id = text_of(options->gm_id == NULL ? GM_ID_DEFAULT : options->gm_id);

    if (pair == NULL)
        return fail(err, ERROR_CONFIG, "suite gm: this pair of names is not in the list");
    if (id.size == 0 || !text_to_field(id, key->gm_id, sizeof(key->gm_id)))
        return fail(err, ERROR_CONFIG, "suite gm: the id has 1 to %d bytes", GM_ID_SIZE_MAX);
    key->gm.id = text_of(key->gm_id);
    key->gm.operations = options->gm_operations == NULL ? &gm_openssl : options->gm_operations;
    key->signature_uri = pair->signature_uri;
    key->digest_uri = pair->digest_uri;
    key->signature_transform = gm_signature_transform(pair->signature_uri);
    key->digest_transform = gm_digest_transform(pair->digest_uri);
    return true;
}

static bool choose_suite(struct suite_key *key, const struct key_options *options,
                         struct error *err)
{
    if (!check_key(key->suite, key->certificate.public_key, err))
        return false;
    if (key->suite == SUITE_GM)
        return choose_gm(key, options, err);
    if (options->signature_uri != NULL || options->digest_uri != NULL)
        return fail(err, ERROR_CONFIG, "only suite gm has a choice of names");
    key->signature_transform = key->suite == SUITE_RSA ? xmlSecTransformRsaSha256Id
                                                       : xmlSecTransformEcdsaSha256Id;
    key->digest_transform = xmlSecTransformSha256Id;
    key->signature_uri = (const char *)key->signature_transform->href;
    key->digest_uri = (const char *)key->digest_transform->href;
    return true;
}

/* Without a certificate inside: duplicating that costs more than the signature. */
static xmlSecKeyPtr xmlsec_key(EVP_PKEY *key)
{
    xmlSecKeyPtr made = NULL;
    xmlSecKeyDataPtr data;

    if (EVP_PKEY_up_ref(key) != 1)
        return NULL;
    data = xmlSecOpenSSLEvpKeyAdopt(key);
    if (data == NULL) {
        EVP_PKEY_free(key);
        return NULL;
    }
    made = xmlSecKeyCreate();
    if (made != NULL && xmlSecKeySetValue(made, data) == 0)
        return made;
    xmlSecKeyDataDestroy(data);
    if (made != NULL)
        xmlSecKeyDestroy(made);
    return NULL;
}

static bool make_template(struct suite_key *key, EVP_PKEY *openssl, void *module,
                          bool is_private, struct error *err)
{
    if (key->suite == SUITE_GM) {
        key->gm.is_private = is_private;
        key->gm.handle = key->gm.operations == &gm_openssl ? openssl : module;
        key->template = gm_xmlsec_key(&key->gm);
    } else {
        key->template = xmlsec_key(openssl);
    }
    ERR_clear_error();
    return key->template != NULL || fail(err, ERROR_CRYPTO, "xmlsec does not take the key");
}

static void release(struct suite_key *key)
{
    if (key->template != NULL)
        xmlSecKeyDestroy(key->template);
    EVP_PKEY_free(key->private_key);
    certificate_release(&key->certificate);
}

/* --- signers ------------------------------------------------------------------------------ */

static int no_password(char *buffer, int size, int writing, void *self)
{
    (void)writing;
    (void)self;
    if (size > 0)
        buffer[0] = '\0';
    return -1;
}

static bool read_private_key(const char *path, EVP_PKEY **key, struct error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    FILE *file = fopen(path, "re");
    struct stat about;
    bool ok = false;

    if (file == NULL)
        return fail(err, ERROR_CONFIG, "%s: cannot be opened", name);
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) {
        fail(err, ERROR_CONFIG, "%s: not a file", name);
    } else if ((about.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        fail(err, ERROR_CONFIG, "%s: a private key that others may read or change", name);
    } else {
        *key = PEM_read_PrivateKey(file, NULL, no_password, NULL);
        ok = *key != NULL ||
             fail(err, ERROR_CONFIG, "%s: no private key without a password in it", name);
    }
    fclose(file);
    ERR_clear_error();
    return ok;
}

static bool belongs(const struct suite_key *key, struct error *err)
{
    uint8_t theirs[GM_POINT_SIZE];
    uint8_t certified[GM_POINT_SIZE];
    bool same;

    if (key->private_key != NULL)
        same = EVP_PKEY_eq(key->private_key, key->certificate.public_key) == 1;
    else
        same = key->gm.operations->public_part(key->gm.handle, theirs) &&
               gm_openssl.public_part(key->certificate.public_key, certified) &&
               memcmp(theirs, certified, sizeof(theirs)) == 0;
    ERR_clear_error();
    return same || fail(err, ERROR_CONFIG, "private key and certificate do not fit together");
}

static bool verify_bytes(const struct suite_key *key, const struct gm_operations *operations,
                         void *handle, struct text bytes, struct text signature, bool *holds);

/* The private part may be damaged even if the public part fits. */
static bool try_signer(const struct signer *signer, struct error *err)
{
    struct text trial = TEXT("qiantong key trial");
    struct raw_signature made;
    bool holds = false;

    if (!signer_sign_bytes(signer, trial, &made, err))
        return false;
    if (!verify_bytes(&signer->key, &gm_openssl, signer->key.certificate.public_key, trial,
                      (struct text){(const char *)made.bytes, made.size}, &holds) ||
        !holds)
        return fail(err, ERROR_CRYPTO, "the trial signature of a key does not verify");
    return true;
}

static const struct key_options no_options;

bool signer_load(enum suite suite, const char *key_path, const char *certificate_path,
                 const struct key_options *options, struct signer **signer, struct error *err)
{
    struct signer *made = calloc(1, sizeof(*made));
    struct suite_key *key;

    *signer = NULL;
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a key");
    key = &made->key;
    key->suite = suite;
    if (options == NULL)
        options = &no_options;
    if (key_path == NULL && (suite != SUITE_GM || options->gm_operations == NULL)) {
        fail(err, ERROR_CONFIG, "a signer without a private key");
        goto failed;
    }
    if (!certificate_load(certificate_path, &key->certificate, err) ||
        !choose_suite(key, options, err))
        goto failed;
    if (key_path != NULL && !read_private_key(key_path, &key->private_key, err))
        goto failed;
    if (key->private_key != NULL && !check_key(suite, key->private_key, err))
        goto failed;
    if (!make_template(key, key->private_key, options->gm_handle, true, err) ||
        !belongs(key, err) || !try_signer(made, err))
        goto failed;
    *signer = made;
    return true;
failed:
    signer_free(made);
    return false;
}

bool signer_for_pair(const struct signer *signer, const char *signature_uri,
                     const char *digest_uri, struct signer **other, struct error *err)
{
    const struct suite_key *from = &signer->key;
    struct key_options options = {.signature_uri = signature_uri,
                                  .digest_uri = digest_uri,
                                  .gm_id = from->gm_id,
                                  .gm_operations = from->gm.operations};
    struct signer *made;
    struct suite_key *key;

    *other = NULL;
    if (from->suite != SUITE_GM)
        return fail(err, ERROR_CONFIG, "only suite gm has a choice of names");
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a key");
    key = &made->key;
    key->suite = from->suite;
    if (from->private_key != NULL && EVP_PKEY_up_ref(from->private_key) == 1)
        key->private_key = from->private_key;
    if (!certificate_of_der(signer_certificate(signer), &key->certificate, err) ||
        !choose_suite(key, &options, err) ||
        !make_template(key, key->private_key, from->gm.handle, true, err)) {
        signer_free(made);
        return false;
    }
    *other = made;
    return true;
}

void signer_free(struct signer *signer)
{
    if (signer == NULL)
        return;
    release(&signer->key);
    free(signer);
}

enum suite signer_suite(const struct signer *signer)
{
    return signer->key.suite;
}

static struct text certificate_text(const struct suite_key *key)
{
    return (struct text){(const char *)key->certificate.der, key->certificate.der_size};
}

struct text signer_certificate(const struct signer *signer)
{
    return certificate_text(&signer->key);
}

struct digest signer_fingerprint(const struct signer *signer)
{
    return signer->key.certificate.fingerprint;
}

struct instant signer_not_after(const struct signer *signer)
{
    return signer->key.certificate.not_after;
}

/* --- verifiers ---------------------------------------------------------------------------- */

/* Takes the certificate that `made` already holds. */
static bool finish_verifier(struct verifier *made, const struct key_options *options,
                            const struct pin_window *window, struct error *err)
{
    struct suite_key *key = &made->key;

    if (options == NULL)
        options = &no_options;
    if (window != NULL)
        made->window = *window;
    return choose_suite(key, options, err) &&
           make_template(key, key->certificate.public_key, options->gm_handle, false, err);
}

static bool keep_or_free(bool ok, struct verifier *made, struct verifier **verifier)
{
    if (ok)
        *verifier = made;
    else
        verifier_free(made);
    return ok;
}

bool verifier_load(enum suite suite, const char *certificate_path,
                   const struct key_options *options, const struct pin_window *window,
                   struct verifier **verifier, struct error *err)
{
    struct verifier *made = calloc(1, sizeof(*made));

    *verifier = NULL;
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a pin");
    made->key.suite = suite;
    return keep_or_free(certificate_load(certificate_path, &made->key.certificate, err) &&
                            finish_verifier(made, options, window, err),
                        made, verifier);
}

bool verifier_of_certificate(enum suite suite, struct text der,
                             const struct key_options *options, const struct pin_window *window,
                             struct verifier **verifier, struct error *err)
{
    struct verifier *made = calloc(1, sizeof(*made));

    *verifier = NULL;
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a pin");
    made->key.suite = suite;
    return keep_or_free(certificate_of_der(der, &made->key.certificate, err) &&
                            finish_verifier(made, options, window, err),
                        made, verifier);
}

void verifier_free(struct verifier *verifier)
{
    if (verifier == NULL)
        return;
    release(&verifier->key);
    free(verifier);
}

enum suite verifier_suite(const struct verifier *verifier)
{
    return verifier->key.suite;
}

struct text verifier_certificate(const struct verifier *verifier)
{
    return certificate_text(&verifier->key);
}

struct digest verifier_fingerprint(const struct verifier *verifier)
{
    return verifier->key.certificate.fingerprint;
}

struct instant verifier_not_before(const struct verifier *verifier)
{
    return verifier->key.certificate.not_before;
}

struct instant verifier_not_after(const struct verifier *verifier)
{
    return verifier->key.certificate.not_after;
}

const char *verifier_signature_uri(const struct verifier *verifier)
{
    return verifier->key.signature_uri;
}

const char *verifier_digest_uri(const struct verifier *verifier)
{
    return verifier->key.digest_uri;
}

bool verifier_revoked(const struct verifier *verifier)
{
    return verifier->window.revoked;
}

void verifier_use_crls(struct verifier *verifier, const struct crl_set *crls)
{
    verifier->crls = crls;
}

bool verifier_accepts(const struct verifier *verifier, struct instant sent_at,
                      struct instant received_at, struct error *err)
{
    const struct pin_window *window = &verifier->window;
    struct instant last = instant_add_ms(window->until, window->grace_ms);
    enum crl_state state = crl_state_of_der(verifier->crls, verifier_certificate(verifier),
                                            received_at);

    if (window->revoked || state == CRL_REVOKED)
        return fail(err, ERROR_PIN, "this certificate is revoked");
    if (state == CRL_STALE)
        return fail(err, ERROR_CONFIG,
                    "signing/crl: the list of this certificate's authority is out of date");
    if (window->from.ms != 0 && instant_before(sent_at, window->from))
        return fail(err, ERROR_PIN, "sent before this certificate's time");
    if (window->until.ms == 0)
        return true;
    if (!instant_before(sent_at, window->until))
        return fail(err, ERROR_PIN, "sent after this certificate's time");
    return instant_before(received_at, last) ||
           fail(err, ERROR_PIN, "received after this certificate's time and grace");
}

/* --- bytes -------------------------------------------------------------------------------- */

static bool sign_with_openssl(const struct suite_key *key, struct text bytes,
                              struct raw_signature *signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t made[SIGNATURE_SIZE_MAX];
    size_t size = sizeof(made);
    bool ok = context != NULL &&
              EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->private_key) == 1 &&
              EVP_DigestSign(context, made, &size, (const unsigned char *)bytes.at,
                             bytes.size) == 1;

    EVP_MD_CTX_free(context);
    if (!ok)
        return false;
    if (key->suite == SUITE_ECDSA) {
        signature->size = GM_SIGNATURE_SIZE;
        return gm_der_to_raw(made, size, signature->bytes);
    }
    memcpy(signature->bytes, made, size);
    signature->size = size;
    return true;
}

bool signer_sign_bytes(const struct signer *signer, struct text bytes,
                       struct raw_signature *signature, struct error *err)
{
    const struct suite_key *key = &signer->key;
    bool ok;

    if (bytes.at == NULL)
        bytes = TEXT("");
    *signature = (struct raw_signature){.size = 0};
    if (key->suite == SUITE_GM) {
        signature->size = GM_SIGNATURE_SIZE;
        ok = key->gm.operations->sign(key->gm.handle, key->gm.id, bytes, signature->bytes);
    } else {
        ok = sign_with_openssl(key, bytes, signature);
    }
    ERR_clear_error();
    return ok || fail(err, ERROR_CRYPTO, "signing failed (%s)", suite_name(key->suite));
}

/* false: no answer. */
static bool verify_with_openssl(const struct suite_key *key, struct text bytes,
                                struct text signature, bool *holds)
{
    const unsigned char *value = (const unsigned char *)signature.at;
    uint8_t der[GM_DER_SIZE_MAX];
    EVP_MD_CTX *context = NULL;
    size_t size = signature.size;
    int answer = -1; /* 1 it holds, 0 it does not, less: neither */

    ERR_clear_error();
    if (key->suite == SUITE_ECDSA) {
        if (size != GM_SIGNATURE_SIZE)
            return true;
        if (!gm_raw_to_der(value, der, &size))
            return false;
        value = der;
    }
    context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
                                                key->certificate.public_key) == 1) {
        /* Or it copies itself first, and says 0 if it cannot. */
        EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
        answer = EVP_DigestVerify(context, value, size, (const unsigned char *)bytes.at,
                                  bytes.size);
    }
    EVP_MD_CTX_free(context);
    *holds = answer == 1;
    return !gm_gave_up() && answer >= 0;
}

/* false: no answer. */
static bool verify_bytes(const struct suite_key *key, const struct gm_operations *operations,
                         void *handle, struct text bytes, struct text signature, bool *holds)
{
    bool ok = true;

    *holds = false;
    if (bytes.at == NULL)
        bytes = TEXT("");
    if (signature.size == 0)
        return true;
    if (key->suite != SUITE_GM)
        ok = verify_with_openssl(key, bytes, signature, holds);
    else if (signature.size == GM_SIGNATURE_SIZE)
        ok = operations->verify(handle, key->gm.id, bytes, (const uint8_t *)signature.at,
                                holds);
    ERR_clear_error();
    return ok;
}

bool verifier_verify_bytes(const struct verifier *verifier, struct text bytes,
                           struct text signature, struct error *err)
{
    const struct suite_key *key = &verifier->key;
    bool holds;

    if (!verify_bytes(key, key->gm.operations, key->gm.handle, bytes, signature, &holds))
        return fail(err, ERROR_CRYPTO, "no answer about a signature (%s)",
                    suite_name(key->suite));
    return holds || fail(err, ERROR_SIGNATURE, "the signature does not verify (%s)",
                         suite_name(key->suite));
}
