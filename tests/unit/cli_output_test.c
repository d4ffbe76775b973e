/* cli_output_test.c - text for terminals that do not speak UTF-8: right, whole, in line. */
#include "unit.h"

#include <string.h>

#include "cli/output.h"

enum { OUT_MAX = 64 * 1024 };

static char out[OUT_MAX];

/* Writes `text` in pieces of `piece` bytes; returns what came out. */
static const char *converted(const char *encoding, const char *text, size_t piece)
{
    FILE *to = fmemopen(out, sizeof(out), "w");
    FILE *stream = output_over(to, encoding);
    size_t size = strlen(text);

    assert_non_null(to);
    assert_non_null(stream);
    memset(out, 0, sizeof(out));
    setvbuf(stream, NULL, _IONBF, 0);
    for (size_t at = 0; at < size; at += piece)
        assert_true(fwrite(text + at, 1, size - at < piece ? size - at : piece, stream) > 0);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(fclose(to), 0);
    return out;
}

static void test_gb18030(void **state)
{
    static const char text[] = "黔通 ok 喆㛃𠮷，\n";

    (void)state;
    for (size_t piece = 1; piece < sizeof(text); piece++)
        assert_string_equal(converted("GB18030", text, piece),
                            "\xC7\xAD\xCD\xA8 ok \x86\xB4\x82\x30\xB7\x31\x95\x34\xB2\x35"
                            "\xA3\xAC\n");
}

/* What the encoding does not have keeps its columns. */
static void test_substitutes(void **state)
{
    (void)state;
    assert_string_equal(converted("GBK", "a\xF0\xA0\xAE\xB7z", 1), "a??z");
    assert_string_equal(converted("GB2312", "\xE5\x96\x86|\xC3\xA4|", 2), "??|?|");
    assert_string_equal(converted("GBK", "\xF0\xA0\xAE\xB7\xF0\xA0\xAE\xB7", 8), "????");
}

static void test_long(void **state)
{
    static char text[30001];
    size_t size = 0;

    (void)state;
    while (size + 3 < sizeof(text)) {
        memcpy(text + size, "中", 3);
        size += 3;
    }
    text[size] = '\0';
    assert_int_equal(strlen(converted("GB18030", text, sizeof(text))), size / 3 * 2);
    for (size_t i = 0; i < size / 3; i++)
        assert_memory_equal(out + 2 * i, "\xD6\xD0", 2);
}

static void test_broken(void **state)
{
    (void)state;
    assert_string_equal(converted("GB18030", "a\xFFz", 1), "a?z");
    assert_string_equal(converted("GB18030", "a\xE4\xB8", 1), "a"); /* cut off */
}

static void test_environment(void **state)
{
    (void)state;
    assert_null(output_encoding(NULL, NULL, NULL));
    assert_null(output_encoding(NULL, NULL, "zh_CN.UTF-8"));
    assert_null(output_encoding(NULL, NULL, "zh_CN"));
    assert_null(output_encoding(NULL, NULL, "zh_CN."));
    assert_null(output_encoding(NULL, NULL, "zh_CN.GB1803"));
    assert_string_equal(output_encoding(NULL, NULL, "zh_CN.GB18030"), "GB18030");
    assert_string_equal(output_encoding("", "", "zh_CN.gb18030@x"), "GB18030");
    assert_string_equal(output_encoding(NULL, "zh_CN.gbk", "zh_CN.UTF-8"), "GBK");
    assert_null(output_encoding("C", "zh_CN.gbk", "zh_CN.gbk"));
    assert_null(output_over(stdout, "no-such-encoding"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gb18030),     cmocka_unit_test(test_substitutes),
        cmocka_unit_test(test_long),        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_environment),
    };

    return cmocka_run_group_tests_name("cli output", tests, NULL, NULL);
}
