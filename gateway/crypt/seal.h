/*
 * seal.h - sealing (封存) of personal data at rest, and the keys for it.
 *
 *     sealed = key_id u32, alg u8, nonce, ciphertext, tag                       (big-endian)
 *     alg 1  AES-256-GCM            nonce 12, tag 16
 *     alg 2  SM4-CTR + HMAC-SM3     nonce 16, tag 32
 *
 * What is authenticated beside the ciphertext (associated data) is given as parts:
 *
 *     bound  = key_id u32, alg u8, part count u32, then for each part: size u64, bytes
 *
 * so that neither a part's end can shift nor a sealed value move to another place. Alg 1 gives
 * `bound` to GCM. Alg 2 computes tag = HMAC-SM3(mac key, bound || nonce || ciphertext), with
 *
 *     sm4 key = the first 16 bytes of HMAC-SM3(data key, "qiantong seal 1 sm4-ctr")
 *     mac key = HMAC-SM3(data key, "qiantong seal 1 hmac-sm3")
 *
 * Nonces are random: replace a data key before 2^31 seals and once a year. Old keys stay in the
 * file for as long as anything sealed with them is kept.
 *
 * A ring is immutable after loading and shared by all threads. digest_setup must have run.
 */
#ifndef CRYPT_SEAL_H
#define CRYPT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "crypt/random.h"

/* Stored in ledgers: numbers never change their meaning. */
enum seal_algorithm { SEAL_AES_256_GCM = 1, SEAL_SM4_CTR_HMAC_SM3 = 2 };

enum {
    KEY_RING_KEYS_MAX = 256,
    KEY_FILE_SIZE_MAX = 64 * 1024,
    SEAL_OVERHEAD_MAX = 4 + 1 + 16 + 32,
    SEAL_PLAIN_MAX = 64 * 1024 * 1024,
    SEAL_PARTS_MAX = 16,
    PERSON_TAG_SIZE = 16
};

struct key_ring;

/*
 * A key file is text, one item a line, `#` begins a comment:
 *
 *     key ID ALG HEX64      a data key; ALG is aes-256-gcm or sm4-ctr-hmac-sm3
 *     tag ID HEX64          the key of person tags
 *
 * ID is 1 to 4294967295, used once among the keys and once among the tags. The last `key` line
 * seals, the last `tag` line tags. The file must belong to the user that reads it or to root,
 * and give nothing to group and others. ERROR_CONFIG names file and line, never a key; also if
 * there is no `key` line. *ring is NULL after a failure.
 */
MUST_USE bool key_ring_load(const char *path, struct key_ring **ring, struct error *err);
/* The same from memory; `name` stands in messages. The caller wipes `text`. */
MUST_USE bool key_ring_from_text(struct text text, const char *name, struct key_ring **ring,
                                 struct error *err);
/* Wipes every key. Takes NULL. */
void key_ring_free(struct key_ring *ring);

/* The key that seals now; the key that tags now, 0 if there is none. */
uint32_t key_ring_current(const struct key_ring *ring);
uint32_t key_ring_tag_current(const struct key_ring *ring);
bool key_ring_has(const struct key_ring *ring, uint32_t key_id);

/* Bytes that seal() makes of `plain_size` bytes now. */
size_t sealed_size(const struct key_ring *ring, size_t plain_size);

/* Into the arena, with the ring's current key. `random` NULL: the system's. `parts` up to
 * SEAL_PARTS_MAX, each below 2 GiB. ERROR_SIZE above SEAL_PLAIN_MAX; ERROR_MEMORY;
 * ERROR_CRYPTO. */
MUST_USE bool seal(const struct key_ring *ring, const struct random_source *random,
                   const struct text *parts, size_t part_count, struct text plain,
                   struct arena *arena, struct text *sealed, struct error *err);
/* Back, into the arena; a NUL follows that .size does not count. ERROR_CRYPTO for whatever does
 * not match: bytes, parts, a key that is not in the ring or has another algorithm. Nothing is
 * decrypted (alg 2) or handed out (alg 1) before the tag was found right. */
MUST_USE bool unseal(const struct key_ring *ring, const struct text *parts, size_t part_count,
                     struct text sealed, struct arena *arena, struct text *plain,
                     struct error *err);

/* By which one person's cases are found without the number in plain: the first 16 bytes of
 * HMAC-SM3(tag key, number). `number` is normalised by the caller (citizen_number_parse), else
 * one person has two tags. ERROR_CONFIG without a tag key. */
MUST_USE bool person_tag(const struct key_ring *ring, struct text number,
                         uint8_t tag[PERSON_TAG_SIZE], struct error *err);
/* The same by any of the ring's tag keys: a person may have been tagged before the newest came.
 * `index` below key_ring_tag_count, in the order of the file. */
size_t key_ring_tag_count(const struct key_ring *ring);
MUST_USE bool person_tag_by(const struct key_ring *ring, size_t index, struct text number,
                            uint8_t tag[PERSON_TAG_SIZE], struct error *err);

#endif
