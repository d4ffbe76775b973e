/*
 * pension_form.h - a 信息表 read once into numbers, for the checks.
 *
 * Amounts are fen, rates 1/10 000. Memory is the arena's; the record must live as long.
 */
#ifndef CORE_PENSION_FORM_H
#define CORE_PENSION_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/record.h"
#include "core/rules.h"

#define PENSION_AMOUNT_MAX INT64_C(9999999999) /* fen; D16.2 boxes end at 99999999.99 yuan */
#define PENSION_WHOLE      INT64_C(10000)      /* a rate of 1 */

enum { PENSION_ROWS_MAX = 600 /* as in the national schema */ };

/* A field that is absent, malformed or out of bounds leaves its bit out of `has` and is zero;
 * pairs and triples of fields share a bit. */
enum pension_row_field {
    HAS_REGION = 1,
    HAS_YEAR = 2,
    HAS_FROM = 4,
    HAS_TO = 8,
    HAS_MONTHS = 16,
    HAS_BASE = 32,
    HAS_RATES = 64,
    HAS_CREDITED = 128,
    HAS_INTEREST = 256,
    HAS_BALANCE = 512,
    HAS_ARRIVED = 1024
};

struct pension_row {
    unsigned has;
    uint32_t region;
    int year;
    struct month from;
    struct month to;
    struct month arrived;
    int64_t months;
    int64_t base;
    int64_t employer_rate;
    int64_t account_rate;
    int64_t personal_rate;
    int64_t credited;
    int64_t credited_personal;
    int64_t collective; /* of residents; 0 if it is not there */
    int64_t subsidy;
    int64_t interest;
    int64_t interest_personal;
    int64_t balance;
    int64_t balance_personal;
};

enum pension_box { BEFORE_1998, TO_LAST_YEAR, THIS_YEAR, ACCOUNT, POOLED, TOTAL, BOXES };

struct pension_form {
    const struct record *record;
    const struct rules *rules;
    struct day today;
    uint32_t out_region;
    bool boxes_read; /* all six are amounts */
    int64_t boxes[BOXES];
    bool temporary; /* account type 1 */
    bool rows_cut;  /* more rows than PENSION_ROWS_MAX; the rest was not read */
    struct pension_row *rows;
    size_t row_count;
};

/* Only memory can fail (ERROR_MEMORY). */
MUST_USE bool pension_form_read(const struct record *record, uint32_t out_region,
                                struct day today, const struct rules *rules,
                                struct arena *arena, struct pension_form *form,
                                struct error *err);

/* Are all these fields there? */
bool pension_row_has(const struct pension_row *row, unsigned fields);
/* Is a region `place` or part of it? 440000 holds 440305, so does 440300. */
bool pension_region_within(uint32_t region, uint32_t place);
/* Was it paid in the place the relation leaves? */
bool pension_row_own(const struct pension_form *form, const struct pension_row *row);

#endif
