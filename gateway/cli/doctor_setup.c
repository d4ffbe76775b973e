/* doctor_setup.c - configuration, rights on files, certificates, calendar, the gateway itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/certificate_view.h"
#include "cli/doctor.h"
#include "cli/json.h"

enum { CALENDAR_WARN_DAYS = 60, CERTIFICATE_BAD_DAYS = 7 };

/* Everything that the gateway opens at its start; keys only its own user can. */
void doctor_configuration(struct doctor *doctor)
{
    struct config *config = NULL;
    struct error err = ERROR_INIT;

    doctor_area(doctor, "configuration", _("Configured"));
    if (config_load(doctor->cli->config_path, CONFIG_FULL, &config, &err))
        doctor_say(doctor, DOCTOR_OK, "", _("everything it names opens: %zu parties"),
                   config->party_count);
    else
        doctor_say(doctor, err.code == ERROR_DENIED ? DOCTOR_WARN : DOCTOR_BAD,
                   "qiantong config check", "%s", err.text);
    config_free(config);
}

void doctor_gateway(struct doctor *doctor)
{
    json_t *request = json_new_object();
    json_t *answer = NULL;
    struct error err = ERROR_INIT;
    size_t count;

    doctor_area(doctor, "gateway", _("Gateway"));
    json_text(request, "verb", "alarms");
    doctor->running = ask_gateway(doctor->cli, request, ASK_SHORT_MS, &answer, &err);
    if (!doctor->running) {
        doctor_say(doctor, DOCTOR_BAD,
                   doctor->cli->gateway_absent ? "systemctl start qiantong"
                                               : "journalctl -u qiantong",
                   "%s", doctor->cli->gateway_absent ? _("not running") : _("does not answer"));
        return;
    }
    count = json_array_size(json_object_get(answer, "alarms"));
    doctor_say(doctor, count > 0 ? DOCTOR_WARN : DOCTOR_OK, "qiantong alarms",
               ngettext("answers; %zu alarm stands", "answers; %zu alarms stand",
                        (unsigned long)count),
               count);
    json_decref(answer);
}

/* --- files -----------------------------------------------------------------------------------
 */

static void check_rights(struct doctor *doctor, const char *path, mode_t forbidden,
                         const char *todo)
{
    struct stat about;

    if (path == NULL)
        return;
    if (stat(path, &about) != 0)
        doctor_say(doctor, errno == ENOENT ? DOCTOR_WARN : DOCTOR_BAD, todo, "%s: %s", path,
                   strerror(errno));
    else if ((about.st_mode & forbidden) != 0)
        doctor_say(doctor, DOCTOR_BAD, todo, _("%s: mode %04o gives too much"), path,
                   (unsigned)about.st_mode & 07777);
}

void doctor_files(struct doctor *doctor)
{
    const struct config *config = doctor->cli->config;
    size_t before = doctor->count;

    doctor_area(doctor, "files", _("Files"));
    check_rights(doctor, config->seal_keys, 077, "chmod 400 FILE");
    check_rights(doctor, config->tls_key, 077, "chmod 400 FILE");
    check_rights(doctor, config->ledger_path, 027, "chmod 750 FOLDER");
    if (doctor->count == before)
        doctor_say(doctor, DOCTOR_OK, "", _("keys and ledger are closed to others"));
}

/* --- what ends -------------------------------------------------------------------------------
 */

static void check_end(struct doctor *doctor, const struct config_certificate_end *end)
{
    int64_t days = config_days_left(end->valid_until, clock_now());
    enum doctor_level level = days < CERTIFICATE_BAD_DAYS    ? DOCTOR_BAD
                              : days < CERTIFICATE_WARN_DAYS ? DOCTOR_WARN
                                                             : DOCTOR_OK;

    if (level != DOCTOR_OK)
        doctor_say(doctor, level, "qiantong party", _("%s (%s): %" PRId64 " days left"),
                   end->party, language_name(certificate_use_name(end->use)), days);
}

void doctor_certificates(struct doctor *doctor)
{
    struct config_certificate_end ends[CONFIG_CERTIFICATES_MAX];
    const struct config *config = doctor->cli->config;
    size_t count = config_certificate_ends(config, ends);
    size_t before = doctor->count;

    doctor_area(doctor, "certificates", _("Certificates"));
    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];

        if (certificate->path != NULL && !certificate->readable)
            doctor_say(doctor, DOCTOR_BAD, "qiantong config check", _("%s cannot be read"),
                       certificate->path);
    }
    for (size_t i = 0; i < count; i++)
        check_end(doctor, &ends[i]);
    if (doctor->count == before)
        doctor_say(doctor, DOCTOR_OK, "", _("%zu, none ends within %d days"),
                   config->certificate_count, CERTIFICATE_WARN_DAYS);
}

void doctor_calendar(struct doctor *doctor)
{
    struct day last = calendar_last(doctor->cli->config->calendar);
    int64_t days = (int64_t)last.number - instant_day(clock_now()).number;
    char text[DAY_TEXT_SIZE];

    doctor_area(doctor, "calendar", _("Calendar"));
    doctor_say(doctor,
               days < 0                     ? DOCTOR_BAD
               : days <= CALENDAR_WARN_DAYS ? DOCTOR_WARN
                                            : DOCTOR_OK,
               _("add the next year to calendar.xml"), _("until %s, %" PRId64 " days left"),
               day_format(last, text), days);
}
