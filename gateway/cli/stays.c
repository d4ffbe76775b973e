/* stays.c - `qiantong stays`: one line for each stay, under its hospital and province. */
#include "cli/stays.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json.h"

enum { LISTED_MAX = 1000000, FIRST_ROOM = 256, SHORT_DAY = 5, CELL_SIZE = 64 };

struct filter {
    bool open;
    const char *party;
    const char *month_text;
    struct month month;
};

struct listing {
    struct stay_list list;
    struct filter filter;
    size_t room;
    bool json;
    struct error *err;
    bool ok;
};

/* --- collecting ----------------------------------------------------------------------------
 */

static bool passes(const struct listing *listing, const struct flow_case *row,
                   const char *party)
{
    const struct filter *filter = &listing->filter;

    return (!filter->open || stay_open(row)) &&
           (filter->party == NULL || strcmp(filter->party, party) == 0) &&
           (filter->month.number == 0 || stay_month(row).number == filter->month.number);
}

static bool make_room(struct listing *listing)
{
    struct stay_list *list = &listing->list;
    size_t room = listing->room == 0 ? FIRST_ROOM : listing->room * 2;
    struct stay_line **larger;

    if (list->count < listing->room)
        return true;
    larger = room <= 2 * LISTED_MAX ? arena_array(list->cli->arena, room, sizeof(*larger))
                                    : NULL;
    if (larger == NULL)
        return false;
    if (list->count > 0)
        memcpy(larger, list->at, list->count * sizeof(*larger));
    list->at = larger;
    listing->room = room;
    return true;
}

static bool too_many(struct listing *listing)
{
    cli_hint(listing->list.cli, _("narrow it with --open, --party or --month"));
    return fail(listing->err, ERROR_MEMORY, _("too many stays for one listing"));
}

static bool add(struct listing *listing, const struct flow_case *row, const char *party)
{
    struct cli *cli = listing->list.cli;
    struct stay_line *line = arena_alloc(cli->arena, sizeof(*line));

    if (line == NULL || listing->list.count == LISTED_MAX || !make_room(listing))
        return too_many(listing);
    *line = (struct stay_line){
        .case_id = row->case_id,
        .institution_size = stay_institution(row).size,
        .far_region = stay_far_region(row),
        .insurance = row->part.stay.insurance,
        .flow = row->flow,
        .state = row->state,
        .open = stay_open(row),
        .doubt = doubt_of(row, cli->now) != DOUBT_NONE,
        .amounts = stay_amounts_of(row),
        .since = row->changed_at,
    };
    if (listing->json) {
        struct flow_case *copy = arena_alloc(cli->arena, sizeof(*copy));

        if (copy == NULL)
            return too_many(listing);
        *copy = *row;
        line->row = copy;
    }
    memcpy(line->trace, row->trace, sizeof(line->trace));
    snprintf(line->party, sizeof(line->party), "%s", party);
    listing->list.at[listing->list.count++] = line;
    return true;
}

static bool visit(void *self, const struct flow_case *row)
{
    struct listing *listing = self;
    char party[PARTY_ID_SIZE];

    if (!stay_is(row))
        return true;
    listing->ok = cli_party_id(listing->list.cli, row->party, party, listing->err) &&
                  (!passes(listing, row, party) || add(listing, row, party));
    return listing->ok;
}

static int compare_institutions(const struct stay_line *a, const struct stay_line *b)
{
    size_t size = a->institution_size < b->institution_size ? a->institution_size
                                                            : b->institution_size;
    int order = memcmp(a->trace, b->trace, size);

    if (order != 0)
        return order;
    return (a->institution_size > b->institution_size) -
           (a->institution_size < b->institution_size);
}

static int compare(const void *left, const void *right)
{
    const struct stay_line *a = *(struct stay_line *const *)left;
    const struct stay_line *b = *(struct stay_line *const *)right;
    int order = compare_institutions(a, b);

    if (order == 0)
        order = strcmp(a->party, b->party);
    return order != 0 ? order : memcmp(&a->case_id, &b->case_id, sizeof(a->case_id));
}

/* --- showing -------------------------------------------------------------------------------
 */

static bool print_json(struct stay_list *list, struct error *err)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < list->count; i++)
        json_append(array, stay_json(list->at[i]->row, list->at[i]->party, list->cli->now));
    return json_print(list->cli, array, err);
}

/* "03-02" of this year, "2025-12" of another. */
static const char *short_day(struct instant at, struct instant now, char text[DAY_TEXT_SIZE])
{
    int year;
    int this_year;
    int month;
    int day;

    day_parts(instant_day(at), &year, &month, &day);
    day_parts(instant_day(now), &this_year, &month, &day);
    day_format(instant_day(at), text);
    if (year == this_year)
        return text + SHORT_DAY;
    text[MONTH_TEXT_SIZE - 1] = '\0';
    return text;
}

static bool add_heading(struct table *table, const struct stay_line *line, struct error *err)
{
    char institution[TRACE_SIZE];
    char region[16];

    snprintf(institution, sizeof(institution), "%.*s", (int)line->institution_size,
             line->trace);
    snprintf(region, sizeof(region), "%06u", (unsigned)line->far_region);
    return table_cell(table, PAINT_TITLE, institution, err) &&
           table_cell(table, PAINT_PLAIN, "", err) &&
           table_cell(table, PAINT_TITLE, region, err) &&
           table_cell(table, PAINT_PLAIN, "", err) && table_cell(table, PAINT_PLAIN, "", err) &&
           table_cell(table, PAINT_PLAIN, "", err) && table_cell(table, PAINT_PLAIN, "", err);
}

static bool add_money(struct table *table, bool known, struct money money, struct error *err)
{
    char text[MONEY_TEXT_SIZE + 8];

    return table_cell(table, PAINT_PLAIN, known ? money_format_grouped(money, text) : "", err);
}

static bool add_line(struct table *table, const struct stay_line *line, struct instant now,
                     struct error *err)
{
    const struct stay_amounts *amounts = &line->amounts;
    struct name state = flow_state_name(flow_find(line->flow), line->state);
    enum paint paint = line->doubt ? PAINT_BAD : line->open ? PAINT_PLAIN : PAINT_FAINT;
    const char *number = line->trace + line->institution_size;
    char cell[CELL_SIZE];
    char day[DAY_TEXT_SIZE];

    snprintf(cell, sizeof(cell), "  %s", number[0] == '/' ? number + 1 : number);
    return table_cell(table, PAINT_PLAIN, cell, err) &&
           table_cell(table, PAINT_PLAIN, language_name(insurance_name(line->insurance)),
                      err) &&
           table_cell(table, paint, language_name(state), err) &&
           add_money(table, amounts->total.fen != 0 || amounts->booked, amounts->total, err) &&
           add_money(table, amounts->booked, amounts->fund, err) &&
           add_money(table, amounts->booked, amounts->cash, err) &&
           table_cell(table, PAINT_PLAIN, short_day(line->since, now, day), err);
}

static bool print_text(struct listing *listing, struct error *err)
{
    const struct table_column columns[] = {
        {_("Stay"), false, true},     {_("Insurance"), false, true}, {_("State"), false, true},
        {_("Total"), true, false},    {_("Fund"), true, false},      {_("Cash"), true, false},
        {_("Changed"), false, false},
    };
    struct stay_list *list = &listing->list;
    struct table *table = table_new(list->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < list->count; i++) {
        const struct stay_line *line = list->at[i];
        const struct stay_line *before = i > 0 ? list->at[i - 1] : NULL;

        if ((before == NULL || compare_institutions(before, line) != 0 ||
             before->far_region != line->far_region) &&
            !add_heading(table, line, err))
            return false;
        if (!add_line(table, line, list->cli->now, err))
            return false;
    }
    table_print(table, &list->cli->screen);
    return true;
}

static bool filtered(const struct filter *filter)
{
    return filter->open || filter->party != NULL || filter->month_text != NULL;
}

bool cli_stays(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct listing listing = {.list = {.cli = cli}, .err = err, .ok = true};
    struct filter *filter = &listing.filter;
    bool times = false;
    const struct option_rule rules[] = {
        {"--open", &filter->open, NULL},        {"--party", NULL, &filter->party},
        {"--month", NULL, &filter->month_text}, {"--times", &times, NULL},
        {"--json", &listing.json, NULL},
    };
    bool json;
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !month_option(cli, filter->month_text, &filter->month, err))
        return false;
    json = listing.json;
    listing.json = json && !times;
    if (!cli_open_ledger(cli, err) || !cli_known_party(cli, filter->party, err) ||
        !ledger_each_case(cli->txn, visit, &listing, err) || !listing.ok)
        return false;
    if (listing.list.count > 1)
        qsort(listing.list.at, listing.list.count, sizeof(struct stay_line *), compare);
    if (times)
        return stays_times(&listing.list, json, err);
    cli_end_read(cli);
    if (json)
        return print_json(&listing.list, err);
    if (listing.list.count > 0)
        return print_text(&listing, err);
    fprintf(cli->screen.out, "%s\n", filtered(filter) ? _("no stay fits") : _("no stay yet"));
    return true;
}
