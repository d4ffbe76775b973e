/* inline_answer.c - from a core's response to a submission. On workers. */
#include "gate/inline_answer.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/exchange.h"
#include "gate/person.h"

#define KEY_PREFIX    "answer:"
#define INJURY_REASON "INJ-" /* what an agency states begins so, and with an R */

unsigned inline_answer_to(unsigned asked)
{
    bool asks = (asked >= ACTION_IDENTIFY && asked <= ACTION_QUERY &&
                 (asked - ACTION_IDENTIFY) % 2 == 0) ||
                asked == ACTION_FUND_QUERY || asked == ACTION_INSURED_QUERY ||
                asked == ACTION_COVER_QUERY ||
                (asked >= ACTION_ASSISTANCE_REQUEST && asked <= ACTION_DUPLICATE_CHECK &&
                 (asked - ACTION_ASSISTANCE_REQUEST) % 2 == 0);

    return asks ? asked + 1 : ACTION_NONE;
}

bool inline_answer_expected(const struct delivery *delivery)
{
    return delivery->letter.letter.to_core && delivery->party->dialect != NULL &&
           adapter_capabilities(delivery->party->dialect)->answers_in_response &&
           inline_answer_to(delivery->letter.letter.action) != ACTION_NONE;
}

static bool add(struct arena *arena, struct record *parent, const char *name, struct text value)
{
    struct text kept = arena_copy(arena, value);

    return kept.at != NULL && record_add(arena, parent, name, kept) != NULL;
}

/* Everything below a group of the question, which stays as it is. */
static bool copy_group(struct arena *arena, struct record *root, const struct record *question,
                       const char *name)
{
    const struct record *asked = record_find(question, name);
    struct record *group = record_add(arena, root, name, TEXT_NONE);

    if (group == NULL)
        return false;
    for (const struct record *at = asked != NULL ? asked->first : NULL; at != NULL;
         at = at->next)
        if (!add(arena, group, at->name, at->value.hidden))
            return false;
    return true;
}

static bool is_of_injury(unsigned action)
{
    return action == ACTION_INSURED_STATE || action == ACTION_COVER_PROOF;
}

/* Records of injury have reasons of their own; one that is none of them is told in words. */
static bool add_reason(struct arena *arena, struct record *result, unsigned action,
                       struct text code, struct text reason)
{
    bool known = text_starts(code, INJURY_REASON) && code.size > 4 && code.at[4] == 'R';

    if (is_of_injury(action) && !known) {
        reason = reason.size > 0 ? reason : code;
        code = TEXT("INJ-R10");
    }
    return (code.size == 0 || add(arena, result, "code", code)) &&
           (reason.size == 0 || add(arena, result, "text", reason));
}

/* A rejection in the national form: what was asked about, and why not. */
static struct record *rejection(struct arena *arena, unsigned action,
                                const struct record *question, struct text code,
                                struct text reason)
{
    struct record *root = record_new(arena, action_name(action).english);
    char at[INSTANT_TEXT_SIZE];
    struct record *result;

    if (root == NULL || !copy_group(arena, root, question, "reference") ||
        (is_of_injury(action) && !copy_group(arena, root, question, "person")))
        return NULL;
    result = record_add(arena, root, "result", TEXT_NONE);
    if (result == NULL || !add(arena, result, "verdict", TEXT("rejected")) ||
        !add_reason(arena, result, action, code, reason))
        return NULL;
    if (action == ACTION_OUTCOME && !add(arena, root, "status", TEXT("unknown")))
        return NULL;
    if (action == ACTION_INSURED_STATE &&
        !add(arena, root, "answeredAt", text_of(instant_format(clock_now(), at))))
        return NULL;
    return root;
}

/* Answers of the older flows have no word for it, and a reply to a request of injury is signed
 * by a handler: the letter's end says enough. */
static bool may_reject(unsigned asked)
{
    return asked >= ACTION_IDENTIFY &&
           (asked < ACTION_ASSISTANCE_REQUEST || asked > ACTION_DUPLICATE_CHECK);
}

/* So that a repeated answer to the same question is the same message. */
static bool make_key(struct delivery *delivery, struct work *said, struct error *err)
{
    enum digest_kind kind = delivery->config->ledger_hash;
    char id[UUID_TEXT_SIZE];
    char *key = arena_format(said->arena, KEY_PREFIX "%s",
                             uuid_format(&delivery->letter.letter.message_id, id));
    struct digest digest;

    if (key == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    said->local_key = text_of(key);
    if (!digest_of(kind, said->local_key.at, said->local_key.size, &digest, err))
        return false;
    memcpy(said->key, digest.bytes, MESSAGE_KEY_SIZE);
    if (!digest_of(kind, delivery->answer.at, delivery->answer.size, &digest, err))
        return false;
    memcpy(said->digest, digest.bytes, 32);
    said->size = (uint32_t)delivery->answer.size;
    return true;
}

static bool name_adapter(const struct delivery *delivery, struct work *said, struct error *err)
{
    const struct adapter *dialect = delivery->party->dialect;
    size_t size = strlen(adapter_name(dialect));
    char *memory = arena_alloc(said->arena, 32 + size);

    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    memcpy(memory, adapter_digest(dialect), 32);
    memcpy(memory + 32, adapter_name(dialect), size);
    said->adapter = (struct text){memory, 32 + size};
    return true;
}

static bool seal_bodies(struct delivery *delivery, struct work *said, struct error *err)
{
    size_t size = record_encoded_size(said->message.body);
    void *memory = arena_alloc(said->arena, size);
    struct buffer content = buffer_over(memory, size);

    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    record_encode(said->message.body, &content);
    if (!gate_tag_person(delivery->gate, said, err) ||
        !gate_add_body(delivery->gate, said, BODY_ORIGINAL, delivery->answer, err) ||
        !gate_add_body(delivery->gate, said, BODY_CONTENT, buffer_as_text(&content), err))
        return false;
    said->content = said->bodies[said->body_count - 1].body;
    return true;
}

static bool fill(struct delivery *delivery, struct work *said,
                 const struct adapter_message *answer, struct error *err)
{
    said->kind = WORK_MESSAGE;
    said->local = true;
    said->party = delivery->party->number;
    said->message = (struct message){.flow = delivery->letter.letter.flow,
                                     .action = answer->action,
                                     .revision = 1,
                                     .in_reply_to = delivery->letter.letter.message_id,
                                     .sent_at = clock_now(),
                                     .body = answer->body};
    said->lost = answer->lost;
    return make_key(delivery, said, err) && name_adapter(delivery, said, err) &&
           seal_bodies(delivery, said, err);
}

/* false: nothing is to be said, or the world failed (err). */
static bool read_response(struct delivery *delivery, struct work *said,
                          enum adapter_result *result, char code[CODE_SIZE], struct error *err)
{
    const struct entry_letter *letter = &delivery->letter.letter;
    struct adapter_message answer = {0};
    struct record *question;

    if (!delivery_content(delivery, &question, err) ||
        !adapter_read_answer(delivery->party->dialect, letter->flow, letter->action,
                             delivery->http_status, delivery->answer, question, said->arena,
                             result, &answer, code, err))
        return false;
    if (*result == ADAPTER_REJECTED && may_reject(letter->action)) {
        answer.action = (uint16_t)inline_answer_to(letter->action);
        answer.body = rejection(said->arena, answer.action, question, text_of(code),
                                answer.reason);
        if (answer.body == NULL)
            return fail(err, ERROR_MEMORY, "no memory for an answer");
    }
    if (*result == ADAPTER_RETRYABLE || *result == ADAPTER_UNKNOWN ||
        answer.action == ACTION_NONE)
        return false;
    return fill(delivery, said, &answer, err);
}

enum adapter_result inline_answer_read(struct delivery *delivery, char code[CODE_SIZE])
{
    struct work *said = gate_work_new(EXCHANGE_MEMORY_MAX);
    enum adapter_result result = ADAPTER_UNKNOWN;
    struct error err = ERROR_INIT;

    code[0] = '\0';
    if (said == NULL)
        return ADAPTER_UNKNOWN;
    if (read_response(delivery, said, &result, code, &err)) {
        delivery->said = said;
        return result;
    }
    gate_work_free(said);
    if (err.code == ERROR_NONE)
        return result;
    log_warn("deliver.answer_unreadable", "letter=%llu code=%s reason=\"%s\"",
             (unsigned long long)delivery->letter.letter.out_id, error_name(err.code),
             err.text);
    return ADAPTER_UNKNOWN;
}
