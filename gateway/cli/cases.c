/* cases.c - `qiantong cases`: one line for each case that passes the filters. */
#include <string.h>

#include "cli/case_view.h"
#include "cli/json.h"

enum {
    LISTED_MAX = 1000000,
    ID_SHOWN_MIN = 13,
    ID_SIZE = UUID_TEXT_SIZE - 1,
    STATES_TEXT = 2048,
    DUE_MAX = 999,
    YEAR = 5 /* and its hyphen */
};

struct case_filter {
    bool open;
    bool overdue;
    const char *due; /* working days, as written */
    uint64_t due_days;
    const char *party;
    const char *state; /* English or Chinese */
    const char *kind;  /* likewise, or its code */
};

struct line {
    struct line *next;
    size_t shown; /* characters of the id that no other case shares */
    char party[PARTY_ID_SIZE];
    char party_short[PARTY_ID_SIZE];
    struct flow_case row;
};

struct listing {
    struct cli *cli;
    struct case_filter filter;
    bool json;
    struct line *first;
    struct line *last;
    size_t count;
    bool several;                  /* of more than one flow: their names are told apart */
    bool several_kinds;            /* likewise */
    struct line *newest;           /* the line of the case before this one, NULL: not listed */
    char previous[UUID_TEXT_SIZE]; /* id of the case before this one, listed or not */
    struct error *err;
    bool ok;
};

static bool state_named(const struct flow_case *row, const char *name)
{
    struct name names = case_state_name(row);

    return strcmp(names.english, name) == 0 || strcmp(names.chinese, name) == 0;
}

static bool kind_named(const struct flow_kind *kind, const char *name)
{
    return kind != NULL &&
           (strcmp(kind->code, name) == 0 || strcmp(kind->name.english, name) == 0 ||
            strcmp(kind->name.chinese, name) == 0);
}

/* Ends a clock of it within so many working days of who must act, or has it ended already? */
static bool due_within(const struct listing *listing, const struct flow_case *row)
{
    const struct flow_clock *clock = case_clock(row);
    struct instant now = listing->cli->now;

    /* 24:00 of the last day is the next day's 0:00. */
    return clock != NULL &&
           calendar_between(listing->cli->config->calendar, clock->region, instant_day(now),
                            instant_day(instant_add_ms(clock->due, -1))) <=
               (int)listing->filter.due_days;
}

static bool passes(const struct listing *listing, const struct flow_case *row,
                   const char *party)
{
    const struct case_filter *filter = &listing->filter;

    return (!filter->open || case_open(row)) &&
           (!filter->overdue || case_overdue(row, listing->cli->now)) &&
           (filter->due == NULL || due_within(listing, row)) &&
           (filter->party == NULL || strcmp(filter->party, party) == 0) &&
           (filter->state == NULL || state_named(row, filter->state)) &&
           (filter->kind == NULL || kind_named(flow_case_kind(row), filter->kind));
}

static size_t shared(const char *a, const char *b)
{
    size_t size = 0;

    while (a[size] != '\0' && a[size] == b[size])
        size++;
    return size;
}

/* How much of an id tells it from its neighbours: cases come in the order of their ids. */
static size_t shown_beside(const char *id, const char *neighbour)
{
    size_t need = shared(id, neighbour) + 1;

    if (need < ID_SHOWN_MIN)
        need = ID_SHOWN_MIN;
    if (need > ID_SIZE)
        need = ID_SIZE;
    return id[need - 1] == '-' ? need + 1 : need;
}

static bool add_line(struct listing *listing, const struct flow_case *row, const char *party,
                     size_t shown)
{
    struct line *line = arena_alloc(listing->cli->arena, sizeof(*line));

    if (line == NULL || listing->count == LISTED_MAX) {
        cli_hint(listing->cli,
                 _("narrow it with --open, --overdue, --due, --party, --state or --kind"));
        listing->ok = fail(listing->err, ERROR_MEMORY, _("too many cases for one listing"));
        return false;
    }
    line->row = *row;
    if (listing->first != NULL) {
        const struct flow_case *first = &listing->first->row;

        listing->several = listing->several || first->flow != row->flow;
        listing->several_kinds = listing->several_kinds ||
                                 flow_case_kind(first) != flow_case_kind(row);
    }
    line->shown = shown;
    snprintf(line->party, sizeof(line->party), "%s", party);
    listing->ok = cli_party_short(listing->cli, row->party, line->party_short, listing->err);
    if (listing->last == NULL)
        listing->first = line;
    else
        listing->last->next = line;
    listing->last = line;
    listing->newest = line;
    listing->count++;
    return listing->ok;
}

static bool visit(void *self, const struct flow_case *row)
{
    struct listing *listing = self;
    char party[PARTY_ID_SIZE];
    char id[UUID_TEXT_SIZE];
    size_t shown;

    if (!cli_party_id(listing->cli, row->party, party, listing->err)) {
        listing->ok = false;
        return false;
    }
    uuid_format(&row->case_id, id);
    shown = shown_beside(id, listing->previous);
    if (listing->newest != NULL && listing->newest->shown < shown)
        listing->newest->shown = shown;
    memcpy(listing->previous, id, sizeof(id));
    listing->newest = NULL;
    return !passes(listing, row, party) || add_line(listing, row, party, shown);
}

static bool print_json(struct listing *listing, struct error *err)
{
    json_t *array = json_new_array();

    for (const struct line *line = listing->first; line != NULL; line = line->next)
        json_append(array, case_json(&line->row, line->party, listing->cli->now));
    return json_print(listing->cli, array, err);
}

static enum paint paint_of(const struct flow_case *row, struct instant now)
{
    if (case_overdue(row, now))
        return PAINT_BAD;
    if (row->flags & CASE_FLAGGED)
        return PAINT_WARN;
    return case_open(row) ? PAINT_PLAIN : PAINT_FAINT;
}

static bool add_cells(struct table *table, const struct line *line,
                      const struct listing *listing, struct error *err)
{
    const struct flow_case *row = &line->row;
    struct instant now = listing->cli->now;
    bool several = listing->several;
    const struct flow_clock *clock = case_clock(row);
    enum paint paint = paint_of(row, now);
    char amount[MONEY_TEXT_SIZE + 8] = "";
    char id[UUID_TEXT_SIZE];
    char due[DAY_TEXT_SIZE + 2] = "";
    char day[DAY_TEXT_SIZE];
    struct money money = case_amount(row);

    uuid_format(&row->case_id, id);
    id[line->shown] = '\0';
    if (clock != NULL) {
        const char *mark = case_overdue(row, now) ? "!" : clock->provisional ? "?" : "";

        /* 24:00 of the last day is the next day's 0:00. */
        day_format(instant_day(instant_add_ms(clock->due, -1)), day);
        snprintf(due, sizeof(due), "%s%s", day, mark);
    }
    if (money.fen != 0)
        money_format_grouped(money, amount);
    return table_cell(table, PAINT_PLAIN, id, err) &&
           (!several || table_cell(table, PAINT_PLAIN, case_flow_short(row->flow), err)) &&
           (!listing->several_kinds ||
            table_cell(table, PAINT_PLAIN, case_kind_short(flow_case_kind(row)), err)) &&
           table_cell(table, PAINT_PLAIN, language_name(role_name(row->role)), err) &&
           table_cell(table, paint, language_name(case_state_name(row)), err) &&
           table_cell(table, PAINT_PLAIN, several ? line->party_short : line->party, err) &&
           table_cell(table, paint, several && due[0] != '\0' ? due + YEAR : due, err) &&
           table_cell(table, PAINT_PLAIN, amount, err);
}

static bool filtered(const struct case_filter *filter)
{
    return filter->open || filter->overdue || filter->due != NULL || filter->party != NULL ||
           filter->state != NULL || filter->kind != NULL;
}

/* The columns of flow and kind stand only where there is something to tell apart. */
static struct table *new_table(const struct listing *listing)
{
    static struct table_column columns[8];
    size_t count = 0;

    columns[count++] = (struct table_column){_("Case"), false, false};
    if (listing->several)
        columns[count++] = (struct table_column){_("Flow"), false, true};
    if (listing->several_kinds)
        columns[count++] = (struct table_column){_("Kind"), false, true};
    columns[count++] = (struct table_column){_("Role"), false, false};
    columns[count++] = (struct table_column){_("State"), false, true};
    columns[count++] = (struct table_column){_("Party"), false, true};
    columns[count++] = (struct table_column){_("Due"), false, false};
    columns[count++] = (struct table_column){_("Yuan"), true, false};
    return table_new(listing->cli->arena, columns, count);
}

static bool print_text(struct listing *listing, struct error *err)
{
    struct table *table = new_table(listing);

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (const struct line *line = listing->first; line != NULL; line = line->next)
        if (!add_cells(table, line, listing, err))
            return false;
    if (listing->count == 0) {
        fprintf(listing->cli->screen.out, "%s\n",
                filtered(&listing->filter) ? _("no case fits") : _("no case yet"));
        return true;
    }
    table_print(table, &listing->cli->screen);
    return true;
}

/* A misspelt state would list nothing and look like good news. */
static bool check_state(struct cli *cli, const char *state, struct error *err)
{
    char names[STATES_TEXT] = "";
    struct buffer buffer = buffer_over(names, sizeof(names) - 1);

    if (state == NULL)
        return true;
    for (size_t i = 0; flows[i] != NULL; i++) {
        for (size_t s = 0; s < flows[i]->state_count; s++) {
            const struct name *name = &flows[i]->states[s];

            if (strcmp(name->english, state) == 0 || strcmp(name->chinese, state) == 0)
                return true;
            buffer_format(&buffer, "%s%s", buffer.size == 0 ? "" : " ", language_name(*name));
        }
    }
    cli_hint(cli, _("one of: %s"), names);
    return fail(err, ERROR_USAGE, _("no state is called %s"), state);
}

static bool check_kind(struct cli *cli, const char *kind, struct error *err)
{
    char codes[STATES_TEXT] = "";
    struct buffer buffer = buffer_over(codes, sizeof(codes) - 1);

    if (kind == NULL)
        return true;
    for (size_t i = 0; flows[i] != NULL; i++) {
        for (size_t k = 0; k < flows[i]->kind_count; k++) {
            if (kind_named(&flows[i]->kinds[k], kind))
                return true;
            buffer_format(&buffer, "%s%s", buffer.size == 0 ? "" : " ",
                          case_kind_short(&flows[i]->kinds[k]));
        }
    }
    cli_hint(cli, _("one of: %s"), codes);
    return fail(err, ERROR_USAGE, _("no kind is called %s"), kind);
}

static bool check_due(struct cli *cli, struct case_filter *filter, struct error *err)
{
    if (filter->due == NULL ||
        (text_to_u64(text_of(filter->due), &filter->due_days) && filter->due_days <= DUE_MAX))
        return true;
    cli_hint(cli, _("as in `qiantong cases --due 5`"));
    return fail(err, ERROR_USAGE, _("%s is no number of working days"), filter->due);
}

bool cli_cases(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct listing listing = {.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {
        {"--open", &listing.filter.open, NULL},   {"--overdue", &listing.filter.overdue, NULL},
        {"--party", NULL, &listing.filter.party}, {"--state", NULL, &listing.filter.state},
        {"--due", NULL, &listing.filter.due},     {"--kind", NULL, &listing.filter.kind},
        {"--json", &listing.json, NULL},
    };
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !check_state(cli, listing.filter.state, err) ||
        !check_kind(cli, listing.filter.kind, err) || !check_due(cli, &listing.filter, err) ||
        !cli_open_ledger(cli, err) || !cli_known_party(cli, listing.filter.party, err) ||
        !ledger_each_case(cli->txn, visit, &listing, err) || !listing.ok)
        return false;
    cli_end_read(cli);
    return listing.json ? print_json(&listing, err) : print_text(&listing, err);
}
