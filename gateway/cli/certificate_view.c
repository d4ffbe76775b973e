/* certificate_view.c - how long each certificate serves. */
#include "cli/certificate_view.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json.h"

struct name certificate_use_name(enum config_use use)
{
    static const struct name names[] = {
        [CONFIG_OWN_TLS] = {"own transport", "本方传输"},
        [CONFIG_OWN_SIGNING] = {"own signing", "本方签名"},
        [CONFIG_TRANSPORT_PIN] = {"transport", "传输"},
        [CONFIG_SIGNING_PIN] = {"signing", "签名"},
    };

    return names[use];
}

int64_t certificate_days(const struct config_certificate *certificate, struct instant now)
{
    if (certificate->valid_until.ms == 0)
        return INT64_MAX;
    return config_days_left(certificate->valid_until, now);
}

enum paint certificate_paint(const struct config_certificate *certificate, struct instant now)
{
    int64_t days = certificate_days(certificate, now);

    if (certificate->revoked || (certificate->path != NULL && !certificate->readable) ||
        instant_before(now, certificate->valid_from) || days < CERTIFICATE_ALARM_DAYS)
        return PAINT_BAD;
    return days < CERTIFICATE_WARN_DAYS ? PAINT_WARN : PAINT_PLAIN;
}

const char *certificate_tell(const struct config_certificate *certificate, struct instant now,
                             char out[64])
{
    int64_t days = certificate_days(certificate, now);

    if (certificate->revoked)
        snprintf(out, 64, "%s", _("revoked"));
    else if (certificate->path != NULL && !certificate->readable)
        snprintf(out, 64, "%s", _("cannot be read"));
    else if (instant_before(now, certificate->valid_from))
        snprintf(out, 64, "%s", _("not valid yet"));
    else if (days == INT64_MAX)
        snprintf(out, 64, "%s", _("known by fingerprint"));
    else if (days < 0)
        snprintf(out, 64, "%s", _("expired"));
    else
        snprintf(out, 64, _("%" PRId64 " days left"), days);
    return out;
}

json_t *certificate_json(const struct config_certificate *certificate, struct instant now)
{
    json_t *object = json_new_object();
    int64_t days = certificate_days(certificate, now);

    json_text(object, "use", config_use_name(certificate->use));
    json_text(object, "party", certificate->party);
    json_text(object, "file", certificate->path);
    json_hex(object, "sha256", certificate->fingerprint, sizeof(certificate->fingerprint));
    json_instant(object, "valid_from", certificate->valid_from);
    json_instant(object, "valid_until", certificate->valid_until);
    if (days == INT64_MAX)
        json_null_field(object, "days_left");
    else
        json_number(object, "days_left", days);
    json_bool(object, "revoked", certificate->revoked);
    json_bool(object, "readable", certificate->path == NULL || certificate->readable);
    return object;
}

static bool add(struct cli *cli, struct table *table,
                const struct config_certificate *certificate, struct error *err)
{
    char fingerprint[17];
    char until[DAY_TEXT_SIZE] = "";
    char tell[64];

    hex_encode(certificate->fingerprint, 8, fingerprint);
    if (certificate->path != NULL && !certificate->readable)
        fingerprint[0] = '\0';
    if (certificate->valid_until.ms != 0)
        day_format(instant_day(certificate->valid_until), until);
    return table_cell(table, PAINT_PLAIN, certificate->party, err) &&
           table_cell(table, PAINT_PLAIN, language_name(certificate_use_name(certificate->use)),
                      err) &&
           table_cell(table, PAINT_FAINT, fingerprint, err) &&
           table_cell(table, PAINT_PLAIN, until, err) &&
           table_cell(table, certificate_paint(certificate, cli->now),
                      certificate_tell(certificate, cli->now, tell), err);
}

bool certificate_print(struct cli *cli, const char *party, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"), false, true},        {_("Certificate"), false, false},
        {_("Fingerprint"), false, false}, {_("Until"), false, false},
        {_("State"), false, true},
    };
    struct table *table = table_new(cli->arena, columns, COUNT_OF(columns));
    const struct config *config = cli->config;

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];

        if ((party == NULL || strcmp(certificate->party, party) == 0) &&
            !add(cli, table, certificate, err))
            return false;
    }
    if (table_rows(table) > 0)
        table_print(table, &cli->screen);
    return true;
}
