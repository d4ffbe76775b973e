/* pension_military.c - the flow pension.military: one side, one table. */
#include "core/pension_military.h"

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_periods.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

/* Short names, so that a row of the table stays one line. */
enum { OURS = EVENT_SUBMITTED };

enum {
    OPENING = FLOW_OPENING,
    ACTIVE = FLOW_ACTIVE,
    SAME = FLOW_SAME,
    REFUSED = PENSION_REFUSED,
    INFO_ONLY = PENSION_INFO_ONLY,
    MONEY_ONLY = PENSION_MONEY_ONLY,
    BOTH = PENSION_BOTH,
    DISPUTE = PENSION_DISPUTE,
    CLEARING = PENSION_CLEARING,
    CLOSED = PENSION_CLOSED,
    CANCELLED = PENSION_CANCELLED,
    REVERSING = PENSION_REVERSAL
};

enum {
    REFUSAL = ACTION_REFUSAL,
    FORM = ACTION_FORM,
    FORM_RETURN = ACTION_FORM_RETURN,
    MONEY = ACTION_FUND_RECEIPT,
    BACK = ACTION_FUND_RETURN,
    CERTIFICATE = ACTION_CERTIFICATE,
    COMPLETION = ACTION_COMPLETION,
    CLEARED = ACTION_CLEARING_DONE,
    WITHDRAWAL = ACTION_WITHDRAWAL,
    REVERSAL = ACTION_REVERSAL
};

enum {
    ALWAYS = GUARD_NONE,
    CHECKS_FAIL = GUARD_CHECKS_FAIL,
    NO_MONEY = GUARD_NO_MONEY,
    HAS_MONEY = GUARD_MONEY,
    EQUAL = GUARD_SUMS_EQUAL,
    OVERLAP = GUARD_OVERLAP,
    REVERSED = GUARD_REVERSED,
    ELSEWHERE = GUARD_ELSEWHERE
};

#define D3    FLOW_CLOCK(CLOCK_D3)
#define FUND  FLOW_CLOCK(CLOCK_FUND)
#define CORR  FLOW_CLOCK(CLOCK_CORRECTION)
#define CLEAR FLOW_CLOCK(CLOCK_CLEARING)
#define REV   FLOW_CLOCK(CLOCK_REVERSAL)

/* There is no partner: a step tells our own core, or nobody. */
#define STEP(from, action, guard, to, core, start, met)                                        \
    {                                                                                          \
        from, OURS, action, guard, to, NULL, 0, core, start, met                               \
    }
#define REFUSE(from, action, guard, code)                                                      \
    {                                                                                          \
        from, OURS, action, guard, 0, code, 0, 0, 0, 0                                         \
    }

/* 安置地. The clocks of the missing half and of a correction are the finance office's; nobody
 * reminds it but our own core, which is told when they pass. */
static const struct flow_step steps[] = {
    REFUSE(ACTIVE, WITHDRAWAL, HAS_MONEY, "PEN-W01"),
    REFUSE(ACTIVE, REFUSAL, HAS_MONEY, "PEN-R22"), /* it goes back first */

    REFUSE(OPENING, FORM, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, CORR, 0),
    STEP(OPENING, FORM, ALWAYS, INFO_ONLY, 0, FUND, 0),
    REFUSE(OPENING, MONEY, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, MONEY, ALWAYS, MONEY_ONLY, 0, FUND, 0),

    STEP(MONEY_ONLY, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, CORR, FUND),
    STEP(MONEY_ONLY, FORM, EQUAL, BOTH, 0, D3, FUND),
    STEP(MONEY_ONLY, FORM, ALWAYS, DISPUTE, FORM_RETURN, CORR, FUND),
    STEP(MONEY_ONLY, MONEY, ALWAYS, MONEY_ONLY, 0, 0, 0),
    STEP(MONEY_ONLY, BACK, NO_MONEY, CANCELLED, 0, 0, 0),
    STEP(MONEY_ONLY, BACK, ALWAYS, MONEY_ONLY, 0, 0, 0),

    STEP(INFO_ONLY, MONEY, EQUAL, BOTH, 0, D3, FUND),
    STEP(INFO_ONLY, MONEY, ALWAYS, DISPUTE, FORM_RETURN, CORR, FUND),
    STEP(INFO_ONLY, FORM_RETURN, ALWAYS, DISPUTE, 0, CORR, FUND),
    STEP(INFO_ONLY, REFUSAL, ALWAYS, REFUSED, 0, 0, 0),
    STEP(INFO_ONLY, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0),

    STEP(DISPUTE, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, CORR, 0),
    STEP(DISPUTE, FORM, EQUAL, BOTH, 0, D3, CORR),
    STEP(DISPUTE, FORM, NO_MONEY, INFO_ONLY, 0, FUND, CORR),
    STEP(DISPUTE, FORM, ALWAYS, DISPUTE, FORM_RETURN, CORR, 0),
    STEP(DISPUTE, MONEY, EQUAL, BOTH, 0, D3, CORR),
    STEP(DISPUTE, MONEY, ALWAYS, DISPUTE, 0, 0, 0),
    STEP(DISPUTE, BACK, EQUAL, BOTH, 0, D3, CORR),
    STEP(DISPUTE, BACK, ALWAYS, DISPUTE, 0, 0, 0),
    STEP(DISPUTE, REFUSAL, ALWAYS, REFUSED, 0, 0, 0),
    STEP(DISPUTE, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0),
    STEP(DISPUTE, REVERSAL, NO_MONEY, CANCELLED, 0, 0, 0),
    STEP(DISPUTE, REVERSAL, ALWAYS, REVERSING, 0, REV, CORR),

    STEP(BOTH, FORM_RETURN, ALWAYS, DISPUTE, 0, CORR, D3),
    STEP(BOTH, COMPLETION, OVERLAP, CLEARING, 0, CLEAR, D3),
    STEP(BOTH, COMPLETION, ALWAYS, CLOSED, 0, 0, 0),
    STEP(CLEARING, CLEARED, ALWAYS, CLOSED, 0, 0, 0),

    /* A case of its own corrects one that has ended. */
    REFUSE(OPENING, REVERSAL, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, REVERSAL, ALWAYS, REVERSING, 0, REV, 0),
    STEP(REVERSING, BACK, REVERSED, CANCELLED, 0, 0, 0),
    STEP(REVERSING, BACK, ALWAYS, REVERSING, 0, 0, 0),

    STEP(ACTIVE, CERTIFICATE, ALWAYS, SAME, 0, 0, 0),
};

/* A case of another place than the service has a gateway at its far end: it is not one of
 * ours. */
static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    if (!pension_event_read(situation, facts, decision, err))
        return false;
    if (situation->opening && facts->refusal == NULL &&
        facts->out_region != PENSION_SERVICE_REGION)
        pension_unfit(facts, "PEN-C19", "the region of the service is 910000");
    return true;
}

static bool alone(uint32_t in_region, uint32_t out_region)
{
    (void)in_region;
    return out_region == PENSION_SERVICE_REGION;
}

static const struct flow_kind kinds[] = {
    {"MIL-EP", {"soldiers to employees", "退役转职工"}},
    {"MIL-GP", {"soldiers to institutions", "退役转机关"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    return (flow_case->flags & CASE_TO_INSTITUTION) != 0;
}

/* Where nothing is there yet, there is no case. */
static const struct flow_takeover_row rows[] = {
    {ROLE_IN, INFO_ONLY, SENT_FORM, 0, GUARD_FORM, HAS_MONEY, FUND, 0},
    {ROLE_IN, MONEY_ONLY, SENT_NOTHING, 0, HAS_MONEY, GUARD_FORM, FUND, 0},
    {ROLE_IN, BOTH, SENT_FORM, 0, EQUAL, 0, D3, 0},
    {ROLE_IN, DISPUTE, SENT_FORM, CASE_FORM_BACK, 0, EQUAL, CORR, 0},
    {ROLE_IN, CLEARING, SENT_FORM, 0, EQUAL, 0, CLEAR, 0},
};

static const char *take(const struct takeover *from, const struct rules *rules,
                        struct flow_case *after)
{
    if (from->out_region != PENSION_SERVICE_REGION)
        return "out_region: the region of the service is 910000";
    return pension_take_over(from, rules, after);
}

static const struct flow_takeover takeover = {
    .rows = rows, .count = COUNT_OF(rows), .take = take};

const struct flow pension_military_flow = {
    .number = FLOW_PENSION_MILITARY,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-MIL",
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = steps},
    .step_count = {[ROLE_IN] = COUNT_OF(steps)},
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .revision = pension_revision_of,
    .alone = alone,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
    .takeover = &takeover,
};
