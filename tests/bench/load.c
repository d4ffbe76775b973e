/*
 * load.c - both cores of a pair of gateways, and the work of one of them.
 *
 *     load PAIR TRACES CONNECTIONS AHEAD
 *
 * PAIR is a folder of tests/support/pair.sh with both gateways running. The core of Guizhou
 * submits TRACES applications, and then, measured, as many letters over CONNECTIONS kept
 * connections. A letter crosses to Guangdong; it is done when its verified receipt is durable
 * at Guizhou, which is read from that ledger's journal. The next letter follows as soon as
 * fewer than AHEAD are under way. Then again with other cases, at 70 % of the rate that was
 * reached.
 *
 * Both cores take everything that is pushed to them with one fixed answer, so that the cores
 * cost as little as possible beside the gateways.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "bench.h"
#include "crypt/digest.h"
#include "documents.h"
#include "gate/config.h"
#include "ledger/ledger.h"
#include "net/control.h"
#include "net/courier.h"
#include "net/listener.h"
#include "wire/adapter.h"
#include "wire/start.h"

enum { SIDES = 2, GUIZHOU = 0, GUANGDONG = 1, WAIT_S = 90, TICK_US = 2000, PACED_S = 6 };

static const char *const side_names[SIDES] = {"guizhou", "guangdong"};

/* What is posted: one document a trace, made before the clock runs. */
struct task {
    struct text bytes;
    uint64_t began;
    uint64_t answered; /* 0: not yet */
};

struct core {
    struct config *config;
    struct tls *tls;
    struct listener *listener;
    struct text answer;
    const char *content_type;
    atomic_ulong pushes;
    uint64_t batches; /* of this side's gateway, when the round began */
    uint64_t items;
};

struct load {
    const char *pair;
    unsigned traces;
    unsigned first; /* document index of the first trace of this round */
    unsigned connections;
    unsigned ahead;
    unsigned rate; /* 0: as fast as it goes */
    struct arena *arena;
    struct core cores[SIDES];
    struct courier *courier;
    struct courier_route route;
    uint8_t pin[1][TLS_FINGERPRINT_SIZE];
    char url[128];
    struct task *tasks;
    pthread_mutex_t lock;
    unsigned answered;
    unsigned running;
    unsigned failures;
    char failure[160];
    struct store *store; /* Guizhou's, read only */
    struct ledger *ledger;
    uint64_t seen;     /* journal entries looked at */
    uint64_t before;   /* of these, when this round's letters began */
    unsigned outcomes; /* letters of this round that were receipted */
};

/* --- the cores ---------------------------------------------------------------------------- */

static void take_push(void *self, struct request *request)
{
    struct core *core = self;

    atomic_fetch_add(&core->pushes, 1);
    listener_reply(core->listener, request, 200, core->content_type, core->answer, 0);
}

static uint16_t port_of(const char *url)
{
    const char *colon = strrchr(url, ':');

    return (uint16_t)(colon == NULL ? 0 : strtoul(colon + 1, NULL, 10));
}

static void open_core(struct load *load, unsigned side)
{
    static const struct listener_path served[] = {{REQUEST_POST, "/v1/documents"}};
    struct core *core = &load->cores[side];
    struct error err = ERROR_INIT;
    const struct config_party *party;
    char text[4][512];
    struct tls_files files = {
        .certificate_path = text[0], .key_path = text[1], .ca_path = text[2]};
    struct listener_options options = {.now = clock_now,
                                       .paths = served,
                                       .path_count = COUNT_OF(served),
                                       .on_request = take_push,
                                       .self = core,
                                       .peer_in_flight_max = 1024};

    snprintf(text[3], sizeof(text[3]), "%s/%s/gateway.xml", load->pair, side_names[side]);
    bench_need(config_load(text[3], CONFIG_FULL, &core->config, &err), text[3], &err);
    party = config_core(core->config);
    bench_need(party != NULL && party->url != NULL, "a core in the configuration", NULL);
    snprintf(text[0], sizeof(text[0]), "%s/certs/%s.tls.crt", load->pair, party->id);
    snprintf(text[1], sizeof(text[1]), "%s/certs/%s.tls.key", load->pair, party->id);
    snprintf(text[2], sizeof(text[2]), "%s/certs/ca.crt", load->pair);
    bench_need(tls_new(&files, clock_now, &core->tls, &err), "keys of a core", &err);
    snprintf(text[3], sizeof(text[3]), "adapters/%s/examples/answer.theirs.xml",
             party->adapter);
    core->answer = bench_file(load->arena, text[3]);
    core->content_type = adapter_content_type(party->dialect);
    options.tls = core->tls;
    options.port = port_of(party->url);
    bench_need(listener_start(&options, &core->listener, &err), "a core's listener", &err);
}

static void close_core(struct core *core)
{
    listener_stop(core->listener, 1000);
    listener_free(core->listener);
    tls_free(core->tls);
    config_free(core->config);
}

/* --- the gateways' counters -----------------------------------------------------------------
 */

static uint64_t number_in(struct text answer, const char *name)
{
    const char *at = strstr(answer.at, name);

    return at == NULL ? 0 : strtoull(at + strlen(name), NULL, 10);
}

/* How the writer of a side batched since the last call; printed if `print`. */
static void look_at_batches(struct load *load, unsigned side, bool print)
{
    struct core *core = &load->cores[side];
    struct arena *arena = arena_new(64 * 1024);
    struct error err = ERROR_INIT;
    struct text answer = TEXT_NONE;
    uint64_t batches;
    uint64_t items;

    bench_need(arena != NULL &&
                   control_call(core->config->control_path, TEXT("{\"verb\":\"ping\"}"), 2000,
                                arena, &answer, &err),
               "asking a gateway", &err);
    answer = arena_copy(arena, answer);
    batches = number_in(answer, "\"batches\":");
    items = number_in(answer, "\"items\":");
    if (print && batches > core->batches)
        printf(
            "  %s: %llu entries in %llu commits, %llu.%llu a commit, largest %llu\n",
            side_names[side], (unsigned long long)(items - core->items),
            (unsigned long long)(batches - core->batches),
            (unsigned long long)((items - core->items) / (batches - core->batches)),
            (unsigned long long)((items - core->items) * 10 / (batches - core->batches) % 10),
            (unsigned long long)number_in(answer, "\"largest_batch\":"));
    core->batches = batches;
    core->items = items;
    arena_free(arena);
}

/* --- posting ------------------------------------------------------------------------------ */

static void fail_task(struct load *load, const char *why, int status)
{
    if (load->failures++ == 0)
        snprintf(load->failure, sizeof(load->failure), "%s (status %d)", why, status);
}

/* What a core is told in its dialect is not read here: 200 is "accepted", 422 "refused". */
static void take_result(void *self, const struct courier_result *result)
{
    struct load *load = self;
    struct task *task = &load->tasks[result->token];

    pthread_mutex_lock(&load->lock);
    task->answered = bench_now();
    load->answered++;
    load->running--;
    if (result->kind != COURIER_ANSWER)
        fail_task(load, result->reason, 0);
    else if (result->status != 200)
        fail_task(load, "not accepted", result->status);
    pthread_mutex_unlock(&load->lock);
}

static void open_courier(struct load *load)
{
    struct core *core = &load->cores[GUIZHOU];
    struct courier_options options = {.tls = core->tls,
                                      .on_result = take_result,
                                      .self = load,
                                      .now = clock_now,
                                      .queue_max = 8192};
    struct tls_certificate gateway;
    struct error err = ERROR_INIT;

    bench_need(tls_certificate_read(core->config->tls_certificate, &gateway, &err),
               "the gateway's certificate", &err);
    memcpy(load->pin[0], gateway.fingerprint, TLS_FINGERPRINT_SIZE);
    snprintf(load->url, sizeof(load->url), "https://127.0.0.1:%u/v1/messages",
             (unsigned)core->config->listen_port);
    load->route = (struct courier_route){.name = "gateway",
                                         .url = load->url,
                                         .pins = load->pin,
                                         .pin_count = 1,
                                         .max_connections = load->connections};
    bench_need(courier_start(&options, &load->courier, &err), "the courier", &err);
}

static void begin_task(struct load *load, unsigned index)
{
    struct error err = ERROR_INIT;

    load->tasks[index].began = bench_now();
    pthread_mutex_lock(&load->lock);
    load->running++;
    pthread_mutex_unlock(&load->lock);
    bench_need(courier_post(load->courier, &load->route, load->tasks[index].bytes,
                            load->cores[GUIZHOU].content_type, index, &err),
               "posting", &err);
}

static unsigned answered(struct load *load, unsigned *running)
{
    unsigned count;

    pthread_mutex_lock(&load->lock);
    count = load->answered;
    *running = load->running;
    pthread_mutex_unlock(&load->lock);
    return count;
}

/* --- documents ---------------------------------------------------------------------------- */

static void make_tasks(struct load *load, const char *file, uint16_t action)
{
    const struct config_party *party = config_core(load->cores[GUIZHOU].config);
    struct arena *arena = arena_new(8 * 1024 * 1024);

    bench_need(arena != NULL, "memory", NULL);
    for (unsigned i = 0; i < load->traces; i++) {
        struct error err = ERROR_INIT;
        struct adapter_message message = {
            .flow = FLOW_PENSION_EMPLOYEE, .action = action, .revision = 1};
        char *key = arena_format(arena, "GZ%014u-%u", load->first + i + 1, (unsigned)action);
        struct text bytes;

        message.local_key = text_of(key);
        message.body = document_of(arena, file, load->first + i);
        bench_need(adapter_write(party->dialect, FROM_CORE, &message, arena, &bytes, &err),
                   file, &err);
        load->tasks[i] = (struct task){.bytes = arena_copy(load->arena, bytes)};
        bench_need(load->tasks[i].bytes.at != NULL, "memory for documents", NULL);
        arena_reset(arena);
    }
    arena_free(arena);
    load->answered = 0;
}

/* --- the sender's journal ------------------------------------------------------------------
 */

static bool count_outcome(void *self, const struct entry *entry)
{
    struct load *load = self;

    load->seen = entry->seq;
    if (entry->kind == ENTRY_OUTCOME && entry->action == ACTION_LETTER)
        load->outcomes++;
    return true;
}

static void look(struct load *load)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool ok = ledger_begin_read(load->ledger, &txn, &err) &&
              ledger_each_entry(txn, load->seen + 1, count_outcome, load, &err);

    ledger_abort(txn);
    bench_need(ok, "reading the journal", &err);
}

struct crossing {
    struct samples done; /* journal times: SUBMITTED to OUTCOME */
    struct uuid *cases;
    int64_t *began;
    size_t mask;
};

static size_t slot_of(const struct crossing *crossing, const struct uuid *id)
{
    size_t at;

    memcpy(&at, id->bytes + 8, sizeof(at));
    for (at &= crossing->mask;
         !uuid_is_none(&crossing->cases[at]) && !uuid_equal(&crossing->cases[at], id);
         at = (at + 1) & crossing->mask)
        ;
    return at;
}

static bool pair_times(void *self, const struct entry *entry)
{
    struct crossing *crossing = self;
    size_t at;

    if (entry->action != ACTION_LETTER)
        return true;
    at = slot_of(crossing, &entry->case_id);
    if (entry->kind == ENTRY_SUBMITTED) {
        crossing->cases[at] = entry->case_id;
        crossing->began[at] = entry->wall.ms;
    } else if (entry->kind == ENTRY_OUTCOME && crossing->began[at] != 0) {
        samples_add(&crossing->done,
                    (uint64_t)(entry->wall.ms - crossing->began[at]) * 1000000);
    }
    return true;
}

static void print_crossings(struct load *load)
{
    struct crossing crossing = {
        .done = samples_new("durable here to receipt durable here", load->traces)};
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    size_t slots = 1;

    while (slots < 2 * (size_t)load->traces)
        slots *= 2;
    crossing.mask = slots - 1;
    crossing.cases = calloc(slots, sizeof(*crossing.cases));
    crossing.began = calloc(slots, sizeof(*crossing.began));
    bench_need(crossing.cases != NULL && crossing.began != NULL, "memory", NULL);
    bench_need(ledger_begin_read(load->ledger, &txn, &err) &&
                   ledger_each_entry(txn, load->before + 1, pair_times, &crossing, &err),
               "reading the journal", &err);
    ledger_abort(txn);
    samples_line(&crossing.done);
    samples_free(&crossing.done);
    free(crossing.cases);
    free(crossing.began);
}

/* --- running -------------------------------------------------------------------------------
 */

/* How many may be begun now. */
static unsigned room(const struct load *load, unsigned begun, uint64_t since, unsigned running)
{
    unsigned due = load->traces;
    unsigned under_way = begun - load->outcomes;

    if (load->rate != 0) {
        uint64_t planned = (bench_now() - since) * load->rate / 1000000000U;
        due = planned < load->traces ? (unsigned)planned : load->traces;
        return due - begun;
    }
    if (under_way >= load->ahead || running >= load->connections)
        return 0;
    due = load->ahead - under_way;
    if (due > load->connections - running)
        due = load->connections - running;
    return due < load->traces - begun ? due : load->traces - begun;
}

static void stop_if_failed(struct load *load)
{
    if (load->failures == 0)
        return;
    printf("  %u submissions failed: %s\n", load->failures, load->failure);
    bench_need(false, "submissions failed", NULL);
}

/* Everything at once, nothing counted in the ledger: the cases' applications. */
static uint64_t run_applications(struct load *load)
{
    uint64_t since = bench_now();
    unsigned begun = 0;
    unsigned running = 0;
    unsigned done = 0;

    while (done < load->traces) {
        while (begun < load->traces && running < load->connections) {
            begin_task(load, begun++);
            running++;
        }
        usleep(500);
        done = answered(load, &running);
        stop_if_failed(load);
        bench_need(bench_now() - since < (uint64_t)WAIT_S * 1000000000U,
                   "applications take too long", NULL);
    }
    return bench_now() - since;
}

static uint64_t run_letters(struct load *load)
{
    uint64_t since = bench_now();
    uint64_t looked = 0;
    unsigned begun = 0;
    unsigned running = 0;

    while (load->outcomes < load->traces) {
        unsigned more = room(load, begun, since, running);
        while (more-- > 0)
            begin_task(load, begun++);
        usleep(500);
        answered(load, &running);
        stop_if_failed(load);
        if (bench_now() - looked > TICK_US * 1000U) {
            look(load);
            looked = bench_now();
        }
        bench_need(bench_now() - since < (uint64_t)WAIT_S * 1000000000U,
                   "letters take too long", NULL);
    }
    return bench_now() - since;
}

static void print_run(struct load *load, uint64_t applications, uint64_t letters)
{
    struct samples answers = samples_new("submission to its answer", load->traces);
    size_t bytes = 0;

    for (unsigned i = 0; i < load->traces; i++) {
        samples_add(&answers, load->tasks[i].answered - load->tasks[i].began);
        bytes += load->tasks[i].bytes.size;
    }
    if (load->rate == 0)
        printf("  applications, one province alone: %llu/s\n",
               (unsigned long long)((uint64_t)load->traces * 1000000000U / applications));
    printf("  exchanges: %u of %zu bytes in %llu.%llu s, %llu/s%s\n", load->traces,
           bytes / load->traces, (unsigned long long)(letters / 1000000000U),
           (unsigned long long)(letters % 1000000000U / 100000000U),
           (unsigned long long)((uint64_t)load->traces * 1000000000U / letters),
           load->rate != 0 ? " (offered at that rate)" : "");
    samples_head("latency");
    samples_line(&answers);
    print_crossings(load);
    printf("  pushed to the cores: %lu\n", atomic_load(&load->cores[GUIZHOU].pushes) +
                                               atomic_load(&load->cores[GUANGDONG].pushes));
    samples_free(&answers);
}

static void open_ledger(struct load *load)
{
    struct store_options options = {.path = load->cores[GUIZHOU].config->ledger_path,
                                    .read_only = true};
    struct error err = ERROR_INIT;

    bench_need(store_open_lmdb(&options, &load->store, &err) &&
                   ledger_open(load->store, true, &load->ledger, &err),
               "the sender's ledger", &err);
}

static void close_all(struct load *load)
{
    courier_stop(load->courier, 1000);
    courier_free(load->courier);
    for (unsigned side = 0; side < SIDES; side++)
        close_core(&load->cores[side]);
    ledger_close(load->ledger);
    store_close(load->store);
    arena_free(load->arena);
    free(load->tasks);
}

/* The script takes processor times between these two lines. */
static void pause_for_script(const char *word)
{
    char line[16];

    printf("%s\n", word);
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) == NULL)
        return;
}

/* Cases are opened, then letters cross; `word` tells the script which round it was. */
static uint64_t run_round(struct load *load, const char *word)
{
    uint64_t applications;
    uint64_t letters;

    make_tasks(load, "form-first/application.xml", ACTION_APPLICATION);
    applications = run_applications(load);
    make_tasks(load, "form-first/letter.xml", ACTION_LETTER);
    look(load);
    load->before = load->seen;
    load->outcomes = 0;
    for (unsigned side = 0; side < SIDES; side++)
        look_at_batches(load, side, false);
    pause_for_script(word);
    letters = run_letters(load);
    pause_for_script("end");
    print_run(load, applications, letters);
    for (unsigned side = 0; side < SIDES; side++)
        look_at_batches(load, side, true);
    return (uint64_t)load->traces * 1000000000U / letters;
}

int main(int argc, char **argv)
{
    struct load load = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct error err = ERROR_INIT;

    bench_need(argc == 5, "usage: load PAIR TRACES CONNECTIONS AHEAD", NULL);
    load.pair = argv[1];
    load.traces = (unsigned)strtoul(argv[2], NULL, 10);
    load.connections = (unsigned)strtoul(argv[3], NULL, 10);
    load.ahead = (unsigned)strtoul(argv[4], NULL, 10);
    log_set_level(LOG_LEVEL_WARN);
    bench_need(digest_setup(&err) && wire_start(&err), "starting", &err);
    load.arena = arena_new((size_t)1 << 30);
    load.tasks = calloc(load.traces, sizeof(*load.tasks));
    bench_need(load.arena != NULL && load.tasks != NULL, "memory", NULL);
    for (unsigned side = 0; side < SIDES; side++)
        open_core(&load, side);
    bench_need(clock_use_offset_file(load.cores[GUIZHOU].config->clock_offset, &err), "clock",
               &err);
    open_courier(&load);
    open_ledger(&load);
    load.rate = (unsigned)(run_round(&load, "full") * 7 / 10);
    load.first = load.traces;
    if (load.rate * PACED_S < load.traces)
        load.traces = load.rate * PACED_S;
    run_round(&load, "paced");
    close_all(&load);
    return 0;
}
