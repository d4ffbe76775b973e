/*
 * store_create.c - a new LMDB environment, made whole or not at all.
 *
 * LMDB's first writes are not crash-atomic: a machine that stops between them leaves a file
 * that does not open. So a new environment is made in the folder `new` inside its place,
 * flushed, and its file renamed; whoever comes after a crash starts over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/store_lmdb.h"

enum { FOLDER_MODE = 0750, PATH_SIZE = 4096 };

static bool join(char out[PATH_SIZE], const char *folder, const char *name, struct error *err)
{
    int size = snprintf(out, PATH_SIZE, "%s/%s", folder, name);
    if (size < 0 || size >= PATH_SIZE)
        return fail(err, ERROR_CONFIG, "the ledger's path is too long");
    return true;
}

static bool system_fail(const char *what, const char *path, struct error *err)
{
    char text[160];
    snprintf(text, sizeof text, "%s %.100s", what, path);
    return store_lmdb_fail(errno, text, err);
}

/* Files and folders alike: a rename is durable only when its folder is. */
static bool flush(const char *path, struct error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return system_fail("open", path, err);
    bool ok = fsync(file) == 0 || system_fail("flush", path, err);
    close(file);
    return ok;
}

static bool flush_parent(const char *path, struct error *err)
{
    char parent[PATH_SIZE];
    if (!join(parent, path, "..", err))
        return false;
    return flush(parent, err);
}

static bool make_folder(const char *path, struct error *err)
{
    if (mkdir(path, FOLDER_MODE) == 0)
        return flush_parent(path, err);
    return errno == EEXIST || system_fail("create", path, err);
}

static void forget(const char *folder)
{
    char path[PATH_SIZE];
    struct error ignored = ERROR_INIT;
    if (join(path, folder, "data.mdb", &ignored))
        unlink(path);
    if (join(path, folder, "lock.mdb", &ignored))
        unlink(path);
    rmdir(folder);
}

static bool create(const struct store_options *options, const char *data, struct error *err)
{
    char folder[PATH_SIZE];
    char made[PATH_SIZE];
    if (!make_folder(options->path, err) || !join(folder, options->path, "new", err) ||
        !join(made, folder, "data.mdb", err))
        return false;
    forget(folder);
    if (!make_folder(folder, err))
        return false;
    int code = store_lmdb_make(folder, options->map_bytes);
    if (code != 0)
        return store_lmdb_fail(code, "create the ledger", err);
    if (!flush(made, err) || !flush(folder, err))
        return false;
    if (rename(made, data) != 0)
        return system_fail("rename", made, err);
    forget(folder);
    return flush(options->path, err);
}

bool store_lmdb_prepare(const struct store_options *options, struct error *err)
{
    char data[PATH_SIZE];
    struct stat found;
    if (!join(data, options->path, "data.mdb", err))
        return false;
    if (stat(data, &found) == 0)
        return true;
    if (errno != ENOENT)
        return system_fail("find", data, err);
    if (options->read_only)
        return fail(err, ERROR_NOT_FOUND, "there is no ledger in %s", options->path);
    return create(options, data, err);
}
