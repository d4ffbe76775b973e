/*
 * test_listener.h - a listener with certificates around it, and a handler that is told what to
 * do with the requests it gets. Used by the tests of net; everything is static inline so that a
 * test links nothing but net.
 */
#ifndef SUPPORT_TEST_LISTENER_H
#define SUPPORT_TEST_LISTENER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/listener.h"
#include "test_certs.h"
#include "test_peer.h"

/* 2026-03-02 09:00 +08:00, moved by the tests. */
#define TEST_DAY     INT64_C(1772413200000)
#define TEST_HOUR_MS INT64_C(3600000)

static _Atomic int64_t test_offset_ms;

static inline struct instant test_now(void)
{
    return (struct instant){TEST_DAY + atomic_load(&test_offset_ms)};
}

enum handling { REPLY_AT_ONCE, REPLY_FROM_THREAD, HOLD };

enum { HELD_MAX = 512 };

struct handler {
    struct listener *listener;
    _Atomic enum handling handling;
    _Atomic unsigned executed;
    _Atomic int status;
    _Atomic unsigned delay_ms;
    _Atomic unsigned threads; /* replying */
    pthread_mutex_t lock;
    struct request *held[HELD_MAX];
    size_t held_count;
    /* of the last request */
    char path[64];
    char name[128];
    enum request_method method;
    char query[64];
    char content_type[64];
    size_t body_size;
    uint8_t peer[TLS_FINGERPRINT_SIZE];
    struct instant received_at;
};

struct fixture {
    struct test_folder folder;
    struct test_authority *authority;
    struct test_authority *foreign;
    struct tls *tls;
    struct handler handler;
    struct listener *listener;
    uint16_t port;
};

static inline void handler_reply(struct handler *handler, struct request *request)
{
    char text[64];
    int size = snprintf(text, sizeof(text), "got %zu", request->body.size);
    int status = atomic_load(&handler->status);
    listener_reply(handler->listener, request, status, "text/plain",
                   (struct text){text, (size_t)size}, status == 503 ? 7 : 0);
}

struct later {
    struct handler *handler;
    struct request *request;
};

static inline void *reply_later(void *argument)
{
    struct later *later = argument;
    usleep(atomic_load(&later->handler->delay_ms) * 1000);
    handler_reply(later->handler, later->request);
    atomic_fetch_sub(&later->handler->threads, 1);
    free(later);
    return NULL;
}

static inline void handler_on_request(void *self, struct request *request)
{
    struct handler *handler = self;
    pthread_mutex_lock(&handler->lock);
    CHECK(text_to_field(request->path, handler->path, sizeof(handler->path)));
    CHECK(text_to_field(request->name, handler->name, sizeof(handler->name)));
    handler->method = request->method;
    CHECK(text_to_field(request->query, handler->query, sizeof(handler->query)));
    CHECK(text_to_field(request->content_type, handler->content_type,
                        sizeof(handler->content_type)));
    handler->body_size = request->body.size;
    memcpy(handler->peer, request->peer, sizeof(handler->peer));
    handler->received_at = request->received_at;
    if (atomic_load(&handler->handling) == HOLD && handler->held_count < HELD_MAX)
        handler->held[handler->held_count++] = request;
    pthread_mutex_unlock(&handler->lock);
    atomic_fetch_add(&handler->executed, 1);
    if (atomic_load(&handler->handling) == REPLY_AT_ONCE) {
        handler_reply(handler, request);
    } else if (atomic_load(&handler->handling) == REPLY_FROM_THREAD) {
        pthread_t thread;
        struct later *later = malloc(sizeof(*later));
        CHECK(later != NULL);
        *later = (struct later){handler, request};
        atomic_fetch_add(&handler->threads, 1);
        CHECK(pthread_create(&thread, NULL, reply_later, later) == 0);
        pthread_detach(thread);
    }
}

/* Waits until `what` requests were executed; false after two seconds. */
static inline bool handler_wait(struct handler *handler, unsigned what)
{
    for (int i = 0; i < 400 && atomic_load(&handler->executed) < what; i++)
        usleep(5000);
    return atomic_load(&handler->executed) >= what;
}

static inline void handler_release(struct handler *handler)
{
    pthread_mutex_lock(&handler->lock);
    for (size_t i = 0; i < handler->held_count; i++)
        handler_reply(handler, handler->held[i]);
    handler->held_count = 0;
    pthread_mutex_unlock(&handler->lock);
}

static inline struct instant test_hours(int64_t hours)
{
    return (struct instant){TEST_DAY + hours * TEST_HOUR_MS};
}

/* Certificates: server and alice, bob (valid), old (expired), early (not yet valid), short (for
 * two hours) of our authority "ca"; mallory of another one, "foreign". */
static inline void fixture_certificates(struct fixture *fixture)
{
    static const struct {
        const char *name;
        int64_t from;
        int64_t until;
    } list[] = {{"server", -24, 8760}, {"alice", -24, 8760}, {"bob", -24, 8760},
                {"old", -48, -1},      {"early", 1, 8760},   {"short", -24, 2}};
    test_folder_make(&fixture->folder);
    fixture->authority = test_authority_new(&fixture->folder, "ca");
    fixture->foreign = test_authority_new(&fixture->folder, "foreign");
    for (size_t i = 0; i < COUNT_OF(list); i++)
        test_certificate(fixture->authority, &fixture->folder, list[i].name,
                         test_hours(list[i].from), test_hours(list[i].until));
    test_certificate(fixture->foreign, &fixture->folder, "mallory", test_hours(-24),
                     test_hours(8760));
}

static inline struct tls *fixture_tls(const struct fixture *fixture, const char *name,
                                      const char *authority)
{
    char certificate[TEST_PATH_SIZE];
    char key[TEST_PATH_SIZE];
    char ca[TEST_PATH_SIZE];
    char file[64];
    struct tls *tls = NULL;
    struct error err = ERROR_INIT;
    snprintf(file, sizeof(file), "%s.pem", name);
    test_path(&fixture->folder, file, certificate);
    snprintf(file, sizeof(file), "%s.key", name);
    test_path(&fixture->folder, file, key);
    snprintf(file, sizeof(file), "%s.pem", authority);
    test_path(&fixture->folder, file, ca);
    struct tls_files files = {.certificate_path = certificate, .key_path = key, .ca_path = ca};
    if (!tls_new(&files, test_now, &tls, &err))
        fprintf(stderr, "%s\n", err.text);
    CHECK(tls != NULL);
    return tls;
}

/* `options` as far as they differ from the defaults. */
static inline void fixture_listen(struct fixture *fixture, struct listener_options options)
{
    static const struct listener_path paths[] = {{REQUEST_POST, "/v1/messages"},
                                                 {REQUEST_GET, "/v1/mailbox"},
                                                 {REQUEST_GET, "/v1/files/"},
                                                 {REQUEST_PUT, "/v1/files/"}};
    struct error err = ERROR_INIT;
    atomic_store(&test_offset_ms, 0);
    memset(&fixture->handler, 0, sizeof(fixture->handler));
    pthread_mutex_init(&fixture->handler.lock, NULL);
    atomic_store(&fixture->handler.status, 200);
    options.tls = fixture->tls;
    options.now = test_now;
    options.paths = paths;
    options.path_count = COUNT_OF(paths);
    options.on_request = handler_on_request;
    options.self = &fixture->handler;
    if (!listener_start(&options, &fixture->listener, &err))
        fprintf(stderr, "%s\n", err.text);
    CHECK(fixture->listener != NULL);
    fixture->handler.listener = fixture->listener;
    fixture->port = listener_port(fixture->listener);
}

static inline void fixture_stop(struct fixture *fixture)
{
    listener_stop(fixture->listener, 1000);
    handler_release(&fixture->handler);
    while (atomic_load(&fixture->handler.threads) > 0)
        usleep(1000);
    listener_free(fixture->listener);
    fixture->listener = NULL;
    pthread_mutex_destroy(&fixture->handler.lock);
}

static inline struct listener_counters fixture_counters(const struct fixture *fixture)
{
    struct listener_counters counters;
    listener_count(fixture->listener, &counters);
    return counters;
}

static inline void fixture_make(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture_certificates(fixture);
    fixture->tls = fixture_tls(fixture, "server", "ca");
}

static inline void fixture_free(struct fixture *fixture)
{
    tls_free(fixture->tls);
    test_authority_free(fixture->authority);
    test_authority_free(fixture->foreign);
    test_folder_remove(&fixture->folder);
}

#endif
