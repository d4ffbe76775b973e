/*
 * settings.h - configuration files to plain records, without deciding anything.
 *
 * The files are ours, but they are read through the same hardened parser as messages, only with
 * comments allowed. Our configuration schemas use elements alone, so a record holds everything
 * a file says; what it means is gate's question.
 */
#ifndef WIRE_SETTINGS_H
#define WIRE_SETTINGS_H

#include "base/arena.h"
#include "base/error.h"
#include "core/record.h"

enum { SETTINGS_FILE_MAX = 1024 * 1024 };

/*
 * Reads `path`, checks it against the schema at `schema_path` and gives its root in the arena.
 * Values are trimmed of white space at both ends, as the schemas' types are. After wire_start.
 * ERROR_CONFIG with file, line and element, never a value: the file may hold secrets by
 * mistake. ERROR_MEMORY.
 */
MUST_USE bool settings_read_record(const char *path, const char *schema_path,
                                   struct arena *arena, struct record **root,
                                   struct error *err);

#endif
