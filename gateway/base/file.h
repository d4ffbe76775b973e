/*
 * file.h - whole files in and out.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

/* The file's bytes in the arena, followed by a NUL that .size does not count. ERROR_NOT_FOUND;
 * ERROR_SIZE above `size_max`; ERROR_DENIED without the right to read; ERROR_SYSTEM. */
MUST_USE bool file_read(struct arena *arena, const char *path, size_t size_max,
                        struct text *bytes, struct error *err);
/* All or nothing, also across a loss of power: a new file beside it, synced, then renamed over
 * `path`, then the folder synced. `mode` as given, whatever the umask. On failure `path` is as
 * it was (or, if only the last sync failed, already new). ERROR_NOT_FOUND (no such folder);
 * ERROR_DENIED; ERROR_DISK_FULL; ERROR_SYSTEM. */
MUST_USE bool file_write_atomic(const char *path, struct text bytes, mode_t mode,
                                struct error *err);

/* As file_read, for a folder that others write into: only a plain file. ERROR_VALUE for a link,
 * a folder, a pipe or a device, none of which is followed, opened or waited for. */
MUST_USE bool file_read_plain(struct arena *arena, const char *path, size_t size_max,
                              struct text *bytes, struct error *err);

/* The two halves of file_write_atomic, for who must do something in between. A new file,
 * written and synced; one of this name is overwritten. On failure none is left. */
MUST_USE bool file_write_new(const char *path, struct text bytes, mode_t mode,
                             struct error *err);
/* Renames within one file system, over what stands there, and syncs both folders. */
MUST_USE bool file_rename(const char *from, const char *to, struct error *err);
/* Removes a file and syncs its folder. One that is not there is no error. */
MUST_USE bool file_remove(const char *path, struct error *err);

/* The names in a folder in ascending order (strcmp), at most `count_max` of them, in the arena;
 * without "." and "..". Which are left out when there are more is not defined. */
MUST_USE bool file_list(struct arena *arena, const char *folder, size_t count_max,
                        const char ***names, size_t *count, struct error *err);

#endif
