/*
 * injury_checks.h - what the gateway can check on a document of work injury (INJ-C01 to
 * INJ-C37): the order of its dates, what belongs together, numbers and codes.
 *
 * Pure arithmetic on one document alone, chosen by the name of its root; a document without
 * checks passes. What the schema says already is looked at again where a wrong value would
 * matter, so that a record of any origin may be given. A hard issue refuses the document at the
 * receiver; at the sender, and every soft one, it is a warning for an officer.
 *
 * Rules by the day of the event, in days or months: INJ-REPORT (30 days), INJ-REPORT-LAST (12
 * months), INJ-DECIDE (60 days), INJ-AGAIN (15 days), INJ-REVIEW (12 months), INJ-LEAVE (24
 * months); INJ-LATE as in core/injury_cover.h.
 */
#ifndef CORE_INJURY_CHECKS_H
#define CORE_INJURY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/flow.h"
#include "core/record.h"
#include "core/rules.h"

enum {
    INJURY_ISSUES_MAX = FLOW_WARNINGS_MAX,
    INJURY_ROWS_NAMED = 8 /* of one check */
};

struct injury_issue {
    char code[CODE_SIZE];
    bool hard;
    uint16_t row; /* 1-based, in the list that the check is about; 0: none */
};

/* At most one issue per check and row, INJURY_ROWS_NAMED per check. When full, hard issues push
 * out soft ones. */
struct injury_issues {
    struct injury_issue list[INJURY_ISSUES_MAX];
    size_t count;
    bool hard; /* at least one hard issue, listed or not */
};

/* Runs every check that belongs to the document. `today` is the day of the event. Only memory
 * can fail (ERROR_MEMORY). */
MUST_USE bool injury_checks_run(const struct record *document, struct day today,
                                const struct rules *rules, struct arena *arena,
                                struct injury_issues *issues, struct error *err);

#endif
