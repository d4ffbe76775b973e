/* Requests that wait long for somebody else's answer: what they cost meanwhile, and who leaves.
 */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "test_listener.h"

#include "test_certs.c"
#include "test_peer.c"

#define POST_HELLO                                                                             \
    "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n"       \
    "Content-Length: 5\r\n\r\nhello"

enum { LONG_MS = 60 * 1000 };

static struct fixture f;
static _Atomic unsigned gone;
static struct request *_Atomic gone_last;

static void on_gone(void *self, struct request *request)
{
    (void)self;
    atomic_store(&gone_last, request);
    atomic_fetch_add(&gone, 1);
}

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

#define EVENTUALLY(condition)                                                                  \
    do {                                                                                       \
        for (int round = 0; round < 400 && !(condition); round++)                              \
            usleep(5000);                                                                      \
        assert_true(condition);                                                                \
    } while (0)

static void listen_and_hold(struct listener_options options)
{
    options.on_gone = on_gone;
    fixture_listen(&f, options);
    atomic_store(&f.handler.handling, HOLD);
    atomic_store(&gone, 0);
}

/* A request of `name` that the handler holds: the one with this number. */
static struct request *ask(struct test_client *client, const char *name, unsigned number)
{
    assert_true(test_client_open(client, f.port, &f.folder, name, NULL));
    assert_true(test_client_send(client, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, number));
    return f.handler.held[number - 1];
}

static void parked_is_not_in_flight(void **state)
{
    struct test_client clients[3];
    struct request *request;
    (void)state;
    listen_and_hold((struct listener_options){.in_flight_max = 1, .peer_in_flight_max = 1});
    for (unsigned i = 0; i < 3; i++) {
        request = ask(&clients[i], "alice", i + 1);
        listener_park(f.listener, request, LONG_MS);
        assert_int_equal(request->body.size, 0);
        EVENTUALLY(fixture_counters(&f).parked == i + 1);
        assert_int_equal(fixture_counters(&f).in_flight, 0);
        assert_int_equal(fixture_counters(&f).bodies_bytes, 0);
    }
    handler_release(&f.handler);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(test_client_read(&clients[i], true, 2000), 200);
        assert_non_null(strstr(clients[i].answer, "got 0"));
    }
    EVENTUALLY(fixture_counters(&f).parked == 0);
    /* The connection goes on, by the ordinary deadlines. */
    atomic_store(&f.handler.handling, REPLY_AT_ONCE);
    assert_int_equal(test_client_ask(&clients[0], POST_HELLO), 200);
    for (unsigned i = 0; i < 3; i++)
        test_client_close(&clients[i]);
    assert_int_equal(atomic_load(&gone), 0);
    fixture_stop(&f);
}

static void a_client_that_leaves_is_noticed(void **state)
{
    struct test_client client;
    (void)state;
    listen_and_hold((struct listener_options){0});
    for (unsigned i = 0; i < 8; i++) {
        struct request *request = ask(&client, "alice", i + 1);
        listener_park(f.listener, request, LONG_MS);
        EVENTUALLY(fixture_counters(&f).parked == i + 1);
        if (i % 2 == 0) { /* a reset instead of a FIN */
            struct linger hard = {.l_onoff = 1};
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
        }
        test_client_close(&client);
        EVENTUALLY(atomic_load(&gone) == i + 1);
        assert_ptr_equal(atomic_load(&gone_last), request);
        EVENTUALLY(fixture_counters(&f).connections_open == 0);
    }
    handler_release(&f.handler);
    EVENTUALLY(fixture_counters(&f).parked == 0);
    assert_int_equal(fixture_counters(&f).replies_dropped, 8);
    fixture_stop(&f);
}

static void one_that_left_before_is_told_at_once(void **state)
{
    struct test_client client;
    (void)state;
    listen_and_hold((struct listener_options){.worker_ms = 50});
    struct request *request = ask(&client, "alice", 1);
    assert_int_equal(test_client_read(&client, true, 2000), 503);
    assert_int_equal(atomic_load(&gone), 0);
    listener_park(f.listener, request, LONG_MS);
    EVENTUALLY(atomic_load(&gone) == 1);
    handler_release(&f.handler);
    test_client_close(&client);
    fixture_stop(&f);
}

static void its_time_is_its_own(void **state)
{
    struct test_client client;
    (void)state;
    listen_and_hold((struct listener_options){.worker_ms = 200});
    listener_park(f.listener, ask(&client, "alice", 1), LONG_MS);
    EVENTUALLY(fixture_counters(&f).parked == 1);
    usleep(400 * 1000);
    assert_int_equal(fixture_counters(&f).late_worker, 0);
    handler_release(&f.handler);
    assert_int_equal(test_client_read(&client, true, 2000), 200);
    test_client_close(&client);

    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    assert_true(test_client_send(&client, POST_HELLO, strlen(POST_HELLO)));
    assert_true(handler_wait(&f.handler, 2));
    listener_park(f.listener, f.handler.held[0], 50);
    assert_int_equal(test_client_read(&client, true, 2000), 503);
    assert_int_equal(atomic_load(&gone), 1);
    handler_release(&f.handler);
    test_client_close(&client);
    fixture_stop(&f);
}

static void parked_and_answered_at_once(void **state)
{
    struct test_client client;
    (void)state;
    listen_and_hold((struct listener_options){0});
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    for (unsigned i = 0; i < 50; i++) {
        assert_true(test_client_send(&client, POST_HELLO, strlen(POST_HELLO)));
        assert_true(handler_wait(&f.handler, i + 1));
        listener_park(f.listener, f.handler.held[0], LONG_MS);
        handler_release(&f.handler);
        assert_int_equal(test_client_read(&client, true, 2000), 200);
    }
    test_client_close(&client);
    EVENTUALLY(fixture_counters(&f).parked == 0);
    assert_int_equal(fixture_counters(&f).in_flight, 0);
    fixture_stop(&f);
}

static void the_end_of_the_listener_is_told(void **state)
{
    struct test_client clients[2];
    (void)state;
    listen_and_hold((struct listener_options){0});
    listener_park(f.listener, ask(&clients[0], "alice", 1), LONG_MS);
    ask(&clients[1], "bob", 2);
    EVENTUALLY(fixture_counters(&f).parked == 1);
    listener_stop(f.listener, 20);
    assert_int_equal(atomic_load(&gone), 1);
    listener_park(f.listener, f.handler.held[1], LONG_MS); /* too late, and harmless */
    handler_release(&f.handler);
    assert_int_equal(fixture_counters(&f).parked, 0);
    assert_int_equal(fixture_counters(&f).in_flight, 0);
    listener_free(f.listener);
    f.listener = NULL;
    test_client_close(&clients[0]);
    test_client_close(&clients[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parked_is_not_in_flight),
        cmocka_unit_test(a_client_that_leaves_is_noticed),
        cmocka_unit_test(one_that_left_before_is_told_at_once),
        cmocka_unit_test(its_time_is_its_own),
        cmocka_unit_test(parked_and_answered_at_once),
        cmocka_unit_test(the_end_of_the_listener_is_told),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
