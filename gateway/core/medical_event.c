/* medical_event.c - from the document of an event to the facts on which the tables decide. */
#include "core/medical_event.h"

#include <string.h>

#include "core/medical_checks.h"
#include "core/medical_money.h"
#include "core/medical_return.h"
#include "core/medical_transfer.h"

struct reading {
    const struct flow_situation *situation;
    const struct flow_event *event;
    struct flow_facts *facts;
    struct medical_details *details;
    struct flow_decision *decision;
    bool ours;
    bool in; /* we are IN */
    unsigned state;
};

void medical_unfit(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
}

void medical_set_flag(struct flow_facts *facts, enum case_flag flag, bool on)
{
    facts->flags = on ? facts->flags | (uint32_t)flag : facts->flags & ~(uint32_t)flag;
}

bool medical_tags_differ(const uint8_t a[16], const uint8_t b[16])
{
    static const uint8_t none[16];

    return memcmp(a, none, 16) != 0 && memcmp(b, none, 16) != 0 && memcmp(a, b, 16) != 0;
}

static void set_code(struct flow_facts *facts, const char *code)
{
    CHECK(text_to_field(text_of(code), facts->code, sizeof(facts->code)));
}

static void read_code(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    struct text code;

    /* Longer than a code can be: left empty, the document itself holds it. */
    if (record_text(reading->event->body, "code", &code) &&
        !text_to_field(code, facts->code, sizeof(facts->code)))
        facts->code[0] = '\0';
}

/* --- does it belong to the case? ------------------------------------------------------- */

static bool opening_region_fits(uint32_t written, uint32_t known)
{
    return known == 0 || written / 10000 == known / 10000;
}

static bool regions_fit(const struct reading *reading)
{
    const struct flow_case *before = reading->situation->before;
    const struct flow_event *event = reading->event;
    const struct flow_facts *facts = reading->facts;

    if (reading->situation->opening)
        return facts->in_region >= 100000 && facts->out_region >= 100000 &&
               opening_region_fits(facts->in_region, event->in_region) &&
               opening_region_fits(facts->out_region, event->out_region);
    return facts->in_region == before->in_region && facts->out_region == before->out_region;
}

/* MED-C19 */
static void read_reference(struct reading *reading)
{
    const struct flow_case *before = reading->situation->before;
    struct flow_facts *facts = reading->facts;
    struct flow_reference reference;

    flow_reference_of(reading->situation->flow, reading->event->body, &reference);
    memcpy(facts->trace, reference.trace, sizeof(facts->trace));
    facts->in_region = reference.in_region;
    facts->out_region = reference.out_region;
    if (reference.trace[0] == '\0' || strlen(reference.trace) >= TRACE_PLAIN)
        medical_unfit(facts, "MED-C19", "the trace number is missing");
    else if (!regions_fit(reading))
        medical_unfit(facts, "MED-C19", "the regions are not those of the case");
    else if (!reading->situation->opening && strcmp(reference.trace, before->trace) != 0)
        medical_unfit(facts, "MED-C19", "the trace number is not that of the case");
    else if (medical_tags_differ(before->person_tag, reading->event->person_tag))
        medical_unfit(facts, "MED-C19", "the person is not that of the case");
}

/* --- application and checks ------------------------------------------------------------- */

/* MED-R05, for the application and for the question that comes of it. */
static bool read_application(struct reading *reading, struct error *err)
{
    struct flow_facts *facts = reading->facts;
    const struct record *body = reading->event->body;
    uint64_t out = 0;
    uint64_t in = 0;
    enum medical_kind kind = MEDICAL_KIND_NONE;

    if (record_number(body, "outInsurance", 999, &out) &&
        record_number(body, "inInsurance", 999, &in))
        kind = medical_kind_of(out, in);
    if (kind == MEDICAL_KIND_NONE) {
        medical_unfit(facts, "MED-R05", "these insurances do not move into one another");
        return true;
    }
    if (facts->in_region / 100 == facts->out_region / 100) {
        medical_unfit(facts, "MED-R05", "both places are of one pool area");
        return true;
    }
    reading->details->part = (struct medical){.kind = (uint8_t)kind,
                                              .asked = reading->ours ? 0 : 1};
    return medical_merge(reading->situation, facts, reading->decision, err);
}

static void read_found(struct reading *reading)
{
    struct text result;

    reading->details->passed = record_text(reading->event->body, "result", &result) &&
                               text_is(result, "pass");
    read_code(reading);
}

static void read_acceptance(struct reading *reading)
{
    struct day day;

    if (record_day(reading->event->body, "acceptedOn", &day) &&
        day.number <= instant_day(reading->event->at).number)
        reading->facts->accepted_on = day;
}

/* --- the sheet -------------------------------------------------------------------------- */

/* The axis takes the event, or the document is refused. */
static void move_money(struct reading *reading, enum money_event event)
{
    if (!medical_money_move(reading->situation->before->role, event,
                            &reading->details->part.money))
        medical_unfit(reading->facts, "MED-S01", "the money of this case is not so far");
}

static void drop_sheet(struct flow_facts *facts)
{
    facts->form_held = false;
    facts->form_total = (struct money){0};
}

/* What is booked already is compared with the new sheet; else the sheet announces. */
static void announce(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    const struct medical *part = &reading->details->part;

    if (part->money == MONEY_REFUNDED && part->pay_way != PAY_REFUND)
        medical_unfit(facts, "MED-S01", "the person has been paid already");
    else if (reading->in && facts->money_seen)
        move_money(reading, money_equal(facts->form_total, facts->money_total)
                                ? MONEY_ARRIVE_EQUAL
                                : MONEY_ARRIVE_DIFFERS);
    else
        move_money(reading, reading->details->part.pay_way == PAY_NONE ? MONEY_ANNOUNCE_NONE
                                                                       : MONEY_ANNOUNCE);
}

/* MED-C13: the balance against that of the certificate. A remark explains it. */
static void check_certificate(struct reading *reading)
{
    const struct flow_facts *facts = reading->facts;
    struct money balance;

    if ((facts->flags & CASE_CERTIFICATE) != 0 &&
        record_money(reading->event->body, "balance", &balance) &&
        !money_equal(balance, facts->certificate_balance) &&
        record_find(reading->event->body, "remark") == NULL)
        flow_warn(reading->decision, "MED-C13", 0);
}

static void take_sheet(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    uint64_t pay_way = PAY_NONE;

    if (!record_number(reading->event->body, "payWay", PAY_WAYS - 1, &pay_way))
        pay_way = PAY_NONE; /* warned of as MED-C08 */
    if (pay_way == PAY_NONE ||
        !record_money(reading->event->body, "amount", &facts->form_total))
        facts->form_total = (struct money){0};
    facts->form_held = true;
    reading->details->part.pay_way = (uint8_t)pay_way;
    medical_set_flag(facts, CASE_NO_MONEY, pay_way != PAY_TRANSFER);
    check_certificate(reading);
    announce(reading);
}

static bool read_sheet(struct reading *reading, struct error *err)
{
    struct flow_facts *facts = reading->facts;
    struct medical_issues *issues = arena_alloc(reading->situation->arena, sizeof(*issues));
    struct medical_route route = {.kind = reading->details->part.kind,
                                  .out_region = facts->out_region,
                                  .in_region = facts->in_region};

    if (issues == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the sheet's checks");
    medical_checks_run(reading->event->body, &route, instant_day(reading->event->at),
                       reading->situation->rules, issues);
    for (size_t i = 0; i < issues->count; i++)
        flow_warn(reading->decision, issues->list[i].code, issues->list[i].row);
    reading->details->issues = issues;
    medical_set_flag(facts, CASE_FORM_BACK, false);
    drop_sheet(facts);
    facts->checks_fail = !reading->ours && issues->hard;
    if (facts->checks_fail)
        set_code(facts, issues->periods ? "MED-R13" : "MED-R11");
    else
        take_sheet(reading);
    return true;
}

static void read_sheet_return(struct reading *reading)
{
    uint64_t revision;

    read_code(reading);
    if (!record_number(reading->event->body, "formRevision", UINT32_MAX, &revision) ||
        revision != reading->situation->before->form_revision) {
        medical_unfit(reading->facts, "FLW-02",
                      "it returns another revision of the sheet than the newest");
        return;
    }
    move_money(reading, MONEY_DROP);
    drop_sheet(reading->facts);
    medical_set_flag(reading->facts, CASE_FORM_BACK, true);
}

/* --- money ------------------------------------------------------------------------------ */

static void no_such_amount(struct reading *reading)
{
    medical_unfit(reading->facts, "MED-C15", "the amount is not one that this case can book");
}

static bool read_amount(struct reading *reading, struct money *amount)
{
    if (record_money(reading->event->body, "amount", amount) && amount->fen > 0)
        return true;
    no_such_amount(reading);
    return false;
}

/* OUT has paid IN, or the person; as the sheet says (MED-S01). */
static void read_advice(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    struct text payee;
    bool person = record_text(reading->event->body, "payee", &payee) &&
                  text_is(payee, "person");
    struct money amount;

    if (flow_state_ends(reading->situation->flow, reading->state) ||
        !read_amount(reading, &amount))
        return;
    if (facts->form_held && person != (reading->details->part.pay_way == PAY_REFUND)) {
        medical_unfit(facts, "MED-S01", "the sheet says another way to pay");
        return;
    }
    move_money(reading, person ? MONEY_REFUND : MONEY_ORDER);
    /* What the person got never comes to IN: it is no money of the two agencies. */
    if (!reading->ours || person) {
        if (facts->form_held && !money_equal(amount, facts->form_total))
            flow_warn(reading->decision, "MED-C14", 0);
        return;
    }
    if (!money_add(facts->money_total, amount, &facts->money_total)) {
        no_such_amount(reading);
        return;
    }
    facts->money_seen = true;
    if (!money_equal(facts->money_total, facts->form_total))
        flow_warn(reading->decision, "MED-C14", 0);
}

/* Part of what a case that goes back must bring: returned (IN), booked (OUT). */
static void read_part_back(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    struct money amount;

    if (!read_amount(reading, &amount))
        return;
    if (!money_add(facts->reversed_total, amount, &facts->reversed_total) ||
        facts->reversed_total.fen > facts->reverse_total.fen)
        no_such_amount(reading);
    else if (money_equal(facts->reversed_total, facts->reverse_total))
        reading->details->part.money = MONEY_BACK;
}

/* What IN holds has become another sum. */
static void compare_booked(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    bool equal = facts->form_held && money_equal(facts->form_total, facts->money_total);

    move_money(reading, equal ? MONEY_ARRIVE_EQUAL : MONEY_ARRIVE_DIFFERS);
    if (!equal)
        set_code(facts, "MED-R14");
}

static void read_arrival(struct reading *reading)
{
    struct flow_facts *facts = reading->facts;
    struct money amount;

    if (!reading->in) {
        read_part_back(reading);
        return;
    }
    if (!read_amount(reading, &amount))
        return;
    if (facts->form_held && reading->details->part.pay_way != PAY_TRANSFER) {
        medical_unfit(facts, "MED-S01", "no money is to come to the agency");
        return;
    }
    if (!money_add(facts->money_total, amount, &facts->money_total)) {
        no_such_amount(reading);
        return;
    }
    facts->money_seen = true;
    compare_booked(reading);
}

static void read_credit(struct reading *reading)
{
    const struct flow_facts *facts = reading->facts;
    struct money amount;

    if (!read_amount(reading, &amount))
        return;
    if (!money_equal(amount, facts->form_total)) {
        no_such_amount(reading);
        return;
    }
    move_money(reading, MONEY_CREDIT);
}

/* IN gives back what it holds: all of it, or what is too much. */
static void send_back(struct reading *reading, struct money amount)
{
    struct flow_facts *facts = reading->facts;

    if (amount.fen > facts->money_total.fen) {
        no_such_amount(reading);
        return;
    }
    CHECK(money_subtract(facts->money_total, amount, &facts->money_total));
    facts->money_seen = facts->money_total.fen > 0;
    if (facts->money_seen)
        compare_booked(reading);
    else
        move_money(reading, MONEY_SEND_BACK);
}

/* Without a sheet nothing is announced any more. */
static void bounce(struct reading *reading)
{
    move_money(reading, MONEY_BOUNCE);
    if (!reading->facts->form_held && reading->details->part.money == MONEY_DUE)
        reading->details->part.money = MONEY_NONE;
}

/* OUT has it again: from IN, or from the bank that could not deliver it. OUT may not have
 * advised all that it paid; it is back all the same. */
static void take_back(struct reading *reading, struct money amount)
{
    struct flow_facts *facts = reading->facts;

    if (reading->ours && amount.fen > facts->money_total.fen) {
        no_such_amount(reading);
        return;
    }
    if (amount.fen > facts->money_total.fen)
        amount = facts->money_total;
    CHECK(money_subtract(facts->money_total, amount, &facts->money_total));
    facts->money_seen = facts->money_total.fen > 0;
    if (facts->money_seen)
        return;
    if (reading->ours)
        bounce(reading);
    else
        move_money(reading, MONEY_SEND_BACK);
}

static void read_return(struct reading *reading)
{
    const struct flow_facts *facts = reading->facts;
    struct money amount;

    if (reading->state == MEDICAL_RETURNING) {
        if (reading->ours)
            read_part_back(reading);
        return;
    }
    if (!read_amount(reading, &amount) ||
        flow_state_ends(reading->situation->flow, reading->state))
        return;
    if (!reading->in)
        take_back(reading, amount);
    else if (reading->ours)
        send_back(reading, amount);
    else if (!facts->form_held || money_equal(amount, facts->form_total))
        bounce(reading);
}

static void read_certificate(struct reading *reading)
{
    if (record_money(reading->event->body, "balance", &reading->facts->certificate_balance))
        medical_set_flag(reading->facts, CASE_CERTIFICATE, true);
}

/* --- receipts --------------------------------------------------------------------------- */

static bool read_receipt(struct reading *reading, struct error *err)
{
    const struct flow_event *event = reading->event;
    struct flow_facts *facts = reading->facts;
    bool refused = event->verdict == VERDICT_REFUSED;

    if (refused)
        memcpy(facts->code, event->code, sizeof(facts->code));
    if (event->action == ACTION_LETTER)
        medical_set_flag(facts, CASE_LETTER_BACK, refused);
    if (!refused)
        return true;
    if (strcmp(event->code, FLOW_MERGED) == 0)
        medical_set_flag(facts, CASE_MERGED, true);
    if (event->action == ACTION_FORM && reading->state != MEDICAL_REFUSED) {
        (void)medical_money_move(ROLE_OUT, MONEY_DROP, &reading->details->part.money);
        drop_sheet(facts);
        medical_set_flag(facts, CASE_FORM_BACK, true);
    }
    return event->action != ACTION_REVERSAL ||
           medical_return_dropped(reading->situation, reading->decision, err);
}

/* --- all -------------------------------------------------------------------------------- */

static void read_money(struct reading *reading)
{
    switch (reading->event->action) {
    case ACTION_FUND_ADVICE:
        read_advice(reading);
        break;
    case ACTION_FUND_RECEIPT:
        read_arrival(reading);
        break;
    case ACTION_FUND_CREDITED:
        read_credit(reading);
        break;
    case ACTION_FUND_RETURN:
        read_return(reading);
        break;
    default:
        break;
    }
}

static void read_agreement(struct reading *reading)
{
    struct text agreed;

    reading->facts->agreed = record_text(reading->event->body, "agreed", &agreed) &&
                             text_is(agreed, "true");
    read_code(reading);
}

static bool read_document(struct reading *reading, struct error *err)
{
    switch (reading->event->action) {
    case ACTION_APPLICATION:
    case ACTION_INSURED_QUERY:
        return read_application(reading, err);
    case ACTION_INSURED_STATE:
        read_found(reading);
        return true;
    case ACTION_ACCEPTANCE:
        read_acceptance(reading);
        return true;
    case ACTION_LETTER:
        medical_set_flag(reading->facts, CASE_LETTER_BACK, false);
        return true;
    case ACTION_LETTER_RETURN:
        medical_set_flag(reading->facts, CASE_LETTER_BACK, true);
        read_code(reading);
        return true;
    case ACTION_REFUSAL:
        read_code(reading);
        return medical_return_dropped(reading->situation, reading->decision, err);
    case ACTION_FORM:
        return reading->state == MEDICAL_REFUSED || read_sheet(reading, err);
    case ACTION_FORM_RETURN:
        read_sheet_return(reading);
        return true;
    case ACTION_WITHDRAWAL_ANSWER:
        read_agreement(reading);
        return true;
    case ACTION_REVERSAL:
        return medical_return_open(reading->situation, reading->facts, reading->details,
                                   reading->decision, err);
    case ACTION_CERTIFICATE:
        read_certificate(reading);
        return true;
    default:
        read_money(reading);
        return true;
    }
}

bool medical_event_read(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision, struct error *err)
{
    struct medical_details *details = arena_alloc(situation->arena, sizeof(*details));
    struct reading reading = {.situation = situation,
                              .event = situation->event,
                              .facts = facts,
                              .details = details,
                              .decision = decision,
                              .ours = situation->event->source == EVENT_SUBMITTED,
                              .in = situation->before->role == ROLE_IN,
                              .state = situation->before->state};

    if (details == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a transfer");
    *details = (struct medical_details){.part = situation->before->part.medical};
    facts->details = details;
    if (situation->event->source == EVENT_RECEIPT)
        return read_receipt(&reading, err);
    if (situation->event->body == NULL) {
        medical_unfit(facts, "MED-C19", "there is no document");
        return true;
    }
    read_reference(&reading);
    if (situation->opening)
        details->part.asked = reading.ours ? 0 : 1;
    return facts->refusal != NULL || read_document(&reading, err);
}

static unsigned guard_if(bool holds, enum medical_guard guard)
{
    return holds ? (unsigned)guard : 0;
}

unsigned medical_guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct medical_details *details = facts->details;
    const struct medical *part = details != NULL ? &details->part
                                                 : &situation->before->part.medical;

    return flow_guards(situation, facts) | guard_if(part->asked != 0, MEDICAL_ASKED) |
           guard_if(part->asked == 0, MEDICAL_ASKER) |
           guard_if(details != NULL && details->passed, MEDICAL_PASSED) |
           guard_if(medical_money_final(part->money), MEDICAL_FINAL) |
           guard_if(part->money == MONEY_DUE, MEDICAL_MONEY_DUE) |
           guard_if(medical_money_moving(part->money), MEDICAL_MONEY_MOVING) |
           guard_if(situation->before->letter_revision > 1, MEDICAL_RENEWED);
}

bool medical_settle(const struct flow_situation *situation, const struct flow_step *step,
                    const struct flow_facts *facts, struct flow_decision *decision,
                    struct error *err)
{
    const struct medical_details *details = facts->details;

    (void)situation;
    (void)step;
    (void)err;
    if (details != NULL)
        decision->after.part.medical = details->part;
    return true;
}
