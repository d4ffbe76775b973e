/* stay_script.c - the elements insured and stays of a script. */
#include "sim/stay_script.h"

#include <string.h>

static const char *const fault_names[] = {
    [FAULT_SLOW] = "slow",     [FAULT_LOSE] = "lose",           [FAULT_CHANGE] = "change",
    [FAULT_REJECT] = "reject", [FAULT_WRONG_SUM] = "wrong_sum",
};
_Static_assert(COUNT_OF(fault_names) == FAULT_KINDS, "every fault has its word");

struct reading {
    const struct record *node;
    struct arena *arena;
    bool full; /* no memory */
};

static const char *word(struct reading *reading, const char *name, const char *otherwise)
{
    struct text value;
    struct text kept;

    if (!record_text(reading->node, name, &value))
        return otherwise;
    kept = arena_copy(reading->arena, value);
    reading->full = reading->full || kept.at == NULL;
    return kept.at != NULL ? kept.at : "";
}

static uint32_t number(const struct reading *reading, const char *name, uint32_t otherwise)
{
    uint64_t value;

    return record_number(reading->node, name, UINT32_MAX, &value) ? (uint32_t)value : otherwise;
}

static bool flag(const struct reading *reading, const char *name)
{
    struct text value;

    return record_text(reading->node, name, &value) &&
           (text_is(value, "true") || text_is(value, "1"));
}

static unsigned action_at(const struct record *node, const char *path)
{
    struct text name;

    return record_text(node, path, &name) ? action_by_name(name) : ACTION_NONE;
}

static bool read_fault(struct reading *reading, struct insured_fault *fault, struct error *err)
{
    const char *kind = word(reading, "kind", "");

    *fault = (struct insured_fault){
        .kind = FAULT_KINDS,
        .action = (uint16_t)action_at(reading->node, "action"),
        .nth = number(reading, "nth", 1),
        .times = number(reading, "times", 1),
        .stay = word(reading, "stay", NULL),
        .delay_ms = number(reading, "delayMs", 0),
        .code = word(reading, "code", "SIM-NO"),
    };
    for (unsigned i = 0; i < FAULT_KINDS; i++)
        if (strcmp(kind, fault_names[i]) == 0)
            fault->kind = (enum fault_kind)i;
    if (fault->action == ACTION_NONE)
        return fail(err, ERROR_CONFIG, "fault: that is no question");
    return !reading->full || fail(err, ERROR_MEMORY, "no memory for a script");
}

static bool read_insured(struct reading *reading, struct insured_script *insured,
                         struct error *err)
{
    struct reading row = *reading;

    insured->plays = true;
    insured->deductible.fen = number(reading, "deductibleFen", 80000);
    insured->percent = number(reading, "percent", 70);
    for (row.node = record_find(reading->node, "fault"); row.node != NULL;
         row.node = record_same(row.node)) {
        if (insured->fault_count == INSURED_FAULTS_MAX)
            return fail(err, ERROR_CONFIG, "more than %d faults", INSURED_FAULTS_MAX);
        if (!read_fault(&row, &insured->faults[insured->fault_count++], err))
            return false;
    }
    return true;
}

static bool read_steps(const struct reading *reading, struct stay_group *group,
                       struct error *err)
{
    for (const struct record *node = record_find(reading->node, "step"); node != NULL;
         node = record_same(node)) {
        struct stay_step *step = &group->steps[group->step_count];

        if (group->step_count == STAY_STEPS_MAX)
            return fail(err, ERROR_CONFIG, "%s: more than %d steps", group->name,
                        STAY_STEPS_MAX);
        step->action = (uint16_t)action_at(node, "");
        step->waits = text_is(node->value.hidden, "wait");
        step->again = step->action == ACTION_NONE && !step->waits;
        if (step->again && group->step_count == 0)
            return fail(err, ERROR_CONFIG, "%s: again comes after a question", group->name);
        group->step_count++;
    }
    return true;
}

static bool read_group(struct reading *reading, struct stay_group *group, struct error *err)
{
    *group = (struct stay_group){
        .name = word(reading, "name", ""),
        .autostart = flag(reading, "autostart"),
        .treating_region = word(reading, "treatingRegion", ""),
        .insured_region = word(reading, "insuredRegion", ""),
        .institution = word(reading, "institution", "H52990000001"),
        .institution_name = word(reading, "institutionName", NULL),
        .level = word(reading, "level", NULL),
        .injury = strcmp(word(reading, "insurance", ""), "injury") == 0,
        .outpatient = strcmp(word(reading, "visit", ""), "outpatient") == 0,
        .recognition = word(reading, "recognition", NULL),
        .person_name = word(reading, "personName", NULL),
        .identity_number = word(reading, "identityNumber", NULL),
        .count = number(reading, "count", 1),
        .at_once = number(reading, "atOnce", 1),
        .batches = number(reading, "batches", 1),
        .lines_per_batch = number(reading, "linesPerBatch", 3),
        .pause_ms = number(reading, "pauseMs", 500),
        .go_on = flag(reading, "goOn"),
    };
    if (reading->full)
        return fail(err, ERROR_MEMORY, "no memory for a script");
    return read_steps(reading, group, err);
}

bool stay_script_read(const struct record *root, struct arena *arena,
                      struct stay_script *script, struct error *err)
{
    struct reading reading = {.node = record_find(root, "insured"), .arena = arena};
    size_t stays = 0;

    *script = (struct stay_script){.group_count = 0};
    if (reading.node != NULL && !read_insured(&reading, &script->insured, err))
        return false;
    for (reading.node = record_find(root, "stays"); reading.node != NULL;
         reading.node = record_same(reading.node)) {
        struct stay_group *group = &script->groups[script->group_count];

        if (script->group_count == STAY_GROUPS_MAX)
            return fail(err, ERROR_CONFIG, "more than %d kinds of stays", STAY_GROUPS_MAX);
        if (!read_group(&reading, group, err))
            return false;
        stays += group->count;
        script->group_count++;
    }
    return stays <= HOSPITAL_STAYS_MAX ||
           fail(err, ERROR_CONFIG, "more than %d stays", HOSPITAL_STAYS_MAX);
}
