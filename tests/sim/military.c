/*
 * military.c - the core of a soldier's new place. Nobody is at the other end: the finance
 * office's form and money come by hand, in whatever order.
 */
#include "world.h"

void military_intend(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->moneyless = plan->partial = plan->both_reverse = false;
    plan->line = LINE_NONE; /* nobody could be asked about it */
    plan->withdraws = plan->withdraws && !plan->money_first; /* money would go back first */
    plan->at_once = plan->at_once && !plan->money_first;
}

static void bring_money(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (!plan->money_sent && !plan->withdraws && !plan->at_once)
        transfer_money_comes(world, index);
    plan->money_sent = true;
}

static void bring_form(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    plan->form_sent = true;
    cores_paper(world, plan->in, index, ACTION_FORM,
                cores_revision(world, plan->in, index, ACTION_FORM), TRANSFER)
        ->good = good;
}

void military_start(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->money_first)
        bring_money(world, index);
    if (!plan->form_sent && (!plan->money_first || plan->loose_acceptance))
        bring_form(world, index, !plan->bad_form);
}

void military_told(struct world *world, const struct news *news)
{
    if (news->which == TRANSFER && news->action == ACTION_FORM_RETURN &&
        !transfer_waits_for_money(news->body))
        bring_form(world, news->case_index, true);
}

static void form_is_held(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    if (plan->withdraws || plan->at_once)
        cores_paper(world, plan->in, index,
                    plan->withdraws ? ACTION_WITHDRAWAL : ACTION_REFUSAL, 1, TRANSFER);
    plan->in_has_form = plan->in_has_form || good;
    bring_money(world, index);
}

static void completed(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->completed = true;
    if (plan->overlap)
        cores_paper(world, plan->in, index, ACTION_CLEARING_DONE, 1, TRANSFER);
    if (plan->reverses)
        cores_paper(world, plan->in, index, ACTION_REVERSAL, 1, REVERSAL_OF_IN);
}

static void accepted_transfer(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    switch (paper->action) {
    case ACTION_FORM:
        form_is_held(world, index, paper->good);
        break;
    case ACTION_FUND_RECEIPT:
        plan->booked.fen += paper->amount.fen;
        plan->in_has_money = money_equal(plan->booked, plan->total);
        if (!plan->form_sent)
            bring_form(world, index, !plan->bad_form);
        break;
    case ACTION_COMPLETION:
        completed(world, index);
        return;
    default:
        return;
    }
    if (plan->in_has_form && plan->in_has_money)
        cores_paper(world, plan->in, index, ACTION_COMPLETION, 1, TRANSFER);
}

void military_accepted(struct world *world, const struct paper *paper)
{
    if (paper->which == TRANSFER)
        accepted_transfer(world, paper);
    else if (paper->action == ACTION_REVERSAL)
        cores_paper(world, world->plans[paper->case_index].in, paper->case_index,
                    ACTION_FUND_RETURN, 1, paper->which);
    else if (paper->action == ACTION_FUND_RETURN)
        world->plans[paper->case_index].money_back = true;
}
