/* base_error_test.c - the table of codes, texts that are cut, and arenas at their bound. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"

static void test_codes(void **state)
{
    (void)state;
    for (int code = ERROR_NONE; code < ERROR_CODES; code++) {
        assert_true(strlen(error_name((enum error_code)code)) > 0);
        assert_true(strlen(error_meaning((enum error_code)code)) > 0);
        assert_in_range(error_http((enum error_code)code), 200, 599);
        assert_in_range(error_exit((enum error_code)code), 0, 127);
    }
    assert_string_equal(error_name(ERROR_SCHEMA), "SCHEMA");
    assert_true(error_again(ERROR_BUSY));
    assert_false(error_again(ERROR_SIGNATURE));
}

static void test_texts(void **state)
{
    struct error err = ERROR_INIT;
    char large[600];

    (void)state;
    assert_false(fail(&err, ERROR_VALUE, "field %s", "AAC003"));
    assert_int_equal(err.code, ERROR_VALUE);
    assert_string_equal(err.text, "field AAC003");
    assert_non_null(err.file);
    assert_false(fail_prefix(&err, "row %d", 7));
    assert_string_equal(err.text, "row 7: field AAC003");
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    assert_false(fail(&err, ERROR_VALUE, "%s", large));
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_false(fail_prefix(&err, "%s", large));
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* Whatever was put into it, a text is one line of UTF-8. */
static void test_one_line(void **state)
{
    struct error err = ERROR_INIT;
    char large[600];

    (void)state;
    assert_false(fail(&err, ERROR_VALUE, "%s", "a\nb\033[31m\tc\x7f 喆㛃𠮷 \xE5\x96 \xFF"));
    assert_string_equal(err.text, "a b?[31m c? 喆㛃𠮷 ?? ?");
    assert_false(fail_prefix(&err, "%s", "\r\n"));
    assert_string_equal(err.text, "? : a b?[31m c? 喆㛃𠮷 ?? ?");
    for (size_t i = 0; i + 4 <= sizeof(large); i += 3)
        memcpy(large + i, "喆", 4);
    assert_false(fail(&err, ERROR_VALUE, "a%s", large));
    assert_true(text_is_utf8(text_of(err.text)));
    assert_false(fail_prefix(&err, "%s", large));
    assert_true(text_is_utf8(text_of(err.text)));
}

static void test_arena(void **state)
{
    struct arena *arena = arena_new(64 * 1024);
    struct text copy;
    char *at;

    (void)state;
    assert_non_null(arena);
    for (int i = 0; i < 100; i++) {
        at = arena_alloc(arena, 100);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
        for (int j = 0; j < 100; j++)
            assert_int_equal(at[j], 0);
        memset(at, 0xFF, 100);
    }
    assert_non_null(arena_alloc(arena, 0));
    assert_null(arena_alloc(arena, 64 * 1024));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    copy = arena_copy(arena, TEXT("张喆"));
    assert_true(text_is(copy, "张喆"));
    assert_int_equal(copy.at[copy.size], '\0');
    assert_string_equal(arena_format(arena, "%d-%s", 7, "x"), "7-x");
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    at = arena_alloc(arena, 100);
    assert_non_null(at);
    assert_int_equal(at[0], 0);
    arena_free(arena);
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
