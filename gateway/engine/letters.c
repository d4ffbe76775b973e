/* letters.c - letters are born in the entry that decided them, one at a time per case and
 * party.
 *
 * The sender keeps one unreceipted message per case and direction (foundations 9): a letter
 * behind another of its lane is born WAITING, and becomes NEW in the entry that ends the one
 * before. */
#include "engine/internal.h"

#include <string.h>

/* Content that the flow made itself is sealed here; the event's own was sealed by a worker. */
static bool made_content(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                         const struct record *made, struct arena *arena,
                         struct entry_body *content, struct error *err)
{
    size_t size = record_encoded_size(made);
    void *memory = arena_alloc(arena, size);
    struct buffer plain = buffer_over(memory, size);
    struct digest digest;
    struct text sealed;

    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a letter's content");
    record_encode(made, &plain);
    CHECK(!plain.overflow);
    if (!digest_of(ledger_origin(engine->ledger)->digest_kind, plain.at, plain.size, &digest,
                   err))
        return false;
    *content = (struct entry_body){.use = BODY_CONTENT,
                                   .retention = RETENTION_100_YEARS,
                                   .month = day_yyyymmdd(instant_day(draft->entry.wall)) / 100,
                                   .size = (uint32_t)size};
    memcpy(content->digest, digest.bytes, 32);
    if (!engine->given.seal(engine->given.self, content->digest, buffer_as_text(&plain), arena,
                            &sealed, err))
        return false;
    draft_add_body(draft, content);
    return ledger_put_body(txn, content, sealed, err);
}

static bool lane_is_free(struct ledger_txn *txn, const struct draft *draft,
                         const struct uuid *case_id, uint32_t party, bool *is_free,
                         struct error *err)
{
    uint64_t out_id;
    bool found;

    if (!ledger_lane_next(txn, case_id, party, 0, &out_id, &found, err))
        return false;
    if (found && out_id == draft->ending &&
        !ledger_lane_next(txn, case_id, party, out_id, &out_id, &found, err))
        return false;
    *is_free = !found;
    for (size_t i = 0; *is_free && i < draft->entry.tlv_count; i++) {
        struct entry_letter other;
        if (draft->tlvs[i].type == TLV_LETTER &&
            entry_letter_decode(draft->tlvs[i].bytes, &other) && other.party == party &&
            uuid_equal(&other.case_id, case_id))
            *is_free = false;
    }
    return true;
}

static uint32_t addressee(const struct flow_case *after, const struct flow_send *send)
{
    return send->target == FLOW_TO_PARTNER ? after->party : after->core;
}

static bool add_letter(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                       const struct flow_case *after, const struct flow_send *send,
                       size_t position, const struct entry_body *content,
                       const struct uuid *in_reply_to, const struct uuid *id, struct error *err)
{
    uint8_t random[10];
    bool is_free;
    size_t mark;
    struct entry_letter letter = {
        .out_id = ledger_next_seq(txn) * 16 + position,
        .party = addressee(after, send),
        .flow = after->flow,
        .action = send->action,
        .revision = send->revision,
        .to_core = send->target == FLOW_TO_CORE,
        .case_id = after->case_id,
        .in_reply_to = uuid_is_none(&send->in_reply_to) ? *in_reply_to : send->in_reply_to,
        .answer_by = send->answer_by,
        .created = draft->now,
        .due = draft->now,
        .content_month = content->month,
        .content_size = content->size,
    };

    memcpy(letter.content_digest, content->digest, 32);
    if (!engine->given.random(engine->given.self, random, sizeof(random), err))
        return false;
    letter.message_id = id != NULL && !uuid_is_none(id) ? *id : uuid_v7(draft->now, random);
    if (!lane_is_free(txn, draft, &after->case_id, letter.party, &is_free, err))
        return false;
    letter.state = is_free ? LETTER_NEW : LETTER_WAITING;
    mark = draft_mark(draft);
    entry_letter_encode(&letter, &draft->bytes);
    draft_add(draft, TLV_LETTER, mark);
    return true;
}

/* An entry's letters are counted through, whichever case they belong to. */
static size_t letters_born(const struct draft *draft)
{
    size_t count = 0;

    for (size_t i = 0; i < draft->entry.tlv_count; i++)
        count += draft->tlvs[i].type == TLV_LETTER;
    return count;
}

bool letters_add(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                 const struct flow_decision *decision, const struct entry_body *content,
                 const struct uuid *in_reply_to, const struct uuid *ids, struct arena *arena,
                 struct error *err)
{
    size_t position = letters_born(draft);

    for (size_t i = 0; i < decision->send_count; i++) {
        const struct flow_send *send = &decision->sends[i];
        struct entry_body made;

        /* A province may run without a core behind it, and a case may be alone; then there is
         * nobody to tell. */
        if (addressee(&decision->after, send) == 0)
            continue;
        if (send->made != NULL &&
            !made_content(engine, txn, draft, send->made, arena, &made, err))
            return false;
        CHECK(send->made != NULL || content != NULL);
        if (!add_letter(engine, txn, draft, &decision->after, send, position++,
                        send->made != NULL ? &made : content, in_reply_to,
                        ids != NULL ? &ids[i] : NULL, err))
            return false;
    }
    return true;
}

struct instant letter_end_of_life(const struct engine *engine,
                                  const struct entry_letter *letter)
{
    return instant_add_ms(letter->created, engine->retry.lifetime_ms);
}

bool letters_release(struct ledger_txn *txn, struct draft *draft, const struct letter_row *done,
                     struct error *err)
{
    struct letter_row next;
    uint64_t out_id;
    bool found;

    if (!ledger_lane_next(txn, &done->letter.case_id, done->letter.party, done->letter.out_id,
                          &out_id, &found, err))
        return false;
    if (!found)
        return true;
    if (!ledger_get_letter(txn, out_id, &next, &found, err))
        return false;
    if (found && next.letter.state == LETTER_WAITING)
        draft_add_letter_state(draft, out_id, LETTER_NEW, next.attempts, draft->now);
    return true;
}
