/*
 * pension_checks.h - what the gateway can check on a 信息表 (PEN-C01 to PEN-C37).
 *
 * Pure arithmetic on the form alone, in fen. PEN-C04 (money against box A6) and the comparison
 * with the letter (PEN-C19) need the case and are made by the flow. A hard issue returns the
 * form at the receiver; at the sender, and every soft one, it is a warning for an officer.
 *
 * Rules by the day of the event: PEN-C05-TOL (fen, 100), PEN-C05-ROW (fen per row, 12),
 * PEN-C05-HARD (permille of the expected amount, 10), PEN-C20 (months, 36), PEN-C21 (years,
 * 16).
 */
#ifndef CORE_PENSION_CHECKS_H
#define CORE_PENSION_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/flow.h"
#include "core/record.h"
#include "core/rules.h"

enum {
    PENSION_ISSUES_MAX = FLOW_WARNINGS_MAX,
    PENSION_ROWS_NAMED = 8 /* of one check; so every hard check that fails is named */
};

struct pension_issue {
    char code[CODE_SIZE];
    bool hard;
    uint16_t row; /* 1-based yearly row, 0: none */
};

/* At most one issue per check and row, PENSION_ROWS_NAMED per check. When full, hard issues
 * push out soft ones. */
struct pension_issues {
    struct pension_issue list[PENSION_ISSUES_MAX];
    size_t count;
    bool hard; /* at least one hard issue, listed or not */
};

/* Whose form it is: not every check makes sense of each. */
enum pension_checks {
    CHECKS_EMPLOYEE = 1,
    CHECKS_RESIDENT = 2,
    CHECKS_MILITARY = 4,
    CHECKS_TEMPORARY = 8,
    CHECKS_TO_RESIDENTS = 16, /* the form of employees, of somebody who becomes a resident */
    CHECKS_INSTITUTION = 32,  /* who leaves the scheme of the institutions */
    CHECKS_JOINING = 64,      /* who joins it, besides those of employees */
    CHECKS_ANNUITY = 128
};

/* Runs every check of `whose` (enum pension_checks, bits) on a form document. `out_region` is
 * the place the relation leaves, `today` the day of the event. Only memory can fail
 * (ERROR_MEMORY). */
MUST_USE bool pension_checks_run(unsigned whose, const struct record *form, uint32_t out_region,
                                 struct day today, const struct rules *rules,
                                 struct arena *arena, struct pension_issues *issues,
                                 struct error *err);

#endif
