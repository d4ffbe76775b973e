/*
 * gate.h - the running gateway: what was configured, opened and started, in one struct.
 *
 * No business rule lives here: gate joins sockets, threads, XML and the ledger to the engine.
 *
 *   listener (one loop thread) -> workers: receive.c  -> writer (one thread, engine) ->
 * workers: receive.c signs the answer -> listener. writer -> engine_dispatch -> workers:
 * deliver.c seals or opens -> courier (one thread) -> workers: deliver.c verifies the answer ->
 * writer.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "crypt/seal.h"
#include "engine/engine.h"
#include "gate/config.h"
#include "gate/counts.h"
#include "gate/load.h"
#include "gate/watch.h"
#include "gate/workers.h"
#include "gate/writer.h"
#include "net/control.h"
#include "net/courier.h"
#include "net/listener.h"

/* Negative answers to unreadable bytes cost a signature each: so many per party and second. */
struct unreadable_limit {
    atomic_llong second; /* monotonic */
    atomic_int answers;  /* in that second */
};

struct gate {
    char *config_path;
    /* In force. Changed on the writer's thread under the lock; others take gate_config(). What
     * is under way keeps the one that it began with. */
    struct config *config;
    pthread_mutex_t config_lock;
    pthread_mutex_t reload_lock; /* one reload, or other errand to the writer, at a time */
    struct key_ring *keys;
    struct store *store;
    struct ledger *ledger;
    struct engine engine;
    struct workers *workers;
    struct writer *writer;
    struct job *kept; /* a letter that the writer's thread will write itself; NULL: none */
    struct listener *listener;
    struct courier *courier;
    struct ferry *ferry;
    struct parking *parking; /* gate/questions.h */
    struct control *control;
    struct watch *watch;
    int lock_fd; /* <ledger>/daemon.lock: one daemon per ledger */
    struct instant started;
    atomic_long exchanges;  /* requests between admission and answer */
    atomic_long deliveries; /* letters between deliver and their end */
    atomic_bool opened;     /* every handle below is set; the listener's thread waits for it */
    atomic_bool stopping;
    atomic_bool stop_asked; /* by the control socket */
    struct gate_counts counts;
    struct unreadable_limit unreadable[ENGINE_PARTIES_MAX]; /* by number, shared if beyond */
    struct loads loads;
};

/* Opens everything and starts all threads. On failure everything is closed again. */
MUST_USE bool gate_open(const char *config_path, struct gate **gate, struct error *err);
/* Stops accepting, answers what was admitted, writes what is queued, closes. */
void gate_close(struct gate *gate);

/* The configuration in force, held: config_free gives it back. Any thread. */
MUST_USE struct config *gate_config(struct gate *gate);

/* What a configuration says about the listener's bounds. */
void gate_listener_options(const struct config *config, struct listener_options *options);
/* Says aloud which certificates do not serve now: those of ours are the partners' to refuse. */
void gate_warn_validity(const struct config *config);

/* --- receive.c --------------------------------------------------------------------------- */
void receive_request(void *gate, struct request *request); /* listener's callback */
/* Likewise: the certificates of a party are one client, with the party's limit. */
void receive_client(void *gate, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE],
                    struct listener_client *client);

/* --- deliver.c --------------------------------------------------------------------------- */
bool deliver_letter(void *gate, const struct letter_row *letter); /* engine's callback */
bool deliver_new_letter(void *gate, struct ledger_txn *txn,
                        const struct letter_row *letter);             /* engine's callback */
void deliver_kept_letter(void *gate);                                 /* engine's callback */
void deliver_result(void *gate, const struct courier_result *result); /* courier's callback */

/* --- what both need (gate_work.c) ----------------------------------------------------------
 */
struct instant gate_now(void *gate);
MUST_USE bool gate_random(void *gate, void *bytes, size_t size, struct error *err);
/* Seals bytes bound to this log and their digest. */
MUST_USE bool gate_seal(void *gate, const uint8_t digest[32], struct text plain,
                        struct arena *arena, struct text *sealed, struct error *err);
MUST_USE bool gate_unseal(void *gate, const struct entry_body *body, struct text sealed,
                          struct arena *arena, struct text *plain, struct error *err);
/* The same, looked up in the ledger. */
MUST_USE bool gate_open_body(struct gate *gate, const struct entry_body *body,
                             struct arena *arena, struct text *plain, struct error *err);
/* Digest, seal, and append to work->bodies. */
MUST_USE bool gate_add_body(struct gate *gate, struct work *work, enum body_use use,
                            struct text plain, struct error *err);
/* The same for bytes whose digest is known already. */
MUST_USE bool gate_add_digested(struct gate *gate, struct work *work, enum body_use use,
                                struct text plain, const struct digest *digest,
                                struct error *err);
/* Whom work->message.body is about, as keyed tags; zeros if it names nobody. */
MUST_USE bool gate_tag_person(struct gate *gate, struct work *work, struct error *err);
/* A work item in an arena of its own; NULL: no memory. gate_work_free wipes it. */
MUST_USE struct work *gate_work_new(size_t size_max);
void gate_work_free(struct work *work);
/* The writer's callback: who owns the work gets it back. */
void gate_done(struct work *work, const struct error *err);

/* What `work->owner` points at: who is told after the commit. */
struct work_owner {
    void (*done)(struct work_owner *owner, struct work *work, const struct error *err);
};

/* Writes a work item and waits for its end; the work stays the caller's. Not on a worker or the
 * writer. */
MUST_USE bool gate_wait(struct gate *gate, struct work *work, struct error *err);
/* The same, and takes the work. */
MUST_USE bool gate_write_and_wait(struct gate *gate, struct work *work,
                                  struct work_result *result, struct error *err);

/* --- control verbs (control_verbs.c) ---------------------------------------------------------
 */
void control_request(void *gate, const struct control_peer *peer, struct text request,
                     struct control_answer *answer);

#endif
