/*
 * peers.h - how many connections and requests each certificate holds at the moment.
 *
 * Loop thread only. An entry lives while its certificate has a connection or a request.
 */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include <stdint.h>

#include "base/check.h"
#include "net/tls.h"

struct peer {
    uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
    unsigned connections;
    unsigned in_flight;
    struct peer *next;
};

enum { PEERS_BUCKETS = 1024 };

struct peers {
    struct peer *buckets[PEERS_BUCKETS];
};

/* The entry of this certificate, made if there is none; NULL if memory is short. */
MUST_USE struct peer *peers_get(struct peers *peers,
                                const uint8_t fingerprint[TLS_FINGERPRINT_SIZE]);
/* After a count was lowered: drops the entry if it holds nothing. Takes NULL. */
void peers_settle(struct peers *peers, struct peer *peer);
/* Drops everything; at the end. */
void peers_clear(struct peers *peers);

#endif
