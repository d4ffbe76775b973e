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

#endif
