/*
 * fault.c - a library for LD_PRELOAD between a program and its disk.
 *
 * It counts the writes and flushes of one file, fails one of them once, and records them all,
 * so that any moment at which the machine could have stopped can be played again.
 *
 *   FAULT_FILE      end of the paths that count ("data.mdb")
 *   FAULT_AT        fail the n-th call, writes and flushes counted together, 0 or absent: none
 *   FAULT_ERROR     EIO (default) or ENOSPC
 *   FAULT_LOG       record into this file
 *
 * Record: struct fault_record (tests/support/fault.h), then the bytes of a write. A write to a
 * descriptor opened with O_DSYNC is a write and its own flush: LMDB writes its meta page so.
 * Single-threaded programs only.
 */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PARTS_MAX = 1024 };

static struct {
    int (*fdatasync)(int);
    int (*fsync)(int);
    ssize_t (*pwrite)(int, const void *, size_t, off_t);
    ssize_t (*pwritev)(int, const struct iovec *, int, off_t);
    ssize_t (*writev)(int, const struct iovec *, int);
} real;
static const char *file_end;
static unsigned long fail_at;
static unsigned long calls;
static bool failed;
static int fail_with = EIO;
static int log_file = -1;

/* POSIX lets a function pointer travel through dlsym's object pointer; ISO C has no cast. */
static void find(const char *name, void *pointer, size_t size)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL || size != sizeof found)
        abort();
    memcpy(pointer, &found, size);
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAULT_AT");
    const char *with = getenv("FAULT_ERROR");
    const char *log = getenv("FAULT_LOG");

    find("fdatasync", &real.fdatasync, sizeof real.fdatasync);
    find("fsync", &real.fsync, sizeof real.fsync);
    find("pwrite", &real.pwrite, sizeof real.pwrite);
    find("pwritev", &real.pwritev, sizeof real.pwritev);
    find("writev", &real.writev, sizeof real.writev);
    file_end = getenv("FAULT_FILE");
    fail_at = at ? strtoul(at, NULL, 10) : 0;
    if (with && strcmp(with, "ENOSPC") == 0)
        fail_with = ENOSPC;
    if (log)
        log_file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
}

static bool counts(int file)
{
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path);
    size_t end = file_end ? strlen(file_end) : 0;
    return end > 0 && size >= (ssize_t)end && memcmp(path + size - end, file_end, end) == 0;
}

static void record(enum fault_kind kind, const struct iovec *parts, int count, uint64_t offset)
{
    struct fault_record head = {.kind = kind, .offset = offset};
    struct iovec all[PARTS_MAX + 1] = {{&head, sizeof head}};
    if (log_file < 0)
        return;
    if (count > PARTS_MAX)
        abort();
    for (int i = 0; i < count; i++) {
        all[i + 1] = parts[i];
        head.size += parts[i].iov_len;
    }
    if (real.writev(log_file, all, count + 1) != (ssize_t)(sizeof head + head.size))
        abort();
}

/* Is it this call's turn to fail? */
static bool turn(void)
{
    if (++calls != fail_at)
        return false;
    failed = true;
    errno = fail_with;
    return true;
}

bool fault_fired(void)
{
    return failed;
}

void fault_acknowledge(uint64_t number)
{
    record(FAULT_ACKNOWLEDGED, NULL, 0, number);
}

static int flush(int file, int (*how)(int))
{
    if (!counts(file))
        return how(file);
    if (turn())
        return -1;
    int result = how(file);
    if (result == 0)
        record(FAULT_FLUSH, NULL, 0, 0);
    return result;
}

int fdatasync(int file)
{
    return flush(file, real.fdatasync);
}

int fsync(int file)
{
    return flush(file, real.fsync);
}

static enum fault_kind kind_of(int file)
{
    return fcntl(file, F_GETFL) & O_DSYNC ? FAULT_DURABLE_WRITE : FAULT_WRITE;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    union {
        const void *in;
        void *out;
    } at = {.in = bytes};
    struct iovec part = {at.out, size};
    if (counts(file)) {
        if (turn())
            return -1;
        record(kind_of(file), &part, 1, (uint64_t)offset);
    }
    return real.pwrite(file, bytes, size, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    if (counts(file)) {
        if (turn())
            return -1;
        record(kind_of(file), parts, count, (uint64_t)offset);
    }
    return real.pwritev(file, parts, count, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    if (counts(file)) {
        if (turn())
            return -1;
        record(kind_of(file), parts, count, (uint64_t)lseek(file, 0, SEEK_CUR));
    }
    return real.writev(file, parts, count);
}

/* The same calls under the names of programs compiled for large files. */
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return pwrite(file, bytes, size, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(file, parts, count, offset);
}
