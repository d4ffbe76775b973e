/*
 * rows.h - keys and values of the databases, byte by byte as in docs/ledger-format.md; for the
 * ledger's own files.
 */
#ifndef LEDGER_ROWS_H
#define LEDGER_ROWS_H

#include "core/entry.h"
#include "crypt/digest.h"
#include "ledger/ledger.h"

enum {
    ROW_LAYOUT = 1, /* first byte of every value */
    ROW_KEY_MAX = 64,
    ROW_LETTER_MAX = 256,
    ROW_LINE_MAX = 128,
    ROW_BALANCE_MAX = 32,
    ROW_ATTACHMENT_MAX = 32,
    BODY_CHUNK_SIZE = 256 * 1024,
    BODY_CHUNKS_MAX = 64,
    BODY_HEAD_SIZE = 7 /* layout, retention, use, size */
};

struct row_key {
    size_t size;
    unsigned char bytes[ROW_KEY_MAX];
};

struct text key_text(const struct row_key *key);

struct row_key key_seq(uint64_t seq); /* journal; letters by out_id */
struct row_key key_uuid(const struct uuid *id);
struct row_key key_inbox(uint32_t party, const uint8_t message_key[MESSAGE_KEY_SIZE]);
struct row_key key_outbox(uint32_t party, struct instant due, uint64_t out_id);
struct row_key key_lane(const struct uuid *case_id, uint32_t party, uint64_t out_id);
struct row_key key_deadline(struct instant due, const struct uuid *case_id, uint8_t clock_kind);
struct row_key key_trace(uint32_t in_region, const char *trace);
struct row_key key_message(const uint8_t message_key[MESSAGE_KEY_SIZE], uint64_t seq);
struct row_key key_person(const uint8_t person_tag[16], uint64_t seq);
struct row_key key_party_day(uint32_t party, struct instant at, uint64_t seq);
struct row_key key_state(const struct flow_case *flow_case);
struct row_key key_case_seq(const struct uuid *case_id, uint64_t seq);
struct row_key key_party_number(uint32_t number);
struct row_key key_party_id(struct text party_id);
/* `number` of 1 to ENTRY_LINE_NUMBER_MAX bytes. */
struct row_key key_line(const struct uuid *case_id, struct text number);
/* The case's id with every bit turned: the newest stands first. */
struct row_key key_person_case(const uint8_t person_tag[16], const struct uuid *case_id);
/* One account of one insurance with one far province. */
struct account_key {
    uint8_t account; /* enum account */
    uint8_t insurance;
    uint32_t party;
};
struct row_key key_posting(const struct account_key *account, uint64_t seq, uint16_t line);
struct row_key key_balance(const struct account_key *account, uint32_t period);
struct row_key key_attachment(const uint8_t digest[32]);
/* An upload as a whole, and its piece at `offset`. */
struct row_key key_upload(uint32_t party, const uint8_t digest[32]);
struct row_key key_upload_piece(uint32_t party, const uint8_t digest[32], uint32_t offset);
struct row_key key_body(uint32_t month, const uint8_t digest[32]);
struct row_key key_body_chunk(uint32_t month, const uint8_t digest[32], uint16_t chunk);
/* false only if the hash fails. */
MUST_USE bool key_open_case(enum digest_kind kind, uint16_t flow, const uint8_t person_tag[16],
                            uint32_t in_region, uint32_t out_region, struct row_key *key,
                            struct error *err);

void inbox_row_encode(const struct inbox_row *row, struct buffer *buffer);
MUST_USE bool inbox_row_decode(struct text bytes, struct inbox_row *row);
void letter_row_encode(const struct letter_row *row, struct buffer *buffer);
MUST_USE bool letter_row_decode(struct text bytes, struct letter_row *row);
void line_row_encode(const struct line_row *row, struct buffer *buffer);
/* Views into key and value. */
MUST_USE bool line_row_decode(struct text key, struct text value, struct line_row *row);
void posting_value_encode(const struct account_key *contra, struct money amount,
                          uint32_t period, struct buffer *buffer);
void balance_row_encode(const struct balance_row *row, struct buffer *buffer);
MUST_USE bool balance_row_decode(struct text key, struct text value, struct balance_row *row);
void attachment_row_encode(const struct attachment_row *row, struct buffer *buffer);
/* The digest is the key's. */
MUST_USE bool attachment_row_decode(struct text key, struct text value,
                                    struct attachment_row *row);
/* A value of layout byte and UUID (open_case, traces). */
MUST_USE bool uuid_row_decode(struct text bytes, struct uuid *id);

/* Reads and decodes; *found false if the row is not there. ERROR_LEDGER if it does not decode.
 */
MUST_USE bool rows_get_inbox(struct store_txn *txn, const struct row_key *key,
                             struct inbox_row *row, bool *found, struct error *err);
MUST_USE bool rows_get_letter(struct store_txn *txn, uint64_t out_id, struct letter_row *row,
                              bool *found, struct error *err);
MUST_USE bool rows_get_case(struct store_txn *txn, const struct uuid *case_id,
                            struct flow_case *out, bool *found, struct error *err);
MUST_USE bool rows_get_attachment(struct store_txn *txn, const uint8_t digest[32],
                                  struct attachment_row *row, bool *found, struct error *err);
/* Its views live until the next write. */
MUST_USE bool rows_get_line(struct store_txn *txn, const struct uuid *case_id,
                            struct text number, struct line_row *row, bool *found,
                            struct error *err);
MUST_USE bool rows_get_uuid(struct store_txn *txn, enum store_database database,
                            const struct row_key *key, struct uuid *id, bool *found,
                            struct error *err);

#endif
