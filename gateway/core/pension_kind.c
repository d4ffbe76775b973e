/* pension_kind.c - the rows of the kinds. */
#include "core/pension_kind.h"

#include "core/flow.h"

static const struct pension_kind employee = {"110", "PEN-MONEY", CHECKS_EMPLOYEE};
static const struct pension_kind temporary = {"110", "PEN-MONEY-TMP", CHECKS_TEMPORARY};
static const struct pension_kind to_employees = {"110", "PEN-MONEY-SW", CHECKS_RESIDENT};
static const struct pension_kind to_residents = {"150", "PEN-MONEY-SW", CHECKS_TO_RESIDENTS};
static const struct pension_kind resident = {"150", "PEN-MONEY-RP", CHECKS_RESIDENT};

/* By the scheme to which the relation goes: 0 of the employees, 1 of the institutions. */
static const struct pension_kind leaving[] = {{"110", "PEN-MONEY-GP", CHECKS_INSTITUTION},
                                              {"120", "PEN-MONEY-GP", CHECKS_INSTITUTION}};
static const struct pension_kind joining = {"120", "PEN-MONEY-GP",
                                            CHECKS_EMPLOYEE | CHECKS_JOINING};
static const struct pension_kind soldier[] = {{"110", NULL, CHECKS_MILITARY},
                                              {"120", NULL, CHECKS_MILITARY}};
static const struct pension_kind annuity[] = {{"110", NULL, CHECKS_ANNUITY},
                                              {"120", NULL, CHECKS_ANNUITY}};

const struct pension_kind *pension_kind_of(unsigned flow, uint32_t flags)
{
    unsigned scheme = (flags & CASE_TO_INSTITUTION) != 0;

    switch (flow) {
    case FLOW_PENSION_REMITTANCE:
        if ((flags & CASE_RESIDENT_MONEY) != 0)
            return &resident;
        return scheme == 1 ? &leaving[1] : &employee;
    case FLOW_PENSION_RESIDENT:
        return &resident;
    case FLOW_PENSION_SWITCH:
        return (flags & CASE_RESIDENT_MONEY) != 0 ? &to_residents : &to_employees;
    case FLOW_PENSION_TEMPORARY:
        return &temporary;
    case FLOW_PENSION_INSTITUTION:
        return (flags & CASE_FROM_EMPLOYEES) != 0 ? &joining : &leaving[scheme];
    case FLOW_PENSION_MILITARY:
        return &soldier[scheme];
    case FLOW_PENSION_ANNUITY:
        return &annuity[scheme];
    default:
        return &employee;
    }
}

const char *pension_insurance_of(const struct flow_case *flow_case)
{
    return pension_kind_of(flow_case->flow, flow_case->flags)->insurance;
}

uint32_t pension_kind_flags(unsigned flow, struct text insurance)
{
    switch (flow) {
    case FLOW_PENSION_REMITTANCE:
        if (text_is(insurance, resident.insurance))
            return CASE_RESIDENT_MONEY;
        return text_is(insurance, joining.insurance) ? CASE_TO_INSTITUTION : 0;
    case FLOW_PENSION_SWITCH:
        return text_is(insurance, resident.insurance) ? CASE_RESIDENT_MONEY : 0;
    case FLOW_PENSION_INSTITUTION:
    case FLOW_PENSION_MILITARY:
    case FLOW_PENSION_ANNUITY:
        return text_is(insurance, joining.insurance) ? CASE_TO_INSTITUTION : 0;
    default:
        return 0;
    }
}
