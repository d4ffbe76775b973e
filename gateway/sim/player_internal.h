/*
 * player_internal.h - a simulated core's state, shared by player.c, player_open.c and
 * player_control.c. One lock for everything that moves.
 */
#ifndef SIM_PLAYER_INTERNAL_H
#define SIM_PLAYER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "net/control.h"
#include "net/courier.h"
#include "net/listener.h"
#include "sim/hospital.h"
#include "sim/hospital_papers.h"
#include "sim/insured.h"
#include "sim/player.h"
#include "sim/script.h"
#include "wire/adapter.h"
#include "wire/keys.h"

enum {
    ERRANDS_MAX = 262144,
    SEEN_MAX = 8192,
    AGAIN_MS = 1000,
    ANSWER_MS = 90 * 1000, /* a gateway may let a question wait for so long */
    ARENA_MAX = 64 * 1024 * 1024,
    MEMORY_MAX = 1024 * 1024 * 1024
};

enum errand_state { ERRAND_WAITING, ERRAND_UNDER_WAY, ERRAND_ACCEPTED, ERRAND_REFUSED };

/* One document to bring: the same bytes until the gateway has answered. */
struct errand {
    struct script_case *at;     /* NULL: by hand, and the script does not speak of it */
    struct hospital_stay *stay; /* NULL: no question of a stay */
    const char *trace;
    uint16_t flow;
    uint16_t action;
    const struct record *document; /* national */
    char code[CODE_SIZE];          /* of a refusal */
    struct text bytes;
    int64_t due_ms; /* monotonic */
    unsigned tries;
    enum errand_state state;
};

/* A request whose answer waits. */
struct held {
    struct request *request;
    struct text bytes; /* from malloc */
    int64_t due_ms;    /* monotonic */
    struct held *next;
};

struct player {
    pthread_mutex_t lock;
    struct arena *arena;
    struct wire_schemas *schemas;
    struct adapter *adapter;
    struct signer *signer;     /* of a header; NULL: the dialect signs nothing */
    struct verifier *verifier; /* likewise, the gateway's */
    struct script script;
    struct insured *insured; /* NULL: it plays none */
    struct hospital *hospital;
    struct held *held;
    struct courier_route route;
    uint8_t pins[2][TLS_FINGERPRINT_SIZE]; /* two while the gateway changes its certificate */
    size_t pin_count;
    struct courier *courier;
    struct listener *listener;
    struct control *control;
    atomic_bool stop_asked;
    struct errand *errands; /* ERRANDS_MAX */
    size_t errand_count;
    size_t first_open; /* those before it are answered */
    struct text seen[SEEN_MAX];
    size_t seen_count;
};

/* Under the lock. The document of a step joins what is to be brought; *number names it. `at`
 * may be NULL. */
MUST_USE bool player_bring(struct player *player, struct script_case *at, const char *trace,
                           const struct script_step *step, size_t *number, struct error *err);
/* Under the lock. */
void player_happened(struct player *player, struct script_case *at, enum script_when when,
                     unsigned action);
/* For a hospital (hospital.h), under the lock. */
bool player_ask(void *player, struct hospital_stay *stay, unsigned action, const char *name,
                struct record *body, uint32_t delay_ms);
void player_ask_again(void *player, struct hospital_stay *stay, uint32_t delay_ms);
/* A question that was pushed to an insured core: true if it is one, and then the request is
 * answered, or will be. */
bool player_insured(struct player *player, struct request *request,
                    const struct adapter_message *message, struct arena *arena);
/* Answers that are due, or with `all` every one. */
void player_release(struct player *player, bool all);
/* Callbacks of courier, listener and control socket. */
void player_result(void *player, const struct courier_result *result);
void player_request(void *player, struct request *request);
void player_control(void *player, const struct control_peer *peer, struct text request,
                    struct control_answer *answer);

#endif
