/* rows.c - keys and values of the databases. */
#include "ledger/rows.h"

#include <inttypes.h>
#include <string.h>

struct text key_text(const struct row_key *key)
{
    return (struct text){(const char *)key->bytes, key->size};
}

static struct buffer begin(struct row_key *key)
{
    key->size = 0;
    return buffer_over(key->bytes, sizeof key->bytes);
}

static void end(struct row_key *key, const struct buffer *buffer)
{
    CHECK(!buffer->overflow);
    key->size = buffer->size;
}

static void put_uuid(struct buffer *buffer, const struct uuid *id)
{
    buffer_bytes(buffer, id->bytes, sizeof id->bytes);
}

struct row_key key_seq(uint64_t seq)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u64(&buffer, seq);
    end(&key, &buffer);
    return key;
}

struct row_key key_uuid(const struct uuid *id)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_uuid(&buffer, id);
    end(&key, &buffer);
    return key;
}

/* The China month inside a version 7 id, so that ids of one time lie together and the same id
 * always gives the same key. */
static uint32_t key_month(const uint8_t message_key[MESSAGE_KEY_SIZE])
{
    static const uint8_t zeros[MESSAGE_KEY_SIZE / 2];
    struct uuid id;
    int year;
    int month;
    int day;
    memcpy(id.bytes, message_key, sizeof id.bytes);
    if (memcmp(message_key + sizeof id.bytes, zeros, sizeof zeros) != 0 || !uuid_is_v7(&id))
        return 0;
    const int64_t last_ms = INT64_C(7258089600000) - 1; /* 2200-01-01T00:00:00+08:00 */
    struct instant at = uuid_time(&id);
    if (at.ms > last_ms)
        return 0;
    day_parts(instant_day(at), &year, &month, &day);
    return (uint32_t)(year * 100 + month);
}

struct row_key key_inbox(uint32_t party, const uint8_t message_key[MESSAGE_KEY_SIZE])
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, party);
    buffer_u32(&buffer, key_month(message_key));
    buffer_bytes(&buffer, message_key, MESSAGE_KEY_SIZE);
    end(&key, &buffer);
    return key;
}

struct row_key key_outbox(uint32_t party, struct instant due, uint64_t out_id)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, party);
    buffer_u64(&buffer, (uint64_t)due.ms);
    buffer_u64(&buffer, out_id);
    end(&key, &buffer);
    return key;
}

struct row_key key_lane(const struct uuid *case_id, uint32_t party, uint64_t out_id)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_uuid(&buffer, case_id);
    buffer_u32(&buffer, party);
    buffer_u64(&buffer, out_id);
    end(&key, &buffer);
    return key;
}

struct row_key key_deadline(struct instant due, const struct uuid *case_id, uint8_t clock_kind)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u64(&buffer, (uint64_t)due.ms);
    put_uuid(&buffer, case_id);
    buffer_u8(&buffer, clock_kind);
    end(&key, &buffer);
    return key;
}

struct row_key key_trace(uint32_t in_region, const char *trace)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, in_region);
    buffer_bytes(&buffer, trace, strnlen(trace, TRACE_SIZE));
    end(&key, &buffer);
    return key;
}

struct row_key key_message(const uint8_t message_key[MESSAGE_KEY_SIZE], uint64_t seq)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_bytes(&buffer, message_key, MESSAGE_KEY_SIZE);
    buffer_u64(&buffer, seq);
    end(&key, &buffer);
    return key;
}

struct row_key key_person(const uint8_t person_tag[16], uint64_t seq)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_bytes(&buffer, person_tag, 16);
    buffer_u64(&buffer, seq);
    end(&key, &buffer);
    return key;
}

struct row_key key_party_day(uint32_t party, struct instant at, uint64_t seq)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, party);
    buffer_u32(&buffer, day_yyyymmdd(instant_day(at)));
    buffer_u64(&buffer, seq);
    end(&key, &buffer);
    return key;
}

struct row_key key_state(const struct flow_case *flow_case)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u16(&buffer, flow_case->flow);
    buffer_u8(&buffer, flow_case->role);
    buffer_u8(&buffer, flow_case->state);
    buffer_u64(&buffer, (uint64_t)flow_case->changed_at.ms);
    put_uuid(&buffer, &flow_case->case_id);
    end(&key, &buffer);
    return key;
}

struct row_key key_case_seq(const struct uuid *case_id, uint64_t seq)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_uuid(&buffer, case_id);
    buffer_u64(&buffer, seq);
    end(&key, &buffer);
    return key;
}

struct row_key key_party_number(uint32_t number)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u8(&buffer, 1);
    buffer_u32(&buffer, number);
    end(&key, &buffer);
    return key;
}

struct row_key key_party_id(struct text party_id)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u8(&buffer, 2);
    buffer_text(&buffer, party_id);
    end(&key, &buffer);
    return key;
}

struct row_key key_line(const struct uuid *case_id, struct text number)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_uuid(&buffer, case_id);
    buffer_text(&buffer, number);
    end(&key, &buffer);
    return key;
}

struct row_key key_person_case(const uint8_t person_tag[16], const struct uuid *case_id)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_bytes(&buffer, person_tag, 16);
    for (size_t i = 0; i < sizeof case_id->bytes; i++)
        buffer_u8(&buffer, (uint8_t)~case_id->bytes[i]);
    end(&key, &buffer);
    return key;
}

static void put_account(struct buffer *buffer, const struct account_key *account)
{
    buffer_u16(buffer, account->account);
    buffer_u16(buffer, account->insurance);
    buffer_u32(buffer, account->party);
    buffer_u64(buffer, 0);
}

struct row_key key_posting(const struct account_key *account, uint64_t seq, uint16_t line)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_account(&buffer, account);
    buffer_u64(&buffer, seq);
    buffer_u16(&buffer, line);
    end(&key, &buffer);
    return key;
}

struct row_key key_balance(const struct account_key *account, uint32_t period)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    put_account(&buffer, account);
    buffer_u32(&buffer, period);
    end(&key, &buffer);
    return key;
}

struct row_key key_attachment(const uint8_t digest[32])
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_bytes(&buffer, digest, 32);
    end(&key, &buffer);
    return key;
}

struct row_key key_upload(uint32_t party, const uint8_t digest[32])
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, party);
    buffer_bytes(&buffer, digest, 32);
    end(&key, &buffer);
    return key;
}

struct row_key key_upload_piece(uint32_t party, const uint8_t digest[32], uint32_t offset)
{
    struct row_key key = key_upload(party, digest);
    struct buffer buffer = {key.bytes, key.size, sizeof key.bytes, false};
    buffer_u32(&buffer, offset);
    end(&key, &buffer);
    return key;
}

struct row_key key_body(uint32_t month, const uint8_t digest[32])
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, month);
    buffer_bytes(&buffer, digest, 32);
    end(&key, &buffer);
    return key;
}

struct row_key key_body_chunk(uint32_t month, const uint8_t digest[32], uint16_t chunk)
{
    struct row_key key;
    struct buffer buffer = begin(&key);
    buffer_u32(&buffer, month);
    buffer_bytes(&buffer, digest, 32);
    buffer_u16(&buffer, chunk);
    end(&key, &buffer);
    return key;
}

bool key_open_case(enum digest_kind kind, uint16_t flow, const uint8_t person_tag[16],
                   uint32_t in_region, uint32_t out_region, struct row_key *key,
                   struct error *err)
{
    unsigned char natural[24];
    struct digest digest;
    struct buffer parts = buffer_over(natural, sizeof natural);
    buffer_bytes(&parts, person_tag, 16);
    buffer_u32(&parts, in_region);
    buffer_u32(&parts, out_region);
    if (!digest_of(kind, natural, sizeof natural, &digest, err))
        return false;
    struct buffer buffer = begin(key);
    buffer_u16(&buffer, flow);
    buffer_bytes(&buffer, digest.bytes, sizeof digest.bytes);
    end(key, &buffer);
    return true;
}

/* --- values ------------------------------------------------------------------------------- */

void inbox_row_encode(const struct inbox_row *row, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_u64(buffer, row->seq);
    buffer_u64(buffer, row->reply_seq);
    buffer_bytes(buffer, row->digest, sizeof row->digest);
    buffer_u8(buffer, row->verdict);
}

bool inbox_row_decode(struct text bytes, struct inbox_row *row)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    uint8_t layout = reader_u8(&reader);
    row->seq = reader_u64(&reader);
    row->reply_seq = reader_u64(&reader);
    reader_copy(&reader, row->digest, sizeof row->digest);
    row->verdict = reader_u8(&reader);
    return layout == ROW_LAYOUT && !reader.broken && reader.left == 0;
}

void letter_row_encode(const struct letter_row *row, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    entry_letter_encode(&row->letter, buffer);
    buffer_u16(buffer, row->attempts);
    buffer_u64(buffer, row->sealed_seq);
    buffer_u64(buffer, row->outcome_seq);
    entry_body_encode(&row->sealed, buffer);
    buffer_u8(buffer, row->verdict);
}

bool letter_row_decode(struct text bytes, struct letter_row *row)
{
    static const char no_body[42];
    const size_t around = 1 + 2 + 8 + 8 + sizeof no_body + 1;
    struct reader reader = reader_over(bytes.at, bytes.size);
    *row = (struct letter_row){0};
    uint8_t layout = reader_u8(&reader);
    struct text letter = reader_view(&reader, bytes.size > around ? bytes.size - around : 0);
    row->attempts = reader_u16(&reader);
    row->sealed_seq = reader_u64(&reader);
    row->outcome_seq = reader_u64(&reader);
    struct text body = reader_view(&reader, sizeof no_body);
    row->verdict = reader_u8(&reader);
    if (layout != ROW_LAYOUT || reader.broken || reader.left != 0 ||
        !entry_letter_decode(letter, &row->letter))
        return false;
    if (row->sealed_seq == 0)
        return memcmp(body.at, no_body, sizeof no_body) == 0;
    return entry_body_decode(body, &row->sealed);
}

static const size_t line_prefix = 16; /* of its key: the case */

void line_row_encode(const struct line_row *row, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_u8(buffer, row->in_force ? 1 : row->held ? 2 : 0);
    buffer_u32(buffer, row->batch);
    buffer_i64(buffer, row->sums.total.fen);
    buffer_i64(buffer, row->sums.own_pay.fen);
    buffer_i64(buffer, row->sums.over_limit.fen);
    buffer_i64(buffer, row->sums.pre_pay.fen);
    buffer_i64(buffer, row->sums.in_scope.fen);
    buffer_i64(buffer, row->returned.fen);
    buffer_bytes(buffer, row->digest, sizeof row->digest);
    buffer_text(buffer, row->original);
}

static bool take_money(struct reader *reader, struct money *money)
{
    money->fen = reader_i64(reader);
    return money->fen >= -MONEY_MAX && money->fen <= MONEY_MAX;
}

bool line_row_decode(struct text key, struct text value, struct line_row *row)
{
    struct reader reader = reader_over(value.at, value.size);
    *row = (struct line_row){.in_force = false};
    if (key.size <= line_prefix || key.size > line_prefix + ENTRY_LINE_NUMBER_MAX)
        return false;
    row->number = (struct text){key.at + line_prefix, key.size - line_prefix};
    bool ok = reader_u8(&reader) == ROW_LAYOUT;
    uint8_t in_force = reader_u8(&reader);
    row->in_force = in_force == 1;
    row->held = in_force == 2;
    row->batch = reader_u32(&reader);
    ok = take_money(&reader, &row->sums.total) && ok;
    ok = take_money(&reader, &row->sums.own_pay) && ok;
    ok = take_money(&reader, &row->sums.over_limit) && ok;
    ok = take_money(&reader, &row->sums.pre_pay) && ok;
    ok = take_money(&reader, &row->sums.in_scope) && ok;
    ok = take_money(&reader, &row->returned) && ok;
    reader_copy(&reader, row->digest, sizeof row->digest);
    row->original = reader_view(&reader, reader.left);
    return ok && !reader.broken && in_force <= 2 && row->original.size <= ENTRY_LINE_NUMBER_MAX;
}

void posting_value_encode(const struct account_key *contra, struct money amount,
                          uint32_t period, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_i64(buffer, amount.fen);
    put_account(buffer, contra);
    buffer_u32(buffer, period);
}

void balance_row_encode(const struct balance_row *row, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_i64(buffer, row->debit.fen);
    buffer_i64(buffer, row->credit.fen);
    buffer_u64(buffer, row->count);
}

void attachment_row_encode(const struct attachment_row *row, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_u64(buffer, row->seq);
    buffer_u32(buffer, row->size);
    buffer_u8(buffer, row->media);
    buffer_u32(buffer, row->party);
    buffer_u64(buffer, row->named);
    buffer_u32(buffer, row->names);
}

bool attachment_row_decode(struct text key, struct text value, struct attachment_row *row)
{
    struct reader reader = reader_over(value.at, value.size);
    uint8_t layout = reader_u8(&reader);
    *row = (struct attachment_row){.seq = reader_u64(&reader)};
    row->size = reader_u32(&reader);
    row->media = reader_u8(&reader);
    row->party = reader_u32(&reader);
    row->named = reader_u64(&reader);
    row->names = reader_u32(&reader);
    if (layout != ROW_LAYOUT || reader.broken || reader.left > 0 ||
        key.size != sizeof row->digest)
        return false;
    memcpy(row->digest, key.at, sizeof row->digest);
    return true;
}

/* From the key: account, insurance, party, 8 zeros, period. */
static bool balance_key_decode(struct text key, struct balance_row *row)
{
    struct reader reader = reader_over(key.at, key.size);
    uint16_t account = reader_u16(&reader);
    uint16_t insurance = reader_u16(&reader);
    row->account = (uint8_t)account;
    row->insurance = (uint8_t)insurance;
    row->party = reader_u32(&reader);
    uint64_t zeros = reader_u64(&reader);
    row->period = reader_u32(&reader);
    return !reader.broken && reader.left == 0 && account <= UINT8_MAX &&
           insurance <= UINT8_MAX && zeros == 0;
}

bool balance_row_decode(struct text key, struct text value, struct balance_row *row)
{
    struct reader reader = reader_over(value.at, value.size);
    *row = (struct balance_row){.account = 0};
    bool ok = reader_u8(&reader) == ROW_LAYOUT;
    ok = take_money(&reader, &row->debit) && ok;
    ok = take_money(&reader, &row->credit) && ok;
    row->count = reader_u64(&reader);
    return ok && !reader.broken && reader.left == 0 && balance_key_decode(key, row);
}

bool uuid_row_decode(struct text bytes, struct uuid *id)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    uint8_t layout = reader_u8(&reader);
    reader_copy(&reader, id->bytes, sizeof id->bytes);
    return layout == ROW_LAYOUT && !reader.broken && reader.left == 0;
}

/* --- reads -------------------------------------------------------------------------------- */

bool rows_get_inbox(struct store_txn *txn, const struct row_key *key, struct inbox_row *row,
                    bool *found, struct error *err)
{
    struct text value;
    if (!store_get(txn, DATABASE_INBOX, key_text(key), &value, found, err))
        return false;
    if (*found && !inbox_row_decode(value, row))
        return fail(err, ERROR_LEDGER, "a row of inbox does not decode");
    return true;
}

bool rows_get_letter(struct store_txn *txn, uint64_t out_id, struct letter_row *row,
                     bool *found, struct error *err)
{
    struct row_key key = key_seq(out_id);
    struct text value;
    if (!store_get(txn, DATABASE_LETTERS, key_text(&key), &value, found, err))
        return false;
    if (*found && !letter_row_decode(value, row))
        return fail(err, ERROR_LEDGER, "letter %" PRIu64 " does not decode", out_id);
    return true;
}

bool rows_get_case(struct store_txn *txn, const struct uuid *case_id, struct flow_case *out,
                   bool *found, struct error *err)
{
    struct row_key key = key_uuid(case_id);
    struct text value;
    char id[UUID_TEXT_SIZE];
    if (!store_get(txn, DATABASE_CASES, key_text(&key), &value, found, err))
        return false;
    if (*found && !flow_case_decode(value, out, err))
        return fail_prefix(err, "case %s", uuid_format(case_id, id));
    return true;
}

bool rows_get_attachment(struct store_txn *txn, const uint8_t digest[32],
                         struct attachment_row *row, bool *found, struct error *err)
{
    struct row_key key = key_attachment(digest);
    struct text value;
    if (!store_get(txn, DATABASE_ATTACHMENTS, key_text(&key), &value, found, err))
        return false;
    if (*found && !attachment_row_decode(key_text(&key), value, row))
        return fail(err, ERROR_LEDGER, "a row of attachments does not decode");
    return true;
}

bool rows_get_line(struct store_txn *txn, const struct uuid *case_id, struct text number,
                   struct line_row *row, bool *found, struct error *err)
{
    struct text value;
    *found = false;
    if (number.size == 0 || number.size > ENTRY_LINE_NUMBER_MAX)
        return true;
    struct row_key key = key_line(case_id, number);
    if (!store_get(txn, DATABASE_LINES, key_text(&key), &value, found, err))
        return false;
    if (!*found)
        return true;
    if (!line_row_decode(key_text(&key), value, row))
        return fail(err, ERROR_LEDGER, "a row of lines does not decode");
    row->number = number; /* not of the key, which ends here */
    return true;
}

bool rows_get_uuid(struct store_txn *txn, enum store_database database,
                   const struct row_key *key, struct uuid *id, bool *found, struct error *err)
{
    struct text value;
    if (!store_get(txn, database, key_text(key), &value, found, err))
        return false;
    if (*found && !uuid_row_decode(value, id))
        return fail(err, ERROR_LEDGER, "a row of %s does not decode",
                    store_database_name(database));
    return true;
}
