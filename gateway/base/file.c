/* file.c - reading under a bound, writing so that no half file is ever seen. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail_system(struct error *err, const char *doing, const char *path)
{
    enum error_code code = ERROR_SYSTEM;

    if (errno == ENOENT || errno == ENOTDIR)
        code = ERROR_NOT_FOUND;
    else if (errno == EACCES || errno == EPERM)
        code = ERROR_DENIED;
    else if (errno == ENOSPC || errno == EDQUOT)
        code = ERROR_DISK_FULL;
    return fail(err, code, "%s %s: %s", doing, path, strerror(errno));
}

/* Reads until `size` bytes are there or the file ends. */
static bool read_up_to(int fd, char *to, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        ssize_t now = read(fd, to + *got, size - *got);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return false;
        if (now == 0)
            return true;
        *got += (size_t)now;
    }
    return true;
}

static bool read_open(struct arena *arena, int fd, const char *path, size_t size_max,
                      struct text *bytes, struct error *err)
{
    size_t room = size_max;
    struct stat facts;
    size_t got;
    char *to;

    if (fstat(fd, &facts) != 0)
        return fail_system(err, "cannot read", path);
    /* Pipes and /proc do not tell their size beforehand. */
    if (S_ISREG(facts.st_mode) && facts.st_size > 0)
        room = (size_t)facts.st_size;
    if (room > size_max)
        return fail(err, ERROR_SIZE, "%s is larger than %zu bytes", path, size_max);
    to = room < SIZE_MAX ? arena_alloc(arena, room + 1) : NULL;
    if (to == NULL)
        return fail(err, ERROR_MEMORY, "no memory to read %s", path);
    /* The byte for the NUL also tells whether there is more than we have room for. */
    if (!read_up_to(fd, to, room + 1, &got))
        return fail_system(err, "cannot read", path);
    if (got > room)
        return fail(err, ERROR_SIZE, "%s is larger than %zu bytes", path, room);
    to[got] = '\0';
    *bytes = (struct text){to, got};
    return true;
}

bool file_read(struct arena *arena, const char *path, size_t size_max, struct text *bytes,
               struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool ok;

    if (fd < 0)
        return fail_system(err, "cannot open", path);
    ok = read_open(arena, fd, path, size_max, bytes, err);
    close(fd);
    return ok;
}

static bool write_all(int fd, struct text bytes)
{
    while (bytes.size > 0) {
        ssize_t now = write(fd, bytes.at, bytes.size);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return false;
        bytes.at += now;
        bytes.size -= (size_t)now;
    }
    return true;
}

/* Writes, syncs and closes the new file. */
static bool fill(int fd, struct text bytes, mode_t mode)
{
    bool ok = write_all(fd, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int saved = errno;

    if (close(fd) != 0 && ok)
        return false;
    errno = saved;
    return ok;
}

static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    bool ok;
    int fd;

    if (slash == path)
        memcpy(folder, "/", 2);
    else if (slash != NULL)
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

bool file_write_atomic(const char *path, struct text bytes, mode_t mode, struct error *err)
{
    char beside[PATH_MAX];
    int size = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    int fd;

    if (size < 0 || (size_t)size >= sizeof(beside))
        return fail(err, ERROR_SYSTEM, "a path of more than %d bytes", PATH_MAX);
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return fail_system(err, "cannot write beside", path);
    if (!fill(fd, bytes, mode) || rename(beside, path) != 0) {
        fail_system(err, "cannot write", path);
        unlink(beside);
        return false;
    }
    if (!sync_folder_of(path))
        return fail_system(err, "cannot sync the folder of", path);
    return true;
}

bool file_read_plain(struct arena *arena, const char *path, size_t size_max, struct text *bytes,
                     struct error *err)
{
    /* A pipe without a writer would keep open() waiting. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    struct stat facts;
    bool ok;

    if (fd < 0 && (errno == ELOOP || errno == ENXIO))
        return fail(err, ERROR_VALUE, "%s is not a plain file", path);
    if (fd < 0)
        return fail_system(err, "cannot open", path);
    if (fstat(fd, &facts) != 0)
        ok = fail_system(err, "cannot read", path);
    else if (!S_ISREG(facts.st_mode))
        ok = fail(err, ERROR_VALUE, "%s is not a plain file", path);
    else
        ok = read_open(arena, fd, path, size_max, bytes, err);
    close(fd);
    return ok;
}

bool file_write_new(const char *path, struct text bytes, mode_t mode, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fail_system(err, "cannot write", path);
    if (!fill(fd, bytes, mode)) {
        fail_system(err, "cannot write", path);
        unlink(path);
        return false;
    }
    return true;
}

bool file_rename(const char *from, const char *to, struct error *err)
{
    if (rename(from, to) != 0)
        return fail_system(err, "cannot rename", from);
    if (!sync_folder_of(to) || !sync_folder_of(from))
        return fail_system(err, "cannot sync the folders of", to);
    return true;
}

bool file_remove(const char *path, struct error *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_system(err, "cannot remove", path);
    return sync_folder_of(path) || fail_system(err, "cannot sync the folder of", path);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool file_list(struct arena *arena, const char *folder, size_t count_max, const char ***names,
               size_t *count, struct error *err)
{
    const char **list = arena_alloc(arena, count_max * sizeof(*list));
    struct dirent *entry;
    DIR *open_folder;

    *count = 0;
    *names = list;
    if (list == NULL)
        return fail(err, ERROR_MEMORY, "no memory to list %s", folder);
    open_folder = opendir(folder);
    if (open_folder == NULL)
        return fail_system(err, "cannot list", folder);
    while (*count < count_max && (entry = readdir(open_folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        list[*count] = arena_copy(arena, text_of(entry->d_name)).at;
        if (list[*count] == NULL) {
            closedir(open_folder);
            return fail(err, ERROR_MEMORY, "no memory to list %s", folder);
        }
        ++*count;
    }
    closedir(open_folder);
    qsort(list, *count, sizeof(*list), by_bytes);
    return true;
}
