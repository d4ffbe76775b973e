/*
 * medical_checks.h - what the gateway can check on an information sheet 信息表 (MED-C01 to
 * MED-C12): docs/rules.md.
 *
 * Pure arithmetic on the sheet, and on the kind of the case. A hard issue returns the sheet at
 * the receiver; at the sender, and every soft one, it is a warning for an officer.
 *
 * Rules by the day of the event: MED-MONEY-<kind>, MED-MONEY-<kind>-<OUT>-<IN> (0: nothing is
 * paid from agency to agency), MED-FIRST (month before which nobody was
 * insured).
 */
#ifndef CORE_MEDICAL_CHECKS_H
#define CORE_MEDICAL_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/flow.h"
#include "core/record.h"
#include "core/rules.h"

enum {
    MEDICAL_ISSUES_MAX = 24,
    MEDICAL_ROWS_NAMED = 4,   /* of one check */
    MEDICAL_PERIODS_MAX = 200 /* as in the national schema */
};

#define MEDICAL_AMOUNT_MAX INT64_C(9999999999) /* fen */

struct medical_issue {
    char code[CODE_SIZE];
    bool hard;
    uint16_t row; /* 1-based period, 0: none */
};

struct medical_issues {
    struct medical_issue list[MEDICAL_ISSUES_MAX];
    size_t count;
    bool hard;    /* at least one hard issue */
    bool periods; /* at least one hard issue about the periods: MED-R13, else MED-R11 */
};

/* The case that the sheet is for. */
struct medical_route {
    uint8_t kind; /* enum medical_kind */
    uint32_t out_region;
    uint32_t in_region;
};

void medical_checks_run(const struct record *sheet, const struct medical_route *route,
                        struct day today, const struct rules *rules,
                        struct medical_issues *issues);

/* An amount in capital numerals (大写), as banks want it: 壹万贰仟元整. false: not one, or not
 * of this amount. */
bool medical_words_say(struct text words, struct money amount);

#endif
