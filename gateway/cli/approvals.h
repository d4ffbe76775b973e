/*
 * approvals.h - what the verbs of an act say when it waits for a second person.
 */
#ifndef CLI_APPROVALS_H
#define CLI_APPROVALS_H

#include <jansson.h>

#include "cli/cli.h"
#include "gate/approvals.h"

/* Did the gateway take a request as a proposal only? Then says so, and how it goes on; the exit
 * status becomes 1, because the act is not done. */
bool approval_waits(struct cli *cli, const json_t *answer);

/* For permits: the gateway is asked whether this user may do the act now. *granted false: it
 * waits, which was said. */
MUST_USE bool approval_permit(struct cli *cli, const char *act, const char *object,
                              const char *reason, bool *granted, struct error *err);

/* Waiting proposals of the open ledger. Inside the read transaction. */
MUST_USE bool approvals_waiting(struct cli *cli, size_t *count, struct error *err);

#endif
