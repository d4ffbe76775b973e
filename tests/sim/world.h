/*
 * world.h - provinces in one process: the daemon's engine and core over a memory store, with a
 * clock, a network and cores that are played from one seed.
 *
 * A world has a storm phase, in which the network loses, repeats, delays and cuts, and gateways
 * crash before or after a commit; and a calm phase, after which everybody must agree. What the
 * simulator gives to the engine is only what the daemon gives it too: clock, random bytes, a
 * sealer and a carrier of letters. Signatures and XML are left out: they have tests of their
 * own.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "engine/engine.h"

enum {
    PROVINCES_MAX = 5,
    PACKETS_MAX = 4096,
    CASES_MAX = 16,
    PLAYS_MAX = 24,
    STATES_MAX = 32,
    PAPERS_MAX = 64,
    QUEUE_MAX = 512,
    SEEN_MAX = 4096
};

/* Planted mistakes, to see that the checks have teeth. */
enum fault {
    FAULT_NONE,
    FAULT_ANSWER_BEFORE_COMMIT,
    FAULT_NO_DUPLICATE_CHECK, /* message keys are made new on arrival */
    FAULT_OUTBOX_DROPPED,     /* a letter counts as done when it is sent */
    FAULT_TWO_TRANSACTIONS,   /* entry and state first, then letters; a crash between */
    FAULT_NO_RETRY,           /* after a restart no older letter is tried any more */
    FAULT_NEVER_WOKEN,        /* clocks run out and nobody notices */
    FAULT_PAPER_TWICE         /* what our own core brings again is taken as new */
};

struct world;

/* A message, a receipt, or a core's paper under way. Bytes are the packet's own. */
struct packet {
    struct instant at; /* arrival */
    uint32_t from;     /* province index */
    uint32_t to;
    bool receipt;
    uint64_t out_id; /* whose answer it is; of the sending province's boot `boot` */
    uint32_t boot;
    uint8_t *bytes;
    size_t size;
    struct receipt answer; /* of a receipt packet */
    bool unavailable;      /* a receipt packet that says 503 */
};

/* Which case of a plan a document belongs to. */
enum business {
    TRANSFER,
    REVERSAL_OF_IN,  /* opened by IN after the transfer has ended */
    REVERSAL_OF_OUT, /* likewise by OUT: of the two one stays */
    BANK_LINE,
    BUSINESSES
};

/* One document a core still has to bring to its gateway. */
struct paper {
    struct instant at;
    uint32_t case_index;
    uint16_t action;
    uint32_t revision;
    uint32_t number; /* makes the local key unique */
    bool good;       /* a form whose boxes add up; an answer that agrees */
    enum business which;
    unsigned tries;
    struct money amount; /* a part, or the rest of a bank line; 0: all */
    struct uuid named;   /* of an enquiry: the CaseId; none: it asks by the person */
};

/* A document that a gateway has pushed to its core. */
struct news {
    uint32_t province;
    uint32_t case_index;
    uint16_t action;
    enum business which;
    struct uuid message_id;
    const struct record *body;
};

struct province {
    struct world *world;
    uint32_t index;
    struct store *store;
    struct ledger *ledger;
    struct engine *engine;
    struct work *queue[QUEUE_MAX]; /* volatile: lost in a crash */
    size_t queue_count;
    bool up;
    struct instant up_at;
    uint32_t boot;
    uint64_t boot_seq; /* the first entry of this boot */
    struct paper papers[PAPERS_MAX];
    size_t paper_count;
    uint32_t paper_number;
};

/* What a form of the flow counts: forms.c. */
enum form_kind {
    FORM_POOLED,   /* account and pooled fund of employees */
    FORM_ACCOUNT,  /* the account of employees alone */
    FORM_RESIDENT, /* the account of residents */
    FORM_ANNUITY   /* book and real money */
};

/* How the bank's line names the case that its money is for. */
enum line_kind {
    LINE_NONE, /* no line: the core books the money itself */
    LINE_NAMED,
    LINE_REMARK, /* in the words of its remark */
    LINE_BLANK,  /* not at all: the payer is asked */
    LINE_STRAY,  /* with money that is no case's, which goes back */
    LINE_KINDS
};

struct plan;

/* How a flow is played, one row each in plays.c: what its cores do with what they are told, and
 * with what their gateway has taken. */
struct play {
    const char *name;
    uint16_t flow;
    uint8_t weight;        /* of all the cases that are played */
    uint8_t turned_back;   /* the state in which a reversal ends */
    const char *insurance; /* kind, in every document */
    const char *money;     /* rule that says whether money moves; NULL: none does */
    enum form_kind form;
    bool form_says; /* without money the form's total is nothing */
    bool joins;     /* pension.institution: who comes from the employees */
    bool alone;     /* there is no other side */
    /* NULL, or: changes what was drawn to what such a case can be. */
    void (*intend)(struct world *world, uint32_t index);
    void (*start)(struct world *world, uint32_t index);
    void (*told)(struct world *world, const struct news *news);
    void (*accepted)(struct world *world, const struct paper *paper);
    /* NULL, or: what documents.c would write is another flow's; this makes the whole. */
    struct record *(*make)(struct arena *arena, const struct plan *plan,
                           const struct paper *paper);
    /* NULL, or: more than documents.c writes by itself. */
    void (*write)(struct arena *arena, struct record *root, const struct plan *plan,
                  const struct paper *paper);
    /* NULL, or: looks at more than the judge does by itself. */
    bool (*judge)(struct world *world, const struct plan *plan);
};

/* What the world intends with one person. */
struct plan {
    const struct play *play;
    uint32_t in; /* province indexes */
    uint32_t out;
    bool money_first;
    bool letter_returned;
    bool give_up;    /* after a return: refuse instead of writing again */
    bool bad_letter; /* of pension.switch: what a woman must say is missing, OUT refuses it */
    bool bad_form;
    bool loose_acceptance; /* the form goes without an acceptance before it */
    bool withdraws;        /* the person changes his mind */
    bool at_once;          /* it is refused, or withdrawn, before a letter is written */
    bool partial;          /* part is excluded, the person is told */
    bool overlap;          /* months are cleared after the transfer */
    bool reverses;         /* it was the wrong person */
    bool both_reverse;     /* both sides find out */
    bool moneyless;        /* no money on this route */
    uint32_t gathered;     /* the plan of a case that must end before this one; 0: none */
    bool two_sums;         /* the money comes in two */
    enum line_kind line;   /* the money comes as a bank line */
    unsigned slow_paper;   /* the how many-th paper takes weeks, 0: none */
    unsigned lost_paper;   /* the how many-th paper is never written */
    char person[64];       /* identity number */
    char traces[BUSINESSES][TRACE_SIZE];
    struct money total;
    /* of an enquiry */
    const struct plan *about; /* whose person it asks after; NULL: nobody's */
    uint32_t then;            /* the plan of the one by CaseId that comes behind; 0: none */
    bool follows;             /* it is that one */
    unsigned answers;         /* told to the core that asked */
    /* what the cores know */
    unsigned papers_written;
    bool unfinished;   /* a paper was never written */
    unsigned letters;  /* written so far */
    struct uuid asked; /* MessageId of the request that is to be answered */
    bool in_has_form;
    bool in_has_money;
    bool form_sent;
    bool money_sent;
    bool completed;
    bool stopped;         /* OUT sends no form and no money any more */
    struct money booked;  /* by IN's core, without bank lines */
    bool money_back;      /* IN has sent it back */
    struct money advised; /* accepted by OUT's gateway; not if the case closed before it came */
};

struct world {
    uint64_t seed;
    uint64_t random;
    enum fault fault;
    struct instant now;
    struct calendar *calendar;
    struct rules *rules;
    uint32_t province_count;
    struct province provinces[PROVINCES_MAX];
    struct packet packets[PACKETS_MAX];
    size_t packet_count;
    uint32_t case_count;
    struct plan plans[CASES_MAX];
    bool storm;
    unsigned loss; /* percent */
    unsigned again;
    unsigned crash; /* permille per step */
    bool partition;
    uint64_t steps;
    uint64_t crashes;
    uint64_t lost;
    uint64_t repeated;
    bool trace;                 /* tell each step on standard output */
    struct uuid seen[SEEN_MAX]; /* documents that a core has taken */
    size_t seen_count;
    uint64_t ends[PLAYS_MAX][STATES_MAX]; /* cases by flow and the state in which they rest */
    char failure[256];
};

MUST_USE bool world_open(struct world *world, uint64_t seed, enum fault fault, bool trace);
void world_close(struct world *world);
/* Storm, then calm, then the checks. false: world->failure says what is wrong. */
MUST_USE bool world_run(struct world *world);
/* SHA-256 tree root of a province's journal: equal seeds give equal roots. */
MUST_USE bool world_root(struct world *world, uint32_t province, struct digest *root);

uint64_t world_random(struct world *world, uint64_t below);
bool world_one_in(struct world *world, uint64_t many);
bool world_fail(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);

/* plays.c */
void plays_draw(struct world *world);
void plays_draw_plan(struct world *world, uint32_t index, const struct play *play);
const struct play *play_at(size_t index); /* NULL behind the last */
size_t play_index(const struct play *play);

/* cores.c */
void cores_start(struct world *world);
/* A document was pushed to the core behind `province`. */
void cores_told(struct world *world, uint32_t province, const struct entry_letter *letter,
                const struct record *body);
/* The gateway answered a paper. */
void cores_answered(struct world *world, uint32_t province, const struct paper *paper,
                    enum verdict verdict);
/* One more document for a core to bring, soon. */
struct paper *cores_paper(struct world *world, uint32_t province, uint32_t case_index,
                          uint16_t action, uint32_t revision, enum business which);
/* Letters and forms are counted: the number that the gateway takes next. */
uint32_t cores_revision(struct world *world, uint32_t province, uint32_t case_index,
                        uint16_t action);
/* Until a paper that was refused so often is written anew; 0: never again. */
int64_t cores_patience_ms(unsigned tries);
uint16_t cores_flow(const struct world *world, const struct paper *paper);
/* Are all plans at their end? */
bool cores_satisfied(const struct world *world);

/* transfer.c: application, letter, form and money; for flows that go much the same way, too. */
void transfer_start(struct world *world, uint32_t index);
void transfer_told(struct world *world, const struct news *news);
void transfer_accepted(struct world *world, const struct paper *paper);
void transfer_letter(struct world *world, uint32_t index, uint32_t writer);
void transfer_letter_back(struct world *world, uint32_t index, uint32_t writer);
void transfer_send_form(struct world *world, uint32_t index, bool good);
void transfer_send_all(struct world *world, uint32_t index); /* form and money, by the plan */
void transfer_money_comes(struct world *world, uint32_t index);
bool transfer_waits_for_money(const struct record *form_return);
void transfer_booked(struct world *world, uint32_t index); /* the money is there */

/* remittance.c: the bank line of a plan */
void remittance_comes(struct world *world, uint32_t index);
void remittance_told(struct world *world, const struct news *news);
void remittance_accepted(struct world *world, const struct paper *paper);
void remittance_refused(struct world *world, const struct paper *paper);
void remittance_write(struct arena *arena, struct record *root, const struct plan *plan,
                      const struct paper *paper);

/* temporary.c, institution.c, military.c, medical.c, injury.c, enquiry.c */
void temporary_start(struct world *world, uint32_t index);
void temporary_told(struct world *world, const struct news *news);
void temporary_accepted(struct world *world, const struct paper *paper);
void temporary_write(struct arena *arena, struct record *root, const struct plan *plan,
                     const struct paper *paper);
void institution_write(struct arena *arena, struct record *root, const struct plan *plan,
                       const struct paper *paper);
void dismissal_intend(struct world *world, uint32_t index);
void dismissal_start(struct world *world, uint32_t index);
void dismissal_accepted(struct world *world, const struct paper *paper);
void dismissal_write(struct arena *arena, struct record *root, const struct plan *plan,
                     const struct paper *paper);
void military_intend(struct world *world, uint32_t index);
void military_start(struct world *world, uint32_t index);
void military_told(struct world *world, const struct news *news);
void military_accepted(struct world *world, const struct paper *paper);
void medical_intend(struct world *world, uint32_t index);
void medical_start(struct world *world, uint32_t index);
void medical_told(struct world *world, const struct news *news);
void medical_accepted(struct world *world, const struct paper *paper);
void medical_write(struct arena *arena, struct record *root, const struct plan *plan,
                   const struct paper *paper);

void injury_intend(struct world *world, uint32_t index);
void injury_start(struct world *world, uint32_t index);
void injury_told(struct world *world, const struct news *news);
void injury_accepted(struct world *world, const struct paper *paper);
struct record *injury_make(struct arena *arena, const struct plan *plan,
                           const struct paper *paper);

void enquiry_intend(struct world *world, uint32_t index);
void enquiry_start(struct world *world, uint32_t index);
void enquiry_told(struct world *world, const struct news *news);
void enquiry_accepted(struct world *world, const struct paper *paper);
struct record *enquiry_make(struct arena *arena, const struct plan *plan,
                            const struct paper *paper);
MUST_USE bool enquiry_judge(struct world *world, const struct plan *plan);

/* switch.c */
void switch_intend(struct world *world, uint32_t index);
void switch_write(struct arena *arena, struct record *root, const struct plan *plan,
                  const struct paper *paper);

/* documents.c */
uint32_t province_region(uint32_t index);
uint32_t plan_out_region(const struct plan *plan);
MUST_USE struct record *document_make(struct arena *arena, const struct plan *plan,
                                      const struct paper *paper);
struct record *document_add(struct arena *arena, struct record *parent, const char *name,
                            const char *value);
void document_add_money(struct arena *arena, struct record *parent, const char *name,
                        int64_t fen);

/* forms.c */
void form_write(struct arena *arena, struct record *root, const struct plan *plan, bool good);

/* judge.c: a case as an officer sees it in his gateway. *found false: there is none. */
MUST_USE bool case_seen(struct world *world, uint32_t province, const struct plan *plan,
                        enum business which, struct flow_case *row, bool *found);

#endif
