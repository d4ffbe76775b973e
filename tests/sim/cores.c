/* cores.c - the core systems behind the gateways: what a person's plan makes them do. */
#include <stdio.h>
#include <string.h>

#include "world.h"

void cores_paper(struct world *world, uint32_t province, uint32_t case_index, uint16_t action,
                 uint32_t revision, bool good, int64_t delay_ms)
{
    struct province *at = &world->provinces[province];

    CHECK(at->paper_count < PAPERS_MAX);
    at->papers[at->paper_count++] = (struct paper){
        .at = instant_add_ms(world->now, delay_ms),
        .case_index = case_index,
        .action = action,
        .revision = revision,
        .number = ++at->paper_number,
        .good = good,
    };
}

static int64_t soon(struct world *world)
{
    return 1000 + (int64_t)world_random(world, 60 * 1000);
}

void cores_start(struct world *world)
{
    for (uint32_t i = 0; i < world->case_count; i++)
        cores_paper(world, world->plans[i].in, i, ACTION_APPLICATION, 1, true, soon(world));
}

static void send_form(struct world *world, uint32_t index, bool good)
{
    struct plan *plan = &world->plans[index];

    plan->form_revision++;
    plan->form_sent = true;
    cores_paper(world, plan->out, index, ACTION_FORM, plan->form_revision, good, soon(world));
}

static void send_money(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->money_sent)
        return;
    plan->money_sent = true;
    cores_paper(world, plan->out, index, ACTION_FUND_ADVICE, 1, true, soon(world));
    /* The bank does not use our network: the money arrives when it arrives. */
    cores_paper(world, plan->in, index, ACTION_FUND_RECEIPT, 1, true,
                soon(world) + (plan->money_first ? 0 : 120 * 1000));
}

static void maybe_complete(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->in_has_form && plan->in_has_money && !plan->completed)
        cores_paper(world, plan->in, index, ACTION_COMPLETION, 1, true, soon(world));
}

static void got_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->letter_returned && plan->letter_revision == 1) {
        cores_paper(world, plan->out, index, ACTION_LETTER_RETURN, 1, true, soon(world));
        return;
    }
    if (!plan->loose_acceptance)
        cores_paper(world, plan->out, index, ACTION_ACCEPTANCE, 1, true, 500);
    if (plan->money_first)
        send_money(world, index);
    else
        send_form(world, index, !plan->bad_form);
}

static void told_one(struct world *world, uint32_t index, uint16_t action)
{
    struct plan *plan = &world->plans[index];

    switch (action) {
    case ACTION_LETTER:
        got_letter(world, index);
        break;
    case ACTION_LETTER_RETURN:
        if (plan->give_up) {
            cores_paper(world, plan->in, index, ACTION_REFUSAL, 1, true, soon(world));
            break;
        }
        plan->letter_revision++;
        cores_paper(world, plan->in, index, ACTION_LETTER, plan->letter_revision, true,
                    soon(world));
        break;
    case ACTION_FORM_RETURN:
        send_form(world, index, true);
        break;
    case ACTION_FORM:
        plan->in_has_form = true;
        maybe_complete(world, index);
        break;
    default:
        break;
    }
}

void cores_told(struct world *world, uint32_t province, uint16_t action,
                const struct record *body)
{
    struct text trace;

    (void)province;
    CHECK(record_text(body, "reference/traceNumber", &trace));
    for (uint32_t i = 0; i < world->case_count; i++) {
        if (text_is(trace, world->plans[i].trace))
            told_one(world, i, action);
    }
}

static void accepted(struct world *world, const struct paper *paper)
{
    struct plan *plan = &world->plans[paper->case_index];

    switch (paper->action) {
    case ACTION_APPLICATION:
        plan->letter_revision = 1;
        cores_paper(world, plan->in, paper->case_index, ACTION_LETTER, 1, true, soon(world));
        break;
    case ACTION_FUND_ADVICE:
        plan->advised = plan->total;
        if (!plan->form_sent)
            send_form(world, paper->case_index, !plan->bad_form);
        break;
    case ACTION_FORM:
        send_money(world, paper->case_index);
        break;
    case ACTION_FUND_RECEIPT:
        plan->in_has_money = true;
        maybe_complete(world, paper->case_index);
        break;
    case ACTION_COMPLETION:
        plan->completed = true;
        break;
    default:
        break;
    }
}

void cores_answered(struct world *world, uint32_t province, const struct paper *paper,
                    enum verdict verdict)
{
    if (verdict == VERDICT_ACCEPTED) {
        accepted(world, paper);
    } else if (paper->tries < 40 && paper->action != ACTION_APPLICATION) {
        /* Too early for the flow: the core writes the same paper anew, under a new key. */
        struct plan *plan = &world->plans[paper->case_index];
        if (paper->action == ACTION_COMPLETION && plan->completed)
            return;
        cores_paper(world, province, paper->case_index, paper->action, paper->revision,
                    paper->good, 30 * 1000);
        world->provinces[province].papers[world->provinces[province].paper_count - 1].tries =
            paper->tries + 1;
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
