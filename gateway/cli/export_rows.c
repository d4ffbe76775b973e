/* export_rows.c - tables whose rows are entries: entries, warnings, disclosures; and parties.
 */
#include <string.h>

#include "cli/case_view.h"
#include "cli/entry_view.h"
#include "cli/export.h"
#include "core/flow.h"

enum { WARNING_SIZE = CODE_SIZE + 2, OPERATOR_TEXTS = 3 };

/* One portion of a walk over entries. */
struct stretch {
    struct export *export;
    export_writer *write;
    uint64_t next; /* where the next portion begins */
    unsigned left;
    bool ok;
    struct error *err;
};

/* --- which entries -------------------------------------------------------------------------
 */

/* Of this party, or of a case that is exchanged with it. */
static bool fits_party(struct export *export, const struct entry *entry, bool *fits,
                       struct error *err)
{
    struct flow_case row;
    bool found = false;

    *fits = export->scope.party == 0 || entry->party == export->scope.party;
    if (*fits || uuid_is_none(&entry->case_id))
        return true;
    if (!ledger_get_case(export->cli->txn, &entry->case_id, &row, &found, err))
        return false;
    *fits = found && row.party == export->scope.party;
    return true;
}

static bool visit(void *self, const struct entry *entry)
{
    struct stretch *stretch = self;
    struct export *export = stretch->export;
    bool fits = false;

    if (entry->seq > export->last)
        return false;
    stretch->next = entry->seq + 1;
    if (entry->seq < export->first)
        return true;
    if (export->scope.one_case && !uuid_equal(&entry->case_id, &export->scope.case_id))
        return true;
    stretch->ok = fits_party(export, entry, &fits, stretch->err) &&
                  (!fits || stretch->write(export, entry, stretch->err));
    return stretch->ok && --stretch->left > 0;
}

/* Portion by portion, each in a transaction of its own, written out between two of them. */
bool export_each_entry(struct export *export, export_writer *write, struct error *err)
{
    struct stretch stretch = {
        .export = export, .write = write, .next = export->first, .ok = true, .err = err};
    struct cli *cli = export->cli;

    while (stretch.ok && stretch.next <= export->last) {
        stretch.left = EXPORT_PORTION;
        if (!cli_begin_read(cli, err))
            return false;
        if (export->scope.one_case) {
            stretch.left = UINT32_MAX;
            stretch.ok = ledger_each_of_case(cli->txn, &export->scope.case_id, visit, &stretch,
                                             err) &&
                         stretch.ok;
            stretch.next = export->last + 1;
        } else {
            stretch.ok = ledger_each_entry(cli->txn, stretch.next, visit, &stretch, err) &&
                         stretch.ok;
        }
        cli_end_read(cli);
        stretch.ok = stretch.ok && export_file_flush(export->file, err);
        progress_show(&export->progress, stretch.next - 1, export->last);
    }
    return stretch.ok;
}

/* --- entries -------------------------------------------------------------------------------
 */

void cell_message(struct export *export, const uint8_t key[MESSAGE_KEY_SIZE])
{
    static const uint8_t zeros[MESSAGE_KEY_SIZE / 2];
    struct uuid id;

    memcpy(id.bytes, key, sizeof(id.bytes));
    if (memcmp(key + sizeof(id.bytes), zeros, sizeof(zeros)) == 0)
        cell_uuid(export, &id);
    else
        cell_hex(export, key, MESSAGE_KEY_SIZE);
}

bool cell_party(struct export *export, uint32_t number, struct error *err)
{
    char id[PARTY_ID_SIZE];

    if (number == 0) {
        cell_none(export);
        return true;
    }
    if (!cli_party_id(export->cli, number, id, err))
        return false;
    cell_string(export, id);
    return true;
}

static void cells_state(struct export *export, const struct entry *entry)
{
    const struct flow *flow = flow_find(entry->flow);

    if (flow == NULL || !entry_moves_case(entry)) {
        cell_none(export);
        cell_none(export);
        return;
    }
    cell_code(export, flow_state_name(flow, entry->state_from));
    cell_code(export, flow_state_name(flow, entry->state_to));
}

/* What the far side wrote may name a person: only its length is shown. */
static void cell_reason(struct export *export, const struct entry *entry,
                        const struct entry_verdict *verdict)
{
    char masked[PERSONAL_MASK_SIZE];

    if (entry->kind == ENTRY_OUTCOME && verdict->reason[0] != '\0' && !export->scope.unmask)
        cell_string(export,
                    personal_masked(personal_of(text_of(verdict->reason)), MASK_TEXT, masked));
    else
        cell_string(export, verdict->reason);
}

static void cells_verdict(struct export *export, const struct entry *entry)
{
    struct entry_verdict verdict = {.verdict = VERDICT_NONE};

    if (!entry_verdict_of(entry, &verdict))
        verdict = (struct entry_verdict){.verdict = VERDICT_NONE};
    cell_code(export, verdict_name(verdict.verdict));
    cell_string(export, verdict.code);
    cell_reason(export, entry, &verdict);
    cell_time(export, verdict.received_at);
    cell_number_or_none(export, verdict.sequence);
    cell_number_or_none(export, verdict.out_id);
    cell_number_or_none(export, verdict.http_status);
}

static struct text first_tlv(const struct entry *entry, uint16_t type)
{
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, type, &at);

    return tlv == NULL ? TEXT_NONE : tlv->bytes;
}

/* User, act, purpose. */
static void cells_operator(struct export *export, const struct entry *entry)
{
    struct text rest = first_tlv(entry, TLV_OPERATOR);

    for (size_t i = 0; i < OPERATOR_TEXTS; i++)
        cell_text(export, text_cut(&rest, '\0'));
}

static size_t count_tlvs(const struct entry *entry, uint16_t type)
{
    size_t count = 0;
    size_t at = 0;

    while (entry_next_tlv(entry, type, &at) != NULL)
        count++;
    return count;
}

static struct day business_day(uint32_t yyyymmdd)
{
    struct day day = {0};

    if (!day_from((int)(yyyymmdd / 10000), (int)(yyyymmdd / 100 % 100), (int)(yyyymmdd % 100),
                  &day))
        return (struct day){0};
    return day;
}

static void cells_what(struct export *export, const struct entry *entry)
{
    cell_number(export, entry->seq);
    cell_time(export, entry->wall);
    cell_code(export, entry_kind_name(entry->kind));
    cell_uuid(export, &entry->case_id);
    cell_message(export, entry->message_key);
    cell_code(export, flow_name(entry->flow));
    cell_code(export, role_name(entry->role));
    cell_code(export, action_name(entry->action));
    cell_number_or_none(export, entry->revision);
}

static bool write_entry(struct export *export, const struct entry *entry, struct error *err)
{
    struct text clock = first_tlv(entry, TLV_CLOCK);

    if (!row_begin(export, err))
        return false;
    cells_what(export, entry);
    if (!cell_party(export, entry->party, err))
        return false;
    cell_region(export, entry->from_region);
    cell_region(export, entry->to_region);
    cell_pseudonym(export, entry->person_tag);
    cells_state(export, entry);
    if (entry->amount.fen == 0)
        cell_none(export);
    else
        cell_money(export, entry->amount);
    cell_day(export, business_day(entry->business_date));
    cell_code(export, evidence_name(entry->evidence));
    cells_verdict(export, entry);
    if (clock.size > 0)
        cell_code(export, clock_kind_name((unsigned char)clock.at[0]));
    else
        cell_none(export);
    cells_operator(export, entry);
    cell_text(export, first_tlv(entry, TLV_TEXT));
    cell_number(export, count_tlvs(entry, TLV_WARNING));
    cell_number(export, entry->flags);
    cell_number(export, entry->boot);
    cell_number_or_none(export, entry->plain_size);
    cell_hex(export, entry->digest, sizeof(entry->digest));
    cell_hex(export, entry->rules_digest, sizeof(entry->rules_digest));
    cell_hex(export, entry->leaf, sizeof(entry->leaf));
    row_end(export);
    return true;
}

bool walk_entries(struct export *export, struct error *err)
{
    return export_each_entry(export, write_entry, err);
}

/* --- warnings and disclosures ----------------------------------------------------------------
 */

static bool write_warnings(struct export *export, const struct entry *entry, struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_WARNING, &at)) != NULL) {
        struct reader reader = reader_over(tlv->bytes.at, tlv->bytes.size);
        char code[CODE_SIZE + 1] = "";

        if (!row_begin(export, err))
            return false;
        cell_number(export, entry->seq);
        cell_time(export, entry->wall);
        cell_uuid(export, &entry->case_id);
        cell_code(export, action_name(entry->action));
        reader_copy(&reader, code, CODE_SIZE);
        cell_string(export, code);
        cell_number_or_none(export, reader_u16(&reader));
        row_end(export);
    }
    return true;
}

bool walk_warnings(struct export *export, struct error *err)
{
    return export_each_entry(export, write_warnings, err);
}

/* DISCLOSED, and exports, which are OPERATOR entries when nobody was shown in clear. */
static bool is_disclosure(const struct entry *entry)
{
    struct text rest = first_tlv(entry, TLV_OPERATOR);

    text_cut(&rest, '\0');
    return entry->kind == ENTRY_DISCLOSED ||
           (entry->kind == ENTRY_OPERATOR && text_is(text_cut(&rest, '\0'), "export"));
}

static bool write_disclosure(struct export *export, const struct entry *entry,
                             struct error *err)
{
    if (!is_disclosure(entry))
        return true;
    if (!row_begin(export, err))
        return false;
    cell_number(export, entry->seq);
    cell_time(export, entry->wall);
    cell_code(export, entry_kind_name(entry->kind));
    cells_operator(export, entry);
    cell_uuid(export, &entry->case_id);
    cell_message(export, entry->message_key);
    cell_pseudonym(export, entry->person_tag);
    cell_text(export, first_tlv(entry, TLV_TEXT));
    cell_hex(export, entry->digest, sizeof(entry->digest));
    row_end(export);
    return true;
}

bool walk_disclosures(struct export *export, struct error *err)
{
    return export_each_entry(export, write_disclosure, err);
}

/* --- parties -------------------------------------------------------------------------------
 */

bool walk_parties(struct export *export, struct error *err)
{
    struct cli *cli = export->cli;
    bool ok = cli_begin_read(cli, err);

    for (uint32_t number = 1; ok; number++) {
        char id[PARTY_ID_SIZE];
        bool found = false;

        ok = ledger_party_id(cli->txn, number, id, &found, err);
        if (!ok || !found)
            break;
        ok = row_begin(export, err);
        if (!ok)
            break;
        cell_number(export, number);
        cell_string(export, id);
        cell_region(export, party_region(text_of(id)));
        cell_flag(export, number == 1);
        row_end(export);
    }
    cli_end_read(cli);
    return ok && export_file_flush(export->file, err);
}
