/* entry.c - journal entries to bytes and back, as docs/ledger-format.md tells them. */
#include "core/entry.h"

#include <string.h>

#include "base/check.h"
#include "core/attachment.h"

enum { LEAF_SIZE = 32 };

/* --- small parts -------------------------------------------------------------------------- */

static void put_instant(struct buffer *buffer, struct instant at)
{
    buffer_u64(buffer, (uint64_t)at.ms);
}

/* A time before 1970 has no bytes: it would be a second spelling of a far future. */
static bool take_instant(struct reader *reader, struct instant *at)
{
    uint64_t ms = reader_u64(reader);
    at->ms = ms <= INT64_MAX ? (int64_t)ms : 0;
    return ms <= INT64_MAX;
}

static void put_field(struct buffer *buffer, const char *field, size_t field_size)
{
    static const char zeros[64];
    size_t size = strnlen(field, field_size - 1);
    CHECK(field_size <= sizeof zeros);
    buffer_bytes(buffer, field, size);
    buffer_bytes(buffer, zeros, field_size - size);
}

/* A zero at the end, and nothing behind the first zero. */
static bool take_field(struct reader *reader, char *field, size_t field_size)
{
    reader_copy(reader, field, field_size);
    bool ended = false;
    for (size_t i = 0; i < field_size; i++) {
        if (field[i] == '\0')
            ended = true;
        else if (ended)
            return false;
    }
    return ended;
}

static bool take_bool(struct reader *reader, bool *value)
{
    uint8_t byte = reader_u8(reader);
    *value = byte == 1;
    return byte <= 1;
}

static bool all_read(const struct reader *reader)
{
    return !reader->broken && reader->left == 0;
}

/* --- the record --------------------------------------------------------------------------- */

static void encode_fixed(const struct entry *entry, struct buffer *buffer)
{
    buffer_u16(buffer, ENTRY_VERSION);
    buffer_u16(buffer, entry->kind);
    buffer_u32(buffer, entry->flags);
    buffer_u64(buffer, entry->seq);
    put_instant(buffer, entry->wall);
    buffer_u32(buffer, entry->boot);
    buffer_bytes(buffer, entry->case_id.bytes, sizeof entry->case_id.bytes);
    buffer_bytes(buffer, entry->message_key, sizeof entry->message_key);
    buffer_bytes(buffer, entry->person_tag, sizeof entry->person_tag);
    buffer_u32(buffer, entry->from_region);
    buffer_u32(buffer, entry->to_region);
    buffer_i64(buffer, entry->amount.fen);
    buffer_u16(buffer, entry->flow);
    buffer_u16(buffer, entry->action);
    buffer_u32(buffer, entry->revision);
    buffer_u8(buffer, entry->role);
    buffer_u8(buffer, entry->evidence);
    buffer_u8(buffer, entry->state_from);
    buffer_u8(buffer, entry->state_to);
    buffer_u32(buffer, entry->party);
    buffer_u32(buffer, entry->business_date);
    buffer_bytes(buffer, entry->digest, sizeof entry->digest);
    buffer_u32(buffer, entry->plain_size);
    buffer_bytes(buffer, entry->rules_digest, sizeof entry->rules_digest);
    buffer_bytes(buffer, entry->previous, sizeof entry->previous);
}

void entry_encode(const struct entry *entry, struct buffer *buffer)
{
    size_t begin = buffer->size;
    unsigned before = 0;

    encode_fixed(entry, buffer);
    for (size_t i = 0; i < entry->tlv_count; i++) {
        const struct tlv *tlv = &entry->tlvs[i];
        CHECK(tlv->type >= before && tlv->type != 0);
        before = tlv->type;
        if (tlv->bytes.size > ENTRY_SIZE_MAX) {
            buffer->overflow = true;
            return;
        }
        buffer_u16(buffer, tlv->type);
        buffer_u32(buffer, (uint32_t)tlv->bytes.size);
        buffer_text(buffer, tlv->bytes);
    }
    if (entry->tlv_count > ENTRY_TLVS_MAX || buffer->size - begin > ENTRY_SIZE_MAX - LEAF_SIZE)
        buffer->overflow = true;
}

static bool decode_fixed(struct reader *reader, struct entry *entry, struct error *err)
{
    unsigned version = reader_u16(reader);
    if (version != ENTRY_VERSION)
        return fail(err, ERROR_LEDGER, "record version %u is not known", version);
    entry->kind = reader_u16(reader);
    entry->flags = reader_u32(reader);
    entry->seq = reader_u64(reader);
    if (!take_instant(reader, &entry->wall))
        return fail(err, ERROR_LEDGER, "the entry's time is out of range");
    entry->boot = reader_u32(reader);
    reader_copy(reader, entry->case_id.bytes, sizeof entry->case_id.bytes);
    reader_copy(reader, entry->message_key, sizeof entry->message_key);
    reader_copy(reader, entry->person_tag, sizeof entry->person_tag);
    entry->from_region = reader_u32(reader);
    entry->to_region = reader_u32(reader);
    entry->amount.fen = reader_i64(reader);
    entry->flow = reader_u16(reader);
    entry->action = reader_u16(reader);
    entry->revision = reader_u32(reader);
    entry->role = reader_u8(reader);
    entry->evidence = reader_u8(reader);
    entry->state_from = reader_u8(reader);
    entry->state_to = reader_u8(reader);
    entry->party = reader_u32(reader);
    entry->business_date = reader_u32(reader);
    reader_copy(reader, entry->digest, sizeof entry->digest);
    entry->plain_size = reader_u32(reader);
    reader_copy(reader, entry->rules_digest, sizeof entry->rules_digest);
    reader_copy(reader, entry->previous, sizeof entry->previous);
    if (entry->kind == ENTRY_NONE)
        return fail(err, ERROR_LEDGER, "the entry has no kind");
    if (entry->amount.fen > MONEY_MAX || entry->amount.fen < -MONEY_MAX)
        return fail(err, ERROR_LEDGER, "the entry's amount is out of range");
    return true;
}

/* Walks the TLVs; fills `tlvs` unless it is NULL. */
static bool walk_tlvs(struct reader reader, struct tlv *tlvs, size_t *count, struct error *err)
{
    unsigned before = 1; /* type 0 does not exist */
    *count = 0;
    while (reader.left > 0) {
        struct tlv tlv = {.type = reader_u16(&reader)};
        uint32_t size = reader_u32(&reader);
        tlv.bytes = reader_view(&reader, size);
        if (reader.broken)
            return fail(err, ERROR_LEDGER, "a TLV of type %u is cut short", tlv.type);
        if (tlv.type < before)
            return fail(err, ERROR_LEDGER, "TLV type %u follows type %u", tlv.type, before);
        before = tlv.type;
        if (*count == ENTRY_TLVS_MAX)
            return fail(err, ERROR_LEDGER, "more than %d TLVs", ENTRY_TLVS_MAX);
        if (tlvs)
            tlvs[*count] = tlv;
        ++*count;
    }
    return true;
}

bool entry_decode(struct arena *arena, struct text bytes, struct entry *entry,
                  struct error *err)
{
    *entry = (struct entry){0};
    if (bytes.size < ENTRY_FIXED_SIZE + LEAF_SIZE)
        return fail(err, ERROR_LEDGER, "the entry is cut short: %zu bytes", bytes.size);
    if (bytes.size > ENTRY_SIZE_MAX)
        return fail(err, ERROR_LEDGER, "the entry is too long: %zu bytes", bytes.size);

    struct reader reader = reader_over(bytes.at, bytes.size - LEAF_SIZE);
    if (!decode_fixed(&reader, entry, err) || !walk_tlvs(reader, NULL, &entry->tlv_count, err))
        return false;
    if (entry->tlv_count > 0) {
        struct tlv *tlvs = arena_array(arena, entry->tlv_count, sizeof *tlvs);
        if (!tlvs)
            return fail(err, ERROR_MEMORY, "no memory for %zu TLVs", entry->tlv_count);
        if (!walk_tlvs(reader, tlvs, &entry->tlv_count, err))
            return false;
        entry->tlvs = tlvs;
    }
    memcpy(entry->leaf, bytes.at + bytes.size - LEAF_SIZE, LEAF_SIZE);
    return true;
}

const struct tlv *entry_next_tlv(const struct entry *entry, uint16_t type, size_t *at)
{
    for (; *at < entry->tlv_count; ++*at) {
        if (entry->tlvs[*at].type == type)
            return &entry->tlvs[(*at)++];
    }
    return NULL;
}

/* --- TLV contents ------------------------------------------------------------------------- */

void entry_letter_encode(const struct entry_letter *letter, struct buffer *buffer)
{
    buffer_u64(buffer, letter->out_id);
    buffer_u32(buffer, letter->party);
    buffer_u16(buffer, letter->flow);
    buffer_u16(buffer, letter->action);
    buffer_u32(buffer, letter->revision);
    buffer_u8(buffer, letter->state);
    buffer_u8(buffer, letter->to_core ? 1 : 0);
    buffer_bytes(buffer, letter->message_id.bytes, sizeof letter->message_id.bytes);
    buffer_bytes(buffer, letter->case_id.bytes, sizeof letter->case_id.bytes);
    buffer_bytes(buffer, letter->in_reply_to.bytes, sizeof letter->in_reply_to.bytes);
    put_instant(buffer, letter->created);
    put_instant(buffer, letter->due);
    buffer_u32(buffer, letter->content_month);
    buffer_bytes(buffer, letter->content_digest, sizeof letter->content_digest);
    buffer_u32(buffer, letter->content_size);
    if (letter->answer_by.ms != 0) /* as long as before, unless it asks */
        put_instant(buffer, letter->answer_by);
}

static bool is_letter_state(uint8_t state)
{
    return state > LETTER_NONE && state < LETTER_STATES;
}

bool entry_letter_decode(struct text bytes, struct entry_letter *letter)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *letter = (struct entry_letter){0};
    letter->out_id = reader_u64(&reader);
    letter->party = reader_u32(&reader);
    letter->flow = reader_u16(&reader);
    letter->action = reader_u16(&reader);
    letter->revision = reader_u32(&reader);
    letter->state = reader_u8(&reader);
    bool ok = take_bool(&reader, &letter->to_core);
    reader_copy(&reader, letter->message_id.bytes, sizeof letter->message_id.bytes);
    reader_copy(&reader, letter->case_id.bytes, sizeof letter->case_id.bytes);
    reader_copy(&reader, letter->in_reply_to.bytes, sizeof letter->in_reply_to.bytes);
    ok = take_instant(&reader, &letter->created) && ok;
    ok = take_instant(&reader, &letter->due) && ok;
    letter->content_month = reader_u32(&reader);
    reader_copy(&reader, letter->content_digest, sizeof letter->content_digest);
    letter->content_size = reader_u32(&reader);
    if (ok && reader.left > 0)
        ok = take_instant(&reader, &letter->answer_by) && letter->answer_by.ms != 0;
    return ok && is_letter_state(letter->state) && all_read(&reader);
}

void entry_letter_state_encode(const struct entry_letter_state *state, struct buffer *buffer)
{
    buffer_u64(buffer, state->out_id);
    buffer_u8(buffer, state->state);
    buffer_u16(buffer, state->attempts);
    put_instant(buffer, state->due);
}

bool entry_letter_state_decode(struct text bytes, struct entry_letter_state *state)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *state = (struct entry_letter_state){0};
    state->out_id = reader_u64(&reader);
    state->state = reader_u8(&reader);
    state->attempts = reader_u16(&reader);
    bool ok = take_instant(&reader, &state->due);
    bool sends = state->state == LETTER_NEW || state->state == LETTER_READY;
    return ok && is_letter_state(state->state) && (sends || state->due.ms == 0) &&
           all_read(&reader);
}

void entry_body_encode(const struct entry_body *body, struct buffer *buffer)
{
    buffer_u8(buffer, body->use);
    buffer_u8(buffer, body->retention);
    buffer_u32(buffer, body->month);
    buffer_bytes(buffer, body->digest, sizeof body->digest);
    buffer_u32(buffer, body->size);
}

bool entry_body_decode(struct text bytes, struct entry_body *body)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *body = (struct entry_body){0};
    body->use = reader_u8(&reader);
    body->retention = reader_u8(&reader);
    body->month = reader_u32(&reader);
    reader_copy(&reader, body->digest, sizeof body->digest);
    body->size = reader_u32(&reader);
    return all_read(&reader) && body->use >= BODY_ORIGINAL && body->use <= BODY_PIECE &&
           body->retention >= RETENTION_DAYS && body->retention <= RETENTION_PERMANENT &&
           body->month % 100 >= 1 && body->month % 100 <= 12;
}

void entry_verdict_encode(const struct entry_verdict *verdict, struct buffer *buffer)
{
    size_t reason_size = strnlen(verdict->reason, sizeof verdict->reason - 1);
    buffer_u8(buffer, verdict->verdict);
    put_field(buffer, verdict->code, sizeof verdict->code);
    buffer_u8(buffer, (uint8_t)reason_size);
    buffer_bytes(buffer, verdict->reason, reason_size);
    put_instant(buffer, verdict->received_at);
    buffer_bytes(buffer, verdict->log_id, sizeof verdict->log_id);
    buffer_u64(buffer, verdict->sequence);
    buffer_u64(buffer, verdict->out_id);
    buffer_u16(buffer, verdict->http_status);
}

bool entry_verdict_decode(struct text bytes, struct entry_verdict *verdict)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *verdict = (struct entry_verdict){0};
    verdict->verdict = reader_u8(&reader);
    bool ok = take_field(&reader, verdict->code, sizeof verdict->code);
    size_t reason_size = reader_u8(&reader);
    if (reason_size >= sizeof verdict->reason)
        return false;
    reader_copy(&reader, verdict->reason, reason_size);
    ok = strnlen(verdict->reason, reason_size) == reason_size && ok;
    ok = take_instant(&reader, &verdict->received_at) && ok;
    reader_copy(&reader, verdict->log_id, sizeof verdict->log_id);
    verdict->sequence = reader_u64(&reader);
    verdict->out_id = reader_u64(&reader);
    verdict->http_status = reader_u16(&reader);
    return ok && verdict->verdict < VERDICTS && all_read(&reader);
}

static bool is_account(uint8_t account)
{
    return account > ACCOUNT_NONE && account < ACCOUNTS;
}

static bool is_month(uint32_t yyyymm)
{
    return yyyymm % 100 >= 1 && yyyymm % 100 <= 12 && yyyymm / 100 <= 9999;
}

static void put_money(struct buffer *buffer, struct money money)
{
    buffer_i64(buffer, money.fen);
}

static bool take_money(struct reader *reader, struct money *money)
{
    money->fen = reader_i64(reader);
    return money->fen >= -MONEY_MAX && money->fen <= MONEY_MAX;
}

void entry_posting_encode(const struct entry_posting *posting, struct buffer *buffer)
{
    buffer_u8(buffer, posting->debit);
    buffer_u8(buffer, posting->credit);
    buffer_u8(buffer, posting->insurance);
    buffer_u32(buffer, posting->party);
    buffer_u32(buffer, posting->period);
    put_money(buffer, posting->amount);
}

bool entry_posting_decode(struct text bytes, struct entry_posting *posting)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *posting = (struct entry_posting){0};
    posting->debit = reader_u8(&reader);
    posting->credit = reader_u8(&reader);
    posting->insurance = reader_u8(&reader);
    posting->party = reader_u32(&reader);
    posting->period = reader_u32(&reader);
    bool ok = take_money(&reader, &posting->amount);
    return ok && all_read(&reader) && is_account(posting->debit) &&
           is_account(posting->credit) && posting->debit != posting->credit &&
           posting->insurance > INSURANCE_NONE && posting->insurance < INSURANCES &&
           posting->party != 0 && is_month(posting->period);
}

void entry_answers_encode(const struct entry_answers *answers, struct buffer *buffer)
{
    buffer_bytes(buffer, answers->key, sizeof answers->key);
    buffer_u8(buffer, answers->action);
    put_instant(buffer, answers->asked);
    put_instant(buffer, answers->there);
    put_instant(buffer, answers->sent);
}

bool entry_answers_decode(struct text bytes, struct entry_answers *answers)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *answers = (struct entry_answers){0};
    reader_copy(&reader, answers->key, sizeof answers->key);
    answers->action = reader_u8(&reader);
    bool ok = take_instant(&reader, &answers->asked);
    ok = take_instant(&reader, &answers->there) && ok;
    ok = take_instant(&reader, &answers->sent) && ok;
    return ok && all_read(&reader) && answers->action > ACTION_NONE &&
           answers->action < ACTIONS;
}

void entry_attachment_encode(const struct entry_attachment *attachment, struct buffer *buffer)
{
    buffer_u8(buffer, attachment->change);
    buffer_bytes(buffer, attachment->digest, sizeof attachment->digest);
    buffer_u32(buffer, attachment->size);
    buffer_u8(buffer, attachment->media);
}

bool entry_attachment_decode(struct text bytes, struct entry_attachment *attachment)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *attachment = (struct entry_attachment){0};
    attachment->change = reader_u8(&reader);
    reader_copy(&reader, attachment->digest, sizeof attachment->digest);
    attachment->size = reader_u32(&reader);
    attachment->media = reader_u8(&reader);
    if (!all_read(&reader))
        return false;
    if (attachment->change == ATTACHMENT_NAMED)
        return attachment->size == 0 && attachment->media == MEDIA_NONE;
    return attachment->change == ATTACHMENT_WHOLE && attachment->size > 0 &&
           attachment->size <= ATTACHMENT_SIZE_MAX && attachment->media > MEDIA_NONE &&
           attachment->media < MEDIA_KINDS;
}

static bool has_rows(const struct entry_lines *lines)
{
    return lines->change == ENTRY_LINES_ADD || lines->change == ENTRY_LINES_CANCEL ||
           lines->change == ENTRY_LINES_HOLD;
}

void entry_lines_encode(const struct entry_lines *lines, struct buffer *buffer)
{
    buffer_u8(buffer, lines->change);
    buffer_u32(buffer, lines->batch);
    buffer_u16(buffer, lines->count);
}

bool entry_lines_decode(struct text *bytes, struct entry_lines *lines)
{
    struct reader reader = reader_over(bytes->at, bytes->size);
    *lines = (struct entry_lines){0};
    lines->change = reader_u8(&reader);
    lines->batch = reader_u32(&reader);
    lines->count = reader_u16(&reader);
    if (reader.broken || lines->change < ENTRY_LINES_ADD ||
        lines->change > ENTRY_LINES_LET_GO || has_rows(lines) != (lines->count > 0))
        return false;
    *bytes = (struct text){(const char *)reader.at, reader.left};
    return true;
}

/* Its size in one byte before it. */
static void put_number(struct buffer *buffer, struct text number)
{
    CHECK(number.size <= ENTRY_LINE_NUMBER_MAX);
    buffer_u8(buffer, (uint8_t)number.size);
    buffer_text(buffer, number);
}

static bool take_number(struct reader *reader, struct text *number)
{
    size_t size = reader_u8(reader);
    *number = reader_view(reader, size);
    return size <= ENTRY_LINE_NUMBER_MAX;
}

void entry_line_encode(const struct entry_lines *lines, const struct entry_line *line,
                       struct buffer *buffer)
{
    CHECK(has_rows(lines) && line->number.size > 0);
    put_number(buffer, line->number);
    if (lines->change != ENTRY_LINES_ADD)
        return;
    put_number(buffer, line->original);
    put_money(buffer, line->sums.total);
    put_money(buffer, line->sums.own_pay);
    put_money(buffer, line->sums.over_limit);
    put_money(buffer, line->sums.pre_pay);
    put_money(buffer, line->sums.in_scope);
    buffer_bytes(buffer, line->digest, sizeof line->digest);
}

bool entry_line_decode(struct text *bytes, const struct entry_lines *lines,
                       struct entry_line *line)
{
    struct reader reader = reader_over(bytes->at, bytes->size);
    *line = (struct entry_line){.number = TEXT_NONE};
    bool ok = has_rows(lines) && take_number(&reader, &line->number) && line->number.size > 0;
    if (ok && lines->change == ENTRY_LINES_ADD) {
        ok = take_number(&reader, &line->original);
        ok = take_money(&reader, &line->sums.total) && ok;
        ok = take_money(&reader, &line->sums.own_pay) && ok;
        ok = take_money(&reader, &line->sums.over_limit) && ok;
        ok = take_money(&reader, &line->sums.pre_pay) && ok;
        ok = take_money(&reader, &line->sums.in_scope) && ok;
        reader_copy(&reader, line->digest, sizeof line->digest);
    }
    if (!ok || reader.broken)
        return false;
    *bytes = (struct text){(const char *)reader.at, reader.left};
    return true;
}

void entry_origin_encode(const struct entry_origin *origin, struct buffer *buffer)
{
    buffer_u8(buffer, origin->digest_kind);
    buffer_u8(buffer, origin->test ? 1 : 0);
    buffer_bytes(buffer, origin->log_id, sizeof origin->log_id);
    put_instant(buffer, origin->created);
    put_field(buffer, origin->party, sizeof origin->party);
}

bool entry_origin_decode(struct text bytes, struct entry_origin *origin)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    *origin = (struct entry_origin){0};
    origin->digest_kind = reader_u8(&reader);
    bool ok = take_bool(&reader, &origin->test);
    reader_copy(&reader, origin->log_id, sizeof origin->log_id);
    ok = take_instant(&reader, &origin->created) && ok;
    ok = take_field(&reader, origin->party, sizeof origin->party) && ok;
    return ok && all_read(&reader) && (origin->digest_kind == 1 || origin->digest_kind == 2) &&
           party_region(text_of(origin->party)) != 0;
}

/* --- keys --------------------------------------------------------------------------------- */

void message_key_of(const struct uuid *id, uint8_t key[MESSAGE_KEY_SIZE])
{
    memset(key, 0, MESSAGE_KEY_SIZE);
    memcpy(key, id->bytes, sizeof id->bytes);
}
