/* consequences.c - the rows that follow from one entry. */
#include "ledger/consequences.h"

#include <inttypes.h>
#include <string.h>

#include "ledger/step.h"

enum { LETTERS_PER_ENTRY_MAX = 16 };

static bool put_uuid(const struct step *step, enum store_database database, struct row_key key,
                     const struct uuid *id)
{
    unsigned char bytes[32];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    buffer_u8(&value, ROW_LAYOUT);
    buffer_bytes(&value, id->bytes, sizeof id->bytes);
    return step_put(step, database, key, &value);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++)
        all |= bytes[i];
    return all == 0;
}

/* --- indexes and parties ------------------------------------------------------------------ */

static bool index_entry(const struct step *step)
{
    const struct entry *entry = step->entry;
    if (!uuid_is_none(&entry->case_id) &&
        !step_mark(step, DATABASE_BY_CASE, key_case_seq(&entry->case_id, entry->seq)))
        return false;
    if (!is_zero(entry->message_key, sizeof entry->message_key) &&
        !step_mark(step, DATABASE_MESSAGES, key_message(entry->message_key, entry->seq)))
        return false;
    if (entry->party != 0 && !step_mark(step, DATABASE_BY_PARTY,
                                        key_party_day(entry->party, entry->wall, entry->seq)))
        return false;
    return is_zero(entry->person_tag, sizeof entry->person_tag) ||
           step_mark(step, DATABASE_BY_PERSON, key_person(entry->person_tag, entry->seq));
}

/* The answer to a submission is found under the submission's key, too. */
static bool index_answers(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_ANSWERS, &at)) != NULL) {
        struct entry_answers answers;
        if (!entry_answers_decode(tlv->bytes, &answers))
            return step_contradiction(step, "what it answers does not decode");
        if (!is_zero(answers.key, sizeof answers.key) &&
            !step_mark(step, DATABASE_MESSAGES, key_message(answers.key, step->entry->seq)))
            return false;
    }
    return true;
}

/* Puts one of the two rows of a party; a number or an id that means another partner is refused.
 */
static bool put_party_row(const struct step *step, struct row_key key, struct text meaning)
{
    unsigned char bytes[1 + PARTY_ID_SIZE];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    struct text before;
    bool found;
    buffer_u8(&value, ROW_LAYOUT);
    buffer_text(&value, meaning);
    if (!store_get(step->txn, DATABASE_PARTIES, key_text(&key), &before, &found, step->err))
        return false;
    if (found && !text_equal(before, buffer_as_text(&value)))
        return step_contradiction(step, "a party's number is assigned once, for ever");
    return found || step_put(step, DATABASE_PARTIES, key, &value);
}

static bool add_party(const struct step *step, uint32_t number, struct text id)
{
    unsigned char bytes[4];
    struct buffer written = buffer_over(bytes, sizeof bytes);
    if (number == 0 || id.size == 0 || id.size >= PARTY_ID_SIZE)
        return step_contradiction(step, "a party without number or id");
    buffer_u32(&written, number);
    return put_party_row(step, key_party_number(number), id) &&
           put_party_row(step, key_party_id(id), buffer_as_text(&written));
}

static bool apply_parties(const struct step *step)
{
    struct entry_origin origin;
    const struct tlv *tlv;
    size_t at = 0;
    if (step->entry->kind == ENTRY_ORIGIN) {
        tlv = entry_next_tlv(step->entry, TLV_ORIGIN, &at);
        if (!tlv || !entry_origin_decode(tlv->bytes, &origin))
            return step_contradiction(step, "the origin is missing or does not decode");
        if (!add_party(step, 1, text_of(origin.party)))
            return false;
    }
    at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_PARTY, &at)) != NULL) {
        struct reader reader = reader_over(tlv->bytes.at, tlv->bytes.size);
        uint32_t number = reader_u32(&reader);
        struct text id = reader_view(&reader, reader.left);
        if (reader.broken)
            return step_contradiction(step, "a party does not decode");
        if (!add_party(step, number, id))
            return false;
    }
    return true;
}

/* --- inbox -------------------------------------------------------------------------------- */

/* *found false: there is no VERDICT. */
static bool take_verdict(const struct step *step, struct entry_verdict *verdict, bool *found)
{
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(step->entry, TLV_VERDICT, &at);
    *found = tlv != NULL;
    if (tlv && !entry_verdict_decode(tlv->bytes, verdict))
        return step_contradiction(step, "the verdict does not decode");
    return true;
}

static bool put_inbox(const struct step *step, struct row_key key, const struct inbox_row *row)
{
    unsigned char bytes[64];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    inbox_row_encode(row, &value);
    return step_put(step, DATABASE_INBOX, key, &value);
}

static bool add_inbox(const struct step *step)
{
    const struct entry *entry = step->entry;
    struct row_key key = key_inbox(entry->party, entry->message_key);
    struct inbox_row row;
    struct entry_verdict verdict;
    bool found;
    if (is_zero(entry->message_key, sizeof entry->message_key))
        return step_contradiction(step, "a message without a key");
    if (!take_verdict(step, &verdict, &found))
        return false;
    if (!found || verdict.verdict == VERDICT_NONE)
        return step_contradiction(step, "a message without a verdict");
    if (!rows_get_inbox(step->txn, &key, &row, &found, step->err))
        return false;
    if (found)
        return step_contradiction(step, "this message has its verdict already");
    row = (struct inbox_row){.seq = entry->seq, .verdict = verdict.verdict};
    memcpy(row.digest, entry->digest, sizeof row.digest);
    return put_inbox(step, key, &row);
}

/* The answer to a conflict is an answer to other bytes; the row keeps that to the first ones.
 */
static bool note_reply(const struct step *step)
{
    struct row_key key = key_inbox(step->entry->party, step->entry->message_key);
    struct entry_verdict verdict;
    struct inbox_row row;
    bool found;
    if (!take_verdict(step, &verdict, &found))
        return false;
    if (found && verdict.verdict == VERDICT_CONFLICT)
        return true;
    if (!rows_get_inbox(step->txn, &key, &row, &found, step->err))
        return false;
    if (!found)
        return step_contradiction(step, "an answer to a message that has no verdict");
    if (row.reply_seq != 0)
        return true;
    row.reply_seq = step->entry->seq;
    return put_inbox(step, key, &row);
}

static bool apply_inbox(const struct step *step)
{
    switch (step->entry->kind) {
    case ENTRY_RECEIVED:
    case ENTRY_SUBMITTED:
        return add_inbox(step);
    case ENTRY_REPLY:
        return note_reply(step);
    default:
        return true;
    }
}

/* --- cases -------------------------------------------------------------------------------- */

static bool clock_runs(const struct flow_clock *clock)
{
    return clock->kind != CLOCK_NONE && clock->state == CLOCK_STATE_RUNNING && !clock->paused &&
           clock->due.ms > 0;
}

static bool same_clock(const struct flow_case *flow_case, const struct flow_clock *clock)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *other = &flow_case->clocks[i];
        if (clock_runs(other) && other->kind == clock->kind && other->due.ms == clock->due.ms)
            return true;
    }
    return false;
}

/* `before` NULL: a new case. Keys that stay are not written again. */
static bool move_deadlines(const struct step *step, const struct flow_case *before,
                           const struct flow_case *after)
{
    for (size_t i = 0; before && i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &before->clocks[i];
        if (clock_runs(clock) && !same_clock(after, clock) &&
            !step_drop(step, DATABASE_DEADLINES,
                       key_deadline(clock->due, &before->case_id, clock->kind)))
            return false;
    }
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &after->clocks[i];
        if (clock_runs(clock) && !(before && same_clock(before, clock)) &&
            !step_mark(step, DATABASE_DEADLINES,
                       key_deadline(clock->due, &after->case_id, clock->kind)))
            return false;
    }
    return true;
}

static bool is_open(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);
    return flow && !flow_state_ends(flow, flow_case->state);
}

static bool release_open_case(const struct step *step, const struct flow_case *flow_case)
{
    struct row_key key;
    struct uuid holder;
    bool found;
    if (is_zero(flow_case->person_tag, sizeof flow_case->person_tag))
        return true;
    if (!key_open_case(step->kind, flow_case->flow, flow_case->person_tag, flow_case->in_region,
                       flow_case->out_region, &key, step->err) ||
        !rows_get_uuid(step->txn, DATABASE_OPEN_CASE, &key, &holder, &found, step->err))
        return false;
    return !found || !uuid_equal(&holder, &flow_case->case_id) ||
           step_drop(step, DATABASE_OPEN_CASE, key);
}

/* Of two that are open at once the lower id has the key: that is the one which stays (decisions
 * 12), whatever the order of their entries. */
static bool hold_open_case(const struct step *step, const struct flow_case *flow_case)
{
    struct row_key key;
    struct uuid holder;
    bool found;
    if (is_zero(flow_case->person_tag, sizeof flow_case->person_tag))
        return true;
    if (!key_open_case(step->kind, flow_case->flow, flow_case->person_tag, flow_case->in_region,
                       flow_case->out_region, &key, step->err) ||
        !rows_get_uuid(step->txn, DATABASE_OPEN_CASE, &key, &holder, &found, step->err))
        return false;
    return (found && uuid_compare(&holder, &flow_case->case_id) <= 0) ||
           put_uuid(step, DATABASE_OPEN_CASE, key, &flow_case->case_id);
}

static bool same_person_and_route(const struct flow_case *a, const struct flow_case *b)
{
    return memcmp(a->person_tag, b->person_tag, sizeof a->person_tag) == 0 &&
           a->in_region == b->in_region && a->out_region == b->out_region;
}

static bool move_open_case(const struct step *step, const struct flow_case *before,
                           const struct flow_case *after)
{
    bool held = before && is_open(before);
    bool holds = is_open(after);
    if (held && (!holds || !same_person_and_route(before, after)) &&
        !release_open_case(step, before))
        return false;
    return !holds || hold_open_case(step, after);
}

static bool add_trace(const struct step *step, const struct flow_case *flow_case)
{
    struct row_key key = key_trace(flow_case->in_region, flow_case->trace);
    struct uuid holder;
    bool found;
    if (flow_case->trace[0] == '\0')
        return true;
    if (!rows_get_uuid(step->txn, DATABASE_TRACES, &key, &holder, &found, step->err))
        return false;
    return found || put_uuid(step, DATABASE_TRACES, key, &flow_case->case_id);
}

static bool move_state(const struct step *step, const struct flow_case *before,
                       const struct flow_case *after)
{
    struct row_key now = key_state(after);
    if (before) {
        struct row_key then = key_state(before);
        if (text_equal(key_text(&then), key_text(&now)))
            return true;
        if (!step_drop(step, DATABASE_BY_STATE, then))
            return false;
    }
    return step_mark(step, DATABASE_BY_STATE, now);
}

static bool has_person(const struct flow_case *flow_case)
{
    return !is_zero(flow_case->person_tag, sizeof flow_case->person_tag);
}

/* A case stands under the tag that it bears now, so that `cases` alone implies the rows. */
static bool move_person(const struct step *step, const struct flow_case *before,
                        const struct flow_case *after)
{
    bool same = before &&
                memcmp(before->person_tag, after->person_tag, sizeof after->person_tag) == 0;
    if (same)
        return true;
    if (before && has_person(before) &&
        !step_drop(step, DATABASE_PERSON_CASES,
                   key_person_case(before->person_tag, &before->case_id)))
        return false;
    return !has_person(after) || step_mark(step, DATABASE_PERSON_CASES,
                                           key_person_case(after->person_tag, &after->case_id));
}

/* An entry is found under each case that it changed, and under each person. */
static bool index_other_case(const struct step *step, const struct flow_case *after)
{
    const struct entry *entry = step->entry;

    if (uuid_equal(&after->case_id, &entry->case_id))
        return true;
    return step_mark(step, DATABASE_BY_CASE, key_case_seq(&after->case_id, entry->seq)) &&
           (is_zero(after->person_tag, sizeof after->person_tag) ||
            step_mark(step, DATABASE_BY_PERSON, key_person(after->person_tag, entry->seq)));
}

static bool apply_case(const struct step *step, struct text bytes)
{
    struct flow_case before;
    struct flow_case after;
    bool known;
    if (!flow_case_decode(bytes, &after, step->err))
        return fail_prefix(step->err, "entry %" PRIu64, step->entry->seq);
    if (uuid_is_none(&after.case_id))
        return step_contradiction(step, "a case without an id");
    if (!rows_get_case(step->txn, &after.case_id, &before, &known, step->err))
        return false;
    if (known && before.flow != after.flow)
        return step_contradiction(step, "a case does not change its flow");
    const struct flow_case *old = known ? &before : NULL;
    struct row_key key = key_uuid(&after.case_id);
    return index_other_case(step, &after) &&
           store_put(step->txn, DATABASE_CASES, key_text(&key), bytes, step->err) &&
           move_state(step, old, &after) && move_deadlines(step, old, &after) &&
           add_trace(step, &after) && move_open_case(step, old, &after) &&
           move_person(step, old, &after);
}

static bool apply_cases(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_CASE_AFTER, &at)) != NULL) {
        if (!apply_case(step, tlv->bytes))
            return false;
    }
    return true;
}

/* --- letters ------------------------------------------------------------------------------ */

static bool is_to_send(const struct letter_row *row)
{
    return (row->letter.state == LETTER_NEW || row->letter.state == LETTER_READY) &&
           row->letter.due.ms != 0;
}

/* A dead letter keeps its place: what was to follow it waits until a person has dealt with it.
 */
static bool has_left_lane(const struct letter_row *row)
{
    return row->letter.state == LETTER_DONE || row->letter.state == LETTER_REFUSED ||
           row->letter.state == LETTER_CLOSED;
}

static bool is_over(const struct letter_row *row)
{
    return has_left_lane(row) || row->letter.state == LETTER_DEAD;
}

/* Writes the row and brings outbox and lanes in line with it. `before` NULL: just born. */
static bool put_letter(const struct step *step, const struct letter_row *before,
                       const struct letter_row *after)
{
    const struct entry_letter *letter = &after->letter;
    unsigned char bytes[ROW_LETTER_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    bool was = before && is_to_send(before);
    bool is = is_to_send(after);
    bool stays = was && is && before->letter.due.ms == letter->due.ms;

    letter_row_encode(after, &value);
    if (!step_put(step, DATABASE_LETTERS, key_seq(letter->out_id), &value))
        return false;
    if (was && !stays &&
        !step_drop(step, DATABASE_OUTBOX,
                   key_outbox(letter->party, before->letter.due, letter->out_id)))
        return false;
    if (is && !stays &&
        !step_mark(step, DATABASE_OUTBOX,
                   key_outbox(letter->party, letter->due, letter->out_id)))
        return false;
    struct row_key lane = key_lane(&letter->case_id, letter->party, letter->out_id);
    bool stood = before && !has_left_lane(before);
    if (stood == !has_left_lane(after))
        return true;
    return stood ? step_drop(step, DATABASE_LANES, lane)
                 : step_mark(step, DATABASE_LANES, lane);
}

static bool bear_letters(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    for (uint64_t position = 0; (tlv = entry_next_tlv(step->entry, TLV_LETTER, &at)) != NULL;
         position++) {
        struct letter_row row = {.attempts = 0};
        if (!entry_letter_decode(tlv->bytes, &row.letter))
            return step_contradiction(step, "a letter does not decode");
        if (position >= LETTERS_PER_ENTRY_MAX ||
            row.letter.out_id != step->entry->seq * LETTERS_PER_ENTRY_MAX + position)
            return step_contradiction(step, "a letter's number is not entry * 16 + position");
        if (row.letter.state != LETTER_WAITING && row.letter.state != LETTER_NEW)
            return step_contradiction(step, "a letter is born waiting or new");
        if (row.letter.party == 0)
            return step_contradiction(step, "a letter to nobody");
        if (!put_letter(step, NULL, &row))
            return false;
    }
    return true;
}

static bool find_letter(const struct step *step, uint64_t out_id, struct letter_row *row)
{
    bool found;
    if (!rows_get_letter(step->txn, out_id, row, &found, step->err))
        return false;
    return found || step_contradiction(step, "it names a letter that was never written");
}

static bool seal_letter(const struct step *step, struct letter_row *row)
{
    const struct tlv *tlv;
    size_t at = 0;
    if (row->sealed_seq != 0)
        return step_contradiction(step, "a letter is sealed once; its bytes never change");
    while ((tlv = entry_next_tlv(step->entry, TLV_BODY, &at)) != NULL) {
        if (!entry_body_decode(tlv->bytes, &row->sealed))
            return step_contradiction(step, "a body does not decode");
        if (row->sealed.use != BODY_SEALED)
            continue;
        row->sealed_seq = step->entry->seq;
        return true;
    }
    return step_contradiction(step, "sealed bytes are missing");
}

/* SEALED and OUTCOME name their letter in the verdict. */
static bool note_letter(const struct step *step)
{
    struct entry_verdict verdict;
    struct letter_row before;
    bool found;
    if (step->entry->kind != ENTRY_SEALED && step->entry->kind != ENTRY_OUTCOME)
        return true;
    if (!take_verdict(step, &verdict, &found))
        return false;
    if (!found)
        return step_contradiction(step, "it does not say which letter it is about");
    if (!find_letter(step, verdict.out_id, &before))
        return false;
    struct letter_row after = before;
    if (step->entry->kind == ENTRY_SEALED) {
        if (!seal_letter(step, &after))
            return false;
    } else {
        after.outcome_seq = step->entry->seq;
        after.verdict = verdict.verdict;
    }
    return put_letter(step, &before, &after);
}

static bool move_letters(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_LETTER_STATE, &at)) != NULL) {
        struct entry_letter_state state;
        struct letter_row before;
        if (!entry_letter_state_decode(tlv->bytes, &state))
            return step_contradiction(step, "a letter's state does not decode");
        if (!find_letter(step, state.out_id, &before))
            return false;
        if (state.state == LETTER_CLOSED && before.letter.state != LETTER_DEAD)
            return step_contradiction(step, "only a dead letter is closed");
        if (before.letter.state == LETTER_CLOSED)
            return step_contradiction(step, "a closed letter stays closed");
        struct letter_row after = before;
        after.letter.state = state.state;
        after.letter.due = state.due;
        after.attempts = state.attempts;
        if (is_over(&after) && !is_over(&before))
            after.outcome_seq = step->entry->seq;
        else if (!is_over(&after) && is_over(&before))
            after.outcome_seq = after.verdict = 0;
        if (!put_letter(step, &before, &after))
            return false;
    }
    return true;
}

bool consequences_apply(struct store_txn *txn, enum digest_kind kind, const struct entry *entry,
                        struct error *err)
{
    const struct step step = {.txn = txn, .kind = kind, .entry = entry, .err = err};
    return index_entry(&step) && index_answers(&step) && apply_parties(&step) &&
           apply_inbox(&step) && apply_cases(&step) && bear_letters(&step) &&
           note_letter(&step) && move_letters(&step) && apply_lines(&step) &&
           apply_postings(&step) && apply_attachments(&step);
}
