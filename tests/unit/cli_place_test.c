/* cli_place_test.c - the place of claim, from the warnings of a case's entries to its object.
 */
#include "unit.h"

#include "cli/case_place.h"

static struct case_place place;
static json_t *object;

static int setup(void **unused)
{
    (void)unused;
    place = (struct case_place){.seq = 0};
    object = json_object();
    assert_non_null(object);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    json_decref(object);
    return 0;
}

static const json_t *told(void)
{
    case_place_json(object, &place);
    return json_object_get(object, "claim_place");
}

static void nothing_was_told(void **unused)
{
    (void)unused;
    assert_false(case_place_note(&place, 7, "PEN-R05", 0));
    assert_false(case_place_note(&place, 7, "PEN-R04", 44)); /* an agency's own */
    assert_false(case_place_note(&place, 7, "PEN-PL-", 44));
    assert_false(case_place_note(&place, 7, "", 0));
    assert_true(json_is_null(told()));
}

static void the_newest_entry_counts(void **unused)
{
    const json_t *now;
    const json_t *reasons;

    (void)unused;
    assert_true(case_place_note(&place, 7, "PEN-PL-CURRENT", 44));
    assert_true(case_place_note(&place, 7, "PEN-PL-TEMP", 33));
    assert_false(case_place_note(&place, 7, "PEN-R04", 44));
    assert_true(json_is_true(json_object_get(told(), "elsewhere")));
    assert_int_equal(json_integer_value(json_object_get(told(), "province")), 440000);
    assert_int_equal(json_array_size(json_object_get(told(), "reasons")), 2);

    assert_true(case_place_note(&place, 9, "PEN-PL-GATHER", 52));
    assert_false(case_place_note(&place, 11, "PEN-C24", 0));
    now = told();
    reasons = json_object_get(now, "reasons");
    assert_true(json_is_false(json_object_get(now, "elsewhere")));
    assert_int_equal(json_integer_value(json_object_get(now, "province")), 520000);
    assert_int_equal(json_array_size(reasons), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(reasons, 0), "chinese")),
        "各地均不满十年，归集到户籍所在地");
}

/* A journal that nobody of ours wrote may hold as many as an entry takes. */
static void there_is_a_limit(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2 * FLOW_WARNINGS_MAX; i++)
        assert_true(case_place_note(&place, 7, "PEN-PL-OVERLAP", 65535));
    assert_int_equal(json_array_size(json_object_get(told(), "reasons")), FLOW_WARNINGS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_was_told, setup, teardown),
        cmocka_unit_test_setup_teardown(the_newest_entry_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(there_is_a_limit, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
