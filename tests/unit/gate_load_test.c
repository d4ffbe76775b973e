/* gate_load_test.c - admission by party: rate, messages in flight, counts, many parties. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/load.h"

static const struct config_party small = {
    .id = "hrss.440000", .rate = {5, 10}, .in_flight_max = 3};

static struct loads *loads;

static int setup(void **state)
{
    (void)state;
    loads = calloc(1, sizeof(*loads));
    return loads == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(loads);
    return 0;
}

static void test_in_flight(void **state)
{
    struct load *load = loads_get(loads, small.id);
    unsigned wait = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(load_admit(load, &small, 1, &wait));
    assert_false(load_admit(load, &small, 1, &wait));
    assert_true(wait >= 1);
    assert_int_equal(atomic_load(&load->over_in_flight), 1);
    assert_int_equal(atomic_load(&load->over_rate), 0);
    load_end(load);
    assert_true(load_admit(load, &small, 1, &wait));
    assert_int_equal(atomic_load(&load->in_flight), 3);
    assert_int_equal(atomic_load(&load->admitted), 4);
    load_end(NULL); /* by hand */
}

static void test_rate(void **state)
{
    struct load *load = loads_get(loads, small.id);
    unsigned wait = 0;

    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_true(load_admit(load, &small, 1000, &wait));
        load_end(load);
    }
    assert_false(load_admit(load, &small, 1000, &wait));
    assert_int_equal(wait, 1);
    assert_int_equal(atomic_load(&load->over_rate), 1);
    assert_int_equal(atomic_load(&load->in_flight), 0);
    assert_true(load_admit(load, &small, 1200, &wait));
}

/* What is refused for being in flight takes nothing from the rate. */
static void test_one_limit_at_a_time(void **state)
{
    struct load *load = loads_get(loads, small.id);
    unsigned wait;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(load_admit(load, &small, 1, &wait));
    for (int i = 0; i < 100; i++)
        assert_false(load_admit(load, &small, 1, &wait));
    for (int i = 0; i < 7; i++) {
        load_end(load);
        assert_true(load_admit(load, &small, 1, &wait));
    }
    load_end(load);
    assert_false(load_admit(load, &small, 1, &wait));
    assert_int_equal(atomic_load(&load->over_rate), 1);
    assert_int_equal(atomic_load(&load->over_in_flight), 100);
}

static void test_many_parties(void **state)
{
    char id[PARTY_ID_SIZE];
    struct load *first = loads_get(loads, "hrss.000000");
    struct load *last = first;

    (void)state;
    assert_null(loads_find(loads, "hrss.440000"));
    for (unsigned i = 1; i < 2 * LOADS_MAX; i++) {
        snprintf(id, sizeof(id), "hrss.%06u", i);
        last = loads_get(loads, id);
        assert_non_null(last);
        assert_ptr_equal(loads_get(loads, id), last);
        assert_true(i >= LOADS_MAX || loads_find(loads, id) == last);
    }
    assert_ptr_equal(last, &loads->list[LOADS_MAX - 1]); /* shared when there is no room */
    assert_ptr_equal(loads_get(loads, "hrss.000000"), first);
    assert_ptr_equal(loads_find(loads, "hrss.000000"), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_flight, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_limit_at_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_parties, setup, teardown),
    };

    return cmocka_run_group_tests_name("gate/load", tests, NULL, NULL);
}
