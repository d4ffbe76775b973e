/* config.c - gateway.xml, then everything that it names. */
#include "gate/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "core/attachment.h"
#include "gate/config_read.h"
#include "wire/document.h"
#include "wire/settings.h"

enum {
    ARENA_MAX = 256 * 1024 * 1024,
    DIGESTED_MAX = 32 * 1024 * 1024,
    CONTROL_BYTES_MAX = 100,
    WORKERS_MAX = 256
};

#define MAP_DEFAULT (UINT64_C(256) << 30)
#define HOUR_MS     (INT64_C(60) * 60 * 1000)
#define DAY_MS      (24 * HOUR_MS)

/* --- where the schemas are -------------------------------------------------------------------
 */

/* Blanks out comments, so that what stands in one is not taken for an element. */
static void blank_comments(char *text)
{
    char *begin = text;

    while ((begin = strstr(begin, "<!--")) != NULL) {
        char *end = strstr(begin + 4, "-->");

        if (end == NULL)
            end = begin + strlen(begin) - 3;
        memset(begin, ' ', (size_t)(end + 3 - begin));
    }
}

/* gateway.xml is checked against a schema whose place it names itself. So this one element is
 * looked up in the text; config_load compares it afterwards with what the parser read. */
static bool peek_schemas(const struct config *config, const char **folder, struct error *err)
{
    struct document_limits limits = {.size_max = SETTINGS_FILE_MAX, .allow_comments = true};
    struct document *document = NULL;
    struct text bytes;
    struct text value;
    char *begin;
    char *end;

    if (!file_read(config->arena, config->path, SETTINGS_FILE_MAX, &bytes, err))
        return false;
    if (!document_parse(bytes, &limits, &document, err)) {
        fail_prefix(err, "%s", config->path);
        err->code = ERROR_CONFIG;
        return false;
    }
    document_free(document);
    bytes = arena_copy(config->arena, bytes);
    if (bytes.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    begin = arena_format(config->arena, "%.*s", TEXT_ARG(bytes));
    if (begin == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    blank_comments(begin);
    begin = strstr(begin, "<schemas>");
    end = begin == NULL ? NULL : strstr(begin, "</schemas>");
    if (end == NULL)
        return fail(err, ERROR_CONFIG, "%s: schemas: missing, or written with a prefix",
                    config->path);
    begin += strlen("<schemas>");
    value = text_trim((struct text){begin, (size_t)(end - begin)});
    *folder = value.size > 0 && value.at[0] == '/'
                  ? arena_format(config->arena, "%.*s", TEXT_ARG(value))
                  : arena_format(config->arena, "%s/%.*s", config->folder, TEXT_ARG(value));
    return *folder != NULL || fail(err, ERROR_MEMORY, "no memory for the configuration");
}

static bool open_main(struct config *config, struct config_file *file, struct error *err)
{
    struct config_file bare = {.path = config->path};
    const char *schema;

    if (!peek_schemas(config, &config->schemas_path, err) ||
        !config_need_folder(&bare, "schemas", config->schemas_path, err))
        return false;
    schema = arena_format(config->arena, "%s/gateway.xsd", config->schemas_path);
    if (schema == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    return config_need_file(&bare, "schemas", schema, err) &&
           config_file_open(config->arena, config->path, schema, file, err);
}

/* --- the groups of gateway.xml ---------------------------------------------------------------
 */

static bool read_party(struct config *config, const struct config_file *file, struct error *err)
{
    const char *id;

    if (!config_text(file, "party", &id, err))
        return false;
    config->region = party_region(text_of(id));
    if (config->region == 0 || !text_to_field(text_of(id), config->party, PARTY_ID_SIZE))
        return config_wrong(file, "party", err, "not a party's id");
    return strchr(strchr(id, '.') + 1, '.') == NULL ||
           config_wrong(file, "party", err, "a gateway's own id has no role");
}

static bool read_ledger(struct config *config, const struct config_file *file,
                        struct error *err)
{
    const char *hash;

    if (!config_path(file, "ledger/path", &config->ledger_path, err) ||
        !config_number(file, "ledger/mapBytes", UINT64_C(1) << 20, UINT64_C(1) << 46,
                       MAP_DEFAULT, &config->ledger_map, err) ||
        !config_text(file, "ledger/hash", &hash, err) ||
        !config_truth(file, "ledger/test", false, &config->ledger_test, err) ||
        !config_path(file, "sealKeys", &config->seal_keys, err))
        return false;
    if (!digest_from_name(text_of(hash), &config->ledger_hash))
        return config_wrong(file, "ledger/hash", err, "neither sha256 nor sm3");
    if (record_find(file->root, "clockOffset") == NULL)
        return true;
    if (!config->ledger_test)
        return config_wrong(file, "clockOffset", err, "only with a test ledger");
    return config_path(file, "clockOffset", &config->clock_offset, err) &&
           config_need_file(file, "clockOffset", config->clock_offset, err);
}

static bool read_network(struct config *config, const struct config_file *file,
                         struct error *err)
{
    uint64_t port;

    if (!config_text(file, "listen/address", &config->listen_address, err) ||
        !config_number(file, "listen/port", 0, UINT16_MAX, 0, &port, err) ||
        !config_path(file, "control", &config->control_path, err) ||
        !config_path(file, "tls/certificate", &config->tls_certificate, err) ||
        !config_path(file, "tls/key", &config->tls_key, err) ||
        !config_path(file, "tls/ca", &config->tls_ca, err))
        return false;
    config->listen_port = (uint16_t)port;
    return strlen(config->control_path) <= CONTROL_BYTES_MAX ||
           config_wrong(file, "control", err, "longer than %d bytes with its folder",
                        CONTROL_BYTES_MAX);
}

static bool read_limits(struct config *config, const struct config_file *file,
                        struct error *err)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t workers = processors < 1             ? 1
                       : processors > WORKERS_MAX ? WORKERS_MAX
                                                  : (uint64_t)processors;
    uint64_t size;
    uint64_t attachment;
    uint64_t connections;
    uint64_t in_flight;
    uint64_t questions;
    uint64_t days;
    uint64_t grace_hours;

    if (!config_number(file, "workers", 1, WORKERS_MAX, workers, &workers, err) ||
        !config_number(file, "limits/messageBytes", 4096, 16777216, 1048576, &size, err) ||
        !config_number(file, "limits/attachmentBytes", 4096, ATTACHMENT_SIZE_MAX, 8388608,
                       &attachment, err) ||
        !config_number(file, "limits/attachmentDayBytes", UINT64_C(1) << 20, UINT64_C(1) << 40,
                       UINT64_C(1) << 30, &config->attachment_day_max, err) ||
        !config_number(file, "limits/connections", 1, 100000, 1000, &connections, err) ||
        !config_number(file, "limits/inFlight", 1, 100000, 256, &in_flight, err) ||
        !config_number(file, "limits/questions", 1, 100000, 10000, &questions, err) ||
        !config_number(file, "limits/lifetimeDays", 1, 3650, 90, &days, err) ||
        !config_number(file, "limits/crlGraceHours", 0, 8760, 72, &grace_hours, err) ||
        !config_truth(file, "ownChecks", true, &config->own_checks, err))
        return false;
    config->workers = (unsigned)workers;
    config->message_max = (size_t)size;
    config->attachment_max = (uint32_t)attachment;
    config->connections_max = (unsigned)connections;
    config->in_flight_max = (unsigned)in_flight;
    config->questions_max = (unsigned)questions;
    config->lifetime_ms = (int64_t)days * DAY_MS;
    config->crl_grace_ms = (int64_t)grace_hours * HOUR_MS;
    return true;
}

/* --- what gateway.xml names ------------------------------------------------------------------
 */

/* Lists without which nobody could be refused are as important as keys: one that cannot be
 * read stops the start. For the CLI, which may not read everything, there is then none. */
static bool load_crls(const struct config_parts *parts, const struct config_file *file,
                      const char *element, const char *authorities, struct crl_set **crls,
                      struct error *err)
{
    struct error ignored = ERROR_INIT;
    const char *path;

    if (record_find(file->root, element) == NULL)
        return true;
    if (!config_path(file, element, &path, err))
        return false;
    if (crl_load(path, authorities, parts->config.crl_grace_ms, crls, &ignored) ||
        parts->depth == CONFIG_SHALLOW)
        return true;
    *err = ignored;
    return fail_prefix(err, "%s: %s", file->path, element);
}

static bool load_lists(struct config_parts *parts, const struct config_file *file,
                       struct error *err)
{
    struct config *config = &parts->config;
    const char *authorities = NULL;

    if (record_find(file->root, "signing/crl") != NULL &&
        !config_path(file, "signing/ca", &authorities, err))
        return false;
    return load_crls(parts, file, "tls/crl", config->tls_ca, &config->tls_crls, err) &&
           load_crls(parts, file, "signing/crl", authorities, &config->signing_crls, err);
}

static bool load_own_certificates(struct config_parts *parts, const struct config_file *file,
                                  struct error *err)
{
    const char *config_signing;
    struct config *config = &parts->config;

    return config_path(file, "signing/certificate", &config_signing, err) &&
           config_add_certificate(parts, file, "tls/certificate", CONFIG_OWN_TLS, config->party,
                                  config->tls_certificate, err) != NULL &&
           config_add_certificate(parts, file, "signing/certificate", CONFIG_OWN_SIGNING,
                                  config->party, config_signing, err) != NULL;
}

static bool load_signer(struct config *config, const struct config_file *file,
                        struct error *err)
{
    const char *certificate;
    const char *name;
    const char *key;
    enum suite suite;

    if (!config_text(file, "signing/suite", &name, err) ||
        !config_path(file, "signing/certificate", &certificate, err) ||
        !config_path(file, "signing/key", &key, err))
        return false;
    if (!suite_parse(text_of(name), &suite))
        return config_wrong(file, "signing/suite", err, "not ecdsa, gm or rsa");
    return config_need_secret(file, "signing/key", key, err) &&
           (signer_load(suite, key, certificate, NULL, &config->signer, err) ||
            fail_prefix(err, "%s: signing", config->path));
}

static bool parent_exists(const struct config *config, const struct config_file *file,
                          const char *element, const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/');
    const char *folder = arena_format(config->arena, "%.*s",
                                      slash == path ? 1 : (int)(slash - path), path);

    if (folder == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    return config_need_folder(file, element, folder, err);
}

/* Keys, certificates, schemas: what only the gateway itself may and must be able to open. */
static bool load_deep(struct config *config, const struct config_file *file, struct error *err)
{
    if (!parent_exists(config, file, "ledger/path", config->ledger_path, err) ||
        !parent_exists(config, file, "control", config->control_path, err) ||
        !config_need_secret(file, "sealKeys", config->seal_keys, err) ||
        !config_need_secret(file, "tls/key", config->tls_key, err) ||
        !config_need_file(file, "tls/ca", config->tls_ca, err) ||
        !config_need_folder(file, "adapters", config->adapters_path, err))
        return false;
    return load_signer(config, file, err) &&
           (wire_schemas_load(config->schemas_path, &config->schemas, err) ||
            fail_prefix(err, "%s: schemas", config->path));
}

static bool load_named(struct config_parts *parts, const struct config_file *file,
                       struct error *err)
{
    struct config *config = &parts->config;
    const char *rules;
    const char *calendar;
    const char *parties;

    if (!config_path(file, "adapters", &config->adapters_path, err) ||
        !config_path(file, "rules", &rules, err) ||
        !config_path(file, "calendar", &calendar, err) ||
        !config_path(file, "parties", &parties, err) ||
        !config_need_file(file, "rules", rules, err) ||
        !config_need_file(file, "calendar", calendar, err) ||
        !config_need_folder(file, "parties", parties, err))
        return false;
    if (!load_lists(parts, file, err) || !load_own_certificates(parts, file, err) ||
        !config_load_rules(config, rules, calendar, err))
        return false;
    if (parts->depth == CONFIG_FULL && !load_deep(config, file, err))
        return false;
    return config_load_parties(parts, parties, err);
}

static void digest_list(struct buffer *digested, const struct crl_set *crls)
{
    uint8_t digest[32];

    if (crls == NULL)
        return;
    crl_digest(crls, digest);
    buffer_bytes(digested, digest, sizeof(digest));
}

/* Over the files' content without comments and layout, every certificate, the rules and the
 * adapters: what decides is what is digested. */
static bool digest_all(struct config_parts *parts, struct error *err)
{
    struct config *config = &parts->config;
    struct buffer *digested = &parts->digested;
    struct digest digest;

    for (size_t i = 0; i < config->certificate_count; i++)
        buffer_bytes(digested, config->certificates[i].fingerprint, 32);
    for (size_t i = 0; i < config->party_count; i++)
        if (config->parties[i].dialect != NULL)
            buffer_bytes(digested, adapter_digest(config->parties[i].dialect), 32);
    digest_list(digested, config->tls_crls);
    digest_list(digested, config->signing_crls);
    buffer_bytes(digested, config->rules_digest, sizeof(config->rules_digest));
    if (digested->overflow)
        return fail(err, ERROR_CONFIG, "%s: too much configuration", config->path);
    if (!digest_of(config->ledger_hash, digested->at, digested->size, &digest, err))
        return false;
    memcpy(config->digest, digest.bytes, sizeof(config->digest));
    return true;
}

static bool load(struct config_parts *parts, struct error *err)
{
    struct config *config = &parts->config;
    struct config_file file;
    const char *schemas;

    if (!digest_setup(err) || !open_main(config, &file, err))
        return false;
    if (!config_path(&file, "schemas", &schemas, err))
        return false;
    if (strcmp(schemas, config->schemas_path) != 0)
        return config_wrong(&file, "schemas", err, "write it once, without a prefix");
    config_digest_record(parts, file.root);
    return read_party(config, &file, err) && read_ledger(config, &file, err) &&
           read_network(config, &file, err) && read_limits(config, &file, err) &&
           config_read_alarm(parts, &file, err) && config_read_second(parts, &file, err) &&
           load_named(parts, &file, err) && digest_all(parts, err);
}

/* A path to gateway.xml and its folder, which does not change when the program's folder does.
 */
static bool take_path(struct config *config, const char *path, struct error *err)
{
    const char *slash;
    char *real = realpath(path, NULL);

    if (real == NULL && (errno == ENOENT || errno == ENOTDIR))
        return fail(err, ERROR_NOT_FOUND, "%s: no such file", path);
    if (real == NULL)
        return fail(err, ERROR_CONFIG, "%s: %s", path, strerror(errno));
    config->path = arena_format(config->arena, "%s", real);
    slash = strrchr(real, '/');
    config->folder = arena_format(config->arena, "%.*s",
                                  slash == real ? 1 : (int)(slash - real), real);
    free(real);
    return (config->path != NULL && config->folder != NULL) ||
           fail(err, ERROR_MEMORY, "no memory for the configuration");
}

bool config_load(const char *path, enum config_depth depth, struct config **out,
                 struct error *err)
{
    struct config_parts *parts = calloc(1, sizeof(*parts));
    void *digested;
    bool ok;

    *out = NULL;
    if (parts == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    parts->depth = depth;
    atomic_init(&parts->users, 1);
    parts->config.arena = arena_new(ARENA_MAX);
    digested = malloc(DIGESTED_MAX);
    if (parts->config.arena == NULL || digested == NULL) {
        free(digested);
        config_free(&parts->config);
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    }
    parts->digested = buffer_over(digested, DIGESTED_MAX);
    ok = take_path(&parts->config, path, err) && load(parts, err);
    free(digested);
    if (!ok) {
        config_free(&parts->config);
        return false;
    }
    *out = &parts->config;
    return true;
}

struct config *config_hold(struct config *config)
{
    struct config_parts *parts = (struct config_parts *)config;

    CHECK(atomic_fetch_add(&parts->users, 1) > 0);
    return config;
}

void config_free(struct config *config)
{
    struct config_parts *parts = (struct config_parts *)config;

    if (config == NULL || atomic_fetch_sub(&parts->users, 1) > 1)
        return;
    for (size_t i = 0; i < parts->verifier_count; i++)
        verifier_free(parts->verifiers[i]);
    for (size_t i = 0; i < config->party_count; i++)
        adapter_free(config->parties[i].dialect);
    signer_free(config->signer);
    signer_free(parts->header_signer);
    crl_free(config->tls_crls);
    crl_free(config->signing_crls);
    wire_schemas_free(config->schemas);
    calendar_free(config->calendar);
    arena_free(config->arena);
    free(parts);
}

/* --- finding ---------------------------------------------------------------------------------
 */

const struct config_party *config_party_by_id(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->party_count; i++)
        if (strcmp(config->parties[i].id, id) == 0)
            return &config->parties[i];
    return NULL;
}

const struct config_party *config_party_by_number(const struct config *config, uint32_t number)
{
    for (size_t i = 0; i < config->party_count; i++)
        if (number != 0 && config->parties[i].number == number)
            return &config->parties[i];
    return NULL;
}

const struct config_party *config_party_by_fingerprint(const struct config *config,
                                                       const uint8_t fingerprint[32])
{
    for (size_t i = 0; i < config->party_count; i++)
        for (size_t k = 0; k < config->parties[i].transport_pin_count; k++)
            if (memcmp(config->parties[i].transport_pins[k], fingerprint, 32) == 0)
                return &config->parties[i];
    return NULL;
}

const struct config_party *config_core(const struct config *config)
{
    for (size_t i = 0; i < config->party_count; i++)
        if (config->parties[i].kind == PARTY_CORE)
            return &config->parties[i];
    return NULL;
}
