/* cli_csv_read_test.c - comma-separated values, good and bad. */
#include "unit.h"

#include <string.h>

#include "cli/csv_read.h"

static struct arena *arena;
static struct csv csv;
static struct error err;

static bool next(bool *end)
{
    err = (struct error)ERROR_INIT;
    return csv_next(&csv, arena, end, &err);
}

static void expect(size_t line, size_t count, ...)
{
    va_list arguments;
    bool end;

    assert_true(next(&end));
    assert_false(end);
    assert_int_equal(csv.line, line);
    assert_int_equal(csv.count, count);
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++)
        assert_true(text_is(csv.fields[i], va_arg(arguments, const char *)));
    va_end(arguments);
}

static void expect_end(void)
{
    bool end;

    assert_true(next(&end));
    assert_true(end);
}

static void test_good(void **state)
{
    (void)state;
    csv_open(&csv, TEXT("\xef\xbb\xbf"
                        "a,b,c\r\n\n1,,\"x,\"\"喆\"\"\ny\"\n\n\nlast,𠮷,\n"));
    expect(1, 3, "a", "b", "c");
    expect(3, 3, "1", "", "x,\"喆\"\ny");
    expect(7, 3, "last", "𠮷", "");
    expect_end();
    csv_open(&csv, TEXT("no end"));
    expect(1, 1, "no end");
    expect_end();
    csv_open(&csv, TEXT("\"\""));
    expect(1, 1, "");
    expect_end();
    csv_open(&csv, TEXT(""));
    expect_end();
    csv_open(&csv, TEXT("\r\n\n"));
    expect_end();
}

static void test_bad(void **state)
{
    static char many[2 * CSV_FIELDS_MAX + 2];
    static char large[CSV_QUOTED_MAX + 16];
    const struct {
        struct text text;
        const char *said;
    } rows[] = {
        {TEXT("\"abc"), "line 1: a quote does not end"},
        {TEXT("a\n\"b\"c,d"), "line 2: something stands behind a quote"},
        {{"a\0b", 3}, "line 1: a NUL"},
        {{many, sizeof(many)}, "line 1: too many fields"},
        {{large, sizeof(large)}, "line 1: a quoted field is too long"},
    };

    (void)state;
    memset(many, ',', sizeof(many));
    memset(large, 'x', sizeof(large));
    large[0] = '"';
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool end = false;
        bool ok = true;

        csv_open(&csv, rows[i].text);
        while (ok && !end)
            ok = next(&end);
        assert_false(ok);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_string_equal(err.text, rows[i].said);
    }
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
