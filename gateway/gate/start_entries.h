/*
 * start_entries.h - what the journal says of each start: BOOT, CONFIG with the numbers of
 * parties, RULES with their full canonical text (foundations 1, 16, 22); and of each reload:
 * CONFIG and RULES, if they are others than before.
 */
#ifndef GATE_START_ENTRIES_H
#define GATE_START_ENTRIES_H

#include "gate/gate.h"

/* Before any thread runs. Gives numbers to parties that have none, in the order of the
 * configuration, home first; fills gate->engine's parties and gate->config's numbers. */
MUST_USE bool start_entries_write(struct gate *gate, struct error *err);
/* On the writer's thread, between two batches: the same for `config`, which nobody else uses
 * yet, and makes the engine decide by it. false: nothing has changed. */
MUST_USE bool start_entries_reload(struct gate *gate, struct config *config, struct error *err);

#endif
