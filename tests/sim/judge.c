/* judge.c - after the calm: the independent look at every ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/medical_transfer.h"
#include "core/pension_employee.h"
#include "core/pension_remittance.h"
#include "gateways.h"

struct witness {
    uint32_t province;
    uint64_t seq;
    uint8_t digest[32];
};
static struct witness *witnesses;
static size_t witness_count;
static size_t witness_max;

void witness_add(struct world *world, uint32_t province, uint64_t seq, const uint8_t digest[32])
{
    (void)world;
    if (witness_count == witness_max) {
        witness_max = witness_max * 2 + 256;
        witnesses = realloc(witnesses, witness_max * sizeof(*witnesses));
        CHECK(witnesses != NULL);
    }
    witnesses[witness_count].province = province;
    witnesses[witness_count].seq = seq;
    memcpy(witnesses[witness_count++].digest, digest, 32);
}

void witness_clear(void)
{
    free(witnesses);
    witnesses = NULL;
    witness_count = witness_max = 0;
}

bool witness_check(struct world *world)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct error err = ERROR_INIT;
    bool ok = arena != NULL;

    for (size_t i = 0; ok && i < witness_count; i++) {
        struct ledger_txn *txn = NULL;
        struct entry entry;
        bool found = false;

        arena_reset(arena);
        ok = ledger_begin_read(world->provinces[witnesses[i].province].ledger, &txn, &err) &&
             ledger_get_entry(txn, witnesses[i].seq, arena, &entry, &found, &err) && found &&
             memcmp(entry.digest, witnesses[i].digest, 32) == 0;
        ledger_abort(txn);
        if (!ok)
            world_fail(world, "province %u answered entry %llu, which is not there",
                       witnesses[i].province, (unsigned long long)witnesses[i].seq);
    }
    arena_free(arena);
    return ok;
}

static void finding(void *self, const char *row, const char *what)
{
    world_fail(self, "ledger: %s: %s", row, what);
}

static bool check_ledger(struct world *world, struct province *province)
{
    struct ledger_report report = {0};
    struct error err = ERROR_INIT;
    struct store *fresh = NULL;
    bool ok;

    ok = ledger_verify(province->ledger, NULL, finding, world, &report, &err) &&
         report.findings == 0 && store_open_memory(&fresh, &err) &&
         ledger_rebuild(province->ledger, fresh, finding, world, &report, &err) &&
         report.findings == 0;
    store_close(fresh);
    return ok || world_fail(world, "province %u: %s", province->index, err.text);
}

static bool no_open_letter(void *self, const struct letter_row *row)
{
    struct world *world = self;

    /* Of two reversals of one case that cross, one is refused. */
    if (row->letter.state == LETTER_DONE ||
        (row->letter.state == LETTER_REFUSED && row->letter.action == ACTION_REVERSAL))
        return true;
    return world_fail(world, "a letter %s rests in state %s",
                      action_name(row->letter.action).english,
                      letter_state_name(row->letter.state).english);
}

static bool find_case(struct world *world, uint32_t province, const struct plan *plan,
                      enum business which, struct flow_case *row, bool *found)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    struct uuid case_id;
    bool ok;

    ok = ledger_begin_read(world->provinces[province].ledger, &txn, &err) &&
         ledger_case_by_trace(txn, province_region(plan->in), plan->traces[which], &case_id,
                              found, &err) &&
         (!*found || ledger_get_case(txn, &case_id, row, found, &err));
    ledger_abort(txn);
    return ok;
}

/* One of the two reversals was carried out, on both sides, and all of the money is back. */
static bool check_reversal(struct world *world, const struct plan *plan,
                           const struct flow_case *in, const struct flow_case *out)
{
    unsigned carried_out = 0;
    bool wanted = plan->completed && plan->reverses;
    unsigned end = plan->medical ? MEDICAL_TURNED_BACK : PENSION_CANCELLED;

    for (enum business which = REVERSAL_OF_IN; which <= REVERSAL_OF_OUT; which++) {
        struct flow_case a = {.state = 0};
        struct flow_case b = {.state = 0};
        bool a_found = false;
        bool b_found = false;

        if (!find_case(world, plan->in, plan, which, &a, &a_found) ||
            !find_case(world, plan->out, plan, which, &b, &b_found))
            return world_fail(world, "a reversal cannot be read");
        if ((a_found && a.state != end) || (b_found && b.state != end))
            return world_fail(world, "reversal %s did not end", plan->traces[which]);
        if (!a_found || !b_found || !uuid_equal(&in->other, &a.case_id) ||
            !uuid_equal(&out->other, &b.case_id))
            continue;
        carried_out++;
        if (!money_equal(a.reversed_total, a.reverse_total) ||
            !money_equal(b.reversed_total, b.reverse_total) ||
            !money_equal(a.reverse_total, b.reverse_total))
            return world_fail(world, "reversal %s: money differs", plan->traces[which]);
    }
    if (carried_out != wanted || ((in->flags & CASE_CORRECTED) != 0) != wanted ||
        ((out->flags & CASE_CORRECTED) != 0) != wanted)
        return world_fail(world, "case %s: %u reversals", plan->traces[TRANSFER], carried_out);
    return true;
}

/* What came by a bank line is on the case, or all of it waits in suspense. */
static bool check_line(struct world *world, const struct plan *plan, const struct flow_case *in)
{
    struct flow_case line;
    bool found = false;

    if (!find_case(world, plan->in, plan, BANK_LINE, &line, &found))
        return world_fail(world, "a bank line cannot be read");
    if (!found)
        return true;
    if (line.state == REMITTANCE_ALLOCATED ? !money_equal(in->money_total, line.form_total)
                                           : line.form_total.fen != 0 || plan->completed)
        return world_fail(world, "bank line %s: money is lost or counted twice",
                          plan->traces[BANK_LINE]);
    return true;
}

static bool check_plan(struct world *world, const struct plan *plan)
{
    const struct flow *flow = flow_find(plan->medical ? FLOW_MEDICAL_TRANSFER
                                                      : FLOW_PENSION_EMPLOYEE);
    struct flow_case in;
    struct flow_case out;
    bool in_found = false;
    bool out_found = false;

    if (!find_case(world, plan->in, plan, TRANSFER, &in, &in_found) ||
        !find_case(world, plan->out, plan, TRANSFER, &out, &out_found) || !in_found ||
        !out_found)
        return world_fail(world, "case %s is missing on one side", plan->traces[TRANSFER]);
    if (!flow_pair_allowed(flow, in.state, out.state))
        return world_fail(world, "case %s rests as (%s, %s)", plan->traces[TRANSFER],
                          flow_state_name(flow, in.state).english,
                          flow_state_name(flow, out.state).english);
    if (!flow_state_ends(flow, in.state))
        return world_fail(world, "case %s did not end: %s", plan->traces[TRANSFER],
                          flow_state_name(flow, in.state).english);
    if ((in.flags & CASE_FLAGGED) != 0 || (out.flags & CASE_FLAGGED) != 0)
        return world_fail(world, "case %s is flagged", plan->traces[TRANSFER]);
    if (plan->completed &&
        (!money_equal(in.money_total, plan->moneyless ? (struct money){0} : plan->total) ||
         !money_equal(out.money_total, plan->advised) ||
         !money_equal(in.form_total,
                      plan->medical && plan->moneyless ? (struct money){0} : plan->total)))
        return world_fail(
            world, "case %s: money differs: plan %lld, form %lld, in %lld, out %lld",
            plan->traces[TRANSFER], (long long)plan->total.fen, (long long)in.form_total.fen,
            (long long)in.money_total.fen, (long long)out.money_total.fen);
    return check_reversal(world, plan, &in, &out) && check_line(world, plan, &in);
}

bool world_judge(struct world *world)
{
    struct error err = ERROR_INIT;

    for (uint32_t i = 0; i < world->province_count; i++) {
        struct ledger_txn *txn = NULL;
        bool ok = ledger_begin_read(world->provinces[i].ledger, &txn, &err) &&
                  ledger_each_letter(txn, no_open_letter, world, &err);
        ledger_abort(txn);
        if (!ok || world->failure[0] != '\0' || !check_ledger(world, &world->provinces[i]))
            return world_fail(world, "province %u: %s", i, err.text);
    }
    for (uint32_t i = 0; i < world->case_count; i++) {
        if (!check_plan(world, &world->plans[i]))
            return false;
    }
    return cores_satisfied(world) ? witness_check(world)
                                  : world_fail(world, "a core still has papers to bring");
}

bool world_root(struct world *world, uint32_t province, struct digest *root)
{
    struct ledger_report report = {0};
    struct error err = ERROR_INIT;

    if (!ledger_verify(world->provinces[province].ledger, NULL, finding, world, &report, &err))
        return false;
    *root = report.root;
    return true;
}
