/*
 * enquiry.c - a core asks another province how a person of another plan stands there, and
 * perhaps, when it has been told, once more by CaseId. IN asks, OUT's gateway answers. What it
 * told is compared with what OUT's journal held in the moment of the answer.
 */
#include <stdio.h>
#include <string.h>

#include "core/transfer_enquiry.h"
#include "gateways.h"

enum { SOON_MS = 12 * 60 * 1000, JOURNALED_MAX = 128 };

static const int64_t later_ms = INT64_C(80) * 24 * 3600 * 1000;

/* --- the cores ---------------------------------------------------------------------------- */

static void name_enquiry(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    snprintf(plan->traces[TRANSFER], TRACE_SIZE, "ENQ/CX2026%08u", (unsigned)index + 1);
    plan->moneyless = true;
    plan->reverses = plan->both_reverse = false;
}

void enquiry_intend(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    name_enquiry(world, index);
    if (world->case_count == CASES_MAX || world_one_in(world, 2))
        return;
    plan->then = world->case_count++;
    plays_draw_plan(world, plan->then, plan->play);
    world->plans[plan->then].follows = true;
    name_enquiry(world, plan->then);
}

/* Somebody with a case in this world; NULL: there is none. */
static const struct plan *choose_about(struct world *world)
{
    uint32_t first = (uint32_t)world_random(world, world->case_count);

    for (uint32_t i = 0; i < world->case_count; i++) {
        const struct plan *about = &world->plans[(first + i) % world->case_count];
        if (about->play->flow != FLOW_TRANSFER_ENQUIRY)
            return about;
    }
    return NULL;
}

/* Mostly who takes part in the case asks the other one; now and then anybody asks anybody. */
static void choose_person(struct world *world, struct plan *plan)
{
    const struct plan *about = choose_about(world);

    plan->about = about;
    if (about == NULL)
        return;
    memcpy(plan->person, about->person, sizeof(plan->person));
    if (world_one_in(world, 4))
        return;
    plan->in = world_one_in(world, 2) ? about->in : about->out;
    plan->out = plan->in == about->in ? about->out : about->in;
}

void enquiry_start(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];
    struct plan *then = &world->plans[plan->then];
    struct paper *paper;
    int64_t wait_ms;

    if (plan->follows)
        return;
    choose_person(world, plan);
    if (plan->then != 0) {
        memcpy(then->person, plan->person, sizeof(then->person));
        then->about = plan->about;
        then->in = plan->in;
        then->out = plan->out;
    }
    paper = cores_paper(world, plan->in, index, ACTION_STATUS_QUERY, 1, TRANSFER);
    wait_ms = world_one_in(world, 3) ? later_ms : SOON_MS;
    paper->at = instant_add_ms(paper->at, (int64_t)world_random(world, (uint64_t)wait_ms));
}

/* One of those that were told; else the case with somebody else, of which the core knows in
 * another way; else nobody's. */
static struct uuid choose_case(struct world *world, const struct plan *plan,
                               const struct record *told)
{
    const struct record *row = record_find(told, "cases/case");
    size_t count = record_count(told, "cases/case");
    struct flow_case seen = {.case_id = {{0x01, 0x9c}}};
    struct text text;
    bool found;

    if (row != NULL) {
        for (size_t skip = world_random(world, count); skip > 0; skip--)
            row = record_same(row);
        CHECK(record_text(row, "caseId", &text) && uuid_parse(text, &seen.case_id));
    } else if (plan->about != NULL && world->provinces[plan->about->in].up) {
        CHECK(case_seen(world, plan->about->in, plan->about, TRANSFER, &seen, &found));
    }
    return seen.case_id;
}

void enquiry_told(struct world *world, const struct news *news)
{
    struct plan *plan = &world->plans[news->case_index];

    if (news->province != plan->in) {
        world_fail(world, "a core is told of an enquiry that is not its own");
        return;
    }
    if (news->action != ACTION_STATUS_ANSWER)
        return; /* that its limit has passed */
    plan->answers++;
    if (plan->then != 0 && plan->answers == 1)
        cores_paper(world, plan->in, plan->then, ACTION_STATUS_QUERY, 1, TRANSFER)->named =
            choose_case(world, plan, news->body);
}

void enquiry_accepted(struct world *world, const struct paper *paper)
{
    (void)world;
    (void)paper;
}

/* Sometimes it is one flow that is asked after. */
struct record *enquiry_make(struct arena *arena, const struct plan *plan,
                            const struct paper *paper)
{
    struct record *root = record_new(arena, action_name(paper->action).english);
    struct record *reference;
    char text[UUID_TEXT_SIZE];

    CHECK(root != NULL);
    reference = document_add(arena, root, "reference", "");
    document_add(arena, reference, "enquiryNumber", plan->traces[TRANSFER] + strlen("ENQ/"));
    snprintf(text, sizeof(text), "%06u", (unsigned)province_region(plan->in));
    document_add(arena, reference, "fromRegion", text);
    snprintf(text, sizeof(text), "%06u", (unsigned)province_region(plan->out));
    document_add(arena, reference, "toRegion", text);
    if (paper->action != ACTION_STATUS_QUERY)
        return root;
    if (uuid_is_none(&paper->named))
        document_add(arena, document_add(arena, root, "person", ""), "identityNumber",
                     plan->person);
    else
        document_add(arena, root, "caseId", uuid_format(&paper->named, text));
    if (plan->partial && plan->about != NULL)
        document_add(arena, root, "flow", flow_name(plan->about->play->flow).english);
    return root;
}

/* --- the judge ---------------------------------------------------------------------------- */

/* One document of an enquiry as a journal has it. */
struct heard {
    uint16_t action; /* which is looked for */
    unsigned count;
    uint64_t seq;
    uint8_t person_tag[16];
    struct entry_body original;
};

static bool hear(void *self, const struct entry *entry)
{
    struct heard *heard = self;
    const struct tlv *tlv;
    size_t at = 0;

    if (entry->kind != ENTRY_RECEIVED || entry->action != heard->action ||
        entry_next_tlv(entry, TLV_CASE_AFTER, &at) == NULL)
        return true; /* not taken */
    heard->count++;
    heard->seq = entry->seq;
    memcpy(heard->person_tag, entry->person_tag, sizeof(heard->person_tag));
    at = 0;
    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL) {
        struct entry_body body;

        CHECK(entry_body_decode(tlv->bytes, &body));
        if (body.use == BODY_ORIGINAL)
            heard->original = body;
    }
    return true;
}

/* The one document of this kind that came; NULL: there is none, or more than one. */
static const struct record *document_heard(struct ledger_txn *txn, const struct uuid *case_id,
                                           struct heard *heard, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct message message;
    struct text bytes;
    bool found = false;
    bool ok = ledger_each_of_case(txn, case_id, hear, heard, &err) && heard->count == 1 &&
              ledger_get_body(txn, heard->original.month, heard->original.digest, arena, &bytes,
                              &found, &err) &&
              found && packet_unpack(bytes, arena, &message);

    return ok ? message.body : NULL;
}

/* Every case of OUT as it stood before an entry. */
struct journaled {
    uint64_t before;
    struct flow_case rows[JOURNALED_MAX];
    bool told[JOURNALED_MAX];
    size_t count;
};

static struct flow_case *row_of(struct journaled *journaled, const struct uuid *case_id)
{
    for (size_t i = 0; i < journaled->count; i++)
        if (uuid_equal(&journaled->rows[i].case_id, case_id))
            return &journaled->rows[i];
    return NULL;
}

static bool replay(void *self, const struct entry *entry)
{
    struct journaled *journaled = self;
    struct error err = ERROR_INIT;
    struct flow_case after;
    struct flow_case *row;
    const struct tlv *tlv;
    size_t at = 0;

    if (entry->seq >= journaled->before)
        return false;
    while ((tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at)) != NULL) {
        CHECK(flow_case_decode(tlv->bytes, &after, &err));
        row = row_of(journaled, &after.case_id);
        CHECK(row != NULL || journaled->count < JOURNALED_MAX);
        *(row != NULL ? row : &journaled->rows[journaled->count++]) = after;
    }
    return true;
}

/* Must the asker be told of it? */
static bool asked_for(const struct record *question, const struct heard *heard, uint32_t asker,
                      const struct flow_case *row)
{
    struct uuid named;
    struct text text;

    if (row->party != asker || row->flow == FLOW_TRANSFER_ENQUIRY ||
        (record_text(question, "flow", &text) && flow_by_name(text) != row->flow))
        return false;
    if (record_text(question, "caseId", &text))
        return uuid_parse(text, &named) && uuid_equal(&named, &row->case_id);
    return memcmp(row->person_tag, heard->person_tag, sizeof(row->person_tag)) == 0;
}

static size_t limits_of(const struct flow_case *row)
{
    size_t count = 0;

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        count += row->clocks[i].kind != CLOCK_NONE &&
                 (row->clocks[i].state == CLOCK_STATE_RUNNING ||
                  row->clocks[i].state == CLOCK_STATE_PASSED);
    return count;
}

/* Does a row of the answer say of a case what was so? */
static bool says_so(const struct record *told, const struct flow_case *row)
{
    struct text state;
    struct text trace;
    struct text flow;

    return record_text(told, "state", &state) && record_text(told, "traceNumber", &trace) &&
           record_text(told, "flow", &flow) && flow_by_name(flow) == row->flow &&
           text_is(state, flow_state_name(flow_find(row->flow), row->state).english) &&
           text_is(trace, row->trace) && record_region(told, "inRegion") == row->in_region &&
           record_region(told, "outRegion") == row->out_region;
}

/* All that was to be told, each once, the newest first by the time in its CaseId, and nothing
 * else. */
static bool tells(const struct record *answer, const struct record *question,
                  const struct heard *heard, uint32_t asker, struct journaled *journaled)
{
    struct uuid newer = {{0}};
    size_t limits = 0;
    struct uuid case_id;
    struct text text;

    for (const struct record *told = record_find(answer, "cases/case"); told != NULL;
         told = record_same(told)) {
        struct flow_case *row;

        if (!record_text(told, "caseId", &text) || !uuid_parse(text, &case_id))
            return false;
        row = row_of(journaled, &case_id);
        if (row == NULL || !asked_for(question, heard, asker, row) || !says_so(told, row) ||
            (!uuid_is_none(&newer) && uuid_compare(&case_id, &newer) >= 0))
            return false;
        journaled->told[row - journaled->rows] = true;
        newer = case_id;
        limits += limits_of(row);
    }
    for (size_t i = 0; i < journaled->count; i++)
        if (!journaled->told[i] && asked_for(question, heard, asker, &journaled->rows[i]))
            return false;
    return limits == record_count(answer, "limits/limit") &&
           record_text(answer, "more", &text) && text_is(text, "false") &&
           record_find(answer, "person") == NULL;
}

/* What IN got against what OUT's journal held when it was asked. */
static bool check_answer(struct world *world, const struct plan *plan,
                         const struct uuid *case_id, struct arena *arena)
{
    struct journaled *journaled = arena_alloc(arena, sizeof(*journaled));
    struct heard asked = {.action = ACTION_STATUS_QUERY};
    struct heard answered = {.action = ACTION_STATUS_ANSWER};
    struct ledger_txn *there = NULL;
    struct ledger_txn *here = NULL;
    struct error err = ERROR_INIT;
    const struct record *question = NULL;
    const struct record *answer = NULL;
    char id[PARTY_ID_SIZE];
    bool ok;

    CHECK(journaled != NULL);
    memset(journaled, 0, sizeof(*journaled));
    snprintf(id, sizeof(id), "hrss.%06u", (unsigned)province_region(plan->in));
    ok = ledger_begin_read(world->provinces[plan->in].ledger, &here, &err) &&
         ledger_begin_read(world->provinces[plan->out].ledger, &there, &err) &&
         (answer = document_heard(here, case_id, &answered, arena)) != NULL &&
         (question = document_heard(there, case_id, &asked, arena)) != NULL;
    journaled->before = asked.seq;
    ok = ok && ledger_each_entry(there, 1, replay, journaled, &err);
    ledger_abort(there);
    ledger_abort(here);
    if (!ok)
        return world_fail(world, "enquiry %s: %u questions came, %u answers %s",
                          plan->traces[TRANSFER], asked.count, answered.count, err.text);
    ok = tells(answer, question, &asked,
               engine_party_by_id(world->provinces[plan->out].engine, id)->number, journaled);
    return ok || world_fail(world, "enquiry %s is told something else than was so",
                            plan->traces[TRANSFER]);
}

/* There is no reason why one should be refused in these worlds. */
bool enquiry_judge(struct world *world, const struct plan *plan)
{
    struct arena *arena = arena_new(4 * 1024 * 1024);
    struct flow_case asking;
    struct flow_case answering;
    bool asks = false;
    bool answers = false;
    bool ok;

    CHECK(arena != NULL && case_seen(world, plan->in, plan, TRANSFER, &asking, &asks) &&
          case_seen(world, plan->out, plan, TRANSFER, &answering, &answers));
    if (!asks || !answers || asking.state != ENQUIRY_ANSWERED ||
        answering.state != ENQUIRY_ANSWERED || !uuid_equal(&asking.case_id, &answering.case_id))
        ok = world_fail(world, "enquiry %s is not answered", plan->traces[TRANSFER]);
    else if (plan->answers != 1)
        ok = world_fail(world, "enquiry %s: its core got %u answers", plan->traces[TRANSFER],
                        plan->answers);
    else
        ok = check_answer(world, plan, &asking.case_id, arena);
    arena_free(arena);
    return ok;
}
