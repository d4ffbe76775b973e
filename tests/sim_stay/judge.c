/* judge.c - after the calm: does everybody have the same money in the books, exactly once? */
#include <stdlib.h>
#include <string.h>

#include "stays.h"

static void finding(void *self, const char *row, const char *what)
{
    world_fail(self, "ledger: %s: %s", row, what);
}

static bool check_ledger(struct world *world, struct side *side)
{
    struct ledger_report report = {0};
    struct error err = ERROR_INIT;
    struct store *fresh = NULL;
    bool ok = ledger_verify(side->ledger, NULL, finding, world, &report, &err) &&
              report.findings == 0 && store_open_memory(&fresh, &err) &&
              ledger_rebuild(side->ledger, fresh, finding, world, &report, &err) &&
              report.findings == 0;

    world->counts->entries += report.entries;
    store_close(fresh);
    return ok || world_fail(world, "side %u: %s", side->index, err.text);
}

static bool no_open_letter(void *self, const struct letter_row *row)
{
    if (row->letter.state == LETTER_DONE || row->letter.state == LETTER_REFUSED)
        return true;
    return world_fail(self, "a letter %s rests in state %s",
                      action_name(row->letter.action).english,
                      letter_state_name(row->letter.state).english);
}

static bool check_letters(struct world *world, struct side *side)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool ok = ledger_begin_read(side->ledger, &txn, &err) &&
              ledger_each_letter(txn, no_open_letter, world, &err);

    ledger_abort(txn);
    return (ok && world->failure[0] == '\0') || world_fail(world, "letters: %s", err.text);
}

/* --- balances ----------------------------------------------------------------------------- */

struct balances {
    int64_t debit_less_credit[ACCOUNTS];
    unsigned insurance;
    bool odd; /* another insurance, or another party */
};

static bool add_balance(void *self, const struct balance_row *row)
{
    struct balances *balances = self;

    balances->odd = balances->odd || row->insurance != balances->insurance ||
                    row->party != PARTNER || row->account >= ACCOUNTS;
    if (!balances->odd)
        balances->debit_less_credit[row->account] += row->debit.fen - row->credit.fen;
    return true;
}

static bool read_balances(struct world *world, struct side *side, struct balances *balances)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool ok;

    *balances = (struct balances){.insurance = world->insurance};
    ok = ledger_begin_read(side->ledger, &txn, &err) &&
         ledger_each_balance(txn, add_balance, balances, &err);
    ledger_abort(txn);
    return (ok && !balances->odd) || world_fail(world, "balances cannot be read");
}

static struct money owed(const struct flow_case *row)
{
    const struct stay_split *split = &row->part.stay.split;

    if ((row->flags & CASE_BOOKED) == 0)
        return (struct money){0};
    return (struct money){split->fund.fen + split->account.fen};
}

/* The books of each side say what its cases say. */
static bool check_books(struct world *world, struct money receivable, struct money payable)
{
    struct balances t;
    struct balances i;

    if (!read_balances(world, &world->sides[AT_TREATING], &t) ||
        !read_balances(world, &world->sides[AT_INSURED], &i))
        return false;
    if (t.debit_less_credit[ACCOUNT_RECEIVABLE] != receivable.fen ||
        t.debit_less_credit[ACCOUNT_HOSPITAL] != -receivable.fen)
        return world_fail(world, "treating: receivable %lld, the case says %lld",
                          (long long)t.debit_less_credit[ACCOUNT_RECEIVABLE],
                          (long long)receivable.fen);
    if (i.debit_less_credit[ACCOUNT_PAYABLE] != -payable.fen ||
        i.debit_less_credit[ACCOUNT_FUND] + i.debit_less_credit[ACCOUNT_PERSONAL] !=
            payable.fen)
        return world_fail(world, "insured: payable %lld, the case says %lld",
                          -(long long)i.debit_less_credit[ACCOUNT_PAYABLE],
                          (long long)payable.fen);
    return true;
}

/* --- the two cases ------------------------------------------------------------------------ */

static bool check_pair(struct world *world, const struct flow_case *treating,
                       const struct flow_case *insured)
{
    const struct flow *flow = &settlement_stay_flow;

    if (!flow_pair_allowed(flow, treating->state, insured->state))
        return world_fail(world, "rests as (%s, %s)",
                          flow_state_name(flow, treating->state).english,
                          flow_state_name(flow, insured->state).english);
    if (flow_case_question(treating) != NULL || flow_case_question(insured) != NULL)
        return world_fail(world, "a question is open: treating %s, insured %s",
                          action_name(treating->part.stay.question.action).english,
                          action_name(insured->part.stay.question.action).english);
    return true;
}

static bool same_split(const struct stay_split *a, const struct stay_split *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The two provinces, and the insured agency's own books. */
static bool check_money(struct world *world, unsigned stay, const struct flow_case *treating,
                        const struct flow_case *insured)
{
    unsigned bookings = world->insured.bookings[stay];
    int64_t booked = world->insured.booked[stay].fen;
    bool there = (insured->flags & CASE_BOOKED) != 0;
    bool here = (treating->flags & CASE_BOOKED) != 0;

    if (bookings != there || booked != owed(insured).fen)
        return world_fail(world, "the insured core has %u settlements, %lld fen; the case %lld",
                          bookings, (long long)booked, (long long)owed(insured).fen);
    if (treating->state == STAY_MISMATCHED)
        return true; /* a person looks at it */
    if (here != there)
        return world_fail(world, "booked at one side only: treating %d, insured %d", here,
                          there);
    if (here && (!same_split(&treating->part.stay.split, &insured->part.stay.split) ||
                 strcmp(treating->part.stay.settlement_number,
                        insured->part.stay.settlement_number) != 0))
        return world_fail(world, "the two sides have different settlements");
    world->counts->settled += here;
    world->counts->moved += treating->part.stay.settlements;
    return true;
}

/* --- what the hospital believes ----------------------------------------------------------- */

static bool check_hospital(struct world *world, const struct flow_case *treating)
{
    const struct hospital *hospital = world->hospital;
    bool booked = (treating->flags & CASE_BOOKED) != 0;

    if (treating->state == STAY_MISMATCHED)
        return hospital->lost || world_fail(world, "the hospital does not know of a mismatch");
    if (hospital->lost)
        return world_fail(world, "the hospital was told of a mismatch that is none");
    if (!hospital_done(world))
        return world_fail(world, "the hospital still waits for %s",
                          action_name(hospital->action).english);
    if (hospital->booked != booked)
        return world_fail(world, "the hospital believes %s, the case is %s",
                          hospital->booked ? "settled" : "not settled",
                          flow_state_name(&settlement_stay_flow, treating->state).english);
    return true;
}

/* A scripted mishap must not keep the stay from its end. */
static bool check_script(struct world *world, const struct flow_case *treating)
{
    if (!world->script.on)
        return true;
    if (!world->script.struck)
        return world_fail(world, "the mishap never struck");
    return treating->state == STAY_SETTLED ||
           world_fail(world, "the stay ends %s",
                      flow_state_name(&settlement_stay_flow, treating->state).english);
}

static bool judge_stay(struct world *world, unsigned stay, struct money *receivable,
                       struct money *payable)
{
    struct flow_case treating = {.flow = 0};
    struct flow_case insured = {.flow = FLOW_SETTLEMENT_STAY};
    bool here;
    bool there;

    world->hospital = &world->hospitals[stay];
    if (!side_case(&world->sides[AT_TREATING], stay, &treating, &here) ||
        !side_case(&world->sides[AT_INSURED], stay, &insured, &there) ||
        !filings_judge(world, &insured))
        return false;
    if (!here && there)
        return world_fail(world, "only the insured side knows the stay");
    if (!here)
        return world->hospital->step_count > 0;
    receivable->fen += owed(&treating).fen;
    payable->fen += owed(&insured).fen;
    if (there && !check_pair(world, &treating, &insured))
        return false;
    return check_money(world, stay, &treating, &insured) && check_hospital(world, &treating) &&
           check_script(world, &treating);
}

bool world_judge(struct world *world)
{
    uint64_t settled = world->counts->settled;
    struct money receivable = {0};
    struct money payable = {0};

    for (unsigned i = 0; i < SIDES; i++)
        if (!check_letters(world, &world->sides[i]) || !check_ledger(world, &world->sides[i]))
            return false;
    for (unsigned stay = 0; stay < world->stay_count; stay++)
        if (!judge_stay(world, stay, &receivable, &payable))
            return false;
    world->counts->pairs += world->counts->settled - settled == STAYS;
    return check_books(world, receivable, payable);
}
