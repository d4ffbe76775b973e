/* apply_message.c - a message from a province or from our own core becomes one entry. */
#include "engine/internal.h"

#include <stdio.h>
#include <string.h>

enum {
    CONFLICTS_MAX = 16,        /* journaled for one id of one party */
    CONFLICT_ENTRIES_MAX = 256 /* looked at before that is decided */
};

/* An entry that books on other cases holds each of them. */
enum { BOOKINGS_BYTES = 60 * 1024 };

/* How long a message for a case that we do not know is asked to come again (foundations 9). */
static const int64_t unknown_case_ms = 10 * 60 * 1000;

struct incoming {
    struct engine *engine;
    struct ledger_txn *txn;
    struct work *work;
    struct flow_case before;
    bool known; /* `before` is filled */
    struct flow_case rival;
    struct flow_event event;
    struct flow_decision *decision;
    struct bookings bookings;
};

static void result_refuse(struct work_result *result, const char *code, const char *reason)
{
    result->verdict = VERDICT_REFUSED;
    field_copy(result->code, sizeof(result->code), code);
    field_copy(result->reason, sizeof(result->reason), reason);
}

static void repeat_entry(const struct entry *entry, const struct entry_verdict *verdict,
                         struct work_result *result)
{
    result->duplicate = true;
    result->verdict = verdict->verdict;
    field_copy(result->code, sizeof(result->code), verdict->code);
    field_copy(result->reason, sizeof(result->reason), verdict->reason);
    result->received_at = entry->wall;
    result->sequence = entry->seq;
    result->case_id = entry->case_id;
    result->state = entry->state_to;
}

/* The first verdict again, word for word; nothing is journaled. */
static bool repeat_verdict(struct incoming *in, const struct inbox_row *row, struct error *err)
{
    struct work_result *result = &in->work->result;
    struct entry_verdict verdict;
    struct entry entry;
    const struct tlv *tlv;
    size_t at = 0;
    bool found;

    if (!ledger_get_entry(in->txn, row->seq, in->work->arena, &entry, &found, err))
        return false;
    tlv = found ? entry_next_tlv(&entry, TLV_VERDICT, &at) : NULL;
    if (tlv == NULL || !entry_verdict_decode(tlv->bytes, &verdict))
        return fail(err, ERROR_LEDGER, "entry %llu has no verdict to repeat",
                    (unsigned long long)row->seq);
    effect_duplicate(in->engine, in->txn);
    repeat_entry(&entry, &verdict, result);
    result->reply_seq = row->reply_seq;
    return repeat_question(in->txn, in->work, err);
}

static struct draft *draft_of(struct incoming *in, enum entry_kind kind)
{
    struct work *work = in->work;
    struct draft *draft = draft_new(in->engine, in->txn, work->arena, kind);

    if (draft == NULL)
        return NULL;
    memcpy(draft->entry.message_key, work->key, MESSAGE_KEY_SIZE);
    memcpy(draft->entry.digest, work->digest, 32);
    draft->entry.plain_size = work->size;
    draft->entry.party = work->party;
    draft->entry.flow = work->message.flow;
    draft->entry.action = work->message.action;
    draft->entry.revision = work->message.revision;
    draft->entry.case_id = work->message.case_id;
    draft->entry.evidence = evidence_of(in->engine, work->party);
    memcpy(draft->entry.person_tag, work->person_tag, sizeof(work->person_tag));
    return draft;
}

static bool put_bodies(struct incoming *in, struct draft *draft, struct error *err)
{
    for (size_t i = 0; i < in->work->body_count; i++) {
        const struct work_body *body = &in->work->bodies[i];
        draft_add_body(draft, &body->body);
        if (!ledger_put_body(in->txn, &body->body, body->sealed, err))
            return false;
    }
    return true;
}

/* The verdict of the result, into the entry and with the entry's own time and number. */
static void add_verdict(struct incoming *in, struct draft *draft)
{
    struct work_result *result = &in->work->result;
    const struct entry_origin *origin = ledger_origin(in->engine->ledger);
    struct entry_verdict verdict = {.verdict = (uint8_t)result->verdict,
                                    .received_at = draft->entry.wall,
                                    .sequence = ledger_next_seq(in->txn)};

    result->received_at = draft->entry.wall;
    result->sequence = verdict.sequence;
    memcpy(verdict.log_id, origin->log_id, sizeof(verdict.log_id));
    field_copy(verdict.code, sizeof(verdict.code), result->code);
    field_copy(verdict.reason, sizeof(verdict.reason), result->reason);
    draft_add_verdict(draft, &verdict);
}

/* What was journaled of an id that came with other bytes. */
struct conflicts {
    const struct work *work;
    struct work_result *result; /* `duplicate` once these very bytes were found */
    size_t visited;
    size_t count;
};

/* The answer names the entry that it answers, so that of several the right one is found. */
static bool look_at_conflict(void *self, const struct entry *entry)
{
    struct conflicts *conflicts = self;
    struct entry_verdict verdict;
    const struct tlv *tlv;
    size_t at = 0;

    if (++conflicts->visited == CONFLICT_ENTRIES_MAX)
        return false;
    if (entry->party != conflicts->work->party ||
        (entry->kind != ENTRY_CONFLICT && entry->kind != ENTRY_REPLY))
        return true;
    tlv = entry_next_tlv(entry, TLV_VERDICT, &at);
    if (tlv == NULL || !entry_verdict_decode(tlv->bytes, &verdict))
        return true;
    conflicts->count += entry->kind == ENTRY_CONFLICT;
    if (entry->kind == ENTRY_CONFLICT &&
        memcmp(entry->digest, conflicts->work->digest, 32) == 0) {
        repeat_entry(entry, &verdict, conflicts->result);
    } else if (entry->kind == ENTRY_REPLY && conflicts->result->duplicate &&
               verdict.sequence == conflicts->result->sequence) {
        conflicts->result->reply_seq = entry->seq;
        return false;
    }
    return true;
}

/* A known id with other bytes: signed, journaled with both digests; the first one stands. The
 * same other bytes again get the same again, and who sends more and more of them is told so
 * without an entry: enough is proven. */
static bool judge_conflict(struct incoming *in, const struct inbox_row *row, struct error *err)
{
    struct work_result *result = &in->work->result;
    struct conflicts conflicts = {.work = in->work, .result = result};
    struct draft *draft;

    if (!ledger_each_of_message(in->txn, in->work->key, look_at_conflict, &conflicts, err))
        return false;
    if (result->duplicate) {
        effect_duplicate(in->engine, in->txn);
        return true;
    }
    draft = draft_of(in, ENTRY_CONFLICT);
    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    result->verdict = VERDICT_CONFLICT;
    field_copy(result->code, CODE_SIZE, "CONFLICT");
    field_copy(result->reason, sizeof(result->reason), "this id was used for other content");
    result->case_id = in->work->message.case_id;
    result->received_at = draft->entry.wall;
    if (conflicts.count >= CONFLICTS_MAX || conflicts.visited >= CONFLICT_ENTRIES_MAX)
        return true;
    add_verdict(in, draft);
    draft_add_text(draft, TLV_PREVIOUS, (struct text){(const char *)row->digest, 32});
    return put_bodies(in, draft, err) && draft_append(draft, in->txn, err);
}

static void add_local_facts(const struct work *work, struct draft *draft)
{
    if (work->local_key.size > 0)
        draft_add_text(draft, TLV_LOCAL_KEY, work->local_key);
    if (work->lost.size > 0)
        draft_add_text(draft, TLV_LOST, work->lost);
    if (work->adapter.size > 0)
        draft_add_text(draft, TLV_ADAPTER, work->adapter);
}

static bool journal_verdict(struct incoming *in, struct error *err)
{
    struct work *work = in->work;
    struct draft *draft = draft_of(in, work->local ? ENTRY_SUBMITTED : ENTRY_RECEIVED);
    const struct flow_decision *decision = in->decision;

    if (draft == NULL || ((in->bookings.count > 0 || in->event.line_count > 0) &&
                          !draft_grow(draft, work->arena, BOOKINGS_BYTES)))
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (in->known) {
        draft->entry.case_id = in->before.case_id;
        draft->entry.role = in->before.role;
        draft->entry.state_from = draft->entry.state_to = in->before.state;
    }
    if (work->result.verdict == VERDICT_ACCEPTED || work->result.verdict == VERDICT_PENDING) {
        const struct flow_case *before = in->known ? &in->before : NULL;
        struct uuid none = {{0}};
        draft_add_decision(draft, before, decision);
        draft_add_settlement(draft, before, decision, &in->event, work->message.sent_at);
        draft_add_named(draft, work->message.body);
        if (!record_money(work->message.body, "amounts/total", &draft->entry.amount) &&
            !record_money(work->message.body, "amount", &draft->entry.amount))
            draft->entry.amount = (struct money){0};
        if (!letters_add(in->engine, in->txn, draft, decision, &work->content,
                         work->local ? &none : &work->message.message_id, in->event.ids,
                         work->arena, err) ||
            !tell_answer(in->engine, in->txn, decision, &in->event, err) ||
            !postings_add(in->engine, in->txn, draft, &in->bookings, work->arena, err))
            return false;
    }
    work->result.case_id = draft->entry.case_id;
    work->result.state = draft->entry.state_to;
    add_verdict(in, draft);
    add_local_facts(work, draft);
    return put_bodies(in, draft, err) && draft_append(draft, in->txn, err);
}

/* Which case is meant: provinces name it, our own core names its trace number. */
static bool find_case(struct incoming *in, struct error *err)
{
    const struct message *message = &in->work->message;
    const struct flow *flow = flow_find(message->flow);
    struct uuid case_id = message->case_id;
    struct flow_reference reference;
    bool found = true;

    if (in->work->local) {
        if (flow == NULL)
            return true;
        flow_reference_of(flow, message->body, &reference);
        if (reference.trace[0] == '\0' || reference.in_region == 0)
            return true;
        if (!ledger_case_by_trace(in->txn, reference.in_region, reference.trace, &case_id,
                                  &found, err))
            return false;
        if (!found)
            return true;
    }
    return ledger_get_case(in->txn, &case_id, &in->before, &in->known, err);
}

static bool tag_known(const uint8_t tag[16])
{
    static const uint8_t none[16];

    return memcmp(tag, none, sizeof(none)) != 0;
}

static bool stop_at_first(void *self, const struct flow_case *row)
{
    (void)row;
    *(bool *)self = true;
    return false;
}

/* Who has cases under the number as it was written stays there, or they would be another
 * person's. */
static bool choose_tag(struct incoming *in, struct error *err)
{
    struct work *work = in->work;
    bool found = false;

    if (tag_known(work->written_tag)) {
        if (!ledger_each_case_of_person(in->txn, work->written_tag, stop_at_first, &found, err))
            return false;
        if (found)
            memcpy(work->person_tag, work->written_tag, sizeof(work->person_tag));
    }
    memcpy(in->event.person_tag, work->person_tag, sizeof(in->event.person_tag));
    return true;
}

/* The case that a reversal corrects: named by its trace number. */
static bool find_corrected(struct incoming *in, struct error *err)
{
    const struct record *body = in->work->message.body;
    struct flow_case *corrected;
    struct uuid case_id;
    struct text trace;
    char name[TRACE_SIZE];
    bool found;

    if (!record_text(body, "corrects/traceNumber", &trace) ||
        !text_to_field(trace, name, sizeof(name)))
        return true;
    if (!ledger_case_by_trace(in->txn, in->event.in_region, name, &case_id, &found, err))
        return false;
    if (!found)
        return true;
    corrected = arena_alloc(in->work->arena, sizeof(*corrected));
    if (corrected == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a case");
    if (!ledger_get_case(in->txn, &case_id, corrected, &found, err))
        return false;
    if (!found || corrected->party != in->event.party)
        return true;
    in->event.corrected = corrected;
    if (!tag_known(in->event.person_tag))
        memcpy(in->event.person_tag, corrected->person_tag, sizeof(in->event.person_tag));
    return true;
}

static bool find_rival(struct incoming *in, struct error *err)
{
    struct flow_event *event = &in->event;
    struct uuid other;
    bool found;

    if (!ledger_open_case(in->txn, in->work->message.flow, event->person_tag, event->in_region,
                          event->out_region, &other, &found, err))
        return false;
    if (found && !ledger_get_case(in->txn, &other, &in->rival, &found, err))
        return false;
    if (found)
        event->rival = &in->rival;
    return true;
}

/* Has the route of this message no gateway at its far end? */
static bool goes_alone(const struct incoming *in)
{
    const struct flow *flow = flow_find(in->work->message.flow);

    return flow->alone != NULL && flow->alone(in->event.in_region, in->event.out_region);
}

/* Who is at the far end of a case that our own core opens: nobody if it goes alone; where no
 * partner is known, the core itself, which opening_fault refuses. */
static uint32_t far_party(const struct incoming *in, uint8_t role)
{
    bool first = role == flow_find(in->work->message.flow)->roles[0];
    uint32_t partner;

    if (goes_alone(in))
        return 0;
    partner = province_of(in->engine, first ? in->event.out_region : in->event.in_region);
    return partner != 0 ? partner : in->work->party;
}

/* The parties and regions of a case that this message would open. */
static bool describe_opening(struct incoming *in, uint8_t role, struct error *err)
{
    struct work *work = in->work;
    struct flow_event *event = &in->event;
    uint8_t random[10];

    event->case_id = work->message.case_id;
    event->party = work->party;
    for (size_t i = 0; i < in->engine->party_count; i++) {
        const struct engine_party *party = &in->engine->parties[i];
        if (party->kind == PARTY_CORE && !party->gone &&
            (!work->local || party->number == work->party))
            event->core = party->number;
    }
    if (work->local) {
        event->party = far_party(in, role);
        if (!in->engine->given.random(in->engine->given.self, random, sizeof(random), err))
            return false;
        event->case_id = uuid_v7(event->at, random);
    }
    return find_corrected(in, err) && find_rival(in, err);
}

/* The route as the document says it, and with it the role that is ours. */
static void read_route(struct incoming *in)
{
    const struct engine_party *home = engine_party(in->engine, 1);
    const struct flow *flow = flow_find(in->work->message.flow);
    struct flow_event *event = &in->event;
    struct flow_reference reference;

    flow_reference_of(flow, in->work->message.body, &reference);
    event->in_region = reference.in_region;
    event->out_region = reference.out_region;
    event->role = ROLE_NONE;
    if (event->in_region / 10000 == home->region / 10000)
        event->role = flow->roles[0];
    else if (event->out_region / 10000 == home->region / 10000)
        event->role = flow->roles[1];
}

/* Ours must be the region whose role we play, and the far one a party that we know, unless the
 * case is alone. */
static const char *opening_fault(const struct incoming *in, uint8_t role)
{
    const struct engine_party *home = engine_party(in->engine, 1);
    const struct engine_party *far = engine_party(in->engine, in->event.party);
    bool first = role == flow_find(in->work->message.flow)->roles[0];
    uint32_t ours = first ? in->event.in_region : in->event.out_region;
    uint32_t theirs = first ? in->event.out_region : in->event.in_region;

    if (ours / 10000 != home->region / 10000)
        return "the case belongs to another province";
    if (goes_alone(in))
        return in->work->local ? NULL : "no other province takes part in such a case";
    if (in->work->local && in->event.party == in->work->party)
        return "no partner is configured for the other region";
    if (far == NULL || theirs / 10000 != far->region / 10000)
        return "the other region is not the partner's";
    return NULL;
}

/* One trace number names one case of a region, or our own core could not say which it means. Of
 * our own core's documents find_case has looked already. */
static bool trace_taken(struct incoming *in, bool *taken, struct error *err)
{
    struct uuid case_id;
    struct flow_reference reference;

    *taken = false;
    flow_reference_of(flow_find(in->work->message.flow), in->work->message.body, &reference);
    if (reference.trace[0] == '\0')
        return true; /* the flow refuses it */
    return ledger_case_by_trace(in->txn, in->event.in_region, reference.trace, &case_id, taken,
                                err);
}

/* What the settlement flows know besides. */
static bool describe_question(struct incoming *in, const struct flow *flow, struct error *err)
{
    struct flow_event *event = &in->event;
    const struct engine_party *core;
    const struct uuid *case_id;
    uint32_t number = in->known ? in->before.core : event->core;

    case_id = in->known ? &in->before.case_id : &event->case_id;
    if (flow->looks_at_person != NULL && flow->looks_at_person(event->action) &&
        !question_related(in->txn, flow, event, case_id, in->work->arena, err))
        return false;
    if (flow_part_of(flow->number) == FLOW_PART_NONE)
        return true;
    event->message_id = in->work->message.message_id;
    event->in_reply_to = in->work->message.in_reply_to;
    event->answer_by = in->work->message.answer_by;
    if (in->work->local)
        memcpy(event->key, in->work->key, sizeof(event->key));
    core = number != 0 ? engine_party(in->engine, number) : NULL;
    event->core_two_phase = core != NULL && core->two_phase;
    return question_ids(in->engine, flow, in->engine->given.now(in->engine->given.self), event,
                        err) &&
           question_named(in->engine, in->txn, in->work->party, event, case_id, in->work->arena,
                          err) &&
           question_details(in->txn, flow, event, case_id, in->work->arena, err) &&
           recall_kept(in->engine, in->txn, flow, event, in->work->arena, err);
}

static bool try_postings(struct incoming *in, const struct flow *flow, struct error *err)
{
    if (!postings_try(in->engine, in->txn, flow, in->known ? &in->before : NULL, &in->event,
                      in->work->arena, &in->bookings, err))
        return false;
    in->event.posted = in->bookings.sum;
    in->event.posted_rows = in->bookings.rows;
    return true;
}

static bool decide(struct incoming *in, struct error *err)
{
    struct work *work = in->work;
    const struct flow *flow = flow_find(work->message.flow);
    struct work_result *result = &work->result;
    const char *fault;
    uint8_t role;
    bool lacking;
    bool taken;

    if (flow == NULL) {
        result_refuse(result, "UNKNOWN_FLOW", "this flow is not known here");
        return true;
    }
    if (!in->known) {
        int64_t age = in->event.at.ms - work->message.sent_at.ms;
        read_route(in);
        if (!flow_opens(flow, in->event.source, work->message.action, in->event.role, &role)) {
            if (!work->local && age < unknown_case_ms)
                result->later = true;
            else
                result_refuse(result, "FLW-03", "no such case");
            return true;
        }
        if (!describe_opening(in, role, err))
            return false;
        fault = opening_fault(in, role);
        if (fault != NULL) {
            result_refuse(result, "FLW-04", fault);
            return true;
        }
        if (!trace_taken(in, &taken, err))
            return false;
        if (taken) {
            result_refuse(result, "FLW-08", "the trace number is another case's");
            return true;
        }
    } else if (!work->local && in->before.party != work->party) {
        result_refuse(result, "FLW-05", "the case is with another party");
        return true;
    } else if (in->before.flow != flow->number) {
        result_refuse(result, "FLW-05", "the case belongs to another flow");
        return true;
    } else if (!corrected_case(in->txn, &in->before, work->arena, &in->event.corrected, err)) {
        return false;
    }
    if (!attachments_lacking(in->engine, in->txn, work, in->event.at, &lacking, err))
        return false;
    if (lacking) {
        result_refuse(result, "FLW-12", "a file that the document names is not here");
        return true;
    }
    if (!describe_question(in, flow, err) || !try_postings(in, flow, err))
        return false;
    if (!flow_decide(flow, in->engine->rules, in->engine->calendar,
                     in->known ? &in->before : NULL, &in->event, work->arena, in->decision,
                     err))
        return false;
    if (work->local && !in->engine->own_checks)
        in->decision->warning_count = 0;
    if (in->decision->kind == DECISION_REFUSED)
        result_refuse(result, in->decision->code, in->decision->reason);
    result->later = in->decision->kind == DECISION_LATER;
    if (in->decision->kind == DECISION_ACCEPTED) {
        result->verdict = in->decision->pending ? VERDICT_PENDING : VERDICT_ACCEPTED;
        if (work->local)
            result_asked(result, in->decision);
    }
    return true;
}

bool apply_message(struct engine *engine, struct ledger_txn *txn, struct work *work,
                   struct error *err)
{
    struct incoming in = {.engine = engine, .txn = txn, .work = work};
    struct inbox_row row;
    bool found;
    bool back;

    memset(&work->result, 0, sizeof(work->result));
    if (!ledger_inbox_find(txn, work->party, work->key, &row, &found, err))
        return false;
    if (found && memcmp(row.digest, work->digest, 32) == 0)
        return repeat_verdict(&in, &row, err);
    if (found)
        return judge_conflict(&in, &row, err);
    if (work->refusal.code != ERROR_NONE) {
        result_refuse(&work->result, error_name(work->refusal.code), work->refusal.text);
        if (!find_case(&in, err))
            return false;
        in.known = in.known && in.before.party == work->party;
        return journal_verdict(&in, err);
    }
    in.decision = arena_alloc(work->arena, sizeof(*in.decision));
    if (in.decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a decision");
    in.event = (struct flow_event){
        .source = work->local ? EVENT_SUBMITTED : EVENT_RECEIVED,
        .action = work->message.action,
        .revision = work->message.revision,
        .at = ledger_stamp(txn, engine->given.now(engine->given.self), &back),
        .body = work->message.body,
    };
    if (!choose_tag(&in, err) || !find_case(&in, err) || !decide(&in, err))
        return false;
    if (work->result.later)
        return true; /* nothing is remembered of what cannot be decided yet */
    return journal_verdict(&in, err);
}
