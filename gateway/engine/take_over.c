/* take_over.c - an open case of another system becomes one of this ledger (接管在办业务). */
#include <string.h>

#include "core/flow_clock.h"
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

/* The far province's number, 0: none is known. Ours must be the region whose role we play. */
static uint32_t partner_of(const struct engine *engine, const struct takeover *from)
{
    const struct engine_party *home = engine_party(engine, 1);
    bool first = from->role == flow_find(from->flow)->roles[0];
    uint32_t ours = first ? from->in_region : from->out_region;
    uint32_t theirs = first ? from->out_region : from->in_region;

    return ours / 10000 == home->region / 10000 ? province_of(engine, theirs) : 0;
}

static uint32_t core_of(const struct engine *engine)
{
    for (size_t i = 0; i < engine->party_count; i++)
        if (engine->parties[i].kind == PARTY_CORE && !engine->parties[i].gone)
            return engine->parties[i].number;
    return 0;
}

static void start_limit(struct engine *engine, const struct takeover *from,
                        struct flow_case *after)
{
    struct flow_event event = {.source = EVENT_OPERATOR, .at = day_start(from->limit_from)};
    struct flow_situation situation = {.flow = flow_find(from->flow),
                                       .rules = engine->rules,
                                       .calendar = engine->calendar,
                                       .before = after,
                                       .event = &event};

    flow_clock_start(&situation, after, from->limit, from->limit_from);
}

static struct flow_case case_of(const struct engine *engine, const struct takeover *from,
                                const struct uuid *id, uint32_t party, struct instant now)
{
    struct flow_case after = {
        .case_id = *id,
        .flow = from->flow,
        .role = from->role,
        .state = from->state,
        .version = 1,
        .flags = CASE_TAKEN_OVER | (from->form_total.fen > 0 ? CASE_FORM_HELD : 0) |
                 (from->money_total.fen > 0 ? CASE_MONEY_SEEN : 0),
        .party = party,
        .core = core_of(engine),
        .in_region = from->in_region,
        .out_region = from->out_region,
        .letter_revision = from->letter_revision,
        .form_revision = from->form_revision,
        .form_total = from->form_total,
        .money_total = from->money_total,
        .opened_at = day_start(from->opened_on),
        .changed_at = now,
    };

    memcpy(after.trace, from->trace, sizeof(after.trace));
    return after;
}

/* Is it in the ledger, or does it stand in the way of one that is? */
static bool stands(struct ledger_txn *txn, struct work *work, const struct uuid *id,
                   bool *refused, struct error *err)
{
    const struct takeover *from = work->takeover;
    struct flow_case row;
    struct uuid other;
    bool found = false;

    *refused = true;
    if (!ledger_get_case(txn, id, &row, &found, err))
        return false;
    if (found) {
        work->result.duplicate = true;
        work->result.case_id = *id;
        work->result.verdict = VERDICT_ACCEPTED;
        return true;
    }
    if (!ledger_case_by_trace(txn, from->in_region, from->trace, &other, &found, err))
        return false;
    if (found)
        return refuse(work, "FLW-08", "the trace number is another case's");
    if (!ledger_open_case(txn, from->flow, work->person_tag, from->in_region, from->out_region,
                          &other, &found, err))
        return false;
    if (found)
        return refuse(work, "PEN-R08", "another open case of this person and route exists");
    *refused = false;
    return true;
}

bool apply_take_over(struct engine *engine, struct ledger_txn *txn, struct work *work,
                     struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, ENTRY_OPERATOR);
    struct flow_decision *decision = arena_alloc(work->arena, sizeof(*decision));
    const struct takeover *from = work->takeover;
    uint32_t party = partner_of(engine, from);
    struct uuid id;
    bool refused;

    if (draft == NULL || decision == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    work->result.verdict = VERDICT_REFUSED;
    if (party == 0)
        return refuse(work, "FLW-04", "no partner is configured for this route");
    if (!id_of(from, &id, err) || !stands(txn, work, &id, &refused, err))
        return false;
    if (refused)
        return true;
    decision->kind = DECISION_ACCEPTED;
    decision->after = case_of(engine, from, &id, party, draft->entry.wall);
    memcpy(decision->after.person_tag, work->person_tag, sizeof(work->person_tag));
    if (from->limit != CLOCK_NONE)
        start_limit(engine, from, &decision->after);
    draft->entry.party = party;
    draft_add_decision(draft, NULL, decision);
    for (size_t i = 0; i < work->note_tlv_count; i++)
        draft_add_text(draft, work->note_tlvs[i].type, work->note_tlvs[i].bytes);
    work->result.verdict = VERDICT_ACCEPTED;
    work->result.case_id = id;
    work->result.state = from->state;
    work->result.sequence = ledger_next_seq(txn);
    work->result.received_at = draft->entry.wall;
    return draft_append(draft, txn, err);
}
