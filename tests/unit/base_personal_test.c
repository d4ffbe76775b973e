/* base_personal_test.c - what the masks show, and that they never show more. */
#include "unit.h"

#include <string.h>

#include "base/personal.h"

static void test_masks(void **state)
{
    static const struct {
        enum mask_kind kind;
        const char *value;
        const char *masked;
    } rows[] = {
        {MASK_NAME, "张喆", "张*"},
        {MASK_NAME, "田㛃", "田*"},
        {MASK_NAME, "𠮷野", "𠮷*"},
        {MASK_NAME, "张", "张*"},
        {MASK_NAME, "阿卜杜拉·买买提", "阿*·买*"},
        {MASK_NAME, "阿·买", "阿*·买*"},
        {MASK_NAME, "阿卜杜拉•买买提•库尔", "阿*•买*•库*"},
        {MASK_NAME, " 张喆 ", "张*"},
        {MASK_NAME, "·•", "·•*"},
        {MASK_NAME, "  ", "*"},
        {MASK_ID, "529900197001010018", "529*************18"},
        {MASK_ID, "52990019700128027X", "529*************7X"},
        {MASK_ID, "12345678", "123***78"},
        {MASK_ID, "1234567", "*******"},
        {MASK_PHONE, "13812341234", "138****1234"},
        {MASK_PHONE, "085112345678", "085****5678"},
        {MASK_PHONE, "1234567890", "**********"},
        {MASK_TAIL, "6222020000006789", "************6789"},
        {MASK_TAIL, "1234567", "*******"},
        {MASK_ADDRESS, "贵州省铜仁市碧江区某路", "贵州省铜仁市***"},
        {MASK_ADDRESS, "铜仁", "铜仁***"},
        {MASK_TEXT, "左手食指骨折", "(6 characters)"},
        {MASK_TEXT, "𠮷\xFF", "(2 characters)"},
        {MASK_NAME, "", ""},
        {MASK_ID, "", ""},
        {MASK_TEXT, "", ""},
        {MASK_NAME, "\xD5\xC5", "\xEF\xBF\xBD*"},
    };
    char out[PERSONAL_MASK_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(
            personal_masked(personal_of(text_of(rows[i].value)), rows[i].kind, out),
            rows[i].masked);
}

static void test_endless_values(void **state)
{
    static char names[4000];
    static char dots[4000];
    char out[PERSONAL_MASK_SIZE];

    (void)state;
    for (size_t i = 0; i + 4 <= sizeof(names) - 1; i += 4)
        memcpy(names + i, "𠮷", 4);
    for (size_t i = 0; i + 6 <= sizeof(dots) - 1; i += 6)
        memcpy(dots + i, "\xF0\xA0\xAE\xB7\xC2\xB7", 6);
    for (int kind = MASK_NAME; kind <= MASK_TEXT; kind++) {
        personal_masked(personal_of(text_of(names)), (enum mask_kind)kind, out);
        assert_true(strlen(out) < sizeof(out));
        assert_true(text_is_utf8(text_of(out)));
        personal_masked(personal_of(text_of(dots)), (enum mask_kind)kind, out);
        assert_true(strlen(out) < sizeof(out));
        assert_true(text_is_utf8(text_of(out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_endless_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
