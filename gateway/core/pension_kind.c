/* pension_kind.c - the rows of the kinds. */
#include "core/pension_kind.h"

#include "core/flow.h"

static const struct pension_kind employee = {"110", "PEN-MONEY", CHECKS_EMPLOYEE};
static const struct pension_kind resident = {"150", "PEN-MONEY-RP", CHECKS_RESIDENT};

const struct pension_kind *pension_kind_of(unsigned flow, uint32_t flags)
{
    bool line = flow == FLOW_PENSION_REMITTANCE && (flags & CASE_RESIDENT_MONEY) != 0;

    return flow == FLOW_PENSION_RESIDENT || line ? &resident : &employee;
}

const struct pension_kind *pension_kind_insured(struct text insurance)
{
    if (text_is(insurance, resident.insurance))
        return &resident;
    return text_is(insurance, employee.insurance) ? &employee : NULL;
}
