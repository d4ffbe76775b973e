/*
 * record.h - a document as plain C: a tree of named fields, whatever format it came in.
 *
 * The national form of every document, and every dialect once its carrier is taken off, is such
 * a tree: groups have children, leaves have text, repeated names are rows. Flows read the few
 * fields they decide on through the typed readers below; everything else passes through, so a
 * new field needs no new code. Leaves are `struct personal` until a typed reader made them
 * something harmless: foreign text cannot slip into a log by accident.
 *
 * All memory is the arena's. Not shared between threads while it is being built.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/personal.h"

enum {
    RECORD_DEPTH_MAX = 16,
    RECORD_FIELDS_MAX = 65536, /* nodes in one document */
    RECORD_NAME_MAX = 64       /* bytes in a field's name */
};

struct record {
    const char *name;      /* NUL terminated */
    struct personal value; /* of a leaf; empty for a group or an empty leaf */
    struct record *first;  /* first child; NULL for a leaf */
    struct record *last;
    struct record *next; /* next sibling */
};

/* NULL: no memory. `name` is kept, not copied: a literal or the arena's. */
MUST_USE struct record *record_new(struct arena *arena, const char *name);
/* Appends a child; `value` is kept, not copied. NULL: no memory. */
MUST_USE struct record *record_add(struct arena *arena, struct record *parent, const char *name,
                                   struct text value);

/* First node at a path of names below `root` ("person/name"); "" is the root. NULL if absent.
 */
const struct record *record_find(const struct record *root, const char *path);
/* The next sibling with the same name, for rows. NULL at the end. */
const struct record *record_same(const struct record *node);
/* How many siblings with this name lie at the path. */
size_t record_count(const struct record *root, const char *path);

/* Typed readers. false: absent, empty or not of the type; *out is then untouched. */
MUST_USE bool record_text(const struct record *root, const char *path, struct text *out);
MUST_USE bool record_money(const struct record *root, const char *path, struct money *out);
MUST_USE bool record_day(const struct record *root, const char *path, struct day *out);
MUST_USE bool record_month(const struct record *root, const char *path, struct month *out);
MUST_USE bool record_number(const struct record *root, const char *path, uint64_t max,
                            uint64_t *out);
/* A rate written as a fraction with at most four decimals, in 1/10000 (0.0800 is 800). */
MUST_USE bool record_rate(const struct record *root, const char *path, int32_t *out);

/* A region, of six digits; 0: none, or what stands there can be no region. */
uint32_t record_region(const struct record *root, const char *path);
/* What is said to be a region, to be compared and refused under its own number: any up to
 * 999999; 0: none. */
uint32_t record_region_said(const struct record *root, const char *path);

/* Canonical bytes, for sealing and for digests: pre-order; each node u16 name size, name, u8
 * kind (0 leaf, 1 group), then u32 value size and value, or u32 child count and the children.
 */
size_t record_encoded_size(const struct record *root);
void record_encode(const struct record *root, struct buffer *buffer);
/* Bounds above; ERROR_PARSE on anything else than what record_encode wrote. Names and values
 * are copied into the arena. */
MUST_USE bool record_decode(struct arena *arena, struct text bytes, struct record **root,
                            struct error *err);
/* Same names, values and order everywhere. */
bool record_equal(const struct record *a, const struct record *b);

#endif
