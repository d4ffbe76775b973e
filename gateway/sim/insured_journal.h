/*
 * insured_journal.h - the questions that an insured core has taken, in a file to which is only
 * ever added: a core that starts anew books them again, in their order, and knows what it knew.
 *
 * Each is durable before it is booked. What a kill cut off at the end was not booked: it goes.
 * Invented persons only: nothing is sealed.
 */
#ifndef SIM_INSURED_JOURNAL_H
#define SIM_INSURED_JOURNAL_H

#include "wire/adapter.h"

struct insured_journal;

/* Opened, or made. ERROR_SYSTEM; ERROR_SIZE; ERROR_MEMORY. Everything lies in the arena. */
MUST_USE bool insured_journal_open(const char *path, struct arena *arena,
                                   struct insured_journal **journal, struct error *err);
void insured_journal_close(struct insured_journal *journal); /* takes NULL */
/* Those that were there, one by one. *end: that was all, and from now on it can be added to. */
MUST_USE bool insured_journal_next(struct insured_journal *journal,
                                   struct adapter_message *asked, bool *end, struct error *err);
/* Flow, action, key and body of a question. */
MUST_USE bool insured_journal_add(struct insured_journal *journal,
                                  const struct adapter_message *asked, struct error *err);

#endif
