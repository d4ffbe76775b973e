/*
 * entry.h - one journal entry: what happened, and everything that follows from it, as exact
 * bytes.
 *
 *   entry  = record || leaf hash 32                        (database `journal`, key = seq)
 *   record = fixed part (ENTRY_FIXED_SIZE bytes) || TLVs, ascending by type
 *   TLV    = type u16, size u32, bytes
 *   leaf   = H(0x00 || record); record holds the previous leaf, so leaf and chain are one hash
 *
 * All big-endian, written field by field. Byte offsets: docs/ledger-format.md. Journal entries
 * are never rewritten; a new meaning is a new kind or TLV; unknown TLVs are kept and hashed.
 * Bodies (signed bytes, national content) lie sealed in database `body`; an entry names them by
 * month and digest, so that they can expire without breaking the chain (foundations 21).
 */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/uuid.h"
#include "core/flow.h"
#include "core/names.h"

enum {
    ENTRY_VERSION = 1,
    ENTRY_FIXED_SIZE = 228,
    ENTRY_SIZE_MAX = 64 * 1024, /* with the leaf */
    ENTRY_TLVS_MAX = 256,
    ENTRY_LINE_NUMBER_MAX = 30,
    MESSAGE_KEY_SIZE = 32
};

enum entry_kind {
    ENTRY_NONE = 0,
    ENTRY_ORIGIN = 1,       /* first entry: home party, hash, log id, test or not */
    ENTRY_BOOT = 2,         /* the gateway started: version, boot number */
    ENTRY_CONFIG = 3,       /* configuration loaded: digest; parties that got a number */
    ENTRY_RULES = 4,        /* rules or calendar loaded: their full canonical text */
    ENTRY_RECEIVED = 5,     /* a partner's message, with verdict and consequences */
    ENTRY_SUBMITTED = 6,    /* our own core's message, likewise */
    ENTRY_CONFLICT = 7,     /* a known id with other bytes */
    ENTRY_REPLY = 8,        /* the signed answer that we gave, exact bytes */
    ENTRY_SEALED = 9,       /* a letter's exact bytes, before the first try */
    ENTRY_ATTEMPT = 10,     /* a try that brought no verified outcome; next due time */
    ENTRY_OUTCOME = 11,     /* a verified receipt (or a core's answer) ended a letter */
    ENTRY_TIMER = 12,       /* a clock passed */
    ENTRY_OPERATOR = 13,    /* a person did something: who, what, why */
    ENTRY_CLOCK_MOVED = 14, /* a newer calendar moved due times */
    ENTRY_DISCLOSED = 15,   /* somebody saw personal data: who, whose, why */
    ENTRY_ATTACHMENT = 16,  /* a file that documents name is here, whole */
    ENTRY_CHECKPOINT = 17,
    ENTRY_CHECKPOINT_SEEN = 18,
    ENTRY_PERIOD = 19,
    ENTRY_KINDS
};

enum entry_flag {
    ENTRY_FLAG_CLOCK_BACK = 1,  /* the wall clock was behind the previous entry's time */
    ENTRY_FLAG_RETRIED = 2,     /* the sender sent it more than once before */
    ENTRY_FLAG_UNTRANSLATED = 4 /* a letter to a core could not be mapped; see TEXT */
};

enum tlv_type {
    TLV_CASE_AFTER = 1,   /* flow_case_encode */
    TLV_LETTER = 2,       /* struct entry_letter: a letter was born */
    TLV_LETTER_STATE = 3, /* struct entry_letter_state: it moved */
    TLV_BODY = 4,         /* struct entry_body: bytes that lie in database `body` */
    TLV_VERDICT = 5,      /* struct entry_verdict */
    TLV_WARNING = 6,      /* code NUL-padded 16, row u16 */
    TLV_POSTING = 7,     /* struct entry_posting: owed between two provinces, or not any more */
    TLV_CLOCK = 8,       /* u8 kind: the clock that passed or moved */
    TLV_PARTY = 9,       /* number u32, id text: assigned once, for ever */
    TLV_ORIGIN = 10,     /* struct entry_origin */
    TLV_ADAPTER = 11,    /* adapter digest 32, name text */
    TLV_LOCAL_KEY = 12,  /* the dialect's own message key */
    TLV_LOST = 13,       /* names of fields the other side never got, one per line */
    TLV_OPERATOR = 14,   /* user, verb, reason: three NUL-terminated texts */
    TLV_ATTACHMENT = 15, /* struct entry_attachment: a file is here, or is named */
    TLV_CHECKPOINT = 16, /* reserved */
    TLV_TEXT = 17,       /* a short note without personal data (error code and field name) */
    TLV_PREVIOUS = 18,   /* digest 32 of the bytes that stood first (CONFLICT) */
    TLV_RELEASE = 19,    /* program's version (BOOT), text */
    TLV_APPROVAL = 20,   /* a step of the rule of the second person (gate/approvals.h) */
    TLV_LINES = 21,      /* struct entry_lines and its rows: charge lines of the case */
    TLV_ANSWERS = 22     /* struct entry_answers: the core's submission that this ends */
};

struct tlv {
    uint16_t type;
    struct text bytes;
};

enum letter_state {
    LETTER_NONE = 0,
    LETTER_WAITING = 1, /* another letter of this case and party is not receipted yet */
    LETTER_NEW = 2,     /* to be translated, signed and sealed */
    LETTER_READY = 3,   /* sealed; sent when due, again until receipted */
    LETTER_DONE = 4,    /* receipted: accepted or pending */
    LETTER_REFUSED = 5, /* receipted: refused or conflict */
    LETTER_DEAD = 6,   /* a person must look: cannot be translated, refused unsigned, too old */
    LETTER_CLOSED = 7, /* a person gave a dead one up */
    LETTER_STATES
};

/* A letter: one message to one party, from its birth until its outcome. */
struct entry_letter {
    uint64_t out_id; /* seq of the entry that bore it * 16 + position */
    uint32_t party;  /* number of the addressee */
    uint16_t flow;
    uint16_t action;
    uint32_t revision;
    uint8_t state; /* LETTER_WAITING or LETTER_NEW */
    bool to_core;
    struct uuid message_id; /* journaled before the first send */
    struct uuid case_id;
    struct uuid in_reply_to;
    struct instant created;
    struct instant due;
    uint32_t content_month; /* body key of the typed content (record_encode) */
    uint8_t content_digest[32];
    uint32_t content_size;
    struct instant answer_by; /* none unless it asks */
};

struct entry_letter_state {
    uint64_t out_id;
    uint8_t state;
    uint16_t attempts;
    struct instant due; /* none unless NEW or READY */
};

/* One line of double entry. The far party is the entry's. */
struct entry_posting {
    uint8_t debit; /* enum account */
    uint8_t credit;
    uint8_t insurance; /* enum insurance */
    uint32_t party;    /* number of the far province */
    uint32_t period;   /* yyyymm */
    struct money amount;
};

/* Charge lines change. ADD, CANCEL and HOLD are followed by `count` rows. */
enum entry_lines_change {
    ENTRY_LINES_ADD = 1,
    ENTRY_LINES_CANCEL = 2,     /* rows hold only their number */
    ENTRY_LINES_CANCEL_ALL = 3, /* of the case, no rows */
    ENTRY_LINES_DROP_BATCH = 4, /* those that ADD of this batch brought: gone, no rows */
    /* out of force until it is known whether they were cancelled over there */
    ENTRY_LINES_HOLD = 5,     /* rows hold only their number */
    ENTRY_LINES_HOLD_ALL = 6, /* of the case, no rows */
    ENTRY_LINES_PUT_BACK = 7, /* they were not: all that are held, in force again, no rows */
    ENTRY_LINES_LET_GO = 8    /* they were: all that are held, cancelled, no rows */
};
struct entry_lines {
    uint8_t change;
    uint32_t batch;
    uint16_t count;
};
struct entry_line {
    struct text number;   /* 1 to 30 bytes, unique in the case */
    struct text original; /* 0 to 30: the line that this one gives back */
    struct stay_sums sums;
    uint8_t digest[32];
};

/* A file, by the SHA-256 of its bytes, whatever the hash of the ledger. */
enum entry_attachment_change {
    ATTACHMENT_NAMED = 1, /* the entry's document names it; size and media 0 */
    ATTACHMENT_WHOLE = 2  /* it is here: its pieces are the entry's bodies, in their order */
};
struct entry_attachment {
    uint8_t change;
    uint8_t digest[32];
    uint32_t size; /* bytes of the whole */
    uint8_t media; /* enum attachment_media */
};

/* Which submission of our own core has its answer with this entry, and the times of the hops
 * between: a column of `qiantong stays --times`. */
struct entry_answers {
    uint8_t key[MESSAGE_KEY_SIZE]; /* of the submission; zeros: INSURED, no core waits */
    uint8_t action;                /* that asked */
    struct instant asked;          /* entry time of the question */
    struct instant there;          /* TREATING: the receipt's; INSURED: none */
    struct instant sent;           /* the answer's SentAt, TREATING only */
};

enum body_use {
    BODY_ORIGINAL = 1, /* the bytes as received, or as submitted by a core */
    BODY_CONTENT = 2,  /* national content, record_encode */
    BODY_SEALED = 3,   /* the exact bytes of a letter */
    BODY_REPLY = 4,    /* the exact bytes of an answer that we gave */
    BODY_RECEIPT = 5,  /* the exact bytes of an answer that we got */
    BODY_TEXT = 6,     /* canonical text of rules, calendar or configuration */
    BODY_PIECE = 7     /* a piece of a file, behind its head (core/attachment.h) */
};

enum retention_class {
    RETENTION_DAYS = 1, /* questions without effect: configured days */
    RETENTION_10_YEARS = 2,
    RETENTION_30_YEARS = 3,
    RETENTION_50_YEARS = 4,
    RETENTION_100_YEARS = 5, /* relation changes */
    RETENTION_PERMANENT = 6
};

struct entry_body {
    uint8_t use;        /* enum body_use */
    uint8_t retention;  /* enum retention_class */
    uint32_t month;     /* yyyymm of the entry's China date: first half of the body key */
    uint8_t digest[32]; /* of the plain bytes, by the ledger's hash */
    uint32_t size;      /* of the plain bytes */
};

/* RECEIVED, SUBMITTED, CONFLICT: what we said. OUTCOME: what the other side said. */
struct entry_verdict {
    uint8_t verdict;
    char code[CODE_SIZE];
    char reason[160];
    struct instant received_at; /* there or here */
    uint8_t log_id[16];
    uint64_t sequence;
    uint64_t out_id;      /* OUTCOME, ATTEMPT, SEALED: the letter; else 0 */
    uint16_t http_status; /* OUTCOME, ATTEMPT; 0: none was seen */
};

struct entry_origin {
    uint8_t digest_kind; /* 1 SHA-256, 2 SM3 (crypt/digest.h) */
    bool test;
    uint8_t log_id[16];
    struct instant created;
    char party[PARTY_ID_SIZE];
};

struct entry {
    uint16_t kind;
    uint32_t flags;
    uint64_t seq;        /* filled by the journal */
    struct instant wall; /* entry time = legal receipt; never below the previous one */
    uint32_t boot;
    struct uuid case_id;
    uint8_t message_key[MESSAGE_KEY_SIZE]; /* UUID and 16 zeros, or the digest of a local key */
    uint8_t person_tag[16];
    uint32_t from_region;
    uint32_t to_region;
    struct money amount;
    uint16_t flow;
    uint16_t action;
    uint32_t revision;
    uint8_t role;
    uint8_t evidence;
    uint8_t state_from;
    uint8_t state_to;
    uint32_t party;         /* who sent it, or to whom it goes; 0: ourselves */
    uint32_t business_date; /* yyyymmdd */
    uint8_t digest[32];     /* of the bytes as received or sent */
    uint32_t plain_size;
    uint8_t rules_digest[32];
    uint8_t previous[32];   /* leaf of seq - 1; zeros for the first */
    const struct tlv *tlvs; /* ascending by type; equal types keep their order */
    size_t tlv_count;
    uint8_t leaf[32]; /* filled by the journal, or as read */
};

/* Appends the record (without leaf). overflow if it passes ENTRY_SIZE_MAX. */
void entry_encode(const struct entry *entry, struct buffer *buffer);
/* From record || leaf. TLV views point into `bytes`. ERROR_LEDGER with what is wrong. Does not
 * check the leaf: that needs a hash, which core does not have. */
MUST_USE bool entry_decode(struct arena *arena, struct text bytes, struct entry *entry,
                           struct error *err);

/* First TLV of a type at or after position *at (start with 0); *at moves behind it. NULL: none.
 */
const struct tlv *entry_next_tlv(const struct entry *entry, uint16_t type, size_t *at);

/* Each pair is exact: decode takes only what encode writes. */
void entry_letter_encode(const struct entry_letter *letter, struct buffer *buffer);
MUST_USE bool entry_letter_decode(struct text bytes, struct entry_letter *letter);
void entry_letter_state_encode(const struct entry_letter_state *state, struct buffer *buffer);
MUST_USE bool entry_letter_state_decode(struct text bytes, struct entry_letter_state *state);
void entry_body_encode(const struct entry_body *body, struct buffer *buffer);
MUST_USE bool entry_body_decode(struct text bytes, struct entry_body *body);
void entry_verdict_encode(const struct entry_verdict *verdict, struct buffer *buffer);
MUST_USE bool entry_verdict_decode(struct text bytes, struct entry_verdict *verdict);
void entry_posting_encode(const struct entry_posting *posting, struct buffer *buffer);
MUST_USE bool entry_posting_decode(struct text bytes, struct entry_posting *posting);
void entry_answers_encode(const struct entry_answers *answers, struct buffer *buffer);
MUST_USE bool entry_answers_decode(struct text bytes, struct entry_answers *answers);
void entry_attachment_encode(const struct entry_attachment *attachment, struct buffer *buffer);
MUST_USE bool entry_attachment_decode(struct text bytes, struct entry_attachment *attachment);
/* The head; then one call for each row. Decoding takes the head off `bytes`, then row after
 * row: what is left must be empty at the end. */
void entry_lines_encode(const struct entry_lines *lines, struct buffer *buffer);
void entry_line_encode(const struct entry_lines *lines, const struct entry_line *line,
                       struct buffer *buffer);
MUST_USE bool entry_lines_decode(struct text *bytes, struct entry_lines *lines);
MUST_USE bool entry_line_decode(struct text *bytes, const struct entry_lines *lines,
                                struct entry_line *line);
void entry_origin_encode(const struct entry_origin *origin, struct buffer *buffer);
MUST_USE bool entry_origin_decode(struct text bytes, struct entry_origin *origin);

struct name entry_kind_name(unsigned kind);
struct name letter_state_name(unsigned state);
struct name account_name(unsigned account);
struct name insurance_name(unsigned insurance);
struct name lines_change_name(unsigned change);

/* The UUID in the first half, zeros in the second. */
void message_key_of(const struct uuid *id, uint8_t key[MESSAGE_KEY_SIZE]);

#endif
