/* apply_attachments.c - which files are here, and which entries' documents name them. */
#include <string.h>

#include "ledger/step.h"

static bool put_row(const struct step *step, const struct attachment_row *row)
{
    unsigned char bytes[ROW_ATTACHMENT_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    attachment_row_encode(row, &value);
    return step_put(step, DATABASE_ATTACHMENTS, key_attachment(row->digest), &value);
}

static bool apply_one(const struct step *step, const struct entry_attachment *attachment)
{
    struct attachment_row row;
    bool found;
    if (!rows_get_attachment(step->txn, attachment->digest, &row, &found, step->err))
        return false;
    if (!found)
        row = (struct attachment_row){.seq = 0};
    memcpy(row.digest, attachment->digest, sizeof row.digest);
    if (attachment->change == ATTACHMENT_NAMED) {
        row.named = step->entry->seq;
        row.names++;
    } else if (row.seq != 0) {
        return step_contradiction(step, "a file is kept once");
    } else {
        row.seq = step->entry->seq;
        row.size = attachment->size;
        row.media = attachment->media;
        row.party = step->entry->party;
    }
    return put_row(step, &row) &&
           step_mark(step, DATABASE_MESSAGES, key_message(row.digest, step->entry->seq));
}

bool apply_attachments(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(step->entry, TLV_ATTACHMENT, &at)) != NULL) {
        struct entry_attachment attachment;
        if (!entry_attachment_decode(tlv->bytes, &attachment))
            return step_contradiction(step, "a file does not decode");
        if (!apply_one(step, &attachment))
            return false;
    }
    return true;
}
