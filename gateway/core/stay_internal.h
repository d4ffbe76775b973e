/*
 * stay_internal.h - what the files that read a stay's documents share.
 */
#ifndef CORE_STAY_INTERNAL_H
#define CORE_STAY_INTERNAL_H

#include "core/settlement_stay.h"

/* Notes why the event does not fit; true, so that a reader may end with it. */
bool stay_refuse(struct flow_facts *facts, const char *code, const char *reason);
/* Refuses with the first hard issue; true. */
bool stay_refuse_hard(struct flow_facts *facts, const struct stay_issues *issues,
                      const char *reason);
void stay_tell(const struct stay_issues *issues, struct flow_decision *decision);
const char *stay_first_hard(const struct stay_issues *issues);
/* Does the leaf at `path` say `word`? */
bool stay_says(const struct record *body, const char *path, const char *word);

/* stay_original.c: what was reversed, and what is to be. A key counts as an id: that of a
 * request which is reversed before it comes. */
bool stay_was_reversed(const struct stay *stay, const struct uuid *id);
bool stay_key_was_reversed(const struct stay *stay, const uint8_t key[32]);
void stay_take_original(const struct flow_situation *situation, struct stay_facts *stay);
bool stay_read_original(const struct flow_situation *situation, struct flow_facts *facts,
                        struct stay_facts *stay);
bool stay_read_own_reversal(const struct flow_situation *situation, struct flow_facts *facts,
                            struct stay_facts *stay);

/* stay_batch.c: a batch of lines, and lines that are cancelled. */
MUST_USE bool stay_read_lines(const struct flow_situation *situation, struct flow_facts *facts,
                              struct stay_facts *stay, struct flow_decision *decision,
                              struct error *err);
bool stay_read_lines_undo(const struct flow_situation *situation, struct flow_facts *facts,
                          struct stay_facts *stay);

/* stay_uncertain.c: the calls of our own core that are in doubt. */
struct flow_listing;
extern const struct flow_listing stay_uncertain_listing;

#endif
