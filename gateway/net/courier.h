/*
 * courier.h - carries bytes to other gateways over HTTPS: one thread, many connections.
 *
 * A post goes to a route; its end comes back on the courier's thread as one courier_result:
 * an answer, or a failure that says whether the request may have arrived. Whether to try again,
 * and when, is not decided here. Each route (by its name) has its own line and its own number
 * of connections, so that one silent partner delays nobody else.
 *
 * The server must be vouched for by our authorities at the time of the given clock, bear the
 * name in the URL, and be one of the route's pins; all of this is checked before a byte of the
 * request leaves, also on connections and sessions that are used again.
 *
 * Delivery is at least once even within one post: when a kept connection dies before the first
 * byte of an answer, the request is sent again on a new one. fresh_connect prevents that.
 */
#ifndef NET_COURIER_H
#define NET_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "net/tls.h"

enum { COURIER_PINS_MAX = 8, COURIER_URL_MAX = 1024, COURIER_NAME_MAX = 128 };

/* 0 stands for the default given in brackets. Copied by courier_post. */
struct courier_route {
    const char *name;                            /* the line it stands in: the partner's id */
    const char *url;                             /* https only, without user and password */
    const uint8_t (*pins)[TLS_FINGERPRINT_SIZE]; /* 1 to COURIER_PINS_MAX */
    size_t pin_count;
    unsigned timeout_ms;         /* connecting, sending, answer [30000] */
    unsigned connect_timeout_ms; /* of these, TCP and TLS [3000] */
    unsigned max_connections;    /* of this line; 1 keeps the order [4] */
    size_t answer_max;           /* bytes [1 MiB] */
    bool fresh_connect;          /* never use a kept connection */
};

enum courier_kind { COURIER_ANSWER, COURIER_FAILED };

struct courier_result {
    uint64_t token;
    enum courier_kind kind;
    /* COURIER_ANSWER */
    int status;
    struct text body;         /* valid during the callback */
    struct text content_type; /* likewise; empty if none */
    unsigned retry_after_s;   /* 0: not said */
    /* COURIER_FAILED */
    const char *reason;    /* a constant of courier_reasons */
    bool may_have_arrived; /* false: certainly nothing of the request left */
    int64_t elapsed_us;
};

/* Why a post failed, for logs, metrics and screens. */
#define COURIER_REASONS(X)                                                                     \
    X(resolve, "the host name is not known")                                                   \
    X(connect, "nobody answers there")                                                         \
    X(tls, "no common TLS, or the connection was cut during the handshake")                    \
    X(tls_alert, "the server refused us, most likely our certificate")                         \
    X(certificate, "not vouched for by our authorities, or of another name")                   \
    X(validity, "the server's certificate is expired or not yet valid")                        \
    X(revoked, "the server's certificate, or one above it, is revoked")                        \
    X(crl, "its authority's revocation list is out of date: renew it here, then reload")       \
    X(pin, "a good certificate, but not one of the route's")                                   \
    X(timeout, "no answer in time")                                                            \
    X(cut, "the connection ended before the whole answer was there; perhaps we were refused")  \
    X(answer_size, "the answer is larger than answer_max")                                     \
    X(protocol, "what came back is not HTTP")                                                  \
    X(memory, "no memory here")                                                                \
    X(stopped, "we were stopping")

struct courier_options {
    const struct tls *tls;
    void (*on_result)(void *self, const struct courier_result *result); /* courier's thread */
    void *self;
    struct instant (*now)(void);
    unsigned queue_max;     /* posts waiting or under way [4096]; more is ERROR_BUSY */
    size_t queue_bytes_max; /* of their bodies [256 MiB] */
    unsigned running_max;   /* under way at once, over all routes [256] */
};

struct courier;

/* ERROR_MEMORY, ERROR_SYSTEM. */
MUST_USE bool courier_start(const struct courier_options *options, struct courier **courier,
                            struct error *err);

/*
 * Any thread, also from within on_result. Everything is copied. Once it returned true, exactly
 * one result with `token` follows. ERROR_BUSY: the queue is full or the courier stops.
 * ERROR_CONFIG: the route is unusable (not https, no pin, too long).
 */
MUST_USE bool courier_post(struct courier *courier, const struct courier_route *route,
                           struct text body, const char *content_type, uint64_t token,
                           struct error *err);
/* The same as a PUT, for files. */
MUST_USE bool courier_put(struct courier *courier, const struct courier_route *route,
                          struct text body, const char *content_type, uint64_t token,
                          struct error *err);
/* The same as a GET, for mailboxes. */
MUST_USE bool courier_get(struct courier *courier, const struct courier_route *route,
                          uint64_t token, struct error *err);

/* Posts from now on use these keys, on connections and sessions of their own: what was kept of
 * the keys before is left to age. Takes them. Any thread. */
void courier_use_tls(struct courier *courier, struct tls *tls);

/* Posts waiting or under way. Any thread. */
unsigned courier_pending(const struct courier *courier);

/* Starts nothing new, lets what is under way finish for at most `grace_ms`, reports the rest as
 * "stopped", ends the thread. Once, from one thread. */
void courier_stop(struct courier *courier, unsigned grace_ms);
/* After courier_stop. Takes NULL. */
void courier_free(struct courier *courier);

/* The meaning of a reason, for the manual and the screen; NULL if there is no such reason. */
const char *courier_reason_meaning(const char *reason);

#endif
