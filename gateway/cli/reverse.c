/* reverse.c - `qiantong reverse STAY`: an act of two persons (gate/approvals.h). What cannot be
 * reversed is said before anybody is asked. */
#include "cli/approvals.h"
#include "cli/case_view.h"
#include "cli/find.h"
#include "cli/stay_view.h"

/* The gateway decides once more when it is approved: the case may have moved by then. */
static bool may_reverse(struct cli *cli, const struct flow_case *row, struct error *err)
{
    char party[PARTY_ID_SIZE];
    char id[UUID_TEXT_SIZE];

    if (stay_reversible(row))
        return true;
    if (row->role != ROLE_TREATING) {
        if (!cli_party_id(cli, row->party, party, err))
            return false;
        cli_hint(cli, _("ask %s to reverse it"), party);
        return fail(err, ERROR_CONFLICT, _("only the province that treats reverses a stay"));
    }
    cli_hint(cli, "qiantong stay %.13s", uuid_format(&row->case_id, id));
    return fail(err, ERROR_CONFLICT, _("nothing to reverse: the stay is %s"),
                language_name(case_state_name(row)));
}

static bool find(struct cli *cli, const char *typed, char id[UUID_TEXT_SIZE], struct error *err)
{
    struct flow_case row;

    if (!cli_open_ledger(cli, err) || !find_stay(cli, typed, &row, err) ||
        !may_reverse(cli, &row, err))
        return false;
    cli_end_read(cli);
    uuid_format(&row.case_id, id);
    return true;
}

bool cli_reverse(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    char id[UUID_TEXT_SIZE];
    json_t *answer = NULL;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (reason == NULL || reason[0] == '\0') {
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        return fail(err, ERROR_USAGE, _("a settlement is reversed for a reason"));
    }
    if (!find(cli, operands.at[0], id, err) ||
        !approval_ask(cli, "reverse", id, reason, &answer, err))
        return false;
    if (!approval_waits(cli, answer))
        fprintf(cli->screen.out,
                _("the reversal of %.13s is on its way: qiantong stay %.13s\n"), id, id);
    json_decref(answer);
    return true;
}
