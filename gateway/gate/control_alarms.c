/* control_alarms.c - alarms as JSON, and what an operator may do to them. */
#include "gate/control_alarms.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

static json_t *alarm_json(const struct alarms *alarms, const struct alarm *alarm,
                          struct instant now)
{
    char since[INSTANT_TEXT_SIZE];

    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:I, s:b, s:b}", "code",
                     alarm_kinds[alarm->code].name, "severity",
                     alarm_severity_name(alarm_severity_of(alarm->code, alarm->step)), "party",
                     alarm->party, "step", (json_int_t)alarm->step, "number",
                     (json_int_t)alarm->number, "unit", alarm_kinds[alarm->code].unit, "since",
                     instant_format(alarm->since, since), "told", (json_int_t)alarm->told,
                     "acknowledged", alarm->acknowledged, "silenced",
                     alarm_silent(alarms, alarm->code, now));
}

/* Worst first, then the oldest. */
static int by_weight(const void *left, const void *right)
{
    const struct alarm *a = left;
    const struct alarm *b = right;
    int weight = (int)alarm_severity_of(b->code, b->step) -
                 (int)alarm_severity_of(a->code, a->step);

    if (weight != 0 || a->since.ms == b->since.ms)
        return weight != 0 ? weight : strcmp(a->party, b->party);
    return a->since.ms < b->since.ms ? -1 : 1;
}

static void put_silenced(json_t *list, const struct alarms *alarms, struct instant now)
{
    for (unsigned code = 0; code < ALARM_CODES; code++) {
        char until[INSTANT_TEXT_SIZE];

        if (alarm_silent(alarms, (enum alarm_code)code, now))
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "code", alarm_kinds[code].name, "until",
                                instant_format(alarms->silent_until[code], until)));
    }
}

json_t *control_alarms(struct gate *gate)
{
    struct alarms *alarms = malloc(sizeof(*alarms));
    json_t *list = json_array();
    json_t *silenced = json_array();
    struct instant now = clock_now();

    if (alarms == NULL) {
        json_decref(list);
        json_decref(silenced);
        return NULL;
    }
    watch_alarms(gate->watch, alarms);
    qsort(alarms->list, alarms->count, sizeof(alarms->list[0]), by_weight);
    for (size_t i = 0; i < alarms->count; i++)
        if (alarms->list[i].stands)
            json_array_append_new(list, alarm_json(alarms, &alarms->list[i], now));
    put_silenced(silenced, alarms, now);
    free(alarms);
    return json_pack("{s:b, s:o, s:o}", "ok", 1, "alarms", list, "silenced", silenced);
}

static bool is_silence(const json_t *request)
{
    const char *verb = json_string_value(json_object_get(request, "verb"));

    return verb != NULL && strcmp(verb, "alarms_silence") == 0;
}

bool control_alarm_check(const json_t *request, enum alarm_code *code, struct error *err)
{
    const char *name = json_string_value(json_object_get(request, "code"));
    const json_t *hours = json_object_get(request, "hours");

    *code = name != NULL ? alarm_by_name(name) : ALARM_CODES;
    if (*code == ALARM_CODES)
        return fail(err, ERROR_USAGE, "there is no alarm of this code");
    if (is_silence(request) && (!json_is_integer(hours) || json_integer_value(hours) < 0 ||
                                json_integer_value(hours) > ALARM_SILENCE_HOURS_MAX))
        return fail(err, ERROR_USAGE, "hours: 0 to %d", ALARM_SILENCE_HOURS_MAX);
    return true;
}

json_t *control_alarm_change(struct gate *gate, const json_t *request, enum alarm_code code)
{
    struct instant until;
    char text[INSTANT_TEXT_SIZE];

    if (!is_silence(request))
        return json_pack("{s:b, s:I}", "ok", 1, "count",
                         (json_int_t)watch_acknowledge(gate->watch, code));
    until = instant_add_ms(clock_now(),
                           HOUR_MS * json_integer_value(json_object_get(request, "hours")));
    watch_silence(gate->watch, code, until);
    return json_pack("{s:b, s:s}", "ok", 1, "until", instant_format(until, text));
}
