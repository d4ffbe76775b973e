/* core_retry_test.c - back-off between its bounds, the end of a letter, the breaker. */
#include "unit.h"

#include "core/retry.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define BEGIN  INT64_C(1772413200000)

static int64_t wait_of(unsigned attempt, int64_t retry_after_ms, uint64_t random)
{
    struct instant now = {BEGIN + HOUR};

    return retry_next(&retry_default, (struct instant){BEGIN}, now, attempt, retry_after_ms,
                      random)
               .ms -
           now.ms;
}

/* A cheap mixing of bits. */
static uint64_t mixed(uint64_t seed)
{
    seed *= UINT64_C(0x9e3779b97f4a7c15);
    return seed ^ seed >> 31;
}

static void waits_lie_between_bounds(void **unused)
{
    (void)unused;
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        int64_t longest = attempt < 11 ? INT64_C(1000) << (attempt > 0 ? attempt - 1 : 0)
                                       : 15 * MINUTE;

        if (longest > 15 * MINUTE)
            longest = 15 * MINUTE;
        for (uint64_t seed = 0; seed < 200; seed++) {
            int64_t wait = wait_of(attempt, 0, mixed(seed));
            assert_true(wait >= 1000 && wait <= longest);
        }
    }
    assert_true(wait_of(UINT32_MAX, 0, UINT64_MAX) <= 15 * MINUTE);
    assert_int_equal(wait_of(1, 0, UINT64_MAX), 1000);
}

static void jitter_uses_the_whole_range(void **unused)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;

    (void)unused;
    for (uint64_t seed = 1; seed < 5000; seed++) {
        int64_t wait = wait_of(20, 0, mixed(seed));
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_true(least < 10 * 1000);
    assert_true(most > 14 * MINUTE + 50 * 1000);
}

static void retry_after_is_honoured_up_to_an_hour(void **unused)
{
    (void)unused;
    assert_int_equal(wait_of(1, 5 * MINUTE, 0), 5 * MINUTE);
    assert_int_equal(wait_of(1, HOUR, 0), HOUR);
    assert_int_equal(wait_of(1, 5 * HOUR, 0), HOUR);
    assert_int_equal(wait_of(1, INT64_MAX, 0), HOUR);
    assert_int_equal(wait_of(1, 1, 0), 1000); /* never sooner than our own wait */
    assert_int_equal(wait_of(1, -5, 0), 1000);
}

static void a_letter_ends(void **unused)
{
    struct instant created = {BEGIN};
    struct instant end = {BEGIN + 90 * DAY};
    struct instant last = {end.ms - 1};

    (void)unused;
    assert_int_equal(retry_next(&retry_default, created, last, 30, HOUR, 0).ms, end.ms);
    assert_int_equal(retry_next(&retry_default, created, end, 30, 0, 0).ms, 0);
    end.ms++;
    assert_int_equal(retry_next(&retry_default, created, end, 1, HOUR, 0).ms, 0);
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct instant now = {BEGIN + 90 * DAY - 5 * MINUTE};
        struct instant next = retry_next(&retry_default, created, now, 40, 0, mixed(seed));
        assert_true(next.ms > now.ms && next.ms <= BEGIN + 90 * DAY);
    }
}

static void an_odd_policy(void **unused)
{
    struct retry_policy policy = {.first_ms = 5000, .longest_ms = 1000, .lifetime_ms = DAY};
    struct instant now = {BEGIN};

    (void)unused;
    assert_int_equal(retry_next(&policy, now, now, 3, 0, 99).ms, BEGIN + 5000);
}

static void five_failures_open_the_breaker(void **unused)
{
    struct breaker breaker = {0};
    struct instant now = {BEGIN};

    (void)unused;
    for (int i = 0; i < 4; i++) {
        breaker_record(&breaker, false, now);
        assert_true(breaker_allows(&breaker, now));
    }
    breaker_record(&breaker, false, now);
    assert_false(breaker_allows(&breaker, now));
    now.ms += 29999;
    assert_false(breaker_allows(&breaker, now));
    now.ms += 1;
    assert_true(breaker_allows(&breaker, now));
    breaker_record(&breaker, false, now); /* the probe failed too */
    assert_false(breaker_allows(&breaker, now));
    now.ms += 30000;
    assert_true(breaker_allows(&breaker, now));
    breaker_record(&breaker, true, now);
    assert_true(breaker_allows(&breaker, now));
    assert_int_equal(breaker.failures, 0);
    breaker_record(&breaker, false, now);
    assert_true(breaker_allows(&breaker, now));
}

static void success_between_keeps_it_closed(void **unused)
{
    struct breaker breaker = {0};
    struct instant now = {BEGIN};

    (void)unused;
    for (int i = 0; i < 20; i++) {
        breaker_record(&breaker, i % 5 == 4, now);
        assert_true(breaker_allows(&breaker, now));
    }
    breaker.failures = UINT32_MAX;
    breaker_record(&breaker, false, now);
    assert_int_equal(breaker.failures, UINT32_MAX);
}

/* A pause that was asked for: kept whatever else is heard, bounded, never shortened. */
static void a_party_asks_for_a_pause(void **unused)
{
    struct breaker breaker = {0};
    struct instant now = {BEGIN};
    struct instant later = {BEGIN + 5000};

    (void)unused;
    breaker_rest(&breaker, now, 0);
    breaker_rest(&breaker, now, -7);
    assert_true(breaker_allows(&breaker, now));
    assert_int_equal(breaker_until(&breaker, now).ms, 0);
    breaker_rest(&breaker, now, 5000);
    breaker_rest(&breaker, now, 1000);
    breaker_record(&breaker, true, now);
    assert_false(breaker_allows(&breaker, now));
    assert_int_equal(breaker_until(&breaker, now).ms, later.ms);
    assert_true(breaker_allows(&breaker, later));
    assert_int_equal(breaker_until(&breaker, later).ms, 0);
    breaker_rest(&breaker, now, 1000 * HOUR);
    assert_int_equal(breaker_until(&breaker, now).ms, BEGIN + HOUR);
    for (int i = 0; i < 5; i++)
        breaker_record(&breaker, false, (struct instant){BEGIN + HOUR});
    assert_int_equal(breaker_until(&breaker, now).ms, BEGIN + HOUR + 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_lie_between_bounds),
        cmocka_unit_test(jitter_uses_the_whole_range),
        cmocka_unit_test(retry_after_is_honoured_up_to_an_hour),
        cmocka_unit_test(a_letter_ends),
        cmocka_unit_test(an_odd_policy),
        cmocka_unit_test(five_failures_open_the_breaker),
        cmocka_unit_test(success_between_keeps_it_closed),
        cmocka_unit_test(a_party_asks_for_a_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
