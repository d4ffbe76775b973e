/*
 * apply_lines.c - charge lines of a stay come, are cancelled, and go.
 *
 * A line that gives another one back has a negative total; what it gives back stands in the
 * other one's `returned` for as long as it is in force.
 */
#include <string.h>

#include "ledger/step.h"

/* A row whose texts live beside it: a write ends all views. */
struct kept_line {
    struct line_row row;
    char number[ENTRY_LINE_NUMBER_MAX];
    char original[ENTRY_LINE_NUMBER_MAX];
};

static struct text keep_text(struct text text, char *at)
{
    if (text.size > 0)
        memcpy(at, text.at, text.size);
    return (struct text){at, text.size};
}

static void keep(const struct line_row *row, struct kept_line *line)
{
    line->row = *row;
    line->row.number = keep_text(row->number, line->number);
    line->row.original = keep_text(row->original, line->original);
}

static bool get_line(const struct step *step, struct text number, struct kept_line *line,
                     bool *found)
{
    struct line_row row;
    if (!rows_get_line(step->txn, &step->entry->case_id, number, &row, found, step->err))
        return false;
    if (*found)
        keep(&row, line);
    return true;
}

static bool put_line(const struct step *step, const struct line_row *row)
{
    unsigned char bytes[ROW_LINE_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    line_row_encode(row, &value);
    return step_put(step, DATABASE_LINES, key_line(&step->entry->case_id, row->number), &value);
}

/* A line with this total names `original`, or (`undo`) does not count any more. *found false:
 * there is no such line. */
static bool give_back(const struct step *step, struct text original, struct money total,
                      bool undo, bool *found)
{
    struct kept_line line;
    if (!get_line(step, original, &line, found))
        return false;
    if (!*found)
        return true;
    struct money *returned = &line.row.returned;
    if (!(undo ? money_add(*returned, total, returned)
               : money_subtract(*returned, total, returned)))
        return step_contradiction(step, "what was given back of a line is beyond all bounds");
    return put_line(step, &line.row);
}

static bool add_line(const struct step *step, uint32_t batch, const struct entry_line *added)
{
    struct line_row row = {.in_force = true,
                           .batch = batch,
                           .number = added->number,
                           .original = added->original,
                           .sums = added->sums};
    struct kept_line known;
    bool found;
    memcpy(row.digest, added->digest, sizeof row.digest);
    if (!get_line(step, added->number, &known, &found))
        return false;
    if (found)
        return step_contradiction(step, "a line's number is used once");
    if (added->original.size > 0) {
        if (!give_back(step, added->original, added->sums.total, false, &found))
            return false;
        if (!found)
            return step_contradiction(step, "it gives back a line that is not there");
    }
    return put_line(step, &row);
}

static bool cancel_line(const struct step *step, struct text number, bool hold)
{
    struct kept_line line;
    bool found;
    if (!get_line(step, number, &line, &found))
        return false;
    if (!found || !line.row.in_force)
        return step_contradiction(step, "it cancels a line that is not in force");
    line.row.in_force = false;
    line.row.held = hold;
    if (!put_line(step, &line.row))
        return false;
    if (line.row.original.size == 0)
        return true;
    if (!give_back(step, line.row.original, line.row.sums.total, true, &found))
        return false;
    return found || step_contradiction(step, "it gave back a line that is not there");
}

/* --- without rows ------------------------------------------------------------------------- */

typedef bool change_line(const struct step *step, uint32_t batch, struct kept_line *line);

/* No line is in force any more, so nothing is given back either. */
static bool cancel_any(const struct step *step, uint32_t batch, struct kept_line *line)
{
    (void)batch;
    if (!line->row.in_force && line->row.returned.fen == 0)
        return true;
    line->row.in_force = false;
    line->row.returned.fen = 0;
    return put_line(step, &line->row);
}

static bool hold_any(const struct step *step, uint32_t batch, struct kept_line *line)
{
    line->row.held = line->row.held || line->row.in_force;
    return cancel_any(step, batch, line);
}

static bool put_back(const struct step *step, uint32_t batch, struct kept_line *line)
{
    bool found;
    (void)batch;
    if (!line->row.held)
        return true;
    line->row.held = false;
    line->row.in_force = true;
    return put_line(step, &line->row) &&
           (line->row.original.size == 0 ||
            give_back(step, line->row.original, line->row.sums.total, false, &found));
}

static bool let_go(const struct step *step, uint32_t batch, struct kept_line *line)
{
    (void)batch;
    if (!line->row.held)
        return true;
    line->row.held = false;
    return put_line(step, &line->row);
}

/* What it gave back may have gone with it. */
static bool drop_of_batch(const struct step *step, uint32_t batch, struct kept_line *line)
{
    const struct line_row *row = &line->row;
    bool found;
    if (row->batch != batch)
        return true;
    return step_drop(step, DATABASE_LINES, key_line(&step->entry->case_id, row->number)) &&
           (!row->in_force || row->original.size == 0 ||
            give_back(step, row->original, row->sums.total, true, &found));
}

/* Over all lines of the case, once. */
static bool change_all(const struct step *step, uint32_t batch, change_line *change)
{
    struct row_key prefix = key_uuid(&step->entry->case_id);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(step->txn, DATABASE_LINES, key_text(&prefix), &cursor, &found,
                         step->err);
    while (ok && found && cursor.key.size > prefix.size &&
           memcmp(cursor.key.at, prefix.bytes, prefix.size) == 0) {
        struct kept_line line;
        struct line_row row;
        ok = line_row_decode(cursor.key, cursor.value, &row) ||
             step_contradiction(step, "a line of the case does not decode");
        if (!ok)
            break;
        keep(&row, &line);
        ok = change(step, batch, &line) && store_next(&cursor, &found, step->err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* --- the TLV ------------------------------------------------------------------------------ */

static bool apply_rows(const struct step *step, const struct entry_lines *lines,
                       struct text rest)
{
    for (unsigned i = 0; i < lines->count; i++) {
        struct entry_line line;
        if (!entry_line_decode(&rest, lines, &line))
            return step_contradiction(step, "a line does not decode");
        if (lines->change == ENTRY_LINES_ADD
                ? !add_line(step, lines->batch, &line)
                : !cancel_line(step, line.number, lines->change == ENTRY_LINES_HOLD))
            return false;
    }
    return rest.size == 0 || step_contradiction(step, "bytes behind the last line");
}

static bool apply_change(const struct step *step, struct text bytes)
{
    struct entry_lines lines;
    if (!entry_lines_decode(&bytes, &lines))
        return step_contradiction(step, "a change of lines does not decode");
    if (uuid_is_none(&step->entry->case_id))
        return step_contradiction(step, "lines of no case");
    if (!apply_rows(step, &lines, bytes))
        return false;
    switch (lines.change) {
    case ENTRY_LINES_CANCEL_ALL:
        return change_all(step, lines.batch, cancel_any);
    case ENTRY_LINES_DROP_BATCH:
        return change_all(step, lines.batch, drop_of_batch);
    case ENTRY_LINES_HOLD_ALL:
        return change_all(step, lines.batch, hold_any);
    case ENTRY_LINES_PUT_BACK:
        return change_all(step, lines.batch, put_back);
    case ENTRY_LINES_LET_GO:
        return change_all(step, lines.batch, let_go);
    default:
        return true;
    }
}

bool apply_lines(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_LINES, &at)) != NULL) {
        if (!apply_change(step, tlv->bytes))
            return false;
    }
    return true;
}
