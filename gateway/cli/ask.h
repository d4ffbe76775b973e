/*
 * ask.h - a question to the running gateway on its control socket: one JSON object each way.
 *
 * The gateway knows by the socket who asks. An answer has "ok"; if it is false, "code" names
 * the error and "text" tells it.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <jansson.h>

#include "cli/cli.h"

enum { ASK_SHORT_MS = 2000, ASK_LONG_MS = 60000 };

/* Takes `request`. *answer is the caller's to json_decref. ERROR_NETWORK: the gateway is not
 * running or does not answer; else the gateway's own error. */
MUST_USE bool ask_gateway(struct cli *cli, json_t *request, int timeout_ms, json_t **answer,
                          struct error *err);
/* The same for who asks often: the answer's bytes lie in `arena`, which may be reset once the
 * answer has been read into *answer. */
MUST_USE bool ask_gateway_within(struct cli *cli, struct arena *arena, json_t *request,
                                 int timeout_ms, json_t **answer, struct error *err);
/* What a negative answer's "code" names; ERROR_SYSTEM if it is not known here. */
enum error_code answer_code(const json_t *answer);
/* Text of a field, "" if absent. */
const char *answer_text(const json_t *answer, const char *name);

#endif
