/* rest.c - `qiantong pause CASE LIMIT` and `resume`: a statutory limit that is our own duty
 * rests and goes on. Why is journaled, and the other side is told. */
#include <inttypes.h>
#include <string.h>

#include "cli/approvals.h"
#include "cli/case_view.h"
#include "cli/find.h"
#include "core/flow_clock.h"

/* "CASE LIMIT" as the gateway takes it; the limits of the case are the hint when it has no such
 * one. */
static bool find(struct cli *cli, const struct operands *operands, char object[128],
                 unsigned *kind, struct error *err)
{
    struct flow_case row;
    char id[UUID_TEXT_SIZE];
    char known[256] = "";

    if (!cli_open_ledger(cli, err) || !find_case(cli, operands->at[0], &row, err))
        return false;
    cli_end_read(cli);
    *kind = clock_kind_by_name(text_of(operands->at[1]));
    if (*kind != CLOCK_NONE && flow_clock_find(&row, *kind) != NULL) {
        snprintf(object, 128, "%s %s", uuid_format(&row.case_id, id),
                 clock_kind_name(*kind).english);
        return true;
    }
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        size_t size = strlen(known);

        if (row.clocks[i].kind != CLOCK_NONE)
            snprintf(known + size, sizeof(known) - size, " %s",
                     clock_kind_name(row.clocks[i].kind).english);
    }
    if (known[0] != '\0')
        cli_hint(cli, _("its limits:%s"), known);
    return fail(err, ERROR_NOT_FOUND, _("the case has no limit %s"), operands->at[1]);
}

static bool print_result(struct cli *cli, const char *object, unsigned kind, struct error *err)
{
    const struct flow_clock *clock;
    struct uuid case_id;
    struct flow_case row;
    char tell[CLOCK_TELL_SIZE];
    char day[DAY_TEXT_SIZE];
    bool found = false;

    if (!uuid_parse((struct text){object, UUID_TEXT_SIZE - 1}, &case_id) ||
        !ledger_begin_read(cli->ledger, &cli->txn, err) ||
        !ledger_get_case(cli->txn, &case_id, &row, &found, err))
        return false;
    cli_end_read(cli);
    clock = found ? flow_clock_find(&row, kind) : NULL;
    if (clock == NULL)
        return fail(err, ERROR_NOT_FOUND, _("the case has no limit %s"),
                    clock_kind_name(kind).english);
    if (clock->paused)
        fprintf(cli->screen.out, _("%s rests; %u working days are left\n"),
                language_name(clock_title(kind)), (unsigned)clock->days);
    else
        fprintf(cli->screen.out, _("%s goes on until %s: %s\n"),
                language_name(clock_title(kind)),
                day_format(instant_day(instant_add_ms(clock->due, -1)), day),
                clock_tell(clock, cli->now, tell));
    return true;
}

static bool rest(struct cli *cli, const char *act, int word_count, char *const words[],
                 struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    json_t *answer = NULL;
    char object[128];
    unsigned kind;
    bool waits;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 2, 2, &operands, err))
        return false;
    if (reason == NULL || reason[0] == '\0') {
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        return fail(err, ERROR_USAGE, _("a limit rests and goes on for a reason"));
    }
    if (!find(cli, &operands, object, &kind, err) ||
        !approval_ask(cli, act, object, reason, &answer, err))
        return false;
    waits = approval_waits(cli, answer);
    json_decref(answer);
    return waits || print_result(cli, object, kind, err);
}

bool cli_pause(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    return rest(cli, "pause", word_count, words, err);
}

bool cli_resume(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    return rest(cli, "resume", word_count, words, err);
}
