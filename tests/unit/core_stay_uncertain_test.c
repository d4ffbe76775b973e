/* core_stay_uncertain_test.c - which calls of a hospital's core are in doubt, and the list of
 * them.
 */
#include "unit.h"

#include "core/flow_listing.h"
#include "core/settlement_stay.h"

enum { ASKED_AT = 1000 };

static struct arena *arena;
static const struct flow_listing *listing;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    listing = flow_listing_of(FLOW_SETTLEMENT_STAY, ACTION_UNCERTAIN_QUERY);
    return arena == NULL || listing == NULL ? -1 : 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct flow_case stay_in(unsigned state)
{
    struct flow_case row = {.flow = FLOW_SETTLEMENT_STAY,
                            .role = ROLE_TREATING,
                            .state = (uint8_t)state,
                            .in_region = 520100,
                            .out_region = 440100,
                            .trace = "H52990000001/ZY2026-000731"};

    return row;
}

static struct record *question(const char *region, const char *action)
{
    struct record *root = record_new(arena, "uncertain_query");

    assert_non_null(root);
    if (region != NULL)
        assert_non_null(record_add(arena, root, "insuredRegion", text_of(region)));
    if (action != NULL)
        assert_non_null(record_add(arena, root, "action", text_of(action)));
    return root;
}

static bool doubts(const struct flow_case *row, struct flow_doubt *doubt)
{
    return listing->doubt(row, question(NULL, NULL), doubt);
}

static void test_found(void **state)
{
    (void)state;
    assert_int_equal(listing->answer, ACTION_UNCERTAIN_LIST);
    assert_int_equal(listing->role, ROLE_TREATING);
    assert_null(flow_listing_of(FLOW_SETTLEMENT_STAY, ACTION_QUERY));
    assert_null(flow_listing_of(FLOW_SETTLEMENT_STAY, ACTION_NONE));
    assert_null(flow_listing_of(FLOW_PENSION_EMPLOYEE, ACTION_UNCERTAIN_QUERY));
    assert_null(flow_listing_of(9999, ACTION_UNCERTAIN_QUERY));
}

static void test_what_is_in_doubt(void **state)
{
    struct flow_case row = stay_in(STAY_SETTLED);
    struct flow_doubt doubt;

    (void)state;
    assert_false(doubts(&row, &doubt));
    row.flags = CASE_UNCONFIRMED | CASE_BOOKED;
    row.part.stay.settled_at.ms = ASKED_AT;
    assert_true(doubts(&row, &doubt));
    assert_int_equal(doubt.action, ACTION_SETTLE);
    assert_string_equal(doubt.status, "booked");
    assert_int_equal(doubt.since.ms, ASKED_AT);

    row = stay_in(STAY_REG_SENT);
    row.part.stay.question.action = ACTION_REGISTER;
    row.part.stay.question.at.ms = ASKED_AT;
    assert_true(doubts(&row, &doubt));
    assert_int_equal(doubt.action, ACTION_REGISTER);
    assert_string_equal(doubt.status, "in_progress");

    /* The gateway's own reversal of it is not what the core called. */
    row = stay_in(STAY_REVERSING);
    row.part.stay.question.action = ACTION_REVERSE;
    row.part.stay.question.at.ms = 5 * ASKED_AT;
    row.part.stay.original_action = ACTION_SETTLE;
    row.part.stay.original = uuid_v7((struct instant){ASKED_AT}, (uint8_t[10]){1});
    assert_true(doubts(&row, &doubt));
    assert_int_equal(doubt.action, ACTION_SETTLE);
    assert_string_equal(doubt.status, "unknown");
    assert_int_equal(doubt.since.ms, ASKED_AT);

    /* Lines that were given up. */
    row = stay_in(STAY_REGISTERED);
    row.part.stay.original_action = ACTION_LINES;
    row.part.stay.original = uuid_v7((struct instant){ASKED_AT}, (uint8_t[10]){1});
    assert_true(doubts(&row, &doubt));
    assert_int_equal(doubt.action, ACTION_LINES);
}

static void test_without_effect(void **state)
{
    static const unsigned actions[] = {ACTION_IDENTIFY, ACTION_PRESETTLE};
    struct flow_doubt doubt;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        struct flow_case row = stay_in(STAY_DISCHARGED);
        row.part.stay.question.action = (uint8_t)actions[i];
        assert_false(doubts(&row, &doubt));
        row.part.stay.question.action = ACTION_NONE;
        row.part.stay.original_action = (uint8_t)actions[i];
        assert_false(doubts(&row, &doubt));
    }
}

static void test_what_is_asked_for(void **state)
{
    static const struct {
        const char *region;
        const char *action;
        bool listed;
    } rows[] = {{NULL, NULL, true},
                {"440100", NULL, true},
                {"440000", NULL, false},
                {"x", NULL, false},
                {"44010000000000000000000", NULL, false},
                {NULL, "settle", true},
                {NULL, "register", false},
                {"440100", "settle", true},
                {"440100", "cancel", false},
                {NULL, "settl", false}};
    struct flow_case row = stay_in(STAY_SETTLED);
    struct flow_doubt doubt;

    (void)state;
    row.flags = CASE_UNCONFIRMED;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(listing->doubt(&row, question(rows[i].region, rows[i].action), &doubt),
                         rows[i].listed);
}

static void test_list(void **state)
{
    struct flow_listed items[2] = {{.doubt = {ACTION_SETTLE, "booked", {1772413200000}},
                                    .in_region = 520100,
                                    .out_region = 440100,
                                    .trace = "H52990000001/ZY2026-000731"},
                                   {.doubt = {ACTION_REGISTER, "unknown", {1772413201000}},
                                    .in_region = 520100,
                                    .out_region = 440300,
                                    .trace = "H52990000002/MZ-17"}};
    struct record *root = NULL;
    struct error err = ERROR_INIT;
    struct text value;

    (void)state;
    assert_true(listing->make(items, 2, 2, arena, &root, &err));
    assert_string_equal(root->name, "uncertain_list");
    assert_true(record_text(root, "result/verdict", &value) && text_is(value, "ok"));
    assert_false(record_text(root, "result/text", &value));
    assert_int_equal(record_count(root, "item"), 2);
    assert_true(record_text(root, "item/reference/stayNumber", &value));
    assert_true(text_is(value, "ZY2026-000731"));
    assert_true(record_text(root, "item/reference/institution", &value));
    assert_true(text_is(value, "H52990000001"));
    assert_true(record_text(root, "item/since", &value));
    assert_true(text_is(value, "2026-03-02T09:00:00.000+08:00"));
    assert_true(listing->make(items, 1, 731, arena, &root, &err));
    assert_int_equal(record_count(root, "item"), 1);
    assert_true(record_text(root, "result/text", &value) && text_is(value, "1 / 731"));
    assert_true(listing->make(items, 0, 0, arena, &root, &err));
    assert_int_equal(record_count(root, "item"), 0);
}

static void test_no_memory(void **state)
{
    struct arena *small = arena_new(256);
    struct flow_listed items[1] = {{.doubt = {ACTION_SETTLE, "booked", {0}}, .trace = "A/B"}};
    struct record *root = NULL;
    struct error err = ERROR_INIT;

    (void)state;
    assert_non_null(small);
    assert_false(listing->make(items, 1, 1, small, &root, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),          cmocka_unit_test(test_what_is_in_doubt),
        cmocka_unit_test(test_without_effect), cmocka_unit_test(test_what_is_asked_for),
        cmocka_unit_test(test_list),           cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("core_stay_uncertain", tests, open_arena, close_arena);
}
