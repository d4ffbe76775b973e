/* recalculate.c - from deadline to deadline: what does not fit the calendar becomes an entry.
 */
#include "engine/recalculate.h"

#include "core/clock_move.h"
#include "engine/internal.h"

static bool append_moved(struct engine *engine, struct ledger_txn *txn, struct arena *arena,
                         const struct flow_case *before, const struct flow_decision *decision,
                         const struct clock_moves *moves, struct error *err)
{
    struct draft *draft = draft_new(engine, txn, arena, ENTRY_CLOCK_MOVED);

    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    draft->entry.party = before->party;
    draft_add_decision(draft, before, decision);
    for (size_t i = 0; i < moves->count; i++)
        draft_add_text(draft, TLV_CLOCK, (struct text){(const char *)&moves->kinds[i], 1});
    return draft_append(draft, txn, err);
}

static bool move_case(struct engine *engine, struct ledger_txn *txn, const struct uuid *case_id,
                      struct arena *arena, size_t *moved, struct error *err)
{
    struct flow_decision *decision = arena_alloc(arena, sizeof(*decision));
    struct clock_moves moves;
    struct flow_case before;
    bool found;

    if (decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!ledger_get_case(txn, case_id, &before, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "a deadline without a case");
    clock_move(&before, engine->calendar, engine->rules->calendar_version, &decision->after,
               &moves);
    *moved = moves.count;
    return moves.count == 0 || append_moved(engine, txn, arena, &before, decision, &moves, err);
}

bool engine_recalculate(struct engine *engine, struct ledger_txn *txn, size_t max,
                        struct recalculation *walk, struct error *err)
{
    struct recalculation next = *walk;
    struct arena *arena = arena_new(4 * 1024 * 1024);
    bool ok = arena != NULL || fail(err, ERROR_MEMORY, "no memory for clocks");

    for (size_t i = 0; ok && i < max && !next.ended; i++) {
        struct uuid case_id;
        size_t moved = 0;
        bool found;

        ok = ledger_deadline_behind(txn, &next.after, &case_id, &found, err);
        next.ended = ok && !found;
        if (ok && found)
            ok = move_case(engine, txn, &case_id, arena, &moved, err);
        next.moved += moved;
        arena_reset(arena);
    }
    arena_free(arena);
    if (ok)
        *walk = next;
    return ok;
}
