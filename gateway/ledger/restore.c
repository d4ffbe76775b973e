/* restore.c - entries and bodies into an empty store, in portions. */
#include "ledger/restore.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/consequences.h"
#include "ledger/internal.h"

enum { RESTORE_BYTES = 16 * 1024 * 1024 };

struct ledger_restore {
    struct ledger ledger; /* what ledger_txn wants to know: kind and head */
    struct ledger_txn txn;
    struct arena *arena;
    unsigned entries; /* in this transaction, and their bytes with the bodies' */
    size_t bytes;
};

static bool check_empty(struct store *store, struct error *err)
{
    struct store_txn *txn = NULL;
    uint64_t count = 0;
    bool ok = store_begin_read(store, &txn, err) &&
              store_count(txn, DATABASE_JOURNAL, &count, err);
    store_abort(txn);
    if (ok && count > 0)
        return fail(err, ERROR_LEDGER, "there is a ledger in this store already");
    return ok;
}

bool ledger_restore_begin(struct store *fresh, struct ledger_restore **out, struct error *err)
{
    *out = NULL;
    if (!check_empty(fresh, err))
        return false;
    struct ledger_restore *restore = calloc(1, sizeof *restore);
    if (!restore)
        return fail(err, ERROR_MEMORY, "no memory for a ledger");
    restore->ledger.store = fresh;
    restore->txn.ledger = &restore->ledger;
    restore->txn.write = true;
    restore->txn.head.next_seq = 1;
    restore->arena = arena_new(LEDGER_ENTRY_MEMORY);
    if (!restore->arena || !store_begin_write(fresh, &restore->txn.store, err)) {
        if (!restore->arena)
            (void)fail(err, ERROR_MEMORY, "no memory for a ledger");
        ledger_restore_drop(restore);
        return false;
    }
    *out = restore;
    return true;
}

/* Head and anchor: a start then checks what lies behind the last portion. */
static bool commit(struct ledger_restore *restore, struct error *err)
{
    struct ledger_txn *txn = &restore->txn;
    restore->entries = 0;
    restore->bytes = 0;
    return meta_put_head(txn->store, &txn->head, err) &&
           meta_put_anchor(txn->store, &txn->head.tree, err) && store_commit(&txn->store, err);
}

static bool make_room(struct ledger_restore *restore, struct error *err)
{
    if (restore->entries < LEDGER_PORTION && restore->bytes < RESTORE_BYTES)
        return true;
    return commit(restore, err) &&
           store_begin_write(restore->ledger.store, &restore->txn.store, err);
}

static bool take_origin(struct ledger_restore *restore, const struct entry *entry,
                        struct error *err)
{
    struct entry_origin *origin = &restore->ledger.origin;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ORIGIN, &at);
    if (entry->kind != ENTRY_ORIGIN || !tlv || !entry_origin_decode(tlv->bytes, origin) ||
        !digest_name(origin->digest_kind))
        return fail(err, ERROR_LEDGER, "entry 1: not the origin of a ledger");
    restore->ledger.kind = origin->digest_kind;
    tree_init(&restore->txn.head.tree, origin->digest_kind);
    return meta_put_format(restore->txn.store, origin, err);
}

static bool check(const struct ledger_restore *restore, const struct entry *entry,
                  const struct digest *leaf, struct error *err)
{
    const struct ledger_head *head = &restore->txn.head;
    const char *what = NULL;
    if (entry->seq != head->next_seq)
        what = "calls itself by another number";
    else if (memcmp(entry->previous, head->leaf, LEAF_SIZE) != 0)
        what = "does not continue the entry before it";
    else if (memcmp(entry->leaf, leaf->bytes, LEAF_SIZE) != 0)
        what = "its hash is not that of its bytes";
    else if (instant_before(entry->wall, head->wall))
        what = "its time lies before that of the entry before it";
    else if ((entry->kind == ENTRY_ORIGIN) != (entry->seq == 1))
        what = "the origin is the first entry, and only that";
    return !what || fail(err, ERROR_LEDGER, "entry %" PRIu64 ": %s", head->next_seq, what);
}

static bool play(struct ledger_restore *restore, struct text value, struct entry *entry,
                 struct error *err)
{
    struct ledger_head *head = &restore->txn.head;
    struct row_key key = key_seq(head->next_seq);
    struct digest leaf;
    if (!entry_decode(restore->arena, value, entry, err) ||
        (head->next_seq == 1 && !take_origin(restore, entry, err)) ||
        !tree_leaf_hash(restore->ledger.kind, value.at, value.size - LEAF_SIZE, &leaf, err) ||
        !check(restore, entry, &leaf, err) ||
        !store_append(restore->txn.store, DATABASE_JOURNAL, key_text(&key), value, err) ||
        !consequences_apply(restore->txn.store, restore->ledger.kind, entry, err) ||
        !tree_append(&head->tree, &leaf, err))
        return false;
    memcpy(head->leaf, leaf.bytes, sizeof head->leaf);
    head->wall = entry->wall;
    head->next_seq++;
    head->boots += entry->kind == ENTRY_BOOT ? 1 : 0;
    return true;
}

bool ledger_restore_entry(struct ledger_restore *restore, struct text value, struct error *err)
{
    struct entry entry;
    if (!make_room(restore, err))
        return false;
    arena_reset(restore->arena);
    restore->entries++;
    restore->bytes += value.size;
    return play(restore, value, &entry, err);
}

bool ledger_restore_body(struct ledger_restore *restore, const struct entry_body *body,
                         struct text sealed, struct error *err)
{
    restore->bytes += sealed.size;
    return ledger_put_body(&restore->txn, body, sealed, err);
}

bool ledger_restore_end(struct ledger_restore **restore, struct digest *root, struct error *err)
{
    struct ledger_restore *ending = *restore;
    bool ok = ending->txn.head.next_seq > 1 ||
              fail(err, ERROR_LEDGER, "there is no entry to make a ledger from");
    *restore = NULL;
    ok = ok && commit(ending, err) && tree_root(&ending->txn.head.tree, root, err);
    ledger_restore_drop(ending);
    return ok;
}

void ledger_restore_drop(struct ledger_restore *restore)
{
    if (!restore)
        return;
    store_abort(restore->txn.store);
    arena_free(restore->arena);
    free(restore);
}
