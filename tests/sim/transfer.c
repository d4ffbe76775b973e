/*
 * transfer.c - the cores of a transfer by application, letter, form and money: of employees,
 * of residents, from one scheme to the other, and of the annuity.
 */
#include "world.h"

static void write(struct world *world, uint32_t province, uint32_t index, uint16_t action)
{
    cores_paper(world, province, index, action, 1, TRANSFER);
}

void transfer_start(struct world *world, uint32_t index)
{
    write(world, world->plans[index].in, index, ACTION_APPLICATION);
}

/* --- what both sides do ------------------------------------------------------------------ */

void transfer_send_form(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    if (plan->stopped)
        return;
    plan->form_sent = true;
    cores_paper(world, plan->out, index, ACTION_FORM,
                cores_revision(world, plan->out, index, ACTION_FORM), TRANSFER)
        ->good = good;
}

/* In one sum or in two. */
void transfer_money_comes(struct world *world, uint32_t index)
{
    const struct plan *plan = &world->plans[index];
    int64_t first = plan->two_sums ? plan->total.fen / 3 : plan->total.fen;

    for (int64_t rest = plan->total.fen; rest > 0; rest -= first, first = rest)
        cores_paper(world, plan->in, index, ACTION_FUND_RECEIPT, 1, TRANSFER)->amount.fen =
            first;
}

/* The bank does not use our network: the money arrives when it arrives. */
static void send_money(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->money_sent || plan->stopped || plan->moneyless)
        return;
    plan->money_sent = true;
    write(world, plan->out, index, ACTION_FUND_ADVICE);
    if (plan->line != LINE_NONE)
        remittance_comes(world, index);
    else
        transfer_money_comes(world, index);
}

void transfer_send_all(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->money_first && !plan->moneyless)
        send_money(world, index);
    else
        transfer_send_form(world, index, !plan->bad_form);
}

static void maybe_complete(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->in_has_form && (plan->in_has_money || plan->moneyless) && !plan->completed)
        write(world, plan->in, index, ACTION_COMPLETION);
}

void transfer_booked(struct world *world, uint32_t index)
{
    if (world->plans[index].in_has_money)
        return;
    world->plans[index].in_has_money = true;
    maybe_complete(world, index);
}

void transfer_letter(struct world *world, uint32_t index, uint32_t writer)
{
    struct plan *plan = &world->plans[index];

    plan->letters++;
    cores_paper(world, writer, index, ACTION_LETTER,
                cores_revision(world, writer, index, ACTION_LETTER), TRANSFER)
        ->good = !plan->bad_letter || plan->letters > 1;
}

/* Whoever wrote the letter gives up, or writes another one. */
void transfer_letter_back(struct world *world, uint32_t index, uint32_t writer)
{
    if (world->plans[index].give_up)
        write(world, writer, index, ACTION_REFUSAL);
    else
        transfer_letter(world, index, writer);
}

/* --- what they are told ------------------------------------------------------------------ */

static void got_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->letter_returned && plan->letters == 1) {
        write(world, plan->out, index, ACTION_LETTER_RETURN);
        return;
    }
    if (!plan->loose_acceptance)
        write(world, plan->out, index, ACTION_ACCEPTANCE);
    if (plan->partial)
        write(world, plan->out, index, ACTION_NOTICE);
    transfer_send_all(world, index);
}

/* OUT agrees if no money is on its way, and then sends none. */
static void answer_withdrawal(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->stopped = !plan->money_sent;
    cores_paper(world, plan->out, index, ACTION_WITHDRAWAL_ANSWER, 1, TRANSFER)->good =
        plan->stopped;
}

/* The form is right, and so will the sum be: the rest of the money is under way. */
bool transfer_waits_for_money(const struct record *form_return)
{
    struct text code;

    return record_text(form_return, "code", &code) && text_is(code, "PEN-R22");
}

static void told_transfer(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;
    struct plan *plan = &world->plans[index];

    switch (news->action) {
    case ACTION_LETTER:
        got_letter(world, index);
        break;
    case ACTION_LETTER_RETURN:
        transfer_letter_back(world, index, plan->in);
        break;
    case ACTION_FORM_RETURN:
        if (news->province == plan->out && !transfer_waits_for_money(news->body))
            transfer_send_form(world, index, true);
        break;
    case ACTION_FORM:
        plan->in_has_form = true;
        maybe_complete(world, index);
        break;
    case ACTION_WITHDRAWAL:
        answer_withdrawal(world, index);
        break;
    case ACTION_COMPLETION:
        if (plan->both_reverse)
            cores_paper(world, plan->out, index, ACTION_REVERSAL, 1, REVERSAL_OF_OUT);
        break;
    default:
        break;
    }
}

/* --- the reversal ------------------------------------------------------------------------ */

static void send_money_back(struct world *world, uint32_t index, enum business which)
{
    struct plan *plan = &world->plans[index];

    if (plan->moneyless)
        cores_paper(world, plan->out, index, ACTION_COMPLETION, 1, which);
    else
        cores_paper(world, plan->in, index, ACTION_FUND_RETURN, 1, which);
}

void transfer_told(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;

    if (news->which == TRANSFER)
        told_transfer(world, news);
    else if (news->action == ACTION_REVERSAL && news->which == REVERSAL_OF_OUT)
        send_money_back(world, index, news->which);
    else if (news->action == ACTION_FUND_RETURN)
        cores_paper(world, world->plans[index].out, index, ACTION_FUND_RECEIPT, 1, news->which);
}

static void accepted_back(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    if (paper->action == ACTION_REVERSAL && paper->which == REVERSAL_OF_IN)
        send_money_back(world, index, paper->which);
    if (paper->action == ACTION_FUND_RETURN)
        plan->money_back = true;
    if (paper->action == ACTION_FUND_RECEIPT)
        cores_paper(world, plan->out, index, ACTION_COMPLETION, 1, paper->which);
}

/* --- what their gateway has taken -------------------------------------------------------- */

static void applied(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->at_once) {
        write(world, plan->in, index, plan->give_up ? ACTION_REFUSAL : ACTION_WITHDRAWAL);
        return;
    }
    transfer_letter(world, index, plan->in);
}

static void completed(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->completed = true;
    if (plan->overlap)
        write(world, plan->in, index, ACTION_CLEARING_DONE);
    if (plan->reverses)
        cores_paper(world, plan->in, index, ACTION_REVERSAL, 1, REVERSAL_OF_IN);
}

static void accepted_transfer(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    switch (paper->action) {
    case ACTION_APPLICATION:
        applied(world, index);
        break;
    case ACTION_LETTER:
        if (plan->withdraws && plan->letters == 1)
            write(world, plan->in, index, ACTION_WITHDRAWAL);
        break;
    case ACTION_FUND_ADVICE:
        plan->advised = plan->total;
        if (!plan->form_sent)
            transfer_send_form(world, index, !plan->bad_form);
        break;
    case ACTION_FORM:
        send_money(world, index);
        break;
    case ACTION_FUND_RECEIPT:
        plan->booked.fen += paper->amount.fen;
        if (money_equal(plan->booked, plan->total))
            transfer_booked(world, index);
        break;
    case ACTION_COMPLETION:
        completed(world, index);
        break;
    default:
        break;
    }
}

void transfer_accepted(struct world *world, const struct paper *paper)
{
    if (paper->which == TRANSFER)
        accepted_transfer(world, paper);
    else
        accepted_back(world, paper);
}
