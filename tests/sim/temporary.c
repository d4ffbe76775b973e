/*
 * temporary.c - the cores of a temporary account: OUT, which holds it, begins, and IN consents.
 */
#include "world.h"

void temporary_start(struct world *world, uint32_t index)
{
    cores_paper(world, world->plans[index].out, index, ACTION_APPLICATION, 1, TRANSFER);
}

static void got_letter(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];
    bool returned = plan->letter_returned && plan->letters == 1;

    cores_paper(world, plan->in, index, returned ? ACTION_LETTER_RETURN : ACTION_ACCEPTANCE, 1,
                TRANSFER);
}

/* IN has said no: everything goes on as if nobody had withdrawn. */
static void got_answer(struct world *world, const struct news *news)
{
    struct text agreed;

    if (!record_text(news->body, "agreed", &agreed) || text_is(agreed, "true"))
        world->plans[news->case_index].stopped = true;
}

void temporary_told(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;
    struct plan *plan = &world->plans[index];

    if (news->which != TRANSFER)
        transfer_told(world, news);
    else if (news->action == ACTION_LETTER)
        got_letter(world, index);
    else if (news->action == ACTION_LETTER_RETURN)
        transfer_letter_back(world, index, plan->out);
    else if (news->action == ACTION_ACCEPTANCE && news->province == plan->out)
        transfer_send_all(world, index);
    else if (news->action == ACTION_WITHDRAWAL_ANSWER && news->province == plan->out)
        got_answer(world, news);
    else if (news->action != ACTION_WITHDRAWAL)
        transfer_told(world, news);
}

static void applied(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->at_once) {
        cores_paper(world, plan->out, index, plan->give_up ? ACTION_REFUSAL : ACTION_WITHDRAWAL,
                    1, TRANSFER);
        return;
    }
    transfer_letter(world, index, plan->out);
}

void temporary_accepted(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    if (paper->which == TRANSFER && paper->action == ACTION_APPLICATION)
        applied(world, index);
    else if (paper->which == TRANSFER && paper->action == ACTION_LETTER) {
        if (plan->withdraws && plan->letters == 1)
            cores_paper(world, plan->out, index, ACTION_WITHDRAWAL, 1, TRANSFER);
    } else
        transfer_accepted(world, paper);
}

void temporary_write(struct arena *arena, struct record *root, const struct plan *plan,
                     const struct paper *paper)
{
    (void)plan;
    if (paper->action == ACTION_ACCEPTANCE)
        document_add(arena, document_add(arena, root, "bank", ""), "account",
                     "5299000000000000033");
}
