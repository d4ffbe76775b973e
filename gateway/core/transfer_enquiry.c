/* transfer_enquiry.c - questions after a person's cases: tables, what a question may say, and
 * the answer, which the ledger gives. */
#include "core/transfer_enquiry.h"

#include <string.h>

#include "base/identity.h"
#include "core/making.h"

enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    SAME = FLOW_SAME,
    ASKED = ENQUIRY_ASKED,
    ANSWERED = ENQUIRY_ANSWERED,
    REFUSED = ENQUIRY_REFUSED
};

enum { ASK = ACTION_STATUS_QUERY, REPLY = ACTION_STATUS_ANSWER, REMINDER = ACTION_REMINDER };

enum { ALWAYS = GUARD_NONE, NOT_TAKEN = GUARD_REFUSED, NO_CASE_THERE = GUARD_NO_CASE_THERE };

/* How many cases an answer tells of, unless rule ENQ-CASES says otherwise. */
enum { CASES_DEFAULT = 20 };

/* Keeps enquiries apart from the names of other flows' cases. */
#define ENQUIRY_TRACE "ENQ/"

#define WAIT FLOW_CLOCK(CLOCK_REPLY)

#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }

static const struct name states[] = {
    {"asked", "已查询"}, {"answered", "已答复"}, {"refused", "未获受理"}};
_Static_assert(COUNT_OF(states) == ENQUIRY_STATES, "every state has its names");

/* 查询方 */
static const struct flow_step steps_asking[] = {
    STEP(OPENING, OURS, ASK, ALWAYS, ASKED, ASK, 0, WAIT, 0),
    STEP(ASKED, THEIRS, REPLY, ALWAYS, ANSWERED, 0, REPLY, 0, WAIT),
    STEP(ASKED, VERDICT, ASK, NOT_TAKEN, REFUSED, 0, REPLY, 0, WAIT),
    STEP(ASKED, OURS, REMINDER, ALWAYS, SAME, REMINDER, 0, 0, 0),
    STEP(ANY, VERDICT, REMINDER, NO_CASE_THERE, SAME, 0, 0, 0, 0),
};

/* 答复方: a reminder finds the answer under way, and no core has anything to add to it. */
static const struct flow_step steps_answering[] = {
    STEP(OPENING, THEIRS, ASK, ALWAYS, ANSWERED, REPLY, 0, 0, 0),
    STEP(ANY, THEIRS, REMINDER, ALWAYS, SAME, 0, 0, 0, 0),
};

static const struct flow_pair pairs[] = {{ANSWERED, ANSWERED}};

/* --- which case it is ----------------------------------------------------------------- */

static struct text text_at(const struct record *body, const char *path)
{
    struct text text = TEXT_NONE;

    return record_text(body, path, &text) ? text : TEXT_NONE;
}

static void reference_of(const struct record *body, struct flow_reference *reference)
{
    struct text number = text_at(body, "reference/enquiryNumber");
    struct buffer trace = buffer_over(reference->trace, sizeof(reference->trace) - 1);

    *reference = (struct flow_reference){
        .in_region = record_region(body, "reference/fromRegion"),
        .out_region = record_region(body, "reference/toRegion"),
    };
    if (number.size == 0)
        return;
    buffer_string(&trace, ENQUIRY_TRACE);
    buffer_text(&trace, number);
    if (trace.overflow)
        memset(reference->trace, 0, sizeof(reference->trace));
}

/* --- which cases are told of ---------------------------------------------------------- */

static bool looks_at_person(unsigned action)
{
    return action == ASK;
}

static bool case_named(const struct record *body, struct uuid *case_id)
{
    struct text written;

    return record_text(body, "caseId", &written) && uuid_parse(written, case_id);
}

static const char *insurance_of(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);

    return flow->insurance != NULL ? flow->insurance(flow_case) : NULL;
}

/* A case is told of to the party it is with, and only if it is what was asked for. */
static bool looks_at(const struct flow_event *event, const struct flow_case *other)
{
    const char *insurance = insurance_of(other);
    struct text asked;

    if (event->source != EVENT_RECEIVED || event->party == 0 || other->party != event->party ||
        other->flow == FLOW_TRANSFER_ENQUIRY)
        return false;
    if (record_text(event->body, "flow", &asked) && flow_by_name(asked) != other->flow)
        return false;
    return !record_text(event->body, "insuranceKind", &asked) ||
           (insurance != NULL && text_is(asked, insurance));
}

/* --- what a document brings ------------------------------------------------------------- */

static void unfit(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
}

static void read_reference(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    struct flow_reference reference;

    reference_of(situation->event->body, &reference);
    facts->in_region = reference.in_region;
    facts->out_region = reference.out_region;
    memcpy(facts->trace, reference.trace, sizeof(facts->trace));
    if (facts->trace[0] == '\0' || facts->in_region == 0 || facts->out_region == 0)
        unfit(facts, "FLW-11", "number or regions are missing");
    else if (!situation->opening && (facts->in_region != before->in_region ||
                                     facts->out_region != before->out_region ||
                                     strcmp(facts->trace, before->trace) != 0))
        unfit(facts, "FLW-11", "number or regions are not those of the enquiry");
}

static bool insurance_known(struct text insurance)
{
    static const char *const kinds[] = {"110", "120", "150", "310", "390", "410"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (text_is(insurance, kinds[i]))
            return true;
    return false;
}

/* A person is found by the number as it is written, so it has one spelling: 18 characters, X a
 * capital. Of another document than the citizen card nothing is known. */
static bool number_sound(const struct record *body, struct text written, struct day today)
{
    struct citizen_number number;
    struct text type;

    return (record_text(body, "person/identityType", &type) && !text_is(type, "01")) ||
           (citizen_number_parse(written, today, &number) && text_is(written, number.digits));
}

/* What is mistyped or not known here must not be answered as if there were no case. */
static void read_question(const struct record *body, struct day today, struct flow_facts *facts)
{
    struct text asked;
    struct uuid named;
    bool person = record_text(body, "person/identityNumber", &asked);

    if (person == case_named(body, &named))
        unfit(facts, "FLW-10", "it names a person, or a case");
    else if (person && !number_sound(body, asked, today))
        unfit(facts, "FLW-10", "the identity number is not one");
    else if (record_text(body, "flow", &asked) && flow_find(flow_by_name(asked)) == NULL)
        unfit(facts, "FLW-10", "this flow is not known here");
    else if (record_text(body, "insuranceKind", &asked) && !insurance_known(asked))
        unfit(facts, "FLW-10", "this insurance is not known here");
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    (void)decision;
    (void)err;
    if (event->source == EVENT_RECEIPT) {
        if (event->verdict == VERDICT_REFUSED)
            memcpy(facts->code, event->code, sizeof(facts->code));
        return true;
    }
    if (event->body == NULL) {
        unfit(facts, "FLW-11", "there is no document");
        return true;
    }
    read_reference(situation, facts);
    if (facts->refusal == NULL && event->action == ASK)
        read_question(event->body, instant_day(event->at), facts);
    return true;
}

/* --- the answer ---------------------------------------------------------------------------
 */

/* As the document says it; of a case, as it is named. */
static struct record *begin(const struct flow_situation *situation, struct making *making,
                            const char *name)
{
    const struct flow_case *before = situation->before;
    struct record *root = record_new(making->arena, name);
    struct record *reference;

    making->broken = root == NULL;
    if (situation->opening) {
        making_adopt(making, root, record_find(situation->event->body, "reference"));
        return root;
    }
    reference = making_add(making, root, "reference", NULL);
    making_add(making, reference, "enquiryNumber", before->trace + strlen(ENQUIRY_TRACE));
    making_number(making, reference, "fromRegion", before->in_region);
    making_number(making, reference, "toRegion", before->out_region);
    return root;
}

static void add_case(struct making *making, struct record *list, const struct flow_case *told)
{
    const struct flow *flow = flow_find(told->flow);
    struct name state = flow_state_name(flow, told->state);
    const char *insurance = insurance_of(told);
    struct record *row = making_add(making, list, "case", NULL);
    char id[UUID_TEXT_SIZE];
    char changed[INSTANT_TEXT_SIZE];

    making_add(making, row, "caseId", uuid_format(&told->case_id, id));
    making_add(making, row, "traceNumber", told->trace);
    making_number(making, row, "inRegion", told->in_region);
    making_number(making, row, "outRegion", told->out_region);
    making_add(making, row, "flow", flow_name(told->flow).english);
    making_add(making, row, "flowName", flow_name(told->flow).chinese);
    if (insurance != NULL)
        making_add(making, row, "insuranceKind", insurance);
    making_add(making, row, "state", state.english);
    making_add(making, row, "stateName", state.chinese);
    making_day(making, row, "openedOn", instant_day(told->opened_at));
    making_add(making, row, "changedAt", instant_format(told->changed_at, changed));
    if (told->last_code[0] != '\0')
        making_add(making, row, "lastCode", told->last_code);
}

/* Limits that somebody still has to keep, or has not kept. */
static bool presses(const struct flow_clock *clock)
{
    return clock->kind != CLOCK_NONE &&
           (clock->state == CLOCK_STATE_RUNNING || clock->state == CLOCK_STATE_PASSED);
}

static void add_limits(struct making *making, struct record *root, struct record **list,
                       const struct flow_case *told)
{
    char id[UUID_TEXT_SIZE];

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &told->clocks[i];
        struct record *row;

        if (!presses(clock))
            continue;
        if (*list == NULL)
            *list = making_add(making, root, "limits", NULL);
        row = making_add(making, *list, "limit", NULL);
        making_add(making, row, "caseId", uuid_format(&told->case_id, id));
        making_add(making, row, "kind", clock_kind_name(clock->kind).english);
        making_add(making, row, "kindName", clock_kind_name(clock->kind).chinese);
        making_add(making, row, "state",
                   clock->state == CLOCK_STATE_PASSED ? "passed"
                   : clock->paused                    ? "paused"
                                                      : "running");
        making_day(making, row, "dueOn", instant_day(instant_add_ms(clock->due, -1)));
    }
}

/* Newest first; rows of limits name their case, because many a core has no rows in rows. */
static void make_answer(const struct flow_situation *situation, struct making *making,
                        struct record *root)
{
    const struct flow_event *event = situation->event;
    size_t max = (size_t)rules_within(situation->rules, "ENQ-CASES", instant_day(event->at), 1,
                                      FLOW_RELATED_MAX, CASES_DEFAULT);
    size_t count = event->related_count < max ? event->related_count : max;
    struct record *cases = NULL;
    struct record *limits = NULL;
    char at[INSTANT_TEXT_SIZE];

    making_add(making, root, "answeredAt", instant_format(event->at, at));
    making_number(making, root, "count", (uint32_t)count);
    making_add(making, root, "more",
               event->related_more || event->related_count > max ? "true" : "false");
    if (count > 0)
        cases = making_add(making, root, "cases", NULL);
    for (size_t i = 0; i < count; i++)
        add_case(making, cases, event->related[i]);
    for (size_t i = 0; i < count; i++)
        add_limits(making, root, &limits, event->related[i]);
}

/* For our own core: nobody there has looked for the person. */
static void make_refusal(const struct flow_situation *situation, struct making *making,
                         struct record *root)
{
    const struct flow_event *event = situation->event;
    char at[INSTANT_TEXT_SIZE];

    making_add(making, root, "answeredAt", instant_format(event->at, at));
    making_add(making, root, "refusedWith", event->code[0] != '\0' ? event->code : "REFUSED");
}

static bool make(const struct flow_situation *situation, const struct flow_facts *facts,
                 struct flow_send *send, struct error *err)
{
    struct making making = {.arena = situation->arena};
    struct record *root = begin(situation, &making, action_name(send->action).english);

    (void)facts;
    CHECK(send->action == REPLY || send->action == REMINDER);
    send->revision = 1;
    if (send->action == REMINDER)
        making_reminder(situation, &making, root);
    else if (situation->event->source == EVENT_RECEIPT)
        make_refusal(situation, &making, root);
    else
        make_answer(situation, &making, root);
    send->made = root;
    return !making.broken || fail(err, ERROR_MEMORY, "no memory for a document");
}

const struct flow transfer_enquiry_flow = {
    .number = FLOW_TRANSFER_ENQUIRY,
    .family = "ENQ",
    .roles = {ROLE_ASKING, ROLE_ANSWERING},
    .outward = true,
    .quiet = true,
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << ENQUIRY_ANSWERED | 1u << ENQUIRY_REFUSED,
    .steps = {[ROLE_ASKING] = steps_asking, [ROLE_ANSWERING] = steps_answering},
    .step_count =
        {[ROLE_ASKING] = COUNT_OF(steps_asking), [ROLE_ANSWERING] = COUNT_OF(steps_answering)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = read_event,
    .make = make,
    .reference = reference_of,
    .looks_at_person = looks_at_person,
    .looks_at = looks_at,
    .case_named = case_named,
};
