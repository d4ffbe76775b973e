/*
 * switch.c - who changes between the schemes of residents and employees: the conditions that he
 * states, and relations of employees that are gathered first, a case of their own each.
 */
#include <string.h>

#include "world.h"

/* A transfer of the same person to the same place, as an employee: until it has ended no letter
 * goes out. */
static void gather(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];
    struct plan *child = &world->plans[world->case_count];

    if (world->case_count == CASES_MAX)
        return;
    plan->gathered = world->case_count++;
    plays_draw_plan(world, plan->gathered, play_at(0));
    child->in = plan->in;
    child->out = (plan->in + 1 + (uint32_t)world_random(world, world->province_count - 1)) %
                 world->province_count;
    memcpy(child->person, plan->person, sizeof(child->person));
}

void switch_intend(struct world *world, uint32_t index)
{
    if (world_one_in(world, 2))
        gather(world, index);
}

void switch_write(struct arena *arena, struct record *root, const struct plan *plan,
                  const struct paper *paper)
{
    struct record *change;

    if (paper->which != TRANSFER ||
        (paper->action != ACTION_APPLICATION && paper->action != ACTION_LETTER))
        return;
    change = document_add(arena, root, "change", "");
    document_add(arena, change, "employeeMonths",
                 plan->play->form == FORM_RESIDENT ? "200" : "60");
    document_add(arena, change, "drawing", "false");
    if (paper->good) /* of a woman it must be said */
        document_add(arena, change, "post", "worker");
}
