/*
 * person.h - who a case is about, and by which tags a person is found; for the control socket
 * and for the administrator's program beside a stopped gateway.
 *
 * What comes out is personal data in clear: mask it, or journal the disclosure before it is
 * shown. Any thread.
 */
#ifndef GATE_PERSON_H
#define GATE_PERSON_H

#include "base/personal.h"
#include "crypt/seal.h"
#include "ledger/ledger.h"

struct person {
    struct personal name; /* empty: the document does not say */
    struct personal number;
    struct entry_body body; /* where it stands */
    uint8_t message_key[MESSAGE_KEY_SIZE];
    uint8_t person_tag[PERSON_TAG_SIZE]; /* of the case */
};

/* From the newest national content of the case that names a person. *found false: none is kept
 * that does. ERROR_CRYPTO: the keys do not open it. Memory is the arena's. */
MUST_USE bool person_of_case(struct ledger *ledger, const struct key_ring *keys,
                             const struct uuid *case_id, struct arena *arena,
                             struct person *person, bool *found, struct error *err);

/* A typed identity number, normalised, as tagged by each tag key of the ring, the newest first.
 * ERROR_USAGE without the number if it is none. */
MUST_USE bool person_tags(const struct key_ring *keys, struct text typed, struct day today,
                          uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE], size_t *count,
                          struct error *err);

#endif
