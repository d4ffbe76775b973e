/* digest.c - algorithms fetched once, contexts kept per thread: a fetch or a new context per
 * call costs more than digesting a journal entry. */
#include "crypt/digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { KINDS = DIGEST_SM3 + 1 };

static const char *const names[KINDS] = {
    [DIGEST_SHA256] = "sha256",
    [DIGEST_SM3] = "sm3",
};
static const char *const openssl_names[KINDS] = {
    [DIGEST_SHA256] = "SHA256",
    [DIGEST_SM3] = "SM3",
};

static EVP_MD *algorithms[KINDS];
static EVP_MAC *hmac_algorithm;
static pthread_key_t at_thread_end;

/* Contexts of one thread. */
struct contexts {
    EVP_MD_CTX *digest[KINDS];
    EVP_MAC_CTX *hmac[KINDS];
};
static _Thread_local struct contexts *mine;

struct digest_stream {
    enum digest_kind kind;
    bool started;
    EVP_MD_CTX *context;
};

static void free_contexts(void *contexts)
{
    struct contexts *gone = contexts;

    for (int kind = 0; kind < KINDS; kind++) {
        EVP_MD_CTX_free(gone->digest[kind]);
        EVP_MAC_CTX_free(gone->hmac[kind]);
    }
    free(gone);
    mine = NULL;
}

bool digest_setup(struct error *err)
{
    if (hmac_algorithm != NULL)
        return true;
    for (int kind = DIGEST_SHA256; kind < KINDS; kind++) {
        if (algorithms[kind] == NULL)
            algorithms[kind] = EVP_MD_fetch(NULL, openssl_names[kind], NULL);
        if (algorithms[kind] == NULL)
            return fail(err, ERROR_CRYPTO, "OpenSSL does not know %s", openssl_names[kind]);
    }
    if (pthread_key_create(&at_thread_end, free_contexts) != 0)
        return fail(err, ERROR_MEMORY, "no thread-specific key is left");
    hmac_algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hmac_algorithm == NULL) {
        pthread_key_delete(at_thread_end);
        return fail(err, ERROR_CRYPTO, "OpenSSL does not know HMAC");
    }
    return true;
}

const char *digest_name(enum digest_kind kind)
{
    return (unsigned)kind < KINDS ? names[kind] : NULL;
}

bool digest_from_name(struct text name, enum digest_kind *kind)
{
    for (int i = DIGEST_SHA256; i < KINDS; i++)
        if (text_is(name, names[i])) {
            *kind = (enum digest_kind)i;
            return true;
        }
    return false;
}

static void check_ready(enum digest_kind kind)
{
    CHECK(digest_name(kind) != NULL);
    CHECK(hmac_algorithm != NULL);
}

static struct contexts *contexts_of_thread(void)
{
    if (mine != NULL)
        return mine;
    mine = calloc(1, sizeof(*mine));
    if (mine != NULL && pthread_setspecific(at_thread_end, mine) != 0)
        free_contexts(mine);
    return mine;
}

static EVP_MD_CTX *digest_context(enum digest_kind kind)
{
    struct contexts *contexts;

    check_ready(kind);
    contexts = contexts_of_thread();
    if (contexts == NULL)
        return NULL;
    if (contexts->digest[kind] == NULL)
        contexts->digest[kind] = EVP_MD_CTX_new();
    return contexts->digest[kind];
}

bool digest_of_parts(enum digest_kind kind, const struct text *parts, size_t count,
                     struct digest *digest, struct error *err)
{
    EVP_MD_CTX *context = digest_context(kind);

    if (context == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a digest");
    if (EVP_DigestInit_ex2(context, algorithms[kind], NULL) != 1)
        return fail(err, ERROR_CRYPTO, "%s cannot start", names[kind]);
    for (size_t i = 0; i < count; i++)
        if (EVP_DigestUpdate(context, parts[i].at, parts[i].size) != 1)
            return fail(err, ERROR_CRYPTO, "%s stopped", names[kind]);
    if (EVP_DigestFinal_ex(context, digest->bytes, NULL) != 1)
        return fail(err, ERROR_CRYPTO, "%s cannot finish", names[kind]);
    return true;
}

bool digest_of(enum digest_kind kind, const void *bytes, size_t size, struct digest *digest,
               struct error *err)
{
    return digest_of_parts(kind, &(struct text){bytes, size}, 1, digest, err);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return CRYPTO_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

struct digest_stream *digest_stream_new(enum digest_kind kind)
{
    struct digest_stream *stream = calloc(1, sizeof(*stream));

    check_ready(kind);
    if (stream == NULL)
        return NULL;
    stream->kind = kind;
    stream->context = EVP_MD_CTX_new();
    if (stream->context == NULL) {
        free(stream);
        return NULL;
    }
    return stream;
}

void digest_stream_free(struct digest_stream *stream)
{
    if (stream == NULL)
        return;
    EVP_MD_CTX_free(stream->context);
    free(stream);
}

bool digest_stream_start(struct digest_stream *stream, struct error *err)
{
    if (EVP_DigestInit_ex2(stream->context, algorithms[stream->kind], NULL) != 1)
        return fail(err, ERROR_CRYPTO, "%s cannot start", names[stream->kind]);
    stream->started = true;
    return true;
}

bool digest_stream_update(struct digest_stream *stream, const void *bytes, size_t size,
                          struct error *err)
{
    CHECK(stream->started);
    if (EVP_DigestUpdate(stream->context, bytes, size) != 1)
        return fail(err, ERROR_CRYPTO, "%s stopped", names[stream->kind]);
    return true;
}

bool digest_stream_finish(struct digest_stream *stream, struct digest *digest,
                          struct error *err)
{
    CHECK(stream->started);
    stream->started = false;
    if (EVP_DigestFinal_ex(stream->context, digest->bytes, NULL) != 1)
        return fail(err, ERROR_CRYPTO, "%s cannot finish", names[stream->kind]);
    return true;
}

static EVP_MAC_CTX *hmac_context(enum digest_kind kind)
{
    char name[16];
    OSSL_PARAM which[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    struct contexts *contexts;

    check_ready(kind);
    contexts = contexts_of_thread();
    if (contexts == NULL || contexts->hmac[kind] != NULL)
        return contexts == NULL ? NULL : contexts->hmac[kind];
    CHECK(text_to_field(text_of(openssl_names[kind]), name, sizeof(name)));
    contexts->hmac[kind] = EVP_MAC_CTX_new(hmac_algorithm);
    if (contexts->hmac[kind] != NULL &&
        EVP_MAC_CTX_set_params(contexts->hmac[kind], which) != 1) {
        EVP_MAC_CTX_free(contexts->hmac[kind]);
        contexts->hmac[kind] = NULL;
    }
    return contexts->hmac[kind];
}

bool hmac_of(enum digest_kind kind, const void *key, size_t key_size, const struct text *parts,
             size_t count, struct digest *digest, struct error *err)
{
    EVP_MAC_CTX *context = hmac_context(kind);
    size_t size = 0;

    if (context == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an HMAC");
    if (EVP_MAC_init(context, key, key_size, NULL) != 1)
        return fail(err, ERROR_CRYPTO, "HMAC with %s cannot start", names[kind]);
    for (size_t i = 0; i < count; i++)
        if (parts[i].size > 0 &&
            EVP_MAC_update(context, (const unsigned char *)parts[i].at, parts[i].size) != 1)
            return fail(err, ERROR_CRYPTO, "HMAC with %s stopped", names[kind]);
    if (EVP_MAC_final(context, digest->bytes, &size, DIGEST_SIZE) != 1 || size != DIGEST_SIZE)
        return fail(err, ERROR_CRYPTO, "HMAC with %s cannot finish", names[kind]);
    return true;
}
