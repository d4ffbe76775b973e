/* core_bucket_test.c - a token bucket: burst, steady rate, waiting, clocks that stand or leap.
 */
#include "unit.h"

#include "core/bucket.h"

static unsigned take_all(struct bucket *bucket, const struct bucket_rate *rate, int64_t now,
                         unsigned tries)
{
    unsigned taken = 0;
    uint32_t wait;

    for (unsigned i = 0; i < tries; i++)
        taken += bucket_take(bucket, rate, now, &wait);
    return taken;
}

static void test_burst_then_rate(void **state)
{
    const struct bucket_rate rate = {10, 25};
    struct bucket bucket = {0};

    (void)state;
    assert_int_equal(take_all(&bucket, &rate, 5000, 100), 25);
    assert_int_equal(take_all(&bucket, &rate, 5000, 100), 0);
    assert_int_equal(take_all(&bucket, &rate, 5099, 100), 0);
    assert_int_equal(take_all(&bucket, &rate, 5100, 100), 1);
    assert_int_equal(take_all(&bucket, &rate, 6100, 100), 10);
    assert_int_equal(take_all(&bucket, &rate, 60 * 1000, 100), 25); /* never more than full */
}

/* Asked every millisecond it gives exactly its rate: nothing is lost to rounding. */
static void test_steady(void **state)
{
    static const uint32_t rates[] = {1, 3, 7, 333, 999, 1000, 2000};

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        const struct bucket_rate rate = {rates[i], 2 + rates[i] / 100};
        struct bucket bucket = {0};
        unsigned taken = take_all(&bucket, &rate, 0, 100000);
        assert_int_equal(taken, rate.burst);
        taken = 0;
        for (int64_t now = 1; now <= 10000; now++)
            taken += take_all(&bucket, &rate, now, 4);
        assert_int_equal(taken, rates[i] * 10);
    }
}

static void test_wait(void **state)
{
    const struct bucket_rate slow = {1, 2};
    const struct bucket_rate fast = {1000000, 1};
    struct bucket bucket = {0};
    uint32_t wait = 77;

    (void)state;
    assert_true(bucket_take(&bucket, &slow, 1, &wait));
    assert_int_equal(wait, 0);
    assert_true(bucket_take(&bucket, &slow, 1, &wait));
    assert_false(bucket_take(&bucket, &slow, 1, &wait));
    assert_int_equal(wait, 1);
    assert_false(bucket_take(&bucket, &slow, 1000, &wait));
    assert_int_equal(wait, 1);
    assert_true(bucket_take(&bucket, &slow, 1001, &wait));
    bucket = (struct bucket){0};
    assert_true(bucket_take(&bucket, &fast, 1, &wait));
    assert_false(bucket_take(&bucket, &fast, 1, &wait));
    assert_int_equal(wait, 1);
}

/* Who waits as long as it was told gets its message. */
static void test_waiting_is_enough(void **state)
{
    const struct bucket_rate rate = {3, 5};
    struct bucket bucket = {0};
    int64_t now = 12345;
    uint32_t wait;

    (void)state;
    for (int i = 0; i < 200; i++) {
        while (bucket_take(&bucket, &rate, now, &wait))
            ;
        assert_true(wait >= 1);
        now += wait * 1000;
        assert_true(bucket_take(&bucket, &rate, now, &wait));
    }
}

/* Time that stands still or goes back gives nothing and takes nothing; a leap fills. */
static void test_odd_clocks(void **state)
{
    const struct bucket_rate rate = {1000000, 1000000};
    const struct bucket_rate lower = {5, 3};
    struct bucket bucket = {0};

    (void)state;
    assert_int_equal(take_all(&bucket, &rate, 1000, 1000001), 1000000);
    assert_int_equal(take_all(&bucket, &rate, 0, 10), 0);
    assert_int_equal(take_all(&bucket, &rate, INT64_MAX / 2, 10), 10);
    assert_int_equal(take_all(&bucket, &lower, INT64_MAX / 2, 10), 3); /* a lower rate holds */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_then_rate),
        cmocka_unit_test(test_steady),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_odd_clocks),
        cmocka_unit_test(test_waiting_is_enough),
    };

    return cmocka_run_group_tests_name("core/bucket", tests, NULL, NULL);
}
