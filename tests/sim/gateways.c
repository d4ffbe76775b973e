/* gateways.c - the daemon's steps without threads: queue, one transaction, answers, letters. */
#include "gateways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORK_MEMORY_MAX = 4 * 1024 * 1024, WAKE_MAX = 64, DOWN_MS = 45 * 1000 };

/* Who waits for a queued message's answer. */
struct origin {
    uint32_t from;
    uint64_t out_id;
    uint32_t boot;
    bool paper;
    struct paper of;
};

static struct instant given_now(void *self)
{
    return ((struct province *)self)->world->now;
}

static bool given_random(void *self, void *bytes, size_t size, struct error *err)
{
    struct province *province = self;
    uint8_t *at = bytes;

    (void)err;
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)world_random(province->world, 256);
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

static struct work *work_new(void)
{
    struct arena *arena = arena_new(WORK_MEMORY_MAX);
    struct work *work = arena != NULL ? arena_alloc(arena, sizeof(*work)) : NULL;

    CHECK(work != NULL);
    work->arena = arena;
    return work;
}

static void enqueue(struct province *province, struct work *work)
{
    CHECK(province->queue_count < QUEUE_MAX);
    province->queue[province->queue_count++] = work;
}

static void add_body(struct work *work, enum body_use use, struct text plain)
{
    struct work_body *body = &work->bodies[work->body_count++];
    struct error err = ERROR_INIT;
    struct digest digest;

    CHECK(digest_of(DIGEST_SHA256, plain.at, plain.size, &digest, &err));
    body->body = (struct entry_body){.use = (uint8_t)use,
                                     .retention = RETENTION_100_YEARS,
                                     .month = 202603,
                                     .size = (uint32_t)plain.size};
    memcpy(body->body.digest, digest.bytes, 32);
    body->sealed = plain;
}

static void add_content(struct work *work)
{
    size_t size = record_encoded_size(work->message.body);
    struct buffer buffer = buffer_over(arena_alloc(work->arena, size), size);

    CHECK(buffer.at != NULL);
    record_encode(work->message.body, &buffer);
    add_body(work, BODY_CONTENT, buffer_as_text(&buffer));
    work->content = work->bodies[work->body_count - 1].body;
}

static void tag_person(struct work *work)
{
    struct error err = ERROR_INIT;
    struct digest digest;
    struct text number;

    if (!record_text(work->message.body, "person/identityNumber", &number))
        return;
    CHECK(digest_of(DIGEST_SHA256, number.at, number.size, &digest, &err));
    memcpy(work->person_tag, digest.bytes, sizeof(work->person_tag));
}

/* --- letters ------------------------------------------------------------------------------ */

static bool read_body(struct province *province, const struct entry_body *place,
                      struct arena *arena, struct text *bytes)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool found = false;
    bool ok = ledger_begin_read(province->ledger, &txn, &err) &&
              ledger_get_body(txn, place->month, place->digest, arena, bytes, &found, &err);

    ledger_abort(txn);
    return ok && found;
}

static struct record *letter_content(struct province *province, const struct letter_row *letter,
                                     struct arena *arena)
{
    struct entry_body place = {.month = letter->letter.content_month};
    struct error err = ERROR_INIT;
    struct record *content;
    struct text bytes;

    memcpy(place.digest, letter->letter.content_digest, 32);
    CHECK(read_body(province, &place, arena, &bytes));
    CHECK(record_decode(arena, bytes, &content, &err));
    return content;
}

static void write_letter(struct province *province, const struct letter_row *letter)
{
    struct work *work = work_new();
    const struct entry_letter *from = &letter->letter;
    struct message message = {.message_id = from->message_id,
                              .case_id = from->case_id,
                              .in_reply_to = from->in_reply_to,
                              .flow = from->flow,
                              .action = from->action,
                              .revision = from->revision,
                              .sent_at = from->created,
                              .answer_by = from->answer_by};
    struct text bytes;

    work->out_id = from->out_id;
    work->kind = WORK_SEALED;
    message.body = letter_content(province, letter, work->arena);
    snprintf(message.from, PARTY_ID_SIZE, "hrss.%06u", province_region(province->index));
    CHECK(packet_pack(&message, work->arena, &bytes));
    add_body(work, BODY_SEALED, bytes);
    enqueue(province, work);
}

static void take_outcome(struct province *province, uint64_t out_id, enum verdict verdict)
{
    struct work *work = work_new();

    work->kind = WORK_OUTCOME;
    work->out_id = out_id;
    work->receipt.verdict = verdict;
    work->receipt.received_at = province->world->now;
    enqueue(province, work);
}

static void take_attempt(struct province *province, uint64_t out_id)
{
    struct work *work = work_new();

    work->kind = WORK_ATTEMPT;
    work->out_id = out_id;
    enqueue(province, work);
}

/* A core knows a document that it has seen before. */
static bool seen_before(struct world *world, const struct uuid *id)
{
    for (size_t i = 0; i < world->seen_count; i++) {
        if (uuid_equal(&world->seen[i], id))
            return true;
    }
    if (world->seen_count == SEEN_MAX) {
        world_fail(world, "the cores are told without end");
        return true;
    }
    world->seen[world->seen_count++] = *id;
    return false;
}

/* The document may be lost, and so may the core's answer to it. */
static void push_to_core(struct province *province, const struct letter_row *letter)
{
    struct world *world = province->world;
    bool reaches = !(world->storm && world_random(world, 200) < world->loss);
    bool answered = !(world->storm && world_random(world, 200) < world->loss);

    if (reaches && !seen_before(world, &letter->letter.message_id)) {
        struct arena *arena = arena_new(WORK_MEMORY_MAX);
        CHECK(arena != NULL);
        cores_told(world, province->index, &letter->letter,
                   letter_content(province, letter, arena));
        arena_free(arena);
    }
    if (reaches && answered)
        take_outcome(province, letter->letter.out_id, VERDICT_ACCEPTED);
    else
        take_attempt(province, letter->letter.out_id);
}

static uint32_t index_of_party(const struct province *province, uint32_t number)
{
    const struct engine_party *party = engine_party(province->engine, number);

    for (uint32_t i = 0; i < province->world->province_count; i++) {
        if (party != NULL && party->region == province_region(i))
            return i;
    }
    CHECK(false);
    return 0;
}

static bool given_deliver(void *self, const struct letter_row *letter)
{
    struct province *province = self;
    struct packet packet = {
        .from = province->index, .out_id = letter->letter.out_id, .boot = province->boot};
    struct arena *arena;
    struct text bytes;

    if (fault_never_due(province, letter->letter.out_id))
        return true;
    if (letter->letter.state == LETTER_NEW) {
        write_letter(province, letter);
        return true;
    }
    if (letter->letter.to_core) {
        push_to_core(province, letter);
        return true;
    }
    arena = arena_new(WORK_MEMORY_MAX);
    CHECK(arena != NULL && read_body(province, &letter->sealed, arena, &bytes));
    packet.to = index_of_party(province, letter->letter.party);
    packet.bytes = (uint8_t *)(uintptr_t)bytes.at;
    packet.size = bytes.size;
    network_send(province->world, &packet);
    arena_free(arena);
    if (province->world->fault == FAULT_OUTBOX_DROPPED)
        take_outcome(province, letter->letter.out_id, VERDICT_ACCEPTED);
    return true;
}

/* --- opening ------------------------------------------------------------------------------ */

static bool open_engine(struct province *province)
{
    struct world *world = province->world;
    struct engine_given given = {.self = province,
                                 .now = given_now,
                                 .random = given_random,
                                 .seal = given_seal,
                                 .deliver = given_deliver};
    struct error err = ERROR_INIT;

    if (!ledger_open(province->store, false, &province->ledger, &err))
        return world_fail(world, "province %u does not open: %s", province->index, err.text);
    engine_init(province->engine, &given, province->ledger, world->rules, world->calendar);
    for (uint32_t i = 0; i <= world->province_count; i++) {
        bool core = i == world->province_count;
        uint32_t at = i == 0 ? province->index : i <= province->index ? i - 1 : i;
        struct engine_party party = {.number = i + 1,
                                     .kind = core ? PARTY_CORE : PARTY_PROVINCE,
                                     .region = province_region(core ? province->index : at),
                                     .reachable_by_us = i > 0};
        snprintf(party.id, sizeof(party.id), core ? "hrss.%06u.core" : "hrss.%06u",
                 party.region);
        CHECK(engine_add_party(province->engine, &party, &err));
    }
    province->engine->boot = ++province->boot;
    province->boot_seq = ledger_size(province->ledger) + 1;
    province->up = true;
    return true;
}

bool gateway_create(struct world *world, uint32_t index)
{
    struct province *province = &world->provinces[index];
    struct entry_origin origin = {
        .digest_kind = DIGEST_SHA256, .test = true, .created = world->now};
    struct error err = ERROR_INIT;

    province->world = world;
    province->index = index;
    province->engine = calloc(1, sizeof(*province->engine));
    CHECK(province->engine != NULL);
    snprintf(origin.party, sizeof(origin.party), "hrss.%06u", province_region(index));
    origin.log_id[0] = (uint8_t)(index + 1);
    if (!store_open_memory(&province->store, &err) ||
        !ledger_create(province->store, &origin, &err))
        return world_fail(world, "cannot create a ledger: %s", err.text);
    return open_engine(province);
}

static void drop_queue(struct province *province)
{
    for (size_t i = 0; i < province->queue_count; i++) {
        struct work *work = province->queue[i];
        struct origin *origin = work->owner;
        if (origin != NULL && !origin->paper)
            network_timeout(province->world, origin->from, origin->out_id, origin->boot);
        arena_free(work->arena);
    }
    province->queue_count = 0;
}

static void crash(struct province *province)
{
    province->world->crashes++;
    drop_queue(province);
    ledger_close(province->ledger);
    province->ledger = NULL;
    province->up = false;
    province->up_at = instant_add_ms(province->world->now,
                                     1000 + (int64_t)world_random(province->world, DOWN_MS));
}

void gateway_destroy(struct province *province)
{
    if (province->store == NULL)
        return;
    drop_queue(province);
    ledger_close(province->ledger);
    store_close(province->store);
    free(province->engine);
}

/* --- in ----------------------------------------------------------------------------------- */

static struct origin *origin_new(struct work *work)
{
    struct origin *origin = arena_alloc(work->arena, sizeof(*origin));

    CHECK(origin != NULL);
    work->owner = origin;
    return origin;
}

static void submit_paper(struct province *province, const struct paper *paper)
{
    struct world *world = province->world;
    struct work *work = work_new();
    struct origin *origin = origin_new(work);
    struct error err = ERROR_INIT;
    char key[MESSAGE_KEY_SIZE + 1];

    *origin = (struct origin){.paper = true, .of = *paper};
    work->kind = WORK_MESSAGE;
    work->local = true;
    work->party = world->province_count + 1;
    work->message.flow = cores_flow(world, paper);
    work->message.action = paper->action;
    work->message.revision = paper->revision;
    work->message.sent_at = world->now;
    work->message.in_reply_to = world->plans[paper->case_index].asked;
    work->message.body = document_make(work->arena, &world->plans[paper->case_index], paper);
    memset(key, 'k', sizeof(key));
    snprintf(key, sizeof(key), "paper %08u of a core, padded", paper->number);
    memcpy(work->key, key, MESSAGE_KEY_SIZE);
    if (world->fault == FAULT_PAPER_TWICE)
        given_random(province, work->key + 8, 8, &err);
    tag_person(work);
    add_content(work);
    memcpy(work->digest, work->content.digest, 32);
    work->size = work->content.size;
    enqueue(province, work);
}

static void take_papers(struct province *province)
{
    for (size_t i = 0; i < province->paper_count; i++) {
        struct paper *paper = &province->papers[i];
        if (paper->at.ms > province->world->now.ms)
            continue;
        paper->at = instant_add_ms(province->world->now, 40 * 1000);
        if (province->up)
            submit_paper(province, paper);
    }
}

static void take_message(struct province *province, struct packet *packet)
{
    struct work *work = work_new();
    struct origin *origin = origin_new(work);
    struct error err = ERROR_INIT;
    struct digest digest;
    struct text bytes = arena_copy(work->arena,
                                   (struct text){(char *)packet->bytes, packet->size});

    CHECK(bytes.at != NULL && packet_unpack(bytes, work->arena, &work->message));
    *origin = (struct origin){
        .from = packet->from, .out_id = packet->out_id, .boot = packet->boot};
    work->kind = WORK_MESSAGE;
    work->party = engine_party_by_id(province->engine, work->message.from)->number;
    message_key_of(&work->message.message_id, work->key);
    if (province->world->fault == FAULT_NO_DUPLICATE_CHECK)
        given_random(province, work->key + 8, 8, &err);
    CHECK(digest_of(DIGEST_SHA256, bytes.at, bytes.size, &digest, &err));
    memcpy(work->digest, digest.bytes, 32);
    work->size = (uint32_t)bytes.size;
    tag_person(work);
    add_body(work, BODY_ORIGINAL, bytes);
    add_content(work);
    enqueue(province, work);
}

static void arrive(struct world *world, struct packet *packet)
{
    struct province *province = &world->provinces[packet->to];

    if (!province->up) {
        if (!packet->receipt)
            network_timeout(world, packet->from, packet->out_id, packet->boot);
    } else if (!packet->receipt) {
        take_message(province, packet);
    } else if (packet->boot == province->boot && packet->unavailable) {
        take_attempt(province, packet->out_id);
    } else if (packet->boot == province->boot) {
        struct work *work = work_new();
        work->kind = WORK_OUTCOME;
        work->out_id = packet->out_id;
        work->receipt = packet->answer;
        enqueue(province, work);
    }
}

void network_step(struct world *world)
{
    for (size_t i = 0; i < world->packet_count;) {
        struct packet packet = world->packets[i];
        if (packet.at.ms > world->now.ms) {
            i++;
            continue;
        }
        world->packets[i] = world->packets[--world->packet_count];
        arrive(world, &packet);
        free(packet.bytes);
    }
}

/* --- the writer's batch ------------------------------------------------------------------- */

static void answer_paper(struct province *province, const struct work *work,
                         const struct origin *origin)
{
    struct paper paper = origin->of;

    for (size_t i = 0; i < province->paper_count; i++) {
        if (province->papers[i].number != paper.number)
            continue;
        paper = province->papers[i];
        province->papers[i] = province->papers[--province->paper_count];
        witness_add(province->world, province->index, work->result.sequence, work->digest);
        cores_answered(province->world, province->index, &paper, work->result.verdict);
        return;
    }
}

static void tell_trace(const struct province *province, const struct work *work)
{
    const struct work_result *result = &work->result;
    struct flow_reference reference;

    if (!province->world->trace)
        return;
    flow_reference_of(flow_find(work->message.flow), work->message.body, &reference);
    printf("%lld %u: %s %s of %s: %s%s %s %s\n", (long long)(province->world->now.ms / 1000),
           province->index, work->local ? "brought" : "got",
           action_name(work->message.action).english, reference.trace,
           result->duplicate ? "again " : "",
           result->later                         ? "later"
           : result->verdict == VERDICT_ACCEPTED ? "taken"
           : result->verdict == VERDICT_PENDING  ? "pending"
                                                 : "refused",
           result->code, result->reason);
}

static void answer(struct province *province, const struct work *work)
{
    const struct origin *origin = work->owner;
    struct packet packet = {.from = province->index, .receipt = true};

    if (work->kind != WORK_MESSAGE || origin == NULL)
        return;
    tell_trace(province, work);
    if (origin->paper) {
        answer_paper(province, work, origin);
        return;
    }
    packet.to = origin->from;
    packet.out_id = origin->out_id;
    packet.boot = origin->boot;
    packet.unavailable = work->result.later;
    packet.answer = (struct receipt){.message_id = work->message.message_id,
                                     .verdict = work->result.verdict,
                                     .received_at = work->result.received_at,
                                     .sequence = work->result.sequence};
    memcpy(packet.answer.code, work->result.code, CODE_SIZE);
    memcpy(packet.answer.digest, work->digest, 32);
    if (!work->result.later)
        witness_add(province->world, province->index, work->result.sequence, work->digest);
    network_send(province->world, &packet);
}

static bool dies(struct province *province)
{
    struct world *world = province->world;

    return world->storm && world_random(world, 1000) < world->crash;
}

/* Before the commit, or, with two transactions, between them; or the answers went out first. */
static bool crash_early(struct province *province, struct ledger_txn *txn, size_t count)
{
    uint64_t seq = ledger_size(province->ledger) + 1;
    enum fault fault = province->world->fault;
    struct error err = ERROR_INIT;

    if (fault != FAULT_TWO_TRANSACTIONS) {
        ledger_abort(txn);
        for (size_t i = 0; fault == FAULT_ANSWER_BEFORE_COMMIT && i < count; i++)
            answer(province, province->queue[i]);
        crash(province);
        return true;
    }
    if (!ledger_commit(&txn, &err))
        return world_fail(province->world, "commit: %s", err.text);
    crash(province);
    fault_lose_letters(province, seq);
    return true;
}

static bool apply_queue(struct province *province, size_t count)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    size_t woken;

    if (!ledger_begin(province->ledger, &txn, &err))
        return world_fail(province->world, "begin: %s", err.text);
    for (size_t i = 0; i < count; i++) {
        if (!engine_apply(province->engine, txn, province->queue[i], &err)) {
            ledger_abort(txn);
            return world_fail(province->world, "apply: %s", err.text);
        }
    }
    if (province->world->fault != FAULT_NEVER_WOKEN &&
        !engine_wake(province->engine, txn, WAKE_MAX, &woken, &err)) {
        ledger_abort(txn);
        return world_fail(province->world, "wake: %s", err.text);
    }
    if (dies(province))
        return crash_early(province, txn, count);
    if (!ledger_commit(&txn, &err))
        return world_fail(province->world, "commit: %s", err.text);
    if (dies(province)) {
        crash(province);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        answer(province, province->queue[i]);
    return true;
}

bool gateway_step(struct province *province)
{
    struct error err = ERROR_INIT;
    struct instant next;
    size_t count;

    take_papers(province);
    if (!province->up) {
        if (province->up_at.ms > province->world->now.ms)
            return true;
        if (!open_engine(province))
            return false;
    }
    count = province->queue_count;
    if (!apply_queue(province, count))
        return false;
    if (!province->up)
        return true;
    for (size_t i = 0; i < count; i++)
        arena_free(province->queue[i]->arena);
    province->queue_count -= count;
    memmove(province->queue, province->queue + count,
            province->queue_count * sizeof(province->queue[0]));
    if (!engine_dispatch(province->engine, &next, &err))
        return world_fail(province->world, "dispatch: %s", err.text);
    return true;
}
