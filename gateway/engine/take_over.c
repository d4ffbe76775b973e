/* take_over.c - an open case of another system becomes one of this ledger (接管在办业务). */
#include <string.h>

#include "crypt/digest.h"
#include "engine/internal.h"

/* Ids of cases that were opened elsewhere begin with this instant, whenever they were: both
 * provinces take the case over, and must find the same id without speaking of it. */
static const struct instant taken_over_ms = {INT64_C(1262275200000)}; /* 2010-01-01 +08:00 */

static bool id_of(const struct takeover *from, struct uuid *id, struct error *err)
{
    char text[128];
    struct buffer bytes = buffer_over(text, sizeof(text));
    struct digest digest;

    buffer_format(&bytes, "qiantong case %u %06u %06u %s", (unsigned)from->flow,
                  (unsigned)from->in_region, (unsigned)from->out_region, from->trace);
    CHECK(!bytes.overflow);
    if (!digest_of(DIGEST_SHA256, text, bytes.size, &digest, err))
        return false;
    *id = uuid_v7(taken_over_ms, digest.bytes);
    return true;
}

static bool refuse(struct work *work, const char *code, const char *reason)
{
    field_copy(work->result.code, CODE_SIZE, code);
    field_copy(work->result.reason, sizeof(work->result.reason), reason);
    return true;
}

/* Is the region whose role we play ours? */
static bool is_ours(const struct engine *engine, const struct takeover *from)
{
    bool first = from->role == flow_find(from->flow)->roles[0];
    uint32_t ours = first ? from->in_region : from->out_region;

    return ours / 10000 == engine_party(engine, 1)->region / 10000;
}

/* The far province's number; *alone: the route has no gateway at its far end. 0: none is known.
 */
static uint32_t partner_of(const struct engine *engine, const struct takeover *from,
                           bool *alone)
{
    const struct flow *flow = flow_find(from->flow);
    bool first = from->role == flow->roles[0];

    *alone = flow->alone != NULL && flow->alone(from->in_region, from->out_region);
    return *alone ? 0 : province_of(engine, first ? from->out_region : from->in_region);
}

/* --- a line that comes again ------------------------------------------------------------- */

/* What the case was when it was taken over. */
struct first {
    struct flow_case row;
    bool found;
};

static bool look_at_first(void *self, const struct entry *entry)
{
    struct error unread = ERROR_INIT;
    struct first *first = self;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at);

    first->found = tlv != NULL && flow_case_decode(tlv->bytes, &first->row, &unread);
    return false;
}

static bool is_person(const struct takeover *from, const uint8_t tag[16])
{
    for (size_t i = 0; i < from->tag_count; i++)
        if (memcmp(from->tags[i], tag, 16) == 0)
            return true;
    return false;
}

/* All but what is not the line's own: parties, keys and rules may have changed since. */
static bool says_the_same(struct flow_case first, const struct flow_case *now)
{
    unsigned char first_bytes[CASE_ENCODED_MAX];
    unsigned char now_bytes[CASE_ENCODED_MAX];
    struct buffer a = buffer_over(first_bytes, sizeof(first_bytes));
    struct buffer b = buffer_over(now_bytes, sizeof(now_bytes));

    first.case_id = now->case_id;
    first.party = now->party;
    first.core = now->core;
    first.changed_at = now->changed_at;
    memcpy(first.person_tag, now->person_tag, sizeof(first.person_tag));
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (first.clocks[i].kind == now->clocks[i].kind &&
            first.clocks[i].start.number == now->clocks[i].start.number)
            first.clocks[i] = now->clocks[i];
    flow_case_encode(&first, &a);
    flow_case_encode(now, &b);
    return text_equal(buffer_as_text(&a), buffer_as_text(&b));
}

/* It is here: because this very line was taken, or another one of the same case. */
static bool repeat(struct ledger_txn *txn, struct work *work, const struct flow_case *after,
                   struct error *err)
{
    struct first first = {.found = false};

    if (!ledger_each_of_case(txn, &after->case_id, look_at_first, &first, err))
        return false;
    if (!first.found || !says_the_same(first.row, after) ||
        !is_person(work->takeover, first.row.person_tag))
        return refuse(work, "FLW-08", "it was taken over already, and the list said otherwise");
    work->result.duplicate = true;
    work->result.case_id = after->case_id;
    work->result.verdict = VERDICT_ACCEPTED;
    return true;
}

/* --- all --------------------------------------------------------------------------------- */

/* Is it in the ledger, or does it stand in the way of one that is? */
static bool stands(struct ledger_txn *txn, struct work *work, const struct flow_case *after,
                   bool *stopped, struct error *err)
{
    const struct takeover *from = work->takeover;
    struct flow_case row;
    struct uuid other;
    bool found = false;

    *stopped = true;
    if (!ledger_get_case(txn, &after->case_id, &row, &found, err))
        return false;
    if (found)
        return repeat(txn, work, after, err);
    if (!ledger_case_by_trace(txn, from->in_region, from->trace, &other, &found, err))
        return false;
    if (found)
        return refuse(work, "FLW-08", "the trace number is another case's");
    if (!ledger_open_case(txn, from->flow, from->tags[0], from->in_region, from->out_region,
                          &other, &found, err))
        return false;
    if (found)
        return refuse(work, "PEN-R08", "another open case of this person and route exists");
    *stopped = false;
    return true;
}

/* The case as its flow sees it, with whom it is shared; a reason in the result: it may not be.
 */
static bool describe(struct engine *engine, struct work *work, struct instant now,
                     struct flow_case *after, struct error *err)
{
    const struct takeover *from = work->takeover;
    char why[TAKEOVER_WHY_SIZE];
    bool alone;

    if (!flow_take_over(from, engine->rules, engine->calendar, after, why))
        return refuse(work, "", why);
    after->party = partner_of(engine, from, &alone);
    if (!is_ours(engine, from) || (after->party == 0 && !alone))
        return refuse(work, "FLW-04", "no partner is configured for this route");
    after->core = from->core;
    after->changed_at = now;
    memcpy(after->person_tag, from->tags[0], sizeof(after->person_tag));
    return id_of(from, &after->case_id, err);
}

bool apply_take_over(struct engine *engine, struct ledger_txn *txn, struct work *work,
                     struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, ENTRY_OPERATOR);
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    bool stopped;

    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    work->result.verdict = VERDICT_REFUSED;
    if (!describe(engine, work, draft->entry.wall, &decision->after, err))
        return false;
    if (work->result.reason[0] != '\0')
        return true;
    if (!stands(txn, work, &decision->after, &stopped, err))
        return false;
    if (stopped)
        return true;
    decision->kind = DECISION_ACCEPTED;
    draft->entry.party = decision->after.party;
    draft_add_decision(draft, NULL, decision);
    for (size_t i = 0; i < work->note_tlv_count; i++)
        draft_add_text(draft, work->note_tlvs[i].type, work->note_tlvs[i].bytes);
    work->result.verdict = VERDICT_ACCEPTED;
    work->result.case_id = decision->after.case_id;
    work->result.state = decision->after.state;
    work->result.sequence = ledger_next_seq(txn);
    work->result.received_at = draft->entry.wall;
    return draft_append(draft, txn, err);
}
