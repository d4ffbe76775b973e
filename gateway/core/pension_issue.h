/*
 * pension_issue.h - between the files that hold checks of a form: how one says what it found.
 */
#ifndef CORE_PENSION_ISSUE_H
#define CORE_PENSION_ISSUE_H

#include "core/pension_checks.h"
#include "core/pension_form.h"

typedef void check_function(const struct pension_form *form, const char *code, bool hard,
                            struct pension_issues *issues);

void pension_issue_add(struct pension_issues *issues, const char *code, bool hard, size_t row);

/* A number of conf/rules.xml on the day of the form; `otherwise` if there is none, or it is
 * beyond reason. */
int64_t pension_check_rule(const struct pension_form *form, const char *id, int64_t otherwise);

static inline int64_t pension_distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Is `fen` the `sum`, which is in 1/10 000 fen? Off by more than the tolerance: an issue; hard
 * only if by more than PEN-C05-HARD permille. */
void pension_check_sum(const struct pension_form *form, int64_t fen, int64_t sum,
                       const char *code, bool hard, struct pension_issues *issues);

/* pension_checks_service.c */
check_function pension_check_service_rows;
check_function pension_check_service_account;
/* pension_checks_switch.c */
check_function pension_check_minimum;
/* pension_checks_institution.c */
check_function pension_check_pooled_since;
check_function pension_check_household;
check_function pension_check_credited_rate;
check_function pension_check_annuity;
check_function pension_check_book;

#endif
