/* Hostile HTTP over real TLS: every class is refused with 4xx, its connection is closed, and a
 * request hidden behind it is never executed. As a whole and byte by byte. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>

#include "net/http_check.h"
#include "test_listener.h"

#include "test_certs.c"
#include "test_peer.c"

static struct fixture f;

static int make(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    fixture_make(&f);
    fixture_listen(&f, (struct listener_options){.head_ms = 3000, .body_ms = 700});
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fixture_stop(&f);
    fixture_free(&f);
    return 0;
}

#define LINE           "POST /v1/messages HTTP/1.1\r\n"
#define HOST           "Host: localhost\r\n"
#define HIDDEN         "GET /v1/mailbox?hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define BYTES(literal) literal, sizeof(literal) - 1

struct attack {
    const char *name;
    const char *bytes;
    size_t size;
};

static const struct attack attacks[] = {
    {"length twice, same",
     BYTES(LINE HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"length twice, different",
     BYTES(LINE HOST "Content-Length: 3\r\nContent-Length: 50\r\n\r\nabc" HIDDEN)},
    {"length list", BYTES(LINE HOST "Content-Length: 3, 3\r\n\r\nabc" HIDDEN)},
    {"length with plus", BYTES(LINE HOST "Content-Length: +3\r\n\r\nabc" HIDDEN)},
    {"length negative", BYTES(LINE HOST "Content-Length: -1\r\n\r\nabc" HIDDEN)},
    {"length hexadecimal", BYTES(LINE HOST "Content-Length: 0x3\r\n\r\nabc" HIDDEN)},
    {"length empty", BYTES(LINE HOST "Content-Length: \r\n\r\nabc" HIDDEN)},
    {"length with zeros", BYTES(LINE HOST "Content-Length: 0000000003\r\n\r\nabc" HIDDEN)},
    {"length then encoding",
     BYTES(LINE HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "0\r\n\r\n" HIDDEN)},
    {"encoding then length",
     BYTES(LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
                     "0\r\n\r\n" HIDDEN)},
    {"blank before colon", BYTES(LINE HOST "Content-Length : 3\r\n\r\nabc" HIDDEN)},
    {"tab before colon", BYTES(LINE HOST "Content-Length\t: 3\r\n\r\nabc" HIDDEN)},
    {"blank in name", BYTES(LINE HOST "X Y: 3\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"empty name", BYTES(LINE HOST ": 3\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"no colon", BYTES(LINE HOST "nonsense\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"encoding identity",
     BYTES(LINE HOST "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"encoding list",
     BYTES(LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"encoding twice",
     BYTES(LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"
                     "\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"encoding folded",
     BYTES(LINE HOST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"encoding in 1.0", BYTES("POST /v1/messages HTTP/1.0\r\n" HOST
                              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"folded field", BYTES(LINE HOST "X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"NUL in value", BYTES(LINE HOST "X: a\0b\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"control in value", BYTES(LINE HOST "X: a\x01\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"CR in value", BYTES(LINE HOST "X: a\rb\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"bare LF in head", BYTES(LINE HOST "Content-Length: 3\n\r\nabc" HIDDEN)},
    {"bare LF at the end", BYTES(LINE HOST "Content-Length: 3\r\n\nabc" HIDDEN)},
    {"no host", BYTES(LINE "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"two hosts", BYTES(LINE HOST HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"list of hosts", BYTES(LINE "Host: a, b\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"version 1.2",
     BYTES("POST /v1/messages HTTP/1.2\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"version 0.9",
     BYTES("POST /v1/messages HTTP/0.9\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"version 2.0",
     BYTES("POST /v1/messages HTTP/2.0\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"version junk", BYTES("POST /v1/messages HTTP/1.1x\r\n" HOST "\r\n" HIDDEN)},
    {"method PUT",
     BYTES("PUT /v1/messages HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"method TRACE", BYTES("TRACE /v1/messages HTTP/1.1\r\n" HOST "\r\n" HIDDEN)},
    {"method CONNECT", BYTES("CONNECT localhost:443 HTTP/1.1\r\n" HOST "\r\n" HIDDEN)},
    {"absolute target", BYTES("POST http://localhost/v1/messages HTTP/1.1\r\n" HOST
                              "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"target with blanks",
     BYTES("POST /v1/messages /x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"target without slash",
     BYTES("POST v1/messages HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"encoded target",
     BYTES("POST /v1/%6dessages HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"body on GET",
     BYTES("GET /v1/mailbox HTTP/1.1\r\n" HOST "Content-Length: 20\r\n\r\n" HIDDEN)},
    {"chunked body on GET", BYTES("GET /v1/mailbox HTTP/1.1\r\n" HOST
                                  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
    {"POST without length", BYTES(LINE HOST "\r\n" HIDDEN)},
    {"POST without length, kept", BYTES(LINE HOST "Connection: keep-alive\r\n\r\n" HIDDEN)},
    {"content encoding",
     BYTES(LINE HOST "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"upgrade", BYTES(LINE HOST "Upgrade: h2c\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"trailer", BYTES(LINE HOST "Trailer: X\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"expect", BYTES(LINE HOST "Expect: tea\r\nContent-Length: 3\r\n\r\nabc" HIDDEN)},
    {"chunk size negative",
     BYTES(LINE HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" HIDDEN)},
    {"chunk size not a number",
     BYTES(LINE HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" HIDDEN)},
    {"chunk size enormous",
     BYTES(LINE HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n" HIDDEN)},
    {"empty first line", BYTES("\r\n" LINE HOST "Content-Length: 3\r\n\r\nabc" HIDDEN)},
    {"not HTTP",
     BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of the same\r\n\r\n")},
};

static void attack_once(const struct attack *attack, bool whole)
{
    struct test_client client;
    unsigned before = atomic_load(&f.handler.executed);
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    if (whole)
        test_client_send(&client, attack->bytes, attack->size);
    for (size_t i = 0; !whole && i < attack->size; i++)
        if (!test_client_send(&client, attack->bytes + i, 1))
            break;
    int status = test_client_read(&client, false, 2500);
    bool refused = (status >= 400 && status < 500) || (!whole && status == 0);
    if (!refused || !client.closed || atomic_load(&f.handler.executed) != before)
        print_error("%s (%s): status %d, closed %d, executed %u\n", attack->name,
                    whole ? "whole" : "in pieces", status, client.closed,
                    atomic_load(&f.handler.executed) - before);
    assert_true(refused);
    assert_true(client.closed);
    assert_int_equal(atomic_load(&f.handler.executed), before);
    test_client_close(&client);
}

/* Also not a moment after its connection was closed. */
static void assert_executed(unsigned count)
{
    usleep(50000);
    assert_int_equal(atomic_load(&f.handler.executed), count);
}

static void every_attack_at_once(void **state)
{
    unsigned before = atomic_load(&f.handler.executed);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(attacks); i++)
        attack_once(&attacks[i], true);
    assert_executed(before);
}

/* Byte by byte the reset may overtake the refusal; what counts is that nothing is executed. */
static void every_attack_in_pieces(void **state)
{
    unsigned before = atomic_load(&f.handler.executed);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(attacks); i++)
        attack_once(&attacks[i], false);
    assert_executed(before);
}

/* A good request first: the check is made for each request, not for each connection. */
static void on_a_used_connection(void **state)
{
    struct test_client client;
    unsigned start = atomic_load(&f.handler.executed);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(attacks); i++) {
        assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
        assert_int_equal(test_client_ask(&client, LINE HOST "Content-Length: 3\r\n\r\nabc"),
                         200);
        unsigned before = atomic_load(&f.handler.executed);
        test_client_send(&client, attacks[i].bytes, attacks[i].size);
        int status = test_client_read(&client, false, 2500);
        if (status < 400 || status >= 500 || !client.closed)
            print_error("%s: status %d, closed %d\n", attacks[i].name, status, client.closed);
        assert_true(status >= 400 && status < 500);
        assert_true(client.closed);
        assert_int_equal(atomic_load(&f.handler.executed), before);
        test_client_close(&client);
    }
    assert_executed(start + COUNT_OF(attacks));
}

static void heads_have_a_size(void **state)
{
    static char request[32768];
    struct test_client client;
    (void)state;
    /* 16 KiB are allowed, 65 fields and more bytes are not */
    strcpy(request, LINE HOST "Content-Length: 3\r\nX: ");
    size_t size = strlen(request);
    memset(request + size, 'x', 15000);
    strcpy(request + size + 15000, "\r\n\r\nabc");
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    assert_int_equal(test_client_ask(&client, request), 200);
    test_client_close(&client);

    memset(request + size, 'x', 17000);
    strcpy(request + size + 17000, "\r\n\r\nabc");
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    assert_int_equal(test_client_ask(&client, request), 400);
    test_client_close(&client);

    strcpy(request, LINE HOST "Content-Length: 3\r\n");
    for (int i = 0; i < HTTP_FIELDS_MAX; i++)
        strcat(request, "X: y\r\n");
    strcat(request, "\r\nabc");
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    assert_int_equal(test_client_ask(&client, request), 400);
    test_client_close(&client);
}

/* Bytes changed at random in good and bad requests: whatever happens, the listener lives, and
 * answers or closes. A fixed seed, so that a failure comes again. */
static void random_changes(void **state)
{
    uint32_t random = 20260302;
    struct test_client client;
    (void)state;
    for (int round = 0; round < 300; round++) {
        char bytes[512];
        const struct attack *attack = &attacks[(size_t)round % COUNT_OF(attacks)];
        memcpy(bytes, attack->bytes, attack->size);
        for (int k = 0; k < 3; k++) {
            random = random * 1664525 + 1013904223;
            bytes[(random >> 8) % attack->size] = (char)(random >> 24);
        }
        assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
        test_client_send(&client, bytes, attack->size);
        test_client_read(&client, true, 5);
        test_client_close(&client);
    }
    assert_true(test_client_open(&client, f.port, &f.folder, "alice", NULL));
    assert_int_equal(test_client_ask(&client, LINE HOST "Content-Length: 3\r\n\r\nabc"), 200);
    test_client_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_at_once), cmocka_unit_test(every_attack_in_pieces),
        cmocka_unit_test(on_a_used_connection), cmocka_unit_test(heads_have_a_size),
        cmocka_unit_test(random_changes),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
