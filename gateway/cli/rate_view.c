/* rate_view.c - the rate of direct settlement, for people and programs. */
#include "cli/rate.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json.h"

enum { NUMBER_SIZE = 48 };

/* Parts of ten thousand, rounded half up; no floating point. */
static uint64_t share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
}

/* --- for programs --------------------------------------------------------------------------
 */

static json_t *key_json(const struct rate_key *key, const char *party)
{
    json_t *object = json_new_object();
    char month[MONTH_TEXT_SIZE];

    json_text(object, "role", role_name(key->role).english);
    json_text(object, "month", month_format(key->month, month));
    json_text(object, "party", party);
    json_text(object, "insurance", insurance_name(key->insurance).english);
    json_number(object, "level", key->level);
    return object;
}

static json_t *row_json(const struct rate_row *row)
{
    json_t *object = key_json(&row->key, row->party);

    json_number(object, "registered", (int64_t)row->registered);
    json_number(object, "settled", (int64_t)row->settled);
    json_number(object, "settled_of_10000", (int64_t)share(row->settled, row->registered));
    json_number(object, "uncertain", (int64_t)row->uncertain);
    json_number(object, "resolved", (int64_t)row->resolved);
    json_number(object, "reversed", (int64_t)row->reversed);
    json_number(object, "reversed_of_10000", (int64_t)share(row->reversed, row->registered));
    json_number(object, "cancelled", (int64_t)row->cancelled);
    json_number(object, "manual", (int64_t)row->manual);
    json_number(object, "ended", (int64_t)row->ended);
    json_number(object, "open", (int64_t)row->open);
    return object;
}

bool rate_print_json(struct rate *rate, struct error *err)
{
    json_t *object = json_new_object();
    json_t *rows = json_new_array();
    json_t *reasons = json_new_array();

    json_text(object, "denominator", "stays opened in the month that ever were registered");
    for (size_t i = 0; i < rate->row_count; i++)
        json_append(rows, row_json(&rate->rows[i]));
    for (size_t i = 0; i < rate->reason_count; i++) {
        json_t *reason = key_json(&rate->reasons[i].key, rate->reasons[i].party);

        json_text(reason, "code",
                  rate->reasons[i].code[0] == '\0' ? NULL : rate->reasons[i].code);
        json_number(reason, "count", (int64_t)rate->reasons[i].count);
        json_append(reasons, reason);
    }
    json_put(object, "rows", rows);
    json_put(object, "manual_reasons", reasons);
    return json_print(rate->cli, object, err);
}

/* --- for people ----------------------------------------------------------------------------
 */

static bool add_number(struct table *table, uint64_t number, struct error *err)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    return table_cell(table, PAINT_PLAIN, text, err);
}

static bool add_share(struct table *table, uint64_t part, uint64_t whole, struct error *err)
{
    uint64_t parts = share(part, whole);
    char text[NUMBER_SIZE];

    snprintf(text, sizeof(text), "%" PRIu64 ".%02" PRIu64 "%%", parts / 100, parts % 100);
    return table_cell(table, PAINT_PLAIN, text, err);
}

static bool add_key(struct table *table, const struct rate_key *key, const char *party,
                    struct error *err)
{
    char month[MONTH_TEXT_SIZE];

    return table_cell(table, PAINT_PLAIN, month_format(key->month, month), err) &&
           table_cell(table, PAINT_PLAIN, party, err) &&
           table_cell(table, PAINT_PLAIN, language_name(insurance_name(key->insurance)), err) &&
           table_cell(table, PAINT_PLAIN, stay_level_text(key->level), err);
}

static bool print_settled(const struct rate *rate, size_t from, size_t until, struct error *err)
{
    const struct table_column columns[] = {
        {_("Month"), false, false},     {_("Party"), false, true},
        {_("Insurance"), false, true},  {_("Level"), false, false},
        {_("Registered"), true, false}, {_("Settled"), true, false},
        {_("Rate"), true, false},       {_("Open"), true, false},
    };
    struct table *table = table_new(rate->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = from; i < until; i++) {
        const struct rate_row *row = &rate->rows[i];

        if (!add_key(table, &row->key, row->party, err) ||
            !add_number(table, row->registered, err) || !add_number(table, row->settled, err) ||
            !add_share(table, row->settled, row->registered, err) ||
            !add_number(table, row->open, err))
            return false;
    }
    table_print(table, &rate->cli->screen);
    return true;
}

static bool print_otherwise(const struct rate *rate, size_t from, size_t until,
                            struct error *err)
{
    const struct table_column columns[] = {
        {_("Month"), false, false},    {_("Party"), false, true},
        {_("Insurance"), false, true}, {_("Level"), false, false},
        {_("Resolved"), true, false},  {_("Reversed"), true, false},
        {_("Cancelled"), true, false}, {_("By hand"), true, false},
    };
    struct table *table = table_new(rate->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = from; i < until; i++) {
        const struct rate_row *row = &rate->rows[i];
        uint64_t parts = share(row->reversed, row->registered);
        char reversed[NUMBER_SIZE];
        char resolved[NUMBER_SIZE];

        snprintf(resolved, sizeof(resolved), "%" PRIu64 "/%" PRIu64, row->resolved,
                 row->uncertain);
        snprintf(reversed, sizeof(reversed), "%" PRIu64 " (%" PRIu64 ".%02" PRIu64 "%%)",
                 row->reversed, parts / 100, parts % 100);
        if (!add_key(table, &row->key, row->party, err) ||
            !table_cell(table, PAINT_PLAIN, resolved, err) ||
            !table_cell(table, PAINT_PLAIN, reversed, err) ||
            !add_number(table, row->cancelled, err) || !add_number(table, row->manual, err))
            return false;
    }
    fputc('\n', rate->cli->screen.out);
    table_print(table, &rate->cli->screen);
    return true;
}

static bool print_reasons(const struct rate *rate, unsigned role, struct error *err)
{
    const struct table_column columns[] = {
        {_("Month"), false, false}, {_("Party"), false, true},   {_("Insurance"), false, true},
        {_("Level"), false, false}, {_("Reason"), false, false}, {_("Stays"), true, false},
    };
    struct table *table = table_new(rate->cli->arena, columns, COUNT_OF(columns));
    size_t count = 0;

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < rate->reason_count; i++) {
        const struct rate_reason *reason = &rate->reasons[i];

        if (reason->key.role != role)
            continue;
        count++;
        if (!add_key(table, &reason->key, reason->party, err) ||
            !table_cell(table, PAINT_PLAIN, reason->code[0] != '\0' ? reason->code : "-",
                        err) ||
            !add_number(table, reason->count, err))
            return false;
    }
    if (count == 0)
        return true;
    fprintf(rate->cli->screen.out, "\n%s\n", _("Why by hand:"));
    table_print(table, &rate->cli->screen);
    return true;
}

static bool print_role(const struct rate *rate, size_t from, size_t until, struct error *err)
{
    unsigned role = rate->rows[from].key.role;
    const struct screen *screen = &rate->cli->screen;

    screen_paint(screen, PAINT_TITLE,
                 role == ROLE_TREATING ? _("Treated here, insured there")
                                       : _("Insured here, treated there"));
    fputc('\n', screen->out);
    if (!print_settled(rate, from, until, err) || !print_otherwise(rate, from, until, err) ||
        !print_reasons(rate, role, err))
        return false;
    fputc('\n', screen->out);
    return true;
}

bool rate_print_text(struct rate *rate, struct error *err)
{
    FILE *out = rate->cli->screen.out;
    size_t until;

    if (rate->row_count == 0) {
        fprintf(out, "%s\n", _("no stay was registered"));
        return true;
    }
    for (size_t from = 0; from < rate->row_count; from = until) {
        until = from;
        while (until < rate->row_count &&
               rate->rows[until].key.role == rate->rows[from].key.role)
            until++;
        if (!print_role(rate, from, until, err))
            return false;
    }
    fprintf(out, "%s\n",
            _("Rate: settled now, of all stays opened in the month that ever were registered\n"
              "(a registration was sent, has ended, and was not refused; open ones count).\n"
              "Resolved: settled, of those once in doubt. One stay may stand in several."));
    return true;
}
