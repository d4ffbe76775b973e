/* status_text.c - the status for people: one screen. */
#include "cli/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli/ask.h"

/* What the parts take at most: head, "To do:", overview with its blank line, the parties' table
 * with blank line and titles, the line for the prompt. */
enum {
    LABEL = 12,
    BYTES_TEXT_SIZE = 32,
    OVERVIEW_LINES = 6,
    TABLE_LINES = 2,
    FIXED_LINES = 1 + 1 + OVERVIEW_LINES + TABLE_LINES + 1,
    PARTIES_LEAST = 4
};

/* "12.3 MiB": one decimal, cut, without floating point. */
static const char *bytes_text(uint64_t bytes, char out[BYTES_TEXT_SIZE])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    uint64_t tenths = bytes <= UINT64_MAX / 10 ? bytes * 10 : UINT64_MAX;

    while (tenths >= 10240 && unit + 1 < COUNT_OF(units)) {
        tenths /= 1024;
        unit++;
    }
    if (unit == 0)
        snprintf(out, BYTES_TEXT_SIZE, "%" PRIu64 " B", bytes);
    else
        snprintf(out, BYTES_TEXT_SIZE, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
                 units[unit]);
    return out;
}

static void field(const struct status *status, const char *label, enum paint paint,
                  const char *format, ...) PRINTF_LIKE(4, 5);

static void field(const struct status *status, const char *label, enum paint paint,
                  const char *format, ...)
{
    char line[STATUS_LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    screen_field(&status->cli->screen, label, LABEL, paint, line);
}

static void print_gateway(const struct status *status)
{
    struct instant started = {0};
    char at[INSTANT_TEXT_SIZE];

    if (status->gateway == NULL)
        field(status, _("Gateway"), PAINT_BAD, "%s",
              status->cli->gateway_absent ? _("not running") : _("does not answer"));
    else if (instant_parse(text_of(answer_text(status->gateway, "started")), &started))
        field(status, _("Gateway"), PAINT_GOOD, _("up since %s"),
              instant_format_short(started, at));
    else
        field(status, _("Gateway"), PAINT_GOOD, "%s", _("up"));
}

/* Only where there are any: most ledgers have no flow that asks. */
static void print_questions(const struct status *status)
{
    const json_t *waiting = json_object_get(status->gateway, "questions");
    uint64_t open = status->gathered.questions;

    if (open == 0 && json_integer_value(waiting) == 0)
        return;
    if (json_is_integer(waiting))
        field(status, _("Questions"), PAINT_PLAIN, _("%" PRIu64 " open; a core waits for %lld"),
              open, (long long)json_integer_value(waiting));
    else
        field(status, _("Questions"), PAINT_PLAIN, _("%" PRIu64 " open"), open);
}

/* Days end at 24:00; clocks of questions are exact. */
static void print_next_limit(const struct status *status)
{
    const struct gathered *gathered = &status->gathered;
    struct day last = instant_day(instant_add_ms(gathered->next_due, -1));
    char day[DAY_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    if (gathered->next_due.ms == 0)
        return;
    uuid_format(&gathered->next_case, id);
    if (day_end(last).ms == gathered->next_due.ms)
        field(status, _("Next limit"), PAINT_PLAIN, _("%s 24:00, case %.13s"),
              day_format(last, day), id);
    else
        field(status, _("Next limit"), PAINT_PLAIN, _("%s, case %.13s"),
              instant_format_short(gathered->next_due, at), id);
}

static void print_overview(const struct status *status)
{
    const struct gathered *gathered = &status->gathered;
    char used[BYTES_TEXT_SIZE];
    char map[BYTES_TEXT_SIZE];

    fputc('\n', status->cli->screen.out);
    print_gateway(status);
    field(status, _("Ledger"), PAINT_PLAIN, _("%" PRIu64 " entries, %s of %s (%u %%)"),
          status->entries, bytes_text(status->use.used_bytes, used),
          bytes_text(status->use.map_bytes, map), status_map_percent(&status->use));
    field(status, _("Cases"), gathered->overdue > 0 ? PAINT_BAD : PAINT_PLAIN,
          _("%" PRIu64 " open, %" PRIu64 " overdue, %" PRIu64 " in all"), gathered->open,
          gathered->overdue, gathered->cases);
    print_questions(status);
    print_next_limit(status);
}

static bool add_party(struct table *table, const struct party_counts *counts, struct error *err)
{
    char under_way[24];
    char dead[24];
    char open[24];
    char late[24];
    char oldest[INSTANT_TEXT_SIZE] = "";
    uint64_t moving = party_under_way(counts);

    snprintf(under_way, sizeof(under_way), "%" PRIu64, moving);
    snprintf(dead, sizeof(dead), "%" PRIu64, counts->letters[LETTER_DEAD]);
    snprintf(open, sizeof(open), "%" PRIu64, counts->open_cases);
    snprintf(late, sizeof(late), "%" PRIu64, counts->overdue_cases);
    if (counts->oldest.ms != 0)
        instant_format_short(counts->oldest, oldest);
    return table_cell(table, PAINT_PLAIN, counts->id, err) &&
           table_cell(table, PAINT_PLAIN, open, err) &&
           table_cell(table, counts->overdue_cases > 0 ? PAINT_BAD : PAINT_PLAIN, late, err) &&
           table_cell(table, moving > 0 ? PAINT_WARN : PAINT_PLAIN, under_way, err) &&
           table_cell(table, PAINT_PLAIN, oldest, err) &&
           table_cell(table, counts->letters[LETTER_DEAD] > 0 ? PAINT_BAD : PAINT_PLAIN, dead,
                      err);
}

/* Something moves, is late or dead there. */
static bool is_busy(const struct party_counts *counts)
{
    return counts->open_cases > 0 || counts->letters[LETTER_DEAD] > 0 ||
           party_under_way(counts) > 0;
}

/* Parties that rest are left out where all of them would not fit. */
static bool print_parties(struct status *status, size_t room, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"), false, true},         {_("Open cases"), true, false},
        {_("Overdue"), true, false},       {_("Letters"), true, false},
        {_("Oldest since"), false, false}, {_("Dead"), true, false},
    };
    struct table *table = table_new(status->cli->arena, columns, COUNT_OF(columns));
    bool all = status->gathered.party_count <= room;
    size_t left_out = 0;

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < status->gathered.party_count; i++) {
        const struct party_counts *counts = &status->gathered.parties[i];
        bool shown = all || (is_busy(counts) && table_rows(table) + 1 < room);

        left_out += !shown;
        if (shown && !add_party(table, counts, err))
            return false;
    }
    if (table_rows(table) > 0) {
        fputc('\n', status->cli->screen.out);
        table_print(table, &status->cli->screen);
    }
    if (left_out > 0)
        fprintf(status->cli->screen.out, _("%zu more: qiantong party\n"), left_out);
    return true;
}

/* --- what is to be done ----------------------------------------------------------------------
 */

static void print_line(const struct screen *screen, const struct status_line *line)
{
    char cut[STATUS_LINE_SIZE];
    size_t indent = line->detail ? 6 : 4;

    fputs(line->detail ? "      " : "  ! ", screen->out);
    screen_paint(screen, line->paint,
                 screen_cut(line->text, SCREEN_COLUMNS - indent, cut, sizeof(cut)));
    fputc('\n', screen->out);
}

/* At most `room` lines; details go first, then what is least urgent. Returns how many. */
static size_t print_actions(const struct status *status, size_t room)
{
    const struct screen *screen = &status->cli->screen;
    bool details = status->line_count <= room;
    size_t printed = 0;
    size_t left_out = 0;

    if (status->line_count == 0) {
        screen_paint(screen, PAINT_GOOD, _("Nothing to do."));
        fputc('\n', screen->out);
        return 1;
    }
    fprintf(screen->out, "%s\n", _("To do:"));
    for (size_t i = 0; i < status->line_count; i++) {
        const struct status_line *line = &status->lines[i];

        if (line->detail && !details)
            continue;
        if (printed + 1 >= room && !details) {
            left_out++;
            continue;
        }
        print_line(screen, line);
        printed++;
    }
    if (left_out > 0)
        fprintf(screen->out, _("  ... and %zu more: qiantong alarms, qiantong party\n"),
                left_out);
    return printed + 1 + (left_out > 0);
}

bool status_print_text(struct status *status, struct error *err)
{
    struct cli *cli = status->cli;
    char now[INSTANT_TEXT_SIZE];
    char head[STATUS_LINE_SIZE];
    size_t parties = status->gathered.party_count;
    size_t used;

    if (parties > PARTIES_LEAST)
        parties = PARTIES_LEAST;
    snprintf(head, sizeof(head), "%s  %s%s", cli->config->party,
             instant_format_short(cli->now, now), status->test ? _("  (test ledger)") : "");
    screen_paint(&cli->screen, PAINT_TITLE, head);
    fputc('\n', cli->screen.out);
    used = 1 + print_actions(status, STATUS_SCREEN_LINES - FIXED_LINES - parties);
    print_overview(status);
    used += OVERVIEW_LINES + TABLE_LINES;
    return print_parties(
        status, STATUS_SCREEN_LINES - 1 > used ? STATUS_SCREEN_LINES - 1 - used : 1, err);
}
