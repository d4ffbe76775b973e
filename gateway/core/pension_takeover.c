/* pension_takeover.c - the states of a transfer in which nothing is under way, and what is
 * known in them. */
#include "core/pension_takeover.h"

#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_steps.h"

enum { IN = ROLE_IN, OUT = ROLE_OUT, SUM_KNOWN = HAS_FORM | HAS_MONEY };
enum { BOTH_SENT = SENT_LETTER | SENT_FORM };

/* A withdrawal or a reversal comes to its end where it began. At OUT a form that was returned
 * is no longer held. */
static const struct flow_takeover_row letters[] = {
    {IN, NEW, SENT_NOTHING, 0, 0, SUM_KNOWN, D1, 0},
    {IN, LETTER_HELD, SENT_LETTER, 0, 0, SUM_KNOWN, D2, 0},
    {IN, ACCEPTED, SENT_LETTER, 0, 0, SUM_KNOWN, D2, 0},
    {IN, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, HAS_FORM, AGAIN, 0},
    {OUT, LETTER_HELD, SENT_LETTER, 0, 0, SUM_KNOWN, D2, D2P},
    {OUT, ACCEPTED, SENT_LETTER, 0, 0, SUM_KNOWN, D2, D2P},
    {OUT, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, SUM_KNOWN, AGAIN, 0},
};

static const struct flow_takeover_row sums[] = {
    {IN, INFO_ONLY, BOTH_SENT, 0, HAS_FORM, HAS_MONEY | MONEYLESS, FUND, D2},
    {IN, MONEY_ONLY, SENT_LETTER, 0, HAS_MONEY, HAS_FORM, FUND, D2},
    {IN, BOTH, BOTH_SENT, 0, EQUAL, 0, D3, 0},
    {IN, DISPUTE, BOTH_SENT, CASE_FORM_BACK, 0, EQUAL, CORR, D2 | FUND},
    {IN, CLEARING, BOTH_SENT, 0, EQUAL, 0, CLEAR, 0},
    {OUT, INFO_ONLY, BOTH_SENT, 0, HAS_FORM, HAS_MONEY | MONEYLESS, D2, FUND | D2P},
    {OUT, MONEY_ONLY, SENT_LETTER, 0, HAS_MONEY, HAS_FORM, D2, D2P},
    {OUT, BOTH, BOTH_SENT, 0, SUM_KNOWN, 0, D3, D2P},
    {OUT, BOTH, BOTH_SENT, 0, HAS_FORM | MONEYLESS, 0, D3, D2P},
    {OUT, DISPUTE, BOTH_SENT, CASE_FORM_BACK, 0, HAS_FORM, CORR, D2 | D2P},
};

/* A form of nothing is all that comes (pension.annuity); else the route says. */
static const char *take_route(const struct takeover *from, const struct rules *rules,
                              struct flow_case *after)
{
    const char *general = pension_kind_of(after->flow, after->flags)->money_rule;
    bool moves = general == NULL || pension_money_moves(rules, general, after->out_region,
                                                        after->in_region, from->opened_on);

    if (general == NULL && from->money_moves != TAKEOVER_UNSAID)
        return "money_moves: in this flow it is not the route that says so";
    if (from->money_moves != TAKEOVER_UNSAID)
        moves = from->money_moves == TAKEOVER_YES;
    if (!moves)
        after->flags |= CASE_NO_MONEY;
    return moves || from->money_total.fen == 0 ? NULL
                                               : "money_total: no money moves on this route";
}

const char *pension_take_scheme(const struct takeover *from, const struct rules *rules,
                                struct flow_case *after)
{
    bool several = (pension_kind_flags(after->flow, TEXT("120")) |
                    pension_kind_flags(after->flow, TEXT("150"))) != 0;

    if (from->money.size > 0 || from->pay_way.size > 0)
        return "money, pay_way: this flow has no such columns";
    after->flags |= pension_kind_flags(after->flow, from->insurance);
    if ((several || from->insurance.size > 0) &&
        !text_is(from->insurance, pension_kind_of(after->flow, after->flags)->insurance))
        return "insurance: missing, or no scheme that this flow leads to";
    return take_route(from, rules, after);
}

const char *pension_take_over(const struct takeover *from, const struct rules *rules,
                              struct flow_case *after)
{
    if (from->opened_by != ROLE_NONE || from->insurance_old.size > 0)
        return "opened_by, insurance_old: this flow has no such columns";
    return pension_take_scheme(from, rules, after);
}

const struct flow_takeover pension_takeover_sums = {.rows = sums, .count = COUNT_OF(sums)};

const struct flow_takeover pension_takeover = {.rows = letters,
                                               .count = COUNT_OF(letters),
                                               .rest = &pension_takeover_sums,
                                               .take = pension_take_over};
