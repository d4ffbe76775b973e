/* net/courier against servers that misbehave by script, and with routes that are unusable. */
#include "test_courier.h"

#include "test_certs.c"
#include "test_peer.c"

static void our_certificate_is_refused(void **state)
{
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    struct courier *courier = start((struct courier_options){0});
    struct tls *expired = fixture_tls(&f, "old", "ca");
    courier_use_tls(courier, expired);
    struct courier_route route = route_to(f.port);
    const struct result *result = post(courier, &route, "hello");
    /* in TLS 1.3 the refusal crosses our request, and a reset may overtake it */
    const char *reason = strcmp(result->told.reason, "cut") == 0 ? "cut" : "tls_alert";
    assert_failed(result, reason, result->told.may_have_arrived);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    stop(courier);
    fixture_stop(&f);
}

static void just_leave(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    (void)test_server_request(ssl, request, sizeof(request));
}

static void nobody_there(void **state)
{
    struct test_server server;
    (void)state;
    test_server_start(&server, &f.folder, "server", just_leave);
    uint16_t port = server.port;
    test_server_stop(&server);
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(port);
    assert_failed(post(courier, &route, "hello"), "connect", false);
    route.url = "https://does-not-exist.invalid/v1/messages";
    route.connect_timeout_ms = 1000;
    const struct result *unknown = post(courier, &route, "hello");
    /* a name server that does not answer makes it a timeout */
    if (strcmp(unknown->told.reason, "timeout") != 0)
        assert_failed(unknown, "resolve", false);
    stop(courier);
}

static void say_nothing(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)test_server_request(ssl, request, sizeof(request));
    while (!__atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE))
        usleep(5000);
}

static void say_too_much(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (!test_server_request(ssl, request, sizeof(request)))
        return;
    test_server_say(ssl, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
    for (int i = 0; i < 50; i++)
        test_server_say(ssl, "0123456789012345678901234567890123456789012345678901234567890123"
                             "012345678901234567890123456789012345");
}

static void say_too_much_in_chunks(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (!test_server_request(ssl, request, sizeof(request)))
        return;
    test_server_say(ssl, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 500; i++)
        test_server_say(ssl, "10\r\n0123456789abcdef\r\n");
}

static void say_half(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (test_server_request(ssl, request, sizeof(request)))
        test_server_say(ssl, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it");
}

static void say_nonsense(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (test_server_request(ssl, request, sizeof(request)))
        test_server_say(ssl, "220 mail.example.org ESMTP\r\n");
}

static void redirect(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (test_server_request(ssl, request, sizeof(request)))
        test_server_say(ssl, "HTTP/1.1 307 Go\r\nLocation: https://127.0.0.1:1/\r\n"
                             "Content-Length: 0\r\n\r\n");
}

static void say_later(struct test_server *server, SSL *ssl)
{
    char request[4096];
    (void)server;
    if (test_server_request(ssl, request, sizeof(request)))
        test_server_say(ssl, "HTTP/1.1 503 Busy\r\nRetry-After: 1234\r\n"
                             "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy");
}

static const struct {
    void (*serve)(struct test_server *server, SSL *ssl);
    const char *reason;
} bad_servers[] = {
    {say_nothing, "timeout"},
    {say_too_much, "answer_size"},
    {say_too_much_in_chunks, "answer_size"},
    {say_half, "cut"},
    {just_leave, "cut"},
    {say_nonsense, "protocol"},
};

static void servers_that_misbehave(void **state)
{
    (void)state;
    struct courier *courier = start((struct courier_options){0});
    for (size_t i = 0; i < COUNT_OF(bad_servers); i++) {
        struct test_server server;
        test_server_start(&server, &f.folder, "server", bad_servers[i].serve);
        struct courier_route route = route_to(server.port);
        route.timeout_ms = 400;
        route.answer_max = 2000;
        assert_failed(post(courier, &route, "hello"), bad_servers[i].reason, true);
        test_server_stop(&server);
    }
    stop(courier);
}

static void answers_are_told_as_they_are(void **state)
{
    struct test_server server;
    (void)state;
    struct courier *courier = start((struct courier_options){0});
    test_server_start(&server, &f.folder, "server", redirect);
    struct courier_route route = route_to(server.port);
    assert_answer(post(courier, &route, "hello"), 307, "");
    test_server_stop(&server);
    test_server_start(&server, &f.folder, "server", say_later);
    route = route_to(server.port);
    const struct result *result = post(courier, &route, "hello");
    assert_answer(result, 503, "busy");
    assert_int_equal(result->told.retry_after_s, 1234);
    test_server_stop(&server);
    stop(courier);
}

static void handshake_never_ends(void **state)
{
    struct test_client listener; /* only its descriptor: a port that accepts and is silent */
    struct sockaddr_in address = local(0);
    socklen_t size = sizeof(address);
    (void)state;
    listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(bind(listener.fd, (struct sockaddr *)&address, size) == 0);
    assert_true(listen(listener.fd, 4) == 0);
    assert_true(getsockname(listener.fd, (struct sockaddr *)&address, &size) == 0);
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(ntohs(address.sin_port));
    route.connect_timeout_ms = 200;
    assert_failed(post(courier, &route, "hello"), "timeout", false);
    close(listener.fd);
    stop(courier);
}

static void unusable_routes_are_refused(void **state)
{
    static const char *const bad[] = {
        "http://127.0.0.1/v1/messages",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "127.0.0.1",
        "https://",
        "https://user:secret@127.0.0.1/",
        "https://user@127.0.0.1/",
        "",
        "https://a b/",
    };
    struct error err = ERROR_INIT;
    (void)state;
    struct courier *courier = start((struct courier_options){0});
    struct courier_route route = route_to(1);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        route.url = bad[i];
        err.code = ERROR_NONE;
        assert_false(courier_post(courier, &route, TEXT("x"), "text/plain", 1, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
    }
    route = route_to(1);
    assert_false(courier_post(courier, &route, TEXT("x"), "text/plain\r\nX: y", 1, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(courier_post(courier, &route, TEXT("x"), "", 1, &err));
    route.pin_count = 0;
    assert_false(courier_post(courier, &route, TEXT("x"), "text/plain", 1, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    route.pin_count = COURIER_PINS_MAX + 1;
    assert_false(courier_post(courier, &route, TEXT("x"), "text/plain", 1, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    route = route_to(1);
    route.name = "";
    assert_false(courier_post(courier, &route, TEXT("x"), "text/plain", 1, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_null(courier_reason_meaning("nonsense"));
    assert_int_equal(courier_pending(courier), 0);
    stop(courier);
    assert_int_equal(result_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_certificate_is_refused),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(servers_that_misbehave),
        cmocka_unit_test(answers_are_told_as_they_are),
        cmocka_unit_test(handshake_never_ends),
        cmocka_unit_test(unusable_routes_are_refused),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
