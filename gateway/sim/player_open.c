/* player_open.c - opening and closing a simulated core. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sim/player_internal.h"
#include "wire/settings.h"

enum { STOP_GRACE_MS = 1000 };

struct paths {
    const char *folder;
    struct arena *arena;
    const struct record *root;
};

/* A path of the configuration, relative to its folder. NULL: not given, or no memory. */
static const char *path_in(const struct paths *paths, const struct record *group,
                           const char *name)
{
    struct text value;

    if (!record_text(group, name, &value))
        return NULL;
    if (value.at[0] == '/')
        return arena_copy(paths->arena, value).at;
    return arena_format(paths->arena, "%s/%.*s", paths->folder, TEXT_ARG(value));
}

static const char *path_at(const struct paths *paths, const char *name)
{
    return path_in(paths, paths->root, name);
}

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? "." : arena_format(arena, "%.*s", (int)(slash - path), path);
}

static bool load_pins(struct player *player, const struct paths *paths, struct error *err)
{
    for (const struct record *at = record_find(paths->root, "gatewayCertificate"); at != NULL;
         at = record_same(at)) {
        const char *path = path_in(paths, at, "");
        struct tls_certificate certificate;

        CHECK(player->pin_count < COUNT_OF(player->pins)); /* the schema */
        if (path == NULL)
            return fail(err, ERROR_MEMORY, "no memory for the configuration");
        if (!tls_certificate_read(path, &certificate, err))
            return false;
        memcpy(player->pins[player->pin_count++], certificate.fingerprint,
               TLS_FINGERPRINT_SIZE);
    }
    return true;
}

/* Keys for a dialect whose header is signed. */
static bool load_keys(struct player *player, const struct paths *paths, struct error *err)
{
    const char *certificate = path_at(paths, "headerSignature/certificate");
    const char *key = path_at(paths, "headerSignature/key");
    const char *pin = path_at(paths, "headerSignature/pin");
    bool given = record_find(paths->root, "headerSignature") != NULL;
    const struct verifier *pins[1];

    if (given != adapter_needs_keys(player->adapter))
        return fail(err, ERROR_CONFIG, "headerSignature: %s",
                    given ? "the adapter signs nothing" : "missing; the adapter signs");
    if (!given)
        return true;
    if (certificate == NULL || key == NULL || pin == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    if (!signer_load(SUITE_GM, key, certificate, NULL, &player->signer, err) ||
        !verifier_load(SUITE_GM, pin, NULL, NULL, &player->verifier, err))
        return false;
    pins[0] = player->verifier;
    return adapter_use_keys(player->adapter, player->signer, pins, 1, err);
}

static bool load_data(struct player *player, const struct paths *paths, struct error *err)
{
    const char *schemas = path_at(paths, "schemas");
    const char *adapter = path_at(paths, "adapter");
    const char *script = path_at(paths, "script");
    char *script_schema;

    if (schemas == NULL || adapter == NULL || script == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    script_schema = arena_format(player->arena, "%s/sim.xsd", schemas);
    if (script_schema == NULL || !clock_use_offset_file(path_at(paths, "clockOffset"), err) ||
        !wire_schemas_load(schemas, &player->schemas, err) ||
        !adapter_load(adapter, player->schemas, &player->adapter, err) ||
        !script_load(script, script_schema, player->schemas, player->arena, &player->script,
                     err))
        return false;
    return load_keys(player, paths, err) && load_pins(player, paths, err);
}

static bool load_stays(struct player *player, const struct paths *paths, struct error *err)
{
    const char *books = path_at(paths, "books");
    struct hospital_given given = {.self = player,
                                   .ask = player_ask,
                                   .ask_again = player_ask_again,
                                   .monotonic_ms = clock_monotonic_ms,
                                   .now = clock_now};
    const struct stay_script *script = &player->script.settlement;
    bool handles = adapter_capabilities(player->adapter)->two_phase;

    player->errands = calloc(ERRANDS_MAX, sizeof(*player->errands));
    player->hospital = hospital_new(script, &given, player->arena);
    if (script->insured.plays)
        player->insured = insured_new(&script->insured, handles, player->arena);
    if (player->errands == NULL || player->hospital == NULL ||
        (player->insured == NULL && script->insured.plays) ||
        (books == NULL && record_find(paths->root, "books") != NULL))
        return fail(err, ERROR_MEMORY, "no memory for a simulated core");
    return books == NULL || player->insured == NULL ||
           insured_keep(player->insured, books, err);
}

static bool open_network(struct player *player, const struct paths *paths, struct error *err)
{
    static const struct listener_path served[] = {{REQUEST_POST, "/v1/documents"}};
    struct tls_files files = {.certificate_path = path_at(paths, "tls/certificate"),
                              .key_path = path_at(paths, "tls/key"),
                              .ca_path = path_at(paths, "tls/ca")};
    struct courier_options courier = {.on_result = player_result,
                                      .self = player,
                                      .now = clock_now,
                                      .running_max = 256 + hospital_width(player->hospital)};
    struct listener_options listener = {.now = clock_now,
                                        .paths = served,
                                        .path_count = COUNT_OF(served),
                                        .on_request = player_request,
                                        .self = player,
                                        .peer_in_flight_max = 256};
    struct control_options control = {
        .path = path_at(paths, "control"), .on_request = player_control, .self = player};
    struct text text = TEXT_NONE;
    uint64_t port = 0;
    struct tls *tls = NULL;
    bool ok;

    CHECK(record_text(paths->root, "gatewayUrl", &text));
    player->route = (struct courier_route){.name = "gateway",
                                           .url = arena_copy(player->arena, text).at,
                                           .pins = player->pins,
                                           .pin_count = player->pin_count,
                                           .timeout_ms = ANSWER_MS,
                                           .max_connections = 8 +
                                                              hospital_width(player->hospital)};
    CHECK(record_text(paths->root, "listen/address", &text));
    listener.address = arena_copy(player->arena, text).at;
    CHECK(record_number(paths->root, "listen/port", UINT16_MAX, &port));
    listener.port = (uint16_t)port;
    if (!tls_new(&files, clock_now, &tls, err))
        return false;
    courier.tls = listener.tls = tls;
    ok = courier_start(&courier, &player->courier, err) &&
         listener_start(&listener, &player->listener, err) &&
         control_start(&control, &player->control, err);
    tls_free(tls);
    return ok;
}

static bool open_all(struct player *player, const char *config, struct error *err)
{
    struct paths paths = {.arena = player->arena};
    const char *schema;
    struct record *root;

    paths.folder = folder_of(player->arena, config);
    if (paths.folder == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    schema = getenv("QIANTONG_SCHEMAS");
    schema = arena_format(player->arena, "%s/sim.xsd", schema != NULL ? schema : "schemas");
    if (schema == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    if (!settings_read_record(config, schema, player->arena, &root, err))
        return false;
    paths.root = root;
    if (!load_data(player, &paths, err) || !load_stays(player, &paths, err) ||
        !open_network(player, &paths, err))
        return false;
    pthread_mutex_lock(&player->lock);
    for (size_t i = 0; i < player->script.count; i++) {
        if (player->script.cases[i].autostart)
            player_happened(player, &player->script.cases[i], WHEN_START, 0);
    }
    hospital_begin(player->hospital, NULL);
    pthread_mutex_unlock(&player->lock);
    log_info("sim.open", "cases=%zu port=%u", player->script.count,
             (unsigned)listener_port(player->listener));
    return true;
}

bool player_open(const struct player_options *options, struct player **out, struct error *err)
{
    struct player *player = calloc(1, sizeof(*player));

    *out = NULL;
    if (player == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a simulated core");
    pthread_mutex_init(&player->lock, NULL);
    player->arena = arena_new(MEMORY_MAX);
    if (player->arena == NULL || !open_all(player, options->config, err)) {
        if (player->arena == NULL)
            fail(err, ERROR_MEMORY, "no memory for a simulated core");
        player_close(player);
        return false;
    }
    *out = player;
    return true;
}

bool player_stop_asked(const struct player *player)
{
    return atomic_load(&player->stop_asked);
}

void player_close(struct player *player)
{
    if (player == NULL)
        return;
    control_stop(player->control);
    pthread_mutex_lock(&player->lock);
    player_release(player, true);
    pthread_mutex_unlock(&player->lock);
    if (player->listener != NULL)
        listener_stop(player->listener, STOP_GRACE_MS);
    if (player->courier != NULL)
        courier_stop(player->courier, STOP_GRACE_MS);
    listener_free(player->listener);
    courier_free(player->courier);
    hospital_free(player->hospital);
    insured_free(player->insured);
    free(player->errands);
    adapter_free(player->adapter);
    signer_free(player->signer);
    verifier_free(player->verifier);
    wire_schemas_free(player->schemas);
    arena_free(player->arena);
    pthread_mutex_destroy(&player->lock);
    free(player);
}
