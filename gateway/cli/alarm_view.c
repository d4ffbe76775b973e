/* alarm_view.c - an alarm in words. */
#include "cli/alarm_view.h"

#include <inttypes.h>
#include <string.h>

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

void alarm_read(const json_t *object, struct alarm_seen *seen)
{
    *seen = (struct alarm_seen){
        .name = answer_text(object, "code"),
        .party = answer_text(object, "party"),
        .severity = answer_text(object, "severity"),
        .step = number_of(object, "step"),
        .number = number_of(object, "number"),
        .acknowledged = json_is_true(json_object_get(object, "acknowledged")),
        .silenced = json_is_true(json_object_get(object, "silenced")),
    };
    seen->code = alarm_by_name(seen->name);
    if (!instant_parse(text_of(answer_text(object, "since")), &seen->since))
        seen->since = (struct instant){0};
}

enum paint alarm_paint(const struct alarm_seen *seen)
{
    if (seen->acknowledged || seen->silenced)
        return PAINT_FAINT;
    return strcmp(seen->severity, "notice") == 0 ? PAINT_WARN : PAINT_BAD;
}

/* In the unit that a person would use. */
static void put_time(char out[ALARM_TELL_SIZE], int64_t minutes)
{
    if (minutes < 120)
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " minutes"), minutes);
    else if (minutes < 48 * 60)
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " hours"), minutes / 60);
    else
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " days"), minutes / (24 * 60));
}

const char *alarm_amount(const struct alarm_seen *seen, char out[ALARM_TELL_SIZE])
{
    out[0] = '\0';
    switch (seen->code) {
    case ALARM_LETTER_DEAD:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " letters"), seen->number);
        break;
    case ALARM_PARTNER_SILENT:
        put_time(out, seen->number);
        break;
    case ALARM_CERTIFICATE_ENDS:
    case ALARM_CALENDAR_ENDS:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " days left"), seen->number);
        break;
    case ALARM_CASE_FLAGGED:
    case ALARM_CLOCK_PASSED:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " cases"), seen->number);
        break;
    case ALARM_CLOCK_DUE:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " within %" PRId64 " days"), seen->number,
                 seen->step);
        break;
    case ALARM_MAP_FULL:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " %% full"), seen->number);
        break;
    case ALARM_DISK_LOW:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " %% free"), seen->number);
        break;
    case ALARM_CONFLICT_RECEIVED:
    case ALARM_UNREADABLE_BURST:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " messages"), seen->number);
        break;
    case ALARM_CRL_OLD:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " hours"), seen->number);
        break;
    case ALARM_FERRY_GAP:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " files"), seen->number);
        break;
    case ALARM_CLOCK_BACK:
        snprintf(out, ALARM_TELL_SIZE, _("%" PRId64 " seconds"), seen->number);
        break;
    default:
        break;
    }
    return out;
}

const char *alarm_tell(const struct alarm_seen *seen, char out[ALARM_TELL_SIZE])
{
    char amount[ALARM_TELL_SIZE];
    const char *what = seen->code < ALARM_CODES ? language_name(alarm_kinds[seen->code].meaning)
                                                : seen->name;
    bool party = seen->party[0] != '\0';

    alarm_amount(seen, amount);
    if (amount[0] != '\0')
        snprintf(out, ALARM_TELL_SIZE, _("%s: %s%s%s"), what, party ? seen->party : "",
                 party ? ", " : "", amount);
    else if (party)
        snprintf(out, ALARM_TELL_SIZE, _("%s: %s"), what, seen->party);
    else
        snprintf(out, ALARM_TELL_SIZE, "%s", what);
    return out;
}

const char *alarm_todo(const struct alarm_seen *seen)
{
    return seen->code < ALARM_CODES ? alarm_kinds[seen->code].todo : "";
}
