/* reload.c - read, compare, swap on the writer's thread, then the connections. */
#include "gate/reload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gate/parking.h"
#include "gate/start_entries.h"
#include "wire/start.h"

/* --- what may not change ------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool bound(const struct config *after, const char *element, bool same, struct error *err)
{
    return same || fail(err, ERROR_CONFIG,
                        "%s: %s: never changes for a ledger; the old configuration stays",
                        after->path, element);
}

static bool fixed(const struct config *after, const char *element, bool same, struct error *err)
{
    return same ||
           fail(err, ERROR_CONFIG,
                "%s: %s: changes with a restart only; the old configuration stays in force",
                after->path, element);
}

bool reload_allowed(const struct config *before, const struct config *after, struct error *err)
{
    return bound(after, "party", strcmp(before->party, after->party) == 0, err) &&
           bound(after, "ledger/path", same_text(before->ledger_path, after->ledger_path),
                 err) &&
           bound(after, "ledger/hash", before->ledger_hash == after->ledger_hash, err) &&
           bound(after, "ledger/test", before->ledger_test == after->ledger_test, err) &&
           fixed(after, "ledger/mapBytes", before->ledger_map == after->ledger_map, err) &&
           fixed(after, "sealKeys", same_text(before->seal_keys, after->seal_keys), err) &&
           fixed(after, "clockOffset", same_text(before->clock_offset, after->clock_offset),
                 err) &&
           fixed(after, "listen/address",
                 same_text(before->listen_address, after->listen_address), err) &&
           fixed(after, "listen/port", before->listen_port == after->listen_port, err) &&
           fixed(after, "control", same_text(before->control_path, after->control_path), err) &&
           fixed(after, "workers", before->workers == after->workers, err);
}

/* --- the swap ----------------------------------------------------------------------------- */

/* Everything that can fail is done before the swap, all of it or nothing. */
struct reload {
    struct gate *gate;
    struct config *config;    /* NULL once it is in force */
    struct tls *for_listener; /* NULL once they are theirs */
    struct tls *for_courier;
    struct reload_report *report;
};

static bool open_tls(struct reload *reload, struct error *err)
{
    if (!config_open_tls(reload->config, &reload->for_listener, err))
        return false;
    reload->for_courier = tls_copy(reload->for_listener);
    return reload->for_courier != NULL || fail(err, ERROR_MEMORY, "no memory for TLS");
}

static size_t missing(const struct config *from, const struct config *in)
{
    size_t count = 0;

    for (size_t i = 0; i < from->party_count; i++)
        count += config_party_by_id(in, from->parties[i].id) == NULL;
    return count;
}

static void describe(const struct config *before, const struct config *after,
                     struct reload_report *report)
{
    *report = (struct reload_report){
        .changed = memcmp(before->digest, after->digest, sizeof(after->digest)) != 0,
        .rules_changed = memcmp(before->rules_digest, after->rules_digest,
                                sizeof(after->rules_digest)) != 0,
        .party_count = after->party_count,
        .new_count = missing(after, before),
        .gone_count = missing(before, after),
    };
}

/* On the writer's thread: between two batches nobody decides anything. */
static bool swap(void *self, struct error *err)
{
    struct reload *reload = self;
    struct gate *gate = reload->gate;
    struct config *before = gate->config;

    describe(before, reload->config, reload->report);
    if (!start_entries_reload(gate, reload->config, err))
        return false;
    if (reload->report->rules_changed)
        writer_recalculate(gate->writer);
    gate->engine.retry.lifetime_ms = reload->config->lifetime_ms;
    gate->engine.own_checks = reload->config->own_checks;
    pthread_mutex_lock(&gate->config_lock);
    gate->config = reload->config;
    pthread_mutex_unlock(&gate->config_lock);
    reload->config = NULL;
    config_free(before);
    return true;
}

static void change_connections(struct reload *reload)
{
    struct gate *gate = reload->gate;
    struct config *config = gate_config(gate);
    struct listener_options options = {.self = gate};

    gate_listener_options(config, &options);
    parking_use_max(gate->parking, config->questions_max);
    listener_use_limits(gate->listener, &options);
    listener_use_tls(gate->listener, reload->for_listener);
    courier_use_tls(gate->courier, reload->for_courier);
    reload->for_listener = NULL;
    reload->for_courier = NULL;
    gate_warn_validity(config);
    config_free(config);
}

static bool read_and_swap(struct reload *reload, struct error *err)
{
    struct gate *gate = reload->gate;
    struct config *before = gate_config(gate);
    bool ok;

    ok = config_load(gate->config_path, CONFIG_FULL, &reload->config, err) &&
         reload_allowed(before, reload->config, err) && open_tls(reload, err);
    config_free(before);
    if (!ok || !writer_run(gate->writer, swap, reload, err))
        return false;
    change_connections(reload);
    return true;
}

bool gate_reload(struct gate *gate, struct reload_report *report, struct error *err)
{
    struct reload reload = {.gate = gate, .report = report};
    bool ok;

    if (!atomic_load(&gate->opened))
        return fail(err, ERROR_BUSY, "the gateway is still opening");
    wire_thread_start();
    pthread_mutex_lock(&gate->reload_lock);
    ok = read_and_swap(&reload, err);
    pthread_mutex_unlock(&gate->reload_lock);
    config_free(reload.config);
    tls_free(reload.for_listener);
    tls_free(reload.for_courier);
    if (ok)
        log_info("gate.reloaded", "changed=%d rules=%d parties=%zu new=%zu gone=%zu",
                 report->changed, report->rules_changed, report->party_count, report->new_count,
                 report->gone_count);
    else
        log_error("gate.reload_failed", "code=%s reason=\"%s\"", error_name(err->code),
                  err->text);
    return ok;
}
