/*
 * player.h - a simulated core system at work: takes what its gateway pushes, and brings what
 * its script says, in its dialect, again and again under the same key until it is answered.
 *
 * It uses the adapter that the gateway uses, the other way round. Its state is in memory only,
 * but for the books of an insured core, if its configuration names a file for them.
 */
#ifndef SIM_PLAYER_H
#define SIM_PLAYER_H

#include "base/error.h"

struct player;

struct player_options {
    const char *config; /* schemas/sim.xsd, element sim */
};

/* wire_start and digest_setup must have run. */
MUST_USE bool player_open(const struct player_options *options, struct player **player,
                          struct error *err);
/* Sends what is due; a few milliseconds. Call it again and again. */
void player_tick(struct player *player);
/* Was it told to stop on its control socket? */
bool player_stop_asked(const struct player *player);
void player_close(struct player *player); /* takes NULL */

#endif
