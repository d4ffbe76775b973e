/* gate.c - opening and closing the gateway. */
#include "gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/attachments.h"
#include "gate/ferry.h"
#include "gate/mailbox.h"
#include "gate/questions.h"
#include "gate/start_entries.h"

enum { STOP_GRACE_MS = 5000, DRAIN_MS = 40 * 1000 };

/* One daemon per ledger: LMDB would let two in, the journal's head would not. */
static bool lock_ledger(struct gate *gate, struct error *err)
{
    char path[4096];

    if (mkdir(gate->config->ledger_path, 0750) != 0 && errno != EEXIST)
        return fail(err, ERROR_CONFIG, "%s: cannot be created: %s", gate->config->ledger_path,
                    strerror(errno));
    snprintf(path, sizeof(path), "%s/daemon.lock", gate->config->ledger_path);
    gate->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (gate->lock_fd < 0)
        return fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    if (flock(gate->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return fail(err, ERROR_BUSY, "%s: another gateway holds this ledger", path);
    return true;
}

static bool create_origin(struct gate *gate, struct error *err)
{
    const struct config *config = gate->config;
    struct entry_origin origin = {
        .digest_kind = (uint8_t)config->ledger_hash,
        .test = config->ledger_test,
        .created = clock_now(),
    };

    memcpy(origin.party, config->party, PARTY_ID_SIZE);
    return random_bytes(origin.log_id, sizeof(origin.log_id), err) &&
           ledger_create(gate->store, &origin, err);
}

/* The ledger says for ever who it belongs to; the configuration must agree. */
static bool check_origin(const struct gate *gate, struct error *err)
{
    const struct entry_origin *origin = ledger_origin(gate->ledger);
    const struct config *config = gate->config;

    if (strcmp(origin->party, config->party) != 0)
        return fail(err, ERROR_CONFIG, "%s: the ledger belongs to %s", config->path,
                    origin->party);
    if (origin->digest_kind != (uint8_t)config->ledger_hash)
        return fail(err, ERROR_CONFIG, "%s: ledger/hash differs from the ledger's origin",
                    config->path);
    if (origin->test != config->ledger_test)
        return fail(err, ERROR_CONFIG, "%s: ledger/test differs from the ledger's origin",
                    config->path);
    return true;
}

static bool open_ledger(struct gate *gate, struct error *err)
{
    struct store_options options = {.path = gate->config->ledger_path,
                                    .map_bytes = gate->config->ledger_map};
    bool exists = false;

    if (!lock_ledger(gate, err) || !store_open_lmdb(&options, &gate->store, err) ||
        !ledger_exists(gate->store, &exists, err))
        return false;
    store_check_readers(gate->store);
    if (!exists && !create_origin(gate, err))
        return false;
    return ledger_open(gate->store, false, &gate->ledger, err) && check_origin(gate, err);
}

/* The listener's limit; what a party may send is checked again where it is read. */
static size_t largest_body(const struct config *config)
{
    size_t largest = config->message_max > ATTACHMENT_PIECE_SIZE ? config->message_max
                                                                 : ATTACHMENT_PIECE_SIZE;

    for (size_t i = 0; i < config->party_count; i++) {
        if (config->parties[i].message_max > largest)
            largest = config->parties[i].message_max;
    }
    return largest;
}

void gate_warn_validity(const struct config *config)
{
    struct error err = ERROR_INIT;

    if (!config_check_validity(config, clock_now(), &err))
        log_warn("gate.certificate", "reason=\"%s\"", err.text);
}

static bool start_courier(struct gate *gate, const struct tls *tls, struct error *err)
{
    struct courier_options options = {
        .tls = tls, .now = clock_now, .on_result = deliver_result, .self = gate};

    return courier_start(&options, &gate->courier, err);
}

static bool start_control(struct gate *gate, struct error *err)
{
    struct control_options options = {
        .path = gate->config->control_path, .on_request = control_request, .self = gate};

    return options.path == NULL || control_start(&options, &gate->control, err);
}

void gate_listener_options(const struct config *config, struct listener_options *options)
{
    options->body_max = largest_body(config);
    options->connections_max = config->connections_max;
    options->in_flight_max = config->in_flight_max;
    options->peer_in_flight_max = UINT_MAX; /* a party has its own: receive_request */
}

static bool start_listener(struct gate *gate, const struct tls *tls, struct error *err)
{
    static const struct listener_path paths[] = {{REQUEST_POST, "/v1/messages"},
                                                 {REQUEST_GET, MAILBOX_PATH},
                                                 {REQUEST_POST, MAILBOX_PATH},
                                                 {REQUEST_GET, ATTACHMENTS_PATH},
                                                 {REQUEST_PUT, ATTACHMENTS_PATH}};
    const struct config *config = gate->config;
    struct listener_options options = {
        .address = config->listen_address,
        .port = config->listen_port,
        .tls = tls,
        .now = clock_now,
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .on_request = receive_request,
        .on_client = receive_client,
        .on_gone = questions_gone,
        .self = gate,
    };

    gate_listener_options(config, &options);
    return listener_start(&options, &gate->listener, err);
}

static bool start_engine(struct gate *gate, struct error *err)
{
    struct engine_given given = {.self = gate,
                                 .now = gate_now,
                                 .random = gate_random,
                                 .seal = gate_seal,
                                 .open = gate_unseal,
                                 .deliver = deliver_letter,
                                 .write_new = deliver_new_letter,
                                 .write_kept = deliver_kept_letter,
                                 .answered = questions_answered};

    engine_init(&gate->engine, &given, gate->ledger, &gate->config->rules,
                gate->config->calendar);
    gate->engine.boot = ledger_boots(gate->ledger) + 1;
    gate->engine.retry.lifetime_ms = gate->config->lifetime_ms;
    gate->engine.own_checks = gate->config->own_checks;
    return start_entries_write(gate, err);
}

/* In the order in which one needs the other: the writer hands due letters to workers at once,
 * and they to the courier; requests come last. */
static bool start_threads(struct gate *gate, struct error *err)
{
    struct tls *tls = NULL;
    bool ok;

    ok = config_open_tls(gate->config, &tls, err) &&
         workers_start(gate->config->workers, &gate->workers, err) &&
         start_courier(gate, tls, err) && ferry_start(gate, &gate->ferry, err) &&
         questions_start(gate, err) &&
         writer_start(&gate->engine, gate_done, &gate->writer, err) &&
         watch_start(gate, &gate->watch, err) && start_control(gate, err) &&
         start_listener(gate, tls, err);
    tls_free(tls);
    atomic_store(&gate->opened, ok);
    return ok;
}

bool gate_open(const char *config_path, struct gate **out, struct error *err)
{
    struct gate *gate = calloc(1, sizeof(*gate));
    bool ok;

    *out = NULL;
    if (gate == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the gateway");
    gate->lock_fd = -1;
    gate_counts_init(&gate->counts);
    pthread_mutex_init(&gate->config_lock, NULL);
    pthread_mutex_init(&gate->reload_lock, NULL);
    gate->config_path = strdup(config_path);
    ok = gate->config_path != NULL || fail(err, ERROR_MEMORY, "no memory for the gateway");
    ok = ok && config_load(config_path, CONFIG_FULL, &gate->config, err) &&
         clock_use_offset_file(gate->config->clock_offset, err) &&
         key_ring_load(gate->config->seal_keys, &gate->keys, err);
    gate->started = clock_now();
    if (ok)
        gate_warn_validity(gate->config);
    ok = ok && open_ledger(gate, err) && start_engine(gate, err) && start_threads(gate, err);
    if (!ok) {
        gate_close(gate);
        return false;
    }
    /* From here on a reload may come: gate->config is no longer ours to look at. */
    log_info("gate.open", "party=%s port=%u entries=%llu boot=%u",
             ledger_origin(gate->ledger)->party, (unsigned)listener_port(gate->listener),
             (unsigned long long)ledger_size(gate->ledger), gate->engine.boot);
    *out = gate;
    return true;
}

/* What was admitted comes to its end by itself: workers and writer still run. */
static void drain(struct gate *gate)
{
    for (int i = 0; i < DRAIN_MS / 10; i++) {
        if (atomic_load(&gate->exchanges) == 0 && atomic_load(&gate->deliveries) == 0)
            return;
        usleep(10 * 1000);
    }
    /* Nothing is lost by ending here, only answers that would be given again. */
    log_error("gate.not_drained", "exchanges=%ld deliveries=%ld", atomic_load(&gate->exchanges),
              atomic_load(&gate->deliveries));
    _exit(error_exit(ERROR_BUSY));
}

/* From the outside inwards: no new requests, no new deliveries, then what is under way. */
void gate_close(struct gate *gate)
{
    if (gate == NULL)
        return;
    atomic_store(&gate->stopping, true);
    control_stop(gate->control);
    watch_stop(gate->watch);
    parking_stop(gate->parking); /* while their clients can still be told */
    if (gate->listener != NULL)
        listener_stop(gate->listener, STOP_GRACE_MS);
    ferry_stop(gate->ferry);
    if (gate->courier != NULL)
        courier_stop(gate->courier, STOP_GRACE_MS);
    drain(gate);
    if (gate->writer != NULL)
        writer_stop(gate->writer);
    workers_stop(gate->workers);
    writer_free(gate->writer);
    listener_free(gate->listener);
    courier_free(gate->courier);
    parking_free(gate->parking);
    ferry_free(gate->ferry);
    ledger_close(gate->ledger);
    store_close(gate->store);
    key_ring_free(gate->keys);
    config_free(gate->config);
    free(gate->config_path);
    pthread_mutex_destroy(&gate->reload_lock);
    pthread_mutex_destroy(&gate->config_lock);
    if (gate->lock_fd >= 0)
        close(gate->lock_fd);
    free(gate);
}
