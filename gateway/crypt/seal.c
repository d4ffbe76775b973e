/* seal.c - the two algorithms of seal.h over one layout. */
#include "crypt/seal.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypt/ring.h"

enum { HEAD_SIZE = 5, GCM_TAG_SIZE = 16 };

/* bound = key_id, alg, part count, then size and bytes of each part: as texts for the MAC. */
#define BOUND_TEXTS_MAX (1 + 2 * SEAL_PARTS_MAX)
struct bound {
    unsigned char head[HEAD_SIZE + 4];
    unsigned char sizes[SEAL_PARTS_MAX][8];
    struct text texts[BOUND_TEXTS_MAX + 2]; /* two more for nonce and ciphertext */
    size_t count;
};

/* Where the pieces of one sealed value lie. */
struct layout {
    unsigned char *nonce;
    unsigned char *body;
    size_t body_size;
    unsigned char *tag;
};

static size_t nonce_size(enum seal_algorithm algorithm)
{
    return algorithm == SEAL_AES_256_GCM ? 12 : 16;
}

static size_t tag_size(enum seal_algorithm algorithm)
{
    return algorithm == SEAL_AES_256_GCM ? GCM_TAG_SIZE : DIGEST_SIZE;
}

static size_t overhead(enum seal_algorithm algorithm)
{
    return HEAD_SIZE + nonce_size(algorithm) + tag_size(algorithm);
}

size_t sealed_size(const struct key_ring *ring, size_t plain_size)
{
    return plain_size + overhead(ring->keys[ring->key_count - 1].algorithm);
}

static void bound_add(struct bound *bound, const void *at, size_t size)
{
    bound->texts[bound->count++] = (struct text){at, size};
}

static void bind(struct bound *bound, const struct seal_key *key, const struct text *parts,
                 size_t part_count)
{
    struct buffer head = buffer_over(bound->head, sizeof(bound->head));

    CHECK(part_count <= SEAL_PARTS_MAX);
    bound->count = 0;
    buffer_u32(&head, key->id);
    buffer_u8(&head, (uint8_t)key->algorithm);
    buffer_u32(&head, (uint32_t)part_count);
    bound_add(bound, bound->head, sizeof(bound->head));
    for (size_t i = 0; i < part_count; i++) {
        struct buffer size = buffer_over(bound->sizes[i], sizeof(bound->sizes[i]));
        CHECK(parts[i].size <= INT32_MAX);
        buffer_u64(&size, parts[i].size);
        bound_add(bound, bound->sizes[i], sizeof(bound->sizes[i]));
        bound_add(bound, parts[i].at, parts[i].size);
    }
}

static struct layout lay_out(enum seal_algorithm algorithm, unsigned char *at, size_t size)
{
    struct layout layout = {.nonce = at + HEAD_SIZE};

    layout.body = layout.nonce + nonce_size(algorithm);
    layout.body_size = size - overhead(algorithm);
    layout.tag = layout.body + layout.body_size;
    return layout;
}

/* One pass of the cipher; `from` may be `to`. With GCM the bound texts go in first. */
static bool run_cipher(EVP_CIPHER_CTX *context, const struct bound *bound,
                       const unsigned char *from, unsigned char *to, size_t size)
{
    int made;

    for (size_t i = 0; bound != NULL && i < bound->count; i++)
        if (bound->texts[i].size > 0 &&
            EVP_CipherUpdate(context, NULL, &made, (const unsigned char *)bound->texts[i].at,
                             (int)bound->texts[i].size) != 1)
            return false;
    return size == 0 ||
           (EVP_CipherUpdate(context, to, &made, from, (int)size) == 1 && (size_t)made == size);
}

static bool gcm(const struct key_ring *ring, const struct seal_key *key, bool encrypt,
                const struct bound *bound, const struct layout *layout,
                const unsigned char *from, unsigned char *to)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char nothing[16];
    int made;
    bool ok = context != NULL &&
              EVP_CipherInit_ex2(context, ring->aes_gcm, key->cipher_key, layout->nonce,
                                 encrypt, NULL) == 1 &&
              (encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_SIZE,
                                              layout->tag) == 1) &&
              run_cipher(context, bound, from, to, layout->body_size) &&
              EVP_CipherFinal_ex(context, nothing, &made) == 1 &&
              (!encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_SIZE,
                                               layout->tag) == 1);

    EVP_CIPHER_CTX_free(context);
    return ok;
}

static bool sm4(const struct key_ring *ring, const struct seal_key *key,
                const struct layout *layout, const unsigned char *from, unsigned char *to)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool ok = context != NULL &&
              EVP_CipherInit_ex2(context, ring->sm4_ctr, key->cipher_key, layout->nonce, 1,
                                 NULL) == 1 &&
              run_cipher(context, NULL, from, to, layout->body_size);

    EVP_CIPHER_CTX_free(context);
    return ok;
}

static bool mac(const struct seal_key *key, struct bound *bound, const struct layout *layout,
                struct digest *tag, struct error *err)
{
    size_t bound_count = bound->count;
    bool ok;

    bound_add(bound, layout->nonce, nonce_size(key->algorithm));
    bound_add(bound, layout->body, layout->body_size);
    ok = hmac_of(DIGEST_SM3, key->mac_key, sizeof(key->mac_key), bound->texts, bound->count,
                 tag, err);
    bound->count = bound_count;
    return ok;
}

static bool encrypt(const struct key_ring *ring, const struct seal_key *key,
                    struct bound *bound, const struct layout *layout, struct text plain,
                    struct error *err)
{
    const unsigned char *from = (const unsigned char *)plain.at;
    struct digest tag;

    if (key->algorithm == SEAL_AES_256_GCM) {
        if (!gcm(ring, key, true, bound, layout, from, layout->body))
            return fail(err, ERROR_CRYPTO, "AES-256-GCM refused to seal");
        return true;
    }
    if (!sm4(ring, key, layout, from, layout->body))
        return fail(err, ERROR_CRYPTO, "SM4-CTR refused to seal");
    if (!mac(key, bound, layout, &tag, err))
        return false;
    memcpy(layout->tag, tag.bytes, DIGEST_SIZE);
    return true;
}

bool seal(const struct key_ring *ring, const struct random_source *random,
          const struct text *parts, size_t part_count, struct text plain, struct arena *arena,
          struct text *sealed, struct error *err)
{
    const struct seal_key *key = &ring->keys[ring->key_count - 1];
    struct bound bound;
    struct layout layout;
    unsigned char *at;
    size_t size;

    if (plain.size > SEAL_PLAIN_MAX)
        return fail(err, ERROR_SIZE, "more than %d bytes to seal", SEAL_PLAIN_MAX);
    size = sealed_size(ring, plain.size);
    at = arena_alloc(arena, size);
    if (at == NULL)
        return fail(err, ERROR_MEMORY, "no memory to seal %zu bytes", plain.size);
    bind(&bound, key, parts, part_count);
    memcpy(at, bound.head, HEAD_SIZE);
    layout = lay_out(key->algorithm, at, size);
    if (!random_fill(random, layout.nonce, nonce_size(key->algorithm), err) ||
        !encrypt(ring, key, &bound, &layout, plain, err))
        return false;
    *sealed = (struct text){(const char *)at, size};
    return true;
}

/* In place. The tag of alg 2 is compared before anything is decrypted. */
static bool decrypt(const struct key_ring *ring, const struct seal_key *key,
                    struct bound *bound, const struct layout *layout, struct error *err)
{
    struct digest tag;
    bool ok;

    if (key->algorithm == SEAL_AES_256_GCM) {
        ok = gcm(ring, key, false, bound, layout, layout->body, layout->body);
    } else {
        if (!mac(key, bound, layout, &tag, err))
            return false;
        ok = CRYPTO_memcmp(tag.bytes, layout->tag, DIGEST_SIZE) == 0 &&
             sm4(ring, key, layout, layout->body, layout->body);
    }
    if (!ok)
        return fail(err, ERROR_CRYPTO,
                    "sealed bytes do not open: changed, moved or another key");
    return true;
}

/* The key that the head names, if the rest is long enough for it. */
static const struct seal_key *key_of(const struct key_ring *ring, struct text sealed,
                                     struct error *err)
{
    struct reader head = reader_over(sealed.at, sealed.size);
    uint32_t id = reader_u32(&head);
    uint8_t algorithm = reader_u8(&head);
    const struct seal_key *key = head.broken ? NULL : key_ring_find(ring, id);

    if (head.broken) {
        fail(err, ERROR_CRYPTO, "sealed bytes end too early");
        return NULL;
    }
    if (key == NULL) {
        fail(err, ERROR_CRYPTO, "data key %u is not in the key file", (unsigned)id);
        return NULL;
    }
    if (algorithm != key->algorithm || sealed.size < overhead(key->algorithm)) {
        fail(err, ERROR_CRYPTO, "sealed bytes do not fit data key %u", (unsigned)id);
        return NULL;
    }
    return key;
}

bool unseal(const struct key_ring *ring, const struct text *parts, size_t part_count,
            struct text sealed, struct arena *arena, struct text *plain, struct error *err)
{
    const struct seal_key *key = key_of(ring, sealed, err);
    struct bound bound;
    struct layout layout;
    unsigned char *copy;

    if (key == NULL)
        return false;
    if (sealed.size - overhead(key->algorithm) > SEAL_PLAIN_MAX)
        return fail(err, ERROR_CRYPTO, "more than %d sealed bytes", SEAL_PLAIN_MAX);
    copy = arena_alloc(arena, sealed.size);
    if (copy == NULL)
        return fail(err, ERROR_MEMORY, "no memory to open %zu sealed bytes", sealed.size);
    memcpy(copy, sealed.at, sealed.size);
    layout = lay_out(key->algorithm, copy, sealed.size);
    bind(&bound, key, parts, part_count);
    if (!decrypt(ring, key, &bound, &layout, err)) {
        explicit_bzero(copy, sealed.size); /* GCM decrypts before it knows the tag is wrong */
        return false;
    }
    layout.tag[0] = '\0'; /* it has served; now it ends the plain bytes */
    *plain = (struct text){(const char *)layout.body, layout.body_size};
    return true;
}
