/*
 * pension_periods.h - where and when somebody was insured, as a list of periods: what the
 * functions of pension_place and pension_overlap are asked with.
 *
 * A period is a stretch of months in one place under one scheme. A yearly row of the national
 * form is one (pension_periods_of_form); a list may also come from anywhere else. Deemed months
 * (视同缴费) are a period without amounts, at the place of work of that time.
 */
#ifndef CORE_PENSION_PERIODS_H
#define CORE_PENSION_PERIODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pension_form.h"
#include "core/pension_input.h"

enum {
    PENSION_PERIODS_MAX = 1200,
    PENSION_YEAR_MIN = 1950, /* as in the national form */
    PENSION_YEAR_MAX = 2050,
    PENSION_MONTHS = (PENSION_YEAR_MAX - PENSION_YEAR_MIN + 1) * 12,
    PENSION_SERVICE_REGION = 910000 /* 军队: months of service, no province */
};

enum pension_scheme {
    SCHEME_NONE,
    SCHEME_EMPLOYEE, /* 企业职工、机关事业单位 */
    SCHEME_RESIDENT  /* 城乡居民 */
};

struct pension_period {
    enum pension_scheme scheme;
    uint32_t region;   /* six digits */
    struct month from; /* both counted; of residents in one calendar year */
    struct month to;
    int32_t months;        /* paid, 0 to pension_period_span(); fewer: nobody knows which */
    bool temporary;        /* 临时缴费账户 */
    bool official_move;    /* 组织调动: came here by an approved official move */
    bool cleared;          /* overlap_clear() took months out; what is left is nobody else's */
    struct money base;     /* monthly, of employees; 0 if not known */
    struct money credited; /* into the account by these months, without interest; of residents
                              the personal contribution (个人缴费) of the year */
    struct money collective; /* of residents: 集体补助 of the year; government's is not here */
    struct money interest; /* on `credited`, so far; 0 if not known */
    bool interest_known;
};

/* Months from the first to the last; of a period that passed the check. */
int32_t pension_period_span(const struct pension_period *period);
/* The province of a place: 520115 lies in 520000. */
uint32_t pension_province(uint32_t region);
/* Is it a place of a province, six digits? The months of service have no such place. */
bool pension_region_valid(uint32_t region);

/* Is every period as told above, none later than `today`, and their number from 1 to
 * PENSION_PERIODS_MAX? Else what is wrong, and in *wrong the period, from 1, or 0. */
enum pension_input pension_periods_check(const struct pension_period *periods, size_t count,
                                         struct day today, size_t *wrong);

/* The yearly rows of a form, one period each, in their order; what the whole form says of its
 * account (temporary or not) holds for the own rows. A row's interest is that of its year on
 * the whole balance, not on its own months, so it is not taken; only that the running year has
 * none yet is known. Rows without place, months or number of months are left out and counted.
 * Only memory can fail (ERROR_MEMORY). */
MUST_USE bool pension_periods_of_form(const struct pension_form *form, struct arena *arena,
                                      struct pension_period **periods, size_t *count,
                                      size_t *left_out, struct error *err);

#endif
