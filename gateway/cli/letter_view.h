/*
 * letter_view.h - a letter for people and programs. Shared by case, letters and party.
 */
#ifndef CLI_LETTER_VIEW_H
#define CLI_LETTER_VIEW_H

#include <jansson.h>

#include "cli/cli.h"

/* Waiting, new, ready or dead: somebody or something must still act. */
bool letter_open(const struct letter_row *row);

/* `with_case`: a last column that names the case. */
MUST_USE struct table *letter_table_new(struct arena *arena, bool with_case);
/* Inside the read transaction, as the next. */
MUST_USE bool letter_table_add(struct cli *cli, struct table *table, bool with_case,
                               const struct letter_row *row, struct error *err);
MUST_USE bool letter_json(struct cli *cli, const struct letter_row *row, json_t **object,
                          struct error *err);

#endif
