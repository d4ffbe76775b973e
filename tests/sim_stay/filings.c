/* filings.c - what the insured agency files: before the stay, and what becomes of it meanwhile:
 * a change, a suspension, a cancellation, or its last day is over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settlement_filing.h"
#include "stays.h"

enum { WAITS_MS = 20 * 1000, BUSY_MS = 5 * 1000, MEANWHILE_MS = 18 * 60 * 1000 };

#define LAST_DAY      "2026-03-02"
#define FILING_NUMBER "BA20260302001"

static void plan(struct filings *filings, unsigned action, int64_t after_ms)
{
    CHECK(filings->count < FILING_STEPS_MAX);
    filings->steps[filings->count++] = (struct filing_step){.action = action,
                                                            .after_ms = after_ms};
}

static int64_t meanwhile(struct world *world)
{
    return 60 * 1000 + (int64_t)world_random(world, MEANWHILE_MS);
}

void filings_start(struct world *world)
{
    struct filings *filings = &world->filings;
    struct happening acts = {.kind = FILINGS_ACT};

    filings->ends_today = world_chance(world, 400);
    plan(filings, ACTION_FILING, 0);
    if (world_chance(world, 300)) {
        plan(filings, ACTION_FILING_CHANGE, meanwhile(world));
    } else if (world->insurance == INSURANCE_INJURY && world_chance(world, 500)) {
        plan(filings, ACTION_FILING_SUSPEND, meanwhile(world));
        if (world_chance(world, 500))
            plan(filings, ACTION_FILING_RESTORE, meanwhile(world) / 4);
    } else if (world_chance(world, 400)) {
        plan(filings, ACTION_FILING_CANCEL, meanwhile(world));
    }
    world_add(world, &acts, 100);
}

/* --- documents ---------------------------------------------------------------------------- */

static struct record *filing_of(struct world *world, struct arena *arena, unsigned action)
{
    bool injury = world->insurance == INSURANCE_INJURY;
    struct record *root = document_filing(arena, action, FILING_NUMBER);
    bool today = world->filings.ends_today == (action == ACTION_FILING);

    document_add(arena, root, "insurance", injury ? "injury" : "medical");
    document_person(arena, root);
    document_add(arena, root, "kind", injury ? "TR" : "21");
    document_add(arena, root, "area", "44");
    if (injury) {
        document_add(arena, root, "service", "MED");
        document_add(arena, root, "recognitionNumber", "2026-0731");
    }
    document_add(arena, root, "from", "2026-03-01");
    document_add(arena, root, "to", today ? LAST_DAY : "2026-03-09");
    return root;
}

static struct record *next_document(struct world *world, struct arena *arena, unsigned action)
{
    struct filings *filings = &world->filings;
    struct record *root;
    char version[16];

    if (action == ACTION_FILING || action == ACTION_FILING_CHANGE) {
        root = filing_of(world, arena, action);
        snprintf(version, sizeof(version), "%u", filings->version + 1);
    } else {
        root = document_filing(arena, action, FILING_NUMBER);
        document_add(arena, root, "effectiveOn", LAST_DAY);
        snprintf(version, sizeof(version), "%u", filings->version);
    }
    if (action == ACTION_FILING_CANCEL)
        document_add(arena, root, "kind", "cancel");
    document_add(arena, root, "version", version);
    return root;
}

/* --- submitting --------------------------------------------------------------------------- */

static void submit(struct world *world)
{
    struct filings *filings = &world->filings;
    struct happening says = {.kind = SUBMISSION_COMES,
                             .side = AT_INSURED,
                             .number = filings->number,
                             .head = {.flow = FLOW_SETTLEMENT_FILING,
                                      .action = (uint16_t)filings->steps[filings->step].action,
                                      .revision = 1,
                                      .sent_at = world->now}};
    struct happening again = {.kind = FILINGS_ACT};

    filings->flight = says.flight = again.flight = ++world->flights;
    says.content = bytes_copy(
        (struct text){(const char *)filings->content.at, filings->content.size});
    world_trace(world, "insured files %s", action_name(says.head.action).english);
    network_send(world, HOP_SAY, &says);
    world_add(world, &again, WAITS_MS);
}

void filings_act(struct world *world, const struct happening *happening)
{
    struct filings *filings = &world->filings;
    struct arena *arena;

    if (filings->step == filings->count || happening->flight != filings->flight)
        return;
    if (filings->number == 0) {
        arena = arena_new(SIM_MEMORY);
        CHECK(arena != NULL);
        filings->number = ++world->numbers;
        free(filings->content.at);
        filings->content = bytes_of(
            next_document(world, arena, filings->steps[filings->step].action));
        arena_free(arena);
    }
    submit(world);
}

void filings_hear(struct world *world, const struct happening *response)
{
    struct filings *filings = &world->filings;
    struct happening acts = {.kind = FILINGS_ACT};
    unsigned action;

    if (response->flight != filings->flight || filings->flight == 0 ||
        filings->step == filings->count)
        return;
    acts.flight = filings->flight = ++world->flights;
    if (response->told == TOLD_LATER) {
        world_add(world, &acts, BUSY_MS);
        return;
    }
    world_trace(world, "insured hears %u %s of its filing", response->told, response->code);
    action = filings->steps[filings->step].action;
    if (response->told != TOLD_REFUSED &&
        (action == ACTION_FILING || action == ACTION_FILING_CHANGE))
        filings->version++;
    filings->number = 0;
    filings->step++;
    if (filings->step < filings->count)
        world_add(world, &acts, filings->steps[filings->step].after_ms);
}

/* --- judging ------------------------------------------------------------------------------ */

static bool find(struct side *side, struct flow_case *row, bool *found)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct uuid case_id;
    bool ok = ledger_begin_read(side->ledger, &txn, &err) &&
              ledger_case_by_trace(txn, 440000, "520100/" FILING_NUMBER, &case_id, found,
                                   &err) &&
              (!*found || ledger_get_case(txn, &case_id, row, found, &err));

    ledger_abort(txn);
    return ok || world_fail(side->world, "a filing cannot be read: %s", err.text);
}

/* The stay has the version with which it was registered, whatever became of it since. */
static bool check_stay(struct world *world, const struct flow_case *filing,
                       const struct flow_case *stay)
{
    bool stands = stay->flow == FLOW_SETTLEMENT_STAY && stay->state >= STAY_REGISTERED &&
                  stay->state < STAY_REJECTED;

    if (!stands || stay->state == STAY_MISMATCHED || stay->state == STAY_REVERSING)
        return true;
    if (stay->flags & CASE_BOOKED) {
        world->counts->filed++;
        world->counts->ended_meanwhile += filing->state != FILING_EFFECTIVE &&
                                          filing->changed_at.ms < stay->part.stay.settled_at.ms;
    }
    return (uuid_equal(&stay->part.stay.filing, &filing->case_id) &&
            stay->part.stay.filing_version >= 1 &&
            stay->part.stay.filing_version <= filing->letter_revision) ||
           world_fail(world, "the stay has not the filing that it was registered with");
}

bool filings_judge(struct world *world, const struct flow_case *stay)
{
    const struct flow *flow = &settlement_filing_flow;
    struct flow_case here;
    struct flow_case there;
    bool treating;
    bool insured;

    if (!world->filed)
        return true;
    if (!find(&world->sides[AT_TREATING], &there, &treating) ||
        !find(&world->sides[AT_INSURED], &here, &insured))
        return false;
    if (!treating || !insured)
        return world_fail(world, "the filing is known at one side only");
    if (!flow_pair_allowed(flow, there.state, here.state))
        return world_fail(world, "filings rest as (%s, %s)",
                          flow_state_name(flow, there.state).english,
                          flow_state_name(flow, here.state).english);
    if (there.letter_revision != here.letter_revision ||
        memcmp(&there.part.filing, &here.part.filing, sizeof(here.part.filing)) != 0)
        return world_fail(world, "the two sides have different filings");
    return check_stay(world, &here, stay);
}
