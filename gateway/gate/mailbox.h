/*
 * mailbox.h - letters that wait to be fetched, and receipts that come by themselves.
 *
 * A party that we cannot call has a mailbox: its letters are sealed like all others and lie
 * READY in the outbox, due again only at the end of their life. It fetches them oldest first,
 * as often as it likes, always the same bytes, and acknowledges each with its receipt (a core:
 * with the answer document of its dialect). What follows from a receipt is the same as if it
 * had come as the answer to a POST of ours. One case has at most one letter ready at a time, so
 * taking the next before the first is acknowledged (`after`) never breaks the order of a case.
 */
#ifndef GATE_MAILBOX_H
#define GATE_MAILBOX_H

#include "gate/exchange.h"

#define MAILBOX_PATH "/v1/mailbox"

/* The oldest letter ready for the party, or with `after` (a MessageId of its own letters,
 * empty: none) the next behind that one, also when that one has ended. Nothing changes by
 * fetching. ERROR_USAGE: `after` is not an id; ERROR_NOT_FOUND: not of a letter to this party,
 * or the party is called. */
MUST_USE bool mailbox_next(struct exchange *exchange, struct text after, struct text *bytes,
                           const char **type, bool *found, struct error *err);

/* An acknowledgement that exchange_read has read: finds its letter and turns exchange->work
 * into WORK_OUTCOME, or into WORK_ATTEMPT that parks the letter: a verified receipt that says
 * our bytes could not be read. *ended: the letter has ended already; nothing is to be written.
 * ERROR_NOT_FOUND: no sealed letter to this party; ERROR_HEADER: of other bytes or for somebody
 * else; ERROR_VALUE: a core's answer that is not clear. */
MUST_USE bool mailbox_judge(struct exchange *exchange, bool *ended, struct error *err);
/* Tells the log, and counts, what was acknowledged; after the commit. */
void mailbox_log(const struct exchange *exchange);

#endif
