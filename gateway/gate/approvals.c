/* approvals.c - the rule of the second person: propose, approve, decline, use. */
#include "gate/approvals.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "gate/approvals_journal.h"

/* --- text that is safe to keep and to show -------------------------------------------------
 */

/* Beside control characters: what turns the direction of writing, and other line ends. */
static bool controls(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

bool approval_text_check(struct text text, size_t size_max, const char *what, struct error *err)
{
    uint32_t code;

    if (text.size > size_max)
        return fail(err, ERROR_USAGE, "the %s is longer than %zu bytes", what, size_max);
    if (!text_is_utf8(text))
        return fail(err, ERROR_USAGE, "the %s is not UTF-8", what);
    while (utf8_take(&text, &code)) {
        if (controls(code))
            return fail(err, ERROR_USAGE, "the %s has control characters", what);
    }
    return true;
}

static bool reason_check(const struct approval_person *person, struct error *err)
{
    struct text reason = text_of(person->reason);

    if (text_trim(reason).size == 0)
        return fail(err, ERROR_USAGE, "a reason is needed; it is journaled");
    return approval_text_check(reason, sizeof(person->reason) - 1, "reason", err);
}

/* --- an entry ------------------------------------------------------------------------------
 */

/* Three TLVs more than it has. */
static struct tlv *more_tlvs(struct work *work)
{
    struct tlv *tlvs = arena_array(work->arena, work->note_tlv_count + 3, sizeof(*tlvs));

    if (tlvs != NULL && work->note_tlv_count > 0)
        memcpy(tlvs, work->note_tlvs, work->note_tlv_count * sizeof(*tlvs));
    return tlvs;
}

/* Adds who else took part, if anybody, and the step. */
static bool add_step(struct work *work, const struct approval_person *other, const char *verb,
                     const struct approval_note *note, struct error *err)
{
    void *memory = arena_alloc(work->arena, APPROVAL_NOTE_SIZE);
    struct buffer bytes = buffer_over(memory, APPROVAL_NOTE_SIZE);
    struct tlv *tlvs = more_tlvs(work);
    size_t count = work->note_tlv_count;

    if (memory == NULL || tlvs == NULL ||
        (other != NULL &&
         !approval_operator_tlv(other, verb, note->act, work->arena, &tlvs[count++])))
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    approval_note_encode(note, &bytes);
    CHECK(!bytes.overflow);
    tlvs[count++] = (struct tlv){.type = TLV_APPROVAL, .bytes = buffer_as_text(&bytes)};
    work->note_tlvs = tlvs;
    work->note_tlv_count = count;
    return true;
}

/* An item whose first OPERATOR is `person`, with the object as TEXT unless it is NULL. */
static struct work *new_work(struct arena *arena, const struct approval_person *person,
                             const char *verb, const char *act, const char *object,
                             struct error *err)
{
    struct work *work = arena_alloc(arena, sizeof(*work));
    struct tlv *tlvs = arena_array(arena, 2, sizeof(*tlvs));

    if (work == NULL || tlvs == NULL ||
        !approval_operator_tlv(person, verb, act, arena, &tlvs[0])) {
        fail(err, ERROR_MEMORY, "no memory for an entry");
        return NULL;
    }
    *work = (struct work){.kind = WORK_NOTE,
                          .arena = arena,
                          .note_kind = ENTRY_OPERATOR,
                          .note_tlvs = tlvs,
                          .note_tlv_count = 1};
    if (object != NULL)
        tlvs[work->note_tlv_count++] = (struct tlv){.type = TLV_TEXT, .bytes = text_of(object)};
    return work;
}

static struct approval_note note_of(const struct approval *approval, enum approval_step step,
                                    uint32_t uid)
{
    struct approval_note note = {
        .step = step, .number = approval->number, .uid = uid, .until = approval->until};

    memcpy(note.act, approval->act, sizeof(note.act));
    return note;
}

/* --- propose -------------------------------------------------------------------------------
 */

static struct instant stamp_of(struct engine *engine, struct ledger_txn *txn)
{
    bool back;

    return ledger_stamp(txn, engine->given.now(engine->given.self), &back);
}

static bool request_check(struct ledger_txn *txn, const struct approval_request *request,
                          struct uuid *case_id, struct error *err)
{
    return reason_check(&request->by, err) &&
           approval_text_check(text_of(request->object), APPROVAL_OBJECT_SIZE - 1, "object",
                               err) &&
           request->act->look(txn, request->object, case_id, err);
}

static bool may_wait(const struct approval *list, size_t count,
                     const struct approval_request *request, struct error *err)
{
    size_t waiting = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].state != APPROVAL_WAITING)
            continue;
        if (strcmp(list[i].act, request->act->name) == 0 &&
            strcmp(list[i].object, request->object) == 0)
            return fail(err, ERROR_CONFLICT, "this waits already: proposal %" PRIu64 " of %s",
                        list[i].number, list[i].by.user);
        waiting++;
    }
    return waiting < APPROVALS_WAITING_MAX ||
           fail(err, ERROR_BUSY, "%zu proposals wait: decide or decline some first", waiting);
}

bool approvals_propose(struct engine *engine, struct ledger_txn *txn,
                       const struct approval_request *request, struct arena *arena,
                       struct approval *out, struct error *err)
{
    struct instant now = stamp_of(engine, txn);
    struct approval_note note = {.step = APPROVAL_PROPOSED, .uid = request->by.uid};
    struct approval *list;
    struct work *work;
    size_t count;

    *out = (struct approval){.since = now, .by = request->by, .state = APPROVAL_WAITING};
    out->until = note.until = instant_add_ms(now, request->valid_ms);
    CHECK(text_to_field(text_of(request->act->name), out->act, sizeof(out->act)));
    memcpy(note.act, out->act, sizeof(note.act));
    if (!request_check(txn, request, &out->case_id, err) ||
        !approvals_list(txn, now, arena, &list, &count, err) ||
        !may_wait(list, count, request, err))
        return false;
    CHECK(text_to_field(text_of(request->object), out->object, sizeof(out->object)));
    work = new_work(arena, &request->by, "propose ", out->act, request->object, err);
    if (work == NULL || !add_step(work, NULL, NULL, &note, err))
        return false;
    approval_key(now, work->key);
    memcpy(out->message_key, work->key, MESSAGE_KEY_SIZE);
    work->note_case = out->case_id;
    if (!engine_apply(engine, txn, work, err))
        return false;
    out->number = work->result.sequence;
    return true;
}

/* --- decide --------------------------------------------------------------------------------
 */

static bool find(struct engine *engine, struct ledger_txn *txn, uint64_t number,
                 struct arena *arena, struct approval *out, struct error *err)
{
    struct approval *list;
    size_t count;

    if (!approvals_list(txn, stamp_of(engine, txn), arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].number == number) {
            *out = list[i];
            return true;
        }
    }
    return fail(err, ERROR_NOT_FOUND, "no proposal has this number");
}

static bool still_waits(const struct approval *approval, struct error *err)
{
    char at[INSTANT_TEXT_SIZE];

    switch (approval->state) {
    case APPROVAL_WAITING:
        return true;
    case APPROVAL_EXPIRED:
        return fail(err, ERROR_CONFLICT, "proposal %" PRIu64 " expired at %s; propose it again",
                    approval->number, instant_format_short(approval->until, at));
    case APPROVAL_APPROVED:
    case APPROVAL_SPENT:
    case APPROVAL_DECLINED:
        break;
    }
    return fail(err, ERROR_CONFLICT, "proposal %" PRIu64 " was %s by %s at %s",
                approval->number,
                approval->state == APPROVAL_DECLINED ? "declined" : "approved",
                approval->second.user, instant_format_short(approval->decided, at));
}

/* The number decides; a name that was given to another number since is no second person. */
static bool is_another(const struct approval *approval, const struct approval_person *second,
                       struct error *err)
{
    if (approval->by.uid != second->uid && strcmp(approval->by.user, second->user) != 0)
        return true;
    return fail(err, ERROR_DENIED,
                "proposal %" PRIu64 " is of %s (uid %" PRIu32
                "): another user of this system must approve it",
                approval->number, approval->by.user, approval->by.uid);
}

static bool journal_decision(struct engine *engine, struct ledger_txn *txn,
                             const struct approval *approval, enum approval_step step,
                             const struct approval_person *second, struct arena *arena,
                             uint64_t *sequence, struct error *err)
{
    struct approval_note note = note_of(approval, step, second->uid);
    struct work *work = new_work(arena, second, step == APPROVAL_YES ? "approve " : "decline ",
                                 approval->act, approval->object, err);

    if (work == NULL || !add_step(work, &approval->by, "propose ", &note, err))
        return false;
    memcpy(work->key, approval->message_key, MESSAGE_KEY_SIZE);
    work->note_case = approval->case_id;
    if (!engine_apply(engine, txn, work, err))
        return false;
    *sequence = work->result.sequence;
    return true;
}

static bool execute(struct engine *engine, struct ledger_txn *txn,
                    const struct approval_act *act, const struct approval *approval,
                    struct arena *arena, uint64_t *sequence, struct error *err)
{
    struct approval_note note = note_of(approval, APPROVAL_USED, approval->second.uid);
    struct work *work = new_work(arena, &approval->by, "", act->name, NULL, err);

    if (work == NULL || !add_step(work, &approval->second, "approve ", &note, err))
        return false;
    work->note_case = approval->case_id;
    if (!act->execute(engine, txn, approval->object, work, err))
        return false;
    *sequence = work->result.sequence;
    return true;
}

bool approvals_approve(struct engine *engine, struct ledger_txn *txn, uint64_t number,
                       const struct approval_person *second, struct arena *arena,
                       struct approval *out, uint64_t *sequence, struct error *err)
{
    const struct approval_act *act;
    struct uuid case_id;

    if (!reason_check(second, err) || !find(engine, txn, number, arena, out, err) ||
        !still_waits(out, err) || !is_another(out, second, err))
        return false;
    act = approval_act_find(text_of(out->act));
    if (act == NULL)
        return fail(err, ERROR_NOT_FOUND, "this program knows no act %s", out->act);
    if (!act->look(txn, out->object, &case_id, err) ||
        !journal_decision(engine, txn, out, APPROVAL_YES, second, arena, sequence, err))
        return false;
    out->state = APPROVAL_APPROVED;
    out->second = *second;
    log_debug("approval.written", "proposal=%" PRIu64 " act=%s", number, out->act);
    return act->execute == NULL || execute(engine, txn, act, out, arena, sequence, err);
}

bool approvals_decline(struct engine *engine, struct ledger_txn *txn, uint64_t number,
                       const struct approval_person *second, struct arena *arena,
                       struct approval *out, struct error *err)
{
    uint64_t sequence;

    if (!approval_text_check(text_of(second->reason), sizeof(second->reason) - 1, "reason",
                             err) ||
        !find(engine, txn, number, arena, out, err) || !still_waits(out, err) ||
        !journal_decision(engine, txn, out, APPROVAL_NO, second, arena, &sequence, err))
        return false;
    out->state = APPROVAL_DECLINED;
    out->second = *second;
    return true;
}

/* --- nobody else needed --------------------------------------------------------------------
 */

bool approvals_alone(struct engine *engine, struct ledger_txn *txn,
                     const struct approval_request *request, struct arena *arena,
                     uint64_t *sequence, struct error *err)
{
    struct uuid case_id;
    struct work *work;

    *sequence = 0;
    if (request->act->execute == NULL)
        return true; /* whoever needs no permit tells his reason where he uses it */
    if (!request_check(txn, request, &case_id, err))
        return false;
    work = new_work(arena, &request->by, "", request->act->name, NULL, err);
    if (work == NULL)
        return false;
    work->note_case = case_id;
    if (!request->act->execute(engine, txn, request->object, work, err))
        return false;
    *sequence = work->result.sequence;
    return true;
}

/* --- permits -------------------------------------------------------------------------------
 */

const struct approval *approvals_permit(const struct approval *list, size_t count,
                                        const struct approval_act *act, const char *object,
                                        uint32_t uid)
{
    const struct approval *waiting = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct approval *approval = &list[i];
        if (approval->by.uid != uid || strcmp(approval->act, act->name) != 0 ||
            strcmp(approval->object, object) != 0)
            continue;
        if (approval->state == APPROVAL_APPROVED)
            return approval;
        if (approval->state == APPROVAL_WAITING)
            waiting = approval;
    }
    return waiting;
}

bool approvals_spend(struct engine *engine, struct ledger_txn *txn,
                     const struct approval_act *act, const char *object, uint32_t uid,
                     struct work *work, struct error *err)
{
    const struct approval *permit;
    struct approval_note note;
    struct approval *list;
    size_t count;

    CHECK(act->execute == NULL && work->kind == WORK_NOTE);
    if (!approvals_list(txn, stamp_of(engine, txn), work->arena, &list, &count, err))
        return false;
    permit = approvals_permit(list, count, act, object, uid);
    if (permit == NULL || permit->state != APPROVAL_APPROVED)
        return fail(err, ERROR_DENIED, "no second person has approved this");
    note = note_of(permit, APPROVAL_USED, permit->second.uid);
    if (!add_step(work, &permit->second, "approve ", &note, err))
        return false;
    memcpy(work->key, permit->message_key, MESSAGE_KEY_SIZE);
    return engine_apply(engine, txn, work, err);
}
