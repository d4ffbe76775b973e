/* walk.c - each entry of the journal against itself and the one before it. */
#include "ledger/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void walk_find(struct walk *walk, const char *row, const char *what)
{
    walk->report->findings++;
    walk->finding(walk->self, row, what);
}

void walk_find_entry(struct walk *walk, uint64_t seq, const char *what)
{
    char row[FINDING_ROW_SIZE];
    snprintf(row, sizeof row, "journal %" PRIu64, seq);
    walk->whole = false;
    walk_find(walk, row, what);
}

void walk_find_key(struct walk *walk, struct text key, const char *what)
{
    char row[FINDING_ROW_SIZE] = "journal ";
    size_t size = key.size < 64 ? key.size : 64;
    hex_encode(key.at, size, row + strlen(row));
    walk->whole = false;
    walk_find(walk, row, what);
}

static uint64_t seq_of(struct text key)
{
    struct reader reader = reader_over(key.at, key.size);
    return reader_u64(&reader);
}

/* `meta` repeats the origin; entry 1 says it. */
static void compare_origin(struct walk *walk, const struct entry *entry)
{
    unsigned char bytes[128];
    struct buffer repeated = buffer_over(bytes, sizeof bytes);
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ORIGIN, &at);
    if (!walk->origin_known)
        return;
    entry_origin_encode(&walk->origin, &repeated);
    if (!tlv || !text_equal(tlv->bytes, buffer_as_text(&repeated)))
        walk_find(walk, "meta origin", "is not what entry 1 says");
}

/* Against the entry before, unless that one is missing or known to be wrong. */
static void check_facts(struct walk *walk, const struct entry *entry)
{
    if ((entry->kind == ENTRY_ORIGIN) != (entry->seq == 1))
        walk_find_entry(walk, entry->seq, "the origin is the first entry, and only that");
    if (entry->seq == 1)
        compare_origin(walk, entry);
    if (instant_before(entry->wall, walk->wall))
        walk_find_entry(walk, entry->seq, "its time lies before that of the entry before it");
    if (walk->before_seq == entry->seq - 1 &&
        memcmp(entry->previous, walk->before, LEAF_SIZE) != 0)
        walk_find_entry(walk, entry->seq, "does not continue the entry before it");
}

/* Told at the end: an entry that was rewritten is known as such only by the next one. */
static void compare_anchor(struct walk *walk)
{
    const struct tree *anchor = &walk->anchor;
    if (!walk->anchor_known || anchor->size != walk->tree.size)
        return;
    for (size_t i = 0; i < anchor->node_count; i++) {
        if (!digest_equal(&anchor->nodes[i], &walk->tree.nodes[i]))
            walk->anchor_differs = true;
    }
}

/* Is it the entry that belongs here, as it was written? */
static bool is_sound(struct walk *walk, const struct entry *entry,
                     const struct digest *computed)
{
    if (memcmp(entry->leaf, computed->bytes, LEAF_SIZE) != 0)
        walk_find_entry(walk, walk->next, "its hash is not that of its bytes");
    else if (entry->seq != walk->next)
        walk_find_entry(walk, walk->next, "calls itself by another number");
    else
        return true;
    return false;
}

static bool check_entry(struct walk *walk, struct store_txn *txn, struct text value,
                        struct error *err)
{
    struct error broken = ERROR_INIT;
    struct entry entry;
    struct digest leaf = {{0}};

    arena_reset(walk->arena);
    if (!entry_decode(walk->arena, value, &entry, &broken)) {
        if (broken.code != ERROR_LEDGER) {
            *err = broken;
            return false;
        }
        walk_find_entry(walk, walk->next, "does not decode");
    } else if (!tree_leaf_hash(walk->ledger->kind, value.at, value.size - LEAF_SIZE, &leaf,
                               err)) {
        return false;
    } else if (is_sound(walk, &entry, &leaf)) {
        check_facts(walk, &entry);
        if (walk->bodies && !walk_bodies(walk, txn, &entry, err))
            return false;
        walk->wall = entry.wall;
        walk->boots += entry.kind == ENTRY_BOOT ? 1 : 0;
        memcpy(walk->before, entry.leaf, LEAF_SIZE);
        walk->before_seq = walk->next;
    }
    walk->report->entries++;
    walk->next++;
    if (walk->next - 1 <= walk->tree.size) /* in the anchor that the walk began with */
        return true;
    if (!tree_append(&walk->tree, &leaf, err))
        return false;
    compare_anchor(walk);
    return true;
}

static bool check_row(struct walk *walk, struct store_txn *txn, struct text key,
                      struct text value, struct error *err)
{
    if (key.size != 8) {
        walk_find_key(walk, key, "its key is no entry number");
        return true;
    }
    uint64_t seq = seq_of(key);
    if (seq < walk->next) { /* only 0: keys come in order */
        walk_find_entry(walk, seq, "there is no such number");
        return true;
    }
    if (seq > walk->next) {
        walk_find_entry(walk, walk->next, "missing");
        walk->next = seq;
    }
    return check_entry(walk, txn, value, err);
}

/* One read transaction's worth, up to the head. *done: there is no more. */
static bool walk_portion(struct walk *walk, struct store_txn *txn, bool *done,
                         struct error *err)
{
    struct text from = {walk->last_key, walk->last_key_size};
    struct row_key end = key_seq(walk->head_known ? walk->head.next_seq : UINT64_MAX);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn, DATABASE_JOURNAL, from, &cursor, &found, err);
    if (ok && found && from.size > 0 && text_equal(cursor.key, from))
        ok = store_next(&cursor, &found, err);
    for (int i = 0; ok && found && i < LEDGER_PORTION; i++) {
        if (text_compare(cursor.key, key_text(&end)) >= 0) {
            found = false;
            break;
        }
        walk->last_key_size = cursor.key.size;
        memcpy(walk->last_key, cursor.key.at, cursor.key.size);
        ok = check_row(walk, txn, cursor.key, cursor.value, err) &&
             store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    *done = !found;
    return ok;
}

bool walk_all(struct walk *walk, struct error *err)
{
    bool done = false;
    while (!done) {
        struct store_txn *txn = NULL;
        if (!store_begin_read(walk->ledger->store, &txn, err))
            return false;
        bool ok = walk_portion(walk, txn, &done, err);
        store_abort(txn);
        if (!ok)
            return false;
    }
    return true;
}
