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

/* Proposes `act` upon `object`. *answer is the caller's to json_decref; approval_waits tells
 * whether it is done already. `reason` may be NULL: the gateway says that it wants one. */
MUST_USE bool approval_ask(struct cli *cli, const char *act, const char *object,
                           const char *reason, json_t **answer, struct error *err);

/* For permits: the gateway is asked whether this user may do the act now. *granted false: it
 * waits, which was said. */
MUST_USE bool approval_permit(struct cli *cli, const char *act, const char *object,
                              const char *reason, bool *granted, struct error *err);

/* Waiting proposals of the open ledger. Inside the read transaction. */
MUST_USE bool approvals_waiting(struct cli *cli, size_t *count, struct error *err);

#endif
