/*
 * mapping_compile.h - the lines of one message to the plan that mapping.h runs.
 *
 * Theirs is written in the order of the lines, ours in the order of the national schema. Faults
 * are ERROR_CONFIG with file and line: a path mapped twice, a path that is both a value and a
 * group, a national path that the schema does not have, rows that do not hold what they should,
 * a condition on a field that is not there.
 */
#ifndef WIRE_MAPPING_COMPILE_H
#define WIRE_MAPPING_COMPILE_H

#include "wire/mapping_load.h"

enum { NATIONAL_LEAVES_MAX = 500, NATIONAL_GROUPS_MAX = 100 };

/* Every leaf of one national document, in its order; and the groups that it cannot be without,
 * even if nothing stands in them (rows of a form). */
struct national_leaves {
    const char *paths[NATIONAL_LEAVES_MAX];
    bool optional[NATIONAL_LEAVES_MAX];
    size_t count;
    const char *groups[NATIONAL_GROUPS_MAX];
    size_t group_count;
};

MUST_USE bool mapping_compile(const struct mapping_lines *lines,
                              const struct national_leaves *leaves, const char *theirs_root,
                              const char *ours_root, struct arena *arena,
                              struct mapping_plan *plan, struct error *err);

/* The line that carries this national leaf or lists it as lost; NULL if none does. */
const struct mapping_line *mapping_line_of_leaf(const struct mapping_lines *lines,
                                                const char *leaf);

#endif
