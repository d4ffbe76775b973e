/*
 * script.h - what a simulated core does, read from XML (schemas/sim.xsd).
 *
 * A script is a list of cases, known by their trace number; each case has steps: when this
 * happens, send that national document in our dialect. A step fires once. Beside them it may
 * say how direct settlement is played (sim/stay_script.h).
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "base/arena.h"
#include "base/error.h"
#include "core/names.h"
#include "core/record.h"
#include "sim/stay_script.h"
#include "wire/codec.h"

enum { SCRIPT_CASES_MAX = 1000, SCRIPT_STEPS_MAX = 32 };

enum script_when { WHEN_START, WHEN_PUSHED, WHEN_ACCEPTED, WHEN_REFUSED };

struct script_step {
    enum script_when when;
    uint16_t action; /* of what was pushed, accepted or refused */
    uint32_t nth;    /* 1: the first time */
    uint32_t delay_ms;
    uint16_t flow;
    uint16_t sends; /* action of the document */
    uint32_t revision;
    struct record *document; /* national, checked against its schema */
    bool fired;
};

struct script_case {
    const char *trace;
    bool autostart;
    struct script_step steps[SCRIPT_STEPS_MAX];
    size_t step_count;
    uint32_t seen[4][ACTIONS]; /* [enum script_when][action]: how often so far */
};

struct script {
    struct script_case *cases;
    size_t count;
    struct stay_script settlement;
};

/* Documents are read beside the script. ERROR_CONFIG, or what is wrong with a document. */
MUST_USE bool script_load(const char *path, const char *schema_path,
                          const struct wire_schemas *schemas, struct arena *arena,
                          struct script *script, struct error *err);
/* One national document from a file: fills document, sends and flow. `flow` FLOW_NONE: the one
 * whose own the document is, pension.employee if several have it. */
MUST_USE bool script_read_document(const char *path, unsigned flow,
                                   const struct wire_schemas *schemas, struct arena *arena,
                                   struct script_step *step, struct error *err);
/* NULL: the script does not speak of it. */
struct script_case *script_case(struct script *script, struct text trace);
/* Counts that it happened; calls fire for each step that this sets off. */
void script_happened(struct script_case *at, enum script_when when, unsigned action,
                     void (*fire)(void *self, struct script_case *at, struct script_step *step),
                     void *self);

#endif
