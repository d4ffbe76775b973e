/*
 * injury_record.h - the flow injury.record (工伤协查与告知): what two places tell each other
 * about an injury, and what a place keeps of its construction projects. docs/rules.md.
 *
 * Four kinds of exchange, each a case of its own. A question (insured_query, cover_query) is
 * answered at once or lapses; a request (assistance and the like) is answered within working
 * days; a decision (recognition, appraisal, confirmation) is held by the other side until it is
 * withdrawn; a notice is told once. TREATING is whoever opened it, INSURED the other side,
 * wherever the insurance is. A project and its roster are our own core's alone; a question
 * about cover that they answer is not put to the core.
 *
 * Rules: STL-TREATING and STL-HOSPITAL (milliseconds) of a question, INJ-REPLY (working days)
 * of a request.
 */
#ifndef CORE_INJURY_RECORD_H
#define CORE_INJURY_RECORD_H

#include "core/flow.h"
#include "core/injury_checks.h"
#include "core/injury_cover.h"

/* In the journal for ever: append only. */
enum injury_record_state {
    INJURY_ASKED = 0,     /* 待答复: a question */
    INJURY_REQUESTED = 1, /* 待回复: a request */
    INJURY_ANSWERED = 2,  /* end */
    INJURY_REJECTED = 3,  /* end: the other side has no answer, and says why */
    INJURY_LAPSED = 4,    /* end: not answered in time; an answer that comes is taken */
    INJURY_SENT = 5,      /* TREATING: a notice without its receipt */
    INJURY_NOT_TAKEN = 6, /* end at TREATING: refused over there; may be sent anew */
    INJURY_HELD = 7,      /* a decision in force */
    INJURY_WITHDRAWN = 8, /* end */
    INJURY_TOLD = 9,      /* end: a notice that was taken */
    INJURY_KEPT = 10,     /* a project, with its roster */
    INJURY_OVER = 11,     /* end: a project that is closed, or cancelled; it is looked at on */
    INJURY_STATES
};

/* What must hold besides state, source and action. */
enum injury_record_guard {
    INJURY_IF_OK = 1 << 0,        /* the answer says ok */
    INJURY_IF_NO = 1 << 1,        /* it says rejected */
    INJURY_IF_MINE = 1 << 2,      /* it answers the open question, or the request */
    INJURY_IF_LATE = 1 << 3,      /* it answers the question that has lapsed */
    INJURY_IF_REFUSED = 1 << 4,   /* a receipt that says refused, or conflict */
    INJURY_IF_FIRST = 1 << 5,     /* of a decision: its first revision */
    INJURY_IF_WITHDRAWS = 1 << 6, /* a decision that is withdrawn */
    INJURY_IF_NO_CASE = 1 << 7,   /* refused: no such case there */
    INJURY_IF_KNOWN = 1 << 8,     /* cover_query: what is kept answers it */
    INJURY_IF_ENDS = 1 << 9,      /* project: closed or cancelled */
    INJURY_IF_TAKEN = 1 << 10     /* a receipt that says accepted, or pending */
};

/* What is exchanged, and how. */
enum injury_record_kind {
    KIND_NOTHING, /* reminders, status */
    KIND_QUESTION,
    KIND_REQUEST,
    KIND_ANSWER,
    KIND_DECISION,
    KIND_NOTICE,
    KIND_OWN /* a project, its roster */
};

extern const struct flow injury_record_flow;

enum injury_record_kind injury_kind_of(unsigned action);
/* The action that answers a question or a request; ACTION_NONE for anything else. */
unsigned injury_answer_action(unsigned asked);

/* What a document says, between reading and the effects. */
struct injury_facts {
    struct injury_issues issues;
    bool answer_ok;
    uint32_t revision;
    bool withdraws;
    char recognition[RECOGNITION_SIZE];
    struct instant about;
    bool covered; /* `cover` was decided: from the document, or from what is kept */
    bool known;   /* from what is kept */
    struct injury_cover cover;
    enum injury_project_state project;
};

/* flow.h: read, guards, make, settle, reference, postings, recall. */
bool injury_record_read(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision, struct error *err);
unsigned injury_record_guards(const struct flow_situation *situation,
                              const struct flow_facts *facts);
bool injury_record_make(const struct flow_situation *situation, const struct flow_facts *facts,
                        struct flow_send *send, struct error *err);
bool injury_record_settle(const struct flow_situation *situation, const struct flow_step *step,
                          const struct flow_facts *facts, struct flow_decision *decision,
                          struct error *err);
void injury_record_reference(const struct record *body, struct flow_reference *reference);
bool injury_record_postings(const struct flow_situation *situation,
                            struct flow_posting *postings, size_t *count, struct error *err);
bool injury_record_recall(unsigned action, const struct record *body,
                          struct flow_recall *recall);

#endif
