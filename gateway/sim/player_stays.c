/* player_stays.c - direct settlement between player and gateway: a hospital's questions on
 * their way, an insured core's answers in the response. */
#include "sim/player_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "crypt/random.h"

/* How long a request whose answer is lost is held: longer than a gateway waits for it. */
enum { LOST_MS = 29 * 1000 };

/* --- the hospital's questions ---------------------------------------------------------------
 */

static const char *key_of(struct player *player, const char *name)
{
    uint8_t random[10];
    char text[UUID_TEXT_SIZE];
    struct uuid id;
    struct error ignored;

    if (!adapter_forms_keys(player->adapter))
        return arena_copy(player->arena, text_of(name)).at;
    if (!random_bytes(random, sizeof(random), &ignored))
        return NULL;
    id = uuid_v7(clock_now(), random);
    return arena_copy(player->arena, text_of(uuid_format(&id, text))).at;
}

/* A later reversal names the question by its key, as the gateway reads it. */
static void keep_key(struct player *player, struct hospital_stay *stay, unsigned action,
                     struct text bytes)
{
    struct adapter_message read = {0};
    struct error ignored = ERROR_INIT;

    if (action != stay->about)
        return;
    if (!adapter_read(player->adapter, FROM_CORE, bytes, player->arena, &read, &ignored) ||
        !text_to_field(read.local_key, stay->about_key, sizeof(stay->about_key)))
        stay->about_key[0] = '\0';
}

bool player_ask(void *self, struct hospital_stay *stay, unsigned action, const char *name,
                struct record *body, uint32_t delay_ms)
{
    struct player *player = self;
    struct adapter_message message = {
        .flow = FLOW_SETTLEMENT_STAY, .action = (uint16_t)action, .revision = 1, .body = body};
    const char *key = key_of(player, name);
    struct error err = ERROR_INIT;
    struct errand *errand = &player->errands[player->errand_count];

    message.local_key = text_of(key);
    if (player->errand_count == ERRANDS_MAX || key == NULL ||
        !adapter_write(player->adapter, FROM_CORE, &message, player->arena, &errand->bytes,
                       &err)) {
        log_error("sim.cannot_write", "trace=%s action=%s code=%s reason=\"%s\"", stay->number,
                  action_name(action).english, error_name(err.code), err.text);
        return false;
    }
    keep_key(player, stay, action, errand->bytes);
    errand->stay = stay;
    errand->trace = stay->number;
    errand->flow = FLOW_SETTLEMENT_STAY;
    errand->action = (uint16_t)action;
    errand->document = body;
    errand->due_ms = clock_monotonic_ms() + delay_ms;
    errand->state = ERRAND_WAITING;
    stay->errand = player->errand_count++;
    return true;
}

void player_ask_again(void *self, struct hospital_stay *stay, uint32_t delay_ms)
{
    struct player *player = self;
    struct errand *errand = &player->errands[stay->errand];

    errand->due_ms = clock_monotonic_ms() + delay_ms;
    errand->state = ERRAND_WAITING;
    if (stay->errand < player->first_open)
        player->first_open = stay->errand;
}

/* --- answers in the response ----------------------------------------------------------------
 */

/* false: no memory; the request is still to be answered. */
static bool hold(struct player *player, struct request *request, struct text bytes,
                 uint32_t delay_ms)
{
    struct held *held = malloc(sizeof(*held));
    char *copy = malloc(bytes.size + 1);

    if (held == NULL || copy == NULL) {
        free(held);
        free(copy);
        return false;
    }
    memcpy(copy, bytes.at, bytes.size);
    *held = (struct held){.request = request,
                          .bytes = {copy, bytes.size},
                          .due_ms = clock_monotonic_ms() + delay_ms,
                          .next = player->held};
    player->held = held;
    return true;
}

static void reply(struct player *player, struct request *request, int status, struct text bytes)
{
    listener_reply(player->listener, request, status, adapter_content_type(player->adapter),
                   bytes, 0);
}

void player_release(struct player *player, bool all)
{
    struct held **at = &player->held;
    int64_t now = clock_monotonic_ms();

    while (*at != NULL) {
        struct held *held = *at;

        if (!all && held->due_ms > now) {
            at = &held->next;
            continue;
        }
        *at = held->next;
        reply(player, held->request, 200, held->bytes);
        free((void *)(uintptr_t)held->bytes.at);
        free(held);
    }
}

bool player_insured(struct player *player, struct request *request,
                    const struct adapter_message *message, struct arena *arena)
{
    struct insured_answer answer;
    struct error err = ERROR_INIT;
    struct text bytes = TEXT("");
    struct text stay = TEXT("-");
    uint32_t delay_ms;
    bool ok;

    if (player->insured == NULL || message->flow != FLOW_SETTLEMENT_STAY ||
        !insured_answers(message->action))
        return false;
    if (!record_text(message->body, "reference/stayNumber", &stay))
        stay = TEXT("-");
    pthread_mutex_lock(&player->lock);
    log_info("sim.asked", "stay=%.*s action=%s", TEXT_ARG(stay),
             action_name(message->action).english);
    ok = insured_take(player->insured, message, &answer, &err) &&
         adapter_write(player->adapter, FROM_CORE, &answer.message, arena, &bytes, &err);
    delay_ms = ok && answer.lost ? LOST_MS : ok ? answer.delay_ms : 0;
    if (!ok)
        log_warn("sim.no_answer", "code=%s reason=\"%s\"", error_name(err.code), err.text);
    else
        log_info("sim.booked", "stay=%.*s action=%s repeated=%s lost=%s", TEXT_ARG(stay),
                 action_name(message->action).english, answer.repeated ? "yes" : "no",
                 answer.lost ? "yes" : "no");
    if (!ok || delay_ms == 0 || !hold(player, request, bytes, delay_ms))
        reply(player, request, ok ? 200 : 503, ok ? bytes : TEXT(""));
    pthread_mutex_unlock(&player->lock);
    return true;
}
