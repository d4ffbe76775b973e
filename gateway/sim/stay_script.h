/*
 * stay_script.h - what a script says of direct settlement: how the insured core answers and
 * where it goes wrong, and which stays the hospital's core drives (schemas/sim.xsd).
 */
#ifndef SIM_STAY_SCRIPT_H
#define SIM_STAY_SCRIPT_H

#include "base/arena.h"
#include "base/error.h"
#include "core/names.h"
#include "core/record.h"

enum {
    STAY_GROUPS_MAX = 128,
    STAY_STEPS_MAX = 32,
    STAY_NAME_SIZE = 21, /* "NAME-123456" and a NUL */
    INSURED_FAULTS_MAX = 64,
    HOSPITAL_STAYS_MAX = 20000 /* of all groups */
};

enum fault_kind {
    FAULT_SLOW,
    FAULT_LOSE,
    FAULT_CHANGE,
    FAULT_REJECT,
    FAULT_WRONG_SUM,
    FAULT_KINDS
};

struct insured_fault {
    enum fault_kind kind;
    uint16_t action;
    uint32_t nth;     /* question of this action within its stay, from 1 */
    uint32_t times;   /* of slow and lose: how often that question is brought until it ends */
    const char *stay; /* its number; NULL: any */
    uint32_t delay_ms;
    const char *code;
};

struct insured_script {
    bool plays;
    struct money deductible;
    uint32_t percent;
    struct insured_fault faults[INSURED_FAULTS_MAX];
    size_t fault_count;
};

struct stay_step {
    uint16_t action; /* ACTION_NONE: one of the others */
    bool again;      /* the last one once more, under the same key */
    bool waits;      /* until it is begun once more */
};

struct stay_group {
    const char *name;
    bool autostart;
    const char *treating_region;
    const char *insured_region;
    const char *institution;
    const char *institution_name; /* NULL: a hospital of Guizhou */
    const char *level;            /* NULL: not said */
    bool injury;
    bool outpatient;
    const char *recognition; /* NULL: none */
    const char *person_name; /* NULL, as below: each stay has a person of its own */
    const char *identity_number;
    uint32_t count;
    uint32_t at_once;
    uint32_t batches;
    uint32_t lines_per_batch;
    uint32_t pause_ms;
    bool go_on; /* after a rejection */
    struct stay_step steps[STAY_STEPS_MAX];
    size_t step_count;
};

struct stay_script {
    struct insured_script insured;
    struct stay_group groups[STAY_GROUPS_MAX];
    size_t group_count;
};

/* From the root of a script that its schema has passed. ERROR_CONFIG, ERROR_MEMORY. */
MUST_USE bool stay_script_read(const struct record *root, struct arena *arena,
                               struct stay_script *script, struct error *err);

#endif
