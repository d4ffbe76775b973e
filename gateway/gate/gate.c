/* gate.c - opening and closing the gateway. */
#include "gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
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

static bool start_engine(struct gate *gate, struct error *err)
{
    struct engine_given given = {.self = gate,
                                 .now = gate_now,
                                 .random = gate_random,
                                 .seal = gate_seal,
                                 .deliver = deliver_letter};

    engine_init(&gate->engine, &given, gate->ledger, &gate->config->rules,
                gate->config->calendar);
    gate->engine.boot = ledger_boots(gate->ledger) + 1;
    gate->engine.retry.lifetime_ms = gate->config->lifetime_ms;
    return start_entries_write(gate, err) &&
           workers_start(gate->config->workers, &gate->workers, err) &&
           writer_start(&gate->engine, gate_done, &gate->writer, err);
}

static bool start_network(struct gate *gate, struct error *err)
{
    static const struct listener_path paths[] = {{REQUEST_POST, "/v1/messages"}};
    const struct config *config = gate->config;
    struct tls_files files = {.certificate_path = config->tls_certificate,
                              .key_path = config->tls_key,
                              .ca_path = config->tls_ca};
    struct tls *tls = NULL;
    struct listener_options listener = {
        .address = config->listen_address,
        .port = config->listen_port,
        .now = clock_now,
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .on_request = receive_request,
        .self = gate,
        .body_max = config->message_max,
        .connections_max = config->connections_max,
        .in_flight_max = config->in_flight_max,
        .peer_in_flight_max = config->in_flight_max,
    };
    struct courier_options courier = {.now = clock_now, .on_result = deliver_result, .self = gate};
    struct control_options control = {
        .path = config->control_path, .on_request = control_request, .self = gate};
    bool ok;

    if (!tls_new(&files, clock_now, &tls, err))
        return false;
    listener.tls = tls;
    courier.tls = tls;
    ok = courier_start(&courier, &gate->courier, err) &&
         listener_start(&listener, &gate->listener, err) &&
         (config->control_path == NULL || control_start(&control, &gate->control, err));
    tls_free(tls);
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
    ok = config_load(config_path, CONFIG_FULL, &gate->config, err) &&
         clock_use_offset_file(gate->config->clock_offset, err) &&
         key_ring_load(gate->config->seal_keys, &gate->keys, err);
    gate->started = clock_now();
    ok = ok && open_ledger(gate, err) && start_engine(gate, err) && start_network(gate, err);
    if (!ok) {
        gate_close(gate);
        return false;
    }
    log_info("gate.open", "party=%s port=%u entries=%llu boot=%u", gate->config->party,
             (unsigned)listener_port(gate->listener),
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
    log_error("gate.not_drained", "exchanges=%ld deliveries=%ld",
              atomic_load(&gate->exchanges), atomic_load(&gate->deliveries));
    _exit(error_exit(ERROR_BUSY));
}

/* From the outside inwards: no new requests, no new deliveries, then what is under way. */
void gate_close(struct gate *gate)
{
    if (gate == NULL)
        return;
    atomic_store(&gate->stopping, true);
    control_stop(gate->control);
    if (gate->listener != NULL)
        listener_stop(gate->listener, STOP_GRACE_MS);
    if (gate->courier != NULL)
        courier_stop(gate->courier, STOP_GRACE_MS);
    drain(gate);
    if (gate->writer != NULL)
        writer_stop(gate->writer);
    workers_stop(gate->workers);
    writer_free(gate->writer);
    listener_free(gate->listener);
    courier_free(gate->courier);
    ledger_close(gate->ledger);
    store_close(gate->store);
    key_ring_free(gate->keys);
    config_free(gate->config);
    if (gate->lock_fd >= 0)
        close(gate->lock_fd);
    free(gate);
}
