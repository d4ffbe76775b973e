/* plays.c - the flows that are played, one row each, and what is drawn of every case. */
#include <stdio.h>
#include <string.h>

#include "core/medical_transfer.h"
#include "core/pension_employee.h"
#include "world.h"

#define BY_LETTER                                                                              \
    .turned_back = PENSION_CANCELLED, .start = transfer_start, .told = transfer_told,          \
    .accepted = transfer_accepted

static const struct play plays[] = {
    {"pension.employee", FLOW_PENSION_EMPLOYEE, 6, BY_LETTER, .insurance = "110",
     .money = "PEN-MONEY", .form = FORM_POOLED},
    {"pension.resident", FLOW_PENSION_RESIDENT, 3, BY_LETTER, .insurance = "150",
     .money = "PEN-MONEY-RP", .form = FORM_RESIDENT},
    {"pension.switch to the employees", FLOW_PENSION_SWITCH, 3, BY_LETTER, .insurance = "110",
     .money = "PEN-MONEY-SW", .form = FORM_RESIDENT, .intend = switch_intend,
     .write = switch_write},
    {"pension.switch to the residents", FLOW_PENSION_SWITCH, 2, BY_LETTER, .insurance = "150",
     .money = "PEN-MONEY-SW", .form = FORM_ACCOUNT, .intend = switch_intend,
     .write = switch_write},
    {"pension.institution, out of one", FLOW_PENSION_INSTITUTION, 1, BY_LETTER,
     .insurance = "110", .money = "PEN-MONEY-GP", .form = FORM_POOLED,
     .write = institution_write},
    {"pension.institution, between two", FLOW_PENSION_INSTITUTION, 2, BY_LETTER,
     .insurance = "120", .money = "PEN-MONEY-GP", .form = FORM_POOLED,
     .write = institution_write},
    {"pension.institution, into one", FLOW_PENSION_INSTITUTION, 1, BY_LETTER,
     .insurance = "120", .money = "PEN-MONEY-GP", .form = FORM_POOLED, .joins = true,
     .write = institution_write},
    {"pension.institution, dismissed", FLOW_PENSION_INSTITUTION, 2,
     .turned_back = PENSION_CANCELLED, .insurance = "110", .money = "PEN-MONEY-GP",
     .form = FORM_POOLED, .intend = dismissal_intend, .start = dismissal_start,
     .told = transfer_told, .accepted = dismissal_accepted, .write = dismissal_write},
    {"pension.annuity", FLOW_PENSION_ANNUITY, 2, BY_LETTER, .insurance = "120",
     .form = FORM_ANNUITY, .form_says = true},
    {"pension.temporary", FLOW_PENSION_TEMPORARY, 3, .turned_back = PENSION_CANCELLED,
     .insurance = "110", .money = "PEN-MONEY-TMP", .form = FORM_POOLED,
     .start = temporary_start, .told = temporary_told, .accepted = temporary_accepted,
     .write = temporary_write},
    {"pension.military", FLOW_PENSION_MILITARY, 2, .turned_back = PENSION_CANCELLED,
     .insurance = "110", .form = FORM_POOLED, .alone = true, .intend = military_intend,
     .start = military_start, .told = military_told, .accepted = military_accepted},
    {"medical.transfer", FLOW_MEDICAL_TRANSFER, 5, .turned_back = MEDICAL_TURNED_BACK,
     .insurance = "110", .form_says = true, .intend = medical_intend, .start = medical_start,
     .told = medical_told, .accepted = medical_accepted, .write = medical_write},
    {"injury.record", FLOW_INJURY_RECORD, 3, .intend = injury_intend, .start = injury_start,
     .told = injury_told, .accepted = injury_accepted, .make = injury_make},
    {"transfer.enquiry", FLOW_TRANSFER_ENQUIRY, 3, .intend = enquiry_intend,
     .start = enquiry_start, .told = enquiry_told, .accepted = enquiry_accepted,
     .make = enquiry_make, .judge = enquiry_judge},
};

const struct play *play_at(size_t index)
{
    return index < COUNT_OF(plays) ? &plays[index] : NULL;
}

_Static_assert(COUNT_OF(plays) <= PLAYS_MAX, "there is room for each to be counted");

size_t play_index(const struct play *play)
{
    return (size_t)(play - plays);
}

/* By the weights of the rows. */
static const struct play *draw_play(struct world *world)
{
    uint64_t all = 0;
    uint64_t at;

    for (size_t i = 0; i < COUNT_OF(plays); i++)
        all += plays[i].weight;
    at = world_random(world, all);
    for (size_t i = 0;; i++) {
        if (at < plays[i].weight)
            return &plays[i];
        at -= plays[i].weight;
    }
}

static void draw_person(struct world *world, struct plan *plan, uint32_t index)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    snprintf(plan->person, sizeof(plan->person), "%s19%02d%02d%02d%03d",
             index % 2 == 0 ? "529901" : "449902", 70 + (int)world_random(world, 25),
             1 + (int)world_random(world, 12), 1 + (int)world_random(world, 28),
             (int)(index * 7 + 1) % 1000);
    for (int i = 0; i < 17; i++)
        sum += weights[i] * (plan->person[i] - '0');
    plan->person[17] = "10X98765432"[sum % 11];
}

/* Some kinds move no money anywhere in this world: the record only. */
static void draw_rules(struct world *world)
{
    static const char *const switches[] = {"PEN-MONEY", "PEN-MONEY-RP", "PEN-MONEY-SW",
                                           "PEN-MONEY-GP", "PEN-MONEY-TMP"};

    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        struct rule *rule = &world->rules->rows[world->rules->count];
        if (!world_one_in(world, 8))
            continue;
        *rule = (struct rule){.from = {1}, .value = 0};
        CHECK(text_to_field(text_of(switches[i]), rule->id, sizeof(rule->id)));
        world->rules->count++;
    }
}

static bool draw_moneyless(struct world *world, const struct play *play)
{
    if (play->money == NULL)
        return world_one_in(world, 4);
    return rules_value(world->rules, play->money, instant_day(world->now), 1) == 0;
}

/* A core that is slow, or forgets, does so once. */
static void draw_sloth(struct world *world, struct plan *plan)
{
    if (world_one_in(world, 8))
        plan->slow_paper = 1 + (unsigned)world_random(world, 8);
    else if (world_one_in(world, 12))
        plan->lost_paper = 2 + (unsigned)world_random(world, 6);
}

void plays_draw_plan(struct world *world, uint32_t index, const struct play *play)
{
    static const char *const letters[BUSINESSES] = {"GZ2026", "RI2026", "RO2026", "BL2026"};
    struct plan *plan = &world->plans[index];

    plan->play = play;
    plan->in = (uint32_t)world_random(world, world->province_count);
    plan->out = (plan->in + 1 + (uint32_t)world_random(world, world->province_count - 1)) %
                world->province_count;
    plan->money_first = world_one_in(world, 2);
    plan->letter_returned = world_one_in(world, 4);
    plan->give_up = world_one_in(world, 2);
    plan->bad_letter = world_one_in(world, 4);
    plan->bad_form = world_one_in(world, 4);
    plan->loose_acceptance = world_one_in(world, 4);
    plan->withdraws = world_one_in(world, 5);
    plan->at_once = world_one_in(world, 20);
    plan->partial = world_one_in(world, 6);
    plan->overlap = world_one_in(world, 6);
    plan->reverses = world_one_in(world, 5);
    plan->both_reverse = plan->reverses && world_one_in(world, 2);
    plan->two_sums = world_one_in(world, 8);
    plan->moneyless = draw_moneyless(world, plan->play);
    if (world_one_in(world, 3))
        plan->line = (enum line_kind)world_random(world, LINE_KINDS);
    plan->total.fen = 240000 + (int64_t)world_random(world, 5000) * 1200;
    draw_sloth(world, plan);
    draw_person(world, plan, index);
    for (unsigned b = 0; b < BUSINESSES; b++)
        snprintf(plan->traces[b], TRACE_SIZE, "%s%08u", letters[b], index + 1);
}

void plays_draw(struct world *world)
{
    uint32_t wanted = 2 + (uint32_t)world_random(world, 6);

    draw_rules(world);
    while (world->case_count < wanted) {
        uint32_t index = world->case_count++;
        plays_draw_plan(world, index, draw_play(world));
        if (world->plans[index].play->intend != NULL)
            world->plans[index].play->intend(world, index);
    }
}
