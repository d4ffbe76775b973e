/*
 * injury.c - what two places tell each other about an injury: a notice, a decision that may be
 * withdrawn, a request that is answered within weeks, a question that lapses. IN opens, OUT is
 * the other side.
 */
#include <stdio.h>
#include <string.h>

#include "injury_records.h"
#include "world.h"

/* Which exchange it is: plans differ in who would have applied and in how. */
static uint16_t opens_with(const struct plan *plan)
{
    if (plan->bad_letter)
        return ACTION_INSURED_QUERY;
    if (plan->money_first)
        return ACTION_ASSISTANCE_REQUEST;
    return plan->loose_acceptance ? ACTION_THIRD_PARTY : ACTION_RECOGNITION;
}

void injury_intend(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    snprintf(plan->traces[TRANSFER], TRACE_SIZE, "INJ/IR2026%08u", (unsigned)index + 1);
    plan->moneyless = true;
    plan->reverses = plan->both_reverse = false;
}

void injury_start(struct world *world, uint32_t index)
{
    const struct plan *plan = &world->plans[index];

    cores_paper(world, plan->in, index, opens_with(plan), 1, TRANSFER);
}

void injury_told(struct world *world, const struct news *news)
{
    struct plan *plan = &world->plans[news->case_index];

    if (news->action != ACTION_ASSISTANCE_REQUEST)
        return;
    plan->asked = news->message_id;
    cores_paper(world, plan->out, news->case_index, ACTION_ASSISTANCE_REPLY, 1, TRANSFER)
        ->good = !plan->bad_form;
}

void injury_accepted(struct world *world, const struct paper *paper)
{
    const struct plan *plan = &world->plans[paper->case_index];

    if (paper->action == ACTION_RECOGNITION && paper->revision == 1 && plan->withdraws)
        cores_paper(world, plan->in, paper->case_index, ACTION_RECOGNITION, 2, TRANSFER);
}

struct record *injury_make(struct arena *arena, const struct plan *plan,
                           const struct paper *paper)
{
    struct record *root = injury_document(arena, action_name(paper->action).english);
    char region[12];
    char birth[12];
    char number[sizeof(plan->person)];

    memcpy(number, plan->person, sizeof(number));
    snprintf(region, sizeof(region), "%06u", (unsigned)province_region(plan->in));
    injury_set(arena, root, "reference/fromRegion", arena_format(arena, "%s", region));
    snprintf(region, sizeof(region), "%06u", (unsigned)province_region(plan->out));
    injury_set(arena, root, "reference/toRegion", arena_format(arena, "%s", region));
    injury_set(arena, root, "reference/recordNumber", plan->traces[TRANSFER] + strlen("INJ/"));
    if (record_find(root, "person") != NULL) {
        snprintf(birth, sizeof(birth), "%.4s-%.2s-%.2s", number + 6, number + 10, number + 12);
        injury_set(arena, root, "person/identityNumber", plan->person);
        injury_set(arena, root, "person/sex", (number[16] - '0') % 2 == 1 ? "1" : "2");
        injury_set(arena, root, "person/birthDate", arena_format(arena, "%s", birth));
    }
    if (paper->action == ACTION_RECOGNITION && paper->revision == 2)
        record_revise(arena, root, "2", "withdrawn");
    if (!paper->good)
        record_reject(arena, root, "INJ-R10");
    return root;
}
