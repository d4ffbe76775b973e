/*
 * test_courier.h - a courier, what it reported, and a way to wait for it. Used by the tests of
 * net/courier; include test_certs.c and test_peer.c after it.
 */
#ifndef SUPPORT_TEST_COURIER_H
#define SUPPORT_TEST_COURIER_H

#include "unit.h"

#include <signal.h>
#include <stdio.h>

#include "net/courier.h"
#include "test_listener.h"

enum { RESULTS_MAX = 1024, BODY_KEPT = 256 };

struct result {
    struct courier_result told;
    char body[BODY_KEPT];
    size_t body_size;
};

static struct fixture f;

/* What the courier reported, in order. */
static struct {
    pthread_mutex_t lock;
    struct result list[RESULTS_MAX];
    size_t count;
} results = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint8_t server_pin[1][TLS_FINGERPRINT_SIZE];
static char urls[8][128];

static inline void on_result(void *self, const struct courier_result *told)
{
    (void)self;
    pthread_mutex_lock(&results.lock);
    CHECK(results.count < RESULTS_MAX);
    struct result *result = &results.list[results.count];
    result->told = *told;
    result->body_size = told->body.size;
    size_t kept = told->body.size < BODY_KEPT - 1 ? told->body.size : BODY_KEPT - 1;
    if (kept > 0)
        memcpy(result->body, told->body.at, kept);
    result->body[kept] = '\0';
    results.count++;
    pthread_mutex_unlock(&results.lock);
}

static inline size_t result_count(void)
{
    pthread_mutex_lock(&results.lock);
    size_t count = results.count;
    pthread_mutex_unlock(&results.lock);
    return count;
}

static inline bool wait_results(size_t count)
{
    for (int i = 0; i < 1000 && result_count() < count; i++)
        usleep(5000);
    return result_count() >= count;
}

static inline void pin_of(const char *name, uint8_t pin[TLS_FINGERPRINT_SIZE])
{
    struct tls_certificate certificate;
    struct error err = ERROR_INIT;
    char file[64];
    char path[TEST_PATH_SIZE];
    snprintf(file, sizeof(file), "%s.pem", name);
    assert_true(tls_certificate_read(test_path(&f.folder, file, path), &certificate, &err));
    memcpy(pin, certificate.fingerprint, TLS_FINGERPRINT_SIZE);
}

static inline int make(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    fixture_make(&f);
    pin_of("server", server_pin[0]);
    return 0;
}

static inline int drop(void **state)
{
    (void)state;
    fixture_free(&f);
    return 0;
}

static inline struct courier *start(struct courier_options options)
{
    struct courier *courier = NULL;
    struct error err = ERROR_INIT;
    struct tls *tls = fixture_tls(&f, "alice", "ca");
    atomic_store(&test_offset_ms, 0);
    results.count = 0;
    options.tls = tls;
    options.now = test_now;
    options.on_result = on_result;
    assert_true(courier_start(&options, &courier, &err));
    tls_free(tls); /* the courier has its own */
    return courier;
}

static inline void stop(struct courier *courier)
{
    courier_stop(courier, 0);
    courier_free(courier);
}

static inline const char *url_to(int slot, const char *scheme, const char *host, uint16_t port)
{
    snprintf(urls[slot], sizeof(urls[slot]), "%s://%s:%u/v1/messages", scheme, host, port);
    return urls[slot];
}

static inline struct courier_route route_to(uint16_t port)
{
    return (struct courier_route){
        .name = "hrss.440000",
        .url = url_to(0, "https", "127.0.0.1", port),
        .pins = (const uint8_t(*)[TLS_FINGERPRINT_SIZE])server_pin,
        .pin_count = 1,
        .timeout_ms = 3000,
    };
}

/* Posts and waits for the one result. */
static inline const struct result *post(struct courier *courier,
                                        const struct courier_route *route, const char *body)
{
    struct error err = ERROR_INIT;
    size_t before = result_count();
    assert_true(
        courier_post(courier, route, text_of(body), "application/xml", before + 100, &err));
    assert_true(wait_results(before + 1));
    assert_int_equal(results.list[before].told.token, before + 100);
    return &results.list[before];
}

static inline void assert_failed(const struct result *result, const char *reason,
                                 bool may_have_arrived)
{
    assert_int_equal(result->told.kind, COURIER_FAILED);
    assert_string_equal(result->told.reason, reason);
    assert_non_null(courier_reason_meaning(result->told.reason));
    assert_int_equal(result->told.may_have_arrived, may_have_arrived);
}

static inline void assert_answer(const struct result *result, int status, const char *body)
{
    if (result->told.kind == COURIER_FAILED)
        print_error("failed: %s\n", result->told.reason);
    assert_int_equal(result->told.kind, COURIER_ANSWER);
    assert_int_equal(result->told.status, status);
    assert_string_equal(result->body, body);
}

#endif
