/* base_instant_test.c - the calendar day by day against the C library, and the texts of times.
 */
#include "unit.h"

#include <time.h>

#include "base/instant.h"

static struct day day_of(int year, int month, int day_of_month)
{
    struct day day = {0};

    assert_true(day_from(year, month, day_of_month, &day));
    return day;
}

static void test_every_day(void **state)
{
    struct day last = day_of(2199, 12, 31);

    (void)state;
    assert_int_equal(day_of(1900, 1, 1).number, 1);
    for (struct day day = {1}; day.number <= last.number; day.number++) {
        time_t seconds = (time_t)(day.number - 25568) * 86400; /* 25568: 1970-01-01 */
        struct tm expected;
        char text[DAY_TEXT_SIZE];
        struct day back;
        int year;
        int month;
        int day_of_month;

        assert_non_null(gmtime_r(&seconds, &expected));
        day_parts(day, &year, &month, &day_of_month);
        assert_int_equal(year, expected.tm_year + 1900);
        assert_int_equal(month, expected.tm_mon + 1);
        assert_int_equal(day_of_month, expected.tm_mday);
        assert_int_equal(day_weekday(day), (expected.tm_wday + 6) % 7);
        assert_true(day_from(year, month, day_of_month, &back));
        assert_int_equal(back.number, day.number);
        assert_true(day_parse(text_of(day_format(day, text)), &back));
        assert_int_equal(back.number, day.number);
        assert_int_equal(day_yyyymmdd(day), year * 10000 + month * 100 + day_of_month);
        assert_true(day_start(day).ms == seconds * INT64_C(1000) - 8 * 3600 * 1000);
        assert_int_equal(instant_day(day_start(day)).number, day.number);
        assert_int_equal(instant_day((struct instant){day_end(day).ms - 1}).number, day.number);
        assert_int_equal(month_year(day_month(day)), year);
        assert_int_equal(month_of_year(day_month(day)), month);
    }
}

static void test_bad_dates(void **state)
{
    static const int bad[][3] = {
        {1899, 12, 31}, {2200, 1, 1},  {2025, 0, 1},  {2025, 13, 1},
        {2025, 1, 0},   {2025, 1, 32}, {2025, 4, 31}, {2025, 2, 29},
        {2100, 2, 29},  {1900, 2, 29}, {2024, 2, 30}, {-1, 1, 1},
    };
    static const char *const texts[] = {
        "",           "2025-02-29", "2025-2-3",    "2025/02/03", "20250229", "2025-02-03 ",
        "2025-02-0x", "202502",     "2025-02-031", "2025 02 03", "99991231", "2025年2月3",
        "2025-0203",  "202502-03",  "+025-01-01"};
    struct day day = {7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(day_from(bad[i][0], bad[i][1], bad[i][2], &day));
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_false(day_parse(text_of(texts[i]), &day));
    assert_int_equal(day.number, 7);
    assert_true(day_parse(TEXT("20240229"), &day));
    assert_int_equal(day_yyyymmdd(day), 20240229);
}

static void test_none(void **state)
{
    char text[DAY_TEXT_SIZE];
    struct day birth = day_of(1970, 1, 1);

    (void)state;
    assert_int_equal(day_yyyymmdd((struct day){0}), 0);
    assert_string_equal(day_format((struct day){0}, text), "");
    assert_string_equal(month_format((struct month){0}, text), "");
    assert_int_equal(day_month((struct day){0}).number, 0);
    assert_int_not_equal(birth.number, 0); /* a birthday of many, not "none" */
    assert_int_equal(day_yyyymmdd(birth), 19700101);
}

static void test_china_midnight(void **state)
{
    struct instant at;
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    assert_true(instant_parse(TEXT("2026-03-01T23:59:00Z"), &at));
    assert_int_equal(day_yyyymmdd(instant_day(at)), 20260302);
    assert_true(instant_parse(TEXT("2026-03-01T15:59:59.999Z"), &at));
    assert_int_equal(day_yyyymmdd(instant_day(at)), 20260301);
    assert_true(instant_parse(TEXT("2026-03-01T16:00:00Z"), &at));
    assert_int_equal(day_yyyymmdd(instant_day(at)), 20260302);
    assert_true(day_end(day_of(2026, 3, 1)).ms == at.ms);
    assert_true(day_start(day_of(2026, 3, 2)).ms == at.ms);
    assert_string_equal(instant_format(at, text), "2026-03-02T00:00:00.000+08:00");
}

static void test_instant_text(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"2026-03-02T09:00:00.000+08:00", INT64_C(1772413200000)},
        {"2026-03-02T09:00:00+08:00", INT64_C(1772413200000)},
        {"2026-03-02T01:00:00Z", INT64_C(1772413200000)},
        {"2026-03-01T20:00:00.007-05:00", INT64_C(1772413200007)},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
    };
    char text[INSTANT_TEXT_SIZE];
    struct instant at;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct instant back;
        assert_true(instant_parse(text_of(good[i].text), &at));
        assert_true(at.ms == good[i].ms);
        assert_true(instant_parse(text_of(instant_format(at, text)), &back));
        assert_true(back.ms == at.ms);
    }
    at.ms = INT64_C(1772413200007);
    assert_string_equal(instant_format(at, text), "2026-03-02T09:00:00.007+08:00");
    assert_string_equal(instant_format_short(at, text), "2026-03-02 09:00:00");
}

static void test_bad_instants(void **state)
{
    static const char *const bad[] = {"",
                                      "2026-03-02",
                                      "2026-03-02T09:00:00",
                                      "2026-03-02 09:00:00Z",
                                      "2026-03-02T9:00:00Z",
                                      "2026-03-02T24:00:00Z",
                                      "2026-03-02T09:60:00Z",
                                      "2026-03-02T09:00:60Z",
                                      "2026-02-30T09:00:00Z",
                                      "2026-03-02T09:00:00.Z",
                                      "2026-03-02T09:00:00.12Z",
                                      "2026-03-02T09:00:00.1234Z",
                                      "2026-03-02T09:00:00,123Z",
                                      "2026-03-02T09:00:00z",
                                      "2026-03-02T09:00:00+0800",
                                      "2026-03-02T09:00:00+8:00",
                                      "2026-03-02T09:00:00+15:00",
                                      "2026-03-02T09:00:00+14:01",
                                      "2026-03-02T09:00:00+08:60",
                                      "2026-03-02T09:00:00+08:00 ",
                                      "2026-03-02T09:00:00Z+08:00",
                                      "20260302T09:00:00Z",
                                      "1899-12-31T23:00:00Z",
                                      "1900-01-01T00:00:00+14:00",
                                      "2199-12-31T23:59:30-03:59"};
    struct instant at = {7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(instant_parse(text_of(bad[i]), &at));
    assert_true(at.ms == 7);
}

static void test_extremes(void **state)
{
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    assert_string_equal(instant_format((struct instant){INT64_MAX}, text),
                        "2199-12-31T23:59:59.999+08:00");
    assert_string_equal(instant_format((struct instant){INT64_MIN}, text),
                        "1900-01-01T00:00:00.000+08:00");
    assert_int_equal(day_yyyymmdd((struct day){INT32_MAX}), 21991231);
    assert_int_equal(day_yyyymmdd((struct day){INT32_MIN}), 0);
    assert_true(instant_add_ms((struct instant){INT64_MAX}, 1).ms == INT64_MAX);
    assert_true(instant_add_ms((struct instant){INT64_MIN}, -1).ms == INT64_MIN);
    assert_true(instant_before((struct instant){1}, (struct instant){2}));
    assert_false(instant_before((struct instant){2}, (struct instant){2}));
}

static void test_months(void **state)
{
    static const char *const bad[] = {"",        "2025-13", "2025-00", "2025-1", "202513",
                                      "1899-12", "2200-01", "2025/01", "25-01",  "2025-01-01"};
    struct month month = {7};
    char text[MONTH_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(month_parse(text_of(bad[i]), &month));
    assert_false(month_from(2025, 13, &month));
    assert_int_equal(month.number, 7);
    assert_true(month_parse(TEXT("202512"), &month));
    assert_string_equal(month_format(month, text), "2025-12");
    month.number++; /* months are counted without gaps */
    assert_string_equal(month_format(month, text), "2026-01");
    assert_true(month_parse(TEXT("1998-01"), &month));
    assert_int_equal(month_year(month), 1998);
    assert_int_equal(month_of_year(month), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),    cmocka_unit_test(test_bad_dates),
        cmocka_unit_test(test_none),         cmocka_unit_test(test_china_midnight),
        cmocka_unit_test(test_instant_text), cmocka_unit_test(test_bad_instants),
        cmocka_unit_test(test_extremes),     cmocka_unit_test(test_months),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
