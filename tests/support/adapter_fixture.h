/*
 * adapter_fixture.h - adapters copied to a folder of their own and changed there, as a person
 * who writes one would.
 */
#ifndef SUPPORT_ADAPTER_FIXTURE_H
#define SUPPORT_ADAPTER_FIXTURE_H

#include "codec_fixture.h"

#include <unistd.h>

#include "crypt/digest.h"
#include "wire/adapter.h"

struct folder {
    char path[64];
};

static inline int open_adapters(void **state)
{
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? open_schemas(state) : -1;
}

static inline void run(const char *command)
{
    if (system(command) != 0)
        stop("command", command);
}

/* Links where they can be made: hundreds of files, of which a test replaces one or two. Nobody
 * writes into a file of the copy; change() puts another in its place. */
static inline struct folder copy_adapter(const char *name)
{
    struct folder folder = {"/tmp/qiantong-adapter-XXXXXX"};

    char command[256];

    assert_non_null(mkdtemp(folder.path));
    snprintf(command, sizeof(command),
             "cp -rl adapters/%s/. %s 2>/dev/null || cp -r adapters/%s/. %s", name, folder.path,
             name, folder.path);
    run(command);
    return folder;
}

static inline void drop_folder(const struct folder *folder)
{
    char command[256];

    snprintf(command, sizeof(command), "rm -rf %s", folder->path);
    run(command);
}

static inline struct text read_path(struct fixture *fixture, const char *folder,
                                    const char *name)
{
    struct text bytes = TEXT_NONE;
    char *path = arena_format(fixture->arena, "%s/%s", folder, name);

    if (!file_read(fixture->arena, path, FILE_MAX, &bytes, &fixture->err))
        stop("error", fixture->err.text);
    return bytes;
}

/* `bytes` with the first `from` replaced. */
static inline struct text replaced(struct fixture *fixture, struct text bytes, const char *from,
                                   const char *to)
{
    const char *at = memmem(bytes.at, bytes.size, from, strlen(from));
    size_t before;
    size_t room = bytes.size + strlen(to);
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, room), room);

    if (at == NULL)
        stop("not found", from);
    before = (size_t)(at - bytes.at);
    buffer_bytes(&buffer, bytes.at, before);
    buffer_string(&buffer, to);
    buffer_bytes(&buffer, at + strlen(from), bytes.size - before - strlen(from));
    return buffer_as_text(&buffer);
}

static inline void change(struct fixture *fixture, const struct folder *folder,
                          const char *name, const char *from, const char *to)
{
    struct text bytes = read_path(fixture, folder->path, name);
    char *path = arena_format(fixture->arena, "%s/%s", folder->path, name);

    if (!file_write_atomic(path, replaced(fixture, bytes, from, to), 0600, &fixture->err))
        stop("error", fixture->err.text);
}

static inline struct adapter *load_adapter(struct fixture *fixture, const char *path)
{
    struct adapter *adapter = NULL;

    if (!adapter_load(path, schemas, &adapter, &fixture->err))
        stop("error", fixture->err.text);
    return adapter;
}

#endif
