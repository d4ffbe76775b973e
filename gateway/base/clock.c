/* clock.c - wall time plus an offset that tests and demonstrations may move. */
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { LOOK_AGAIN_MS = 20, OFFSET_TEXT_MAX = 64 };
#define OFFSET_MAX_MS (INT64_C(400) * 366 * 24 * 60 * 60 * 1000)

static char *path; /* written before threads, then read only */
static atomic_int_fast64_t offset_ms;
static atomic_int_fast64_t looked_ms;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

static int64_t read_system(clockid_t which)
{
    struct timespec now;

    CHECK(clock_gettime(which, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool parse_offset(struct text text, int64_t *ms)
{
    bool negative;
    uint64_t size;

    text = text_trim(text);
    negative = text_starts(text, "-");
    if (negative || text_starts(text, "+")) {
        text.at++;
        text.size--;
    }
    if (!text_to_u64(text, &size) || size > (uint64_t)OFFSET_MAX_MS)
        return false;
    *ms = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool read_offset(const char *from, int64_t *ms, struct error *err)
{
    char text[OFFSET_TEXT_MAX];
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    ssize_t size;

    if (fd < 0)
        return fail(err, ERROR_CONFIG, "clock offset file %s: %s", from, strerror(errno));
    do
        size = read(fd, text, sizeof(text));
    while (size < 0 && errno == EINTR);
    close(fd);
    if (size < 0 || !parse_offset((struct text){text, (size_t)size}, ms))
        return fail(err, ERROR_CONFIG,
                    "clock offset file %s must hold one signed number of milliseconds", from);
    return true;
}

bool clock_use_offset_file(const char *offset_path, struct error *err)
{
    int64_t ms = 0;
    char *copy = NULL;

    if (offset_path != NULL) {
        if (!read_offset(offset_path, &ms, err))
            return false;
        copy = strdup(offset_path);
        if (copy == NULL)
            return fail(err, ERROR_MEMORY, "no memory for a path");
    }
    free(path);
    path = copy;
    atomic_store(&offset_ms, ms);
    atomic_store(&looked_ms, clock_monotonic_ms());
    return true;
}

/* A file that is just being replaced, or was damaged, leaves the last good offset in force:
 * time must not jump to another year because somebody saved a file in two steps. */
static void look_again(void)
{
    int64_t now = clock_monotonic_ms();
    struct error ignored = ERROR_INIT;
    int64_t ms;

    if (now - atomic_load(&looked_ms) < LOOK_AGAIN_MS)
        return;
    if (pthread_mutex_trylock(&reading) != 0)
        return; /* another thread is at it */
    atomic_store(&looked_ms, now);
    if (read_offset(path, &ms, &ignored))
        atomic_store(&offset_ms, ms);
    pthread_mutex_unlock(&reading);
}

struct instant clock_now(void)
{
    if (path != NULL)
        look_again();
    return (struct instant){read_system(CLOCK_REALTIME) + atomic_load(&offset_ms)};
}

int64_t clock_monotonic_ms(void)
{
    return read_system(CLOCK_MONOTONIC);
}
