/* core_pension_advice_test.c - one call from a document to what is twice and where the pension
 * is drawn; with too little memory and with documents that say nothing. Run in the top folder.
 */
#include "unit.h"

#include <limits.h>

#include "core/pension_advice.h"
#include "pension_documents.h"
#include "rules_file.h"

static struct arena *arena;
static struct rules rules;
static struct record *form;
static struct advice_question question;
static struct advice advice;

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 24);
    assert_non_null(arena);
    rules_file_read(&rules);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

static int fresh(void **unused)
{
    struct day today = {0};

    (void)unused;
    arena_reset(arena);
    form = document_form(arena);
    assert_true(day_from(2026, 3, 2, &today));
    question = (struct advice_question){.rules = &rules,
                                        .today = today,
                                        .form = form,
                                        .out_region = 440000,
                                        .in_region = 520000,
                                        .household = 520115};
    return 0;
}

static void ask(void)
{
    struct error err = ERROR_INIT;

    assert_true(pension_advise(&question, arena, &advice, &err));
}

static struct month month_at(int year, int month)
{
    struct month at = {0};

    assert_true(month_from(year, month, &at));
    return at;
}

static void a_plain_transfer_home(void **unused)
{
    (void)unused;
    ask();
    assert_int_equal(advice.count, 3);
    assert_int_equal(advice.left_out, 0);
    assert_int_equal(advice.overlap.input, INPUT_GOOD);
    assert_int_equal(advice.overlap.notes, 0);
    assert_int_equal(advice.overlap.employee_months, 26);
    assert_int_equal(advice.place.branch, PLACE_HUKOU);
    assert_int_equal(advice.place.province, 520000);
    assert_int_equal(advice.place.reason_count, 1); /* birth and sex were read */
}

/* OUT's rows of 2025 and IN's own second half of it. */
static void months_that_in_has_too(void **unused)
{
    struct pension_period own = {.scheme = SCHEME_EMPLOYEE,
                                 .region = 520115,
                                 .from = month_at(2025, 7),
                                 .to = month_at(2025, 12),
                                 .months = 6,
                                 .base.fen = 500000,
                                 .credited.fen = 240000};

    (void)unused;
    question.own = &own;
    question.own_count = 1;
    ask();
    assert_int_equal(advice.count, 4);
    assert_true(overlap_has(&advice.overlap, OVERLAP_PLACES));
    assert_int_equal(advice.shares[1].cleared, 6);
    /* 5760.00 / 12 x 6; the year's interest is that of the whole balance */
    assert_int_equal(advice.shares[1].refund.fen, 288000);
    assert_int_equal(advice.overlap.employee_refund.fen, 288000);
    assert_true(overlap_has(&advice.overlap, OVERLAP_INTEREST));
    assert_int_equal(advice.overlap.employee_months, 26);
    assert_int_equal(advice.periods[1].months, 12); /* as asked, not as cleared */
    assert_false(place_has(&advice.place, REASON_OVERLAP));

    question.agreed_region = 440000;
    ask();
    assert_int_equal(advice.shares[3].cleared, 6);
    assert_int_equal(advice.overlap.employee_refund.fen, 240000);
}

static void ten_years_elsewhere(void **unused)
{
    struct pension_period own = {.scheme = SCHEME_EMPLOYEE,
                                 .region = 330100,
                                 .from = month_at(2005, 1),
                                 .to = month_at(2014, 12),
                                 .months = 120};

    (void)unused;
    question.own = &own;
    question.own_count = 1;
    question.household = 510000;
    ask();
    assert_int_equal(advice.place.branch, PLACE_EARLIER);
    assert_int_equal(advice.place.province, 330000);
}

static void without_a_household_no_place(void **unused)
{
    (void)unused;
    question.household = 0;
    ask();
    assert_int_equal(advice.overlap.input, INPUT_GOOD);
    assert_int_equal(advice.place.input, INPUT_REGION);
    assert_int_equal(advice.place.branch, PLACE_NONE);
}

static void rows_that_cannot_be(void **unused)
{
    (void)unused;
    document_set(document_row(form, 2), "months", "13");
    ask();
    assert_int_equal(advice.overlap.input, INPUT_COUNT);
    assert_int_equal(advice.overlap.wrong, 2);
    assert_int_equal(advice.place.input, INPUT_COUNT);
    assert_int_equal(advice.shares[1].cleared, 0);

    document_set(document_row(form, 2), "months", "thirteen");
    document_set(document_row(form, 3), "from", "2026-13");
    ask();
    assert_int_equal(advice.left_out, 2);
    assert_int_equal(advice.count, 1);
    assert_int_equal(advice.overlap.input, INPUT_GOOD);

    document_set(document_row(form, 1), "region", "");
    ask();
    assert_int_equal(advice.count, 0);
    assert_int_equal(advice.overlap.input, INPUT_EMPTY);
    assert_int_equal(advice.place.input, INPUT_EMPTY);
}

static void a_document_that_says_nothing(void **unused)
{
    (void)unused;
    question.form = record_new(arena, "form");
    assert_non_null(question.form);
    ask();
    assert_int_equal(advice.count, 0);
    assert_int_equal(advice.place.input, INPUT_EMPTY);
}

static void more_periods_than_are_looked_at(void **unused)
{
    struct pension_period *own = arena_array(arena, PENSION_PERIODS_MAX,
                                             sizeof(*own)); /* and three rows */

    (void)unused;
    assert_non_null(own);
    question.own = own;
    question.own_count = PENSION_PERIODS_MAX;
    ask();
    assert_int_equal(advice.overlap.input, INPUT_MANY);
    assert_int_equal(advice.place.input, INPUT_MANY);
}

/* However little memory there is: an error or an answer. */
static void too_little_memory(void **unused)
{
    bool failed = false;
    bool answered = false;

    (void)unused;
    for (size_t size = 64; size <= 1 << 17; size = size * 3 / 2) {
        struct arena *small = arena_new(size);
        struct error err = ERROR_INIT;

        assert_non_null(small);
        if (pension_advise(&question, small, &advice, &err)) {
            answered = true;
            assert_int_equal(advice.place.branch, PLACE_HUKOU);
        } else {
            failed = true;
            assert_int_equal(err.code, ERROR_MEMORY);
        }
        arena_free(small);
    }
    assert_true(failed && answered);
}

static void birth_and_sex(void **unused)
{
    struct pension_person person;

    (void)unused;
    person = pension_person_read(form, question.today);
    assert_int_equal(person.birth.number, month_at(1980, 1).number);
    assert_int_equal(person.sex, SEX_MALE);

    document_set(form, "person/birthDate", ""); /* then the number says it */
    document_set(form, "person/sex", "");
    person = pension_person_read(form, question.today);
    assert_int_equal(person.birth.number, month_at(1980, 1).number);
    assert_int_equal(person.sex, SEX_MALE);

    document_set(form, "person/sex", "2"); /* what is stated wins: PEN-C18 looks at it */
    person = pension_person_read(form, question.today);
    assert_int_equal(person.sex, SEX_FEMALE);

    document_set(form, "person/sex", "");
    document_set(form, "person/identityType", "08"); /* another paper has no birth in it */
    person = pension_person_read(form, question.today);
    assert_int_equal(person.birth.number, 0);
    assert_int_equal(person.sex, 0);

    document_set(form, "person/identityType", "01");
    document_set(form, "person/identityNumber", "529901198001151234"); /* wrong check digit */
    person = pension_person_read(form, question.today);
    assert_int_equal(person.birth.number, 0);

    document_set(form, "person/birthDate", "2026-04-01"); /* the future: said, not repaired */
    ask();
    assert_int_equal(advice.place.input, INPUT_BIRTH);
    assert_int_equal(advice.overlap.input, INPUT_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_plain_transfer_home, fresh),
        cmocka_unit_test_setup(months_that_in_has_too, fresh),
        cmocka_unit_test_setup(ten_years_elsewhere, fresh),
        cmocka_unit_test_setup(without_a_household_no_place, fresh),
        cmocka_unit_test_setup(rows_that_cannot_be, fresh),
        cmocka_unit_test_setup(a_document_that_says_nothing, fresh),
        cmocka_unit_test_setup(more_periods_than_are_looked_at, fresh),
        cmocka_unit_test_setup(too_little_memory, fresh),
        cmocka_unit_test_setup(birth_and_sex, fresh),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
