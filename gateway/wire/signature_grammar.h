/*
 * signature_grammar.h - the closed grammar of a signed document, looked at before any
 * cryptography (docs/partner.md). For wire/signature only.
 */
#ifndef WIRE_SIGNATURE_GRAMMAR_H
#define WIRE_SIGNATURE_GRAMMAR_H

#include <libxml/tree.h>

#include "base/error.h"
#include "base/text.h"
#include "wire/keys_internal.h"

#define SIGNATURE_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"

/* The places that matter, found by position, never by search. */
struct signature_parts {
    xmlNodePtr signature;
    struct text canonicalization; /* Algorithm values; they point into the tree */
    struct text method;
    struct text transforms[2];
    struct text digest;
    struct text certificate; /* base64, perhaps with white space */
};

/* ERROR_DOCTYPE: declarations; ERROR_SHAPE: comment, instruction, relative namespace, anything
 * beside the root. For documents that will be signed and those that are. */
MUST_USE bool grammar_check_document(xmlDocPtr xml, size_t *signature_count, struct error *err);

/* Everything that does not depend on who signed. SHAPE REFERENCE TRANSFORM ALGORITHM (a method
 * with content). */
MUST_USE bool grammar_find(xmlDocPtr xml, struct signature_parts *parts, struct error *err);

/* Is this KeyInfo's certificate the key's, byte for byte? */
bool grammar_is_certificate(const struct signature_parts *parts, const struct suite_key *key);

/* Are the names those of the pin? ALGORITHM TRANSFORM. */
MUST_USE bool grammar_check_algorithms(const struct signature_parts *parts,
                                       const struct suite_key *key, struct error *err);

#endif
