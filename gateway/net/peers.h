/*
 * peers.h - how many connections and requests each client holds at the moment.
 *
 * Loop thread only. An entry lives while its client has a connection or a request. A client is
 * one certificate, or several that belong to one party: 32 bytes that name it.
 */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include <stdint.h>

#include "base/check.h"
#include "net/tls.h"

struct peer {
    uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
    unsigned connections;
    unsigned connections_max; /* as of its newest connection */
    _Atomic uint64_t *over;   /* NULL: nobody asks */
    unsigned in_flight;
    struct peer *next;
};

enum { PEERS_BUCKETS = 1024 };

struct peers {
    struct peer *buckets[PEERS_BUCKETS];
};

/* The entry of this client, made if there is none; NULL if memory is short. */
MUST_USE struct peer *peers_get(struct peers *peers,
                                const uint8_t fingerprint[TLS_FINGERPRINT_SIZE]);
/* After a count was lowered: drops the entry if it holds nothing. Takes NULL. */
void peers_settle(struct peers *peers, struct peer *peer);
/* Drops everything; at the end. */
void peers_clear(struct peers *peers);

#endif
