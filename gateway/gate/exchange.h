/*
 * exchange.h - one request on its way through the gateway: bytes in, answer out.
 *
 * exchange.c does the parts that need XML and keys, for provinces (signed envelopes) and for
 * cores (dialects); receive.c moves the exchange from thread to thread.
 */
#ifndef GATE_EXCHANGE_H
#define GATE_EXCHANGE_H

#include "core/flow_listing.h"
#include "gate/gate.h"

enum {
    EXCHANGE_MEMORY_MAX = 48 * 1024 * 1024, /* of one request; taken only as needed */
    UNREADABLE_PER_SECOND = 20,
    CLOCK_AHEAD_MAX_MS = 5 * 60 * 1000,
    ID_TIME_MAX_MS = 24 * 60 * 60 * 1000,
    ANSWER_BY_MAX_MS = 24 * 60 * 60 * 1000 /* after SentAt */
};

struct exchange {
    struct job job;
    struct work_owner owner;
    struct gate *gate;
    struct config *config;   /* held; `party` lies in it */
    struct request *request; /* NULL: by hand */
    const struct config_party *party;
    struct load *load; /* counts it as in flight; NULL: by hand */
    struct work *work; /* the exchange lives in its arena */
    struct text bytes; /* as received */
    struct digest digest;
    bool digest_known;
    bool takes_receipts;                /* acknowledgements are read here, too */
    const struct flow_listing *listing; /* our core asks for it: told at once, not noted */
    bool acknowledges;     /* it is one: `work` has message and local key, no bodies */
    struct file_work file; /* attachments.c */
    bool failed;           /* the world failed at the commit */
    int64_t begun_ms;      /* monotonic: when it was admitted */
    struct error failure;
};

/* Fills exchange->work from its bytes: verified, validated, sealed. An acknowledgement
 * (exchange->acknowledges) is only verified; mailbox_judge goes on from there. */
MUST_USE bool exchange_read(struct exchange *exchange, struct error *err);
/* The answer to what was committed. *fresh: signed now, so it should be journaled. */
MUST_USE bool exchange_write_answer(struct exchange *exchange, struct text *body,
                                    const char **type, bool *fresh, struct error *err);
/* A negative answer naming the digest, for bytes that could not be read. */
MUST_USE bool exchange_write_unreadable(struct exchange *exchange, const struct error *why,
                                        struct text *body, const char **type,
                                        struct error *err);

/* receive.c: the answer's exact bytes, for the journal; `number` of the file that they went out
 * in, 0: in none. Losing this entry in a crash is harmless: a repeat is then answered with the
 * same verdict, time and sequence, freshly signed. */
void receive_journal_reply(struct exchange *exchange, struct text bytes, uint64_t number);
/* receive.c: the plain answer to what is no message, and the exchange is over. A refusal is one
 * line, logged as `event`; our own trouble is 503. */
void receive_answer(struct exchange *exchange, int status, const char *type, struct text body);
void receive_refuse(struct exchange *exchange, const char *event, const struct error *err);
/* receive.c: likewise, 429: a bound of the party, after so many seconds perhaps no longer. */
void receive_over_limit(struct exchange *exchange, const char *event, const struct error *err,
                        unsigned retry_after_s);
/* receive.c: what was decided, for counters and the log. */
void receive_count_verdict(struct exchange *exchange);

#endif
