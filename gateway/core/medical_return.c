/* medical_return.c - which case is turned back, and which of two equal cases stays. */
#include "core/medical_return.h"

#include <string.h>

#include "core/flow_clock.h"
#include "core/medical_transfer.h"

/* A changed copy of another case goes along with the decision. */
static bool change_other(const struct flow_situation *situation, const struct flow_case *other,
                         struct flow_decision *decision, struct flow_case **changed,
                         struct error *err)
{
    struct flow_case *copy = arena_alloc(situation->arena, sizeof(*copy));

    CHECK(decision->also_count < FLOW_ALSO_MAX);
    if (copy == NULL)
        return fail(err, ERROR_MEMORY, "no memory for another case");
    *copy = *other;
    copy->version++;
    copy->changed_at = situation->event->at;
    decision->also[decision->also_count++] = copy;
    *changed = copy;
    return true;
}

/* Is the other open case the same business, opened here and not taken up over there? */
static bool is_rival(const struct flow_situation *situation)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *rival = event->rival;

    if (rival == NULL || event->source != EVENT_RECEIVED || rival->part.medical.asked != 0)
        return false;
    if (event->action == ACTION_INSURED_QUERY)
        return rival->state == MEDICAL_APPLIED;
    return rival->state == MEDICAL_RETURN_ASKED && event->corrected != NULL &&
           uuid_equal(&rival->other, &event->corrected->case_id);
}

bool medical_merge(const struct flow_situation *situation, struct flow_facts *facts,
                   struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    struct flow_case *loser;

    if (!is_rival(situation))
        return true;
    if (uuid_compare(&event->rival->case_id, &event->case_id) < 0) {
        medical_unfit(facts, FLOW_MERGED, "the same business is open under a lower case id");
        return true;
    }
    if (!change_other(situation, event->rival, decision, &loser, err))
        return false;
    loser->state = MEDICAL_REFUSED;
    loser->flags |= CASE_MERGED;
    loser->other = event->case_id;
    flow_clocks_meet(loser, UINT32_MAX);
    flow_clocks_tell_overdue(loser);
    facts->elsewhere = false;
    return true;
}

static struct money credited_by(const struct flow_case *old)
{
    return old->part.medical.money == MONEY_CREDITED ? old->form_total : (struct money){0};
}

/* Their case has ended, and ours will when what they sent for it is here. */
static bool ends_later(const struct flow_situation *situation)
{
    const struct flow_case *old = situation->event->corrected;

    return situation->event->source == EVENT_RECEIVED && old != NULL &&
           old->flow == situation->flow->number &&
           (old->state == MEDICAL_DONE || old->state == MEDICAL_AWAITING ||
            old->state == MEDICAL_SHEET_HELD || old->state == MEDICAL_SHEET_SENT);
}

static bool may_go_back(const struct flow_situation *situation, const struct flow_facts *facts,
                        struct money amount)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *old = event->corrected;

    return old != NULL && old->flow == situation->flow->number &&
           old->role == situation->before->role && old->state == MEDICAL_CLOSED &&
           old->in_region == facts->in_region && old->out_region == facts->out_region &&
           ((old->flags & CASE_CORRECTED) == 0 || is_rival(situation)) &&
           !medical_tags_differ(old->person_tag, event->person_tag) &&
           money_equal(credited_by(old), amount);
}

static bool mark_old(const struct flow_situation *situation, struct flow_decision *decision,
                     bool on, struct error *err)
{
    struct flow_case *old;

    if (!change_other(situation, situation->event->corrected, decision, &old, err))
        return false;
    old->flags = on ? old->flags | (uint32_t)CASE_CORRECTED
                    : old->flags & ~(uint32_t)CASE_CORRECTED;
    old->other = on ? situation->event->case_id : (struct uuid){{0}};
    return true;
}

bool medical_return_open(const struct flow_situation *situation, struct flow_facts *facts,
                         struct medical_details *details, struct flow_decision *decision,
                         struct error *err)
{
    struct money amount;

    if (ends_later(situation)) {
        medical_unfit(facts, FLOW_LATER, "");
        return true;
    }
    if (!record_money(situation->event->body, "amount", &amount) ||
        !may_go_back(situation, facts, amount)) {
        medical_unfit(facts, "FLW-06",
                      "it turns back no closed case of this person, route and amount");
        return true;
    }
    facts->reverse_total = amount;
    details->part.kind = situation->event->corrected->part.medical.kind;
    details->part.money = amount.fen > 0 ? MONEY_DUE : MONEY_NONE;
    medical_set_flag(facts, CASE_NO_MONEY, amount.fen == 0);
    if (!medical_merge(situation, facts, decision, err))
        return false;
    return facts->refusal != NULL || facts->elsewhere ||
           mark_old(situation, decision, true, err);
}

bool medical_return_dropped(const struct flow_situation *situation,
                            struct flow_decision *decision, struct error *err)
{
    const struct flow_case *old = situation->event->corrected;

    /* One that lost to the same one of the other side no longer stands there. */
    if (situation->before->state != MEDICAL_RETURN_ASKED || old == NULL ||
        !uuid_equal(&old->other, &situation->before->case_id))
        return true;
    return mark_old(situation, decision, false, err);
}
