/* stay_guards.c - which guards of a stay's table hold with what an event brings. */
#include <string.h>

#include "core/stay_internal.h"

static bool uuid_named(const struct record *body, struct uuid *id)
{
    struct text found;

    return record_text(body, "reference/question", &found) && uuid_parse(found, id);
}

/* Does this answer belong to the open question? Between provinces the envelope says so; our own
 * core says it in the document, or by answering in its response, or not at all. */
bool stay_is_mine(const struct flow_situation *situation)
{
    const struct flow_question *question = &situation->before->part.stay.question;
    const struct flow_event *event = situation->event;
    struct uuid named;

    if (stay_answer_action(question->action) != event->action)
        return false;
    if (event->source == EVENT_RECEIVED)
        return uuid_equal(&event->in_reply_to, &question->asked);
    if (!uuid_is_none(&event->in_reply_to))
        return uuid_equal(&event->in_reply_to, &question->to_core);
    return !uuid_named(event->body, &named) || uuid_equal(&named, &question->to_core);
}

bool stay_comes_late(const struct flow_situation *situation)
{
    const struct flow_case *before = situation->before;

    return before->role == ROLE_INSURED && situation->event->source == EVENT_SUBMITTED &&
           situation->event->action != ACTION_REVERSED &&
           (before->state == STAY_REVERSING || before->state == STAY_MISMATCHED);
}

/* Nothing was asked since a question was given up, but what became of it. */
static bool nothing_asked_since(const struct stay *stay)
{
    return stay->question.action == ACTION_NONE || stay->question.action == ACTION_QUERY;
}

/* It answers the question that was given up. */
static bool is_late(const struct flow_situation *situation)
{
    const struct stay *stay = &situation->before->part.stay;
    const struct flow_event *event = situation->event;

    return event->source == EVENT_RECEIVED && !uuid_is_none(&stay->original) &&
           nothing_asked_since(stay) &&
           stay_answer_action(stay->original_action) == event->action &&
           uuid_equal(&event->in_reply_to, &stay->original);
}

static unsigned guard_if(bool holds, enum stay_guard guard)
{
    return holds ? (unsigned)guard : 0;
}

static unsigned of_guards(unsigned action)
{
    return guard_if(action == ACTION_REGISTER, STAY_OF_REGISTER) |
           guard_if(action == ACTION_SETTLE, STAY_OF_SETTLE) |
           guard_if(action == ACTION_CANCEL, STAY_OF_CANCEL);
}

static unsigned receipt_guards(const struct flow_situation *situation)
{
    const struct flow_event *event = situation->event;
    const struct stay *stay = &situation->before->part.stay;
    bool refused = event->verdict == VERDICT_REFUSED || event->verdict == VERDICT_CONFLICT;
    bool mine = uuid_equal(&event->message_id, &stay->question.asked);
    bool late = uuid_equal(&event->message_id, &stay->original) && nothing_asked_since(stay);

    return guard_if(!refused && mine, STAY_TAKEN) | guard_if(refused && mine, STAY_NOT_TAKEN) |
           guard_if(refused && late, STAY_NOT_TAKEN_LATE) |
           guard_if(strcmp(event->code, FLOW_NO_CASE) == 0, STAY_NO_CASE);
}

static unsigned outcome_guards(const struct flow_situation *situation)
{
    const struct record *body = situation->event->body;
    bool cancel = situation->before->part.stay.original_action == ACTION_CANCEL;
    bool booked = stay_says(body, "status", cancel ? "cancelled" : "booked");
    bool open = stay_says(body, "status", "in_progress") ||
                stay_says(body, "status", "unknown");

    if (!stay_says(body, "result/verdict", "ok"))
        return 0; /* a query that is refused says nothing of its original */
    return guard_if(booked, STAY_IS_BOOKED) | guard_if(!booked && !open, STAY_NOT_BOOKED);
}

unsigned stay_guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    const struct stay_facts *stay = facts->details;
    unsigned guards = guard_if(before->part.stay.visit == VISIT_OUTPATIENT ||
                                   before->part.stay.visit == VISIT_PHARMACY,
                               STAY_OUTPATIENT) |
                      guard_if(event->core_two_phase, STAY_TWO_PHASE) |
                      guard_if(before->part.stay.question.action != 0, STAY_UNDER_WAY);

    if (stay == NULL)
        return guards;
    guards |= of_guards(stay->of_action) | guard_if(stay->reverses_known, STAY_STANDS) |
              guard_if(facts->checks_fail, STAY_FAIL) | guard_if(stay->gone, STAY_GONE);
    if (event->source == EVENT_RECEIPT)
        return guards | receipt_guards(situation);
    if (event->action == ACTION_OUTCOME && event->body != NULL)
        guards |= outcome_guards(situation);
    if (stay_is_answer(event->action) && event->body != NULL)
        guards |= guard_if(stay->answer_ok, STAY_OK) | guard_if(!stay->answer_ok, STAY_NO) |
                  guard_if(stay_is_mine(situation), STAY_MINE) |
                  guard_if(is_late(situation), STAY_LATE);
    return guards;
}
