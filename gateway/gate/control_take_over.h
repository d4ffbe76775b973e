/*
 * control_take_over.h - open cases of another system, over the control socket.
 *
 *   take_over  {"reason":..., "flow":"pension.employee", "role":"in", "state":"letter_held",
 *              "trace":..., "in_region":"520100", "out_region":"440100", "person":NUMBER,
 *              "opened_on":"2026-03-02"}, and where they are known or the flow needs them
 *              "form_total", "money_total" (yuan), "letter_revision", "form_revision", "limit"
 *              with "limit_from" (its day 0; several with spaces between them), "opened_by"
 *              (in, out), "insurance", "insurance_old", "money_moves" (yes, no), "pay_way",
 *              "money": {"ok":true, "case_id":..., "sequence":..., "again":...}
 *
 * All are texts. The case is marked: nobody signed it (E3). Its id follows from flow, route and
 * trace number, so both provinces find the same one. Given twice it is taken over once
 * ("again"). ERROR_USAGE names the field that is wrong, never what is in it; ERROR_CONFLICT: it
 * may not be, FLW-08 and others. What a flow takes over: core/flow_takeover.h.
 */
#ifndef GATE_CONTROL_TAKE_OVER_H
#define GATE_CONTROL_TAKE_OVER_H

#include <jansson.h>

#include "gate/gate.h"

/* `work` has the operator's TLV, and is taken. NULL: *err says why. */
MUST_USE json_t *control_take_over(struct gate *gate, const json_t *request, struct work *work,
                                   struct error *err);

#endif
