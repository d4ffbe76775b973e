/*
 * export_file.h - a file that is written once, from its beginning to its end, and digested on
 * the way; for exports and backups.
 *
 * What is put waits in memory until flushed, so that a slow disk is met between two looks at
 * the ledger and not within one. The first failure is kept: later puts do nothing, and the
 * next flush or end tells it. One thread.
 */
#ifndef CLI_EXPORT_FILE_H
#define CLI_EXPORT_FILE_H

#include "base/error.h"
#include "base/text.h"
#include "crypt/digest.h"

enum { EXPORT_FILE_MODE = 0640, EXPORT_BUFFER_SIZE = 1024 * 1024 };

struct export_file;

/* A file that does not exist yet. ERROR_SYSTEM, ERROR_DENIED, ERROR_DISK_FULL, ERROR_MEMORY. */
MUST_USE bool export_file_new(const char *path, enum digest_kind kind,
                              struct export_file **file, struct error *err);
/* The same, at the end of a file that is there; size and digest count what is added. */
MUST_USE bool export_file_append(const char *path, enum digest_kind kind,
                                 struct export_file **file, struct error *err);
void export_file_put(struct export_file *file, const void *bytes, size_t size);
void export_file_text(struct export_file *file, const char *nul_terminated);
/* Hands what waits to the system. */
MUST_USE bool export_file_flush(struct export_file *file, struct error *err);
uint64_t export_file_size(const struct export_file *file);
/* Flushes, syncs, closes and frees, also after a failure; *file becomes NULL. `digest` may be
 * NULL. */
MUST_USE bool export_file_end(struct export_file **file, struct digest *digest,
                              struct error *err);
/* What was made under another name, file or folder, into its place, durable. Never over a file
 * or a folder that is not empty. */
MUST_USE bool export_file_rename(const char *made, const char *place, struct error *err);
MUST_USE bool export_folder_sync(const char *path, struct error *err);
/* Takes NULL: closes and frees; what was written stays where it is. */
void export_file_drop(struct export_file *file);

#endif
