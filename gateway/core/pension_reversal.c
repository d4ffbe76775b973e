/* pension_reversal.c - a transfer that was wrong: which case is undone, and how much goes back.
 */
#include "core/pension_reversal.h"

#include <string.h>

#include "core/flow_clock.h"
#include "core/pension_employee.h"
#include "core/pension_event.h"

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

static bool mark_corrected(const struct flow_situation *situation,
                           struct flow_decision *decision, bool on, struct error *err)
{
    struct flow_case *old;

    /* A reversal that lost to the same one of the other side no longer stands there. */
    if (!on && !uuid_equal(&situation->event->corrected->other, &situation->before->case_id))
        return true;
    if (!change_other(situation, situation->event->corrected, decision, &old, err))
        return false;
    old->flags = on ? old->flags | (uint32_t)CASE_CORRECTED
                    : old->flags & ~(uint32_t)CASE_CORRECTED;
    old->other = on ? situation->event->case_id : (struct uuid){{0}};
    return true;
}

/* Both sides opened the same reversal: the bytewise lower case id stays. As long as ours is not
 * taken up over there it may still be refused, and then theirs stands: they come again. */
static bool merge_rival(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *rival = event->rival;
    struct flow_case *loser;

    if (rival == NULL || event->source != EVENT_RECEIVED || event->corrected == NULL ||
        rival->state != PENSION_REVERSAL ||
        !uuid_equal(&rival->other, &event->corrected->case_id))
        return true;
    if (uuid_compare(&rival->case_id, &event->case_id) < 0) {
        bool taken = (rival->flags & CASE_REVERSAL_AGREED) != 0;
        pension_unfit(facts, taken ? FLOW_MERGED : FLOW_LATER,
                      "the same business is open under a lower case id");
        return true;
    }
    if (!change_other(situation, rival, decision, &loser, err))
        return false;
    loser->state = PENSION_CANCELLED;
    loser->flags |= CASE_MERGED;
    loser->other = event->case_id;
    flow_clocks_meet(loser, UINT16_MAX);
    flow_clocks_tell_overdue(loser);
    facts->elsewhere = false;
    return true;
}

static struct money moved_by(const struct flow_case *flow_case)
{
    return (flow_case->flags & CASE_NO_MONEY) != 0 ? (struct money){0} : flow_case->form_total;
}

/* Their case has ended, and ours will when what they sent for it is here: that lies in another
 * lane. IN waits only for the receipt of its completion; a clearing takes weeks. */
static bool ends_later(const struct flow_situation *situation)
{
    const struct flow_case *old = situation->event->corrected;

    if (situation->event->source != EVENT_RECEIVED || old == NULL ||
        old->flow != situation->flow->number)
        return false;
    return old->role == ROLE_IN ? old->state == PENSION_LINKED
                                : !flow_state_ends(situation->flow, old->state);
}

static bool may_be_corrected(const struct flow_situation *situation,
                             const struct flow_facts *facts, struct money amount)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *old = event->corrected;
    bool ours_already = event->rival != NULL && old != NULL &&
                        uuid_equal(&old->other, &event->rival->case_id);

    return old != NULL && old->flow == situation->flow->number &&
           old->role == situation->before->role && old->state == PENSION_CLOSED &&
           old->in_region == facts->in_region && old->out_region == facts->out_region &&
           ((old->flags & CASE_CORRECTED) == 0 || ours_already) &&
           !pension_tags_differ(old->person_tag, event->person_tag) &&
           money_equal(moved_by(old), amount);
}

static bool open_reversal(const struct flow_situation *situation, struct flow_facts *facts,
                          struct flow_decision *decision, struct money amount,
                          struct error *err)
{
    facts->reverse_total = amount;
    if (ends_later(situation)) {
        pension_unfit(facts, FLOW_LATER, "");
        return true;
    }
    if (!may_be_corrected(situation, facts, amount)) {
        pension_unfit(facts, "FLW-06",
                      "it corrects no closed case of this person, route and amount");
        return true;
    }
    pension_set_flag(facts, CASE_NO_MONEY,
                     (situation->event->corrected->flags & CASE_NO_MONEY) != 0);
    return merge_rival(situation, facts, decision, err) &&
           (facts->refusal != NULL || facts->elsewhere ||
            mark_corrected(situation, decision, true, err));
}

bool pension_reversal_read(const struct flow_situation *situation, struct flow_facts *facts,
                           struct flow_decision *decision, struct error *err)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;
    struct money amount;

    if (!record_money(event->body, "amount", &amount) || amount.fen < 0) {
        pension_no_such_amount(facts);
        return true;
    }
    pension_set_flag(facts, CASE_REVERSAL_AGREED,
                     event->source == EVENT_RECEIVED ||
                         (before->flags & CASE_REVERSAL_AGREED) != 0);
    if (situation->opening)
        return open_reversal(situation, facts, decision, amount, err);
    if (before->role == ROLE_OUT) {
        facts->reverse_total = amount; /* IN says what it holds: its word replaces ours */
        return true;
    }
    if (before->state == PENSION_REVERSAL || flow_state_ends(situation->flow, before->state))
        return true;
    if (!money_equal(amount, facts->money_total))
        pension_unfit(facts, "PEN-C04", "the amount is not what is booked here");
    facts->reverse_total = facts->money_total;
    return true;
}

/* The verdict on our reversal; one that was asked for by both sides stays. */
bool pension_reversal_verdict(const struct flow_situation *situation, struct flow_facts *facts,
                              struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    if (situation->before->state != PENSION_REVERSAL)
        return true;
    facts->agreed = (facts->flags & CASE_REVERSAL_AGREED) != 0;
    if (event->verdict == VERDICT_ACCEPTED)
        pension_set_flag(facts, CASE_REVERSAL_AGREED, true);
    if (event->verdict != VERDICT_REFUSED || facts->agreed)
        return true;
    facts->reverse_total = facts->reversed_total = (struct money){0};
    if (strcmp(event->code, FLOW_MERGED) == 0)
        pension_set_flag(facts, CASE_MERGED, true);
    return event->corrected == NULL || mark_corrected(situation, decision, false, err);
}
