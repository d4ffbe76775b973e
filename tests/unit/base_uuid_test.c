/* base_uuid_test.c - version 7 identifiers and their one spelling. */
#include "unit.h"

#include <string.h>

#include "base/uuid.h"

static void test_make(void **state)
{
    /* The example of RFC 9562, appendix A.6. */
    static const uint8_t random[10] = {0x0C, 0xC3, 0x18, 0xC4, 0xDC,
                                       0x0C, 0x0C, 0x07, 0x39, 0x8F};
    struct uuid id = uuid_v7((struct instant){INT64_C(0x017F22E279B0)}, random);
    struct uuid later = uuid_v7((struct instant){INT64_C(0x017F22E279B1)}, random);
    char text[UUID_TEXT_SIZE];

    (void)state;
    assert_string_equal(uuid_format(&id, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    assert_true(uuid_is_v7(&id));
    assert_false(uuid_is_none(&id));
    assert_true(uuid_time(&id).ms == INT64_C(0x017F22E279B0));
    assert_true(uuid_compare(&id, &later) < 0);
    assert_false(uuid_equal(&id, &later));
    assert_true(uuid_equal(&id, &id));
}

static void test_bits(void **state)
{
    uint8_t random[10];
    struct uuid id;

    (void)state;
    memset(random, 0xFF, sizeof(random));
    id = uuid_v7((struct instant){1}, random);
    assert_int_equal(id.bytes[6], 0x7F);
    assert_int_equal(id.bytes[8], 0xBF);
    memset(random, 0, sizeof(random));
    id = uuid_v7((struct instant){-5}, random);
    assert_int_equal(id.bytes[6], 0x70);
    assert_int_equal(id.bytes[8], 0x80);
    assert_true(uuid_time(&id).ms == 0);
    memset(&id, 0, sizeof(id));
    assert_true(uuid_is_none(&id));
    assert_false(uuid_is_v7(&id));
}

static void test_parse(void **state)
{
    static const char *const bad[] = {"",
                                      "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                                      "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                                      "017F22e2-79b0-7cc3-98c4-dc0c0c07398f",
                                      "017f22e279b07cc398c4dc0c0c07398f",
                                      "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
                                      "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
                                      "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                                      "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
                                      " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f"};
    const char *good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    char text[UUID_TEXT_SIZE];
    struct uuid id;

    (void)state;
    assert_true(uuid_parse(text_of(good), &id));
    assert_string_equal(uuid_format(&id, text), good);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(uuid_parse(text_of(bad[i]), &id));
    assert_string_equal(uuid_format(&id, text), good); /* untouched by failures */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_parse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
