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

#define SIGNATURE_NAMESPACE      "http://www.w3.org/2000/09/xmldsig#"
#define SIGNATURE_ENVELOPED      "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define SIGNATURE_EXCLUSIVE_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

/* The places that matter, found by position, never by search. */
struct signature_parts {
    xmlNodePtr signature;
    xmlNodePtr signed_info;
    struct text canonicalization; /* Algorithm values; they point into the tree */
    struct text method;
    struct text transforms[2];
    struct text digest;
    struct text digest_value; /* base64, perhaps with white space */
    struct text signature_value;
    struct text certificate;
};

/* ERROR_DOCTYPE: declarations; ERROR_SHAPE: comment, instruction, relative namespace, anything
 * beside the root. For documents that will be signed and those that are. */
MUST_USE bool grammar_check_document(xmlDocPtr xml, size_t *signature_count, struct error *err);

/* Everything that does not depend on who signed. SHAPE REFERENCE TRANSFORM ALGORITHM (a method
 * with content). */
MUST_USE bool grammar_find(xmlDocPtr xml, struct signature_parts *parts, struct error *err);

/* The pin whose certificate KeyInfo carries, byte for byte; and the names are those of the pin.
 * PIN ALGORITHM TRANSFORM. */
MUST_USE bool grammar_find_pin(const struct signature_parts *parts,
                               const struct verifier *const pins[], size_t pin_count,
                               const struct verifier **pin, struct error *err);

#endif
