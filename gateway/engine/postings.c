/* postings.c - what one event brings for other cases: tried there first, journaled with it.
 *
 * A bank line may bring money for many transfers; a recognition that is withdrawn suspends the
 * filings that hang on it. Each is decided as if our own core had submitted it there; all of
 * it, and the event's own case, lie in one entry (foundations 23). */
#include "engine/internal.h"

#include <string.h>

enum { LETTERS_LEFT = 12 }; /* of the 16 that an entry may bear: the rest is the event's own */

bool corrected_case(struct ledger_txn *txn, const struct flow_case *flow_case,
                    struct arena *arena, const struct flow_case **found, struct error *err)
{
    struct flow_case *other;
    bool there;

    *found = NULL;
    if (uuid_is_none(&flow_case->other))
        return true;
    other = arena_alloc(arena, sizeof(*other));
    if (other == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a case");
    if (!ledger_get_case(txn, &flow_case->other, other, &there, err))
        return false;
    *found = there ? other : NULL;
    return true;
}

struct attempt {
    struct engine *engine;
    struct ledger_txn *txn;
    const struct flow_event *event;
    struct arena *arena;
    uint32_t in_region;
    size_t letters; /* of what is booked so far */
};

/* A document that the posted one sends on is the posted one itself. */
static void give_bodies(struct flow_decision *decision, const struct record *body)
{
    for (size_t i = 0; i < decision->send_count; i++)
        if (decision->sends[i].made == NULL)
            decision->sends[i].made = body;
}

/* *decision NULL: it has no case here that can take it. */
static bool book_one(struct attempt *attempt, const struct flow_posting *posting,
                     struct flow_decision **decision, struct error *err)
{
    struct engine *engine = attempt->engine;
    struct flow_event event = {.source = EVENT_SUBMITTED,
                               .action = posting->action != 0 ? posting->action
                                                              : ACTION_FUND_RECEIPT,
                               .revision = 1,
                               .at = attempt->event->at,
                               .body = posting->body};
    struct flow_case *before = arena_alloc(attempt->arena, sizeof(*before));
    struct flow_decision *made = arena_alloc(attempt->arena, sizeof(*made));
    const struct flow *flow;
    struct uuid case_id;
    bool found;

    *decision = NULL;
    if (before == NULL || made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a booking");
    if (!ledger_case_by_trace(attempt->txn,
                              posting->in_region != 0 ? posting->in_region : attempt->in_region,
                              posting->trace, &case_id, &found, err))
        return false;
    if (found && !ledger_get_case(attempt->txn, &case_id, before, &found, err))
        return false;
    flow = found ? flow_find(before->flow) : NULL;
    if (flow == NULL || (posting->action == 0 && before->role != ROLE_IN))
        return true;
    if (!flow_decide(flow, engine->rules, engine->calendar, before, &event, attempt->arena,
                     made, err))
        return false;
    if (made->kind != DECISION_ACCEPTED || attempt->letters + made->send_count > LETTERS_LEFT)
        return true;
    give_bodies(made, posting->body);
    *decision = made;
    return true;
}

static bool book(struct attempt *attempt, const struct flow_posting *posting,
                 struct bookings *bookings, struct error *err)
{
    struct flow_decision *decision;

    if (!book_one(attempt, posting, &decision, err))
        return false;
    if (decision == NULL || !money_add(bookings->sum, posting->amount, &bookings->sum))
        return true;
    attempt->letters += decision->send_count;
    bookings->list[bookings->count++] = decision;
    if (posting->row > 0)
        bookings->rows |= UINT64_C(1) << (posting->row - 1);
    return true;
}

bool postings_try(struct engine *engine, struct ledger_txn *txn, const struct flow *flow,
                  const struct flow_case *before, const struct flow_event *event,
                  struct arena *arena, struct bookings *bookings, struct error *err)
{
    struct flow_case none = {.flow = flow->number};
    struct flow_situation situation = {.flow = flow,
                                       .rules = engine->rules,
                                       .calendar = engine->calendar,
                                       .before = before != NULL ? before : &none,
                                       .event = event,
                                       .arena = arena,
                                       .opening = before == NULL};
    struct attempt attempt = {engine, txn, event, arena, event->in_region, 0};
    struct flow_posting *postings;
    size_t count = 0;

    *bookings = (struct bookings){.list = NULL};
    if (flow->postings == NULL)
        return true;
    if (before != NULL)
        attempt.in_region = before->in_region;
    postings = arena_array(arena, FLOW_POSTINGS_MAX, sizeof(*postings));
    bookings->list = arena_array(arena, FLOW_POSTINGS_MAX, sizeof(*bookings->list));
    if (postings == NULL || bookings->list == NULL)
        return fail(err, ERROR_MEMORY, "no memory for bookings");
    if (!flow->postings(&situation, postings, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!book(&attempt, &postings[i], bookings, err))
            return false;
    /* Each would have taken the whole: that several can is no knowledge. */
    if (count > 0 && postings[0].whole && bookings->count > 1)
        *bookings = (struct bookings){.list = bookings->list};
    return true;
}

bool postings_add(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                  const struct bookings *bookings, struct arena *arena, struct error *err)
{
    struct uuid none = {{0}};

    for (size_t i = 0; i < bookings->count; i++) {
        const struct flow_decision *decision = bookings->list[i];

        draft_add_case(draft, &decision->after);
        if (!letters_add(engine, txn, draft, decision, NULL, &none, NULL, arena, err))
            return false;
    }
    return true;
}
