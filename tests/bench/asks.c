/*
 * asks.c - what two gateways add to the answer of the insured core, and what an open question
 * costs them.
 *
 *     asks PAIR SUITE TREATING-PID INSURED-PID OPEN
 *
 * PAIR is a folder of tests/support/pair.sh, direct settlement, with both gateways running.
 * First the limit: what signs, checks, keeps and carries a question and its answer, each by
 * itself. Then questions at 1, 50 and 200 a second: whole stays, each question due at its time.
 * Last, OPEN questions that the insured core leaves open until all of them wait.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "asks.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypt/digest.h"
#include "net/control.h"
#include "wire/start.h"

enum {
    WAYS = 4,    /* hospital, gateway, core; and from gateway to gateway with the answer */
    KEYS = 2,    /* the question's and the answer's signature: receipts go beside them */
    COMMITS = 4, /* asked | taken, answered | taken: each before anything leaves the house */
    WAIT_S = 60,
    HOLD_S = 2
};

static const uint16_t stay_steps[] = {ACTION_IDENTIFY,  ACTION_REGISTER,  ACTION_LINES,
                                      ACTION_DISCHARGE, ACTION_PRESETTLE, ACTION_SETTLE};

struct pace {
    const char *name;
    uint32_t per_second;
    uint32_t stay_count;
};

/* Stays of a second or two between their questions. */
static const struct pace paces[] = {{"A1", 1, 2}, {"A50", 50, 50}, {"A200", 200, 200}};

static void print_ms(uint64_t ns)
{
    printf(" %6" PRIu64 ".%02" PRIu64, ns / 1000000, ns % 1000000 / 10000);
}

static uint64_t limit_of(const struct floor *floor)
{
    return WAYS * floor->carry + KEYS * (floor->sign + floor->verify) + COMMITS * floor->commit;
}

static void print_floor(const struct floor *floor)
{
    printf("  limit = %d x %" PRIu64 " us over TLS + %d x (%" PRIu64 " sign + %" PRIu64
           " verify) + %d x %" PRIu64 " a commit of plain LMDB, which is measured anew for "
           "each row\n",
           WAYS, floor->carry / 1000, KEYS, floor->sign / 1000, floor->verify / 1000, COMMITS,
           floor->commit / 1000);
    printf("  added by both gateways questions       min       p50       p99     limit ms   "
           "limit / p50\n");
}

static uint64_t added_by_gateways(const struct question *question)
{
    return question->heard - question->due - (question->core_ended - question->core_began);
}

/* --- questions at their time ----------------------------------------------------------------
 */

static void sleep_until(uint64_t ns)
{
    struct timespec at = {.tv_sec = (time_t)(ns / 1000000000U),
                          .tv_nsec = (long)(ns % 1000000000U)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0)
        ;
}

static void wait_for(const struct question *question)
{
    struct timespec pause = {.tv_nsec = 200000};
    uint64_t end = bench_now() + (uint64_t)WAIT_S * 1000000000U;

    while (question->heard == 0) {
        bench_need(bench_now() < end, "a question without an answer", NULL);
        nanosleep(&pause, NULL);
    }
}

static void ask_all(struct asks *asks, struct asking *asking, uint32_t per_second)
{
    uint32_t count = asking->stay_count * asking->step_count;
    uint64_t began = bench_now() + 100000000U;

    for (uint32_t i = 0; i < count; i++) {
        struct question *question = &asking->questions[i];

        if (i >= asking->stay_count) {
            wait_for(question - asking->stay_count);
            bench_need(asks_good(asks, question - asking->stay_count), "a wrong answer", NULL);
        }
        asks_write(asks, asking, question);
        question->due = began + (uint64_t)i * 1000000000U / per_second;
        sleep_until(question->due);
        asks_post(asks, asking, question, false);
    }
    bench_need(asks_heard(asking, count, WAIT_S), "answers are missing", NULL);
    for (uint32_t i = count - asking->stay_count; i < count; i++)
        bench_need(asks_good(asks, &asking->questions[i]), "a wrong answer", NULL);
}

static void print_asked(const struct asking *asking, const char *name, uint32_t from,
                        uint32_t count, uint64_t limit)
{
    struct samples added = samples_new(name, count);
    char ratio[24];

    for (uint32_t i = from; i < from + count; i++)
        samples_add(&added, added_by_gateways(&asking->questions[i]));
    bench_ratio(limit, samples_at(&added, 500), ratio);
    printf("  %-22s %9u", name, count);
    print_ms(samples_at(&added, 0));
    print_ms(samples_at(&added, 500));
    print_ms(samples_at(&added, 990));
    print_ms(limit);
    printf("      %s\n", ratio);
    samples_free(&added);
}

static void run_pace(struct asks *asks, const struct pace *pace, struct floor *floor)
{
    struct asking asking = asks_begin(asks, pace->name, stay_steps, COUNT_OF(stay_steps),
                                      pace->stay_count);
    uint32_t count = asking.stay_count;
    uint64_t limit;
    char name[32];

    floor->commit = floor_commit(asks);
    limit = limit_of(floor);
    ask_all(asks, &asking, pace->per_second);
    snprintf(name, sizeof(name), "%u a second", pace->per_second);
    print_asked(&asking, name, 0, count * asking.step_count, limit);
    if (pace == &paces[COUNT_OF(paces) - 1]) {
        print_asked(&asking, "  of these, identify", 0, count, limit);
        print_asked(&asking, "  of these, settle", (asking.step_count - 1) * count, count,
                    limit);
    }
    asks_end(&asking);
}

/* --- open questions -------------------------------------------------------------------------
 */

struct process {
    const char *name;
    const char *pid;
    uint64_t own_kb;
    uint64_t cpu_ms;
};

static void look_at(struct process *process)
{
    char path[64];
    char line[512];
    unsigned long user = 0;
    unsigned long system = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%s/status", process->pid);
    file = fopen(path, "r");
    bench_need(file != NULL, path, NULL);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            process->own_kb = strtoull(line + 8, NULL, 10);
    fclose(file);
    snprintf(path, sizeof(path), "/proc/%s/stat", process->pid);
    file = fopen(path, "r");
    bench_need(file != NULL && fgets(line, sizeof(line), file) != NULL &&
                   sscanf(strrchr(line, ')'),
                          ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                          &system) == 2,
               path, NULL);
    fclose(file);
    process->cpu_ms = (user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
}

static uint64_t open_questions(const struct asks *asks)
{
    static const char name[] = "\"questions\":";
    struct arena *arena = arena_new(64 * 1024);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    uint64_t count = 0;
    const char *at;

    bench_need(arena != NULL &&
                   control_call(asks->config[TREATING]->control_path,
                                TEXT("{\"verb\":\"ping\"}"), 5000, arena, &answer, &err),
               "asking a gateway", &err);
    answer = arena_copy(arena, answer);
    at = answer.at != NULL ? strstr(answer.at, name) : NULL;
    if (at != NULL)
        count = strtoull(at + sizeof(name) - 1, NULL, 10);
    arena_free(arena);
    return count;
}

static void wait_until_open(const struct asks *asks, uint64_t wanted)
{
    uint64_t end = bench_now() + (uint64_t)WAIT_S * 1000000000U;
    struct timespec pause = {.tv_nsec = 50000000};
    uint64_t open;

    while ((open = open_questions(asks)) < wanted) {
        if (bench_now() > end)
            printf("  only %" PRIu64 " of %" PRIu64 " wait\n", open, wanted);
        bench_need(bench_now() <= end, "questions that do not wait", NULL);
        nanosleep(&pause, NULL);
    }
}

/* A question of another stay that is in the ledger already: its answer needs no core. */
static uint64_t ask_again(struct asks *asks, struct asking *known)
{
    struct question *question = &known->questions[0];
    unsigned heard = atomic_load(&known->heard);
    uint64_t began = bench_now();

    free((void *)(uintptr_t)question->answer.at);
    question->answer = TEXT_NONE;
    asks_post(asks, known, question, false);
    bench_need(asks_heard(known, heard + 1, WAIT_S) && asks_good(asks, question),
               "a known answer, while others wait", NULL);
    return question->heard - began;
}

static void ask_known(struct asks *asks, struct asking *known)
{
    asks_write(asks, known, &known->questions[0]);
    asks_post(asks, known, &known->questions[0], false);
    bench_need(asks_heard(known, 1, WAIT_S) && asks_good(asks, &known->questions[0]),
               "a first answer", NULL);
}

static void hold_open(struct asks *asks, struct asking *known, struct process sides[ASK_SIDES],
                      uint32_t count)
{
    struct process before[ASK_SIDES];
    struct process at_rest[ASK_SIDES];
    struct timespec pause = {.tv_sec = HOLD_S};
    size_t kept;
    uint64_t took;

    memcpy(before, sides, sizeof(before));
    for (unsigned i = 0; i < ASK_SIDES; i++)
        look_at(&sides[i]);
    kept = asks_kept(asks);
    memcpy(at_rest, sides, sizeof(at_rest));
    nanosleep(&pause, NULL);
    for (unsigned i = 0; i < ASK_SIDES; i++)
        look_at(&at_rest[i]);
    took = ask_again(asks, known);
    printf("  %u open, %zu of them before the insured core; a known answer meanwhile:", count,
           kept);
    print_ms(took);
    printf(" ms\n");
    for (unsigned i = 0; i < ASK_SIDES; i++)
        printf("  %-10s %6" PRIu64 " KB of its own, %" PRIu64 " KB more: %" PRIu64
               " KB a question; %" PRIu64 " ms of processor time in %d s of waiting\n",
               sides[i].name, sides[i].own_kb, sides[i].own_kb - before[i].own_kb,
               (sides[i].own_kb - before[i].own_kb) / count,
               at_rest[i].cpu_ms - sides[i].cpu_ms, HOLD_S);
}

static void run_open(struct asks *asks, struct process sides[ASK_SIDES], uint32_t count)
{
    struct asking known = asks_begin(asks, "K", stay_steps, 1, 1);
    struct asking asking = asks_begin(asks, "OPEN", stay_steps, 1, count);
    uint64_t began;
    uint32_t good = 0;

    ask_known(asks, &known);
    for (uint32_t i = 0; i < count; i++)
        asks_write(asks, &asking, &asking.questions[i]);
    for (unsigned i = 0; i < ASK_SIDES; i++)
        look_at(&sides[i]);
    asks_keep(asks);
    began = bench_now();
    for (uint32_t i = 0; i < count; i++)
        asks_post(asks, &asking, &asking.questions[i], false);
    wait_until_open(asks, count);
    printf("  all open after");
    print_ms(bench_now() - began);
    printf(" ms, each on a connection of its own\n");
    hold_open(asks, &known, sides, count);
    asks->asking = &asking;
    began = bench_now();
    asks_release(asks);
    bench_need(asks_heard(&asking, count, WAIT_S), "answers are lost", NULL);
    began = bench_now() - began;
    for (uint32_t i = 0; i < count; i++)
        good += asks_good(asks, &asking.questions[i]);
    printf("  released: %u answered, %u of them right, %u lost, in", count, good, count - good);
    print_ms(began);
    printf(" ms\n");
    bench_need(good == count, "wrong answers", NULL);
    asks_end(&asking);
    asks_end(&known);
}

int main(int argc, char **argv)
{
    static struct asks asks;
    struct error err = ERROR_INIT;
    struct floor floor;

    bench_need(argc == 6, "usage: asks PAIR SUITE TREATING-PID INSURED-PID OPEN", NULL);
    log_set_level(LOG_LEVEL_WARN);
    prctl(PR_SET_TIMERSLACK, 1000UL); /* ns: a question is due at its time, not 50 us later */
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_need(digest_setup(&err) && wire_start(&err), "starting", &err);
    asks_open(&asks, argv[1]);
    floor = floor_measure(&asks, argv[2]);
    print_floor(&floor);
    for (size_t i = 0; i < COUNT_OF(paces); i++)
        run_pace(&asks, &paces[i], &floor);
    if (strtoul(argv[5], NULL, 10) > 0) {
        struct process sides[ASK_SIDES] = {{"treating", argv[3], 0, 0},
                                           {"insured", argv[4], 0, 0}};

        run_open(&asks, sides, (uint32_t)strtoul(argv[5], NULL, 10));
    }
    asks_close(&asks);
    return 0;
}
