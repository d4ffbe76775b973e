/*
 * canonical.h - exclusive canonical XML (without comments) of a whole tree, by libxml2.
 *
 * The canonicaliser is never given a node set: what must not be in the canonical form is taken
 * out of the tree for that moment and put back at the same place (docs/decisions/0008). So the
 * tree that was canonicalised is the tree that is processed, node by node. For wire/ only.
 */
#ifndef WIRE_CANONICAL_H
#define WIRE_CANONICAL_H

#include <libxml/tree.h>
#include <libxml/xmlIO.h>

#include "base/error.h"
#include "base/text.h"

struct canonical {
    struct text bytes; /* in the buffer */
    xmlOutputBufferPtr buffer;
};

/* The document without one element below the root; NULL: all of it. ERROR_CRYPTO: the library
 * refused the tree; ERROR_MEMORY. */
MUST_USE bool canonical_document(xmlDocPtr xml, xmlNodePtr without, struct canonical *canonical,
                                 struct error *err);
/* An element below the root as the apex of its own canonical form. */
MUST_USE bool canonical_element(xmlNodePtr element, struct canonical *canonical,
                                struct error *err);
void canonical_release(struct canonical *canonical); /* after either, whether it succeeded */

#endif
