/*
 * approvals.h - acts that need a second person (复核).
 *
 * One operator proposes an act, another one approves or declines it; who they are is told by
 * the system, and it is the users' numbers that must differ. What was proposed and what became
 * of it follows from the journal alone (OPERATOR entries with an APPROVAL,
 * docs/ledger-format.md): nothing is kept in memory, so there is nothing to lose or to rebuild.
 * A proposal's number is that of its entry.
 *
 * Approval and act are one transaction: both are durable or neither is, and an act is done
 * once, because a proposal that was approved is not approved again.
 *
 * To add an act: one row in approvals_acts.c. `qiantong propose ACT OBJECT`, the
 * configuration's list and the screens go by the table; only the words of docs/operations.md,
 * section 5, and the default told in schemas/gateway.xsd name the acts once more.
 *   look     is there such an object, and may the act be done to it now? Called when it is
 *            proposed, reads only. ERROR_USAGE: no such kind of object; ERROR_NOT_FOUND.
 *            approvals_look_case serves every act upon a case; the flow says at the end whether
 * it fits. execute  does it: on the writer's thread, in the open transaction. `work` is an item
 * of its own whose note_tlvs name everybody who took part, for the act's entry; note_case is
 * what `look` found. Set its kind and what that kind needs, call engine_apply, turn a refusal
 * into an error. False: nothing happened, the proposal still waits. NULL: the approval is a
 * permit. Whoever proposed it asks again, and one approvals_spend uses it up. always   a ledger
 * that is no test always asks for a second person. usual    so does any ledger whose
 * configuration says nothing.
 */
#ifndef GATE_APPROVALS_H
#define GATE_APPROVALS_H

#include "engine/engine.h"

enum {
    APPROVAL_ACTS_MAX = 32, /* bits of a mask */
    APPROVAL_ACT_SIZE = 16,
    APPROVAL_OBJECT_SIZE = 160,
    APPROVAL_USER_SIZE = 64,
    APPROVAL_REASON_SIZE = 256,
    APPROVAL_HOURS_MAX = 7 * 24,
    APPROVALS_WAITING_MAX = 100, /* then somebody must decide first */
    APPROVALS_SEEN_MAX = 16384   /* proposals of two months */
};

typedef bool approval_look(struct ledger_txn *txn, const char *object, struct uuid *case_id,
                           struct error *err);
typedef bool approval_execute(struct engine *engine, struct ledger_txn *txn, const char *object,
                              struct work *work, struct error *err);

struct approval_act {
    const char *name;   /* as typed, configured and journaled */
    struct name title;  /* for screens */
    struct name object; /* what it is done to */
    approval_look *look;
    approval_execute *execute;
    bool always;
    bool usual;
};

extern const struct approval_act approval_acts[];
extern const size_t approval_act_count;

/* NULL: no such act. */
const struct approval_act *approval_act_find(struct text name);
/* For masks: bit n stands for row n. */
uint32_t approval_act_bit(const struct approval_act *act);
uint32_t approval_acts_usual(void);
uint32_t approval_acts_always(void);

/* For acts upon a case: `object` is a CaseId that the ledger knows. */
approval_look approvals_look_case;

/* Who does something, and why. */
struct approval_person {
    uint32_t uid;
    char user[APPROVAL_USER_SIZE];
    char reason[APPROVAL_REASON_SIZE]; /* may be empty where a reason is not asked for */
};

/* One line of text that may stand in the journal and on a screen: UTF-8, nothing that controls
 * a terminal or turns the direction of writing. ERROR_USAGE names `what`. */
MUST_USE bool approval_text_check(struct text text, size_t size_max, const char *what,
                                  struct error *err);

enum approval_state {
    APPROVAL_WAITING = 1,
    APPROVAL_APPROVED,
    APPROVAL_DECLINED,
    APPROVAL_SPENT, /* a permit that was used */
    APPROVAL_EXPIRED
};

struct approval {
    uint64_t number;
    char act[APPROVAL_ACT_SIZE];
    char object[APPROVAL_OBJECT_SIZE];
    struct uuid case_id; /* none: the object belongs to no case */
    struct approval_person by;
    struct instant since;
    struct instant until; /* for the decision, and for the use of a permit */
    enum approval_state state;
    struct approval_person second; /* once decided */
    struct instant decided;
    uint8_t message_key[MESSAGE_KEY_SIZE]; /* by which its entries are found */
};

/* Everything that was proposed this month and the last, oldest first, as it stands at `now`; in
 * the arena. Any transaction. */
MUST_USE bool approvals_list(struct ledger_txn *txn, struct instant now, struct arena *arena,
                             struct approval **list, size_t *count, struct error *err);
struct name approval_state_name(enum approval_state state);

/* --- on the writer's thread, in an open write transaction; on false it is aborted ----------
 */

struct approval_request {
    const struct approval_act *act;
    const char *object;
    struct approval_person by;
    int64_t valid_ms;
};

/* Journals a proposal; *out as it waits. ERROR_USAGE: reason or object; what `look` says;
 * ERROR_CONFLICT: the same waits already; ERROR_BUSY: too many wait. */
MUST_USE bool approvals_propose(struct engine *engine, struct ledger_txn *txn,
                                const struct approval_request *request, struct arena *arena,
                                struct approval *out, struct error *err);
/* Approves and does it; *sequence is the act's entry (a permit's: the approval's).
 * ERROR_NOT_FOUND: no such proposal; ERROR_DENIED: the same person; ERROR_CONFLICT: it was
 * decided, or its time is over; ERROR_USAGE: no reason; what the act says. */
MUST_USE bool approvals_approve(struct engine *engine, struct ledger_txn *txn, uint64_t number,
                                const struct approval_person *second, struct arena *arena,
                                struct approval *out, uint64_t *sequence, struct error *err);
/* Likewise; whoever proposed it may decline it too: that takes it back. */
MUST_USE bool approvals_decline(struct engine *engine, struct ledger_txn *txn, uint64_t number,
                                const struct approval_person *second, struct arena *arena,
                                struct approval *out, struct error *err);
/* An act that needs nobody else: done at once, for the reason that the request gives. */
MUST_USE bool approvals_alone(struct engine *engine, struct ledger_txn *txn,
                              const struct approval_request *request, struct arena *arena,
                              uint64_t *sequence, struct error *err);

/* The permit of this person for this act and object that is approved, not used and not over; or
 * what waits of it. NULL: neither. */
const struct approval *approvals_permit(const struct approval *list, size_t count,
                                        const struct approval_act *act, const char *object,
                                        uint32_t uid);
/* Uses the permit up: `work` (a NOTE with OPERATOR) is journaled with both persons. Without one
 * ERROR_DENIED. */
MUST_USE bool approvals_spend(struct engine *engine, struct ledger_txn *txn,
                              const struct approval_act *act, const char *object, uint32_t uid,
                              struct work *work, struct error *err);

#endif
