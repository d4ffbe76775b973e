/*
 * attachments.h - files that documents name: brought in pieces, read by our own core.
 *
 *   PUT /v1/attachments/DIGEST?offset=N&size=TOTAL   a piece; an empty one asks what is here
 *   GET /v1/attachments/DIGEST                       our core: what is here
 *   GET /v1/attachments/DIGEST?offset=N              our core: the piece that begins there
 *
 * DIGEST is the SHA-256 of the file in lower-case hexadecimal. What is here is told in one
 * line, "partial RECEIVED TOTAL" or "whole TOTAL TOTAL". Each piece but the last has
 * ATTACHMENT_PIECE_SIZE bytes; memory is that of one piece. Why so: docs/decisions/0018.
 *
 *   worker   attachments_take: bounds, kind, head, digest, sealed
 *   writer   the piece is durable
 *   worker   all there: read back piece by piece, the digest compared
 *   writer   the file is journaled, or gone
 */
#ifndef GATE_ATTACHMENTS_H
#define GATE_ATTACHMENTS_H

#include "core/attachment.h"
#include "gate/exchange.h"

#define ATTACHMENTS_PATH "/v1/attachments/"

enum { ATTACHMENT_HEX_SIZE = 2 * ATTACHMENT_DIGEST_SIZE + 1 };

void attachments_take(struct job *exchange);  /* a PUT */
void attachments_fetch(struct job *exchange); /* a GET */

/* The piece at `offset` of a file that is here, in the arena. ERROR_NOT_FOUND: none begins
 * there, or its bytes are no longer kept. */
MUST_USE bool attachments_open(struct gate *gate, const struct attachment_row *row,
                               uint32_t offset, struct arena *arena, struct text *bytes,
                               struct error *err);

#endif
