/*
 * case_kin.h - the cases of the same person that a case waits for, or that wait for it: a
 * change of scheme and the relations that are gathered first. Told from the ledger as it
 * stands; no case keeps it.
 */
#ifndef CLI_CASE_KIN_H
#define CLI_CASE_KIN_H

#include <jansson.h>

#include "cli/cli.h"
#include "core/flow.h"

enum { CASE_KIN_MAX = 16 };

/* Newest first; more than so many are left out. */
struct case_kin {
    struct flow_case children[CASE_KIN_MAX]; /* that it waits, or waited, for */
    struct flow_case parents[CASE_KIN_MAX];
    size_t child_count;
    size_t parent_count;
};

MUST_USE bool case_kin_find(struct cli *cli, const struct flow_case *row, struct case_kin *kin,
                            struct error *err);
/* "Gathers first" and "Gathered for", a line for each. */
void case_kin_print(const struct cli *cli, const struct case_kin *kin, size_t label_columns);
/* "children" and "parents" of the object: ids. */
void case_kin_json(json_t *object, const struct case_kin *kin);

#endif
