/* pension_institution.c - the flow pension.institution: what a dismissal has of its own. */
#include "core/pension_institution.h"

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

/* Short names, so that a row of the tables stays one line. */
enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    NEW = PENSION_NEW,
    REFUSED = PENSION_REFUSED,
    LETTER_HELD = PENSION_LETTER_HELD,
    LETTER_RETURNED = PENSION_LETTER_RETURNED,
    ACCEPTED = PENSION_ACCEPTED,
    INFO_ONLY = PENSION_INFO_ONLY,
    BOTH = PENSION_BOTH,
    DISPUTE = PENSION_DISPUTE,
    CANCELLED = PENSION_CANCELLED,
    REVERSING = PENSION_REVERSAL
};

enum {
    APPLICATION = ACTION_APPLICATION,
    REFUSAL = ACTION_REFUSAL,
    FORM = ACTION_FORM,
    FORM_RETURN = ACTION_FORM_RETURN,
    WITHDRAWAL = ACTION_WITHDRAWAL,
    REVERSAL = ACTION_REVERSAL,
    REMINDER = ACTION_REMINDER,
    QUERY = ACTION_STATUS_QUERY
};

enum {
    ALWAYS = GUARD_NONE,
    ELSEWHERE = GUARD_ELSEWHERE,
    CHECKS_FAIL = GUARD_CHECKS_FAIL,
    MONEYLESS = GUARD_MONEYLESS,
    EQUAL = GUARD_SUMS_EQUAL,
    NO_CASE_THERE = GUARD_NO_CASE_THERE,
    DISMISSED = 1 << 18 /* the former unit applies */
};

#define D1   FLOW_CLOCK(CLOCK_D1)
#define D2   FLOW_CLOCK(CLOCK_D2)
#define D2P  FLOW_CLOCK(CLOCK_D2P)
#define D3   FLOW_CLOCK(CLOCK_D3)
#define FUND FLOW_CLOCK(CLOCK_FUND)
#define CORR FLOW_CLOCK(CLOCK_CORRECTION)
#define BACK FLOW_CLOCK(CLOCK_LETTER)

#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }
#define REFUSE(from, source, action, guard, code)                                              \
    {                                                                                          \
        from, source, action, guard, 0, code, 0, 0, 0, 0                                       \
    }

/* 转入地: after a dismissal there was no letter, so the form opens the case. */
static const struct flow_step steps_in[] = {
    REFUSE(OPENING, THEIRS, FORM, DISMISSED | ELSEWHERE, "PEN-R08"),
    STEP(OPENING, THEIRS, FORM, DISMISSED | CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, CORR, 0),
    STEP(OPENING, THEIRS, FORM, DISMISSED | EQUAL, BOTH, 0, FORM, D3, 0),
    STEP(OPENING, THEIRS, FORM, DISMISSED, INFO_ONLY, 0, FORM, FUND, 0),
    REFUSE(OPENING, THEIRS, FORM, ALWAYS, FLOW_NO_CASE),
};

/* 转出地: D2 counts from the unit's application. IN learns of the case from the form; if it has
 * taken none, an error is undone here alone. */
static const struct flow_step steps_out[] = {
    REFUSE(NEW, OURS, REMINDER, ALWAYS, "FLW-01"), /* the other side knows nothing yet */
    REFUSE(NEW, OURS, QUERY, ALWAYS, "FLW-01"),

    REFUSE(OPENING, OURS, APPLICATION, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, OURS, APPLICATION, ALWAYS, NEW, 0, 0, D2, 0),
    STEP(NEW, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, 0),
    STEP(NEW, OURS, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0, 0),
    STEP(NEW, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2),
    STEP(NEW, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(REVERSING, VERDICT, REVERSAL, DISMISSED | NO_CASE_THERE, CANCELLED, 0, 0, 0, 0),
};

static unsigned guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    unsigned dismissed = (facts->flags & CASE_DISMISSED) != 0 ? DISMISSED : 0;

    return flow_guards(situation, facts) | dismissed;
}

/* --- the kind of the case -------------------------------------------------------------- */

static void read_old_scheme(const struct flow_event *event, struct flow_facts *facts)
{
    struct text kind;
    bool known = record_text(event->body, "insuranceKindOld", &kind);

    pension_set_flag(facts, CASE_FROM_EMPLOYEES, known && text_is(kind, "110"));
    if (!known || (!text_is(kind, "110") && !text_is(kind, "120")))
        pension_unfit(facts, "PEN-C19", "the letter does not say from which scheme");
}

/* The former unit applies at OUT, everybody else at IN. */
static bool applies_at(const struct flow_situation *situation, const struct flow_facts *facts)
{
    bool dismissed = (facts->flags & CASE_DISMISSED) != 0;

    return situation->event->action != APPLICATION ||
           situation->before->role == (dismissed ? ROLE_OUT : ROLE_IN);
}

static void read_kind(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    bool dismissal = record_find(event->body, "dismissal") != NULL;

    if (situation->opening && (event->action == APPLICATION || event->action == FORM))
        pension_set_flag(facts, CASE_DISMISSED, dismissal);
    if (event->action == ACTION_LETTER)
        read_old_scheme(event, facts);
    else if (event->action == FORM && dismissal != ((facts->flags & CASE_DISMISSED) != 0))
        pension_unfit(facts, "PEN-C19", "form and case do not agree about a dismissal");
    else if (!applies_at(situation, facts))
        pension_unfit(facts, "PEN-C19",
                      "the former unit applies at the old place, after a dismissal only");
}

static bool schemes_fit(uint32_t flags)
{
    if ((flags & CASE_TO_INSTITUTION) == 0)
        return (flags & CASE_FROM_EMPLOYEES) == 0;
    return (flags & CASE_DISMISSED) == 0;
}

/* Without a letter the form says when the question of the route is asked. */
static bool form_is_first(const struct flow_situation *situation,
                          const struct flow_facts *facts)
{
    return situation->event->action == FORM && (facts->flags & CASE_DISMISSED) != 0 &&
           (situation->opening || situation->before->state == NEW);
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    bool document = situation->event->source != EVENT_RECEIPT && situation->event->body != NULL;

    if (document)
        read_kind(situation, facts);
    if (facts->refusal != NULL)
        return true;
    if (!pension_event_read(situation, facts, decision, err))
        return false;
    if (!document || facts->refusal != NULL)
        return true;
    if (!schemes_fit(facts->flags))
        pension_unfit(facts, "PEN-C19", "this flow does not lead from that scheme to this one");
    else if (form_is_first(situation, facts))
        pension_route_read(situation, facts);
    return true;
}

static const struct flow_kind kinds[] = {
    {"GP-GP", {"institutions to institutions", "机关转机关"}},
    {"EP-GP", {"employees to institutions", "职工转机关"}},
    {"GP-EP", {"institutions to employees", "机关转职工"}},
    {"GP-EP-X", {"dismissed, to employees", "辞退转职工"}},
};

/* From which scheme somebody joins, the letter says. */
static size_t kind_of(const struct flow_case *flow_case)
{
    bool joins = (flow_case->flags & CASE_TO_INSTITUTION) != 0;

    if (joins && flow_case->letter_revision == 0)
        return COUNT_OF(kinds);
    if (joins)
        return (flow_case->flags & CASE_FROM_EMPLOYEES) != 0 ? 1 : 0;
    return (flow_case->flags & CASE_DISMISSED) != 0 ? 3 : 2;
}

/* --- cases of another system ----------------------------------------------------------- */

enum { NOTHING_YET = GUARD_FORM | GUARD_MONEY, LETTERS = NOTHING_YET | DISMISSED };

static const struct flow_takeover_row letters[] = {
    {ROLE_IN, NEW, SENT_NOTHING, 0, 0, LETTERS, D1, 0},
    {ROLE_IN, LETTER_HELD, SENT_LETTER, 0, 0, LETTERS, D2, 0},
    {ROLE_IN, ACCEPTED, SENT_LETTER, 0, 0, LETTERS, D2, 0},
    {ROLE_IN, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, GUARD_FORM | DISMISSED, BACK,
     0},
    {ROLE_OUT, NEW, SENT_NOTHING, 0, DISMISSED, NOTHING_YET, D2, 0},
    {ROLE_OUT, LETTER_HELD, SENT_LETTER, 0, 0, LETTERS, D2, D2P},
    {ROLE_OUT, ACCEPTED, SENT_LETTER, 0, 0, LETTERS, D2, D2P},
    {ROLE_OUT, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, LETTERS, BACK, 0},
};

static const char *take(const struct takeover *from, const struct rules *rules,
                        struct flow_case *after)
{
    bool from_employees = text_is(from->insurance_old, "110");
    const char *fault;

    if (from->opened_by == ROLE_OUT)
        after->flags |= CASE_DISMISSED;
    else if (!from_employees && !text_is(from->insurance_old, "120"))
        return "insurance_old: missing, or no scheme that this flow leads from";
    if (from_employees)
        after->flags |= CASE_FROM_EMPLOYEES;
    fault = pension_take_scheme(from, rules, after);
    if (fault == NULL && !schemes_fit(after->flags))
        fault = "insurance: this flow does not lead from the old scheme to this one";
    return fault;
}

static const struct flow_takeover takeover = {
    .rows = letters, .count = COUNT_OF(letters), .rest = &pension_takeover_sums, .take = take};

const struct flow pension_institution_flow = {
    .number = FLOW_PENSION_INSTITUTION,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-GP",
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = steps_in, [ROLE_OUT] = steps_out},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in), [ROLE_OUT] = COUNT_OF(steps_out)},
    .rest = &pension_employee_flow,
    .pairs = pension_pairs,
    .pair_count = PENSION_PAIRS,
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .guards = guards,
    .revision = pension_revision_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
    .takeover = &takeover,
};
