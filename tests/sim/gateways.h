/* gateways.h - one simulated gateway's steps, the network between them, and the judgement. */
#ifndef SIM_GATEWAYS_H
#define SIM_GATEWAYS_H

#include "world.h"

MUST_USE bool gateway_create(struct world *world, uint32_t index);
void gateway_destroy(struct province *province);
/* Papers due, queued work in one transaction, perhaps a crash, answers, letters. */
MUST_USE bool gateway_step(struct province *province);
/* When this gateway has something to do next; none: nothing. */
struct instant gateway_next(struct province *province);

/* Delivers what has arrived. */
void network_step(struct world *world);
void network_send(struct world *world, const struct packet *packet);
/* The sender's own clock ran out for this delivery. */
void network_timeout(struct world *world, uint32_t to, uint64_t out_id, uint32_t boot);

/* FAULT_NO_RETRY: is it a letter of an earlier boot? */
bool fault_never_due(const struct province *province, uint64_t out_id);
/* FAULT_TWO_TRANSACTIONS: the second never comes; letters born in entries from `seq` on. */
void fault_lose_letters(struct province *province, uint64_t seq);

/* After the calm: do all ledgers agree with each other, with the plans and with themselves? */
MUST_USE bool world_judge(struct world *world);

/* Acknowledged outside: must be in the ledger for ever. */
void witness_add(struct world *world, uint32_t province, uint64_t seq,
                 const uint8_t digest[32]);
MUST_USE bool witness_check(struct world *world);
void witness_clear(void);

/* A packet's bytes: header fields and content. */
MUST_USE bool packet_pack(const struct message *message, struct arena *arena,
                          struct text *bytes);
MUST_USE bool packet_unpack(struct text bytes, struct arena *arena, struct message *message);

#endif
