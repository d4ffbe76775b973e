/* world.c - opening, running and judging a world. The gateways' own steps are in gateways.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways.h"

enum { STEPS_MAX = 400 * 1000, STORM_MS = 15 * 60 * 1000 };

/* Long enough for every limit of a case to run out. */
static const int64_t calm_ms = INT64_C(200) * 24 * 3600 * 1000;

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

bool world_one_in(struct world *world, uint64_t many)
{
    return world_random(world, many) == 0;
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

bool world_open(struct world *world, uint64_t seed, enum fault fault, bool trace)
{
    struct day start;

    memset(world, 0, sizeof(*world));
    world->seed = world->random = seed;
    world->fault = fault;
    world->trace = trace;
    CHECK(day_from(2026, 3, 2, &start));
    world->now = instant_add_ms(day_start(start), 9 * 3600 * 1000);
    make_calendar(world);
    world->province_count = 2 + (uint32_t)world_random(world, PROVINCES_MAX - 1);
    plays_draw(world);
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
            if (!gateway_step(&world->provinces[i]) || world->failure[0] != '\0')
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
    if (!run_until(world, instant_add_ms(storm_end, calm_ms)))
        return false;
    return world_judge(world);
}
