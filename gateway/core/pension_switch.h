/*
 * pension_switch.h - the flow pension.switch (RP-EP, EP-RP): somebody changes between the
 * residents' scheme and the employees' (城乡养老保险制度衔接, 人社部发〔2014〕17号).
 *
 * Tables and documents are those of a transfer (core/pension_transfer.h), from the agency where
 * the pension will be claimed (IN) to the other one (OUT): application, letter 城乡养老保险制度
 * 衔接联系函, the form of the scheme that is left. The insurance kind of every document is the
 * scheme that is entered: 110 from the residents to the employees, 150 the other way. Besides:
 *   - Application and letter say what the conditions hang on (`change`): months as an employee,
 *     whether a pension is drawn, of a woman the kind of post. Where they do not hold our own
 *     core is warned (PEN-R01, PEN-R05) and OUT refuses the letter; PEN-R06: `change` is
 * missing.
 *   - They may state the household register and where the person was insured as an employee:
 * then both sides are told where the pension is claimed and why (PEN-PL-...), and if that is
 * not the agency of the employees (PEN-R04). The agency decides.
 *   - While relations of the employees' scheme are being gathered here, other cases of the
 * person in pension.employee, no letter goes out (PEN-R09): the case waits in `consolidation`.
 *   - The whole account moves and nothing pooled (PEN-C22); the employees' form may not hold
 * the minimum months (PEN-C22), and money has a switch of its own, PEN-MONEY-SW.
 *   - Months paid twice are cleared after the transfer; what goes back to the person is told
 * for each year (PEN-C23).
 */
#ifndef CORE_PENSION_SWITCH_H
#define CORE_PENSION_SWITCH_H

#include "core/pension_employee.h"

enum {
    SWITCH_CONSOLIDATION = PENSION_STATES, /* IN: relations of employees are gathered first */
    SWITCH_STATES
};

/* Of this flow alone: a transfer of the person in pension.employee is open here. */
#define SWITCH_GATHERING (1u << 18)

extern const struct flow pension_switch_flow;

#endif
