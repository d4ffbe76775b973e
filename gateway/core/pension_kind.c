/* pension_kind.c - the rows of the kinds. */
#include "core/pension_kind.h"

#include "core/flow.h"

static const struct pension_kind employee = {"110", "PEN-MONEY", CHECKS_EMPLOYEE};
static const struct pension_kind temporary = {"110", "PEN-MONEY-TMP", CHECKS_TEMPORARY};
static const struct pension_kind to_employees = {"110", "PEN-MONEY-SW", CHECKS_RESIDENT};
static const struct pension_kind to_residents = {"150", "PEN-MONEY-SW", CHECKS_TO_RESIDENTS};
static const struct pension_kind resident = {"150", "PEN-MONEY-RP", CHECKS_RESIDENT};
static const struct pension_kind institution = {"120", "PEN-MONEY", CHECKS_EMPLOYEE};
static const struct pension_kind soldier = {"110", NULL, CHECKS_MILITARY};
static const struct pension_kind soldier_to_institution = {"120", NULL, CHECKS_MILITARY};

static const struct pension_kind *line_kind(uint32_t flags)
{
    if ((flags & CASE_RESIDENT_MONEY) != 0)
        return &resident;
    return (flags & CASE_TO_INSTITUTION) != 0 ? &institution : &employee;
}

const struct pension_kind *pension_kind_of(unsigned flow, uint32_t flags)
{
    switch (flow) {
    case FLOW_PENSION_REMITTANCE:
        return line_kind(flags);
    case FLOW_PENSION_RESIDENT:
        return &resident;
    case FLOW_PENSION_SWITCH:
        return (flags & CASE_RESIDENT_MONEY) != 0 ? &to_residents : &to_employees;
    case FLOW_PENSION_TEMPORARY:
        return &temporary;
    case FLOW_PENSION_MILITARY:
        return (flags & CASE_TO_INSTITUTION) != 0 ? &soldier_to_institution : &soldier;
    default:
        return &employee;
    }
}

uint32_t pension_kind_flags(unsigned flow, struct text insurance)
{
    bool line = flow == FLOW_PENSION_REMITTANCE;

    if ((line || flow == FLOW_PENSION_SWITCH) && text_is(insurance, resident.insurance))
        return CASE_RESIDENT_MONEY;
    if ((line || flow == FLOW_PENSION_MILITARY) && text_is(insurance, institution.insurance))
        return CASE_TO_INSTITUTION;
    return 0;
}
