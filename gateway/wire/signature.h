/*
 * signature.h - enveloped XML signatures in one closed profile.
 *
 * The grammar (docs/partner.md): the signature is the last element of the
 * root, has one reference with URI="" and signs the whole document except itself. So what is
 * signed is what is processed, and the verified tree is the tree to go on with. The pin decides
 * algorithm, names and certificate; the message only claims. Canonical forms are libxml2's, the
 * rest is OpenSSL's; xmlsec gives a second opinion at every start (signature_xmlsec.h).
 *
 * Any thread; a document belongs to one thread at a time, signers and verifiers are shared.
 */
#ifndef WIRE_SIGNATURE_H
#define WIRE_SIGNATURE_H

#include "base/error.h"
#include "wire/document.h"
#include "wire/keys.h"

/*
 * Appends ds:Signature to the root. The document must not be signed yet and must lie inside the
 * grammar (no comment, no processing instruction, no relative namespace): ERROR_SHAPE.
 * ERROR_CRYPTO, ERROR_MEMORY: the document is as before.
 */
MUST_USE bool signature_sign(struct document *document, const struct signer *signer,
                             struct error *err);

/*
 * Does the document carry a good signature by one of these pins? *used is that pin; whether it
 * counts at this time is verifier_accepts' question. The tree is not changed.
 *
 *   DOCTYPE    declarations in the tree     PIN        KeyInfo is not one of the pins
 *   SHAPE      outside the grammar          ALGORITHM  not the pin's algorithms
 *   REFERENCE  not one reference URI=""     TRANSFORM  not enveloped, then exclusive c14n
 *   SIGNATURE  digest or signature is wrong MEMORY, CRYPTO: no answer
 */
MUST_USE bool signature_verify(struct document *document, const struct verifier *const pins[],
                               size_t pin_count, const struct verifier **used,
                               struct error *err);

#endif
