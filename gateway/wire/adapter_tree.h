/*
 * adapter_tree.h - the XML files of an adapter folder as trees that know their lines.
 *
 * They hold elements and text only; an attribute, a second namespace or mixed content is an
 * error. All faults are ERROR_CONFIG and begin with "<file>:<line>: ". Memory is the arena's.
 */
#ifndef WIRE_ADAPTER_TREE_H
#define WIRE_ADAPTER_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#define ADAPTER_NAMESPACE "urn:qiantong:adapter:1"

enum { ADAPTER_FILE_MAX = 4 * 1024 * 1024, ADAPTER_TREE_DEPTH_MAX = 16 };

struct adapter_node {
    const char *name;
    struct text value; /* of a leaf, without white space at its ends; followed by a NUL */
    int line;
    struct adapter_node *first;
    struct adapter_node *next;
};

struct adapter_file {
    const char *name; /* as it stands in messages: "mapping.xml" */
    struct text bytes;
    struct adapter_node *root; /* NULL if only the bytes were read */
};

/* What may stand in an element. */
struct adapter_allowed {
    const char *name;
    unsigned count_min;
    unsigned count_max; /* 0: any number */
};

/* The bytes of folder/name; errors as file_read's. */
MUST_USE bool adapter_bytes(const char *folder, const char *name, struct arena *arena,
                            struct text *bytes, struct error *err);
/* Bytes and tree; the root must bear `root_name` in ADAPTER_NAMESPACE. A missing file too is
 * ERROR_CONFIG. */
MUST_USE bool adapter_file_read(const char *folder, const char *name, const char *root_name,
                                struct arena *arena, struct adapter_file *file,
                                struct error *err);

/* "<file>:<line>: ..." */
bool adapter_fault(const struct adapter_file *file, const struct adapter_node *node,
                   struct error *err, const char *format, ...) PRINTF_LIKE(4, 5);

/* Only these children, each as often as it may. */
MUST_USE bool adapter_children(const struct adapter_file *file, const struct adapter_node *node,
                               const struct adapter_allowed *children, size_t count,
                               struct error *err);
/* First child of this name; NULL. */
const struct adapter_node *adapter_child(const struct adapter_node *node, const char *name);
/* Its text; empty if there is no such child. */
struct text adapter_child_text(const struct adapter_node *node, const char *name);
/* A whole number from `min` to `max`; `standard` if there is no such child. */
MUST_USE bool adapter_child_number(const struct adapter_file *file,
                                   const struct adapter_node *node, const char *name,
                                   uint64_t standard, uint64_t min, uint64_t max,
                                   uint64_t *number, struct error *err);
/* true or false; `standard` if there is no such child. */
MUST_USE bool adapter_child_bool(const struct adapter_file *file,
                                 const struct adapter_node *node, const char *name,
                                 bool standard, bool *value, struct error *err);

#endif
