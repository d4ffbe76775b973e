/* walk_bodies.c - are the bodies that an entry names still there, and the same? */
#include "ledger/walk.h"

#include <string.h>

enum { BODY_MEMORY = 64 * 1024 * 1024 };

static int month_count(uint32_t yyyymm)
{
    return (int)(yyyymm / 100) * 12 + (int)(yyyymm % 100);
}

/* May the row be gone by the time of the newest entry? */
static bool may_be_gone(const struct walk *walk, const struct entry_body *body)
{
    static const int years[] = {
        [RETENTION_10_YEARS] = 10,
        [RETENTION_30_YEARS] = 30,
        [RETENTION_50_YEARS] = 50,
        [RETENTION_100_YEARS] = 100,
    };
    if (body->retention == RETENTION_DAYS)
        return true;
    if (body->retention == RETENTION_PERMANENT)
        return false;
    struct instant newest = walk->head_known ? walk->head.wall : walk->wall;
    uint32_t now = day_yyyymmdd(instant_day(newest)) / 100;
    return month_count(now) - month_count(body->month) > years[body->retention] * 12;
}

static bool open_body(struct walk *walk, const struct entry *entry,
                      const struct entry_body *body, struct text sealed, struct arena *arena,
                      struct error *err)
{
    struct error closed = ERROR_INIT;
    struct digest digest;
    struct text plain;
    if (!walk->opener->open(walk->opener->self, body, sealed, arena, &plain, &closed)) {
        if (closed.code == ERROR_MEMORY) {
            *err = closed;
            return false;
        }
        walk_find_entry(walk, entry->seq, "a body that it names does not open");
        return true;
    }
    if (!digest_of(walk->ledger->kind, plain.at, plain.size, &digest, err))
        return false;
    if (plain.size != body->size ||
        memcmp(digest.bytes, body->digest, sizeof digest.bytes) != 0)
        walk_find_entry(walk, entry->seq, "a body that it names holds other bytes");
    return true;
}

static bool check_body(struct walk *walk, struct store_txn *txn, const struct entry *entry,
                       const struct entry_body *body, struct error *err)
{
    struct text sealed = TEXT_NONE;
    struct arena *arena = NULL;
    bool ok = false;
    bool found;
    bool whole;
    if (walk->opener) {
        arena = arena_new(BODY_MEMORY);
        if (!arena)
            return fail(err, ERROR_MEMORY, "no memory for a body");
    }
    walk->report->bodies++;
    if (!body_read(txn, body->month, body->digest, arena, walk->opener ? &sealed : NULL, &found,
                   &whole, err))
        goto out;
    ok = true;
    if (!found && !may_be_gone(walk, body))
        walk_find_entry(walk, entry->seq, "a body that it names is missing");
    else if (found && !whole)
        walk_find_entry(walk, entry->seq, "a body that it names is damaged");
    else if (found && walk->opener)
        ok = open_body(walk, entry, body, sealed, arena, err);
out:
    arena_free(arena);
    return ok;
}

bool walk_bodies(struct walk *walk, struct store_txn *txn, const struct entry *entry,
                 struct error *err)
{
    const struct tlv *tlv;
    size_t at = 0;
    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL) {
        struct entry_body body;
        if (!entry_body_decode(tlv->bytes, &body))
            walk_find_entry(walk, entry->seq, "a body that it names does not decode");
        else if (!check_body(walk, txn, entry, &body, err))
            return false;
    }
    return true;
}
