/* crypt_seal_test.c - key files, both algorithms, and every way to change a sealed value. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "crypt/digest.h"
#include "crypt/seal.h"

#define HEX_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define LABEL "log"

static const char *const aes_file = "key 7 aes-256-gcm " HEX_A "\ntag 1 " HEX_B "\n";
static const char *const sm4_file = "key 9 sm4-ctr-hmac-sm3 " HEX_A "\ntag 1 " HEX_B "\n";

static int setup(void **state)
{
    struct error err = ERROR_INIT;

    *state = arena_new(32 * 1024 * 1024);
    return *state != NULL && digest_setup(&err) ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct key_ring *ring_of(const char *text)
{
    struct error err = ERROR_INIT;
    struct key_ring *ring = NULL;

    assert_true(key_ring_from_text(text_of(text), "keys", &ring, &err));
    return ring;
}

static bool count_up(void *self, void *bytes, size_t size, struct error *err)
{
    unsigned char *next = self;

    (void)err;
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)bytes)[i] = (*next)++;
    return true;
}

static bool dry(void *self, void *bytes, size_t size, struct error *err)
{
    (void)self;
    (void)bytes;
    (void)size;
    return fail(err, ERROR_SYSTEM, "the source is dry");
}

static void test_good_files(void **state)
{
    struct key_ring *ring = ring_of("# old\r\n\n"
                                    "key 1 aes-256-gcm " HEX_A "  # until 2025\r\n"
                                    "\tkey\t2   sm4-ctr-hmac-sm3 " HEX_B "\n"
                                    "tag 4294967295 " HEX_A "\n"
                                    "tag 5 " HEX_B);

    (void)state;
    assert_int_equal(key_ring_current(ring), 2);
    assert_int_equal(key_ring_tag_current(ring), 5);
    assert_true(key_ring_has(ring, 1));
    assert_false(key_ring_has(ring, 3));
    key_ring_free(ring);
    ring = ring_of("key 1 aes-256-gcm " HEX_A);
    assert_int_equal(key_ring_tag_current(ring), 0);
    key_ring_free(ring);
    key_ring_free(NULL);
}

static void test_bad_files(void **state)
{
    static const char *const bad[] = {
        "",
        "# nothing\n",
        "tag 1 " HEX_A "\n",
        "key 1 aes-256-gcm\n",
        "key 1 aes-256-gcm " HEX_A " more\n",
        "key 1 aes-256-gcm " HEX_A " more and more\n",
        "key 0 aes-256-gcm " HEX_A "\n",
        "key -1 aes-256-gcm " HEX_A "\n",
        "key 4294967296 aes-256-gcm " HEX_A "\n",
        "key one aes-256-gcm " HEX_A "\n",
        "key 1 AES-256-GCM " HEX_A "\n",
        "key 1 sm4 " HEX_A "\n",
        "key 1 aes-256-gcm " HEX_A "00\n",
        "key 1 aes-256-gcm 00\n",
        "key 1 aes-256-gcm g" HEX_A "\n",
        "key 1 aes-256-gcm #" HEX_A "\n",
        "key 1 aes-256-gcm " HEX_A "\nkey 1 sm4-ctr-hmac-sm3 " HEX_B "\n",
        "key 1 aes-256-gcm " HEX_A "\ntag 1 " HEX_A "\ntag 1 " HEX_B "\n",
        "key 1 aes-256-gcm " HEX_A "\ntag 0 " HEX_A "\n",
        "key 1 aes-256-gcm " HEX_A "\ntag 1\n",
        "key 1 aes-256-gcm " HEX_A "\ntag 1 " HEX_A " x\n",
        "key 1 aes-256-gcm " HEX_A "\ntag 1 xyz\n",
        "key 1 aes-256-gcm " HEX_A "\nKEY 2 aes-256-gcm " HEX_A "\n",
        "key 1 aes-256-gcm " HEX_A "\n;\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct error err = ERROR_INIT;
        struct key_ring *ring = (struct key_ring *)1;

        assert_false(key_ring_from_text(text_of(bad[i]), "keys", &ring, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_null(ring);
        assert_null(strstr(err.text, "0001020304")); /* no key in a message */
    }
}

static void test_too_many_keys(void **state)
{
    static char text[KEY_RING_KEYS_MAX * 96 + 96];
    size_t size = 0;
    struct error err = ERROR_INIT;
    struct key_ring *ring;

    (void)state;
    for (int i = 1; i <= KEY_RING_KEYS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "key %d aes-256-gcm " HEX_A "\n", i);
    ring = ring_of(text);
    assert_int_equal(key_ring_current(ring), KEY_RING_KEYS_MAX);
    key_ring_free(ring);
    snprintf(text + size, sizeof(text) - size, "key 9999 aes-256-gcm " HEX_A "\n");
    assert_false(key_ring_from_text(text_of(text), "keys", &ring, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
}

static void assert_load(const char *path, enum error_code code)
{
    struct error err = ERROR_INIT;
    struct key_ring *ring = NULL;

    assert_int_equal(key_ring_load(path, &ring, &err), code == ERROR_NONE);
    assert_int_equal(err.code, code);
    assert_int_equal(ring != NULL, code == ERROR_NONE);
    key_ring_free(ring);
}

static void test_load(void **state)
{
    static char large[KEY_FILE_SIZE_MAX + 2];
    char path[] = "/tmp/seal_test_XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, aes_file, strlen(aes_file)), (ssize_t)strlen(aes_file));
    assert_load(path, ERROR_NONE);
    for (mode_t bit = 1; bit <= 040; bit <<= 1) {
        assert_int_equal(fchmod(fd, 0400 | bit), 0);
        assert_load(path, ERROR_CONFIG);
    }
    assert_int_equal(fchmod(fd, 0400), 0);
    assert_load(path, ERROR_NONE);
    memset(large, '\n', sizeof(large) - 1);
    assert_int_equal(write(fd, large, sizeof(large) - 1), sizeof(large) - 1);
    assert_load(path, ERROR_CONFIG);
    close(fd);
    unlink(path);
    assert_load(path, ERROR_CONFIG);
    assert_load("/tmp", ERROR_CONFIG);
    assert_load("/dev/null", ERROR_CONFIG);
}

static void round_trip(struct arena *arena, const char *file, uint32_t id, size_t overhead)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 300001};
    const struct text parts[] = {TEXT(LABEL), TEXT_NONE, TEXT("message")};
    struct key_ring *ring = ring_of(file);
    struct error err = ERROR_INIT;

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        char *bytes = arena_alloc(arena, sizes[i] + 1);
        struct text plain = {bytes, sizes[i]};
        struct text sealed;
        struct text again;
        struct text back;
        struct reader head;

        assert_non_null(bytes);
        memset(bytes, 'p', sizes[i]);
        assert_true(seal(ring, NULL, parts, 3, plain, arena, &sealed, &err));
        assert_true(seal(ring, NULL, parts, 3, plain, arena, &again, &err));
        assert_false(text_equal(sealed, again)); /* another nonce */
        assert_int_equal(sealed.size, sizes[i] + overhead);
        assert_int_equal(sealed.size, sealed_size(ring, sizes[i]));
        head = reader_over(sealed.at, sealed.size);
        assert_int_equal(reader_u32(&head), id);
        assert_true(unseal(ring, parts, 3, sealed, arena, &back, &err));
        assert_true(text_equal(back, plain));
        assert_int_equal(back.at[back.size], '\0');
        if (sizes[i] >= 16)
            assert_null(memmem(sealed.at, sealed.size, "pppppppppppppppp", 16));
    }
    key_ring_free(ring);
}

static void test_round_trips(void **state)
{
    round_trip(*state, aes_file, 7, 4 + 1 + 12 + 16);
    round_trip(*state, sm4_file, 9, 4 + 1 + 16 + 32);
}

static void assert_refused(const struct key_ring *ring, const struct text *parts, size_t count,
                           struct text sealed, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct text plain = TEXT("untouched");

    assert_false(unseal(ring, parts, count, sealed, arena, &plain, &err));
    assert_int_equal(err.code, ERROR_CRYPTO);
    assert_true(text_is(plain, "untouched"));
}

/* Every bit, every cut, one byte more. */
static void tamper(struct arena *arena, const char *file)
{
    const struct text parts[] = {TEXT(LABEL), TEXT("message")};
    struct key_ring *ring = ring_of(file);
    struct error err = ERROR_INIT;
    struct text sealed;
    char changed[256];

    assert_true(seal(ring, NULL, parts, 2, TEXT("529900"), arena, &sealed, &err));
    assert_true(sealed.size < sizeof(changed));
    for (size_t bit = 0; bit < 8 * sealed.size; bit++) {
        memcpy(changed, sealed.at, sealed.size);
        changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
        assert_refused(ring, parts, 2, (struct text){changed, sealed.size}, arena);
    }
    for (size_t size = 0; size < sealed.size; size++)
        assert_refused(ring, parts, 2, (struct text){sealed.at, size}, arena);
    memcpy(changed, sealed.at, sealed.size);
    changed[sealed.size] = '\0';
    assert_refused(ring, parts, 2, (struct text){changed, sealed.size + 1}, arena);
    assert_refused(ring, parts, 2, TEXT_NONE, arena);
    key_ring_free(ring);
}

static void test_tampering(void **state)
{
    tamper(*state, aes_file);
    tamper(*state, sm4_file);
}

static void bind_parts(struct arena *arena, const char *file)
{
    const struct text parts[] = {TEXT("ab"), TEXT("c"), TEXT_NONE};
    const struct text shifted[] = {TEXT("a"), TEXT("bc"), TEXT_NONE};
    const struct text joined[] = {TEXT("abc"), TEXT_NONE, TEXT_NONE};
    const struct text swapped[] = {TEXT("c"), TEXT("ab"), TEXT_NONE};
    const struct text longer[] = {TEXT("ab"), TEXT("c"), TEXT_NONE, TEXT_NONE};
    struct key_ring *ring = ring_of(file);
    struct error err = ERROR_INIT;
    struct text sealed;
    struct text plain;

    assert_true(seal(ring, NULL, parts, 3, TEXT("x"), arena, &sealed, &err));
    assert_true(unseal(ring, parts, 3, sealed, arena, &plain, &err));
    assert_refused(ring, shifted, 3, sealed, arena);
    assert_refused(ring, joined, 3, sealed, arena);
    assert_refused(ring, swapped, 3, sealed, arena);
    assert_refused(ring, parts, 2, sealed, arena);
    assert_refused(ring, longer, 4, sealed, arena);
    assert_refused(ring, NULL, 0, sealed, arena);
    key_ring_free(ring);
}

static void test_parts(void **state)
{
    bind_parts(*state, aes_file);
    bind_parts(*state, sm4_file);
}

static void test_keys(void **state)
{
    const struct text part = TEXT(LABEL);
    struct key_ring *old = ring_of("key 1 aes-256-gcm " HEX_A);
    struct key_ring *both = ring_of("key 1 aes-256-gcm " HEX_A
                                    "\nkey 2 sm4-ctr-hmac-sm3 " HEX_B);
    struct key_ring *other = ring_of("key 1 aes-256-gcm " HEX_B);
    struct key_ring *changed = ring_of("key 1 sm4-ctr-hmac-sm3 " HEX_A);
    struct error err = ERROR_INIT;
    struct text by_old;
    struct text by_new;
    struct text plain;

    assert_true(seal(old, NULL, &part, 1, TEXT("x"), *state, &by_old, &err));
    assert_true(seal(both, NULL, &part, 1, TEXT("x"), *state, &by_new, &err));
    assert_int_equal(by_new.at[3], 2);
    assert_true(unseal(both, &part, 1, by_old, *state, &plain, &err));
    assert_true(unseal(both, &part, 1, by_new, *state, &plain, &err));
    assert_refused(old, &part, 1, by_new, *state); /* not in the ring */
    assert_refused(other, &part, 1, by_old, *state);
    assert_refused(changed, &part, 1, by_old, *state);
    key_ring_free(old);
    key_ring_free(both);
    key_ring_free(other);
    key_ring_free(changed);
}

/* The page of seal.h, followed step by step without its code: an auditor can do the same. */
static void test_sm4_layout(void **state)
{
    const struct text parts[] = {TEXT(LABEL), TEXT("message")};
    const struct text cipher_label = TEXT("qiantong seal 1 sm4-ctr");
    const struct text mac_label = TEXT("qiantong seal 1 hmac-sm3");
    unsigned char next = 0x40;
    const struct random_source source = {count_up, &next};
    struct key_ring *ring = ring_of(sm4_file);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    EVP_CIPHER *sm4 = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL);
    struct error err = ERROR_INIT;
    unsigned char data_key[32];
    unsigned char expected[128];
    struct buffer out = buffer_over(expected, sizeof(expected));
    unsigned char bound[64];
    struct buffer before = buffer_over(bound, sizeof(bound));
    unsigned char nonce[16];
    struct digest cipher_key;
    struct digest mac_key;
    struct digest tag;
    struct text sealed;
    int size;

    for (unsigned char i = 0; i < 32; i++)
        data_key[i] = i;
    for (unsigned char i = 0; i < 16; i++)
        nonce[i] = (unsigned char)(0x40 + i);
    assert_true(hmac_of(DIGEST_SM3, data_key, 32, &cipher_label, 1, &cipher_key, &err));
    assert_true(hmac_of(DIGEST_SM3, data_key, 32, &mac_label, 1, &mac_key, &err));
    buffer_bytes(&before, "\0\0\0\x09\x02\0\0\0\2\0\0\0\0\0\0\0\3log\0\0\0\0\0\0\0\7message",
                 35);
    buffer_bytes(&out, "\0\0\0\x09\x02", 5);
    buffer_bytes(&out, nonce, sizeof(nonce));
    assert_int_equal(EVP_EncryptInit_ex2(context, sm4, cipher_key.bytes, nonce, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(context, expected + out.size, &size,
                                       (const unsigned char *)"secret", 6),
                     1);
    out.size += (size_t)size;
    assert_true(hmac_of(DIGEST_SM3, mac_key.bytes, 32,
                        (const struct text[]){buffer_as_text(&before),
                                              {(const char *)expected + 5, out.size - 5}},
                        2, &tag, &err));
    buffer_bytes(&out, tag.bytes, sizeof(tag.bytes));
    assert_true(seal(ring, &source, parts, 2, TEXT("secret"), *state, &sealed, &err));
    assert_true(text_equal(sealed, buffer_as_text(&out)));
    EVP_CIPHER_free(sm4);
    EVP_CIPHER_CTX_free(context);
    key_ring_free(ring);
}

/* The same for GCM. */
static void test_gcm_layout(void **state)
{
    const struct text part = TEXT("message");
    const unsigned char bound[] = "\0\0\0\x07\x01\0\0\0\1\0\0\0\0\0\0\0\7message";
    unsigned char next = 1;
    const struct random_source source = {count_up, &next};
    struct key_ring *ring = ring_of(aes_file);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    struct error err = ERROR_INIT;
    unsigned char data_key[32];
    unsigned char expected[64] = "\0\0\0\x07\x01\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c";
    struct text sealed;
    int size;

    for (unsigned char i = 0; i < 32; i++)
        data_key[i] = i;
    assert_int_equal(EVP_EncryptInit_ex2(context, aes, data_key, expected + 5, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(context, NULL, &size, bound, sizeof(bound) - 1), 1);
    assert_int_equal(
        EVP_EncryptUpdate(context, expected + 17, &size, (const unsigned char *)"secret", 6),
        1);
    assert_int_equal(EVP_EncryptFinal_ex(context, expected + 23, &size), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, expected + 23), 1);
    assert_true(seal(ring, &source, &part, 1, TEXT("secret"), *state, &sealed, &err));
    assert_int_equal(sealed.size, 39);
    assert_memory_equal(sealed.at, expected, 39);
    EVP_CIPHER_free(aes);
    EVP_CIPHER_CTX_free(context);
    key_ring_free(ring);
}

static void test_refusals(void **state)
{
    const struct random_source source = {dry, NULL};
    const struct text endless = {(const char *)state, (size_t)SEAL_PLAIN_MAX + 1};
    struct arena *small = arena_new(64);
    struct key_ring *ring = ring_of(aes_file);
    struct error err = ERROR_INIT;
    char bytes[128] = {0};
    struct text sealed;

    assert_false(seal(ring, &source, NULL, 0, TEXT("x"), *state, &sealed, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_false(seal(ring, NULL, NULL, 0, endless, *state, &sealed, &err));
    assert_int_equal(err.code, ERROR_SIZE);
    assert_non_null(small);
    assert_false(seal(ring, NULL, NULL, 0, (struct text){bytes, 128}, small, &sealed, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    assert_true(seal(ring, NULL, NULL, 0, (struct text){bytes, 128}, *state, &sealed, &err));
    assert_false(unseal(ring, NULL, 0, sealed, small, &sealed, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(small);
    key_ring_free(ring);
}

static void test_person_tag(void **state)
{
    const struct text number = TEXT("529900197001010018");
    struct key_ring *ring = ring_of(aes_file);
    struct key_ring *without = ring_of("key 1 aes-256-gcm " HEX_A);
    struct key_ring *rotated = ring_of("key 7 aes-256-gcm " HEX_A "\ntag 1 " HEX_B
                                       "\ntag 2 " HEX_A);
    struct error err = ERROR_INIT;
    unsigned char tag_key[32];
    uint8_t tag[PERSON_TAG_SIZE];
    uint8_t other[PERSON_TAG_SIZE];
    struct digest expected;

    (void)state;
    assert_true(hex_decode(TEXT(HEX_B), tag_key, sizeof(tag_key)));
    assert_true(hmac_of(DIGEST_SM3, tag_key, sizeof(tag_key), &number, 1, &expected, &err));
    assert_true(person_tag(ring, number, tag, &err));
    assert_memory_equal(tag, expected.bytes, PERSON_TAG_SIZE);
    assert_true(person_tag(rotated, number, other, &err));
    assert_memory_not_equal(tag, other, PERSON_TAG_SIZE);
    assert_true(person_tag(ring, TEXT("52990019700128027X"), other, &err));
    assert_memory_not_equal(tag, other, PERSON_TAG_SIZE);
    assert_false(person_tag(without, number, tag, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    key_ring_free(ring);
    key_ring_free(without);
    key_ring_free(rotated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files),    cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_too_many_keys), cmocka_unit_test(test_load),
        cmocka_unit_test(test_round_trips),   cmocka_unit_test(test_tampering),
        cmocka_unit_test(test_parts),         cmocka_unit_test(test_keys),
        cmocka_unit_test(test_sm4_layout),    cmocka_unit_test(test_gcm_layout),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_person_tag),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
