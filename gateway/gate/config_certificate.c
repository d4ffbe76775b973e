/* config_certificate.c - the certificates that a configuration names, and until when they
 * serve. */
#include <string.h>

#include "base/clock.h"
#include "gate/config_read.h"
#include "net/tls.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

const struct crl_set *config_crls_for(const struct config *config, enum config_use use)
{
    return use == CONFIG_OWN_TLS || use == CONFIG_TRANSPORT_PIN ? config->tls_crls
                                                                : config->signing_crls;
}

struct config_certificate *config_add_certificate(struct config_parts *parts,
                                                  const struct config_file *file,
                                                  const char *element, enum config_use use,
                                                  const char *party, const char *path,
                                                  struct error *err)
{
    struct config *config = &parts->config;
    struct config_certificate *added = &config->certificates[config->certificate_count];
    struct tls_certificate read;

    CHECK(config->certificate_count < CONFIG_CERTIFICATES_MAX);
    *added = (struct config_certificate){.use = use, .party = party, .path = path};
    if (path != NULL && tls_certificate_read(path, &read, err)) {
        added->readable = true;
        memcpy(added->fingerprint, read.fingerprint, sizeof(added->fingerprint));
        added->valid_from = read.valid_from;
        added->valid_until = read.valid_until;
        added->listed = crl_state_of_file(config_crls_for(config, use), path, clock_now()) ==
                        CRL_REVOKED;
        added->revoked = added->listed;
    } else if (path != NULL && parts->depth == CONFIG_FULL) {
        fail_prefix(err, "%s: %s", file->path, element);
        err->code = ERROR_CONFIG;
        return NULL;
    }
    config->certificate_count++;
    return added;
}

bool config_open_tls(const struct config *config, struct tls **tls, struct error *err)
{
    struct tls_files files = {.certificate_path = config->tls_certificate,
                              .key_path = config->tls_key,
                              .ca_path = config->tls_ca,
                              .crls = config->tls_crls};

    return tls_new(&files, clock_now, tls, err);
}

static bool is_own(enum config_use use)
{
    return use == CONFIG_OWN_TLS || use == CONFIG_OWN_SIGNING;
}

/* Pins by fingerprint have no dates of their own and count as usable. */
static bool usable(const struct config_certificate *certificate, struct instant now)
{
    if (certificate->revoked)
        return false;
    if (instant_before(now, certificate->valid_from))
        return false;
    return certificate->valid_until.ms == 0 || !instant_before(certificate->valid_until, now);
}

static bool tell(const struct config *config, const struct config_certificate *certificate,
                 struct instant now, struct error *err)
{
    bool early = instant_before(now, certificate->valid_from);
    char at[INSTANT_TEXT_SIZE];

    instant_format_short(early ? certificate->valid_from : certificate->valid_until, at);
    return fail(err, ERROR_CONFIG, "%s: %s: %s %s", config->path, certificate->path,
                early ? "not valid before" : "expired on", at);
}

/* Does any pin of the same party and list still serve? */
static bool has_usable(const struct config *config, const struct config_certificate *pin,
                       struct instant now)
{
    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *other = &config->certificates[i];

        if (other->use == pin->use && strcmp(other->party, pin->party) == 0 &&
            usable(other, now))
            return true;
    }
    return false;
}

bool config_check_validity(const struct config *config, struct instant now, struct error *err)
{
    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];

        if (usable(certificate, now))
            continue;
        if (is_own(certificate->use))
            return tell(config, certificate, now, err);
        if (!has_usable(config, certificate, now))
            return fail(err, ERROR_CONFIG, "%s: party %s: no usable %s certificate is left",
                        config->path, certificate->party,
                        certificate->use == CONFIG_TRANSPORT_PIN ? "transport" : "signing");
    }
    return true;
}

/* --- ends ------------------------------------------------------------------------------------
 */

const char *config_use_name(enum config_use use)
{
    static const char *const names[] = {"own_tls", "own_signing", "transport_pin",
                                        "signing_pin"};

    return names[use];
}

int64_t config_days_left(struct instant until, struct instant now)
{
    int64_t left = until.ms - now.ms;

    return left >= 0 ? left / DAY_MS : -((-left + DAY_MS - 1) / DAY_MS);
}

/* A pin by fingerprint alone may serve for ever as far as we know: it comes last. */
static bool ends_later(const struct config_certificate *a, struct instant b)
{
    return b.ms != 0 && (a->valid_until.ms == 0 || instant_before(b, a->valid_until));
}

size_t config_certificate_ends(const struct config *config, struct config_certificate_end *ends)
{
    size_t count = 0;
    size_t known = 0;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];
        size_t at = 0;

        if (certificate->revoked || (certificate->path != NULL && !certificate->readable))
            continue;
        while (at < count && (ends[at].use != certificate->use ||
                              strcmp(ends[at].party, certificate->party) != 0))
            at++;
        if (at == count)
            ends[count++] = (struct config_certificate_end){
                certificate->party, certificate->use, certificate->valid_until};
        else if (ends_later(certificate, ends[at].valid_until))
            ends[at].valid_until = certificate->valid_until;
    }
    for (size_t i = 0; i < count; i++)
        if (ends[i].valid_until.ms != 0)
            ends[known++] = ends[i];
    return known;
}
