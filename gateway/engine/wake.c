/* wake.c - cases whose clock has passed. A passed clock raises a flag; it never decides. */
#include "engine/internal.h"

#include <string.h>

static bool wake_one(struct engine *engine, struct ledger_txn *txn, const struct uuid *case_id,
                     uint8_t clock_kind, struct arena *arena, struct error *err)
{
    struct draft *draft = draft_new(engine, txn, arena, ENTRY_TIMER);
    struct flow_decision *decision = arena_alloc(arena, sizeof(*decision));
    struct flow_event event = {.source = EVENT_TIMER, .clock_kind = clock_kind};
    struct instant none_yet = {0};
    struct uuid none = {{0}};
    struct flow_case before;
    bool found;

    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!ledger_get_case(txn, case_id, &before, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "a deadline without a case");
    event.at = draft->entry.wall;
    if (!question_ids(engine, flow_find(before.flow), draft->now, &event, err) ||
        !flow_decide(flow_find(before.flow), engine->rules, engine->calendar, &before, &event,
                     arena, decision, err))
        return false;
    if (decision->kind != DECISION_ACCEPTED)
        return fail(err, ERROR_LEDGER, "a flow refused its own clock");
    draft->entry.action = 0;
    draft->entry.party = before.party;
    draft_add_decision(draft, &before, decision);
    draft_add_text(draft, TLV_CLOCK, (struct text){(const char *)&clock_kind, 1});
    draft_add_settlement(draft, &before, decision, &event, none_yet);
    return letters_add(engine, txn, draft, decision, NULL, &none, event.ids, arena, err) &&
           tell_answer(engine, txn, decision, &event, err) && draft_append(draft, txn, err);
}

bool engine_wake(struct engine *engine, struct ledger_txn *txn, size_t max, size_t *count,
                 struct error *err)
{
    struct instant now = engine->given.now(engine->given.self);
    bool back;
    struct instant stamp = ledger_stamp(txn, now, &back);
    struct arena *arena = arena_new(4 * 1024 * 1024);
    bool ok = arena != NULL || fail(err, ERROR_MEMORY, "no memory for timers");

    /* Entries bear the transaction's time: a clock that passes behind it is the next one's. */
    if (instant_before(stamp, now))
        now = stamp;
    *count = 0;
    while (ok && *count < max) {
        struct uuid case_id;
        uint8_t clock_kind;
        bool found;

        ok = ledger_next_deadline(txn, now, &case_id, &clock_kind, &found, err);
        if (!ok || !found)
            break;
        ok = wake_one(engine, txn, &case_id, clock_kind, arena, err);
        arena_reset(arena);
        ++*count;
    }
    arena_free(arena);
    return ok;
}
