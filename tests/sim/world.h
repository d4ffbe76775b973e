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
    FAULT_NO_RETRY            /* after a restart no older letter is tried any more */
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

/* What the world intends with one person. */
struct plan {
    uint32_t in; /* province indexes */
    uint32_t out;
    bool money_first;
    bool letter_returned;
    bool give_up; /* after a return: refuse instead of writing again */
    bool bad_form;
    bool loose_acceptance; /* the form goes without an acceptance before it */
    bool withdraws;        /* the person changes his mind */
    bool by_line;          /* the money comes as a bank line with other money in it */
    bool partial;          /* part is excluded, the person is told */
    bool overlap;          /* months are cleared after the transfer */
    bool reverses;         /* it was the wrong person */
    bool both_reverse;     /* both sides find out */
    bool moneyless;        /* no money on this route */
    bool medical;          /* medical.transfer: medical.c */
    char person[32];       /* identity number */
    char traces[BUSINESSES][TRACE_SIZE];
    struct money total;
    /* what the cores know */
    uint32_t letter_revision;
    uint32_t form_revision;
    bool in_has_form;
    bool in_has_money;
    bool form_sent;
    bool money_sent;
    bool completed;
    bool stopped;         /* OUT agreed to a withdrawal: it pays nothing any more */
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
    struct uuid seen[SEEN_MAX]; /* documents that a core has taken */
    size_t seen_count;
    char failure[256];
};

MUST_USE bool world_open(struct world *world, uint64_t seed, enum fault fault);
void world_close(struct world *world);
/* Storm, then calm, then the checks. false: world->failure says what is wrong. */
MUST_USE bool world_run(struct world *world);
/* SHA-256 tree root of a province's journal: equal seeds give equal roots. */
MUST_USE bool world_root(struct world *world, uint32_t province, struct digest *root);

uint64_t world_random(struct world *world, uint64_t below);
bool world_fail(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);

/* cores.c */
void cores_start(struct world *world);
/* A document was pushed to the core behind `province`. */
void cores_told(struct world *world, uint32_t province, uint16_t action,
                const struct record *body);
/* The gateway answered a paper. */
void cores_answered(struct world *world, uint32_t province, const struct paper *paper,
                    enum verdict verdict);
/* One more document for a core to bring, soon. */
struct paper *cores_paper(struct world *world, uint32_t province, uint32_t case_index,
                          uint16_t action, uint32_t revision, enum business which);
/* Are all plans at their end? */
bool cores_satisfied(const struct world *world);

/* medical.c, for plans that are medical */
void medical_start(struct world *world, uint32_t index);
void medical_told(struct world *world, uint32_t province, uint32_t index, uint16_t action,
                  enum business which);
void medical_accepted(struct world *world, const struct paper *paper);
void medical_document(struct arena *arena, struct record *root, const struct plan *plan,
                      const struct paper *paper);

/* documents.c */
uint32_t province_region(uint32_t index);
MUST_USE struct record *document_make(struct arena *arena, const struct plan *plan,
                                      const struct paper *paper);

#endif
