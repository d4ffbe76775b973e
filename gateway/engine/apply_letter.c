/* apply_letter.c - what becomes of a letter: sealed, tried, receipted, dead. */
#include "engine/internal.h"

#include <string.h>

static bool find_letter(struct ledger_txn *txn, const struct work *work, struct letter_row *row,
                        bool *found, struct error *err)
{
    if (!ledger_get_letter(txn, work->out_id, row, found, err))
        return false;
    /* One that was written before its birth was undone. */
    if (*found && !uuid_is_none(&work->letter_id) &&
        !uuid_equal(&work->letter_id, &row->letter.message_id))
        *found = false;
    /* A letter that has ended is left as it is: a second receipt changes nothing. */
    if (*found && (row->letter.state == LETTER_DONE || row->letter.state == LETTER_REFUSED ||
                   row->letter.state == LETTER_CLOSED))
        *found = false;
    return true;
}

static struct draft *draft_for(struct engine *engine, struct ledger_txn *txn, struct work *work,
                               const struct letter_row *row, enum entry_kind kind)
{
    struct draft *draft = draft_new(engine, txn, work->arena, kind);

    if (draft == NULL)
        return NULL;
    message_key_of(&row->letter.message_id, draft->entry.message_key);
    draft->entry.case_id = row->letter.case_id;
    draft->entry.party = row->letter.party;
    draft->entry.flow = row->letter.flow;
    draft->entry.action = row->letter.action;
    draft->entry.revision = row->letter.revision;
    return draft;
}

static bool add_bodies(struct ledger_txn *txn, struct draft *draft, const struct work *work,
                       struct error *err)
{
    for (size_t i = 0; i < work->body_count; i++) {
        draft_add_body(draft, &work->bodies[i].body);
        if (!ledger_put_body(txn, &work->bodies[i].body, work->bodies[i].sealed, err))
            return false;
    }
    return true;
}

static struct engine_party *party_of(struct engine *engine, const struct letter_row *row)
{
    for (size_t i = 0; i < engine->party_count; i++) {
        if (engine->parties[i].number == row->letter.party)
            return &engine->parties[i];
    }
    return NULL;
}

/* The report itself: the letter is free, whatever becomes of it. */
static bool landed(struct engine *engine, struct ledger_txn *txn, const struct work *work,
                   struct error *err)
{
    return effect_add(engine, txn, &(struct engine_effect){.out_id = work->out_id}, err);
}

static bool heard(struct engine *engine, struct ledger_txn *txn, const struct work *work,
                  const struct letter_row *row, struct instant at, struct error *err)
{
    bool reached = work->kind == WORK_OUTCOME || work->reached;
    /* 503 may be about this one letter, 429 is about all of them. */
    bool pause = work->kind == WORK_ATTEMPT && work->http_status == 429;
    struct engine_effect effect = {.out_id = work->out_id,
                                   .party = party_of(engine, row),
                                   .heard = reached ? HEARD_IT : HEARD_SILENCE,
                                   .rest_ms = pause ? work->retry_after_ms : 0,
                                   .at = at};

    return effect_add(engine, txn, &effect, err);
}

static bool fetches(const struct engine_party *party)
{
    return party != NULL && !party->reachable_by_us;
}

/* State before and after an entry that leaves the case alone. */
static bool note_state(struct ledger_txn *txn, struct draft *draft, struct flow_case *before,
                       bool *found, struct error *err)
{
    if (!ledger_get_case(txn, &draft->entry.case_id, before, found, err))
        return false;
    if (*found) {
        draft->entry.role = before->role;
        draft->entry.state_from = draft->entry.state_to = before->state;
    }
    return true;
}

bool apply_sealed(struct engine *engine, struct ledger_txn *txn, struct work *work,
                  struct error *err)
{
    struct entry_verdict verdict = {.out_id = work->out_id};
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    bool found;

    CHECK(work->body_count == 1);
    if (!landed(engine, txn, work, err) || !find_letter(txn, work, &row, &found, err))
        return false;
    if (!found || row.letter.state != LETTER_NEW)
        return true;
    draft = draft_for(engine, txn, work, &row, ENTRY_SEALED);
    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!note_state(txn, draft, &before, &found, err))
        return false;
    memcpy(draft->entry.digest, work->bodies[0].body.digest, 32);
    draft->entry.plain_size = work->bodies[0].body.size;
    /* What lies ready to be fetched is due again at its end only: oldest first, and found there
     * by whoever fetches. */
    draft_add_letter_state(
        draft, work->out_id, LETTER_READY, row.attempts,
        fetches(party_of(engine, &row)) ? letter_end_of_life(engine, &row.letter) : draft->now);
    draft_add_verdict(draft, &verdict);
    if (work->lost.size > 0)
        draft_add_text(draft, TLV_LOST, work->lost);
    if (work->adapter.size > 0)
        draft_add_text(draft, TLV_ADAPTER, work->adapter);
    return add_bodies(txn, draft, work, err) && draft_append(draft, txn, err);
}

/* The case gets a flag that a person sees; a province is never refused for our core's sake. */
static void flag_case(struct draft *draft, const struct flow_case *before,
                      struct flow_decision *decision)
{
    decision->after = *before;
    decision->after.flags |= CASE_FLAGGED;
    decision->after.version++;
    decision->after.changed_at = draft->entry.wall;
    draft_add_decision(draft, before, decision);
}

bool apply_untranslated(struct engine *engine, struct ledger_txn *txn, struct work *work,
                        struct error *err)
{
    struct entry_verdict verdict = {.out_id = work->out_id};
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    bool found;

    if (!work->park) /* our own trouble passes */
        return effect_add(engine, txn,
                          &(struct engine_effect){.out_id = work->out_id, .own_trouble = true},
                          err);
    if (!landed(engine, txn, work, err) || !find_letter(txn, work, &row, &found, err))
        return false;
    if (!found)
        return true;
    draft = draft_for(engine, txn, work, &row, ENTRY_ATTEMPT);
    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    draft->entry.flags |= ENTRY_FLAG_UNTRANSLATED;
    if (!note_state(txn, draft, &before, &found, err))
        return false;
    if (found)
        flag_case(draft, &before, decision);
    draft_add_letter_state(draft, work->out_id, LETTER_DEAD, row.attempts, (struct instant){0});
    draft_add_verdict(draft, &verdict);
    draft_add_text(draft, TLV_TEXT, work->note);
    return draft_append(draft, txn, err);
}

/* When a letter without an outcome is due again; none: it is dead. */
static struct instant due_again(const struct engine *engine, const struct engine_party *party,
                                const struct work *work, const struct letter_row *row,
                                struct instant now, uint64_t random)
{
    struct instant end = letter_end_of_life(engine, &row->letter);
    bool brought = party != NULL && party->answer_ms > 0 && work->reached;
    struct instant next;

    if (work->park)
        return (struct instant){0};
    if (!fetches(party) && !brought)
        return retry_next(&engine->retry, row->letter.created, now, row->attempts + 1u,
                          work->retry_after_ms, random);
    if (!instant_before(now, end))
        return (struct instant){0};
    next = brought ? instant_add_ms(now, party->answer_ms) : end;
    return instant_before(next, end) ? next : end;
}

bool apply_attempt(struct engine *engine, struct ledger_txn *txn, struct work *work,
                   struct error *err)
{
    struct entry_verdict verdict = {.out_id = work->out_id, .http_status = work->http_status};
    struct flow_decision *decision;
    const struct engine_party *party;
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    struct instant due;
    uint64_t random = 0;
    uint16_t attempts;
    bool found;

    if (!landed(engine, txn, work, err) || !find_letter(txn, work, &row, &found, err))
        return false;
    if (!found || row.letter.state != LETTER_READY)
        return true;
    draft = draft_for(engine, txn, work, &row, ENTRY_ATTEMPT);
    decision = arena_alloc(work->arena, sizeof(*decision));
    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!note_state(txn, draft, &before, &found, err) ||
        !engine->given.random(engine->given.self, &random, sizeof(random), err))
        return false;
    attempts = row.attempts == UINT16_MAX ? UINT16_MAX : (uint16_t)(row.attempts + 1);
    party = party_of(engine, &row);
    due = due_again(engine, party, work, &row, draft->now, random);
    if (!fetches(party) && !heard(engine, txn, work, &row, draft->now, err))
        return false;
    if (found && due.ms == 0)
        flag_case(draft, &before, decision);
    draft_add_letter_state(draft, work->out_id, due.ms != 0 ? LETTER_READY : LETTER_DEAD,
                           attempts, due);
    draft_add_verdict(draft, &verdict);
    if (work->note.size > 0)
        draft_add_text(draft, TLV_TEXT, work->note);
    return draft_append(draft, txn, err);
}

/* Tells the flow what the far side said of our message. */
static bool decide_receipt(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                           struct work *work, const struct letter_row *row,
                           const struct flow_case *before, struct flow_event *event,
                           struct flow_decision *decision, struct error *err)
{
    *event = (struct flow_event){
        .source = EVENT_RECEIPT,
        .action = row->letter.action,
        .revision = row->letter.revision,
        .at = draft->entry.wall,
        .verdict = work->receipt.verdict,
        .received_at = work->receipt.received_at,
        .message_id = row->letter.message_id,
    };

    field_copy(event->code, sizeof(event->code), work->receipt.code);
    if (!question_ids(engine, flow_find(before->flow), draft->now, event, err) ||
        !corrected_case(txn, before, work->arena, &event->corrected, err))
        return false;
    return flow_decide(flow_find(before->flow), engine->rules, engine->calendar, before, event,
                       work->arena, decision, err);
}

static void add_outcome_verdict(struct draft *draft, const struct work *work)
{
    struct entry_verdict verdict = {
        .verdict = (uint8_t)work->receipt.verdict,
        .received_at = work->receipt.received_at,
        .sequence = work->receipt.sequence,
        .out_id = work->out_id,
        .http_status = work->http_status,
    };

    memcpy(verdict.log_id, work->receipt.log_id, sizeof(verdict.log_id));
    field_copy(verdict.code, sizeof(verdict.code), work->receipt.code);
    field_copy(verdict.reason, sizeof(verdict.reason), work->receipt.reason);
    draft_add_verdict(draft, &verdict);
}

static enum letter_state end_of(const struct work *work)
{
    bool taken = work->receipt.verdict == VERDICT_ACCEPTED ||
                 work->receipt.verdict == VERDICT_PENDING;

    return taken ? LETTER_DONE : LETTER_REFUSED;
}

bool apply_outcome(struct engine *engine, struct ledger_txn *txn, struct work *work,
                   struct error *err)
{
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    struct uuid none = {{0}};
    struct flow_event event;
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    bool found;

    if (!landed(engine, txn, work, err) || !find_letter(txn, work, &row, &found, err))
        return false;
    if (!found || row.sealed.size == 0) /* nobody can have receipted what never left */
        return true;
    draft = draft_for(engine, txn, work, &row, ENTRY_OUTCOME);
    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    draft->ending = work->out_id;
    memcpy(draft->entry.digest, work->digest, 32);
    draft->entry.plain_size = work->size;
    draft->entry.evidence = evidence_of(engine, row.letter.party);
    if (!heard(engine, txn, work, &row, draft->now, err) ||
        !note_state(txn, draft, &before, &found, err))
        return false;
    if (found && row.letter.to_core && end_of(work) == LETTER_REFUSED) {
        flag_case(draft, &before, decision);
    } else if (found && !row.letter.to_core) {
        if (!decide_receipt(engine, txn, draft, work, &row, &before, &event, decision, err))
            return false;
        if (decision->kind == DECISION_ACCEPTED) {
            draft_add_decision(draft, &before, decision);
            draft_add_settlement(draft, &before, decision, &event, (struct instant){0});
            if (!letters_add(engine, txn, draft, decision, NULL, &none, event.ids, work->arena,
                             err) ||
                !tell_answer(engine, txn, decision, &event, err))
                return false;
        }
    }
    add_outcome_verdict(draft, work);
    draft_add_letter_state(draft, work->out_id, end_of(work),
                           (uint16_t)(row.attempts + (row.attempts < UINT16_MAX)),
                           (struct instant){0});
    return letters_release(txn, draft, &row, err) && add_bodies(txn, draft, work, err) &&
           draft_append(draft, txn, err);
}

/* --- an operator -------------------------------------------------------------------------- */

/* An entry about a dead letter, with who asked and why. *draft NULL: this letter is not dead.
 */
static bool draft_for_dead(struct engine *engine, struct ledger_txn *txn, struct work *work,
                           struct letter_row *row, struct draft **draft, struct error *err)
{
    bool found;

    *draft = NULL;
    work->result.verdict = VERDICT_REFUSED;
    if (!ledger_get_letter(txn, work->out_id, row, &found, err))
        return false;
    if (!found || row->letter.state != LETTER_DEAD)
        return true;
    *draft = draft_for(engine, txn, work, row, ENTRY_OPERATOR);
    if (*draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    for (size_t i = 0; i < work->note_tlv_count; i++)
        draft_add_text(*draft, work->note_tlvs[i].type, work->note_tlvs[i].bytes);
    work->result.verdict = VERDICT_ACCEPTED;
    work->result.sequence = ledger_next_seq(txn);
    return true;
}

bool apply_retry(struct engine *engine, struct ledger_txn *txn, struct work *work,
                 struct error *err)
{
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    bool found;

    if (!draft_for_dead(engine, txn, work, &row, &draft, err))
        return false;
    if (draft == NULL)
        return true;
    if (!note_state(txn, draft, &before, &found, err))
        return false;
    draft_add_letter_state(draft, work->out_id, row.sealed.size > 0 ? LETTER_READY : LETTER_NEW,
                           row.attempts, draft->now);
    return draft_append(draft, txn, err);
}

/* The other side never gets this letter: the case says so until its end, and goes on. */
bool apply_close(struct engine *engine, struct ledger_txn *txn, struct work *work,
                 struct error *err)
{
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    struct flow_case before;
    struct letter_row row;
    struct draft *draft;
    bool found;

    if (decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a decision");
    if (!draft_for_dead(engine, txn, work, &row, &draft, err))
        return false;
    if (draft == NULL)
        return true;
    if (!note_state(txn, draft, &before, &found, err))
        return false;
    if (found)
        flag_case(draft, &before, decision);
    draft_add_letter_state(draft, work->out_id, LETTER_CLOSED, row.attempts,
                           (struct instant){0});
    return letters_release(txn, draft, &row, err) && draft_append(draft, txn, err);
}
