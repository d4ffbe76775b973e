/* approvals.c - `qiantong approvals`, `propose`, `approve`, `decline`: the second person. */
#include "cli/approvals.h"

#include <inttypes.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/json.h"

enum { LABEL = 14, SHORT_TIME = 5, MINUTES = 16 };

/* --- one -----------------------------------------------------------------------------------
 */

static const char *act_title(const struct approval *approval)
{
    const struct approval_act *act = approval_act_find(text_of(approval->act));

    return act != NULL ? language_name(act->title) : approval->act;
}

static enum paint paint_of(const struct approval *approval)
{
    return approval->state == APPROVAL_WAITING ? PAINT_WARN : PAINT_PLAIN;
}

static void put_person(json_t *object, const char *name, const struct approval_person *person)
{
    json_t *who = json_new_object();

    json_text(who, "user", person->user);
    json_number(who, "uid", (int64_t)person->uid);
    json_text(who, "reason", person->reason);
    json_put(object, name, who);
}

static json_t *to_json(const struct approval *approval)
{
    json_t *object = json_new_object();

    json_number(object, "proposal", (int64_t)approval->number);
    json_text(object, "state", approval_state_name(approval->state).english);
    json_text(object, "act", approval->act);
    json_text(object, "object", approval->object);
    json_uuid(object, "case", &approval->case_id);
    json_instant(object, "since", approval->since);
    json_instant(object, "until", approval->until);
    put_person(object, "by", &approval->by);
    if (approval->decided.ms == 0) {
        json_null_field(object, "second");
    } else {
        put_person(object, "second", &approval->second);
        json_instant(object, "decided", approval->decided);
    }
    return object;
}

static void field(const struct cli *cli, const char *label, const char *value)
{
    screen_field(&cli->screen, label, LABEL, PAINT_PLAIN, value);
}

static void say_person(const struct cli *cli, const char *label,
                       const struct approval_person *person)
{
    char who[APPROVAL_USER_SIZE + 32];

    snprintf(who, sizeof(who), "%s (uid %" PRIu32 ")", person->user, person->uid);
    field(cli, label, who);
    field(cli, _("Why"), person->reason);
}

/* In full, as a second person must read it. */
static void print_one(const struct cli *cli, const struct approval *approval)
{
    char text[INSTANT_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    snprintf(text, sizeof(text), "%" PRIu64, approval->number);
    field(cli, _("Proposal"), text);
    screen_field(&cli->screen, _("State"), LABEL, paint_of(approval),
                 language_name(approval_state_name(approval->state)));
    field(cli, _("Act"), act_title(approval));
    field(cli, _("Object"), approval->object);
    if (!uuid_is_none(&approval->case_id))
        field(cli, _("Case"), uuid_format(&approval->case_id, id));
    say_person(cli, _("Proposed by"), &approval->by);
    field(cli, _("Proposed at"), instant_format_short(approval->since, text));
    field(cli, _("Until"), instant_format_short(approval->until, text));
    if (approval->decided.ms == 0)
        return;
    say_person(cli, _("Decided by"), &approval->second);
    field(cli, _("Decided at"), instant_format_short(approval->decided, text));
}

/* --- all -----------------------------------------------------------------------------------
 */

/* "03-02 09:00": the year is known to whoever has a day to decide. */
static const char *short_time(struct instant at, char text[INSTANT_TEXT_SIZE])
{
    instant_format_short(at, text);
    text[MINUTES] = '\0';
    return text + SHORT_TIME;
}

static bool add_row(struct table *table, const struct approval *approval, bool all,
                    struct error *err)
{
    char number[32];
    char since[INSTANT_TEXT_SIZE];
    char until[INSTANT_TEXT_SIZE];

    snprintf(number, sizeof(number), "%" PRIu64, approval->number);
    return table_cell(table, paint_of(approval), number, err) &&
           (!all || table_cell(table, PAINT_PLAIN,
                               language_name(approval_state_name(approval->state)), err)) &&
           table_cell(table, PAINT_PLAIN, approval->act, err) &&
           table_cell(table, PAINT_PLAIN, approval->object, err) &&
           table_cell(table, PAINT_PLAIN, approval->by.user, err) &&
           table_cell(table, PAINT_PLAIN, short_time(approval->since, since), err) &&
           table_cell(table, PAINT_PLAIN, short_time(approval->until, until), err) &&
           table_cell(table, PAINT_PLAIN, approval->by.reason, err);
}

static struct table *new_table(struct cli *cli, bool all)
{
    static struct table_column columns[TABLE_COLUMNS_MAX]; /* the table keeps it */
    size_t count = 0;

    columns[count++] = (struct table_column){_("Proposal"), true, false};
    if (all)
        columns[count++] = (struct table_column){_("State"), false, false};
    columns[count++] = (struct table_column){_("Act"), false, false};
    columns[count++] = (struct table_column){_("Object"), false, true};
    columns[count++] = (struct table_column){_("Proposed by"), false, true};
    columns[count++] = (struct table_column){_("Proposed at"), false, false};
    columns[count++] = (struct table_column){_("Until"), false, false};
    columns[count++] = (struct table_column){_("Why"), false, true};
    return table_new(cli->arena, columns, count);
}

struct wanted {
    bool all;
    uint64_t number; /* 0: not one alone */
};

static bool is_wanted(const struct approval *approval, const struct wanted *wanted)
{
    if (wanted->number != 0)
        return approval->number == wanted->number;
    return wanted->all || approval->state == APPROVAL_WAITING;
}

static bool print_table(struct cli *cli, const struct approval *list, size_t count,
                        const struct wanted *wanted, struct error *err)
{
    struct table *table = new_table(cli, wanted->all);

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < count; i++) {
        if (is_wanted(&list[i], wanted) && !add_row(table, &list[i], wanted->all, err))
            return false;
    }
    if (table_rows(table) == 0) {
        fprintf(cli->screen.out, "%s\n",
                wanted->all ? _("nothing was proposed this month or the last")
                            : _("nothing waits for a second person"));
        return true;
    }
    table_print(table, &cli->screen);
    fprintf(cli->screen.out, "\n%s\n",
            _("in full: qiantong approvals NUMBER; then\n"
              "qiantong approve NUMBER --reason TEXT, or qiantong decline NUMBER"));
    return true;
}

static bool print_json_list(struct cli *cli, const struct approval *list, size_t count,
                            const struct wanted *wanted, struct error *err)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < count; i++) {
        if (is_wanted(&list[i], wanted))
            json_append(array, to_json(&list[i]));
    }
    return json_print(cli, array, err);
}

static bool read_number(struct cli *cli, const char *word, uint64_t *number, struct error *err)
{
    if (text_to_u64(text_of(word), number) && *number > 0 && *number <= INT64_MAX)
        return true;
    cli_hint(cli, _("`qiantong approvals` lists them"));
    return fail(err, ERROR_USAGE, _("not a proposal's number: %s"), word);
}

bool cli_approvals(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct wanted wanted = {.number = 0};
    struct approval *list = NULL;
    struct operands operands;
    size_t count = 0;
    size_t at = 0;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}, {"--all", &wanted.all, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err) ||
        (operands.count == 1 && !read_number(cli, operands.at[0], &wanted.number, err)) ||
        !cli_open_ledger(cli, err) ||
        !approvals_list(cli->txn, cli->now, cli->arena, &list, &count, err))
        return false;
    cli_end_read(cli);
    while (wanted.number != 0 && at < count && list[at].number != wanted.number)
        at++;
    if (wanted.number != 0 && at == count) {
        cli_hint(cli, _("`qiantong approvals` lists them"));
        return fail(err, ERROR_NOT_FOUND, _("no proposal has the number %s"), operands.at[0]);
    }
    if (json)
        return print_json_list(cli, list, count, &wanted, err);
    if (wanted.number == 0)
        return print_table(cli, list, count, &wanted, err);
    print_one(cli, &list[at]);
    return true;
}

bool approvals_waiting(struct cli *cli, size_t *waiting, struct error *err)
{
    struct approval *list;
    size_t count;

    *waiting = 0;
    if (!approvals_list(cli->txn, cli->now, cli->arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *waiting += list[i].state == APPROVAL_WAITING;
    return true;
}

/* --- propose -------------------------------------------------------------------------------
 */

bool approval_waits(struct cli *cli, const json_t *answer)
{
    json_int_t number = json_integer_value(json_object_get(answer, "proposal"));
    struct instant until = {0};
    char text[INSTANT_TEXT_SIZE];

    if (!json_is_false(json_object_get(answer, "done")))
        return false;
    if (!instant_parse(text_of(answer_text(answer, "until")), &until))
        until = cli->now;
    fprintf(cli->screen.out, _("proposal %lld waits for a second person until %s:\n"),
            (long long)number, instant_format_short(until, text));
    fprintf(cli->screen.out, "  qiantong approve %lld --reason \"...\"\n", (long long)number);
    cli->status = 1;
    return true;
}

bool approval_ask(struct cli *cli, const char *act, const char *object, const char *reason,
                  json_t **answer, struct error *err)
{
    json_t *request = json_new_object();

    json_text(request, "verb", "propose");
    json_text(request, "act", act);
    json_text(request, "object", object);
    json_text(request, "reason", reason == NULL ? "" : reason);
    if (ask_gateway(cli, request, ASK_LONG_MS, answer, err))
        return true;
    if (err->code == ERROR_USAGE && reason == NULL)
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
    return false;
}

bool approval_permit(struct cli *cli, const char *act, const char *object, const char *reason,
                     bool *granted, struct error *err)
{
    json_t *answer = NULL;

    if (!approval_ask(cli, act, object, reason, &answer, err))
        return false;
    *granted = !approval_waits(cli, answer);
    json_decref(answer);
    if (!*granted)
        fprintf(cli->screen.out, "%s\n", _("then type the same command once more"));
    return true;
}

bool cli_propose(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    json_t *answer = NULL;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 2, 2, &operands, err))
        return false;
    if (approval_act_find(text_of(operands.at[0])) == NULL) {
        cli_hint(cli, _("the acts: `man qiantong`, propose"));
        return fail(err, ERROR_USAGE, _("there is no act %s"), operands.at[0]);
    }
    if (!approval_ask(cli, operands.at[0], operands.at[1], reason, &answer, err))
        return false;
    if (approval_waits(cli, answer))
        cli->status = 0; /* proposing was all that was asked for */
    else
        fprintf(cli->screen.out, "%s\n", _("done: it needed nobody else"));
    json_decref(answer);
    return true;
}

/* --- decide --------------------------------------------------------------------------------
 */

static bool ask_to_decide(struct cli *cli, const char *verb, int word_count,
                          char *const words[], json_t **answer, uint64_t *number,
                          struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    json_t *request;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) ||
        !read_number(cli, operands.at[0], number, err))
        return false;
    request = json_new_object();
    json_text(request, "verb", verb);
    json_number(request, "proposal", (int64_t)*number);
    json_text(request, "reason", reason == NULL ? "" : reason);
    if (ask_gateway(cli, request, ASK_LONG_MS, answer, err))
        return true;
    if (err->code == ERROR_USAGE && reason == NULL)
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
    else if (err->code == ERROR_NOT_FOUND || err->code == ERROR_CONFLICT)
        cli_hint(cli, _("`qiantong approvals` lists what waits"));
    return false;
}

bool cli_approve(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const struct approval_act *act;
    json_t *answer = NULL;
    uint64_t number;

    if (!ask_to_decide(cli, "approve", word_count, words, &answer, &number, err))
        return false;
    act = approval_act_find(text_of(answer_text(answer, "act")));
    if (act != NULL && act->execute == NULL)
        fprintf(cli->screen.out, _("proposal %" PRIu64 " is approved: %s may do it once\n"),
                number, answer_text(answer, "by"));
    else
        fprintf(cli->screen.out, _("proposal %" PRIu64 " is approved and done: %s %s\n"),
                number, answer_text(answer, "act"), answer_text(answer, "object"));
    json_decref(answer);
    return true;
}

bool cli_decline(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    json_t *answer = NULL;
    uint64_t number;

    if (!ask_to_decide(cli, "decline", word_count, words, &answer, &number, err))
        return false;
    fprintf(cli->screen.out, _("proposal %" PRIu64 " is declined: nothing was done\n"), number);
    json_decref(answer);
    return true;
}
