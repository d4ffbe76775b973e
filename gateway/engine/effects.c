/* effects.c - what a journaled report means for the engine's memory, once it is durable.
 *
 * A batch that is undone and run item by item would otherwise count a failure twice, and free
 * a letter whose report is not written. */
#include "engine/internal.h"

static void apply_effect(struct engine *engine, const struct engine_effect *effect)
{
    flight_end(engine, effect->out_id);
    if (effect->own_trouble)
        flight_rest(engine);
    if (effect->party == NULL || effect->heard == HEARD_NOTHING)
        return;
    breaker_record(&effect->party->breaker, effect->heard == HEARD_IT, effect->at);
    breaker_rest(&effect->party->breaker, effect->at, effect->rest_ms);
}

static void transaction_ended(void *self, bool committed)
{
    struct engine *engine = self;

    for (size_t i = 0; committed && i < engine->effect_count; i++)
        apply_effect(engine, &engine->effects[i]);
    if (committed)
        engine->duplicates += engine->duplicates_now;
    for (size_t i = 0; committed && i < engine->answer_count; i++)
        if (engine->given.answered != NULL)
            engine->given.answered(engine->given.self, &engine->answers[i]);
    engine->effect_count = 0;
    engine->answer_count = 0;
    engine->duplicates_now = 0;
}

bool effect_add(struct engine *engine, struct ledger_txn *txn,
                const struct engine_effect *effect, struct error *err)
{
    if (engine->effect_count == ENGINE_EFFECTS_MAX)
        return fail(err, ERROR_BUSY, "more than %d reports in one transaction",
                    ENGINE_EFFECTS_MAX);
    engine->effects[engine->effect_count++] = *effect;
    ledger_on_end(txn, transaction_ended, engine);
    return true;
}

void effect_answer(struct engine *engine, struct ledger_txn *txn)
{
    ledger_on_end(txn, transaction_ended, engine);
}

void effect_duplicate(struct engine *engine, struct ledger_txn *txn)
{
    engine->duplicates_now++;
    ledger_on_end(txn, transaction_ended, engine);
}
