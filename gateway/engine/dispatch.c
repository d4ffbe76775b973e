/* dispatch.c - which letters go out now: per party, oldest first, within limits and breakers.
 */
#include "engine/internal.h"

_Static_assert(ENGINE_IN_FLIGHT_MAX == 1 << 12, "slot_of takes the top 12 bits of a product");

static size_t slot_of(const struct engine *engine, uint64_t out_id)
{
    size_t slot = (size_t)((out_id * UINT64_C(0x9e3779b97f4a7c15)) >> 52);

    while (engine->in_flight[slot].out_id != 0 && engine->in_flight[slot].out_id != out_id)
        slot = (slot + 1) % ENGINE_IN_FLIGHT_MAX;
    return slot;
}

static bool in_flight(const struct engine *engine, uint64_t out_id)
{
    return engine->in_flight[slot_of(engine, out_id)].out_id == out_id;
}

static void mark(struct engine *engine, struct engine_party *party, uint64_t out_id)
{
    struct engine_flight *flight = &engine->in_flight[slot_of(engine, out_id)];

    flight->out_id = out_id;
    flight->party = party;
    engine->in_flight_count++;
    party->in_flight++;
}

void flight_end(struct engine *engine, uint64_t out_id)
{
    size_t slot = slot_of(engine, out_id);

    if (out_id == 0 || engine->in_flight[slot].out_id != out_id)
        return;
    engine->in_flight[slot].party->in_flight--;
    engine->in_flight_count--;
    engine->in_flight[slot].out_id = 0;
    /* What was once pushed past this slot moves back, so that look-ups still meet it. */
    for (;;) {
        struct engine_flight moving;
        slot = (slot + 1) % ENGINE_IN_FLIGHT_MAX;
        moving = engine->in_flight[slot];
        if (moving.out_id == 0)
            return;
        engine->in_flight[slot].out_id = 0;
        engine->in_flight[slot_of(engine, moving.out_id)] = moving;
    }
}

void flight_rest(struct engine *engine)
{
    struct instant now = engine->given.now(engine->given.self);

    engine->rest_until = instant_add_ms(now, ENGINE_REST_MS);
}

void engine_release(struct engine *engine, uint64_t out_id)
{
    flight_end(engine, out_id);
    flight_rest(engine);
}

/* A clock that went back does not make the rest longer. */
static bool rests(const struct engine *engine, struct instant now)
{
    return instant_before(now, engine->rest_until) &&
           engine->rest_until.ms - now.ms <= ENGINE_REST_MS;
}

static void earlier(struct instant *next, struct instant at)
{
    if (next->ms == 0 || instant_before(at, *next))
        *next = at;
}

/* How many letters this party may be handed at this moment. */
static uint32_t room_of(const struct engine *engine, const struct engine_party *party,
                        struct instant now)
{
    uint32_t most = party->breaker.probe_at.ms != 0 ? 1 : ENGINE_LANE_MAX;

    if (party->gone || !breaker_allows(&party->breaker, now) ||
        outage_until(&party->outages, now).ms != 0 ||
        engine->in_flight_count >= ENGINE_IN_FLIGHT_MAX / 2 || party->in_flight >= most)
        return 0;
    return most - party->in_flight;
}

/* Those in `states` behind `after` and due by `until`; *room says how many more. */
static bool hand_out(struct engine *engine, struct ledger_txn *txn, struct engine_party *party,
                     unsigned states, struct outbox_position after, struct instant until,
                     uint32_t *room, struct error *err)
{
    while (*room > 0) {
        struct letter_row row;
        bool found;

        if (!ledger_next_due(txn, party->number, until, &after, &row, &found, err))
            return false;
        if (!found)
            return true;
        if (in_flight(engine, row.letter.out_id) || (states & 1u << row.letter.state) == 0)
            continue;
        mark(engine, party, row.letter.out_id);
        if (!engine->given.deliver(engine->given.self, &row)) {
            flight_end(engine, row.letter.out_id);
            *room = 0;
            return true;
        }
        --*room;
    }
    return true;
}

enum { SEALED = 1u << LETTER_READY, NEW_OR_SEALED = 1u << LETTER_NEW | SEALED };

/* No retry lies further ahead than this. A letter that does was laid ready to be fetched,
 * before its party had an address. */
static int64_t retry_horizon_ms(const struct engine *engine, const struct engine_party *party)
{
    return engine->retry.longest_ms + RETRY_AFTER_MAX_MS + party->answer_ms;
}

static bool dispatch_party(struct engine *engine, struct ledger_txn *txn,
                           struct engine_party *party, struct instant now, struct error *err)
{
    struct outbox_position first = {{0}, 0};
    struct outbox_position far = {instant_add_ms(now, retry_horizon_ms(engine, party)),
                                  UINT64_MAX};
    uint32_t room = room_of(engine, party, now);

    return hand_out(engine, txn, party, NEW_OR_SEALED, first, now, &room, err) &&
           (!party->reachable_by_us ||
            hand_out(engine, txn, party, SEALED, far, (struct instant){INT64_MAX}, &room, err));
}

/* When this party's first letter that nobody holds comes due. */
static bool next_of(struct engine *engine, struct ledger_txn *txn, struct engine_party *party,
                    struct instant now, struct instant *next, struct error *err)
{
    struct outbox_position after = {{0}, 0};
    struct instant horizon = {INT64_MAX};
    struct instant until;
    struct letter_row row;
    bool found = true;

    if (party->gone || party->in_flight >= ENGINE_LANE_MAX)
        return true;
    do {
        if (!ledger_next_due(txn, party->number, horizon, &after, &row, &found, err))
            return false;
    } while (found && in_flight(engine, row.letter.out_id));
    if (!found)
        return true;
    until = breaker_until(&party->breaker, now);
    if (instant_before(until, outage_until(&party->outages, now)))
        until = outage_until(&party->outages, now);
    earlier(next, instant_before(after.due, until) ? until : after.due);
    return true;
}

/* Born in this transaction means due in it: the end of the party's list. */
static bool write_new_of(struct engine *engine, struct ledger_txn *txn,
                         struct engine_party *party, struct instant since, size_t *count,
                         struct error *err)
{
    struct instant now = engine->given.now(engine->given.self);
    struct outbox_position after = {since, 0};
    uint32_t room = room_of(engine, party, now);

    while (room > 0) {
        struct letter_row row;
        bool found;

        if (!ledger_next_due(txn, party->number, now, &after, &row, &found, err))
            return false;
        if (!found)
            return true;
        if (row.letter.state != LETTER_NEW || in_flight(engine, row.letter.out_id))
            continue;
        mark(engine, party, row.letter.out_id);
        if (!engine->given.write_new(engine->given.self, txn, &row)) {
            flight_end(engine, row.letter.out_id);
            return true;
        }
        room--;
        ++*count;
    }
    return true;
}

bool engine_write_new(struct engine *engine, struct ledger_txn *txn, struct instant since,
                      size_t *count, struct error *err)
{
    bool ok = true;

    *count = 0;
    if (engine->given.write_new == NULL || rests(engine, engine->given.now(engine->given.self)))
        return true;
    for (size_t i = 0; ok && i < engine->party_count; i++)
        ok = write_new_of(engine, txn, &engine->parties[i], since, count, err);
    if (*count > 0 && engine->given.write_kept != NULL)
        engine->given.write_kept(engine->given.self);
    return ok;
}

bool engine_dispatch(struct engine *engine, struct instant *next, struct error *err)
{
    struct instant now = engine->given.now(engine->given.self);
    struct ledger_txn *txn = NULL;
    bool ok;

    *next = (struct instant){0};
    if (rests(engine, now)) {
        *next = engine->rest_until;
        return true;
    }
    ok = ledger_begin_read(engine->ledger, &txn, err);
    for (size_t i = 0; ok && i < engine->party_count; i++) {
        struct engine_party *party = &engine->parties[i];
        ok = dispatch_party(engine, txn, party, now, err) &&
             next_of(engine, txn, party, now, next, err);
    }
    ledger_abort(txn);
    return ok;
}
