/*
 * pension_temporary.h - the flow pension.temporary (EP-TMP): what was paid into a temporary
 * account goes to the place that kept the relation, or where the pension will be drawn
 * (临时基本养老保险缴费账户归集, 国办发〔2009〕66号 art. 5, 人社部发〔2009〕187号).
 *
 * The other way round than a transfer: OUT, which holds the account, takes the application and
 * writes the letter (临时缴费账户转移联系函); IN consents with 回执 (acceptance), which names
 * the account for the money, and only then form and money go. Letter, corrected letter and
 * refusal are OUT's duties, the consent IN's. All that was paid moves, whatever PEN-MONEY says
 * of employees (PEN-MONEY-TMP), the employer's own rate where it is above 12 % (PEN-C06).
 * States are those of a transfer. Limits of its own: PEN-D1-TMP, PEN-CONSENT-TMP, PEN-D2-TMP,
 * PEN-D3-TMP.
 *
 * The person withdraws at OUT, before money was sent (PEN-W01), and IN's gateway says at once
 * whether money was booked.
 */
#ifndef CORE_PENSION_TEMPORARY_H
#define CORE_PENSION_TEMPORARY_H

#include "core/flow.h"

/* Of this flow alone: IN has consented. */
#define TEMPORARY_CONSENT (1u << 18)

extern const struct flow pension_temporary_flow;

#endif
