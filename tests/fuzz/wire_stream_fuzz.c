/* wire_stream_fuzz.c - a backup's stream: whatever the file holds, reading ends, with
 * everything checked or with an error; what is good once is good again, with the same root. */
#include "fuzz.h"

#include "core/entry_stream.h"
#include "wire/stream.h"

enum { SHORT_RUNS = 1000 };
enum { STREAM_ROOM = 64 * 1024, FRAMES_MAX = 1000000 };

static char path[512];

bool fuzz_open(struct error *err)
{
    snprintf(path, sizeof(path), "%s/stream", fuzz_folder());
    return digest_setup(err);
}

/* --- seeds -----------------------------------------------------------------------------------
 */

static void put_frame(struct buffer *out, unsigned type, struct text bytes)
{
    buffer_u8(out, (uint8_t)type);
    buffer_u32(out, (uint32_t)bytes.size);
    buffer_text(out, bytes);
}

static void put_entry(struct buffer *out, struct entry *entry, struct tree *tree)
{
    static unsigned char memory[ENTRY_SIZE_MAX];
    struct buffer value = buffer_over(memory, sizeof(memory));
    struct error err = ERROR_INIT;
    struct digest leaf;

    entry_encode(entry, &value);
    fuzz_hold(tree_leaf_hash(tree->kind, value.at, value.size, &leaf, &err) &&
                  tree_append(tree, &leaf, &err),
              "a seed can be hashed");
    buffer_bytes(&value, leaf.bytes, DIGEST_SIZE);
    put_frame(out, STREAM_ENTRY, buffer_as_text(&value));
    memcpy(entry->previous, leaf.bytes, DIGEST_SIZE);
    entry->seq++;
}

static void put_end(struct buffer *out, const struct entry *next, const struct tree *tree)
{
    struct text part = {(const char *)out->at + ENTRY_STREAM_MAGIC_SIZE, 0};
    struct error err = ERROR_INIT;
    struct digest root;
    struct digest check;

    fuzz_hold(tree_root(tree, &root, &err), "a seed has a root");
    buffer_u8(out, STREAM_END);
    buffer_u32(out, STREAM_END_SIZE);
    buffer_u64(out, next->seq - 1);
    buffer_bytes(out, next->previous, DIGEST_SIZE);
    buffer_bytes(out, root.bytes, DIGEST_SIZE);
    buffer_u64(out, next->seq - 1);
    buffer_u64(out, 0);
    part.size = out->size - ENTRY_STREAM_MAGIC_SIZE;
    fuzz_hold(digest_of(tree->kind, part.at, part.size, &check, &err), "a seed can be hashed");
    buffer_bytes(out, check.bytes, DIGEST_SIZE);
}

static void seed_of(enum digest_kind kind)
{
    static unsigned char memory[STREAM_ROOM];
    struct entry_origin origin = {
        .digest_kind = (uint8_t)kind, .test = true, .party = "hrss.520000"};
    unsigned char bytes[128];
    unsigned char head_bytes[STREAM_HEAD_SIZE] = {0};
    struct buffer out = buffer_over(memory, sizeof(memory));
    struct buffer tlv_bytes = buffer_over(bytes, sizeof(bytes));
    struct tlv tlv = {.type = TLV_ORIGIN};
    struct entry entry = {.kind = ENTRY_ORIGIN, .seq = 1, .tlvs = &tlv, .tlv_count = 1};
    struct tree tree;

    tree_init(&tree, kind);
    entry_origin_encode(&origin, &tlv_bytes);
    tlv.bytes = buffer_as_text(&tlv_bytes);
    buffer_string(&out, ENTRY_STREAM_MAGIC);
    head_bytes[16] = (unsigned char)kind;
    head_bytes[24] = 1; /* the first entry */
    put_frame(&out, STREAM_HEAD, (struct text){(const char *)head_bytes, sizeof(head_bytes)});
    put_entry(&out, &entry, &tree);
    entry.kind = ENTRY_BOOT;
    entry.tlv_count = 0;
    put_entry(&out, &entry, &tree);
    put_end(&out, &entry, &tree);
    fuzz_seed(-1, buffer_as_text(&out));
}

void fuzz_seeds(void)
{
    seed_of(DIGEST_SHA256);
    seed_of(DIGEST_SM3);
    fuzz_seed(-1, TEXT(ENTRY_STREAM_MAGIC_1));
}

/* --- one input -------------------------------------------------------------------------------
 */

static bool read_all(struct stream_chain *chain)
{
    struct error err = ERROR_INIT;
    struct stream *stream = NULL;
    struct stream_item item = {.what = STREAM_SAW_OTHER};
    unsigned frames = 0;
    bool ok = stream_open(path, chain, &stream, &err);

    while (ok && item.what != STREAM_SAW_ALL) {
        ok = stream_next(stream, &item, &err);
        fuzz_hold(++frames < FRAMES_MAX, "reading ends");
    }
    fuzz_hold(ok || err.code != ERROR_NONE, "a failure says why");
    stream_close(stream);
    return ok;
}

void fuzz_input(struct text input, struct arena *arena)
{
    static struct stream_chain first;
    static struct stream_chain second;
    FILE *file = fopen(path, "wb");

    (void)arena;
    fuzz_hold(file != NULL && fwrite(input.at, 1, input.size, file) == input.size &&
                  fclose(file) == 0,
              "the input can be written");
    first = second = (struct stream_chain){.seq = 0};
    if (!read_all(&first))
        return;
    fuzz_hold(first.seq > 0 && first.whole_seq == first.seq, "all of it is whole");
    fuzz_hold(read_all(&second) && digest_equal(&first.whole_root, &second.whole_root),
              "it is good again, with the same root");
}
