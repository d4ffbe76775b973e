#include "net/listener_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http_struct.h>
#include <openssl/x509_vfy.h>

#include "base/log.h"

static pthread_once_t index_once = PTHREAD_ONCE_INIT;
static int connection_index = -1;

static struct timeval timeval_of(unsigned ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
}

static unsigned deadline_of(const struct listener_options *options, enum stage stage)
{
    const unsigned deadlines[] = {
        [STAGE_HANDSHAKE] = options->handshake_ms, [STAGE_IDLE] = options->idle_ms,
        [STAGE_HEAD] = options->head_ms,           [STAGE_BODY] = options->body_ms,
        [STAGE_WORKER] = options->worker_ms,       [STAGE_WRITE] = options->write_ms,
    };
    return deadlines[stage];
}

void connection_enter(struct connection *connection, enum stage stage)
{
    /* One connection too many must not be held for as long as an honest one. */
    bool unwelcome = stage == STAGE_IDLE && connection->over_peer;
    connection->stage = stage;
    struct timeval wait = timeval_of(
        deadline_of(&connection->listener->options, unwelcome ? STAGE_HANDSHAKE : stage));
    event_add(connection->deadline, &wait);
}

/* The library frees its connection first and the SSL object, with ours, a moment later. In
 * between its callbacks are gone and nothing may be asked of it. */
static bool is_alive(const struct connection *connection)
{
    bufferevent_data_cb on_read = NULL;
    bufferevent_data_cb on_write = NULL;
    bufferevent_event_cb on_event = NULL;
    void *argument = NULL;
    bufferevent_getcb(connection->bev, &on_read, &on_write, &on_event, &argument);
    return on_event != NULL;
}

/* Reported to the library as a timeout, which it answers by closing without a word. Never
 * through its read callback, and deferred: both end the process while a reply is pending. */
void connection_end(struct connection *connection)
{
    if (!is_alive(connection))
        return;
    short side = connection->stage == STAGE_WRITE ? BEV_EVENT_WRITING : BEV_EVENT_READING;
    bufferevent_trigger_event(connection->bev, (short)(BEV_EVENT_TIMEOUT | side),
                              BEV_TRIG_DEFER_CALLBACKS);
}

void connection_count_over(struct connection *connection)
{
    COUNT(connection->listener, busy_peer);
    if (connection->peer->over != NULL)
        atomic_fetch_add_explicit(connection->peer->over, 1, memory_order_relaxed);
}

static void count_late(struct connection *connection)
{
    struct listener *listener = connection->listener;
    switch (connection->stage) {
    case STAGE_HANDSHAKE:
        COUNT(listener, late_handshake);
        break;
    case STAGE_IDLE:
        COUNT(listener, late_idle);
        if (connection->over_peer)
            connection_count_over(connection);
        break;
    case STAGE_HEAD:
        COUNT(listener, late_head);
        break;
    case STAGE_BODY:
        COUNT(listener, late_body);
        break;
    case STAGE_WORKER:
        COUNT(listener, late_worker);
        break;
    case STAGE_WRITE:
        COUNT(listener, late_write);
        break;
    }
}

static void on_deadline(evutil_socket_t fd, short what, void *argument)
{
    struct connection *connection = argument;
    (void)fd;
    (void)what;
    if (!is_alive(connection))
        return;
    count_late(connection);
    if (connection->stage == STAGE_WORKER) {
        request_too_late(connection);
        return;
    }
    connection->late = true;
    connection_end(connection);
}

static void handshake_over(struct connection *connection)
{
    struct listener *listener = connection->listener;
    connection->handshaken = true;
    listener->handshakes--;
    COUNT(listener, handshakes);
    if (SSL_session_reused(connection->ssl))
        COUNT(listener, handshakes_resumed);
    connection->over_peer = connection_identify(connection) &&
                            connection->peer->connections > connection->peer->connections_max;
    connection_enter(connection, STAGE_IDLE);
    listener_consider_accepting(listener);
}

/* The library has no text for the alert that is most frequent here. */
static const char *alert_text(int alert)
{
    return (alert & 0xff) == SSL_AD_CERTIFICATE_REQUIRED ? "no certificate"
                                                         : SSL_alert_desc_string_long(alert);
}

static void on_tls(const SSL *ssl, int where, int value)
{
    struct connection *connection = SSL_get_ex_data(ssl, connection_index);
    if (connection == NULL || connection->handshaken)
        return;
    if ((where & SSL_CB_HANDSHAKE_DONE) != 0)
        handshake_over(connection);
    if ((where & SSL_CB_ALERT) != 0 && value >> 8 == SSL3_AL_FATAL) {
        connection->alert = alert_text(value);
        connection->alert_is_theirs = (where & SSL_CB_READ) != 0;
    }
}

static void log_failed_handshake(struct connection *connection)
{
    struct listener *listener = connection->listener;
    if (connection->late || listener->stopping)
        return;
    COUNT(listener, handshakes_failed);
    long code = SSL_get_verify_result(connection->ssl);
    const char *reason = connection->alert;
    if (code != X509_V_OK)
        reason = X509_verify_cert_error_string(code);
    if (reason == NULL)
        reason = "cut, or not TLS";
    if (listener_may_log(listener))
        log_info("listener.handshake_failed", "by=%s reason=\"%s\"",
                 connection->alert_is_theirs ? "client" : "us", reason);
}

/* The end of a connection, whatever ended it. */
static void connection_gone(struct connection *connection)
{
    struct listener *listener = connection->listener;
    if (connection->exchange != NULL)
        request_forsake(listener, connection->exchange);
    if (!connection->handshaken) {
        listener->handshakes--;
        log_failed_handshake(connection);
    }
    if (connection->peer != NULL) {
        connection->peer->connections--;
        peers_settle(&listener->peers, connection->peer);
    }
    LIST_REMOVE(connection, place);
    listener->open--;
    COUNT_DOWN(listener, connections_open);
    event_free(connection->deadline);
    if (connection->closed != NULL)
        event_free(connection->closed);
    free(connection);
    listener_consider_accepting(listener);
    listener_consider_end(listener);
}

static void free_connection(void *parent, void *connection, CRYPTO_EX_DATA *data, int index,
                            long argl, void *argp)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    if (connection != NULL)
        connection_gone(connection);
}

static void make_index(void)
{
    connection_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_connection);
}

/* Bytes of the client, just read and not yet looked at by the library. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info,
                     void *argument)
{
    struct connection *connection = argument;
    if (info->n_added == 0)
        return;
    if (connection->stage == STAGE_IDLE)
        connection_enter(connection, STAGE_HEAD);
    if (connection->head.complete)
        return;
    struct evbuffer_ptr from;
    struct evbuffer_iovec parts[8];
    size_t left = info->n_added;
    size_t start = evbuffer_get_length(input) - info->n_added;
    while (left > 0 && evbuffer_ptr_set(input, &from, start, EVBUFFER_PTR_SET) == 0) {
        int count = evbuffer_peek(input, (ev_ssize_t)left, &from, parts, COUNT_OF(parts));
        size_t before = left;
        for (int i = 0; i < count && i < (int)COUNT_OF(parts) && left > 0; i++) {
            size_t size = parts[i].iov_len < left ? parts[i].iov_len : left;
            head_watch_feed(&connection->head, parts[i].iov_base, size);
            left -= size;
            start += size;
        }
        if (left == before)
            break;
    }
    if (connection->head.complete && connection->stage == STAGE_HEAD)
        connection_enter(connection, STAGE_BODY);
}

/* The library's refusal is an HTML page without a number to ask for; there is no hook to write
 * another one. It adds the page in one piece behind the head: then ours takes the place of
 * both, before a byte has left. */
static void replace_page(struct connection *connection, struct evbuffer *output)
{
    static const char end[] = "\r\n\r\n";
    bool large = connection->refusal == 413;
    struct evbuffer_ptr head = evbuffer_search(output, end, sizeof(end) - 1, NULL);
    char page[128];
    int size;

    if (head.pos < 0 || evbuffer_get_length(output) == (size_t)head.pos + sizeof(end) - 1)
        return;
    size = snprintf(page, sizeof(page), "%sreference %016" PRIx64 "\n",
                    large ? "SIZE: larger than anything that is agreed\n" : "",
                    connection->refusal_reference);
    connection->refusal = 0;
    evbuffer_drain(output, evbuffer_get_length(output));
    evbuffer_add_printf(output,
                        "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                        "Connection: close\r\n\r\n%s",
                        large ? "413 Content Too Large" : "400 Bad Request", size, page);
}

/* The library speaks on its own to what it cannot parse: a refusal without our callback. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info,
                      void *argument)
{
    struct connection *connection = argument;
    if (info->n_added == 0)
        return;
    if (connection->refusal != 0)
        replace_page(connection, output);
    if (connection->stage == STAGE_WRITE || connection->stage == STAGE_WORKER)
        return;
    char status[13] = "";
    struct evbuffer_ptr from;
    if (evbuffer_ptr_set(output, &from, info->orig_size, EVBUFFER_PTR_SET) != 0 ||
        evbuffer_copyout_from(output, &from, status, sizeof(status) - 1) != 12)
        return;
    uint64_t code = 0; /* of "HTTP/1.1 400" */
    if (!text_to_u64((struct text){status + 9, 3}, &code) || code < 400)
        return; /* 100 Continue */
    COUNT(connection->listener, refused_by_library);
    connection->refusal_reference = request_next_reference(connection->listener);
    request_log_refusal(connection, connection->refusal_reference, (int)code,
                        code == 413 ? "size" : "parse");
    if ((code == 413 || code == 400) && info->orig_size == 0)
        connection->refusal = (int)code;
    connection_enter(connection, STAGE_WRITE);
}

static struct connection *connection_new(struct listener *listener)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->listener = listener;
    connection->deadline = evtimer_new(listener->base, on_deadline, connection);
    pthread_mutex_lock(&listener->lock);
    connection->ssl = SSL_new(tls_server_context(listener->tls));
    pthread_mutex_unlock(&listener->lock);
    if (connection->deadline == NULL || connection->ssl == NULL ||
        SSL_set_ex_data(connection->ssl, connection_index, connection) != 1) {
        SSL_free(connection->ssl);
        if (connection->deadline != NULL)
            event_free(connection->deadline);
        free(connection);
        return NULL;
    }
    SSL_set_info_callback(connection->ssl, on_tls);
    LIST_INSERT_HEAD(&listener->connections, connection, place);
    listener->open++;
    listener->handshakes++;
    listener->accepted_in_a_row++;
    COUNT(listener, connections);
    COUNT(listener, connections_open);
    connection->over_limit = listener->open > listener->options.connections_max;
    return connection;
}

/* Without TLS there is no peer, so request_arrived refuses whatever comes; it ends in a second.
 */
static struct bufferevent *make_dead_end(struct event_base *base)
{
    struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    struct timeval wait = timeval_of(1000);
    if (bev != NULL)
        bufferevent_set_timeouts(bev, &wait, &wait);
    return bev;
}

/* Returning NULL would make the library speak plain HTTP. */
struct bufferevent *connection_make(struct event_base *base, void *argument)
{
    struct listener *listener = argument;
    pthread_once(&index_once, make_index);
    struct connection *connection = connection_new(listener);
    if (connection == NULL)
        return make_dead_end(base);
    connection->bev = bufferevent_openssl_socket_new(
        base, -1, connection->ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (connection->bev == NULL) {
        /* Whether the library freed the SSL object differs by version: rather lose it. */
        SSL_set_ex_data(connection->ssl, connection_index, NULL);
        connection->late = true;
        connection_gone(connection);
        return make_dead_end(base);
    }
    evbuffer_add_cb(bufferevent_get_input(connection->bev), on_input, connection);
    evbuffer_add_cb(bufferevent_get_output(connection->bev), on_output, connection);
    connection_enter(connection, STAGE_HANDSHAKE);
    listener_consider_accepting(listener);
    return connection->bev;
}

struct connection *connection_of(struct evhttp_request *http)
{
    struct evhttp_connection *client = evhttp_request_get_connection(http);
    struct bufferevent *bev = evhttp_connection_get_bufferevent(client);
    SSL *ssl = bufferevent_openssl_get_ssl(bev);
    return ssl == NULL ? NULL : SSL_get_ex_data(ssl, connection_index);
}

static void ask_client(const struct listener *listener,
                       const uint8_t fingerprint[TLS_FINGERPRINT_SIZE],
                       struct listener_client *client)
{
    *client = (struct listener_client){
        .connections_max = listener->options.peer_connections_max};
    memcpy(client->who, fingerprint, TLS_FINGERPRINT_SIZE);
    if (listener->options.on_client != NULL)
        listener->options.on_client(listener->options.self, fingerprint, client);
}

bool connection_identify(struct connection *connection)
{
    struct listener_client client;

    if (connection->identified)
        return true;
    if (!tls_peer(connection->ssl, &connection->certificate))
        return false;
    ask_client(connection->listener, connection->certificate.fingerprint, &client);
    connection->peer = peers_get(&connection->listener->peers, client.who);
    if (connection->peer == NULL)
        return false;
    connection->peer->connections_max = client.connections_max;
    connection->peer->over = client.over;
    connection->peer->connections++;
    connection->identified = true;
    return true;
}
