/* pension_annuity.c - the flow pension.annuity. */
#include "core/pension_annuity.h"

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

/* The form, not the route, says whether money moves. What was said of a form that is held no
 * longer is not said of the next one. */
static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    unsigned action = situation->event->action;

    if (!pension_event_read(situation, facts, decision, err))
        return false;
    if (facts->refusal == NULL && (action == ACTION_FORM || action == ACTION_FORM_RETURN) &&
        situation->before->state != PENSION_REVERSAL)
        pension_set_flag(facts, CASE_NO_MONEY,
                         facts->form_held && facts->form_total.fen == 0 && !facts->money_seen);
    return true;
}

static const struct flow_kind kinds[] = {
    {"OA-EP", {"annuity to an enterprise", "年金转企业"}},
    {"OA-GP", {"annuity to an institution", "年金转机关"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    return (flow_case->flags & CASE_TO_INSTITUTION) != 0;
}

static const char *take(const struct takeover *from, const struct rules *rules,
                        struct flow_case *after)
{
    if (from->form_held && from->form_total.fen == 0 && from->money_total.fen == 0)
        after->flags |= CASE_NO_MONEY;
    return pension_take_over(from, rules, after);
}

static const struct flow_takeover takeover = {.rest = &pension_takeover, .take = take};

const struct flow pension_annuity_flow = {
    .number = FLOW_PENSION_ANNUITY,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-OA",
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .rest = &pension_employee_flow,
    .pairs = pension_pairs,
    .pair_count = PENSION_PAIRS,
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .revision = pension_revision_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
    .takeover = &takeover,
};
