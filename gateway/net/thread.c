#include "net/thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "base/log.h"

static pthread_once_t quiet_once = PTHREAD_ONCE_INIT;

bool thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *self,
                  struct error *err)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    /* Faults of the thread itself stay deliverable, or sanitizers and cores lose their sense.
     */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int code = pthread_create(thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        return fail(err, ERROR_SYSTEM, "no thread for %s: %s", name, strerror(code));
    pthread_setname_np(*thread, name);
    return true;
}

static void drop_message(int severity, const char *message)
{
    (void)message;
    if (severity == EVENT_LOG_ERR)
        log_error("net.event_library", "severity=%d", severity);
    else if (severity == EVENT_LOG_WARN)
        log_debug("net.event_library", "severity=%d", severity);
}

static void set_log(void)
{
    event_set_log_callback(drop_message);
}

void thread_quiet_events(void)
{
    pthread_once(&quiet_once, set_log);
}
