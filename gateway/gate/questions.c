/* questions.c - parks, and writes what ends the wait. */
#include "gate/questions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/inline_answer.h"
#include "wire/adapter.h"

#define CODE_IN_DOUBT "STL-U01"
#define TEXT_IN_DOUBT                                                                          \
    "the outcome is in doubt and is being cleared; send the same message again with the same " \
    "key"

enum { ANSWER_MEMORY_MAX = 16 * 1024 * 1024, STOPPING_RETRY_S = 5 };

/* What a core is told. */
struct told {
    uint16_t flow;
    uint16_t asked;            /* the action that asked */
    uint16_t action;           /* of `body` */
    const struct record *body; /* NULL: `answer`, by what follows */
    const char *verdict;
    const char *code;
    const char *text;
    struct uuid case_id;
    struct instant at;
    struct text local_key;
};

/* --- writing ------------------------------------------------------------------------------ */

static bool add(struct arena *arena, struct record *root, const char *name, const char *value)
{
    struct text kept = arena_copy(arena, text_of(value));

    return kept.at != NULL && record_add(arena, root, name, kept) != NULL;
}

static struct record *answer_record(const struct told *told, struct arena *arena)
{
    struct record *root = record_new(arena, "answer");
    char case_id[UUID_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];

    if (root == NULL || !add(arena, root, "verdict", told->verdict) ||
        (told->code[0] != '\0' && !add(arena, root, "code", told->code)) ||
        (told->text[0] != '\0' && !add(arena, root, "text", told->text)) ||
        (!uuid_is_none(&told->case_id) &&
         !add(arena, root, "caseId", uuid_format(&told->case_id, case_id))) ||
        !add(arena, root, "receivedAt", instant_format(told->at, at)))
        return NULL;
    return root;
}

static bool write_told(const struct config_party *party, const struct told *told,
                       struct arena *arena, struct text *bytes, struct error *err)
{
    struct adapter_message message = {.flow = told->flow,
                                      .action = told->body != NULL ? told->action
                                                                   : ACTION_ANSWER,
                                      .revision = 1,
                                      .answers = told->asked,
                                      .local_key = told->local_key};
    struct record *made = NULL;
    struct text content;

    if (told->body == NULL) {
        made = answer_record(told, arena);
    } else { /* the writer's is const; this one is to be changed by nobody else */
        size_t size = record_encoded_size(told->body);
        void *memory = arena_alloc(arena, size);
        struct buffer buffer = buffer_over(memory, size);

        if (memory == NULL)
            return fail(err, ERROR_MEMORY, "no memory for an answer");
        record_encode(told->body, &buffer);
        content = buffer_as_text(&buffer);
        if (!record_decode(arena, content, &made, err))
            return false;
    }
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    message.body = made;
    return adapter_write(party->dialect, TO_CORE, &message, arena, bytes, err);
}

static void tell_doubt(struct told *told)
{
    told->verdict = "unknown";
    told->code = CODE_IN_DOUBT;
    told->text = TEXT_IN_DOUBT;
}

/* --- parking ------------------------------------------------------------------------------ */

/* What one answer ends, on its way to a worker. */
struct ending {
    struct job job;
    struct gate *gate;
    struct parked *first;
    struct parked_answer *answer; /* NULL: none came */
    enum question_end end;
};

static void parked_free(struct parked *parked)
{
    config_free(parked->config);
    free(parked);
}

static bool write_parked(const struct ending *ending, const struct parked *parked,
                         struct arena *arena, struct text *bytes, struct error *err)
{
    const struct parked_answer *answer = ending->answer;
    struct record *body = NULL;
    struct told told = {.flow = parked->flow,
                        .asked = parked->action,
                        .case_id = parked->case_id,
                        .at = answer != NULL ? answer->at : clock_now(),
                        .local_key = {parked->local_key, parked->local_key_size}};

    tell_doubt(&told);
    if (ending->end == QUESTION_REFUSED) {
        told.verdict = verdict_name(VERDICT_REFUSED).english;
        told.code = answer->code;
        told.text = answer->reason;
    } else if (ending->end == QUESTION_ANSWERED) {
        struct text encoded = {(const char *)answer->body, answer->body_size};

        if (!record_decode(arena, encoded, &body, err))
            return false;
        told.body = body;
        told.flow = answer->flow;
        told.action = answer->action;
    }
    return write_told(parked->party, &told, arena, bytes, err);
}

static void answer_parked(const struct ending *ending, struct parked *parked)
{
    struct gate *gate = ending->gate;
    struct arena *arena = arena_new(ANSWER_MEMORY_MAX);
    struct error err = ERROR_INIT;
    struct text bytes = TEXT_NONE;
    char case_id[UUID_TEXT_SIZE];
    bool ok = arena != NULL || fail(&err, ERROR_MEMORY, "no memory for an answer");

    ok = ok && write_parked(ending, parked, arena, &bytes, &err);
    if (!ok) {
        atomic_fetch_add(&gate->counts.unavailable, 1);
        log_warn("question.cannot_answer", "party=%s case=%s action=%s code=%s reason=\"%s\"",
                 parked->party->id, uuid_format(&parked->case_id, case_id),
                 action_name(parked->action).english, error_name(err.code), err.text);
    }
    listener_reply(gate->listener, parked->request, ok ? 200 : 503,
                   ok ? adapter_content_type(parked->party->dialect) : "text/plain",
                   ok ? bytes : TEXT("try again\n"), ok ? 0 : STOPPING_RETRY_S);
    arena_free(arena);
}

static void log_end(const struct ending *ending, const struct parked *parked)
{
    static const char *const ends[] = {[QUESTION_ANSWERED] = "answered",
                                       [QUESTION_REFUSED] = "refused",
                                       [QUESTION_UNKNOWN] = "unknown",
                                       [QUESTION_GONE] = "gone",
                                       [QUESTION_STOPPED] = "stopped"};
    char case_id[UUID_TEXT_SIZE];

    log_info("question.ended", "party=%s case=%s action=%s end=%s waited_ms=%lld",
             parked->party->id, uuid_format(&parked->case_id, case_id),
             action_name(parked->action).english, ends[ending->end],
             (long long)(clock_monotonic_ms() - parked->begun_ms));
}

static void finish(struct job *job)
{
    struct ending *ending = (struct ending *)job;
    struct gate *gate = ending->gate;
    struct parked *next;

    for (struct parked *at = ending->first; at != NULL; at = next) {
        next = at->next;
        log_end(ending, at);
        if (ending->end == QUESTION_GONE || ending->end == QUESTION_STOPPED)
            listener_reply(gate->listener, at->request, 503, "text/plain", TEXT("try again\n"),
                           STOPPING_RETRY_S);
        else
            answer_parked(ending, at);
        parked_free(at);
        atomic_fetch_sub(&gate->exchanges, 1);
    }
    if (ending->answer != NULL)
        explicit_bzero(ending->answer->body, ending->answer->body_size);
    free(ending->answer);
    free(ending);
}

static void ended(void *self, struct parked *first, struct parked_answer *answer,
                  enum question_end end)
{
    struct gate *gate = self;
    struct ending *ending = malloc(sizeof(*ending));
    struct parked *next;

    if (ending != NULL) {
        *ending = (struct ending){
            .job.run = finish, .gate = gate, .first = first, .answer = answer, .end = end};
        workers_run(gate->workers, &ending->job);
        return;
    }
    for (struct parked *at = first; at != NULL; at = next) { /* the core asks again */
        next = at->next;
        listener_reply(gate->listener, at->request, 503, "text/plain", TEXT("try again\n"),
                       STOPPING_RETRY_S);
        parked_free(at);
        atomic_fetch_sub(&gate->exchanges, 1);
    }
    free(answer);
}

static void hold(void *self, struct request *request, int64_t wait_ms)
{
    struct gate *gate = self;

    listener_park(gate->listener, request,
                  wait_ms < INT32_MAX ? (unsigned)wait_ms : (unsigned)INT32_MAX);
}

bool questions_start(struct gate *gate, struct error *err)
{
    struct parking_given given = {.self = gate,
                                  .now = clock_now,
                                  .hold = hold,
                                  .ended = ended,
                                  .counts = &gate->counts.questions};

    if (!parking_start(&given, &gate->parking, err))
        return false;
    parking_use_max(gate->parking, gate->config->questions_max);
    return true;
}

bool questions_park(struct exchange *exchange, struct error *err)
{
    const struct work *work = exchange->work;
    struct parked *parked = calloc(1, sizeof(*parked) + work->local_key.size);

    if (parked == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a question");
    parked->request = exchange->request;
    parked->config = config_hold(exchange->config);
    parked->party = exchange->party;
    parked->flow = work->message.flow;
    parked->action = work->message.action;
    parked->case_id = work->result.case_id;
    memcpy(parked->key, work->key, MESSAGE_KEY_SIZE);
    parked->until = work->result.wait_until;
    parked->begun_ms = exchange->begun_ms;
    parked->local_key_size = work->local_key.size;
    memcpy(parked->local_key, work->local_key.at, work->local_key.size);
    atomic_fetch_add(&exchange->gate->exchanges, 1);
    if (parking_park(exchange->gate->parking, parked, err))
        return true;
    atomic_fetch_sub(&exchange->gate->exchanges, 1);
    parked_free(parked);
    return false;
}

void questions_answered(void *self, const struct engine_answer *answer)
{
    struct gate *gate = self;

    if (gate->parking != NULL)
        parking_answer(gate->parking, answer);
}

void questions_gone(void *self, struct request *request)
{
    struct gate *gate = self;

    parking_gone(gate->parking, request);
}

/* --- repetitions -------------------------------------------------------------------------- */

/* Is this what the core asked for? Not a document to which the gateway had something to say
 * over there (its amounts do not add up, so it is being reversed), and not one that only tells
 * what became of the question: then the core is told to be in doubt, and may ask. */
static bool is_the_answer(const struct exchange *exchange, const struct entry *entry)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_LETTER, &at)) != NULL) {
        struct entry_letter letter;

        if (!entry_letter_decode(tlv->bytes, &letter) || !letter.to_core)
            return false;
    }
    return entry->action == inline_answer_to(exchange->work->message.action);
}

/* The answer as the journal has it; `told` stays as it is if that is none. */
static bool read_answer(struct exchange *exchange, struct told *told, struct error *err)
{
    uint64_t seq = exchange->work->result.answer_seq;
    struct arena *arena = exchange->work->arena;
    struct ledger_txn *txn = NULL;
    struct entry_body place = {.use = 0};
    struct record *body;
    const struct tlv *tlv;
    struct entry entry;
    struct text bytes;
    size_t at = 0;
    bool found = false;
    bool ok;

    ok = ledger_begin_read(exchange->gate->ledger, &txn, err) &&
         ledger_get_entry(txn, seq, arena, &entry, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    if (found && !is_the_answer(exchange, &entry))
        return true;
    while (found && place.use != BODY_CONTENT &&
           (tlv = entry_next_tlv(&entry, TLV_BODY, &at)) != NULL)
        if (!entry_body_decode(tlv->bytes, &place))
            return fail(err, ERROR_LEDGER, "a body without a place");
    if (place.use != BODY_CONTENT)
        return fail(err, ERROR_LEDGER, "an answer without content");
    if (!gate_open_body(exchange->gate, &place, arena, &bytes, err) ||
        !record_decode(arena, bytes, &body, err))
        return false;
    told->body = body;
    told->flow = entry.flow;
    told->action = entry.action;
    return true;
}

bool questions_write_repeat(struct exchange *exchange, struct text *body, const char **type,
                            struct error *err)
{
    const struct work_result *result = &exchange->work->result;
    struct told told = {.flow = exchange->work->message.flow,
                        .asked = exchange->work->message.action,
                        .case_id = result->case_id,
                        .at = result->received_at,
                        .local_key = exchange->work->local_key};

    *type = adapter_content_type(exchange->party->dialect);
    tell_doubt(&told);
    if (result->asked == ASKED_ANSWERED && result->answer_seq == 0) {
        told.body = result->reply;
        told.action = result->reply_action;
    } else if (result->asked == ASKED_ANSWERED && !read_answer(exchange, &told, err)) {
        return false;
    }
    return write_told(exchange->party, &told, exchange->work->arena, body, err);
}
