/* config_read.c - elements to C values, each with an error that a person can act on. */
#include "gate/config_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/settings.h"

bool config_file_open(struct arena *arena, const char *path, const char *schema_path,
                      struct config_file *file, struct error *err)
{
    const char *slash = strrchr(path, '/');
    struct record *root = NULL;

    *file = (struct config_file){.path = path, .folder = ".", .arena = arena};
    if (slash != NULL)
        file->folder = arena_format(arena, "%.*s", slash == path ? 1 : (int)(slash - path),
                                    path);
    if (file->folder == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the configuration");
    if (!settings_read_record(path, schema_path, arena, &root, err))
        return false;
    file->root = root;
    return true;
}

struct config_file config_file_at(const struct config_file *file, const struct record *group)
{
    struct config_file at = *file;

    at.root = group;
    return at;
}

bool config_wrong(const struct config_file *file, const char *element, struct error *err,
                  const char *format, ...)
{
    char reason[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    return fail(err, ERROR_CONFIG, "%s: %s: %s", file->path, element, reason);
}

static bool no_memory(struct error *err)
{
    return fail(err, ERROR_MEMORY, "no memory for the configuration");
}

bool config_text_if(const struct config_file *file, const char *element, const char **out,
                    struct error *err)
{
    struct text value;
    struct text copy;

    *out = NULL;
    if (!record_text(file->root, element, &value))
        return true;
    copy = arena_copy(file->arena, value);
    *out = copy.at;
    return copy.at != NULL || no_memory(err);
}

bool config_text(const struct config_file *file, const char *element, const char **out,
                 struct error *err)
{
    if (!config_text_if(file, element, out, err))
        return false;
    return *out != NULL || config_wrong(file, element, err, "missing or empty");
}

bool config_number(const struct config_file *file, const char *element, uint64_t least,
                   uint64_t most, uint64_t otherwise, uint64_t *out, struct error *err)
{
    struct text value;

    *out = otherwise;
    if (!record_text(file->root, element, &value))
        return true;
    if (!text_to_u64(value, out) || *out < least || *out > most)
        return config_wrong(file, element, err, "not a number from %llu to %llu",
                            (unsigned long long)least, (unsigned long long)most);
    return true;
}

bool config_truth(const struct config_file *file, const char *element, bool otherwise,
                  bool *out, struct error *err)
{
    struct text value;

    *out = otherwise;
    if (!record_text(file->root, element, &value))
        return true;
    *out = text_is(value, "true");
    return *out || text_is(value, "false") ||
           config_wrong(file, element, err, "neither true nor false");
}

bool config_instant(const struct config_file *file, const char *element, struct instant *out,
                    struct error *err)
{
    struct text value;

    *out = (struct instant){0};
    if (!record_text(file->root, element, &value))
        return true;
    return instant_parse(value, out) ||
           config_wrong(file, element, err, "not a time with its zone");
}

bool config_day(const struct config_file *file, const char *element, struct day *out,
                struct error *err)
{
    return record_day(file->root, element, out) ||
           config_wrong(file, element, err, "not a date");
}

bool config_path(const struct config_file *file, const char *element, const char **out,
                 struct error *err)
{
    if (!config_text(file, element, out, err))
        return false;
    if ((*out)[0] == '/')
        return true;
    *out = arena_format(file->arena, "%s/%s", file->folder, *out);
    return *out != NULL || no_memory(err);
}

static bool status_of(const struct config_file *file, const char *element, const char *path,
                      struct stat *status, struct error *err)
{
    if (stat(path, status) == 0)
        return true;
    return config_wrong(file, element, err, "%s: %s", path, strerror(errno));
}

bool config_need_file(const struct config_file *file, const char *element, const char *path,
                      struct error *err)
{
    struct stat status;

    if (!status_of(file, element, path, &status, err))
        return false;
    if (!S_ISREG(status.st_mode))
        return config_wrong(file, element, err, "%s: not a file", path);
    if (access(path, R_OK) != 0)
        return config_wrong(file, element, err, "%s: %s", path, strerror(errno));
    return true;
}

bool config_need_folder(const struct config_file *file, const char *element, const char *path,
                        struct error *err)
{
    struct stat status;

    if (!status_of(file, element, path, &status, err))
        return false;
    return S_ISDIR(status.st_mode) ||
           config_wrong(file, element, err, "%s: not a folder", path);
}

bool config_need_secret(const struct config_file *file, const char *element, const char *path,
                        struct error *err)
{
    struct stat status;

    if (!config_need_file(file, element, path, err) ||
        !status_of(file, element, path, &status, err))
        return false;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return config_wrong(file, element, err, "%s: open to group or others; chmod 600", path);
    return true;
}

void config_digest_record(struct config_parts *parts, const struct record *root)
{
    record_encode(root, &parts->digested);
}
