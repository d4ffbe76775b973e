/* outbox.c - `qiantong outbox [PARTY]`: what is on its way to whom, and what holds it up.
 *
 * Letters are the ledger's; whether a party's line is open just now only the running gateway
 * knows. Without it the letters are shown all the same. */
#include <inttypes.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/gather.h"
#include "cli/json.h"
#include "cli/letter_view.h"

enum { LISTED_MAX = 1000000, CASE_SHOWN = 13, DUE_SHOWN = 14, SINCE_SHOWN = 11 };

/* What is on its way to one party. */
struct lane_view {
    uint32_t number; /* 0: the ledger has not met this party of the configuration */
    char id[PARTY_ID_SIZE];
    uint64_t counts[LETTER_STATES];
    struct instant oldest;
    struct table *table; /* NULL for JSON */
    json_t *letters;     /* NULL for people */
};

struct outbox {
    struct cli *cli;
    const char *only; /* NULL: every party */
    bool json;
    json_t *traffic; /* the gateway's answer; NULL: it is not running */
    struct lane_view lanes[GATHER_PARTIES_MAX];
    size_t lane_count;
    uint64_t listed;
    struct error *err;
    bool ok;
};

/* --- gathering ------------------------------------------------------------------------------
 */

static struct table *letters_table(struct arena *arena)
{
    static struct table_column columns[7];

    columns[0] = (struct table_column){_("Letter"), true, false};
    columns[1] = (struct table_column){_("Document"), false, true};
    columns[2] = (struct table_column){_("State"), false, false};
    columns[3] = (struct table_column){_("Tries"), true, false};
    columns[4] = (struct table_column){_("Next due"), false, false};
    columns[5] = (struct table_column){_("Waits since"), false, false};
    columns[6] = (struct table_column){_("Case"), false, false};
    return table_new(arena, columns, COUNT_OF(columns));
}

static bool add_lane(struct outbox *outbox, uint32_t number, const char *id,
                     struct lane_view **added)
{
    struct lane_view *lane = &outbox->lanes[outbox->lane_count];

    if (outbox->lane_count == GATHER_PARTIES_MAX)
        return fail(outbox->err, ERROR_MEMORY, _("too many parties for one listing"));
    lane->number = number;
    memcpy(lane->id, id, strnlen(id, PARTY_ID_SIZE - 1));
    if (outbox->json)
        lane->letters = json_new_array();
    else
        lane->table = letters_table(outbox->cli->arena);
    if (lane->letters == NULL && lane->table == NULL)
        return fail(outbox->err, ERROR_MEMORY, _("no memory"));
    outbox->lane_count++;
    *added = lane;
    return true;
}

static bool wanted(const struct outbox *outbox, const char *id)
{
    return outbox->only == NULL || strcmp(outbox->only, id) == 0;
}

/* Parties of the configuration, in its order, also those with nothing on its way. */
static bool add_configured(struct outbox *outbox)
{
    const struct config *config = outbox->cli->config;

    for (size_t i = 0; i < config->party_count; i++) {
        struct lane_view *lane;
        uint32_t number = 0;
        bool found = false;

        if (!wanted(outbox, config->parties[i].id))
            continue;
        if (!ledger_party_number(outbox->cli->txn, config->parties[i].id, &number, &found,
                                 outbox->err) ||
            !add_lane(outbox, found ? number : 0, config->parties[i].id, &lane))
            return false;
    }
    return true;
}

/* NULL with `ok` still true: nobody asked for this party. */
static struct lane_view *lane_of(struct outbox *outbox, uint32_t number)
{
    struct lane_view *lane = NULL;
    char id[PARTY_ID_SIZE] = "";

    for (size_t i = 0; i < outbox->lane_count; i++)
        if (outbox->lanes[i].number == number)
            return &outbox->lanes[i];
    outbox->ok = cli_party_id(outbox->cli, number, id, outbox->err);
    if (outbox->ok && wanted(outbox, id))
        outbox->ok = add_lane(outbox, number, id, &lane);
    return lane;
}

static bool add_row(struct outbox *outbox, struct lane_view *lane, const struct letter_row *row)
{
    const struct entry_letter *letter = &row->letter;
    struct error *err = outbox->err;
    struct table *table = lane->table;
    char number[24];
    char tries[16];
    char due[INSTANT_TEXT_SIZE] = "-";
    char since[INSTANT_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];

    snprintf(number, sizeof(number), "%" PRIu64, letter->out_id);
    snprintf(tries, sizeof(tries), "%u", row->attempts);
    if (letter->state == LETTER_NEW || letter->state == LETTER_READY) {
        char whole[INSTANT_TEXT_SIZE];
        instant_format_short(letter->due, whole);
        snprintf(due, sizeof(due), "%.*s", DUE_SHOWN, whole + strlen("2026-"));
    }
    instant_format_short(letter->created, since);
    since[strlen("2026-") + SINCE_SHOWN] = '\0';
    uuid_format(&letter->case_id, id);
    id[CASE_SHOWN] = '\0';
    return table_cell(table, PAINT_PLAIN, number, err) &&
           table_cell(table, PAINT_PLAIN, language_name(action_name(letter->action)), err) &&
           table_cell(table, letter->state == LETTER_DEAD ? PAINT_BAD : PAINT_PLAIN,
                      language_name(letter_state_name(letter->state)), err) &&
           table_cell(table, row->attempts > 0 ? PAINT_WARN : PAINT_PLAIN, tries, err) &&
           table_cell(table, PAINT_PLAIN, due, err) &&
           table_cell(table, PAINT_PLAIN, since + strlen("2026-"), err) &&
           table_cell(table, PAINT_PLAIN, id, err);
}

static bool visit(void *self, const struct letter_row *row)
{
    struct outbox *outbox = self;
    struct lane_view *lane;
    json_t *object = NULL;

    if (!letter_open(row))
        return true;
    lane = lane_of(outbox, row->letter.party);
    if (lane == NULL)
        return outbox->ok;
    if (++outbox->listed > LISTED_MAX) {
        outbox->ok = fail(outbox->err, ERROR_MEMORY, _("too many letters for one listing"));
        return false;
    }
    lane->counts[row->letter.state]++;
    if (lane->oldest.ms == 0 || instant_before(row->letter.created, lane->oldest))
        lane->oldest = row->letter.created;
    if (!outbox->json) {
        outbox->ok = add_row(outbox, lane, row);
    } else {
        outbox->ok = letter_json(outbox->cli, row, &object, outbox->err);
        if (outbox->ok)
            json_append(lane->letters, object);
    }
    return outbox->ok;
}

static uint64_t total_of(const struct lane_view *lane)
{
    uint64_t total = 0;

    for (unsigned state = 0; state < LETTER_STATES; state++)
        total += lane->counts[state];
    return total;
}

/* --- the gateway's part ---------------------------------------------------------------------
 */

static void ask_traffic(struct outbox *outbox)
{
    json_t *request = json_new_object();
    struct error ignored = ERROR_INIT;

    json_text(request, "verb", "traffic");
    if (!ask_gateway(outbox->cli, request, ASK_SHORT_MS, &outbox->traffic, &ignored))
        outbox->traffic = NULL;
}

/* "in" or "out" of a party; NULL if the gateway did not say. */
static json_t *traffic_of(const struct outbox *outbox, const char *id, const char *way)
{
    json_t *parties = json_object_get(outbox->traffic, "parties");
    json_t *party;
    size_t i;

    json_array_foreach(parties, i, party)
    {
        if (strcmp(answer_text(party, "party"), id) == 0)
            return json_object_get(party, way);
    }
    return NULL;
}

/* --- for people ------------------------------------------------------------------------------
 */

static void print_breaker(const struct outbox *outbox, const struct lane_view *lane)
{
    FILE *out = outbox->cli->screen.out;
    json_t *state = traffic_of(outbox, lane->id, "out");
    long long failures = json_integer_value(json_object_get(state, "failures"));
    struct instant until;
    char text[INSTANT_TEXT_SIZE];
    char line[256];

    if (state == NULL || !instant_parse(text_of(answer_text(state, "open_until")), &until)) {
        if (failures > 0)
            fprintf(out, _("  no answer %lld times in a row\n"), failures);
        return;
    }
    instant_format_short(until, text);
    if (failures > 0)
        snprintf(line, sizeof(line), _("  held back after %lld failures; next probe %s"),
                 failures, text);
    else
        snprintf(line, sizeof(line), _("  it asked us to wait until %s"), text);
    screen_paint(&outbox->cli->screen, PAINT_BAD, line);
    fputc('\n', out);
}

static void print_outage(const struct outbox *outbox, const struct lane_view *lane)
{
    const struct cli *cli = outbox->cli;
    const struct config_party *party = config_party_by_id(cli->config, lane->id);
    struct instant until = party != NULL ? outage_until(&party->outages, cli->now)
                                         : (struct instant){0};
    char text[INSTANT_TEXT_SIZE];
    char line[256];

    if (until.ms == 0)
        return;
    snprintf(line, sizeof(line), _("  planned outage until %s: letters wait"),
             instant_format_short(until, text));
    screen_paint(&cli->screen, PAINT_WARN, line);
    fputc('\n', cli->screen.out);
}

static void print_lane(const struct outbox *outbox, const struct lane_view *lane)
{
    const struct screen *screen = &outbox->cli->screen;
    uint64_t dead = lane->counts[LETTER_DEAD];
    char oldest[INSTANT_TEXT_SIZE];

    screen_paint(screen, PAINT_TITLE, lane->id);
    fprintf(screen->out, _(": %" PRIu64 " under way, %" PRIu64 " dead, the oldest since %s\n"),
            total_of(lane) - dead, dead, instant_format_short(lane->oldest, oldest));
    print_outage(outbox, lane);
    print_breaker(outbox, lane);
    table_print(lane->table, screen);
    fputc('\n', screen->out);
}

static void print_people(const struct outbox *outbox)
{
    FILE *out = outbox->cli->screen.out;
    uint64_t dead = 0;
    unsigned parties = 0;

    for (size_t i = 0; i < outbox->lane_count; i++) {
        const struct lane_view *lane = &outbox->lanes[i];

        if (total_of(lane) == 0)
            continue;
        print_lane(outbox, lane);
        dead += lane->counts[LETTER_DEAD];
        parties++;
    }
    if (parties == 0)
        fprintf(out, "%s\n", _("nothing waits: no letter is under way or dead"));
    else
        fprintf(out,
                _("%" PRIu64 " letters under way to %u parties, %" PRIu64
                  " dead (qiantong letters --dead)\n"),
                outbox->listed - dead, parties, dead);
    if (outbox->traffic == NULL)
        fprintf(out, "%s\n", _("the gateway is not running: nothing moves"));
}

/* --- for programs ----------------------------------------------------------------------------
 */

static json_t *lane_json(const struct outbox *outbox, struct lane_view *lane)
{
    static const char *const ways[] = {"in", "out"};
    json_t *object = json_new_object();

    json_text(object, "party", lane->id);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        json_t *way = traffic_of(outbox, lane->id, ways[i]);
        if (way != NULL)
            json_put(object, ways[i], json_incref(way));
    }
    for (unsigned state = LETTER_WAITING; state < LETTER_STATES; state++)
        if (state != LETTER_DONE && state != LETTER_REFUSED && state != LETTER_CLOSED)
            json_number(object, letter_state_name(state).english, (int64_t)lane->counts[state]);
    json_instant(object, "oldest", lane->oldest);
    json_put(object, "letters", lane->letters);
    lane->letters = NULL;
    return object;
}

static bool print_programs(struct outbox *outbox, struct error *err)
{
    json_t *root = json_new_object();
    json_t *array = json_new_array();

    json_bool(root, "gateway_running", outbox->traffic != NULL);
    json_number(root, "letters", (int64_t)outbox->listed);
    for (size_t i = 0; i < outbox->lane_count; i++)
        json_append(array, lane_json(outbox, &outbox->lanes[i]));
    json_put(root, "parties", array);
    return json_print(outbox->cli, root, err);
}

/* --- the verb ------------------------------------------------------------------------------
 */

static bool gather_letters(struct outbox *outbox, struct error *err)
{
    if (!cli_open_ledger(outbox->cli, err) || !add_configured(outbox) ||
        !ledger_each_letter(outbox->cli->txn, visit, outbox, err) || !outbox->ok)
        return false;
    cli_end_read(outbox->cli);
    if (outbox->only == NULL || outbox->lane_count > 0)
        return true;
    cli_hint(outbox->cli, _("`qiantong party` lists them"));
    return fail(err, ERROR_NOT_FOUND, _("no party %s in %s"), outbox->only,
                outbox->cli->config->path);
}

bool cli_outbox(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct outbox *outbox = arena_alloc(cli->arena, sizeof(*outbox));
    struct operands operands;
    bool json = false;
    bool ok;
    const struct option_rule rules[] = {{"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err))
        return false;
    if (outbox == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *outbox = (struct outbox){.cli = cli, .json = json, .err = err, .ok = true};
    outbox->only = operands.count > 0 ? operands.at[0] : NULL;
    ok = gather_letters(outbox, err);
    if (ok) {
        ask_traffic(outbox);
        if (json)
            ok = print_programs(outbox, err);
        else
            print_people(outbox);
    }
    for (size_t i = 0; i < outbox->lane_count; i++)
        json_decref(outbox->lanes[i].letters);
    json_decref(outbox->traffic);
    return ok;
}
