/* flow.c - the one way through a flow's table: fit, step, revision, effects. */
#include "core/flow.h"

#include <string.h>

#include "core/pension_employee.h"

enum { DAYS_MAX = 1000 };

#define HOUR_MS (INT64_C(60) * 60 * 1000)

const struct flow *const flows[] = {&pension_employee_flow, NULL};

const struct flow *flow_find(unsigned number)
{
    for (size_t i = 0; flows[i] != NULL; i++)
        if (flows[i]->number == number)
            return flows[i];
    return NULL;
}

/* --- clocks ------------------------------------------------------------------------ */

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
    [CLOCK_FUND] = {"PEN-FUND", 15, ROLE_IN},
    [CLOCK_CORRECTION] = {"PEN-CORR", 15, ROLE_OUT},
};
_Static_assert(COUNT_OF(clock_rules) == CLOCK_KINDS, "every clock has its rule");

static struct flow_clock *find_clock(struct flow_case *flow_case, unsigned kind)
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

static void start_clock(const struct flow_situation *situation, struct flow_case *after,
                        unsigned kind)
{
    const struct clock_rule *rule = &clock_rules[kind];
    struct day start = instant_day(duty_begins(after, situation->event));
    int64_t days = rules_value(situation->rules, rule->id, start, rule->days);
    uint32_t region = rule->role == ROLE_IN ? after->in_region : after->out_region;
    struct flow_clock *clock = find_clock(after, kind);
    bool provisional = false;
    struct day last;

    if (clock == NULL)
        clock = find_clock(after, CLOCK_NONE);
    CHECK(clock != NULL); /* as many places as kinds */
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

static void meet_clocks(struct flow_case *after, unsigned kinds)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_clock *clock = &after->clocks[i];

        if (clock->kind != CLOCK_NONE && (kinds & FLOW_CLOCK(clock->kind)) &&
            clock->state != CLOCK_STATE_OFF)
            clock->state = CLOCK_STATE_MET;
    }
}

static void tell_overdue(struct flow_case *after)
{
    after->flags &= ~(uint32_t)CASE_OVERDUE;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (after->clocks[i].kind != CLOCK_NONE && after->clocks[i].state == CLOCK_STATE_PASSED)
            after->flags |= CASE_OVERDUE;
}

/* --- saying no --------------------------------------------------------------------- */

static struct buffer say(struct flow_decision *decision, const struct flow_case *before,
                         enum decision_kind kind, const char *code)
{
    memset(decision, 0, sizeof(*decision));
    decision->kind = kind;
    decision->after = *before;
    CHECK(text_to_field(text_of(code), decision->code, sizeof(decision->code)));
    return buffer_over(decision->reason, sizeof(decision->reason) - 1);
}

static void refuse(struct flow_decision *decision, const struct flow_case *before,
                   const char *code, const char *reason)
{
    struct buffer text = say(decision, before, DECISION_REFUSED, code);

    buffer_string(&text, reason);
}

static void refuse_order(const struct flow_situation *situation, struct flow_decision *decision)
{
    struct buffer text = say(decision, situation->before, DECISION_REFUSED, "FLW-01");
    const char *action = action_name(situation->event->action).english;

    if (situation->opening)
        buffer_format(&text, "%s does not open a case", action);
    else
        buffer_format(&text, "%s is out of order in state %s", action,
                      flow_state_name(situation->flow, situation->before->state).english);
}

/* --- revisions --------------------------------------------------------------------- */

/* The highest accepted revision of this kind of message, or NULL if it is not counted. */
static uint32_t *revision_of(struct flow_case *flow_case, unsigned action)
{
    if (action == ACTION_LETTER)
        return &flow_case->letter_revision;
    return action == ACTION_FORM ? &flow_case->form_revision : NULL;
}

/* Is the event a message with the revision that is due, or a receipt for the newest one? */
static bool revision_fits(const struct flow_situation *situation, uint32_t *due)
{
    struct flow_case copy = *situation->before;
    const uint32_t *highest = revision_of(&copy, situation->event->action);

    if (highest == NULL)
        return true;
    *due = situation->event->source == EVENT_RECEIPT ? *highest : *highest + 1;
    return situation->event->revision == *due;
}

static void count_revision(const struct flow_event *event, struct flow_case *after)
{
    uint32_t *highest = revision_of(after, event->action);

    if (highest == NULL)
        return;
    if (event->source != EVENT_RECEIPT)
        *highest = event->revision;
    else if (event->verdict == VERDICT_REFUSED && *highest > 0)
        *highest -= 1; /* they did not accept it, so its number is due again */
}

/* --- steps ------------------------------------------------------------------------- */

static bool guard_holds(unsigned guard, const struct flow_event *event,
                        const struct flow_facts *facts)
{
    bool both = facts->form_held && facts->money_seen;

    switch ((enum flow_guard)guard) {
    case GUARD_NONE:
        return true;
    case GUARD_CHECKS_FAIL:
        return facts->checks_fail;
    case GUARD_NO_MONEY:
        return !facts->money_seen;
    case GUARD_SUMS_EQUAL:
        return both && money_equal(facts->form_total, facts->money_total);
    case GUARD_SUMS_DIFFER:
        return both && !money_equal(facts->form_total, facts->money_total);
    case GUARD_NO_FORM:
        return !facts->form_held;
    case GUARD_VERDICT_ACCEPTED:
        return event->verdict == VERDICT_ACCEPTED;
    case GUARD_VERDICT_REFUSED:
        return event->verdict == VERDICT_REFUSED;
    case GUARD_OPEN_ELSEWHERE:
        return event->open_elsewhere;
    }
    return false;
}

static const struct flow_step *find_step(const struct flow_situation *situation,
                                         const struct flow_facts *facts)
{
    const struct flow *flow = situation->flow;
    const struct flow_event *event = situation->event;
    unsigned role = situation->before->role;
    unsigned from = situation->opening ? FLOW_OPENING : situation->before->state;

    for (size_t i = 0; i < flow->step_count[role]; i++) {
        const struct flow_step *step = &flow->steps[role][i];

        if (step->from == from && step->source == (unsigned)event->source &&
            step->action == event->action && guard_holds(step->guard, event, facts))
            return step;
    }
    return NULL;
}

bool flow_opens(const struct flow *flow, enum event_source source, unsigned action,
                uint8_t *role)
{
    for (uint8_t r = ROLE_NONE + 1; r < ROLES; r++) {
        for (size_t i = 0; i < flow->step_count[r]; i++) {
            const struct flow_step *step = &flow->steps[r][i];

            if (step->from != FLOW_OPENING || step->source != (unsigned)source ||
                step->action != action)
                continue;
            *role = r;
            return true;
        }
    }
    return false;
}

/* --- effects ----------------------------------------------------------------------- */

static bool tag_known(const uint8_t tag[16])
{
    static const uint8_t none[16];

    return memcmp(tag, none, sizeof(none)) != 0;
}

static void open_case(const struct flow_event *event, const struct flow_facts *facts,
                      struct flow_case *after)
{
    after->case_id = event->case_id;
    after->party = event->party;
    after->in_region = facts->in_region;
    after->out_region = facts->out_region;
    after->opened_at = event->at;
    memcpy(after->trace, facts->trace, sizeof(after->trace));
}

static void set_flag(struct flow_case *after, enum case_flag flag, bool on)
{
    after->flags = on ? after->flags | (uint32_t)flag : after->flags & ~(uint32_t)flag;
}

/* What every accepted event does, whatever the step. */
static void touch(const struct flow_event *event, struct flow_case *after)
{
    after->version++;
    after->changed_at = event->at;
    if (after->core == 0)
        after->core = event->core;
    if (!tag_known(after->person_tag))
        memcpy(after->person_tag, event->person_tag, sizeof(after->person_tag));
}

static void take_facts(const struct flow_facts *facts, struct flow_case *after)
{
    set_flag(after, CASE_FORM_HELD, facts->form_held);
    set_flag(after, CASE_MONEY_SEEN, facts->money_seen);
    after->form_total = facts->form_total;
    after->money_total = facts->money_total;
    if (facts->code[0] != '\0')
        memcpy(after->last_code, facts->code, sizeof(after->last_code));
}

static void run_clocks(const struct flow_situation *situation, const struct flow_step *step,
                       struct flow_case *after)
{
    meet_clocks(after,
                flow_state_ends(situation->flow, step->to) ? UINT8_MAX : step->clocks_met);
    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++)
        if (step->clocks_start & FLOW_CLOCK(kind))
            start_clock(situation, after, kind);
    tell_overdue(after);
}

static struct flow_send *add_send(struct flow_decision *decision, enum flow_target target,
                                  unsigned action, uint32_t revision, const struct record *made)
{
    struct flow_send *send = &decision->sends[decision->send_count];

    CHECK(decision->send_count < FLOW_SENDS_MAX);
    decision->send_count++;
    *send = (struct flow_send){target, (uint16_t)action, revision, made};
    return send;
}

static bool send_one(const struct flow_situation *situation, const struct flow_facts *facts,
                     enum flow_target target, unsigned action, struct flow_decision *decision,
                     struct error *err)
{
    const struct flow_event *event = situation->event;
    struct flow_send *send;

    if (action == ACTION_NONE)
        return true;
    send = add_send(decision, target, action, event->revision, NULL);
    if (event->source != EVENT_RECEIPT && event->action == action)
        return true;
    return situation->flow->make(situation, facts, send, err);
}

static bool send_all(const struct flow_situation *situation, const struct flow_step *step,
                     const struct flow_facts *facts, struct flow_decision *decision,
                     struct error *err)
{
    const struct flow_send *partner = &decision->sends[0];

    if (!send_one(situation, facts, FLOW_TO_PARTNER, step->send_partner, decision, err) ||
        !send_one(situation, facts, FLOW_TO_CORE, step->send_core, decision, err))
        return false;
    if (step->send_partner != ACTION_NONE && partner->made != NULL)
        add_send(decision, FLOW_TO_CORE, partner->action, partner->revision, partner->made);
    return true;
}

static bool take_step(const struct flow_situation *situation, const struct flow_step *step,
                      const struct flow_facts *facts, struct flow_decision *decision,
                      struct error *err)
{
    struct flow_case *after = &decision->after;

    decision->kind = DECISION_ACCEPTED;
    if (situation->opening)
        open_case(situation->event, facts, after);
    touch(situation->event, after);
    after->state = step->to;
    take_facts(facts, after);
    count_revision(situation->event, after);
    run_clocks(situation, step, after);
    decision->closes = flow_state_ends(situation->flow, step->to);
    return send_all(situation, step, facts, decision, err);
}

/* A receipt that no step waits for. */
static void note_receipt(const struct flow_situation *situation, struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    struct flow_case *after = &decision->after;

    decision->kind = DECISION_ACCEPTED;
    touch(event, after);
    if (event->verdict != VERDICT_REFUSED && event->verdict != VERDICT_CONFLICT)
        return;
    after->flags |= CASE_FLAGGED;
    if (event->code[0] != '\0')
        memcpy(after->last_code, event->code, sizeof(after->last_code));
}

static void pass_clock(const struct flow_situation *situation, struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    struct flow_clock *clock = NULL;

    if (event->clock_kind != CLOCK_NONE)
        clock = find_clock(&decision->after, event->clock_kind);
    if (clock == NULL || clock->state != CLOCK_STATE_RUNNING || clock->paused ||
        instant_before(event->at, clock->due)) {
        refuse(decision, situation->before, "FLW-01", "no such clock has run out");
        return;
    }
    decision->kind = DECISION_ACCEPTED;
    clock->state = CLOCK_STATE_PASSED;
    decision->after.version++;
    decision->after.changed_at = event->at;
    tell_overdue(&decision->after);
}

static bool decide(const struct flow_situation *situation, struct flow_decision *decision,
                   struct error *err)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;
    struct flow_facts facts = {
        .form_held = (before->flags & CASE_FORM_HELD) != 0,
        .money_seen = (before->flags & CASE_MONEY_SEEN) != 0,
        .form_total = before->form_total,
        .money_total = before->money_total,
    };
    const struct flow_step *step = NULL;
    uint32_t due = 0;
    bool fits = revision_fits(situation, &due);

    if (!situation->flow->read(situation, &facts, decision, err))
        return false;
    if (facts.refusal != NULL) {
        refuse(decision, before, facts.refusal, facts.reason);
        return true;
    }
    if (fits || event->source != EVENT_RECEIPT)
        step = find_step(situation, &facts);
    if (step == NULL && event->source == EVENT_RECEIPT && !situation->opening) {
        note_receipt(situation, decision);
    } else if (step == NULL) {
        refuse_order(situation, decision);
    } else if (step->refusal != NULL && strcmp(step->refusal, FLOW_LATER) == 0) {
        say(decision, before, DECISION_LATER, "");
    } else if (step->refusal != NULL) {
        refuse(decision, before, step->refusal,
               step->guard == GUARD_OPEN_ELSEWHERE
                   ? "another open case of this person and route exists"
                   : "not possible in this state");
    } else if (!fits) {
        struct buffer text = say(decision, before, DECISION_REFUSED, "FLW-02");
        buffer_format(&text, "revision %u where %u is due", (unsigned)event->revision,
                      (unsigned)due);
    } else {
        return take_step(situation, step, &facts, decision, err);
    }
    return true;
}

bool flow_decide(const struct flow *flow, const struct rules *rules,
                 const struct calendar *calendar, const struct flow_case *before,
                 const struct flow_event *event, struct arena *arena,
                 struct flow_decision *decision, struct error *err)
{
    struct flow_case empty = {.flow = flow->number};
    struct flow_situation situation = {
        .flow = flow,
        .rules = rules,
        .calendar = calendar,
        .before = before != NULL ? before : &empty,
        .event = event,
        .arena = arena,
        .opening = before == NULL,
    };

    memset(decision, 0, sizeof(*decision));
    if (before != NULL)
        CHECK(before->flow == flow->number && before->state < flow->state_count &&
              before->role > ROLE_NONE && before->role < ROLES);
    decision->after = *situation.before;
    if (event->source == EVENT_TIMER) {
        pass_clock(&situation, decision);
        return true;
    }
    if (before == NULL && !flow_opens(flow, event->source, event->action, &empty.role)) {
        refuse_order(&situation, decision);
        return true;
    }
    decision->after.role = situation.before->role;
    return decide(&situation, decision, err);
}

/* --- looking up -------------------------------------------------------------------- */

struct name flow_state_name(const struct flow *flow, unsigned state)
{
    return state < flow->state_count ? flow->states[state] : (struct name){"unknown", "未知"};
}

bool flow_state_ends(const struct flow *flow, unsigned state)
{
    return state < flow->state_count && (flow->ends >> state & 1u) != 0;
}

bool flow_pair_allowed(const struct flow *flow, unsigned in_state, unsigned out_state)
{
    for (size_t i = 0; i < flow->pair_count; i++)
        if (flow->pairs[i].in_state == in_state && flow->pairs[i].out_state == out_state)
            return true;
    return false;
}
