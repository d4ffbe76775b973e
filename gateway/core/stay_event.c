/* stay_event.c - what an event brings to a stay: does it fit, what does it say, which guards
 * hold. */
#include <string.h>

#include "core/flow_clock.h"
#include "core/settlement_filing.h"
#include "core/stay_internal.h"

bool stay_refuse(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
    return true;
}

static struct text text_at(const struct record *body, const char *path)
{
    struct text found = {"", 0};

    return record_text(body, path, &found) ? found : (struct text){"", 0};
}

void stay_field(const struct record *body, const char *path, char *field, size_t size)
{
    if (!text_to_field(text_at(body, path), field, size))
        memset(field, 0, size);
}

bool stay_says(const struct record *body, const char *path, const char *word)
{
    return text_is(text_at(body, path), word);
}

/* A stay has its number in its institution: "H52990000001/ZY2026-000731". */
void stay_reference(const struct record *body, struct flow_reference *reference)
{
    struct text institution = text_at(body, "reference/institution");
    struct text number = text_at(body, "reference/stayNumber");
    struct buffer trace = buffer_over(reference->trace, sizeof(reference->trace) - 1);

    *reference = (struct flow_reference){
        .in_region = record_region_said(body, "reference/treatingRegion"),
        .out_region = record_region_said(body, "reference/insuredRegion"),
    };
    if (institution.size == 0 || number.size == 0)
        return;
    buffer_text(&trace, institution);
    buffer_u8(&trace, '/');
    buffer_text(&trace, number);
    if (trace.overflow)
        memset(reference->trace, 0, sizeof(reference->trace));
}

void stay_tell(const struct stay_issues *issues, struct flow_decision *decision)
{
    for (size_t i = 0; i < issues->count; i++)
        flow_warn(decision, issues->list[i].code, issues->list[i].row);
}

const char *stay_first_hard(const struct stay_issues *issues)
{
    for (size_t i = 0; i < issues->count; i++)
        if (issues->list[i].hard)
            return issues->list[i].code;
    return NULL;
}

bool stay_refuse_hard(struct flow_facts *facts, const struct stay_issues *issues,
                      const char *reason)
{
    const char *code = stay_first_hard(issues);

    if (code == NULL)
        return true;
    memcpy(facts->code, code, strlen(code) + 1);
    return stay_refuse(facts, facts->code, reason);
}

/* --- which question is meant ------------------------------------------------------ */

static bool treating(const struct flow_situation *situation)
{
    return situation->before->role == ROLE_TREATING;
}

static bool submitted(const struct flow_situation *situation)
{
    return situation->event->source == EVENT_SUBMITTED;
}

/* --- opening and registration ----------------------------------------------------- */

static bool read_reference(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    struct flow_reference reference;

    stay_reference(situation->event->body, &reference);
    if (reference.trace[0] == '\0' || reference.in_region == 0 || reference.out_region == 0)
        return stay_refuse(facts, "STL-C01", "no stay is named");
    if (reference.in_region / 10000 == reference.out_region / 10000)
        return stay_refuse(facts, "STL-X01", "treated in the province of the insurance");
    memcpy(facts->trace, reference.trace, sizeof(facts->trace));
    facts->in_region = reference.in_region;
    facts->out_region = reference.out_region;
    if (!situation->opening &&
        (strcmp(before->trace, facts->trace) != 0 || before->in_region != facts->in_region ||
         before->out_region != facts->out_region))
        return stay_refuse(facts, "STL-C01", "the document names another stay");
    return true;
}

static unsigned visit_of(const struct record *body)
{
    if (stay_says(body, "visitKind", "inpatient"))
        return VISIT_INPATIENT;
    return stay_says(body, "visitKind", "pharmacy") ? VISIT_PHARMACY : VISIT_OUTPATIENT;
}

static unsigned service_of(const struct record *body)
{
    if (stay_says(body, "service", "REH"))
        return SERVICE_REH;
    return stay_says(body, "service", "AST") ? SERVICE_AST : SERVICE_MED;
}

void stay_describe(const struct record *body, struct stay *stay)
{
    uint64_t number;

    stay->insurance = (uint8_t)stay_insurance_of(body);
    stay->visit = (uint8_t)visit_of(body);
    stay->service = stay->insurance == INSURANCE_INJURY ? (uint8_t)service_of(body) : 0;
    if (record_number(body, "institutionLevel", 9, &number))
        stay->level = (uint8_t)number;
    if (record_number(body, "insuranceKind", 999, &number))
        stay->insurance_kind = (uint16_t)number;
    stay_field(body, "recognitionNumber", stay->recognition, sizeof(stay->recognition));
    if (!record_day(body, "admittedOn", &stay->admitted))
        stay->admitted = (struct day){0};
}

unsigned stay_insurance_of(const struct record *body)
{
    if (stay_says(body, "insurance", "injury"))
        return INSURANCE_INJURY;
    return stay_says(body, "insurance", "medical") ? INSURANCE_MEDICAL : INSURANCE_NONE;
}

static bool is_inpatient(const struct flow_case *flow_case)
{
    return flow_case->part.stay.visit == VISIT_INPATIENT;
}

/* A stay that is over leaves room for the next one on the day of discharge. */
static bool overlap(const struct flow_case *other, struct day admitted)
{
    const struct stay *stay = &other->part.stay;
    bool in_hospital = stay->discharged.number == 0 || other->state == STAY_REGISTERED;

    return stay->admitted.number != 0 && admitted.number >= stay->admitted.number &&
           (in_hospital || admitted.number < stay->discharged.number);
}

static bool in_force(const struct flow_case *other)
{
    return other->state >= STAY_REGISTERED && other->state != STAY_MISMATCHED &&
           !flow_state_ends(&settlement_stay_flow, other->state);
}

/* INSURED: the person's other stays. Two at one time cannot both be; of medical insurance the
 * second is refused, of work injury it is flagged for an officer (DUP_STAY). */
static bool look_at_others(const struct flow_situation *situation, struct flow_facts *facts,
                           struct stay_facts *stay, struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    bool injury = stay_insurance_of(event->body) == INSURANCE_INJURY;
    struct text recognition = text_at(event->body, "recognitionNumber");
    struct day admitted = {0};

    if (!record_day(event->body, "admittedOn", &admitted) ||
        !stay_says(event->body, "visitKind", "inpatient"))
        return true;
    for (size_t i = 0; i < event->related_count; i++) {
        const struct flow_case *other = event->related[i];

        if (other->flow != FLOW_SETTLEMENT_STAY || other->role != ROLE_INSURED ||
            uuid_equal(&other->case_id, &situation->before->case_id) || !in_force(other) ||
            !is_inpatient(other))
            continue;
        if (injury && recognition.size > 0 &&
            text_is(recognition, other->part.stay.recognition) &&
            other->part.stay.admitted.number == admitted.number)
            return stay_refuse(facts, "STL-D03", "the same stay is registered already");
        if (!overlap(other, admitted))
            continue;
        if (!injury)
            return stay_refuse(facts, "STL-D01", "the person is in hospital elsewhere");
        stay->overlaps = true;
        flow_warn(decision, "STL-D02", 0);
    }
    return true;
}

static int64_t rule(const struct flow_situation *situation, const char *id, int64_t otherwise)
{
    return flow_rule(situation->rules, id, situation->before->out_region,
                     instant_day(situation->event->at), otherwise);
}

static bool read_filing(const struct flow_situation *situation, struct flow_facts *facts,
                        struct stay_facts *stay)
{
    const struct flow_event *event = situation->event;
    unsigned insurance = stay_insurance_of(event->body);
    bool injury = insurance == INSURANCE_INJURY;
    struct filing_need need = {
        .insurance = (uint8_t)insurance,
        .party = event->party,
        .region = facts->in_region,
        .visit = (uint8_t)visit_of(event->body),
        .service = injury ? (uint8_t)service_of(event->body) : 0,
        .recognition = text_at(event->body, "recognitionNumber"),
    };

    if (stay_says(event->body, "emergency", "true") ||
        !record_day(event->body, "admittedOn", &need.on))
        return true;
    if (rule(situation, injury ? "STL-FILING-INJURY" : "STL-FILING-MEDICAL", 1) == 0)
        return true;
    stay->filing = filing_find(event->related, event->related_count, &need);
    return stay->filing != NULL ||
           stay_refuse(facts, filing_missing(event->related, event->related_count, &need),
                       "no filing is in force for this stay");
}

static bool read_register(const struct flow_situation *situation, struct flow_facts *facts,
                          struct stay_facts *stay, struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    bool injury = stay_insurance_of(event->body) == INSURANCE_INJURY;

    if (stay_says(event->body, "thirdParty", "true"))
        return stay_refuse(facts, "STL-X03", "somebody else is liable");
    if (injury && text_at(event->body, "recognitionNumber").size == 0)
        return stay_refuse(facts, "STL-C02", "work injury needs its recognition");
    if (injury && !stay_says(event->body, "visitKind", "inpatient") &&
        !stay_says(event->body, "service", "AST") &&
        rule(situation, "STL-INJURY-OUTPATIENT", 0) == 0)
        return stay_refuse(facts, "STL-X02", "outpatient work injury is not settled directly");
    if (treating(situation))
        return true;
    if (!look_at_others(situation, facts, stay, decision) || facts->refusal != NULL)
        return true;
    return read_filing(situation, facts, stay);
}

/* --- settlement ------------------------------------------------------------------- */

static bool digest_differs(const struct flow_event *event)
{
    static const char digits[] = "0123456789abcdef";
    struct text said = text_at(event->body, "lineDigest");

    if (said.size != 64)
        return true;
    for (size_t i = 0; i < 32; i++)
        if (said.at[2 * i] != digits[event->lines_digest[i] >> 4] ||
            said.at[2 * i + 1] != digits[event->lines_digest[i] & 15])
            return true;
    return false;
}

/* presettle and settle: the sums must be those of the lines, and the lines those of both. */
static bool read_request(const struct flow_situation *situation, struct flow_facts *facts,
                         struct stay_facts *stay, struct flow_decision *decision)
{
    const struct flow_case *before = situation->before;

    if (before->state == STAY_REGISTERED && is_inpatient(before))
        return stay_refuse(facts, "FLW-01", "an inpatient is discharged first");
    if (!treating(situation) && digest_differs(situation->event))
        return stay_refuse(facts, "STL-K01", "the lines here are others");
    stay_request_check(situation->event->body, &before->part.stay, &stay->profile,
                       &stay->issues);
    stay_tell(&stay->issues, decision);
    return stay_refuse_hard(facts, &stay->issues, "the amounts do not add up");
}

/* An outcome has the split as the ledger keeps it: who pays, not from which fund. */
static void plain_profile(struct stay_profile *profile)
{
    *profile = (struct stay_profile){.family_apart = false};
    profile->levels[STAY_A1] = profile->levels[STAY_A8] = profile->levels[STAY_A10] = STAY_HARD;
}

static bool read_amounts(const struct flow_situation *situation, struct flow_facts *facts,
                         struct stay_facts *stay, struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    const struct stay *before = &situation->before->part.stay;
    bool split;

    if (event->action == ACTION_OUTCOME)
        plain_profile(&stay->profile);
    split = stay_split_read(record_find(event->body, "amounts"), &stay->profile, &stay->split);

    if (event->action == ACTION_CANCELLED)
        stay_cancel_check(event->body, &before->split, &stay->profile, &stay->issues);
    else
        stay_answer_check(event->body, before, before->insurance, &stay->profile,
                          event->action == ACTION_PRESETTLED, &stay->issues);
    if (event->action != ACTION_CANCELLED &&
        (situation->before->flags & CASE_ACCOUNT_BARRED) != 0)
        stay_account_check(event->body, &stay->profile, &stay->issues);
    if (!split && event->action != ACTION_CANCELLED)
        stay_issue_add(&stay->issues, "STL-S01", true, 0);
    stay_tell(&stay->issues, decision);
    facts->checks_fail = stay->issues.hard;
    if (facts->checks_fail) {
        const char *code = stay_first_hard(&stay->issues);

        if (code != NULL)
            memcpy(facts->code, code, strlen(code) + 1);
    }
    return true;
}

static bool has_amounts(unsigned action)
{
    return action == ACTION_PRESETTLED || action == ACTION_SETTLED ||
           action == ACTION_CANCELLED || action == ACTION_OUTCOME;
}

/* What the other side has of lines. It is told only: without agreement nothing is settled
 * (STL-K01, STL-A8). */
static bool read_totals(const struct flow_situation *situation, struct stay_facts *stay,
                        struct flow_decision *decision)
{
    if (stay->answer_ok && stay_is_mine(situation))
        stay_totals_check(situation->event->body, &situation->before->part.stay, &stay->profile,
                          &stay->issues);
    stay_tell(&stay->issues, decision);
    return true;
}

static bool read_answer(const struct flow_situation *situation, struct flow_facts *facts,
                        struct stay_facts *stay, struct flow_decision *decision)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;

    stay->answer_ok = stay_says(event->body, "result/verdict", "ok");
    if (submitted(situation) && !stay_comes_late(situation) && !stay_is_mine(situation))
        return stay_refuse(facts, "STL-Q01", "no open question has this answer");
    if (!stay->answer_ok)
        stay_field(event->body, "result/code", facts->code, sizeof(facts->code));
    if (event->action == ACTION_LINES_TAKEN || event->action == ACTION_LINES_UNDONE)
        return read_totals(situation, stay, decision);
    if (!stay->answer_ok || !has_amounts(event->action))
        return true;
    if (event->action == ACTION_OUTCOME &&
        (before->part.stay.original_action != ACTION_SETTLE ||
         !stay_says(event->body, "status", "booked")))
        return true;
    return read_amounts(situation, facts, stay, decision);
}

/* --- the whole ------------------------------------------------------------------- */

static bool asks(unsigned action)
{
    return stay_answer_action(action) != ACTION_NONE;
}

/* Is a question open that must have its answer first? INSURED: one that does nothing to the
 * books is waited for by nobody once its time is over, though our core never answers. */
static bool is_busy(const struct flow_situation *situation)
{
    const struct flow_question *open = &situation->before->part.stay.question;
    bool bound = open->action == ACTION_REGISTER || open->action == ACTION_SETTLE ||
                 open->action == ACTION_CANCEL || open->action == ACTION_REVERSE;

    if (open->action == ACTION_NONE || situation->before->state == STAY_ASKED)
        return false;
    return treating(situation) || bound ||
           instant_before(situation->event->at, open->answer_by);
}

/* May this question be asked now? */
static bool question_fits(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    bool side = event->action == ACTION_REVERSE || event->action == ACTION_QUERY;
    bool ours = event->source == EVENT_SUBMITTED;

    if (ours != treating(situation))
        return stay_refuse(facts, "FLW-01",
                           "the treating place asks, the insured place answers");
    if (!ours && !side && stay_was_reversed(&before->part.stay, &event->message_id))
        return stay_refuse(facts, "STL-T02", "it was reversed before it came");
    if (ours && !side && stay_key_was_reversed(&before->part.stay, event->key))
        return stay_refuse(facts, "STL-T02", "it was reversed before it came");
    if (!ours && !side && !instant_before(event->at, event->answer_by))
        return stay_refuse(facts, "STL-T01", "it came after the time for its answer");
    if (!side && is_busy(situation))
        return stay_refuse(facts, "STL-B01", "a question of this stay is open");
    return true;
}

static bool read_question(const struct flow_situation *situation, struct flow_facts *facts,
                          struct stay_facts *stay, struct flow_decision *decision,
                          struct error *err)
{
    if (!question_fits(situation, facts) || facts->refusal != NULL)
        return true;
    switch (situation->event->action) {
    case ACTION_REGISTER:
        return read_register(situation, facts, stay, decision);
    case ACTION_LINES:
        return stay_read_lines(situation, facts, stay, decision, err);
    case ACTION_LINES_UNDO:
        return stay_read_lines_undo(situation, facts, stay);
    case ACTION_PRESETTLE:
    case ACTION_SETTLE:
        facts->remake = treating(situation);
        return read_request(situation, facts, stay, decision);
    case ACTION_REGISTER_UNDO:
        return situation->before->part.stay.line_count == 0 ||
               stay_refuse(facts, "STL-K04", "lines are in force");
    case ACTION_CANCEL:
        return text_is(text_at(situation->event->body, "settlementNumber"),
                       situation->before->part.stay.settlement_number) ||
               stay_refuse(facts, "STL-C03", "another settlement stands");
    case ACTION_REVERSE:
        facts->remake = treating(situation); /* to the other province it names its message */
        return treating(situation) ? stay_read_own_reversal(situation, facts, stay)
                                   : stay_read_original(situation, facts, stay);
    case ACTION_QUERY:
        return stay_read_original(situation, facts, stay);
    default:
        return true;
    }
}

static void read_profile(const struct flow_situation *situation, struct stay_facts *stay)
{
    const struct flow_case *before = situation->before;
    unsigned insurance = before->part.stay.insurance;

    if (!stay_profile_read(situation->rules, before->out_region, insurance,
                           instant_day(situation->event->at), &stay->profile))
        memset(&stay->profile, 0, sizeof(stay->profile));
}

static bool is_waited_for(const struct flow_question *question)
{
    static const uint8_t nobody[sizeof(question->key)];

    return memcmp(question->key, nobody, sizeof(nobody)) != 0;
}

bool stay_read(const struct flow_situation *situation, struct flow_facts *facts,
               struct flow_decision *decision, struct error *err)
{
    struct stay_facts *stay = arena_alloc(situation->arena, sizeof(*stay));
    const struct flow_event *event = situation->event;

    if (stay == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a stay");
    *stay = (struct stay_facts){.answer_ok = false};
    facts->details = stay;
    read_profile(situation, stay);
    stay_take_original(situation, stay);
    if (event->source == EVENT_RECEIPT && event->verdict == VERDICT_REFUSED)
        memcpy(facts->code, event->code, sizeof(facts->code));
    if (event->source != EVENT_SUBMITTED && event->source != EVENT_RECEIVED)
        return true;
    if (!read_reference(situation, facts) || facts->refusal != NULL)
        return true;
    /* Who did not ask for it is told what was reversed. */
    facts->remake = event->source == EVENT_RECEIVED && event->action == ACTION_REVERSED &&
                    !is_waited_for(&situation->before->part.stay.question);
    if (asks(event->action))
        return read_question(situation, facts, stay, decision, err);
    if (stay_is_answer(event->action))
        return read_answer(situation, facts, stay, decision);
    if (event->action == ACTION_FALLBACK)
        stay_field(event->body, "reason", facts->code, sizeof(facts->code));
    return true;
}
