/*
 * control.h - the local socket through which operators act.
 *
 * A stream socket in the file system, mode 0660. One request per connection: the client sends
 * one line (JSON by custom; not looked at here) ending in a newline, gets one document ending
 * in a newline, and the connection ends. Who asks is told by the kernel: user, group and
 * process.
 *
 * The server has a thread of its own and asks the callback for one request after another;
 * reading and writing of several clients go on side by side.
 */
#ifndef NET_CONTROL_H
#define NET_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum {
    CONTROL_REQUEST_MAX = 4 * 1024 * 1024, /* with the newline */
    CONTROL_ANSWER_MAX = 16 * 1024 * 1024,
    CONTROL_CLIENTS_MAX = 64,
    CONTROL_PATH_MAX = 107 /* the system's limit for such paths */
};

struct control_peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

/* The answer under construction. */
struct control_answer;

/* Adds to the answer. More than CONTROL_ANSWER_MAX, or no memory: the client gets nothing but
 * the end of the connection. A newline at the very end is added if it is missing. */
void control_answer_add(struct control_answer *answer, struct text part);

struct control_options {
    const char *path;
    /* `request` without its newline; valid during the call. */
    void (*on_request)(void *self, const struct control_peer *peer, struct text request,
                       struct control_answer *answer);
    void *self;
    unsigned read_ms;  /* for the whole request; 0: 5000 */
    unsigned write_ms; /* for the whole answer; 0: 30000 */
};

struct control;

/* A socket file that nobody listens on is replaced. ERROR_BUSY: somebody does. ERROR_CONFIG:
 * the path is too long or is not a socket. ERROR_SYSTEM: directory, rights. */
MUST_USE bool control_start(const struct control_options *options, struct control **control,
                            struct error *err);
/* Ends the connections, removes the socket file, ends the thread. Takes NULL. */
void control_stop(struct control *control);

/*
 * The client's side: sends `request` (no newline in it) and waits for the answer, which lies in
 * `arena` without its last newline. ERROR_NOT_FOUND: nobody listens at `path`. ERROR_DENIED: no
 * right to the socket. ERROR_NETWORK: no whole answer within `timeout_ms`. ERROR_SIZE: the
 * request or the answer is too large. ERROR_USAGE: a newline in the request. ERROR_MEMORY.
 */
MUST_USE bool control_call(const char *path, struct text request, unsigned timeout_ms,
                           struct arena *arena, struct text *answer, struct error *err);

#endif
