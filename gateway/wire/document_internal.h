/*
 * document_internal.h - the tree inside a document, for the other files of wire/ only.
 */
#ifndef WIRE_DOCUMENT_INTERNAL_H
#define WIRE_DOCUMENT_INTERNAL_H

#include <libxml/tree.h>

#include "wire/document.h"

/* The tree; it stays the document's. */
xmlDocPtr document_xml(const struct document *document);
/* Takes the tree, also when it fails; NULL: out of memory, the tree is freed. */
MUST_USE struct document *document_adopt(xmlDocPtr xml);

/* What one walk over a tree found. Lines are 0 where there is no such thing. */
struct document_survey {
    size_t node_count;      /* elements, attributes, texts, at most nodes_max + 1 */
    unsigned depth;         /* at most depth_max + 1 */
    size_t signature_count; /* elements ds:Signature */
    bool has_comment;
    bool has_instruction;        /* processing instruction */
    bool has_foreign_node;       /* DTD, entity reference, anything else */
    bool has_schema_location;    /* xsi:schemaLocation, xsi:noNamespaceSchemaLocation */
    bool has_relative_namespace; /* which canonicalisation cannot handle */
    long line;                   /* of the last of these findings */
};

/* Walks without recursion and stops where a limit is passed: false then. */
bool document_walk(xmlDocPtr xml, unsigned depth_max, size_t nodes_max,
                   struct document_survey *survey);

#endif
