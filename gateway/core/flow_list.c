/* flow_list.c - every flow. */
#include "core/flow.h"

#include "core/injury_record.h"
#include "core/medical_transfer.h"
#include "core/pension_annuity.h"
#include "core/pension_employee.h"
#include "core/pension_institution.h"
#include "core/pension_military.h"
#include "core/pension_remittance.h"
#include "core/pension_resident.h"
#include "core/pension_switch.h"
#include "core/pension_temporary.h"
#include "core/settlement_filing.h"
#include "core/settlement_stay.h"
#include "core/transfer_enquiry.h"

const struct flow *const flows[] = {&pension_employee_flow,    &pension_remittance_flow,
                                    &settlement_filing_flow,   &settlement_stay_flow,
                                    &pension_resident_flow,    &pension_military_flow,
                                    &pension_institution_flow, &pension_annuity_flow,
                                    &medical_transfer_flow,    &injury_record_flow,
                                    &pension_temporary_flow,   &pension_switch_flow,
                                    &transfer_enquiry_flow,    NULL};

const struct flow *flow_find(unsigned number)
{
    for (size_t i = 0; flows[i] != NULL; i++)
        if (flows[i]->number == number)
            return flows[i];
    return NULL;
}
