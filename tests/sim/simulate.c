/*
 * simulate SEEDS [FIRST] [FAULT] [trace] - plays that many worlds; prints "ok"/"FAIL" lines.
 *
 * With a FAULT (1 to 7) planted it must find it: it prints the first seed that did. `trace`:
 * what the cores bring, and when.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways.h"

enum { SEEDS_TELLING = 200 }; /* of so many worlds every flow is met, and comes to an end */

static struct world world;
static bool trace;
static uint64_t ends[PLAYS_MAX][STATES_MAX];

static bool play(uint64_t seed, enum fault fault, struct digest *root)
{
    bool ok = world_open(&world, seed, fault, trace) && world_run(&world) &&
              (root == NULL || world_root(&world, 0, root));

    world_close(&world);
    witness_clear();
    return ok;
}

static int hunt(unsigned long seeds, uint64_t first, enum fault fault)
{
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (!play(seed, fault, NULL)) {
            printf("ok - sim: planted fault %d found at seed %llu: %s\n", (int)fault,
                   (unsigned long long)seed, world.failure);
            return 0;
        }
    }
    printf("FAIL - sim: planted fault %d not found in %lu seeds\n", (int)fault, seeds);
    return 1;
}

static void add_ends(void)
{
    for (size_t i = 0; i < PLAYS_MAX; i++)
        for (size_t state = 0; state < STATES_MAX; state++)
            ends[i][state] += world.ends[i][state];
}

/* How many cases of each flow rest in which state. */
static int tell_ends(unsigned long seeds)
{
    const struct play *at;
    int wrong = 0;

    for (size_t i = 0; (at = play_at(i)) != NULL; i++) {
        const struct flow *flow = flow_find(at->flow);
        unsigned long ended = 0;
        unsigned long cases = 0;

        for (size_t state = 0; state < flow->state_count; state++) {
            cases += ends[i][state];
            ended += flow_state_ends(flow, (unsigned)state) ? ends[i][state] : 0;
        }
        if (ended == 0 && seeds >= SEEDS_TELLING)
            wrong++;
        printf("%s - sim: %s: %lu cases", ended == 0 && seeds >= SEEDS_TELLING ? "FAIL" : "ok",
               at->name, cases);
        for (size_t state = 0; state < flow->state_count; state++)
            if (ends[i][state] > 0)
                printf(", %s %lu", flow_state_name(flow, (unsigned)state).english,
                       (unsigned long)ends[i][state]);
        printf("\n");
    }
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    enum fault fault = argc > 3 ? (enum fault)strtoul(argv[3], NULL, 10) : FAULT_NONE;
    struct error err = ERROR_INIT;
    struct digest once = {{0}};
    struct digest again = {{0}};
    uint64_t crashes = 0;
    uint64_t lost = 0;
    uint64_t repeated = 0;

    trace = argc > 4;
    if (!digest_setup(&err))
        return 1;
    if (fault != FAULT_NONE)
        return hunt(seeds, first, fault);
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (!play(seed, fault, NULL)) {
            printf("FAIL - sim: seed %llu: %s\n", (unsigned long long)seed, world.failure);
            return 1;
        }
        crashes += world.crashes;
        lost += world.lost;
        repeated += world.repeated;
        add_ends();
    }
    printf("ok - sim: %lu worlds, %llu crashes, %llu packets lost, %llu repeated: all agree\n",
           seeds, (unsigned long long)crashes, (unsigned long long)lost,
           (unsigned long long)repeated);
    if (!play(first, FAULT_NONE, &once) || !play(first, FAULT_NONE, &again) ||
        memcmp(&once, &again, sizeof(once)) != 0) {
        printf("FAIL - sim: the same seed gave two histories\n");
        return 1;
    }
    printf("ok - sim: the same seed gives the same journal root\n");
    return tell_ends(seeds) > 0;
}
