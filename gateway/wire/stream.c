/* stream.c - frames from a file, each against its own hash and against what came before. */
#include "wire/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/entry_stream.h"

enum {
    STREAM_MEMORY = 4 * 1024 * 1024,
    FRAME_MAX = STREAM_BODY_HEAD + STREAM_SEALED_MAX,
    LEAF_SIZE = DIGEST_SIZE
};

struct stream {
    FILE *file;
    struct stream_chain *chain;
    struct arena *arena;
    struct digest_stream *digest; /* of the part so far; NULL until a part's hash is known */
    unsigned char *bytes;         /* of a frame, with its prefix */
    size_t room;
    uint64_t offset; /* behind the last frame */
    uint64_t whole;  /* behind the last whole part */
    bool old;        /* version 1 */
    bool inside;     /* a part has begun and not ended */
    bool cut;
    uint64_t part_entries;
    uint64_t part_bodies;
    struct entry_body wanted[ENTRY_TLVS_MAX];
    size_t wanted_count;
    size_t wanted_next;
};

static bool wrong(const struct stream *stream, struct error *err, const char *what)
{
    return fail(err, ERROR_LEDGER, "entry %" PRIu64 ": %s", stream->chain->seq + 1, what);
}

static bool cut_off(struct stream *stream, struct error *err)
{
    if (ferror(stream->file))
        return fail(err, ERROR_SYSTEM, "the file cannot be read: %s", strerror(errno));
    stream->cut = true;
    return wrong(stream, err, "the stream is cut off");
}

/* --- opening ---------------------------------------------------------------------------------
 */

static bool read_magic(struct stream *stream, struct error *err)
{
    char magic[ENTRY_STREAM_MAGIC_SIZE];
    size_t size = fread(magic, 1, sizeof(magic), stream->file);

    stream->old = size == sizeof(magic) && memcmp(magic, ENTRY_STREAM_MAGIC_1, size) == 0;
    if (size != sizeof(magic) ||
        (!stream->old && memcmp(magic, ENTRY_STREAM_MAGIC, sizeof(magic)) != 0))
        return fail(err, ERROR_LEDGER, "not an entry stream");
    stream->offset = sizeof(magic);
    stream->whole = sizeof(magic);
    if (stream->old)
        stream->chain->without_bodies = true;
    return true;
}

bool stream_open(const char *path, struct stream_chain *chain, struct stream **out,
                 struct error *err)
{
    struct stream *stream = calloc(1, sizeof(*stream));

    *out = NULL;
    if (stream == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a stream");
    stream->chain = chain;
    stream->file = fopen(path, "rbe");
    stream->arena = arena_new(STREAM_MEMORY);
    if (stream->file == NULL)
        fail(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM, "%s", strerror(errno));
    else if (stream->arena == NULL)
        fail(err, ERROR_MEMORY, "no memory for a stream");
    else if (digest_setup(err) && read_magic(stream, err))
        *out = stream;
    if (*out == NULL)
        stream_close(stream);
    return *out != NULL;
}

void stream_close(struct stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->file != NULL)
        fclose(stream->file);
    arena_free(stream->arena);
    digest_stream_free(stream->digest);
    free(stream->bytes);
    free(stream);
}

bool stream_cut(const struct stream *stream)
{
    return stream->cut;
}

uint64_t stream_whole_size(const struct stream *stream)
{
    return stream->whole;
}

/* --- frames ----------------------------------------------------------------------------------
 */

static bool make_room(struct stream *stream, size_t size, struct error *err)
{
    unsigned char *grown;

    if (size <= stream->room)
        return true;
    grown = realloc(stream->bytes, size);
    if (grown == NULL)
        return fail(err, ERROR_MEMORY, "no memory for %zu bytes of a stream", size);
    stream->bytes = grown;
    stream->room = size;
    return true;
}

/* Prefix and payload into `bytes`. *end: the file ends where a frame could begin. */
static bool read_frame(struct stream *stream, size_t prefix, size_t *size, bool *end,
                       struct error *err)
{
    struct reader reader;
    size_t got;

    if (!make_room(stream, ENTRY_SIZE_MAX + STREAM_PREFIX, err))
        return false;
    got = fread(stream->bytes, 1, prefix, stream->file);
    *end = got == 0 && feof(stream->file);
    if (*end)
        return true;
    if (got != prefix)
        return cut_off(stream, err);
    reader = reader_over(stream->bytes + prefix - 4, 4);
    *size = reader_u32(&reader);
    if (*size > FRAME_MAX)
        return wrong(stream, err, "impossible size");
    if (!make_room(stream, prefix + *size, err))
        return false;
    if (fread(stream->bytes + prefix, 1, *size, stream->file) != *size)
        return cut_off(stream, err);
    stream->offset += prefix + *size;
    return true;
}

/* --- entries ---------------------------------------------------------------------------------
 */

/* The first entry says by which hash everything is checked. */
static bool take_origin(struct stream *stream, const struct entry *entry, struct error *err)
{
    struct stream_chain *chain = stream->chain;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ORIGIN, &at);

    if (entry->kind != ENTRY_ORIGIN || tlv == NULL ||
        !entry_origin_decode(tlv->bytes, &chain->origin))
        return wrong(stream, err, "not the origin of a ledger");
    if (digest_name(chain->origin.digest_kind) == NULL)
        return wrong(stream, err, "names an unknown hash");
    tree_init(&chain->tree, chain->origin.digest_kind);
    return true;
}

static bool check_place(const struct stream *stream, const struct entry *entry,
                        struct error *err)
{
    const struct stream_chain *chain = stream->chain;

    if (entry->seq != chain->seq + 1)
        return wrong(stream, err, "its sequence number is another: entries are missing");
    if (memcmp(entry->previous, chain->leaf.bytes, LEAF_SIZE) != 0)
        return wrong(stream, err, "does not follow from the entry before it");
    if (instant_before(entry->wall, chain->wall))
        return wrong(stream, err, "is older than the entry before it");
    if (entry->kind == ENTRY_ORIGIN && entry->seq != 1)
        return wrong(stream, err, "a second origin");
    return true;
}

static bool check_leaf(struct stream *stream, struct text value, const struct entry *entry,
                       struct error *err)
{
    struct stream_chain *chain = stream->chain;
    struct digest leaf;

    if (!tree_leaf_hash(chain->tree.kind, value.at, value.size - LEAF_SIZE, &leaf, err))
        return false;
    if (memcmp(leaf.bytes, entry->leaf, LEAF_SIZE) != 0)
        return wrong(stream, err, "its bytes were changed: the leaf does not match");
    if (!tree_append(&chain->tree, &leaf, err))
        return false;
    chain->leaf = leaf;
    return true;
}

/* The bodies that must follow. */
static bool await_bodies(struct stream *stream, const struct entry *entry, struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;

    stream->wanted_count = stream->wanted_next = 0;
    while (!stream->old && (tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL)
        if (!entry_body_decode(tlv->bytes, &stream->wanted[stream->wanted_count++]))
            return wrong(stream, err, "a body that it names does not decode");
    return true;
}

static bool take_entry(struct stream *stream, struct text value, struct stream_item *item,
                       struct error *err)
{
    struct stream_chain *chain = stream->chain;
    struct entry *entry = &item->entry;

    if (value.size < ENTRY_FIXED_SIZE + LEAF_SIZE || value.size > ENTRY_SIZE_MAX)
        return wrong(stream, err, "impossible size");
    arena_reset(stream->arena);
    if (!entry_decode(stream->arena, value, entry, err)) {
        fail_prefix(err, "entry %" PRIu64, chain->seq + 1);
        return false;
    }
    if ((chain->seq == 0 && !take_origin(stream, entry, err)) ||
        !check_place(stream, entry, err) || !check_leaf(stream, value, entry, err) ||
        !await_bodies(stream, entry, err))
        return false;
    chain->seq++;
    chain->wall = entry->wall;
    if (entry->kind < ENTRY_KINDS)
        chain->kinds[entry->kind]++;
    stream->part_entries++;
    item->what = STREAM_SAW_ENTRY;
    item->value = value;
    return true;
}

/* --- bodies ----------------------------------------------------------------------------------
 */

static bool body_wrong(const struct stream *stream, struct error *err, const char *what)
{
    return fail(err, ERROR_LEDGER, "entry %" PRIu64 ": %s", stream->chain->seq, what);
}

/* The body whose turn it is, as the frame names it. */
static bool match_body(struct stream *stream, struct reader *reader, struct entry_body *body,
                       struct error *err)
{
    uint8_t digest[32];
    uint32_t month = reader_u32(reader);

    reader_copy(reader, digest, sizeof(digest));
    if (reader->broken || stream->wanted_next == stream->wanted_count)
        return body_wrong(stream, err, "a body follows that it does not name");
    *body = stream->wanted[stream->wanted_next++];
    if (body->month != month || memcmp(body->digest, digest, sizeof(digest)) != 0)
        return body_wrong(stream, err, "a body that it names is missing, or stands elsewhere");
    return true;
}

static bool take_body(struct stream *stream, struct text payload, struct stream_item *item,
                      struct error *err)
{
    struct reader reader = reader_over(payload.at, payload.size);
    uint8_t check[DIGEST_SIZE];
    struct digest digest;

    if (!match_body(stream, &reader, &item->body, err))
        return false;
    item->body.retention = reader_u8(&reader);
    item->body.use = reader_u8(&reader);
    reader_copy(&reader, check, sizeof(check));
    item->value = reader_view(&reader, reader.left);
    if (reader.broken)
        return body_wrong(stream, err, "a body of it is damaged");
    if (!digest_of(stream->chain->tree.kind, item->value.at, item->value.size, &digest, err))
        return false;
    if (memcmp(digest.bytes, check, sizeof(check)) != 0)
        return body_wrong(stream, err, "the bytes of a body were changed");
    stream->chain->bodies++;
    stream->part_bodies++;
    item->what = STREAM_SAW_BODY;
    return true;
}

static bool take_gone(struct stream *stream, struct text payload, struct error *err)
{
    struct reader reader = reader_over(payload.at, payload.size);
    struct entry_body body;

    if (!match_body(stream, &reader, &body, err))
        return false;
    stream->chain->gone++;
    return true;
}

static bool bodies_complete(const struct stream *stream, struct error *err)
{
    return stream->wanted_next == stream->wanted_count ||
           body_wrong(stream, err, "a body that it names is missing");
}

/* --- parts -----------------------------------------------------------------------------------
 */

/* Is it the part that comes next, of the same ledger? */
static bool check_part(const struct stream *stream, const uint8_t log_id[16], uint64_t first,
                       const uint8_t previous[LEAF_SIZE], struct error *err)
{
    const struct stream_chain *chain = stream->chain;

    if (chain->seq > 0 && memcmp(log_id, chain->origin.log_id, 16) != 0)
        return fail(err, ERROR_LEDGER, "a part of another ledger, behind entry %" PRIu64,
                    chain->seq);
    if (first > chain->seq + 1)
        return fail(err, ERROR_LEDGER,
                    "a part is missing: entries %" PRIu64 " to %" PRIu64 " are not there",
                    chain->seq + 1, first - 1);
    if (first <= chain->seq)
        return fail(err, ERROR_LEDGER,
                    "a part stands twice: it begins with entry %" PRIu64 ", and %" PRIu64
                    " are there already",
                    first, chain->seq);
    if (memcmp(previous, chain->leaf.bytes, LEAF_SIZE) != 0)
        return fail(err, ERROR_LEDGER, "the part does not follow from entry %" PRIu64,
                    chain->seq);
    return true;
}

static bool take_head(struct stream *stream, struct text payload, struct error *err)
{
    struct reader reader = reader_over(payload.at, payload.size);
    uint8_t log_id[16];
    uint8_t previous[LEAF_SIZE];
    enum digest_kind kind;
    uint64_t first;

    reader_copy(&reader, log_id, sizeof(log_id));
    kind = (enum digest_kind)reader_u8(&reader);
    first = reader_u64(&reader);
    reader_copy(&reader, previous, sizeof(previous));
    if (payload.size != STREAM_HEAD_SIZE || reader.broken || digest_name(kind) == NULL)
        return wrong(stream, err, "the head of its part is damaged");
    if (!check_part(stream, log_id, first, previous, err))
        return false;
    if (stream->chain->seq > 0 && kind != stream->chain->tree.kind)
        return wrong(stream, err, "its part names another hash");
    digest_stream_free(stream->digest);
    stream->digest = digest_stream_new(kind);
    if (stream->digest == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a stream");
    stream->inside = true;
    stream->part_entries = stream->part_bodies = 0;
    return digest_stream_start(stream->digest, err);
}

static bool check_end(struct stream *stream, struct reader *reader, struct error *err)
{
    struct stream_chain *chain = stream->chain;
    uint8_t leaf[LEAF_SIZE];
    uint8_t root[DIGEST_SIZE];
    uint64_t last = reader_u64(reader);

    reader_copy(reader, leaf, sizeof(leaf));
    reader_copy(reader, root, sizeof(root));
    if (last != chain->seq || memcmp(leaf, chain->leaf.bytes, LEAF_SIZE) != 0 ||
        reader_u64(reader) != stream->part_entries || reader_u64(reader) != stream->part_bodies)
        return fail(err, ERROR_LEDGER, "the part that ends with entry %" PRIu64 " is not whole",
                    last);
    if (!tree_root(&chain->tree, &chain->whole_root, err))
        return false;
    if (memcmp(root, chain->whole_root.bytes, DIGEST_SIZE) != 0)
        return fail(err, ERROR_LEDGER, "the root behind entry %" PRIu64 " is another", last);
    chain->whole_seq = chain->seq;
    chain->whole_leaf = chain->leaf;
    return true;
}

/* Its check covers everything of the part before it. */
static bool take_end(struct stream *stream, struct text payload, struct error *err)
{
    struct reader reader = reader_over(payload.at, payload.size);
    uint8_t check[DIGEST_SIZE];
    struct digest digest;

    if (payload.size != STREAM_END_SIZE)
        return wrong(stream, err, "the end of its part is damaged");
    if (!digest_stream_update(stream->digest, stream->bytes,
                              STREAM_PREFIX + STREAM_END_SIZE - DIGEST_SIZE, err) ||
        !digest_stream_finish(stream->digest, &digest, err) || !check_end(stream, &reader, err))
        return false;
    reader_copy(&reader, check, sizeof(check));
    if (memcmp(check, digest.bytes, sizeof(check)) != 0)
        return fail(err, ERROR_LEDGER, "the part that ends with entry %" PRIu64 " was changed",
                    stream->chain->seq);
    stream->inside = false;
    stream->whole = stream->offset;
    stream->chain->parts++;
    return true;
}

/* --- one after the other
 * ----------------------------------------------------------------------
 */

static bool take_frame(struct stream *stream, struct text payload, struct stream_item *item,
                       struct error *err)
{
    unsigned type = stream->bytes[0];

    item->what = STREAM_SAW_OTHER;
    if ((type == STREAM_HEAD) == stream->inside)
        return wrong(stream, err,
                     stream->inside ? "a part begins inside another"
                                    : "stands outside of any part");
    if (type != STREAM_BODY && type != STREAM_GONE && !bodies_complete(stream, err))
        return false;
    if (type == STREAM_END)
        return take_end(stream, payload, err);
    if (type == STREAM_HEAD && !take_head(stream, payload, err))
        return false;
    if (!digest_stream_update(stream->digest, stream->bytes, STREAM_PREFIX + payload.size, err))
        return false;
    switch (type) {
    case STREAM_HEAD:
        return true;
    case STREAM_ENTRY:
        return take_entry(stream, payload, item, err);
    case STREAM_BODY:
        return take_body(stream, payload, item, err);
    case STREAM_GONE:
        return take_gone(stream, payload, err);
    default:
        return wrong(stream, err, "an unknown frame");
    }
}

static bool at_end(struct stream *stream, struct stream_item *item, struct error *err)
{
    struct stream_chain *chain = stream->chain;

    item->what = STREAM_SAW_ALL;
    if (stream->inside)
        return cut_off(stream, err);
    if (chain->seq == 0)
        return wrong(stream, err, "missing: the stream is empty");
    chain->whole_seq = chain->seq;
    chain->whole_leaf = chain->leaf;
    return !stream->old || tree_root(&chain->tree, &chain->whole_root, err);
}

bool stream_next(struct stream *stream, struct stream_item *item, struct error *err)
{
    size_t prefix = stream->old ? ENTRY_STREAM_PREFIX_1 : STREAM_PREFIX;
    struct text payload;
    bool end = false;

    *item = (struct stream_item){.what = STREAM_SAW_OTHER};
    if (!read_frame(stream, prefix, &payload.size, &end, err))
        return false;
    if (end)
        return at_end(stream, item, err);
    payload.at = (const char *)stream->bytes + prefix;
    return stream->old ? take_entry(stream, payload, item, err)
                       : take_frame(stream, payload, item, err);
}
