/* judge.c - after the calm: the independent look at every ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/injury_record.h"
#include "core/medical_transfer.h"
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

/* Of two reversals of one case that cross, one; a letter without the conditions of a change,
 * and what follows it to a side that knows no such case; what is said of a case that is not
 * known over there yet, or no more. */
static bool may_be_refused(const struct entry_letter *letter)
{
    switch (letter->action) {
    case ACTION_REVERSAL:
    case ACTION_REMINDER:
    case ACTION_STATUS_QUERY:
        return true;
    case ACTION_INSURED_QUERY: /* came too late */
    case ACTION_INSURED_STATE:
        return letter->flow == FLOW_INJURY_RECORD;
    case ACTION_LETTER:
    case ACTION_REFUSAL:
    case ACTION_WITHDRAWAL:
        return letter->flow == FLOW_PENSION_SWITCH;
    default:
        return false;
    }
}

static bool no_open_letter(void *self, const struct letter_row *row)
{
    struct world *world = self;

    if (row->letter.state == LETTER_DONE ||
        (row->letter.state == LETTER_REFUSED && may_be_refused(&row->letter)))
        return true;
    return world_fail(world, "a letter %s rests in state %s",
                      action_name(row->letter.action).english,
                      letter_state_name(row->letter.state).english);
}

/* Who has said what was asked of it waits for the other side, whose clock runs; a decision is
 * in force. */
static bool waits(const struct flow_case *row)
{
    if (row->flow == FLOW_PENSION_REMITTANCE)
        return row->role == ROLE_OUT && row->state == REMITTANCE_ANSWERED;
    if (row->flow == FLOW_INJURY_RECORD)
        return row->state == INJURY_HELD;
    return row->flow == FLOW_MEDICAL_TRANSFER && row->state == MEDICAL_CHECKED &&
           row->part.medical.asked != 0;
}

/* A case that is open has a clock, and none has run out unnoticed. */
static bool watched(void *self, const struct flow_case *row)
{
    struct world *world = self;
    const struct flow *flow = flow_find(row->flow);
    bool clocked = false;

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &row->clocks[i];
        bool runs = clock->kind != CLOCK_NONE && clock->state == CLOCK_STATE_RUNNING;

        if (runs && clock->due.ms < world->now.ms)
            return world_fail(world, "case %s: clock %s has run out unnoticed", row->trace,
                              clock_kind_name(clock->kind).english);
        clocked = clocked || runs ||
                  (clock->kind != CLOCK_NONE && clock->state == CLOCK_STATE_PASSED);
    }
    if (!clocked && !flow_state_ends(flow, row->state) && !waits(row))
        return world_fail(world, "case %s: no clock runs in state %s", row->trace,
                          flow_state_name(flow, row->state).english);
    return true;
}

bool case_seen(struct world *world, uint32_t province, const struct plan *plan,
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

/* One case of a plan as both sides have it. */
struct sides {
    struct flow_case in;
    struct flow_case out;
    bool in_found;
    bool out_found;
};

static bool see(struct world *world, const struct plan *plan, enum business which,
                struct sides *sides)
{
    *sides = (struct sides){.in_found = false};
    if (!case_seen(world, plan->in, plan, which, &sides->in, &sides->in_found) ||
        (!plan->play->alone &&
         !case_seen(world, plan->out, plan, which, &sides->out, &sides->out_found)))
        return world_fail(world, "case %s cannot be read", plan->traces[which]);
    return true;
}

/* Of those that both sides opened one was carried out, on both, and all of the money is back.
 */
static bool check_reversal(struct world *world, const struct plan *plan,
                           const struct sides *transfer)
{
    bool wanted = plan->completed && plan->reverses;
    unsigned end = plan->play->turned_back;
    unsigned carried_out = 0;

    for (enum business which = REVERSAL_OF_IN; which <= REVERSAL_OF_OUT; which++) {
        struct sides back;
        bool whole;

        if (!see(world, plan, which, &back))
            return false;
        if ((back.in_found && back.in.state != end) ||
            (back.out_found && back.out.state != end))
            return world_fail(world, "reversal %s did not end", plan->traces[which]);
        whole = back.in_found && uuid_equal(&transfer->in.other, &back.in.case_id) &&
                (plan->play->alone ||
                 (back.out_found && uuid_equal(&transfer->out.other, &back.out.case_id)));
        if (!whole)
            continue;
        carried_out++;
        if (!money_equal(back.in.reversed_total, back.in.reverse_total) ||
            (!plan->play->alone &&
             (!money_equal(back.out.reversed_total, back.out.reverse_total) ||
              !money_equal(back.in.reverse_total, back.out.reverse_total))))
            return world_fail(world, "reversal %s: money differs", plan->traces[which]);
    }
    if (carried_out != wanted || ((transfer->in.flags & CASE_CORRECTED) != 0) != wanted ||
        (!plan->play->alone && ((transfer->out.flags & CASE_CORRECTED) != 0) != wanted))
        return world_fail(world, "case %s: %u reversals", plan->traces[TRANSFER], carried_out);
    return true;
}

/* What came by a bank line is on the case or went back to the payer, who knows it. */
static bool check_line(struct world *world, const struct plan *plan, const struct flow_case *in)
{
    struct sides line;
    struct money rest;

    if (!see(world, plan, BANK_LINE, &line))
        return false;
    if (!line.in_found)
        return true;
    CHECK(money_subtract(line.in.money_total, line.in.form_total, &rest));
    if (line.in.form_total.fen != 0 && !money_equal(line.in.form_total, in->money_total))
        return world_fail(world, "bank line %s: the case has another amount",
                          plan->traces[BANK_LINE]);
    if (line.in.state == REMITTANCE_ALLOCATED && rest.fen != 0)
        return world_fail(world, "bank line %s: money is lost", plan->traces[BANK_LINE]);
    if (line.out_found &&
        (!flow_pair_allowed(&pension_remittance_flow, line.in.state, line.out.state) ||
         (line.in.state == REMITTANCE_RETURNED && !money_equal(line.out.money_total, rest))))
        return world_fail(world, "bank line %s: the payer knows something else",
                          plan->traces[BANK_LINE]);
    if (!plan->unfinished && line.in.state != REMITTANCE_ALLOCATED &&
        line.in.state != REMITTANCE_RETURNED)
        return world_fail(world, "bank line %s did not end", plan->traces[BANK_LINE]);
    return true;
}

/* What the cores did in the end, to the fen. */
static bool check_amounts(struct world *world, const struct plan *plan,
                          const struct sides *sides)
{
    const struct flow_case *in = &sides->in;
    const struct flow_case *out = &sides->out;
    struct money none = {0};
    struct money form = plan->moneyless && plan->play->form_says ? none : plan->total;
    bool ended = flow_state_ends(flow_find(plan->play->flow), in->state);
    bool right;

    right = money_equal(in->money_total, plan->moneyless ? none : plan->total) &&
            money_equal(in->form_total, form) &&
            (plan->play->alone || (money_equal(out->money_total, plan->advised) &&
                                   money_equal(out->form_total, form)));
    if (plan->completed && (ended || !plan->unfinished) && !right)
        return world_fail(
            world, "case %s: money differs: plan %lld, form %lld and %lld, in %lld, out %lld",
            plan->traces[TRANSFER], (long long)plan->total.fen, (long long)in->form_total.fen,
            (long long)out->form_total.fen, (long long)in->money_total.fen,
            (long long)out->money_total.fen);
    if (!plan->completed && ended && !money_equal(in->money_total, in->reversed_total))
        return world_fail(world, "case %s ended with money", plan->traces[TRANSFER]);
    return true;
}

/* A case that the other side has never heard of. */
static bool check_lone(struct world *world, const struct plan *plan,
                       const struct flow_case *row)
{
    if (row->letter_revision > 0 || (row->form_revision > 0 && !plan->play->alone))
        return world_fail(world, "case %s is missing on one side", plan->traces[TRANSFER]);
    return true;
}

static bool check_states(struct world *world, const struct plan *plan,
                         const struct sides *sides)
{
    const struct flow *flow = flow_find(plan->play->flow);
    const struct flow_case *row = sides->in_found ? &sides->in : &sides->out;

    if (!sides->in_found && !sides->out_found)
        return world_fail(world, "case %s is nowhere", plan->traces[TRANSFER]);
    world->ends[play_index(plan->play)][row->state]++;
    if (!flow_state_ends(flow, row->state) && !plan->unfinished &&
        (row->flow != FLOW_INJURY_RECORD || row->state != INJURY_HELD))
        return world_fail(world, "case %s did not end: %s", plan->traces[TRANSFER],
                          flow_state_name(flow, row->state).english);
    if ((sides->in.flags & CASE_FLAGGED) != 0 || (sides->out.flags & CASE_FLAGGED) != 0)
        return world_fail(world, "case %s is flagged", plan->traces[TRANSFER]);
    if (!sides->in_found || !sides->out_found)
        return check_lone(world, plan, row);
    if (!flow_pair_allowed(flow, sides->in.state, sides->out.state))
        return world_fail(world, "case %s rests as (%s, %s)", plan->traces[TRANSFER],
                          flow_state_name(flow, sides->in.state).english,
                          flow_state_name(flow, sides->out.state).english);
    return true;
}

static bool check_plan(struct world *world, struct plan *plan)
{
    struct sides sides;

    if (plan->gathered > 0 && world->plans[plan->gathered].unfinished)
        plan->unfinished = true; /* it waits for that case */
    return see(world, plan, TRANSFER, &sides) && check_states(world, plan, &sides) &&
           check_amounts(world, plan, &sides) &&
           (plan->unfinished || check_reversal(world, plan, &sides)) &&
           check_line(world, plan, &sides.in) &&
           (plan->play->judge == NULL || plan->play->judge(world, plan));
}

bool world_judge(struct world *world)
{
    struct error err = ERROR_INIT;

    for (uint32_t i = 0; i < world->province_count; i++) {
        struct ledger_txn *txn = NULL;
        bool ok = ledger_begin_read(world->provinces[i].ledger, &txn, &err) &&
                  ledger_each_letter(txn, no_open_letter, world, &err) &&
                  ledger_each_case(txn, watched, world, &err);
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
