/* approvals_acts.c - the acts that can need a second person: one row each. */
#include "gate/approvals.h"

#include <string.h>

/* --- close: a dead letter is given up ------------------------------------------------------
 */

static bool look_dead_letter(struct ledger_txn *txn, const char *object, struct uuid *case_id,
                             struct error *err)
{
    struct letter_row row;
    uint64_t out_id;
    bool found = false;

    if (!text_to_u64(text_of(object), &out_id))
        return fail(err, ERROR_USAGE, "letter is not a number");
    if (!ledger_get_letter(txn, out_id, &row, &found, err))
        return false;
    if (!found || row.letter.state != LETTER_DEAD)
        return fail(err, ERROR_NOT_FOUND, "no dead letter has this number");
    *case_id = row.letter.case_id;
    return true;
}

static bool close_letter(struct engine *engine, struct ledger_txn *txn, const char *object,
                         struct work *work, struct error *err)
{
    work->kind = WORK_LETTER_CLOSE;
    if (!text_to_u64(text_of(object), &work->out_id))
        return fail(err, ERROR_USAGE, "letter is not a number");
    if (!engine_apply(engine, txn, work, err))
        return false;
    return work->result.verdict == VERDICT_ACCEPTED ||
           fail(err, ERROR_NOT_FOUND, "no dead letter has this number");
}

/* --- reverse: what is in doubt of a case, or stands, is undone (冲正) ------------------------
 */

static bool reverse_case(struct engine *engine, struct ledger_txn *txn, const char *object,
                         struct work *work, struct error *err)
{
    (void)object; /* note_case says it */
    work->kind = WORK_BY_HAND;
    work->hand_action = ACTION_REVERSE;
    if (!engine_apply(engine, txn, work, err))
        return false;
    return work->result.verdict == VERDICT_ACCEPTED ||
           fail(err, ERROR_CONFLICT, "nothing of this case can be reversed now (%s)",
                work->result.code);
}

/* --- pause, resume: a limit that is our own duty rests and goes on (时限中止、恢复)
 * -----------
 */

/* "CASE LIMIT", as in 0198…-…: d3. */
static bool read_limit(const char *object, struct uuid *case_id, unsigned *kind,
                       struct error *err)
{
    size_t size = strcspn(object, " ");
    struct text id = {object, size};

    if (object[size] == '\0' || !uuid_parse(id, case_id))
        return fail(err, ERROR_USAGE, "object is not a case and a limit");
    *kind = clock_kind_by_name(text_of(object + size + 1));
    return *kind != CLOCK_NONE || fail(err, ERROR_USAGE, "there is no limit of this name");
}

static bool look_limit(struct ledger_txn *txn, const char *object, struct uuid *case_id,
                       struct error *err)
{
    struct flow_case row;
    bool found = false;
    unsigned kind;

    if (!read_limit(object, case_id, &kind, err) ||
        !ledger_get_case(txn, case_id, &row, &found, err))
        return false;
    return found || fail(err, ERROR_NOT_FOUND, "no such case");
}

static bool rest_limit(struct engine *engine, struct ledger_txn *txn, const char *object,
                       struct work *work, enum action action, struct error *err)
{
    struct uuid case_id;
    unsigned kind;

    if (!read_limit(object, &case_id, &kind, err))
        return false;
    work->kind = WORK_BY_HAND;
    work->hand_action = (uint16_t)action;
    work->hand_clock = (uint8_t)kind;
    if (!engine_apply(engine, txn, work, err))
        return false;
    return work->result.verdict == VERDICT_ACCEPTED ||
           fail(err, ERROR_CONFLICT, "%s (%s)", work->result.reason, work->result.code);
}

static bool pause_limit(struct engine *engine, struct ledger_txn *txn, const char *object,
                        struct work *work, struct error *err)
{
    return rest_limit(engine, txn, object, work, ACTION_PAUSE, err);
}

static bool resume_limit(struct engine *engine, struct ledger_txn *txn, const char *object,
                         struct work *work, struct error *err)
{
    return rest_limit(engine, txn, object, work, ACTION_RESUME, err);
}

/* --- export: tables with persons in clear --------------------------------------------------
 */

/* The scope is the words of the export; any may be asked for. */
static bool look_scope(struct ledger_txn *txn, const char *object, struct uuid *case_id,
                       struct error *err)
{
    (void)txn;
    *case_id = (struct uuid){{0}};
    return text_starts(text_of(object), "format=") ||
           fail(err, ERROR_USAGE, "the scope of an export comes from `qiantong ledger export`");
}

/* --- the table -----------------------------------------------------------------------------
 */

bool approvals_look_case(struct ledger_txn *txn, const char *object, struct uuid *case_id,
                         struct error *err)
{
    struct flow_case row;
    bool found = false;

    if (!uuid_parse(text_of(object), case_id))
        return fail(err, ERROR_USAGE, "case is not an id");
    if (!ledger_get_case(txn, case_id, &row, &found, err))
        return false;
    return found || fail(err, ERROR_NOT_FOUND, "no such case");
}

const struct approval_act approval_acts[] = {
    {.name = "close",
     .title = {"give a dead letter up", "关闭死信"},
     .object = {"letter", "信件"},
     .look = look_dead_letter,
     .execute = close_letter,
     .always = true,
     .usual = true},
    {.name = "export",
     .title = {"export persons in clear", "明文导出"},
     .object = {"scope", "范围"},
     .look = look_scope,
     .execute = NULL, /* who proposed it runs the export once */
     .always = false,
     .usual = true},
    {.name = "reverse",
     .title = {"reverse what is in doubt, or settled", "冲正"},
     .object = {"case", "业务"},
     .look = approvals_look_case,
     .execute = reverse_case,
     .always = true,
     .usual = true},
    {.name = "pause",
     .title = {"pause a limit", "中止时限"},
     .object = {"case and limit", "业务和时限"},
     .look = look_limit,
     .execute = pause_limit,
     .always = false,
     .usual = false},
    {.name = "resume",
     .title = {"resume a limit", "恢复时限"},
     .object = {"case and limit", "业务和时限"},
     .look = look_limit,
     .execute = resume_limit,
     .always = false,
     .usual = false},
};
const size_t approval_act_count = COUNT_OF(approval_acts);
_Static_assert(COUNT_OF(approval_acts) <= APPROVAL_ACTS_MAX, "a bit for each act");

const struct approval_act *approval_act_find(struct text name)
{
    for (size_t i = 0; i < approval_act_count; i++) {
        if (text_is(name, approval_acts[i].name))
            return &approval_acts[i];
    }
    return NULL;
}

uint32_t approval_act_bit(const struct approval_act *act)
{
    return UINT32_C(1) << (act - approval_acts);
}

uint32_t approval_acts_usual(void)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < approval_act_count; i++)
        bits |= approval_acts[i].usual ? approval_act_bit(&approval_acts[i]) : 0;
    return bits;
}

uint32_t approval_acts_always(void)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < approval_act_count; i++)
        bits |= approval_acts[i].always ? approval_act_bit(&approval_acts[i]) : 0;
    return bits;
}
