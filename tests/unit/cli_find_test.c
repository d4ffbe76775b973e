/* cli_find_test.c - the beginning of an id to the one id it means. */
#include "unit.h"

#include <string.h>

#include "cli/case_view.h"
#include "cli/find.h"

static struct id_prefix parsed(const char *typed)
{
    struct id_prefix prefix;

    assert_true(id_prefix_parse(text_of(typed), 32, &prefix));
    return prefix;
}

static void test_parse(void **state)
{
    static const char *const bad[] = {
        "",
        "019cac0",                               /* seven digits */
        "019cac0-",                              /* a hyphen is no digit */
        "019cac0g",                              /* not hexadecimal */
        "S52000000000001",                       /* not hexadecimal either */
        "019cac0f 3a08",                         /* a blank */
        "019cac0f-3a08-7a00-855a-0000000000000", /* 33 digits */
        "１２３４５６７８",                      /* full-width digits */
    };
    struct id_prefix prefix;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(id_prefix_parse(text_of(bad[i]), 32, &prefix));
    prefix = parsed("019CAC0f-3");
    assert_int_equal(prefix.digits, 9);
    assert_memory_equal(prefix.bytes, "\x01\x9c\xac\x0f\x30", 5);
    assert_int_equal(parsed("019cac0f-3a08-7a00-855a-000000000000").digits, 32);
}

static void test_fits(void **state)
{
    struct text key = {"\x01\x9c\xac\x0f\x3a\x08", 6};
    struct id_prefix prefix;

    (void)state;
    prefix = parsed("019cac0f");
    assert_true(id_prefix_fits(&prefix, key));
    prefix = parsed("019cac0f3");
    assert_true(id_prefix_fits(&prefix, key));
    prefix = parsed("019cac0f4");
    assert_false(id_prefix_fits(&prefix, key));
    prefix = parsed("019cac0e");
    assert_false(id_prefix_fits(&prefix, key));
    prefix = parsed("019cac0f3a08");
    assert_true(id_prefix_fits(&prefix, key));
    prefix = parsed("019cac0f3a080");
    assert_false(id_prefix_fits(&prefix, key));
}

static void put(struct store *store, const char *hex)
{
    struct error err = ERROR_INIT;
    struct store_txn *txn = NULL;
    uint8_t key[16];

    assert_true(hex_decode(text_of(hex), key, sizeof(key)));
    assert_true(store_begin_write(store, &txn, &err));
    assert_true(store_put(txn, DATABASE_CASES, (struct text){(const char *)key, sizeof(key)},
                          TEXT("x"), &err));
    assert_true(store_commit(&txn, &err));
}

static enum find_result look(struct store *store, const char *typed, char found[33])
{
    struct error err = ERROR_INIT;
    enum find_result result = FIND_NONE;
    struct id_prefix prefix = parsed(typed);
    uint8_t key[16] = {0};

    assert_true(
        find_by_prefix(store, DATABASE_CASES, &prefix, sizeof(key), key, &result, &err));
    hex_encode(key, sizeof(key), found);
    return result;
}

static void test_find(void **state)
{
    struct error err = ERROR_INIT;
    struct store *store = NULL;
    char found[33];

    (void)state;
    assert_true(store_open_memory(&store, &err));
    assert_int_equal(look(store, "019cac0f", found), FIND_NONE);
    put(store, "019cac0f3a087a00855a000000000000");
    put(store, "019cac0f7c707a00965a000000000000");
    put(store, "019cac0f7c707a00965a000000000001");
    put(store, "ffffffffffffffffffffffffffffffff");
    assert_int_equal(look(store, "019cac0e", found), FIND_NONE);
    assert_int_equal(look(store, "019cac0f", found), FIND_MANY);
    assert_int_equal(look(store, "019cac0f-3", found), FIND_ONE);
    assert_string_equal(found, "019cac0f3a087a00855a000000000000");
    assert_int_equal(look(store, "019cac0f7c707a00965a", found), FIND_MANY);
    assert_int_equal(look(store, "019cac0f-7c70-7a00-965a-000000000001", found), FIND_ONE);
    assert_string_equal(found, "019cac0f7c707a00965a000000000001");
    assert_int_equal(look(store, "FFFFFFFF", found), FIND_ONE);
    store_close(store);
}

/* Several rows of one message are one message: only the leading bytes tell ids apart. */
static void test_rows_of_one(void **state)
{
    struct id_prefix prefix = parsed("0102030405");
    enum find_result result = FIND_NONE;
    struct error err = ERROR_INIT;
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    uint8_t key[8];

    (void)state;
    assert_true(store_open_memory(&store, &err));
    assert_true(store_begin_write(store, &txn, &err));
    for (int i = 0; i < 3; i++) {
        char row[9] = {1, 2, 3, 4, 5, 6, 7, 8, (char)i};
        assert_true(store_put(txn, DATABASE_MESSAGES, (struct text){row, sizeof(row)},
                              TEXT("x"), &err));
    }
    assert_true(store_commit(&txn, &err));
    assert_true(
        find_by_prefix(store, DATABASE_MESSAGES, &prefix, sizeof(key), key, &result, &err));
    assert_int_equal(result, FIND_ONE);
    assert_memory_equal(key, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
    store_close(store);
}

/* Which clock a person sees: the earliest passed one, else the earliest running one. */
static void test_clock(void **state)
{
    struct flow_case row = {.flow = FLOW_PENSION_EMPLOYEE, .state = 2};
    const struct instant now = {1000};

    (void)state;
    assert_null(case_clock(&row));
    assert_false(case_overdue(&row, now));
    row.clocks[0] = (struct flow_clock){CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {2000}};
    row.clocks[1] = (struct flow_clock){CLOCK_D1, .state = CLOCK_STATE_MET, .due = {500}};
    row.clocks[2] = (struct flow_clock){CLOCK_FUND, .state = CLOCK_STATE_RUNNING,
                                        .paused = true, .due = {600}};
    assert_ptr_equal(case_clock(&row), &row.clocks[0]);
    assert_false(case_overdue(&row, now));
    assert_true(case_overdue(&row, (struct instant){2000})); /* 24:00 itself is too late */
    row.clocks[3] = (struct flow_clock){CLOCK_D3, .state = CLOCK_STATE_PASSED, .due = {3000}};
    assert_ptr_equal(case_clock(&row), &row.clocks[3]);
    assert_true(case_overdue(&row, now));
    row.state = 11; /* closed */
    assert_false(case_open(&row));
    assert_null(case_clock(&row));
    assert_false(case_overdue(&row, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_fits),
        cmocka_unit_test(test_find),  cmocka_unit_test(test_rows_of_one),
        cmocka_unit_test(test_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
