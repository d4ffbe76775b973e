/* verify.c - the journal against its head in `meta`; the whole of it, or its end at a start. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger/walk.h"

static uint64_t seq_of(struct text key)
{
    struct reader reader = reader_over(key.at, key.size);
    return reader_u64(&reader);
}

/* Entries that the head does not count, in the same look at the store as the head itself. */
static bool find_added(struct walk *walk, struct store_txn *txn, struct error *err)
{
    struct row_key from = key_seq(walk->head.next_seq);
    struct store_cursor cursor;
    bool found;
    bool ok = store_seek(txn, DATABASE_JOURNAL, key_text(&from), &cursor, &found, err);
    for (int i = 0; ok && found && i < LEDGER_PORTION; i++) {
        if (cursor.key.size == 8)
            walk_find_entry(walk, seq_of(cursor.key), "stands behind the head");
        else
            walk_find_key(walk, cursor.key, "its key is no entry number");
        ok = store_next(&cursor, &found, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* What `meta` says, or why it says nothing. Our own world failing is passed on. */
static bool note_meta(struct walk *walk, bool ok, bool found, const char *row, bool *known,
                      struct error *problem, struct error *err)
{
    *known = ok && found;
    if (ok && !found)
        walk_find(walk, row, "missing");
    if (!ok && problem->code != ERROR_LEDGER) {
        *err = *problem;
        return false;
    }
    if (!ok)
        walk_find(walk, row, "does not decode or contradicts itself");
    return true;
}

static bool look_at_meta(struct walk *walk, struct store_txn *txn, struct error *err)
{
    struct error problem = ERROR_INIT;
    bool found = false;
    bool ok = meta_get_head(txn, &walk->head, &found, &problem);
    if (!note_meta(walk, ok, found, "meta head", &walk->head_known, &problem, err))
        return false;
    if (walk->head_known && walk->head.tree.kind != walk->ledger->kind) {
        walk_find(walk, "meta head", "has another hash than the ledger");
        walk->head_known = false;
    }
    ok = meta_get_anchor(txn, &walk->anchor, &found, &problem);
    if (!note_meta(walk, ok, found, "meta anchor", &walk->anchor_known, &problem, err))
        return false;
    if (walk->anchor_known &&
        (walk->anchor.kind != walk->ledger->kind ||
         (walk->head_known && walk->anchor.size > walk->head.tree.size))) {
        walk_find(walk, "meta anchor", "does not belong to the head");
        walk->anchor_known = false;
    }
    ok = meta_get_origin(txn, &walk->origin, &found, &problem);
    if (!note_meta(walk, ok, found, "meta origin", &walk->origin_known, &problem, err))
        return false;
    struct ledger_filling filling;
    bool filling_known;
    ok = meta_get_filling(txn, &filling, &problem);
    return note_meta(walk, ok, true, "meta person_cases", &filling_known, &problem, err);
}

static bool same_nodes(const struct tree *a, const struct tree *b)
{
    for (size_t i = 0; i < a->node_count; i++) {
        if (!digest_equal(&a->nodes[i], &b->nodes[i]))
            return false;
    }
    return a->size == b->size;
}

static void compare_head(struct walk *walk)
{
    const struct ledger_head *head = &walk->head;
    if (!walk->head_known)
        return;
    if (walk->next < head->next_seq) {
        walk_find_entry(walk, walk->next, "missing: the head counts it");
        return;
    }
    if (!walk->whole)
        return;
    bool same_tree = same_nodes(&head->tree, &walk->tree);
    if (same_tree && walk->anchor_differs)
        walk_find(walk, "meta anchor", "is not the hash tree of the entries");
    bool same_leaf = memcmp(head->leaf, walk->before, LEAF_SIZE) == 0;
    if (!same_tree && !same_leaf)
        walk_find_entry(walk, walk->next - 1, "is not the entry that the head ends with");
    else if (!same_tree)
        walk_find(walk, "meta head", "is not the hash tree of the entries");
    else if (!same_leaf)
        walk_find(walk, "meta head", "is not the leaf of the last entry");
    else if (head->wall.ms != walk->wall.ms)
        walk_find(walk, "meta head", "has another time than the last entry");
    else if (walk->from_start && head->boots != walk->boots)
        walk_find(walk, "meta head", "counts other starts than the entries");
}

bool ledger_verify(struct ledger *ledger, const struct body_opener *opener,
                   ledger_finding *finding, void *self, struct ledger_report *report,
                   struct error *err)
{
    struct walk walk = {.ledger = ledger,
                        .opener = opener,
                        .bodies = true,
                        .finding = finding,
                        .self = self,
                        .report = report,
                        .next = 1,
                        .from_start = true,
                        .whole = true};
    struct store_txn *txn = NULL;
    bool ok = false;

    *report = (struct ledger_report){0};
    tree_init(&walk.tree, ledger->kind);
    walk.arena = arena_new(LEDGER_ENTRY_MEMORY);
    if (!walk.arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!store_begin_read(ledger->store, &txn, err))
        goto out;
    ok = look_at_meta(&walk, txn, err) && (!walk.head_known || find_added(&walk, txn, err));
    store_abort(txn);
    if (!ok)
        goto out;
    ok = walk_all(&walk, err);
    if (ok)
        compare_head(&walk);
    ok = ok && tree_root(&walk.tree, &report->root, err);
out:
    arena_free(walk.arena);
    return ok;
}

/* --- at a start --------------------------------------------------------------------------- */

/* Keeps the first finding for the error's text. */
struct first_finding {
    char text[2 * FINDING_ROW_SIZE];
};

static void keep_first(void *self, const char *row, const char *what)
{
    struct first_finding *first = self;
    if (first->text[0] == '\0')
        snprintf(first->text, sizeof first->text, "%s: %s", row, what);
}

/* Leaf and time of the entry before the first one that is looked at. */
static bool begin_behind(struct walk *walk, struct store_txn *txn, struct error *err)
{
    struct row_key key = key_seq(walk->next - 1);
    struct entry entry;
    struct text value;
    bool found;
    if (walk->next == 1)
        return true;
    if (!store_get(txn, DATABASE_JOURNAL, key_text(&key), &value, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "journal %" PRIu64 ": missing", walk->next - 1);
    if (!entry_decode(walk->arena, value, &entry, err))
        return fail_prefix(err, "journal %" PRIu64, walk->next - 1);
    memcpy(walk->before, entry.leaf, LEAF_SIZE);
    walk->before_seq = walk->next - 1;
    memcpy(walk->last_key, key.bytes, key.size);
    walk->last_key_size = key.size;
    walk->wall = entry.wall;
    return true;
}

static bool prepare_recent(struct walk *walk, struct store_txn *txn, struct error *err)
{
    if (!look_at_meta(walk, txn, err))
        return false;
    if (!walk->head_known || !walk->anchor_known)
        return true;
    uint64_t size = walk->head.tree.size;
    walk->next = size > LEDGER_RECENT ? size - LEDGER_RECENT + 1 : 1;
    if (walk->next > walk->anchor.size + 1)
        walk->next = walk->anchor.size + 1;
    walk->tree = walk->anchor;
    return begin_behind(walk, txn, err) && find_added(walk, txn, err);
}

bool verify_recent(struct ledger *ledger, struct error *err)
{
    struct first_finding first = {""};
    struct ledger_report report = {0};
    struct walk walk = {.ledger = ledger,
                        .finding = keep_first,
                        .self = &first,
                        .report = &report,
                        .next = 1,
                        .whole = true};
    struct store_txn *txn = NULL;
    bool ok = false;

    walk.arena = arena_new(LEDGER_ENTRY_MEMORY);
    if (!walk.arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    if (!store_begin_read(ledger->store, &txn, err))
        goto out;
    ok = prepare_recent(&walk, txn, err);
    store_abort(txn);
    if (ok && report.findings == 0)
        ok = walk_all(&walk, err);
    if (ok && report.findings == 0)
        compare_head(&walk);
    if (ok && report.findings > 0)
        ok = fail(err, ERROR_LEDGER, "%s", first.text);
out:
    arena_free(walk.arena);
    return ok;
}
