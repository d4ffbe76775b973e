/* core_person_number_test.c - one person has one number, however a document writes it. */
#include "unit.h"

#include "core/person_number.h"
#include "pension_documents.h"

static struct arena *arena;

static int setup_all(void **state)
{
    (void)state;
    arena = arena_new(1 << 16);
    return arena != NULL ? 0 : -1;
}

static int teardown_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void each_writing_has_its_one_form(void **state)
{
    static const struct {
        const char *type; /* NULL: not stated */
        const char *written;
        const char *one_form;
    } rows[] = {
        {NULL, "529901198001151233", "529901198001151233"},
        {"01", "52990119850101020X", "52990119850101020X"},
        {"01", "52990119850101020x", "52990119850101020X"},
        {NULL, "529901800115123", "529901198001151233"},
        {"01", "529901198001151234", "529901198001151234"}, /* wrong: for itself */
        {NULL, "529901998013151", "529901998013151"},       /* no such day */
        {"08", "52990119850101020x", "52990119850101020x"}, /* another paper */
        {"08", "529901800115123", "529901800115123"},
        {NULL, "E00000001", "E00000001"},
        {NULL, "", ""},
    };
    struct day today;

    (void)state;
    assert_true(day_from(2026, 3, 2, &today));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *body = document_new(arena, ACTION_LETTER);
        struct record *person = document_put(arena, body, "person", NULL);
        struct citizen_number number;

        if (rows[i].type != NULL)
            document_put(arena, person, "identityType", rows[i].type);
        document_put(arena, person, "identityNumber", rows[i].written);
        assert_true(text_is(person_number_of(body, today, &number), rows[i].one_form));
    }
}

static void who_is_not_named_has_none(void **state)
{
    struct citizen_number number;

    (void)state;
    assert_int_equal(
        person_number_of(document_new(arena, ACTION_FUND_ADVICE), (struct day){1}, &number)
            .size,
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_writing_has_its_one_form),
        cmocka_unit_test(who_is_not_named_has_none),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
