/* flow_clock.c - when a clock starts, what it counts, when it is met. */
#include "core/flow_clock.h"

#include <string.h>

enum { DAYS_MAX = 1000 };

#define HOUR_MS (INT64_C(60) * 60 * 1000)

/* The rule that holds a limit's days, the days if no rule speaks, and who must act. */
struct clock_rule {
    const char *id;
    int64_t days;
    uint8_t role;
};

static const struct clock_rule clock_rules[] = {
    [CLOCK_NONE] = {"", 0, ROLE_NONE},
    [CLOCK_D1] = {"PEN-D1", 15, ROLE_IN},
    [CLOCK_D2] = {"PEN-D2", 15, ROLE_OUT},
    [CLOCK_D2P] = {"PEN-D2P", 10, ROLE_OUT},
    [CLOCK_D3] = {"PEN-D3", 15, ROLE_IN},
    [CLOCK_FUND] = {"PEN-FUND", 15, ROLE_OUT},
    [CLOCK_CORRECTION] = {"PEN-CORR", 15, ROLE_OUT},
    [CLOCK_LETTER] = {"PEN-LETTER", 15, ROLE_IN},
    [CLOCK_CLEARING] = {"PEN-CLEAR", 60, ROLE_IN},
    [CLOCK_WITHDRAWAL] = {"PEN-WD", 10, ROLE_OUT},
    [CLOCK_REVERSAL] = {"PEN-REV", 15, ROLE_IN},
    [CLOCK_SUSPENSE] = {"PEN-SUSP", 15, ROLE_IN},
    [CLOCK_QUERY] = {"PEN-QUERY", 15, ROLE_OUT},
    [CLOCK_RESTORE] = {"PEN-RESTORE", 15, ROLE_OUT},
    [CLOCK_ANSWER] = {"STL-TREATING", 0, ROLE_INSURED},
    [CLOCK_PATIENCE] = {"STL-HOSPITAL", 0, ROLE_TREATING},
    [CLOCK_RETRY] = {"STL-RETRY", 0, ROLE_TREATING},
    [CLOCK_LAPSE] = {"STL-LAPSE", 0, ROLE_TREATING},
    [CLOCK_CONFIRM] = {"STL-CONFIRM", 0, ROLE_TREATING},
    [CLOCK_FILING_END] = {"STL-FILING", 0, ROLE_INSURED},
    [CLOCK_REPLY] = {"INJ-REPLY", 15, ROLE_INSURED},
    [CLOCK_CHECK] = {"MED-CHECK", 2, ROLE_OUT},
    [CLOCK_CONSENT] = {"PEN-CONSENT", 15, ROLE_IN},
    [CLOCK_GATHER] = {"PEN-GATHER", 45, ROLE_IN},
};
_Static_assert(COUNT_OF(clock_rules) == CLOCK_KINDS, "every clock has its rule");
_Static_assert(CLOCK_KINDS <= 32, "a set of clocks is 32 bits");

uint8_t clock_duty(unsigned kind)
{
    return kind < CLOCK_KINDS ? clock_rules[kind].role : ROLE_NONE;
}

uint8_t flow_clock_duty(const struct flow *flow, unsigned kind)
{
    uint8_t duty = clock_duty(kind);
    bool second = duty == ROLE_OUT || duty == ROLE_INSURED;

    if (duty == ROLE_NONE)
        return ROLE_NONE;
    if ((flow->swapped_clocks & FLOW_CLOCK(kind)) != 0)
        second = !second;
    return flow->roles[second];
}

int64_t flow_rule(const struct rules *rules, const char *id, uint32_t region, struct day day,
                  int64_t otherwise)
{
    char name[RULE_ID_SIZE];
    struct buffer text = buffer_over(name, sizeof(name) - 1);

    buffer_format(&text, "%s-%06u", id, (unsigned)(region / 10000 * 10000));
    name[text.size] = '\0';
    CHECK(!text.overflow);
    return rules_value(rules, name, day, rules_value(rules, id, day, otherwise));
}

struct flow_clock *flow_clock_find(struct flow_case *flow_case, unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case->clocks[i].kind == kind)
            return &flow_case->clocks[i];
    return NULL;
}

/* When the duty begins: at the entry's time; of a receipt, at the time of receipt over there,
 * unless that cannot be (before the case was opened, or after the receipt reached us). */
static struct instant duty_begins(const struct flow_case *flow_case,
                                  const struct flow_event *event)
{
    struct instant there = event->received_at;

    if (event->source != EVENT_RECEIPT || there.ms <= 0)
        return event->at;
    if (instant_before(there, instant_add_ms(flow_case->opened_at, -24 * HOUR_MS)) ||
        instant_before(instant_add_ms(event->at, 24 * HOUR_MS), there))
        return event->at;
    return there;
}

struct day flow_day_zero(const struct rules *rules, uint32_t region, struct day day)
{
    if (flow_rule(rules, "PEN-DAY-ONE", region, day, 0) == 1)
        day.number--;
    return day;
}

/* The days that a flow's own rule names, or else the rule of every flow. */
static int64_t days_of(const struct flow_situation *situation, const struct clock_rule *rule,
                       uint32_t region, struct day day)
{
    int64_t days = flow_rule(situation->rules, rule->id, region, day, rule->days);
    char id[RULE_ID_SIZE];
    struct buffer text = buffer_over(id, sizeof(id) - 1);

    if (situation->flow->limits == NULL && situation->flow->family == NULL)
        return days;
    if (situation->flow->family != NULL)
        buffer_format(&text, "%s%s", situation->flow->family, strchr(rule->id, '-'));
    else
        buffer_format(&text, "%s%s", rule->id, situation->flow->limits);
    id[text.size] = '\0';
    CHECK(!text.overflow);
    return flow_rule(situation->rules, id, region, day, days);
}

void flow_clock_start(const struct flow_situation *situation, struct flow_case *after,
                      unsigned kind, struct day from)
{
    const struct clock_rule *rule = &clock_rules[kind];
    bool first = flow_clock_duty(situation->flow, kind) == situation->flow->roles[0];
    uint32_t region = first ? after->in_region : after->out_region;
    struct day began = instant_day(duty_begins(after, situation->event));
    struct day start = from.number != 0 ? from : flow_day_zero(situation->rules, region, began);
    int64_t days = days_of(situation, rule, region, from.number != 0 ? from : began);
    struct flow_clock *clock = flow_clock_find(after, kind);
    bool provisional = false;
    struct day last;

    if (clock == NULL)
        clock = flow_clock_find(after, CLOCK_NONE);
    CHECK(clock != NULL); /* as many places as a flow uses kinds */
    if (days < 0 || days > DAYS_MAX)
        days = rule->days;
    last = calendar_limit(situation->calendar, region, start, (int)days, &provisional);
    *clock = (struct flow_clock){
        .kind = (uint8_t)kind,
        .state = CLOCK_STATE_RUNNING,
        .provisional = provisional,
        .days = (uint16_t)days,
        .start = start,
        .region = region,
        .calendar_version = situation->rules->calendar_version,
        .due = day_end(last),
    };
}

void flow_clock_start_at(struct flow_case *after, unsigned kind, struct instant due)
{
    struct flow_clock *clock = flow_clock_find(after, kind);

    if (clock == NULL)
        clock = flow_clock_find(after, CLOCK_NONE);
    CHECK(clock != NULL);
    *clock = (struct flow_clock){
        .kind = (uint8_t)kind, .state = CLOCK_STATE_RUNNING, .due = due};
}

void flow_clock_pause(const struct calendar *calendar, struct flow_clock *clock, struct day on)
{
    int used = calendar_between(calendar, clock->region, clock->start, on);
    int left = used <= 0 ? clock->days : clock->days - used;

    clock->paused = true;
    clock->days = (uint16_t)(left > 0 ? left : 0);
    clock->start = on;
}

void flow_clock_resume(const struct flow_situation *situation, struct flow_clock *clock,
                       struct day on)
{
    bool provisional = false;
    struct day last = calendar_limit(situation->calendar, clock->region, on, clock->days,
                                     &provisional);

    clock->paused = false;
    clock->start = on;
    clock->provisional = provisional;
    clock->calendar_version = situation->rules->calendar_version;
    clock->due = day_end(last);
}

void flow_clocks_read(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct record *row;

    if (event->source != EVENT_RECEIVED || event->action != ACTION_STATUS_ANSWER)
        return;
    row = event->body != NULL ? record_find(event->body, "clocks/clock") : NULL;
    for (; row != NULL; row = record_same(row)) {
        struct text name;
        struct text state;
        unsigned kind;

        if (!record_text(row, "kind", &name) || !record_text(row, "state", &state))
            continue;
        kind = clock_kind_by_name(name);
        if (kind == CLOCK_NONE ||
            flow_clock_duty(situation->flow, kind) == situation->before->role)
            continue;
        if (text_is(state, "paused"))
            facts->clocks_pause |= FLOW_CLOCK(kind);
        else if (text_is(state, "running"))
            facts->clocks_resume |= FLOW_CLOCK(kind);
    }
}

void flow_clocks_meet(struct flow_case *after, unsigned kinds)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_clock *clock = &after->clocks[i];

        if (clock->kind != CLOCK_NONE && (kinds & FLOW_CLOCK(clock->kind)) &&
            clock->state != CLOCK_STATE_OFF) {
            clock->state = CLOCK_STATE_MET;
            clock->paused = false;
        }
    }
}

void flow_clocks_tell_overdue(struct flow_case *after)
{
    after->flags &= ~(uint32_t)CASE_OVERDUE;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (after->clocks[i].kind != CLOCK_NONE && after->clocks[i].state == CLOCK_STATE_PASSED)
            after->flags |= CASE_OVERDUE;
}

static const struct name clock_names[] = {
    {"none", "无"},
    {"d1", "发函时限"},
    {"d2", "办理转出时限"},
    {"d2p", "书面告知时限"},
    {"d3", "办理接续时限"},
    {"fund", "信息资金未齐提醒"},
    {"correction", "更正时限"},
    {"letter", "退函后重报时限"},
    {"clearing", "清退时限"},
    {"withdrawal", "撤销答复时限"},
    {"reversal", "冲回时限"},
    {"suspense", "暂收款认领时限"},
    {"query", "暂收款答复时限"},
    {"restore", "恢复关系时限"},
    {"answer", "答复时限"},
    {"patience", "医院等候时限"},
    {"retry", "再次冲正时间"},
    {"lapse", "未登记失效时间"},
    {"confirm", "交易确认时限"},
    {"filing_end", "备案到期"},
    {"reply", "回复时限"},
    {"check", "转出核验时限"},
    {"consent", "回执时限"},
    {"gather", "归集时限"},
};
_Static_assert(COUNT_OF(clock_names) == CLOCK_KINDS, "every kind has its names");

struct name clock_kind_name(unsigned kind)
{
    return kind < COUNT_OF(clock_names) ? clock_names[kind] : (struct name){"unknown", "未知"};
}

unsigned clock_kind_by_name(struct text name)
{
    for (unsigned kind = CLOCK_NONE + 1; kind < COUNT_OF(clock_names); kind++)
        if (text_is(name, clock_names[kind].english) ||
            text_is(name, clock_names[kind].chinese))
            return kind;
    return CLOCK_NONE;
}

const struct flow_clock *flow_case_due(const struct flow_case *flow_case)
{
    const struct flow_clock *first = NULL;

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &flow_case->clocks[i];

        if (clock->kind == CLOCK_NONE || clock->state != CLOCK_STATE_RUNNING || clock->paused)
            continue;
        if (first == NULL || instant_before(clock->due, first->due))
            first = clock;
    }
    return first;
}
