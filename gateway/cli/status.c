/* status.c - `qiantong status`: one screen; what needs action stands first. */
#include <inttypes.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/case_view.h"
#include "cli/certificate_view.h"
#include "cli/gather.h"
#include "cli/json.h"

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
    const struct gathered *gathered = &status->gathered;

    if (status->gateway == NULL)
        action(status, PAINT_BAD, "%s", _("the gateway does not answer: nothing moves"));
    if (gathered->overdue > 0)
        action(status, PAINT_BAD, _("%" PRIu64 " overdue: qiantong cases --overdue"),
               gathered->overdue);
    if (gathered->dead > 0)
        action(status, PAINT_BAD, _("%" PRIu64 " dead letters: qiantong letters --dead"),
               gathered->dead);
    if (gathered->flagged > 0)
        action(status, PAINT_WARN, _("%" PRIu64 " cases to look at: qiantong cases --open"),
               gathered->flagged);
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

static void print_overview(const struct status *status)
{
    const struct gathered *gathered = &status->gathered;
    bool up = status->gateway != NULL;
    char used[BYTES_TEXT_SIZE];
    char map[BYTES_TEXT_SIZE];
    char due[DAY_TEXT_SIZE];

    fputc('\n', status->cli->screen.out);
    field(status, _("Gateway"), up ? PAINT_GOOD : PAINT_BAD, "%s",
          up ? _("running") : _("not running, or not reachable"));
    field(status, _("Ledger"), PAINT_PLAIN, _("%" PRIu64 " entries, %s of %s (%u %%)"),
          status->entries, bytes_text(status->use.used_bytes, used),
          bytes_text(status->use.map_bytes, map), map_percent(&status->use));
    field(status, _("Cases"), gathered->overdue > 0 ? PAINT_BAD : PAINT_PLAIN,
          _("%" PRIu64 " open, %" PRIu64 " overdue, %" PRIu64 " in all"), gathered->open,
          gathered->overdue, gathered->cases);
    if (gathered->next_due.ms != 0)
        field(status, _("Next limit"), PAINT_PLAIN, _("%s 24:00"),
              day_format(instant_day(instant_add_ms(gathered->next_due, -1)), due));
}

static bool add_party(struct table *table, const struct party_counts *counts, struct error *err)
{
    char under_way[24];
    char dead[24];
    char open[24];
    char oldest[INSTANT_TEXT_SIZE] = "";
    uint64_t moving = party_under_way(counts);

    snprintf(under_way, sizeof(under_way), "%" PRIu64, moving);
    snprintf(dead, sizeof(dead), "%" PRIu64, counts->letters[LETTER_DEAD]);
    snprintf(open, sizeof(open), "%" PRIu64, counts->open_cases);
    if (counts->oldest.ms != 0)
        instant_format_short(counts->oldest, oldest);
    return table_cell(table, PAINT_PLAIN, counts->id, err) &&
           table_cell(table, PAINT_PLAIN, open, err) &&
           table_cell(table, moving > 0 ? PAINT_WARN : PAINT_PLAIN, under_way, err) &&
           table_cell(table, PAINT_PLAIN, oldest, err) &&
           table_cell(table, counts->letters[LETTER_DEAD] > 0 ? PAINT_BAD : PAINT_PLAIN, dead,
                      err);
}

static bool print_parties(struct status *status, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"),             false, true },
        {_("Open cases"),        true,  false},
        {_("Letters under way"), true,  false},
        {_("Oldest since"),      false, false},
        {_("Dead"),              true,  false},
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
    const struct option_rule rules[] = {
        {"--json", &json, NULL}
    };
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
