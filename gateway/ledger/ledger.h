/*
 * ledger.h - the journal and everything that it implies (台账).
 *
 * The journal is the truth. ledger_append() writes one entry and, from its bytes alone, every
 * row that follows from it (cases, inbox, letters, outbox, lanes, deadlines, indexes). Rebuild
 * does the same from the stored journal, so a live ledger and a rebuilt one are equal by
 * construction, and comparing them finds any row that was changed by other means. Nothing here
 * decides: an entry carries its consequences (foundations 25).
 *
 * One writer. A failed transaction leaves the journal's head where it was.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "core/entry.h"
#include "crypt/digest.h"
#include "crypt/tree.h"
#include "ledger/store.h"

struct ledger;
struct ledger_txn;

/* An empty store: writes ORIGIN as the first entry, in a transaction of its own. */
MUST_USE bool ledger_create(struct store *store, const struct entry_origin *origin,
                            struct error *err);
/* Does the store hold a journal? */
MUST_USE bool ledger_exists(struct store *store, bool *exists, struct error *err);
/* Reads the head and, unless read_only, verifies the last 10,000 entries and the frontier
 * against `meta`. ERROR_LEDGER names the entry. The store stays the caller's and outlives the
 * ledger. */
MUST_USE bool ledger_open(struct store *store, bool read_only, struct ledger **ledger,
                          struct error *err);
void ledger_close(struct ledger *ledger);

const struct entry_origin *ledger_origin(const struct ledger *ledger);
/* Entries so far, as of the last commit (or open). */
uint64_t ledger_size(const struct ledger *ledger);
/* Number of BOOT entries seen so far, as of the last commit: the next boot is this + 1. */
uint32_t ledger_boots(const struct ledger *ledger);

MUST_USE bool ledger_begin(struct ledger *ledger, struct ledger_txn **txn, struct error *err);
/* For readers on any thread (LMDB). Sees the last commit. */
MUST_USE bool ledger_begin_read(struct ledger *ledger, struct ledger_txn **txn,
                                struct error *err);
MUST_USE bool ledger_commit(struct ledger_txn **txn, struct error *err);
void ledger_abort(struct ledger_txn *txn); /* takes NULL */
/* Called once when a write transaction has ended, by commit or abort: for what lies in memory
 * and must follow the ledger. One for each transaction; a second call replaces the first. */
typedef void ledger_ended(void *self, bool committed);
void ledger_on_end(struct ledger_txn *txn, ledger_ended *ended, void *self);

/* Entry time for everything in this transaction: `now`, or the previous entry's time if the
 * clock went back (*went_back). Stable within a transaction (foundations 11). */
struct instant ledger_stamp(struct ledger_txn *txn, struct instant now, bool *went_back);
/* Where the journal ends, as this transaction sees it. */
struct ledger_end {
    struct tree tree; /* over all entries; its size is their number */
    uint8_t leaf[32]; /* of the last one */
};
MUST_USE bool ledger_get_end(struct ledger_txn *txn, struct ledger_end *end, struct error *err);
/* The sequence number that the next ledger_append will use. */
uint64_t ledger_next_seq(const struct ledger_txn *txn);

/* Fills entry->seq, previous and leaf; writes it and its consequences. */
MUST_USE bool ledger_append(struct ledger_txn *txn, struct entry *entry, struct error *err);
/* Sealed bytes beside the journal. The same key twice keeps the first. */
MUST_USE bool ledger_put_body(struct ledger_txn *txn, const struct entry_body *body,
                              struct text sealed, struct error *err);
MUST_USE bool ledger_get_body(struct ledger_txn *txn, uint32_t month, const uint8_t digest[32],
                              struct arena *arena, struct text *sealed, bool *found,
                              struct error *err);

MUST_USE bool ledger_get_entry(struct ledger_txn *txn, uint64_t seq, struct arena *arena,
                               struct entry *entry, bool *found, struct error *err);

/* --- cases ------------------------------------------------------------------------------- */
MUST_USE bool ledger_get_case(struct ledger_txn *txn, const struct uuid *case_id,
                              struct flow_case *out, bool *found, struct error *err);
/* The open case of this flow, person and route; *found false if none is open. */
MUST_USE bool ledger_open_case(struct ledger_txn *txn, uint16_t flow,
                               const uint8_t person_tag[16], uint32_t in_region,
                               uint32_t out_region, struct uuid *case_id, bool *found,
                               struct error *err);
MUST_USE bool ledger_case_by_trace(struct ledger_txn *txn, uint32_t in_region,
                                   const char *trace, struct uuid *case_id, bool *found,
                                   struct error *err);

/* --- inbox: one terminal verdict per message id, for ever --------------------------------- */
struct inbox_row {
    uint64_t seq;       /* the entry with the verdict */
    uint64_t reply_seq; /* the REPLY entry, 0 while there is none */
    uint8_t digest[32];
    uint8_t verdict;
};
MUST_USE bool ledger_inbox_find(struct ledger_txn *txn, uint32_t party,
                                const uint8_t message_key[MESSAGE_KEY_SIZE],
                                struct inbox_row *row, bool *found, struct error *err);

/* --- letters ----------------------------------------------------------------------------- */
struct letter_row {
    struct entry_letter letter; /* as born; state and due as they are now */
    uint16_t attempts;
    uint64_t sealed_seq;      /* 0 until sealed */
    uint64_t outcome_seq;     /* 0 until done, refused or dead */
    struct entry_body sealed; /* the exact bytes; size 0 until sealed */
    uint8_t verdict;          /* of the outcome */
};
MUST_USE bool ledger_get_letter(struct ledger_txn *txn, uint64_t out_id, struct letter_row *row,
                                bool *found, struct error *err);
/* The earliest letter of `party` due at or before `now`, from (due, out_id) > *after onwards:
 * start with {0, 0}; *after moves to it. *found false: no more. */
struct outbox_position {
    struct instant due;
    uint64_t out_id;
};
MUST_USE bool ledger_next_due(struct ledger_txn *txn, uint32_t party, struct instant now,
                              struct outbox_position *after, struct letter_row *row,
                              bool *found, struct error *err);
/* The first unreceipted letter of (case, party) behind `after` (0: the first). */
MUST_USE bool ledger_lane_next(struct ledger_txn *txn, const struct uuid *case_id,
                               uint32_t party, uint64_t after, uint64_t *out_id, bool *found,
                               struct error *err);

/* --- deadlines ---------------------------------------------------------------------------- */
MUST_USE bool ledger_next_deadline(struct ledger_txn *txn, struct instant now,
                                   struct uuid *case_id, uint8_t *clock_kind, bool *found,
                                   struct error *err);

/* --- parties ------------------------------------------------------------------------------ */
MUST_USE bool ledger_party_number(struct ledger_txn *txn, const char *party_id,
                                  uint32_t *number, bool *found, struct error *err);
MUST_USE bool ledger_party_id(struct ledger_txn *txn, uint32_t number,
                              char party_id[PARTY_ID_SIZE], bool *found, struct error *err);

/* --- walks: called once per row, in key order; return false from the visitor to stop ---------
 */
typedef bool ledger_visit_case(void *self, const struct flow_case *row);
typedef bool ledger_visit_letter(void *self, const struct letter_row *row);
typedef bool ledger_visit_entry(void *self, const struct entry *entry);
MUST_USE bool ledger_each_case(struct ledger_txn *txn, ledger_visit_case *visit, void *self,
                               struct error *err);
MUST_USE bool ledger_each_letter(struct ledger_txn *txn, ledger_visit_letter *visit, void *self,
                                 struct error *err);
MUST_USE bool ledger_each_entry(struct ledger_txn *txn, uint64_t from_seq,
                                ledger_visit_entry *visit, void *self, struct error *err);
/* Entries of one case, in order. */
MUST_USE bool ledger_each_of_case(struct ledger_txn *txn, const struct uuid *case_id,
                                  ledger_visit_entry *visit, void *self, struct error *err);
/* Entries that carry a person's tag, in order. */
MUST_USE bool ledger_each_of_person(struct ledger_txn *txn, const uint8_t person_tag[16],
                                    ledger_visit_entry *visit, void *self, struct error *err);
/* Entries that carry a message key (received, sealed, outcome, reply …), in order. */
MUST_USE bool ledger_each_of_message(struct ledger_txn *txn,
                                     const uint8_t message_key[MESSAGE_KEY_SIZE],
                                     ledger_visit_entry *visit, void *self, struct error *err);

/* --- charge lines of a stay ------------------------------------------------------------------
 * Implied by TLV_LINES. A line that was cancelled stays, out of force: its number is used up.
 */
struct line_row {
    bool in_force;
    bool held; /* out of force until it is known whether it was cancelled over there */
    uint32_t batch;
    struct text number;   /* of the arena */
    struct text original; /* empty: none */
    struct stay_sums sums;
    struct money returned; /* of its total, given back by later lines in force */
    uint8_t digest[32];
};
MUST_USE bool ledger_get_line(struct ledger_txn *txn, const struct uuid *case_id,
                              struct text number, struct arena *arena, struct line_row *row,
                              bool *found, struct error *err);
typedef bool ledger_visit_line(void *self, const struct line_row *row);
/* In the order of their numbers, bytewise; views live until the visitor returns. */
MUST_USE bool ledger_each_line(struct ledger_txn *txn, const struct uuid *case_id,
                               ledger_visit_line *visit, void *self, struct error *err);
/* SHA-256, whatever the hash of the ledger, over the digests of the lines in force, in that
 * order: two ledgers agree on it. Of none, that of no bytes. */
MUST_USE bool ledger_lines_digest(struct ledger_txn *txn, const struct uuid *case_id,
                                  uint8_t digest[32], struct error *err);

/* --- cases of a person
 * ------------------------------------------------------------------------ By the tag that the
 * case bears; in the order of their ids, which is that of their opening, the newest first. */
MUST_USE bool ledger_each_case_of_person(struct ledger_txn *txn, const uint8_t person_tag[16],
                                         ledger_visit_case *visit, void *self,
                                         struct error *err);

/* --- files that documents name ---------------------------------------------------------------
 * Implied by TLV_ATTACHMENT. The entries about a file are found by ledger_each_of_message, too:
 * its digest is their key.
 */
struct attachment_row {
    uint8_t digest[32];
    uint64_t seq;   /* the entry whose bodies are its pieces; 0: the file is not here */
    uint32_t size;  /* bytes */
    uint8_t media;  /* enum attachment_media */
    uint32_t party; /* who brought it */
    uint64_t named; /* the newest entry whose document names it; 0: none does */
    uint32_t names; /* how many do */
};
MUST_USE bool ledger_get_attachment(struct ledger_txn *txn, const uint8_t digest[32],
                                    struct attachment_row *row, bool *found, struct error *err);
typedef bool ledger_visit_attachment(void *self, const struct attachment_row *row);
/* In the order of their digests. */
MUST_USE bool ledger_each_attachment(struct ledger_txn *txn, ledger_visit_attachment *visit,
                                     void *self, struct error *err);
/* Where the piece at `offset` of a file that is here lies. *found false: no piece begins there.
 */
MUST_USE bool ledger_attachment_piece(struct ledger_txn *txn, const struct attachment_row *row,
                                      uint32_t offset, struct arena *arena,
                                      struct entry_body *piece, bool *found, struct error *err);

/* --- files that are not whole yet ------------------------------------------------------------
 * The one thing that does not follow from the journal: what is not whole has not happened
 * (docs/decisions/0018). Pieces lie in `body`, named here alone.
 */
struct upload {
    uint32_t party;
    uint8_t digest[32];
    uint32_t total;
    uint32_t received;
    uint8_t media;
    struct instant at; /* of its last piece */
};
MUST_USE bool ledger_get_upload(struct ledger_txn *txn, uint32_t party,
                                const uint8_t digest[32], struct upload *upload, bool *found,
                                struct error *err);
MUST_USE bool ledger_upload_piece(struct ledger_txn *txn, const struct upload *upload,
                                  uint32_t offset, struct entry_body *piece, bool *found,
                                  struct error *err);
/* One piece more, at upload->received; the caller moves the row on (ledger_put_upload). */
MUST_USE bool ledger_add_upload_piece(struct ledger_txn *txn, const struct upload *upload,
                                      const struct entry_body *piece, struct text sealed,
                                      struct error *err);
MUST_USE bool ledger_put_upload(struct ledger_txn *txn, const struct upload *upload,
                                struct error *err);
/* It is over: its rows go, with `bodies` its pieces as well. */
MUST_USE bool ledger_end_upload(struct ledger_txn *txn, const struct upload *upload,
                                bool bodies, struct error *err);
typedef bool ledger_visit_upload(void *self, const struct upload *upload);
/* By party and digest. The visitor writes nothing. */
MUST_USE bool ledger_each_upload(struct ledger_txn *txn, ledger_visit_upload *visit, void *self,
                                 struct error *err);
/* Bytes that a party has brought on this day (China), 0 on another one. */
MUST_USE bool ledger_get_brought(struct ledger_txn *txn, uint32_t party, struct day day,
                                 uint64_t *bytes, struct error *err);
MUST_USE bool ledger_put_brought(struct ledger_txn *txn, uint32_t party, struct day day,
                                 uint64_t bytes, struct error *err);

/* --- what is owed ----------------------------------------------------------------------------
 * Implied by TLV_POSTING: each posting twice, once for each account. */
struct balance_row {
    uint8_t account; /* enum account */
    uint8_t insurance;
    uint32_t party;
    uint32_t period;
    struct money debit; /* sums of both sides, each with its undone postings subtracted */
    struct money credit;
    uint64_t count; /* postings */
};
typedef bool ledger_visit_balance(void *self, const struct balance_row *row);
MUST_USE bool ledger_each_balance(struct ledger_txn *txn, ledger_visit_balance *visit,
                                  void *self, struct error *err);

/* --- what is not finished, in portions -------------------------------------------------------
 * The cost follows the work that is open, not the years that lie behind. At most `max` rows
 * from behind *position, which starts as zeros and moves along, so that each portion can be a
 * read transaction of its own; *more false: that was the last. A row that moves meanwhile may
 * be seen twice or not at all. */
enum { LEDGER_POSITION_MAX = 64 };
struct ledger_position {
    size_t size;
    unsigned char bytes[LEDGER_POSITION_MAX];
};
/* Letters without a receipt: waiting, new, ready, dead. */
MUST_USE bool ledger_open_letters(struct ledger_txn *txn, struct ledger_position *position,
                                  size_t max, ledger_visit_letter *visit, void *self,
                                  bool *more, struct error *err);
/* Cases that are not in an end state; of a flow that this program does not know, all. */
MUST_USE bool ledger_open_cases(struct ledger_txn *txn, struct ledger_position *position,
                                size_t max, ledger_visit_case *visit, void *self, bool *more,
                                struct error *err);

/* The cases of one flow, role and state, from the one that came there first. */
MUST_USE bool ledger_each_in_state(struct ledger_txn *txn, uint16_t flow, uint8_t role,
                                   uint8_t state, ledger_visit_case *visit, void *self,
                                   struct error *err);

/* The case of the first running clock behind *position, due or not; a clock that moves
 * meanwhile is seen at its old place, at its new one, or at both. */
MUST_USE bool ledger_deadline_behind(struct ledger_txn *txn, struct ledger_position *position,
                                     struct uuid *case_id, bool *found, struct error *err);

/* --- verify and rebuild ------------------------------------------------------------------- */
/* One line per finding; the report goes on after a finding where that makes sense. `row` is a
 * readable key ("cases 0192…", "journal 17"), `what` a constant reason. */
typedef void ledger_finding(void *self, const char *row, const char *what);

struct ledger_report {
    uint64_t entries;
    uint64_t bodies;
    uint64_t rows; /* compared, of implied databases */
    uint64_t findings;
    struct digest root;
};

/* Opens each body that an entry names and compares its digest; NULL: bodies are only checked
 * for being there. */
struct body_opener {
    bool (*open)(void *self, const struct entry_body *body, struct text sealed,
                 struct arena *arena, struct text *plain, struct error *err);
    void *self;
};

/* Every entry: sequence without gaps, decodes, previous leaf, own leaf, time not going back,
 * head and frontier in `meta`; bodies. Reads in portions, so that no reader lives long. */
MUST_USE bool ledger_verify(struct ledger *ledger, const struct body_opener *opener,
                            ledger_finding *finding, void *self, struct ledger_report *report,
                            struct error *err);
/* Plays the journal into `fresh` (an empty store) and compares every row of every implied
 * database with the live one. */
MUST_USE bool ledger_rebuild(struct ledger *ledger, struct store *fresh,
                             ledger_finding *finding, void *self, struct ledger_report *report,
                             struct error *err);

#endif
