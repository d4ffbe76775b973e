/* settlement_filing.c - the table of settlement.filing, and what its documents bring. */
#include "core/settlement_filing.h"

#include <string.h>

#include "core/filing_document.h"
#include "core/flow_clock.h"

enum {
    EFFECTIVE = FILING_EFFECTIVE,
    SUSPENDED = FILING_SUSPENDED,
    REFUSED = FILING_REFUSED,
    EXPIRED = FILING_EXPIRED,
    CANCELLED = FILING_CANCELLED,
    REVOKED = FILING_REVOKED,
    OPENING = FLOW_OPENING,
    SAME = FLOW_SAME
};

enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    FILE = ACTION_FILING,
    CHANGE = ACTION_FILING_CHANGE,
    END = ACTION_FILING_CANCEL,
    SUSPEND = ACTION_FILING_SUSPEND,
    RESTORE = ACTION_FILING_RESTORE
};

/* The flow's own guards. */
enum {
    ALWAYS = 0,
    NOT_TAKEN = 1 << 0, /* a receipt that says refused */
    UNKNOWN = 1 << 1,   /* of these: no such case there */
    BY_AGENCY = 1 << 2  /* a cancellation that is the agency's */
};

#define STEP(from, source, action, guard, to, partner, core)                                   \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, 0, 0                             \
    }
#define PASS(from, action, guard, to) STEP(from, THEIRS, action, guard, to, 0, action)
#define TELL(from, action, guard, to) STEP(from, OURS, action, guard, to, action, 0)
#define NOTE(from, action, guard)     STEP(from, VERDICT, action, guard, SAME, 0, 0)
#define ENDS_BY_ITSELF(from)          STEP(from, EVENT_TIMER, CLOCK_FILING_END, ALWAYS, EXPIRED, 0, 0)

static const struct name states[] = {
    {"effective", "有效"}, {"suspended", "暂停"},   {"refused", "对方未接收"},
    {"expired", "到期"},   {"cancelled", "已取消"}, {"revoked", "已撤销"},
};
_Static_assert(COUNT_OF(states) == FILING_STATES, "every state has its names");

/* 就医地 keeps what it is told. A message that INSURED sent before midnight may come after it.
 */
static const struct flow_step steps_treating[] = {
    PASS(OPENING, FILE, ALWAYS, EFFECTIVE),
    PASS(EFFECTIVE, CHANGE, ALWAYS, EFFECTIVE),
    PASS(EFFECTIVE, SUSPEND, ALWAYS, SUSPENDED),
    PASS(SUSPENDED, RESTORE, ALWAYS, EFFECTIVE),
    PASS(EFFECTIVE, END, BY_AGENCY, REVOKED),
    PASS(EFFECTIVE, END, ALWAYS, CANCELLED),
    PASS(SUSPENDED, END, BY_AGENCY, REVOKED),
    PASS(SUSPENDED, END, ALWAYS, CANCELLED),
    PASS(EXPIRED, CHANGE, ALWAYS, EFFECTIVE), /* crossing: it was prolonged */
    PASS(EXPIRED, SUSPEND, ALWAYS, SAME),
    PASS(EXPIRED, RESTORE, ALWAYS, SAME),
    PASS(EXPIRED, END, ALWAYS, SAME),

    ENDS_BY_ITSELF(EFFECTIVE),
    ENDS_BY_ITSELF(SUSPENDED),
};

/* 参保地. A filing that was not taken there is no one's business but ours until it is sent
 * anew. */
static const struct flow_step steps_insured[] = {
    TELL(OPENING, FILE, ALWAYS, EFFECTIVE),
    TELL(REFUSED, FILE, ALWAYS, EFFECTIVE),
    STEP(EFFECTIVE, VERDICT, FILE, NOT_TAKEN, REFUSED, 0, 0),
    STEP(SUSPENDED, VERDICT, FILE, NOT_TAKEN, REFUSED, 0, 0),
    NOTE(EXPIRED, FILE, NOT_TAKEN),
    NOTE(CANCELLED, FILE, NOT_TAKEN),
    NOTE(REVOKED, FILE, NOT_TAKEN),

    TELL(EFFECTIVE, CHANGE, ALWAYS, EFFECTIVE),
    TELL(EFFECTIVE, SUSPEND, ALWAYS, SUSPENDED),
    TELL(SUSPENDED, RESTORE, ALWAYS, EFFECTIVE),
    TELL(EFFECTIVE, END, BY_AGENCY, REVOKED),
    TELL(EFFECTIVE, END, ALWAYS, CANCELLED),
    TELL(SUSPENDED, END, BY_AGENCY, REVOKED),
    TELL(SUSPENDED, END, ALWAYS, CANCELLED),
    STEP(REFUSED, OURS, END, BY_AGENCY, REVOKED, 0, 0),
    STEP(REFUSED, OURS, END, ALWAYS, CANCELLED, 0, 0),

    /* what was sent behind a filing that was not taken */
    NOTE(FLOW_ANY, CHANGE, UNKNOWN),
    NOTE(FLOW_ANY, SUSPEND, UNKNOWN),
    NOTE(FLOW_ANY, RESTORE, UNKNOWN),
    NOTE(FLOW_ANY, END, UNKNOWN),
    NOTE(EFFECTIVE, CHANGE, NOT_TAKEN), /* its version is due again; a person must look */
    NOTE(SUSPENDED, CHANGE, NOT_TAKEN),

    ENDS_BY_ITSELF(EFFECTIVE),
    ENDS_BY_ITSELF(SUSPENDED),
    ENDS_BY_ITSELF(REFUSED),
};

static const struct flow_pair pairs[] = {
    {EFFECTIVE, EFFECTIVE}, {SUSPENDED, SUSPENDED}, {EXPIRED, EXPIRED}, {CANCELLED, CANCELLED},
    {REVOKED, REVOKED},     {EXPIRED, CANCELLED},   {EXPIRED, REVOKED},
};

static void refer(const struct record *body, struct flow_reference *reference)
{
    struct buffer trace = buffer_over(reference->trace, sizeof(reference->trace) - 1);
    struct text number;

    *reference = (struct flow_reference){
        .in_region = record_region(body, "reference/treatingRegion"),
        .out_region = record_region(body, "reference/insuredRegion")};
    if (reference->out_region == 0 || !record_text(body, "reference/filingNumber", &number))
        return;
    buffer_format(&trace, "%06u/%.*s", (unsigned)reference->out_region, TEXT_ARG(number));
    if (trace.overflow)
        reference->trace[0] = '\0';
}

static unsigned guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    unsigned held = facts->guards;

    if (event->source != EVENT_RECEIPT || event->verdict != VERDICT_REFUSED)
        return held;
    return held | NOT_TAKEN | (strcmp(event->code, FLOW_NO_CASE) == 0 ? UNKNOWN : 0);
}

/* Of a change that was refused, version and flag tell; of a filing, the state does. */
static void read_receipt(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    unsigned state = situation->before->state;

    if (event->verdict != VERDICT_REFUSED || strcmp(event->code, FLOW_NO_CASE) == 0)
        return;
    CHECK(text_to_field(text_of(event->code), facts->code, sizeof(facts->code)));
    if (event->action == CHANGE && !flow_state_ends(situation->flow, state))
        facts->flags |= CASE_FLAGGED;
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    struct filing_facts *details;

    if (event->source == EVENT_RECEIPT)
        read_receipt(situation, facts);
    if (event->source != EVENT_SUBMITTED && event->source != EVENT_RECEIVED)
        return true;
    details = arena_alloc(situation->arena, sizeof(*details));
    if (details == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a filing");
    *details = (struct filing_facts){0};
    facts->details = details;
    filing_read(situation, facts, details);
    if (facts->refusal != NULL)
        return true;
    facts->guards = details->by_agency ? BY_AGENCY : 0;
    facts->remake = details->end_added;
    if (details->end_added)
        flow_warn(decision, "STL-N09", 0);
    return true;
}

static bool make(const struct flow_situation *situation, const struct flow_facts *facts,
                 struct flow_send *send, struct error *err)
{
    send->made = filing_with_end(situation->event->body, facts->details, situation->arena);
    return send->made != NULL || fail(err, ERROR_MEMORY, "no memory for a filing");
}

static bool settle(const struct flow_situation *situation, const struct flow_step *step,
                   const struct flow_facts *facts, struct flow_decision *decision,
                   struct error *err)
{
    const struct flow_event *event = situation->event;
    const struct filing_facts *details = facts->details;
    struct flow_case *after = &decision->after;
    bool not_taken = event->source == EVENT_RECEIPT && (step->guard & NOT_TAKEN) != 0;

    (void)err;
    if (not_taken && event->action == FILE)
        after->letter_revision = 0;
    if (not_taken && event->action == CHANGE && after->letter_revision > 0)
        after->letter_revision--;
    if (details == NULL || (event->action != FILE && event->action != CHANGE))
        return true;
    after->letter_revision = details->version;
    after->part.filing = details->filing;
    if (details->filing.to.number != 0)
        flow_clock_start_at(after, CLOCK_FILING_END, day_end(details->filing.to));
    else
        flow_clocks_meet(after, FLOW_CLOCK(CLOCK_FILING_END));
    return true;
}

/* Of medical insurance a filing does not say which of them. */
static const char *insurance(const struct flow_case *flow_case)
{
    return flow_case->part.filing.insurance == INSURANCE_INJURY ? "410" : NULL;
}

static const struct flow_kind kinds[] = {
    {"11", {"retired elsewhere", "异地安置"}},
    {"12", {"resident elsewhere", "异地长居"}},
    {"13", {"posted elsewhere", "常驻异地"}},
    {"21", {"referred elsewhere", "异地转诊"}},
    {"22", {"emergency elsewhere", "异地急诊"}},
    {"29", {"other absence", "其他外出"}},
    {"LR", {"injured, resident elsewhere", "工伤长居"}},
    {"LW", {"injured, posted elsewhere", "工伤常驻"}},
    {"TR", {"injured, referral", "工伤转诊"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    size_t kind = 0;

    while (kind < COUNT_OF(kinds) && strcmp(kinds[kind].code, flow_case->part.filing.kind) != 0)
        kind++;
    return kind;
}

const struct flow settlement_filing_flow = {
    .number = FLOW_SETTLEMENT_FILING,
    .roles = {ROLE_TREATING, ROLE_INSURED},
    .exact_clocks = FLOW_CLOCK(CLOCK_FILING_END),
    .quiet = true,
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << FILING_EXPIRED | 1u << FILING_CANCELLED | 1u << FILING_REVOKED,
    .steps = {[ROLE_TREATING] = steps_treating, [ROLE_INSURED] = steps_insured},
    .step_count =
        {[ROLE_TREATING] = COUNT_OF(steps_treating), [ROLE_INSURED] = COUNT_OF(steps_insured)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = read_event,
    .make = make,
    .insurance = insurance,
    .guards = guards,
    .reference = refer,
    .settle = settle,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
};

/* --- looking up ------------------------------------------------------------------------ */

/* How near a filing comes to what is needed; the last one is it. */
enum nearness { NO_FILING, NOT_IN_FORCE, OTHER_AREA, OTHER_TREATMENT, OTHER_INJURY, FITS };

static bool in_force(const struct flow_case *candidate, struct day on)
{
    const struct filing *filing = &candidate->part.filing;
    bool counts = candidate->state == FILING_EFFECTIVE || candidate->state == FILING_EXPIRED ||
                  (candidate->state == FILING_SUSPENDED &&
                   filing->insurance == INSURANCE_INJURY);

    return counts && filing->from.number <= on.number &&
           (filing->to.number == 0 || on.number <= filing->to.number);
}

static unsigned scope_of(const struct filing_need *need)
{
    if (need->chronic)
        return FILING_CHRONIC;
    if (need->visit == VISIT_INPATIENT)
        return FILING_INPATIENT;
    return need->visit == VISIT_NONE ? 0 : FILING_OUTPATIENT;
}

/* A medical filing without scopes is for all of them. */
static bool allows(const struct filing *filing, const struct filing_need *need)
{
    unsigned scope = scope_of(need);

    if (filing->insurance == INSURANCE_INJURY)
        return (filing->services & (need->service != 0 ? need->service : SERVICE_MED)) != 0;
    return filing->scopes == 0 || (filing->scopes & scope) == scope;
}

static enum nearness nearness_of(const struct flow_case *candidate,
                                 const struct filing_need *need)
{
    const struct filing *filing = &candidate->part.filing;

    if (candidate->flow != FLOW_SETTLEMENT_FILING || filing->insurance != need->insurance ||
        (need->party != 0 && candidate->party != need->party))
        return NO_FILING;
    if (!in_force(candidate, need->on))
        return NOT_IN_FORCE;
    if (!filing_area_holds(filing->area, need->region))
        return OTHER_AREA;
    if (!allows(filing, need))
        return OTHER_TREATMENT;
    if (need->recognition.size > 0 && filing->insurance == INSURANCE_INJURY &&
        !text_is(need->recognition, filing->recognition))
        return OTHER_INJURY;
    return FITS;
}

const struct flow_case *filing_find(const struct flow_case *const *related, size_t count,
                                    const struct filing_need *need)
{
    for (size_t i = 0; i < count; i++)
        if (nearness_of(related[i], need) == FITS)
            return related[i];
    return NULL;
}

const char *filing_missing(const struct flow_case *const *related, size_t count,
                           const struct filing_need *need)
{
    static const char *const codes[] = {
        [NO_FILING] = "STL-N20",       [NOT_IN_FORCE] = "STL-N21", [OTHER_AREA] = "STL-N22",
        [OTHER_TREATMENT] = "STL-N23", [OTHER_INJURY] = "STL-N24",
    };
    enum nearness nearest = NO_FILING;

    for (size_t i = 0; i < count; i++)
        if (nearness_of(related[i], need) > nearest)
            nearest = nearness_of(related[i], need);
    CHECK(nearest < FITS);
    return codes[nearest];
}
