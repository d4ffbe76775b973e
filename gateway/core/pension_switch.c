/* pension_switch.c - the flow pension.switch: its own rows, its conditions, the refund. */
#include "core/pension_switch.h"

#include "core/pension_advice.h"
#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_scheme.h"
#include "core/pension_steps.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

enum { GATHERING = SWITCH_GATHERING, CONSOLIDATION = SWITCH_CONSOLIDATION };

#define GATHER FLOW_CLOCK(CLOCK_GATHER)

static const struct name states[] = {PENSION_STATE_NAMES, {"consolidation", "归集中"}};
_Static_assert(COUNT_OF(states) == SWITCH_STATES, "every state has its names");

/* Before those of a transfer. An application that comes again says how things stand now. */
static const struct flow_step steps_in[] = {
    STEP(OPENING, OURS, APPLICATION, GATHERING, CONSOLIDATION, 0, 0, GATHER, 0),
    STEP(NEW, OURS, APPLICATION, GATHERING, CONSOLIDATION, 0, 0, GATHER, D1),
    REFUSE(NEW, OURS, LETTER, GATHERING, "PEN-R09"),
    REFUSE(CONSOLIDATION, OURS, APPLICATION, GATHERING, "PEN-R09"),
    STEP(CONSOLIDATION, OURS, APPLICATION, ALWAYS, NEW, 0, 0, D1, GATHER),
    REFUSE(CONSOLIDATION, OURS, LETTER, GATHERING, "PEN-R09"),
    STEP(CONSOLIDATION, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, GATHER),
    STEP(CONSOLIDATION, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, GATHER),
    STEP(CONSOLIDATION, OURS, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0, GATHER),
    REFUSE(CONSOLIDATION, OURS, REMINDER, ALWAYS, "FLW-01"), /* nothing is known there yet */
    REFUSE(CONSOLIDATION, OURS, QUERY, ALWAYS, "FLW-01"),
};

/* --- relations that are gathered first ------------------------------------------------- */

static bool looks_at_person(unsigned action)
{
    return action == ACTION_APPLICATION || action == ACTION_LETTER;
}

static bool is_gathered_here(const struct flow_case *other, uint32_t in_region)
{
    return other->flow == FLOW_PENSION_EMPLOYEE && other->role == ROLE_IN &&
           other->in_region / 10000 == in_region / 10000 &&
           !flow_state_ends(&pension_employee_flow, other->state);
}

/* Its child, open or ended, if both lived at one time. */
static bool waits_for(const struct flow_case *flow_case, const struct flow_case *other)
{
    bool over = flow_state_ends(&pension_employee_flow, other->state) &&
                instant_before(other->changed_at, flow_case->opened_at);
    bool later = flow_state_ends(&pension_switch_flow, flow_case->state) &&
                 instant_before(flow_case->changed_at, other->opened_at);

    return flow_case->role == ROLE_IN && other->flow == FLOW_PENSION_EMPLOYEE &&
           other->role == ROLE_IN && other->in_region / 10000 == flow_case->in_region / 10000 &&
           !over && !later;
}

static unsigned guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    uint32_t in_region = situation->opening ? facts->in_region : situation->before->in_region;
    unsigned found = flow_guards(situation, facts);

    if (event->source != EVENT_SUBMITTED || facts->elsewhere)
        return found;
    for (size_t i = 0; i < event->related_count; i++)
        if (is_gathered_here(event->related[i], in_region))
            found |= SWITCH_GATHERING;
    return found;
}

/* --- conditions ------------------------------------------------------------------------ */

static enum retirement_post post_of(const struct record *body)
{
    struct text post;

    if (!record_text(body, "change/post", &post))
        return POST_UNKNOWN;
    return text_is(post, "manager") ? POST_MANAGER : POST_WORKER;
}

/* The code that speaks against the change, NULL: none. Without rules for that time there is
 * no answer and nothing is assumed. */
static const char *against(const struct flow_situation *situation,
                           const struct flow_facts *facts)
{
    const struct record *body = situation->event->body;
    struct day today = instant_day(situation->event->at);
    struct pension_person person = pension_person_read(body, today);
    enum scheme_direction direction = facts->flags & CASE_RESIDENT_MONEY ? TO_RESIDENTS
                                                                         : TO_EMPLOYEES;
    struct retirement retirement;
    uint64_t months;
    struct text drawing;

    if (!record_number(body, "change/employeeMonths", 999, &months) ||
        !record_text(body, "change/drawing", &drawing))
        return "PEN-R06";
    switch (retirement_of(situation->rules, person.birth, person.sex, post_of(body), today,
                          &retirement)) {
    case INPUT_GOOD:
        break;
    case INPUT_RULE:
        return NULL;
    default:
        return "PEN-R06";
    }
    switch (scheme_change(direction, &retirement, (int32_t)months, text_is(drawing, "true"),
                          today)) {
    case SCHEME_ALLOWED:
        return NULL;
    case SCHEME_DRAWING:
        return "PEN-R01";
    default:
        return "PEN-R05";
    }
}

/* Hard at the receiver of the letter; our own core is warned, and decides. */
static void read_conditions(const struct flow_situation *situation, struct flow_facts *facts,
                            struct flow_decision *decision)
{
    const char *code = against(situation, facts);
    bool missing = record_find(situation->event->body, "change") == NULL;

    if (missing)
        pension_unfit(facts, "PEN-R06", "the conditions of the change are not stated");
    else if (code != NULL && situation->event->source == EVENT_RECEIVED)
        pension_unfit(facts, code, "the conditions of the change do not hold");
    else if (code != NULL)
        flow_warn(decision, code, 0);
}

/* --- where the pension is claimed --------------------------------------------------------- */

/* What is missing or cannot be read stays zero, and is not passed by the check of periods. */
static struct pension_period period_read(const struct record *stated)
{
    struct pension_period period = {.scheme = SCHEME_EMPLOYEE, .months = -1};
    uint64_t region;
    uint64_t months;
    struct text temporary;

    if (record_number(stated, "region", 999999, &region))
        period.region = (uint32_t)region;
    if (record_number(stated, "months", 999, &months))
        period.months = (int32_t)months;
    if (!record_month(stated, "from", &period.from) || !record_month(stated, "to", &period.to))
        period.from = period.to = (struct month){0};
    period.temporary = record_text(stated, "temporary", &temporary) &&
                       text_is(temporary, "true");
    return period;
}

static bool periods_read(const struct record *body, struct arena *arena,
                         struct place_question *question, struct error *err)
{
    const struct record *stated = record_find(body, "periods/period");
    size_t count = record_count(body, "periods/period");
    struct pension_period *periods = arena_array(arena, count, sizeof(*periods));

    if (periods == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the periods of insurance");
    for (size_t i = 0; i < count; i++, stated = record_same(stated))
        periods[i] = period_read(stated);
    question->periods = periods;
    question->count = count;
    return true;
}

/* The reasons are warnings, and PEN-R04 if the pension is claimed in another province than that
 * of the agency of the employees: IN of a change to them, OUT of one from them. Both sides are
 * told, nobody is refused: the agency decides. */
static void tell_place(const struct place *place, uint32_t agency,
                       struct flow_decision *decision)
{
    if (place->input == INPUT_RULE)
        return;
    if (place->input != INPUT_GOOD) {
        flow_warn(decision, "PEN-C07", (uint16_t)place->wrong);
        return;
    }
    pension_tell_place(place, decision);
    if (place->province != pension_province(agency))
        flow_warn(decision, "PEN-R04", (uint16_t)(place->province / 10000));
}

/* From the periods of employees that application and letter may state. The relation is where
 * the last of them is. */
static bool read_place(const struct flow_situation *situation, const struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct record *body = situation->event->body;
    const struct flow_case *before = situation->before;
    struct day today = instant_day(situation->event->at);
    struct pension_person person = pension_person_read(body, today);
    struct place_question question = {
        .rules = situation->rules, .today = today, .birth = person.birth, .sex = person.sex};
    bool leaves = (facts->flags & CASE_RESIDENT_MONEY) != 0;
    uint32_t in_region = situation->opening ? facts->in_region : before->in_region;
    uint32_t out_region = situation->opening ? facts->out_region : before->out_region;
    struct place place;
    uint64_t household;

    if (!record_number(body, "change/hukouRegion", 999999, &household) ||
        record_find(body, "periods/period") == NULL)
        return true;
    question.household = (uint32_t)household;
    if (!periods_read(body, situation->arena, &question, err))
        return false;
    place_advise(&question, &place);
    tell_place(&place, leaves ? out_region : in_region, decision);
    return true;
}

/* --- what goes back to the person ------------------------------------------------------- */

enum { MONTHS_OF_YEAR = 12 };

/* One year: own and collective part of it, by months, half a fen upward. */
static bool year_right(const struct record *year, struct money *refund, uint64_t *months)
{
    struct money personal;
    struct money collective = {0};
    int64_t part;

    if (!record_number(year, "months", MONTHS_OF_YEAR, months) ||
        !record_money(year, "personal", &personal) || !record_money(year, "refund", refund))
        return false;
    if (record_find(year, "collective") != NULL &&
        !record_money(year, "collective", &collective))
        return false;
    if (personal.fen < 0 || collective.fen < 0 || personal.fen > PENSION_AMOUNT_MAX ||
        collective.fen > PENSION_AMOUNT_MAX)
        return false;
    part = (personal.fen + collective.fen) * (int64_t)*months;
    return refund->fen == (part * 2 + MONTHS_OF_YEAR) / (2 * MONTHS_OF_YEAR);
}

/* PEN-C23; soft. */
static void check_refund(const struct flow_situation *situation, struct flow_decision *decision)
{
    const struct record *body = situation->event->body;
    const struct flow_case *before = situation->before;
    const struct record *year = record_find(body, "years/year");
    bool residents_account = (before->flags & CASE_RESIDENT_MONEY) == 0;
    struct money stated = {0};
    struct money sum = {0};
    uint64_t stated_months = 0;
    uint64_t sum_months = 0;
    bool right = record_number(body, "months", 999, &stated_months);

    if (record_find(body, "refund") != NULL && !record_money(body, "refund", &stated))
        right = false;
    for (uint16_t row = 1; year != NULL; year = record_same(year), row++) {
        struct money refund = {0};
        uint64_t months = 0;

        if (!year_right(year, &refund, &months))
            flow_warn(decision, "PEN-C23", row);
        sum_months += months;
        right = money_add(sum, refund, &sum) && right;
    }
    if (!right || !money_equal(sum, stated) || sum_months != stated_months ||
        (residents_account && money_compare(sum, before->form_total) > 0))
        flow_warn(decision, "PEN-C23", 0);
}

/* --- all ---------------------------------------------------------------------------------
 */

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    if (!pension_event_read(situation, facts, decision, err))
        return false;
    if (facts->refusal != NULL || event->source == EVENT_RECEIPT || event->body == NULL)
        return true;
    if (looks_at_person(event->action)) {
        read_conditions(situation, facts, decision);
        return facts->refusal != NULL || read_place(situation, facts, decision, err);
    }
    if (event->action == ACTION_CLEARING_DONE)
        check_refund(situation, decision);
    return true;
}

static const struct flow_kind kinds[] = {
    {"RP-EP", {"residents to employees", "居民转职工"}},
    {"EP-RP", {"employees to residents", "职工转居民"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    return (flow_case->flags & CASE_RESIDENT_MONEY) != 0;
}

static const struct flow_takeover_row waiting[] = {
    {ROLE_IN, CONSOLIDATION, SENT_NOTHING, 0, 0, HAS_FORM | HAS_MONEY, GATHER, 0},
};

static const struct flow_takeover takeover = {.rows = waiting,
                                              .count = COUNT_OF(waiting),
                                              .rest = &pension_takeover,
                                              .take = pension_take_over};

const struct flow pension_switch_flow = {
    .number = FLOW_PENSION_SWITCH,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-SW",
    .states = states,
    .state_count = SWITCH_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = steps_in},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in)},
    .rest = &pension_employee_flow,
    .pairs = pension_pairs,
    .pair_count = PENSION_PAIRS,
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .guards = guards,
    .looks_at_person = looks_at_person,
    .revision = pension_revision_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
    .waits_for = waits_for,
    .takeover = &takeover,
};
