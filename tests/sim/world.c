/* world.c - opening, running and judging a world. The gateways' own steps are in gateways.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways.h"

enum { STEPS_MAX = 400 * 1000, STORM_MS = 15 * 60 * 1000, CALM_MS = 30 * 3600 * 1000 };

uint64_t world_random(struct world *world, uint64_t below)
{
    uint64_t z = (world->random += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return below == 0 ? z : z % below;
}

bool world_fail(struct world *world, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (world->failure[0] == '\0')
        vsnprintf(world->failure, sizeof(world->failure), format, arguments);
    va_end(arguments);
    return false;
}

static void make_person(struct world *world, struct plan *plan, uint32_t index)
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

static bool one_in(struct world *world, uint64_t many)
{
    return world_random(world, many) == 0;
}

static void make_plans(struct world *world)
{
    static const char *const letters[BUSINESSES] = {"GZ", "RI", "RO", "BL"};
    bool moneyless = one_in(world, 8);

    world->case_count = 2 + (uint32_t)world_random(world, 5);
    for (uint32_t i = 0; i < world->case_count; i++) {
        struct plan *plan = &world->plans[i];
        plan->in = (uint32_t)world_random(world, world->province_count);
        plan->out = (plan->in + 1 + (uint32_t)world_random(world, world->province_count - 1)) %
                    world->province_count;
        plan->money_first = world_random(world, 2) == 0;
        plan->letter_returned = world_random(world, 4) == 0;
        plan->give_up = world_random(world, 2) == 0;
        plan->bad_form = world_random(world, 4) == 0;
        plan->loose_acceptance = world_random(world, 4) == 0;
        plan->withdraws = one_in(world, 5);
        plan->by_line = one_in(world, 3);
        plan->partial = one_in(world, 6);
        plan->overlap = one_in(world, 6);
        plan->reverses = one_in(world, 5);
        plan->both_reverse = plan->reverses && one_in(world, 2);
        plan->moneyless = moneyless;
        plan->medical = one_in(world, 4);
        plan->total.fen = 240000 + (int64_t)world_random(world, 5000) * 1200;
        make_person(world, plan, i);
        if (plan->medical) {
            plan->by_line = plan->partial = plan->overlap = plan->both_reverse = false;
            plan->total.fen = 347126;
        }
        for (unsigned b = 0; b < BUSINESSES; b++)
            snprintf(plan->traces[b], TRACE_SIZE, "%s2026%08u", letters[b], i + 1);
    }
}

static void make_calendar(struct world *world)
{
    struct day first;
    struct day last;

    world->calendar = calendar_new();
    world->rules = calloc(1, sizeof(*world->rules));
    CHECK(world->calendar != NULL && world->rules != NULL);
    CHECK(day_from(2026, 1, 1, &first) && day_from(2026, 12, 31, &last));
    calendar_set_range(world->calendar, first, last);
    world->rules->calendar_version = 20261;
}

/* No money moves between any two: the record only. */
static void set_money_switch(struct world *world)
{
    if (world->plans[0].moneyless)
        world->rules->rows[world->rules->count++] = (struct rule){"PEN-MONEY", {1}, 0};
}

bool world_open(struct world *world, uint64_t seed, enum fault fault)
{
    struct day start;

    memset(world, 0, sizeof(*world));
    world->seed = world->random = seed;
    world->fault = fault;
    CHECK(day_from(2026, 3, 2, &start));
    world->now = instant_add_ms(day_start(start), 9 * 3600 * 1000);
    make_calendar(world);
    world->province_count = 2 + (uint32_t)world_random(world, PROVINCES_MAX - 1);
    make_plans(world);
    set_money_switch(world);
    for (uint32_t i = 0; i < world->province_count; i++) {
        if (!gateway_create(world, i))
            return false;
    }
    world->storm = true;
    world->loss = (unsigned)world_random(world, 35);
    world->again = (unsigned)world_random(world, 35);
    world->crash = (unsigned)world_random(world, 20);
    world->partition = world_random(world, 3) == 0;
    cores_start(world);
    return true;
}

void world_close(struct world *world)
{
    for (uint32_t i = 0; i < world->province_count; i++)
        gateway_destroy(&world->provinces[i]);
    for (size_t i = 0; i < world->packet_count; i++)
        free(world->packets[i].bytes);
    calendar_free(world->calendar);
    free(world->rules);
}

static void sooner(struct instant *next, struct instant at)
{
    if (at.ms != 0 && (next->ms == 0 || at.ms < next->ms))
        *next = at;
}

/* The next moment at which anything happens. */
static struct instant next_moment(struct world *world)
{
    struct instant next = {0};

    for (size_t i = 0; i < world->packet_count; i++)
        sooner(&next, world->packets[i].at);
    for (uint32_t i = 0; i < world->province_count; i++) {
        struct province *province = &world->provinces[i];
        if (!province->up)
            sooner(&next, province->up_at);
        else
            sooner(&next, gateway_next(province));
        for (size_t p = 0; p < province->paper_count; p++)
            sooner(&next, province->papers[p].at);
    }
    return next;
}

static bool run_until(struct world *world, struct instant end)
{
    while (world->now.ms < end.ms) {
        struct instant next = next_moment(world);
        if (++world->steps > STEPS_MAX)
            return world_fail(world, "never comes to rest");
        if (next.ms == 0)
            return true;
        if (next.ms > end.ms)
            next = end;
        if (next.ms > world->now.ms)
            world->now = next;
        for (uint32_t i = 0; i < world->province_count; i++) {
            if (!gateway_step(&world->provinces[i]))
                return false;
        }
        network_step(world);
    }
    return true;
}

bool world_run(struct world *world)
{
    struct instant storm_end = instant_add_ms(world->now, STORM_MS);

    if (!run_until(world, storm_end))
        return false;
    world->storm = false;
    if (!run_until(world, instant_add_ms(storm_end, CALM_MS)))
        return false;
    return world_judge(world);
}
