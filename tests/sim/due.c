/* due.c - when a gateway has something to do next. */
#include "gateways.h"

static void sooner(const struct province *province, struct instant due, struct instant *next)
{
    if (due.ms <= province->world->now.ms)
        due = instant_add_ms(province->world->now, 1);
    if (next->ms == 0 || due.ms < next->ms)
        *next = due;
}

/* Letters under way come back by themselves; others by their due time. */
static void look_at_letters(struct province *province, struct ledger_txn *txn, uint32_t number,
                            struct instant *next)
{
    const struct engine_party *party = engine_party(province->engine, number);
    struct outbox_position after = {{0}, 0};
    struct error err = ERROR_INIT;
    struct letter_row row;
    bool found = false;

    if (party->in_flight > 0 ||
        !ledger_next_due(txn, number, (struct instant){INT64_MAX}, &after, &row, &found,
                         &err) ||
        !found)
        return;
    sooner(province,
           party->breaker.probe_at.ms > row.letter.due.ms ? party->breaker.probe_at
                                                          : row.letter.due,
           next);
}

static void look_at_clocks(struct province *province, struct ledger_txn *txn,
                           struct instant *next)
{
    struct error err = ERROR_INIT;
    struct flow_case flow_case;
    struct uuid case_id;
    uint8_t kind;
    bool found = false;

    if (province->world->fault == FAULT_NEVER_WOKEN ||
        !ledger_next_deadline(txn, (struct instant){INT64_MAX}, &case_id, &kind, &found,
                              &err) ||
        !found || !ledger_get_case(txn, &case_id, &flow_case, &found, &err) || !found)
        return;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case.clocks[i].kind == kind)
            sooner(province, flow_case.clocks[i].due, next);
}

struct instant gateway_next(struct province *province)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct instant next = {0};

    if (province->queue_count > 0)
        return instant_add_ms(province->world->now, 1);
    if (!ledger_begin_read(province->ledger, &txn, &err))
        return next;
    for (uint32_t number = 2; number <= province->world->province_count + 1; number++)
        look_at_letters(province, txn, number, &next);
    look_at_clocks(province, txn, &next);
    ledger_abort(txn);
    return next;
}
