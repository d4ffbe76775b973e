/*
 * internal.h - what the files of the engine share: an entry under construction.
 */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include "engine/engine.h"

enum { DRAFT_TLVS_MAX = ENGINE_PARTIES_MAX + 64, DRAFT_BYTES = 8 * 1024 };

/* An entry and the bytes of its TLVs while they are put together. In the work's arena. */
struct draft {
    struct entry entry;
    struct tlv tlvs[DRAFT_TLVS_MAX];
    struct buffer bytes;
    /* The entry's time, or an earlier one if the clock went back: letters go by the clock,
     * which is what they are due by, and what the other side compares SentAt with. */
    struct instant now;
    bool clock_back;
    uint64_t ending; /* out_id of the letter that this entry ends: its lane counts as left */
};

/* Room for more, before anything was added. false: no memory. */
MUST_USE bool draft_grow(struct draft *draft, struct arena *arena, size_t size);
/* NULL: no memory. The entry has kind, wall time, boot and the rules' digest. */
MUST_USE struct draft *draft_new(struct engine *engine, struct ledger_txn *txn,
                                 struct arena *arena, enum entry_kind kind);

/* Appends a TLV whose bytes `encode` style calls wrote since draft_mark(). */
size_t draft_mark(const struct draft *draft);
void draft_add(struct draft *draft, uint16_t type, size_t mark);
/* Keeps the bytes where they are: they must live until draft_append. */
void draft_add_text(struct draft *draft, uint16_t type, struct text bytes);
void draft_add_body(struct draft *draft, const struct entry_body *body);
void draft_add_verdict(struct draft *draft, const struct entry_verdict *verdict);
void draft_add_letter_state(struct draft *draft, uint64_t out_id, enum letter_state state,
                            uint16_t attempts, struct instant due);
/* Case after, its state change in the fixed part, warnings, and the other cases that the
 * decision changes. `before` NULL for a new case. */
void draft_add_decision(struct draft *draft, const struct flow_case *before,
                        const struct flow_decision *decision);
/* A case as it stands, of a decision that is not the entry's own. */
void draft_add_case(struct draft *draft, const struct flow_case *after);
/* Sorts the TLVs by type (stable) and appends the entry. ERROR_LEDGER if it grew too large. */
MUST_USE bool draft_append(struct draft *draft, struct ledger_txn *txn, struct error *err);

/* Letters for what a decision sends, with `ids` by position (NULL: new ones). `content` is the
 * event's own, used where the flow made none. */
MUST_USE bool letters_add(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                          const struct flow_decision *decision,
                          const struct entry_body *content, const struct uuid *in_reply_to,
                          const struct uuid *ids, struct arena *arena, struct error *err);
/* The next waiting letter of this lane becomes NEW, in the same entry. */
MUST_USE bool letters_release(struct ledger_txn *txn, struct draft *draft,
                              const struct letter_row *done, struct error *err);

/* A letter that is not receipted by then is dead. */
struct instant letter_end_of_life(const struct engine *engine,
                                  const struct entry_letter *letter);

/* What follows for the engine's memory if this transaction is committed. ERROR_BUSY: too many
 * for one transaction. */
MUST_USE bool effect_add(struct engine *engine, struct ledger_txn *txn,
                         const struct engine_effect *effect, struct error *err);
/* One message more that was seen before, likewise. */
void effect_duplicate(struct engine *engine, struct ledger_txn *txn);

/* The case that `flow_case` corrects, into memory of the arena; *found NULL if it names none.
 */
MUST_USE bool corrected_case(struct ledger_txn *txn, const struct flow_case *flow_case,
                             struct arena *arena, const struct flow_case **found,
                             struct error *err);

/* What an event books on other cases: decided there, to be journaled with the event. */
struct bookings {
    struct flow_decision **list; /* in the arena; NULL: the flow has none */
    size_t count;
    uint64_t rows; /* of the document's items, bit 0 for the first */
    struct money sum;
};
/* Tries the postings of an event, whose case stands as `before` (NULL: it opens one). Letters
 * of what is booked fit into the event's entry; what would not fit is not booked. */
MUST_USE bool postings_try(struct engine *engine, struct ledger_txn *txn,
                           const struct flow *flow, const struct flow_case *before,
                           const struct flow_event *event, struct arena *arena,
                           struct bookings *bookings, struct error *err);
/* Cases and letters of the bookings, into the entry. */
MUST_USE bool postings_add(struct engine *engine, struct ledger_txn *txn, struct draft *draft,
                           const struct bookings *bookings, struct arena *arena,
                           struct error *err);

/* --- questions.c ------------------------------------------------------------------------- */
/* Ids that the letters of a decision will bear, of a flow that asks. */
MUST_USE bool question_ids(struct engine *engine, const struct flow *flow, struct instant now,
                           struct flow_event *event, struct error *err);
/* Other cases that the event looks at, but `own`: those of its person, or the one it names. */
MUST_USE bool question_related(struct ledger_txn *txn, const struct flow *flow,
                               struct flow_event *event, const struct uuid *own,
                               struct arena *arena, struct error *err);
/* Which message a reversal or query of the core `party` means by the core's own key. */
MUST_USE bool question_named(struct engine *engine, struct ledger_txn *txn, uint32_t party,
                             struct flow_event *event, const struct uuid *case_id,
                             struct arena *arena, struct error *err);
/* What the event's action needs of the ledger: lines, their digest, related cases. */
MUST_USE bool question_details(struct ledger_txn *txn, const struct flow *flow,
                               struct flow_event *event, const struct uuid *case_id,
                               struct arena *arena, struct error *err);
/* The case whose kept documents this event is decided from, and these (flow.recall). */
MUST_USE bool recall_kept(struct engine *engine, struct ledger_txn *txn,
                          const struct flow *flow, struct flow_event *event,
                          struct arena *arena, struct error *err);
/* Postings, lines and the question that is answered, into the entry. `before` NULL: a new case;
 * `sent`: SentAt of an answer between provinces. */
void draft_add_settlement(struct draft *draft, const struct flow_case *before,
                          const struct flow_decision *decision, const struct flow_event *event,
                          struct instant sent);
/* Whoever waits is told after the commit. */
MUST_USE bool tell_answer(struct engine *engine, struct ledger_txn *txn,
                          const struct flow_decision *decision, const struct flow_event *event,
                          struct error *err);
void effect_answer(struct engine *engine, struct ledger_txn *txn);
/* A submission that asks: parked, or answered at once. */
void result_asked(struct work_result *result, const struct flow_decision *decision);
/* The same when it is a repeat. */
MUST_USE bool repeat_question(struct ledger_txn *txn, struct work *work, struct error *err);
MUST_USE bool apply_by_hand(struct engine *engine, struct ledger_txn *txn, struct work *work,
                            struct error *err);

/* The partner of our own authority (人社 or 医保) in the province of `region`; 0: none. */
uint32_t province_of(const struct engine *engine, uint32_t region);

/* --- attachments.c ----------------------------------------------------------------------- */
/* The files that a document names, into its entry. */
void draft_add_named(struct draft *draft, const struct record *document);
/* Does the rule ATT-FILE want a file that a province's document names, and that is not here? */
MUST_USE bool attachments_lacking(const struct engine *engine, struct ledger_txn *txn,
                                  const struct work *work, struct instant at, bool *lacking,
                                  struct error *err);
MUST_USE bool apply_file(struct engine *engine, struct ledger_txn *txn, struct work *work,
                         struct error *err);

/* --- take_over.c ------------------------------------------------------------------------- */
MUST_USE bool apply_take_over(struct engine *engine, struct ledger_txn *txn, struct work *work,
                              struct error *err);

/* The letter is no longer in flight. */
void flight_end(struct engine *engine, uint64_t out_id);
/* Our own trouble: nothing is handed out for a while. */
void flight_rest(struct engine *engine);

/* One file each. */
MUST_USE bool apply_message(struct engine *engine, struct ledger_txn *txn, struct work *work,
                            struct error *err);
MUST_USE bool apply_sealed(struct engine *engine, struct ledger_txn *txn, struct work *work,
                           struct error *err);
MUST_USE bool apply_untranslated(struct engine *engine, struct ledger_txn *txn,
                                 struct work *work, struct error *err);
MUST_USE bool apply_attempt(struct engine *engine, struct ledger_txn *txn, struct work *work,
                            struct error *err);
MUST_USE bool apply_outcome(struct engine *engine, struct ledger_txn *txn, struct work *work,
                            struct error *err);
MUST_USE bool apply_reply(struct engine *engine, struct ledger_txn *txn, struct work *work,
                          struct error *err);
MUST_USE bool apply_retry(struct engine *engine, struct ledger_txn *txn, struct work *work,
                          struct error *err);
MUST_USE bool apply_close(struct engine *engine, struct ledger_txn *txn, struct work *work,
                          struct error *err);
MUST_USE bool apply_note(struct engine *engine, struct ledger_txn *txn, struct work *work,
                         struct error *err);

/* enum evidence: what an entry about this party's own words proves (foundations 2). */
uint8_t evidence_of(const struct engine *engine, uint32_t party);

/* Copies a fixed text field, cut at its end (codes and reasons are bounded where they are
 * made). */
void field_copy(char *field, size_t field_size, const char *from);

#endif
