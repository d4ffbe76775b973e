/* config_party.c - one file for each party: who it is, with which certificates, what it may do.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/config_read.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

enum {
    MESSAGES_MAX = 100000,
    PER_SECOND_STANDARD = 2000,
    CONNECTIONS_STANDARD = 64,
    CALL_CONNECTIONS_STANDARD = 32,
    OUTAGE_DAYS_MAX = 60
};

/* One party's file while it is read. */
struct reading {
    struct config_parts *parts;
    struct config_file file;
    struct config_party *party;
};

/* --- who -------------------------------------------------------------------------------------
 */

static bool kind_of(const struct config_file *file, enum party_kind *kind, struct error *err)
{
    const char *name;

    if (!config_text(file, "kind", &name, err))
        return false;
    if (strcmp(name, "province") == 0)
        *kind = PARTY_PROVINCE;
    else if (strcmp(name, "core") == 0)
        *kind = PARTY_CORE;
    else if (strcmp(name, "hub") == 0)
        *kind = PARTY_HUB;
    else
        return config_wrong(file, "kind", err, "not province, core or hub");
    return true;
}

/* A core stands behind us and carries our id; everyone else must be somebody else, but of the
 * same authority: two authorities are two networks. */
static bool check_id(const struct reading *reading, struct error *err)
{
    const struct config_party *party = reading->party;
    const char *home = reading->parts->config.party;
    size_t size = strlen(home);
    bool behind_us = strncmp(party->id, home, size) == 0 && party->id[size] == '.';

    if (strcmp(party->id, home) == 0)
        return config_wrong(&reading->file, "id", err, "%s is this gateway itself", party->id);
    if (party->kind == PARTY_CORE && !behind_us)
        return config_wrong(&reading->file, "id", err, "a core's id begins with %s.", home);
    if (party->kind != PARTY_CORE && behind_us)
        return config_wrong(&reading->file, "id", err, "%s is not of kind core", party->id);
    if (strncmp(party->id, home, strcspn(home, ".") + 1) != 0)
        return config_wrong(&reading->file, "id", err, "%s is of another authority than %s",
                            party->id, home);
    return true;
}

static bool read_identity(const struct reading *reading, struct error *err)
{
    const struct config_file *file = &reading->file;
    struct config_party *party = reading->party;
    const char *id;

    if (!config_text(file, "id", &id, err) || !kind_of(file, &party->kind, err))
        return false;
    party->region = party_region(text_of(id));
    if (party->region == 0 || !text_to_field(text_of(id), party->id, sizeof(party->id)))
        return config_wrong(file, "id", err, "not a party's id");
    if (!check_id(reading, err) || !config_text_if(file, "title/english", &party->title, err) ||
        !config_text_if(file, "title/chinese", &party->title_chinese, err) ||
        !config_text_if(file, "url", &party->url, err) ||
        !config_text_if(file, "adapter", &party->adapter, err))
        return false;
    if (party->title == NULL)
        party->title = "";
    if (party->title_chinese == NULL)
        party->title_chinese = party->title;
    if (party->kind == PARTY_CORE && party->adapter == NULL)
        return config_wrong(file, "adapter", err, "missing; a core needs one");
    if (party->kind != PARTY_CORE && party->adapter != NULL)
        return config_wrong(file, "adapter", err, "only a core has one");
    return true;
}

/* Who may write into the folder speaks for the party, as far as it does not sign: a core. */
static bool check_folder(const struct reading *reading, const char *element, const char *path,
                         struct error *err)
{
    struct stat facts;

    if (reading->parts->depth != CONFIG_FULL)
        return true;
    if (!config_need_folder(&reading->file, element, path, err))
        return false;
    if (stat(path, &facts) != 0 || (facts.st_mode & S_IWOTH) != 0)
        return config_wrong(&reading->file, element, err, "%s: everybody may write there",
                            path);
    return true;
}

static bool read_folder(const struct reading *reading, struct error *err)
{
    const struct config_file *file = &reading->file;
    struct config_party *party = reading->party;
    uint64_t minutes;
    uint64_t seconds;

    if (record_find(file->root, "folder") == NULL)
        return true;
    if (party->url != NULL)
        return config_wrong(file, "folder", err, "not beside url: one way for one party");
    if (!config_path(file, "folder/in", &party->folder_in, err) ||
        !config_path(file, "folder/out", &party->folder_out, err) ||
        !config_number(file, "folder/resendMinutes", 1, 43200, 60, &minutes, err) ||
        !config_number(file, "folder/pollSeconds", 1, 3600, 2, &seconds, err) ||
        !check_folder(reading, "folder/in", party->folder_in, err) ||
        !check_folder(reading, "folder/out", party->folder_out, err))
        return false;
    party->folder_resend_ms = (int64_t)minutes * 60 * 1000;
    party->folder_poll_ms = (int64_t)seconds * 1000;
    return true;
}

/* Two parties in one folder would speak for each other. */
static bool check_folders_apart(const struct reading *reading, struct error *err)
{
    const struct config *config = &reading->parts->config;
    const struct config_party *party = reading->party;

    if (party->folder_in == NULL)
        return true;
    if (strcmp(party->folder_in, party->folder_out) == 0)
        return config_wrong(&reading->file, "folder/out", err, "the same as folder/in");
    for (size_t i = 0; i < config->party_count; i++) {
        const struct config_party *other = &config->parties[i];

        if (other->folder_in != NULL && (strcmp(other->folder_in, party->folder_in) == 0 ||
                                         strcmp(other->folder_out, party->folder_out) == 0 ||
                                         strcmp(other->folder_in, party->folder_out) == 0 ||
                                         strcmp(other->folder_out, party->folder_in) == 0))
            return config_wrong(&reading->file, "folder", err, "a folder of %s", other->id);
    }
    return true;
}

static bool read_rate(const struct reading *reading, struct error *err)
{
    struct bucket_rate *rate = &reading->party->rate;
    uint64_t per_second;
    uint64_t burst;

    if (!config_number(&reading->file, "rate/perSecond", 1, MESSAGES_MAX, PER_SECOND_STANDARD,
                       &per_second, err) ||
        !config_number(&reading->file, "rate/burst", 1, MESSAGES_MAX,
                       per_second * 2 > MESSAGES_MAX ? MESSAGES_MAX : per_second * 2, &burst,
                       err))
        return false;
    *rate = (struct bucket_rate){(uint32_t)per_second, (uint32_t)burst};
    return true;
}

/* By default no party can fill the gateway alone. */
static bool read_limits(const struct reading *reading, struct error *err)
{
    const struct config *config = &reading->parts->config;
    struct config_party *party = reading->party;
    unsigned half = config->in_flight_max > 1 ? config->in_flight_max / 2 : 1;
    uint64_t size;
    uint64_t in_flight;
    uint64_t connections;
    uint64_t calls;

    if (!config_number(&reading->file, "messageBytes", 4096, 16777216, config->message_max,
                       &size, err) ||
        !config_number(&reading->file, "inFlight", 1, 100000, half, &in_flight, err) ||
        !config_number(&reading->file, "connections", 1, 100000, CONNECTIONS_STANDARD,
                       &connections, err) ||
        !config_number(&reading->file, "callConnections", 1, ENGINE_LANE_MAX,
                       CALL_CONNECTIONS_STANDARD, &calls, err) ||
        !read_rate(reading, err))
        return false;
    if (party->url == NULL && record_find(reading->file.root, "callConnections") != NULL)
        return config_wrong(&reading->file, "callConnections", err, "only with url");
    party->message_max = (size_t)size;
    party->in_flight_max = (unsigned)in_flight;
    party->connections_max = (unsigned)connections;
    party->call_connections_max = (unsigned)calls;
    return true;
}

/* --- outages ---------------------------------------------------------------------------------
 */

static bool read_outage(struct reading *reading, const struct config_file *file,
                        struct error *err)
{
    struct config_party *party = reading->party;
    struct outage *outage = &party->outages.at[party->outages.count];
    const char **reason = &party->outage_reasons[party->outages.count];

    if (party->outages.count == OUTAGES_MAX)
        return config_wrong(file, "outages/outage", err, "more than %d", OUTAGES_MAX);
    if (!config_instant(file, "from", &outage->from, err) ||
        !config_instant(file, "until", &outage->until, err) ||
        !config_text(file, "reason", reason, err))
        return false;
    if (!instant_before(outage->from, outage->until))
        return config_wrong(file, "outages/outage/until", err, "not after `from`");
    if (outage->until.ms - outage->from.ms > OUTAGE_DAYS_MAX * 24 * HOUR_MS)
        return config_wrong(file, "outages/outage/until", err, "more than %d days after `from`",
                            OUTAGE_DAYS_MAX);
    party->outages.count++;
    return true;
}

static bool read_outages(struct reading *reading, struct error *err)
{
    for (const struct record *at = record_find(reading->file.root, "outages/outage");
         at != NULL; at = record_same(at)) {
        struct config_file file = config_file_at(&reading->file, at);

        if (!read_outage(reading, &file, err))
            return false;
    }
    return true;
}

/* --- certificates ----------------------------------------------------------------------------
 */

static bool add_transport_pin(struct reading *reading, const struct config_file *pin,
                              struct error *err)
{
    const char *element = "transportPins/pin";
    struct config_party *party = reading->party;
    struct config_certificate *certificate;
    const char *sha256 = NULL;
    const char *path = NULL;

    if (!config_text_if(pin, "sha256", &sha256, err) ||
        (sha256 == NULL && !config_path(pin, "certificate", &path, err)))
        return false;
    if (party->transport_pin_count == CONFIG_PINS_MAX)
        return config_wrong(pin, element, err, "more than %d", CONFIG_PINS_MAX);
    certificate = config_add_certificate(reading->parts, pin, element, CONFIG_TRANSPORT_PIN,
                                         party->id, path, err);
    if (certificate == NULL)
        return false;
    if (sha256 != NULL && !hex_decode(text_of(sha256), certificate->fingerprint,
                                      sizeof(certificate->fingerprint)))
        return config_wrong(pin, element, err, "not 64 hexadecimal digits");
    if (sha256 != NULL || certificate->readable)
        memcpy(party->transport_pins[party->transport_pin_count++], certificate->fingerprint,
               32);
    return true;
}

/* The narrower of the certificate's own dates and the window that the parties agreed on, whose
 * end is the first instant outside. */
static void narrow(struct config_certificate *certificate, const struct pin_window *window)
{
    struct instant last = instant_add_ms(window->until, -1);

    if (window->from.ms > certificate->valid_from.ms)
        certificate->valid_from = window->from;
    if (window->until.ms != 0 &&
        (certificate->valid_until.ms == 0 || last.ms < certificate->valid_until.ms))
        certificate->valid_until = last;
    certificate->revoked = certificate->revoked || window->revoked;
}

static bool read_window(const struct config_file *pin, struct pin_window *window,
                        struct error *err)
{
    uint64_t hours;

    if (!config_instant(pin, "from", &window->from, err) ||
        !config_instant(pin, "until", &window->until, err) ||
        !config_number(pin, "graceHours", 0, 87600, 0, &hours, err) ||
        !config_truth(pin, "revoked", false, &window->revoked, err))
        return false;
    window->grace_ms = (int64_t)hours * HOUR_MS;
    if (window->until.ms != 0 && !instant_before(window->from, window->until))
        return config_wrong(pin, "signingPins/pin/until", err, "not after `from`");
    return true;
}

static bool read_suite(const struct config_file *file, enum suite *suite,
                       struct key_options *options, struct error *err)
{
    const char *name;

    *options = (struct key_options){.gm_id = NULL};
    if (!config_text(file, "suite", &name, err))
        return false;
    if (!suite_parse(text_of(name), suite))
        return config_wrong(file, "suite", err, "not ecdsa, gm or rsa");
    if (!config_text_if(file, "sigUri", &options->signature_uri, err) ||
        !config_text_if(file, "digestUri", &options->digest_uri, err))
        return false;
    if ((options->signature_uri == NULL) != (options->digest_uri == NULL))
        return config_wrong(file, "sigUri", err,
                            "stands together with digestUri or not at all");
    if (options->signature_uri != NULL && *suite != SUITE_GM)
        return config_wrong(file, "sigUri", err, "only for suite gm");
    return true;
}

static bool add_signing_pin(struct reading *reading, const struct config_file *pin,
                            struct error *err)
{
    const char *element = "signingPins/pin";
    struct config_parts *parts = reading->parts;
    struct config_party *party = reading->party;
    struct config_certificate *certificate;
    struct pin_window window = {.grace_ms = 0};
    struct key_options options;
    struct verifier **verifier = &parts->verifiers[parts->verifier_count];
    enum suite suite;
    const char *path;

    if (!config_path(pin, "certificate", &path, err) || !read_window(pin, &window, err) ||
        !read_suite(&reading->file, &suite, &options, err))
        return false;
    party->suite = suite;
    if (party->signing_pin_count == CONFIG_PINS_MAX)
        return config_wrong(pin, element, err, "more than %d", CONFIG_PINS_MAX);
    certificate = config_add_certificate(parts, pin, element, CONFIG_SIGNING_PIN, party->id,
                                         path, err);
    if (certificate == NULL)
        return false;
    narrow(certificate, &window);
    if (parts->depth != CONFIG_FULL)
        return true;
    if (!verifier_load(suite, path, &options, &window, verifier, err))
        return fail_prefix(err, "%s: %s", pin->path, element);
    verifier_use_crls(*verifier, parts->config.signing_crls);
    parts->verifier_count++;
    party->signing_pins[party->signing_pin_count++] = *verifier;
    return true;
}

static bool each_pin(struct reading *reading, const char *element,
                     bool (*add)(struct reading *, const struct config_file *, struct error *),
                     struct error *err)
{
    for (const struct record *at = record_find(reading->file.root, element); at != NULL;
         at = record_same(at)) {
        struct config_file pin = config_file_at(&reading->file, at);

        if (!add(reading, &pin, err))
            return false;
    }
    return true;
}

static bool read_pins(struct reading *reading, struct error *err)
{
    const struct config_file *file = &reading->file;
    bool core = reading->party->kind == PARTY_CORE;
    bool signs = record_find(file->root, "signingPins/pin") != NULL;

    if (core && signs)
        return config_wrong(file, "signingPins", err, "a core is known by its connection only");
    if (!core && !signs)
        return config_wrong(file, "signingPins", err, "missing");
    if (reading->party->folder_in == NULL && record_find(file->root, "transportPins") == NULL)
        return config_wrong(file, "transportPins", err, "missing; only a folder needs none");
    return each_pin(reading, "transportPins/pin", add_transport_pin, err) &&
           each_pin(reading, "signingPins/pin", add_signing_pin, err);
}

/* --- what it may do --------------------------------------------------------------------------
 */

static bool read_actions(const struct config_file *flow, struct action_set *set,
                         struct error *err)
{
    const struct record *at = record_find(flow->root, "actions/action");

    for (unsigned action = ACTION_NONE + 1; at == NULL && action < ACTIONS; action++)
        action_set_add(set, action);
    for (; at != NULL; at = record_same(at)) {
        struct text name = at->value.hidden;
        unsigned action = action_by_name(name);

        if (action == 0)
            return config_wrong(flow, "flows/flow/actions/action", err, "unknown: %.*s",
                                TEXT_ARG(name));
        action_set_add(set, action);
    }
    return true;
}

static bool read_flow(struct reading *reading, const struct config_file *flow,
                      struct error *err)
{
    const char *name;
    unsigned number;

    _Static_assert(FLOW_NUMBERS <= 32, "one bit for each flow");
    if (!config_text(flow, "name", &name, err))
        return false;
    number = flow_by_name(text_of(name));
    if (number == 0)
        return config_wrong(flow, "flows/flow/name", err, "unknown flow %s", name);
    if (reading->party->flows & (UINT32_C(1) << number))
        return config_wrong(flow, "flows/flow/name", err, "%s stands twice", name);
    reading->party->flows |= UINT32_C(1) << number;
    return read_actions(flow, &reading->party->actions[number], err);
}

/* --- among them ------------------------------------------------------------------------------
 */

static bool check_unique(const struct reading *reading, struct error *err)
{
    const struct config *config = &reading->parts->config;
    const struct config_party *party = reading->party;

    for (size_t i = 0; i < config->party_count; i++) {
        const struct config_party *other = &config->parties[i];

        if (strcmp(other->id, party->id) == 0)
            return config_wrong(&reading->file, "id", err, "%s has a file already", party->id);
        if (other->kind == PARTY_CORE && party->kind == PARTY_CORE)
            return config_wrong(&reading->file, "kind", err, "a second core beside %s",
                                other->id);
    }
    return true;
}

/* One certificate means one party: who connects is looked up by it. */
static bool check_fingerprints(const struct reading *reading, size_t first, struct error *err)
{
    const struct config *config = &reading->parts->config;

    for (size_t i = first; i < config->certificate_count; i++) {
        const struct config_certificate *added = &config->certificates[i];

        for (size_t k = 0; k < i; k++) {
            const struct config_certificate *other = &config->certificates[k];
            bool known = (added->path == NULL || added->readable) &&
                         (other->path == NULL || other->readable);

            if (known && memcmp(added->fingerprint, other->fingerprint, 32) == 0 &&
                (strcmp(added->party, other->party) != 0 || added->use == other->use))
                return config_wrong(&reading->file,
                                    added->use == CONFIG_TRANSPORT_PIN ? "transportPins/pin"
                                                                       : "signingPins/pin",
                                    err, "the same certificate as one of %s", other->party);
        }
    }
    return true;
}

static bool check_name(const struct reading *reading, struct error *err)
{
    const char *slash = strrchr(reading->file.path, '/');
    const char *name = slash == NULL ? reading->file.path : slash + 1;
    size_t size = strlen(reading->party->id);

    if (strncmp(name, reading->party->id, size) == 0 && strcmp(name + size, ".xml") == 0)
        return true;
    return config_wrong(&reading->file, "id", err, "the file's name is not %s.xml",
                        reading->party->id);
}

static bool load_dialect(struct reading *reading, struct error *err)
{
    struct config *config = &reading->parts->config;
    struct config_party *party = reading->party;
    const char *folder;

    if (party->adapter == NULL || reading->parts->depth != CONFIG_FULL)
        return true;
    folder = arena_format(config->arena, "%s/%s", config->adapters_path, party->adapter);
    if (folder == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    if (!config_need_folder(&reading->file, "adapter", folder, err))
        return false;
    return adapter_load(folder, config->schemas, &party->dialect, err) ||
           fail_prefix(err, "%s: adapter", reading->file.path);
}

static bool load_party(struct config_parts *parts, const char *path, const char *schema,
                       struct error *err)
{
    struct config *config = &parts->config;
    struct reading reading = {.parts = parts, .party = &config->parties[config->party_count]};
    size_t first = config->certificate_count;

    if (!config_file_open(config->arena, path, schema, &reading.file, err))
        return false;
    if (config->party_count == CONFIG_PARTIES_MAX)
        return config_wrong(&reading.file, "party", err, "more than %d", CONFIG_PARTIES_MAX);
    if (!read_identity(&reading, err) || !read_folder(&reading, err) ||
        !check_folders_apart(&reading, err) || !check_unique(&reading, err) ||
        !check_name(&reading, err) || !read_limits(&reading, err) ||
        !read_outages(&reading, err) || !read_pins(&reading, err) ||
        !check_fingerprints(&reading, first, err))
        return false;
    for (const struct record *at = record_find(reading.file.root, "flows/flow"); at != NULL;
         at = record_same(at)) {
        struct config_file flow = config_file_at(&reading.file, at);

        if (!read_flow(&reading, &flow, err))
            return false;
    }
    config_digest_record(parts, reading.file.root);
    /* Counted before its adapter is there, so that whatever was loaded is freed. */
    config->party_count++;
    return load_dialect(&reading, err) &&
           config_read_header(parts, &reading.file, reading.party, err);
}

/* --- the folder ------------------------------------------------------------------------------
 */

static int is_party_file(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);

    return entry->d_name[0] != '.' && size > 4 && strcmp(entry->d_name + size - 4, ".xml") == 0;
}

/* strcmp, not the locale's order: the digest and the numbers of parties follow from it. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool config_load_parties(struct config_parts *parts, const char *folder, struct error *err)
{
    struct config *config = &parts->config;
    const char *schema = arena_format(config->arena, "%s/party.xsd", config->schemas_path);
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_party_file, by_name);
    bool ok = true;

    if (count < 0)
        return fail(err, ERROR_CONFIG, "%s: parties: %s: %s", config->path, folder,
                    strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *path = arena_format(config->arena, "%s/%s", folder, names[i]->d_name);

        if (ok && (schema == NULL || path == NULL))
            ok = fail(err, ERROR_MEMORY, "no memory for the configuration");
        ok = ok && load_party(parts, path, schema, err);
        free(names[i]);
    }
    free(names);
    return ok;
}
