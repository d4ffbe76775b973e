/* questions.c - what the settlement flows need of the engine: ids ahead of the decision, charge
 * lines, other cases of the person, what is kept; and what they leave besides the case: lines,
 * postings, and an answer for whoever waits. */
#include "engine/internal.h"

#include <string.h>

bool question_ids(struct engine *engine, const struct flow *flow, struct instant now,
                  struct flow_event *event, struct error *err)
{
    uint8_t random[10];

    if (flow_part_of(flow->number) == FLOW_PART_NONE)
        return true;

    for (size_t i = 0; i < FLOW_SENDS_MAX; i++) {
        if (!engine->given.random(engine->given.self, random, sizeof(random), err))
            return false;
        event->ids[i] = uuid_v7(now, random);
    }
    return true;
}

/* --- before the decision ------------------------------------------------------------------ */

/* Rows of a person that are read for one event: who asks ever again about the same one makes
 * the list longer. */
enum { RELATED_VISITED_MAX = 1024 };

struct gathering {
    const struct flow *flow;
    const struct flow_event *event;
    struct flow_case **list;
    struct arena *arena;
    const struct uuid *own;
    size_t visited;
    size_t count;
    bool more;
    bool full; /* no memory */
};

static bool gather(void *self, const struct flow_case *row)
{
    struct gathering *gathering = self;
    struct flow_case *copy;

    gathering->more = ++gathering->visited > RELATED_VISITED_MAX;
    if (gathering->more)
        return false;
    if (uuid_equal(&row->case_id, gathering->own) ||
        (gathering->flow->looks_at != NULL &&
         !gathering->flow->looks_at(gathering->event, row)))
        return true;
    if (gathering->count == FLOW_RELATED_MAX) {
        gathering->more = true;
        return false;
    }
    copy = arena_alloc(gathering->arena, sizeof(*copy));
    gathering->full = copy == NULL;
    if (copy == NULL)
        return false;
    *copy = *row;
    gathering->list[gathering->count++] = copy;
    return true;
}

static bool gather_one(struct ledger_txn *txn, const struct uuid *case_id,
                       struct gathering *gathering, struct error *err)
{
    struct flow_case row;
    bool found;

    if (!ledger_get_case(txn, case_id, &row, &found, err))
        return false;
    if (found)
        gather(gathering, &row);
    return true;
}

static bool gather_all(struct ledger_txn *txn, const struct flow_event *event,
                       struct gathering *gathering, struct error *err)
{
    static const uint8_t nobody[16];

    return memcmp(event->person_tag, nobody, sizeof(nobody)) == 0 ||
           ledger_each_case_of_person(txn, event->person_tag, gather, gathering, err);
}

bool question_related(struct ledger_txn *txn, const struct flow *flow, struct flow_event *event,
                      const struct uuid *own, struct arena *arena, struct error *err)
{
    struct gathering gathering = {.flow = flow, .event = event, .arena = arena, .own = own};
    struct uuid named;
    bool one = flow->case_named != NULL && flow->case_named(event->body, &named);

    gathering.list = arena_array(arena, FLOW_RELATED_MAX, sizeof(*gathering.list));
    if (gathering.list == NULL)
        return fail(err, ERROR_MEMORY, "no memory for cases");
    if (!(one ? gather_one(txn, &named, &gathering, err)
              : gather_all(txn, event, &gathering, err)))
        return false;
    event->related = (const struct flow_case *const *)gathering.list;
    event->related_count = gathering.count;
    event->related_more = gathering.more;
    return !gathering.full || fail(err, ERROR_MEMORY, "no memory for a case");
}

static struct money amount_of(const struct record *row, const char *path)
{
    struct money amount = {0};

    return record_money(row, path, &amount) ? amount : (struct money){0};
}

/* The digest of a line is that of its national form, SHA-256 at every party, so that two
 * ledgers with different hashes agree on it. */
static bool digest_line(const struct record *row, struct arena *arena, uint8_t digest[32],
                        struct error *err)
{
    size_t size = record_encoded_size(row);
    void *memory = arena_alloc(arena, size);
    struct buffer bytes = buffer_over(memory, size);
    struct digest sum;

    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a line");
    record_encode(row, &bytes);
    if (!digest_of(DIGEST_SHA256, bytes.at, bytes.size, &sum, err))
        return false;
    memcpy(digest, sum.bytes, 32);
    return true;
}

static bool look_up(struct ledger_txn *txn, const struct uuid *case_id, struct arena *arena,
                    struct flow_line *line, struct error *err)
{
    struct line_row row;

    if (!ledger_get_line(txn, case_id, line->number, arena, &row, &line->known, err))
        return false;
    if (line->known) {
        line->in_force = row.in_force;
        line->batch = row.batch;
        line->same = memcmp(row.digest, line->digest, 32) == 0;
        line->before = row.sums;
    }
    if (line->original.size == 0)
        return true;
    if (!ledger_get_line(txn, case_id, line->original, arena, &row, &line->original_in_force,
                         err))
        return false;
    if (line->original_in_force)
        CHECK(money_subtract(row.sums.total, row.returned, &line->original_rest));
    line->original_in_force = line->original_in_force && row.in_force;
    return true;
}

static bool read_line(const struct record *row, struct flow_line *line, struct arena *arena,
                      struct error *err)
{
    if (row->first == NULL) { /* a number alone, of lines_undo */
        line->number = row->value.hidden;
        return true;
    }
    if (!record_text(row, "number", &line->number))
        line->number = (struct text){"", 0};
    if (!record_text(row, "original", &line->original))
        line->original = (struct text){"", 0};
    line->sums = (struct stay_sums){
        .total = amount_of(row, "amount"),
        .own_pay = amount_of(row, "ownPay"),
        .over_limit = amount_of(row, "overLimit"),
        .pre_pay = amount_of(row, "prePay"),
        .in_scope = amount_of(row, "inScope"),
    };
    return digest_line(row, arena, line->digest, err);
}

static bool event_lines(struct ledger_txn *txn, struct flow_event *event,
                        const struct uuid *case_id, struct arena *arena, struct error *err)
{
    const char *name = event->action == ACTION_LINES ? "line" : "number";
    size_t count = record_count(event->body, name);
    const struct record *row = record_find(event->body, name);
    struct flow_line *lines;

    if (count == 0 || count > FLOW_LINES_MAX)
        return true;
    lines = arena_array(arena, count, sizeof(*lines));
    if (lines == NULL)
        return fail(err, ERROR_MEMORY, "no memory for lines");
    memset(lines, 0, count * sizeof(*lines));
    for (size_t i = 0; i < count; i++, row = record_same(row))
        if (!read_line(row, &lines[i], arena, err) ||
            (lines[i].number.size > 0 && !look_up(txn, case_id, arena, &lines[i], err)))
            return false;
    event->lines = lines;
    event->line_count = count;
    return true;
}

/* Whose question the entry brought; none if it asked nothing, as one that was refused. */
static const struct flow_question *asked_by(const struct entry *entry, struct flow_case *after)
{
    struct error ignored = ERROR_INIT;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at);

    return tlv != NULL && flow_case_decode(tlv->bytes, after, &ignored)
               ? flow_case_question(after)
               : NULL;
}

bool question_named(struct engine *engine, struct ledger_txn *txn, uint32_t party,
                    struct flow_event *event, const struct uuid *case_id, struct arena *arena,
                    struct error *err)
{
    const struct flow_question *question;
    struct flow_case after;
    struct inbox_row row;
    struct digest digest;
    struct entry entry;
    struct text key;
    bool found;

    if (event->source != EVENT_SUBMITTED || !record_text(event->body, "original/key", &key))
        return true;
    if (!digest_of(ledger_origin(engine->ledger)->digest_kind, key.at, key.size, &digest, err))
        return false;
    memcpy(event->named.bytes, digest.bytes, sizeof(event->named.bytes));
    if (!ledger_inbox_find(txn, party, digest.bytes, &row, &found, err) ||
        (found && !ledger_get_entry(txn, row.seq, arena, &entry, &found, err)))
        return false;
    question = found ? asked_by(&entry, &after) : NULL;
    event->named_elsewhere = found && !uuid_equal(&entry.case_id, case_id);
    if (question != NULL && !event->named_elsewhere)
        event->named = question->asked;
    return true;
}

bool question_details(struct ledger_txn *txn, const struct flow *flow, struct flow_event *event,
                      const struct uuid *case_id, struct arena *arena, struct error *err)
{
    switch (event->action) {
    case ACTION_LINES:
    case ACTION_LINES_UNDO:
        return event_lines(txn, event, case_id, arena, err);
    case ACTION_PRESETTLE:
    case ACTION_SETTLE:
        return ledger_lines_digest(txn, case_id, event->lines_digest, err);
    case ACTION_IDENTIFY:
    case ACTION_REGISTER:
    case ACTION_FILING:
    case ACTION_RECOGNITION:
    case ACTION_COVER_PROOF:
        return question_related(txn, flow, event, case_id, arena, err);
    default:
        return true;
    }
}

/* --- after it ------------------------------------------------------------------------------
 */

static void add_postings(struct draft *draft, const struct flow_decision *decision)
{
    for (size_t i = 0; i < decision->owed_count; i++) {
        const struct flow_owed *owed = &decision->owed[i];
        struct entry_posting posting = {.debit = owed->debit,
                                        .credit = owed->credit,
                                        .insurance = owed->insurance,
                                        .party = decision->after.party,
                                        .period = owed->period,
                                        .amount = owed->amount};
        size_t mark = draft_mark(draft);

        entry_posting_encode(&posting, &draft->bytes);
        draft_add(draft, TLV_POSTING, mark);
    }
}

/* Those that change something: an ADD leaves out what was known, a HOLD what was out of force.
 */
static bool changes(enum lines_change change, const struct flow_line *line)
{
    return change == LINES_ADD ? !line->known : line->in_force;
}

static void add_lines(struct draft *draft, const struct flow_decision *decision,
                      const struct flow_event *event)
{
    static const uint8_t kinds[] = {
        [LINES_ADD] = ENTRY_LINES_ADD,           [LINES_DROP_BATCH] = ENTRY_LINES_DROP_BATCH,
        [LINES_HOLD] = ENTRY_LINES_HOLD,         [LINES_HOLD_ALL] = ENTRY_LINES_HOLD_ALL,
        [LINES_PUT_BACK] = ENTRY_LINES_PUT_BACK, [LINES_LET_GO] = ENTRY_LINES_LET_GO,
    };
    bool rows = decision->lines == LINES_ADD || decision->lines == LINES_HOLD;
    struct entry_lines lines = {.change = kinds[decision->lines],
                                .batch = decision->lines_batch};
    size_t mark = draft_mark(draft);

    for (size_t i = 0; rows && i < event->line_count; i++)
        lines.count = (uint16_t)(lines.count + changes(decision->lines, &event->lines[i]));
    entry_lines_encode(&lines, &draft->bytes);
    for (size_t i = 0; rows && i < event->line_count; i++) {
        const struct flow_line *line = &event->lines[i];
        struct entry_line row = {
            .number = line->number, .original = line->original, .sums = line->sums};

        memcpy(row.digest, line->digest, 32);
        if (changes(decision->lines, line))
            entry_line_encode(&lines, &row, &draft->bytes);
    }
    draft_add(draft, TLV_LINES, mark);
}

/* The question that this entry ends, be it that another takes its place; the case as it stood
 * before tells when it was asked. */
static void add_answers(struct draft *draft, const struct flow_case *before,
                        const struct flow_decision *decision, struct instant sent)
{
    const struct flow_question *question = before != NULL ? flow_case_question(before) : NULL;
    const struct flow_question *now = flow_case_question(&decision->after);
    struct entry_answers answers = {.sent = sent};
    size_t mark = draft_mark(draft);
    bool ended = question != NULL &&
                 (now == NULL || !uuid_equal(&now->asked, &question->asked));
    /* Who was told that nothing is known has no answer, whatever this entry brought. */
    bool told = decision->answers && decision->answers_verdict != VERDICT_NONE;

    if (!told && !ended)
        return;
    if (ended) {
        answers.action = question->action;
        answers.asked = question->at;
    }
    if (told)
        memcpy(answers.key, decision->answers_key, sizeof(answers.key));
    entry_answers_encode(&answers, &draft->bytes);
    draft_add(draft, TLV_ANSWERS, mark);
}

void draft_add_settlement(struct draft *draft, const struct flow_case *before,
                          const struct flow_decision *decision, const struct flow_event *event,
                          struct instant sent)
{
    if (flow_part_of(decision->after.flow) == FLOW_PART_NONE)
        return;
    add_postings(draft, decision);
    if (decision->lines != LINES_STAY)
        add_lines(draft, decision, event);
    add_answers(draft, before, decision, sent);
}

bool tell_answer(struct engine *engine, struct ledger_txn *txn,
                 const struct flow_decision *decision, const struct flow_event *event,
                 struct error *err)
{
    struct engine_answer *answer;
    bool ok = decision->answers_verdict == VERDICT_ACCEPTED;

    if (!decision->answers)
        return true;
    if (engine->answer_count == ENGINE_ANSWERS_MAX)
        return fail(err, ERROR_BUSY, "more than %d answers in one transaction",
                    ENGINE_ANSWERS_MAX);
    answer = &engine->answers[engine->answer_count++];
    *answer = (struct engine_answer){
        .case_id = decision->after.case_id,
        .flow = decision->after.flow,
        .action = ok ? (decision->reply_action != 0 ? decision->reply_action : event->action)
                     : 0,
        .verdict = decision->answers_verdict,
        .body = !ok                       ? NULL
                : decision->reply != NULL ? decision->reply
                                          : event->body,
        .at = event->at,
    };
    memcpy(answer->key, decision->answers_key, sizeof(answer->key));
    field_copy(answer->code, sizeof(answer->code), event->code);
    effect_answer(engine, txn);
    return true;
}

/* --- a submission that asks ----------------------------------------------------------------
 */

static bool waits_under(const struct flow_case *flow_case, const uint8_t key[MESSAGE_KEY_SIZE])
{
    const struct flow_question *question = flow_case_question(flow_case);

    return question != NULL && memcmp(question->key, key, MESSAGE_KEY_SIZE) == 0;
}

static struct instant patience_of(const struct flow_case *flow_case)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &flow_case->clocks[i];

        if ((clock->kind == CLOCK_PATIENCE || clock->kind == CLOCK_ANSWER) &&
            clock->state == CLOCK_STATE_RUNNING)
            return clock->due;
    }
    return flow_case->changed_at;
}

void result_asked(struct work_result *result, const struct flow_decision *decision)
{
    result->reply = decision->reply;
    result->reply_action = decision->reply_action;
    if (decision->pending) {
        result->asked = ASKED_OPEN;
        result->wait_until = patience_of(&decision->after);
    } else if (decision->reply != NULL) {
        result->asked = ASKED_ANSWERED; /* at once: what the hospital asked was known here */
    }
}

struct seeking {
    const uint8_t *key;
    uint64_t seq;
    bool content; /* the answer is a document */
    struct entry_verdict verdict;
};

static bool seek(void *self, const struct entry *entry)
{
    struct seeking *seeking = self;
    struct entry_answers answers;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ANSWERS, &at);

    if (tlv == NULL || !entry_answers_decode(tlv->bytes, &answers) ||
        memcmp(answers.key, seeking->key, MESSAGE_KEY_SIZE) != 0)
        return true;
    seeking->seq = entry->seq;
    seeking->content = entry->kind == ENTRY_RECEIVED;
    at = 0;
    tlv = entry_next_tlv(entry, TLV_VERDICT, &at);
    if (tlv == NULL || !entry_verdict_decode(tlv->bytes, &seeking->verdict))
        memset(&seeking->verdict, 0, sizeof(seeking->verdict));
    return true; /* the newest one counts */
}

bool repeat_question(struct ledger_txn *txn, struct work *work, struct error *err)
{
    struct work_result *result = &work->result;
    struct seeking seeking = {.key = work->key};
    struct flow_case flow_case;
    bool found;

    if (!work->local || result->verdict != VERDICT_PENDING)
        return true;
    if (!ledger_each_of_message(txn, work->key, seek, &seeking, err) ||
        !ledger_get_case(txn, &result->case_id, &flow_case, &found, err))
        return false;
    result->asked = ASKED_UNKNOWN;
    if (seeking.seq != 0 && seeking.content) {
        result->asked = ASKED_ANSWERED;
        result->answer_seq = seeking.seq;
    } else if (seeking.seq != 0 && seeking.verdict.verdict == VERDICT_REFUSED) {
        result->asked = ASKED_NOTHING;
        result->verdict = VERDICT_REFUSED;
        field_copy(result->code, sizeof(result->code), seeking.verdict.code);
        field_copy(result->reason, sizeof(result->reason), seeking.verdict.reason);
    } else if (found && waits_under(&flow_case, work->key)) {
        result->asked = ASKED_OPEN;
        result->wait_until = patience_of(&flow_case);
    }
    return true;
}

/* --- by hand
 * ----------------------------------------------------------------------------------
 */

bool apply_by_hand(struct engine *engine, struct ledger_txn *txn, struct work *work,
                   struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, ENTRY_OPERATOR);
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    struct flow_event event = {
        .source = EVENT_OPERATOR, .action = work->hand_action, .clock_kind = work->hand_clock};
    struct uuid none = {{0}};
    struct flow_case before;
    bool found;

    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    work->result.verdict = VERDICT_REFUSED;
    field_copy(work->result.code, CODE_SIZE, FLOW_NO_CASE);
    if (!ledger_get_case(txn, &work->note_case, &before, &found, err))
        return false;
    if (!found || flow_find(before.flow) == NULL)
        return true;
    event.at = draft->entry.wall;
    if (!question_ids(engine, flow_find(before.flow), draft->now, &event, err) ||
        !flow_decide(flow_find(before.flow), engine->rules, engine->calendar, &before, &event,
                     work->arena, decision, err))
        return false;
    if (decision->kind != DECISION_ACCEPTED) {
        field_copy(work->result.code, CODE_SIZE, decision->code);
        field_copy(work->result.reason, sizeof(work->result.reason), decision->reason);
        return true;
    }
    draft->entry.party = before.party;
    draft->entry.action = work->hand_action;
    if (work->hand_clock != CLOCK_NONE)
        draft_add_text(draft, TLV_CLOCK, (struct text){(const char *)&work->hand_clock, 1});
    draft_add_decision(draft, &before, decision);
    draft_add_settlement(draft, &before, decision, &event, (struct instant){0});
    for (size_t i = 0; i < work->note_tlv_count; i++)
        draft_add_text(draft, work->note_tlvs[i].type, work->note_tlvs[i].bytes);
    memset(work->result.code, 0, sizeof(work->result.code));
    work->result.verdict = VERDICT_ACCEPTED;
    work->result.case_id = before.case_id;
    work->result.state = decision->after.state;
    work->result.sequence = ledger_next_seq(txn);
    work->result.received_at = draft->entry.wall;
    return letters_add(engine, txn, draft, decision, NULL, &none, event.ids, work->arena,
                       err) &&
           tell_answer(engine, txn, decision, &event, err) && draft_append(draft, txn, err);
}
