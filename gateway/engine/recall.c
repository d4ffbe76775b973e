/* recall.c - documents of another case that a decision is made from: what a flow keeps of its
 * projects is looked up, opened and read, in the transaction that decides. */
#include <string.h>

#include "engine/internal.h"

/* The national content that one submission of a case brought. */
struct seeking {
    const struct uuid *case_id;
    struct entry_body body;
    bool found;
};

static bool seek(void *self, const struct entry *entry)
{
    struct seeking *seeking = self;
    const struct tlv *tlv;
    size_t at = 0;

    if (entry->kind != ENTRY_SUBMITTED || !uuid_equal(&entry->case_id, seeking->case_id))
        return true;
    while (!seeking->found && (tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL)
        seeking->found = entry_body_decode(tlv->bytes, &seeking->body) &&
                         seeking->body.use == BODY_CONTENT;
    return !seeking->found;
}

/* *document NULL: it is no longer kept. */
static bool read_document(struct engine *engine, struct ledger_txn *txn,
                          const struct entry_body *body, struct arena *arena,
                          const struct record **document, struct error *err)
{
    struct record *root = NULL;
    struct text sealed;
    struct text plain;
    bool found;

    if (!ledger_get_body(txn, body->month, body->digest, arena, &sealed, &found, err))
        return false;
    if (!found)
        return true;
    if (!engine->given.open(engine->given.self, body, sealed, arena, &plain, err) ||
        !record_decode(arena, plain, &root, err))
        return false;
    *document = root;
    return true;
}

static bool recall_one(struct engine *engine, struct ledger_txn *txn,
                       const struct flow_case *kept, size_t index, struct arena *arena,
                       const struct record **document, struct error *err)
{
    const uint8_t *key = flow_case_kept(kept, index);
    struct seeking seeking = {.case_id = &kept->case_id};

    if (key == NULL)
        return true;
    if (!ledger_each_of_message(txn, key, seek, &seeking, err))
        return false;
    return !seeking.found || read_document(engine, txn, &seeking.body, arena, document, err);
}

bool recall_kept(struct engine *engine, struct ledger_txn *txn, const struct flow *flow,
                 struct flow_event *event, struct arena *arena, struct error *err)
{
    struct flow_recall recall;
    struct flow_case *kept;
    struct uuid case_id;
    bool found;

    if (flow->recall == NULL || event->source != EVENT_RECEIVED || engine->given.open == NULL ||
        !flow->recall(event->action, event->body, &recall))
        return true;
    if (!ledger_case_by_trace(txn, recall.in_region, recall.trace, &case_id, &found, err))
        return false;
    if (!found)
        return true;
    kept = arena_alloc(arena, sizeof(*kept));
    if (kept == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a case");
    if (!ledger_get_case(txn, &case_id, kept, &found, err))
        return false;
    if (!found || kept->flow != flow->number)
        return true;
    for (size_t i = 0; i < FLOW_KEPT_MAX; i++)
        if (!recall_one(engine, txn, kept, i, arena, &event->kept[i], err))
            return false;
    event->recalled = kept;
    return true;
}
