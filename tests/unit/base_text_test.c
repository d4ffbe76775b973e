/* base_text_test.c - text, characters, the builder, the reader and hexadecimal. */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

static void test_views(void **state)
{
    struct text rest = TEXT("a,,b,");

    (void)state;
    assert_int_equal(text_of(NULL).size, 0);
    assert_true(text_equal(TEXT_NONE, TEXT("")));
    assert_false(text_equal(TEXT("ab"), TEXT("abc")));
    assert_true(text_is(TEXT("case"), "case"));
    assert_true(text_starts(TEXT("prefix"), "pre"));
    assert_true(text_starts(TEXT("prefix"), ""));
    assert_false(text_starts(TEXT("pr"), "pre"));
    assert_true(text_is(text_trim(TEXT(" \t\r\n a b \v\f")), "a b"));
    assert_int_equal(text_trim(TEXT("  ")).size, 0);
    assert_true(text_is(text_cut(&rest, ','), "a"));
    assert_true(text_is(text_cut(&rest, ','), ""));
    assert_true(text_is(text_cut(&rest, ','), "b"));
    assert_non_null(rest.at);
    assert_true(text_is(text_cut(&rest, ','), ""));
    assert_null(rest.at);
    assert_int_equal(text_cut(&rest, ',').size, 0);
}

static void test_compare(void **state)
{
    (void)state;
    assert_int_equal(text_compare(TEXT("a"), TEXT("a")), 0);
    assert_int_equal(text_compare(TEXT("a"), TEXT("ab")), -1);
    assert_int_equal(text_compare(TEXT("b"), TEXT("ab")), 1);
    assert_int_equal(text_compare(TEXT("\x7f"), TEXT("\x80")), -1);
    assert_int_equal(text_compare(TEXT_NONE, TEXT("")), 0);
    assert_int_equal(text_compare(TEXT_NONE, TEXT("a")), -1);
}

static void test_to_u64(void **state)
{
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1x",
                                      "０",
                                      "0x10",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    uint64_t value = 7;

    (void)state;
    assert_true(text_to_u64(TEXT("0"), &value));
    assert_int_equal(value, 0);
    assert_true(text_to_u64(TEXT("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(text_to_u64(TEXT("0007"), &value));
    assert_int_equal(value, 7);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(text_to_u64(text_of(bad[i]), &value));
        assert_int_equal(value, 7);
    }
}

static void test_utf8(void **state)
{
    static const char *const good[] = {"", "abc", "张喆", "田㛃", "𠮷野", "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "\xC0\xAF",         /* overlong */
        "\xC1\xBF",         /* overlong */
        "\xE0\x80\xAF",     /* overlong */
        "\xF0\x80\x80\xAF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80", /* no such lead */
        "\xE5\xBC",         /* cut short */
        "\xE5\xBC\x41",     /* broken off */
        "ab\xFF",
        "\xD5\xC5\x86\xB4" /* GBK */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(text_is_utf8(text_of(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(text_is_utf8(text_of(bad[i])));
    assert_false(text_is_utf8((struct text){"a\0b", 3}));
    for (size_t at = 0; at < 24; at++) { /* one odd byte anywhere among plain ones */
        char plain[] = "abcdefghijklmnopqrstuvwx";
        assert_true(text_is_utf8((struct text){plain, 24}));
        plain[at] = '\0';
        assert_false(text_is_utf8((struct text){plain, 24}));
        plain[at] = '\x80';
        assert_false(text_is_utf8((struct text){plain, 24}));
        plain[at] = '\x01';
        assert_true(text_is_utf8((struct text){plain, 24}));
    }
}

static void test_every_character(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x110010; code++) {
        char bytes[UTF8_SIZE_MAX];
        bool is_character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        size_t size = utf8_encode(code, bytes);
        uint32_t back;
        bool valid;

        assert_int_equal(utf8_decode((struct text){bytes, size}, &back, &valid), size);
        assert_true(valid);
        assert_int_equal(back, is_character ? code : UTF8_REPLACEMENT);
        if (size > 1) {
            assert_int_equal(utf8_decode((struct text){bytes, size - 1}, &back, &valid), 1);
            assert_false(valid);
        }
    }
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(text_characters(TEXT("a张𠮷")), 3);
    assert_int_equal(text_columns(TEXT("a张𠮷")), 5);
    assert_int_equal(text_columns(TEXT("ＡＢ，。")), 8);
    assert_int_equal(text_columns(TEXT("e\xCC\x81")), 1); /* with a combining accent */
    assert_int_equal(text_columns(TEXT("葛\xF3\xA0\x84\x80")), 2);
    assert_int_equal(text_columns(TEXT("\x1b\n")), 0);
    assert_int_equal(text_columns(TEXT("é½")), 2);
}

static void test_field(void **state)
{
    char field[4] = "zzz";

    (void)state;
    assert_true(text_to_field(TEXT("abc"), field, sizeof(field)));
    assert_string_equal(field, "abc");
    assert_false(text_to_field(TEXT("abcd"), field, sizeof(field)));
    assert_string_equal(field, "");
    assert_true(text_to_field(TEXT_NONE, field, sizeof(field)));
    assert_string_equal(field, "");
    assert_false(text_to_field((struct text){"a\0b", 3}, field, sizeof(field)));
    assert_string_equal(field, "");
}

static void test_builder_and_reader(void **state)
{
    unsigned char memory[64];
    struct buffer out = buffer_over(memory, sizeof(memory));
    struct reader in;
    char copied[3];

    (void)state;
    buffer_u8(&out, 0xFE);
    buffer_u16(&out, 0x0102);
    buffer_u32(&out, 0x03040506);
    buffer_u64(&out, UINT64_C(0x0708090A0B0C0D0E));
    buffer_i64(&out, -2);
    buffer_string(&out, "xy");
    buffer_text(&out, TEXT_NONE);
    buffer_format(&out, "%d", 7);
    assert_false(out.overflow);
    assert_int_equal(out.size, 26);
    assert_memory_equal(memory, "\xFE\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E",
                        15);
    in = reader_over(memory, out.size);
    assert_int_equal(reader_u8(&in), 0xFE);
    assert_int_equal(reader_u16(&in), 0x0102);
    assert_int_equal(reader_u32(&in), 0x03040506);
    assert_true(reader_u64(&in) == UINT64_C(0x0708090A0B0C0D0E));
    assert_true(reader_i64(&in) == -2);
    assert_true(text_is(reader_view(&in, 2), "xy"));
    assert_int_equal(in.left, 1);
    reader_copy(&in, copied, 3);
    assert_true(in.broken);
    assert_memory_equal(copied, "\0\0\0", 3);
    assert_null(reader_view(&in, 1).at); /* broken stays broken */
    assert_int_equal(reader_u8(&in), 0);
}

static void test_overflow(void **state)
{
    char memory[8];
    struct buffer out = buffer_over(memory, 4);

    (void)state;
    memset(memory, '#', sizeof(memory));
    buffer_format(&out, "%s", "abcd"); /* exactly full, without room for a NUL */
    assert_false(out.overflow);
    assert_true(text_is(buffer_as_text(&out), "abcd"));
    assert_int_equal(memory[4], '#');
    buffer_format(&out, "%s", "");
    assert_false(out.overflow);
    buffer_u8(&out, 1);
    assert_true(out.overflow);
    assert_int_equal(out.size, 4);

    out = buffer_over(memory, 4);
    buffer_string(&out, "abc");
    buffer_u32(&out, 1);
    assert_true(out.overflow);
    buffer_u8(&out, 'd'); /* nothing after the first loss */
    assert_true(text_is(buffer_as_text(&out), "abc"));
    out = buffer_over(memory, 4);
    buffer_format(&out, "%d", 12345);
    assert_true(out.overflow);
    assert_int_equal(out.size, 0);
    assert_int_equal(memory[4], '#');
    out = buffer_over(NULL, 100);
    buffer_string(&out, "x");
    assert_true(out.overflow);
}

static void test_hex(void **state)
{
    unsigned char bytes[3];
    char text[7];

    (void)state;
    hex_encode("\x00\xAF\xFF", 3, text);
    assert_string_equal(text, "00afff");
    assert_true(hex_decode(TEXT("00aFfF"), bytes, 3));
    assert_memory_equal(bytes, "\x00\xAF\xFF", 3);
    assert_true(hex_decode(TEXT(""), bytes, 0));
    assert_false(hex_decode(TEXT("00afff0"), bytes, 3));
    assert_false(hex_decode(TEXT("00aff"), bytes, 3));
    assert_false(hex_decode(TEXT("00afff00"), bytes, 3));
    assert_false(hex_decode(TEXT("00afxg"), bytes, 3));
    assert_false(hex_decode(TEXT(" 0afff"), bytes, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),           cmocka_unit_test(test_compare),
        cmocka_unit_test(test_to_u64),          cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_every_character), cmocka_unit_test(test_columns),
        cmocka_unit_test(test_field),           cmocka_unit_test(test_builder_and_reader),
        cmocka_unit_test(test_overflow),        cmocka_unit_test(test_hex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
