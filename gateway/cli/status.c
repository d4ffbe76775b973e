/* status.c - `qiantong status`: one screen; what needs action stands first. */
#include <inttypes.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/case_view.h"
#include "cli/certificate_view.h"
#include "cli/gather.h"
#include "cli/json.h"
#include "cli/next_step.h"

enum { LABEL = 12, LINE_SIZE = 256, BYTES_TEXT_SIZE = 32, MAP_FULL_PERCENT = 80 };

struct status {
    struct cli *cli;
    struct gathered gathered;
    struct store_use use;
    uint64_t entries;
    bool test;
    json_t *gateway; /* what the running gateway says; NULL: it does not answer */
    size_t actions;
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

static unsigned map_percent(const struct store_use *use)
{
    if (use->map_bytes == 0)
        return 0;
    return (unsigned)(use->used_bytes / (use->map_bytes / 100 + 1));
}

static void gateway_state(struct status *status)
{
    json_t *request = json_new_object();
    struct error ignored = ERROR_INIT;

    json_text(request, "verb", "ping");
    if (!ask_gateway(status->cli, request, ASK_SHORT_MS, &status->gateway, &ignored))
        status->gateway = NULL;
}

/* --- for people ------------------------------------------------------------------------------
 */

static void action(struct status *status, enum paint paint, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void action(struct status *status, enum paint paint, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (status->actions++ == 0)
        fprintf(status->cli->screen.out, "%s\n", _("To do:"));
    fputs("  ! ", status->cli->screen.out);
    screen_paint(&status->cli->screen, paint, line);
    fputc('\n', status->cli->screen.out);
}

/* What an action is about, one line each below it. */
static void detail(struct status *status, const char *format, ...) PRINTF_LIKE(2, 3);

static void detail(struct status *status, const char *format, ...)
{
    char line[LINE_SIZE];
    char cut[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    fprintf(status->cli->screen.out, "      %s\n",
            screen_cut(line, SCREEN_COLUMNS - 6, cut, sizeof(cut)));
}

static void gateway_action(struct status *status)
{
    if (status->gateway != NULL)
        return;
    if (!status->cli->gateway_absent) {
        action(status, PAINT_BAD, "%s", _("the gateway runs but does not answer: see its log"));
        return;
    }
    action(status, PAINT_BAD, "%s", _("the gateway is not running: nothing moves"));
    detail(status, "%s", "systemctl start qiantong");
}

static void late_actions(struct status *status)
{
    const struct gathered *gathered = &status->gathered;

    if (gathered->overdue == 0)
        return;
    action(status, PAINT_BAD,
           ngettext("%" PRIu64 " case is overdue: qiantong cases --overdue",
                    "%" PRIu64 " cases are overdue: qiantong cases --overdue",
                    (unsigned long)gathered->overdue),
           gathered->overdue);
    for (size_t i = 0; i < gathered->late_count; i++) {
        const struct late_case *late = &gathered->late[i];
        char id[UUID_TEXT_SIZE];
        char tell[CLOCK_TELL_SIZE];

        uuid_format(&late->row.case_id, id);
        detail(status, _("%.13s %s; %s: %s"), id,
               clock_tell(case_clock(&late->row), status->cli->now, tell), late->actor,
               language_name(next_step_of(&late->row).what));
    }
}

static void letter_actions(struct status *status)
{
    const struct gathered *gathered = &status->gathered;

    if (gathered->dead > 0)
        action(status, PAINT_BAD,
               ngettext("%" PRIu64 " letter is dead: qiantong letters --dead",
                        "%" PRIu64 " letters are dead: qiantong letters --dead",
                        (unsigned long)gathered->dead),
               gathered->dead);
    for (size_t i = 0; i < gathered->dead_letter_count; i++) {
        const struct dead_letter *dead = &gathered->dead_letters[i];

        detail(status, _("%s to %s: qiantong retry %" PRIu64),
               language_name(action_name(dead->row.letter.action)), dead->party,
               dead->row.letter.out_id);
    }
    if (gathered->flagged > 0)
        action(status, PAINT_WARN,
               ngettext("%" PRIu64 " case to look at: qiantong cases --open",
                        "%" PRIu64 " cases to look at: qiantong cases --open",
                        (unsigned long)gathered->flagged),
               gathered->flagged);
}

static void certificate_actions(struct status *status)
{
    const struct config *config = status->cli->config;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *certificate = &config->certificates[i];
        enum paint paint = certificate_paint(certificate, status->cli->now);
        char tell[64];

        /* A revoked pin is how it should be: nothing to do about it. */
        if (paint == PAINT_PLAIN || certificate->revoked)
            continue;
        action(status, paint, _("certificate of %s (%s): %s"), certificate->party,
               language_name(certificate_use_name(certificate->use)),
               certificate_tell(certificate, status->cli->now, tell));
    }
}

static void print_actions(struct status *status)
{
    gateway_action(status);
    late_actions(status);
    letter_actions(status);
    if (map_percent(&status->use) >= MAP_FULL_PERCENT)
        action(status, PAINT_BAD, _("the ledger's map is %u %% full: raise ledger/mapBytes"),
               map_percent(&status->use));
    certificate_actions(status);
    if (status->actions == 0) {
        screen_paint(&status->cli->screen, PAINT_GOOD, _("Nothing to do."));
        fputc('\n', status->cli->screen.out);
    }
}

static void field(const struct status *status, const char *label, enum paint paint,
                  const char *format, ...) PRINTF_LIKE(4, 5);

static void field(const struct status *status, const char *label, enum paint paint,
                  const char *format, ...)
{
    char line[LINE_SIZE];
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

static void print_overview(const struct status *status)
{
    const struct gathered *gathered = &status->gathered;
    char used[BYTES_TEXT_SIZE];
    char map[BYTES_TEXT_SIZE];
    char due[DAY_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    fputc('\n', status->cli->screen.out);
    print_gateway(status);
    field(status, _("Ledger"), PAINT_PLAIN, _("%" PRIu64 " entries, %s of %s (%u %%)"),
          status->entries, bytes_text(status->use.used_bytes, used),
          bytes_text(status->use.map_bytes, map), map_percent(&status->use));
    field(status, _("Cases"), gathered->overdue > 0 ? PAINT_BAD : PAINT_PLAIN,
          _("%" PRIu64 " open, %" PRIu64 " overdue, %" PRIu64 " in all"), gathered->open,
          gathered->overdue, gathered->cases);
    if (gathered->next_due.ms != 0)
        field(status, _("Next limit"), PAINT_PLAIN, _("%s 24:00, case %.13s"),
              day_format(instant_day(instant_add_ms(gathered->next_due, -1)), due),
              uuid_format(&gathered->next_case, id));
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

static bool print_parties(struct status *status, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"), false, true},         {_("Open cases"), true, false},
        {_("Overdue"), true, false},       {_("Letters"), true, false},
        {_("Oldest since"), false, false}, {_("Dead"), true, false},
    };
    struct table *table = table_new(status->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < status->gathered.party_count; i++)
        if (!add_party(table, &status->gathered.parties[i], err))
            return false;
    if (table_rows(table) == 0)
        return true;
    fputc('\n', status->cli->screen.out);
    table_print(table, &status->cli->screen);
    return true;
}

static bool print_text(struct status *status, struct error *err)
{
    struct cli *cli = status->cli;
    char now[INSTANT_TEXT_SIZE];
    char head[LINE_SIZE];

    snprintf(head, sizeof(head), "%s  %s%s", cli->config->party,
             instant_format_short(cli->now, now), status->test ? _("  (test ledger)") : "");
    screen_paint(&cli->screen, PAINT_TITLE, head);
    fputc('\n', cli->screen.out);
    print_actions(status);
    print_overview(status);
    return print_parties(status, err);
}

/* --- for programs ----------------------------------------------------------------------------
 */

static json_t *party_object(const struct party_counts *counts)
{
    json_t *object = json_new_object();

    json_text(object, "party", counts->id);
    json_number(object, "number", counts->number);
    json_number(object, "open_cases", (int64_t)counts->open_cases);
    json_number(object, "overdue_cases", (int64_t)counts->overdue_cases);
    json_number(object, "letters_under_way", (int64_t)party_under_way(counts));
    json_number(object, "letters_dead", (int64_t)counts->letters[LETTER_DEAD]);
    json_instant(object, "oldest", counts->oldest);
    return object;
}

static void put_ledger(json_t *object, const struct status *status)
{
    json_t *ledger = json_new_object();

    json_text(ledger, "path", status->cli->config->ledger_path);
    json_number(ledger, "entries", (int64_t)status->entries);
    json_number(ledger, "used_bytes", (int64_t)status->use.used_bytes);
    json_number(ledger, "map_bytes", (int64_t)status->use.map_bytes);
    json_bool(ledger, "test", status->test);
    json_put(object, "ledger", ledger);
}

static void put_cases(json_t *object, const struct gathered *gathered)
{
    json_t *cases = json_new_object();

    json_number(cases, "total", (int64_t)gathered->cases);
    json_number(cases, "open", (int64_t)gathered->open);
    json_number(cases, "overdue", (int64_t)gathered->overdue);
    json_number(cases, "flagged", (int64_t)gathered->flagged);
    json_instant(cases, "next_due", gathered->next_due);
    json_uuid(cases, "next_case", &gathered->next_case);
    json_put(object, "cases", cases);
    json_number(object, "letters_under_way", (int64_t)gathered->under_way);
    json_number(object, "letters_dead", (int64_t)gathered->dead);
}

static bool print_json(struct status *status, struct error *err)
{
    const struct config *config = status->cli->config;
    json_t *object = json_new_object();
    json_t *parties = json_new_array();
    json_t *certificates = json_new_array();

    json_text(object, "party", config->party);
    json_instant(object, "at", status->cli->now);
    json_bool(object, "running", status->gateway != NULL);
    if (status->gateway != NULL)
        json_put(object, "gateway", json_incref(status->gateway));
    put_ledger(object, status);
    put_cases(object, &status->gathered);
    for (size_t i = 0; i < status->gathered.party_count; i++)
        json_append(parties, party_object(&status->gathered.parties[i]));
    for (size_t i = 0; i < config->certificate_count; i++)
        json_append(certificates, certificate_json(&config->certificates[i], status->cli->now));
    json_put(object, "parties", parties);
    json_put(object, "certificates", certificates);
    return json_print(status->cli, object, err);
}

static bool collect(struct status *status, struct error *err)
{
    struct cli *cli = status->cli;

    if (!cli_open_ledger(cli, err) || !gather(cli, &status->gathered, err))
        return false;
    status->entries = ledger_size(cli->ledger);
    status->test = ledger_origin(cli->ledger)->test;
    cli_end_read(cli);
    if (!store_usage(cli->store, &status->use, err))
        return false;
    gateway_state(status);
    return true;
}

bool cli_status(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct status *status = arena_alloc(cli->arena, sizeof(*status));
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err))
        return false;
    if (status == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    status->cli = cli;
    ok = collect(status, err) && (json ? print_json(status, err) : print_text(status, err));
    json_decref(status->gateway);
    return ok;
}
