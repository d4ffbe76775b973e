/*
 * pension_institution.h - the flow pension.institution: a pension relation goes into, out of,
 * or between places of the scheme of government and institutions (机关事业单位), GP-GP, GP-EP,
 * EP-GP (国发〔2015〕2号, 人社部规〔2017〕1号, 人社厅发〔2017〕7号).
 *
 * States, tables and pairs are those of a transfer (core/pension_transfer.h). The insurance
 * kind of every document is the new scheme's, 120 or 110; the letter names the old one. Who
 * leaves takes the account and 12 % of the wages since the reform along (PEN-C05), who joins
 * what an employee does, at the rates of the law (PEN-C35).
 *
 * Who was dismissed, resigned, left, was expelled or sentenced is moved by the former unit: OUT
 * takes its application (7号 art. 9) and sends form and money without a letter; the form opens
 * the case at IN, the agency of the employees where the household is registered (PEN-C34).
 */
#ifndef CORE_PENSION_INSTITUTION_H
#define CORE_PENSION_INSTITUTION_H

#include "core/flow.h"

extern const struct flow pension_institution_flow;

#endif
