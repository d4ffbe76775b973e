/*
 * test_peer.h - the other end of a connection, played byte by byte: a TLS client that sends
 * what it is told, and a TLS server that answers from a script. For tests only; one thread
 * each.
 */
#ifndef SUPPORT_TEST_PEER_H
#define SUPPORT_TEST_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "test_certs.h"

enum { TEST_ANSWER_SIZE = 65536 };

struct test_client {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    char answer[TEST_ANSWER_SIZE]; /* what test_client_read read, NUL terminated */
    size_t answer_size;
    bool closed; /* the server ended the connection */
};

/* Connects to 127.0.0.1. `name`: certificate and key in the folder, or NULL for none. `session`
 * may be NULL. false: no connection or no handshake (in TLS 1.3 the server's refusal of our
 * certificate is seen only when reading). */
bool test_client_open(struct test_client *client, uint16_t port,
                      const struct test_folder *folder, const char *name, SSL_SESSION *session);
/* Only TCP; ssl stays NULL. */
bool test_client_connect(struct test_client *client, uint16_t port);
void test_client_close(struct test_client *client);
/* false if the other side does not take it. */
bool test_client_send(struct test_client *client, const char *bytes, size_t size);
/* Reads until the end of the connection, one whole answer with Content-Length (if `one`), or
 * until `ms` have passed. Returns the status of the first answer, 0 if there is none. */
int test_client_read(struct test_client *client, bool one, int ms);
/* Sends and reads one answer. */
int test_client_ask(struct test_client *client, const char *request);

/* A server for one thread: it serves connection after connection and does with each what the
 * function says, until stopped. */
struct test_server {
    int fd;
    uint16_t port;
    SSL_CTX *context;
    void (*serve)(struct test_server *server, SSL *ssl);
    void *self;
    unsigned connections;
    bool stopping;
    unsigned long thread;
};

void test_server_start(struct test_server *server, const struct test_folder *folder,
                       const char *name, void (*serve)(struct test_server *, SSL *));
void test_server_stop(struct test_server *server);
/* Reads one request with Content-Length (or without a body); false at the end. */
bool test_server_request(SSL *ssl, char *bytes, size_t size);
void test_server_say(SSL *ssl, const char *text);

#endif
