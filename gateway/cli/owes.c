/* owes.c - `qiantong owes`: who owes whom by partner, insurance and month. The two directions
 * stand apart and are never set off against each other. */
#include <inttypes.h>
#include <string.h>

#include "cli/json.h"
#include "cli/stay_view.h"

enum { LISTED_MAX = 100000, COUNT_SIZE = 24 };

struct balance {
    struct balance *next;
    struct balance_row row;
    char party[PARTY_ID_SIZE];
};

struct listing {
    struct cli *cli;
    struct month month; /* 0: all */
    struct balance *first;
    struct balance *last;
    size_t count;
    struct error *err;
    bool ok;
};

/* The accounts that stand between two provinces: what is owed to us, what we owe. */
static const uint8_t directions[] = {ACCOUNT_RECEIVABLE, ACCOUNT_PAYABLE};

static bool between_provinces(unsigned account)
{
    return account == directions[0] || account == directions[1];
}

static bool of_month(const struct listing *listing, uint32_t period)
{
    uint32_t wanted = (uint32_t)(month_year(listing->month) * 100 +
                                 month_of_year(listing->month));

    return listing->month.number == 0 || period == wanted;
}

static bool visit(void *self, const struct balance_row *row)
{
    struct listing *listing = self;
    struct balance *balance;

    if (!between_provinces(row->account) || !of_month(listing, row->period))
        return true;
    balance = arena_alloc(listing->cli->arena, sizeof(*balance));
    if (balance == NULL || listing->count == LISTED_MAX) {
        cli_hint(listing->cli, _("narrow it with --month"));
        listing->ok = fail(listing->err, ERROR_MEMORY, _("too many balances for one listing"));
        return false;
    }
    *balance = (struct balance){.row = *row};
    listing->ok = cli_party_id(listing->cli, row->party, balance->party, listing->err);
    if (listing->first == NULL)
        listing->first = balance;
    else
        listing->last->next = balance;
    listing->last = balance;
    listing->count++;
    return listing->ok;
}

/* What is open in the account's own direction; what passes the bounds of money is an error. */
static bool open_amount(const struct balance_row *row, struct money *open, struct error *err)
{
    bool receivable = row->account == ACCOUNT_RECEIVABLE;

    return money_subtract(receivable ? row->debit : row->credit,
                          receivable ? row->credit : row->debit, open) ||
           fail(err, ERROR_LEDGER, _("a balance is larger than any amount"));
}

static const char *period_text(uint32_t period, char text[MONTH_TEXT_SIZE])
{
    struct month month = {0};

    text[0] = '\0';
    return month_from((int)(period / 100), (int)(period % 100), &month)
               ? month_format(month, text)
               : text;
}

/* --- showing -------------------------------------------------------------------------------
 */

static bool add_json(json_t *array, const struct cli *cli, const struct balance *balance,
                     struct error *err)
{
    const struct balance_row *row = &balance->row;
    bool receivable = row->account == ACCOUNT_RECEIVABLE;
    char month[MONTH_TEXT_SIZE];
    struct money open;
    json_t *object;

    if (!open_amount(row, &open, err))
        return false;
    object = json_new_object();
    json_text(object, "debtor", receivable ? balance->party : cli->config->party);
    json_text(object, "creditor", receivable ? cli->config->party : balance->party);
    json_text(object, "account", account_name(row->account).english);
    json_text(object, "insurance", insurance_name(row->insurance).english);
    json_text(object, "month", period_text(row->period, month));
    json_number(object, "debit_fen", row->debit.fen);
    json_number(object, "credit_fen", row->credit.fen);
    json_number(object, "postings", (int64_t)row->count);
    json_number(object, "owed_fen", open.fen);
    json_append(array, object);
    return true;
}

static bool print_json(struct listing *listing, struct error *err)
{
    json_t *array = json_new_array();

    for (const struct balance *balance = listing->first; balance != NULL;
         balance = balance->next) {
        if (!add_json(array, listing->cli, balance, err)) {
            json_decref(array);
            return false;
        }
    }
    return json_print(listing->cli, array, err);
}

static bool add_row(struct table *table, const struct balance *balance, struct error *err)
{
    const struct balance_row *row = &balance->row;
    char month[MONTH_TEXT_SIZE];
    char debit[MONEY_TEXT_SIZE + 8];
    char credit[MONEY_TEXT_SIZE + 8];
    char owed[MONEY_TEXT_SIZE + 8];
    char count[COUNT_SIZE];
    struct money open;

    if (!open_amount(row, &open, err))
        return false;
    snprintf(count, sizeof(count), "%" PRIu64, row->count);
    return table_cell(table, PAINT_PLAIN, balance->party, err) &&
           table_cell(table, PAINT_PLAIN, language_name(insurance_name(row->insurance)), err) &&
           table_cell(table, PAINT_PLAIN, period_text(row->period, month), err) &&
           table_cell(table, PAINT_PLAIN, money_format_grouped(row->debit, debit), err) &&
           table_cell(table, PAINT_PLAIN, money_format_grouped(row->credit, credit), err) &&
           table_cell(table, PAINT_PLAIN, count, err) &&
           table_cell(table, PAINT_PLAIN, money_format_grouped(open, owed), err);
}

static bool print_direction(struct listing *listing, unsigned account, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"), false, true}, {_("Insurance"), false, true}, {_("Month"), false, false},
        {_("Debit"), true, false}, {_("Credit"), true, false},    {_("Count"), true, false},
        {_("Owed"), true, false},
    };
    const struct screen *screen = &listing->cli->screen;
    struct table *table = table_new(listing->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (const struct balance *balance = listing->first; balance != NULL;
         balance = balance->next)
        if (balance->row.account == account && !add_row(table, balance, err))
            return false;
    screen_paint(screen, PAINT_TITLE,
                 account == ACCOUNT_RECEIVABLE ? _("Others owe us (receivable)")
                                               : _("We owe others (payable)"));
    fputc('\n', screen->out);
    if (table_rows(table) > 0)
        table_print(table, screen);
    else
        fprintf(screen->out, "%s\n", _("nothing"));
    return true;
}

static bool print_text(struct listing *listing, struct error *err)
{
    FILE *out = listing->cli->screen.out;

    if (!print_direction(listing, directions[0], err))
        return false;
    fputc('\n', out);
    if (!print_direction(listing, directions[1], err))
        return false;
    fprintf(out, "\n%s\n", _("The two directions are never set off against each other."));
    return true;
}

bool cli_owes(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct listing listing = {.cli = cli, .err = err, .ok = true};
    const char *month = NULL;
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--month", NULL, &month}, {"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !month_option(cli, month, &listing.month, err) || !cli_open_ledger(cli, err) ||
        !ledger_each_balance(cli->txn, visit, &listing, err) || !listing.ok)
        return false;
    cli_end_read(cli);
    return json ? print_json(&listing, err) : print_text(&listing, err);
}
