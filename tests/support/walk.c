/*
 * walk.c - a library for LD_PRELOAD that ends a gateway at a named point of its walk.
 *
 * The gateway writes one log line "walk.<point>" at every step of a message's walk, each by one
 * write(2). This library lets the n-th line of one point be written and then ends the process
 * with SIGKILL, so that nothing after that point happens. The gateway itself knows nothing of
 * it.
 *
 *   WALK_EVENT   the point: "walk.durable"; absent: nothing happens
 *   WALK_COUNT   which passage, 1 (default) is the first
 *
 * Any number of threads: lines are counted atomically.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t (*real_write)(int, const void *, size_t);
static char wanted[128];
static size_t wanted_size;
static atomic_long to_go;

/* POSIX lets a function pointer travel through dlsym's object pointer; ISO C has no cast. */
__attribute__((constructor)) static void start(void)
{
    const char *event = getenv("WALK_EVENT");
    const char *count = getenv("WALK_COUNT");
    void *found = dlsym(RTLD_NEXT, "write");
    int size;

    if (found == NULL)
        abort();
    memcpy(&real_write, &found, sizeof(found));
    atomic_store(&to_go, count != NULL ? strtol(count, NULL, 10) : 1);
    if (event == NULL || event[0] == '\0')
        return;
    size = snprintf(wanted, sizeof(wanted), "\"event\":\"%s\"", event);
    if (size > 0 && (size_t)size < sizeof(wanted))
        wanted_size = (size_t)size;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    ssize_t written;

    if (real_write == NULL)
        start();
    written = real_write(file, bytes, size);
    if (wanted_size > 0 && memmem(bytes, size, wanted, wanted_size) != NULL &&
        atomic_fetch_sub(&to_go, 1) == 1) {
        kill(getpid(), SIGKILL);
        pause();
    }
    return written;
}
