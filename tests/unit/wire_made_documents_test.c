/* wire_made_documents_test.c - what the gateway writes itself, in every state of every flow: it
 * follows the national schema, and holds nothing of the person. */
#include "codec_fixture.h"

#include "core/flow.h"
#include "core/pension_employee.h"
#include "core/pension_remittance.h"
#include "pension_documents.h"

static const int64_t now_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00 */

static struct calendar *calendar;
static struct rules rules;
static struct arena *arena; /* of one event */

static unsigned met[ACTIONS]; /* documents made and looked at */

/* --- cases and events -----------------------------------------------------------------------
 */

/* The flows whose documents are made here. */
static const struct flow *const transfers[] = {&pension_employee_flow,
                                               &pension_remittance_flow};

static struct flow_case case_of(const struct flow *flow, unsigned role, unsigned state,
                                uint32_t flags)
{
    struct flow_case before = {
        .case_id = {{1}},
        .flow = flow->number,
        .role = (uint8_t)role,
        .state = (uint8_t)state,
        .version = 3,
        .flags = flags,
        .party = 2,
        .core = 3,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 1,
        .form_revision = 1,
        .form_total = {DOCUMENT_TOTAL_FEN},
        .money_total = {DOCUMENT_TOTAL_FEN + 1},
        .reverse_total = {500},
        .opened_at = {now_ms - 1},
        .changed_at = {now_ms},
        .trace = DOCUMENT_TRACE,
        .last_code = "UNKNOWN_FLOW_15",
    };

    memset(before.person_tag, 'Q', sizeof(before.person_tag));
    for (unsigned kind = 1; kind <= FLOW_CLOCKS_MAX; kind++)
        before.clocks[kind - 1] = (struct flow_clock){.kind = (uint8_t)kind,
                                                      .state = (uint8_t)(kind % 4),
                                                      .paused = kind == CLOCK_FUND,
                                                      .start = {1},
                                                      .due = {now_ms}};
    return before;
}

static struct record *body_of(unsigned action)
{
    struct record *body = action == ACTION_FORM ? document_form(arena)
                                                : document_new(arena, action);

    if (action == ACTION_FORM) {
        document_set(body, "amounts/total", "1.00");
        document_set(document_row(body, 2), "months", "13");
        document_put(arena, body, "remark", "张喆备注");
        return body;
    }
    document_person(arena, body);
    document_put(arena, body, "letterNumber", "张喆的函");
    document_put(arena, body, "text", "张喆，" DOCUMENT_PERSON);
    document_put(arena, body, "amount", "0.01");
    document_put(arena, body, "formRevision", "1");
    return body;
}

/* --- looking at what was made ----------------------------------------------------------------
 */

static bool holds(struct text bytes, const char *word)
{
    return memmem(bytes.at, bytes.size, word, strlen(word)) != NULL;
}

static void look_at(const struct flow *flow, const struct record *made)
{
    static const char *const personal[] = {"张喆", DOCUMENT_PERSON, "1980-01-15",
                                           "黔州虚构纺织厂", "QQQQ"};
    struct error err = ERROR_INIT;
    size_t size = record_encoded_size(made);
    struct buffer bytes = buffer_over(arena_alloc(arena, size), size);

    if (!codec_check_national(schemas, flow->number, made, &err))
        stop(made->name, err.text);
    record_encode(made, &bytes);
    for (size_t i = 0; i < COUNT_OF(personal); i++)
        if (holds(buffer_as_text(&bytes), personal[i]))
            stop(made->name, personal[i]);
}

static void decide(const struct flow *flow, const struct flow_case *before,
                   const struct flow_event *event)
{
    struct flow_decision *decision = arena_alloc(arena, sizeof(*decision));
    struct error err = ERROR_INIT;

    assert_non_null(decision);
    assert_true(flow_decide(flow, &rules, calendar, before, event, arena, decision, &err));
    for (size_t i = 0; i < decision->send_count; i++) {
        const struct flow_send *send = &decision->sends[i];

        if (send->made == NULL)
            continue;
        assert_string_equal(send->made->name, action_name(send->action).english);
        assert_true(send->revision > 0);
        look_at(flow, send->made);
        met[send->action]++;
    }
}

/* --- every situation
 * --------------------------------------------------------------------------- */

static const uint32_t flag_sets[] = {
    0,
    CASE_FORM_HELD,
    CASE_MONEY_SEEN,
    CASE_FORM_HELD | CASE_MONEY_SEEN,
    CASE_FORM_HELD | CASE_NO_MONEY,
};

static void each_event(const struct flow *flow, const struct flow_case *before, unsigned action)
{
    static const char *const codes[] = {"PEN-R08", "PEN-C19", "UNKNOWN_FLOW_15", "SCHEMA"};
    bool counted = action == ACTION_LETTER || action == ACTION_FORM;
    struct flow_event event = {.action = (uint16_t)action,
                               .revision = counted ? 2 : 1,
                               .at = {now_ms},
                               .posted = {1},
                               .posted_rows = 1};

    arena_reset(arena);
    event.body = body_of(action);
    event.source = EVENT_SUBMITTED;
    decide(flow, before, &event);
    event.source = EVENT_RECEIVED;
    decide(flow, before, &event);
    event.source = EVENT_RECEIPT;
    event.body = NULL;
    event.revision = 1;
    event.verdict = VERDICT_REFUSED;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        memset(event.code, 0, sizeof(event.code));
        strcpy(event.code, codes[i]);
        decide(flow, before, &event);
    }
}

static void documents_of_every_state(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT_OF(transfers); f++) {
        const struct flow *flow = transfers[f];

        for (unsigned at = 0; at < flow->state_count; at++) {
            for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
                for (size_t i = 0; i < COUNT_OF(flag_sets); i++) {
                    struct flow_case before = case_of(flow, role, at, flag_sets[i]);

                    if (flow->number == FLOW_PENSION_REMITTANCE)
                        before.form_total.fen = before.money_total.fen - 1;
                    for (unsigned action = 1; action < ACTIONS; action++)
                        each_event(flow, &before, action);
                }
            }
        }
    }
    assert_true(met[ACTION_STATUS_ANSWER] > 100);
    assert_true(met[ACTION_WITHDRAWAL_ANSWER] > 0);
    assert_true(met[ACTION_FORM_RETURN] > 0);
    assert_true(met[ACTION_LETTER_RETURN] > 0);
    assert_true(met[ACTION_COMPLETION] > 0);
}

/* --- reminders
 * ------------------------------------------------------------------------------------ */

/* Whose duty each clock is, by our own reckoning (docs/rules.md, section 1). */
static const uint8_t duties[CLOCK_KINDS] = {
    [CLOCK_D1] = ROLE_IN,       [CLOCK_D2] = ROLE_OUT,      [CLOCK_D2P] = ROLE_OUT,
    [CLOCK_D3] = ROLE_IN,       [CLOCK_FUND] = ROLE_OUT,    [CLOCK_CORRECTION] = ROLE_OUT,
    [CLOCK_LETTER] = ROLE_IN,   [CLOCK_CLEARING] = ROLE_IN, [CLOCK_WITHDRAWAL] = ROLE_OUT,
    [CLOCK_REVERSAL] = ROLE_IN, [CLOCK_SUSPENSE] = ROLE_IN, [CLOCK_QUERY] = ROLE_OUT,
    [CLOCK_RESTORE] = ROLE_OUT,
};

static void expect_reminder(const struct flow *flow, const struct flow_case *before,
                            unsigned kind)
{
    struct flow_event timer = {
        .source = EVENT_TIMER, .clock_kind = (uint8_t)kind, .at = {now_ms}};
    struct flow_decision *decision = arena_alloc(arena, sizeof(*decision));
    bool ours = duties[kind] == before->role;
    struct error err = ERROR_INIT;
    struct text clock;
    struct text due;

    assert_non_null(decision);
    assert_true(flow_decide(flow, &rules, calendar, before, &timer, arena, decision, &err));
    assert_int_equal(decision->kind, DECISION_ACCEPTED);
    assert_int_equal(decision->after.state, before->state); /* it decides nothing */
    assert_true(decision->after.flags & CASE_OVERDUE);
    assert_int_equal(decision->send_count, ours ? 1 : 2);
    assert_int_equal(decision->sends[0].target, ours ? FLOW_TO_CORE : FLOW_TO_PARTNER);
    if (!ours) {
        assert_int_equal(decision->sends[1].target, FLOW_TO_CORE);
        assert_ptr_equal(decision->sends[0].made, decision->sends[1].made);
    }
    assert_int_equal(decision->sends[0].action, ACTION_REMINDER);
    assert_true(record_text(decision->sends[0].made, "clock", &clock));
    assert_true(text_is(clock, clock_kind_name(kind).english));
    assert_true(record_text(decision->sends[0].made, "dueOn", &due));
    assert_true(text_is(due, "2026-03-01")); /* ended at 24:00 of that day */
    look_at(flow, decision->sends[0].made);
}

static void who_must_act_is_reminded(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT_OF(transfers); f++) {
        for (unsigned kind = 1; kind <= FLOW_CLOCKS_MAX; kind++) {
            for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
                struct flow_case before = case_of(transfers[f], role, 0, 0);
                struct flow_clock *clock = &before.clocks[kind - 1];

                arena_reset(arena);
                clock->state = CLOCK_STATE_RUNNING;
                clock->paused = false;
                clock->due = day_end(
                    (struct day){instant_day((struct instant){now_ms}).number - 1});
                expect_reminder(transfers[f], &before, kind);
                assert_int_equal(clock_duty(kind), duties[kind]);
            }
        }
    }
}

/* --- all
 * --------------------------------------------------------------------------------------------
 */

static int setup_all(void **state)
{
    calendar = calendar_new();
    arena = arena_new(ARENA_MAX);
    assert_non_null(calendar);
    assert_non_null(arena);
    return open_schemas(state);
}

static int teardown_all(void **state)
{
    calendar_free(calendar);
    arena_free(arena);
    return close_schemas(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_of_every_state),
        cmocka_unit_test(who_must_act_is_reminded),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
