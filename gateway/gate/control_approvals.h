/*
 * control_approvals.h - the second person on the control socket (control_verbs.c calls them).
 *
 *   {"verb":"propose","act":NAME,"object":TEXT,"reason":TEXT}
 *        -> "done": true, "sequence": it needed nobody else (a permit: there is one; 0)
 *        or "done": false, "proposal": NUMBER, "until": TIME: it waits
 *   {"verb":"approve","proposal":NUMBER,"reason":TEXT}
 *   {"verb":"decline","proposal":NUMBER,"reason":TEXT}    the reason may be empty
 *        -> "act", "object", "by", "sequence" (decline: 0)
 *
 * What waits is read from the ledger (gate/approvals.h). Not on a worker or the writer.
 */
#ifndef GATE_CONTROL_APPROVALS_H
#define GATE_CONTROL_APPROVALS_H

#include <jansson.h>

#include "gate/approvals.h"
#include "gate/gate.h"

/* NULL: *err says why. */
typedef json_t *control_approval(struct gate *gate, const struct control_peer *peer,
                                 json_t *request, struct error *err);
control_approval control_propose;
control_approval control_approve;
control_approval control_decline;

/* The same for an act and an object that another verb names. */
json_t *control_propose_act(struct gate *gate, const struct control_peer *peer, const char *act,
                            const char *object, const char *reason, struct error *err);

/* Does the configuration in force ask for a second person? */
MUST_USE bool control_second_needed(struct gate *gate, const char *act);
/* Journals `work` and uses up the permit of `uid` for it, or ERROR_DENIED. The work stays the
 * caller's. */
MUST_USE bool control_spend(struct gate *gate, const char *act, const char *object,
                            uint32_t uid, struct work *work, struct error *err);

/* control_verbs.c: the system's name of whoever asks. */
void control_user(const struct control_peer *peer, char name[APPROVAL_USER_SIZE]);

#endif
