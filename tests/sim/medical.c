/*
 * medical.c - the cores of a medical transfer: its plan, told in the words of medical.transfer.
 *
 * Of the plan's fields: money_first is a person who applies at OUT, loose_acceptance a check
 * that fails; the rest means what it means for a pension. The amount is always the same,
 * because a sheet says it in words, too.
 */
#include <inttypes.h>
#include <stdio.h>

#include "world.h"

static uint32_t opener(const struct plan *plan)
{
    return plan->money_first ? plan->out : plan->in;
}

void medical_intend(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->partial = plan->overlap = plan->both_reverse = plan->at_once = false;
    plan->line = LINE_NONE;
    plan->total.fen = 347126;
}

void medical_start(struct world *world, uint32_t index)
{
    cores_paper(world, opener(&world->plans[index]), index, ACTION_APPLICATION, 1, TRANSFER);
}

static void send_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->letters++;
    cores_paper(world, plan->in, index, ACTION_LETTER,
                cores_revision(world, plan->in, index, ACTION_LETTER), TRANSFER);
}

static void send_sheet(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    cores_paper(world, plan->out, index, ACTION_FORM,
                cores_revision(world, plan->out, index, ACTION_FORM), TRANSFER)
        ->good = good;
}

static void got_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->letter_returned && plan->letters == 1)
        cores_paper(world, plan->out, index, ACTION_LETTER_RETURN, 1, TRANSFER);
    else
        send_sheet(world, index, !plan->bad_form);
}

static void told_in(struct world *world, uint32_t index, uint16_t action)
{
    struct plan *plan = &world->plans[index];

    if (action == ACTION_ACCEPTANCE)
        send_letter(world, index);
    if (action == ACTION_LETTER_RETURN && plan->give_up)
        cores_paper(world, plan->in, index, ACTION_REFUSAL, 1, TRANSFER);
    else if (action == ACTION_LETTER_RETURN)
        send_letter(world, index);
    if (action == ACTION_FORM)
        cores_paper(world, plan->in, index, ACTION_COMPLETION, 1, TRANSFER);
}

static void told_out(struct world *world, uint32_t index, uint16_t action)
{
    if (action == ACTION_LETTER)
        got_letter(world, index);
    if (action == ACTION_FORM_RETURN)
        send_sheet(world, index, true);
}

static void told_back(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;
    const struct plan *plan = &world->plans[index];

    if (news->action == ACTION_REVERSAL && news->province == plan->out)
        cores_paper(world, plan->out, index, ACTION_ACCEPTANCE, 1, news->which);
    if (news->action == ACTION_ACCEPTANCE && news->province == plan->in && !plan->moneyless)
        cores_paper(world, plan->in, index, ACTION_FUND_RETURN, 1, news->which);
    if (news->action == ACTION_FUND_RETURN && news->province == plan->out)
        cores_paper(world, plan->out, index, ACTION_FUND_RECEIPT, 1, news->which);
}

/* Copies of what the gateway made for the partner come, too: who is told counts. */
void medical_told(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;
    uint32_t province = news->province;
    struct plan *plan = &world->plans[index];

    if (news->which != TRANSFER) {
        told_back(world, news);
        return;
    }
    if (news->action == ACTION_INSURED_QUERY && province != opener(plan))
        cores_paper(world, province, index, ACTION_INSURED_STATE, 1, TRANSFER)->good =
            !plan->loose_acceptance;
    if (news->action == ACTION_INSURED_STATE && province == opener(plan) &&
        !plan->loose_acceptance)
        cores_paper(world, province, index, ACTION_ACCEPTANCE, 1, TRANSFER);
    if (province == plan->in)
        told_in(world, index, news->action);
    else
        told_out(world, index, news->action);
}

static void accepted_back(struct world *world, const struct paper *paper)
{
    struct plan *plan = &world->plans[paper->case_index];

    if (paper->action == ACTION_FUND_RETURN)
        plan->money_back = true;
    if (paper->action == ACTION_FUND_RECEIPT ||
        (paper->action == ACTION_ACCEPTANCE && plan->moneyless))
        cores_paper(world, plan->out, paper->case_index, ACTION_COMPLETION, 1, paper->which);
}

static void completed(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->completed = true;
    if (plan->reverses)
        cores_paper(world, plan->in, index, ACTION_REVERSAL, 1, REVERSAL_OF_IN);
}

void medical_accepted(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    if (paper->which != TRANSFER) {
        accepted_back(world, paper);
        return;
    }
    switch (paper->action) {
    case ACTION_ACCEPTANCE:
        if (opener(plan) == plan->in)
            send_letter(world, index);
        break;
    case ACTION_LETTER:
        if (plan->withdraws && plan->letters == 1)
            cores_paper(world, plan->in, index, ACTION_WITHDRAWAL, 1, TRANSFER);
        break;
    case ACTION_FORM:
        if (paper->good && !plan->moneyless)
            cores_paper(world, plan->out, index, ACTION_FUND_ADVICE, 1, TRANSFER);
        break;
    case ACTION_FUND_ADVICE: /* the bank does not use our network */
        plan->advised = plan->total;
        cores_paper(world, plan->in, index, ACTION_FUND_RECEIPT, 1, TRANSFER);
        break;
    case ACTION_FUND_RECEIPT:
        cores_paper(world, plan->in, index, ACTION_FUND_CREDITED, 1, TRANSFER);
        break;
    case ACTION_COMPLETION:
        completed(world, index);
        break;
    default:
        break;
    }
}

/* --- documents --------------------------------------------------------------------------- */

static void add(struct arena *arena, struct record *parent, const char *name, const char *value)
{
    CHECK(record_add(arena, parent, name, text_of(value)) != NULL);
}

static struct record *group(struct arena *arena, struct record *parent, const char *name)
{
    struct record *field = record_add(arena, parent, name, TEXT(""));

    CHECK(field != NULL);
    return field;
}

static void add_sheet(struct arena *arena, struct record *root, const struct plan *plan,
                      bool good)
{
    struct record *period = group(arena, group(arena, root, "periods"), "period");

    add(arena, period, "from", "2025-01");
    add(arena, period, "to", "2025-12");
    add(arena, period, "insurance", "310");
    add(arena, period, "months", "12");
    add(arena, root, "insurance", "310");
    add(arena, root, "actualMonths", good ? "12" : "13"); /* MED-C04 */
    add(arena, root, "deemedMonths", "0");
    add(arena, root, "lastMonth", "2025-12");
    add(arena, root, "stopMonth", "2025-12");
    add(arena, root, "payWay", plan->moneyless ? "0" : "1");
    add(arena, root, "balance", "3471.26");
    add(arena, root, "amount", plan->moneyless ? "0.00" : "3471.26");
    add(arena, root, "amountInWords", plan->moneyless ? "零元整" : "叁仟肆佰柒拾壹元贰角陆分");
}

void medical_write(struct arena *arena, struct record *root, const struct plan *plan,
                   const struct paper *paper)
{
    switch (paper->action) {
    case ACTION_APPLICATION:
        add(arena, root, "outInsurance", "310");
        add(arena, root, "inInsurance", "310");
        break;
    case ACTION_LETTER_RETURN:
    case ACTION_REFUSAL:
        add(arena, root, "code", "MED-R08");
        break;
    case ACTION_INSURED_STATE:
        add(arena, root, "result", paper->good ? "pass" : "fail");
        break;
    case ACTION_FORM:
        add_sheet(arena, root, plan, paper->good);
        break;
    case ACTION_FUND_ADVICE:
        add(arena, root, "payee", "agency");
        add(arena, root, "amount", "3471.26");
        break;
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_CREDITED:
    case ACTION_FUND_RETURN:
        add(arena, root, "amount", "3471.26");
        break;
    case ACTION_REVERSAL:
        add(arena, group(arena, root, "corrects"), "traceNumber", plan->traces[TRANSFER]);
        add(arena, root, "amount", plan->moneyless ? "0.00" : "3471.26");
        break;
    default:
        break;
    }
}
