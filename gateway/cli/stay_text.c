/* stay_text.c - one stay for people. */
#include "cli/stay.h"

#include <inttypes.h>
#include <stdarg.h>

#include "cli/case_view.h"

enum { LABEL = 18, VALUE_SIZE = 256, TIME_SIZE = 24, MONEY_SIZE = MONEY_TEXT_SIZE + 8 };

static void field(const struct stay_seen *seen, const char *label, enum paint paint,
                  const char *format, ...) PRINTF_LIKE(4, 5);

static void field(const struct stay_seen *seen, const char *label, enum paint paint,
                  const char *format, ...)
{
    char value[VALUE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(value, sizeof(value), format, arguments);
    va_end(arguments);
    screen_field(&seen->cli->screen, label, LABEL, paint, value);
}

/* --- head ----------------------------------------------------------------------------------
 */

static void print_place(const struct stay_seen *seen, const char *label, uint32_t region,
                        bool ours)
{
    field(seen, label, PAINT_PLAIN, _("%06u, %s"), (unsigned)region,
          ours ? _("here") : seen->party);
}

static void print_filing(const struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    char id[UUID_TEXT_SIZE];

    if (!uuid_is_none(&stay->filing))
        field(seen, _("Filing"), PAINT_PLAIN, _("%s, version %u"),
              seen->filing[0] != '\0' ? seen->filing : uuid_format(&stay->filing, id),
              (unsigned)stay->filing_version);
    else if (seen->row.flags & CASE_EMERGENCY)
        field(seen, _("Filing"), PAINT_PLAIN, "%s", _("an emergency counts as filed"));
    if (stay->recognition[0] != '\0')
        field(seen, _("Recognition"), PAINT_PLAIN, "%s", stay->recognition);
}

static void print_days(const struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    char text[DAY_TEXT_SIZE];

    if (stay->admitted.number != 0)
        field(seen, _("Admitted"), PAINT_PLAIN, "%s", day_format(stay->admitted, text));
    if (stay->discharged.number != 0)
        field(seen, _("Discharged"), PAINT_PLAIN, "%s", day_format(stay->discharged, text));
}

static void print_head(const struct stay_seen *seen)
{
    const struct flow_case *row = &seen->row;
    const struct stay *stay = &row->part.stay;
    bool treats = row->role == ROLE_TREATING;
    bool doubt = doubt_of(row, seen->cli->now) != DOUBT_NONE;
    char id[UUID_TEXT_SIZE];

    field(seen, _("Stay"), PAINT_TITLE, "%.*s", TEXT_ARG(stay_number(row)));
    if (stay->level != 0)
        field(seen, _("Hospital"), PAINT_PLAIN, _("%.*s, level %s"),
              TEXT_ARG(stay_institution(row)), stay_level_text(stay->level));
    else
        field(seen, _("Hospital"), PAINT_PLAIN, "%.*s", TEXT_ARG(stay_institution(row)));
    field(seen, _("Case"), PAINT_PLAIN, "%s", uuid_format(&row->case_id, id));
    field(seen, _("State"), doubt ? PAINT_BAD : PAINT_GOOD, "%s",
          language_name(case_state_name(row)));
    print_place(seen, _("Treated in"), row->in_region, treats);
    print_place(seen, _("Insured in"), row->out_region, !treats);
    field(seen, _("Insurance"), PAINT_PLAIN, _("%s, %s"),
          language_name(insurance_name(stay->insurance)),
          language_name(stay_visit_name(stay->visit)));
    if (stay->visit_number[0] != '\0')
        field(seen, _("Visit number"), PAINT_PLAIN, "%s", stay->visit_number);
    if (stay->settlement_number[0] != '\0')
        field(seen, _("Settlement no."), PAINT_PLAIN, "%s", stay->settlement_number);
    print_filing(seen);
    print_days(seen);
    if (row->flags & CASE_OVERLAPS)
        field(seen, _("Look at"), PAINT_WARN, "%s", _("another stay at the same time"));
    if (row->last_code[0] != '\0')
        field(seen, _("Last code"), PAINT_WARN, "%s", row->last_code);
}

/* --- where it stands -----------------------------------------------------------------------
 */

static void print_question(const struct stay_seen *seen)
{
    const struct flow_question *question = flow_case_question(&seen->row);
    const struct stay *stay = &seen->row.part.stay;
    struct instant now = seen->cli->now;
    char since[INSTANT_TEXT_SIZE];
    char until[INSTANT_TEXT_SIZE];

    if (question != NULL)
        field(seen, _("Open question"),
              instant_before(question->answer_by, now) ? PAINT_BAD : PAINT_PLAIN,
              _("%s, since %s, until %s"), language_name(action_name(question->action)),
              instant_format_short(question->at, since),
              instant_format_short(question->answer_by, until));
    if (stay->original_action != ACTION_NONE)
        field(seen, _("About"), PAINT_WARN, "%s",
              language_name(action_name(stay->original_action)));
}

/* "1 time", "2 times". */
static void print_times(const struct stay_seen *seen, const char *label, unsigned count)
{
    if (count > 0)
        field(seen, label, PAINT_PLAIN, ngettext("%u time", "%u times", count), count);
}

static void print_next(const struct stay_seen *seen)
{
    struct next_step next = next_step_of(&seen->row);
    struct next_act act = next_act_of(&seen->row);
    char due[INSTANT_TEXT_SIZE];

    if (next.actor != NEXT_NOBODY)
        field(seen, _("Next step"), next.actor == NEXT_OPERATOR ? PAINT_WARN : PAINT_TITLE,
              _("%s: %s"), seen->actor, language_name(next.what));
    if (act.clock != NULL && act.action != ACTION_NONE)
        field(seen, _("By itself"), PAINT_PLAIN, _("%s at %s"),
              language_name(action_name(act.action)),
              instant_format_short(act.clock->due, due));
}

static void print_lines_sum(const struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    char total[MONEY_SIZE];
    char scope[MONEY_SIZE];

    if (stay->line_count > 0)
        field(seen, _("Charge lines"), PAINT_PLAIN, _("%u, %s yuan, of them in scope %s"),
              (unsigned)stay->line_count, money_format_grouped(stay->sums.total, total),
              money_format_grouped(stay->sums.in_scope, scope));
}

static void print_standing(const struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    char at[INSTANT_TEXT_SIZE];

    print_lines_sum(seen);
    if (seen->row.flags & CASE_BOOKED)
        field(seen, _("Settled"), PAINT_PLAIN, "%s",
              instant_format_short(stay->settled_at, at));
    if (seen->row.flags & CASE_UNCONFIRMED)
        field(seen, _("Look at"), PAINT_WARN, "%s", _("the core has not confirmed it"));
    print_question(seen);
    print_times(seen, _("Reversed"), stay->reversals);
    print_times(seen, _("Cancelled"), stay->cancellations);
    print_next(seen);
}

/* --- tables --------------------------------------------------------------------------------
 */

static bool no_memory(struct error *err)
{
    return fail(err, ERROR_MEMORY, _("no memory"));
}

static bool print_shares(const struct stay_seen *seen, struct error *err)
{
    const struct table_column columns[] = {
        {seen->trial ? _("Trial") : _("Who owes"), false, false},
        {_("Yuan"), true, false},
        {_("Owed by"), false, true},
        {_("Owed to"), false, true},
    };
    const struct screen *screen = &seen->cli->screen;
    struct table *table;

    if (seen->share_count == 0)
        return true;
    table = table_new(seen->cli->arena, columns, COUNT_OF(columns));
    if (table == NULL)
        return no_memory(err);
    for (size_t i = 0; i < seen->share_count; i++) {
        const struct stay_share *share = &seen->shares[i];
        char yuan[MONEY_SIZE];

        if (!table_cell(table, PAINT_PLAIN, language_name(share->name), err) ||
            !table_cell(table, PAINT_PLAIN, money_format_grouped(share->amount, yuan), err) ||
            !table_cell(table, PAINT_PLAIN, share->by, err) ||
            !table_cell(table, PAINT_PLAIN, share->to, err))
            return false;
    }
    fputc('\n', screen->out);
    table_print(table, screen);
    if (seen->trial)
        fprintf(screen->out, "%s\n", _("A trial settles nothing: nobody owes it."));
    return true;
}

static bool add_hop(struct table *table, const struct stay_hop *hop, struct error *err)
{
    char asked[INSTANT_TEXT_SIZE];
    char whole[TIME_SIZE];
    char way[TIME_SIZE] = "";
    char there[TIME_SIZE] = "";
    int64_t whole_ms = hop_whole_ms(hop);
    int64_t ms;

    snprintf(whole, sizeof(whole), "%" PRId64, whole_ms);
    if (hop_there_ms(hop, &ms)) {
        snprintf(there, sizeof(there), "%" PRId64, ms);
        snprintf(way, sizeof(way), "%" PRId64, whole_ms > ms ? whole_ms - ms : 0);
    }
    return table_cell(table, PAINT_PLAIN, language_name(action_name(hop->action)), err) &&
           table_cell(table, PAINT_PLAIN, instant_format_short(hop->asked, asked), err) &&
           table_cell(table, hop->answered ? PAINT_PLAIN : PAINT_WARN,
                      hop->answered ? _("answered") : _("given up"), err) &&
           table_cell(table, PAINT_PLAIN, whole, err) &&
           table_cell(table, PAINT_PLAIN, way, err) &&
           table_cell(table, PAINT_PLAIN, there, err);
}

static bool print_hops(const struct stay_seen *seen, struct error *err)
{
    const struct table_column columns[] = {
        {_("Question"), false, true},   {_("Asked"), false, false},
        {_("Ended"), false, false},     {_("ms"), true, false},
        {_("on the way"), true, false}, {_("there"), true, false},
    };
    struct table *table;

    if (seen->hop_count == 0)
        return true;
    table = table_new(seen->cli->arena, columns, COUNT_OF(columns));
    if (table == NULL)
        return no_memory(err);
    for (size_t i = 0; i < seen->hop_count; i++)
        if (!add_hop(table, &seen->hops[i], err))
            return false;
    fputc('\n', seen->cli->screen.out);
    table_print(table, &seen->cli->screen);
    if (seen->hops_before > 0)
        fprintf(seen->cli->screen.out,
                ngettext("%llu earlier question is not shown.",
                         "%llu earlier questions are not shown.",
                         (unsigned long)seen->hops_before),
                (unsigned long long)seen->hops_before);
    if (seen->hops_before > 0)
        fputc('\n', seen->cli->screen.out);
    return true;
}

static bool add_line(struct table *table, const struct line_row *row, struct error *err)
{
    const struct money *const amounts[] = {&row->sums.total, &row->sums.own_pay,
                                           &row->sums.over_limit, &row->sums.pre_pay,
                                           &row->sums.in_scope};
    enum paint paint = row->in_force ? PAINT_PLAIN : PAINT_FAINT;
    char text[ENTRY_LINE_NUMBER_MAX + 2];

    snprintf(text, sizeof(text), "%.*s", TEXT_ARG(row->number));
    if (!table_cell(table, paint, text, err))
        return false;
    snprintf(text, sizeof(text), "%.*s", TEXT_ARG(row->original));
    if (!table_cell(table, paint,
                    row->in_force ? text
                    : row->held   ? _("held")
                                  : _("cancelled"),
                    err))
        return false;
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        char yuan[MONEY_SIZE];

        if (!table_cell(table, paint, money_format_grouped(*amounts[i], yuan), err))
            return false;
    }
    return true;
}

static bool print_lines(const struct stay_seen *seen, struct error *err)
{
    const struct table_column columns[] = {
        {_("Line"), false, true},     {_("Gives back"), false, true}, {_("Total"), true, false},
        {_("Own"), true, false},      {_("Over limit"), true, false}, {_("First"), true, false},
        {_("In scope"), true, false},
    };
    struct table *table;

    if (!seen->with_lines)
        return true;
    fputc('\n', seen->cli->screen.out);
    if (seen->first == NULL) {
        fprintf(seen->cli->screen.out, "%s\n", _("no charge line"));
        return true;
    }
    table = table_new(seen->cli->arena, columns, COUNT_OF(columns));
    if (table == NULL)
        return no_memory(err);
    for (const struct stay_charge *charge = seen->first; charge != NULL; charge = charge->next)
        if (!add_line(table, &charge->row, err))
            return false;
    table_print(table, &seen->cli->screen);
    return true;
}

bool stay_print_text(struct stay_seen *seen, struct error *err)
{
    print_head(seen);
    print_standing(seen);
    return print_shares(seen, err) && print_hops(seen, err) && print_lines(seen, err);
}
