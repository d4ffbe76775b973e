/* stay.c - `qiantong stay ID`: one stay, from the question who it is to what is owed for it. */
#include "cli/stay.h"

#include <string.h>

#include "cli/find.h"

/* --- who pays ------------------------------------------------------------------------------
 */

static void add_share(struct stay_seen *seen, struct name name, struct money amount)
{
    if (amount.fen != 0)
        seen->shares[seen->share_count++] = (struct stay_share){.name = name, .amount = amount};
}

/* Names the two of the newest share; nothing if its amount was zero. */
static void paid(struct stay_seen *seen, size_t before, const char *by, const char *by_code,
                 const char *to, const char *to_code)
{
    struct stay_share *share = &seen->shares[before];

    if (seen->share_count == before)
        return;
    share->by = by;
    share->by_code = by_code;
    share->to = to;
    share->to_code = to_code;
}

static void add_shares(struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    const struct stay_split *split = seen->trial ? &stay->quote : &stay->split;
    bool treats = seen->row.role == ROLE_TREATING;
    const char *ours = seen->cli->config->party;
    const char *treating = treats ? ours : seen->party;
    const char *insured = treats ? seen->party : ours;
    size_t at = seen->share_count;

    add_share(seen, (struct name){"fund", "基金"}, stay_owed_fund(split));
    paid(seen, at, insured, insured, treating, treating);
    at = seen->share_count;
    add_share(seen, (struct name){"account", "个人账户"}, stay_owed_account(split));
    paid(seen, at, insured, insured, treating, treating);
    at = seen->share_count;
    add_share(seen, (struct name){"cash", "个人现金"}, split->cash);
    paid(seen, at, _("the person"), "person", _("the hospital"), "hospital");
    at = seen->share_count;
    add_share(seen, (struct name){"hospital", "医院负担"}, split->hospital);
    paid(seen, at, _("the hospital"), "hospital", _("nobody"), NULL);
    at = seen->share_count;
    add_share(seen, (struct name){"employer", "用人单位"}, split->employer);
    paid(seen, at, _("the employer"), "employer", _("the hospital"), "hospital");
    at = seen->share_count;
    add_share(seen, (struct name){"third party", "第三人"}, split->third_party);
    paid(seen, at, _("a third party"), "third_party", _("the hospital"), "hospital");
}

/* --- collecting ----------------------------------------------------------------------------
 */

static bool take_hop(void *self, const struct stay_hop *hop)
{
    struct stay_seen *seen = self;

    if (seen->hop_count == STAY_HOPS_SHOWN) {
        memmove(&seen->hops[0], &seen->hops[1], sizeof(seen->hops) - sizeof(seen->hops[0]));
        seen->hop_count--;
        seen->hops_before++;
    }
    seen->hops[seen->hop_count++] = *hop;
    return true;
}

static bool take_line(void *self, const struct line_row *row)
{
    struct stay_seen *seen = self;
    struct stay_charge *charge = arena_alloc(seen->cli->arena, sizeof(*charge));

    if (charge == NULL) {
        seen->ok = fail(seen->err, ERROR_MEMORY, _("no memory"));
        return false;
    }
    charge->row = *row;
    charge->row.number = arena_copy(seen->cli->arena, row->number);
    charge->row.original = arena_copy(seen->cli->arena, row->original);
    if (charge->row.number.at == NULL || charge->row.original.at == NULL) {
        seen->ok = fail(seen->err, ERROR_MEMORY, _("no memory"));
        return false;
    }
    if (seen->last == NULL)
        seen->first = charge;
    else
        seen->last->next = charge;
    seen->last = charge;
    return true;
}

static bool read_filing(struct stay_seen *seen, struct error *err)
{
    const struct uuid *filing = &seen->row.part.stay.filing;
    struct flow_case row;
    bool found;

    if (uuid_is_none(filing))
        return true;
    if (!ledger_get_case(seen->cli->txn, filing, &row, &found, err))
        return false;
    if (found)
        memcpy(seen->filing, row.trace, sizeof(seen->filing));
    return true;
}

static bool collect(struct stay_seen *seen, const char *typed, struct error *err)
{
    struct cli *cli = seen->cli;
    const struct flow_case *row = &seen->row;
    bool booked;

    if (!find_stay(cli, typed, &seen->row, err) ||
        !cli_party_id(cli, row->party, seen->party, err) ||
        !next_actor_shown(cli, row, next_step_of(row).actor, seen->actor, err) ||
        !read_filing(seen, err) || !each_hop(cli->txn, &row->case_id, take_hop, seen, err))
        return false;
    booked = (row->flags & CASE_BOOKED) != 0;
    seen->trial = !booked && (row->flags & CASE_PRESETTLED) != 0;
    if (booked || seen->trial)
        add_shares(seen);
    return !seen->with_lines ||
           (ledger_each_line(cli->txn, &row->case_id, take_line, seen, err) && seen->ok);
}

bool cli_stay(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct stay_seen *seen = arena_alloc(cli->arena, sizeof(*seen));
    struct operands operands;
    bool lines = false;
    bool json = false;
    const struct option_rule rules[] = {{"--lines", &lines, NULL}, {"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (seen == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *seen = (struct stay_seen){.cli = cli, .with_lines = lines, .err = err, .ok = true};
    if (!cli_open_ledger(cli, err) || !collect(seen, operands.at[0], err))
        return false;
    cli_end_read(cli);
    return json ? stay_print_json(seen, err) : stay_print_text(seen, err);
}
