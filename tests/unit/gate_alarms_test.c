/* gate_alarms_test.c - the life of an alarm; what is told, how often, and what is not. */
#include "unit.h"

#include <string.h>

#include "gate/alarms.h"

enum { REPEAT_MS = 1000 };

static struct alarms alarms;
static int64_t clock_ms;

static int setup(void **state)
{
    (void)state;
    memset(&alarms, 0, sizeof(alarms));
    clock_ms = 100000;
    return 0;
}

static struct instant now(void)
{
    return (struct instant){INT64_C(1772413200000) + clock_ms};
}

/* One look that sees `count` times the code; 0: nothing is wrong. */
static void look(enum alarm_code code, const char *party, int64_t step, int64_t number)
{
    alarms_begin(&alarms);
    if (code != ALARM_CODES)
        alarms_see(&alarms, code, party, step, number, now());
    alarms_end(&alarms);
}

static void look_clean(void)
{
    look(ALARM_CODES, "", 0, 0);
}

static bool told(struct alarm *alarm)
{
    return alarms_next(&alarms, now(), clock_ms, REPEAT_MS, alarm);
}

static void tells(enum alarm_code code, bool raised)
{
    struct alarm alarm;

    assert_true(told(&alarm));
    assert_int_equal(alarm.code, code);
    assert_int_equal(alarm.stands, raised);
}

static void tells_nothing(void)
{
    struct alarm alarm;

    assert_false(told(&alarm));
}

static void test_raised_and_cleared(void **state)
{
    (void)state;
    tells_nothing();
    look(ALARM_LETTER_DEAD, "hrss.440000", 0, 2);
    tells(ALARM_LETTER_DEAD, true);
    tells_nothing();
    look(ALARM_LETTER_DEAD, "hrss.440000", 0, 3);
    tells_nothing(); /* another number is no other alarm */
    assert_int_equal(alarms.list[0].number, 3);
    look_clean();
    tells(ALARM_LETTER_DEAD, false);
    tells_nothing();
    assert_int_equal(alarms.count, 0);
}

static void test_repeats(void **state)
{
    struct alarm alarm;

    (void)state;
    look(ALARM_MAP_FULL, "", 80, 81);
    tells(ALARM_MAP_FULL, true);
    clock_ms += REPEAT_MS - 1;
    tells_nothing();
    clock_ms += 1;
    assert_true(told(&alarm));
    assert_int_equal(alarm.told, 2);
    clock_ms += 100 * REPEAT_MS;
    assert_true(told(&alarm));
    tells_nothing(); /* what was missed is not made up for */
    clock_ms += 100 * REPEAT_MS;
    assert_false(alarms_next(&alarms, now(), clock_ms, 0, &alarm));
}

static void test_acknowledged(void **state)
{
    (void)state;
    look(ALARM_MAP_FULL, "", 80, 81);
    tells(ALARM_MAP_FULL, true);
    assert_int_equal(alarms_acknowledge(&alarms, ALARM_DISK_LOW), 0);
    assert_int_equal(alarms_acknowledge(&alarms, ALARM_MAP_FULL), 1);
    clock_ms += 10 * REPEAT_MS;
    look(ALARM_MAP_FULL, "", 80, 82);
    tells_nothing();
    /* The next step is another alarm. */
    look(ALARM_MAP_FULL, "", 90, 91);
    tells(ALARM_MAP_FULL, false);
    tells(ALARM_MAP_FULL, true);
    look_clean();
    tells(ALARM_MAP_FULL, false);
    /* Raised anew: nobody has seen that one. */
    look(ALARM_MAP_FULL, "", 80, 81);
    tells(ALARM_MAP_FULL, true);
    assert_false(alarms.list[0].acknowledged);
}

static void test_silenced(void **state)
{
    (void)state;
    alarms_silence(&alarms, ALARM_CLOCK_DUE, (struct instant){now().ms + 5000});
    look(ALARM_CLOCK_DUE, "", 5, 1);
    tells_nothing();
    look(ALARM_CLOCK_DUE, "", 2, 1);
    tells_nothing();
    assert_int_equal(alarms.count, 1); /* what nobody heard of goes without a word */
    look(ALARM_CLOCK_PASSED, "", 0, 1);
    tells(ALARM_CLOCK_PASSED, true);
    look(ALARM_CLOCK_DUE, "", 0, 1);
    tells(ALARM_CLOCK_PASSED, false);
    clock_ms += 4999;
    tells_nothing();
    clock_ms += 1;
    tells(ALARM_CLOCK_DUE, true);
    alarms_silence(&alarms, ALARM_CLOCK_DUE, (struct instant){now().ms + 5000});
    clock_ms += 2 * REPEAT_MS;
    tells_nothing();
    look_clean();
    tells(ALARM_CLOCK_DUE, false); /* it was told as raised */
}

/* Cleared and raised again before anybody was told: told once more as raised, from then on. */
static void test_flapping(void **state)
{
    struct alarm alarm;
    struct instant first = now();

    (void)state;
    look(ALARM_BREAKER_OPEN, "hrss.440000", 0, 0);
    tells(ALARM_BREAKER_OPEN, true);
    alarms_acknowledge(&alarms, ALARM_BREAKER_OPEN);
    look_clean();
    clock_ms += REPEAT_MS;
    look(ALARM_BREAKER_OPEN, "hrss.440000", 0, 0);
    assert_true(told(&alarm));
    assert_true(alarm.stands);
    assert_true(alarm.since.ms > first.ms);
    assert_int_equal(alarms.count, 1);
}

static void test_parties_apart(void **state)
{
    (void)state;
    alarms_begin(&alarms);
    alarms_see(&alarms, ALARM_LETTER_DEAD, "hrss.440000", 0, 1, now());
    alarms_see(&alarms, ALARM_LETTER_DEAD, "hrss.450000", 0, 1, now());
    alarms_see(&alarms, ALARM_LETTER_DEAD, "hrss.450000", 0, 7, now());
    alarms_end(&alarms);
    assert_int_equal(alarms.count, 2);
    tells(ALARM_LETTER_DEAD, true);
    tells(ALARM_LETTER_DEAD, true);
    tells_nothing();
    look(ALARM_LETTER_DEAD, "hrss.450000", 0, 7);
    tells(ALARM_LETTER_DEAD, false);
    tells_nothing();
    assert_string_equal(alarms.list[0].party, "hrss.450000");
}

static void test_full(void **state)
{
    struct alarm alarm;

    (void)state;
    alarms_begin(&alarms);
    for (int i = 0; i < ALARMS_MAX + 9; i++)
        alarms_see(&alarms, ALARM_CLOCK_DUE, "", i, 1, now());
    alarms_end(&alarms);
    assert_int_equal(alarms.count, ALARMS_MAX);
    assert_int_equal(alarms.dropped, 9);
    for (int i = 0; i < ALARMS_MAX; i++)
        assert_true(told(&alarm));
    tells_nothing();
    look_clean();
    for (int i = 0; i < ALARMS_MAX; i++)
        assert_true(told(&alarm));
    assert_int_equal(alarms.count, 0);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALARM_CODES; i++) {
        const struct alarm_kind *kind = &alarm_kinds[i];

        assert_int_equal(alarm_by_name(kind->name), i);
        assert_true(kind->meaning.english[0] != '\0' && kind->meaning.chinese[0] != '\0');
        assert_true(strncmp(kind->todo, "qiantong ", 9) == 0);
        assert_true(kind->severity < ALARM_SEVERITIES);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(kind->name, alarm_kinds[k].name);
    }
    assert_int_equal(alarm_by_name("letter_dead"), ALARM_CODES);
    assert_int_equal(alarm_by_name(""), ALARM_CODES);
    assert_int_equal(alarm_severity_of(ALARM_CERTIFICATE_ENDS, 90), ALARM_NOTICE);
    assert_int_equal(alarm_severity_of(ALARM_CERTIFICATE_ENDS, 30), ALARM_WARNING);
    assert_int_equal(alarm_severity_of(ALARM_CERTIFICATE_ENDS, 1), ALARM_CRITICAL);
    assert_int_equal(alarm_severity_of(ALARM_CLOCK_DUE, 0), ALARM_WARNING);
    assert_int_equal(alarm_severity_of(ALARM_CLOCK_DUE, 2), ALARM_NOTICE);
    assert_int_equal(alarm_severity_of(ALARM_CRL_OLD, 0), ALARM_WARNING);
    assert_int_equal(alarm_severity_of(ALARM_CRL_OLD, 1), ALARM_CRITICAL);
    assert_int_equal(alarm_severity_of(ALARM_DISK_LOW, 10), ALARM_WARNING);
    assert_int_equal(alarm_severity_of(ALARM_DISK_LOW, 5), ALARM_CRITICAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_raised_and_cleared, setup),
        cmocka_unit_test_setup(test_repeats, setup),
        cmocka_unit_test_setup(test_acknowledged, setup),
        cmocka_unit_test_setup(test_silenced, setup),
        cmocka_unit_test_setup(test_flapping, setup),
        cmocka_unit_test_setup(test_parties_apart, setup),
        cmocka_unit_test_setup(test_full, setup),
        cmocka_unit_test(test_table),
    };

    return cmocka_run_group_tests_name("gate alarms", tests, NULL, NULL);
}
