/*
 * export_cases.c - cases, clocks and letters as they stood after the last entry of the export.
 *
 * The rows of the ledger say how things are now. Where later entries have moved a case or a
 * letter, its own entries are read up to the last one of the export, and say how it was.
 */
#include <string.h>

#include "cli/case_view.h"
#include "cli/export.h"
#include "core/flow.h"

/* --- a case as it stood ----------------------------------------------------------------------
 */

struct look {
    const struct export *export;
    struct flow_case *row;
    bool existed; /* there was such a case at the end */
    bool touched; /* an entry of it lies in the scope */
    bool ok;
    struct error *err;
};

static bool look_at(void *self, const struct entry *entry)
{
    struct look *look = self;
    const struct tlv *tlv;
    size_t at = 0;

    if (entry->seq > look->export->last)
        return false;
    if (entry->seq >= look->export->first)
        look->touched = true;
    while (look->ok && (tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at)) != NULL) {
        struct flow_case after;

        look->ok = flow_case_decode(tlv->bytes, &after, look->err);
        if (look->ok && uuid_equal(&after.case_id, &look->row->case_id)) {
            *look->row = after;
            look->existed = true;
        }
    }
    return look->ok;
}

/* Has the ledger grown behind the last entry of the export? */
static bool has_later(const struct export *export, bool *later, struct error *err)
{
    struct ledger_end end;

    if (!ledger_get_end(export->cli->txn, &end, err))
        return false;
    *later = end.tree.size > export->last;
    return true;
}

/* In the period by its own last change, whatever entry made it? */
static bool changed_within(const struct export *export, const struct flow_case *row)
{
    const struct export_scope *scope = &export->scope;

    return (scope->from.number == 0 ||
            !instant_before(row->changed_at, day_start(scope->from))) &&
           !instant_before(export->last_wall, row->changed_at);
}

bool scope_case(struct export *export, struct flow_case *row, bool *in, struct error *err)
{
    struct look look = {.export = export, .row = row, .ok = true, .err = err};
    const struct export_scope *scope = &export->scope;
    bool later = false;

    *in = (scope->party == 0 || row->party == scope->party) &&
          (!scope->one_case || uuid_equal(&row->case_id, &scope->case_id)) &&
          export->first <= export->last;
    if (!*in)
        return true;
    if (!has_later(export, &later, err))
        return false;
    if (changed_within(export, row) &&
        (!later || instant_before(row->changed_at, export->last_wall)))
        return true; /* as it stands */
    if (!ledger_each_of_case(export->cli->txn, &row->case_id, look_at, &look, err) || !look.ok)
        return false;
    *in = look.existed && look.touched;
    return true;
}

/* --- walking cases ---------------------------------------------------------------------------
 */

typedef bool case_writer(struct export *export, const struct flow_case *row, struct error *err);

/* The next cases by key; the store's cursor, because a walk of ours must not last. */
static bool next_cases(struct export *export, struct uuid *after, struct flow_case *rows,
                       size_t *count, struct error *err)
{
    struct store_cursor cursor = {.handle = NULL};
    struct store_txn *txn = NULL;
    struct text from = {(const char *)after->bytes, sizeof(after->bytes)};
    bool found = false;
    bool ok = store_begin_read(export->cli->store, &txn, err) &&
              store_seek(txn, DATABASE_CASES, uuid_is_none(after) ? TEXT_NONE : from, &cursor,
                         &found, err);

    if (ok && found && text_equal(cursor.key, from))
        ok = store_next(&cursor, &found, err);
    *count = 0;
    while (ok && found && *count < EXPORT_PORTION) {
        ok = flow_case_decode(cursor.value, &rows[*count], err) &&
             store_next(&cursor, &found, err);
        if (ok)
            *after = rows[(*count)++].case_id;
    }
    store_cursor_close(&cursor);
    store_abort(txn);
    return ok;
}

static bool write_cases(struct export *export, struct flow_case *rows, size_t count,
                        case_writer *write, struct error *err)
{
    bool ok = cli_begin_read(export->cli, err);

    for (size_t i = 0; ok && i < count; i++) {
        bool in = false;

        ok = scope_case(export, &rows[i], &in, err) && (!in || write(export, &rows[i], err));
        /* Opening a body may wait for the gateway; the look at the ledger must not. */
        if (ok && in && export->disclosing != NULL) {
            cli_end_read(export->cli);
            ok = cli_begin_read(export->cli, err);
        }
    }
    cli_end_read(export->cli);
    return ok && export_file_flush(export->file, err);
}

static bool walk(struct export *export, case_writer *write, struct error *err)
{
    static struct flow_case rows[EXPORT_PORTION];
    struct uuid after = {{0}};
    uint64_t done = 0;
    size_t count;

    do {
        if (!next_cases(export, &after, rows, &count, err) ||
            !write_cases(export, rows, count, write, err))
            return false;
        done += count;
        progress_show(&export->progress, done, 0);
    } while (count == EXPORT_PORTION);
    return true;
}

static void cells_sums(struct export *export, const struct flow_case *row)
{
    cell_number_or_none(export, row->letter_revision);
    cell_number_or_none(export, row->form_revision);
    if (row->form_revision > 0)
        cell_money(export, row->form_total);
    else
        cell_none(export);
    if (row->flags & CASE_MONEY_SEEN)
        cell_money(export, row->money_total);
    else
        cell_none(export);
}

static bool write_case(struct export *export, const struct flow_case *row, struct error *err)
{
    static const uint32_t flags[] = {CASE_OVERDUE, CASE_FORM_HELD, CASE_MONEY_SEEN,
                                     CASE_FLAGGED, CASE_MERGED};

    if (!row_begin(export, err))
        return false;
    cell_uuid(export, &row->case_id);
    cell_string(export, row->trace);
    cell_code(export, flow_name(row->flow));
    cell_code(export, role_name(row->role));
    cell_code(export, case_state_name(row));
    cell_flag(export, !case_open(row));
    if (!cell_party(export, row->party, err) || !cell_party(export, row->core, err))
        return false;
    cell_region(export, row->in_region);
    cell_region(export, row->out_region);
    cell_pseudonym(export, row->person_tag);
    if (!cell_person(export, row, err))
        return false;
    cell_number(export, row->version);
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        cell_flag(export, (row->flags & flags[i]) != 0);
    cell_uuid(export, &row->other);
    cells_sums(export, row);
    cell_string(export, row->last_code);
    cell_time(export, row->opened_at);
    cell_time(export, row->changed_at);
    row_end(export);
    return true;
}

bool walk_cases(struct export *export, struct error *err)
{
    return walk(export, write_case, err);
}

static struct name state_of_clock(unsigned state)
{
    for (size_t i = 0; i < export_list_count; i++)
        if (strcmp(export_lists[i].name, "clock_state") == 0)
            return export_lists[i].name_of(state);
    return (struct name){"unknown", "未知"};
}

static bool write_clocks(struct export *export, const struct flow_case *row, struct error *err)
{
    for (size_t i = 0; i < COUNT_OF(row->clocks); i++) {
        const struct flow_clock *clock = &row->clocks[i];

        if (clock->kind == CLOCK_NONE)
            continue;
        if (!row_begin(export, err))
            return false;
        cell_uuid(export, &row->case_id);
        cell_code(export, clock_kind_name(clock->kind));
        cell_code(export, state_of_clock(clock->state));
        cell_day(export, clock->start);
        cell_number(export, clock->days);
        cell_region(export, clock->region);
        cell_day(export, clock->due.ms == 0 ? (struct day){0}
                                            : instant_day(instant_add_ms(clock->due, -1)));
        cell_time(export, clock->due);
        cell_flag(export, clock->provisional);
        cell_flag(export, clock->paused);
        cell_number_or_none(export, clock->calendar_version);
        row_end(export);
    }
    return true;
}

bool walk_clocks(struct export *export, struct error *err)
{
    return walk(export, write_clocks, err);
}

/* --- letters ---------------------------------------------------------------------------------
 */

/* A letter, told again from the entries of its case (docs/ledger-format.md section 6). */
struct retelling {
    const struct export *export;
    struct letter_row *row;
    bool touched;
};

static bool is_final(unsigned state)
{
    return state != LETTER_WAITING && state != LETTER_NEW && state != LETTER_READY;
}

static void retell_birth(struct letter_row *row, const struct entry *entry)
{
    const struct tlv *tlv;
    struct entry_letter born;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_LETTER, &at)) != NULL)
        if (entry_letter_decode(tlv->bytes, &born) && born.out_id == row->letter.out_id)
            *row = (struct letter_row){.letter = born};
}

static void retell_end(struct letter_row *row, const struct entry *entry)
{
    struct entry_verdict verdict;
    const struct tlv *tlv;
    struct entry_body body;
    size_t at = 0;

    tlv = entry_next_tlv(entry, TLV_VERDICT, &at);
    if (tlv == NULL || !entry_verdict_decode(tlv->bytes, &verdict) ||
        verdict.out_id != row->letter.out_id)
        return;
    if (entry->kind == ENTRY_OUTCOME) {
        row->outcome_seq = entry->seq;
        row->verdict = verdict.verdict;
    }
    at = 0;
    while (entry->kind == ENTRY_SEALED && (tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL)
        if (entry_body_decode(tlv->bytes, &body) && body.use == BODY_SEALED) {
            row->sealed_seq = entry->seq;
            row->sealed = body;
        }
}

static bool retell(void *self, const struct entry *entry)
{
    struct retelling *retelling = self;
    struct letter_row *row = retelling->row;
    struct entry_letter_state state;
    const struct tlv *tlv;
    bool was_final;
    size_t at = 0;

    if (entry->seq > retelling->export->last)
        return false;
    if (entry->seq >= retelling->export->first)
        retelling->touched = true;
    retell_birth(row, entry);
    retell_end(row, entry);
    while ((tlv = entry_next_tlv(entry, TLV_LETTER_STATE, &at)) != NULL) {
        if (!entry_letter_state_decode(tlv->bytes, &state) ||
            state.out_id != row->letter.out_id)
            continue;
        was_final = is_final(row->letter.state);
        row->letter.state = state.state;
        row->letter.due = state.due;
        row->attempts = state.attempts;
        if (is_final(state.state) && !was_final) {
            row->outcome_seq = entry->seq;
        } else if (!is_final(state.state) && was_final) {
            row->outcome_seq = 0;
            row->verdict = VERDICT_NONE;
        }
    }
    return true;
}

/* Only a letter whose end lies before the export's last entry is surely as it was. */
static bool letter_stands(const struct export *export, const struct letter_row *row)
{
    return export->scope.from.number == 0 && is_final(row->letter.state) &&
           row->outcome_seq != 0 && row->outcome_seq <= export->last;
}

static bool letter_in_scope(struct export *export, struct letter_row *row, bool *in,
                            struct error *err)
{
    struct retelling retelling = {.export = export, .row = row};
    const struct export_scope *scope = &export->scope;
    struct flow_case owner;
    bool found = false;

    *in = row->letter.out_id / 16 <= export->last && export->first <= export->last &&
          (!scope->one_case || uuid_equal(&row->letter.case_id, &scope->case_id));
    if (!*in)
        return true;
    if (scope->party != 0 && row->letter.party != scope->party) {
        if (!ledger_get_case(export->cli->txn, &row->letter.case_id, &owner, &found, err))
            return false;
        *in = found && owner.party == scope->party;
    }
    if (!*in || letter_stands(export, row))
        return true;
    if (!ledger_each_of_case(export->cli->txn, &row->letter.case_id, retell, &retelling, err))
        return false;
    *in = retelling.touched;
    return true;
}

static bool write_letter(struct export *export, const struct letter_row *row, struct error *err)
{
    const struct entry_letter *letter = &row->letter;

    if (!row_begin(export, err))
        return false;
    cell_number(export, letter->out_id);
    cell_number(export, letter->out_id / 16);
    cell_uuid(export, &letter->message_id);
    cell_uuid(export, &letter->case_id);
    cell_uuid(export, &letter->in_reply_to);
    if (!cell_party(export, letter->party, err))
        return false;
    cell_flag(export, letter->to_core);
    cell_code(export, flow_name(letter->flow));
    cell_code(export, action_name(letter->action));
    cell_number_or_none(export, letter->revision);
    cell_code(export, letter_state_name(letter->state));
    cell_time(export, letter->created);
    cell_time(export, letter->due);
    cell_time(export, letter->answer_by);
    cell_number(export, row->attempts);
    cell_number_or_none(export, row->sealed_seq);
    cell_number_or_none(export, row->outcome_seq);
    cell_code(export, verdict_name(row->verdict));
    cell_number_or_none(export, row->sealed.size);
    cell_hex(export, row->sealed.digest, sizeof(row->sealed.digest));
    row_end(export);
    return true;
}

/* The letters' numbers of one portion; their rows are read one by one behind it. */
static bool next_letters(struct export *export, uint64_t *after, uint64_t *numbers,
                         size_t *count, struct error *err)
{
    struct store_cursor cursor = {.handle = NULL};
    struct store_txn *txn = NULL;
    unsigned char bytes[8];
    struct buffer from = buffer_over(bytes, sizeof(bytes));
    bool found = false;
    bool ok;

    buffer_u64(&from, *after + 1);
    ok = store_begin_read(export->cli->store, &txn, err) &&
         store_seek(txn, DATABASE_LETTERS, buffer_as_text(&from), &cursor, &found, err);
    *count = 0;
    while (ok && found && *count < EXPORT_PORTION) {
        struct reader key = reader_over(cursor.key.at, cursor.key.size);

        numbers[(*count)++] = *after = reader_u64(&key);
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    store_abort(txn);
    return ok;
}

static bool write_letters(struct export *export, const uint64_t *numbers, size_t count,
                          struct error *err)
{
    bool ok = cli_begin_read(export->cli, err);

    for (size_t i = 0; ok && i < count; i++) {
        struct letter_row row;
        bool in = false;

        ok = ledger_get_letter(export->cli->txn, numbers[i], &row, &in, err) &&
             (!in || (letter_in_scope(export, &row, &in, err) &&
                      (!in || write_letter(export, &row, err))));
    }
    cli_end_read(export->cli);
    return ok && export_file_flush(export->file, err);
}

bool walk_letters(struct export *export, struct error *err)
{
    static uint64_t numbers[EXPORT_PORTION];
    uint64_t after = 0;
    size_t count;

    do {
        if (!next_letters(export, &after, numbers, &count, err) ||
            !write_letters(export, numbers, count, err))
            return false;
        progress_show(&export->progress, after / 16, export->last);
    } while (count == EXPORT_PORTION);
    return true;
}
