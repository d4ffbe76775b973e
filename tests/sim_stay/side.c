/* side.c - one gateway: the daemon's steps without threads. Works, one transaction, perhaps a
 * crash, answers, letters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "side.h"

enum { WAKE_MAX = 16, DOWN_MS = 40 * 1000 };

static struct instant clock_due(struct side *side);

/* --- opening, dying ----------------------------------------------------------------------- */

static bool open_engine(struct side *side)
{
    static const char *const ids[] = {"nhsa.440000", "nhsa.520000"};
    struct engine_given given = side_given(side);
    struct error err = ERROR_INIT;

    if (!ledger_open(side->store, false, &side->ledger, &err))
        return world_fail(side->world, "side %u does not open: %s", side->index, err.text);
    engine_init(side->engine, &given, side->ledger, side->world->rules, side->world->calendar);
    for (uint32_t number = HOME; number <= OWN_CORE; number++) {
        const char *id = ids[number == PARTNER ? 1 - side->index : side->index];
        bool core = number == OWN_CORE;
        struct engine_party party = {
            .number = number,
            .kind = core ? PARTY_CORE : PARTY_PROVINCE,
            .region = party_region(text_of(id)),
            .two_phase = core && (side->index == AT_TREATING ? side->world->two_phase
                                                             : side->world->insured_two_phase),
            .reachable_by_us = number != HOME};

        snprintf(party.id, sizeof(party.id), core ? "%s.core" : "%s", id);
        if (!engine_add_party(side->engine, &party, &err))
            return world_fail(side->world, "a party: %s", err.text);
    }
    side->engine->boot = ++side->boot;
    side->up = true;
    side->letters_at = side->world->now;
    side->clock_at = clock_due(side);
    return true;
}

bool side_create(struct world *world, unsigned index)
{
    struct side *side = &world->sides[index];
    struct entry_origin origin = {
        .digest_kind = DIGEST_SHA256, .test = true, .created = world->now};
    struct error err = ERROR_INIT;

    side->world = world;
    side->index = index;
    side->engine = calloc(1, sizeof(*side->engine));
    CHECK(side->engine != NULL);
    snprintf(origin.party, sizeof(origin.party),
             index == AT_TREATING ? "nhsa.440000" : "nhsa.520000");
    origin.log_id[0] = (uint8_t)(index + 1);
    if (!store_open_memory(&side->store, &err) || !ledger_create(side->store, &origin, &err))
        return world_fail(world, "no ledger: %s", err.text);
    return open_engine(side);
}

static void drop_memory(struct side *side)
{
    for (size_t i = 0; i < side->queue_count; i++)
        arena_free(side->queue[i]->arena);
    for (size_t i = 0; i < side->told_count; i++)
        free(side->told[i].content.at);
    side->queue_count = side->flight_count = side->parked_count = side->told_count = 0;
}

static void crash(struct side *side)
{
    world_trace(side->world, "side %u crashes", side->index);
    drop_memory(side);
    ledger_close(side->ledger);
    side->ledger = NULL;
    side->up = false;
    side->up_at = instant_add_ms(side->world->now,
                                 500 + (int64_t)world_random(side->world, DOWN_MS));
}

void side_close(struct side *side)
{
    if (side->store == NULL)
        return;
    drop_memory(side);
    ledger_close(side->ledger);
    store_close(side->store);
    free(side->engine);
}

/* --- answers ------------------------------------------------------------------------------ */

/* The answer as the journal has it. */
static void read_answer(struct side *side, uint64_t seq, struct happening *told)
{
    struct arena *arena = arena_new(SIM_MEMORY);
    struct entry_body place = {.use = 0};
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    const struct tlv *tlv;
    struct entry entry;
    struct text bytes;
    size_t at = 0;
    bool found = false;

    CHECK(arena != NULL && ledger_begin_read(side->ledger, &txn, &err) &&
          ledger_get_entry(txn, seq, arena, &entry, &found, &err) && found);
    ledger_abort(txn);
    while (place.use != BODY_CONTENT && (tlv = entry_next_tlv(&entry, TLV_BODY, &at)) != NULL)
        CHECK(entry_body_decode(tlv->bytes, &place));
    CHECK(place.use == BODY_CONTENT && side_read_body(side, &place, arena, &bytes));
    told->told = TOLD_ANSWER;
    told->head.sent_at = entry.wall;
    told->content = bytes_copy(bytes);
    told->head.action = (uint16_t)action_by_name(
        text_of(bytes_read(&told->content, arena)->name));
    arena_free(arena);
}

static void park(struct side *side, const struct work *work, const struct origin *origin)
{
    struct happening over = {.kind = PARK_OVER, .side = side->index, .flight = origin->flight};
    struct parked *parked;

    CHECK(side->parked_count < PARKED_MAX);
    parked = &side->parked[side->parked_count++];
    *parked = (struct parked){
        .flight = origin->flight, .stay = origin->stay, .cut = origin->mishap == ANSWER_LOST};
    if (side->world->script.on && side->world->script.hop == HOP_TELL &&
        side->world->script.mishap == ANSWER_LOST)
        parked->cut = network_mishap(side->world, HOP_TELL, origin->action) == ANSWER_LOST;
    memcpy(parked->key, work->key, MESSAGE_KEY_SIZE);
    world_add(side->world, &over, work->result.wait_until.ms + 1 - side->world->now.ms);
}

/* A core's submission: parked, or answered at once. */
static void respond(struct side *side, const struct work *work, const struct origin *origin)
{
    const struct work_result *result = &work->result;
    struct happening told = {.kind = RESPONSE_COMES,
                             .side = side->index,
                             .flight = origin->flight,
                             .stay = origin->stay,
                             .number = origin->number,
                             .mishap = origin->mishap,
                             .told = TOLD_TAKEN};

    told.head.sent_at = result->received_at;
    if (result->asked == ASKED_OPEN && !result->later) {
        park(side, work, origin);
        return;
    }
    if (result->later) {
        told.told = TOLD_LATER;
    } else if (result->asked == ASKED_UNKNOWN) {
        told.told = TOLD_UNKNOWN;
    } else if (result->asked == ASKED_ANSWERED && result->answer_seq != 0) {
        read_answer(side, result->answer_seq, &told);
    } else if (result->verdict == VERDICT_REFUSED || result->verdict == VERDICT_CONFLICT) {
        told.told = TOLD_REFUSED;
        memcpy(told.code, result->code, CODE_SIZE);
    } else if (result->reply != NULL) {
        told.told = TOLD_ANSWER;
        told.head.action = result->reply_action;
        told.content = bytes_of(result->reply);
    }
    if (network_returns(side->world, &told))
        world_add(side->world, &told, 1 + (int64_t)world_random(side->world, 200));
    else
        free(told.content.at);
}

/* The receipt of a letter. While the hospital waits for the answer, its gateway may die. */
static void receipt(struct side *side, const struct work *work, const struct origin *origin)
{
    struct world *world = side->world;
    struct happening back = {.kind = RECEIPT_COMES,
                             .side = 1 - side->index,
                             .flight = origin->flight,
                             .head.action = work->message.action,
                             .unavailable = work->result.later,
                             .receipt = {.message_id = work->message.message_id,
                                         .verdict = work->result.verdict,
                                         .received_at = work->result.received_at,
                                         .sequence = work->result.sequence}};
    enum mishap strikes = world->script.mishap;

    memcpy(back.receipt.code, work->result.code, CODE_SIZE);
    memcpy(back.receipt.digest, work->digest, 32);
    if (origin->mishap == ANSWER_LOST)
        return;
    if (world->script.on && world->script.hop == HOP_TELL && side->index == AT_INSURED &&
        (strikes == CRASH_BEFORE || strikes == CRASH_AFTER))
        back.mishap = network_mishap(world, HOP_TELL, work->message.action);
    world_add(world, &back, 1 + (int64_t)world_random(world, 200));
}

static void answer(struct side *side, const struct work *work)
{
    const struct origin *origin = work->owner;

    if (work->kind != WORK_MESSAGE || origin == NULL)
        return;
    world_trace(side->world, "side %u: %s %s: %s %s", side->index,
                work->local ? "submitted" : "received",
                action_name(work->message.action).english,
                work->result.later ? "later" : verdict_name(work->result.verdict).english,
                work->result.code);
    if (origin->letter)
        receipt(side, work, origin);
    else
        respond(side, work, origin);
}

/* What ended a wait goes to those who wait, if they still do. */
static void tell_parked(struct side *side)
{
    for (size_t t = 0; t < side->told_count; t++) {
        for (size_t i = 0; i < side->parked_count;) {
            struct parked *parked = &side->parked[i];
            struct happening told = side->told[t];

            if (memcmp(parked->key, side->told_keys[t], MESSAGE_KEY_SIZE) != 0) {
                i++;
                continue;
            }
            told.flight = parked->flight;
            told.stay = parked->stay;
            if (told.content.at != NULL)
                told.content = bytes_copy(
                    (struct text){(const char *)told.content.at, told.content.size});
            if (parked->cut)
                free(told.content.at);
            else
                network_send(side->world, HOP_TELL, &told);
            *parked = side->parked[--side->parked_count];
        }
        free(side->told[t].content.at);
    }
    side->told_count = 0;
}

/* --- one transaction ---------------------------------------------------------------------- */

static bool dies(struct side *side, size_t count, enum mishap when)
{
    bool random = side->world->storm && world_chance(side->world, side->world->crash);

    for (size_t i = 0; i < count; i++) {
        const struct origin *origin = side->queue[i]->owner;

        if (origin != NULL && origin->mishap == when)
            return true;
    }
    return random;
}

static bool apply_all(struct side *side, size_t count, bool *dead)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    size_t woken;

    if (!ledger_begin(side->ledger, &txn, &err))
        return world_fail(side->world, "begin: %s", err.text);
    for (size_t i = 0; i < count; i++) {
        if (!engine_apply(side->engine, txn, side->queue[i], &err)) {
            ledger_abort(txn);
            return world_fail(side->world, "side %u, apply: %s", side->index, err.text);
        }
    }
    if (!engine_wake(side->engine, txn, WAKE_MAX, &woken, &err)) {
        ledger_abort(txn);
        return world_fail(side->world, "side %u, wake: %s", side->index, err.text);
    }
    *dead = dies(side, count, CRASH_BEFORE);
    if (*dead) {
        ledger_abort(txn);
    } else {
        if (!ledger_commit(&txn, &err))
            return world_fail(side->world, "commit: %s", err.text);
        *dead = dies(side, count, CRASH_AFTER);
    }
    if (*dead)
        crash(side);
    return true;
}

bool side_case(struct side *side, unsigned stay, struct flow_case *row, bool *found)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct uuid case_id;
    bool ok;

    *found = false;
    ok = ledger_begin_read(side->ledger, &txn, &err) &&
         ledger_case_by_trace(txn, 440100, stay_trace(stay), &case_id, found, &err) &&
         (!*found || ledger_get_case(txn, &case_id, row, found, &err));
    ledger_abort(txn);
    return ok || world_fail(side->world, "a case cannot be read: %s", err.text);
}

static bool look_at_stay(struct side *side, unsigned stay)
{
    struct flow_case row;
    bool found;

    if (!side_case(side, stay, &row, &found))
        return false;
    if (!found || (side->seen[stay] && side->state[stay] == row.state))
        return true;
    if (side->index == AT_TREATING && side->seen[stay] && side->state[stay] == STAY_REVERSING &&
        row.state == STAY_SETTLED)
        side->world->counts->cancel_back++;
    side->seen[stay] = true;
    side->state[stay] = row.state;
    side->world->counts->visits[side->index][row.state]++;
    world_trace(side->world, "side %u, stay %u is %s", side->index, stay,
                flow_state_name(&settlement_stay_flow, row.state).english);
    return true;
}

static bool look_at_state(struct side *side)
{
    for (unsigned stay = 0; stay < side->world->stay_count; stay++)
        if (!look_at_stay(side, stay))
            return false;
    return true;
}

/* What its own clock says, as everybody else's does. */
static struct instant world_time(const struct side *side, struct instant own)
{
    return own.ms != 0 ? instant_add_ms(own, -side->skew_ms) : own;
}

/* When the next clock runs out. */
static struct instant clock_due(struct side *side)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct instant due = {0};
    struct flow_case row;
    struct uuid case_id;
    uint8_t kind;
    bool found = false;

    if (ledger_begin_read(side->ledger, &txn, &err) &&
        ledger_next_deadline(txn, (struct instant){INT64_MAX}, &case_id, &kind, &found, &err) &&
        found && ledger_get_case(txn, &case_id, &row, &found, &err) && found)
        due = world_time(side, flow_case_due(&row)->due);
    ledger_abort(txn);
    return due;
}

static bool is_due(const struct side *side, struct instant at)
{
    return at.ms != 0 && at.ms <= side->world->now.ms;
}

/* One transaction and what follows from it. */
static bool step_once(struct side *side)
{
    size_t count = side->queue_count;
    struct error err = ERROR_INIT;
    bool works = count > 0 || is_due(side, side->clock_at);
    bool dead = false;

    if (!works && !is_due(side, side->letters_at))
        return true;
    if (works) {
        if (!apply_all(side, count, &dead))
            return false;
        if (dead)
            return true;
        for (size_t i = 0; i < count; i++) {
            answer(side, side->queue[i]);
            arena_free(side->queue[i]->arena);
        }
        side->queue_count -= count;
        memmove(side->queue, side->queue + count, side->queue_count * sizeof(side->queue[0]));
        tell_parked(side);
        if (!look_at_state(side))
            return false;
        side->clock_at = clock_due(side);
    }
    if (!engine_dispatch(side->engine, &side->letters_at, &err))
        return world_fail(side->world, "dispatch: %s", err.text);
    side->letters_at = world_time(side, side->letters_at);
    return true;
}

bool side_step(struct side *side)
{
    if (!side->up) {
        if (!is_due(side, side->up_at))
            return true;
        if (!open_engine(side))
            return false;
        world_trace(side->world, "side %u is up", side->index);
    }
    do {
        if (!step_once(side))
            return false;
    } while (side->up && (side->queue_count > 0 || is_due(side, side->clock_at)));
    return true;
}

struct instant side_next(struct side *side)
{
    struct instant next = side->letters_at;
    struct instant due = side->clock_at;

    if (!side->up)
        return side->up_at;
    if (next.ms != 0 && next.ms <= side->world->now.ms)
        next.ms = side->world->now.ms + 1;
    if (next.ms == 0 || (due.ms != 0 && due.ms < next.ms))
        next = due;
    return next;
}
