/* cores.c - the core systems behind the gateways: papers that they bring, and who is told. */
#include <string.h>

#include "world.h"

enum {
    TRIES_SOON = 20,  /* half a minute apart, */
    TRIES_LATER = 40, /* ten minutes, */
    TRIES_MAX = 100,  /* a day */
    CHAT_MS = 40 * 60 * 1000,
    DAY_MS = 24 * 3600 * 1000,
    WEEKS_MS = 40 * 24 * 3600 * 1000u
};

static struct paper *new_paper(struct world *world, uint32_t province)
{
    struct province *at = &world->provinces[province];
    struct paper *paper = &at->papers[at->paper_count];

    CHECK(at->paper_count < PAPERS_MAX);
    at->paper_count++;
    *paper = (struct paper){.number = ++at->paper_number, .revision = 1, .good = true};
    return paper;
}

struct paper *cores_paper(struct world *world, uint32_t province, uint32_t case_index,
                          uint16_t action, uint32_t revision, enum business which)
{
    static struct paper nothing; /* what is never written */
    struct plan *plan = &world->plans[case_index];
    struct paper *paper;
    int64_t delay_ms = 1000 + (int64_t)world_random(world, 60 * 1000);

    plan->papers_written++;
    if (plan->papers_written == plan->lost_paper) {
        plan->unfinished = true;
        return &nothing;
    }
    if (plan->papers_written == plan->slow_paper)
        delay_ms += (int64_t)world_random(world, WEEKS_MS);
    paper = new_paper(world, province);
    paper->at = instant_add_ms(world->now, delay_ms);
    paper->case_index = case_index;
    paper->action = action;
    paper->revision = revision;
    paper->which = which;
    return paper;
}

/* What may be said at any time: how does it stand, do hurry, this was paid. */
static void chat(struct world *world, uint32_t index)
{
    static const uint16_t says[] = {ACTION_STATUS_QUERY, ACTION_REMINDER, ACTION_CERTIFICATE,
                                    ACTION_NOTICE};
    const struct plan *plan = &world->plans[index];
    uint16_t action = says[world_random(world, plan->play->make != NULL ? 2 : COUNT_OF(says))];
    uint32_t province = world_one_in(world, 2) ? plan->in : plan->out;
    struct paper *paper = new_paper(world, plan->play->alone ? plan->in : province);

    paper->case_index = index;
    paper->action = action;
    paper->at = instant_add_ms(world->now, (int64_t)world_random(world, CHAT_MS));
}

void cores_start(struct world *world)
{
    for (uint32_t i = 0; i < world->case_count; i++) {
        world->plans[i].play->start(world, i);
        for (unsigned says = (unsigned)world_random(world, 3); says > 0; says--)
            chat(world, i);
    }
}

uint16_t cores_flow(const struct world *world, const struct paper *paper)
{
    return paper->which == BANK_LINE ? FLOW_PENSION_REMITTANCE
                                     : world->plans[paper->case_index].play->flow;
}

void cores_told(struct world *world, uint32_t province, const struct entry_letter *letter,
                const struct record *body)
{
    struct flow_reference reference;

    flow_reference_of(flow_find(letter->flow), body, &reference);
    for (uint32_t i = 0; i < world->case_count; i++)
        for (enum business which = TRANSFER; which < BUSINESSES; which++) {
            struct news news = {province, i, letter->action, which, letter->message_id, body};

            if (strcmp(reference.trace, world->plans[i].traces[which]) != 0)
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
    case ACTION_STATUS_QUERY:
    case ACTION_REMINDER:
    case ACTION_CERTIFICATE:
    case ACTION_NOTICE:
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
    if (flow == NULL || flow->revision == NULL)
        return 1;
    highest = flow->revision(&seen, action);
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
    struct paper *again;
    uint32_t number;
    const struct plan *plan = &world->plans[refused->case_index];

    if (refused->tries == TRIES_MAX || once_is_enough(plan, refused))
        return;
    if (has_ended(world, province, refused)) {
        if (refused->action == ACTION_FUND_RECEIPT && refused->which == TRANSFER)
            remittance_comes(world, refused->case_index); /* the bank has it all the same */
        return;
    }
    again = new_paper(world, province);
    number = again->number;
    *again = *refused;
    again->at = instant_add_ms(world->now, cores_patience_ms(refused->tries));
    again->number = number;
    if (again->which == TRANSFER && flow_find(plan->play->flow)->revision != NULL)
        again->revision = cores_revision(world, province, again->case_index, again->action);
    again->tries++;
}

void cores_answered(struct world *world, uint32_t province, const struct paper *answered,
                    enum verdict verdict)
{
    const struct play *play = world->plans[answered->case_index].play;
    bool accepted = verdict == VERDICT_ACCEPTED || verdict == VERDICT_PENDING;

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
