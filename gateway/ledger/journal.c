/* journal.c - the ledger's life, its transactions, and the append-only list of entries. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/consequences.h"
#include "ledger/internal.h"

/* --- life --------------------------------------------------------------------------------- */

static struct ledger *ledger_new(struct store *store, const struct entry_origin *origin,
                                 struct error *err)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) {
        (void)fail(err, ERROR_MEMORY, "no memory for a ledger");
        return NULL;
    }
    ledger->store = store;
    ledger->origin = *origin;
    ledger->kind = (enum digest_kind)origin->digest_kind;
    ledger->head.next_seq = 1;
    tree_init(&ledger->head.tree, ledger->kind);
    return ledger;
}

void ledger_close(struct ledger *ledger)
{
    free(ledger);
}

/* Takes over a head that is durable. */
static void publish(struct ledger *ledger, const struct ledger_head *head)
{
    ledger->head = *head;
    atomic_store(&ledger->size, head->next_seq - 1);
    atomic_store(&ledger->boots, head->boots);
}

static bool append_origin(struct ledger_txn *txn, const struct entry_origin *origin,
                          struct error *err)
{
    unsigned char bytes[128];
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    entry_origin_encode(origin, &buffer);
    const struct tlv tlv = {TLV_ORIGIN, buffer_as_text(&buffer)};
    struct entry entry = {.kind = ENTRY_ORIGIN,
                          .wall = origin->created,
                          .evidence = EVIDENCE_E3,
                          .tlvs = &tlv,
                          .tlv_count = 1};
    struct entry_origin again;
    if (!entry_origin_decode(tlv.bytes, &again))
        return fail(err, ERROR_CONFIG, "the ledger's origin is not well-formed");
    return meta_put_format(txn->store, origin, err) && ledger_append(txn, &entry, err);
}

bool ledger_create(struct store *store, const struct entry_origin *origin, struct error *err)
{
    struct ledger_txn *txn = NULL;
    struct ledger *ledger = NULL;
    bool ok = false;
    uint64_t count;
    bool exists;

    if (!ledger_exists(store, &exists, err))
        return false;
    if (exists)
        return fail(err, ERROR_LEDGER, "there is a ledger in this store already");
    ledger = ledger_new(store, origin, err);
    if (!ledger || !ledger_begin(ledger, &txn, err))
        goto out;
    for (unsigned i = 0; i < DATABASES; i++) {
        if (!store_count(txn->store, i, &count, err))
            goto out;
        if (count > 0) {
            (void)fail(err, ERROR_LEDGER, "database %s is not empty", store_database_name(i));
            goto out;
        }
    }
    if (!append_origin(txn, origin, err) || !meta_put_anchor(txn->store, &txn->head.tree, err))
        goto out;
    ok = ledger_commit(&txn, err);
out:
    ledger_abort(txn);
    ledger_close(ledger);
    return ok;
}

bool ledger_exists(struct store *store, bool *exists, struct error *err)
{
    struct store_txn *txn = NULL;
    if (!store_begin_read(store, &txn, err))
        return false;
    bool ok = meta_check_format(txn, exists, err);
    store_abort(txn);
    return ok;
}

/* The origin as entry 1 says it, for a ledger whose `meta` is damaged. */
static bool origin_of_journal(struct store_txn *txn, struct entry_origin *origin,
                              struct error *err)
{
    struct row_key key = key_seq(1);
    struct arena *arena = NULL;
    struct entry entry;
    struct text value;
    size_t at = 0;
    bool found;
    if (!store_get(txn, DATABASE_JOURNAL, key_text(&key), &value, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "journal 1: missing");
    arena = arena_new(LEDGER_ENTRY_MEMORY);
    if (!arena)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    bool ok = entry_decode(arena, value, &entry, err);
    const struct tlv *tlv = ok ? entry_next_tlv(&entry, TLV_ORIGIN, &at) : NULL;
    if (ok && (!tlv || !entry_origin_decode(tlv->bytes, origin)))
        ok = fail(err, ERROR_LEDGER, "journal 1: holds no origin");
    arena_free(arena);
    return ok;
}

static bool read_origin(struct store_txn *txn, bool read_only, struct entry_origin *origin,
                        struct error *err)
{
    bool found = false;
    bool exists;
    if (!meta_check_format(txn, &exists, err))
        return false;
    if (!exists)
        return fail(err, ERROR_NOT_FOUND, "there is no ledger in this store");
    bool ok = meta_get_origin(txn, origin, &found, err);
    if (ok && found)
        return true;
    if (ok)
        (void)fail(err, ERROR_LEDGER, "meta origin: missing");
    return read_only && origin_of_journal(txn, origin, err);
}

/* A read-only ledger opens without a sound head, so that ledger_verify can name what is wrong.
 */
static bool read_head(struct ledger *ledger, struct store_txn *txn, struct error *err)
{
    struct ledger_head head;
    struct tree anchor;
    bool found = false;
    bool ok = meta_get_head(txn, &head, &found, err);
    if (ok && !found)
        ok = fail(err, ERROR_LEDGER, "meta head: missing");
    if (ok && head.tree.kind != ledger->kind)
        ok = fail(err, ERROR_LEDGER, "meta head: has another hash than the ledger");
    if (ok)
        publish(ledger, &head);
    if (!ok)
        return ledger->read_only && err->code == ERROR_LEDGER;
    if (ledger->read_only)
        return true;
    if (!meta_get_anchor(txn, &anchor, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "meta anchor: missing");
    ledger->anchor_size = anchor.size;
    return true;
}

bool ledger_open(struct store *store, bool read_only, struct ledger **out, struct error *err)
{
    struct store_txn *txn = NULL;
    struct ledger *ledger = NULL;
    struct entry_origin origin;
    bool ok = false;

    *out = NULL;
    if (!store_begin_read(store, &txn, err))
        return false;
    if (!read_origin(txn, read_only, &origin, err))
        goto out;
    ledger = ledger_new(store, &origin, err);
    if (!ledger)
        goto out;
    ledger->read_only = read_only;
    ok = read_head(ledger, txn, err);
out:
    store_abort(txn);
    if (ok && !read_only)
        ok = verify_recent(ledger, err) && upgrade_ledger(ledger, err);
    if (ok)
        *out = ledger;
    else
        ledger_close(ledger);
    return ok;
}

const struct entry_origin *ledger_origin(const struct ledger *ledger)
{
    return &ledger->origin;
}

uint64_t ledger_size(const struct ledger *ledger)
{
    return atomic_load(&ledger->size);
}

uint32_t ledger_boots(const struct ledger *ledger)
{
    return (uint32_t)atomic_load(&ledger->boots);
}

/* --- transactions ------------------------------------------------------------------------- */

static bool begin(struct ledger *ledger, bool write, struct ledger_txn **txn, struct error *err)
{
    struct ledger_txn *begun = calloc(1, sizeof *begun);
    *txn = NULL;
    if (!begun)
        return fail(err, ERROR_MEMORY, "no memory for a transaction");
    begun->ledger = ledger;
    begun->write = write;
    bool ok = write ? store_begin_write(ledger->store, &begun->store, err)
                    : store_begin_read(ledger->store, &begun->store, err);
    if (!ok) {
        free(begun);
        return false;
    }
    if (write)
        begun->head = ledger->head;
    *txn = begun;
    return true;
}

bool ledger_begin(struct ledger *ledger, struct ledger_txn **txn, struct error *err)
{
    CHECK(!ledger->read_only);
    return begin(ledger, true, txn, err);
}

bool ledger_begin_read(struct ledger *ledger, struct ledger_txn **txn, struct error *err)
{
    return begin(ledger, false, txn, err);
}

/* Head, and the anchor when the head has left it far enough behind. */
static bool write_head(struct ledger_txn *txn, bool *moved, struct error *err)
{
    *moved = false;
    if (txn->head.next_seq == txn->ledger->head.next_seq)
        return true;
    if (!meta_put_head(txn->store, &txn->head, err))
        return false;
    if (txn->head.tree.size < txn->ledger->anchor_size + LEDGER_RECENT)
        return true;
    *moved = true;
    return meta_put_anchor(txn->store, &txn->head.tree, err);
}

bool ledger_commit(struct ledger_txn **txn, struct error *err)
{
    struct ledger_txn *ending = *txn;
    struct ledger *ledger = ending->ledger;
    bool moved = false;
    bool ok;

    *txn = NULL;
    if (ending->broken)
        ok = fail(err, ERROR_LEDGER, "a transaction that failed half-way cannot be committed");
    else
        ok = !ending->write || write_head(ending, &moved, err);
    if (ok)
        ok = store_commit(&ending->store, err);
    if (ok && ending->write) {
        publish(ledger, &ending->head);
        if (moved)
            ledger->anchor_size = ending->head.tree.size;
        ending->committed = true;
    }
    ledger_abort(ending);
    return ok;
}

void ledger_abort(struct ledger_txn *txn)
{
    if (!txn)
        return;
    store_abort(txn->store);
    if (txn->ended)
        txn->ended(txn->ended_self, txn->committed);
    free(txn);
}

void ledger_on_end(struct ledger_txn *txn, ledger_ended *ended, void *self)
{
    CHECK(txn->write);
    txn->ended = ended;
    txn->ended_self = self;
}

struct instant ledger_stamp(struct ledger_txn *txn, struct instant now, bool *went_back)
{
    CHECK(txn->write);
    if (!txn->stamped) {
        txn->stamped = true;
        txn->went_back = instant_before(now, txn->head.wall);
        txn->stamp = txn->went_back ? txn->head.wall : now;
    }
    *went_back = txn->went_back;
    return txn->stamp;
}

bool ledger_get_end(struct ledger_txn *txn, struct ledger_end *end, struct error *err)
{
    struct ledger_head head;
    bool found = false;
    if (!meta_get_head(txn->store, &head, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "meta head: missing");
    end->tree = head.tree;
    memcpy(end->leaf, head.leaf, sizeof end->leaf);
    return true;
}

uint64_t ledger_next_seq(const struct ledger_txn *txn)
{
    CHECK(txn->write);
    return txn->head.next_seq;
}

/* --- entries ------------------------------------------------------------------------------ */

/* What entry_decode would refuse must never be written. */
static bool check_entry(const struct ledger_txn *txn, const struct entry *entry,
                        struct error *err)
{
    unsigned before = 1;
    if (entry->kind <= ENTRY_NONE || entry->kind >= ENTRY_KINDS)
        return fail(err, ERROR_LEDGER, "an entry of kind %u", entry->kind);
    if ((entry->kind == ENTRY_ORIGIN) != (txn->head.next_seq == 1))
        return fail(err, ERROR_LEDGER, "the origin is the first entry, and only that");
    if (entry->wall.ms < 0 || instant_before(entry->wall, txn->head.wall))
        return fail(err, ERROR_LEDGER, "an entry before the one that stands before it");
    if (entry->amount.fen > MONEY_MAX || entry->amount.fen < -MONEY_MAX)
        return fail(err, ERROR_LEDGER, "an amount out of range");
    if (entry->tlv_count > ENTRY_TLVS_MAX)
        return fail(err, ERROR_LEDGER, "more than %d TLVs", ENTRY_TLVS_MAX);
    for (size_t i = 0; i < entry->tlv_count; i++) {
        if (entry->tlvs[i].type < before)
            return fail(err, ERROR_LEDGER, "TLV type %u follows type %u", entry->tlvs[i].type,
                        before);
        before = entry->tlvs[i].type;
    }
    return true;
}

static bool append(struct ledger_txn *txn, struct entry *entry, struct error *err)
{
    struct ledger *ledger = txn->ledger;
    struct buffer buffer = buffer_over(ledger->record, sizeof ledger->record);
    struct row_key key = key_seq(txn->head.next_seq);
    struct digest leaf;

    if (!check_entry(txn, entry, err))
        return false;
    entry->seq = txn->head.next_seq;
    memcpy(entry->previous, txn->head.leaf, sizeof entry->previous);
    entry_encode(entry, &buffer);
    if (buffer.overflow)
        return fail(err, ERROR_LEDGER, "an entry larger than %d bytes", ENTRY_SIZE_MAX);
    if (!tree_leaf_hash(ledger->kind, buffer.at, buffer.size, &leaf, err))
        return false;
    memcpy(entry->leaf, leaf.bytes, sizeof entry->leaf);
    buffer_bytes(&buffer, leaf.bytes, sizeof leaf.bytes);
    if (!store_append(txn->store, DATABASE_JOURNAL, key_text(&key), buffer_as_text(&buffer),
                      err) ||
        !consequences_apply(txn->store, ledger->kind, entry, err) ||
        !tree_append(&txn->head.tree, &leaf, err))
        return false;
    memcpy(txn->head.leaf, leaf.bytes, sizeof txn->head.leaf);
    txn->head.wall = entry->wall;
    txn->head.next_seq++;
    if (entry->kind == ENTRY_BOOT)
        txn->head.boots++;
    return true;
}

bool ledger_append(struct ledger_txn *txn, struct entry *entry, struct error *err)
{
    CHECK(txn->write);
    if (txn->broken)
        return fail(err, ERROR_LEDGER, "this transaction failed half-way");
    if (append(txn, entry, err))
        return true;
    txn->broken = true;
    return false;
}
