#include "net/control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/control_address.h"

enum { ANSWER_SPACE_FIRST = 16 * 1024 };

_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) == CONTROL_PATH_MAX + 1,
               "the system's limit");

struct call {
    int fd;
    int64_t end_ms; /* monotonic */
    const char *path;
};

bool control_address(const char *path, struct sockaddr_un *address, struct error *err)
{
    size_t size = strlen(path);
    if (size == 0 || size > CONTROL_PATH_MAX)
        return fail(err, ERROR_CONFIG, "'%s': a socket's path has 1 to %d bytes", path,
                    CONTROL_PATH_MAX);
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, size + 1);
    return true;
}

static bool wait_for(const struct call *call, short events, struct error *err)
{
    struct pollfd ready = {.fd = call->fd, .events = events};
    int64_t left = call->end_ms - clock_monotonic_ms();
    int count = left <= 0 ? 0 : poll(&ready, 1, (int)left);
    if (count < 0 && errno == EINTR)
        return true; /* the caller's next attempt finds out */
    if (count < 0)
        return fail(err, ERROR_SYSTEM, "%s: %s", call->path, strerror(errno));
    if (count == 0)
        return fail(err, ERROR_NETWORK, "%s: no whole answer in time", call->path);
    return true;
}

static bool connect_to(struct call *call, struct error *err)
{
    struct sockaddr_un address;
    if (!control_address(call->path, &address, err))
        return false;
    call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (call->fd < 0)
        return fail(err, ERROR_SYSTEM, "no socket: %s", strerror(errno));
    while (connect(call->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        switch (errno) {
        case ENOENT:
        case ECONNREFUSED:
            return fail(err, ERROR_NOT_FOUND, "%s: no process listens there", call->path);
        case EACCES:
        case EPERM:
            return fail(err, ERROR_DENIED, "%s: no right to use it", call->path);
        case EAGAIN: /* its queue is full: there is nothing to wait on but time */
            if (clock_monotonic_ms() >= call->end_ms)
                return fail(err, ERROR_NETWORK, "%s: not accepted in time", call->path);
            usleep(10000);
            break;
        case EINTR:
            break;
        default:
            return fail(err, ERROR_SYSTEM, "%s: %s", call->path, strerror(errno));
        }
    }
    return true;
}

static bool send_all(const struct call *call, struct text bytes, struct error *err)
{
    while (bytes.size > 0) {
        ssize_t sent = send(call->fd, bytes.at, bytes.size, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.at += sent;
            bytes.size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            if (!wait_for(call, POLLOUT, err))
                return false;
        } else if (errno != EINTR) {
            return fail(err, ERROR_NETWORK, "%s: %s", call->path, strerror(errno));
        }
    }
    return true;
}

struct received {
    char *at;
    size_t size;
    size_t space;
};

static bool make_space(struct received *received, struct arena *arena, const char *path,
                       struct error *err)
{
    if (received->size < received->space)
        return true;
    if (received->space >= CONTROL_ANSWER_MAX + 1)
        return fail(err, ERROR_SIZE, "%s: the answer is too large", path);
    size_t space = received->space == 0 ? ANSWER_SPACE_FIRST : received->space * 2;
    if (space > CONTROL_ANSWER_MAX + 1)
        space = CONTROL_ANSWER_MAX + 1;
    char *bigger = arena_alloc(arena, space);
    if (bigger == NULL)
        return fail(err, ERROR_MEMORY, "%s: no memory for the answer", path);
    if (received->size > 0)
        memcpy(bigger, received->at, received->size);
    received->at = bigger;
    received->space = space;
    return true;
}

static bool receive_all(const struct call *call, struct arena *arena, struct received *received,
                        struct error *err)
{
    for (;;) {
        if (!make_space(received, arena, call->path, err))
            return false;
        ssize_t got = recv(call->fd, received->at + received->size,
                           received->space - received->size, 0);
        if (got == 0)
            return true;
        if (got > 0) {
            received->size += (size_t)got;
        } else if (errno == EAGAIN) {
            if (!wait_for(call, POLLIN, err))
                return false;
        } else if (errno == ECONNRESET) {
            return true; /* what is there decides */
        } else if (errno != EINTR) {
            return fail(err, ERROR_NETWORK, "%s: %s", call->path, strerror(errno));
        }
    }
}

static bool converse(struct call *call, struct text request, struct arena *arena,
                     struct received *received, struct error *err)
{
    if (!connect_to(call, err))
        return false;
    if (!send_all(call, request, err) || !send_all(call, TEXT("\n"), err))
        return false;
    if (!receive_all(call, arena, received, err))
        return false;
    if (received->size == 0 || received->at[received->size - 1] != '\n')
        return fail(err, ERROR_NETWORK, "%s: the answer is not complete", call->path);
    return true;
}

bool control_call(const char *path, struct text request, unsigned timeout_ms,
                  struct arena *arena, struct text *answer, struct error *err)
{
    struct call call = {.fd = -1, .end_ms = clock_monotonic_ms() + timeout_ms, .path = path};
    struct received received = {.at = NULL};

    if (request.size >= CONTROL_REQUEST_MAX)
        return fail(err, ERROR_SIZE, "a request of %zu bytes is too large", request.size);
    if (request.size > 0 && memchr(request.at, '\n', request.size) != NULL)
        return fail(err, ERROR_USAGE, "a request is one line");
    bool ok = converse(&call, request, arena, &received, err);
    if (call.fd >= 0)
        close(call.fd);
    if (ok)
        *answer = (struct text){received.at, received.size - 1};
    return ok;
}
