/*
 * pension_employee.c - the flow pension.employee: its two tables, its pairs, and what its
 * documents bring.
 *
 * Each side sends in order and keeps one message under way, so within a direction nothing
 * overtakes; between the directions everything may cross. A row marked "crossing" is there for
 * that reason.
 */
#include "core/pension_employee.h"

#include <string.h>

#include "core/pension_checks.h"
#include "core/pension_documents.h"

/* Short names, so that a row of the tables stays one line. */
enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    NEW = PENSION_NEW,
    REFUSED = PENSION_REFUSED,
    LETTER_SENT = PENSION_LETTER_SENT,
    LETTER_HELD = PENSION_LETTER_HELD,
    LETTER_RETURNED = PENSION_LETTER_RETURNED,
    INFO_ONLY = PENSION_INFO_ONLY,
    MONEY_ONLY = PENSION_MONEY_ONLY,
    BOTH = PENSION_BOTH,
    DISPUTE = PENSION_DISPUTE,
    LINKED = PENSION_LINKED,
    CLOSED = PENSION_CLOSED,
    ACCEPTED = PENSION_ACCEPTED
};

enum {
    APPLICATION = ACTION_APPLICATION,
    REFUSAL = ACTION_REFUSAL,
    LETTER = ACTION_LETTER,
    ACCEPTANCE = ACTION_ACCEPTANCE,
    LETTER_RETURN = ACTION_LETTER_RETURN,
    FORM = ACTION_FORM,
    FORM_RETURN = ACTION_FORM_RETURN,
    ADVICE = ACTION_FUND_ADVICE,
    MONEY = ACTION_FUND_RECEIPT,
    COMPLETION = ACTION_COMPLETION
};

enum {
    ALWAYS = GUARD_NONE,
    CHECKS_FAIL = GUARD_CHECKS_FAIL,
    NO_MONEY = GUARD_NO_MONEY,
    EQUAL = GUARD_SUMS_EQUAL,
    DIFFER = GUARD_SUMS_DIFFER,
    TAKEN = GUARD_VERDICT_ACCEPTED,
    NOT_TAKEN = GUARD_VERDICT_REFUSED,
    ELSEWHERE = GUARD_OPEN_ELSEWHERE
};

#define D1   FLOW_CLOCK(CLOCK_D1)
#define D2   FLOW_CLOCK(CLOCK_D2)
#define D3   FLOW_CLOCK(CLOCK_D3)
#define FUND FLOW_CLOCK(CLOCK_FUND)
#define CORR FLOW_CLOCK(CLOCK_CORRECTION)

#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }
#define REFUSE(from, source, action, guard, code)                                              \
    {                                                                                          \
        from, source, action, guard, 0, code, 0, 0, 0, 0                                       \
    }

static const struct name states[] = {
    {"new", "新建"},
    {"refused", "不予受理"},
    {"letter_sent", "已发函"},
    {"letter_held", "函已到达"},
    {"letter_returned", "已退函"},
    {"info_only", "仅有信息表"},
    {"money_only", "仅有资金"},
    {"both", "信息资金齐"},
    {"dispute", "存疑待更正"},
    {"linked", "已接续"},
    {"clearing", "清退中"},
    {"closed", "办结"},
    {"cancelled", "已撤销"},
    {"reversal", "冲回中"},
    {"accepted", "已受理"},
};
_Static_assert(COUNT_OF(states) == PENSION_STATES, "every state has its names");

/* 转入地. D2 is the other side's duty as seen from here; it is met once a form, right or wrong,
 * and money have arrived, as it is over there. Money that comes when nothing is missing is
 * refused: it waits in suspense (暂收款). A return sent to OUT ends D3: the form was examined
 * in time. */
static const struct flow_step steps_in[] = {
    REFUSE(OPENING, OURS, APPLICATION, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, OURS, APPLICATION, ALWAYS, NEW, 0, 0, D1, 0),

    STEP(NEW, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, D1),
    STEP(NEW, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, D1),

    STEP(LETTER_SENT, VERDICT, LETTER, TAKEN, LETTER_HELD, 0, 0, D2, 0),
    STEP(ACCEPTED, VERDICT, LETTER, TAKEN, ACCEPTED, 0, 0, D2, 0),     /* crossing */
    STEP(MONEY_ONLY, VERDICT, LETTER, TAKEN, MONEY_ONLY, 0, 0, D2, 0), /* crossing */
    STEP(INFO_ONLY, VERDICT, LETTER, TAKEN, INFO_ONLY, 0, 0, D2, 0),   /* crossing */
    STEP(LETTER_SENT, VERDICT, LETTER, NOT_TAKEN, LETTER_RETURNED, 0, LETTER_RETURN, 0, 0),
    STEP(MONEY_ONLY, VERDICT, LETTER, NOT_TAKEN, LETTER_RETURNED, 0, LETTER_RETURN, 0, FUND),

    STEP(LETTER_SENT, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, 0, 0), /* crossing */
    STEP(LETTER_HELD, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, 0, 0),
    STEP(MONEY_ONLY, THEIRS, ACCEPTANCE, ALWAYS, MONEY_ONLY, 0, ACCEPTANCE, 0,
         0), /* crossing */

    STEP(LETTER_SENT, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, 0, D2),
    STEP(LETTER_HELD, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, 0, D2),
    STEP(ACCEPTED, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, 0, D2),
    STEP(MONEY_ONLY, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, 0,
         D2 | FUND), /* crossing: money booked before its advice was written */

    STEP(LETTER_RETURNED, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, 0),
    STEP(LETTER_RETURNED, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, 0),

    STEP(LETTER_SENT, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, 0, 0),
    STEP(LETTER_SENT, THEIRS, FORM, NO_MONEY, INFO_ONLY, 0, FORM, FUND, 0),
    STEP(LETTER_SENT, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(LETTER_SENT, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, 0, D2 | FUND),
    STEP(LETTER_HELD, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, 0, 0),
    STEP(LETTER_HELD, THEIRS, FORM, NO_MONEY, INFO_ONLY, 0, FORM, FUND, 0),
    STEP(LETTER_HELD, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(LETTER_HELD, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, 0, D2 | FUND),
    STEP(ACCEPTED, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, 0, 0),
    STEP(ACCEPTED, THEIRS, FORM, NO_MONEY, INFO_ONLY, 0, FORM, FUND, 0),
    STEP(ACCEPTED, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(ACCEPTED, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, 0, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, 0, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, 0, D2 | FUND),
    STEP(DISPUTE, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, 0, 0),
    STEP(DISPUTE, THEIRS, FORM, NO_MONEY, INFO_ONLY, 0, FORM, FUND, 0),
    STEP(DISPUTE, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(DISPUTE, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, 0, D2 | FUND),

    STEP(LETTER_SENT, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0), /* crossing */
    STEP(LETTER_HELD, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0),
    STEP(ACCEPTED, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0),
    STEP(MONEY_ONLY, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, 0, 0),
    STEP(INFO_ONLY, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND),
    STEP(INFO_ONLY, OURS, MONEY, DIFFER, DISPUTE, FORM_RETURN, 0, 0, D2 | FUND),
    STEP(DISPUTE, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND),
    STEP(DISPUTE, OURS, MONEY, ALWAYS, DISPUTE, 0, 0, 0, D2 | FUND),

    STEP(INFO_ONLY, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, 0, 0),
    STEP(BOTH, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, 0, D3),

    STEP(LETTER_SENT, THEIRS, ADVICE, ALWAYS, LETTER_SENT, 0, ADVICE, 0, 0),
    STEP(LETTER_HELD, THEIRS, ADVICE, ALWAYS, LETTER_HELD, 0, ADVICE, 0, 0),
    STEP(LETTER_RETURNED, THEIRS, ADVICE, ALWAYS, LETTER_RETURNED, 0, ADVICE, 0, 0),
    STEP(ACCEPTED, THEIRS, ADVICE, ALWAYS, ACCEPTED, 0, ADVICE, 0, 0),
    STEP(INFO_ONLY, THEIRS, ADVICE, ALWAYS, INFO_ONLY, 0, ADVICE, 0, 0),
    STEP(MONEY_ONLY, THEIRS, ADVICE, ALWAYS, MONEY_ONLY, 0, ADVICE, 0, 0),
    STEP(BOTH, THEIRS, ADVICE, ALWAYS, BOTH, 0, ADVICE, 0, 0),
    STEP(DISPUTE, THEIRS, ADVICE, ALWAYS, DISPUTE, 0, ADVICE, 0, 0),
    STEP(LINKED, THEIRS, ADVICE, ALWAYS, LINKED, 0, ADVICE, 0, 0), /* crossing */
    STEP(CLOSED, THEIRS, ADVICE, ALWAYS, CLOSED, 0, ADVICE, 0, 0), /* crossing */

    STEP(BOTH, OURS, COMPLETION, ALWAYS, LINKED, COMPLETION, 0, 0, D3),
    STEP(LINKED, VERDICT, COMPLETION, TAKEN, CLOSED, 0, 0, 0, 0),
};

/* 转出地. D2 is met when form and money are both out, and no correction restarts it. A form
 * that the other side refused is as good as returned. D2P, the notice to the person, is a duty
 * only where something is excluded from the transfer (PEN-R16), which no step says yet. */
static const struct flow_step steps_out[] = {
    REFUSE(OPENING, THEIRS, LETTER, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, D2, 0),

    STEP(LETTER_HELD, OURS, ACCEPTANCE, ALWAYS, ACCEPTED, ACCEPTANCE, 0, 0, 0),

    STEP(LETTER_HELD, OURS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, LETTER_RETURN, 0, 0, D2),
    STEP(ACCEPTED, OURS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, LETTER_RETURN, 0, 0, D2),
    STEP(LETTER_RETURNED, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, D2, 0),

    STEP(LETTER_HELD, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(ACCEPTED, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, FORM, ALWAYS, BOTH, FORM, 0, 0, D2),
    STEP(DISPUTE, OURS, FORM, NO_MONEY, INFO_ONLY, FORM, 0, 0, CORR),
    STEP(DISPUTE, OURS, FORM, ALWAYS, BOTH, FORM, 0, 0, D2 | CORR),

    STEP(LETTER_HELD, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(ACCEPTED, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(INFO_ONLY, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, 0, D2),
    STEP(BOTH, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, 0, 0),
    STEP(DISPUTE, OURS, ADVICE, ALWAYS, DISPUTE, ADVICE, 0, 0, D2),

    STEP(INFO_ONLY, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, 0),
    STEP(BOTH, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, 0),
    STEP(DISPUTE, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, 0),
    STEP(INFO_ONLY, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, 0),
    STEP(BOTH, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, 0),

    /* Money may be booked before its advice is written, and a top-up may settle a dispute: the
     * end can come before OUT believes itself ready. */
    STEP(INFO_ONLY, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(BOTH, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(DISPUTE, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
};

/* Where both may rest with nothing under way. IN is not ahead of OUT except by money, which may
 * be booked before its advice is written, and by a top-up, of which OUT learns at the end. */
static const struct flow_pair pairs[] = {
    {LETTER_HELD, LETTER_HELD},
    {LETTER_HELD, MONEY_ONLY},
    {ACCEPTED, ACCEPTED},
    {ACCEPTED, MONEY_ONLY},
    {MONEY_ONLY, LETTER_HELD},
    {MONEY_ONLY, ACCEPTED},
    {MONEY_ONLY, MONEY_ONLY},
    {INFO_ONLY, INFO_ONLY},
    {INFO_ONLY, BOTH},
    {BOTH, INFO_ONLY},
    {BOTH, BOTH},
    {BOTH, DISPUTE},
    {DISPUTE, DISPUTE},
    {LETTER_RETURNED, LETTER_RETURNED},
    {REFUSED, LETTER_RETURNED},
    {CLOSED, CLOSED},
};

/* --- what a document brings -------------------------------------------------------- */

static void unfit(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
}

static bool tags_differ(const uint8_t a[16], const uint8_t b[16])
{
    static const uint8_t none[16];

    return memcmp(a, none, 16) != 0 && memcmp(b, none, 16) != 0 && memcmp(a, b, 16) != 0;
}

static bool read_region(const struct record *body, const char *path, uint32_t *region)
{
    uint64_t number;

    if (!record_number(body, path, 999999, &number) || number < 100000)
        return false;
    *region = (uint32_t)number;
    return true;
}

/* Region 0 of the event: the engine leaves it to the document. Else they share the province. */
static bool opening_region_fits(uint32_t written, uint32_t known)
{
    return known == 0 || written / 10000 == known / 10000;
}

/* PEN-C19: trace, route, kind and person are those of the case. */
static void read_reference(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;
    struct text trace;
    struct text kind;
    bool regions;

    if (!record_text(event->body, "reference/traceNumber", &trace) ||
        !text_to_field(trace, facts->trace, sizeof(facts->trace)) ||
        !read_region(event->body, "reference/inRegion", &facts->in_region) ||
        !read_region(event->body, "reference/outRegion", &facts->out_region)) {
        unfit(facts, "PEN-C19", "trace number or regions are missing");
        return;
    }
    regions = situation->opening ? opening_region_fits(facts->in_region, event->in_region) &&
                                       opening_region_fits(facts->out_region, event->out_region)
                                 : facts->in_region == before->in_region &&
                                       facts->out_region == before->out_region;
    if (!regions)
        unfit(facts, "PEN-C19", "the regions are not those of the case");
    else if (!situation->opening && !text_is(trace, before->trace))
        unfit(facts, "PEN-C19", "the trace number is not that of the case");
    else if (record_text(event->body, "reference/insuranceKind", &kind) &&
             !text_is(kind, PENSION_INSURANCE_KIND))
        unfit(facts, "PEN-C19", "the insurance kind is not that of this flow");
    else if (tags_differ(before->person_tag, event->person_tag))
        unfit(facts, "PEN-C19", "the person is not that of the case");
}

static void set_code(struct flow_facts *facts, const char *code)
{
    CHECK(text_to_field(text_of(code), facts->code, sizeof(facts->code)));
}

/* Both sums are there and differ (PEN-C04). */
static void tell_difference(struct flow_facts *facts)
{
    if (facts->form_held && facts->money_seen &&
        !money_equal(facts->form_total, facts->money_total))
        set_code(facts, "PEN-R22");
}

static void drop_form(struct flow_facts *facts)
{
    facts->form_held = false;
    facts->form_total = (struct money){0};
}

static bool read_form(const struct flow_situation *situation, struct flow_facts *facts,
                      struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    bool received = event->source == EVENT_RECEIVED;
    struct pension_issues *issues = arena_alloc(situation->arena, sizeof(*issues));

    if (issues == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the form's checks");
    if (!pension_checks_run(event->body, situation->before->out_region, instant_day(event->at),
                            situation->rules, situation->arena, issues, err))
        return false;
    for (; decision->warning_count < issues->count; decision->warning_count++) {
        const struct pension_issue *issue = &issues->list[decision->warning_count];
        struct flow_warning *warning = &decision->warnings[decision->warning_count];

        memcpy(warning->code, issue->code, sizeof(warning->code));
        warning->row = issue->row;
    }
    facts->details = issues;
    facts->checks_fail = received && issues->hard;
    drop_form(facts);
    if (facts->checks_fail) {
        set_code(facts, "PEN-R21");
        return true;
    }
    facts->form_held = true;
    if (!record_money(event->body, "amounts/total", &facts->form_total))
        facts->form_total = (struct money){0}; /* warned of as PEN-C01 */
    if (received)
        tell_difference(facts);
    return true;
}

/* Sums of a case over its remittances. A negative one takes money back: only to settle a
 * dispute, and never below nothing. */
static void read_money(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    bool may_return = event->action == ACTION_FUND_RECEIPT &&
                      situation->before->state == DISPUTE;
    struct money amount;
    struct money sum;

    if (!record_money(event->body, "amount", &amount) || amount.fen == 0 ||
        (amount.fen < 0 && !may_return) || !money_add(facts->money_total, amount, &sum) ||
        sum.fen < 0) {
        unfit(facts, "PEN-C04", "the amount is not one that this case can book");
        return;
    }
    facts->money_total = sum;
    facts->money_seen = sum.fen > 0;
    if (event->action == ACTION_FUND_RECEIPT)
        tell_difference(facts);
}

static void read_code(const struct flow_event *event, struct flow_facts *facts)
{
    struct text code;

    /* Longer than a code can be: left empty, the document itself holds it. */
    if (record_text(event->body, "code", &code) &&
        !text_to_field(code, facts->code, sizeof(facts->code)))
        facts->code[0] = '\0';
}

static void read_form_return(const struct flow_situation *situation, struct flow_facts *facts)
{
    uint64_t revision;

    read_code(situation->event, facts);
    if (!record_number(situation->event->body, "formRevision", UINT32_MAX, &revision) ||
        revision != situation->before->form_revision) {
        unfit(facts, "FLW-02", "it returns another revision of the form than the newest");
        return;
    }
    drop_form(facts);
}

static void read_receipt(const struct flow_event *event, struct flow_facts *facts)
{
    if (event->verdict != VERDICT_REFUSED)
        return;
    memcpy(facts->code, event->code, sizeof(facts->code));
    if (event->action == ACTION_FORM)
        drop_form(facts);
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    if (event->source == EVENT_RECEIPT) {
        read_receipt(event, facts);
        return true;
    }
    if (event->body == NULL) {
        unfit(facts, "PEN-C19", "there is no document");
        return true;
    }
    read_reference(situation, facts);
    if (facts->refusal != NULL)
        return true;
    switch (event->action) {
    case ACTION_FORM:
        return read_form(situation, facts, decision, err);
    case ACTION_FUND_RECEIPT:
        read_money(situation, facts);
        break;
    case ACTION_FUND_ADVICE:
        if (event->source == EVENT_SUBMITTED)
            read_money(situation, facts);
        break;
    case ACTION_FORM_RETURN:
        read_form_return(situation, facts);
        break;
    case ACTION_REFUSAL:
    case ACTION_LETTER_RETURN:
        read_code(event, facts);
        break;
    default:
        break;
    }
    return true;
}

const struct flow pension_employee_flow = {
    .number = FLOW_PENSION_EMPLOYEE,
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << PENSION_REFUSED | 1u << PENSION_CLOSED | 1u << PENSION_CANCELLED,
    .steps = {[ROLE_IN] = steps_in, [ROLE_OUT] = steps_out},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in), [ROLE_OUT] = COUNT_OF(steps_out)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = read_event,
    .make = pension_document_make,
};
