/* ring.h - what key_ring.c and seal.c share: the keys themselves. */
#ifndef CRYPT_RING_H
#define CRYPT_RING_H

#include <openssl/evp.h>

#include "crypt/digest.h"
#include "crypt/seal.h"

enum { DATA_KEY_SIZE = 32, SM4_KEY_SIZE = 16 };

struct seal_key {
    uint32_t id;
    enum seal_algorithm algorithm;
    uint8_t cipher_key[DATA_KEY_SIZE]; /* SM4 uses the first 16 bytes */
    uint8_t mac_key[DIGEST_SIZE];      /* SM4 only */
};

struct tag_key {
    uint32_t id;
    uint8_t bytes[DATA_KEY_SIZE];
};

struct key_ring {
    EVP_CIPHER *aes_gcm;
    EVP_CIPHER *sm4_ctr;
    size_t key_count;
    size_t tag_count;
    struct seal_key keys[KEY_RING_KEYS_MAX]; /* as in the file */
    struct tag_key tags[KEY_RING_KEYS_MAX];
};

/* NULL if the ring has no such key. */
const struct seal_key *key_ring_find(const struct key_ring *ring, uint32_t key_id);

#endif
