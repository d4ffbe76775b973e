/* party.c - `qiantong party [ID]`: who we exchange with, with which certificates, and what lies
 * between us. Whether a party's line is open just now, only the gateway itself knows. */
#include <inttypes.h>
#include <string.h>

#include "cli/certificate_view.h"
#include "cli/gather.h"
#include "cli/json.h"

enum { LABEL = 14, LINE_SIZE = 600, PARTY_COLUMNS = 6 };

static struct name kind_name(enum party_kind kind)
{
    static const struct name names[] = {
        {"unknown", "未知"},
        [PARTY_PROVINCE] = {"province", "对方省"},
        [PARTY_CORE] = {"core", "核心系统"},
        [PARTY_HUB] = {"hub", "中转平台"},
    };

    return (unsigned)kind < COUNT_OF(names) ? names[kind] : names[0];
}

static const char *title_of(const struct config_party *party)
{
    return language_chinese() ? party->title_chinese : party->title;
}

/* The certificate of this party that ends first. */
static const struct config_certificate *first_to_end(const struct config *config,
                                                     const char *party, struct instant now)
{
    const struct config_certificate *first = NULL;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *at = &config->certificates[i];

        if (strcmp(at->party, party) == 0 && !at->revoked &&
            (first == NULL || certificate_days(at, now) < certificate_days(first, now)))
            first = at;
    }
    return first;
}

/* --- one party -------------------------------------------------------------------------------
 */

static void field(const struct cli *cli, const char *label, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void field(const struct cli *cli, const char *label, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    screen_field(&cli->screen, label, LABEL, PAINT_PLAIN, line);
}

static bool all_actions(const struct action_set *set)
{
    for (unsigned action = ACTION_NONE + 1; action < ACTIONS; action++)
        if (!action_set_has(set, action))
            return false;
    return true;
}

static void print_flows(const struct cli *cli, const struct config_party *party)
{
    for (unsigned flow = 1; flow < FLOW_NUMBERS; flow++)
        if (party->flows & (UINT32_C(1) << flow))
            field(cli, _("Flow"), "%s%s", language_name(flow_name(flow)),
                  all_actions(&party->actions[flow]) ? "" : _(" (some actions only)"));
}

/* Those that are not over. */
static void print_outages(const struct cli *cli, const struct config_party *party)
{
    for (size_t i = 0; i < party->outages.count; i++) {
        const struct outage *outage = &party->outages.at[i];
        char from[INSTANT_TEXT_SIZE];
        char until[INSTANT_TEXT_SIZE];

        if (instant_before(cli->now, outage->until))
            field(cli, _("Planned outage"), "%s - %s  %s",
                  instant_format_short(outage->from, from),
                  instant_format_short(outage->until, until), party->outage_reasons[i]);
    }
}

static void print_letters(const struct cli *cli, const struct party_counts *counts)
{
    char oldest[INSTANT_TEXT_SIZE];

    for (unsigned state = LETTER_NONE + 1; state < LETTER_STATES; state++)
        if (counts->letters[state] > 0)
            field(cli, language_name(letter_state_name(state)), "%" PRIu64,
                  counts->letters[state]);
    if (counts->oldest.ms != 0)
        field(cli, _("Oldest since"), "%s", instant_format_short(counts->oldest, oldest));
}

static const char *address_of(const struct config_party *party)
{
    if (party->url != NULL)
        return party->url;
    return party->folder_in != NULL ? _("none: files") : _("none: it fetches");
}

static bool print_one(struct cli *cli, const struct config_party *party,
                      const struct party_counts *counts, struct error *err)
{
    char number[16] = "-";

    if (counts->number != 0)
        snprintf(number, sizeof(number), "%u", counts->number);
    screen_paint(&cli->screen, PAINT_TITLE, party->id);
    fprintf(cli->screen.out, "%s%s\n", title_of(party)[0] == '\0' ? "" : "  ", title_of(party));
    field(cli, _("Number"), "%s", number);
    field(cli, _("Kind"), "%s", language_name(kind_name(party->kind)));
    field(cli, _("Region"), "%06u", party->region);
    field(cli, _("Address"), "%s", address_of(party));
    if (party->adapter != NULL)
        field(cli, _("Adapter"), "%s", party->adapter);
    field(cli, _("Largest bytes"), "%zu", party->message_max);
    print_flows(cli, party);
    print_outages(cli, party);
    field(cli, _("Open cases"), "%" PRIu64, counts->open_cases);
    fprintf(cli->screen.out, "\n%s\n", _("Letters"));
    print_letters(cli, counts);
    fputc('\n', cli->screen.out);
    return certificate_print(cli, party->id, err);
}

/* --- all of them -----------------------------------------------------------------------------
 */

static bool add_line(struct cli *cli, struct table *table, const struct config_party *party,
                     const struct party_counts *counts, size_t column_count, struct error *err)
{
    const struct config_certificate *first = first_to_end(cli->config, party->id, cli->now);
    uint64_t moving = party_under_way(counts);
    char under_way[24];
    char dead[24];
    char tell[64] = "";

    snprintf(under_way, sizeof(under_way), "%" PRIu64, moving);
    snprintf(dead, sizeof(dead), "%" PRIu64, counts->letters[LETTER_DEAD]);
    if (first != NULL)
        certificate_tell(first, cli->now, tell);
    return table_cell(table, PAINT_PLAIN, party->id, err) &&
           table_cell(table, PAINT_PLAIN, language_name(kind_name(party->kind)), err) &&
           table_cell(table, PAINT_PLAIN, under_way, err) &&
           table_cell(table, counts->letters[LETTER_DEAD] > 0 ? PAINT_BAD : PAINT_PLAIN, dead,
                      err) &&
           table_cell(table, first == NULL ? PAINT_PLAIN : certificate_paint(first, cli->now),
                      tell, err) &&
           (column_count < PARTY_COLUMNS ||
            table_cell(table, PAINT_PLAIN, title_of(party), err));
}

/* Names are optional; a column of nothing helps nobody. */
static bool any_title(const struct config *config)
{
    for (size_t i = 0; i < config->party_count; i++)
        if (title_of(&config->parties[i])[0] != '\0')
            return true;
    return false;
}

static bool print_all(struct cli *cli, const struct gathered *gathered, struct error *err)
{
    const struct table_column columns[] = {
        {_("Party"), false, false},      {_("Kind"), false, false},
        {_("Letters"), true, false},     {_("Dead"), true, false},
        {_("Certificate"), false, true}, {_("Name"), false, true},
    };
    const struct config *config = cli->config;
    size_t column_count = any_title(config) ? PARTY_COLUMNS : PARTY_COLUMNS - 1;
    struct table *table = table_new(cli->arena, columns, column_count);

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < config->party_count; i++)
        if (!add_line(cli, table, &config->parties[i], &gathered->parties[i], column_count,
                      err))
            return false;
    if (table_rows(table) == 0)
        fprintf(cli->screen.out, "%s\n", _("no party is configured"));
    else
        table_print(table, &cli->screen);
    return true;
}

/* --- for programs ----------------------------------------------------------------------------
 */

static json_t *letters_object(const struct party_counts *counts)
{
    json_t *object = json_new_object();

    for (unsigned state = LETTER_NONE + 1; state < LETTER_STATES; state++)
        json_number(object, letter_state_name(state).english, (int64_t)counts->letters[state]);
    return object;
}

static json_t *outages_array(const struct config_party *party)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < party->outages.count; i++) {
        json_t *object = json_new_object();

        json_instant(object, "from", party->outages.at[i].from);
        json_instant(object, "until", party->outages.at[i].until);
        json_text(object, "reason", party->outage_reasons[i]);
        json_append(array, object);
    }
    return array;
}

static json_t *flows_array(const struct config_party *party)
{
    json_t *array = json_new_array();

    for (unsigned flow = 1; flow < FLOW_NUMBERS; flow++)
        if (party->flows & (UINT32_C(1) << flow))
            json_append(array, json_string(flow_name(flow).english));
    return array;
}

static json_t *party_object(const struct cli *cli, const struct config_party *party,
                            const struct party_counts *counts)
{
    const struct config *config = cli->config;
    json_t *object = json_new_object();
    json_t *pins = json_new_array();

    json_text(object, "party", party->id);
    json_number(object, "number", counts->number);
    json_text(object, "kind", kind_name(party->kind).english);
    json_number(object, "region", party->region);
    json_text(object, "title", party->title);
    json_text(object, "title_chinese", party->title_chinese);
    json_text(object, "url", party->url);
    json_text(object, "adapter", party->adapter);
    json_put(object, "flows", flows_array(party));
    json_put(object, "outages", outages_array(party));
    json_number(object, "open_cases", (int64_t)counts->open_cases);
    json_number(object, "overdue_cases", (int64_t)counts->overdue_cases);
    json_put(object, "letters", letters_object(counts));
    json_instant(object, "oldest", counts->oldest);
    json_null_field(object, "breaker"); /* the gateway's own knowledge */
    for (size_t i = 0; i < config->certificate_count; i++)
        if (strcmp(config->certificates[i].party, party->id) == 0)
            json_append(pins, certificate_json(&config->certificates[i], cli->now));
    json_put(object, "pins", pins);
    return object;
}

static bool print_json(struct cli *cli, const struct gathered *gathered,
                       const struct config_party *one, struct error *err)
{
    const struct config *config = cli->config;
    json_t *array;

    if (one != NULL)
        return json_print(
            cli, party_object(cli, one, &gathered->parties[one - config->parties]), err);
    array = json_new_array();
    for (size_t i = 0; i < config->party_count; i++)
        json_append(array, party_object(cli, &config->parties[i], &gathered->parties[i]));
    return json_print(cli, array, err);
}

bool cli_party(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct gathered *gathered = arena_alloc(cli->arena, sizeof(*gathered));
    const struct config_party *one = NULL;
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err))
        return false;
    if (gathered == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!cli_open_ledger(cli, err) || !gather(cli, gathered, err))
        return false;
    cli_end_read(cli);
    if (operands.count == 1) {
        one = config_party_by_id(cli->config, operands.at[0]);
        if (one == NULL) {
            cli_hint(cli, _("`qiantong party` lists them"));
            return fail(err, ERROR_NOT_FOUND, _("no party %s in %s"), operands.at[0],
                        cli->config->path);
        }
    }
    if (json)
        return print_json(cli, gathered, one, err);
    if (one == NULL)
        return print_all(cli, gathered, err);
    return print_one(cli, one, &gathered->parties[one - cli->config->parties], err);
}
