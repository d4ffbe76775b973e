/* exchange.c - reading what a party sent and writing what it gets. On workers. */
#include "gate/exchange.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/identity.h"
#include "gate/questions.h"
#include "wire/adapter.h"
#include "wire/envelope.h"

/* --- reading ------------------------------------------------------------------------------ */

/* Header against connection and clock (foundations 8, 10). The signature already held. */
static bool check_header(const struct exchange *exchange, const struct message *message,
                         struct error *err)
{
    const struct config *config = exchange->config;
    int64_t ahead = message->sent_at.ms - clock_now().ms;
    int64_t apart = uuid_time(&message->message_id).ms - message->sent_at.ms;

    if (strcmp(message->from, exchange->party->id) != 0)
        return fail(err, ERROR_HEADER, "From is not the party of the certificate");
    if (strcmp(message->to, config->party) != 0)
        return fail(err, ERROR_HEADER, "To is not this gateway");
    if (ahead > CLOCK_AHEAD_MAX_MS)
        return fail(err, ERROR_HEADER, "SentAt lies more than 5 minutes ahead");
    if (-ahead > config->lifetime_ms)
        return fail(err, ERROR_HEADER, "SentAt lies beyond a letter's lifetime");
    if (apart > ID_TIME_MAX_MS || apart < -ID_TIME_MAX_MS)
        return fail(err, ERROR_HEADER, "MessageId and SentAt are more than 24 hours apart");
    if (message->answer_by.ms != 0 &&
        (instant_before(message->answer_by, message->sent_at) ||
         message->answer_by.ms - message->sent_at.ms > ANSWER_BY_MAX_MS))
        return fail(err, ERROR_HEADER, "AnswerBy is not within a day after SentAt");
    if (!action_between_provinces(message->action))
        return fail(err, ERROR_UNKNOWN_FLOW, "this action does not travel between provinces");
    if ((exchange->party->flows & (UINT32_C(1) << message->flow)) == 0)
        return fail(err, ERROR_DENIED, "this flow is not agreed with the party");
    if (!action_set_has(&exchange->party->actions[message->flow], message->action))
        return fail(err, ERROR_DENIED, "this action is not agreed with the party");
    return true;
}

/* From a signature and a header that hold on, the MessageId is used up: a body that cannot be
 * accepted is refused in the journal, once and for ever (foundations 8). */
static bool read_province(struct exchange *exchange, struct error *err)
{
    const struct config_party *party = exchange->party;
    struct work *work = exchange->work;
    struct envelope_limits limits = {.size_max = party->message_max};
    const struct verifier *used;
    enum envelope_stage stage;

    bool ok = envelope_open(exchange->config->schemas, &limits, exchange->bytes,
                            party->signing_pins, party->signing_pin_count, work->arena,
                            &work->message, &used, &stage, err);

    if (!ok && stage < ENVELOPE_HEADER_HELD)
        return false;
    if (!ok)
        work->refusal = *err;
    if (!verifier_accepts(used, work->message.sent_at, clock_now(), err))
        return false;
    if (exchange->takes_receipts && ok && work->message.action == ACTION_RECEIPT) {
        exchange->acknowledges = true;
        return true;
    }
    if (!check_header(exchange, &work->message, err))
        return false;
    message_key_of(&work->message.message_id, work->key);
    return true;
}

/* A core's own key, of any length, as long as every key is. */
static bool local_key(struct exchange *exchange, struct text key, struct error *err)
{
    struct digest digest;

    if (!digest_of(exchange->config->ledger_hash, key.at, key.size, &digest, err))
        return false;
    memcpy(exchange->work->key, digest.bytes, MESSAGE_KEY_SIZE);
    return true;
}

static bool read_core(struct exchange *exchange, struct error *err)
{
    const struct adapter *dialect = exchange->party->dialect;
    struct work *work = exchange->work;
    struct adapter_message message = {0};
    const char *name = adapter_name(dialect);
    size_t name_size = strlen(name);
    char *adapter;

    if (exchange->bytes.size > exchange->party->message_max)
        return fail(err, ERROR_SIZE, "more than %zu bytes", exchange->party->message_max);
    if (!adapter_read(dialect, FROM_CORE, exchange->bytes, work->arena, &message, err))
        return false;
    work->local_key = message.local_key;
    if (exchange->takes_receipts && message.action == ACTION_ANSWER) {
        exchange->acknowledges = true;
        return true;
    }
    if (!action_from_core(message.action))
        return fail(err, ERROR_UNKNOWN_FLOW, "a core does not submit this action");
    work->local = true;
    work->message.flow = message.flow;
    work->message.action = message.action;
    work->message.revision = message.revision;
    work->message.body = message.body;
    work->message.sent_at = clock_now();
    work->lost = message.lost;
    exchange->listing = flow_listing_of(message.flow, message.action);
    if (exchange->listing != NULL)
        return exchange->request != NULL ||
               fail(err, ERROR_UNKNOWN_FLOW,
                    "this is told at once, and only to who waits for it");
    adapter = arena_alloc(work->arena, 32 + name_size);
    if (adapter == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a message");
    memcpy(adapter, adapter_digest(dialect), 32);
    memcpy(adapter + 32, name, name_size);
    work->adapter = (struct text){adapter, 32 + name_size};
    return local_key(exchange, message.local_key, err);
}

static bool seal_content(struct exchange *exchange, struct error *err)
{
    struct work *work = exchange->work;
    size_t size = record_encoded_size(work->message.body);
    void *memory = arena_alloc(work->arena, size);
    struct buffer content = buffer_over(memory, size);

    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a message");
    record_encode(work->message.body, &content);
    if (!gate_add_body(exchange->gate, work, BODY_CONTENT, buffer_as_text(&content), err))
        return false;
    work->content = work->bodies[work->body_count - 1].body;
    return true;
}

bool exchange_read(struct exchange *exchange, struct error *err)
{
    struct work *work = exchange->work;

    work->kind = WORK_MESSAGE;
    work->party = exchange->party->number;
    if (!digest_of(exchange->config->ledger_hash, exchange->bytes.at, exchange->bytes.size,
                   &exchange->digest, err))
        return false;
    exchange->digest_known = true;
    memcpy(work->digest, exchange->digest.bytes, 32);
    work->size = (uint32_t)exchange->bytes.size;
    if (exchange->party->kind == PARTY_CORE ? !read_core(exchange, err)
                                            : !read_province(exchange, err))
        return false;
    if (exchange->acknowledges || exchange->listing != NULL)
        return true;
    if (!gate_add_digested(exchange->gate, work, BODY_ORIGINAL, exchange->bytes,
                           &exchange->digest, err))
        return false;
    if (work->refusal.code != ERROR_NONE)
        return true;
    return gate_tag_person(exchange->gate, work, err) && seal_content(exchange, err);
}

/* --- writing ------------------------------------------------------------------------------ */

static const char *digest_kind_text(enum digest_kind kind)
{
    return kind == DIGEST_SM3 ? "sm3" : "sha256";
}

/* A receipt travels in a message of its own, which gets no receipt. */
static bool seal_receipt(struct exchange *exchange, const struct receipt *receipt,
                         struct text *body, struct error *err)
{
    struct work *work = exchange->work;
    uint8_t random[10];
    struct message message = {
        .in_reply_to = receipt->message_id,
        .flow = work->message.flow, /* none, if it could not be read */
        .action = ACTION_RECEIPT,
        .revision = 1,
        .sent_at = clock_now(),
    };

    if (!random_bytes(random, sizeof(random), err))
        return false;
    message.message_id = uuid_v7(message.sent_at, random);
    message.case_id = uuid_is_none(&work->result.case_id) ? message.message_id
                                                          : work->result.case_id;
    memcpy(message.from, exchange->config->party, PARTY_ID_SIZE);
    memcpy(message.to, exchange->party->id, PARTY_ID_SIZE);
    message.body = receipt_to_record(receipt, work->arena);
    if (message.body == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a receipt");
    return envelope_seal(exchange->config->schemas, &message, exchange->config->signer,
                         work->arena, body, err);
}

static void describe_receipt(struct exchange *exchange, struct receipt *receipt)
{
    const struct work_result *result = &exchange->work->result;

    *receipt = (struct receipt){
        .message_id = exchange->work->message.message_id,
        .verdict = result->verdict,
        .received_at = result->received_at,
        .sequence = result->sequence,
    };
    memcpy(receipt->code, result->code, CODE_SIZE);
    memcpy(receipt->reason, result->reason, sizeof(receipt->reason));
    memcpy(receipt->digest, exchange->digest.bytes, 32);
    memcpy(receipt->log_id, ledger_origin(exchange->gate->ledger)->log_id, 16);
    strcpy(receipt->digest_kind, digest_kind_text(exchange->config->ledger_hash));
}

static bool add_field(struct arena *arena, struct record *parent, const char *name,
                      const char *value)
{
    struct text kept = arena_copy(arena, text_of(value));

    return kept.at != NULL && record_add(arena, parent, name, kept) != NULL;
}

/* What our own core is told, as the national document `answer`, then in its dialect. */
static struct record *answer_record(struct exchange *exchange)
{
    const struct work_result *result = &exchange->work->result;
    struct arena *arena = exchange->work->arena;
    struct record *root = record_new(arena, "answer");
    char case_id[UUID_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];
    char sequence[24];

    snprintf(sequence, sizeof(sequence), "%llu", (unsigned long long)result->sequence);
    if (root == NULL ||
        !add_field(arena, root, "verdict", verdict_name(result->verdict).english) ||
        (result->code[0] != '\0' && !add_field(arena, root, "code", result->code)) ||
        (result->reason[0] != '\0' && !add_field(arena, root, "text", result->reason)) ||
        (!uuid_is_none(&result->case_id) &&
         !add_field(arena, root, "caseId", uuid_format(&result->case_id, case_id))) ||
        (result->sequence != 0 && !add_field(arena, root, "sequence", sequence)) ||
        !add_field(arena, root, "receivedAt", instant_format(result->received_at, at)))
        return NULL;
    return root;
}

static bool write_core_answer(struct exchange *exchange, struct text *body, const char **type,
                              struct error *err)
{
    const struct adapter *dialect = exchange->party->dialect;
    struct work *work = exchange->work;
    struct adapter_message message = {
        .flow = (uint16_t)adapter_answer_flow(dialect, work->message.flow),
        .action = ACTION_ANSWER,
        .answers = work->message.action,
        .revision = 1,
        .body = answer_record(exchange)};

    if (message.body == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    message.local_key = work->local_key;
    *type = adapter_content_type(dialect);
    return adapter_write(dialect, TO_CORE, &message, work->arena, body, err);
}

/* The bytes that this very message was answered with before. */
static bool stored_answer(struct exchange *exchange, uint64_t seq, struct text *body,
                          struct error *err)
{
    struct arena *arena = exchange->work->arena;
    struct ledger_txn *txn = NULL;
    struct entry_body place;
    struct entry entry;
    const struct tlv *tlv;
    size_t at = 0;
    bool found = false;
    bool ok;

    ok = ledger_begin_read(exchange->gate->ledger, &txn, err) &&
         ledger_get_entry(txn, seq, arena, &entry, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    tlv = found ? entry_next_tlv(&entry, TLV_BODY, &at) : NULL;
    if (tlv == NULL || !entry_body_decode(tlv->bytes, &place))
        return fail(err, ERROR_LEDGER, "a reply without bytes");
    return gate_open_body(exchange->gate, &place, arena, body, err);
}

bool exchange_write_answer(struct exchange *exchange, struct text *body, const char **type,
                           bool *fresh, struct error *err)
{
    const struct work_result *result = &exchange->work->result;
    struct receipt receipt;

    if (result->asked == ASKED_ANSWERED || result->asked == ASKED_UNKNOWN) {
        *fresh = false; /* the journal has the answer itself */
        return questions_write_repeat(exchange, body, type, err);
    }
    *fresh = !(result->duplicate && result->reply_seq != 0);
    *type = exchange->party->kind == PARTY_CORE ? adapter_content_type(exchange->party->dialect)
                                                : "application/xml";
    if (!*fresh) {
        if (stored_answer(exchange, result->reply_seq, body, err))
            return true;
        if (err->code != ERROR_NOT_FOUND)
            return false;
        *fresh = true; /* its bytes have expired: the same verdict, signed again */
    }
    if (exchange->party->kind == PARTY_CORE)
        return write_core_answer(exchange, body, type, err);
    describe_receipt(exchange, &receipt);
    return seal_receipt(exchange, &receipt, body, err);
}

bool exchange_write_unreadable(struct exchange *exchange, const struct error *why,
                               struct text *body, const char **type, struct error *err)
{
    struct work_result *result = &exchange->work->result;
    struct receipt receipt;

    memset(result, 0, sizeof(*result));
    result->verdict = VERDICT_REFUSED;
    result->received_at = clock_now();
    memcpy(result->code, error_name(why->code),
           strnlen(error_name(why->code), sizeof(result->code) - 1));
    memcpy(result->reason, why->text, strnlen(why->text, sizeof(result->reason) - 1));
    if (exchange->party->kind == PARTY_CORE)
        return write_core_answer(exchange, body, type, err);
    describe_receipt(exchange, &receipt);
    memset(&receipt.message_id, 0, sizeof(receipt.message_id));
    *type = "application/xml";
    return seal_receipt(exchange, &receipt, body, err);
}
