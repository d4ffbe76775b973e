/*
 * disclose.h - opening sealed bytes for a person, which is itself an entry of the journal
 * (DISCLOSED: who, what, why). Through the gateway; if it is stopped, by this program, holding
 * the gateway's lock. A reason is mandatory unless the ledger's origin says test.
 */
#ifndef CLI_DISCLOSE_H
#define CLI_DISCLOSE_H

#include "base/personal.h"
#include "cli/cli.h"
#include "crypt/seal.h"

enum { REASON_MAX = 200, DISCLOSED_MAX = 20 * 1024 * 1024 };

struct disclosure {
    uint8_t key[MESSAGE_KEY_SIZE];
    char id[2 * MESSAGE_KEY_SIZE + 1]; /* as the gateway takes it */
    struct uuid case_id;               /* none if the message belongs to none */
    unsigned use;                      /* BODY_ORIGINAL, BODY_SEALED, BODY_REPLY, BODY_PIECE */
    struct entry_body body;            /* as the journal names it */
    const char *reason;                /* may be NULL */
};

/* The ledger must not be open in this process (it is closed here if it is). *plain lives in the
 * arena. The entry is durable before the bytes are handed out. */
MUST_USE bool disclose(struct cli *cli, const struct disclosure *disclosure, struct text *plain,
                       struct error *err);

/*
 * For more than one disclosure: the way to the gateway, or its lock, is found once and kept.
 * Between begin and end cli->ledger is open (read-only, or for writing under the lock); reads
 * take transactions of their own (cli_begin_read). ERROR_DENIED or ERROR_CONFIG: this user has
 * neither the gateway nor the keys.
 */
struct disclosing;

struct disclosed_person {
    bool found; /* false: no content is kept that names anybody */
    struct personal name;
    struct personal number;
};

MUST_USE bool disclosing_begin(struct cli *cli, struct disclosing **disclosing,
                               struct error *err);
void disclosing_end(struct disclosing *disclosing); /* takes NULL */
/* Name and number of a case's person: masked, or with `clear` in clear behind a durable entry.
 * They live in the arena. */
MUST_USE bool disclosing_person(struct disclosing *disclosing, const struct uuid *case_id,
                                bool clear, const char *reason, struct arena *arena,
                                struct disclosed_person *person, struct error *err);
/* The tags by which the ledger finds the person with this number; journaled first. */
MUST_USE bool disclosing_search(struct disclosing *disclosing, struct text number,
                                const char *reason,
                                uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE], size_t *count,
                                struct error *err);
/* Beside a stopped gateway? */
bool disclosing_alone(const struct disclosing *disclosing);
/* That an export was made: what of, and the digest of its manifest. `permit` not NULL: with
 * persons in clear, by this permit if one is needed. */
MUST_USE bool disclosing_export(struct disclosing *disclosing, const uint8_t digest[32],
                                const char *scope, const char *permit, const char *reason,
                                struct error *err);
/* A reason is there, or not needed: the ledger says test. The ledger is open. */
MUST_USE bool disclose_reason(struct cli *cli, const char *reason, struct error *err);

#endif
