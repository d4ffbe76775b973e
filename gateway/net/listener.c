#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/listener_internal.h"
#include "net/thread.h"

enum {
    BACKLOG = 512,
    PAUSE_MS = 200, /* longest pause of accepting because of slow handshakes */
    LOG_LINES_PER_SECOND = 20,
    END_ROUNDS_MAX = 1000,
    HEAD_LIMIT = HTTP_HEAD_MAX + 1024 /* the library's; ours is to speak first */
};

static void set_default(unsigned *value, unsigned standard)
{
    if (*value == 0)
        *value = standard;
}

static void fill_defaults(struct listener_options *options)
{
    if (options->address == NULL)
        options->address = "127.0.0.1";
    if (options->body_max == 0)
        options->body_max = (size_t)1 << 20;
    if (options->bodies_max == 0)
        options->bodies_max = (size_t)256 << 20;
    set_default(&options->connections_max, 2000);
    set_default(&options->peer_connections_max, 64);
    set_default(&options->in_flight_max, 1024);
    set_default(&options->peer_in_flight_max, 16);
    set_default(&options->handshakes_max, 16);
    set_default(&options->busy_retry_after_s, 5);
    set_default(&options->handshake_ms, 5000);
    set_default(&options->head_ms, 10000);
    set_default(&options->body_ms, 30000);
    set_default(&options->worker_ms, 30000);
    set_default(&options->write_ms, 30000);
    set_default(&options->idle_ms, 120000);
}

bool listener_may_log(struct listener *listener)
{
    int64_t second = clock_monotonic_ms() / 1000;
    if (second != listener->log_second) {
        listener->log_second = second;
        listener->log_lines = 0;
    }
    return listener->log_lines++ < LOG_LINES_PER_SECOND;
}

/* --- accepting --- */

/* Handshakes are what costs: too many at once slow down everybody else. But clients that begin
 * one and fall silent must not keep the door shut, so a pause for them ends by itself. */
void listener_consider_accepting(struct listener *listener)
{
    const struct listener_options *options = &listener->options;
    if (listener->stopping || listener->accepting == NULL)
        return;
    bool full = listener->open >= options->connections_max + options->connections_max / 8 + 8;
    bool storm = listener->handshakes >= options->handshakes_max &&
                 listener->accepted_in_a_row >= options->handshakes_max;
    bool pause = full || storm || listener->refused_by_system;
    if (pause == listener->paused)
        return;
    listener->paused = pause;
    if (!pause) {
        listener->accepted_in_a_row = 0;
        evconnlistener_enable(listener->accepting);
        return;
    }
    COUNT(listener, accept_pauses);
    evconnlistener_disable(listener->accepting);
    struct timeval wait = {.tv_usec = PAUSE_MS * 1000};
    event_add(listener->resume, &wait);
}

static void on_resume(evutil_socket_t fd, short what, void *argument)
{
    struct listener *listener = argument;
    (void)fd;
    (void)what;
    listener->accepted_in_a_row = 0;
    listener->refused_by_system = false;
    listener_consider_accepting(listener);
}

/* The HTTP library makes itself the argument of the socket's callbacks, this one's too. */
static _Thread_local struct listener *of_this_thread;

/* No descriptors left, mostly. Without a pause the loop would spin. */
static void on_accept_error(struct evconnlistener *accepting, void *argument)
{
    struct listener *listener = of_this_thread;
    (void)accepting;
    (void)argument;
    COUNT(listener, accept_errors);
    if (listener_may_log(listener))
        log_warn("listener.accept", "errno=%d", errno);
    listener->refused_by_system = true;
    listener_consider_accepting(listener);
}

/* --- replies --- */

void exchange_free(struct listener *listener, struct exchange *exchange)
{
    request_release_body(listener, &exchange->request);
    if (exchange->reply != NULL)
        explicit_bzero(exchange->reply, exchange->reply_size);
    free(exchange->reply);
    free(exchange);
}

void request_release_body(struct listener *listener, struct request *request)
{
    struct exchange *exchange = (struct exchange *)request;
    if (exchange->body == NULL)
        return;
    explicit_bzero(exchange->body, exchange->body_size);
    free(exchange->body);
    exchange->body = NULL;
    request->body = TEXT_NONE;
    atomic_fetch_sub(&listener->counters.bodies_bytes, exchange->body_size);
}

static void count_down(struct listener *listener, const struct exchange *exchange)
{
    if (exchange->parked)
        COUNT_DOWN(listener, parked);
    else
        COUNT_DOWN(listener, in_flight);
}

static void finish(struct listener *listener, struct exchange *exchange)
{
    if (exchange->peer != NULL) {
        exchange->peer->in_flight--;
        peers_settle(&listener->peers, exchange->peer);
    }
    if (exchange->connection == NULL) {
        COUNT(listener, replies_dropped);
    } else {
        COUNT(listener, replies);
        request_answer(exchange);
    }
    count_down(listener, exchange);
    exchange_free(listener, exchange);
}

/* The queue is a stack, so that adding is one step; here it is turned around. */
static struct exchange *take_replies(struct listener *listener, struct exchange **parked)
{
    pthread_mutex_lock(&listener->lock);
    struct exchange *newest = listener->queue;
    listener->queue = NULL;
    *parked = listener->parked;
    listener->parked = NULL;
    pthread_mutex_unlock(&listener->lock);
    struct exchange *oldest = NULL;
    while (newest != NULL) {
        struct exchange *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

/* What was parked and answered since is among both. */
static void finish_replies(struct listener *listener)
{
    struct exchange *next = NULL;
    struct exchange *parked = NULL;
    struct exchange *first = take_replies(listener, &parked);
    for (; parked != NULL; parked = next) {
        next = parked->next_parked;
        request_park(listener, parked);
    }
    for (struct exchange *exchange = first; exchange != NULL; exchange = next) {
        next = exchange->next;
        finish(listener, exchange);
    }
}

static void wake(const struct listener *listener)
{
    uint64_t one = 1;
    ssize_t written = write(listener->wake_fd, &one, sizeof(one));
    CHECK(written == (ssize_t)sizeof(one) || errno == EAGAIN);
}

static void fill_reply(struct exchange *exchange, int status, const char *content_type,
                       struct text body, unsigned retry_after_s)
{
    exchange->status = status;
    exchange->retry_after_s = retry_after_s;
    if (content_type != NULL && !text_to_field(text_of(content_type), exchange->reply_type,
                                               sizeof(exchange->reply_type)))
        exchange->reply_type[0] = '\0';
    if (body.size == 0)
        return;
    exchange->reply = malloc(body.size);
    if (exchange->reply == NULL) {
        exchange->status = 503;
        return;
    }
    memcpy(exchange->reply, body.at, body.size);
    exchange->reply_size = body.size;
}

void listener_reply(struct listener *listener, struct request *request, int status,
                    const char *content_type, struct text body, unsigned retry_after_s)
{
    struct exchange *exchange = (struct exchange *)request;
    CHECK(status >= 200 && status <= 599);
    CHECK(exchange->status == 0); /* the second reply to one request */
    fill_reply(exchange, status, content_type, body, retry_after_s);
    pthread_mutex_lock(&listener->lock);
    bool ended = listener->ended;
    bool first = listener->queue == NULL;
    if (!ended) {
        exchange->next = listener->queue;
        listener->queue = exchange;
        /* Within the lock: after it the listener may already be gone. */
        if (first)
            wake(listener);
    }
    pthread_mutex_unlock(&listener->lock);
    if (ended) {
        count_down(listener, exchange);
        exchange_free(listener, exchange);
        COUNT(listener, replies_dropped);
    }
}

void listener_park(struct listener *listener, struct request *request, unsigned wait_ms)
{
    struct exchange *exchange = (struct exchange *)request;
    CHECK(exchange->wait_ms == 0 && wait_ms > 0);
    exchange->wait_ms = wait_ms;
    request_release_body(listener, request);
    pthread_mutex_lock(&listener->lock);
    if (!listener->ended) {
        exchange->next_parked = listener->parked;
        listener->parked = exchange;
        wake(listener);
    }
    pthread_mutex_unlock(&listener->lock);
}

/* --- the loop --- */

void listener_consider_end(struct listener *listener)
{
    if (listener->stopping && listener->open == 0)
        event_base_loopbreak(listener->base);
}

static void begin_stop(struct listener *listener, unsigned grace_ms)
{
    struct connection *connection = NULL;
    struct timeval wait = {.tv_sec = grace_ms / 1000,
                           .tv_usec = (suseconds_t)(grace_ms % 1000) * 1000};
    listener->stopping = true;
    evhttp_del_accept_socket(listener->http, listener->bound);
    listener->accepting = NULL;
    event_del(listener->resume);
    event_add(listener->give_up, &wait);
    LIST_FOREACH(connection, &listener->connections, place)
    {
        if (connection->stage == STAGE_HANDSHAKE || connection->stage == STAGE_IDLE)
            connection_end(connection);
    }
    listener_consider_end(listener);
}

static void take_limits(struct listener *listener)
{
    struct listener_options *now = &listener->options;
    const struct listener_options *limits = &listener->limits;

    if (!listener->limits_changed)
        return;
    listener->limits_changed = false;
    now->body_max = limits->body_max;
    now->bodies_max = limits->bodies_max;
    now->connections_max = limits->connections_max;
    now->peer_connections_max = limits->peer_connections_max;
    now->in_flight_max = limits->in_flight_max;
    now->peer_in_flight_max = limits->peer_in_flight_max;
    now->handshakes_max = limits->handshakes_max;
    evhttp_set_max_body_size(listener->http, (ev_ssize_t)now->body_max);
}

static void on_wake(evutil_socket_t fd, short what, void *argument)
{
    struct listener *listener = argument;
    uint64_t count = 0;
    (void)what;
    if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        log_error("listener.wake", "errno=%d", errno);
    finish_replies(listener);
    pthread_mutex_lock(&listener->lock);
    bool stop = listener->stop_asked;
    unsigned grace_ms = listener->grace_ms;
    take_limits(listener);
    pthread_mutex_unlock(&listener->lock);
    listener_consider_accepting(listener);
    if (stop && !listener->stopping)
        begin_stop(listener, grace_ms);
}

static void on_give_up(evutil_socket_t fd, short what, void *argument)
{
    struct listener *listener = argument;
    (void)fd;
    (void)what;
    event_base_loopbreak(listener->base);
}

/* What is still open is cut; freeing a connection takes the loop a round or two. */
static void end_connections(struct listener *listener)
{
    evhttp_free(listener->http);
    listener->http = NULL;
    for (int i = 0; i < END_ROUNDS_MAX && listener->open > 0; i++)
        event_base_loop(listener->base, EVLOOP_NONBLOCK);
    CHECK(listener->open == 0);
    pthread_mutex_lock(&listener->lock);
    listener->ended = true;
    pthread_mutex_unlock(&listener->lock);
    finish_replies(listener);
}

static void *run(void *argument)
{
    struct listener *listener = argument;
    of_this_thread = listener;
    if (event_base_dispatch(listener->base) != 0 && !listener->stopping)
        log_error("listener.loop", "reason=\"ended without being asked\"");
    end_connections(listener);
    return NULL;
}

/* --- start and stop --- */

static bool open_socket(struct listener *listener, int *fd, struct error *err)
{
    const struct listener_options *options = &listener->options;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int one = 1;

    if (getaddrinfo(options->address, NULL, &hints, &found) != 0)
        return fail(err, ERROR_CONFIG, "%s is not a numeric address", options->address);
    struct sockaddr_storage address = {0};
    socklen_t size = found->ai_addrlen;
    int family = found->ai_family;
    memcpy(&address, found->ai_addr, size);
    freeaddrinfo(found);
    if (family == AF_INET)
        ((struct sockaddr_in *)&address)->sin_port = htons(options->port);
    else
        ((struct sockaddr_in6 *)&address)->sin6_port = htons(options->port);

    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return fail(err, ERROR_SYSTEM, "no socket: %s", strerror(errno));
    /* TCP_NODELAY is inherited: head and body are two writes, and must not wait for an ACK. */
    if (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
        setsockopt(*fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) != 0 ||
        bind(*fd, (struct sockaddr *)&address, size) != 0 || listen(*fd, BACKLOG) != 0 ||
        getsockname(*fd, (struct sockaddr *)&address, &size) != 0) {
        fail(err, ERROR_SYSTEM, "cannot listen on %s port %u: %s", options->address,
             options->port, strerror(errno));
        close(*fd);
        return false;
    }
    listener->port = ntohs(family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                             : ((struct sockaddr_in6 *)&address)->sin6_port);
    return true;
}

static bool make_events(struct listener *listener, struct error *err)
{
    listener->base = event_base_new();
    listener->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (listener->base == NULL || listener->wake_fd < 0)
        return fail(err, ERROR_SYSTEM, "no event loop: %s", strerror(errno));
    listener->http = evhttp_new(listener->base);
    listener->wake = event_new(listener->base, listener->wake_fd, EV_READ | EV_PERSIST, on_wake,
                               listener);
    listener->resume = evtimer_new(listener->base, on_resume, listener);
    listener->give_up = evtimer_new(listener->base, on_give_up, listener);
    if (listener->http == NULL || listener->wake == NULL || listener->resume == NULL ||
        listener->give_up == NULL || event_add(listener->wake, NULL) != 0)
        return fail(err, ERROR_MEMORY, "no memory for the listener");
    return true;
}

static void configure(struct listener *listener)
{
    struct evhttp *http = listener->http;
    evhttp_set_bevcb(http, connection_make, listener);
    evhttp_set_gencb(http, request_arrived, listener);
    evhttp_set_max_headers_size(http, HEAD_LIMIT);
    evhttp_set_max_body_size(http, (ev_ssize_t)listener->options.body_max);
    evhttp_set_default_content_type(http, NULL);
    /* The library's own 413 would arrive together with a reset; so the rest is read first. */
    evhttp_set_flags(http, EVHTTP_SERVER_LINGERING_CLOSE);
    /* All methods it knows, so that our callback refuses them and logs why. */
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                         EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                         EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                         EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
}

static bool begin_listening(struct listener *listener, struct error *err)
{
    int fd = -1;
    if (!open_socket(listener, &fd, err))
        return false;
    listener->accepting = evconnlistener_new(
        listener->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (listener->accepting == NULL) {
        close(fd);
        return fail(err, ERROR_MEMORY, "no memory for the listener");
    }
    listener->bound = evhttp_bind_listener(listener->http, listener->accepting);
    if (listener->bound == NULL) {
        evconnlistener_free(listener->accepting);
        return fail(err, ERROR_MEMORY, "no memory for the listener");
    }
    evconnlistener_set_error_cb(listener->accepting, on_accept_error);
    return true;
}

static void release(struct listener *listener)
{
    if (listener->http != NULL)
        evhttp_free(listener->http);
    if (listener->wake != NULL)
        event_free(listener->wake);
    if (listener->resume != NULL)
        event_free(listener->resume);
    if (listener->give_up != NULL)
        event_free(listener->give_up);
    if (listener->base != NULL)
        event_base_free(listener->base);
    if (listener->wake_fd >= 0)
        close(listener->wake_fd);
    tls_free(listener->tls);
    peers_clear(&listener->peers);
    pthread_mutex_destroy(&listener->lock);
    free(listener);
}

bool listener_start(const struct listener_options *options, struct listener **out,
                    struct error *err)
{
    CHECK(options->tls != NULL && options->now != NULL && options->on_request != NULL);
    CHECK(options->path_count > 0 && options->path_count <= LISTENER_PATHS_MAX);
    thread_quiet_events();
    struct listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the listener");
    listener->wake_fd = -1;
    pthread_mutex_init(&listener->lock, NULL);
    listener->options = *options;
    memcpy(listener->paths, options->paths, options->path_count * sizeof(*options->paths));
    listener->options.paths = listener->paths;
    fill_defaults(&listener->options);
    listener->tls = tls_copy(options->tls);
    bool ok = listener->tls != NULL;
    if (!ok)
        fail(err, ERROR_MEMORY, "no memory for the listener");
    if (ok && RAND_bytes((unsigned char *)&listener->reference_base,
                         sizeof(listener->reference_base)) != 1)
        ok = fail(err, ERROR_CRYPTO, "no random bytes");
    ok = ok && make_events(listener, err);
    if (ok)
        configure(listener);
    ok = ok && begin_listening(listener, err) &&
         thread_start(&listener->thread, "listener", run, listener, err);
    listener->options.address = NULL;
    if (!ok) {
        release(listener);
        return false;
    }
    *out = listener;
    return true;
}

uint16_t listener_port(const struct listener *listener)
{
    return listener->port;
}

void listener_use_tls(struct listener *listener, struct tls *tls)
{
    pthread_mutex_lock(&listener->lock);
    struct tls *before = listener->tls;
    listener->tls = tls;
    pthread_mutex_unlock(&listener->lock);
    tls_free(before);
}

void listener_use_limits(struct listener *listener, const struct listener_options *options)
{
    struct listener_options limits = *options;
    fill_defaults(&limits);
    pthread_mutex_lock(&listener->lock);
    listener->limits = limits;
    listener->limits_changed = true;
    if (!listener->ended)
        wake(listener);
    pthread_mutex_unlock(&listener->lock);
}

void listener_count(const struct listener *listener, struct listener_counters *counters)
{
#define X(name, meaning)                                                                       \
    counters->name = atomic_load_explicit(&listener->counters.name, memory_order_relaxed);
    LISTENER_COUNTERS_LIST(X)
#undef X
}

void listener_stop(struct listener *listener, unsigned grace_ms)
{
    pthread_mutex_lock(&listener->lock);
    listener->stop_asked = true;
    listener->grace_ms = grace_ms;
    wake(listener);
    pthread_mutex_unlock(&listener->lock);
    pthread_join(listener->thread, NULL);
}

void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    CHECK(atomic_load(&listener->counters.in_flight) == 0 &&
          atomic_load(&listener->counters.parked) == 0);
    release(listener);
}
