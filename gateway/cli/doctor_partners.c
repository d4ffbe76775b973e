/* doctor_partners.c - can each party that has an address be reached, as the courier would? */
#include "cli/doctor.h"
#include "gate/config.h"
#include "net/courier.h"
#include "net/probe.h"
#include "net/tls.h"

enum { CALL_MS = 3000 };

static void call(struct doctor *doctor, const struct tls *tls, const struct config_party *party)
{
    struct probe_result result;
    struct error err = ERROR_INIT;

    if (!probe_handshake(tls, party->url, CALL_MS, &result, &err))
        doctor_say(doctor, DOCTOR_BAD, _("qiantong party check"), "%s: %s", party->id,
                   err.text);
    else if (result.reason != NULL)
        doctor_say(doctor, DOCTOR_BAD, _("qiantong party check"), "%s: %s", party->id,
                   gettext(courier_reason_meaning(result.reason)));
    else
        doctor_say(doctor, DOCTOR_OK, "", _("%s answers, %s"), party->id, result.protocol);
}

void doctor_partners(struct doctor *doctor)
{
    const struct config *config = doctor->cli->config;
    struct error err = ERROR_INIT;
    struct tls *tls = NULL;

    doctor_area(doctor, "partners", _("Partners"));
    if (!config_open_tls(config, &tls, &err)) {
        doctor_say(doctor, DOCTOR_WARN, _("run it as the gateway's user"),
                   _("not called: our key cannot be read here"));
        return;
    }
    for (size_t i = 0; i < config->party_count; i++)
        if (config->parties[i].url != NULL)
            call(doctor, tls, &config->parties[i]);
    tls_free(tls);
}
