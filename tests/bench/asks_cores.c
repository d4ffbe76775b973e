/* asks_cores.c - a hospital and an insured core without a pause of their own. */
#include "asks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "wire/start.h"

enum { CONNECTIONS_MAX = 4096, HOLD_MS = 120 * 1000 };

static const char *const side_names[ASK_SIDES] = {"guangdong", "guizhou"};

static const struct adapter *dialect_of(const struct asks *asks, unsigned side)
{
    return config_core(asks->config[side])->dialect;
}

static void start_thread(void)
{
    static _Thread_local bool started;

    if (!started)
        wire_thread_start();
    started = true;
}

/* --- the insured core -----------------------------------------------------------------------
 */

/* By the stay's number, "NAME-17", and what is asked. NULL: of another round. */
static struct question *question_of(const struct asks *asks,
                                    const struct adapter_message *message)
{
    struct asking *asking = asks->asking;
    struct text number;
    size_t name_size = strlen(asking->name);
    unsigned long stay;

    if (!record_text(message->body, "reference/stayNumber", &number) ||
        number.size <= name_size || memcmp(number.at, asking->name, name_size) != 0 ||
        number.at[name_size] != '-')
        return NULL;
    stay = strtoul(number.at + name_size + 1, NULL, 10);
    for (uint32_t step = 0; stay < asking->stay_count && step < asking->step_count; step++)
        if (asking->steps[step] == message->action)
            return &asking->questions[step * asking->stay_count + stay];
    return NULL;
}

static void answer_core(struct asks *asks, struct request *request, struct question *question,
                        struct text bytes)
{
    if (question != NULL)
        question->core_ended = bench_now();
    listener_reply(asks->listener[INSURED], request, 200,
                   adapter_content_type(dialect_of(asks, INSURED)), bytes, 0);
}

static struct text copy_of(struct text text)
{
    char *copy = malloc(text.size + 1);

    bench_need(copy != NULL, "memory for an answer", NULL);
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    return (struct text){copy, text.size};
}

static void keep_or_answer(struct asks *asks, struct request *request,
                           struct question *question, struct text bytes)
{
    bool kept = false;

    pthread_mutex_lock(&asks->lock);
    if (asks->keeps && asks->kept_count < KEPT_MAX) {
        asks->kept[asks->kept_count++] = (struct kept){request, question, copy_of(bytes)};
        kept = true;
    }
    pthread_mutex_unlock(&asks->lock);
    if (!kept)
        answer_core(asks, request, question, bytes);
}

static void take_question(void *self, struct request *request)
{
    struct asks *asks = self;
    const struct adapter *dialect = dialect_of(asks, INSURED);
    struct arena *arena = arena_new(1024 * 1024);
    uint64_t began = bench_now();
    struct adapter_message message = {0};
    struct insured_answer answer;
    struct question *question;
    struct error err = ERROR_INIT;
    struct text bytes = {NULL, 0};

    start_thread();
    bench_need(arena != NULL, "memory for a question", NULL);
    if (!adapter_read(dialect, TO_CORE, request->body, arena, &message, &err) ||
        !insured_answers(message.action)) {
        answer_core(asks, request, NULL, asks->plain_answer[INSURED]);
        arena_free(arena);
        return;
    }
    bench_need(insured_take(asks->insured, &message, &answer, &err) &&
                   adapter_write(dialect, FROM_CORE, &answer.message, arena, &bytes, &err),
               "the insured core's answer", &err);
    question = question_of(asks, &message);
    if (question != NULL)
        question->core_began = began;
    keep_or_answer(asks, request, question, bytes);
    arena_free(arena);
}

void asks_keep(struct asks *asks)
{
    pthread_mutex_lock(&asks->lock);
    asks->keeps = true;
    pthread_mutex_unlock(&asks->lock);
}

size_t asks_kept(struct asks *asks)
{
    size_t count;

    pthread_mutex_lock(&asks->lock);
    count = asks->kept_count;
    pthread_mutex_unlock(&asks->lock);
    return count;
}

void asks_release(struct asks *asks)
{
    size_t count;

    pthread_mutex_lock(&asks->lock);
    asks->keeps = false;
    count = asks->kept_count;
    asks->kept_count = 0;
    pthread_mutex_unlock(&asks->lock);
    for (size_t i = 0; i < count; i++) {
        struct kept *kept = &asks->kept[i];

        answer_core(asks, kept->request, kept->question, kept->bytes);
        free((void *)(uintptr_t)kept->bytes.at);
    }
}

/* --- the hospital ---------------------------------------------------------------------------
 */

/* What is pushed to it: answers that came when nobody waited. */
static void take_push(void *self, struct request *request)
{
    struct asks *asks = self;

    listener_reply(asks->listener[TREATING], request, 200,
                   adapter_content_type(dialect_of(asks, TREATING)),
                   asks->plain_answer[TREATING], 0);
}

/* The courier's thread has other answers waiting: this one is read later. */
static void take_answer(void *self, const struct courier_result *result)
{
    struct question *question = (struct question *)(uintptr_t)result->token;
    struct asks *asks = self;
    uint64_t now = bench_now();

    if (result->kind == COURIER_ANSWER) {
        question->status = result->status;
        question->answer = copy_of(result->body);
    }
    question->heard = now;
    atomic_fetch_add(&asks->asking->heard, 1);
}

struct asking asks_begin(struct asks *asks, const char *name, const uint16_t *steps,
                         uint32_t step_count, uint32_t stay_count)
{
    struct asking asking = {.group = {.treating_region = "440100",
                                      .insured_region = "520100",
                                      .institution = "H52990000001",
                                      .batches = 1,
                                      .lines_per_batch = 5},
                            .stay_count = stay_count,
                            .first_person = asks->persons,
                            .steps = steps,
                            .step_count = step_count};

    snprintf(asking.name, sizeof(asking.name), "%s", name);
    asking.stays = calloc(stay_count, sizeof(*asking.stays));
    asking.questions = calloc((size_t)stay_count * step_count, sizeof(*asking.questions));
    bench_need(asking.stays != NULL && asking.questions != NULL, "memory for stays", NULL);
    asks->persons += stay_count;
    for (uint32_t i = 0; i < stay_count; i++) {
        struct hospital_stay *stay = &asking.stays[i];

        stay->person = asking.first_person + i;
        snprintf(stay->number, sizeof(stay->number), "%s-%u", name, i);
        for (uint32_t step = 0; step < step_count; step++)
            asking.questions[step * stay_count + i] = (struct question){.stay = stay,
                                                                        .action = steps[step]};
    }
    return asking;
}

void asks_end(struct asking *asking)
{
    for (size_t i = 0; i < (size_t)asking->stay_count * asking->step_count; i++)
        free((void *)(uintptr_t)asking->questions[i].answer.at);
    free(asking->questions);
    free(asking->stays);
}

void asks_write(struct asks *asks, struct asking *asking, struct question *question)
{
    struct adapter_message message = {
        .flow = FLOW_SETTLEMENT_STAY, .action = question->action, .revision = 1};
    struct hospital_stay *stay = question->stay;
    struct error err = ERROR_INIT;
    char *key = arena_format(asks->papers, "%s.%u", stay->number, (unsigned)question->action);

    stay->group = &asking->group;
    question->paper = hospital_paper(stay, question->action, instant_day(clock_now()),
                                     asks->papers);
    bench_need(key != NULL && question->paper != NULL, "memory for a question", NULL);
    message.local_key = text_of(key);
    message.body = question->paper;
    bench_need(adapter_write(dialect_of(asks, TREATING), FROM_CORE, &message, asks->papers,
                             &question->bytes, &err),
               "a question", &err);
}

void asks_post(struct asks *asks, struct asking *asking, struct question *question,
               bool straight)
{
    struct error err = ERROR_INIT;

    asks->asking = asking;
    bench_need(courier_post(asks->courier, straight ? &asks->core : &asks->gateway,
                            question->bytes, adapter_content_type(dialect_of(asks, TREATING)),
                            (uint64_t)(uintptr_t)question, &err),
               "posting a question", &err);
}

bool asks_heard(const struct asking *asking, unsigned count, unsigned seconds)
{
    uint64_t end = bench_now() + (uint64_t)seconds * 1000000000U;
    struct timespec pause = {.tv_nsec = 500000};

    while (atomic_load(&asking->heard) < count) {
        if (bench_now() > end)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

bool asks_good(struct asks *asks, struct question *question)
{
    struct hospital_stay *stay = question->stay;
    struct adapter_message answer = {0};
    struct error err = ERROR_INIT;
    struct text verdict;
    struct text visit;

    if (question->status != 200 ||
        !adapter_read_reply(dialect_of(asks, TREATING), TO_CORE, FLOW_SETTLEMENT_STAY,
                            question->action, question->answer, question->paper, asks->papers,
                            &answer, &err) ||
        !record_text(answer.body, "result/verdict", &verdict) || !text_is(verdict, "ok"))
        return false;
    if (question->action == ACTION_REGISTER &&
        (!record_text(answer.body, "visitNumber", &visit) ||
         !text_to_field(visit, stay->visit_number, sizeof(stay->visit_number))))
        return false;
    if (question->action == ACTION_LINES)
        hospital_add_batch(stay);
    return true;
}

/* --- opening and closing --------------------------------------------------------------------
 */

static uint16_t port_of(const char *url)
{
    const char *colon = strrchr(url, ':');

    return (uint16_t)(colon == NULL ? 0 : strtoul(colon + 1, NULL, 10));
}

static void open_core(struct asks *asks, unsigned side)
{
    static const struct listener_path served[] = {{REQUEST_POST, "/v1/documents"}};
    const struct config_party *party;
    struct error err = ERROR_INIT;
    char text[4][512];
    struct tls_files files = {
        .certificate_path = text[0], .key_path = text[1], .ca_path = text[2]};
    struct listener_options options = {.now = clock_now,
                                       .paths = served,
                                       .path_count = COUNT_OF(served),
                                       .on_request = side == INSURED ? take_question
                                                                     : take_push,
                                       .self = asks,
                                       .connections_max = CONNECTIONS_MAX,
                                       .peer_connections_max = CONNECTIONS_MAX,
                                       .in_flight_max = CONNECTIONS_MAX,
                                       .peer_in_flight_max = CONNECTIONS_MAX,
                                       .worker_ms = HOLD_MS};

    snprintf(text[3], sizeof(text[3]), "%s/%s/gateway.xml", asks->pair, side_names[side]);
    bench_need(config_load(text[3], CONFIG_FULL, &asks->config[side], &err), text[3], &err);
    party = config_core(asks->config[side]);
    bench_need(party != NULL && party->url != NULL, "a core in the configuration", NULL);
    snprintf(text[0], sizeof(text[0]), "%s/certs/%s.tls.crt", asks->pair, party->id);
    snprintf(text[1], sizeof(text[1]), "%s/certs/%s.tls.key", asks->pair, party->id);
    snprintf(text[2], sizeof(text[2]), "%s/certs/ca.crt", asks->pair);
    bench_need(tls_new(&files, clock_now, &asks->tls[side], &err), "keys of a core", &err);
    snprintf(text[3], sizeof(text[3]), "adapters/%s/examples/answer.theirs.xml",
             party->adapter);
    asks->plain_answer[side] = bench_file(asks->papers, text[3]);
    options.tls = asks->tls[side];
    options.port = port_of(party->url);
    bench_need(listener_start(&options, &asks->listener[side], &err), "a core's listener",
               &err);
}

static struct courier_route open_route(struct asks *asks, unsigned end, const char *name,
                                       const char *certificate_path, const char *url)
{
    struct tls_certificate certificate;
    struct error err = ERROR_INIT;

    bench_need(tls_certificate_read(certificate_path, &certificate, &err), certificate_path,
               &err);
    memcpy(asks->pins[end][0], certificate.fingerprint, TLS_FINGERPRINT_SIZE);
    snprintf(asks->urls[end], sizeof(asks->urls[end]), "%s", url);
    return (struct courier_route){.name = name,
                                  .url = asks->urls[end],
                                  .pins = asks->pins[end],
                                  .pin_count = 1,
                                  .max_connections = CONNECTIONS_MAX,
                                  .timeout_ms = HOLD_MS,
                                  .connect_timeout_ms = HOLD_MS};
}

static void open_routes(struct asks *asks)
{
    const struct config_party *core = config_core(asks->config[INSURED]);
    struct courier_options options = {.tls = asks->tls[TREATING],
                                      .on_result = take_answer,
                                      .self = asks,
                                      .now = clock_now,
                                      .queue_max = 2 * CONNECTIONS_MAX,
                                      .running_max = CONNECTIONS_MAX};
    struct error err = ERROR_INIT;
    char path[512];
    char url[128];

    snprintf(url, sizeof(url), "https://127.0.0.1:%u/v1/messages",
             (unsigned)asks->config[TREATING]->listen_port);
    asks->gateway = open_route(asks, TREATING, "gateway",
                               asks->config[TREATING]->tls_certificate, url);
    snprintf(path, sizeof(path), "%s/certs/%s.tls.crt", asks->pair, core->id);
    asks->core = open_route(asks, INSURED, "core", path, core->url);
    bench_need(courier_start(&options, &asks->courier, &err), "the courier", &err);
}

void asks_open(struct asks *asks, const char *pair)
{
    struct error err = ERROR_INIT;

    *asks = (struct asks){.pair = pair,
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .script = {.plays = true, .deductible = {1000}, .percent = 70}};
    asks->arena = arena_new((size_t)1 << 30);
    asks->papers = arena_new((size_t)1 << 30);
    bench_need(asks->arena != NULL && asks->papers != NULL, "memory", NULL);
    asks->insured = insured_new(&asks->script, false, asks->arena);
    bench_need(asks->insured != NULL, "memory for an insured core", NULL);
    for (unsigned side = 0; side < ASK_SIDES; side++)
        open_core(asks, side);
    bench_need(clock_use_offset_file(asks->config[TREATING]->clock_offset, &err), "clock",
               &err);
    open_routes(asks);
}

void asks_close(struct asks *asks)
{
    courier_stop(asks->courier, 1000);
    courier_free(asks->courier);
    for (unsigned side = 0; side < ASK_SIDES; side++) {
        listener_stop(asks->listener[side], 1000);
        listener_free(asks->listener[side]);
        tls_free(asks->tls[side]);
        config_free(asks->config[side]);
    }
    insured_free(asks->insured);
    arena_free(asks->arena);
    arena_free(asks->papers);
}
