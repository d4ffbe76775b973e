/* export_file.c - put, digest, flush; the first failure stays. */
#include "cli/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/language.h"

enum { PATH_SIZE = 4096 };

struct export_file {
    int fd;
    struct digest_stream *digest;
    struct error failure; /* code ERROR_NONE: none */
    uint64_t size;
    size_t waiting;
    char *path;
    unsigned char bytes[EXPORT_BUFFER_SIZE];
};

static bool system_fail(const char *path, int number, struct error *err)
{
    enum error_code code = ERROR_SYSTEM;

    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        code = ERROR_DISK_FULL;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ERROR_DENIED;
    return fail(err, code, "%s: %s", path, strerror(number));
}

static bool open_file(const char *path, int flags, enum digest_kind kind,
                      struct export_file **out, struct error *err)
{
    struct export_file *file = calloc(1, sizeof(*file));

    *out = NULL;
    if (file == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    file->fd = -1;
    file->path = strdup(path);
    file->digest = digest_stream_new(kind);
    if (file->path == NULL || file->digest == NULL) {
        export_file_drop(file);
        return fail(err, ERROR_MEMORY, _("no memory"));
    }
    file->fd = open(path, O_WRONLY | O_CLOEXEC | flags, EXPORT_FILE_MODE);
    if (file->fd < 0) {
        system_fail(path, errno, err);
        export_file_drop(file);
        return false;
    }
    if (!digest_stream_start(file->digest, err)) {
        export_file_drop(file);
        return false;
    }
    *out = file;
    return true;
}

bool export_file_new(const char *path, enum digest_kind kind, struct export_file **file,
                     struct error *err)
{
    return open_file(path, O_CREAT | O_EXCL, kind, file, err);
}

bool export_file_append(const char *path, enum digest_kind kind, struct export_file **file,
                        struct error *err)
{
    return open_file(path, O_APPEND, kind, file, err);
}

static bool write_all(struct export_file *file, const unsigned char *bytes, size_t size,
                      struct error *err)
{
    while (size > 0) {
        ssize_t written = write(file->fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return system_fail(file->path, written < 0 ? errno : ENOSPC, err);
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

static void flush(struct export_file *file)
{
    size_t waiting = file->waiting;

    file->waiting = 0;
    if (file->failure.code != ERROR_NONE || waiting == 0)
        return;
    if (digest_stream_update(file->digest, file->bytes, waiting, &file->failure) &&
        write_all(file, file->bytes, waiting, &file->failure))
        file->size += waiting;
}

void export_file_put(struct export_file *file, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;

    while (size > 0) {
        size_t room = sizeof(file->bytes) - file->waiting;
        size_t taken = size < room ? size : room;

        memcpy(file->bytes + file->waiting, from, taken);
        file->waiting += taken;
        from += taken;
        size -= taken;
        if (file->waiting == sizeof(file->bytes))
            flush(file);
    }
}

void export_file_text(struct export_file *file, const char *nul_terminated)
{
    export_file_put(file, nul_terminated, strlen(nul_terminated));
}

bool export_file_flush(struct export_file *file, struct error *err)
{
    flush(file);
    if (file->failure.code == ERROR_NONE)
        return true;
    *err = file->failure;
    return false;
}

uint64_t export_file_size(const struct export_file *file)
{
    return file->size + file->waiting;
}

bool export_file_end(struct export_file **file, struct digest *digest, struct error *err)
{
    struct export_file *ending = *file;
    struct digest made;
    bool ok;

    *file = NULL;
    ok = export_file_flush(ending, err) && digest_stream_finish(ending->digest, &made, err);
    if (ok && fsync(ending->fd) != 0)
        ok = system_fail(ending->path, errno, err);
    if (close(ending->fd) != 0 && ok)
        ok = system_fail(ending->path, errno, err);
    ending->fd = -1;
    if (ok && digest != NULL)
        *digest = made;
    export_file_drop(ending);
    return ok;
}

void export_file_drop(struct export_file *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    digest_stream_free(file->digest);
    free(file->path);
    free(file);
}

bool export_folder_sync(const char *path, struct error *err)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0 && fsync(folder) == 0;

    if (!ok)
        system_fail(path, errno, err);
    if (folder >= 0)
        close(folder);
    return ok;
}

bool export_file_rename(const char *made, const char *place, struct error *err)
{
    char above[PATH_SIZE];
    size_t size = strlen(place);
    char *slash;

    while (size > 1 && place[size - 1] == '/')
        size--;
    if (size >= sizeof(above))
        return fail(err, ERROR_USAGE, _("the name is too long"));
    memcpy(above, place, size);
    above[size] = '\0';
    if (renameat2(AT_FDCWD, made, AT_FDCWD, above, RENAME_NOREPLACE) != 0)
        return system_fail(place, errno, err);
    slash = strrchr(above, '/');
    if (slash == NULL)
        return export_folder_sync(".", err);
    slash[slash == above ? 1 : 0] = '\0';
    return export_folder_sync(above, err);
}
