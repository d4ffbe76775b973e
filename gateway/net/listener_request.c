#include "net/listener_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <openssl/err.h>

#include "base/log.h"

/* What the listener itself answers. */
struct verdict {
    int status; /* 0: go on */
    const char *reason;
    bool keep_open;
};

static const struct verdict go_on = {0, NULL, false};

/* Spreads a counter over all 64 bits, so that a reference does not tell how busy we are; the
 * factor is odd, so no two are equal. */
uint64_t request_next_reference(struct listener *listener)
{
    uint64_t number = listener->reference_base + ++listener->reference_count;
    return number * UINT64_C(0x9e3779b97f4a7c15);
}

void request_log_refusal(struct connection *connection, uint64_t reference, int status,
                         const char *reason)
{
    char peer[17] = "-";
    if (!listener_may_log(connection->listener))
        return;
    if (connection->identified)
        hex_encode(connection->certificate.fingerprint, 8, peer);
    log_info("listener.refused", "reference=%016" PRIx64 " status=%d reason=%s peer=%s",
             reference, status, reason, peer);
}

static void free_reply(const void *bytes, size_t size, void *argument)
{
    (void)size;
    (void)argument;
    /* It was made by malloc as a char *; the library only promises not to change it. */
    union {
        const void *given;
        void *ours;
    } memory = {.given = bytes};
    free(memory.ours);
}

static bool wants_close(struct evhttp_request *http)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(http),
                                           "Connection");
    return value != NULL && strcasecmp(value, "close") == 0;
}

/* Called when the last byte of a reply has left us. */
static void on_sent(struct evhttp_request *http, void *argument)
{
    struct connection *connection = argument;
    if (connection->closing || wants_close(http)) {
        /* A proper end, so that the client can tell it from a cut and resume its session. */
        SSL_shutdown(connection->ssl);
        ERR_clear_error();
        /* The library would keep it open after CONNECT, whatever we told the client. */
        connection->ended = true;
        connection_end(connection);
        return;
    }
    connection_enter(connection, connection->head.size > 0 ? STAGE_HEAD : STAGE_IDLE);
}

/* Bytes that came before our answer: nobody who speaks to us honestly sends them. */
static bool has_unread(const struct connection *connection)
{
    char byte;
    if (evbuffer_get_length(bufferevent_get_input(connection->bev)) > 0 ||
        SSL_has_pending(connection->ssl))
        return true;
    return recv(bufferevent_getfd(connection->bev), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

struct reply {
    int status;
    const char *content_type; /* "" : none */
    char *bytes;              /* from malloc, or NULL; sending takes it */
    size_t size;
    unsigned retry_after_s;
};

static void send_reply(struct connection *connection, struct evhttp_request *http,
                       struct reply *reply)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(http);
    struct evbuffer *body = evbuffer_new();
    char seconds[16];

    if (body == NULL ||
        (reply->size > 0 &&
         evbuffer_add_reference(body, reply->bytes, reply->size, free_reply, NULL) != 0)) {
        free(reply->bytes);
        reply->status = 503;
        reply->size = 0;
        reply->retry_after_s = connection->listener->options.busy_retry_after_s;
    }
    if (reply->size > 0 && reply->content_type[0] != '\0')
        evhttp_add_header(headers, "Content-Type", reply->content_type);
    if (reply->retry_after_s > 0) {
        snprintf(seconds, sizeof(seconds), "%u", reply->retry_after_s);
        evhttp_add_header(headers, "Retry-After", seconds);
    }
    connection->closing = connection->closing || connection->listener->stopping ||
                          has_unread(connection);
    if (connection->closing)
        evhttp_add_header(headers, "Connection", "close");
    evhttp_request_set_on_complete_cb(http, on_sent, connection);
    connection_enter(connection, STAGE_WRITE);
    evhttp_send_reply(http, reply->status, NULL, body);
    if (body != NULL)
        evbuffer_free(body);
}

static void refuse(struct connection *connection, struct evhttp_request *http,
                   struct verdict verdict)
{
    struct listener *listener = connection->listener;
    uint64_t reference = request_next_reference(listener);
    struct reply reply = {.status = verdict.status, .content_type = "text/plain"};

    request_log_refusal(connection, reference, verdict.status, verdict.reason);
    reply.bytes = malloc(32);
    if (reply.bytes != NULL)
        reply.size = (size_t)snprintf(reply.bytes, 32, "reference %016" PRIx64 "\n", reference);
    if (verdict.status == 503 || verdict.status == 429)
        reply.retry_after_s = listener->options.busy_retry_after_s;
    connection->closing = connection->closing || !verdict.keep_open;
    send_reply(connection, http, &reply);
}

static enum http_method method_of(const struct evhttp_request *http)
{
    switch (evhttp_request_get_command(http)) {
    case EVHTTP_REQ_GET:
        return HTTP_METHOD_GET;
    case EVHTTP_REQ_POST:
        return HTTP_METHOD_POST;
    case EVHTTP_REQ_PUT:
        return HTTP_METHOD_PUT;
    default:
        return HTTP_METHOD_OTHER;
    }
}

static enum http_flaw flaw_of(const struct connection *connection, struct evhttp_request *http)
{
    struct http_field fields[HTTP_FIELDS_MAX];
    struct http_head head = {
        .method = method_of(http),
        .target = text_of(evhttp_request_get_uri(http)),
        .major = http->major,
        .minor = http->minor,
        .fields = fields,
    };
    const struct evkeyval *field;

    if (connection->head.flaw != HTTP_FINE)
        return connection->head.flaw;
    TAILQ_FOREACH(field, evhttp_request_get_input_headers(http), next)
    {
        if (head.field_count == HTTP_FIELDS_MAX)
            return HTTP_FLAW_HEAD_SIZE;
        fields[head.field_count].name = text_of(field->key);
        fields[head.field_count].value = text_of(field->value);
        head.field_count++;
    }
    enum http_flaw flaw = http_check(&head);
    if (flaw == HTTP_FINE && head.method == HTTP_METHOD_GET &&
        evbuffer_get_length(evhttp_request_get_input_buffer(http)) > 0)
        return HTTP_FLAW_BODY_ON_GET;
    return flaw;
}

/* The path itself, or one name below it. */
static bool leads_to(const char *served, struct text path)
{
    size_t size = strlen(served);
    struct text name = {path.at + size, path.size - size};
    if (served[size - 1] != '/')
        return text_is(path, served);
    return path.size > size && text_starts(path, served) && name.size < NAME_SIZE &&
           memchr(name.at, '/', name.size) == NULL;
}

static bool has_method(const struct listener_path *path, enum http_method method)
{
    static const enum http_method methods[] = {[REQUEST_GET] = HTTP_METHOD_GET,
                                               [REQUEST_POST] = HTTP_METHOD_POST,
                                               [REQUEST_PUT] = HTTP_METHOD_PUT};
    return methods[path->method] == method;
}

/* `method` OTHER: served by any. */
static const struct listener_path *find_path(const struct listener *listener, struct text path,
                                             enum http_method method)
{
    for (size_t i = 0; i < listener->options.path_count; i++)
        if (leads_to(listener->paths[i].path, path) &&
            (method == HTTP_METHOD_OTHER || has_method(&listener->paths[i], method)))
            return &listener->paths[i];
    return NULL;
}

static struct verdict check_form(struct connection *connection, struct evhttp_request *http)
{
    struct listener *listener = connection->listener;
    enum http_flaw flaw = flaw_of(connection, http);
    if (flaw == HTTP_FINE)
        return go_on;
    COUNT(listener, refused_http);
    return (struct verdict){flaw == HTTP_FLAW_METHOD ? 405 : 400, http_flaw_name(flaw), false};
}

static struct verdict check_path(struct connection *connection, struct evhttp_request *http,
                                 const struct listener_path **path)
{
    struct listener *listener = connection->listener;
    struct text rest = text_of(evhttp_request_get_uri(http));
    struct text wanted = text_cut(&rest, '?');
    *path = find_path(listener, wanted, method_of(http));
    if (*path != NULL)
        return go_on;
    COUNT(listener, refused_path);
    if (find_path(listener, wanted, HTTP_METHOD_OTHER) != NULL)
        return (struct verdict){405, "method", false};
    return (struct verdict){404, "path", false};
}

static struct verdict check_peer(struct connection *connection, struct instant now)
{
    struct listener *listener = connection->listener;
    if (!connection_identify(connection)) {
        COUNT(listener, refused_certificate);
        return (struct verdict){403, "no_certificate", false};
    }
    if (!tls_certificate_valid(&connection->certificate, now)) {
        COUNT(listener, refused_certificate);
        return (struct verdict){403, "certificate_validity", false};
    }
    /* The lists of now, not those of its handshake. A list out of date is our own trouble. */
    pthread_mutex_lock(&listener->lock);
    enum crl_state state = tls_peer_state(listener->tls, connection->ssl, now);
    pthread_mutex_unlock(&listener->lock);
    if (state == CRL_REVOKED || state == CRL_STALE)
        COUNT(listener, refused_certificate);
    if (state == CRL_REVOKED)
        return (struct verdict){403, "certificate_revoked", false};
    if (state == CRL_STALE)
        return (struct verdict){503, "revocation_list_stale", false};
    return go_on;
}

static struct verdict check_limits(struct connection *connection, size_t body_size)
{
    struct listener *listener = connection->listener;
    const struct listener_options *options = &listener->options;
    if (listener->stopping) {
        COUNT(listener, busy_stopping);
        return (struct verdict){503, "stopping", false};
    }
    if (connection->over_limit) {
        COUNT(listener, busy_connections);
        return (struct verdict){503, "connections", false};
    }
    if (connection->over_peer &&
        connection->peer->connections > connection->peer->connections_max) {
        connection_count_over(connection);
        return (struct verdict){429, "peer_connections", false};
    }
    connection->over_peer = false; /* others have gone meanwhile */
    if (connection->peer->in_flight >= options->peer_in_flight_max) {
        COUNT(listener, busy_peer);
        return (struct verdict){429, "peer_in_flight", true};
    }
    if (atomic_load(&listener->counters.in_flight) >= options->in_flight_max ||
        atomic_load(&listener->counters.bodies_bytes) + body_size > options->bodies_max) {
        COUNT(listener, busy_in_flight);
        return (struct verdict){503, "in_flight", true};
    }
    return go_on;
}

static bool take_body(struct listener *listener, struct exchange *exchange,
                      struct evbuffer *input)
{
    size_t size = evbuffer_get_length(input);
    exchange->body = malloc(size + 1);
    if (exchange->body == NULL ||
        (size > 0 && evbuffer_remove(input, exchange->body, size) < 0))
        return false;
    exchange->body[size] = '\0';
    exchange->body_size = size;
    exchange->request.body = (struct text){exchange->body, size};
    atomic_fetch_add(&listener->counters.bodies_bytes, size);
    return true;
}

static struct exchange *make_exchange(struct connection *connection,
                                      struct evhttp_request *http,
                                      const struct listener_path *path, struct instant now)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL)
        return NULL;
    struct text query = text_of(evhttp_request_get_uri(http));
    struct text type = text_of(
        evhttp_find_header(evhttp_request_get_input_headers(http), "Content-Type"));
    struct text name = text_cut(&query, '?');
    name = (struct text){name.at + strlen(path->path), name.size - strlen(path->path)};
    if (!text_to_field(name, exchange->name, sizeof(exchange->name)) ||
        !text_to_field(query, exchange->query, sizeof(exchange->query)) ||
        !text_to_field(type, exchange->content_type, sizeof(exchange->content_type)) ||
        !take_body(connection->listener, exchange, evhttp_request_get_input_buffer(http))) {
        exchange_free(connection->listener, exchange);
        return NULL;
    }
    exchange->connection = connection;
    exchange->http = http;
    exchange->peer = connection->peer;
    exchange->request.id = request_next_reference(connection->listener);
    exchange->request.method = path->method;
    exchange->request.path = text_of(path->path);
    exchange->request.name = text_of(exchange->name);
    exchange->request.query = text_of(exchange->query);
    exchange->request.content_type = text_of(exchange->content_type);
    memcpy(exchange->request.peer, connection->certificate.fingerprint, TLS_FINGERPRINT_SIZE);
    exchange->request.received_at = now;
    return exchange;
}

void request_forsake(struct listener *listener, struct exchange *exchange)
{
    exchange->http = NULL;
    exchange->connection = NULL;
    if (exchange->parked && listener->options.on_gone != NULL)
        listener->options.on_gone(listener->options.self, &exchange->request);
}

/* Gives back what the watch over a parked request took. */
static void end_watch(struct connection *connection)
{
    if (connection->closed != NULL)
        event_free(connection->closed);
    connection->closed = NULL;
    connection->exchange = NULL;
}

/* The client left, or the listener ends, while a worker holds its request. */
static void on_close(struct evhttp_connection *client, void *argument)
{
    struct connection *connection = argument;
    struct exchange *exchange = connection->exchange;
    (void)client;
    if (exchange == NULL)
        return;
    /* On a network failure the library lets go of a request that was not answered. */
    if (evhttp_request_get_connection(exchange->http) == NULL)
        evhttp_request_free(exchange->http);
    end_watch(connection);
    request_forsake(connection->listener, exchange);
}

static void hand_over(struct connection *connection, struct evhttp_request *http,
                      const struct listener_path *path, struct instant now)
{
    struct listener *listener = connection->listener;
    struct exchange *exchange = make_exchange(connection, http, path, now);
    if (exchange == NULL) {
        COUNT(listener, busy_in_flight);
        refuse(connection, http, (struct verdict){503, "memory", true});
        return;
    }
    connection->exchange = exchange;
    connection->peer->in_flight++;
    evhttp_connection_set_closecb(evhttp_request_get_connection(http), on_close, connection);
    connection_enter(connection, STAGE_WORKER);
    COUNT(listener, requests);
    COUNT(listener, in_flight);
    listener->options.on_request(listener->options.self, &exchange->request);
}

void request_arrived(struct evhttp_request *http, void *argument)
{
    struct listener *listener = argument;
    struct connection *connection = connection_of(http);
    if (connection == NULL) {
        evhttp_add_header(evhttp_request_get_output_headers(http), "Retry-After", "5");
        evhttp_add_header(evhttp_request_get_output_headers(http), "Connection", "close");
        evhttp_send_reply(http, 503, NULL, NULL);
        return;
    }
    if (connection->ended) {
        COUNT(listener, refused_http);
        refuse(connection, http, (struct verdict){400, "after_the_end", false});
        return;
    }
    const struct listener_path *path = NULL;
    struct instant now = listener->options.now();
    size_t body_size = evbuffer_get_length(evhttp_request_get_input_buffer(http));
    if (has_unread(connection))
        connection->closing = true;
    struct verdict verdict = check_form(connection, http);
    if (verdict.status == 0)
        verdict = check_peer(connection, now);
    if (verdict.status == 0)
        verdict = check_path(connection, http, &path);
    if (verdict.status == 0)
        verdict = check_limits(connection, body_size);
    /* Whatever arrives from here on belongs to the next request. */
    memset(&connection->head, 0, sizeof(connection->head));
    if (verdict.status != 0) {
        refuse(connection, http, verdict);
        return;
    }
    hand_over(connection, http, path, now);
}

/* The worker still holds the request; its reply will be dropped. */
void request_too_late(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    if (exchange == NULL)
        return;
    struct evhttp_request *http = exchange->http;
    end_watch(connection);
    refuse(connection, http, (struct verdict){503, "worker_late", true});
    request_forsake(connection->listener, exchange);
}

/* --- parked ------------------------------------------------------------------------------- */

static void on_closed(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    connection_end(argument);
}

/* While a request is not answered the library reads nothing, so it would not see the client go.
 * Whoever waits sends nothing: what comes is the end, or TLS announcing it. */
static void watch_client(struct connection *connection, unsigned wait_ms)
{
    struct timeval wait = {.tv_sec = wait_ms / 1000,
                           .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000};
    event_add(connection->deadline, &wait);
    if (has_unread(connection)) /* it does not keep to that; its end is seen with the reply */
        return;
    connection->closed = event_new(connection->listener->base,
                                   bufferevent_getfd(connection->bev), EV_READ, on_closed,
                                   connection);
    if (connection->closed != NULL)
        event_add(connection->closed, NULL);
}

void request_park(struct listener *listener, struct exchange *exchange)
{
    struct connection *connection = exchange->connection;
    exchange->parked = true;
    COUNT(listener, parked);
    COUNT_DOWN(listener, in_flight);
    exchange->peer->in_flight--;
    peers_settle(&listener->peers, exchange->peer);
    exchange->peer = NULL;
    if (connection == NULL)
        request_forsake(listener, exchange);
    else
        watch_client(connection, exchange->wait_ms);
}

static bool closes(int status)
{
    return status >= 400 && status < 500 && status != 409 && status != 422 && status != 429;
}

void request_answer(struct exchange *exchange)
{
    struct connection *connection = exchange->connection;
    struct reply reply = {
        .status = exchange->status,
        .content_type = exchange->reply_type,
        .bytes = exchange->reply,
        .size = exchange->reply_size,
        .retry_after_s = exchange->retry_after_s,
    };
    struct evhttp_request *http = exchange->http;
    exchange->reply = NULL;
    exchange->connection = NULL;
    exchange->http = NULL;
    end_watch(connection);
    connection->closing = connection->closing || closes(exchange->status);
    send_reply(connection, http, &reply);
}
