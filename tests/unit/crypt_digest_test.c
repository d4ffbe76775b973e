/* crypt_digest_test.c - published vectors of SHA-256, SM3 and HMAC; streams; threads. */
#include "unit.h"

#include <pthread.h>
#include <string.h>

#include "crypt/digest.h"

static int setup(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    return digest_setup(&err) && digest_setup(&err) ? 0 : -1;
}

static void assert_hex(const struct digest *digest, const char *expected)
{
    char text[2 * DIGEST_SIZE + 1];

    hex_encode(digest->bytes, DIGEST_SIZE, text);
    assert_string_equal(text, expected);
}

static const struct {
    enum digest_kind kind;
    const char *text;
    const char *digest;
} vectors[] = {
    {DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DIGEST_SM3, "", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
    {DIGEST_SM3, "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
    {DIGEST_SM3, "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd",
     "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
};

static void test_vectors(void **state)
{
    struct error err = ERROR_INIT;
    struct digest digest;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct text text = text_of(vectors[i].text);
        assert_true(digest_of(vectors[i].kind, text.at, text.size, &digest, &err));
        assert_hex(&digest, vectors[i].digest);
    }
    assert_true(digest_of(DIGEST_SHA256, NULL, 0, &digest, &err));
    assert_hex(&digest, vectors[0].digest);
}

static void test_parts(void **state)
{
    const struct text parts[] = {TEXT("a"), TEXT_NONE, TEXT("bc")};
    struct error err = ERROR_INIT;
    struct digest digest;

    (void)state;
    assert_true(digest_of_parts(DIGEST_SM3, parts, COUNT_OF(parts), &digest, &err));
    assert_hex(&digest, vectors[3].digest);
    assert_true(digest_of_parts(DIGEST_SM3, NULL, 0, &digest, &err));
    assert_hex(&digest, vectors[2].digest);
}

static void test_stream(void **state)
{
    struct digest_stream *stream = digest_stream_new(DIGEST_SM3);
    struct error err = ERROR_INIT;
    struct digest digest;

    (void)state;
    assert_non_null(stream);
    for (int again = 0; again < 3; again++) {
        assert_true(digest_stream_start(stream, &err));
        for (int i = 0; i < 16; i++)
            assert_true(digest_stream_update(stream, "abcd", 4, &err));
        assert_true(digest_stream_update(stream, NULL, 0, &err));
        assert_true(digest_stream_finish(stream, &digest, &err));
        assert_hex(&digest, vectors[4].digest);
    }
    assert_true(digest_stream_start(stream, &err)); /* given up half-way, then anew */
    assert_true(digest_stream_update(stream, "x", 1, &err));
    assert_true(digest_stream_start(stream, &err));
    assert_true(digest_stream_update(stream, "abc", 3, &err));
    assert_true(digest_stream_finish(stream, &digest, &err));
    assert_hex(&digest, vectors[3].digest);
    digest_stream_free(stream);
    digest_stream_free(NULL);
}

static void test_hmac(void **state)
{
    const struct text parts[] = {TEXT("what do ya want "), TEXT_NONE, TEXT("for nothing?")};
    struct error err = ERROR_INIT;
    struct digest digest;
    struct digest inner;
    unsigned char pad[64];
    char long_key[100];

    (void)state;
    /* RFC 4231, test case 2 */
    assert_true(hmac_of(DIGEST_SHA256, "Jefe", 4, parts, COUNT_OF(parts), &digest, &err));
    assert_hex(&digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    /* SM3: against the definition of RFC 2104 */
    memset(pad, 0x36, sizeof(pad));
    for (size_t i = 0; i < 4; i++)
        pad[i] ^= (unsigned char)"Jefe"[i];
    assert_true(digest_of_parts(
        DIGEST_SM3,
        (const struct text[]){{(const char *)pad, 64}, TEXT("what do ya want for nothing?")}, 2,
        &inner, &err));
    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] ^= 0x36 ^ 0x5C;
    assert_true(digest_of_parts(
        DIGEST_SM3,
        (const struct text[]){{(const char *)pad, 64}, {(const char *)inner.bytes, 32}}, 2,
        &inner, &err));
    assert_true(hmac_of(DIGEST_SM3, "Jefe", 4, parts, COUNT_OF(parts), &digest, &err));
    assert_true(digest_equal(&digest, &inner));
    /* A key longer than a block counts as its digest, and no key as an empty one. */
    memset(long_key, 'k', sizeof(long_key));
    assert_true(digest_of(DIGEST_SM3, long_key, sizeof(long_key), &inner, &err));
    assert_true(hmac_of(DIGEST_SM3, inner.bytes, 32, parts, 1, &digest, &err));
    assert_true(hmac_of(DIGEST_SM3, long_key, sizeof(long_key), parts, 1, &inner, &err));
    assert_true(digest_equal(&digest, &inner));
    /* The key before leaves nothing behind in the reused context. */
    assert_true(hmac_of(DIGEST_SHA256, "Jefe", 4, parts, COUNT_OF(parts), &digest, &err));
    assert_hex(&digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_names_and_equality(void **state)
{
    struct digest a = {{1}};
    struct digest b = {{1}};
    enum digest_kind kind = DIGEST_SM3;

    (void)state;
    assert_true(digest_equal(&a, &b));
    b.bytes[31] = 1;
    assert_false(digest_equal(&a, &b));
    assert_string_equal(digest_name(DIGEST_SHA256), "sha256");
    assert_string_equal(digest_name(DIGEST_SM3), "sm3");
    assert_null(digest_name((enum digest_kind)0));
    assert_null(digest_name((enum digest_kind)3));
    assert_null(digest_name((enum digest_kind)255));
    assert_true(digest_from_name(TEXT("sha256"), &kind));
    assert_int_equal(kind, DIGEST_SHA256);
    assert_false(digest_from_name(TEXT("SHA256"), &kind));
    assert_false(digest_from_name(TEXT(""), &kind));
    assert_false(digest_from_name(TEXT("md5"), &kind));
}

static void *work(void *wrong_count)
{
    struct error err = ERROR_INIT;
    const struct text part = TEXT("abc");
    unsigned char expected[DIGEST_SIZE];
    struct digest digest;
    int *wrong = wrong_count;

    for (int i = 0; i < 2000; i++) {
        size_t row = i % 2 == 0 ? 1 : 3;
        if (!digest_of(vectors[row].kind, "abc", 3, &digest, &err) ||
            !hex_decode(text_of(vectors[row].digest), expected, DIGEST_SIZE) ||
            memcmp(expected, digest.bytes, DIGEST_SIZE) != 0 ||
            !hmac_of(vectors[row].kind, "key", 3, &part, 1, &digest, &err))
            (*wrong)++;
    }
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[4];
    int wrong[4] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &wrong[i]), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
}

static bool seven(void *self, void *bytes, size_t size, struct error *err)
{
    (void)err;
    memset(bytes, *(int *)self, size);
    return true;
}

static void test_random(void **state)
{
    int what = 7;
    const struct random_source source = {seven, &what};
    struct error err = ERROR_INIT;
    unsigned char a[64] = {0};
    unsigned char b[64] = {0};

    (void)state;
    assert_true(random_bytes(a, sizeof(a), &err));
    assert_true(random_fill(NULL, b, sizeof(b), &err));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_true(random_bytes(NULL, 0, &err));
    assert_true(random_fill(&source, a, 2, &err));
    assert_memory_equal(a, "\7\7", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_stream),  cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_names_and_equality),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
