/*
 * medical_takeover.h - which open transfers of another system medical.transfer takes over.
 */
#ifndef CORE_MEDICAL_TAKEOVER_H
#define CORE_MEDICAL_TAKEOVER_H

#include "core/flow_takeover.h"

/*
 * Columns opened_by, insurance and insurance_old are needed always (insutype 310, 390); once a
 * sheet is held also pay_way (0, 1, 2, as it says) and money: where the money axis stands. Of
 * IN money_total is what is booked, of OUT what it has paid to the agency.
 */
extern const struct flow_takeover medical_takeover;

#endif
