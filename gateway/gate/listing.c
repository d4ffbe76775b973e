/* listing.c - which cases, in which order, in the core's words. On workers. */
#include "gate/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/flow_listing.h"
#include "wire/adapter.h"

struct collecting {
    const struct flow_listing *listing;
    const struct record *question;
    unsigned flow;
    uint32_t core;
    struct flow_listed *items; /* room for LISTING_ITEMS_MAX */
    size_t count;
    size_t looks;
};

/* --- collecting ----------------------------------------------------------------------------
 */

static bool has_room(const struct collecting *collecting)
{
    return collecting->looks < LISTING_LOOKS_MAX && collecting->count < LISTING_ITEMS_MAX;
}

static bool look(void *self, const struct flow_case *row)
{
    struct collecting *collecting = self;
    struct flow_listed *item = &collecting->items[collecting->count];

    collecting->looks++;
    if (row->flow != collecting->flow || row->role != collecting->listing->role ||
        row->core != collecting->core ||
        !collecting->listing->doubt(row, collecting->question, &item->doubt))
        return has_room(collecting);
    item->case_id = row->case_id;
    item->in_region = row->in_region;
    item->out_region = row->out_region;
    memcpy(item->trace, row->trace, sizeof(item->trace));
    collecting->count++;
    return has_room(collecting);
}

static bool look_at_states(struct collecting *collecting, struct ledger_txn *txn,
                           struct error *err)
{
    for (unsigned state = 0; state < FLOW_STATES_MAX; state++)
        if ((collecting->listing->states & (UINT32_C(1) << state)) != 0 &&
            has_room(collecting) &&
            !ledger_each_in_state(txn, (uint16_t)collecting->flow, collecting->listing->role,
                                  (uint8_t)state, look, collecting, err))
            return false;
    return true;
}

/* Clocks in the order in which they end: those of calls that are open come first. */
static bool look_at_clocks(struct collecting *collecting, struct ledger_txn *txn,
                           struct error *err)
{
    struct ledger_position position = {.size = 0};
    bool found = true;

    while (has_room(collecting)) {
        struct flow_case row;
        struct uuid id;

        if (!ledger_deadline_behind(txn, &position, &id, &found, err))
            return false;
        if (!found)
            return true;
        if (!ledger_get_case(txn, &id, &row, &found, err))
            return false;
        if (found && (row.state >= FLOW_STATES_MAX ||
                      (collecting->listing->states & (UINT32_C(1) << row.state)) == 0))
            look(collecting, &row);
    }
    return true;
}

static int by_age(const void *a, const void *b)
{
    const struct flow_listed *left = a;
    const struct flow_listed *right = b;

    if (left->doubt.since.ms != right->doubt.since.ms)
        return left->doubt.since.ms < right->doubt.since.ms ? -1 : 1;
    return memcmp(left->case_id.bytes, right->case_id.bytes, sizeof(left->case_id.bytes));
}

/* A case with two clocks was seen twice, and says the same twice. */
static void put_in_order(struct collecting *collecting)
{
    struct flow_listed *items = collecting->items;
    size_t kept = 0;

    qsort(items, collecting->count, sizeof(*items), by_age);
    for (size_t i = 0; i < collecting->count; i++)
        if (kept == 0 || !uuid_equal(&items[kept - 1].case_id, &items[i].case_id))
            items[kept++] = items[i];
    collecting->count = kept;
}

static bool collect(struct collecting *collecting, struct ledger *ledger, struct error *err)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin_read(ledger, &txn, err) && look_at_states(collecting, txn, err) &&
              look_at_clocks(collecting, txn, err);

    ledger_abort(txn);
    put_in_order(collecting);
    return ok;
}

/* --- telling -------------------------------------------------------------------------------
 */

bool listing_write(struct exchange *exchange, struct text *body, const char **type,
                   struct error *err)
{
    const struct adapter *dialect = exchange->party->dialect;
    const struct flow_listing *listing = exchange->listing;
    struct work *work = exchange->work;
    struct collecting collecting = {.listing = listing,
                                    .question = work->message.body,
                                    .flow = work->message.flow,
                                    .core = exchange->party->number};
    struct adapter_message message = {.flow = work->message.flow,
                                      .action = listing->answer,
                                      .answers = listing->question,
                                      .revision = 1,
                                      .local_key = work->local_key};
    size_t shown;

    collecting.items = arena_array(work->arena, LISTING_ITEMS_MAX, sizeof(*collecting.items));
    if (collecting.items == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a list");
    if (!collect(&collecting, exchange->gate->ledger, err))
        return false;
    shown = collecting.count < listing->items_max ? collecting.count : listing->items_max;
    if (!listing->make(collecting.items, shown, collecting.count, work->arena, &message.body,
                       err))
        return false;
    log_info("listing.told", "party=%s action=%s items=%zu of=%zu looks=%zu",
             exchange->party->id, action_name(listing->question).english, shown,
             collecting.count, collecting.looks);
    *type = adapter_content_type(dialect);
    return adapter_write(dialect, TO_CORE, &message, work->arena, body, err);
}
