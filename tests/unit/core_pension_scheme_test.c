/* core_pension_scheme_test.c - who may change between the schemes, and when. Run in the top
 * folder. */
#include "unit.h"

#include <limits.h>

#include "core/pension_scheme.h"
#include "pension_documents.h"
#include "rules_file.h"

static struct rules rules;

static int setup(void **unused)
{
    (void)unused;
    rules_file_read(&rules);
    return 0;
}

static struct day day_of(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text_of(text), &day));
    return day;
}

static struct retirement retirement_at(const char *birth)
{
    struct retirement retirement = {0};
    struct month month = {0};

    assert_true(month_parse(text_of(birth), &month));
    assert_int_equal(
        retirement_of(&rules, month, SEX_MALE, POST_UNKNOWN, day_of("2026-03-02"), &retirement),
        INPUT_GOOD);
    return retirement;
}

static void both_directions(void **unused)
{
    static const struct {
        const char *birth;
        const char *today;
        enum scheme_direction direction;
        int32_t months;
        bool drawing;
        enum scheme_answer answer;
    } rows[] = {
        /* born 1965-01: 2025-02, 180 months */
        {"1965-01", "2025-02-01", TO_EMPLOYEES, 180, false, SCHEME_ALLOWED},
        {"1965-01", "2025-02-01", TO_EMPLOYEES, 179, false, SCHEME_SHORT},
        {"1965-01", "2025-02-01", TO_EMPLOYEES, 0, false, SCHEME_SHORT},
        {"1965-01", "2025-02-01", TO_EMPLOYEES, INT32_MIN, false, SCHEME_SHORT},
        {"1965-01", "2025-02-01", TO_RESIDENTS, 179, false, SCHEME_ALLOWED},
        {"1965-01", "2025-02-01", TO_RESIDENTS, 180, false, SCHEME_ENOUGH},
        {"1965-01", "2025-02-01", TO_RESIDENTS, INT32_MAX, false, SCHEME_ENOUGH},
        {"1965-01", "2025-01-31", TO_EMPLOYEES, 180, false, SCHEME_YOUNG},
        {"1965-01", "2025-01-31", TO_RESIDENTS, 12, false, SCHEME_YOUNG},
        {"1965-01", "2025-02-01", TO_EMPLOYEES, 180, true, SCHEME_DRAWING},
        {"1965-01", "2025-01-31", TO_RESIDENTS, 12, true, SCHEME_DRAWING},
        /* born 1970-01: 2031-05, 192 months */
        {"1970-01", "2031-05-01", TO_EMPLOYEES, 192, false, SCHEME_ALLOWED},
        {"1970-01", "2031-05-01", TO_EMPLOYEES, 191, false, SCHEME_SHORT},
        {"1970-01", "2031-05-01", TO_RESIDENTS, 191, false, SCHEME_ALLOWED},
        {"1970-01", "2034-05-01", TO_RESIDENTS, 192, false, SCHEME_ENOUGH}, /* years later */
        {"1970-01", "2031-04-30", TO_EMPLOYEES, 240, false, SCHEME_YOUNG},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct retirement retirement = retirement_at(rows[i].birth);

        assert_int_equal(scheme_change(rows[i].direction, &retirement, rows[i].months,
                                       rows[i].drawing, day_of(rows[i].today)),
                         rows[i].answer);
    }
}

static void the_whole_account_and_nothing_pooled(void **unused)
{
    static const struct {
        const char *pooled;
        const char *total;
        bool right;
    } rows[] = {
        {"0.00", "11748.38", true},  {"0.01", "11748.39", false},
        {"0.00", "11748.37", false}, {"17280.00", "29028.38", false},
        {"", "11748.38", false},     {"0.00", "-1.00", false},
    };
    struct arena *arena = arena_new(1 << 20);
    struct error err = ERROR_INIT;

    (void)unused;
    assert_non_null(arena);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *document = document_form(arena);
        struct pension_form form;

        document_set(document, "amounts/pooled", rows[i].pooled);
        document_set(document, "amounts/total", rows[i].total);
        assert_true(pension_form_read(document, 440000, day_of("2026-03-02"), &rules, arena,
                                      &form, &err));
        assert_int_equal(scheme_boxes_right(&form), rows[i].right);
    }
    arena_free(arena);
}

static void each_answer_has_its_sentence(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < SCHEME_ANSWERS; i++) {
        struct name text = scheme_text((enum scheme_answer)i);

        assert_true(strlen(text.english) > 5);
        assert_true(text_is_utf8(text_of(text.chinese)) && strlen(text.chinese) > 5);
    }
    assert_string_equal(scheme_text(SCHEME_ANSWERS).english, "unknown");
    assert_string_equal(scheme_text((enum scheme_answer) - 1).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions),
        cmocka_unit_test(the_whole_account_and_nothing_pooled),
        cmocka_unit_test(each_answer_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
