/* meta.c - the rows of database `meta`: format, origin, head, anchor, person_cases. */
#include <string.h>

#include "ledger/internal.h"

static const struct text format_key = {"format", 6};
static const struct text origin_key = {"origin", 6};
static const struct text head_key = {"head", 4};
static const struct text anchor_key = {"anchor", 6};
static const struct text filling_key = {"person_cases", 12};

void head_encode(const struct ledger_head *head, struct buffer *buffer)
{
    buffer_u8(buffer, ROW_LAYOUT);
    buffer_u64(buffer, head->next_seq);
    buffer_bytes(buffer, head->leaf, sizeof head->leaf);
    buffer_u64(buffer, (uint64_t)head->wall.ms);
    buffer_u32(buffer, head->boots);
    tree_encode(&head->tree, buffer);
}

bool head_decode(struct text bytes, struct ledger_head *head, struct error *err)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    uint8_t layout = reader_u8(&reader);
    head->next_seq = reader_u64(&reader);
    reader_copy(&reader, head->leaf, sizeof head->leaf);
    uint64_t wall = reader_u64(&reader);
    head->boots = reader_u32(&reader);
    struct text tree = reader_view(&reader, reader.left);
    if (layout != ROW_LAYOUT || reader.broken || wall > INT64_MAX)
        return fail(err, ERROR_LEDGER, "meta head: does not decode");
    head->wall.ms = (int64_t)wall;
    if (!tree_decode(tree, &head->tree, err))
        return fail_prefix(err, "meta head");
    if (head->next_seq != head->tree.size + 1)
        return fail(err, ERROR_LEDGER, "meta head: contradicts itself about the entries");
    return true;
}

bool meta_get_head(struct store_txn *txn, struct ledger_head *head, bool *found,
                   struct error *err)
{
    struct text value;
    return store_get(txn, DATABASE_META, head_key, &value, found, err) &&
           (!*found || head_decode(value, head, err));
}

/* What stands behind the layout byte. */
static bool get(struct store_txn *txn, struct text key, struct text *rest, bool *found,
                struct error *err)
{
    struct text value;
    if (!store_get(txn, DATABASE_META, key, &value, found, err))
        return false;
    if (!*found)
        return true;
    if (value.size < 1 || value.at[0] != ROW_LAYOUT)
        return fail(err, ERROR_LEDGER, "meta %.*s: does not decode", TEXT_ARG(key));
    *rest = (struct text){value.at + 1, value.size - 1};
    return true;
}

bool meta_get_origin(struct store_txn *txn, struct entry_origin *origin, bool *found,
                     struct error *err)
{
    struct text rest = TEXT_NONE;
    if (!get(txn, origin_key, &rest, found, err))
        return false;
    if (*found && !entry_origin_decode(rest, origin))
        return fail(err, ERROR_LEDGER, "meta origin: does not decode");
    return true;
}

bool meta_get_anchor(struct store_txn *txn, struct tree *anchor, bool *found, struct error *err)
{
    struct text rest = TEXT_NONE;
    if (!get(txn, anchor_key, &rest, found, err))
        return false;
    if (*found && !tree_decode(rest, anchor, err))
        return fail_prefix(err, "meta anchor");
    return true;
}

bool meta_put_head(struct store_txn *txn, const struct ledger_head *head, struct error *err)
{
    unsigned char bytes[META_ROW_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    head_encode(head, &buffer);
    CHECK(!buffer.overflow);
    return store_put(txn, DATABASE_META, head_key, buffer_as_text(&buffer), err);
}

bool meta_put_anchor(struct store_txn *txn, const struct tree *anchor, struct error *err)
{
    unsigned char bytes[META_ROW_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    buffer_u8(&buffer, ROW_LAYOUT);
    tree_encode(anchor, &buffer);
    CHECK(!buffer.overflow);
    return store_put(txn, DATABASE_META, anchor_key, buffer_as_text(&buffer), err);
}

bool meta_get_filling(struct store_txn *txn, struct ledger_filling *filling, struct error *err)
{
    struct text rest = TEXT_NONE;
    bool found;
    *filling = (struct ledger_filling){.done = false};
    if (!get(txn, filling_key, &rest, &found, err))
        return false;
    if (!found)
        return true;
    filling->done = rest.size == 0;
    if (filling->done)
        return true;
    if (rest.size != sizeof filling->last.bytes)
        return fail(err, ERROR_LEDGER, "meta person_cases: does not decode");
    memcpy(filling->last.bytes, rest.at, rest.size);
    return true;
}

bool meta_put_filling(struct store_txn *txn, const struct ledger_filling *filling,
                      struct error *err)
{
    unsigned char bytes[32];
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    buffer_u8(&buffer, ROW_LAYOUT);
    if (!filling->done)
        buffer_bytes(&buffer, filling->last.bytes, sizeof filling->last.bytes);
    return store_put(txn, DATABASE_META, filling_key, buffer_as_text(&buffer), err);
}

bool meta_put_format(struct store_txn *txn, const struct entry_origin *origin,
                     struct error *err)
{
    unsigned char bytes[128];
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    buffer_u8(&buffer, ROW_LAYOUT);
    buffer_u32(&buffer, LEDGER_FORMAT);
    if (!store_put(txn, DATABASE_META, format_key, buffer_as_text(&buffer), err))
        return false;
    buffer = buffer_over(bytes, sizeof bytes);
    buffer_u8(&buffer, ROW_LAYOUT);
    entry_origin_encode(origin, &buffer);
    CHECK(!buffer.overflow);
    const struct ledger_filling nothing_to_fill = {.done = true};
    return store_put(txn, DATABASE_META, origin_key, buffer_as_text(&buffer), err) &&
           meta_put_filling(txn, &nothing_to_fill, err);
}

bool meta_check_format(struct store_txn *txn, bool *exists, struct error *err)
{
    struct text rest = TEXT_NONE;
    if (!get(txn, format_key, &rest, exists, err))
        return false;
    if (!*exists)
        return true;
    struct reader reader = reader_over(rest.at, rest.size);
    uint32_t format = reader_u32(&reader);
    if (reader.broken || reader.left != 0)
        return fail(err, ERROR_LEDGER, "meta format: does not decode");
    if (format != LEDGER_FORMAT)
        return fail(err, ERROR_LEDGER, "the ledger has format %u; this program reads %d",
                    format, LEDGER_FORMAT);
    return true;
}
