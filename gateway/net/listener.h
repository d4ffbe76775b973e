/*
 * listener.h - the HTTPS server: one loop thread, mutual TLS, whole requests in, replies out.
 *
 * The loop thread reads a complete request, checks that it is unambiguous (net/http_check.h),
 * that its path is known and that the client's certificate is valid now, and calls on_request.
 * Whoever gets it hands it to another thread and returns at once. The reply comes back from any
 * thread through listener_reply, exactly once for each request; it also ends the request's
 * life. A client that has left in the meantime is no error: its reply is dropped and counted.
 *
 * Which party a fingerprint is, and whether it may speak, is not decided here.
 *
 * Refusals by the listener (4xx; 429 over a limit of one client, 503 over one of all) carry no
 * text from inside but one reference number, which stands in the log line "listener.refused"
 * with the reason. 429 and 503 carry Retry-After. A 4xx closes the connection, except 409, 422
 * and 429.
 *
 * A connection beyond what its client may hold is told 429 when it asks, and closed; if it asks
 * nothing it is closed after handshake_ms. Either is counted.
 *
 * Two things the HTTP library answers by itself, without a reference: 413 to a body over
 * body_max, and 400 to what it cannot parse at all. Both are counted.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"
#include "net/tls.h"

enum request_method { REQUEST_GET, REQUEST_POST, REQUEST_PUT };

struct request {
    uint64_t id; /* the reference number, unique in this process, not guessable */
    enum request_method method;
    struct text path;         /* one of options.paths */
    struct text name;         /* what follows it, if that is a folder; else empty */
    struct text query;        /* after '?', not decoded; empty if none */
    struct text content_type; /* empty if none */
    struct text body;         /* a NUL follows; valid until request_release_body or the reply */
    uint8_t peer[TLS_FINGERPRINT_SIZE];
    struct instant received_at; /* when the last byte was there, by the given clock */
    void *holder;               /* theirs who park it; NULL at first */
};

/* Who a certificate belongs to. Preset: the certificate by itself, peer_connections_max. */
struct listener_client {
    uint8_t who[TLS_FINGERPRINT_SIZE]; /* certificates with the same count as one client */
    unsigned connections_max;
    _Atomic uint64_t *over; /* counts connections refused for that; NULL: nobody asks */
};

struct listener_path {
    enum request_method method;
    const char *path; /* a literal; exact, unless it ends in '/': then a folder of names */
};

enum { LISTENER_PATHS_MAX = 16 };

/* 0 stands for the default given in brackets. */
struct listener_options {
    const char *address; /* numeric, IPv4 or IPv6 ["127.0.0.1"] */
    uint16_t port;       /* 0: the system chooses; ask listener_port */
    const struct tls *tls;
    struct instant (*now)(void);
    const struct listener_path *paths;
    size_t path_count;
    void (*on_request)(void *self, struct request *request); /* on the loop thread */
    /* Once for each connection, on the loop thread. NULL: as preset. */
    void (*on_client)(void *self, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE],
                      struct listener_client *client);
    /* The client of a parked request has left, or was told 503 because wait_ms were over; its
     * reply, which may be on its way, is still due and will be dropped. At most once for each,
     * on the loop thread. NULL: nobody parks. */
    void (*on_gone)(void *self, struct request *request);
    void *self;

    size_t body_max;               /* bytes of one body [1 MiB] */
    size_t bodies_max;             /* bytes of all bodies held [256 MiB] */
    unsigned connections_max;      /* [2000]; those beyond are told 503 */
    unsigned peer_connections_max; /* of one client [64] */
    unsigned in_flight_max;        /* requests not yet replied to [1024] */
    unsigned peer_in_flight_max;   /* of one client [16] */
    unsigned handshakes_max;       /* at once; accepting pauses beyond [16] */
    unsigned busy_retry_after_s;   /* told with every 429 and 503 of the listener [5] */

    /* Deadlines, milliseconds of monotonic time, each for the whole step. */
    unsigned handshake_ms; /* [5000] */
    unsigned head_ms;      /* from its first byte [10000] */
    unsigned body_ms;      /* [30000] */
    unsigned worker_ms;    /* until listener_reply; then 503 goes out [30000] */
    unsigned write_ms;     /* [30000] */
    unsigned idle_ms;      /* between requests [120000] */
};

/* Numbers since the start; those marked gauge go down again. The names are metric names. */
#define LISTENER_COUNTERS_LIST(X)                                                              \
    X(connections_open, "gauge")                                                               \
    X(in_flight, "gauge")                                                                      \
    X(parked, "gauge, not among in_flight")                                                    \
    X(bodies_bytes, "gauge")                                                                   \
    X(connections, "accepted")                                                                 \
    X(accept_pauses, "accepting paused because of handshakes or connections")                  \
    X(accept_errors, "the system refused to accept")                                           \
    X(handshakes, "completed")                                                                 \
    X(handshakes_resumed, "of these, resumed")                                                 \
    X(handshakes_failed, "no, foreign or invalid certificate, or no TLS")                      \
    X(requests, "handed to on_request")                                                        \
    X(replies, "given to the client")                                                          \
    X(replies_dropped, "the client had left or was told 503 before")                           \
    X(refused_http, "ambiguous or malformed, by our rules")                                    \
    X(refused_by_library, "malformed or too large, by the library")                            \
    X(refused_path, "unknown path or method")                                                  \
    X(refused_certificate, "expired, not yet valid or revoked at the time of the request")     \
    X(busy_connections, "503: connections_max")                                                \
    X(busy_peer, "429, or cut: a limit of one client")                                         \
    X(busy_in_flight, "503: in_flight_max or bodies_max")                                      \
    X(busy_stopping, "503: the listener is stopping")                                          \
    X(late_handshake, "deadline")                                                              \
    X(late_head, "deadline")                                                                   \
    X(late_body, "deadline")                                                                   \
    X(late_worker, "deadline, 503")                                                            \
    X(late_write, "deadline")                                                                  \
    X(late_idle, "deadline")

struct listener_counters {
#define X(name, meaning) uint64_t name;
    LISTENER_COUNTERS_LIST(X)
#undef X
};

struct listener;

/* Binds, starts the thread, accepts. Copies what the options point to, except `self`.
 * ERROR_CONFIG (address), ERROR_SYSTEM (bind), ERROR_MEMORY. */
MUST_USE bool listener_start(const struct listener_options *options, struct listener **listener,
                             struct error *err);
uint16_t listener_port(const struct listener *listener);

/*
 * Answers and ends `request`; any thread, also from within on_request. Never fails: what cannot
 * be sent is dropped and counted. `body` and `content_type` (may be NULL) are copied.
 * `retry_after_s` 0: no such header.
 */
void listener_reply(struct listener *listener, struct request *request, int status,
                    const char *content_type, struct text body, unsigned retry_after_s);

/* For a request that waits long: wipes and frees the body; request->body becomes empty. */
void request_release_body(struct listener *listener, struct request *request);

/* The request waits for somebody else's answer, for wait_ms instead of worker_ms: its body
 * goes, it counts no longer against in_flight_max and peer_in_flight_max, and on_gone tells
 * when its client has left; one that sends anything meanwhile is taken to leave. Any thread;
 * once for a request, and before its reply. */
void listener_park(struct listener *listener, struct request *request, unsigned wait_ms);

/* New connections from now on use these keys; takes them. Any thread. */
void listener_use_tls(struct listener *listener, struct tls *tls);
/* The bounds of `options` (its *_max) hold soon: for connections and requests that come then; a
 * connection that stands keeps its body_max. Any thread. */
void listener_use_limits(struct listener *listener, const struct listener_options *options);

/* Any thread, any time before listener_free. */
void listener_count(const struct listener *listener, struct listener_counters *counters);

/* Stops accepting, lets what is in flight finish for at most `grace_ms`, closes everything and
 * ends the thread. Replies given afterwards are dropped. Once, from one thread. */
void listener_stop(struct listener *listener, unsigned grace_ms);
/* After listener_stop, and after every request was replied to (CHECK). Takes NULL. */
void listener_free(struct listener *listener);

#endif
