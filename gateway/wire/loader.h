/*
 * loader.h - the one place through which libxml2 may open anything.
 *
 * Once installed, every request of any library for an external document ends here and is
 * refused, except while the calling thread is loading a schema of ours: then regular files
 * below one folder are served, without following a link out of it, without DOCTYPE, up to
 * LOADER_FILE_MAX bytes.
 */
#ifndef WIRE_LOADER_H
#define WIRE_LOADER_H

#include <stddef.h>

#include "base/error.h"

enum { LOADER_FILE_MAX = 4 * 1024 * 1024 };

/* Once, by wire_start. */
void loader_install(void);

/* From here to loader_close, this thread may read files below `folder` (an absolute path
 * without links, as realpath(3) gives; it must outlive the call). Does not nest. */
void loader_open(const char *folder);
void loader_close(void);

/* How often the loader said no since the start, over all threads; for tests and counters. */
size_t loader_refused_count(void);

#endif
