/*
 * next_step.h - what an open case waits for, and who has to act: for a person who looks at it.
 *
 * Read from role, state and the open question alone; a letter that is still under way, or dead,
 * is the caller's to tell, for it comes before this.
 */
#ifndef CLI_NEXT_STEP_H
#define CLI_NEXT_STEP_H

#include "cli/cli.h"
#include "core/flow.h"

enum next_actor { NEXT_NOBODY, NEXT_CORE, NEXT_PARTNER, NEXT_GATEWAY, NEXT_OPERATOR };

/* So wide at most, that a line of status has room for it. */
enum { NEXT_STEP_COLUMNS = 28 };

struct next_step {
    enum next_actor actor;
    struct name what; /* "send the form"; "" for nobody */
};

/* NEXT_NOBODY: the case has ended, or its flow is not known to this program. */
struct next_step next_step_of(const struct flow_case *flow_case);
/* "core", "partner", "gateway", "operator"; NULL for nobody. */
const char *next_actor_text(enum next_actor actor);
/* Who that is here: a party's id, or words. Inside the read transaction. ERROR_LEDGER. */
MUST_USE bool next_actor_shown(struct cli *cli, const struct flow_case *flow_case,
                               enum next_actor actor, char out[PARTY_ID_SIZE],
                               struct error *err);

#endif
