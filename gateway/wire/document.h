/*
 * document.h - untrusted bytes to a tree, under limits, and a tree to bytes.
 *
 * One parse for each message: the tree that is verified is the tree that is validated and read
 * (docs/partner.md). No declaration of a document type is read, no entity
 * but the predefined ones exists, nothing is fetched. The bytes are decoded whole before the
 * parser sees them, so a bad byte is found with its place and the label inside the document
 * cannot switch the parser's encoding.
 *
 * A document belongs to one thread at a time. Error texts hold a line number and a constant
 * reason, never text of the document.
 */
#ifndef WIRE_DOCUMENT_H
#define WIRE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "wire/encoding.h"

enum {
    DOCUMENT_SIZE_DEFAULT = 1024 * 1024,
    DOCUMENT_SIZE_LIMIT = 256 * 1024 * 1024, /* no size_max above it counts */
    DOCUMENT_DEPTH_DEFAULT = 64,
    DOCUMENT_NODES_DEFAULT = 400 * 1000
};

struct document;

/* All zero (or a NULL pointer): the defaults for signed messages. */
struct document_limits {
    size_t size_max;     /* bytes as received; 0: DOCUMENT_SIZE_DEFAULT */
    unsigned depth_max;  /* elements above each other; 0: DOCUMENT_DEPTH_DEFAULT */
    size_t nodes_max;    /* elements, attributes and texts; 0: DOCUMENT_NODES_DEFAULT */
    bool allow_gb;       /* GB labels, all read as GB18030 */
    bool assume_gb;      /* and bytes without a label are GB18030 */
    bool allow_comments; /* configuration files; messages never */
};

/*
 * Errors, in the order of the checks:
 *   SIZE       more bytes than the limit
 *   ENCODING   UTF-16, UTF-32, EBCDIC, a label that is not accepted, bytes that do not fit
 *   ENC_LABEL  a GB label (or assumption) on bytes that are UTF-8 with a non-ASCII character
 *   DOCTYPE    a document type declaration; it was not read
 *   DEPTH      nested too deeply or too many nodes
 *   PARSE      not well-formed (with namespaces: an undeclared prefix, a name that is no URI),
 *              an entity of its own, an XML version other than 1.0
 *   SHAPE      a comment (unless allowed), a processing instruction, xsi:schemaLocation
 *   MEMORY
 */
MUST_USE bool document_parse(struct text bytes, const struct document_limits *limits,
                             struct document **document, struct error *err);
void document_free(struct document *document); /* takes NULL */

/* How the bytes were decoded; UTF-8 for a document we made. */
enum encoding document_encoding(const struct document *document);
/* Local name and namespace (empty: none) of the root; valid as long as the document. */
struct text document_root_name(const struct document *document);
struct text document_root_namespace(const struct document *document);

/* The whole document in UTF-8 with an XML declaration, not re-indented: a signature in it stays
 * valid. Bytes are in the arena. ERROR_MEMORY. */
MUST_USE bool document_write(const struct document *document, struct arena *arena,
                             struct text *bytes, struct error *err);

#endif
