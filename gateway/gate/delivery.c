/* delivery.c - what a letter's delivery needs of XML and keys. On workers. */
#include "gate/delivery.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/inline_answer.h"
#include "wire/adapter.h"
#include "wire/envelope.h"

/* --- writing ------------------------------------------------------------------------------ */

bool delivery_content(struct delivery *delivery, struct record **content, struct error *err)
{
    const struct entry_letter *letter = &delivery->letter.letter;
    struct entry_body place = {
        .use = BODY_CONTENT, .month = letter->content_month, .size = letter->content_size};
    struct arena *arena = delivery->work->arena;
    struct text bytes;

    memcpy(place.digest, letter->content_digest, 32);
    return (delivery->content.size > 0
                ? gate_unseal(delivery->gate, &place, delivery->content, arena, &bytes, err)
                : gate_open_body(delivery->gate, &place, arena, &bytes, err)) &&
           record_decode(arena, bytes, content, err);
}

static bool write_province(struct delivery *delivery, const struct record *content,
                           struct text *bytes, struct error *err)
{
    const struct config *config = delivery->config;
    const struct entry_letter *letter = &delivery->letter.letter;
    struct message message = {
        .message_id = letter->message_id,
        .case_id = letter->case_id,
        .in_reply_to = letter->in_reply_to,
        .flow = letter->flow,
        .action = letter->action,
        .revision = letter->revision,
        .sent_at = letter->created,
        .answer_by = letter->answer_by,
        .body = content,
    };

    memcpy(message.from, config->party, PARTY_ID_SIZE);
    memcpy(message.to, delivery->party->id, PARTY_ID_SIZE);
    return envelope_seal(config->schemas, &message, config->signer, delivery->work->arena,
                         bytes, err);
}

static bool write_core(struct delivery *delivery, struct record *content, struct text *bytes,
                       struct error *err)
{
    const struct entry_letter *letter = &delivery->letter.letter;
    const struct adapter *dialect = delivery->party->dialect;
    struct work *work = delivery->work;
    char id[UUID_TEXT_SIZE];
    size_t name_size = strlen(adapter_name(dialect));
    char *adapter = arena_alloc(work->arena, 32 + name_size);
    struct adapter_message message = {.flow = letter->flow,
                                      .action = letter->action,
                                      .revision = letter->revision,
                                      .body = content};

    message.local_key = arena_copy(work->arena, text_of(uuid_format(&letter->message_id, id)));
    if (adapter == NULL || message.local_key.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a letter");
    if (!adapter_write(dialect, TO_CORE, &message, work->arena, bytes, err))
        return false;
    memcpy(adapter, adapter_digest(dialect), 32);
    memcpy(adapter + 32, adapter_name(dialect), name_size);
    work->adapter = (struct text){adapter, 32 + name_size};
    work->lost = message.lost;
    return true;
}

bool delivery_write(struct delivery *delivery, struct error *err)
{
    struct record *content;
    struct text bytes;
    bool ok;

    if (!delivery_content(delivery, &content, err))
        return false;
    ok = delivery->letter.letter.to_core ? write_core(delivery, content, &bytes, err)
                                         : write_province(delivery, content, &bytes, err);
    return ok && gate_add_body(delivery->gate, delivery->work, BODY_SEALED, bytes, err);
}

bool delivery_read(struct delivery *delivery, struct text *bytes, struct error *err)
{
    return gate_open_body(delivery->gate, &delivery->letter.sealed, delivery->work->arena,
                          bytes, err);
}

/* --- judging the answer --------------------------------------------------------------------
 */

static void note(struct delivery *delivery, const char *code, const char *reason)
{
    char *text = arena_format(delivery->work->arena, "%s: %s", code, reason);

    delivery->work->note = text_of(text);
}

static void attempt(struct delivery *delivery, bool park)
{
    struct work *work = delivery->work;

    work->kind = WORK_ATTEMPT;
    work->park = park;
    work->reached = delivery->failure == NULL;
    work->retry_after_ms = (int64_t)delivery->retry_after_s * 1000;
    atomic_fetch_add(&delivery->gate->counts.attempts_failed, 1);
}

/* Is this message the receipt for exactly our bytes? */
static const char *receipt_fault(const struct delivery *delivery, const struct message *message,
                                 const struct receipt *receipt)
{
    const struct letter_row *letter = &delivery->letter;

    if (message->action != ACTION_RECEIPT)
        return "the answer is not a receipt";
    if (strcmp(message->from, delivery->party->id) != 0 ||
        strcmp(message->to, delivery->config->party) != 0)
        return "the receipt is from or for somebody else";
    if (memcmp(receipt->digest, letter->sealed.digest, 32) != 0)
        return "the receipt names other bytes";
    return NULL;
}

/* A verified receipt. Without our MessageId it says that our bytes could not be read there: not
 * an outcome, and the same bytes will not help, so a person must look. */
static void judge_receipt(struct delivery *delivery, const struct receipt *receipt)
{
    const struct uuid *ours = &delivery->letter.letter.message_id;
    struct work *work = delivery->work;
    struct error err = ERROR_INIT;

    if (!uuid_equal(&receipt->message_id, ours)) {
        note(delivery, receipt->code, "the other side could not read our bytes");
        attempt(delivery, uuid_is_none(&receipt->message_id));
        return;
    }
    work->kind = WORK_OUTCOME;
    work->receipt = *receipt;
    memcpy(work->digest, delivery->letter.sealed.digest, 32);
    if (!gate_add_body(delivery->gate, work, BODY_RECEIPT, delivery->answer, &err)) {
        note(delivery, error_name(err.code), err.text);
        attempt(delivery, false);
    }
}

static bool not_willing(int status)
{
    return status >= 500 || status == 429 || status == 408;
}

/* 4xx without a signature of the party is nobody's verdict: closed and parked (foundations 7).
 */
static bool parks(int status)
{
    return status >= 400 && status < 500 && !not_willing(status);
}

/* The receipt decides, the status is a hint for what comes without one (foundations 7). */
static void judge_province(struct delivery *delivery)
{
    const struct config_party *party = delivery->party;
    struct envelope_limits limits = {.size_max = party->message_max};
    const struct verifier *used;
    enum envelope_stage stage;
    struct error err = ERROR_INIT;
    struct message message = {0};
    struct receipt receipt = {0};
    const char *fault = NULL;
    bool ok;

    ok = envelope_open(delivery->config->schemas, &limits, delivery->answer,
                       party->signing_pins, party->signing_pin_count, delivery->work->arena,
                       &message, &used, &stage, &err) &&
         verifier_accepts(used, message.sent_at, clock_now(), &err) &&
         receipt_from_record(message.body, &receipt, &err);
    if (ok)
        fault = receipt_fault(delivery, &message, &receipt);
    if (ok && fault == NULL) {
        judge_receipt(delivery, &receipt);
        return;
    }
    if (not_willing(delivery->http_status))
        note(delivery, "NETWORK", "the other side is not willing now");
    else
        note(delivery, ok ? "HEADER" : error_name(err.code), ok ? fault : err.text);
    /* What we could not check for reasons of our own says nothing about the answer. */
    attempt(delivery, parks(delivery->http_status) && (ok || !error_again(err.code)));
}

static void judge_core(struct delivery *delivery, bool may_answer)
{
    struct work *work = delivery->work;
    struct error err = ERROR_INIT;
    enum adapter_result result;

    if (may_answer && inline_answer_expected(delivery))
        result = inline_answer_read(delivery, work->receipt.code);
    else
        result = adapter_classify(delivery->party->dialect, delivery->http_status,
                                  delivery->answer, work->arena, work->receipt.code);

    if (result == ADAPTER_RETRYABLE || result == ADAPTER_UNKNOWN) {
        note(delivery, "CORE", "no clear answer");
        attempt(delivery, false);
        return;
    }
    work->kind = WORK_OUTCOME;
    work->receipt.verdict = result == ADAPTER_REJECTED ? VERDICT_REFUSED : VERDICT_ACCEPTED;
    work->receipt.received_at = clock_now();
    memcpy(work->digest, delivery->letter.sealed.digest, 32);
    if (delivery->answer.size > 0 &&
        !gate_add_body(delivery->gate, work, BODY_RECEIPT, delivery->answer, &err))
        log_warn("deliver.answer_lost", "code=%s", error_name(err.code));
}

void delivery_judge(struct delivery *delivery)
{
    struct work *work = delivery->work;

    work->http_status = (uint16_t)delivery->http_status;
    work->size = delivery->letter.sealed.size;
    if (delivery->failure != NULL) {
        note(delivery, "NETWORK", delivery->failure);
        attempt(delivery, false);
    } else if (delivery->party->kind == PARTY_CORE) {
        judge_core(delivery, true);
    } else {
        judge_province(delivery);
    }
}

static bool judge_core_alone(struct delivery *delivery, struct error *err)
{
    delivery->http_status = 200;
    judge_core(delivery, false);
    return delivery->work->kind == WORK_OUTCOME ||
           fail(err, ERROR_VALUE, "the answer is not clear");
}

bool delivery_judge_alone(struct delivery *delivery, const struct receipt *receipt,
                          struct error *err)
{
    struct work *work = delivery->work;
    const char *fault;

    work->size = delivery->letter.sealed.size;
    if (delivery->party->kind == PARTY_CORE)
        return judge_core_alone(delivery, err);
    fault = receipt_fault(delivery, &work->message, receipt);
    if (fault != NULL)
        return fail(err, ERROR_HEADER, "%s", fault);
    judge_receipt(delivery, receipt);
    return work->kind == WORK_OUTCOME || work->park ||
           fail(err, ERROR_MEMORY, "the receipt cannot be kept");
}
