/* net/listener over real TLS on 127.0.0.1: what is served and what refused. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>

#include "test_listener.h"

#include "test_certs.c"
#include "test_peer.c"

#define POST_HELLO                                                                             \
    "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n"       \
    "Content-Length: 5\r\n\r\nhello"
#define GET_MAILBOX "GET /v1/mailbox HTTP/1.1\r\nHost: localhost\r\n\r\n"

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

static void post_and_keep_alive(void **state)
{
    struct test_client client;
    struct tls_certificate alice;
    struct error err = ERROR_INIT;
    char path[TEST_PATH_SIZE];
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&client, "alice");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
        assert_non_null(strstr(client.answer, "\r\n\r\ngot 5"));
        assert_null(strstr(client.answer, "Server:"));
        assert_null(strcasestr(client.answer, "Connection: close"));
    }
    assert_string_equal(f.handler.path, "/v1/messages");
    assert_string_equal(f.handler.content_type, "application/xml");
    assert_int_equal(f.handler.body_size, 5);
    assert_int_equal(f.handler.received_at.ms, TEST_DAY);
    assert_true(tls_certificate_read(test_path(&f.folder, "alice.pem", path), &alice, &err));
    assert_memory_equal(f.handler.peer, alice.fingerprint, TLS_FINGERPRINT_SIZE);

    assert_int_equal(
        test_client_ask(&client, "GET /v1/mailbox?after=7 HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_string_equal(f.handler.path, "/v1/mailbox");
    assert_string_equal(f.handler.query, "after=7");
    assert_int_equal(f.handler.body_size, 0);
    test_client_close(&client);
    struct listener_counters counters = fixture_counters(&f);
    assert_int_equal(counters.connections, 1);
    assert_int_equal(counters.requests, 6);
    assert_int_equal(counters.replies, 6);
    assert_int_equal(counters.bodies_bytes, 0);
    fixture_stop(&f);
}

static void bodies_in_pieces_and_chunks(void **state)
{
    static const char chunked[] = "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n"
                                  "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&client, "alice");
    assert_int_equal(test_client_ask(&client, chunked), 200);
    assert_non_null(strstr(client.answer, "got 11"));
    static const char hello[] = POST_HELLO;
    for (size_t i = 0; i < sizeof(hello) - 1; i++)
        assert_true(test_client_send(&client, &hello[i], 1));
    assert_int_equal(test_client_read(&client, true, 2000), 200);
    assert_non_null(strstr(client.answer, "got 5"));

    /* a body of several TLS records, after an interim answer */
    static char big[200000];
    memset(big, 'x', sizeof(big));
    assert_int_equal(test_client_ask(&client, "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                                              "Expect: 100-continue\r\n"
                                              "Content-Length: 200000\r\n\r\n"),
                     100);
    assert_true(test_client_send(&client, big, sizeof(big)));
    assert_int_equal(test_client_read(&client, true, 2000), 200);
    assert_non_null(strstr(client.answer, "got 200000"));
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

static void replies_from_other_threads(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    atomic_store(&f.handler.handling, REPLY_FROM_THREAD);
    atomic_store(&f.handler.delay_ms, 20);
    open_as(&client, "alice");
    for (int i = 0; i < 5; i++)
        assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);
    fixture_stop(&f);
}

struct one_of_many {
    pthread_t thread;
    int good;
};

static void *ask_twenty_times(void *argument)
{
    struct one_of_many *one = argument;
    struct test_client *client = malloc(sizeof(*client));
    CHECK(client != NULL);
    if (test_client_open(client, f.port, &f.folder, "alice", NULL))
        for (int i = 0; i < 20; i++)
            one->good += test_client_ask(client, POST_HELLO) == 200;
    test_client_close(client);
    free(client);
    return NULL;
}

static void many_at_once(void **state)
{
    struct one_of_many many[24] = {0};
    int good = 0;
    (void)state;
    fixture_listen(&f, (struct listener_options){.peer_in_flight_max = 100});
    atomic_store(&f.handler.handling, REPLY_FROM_THREAD);
    atomic_store(&f.handler.delay_ms, 1);
    for (size_t i = 0; i < COUNT_OF(many); i++)
        assert_int_equal(pthread_create(&many[i].thread, NULL, ask_twenty_times, &many[i]), 0);
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        pthread_join(many[i].thread, NULL);
        good += many[i].good;
    }
    assert_int_equal(good, 20 * (int)COUNT_OF(many));
    EVENTUALLY(fixture_counters(&f).connections_open == 0);
    assert_int_equal(fixture_counters(&f).in_flight, 0);
    fixture_stop(&f);
}

static void refuses_strangers(void **state)
{
    static const char *const names[] = {NULL, "mallory", "old", "early"};
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct test_client client;
        if (test_client_open(&client, f.port, &f.folder, names[i], NULL))
            assert_int_equal(test_client_ask(&client, POST_HELLO), 0);
        test_client_close(&client);
    }
    /* and who speaks no TLS at all */
    struct test_client plain;
    assert_true(test_client_connect(&plain, f.port));
    assert_int_equal(test_client_ask(&plain, POST_HELLO), 0);
    test_client_close(&plain);
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    EVENTUALLY(fixture_counters(&f).handshakes_failed == COUNT_OF(names) + 1);
    fixture_stop(&f);
}

static void validity_follows_the_given_clock(void **state)
{
    struct test_client client;
    struct test_client again;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    /* "early" becomes valid, "short" expires, when the clock moves while we run */
    atomic_store(&test_offset_ms, TEST_HOUR_MS * 3 / 2);
    open_as(&client, "early");
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    test_client_close(&client);

    open_as(&client, "short");
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    SSL_SESSION *session = SSL_get1_session(client.ssl);
    assert_true(SSL_SESSION_is_resumable(session));

    /* resumed within the validity: served, and known by the same fingerprint */
    assert_true(test_client_open(&again, f.port, &f.folder, "short", session));
    assert_true(SSL_session_reused(again.ssl));
    assert_int_equal(test_client_ask(&again, POST_HELLO), 200);
    SSL_SESSION_free(session);
    session = SSL_get1_session(again.ssl);
    test_client_close(&again);

    /* past it: the open connection, the resumed one and a new one are all refused */
    atomic_store(&test_offset_ms, TEST_HOUR_MS * 5 / 2);
    assert_int_equal(test_client_ask(&client, POST_HELLO), 403);
    assert_int_equal(test_client_read(&client, false, 2000), 0);
    assert_true(client.closed);
    test_client_close(&client);
    assert_true(test_client_open(&again, f.port, &f.folder, "short", session));
    assert_true(SSL_session_reused(again.ssl));
    assert_int_equal(test_client_ask(&again, POST_HELLO), 403);
    test_client_close(&again);
    if (test_client_open(&again, f.port, &f.folder, "short", NULL))
        assert_int_equal(test_client_ask(&again, POST_HELLO), 0);
    test_client_close(&again);
    SSL_SESSION_free(session);
    assert_int_equal(fixture_counters(&f).refused_certificate, 2);
    fixture_stop(&f);
}

static void paths_and_methods(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"POST /v1/other HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404},
        {"GET /v1/messages HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"POST /v1/mailbox HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"HEAD /v1/mailbox HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"PUT /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405},
        {"DELETE /v1/messages HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"GET /v1/mailbox/ HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"GET /v1/files/ HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"GET /v1/files HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"GET /v1/filesx HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"GET /v1/files/a/b HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"GET /v1/files/../messages HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"POST /v1/files/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405},
        {"PUT /v1/mailbox HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405},
        {"PUT /v1/files/a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    };
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct test_client client;
        open_as(&client, "alice");
        assert_true(test_client_send(&client, cases[i].request, strlen(cases[i].request)));
        assert_int_equal(test_client_read(&client, false, 2000), cases[i].status);
        assert_true(client.closed);
        if (strncmp(cases[i].request, "HEAD", 4) != 0)
            assert_non_null(strstr(client.answer, "\r\n\r\nreference "));
        test_client_close(&client);
    }
    assert_int_equal(atomic_load(&f.handler.executed), 0);
    fixture_stop(&f);
}

/* A folder serves any one name below it, told apart from the path. */
static void names_below_a_folder(void **state)
{
    char longest[300];
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&client, "alice");
    assert_int_equal(test_client_ask(&client, "PUT /v1/files/ab-0?offset=1 HTTP/1.1\r\n"
                                              "Host: a\r\nContent-Length: 3\r\n\r\nabc"),
                     200);
    assert_string_equal(f.handler.path, "/v1/files/");
    assert_string_equal(f.handler.name, "ab-0");
    assert_string_equal(f.handler.query, "offset=1");
    assert_int_equal(f.handler.method, REQUEST_PUT);
    assert_int_equal(f.handler.body_size, 3);
    assert_int_equal(test_client_ask(&client, "GET /v1/files/c HTTP/1.1\r\nHost: a\r\n\r\n"),
                     200);
    assert_string_equal(f.handler.name, "c");
    assert_int_equal(f.handler.method, REQUEST_GET);
    assert_int_equal(test_client_ask(&client, POST_HELLO), 200);
    assert_string_equal(f.handler.name, "");
    snprintf(longest, sizeof(longest), "GET /v1/files/%0127d HTTP/1.1\r\nHost: a\r\n\r\n", 1);
    assert_int_equal(test_client_ask(&client, longest), 200);
    snprintf(longest, sizeof(longest), "GET /v1/files/%0128d HTTP/1.1\r\nHost: a\r\n\r\n", 1);
    assert_int_equal(test_client_ask(&client, longest), 404);
    test_client_close(&client);
    fixture_stop(&f);
}

static void status_decides_about_the_connection(void **state)
{
    static const struct {
        int status;
        bool closes;
    } cases[] = {{200, false}, {409, false}, {422, false}, {429, false},
                 {503, false}, {400, true},  {403, true},  {413, true}};
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct test_client client;
        open_as(&client, "alice");
        atomic_store(&f.handler.status, cases[i].status);
        assert_int_equal(test_client_ask(&client, POST_HELLO), cases[i].status);
        assert_int_equal(strstr(client.answer, "Retry-After: 7") != NULL,
                         cases[i].status == 503);
        test_client_read(&client, false, cases[i].closes ? 2000 : 50);
        assert_int_equal(client.closed, cases[i].closes);
        test_client_close(&client);
    }
    fixture_stop(&f);
}

static void bytes_before_the_reply_end_the_connection(void **state)
{
    struct test_client client;
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    open_as(&client, "alice");
    assert_true(test_client_send(&client, POST_HELLO GET_MAILBOX, /* in one record */
                                 strlen(POST_HELLO GET_MAILBOX)));
    assert_int_equal(test_client_read(&client, false, 2000), 200);
    assert_non_null(strcasestr(client.answer, "Connection: close"));
    assert_true(client.closed);
    test_client_close(&client);
    assert_int_equal(atomic_load(&f.handler.executed), 1);

    atomic_store(&f.handler.handling, HOLD);
    open_as(&client, "alice");
    assert_true(test_client_send(&client, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 2));
    assert_true(test_client_send(&client, GET_MAILBOX, strlen(GET_MAILBOX)));
    usleep(20000);
    handler_release(&f.handler);
    assert_int_equal(test_client_read(&client, false, 2000), 200);
    assert_true(client.closed);
    test_client_close(&client);
    assert_int_equal(atomic_load(&f.handler.executed), 2);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(post_and_keep_alive),
        cmocka_unit_test(bodies_in_pieces_and_chunks),
        cmocka_unit_test(replies_from_other_threads),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(refuses_strangers),
        cmocka_unit_test(validity_follows_the_given_clock),
        cmocka_unit_test(paths_and_methods),
        cmocka_unit_test(names_below_a_folder),
        cmocka_unit_test(status_decides_about_the_connection),
        cmocka_unit_test(bytes_before_the_reply_end_the_connection),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
