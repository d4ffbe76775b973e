/*
 * full.c - a library for LD_PRELOAD that makes a disk full for as long as a file exists.
 *
 *   FULL_FILE     a piece of the paths that cannot grow ("data.mdb", "/folder/out/")
 *   FULL_SWITCH   while this file exists, writing to them fails with ENOSPC
 *
 * Any number of threads; it keeps no state. tests/support/fault.c fails one chosen call once
 * and is for single-threaded programs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*pwrite)(int, const void *, size_t, off_t);
    ssize_t (*pwritev)(int, const struct iovec *, int, off_t);
    int (*ftruncate)(int, off_t);
} real;

static void find(const char *name, void *pointer, size_t size)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL || size != sizeof(found))
        abort();
    memcpy(pointer, &found, size);
}

__attribute__((constructor)) static void start(void)
{
    find("write", &real.write, sizeof(real.write));
    find("pwrite", &real.pwrite, sizeof(real.pwrite));
    find("pwritev", &real.pwritev, sizeof(real.pwritev));
    find("ftruncate", &real.ftruncate, sizeof(real.ftruncate));
}

static bool is_full(int file)
{
    const char *switched = getenv("FULL_SWITCH");
    const char *piece = getenv("FULL_FILE");
    char link[64];
    char path[4096];
    ssize_t size;

    if (switched == NULL || piece == NULL || access(switched, F_OK) != 0)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    size = readlink(link, path, sizeof(path) - 1);
    if (size < 0)
        return false;
    path[size] = '\0';
    return strstr(path, piece) != NULL;
}

static int no_space(void)
{
    errno = ENOSPC;
    return -1;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return is_full(file) ? no_space() : real.write(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at)
{
    return is_full(file) ? no_space() : real.pwrite(file, bytes, size, at);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at)
{
    return is_full(file) ? no_space() : real.pwritev(file, parts, count, at);
}

int ftruncate(int file, off_t size)
{
    return is_full(file) ? no_space() : real.ftruncate(file, size);
}
