/*
 * settlement_stay.h - the flow settlement.stay: one stay or visit in another province, from the
 * question who it is to the settlement, its cancellation and reversal (medical.md 6.1,
 * work-injury.md 3.2).
 *
 * TREATING asks, INSURED answers; one question at a time. What may be booked over there is
 * never guessed: a question whose answer does not come in time is queried while the hospital
 * waits, then reversed under its original MessageId until both sides agree.
 *
 * Exact clocks, all rules in milliseconds: STL-TREATING (AnswerBy), STL-HOSPITAL (how long the
 * hospital's request waits), STL-RETRY (a reversal is sent again, doubling up to
 * STL-RETRY-MAX), STL-LAPSE (identity asked, nothing followed), STL-CONFIRM (a core with two
 * phases).
 */
#ifndef CORE_SETTLEMENT_STAY_H
#define CORE_SETTLEMENT_STAY_H

#include "core/flow.h"
#include "core/stay_checks.h"

enum stay_state {
    STAY_ASKED,            /* 待识别 */
    STAY_IDENTIFIED,       /* 已识别 */
    STAY_REG_SENT,         /* 登记待答复 */
    STAY_REG_UNCERTAIN,    /* 登记存疑 */
    STAY_REGISTERED,       /* 已登记 */
    STAY_DISCHARGED,       /* 已出院 */
    STAY_SETL_SENT,        /* 结算待答复 */
    STAY_SETL_UNCERTAIN,   /* 结算存疑 */
    STAY_REVERSING,        /* 冲正中 */
    STAY_SETTLED,          /* 已结算 */
    STAY_CANCEL_SENT,      /* 撤销待答复 */
    STAY_CANCEL_UNCERTAIN, /* 撤销存疑 */
    STAY_MISMATCHED,       /* 账目不符: a person must look */
    STAY_REJECTED,         /* 登记被拒; may be tried again */
    STAY_VOID,             /* 登记已撤销 */
    STAY_MANUAL,           /* 转手工报销 */
    STAY_LAPSED,           /* 未登记失效; may be tried again */
    STAY_STATES
};

/* What must hold besides state, source and action. */
enum stay_guard {
    STAY_OK = 1 << 0,   /* the answer says ok */
    STAY_NO = 1 << 1,   /* the answer says rejected: definitely not done */
    STAY_MINE = 1 << 2, /* it answers the open question */
    STAY_LATE = 1 << 3, /* it answers the one that was given up */
    STAY_FAIL = 1 << 4, /* a hard check on its amounts fails */
    STAY_OUTPATIENT = 1 << 5,
    STAY_OF_REGISTER = 1 << 6, /* what is reversed, or queried */
    STAY_OF_SETTLE = 1 << 7,
    STAY_OF_CANCEL = 1 << 8,
    STAY_STANDS = 1 << 9,      /* INSURED: what is to be reversed stands here, or may yet */
    STAY_IS_BOOKED = 1 << 10,  /* outcome: it was done over there */
    STAY_NOT_BOOKED = 1 << 11, /* outcome: it was not, or is undone */
    STAY_TAKEN = 1 << 12,      /* verdicts of a receipt, on the open question */
    STAY_NOT_TAKEN = 1 << 13,
    STAY_NOT_TAKEN_LATE = 1 << 14, /* on the one that was given up */
    STAY_NO_CASE = 1 << 15,        /* code of a refusal: FLOW_NO_CASE */
    STAY_TWO_PHASE = 1 << 16,      /* our own core confirms what it calls */
    STAY_UNDER_WAY = 1 << 17,      /* a question is open */
    STAY_GONE = 1 << 18            /* TREATING: what our core would reverse is not there */
};

extern const struct flow settlement_stay_flow;

/* The action that answers a question; ACTION_NONE if it asks nothing. */
unsigned stay_answer_action(unsigned question);
bool stay_is_answer(unsigned action);

/* What a document says, between reading and the effects. */
struct stay_facts {
    bool answer_ok;
    bool reverses_known; /* REVERSE, QUERY: `original` names a question of this case */
    bool gone;           /* TREATING, REVERSE: what it names is not there, or not any more */
    unsigned of_action;  /* what REVERSE, QUERY, their answers and timers are about */
    struct uuid of;
    struct stay_split split;
    struct stay_issues issues;
    const struct flow_case *filing; /* found for a registration */
    bool overlaps;
    struct stay_profile profile;
    struct stay_sums batch; /* of the lines that are new, or that are cancelled */
    uint32_t batch_count;
    uint32_t batch_number;
    bool all_lines;
};

/* Is this the answer to the open question? */
bool stay_is_mine(const struct flow_situation *situation);
/* INSURED: does our own core say what it did, of something that was to be undone since? */
bool stay_comes_late(const struct flow_situation *situation);
/* A text of the document into a field of zeros; what is absent, or too long, leaves it empty.
 */
void stay_field(const struct record *body, const char *path, char *field, size_t size);
/* enum insurance of a document that says it; none if it does not. */
unsigned stay_insurance_of(const struct record *body);
/* What a registration says of its stay. */
void stay_describe(const struct record *body, struct stay *stay);

/* flow.h: read, guards, make, settle, reference. */
bool stay_read(const struct flow_situation *situation, struct flow_facts *facts,
               struct flow_decision *decision, struct error *err);
unsigned stay_guards(const struct flow_situation *situation, const struct flow_facts *facts);
bool stay_make(const struct flow_situation *situation, const struct flow_facts *facts,
               struct flow_send *send, struct error *err);
bool stay_settle(const struct flow_situation *situation, const struct flow_step *step,
                 const struct flow_facts *facts, struct flow_decision *decision,
                 struct error *err);
void stay_reference(const struct record *body, struct flow_reference *reference);

#endif
