/*
 * simulate_stays SEEDS [FIRST [FAULT]] - plays that many stays in a storm, then one scripted
 * stay for each operation, hop and mishap; prints "ok"/"FAIL" lines and the table.
 *
 * With a FAULT planted the judge must find it: prints the first seed that did. With SEEDS 0
 * only the table; with FAULT "trace" the first seed, step by step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stays.h"

enum { MATRIX_SEEDS = 4 }; /* insurance and core differ with it */

static struct world world;
static struct counts counts;

static const char *const hop_names[HOPS] = {"hospital-T", "T-I", "I-core",
                                            "core-I",     "I-T", "T-hospital"};
static const char *const mishap_names[MISHAPS] = {"",      "lost",   "ack lost", "late",
                                                  "twice", "crash<", "crash>"};

static bool play(uint64_t seed, enum fault fault, const struct script *script)
{
    bool ok;

    world.counts = &counts;
    ok = world_open(&world, seed, fault, script) && world_run(&world);
    world_close(&world);
    return ok;
}

static int hunt(unsigned long seeds, uint64_t first, enum fault fault)
{
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (!play(seed, fault, NULL) && world.struck) {
            printf("ok - stays: planted fault %d found at seed %llu: %s\n", (int)fault,
                   (unsigned long long)seed, world.failure);
            return 0;
        }
    }
    printf("FAIL - stays: planted fault %d not found in %lu seeds\n", (int)fault, seeds);
    return 1;
}

/* How often each uncertain state was reached: a test that reaches none tests nothing. */
static bool print_visits(void)
{
    static const unsigned states[] = {STAY_REG_UNCERTAIN, STAY_SETL_UNCERTAIN,
                                      STAY_CANCEL_UNCERTAIN, STAY_REVERSING, STAY_MISMATCHED};
    bool all = true;

    printf("#");
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        uint64_t visits = counts.visits[AT_TREATING][states[i]];

        printf(" %s %llu", flow_state_name(&settlement_stay_flow, states[i]).english,
               (unsigned long long)visits);
        all = all && visits > 0;
    }
    printf("\n");
    return all;
}

/* Likewise what else may happen in a world. */
static bool print_events(void)
{
    const struct {
        const char *name;
        uint64_t count;
    } events[] = {
        {"with a filing", counts.filed},
        {"that ended meanwhile", counts.ended_meanwhile},
        {"two stays settled", counts.pairs},
        {"calls confirmed", counts.confirmed},
        {"cancellations reversed", counts.cancel_back},
        {"dead letters", counts.dead},
        {"wrong clocks", counts.skewed},
        {"requests without a key", counts.nameless},
    };
    bool all = true;

    printf("#");
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        printf("%s %s %llu", i > 0 ? "," : "", events[i].name,
               (unsigned long long)events[i].count);
        all = all && events[i].count > 0;
    }
    printf("\n");
    return all;
}

static int storms(unsigned long seeds, uint64_t first)
{
    int failed = 0;

    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (play(seed, FAULT_NONE, NULL))
            continue;
        printf("FAIL - stays: seed %llu: %s\n", (unsigned long long)seed, world.failure);
        if (++failed == 10)
            return 1;
    }
    if (failed > 0)
        return 1;
    if ((!print_visits() && seeds >= 50) || (!print_events() && seeds >= 200)) {
        printf("FAIL - stays: something was never reached\n");
        return 1;
    }
    printf("ok - stays: %lu stays, %llu settlements, %llu end settled: everybody agrees\n",
           seeds, (unsigned long long)counts.moved, (unsigned long long)counts.settled);
    return 0;
}

/* --- the table ---------------------------------------------------------------------------- */

static int matrix(void)
{
    static const unsigned actions[] = {ACTION_REGISTER, ACTION_SETTLE, ACTION_CANCEL,
                                       ACTION_REVERSE};
    static char failures[32][400];
    size_t failed = 0;
    unsigned cells = 0;

    printf("#%-10s%-12s", "", "");
    for (unsigned mishap = REQUEST_LOST; mishap < MISHAPS; mishap++)
        printf("%-10s", mishap_names[mishap]);
    printf("\n");
    for (size_t a = 0; a < COUNT_OF(actions); a++) {
        for (unsigned hop = 0; hop < HOPS; hop++) {
            printf("# %-9s %-12s", action_name(actions[a]).english, hop_names[hop]);
            for (unsigned mishap = REQUEST_LOST; mishap < MISHAPS; mishap++) {
                struct script script = {.on = true,
                                        .action = actions[a],
                                        .hop = (enum hop)hop,
                                        .mishap = (enum mishap)mishap};
                bool ok = true;

                for (uint64_t seed = 1; ok && seed <= MATRIX_SEEDS; seed++)
                    ok = play(seed, FAULT_NONE, &script);
                cells++;
                printf("%-10s", ok ? "ok" : "FAIL");
                if (!ok && failed < COUNT_OF(failures))
                    snprintf(failures[failed++], sizeof(failures[0]), "%s %s %s: %s",
                             action_name(actions[a]).english, hop_names[hop],
                             mishap_names[mishap], world.failure);
            }
            printf("\n");
        }
    }
    for (size_t i = 0; i < failed; i++)
        printf("FAIL - stays: %s\n", failures[i]);
    if (failed == 0)
        printf("ok - stays: %u scripted mishaps, each in %d worlds, end settled once\n", cells,
               MATRIX_SEEDS);
    return failed > 0;
}

int main(int argc, char **argv)
{
    unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    unsigned long fault = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    struct error err = ERROR_INIT;

    world.trace = argc > 3 && strcmp(argv[3], "trace") == 0;
    if (!digest_setup(&err))
        return 1;
    if (world.trace && argc > 6) {
        struct script script = {.on = true,
                                .action = action_by_name(text_of(argv[4])),
                                .hop = (enum hop)strtoul(argv[5], NULL, 10),
                                .mishap = (enum mishap)strtoul(argv[6], NULL, 10)};
        bool ok = play(first, FAULT_NONE, &script);

        printf("%s\n", ok ? "ok" : world.failure);
        return !ok;
    }
    if (fault > FAULT_NONE && fault < FAULTS)
        return hunt(seeds, first, (enum fault)fault);
    if (seeds > 0 && storms(seeds, first) != 0)
        return 1;
    return world.trace ? 0 : matrix();
}
