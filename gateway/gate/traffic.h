/*
 * traffic.h - how each party's traffic stands, for the control socket and what asks it.
 */
#ifndef GATE_TRAFFIC_H
#define GATE_TRAFFIC_H

#include <jansson.h>

#include "gate/gate.h"

/* {"ok":true,"parties":[{"party":ID,
 *   "in":{"in_flight","admitted","over_rate","over_in_flight","over_connections"},
 *   "out":{"in_flight","failures","open_until"}}]}
 * "open_until" only while the party is held back. NULL: no memory. Any thread. */
json_t *traffic_json(struct gate *gate);

#endif
