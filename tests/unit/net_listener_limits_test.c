/* net/listener under pressure: limits, deadlines, clients that leave, and its own end. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>

#include "test_listener.h"

#include "test_certs.c"
#include "test_peer.c"

#define POST_HELLO                                                                             \
    "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n"       \
    "Content-Length: 5\r\n\r\nhello"

static struct fixture f;

static int make(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    fixture_make(&f);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fixture_free(&f);
    return 0;
}

static void open_as(struct test_client *client, const char *name)
{
    assert_true(test_client_open(client, f.port, &f.folder, name, NULL));
}

/* Some numbers change a moment after the client has seen their reason. */
#define EVENTUALLY(condition)                                                                  \
    do {                                                                                       \
        for (int round = 0; round < 400 && !(condition); round++)                              \
            usleep(5000);                                                                      \
        assert_true(condition);                                                                \
    } while (0)

/* In our own words, as every refusal of the listener, and nothing of the library's page. */
static void says_too_large(const struct test_client *client)
{
    assert_non_null(strstr(client->answer, "HTTP/1.1 413 "));
    assert_non_null(strstr(client->answer, "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(client->answer, "Connection: close\r\n"));
    assert_non_null(strstr(client->answer, "\r\n\r\nSIZE: "));
    assert_non_null(strstr(client->answer, "\nreference "));
    assert_null(strstr(client->answer, "<"));
}

static void too_large(void **state)
{
    static const char declared[] = "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                                   "Content-Length: 5000\r\n\r\n";
    static const char chunked[] = "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\nfff\r\n";
    static const char expected[] = "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                                   "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n";
    static char body[5000];
    struct test_client client;
    (void)state;
    memset(body, 'x', sizeof(body));
    fixture_listen(&f, (struct listener_options){.body_max = 2048});
    open_as(&client, "alice");
    assert_true(test_client_send(&client, declared, sizeof(declared) - 1));
    assert_true(test_client_send(&client, body, sizeof(body)));
    assert_int_equal(test_client_read(&client, false, 2000), 413);
    says_too_large(&client);
    assert_true(client.closed);
    test_client_close(&client);

    open_as(&client, "alice");
    assert_true(test_client_send(&client, chunked, sizeof(chunked) - 1));
    assert_int_equal(test_client_read(&client, false, 2000), 413);
    says_too_large(&client);
    assert_true(client.closed);
    test_client_close(&client);

    open_as(&client, "alice");
    assert_true(test_client_send(&client, expected, sizeof(expected) - 1));
    assert_true(test_client_send(&client, body, sizeof(body)));
    assert_int_equal(test_client_read(&client, false, 2000), 413);
    says_too_large(&client);
    test_client_close(&client);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    EVENTUALLY(fixture_counters(&f).refused_by_library == 3);
    fixture_stop(&f);
}

/* A length beyond any memory, and the end of what is sent comes first: nothing is kept of it.
 */
static void a_huge_body_that_is_cut(void **state)
{
    static const char head[] = "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                               "Content-Length: 1000000000000\r\n\r\n";
    static char piece[65536];
    struct test_client client;
    (void)state;
    memset(piece, 'x', sizeof(piece));
    fixture_listen(&f, (struct listener_options){.body_max = 2048});
    for (unsigned i = 0; i < 8; i++) {
        open_as(&client, "alice");
        assert_true(test_client_send(&client, head, sizeof(head) - 1));
        for (unsigned j = 0; j < 16; j++)
            (void)test_client_send(&client, piece, sizeof(piece));
        assert_int_equal(fixture_counters(&f).bodies_bytes, 0);
        test_client_close(&client);
    }
    EVENTUALLY(fixture_counters(&f).connections_open == 0);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    open_as(&client, "alice"); /* still serving */
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

/* What the library cannot parse is refused in our own words, too. */
static void not_http(void **state)
{
    static const char bytes[] = "NONSENSE\r\n\r\n";
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&client, "alice");
    assert_true(test_client_send(&client, bytes, sizeof(bytes) - 1));
    assert_int_equal(test_client_read(&client, false, 2000), 400);
    assert_non_null(strstr(client.answer, "\r\n\r\nreference "));
    assert_null(strstr(client.answer, "<"));
    assert_true(client.closed);
    test_client_close(&client);
    fixture_stop(&f);
}

static void client_leaves_while_a_worker_holds_its_request(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, HOLD);
    for (unsigned i = 0; i < 20; i++) {
        open_as(&client, "alice");
        assert_true(test_client_send(&client, POST_HELLO, strlen(POST_HELLO)));
        assert_true(handler_wait(&f.handler, i + 1));
        if (i % 2 == 0) { /* a reset instead of a FIN */
            struct linger hard = {.l_onoff = 1};
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
        }
        test_client_close(&client);
        if (i % 5 == 4)
            handler_release(&f.handler);
    }
    handler_release(&f.handler);
    EVENTUALLY(fixture_counters(&f).in_flight == 0);
    EVENTUALLY(fixture_counters(&f).connections_open == 0);
    /* still serving */
    atomic_store(&f.handler.handling, REPLY_AT_ONCE);
    open_as(&client, "alice");
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

static void limits_answer_503(void **state)
{
    struct test_client one;
    struct test_client two;
    struct test_client three;
    (void)state;
    fixture_listen(&f, (struct listener_options){.peer_in_flight_max = 1,
                                                 .in_flight_max = 2,
                                                 .busy_retry_after_s = 9});
    atomic_store(&f.handler.handling, HOLD);
    open_as(&one, "alice");
    open_as(&two, "alice");
    assert_true(test_client_send(&one, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 1));
    assert_int_equal(test_client_ask(&two, POST_HELLO), 429);
    assert_non_null(strstr(two.answer, "Retry-After: 9"));
    assert_int_equal(test_client_ask(&two, POST_HELLO), 429); /* on the same connection */
    assert_int_equal(fixture_counters(&f).busy_peer, 2);
    test_client_close(&two);

    open_as(&two, "bob");
    assert_true(test_client_send(&two, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 2));
    atomic_store(&test_offset_ms, TEST_HOUR_MS * 3 / 2);
    open_as(&three, "early");
    assert_int_equal(test_client_ask(&three, POST_HELLO), 503);
    assert_non_null(strstr(three.answer, "Retry-After: 9"));
    assert_int_equal(fixture_counters(&f).busy_in_flight, 1);
    handler_release(&f.handler);
    assert_int_equal(test_client_read(&one, true, 2000), 200);
    assert_int_equal(test_client_read(&two, true, 2000), 200);
    /* the refused one may go on */
    atomic_store(&f.handler.handling, REPLY_AT_ONCE);
    assert_int_equal(test_client_ask(&three, POST_HELLO), 200);
    test_client_close(&one);
    test_client_close(&two);
    test_client_close(&three);
    fixture_stop(&f);
}

static void too_many_connections(void **state)
{
    struct test_client clients[4];
    (void)state;
    fixture_listen(&f, (struct listener_options){.connections_max = 2});
    for (size_t i = 0; i < COUNT_OF(clients); i++)
        open_as(&clients[i], "alice");
    for (size_t i = 0; i < COUNT_OF(clients); i++)
        assert_int_equal(test_client_ask(&clients[i], POST_HELLO), i < 2 ? 200 : 503);
    for (size_t i = 0; i < COUNT_OF(clients); i++)
        test_client_close(&clients[i]);
    assert_int_equal(fixture_counters(&f).busy_connections, 2);
    EVENTUALLY(fixture_counters(&f).connections_open == 0);
    open_as(&clients[0], "alice");
    assert_int_equal(test_client_ask(&clients[0], POST_HELLO), 200);
    test_client_close(&clients[0]);
    fixture_stop(&f);

    fixture_listen(&f, (struct listener_options){.peer_connections_max = 1});
    open_as(&clients[0], "alice");
    assert_int_equal(test_client_ask(&clients[0], POST_HELLO), 200);
    open_as(&clients[1], "alice");
    assert_int_equal(test_client_ask(&clients[1], POST_HELLO), 429);
    assert_non_null(strstr(clients[1].answer, "Retry-After: 5"));
    assert_non_null(strstr(clients[1].answer, "Connection: close"));
    open_as(&clients[2], "bob");
    assert_int_equal(test_client_ask(&clients[2], POST_HELLO), 200);
    for (size_t i = 0; i < 3; i++)
        test_client_close(&clients[i]);
    fixture_stop(&f);
}

static _Atomic uint64_t over;

/* Alice and bob are one party, which may hold two connections. */
static void one_party(void *self, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE],
                      struct listener_client *client)
{
    (void)self;
    (void)fingerprint;
    CHECK(client->connections_max == 64);
    memset(client->who, 7, sizeof(client->who));
    client->connections_max = 2;
    client->over = &over;
}

static void certificates_of_one_party(void **state)
{
    struct test_client clients[4];
    (void)state;
    atomic_store(&over, 0);
    fixture_listen(&f, (struct listener_options){.on_client = one_party, .handshake_ms = 400});
    open_as(&clients[0], "alice");
    assert_int_equal(test_client_ask(&clients[0], POST_HELLO), 200);
    open_as(&clients[1], "bob");
    assert_int_equal(test_client_ask(&clients[1], POST_HELLO), 200);
    open_as(&clients[2], "alice");
    open_as(&clients[3], "bob");
    assert_int_equal(test_client_ask(&clients[2], POST_HELLO), 429);
    assert_int_equal(atomic_load(&over), 1);
    /* one that asks nothing is not held either, and counted */
    assert_int_equal(test_client_read(&clients[3], false, 3000), 0);
    assert_true(clients[3].closed);
    assert_int_equal(atomic_load(&over), 2);
    assert_int_equal(fixture_counters(&f).busy_peer, 2);
    test_client_close(&clients[3]);
    /* one that was too many is welcome when another has gone */
    open_as(&clients[3], "alice");
    test_client_close(&clients[0]);
    EVENTUALLY(fixture_counters(&f).connections_open == 2);
    assert_int_equal(test_client_ask(&clients[3], POST_HELLO), 200);
    assert_int_equal(test_client_ask(&clients[1], POST_HELLO), 200);
    assert_int_equal(atomic_load(&over), 2);
    for (size_t i = 1; i < COUNT_OF(clients); i++)
        test_client_close(&clients[i]);
    fixture_stop(&f);
}

static void silent_handshakes_do_not_shut_the_door(void **state)
{
    struct test_client silent[12];
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){.handshakes_max = 4, .handshake_ms = 2000});
    for (size_t i = 0; i < COUNT_OF(silent); i++)
        assert_true(test_client_connect(&silent[i], f.port));
    open_as(&client, "alice"); /* behind all of them */
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    assert_true(fixture_counters(&f).accept_pauses >= 1);
    test_client_close(&client);
    for (size_t i = 0; i < COUNT_OF(silent); i++)
        test_client_close(&silent[i]);
    fixture_stop(&f);
}

/* `bytes` are sent one every 30 ms (all at once if it is `whole`), then nothing. */
static void expect_cut(const char *bytes, bool whole)
{
    struct test_client client;
    open_as(&client, "alice");
    int64_t start = clock_monotonic_ms();
    if (whole)
        assert_true(test_client_send(&client, bytes, strlen(bytes)));
    for (size_t i = 0; !whole && bytes[i] != '\0' && !client.closed; i++) {
        if (!test_client_send(&client, bytes + i, 1))
            break;
        test_client_read(&client, false, 30);
    }
    if (!client.closed)
        assert_int_equal(test_client_read(&client, false, 3000), 0);
    assert_true(client.closed);
    assert_true(clock_monotonic_ms() - start < 1500);
    test_client_close(&client);
}

static void slow_clients_are_cut(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f,
                   (struct listener_options){
                       .handshake_ms = 300, .head_ms = 300, .body_ms = 300, .idle_ms = 500});
    expect_cut("", true);
    expect_cut("POST /v1/messages HTTP/1.1\r\nHost: a", true);
    expect_cut("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n", false);
    expect_cut("POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel", true);
    assert_true(test_client_connect(&client, f.port));
    assert_int_equal(test_client_read(&client, false, 2000), 0);
    assert_true(client.closed);
    test_client_close(&client);
    struct listener_counters counters = fixture_counters(&f);
    assert_int_equal(counters.late_idle, 1);
    assert_int_equal(counters.late_head, 2);
    assert_int_equal(counters.late_body, 1);
    assert_int_equal(counters.late_handshake, 1);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    EVENTUALLY(fixture_counters(&f).connections_open == 0);
    fixture_stop(&f);
}

static void late_worker(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){.worker_ms = 200});
    atomic_store(&f.handler.handling, HOLD);
    open_as(&client, "alice");
    assert_int_equal(test_client_ask(&client, POST_HELLO), 503);
    assert_non_null(strstr(client.answer, "Retry-After: 5"));
    assert_int_equal(fixture_counters(&f).late_worker, 1);
    /* the same connection goes on while the old request is still held */
    atomic_store(&f.handler.handling, REPLY_AT_ONCE);
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    handler_release(&f.handler);
    EVENTUALLY(fixture_counters(&f).replies_dropped == 1);
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

static void stops_cleanly(void **state)
{
    struct test_client idle;
    struct test_client busy;
    struct test_client stuck;
    (void)state;
    /* what is in flight is finished, within the grace */
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, REPLY_FROM_THREAD);
    atomic_store(&f.handler.delay_ms, 200);
    open_as(&idle, "alice");
    open_as(&busy, "alice");
    assert_true(test_client_send(&busy, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 1));
    int64_t start = clock_monotonic_ms();
    listener_stop(f.listener, 3000);
    assert_true(clock_monotonic_ms() - start < 1500);
    assert_int_equal(test_client_read(&busy, false, 1000), 200);
    assert_true(busy.closed);
    assert_int_equal(test_client_read(&idle, false, 1000), 0);
    assert_true(idle.closed);
    test_client_close(&idle);
    test_client_close(&busy);
    assert_false(test_client_connect(&idle, f.port));
    test_client_close(&idle);
    EVENTUALLY(atomic_load(&f.handler.threads) == 0);
    listener_free(f.listener);

    /* what is not finished is cut, and its late reply does no harm */
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, HOLD);
    open_as(&stuck, "alice");
    assert_true(test_client_send(&stuck, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 1));
    listener_stop(f.listener, 100);
    assert_int_equal(test_client_read(&stuck, false, 1000), 0);
    assert_true(stuck.closed);
    test_client_close(&stuck);
    assert_int_equal(fixture_counters(&f).in_flight, 1);
    handler_release(&f.handler);
    assert_int_equal(fixture_counters(&f).in_flight, 0);
    listener_free(f.listener);
    listener_free(NULL);
}

static void bodies_can_be_released_early(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, HOLD);
    open_as(&client, "alice");
    assert_true(test_client_send(&client, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 1));
    struct request *request = f.handler.held[0];
    assert_int_equal(fixture_counters(&f).bodies_bytes, 5);
    assert_memory_equal(request->body.at, "hello", 6);
    request_release_body(f.listener, request);
    assert_int_equal(request->body.size, 0);
    assert_int_equal(fixture_counters(&f).bodies_bytes, 0);
    request_release_body(f.listener, request);
    handler_release(&f.handler);
    assert_int_equal(test_client_read(&client, true, 2000), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

static void keys_can_be_changed(void **state)
{
    struct test_client before;
    struct test_client after;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&before, "alice");
    assert_int_equal(test_client_ask(&before, POST_HELLO), 200);
    struct tls *other = fixture_tls(&f, "bob", "foreign");
    listener_use_tls(f.listener, other);
    assert_int_equal(test_client_ask(&before, POST_HELLO), 200); /* its connection lives on */
    open_as(&after, "mallory");
    assert_int_equal(test_client_ask(&after, POST_HELLO), 200);
    test_client_close(&after);
    if (test_client_open(&after, f.port, &f.folder, "alice", NULL))
        assert_int_equal(test_client_ask(&after, POST_HELLO), 0);
    test_client_close(&after);
    test_client_close(&before);
    fixture_stop(&f);
}

static void does_not_start_on_nonsense(void **state)
{
    static const struct listener_path paths[] = {{REQUEST_GET, "/a"}};
    struct listener_options options = {.tls = f.tls,
                                       .now = test_now,
                                       .paths = paths,
                                       .path_count = 1,
                                       .on_request = handler_on_request,
                                       .address = "example.org"};
    struct listener *listener = NULL;
    struct error err = ERROR_INIT;
    (void)state;
    assert_false(listener_start(&options, &listener, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    options.address = "192.0.2.1"; /* not ours */
    assert_false(listener_start(&options, &listener, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    fixture_listen(&f, (struct listener_options){0});
    options.address = "127.0.0.1";
    options.port = f.port; /* taken */
    assert_false(listener_start(&options, &listener, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_null(listener);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_large),
        cmocka_unit_test(a_huge_body_that_is_cut),
        cmocka_unit_test(not_http),
        cmocka_unit_test(client_leaves_while_a_worker_holds_its_request),
        cmocka_unit_test(limits_answer_503),
        cmocka_unit_test(too_many_connections),
        cmocka_unit_test(certificates_of_one_party),
        cmocka_unit_test(silent_handshakes_do_not_shut_the_door),
        cmocka_unit_test(slow_clients_are_cut),
        cmocka_unit_test(late_worker),
        cmocka_unit_test(stops_cleanly),
        cmocka_unit_test(bodies_can_be_released_early),
        cmocka_unit_test(keys_can_be_changed),
        cmocka_unit_test(does_not_start_on_nonsense),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
