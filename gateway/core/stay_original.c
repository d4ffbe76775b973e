/* stay_original.c - which question a reversal, a query or a timer is about, and whether it may
 * still be undone. */
#include <string.h>

#include "core/stay_internal.h"

bool stay_was_reversed(const struct stay *stay, const struct uuid *id)
{
    for (size_t i = 0; i < STAY_REVERSED_MAX; i++)
        if (!uuid_is_none(id) && uuid_equal(&stay->reversed[i], id))
            return true;
    return false;
}

bool stay_key_was_reversed(const struct stay *stay, const uint8_t key[32])
{
    struct uuid id;

    memcpy(id.bytes, key, sizeof(id.bytes));
    return stay_was_reversed(stay, &id);
}

/* What the question with this id did here, or may yet do. */
static bool stands(const struct flow_case *before, unsigned of, const struct uuid *id)
{
    const struct stay *stay = &before->part.stay;
    bool booked = (before->flags & CASE_BOOKED) != 0;

    if (uuid_is_none(id))
        return false;
    if (stay->question.action == of && uuid_equal(&stay->question.asked, id))
        return true;
    /* What our own core would not undo may stand there, whatever our books say. */
    if (before->state == STAY_REVERSING || before->state == STAY_MISMATCHED)
        return stay->original_action == of && uuid_equal(&stay->original, id);
    if (stay_was_reversed(stay, id))
        return false;
    switch (of) {
    case ACTION_REGISTER:
        return uuid_equal(&stay->register_id, id) && before->state != STAY_VOID &&
               before->state != STAY_REJECTED;
    case ACTION_SETTLE:
        return uuid_equal(&stay->settle_id, id) && booked;
    case ACTION_CANCEL:
        return uuid_equal(&stay->cancel_id, id) && !booked && stay->cancellations > 0;
    default:
        return false;
    }
}

static unsigned named_action(const struct record *body)
{
    struct text name;

    return record_text(body, "original/action", &name) ? action_by_name(name) : ACTION_NONE;
}

/* The message that the document names, itself or by the own core's key; none if neither. */
static struct uuid named_message(const struct flow_event *event)
{
    struct text text;
    struct uuid id;

    if (record_text(event->body, "original/messageId", &text) && uuid_parse(text, &id))
        return id;
    return event->named;
}

/* The newest question of this kind that this side sent, or took. */
static struct uuid newest(const struct stay *stay, unsigned action)
{
    if (stay->question.action == action)
        return stay->question.asked;
    switch (action) {
    case ACTION_REGISTER:
        return stay->register_id;
    case ACTION_SETTLE:
        return stay->settle_id;
    case ACTION_CANCEL:
        return stay->cancel_id;
    default:
        return (struct uuid){{0}};
    }
}

bool stay_read_original(const struct flow_situation *situation, struct flow_facts *facts,
                        struct stay_facts *stay)
{
    const struct flow_event *event = situation->event;

    if (event->named_elsewhere)
        return stay_refuse(facts, "STL-C01", "the key is of another stay's request");
    stay->of_action = named_action(event->body);
    stay->of = named_message(event);
    if (uuid_is_none(&stay->of))
        stay->of = newest(&situation->before->part.stay, stay->of_action);
    stay->reverses_known = stands(situation->before, stay->of_action, &stay->of);
    return true;
}

/* Has something been undone, so that a reversal without a name may be about that? */
static bool is_ambiguous(const struct stay *stay)
{
    return stay->reversals > 0 || stay->cancellations > 0;
}

/* The hospital's own core is in doubt: only what is in doubt here too, or stands, is reversed.
 * A reversal that comes late must not hit what was asked since, so it names what it means by
 * the core's own key; once something was undone, it must. Of what took effect and is known to
 * have, it is not said that there was nothing: a registration is undone, after a cancellation
 * it is settled again. */
bool stay_read_own_reversal(const struct flow_situation *situation, struct flow_facts *facts,
                            struct stay_facts *stay)
{
    const struct flow_case *before = situation->before;
    unsigned named = named_action(situation->event->body);
    struct uuid id = named_message(situation->event);
    bool unnamed = uuid_is_none(&id);

    if (situation->event->named_elsewhere)
        return stay_refuse(facts, "STL-C01", "the key is of another stay's request");
    if (unnamed)
        id = newest(&before->part.stay, named);
    if (stay->of_action == named && uuid_equal(&stay->of, &id))
        return !unnamed || !is_ambiguous(&before->part.stay) ||
               stay_refuse(facts, "STL-R02", "several were asked: it must be named by its key");
    if (stands(before, named, &id) || (unnamed && stay->of_action != ACTION_NONE))
        return stay_refuse(facts, "STL-R01",
                           stay->of_action != ACTION_NONE
                               ? "something else is to be reversed first"
                               : "it took effect, and that is known");
    stay->of_action = named;
    stay->of = id;
    stay->gone = true;
    return true;
}

/* What a timer, a person or an answer is about: the question in doubt, else what stands. */
void stay_take_original(const struct flow_situation *situation, struct stay_facts *stay)
{
    const struct flow_case *before = situation->before;
    const struct stay *part = &before->part.stay;

    stay->of_action = part->original_action;
    stay->of = part->original;
    if (before->state == STAY_REG_SENT || before->state == STAY_SETL_SENT ||
        before->state == STAY_CANCEL_SENT) {
        stay->of_action = part->question.action;
        stay->of = part->question.asked;
    } else if (before->state == STAY_SETTLED) {
        stay->of_action = ACTION_SETTLE;
        stay->of = part->settle_id;
    }
}
