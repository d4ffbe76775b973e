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
#include "sim/player.h"
#include "sim/script.h"
#include "wire/adapter.h"
#include "wire/keys.h"

enum {
    ERRANDS_MAX = 8192,
    SEEN_MAX = 8192,
    AGAIN_MS = 1000,
    ARENA_MAX = 64 * 1024 * 1024,
    MEMORY_MAX = 1024 * 1024 * 1024
};

enum errand_state { ERRAND_WAITING, ERRAND_UNDER_WAY, ERRAND_ACCEPTED, ERRAND_REFUSED };

/* One document to bring: the same bytes until the gateway has answered. */
struct errand {
    struct script_case *at; /* NULL: by hand, and the script does not speak of it */
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

struct player {
    pthread_mutex_t lock;
    struct arena *arena;
    struct wire_schemas *schemas;
    struct adapter *adapter;
    struct signer *signer;     /* of a header; NULL: the dialect signs nothing */
    struct verifier *verifier; /* likewise, the gateway's */
    struct script script;
    struct courier_route route;
    uint8_t pins[2][TLS_FINGERPRINT_SIZE]; /* two while the gateway changes its certificate */
    size_t pin_count;
    struct courier *courier;
    struct listener *listener;
    struct control *control;
    atomic_bool stop_asked;
    struct errand errands[ERRANDS_MAX];
    size_t errand_count;
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
/* Callbacks of courier, listener and control socket. */
void player_result(void *player, const struct courier_result *result);
void player_request(void *player, struct request *request);
void player_control(void *player, const struct control_peer *peer, struct text request,
                    struct control_answer *answer);

#endif
