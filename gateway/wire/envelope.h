/*
 * envelope.h - the signed message: schemas/envelope.xsd to struct message and back; receipts.
 *
 *   Message/Header {MessageId CaseId InReplyTo? From To Flow Action Revision SentAt AnswerBy?
 *   Checkpoint?}, Message/Body {one element; attributes dialect="national",
 * schema="<namespace>"}, ds:Signature last. Namespace urn:qiantong:envelope:1.
 */
#ifndef WIRE_ENVELOPE_H
#define WIRE_ENVELOPE_H

#include "core/message.h"
#include "crypt/digest.h"
#include "wire/codec.h"
#include "wire/signature.h"

struct envelope_limits {
    size_t size_max; /* bytes; default 1 MiB */
};

/*
 * Bytes to a verified message, in this order: size, parse,
 * grammar, pin, signature, post-checks, envelope schema, header fields, national schema of the
 * body, record. Errors: SIZE ENCODING PARSE DOCTYPE DEPTH SHAPE PIN ALGORITHM TRANSFORM
 * REFERENCE SIGNATURE SCHEMA UNKNOWN_FLOW HEADER VALUE. *stage tells how far it got, for the
 * answer: before ENVELOPE_HEADER_HELD the MessageId is not used up (foundations 8).
 */
enum envelope_stage {
    ENVELOPE_NOTHING,
    ENVELOPE_SIGNED,     /* the signature held */
    ENVELOPE_HEADER_HELD /* header fields read; message->message_id etc. are valid */
};

MUST_USE bool envelope_open(const struct wire_schemas *schemas,
                            const struct envelope_limits *limits, struct text bytes,
                            const struct verifier *const pins[], size_t pin_count,
                            struct arena *arena, struct message *message,
                            const struct verifier **used, enum envelope_stage *stage,
                            struct error *err);

/* Message to signed bytes: codec_write, schema check of envelope and national body (a message
 * of ours that does not pass is our mistake or a core's: ERROR_SCHEMA), signature, serialised
 * once. UTF-8. */
MUST_USE bool envelope_seal(const struct wire_schemas *schemas, const struct message *message,
                            const struct signer *signer, struct arena *arena,
                            struct text *bytes, struct error *err);

/* Receipt body (element `receipt` in the envelope's namespace, action `receipt`). */
MUST_USE struct record *receipt_to_record(const struct receipt *receipt, struct arena *arena);
MUST_USE bool receipt_from_record(const struct record *record, struct receipt *receipt,
                                  struct error *err);

#endif
