/* cores.c - the core systems behind the gateways: papers that they bring, and who is told. */
#include <string.h>

#include "world.h"

enum {
    TRIES_SOON = 20,  /* half a minute apart, */
    TRIES_LATER = 40, /* ten minutes, */
    TRIES_MAX = 100,  /* a day */
    DAY_MS = 24 * 3600 * 1000,
    WEEKS_MS = 40 * 24 * 3600 * 1000u
};

struct paper *cores_paper(struct world *world, uint32_t province, uint32_t case_index,
                          uint16_t action, uint32_t revision, enum business which)
{
    static struct paper nothing; /* what is never written */
    struct province *at = &world->provinces[province];
    struct plan *plan = &world->plans[case_index];
    struct paper *paper = &at->papers[at->paper_count];
    int64_t delay_ms = 1000 + (int64_t)world_random(world, 60 * 1000);

    plan->papers_written++;
    if (plan->papers_written == plan->lost_paper) {
        plan->unfinished = true;
        return &nothing;
    }
    if (plan->papers_written == plan->slow_paper)
        delay_ms += (int64_t)world_random(world, WEEKS_MS);
    CHECK(at->paper_count < PAPERS_MAX);
    at->paper_count++;
    *paper = (struct paper){
        .at = instant_add_ms(world->now, delay_ms),
        .case_index = case_index,
        .action = action,
        .revision = revision,
        .number = ++at->paper_number,
        .good = true,
        .which = which,
    };
    return paper;
}

void cores_start(struct world *world)
{
    for (uint32_t i = 0; i < world->case_count; i++)
        world->plans[i].play->start(world, i);
}

uint16_t cores_flow(const struct world *world, const struct paper *paper)
{
    return paper->which == BANK_LINE ? FLOW_PENSION_REMITTANCE
                                     : world->plans[paper->case_index].play->flow;
}

void cores_told(struct world *world, uint32_t province, uint16_t action,
                const struct record *body)
{
    struct text trace;

    CHECK(record_text(body, "reference/traceNumber", &trace));
    for (uint32_t i = 0; i < world->case_count; i++)
        for (enum business which = TRANSFER; which < BUSINESSES; which++) {
            struct news news = {province, i, action, which, body};

            if (!text_is(trace, world->plans[i].traces[which]))
                continue;
            if (which == BANK_LINE)
                remittance_told(world, &news);
            else
                world->plans[i].play->told(world, &news);
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

uint32_t cores_revision(struct world *world, uint32_t province, uint32_t case_index,
                        uint16_t action)
{
    struct flow_case seen;
    const struct flow *flow;
    const uint32_t *highest;
    bool found = false;

    CHECK(case_seen(world, province, &world->plans[case_index], TRANSFER, &seen, &found));
    flow = found ? flow_find(seen.flow) : NULL;
    highest = flow != NULL ? flow->revision(&seen, action) : NULL;
    return highest != NULL ? *highest + 1 : 1;
}

int64_t cores_patience_ms(unsigned tries)
{
    if (tries == TRIES_MAX)
        return 0;
    return tries < TRIES_SOON ? 30 * 1000 : tries < TRIES_LATER ? 600 * 1000 : DAY_MS;
}

static bool has_ended(struct world *world, uint32_t province, const struct paper *paper)
{
    const struct plan *plan = &world->plans[paper->case_index];
    struct flow_case seen;
    bool found = false;

    CHECK(case_seen(world, province, plan, paper->which, &seen, &found));
    return found && flow_state_ends(flow_find(seen.flow), seen.state);
}

/* Too early for the flow: the core writes the same paper anew, under a new key. */
static void write_anew(struct world *world, uint32_t province, const struct paper *refused)
{
    struct province *at = &world->provinces[province];
    struct paper *again = &at->papers[at->paper_count];
    const struct plan *plan = &world->plans[refused->case_index];

    if (refused->tries == TRIES_MAX || once_is_enough(plan, refused))
        return;
    if (has_ended(world, province, refused)) {
        if (refused->action == ACTION_FUND_RECEIPT && refused->which == TRANSFER)
            remittance_comes(world, refused->case_index); /* the bank has it all the same */
        return;
    }
    CHECK(at->paper_count < PAPERS_MAX);
    at->paper_count++;
    *again = *refused;
    again->at = instant_add_ms(world->now, cores_patience_ms(refused->tries));
    again->number = ++at->paper_number;
    if (again->which == TRANSFER)
        again->revision = cores_revision(world, province, again->case_index, again->action);
    again->tries++;
}

void cores_answered(struct world *world, uint32_t province, const struct paper *answered,
                    enum verdict verdict)
{
    const struct play *play = world->plans[answered->case_index].play;
    bool accepted = verdict == VERDICT_ACCEPTED;

    if (answered->which == BANK_LINE && accepted)
        remittance_accepted(world, answered);
    else if (answered->which == BANK_LINE)
        remittance_refused(world, answered);
    else if (accepted)
        play->accepted(world, answered);
    else
        write_anew(world, province, answered);
}

bool cores_satisfied(const struct world *world)
{
    for (uint32_t i = 0; i < world->province_count; i++) {
        if (world->provinces[i].paper_count > 0)
            return false;
    }
    return true;
}
