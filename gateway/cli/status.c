/* status.c - `qiantong status`: one screen; what needs action stands first. */
#include "cli/status.h"

#include "cli/approvals.h"
#include "cli/ask.h"
#include "cli/json.h"

unsigned status_map_percent(const struct store_use *use)
{
    if (use->map_bytes == 0)
        return 0;
    return (unsigned)(use->used_bytes / (use->map_bytes / 100 + 1));
}

/* What the gateway says to a verb; NULL: nothing. */
static void ask(struct status *status, const char *verb, json_t **answer)
{
    json_t *request = json_new_object();
    struct error ignored = ERROR_INIT;

    json_text(request, "verb", verb);
    if (!ask_gateway(status->cli, request, ASK_SHORT_MS, answer, &ignored))
        *answer = NULL;
}

static bool collect(struct status *status, struct error *err)
{
    struct cli *cli = status->cli;

    if (!cli_open_ledger(cli, err) || !gather(cli, &status->gathered, err) ||
        !approvals_waiting(cli, &status->approvals, err))
        return false;
    status->entries = ledger_size(cli->ledger);
    status->test = ledger_origin(cli->ledger)->test;
    cli_end_read(cli);
    if (!store_usage(cli->store, &status->use, err))
        return false;
    ask(status, "ping", &status->gateway);
    if (status->gateway != NULL)
        ask(status, "alarms", &status->alarms);
    status_actions(status);
    return true;
}

bool cli_status(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct status *status = arena_alloc(cli->arena, sizeof(*status));
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err))
        return false;
    if (status == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    status->cli = cli;
    ok = collect(status, err) &&
         (json ? status_print_json(status, err) : status_print_text(status, err));
    json_decref(status->gateway);
    json_decref(status->alarms);
    return ok;
}
