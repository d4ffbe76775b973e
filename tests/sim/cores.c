/* cores.c - the core systems behind the gateways: what a person's plan makes them do. */
#include <stdio.h>
#include <string.h>

#include "world.h"

static struct paper *write_paper(struct world *world, uint32_t province, uint32_t case_index,
                                 uint16_t action, uint32_t revision, int64_t delay_ms)
{
    struct province *at = &world->provinces[province];
    struct paper *paper = &at->papers[at->paper_count];

    CHECK(at->paper_count < PAPERS_MAX);
    at->paper_count++;
    *paper = (struct paper){
        .at = instant_add_ms(world->now, delay_ms),
        .case_index = case_index,
        .action = action,
        .revision = revision,
        .number = ++at->paper_number,
        .good = true,
    };
    return paper;
}

static int64_t soon(struct world *world)
{
    return 1000 + (int64_t)world_random(world, 60 * 1000);
}

static void paper(struct world *world, uint32_t province, uint32_t index, uint16_t action)
{
    write_paper(world, province, index, action, 1, soon(world));
}

static void paper_of(struct world *world, uint32_t province, uint32_t index, uint16_t action,
                     enum business which)
{
    write_paper(world, province, index, action, 1, soon(world))->which = which;
}

struct paper *cores_paper(struct world *world, uint32_t province, uint32_t case_index,
                          uint16_t action, uint32_t revision, enum business which)
{
    struct paper *at = write_paper(world, province, case_index, action, revision, soon(world));

    at->which = which;
    return at;
}

void cores_start(struct world *world)
{
    for (uint32_t i = 0; i < world->case_count; i++) {
        if (world->plans[i].medical)
            medical_start(world, i);
        else
            paper(world, world->plans[i].in, i, ACTION_APPLICATION);
    }
}

/* --- the transfer -------------------------------------------------------------------- */

static void send_form(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    if (plan->stopped)
        return;
    plan->form_revision++;
    plan->form_sent = true;
    write_paper(world, plan->out, index, ACTION_FORM, plan->form_revision, soon(world))->good =
        good;
}

static void send_money(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->money_sent || plan->stopped || plan->moneyless)
        return;
    plan->money_sent = true;
    paper(world, plan->out, index, ACTION_FUND_ADVICE);
    /* The bank does not use our network: the money arrives when it arrives. */
    if (plan->by_line)
        paper_of(world, plan->in, index, ACTION_REMITTANCE, BANK_LINE);
    else
        write_paper(world, plan->in, index, ACTION_FUND_RECEIPT, 1,
                    soon(world) + (plan->money_first ? 0 : 120 * 1000));
}

static void maybe_complete(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->in_has_form && (plan->in_has_money || plan->moneyless) && !plan->completed)
        paper(world, plan->in, index, ACTION_COMPLETION);
}

static void got_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->letter_returned && plan->letter_revision == 1) {
        paper(world, plan->out, index, ACTION_LETTER_RETURN);
        return;
    }
    if (!plan->loose_acceptance)
        write_paper(world, plan->out, index, ACTION_ACCEPTANCE, 1, 500);
    if (plan->partial)
        paper(world, plan->out, index, ACTION_NOTICE);
    if (plan->money_first && !plan->moneyless)
        send_money(world, index);
    else
        send_form(world, index, !plan->bad_form);
}

static void letter_came_back(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->give_up) {
        paper(world, plan->in, index, ACTION_REFUSAL);
        return;
    }
    plan->letter_revision++;
    write_paper(world, plan->in, index, ACTION_LETTER, plan->letter_revision, soon(world));
}

/* OUT agrees if no money is on its way, and then sends none. */
static void answer_withdrawal(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->stopped = !plan->money_sent;
    write_paper(world, plan->out, index, ACTION_WITHDRAWAL_ANSWER, 1, soon(world))->good =
        plan->stopped;
}

static void told_one(struct world *world, uint32_t index, uint16_t action)
{
    struct plan *plan = &world->plans[index];

    switch (action) {
    case ACTION_LETTER:
        got_letter(world, index);
        break;
    case ACTION_LETTER_RETURN:
        letter_came_back(world, index);
        break;
    case ACTION_FORM_RETURN:
        send_form(world, index, true);
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
            paper_of(world, plan->out, index, ACTION_REVERSAL, REVERSAL_OF_OUT);
        break;
    default:
        break;
    }
}

/* --- the reversal -------------------------------------------------------------------- */

static void send_money_back(struct world *world, uint32_t index, enum business which)
{
    struct plan *plan = &world->plans[index];

    if (plan->moneyless)
        paper_of(world, plan->out, index, ACTION_COMPLETION, which);
    else
        paper_of(world, plan->in, index, ACTION_FUND_RETURN, which);
}

static void told_of_reversal(struct world *world, uint32_t index, uint16_t action,
                             enum business which)
{
    struct plan *plan = &world->plans[index];

    if (action == ACTION_REVERSAL && which == REVERSAL_OF_OUT)
        send_money_back(world, index, which);
    if (action == ACTION_FUND_RETURN)
        paper_of(world, plan->out, index, ACTION_FUND_RECEIPT, which);
}

void cores_told(struct world *world, uint32_t province, uint16_t action,
                const struct record *body)
{
    struct text trace;

    CHECK(record_text(body, "reference/traceNumber", &trace));
    for (uint32_t i = 0; i < world->case_count; i++) {
        const struct plan *plan = &world->plans[i];

        if (plan->medical) {
            if (text_is(trace, plan->traces[TRANSFER]))
                medical_told(world, province, i, action, TRANSFER);
            if (text_is(trace, plan->traces[REVERSAL_OF_IN]))
                medical_told(world, province, i, action, REVERSAL_OF_IN);
            continue;
        }
        if (text_is(trace, plan->traces[TRANSFER]))
            told_one(world, i, action);
        if (text_is(trace, plan->traces[REVERSAL_OF_IN]))
            told_of_reversal(world, i, action, REVERSAL_OF_IN);
        if (text_is(trace, plan->traces[REVERSAL_OF_OUT]))
            told_of_reversal(world, i, action, REVERSAL_OF_OUT);
    }
}

/* --- what the gateway answers --------------------------------------------------------- */

static void accepted_second(struct world *world, const struct paper *paper)
{
    struct plan *plan = &world->plans[paper->case_index];

    switch (paper->action) {
    case ACTION_REVERSAL:
        if (paper->which == REVERSAL_OF_IN)
            send_money_back(world, paper->case_index, paper->which);
        break;
    case ACTION_FUND_RETURN:
        plan->money_back = true;
        break;
    case ACTION_FUND_RECEIPT:
        paper_of(world, plan->out, paper->case_index, ACTION_COMPLETION, paper->which);
        break;
    case ACTION_REMITTANCE:
        plan->in_has_money = true; /* or in suspense: the next paper says so */
        paper_of(world, plan->in, paper->case_index, ACTION_ALLOCATION, BANK_LINE);
        maybe_complete(world, paper->case_index);
        break;
    default:
        break;
    }
}

static void accepted(struct world *world, const struct paper *paper_)
{
    uint32_t index = paper_->case_index;
    struct plan *plan = &world->plans[index];

    switch (paper_->action) {
    case ACTION_APPLICATION:
        plan->letter_revision = 1;
        paper(world, plan->in, index, ACTION_LETTER);
        break;
    case ACTION_LETTER:
        if (plan->withdraws && paper_->revision == 1)
            write_paper(world, plan->in, index, ACTION_WITHDRAWAL, 1, 3 * soon(world));
        break;
    case ACTION_FUND_ADVICE:
        plan->advised = plan->total;
        if (!plan->form_sent)
            send_form(world, index, !plan->bad_form);
        break;
    case ACTION_FORM:
        send_money(world, index);
        break;
    case ACTION_FUND_RECEIPT:
        plan->in_has_money = true;
        maybe_complete(world, index);
        break;
    case ACTION_COMPLETION:
        plan->completed = true;
        if (plan->overlap)
            paper(world, plan->in, index, ACTION_CLEARING_DONE);
        if (plan->reverses)
            paper_of(world, plan->in, index, ACTION_REVERSAL, REVERSAL_OF_IN);
        break;
    default:
        break;
    }
}

/* Papers that are not worth writing anew when they are refused. */
static bool once_is_enough(const struct plan *plan, const struct paper *paper)
{
    switch (paper->action) {
    case ACTION_APPLICATION:
    case ACTION_WITHDRAWAL:
    case ACTION_WITHDRAWAL_ANSWER:
        return true;
    case ACTION_COMPLETION:
        return paper->which == TRANSFER && plan->completed;
    case ACTION_FUND_RETURN:
        return plan->money_back;
    default:
        return false;
    }
}

void cores_answered(struct world *world, uint32_t province, const struct paper *answered,
                    enum verdict verdict)
{
    const struct plan *plan = &world->plans[answered->case_index];
    struct paper *again;

    if (verdict == VERDICT_ACCEPTED && plan->medical) {
        medical_accepted(world, answered);
    } else if (verdict == VERDICT_ACCEPTED && answered->which != TRANSFER) {
        accepted_second(world, answered);
    } else if (verdict == VERDICT_ACCEPTED) {
        accepted(world, answered);
    } else if (answered->tries < 40 && !once_is_enough(plan, answered)) {
        /* Too early for the flow: the core writes the same paper anew, under a new key. */
        again = write_paper(world, province, answered->case_index, answered->action,
                            answered->revision, 30 * 1000);
        again->good = answered->good;
        again->which = answered->which;
        again->tries = answered->tries + 1;
    }
}

bool cores_satisfied(const struct world *world)
{
    for (uint32_t i = 0; i < world->province_count; i++) {
        if (world->provinces[i].paper_count > 0)
            return false;
    }
    return true;
}
