/*
 * signature_xmlsec.h - the same question as signature_verify, answered by xmlsec.
 *
 * Not in a message's way: the self test at start and the tests ask both and compare
 * (docs/decisions/0008). Grammar and pin are the same code; canonical forms, digest and
 * signature are made another way: over node sets and through xmlsec's transforms.
 */
#ifndef WIRE_SIGNATURE_XMLSEC_H
#define WIRE_SIGNATURE_XMLSEC_H

#include "wire/signature.h"

MUST_USE bool signature_verify_xmlsec(struct document *document,
                                      const struct verifier *const pins[], size_t pin_count,
                                      const struct verifier **used, struct error *err);

#endif
