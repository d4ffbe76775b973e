/* player.c - what a simulated core does with what it gets. Opening and closing: player_open.c.
 */
#include "sim/player_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "core/flow.h"
#include "crypt/random.h"
#include "wire/start.h"

/* --- bringing documents --------------------------------------------------------------------
 */

/* NULL: no memory. Where keys have a form, a step that is brought again after a restart has
 * another one. */
static const char *key_for(struct player *player, const struct script_case *at,
                           const char *trace, const struct script_step *step)
{
    uint8_t random[10];
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    struct error ignored;

    if (adapter_forms_keys(player->adapter)) {
        if (!random_bytes(random, sizeof(random), &ignored))
            return NULL;
        id = uuid_v7(clock_now(), random);
        return arena_copy(player->arena, text_of(uuid_format(&id, text))).at;
    }
    /* The same document brought twice by hand is two documents. */
    return at != NULL ? arena_format(player->arena, "%s-%s-%u", trace,
                                     action_name(step->sends).english, step->revision)
                      : arena_format(player->arena, "%s-%u-%zu", trace, step->sends,
                                     player->errand_count);
}

bool player_bring(struct player *player, struct script_case *at, const char *trace,
                  const struct script_step *step, size_t *number, struct error *err)
{
    struct adapter_message message = {.flow = step->flow,
                                      .action = step->sends,
                                      .revision = step->revision,
                                      .body = step->document};
    struct errand *errand = &player->errands[player->errand_count];
    const char *key;

    if (player->errand_count == ERRANDS_MAX)
        return fail(err, ERROR_BUSY, "more than %d documents", ERRANDS_MAX);
    key = key_for(player, at, trace, step);
    if (key == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    message.local_key = text_of(key);
    if (!adapter_write(player->adapter, FROM_CORE, &message, player->arena, &errand->bytes,
                       err))
        return false;
    errand->at = at;
    errand->trace = trace;
    errand->flow = step->flow;
    errand->action = step->sends;
    errand->document = step->document;
    errand->code[0] = '\0';
    errand->due_ms = clock_monotonic_ms() + step->delay_ms;
    errand->state = ERRAND_WAITING;
    *number = player->errand_count++;
    return true;
}

/* A step of the script fired. */
static void fire(void *self, struct script_case *at, struct script_step *step)
{
    struct error err = ERROR_INIT;
    size_t number;

    if (!player_bring(self, at, at->trace, step, &number, &err))
        log_error("sim.cannot_write", "trace=%s action=%s code=%s reason=\"%s\"", at->trace,
                  action_name(step->sends).english, error_name(err.code), err.text);
}

void player_happened(struct player *player, struct script_case *at, enum script_when when,
                     unsigned action)
{
    script_happened(at, when, action, fire, player);
}

/* Those that were answered are not looked at again and again. */
static void pass_answered(struct player *player)
{
    while (player->first_open < player->errand_count &&
           player->errands[player->first_open].state >= ERRAND_ACCEPTED)
        player->first_open++;
}

void player_tick(struct player *player)
{
    struct error err = ERROR_INIT;
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&player->lock);
    player_release(player, false);
    pass_answered(player);
    for (size_t i = player->first_open; i < player->errand_count; i++) {
        struct errand *errand = &player->errands[i];
        if (errand->state != ERRAND_WAITING || errand->due_ms > now)
            continue;
        errand->state = ERRAND_UNDER_WAY;
        errand->tries++;
        if (!courier_post(player->courier, &player->route, errand->bytes,
                          adapter_content_type(player->adapter), i, &err)) {
            errand->state = ERRAND_WAITING;
            errand->due_ms = now + AGAIN_MS;
        }
    }
    pthread_mutex_unlock(&player->lock);
}

/* A document that answers ours says yes by being there. */
static void take_answer(struct player *player, struct errand *errand,
                        const struct adapter_message *answer)
{
    struct text verdict = TEXT_NONE;
    struct text code = TEXT_NONE;
    bool accepted;

    if (answer->action != ACTION_ANSWER)
        verdict = TEXT("accepted");
    else if (!record_text(answer->body, "verdict", &verdict))
        return;
    if (!record_text(answer->body, "code", &code))
        code = TEXT("-");
    accepted = text_is(verdict, "accepted") || text_is(verdict, "pending");
    errand->state = accepted ? ERRAND_ACCEPTED : ERRAND_REFUSED;
    log_info("sim.answered", "trace=%s action=%s verdict=%.*s code=%.*s tries=%u",
             errand->trace, action_name(errand->action).english, TEXT_ARG(verdict),
             TEXT_ARG(code), errand->tries);
    if (!text_to_field(code, errand->code, sizeof(errand->code)))
        errand->code[0] = '\0';
    if (errand->at != NULL)
        player_happened(player, errand->at, accepted ? WHEN_ACCEPTED : WHEN_REFUSED,
                        errand->action);
}

/* A stay's own errand: what the answer means is the hospital's to say. */
static void take_stay_answer(struct player *player, struct errand *errand,
                             const struct adapter_message *answer)
{
    errand->state = ERRAND_ACCEPTED;
    hospital_heard(player->hospital, errand->stay, answer, errand->tries);
}

/* The document that answers ours, or the one that answers everything. */
static bool read_answer(const struct player *player, const struct errand *errand,
                        struct text bytes, struct arena *arena, struct adapter_message *answer,
                        struct error *err)
{
    return adapter_read_reply(player->adapter, TO_CORE, errand->flow, errand->action, bytes,
                              errand->document, arena, answer, err) ||
           adapter_read(player->adapter, TO_CORE, bytes, arena, answer, err);
}

void player_result(void *self, const struct courier_result *result)
{
    static _Thread_local bool started;
    struct player *player = self;
    struct arena *arena = arena_new(ARENA_MAX);
    struct adapter_message answer = {0};
    struct error err = ERROR_INIT;
    struct errand *errand;

    if (!started)
        wire_thread_start();
    started = true;
    pthread_mutex_lock(&player->lock);
    errand = &player->errands[result->token];
    errand->state = ERRAND_WAITING;
    errand->due_ms = clock_monotonic_ms() +
                     (errand->stay != NULL ? hospital_pause_ms(errand->stay) : AGAIN_MS);
    if (result->kind == COURIER_ANSWER && result->status < 500 && arena != NULL) {
        if (!read_answer(player, errand, result->body, arena, &answer, &err))
            log_warn("sim.unreadable", "status=%d code=%s reason=\"%s\"", result->status,
                     error_name(err.code), err.text);
        else if (errand->stay != NULL)
            take_stay_answer(player, errand, &answer);
        else
            take_answer(player, errand, &answer);
    }
    pthread_mutex_unlock(&player->lock);
    arena_free(arena);
}

/* --- taking documents ----------------------------------------------------------------------
 */

static bool seen_before(struct player *player, struct text key)
{
    struct text kept;

    for (size_t i = 0; i < player->seen_count; i++) {
        if (text_equal(player->seen[i], key))
            return true;
    }
    kept = arena_copy(player->arena, key);
    if (player->seen_count < SEEN_MAX && kept.at != NULL)
        player->seen[player->seen_count++] = kept;
    return false;
}

static void take_document(struct player *player, const struct adapter_message *message)
{
    const struct flow *flow = flow_find(message->flow);
    struct flow_reference reference = {.trace = ""};
    struct script_case *at;
    struct text trace;

    if (flow != NULL)
        flow_reference_of(flow, message->body, &reference);
    trace = text_of(reference.trace);
    if (trace.size == 0)
        return;
    pthread_mutex_lock(&player->lock);
    at = script_case(&player->script, trace);
    if (!seen_before(player, message->local_key)) {
        log_info("sim.taken", "trace=%.*s action=%s revision=%u", TEXT_ARG(trace),
                 action_name(message->action).english, message->revision);
        if (at != NULL)
            player_happened(player, at, WHEN_PUSHED, message->action);
    }
    pthread_mutex_unlock(&player->lock);
}

/* What our dialect says to a document that was pushed: the answer document, the other way. */
static bool write_answer(struct player *player, const struct adapter_message *taken,
                         const char *verdict, struct arena *arena, struct text *bytes,
                         struct error *err)
{
    struct adapter_message answer = {.flow = taken->flow != FLOW_NONE ? taken->flow
                                                                      : FLOW_PENSION_EMPLOYEE,
                                     .action = ACTION_ANSWER,
                                     .answers = taken->action,
                                     .revision = 1,
                                     .local_key = taken->local_key};
    struct record *body = record_new(arena, "answer");
    char at[INSTANT_TEXT_SIZE];

    if (body == NULL || record_add(arena, body, "verdict", text_of(verdict)) == NULL ||
        record_add(arena, body, "receivedAt",
                   arena_copy(arena, text_of(instant_format(clock_now(), at)))) == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    answer.body = body;
    if (adapter_write(player->adapter, FROM_CORE, &answer, arena, bytes, err))
        return true;
    /* What was not understood is of no flow: the dialect has an answer for the other kind. */
    answer.flow = FLOW_SETTLEMENT_STAY;
    *err = (struct error)ERROR_INIT;
    return adapter_write(player->adapter, FROM_CORE, &answer, arena, bytes, err);
}

/* A hospital takes note of answers that come when nobody waits for them any more, which its
 * dialect may not be able to place: it asks by itself what became of its questions. */
static const char *verdict_on(const struct player *player, bool understood)
{
    return understood || player->script.settlement.group_count > 0 ? "accepted" : "refused";
}

void player_request(void *self, struct request *request)
{
    static _Thread_local bool started;
    struct player *player = self;
    struct arena *arena = arena_new(ARENA_MAX);
    struct adapter_message message = {0};
    struct error err = ERROR_INIT;
    struct text bytes = TEXT("");
    bool ok;

    if (!started)
        wire_thread_start();
    started = true;
    ok = arena != NULL &&
         adapter_read(player->adapter, TO_CORE, request->body, arena, &message, &err);
    if (ok && player_insured(player, request, &message, arena)) {
        arena_free(arena);
        return;
    }
    if (ok)
        take_document(player, &message);
    else
        log_warn("sim.not_understood", "code=%s reason=\"%s\"", error_name(err.code), err.text);
    if (arena == NULL ||
        !write_answer(player, &message, verdict_on(player, ok), arena, &bytes, &err))
        log_warn("sim.no_answer", "code=%s reason=\"%s\"", error_name(err.code), err.text);
    listener_reply(player->listener, request, 200, adapter_content_type(player->adapter), bytes,
                   0);
    arena_free(arena);
}
