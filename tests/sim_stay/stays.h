/*
 * stays.h - one stay, or two of one person, between two gateways in one process: the daemon's
 * engine and core over memory stores at both sides, a hospital's core, an insured agency's core
 * with books of its own, and a network between each of them, all played from one seed or one
 * script.
 *
 * A storm, in which whatever is sent is lost, repeated, delayed, and gateways crash before or
 * after a commit; then a calm, after which everybody must agree on the money. Signatures and
 * XML are left out, they have tests of their own.
 */
#ifndef SIM_STAY_STAYS_H
#define SIM_STAY_STAYS_H

#include "core/settlement_stay.h"
#include "engine/engine.h"

enum side_index { AT_TREATING, AT_INSURED, SIDES };
enum { STAYS = 2 }; /* of one person, each in a hospital of its own */

/* Party numbers at either side. */
enum { HOME = 1, PARTNER = 2, OWN_CORE = 3 };

enum {
    HAPPENINGS_MAX = 1024,
    QUEUE_MAX = 64,
    FLIGHTS_MAX = 64,
    PARKED_MAX = 32,
    STEPS_MAX = 24,
    BOOKS_MAX = 128,
    LETTERS_MAX = 256,
    SUBMISSION_KEY_SIZE = 24,
    SIM_MEMORY = 4 * 1024 * 1024
};

/* What a question and its answer travel through. */
enum hop {
    HOP_ASK,    /* hospital to its gateway */
    HOP_LETTER, /* TREATING to INSURED */
    HOP_PUSH,   /* INSURED to its core */
    HOP_SAY,    /* and back: the core to its gateway */
    HOP_ANSWER, /* INSURED to TREATING */
    HOP_TELL,   /* TREATING to the hospital that waits */
    HOPS
};

enum mishap {
    NO_MISHAP,
    REQUEST_LOST,
    ANSWER_LOST, /* what comes back for it: a receipt, a response */
    LATE,        /* after the hospital's patience */
    TWICE,
    CRASH_BEFORE, /* the gateway that takes it, or that waits for it */
    CRASH_AFTER,
    MISHAPS
};

/* Planted mistakes, to see that the judge has teeth. */
enum fault {
    FAULT_NONE,
    FAULT_BOOKS_TWICE,     /* the insured core books a repeated question again */
    FAULT_ONE_FEN,         /* an answer between the provinces is changed by one fen */
    FAULT_FORGETS_REVERSE, /* the insured core says reversed, and leaves it booked */
    FAULT_DEAF_HOSPITAL,   /* the hospital takes letters and does not read them */
    FAULT_OUTBOX_DROPPED,  /* TREATING counts a letter as done when it is sent */
    FAULTS
};

enum happening_kind {
    LETTER_COMES,
    RECEIPT_COMES,
    FLIGHT_OVER, /* the sender's own clock for one delivery */
    PUSH_COMES,
    SUBMISSION_COMES,
    RESPONSE_COMES,
    PARK_OVER,
    HOSPITAL_ACTS,
    INSURED_ACTS,
    FILINGS_ACT,
    PERSON_ACTS,
    PERSON_REPAIRS /* a dead letter */
};

/* What a core gets for its submission. */
enum told {
    TOLD_LATER,
    TOLD_REFUSED, /* definitely not done */
    TOLD_TAKEN,
    TOLD_ANSWER, /* by a document */
    TOLD_UNKNOWN /* in doubt; the gateway goes on */
};

struct bytes {
    uint8_t *at; /* malloc */
    size_t size;
};

struct happening {
    struct instant at;
    uint64_t order; /* of equal times */
    enum happening_kind kind;
    unsigned stay;       /* whose hospital, or core's answer, it is about */
    unsigned side;       /* the gateway that it comes to, or whose core */
    uint64_t flight;     /* the sender's attempt */
    struct message head; /* `body` lies in `content` */
    struct bytes content;
    struct receipt receipt;
    bool unavailable; /* a receipt that says 503 */
    enum told told;
    char code[CODE_SIZE];
    enum mishap mishap; /* still to strike */
    unsigned number;    /* of a submission */
};

/* A submission that waits at its gateway. */
struct parked {
    uint8_t key[MESSAGE_KEY_SIZE];
    uint64_t flight;
    unsigned stay;
    bool cut; /* whoever asked is gone */
};

struct flight {
    uint64_t number;
    uint64_t out_id;
};

struct world;

struct side {
    struct world *world;
    unsigned index;
    struct store *store;
    struct ledger *ledger;
    struct engine *engine;
    struct work *queue[QUEUE_MAX]; /* lost in a crash, as all that follows */
    size_t queue_count;
    struct flight flights[FLIGHTS_MAX];
    size_t flight_count;
    struct parked parked[PARKED_MAX];
    size_t parked_count;
    struct happening told[PARKED_MAX]; /* answers of the open transaction */
    uint8_t told_keys[PARKED_MAX][MESSAGE_KEY_SIZE];
    size_t told_count;
    bool up;
    struct instant up_at;
    struct instant letters_at; /* the next letter is due */
    struct instant clock_at;   /* the next clock runs out; none: none runs */
    int64_t skew_ms;           /* how much its own clock is wrong */
    uint32_t boot;
    unsigned state[STAYS]; /* of the cases, as last seen */
    bool seen[STAYS];
};

struct submission {
    unsigned action;
    unsigned number;
    unsigned sent;
    struct bytes content;
};

/* The hospital's core: what it wants, what it sent, what it believes. */
struct hospital {
    unsigned steps[STEPS_MAX]; /* actions */
    size_t step_count;
    size_t step;
    unsigned action;        /* of the submission under way; ACTION_NONE: none */
    unsigned about;         /* of a reversal: what is reversed */
    unsigned about_number;  /* of the submission that is reversed, or asked about */
    unsigned settle_number; /* of the newest settlement */
    unsigned number;
    struct bytes content;
    struct submission aside; /* laid aside while it is reversed */
    uint64_t flight;         /* its newest attempt; 0: none is under way */
    bool in_doubt;           /* it was told that the outcome is not known */
    bool listens;            /* for the response */
    bool was_told;           /* by a letter, meanwhile */
    bool told_ok;
    unsigned told_action;
    unsigned tries; /* of this step */
    unsigned sent;  /* of this submission */
    unsigned batch;
    unsigned taken; /* the newest batch that was */
    bool registered;
    bool discharged;
    bool booked;
    unsigned lost_about;
    bool lost;            /* told that the books do not agree: a person looks */
    struct instant since; /* of this submission */
    struct instant as_of; /* of what it believes */
    struct uuid read[LETTERS_MAX];
    size_t read_count;
    char settlement_number[STAY_NUMBER_SIZE];
    struct money total;
};

/* The insured agency's own books: one row for each question that it was asked. */
struct book_row {
    struct uuid asked; /* between the provinces */
    struct uuid letter;
    unsigned action;
    unsigned stay;
    bool done;   /* it took effect, and still stands */
    bool called; /* two phases: it takes effect when it is confirmed */
    bool tombstone;
    struct bytes answer;
    unsigned number; /* of its answer's submission */
    uint64_t flight;
    bool acknowledged;
    bool silent; /* answers only in the calm */
    unsigned tries;
    struct bytes request;
    struct money amount; /* owed to the treating place */
    char settlement_number[STAY_NUMBER_SIZE];
};

struct insured {
    struct book_row rows[BOOKS_MAX];
    size_t count;
    unsigned bookings[STAYS]; /* settlements that stand in the books */
    struct money booked[STAYS];
    unsigned numbers;
    bool stubborn; /* refuses the next reversal */
};

/* What the insured agency files of the person, one after the other. */
enum { FILING_STEPS_MAX = 4 };
struct filing_step {
    unsigned action;
    int64_t after_ms;
};
struct filings {
    struct filing_step steps[FILING_STEPS_MAX];
    size_t count;
    size_t step;
    bool ends_today; /* the first version; a change puts it otherwise */
    unsigned version;
    unsigned number; /* of the submission; 0: none yet */
    uint64_t flight;
    struct bytes content;
};

/* One mishap at one place, instead of a storm. */
struct script {
    bool on;
    unsigned action; /* the question */
    enum hop hop;
    enum mishap mishap;
    bool struck;
    struct instant until; /* LATE: nothing of it arrives before */
};

struct counts {
    uint64_t visits[SIDES][STAY_STATES];
    uint64_t mishaps[MISHAPS];
    uint64_t settled; /* worlds that end with the money booked */
    uint64_t moved;   /* settlements that ever were booked */
    uint64_t entries;
    uint64_t filed;           /* stays that need a filing and end settled */
    uint64_t ended_meanwhile; /* of these: whose filing is not in force any more */
    uint64_t confirmed;       /* calls of an insured core with two phases */
    uint64_t dead;            /* letters that were */
    uint64_t pairs;           /* worlds that end with two stays settled */
    uint64_t skewed;          /* worlds in which the partner's clock is wrong */
    uint64_t nameless;
    uint64_t cancel_back; /* cancellations that were reversed */
};

struct world {
    uint64_t seed;
    uint64_t random;
    enum fault fault;
    bool struck; /* the fault */
    struct script script;
    struct instant now;
    struct calendar *calendar;
    struct rules *rules;
    struct side sides[SIDES];
    struct happening happenings[HAPPENINGS_MAX];
    size_t happening_count;
    uint64_t orders;
    uint64_t flights;
    unsigned numbers; /* of submissions */
    struct hospital hospitals[STAYS];
    struct hospital *hospital; /* whose turn it is */
    unsigned stay_count;
    struct insured insured;
    bool filed; /* a stay needs a filing */
    struct filings filings;
    unsigned insurance; /* enum insurance */
    bool inpatient;
    bool two_phase;
    bool insured_two_phase;
    bool nameless;       /* the hospital does not say which request it reverses */
    bool person_looks;   /* at what does not agree */
    bool person_meddles; /* with what stands */
    bool storm;
    unsigned loss; /* permille, likewise the others */
    unsigned again;
    unsigned late;
    unsigned crash;
    unsigned rejects;
    unsigned dead; /* letters that cannot be written, until a person has looked */
    bool trace;
    uint64_t steps;
    struct counts *counts;
    char failure[320];
};

/* world.c */
uint64_t world_random(struct world *world, uint64_t below);
bool world_chance(struct world *world, unsigned permille);
bool world_fail(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
void world_trace(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
void world_add(struct world *world, struct happening *happening, int64_t after_ms);
/* `script` NULL: a storm. */
MUST_USE bool world_open(struct world *world, uint64_t seed, enum fault fault,
                         const struct script *script);
MUST_USE bool world_run(struct world *world);
void world_close(struct world *world);

/* network.c */
struct bytes bytes_copy(struct text from);
struct bytes bytes_of(const struct record *body);
const struct record *bytes_read(const struct bytes *bytes, struct arena *arena);
/* Sends it over a hop: lost, late, twice, or with a mishap still to strike. */
void network_send(struct world *world, enum hop hop, struct happening *happening);
/* What strikes the answer of `happening` on the way back. false: it is lost. */
bool network_returns(struct world *world, const struct happening *happening);
/* Would the script strike here? Then it has. */
enum mishap network_mishap(struct world *world, enum hop hop, unsigned action);

/* side.c */
MUST_USE bool side_create(struct world *world, unsigned index);
void side_close(struct side *side);
void side_takes(struct side *side, const struct happening *happening);
MUST_USE bool side_step(struct side *side);
struct instant side_next(struct side *side);
MUST_USE bool side_case(struct side *side, unsigned stay, struct flow_case *row, bool *found);

/* documents.c */
/* The own key of a core's submission. */
const char *submission_key(unsigned number, char key[SUBMISSION_KEY_SIZE]);
MUST_USE struct record *document_new(struct arena *arena, unsigned action, unsigned stay);
/* What names it at TREATING: institution and number. */
const char *stay_trace(unsigned stay);
unsigned stay_of(const struct bytes *content);
MUST_USE struct record *document_filing(struct arena *arena, unsigned action,
                                        const char *number);
void document_person(struct arena *arena, struct record *root);
void document_add(struct arena *arena, struct record *root, const char *name,
                  const char *value);
void document_money(struct arena *arena, struct record *root, const char *name,
                    struct money money);
MUST_USE struct record *document_question(struct world *world, struct arena *arena,
                                          unsigned action, unsigned about);
MUST_USE struct record *document_answer(struct arena *arena, unsigned question, bool ok,
                                        unsigned stay);
/* By which a core with two phases names its call. */
void document_handle(struct arena *arena, struct record *root, const char *serial);
struct tariff {
    unsigned insurance;
    bool given_back;   /* of a cancellation */
    int64_t wrong_fen; /* so much the amounts do not add up */
};
/* *owed: what INSURED owes for it. */
void document_amounts(struct arena *arena, struct record *root, const struct record *request,
                      const struct tariff *tariff, struct money *owed);

/* hospital.c */
void hospital_start(struct world *world, unsigned stay);
void hospital_acts(struct world *world, const struct happening *happening);
void hospital_hears(struct world *world, const struct happening *response);
void hospital_reads(struct world *world, const struct happening *letter);
bool hospital_done(const struct world *world);

/* insured.c */
void insured_reads(struct world *world, const struct happening *letter);
void insured_hears(struct world *world, const struct happening *response);
void insured_acts(struct world *world, const struct happening *happening);

/* filings.c */
void filings_start(struct world *world);
void filings_act(struct world *world, const struct happening *happening);
void filings_hear(struct world *world, const struct happening *response);
MUST_USE bool filings_judge(struct world *world, const struct flow_case *stay);

/* judge.c */
MUST_USE bool world_judge(struct world *world);

#endif
