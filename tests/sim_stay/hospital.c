/* hospital.c - the hospital's core: one stay, step by step. It sends a question, waits, sends
 * the same again under the same key when its wait is over, and asks anew only when it knows
 * that the first one came to nothing. */
#include <stdlib.h>
#include <string.h>

#include "stays.h"

enum {
    WAITS_MS = 90 * 1000,  /* for a response: longer than the gateway lets it wait */
    BUSY_MS = 5 * 1000,    /* after 503 */
    DOUBT_MS = 120 * 1000, /* asks again what became of it */
    THINKS_MS = 20 * 1000,
    TRIES_MAX = 12,
    REFUSALS_MAX = 5,
    LATER_MS = 15 * 60 * 1000
};

static struct arena *arena_now(void)
{
    struct arena *arena = arena_new(SIM_MEMORY);

    CHECK(arena != NULL);
    return arena;
}

static unsigned stay_index(const struct world *world)
{
    return (unsigned)(world->hospital - world->hospitals);
}

static void wake(struct world *world, int64_t after_ms, uint64_t flight)
{
    struct happening acts = {
        .kind = HOSPITAL_ACTS, .stay = stay_index(world), .flight = flight};

    world_add(world, &acts, after_ms);
}

/* What the money depends on: what became of it must be known before anything else. */
static bool matters(unsigned action)
{
    return action == ACTION_REGISTER || action == ACTION_SETTLE || action == ACTION_CANCEL ||
           action == ACTION_REVERSE;
}

/* --- sending ------------------------------------------------------------------------------ */

static struct happening submission_of(const struct world *world)
{
    return (struct happening){.kind = SUBMISSION_COMES,
                              .stay = stay_index(world),
                              .side = AT_TREATING,
                              .number = world->hospital->number,
                              .head = {.flow = FLOW_SETTLEMENT_STAY,
                                       .action = (uint16_t)world->hospital->action,
                                       .revision = 1,
                                       .sent_at = world->now}};
}

static void attempt(struct world *world)
{
    struct hospital *hospital = world->hospital;
    struct happening submission = submission_of(world);

    hospital->flight = submission.flight = ++world->flights;
    hospital->listens = true;
    hospital->sent++;
    submission.content = bytes_copy(
        (struct text){(const char *)hospital->content.at, hospital->content.size});
    world_trace(world, "hospital sends %s (%u)", action_name(hospital->action).english,
                hospital->number);
    network_send(world, HOP_ASK, &submission);
    wake(world, WAITS_MS, hospital->flight);
}

static void forget(struct hospital *hospital)
{
    free(hospital->content.at);
    free(hospital->aside.content.at);
    hospital->aside = (struct submission){.action = ACTION_NONE};
    hospital->content = (struct bytes){NULL, 0};
    hospital->action = ACTION_NONE;
    hospital->flight = 0;
    hospital->in_doubt = hospital->listens = hospital->was_told = false;
    hospital->sent = 0;
}

static void submit(struct world *world, unsigned action, unsigned about)
{
    struct hospital *hospital = world->hospital;
    struct arena *arena = arena_now();
    struct record *body;

    forget(hospital);
    hospital->action = action;
    hospital->about = about;
    hospital->number = ++world->numbers;
    if (action == ACTION_SETTLE)
        hospital->settle_number = hospital->number;
    hospital->since = world->now;
    hospital->tries++;
    body = document_question(world, arena, action, about);
    hospital->content = bytes_of(body);
    arena_free(arena);
    attempt(world);
}

/* In doubt of what it sent: reverses it, and if that is refused asks again. */
static void reverse_aside(struct world *world)
{
    struct hospital *hospital = world->hospital;
    struct instant since = hospital->since;
    struct submission aside = {hospital->action, hospital->number, hospital->sent,
                               hospital->content};

    hospital->content.at = NULL;
    hospital->about_number = aside.number;
    submit(world, ACTION_REVERSE, aside.action);
    hospital->aside = aside;
    hospital->since = since; /* news of what is in doubt count as before */
    hospital->tries--;
}

static void resume(struct world *world)
{
    struct hospital *hospital = world->hospital;
    struct submission aside = hospital->aside;

    hospital->aside = (struct submission){.action = ACTION_NONE};
    forget(hospital);
    hospital->action = hospital->about = aside.action;
    hospital->number = aside.number;
    hospital->sent = aside.sent;
    hospital->content = aside.content;
    hospital->flight = ++world->flights;
    wake(world, BUSY_MS, hospital->flight);
}

/* --- what it wants next ------------------------------------------------------------------- */

static void go_on(struct world *world)
{
    world->hospital->step++;
    world->hospital->tries = 0;
    forget(world->hospital);
    wake(world, 1000 + (int64_t)world_random(world, THINKS_MS), 0);
}

/* The same step once more, under a new key; not for ever. */
static void try_again(struct world *world, unsigned tries_max)
{
    struct hospital *hospital = world->hospital;
    bool needed = matters(hospital->steps[hospital->step]) ||
                  hospital->steps[hospital->step] == ACTION_DISCHARGE;

    if (hospital->tries >= tries_max) {
        if (needed)
            hospital->step = hospital->step_count;
        go_on(world);
        return;
    }
    forget(hospital);
    wake(world, 1000 + (int64_t)world_random(world, THINKS_MS), 0);
}

/* Does the step make sense as things stand? */
static bool makes_sense(const struct hospital *hospital, unsigned action)
{
    switch (action) {
    case ACTION_SETTLE:
        return hospital->registered && !hospital->booked;
    case ACTION_CANCEL:
    case ACTION_REVERSE:
    case ACTION_CONFIRM:
        return hospital->booked;
    default:
        return true;
    }
}

static unsigned reverses(unsigned action)
{
    return action == ACTION_REVERSE ? ACTION_SETTLE : action;
}

/* --- what it learns ----------------------------------------------------------------------- */

static void book(struct hospital *hospital, const struct record *body)
{
    struct text number;

    hospital->booked = true;
    if (record_text(body, "settlementNumber", &number))
        CHECK(text_to_field(number, hospital->settlement_number,
                            sizeof(hospital->settlement_number)));
}

/* What was asked for is undone. */
static void undo(struct hospital *hospital, unsigned of)
{
    if (of == ACTION_SETTLE)
        hospital->booked = false;
    else if (of == ACTION_CANCEL)
        hospital->booked = true;
    else if (of == ACTION_REGISTER)
        hospital->registered = false;
}

/* The newest batch is taken, however often it was sent. */
static void take_batch(struct hospital *hospital)
{
    struct arena *arena = arena_now();
    const struct record *body = bytes_read(&hospital->content, arena);

    if (hospital->batch != hospital->taken)
        for (const struct record *row = record_find(body, "line"); row != NULL;
             row = record_same(row)) {
            struct money amount = {0};

            CHECK(record_money(row, "amount", &amount));
            hospital->total.fen += amount.fen;
        }
    hospital->taken = hospital->batch;
    arena_free(arena);
}

static void believe(struct world *world, unsigned action, const struct record *body)
{
    struct hospital *hospital = world->hospital;
    bool answers_mine = stay_answer_action(hospital->action) == action;
    struct text original;

    switch (action) {
    case ACTION_REGISTERED:
        hospital->registered = true;
        break;
    case ACTION_REGISTER_UNDONE:
        hospital->registered = false;
        break;
    case ACTION_LINES_TAKEN:
        if (answers_mine)
            take_batch(hospital);
        break;
    case ACTION_LINES_UNDONE:
        hospital->total.fen = 0;
        break;
    case ACTION_DISCHARGED:
        hospital->discharged = true;
        break;
    case ACTION_SETTLED:
        book(hospital, body);
        break;
    case ACTION_CANCELLED:
        hospital->booked = false;
        break;
    case ACTION_REVERSED:
        undo(hospital, record_text(body, "original", &original) ? action_by_name(original)
                       : hospital->action != ACTION_NONE        ? hospital->about
                       : hospital->lost                         ? hospital->lost_about
                                                                : ACTION_SETTLE);
        hospital->lost = false;
        break;
    default:
        break;
    }
}

static bool says_ok(const struct record *body)
{
    struct text verdict;

    return record_text(body, "result/verdict", &verdict) && text_is(verdict, "ok");
}

/* The provinces do not agree on this: from now on a person looks. */
static void lose(struct hospital *hospital, unsigned about)
{
    hospital->lost_about = about;
    hospital->lost = true;
    hospital->step = hospital->step_count;
}

/* The question under way has its end. */
static void conclude(struct world *world, unsigned action, bool ok)
{
    struct hospital *hospital = world->hospital;
    unsigned asked = hospital->action;

    if (action == ACTION_REVERSED && !ok) {
        lose(hospital, hospital->about);
        forget(hospital);
    } else if (action == ACTION_REVERSED && hospital->steps[hospital->step] != ACTION_REVERSE) {
        try_again(world, TRIES_MAX); /* undone: the step as if for the first time */
    } else if (ok && (action == ACTION_REVERSED || action == stay_answer_action(asked))) {
        go_on(world);
    } else {
        try_again(world, REFUSALS_MAX);
    }
}

static void learn(struct world *world, const struct happening *from)
{
    struct hospital *hospital = world->hospital;
    struct arena *arena = arena_now();
    const struct record *body = bytes_read(&from->content, arena);
    unsigned action = from->head.action;
    bool ok = says_ok(body);
    bool mine = hospital->action != ACTION_NONE &&
                !instant_before(from->head.sent_at, hospital->since) &&
                (action == stay_answer_action(hospital->action) ||
                 (action == ACTION_REVERSED && matters(hospital->action)));

    world_trace(world, "hospital learns %s %s%s", action_name(action).english, ok ? "ok" : "no",
                mine ? "" : " (not asked)");
    if (!instant_before(from->head.sent_at, hospital->as_of)) {
        hospital->as_of = from->head.sent_at;
        if (ok)
            believe(world, action, body);
        else if (!mine && action == ACTION_REVERSED)
            lose(hospital, hospital->action != ACTION_NONE ? hospital->about : ACTION_SETTLE);
    }
    arena_free(arena);
    if (!mine)
        return;
    hospital->was_told = true;
    hospital->told_action = action;
    hospital->told_ok = ok;
    /* A request that is still under way has its response before another is made. */
    if (!hospital->listens)
        conclude(world, action, ok);
}

/* Asks its gateway what became of it; the answer decides nothing. */
static void ask_aside(struct world *world)
{
    struct arena *arena = arena_now();
    struct happening query = submission_of(world);

    query.head.action = ACTION_QUERY;
    query.number = ++world->numbers;
    query.flight = ++world->flights;
    if (world->hospital->action != ACTION_REVERSE)
        world->hospital->about_number = world->hospital->number;
    query.content = bytes_of(
        document_question(world, arena, ACTION_QUERY, world->hospital->about));
    arena_free(arena);
    world_add(world, &query, 1);
}

static void doubt(struct world *world)
{
    struct hospital *hospital = world->hospital;

    if (!matters(hospital->action)) { /* without effect on money: asked anew */
        try_again(world, TRIES_MAX);
        return;
    }
    if (hospital->was_told) { /* by a letter */
        conclude(world, hospital->told_action, hospital->told_ok);
        return;
    }
    hospital->in_doubt = true;
    if (world_chance(world, world->late))
        ask_aside(world);
    if (hospital->action != ACTION_REVERSE && world->storm && world_chance(world, 150)) {
        reverse_aside(world);
        return;
    }
    /* A letter will tell; meanwhile it asks again, under the same key. */
    if (hospital->sent < 4)
        wake(world, DOUBT_MS, hospital->flight);
}

/* A request of the same key and bytes that nobody listens to any more. */
static void stray(struct world *world)
{
    const struct hospital *hospital = world->hospital;
    struct happening submission = submission_of(world);

    submission.flight = ++world->flights;
    submission.content = bytes_copy(
        (struct text){(const char *)hospital->content.at, hospital->content.size});
    world_add(world, &submission, 1);
}

void hospital_hears(struct world *world, const struct happening *response)
{
    struct hospital *hospital = world->hospital;

    if (response->flight == hospital->flight && response->mishap == TWICE &&
        hospital->action != ACTION_NONE)
        stray(world);
    if (response->flight != hospital->flight || hospital->action == ACTION_NONE)
        return; /* it stopped listening for that */
    world_trace(world, "hospital hears %u %s", response->told, response->code);
    hospital->listens = false;
    switch (response->told) {
    case TOLD_LATER:
        wake(world, BUSY_MS, hospital->flight);
        break;
    case TOLD_REFUSED:
        if (hospital->was_told)
            conclude(world, hospital->told_action, hospital->told_ok);
        else if (hospital->aside.action != ACTION_NONE)
            resume(world);
        else
            try_again(world, REFUSALS_MAX);
        break;
    case TOLD_TAKEN:
        go_on(world);
        break;
    case TOLD_ANSWER:
        learn(world, response);
        break;
    case TOLD_UNKNOWN:
        doubt(world);
        break;
    }
}

/* A letter that it has read already. */
static bool read_before(struct hospital *hospital, const struct uuid *id)
{
    for (size_t i = 0; i < hospital->read_count; i++)
        if (uuid_equal(&hospital->read[i], id))
            return true;
    CHECK(hospital->read_count < LETTERS_MAX);
    hospital->read[hospital->read_count++] = *id;
    return false;
}

void hospital_reads(struct world *world, const struct happening *letter)
{
    if (read_before(world->hospital, &letter->head.message_id))
        return;
    if (world->fault == FAULT_DEAF_HOSPITAL) {
        world->struck = true;
        return;
    }
    learn(world, letter);
}

/* --- its time has come -------------------------------------------------------------------- */

void hospital_acts(struct world *world, const struct happening *happening)
{
    struct hospital *hospital = world->hospital;
    unsigned action;

    if (hospital->action != ACTION_NONE) {
        if (happening->flight != hospital->flight || hospital->flight == 0)
            return;
        if (hospital->listens && !hospital->was_told && matters(hospital->action) &&
            world->storm && hospital->action != ACTION_REVERSE && world_chance(world, 150))
            reverse_aside(world);
        else
            attempt(world); /* no response: the same again */
        return;
    }
    while (hospital->step < hospital->step_count &&
           !makes_sense(hospital, hospital->steps[hospital->step]))
        hospital->step++;
    if (hospital->step >= hospital->step_count)
        return;
    action = hospital->steps[hospital->step];
    if (action == ACTION_LINES && hospital->tries == 0)
        hospital->batch++;
    hospital->about_number = hospital->settle_number;
    submit(world, action, reverses(action));
}

/* --- its plan ----------------------------------------------------------------------------- */

static void plan(struct hospital *hospital, unsigned action)
{
    CHECK(hospital->step_count < STEPS_MAX);
    hospital->steps[hospital->step_count++] = action;
}

static void plan_end(struct world *world)
{
    struct hospital *hospital = world->hospital;

    if (world->two_phase && world_chance(world, 700))
        plan(hospital, ACTION_CONFIRM);
    if (world_chance(world, 400)) {
        plan(hospital, ACTION_CANCEL);
        if (world_chance(world, 700))
            plan(hospital, ACTION_SETTLE);
    }
    if (world_chance(world, 300)) {
        plan(hospital, ACTION_REVERSE);
        if (world_chance(world, 600))
            plan(hospital, ACTION_SETTLE);
    }
}

static void plan_storm(struct world *world)
{
    struct hospital *hospital = world->hospital;

    if (world_chance(world, 600))
        plan(hospital, ACTION_IDENTIFY);
    plan(hospital, ACTION_REGISTER);
    if (world_chance(world, 60)) {
        plan(hospital, ACTION_REGISTER_UNDO);
        return;
    }
    for (unsigned i = 1 + (unsigned)world_random(world, 3); i > 0; i--)
        plan(hospital, ACTION_LINES);
    if (world_chance(world, 80)) {
        plan(hospital, ACTION_LINES_UNDO);
        plan(hospital, ACTION_LINES);
    }
    if (world->inpatient)
        plan(hospital, ACTION_DISCHARGE);
    if (world->inpatient && world_chance(world, 80)) {
        plan(hospital, ACTION_DISCHARGE_UNDO);
        plan(hospital, ACTION_DISCHARGE);
    }
    if (world_chance(world, 500))
        plan(hospital, ACTION_PRESETTLE);
    if (world_chance(world, 80)) {
        plan(hospital, ACTION_FALLBACK);
        return;
    }
    plan(hospital, ACTION_SETTLE);
    plan_end(world);
}

/* The scripted question and what comes before it; after what undoes the settlement, another. */
static void plan_script(struct world *world)
{
    struct hospital *hospital = world->hospital;
    unsigned action = world->script.action;

    plan(hospital, ACTION_IDENTIFY);
    plan(hospital, ACTION_REGISTER);
    plan(hospital, ACTION_LINES);
    plan(hospital, ACTION_LINES);
    plan(hospital, ACTION_DISCHARGE);
    plan(hospital, ACTION_PRESETTLE);
    plan(hospital, ACTION_SETTLE);
    if (action != ACTION_CANCEL && action != ACTION_REVERSE)
        return;
    plan(hospital, action);
    plan(hospital, ACTION_SETTLE);
}

/* The person's other stay begins at some time, in another hospital. */
void hospital_start(struct world *world, unsigned stay)
{
    world->hospital = &world->hospitals[stay];
    if (world->script.on)
        plan_script(world);
    else
        plan_storm(world);
    wake(world, stay == 0 ? 1000 : 1 + (int64_t)world_random(world, LATER_MS), 0);
}

bool hospital_done(const struct world *world)
{
    const struct hospital *hospital = world->hospital;

    return hospital->lost ||
           (hospital->step >= hospital->step_count && hospital->action == ACTION_NONE);
}
