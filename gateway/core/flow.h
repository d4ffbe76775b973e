/*
 * flow.h - how a business case moves: states, events, decisions.
 *
 * A flow (a transfer, a direct settlement) is a list of states, one table of steps per role,
 * one table of the pairs of states in which both sides may rest, and an apply function that
 * reads what an event carries. Every message, receipt, passed clock and operator's act is an
 * event; flow_decide() says what it does to the case. Nothing here reads a clock, a file or the
 * network: equal inputs give an equal decision on every machine, so a simulator replays a year
 * of traffic from one seed and an auditor decides again.
 *
 * Units: money in fen, time in UTC milliseconds, limits in working days of the calendar.
 */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/calendar.h"
#include "base/money.h"
#include "core/flow_types.h"
#include "core/message.h"
#include "core/rules.h"

enum {
    FLOW_SENDS_MAX = 4,
    FLOW_WARNINGS_MAX = 40,
    FLOW_POSTINGS_MAX = 64, /* items of one bank line */
    FLOW_OWED_MAX = 4,      /* postings of one decision */
    FLOW_RELATED_MAX = 32,  /* other cases of the person that a decision looks at */
    FLOW_LINES_MAX = 400,   /* charge lines of one message */
    FLOW_KEPT_MAX = 2,      /* documents of another case that a decision is made from */
    FLOW_ALSO_MAX = 2,      /* other cases that one decision changes */
    FLOW_STATES_MAX = 32,
    FLOW_OPENING = FLOW_STATES_MAX, /* as a step's `from`: there is no case yet */
    FLOW_ANY,                       /* as `from`: every state of a case, also an end */
    FLOW_ACTIVE,                    /* as `from`: every state but the ends */
    FLOW_SAME,                      /* as `to`: the state stays */
    TRACE_SIZE = 48,                /* what names the case in its region, and a NUL: of a
                                       transfer 系统跟踪流水号 AAZ341, C..20 */
    TRACE_PLAIN = 24,               /* the same of a transfer */
    FLOW_CLOCKS_MAX = 13,           /* of one case; a flow uses no more kinds */
    CASE_ENCODED_MAX = 1536
};

enum clock_kind {
    CLOCK_NONE = 0,
    CLOCK_D1 = 1, /* IN: letter or refusal after the application (国办发〔2009〕66号 art. 8) */
    CLOCK_D2 = 2,         /* OUT: form, money and termination after the letter */
    CLOCK_D2P = 3,        /* OUT: notice to the person (人社厅发〔2019〕94号) */
    CLOCK_D3 = 4,         /* IN: linking after form and money */
    CLOCK_FUND = 5,       /* OUT: the missing one of form and money; an alarm only */
    CLOCK_CORRECTION = 6, /* OUT: a corrected form; never restarts D2 */
    CLOCK_LETTER = 7,     /* IN: a corrected letter, or a refusal, after a letter's return */
    CLOCK_CLEARING = 8,   /* IN: an overlap cleared */
    CLOCK_WITHDRAWAL = 9, /* OUT: says whether anything was paid */
    CLOCK_REVERSAL = 10,  /* IN: money of a wrong transfer back */
    CLOCK_SUSPENSE = 11,  /* IN: money in suspense finds its case, or the payer is asked */
    CLOCK_QUERY = 12,     /* OUT: says whose money it is */
    CLOCK_RESTORE = 13,   /* OUT: relation restored after a reversal */
    /* exact to the millisecond, counted by no calendar */
    CLOCK_ANSWER = 14,     /* INSURED answers a question: AnswerBy */
    CLOCK_PATIENCE = 15,   /* TREATING: how long the hospital waits */
    CLOCK_RETRY = 16,      /* TREATING: a reversal without answer is sent again */
    CLOCK_LAPSE = 17,      /* TREATING: a stay that is not registered is forgotten */
    CLOCK_CONFIRM = 18,    /* TREATING: a core with two phases confirms */
    CLOCK_FILING_END = 19, /* both: a filing is valid until then */
    /* working days again */
    CLOCK_REPLY = 20, /* of a record's other side: it replies */
    CLOCK_CHECK = 21, /* OUT: says whether a medical relation may leave */
    CLOCK_CONSENT =
        22, /* IN: consents to take over a temporary account, or returns the letter */
    CLOCK_GATHER = 23, /* IN: a change of scheme waits until relations are gathered */
    CLOCK_KINDS
};

enum clock_state { CLOCK_STATE_OFF, CLOCK_STATE_RUNNING, CLOCK_STATE_PASSED, CLOCK_STATE_MET };

/* One statutory clock (时限). Ends at 24:00 +08:00 of its last day. */
struct flow_clock {
    uint8_t kind;
    uint8_t state;
    bool provisional; /* beyond the calendar's range: recomputed when a new one is loaded */
    bool paused;
    uint16_t days;    /* working days */
    struct day start; /* day 0 */
    uint32_t region;  /* of the one who must act: its calendar counts */
    uint32_t calendar_version;
    struct instant due;
};

enum case_flag {
    CASE_OVERDUE = 1,    /* a clock passed; never decides anything */
    CASE_FORM_HELD = 2,  /* IN: a form passed its hard checks; OUT: a form was sent */
    CASE_MONEY_SEEN = 4, /* IN: money booked; OUT: money sent */
    CASE_FLAGGED = 8,  /* a person must look: a letter died, or was refused though no step waits
                          for that */
    CASE_MERGED = 16,  /* both sides opened the same business; see `other` */
    CASE_PARTIAL = 32, /* part is excluded from the transfer (人社厅发〔2019〕94号) */
    CASE_CORRECTED = 64,         /* ended, and `other` corrects it */
    CASE_NO_MONEY = 128,         /* no money moves on this route */
    CASE_CERTIFICATE = 256,      /* certificate_balance is known */
    CASE_OVERLAP = 512,          /* the form has a month in two regions (重复缴费) */
    CASE_FORM_BACK = 1024,       /* the newest form was returned */
    CASE_LETTER_BACK = 2048,     /* the newest letter was returned */
    CASE_REVERSAL_AGREED = 4096, /* the other side has taken up the reversal, or asked for it */
    /* settlement.stay */
    CASE_PRESETTLED = 1 << 13,     /* a trial was made with the lines in force */
    CASE_BOOKED = 1 << 14,         /* the settlement stands in the ledger of this side */
    CASE_UNCONFIRMED = 1 << 15,    /* TREATING: a core with two phases has not confirmed */
    CASE_WAS_UNCERTAIN = 1 << 16,  /* some outcome was unknown for a while (存疑) */
    CASE_WAS_REVERSED = 1 << 17,   /* something was reversed (冲正) */
    CASE_WAS_CANCELLED = 1 << 18,  /* a settlement was cancelled (撤销) */
    CASE_OVERLAPS = 1 << 19,       /* the person has another stay at that time (DUP_STAY) */
    CASE_EMERGENCY = 1 << 20,      /* counts as filed */
    CASE_LATE_ADDED = 1 << 21,     /* injury.record: added to the roster after the accident */
    CASE_RESIDENT_MONEY = 1 << 22, /* pension.remittance: a bank line of residents' money;
                                      pension.switch: the change is to the residents */
    CASE_ACCOUNT_BARRED = 1 << 23, /* settlement.stay: asked without use of the account */
    CASE_LINES_HELD = 1 << 24,     /* settlement.stay: cancelled, and not answered yet */
    CASE_TO_INSTITUTION = 1 << 25, /* the relation, or a bank line's money, goes into the scheme
                                      of the institutions (120) */
    CASE_TAKEN_OVER = 1 << 26, /* opened in another system; nobody signed what came so far */
    CASE_FROM_EMPLOYEES = 1 << 27, /* pension.institution: it comes from the employees' (110) */
    CASE_DISMISSED = 1 << 28,      /* pension.institution: the former unit applies, at OUT */
};

struct flow_case {
    struct uuid case_id;
    struct uuid other; /* merged into, corrects, or corrected by (flags); else none */
    uint16_t flow;
    uint8_t role;
    uint8_t state;
    uint32_t version;   /* +1 with every accepted event */
    uint32_t flags;     /* enum case_flag */
    uint32_t party;     /* number of the far province; 0: the case is alone (flow.alone) */
    uint32_t core;      /* number of the own core that takes part; 0: none */
    uint32_t in_region; /* six digits */
    uint32_t out_region;
    uint32_t letter_revision; /* highest accepted, 0 none */
    uint32_t form_revision;
    struct money form_total;  /* A6 of the newest form, at IN of the one that is held; of a bank
                                line: allocated */
    struct money money_total; /* IN: booked; OUT: advised; of a bank line: its amount */
    struct money certificate_balance; /* AAE240 of the 参保缴费凭证 */
    struct money reverse_total;       /* to be returned in a reversal */
    struct money reversed_total;      /* of it returned (IN), booked (OUT) */
    struct day accepted_on;           /* 受理, as the agency wrote it; 0: none */
    struct instant opened_at;
    struct instant changed_at;
    char trace[TRACE_SIZE];                    /* AAZ341; institution/stay; region/filing */
    uint8_t person_tag[16];                    /* keyed; all zero until known */
    char last_code[CODE_SIZE];                 /* newest refusal or return code; "" none */
    struct flow_clock clocks[FLOW_CLOCKS_MAX]; /* a kind appears at most once; kind 0: free */
    union {
        struct stay stay;
        struct filing filing;
        struct injury_record injury;
        struct medical medical;
    } part; /* which one, follows from the flow: flow_part_of() */
};

enum event_source {
    EVENT_SUBMITTED = 1, /* our own core says it */
    EVENT_RECEIVED = 2,  /* the far province says it, signed */
    EVENT_RECEIPT = 3,   /* the verdict on a message that we sent */
    EVENT_TIMER = 4,     /* a clock passed */
    EVENT_OPERATOR = 5
};

struct flow_event {
    enum event_source source;
    uint16_t action;   /* of the message; for RECEIPT: of the message receipted */
    uint32_t revision; /* likewise */
    struct instant at; /* entry time = legal receipt, whatever the sender's clock says */
    const struct record *body; /* national form; NULL for timers and receipts */
    /* RECEIPT only */
    enum verdict verdict;
    struct instant received_at; /* there */
    char code[CODE_SIZE];       /* there, of a refusal */
    /* TIMER; OPERATOR, of a limit that is paused or resumed */
    uint8_t clock_kind;
    /* Opening events: what the engine knows and the flow copies into the new case */
    struct uuid case_id;
    uint32_t party;
    uint32_t core;
    uint32_t in_region;
    uint32_t out_region;
    uint8_t role; /* the one that our region has in the document; 0: not known */
    uint8_t person_tag[16];
    const struct flow_case *rival; /* another open case of this person and route, or NULL */
    /* The case that this one corrects, or is to correct; NULL: there is none. */
    const struct flow_case *corrected;
    /* What the postings of this event booked on other cases (flow.postings). */
    struct money posted;
    uint64_t posted_rows; /* which of its items: bit 0 for the first */
    /* Of a message: its id and what it replies to; of a receipt: the letter's id. */
    struct uuid message_id;
    struct uuid in_reply_to;
    struct instant answer_by;        /* RECEIVED questions */
    uint8_t key[32];                 /* SUBMITTED: the core's own key, as the inbox has it */
    struct uuid ids[FLOW_SENDS_MAX]; /* MessageIds that the decision's sends will bear */
    bool core_two_phase;             /* our own core calls, and then confirms */
    /* SUBMITTED reversals and queries that name their original by the core's own key: the
     * MessageId under which it was asked, or, of a key that never came here, one made of it;
     * none if no key is named. `named_elsewhere`: it is another case's. */
    struct uuid named;
    bool named_elsewhere;
    /* Other cases of the person, newest first, whatever their flow (flow.looks_at); `more`:
     * there are too many */
    const struct flow_case *const *related;
    size_t related_count;
    bool related_more;
    /* Charge lines of the document, in its order; and the digest of all that are in force. */
    const struct flow_line *lines;
    size_t line_count;
    uint8_t lines_digest[32];
    /* The case that the flow recalls for this event, and what is kept of it (flow.recall);
     * NULL: there is none, or it can no longer be read. */
    const struct flow_case *recalled;
    const struct record *kept[FLOW_KEPT_MAX];
};

_Static_assert(FLOW_POSTINGS_MAX <= 64, "a bit for each item");

/* What one event brings for another case: money, booked there as ACTION_FUND_RECEIPT of our
 * own, or another document that our own core might have submitted. */
struct flow_posting {
    char trace[TRACE_SIZE];
    uint32_t in_region; /* of that case; 0: as the event's */
    uint16_t action;    /* 0: ACTION_FUND_RECEIPT */
    struct money amount;
    uint16_t row;              /* 1-based item of the document, 0: found in its remark */
    bool whole;                /* only if nothing else of the document fits: no guessing */
    const struct record *body; /* the fund receipt, or that document */
};

enum flow_target { FLOW_TO_PARTNER = 1, FLOW_TO_CORE = 2 };

/* One message to send. `made` is NULL when the body is the event's own. */
struct flow_send {
    enum flow_target target;
    uint16_t action;
    uint32_t revision;
    const struct record *made; /* in the decision's arena */
    struct instant answer_by;  /* a question: the answer is wanted by then */
    struct uuid in_reply_to;   /* an answer: to this message; none: to the event's own */
};

/* One line of double entry between two provinces, and what it stands for (docs/rules.md). */
enum account {
    ACCOUNT_NONE,
    ACCOUNT_RECEIVABLE = 1, /* 应收: TREATING has advanced it for INSURED */
    ACCOUNT_PAYABLE = 2,    /* 应付: INSURED owes it to TREATING */
    ACCOUNT_HOSPITAL = 3,   /* TREATING owes it to its hospitals */
    ACCOUNT_FUND = 4,       /* INSURED: borne by the fund */
    ACCOUNT_PERSONAL = 5,   /* INSURED: taken from personal accounts */
    ACCOUNTS
};
struct flow_owed {
    uint8_t debit; /* enum account */
    uint8_t credit;
    uint8_t insurance;
    struct money amount; /* negative: an earlier one is undone */
    uint32_t period;     /* yyyymm of China's date */
};

/* What a decision does to the charge lines of its case. */
enum lines_change {
    LINES_STAY,
    LINES_ADD,        /* those of event.lines that were not known */
    LINES_DROP_BATCH, /* the newest batch: it was not taken over there */
    LINES_HOLD,       /* those of event.lines are out of force, until it is known to stay so */
    LINES_HOLD_ALL,
    LINES_PUT_BACK, /* what is held */
    LINES_LET_GO    /* likewise, for good */
};

struct flow_warning {
    char code[CODE_SIZE]; /* "PEN-C05" */
    uint16_t row;         /* 1-based row of the document; of a PEN-PL code and of PEN-R04 the
                             first two digits of the province; 0: none */
};

enum decision_kind {
    DECISION_ACCEPTED,
    DECISION_REFUSED, /* `code` says why; `after` equals `before` */
    DECISION_LATER    /* not decidable yet: the event may be early (crossing); answer 503 */
};

struct flow_decision {
    enum decision_kind kind;
    char code[CODE_SIZE];
    char reason[160]; /* for a person at the other end; no personal data */
    struct flow_case after;
    struct flow_send sends[FLOW_SENDS_MAX];
    size_t send_count;
    struct flow_warning warnings[FLOW_WARNINGS_MAX];
    size_t warning_count;
    struct flow_case *also[FLOW_ALSO_MAX]; /* other cases as they stand after this event */
    size_t also_count;
    bool closes; /* the case has reached an end state */
    struct flow_owed owed[FLOW_OWED_MAX];
    size_t owed_count;
    enum lines_change lines;
    uint32_t lines_batch; /* ADD, DROP_BATCH */
    /* Whoever waits under this key is answered with the event (TREATING): by its body, or, if
     * there is none, by verdict and code. */
    bool answers;
    uint8_t answers_key[32];
    enum verdict answers_verdict; /* REFUSED: it definitely did not happen; NONE: not known */
    const struct record *reply;   /* SUBMITTED: the answer itself; nobody needs to wait */
    uint16_t reply_action;
    bool pending; /* SUBMITTED, RECEIVED: a question; its answer comes later */
};

/* What must hold besides (from, source, action) for a step to fit: all of the bits, with what
 * the event brings. The first fitting row counts. */
enum flow_guard {
    GUARD_NONE = 0,
    GUARD_CHECKS_FAIL = 1 << 0, /* a hard check on the form fails */
    GUARD_FORM = 1 << 1,        /* an accepted form is held */
    GUARD_MONEY = 1 << 2,       /* money is booked */
    GUARD_NO_MONEY = 1 << 3,    /* nothing is booked */
    GUARD_SUMS_EQUAL = 1 << 4,  /* form held and money equal; on a route without money the form
                                   alone */
    GUARD_SUMS_DIFFER = 1 << 5, /* form held and money booked, but different */
    GUARD_ACCEPTED = 1 << 6,    /* verdicts of a receipt */
    GUARD_REFUSED = 1 << 7,
    GUARD_NO_CASE_THERE = 1 << 8, /* the code of a refusal: FLOW_NO_CASE */
    GUARD_CORRECTS = 1 << 9,      /* this case was opened to correct another */
    GUARD_ELSEWHERE = 1 << 10,    /* another open case of this person and route exists */
    GUARD_MONEYLESS = 1 << 11,    /* no money moves on this route */
    GUARD_AGREED = 1 << 12,       /* the withdrawal or reversal is agreed to */
    GUARD_OVERLAP = 1 << 13,      /* months are to be cleared after the transfer */
    GUARD_REVERSED = 1 << 14,     /* all that was to be returned is back */
    GUARD_REST = 1 << 15,         /* part of a bank line has no case */
    GUARD_FORM_BACK = 1 << 16,    /* the newest form was returned */
    GUARD_LETTER_BACK = 1 << 17   /* the newest letter was returned */
};

/* Further guards are a flow's own: it says which of them hold (flow.guards). */

/* A set of clocks, in a step. */
#define FLOW_CLOCK(kind) (1u << (kind))

/* As a `refusal`: the event may be early; DECISION_LATER, not refused. */
#define FLOW_LATER "LATER"

/* Codes of refusals that flows act upon. */
#define FLOW_NO_CASE "FLW-03" /* no such case here, and this message does not open one */
#define FLOW_MERGED                                                                            \
    "FLW-07" /* the same business is open under a lower case id, which stays                   \
              */

/*
 * One row of a flow's table. A sent document is the event's own body when its action is the
 * event's, else the flow makes it; of what the gateway itself makes for the partner the own
 * core always gets a copy for information.
 */
struct flow_step {
    uint8_t from;         /* a state, FLOW_OPENING, FLOW_ANY or FLOW_ACTIVE */
    uint8_t source;       /* enum event_source */
    uint8_t action;       /* of a timer: enum clock_kind */
    uint32_t guard;       /* enum flow_guard, or the flow's own; all of the bits */
    uint8_t to;           /* a state, or FLOW_SAME */
    const char *refusal;  /* not NULL: refused with this code, state unchanged; or FLOW_LATER */
    uint8_t send_partner; /* enum action, 0 none */
    uint8_t send_core;
    uint32_t clocks_start; /* FLOW_CLOCK() bits */
    uint32_t clocks_met;   /* likewise; reaching an end state meets every clock */
};

/* What an event brings to its case, read from its body before a step is looked for. */
struct flow_facts {
    const char
        *refusal;       /* not NULL: the event does not fit the case; its code, or FLOW_LATER */
    const char *reason; /* of that; a literal */
    char trace[TRACE_SIZE];
    uint32_t in_region; /* as the body says; opening events only */
    uint32_t out_region;
    char code[CODE_SIZE]; /* becomes last_code; "" leaves it */
    bool checks_fail;
    bool elsewhere; /* another open case of this person and route exists */
    bool agreed;    /* the other side agrees to a withdrawal or reversal */
    bool overlap;
    /* These begin as the case stands, and say how it stands with what the event brings. */
    uint32_t flags; /* enum case_flag, but for CASE_OVERDUE */
    bool form_held;
    bool money_seen;
    struct money form_total;
    struct money money_total;
    struct money certificate_balance;
    struct money reverse_total;
    struct money reversed_total;
    struct day accepted_on;
    struct day clocks_from[CLOCK_KINDS]; /* not 0: this clock starts, with this day as day 0 */
    uint32_t clocks_pause;  /* FLOW_CLOCK() bits: the other side says that its duty rests, */
    uint32_t clocks_resume; /* or goes on */
    unsigned guards;        /* the flow's own */
    bool remake;            /* a document is made anew though it is the event's own */
    const void *details;    /* the flow's own, for its `make` */
};

/* What a decision is made from. `before` is never NULL here: an opening event has an empty case
 * with flow and role. */
struct flow_situation {
    const struct flow *flow;
    const struct rules *rules;
    const struct calendar *calendar;
    const struct flow_case *before;
    const struct flow_event *event;
    struct arena *arena;
    bool opening;
};

/* A pair of states (IN side, OUT side) in which both may rest with nothing under way. */
struct flow_pair {
    uint8_t in_state;
    uint8_t out_state;
};

/* Another case, by what names it in its region. */
struct flow_recall {
    char trace[TRACE_SIZE];
    uint32_t in_region;
};

/* How a document names its case, and the regions of the two roles. */
struct flow_reference {
    char trace[TRACE_SIZE]; /* "" if it names none */
    uint32_t in_region;     /* 0: absent or not a region */
    uint32_t out_region;
};

/* One of the kinds that cases of a flow are of: "EP-RP", {"employees to residents",
 * "职工转居民"}. The code is for programs and for a narrow column. */
struct flow_kind {
    const char *code;
    struct name name;
};

struct flow_listing;  /* core/flow_listing.h */
struct flow_takeover; /* core/flow_takeover.h */

struct flow {
    uint16_t number;
    const char *limits;      /* NULL, or what the ids of its own limits end with: PEN-D1-RP */
    const char *family;      /* NULL, or what stands for PEN in them: MED-D1 */
    uint32_t swapped_clocks; /* FLOW_CLOCK() bits: here the duty of the other of its roles */
    uint8_t roles[2];        /* whose region is in_region, whose is out_region */
    uint32_t exact_clocks;   /* FLOW_CLOCK() bits: due to the millisecond; the flow starts them
                                itself, and where no step waits for one nothing happens */
    bool outward; /* a route goes from the first role's region to the second's, not back */
    bool quiet;   /* the own core gets no copy of what the gateway makes for the partner */
    const struct name *states;
    size_t state_count;
    uint32_t ends; /* bit per end state */
    const struct flow_step *steps[ROLES];
    size_t step_count[ROLES];
    /* NULL, or the flow whose steps follow these: it goes the same way but for them. */
    const struct flow *rest;
    const struct flow_pair *pairs;
    size_t pair_count;
    /* Fills `facts` (which begin as the case stands), the decision's warnings and the other
     * cases it changes. Only memory can fail. Called where a step of this source and action
     * exists. */
    bool (*read)(const struct flow_situation *situation, struct flow_facts *facts,
                 struct flow_decision *decision, struct error *err);
    /* Makes the document of `send->action`: fills send->made and send->revision. */
    bool (*make)(const struct flow_situation *situation, const struct flow_facts *facts,
                 struct flow_send *send, struct error *err);
    /* Which guards hold with what the event brings. NULL: flow_guards(). */
    unsigned (*guards)(const struct flow_situation *situation, const struct flow_facts *facts);
    /* NULL: reference/traceNumber, inRegion, outRegion. */
    void (*reference)(const struct record *body, struct flow_reference *reference);
    /* The highest accepted revision of this kind of message, or NULL if it is not counted;
     * NULL: nothing is counted. */
    uint32_t *(*revision)(struct flow_case *flow_case, unsigned action);
    /* NULL, or: the rest of a step, after state, facts and clocks; fills decision->owed, lines,
     * answers, changes after->part. Sends are there already. Only memory can fail. */
    bool (*settle)(const struct flow_situation *situation, const struct flow_step *step,
                   const struct flow_facts *facts, struct flow_decision *decision,
                   struct error *err);
    /* NULL, or: does an event with this document look at other cases of the person
     * (event.related)? */
    bool (*looks_at_person)(unsigned action);
    /* NULL: at all of them; or: does this event look at that one? The others are not counted
     * either. */
    bool (*looks_at)(const struct flow_event *event, const struct flow_case *other);
    /* NULL, or: the one case that a document names instead of a person. false: it names none.
     */
    bool (*case_named)(const struct record *body, struct uuid *case_id);
    /* NULL, or: the insurance that a case is about (险种类型 AAE140), a literal; NULL: it does
     * not say. */
    const char *(*insurance)(const struct flow_case *flow_case);
    /* NULL, or: has a case of this route no gateway at its far end? Then it is alone: its party
     * is 0, what a step sends to the partner goes nowhere, and no province may speak of it. */
    bool (*alone)(uint32_t in_region, uint32_t out_region);
    /* NULL, or: what this event would book on other cases. Whoever runs the flow tries each,
     * and tells the flow of the outcome in event.posted before it decides. */
    bool (*postings)(const struct flow_situation *situation, struct flow_posting *postings,
                     size_t *count, struct error *err);
    /* NULL, or: whose kept documents this one is decided from. false: nobody's. */
    bool (*recall)(unsigned action, const struct record *body, struct flow_recall *recall);
    /* NULL, or: what our own core is told at once about all its cases. */
    const struct flow_listing *listing;
    /* The kinds of its cases, and which of them a case is: its place in the list, or
     * kind_count if that is not known yet. `kind` NULL: there is but one. */
    const struct flow_kind *kinds;
    size_t kind_count;
    size_t (*kind)(const struct flow_case *flow_case);
    /* NULL, or: is or was `other`, a case of the same person, one that `flow_case` waits for?
     */
    bool (*waits_for)(const struct flow_case *flow_case, const struct flow_case *other);
    /* NULL, or: which open cases of another system become cases here. */
    const struct flow_takeover *takeover;
};

/* NULL if the number is unknown. */
const struct flow *flow_find(unsigned number);
/* Every flow, in order; NULL terminated. */
extern const struct flow *const flows[];

/* The steps of a role, in the order in which they are looked at; NULL behind the last. */
const struct flow_step *flow_step_at(const struct flow *flow, unsigned role, size_t index);

/* May this (source, action) open a case? Sets *role to the role we then play: `likely` (a role,
 * or ROLE_NONE) if the flow opens in that role too, else the one in which it opens. */
bool flow_opens(const struct flow *flow, enum event_source source, unsigned action,
                uint8_t likely, uint8_t *role);

/*
 * The codes every flow shares: FLW-01 out of order, FLW-02 not the revision that is due, FLW-06
 * it corrects no case that could be corrected, FLW-07 the other side opened the same business
 * under a lower case id, which stays (the engine adds FLW-03 to FLW-05, FLW-08). The
 * revision that is due is the highest accepted one + 1; a message that the other side refused
 * does not count as accepted, so the next one bears its number again. A receipt that no step
 * waits for changes nothing but CASE_FLAGGED and last_code when it says refused or conflict. A
 * timer for a clock that is not running, or before its time, is refused; a clock that passes
 * makes a reminder: for the partner (and a copy for our own core) if the duty is his, else for
 * our own core.
 *
 * Total: an event we do not accept is a refusal for the sender to read, never an error; only
 * memory can fail (ERROR_MEMORY). `before` is NULL for an opening event. `arena` holds what the
 * decision makes.
 */
MUST_USE bool flow_decide(const struct flow *flow, const struct rules *rules,
                          const struct calendar *calendar, const struct flow_case *before,
                          const struct flow_event *event, struct arena *arena,
                          struct flow_decision *decision, struct error *err);

/* The guards of GUARD_… above. For flows. */
unsigned flow_guards(const struct flow_situation *situation, const struct flow_facts *facts);
/* How a document of this flow names its case. */
void flow_reference_of(const struct flow *flow, const struct record *body,
                       struct flow_reference *reference);
/* Which part a case of this flow has: enum flow_part. */
unsigned flow_part_of(unsigned flow);
/* The open question of a case, NULL if its flow asks none or none is open. */
const struct flow_question *flow_case_question(const struct flow_case *flow_case);
/* The key of the own core's submission that brought a document which is kept for others to be
 * decided from; NULL: none. */
const uint8_t *flow_case_kept(const struct flow_case *flow_case, size_t index);

/* Adds a warning while there is room. For flows. */
void flow_warn(struct flow_decision *decision, const char *code, uint16_t row);

/* The state's names; unknown gives {"unknown", "未知"}. */
struct name flow_state_name(const struct flow *flow, unsigned state);
bool flow_state_ends(const struct flow *flow, unsigned state);
/* Of which kind a case is; NULL: not known, or its flow knows no kinds. */
const struct flow_kind *flow_case_kind(const struct flow_case *flow_case);
/* May both sides rest so? */
bool flow_pair_allowed(const struct flow *flow, unsigned in_state, unsigned out_state);
/* Whose duty a clock is: enum role; in a flow, and in general. */
uint8_t flow_clock_duty(const struct flow *flow, unsigned kind);
uint8_t clock_duty(unsigned kind);
/* The earliest running clock, or NULL. */
const struct flow_clock *flow_case_due(const struct flow_case *flow_case);
struct name clock_kind_name(unsigned kind);
/* By its English or its Chinese name; CLOCK_NONE if there is none. */
unsigned clock_kind_by_name(struct text name);

/* Exact bytes of a case (CASE_AFTER, database `cases`): docs/ledger-format.md. Decoding gives
 * ERROR_LEDGER on anything that encoding would not have written. */
void flow_case_encode(const struct flow_case *flow_case, struct buffer *buffer);
MUST_USE bool flow_case_decode(struct text bytes, struct flow_case *flow_case,
                               struct error *err);

#endif
