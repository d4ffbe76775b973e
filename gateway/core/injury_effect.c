/* injury_effect.c - what a step leaves in its record: the open question and its clock, what is
 * held or kept, who is answered. */
#include <string.h>

#include "core/flow_clock.h"
#include "core/injury_record.h"

enum { ANSWER_MS = 60000, WAIT_MS = 75000 };

/* What every effect works on. */
struct effect {
    const struct flow_situation *situation;
    const struct flow_event *event;
    const struct injury_facts *said;
    struct flow_decision *decision;
    struct flow_case *after;
    struct injury_record *part;
    bool opener;
};

static struct flow_send *send_to(struct effect *effect, enum flow_target target, size_t *index)
{
    for (size_t i = 0; i < effect->decision->send_count; i++) {
        if (effect->decision->sends[i].target == target) {
            *index = i;
            return &effect->decision->sends[i];
        }
    }
    return NULL;
}

static struct instant later(const struct effect *effect, const char *id, int64_t otherwise)
{
    int64_t ms = flow_rule(effect->situation->rules, id, effect->after->out_region,
                           instant_day(effect->event->at), otherwise);

    return instant_add_ms(effect->event->at, ms > 0 ? ms : otherwise);
}

/* --- questions --------------------------------------------------------------------------- */

/* Our core asks, and waits. */
static void ask(struct effect *effect, struct flow_send *send, size_t index)
{
    struct flow_question *question = &effect->part->question;

    *question = (struct flow_question){
        .action = (uint8_t)send->action,
        .asked = effect->event->ids[index],
        .at = effect->event->at,
        .answer_by = later(effect, "STL-TREATING", ANSWER_MS),
    };
    memcpy(question->key, effect->event->key, sizeof(question->key));
    send->answer_by = question->answer_by;
    effect->decision->pending = true;
    flow_clock_start_at(effect->after, CLOCK_PATIENCE, later(effect, "STL-HOSPITAL", WAIT_MS));
}

/* The other side's question is with our core. */
static void put_to_core(struct effect *effect, size_t index)
{
    const struct flow_event *event = effect->event;

    effect->part->question = (struct flow_question){
        .action = (uint8_t)event->action,
        .asked = event->message_id,
        .to_core = event->ids[index],
        .at = event->at,
        .answer_by = event->answer_by,
    };
    effect->decision->pending = true;
    flow_clock_start_at(effect->after, CLOCK_ANSWER, event->answer_by);
}

/* Whoever waits is answered with the event; only where nobody waits it becomes a letter. */
static void answer_core(struct effect *effect, enum verdict verdict)
{
    struct flow_decision *decision = effect->decision;
    struct flow_question *question = &effect->part->question;
    static const uint8_t nobody[32];
    size_t index = 0;

    if (memcmp(question->key, nobody, sizeof(nobody)) != 0) {
        decision->answers = true;
        decision->answers_verdict = verdict;
        memcpy(decision->answers_key, question->key, sizeof(question->key));
        if (send_to(effect, FLOW_TO_CORE, &index) != NULL)
            decision->sends[index] = decision->sends[--decision->send_count];
    }
    memset(question, 0, sizeof(*question));
}

/* What the event means for the question that was open. The other side's stays open when its
 * time is over, so that what our core says then is known for its answer. */
static void close_question(struct effect *effect)
{
    const struct flow_case *before = effect->situation->before;
    unsigned state = effect->after->state;

    if (flow_case_question(before) == NULL || state == INJURY_ASKED)
        return;
    if (!effect->opener) {
        if (state != INJURY_LAPSED)
            memset(&effect->part->question, 0, sizeof(effect->part->question));
    } else if (effect->event->source == EVENT_RECEIVED) {
        answer_core(effect, VERDICT_ACCEPTED);
    } else if (effect->event->source == EVENT_RECEIPT) {
        answer_core(effect, VERDICT_REFUSED);
    } else {
        answer_core(effect, VERDICT_NONE);
    }
}

static void take_asked(struct effect *effect)
{
    size_t index = 0;
    struct flow_send *send;
    enum injury_record_kind kind = injury_kind_of(effect->event->action);

    if (effect->event->source == EVENT_RECEIPT ||
        (kind != KIND_QUESTION && kind != KIND_REQUEST))
        return;
    send = send_to(effect, FLOW_TO_PARTNER, &index);
    effect->part->asked = effect->opener ? effect->event->ids[index]
                                         : effect->event->message_id;
    if (effect->opener && kind == KIND_QUESTION)
        ask(effect, send, index);
    else if (kind == KIND_QUESTION && send != NULL)
        effect->decision->pending = true; /* its answer goes out with this very event */
    else if (kind == KIND_QUESTION && send_to(effect, FLOW_TO_CORE, &index) != NULL)
        put_to_core(effect, index);
}

/* --- decisions, projects -------------------------------------------------------------------
 */

static void take_refusal(struct effect *effect)
{
    const struct flow_event *event = effect->event;
    bool refused = event->verdict == VERDICT_REFUSED || event->verdict == VERDICT_CONFLICT;
    struct flow_case *after = effect->after;

    if (refused && injury_kind_of(event->action) == KIND_DECISION && event->revision > 0 &&
        after->letter_revision >= event->revision)
        after->letter_revision = event->revision - 1;
}

static void take_document(struct effect *effect)
{
    const struct flow_event *event = effect->event;
    const struct injury_facts *said = effect->said;
    enum injury_record_kind kind = injury_kind_of(event->action);
    size_t index = 0;
    struct flow_send *send = send_to(effect, FLOW_TO_PARTNER, &index);

    if (kind == KIND_NOTHING || kind == KIND_ANSWER)
        return;
    effect->part->action = (uint8_t)event->action;
    if (kind == KIND_OWN) {
        bool roster = event->action == ACTION_ROSTER;

        memcpy(effect->part->kept[roster], event->key, sizeof(event->key));
        if (roster) {
            effect->part->action = ACTION_PROJECT;
        } else {
            effect->after->letter_revision = said->revision;
            effect->part->project = (uint8_t)said->project;
        }
        return;
    }
    memcpy(effect->part->recognition, said->recognition, sizeof(said->recognition));
    effect->part->about = said->about;
    if (kind != KIND_DECISION)
        return;
    effect->after->letter_revision = said->revision;
    if (send != NULL)
        send->revision = said->revision;
}

static void take_cover(struct effect *effect)
{
    if (!effect->said->covered)
        return;
    effect->part->finding = (uint8_t)(effect->said->cover.finding + 1);
    if (effect->said->cover.finding == COVER_INSURED_LATE)
        effect->after->flags |= CASE_LATE_ADDED;
    else
        effect->after->flags &= ~(uint32_t)CASE_LATE_ADDED;
}

/* Filings that the withdrawal has suspended, in the same entry. */
static void tell_suspended(struct effect *effect)
{
    unsigned count = 0;

    for (uint64_t rows = effect->event->posted_rows; rows != 0; rows &= rows - 1)
        count++;
    if (count > 0)
        flow_warn(effect->decision, "INJ-T20", (uint16_t)count);
}

bool injury_record_settle(const struct flow_situation *situation, const struct flow_step *step,
                          const struct flow_facts *facts, struct flow_decision *decision,
                          struct error *err)
{
    const struct flow_event *event = situation->event;
    struct effect effect = {
        .situation = situation,
        .event = event,
        .said = facts->details,
        .decision = decision,
        .after = &decision->after,
        .part = &decision->after.part.injury,
        .opener = situation->before->role == ROLE_TREATING,
    };
    bool answered = injury_kind_of(event->action) == KIND_ANSWER;
    bool taken = step->to != FLOW_SAME || step->send_partner != ACTION_NONE;
    struct uuid asked = effect.part->asked;
    size_t index = 0;
    struct flow_send *send;

    (void)err;
    if (event->source == EVENT_RECEIPT)
        take_refusal(&effect);
    if (event->source != EVENT_SUBMITTED && event->source != EVENT_RECEIVED) {
        close_question(&effect);
        return true;
    }
    take_document(&effect);
    if (!answered || taken)
        take_cover(&effect);
    close_question(&effect);
    take_asked(&effect);
    send = send_to(&effect, FLOW_TO_PARTNER, &index);
    if (send != NULL && answered)
        send->in_reply_to = asked;
    tell_suspended(&effect);
    return true;
}
