/*
 * medical_transfer.c - the flow medical.transfer: its two tables and its pairs. What its
 * documents bring is read in medical_event.c; the money axis is in medical_money.c.
 *
 * The numbers behind rows are those of docs/rules.md. Each side sends in order and keeps one
 * message under way; between the directions everything may cross ("crossing").
 */
#include "core/medical_transfer.h"

#include "core/medical_documents.h"
#include "core/medical_event.h"
#include "core/medical_takeover.h"

/* Short names, so that a row of the tables stays one line. */
enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    ACTIVE = FLOW_ACTIVE,
    SAME = FLOW_SAME,
    APPLIED = MEDICAL_APPLIED,
    CHECKED = MEDICAL_CHECKED,
    REFUSED = MEDICAL_REFUSED,
    ACCEPTED = MEDICAL_ACCEPTED,
    NOTICE_SENT = MEDICAL_NOTICE_SENT,
    NOTICED = MEDICAL_NOTICED,
    RETURNED = MEDICAL_RETURNED,
    SHEET_SENT = MEDICAL_SHEET_SENT,
    SHEET_HELD = MEDICAL_SHEET_HELD,
    SHEET_BAD = MEDICAL_SHEET_BAD,
    DONE = MEDICAL_DONE,
    AWAITING = MEDICAL_AWAITING,
    CLOSED = MEDICAL_CLOSED,
    WITHDRAWN = MEDICAL_WITHDRAWN,
    WITHDRAWING = MEDICAL_WITHDRAWING,
    RETURN_ASKED = MEDICAL_RETURN_ASKED,
    RETURNING = MEDICAL_RETURNING,
    TURNED_BACK = MEDICAL_TURNED_BACK
};

enum {
    APPLICATION = ACTION_APPLICATION,
    CHECK = ACTION_INSURED_QUERY,
    FOUND = ACTION_INSURED_STATE,
    ACCEPTANCE = ACTION_ACCEPTANCE,
    REFUSAL = ACTION_REFUSAL,
    LETTER = ACTION_LETTER,
    LETTER_RETURN = ACTION_LETTER_RETURN,
    FORM = ACTION_FORM,
    FORM_RETURN = ACTION_FORM_RETURN,
    ADVICE = ACTION_FUND_ADVICE,
    MONEY = ACTION_FUND_RECEIPT,
    CREDITED = ACTION_FUND_CREDITED,
    BACK = ACTION_FUND_RETURN,
    CERTIFICATE = ACTION_CERTIFICATE,
    COMPLETION = ACTION_COMPLETION,
    WITHDRAWAL = ACTION_WITHDRAWAL,
    REPLY = ACTION_WITHDRAWAL_ANSWER,
    REVERSAL = ACTION_REVERSAL,
    REMINDER = ACTION_REMINDER,
    QUERY = ACTION_STATUS_QUERY,
    STATUS = ACTION_STATUS_ANSWER
};

enum {
    ALWAYS = GUARD_NONE,
    CHECKS_FAIL = GUARD_CHECKS_FAIL,
    EQUAL = GUARD_SUMS_EQUAL,
    HAS_FORM = GUARD_FORM,
    TAKEN = GUARD_ACCEPTED,
    NOT_TAKEN = GUARD_REFUSED,
    NO_CASE_THERE = GUARD_NO_CASE_THERE,
    ELSEWHERE = GUARD_ELSEWHERE,
    AGREED = GUARD_AGREED,
    REVERSED = GUARD_REVERSED,
    FORM_BACK = GUARD_FORM_BACK,
    ASKED = MEDICAL_ASKED,
    ASKER = MEDICAL_ASKER,
    PASSED = MEDICAL_PASSED,
    FINAL = MEDICAL_FINAL,
    DUE = MEDICAL_MONEY_DUE,
    MOVING = MEDICAL_MONEY_MOVING,
    RENEWED = MEDICAL_RENEWED
};

#define D1     FLOW_CLOCK(CLOCK_D1)
#define D2     FLOW_CLOCK(CLOCK_D2)
#define D3     FLOW_CLOCK(CLOCK_D3)
#define FUND   FLOW_CLOCK(CLOCK_FUND)
#define CORR   FLOW_CLOCK(CLOCK_CORRECTION)
#define AGAIN  FLOW_CLOCK(CLOCK_LETTER)
#define SUSP   FLOW_CLOCK(CLOCK_SUSPENSE)
#define WD     FLOW_CLOCK(CLOCK_WITHDRAWAL)
#define REV    FLOW_CLOCK(CLOCK_REVERSAL)
#define MEND   FLOW_CLOCK(CLOCK_RESTORE)
#define VERIFY FLOW_CLOCK(CLOCK_CHECK)

#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }
#define REFUSE(from, source, action, guard, code)                                              \
    {                                                                                          \
        from, source, action, guard, 0, code, 0, 0, 0, 0                                       \
    }
/* What comes in a state in which it changes nothing: our own core is told. */
#define PASS(from, action) STEP(from, THEIRS, action, ALWAYS, SAME, 0, action, 0, 0)
/* A verdict that is no news in this state. */
#define NOTE(from, action, guard) STEP(from, VERDICT, action, guard, SAME, 0, 0, 0, 0)

static const struct name states[] = {
    {"applied", "已申请"},
    {"checked", "核验通过"},
    {"refused", "不予受理"},
    {"accepted", "已受理"},
    {"notice_sent", "通知单已发"},
    {"noticed", "通知单已送达"},
    {"returned", "已退函"},
    {"sheet_sent", "信息表已发"},
    {"sheet_held", "信息表已到"},
    {"sheet_bad", "退表待更正"},
    {"done", "已转入待反馈"},
    {"awaiting", "待资金办结"},
    {"closed", "办结"},
    {"withdrawn", "已撤销"},
    {"withdrawing", "撤销待答复"},
    {"return_asked", "转回待同意"},
    {"returning", "转回中"},
    {"turned_back", "已转回"},
};
_Static_assert(COUNT_OF(states) == MEDICAL_STATES, "every state has its names");

/* The application and the two checks (MED-R01 to R10), at whichever side the person applied.
 * `mine` is the clock of our own duty, `yours` that of the other side. */
#define APPLIES(mine, yours)                                                                   \
    REFUSE(OPENING, OURS, APPLICATION, ELSEWHERE, "MED-R06"),                                  \
        STEP(OPENING, OURS, APPLICATION, ALWAYS, APPLIED, CHECK, 0, mine, 0),                  \
        REFUSE(OPENING, THEIRS, CHECK, ELSEWHERE, "MED-R06"),                                  \
        STEP(OPENING, THEIRS, CHECK, ALWAYS, APPLIED, 0, CHECK, mine, 0),                      \
        STEP(APPLIED, VERDICT, CHECK, TAKEN, APPLIED, 0, 0, yours, 0),                         \
        STEP(APPLIED, VERDICT, CHECK, NOT_TAKEN, REFUSED, 0, REFUSAL, 0, 0),                   \
        NOTE(REFUSED, CHECK, NOT_TAKEN),                                                       \
        STEP(APPLIED, OURS, FOUND, ASKED | PASSED, CHECKED, FOUND, 0, 0, mine),                \
        STEP(APPLIED, OURS, FOUND, ASKED, REFUSED, FOUND, 0, 0, 0),                            \
        STEP(APPLIED, THEIRS, FOUND, ASKER | PASSED, CHECKED, 0, FOUND, 0, yours),             \
        STEP(APPLIED, THEIRS, FOUND, ASKER, REFUSED, 0, FOUND, 0, 0),                          \
        PASS(REFUSED, FOUND), /* crossing */                                                   \
        STEP(APPLIED, OURS, REFUSAL, ASKER, REFUSED, REFUSAL, 0, 0, 0),                        \
        STEP(CHECKED, OURS, REFUSAL, ASKER, REFUSED, REFUSAL, 0, 0, 0),                        \
        STEP(APPLIED, THEIRS, REFUSAL, ASKED, REFUSED, 0, REFUSAL, 0, 0),                      \
        STEP(CHECKED, THEIRS, REFUSAL, ASKED, REFUSED, 0, REFUSAL, 0, 0),                      \
        PASS(REFUSED, REFUSAL), NOTE(REFUSED, REFUSAL, NO_CASE_THERE)

/* A transfer that has ended goes back as a case of its own (转回): the other agency agrees, IN
 * returns what it credited, OUT restores the relation. `mine` and `yours`: who is to agree. */
#define GOES_BACK(mine, yours)                                                                 \
    REFUSE(OPENING, OURS, REVERSAL, ELSEWHERE, "MED-R06"),                                     \
        STEP(OPENING, OURS, REVERSAL, ALWAYS, RETURN_ASKED, REVERSAL, 0, 0, 0),                \
        REFUSE(OPENING, THEIRS, REVERSAL, ELSEWHERE, "MED-R06"),                               \
        STEP(OPENING, THEIRS, REVERSAL, ALWAYS, RETURN_ASKED, 0, REVERSAL, mine, 0),           \
        STEP(RETURN_ASKED, VERDICT, REVERSAL, TAKEN, RETURN_ASKED, 0, 0, yours, 0),            \
        STEP(RETURN_ASKED, VERDICT, REVERSAL, NOT_TAKEN, REFUSED, 0, REFUSAL, 0, 0),           \
        NOTE(REFUSED, REVERSAL, NOT_TAKEN),                                                    \
        STEP(RETURN_ASKED, OURS, ACCEPTANCE, ASKED | REVERSED, RETURNING, ACCEPTANCE, 0, MEND, \
             mine),                                                                            \
        STEP(RETURN_ASKED, OURS, ACCEPTANCE, ASKED, RETURNING, ACCEPTANCE, 0, REV, mine),      \
        STEP(RETURN_ASKED, THEIRS, ACCEPTANCE, ASKER | REVERSED, RETURNING, 0, ACCEPTANCE,     \
             MEND, yours),                                                                     \
        STEP(RETURN_ASKED, THEIRS, ACCEPTANCE, ASKER, RETURNING, 0, ACCEPTANCE, REV, yours),   \
        STEP(RETURN_ASKED, OURS, REFUSAL, ASKED, REFUSED, REFUSAL, 0, 0, 0),                   \
        STEP(RETURN_ASKED, THEIRS, REFUSAL, ASKER, REFUSED, 0, REFUSAL, 0, 0)

/* What both sides say to each other at any time. That a case is not there is no news. */
#define TALK                                                                                   \
    PASS(ANY, REMINDER), STEP(ACTIVE, OURS, REMINDER, ALWAYS, SAME, REMINDER, 0, 0, 0),        \
        NOTE(ANY, REMINDER, NO_CASE_THERE),                                                    \
        STEP(ANY, THEIRS, QUERY, ALWAYS, SAME, STATUS, 0, 0, 0),                               \
        STEP(ANY, OURS, QUERY, ALWAYS, SAME, QUERY, 0, 0, 0), NOTE(ANY, QUERY, NO_CASE_THERE), \
        PASS(ANY, STATUS)

/* A sheet, good or bad (MED-C01 …). D2 is met: it came. */
#define SHEET_ARRIVES(from, met)                                                               \
    STEP(from, THEIRS, FORM, CHECKS_FAIL, SHEET_BAD, FORM_RETURN, 0, CORR, met),               \
        STEP(from, THEIRS, FORM, DUE, SHEET_HELD, 0, FORM, D3 | FUND, met),                    \
        STEP(from, THEIRS, FORM, ALWAYS, SHEET_HELD, 0, FORM, D3, met)

/* Money beside the record; what is possible the axis says (MED-S01). Until it is credited or
 * goes back, IN is pressed; until it is paid, OUT. */
#define MONEY_MOVES_IN(from)                                                                   \
    STEP(from, OURS, MONEY, EQUAL, SAME, 0, 0, SUSP, FUND),                                    \
        STEP(from, OURS, MONEY, ALWAYS, SAME, 0, 0, SUSP, 0),                                  \
        STEP(from, OURS, BACK, ALWAYS, SAME, BACK, 0, FUND, SUSP),                             \
        STEP(from, THEIRS, BACK, ALWAYS, SAME, 0, BACK, FUND, SUSP)
/* Paid: to the person, so that nothing is to come; or to us. */
#define ADVICE_ARRIVES(from)                                                                   \
    STEP(from, THEIRS, ADVICE, FINAL, SAME, 0, ADVICE, 0, FUND),                               \
        STEP(from, THEIRS, ADVICE, ALWAYS, SAME, 0, ADVICE, SUSP, FUND)

/* The person withdraws, at IN: OUT says whether its sheet is out already. */
#define WITHDRAWS_IN(from, met)                                                                \
    STEP(from, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, met),                 \
        STEP(from, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWN, 0, WITHDRAWAL, 0, 0)

/* 转入地. D2, the correction and the money are the other side's duty as seen from here. */
static const struct flow_step steps_in[] = {
    APPLIES(D1, VERIFY),
    STEP(CHECKED, OURS, ACCEPTANCE, ASKER, ACCEPTED, ACCEPTANCE, 0, D1, 0),
    STEP(CHECKED, THEIRS, ACCEPTANCE, ASKED, ACCEPTED, 0, ACCEPTANCE, D1 | D2, 0),
    STEP(ACCEPTED, VERDICT, ACCEPTANCE, TAKEN, ACCEPTED, 0, 0, D2, 0),
    STEP(NOTICE_SENT, VERDICT, ACCEPTANCE, TAKEN, NOTICE_SENT, 0, 0, D2, 0), /* crossing */

    STEP(ACCEPTED, OURS, LETTER, ALWAYS, NOTICE_SENT, LETTER, 0, 0, D1),
    STEP(NOTICE_SENT, VERDICT, LETTER, TAKEN | RENEWED, NOTICED, 0, 0, D2, 0),
    STEP(NOTICE_SENT, VERDICT, LETTER, TAKEN, NOTICED, 0, 0, 0, 0),
    STEP(NOTICE_SENT, VERDICT, LETTER, NOT_TAKEN, RETURNED, 0, LETTER_RETURN, AGAIN, 0),
    STEP(NOTICE_SENT, THEIRS, LETTER_RETURN, ALWAYS, RETURNED, 0, LETTER_RETURN, AGAIN,
         D2), /* crossing */
    STEP(NOTICED, THEIRS, LETTER_RETURN, ALWAYS, RETURNED, 0, LETTER_RETURN, AGAIN, D2),
    STEP(RETURNED, OURS, LETTER, ALWAYS, NOTICE_SENT, LETTER, 0, 0, AGAIN),
    STEP(RETURNED, OURS, REFUSAL, ALWAYS, REFUSED, REFUSAL, 0, 0, 0),

    SHEET_ARRIVES(NOTICE_SENT, D2), /* crossing */
    SHEET_ARRIVES(NOTICED, D2),
    SHEET_ARRIVES(SHEET_BAD, D2 | CORR),
    PASS(REFUSED, FORM), /* crossing */
    STEP(SHEET_HELD, OURS, FORM_RETURN, ALWAYS, SHEET_BAD, FORM_RETURN, 0, CORR, D3 | FUND),
    REFUSE(SHEET_BAD, OURS, REFUSAL, MOVING, "MED-R14"), /* the money goes back first */
    STEP(SHEET_BAD, OURS, REFUSAL, ALWAYS, REFUSED, REFUSAL, 0, 0, 0),

    MONEY_MOVES_IN(SHEET_HELD),
    MONEY_MOVES_IN(SHEET_BAD),
    MONEY_MOVES_IN(DONE),
    MONEY_MOVES_IN(AWAITING),
    STEP(REFUSED, OURS, BACK, ALWAYS, SAME, BACK, 0, 0, 0), /* it came all the same */
    PASS(REFUSED, BACK),                                    /* crossing */
    ADVICE_ARRIVES(SHEET_HELD),
    ADVICE_ARRIVES(SHEET_BAD), /* crossing */
    ADVICE_ARRIVES(DONE),
    STEP(AWAITING, THEIRS, ADVICE, FINAL, CLOSED, 0, ADVICE, 0, 0),
    STEP(AWAITING, THEIRS, ADVICE, ALWAYS, SAME, 0, ADVICE, SUSP, FUND),
    PASS(CLOSED, ADVICE),  /* crossing */
    PASS(CLOSED, BACK),    /* crossing */
    PASS(REFUSED, ADVICE), /* crossing */
    STEP(SHEET_HELD, OURS, CREDITED, ALWAYS, SAME, CREDITED, 0, 0, FUND | SUSP),
    STEP(DONE, OURS, CREDITED, ALWAYS, SAME, CREDITED, 0, 0, FUND | SUSP),
    STEP(AWAITING, OURS, CREDITED, ALWAYS, CLOSED, CREDITED, 0, 0, 0),

    STEP(SHEET_HELD, OURS, COMPLETION, ALWAYS, DONE, COMPLETION, 0, 0, D3),
    STEP(DONE, VERDICT, COMPLETION, TAKEN | FINAL, CLOSED, 0, 0, 0, 0),
    STEP(DONE, VERDICT, COMPLETION, TAKEN, AWAITING, 0, 0, 0, 0),

    WITHDRAWS_IN(APPLIED, D1 | VERIFY),
    WITHDRAWS_IN(CHECKED, D1),
    WITHDRAWS_IN(ACCEPTED, D1),
    WITHDRAWS_IN(NOTICE_SENT, 0),
    WITHDRAWS_IN(NOTICED, 0),
    WITHDRAWS_IN(RETURNED, AGAIN),
    REFUSE(SHEET_HELD, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),
    REFUSE(SHEET_BAD, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),
    REFUSE(DONE, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),
    REFUSE(AWAITING, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),
    STEP(WITHDRAWING, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWN, 0, WITHDRAWAL, 0, 0),
    STEP(WITHDRAWING, VERDICT, WITHDRAWAL, NO_CASE_THERE, WITHDRAWN, 0, 0, 0, 0),
    STEP(WITHDRAWING, THEIRS, REPLY, AGREED, WITHDRAWN, 0, REPLY, 0, 0),
    STEP(WITHDRAWING, THEIRS, REPLY, FORM_BACK, SHEET_BAD, 0, REPLY, CORR, WD | D2),
    STEP(WITHDRAWING, THEIRS, REPLY, HAS_FORM | DUE, SHEET_HELD, 0, REPLY, D3 | FUND, WD | D2),
    STEP(WITHDRAWING, THEIRS, REPLY, HAS_FORM, SHEET_HELD, 0, REPLY, D3, WD | D2),
    STEP(WITHDRAWING, THEIRS, REPLY, ALWAYS, NOTICED, 0, REPLY, 0, WD),
    /* crossing with the withdrawal */
    NOTE(WITHDRAWING, CHECK, NOT_TAKEN),
    STEP(WITHDRAWING, VERDICT, LETTER, NOT_TAKEN, SAME, 0, LETTER_RETURN, 0, 0),
    STEP(WITHDRAWING, THEIRS, FORM, CHECKS_FAIL, SAME, FORM_RETURN, 0, 0, 0),
    PASS(WITHDRAWING, FORM),
    PASS(WITHDRAWING, FOUND),
    PASS(WITHDRAWING, ACCEPTANCE),
    PASS(WITHDRAWING, REFUSAL),
    PASS(WITHDRAWING, LETTER_RETURN),
    PASS(WITHDRAWING, ADVICE),
    PASS(REFUSED, WITHDRAWAL),
    PASS(WITHDRAWN, REPLY),
    NOTE(WITHDRAWN, LETTER, NOT_TAKEN),

    GOES_BACK(REV, WD),
    STEP(RETURNING, OURS, BACK, REVERSED, RETURNING, BACK, 0, MEND, REV),
    STEP(RETURNING, OURS, BACK, ALWAYS, RETURNING, BACK, 0, 0, 0),
    STEP(RETURNING, THEIRS, COMPLETION, REVERSED, TURNED_BACK, 0, COMPLETION, 0, 0),
    REFUSE(RETURNING, THEIRS, COMPLETION, ALWAYS, "MED-R14"),

    PASS(ANY, CERTIFICATE),
    TALK,
};

/* The person withdraws, at OUT or at IN, and no sheet is out: it ends at once. */
#define WITHDRAWS_OUT(from)                                                                    \
    STEP(from, OURS, WITHDRAWAL, ALWAYS, WITHDRAWN, WITHDRAWAL, 0, 0, 0),                      \
        STEP(from, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWN, REPLY, WITHDRAWAL, 0, 0)
/* It is out: only a case of its own turns the transfer back. */
#define TOO_LATE(from)                                                                         \
    REFUSE(from, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),                                         \
        STEP(from, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0)
#define MONEY_MOVES_OUT(from)                                                                  \
    STEP(from, OURS, BACK, ALWAYS, SAME, BACK, 0, FUND, SUSP),                                 \
        STEP(from, THEIRS, BACK, ALWAYS, SAME, 0, BACK, FUND, SUSP)

/* 转出地. D2 runs from the acceptance (10 working days) and is met by sheet or return; money
 * has a clock of its own and holds nothing up. */
static const struct flow_step steps_out[] = {
    APPLIES(VERIFY, D1),
    STEP(CHECKED, OURS, ACCEPTANCE, ASKER, ACCEPTED, ACCEPTANCE, 0, D2, VERIFY),
    STEP(CHECKED, THEIRS, ACCEPTANCE, ASKED, ACCEPTED, 0, ACCEPTANCE, D2, 0),

    STEP(ACCEPTED, THEIRS, LETTER, ALWAYS, NOTICED, 0, LETTER, 0, 0),
    STEP(ACCEPTED, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0),
    STEP(NOTICED, OURS, LETTER_RETURN, ALWAYS, RETURNED, LETTER_RETURN, 0, AGAIN, D2),
    STEP(RETURNED, THEIRS, LETTER, ALWAYS, NOTICED, 0, LETTER, D2, AGAIN),
    STEP(RETURNED, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0),

    STEP(NOTICED, OURS, FORM, DUE, SHEET_SENT, FORM, 0, FUND, D2),
    STEP(NOTICED, OURS, FORM, ALWAYS, SHEET_SENT, FORM, 0, 0, D2),
    STEP(SHEET_BAD, OURS, FORM, DUE, SHEET_SENT, FORM, 0, FUND, CORR),
    STEP(SHEET_BAD, OURS, FORM, ALWAYS, SHEET_SENT, FORM, 0, 0, CORR),
    STEP(SHEET_SENT, VERDICT, FORM, TAKEN, SHEET_HELD, 0, 0, D3, 0),
    STEP(SHEET_SENT, VERDICT, FORM, NOT_TAKEN, SHEET_BAD, 0, FORM_RETURN, CORR, FUND),
    STEP(SHEET_SENT, THEIRS, FORM_RETURN, ALWAYS, SHEET_BAD, 0, FORM_RETURN, CORR,
         FUND), /* crossing */
    STEP(SHEET_HELD, THEIRS, FORM_RETURN, ALWAYS, SHEET_BAD, 0, FORM_RETURN, CORR, D3 | FUND),
    STEP(SHEET_SENT, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0), /* crossing */
    STEP(SHEET_HELD, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0), /* crossing */
    STEP(SHEET_BAD, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0),
    NOTE(REFUSED, FORM, NOT_TAKEN), /* crossing */

    STEP(SHEET_SENT, OURS, ADVICE, FINAL, SAME, ADVICE, 0, 0, FUND),
    STEP(SHEET_SENT, OURS, ADVICE, ALWAYS, SAME, ADVICE, 0, SUSP, FUND),
    STEP(SHEET_HELD, OURS, ADVICE, FINAL, SAME, ADVICE, 0, 0, FUND),
    STEP(SHEET_HELD, OURS, ADVICE, ALWAYS, SAME, ADVICE, 0, SUSP, FUND),
    STEP(AWAITING, OURS, ADVICE, FINAL, CLOSED, ADVICE, 0, 0, 0),
    STEP(AWAITING, OURS, ADVICE, ALWAYS, SAME, ADVICE, 0, SUSP, FUND),
    MONEY_MOVES_OUT(SHEET_SENT),
    MONEY_MOVES_OUT(SHEET_HELD),
    MONEY_MOVES_OUT(SHEET_BAD),
    MONEY_MOVES_OUT(AWAITING),
    STEP(REFUSED, OURS, BACK, ALWAYS, SAME, BACK, 0, 0, 0), /* by the bank */
    PASS(REFUSED, BACK),
    STEP(SHEET_SENT, THEIRS, CREDITED, ALWAYS, SAME, 0, CREDITED, 0,
         FUND | SUSP), /* crossing */
    STEP(SHEET_HELD, THEIRS, CREDITED, ALWAYS, SAME, 0, CREDITED, 0, FUND | SUSP),
    STEP(AWAITING, THEIRS, CREDITED, ALWAYS, CLOSED, 0, CREDITED, 0, 0),

    STEP(SHEET_SENT, THEIRS, COMPLETION, FINAL, CLOSED, 0, COMPLETION, 0, 0), /* crossing */
    STEP(SHEET_SENT, THEIRS, COMPLETION, ALWAYS, AWAITING, 0, COMPLETION, 0, D3),
    STEP(SHEET_HELD, THEIRS, COMPLETION, FINAL, CLOSED, 0, COMPLETION, 0, 0),
    STEP(SHEET_HELD, THEIRS, COMPLETION, ALWAYS, AWAITING, 0, COMPLETION, 0, D3),

    WITHDRAWS_OUT(APPLIED),
    WITHDRAWS_OUT(CHECKED),
    WITHDRAWS_OUT(ACCEPTED),
    WITHDRAWS_OUT(NOTICED),
    WITHDRAWS_OUT(RETURNED),
    TOO_LATE(SHEET_SENT),
    TOO_LATE(SHEET_HELD),
    TOO_LATE(SHEET_BAD),
    REFUSE(AWAITING, OURS, WITHDRAWAL, ALWAYS, "MED-W01"),
    STEP(REFUSED, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0),   /* crossing */
    STEP(WITHDRAWN, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0), /* crossing */
    NOTE(WITHDRAWN, WITHDRAWAL, NO_CASE_THERE),
    NOTE(WITHDRAWN, CHECK, NOT_TAKEN),
    /* crossing with our withdrawal */
    PASS(WITHDRAWN, FOUND),
    PASS(WITHDRAWN, ACCEPTANCE),
    PASS(WITHDRAWN, LETTER),
    PASS(WITHDRAWN, REFUSAL),

    GOES_BACK(WD, REV),
    STEP(RETURNING, THEIRS, BACK, ALWAYS, RETURNING, 0, BACK, MEND, REV),
    STEP(RETURNING, OURS, MONEY, ALWAYS, RETURNING, 0, 0, 0, 0),
    PASS(TURNED_BACK, BACK), /* crossing: booked before its notice was here */
    STEP(RETURNING, OURS, COMPLETION, REVERSED, TURNED_BACK, COMPLETION, 0, 0, 0),
    REFUSE(RETURNING, OURS, COMPLETION, ALWAYS, "MED-R14"),

    STEP(ACTIVE, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    TALK,
};

/* Where both may rest with nothing under way. */
static const struct flow_pair pairs[] = {
    {APPLIED, APPLIED},
    {CHECKED, CHECKED},
    {REFUSED, REFUSED},
    {ACCEPTED, ACCEPTED},
    {NOTICED, NOTICED},
    {RETURNED, RETURNED},
    {RETURNED, ACCEPTED}, /* their gateway refused the notice */
    {SHEET_HELD, SHEET_HELD},
    {SHEET_BAD, SHEET_BAD},
    {AWAITING, AWAITING},
    {CLOSED, CLOSED},
    {WITHDRAWN, WITHDRAWN},
    {WITHDRAWN, REFUSED}, /* each ended it before it heard of the other */
    {REFUSED, WITHDRAWN},
    {RETURN_ASKED, RETURN_ASKED},
    {RETURNING, RETURNING},
    {TURNED_BACK, TURNED_BACK},
};

static uint32_t *revision_of(struct flow_case *flow_case, unsigned action)
{
    if (action == ACTION_LETTER)
        return &flow_case->letter_revision;
    return action == ACTION_FORM ? &flow_case->form_revision : NULL;
}

enum medical_kind medical_kind_of(uint64_t out_insurance, uint64_t in_insurance)
{
    enum { EMPLOYEES = 310, RESIDENTS = 390 };

    if (out_insurance == EMPLOYEES && in_insurance == EMPLOYEES)
        return MEDICAL_KIND_A;
    if (out_insurance == EMPLOYEES && in_insurance == RESIDENTS)
        return MEDICAL_KIND_B;
    if (out_insurance == RESIDENTS && in_insurance == EMPLOYEES)
        return MEDICAL_KIND_C;
    return out_insurance == RESIDENTS && in_insurance == RESIDENTS ? MEDICAL_KIND_D
                                                                   : MEDICAL_KIND_NONE;
}

static const struct flow_kind kinds[] = {
    {"A", {"employees to employees", "职工转职工"}},
    {"B", {"employees to residents", "职工转居民"}},
    {"C", {"residents to employees", "居民转职工"}},
    {"D", {"residents to residents", "居民转居民"}},
};
_Static_assert(COUNT_OF(kinds) == MEDICAL_KINDS - 1, "every kind has its names");

static size_t kind_of(const struct flow_case *flow_case)
{
    unsigned kind = flow_case->part.medical.kind;

    return kind == MEDICAL_KIND_NONE ? COUNT_OF(kinds) : kind - 1;
}

struct name medical_kind_name(unsigned kind)
{
    if (kind == MEDICAL_KIND_NONE)
        return (struct name){"none", "无"};
    if (kind >= MEDICAL_KINDS)
        return (struct name){"unknown", "未知"};
    return (struct name){kinds[kind - 1].code, kinds[kind - 1].name.chinese};
}

/* That the relation goes into; none before the insurances are known. */
static const char *insurance(const struct flow_case *flow_case)
{
    static const char *const joined[MEDICAL_KINDS] = {
        [MEDICAL_KIND_A] = "310",
        [MEDICAL_KIND_B] = "390",
        [MEDICAL_KIND_C] = "310",
        [MEDICAL_KIND_D] = "390",
    };
    unsigned kind = flow_case->part.medical.kind;

    return kind < MEDICAL_KINDS ? joined[kind] : NULL;
}

const struct flow medical_transfer_flow = {
    .number = FLOW_MEDICAL_TRANSFER,
    .roles = {ROLE_IN, ROLE_OUT},
    .family = "MED",
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << MEDICAL_REFUSED | 1u << MEDICAL_CLOSED | 1u << MEDICAL_WITHDRAWN |
            1u << MEDICAL_TURNED_BACK,
    .steps = {[ROLE_IN] = steps_in, [ROLE_OUT] = steps_out},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in), [ROLE_OUT] = COUNT_OF(steps_out)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = medical_event_read,
    .make = medical_document_make,
    .insurance = insurance,
    .revision = revision_of,
    .guards = medical_guards,
    .settle = medical_settle,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
    .takeover = &medical_takeover,
};
