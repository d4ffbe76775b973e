#include "test_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/check.h"
#include "base/clock.h"

static struct sockaddr_in local(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void set_timeouts(int fd, int seconds)
{
    int one = 1;
    struct timeval wait = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void load_identity(SSL_CTX *context, const struct test_folder *folder, const char *name)
{
    char file[TEST_PATH_SIZE];
    char path[TEST_PATH_SIZE];
    snprintf(file, sizeof(file), "%s.pem", name);
    CHECK(SSL_CTX_use_certificate_file(context, test_path(folder, file, path),
                                       SSL_FILETYPE_PEM) == 1);
    snprintf(file, sizeof(file), "%s.key", name);
    CHECK(SSL_CTX_use_PrivateKey_file(context, test_path(folder, file, path),
                                      SSL_FILETYPE_PEM) == 1);
}

bool test_client_connect(struct test_client *client, uint16_t port)
{
    struct sockaddr_in address = local(port);
    memset(client, 0, sizeof(*client));
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(client->fd >= 0);
    set_timeouts(client->fd, 5);
    return connect(client->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

bool test_client_open(struct test_client *client, uint16_t port,
                      const struct test_folder *folder, const char *name, SSL_SESSION *session)
{
    if (!test_client_connect(client, port))
        return false;
    client->context = SSL_CTX_new(TLS_client_method());
    CHECK(client->context != NULL);
    if (name != NULL)
        load_identity(client->context, folder, name);
    client->ssl = SSL_new(client->context);
    CHECK(client->ssl != NULL);
    SSL_set_fd(client->ssl, client->fd);
    if (session != NULL)
        SSL_set_session(client->ssl, session);
    bool ok = SSL_connect(client->ssl) == 1;
    ERR_clear_error();
    return ok;
}

void test_client_close(struct test_client *client)
{
    /* Otherwise OpenSSL holds the session for broken and does not resume it. */
    if (client->ssl != NULL)
        SSL_set_shutdown(client->ssl, SSL_SENT_SHUTDOWN);
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    if (client->fd > 0)
        close(client->fd);
    memset(client, 0, sizeof(*client));
}

bool test_client_send(struct test_client *client, const char *bytes, size_t size)
{
    if (client->ssl == NULL)
        return send(client->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
    size_t written = 0;
    bool ok = SSL_write_ex(client->ssl, bytes, size, &written) == 1 && written == size;
    ERR_clear_error();
    return ok;
}

static bool is_whole(const char *answer, size_t size)
{
    const char *end = strstr(answer, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strcasestr(answer, "content-length:");
    size_t body = length == NULL || length > end ? 0 : strtoul(length + 15, NULL, 10);
    return size >= (size_t)(end - answer) + 4 + body;
}

static int read_some(struct test_client *client)
{
    char *at = client->answer + client->answer_size;
    int space = (int)(TEST_ANSWER_SIZE - 1 - client->answer_size);
    int got = client->ssl != NULL ? SSL_read(client->ssl, at, space)
                                  : (int)recv(client->fd, at, (size_t)space, 0);
    ERR_clear_error();
    if (got <= 0)
        return 0;
    client->answer_size += (size_t)got;
    client->answer[client->answer_size] = '\0';
    return got;
}

int test_client_read(struct test_client *client, bool one, int ms)
{
    int64_t end = clock_monotonic_ms() + ms;
    client->answer_size = 0;
    client->answer[0] = '\0';
    while (!client->closed && client->answer_size < TEST_ANSWER_SIZE - 1) {
        struct pollfd ready = {.fd = client->fd, .events = POLLIN};
        int64_t left = end - clock_monotonic_ms();
        bool buffered = client->ssl != NULL && SSL_pending(client->ssl) > 0;
        if (!buffered && (left <= 0 || poll(&ready, 1, (int)left) <= 0))
            break;
        if (read_some(client) == 0)
            client->closed = true;
        if (one && is_whole(client->answer, client->answer_size))
            break;
    }
    return client->answer_size > 12 ? atoi(client->answer + 9) : 0;
}

int test_client_ask(struct test_client *client, const char *request)
{
    if (!test_client_send(client, request, strlen(request)))
        return 0;
    return test_client_read(client, true, 5000);
}

bool test_server_request(SSL *ssl, char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size - 1) {
        int got = SSL_read(ssl, bytes + used, (int)(size - 1 - used));
        ERR_clear_error();
        if (got <= 0)
            return false;
        used += (size_t)got;
        bytes[used] = '\0';
        if (is_whole(bytes, used))
            return true;
    }
    return false;
}

void test_server_say(SSL *ssl, const char *text)
{
    SSL_write(ssl, text, (int)strlen(text));
    ERR_clear_error();
}

static void *run_server(void *argument)
{
    struct test_server *server = argument;
    while (!__atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE)) {
        struct pollfd ready = {.fd = server->fd, .events = POLLIN};
        if (poll(&ready, 1, 50) <= 0)
            continue;
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        set_timeouts(fd, 2);
        SSL *ssl = SSL_new(server->context);
        CHECK(ssl != NULL);
        SSL_set_fd(ssl, fd);
        __atomic_add_fetch(&server->connections, 1, __ATOMIC_ACQ_REL);
        if (SSL_accept(ssl) == 1)
            server->serve(server, ssl);
        ERR_clear_error();
        SSL_free(ssl);
        close(fd);
    }
    return NULL;
}

void test_server_start(struct test_server *server, const struct test_folder *folder,
                       const char *name, void (*serve)(struct test_server *, SSL *))
{
    struct sockaddr_in address = local(0);
    socklen_t size = sizeof(address);
    memset(server, 0, sizeof(*server));
    server->serve = serve;
    server->context = SSL_CTX_new(TLS_server_method());
    CHECK(server->context != NULL);
    load_identity(server->context, folder, name);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(server->fd >= 0);
    CHECK(bind(server->fd, (struct sockaddr *)&address, size) == 0);
    CHECK(listen(server->fd, 16) == 0);
    CHECK(getsockname(server->fd, (struct sockaddr *)&address, &size) == 0);
    server->port = ntohs(address.sin_port);
    CHECK(pthread_create(&server->thread, NULL, run_server, server) == 0);
}

void test_server_stop(struct test_server *server)
{
    __atomic_store_n(&server->stopping, true, __ATOMIC_RELEASE);
    pthread_join(server->thread, NULL);
    close(server->fd);
    SSL_CTX_free(server->context);
}
