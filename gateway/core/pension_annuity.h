/*
 * pension_annuity.h - the flow pension.annuity: the occupational annuity (职业年金) of who
 * moves between institutions, or from one to an enterprise; a case beside that of
 * pension.institution, with a letter (年金联系函) and a form
 * (职业年金(企业年金)关系转移接续信息表) of its own.
 *
 * States, tables and pairs are those of a transfer (core/pension_transfer.h). Units that the
 * treasury finances wholly keep their part as a book entry (记账), the rest is real money
 * (实账). The form tells both: only real money moves and is waited for (amounts/total). A form
 * without any (a book entry alone between units of one treasury, or an account that stays with
 * the old manager, 保留账户) makes a case without money. Checks: PEN-C36, PEN-C37.
 */
#ifndef CORE_PENSION_ANNUITY_H
#define CORE_PENSION_ANNUITY_H

#include "core/flow.h"

extern const struct flow pension_annuity_flow;

#endif
