/*
 * entry_view.h - a journal entry for people and programs: what happened, who, what was said.
 * Never the bytes, never the person. Shared by case and message.
 */
#ifndef CLI_ENTRY_VIEW_H
#define CLI_ENTRY_VIEW_H

#include <jansson.h>

#include "cli/cli.h"

/* Both sides of one verdict: of an entry that carries one. */
MUST_USE bool entry_verdict_of(const struct entry *entry, struct entry_verdict *verdict);
/* The first BODY of this use. */
MUST_USE bool entry_body_of(const struct entry *entry, unsigned use, struct entry_body *body);
bool entry_moves_case(const struct entry *entry);
/* The entry as the story of one case sees it: an entry may move other cases beside its own, and
 * tells their states in their CASE_AFTER. */
struct entry entry_seen_from(const struct entry *entry, const struct uuid *case_id);
/* Fields that the other side never got: lines of LOST. */
size_t entry_lost_count(const struct entry *entry);
struct name body_use_name(unsigned use);

/* The table of a story; cells in the order of entry_columns. */
MUST_USE struct table *entry_table_new(struct arena *arena);
/* Inside the read transaction. */
MUST_USE bool entry_table_add(struct cli *cli, struct table *table, const struct entry *entry,
                              struct error *err);
MUST_USE bool entry_json(struct cli *cli, const struct entry *entry, json_t **object,
                         struct error *err);

#endif
