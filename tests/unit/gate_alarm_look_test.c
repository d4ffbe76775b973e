/* gate_alarm_look_test.c - from numbers to alarms: each at its threshold, and just before it.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "gate/alarm_look.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

enum { PARTNER = 2, MINUTE = 60 * 1000 };

static struct config config;
static struct survey survey;
static struct gate_counts counts;
static struct writer_counts writer;
static struct alarm_memory memory;
static struct alarms alarms;
static struct alarm_input input;

static int setup(void **state)
{
    struct day first;
    struct day last;

    (void)state;
    memset(&config, 0, sizeof(config));
    memset(&survey, 0, sizeof(survey));
    memset(&counts, 0, sizeof(counts));
    memset(&writer, 0, sizeof(writer));
    memset(&memory, 0, sizeof(memory));
    memset(&alarms, 0, sizeof(alarms));
    config.calendar = calendar_new();
    if (config.calendar == NULL || !day_from(2026, 1, 1, &first) ||
        !day_from(2026, 12, 31, &last))
        return 1;
    calendar_set_range(config.calendar, first, last);
    config.alarm = (struct config_alarm){
        .silent_minutes = 60, .due_days = {5, 2, 0}, .due_day_count = 3};
    config.party_count = 1;
    strcpy(config.parties[0].id, "hrss.440000");
    config.parties[0].number = PARTNER;
    strcpy(survey.parties[PARTNER].id, "hrss.440000");
    survey.map_bytes = 1000;
    survey.disk_bytes = 1000;
    survey.disk_free = 900;
    input = (struct alarm_input){.config = &config,
                                 .survey = &survey,
                                 .counts = &counts,
                                 .writer = &writer,
                                 .monotonic_ms = 1000000};
    assert_true(instant_parse(TEXT("2026-03-02T09:00:00+08:00"), &input.now));
    survey.last_entry = input.now;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    calendar_free(config.calendar);
    return 0;
}

static void pass(int64_t ms)
{
    input.monotonic_ms += ms;
    input.now.ms += ms;
}

static void look(void)
{
    alarm_look(&input, &memory, &alarms);
}

static const struct alarm *standing(enum alarm_code code)
{
    look();
    for (size_t i = 0; i < alarms.count; i++)
        if (alarms.list[i].code == code && alarms.list[i].stands)
            return &alarms.list[i];
    return NULL;
}

static void stands(enum alarm_code code, const char *party, int64_t step, int64_t number)
{
    const struct alarm *alarm = standing(code);

    assert_non_null(alarm);
    assert_string_equal(alarm->party, party);
    assert_int_equal(alarm->step, step);
    assert_int_equal(alarm->number, number);
}

static void test_nothing(void **state)
{
    (void)state;
    look();
    pass(5000);
    look();
    assert_int_equal(alarms.count, 0);
}

static void test_letters(void **state)
{
    (void)state;
    survey.parties[PARTNER].oldest = instant_add_ms(input.now, -60 * MINUTE + 1);
    assert_null(standing(ALARM_PARTNER_SILENT));
    survey.parties[PARTNER].oldest.ms -= 1;
    stands(ALARM_PARTNER_SILENT, "hrss.440000", 0, 60);
    survey.parties[PARTNER].letters[LETTER_DEAD] = 4;
    stands(ALARM_LETTER_DEAD, "hrss.440000", 0, 4);
    input.missing[PARTNER] = 3;
    stands(ALARM_FERRY_GAP, "hrss.440000", 0, 3);
    input.missing[PARTNER] = 0;
    survey.parties[1].letters[LETTER_DEAD] = 4; /* nobody writes to himself */
    look();
    assert_int_equal(alarms.count, 2);
}

static void test_planned_outage(void **state)
{
    struct config_party *party = &config.parties[0];

    (void)state;
    survey.parties[PARTNER].oldest = instant_add_ms(input.now, -90 * MINUTE);
    party->outages = (struct outage_plan){
        .at = {{instant_add_ms(input.now, -1), instant_add_ms(input.now, 10 * MINUTE)}},
        .count = 1};
    writer.lane_count = 1;
    writer.lanes[0].number = PARTNER;
    writer.lanes[0].breaker_open = true;
    assert_null(standing(ALARM_PARTNER_SILENT));
    assert_null(standing(ALARM_BREAKER_OPEN));
    pass(10 * MINUTE); /* it is over: from now on it could answer */
    assert_null(standing(ALARM_PARTNER_SILENT));
    assert_non_null(standing(ALARM_BREAKER_OPEN));
    pass(60 * MINUTE - 1);
    assert_null(standing(ALARM_PARTNER_SILENT));
    pass(1);
    stands(ALARM_PARTNER_SILENT, "hrss.440000", 0, 60);
    party->outages.count = 0;
}

static void test_cases(void **state)
{
    (void)state;
    survey.flagged = 2;
    survey.overdue = 3;
    survey.due_within[1] = 4;
    stands(ALARM_CASE_FLAGGED, "", 0, 2);
    stands(ALARM_CLOCK_PASSED, "", 0, 3);
    stands(ALARM_CLOCK_DUE, "", 2, 4);
    survey.due_within[1] = 0;
    survey.due_within[2] = 1;
    stands(ALARM_CLOCK_DUE, "", 0, 1);
}

static void test_room(void **state)
{
    (void)state;
    survey.used_bytes = 799;
    survey.disk_free = 110;
    assert_null(standing(ALARM_MAP_FULL));
    assert_null(standing(ALARM_DISK_LOW));
    survey.used_bytes = 800;
    survey.disk_free = 109;
    stands(ALARM_MAP_FULL, "", 80, 80);
    stands(ALARM_DISK_LOW, "", 10, 10);
    survey.used_bytes = 1000;
    survey.disk_free = 0;
    stands(ALARM_MAP_FULL, "", 90, 100);
    stands(ALARM_DISK_LOW, "", 5, 0);
    survey.disk_bytes = 0; /* not known: no alarm */
    assert_null(standing(ALARM_DISK_LOW));
}

static void test_certificates(void **state)
{
    static const struct {
        int64_t days;
        int64_t step; /* -1: none */
    } rows[] = {{91, -1}, {90, 90}, {61, 90}, {60, 60}, {30, 30}, {8, 30},
                {7, 7},   {2, 7},   {1, 1},   {0, 1},   {-1, 1},  {-400, 1}};
    struct config_certificate *mine = &config.certificates[0];

    (void)state;
    config.certificate_count = 2;
    *mine = (struct config_certificate){
        .use = CONFIG_OWN_TLS, .party = "hrss.520000", .path = "x", .readable = true};
    config.certificates[1] = *mine;
    config.certificates[1].use = CONFIG_OWN_SIGNING;
    config.certificates[1].valid_until = instant_add_ms(input.now, 5000 * DAY_MS);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mine->valid_until = instant_add_ms(input.now, rows[i].days * DAY_MS);
        if (rows[i].step < 0)
            assert_null(standing(ALARM_CERTIFICATE_ENDS));
        else
            stands(ALARM_CERTIFICATE_ENDS, "hrss.520000", rows[i].step, rows[i].days);
    }
}

static void test_calendar(void **state)
{
    (void)state;
    assert_true(instant_parse(TEXT("2026-11-01T09:00:00+08:00"), &input.now));
    survey.last_entry = input.now;
    stands(ALARM_CALENDAR_ENDS, "", 60, 60);
    memory.offset_ms = 0;
    assert_true(instant_parse(TEXT("2026-10-31T09:00:00+08:00"), &input.now));
    survey.last_entry = input.now;
    assert_null(standing(ALARM_CALENDAR_ENDS));
}

static void test_conflicts(void **state)
{
    (void)state;
    look();
    counts.parties[PARTNER].conflicts = 1;
    stands(ALARM_CONFLICT_RECEIVED, "hrss.440000", 0, 1);
    pass(59 * MINUTE);
    counts.parties[PARTNER].conflicts = 3;
    stands(ALARM_CONFLICT_RECEIVED, "hrss.440000", 0, 3);
    pass(60 * MINUTE - 1);
    assert_non_null(standing(ALARM_CONFLICT_RECEIVED));
    pass(1);
    assert_null(standing(ALARM_CONFLICT_RECEIVED));
    counts.parties[PARTNER].conflicts = 4;
    stands(ALARM_CONFLICT_RECEIVED, "hrss.440000", 0, 1);
}

static void test_bursts(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) { /* a trickle is no burst */
        counts.parties[PARTNER].unreadable += 19;
        assert_null(standing(ALARM_UNREADABLE_BURST));
        pass(MINUTE);
        look();
    }
    counts.parties[PARTNER].unreadable += 20;
    stands(ALARM_UNREADABLE_BURST, "hrss.440000", 0, 20);
    pass(10 * MINUTE);
    assert_null(standing(ALARM_UNREADABLE_BURST));
}

static void test_writer(void **state)
{
    (void)state;
    look();
    writer.failed = 2;
    stands(ALARM_GATEWAY_COMMIT, "", 0, 2);
    pass(10 * MINUTE);
    assert_null(standing(ALARM_GATEWAY_COMMIT));
    writer.queued = 5; /* waits, and nothing is committed */
    look();
    pass(29999);
    assert_null(standing(ALARM_GATEWAY_COMMIT));
    pass(1);
    stands(ALARM_GATEWAY_COMMIT, "", 0, 0);
    writer.batches++;
    pass(1000);
    assert_null(standing(ALARM_GATEWAY_COMMIT));
    writer.lane_count = 1;
    writer.lanes[0] = (struct writer_lane){.number = PARTNER, .breaker_open = true};
    stands(ALARM_BREAKER_OPEN, "hrss.440000", 0, 0);
}

static void test_clock(void **state)
{
    (void)state;
    look();
    pass(5000);
    input.now.ms += 100000; /* forward is no alarm */
    assert_null(standing(ALARM_CLOCK_BACK));
    input.now.ms -= 2000;
    assert_null(standing(ALARM_CLOCK_BACK)); /* a time service may do that */
    input.now.ms -= 7000;
    stands(ALARM_CLOCK_BACK, "", 0, 7);
    pass(60 * MINUTE);
    assert_null(standing(ALARM_CLOCK_BACK));
    survey.last_entry = instant_add_ms(input.now, 3000); /* before the start */
    stands(ALARM_CLOCK_BACK, "", 0, 3);
}

/* What is not known now stays as it was. */
static void test_blind(void **state)
{
    (void)state;
    survey.flagged = 2;
    look();
    input.blind = true;
    stands(ALARM_LEDGER_UNREADABLE, "", 0, 1);
    assert_non_null(standing(ALARM_CASE_FLAGGED));
    input.survey = NULL;
    assert_non_null(standing(ALARM_LEDGER_UNREADABLE));
}

#define LOOK_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOK_TEST(test_nothing),      LOOK_TEST(test_letters),        LOOK_TEST(test_cases),
        LOOK_TEST(test_nothing),      LOOK_TEST(test_planned_outage), LOOK_TEST(test_cases),
        LOOK_TEST(test_room),         LOOK_TEST(test_conflicts),      LOOK_TEST(test_calendar),
        LOOK_TEST(test_certificates), LOOK_TEST(test_bursts),         LOOK_TEST(test_writer),
        LOOK_TEST(test_clock),        LOOK_TEST(test_blind),
    };

    return cmocka_run_group_tests_name("gate alarm look", tests, NULL, NULL);
}
