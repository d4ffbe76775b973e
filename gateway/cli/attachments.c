/* attachments.c - `qiantong attachments`: files that documents name, and which of them are
 * here. Never their bytes. */
#include <inttypes.h>
#include <string.h>

#include "cli/json.h"
#include "core/attachment.h"

enum { LISTED_MAX = 100000, SHORT_DIGEST = 16 };

struct listing {
    struct cli *cli;
    const char *only; /* the beginning of a digest; NULL: every one */
    bool missing;     /* only those that are not here */
    struct table *table;
    json_t *array; /* NULL: the table */
    uint64_t listed;
    struct error *err;
    bool ok;
};

/* When the file came, and the case of the newest document that names it. */
struct facts {
    struct instant at;
    struct uuid case_id;
    char party[PARTY_ID_SIZE];
};

static bool entry_facts(struct listing *listing, uint64_t seq, struct instant *at,
                        struct uuid *case_id)
{
    struct arena *arena = arena_new(256 * 1024);
    struct entry entry;
    bool found = false;
    bool ok;

    if (arena == NULL)
        return fail(listing->err, ERROR_MEMORY, _("no memory"));
    ok = ledger_get_entry(listing->cli->txn, seq, arena, &entry, &found, listing->err);
    if (ok && found && at != NULL)
        *at = entry.wall;
    if (ok && found && case_id != NULL)
        *case_id = entry.case_id;
    arena_free(arena);
    return ok;
}

static bool find_facts(struct listing *listing, const struct attachment_row *row,
                       struct facts *facts)
{
    *facts = (struct facts){.at = {0}};
    return (row->seq == 0 || entry_facts(listing, row->seq, &facts->at, NULL)) &&
           (row->named == 0 || entry_facts(listing, row->named, NULL, &facts->case_id)) &&
           cli_party_id(listing->cli, row->party, facts->party, listing->err);
}

static bool add_row(struct listing *listing, const struct attachment_row *row,
                    const struct facts *facts, const char *digest)
{
    char at[INSTANT_TEXT_SIZE] = "-";
    char case_id[UUID_TEXT_SIZE] = "-";
    char size[16] = "-";

    if (row->seq != 0) {
        instant_format_short(facts->at, at);
        snprintf(size, sizeof(size), "%" PRIu32, row->size);
    }
    if (row->named != 0)
        uuid_format(&facts->case_id, case_id);
    return table_cell(listing->table, PAINT_PLAIN, digest, listing->err) &&
           table_cell(listing->table, row->seq != 0 ? PAINT_PLAIN : PAINT_BAD,
                      row->seq != 0 ? at : _("not here"), listing->err) &&
           table_cell(listing->table, PAINT_PLAIN, size, listing->err) &&
           table_cell(listing->table, PAINT_PLAIN, facts->party, listing->err) &&
           table_cell(listing->table, PAINT_PLAIN, case_id, listing->err);
}

static void add_json(struct listing *listing, const struct attachment_row *row,
                     const struct facts *facts, const char *digest)
{
    json_t *object = json_new_object();

    json_text(object, "digest", digest);
    json_bool(object, "here", row->seq != 0);
    json_number(object, "sequence", (int64_t)row->seq);
    json_number(object, "bytes", row->size);
    json_text(object, "type", row->seq != 0 ? attachment_media_type(row->media) : NULL);
    json_text(object, "party", row->seq != 0 ? facts->party : NULL);
    json_instant(object, "at", facts->at);
    json_number(object, "named", row->names);
    if (row->named != 0)
        json_uuid(object, "case", &facts->case_id);
    json_append(listing->array, object);
}

static bool visit(void *self, const struct attachment_row *row)
{
    struct listing *listing = self;
    char digest[2 * ATTACHMENT_DIGEST_SIZE + 1];
    struct facts facts;

    hex_encode(row->digest, sizeof(row->digest), digest);
    if ((listing->missing && row->seq != 0) ||
        (listing->only != NULL && !text_starts(text_of(digest), listing->only)))
        return true;
    if (++listing->listed > LISTED_MAX)
        listing->ok = fail(listing->err, ERROR_MEMORY, _("too many files for one listing"));
    listing->ok = listing->ok && find_facts(listing, row, &facts);
    if (!listing->ok)
        return false;
    if (listing->array != NULL) {
        add_json(listing, row, &facts, digest);
        return true;
    }
    if (listing->only == NULL)
        digest[SHORT_DIGEST] = '\0';
    listing->ok = add_row(listing, row, &facts, digest);
    return listing->ok;
}

static struct table *new_table(struct arena *arena)
{
    static struct table_column columns[5];

    columns[0] = (struct table_column){_("Digest"), false, false};
    columns[1] = (struct table_column){_("Since"), false, false};
    columns[2] = (struct table_column){_("Bytes"), true, false};
    columns[3] = (struct table_column){_("From"), false, true};
    columns[4] = (struct table_column){_("Case"), false, true};
    return table_new(arena, columns, COUNT_OF(columns));
}

static bool print_table(const struct listing *listing)
{
    if (listing->listed == 0)
        fprintf(listing->cli->screen.out, "%s\n", _("no such file, and none is named"));
    else
        table_print(listing->table, &listing->cli->screen);
    return true;
}

bool cli_attachments(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    bool json = false;
    struct listing listing = {.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {{"--json", &json, NULL},
                                        {"--missing", &listing.missing, NULL}};
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err))
        return false;
    listing.only = operands.count > 0 ? operands.at[0] : NULL;
    listing.table = new_table(cli->arena);
    if (listing.table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!cli_open_ledger(cli, err))
        return false;
    if (json)
        listing.array = json_new_array();
    if (!ledger_each_attachment(cli->txn, visit, &listing, err) || !listing.ok) {
        json_decref(listing.array);
        return false;
    }
    cli_end_read(cli);
    return json ? json_print(cli, listing.array, err) : print_table(&listing);
}
