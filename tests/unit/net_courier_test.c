/* net/courier against our own listener: delivery, pins, validity, lines, its own end. */
#include "test_courier.h"

#include "test_certs.c"
#include "test_peer.c"

static void posts_to_our_listener(void **state)
{
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(f.port);
    uint8_t alice[TLS_FINGERPRINT_SIZE];
    pin_of("alice", alice);
    for (int i = 0; i < 5; i++)
        assert_answer(post(courier, &route, "hello"), 200, "got 5");
    assert_string_equal(f.handler.content_type, "application/xml");
    assert_memory_equal(f.handler.peer, alice, TLS_FINGERPRINT_SIZE);
    assert_int_equal(fixture_counters(&f).connections, 1); /* kept */
    assert_true(results.list[0].told.elapsed_us > 0);

    route.url = url_to(1, "https", "localhost", f.port);
    assert_answer(post(courier, &route, ""), 200, "got 0");

    struct error err = ERROR_INIT;
    snprintf(urls[2], sizeof(urls[2]), "https://127.0.0.1:%u/v1/mailbox?after=3", f.port);
    route.url = urls[2];
    assert_true(courier_get(courier, &route, 7, &err));
    assert_true(wait_results(7));
    assert_answer(&results.list[6], 200, "got 0");
    assert_string_equal(f.handler.path, "/v1/mailbox");
    assert_string_equal(f.handler.query, "after=3");

    snprintf(urls[2], sizeof(urls[2]), "https://127.0.0.1:%u/v1/files/ab?offset=3", f.port);
    assert_true(courier_put(courier, &route, TEXT("%PDF-"), "application/pdf", 8, &err));
    assert_true(wait_results(8));
    assert_answer(&results.list[7], 200, "got 5");
    assert_int_equal(f.handler.method, REQUEST_PUT);
    assert_string_equal(f.handler.name, "ab");
    assert_string_equal(f.handler.content_type, "application/pdf");
    assert_true(courier_put(courier, &route, TEXT_NONE, "application/pdf", 9, &err));
    assert_true(wait_results(9));
    assert_answer(&results.list[8], 200, "got 0");

    atomic_store(&f.handler.status, 503);
    route = route_to(f.port);
    const struct result *busy = post(courier, &route, "hello");
    assert_answer(busy, 503, "got 5");
    assert_int_equal(busy->told.retry_after_s, 7);
    atomic_store(&f.handler.status, 422);
    assert_answer(post(courier, &route, "hello"), 422, "got 5");
    assert_int_equal(courier_pending(courier), 0);
    stop(courier);
    fixture_stop(&f);
}

static void sessions_are_resumed(void **state)
{
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(f.port);
    route.fresh_connect = true;
    for (int i = 0; i < 4; i++)
        assert_answer(post(courier, &route, "hello"), 200, "got 5");
    assert_int_equal(fixture_counters(&f).connections, 4);
    assert_true(fixture_counters(&f).handshakes_resumed >= 2);
    stop(courier);
    fixture_stop(&f);
}

static void many_routes_at_once(void **state)
{
    struct error err = ERROR_INIT;
    char name[32];
    (void)state;
    fixture_listen(
        &f, (struct listener_options){.peer_in_flight_max = 200, .peer_connections_max = 200});
    atomic_store(&f.handler.handling, REPLY_FROM_THREAD);
    atomic_store(&f.handler.delay_ms, 2);
    struct courier *courier = start((struct courier_options){0});
    for (unsigned i = 0; i < 600; i++) {
        struct courier_route route = route_to(f.port);
        snprintf(name, sizeof(name), "hrss.%u", i % 20);
        route.name = name;
        route.max_connections = 2;
        assert_true(courier_post(courier, &route, TEXT("hello"), "text/plain", i, &err));
    }
    assert_true(wait_results(600));
    for (size_t i = 0; i < 600; i++)
        assert_answer(&results.list[i], 200, "got 5");
    assert_true(fixture_counters(&f).connections <= 40);
    stop(courier);
    fixture_stop(&f);
}

static void refuses_the_wrong_server(void **state)
{
    static uint8_t other[2][TLS_FINGERPRINT_SIZE];
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(f.port);
    pin_of("bob", other[0]);
    route.pins = (const uint8_t(*)[TLS_FINGERPRINT_SIZE])other;
    assert_failed(post(courier, &route, "hello"), "pin", false);
    /* a kept connection is no way around it */
    struct courier_route good = route_to(f.port);
    assert_answer(post(courier, &good, "hello"), 200, "got 5");
    assert_failed(post(courier, &route, "hello"), "pin", false);
    assert_answer(post(courier, &good, "hello"), 200, "got 5");
    /* one of several will do, as while certificates are changed */
    memcpy(other[1], server_pin[0], TLS_FINGERPRINT_SIZE);
    route.pin_count = 2;
    assert_answer(post(courier, &route, "hello"), 200, "got 5");

    /* another name than the certificate's: 127.0.0.2 is this machine, too */
    struct listener_options anywhere = {.address = "0.0.0.0"};
    fixture_stop(&f);
    fixture_listen(&f, anywhere);
    good.url = url_to(1, "https", "127.0.0.2", f.port);
    assert_failed(post(courier, &good, "hello"), "certificate", false);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    stop(courier);
    fixture_stop(&f);
}

static void answer_ok(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    while (test_server_request(ssl, request, sizeof(request)))
        test_server_say(ssl, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

static void authorities_and_validity(void **state)
{
    static uint8_t pins[1][TLS_FINGERPRINT_SIZE];
    struct test_server server;
    (void)state;
    struct courier *courier = start((struct courier_options){0});

    pin_of("mallory", pins[0]); /* pinned by mistake, but of another authority */
    test_server_start(&server, &f.folder, "mallory", answer_ok);
    struct courier_route route = route_to(server.port);
    route.pins = (const uint8_t(*)[TLS_FINGERPRINT_SIZE])pins;
    assert_failed(post(courier, &route, "hello"), "certificate", false);
    test_server_stop(&server);

    pin_of("old", pins[0]);
    test_server_start(&server, &f.folder, "old", answer_ok);
    route.url = url_to(1, "https", "127.0.0.1", server.port);
    assert_failed(post(courier, &route, "hello"), "validity", false);
    test_server_stop(&server);

    /* expires while a connection to it is kept; and when a session is resumed */
    pin_of("short", pins[0]);
    test_server_start(&server, &f.folder, "short", answer_ok);
    route.url = url_to(2, "https", "127.0.0.1", server.port);
    assert_answer(post(courier, &route, "hello"), 200, "ok");
    atomic_store(&test_offset_ms, TEST_HOUR_MS * 5 / 2);
    assert_failed(post(courier, &route, "hello"), "validity", false);
    assert_failed(post(courier, &route, "hello"), "validity", false);
    atomic_store(&test_offset_ms, 0);
    assert_answer(post(courier, &route, "hello"), 200, "ok");
    test_server_stop(&server);
    stop(courier);
}

/* A renewed certificate must not be hidden behind an old session. */
static void a_renewed_certificate_is_seen(void **state)
{
    static uint8_t pins[2][TLS_FINGERPRINT_SIZE];
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    struct tls *before = fixture_tls(&f, "short", "ca");
    listener_use_tls(f.listener, before);
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(f.port);
    pin_of("short", pins[0]);
    memcpy(pins[1], server_pin[0], TLS_FINGERPRINT_SIZE);
    route.pins = (const uint8_t(*)[TLS_FINGERPRINT_SIZE])pins;
    route.pin_count = 2;
    assert_answer(post(courier, &route, "hello"), 200, "got 5");
    listener_use_tls(f.listener, tls_copy(f.tls));
    atomic_store(&test_offset_ms, TEST_HOUR_MS * 5 / 2);
    assert_failed(post(courier, &route, "hello"), "validity", false); /* the kept connection */
    assert_answer(post(courier, &route, "hello"), 200, "got 5");
    stop(courier);
    fixture_stop(&f);
}

static void say_nothing(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)test_server_request(ssl, request, sizeof(request));
    while (!__atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE))
        usleep(5000);
}

static void one_silent_partner_delays_nobody(void **state)
{
    struct test_server silent;
    struct error err = ERROR_INIT;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    test_server_start(&silent, &f.folder, "server", say_nothing);
    struct courier *courier = start((struct courier_options){.running_max = 8});
    struct courier_route slow = route_to(silent.port);
    slow.max_connections = 1;
    slow.name = "hrss.450000";
    for (unsigned i = 0; i < 20; i++)
        assert_true(courier_post(courier, &slow, TEXT("hello"), "text/plain", 1000 + i, &err));
    struct courier_route good = route_to(f.port);
    good.url = url_to(1, "https", "127.0.0.1", f.port);
    for (unsigned i = 0; i < 5; i++)
        assert_answer(post(courier, &good, "hello"), 200, "got 5");
    assert_int_equal(courier_pending(courier), 20);
    courier_stop(courier, 0);
    assert_int_equal(result_count(), 25);
    for (size_t i = 5; i < 25; i++)
        assert_string_equal(results.list[i].told.reason, "stopped");
    /* only the one under way may have reached its server */
    for (size_t i = 6; i < 25; i++)
        assert_false(results.list[i].told.may_have_arrived);
    assert_false(courier_post(courier, &good, TEXT("x"), "text/plain", 1, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    courier_free(courier);
    test_server_stop(&silent);
    fixture_stop(&f);
}

static void the_queue_has_an_end(void **state)
{
    struct test_server silent;
    struct error err = ERROR_INIT;
    (void)state;
    test_server_start(&silent, &f.folder, "server", say_nothing);
    struct courier *courier = start(
        (struct courier_options){.queue_max = 3, .queue_bytes_max = 100});
    struct courier_route route = route_to(silent.port);
    char big[101];
    memset(big, 'x', sizeof(big));
    assert_false(
        courier_post(courier, &route, (struct text){big, sizeof(big)}, "text/plain", 9, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    for (unsigned i = 0; i < 3; i++)
        assert_true(courier_post(courier, &route, TEXT("hello"), "text/plain", i, &err));
    assert_false(courier_post(courier, &route, TEXT("hello"), "text/plain", 3, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    stop(courier);
    assert_int_equal(result_count(), 3);
    test_server_stop(&silent);
}

static void stopping_lets_the_running_finish(void **state)
{
    struct error err = ERROR_INIT;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, REPLY_FROM_THREAD);
    atomic_store(&f.handler.delay_ms, 200);
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(f.port);
    assert_true(courier_post(courier, &route, TEXT("hello"), "text/plain", 1, &err));
    assert_true(handler_wait(&f.handler, 1));
    courier_stop(courier, 3000);
    assert_int_equal(result_count(), 1);
    assert_answer(&results.list[0], 200, "got 5");
    courier_free(courier);
    courier_free(NULL);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_to_our_listener),
        cmocka_unit_test(sessions_are_resumed),
        cmocka_unit_test(many_routes_at_once),
        cmocka_unit_test(refuses_the_wrong_server),
        cmocka_unit_test(authorities_and_validity),
        cmocka_unit_test(a_renewed_certificate_is_seen),
        cmocka_unit_test(one_silent_partner_delays_nobody),
        cmocka_unit_test(the_queue_has_an_end),
        cmocka_unit_test(stopping_lets_the_running_finish),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
