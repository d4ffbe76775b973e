/* flow.c - the one way through a flow's table: fit, step, revision, effects. */
#include "core/flow.h"

#include <string.h>

#include "core/flow_clock.h"

const struct flow_step *flow_step_at(const struct flow *flow, unsigned role, size_t index)
{
    if (index < flow->step_count[role])
        return &flow->steps[role][index];
    index -= flow->step_count[role];
    if (flow->rest == NULL || index >= flow->rest->step_count[role])
        return NULL;
    return &flow->rest->steps[role][index];
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

static uint32_t *revision_of(const struct flow *flow, struct flow_case *flow_case,
                             unsigned action)
{
    return flow->revision != NULL ? flow->revision(flow_case, action) : NULL;
}

/* Is the event a message with the revision that is due, or a receipt for the newest one? */
static bool revision_fits(const struct flow_situation *situation, uint32_t *due)
{
    struct flow_case copy = *situation->before;
    const uint32_t *highest = revision_of(situation->flow, &copy, situation->event->action);

    if (highest == NULL)
        return true;
    *due = situation->event->source == EVENT_RECEIPT ? *highest : *highest + 1;
    return situation->event->revision == *due;
}

static void count_revision(const struct flow_situation *situation, struct flow_case *after)
{
    const struct flow_event *event = situation->event;
    uint32_t *highest = revision_of(situation->flow, after, event->action);

    if (highest == NULL)
        return;
    if (event->source != EVENT_RECEIPT)
        *highest = event->revision;
    else if (event->verdict == VERDICT_REFUSED && *highest > 0)
        *highest -= 1; /* they did not accept it, so its number is due again */
}

/* --- steps ------------------------------------------------------------------------- */

static bool refused_with(const struct flow_event *event, const char *code)
{
    return event->verdict == VERDICT_REFUSED && strcmp(event->code, code) == 0;
}

static unsigned guard_if(bool holds, enum flow_guard guard)
{
    return holds ? (unsigned)guard : 0;
}

unsigned flow_guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    bool form = facts->form_held;
    bool money = facts->money_seen;
    bool equal = money_equal(facts->form_total, facts->money_total);
    bool moneyless = (facts->flags & CASE_NO_MONEY) != 0;

    return guard_if(facts->checks_fail, GUARD_CHECKS_FAIL) | guard_if(form, GUARD_FORM) |
           guard_if(money, GUARD_MONEY) | guard_if(!money, GUARD_NO_MONEY) |
           guard_if(form && (moneyless || (money && equal)), GUARD_SUMS_EQUAL) |
           guard_if(form && money && !equal, GUARD_SUMS_DIFFER) |
           guard_if(event->verdict == VERDICT_ACCEPTED, GUARD_ACCEPTED) |
           guard_if(event->verdict == VERDICT_REFUSED, GUARD_REFUSED) |
           guard_if(refused_with(event, FLOW_NO_CASE), GUARD_NO_CASE_THERE) |
           guard_if(!uuid_is_none(&situation->before->other), GUARD_CORRECTS) |
           guard_if(facts->elsewhere, GUARD_ELSEWHERE) | guard_if(moneyless, GUARD_MONEYLESS) |
           guard_if(facts->agreed, GUARD_AGREED) | guard_if(facts->overlap, GUARD_OVERLAP) |
           guard_if(money_equal(facts->reversed_total, facts->reverse_total), GUARD_REVERSED) |
           guard_if(!equal, GUARD_REST) |
           guard_if(facts->flags & CASE_FORM_BACK, GUARD_FORM_BACK) |
           guard_if(facts->flags & CASE_LETTER_BACK, GUARD_LETTER_BACK);
}

static unsigned guards_of(const struct flow_situation *situation,
                          const struct flow_facts *facts)
{
    return situation->flow->guards != NULL ? situation->flow->guards(situation, facts)
                                           : flow_guards(situation, facts);
}

/* What a row's source and action are compared with. */
static bool speaks_of(const struct flow_step *step, const struct flow_event *event)
{
    unsigned action = event->source == EVENT_TIMER ? event->clock_kind : event->action;

    return step->source == (unsigned)event->source && step->action == action;
}

static bool from_fits(const struct flow_situation *situation, unsigned from)
{
    unsigned state = situation->before->state;

    if (situation->opening)
        return from == FLOW_OPENING;
    return from == state || from == FLOW_ANY ||
           (from == FLOW_ACTIVE && !flow_state_ends(situation->flow, state));
}

/* Does any row speak of this, whatever its guard? */
static bool has_row(const struct flow_situation *situation)
{
    unsigned role = situation->before->role;
    const struct flow_step *step;

    for (size_t i = 0; (step = flow_step_at(situation->flow, role, i)) != NULL; i++)
        if (speaks_of(step, situation->event) && from_fits(situation, step->from))
            return true;
    return false;
}

static const struct flow_step *find_step(const struct flow_situation *situation,
                                         const struct flow_facts *facts)
{
    unsigned role = situation->before->role;
    unsigned guards = guards_of(situation, facts);
    const struct flow_step *step;

    for (size_t i = 0; (step = flow_step_at(situation->flow, role, i)) != NULL; i++)
        if (speaks_of(step, situation->event) && from_fits(situation, step->from) &&
            (step->guard & ~guards) == 0)
            return step;
    return NULL;
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
    if (event->corrected != NULL)
        after->other = event->corrected->case_id;
    memcpy(after->trace, facts->trace, sizeof(after->trace));
}

static uint32_t flag_if(bool on, enum case_flag flag)
{
    return on ? (uint32_t)flag : 0;
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
    after->flags = (facts->flags & ~(uint32_t)(CASE_FORM_HELD | CASE_MONEY_SEEN)) |
                   flag_if(facts->form_held, CASE_FORM_HELD) |
                   flag_if(facts->money_seen, CASE_MONEY_SEEN);
    after->form_total = facts->form_total;
    after->money_total = facts->money_total;
    after->certificate_balance = facts->certificate_balance;
    after->reverse_total = facts->reverse_total;
    after->reversed_total = facts->reversed_total;
    after->accepted_on = facts->accepted_on;
    if (facts->code[0] != '\0')
        memcpy(after->last_code, facts->code, sizeof(after->last_code));
}

/* As the other side says of its own limits; one that does not run as ours does is left. */
static void rest_clocks(const struct flow_situation *situation, const struct flow_facts *facts,
                        struct flow_case *after)
{
    struct day today = instant_day(situation->event->at);

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_clock *clock = &after->clocks[i];
        uint32_t bit = FLOW_CLOCK(clock->kind);

        if (clock->kind == CLOCK_NONE || clock->state != CLOCK_STATE_RUNNING)
            continue;
        if ((facts->clocks_pause & bit) != 0 && !clock->paused)
            flow_clock_pause(situation->calendar, clock, today);
        else if ((facts->clocks_resume & bit) != 0 && clock->paused)
            flow_clock_resume(situation, clock, today);
    }
}

static void run_clocks(const struct flow_situation *situation, const struct flow_step *step,
                       const struct flow_facts *facts, struct flow_case *after)
{
    if (flow_state_ends(situation->flow, after->state)) {
        flow_clocks_meet(after, UINT32_MAX);
    } else {
        flow_clocks_meet(after, step->clocks_met);
        for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++)
            if ((step->clocks_start & FLOW_CLOCK(kind)) || facts->clocks_from[kind].number != 0)
                flow_clock_start(situation, after, kind, facts->clocks_from[kind]);
        rest_clocks(situation, facts, after);
    }
    flow_clocks_tell_overdue(after);
}

static struct flow_send *add_send(struct flow_decision *decision, enum flow_target target,
                                  unsigned action, uint32_t revision, const struct record *made)
{
    struct flow_send *send = &decision->sends[decision->send_count];

    CHECK(decision->send_count < FLOW_SENDS_MAX);
    decision->send_count++;
    *send = (struct flow_send){
        .target = target, .action = (uint16_t)action, .revision = revision, .made = made};
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
    if ((event->source == EVENT_SUBMITTED || event->source == EVENT_RECEIVED) &&
        event->action == action && !facts->remake)
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
    if (step->send_partner != ACTION_NONE && partner->made != NULL && !situation->flow->quiet)
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
    if (step->to != FLOW_SAME)
        after->state = step->to;
    take_facts(facts, after);
    if (step->send_partner == ACTION_FORM_RETURN)
        after->flags |= CASE_FORM_BACK;
    count_revision(situation, after);
    run_clocks(situation, step, facts, after);
    decision->closes = flow_state_ends(situation->flow, after->state) &&
                       (situation->opening || after->state != situation->before->state);
    return send_all(situation, step, facts, decision, err) &&
           (situation->flow->settle == NULL ||
            situation->flow->settle(situation, step, facts, decision, err));
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
    if (refused_with(event, FLOW_MERGED))
        return; /* the other side's case of the same business stays, as it does here */
    after->flags |= CASE_FLAGGED;
    if (event->code[0] != '\0')
        memcpy(after->last_code, event->code, sizeof(after->last_code));
}

/* Who is reminded of a clock that passed: the partner whose duty it is, else our own core. */
static bool remind(const struct flow_situation *situation, struct flow_decision *decision,
                   struct error *err)
{
    struct flow_facts facts = {.flags = situation->before->flags};
    bool ours = flow_clock_duty(situation->flow, situation->event->clock_kind) ==
                situation->before->role;
    struct flow_send *send = add_send(decision, ours ? FLOW_TO_CORE : FLOW_TO_PARTNER,
                                      ACTION_REMINDER, 1, NULL);

    if (!situation->flow->make(situation, &facts, send, err))
        return false;
    if (!ours)
        add_send(decision, FLOW_TO_CORE, ACTION_REMINDER, 1, send->made);
    return true;
}

static struct flow_facts facts_of(const struct flow_case *before,
                                  const struct flow_event *event)
{
    return (struct flow_facts){
        .flags = before->flags,
        .elsewhere = event->rival != NULL,
        .form_held = (before->flags & CASE_FORM_HELD) != 0,
        .money_seen = (before->flags & CASE_MONEY_SEEN) != 0,
        .form_total = before->form_total,
        .money_total = before->money_total,
        .certificate_balance = before->certificate_balance,
        .reverse_total = before->reverse_total,
        .reversed_total = before->reversed_total,
        .accepted_on = before->accepted_on,
    };
}

static bool is_exact(const struct flow_situation *situation, unsigned kind)
{
    return (situation->flow->exact_clocks & FLOW_CLOCK(kind)) != 0;
}

/* A clock that is exact passes as any event does: by its step, if there is one. */
static bool pass_exact(const struct flow_situation *situation, struct flow_clock *clock,
                       struct flow_decision *decision, struct error *err)
{
    struct flow_facts facts = facts_of(situation->before, situation->event);
    const struct flow_step *step = NULL;

    clock->state = CLOCK_STATE_MET;
    if (has_row(situation)) {
        if (!situation->flow->read(situation, &facts, decision, err))
            return false;
        step = find_step(situation, &facts);
    }
    if (step != NULL)
        return take_step(situation, step, &facts, decision, err);
    decision->after.version++;
    decision->after.changed_at = situation->event->at;
    return true;
}

static bool pass_clock(const struct flow_situation *situation, struct flow_decision *decision,
                       struct error *err)
{
    const struct flow_event *event = situation->event;
    struct flow_clock *clock = NULL;

    if (event->clock_kind != CLOCK_NONE && event->clock_kind < CLOCK_KINDS)
        clock = flow_clock_find(&decision->after, event->clock_kind);
    if (clock == NULL || clock->state != CLOCK_STATE_RUNNING || clock->paused ||
        instant_before(event->at, clock->due)) {
        refuse(decision, situation->before, "FLW-01", "no such clock has run out");
        return true;
    }
    decision->kind = DECISION_ACCEPTED;
    if (is_exact(situation, event->clock_kind))
        return pass_exact(situation, clock, decision, err);
    clock->state = CLOCK_STATE_PASSED;
    decision->after.version++;
    decision->after.changed_at = event->at;
    flow_clocks_tell_overdue(&decision->after);
    return remind(situation, decision, err);
}

/* --- an operator's pause ------------------------------------------------------------ */

/* The other side knows of the case if our own core may ask it how the case stands. */
static bool known_there(const struct flow_situation *situation)
{
    struct flow_event question = {.source = EVENT_SUBMITTED, .action = ACTION_STATUS_QUERY};
    struct flow_situation asking = *situation;
    struct flow_facts facts = facts_of(situation->before, &question);
    const struct flow_step *step;

    asking.event = &question;
    step = has_row(&asking) ? find_step(&asking, &facts) : NULL;
    return step != NULL && step->refusal == NULL && step->send_partner == ACTION_STATUS_QUERY;
}

/* How the case stands now, for the other side, and a copy for our own core. */
static bool tell_status(const struct flow_situation *situation, struct flow_decision *decision,
                        struct error *err)
{
    struct flow_situation told = *situation;
    struct flow_facts facts = facts_of(&decision->after, situation->event);
    struct flow_send *send;

    if (!known_there(situation))
        return true;
    told.before = &decision->after;
    send = add_send(decision, FLOW_TO_PARTNER, ACTION_STATUS_ANSWER, 1, NULL);
    if (!situation->flow->make(&told, &facts, send, err))
        return false;
    if (!situation->flow->quiet)
        add_send(decision, FLOW_TO_CORE, ACTION_STATUS_ANSWER, send->revision, send->made);
    return true;
}

/* Only a limit that runs, or rests, and is our own duty: nobody rests another one's. */
static bool rest_by_hand(const struct flow_situation *situation, struct flow_decision *decision,
                         struct error *err)
{
    const struct flow_event *event = situation->event;
    bool pause = event->action == ACTION_PAUSE;
    struct flow_clock *clock = NULL;

    if (event->clock_kind != CLOCK_NONE && event->clock_kind < CLOCK_KINDS)
        clock = flow_clock_find(&decision->after, event->clock_kind);
    if (clock == NULL || is_exact(situation, event->clock_kind) ||
        flow_clock_duty(situation->flow, event->clock_kind) != situation->before->role ||
        clock->state != CLOCK_STATE_RUNNING || clock->paused == pause) {
        refuse(decision, situation->before, "FLW-09",
               pause ? "no such limit of our own runs" : "no such limit of our own rests");
        return true;
    }
    decision->kind = DECISION_ACCEPTED;
    decision->after.version++;
    decision->after.changed_at = event->at;
    if (pause)
        flow_clock_pause(situation->calendar, clock, instant_day(event->at));
    else
        flow_clock_resume(situation, clock, instant_day(event->at));
    return tell_status(situation, decision, err);
}

static const char *reason_of(const struct flow_step *step)
{
    if (step->guard & GUARD_ELSEWHERE)
        return "another open case of this person and route exists";
    if (step->guard & GUARD_MONEYLESS)
        return "no money moves on this route";
    return "not possible in this state";
}

static bool decide(const struct flow_situation *situation, struct flow_decision *decision,
                   struct error *err)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;
    struct flow_facts facts = facts_of(before, event);
    const struct flow_step *step = NULL;
    uint32_t due = 0;
    bool fits = revision_fits(situation, &due);

    /* Out of order comes first: what a document says matters only where it may come. */
    if (has_row(situation) && !situation->flow->read(situation, &facts, decision, err))
        return false;
    flow_clocks_read(situation, &facts);
    if (facts.refusal != NULL && strcmp(facts.refusal, FLOW_LATER) == 0) {
        say(decision, before, DECISION_LATER, "");
        return true;
    }
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
        refuse(decision, before, step->refusal, reason_of(step));
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
    if (event->source == EVENT_TIMER)
        return pass_clock(&situation, decision, err);
    if (before != NULL && event->source == EVENT_OPERATOR && event->clock_kind != CLOCK_NONE &&
        (event->action == ACTION_PAUSE || event->action == ACTION_RESUME))
        return rest_by_hand(&situation, decision, err);
    if (before == NULL &&
        !flow_opens(flow, event->source, event->action, event->role, &empty.role)) {
        refuse_order(&situation, decision);
        return true;
    }
    decision->after.role = situation.before->role;
    return decide(&situation, decision, err);
}
