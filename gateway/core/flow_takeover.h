/*
 * flow_takeover.h - an open case of another system becomes one of ours (接管在办业务): what its
 * list says of it, and how the case then stands.
 *
 * Which states may be taken over is a table of the flow (flow.takeover). Nothing may be under
 * way in them: what was sent there cannot be receipted here. A row names what holds in the
 * state and what does not (guards, as in a step), and the limits that run; the first fitting
 * row counts. Limits run from the day 0 that the list names, by the rules of that day, and may
 * have passed. States, sums and dates are only what the other system says: nobody signed them.
 */
#ifndef CORE_FLOW_TAKEOVER_H
#define CORE_FLOW_TAKEOVER_H

#include "core/flow.h"

enum { TAKEOVER_LIMITS_MAX = 4, TAKEOVER_WHY_SIZE = 120 };

enum takeover_answer { TAKEOVER_UNSAID, TAKEOVER_YES, TAKEOVER_NO };

struct takeover_limit {
    uint8_t kind; /* enum clock_kind, each once */
    struct day from;
};

/* One line of the list. What it does not say is zero, texts are empty. */
struct takeover {
    uint16_t flow;
    uint8_t role;
    uint8_t state;
    uint32_t in_region;
    uint32_t out_region;
    char trace[TRACE_SIZE];
    struct day opened_on;
    uint8_t opened_by;         /* enum role: where the person, or the unit, applied */
    struct text insurance;     /* the scheme that is entered, as its documents name it */
    struct text insurance_old; /* that is left */
    bool form_held;            /* its sum is said */
    struct money form_total;
    struct money money_total;
    enum takeover_answer money_moves; /* on this route */
    struct text money;                /* a state of its own: medical.transfer */
    struct text pay_way;
    uint32_t letter_revision;
    uint32_t form_revision;
    struct takeover_limit limits[TAKEOVER_LIMITS_MAX];
    size_t limit_count;
    /* Not for flows: the person's tags, by every key, newest first; the own core's number. */
    const uint8_t (*tags)[16];
    size_t tag_count;
    uint32_t core; /* 0: none takes part in this flow */
};

struct flow_takeover_row {
    uint8_t role;
    uint8_t state;
    uint8_t sent;    /* enum takeover_sent: what has been sent in this state */
    uint32_t flags;  /* enum case_flag, of every case in this state */
    unsigned holds;  /* guards: all of the bits */
    unsigned lacks;  /* none of them */
    uint32_t clocks; /* FLOW_CLOCK bits: each of these is named */
    uint32_t others; /* each of these may be */
};
enum takeover_sent { SENT_NOTHING, SENT_LETTER = 1, SENT_FORM = 2 };

struct flow_takeover {
    const struct flow_takeover_row *rows;
    size_t count;
    const struct flow_takeover *rest; /* NULL, or whose rows follow these */
    /* The rest of `after`: kind, money. NULL: done; else what is wrong, beginning with the
     * column, a literal. */
    const char *(*take)(const struct takeover *from, const struct rules *rules,
                        struct flow_case *after);
};

/* Case and person ids, party, core and changed_at are left to the caller. false: it may not be
 * taken over so; `why` begins with the column that is wrong, and repeats nothing of it. */
bool flow_take_over(const struct takeover *from, const struct rules *rules,
                    const struct calendar *calendar, struct flow_case *after,
                    char why[TAKEOVER_WHY_SIZE]);

/* The rows of a flow, in the order in which they are looked at; NULL behind the last. */
const struct flow_takeover_row *flow_takeover_row_at(const struct flow *flow, size_t index);

#endif
