/* pension_event.c - from the document of an event to the facts on which the table decides. */
#include "core/pension_event.h"

#include <string.h>

#include "core/flow_clock.h"
#include "core/pension_advice.h"
#include "core/pension_checks.h"
#include "core/pension_documents.h"
#include "core/pension_employee.h"
#include "core/pension_kind.h"
#include "core/pension_reversal.h"

void pension_unfit(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
}

static void set_code(struct flow_facts *facts, const char *code)
{
    CHECK(text_to_field(text_of(code), facts->code, sizeof(facts->code)));
}

void pension_set_flag(struct flow_facts *facts, enum case_flag flag, bool on)
{
    facts->flags = on ? facts->flags | (uint32_t)flag : facts->flags & ~(uint32_t)flag;
}

/* --- does it belong to the case? --------------------------------------------------- */

bool pension_tags_differ(const uint8_t a[16], const uint8_t b[16])
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

static bool regions_fit(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;

    if (situation->opening)
        return opening_region_fits(facts->in_region, event->in_region) &&
               opening_region_fits(facts->out_region, event->out_region);
    return facts->in_region == before->in_region && facts->out_region == before->out_region;
}

/* Where a flow is of several kinds, the document that opens the case says of which. */
static bool kind_fits(const struct flow_situation *situation, struct text written,
                      struct flow_facts *facts)
{
    unsigned flow = situation->flow->number;

    if (situation->opening)
        facts->flags |= pension_kind_flags(flow, written);
    return text_is(written, pension_kind_of(flow, facts->flags)->insurance);
}

void pension_reference_read(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;
    struct text trace;
    struct text kind;

    if (!record_text(event->body, "reference/traceNumber", &trace) ||
        !text_to_field(trace, facts->trace, TRACE_PLAIN) ||
        !read_region(event->body, "reference/inRegion", &facts->in_region) ||
        !read_region(event->body, "reference/outRegion", &facts->out_region))
        pension_unfit(facts, "PEN-C19", "trace number or regions are missing");
    else if (!regions_fit(situation, facts))
        pension_unfit(facts, "PEN-C19", "the regions are not those of the case");
    else if (!situation->opening && !text_is(trace, before->trace))
        pension_unfit(facts, "PEN-C19", "the trace number is not that of the case");
    else if (record_text(event->body, "reference/insuranceKind", &kind) &&
             !kind_fits(situation, kind, facts))
        pension_unfit(facts, "PEN-C19", "the insurance kind is not that of this flow");
    else if (pension_tags_differ(before->person_tag, event->person_tag))
        pension_unfit(facts, "PEN-C19", "the person is not that of the case");
}

/* --- letter, acceptance, certificate ------------------------------------------------ */

bool pension_money_moves(const struct rules *rules, const char *general, uint32_t out_region,
                         uint32_t in_region, struct day day)
{
    char route[RULE_ID_SIZE];
    struct buffer text = buffer_over(route, sizeof(route) - 1);

    buffer_format(&text, "%s-%u-%u", general, (unsigned)(out_region / 10000 * 10000),
                  (unsigned)(in_region / 10000 * 10000));
    route[text.size] = '\0';
    return rules_value(rules, route, day, rules_value(rules, general, day, 1)) != 0;
}

void pension_route_read(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const char *general = pension_kind_of(situation->flow->number, facts->flags)->money_rule;
    struct day day;

    pension_set_flag(facts, CASE_NO_MONEY, false);
    if (general == NULL)
        return;
    if (!record_day(event->body, "handler/date", &day))
        day = instant_day(event->at);
    pension_set_flag(facts, CASE_NO_MONEY,
                     !pension_money_moves(situation->rules, general, facts->out_region,
                                          facts->in_region, day));
}

/* What was said of an earlier letter, which came back, is not said of this one. */
static void read_letter(const struct flow_situation *situation, struct flow_facts *facts)
{
    pension_route_read(situation, facts);
    pension_set_flag(facts, CASE_LETTER_BACK, false);
    pension_set_flag(facts, CASE_PARTIAL, false);
    facts->accepted_on = (struct day){0};
}

/* Day 0 of a duty of OUT that begins on this day. */
static struct day day_zero_at_out(const struct flow_situation *situation, struct day day)
{
    return flow_day_zero(situation->rules, situation->before->out_region, day);
}

/* The agency cannot have accepted the letter before it was there, since day 0 of D2. Then its
 * day is not regarded; else D2 counts from it if the rule says so. */
static void start_from_acceptance(const struct flow_situation *situation,
                                  struct day letter_there, struct flow_facts *facts)
{
    struct day start = day_zero_at_out(situation, facts->accepted_on);

    if (facts->accepted_on.number == 0)
        return;
    if (start.number < letter_there.number)
        facts->accepted_on = (struct day){0};
    else if (flow_rule(situation->rules, "PEN-D2-START", situation->before->out_region,
                       facts->accepted_on, 0) == 1)
        facts->clocks_from[CLOCK_D2] = start;
}

static struct flow_clock clock_or_none(const struct flow_case *flow_case, unsigned kind)
{
    struct flow_case copy = *flow_case;
    const struct flow_clock *clock = flow_clock_find(&copy, kind);

    return clock != NULL ? *clock : (struct flow_clock){.kind = CLOCK_NONE};
}

/* 94号: what cannot move is stated; OUT must tell the person, counted from the letter, once for
 * each letter. */
static void read_exclusion(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    struct day day = day_zero_at_out(situation, instant_day(situation->event->at));

    if (record_find(situation->event->body, "excluded") == NULL)
        return;
    pension_set_flag(facts, CASE_PARTIAL, true);
    if (before->role != ROLE_OUT || (before->flags & CASE_PARTIAL) != 0)
        return;
    if (clock_or_none(before, CLOCK_D2).kind != CLOCK_NONE)
        day = clock_or_none(before, CLOCK_D2).start;
    facts->clocks_from[CLOCK_D2P] = day;
}

static void read_acceptance(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    struct flow_clock limit = clock_or_none(before, CLOCK_D2);
    struct day today = instant_day(situation->event->at);
    struct day day;

    read_exclusion(situation, facts);
    if (!record_day(situation->event->body, "acceptedOn", &day) || day.number > today.number ||
        day.number < instant_day(before->opened_at).number)
        return;
    facts->accepted_on = day;
    if (limit.state != CLOCK_STATE_RUNNING && limit.state != CLOCK_STATE_PASSED)
        return;
    start_from_acceptance(situation, limit.start, facts);
    /* Whether the clock has passed here yet is chance; the day that is written is not. */
    if (day_end(day).ms > limit.due.ms)
        facts->clocks_from[CLOCK_D2] = (struct day){0};
}

static void read_certificate(const struct flow_event *event, struct flow_facts *facts)
{
    if (record_money(event->body, "balance", &facts->certificate_balance))
        pension_set_flag(facts, CASE_CERTIFICATE, true);
}

/* --- the form ----------------------------------------------------------------------- */

/* Both sums are there and differ (PEN-C04). */
static void tell_difference(struct flow_facts *facts)
{
    if (facts->form_held && facts->money_seen &&
        !money_equal(facts->form_total, facts->money_total))
        set_code(facts, "PEN-R22");
}

/* OUT goes on knowing the sum: IN may hold a form that it has returned, and end with it when
 * the rest of the money comes. */
static void drop_form(const struct flow_situation *situation, struct flow_facts *facts)
{
    facts->form_held = false;
    if (situation->before->role == ROLE_IN)
        facts->form_total = (struct money){0};
}

/* PEN-C24: the account that moves against the balance of the certificate. A remark explains
 * it (GP rules of credited rates; domain reference 3.3). */
static void check_certificate(const struct flow_event *event, const struct flow_facts *facts,
                              struct flow_decision *decision)
{
    struct money account;

    if ((facts->flags & CASE_CERTIFICATE) != 0 &&
        record_money(event->body, "amounts/account", &account) &&
        !money_equal(account, facts->certificate_balance) &&
        record_find(event->body, "remark") == NULL)
        flow_warn(decision, "PEN-C24", 0);
}

static void take_issues(const struct pension_issues *issues, struct flow_facts *facts,
                        struct flow_decision *decision)
{
    bool overlap = false;

    for (size_t i = 0; i < issues->count; i++) {
        const struct pension_issue *issue = &issues->list[i];

        flow_warn(decision, issue->code, issue->row);
        overlap = overlap || (!issue->hard && strcmp(issue->code, "PEN-C08") == 0);
    }
    pension_set_flag(facts, CASE_OVERLAP, overlap);
}

/* Only a document is missing (94号): a reason of its own. */
static bool only_papers_missing(const struct pension_issues *issues)
{
    for (size_t i = 0; i < issues->count; i++)
        if (issues->list[i].hard && strcmp(issues->list[i].code, "PEN-C20") != 0)
            return false;
    return true;
}

/* Where the pension would be claimed if nothing followed this transfer (domain reference 4).
 * Both sides are told, if the form states the household register; the agency decides. */
static bool read_place(const struct flow_situation *situation, const struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    struct advice_question question = {.rules = situation->rules,
                                       .today = instant_day(situation->event->at),
                                       .form = situation->event->body,
                                       .out_region = facts->out_region,
                                       .in_region = facts->in_region};
    struct advice advice;
    uint64_t household;

    if (!record_number(question.form, "hukouRegion", 999999, &household))
        return true;
    question.household = (uint32_t)household;
    if (!pension_advise(&question, situation->arena, &advice, err))
        return false;
    pension_tell_place(&advice.place, decision);
    return true;
}

static bool read_form(const struct flow_situation *situation, struct flow_facts *facts,
                      struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    bool received = situation->before->role == ROLE_IN; /* whoever brings it */
    const struct pension_kind *kind = pension_kind_of(situation->flow->number, facts->flags);
    struct pension_issues *issues = arena_alloc(situation->arena, sizeof(*issues));

    if (issues == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the form's checks");
    if (!pension_checks_run(kind->checks, event->body, facts->out_region,
                            instant_day(event->at), situation->rules, situation->arena, issues,
                            err))
        return false;
    take_issues(issues, facts, decision);
    pension_set_flag(facts, CASE_FORM_BACK, false);
    facts->details = issues;
    facts->checks_fail = received && issues->hard;
    drop_form(situation, facts);
    if (facts->checks_fail) {
        set_code(facts, only_papers_missing(issues) ? "PEN-R23" : "PEN-R21");
        return true;
    }
    read_exclusion(situation, facts);
    check_certificate(event, facts, decision);
    facts->form_held = true;
    if (!record_money(event->body, "amounts/total", &facts->form_total))
        facts->form_total = (struct money){0}; /* warned of as PEN-C01 */
    if (received)
        tell_difference(facts);
    return kind->checks != CHECKS_EMPLOYEE || read_place(situation, facts, decision, err);
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
        pension_unfit(facts, "FLW-02",
                      "it returns another revision of the form than the newest");
        return;
    }
    drop_form(situation, facts);
    pension_set_flag(facts, CASE_FORM_BACK, true);
}

/* --- money --------------------------------------------------------------------------- */

void pension_no_such_amount(struct flow_facts *facts)
{
    pension_unfit(facts, "PEN-C04", "the amount is not one that this case can book");
}

static bool read_amount(const struct flow_event *event, struct flow_facts *facts,
                        struct money *amount)
{
    if (record_money(event->body, "amount", amount) && amount->fen > 0)
        return true;
    pension_no_such_amount(facts);
    return false;
}

/* Sums of a case over its remittances: booked at IN, advised at OUT. */
static void read_money(const struct flow_situation *situation, struct flow_facts *facts)
{
    struct money amount;

    if (!read_amount(situation->event, facts, &amount))
        return;
    if (!money_add(facts->money_total, amount, &facts->money_total)) {
        pension_no_such_amount(facts);
        return;
    }
    facts->money_seen = true;
    if (situation->event->action == ACTION_FUND_RECEIPT)
        tell_difference(facts);
}

/* Part of what a reversal must bring back: returned (IN), booked (OUT). Never more than all. */
static void read_part_back(const struct flow_event *event, struct flow_facts *facts)
{
    struct money amount;

    if (!read_amount(event, facts, &amount))
        return;
    if (!money_add(facts->reversed_total, amount, &facts->reversed_total) ||
        facts->reversed_total.fen > facts->reverse_total.fen)
        pension_no_such_amount(facts);
}

/* Money that went back to OUT: a part of what a dispute is about, or a reversal's. */
static void read_fund_return(const struct flow_situation *situation, struct flow_facts *facts,
                             struct flow_decision *decision)
{
    bool ours = situation->event->source == EVENT_SUBMITTED;
    bool reversing = situation->before->state == PENSION_REVERSAL;
    struct money amount;

    facts->agreed = (facts->flags & CASE_REVERSAL_AGREED) != 0;

    if (ours && reversing) {
        read_part_back(situation->event, facts);
        return;
    }
    if (!read_amount(situation->event, facts, &amount) || reversing)
        return;
    if (amount.fen > facts->money_total.fen && ours) {
        pension_no_such_amount(facts);
        return;
    }
    /* OUT may not have advised all that it paid: the money is back all the same. */
    if (amount.fen > facts->money_total.fen) {
        flow_warn(decision, "PEN-C04", 0);
        amount = facts->money_total;
    }
    CHECK(money_subtract(facts->money_total, amount, &facts->money_total));
    facts->money_seen = facts->money_total.fen > 0;
    if (ours)
        tell_difference(facts);
}

static void read_completion(const struct flow_situation *situation, struct flow_facts *facts,
                            struct flow_decision *decision)
{
    uint64_t months = 0;

    facts->agreed = (facts->flags & CASE_REVERSAL_AGREED) != 0;
    if (situation->event->source != EVENT_SUBMITTED || situation->before->role != ROLE_IN)
        return;
    facts->overlap = record_number(situation->event->body, "overlapMonths", 999, &months) &&
                     months > 0;
    if ((facts->flags & CASE_OVERLAP) != 0 && !facts->overlap)
        flow_warn(decision, "PEN-C08", 0);
}

/* --- withdrawal ---------------------------------------------------------- */

static void read_withdrawal_answer(const struct flow_situation *situation,
                                   struct flow_facts *facts)
{
    struct text agreed;

    facts->agreed = record_text(situation->event->body, "agreed", &agreed) &&
                    text_is(agreed, "true");
    read_code(situation->event, facts);
    /* Agreed to, and yet money is booked here: it goes back. */
    if (facts->agreed && facts->money_seen)
        facts->reverse_total = facts->money_total;
    pension_set_flag(facts, CASE_REVERSAL_AGREED, facts->agreed && facts->money_seen);
}

/* --- receipts ------------------------------------------------------------------------- */

static bool read_receipt(const struct flow_situation *situation, struct flow_facts *facts,
                         struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    bool refused = event->verdict == VERDICT_REFUSED;

    if (refused)
        memcpy(facts->code, event->code, sizeof(facts->code));
    switch (event->action) {
    case ACTION_LETTER:
        if (event->verdict == VERDICT_ACCEPTED)
            start_from_acceptance(
                situation, day_zero_at_out(situation, instant_day(event->received_at)), facts);
        pension_set_flag(facts, CASE_LETTER_BACK, refused);
        return true;
    case ACTION_FORM:
        if (refused) {
            drop_form(situation, facts);
            pension_set_flag(facts, CASE_FORM_BACK, true);
        }
        return true;
    case ACTION_REVERSAL:
        return pension_reversal_verdict(situation, facts, decision, err);
    default:
        return true;
    }
}

/* --- all ------------------------------------------------------------------------------ */

/* OUT books only what a reversal brings back. */
static void read_fund_receipt(const struct flow_situation *situation, struct flow_facts *facts)
{
    if (situation->before->role == ROLE_OUT)
        read_part_back(situation->event, facts);
    else
        read_money(situation, facts);
}

static bool read_document(const struct flow_situation *situation, struct flow_facts *facts,
                          struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    bool ours = event->source == EVENT_SUBMITTED;

    switch (event->action) {
    case ACTION_LETTER:
        read_letter(situation, facts);
        return true;
    case ACTION_ACCEPTANCE:
        read_acceptance(situation, facts);
        return true;
    case ACTION_CERTIFICATE:
        read_certificate(event, facts);
        return true;
    case ACTION_FORM:
        return situation->before->state == PENSION_REVERSAL ||
               read_form(situation, facts, decision, err);
    case ACTION_FORM_RETURN:
        read_form_return(situation, facts);
        return true;
    case ACTION_FUND_RECEIPT:
        read_fund_receipt(situation, facts);
        return true;
    case ACTION_FUND_ADVICE:
        if (ours)
            read_money(situation, facts);
        return true;
    case ACTION_FUND_RETURN:
        read_fund_return(situation, facts, decision);
        return true;
    case ACTION_COMPLETION:
        read_completion(situation, facts, decision);
        return true;
    case ACTION_WITHDRAWAL_ANSWER:
        read_withdrawal_answer(situation, facts);
        return true;
    case ACTION_REVERSAL:
        return pension_reversal_read(situation, facts, decision, err);
    case ACTION_LETTER_RETURN:
        pension_set_flag(facts, CASE_LETTER_BACK, true);
        read_code(event, facts);
        return true;
    case ACTION_REFUSAL:
        read_code(event, facts);
        return true;
    default:
        return true;
    }
}

bool pension_event_read(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    if (event->source == EVENT_RECEIPT)
        return read_receipt(situation, facts, decision, err);
    if (event->body == NULL) {
        pension_unfit(facts, "PEN-C19", "there is no document");
        return true;
    }
    pension_reference_read(situation, facts);
    return facts->refusal != NULL || read_document(situation, facts, decision, err);
}
