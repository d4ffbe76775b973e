/* alarms.c - `qiantong alarms`: what stands, acknowledging, silencing. */
#include <inttypes.h>
#include <string.h>

#include "cli/alarm_view.h"
#include "cli/json.h"

/* --- list ------------------------------------------------------------------------------------
 */

static const char *state_of(const struct alarm_seen *seen)
{
    if (seen->silenced)
        return _("silenced");
    return seen->acknowledged ? _("acknowledged") : _("raised");
}

static bool add(struct table *table, const struct alarm_seen *seen, struct error *err)
{
    char amount[ALARM_TELL_SIZE];
    char since[INSTANT_TEXT_SIZE] = "";

    if (seen->since.ms != 0)
        instant_format_short(seen->since, since);
    since[strlen("2026-03-02 09:00")] = '\0';
    return table_cell(table, alarm_paint(seen), seen->name, err) &&
           table_cell(table, PAINT_PLAIN, seen->party, err) &&
           table_cell(table, PAINT_PLAIN, alarm_amount(seen, amount), err) &&
           table_cell(table, PAINT_PLAIN, since, err) &&
           table_cell(table, PAINT_PLAIN, state_of(seen), err);
}

/* Below the table: each code once, with what it means and what to type. */
static void explain(struct cli *cli, const json_t *list)
{
    bool told[ALARM_CODES] = {false};
    struct alarm_seen seen;
    const json_t *object;
    size_t i;

    fputc('\n', cli->screen.out);
    json_array_foreach(list, i, object)
    {
        alarm_read(object, &seen);
        if (seen.code == ALARM_CODES || told[seen.code])
            continue;
        told[seen.code] = true;
        screen_field(&cli->screen, seen.name, 18, PAINT_PLAIN,
                     language_name(alarm_kinds[seen.code].meaning));
        screen_field(&cli->screen, "", 18, PAINT_FAINT, alarm_todo(&seen));
    }
}

static bool print_list(struct cli *cli, const json_t *list, struct error *err)
{
    const struct table_column columns[] = {
        {_("Alarm"), false, false},      {_("Party"), false, true},
        {_("How much"), false, true},    {_("Raised"), false, false},
        {_("Alarm state"), false, true},
    };
    struct table *table = table_new(cli->arena, columns, COUNT_OF(columns));
    struct alarm_seen seen;
    const json_t *object;
    size_t i;

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    json_array_foreach(list, i, object)
    {
        alarm_read(object, &seen);
        if (!add(table, &seen, err))
            return false;
    }
    if (table_rows(table) == 0) {
        fprintf(cli->screen.out, "%s\n", _("No alarm stands."));
        return true;
    }
    table_print(table, &cli->screen);
    explain(cli, list);
    return true;
}

static void print_silenced(struct cli *cli, const json_t *silenced)
{
    const json_t *object;
    size_t i;

    json_array_foreach(silenced, i, object)
    {
        struct instant until;
        char at[INSTANT_TEXT_SIZE] = "";

        if (instant_parse(text_of(answer_text(object, "until")), &until))
            instant_format_short(until, at);
        fprintf(cli->screen.out, _("silenced until %s: %s\n"), at, answer_text(object, "code"));
    }
}

bool cli_alarms(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    json_t *request = json_new_object();
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    json_t *answer;
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err)) {
        json_decref(request);
        return false;
    }
    json_text(request, "verb", "alarms");
    if (!ask_gateway(cli, request, ASK_SHORT_MS, &answer, err))
        return false;
    if (json) {
        json_object_del(answer, "ok");
        return json_print(cli, answer, err);
    }
    ok = print_list(cli, json_object_get(answer, "alarms"), err);
    print_silenced(cli, json_object_get(answer, "silenced"));
    json_decref(answer);
    return ok;
}

/* --- acknowledge, silence --------------------------------------------------------------------
 */

static bool known_code(struct cli *cli, const char *code, struct error *err)
{
    if (alarm_by_name(code) != ALARM_CODES)
        return true;
    cli_hint(cli, "%s", _("`qiantong alarms` lists those that stand"));
    return fail(err, ERROR_USAGE, _("there is no alarm %s"), code);
}

bool cli_alarms_ack(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct operands operands;
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    json_t *request;
    json_t *answer;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) ||
        !known_code(cli, operands.at[0], err))
        return false;
    request = json_new_object();
    json_text(request, "verb", "alarms_ack");
    json_text(request, "code", operands.at[0]);
    if (reason != NULL)
        json_text(request, "reason", reason);
    if (!ask_gateway(cli, request, ASK_LONG_MS, &answer, err))
        return false;
    fprintf(cli->screen.out, _("%s: %" PRId64 " acknowledged\n"), operands.at[0],
            (int64_t)json_integer_value(json_object_get(answer, "count")));
    json_decref(answer);
    return true;
}

bool cli_alarms_silence(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct operands operands;
    const char *reason = NULL;
    const char *typed = NULL;
    const struct option_rule rules[] = {{"--hours", NULL, &typed}, {"--reason", NULL, &reason}};
    struct instant until = {0};
    char at[INSTANT_TEXT_SIZE];
    uint64_t hours = 0;
    json_t *request;
    json_t *answer;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) ||
        !known_code(cli, operands.at[0], err))
        return false;
    if (typed == NULL || !text_to_u64(text_of(typed), &hours) || hours > INT32_MAX)
        return fail(err, ERROR_USAGE, _("--hours takes a number; 0 ends the silence"));
    request = json_new_object();
    json_text(request, "verb", "alarms_silence");
    json_text(request, "code", operands.at[0]);
    json_number(request, "hours", (int64_t)hours);
    if (reason != NULL)
        json_text(request, "reason", reason);
    if (!ask_gateway(cli, request, ASK_LONG_MS, &answer, err))
        return false;
    if (!instant_parse(text_of(answer_text(answer, "until")), &until))
        until = (struct instant){0};
    fprintf(cli->screen.out, _("silenced until %s: %s\n"), instant_format_short(until, at),
            operands.at[0]);
    json_decref(answer);
    return true;
}
