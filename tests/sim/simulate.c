/*
 * simulate SEEDS [FIRST] [FAULT] - plays that many worlds; prints "ok"/"FAIL" lines.
 *
 * With a FAULT (1 to 5) planted it must find it: it prints the first seed that did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways.h"

static struct world world;

static bool play(uint64_t seed, enum fault fault, struct digest *root)
{
    bool ok = world_open(&world, seed, fault) && world_run(&world) &&
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
    return 0;
}
