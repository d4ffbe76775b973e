/* pension_checks_switch.c - the employees' form of somebody who changes to the residents. */
#include "core/pension_advice.h"
#include "core/pension_issue.h"
#include "core/pension_scheme.h"

/* Is the minimum there, whatever the kind of post? A form does not name it. */
static bool minimum_is_there(const struct pension_form *form, int64_t months)
{
    static const enum retirement_post posts[] = {POST_WORKER, POST_MANAGER};
    struct pension_person person = pension_person_read(form->record, form->today);
    bool known = false;

    for (size_t i = 0; i < COUNT_OF(posts); i++) {
        struct retirement retirement;

        if (retirement_of(form->rules, person.birth, person.sex, posts[i], form->today,
                          &retirement) != INPUT_GOOD)
            continue;
        if (months < retirement.minimum_months)
            return false;
        known = true;
    }
    return known;
}

/* With the minimum months an employee's pension is due, and nothing moves to the residents. */
void pension_check_minimum(const struct pension_form *form, const char *code, bool hard,
                           struct pension_issues *issues)
{
    int64_t months = 0;

    for (size_t i = 0; i < form->row_count; i++)
        if (pension_row_has(&form->rows[i], HAS_MONTHS))
            months += form->rows[i].months;
    if (minimum_is_there(form, months))
        pension_issue_add(issues, code, hard, 0);
}
