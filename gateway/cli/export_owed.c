/* export_owed.c - tables of settlements: postings, charge lines, answers. Their rows are parts
 * of entries, so that they are as of the last entry of the export by themselves. */
#include "cli/export.h"

static bool begin(struct export *export, const struct entry *entry, struct error *err)
{
    if (!row_begin(export, err))
        return false;
    cell_number(export, entry->seq);
    cell_time(export, entry->wall);
    cell_uuid(export, &entry->case_id);
    return true;
}

/* --- postings -----------------------------------------------------------------------------
 */

static bool write_postings(struct export *export, const struct entry *entry, struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;

    for (unsigned line = 0; (tlv = entry_next_tlv(entry, TLV_POSTING, &at)) != NULL; line++) {
        struct entry_posting posting;

        if (!entry_posting_decode(tlv->bytes, &posting))
            return fail(err, ERROR_LEDGER, "a posting does not decode");
        if (!begin(export, entry, err))
            return false;
        cell_number(export, line);
        cell_code(export, account_name(posting.debit));
        cell_code(export, account_name(posting.credit));
        cell_code(export, insurance_name(posting.insurance));
        if (!cell_party(export, posting.party, err))
            return false;
        cell_number(export, posting.period);
        cell_money(export, posting.amount);
        row_end(export);
    }
    return true;
}

bool walk_postings(struct export *export, struct error *err)
{
    return export_each_entry(export, write_postings, err);
}

/* --- charge lines ------------------------------------------------------------------------- */

static void cells_sums(struct export *export, const struct stay_sums *sums)
{
    cell_money(export, sums->total);
    cell_money(export, sums->own_pay);
    cell_money(export, sums->over_limit);
    cell_money(export, sums->pre_pay);
    cell_money(export, sums->in_scope);
}

/* `line` without a number: the change is about many. */
static bool write_line(struct export *export, const struct entry *entry,
                       const struct entry_lines *lines, const struct entry_line *line,
                       struct error *err)
{
    enum { SUMS = 5 };

    if (!begin(export, entry, err))
        return false;
    cell_code(export, lines_change_name(lines->change));
    cell_number_or_none(export, lines->batch);
    cell_text(export, line->number);
    cell_text(export, line->original);
    if (lines->change == ENTRY_LINES_ADD)
        cells_sums(export, &line->sums);
    for (unsigned i = 0; lines->change != ENTRY_LINES_ADD && i < SUMS; i++)
        cell_none(export);
    cell_hex(export, line->digest, sizeof(line->digest));
    row_end(export);
    return true;
}

static bool write_change(struct export *export, const struct entry *entry, struct text bytes,
                         struct error *err)
{
    const struct entry_line all = {.number = TEXT_NONE, .original = TEXT_NONE};
    struct entry_lines lines;

    if (!entry_lines_decode(&bytes, &lines))
        return fail(err, ERROR_LEDGER, "a change of charge lines does not decode");
    if (lines.count == 0)
        return write_line(export, entry, &lines, &all, err);
    for (unsigned i = 0; i < lines.count; i++) {
        struct entry_line line;

        if (!entry_line_decode(&bytes, &lines, &line))
            return fail(err, ERROR_LEDGER, "a charge line does not decode");
        if (!write_line(export, entry, &lines, &line, err))
            return false;
    }
    return true;
}

static bool write_lines(struct export *export, const struct entry *entry, struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_LINES, &at)) != NULL)
        if (!write_change(export, entry, tlv->bytes, err))
            return false;
    return true;
}

bool walk_charge_lines(struct export *export, struct error *err)
{
    return export_each_entry(export, write_lines, err);
}

/* --- answers ------------------------------------------------------------------------------ */

static bool write_answers(struct export *export, const struct entry *entry, struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_ANSWERS, &at)) != NULL) {
        struct entry_answers answers;

        if (!entry_answers_decode(tlv->bytes, &answers))
            return fail(err, ERROR_LEDGER, "what an entry answers does not decode");
        if (!begin(export, entry, err))
            return false;
        cell_message(export, answers.key);
        cell_code(export, action_name(answers.action));
        cell_time(export, answers.asked);
        cell_time(export, answers.there);
        cell_time(export, answers.sent);
        row_end(export);
    }
    return true;
}

bool walk_answers(struct export *export, struct error *err)
{
    return export_each_entry(export, write_answers, err);
}
