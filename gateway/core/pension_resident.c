/* pension_resident.c - the flow pension.resident. */
#include "core/pension_resident.h"

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

static const struct flow_kind kinds[] = {
    {"RP-RP", {"residents to residents", "居民转居民"}},
};

const struct flow pension_resident_flow = {
    .number = FLOW_PENSION_RESIDENT,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-RP",
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = pension_steps_in, [ROLE_OUT] = pension_steps_out},
    .step_count = {[ROLE_IN] = PENSION_STEPS_IN, [ROLE_OUT] = PENSION_STEPS_OUT},
    .pairs = pension_pairs,
    .pair_count = PENSION_PAIRS,
    .read = pension_event_read,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .revision = pension_revision_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .takeover = &pension_takeover,
};
