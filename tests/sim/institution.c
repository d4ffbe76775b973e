/* institution.c - what an institution's cores write besides, and who was dismissed: OUT begins,
 * with its form. */
#include <stdio.h>

#include "world.h"

void institution_write(struct arena *arena, struct record *root, const struct plan *plan,
                       const struct paper *paper)
{
    if (paper->which == TRANSFER && paper->action == ACTION_LETTER)
        document_add(arena, root, "insuranceKindOld", plan->play->joins ? "110" : "120");
}

/* There is no letter that could come back. */
void dismissal_intend(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    plan->letter_returned = plan->withdraws = plan->partial = plan->money_first = false;
}

void dismissal_start(struct world *world, uint32_t index)
{
    cores_paper(world, world->plans[index].out, index, ACTION_APPLICATION, 1, TRANSFER);
}

void dismissal_accepted(struct world *world, const struct paper *paper)
{
    uint32_t index = paper->case_index;
    struct plan *plan = &world->plans[index];

    if (paper->which != TRANSFER || paper->action != ACTION_APPLICATION)
        transfer_accepted(world, paper);
    else if (plan->at_once)
        cores_paper(world, plan->out, index, plan->give_up ? ACTION_REFUSAL : ACTION_WITHDRAWAL,
                    1, TRANSFER);
    else
        transfer_send_all(world, index);
}

void dismissal_write(struct arena *arena, struct record *root, const struct plan *plan,
                     const struct paper *paper)
{
    struct record *dismissal;
    char region[12];

    if (paper->which != TRANSFER ||
        (paper->action != ACTION_APPLICATION && paper->action != ACTION_FORM))
        return;
    snprintf(region, sizeof(region), "%06u", (unsigned)province_region(plan->in));
    dismissal = document_add(arena, root, "dismissal", "");
    document_add(arena, dismissal, "unit", "黔州虚构学校");
    document_add(arena, dismissal, "ground", "resigned");
    document_add(arena, dismissal, "on", "2026-02-20");
    document_add(arena, dismissal, "hukouRegion", region);
}
