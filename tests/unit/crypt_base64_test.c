/* crypt_base64_test.c - RFC 4648 vectors, and one text for one value. */
#include "unit.h"

#include <string.h>

#include "crypt/base64.h"

static const struct {
    const char *plain;
    const char *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void test_vectors(void **state)
{
    struct error err = ERROR_INIT;
    char text[BASE64_SIZE(6) + 1];
    char plain[6];
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        size_t plain_size = strlen(vectors[i].plain);
        base64_encode(vectors[i].plain, plain_size, text);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(strlen(text), BASE64_SIZE(plain_size));
        assert_true(
            base64_decode(text_of(text), BASE64_STRICT, plain, plain_size, &size, &err));
        assert_int_equal(size, plain_size);
        assert_memory_equal(plain, vectors[i].plain, size);
    }
}

static void test_every_byte(void **state)
{
    struct error err = ERROR_INIT;
    unsigned char bytes[258];
    unsigned char back[258];
    char text[BASE64_SIZE(sizeof(bytes)) + 1];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 7);
    for (size_t count = 0; count <= sizeof(bytes); count++) {
        base64_encode(bytes, count, text);
        assert_true(base64_decode(text_of(text), BASE64_STRICT, back, count, &size, &err));
        assert_int_equal(size, count);
        assert_memory_equal(back, bytes, count);
    }
}

static void test_bad(void **state)
{
    static const char *const bad[] = {
        "Z",        "Zg",   "Zg=",  "Zg===", "Zh==",     "Zm9=",   "Zm8",    "Zm9v=",
        "Zm9v====", "=",    "====", "Z===",  "Zg==Zg==", "Zm=v",   "Zm9v\n", " Zm9v",
        "Zm 9v",    "Zm-v", "Zm_v", "Zm9v!", "Ｚm9v",    "Zg=\n=", "Z\0g="};
    struct error err = ERROR_INIT;
    char plain[16];
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        err.code = ERROR_NONE;
        assert_false(base64_decode(text_of(bad[i]), BASE64_STRICT, plain, 16, &size, &err));
        assert_int_equal(err.code, ERROR_VALUE);
    }
    assert_false(
        base64_decode((struct text){"Zm9\0", 4}, BASE64_STRICT, plain, 16, &size, &err));
    assert_false(base64_decode(TEXT("Zm\v9v"), BASE64_SPACE, plain, 16, &size, &err));
    assert_int_equal(err.code, ERROR_VALUE);
}

static void test_space_and_size(void **state)
{
    struct error err = ERROR_INIT;
    char plain[8] = "#######";
    size_t size;

    (void)state;
    assert_true(
        base64_decode(TEXT("\r\n Zm9v\n\tYg=\n= "), BASE64_SPACE, plain, 4, &size, &err));
    assert_int_equal(size, 4);
    assert_memory_equal(plain, "foob#", 5);
    assert_false(base64_decode(TEXT("Zm9vYg=="), BASE64_STRICT, plain, 3, &size, &err));
    assert_int_equal(err.code, ERROR_SIZE);
    assert_memory_equal(plain, "foob#", 5);
    assert_true(base64_decode(TEXT_NONE, BASE64_STRICT, NULL, 0, &size, &err));
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_space_and_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
