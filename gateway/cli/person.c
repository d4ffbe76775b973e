/*
 * person.c - `qiantong person`: the cases and entries of one person.
 *
 * The identity number is read from standard input (from a terminal without echo) and never
 * taken as a word: words stand in the shell's history and in the list of processes. It is
 * turned into the keyed tag by which the ledger knows the person, and forgotten. The search
 * itself is an entry DISCLOSED with its reason, and is found by the next search.
 */
#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/case_view.h"
#include "cli/disclose.h"
#include "cli/entry_view.h"
#include "cli/json.h"

enum { NUMBER_MAX = 128, CASES_MAX = 1000 };

struct search {
    struct cli *cli;
    bool json;
    struct uuid cases[CASES_MAX];
    size_t case_count;
    struct table *case_table;
    struct table *entry_table;
    json_t *case_array;
    json_t *entry_array;
    struct error *err;
    bool ok;
};

/* --- the number
 * -------------------------------------------------------------------------------- */

static void set_echo(bool echo)
{
    struct termios terminal;

    if (tcgetattr(STDIN_FILENO, &terminal) != 0)
        return;
    if (echo)
        terminal.c_lflag |= (tcflag_t)ECHO;
    else
        terminal.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
}

static bool read_number(char line[NUMBER_MAX], struct error *err)
{
    bool terminal = isatty(STDIN_FILENO);
    ssize_t size;

    if (terminal) {
        fprintf(stderr, "%s", _("identity number: "));
        set_echo(false);
    }
    do
        size = read(STDIN_FILENO, line, NUMBER_MAX - 1);
    while (size < 0 && errno == EINTR);
    if (terminal) {
        set_echo(true);
        fputc('\n', stderr);
    }
    if (size < 0)
        return fail(err, ERROR_SYSTEM, _("the number cannot be read: %s"), strerror(errno));
    line[size] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] != '\0' || fail(err, ERROR_USAGE, _("no number on standard input"));
}

/* --- what is found
 * ----------------------------------------------------------------------------- */

static bool add_case_row(struct search *search, const struct flow_case *row)
{
    struct cli *cli = search->cli;
    char id[UUID_TEXT_SIZE];
    char party[PARTY_ID_SIZE];
    char opened[INSTANT_TEXT_SIZE];

    if (search->json) {
        if (!cli_party_id(cli, row->party, party, search->err))
            return false;
        json_append(search->case_array, case_json(row, party, cli->now));
        return true;
    }
    if (!cli_party_short(cli, row->party, party, search->err))
        return false;
    opened[0] = '\0';
    instant_format_short(row->opened_at, opened);
    opened[DAY_TEXT_SIZE - 2] = '\0';
    return table_cell(search->case_table, PAINT_PLAIN, uuid_format(&row->case_id, id),
                      search->err) &&
           table_cell(search->case_table, PAINT_PLAIN, language_name(role_name(row->role)),
                      search->err) &&
           table_cell(search->case_table, PAINT_PLAIN, language_name(case_state_name(row)),
                      search->err) &&
           table_cell(search->case_table, PAINT_PLAIN, party, search->err) &&
           table_cell(search->case_table, PAINT_FAINT, opened, search->err);
}

/* Each case once, in the order in which the person appears in it. */
static bool add_case(struct search *search, const struct uuid *case_id)
{
    struct flow_case row;
    bool found = false;

    for (size_t i = 0; i < search->case_count; i++)
        if (uuid_equal(&search->cases[i], case_id))
            return true;
    if (search->case_count == CASES_MAX)
        return fail(search->err, ERROR_SIZE, _("more than %d cases"), CASES_MAX);
    search->cases[search->case_count++] = *case_id;
    if (!ledger_get_case(search->cli->txn, case_id, &row, &found, search->err))
        return false;
    return !found || add_case_row(search, &row);
}

static bool add_entry(struct search *search, const struct entry *entry)
{
    json_t *object = NULL;

    if (!search->json)
        return entry_table_add(search->cli, search->entry_table, entry, search->err);
    if (!entry_json(search->cli, entry, &object, search->err))
        return false;
    json_append(search->entry_array, object);
    return true;
}

static bool visit(void *self, const struct entry *entry)
{
    struct search *search = self;

    search->ok = (uuid_is_none(&entry->case_id) || add_case(search, &entry->case_id)) &&
                 add_entry(search, entry);
    return search->ok;
}

static bool look(struct search *search, uint8_t tags[][PERSON_TAG_SIZE], size_t count)
{
    struct cli *cli = search->cli;
    bool ok = cli_begin_read(cli, search->err);

    for (size_t i = 0; ok && i < count; i++)
        ok = ledger_each_of_person(cli->txn, tags[i], visit, search, search->err) && search->ok;
    cli_end_read(cli);
    return ok;
}

static bool make_tables(struct search *search, struct error *err)
{
    static struct table_column columns[5];

    columns[0] = (struct table_column){_("Case"), false, false};
    columns[1] = (struct table_column){_("Role"), false, false};
    columns[2] = (struct table_column){_("State"), false, true};
    columns[3] = (struct table_column){_("Party"), false, true};
    columns[4] = (struct table_column){_("Opened"), false, false};
    search->case_table = table_new(search->cli->arena, columns, COUNT_OF(columns));
    search->entry_table = entry_table_new(search->cli->arena);
    if (search->case_table == NULL || search->entry_table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (search->json) {
        search->case_array = json_new_array();
        search->entry_array = json_new_array();
    }
    return true;
}

static bool print_found(struct search *search, struct error *err)
{
    const struct screen *screen = &search->cli->screen;
    json_t *object;

    if (search->json) {
        object = json_new_object();
        json_put(object, "cases", search->case_array);
        json_put(object, "entries", search->entry_array);
        return json_print(search->cli, object, err);
    }
    if (search->case_count == 0)
        fprintf(screen->out, "%s\n", _("no case of this person"));
    else
        table_print(search->case_table, screen);
    fputc('\n', screen->out);
    table_print(search->entry_table, screen);
    return true;
}

static bool run(struct search *search, const char *reason, struct error *err)
{
    static uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE];
    struct disclosing *disclosing = NULL;
    char number[NUMBER_MAX] = "";
    size_t count = 0;
    bool ok;

    if (!cli_open_ledger(search->cli, err) || !disclose_reason(search->cli, reason, err))
        return false;
    ok = read_number(number, err) && disclosing_begin(search->cli, &disclosing, err) &&
         disclosing_search(disclosing, text_of(number), reason, tags, &count, err) &&
         make_tables(search, err) && look(search, tags, count);
    explicit_bzero(number, sizeof(number));
    disclosing_end(disclosing);
    return ok && print_found(search, err);
}

bool cli_person(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    static struct search search;
    const char *reason = NULL;
    struct operands operands;

    search = (struct search){.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {{"--json", &search.json, NULL},
                                        {"--reason", NULL, &reason}};
    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, OPERANDS_MAX, &operands,
                       err))
        return false;
    if (operands.count > 0) { /* not repeated: it may be the number */
        cli_hint(cli, "%s", _("type it when asked, or: qiantong person <file-with-the-number"));
        return fail(err, ERROR_USAGE,
                    _("the number is read from standard input, so that no history keeps it"));
    }
    return run(&search, reason, err);
}
