/*
 * disclose.h - opening sealed bytes for a person, which is itself an entry of the journal
 * (DISCLOSED: who, what, why). Through the gateway; if it is stopped, by this program, holding
 * the gateway's lock. A reason is mandatory unless the ledger's origin says test.
 */
#ifndef CLI_DISCLOSE_H
#define CLI_DISCLOSE_H

#include "cli/cli.h"

enum { REASON_MAX = 200, DISCLOSED_MAX = 20 * 1024 * 1024 };

struct disclosure {
    uint8_t key[MESSAGE_KEY_SIZE];
    char id[2 * MESSAGE_KEY_SIZE + 1]; /* as the gateway takes it */
    struct uuid case_id;               /* none if the message belongs to none */
    unsigned use;                      /* BODY_ORIGINAL, BODY_SEALED, BODY_REPLY */
    struct entry_body body;            /* as the journal names it */
    const char *reason;                /* may be NULL */
};

/* The ledger must not be open in this process (it is closed here if it is). *plain lives in the
 * arena. The entry is durable before the bytes are handed out. */
MUST_USE bool disclose(struct cli *cli, const struct disclosure *disclosure, struct text *plain,
                       struct error *err);

#endif
