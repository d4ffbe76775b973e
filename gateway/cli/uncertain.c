/* uncertain.c - `qiantong uncertain`: every case whose outcome is in doubt (存疑): since when,
 * what the gateway does about it and when, what a person can do. */
#include <string.h>

#include "cli/case_view.h"
#include "cli/entry_view.h"
#include "cli/json.h"
#include "cli/stay_view.h"

enum { LISTED_MAX = 100000, ID_SHOWN = 13, MONTH_AND_DAY = 5, TIME_OF_DAY = 11, MINUTES = 16 };

struct line {
    struct line *next;
    struct flow_case row;
    enum doubt doubt;
    struct instant since;
    char party[PARTY_ID_SIZE];
    char party_short[PARTY_ID_SIZE];
};

struct listing {
    struct cli *cli;
    struct line *first;
    struct line *last;
    size_t count;
    struct error *err;
    bool ok;
};

/* --- collecting ----------------------------------------------------------------------------
 */

static bool visit(void *self, const struct flow_case *row)
{
    struct listing *listing = self;
    enum doubt doubt = doubt_of(row, listing->cli->now);
    struct line *line;

    if (doubt == DOUBT_NONE)
        return true;
    line = arena_alloc(listing->cli->arena, sizeof(*line));
    if (line == NULL || listing->count == LISTED_MAX) {
        listing->ok = fail(listing->err, ERROR_MEMORY, _("too many cases for one listing"));
        return false;
    }
    *line = (struct line){.row = *row, .doubt = doubt};
    if (listing->first == NULL)
        listing->first = line;
    else
        listing->last->next = line;
    listing->last = line;
    listing->count++;
    return true;
}

/* Where the doubt that lasts now began: a reversal goes on with that of its question. */
static bool seek_begin(void *self, const struct entry *entry)
{
    struct line *line = self;
    struct entry seen = entry_seen_from(entry, &line->row.case_id);

    if (entry_moves_case(entry) && doubt_of_state(line->row.flow, seen.state_to) &&
        (!doubt_of_state(line->row.flow, seen.state_from) || line->since.ms == 0))
        line->since = entry->wall;
    return true;
}

static bool complete(struct cli *cli, struct line *line, struct error *err)
{
    const struct flow_question *question = flow_case_question(&line->row);

    if (doubt_of_state(line->row.flow, line->row.state)) {
        if (!ledger_each_of_case(cli->txn, &line->row.case_id, seek_begin, line, err))
            return false;
    } else if (line->doubt == DOUBT_UNCONFIRMED) {
        line->since = line->row.part.stay.settled_at;
    } else if (question != NULL) {
        line->since = question->answer_by;
    }
    if (line->since.ms == 0)
        line->since = line->row.changed_at;
    return cli_party_id(cli, line->row.party, line->party, err) &&
           cli_party_short(cli, line->row.party, line->party_short, err);
}

/* --- what a person can do ------------------------------------------------------------------
 */

/* By the doubt and by who we are in the case. */
static const char *advice_of(const struct line *line)
{
    bool treats = line->row.role == ROLE_TREATING;

    switch (line->doubt) {
    case DOUBT_MISMATCHED:
        return treats ? _("compare with the other side; qiantong reverse STAY once more")
                      : _("compare with the other side, which can reverse it once more");
    case DOUBT_UNCONFIRMED:
        return _("the core confirms or abandons; qiantong reverse STAY undoes it");
    case DOUBT_LATE:
        return treats ? _("see why it does not answer: qiantong party check, outbox")
                      : _("see why our core does not answer: qiantong outbox, letters");
    case DOUBT_REVERSING:
        return treats ? _("see why it does not answer: qiantong party check, outbox")
                      : _("see why our core does not answer: qiantong outbox, letters");
    default:
        return _("wait; or qiantong reverse STAY at once");
    }
}

/* --- showing -------------------------------------------------------------------------------
 */

static json_t *to_json(const struct line *line)
{
    struct next_act act = next_act_of(&line->row);
    const struct flow_question *question = flow_case_question(&line->row);
    json_t *object = json_new_object();

    json_uuid(object, "case_id", &line->row.case_id);
    json_text(object, "flow", flow_name(line->row.flow).english);
    json_text(object, "trace", line->row.trace);
    json_text(object, "role", role_name(line->row.role).english);
    json_text(object, "state", case_state_name(&line->row).english);
    json_text(object, "doubt", doubt_name(line->doubt).english);
    json_text(object, "party", line->party);
    json_instant(object, "since", line->since);
    json_text(object, "question",
              question == NULL ? NULL : action_name(question->action).english);
    json_put(object, "gateway_next", next_act_json(&act));
    json_bool(object, "reversible", stay_reversible(&line->row));
    return object;
}

static bool print_json(struct listing *listing, struct error *err)
{
    json_t *array = json_new_array();

    for (const struct line *line = listing->first; line != NULL; line = line->next)
        json_append(array, to_json(line));
    return json_print(listing->cli, array, err);
}

/* What it does and when; "!": the time is over, so the gateway does not run, or is behind. */
static bool add_act(struct table *table, const struct line *line, struct instant now,
                    struct error *err)
{
    struct next_act act = next_act_of(&line->row);
    char at[INSTANT_TEXT_SIZE];
    char shown[INSTANT_TEXT_SIZE];
    const char *what = act.clock == NULL           ? _("nothing")
                       : act.action == ACTION_NONE ? _("waits")
                                                   : language_name(action_name(act.action));
    bool late;

    if (!table_cell(table, act.clock == NULL ? PAINT_WARN : PAINT_PLAIN, what, err))
        return false;
    if (act.clock == NULL)
        return table_cell(table, PAINT_PLAIN, "", err);
    late = instant_before(act.clock->due, now);
    instant_format_short(act.clock->due, at);
    snprintf(shown, sizeof(shown), "%s%s",
             at + (instant_day(act.clock->due).number == instant_day(now).number
                       ? TIME_OF_DAY
                       : MONTH_AND_DAY),
             late ? "!" : "");
    return table_cell(table, late ? PAINT_BAD : PAINT_PLAIN, shown, err);
}

/* What `stay` and `reverse` take: the stay's own number; of another flow, how its case begins.
 */
static const char *name_of(const struct line *line, char name[UUID_TEXT_SIZE])
{
    if (stay_is(&line->row)) {
        snprintf(name, UUID_TEXT_SIZE, "%.*s", TEXT_ARG(stay_number(&line->row)));
    } else {
        uuid_format(&line->row.case_id, name);
        name[ID_SHOWN] = '\0';
    }
    return name;
}

static bool add_row(struct table *table, const struct line *line, struct instant now,
                    struct error *err)
{
    char name[UUID_TEXT_SIZE];
    char since[INSTANT_TEXT_SIZE];

    instant_format_short(line->since, since);
    since[MINUTES] = '\0';
    return table_cell(table, PAINT_PLAIN, name_of(line, name), err) &&
           table_cell(table, PAINT_PLAIN, language_name(role_name(line->row.role)), err) &&
           table_cell(table, PAINT_BAD, language_name(doubt_name(line->doubt)), err) &&
           table_cell(table, PAINT_PLAIN, line->party_short, err) &&
           table_cell(table, PAINT_PLAIN, since + MONTH_AND_DAY, err) &&
           add_act(table, line, now, err);
}

/* Each piece of advice once, under the doubts that it is for. */
static void print_advice(const struct listing *listing)
{
    bool told[DOUBTS][ROLES] = {{false}};
    const struct screen *screen = &listing->cli->screen;

    fprintf(screen->out, "\n%s\n", _("What a person can do:"));
    for (const struct line *line = listing->first; line != NULL; line = line->next) {
        char text[256];

        if (told[line->doubt][line->row.role])
            continue;
        told[line->doubt][line->row.role] = true;
        snprintf(text, sizeof(text), _("  %s (%s): %s"), language_name(doubt_name(line->doubt)),
                 language_name(role_name(line->row.role)), advice_of(line));
        screen_wrap(screen, PAINT_PLAIN, text);
    }
}

static bool print_text(struct listing *listing, struct error *err)
{
    const struct table_column columns[] = {
        {_("Case"), false, true},  {_("Role"), false, false},  {_("Doubt"), false, true},
        {_("Party"), false, true}, {_("Began"), false, false}, {_("Gateway"), false, true},
        {_("At"), false, false},
    };
    struct table *table = table_new(listing->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (const struct line *line = listing->first; line != NULL; line = line->next)
        if (!add_row(table, line, listing->cli->now, err))
            return false;
    table_print(table, &listing->cli->screen);
    print_advice(listing);
    return true;
}

bool cli_uncertain(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct listing listing = {.cli = cli, .err = err, .ok = true};
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !cli_open_ledger(cli, err) || !ledger_each_case(cli->txn, visit, &listing, err) ||
        !listing.ok)
        return false;
    for (struct line *line = listing.first; line != NULL; line = line->next)
        if (!complete(cli, line, err))
            return false;
    cli_end_read(cli);
    if (json)
        return print_json(&listing, err);
    if (listing.count > 0)
        return print_text(&listing, err);
    screen_paint(&cli->screen, PAINT_GOOD, _("Nothing is in doubt."));
    fputc('\n', cli->screen.out);
    return true;
}
