/* config_certificate.c - the certificates that a configuration names, and until when they
 * serve. */
#include <string.h>

#include "gate/config_read.h"
#include "net/tls.h"

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
    } else if (path != NULL && parts->depth == CONFIG_FULL) {
        fail_prefix(err, "%s: %s", file->path, element);
        err->code = ERROR_CONFIG;
        return NULL;
    }
    config->certificate_count++;
    return added;
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
