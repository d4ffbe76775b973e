/*
 * start_entries.h - what the journal says of each start: BOOT, CONFIG with the numbers of
 * parties, RULES with their full canonical text (foundations 1, 16, 22).
 */
#ifndef GATE_START_ENTRIES_H
#define GATE_START_ENTRIES_H

#include "gate/gate.h"

/* Before any thread runs. Gives numbers to parties that have none, in the order of the
 * configuration, home first; fills gate->engine's parties and gate->config's numbers. */
MUST_USE bool start_entries_write(struct gate *gate, struct error *err);

#endif
