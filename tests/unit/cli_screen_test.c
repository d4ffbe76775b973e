/* cli_screen_test.c - widths, cuts and tables with characters of one, two and four bytes. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/screen.h"

enum { ARENA_MAX = 1024 * 1024, TEXT_MAX = 16 * 1024 };

static char printed[TEXT_MAX];

/* Prints the table into `printed`. */
static void print(const struct table *table, bool colour)
{
    FILE *file = fmemopen(printed, sizeof(printed), "w");
    struct screen screen = {.out = file, .terminal = colour, .colour = colour};

    assert_non_null(file);
    memset(printed, 0, sizeof(printed));
    table_print(table, &screen);
    fclose(file);
}

static void add(struct table *table, const char *text)
{
    struct error err = ERROR_INIT;

    assert_true(table_cell(table, PAINT_PLAIN, text, &err));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(screen_width(""), 0);
    assert_int_equal(screen_width("abc"), 3);
    assert_int_equal(screen_width("张喆"), 4);
    assert_int_equal(screen_width("𠮷野"), 4);
    assert_int_equal(screen_width("田㛃 x"), 6);
}

/* Lines of 80 columns at most, whatever the characters; nothing but blanks is left out. */
static void test_wrap(void **state)
{
#define TEN "123456789 "
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", "\n"},
        {"short", "short\n"},
        {TEN TEN TEN TEN TEN TEN TEN "1234567890", TEN TEN TEN TEN TEN TEN TEN "1234567890\n"},
        {TEN TEN TEN TEN TEN TEN TEN TEN "x", TEN TEN TEN TEN TEN TEN TEN "123456789\n    x\n"},
        {"    " TEN TEN TEN TEN TEN TEN TEN TEN "x",
         "    " TEN TEN TEN TEN TEN TEN "123456789\n    " TEN "x\n"},
        {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十喆",
         "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\n"
         "    喆\n"},
        {"x一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九𠮷",
         "x一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九\n"
         "    𠮷\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        FILE *file = fmemopen(printed, sizeof(printed), "w");
        struct screen screen = {.out = file};

        memset(printed, 0, sizeof(printed));
        screen_wrap(&screen, PAINT_BAD, rows[i].text);
        fclose(file);
        assert_string_equal(printed, rows[i].expected);
    }
}

static void test_cut(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *expected;
    } rows[] = {
        {"hrss.440000", 11, "hrss.440000"},
        {"hrss.440000", 10, "hrss.440.."},
        {"张喆", 4, "张喆"},
        {"张喆喆", 5, "张.."},
        {"张喆喆", 4, "张.."},
        {"𠮷野𠮷野", 7, "𠮷野.."},
        {"𠮷野𠮷野", 6, "𠮷野.."},
        {"𠮷野", 2, ".."},
        {"", 2, ""},
        {"abc", 2, ".."},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_string_equal(screen_cut(rows[i].text, rows[i].columns, out, sizeof(out)),
                            rows[i].expected);
        assert_true(text_is_utf8(text_of(out)));
        assert_true(screen_width(out) <= rows[i].columns);
    }
}

/* The bytes are bounded as well, and never end within a character. */
static void test_cut_bytes(void **state)
{
    char out[9];

    (void)state;
    assert_string_equal(screen_cut("𠮷𠮷𠮷", 80, out, sizeof(out)), "𠮷..");
    assert_string_equal(screen_cut("喆喆喆", 80, out, sizeof(out)), "喆喆..");
    assert_string_equal(screen_cut("12345678", 80, out, sizeof(out)), "12345678");
}

static void test_aligned(void **state)
{
    static const struct table_column columns[] = {
        {"名", false, false}, {"元", true, false}, {"地", false, false}};
    struct arena *arena = arena_new(ARENA_MAX);
    struct table *table = table_new(arena, columns, COUNT_OF(columns));

    (void)state;
    add(table, "张喆");
    add(table, "1.00");
    add(table, "贵州");
    add(table, "𠮷");
    add(table, "12,345.60");
    add(table, "");
    add(table, "ab");
    add(table, "");
    add(table, "x");
    assert_int_equal(table_rows(table), 3);
    print(table, false);
    assert_string_equal(printed, "名           元  地\n"
                                 "张喆       1.00  贵州\n"
                                 "𠮷    12,345.60\n"
                                 "ab               x\n");
    arena_free(arena);
}

static void check_widths(void)
{
    struct text rest = text_of(printed);

    while (rest.size > 0) {
        struct text line = text_cut(&rest, '\n');

        assert_true(text_is_utf8(line));
        assert_true(text_columns(line) <= SCREEN_COLUMNS);
    }
}

/* Flexible columns give way, the others stay whole. */
static void test_never_wider(void **state)
{
    static const struct table_column columns[] = {
        {"Case", false, false}, {"State", false, true}, {"Note", false, true}};
    struct arena *arena = arena_new(ARENA_MAX);
    struct table *table = table_new(arena, columns, COUNT_OF(columns));
    char wide[400] = "";

    (void)state;
    for (int i = 0; i < 30; i++)
        strcat(wide, i % 2 ? "喆" : "𠮷");
    add(table, "019cac0f-3a08-7a00");
    add(table, wide);
    add(table, wide);
    add(table, "019cac0f-3a08-7a01");
    add(table, "x");
    add(table, "y");
    print(table, false);
    check_widths();
    assert_non_null(strstr(printed, "019cac0f-3a08-7a00  "));
    assert_non_null(strstr(printed, "..  "));
    arena_free(arena);
}

static void test_colour(void **state)
{
    static const struct table_column columns[] = {{"A", false, false}, {"B", false, false}};
    struct arena *arena = arena_new(ARENA_MAX);
    struct table *table = table_new(arena, columns, COUNT_OF(columns));
    struct error err = ERROR_INIT;

    (void)state;
    assert_true(table_cell(table, PAINT_BAD, "喆", &err));
    assert_true(table_cell(table, PAINT_PLAIN, "b", &err));
    print(table, true);
    assert_string_equal(printed, "\033[1mA\033[0m   \033[1mB\033[0m\n\033[31m喆\033[0m  b\n");
    print(table, false);
    assert_null(strchr(printed, '\033'));
    arena_free(arena);
}

static void test_no_memory(void **state)
{
    static const struct table_column columns[] = {{"A", false, false}};
    struct arena *arena = arena_new(4096);
    struct table *table = table_new(arena, columns, COUNT_OF(columns));
    struct error err = ERROR_INIT;
    int cells = 0;

    (void)state;
    while (table_cell(table, PAINT_PLAIN, "0123456789", &err))
        assert_true(++cells < 1000);
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(arena);
}

/* Not a terminal: neither colour nor a progress line, whatever the environment says. */
static void test_not_a_terminal(void **state)
{
    FILE *file = tmpfile();
    struct screen screen = screen_on(file);

    (void)state;
    assert_false(screen.terminal);
    assert_false(screen.colour);
    screen_paint(&screen, PAINT_BAD, "喆");
    screen_field(&screen, "姓名", 8, PAINT_GOOD, "x");
    rewind(file);
    memset(printed, 0, sizeof(printed));
    assert_true(fread(printed, 1, sizeof(printed) - 1, file) > 0);
    assert_string_equal(printed, "喆姓名    x\n");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_bytes),
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_never_wider),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_not_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
