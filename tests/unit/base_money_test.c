/* base_money_test.c - sums that stay inside their bounds, and yuan as text. */
#include "unit.h"

#include "base/money.h"

static struct money fen(int64_t amount)
{
    return (struct money){amount};
}

static void test_sums(void **state)
{
    struct money result = {42};

    (void)state;
    assert_true(money_add(fen(1), fen(2), &result));
    assert_true(money_equal(result, fen(3)));
    assert_true(money_subtract(fen(1), fen(2), &result));
    assert_true(money_equal(result, fen(-1)));
    assert_true(money_times(fen(-7), 6, &result));
    assert_true(money_equal(result, fen(-42)));
    assert_true(money_add(fen(MONEY_MAX - 1), fen(1), &result));
    assert_true(money_equal(result, fen(MONEY_MAX)));
    assert_int_equal(money_compare(fen(-1), fen(1)), -1);
    assert_int_equal(money_compare(fen(1), fen(-1)), 1);
    assert_int_equal(money_compare(fen(1), fen(1)), 0);
}

static void test_bounds(void **state)
{
    struct money result = {42};

    (void)state;
    assert_false(money_add(fen(MONEY_MAX), fen(1), &result));
    assert_false(money_add(fen(INT64_MAX), fen(1), &result));
    assert_false(money_subtract(fen(-MONEY_MAX), fen(1), &result));
    assert_false(money_subtract(fen(INT64_MIN), fen(1), &result));
    assert_false(money_times(fen(MONEY_MAX), 2, &result));
    assert_false(money_times(fen(INT64_MIN), -1, &result));
    assert_false(money_times(fen(MONEY_MAX / 2 + 1), -2, &result));
    assert_int_equal(result.fen, 42);
}

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {
        {"0", 0},
        {"0.00", 0},
        {"-0.01", -1},
        {"1", 100},
        {"1.5", 150},
        {"12345.60", 1234560},
        {"007", 700},
        {"-0", 0},
        {"90000000000000", INT64_C(9000000000000000)},
        {"-90000000000000.00", -INT64_C(9000000000000000)},
    };
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      ".5",
                                      "1.",
                                      "1.234",
                                      "1,000",
                                      "1e3",
                                      "１２",
                                      "--1",
                                      "-.1",
                                      "1.-1",
                                      "0x1",
                                      "1.2.3",
                                      "NaN",
                                      "90000000000000.01",
                                      "99999999999999.99",
                                      "100000000000000",
                                      "1.5\n",
                                      "￥1"};
    struct money money = {42};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(money_parse(text_of(good[i].text), &money));
        assert_true(money.fen == good[i].fen);
    }
    money.fen = 42;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(money_parse(text_of(bad[i]), &money));
        assert_int_equal(money.fen, 42);
    }
    assert_false(money_parse((struct text){"1\0", 2}, &money));
    assert_false(money_parse(TEXT_NONE, &money));
}

static void test_format(void **state)
{
    static const struct {
        int64_t fen;
        const char *plain;
        const char *grouped;
    } rows[] = {
        {0, "0.00", "0.00"},
        {1, "0.01", "0.01"},
        {-1, "-0.01", "-0.01"},
        {-10, "-0.10", "-0.10"},
        {99999, "999.99", "999.99"},
        {100000, "1000.00", "1,000.00"},
        {1234560, "12345.60", "12,345.60"},
        {-100000000, "-1000000.00", "-1,000,000.00"},
        {MONEY_MAX, "90000000000000.00", "90,000,000,000,000.00"},
        {-MONEY_MAX, "-90000000000000.00", "-90,000,000,000,000.00"},
        {INT64_MIN, "-92233720368547758.08", "-92,233,720,368,547,758.08"},
    };
    char plain[MONEY_TEXT_SIZE];
    char grouped[MONEY_TEXT_SIZE + 8];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct money back;
        assert_string_equal(money_format(fen(rows[i].fen), plain), rows[i].plain);
        assert_string_equal(money_format_grouped(fen(rows[i].fen), grouped), rows[i].grouped);
        if (rows[i].fen != INT64_MIN) {
            assert_true(money_parse(text_of(plain), &back));
            assert_true(money_equal(back, fen(rows[i].fen)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
