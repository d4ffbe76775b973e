/*
 * thread.h - threads of net: they get no signals, so that SIGTERM reaches the main thread and
 * writing to a closed socket is an error code instead of the end of the process.
 */
#ifndef NET_THREAD_H
#define NET_THREAD_H

#include <pthread.h>

#include "base/error.h"

/* `name` of at most 15 characters is what the system's tools show. ERROR_SYSTEM. */
MUST_USE bool thread_start(pthread_t *thread, const char *name, void *(*run)(void *),
                           void *self, struct error *err);

/* Routes the event library's own messages into our log, once; they may quote foreign bytes and
 * are therefore cut down to their level. */
void thread_quiet_events(void);

#endif
