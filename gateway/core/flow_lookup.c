/* flow_lookup.c - what a flow says of itself: how its documents name a case, its states, its
 * kinds, the pairs in which both sides may rest. */
#include "base/check.h"
#include "core/flow.h"

static bool opens_as(const struct flow *flow, enum event_source source, unsigned action,
                     unsigned role)
{
    const struct flow_step *step;

    for (size_t i = 0; (step = flow_step_at(flow, role, i)) != NULL; i++)
        if (step->from == FLOW_OPENING && step->source == (unsigned)source &&
            step->action == action)
            return true;
    return false;
}

bool flow_opens(const struct flow *flow, enum event_source source, unsigned action,
                uint8_t likely, uint8_t *role)
{
    CHECK(likely < ROLES);
    *role = likely;
    if (likely != ROLE_NONE && opens_as(flow, source, action, likely))
        return true;
    for (*role = ROLE_NONE + 1; *role < ROLES; ++*role)
        if (opens_as(flow, source, action, *role))
            return true;
    *role = ROLE_NONE;
    return false;
}

static void transfer_reference(const struct record *body, struct flow_reference *reference)
{
    struct text trace;

    *reference = (struct flow_reference){
        .in_region = record_region_said(body, "reference/inRegion"),
        .out_region = record_region_said(body, "reference/outRegion")};
    if (!record_text(body, "reference/traceNumber", &trace) ||
        !text_to_field(trace, reference->trace, sizeof(reference->trace)))
        reference->trace[0] = '\0';
}

void flow_reference_of(const struct flow *flow, const struct record *body,
                       struct flow_reference *reference)
{
    (flow->reference != NULL ? flow->reference : transfer_reference)(body, reference);
}

/* --- looking up -------------------------------------------------------------------- */

struct name flow_state_name(const struct flow *flow, unsigned state)
{
    return state < flow->state_count ? flow->states[state] : (struct name){"unknown", "未知"};
}

bool flow_state_ends(const struct flow *flow, unsigned state)
{
    return state < flow->state_count && (flow->ends >> state & 1u) != 0;
}

const struct flow_kind *flow_case_kind(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);
    size_t kind;

    if (flow == NULL || flow->kind_count == 0)
        return NULL;
    kind = flow->kind != NULL ? flow->kind(flow_case) : 0;
    return kind < flow->kind_count ? &flow->kinds[kind] : NULL;
}

bool flow_pair_allowed(const struct flow *flow, unsigned in_state, unsigned out_state)
{
    for (size_t i = 0; i < flow->pair_count; i++)
        if (flow->pairs[i].in_state == in_state && flow->pairs[i].out_state == out_state)
            return true;
    return false;
}

void flow_warn(struct flow_decision *decision, const char *code, uint16_t row)
{
    struct flow_warning *warning = &decision->warnings[decision->warning_count];

    if (decision->warning_count == FLOW_WARNINGS_MAX)
        return;
    decision->warning_count++;
    CHECK(text_to_field(text_of(code), warning->code, sizeof(warning->code)));
    warning->row = row;
}
