/* world.c - opening and running a world. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stays.h"

enum { MOMENTS_MAX = 60 * 1000, STORM_MS = 25 * 60 * 1000, SKEW_MS = 4 * 60 * 1000 };

uint64_t world_random(struct world *world, uint64_t below)
{
    uint64_t z = (world->random += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return below == 0 ? z : z % below;
}

bool world_chance(struct world *world, unsigned permille)
{
    return permille > 0 && world_random(world, 1000) < permille;
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

void world_trace(struct world *world, const char *format, ...)
{
    va_list arguments;
    char at[INSTANT_TEXT_SIZE];

    if (!world->trace)
        return;
    va_start(arguments, format);
    printf("  %s ", instant_format(world->now, at) + 11);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

void world_add(struct world *world, struct happening *happening, int64_t after_ms)
{
    happening->at = instant_add_ms(world->now, after_ms > 0 ? after_ms : 1);
    happening->order = ++world->orders;
    CHECK(world->happening_count < HAPPENINGS_MAX);
    world->happenings[world->happening_count++] = *happening;
}

/* --- opening ------------------------------------------------------------------------------ */

static void add_rule(struct rules *rules, const char *id, int64_t value)
{
    struct rule *rule = &rules->rows[rules->count++];

    *rule = (struct rule){.from = {1}, .value = value};
    CHECK(text_to_field(text_of(id), rule->id, sizeof(rule->id)));
}

static void make_rules(struct world *world)
{
    struct day first;
    struct day last;

    world->calendar = calendar_new();
    world->rules = calloc(1, sizeof(*world->rules));
    CHECK(world->calendar != NULL && world->rules != NULL);
    CHECK(day_from(2026, 1, 1, &first) && day_from(2026, 12, 31, &last));
    calendar_set_range(world->calendar, first, last);
    add_rule(world->rules, "STL-FILING-MEDICAL", 0);
    add_rule(world->rules, "STL-FILING-INJURY", 0);
}

/* Other waits than the usual ones; the last lets the hospital give up before the gateway. */
static void make_waits(struct world *world)
{
    static const int64_t waits[][2] = {{20000, 30000}, {45000, 75000}, {60000, 40000}};
    size_t which = (size_t)world_random(world, 2 * COUNT_OF(waits));

    if (which >= COUNT_OF(waits))
        return;
    add_rule(world->rules, "STL-TREATING", waits[which][0]);
    add_rule(world->rules, "STL-HOSPITAL", waits[which][1]);
}

static void make_storm(struct world *world)
{
    world->storm = true;
    make_waits(world);
    world->loss = (unsigned)world_random(world, 160);
    world->again = (unsigned)world_random(world, 150);
    world->late = (unsigned)world_random(world, 130);
    world->crash = (unsigned)world_random(world, 14);
    world->rejects = (unsigned)world_random(world, 90);
    world->dead = world_chance(world, 200) ? 60 : 0;
    world->insurance = world_chance(world, 500) ? INSURANCE_MEDICAL : INSURANCE_INJURY;
    world->inpatient = world->insurance == INSURANCE_INJURY || world_chance(world, 600);
    world->two_phase = world_chance(world, 200);
    world->stay_count = 1 + world_chance(world, 300);
    world->filed = world_chance(world, 400);
    world->insured_two_phase = world_chance(world, 300);
    world->nameless = world_chance(world, 250);
    if (world_chance(world, 250))
        world->sides[AT_INSURED].skew_ms = (int64_t)world_random(world, 2 * SKEW_MS) - SKEW_MS;
    world->insured.stubborn = world_chance(world, 120);
    world->person_looks = world_chance(world, 500);
    world->person_meddles = world_chance(world, 100);
}

static void make_script(struct world *world, const struct script *script)
{
    world->script = *script;
    world->insurance = world->seed % 2 == 0 ? INSURANCE_INJURY : INSURANCE_MEDICAL;
    world->insured_two_phase = world->seed % 4 >= 2;
}

/* Half of them by midnight, when some filings are over. */
static void need_filings(struct world *world)
{
    for (size_t i = 0; i < world->rules->count; i++)
        if (strncmp(world->rules->rows[i].id, "STL-FILING-", 11) == 0)
            world->rules->rows[i].value = 1;
    if (world_chance(world, 500))
        world->now = instant_add_ms(world->now, (14 * 60 + 45) * 60 * 1000);
}

bool world_open(struct world *world, uint64_t seed, enum fault fault,
                const struct script *script)
{
    struct counts *counts = world->counts;
    bool trace = world->trace;
    struct day start;

    memset(world, 0, sizeof(*world));
    world->counts = counts;
    world->trace = trace;
    world->stay_count = 1;
    world->hospital = &world->hospitals[0];
    world->seed = world->random = seed;
    world->fault = fault;
    CHECK(day_from(2026, 3, 2, &start));
    world->now = instant_add_ms(day_start(start), 9 * 3600 * 1000);
    make_rules(world);
    world->insurance = INSURANCE_MEDICAL;
    world->inpatient = true;
    if (script != NULL)
        make_script(world, script);
    else
        make_storm(world);
    world->counts->skewed += world->sides[AT_INSURED].skew_ms != 0;
    world->counts->nameless += world->nameless;
    if (world->filed)
        need_filings(world);
    for (unsigned i = 0; i < SIDES; i++)
        if (!side_create(world, i))
            return false;
    for (unsigned stay = 0; stay < world->stay_count; stay++)
        hospital_start(world, stay);
    if (world->filed)
        filings_start(world);
    return true;
}

void world_close(struct world *world)
{
    for (unsigned i = 0; i < SIDES; i++)
        side_close(&world->sides[i]);
    for (size_t i = 0; i < world->happening_count; i++)
        free(world->happenings[i].content.at);
    for (size_t i = 0; i < world->insured.count; i++) {
        free(world->insured.rows[i].answer.at);
        free(world->insured.rows[i].request.at);
    }
    free(world->filings.content.at);
    for (unsigned stay = 0; stay < STAYS; stay++) {
        free(world->hospitals[stay].content.at);
        free(world->hospitals[stay].aside.content.at);
    }
    calendar_free(world->calendar);
    free(world->rules);
}

/* --- running ------------------------------------------------------------------------------ */

static void turn_of(struct world *world, unsigned stay)
{
    world->hospital = &world->hospitals[stay];
}

/* A core takes a letter, and says so in its response. */
static void core_takes(struct world *world, const struct happening *letter)
{
    struct happening back = {
        .kind = RECEIPT_COMES,
        .side = letter->side,
        .flight = letter->flight,
        .mishap = letter->mishap,
        .head.action = letter->head.action,
        .receipt = {.verdict = VERDICT_ACCEPTED, .received_at = world->now}};

    if (letter->head.flow == FLOW_SETTLEMENT_FILING)
        world_trace(world, "a core reads %s", action_name(letter->head.action).english);
    else if (letter->side == AT_INSURED)
        insured_reads(world, letter);
    if (letter->head.flow != FLOW_SETTLEMENT_FILING && letter->side == AT_TREATING) {
        turn_of(world, stay_of(&letter->content));
        hospital_reads(world, letter);
    }
    if (network_returns(world, letter))
        world_add(world, &back, 1 + (int64_t)world_random(world, 200));
}

static void happens(struct world *world, const struct happening *happening)
{
    switch (happening->kind) {
    case PUSH_COMES:
        core_takes(world, happening);
        break;
    case RESPONSE_COMES:
        turn_of(world, happening->stay);
        if (happening->side == AT_TREATING)
            hospital_hears(world, happening);
        else
            insured_hears(world, happening);
        filings_hear(world, happening);
        break;
    case FILINGS_ACT:
        filings_act(world, happening);
        break;
    case HOSPITAL_ACTS:
        turn_of(world, happening->stay);
        hospital_acts(world, happening);
        break;
    case INSURED_ACTS:
        insured_acts(world, happening);
        break;
    default:
        side_takes(&world->sides[happening->side], happening);
        break;
    }
    free(happening->content.at);
}

static void sooner(struct instant *next, struct instant at)
{
    if (at.ms != 0 && (next->ms == 0 || at.ms < next->ms))
        *next = at;
}

static bool comes_first(const struct happening *a, const struct happening *b)
{
    return a->at.ms != b->at.ms ? a->at.ms < b->at.ms : a->order < b->order;
}

/* The next thing that happens by now. */
static bool take_happening(struct world *world, struct happening *taken)
{
    size_t first = world->happening_count;

    for (size_t i = 0; i < world->happening_count; i++)
        if (world->happenings[i].at.ms <= world->now.ms &&
            (first == world->happening_count ||
             comes_first(&world->happenings[i], &world->happenings[first])))
            first = i;
    if (first == world->happening_count)
        return false;
    *taken = world->happenings[first];
    world->happenings[first] = world->happenings[--world->happening_count];
    return true;
}

static struct instant next_moment(struct world *world)
{
    struct instant next = {0};

    for (size_t i = 0; i < world->happening_count; i++)
        sooner(&next, world->happenings[i].at);
    for (unsigned i = 0; i < SIDES; i++)
        sooner(&next, side_next(&world->sides[i]));
    return next;
}

/* Until nothing moves any more. */
static bool run(struct world *world)
{
    struct instant storm_end = instant_add_ms(world->now, STORM_MS);
    struct happening happening;
    struct instant next;

    while ((next = next_moment(world)).ms != 0) {
        if (++world->steps > MOMENTS_MAX)
            return world_fail(world, "never comes to rest");
        if (next.ms > world->now.ms)
            world->now = next;
        if (world->storm && !instant_before(world->now, storm_end)) {
            world_trace(world, "the storm is over");
            world->storm = false;
            world->rejects = 0;
            world->dead = 0;
            world->sides[AT_INSURED].skew_ms = 0; /* somebody sets it right */
        }
        do {
            for (unsigned i = 0; i < SIDES; i++)
                if (!side_step(&world->sides[i]))
                    return false;
            if (!take_happening(world, &happening))
                break;
            happens(world, &happening);
        } while (true);
    }
    return true;
}

/* What a person does about a stay that rests in this state. */
static bool act_by_hand(struct world *world, unsigned stay, unsigned state, const char *why)
{
    struct happening acts = {.kind = PERSON_ACTS, .side = AT_TREATING, .stay = stay};

    if (world->sides[AT_TREATING].state[stay] != state)
        return true;
    world_trace(world, "%s", why);
    world_add(world, &acts, 1);
    return run(world);
}

bool world_run(struct world *world)
{
    if (!run(world))
        return false;
    for (unsigned stay = 0; stay < world->stay_count && world->person_meddles; stay++) {
        world->storm = true;
        if (!act_by_hand(world, stay, STAY_SETTLED, "a person reverses what stands"))
            return false;
    }
    for (unsigned stay = 0; stay < world->stay_count && world->person_looks; stay++)
        if (!act_by_hand(world, stay, STAY_MISMATCHED, "a person looks"))
            return false;
    return world_judge(world);
}
