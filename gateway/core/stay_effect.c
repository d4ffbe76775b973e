/* stay_effect.c - what a step leaves in the stay: the open question and its clocks, amounts,
 * lines, what is owed, and who is answered. */
#include <string.h>

#include "core/flow_clock.h"
#include "core/stay_effect.h"

static bool is_none(const uint8_t key[32])
{
    static const uint8_t none[32];

    return memcmp(key, none, sizeof(none)) == 0;
}

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

static int64_t rule_ms(const struct effect *effect, const char *id, int64_t otherwise)
{
    int64_t ms = flow_rule(effect->situation->rules, id, effect->after->out_region,
                           instant_day(effect->event->at), otherwise);

    return ms > 0 ? ms : otherwise;
}

void stay_start(struct effect *effect, unsigned kind, const char *id, int64_t otherwise)
{
    struct instant due = instant_add_ms(effect->event->at, rule_ms(effect, id, otherwise));

    flow_clock_start_at(effect->after, kind, due);
}

/* --- questions ------------------------------------------------------------------- */

/* The id under which a question may be reversed. */
static void keep_id(struct stay *stay, unsigned action, const struct uuid *id)
{
    if (action == ACTION_REGISTER)
        stay->register_id = *id;
    else if (action == ACTION_SETTLE)
        stay->settle_id = *id;
    else if (action == ACTION_CANCEL)
        stay->cancel_id = *id;
}

static void put_in_doubt(struct effect *effect)
{
    effect->stay->original_action = (uint8_t)effect->said->of_action;
    effect->stay->original = effect->said->of;
}

/* TREATING asks: our core's question, or one that the gateway asks for itself. */
static void open_at_treating(struct effect *effect, struct flow_send *send, size_t index)
{
    struct flow_question *question = &effect->stay->question;
    bool own = effect->event->source == EVENT_SUBMITTED &&
               send->action == effect->event->action;
    bool abandons = effect->event->source == EVENT_SUBMITTED && !own;
    uint8_t rounds = send->action == ACTION_REVERSE ? question->rounds : 0;
    uint8_t key[32];

    memcpy(key, question->key, sizeof(key));
    if (own || abandons)
        memcpy(key, effect->event->key, sizeof(key));
    *question = (struct flow_question){
        .action = (uint8_t)send->action,
        .rounds = (uint8_t)(rounds + (send->action == ACTION_REVERSE && rounds < UINT8_MAX)),
        .asked = effect->event->ids[index],
        .at = effect->event->at,
        .answer_by = instant_add_ms(effect->event->at, rule_ms(effect, "STL-TREATING", 60000)),
    };
    memcpy(question->key, key, sizeof(key));
    send->answer_by = question->answer_by;
    keep_id(effect->stay, send->action, &question->asked);
    if (send->action == ACTION_QUERY)
        return; /* the hospital goes on waiting for as long as it did */
    effect->decision->pending = own || abandons;
    if (effect->decision->pending || send->action != ACTION_REVERSE)
        stay_start(effect, CLOCK_PATIENCE, "STL-HOSPITAL", 75000); /* though nobody waits */
    if (send->action != ACTION_REVERSE)
        stay_start(effect, CLOCK_ANSWER, "STL-TREATING", 60000);
}

/* INSURED: the question is with our own core. A reversal takes the place of what it reverses,
 * whose answer may still come. */
static void open_at_insured(struct effect *effect, size_t index)
{
    effect->stay->question = (struct flow_question){
        .action = (uint8_t)effect->event->action,
        .asked = effect->event->message_id,
        .to_core = effect->event->ids[index],
        .at = effect->event->at,
        .answer_by = effect->event->answer_by,
    };
    keep_id(effect->stay, effect->event->action, &effect->event->message_id);
    effect->decision->pending = true;
}

static void close_question(struct effect *effect)
{
    memset(&effect->stay->question, 0, sizeof(effect->stay->question));
}

/* Our core's submission has its answer: by this event, or by what was made of it. It goes to
 * whoever waits, and as a letter only if nobody does. */
static void answer_core(struct effect *effect, enum verdict verdict)
{
    struct flow_decision *decision = effect->decision;
    struct flow_question *question = &effect->stay->question;
    size_t index = 0;
    struct flow_send *send = send_to(effect, FLOW_TO_CORE, &index);

    if (is_none(question->key))
        return;
    decision->answers = true;
    decision->answers_verdict = verdict;
    memcpy(decision->answers_key, question->key, sizeof(question->key));
    memset(question->key, 0, sizeof(question->key));
    if (send == NULL)
        return;
    decision->reply = send->made;
    decision->reply_action = send->action;
    decision->send_count--;
    decision->sends[index] = decision->sends[decision->send_count];
}

/* What the event means for the question that was open. */
static void settle_question(struct effect *effect)
{
    const struct flow_event *event = effect->event;
    const struct flow_case *before = effect->situation->before;
    const struct flow_question *open = &before->part.stay.question;
    unsigned guards = stay_guards(effect->situation, effect->facts);
    bool over = (effect->step->clocks_met & FLOW_CLOCK(CLOCK_PATIENCE)) != 0 ||
                (effect->step->clocks_met & FLOW_CLOCK(CLOCK_RETRY)) != 0;

    if (!effect->treating) {
        if (((guards & STAY_MINE) && event->source == EVENT_SUBMITTED) ||
            effect->after->state == STAY_MANUAL)
            close_question(effect);
        return;
    }
    if (event->source == EVENT_TIMER && event->clock_kind == CLOCK_PATIENCE) {
        answer_core(effect, VERDICT_NONE);
        if (effect->after->state != STAY_REVERSING) { /* a simple one: it may be asked again */
            effect->stay->original_action = open->action;
            effect->stay->original = open->asked;
            close_question(effect);
        }
        return;
    }
    if (!over)
        return;
    if (event->source == EVENT_RECEIVED && effect->step->send_partner == ACTION_NONE)
        answer_core(effect, VERDICT_ACCEPTED);
    else if (event->source == EVENT_RECEIPT)
        answer_core(effect, VERDICT_REFUSED);
    else
        answer_core(effect, VERDICT_NONE);
    if (effect->step->send_partner == ACTION_NONE)
        close_question(effect);
}

/* --- reversals at INSURED -------------------------------------------------------- */

static void take_reverse(struct effect *effect)
{
    if (effect->after->state == STAY_REVERSING) {
        if (effect->situation->before->state == STAY_REVERSING)
            /* Asked again: the answer that comes goes to the newer question. */
            effect->stay->question.asked = effect->event->message_id;
        else
            put_in_doubt(effect);
        effect->decision->pending = true;
        return;
    }
    stay_remember_reversed(effect->stay, &effect->said->of);
    effect->decision->pending = true;
}

/* A receipt that refuses: the question definitely did nothing over there. */
static void take_refusal(struct effect *effect)
{
    if (effect->event->action == ACTION_LINES)
        stay_drop_batch(effect);
    else if (effect->event->action == ACTION_LINES_UNDO)
        stay_end_hold(effect, false);
    else if (effect->event->action == ACTION_REVERSE && effect->after->state != STAY_MISMATCHED)
        stay_take_reversal(effect);
}

/* --- the whole ------------------------------------------------------------------- */

static void take_event(struct effect *effect)
{
    const struct flow_event *event = effect->event;
    bool consumed = effect->step->clocks_met != 0 || effect->step->send_core != 0 ||
                    effect->step->send_partner != 0;

    if (event->source == EVENT_RECEIPT) {
        take_refusal(effect);
    } else if (!effect->treating && event->source == EVENT_RECEIVED &&
               event->action == ACTION_REVERSE) {
        take_reverse(effect);
    } else if (stay_comes_late(effect->situation)) {
        stay_note_done_late(effect);
    } else if (stay_is_answer(event->action)) {
        if (consumed)
            stay_take_answer(effect);
    } else if (event->source == EVENT_SUBMITTED || event->source == EVENT_RECEIVED) {
        stay_take_question(effect);
    }
}

/* TREATING: what our core asks and the ledger knows. A reversal that is under way already is
 * waited for. */
static bool answer_at_once(struct effect *effect, struct error *err)
{
    struct flow_send made = {.target = FLOW_TO_CORE,
                             .action = (uint16_t)stay_answer_action(effect->event->action)};

    if (effect->event->action != ACTION_QUERY && effect->event->action != ACTION_REVERSE)
        return true;
    if (effect->said->gone) {
        stay_remember_reversed(effect->stay, &effect->said->of);
    } else if (effect->event->action == ACTION_REVERSE &&
               effect->after->state == STAY_REVERSING) {
        memcpy(effect->stay->question.key, effect->event->key,
               sizeof(effect->stay->question.key));
        effect->decision->pending = true;
        stay_start(effect, CLOCK_PATIENCE, "STL-HOSPITAL", 75000);
        return true;
    }
    if (!stay_make(effect->situation, effect->facts, &made, err))
        return false;
    effect->decision->reply = made.made;
    effect->decision->reply_action = made.action;
    return true;
}

static bool is_running(struct effect *effect, unsigned kind)
{
    const struct flow_clock *clock = flow_clock_find(effect->after, kind);

    return clock != NULL && clock->state == CLOCK_STATE_RUNNING;
}

static void arm_clocks(struct effect *effect)
{
    if (effect->after->state == STAY_IDENTIFIED &&
        effect->situation->before->state != STAY_IDENTIFIED)
        stay_start(effect, CLOCK_LAPSE, "STL-LAPSE", 86400000);
    if (effect->treating && effect->after->state == STAY_REVERSING &&
        !is_running(effect, CLOCK_RETRY)) {
        int64_t wait = rule_ms(effect, "STL-RETRY", 30000);
        int64_t most = rule_ms(effect, "STL-RETRY-MAX", 600000);

        for (unsigned i = 1; i < effect->stay->question.rounds && wait < most; i++)
            wait *= 2;
        flow_clock_start_at(effect->after, CLOCK_RETRY,
                            instant_add_ms(effect->event->at, wait < most ? wait : most));
    }
}

static bool is_unsure(unsigned state)
{
    return state == STAY_REG_UNCERTAIN || state == STAY_SETL_UNCERTAIN ||
           state == STAY_CANCEL_UNCERTAIN || state == STAY_REVERSING;
}

static void take_doubt(struct effect *effect)
{
    unsigned before = effect->situation->before->state;
    unsigned after = effect->after->state;

    if (!effect->treating || before == after)
        return;
    if (is_unsure(after)) {
        effect->after->flags |= CASE_WAS_UNCERTAIN;
        put_in_doubt(effect);
    } else if (is_unsure(before) && after != STAY_MISMATCHED) {
        effect->stay->original_action = ACTION_NONE;
        memset(&effect->stay->original, 0, sizeof(effect->stay->original));
    }
}

bool stay_settle(const struct flow_situation *situation, const struct flow_step *step,
                 const struct flow_facts *facts, struct flow_decision *decision,
                 struct error *err)
{
    struct effect effect = {
        .situation = situation,
        .event = situation->event,
        .step = step,
        .facts = facts,
        .said = facts->details,
        .decision = decision,
        .after = &decision->after,
        .stay = &decision->after.part.stay,
        .treating = situation->before->role == ROLE_TREATING,
    };
    struct flow_question open = effect.stay->question;
    size_t index = 0;
    struct flow_send *send;

    take_event(&effect);
    take_doubt(&effect);
    settle_question(&effect);
    send = send_to(&effect, FLOW_TO_PARTNER, &index);
    if (send != NULL && stay_answer_action(send->action) != ACTION_NONE)
        open_at_treating(&effect, send, index);
    else if (send != NULL && stay_is_answer(send->action) &&
             situation->event->source == EVENT_SUBMITTED)
        send->in_reply_to = open.asked;
    else if (send != NULL && stay_is_answer(send->action))
        decision->pending = true;
    if (effect.treating && situation->event->source == EVENT_SUBMITTED && send == NULL &&
        !answer_at_once(&effect, err))
        return false;
    send = send_to(&effect, FLOW_TO_CORE, &index);
    if (!effect.treating && send != NULL && stay_answer_action(send->action) != ACTION_NONE)
        open_at_insured(&effect, index);
    arm_clocks(&effect);
    return true;
}
