/* body.c - sealed bytes beside the journal, under month and digest, in chunks. */
#include <inttypes.h>
#include <string.h>

#include <stdlib.h>

#include "ledger/internal.h"

/* Writes layout byte or head, then a chunk: LMDB wants a value in one piece. */
static bool put_chunk(struct store_txn *txn, const struct row_key *key, const void *head,
                      size_t head_size, struct text chunk, struct error *err)
{
    char *value = malloc(head_size + chunk.size);
    if (!value)
        return fail(err, ERROR_MEMORY, "no memory for a body");
    memcpy(value, head, head_size);
    if (chunk.size > 0)
        memcpy(value + head_size, chunk.at, chunk.size);
    bool ok = store_put(txn, DATABASE_BODY, key_text(key),
                        (struct text){value, head_size + chunk.size}, err);
    free(value);
    return ok;
}

static struct text take_chunk(struct text *rest)
{
    struct text chunk = {rest->at, rest->size < BODY_CHUNK_SIZE ? rest->size : BODY_CHUNK_SIZE};
    *rest = (struct text){rest->at + chunk.size, rest->size - chunk.size};
    return chunk;
}

static bool put_body(struct store_txn *txn, const struct entry_body *body, struct text sealed,
                     struct error *err)
{
    const unsigned char layout = ROW_LAYOUT;
    unsigned char bytes[BODY_HEAD_SIZE];
    struct buffer head = buffer_over(bytes, sizeof bytes);
    struct row_key key = key_body(body->month, body->digest);
    buffer_u8(&head, layout);
    buffer_u8(&head, body->retention);
    buffer_u8(&head, body->use);
    buffer_u32(&head, (uint32_t)sealed.size);
    if (!put_chunk(txn, &key, bytes, sizeof bytes, take_chunk(&sealed), err))
        return false;
    for (uint16_t number = 1; sealed.size > 0; number++) {
        key = key_body_chunk(body->month, body->digest, number);
        if (!put_chunk(txn, &key, &layout, 1, take_chunk(&sealed), err))
            return false;
    }
    return true;
}

bool ledger_put_body(struct ledger_txn *txn, const struct entry_body *body, struct text sealed,
                     struct error *err)
{
    struct row_key key = key_body(body->month, body->digest);
    struct text value;
    bool found;

    CHECK(txn->write);
    if (sealed.size > (size_t)BODY_CHUNK_SIZE * BODY_CHUNKS_MAX)
        return fail(err, ERROR_SIZE, "a body of %zu bytes is too large", sealed.size);
    if (!store_get(txn->store, DATABASE_BODY, key_text(&key), &value, &found, err))
        return false;
    if (found)
        return true;
    if (put_body(txn->store, body, sealed, err))
        return true;
    txn->broken = true;
    return false;
}

bool body_delete(struct store_txn *txn, const struct entry_body *body, struct error *err)
{
    struct row_key key = key_body(body->month, body->digest);
    bool more = true;
    if (!store_delete(txn, DATABASE_BODY, key_text(&key), err))
        return false;
    for (uint16_t number = 1; more; number++) {
        struct text value;
        key = key_body_chunk(body->month, body->digest, number);
        if (!store_get(txn, DATABASE_BODY, key_text(&key), &value, &more, err) ||
            (more && !store_delete(txn, DATABASE_BODY, key_text(&key), err)))
            return false;
    }
    return true;
}

/* Chunk 0 says how long the whole is; each later one must be there and fit. */
bool body_read(struct store_txn *txn, uint32_t month, const uint8_t digest[32],
               struct arena *arena, struct text *sealed, bool *found, bool *whole,
               struct error *err)
{
    struct row_key key = key_body(month, digest);
    struct text value;
    *whole = false;
    if (!store_get(txn, DATABASE_BODY, key_text(&key), &value, found, err))
        return false;
    if (!*found)
        return true;
    struct reader reader = reader_over(value.at, value.size);
    uint8_t layout = reader_u8(&reader);
    (void)reader_u16(&reader); /* retention and use */
    size_t size = reader_u32(&reader);
    if (layout != ROW_LAYOUT || reader.broken ||
        size > (size_t)BODY_CHUNK_SIZE * BODY_CHUNKS_MAX)
        return true;

    char *bytes = sealed ? arena_alloc(arena, size) : NULL;
    size_t done = 0;
    if (sealed && !bytes)
        return fail(err, ERROR_MEMORY, "no memory for a body of %zu bytes", size);
    struct text chunk = reader_view(&reader, reader.left);
    for (uint16_t number = 1;; number++) {
        size_t expected = size - done < BODY_CHUNK_SIZE ? size - done : BODY_CHUNK_SIZE;
        bool more;
        if (chunk.size != expected)
            return true;
        if (bytes && chunk.size > 0)
            memcpy(bytes + done, chunk.at, chunk.size);
        done += chunk.size;
        if (done == size)
            break;
        key = key_body_chunk(month, digest, number);
        if (!store_get(txn, DATABASE_BODY, key_text(&key), &value, &more, err))
            return false;
        if (!more || value.size < 1 || value.at[0] != ROW_LAYOUT)
            return true;
        chunk = (struct text){value.at + 1, value.size - 1};
    }
    *whole = true;
    if (sealed)
        *sealed = (struct text){bytes, size};
    return true;
}

bool ledger_get_body(struct ledger_txn *txn, uint32_t month, const uint8_t digest[32],
                     struct arena *arena, struct text *sealed, bool *found, struct error *err)
{
    char hex[65];
    bool whole;
    *sealed = TEXT_NONE;
    if (!body_read(txn->store, month, digest, arena, sealed, found, &whole, err))
        return false;
    if (!*found || whole)
        return true;
    hex_encode(digest, 32, hex);
    return fail(err, ERROR_LEDGER, "body %" PRIu32 " %s is not whole", month, hex);
}
