/*
 * engine.h - one decision at a time, into one transaction.
 *
 * The daemon and the simulator run this same engine over the same core; only what is given to
 * it differs (foundations 4): the store under the ledger, the clock, random bytes, the sealer,
 * and what carries letters away. Single-threaded: all calls come from the one writer.
 *
 * Order for every work item: begin a ledger transaction, engine_apply for each, commit, and
 * only then let anything out of the house: engine_apply leaves the answer in work->result,
 * letters lie in the outbox until engine_dispatch hands out those that are due.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/arena.h"
#include "base/calendar.h"
#include "core/flow.h"
#include "core/flow_takeover.h"
#include "core/message.h"
#include "core/outage.h"
#include "core/retry.h"
#include "ledger/ledger.h"

enum {
    ENGINE_PARTIES_MAX = 128,
    ENGINE_IN_FLIGHT_MAX = 4096, /* letters handed out and not yet reported back */
    ENGINE_LANE_MAX = 64,        /* of these, per party */
    ENGINE_EFFECTS_MAX = 2048,   /* reports about letters in one transaction */
    ENGINE_ANSWERS_MAX = 2048,   /* answers for those who wait, likewise */
    ENGINE_REST_MS = 1000        /* how long our own trouble keeps letters back */
};

enum party_kind { PARTY_PROVINCE = 1, PARTY_CORE = 2, PARTY_HUB = 3 };

/* A party as the engine sees it. Number 1 is the home party itself. */
struct engine_party {
    uint32_t number;
    enum party_kind kind;
    char id[PARTY_ID_SIZE];
    uint32_t region;
    /* Can `deliver` bring a sealed letter to it? If not, it fetches: sealed letters lie ready
     * for as long as they live. */
    bool reachable_by_us;
    /* More than 0: its receipt does not come with the delivery but by itself, later; for so
     * long a letter that was brought is not brought again. */
    int64_t answer_ms;
    bool gone;                  /* no longer configured: its letters wait, its cases stay */
    bool two_phase;             /* a core that calls, and then confirms (adapter.xml) */
    struct outage_plan outages; /* while one lasts its letters wait */
    struct breaker breaker;
    uint32_t in_flight;
};

/* What becomes of a submission of our own core that is a question (decisions.md 6). */
enum asked_state {
    ASKED_NOTHING = 0,
    ASKED_OPEN,     /* its answer will come: given.answered, at the latest at wait_until */
    ASKED_ANSWERED, /* the answer lies in entry `answer_seq` (a repeat), or is `reply` */
    ASKED_UNKNOWN   /* a repeat, or nobody answered in time: the outcome is in doubt (存疑) */
};

/* The answer to a submission that waits, once it is durable. Lives until the callback returns.
 */
struct engine_answer {
    uint8_t key[MESSAGE_KEY_SIZE]; /* of the submission */
    struct uuid case_id;
    uint16_t flow;
    uint16_t action;           /* of `body` */
    enum verdict verdict;      /* ACCEPTED: `body` says it; REFUSED: it definitely did not
                                  happen; NONE: not known, the gateway goes on */
    const struct record *body; /* national form; NULL unless ACCEPTED */
    char code[CODE_SIZE];
    char reason[160];
    struct instant at;
};

struct engine_given {
    void *self;
    /* NULL: nobody waits. On the writer, after the commit. */
    void (*answered)(void *self, const struct engine_answer *answer);
    struct instant (*now)(void *self);
    MUST_USE bool (*random)(void *self, void *bytes, size_t size, struct error *err);
    /* Plain to sealed bytes, bound to the log and the digest (docs/ledger-format.md). */
    MUST_USE bool (*seal)(void *self, const uint8_t digest[32], struct text plain,
                          struct arena *arena, struct text *sealed, struct error *err);
    /* The plain bytes again; NULL: what was kept is not read, as if it were no longer there. */
    MUST_USE bool (*open)(void *self, const struct entry_body *body, struct text sealed,
                          struct arena *arena, struct text *plain, struct error *err);
    /* A letter is due: NEW asks for its exact bytes (answer with WORK_SEALED or
     * WORK_UNTRANSLATED), READY for one delivery (WORK_ATTEMPT or WORK_OUTCOME; to a party that
     * fetches always WORK_ATTEMPT, which lays it ready or, at its end of life, ends it). false:
     * cannot take it now; it stays due. */
    bool (*deliver)(void *self, const struct letter_row *letter);
    /* A letter was born in the transaction that is still open (engine_write_new): as `deliver`
     * of a NEW one, but its content is to be read now, through `txn`, and work->letter_id names
     * it, because another may come to stand in its place. NULL: letters wait for the commit. */
    bool (*write_new)(void *self, struct ledger_txn *txn, const struct letter_row *letter);
    /* No more of them come, and they are waited for: whoever kept one writes it now. NULL: none
     * is kept. */
    void (*write_kept)(void *self);
};

/* A letter that was handed out and not yet reported back. */
struct engine_flight {
    uint64_t out_id; /* 0: free slot */
    struct engine_party *party;
};

/* What a report about a letter means for the engine's own memory, kept until the transaction
 * that journals it has ended: an undone report has not happened. */
enum engine_heard {
    HEARD_NOTHING = 0, /* of the party: the letter never left the house */
    HEARD_IT,          /* the party answered */
    HEARD_SILENCE      /* it did not */
};

struct engine_effect {
    uint64_t out_id;            /* no longer in flight */
    struct engine_party *party; /* NULL unless something was heard, or not */
    enum engine_heard heard;
    bool own_trouble;
    int64_t rest_ms; /* the party asked for so much of a pause; 0: did not */
    struct instant at;
};

struct engine {
    struct engine_given given;
    struct ledger *ledger;
    const struct rules *rules;
    const struct calendar *calendar;
    struct retry_policy retry;
    struct engine_party parties[ENGINE_PARTIES_MAX];
    size_t party_count;
    uint32_t boot;
    bool own_checks; /* warn our own core of what the receiver would refuse */
    struct engine_flight in_flight[ENGINE_IN_FLIGHT_MAX]; /* open-addressed by out_id */
    size_t in_flight_count;
    struct engine_effect effects[ENGINE_EFFECTS_MAX]; /* of the open transaction */
    size_t effect_count;
    struct engine_answer answers[ENGINE_ANSWERS_MAX]; /* likewise */
    size_t answer_count;
    uint64_t duplicates_now;   /* likewise */
    uint64_t duplicates;       /* counted, never journaled */
    struct instant rest_until; /* after our own trouble: nothing is handed out before */
};

enum work_kind {
    WORK_MESSAGE = 1,  /* received from a province or submitted by a core */
    WORK_SEALED,       /* a letter's exact bytes */
    WORK_UNTRANSLATED, /* a letter that cannot be written: dead, the case flagged */
    WORK_ATTEMPT,      /* a try that brought no verified outcome */
    WORK_OUTCOME,      /* a verified receipt, or a core's clear answer */
    WORK_REPLY,        /* the signed answer that we gave */
    WORK_LETTER_RETRY, /* an operator: try a dead letter again */
    WORK_LETTER_CLOSE, /* an operator: give a dead letter up; what waits behind it goes on */
    WORK_BY_HAND,      /* an operator's act upon a case: note_case, hand_action, hand_clock,
                          note_tlvs; a code in the result says that it cannot be: FLW-03, FLW-01
                          (ACTION_REVERSE), FLW-09 (ACTION_PAUSE, ACTION_RESUME of a limit) */
    WORK_TAKE_OVER,    /* an operator: an open case of another system (takeover, note_tlvs);
                          FLW-04, FLW-08, PEN-R08 in the result, or a reason without a code (a
                          column is wrong), say that it cannot be; `duplicate`: this very line
                          was taken over before */
    WORK_FILE,         /* a file that a document names, or a piece of it (file) */
    WORK_NOTE          /* an entry without a case: BOOT, CONFIG, RULES, DISCLOSED, OPERATOR */
};

/* What a party does with a file. */
enum file_act {
    FILE_PIECE = 1, /* brings the next piece, the work's body; without one it asks */
    FILE_WHOLE,     /* all pieces are here, and make up the digest: now it is kept */
    FILE_DROP       /* they do not */
};

struct file_work {
    enum file_act act;
    uint8_t digest[32]; /* SHA-256 of the whole */
    uint32_t total;
    uint32_t offset;
    uint8_t media;    /* enum attachment_media, of the first piece */
    uint64_t day_max; /* bytes that the party may bring in a day; 0: as many as it likes */
    /* what becomes of it */
    struct error refusal; /* not NONE: nothing was done; BUSY: perhaps later */
    uint32_t received;    /* bytes that are here */
    bool whole;           /* it is kept */
};

enum { WORK_BODIES_MAX = 3 };

/* Bytes to lie beside the entry. */
struct work_body {
    struct entry_body body;
    struct text sealed;
};

struct work_result {
    enum verdict verdict;
    bool later;     /* not decidable yet: 503, nothing was remembered */
    bool duplicate; /* seen before: the first verdict again */
    char code[CODE_SIZE];
    char reason[160];
    struct instant received_at;
    uint64_t sequence; /* 0: nothing was journaled (a conflict too many) */
    struct uuid case_id;
    uint8_t state;      /* after */
    uint64_t reply_seq; /* of a duplicate whose answer is stored; 0: sign again */
    enum asked_state asked;
    struct instant wait_until;
    uint64_t answer_seq;        /* ANSWERED: its BODY CONTENT is the answer; 0: see `reply` */
    const struct record *reply; /* national form, in the work's arena */
    uint16_t reply_action;
};

struct work {
    enum work_kind kind;
    struct arena *arena; /* everything below lives here; the writer's work may add to it */

    /* MESSAGE */
    bool local;             /* submitted by a core */
    uint32_t party;         /* who sent it; OUTCOME, ATTEMPT: not used */
    struct message message; /* local: ids none, `to` empty; flow, action, revision, body set */
    uint8_t key[MESSAGE_KEY_SIZE];
    uint8_t digest[32]; /* of the bytes */
    uint32_t size;
    struct error refusal;   /* not NONE: signature and header hold, the body does not */
    uint8_t person_tag[16]; /* zeros: the body names nobody */
    /* Zeros, or the tag of the number as it is written, where that is not its one form
     * (core/person_number.h): before, tags were made of it. */
    uint8_t written_tag[16];
    struct entry_body content; /* national content: one of `bodies` */
    struct text local_key;
    struct text lost;
    struct text adapter; /* digest 32 and name, or empty */

    /* what is stored beside the entry: original and content; sealed bytes; reply; receipt */
    struct work_body bodies[WORK_BODIES_MAX];
    size_t body_count;

    /* letters */
    uint64_t out_id;
    struct uuid letter_id; /* none: whichever stands under out_id */
    uint16_t http_status;
    int64_t retry_after_ms;
    bool reached;           /* ATTEMPT: the other side answered at all (for the breaker) */
    bool park;              /* ATTEMPT, UNTRANSLATED: do not try again; a person must look */
    struct receipt receipt; /* OUTCOME */
    struct text note;       /* UNTRANSLATED, ATTEMPT, REPLY, NOTE: short, no personal data */

    /* NOTE */
    uint16_t note_kind; /* enum entry_kind */
    const struct tlv *note_tlvs;
    size_t note_tlv_count;
    struct uuid note_case;
    const struct takeover *takeover; /* TAKE_OVER */
    struct file_work *file;          /* FILE */
    /* BY_HAND */
    uint16_t hand_action; /* enum action */
    uint8_t hand_clock;   /* enum clock_kind, of a limit */

    /* Nobody waits for this to be durable: it may ride with the next commit. */
    bool unhurried;

    struct work_result result;
    void *owner; /* the caller's */
};

/* `parties` in any order; numbers were assigned by the ledger (engine_number_parties). */
void engine_init(struct engine *engine, const struct engine_given *given, struct ledger *ledger,
                 const struct rules *rules, const struct calendar *calendar);
/* Decides by these from now on; they live as long. */
void engine_use_rules(struct engine *engine, const struct rules *rules,
                      const struct calendar *calendar);
MUST_USE bool engine_add_party(struct engine *engine, const struct engine_party *party,
                               struct error *err);
/* Another configuration: these parties from now on, `parties[0]` the home party. Whoever is not
 * among them is gone; what is under way, and the breakers, stay. engine_has_room:
 * ERROR_CONFIG if they are too many. */
MUST_USE bool engine_has_room(const struct engine *engine, const struct engine_party *parties,
                              size_t count, struct error *err);
void engine_set_parties(struct engine *engine, const struct engine_party *parties,
                        size_t count);
const struct engine_party *engine_party(const struct engine *engine, uint32_t number);
const struct engine_party *engine_party_by_id(const struct engine *engine, const char *id);

/* Decides and journals one item inside the open write transaction. false: the world failed; the
 * caller aborts the transaction. A refusal is not false. The engine's own memory (letters in
 * flight, breakers, counters) follows when the transaction ends, and only if it was committed.
 * CHECKs that kinds get what they need. */
MUST_USE bool engine_apply(struct engine *engine, struct ledger_txn *txn, struct work *work,
                           struct error *err);

/* Turns passed clocks into entries, at most `max`; *count says how many. Same transaction
 * rules. */
MUST_USE bool engine_wake(struct engine *engine, struct ledger_txn *txn, size_t max,
                          size_t *count, struct error *err);

/* Has the letters written that were born in this transaction, from `since` on, within the same
 * limits; *count says how many. What comes of it may be applied to the same transaction, which
 * saves a commit, or to a later one. If the transaction is undone, a letter of another id
 * stands where it stood, or none, and what was written is dropped. */
MUST_USE bool engine_write_new(struct engine *engine, struct ledger_txn *txn,
                               struct instant since, size_t *count, struct error *err);

/* Hands out letters that are due, per party in order, within limits and breakers. After a
 * commit; reads only. *next: when to look again at the latest (none: nothing waits). */
MUST_USE bool engine_dispatch(struct engine *engine, struct instant *next, struct error *err);
/* The caller could not do what `deliver` asked and reports nothing else, or could not write
 * what it reported: the letter is free again. That was our own trouble, which asking at once
 * does not mend and a partner should not feel: nothing is handed out for ENGINE_REST_MS. */
void engine_release(struct engine *engine, uint64_t out_id);

#endif
