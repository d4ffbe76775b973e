/*
 * codec_internal.h - elements to records and back inside a larger tree, for the other files of
 * wire/ only.
 */
#ifndef WIRE_CODEC_INTERNAL_H
#define WIRE_CODEC_INTERNAL_H

#include <libxml/tree.h>

#include "wire/codec.h"

/* Like codec_read, for one element of a document. The tree is not changed. */
MUST_USE bool codec_read_element(xmlNodePtr element, struct arena *arena, struct record **root,
                                 struct error *err);

/* Like codec_write, for one element: appends it to `parent`, or makes it the root of `xml` if
 * parent is NULL. On failure nothing was appended. */
MUST_USE bool codec_write_element(xmlDocPtr xml, xmlNodePtr parent, const struct record *root,
                                  const char *space, struct error *err);

#endif
