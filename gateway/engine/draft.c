/* draft.c - putting one entry together: fixed part, TLVs in ascending order, then the journal.
 */
#include "engine/internal.h"

#include <string.h>

struct draft *draft_new(struct engine *engine, struct ledger_txn *txn, struct arena *arena,
                        enum entry_kind kind)
{
    struct draft *draft = arena_alloc(arena, sizeof(*draft));
    void *bytes = arena_alloc(arena, DRAFT_BYTES);
    struct instant now;

    if (draft == NULL || bytes == NULL)
        return NULL;
    draft->bytes = buffer_over(bytes, DRAFT_BYTES);
    draft->entry.kind = (uint16_t)kind;
    draft->entry.boot = engine->boot;
    now = engine->given.now(engine->given.self);
    draft->entry.wall = ledger_stamp(txn, now, &draft->clock_back);
    draft->now = draft->clock_back ? now : draft->entry.wall;
    if (draft->clock_back)
        draft->entry.flags |= ENTRY_FLAG_CLOCK_BACK;
    draft->entry.business_date = day_yyyymmdd(instant_day(draft->entry.wall));
    draft->entry.evidence = EVIDENCE_E3;
    memcpy(draft->entry.rules_digest, engine->rules->digest, 32);
    return draft;
}

bool draft_grow(struct draft *draft, struct arena *arena, size_t size)
{
    void *bytes = arena_alloc(arena, size);

    CHECK(draft->bytes.size == 0);
    if (bytes == NULL)
        return false;
    draft->bytes = buffer_over(bytes, size);
    return true;
}

size_t draft_mark(const struct draft *draft)
{
    return draft->bytes.size;
}

void draft_add(struct draft *draft, uint16_t type, size_t mark)
{
    draft_add_text(
        draft, type,
        (struct text){(const char *)draft->bytes.at + mark, draft->bytes.size - mark});
}

void draft_add_text(struct draft *draft, uint16_t type, struct text bytes)
{
    if (draft->entry.tlv_count == DRAFT_TLVS_MAX) {
        draft->bytes.overflow = true;
        return;
    }
    draft->tlvs[draft->entry.tlv_count++] = (struct tlv){.type = type, .bytes = bytes};
}

void draft_add_body(struct draft *draft, const struct entry_body *body)
{
    size_t mark = draft_mark(draft);

    entry_body_encode(body, &draft->bytes);
    draft_add(draft, TLV_BODY, mark);
}

void draft_add_verdict(struct draft *draft, const struct entry_verdict *verdict)
{
    size_t mark = draft_mark(draft);

    entry_verdict_encode(verdict, &draft->bytes);
    draft_add(draft, TLV_VERDICT, mark);
}

void draft_add_letter_state(struct draft *draft, uint64_t out_id, enum letter_state state,
                            uint16_t attempts, struct instant due)
{
    struct entry_letter_state row = {
        .out_id = out_id, .state = (uint8_t)state, .attempts = attempts, .due = due};
    size_t mark = draft_mark(draft);

    entry_letter_state_encode(&row, &draft->bytes);
    draft_add(draft, TLV_LETTER_STATE, mark);
}

static void add_warning(struct draft *draft, const struct flow_warning *warning)
{
    size_t mark = draft_mark(draft);

    buffer_bytes(&draft->bytes, warning->code, sizeof(warning->code));
    buffer_u16(&draft->bytes, warning->row);
    draft_add(draft, TLV_WARNING, mark);
}

void draft_add_case(struct draft *draft, const struct flow_case *after)
{
    size_t mark = draft_mark(draft);

    flow_case_encode(after, &draft->bytes);
    draft_add(draft, TLV_CASE_AFTER, mark);
}

void draft_add_decision(struct draft *draft, const struct flow_case *before,
                        const struct flow_decision *decision)
{
    const struct flow_case *after = &decision->after;
    struct entry *entry = &draft->entry;

    entry->case_id = after->case_id;
    entry->flow = after->flow;
    entry->role = after->role;
    entry->state_from = before != NULL ? before->state : after->state;
    entry->state_to = after->state;
    entry->from_region = after->out_region;
    entry->to_region = after->in_region;
    memcpy(entry->person_tag, after->person_tag, sizeof(entry->person_tag));
    draft_add_case(draft, after);
    for (size_t i = 0; i < decision->also_count; i++)
        draft_add_case(draft, decision->also[i]);
    for (size_t i = 0; i < decision->warning_count; i++)
        add_warning(draft, &decision->warnings[i]);
}

/* Insertion sort: stable, and a handful of rows. */
static void sort_tlvs(struct draft *draft)
{
    for (size_t i = 1; i < draft->entry.tlv_count; i++) {
        struct tlv moving = draft->tlvs[i];
        size_t at = i;
        for (; at > 0 && draft->tlvs[at - 1].type > moving.type; at--)
            draft->tlvs[at] = draft->tlvs[at - 1];
        draft->tlvs[at] = moving;
    }
}

bool draft_append(struct draft *draft, struct ledger_txn *txn, struct error *err)
{
    if (draft->bytes.overflow)
        return fail(err, ERROR_LEDGER, "an entry of kind %s would pass its bounds",
                    entry_kind_name(draft->entry.kind).english);
    sort_tlvs(draft);
    draft->entry.tlvs = draft->tlvs;
    return ledger_append(txn, &draft->entry, err);
}

void field_copy(char *field, size_t field_size, const char *from)
{
    size_t size = strnlen(from, field_size - 1);

    memcpy(field, from, size);
    memset(field + size, 0, field_size - size);
}
