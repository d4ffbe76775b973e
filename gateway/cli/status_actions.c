/* status_actions.c - what needs a person, most urgent first, each with what to type. */
#include "cli/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/alarm_view.h"
#include "cli/case_view.h"
#include "cli/certificate_view.h"
#include "cli/next_step.h"

enum { MAP_FULL_PERCENT = 80 };

static struct status_line *new_line(struct status *status)
{
    return status->line_count < STATUS_LINES_MAX ? &status->lines[status->line_count++] : NULL;
}

static void action(struct status *status, enum paint paint, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void action(struct status *status, enum paint paint, const char *format, ...)
{
    struct status_line *line = new_line(status);
    va_list arguments;

    if (line == NULL)
        return;
    *line = (struct status_line){.paint = paint};
    va_start(arguments, format);
    vsnprintf(line->text, sizeof(line->text), format, arguments);
    va_end(arguments);
}

/* What an action is about, one line each below it. */
static void detail(struct status *status, const char *format, ...) PRINTF_LIKE(2, 3);

static void detail(struct status *status, const char *format, ...)
{
    struct status_line *line = new_line(status);
    va_list arguments;

    if (line == NULL)
        return;
    *line = (struct status_line){.detail = true};
    va_start(arguments, format);
    vsnprintf(line->text, sizeof(line->text), format, arguments);
    va_end(arguments);
}

static void gateway_action(struct status *status)
{
    if (status->gateway != NULL)
        return;
    if (!status->cli->gateway_absent) {
        action(status, PAINT_BAD, "%s", _("the gateway runs but does not answer: see its log"));
        return;
    }
    action(status, PAINT_BAD, "%s", _("the gateway is not running: nothing moves"));
    detail(status, "%s", "systemctl start qiantong");
}

static void late_actions(struct status *status)
{
    const struct gathered *gathered = &status->gathered;

    if (gathered->overdue == 0)
        return;
    action(status, PAINT_BAD,
           ngettext("%" PRIu64 " case is overdue: qiantong cases --overdue",
                    "%" PRIu64 " cases are overdue: qiantong cases --overdue",
                    (unsigned long)gathered->overdue),
           gathered->overdue);
    for (size_t i = 0; i < gathered->late_count; i++) {
        const struct late_case *late = &gathered->late[i];
        char id[UUID_TEXT_SIZE];
        char tell[CLOCK_TELL_SIZE];

        uuid_format(&late->row.case_id, id);
        detail(status, _("%.13s %s; %s: %s"), id,
               clock_tell(case_clock(&late->row), status->cli->now, tell), late->actor,
               language_name(next_step_of(&late->row).what));
    }
}

static void letter_actions(struct status *status)
{
    const struct gathered *gathered = &status->gathered;

    if (gathered->dead > 0)
        action(status, PAINT_BAD,
               ngettext("%" PRIu64 " letter is dead: qiantong letters --dead",
                        "%" PRIu64 " letters are dead: qiantong letters --dead",
                        (unsigned long)gathered->dead),
               gathered->dead);
    for (size_t i = 0; i < gathered->dead_letter_count; i++) {
        const struct dead_letter *dead = &gathered->dead_letters[i];

        detail(status, _("%s to %s: qiantong retry %" PRIu64),
               language_name(action_name(dead->row.letter.action)), dead->party,
               dead->row.letter.out_id);
    }
    if (gathered->flagged > 0)
        action(status, PAINT_WARN,
               ngettext("%" PRIu64 " case to look at: qiantong cases --open",
                        "%" PRIu64 " cases to look at: qiantong cases --open",
                        (unsigned long)gathered->flagged),
               gathered->flagged);
}

static void doubt_actions(struct status *status)
{
    uint64_t doubt = status->gathered.doubt;

    if (doubt > 0)
        action(status, PAINT_BAD,
               ngettext("%" PRIu64 " outcome is in doubt: qiantong uncertain",
                        "%" PRIu64 " outcomes are in doubt: qiantong uncertain",
                        (unsigned long)doubt),
               doubt);
}

static void approval_actions(struct status *status)
{
    if (status->approvals > 0)
        action(status, PAINT_WARN,
               ngettext("%zu act waits for a second person: qiantong approvals",
                        "%zu acts wait for a second person: qiantong approvals",
                        (unsigned long)status->approvals),
               status->approvals);
}

static void certificate_actions(struct status *status)
{
    const struct config *config = status->cli->config;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];
        enum paint paint = certificate_paint(certificate, status->cli->now);
        char tell[64];

        /* A revoked pin is how it should be: nothing to do about it. */
        if (paint == PAINT_PLAIN || certificate->revoked)
            continue;
        action(status, paint, _("certificate of %s (%s): %s"), certificate->party,
               language_name(certificate_use_name(certificate->use)),
               certificate_tell(certificate, status->cli->now, tell));
    }
}

/* The ledger itself tells these, with more detail and also without a gateway. */
static bool told_otherwise(enum alarm_code code)
{
    return code == ALARM_CLOCK_PASSED || code == ALARM_LETTER_DEAD ||
           code == ALARM_CASE_FLAGGED || code == ALARM_CERTIFICATE_ENDS ||
           code == ALARM_MAP_FULL;
}

static void alarm_actions(struct status *status)
{
    const json_t *object;
    size_t i;

    json_array_foreach(json_object_get(status->alarms, "alarms"), i, object)
    {
        struct alarm_seen seen;
        char tell[ALARM_TELL_SIZE];

        alarm_read(object, &seen);
        if (!seen.acknowledged && !seen.silenced && !told_otherwise(seen.code))
            action(status, alarm_paint(&seen), _("%s: %s"), alarm_tell(&seen, tell),
                   alarm_todo(&seen));
    }
}

void status_actions(struct status *status)
{
    unsigned percent = status_map_percent(&status->use);

    gateway_action(status);
    doubt_actions(status);
    late_actions(status);
    letter_actions(status);
    approval_actions(status);
    if (percent >= MAP_FULL_PERCENT)
        action(status, PAINT_BAD, _("the ledger's map is %u %% full: raise ledger/mapBytes"),
               percent);
    alarm_actions(status);
    certificate_actions(status);
}
