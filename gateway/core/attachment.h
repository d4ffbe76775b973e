/*
 * attachment.h - files (附件) that documents name: undertakings and legal documents.
 *
 * A document names a file by the SHA-256 of its bytes (attachments/attachment/sha256); the file
 * itself travels beside it, in pieces of one size, and lies once in a ledger, whoever names it
 * (docs/decisions/0018). Nothing here reads a file: these are its bounds and its bytes' places.
 */
#ifndef CORE_ATTACHMENT_H
#define CORE_ATTACHMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/record.h"

enum {
    ATTACHMENT_DIGEST_SIZE = 32,
    ATTACHMENT_PIECE_SIZE = 512 * 1024, /* every piece but the last */
    ATTACHMENT_PIECES_MAX = 128,
    ATTACHMENT_SIZE_MAX = ATTACHMENT_PIECES_MAX * ATTACHMENT_PIECE_SIZE,
    ATTACHMENT_HEAD_SIZE = ATTACHMENT_DIGEST_SIZE + 4 + 4,
    ATTACHMENTS_NAMED_MAX = 32 /* by one document */
};

/* What a file is, told by its first bytes. Stored in ledgers. */
enum attachment_media {
    MEDIA_NONE = 0, /* none that is taken */
    MEDIA_PDF = 1,
    MEDIA_JPEG = 2,
    MEDIA_PNG = 3,
    MEDIA_KINDS
};

enum attachment_media attachment_media_of(struct text begin);
/* "application/pdf"; "application/octet-stream" for none. */
const char *attachment_media_type(unsigned media);

/* Bytes of the piece that begins at `offset` in a file of `total` bytes; 0: none does. */
uint32_t attachment_piece_size(uint32_t total, uint32_t offset);

/* What stands before the bytes of a piece where it is kept, so that it can stand in for no
 * other, and for nothing that somebody else brought. */
void attachment_head(const uint8_t digest[ATTACHMENT_DIGEST_SIZE], uint32_t offset,
                     uint32_t party, unsigned char head[ATTACHMENT_HEAD_SIZE]);

/* The files that a document names, each once, in its order; returns their number. */
size_t attachments_named(const struct record *document,
                         uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE]);

#endif
