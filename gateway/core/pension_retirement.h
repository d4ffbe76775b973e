/*
 * pension_retirement.h - when somebody reaches the statutory retirement age (法定退休年龄), how
 * far it may be chosen, and how many months of contribution a pension then needs.
 *
 * Source: 国务院关于渐进式延迟法定退休年龄的办法 (with the decision of the Standing Committee
 * of 2024-09-13), art. 1 to 3, in force since 2025-01-01; the ages before it:
 * 国发〔1978〕104号. Men rise from 60 to 63 and women in managing or technical posts from 55 to
 * 58, one month for each four months of birth; women workers from 50 to 55, one month for each
 * two. Early retirement: at most three years, never below the old age; late: at most three
 * years.
 *
 * Not covered, because other rules hold there: heavy or harmful work, loss of the ability to
 * work, and what the law leaves to special rules (国家另有规定的，从其规定).
 *
 * Rules (docs/rules.md 11), each taken on the first day of the month in which the event lies:
 * PEN-AGE-*, PEN-RAISE-*, PEN-FLEX-*, PEN-MINIMUM. Where a row is missing there is no answer
 * (INPUT_RULE) and nothing is assumed; without PEN-FLEX-* there is nothing to choose.
 */
#ifndef CORE_PENSION_RETIREMENT_H
#define CORE_PENSION_RETIREMENT_H

#include <stdint.h>

#include "base/instant.h"
#include "core/pension_input.h"
#include "core/rules.h"

/* Of a woman; for a man it does not matter. */
enum retirement_post {
    POST_UNKNOWN,
    POST_WORKER, /* 原法定退休年龄五十周岁 */
    POST_MANAGER /* 原法定退休年龄五十五周岁: managing and technical posts */
};

struct retirement {
    struct month statutory; /* 法定退休时间: the month in which the age is reached */
    struct month earliest; /* 弹性提前: may be chosen from here on; never after `statutory` */
    struct month latest;   /* 弹性延迟, if the employer agrees; never before `statutory` */
    int32_t age_months;    /* the statutory age */
    int32_t delay_months; /* of it, added by the reform; 0: reached before 2025 */
    /* 最低缴费年限, months: of the year of `statutory`, which also holds for who retires later;
     * and of the year of `earliest`, for who retires then. */
    int32_t minimum_months;
    int32_t minimum_early_months;
};

/* INPUT_GOOD and *answer, or INPUT_SEX, INPUT_POST, INPUT_BIRTH, INPUT_RULE and *answer as it
 * was. `today` only bounds the birth; the answer does not change with it. */
enum pension_input retirement_of(const struct rules *rules, struct month birth, unsigned sex,
                                 enum retirement_post post, struct day today,
                                 struct retirement *answer);

/* Months of contribution that a pension needs from a month on (最低缴费年限): 180 until 2029,
 * six more each year, 240 from 2039. INPUT_GOOD, INPUT_MONTH or INPUT_RULE. */
enum pension_input retirement_minimum(const struct rules *rules, struct month month,
                                      int32_t *months);

/* Has the statutory age been reached by `today`? In its month, from the first day on. */
bool retirement_reached(const struct retirement *retirement, struct day today);

#endif
