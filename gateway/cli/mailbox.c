/* mailbox.c - `qiantong mailbox [PARTY]`: parties that we cannot call. What lies ready for
 * them, since when, and which of their files are missing. */
#include <inttypes.h>
#include <string.h>

#include "cli/json.h"
#include "cli/letter_view.h"
#include "gate/ferry_state.h"

enum { LISTED_MAX = 1000000 };

/* One party without an address. */
struct box {
    const struct config_party *party;
    uint32_t number; /* 0: the ledger has not met it */
    uint64_t ready;
    uint64_t coming; /* waiting behind another, or not sealed yet */
    uint64_t dead;
    struct instant oldest; /* of those ready */
    struct ferry_state ferry;
};

struct listing {
    struct cli *cli;
    const char *only; /* NULL: every party */
    struct box boxes[CONFIG_PARTIES_MAX];
    size_t box_count;
    struct table *letters; /* of the only party; NULL: not shown */
    json_t *array;         /* likewise for JSON */
    uint64_t listed;
    struct error *err;
    bool ok;
};

/* --- gathering ------------------------------------------------------------------------------
 */

static bool show_letter(struct listing *listing, const struct letter_row *row)
{
    json_t *object = NULL;

    if (++listing->listed > LISTED_MAX)
        return fail(listing->err, ERROR_MEMORY, _("too many letters for one listing"));
    if (listing->letters != NULL)
        return letter_table_add(listing->cli, listing->letters, true, row, listing->err);
    if (listing->array == NULL)
        return true;
    if (!letter_json(listing->cli, row, &object, listing->err))
        return false;
    json_append(listing->array, object);
    return true;
}

static bool visit(void *self, const struct letter_row *row)
{
    struct listing *listing = self;
    struct box *box = listing->boxes;

    while (box < listing->boxes + listing->box_count && box->number != row->letter.party)
        box++;
    if (box == listing->boxes + listing->box_count)
        return true;
    if (row->letter.state == LETTER_READY) {
        if (box->ready++ == 0 || instant_before(row->letter.created, box->oldest))
            box->oldest = row->letter.created;
    } else if (row->letter.state == LETTER_DEAD) {
        box->dead++;
    } else {
        box->coming++;
    }
    listing->ok = show_letter(listing, row);
    return listing->ok;
}

static bool find_boxes(struct listing *listing, struct error *err)
{
    const struct config *config = listing->cli->config;
    char path[FERRY_PATH_SIZE];

    for (size_t i = 0; i < config->party_count; i++) {
        const struct config_party *party = &config->parties[i];
        struct box *box = &listing->boxes[listing->box_count];
        bool found;

        if (party->url != NULL ||
            (listing->only != NULL && strcmp(listing->only, party->id) != 0))
            continue;
        *box = (struct box){.party = party};
        if (!ledger_party_number(listing->cli->txn, party->id, &box->number, &found, err))
            return false;
        if (party->folder_in != NULL &&
            (!ferry_state_path(config->ledger_path, party->id, path) ||
             !ferry_state_load(path, &box->ferry, err)))
            return false;
        listing->box_count++;
    }
    if (listing->only != NULL && listing->box_count == 0) {
        cli_hint(listing->cli, _("`qiantong mailbox` lists them; the others: qiantong outbox"));
        return fail(err, ERROR_NOT_FOUND, _("no party without an address has this id: %s"),
                    listing->only);
    }
    return true;
}

static bool gather(struct listing *listing, struct error *err)
{
    struct ledger_position position = {0};
    bool more = true;

    while (more && listing->ok) {
        if (!ledger_open_letters(listing->cli->txn, &position, LISTED_MAX, visit, listing,
                                 &more, err))
            return false;
    }
    return listing->ok;
}

/* --- for people -----------------------------------------------------------------------------
 */

static const char *way_of(const struct config_party *party)
{
    return party->folder_in != NULL ? _("folders") : _("it fetches");
}

static bool add_box(struct listing *listing, struct table *table, const struct box *box,
                    struct error *err)
{
    uint64_t missing = ferry_missing(&box->ferry);
    char oldest[INSTANT_TEXT_SIZE] = "-";
    char cells[4][24];

    snprintf(cells[0], sizeof(cells[0]), "%" PRIu64, box->ready);
    snprintf(cells[1], sizeof(cells[1]), "%" PRIu64, box->coming);
    snprintf(cells[2], sizeof(cells[2]), "%" PRIu64, box->dead);
    snprintf(cells[3], sizeof(cells[3]), "%" PRIu64, missing);
    if (box->ready > 0)
        instant_format_short(box->oldest, oldest);
    (void)listing;
    return table_cell(table, PAINT_PLAIN, box->party->id, err) &&
           table_cell(table, PAINT_PLAIN, way_of(box->party), err) &&
           table_cell(table, PAINT_PLAIN, cells[0], err) &&
           table_cell(table, PAINT_PLAIN, cells[1], err) &&
           table_cell(table, box->dead > 0 ? PAINT_BAD : PAINT_PLAIN, cells[2], err) &&
           table_cell(table, PAINT_PLAIN, oldest, err) &&
           table_cell(table, missing > 0 ? PAINT_BAD : PAINT_PLAIN,
                      box->party->folder_in != NULL ? cells[3] : "-", err);
}

static void print_gaps(const struct listing *listing, const struct box *box)
{
    char since[INSTANT_TEXT_SIZE];

    for (size_t i = 0; i < box->ferry.gap_count; i++) {
        const struct ferry_gap *gap = &box->ferry.gaps[i];

        fprintf(listing->cli->screen.out,
                _("%s: files %" PRIu64 " to %" PRIu64 " are missing since %s\n"),
                box->party->id, gap->from, gap->to, instant_format_short(gap->since, since));
    }
}

static bool print_table(struct listing *listing, struct error *err)
{
    struct cli *cli = listing->cli;
    struct table_column columns[] = {
        {_("Party"), false, false},        {_("Way"), false, true},
        {_("Ready"), true, false},         {_("Coming"), true, false},
        {_("Dead"), true, false},          {_("Ready since"), false, false},
        {_("Missing files"), true, false},
    };
    struct table *table = table_new(cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < listing->box_count; i++) {
        if (!add_box(listing, table, &listing->boxes[i], err))
            return false;
    }
    if (listing->box_count == 0) {
        fprintf(cli->screen.out, "%s\n", _("every party has an address; nobody has a mailbox"));
        return true;
    }
    table_print(table, &cli->screen);
    for (size_t i = 0; i < listing->box_count; i++)
        print_gaps(listing, &listing->boxes[i]);
    if (listing->letters != NULL && listing->listed > 0) {
        fputc('\n', cli->screen.out);
        table_print(listing->letters, &cli->screen);
    }
    return true;
}

/* --- for programs ---------------------------------------------------------------------------
 */

static json_t *box_json(const struct box *box)
{
    json_t *object = json_new_object();
    json_t *gaps = json_new_array();

    json_text(object, "party", box->party->id);
    json_text(object, "way", box->party->folder_in != NULL ? "folder" : "mailbox");
    json_number(object, "ready", (int64_t)box->ready);
    json_number(object, "coming", (int64_t)box->coming);
    json_number(object, "dead", (int64_t)box->dead);
    json_instant(object, "ready_since", box->oldest);
    json_number(object, "sent_number", (int64_t)box->ferry.sent);
    json_number(object, "seen_number", (int64_t)box->ferry.seen);
    json_number(object, "missing_files", (int64_t)ferry_missing(&box->ferry));
    for (size_t i = 0; i < box->ferry.gap_count; i++) {
        json_t *gap = json_new_object();

        json_number(gap, "from", (int64_t)box->ferry.gaps[i].from);
        json_number(gap, "to", (int64_t)box->ferry.gaps[i].to);
        json_instant(gap, "since", box->ferry.gaps[i].since);
        json_append(gaps, gap);
    }
    json_put(object, "missing", gaps);
    return object;
}

static bool print_json(struct listing *listing, struct error *err)
{
    json_t *boxes = json_new_array();

    for (size_t i = 0; i < listing->box_count; i++) {
        json_t *object = box_json(&listing->boxes[i]);

        if (listing->only != NULL) {
            json_put(object, "letters", listing->array);
            listing->array = NULL;
        }
        json_append(boxes, object);
    }
    json_decref(listing->array);
    listing->array = NULL;
    return json_print(listing->cli, boxes, err);
}

bool cli_mailbox(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    struct listing *listing = arena_alloc(cli->arena, sizeof(*listing));
    struct operands operands;

    if (listing == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err))
        return false;
    *listing = (struct listing){.cli = cli, .err = err, .ok = true};
    listing->only = operands.count > 0 ? operands.at[0] : NULL;
    if (!cli_open_ledger(cli, err) || !find_boxes(listing, err))
        return false;
    if (json)
        listing->array = json_new_array();
    else if (listing->only != NULL)
        listing->letters = letter_table_new(cli->arena, true);
    if (!gather(listing, err)) {
        json_decref(listing->array);
        return false;
    }
    cli_end_read(cli);
    return json ? print_json(listing, err) : print_table(listing, err);
}
