/* attachment.c - bounds of files, and which files a document names. */
#include "core/attachment.h"

#include <string.h>

enum attachment_media attachment_media_of(struct text begin)
{
    static const struct {
        struct text begins;
        enum attachment_media media;
    } kinds[] = {
        {{"%PDF-", 5}, MEDIA_PDF},
        {{"\xff\xd8\xff", 3}, MEDIA_JPEG},
        {{"\x89PNG\r\n\x1a\n", 8}, MEDIA_PNG},
    };

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (begin.size >= kinds[i].begins.size &&
            memcmp(begin.at, kinds[i].begins.at, kinds[i].begins.size) == 0)
            return kinds[i].media;
    return MEDIA_NONE;
}

const char *attachment_media_type(unsigned media)
{
    static const char *const types[] = {
        [MEDIA_NONE] = "application/octet-stream",
        [MEDIA_PDF] = "application/pdf",
        [MEDIA_JPEG] = "image/jpeg",
        [MEDIA_PNG] = "image/png",
    };
    _Static_assert(COUNT_OF(types) == MEDIA_KINDS, "every kind has a type");
    return types[media < MEDIA_KINDS ? media : MEDIA_NONE];
}

uint32_t attachment_piece_size(uint32_t total, uint32_t offset)
{
    if (total > ATTACHMENT_SIZE_MAX || offset >= total || offset % ATTACHMENT_PIECE_SIZE != 0)
        return 0;
    return total - offset < ATTACHMENT_PIECE_SIZE ? total - offset : ATTACHMENT_PIECE_SIZE;
}

void attachment_head(const uint8_t digest[ATTACHMENT_DIGEST_SIZE], uint32_t offset,
                     uint32_t party, unsigned char head[ATTACHMENT_HEAD_SIZE])
{
    struct buffer buffer = buffer_over(head, ATTACHMENT_HEAD_SIZE);

    buffer_bytes(&buffer, digest, ATTACHMENT_DIGEST_SIZE);
    buffer_u32(&buffer, offset);
    buffer_u32(&buffer, party);
    CHECK(!buffer.overflow && buffer.size == ATTACHMENT_HEAD_SIZE);
}

static bool is_among(uint8_t digests[][ATTACHMENT_DIGEST_SIZE], size_t count,
                     const uint8_t digest[ATTACHMENT_DIGEST_SIZE])
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(digests[i], digest, ATTACHMENT_DIGEST_SIZE) == 0)
            return true;
    return false;
}

size_t attachments_named(const struct record *document,
                         uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE])
{
    const struct record *named = record_find(document, "attachments/attachment");
    size_t count = 0;

    for (; named != NULL && count < ATTACHMENTS_NAMED_MAX; named = record_same(named)) {
        struct text digest;

        if (record_text(named, "sha256", &digest) &&
            hex_decode(digest, digests[count], ATTACHMENT_DIGEST_SIZE) &&
            !is_among(digests, count, digests[count]))
            count++;
    }
    return count;
}
