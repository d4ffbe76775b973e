/*
 * record_fixture.h - cases, events and decisions of injury.record for tests of core. After
 * unit.h.
 */
#ifndef SUPPORT_RECORD_FIXTURE_H
#define SUPPORT_RECORD_FIXTURE_H

#include "injury_records.h"

#define MINUTE INT64_C(60000)

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static const uint8_t waits[32] = {7};

static inline struct flow_event event_with(enum event_source source, const struct record *body)
{
    struct flow_event event = {
        .source = source,
        .action = (uint16_t)action_by_name(text_of(body->name)),
        .revision = 1,
        .at = {RECORD_NOW},
        .body = body,
        .case_id = {{3}},
        .party = 2,
        .core = 3,
        .person_tag = {5},
        .message_id = {{21}},
        .ids = {{{31}}, {{32}}, {{33}}, {{34}}},
        .answer_by = {RECORD_NOW + MINUTE},
    };

    if (source == EVENT_SUBMITTED)
        memcpy(event.key, waits, sizeof(waits));
    return event;
}

static inline void decide(const struct flow_case *before, const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&injury_record_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
}

/* What the event makes of the case, NULL: it opens one. */
static inline struct flow_case accepted(const struct flow_case *before,
                                        const struct flow_event *event)
{
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct error err = ERROR_INIT;
    struct flow_case again;

    decide(before, event);
    assert_string_equal(decision.code, "");
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    flow_case_encode(&decision.after, &buffer);
    assert_true(flow_case_decode(buffer_as_text(&buffer), &again, &err));
    assert_int_equal(again.part.injury.about.ms, decision.after.part.injury.about.ms);
    return decision.after;
}

static inline void refused(const struct flow_case *before, const struct flow_event *event,
                           const char *code)
{
    decide(before, event);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
    assert_int_equal(decision.send_count, 0);
}

static inline struct flow_case opened(enum event_source source, const struct record *body)
{
    struct flow_event event = event_with(source, body);

    return accepted(NULL, &event);
}

static inline struct flow_event answer_to(enum event_source source, const struct record *body,
                                          const struct uuid *asked)
{
    struct flow_event event = event_with(source, body);

    event.in_reply_to = *asked;
    return event;
}

static inline bool warned(const char *code)
{
    for (size_t i = 0; i < decision.warning_count; i++)
        if (strcmp(decision.warnings[i].code, code) == 0)
            return true;
    return false;
}

static inline const struct flow_clock *clock_of(const struct flow_case *flow_case,
                                                unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case->clocks[i].kind == kind)
            return &flow_case->clocks[i];
    return NULL;
}

static inline struct flow_event timer(const struct flow_case *flow_case, unsigned kind)
{
    return (struct flow_event){.source = EVENT_TIMER,
                               .clock_kind = (uint8_t)kind,
                               .at = clock_of(flow_case, kind)->due};
}

static inline int setup(void **unused)
{
    (void)unused;
    arena = arena_new(4 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
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
    return 0;
}

#define RECORD_TEST(function) cmocka_unit_test_setup(function, fresh)

#endif
