/* letters.c - `qiantong letters`, `qiantong retry LETTER` and `qiantong close LETTER`. */
#include <inttypes.h>

#include "cli/approvals.h"
#include "cli/ask.h"
#include "cli/json.h"
#include "cli/letter_view.h"

enum { LISTED_MAX = 1000000 };

struct listing {
    struct cli *cli;
    bool dead;
    bool all;
    struct table *table; /* NULL for JSON */
    json_t *array;
    size_t count;
    struct error *err;
    bool ok;
};

static bool visit(void *self, const struct letter_row *row)
{
    struct listing *listing = self;
    json_t *object = NULL;

    if (listing->dead ? row->letter.state != LETTER_DEAD : !listing->all && !letter_open(row))
        return true;
    if (++listing->count > LISTED_MAX) {
        listing->ok = fail(listing->err, ERROR_MEMORY, _("too many letters for one listing"));
    } else if (listing->table != NULL) {
        listing->ok = letter_table_add(listing->cli, listing->table, true, row, listing->err);
    } else {
        listing->ok = letter_json(listing->cli, row, &object, listing->err);
        if (listing->ok)
            json_append(listing->array, object);
    }
    return listing->ok;
}

static const char *nothing(const struct listing *listing)
{
    if (listing->dead)
        return _("no letter is dead");
    return listing->all ? _("no letter was ever written")
                        : _("nothing waits: no letter is under way or dead");
}

bool cli_letters(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct listing listing = {.cli = cli, .err = err, .ok = true};
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL},
                                        {"--dead", &listing.dead, NULL},
                                        {"--all", &listing.all, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err))
        return false;
    if (json)
        listing.array = json_new_array();
    else
        listing.table = letter_table_new(cli->arena, true);
    if (listing.array == NULL && listing.table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!cli_open_ledger(cli, err) || !ledger_each_letter(cli->txn, visit, &listing, err) ||
        !listing.ok) {
        json_decref(listing.array);
        return false;
    }
    cli_end_read(cli);
    if (json)
        return json_print(cli, listing.array, err);
    if (listing.count == 0)
        fprintf(cli->screen.out, "%s\n", nothing(&listing));
    else
        table_print(listing.table, &cli->screen);
    return true;
}

/* Asks the gateway to do `verb` to the one dead letter that was named. *done false: it waits
 * for a second person, which was said. */
static bool ask_for_letter(struct cli *cli, const char *verb, const char *letter,
                           const char *reason, bool *done, struct error *err)
{
    json_t *request;
    json_t *answer = NULL;
    uint64_t out_id;

    if (!text_to_u64(text_of(letter), &out_id)) {
        cli_hint(cli, _("`qiantong letters --dead` lists them"));
        return fail(err, ERROR_USAGE, _("not a letter's number: %s"), letter);
    }
    request = json_new_object();
    json_text(request, "verb", verb);
    json_text(request, "letter", letter);
    json_text(request, "reason", reason == NULL ? "" : reason);
    if (!ask_gateway(cli, request, ASK_SHORT_MS, &answer, err)) {
        if (err->code == ERROR_USAGE && reason == NULL)
            cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        else if (err->code == ERROR_NOT_FOUND)
            cli_hint(cli, _("`qiantong letters --dead` lists them"));
        return false;
    }
    *done = !approval_waits(cli, answer);
    json_decref(answer);
    return true;
}

bool cli_retry(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    bool done = false;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) ||
        !ask_for_letter(cli, "retry", operands.at[0], reason, &done, err))
        return false;
    fprintf(cli->screen.out, _("letter %s will be tried again now\n"), operands.at[0]);
    return true;
}

bool cli_close(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const char *reason = NULL;
    const struct option_rule rules[] = {{"--reason", NULL, &reason}};
    struct operands operands;
    bool done = false;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (reason == NULL || reason[0] == '\0') {
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        return fail(err, ERROR_USAGE, _("a letter is closed for a reason"));
    }
    if (!ask_for_letter(cli, "close", operands.at[0], reason, &done, err))
        return false;
    if (!done)
        return true;
    fprintf(cli->screen.out,
            _("letter %s is closed: it is never sent, and what waits behind it goes on\n"),
            operands.at[0]);
    return true;
}
