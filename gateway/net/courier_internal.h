/*
 * courier_internal.h - what the two files of the courier share.
 *
 *   courier.c           the thread, the lines of waiting posts, start and stop
 *   courier_transfer.c  one post: its options, its checks, its answer, its end
 *
 * Everything belongs to the courier's thread, except what courier.lock guards.
 */
#ifndef NET_COURIER_INTERNAL_H
#define NET_COURIER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "net/courier.h"
#include "net/tls_context.h"

enum { HANDLES_MAX = 32 };

/* One post. */
struct parcel {
    TAILQ_ENTRY(parcel) place; /* in courier.arrived, lane.waiting or courier.running */
    struct courier *courier;
    struct lane *lane;
    uint64_t token;
    uint64_t number;    /* of this process; names it in TLS callbacks */
    const char *method; /* "GET", "POST" or "PUT" */
    char name[COURIER_NAME_MAX + 1];
    char url[COURIER_URL_MAX + 1];
    char content_type[COURIER_NAME_MAX + 1];
    uint8_t pins[TLS_PINS_MAX][TLS_FINGERPRINT_SIZE];
    struct courier_route route; /* its numbers; the pointers are not used */
    char *body;
    size_t body_size;

    CURL *easy;
    struct curl_slist *headers;
    char *answer;
    size_t answer_size;
    size_t answer_space;
    bool too_large;
    bool sent;           /* the request may have left */
    const char *refused; /* the reason of our own checks; NULL: none */
    char message[CURL_ERROR_SIZE];
};

TAILQ_HEAD(parcels, parcel);

/* The posts of one route. Lives while it holds any. */
struct lane {
    TAILQ_ENTRY(lane) place;
    char name[COURIER_NAME_MAX + 1];
    struct parcels waiting;
    unsigned running;
};

struct courier {
    struct courier_options options;
    pthread_t thread;
    CURLM *multi;
    CURLSH *share;
    CURL *handles[HANDLES_MAX]; /* to be used again */
    size_t handle_count;
    TAILQ_HEAD(lane_list, lane) lanes;
    struct parcels running;
    unsigned running_count;
    _Atomic unsigned pending;
    _Atomic size_t pending_bytes;

    pthread_mutex_t lock; /* guards what follows */
    struct parcels arrived;
    struct tls *tls;
    uint64_t tls_number; /* +1 with every change of keys */
    uint64_t last_number;
    bool stop_asked;
    unsigned grace_ms;
};

/* courier_transfer.c */
void parcel_free(struct parcel *parcel);
/* Sets parcel->easy and its options; false: no memory. */
MUST_USE bool parcel_prepare(struct parcel *parcel);
/* Tells the result; the parcel is not freed. */
void parcel_report(struct parcel *parcel, CURLcode code);
void parcel_report_failure(struct parcel *parcel, const char *reason);

#endif
