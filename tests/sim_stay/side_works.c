/* side_works.c - what is given to an engine, and the works for it: letters out, messages in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "side.h"

enum { SENDER_WAITS_MS = 20 * 1000, PERSON_COMES_MS = 8 * 60 * 1000, HEAD_SIZE = 96 };

/* --- what is given to the engine ---------------------------------------------------------- */

static struct instant given_now(void *self)
{
    const struct side *side = self;

    return instant_add_ms(side->world->now, side->skew_ms);
}

static bool given_random(void *self, void *bytes, size_t size, struct error *err)
{
    uint8_t *at = bytes;

    (void)err;
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)world_random(((struct side *)self)->world, 256);
    return true;
}

static bool given_seal(void *self, const uint8_t digest[32], struct text plain,
                       struct arena *arena, struct text *sealed, struct error *err)
{
    (void)self;
    (void)digest;
    *sealed = arena_copy(arena, plain);
    return sealed->at != NULL || fail(err, ERROR_MEMORY, "no memory");
}

/* After the commit: kept until the works of the transaction have been parked. */
static void given_answered(void *self, const struct engine_answer *answer)
{
    struct side *side = self;
    struct happening *told;

    CHECK(side->told_count < PARKED_MAX);
    memcpy(side->told_keys[side->told_count], answer->key, MESSAGE_KEY_SIZE);
    told = &side->told[side->told_count++];
    *told = (struct happening){
        .kind = RESPONSE_COMES, .side = side->index, .told = TOLD_UNKNOWN};
    told->head.sent_at = answer->at;
    if (answer->verdict == VERDICT_ACCEPTED) {
        told->told = TOLD_ANSWER;
        told->head.action = answer->action;
        told->content = bytes_of(answer->body);
    } else if (answer->verdict == VERDICT_REFUSED) {
        told->told = TOLD_REFUSED;
        memcpy(told->code, answer->code, CODE_SIZE);
    }
}

/* --- works -------------------------------------------------------------------------------- */

static struct work *work_new(enum work_kind kind)
{
    struct arena *arena = arena_new(SIM_MEMORY);
    struct work *work = arena != NULL ? arena_alloc(arena, sizeof(*work)) : NULL;

    CHECK(work != NULL);
    work->arena = arena;
    work->kind = kind;
    return work;
}

static struct origin *origin_of(struct work *work, const struct happening *from)
{
    struct origin *origin = arena_alloc(work->arena, sizeof(*origin));

    CHECK(origin != NULL);
    *origin = (struct origin){.flight = from->flight,
                              .stay = from->stay,
                              .number = from->number,
                              .mishap = from->mishap,
                              .action = from->head.action};
    work->owner = origin;
    return origin;
}

static void enqueue(struct side *side, struct work *work)
{
    CHECK(side->queue_count < QUEUE_MAX);
    side->queue[side->queue_count++] = work;
}

static void digest_bytes(struct text bytes, uint8_t digest[32])
{
    struct error err = ERROR_INIT;
    struct digest sum;

    CHECK(digest_of(DIGEST_SHA256, bytes.at, bytes.size, &sum, &err));
    memcpy(digest, sum.bytes, 32);
}

static void add_body(struct work *work, enum body_use use, struct text plain)
{
    struct work_body *body = &work->bodies[work->body_count++];

    body->body = (struct entry_body){.use = (uint8_t)use,
                                     .retention = RETENTION_100_YEARS,
                                     .month = 202603,
                                     .size = (uint32_t)plain.size};
    digest_bytes(plain, body->body.digest);
    body->sealed = plain;
}

static void add_content(struct work *work, const struct bytes *content)
{
    uint8_t tag[32];
    struct text number;
    struct text plain = arena_copy(work->arena,
                                   (struct text){(const char *)content->at, content->size});

    CHECK(plain.at != NULL);
    work->message.body = bytes_read(content, work->arena);
    add_body(work, BODY_CONTENT, plain);
    work->content = work->bodies[work->body_count - 1].body;
    if (!record_text(work->message.body, "person/identityNumber", &number))
        return;
    digest_bytes(number, tag);
    memcpy(work->person_tag, tag, sizeof(work->person_tag));
}

/* --- letters, out ------------------------------------------------------------------------- */

bool side_read_body(struct side *side, const struct entry_body *place, struct arena *arena,
                    struct text *bytes)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool found = false;
    bool ok = ledger_begin_read(side->ledger, &txn, &err) &&
              ledger_get_body(txn, place->month, place->digest, arena, bytes, &found, &err);

    ledger_abort(txn);
    return ok && found;
}

static struct bytes content_of(struct side *side, const struct entry_letter *letter)
{
    struct arena *arena = arena_new(SIM_MEMORY);
    struct entry_body place = {.month = letter->content_month};
    struct bytes content;
    struct text bytes;

    memcpy(place.digest, letter->content_digest, 32);
    CHECK(arena != NULL && side_read_body(side, &place, arena, &bytes));
    content = bytes_copy(bytes);
    arena_free(arena);
    return content;
}

static struct message head_of(const struct entry_letter *letter)
{
    return (struct message){.message_id = letter->message_id,
                            .case_id = letter->case_id,
                            .in_reply_to = letter->in_reply_to,
                            .flow = letter->flow,
                            .action = letter->action,
                            .revision = letter->revision,
                            .sent_at = letter->created,
                            .answer_by = letter->answer_by};
}

/* The exact bytes of a letter: its ids and times, and the document. */
static void seal(struct side *side, const struct letter_row *row)
{
    struct work *work = work_new(WORK_SEALED);
    struct bytes content = content_of(side, &row->letter);
    size_t size = content.size + HEAD_SIZE;
    struct buffer buffer = buffer_over(arena_alloc(work->arena, size), size);

    CHECK(buffer.at != NULL);
    buffer_bytes(&buffer, row->letter.message_id.bytes, 16);
    buffer_bytes(&buffer, row->letter.case_id.bytes, 16);
    buffer_bytes(&buffer, row->letter.in_reply_to.bytes, 16);
    buffer_u16(&buffer, row->letter.action);
    buffer_i64(&buffer, row->letter.created.ms);
    buffer_i64(&buffer, row->letter.answer_by.ms);
    buffer_bytes(&buffer, content.at, content.size);
    CHECK(!buffer.overflow);
    free(content.at);
    work->out_id = row->letter.out_id;
    add_body(work, BODY_SEALED, buffer_as_text(&buffer));
    enqueue(side, work);
}

/* It cannot be written as things stand; a person finds it dead, mends that, and has it sent. */
static void give_up(struct side *side, uint64_t out_id)
{
    struct happening repairs = {.kind = PERSON_REPAIRS, .side = side->index, .flight = out_id};
    struct work *work = work_new(WORK_UNTRANSLATED);

    work->out_id = out_id;
    work->park = true;
    work->note = TEXT("no place for a field");
    enqueue(side, work);
    side->world->counts->dead++;
    world_trace(side->world, "side %u: a letter is dead", side->index);
    world_add(side->world, &repairs,
              60 * 1000 + (int64_t)world_random(side->world, PERSON_COMES_MS));
}

static bool is_dead(struct side *side, uint64_t out_id)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct letter_row row;
    bool found = false;

    CHECK(ledger_begin_read(side->ledger, &txn, &err) &&
          ledger_get_letter(txn, out_id, &row, &found, &err));
    ledger_abort(txn);
    return found && row.letter.state == LETTER_DEAD;
}

/* Looks again after a while: what he did may be lost in a crash. */
static void repair(struct side *side, const struct happening *repairs)
{
    struct happening again = *repairs;
    uint64_t out_id = repairs->flight;
    struct work *work;

    if (side->up && !is_dead(side, out_id))
        return;
    world_add(side->world, &again, PERSON_COMES_MS);
    if (!side->up)
        return;
    work = work_new(WORK_LETTER_RETRY);
    world_trace(side->world, "side %u: a dead letter is sent", side->index);
    work->out_id = out_id;
    enqueue(side, work);
}

static void report(struct side *side, uint64_t out_id, const struct receipt *receipt,
                   const struct happening *from)
{
    struct work *work = work_new(receipt != NULL ? WORK_OUTCOME : WORK_ATTEMPT);

    work->out_id = out_id;
    if (receipt != NULL)
        work->receipt = *receipt;
    origin_of(work, from);
    enqueue(side, work);
}

/* One fen more in the amount at `path`, or less. */
static void shift(const struct record *body, const char *path, int64_t fen, struct arena *arena)
{
    struct record *leaf = (struct record *)(uintptr_t)record_find(body, path);
    char yuan[MONEY_TEXT_SIZE];
    struct money value;

    if (leaf == NULL || !record_money(body, path, &value))
        return;
    value.fen += fen;
    leaf->value.hidden = arena_copy(arena, text_of(money_format(value, yuan)));
}

/* Changes an answer on its way by one fen, so that it still adds up. */
static void change_one_fen(struct world *world, struct happening *letter)
{
    struct arena *arena;
    const struct record *body;
    struct money cash;

    if (world->fault != FAULT_ONE_FEN || letter->head.action != ACTION_SETTLED)
        return;
    arena = arena_new(SIM_MEMORY);
    CHECK(arena != NULL);
    body = bytes_read(&letter->content, arena);
    if (record_money(body, "amounts/cash", &cash) && cash.fen > 0) {
        shift(body, "amounts/fund", +1, arena);
        shift(body, "amounts/basicPool", +1, arena);
        shift(body, "amounts/cash", -1, arena);
        shift(body, "amounts/personal", -1, arena);
        free(letter->content.at);
        letter->content = bytes_of(body);
        world->struck = true;
    }
    arena_free(arena);
}

static bool given_deliver(void *self, const struct letter_row *row)
{
    struct side *side = self;
    struct world *world = side->world;
    bool core = row->letter.to_core;
    struct happening over = {.kind = FLIGHT_OVER, .side = side->index};
    struct happening letter = {.kind = core ? PUSH_COMES : LETTER_COMES,
                               .side = core ? side->index : 1 - side->index,
                               .head = head_of(&row->letter)};
    enum hop hop = side->index == AT_TREATING ? HOP_LETTER : HOP_ANSWER;

    if (row->letter.state == LETTER_NEW) {
        if (world->storm && world_chance(world, world->dead))
            give_up(side, row->letter.out_id);
        else
            seal(side, row);
        return true;
    }
    if (core)
        hop = side->index == AT_TREATING ? HOPS : HOP_PUSH;
    if (side->flight_count == FLIGHTS_MAX)
        return false;
    letter.flight = over.flight = ++world->flights;
    side->flights[side->flight_count++] = (struct flight){letter.flight, row->letter.out_id};
    letter.content = content_of(side, &row->letter);
    change_one_fen(world, &letter);
    world_trace(world, "side %u sends %s", side->index,
                action_name(row->letter.action).english);
    network_send(world, hop, &letter);
    world_add(world, &over, SENDER_WAITS_MS);
    if (world->fault == FAULT_OUTBOX_DROPPED && hop == HOP_LETTER) {
        struct receipt taken = {.verdict = VERDICT_ACCEPTED, .received_at = world->now};

        world->struck = true;
        side->flight_count--;
        report(side, row->letter.out_id, &taken, &over);
    }
    return true;
}

/* The attempt ends; *out_id 0: it had ended before, or in another life. */
static uint64_t land(struct side *side, uint64_t flight)
{
    for (size_t i = 0; i < side->flight_count; i++) {
        uint64_t out_id = side->flights[i].out_id;

        if (side->flights[i].number != flight)
            continue;
        side->flights[i] = side->flights[--side->flight_count];
        return out_id;
    }
    return 0;
}

/* --- in ----------------------------------------------------------------------------------- */

static void take_letter(struct side *side, const struct happening *letter)
{
    struct work *work = work_new(WORK_MESSAGE);
    size_t size = letter->content.size + HEAD_SIZE;
    struct buffer whole = buffer_over(arena_alloc(work->arena, size), size);

    origin_of(work, letter)->letter = true;
    work->party = PARTNER;
    work->message = letter->head;
    message_key_of(&letter->head.message_id, work->key);
    buffer_bytes(&whole, letter->head.message_id.bytes, 16);
    buffer_bytes(&whole, letter->head.in_reply_to.bytes, 16);
    buffer_bytes(&whole, letter->content.at, letter->content.size);
    add_content(work, &letter->content);
    digest_bytes(buffer_as_text(&whole), work->digest);
    work->size = (uint32_t)whole.size;
    enqueue(side, work);
}

static void take_submission(struct side *side, const struct happening *submission)
{
    struct work *work = work_new(WORK_MESSAGE);
    char key[SUBMISSION_KEY_SIZE];

    origin_of(work, submission);
    work->local = true;
    work->party = OWN_CORE;
    work->message = submission->head;
    digest_bytes(text_of(submission_key(submission->number, key)), work->key);
    work->local_key = TEXT("a core's key");
    add_content(work, &submission->content);
    memcpy(work->digest, work->content.digest, 32);
    work->size = work->content.size;
    enqueue(side, work);
}

static void end_parking(struct side *side, const struct happening *over)
{
    struct happening told = {.kind = RESPONSE_COMES, .side = side->index, .told = TOLD_UNKNOWN};

    for (size_t i = 0; i < side->parked_count; i++) {
        if (side->parked[i].flight != over->flight)
            continue;
        told.flight = over->flight;
        told.stay = side->parked[i].stay;
        told.head.sent_at = side->world->now;
        side->parked[i] = side->parked[--side->parked_count];
        world_add(side->world, &told, 1);
        return;
    }
}

static void reverse_by_hand(struct side *side, unsigned stay)
{
    struct work *work = work_new(WORK_BY_HAND);
    struct flow_case row;
    bool found = false;

    if (side_case(side, stay, &row, &found) && found) {
        work->note_case = row.case_id;
        work->hand_action = ACTION_REVERSE;
        enqueue(side, work);
    } else {
        arena_free(work->arena);
    }
}

void side_takes(struct side *side, const struct happening *happening)
{
    uint64_t out_id;

    if (!side->up && happening->kind != PERSON_REPAIRS)
        return;
    switch (happening->kind) {
    case LETTER_COMES:
        take_letter(side, happening);
        break;
    case SUBMISSION_COMES:
        take_submission(side, happening);
        break;
    case RECEIPT_COMES:
    case FLIGHT_OVER:
        out_id = land(side, happening->flight);
        if (out_id != 0)
            report(side, out_id,
                   happening->kind == FLIGHT_OVER || happening->unavailable
                       ? NULL
                       : &happening->receipt,
                   happening);
        break;
    case PARK_OVER:
        end_parking(side, happening);
        break;
    case PERSON_ACTS:
        reverse_by_hand(side, happening->stay);
        break;
    case PERSON_REPAIRS:
        repair(side, happening);
        break;
    default:
        CHECK(false);
    }
}

struct engine_given side_given(struct side *side)
{
    return (struct engine_given){.self = side,
                                 .answered = given_answered,
                                 .now = given_now,
                                 .random = given_random,
                                 .seal = given_seal,
                                 .deliver = given_deliver};
}
