#include "net/peers.h"

#include <stdlib.h>
#include <string.h>

/* A fingerprint is a digest: any of its bytes are as good as a hash. */
static struct peer **bucket_of(struct peers *peers,
                               const uint8_t fingerprint[TLS_FINGERPRINT_SIZE])
{
    unsigned index = (unsigned)fingerprint[0] << 8 | fingerprint[1];
    return &peers->buckets[index % PEERS_BUCKETS];
}

struct peer *peers_get(struct peers *peers, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE])
{
    struct peer **bucket = bucket_of(peers, fingerprint);
    for (struct peer *peer = *bucket; peer != NULL; peer = peer->next)
        if (memcmp(peer->fingerprint, fingerprint, TLS_FINGERPRINT_SIZE) == 0)
            return peer;
    struct peer *peer = calloc(1, sizeof(*peer));
    if (peer == NULL)
        return NULL;
    memcpy(peer->fingerprint, fingerprint, TLS_FINGERPRINT_SIZE);
    peer->next = *bucket;
    *bucket = peer;
    return peer;
}

void peers_settle(struct peers *peers, struct peer *peer)
{
    if (peer == NULL || peer->connections > 0 || peer->in_flight > 0)
        return;
    struct peer **place = bucket_of(peers, peer->fingerprint);
    while (*place != peer)
        place = &(*place)->next;
    *place = peer->next;
    free(peer);
}

void peers_clear(struct peers *peers)
{
    for (size_t i = 0; i < PEERS_BUCKETS; i++) {
        while (peers->buckets[i] != NULL) {
            struct peer *first = peers->buckets[i];
            peers->buckets[i] = first->next;
            free(first);
        }
    }
}
