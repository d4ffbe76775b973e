/*
 * pension_military.h - the flow pension.military (MIL): the pension relation of a soldier who
 * leaves the service, 军人退役养老保险关系转移接续 (后财〔2015〕1726号).
 *
 * The finance office of the unit pays 20 % of the contribution wage of each month of service,
 * 12 % as the unit's part and 8 % as the person's, to the agency of the place of resettlement,
 * and gives the person the form 军人退役基本养老保险关系转移接续信息表 and a certificate. There
 * is no application, no letter and no gateway at the other end: a case is alone, begins with
 * the form or with the money, whichever comes first, and every document in it is our own
 * core's. What is wrong with the form is told to our own core (退表), which tells the finance
 * office.
 *
 * The region of the service is 910000, which is no province. Months of the service are rows of
 * the form (PEN-C30), and the account is 8 % of their wages (PEN-C31). States are those of a
 * transfer (core/pension_employee.h); limits of its own: PEN-D3-MIL.
 */
#ifndef CORE_PENSION_MILITARY_H
#define CORE_PENSION_MILITARY_H

#include "core/flow.h"

extern const struct flow pension_military_flow;

#endif
