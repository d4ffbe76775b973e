/*
 * pension_scheme.h - may somebody change between the employees' and the residents' scheme now
 * (城乡养老保险制度衔接)?
 *
 * Source: 人社部发〔2014〕17号. Only from the employees' statutory retirement age on. With the
 * minimum months as an employee (15 years, rising from 2030) the residents' account joins the
 * employees'; with fewer the other way round. The residents' years never become an employee's;
 * an employee's years count as a resident's. The whole account moves and nothing of the pooled
 * fund (PEN-C22). Who draws a pension already changes nothing any more.
 *
 * A negative answer is the reason for a refusal with PEN-R05 (drawing: PEN-R01). Pure.
 */
#ifndef CORE_PENSION_SCHEME_H
#define CORE_PENSION_SCHEME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pension_form.h"
#include "core/pension_retirement.h"

enum scheme_direction { TO_EMPLOYEES, TO_RESIDENTS };

enum scheme_answer {
    SCHEME_ALLOWED,
    SCHEME_YOUNG,   /* the statutory age is not reached */
    SCHEME_SHORT,   /* to the employees, but with fewer months than the minimum */
    SCHEME_ENOUGH,  /* to the residents, but the minimum is there: an employee's pension is due
                     */
    SCHEME_DRAWING, /* draws a pension already */
    SCHEME_ANSWERS
};

/* One sentence each; never NULL. */
struct name scheme_text(enum scheme_answer answer);

/* `employee_months`: those that count, paid extensions and deemed months among them. The
 * minimum is that of the year of the statutory age. */
enum scheme_answer scheme_change(enum scheme_direction direction,
                                 const struct retirement *retirement, int32_t employee_months,
                                 bool drawing, struct day today);

/* Are the boxes of an employees' form right for a change to the residents: nothing pooled, and
 * the whole account is the total? false also if a box is not an amount. */
bool scheme_boxes_right(const struct pension_form *form);

#endif
