/*
 * listener_internal.h - what the three files of the listener share.
 *
 *   listener.c             start, stop, the loop thread, the queue of replies, accepting
 *   listener_connection.c  one client: its stages and deadlines, what passes by on the wire
 *   listener_request.c     one request: checks, hand-over, reply
 *
 * Everything here belongs to the loop thread, except what listener.lock guards and the
 * counters.
 */
#ifndef NET_LISTENER_INTERNAL_H
#define NET_LISTENER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/queue.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "net/http_check.h"
#include "net/listener.h"
#include "net/peers.h"
#include "net/tls_context.h"

enum { QUERY_SIZE = HTTP_TARGET_MAX + 1, CONTENT_TYPE_SIZE = 128, NAME_SIZE = 128 };

/* What a connection waits for; each stage has one deadline for the whole of it. */
enum stage { STAGE_HANDSHAKE, STAGE_IDLE, STAGE_HEAD, STAGE_BODY, STAGE_WORKER, STAGE_WRITE };

/* Lives as long as its SSL object, which frees it (connection_gone). */
struct connection {
    LIST_ENTRY(connection) place;
    struct listener *listener;
    SSL *ssl;
    struct bufferevent *bev;
    struct event *deadline;
    enum stage stage;
    struct head_watch head;    /* of the request that is arriving */
    struct exchange *exchange; /* what on_request was given and has not answered */
    struct event *closed;      /* while that is parked: the client's end; else NULL */
    struct peer *peer;         /* NULL until identified */
    struct tls_certificate certificate;
    bool handshaken;
    bool identified;
    bool over_limit; /* accepted beyond connections_max, to be told so */
    bool over_peer;  /* was beyond its client's own limit when it came */
    bool closing;    /* ends after the reply under way */
    bool alert_is_theirs;
    const char *alert; /* the fatal alert of a failed handshake; NULL: none */
    bool ended;        /* its last reply was sent; nothing is executed any more */
    bool late;         /* a deadline ended it */
    int refusal;       /* of the library, which is writing it; 0: it is not */
    uint64_t refusal_reference;
};

/* A request and, later, its reply. `request` is first: listener_reply gets a pointer to it. */
struct exchange {
    struct request request;
    struct connection *connection; /* NULL: the client left, or was told 503 already */
    struct evhttp_request *http;   /* NULL likewise */
    struct peer *peer;
    char *body;
    size_t body_size;
    char query[QUERY_SIZE];
    char name[NAME_SIZE];
    char content_type[CONTENT_TYPE_SIZE];

    int status;
    unsigned retry_after_s;
    char reply_type[CONTENT_TYPE_SIZE]; /* "" : none */
    char *reply;
    size_t reply_size;
    struct exchange *next;

    unsigned wait_ms; /* as parked */
    bool parked;      /* the loop thread knows */
    struct exchange *next_parked;
};

struct counters {
#define X(name, meaning) _Atomic uint64_t name;
    LISTENER_COUNTERS_LIST(X)
#undef X
};

struct listener {
    struct listener_options options;
    struct listener_path paths[LISTENER_PATHS_MAX];
    struct counters counters;
    uint16_t port;
    pthread_t thread;

    struct event_base *base;
    struct evhttp *http;
    struct evhttp_bound_socket *bound;
    struct evconnlistener *accepting;
    struct event *wake;
    struct event *resume;
    struct event *give_up;
    int wake_fd;

    LIST_HEAD(connection_list, connection) connections;
    struct peers peers;
    unsigned open;              /* connections */
    unsigned handshakes;        /* under way */
    unsigned accepted_in_a_row; /* since accepting was last resumed */
    bool paused;
    bool refused_by_system; /* accept() failed; wait a little */
    bool stopping;
    uint64_t reference_base;
    uint64_t reference_count;
    int64_t log_second;
    unsigned log_lines;

    pthread_mutex_t lock; /* guards what follows */
    struct tls *tls;
    struct listener_options limits; /* what the loop thread is to take over */
    bool limits_changed;
    struct exchange *queue;  /* replies, newest first */
    struct exchange *parked; /* asked to be, newest first */
    bool stop_asked;
    bool ended;
    unsigned grace_ms;
};

#define COUNT(listener, name)                                                                  \
    atomic_fetch_add_explicit(&(listener)->counters.name, 1, memory_order_relaxed)
#define COUNT_DOWN(listener, name)                                                             \
    atomic_fetch_sub_explicit(&(listener)->counters.name, 1, memory_order_relaxed)

/* listener.c */
void listener_consider_accepting(struct listener *listener);
void listener_consider_end(struct listener *listener);
/* false if too many lines were written within this second. */
bool listener_may_log(struct listener *listener);
void exchange_free(struct listener *listener, struct exchange *exchange);

/* listener_connection.c */
struct bufferevent *connection_make(struct event_base *base, void *listener);
/* NULL if this is not one of ours: memory was short when it was accepted. */
struct connection *connection_of(struct evhttp_request *http);
void connection_enter(struct connection *connection, enum stage stage);
/* One connection more was refused because its client holds enough. */
void connection_count_over(struct connection *connection);
/* Ends it from within the loop, soon. */
void connection_end(struct connection *connection);
/* The certificate of the peer, once; false if it has none that can be read. */
MUST_USE bool connection_identify(struct connection *connection);

/* listener_request.c */
void request_arrived(struct evhttp_request *http, void *listener);
void request_answer(struct exchange *exchange);
void request_too_late(struct connection *connection);
void request_park(struct listener *listener, struct exchange *exchange);
/* Nobody waits for this one's reply any more. */
void request_forsake(struct listener *listener, struct exchange *exchange);
uint64_t request_next_reference(struct listener *listener);
void request_log_refusal(struct connection *connection, uint64_t reference, int status,
                         const char *reason);

#endif
