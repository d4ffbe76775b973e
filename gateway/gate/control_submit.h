/*
 * control_submit.h - documents by hand, over the control socket.
 *
 *   submit        {"party":ID,"bytes":BASE64}: the verdict's fields
 *   submit_batch  {"party":ID,"documents":[BASE64,...]}, at most BY_HAND_MAX: {"ok":true,
 *                 "results":[...]}, one answer as of `submit` for each document from the first
 *                 on. Fewer than documents: from there on the world failed, and the rest is to
 *                 be handed in again.
 *
 * NULL: nothing was answered, *err says why.
 */
#ifndef GATE_CONTROL_SUBMIT_H
#define GATE_CONTROL_SUBMIT_H

#include <jansson.h>

#include "gate/gate.h"

MUST_USE json_t *control_submit(struct gate *gate, const json_t *request, struct error *err);
MUST_USE json_t *control_submit_batch(struct gate *gate, const json_t *request,
                                      struct error *err);

#endif
