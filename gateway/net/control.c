#include "net/control.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/log.h"
#include "net/control_address.h"
#include "net/thread.h"

enum { ACCEPT_PAUSE_US = 200000, READ_SIZE = 64 * 1024 };

struct control_answer {
    struct evbuffer *bytes;
    bool broken;
};

struct client {
    LIST_ENTRY(client) place;
    struct control *control;
    struct bufferevent *bev;
    struct event *deadline;
    struct control_peer peer;
    size_t searched_size; /* of the request, without a newline */
    bool answered;
};

struct control {
    struct control_options options;
    char path[CONTROL_PATH_MAX + 1];
    pthread_t thread;
    struct event_base *base;
    struct evconnlistener *accepting;
    struct event *stop;
    int stop_fd;
    LIST_HEAD(client_list, client) clients;
    unsigned client_count;
};

void control_answer_add(struct control_answer *answer, struct text part)
{
    if (answer->broken || part.size == 0)
        return;
    if (part.size > CONTROL_ANSWER_MAX - evbuffer_get_length(answer->bytes) ||
        evbuffer_add(answer->bytes, part.at, part.size) != 0)
        answer->broken = true;
}

static void end_client(struct client *client)
{
    struct control *control = client->control;
    LIST_REMOVE(client, place);
    control->client_count--;
    if (client->bev != NULL)
        bufferevent_free(client->bev);
    if (client->deadline != NULL)
        event_free(client->deadline);
    free(client);
    if (control->client_count == CONTROL_CLIENTS_MAX - 1)
        evconnlistener_enable(control->accepting);
}

static void set_deadline(struct client *client, unsigned ms)
{
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    event_add(client->deadline, &wait);
}

static void on_deadline(evutil_socket_t fd, short what, void *argument)
{
    struct client *client = argument;
    (void)fd;
    (void)what;
    log_info("control.late", "uid=%u answered=%d", client->peer.uid, client->answered);
    end_client(client);
}

static bool ends_in_newline(struct evbuffer *bytes)
{
    struct evbuffer_ptr last;
    char c = '\0';
    size_t size = evbuffer_get_length(bytes);
    return size > 0 && evbuffer_ptr_set(bytes, &last, size - 1, EVBUFFER_PTR_SET) == 0 &&
           evbuffer_copyout_from(bytes, &last, &c, 1) == 1 && c == '\n';
}

static void send_answer(struct client *client, struct control_answer *answer)
{
    if (!answer->broken && !ends_in_newline(answer->bytes) &&
        evbuffer_add(answer->bytes, "\n", 1) != 0)
        answer->broken = true;
    if (answer->broken || bufferevent_write_buffer(client->bev, answer->bytes) != 0) {
        log_warn("control.answer", "uid=%u reason=size_or_memory", client->peer.uid);
        end_client(client);
        return;
    }
    client->answered = true;
    bufferevent_disable(client->bev, EV_READ);
    set_deadline(client, client->control->options.write_ms);
}

static void ask(struct client *client, struct text request)
{
    struct control *control = client->control;
    struct control_answer answer = {.bytes = evbuffer_new()};
    if (answer.bytes == NULL) {
        end_client(client);
        return;
    }
    control->options.on_request(control->options.self, &client->peer, request, &answer);
    send_answer(client, &answer);
    evbuffer_free(answer.bytes);
}

static void refuse(struct client *client, const char *reason)
{
    log_info("control.refused", "uid=%u reason=%s", client->peer.uid, reason);
    end_client(client);
}

static void on_read(struct bufferevent *bev, void *argument)
{
    struct client *client = argument;
    struct evbuffer *input = bufferevent_get_input(bev);
    if (client->answered)
        return;
    size_t size = evbuffer_get_length(input);
    struct evbuffer_ptr from;
    struct evbuffer_ptr end = {.pos = -1};
    if (evbuffer_ptr_set(input, &from, client->searched_size, EVBUFFER_PTR_SET) == 0)
        end = evbuffer_search_eol(input, &from, NULL, EVBUFFER_EOL_LF);
    client->searched_size = size; /* or a long request would be searched again and again */
    if (end.pos < 0) {
        if (size >= CONTROL_REQUEST_MAX)
            refuse(client, "size");
        return;
    }
    if (end.pos >= CONTROL_REQUEST_MAX) {
        refuse(client, "size");
        return;
    }
    if ((size_t)end.pos + 1 != size) {
        refuse(client, "more_than_one_line");
        return;
    }
    const char *bytes = (const char *)evbuffer_pullup(input, -1);
    if (bytes == NULL) {
        refuse(client, "memory");
        return;
    }
    ask(client, (struct text){bytes, (size_t)end.pos});
}

/* Called when all that was written has left. */
static void on_written(struct bufferevent *bev, void *argument)
{
    struct client *client = argument;
    if (client->answered && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
        end_client(client);
}

static void on_end(struct bufferevent *bev, short what, void *argument)
{
    (void)bev;
    (void)what;
    end_client(argument);
}

static struct client *make_client(struct control *control, evutil_socket_t fd)
{
    struct client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        close(fd);
        return NULL;
    }
    client->control = control;
    LIST_INSERT_HEAD(&control->clients, client, place);
    control->client_count++;
    client->deadline = evtimer_new(control->base, on_deadline, client);
    client->bev = bufferevent_socket_new(control->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (client->bev == NULL)
        close(fd);
    if (client->deadline == NULL || client->bev == NULL) {
        end_client(client);
        return NULL;
    }
    return client;
}

static void on_accept(struct evconnlistener *accepting, evutil_socket_t fd,
                      struct sockaddr *address, int size, void *argument)
{
    struct control *control = argument;
    struct ucred credentials = {0};
    socklen_t length = sizeof(credentials);
    (void)address;
    (void)size;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        close(fd);
        return;
    }
    struct client *client = make_client(control, fd);
    if (client == NULL)
        return;
    client->peer = (struct control_peer){credentials.uid, credentials.gid, credentials.pid};
    /* One byte more than allowed is read at most, which is enough to know. */
    bufferevent_setwatermark(client->bev, EV_READ, 0, CONTROL_REQUEST_MAX + 1);
    bufferevent_set_max_single_read(client->bev, READ_SIZE);
    bufferevent_setcb(client->bev, on_read, on_written, on_end, client);
    bufferevent_enable(client->bev, EV_READ | EV_WRITE);
    set_deadline(client, control->options.read_ms);
    if (control->client_count >= CONTROL_CLIENTS_MAX)
        evconnlistener_disable(accepting);
}

/* No descriptors left, mostly. Without a pause the loop would spin; nobody else is in it. */
static void on_accept_error(struct evconnlistener *accepting, void *argument)
{
    (void)accepting;
    (void)argument;
    log_warn("control.accept", "errno=%d", errno);
    usleep(ACCEPT_PAUSE_US);
}

static void on_stop(evutil_socket_t fd, short what, void *argument)
{
    struct control *control = argument;
    (void)fd;
    (void)what;
    event_base_loopbreak(control->base);
}

static void *run(void *argument)
{
    struct control *control = argument;
    event_base_dispatch(control->base);
    while (!LIST_EMPTY(&control->clients))
        end_client(LIST_FIRST(&control->clients));
    return NULL;
}

/* A file left behind by a process that was killed is taken away; anything else is not ours. */
static bool clear_path(const char *path, const struct sockaddr_un *address, struct error *err)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return fail(err, ERROR_CONFIG, "%s exists and is not a socket", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(err, ERROR_SYSTEM, "no socket: %s", strerror(errno));
    bool alive = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
    close(fd);
    if (alive)
        return fail(err, ERROR_BUSY, "%s: another process listens there", path);
    if (unlink(path) != 0)
        return fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    return true;
}

/* The rights are set before listen(): until then nobody can connect. */
static bool open_socket(struct control *control, int *fd, struct error *err)
{
    struct sockaddr_un address;
    const char *path = control->path;
    if (!control_address(path, &address, err) || !clear_path(path, &address, err))
        return false;
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return fail(err, ERROR_SYSTEM, "no socket: %s", strerror(errno));
    if (bind(*fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        close(*fd);
        return false;
    }
    if (chmod(path, 0660) != 0 || listen(*fd, CONTROL_CLIENTS_MAX) != 0) {
        fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        unlink(path);
        close(*fd);
        return false;
    }
    return true;
}

static bool make_events(struct control *control, struct error *err)
{
    control->base = event_base_new();
    control->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (control->base == NULL || control->stop_fd < 0)
        return fail(err, ERROR_SYSTEM, "no event loop: %s", strerror(errno));
    control->stop = event_new(control->base, control->stop_fd, EV_READ, on_stop, control);
    if (control->stop == NULL || event_add(control->stop, NULL) != 0)
        return fail(err, ERROR_MEMORY, "no memory for the control socket");
    return true;
}

static bool begin_accepting(struct control *control, struct error *err)
{
    int fd = -1;
    if (!open_socket(control, &fd, err))
        return false;
    control->accepting = evconnlistener_new(control->base, on_accept, control,
                                            LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
                                            fd);
    if (control->accepting != NULL) {
        evconnlistener_set_error_cb(control->accepting, on_accept_error);
        return true;
    }
    unlink(control->path);
    close(fd);
    return fail(err, ERROR_MEMORY, "no memory for the control socket");
}

static void release(struct control *control)
{
    if (control->accepting != NULL) {
        evconnlistener_free(control->accepting);
        unlink(control->path);
    }
    if (control->stop != NULL)
        event_free(control->stop);
    if (control->base != NULL)
        event_base_free(control->base);
    if (control->stop_fd >= 0)
        close(control->stop_fd);
    free(control);
}

bool control_start(const struct control_options *options, struct control **out,
                   struct error *err)
{
    CHECK(options->path != NULL && options->on_request != NULL);
    if (strlen(options->path) > CONTROL_PATH_MAX)
        return fail(err, ERROR_CONFIG, "%s: longer than %d bytes", options->path,
                    CONTROL_PATH_MAX);
    thread_quiet_events();
    struct control *control = calloc(1, sizeof(*control));
    if (control == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the control socket");
    control->stop_fd = -1;
    control->options = *options;
    memcpy(control->path, options->path, strlen(options->path) + 1);
    control->options.path = control->path;
    if (options->read_ms == 0)
        control->options.read_ms = 5000;
    if (options->write_ms == 0)
        control->options.write_ms = 30000;
    if (!make_events(control, err) || !begin_accepting(control, err) ||
        !thread_start(&control->thread, "control", run, control, err)) {
        release(control);
        return false;
    }
    *out = control;
    return true;
}

void control_stop(struct control *control)
{
    uint64_t one = 1;
    if (control == NULL)
        return;
    CHECK(write(control->stop_fd, &one, sizeof(one)) == (ssize_t)sizeof(one));
    pthread_join(control->thread, NULL);
    release(control);
}
