/* punctuality_view.c - how many limits were kept, for people and programs. */
#include "cli/punctuality.h"

#include <inttypes.h>

#include "cli/case_view.h"
#include "cli/json.h"

enum { NUMBER_SIZE = 48, TITLE_SIZE = 128 };

/* What was kept of all that ended or should have, in parts of ten thousand, rounded half up. */
static uint64_t rate_of(const struct punctual_row *row)
{
    uint64_t whole = row->in_time + row->late + row->overdue;

    return whole == 0 ? 0 : (row->in_time * 10000 + whole / 2) / whole;
}

static json_t *row_json(const struct punctual_row *row)
{
    const struct flow_kind *kind = punctual_kind(&row->key);
    json_t *object = json_new_object();
    char month[MONTH_TEXT_SIZE];

    json_text(object, "month", month_format(row->key.month, month));
    json_text(object, "duty", row->key.ours ? "own" : "partner");
    json_text(object, "party", row->party);
    json_text(object, "flow", flow_name(row->key.flow).english);
    json_text(object, "kind", kind != NULL ? kind->code : NULL);
    json_text(object, "step", clock_kind_name(row->key.step).english);
    json_number(object, "in_time", (int64_t)row->in_time);
    json_number(object, "late", (int64_t)row->late);
    json_number(object, "overdue", (int64_t)row->overdue);
    json_number(object, "in_time_of_10000", (int64_t)rate_of(row));
    return object;
}

bool punctuality_print_json(struct punctuality *all, struct error *err)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < all->count; i++)
        json_append(array, row_json(&all->rows[i]));
    return json_print(all->cli, array, err);
}

static bool add_number(struct table *table, enum paint paint, uint64_t number,
                       struct error *err)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    return table_cell(table, paint, text, err);
}

static bool add_row(struct table *table, const struct punctual_row *row, struct error *err)
{
    uint64_t parts = rate_of(row);
    char rate[NUMBER_SIZE];

    snprintf(rate, sizeof(rate), "%" PRIu64 ".%02" PRIu64 "%%", parts / 100, parts % 100);
    return table_cell(table, PAINT_PLAIN, row->party_short, err) &&
           table_cell(table, PAINT_PLAIN, case_flow_short(row->key.flow), err) &&
           table_cell(table, PAINT_PLAIN, case_kind_short(punctual_kind(&row->key)), err) &&
           table_cell(table, PAINT_PLAIN, language_name(clock_title(row->key.step)), err) &&
           add_number(table, PAINT_PLAIN, row->in_time, err) &&
           add_number(table, row->late > 0 ? PAINT_WARN : PAINT_PLAIN, row->late, err) &&
           add_number(table, row->overdue > 0 ? PAINT_BAD : PAINT_PLAIN, row->overdue, err) &&
           table_cell(table, PAINT_PLAIN, rate, err);
}

static void print_title(const struct screen *screen, const struct punctual_key *key)
{
    char month[MONTH_TEXT_SIZE];
    char title[TITLE_SIZE];

    snprintf(title, sizeof(title), _("%s, %s"),
             key->ours ? _("Our own duty") : _("The other side's duty"),
             month_format(key->month, month));
    screen_paint(screen, PAINT_TITLE, title);
    fputc('\n', screen->out);
}

/* The rows of one month and duty, from `row` on; *row is then behind them. */
static bool print_rows(struct punctuality *all, size_t *row, struct error *err)
{
    const struct screen *screen = &all->cli->screen;
    const struct punctual_key *key = &all->rows[*row].key;
    const struct table_column columns[] = {
        {_("Party"), false, true},   {_("Flow"), false, true},    {_("Kind"), false, true},
        {_("Limit"), false, true},   {_("In time"), true, false}, {_("Late"), true, false},
        {_("Overdue"), true, false}, {_("Rate"), true, false},
    };
    struct table *table = table_new(all->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    print_title(screen, key);
    for (; *row < all->count; ++*row) {
        const struct punctual_key *next = &all->rows[*row].key;

        if (next->ours != key->ours || next->month.number != key->month.number)
            break;
        if (!add_row(table, &all->rows[*row], err))
            return false;
    }
    table_print(table, screen);
    fputc('\n', screen->out);
    return true;
}

bool punctuality_print_text(struct punctuality *all, struct error *err)
{
    FILE *out = all->cli->screen.out;
    size_t row = 0;

    if (all->count == 0) {
        fprintf(out, "%s\n", _("no limit has ended or passed"));
        return true;
    }
    while (row < all->count)
        if (!print_rows(all, &row, err))
            return false;
    fprintf(
        out, "%s\n",
        _("Rate: kept in time, of the limits that ended in the month, whatever ended them,\n"
          "and of those that passed in it and are not met so far."));
    return true;
}
