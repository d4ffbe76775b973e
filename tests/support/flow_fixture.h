/*
 * flow_fixture.h - cases, events and decisions of pension.employee for tests of core.
 *
 * The calendar knows 2026 with two days off: 6 April everywhere, 3 March in 440000 only.
 */
#ifndef SUPPORT_FLOW_FIXTURE_H
#define SUPPORT_FLOW_FIXTURE_H

#include <string.h>

#include "core/flow.h"
#include "core/pension_employee.h"
#include "pension_documents.h"

#define NOW  INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00, a Monday */
#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static inline struct day on(int year, int month, int day_of_month)
{
    struct day day = {0};

    assert_true(day_from(year, month, day_of_month, &day));
    return day;
}

static inline int setup(void **unused)
{
    struct error err = ERROR_INIT;

    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    calendar_set_range(calendar, on(2026, 1, 1), on(2026, 12, 31));
    assert_true(calendar_add_off(calendar, 0, on(2026, 4, 6), &err));
    assert_true(calendar_add_off(calendar, 440000, on(2026, 3, 3), &err));
    return 0;
}

static inline int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

static inline int fresh(void **unused)
{
    (void)unused;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    rules.calendar_version = 9;
    return 0;
}

static inline struct flow_case case_in(unsigned role, unsigned state)
{
    struct flow_case flow_case = {
        .case_id = {{1}},
        .flow = FLOW_PENSION_EMPLOYEE,
        .role = (uint8_t)role,
        .state = (uint8_t)state,
        .version = 3,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 1,
        .form_revision = 1,
        .opened_at = {NOW},
        .trace = DOCUMENT_TRACE,
        .person_tag = {5},
    };
    return flow_case;
}

static inline struct flow_event event_with(enum event_source source, unsigned action,
                                           const struct record *body)
{
    struct flow_event event = {
        .source = source,
        .action = (uint16_t)action,
        .revision = 1,
        .at = {NOW},
        .body = body,
        .case_id = {{1}},
        .party = 2,
        .core = 3,
        .in_region = 520000,
        .out_region = 440000,
    };
    return event;
}

static inline const struct flow_case *decide(const struct flow_case *before,
                                             const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_employee_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static inline void expect_refused(const struct flow_case *before,
                                  const struct flow_event *event, const char *code)
{
    decide(before, event);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
    assert_true(strlen(decision.reason) > 0);
    assert_int_equal(decision.send_count, 0);
    assert_int_equal(decision.warning_count, 0);
    if (before != NULL)
        assert_memory_equal(&decision.after, before, sizeof(*before));
}

static inline void expect_accepted(const struct flow_case *before,
                                   const struct flow_event *event)
{
    decide(before, event);
    assert_string_equal(decision.code, "");
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
}

static inline const struct flow_clock *clock_of(const struct flow_case *flow_case,
                                                unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case->clocks[i].kind == kind)
            return &flow_case->clocks[i];
    return NULL;
}

static inline struct flow_event timer_at(unsigned kind, int64_t ms)
{
    struct flow_event event = {.source = EVENT_TIMER, .clock_kind = (uint8_t)kind, .at = {ms}};
    return event;
}

#define FLOW_TEST(function) cmocka_unit_test_setup(function, fresh)

#endif
