/*
 * core_medical_transfer_test.c - medical.transfer besides its tables: limits, what does not fit
 * a case, money, what the gateway writes, both sides opening the same, turning back.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/medical_transfer.h"
#include "medical_documents.h"
#include "rules_file.h"

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static struct flow_case case_in(unsigned role, unsigned state)
{
    return (struct flow_case){
        .case_id = {{3}},
        .flow = FLOW_MEDICAL_TRANSFER,
        .role = (uint8_t)role,
        .state = (uint8_t)state,
        .version = 3,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 1,
        .opened_at = {MEDICAL_NOW},
        .trace = MEDICAL_TRACE,
        .person_tag = {5},
        .part.medical = {.kind = MEDICAL_KIND_A},
    };
}

static struct flow_event event_with(enum event_source source, unsigned action,
                                    const struct record *body)
{
    return (struct flow_event){
        .source = source,
        .action = (uint16_t)action,
        .revision = 1,
        .at = {MEDICAL_NOW},
        .received_at = {MEDICAL_NOW},
        .body = body,
        .case_id = {{7}},
        .party = 2,
        .core = 3,
        .in_region = 520000,
        .out_region = 440000,
        .person_tag = {5},
    };
}

static const struct flow_case *decide(const struct flow_case *before,
                                      const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&medical_transfer_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

static void expect_refused(const struct flow_case *before, const struct flow_event *event,
                           const char *code)
{
    decide(before, event);
    assert_string_equal(decision.code, code);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_int_not_equal(decision.reason[0], '\0');
}

static const struct flow_case *accept(const struct flow_case *before,
                                      const struct flow_event *event)
{
    decide(before, event);
    assert_string_equal(decision.code, "");
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    return &decision.after;
}

static const struct flow_clock *clock_of(const struct flow_case *flow_case, unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case->clocks[i].kind == kind)
            return &flow_case->clocks[i];
    return NULL;
}

static bool warned(const char *code)
{
    for (size_t i = 0; i < decision.warning_count; i++)
        if (strcmp(decision.warnings[i].code, code) == 0)
            return true;
    return false;
}

/* --- limits ----------------------------------------------------------------------------- */

static void expect_days(unsigned role, unsigned state, struct flow_event event, unsigned kind,
                        unsigned days)
{
    struct flow_case before = case_in(role, state);
    const struct flow_clock *clock;

    before.part.medical.asked = event.source == EVENT_RECEIVED;
    if (state == FLOW_OPENING)
        event.role = (uint8_t)role;
    clock = clock_of(accept(state == FLOW_OPENING ? NULL : &before, &event), kind);
    assert_non_null(clock);
    assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
    assert_int_equal(clock->days, days);
}

/* The rows of conf/rules.xml: those of pensions do not count. */
static void limits_of_its_own(void **unused)
{
    struct flow_event query = event_with(
        EVENT_RECEIVED, ACTION_INSURED_QUERY,
        medical_application(arena, ACTION_INSURED_QUERY, "310", "310"));
    struct flow_event accepted = event_with(EVENT_RECEIVED, ACTION_ACCEPTANCE,
                                            medical_new(arena, ACTION_ACCEPTANCE));
    struct flow_event sheet = event_with(EVENT_RECEIVED, ACTION_FORM, medical_sheet(arena));
    struct flow_event back = event_with(EVENT_RECEIVED, ACTION_LETTER_RETURN,
                                        medical_new(arena, ACTION_LETTER_RETURN));
    struct flow_event withdrawn = event_with(EVENT_SUBMITTED, ACTION_WITHDRAWAL,
                                             medical_new(arena, ACTION_WITHDRAWAL));
    struct flow_event agreed = event_with(EVENT_SUBMITTED, ACTION_ACCEPTANCE,
                                          medical_new(arena, ACTION_ACCEPTANCE));
    struct flow_case asked = case_in(ROLE_IN, MEDICAL_RETURN_ASKED);
    struct record *bad = medical_sheet(arena);

    (void)unused;
    rules_file_read(&rules);
    expect_days(ROLE_OUT, FLOW_OPENING, query, CLOCK_CHECK, 2);
    expect_days(ROLE_IN, FLOW_OPENING, query, CLOCK_D1, 2);
    expect_days(ROLE_OUT, MEDICAL_CHECKED, accepted, CLOCK_D2, 10);
    expect_days(ROLE_IN, MEDICAL_NOTICED, sheet, CLOCK_D3, 5);
    expect_days(ROLE_IN, MEDICAL_NOTICED, sheet, CLOCK_FUND, 15);
    expect_days(ROLE_IN, MEDICAL_NOTICED, back, CLOCK_LETTER, 10);
    expect_days(ROLE_IN, MEDICAL_NOTICED, withdrawn, CLOCK_WITHDRAWAL, 5);
    asked.part.medical.asked = 1;
    asked.reverse_total.fen = MEDICAL_FEN;
    assert_int_equal(clock_of(accept(&asked, &agreed), CLOCK_REVERSAL)->days, 10);
    asked.reverse_total.fen = 0;
    assert_int_equal(clock_of(accept(&asked, &agreed), CLOCK_RESTORE)->days, 5);
    document_set(bad, "actualMonths", "83");
    sheet.body = bad;
    expect_days(ROLE_IN, MEDICAL_NOTICED, sheet, CLOCK_CORRECTION, 5);
    rules_file_add(&rules, "MED-D2-440000", "2026-01-01", 7);
    expect_days(ROLE_OUT, MEDICAL_CHECKED, accepted, CLOCK_D2, 7);
    rules_file_drop(&rules, "MED-D2-440000");
    rules_file_drop(&rules, "MED-D2");
    expect_days(ROLE_OUT, MEDICAL_CHECKED, accepted, CLOCK_D2, 15); /* what every flow has */
}

/* A passed clock reminds whoever must act, and moves nothing. */
static void a_passed_clock_decides_nothing(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, MEDICAL_NOTICED);
    struct flow_event timer = {
        .source = EVENT_TIMER, .clock_kind = CLOCK_D2, .at = {MEDICAL_NOW}};
    struct text text;

    (void)unused;
    before.clocks[0] = (struct flow_clock){
        .kind = CLOCK_D2, .state = CLOCK_STATE_RUNNING, .due = {MEDICAL_NOW}};
    accept(&before, &timer);
    assert_int_equal(decision.after.state, MEDICAL_NOTICED);
    assert_true(decision.after.flags & CASE_OVERDUE);
    assert_int_equal(decision.send_count, 2);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_true(record_text(decision.sends[0].made, "clock", &text));
    assert_true(text_is(text, "d2"));
}

/* --- what does not belong ---------------------------------------------------------------- */

static void what_does_not_belong_is_refused(void **unused)
{
    static const struct {
        const char *path;
        const char *value;
    } rows[] = {
        {"reference/traceNumber", "YB520000202603020002"},
        {"reference/traceNumber", ""},
        {"reference/inRegion", "520300"},
        {"reference/outRegion", "440300"},
        {"reference/outRegion", "44000"},
    };
    struct flow_case before = case_in(ROLE_IN, MEDICAL_NOTICED);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, medical_sheet(arena));

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *sheet = medical_sheet(arena);

        document_set(sheet, rows[i].path, rows[i].value);
        event.body = sheet;
        expect_refused(&before, &event, "MED-C19");
    }
    event.body = medical_sheet(arena);
    event.person_tag[0] = 6;
    expect_refused(&before, &event, "MED-C19");
    event.body = NULL;
    expect_refused(&before, &event, "MED-C19");
}

static void insurances_that_do_not_move(void **unused)
{
    static const struct {
        const char *out;
        const char *in;
        unsigned kind;
    } rows[] = {
        {"310", "310", MEDICAL_KIND_A},
        {"310", "390", MEDICAL_KIND_B},
        {"390", "310", MEDICAL_KIND_C},
        {"390", "390", MEDICAL_KIND_D},
        {"310", "340", 0},
        {"340", "310", 0},
        {"391", "310", 0},
        {"310", "", 0},
        {"110", "110", 0},
        {"3100", "310", 0},
    };
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_APPLICATION, NULL);
    struct flow_case rival = case_in(ROLE_IN, MEDICAL_NOTICED);
    struct record *near;

    (void)unused;
    event.role = ROLE_IN;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        event.body = medical_application(arena, ACTION_APPLICATION, rows[i].out, rows[i].in);
        if (rows[i].kind == 0)
            expect_refused(NULL, &event, "MED-R05");
        else
            assert_int_equal(accept(NULL, &event)->part.medical.kind, rows[i].kind);
    }
    near = medical_application(arena, ACTION_APPLICATION, "310", "310");
    document_set(near, "reference/outRegion", "520321");
    document_set(near, "reference/inRegion", "520302");
    event.body = near;
    event.in_region = event.out_region = 0;
    expect_refused(NULL, &event, "MED-R05"); /* one pool area */
    event.body = medical_application(arena, ACTION_APPLICATION, "310", "310");
    event.rival = &rival;
    expect_refused(NULL, &event, "MED-R06");
}

/* --- the sheet --------------------------------------------------------------------------- */

static void expect_returned(const char *path, const char *value, const char *code)
{
    struct flow_case before = case_in(ROLE_IN, MEDICAL_NOTICED);
    struct record *sheet = medical_sheet(arena);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FORM, sheet);
    struct text text;

    document_set(sheet, path, value);
    accept(&before, &event);
    assert_int_equal(decision.after.state, MEDICAL_SHEET_BAD);
    assert_string_equal(decision.after.last_code, code);
    assert_true(decision.after.flags & CASE_FORM_BACK);
    assert_int_equal(decision.after.part.medical.money, MONEY_NONE);
    assert_true(record_text(decision.sends[0].made, "code", &text));
    assert_true(text_is(text, code));
    assert_non_null(record_find(decision.sends[0].made, "checks/check/code"));
    assert_true(decision.warning_count > 0);
}

static void a_bad_sheet_goes_back(void **unused)
{
    struct flow_case before = case_in(ROLE_OUT, MEDICAL_NOTICED);
    struct record *sheet = medical_sheet(arena);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM, sheet);

    (void)unused;
    expect_returned("actualMonths", "83", "MED-R13");
    expect_returned("amountInWords", "壹元整", "MED-R11");
    /* at the sender it is a warning for an officer */
    document_set(sheet, "actualMonths", "83");
    assert_int_equal(accept(&before, &event)->state, MEDICAL_SHEET_SENT);
    assert_true(warned("MED-C04"));
}

static void the_certificate_is_compared(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, MEDICAL_NOTICED);
    struct record *paper = medical_new(arena, ACTION_CERTIFICATE);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_CERTIFICATE, paper);
    struct record *remarked = medical_sheet(arena);
    struct flow_case with;

    (void)unused;
    document_put(arena, remarked, "remark", "利息");
    document_put(arena, paper, "balance", "3471.25");
    with = *accept(&before, &event);
    assert_int_equal(with.certificate_balance.fen, 347125);
    event = event_with(EVENT_RECEIVED, ACTION_FORM, medical_sheet(arena));
    assert_int_equal(accept(&with, &event)->state, MEDICAL_SHEET_HELD);
    assert_true(warned("MED-C13"));
    event.body = remarked;
    accept(&with, &event);
    assert_false(warned("MED-C13"));
    with.certificate_balance.fen = MEDICAL_FEN;
    event.body = medical_sheet(arena);
    accept(&with, &event);
    assert_false(warned("MED-C13"));
}

/* --- money ------------------------------------------------------------------------------- */

static struct flow_case holding(unsigned role, unsigned state, unsigned money)
{
    struct flow_case before = case_in(role, state);

    before.flags = CASE_FORM_HELD;
    before.form_total.fen = MEDICAL_FEN;
    before.form_revision = 1;
    before.part.medical.pay_way = PAY_TRANSFER;
    before.part.medical.money = (uint8_t)money;
    return before;
}

static struct flow_event money(enum event_source source, unsigned action, const char *amount)
{
    return event_with(source, action, medical_money(arena, action, amount));
}

static void money_that_does_not_fit_is_refused(void **unused)
{
    struct flow_case due = holding(ROLE_IN, MEDICAL_SHEET_HELD, MONEY_DUE);
    struct flow_case bad = holding(ROLE_IN, MEDICAL_SHEET_HELD, MONEY_MISMATCH);
    struct flow_case out = holding(ROLE_OUT, MEDICAL_SHEET_HELD, MONEY_DUE);
    struct record *to_person = medical_money(arena, ACTION_FUND_ADVICE, MEDICAL_AMOUNT);
    struct flow_event event;

    (void)unused;
    document_set(to_person, "payee", "person");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "0.00");
    expect_refused(&due, &event, "MED-C15");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "-1.00");
    expect_refused(&due, &event, "MED-C15");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "1e3");
    expect_refused(&due, &event, "MED-C15");
    event = money(EVENT_SUBMITTED, ACTION_FUND_CREDITED, MEDICAL_AMOUNT);
    expect_refused(&due, &event, "MED-S01"); /* nothing has come */
    bad.money_total.fen = 100;
    event = money(EVENT_SUBMITTED, ACTION_FUND_CREDITED, "1.00");
    expect_refused(&bad, &event, "MED-C15"); /* never a part */
    event = money(EVENT_SUBMITTED, ACTION_FUND_CREDITED, MEDICAL_AMOUNT);
    expect_refused(&bad, &event, "MED-S01");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "1.01");
    expect_refused(&bad, &event, "MED-C15"); /* more than is here */
    event = event_with(EVENT_SUBMITTED, ACTION_FUND_ADVICE, to_person);
    expect_refused(&out, &event, "MED-S01"); /* the sheet says: to the agency */
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, MEDICAL_AMOUNT);
    expect_refused(&out, &event, "MED-C15"); /* nothing was paid */
    event = money(EVENT_SUBMITTED, ACTION_FUND_ADVICE, "3471.25");
    accept(&out, &event);
    assert_true(warned("MED-C14"));
    due.part.medical.pay_way = PAY_REFUND;
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, MEDICAL_AMOUNT);
    expect_refused(&due, &event, "MED-S01"); /* it goes to the person */
}

/* Two lines of the bank, the second one too large; what is too much goes back. */
static void money_may_come_in_parts(void **unused)
{
    struct flow_case at = holding(ROLE_IN, MEDICAL_SHEET_HELD, MONEY_PAID);
    struct flow_event event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "3000.00");

    (void)unused;
    at = *accept(&at, &event);
    assert_int_equal(at.part.medical.money, MONEY_MISMATCH);
    assert_string_equal(at.last_code, "MED-R14");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "500.00");
    at = *accept(&at, &event);
    assert_int_equal(at.part.medical.money, MONEY_MISMATCH);
    assert_int_equal(at.money_total.fen, 350000);
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "28.74");
    at = *accept(&at, &event);
    assert_int_equal(at.part.medical.money, MONEY_MATCHED);
    event = money(EVENT_SUBMITTED, ACTION_FUND_CREDITED, MEDICAL_AMOUNT);
    at = *accept(&at, &event);
    assert_int_equal(at.part.medical.money, MONEY_CREDITED);
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, MEDICAL_AMOUNT);
    expect_refused(&at, &event, "MED-S01"); /* only a case of its own takes it back */
}

/* A corrected sheet says what had come. */
static void a_corrected_sheet_meets_the_money(void **unused)
{
    struct flow_case at = holding(ROLE_IN, MEDICAL_SHEET_HELD, MONEY_MISMATCH);
    struct record *back = medical_new(arena, ACTION_FORM_RETURN);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FORM_RETURN, back);

    (void)unused;
    at.money_total.fen = MEDICAL_FEN;
    at.flags |= CASE_MONEY_SEEN;
    at.form_total.fen = MEDICAL_FEN - 1;
    document_put(arena, back, "formRevision", "2");
    expect_refused(&at, &event, "FLW-02");
    document_set(back, "formRevision", "1");
    at = *accept(&at, &event);
    assert_int_equal(at.state, MEDICAL_SHEET_BAD);
    assert_int_equal(at.part.medical.money, MONEY_MISMATCH);
    event = event_with(EVENT_RECEIVED, ACTION_FORM, medical_sheet(arena));
    event.revision = 2;
    at = *accept(&at, &event);
    assert_int_equal(at.state, MEDICAL_SHEET_HELD);
    assert_int_equal(at.part.medical.money, MONEY_MATCHED);
}

/* --- what the gateway writes -------------------------------------------------------------- */

static void expect_text(const struct record *made, const char *path, const char *value)
{
    struct text text;

    assert_true(record_text(made, path, &text));
    assert_true(text_is(text, value));
}

static void what_the_gateway_writes_follows_the_table(void **unused)
{
    struct flow_event event = event_with(
        EVENT_SUBMITTED, ACTION_APPLICATION,
        medical_application(arena, ACTION_APPLICATION, "310", "310"));
    struct flow_case asked = case_in(ROLE_IN, MEDICAL_APPLIED);
    struct flow_case late = holding(ROLE_OUT, MEDICAL_SHEET_HELD, MONEY_DUE);
    const struct record *made;

    (void)unused;
    event.role = ROLE_OUT;
    accept(NULL, &event);
    made = decision.sends[0].made;
    assert_int_equal(decision.sends[0].action, ACTION_INSURED_QUERY);
    expect_text(made, "reference/traceNumber", MEDICAL_TRACE);
    expect_text(made, "person/identityNumber", DOCUMENT_PERSON);
    expect_text(made, "outInsurance", "310");

    event = event_with(EVENT_RECEIPT, ACTION_INSURED_QUERY, NULL);
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "SCHEMA");
    assert_int_equal(accept(&asked, &event)->state, MEDICAL_REFUSED);
    expect_text(decision.sends[0].made, "code", "MED-R99");
    strcpy(event.code, "MED-R06");
    accept(&asked, &event);
    expect_text(decision.sends[0].made, "code", "MED-R06");

    event = event_with(EVENT_RECEIVED, ACTION_WITHDRAWAL,
                       medical_new(arena, ACTION_WITHDRAWAL));
    accept(&late, &event);
    expect_text(decision.sends[0].made, "agreed", "false");
    expect_text(decision.sends[0].made, "code", "MED-W01");
    event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY,
                       medical_new(arena, ACTION_STATUS_QUERY));
    accept(&late, &event);
    expect_text(decision.sends[0].made, "moneyState", "due");
    expect_text(decision.sends[0].made, "state", "sheet_held");
}

/* --- both sides open the same ------------------------------------------------------------- */

static void the_lower_case_id_stays(void **unused)
{
    struct flow_case ours = case_in(ROLE_IN, MEDICAL_APPLIED);
    struct flow_event event = event_with(
        EVENT_RECEIVED, ACTION_INSURED_QUERY,
        medical_application(arena, ACTION_INSURED_QUERY, "310", "310"));

    (void)unused;
    event.role = ROLE_IN;
    event.rival = &ours;
    expect_refused(NULL, &event, FLOW_MERGED); /* ours is {3}, theirs {7} */
    ours.case_id = (struct uuid){{9}};
    accept(NULL, &event);
    assert_int_equal(decision.also_count, 1);
    assert_int_equal(decision.also[0]->state, MEDICAL_REFUSED);
    assert_true(decision.also[0]->flags & CASE_MERGED);
    assert_true(uuid_equal(&decision.also[0]->other, &event.case_id));
    assert_int_equal(decision.after.part.medical.asked, 1);
    ours.part.medical.asked = 1; /* of theirs too: another business */
    expect_refused(NULL, &event, "MED-R06");
    ours.part.medical.asked = 0;
    ours.state = MEDICAL_CHECKED;
    expect_refused(NULL, &event, "MED-R06");
}

/* --- turning back --------------------------------------------------------------------------
 */

static struct flow_case closed(unsigned role)
{
    struct flow_case old = holding(role, MEDICAL_CLOSED, MONEY_CREDITED);

    old.case_id = (struct uuid){{1}};
    old.money_total = old.form_total;
    return old;
}

static struct flow_event turning(enum event_source source, const char *amount)
{
    struct record *body = medical_new(arena, ACTION_REVERSAL);

    document_put(arena, body, "amount", amount);
    return event_with(source, ACTION_REVERSAL, body);
}

static void only_what_was_credited_goes_back(void **unused)
{
    struct flow_case old = closed(ROLE_IN);
    struct flow_event event = turning(EVENT_SUBMITTED, MEDICAL_AMOUNT);
    struct flow_case at;

    (void)unused;
    event.role = ROLE_IN;
    expect_refused(NULL, &event, "FLW-06"); /* none is named */
    event.corrected = &old;
    at = *accept(NULL, &event);
    assert_int_equal(at.state, MEDICAL_RETURN_ASKED);
    assert_int_equal(at.reverse_total.fen, MEDICAL_FEN);
    assert_int_equal(at.part.medical.money, MONEY_DUE);
    assert_true(uuid_equal(&at.other, &old.case_id));
    assert_true(decision.also[0]->flags & CASE_CORRECTED);
    event = turning(EVENT_SUBMITTED, "3471.25");
    event.role = ROLE_IN;
    event.corrected = &old;
    expect_refused(NULL, &event, "FLW-06");
    event = turning(EVENT_SUBMITTED, MEDICAL_AMOUNT);
    event.role = ROLE_IN;
    event.corrected = &old;
    old.flags |= CASE_CORRECTED;
    expect_refused(NULL, &event, "FLW-06"); /* once */
    old.flags = CASE_FORM_HELD;
    old.person_tag[0] = 6;
    expect_refused(NULL, &event, "FLW-06");
    old.person_tag[0] = 5;
    old.state = MEDICAL_AWAITING;
    expect_refused(NULL, &event, "FLW-06");
    event.source = EVENT_RECEIVED;
    decide(NULL, &event);
    assert_int_equal(decision.kind, DECISION_LATER); /* it will have ended when all is here */
    old = closed(ROLE_IN);
    old.part.medical.money = MONEY_REFUNDED; /* to the person: nothing is here */
    event = turning(EVENT_SUBMITTED, "0.00");
    event.role = ROLE_IN;
    event.corrected = &old;
    assert_int_equal(accept(NULL, &event)->part.medical.money, MONEY_NONE);
}

static void it_ends_when_all_is_back(void **unused)
{
    struct flow_case old = closed(ROLE_OUT);
    struct flow_event event = turning(EVENT_RECEIVED, MEDICAL_AMOUNT);
    struct flow_case at;

    (void)unused;
    event.role = ROLE_OUT;
    event.corrected = &old;
    at = *accept(NULL, &event);
    event = event_with(EVENT_SUBMITTED, ACTION_ACCEPTANCE,
                       medical_new(arena, ACTION_ACCEPTANCE));
    at = *accept(&at, &event);
    assert_int_equal(at.state, MEDICAL_RETURNING);
    event = event_with(EVENT_SUBMITTED, ACTION_COMPLETION,
                       medical_new(arena, ACTION_COMPLETION));
    expect_refused(&at, &event, "MED-R14");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "3471.27");
    expect_refused(&at, &event, "MED-C15");
    event = money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, MEDICAL_AMOUNT);
    at = *accept(&at, &event);
    assert_int_equal(at.part.medical.money, MONEY_BACK);
    event = event_with(EVENT_SUBMITTED, ACTION_COMPLETION,
                       medical_new(arena, ACTION_COMPLETION));
    assert_int_equal(accept(&at, &event)->state, MEDICAL_TURNED_BACK);
    assert_true(decision.closes);
}

/* The agency does not agree, or its gateway does not take it: the old transfer stands. */
static void who_does_not_agree_leaves_the_old_one(void **unused)
{
    struct flow_case at = case_in(ROLE_IN, MEDICAL_RETURN_ASKED);
    struct flow_case old = closed(ROLE_IN);
    struct record *no = medical_new(arena, ACTION_REFUSAL);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_REFUSAL, no);

    (void)unused;
    document_put(arena, no, "code", "MED-R08");
    old.flags |= CASE_CORRECTED;
    old.other = at.case_id;
    event.corrected = &old;
    assert_int_equal(accept(&at, &event)->state, MEDICAL_REFUSED);
    assert_int_equal(decision.also_count, 1);
    assert_false(decision.also[0]->flags & CASE_CORRECTED);
    assert_true(uuid_is_none(&decision.also[0]->other));
    event = event_with(EVENT_RECEIPT, ACTION_REVERSAL, NULL);
    event.verdict = VERDICT_REFUSED;
    strcpy(event.code, "FLW-06");
    event.corrected = &old;
    assert_int_equal(accept(&at, &event)->state, MEDICAL_REFUSED);
    assert_int_equal(decision.also_count, 1);
}

/* --- the case's own bytes ------------------------------------------------------------------
 */

static void the_part_is_kept(void **unused)
{
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct flow_case at = holding(ROLE_IN, MEDICAL_SHEET_HELD, MONEY_MATCHED);
    struct flow_case read;
    struct error err = ERROR_INIT;

    (void)unused;
    at.part.medical.asked = 1;
    flow_case_encode(&at, &buffer);
    assert_true(flow_case_decode(buffer_as_text(&buffer), &read, &err));
    assert_memory_equal(&read.part.medical, &at.part.medical, sizeof(read.part.medical));
    for (unsigned i = 1; i <= 4; i++) { /* asked, money, pay way, kind: beyond their names */
        unsigned char was = bytes[buffer.size - i];

        bytes[buffer.size - i] = 99;
        assert_false(flow_case_decode(buffer_as_text(&buffer), &read, &err));
        assert_int_equal(err.code, ERROR_LEDGER);
        err = (struct error)ERROR_INIT;
        bytes[buffer.size - i] = was;
    }
    assert_string_equal(medical_kind_name(MEDICAL_KINDS).english, "unknown");
    assert_string_equal(medical_money_name(MEDICAL_MONEYS).english, "unknown");
}

static int fresh(void **unused)
{
    (void)unused;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    return 0;
}

static int setup(void **unused)
{
    struct day first = {0};
    struct day last = {0};

    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    assert_true(day_from(2026, 1, 1, &first) && day_from(2026, 12, 31, &last));
    calendar_set_range(calendar, first, last);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

#define MEDICAL_TEST(function) cmocka_unit_test_setup(function, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEDICAL_TEST(limits_of_its_own),
        MEDICAL_TEST(a_passed_clock_decides_nothing),
        MEDICAL_TEST(what_does_not_belong_is_refused),
        MEDICAL_TEST(insurances_that_do_not_move),
        MEDICAL_TEST(a_bad_sheet_goes_back),
        MEDICAL_TEST(the_certificate_is_compared),
        MEDICAL_TEST(money_that_does_not_fit_is_refused),
        MEDICAL_TEST(money_may_come_in_parts),
        MEDICAL_TEST(a_corrected_sheet_meets_the_money),
        MEDICAL_TEST(what_the_gateway_writes_follows_the_table),
        MEDICAL_TEST(the_lower_case_id_stays),
        MEDICAL_TEST(only_what_was_credited_goes_back),
        MEDICAL_TEST(it_ends_when_all_is_back),
        MEDICAL_TEST(who_does_not_agree_leaves_the_old_one),
        MEDICAL_TEST(the_part_is_kept),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
