/* pension_kind.c - the rows of the kinds. */
#include "core/pension_kind.h"

#include "core/names.h"

static const struct pension_kind employee = {"110", "PEN-MONEY", CHECKS_EMPLOYEE};
static const struct pension_kind resident = {"150", "PEN-MONEY-RP", CHECKS_RESIDENT};

const struct pension_kind *pension_kind_of(unsigned flow)
{
    return flow == FLOW_PENSION_RESIDENT ? &resident : &employee;
}
