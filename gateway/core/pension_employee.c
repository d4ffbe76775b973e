/*
 * pension_employee.c - the flow pension.employee: its two tables and its pairs. What its
 * documents bring is read in pension_event.c.
 *
 * Each side sends in order and keeps one message under way, so within a direction nothing
 * overtakes; between the directions everything may cross. A row marked "crossing" is there for
 * that reason.
 */
#include "core/pension_employee.h"

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_transfer.h"

/* Short names, so that a row of the tables stays one line. */
enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    ACTIVE = FLOW_ACTIVE,
    SAME = FLOW_SAME,
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
    CLEARING = PENSION_CLEARING,
    CLOSED = PENSION_CLOSED,
    CANCELLED = PENSION_CANCELLED,
    REVERSING = PENSION_REVERSAL,
    ACCEPTED = PENSION_ACCEPTED,
    WITHDRAWING = PENSION_WITHDRAWING
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
    BACK = ACTION_FUND_RETURN,
    NOTICE = ACTION_NOTICE,
    CERTIFICATE = ACTION_CERTIFICATE,
    COMPLETION = ACTION_COMPLETION,
    CLEARED = ACTION_CLEARING_DONE,
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
    NO_MONEY = GUARD_NO_MONEY,
    EQUAL = GUARD_SUMS_EQUAL,
    DIFFER = GUARD_SUMS_DIFFER,
    HAS_MONEY = GUARD_MONEY,
    HAS_FORM = GUARD_FORM,
    TAKEN = GUARD_ACCEPTED,
    NOT_TAKEN = GUARD_REFUSED,
    NO_CASE_THERE = GUARD_NO_CASE_THERE,
    CORRECTS = GUARD_CORRECTS,
    ELSEWHERE = GUARD_ELSEWHERE,
    MONEYLESS = GUARD_MONEYLESS,
    AGREED = GUARD_AGREED,
    OVERLAP = GUARD_OVERLAP,
    REVERSED = GUARD_REVERSED,
    FORM_BACK = GUARD_FORM_BACK,
    LETTER_BACK = GUARD_LETTER_BACK
};

#define D1    FLOW_CLOCK(CLOCK_D1)
#define D2    FLOW_CLOCK(CLOCK_D2)
#define D2P   FLOW_CLOCK(CLOCK_D2P)
#define D3    FLOW_CLOCK(CLOCK_D3)
#define FUND  FLOW_CLOCK(CLOCK_FUND)
#define CORR  FLOW_CLOCK(CLOCK_CORRECTION)
#define AGAIN FLOW_CLOCK(CLOCK_LETTER)
#define CLEAR FLOW_CLOCK(CLOCK_CLEARING)
#define WD    FLOW_CLOCK(CLOCK_WITHDRAWAL)
#define REV   FLOW_CLOCK(CLOCK_REVERSAL)
#define MEND  FLOW_CLOCK(CLOCK_RESTORE)

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

const struct name pension_states[] = {
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
    {"withdrawing", "撤销待答复"},
};
_Static_assert(COUNT_OF(pension_states) == PENSION_STATES, "every state has its names");

/* A form, by what is held with it. On a route without money the form alone is equal. `back`:
 * clocks met when it is returned, `good`: when it is not. */
#define FORM_ARRIVES(from, back, good)                                                         \
    STEP(from, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, CORR, back),                \
        STEP(from, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND | (good)),                \
        STEP(from, THEIRS, FORM, NO_MONEY, INFO_ONLY, 0, FORM, FUND, good),                    \
        STEP(from, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, CORR, D2 | FUND)

/* A withdrawal came to nothing: back to where letter, form and money say. */
#define GO_ON(source, action, guard, core)                                                     \
    STEP(WITHDRAWING, source, action, guard | LETTER_BACK, LETTER_RETURNED, 0, core, AGAIN,    \
         WD | D2 | FUND),                                                                      \
        STEP(WITHDRAWING, source, action, guard | EQUAL, BOTH, 0, core, D3, WD | D2 | FUND),   \
        STEP(WITHDRAWING, source, action, guard | FORM_BACK, DISPUTE, 0, core, CORR, WD),      \
        STEP(WITHDRAWING, source, action, guard | DIFFER, DISPUTE, FORM_RETURN, core, CORR,    \
             WD | D2 | FUND),                                                                  \
        STEP(WITHDRAWING, source, action, guard | HAS_MONEY, MONEY_ONLY, 0, core, FUND, WD),   \
        STEP(WITHDRAWING, source, action, guard | HAS_FORM, INFO_ONLY, 0, core, FUND, WD),     \
        STEP(WITHDRAWING, source, action, guard, ACCEPTED, 0, core, 0, WD)

/* A reversal: IN returns what it holds; where nothing is held, OUT restores the relation. */
#define REVERSES(from, source, guard, partner, core, met)                                      \
    STEP(from, source, REVERSAL, guard | NO_MONEY, REVERSING, partner, core, MEND, met),       \
        STEP(from, source, REVERSAL, guard, REVERSING, partner, core, REV, met)
#define REVERSAL_OPENS(source, partner, core)                                                  \
    REFUSE(OPENING, source, REVERSAL, ELSEWHERE, "PEN-R08"),                                   \
        STEP(OPENING, source, REVERSAL, MONEYLESS, REVERSING, partner, core, MEND, 0),         \
        STEP(OPENING, source, REVERSAL, ALWAYS, REVERSING, partner, core, REV, 0)
#define REVERSAL_ANSWERED                                                                      \
    STEP(REVERSING, VERDICT, REVERSAL, TAKEN, REVERSING, 0, 0, 0, 0),                          \
        STEP(REVERSING, VERDICT, REVERSAL, NOT_TAKEN | AGREED, REVERSING, 0, 0, 0, 0),         \
        STEP(REVERSING, VERDICT, REVERSAL, NOT_TAKEN | CORRECTS, CANCELLED, 0, 0, 0, 0),       \
        STEP(REVERSING, VERDICT, REVERSAL, NOT_TAKEN, DISPUTE, 0, 0, CORR, REV | MEND)

/* What both sides say to each other at any time. That a case is not there is no news. */
#define TALK                                                                                   \
    PASS(ANY, REMINDER), STEP(ACTIVE, OURS, REMINDER, ALWAYS, SAME, REMINDER, 0, 0, 0),        \
        STEP(ANY, VERDICT, REMINDER, NO_CASE_THERE, SAME, 0, 0, 0, 0),                         \
        STEP(ANY, THEIRS, QUERY, ALWAYS, SAME, STATUS, 0, 0, 0),                               \
        STEP(ANY, OURS, QUERY, ALWAYS, SAME, QUERY, 0, 0, 0),                                  \
        STEP(ANY, VERDICT, QUERY, NO_CASE_THERE, SAME, 0, 0, 0, 0), PASS(ANY, STATUS)

/* 转入地. D2 is the other side's duty as seen from here; it is met once a form, right or wrong,
 * and money have arrived, as it is over there; likewise the correction clock. Money that comes
 * when nothing is missing is refused: it waits in suspense (暂收款). A return sent to OUT ends
 * D3: the form was examined in time. */
const struct flow_step pension_steps_in[] = {
    REFUSE(ANY, OURS, MONEY, MONEYLESS, "PEN-S01"),
    REFUSE(ANY, THEIRS, ADVICE, MONEYLESS, "PEN-S01"),
    REFUSE(ACTIVE, OURS, WITHDRAWAL, HAS_MONEY, "PEN-W01"),
    REFUSE(NEW, OURS, REMINDER, ALWAYS, "FLW-01"), /* the other side knows nothing yet */
    REFUSE(NEW, OURS, QUERY, ALWAYS, "FLW-01"),

    REFUSE(OPENING, OURS, APPLICATION, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, OURS, APPLICATION, ALWAYS, NEW, 0, 0, D1, 0),

    STEP(NEW, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, D1),
    STEP(NEW, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, D1),

    STEP(LETTER_SENT, VERDICT, LETTER, TAKEN, LETTER_HELD, 0, 0, D2, 0),
    STEP(ACCEPTED, VERDICT, LETTER, TAKEN, ACCEPTED, 0, 0, D2, 0),       /* crossing */
    STEP(MONEY_ONLY, VERDICT, LETTER, TAKEN, MONEY_ONLY, 0, 0, D2, 0),   /* crossing */
    STEP(INFO_ONLY, VERDICT, LETTER, TAKEN, INFO_ONLY, 0, 0, D2, 0),     /* crossing */
    STEP(WITHDRAWING, VERDICT, LETTER, TAKEN, WITHDRAWING, 0, 0, D2, 0), /* crossing */
    STEP(DISPUTE, VERDICT, LETTER, TAKEN, DISPUTE, 0, 0, D2, 0),         /* crossing */
    STEP(LETTER_SENT, VERDICT, LETTER, NOT_TAKEN, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN, 0),
    STEP(MONEY_ONLY, VERDICT, LETTER, NOT_TAKEN, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         FUND),
    STEP(WITHDRAWING, VERDICT, LETTER, NOT_TAKEN, WITHDRAWING, 0, LETTER_RETURN, 0, 0),

    STEP(LETTER_SENT, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, 0, 0), /* crossing */
    STEP(LETTER_HELD, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, 0, 0),
    PASS(MONEY_ONLY, ACCEPTANCE),  /* crossing */
    PASS(WITHDRAWING, ACCEPTANCE), /* crossing */

    STEP(LETTER_SENT, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         D2),
    STEP(LETTER_HELD, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         D2),
    STEP(ACCEPTED, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN, D2),
    STEP(MONEY_ONLY, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         D2 | FUND),                  /* crossing: money booked before its advice was written */
    PASS(WITHDRAWING, LETTER_RETURN), /* crossing: OUT answers the withdrawal itself */

    STEP(LETTER_RETURNED, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, AGAIN),
    REFUSE(LETTER_RETURNED, OURS, REFUSAL, HAS_MONEY, "PEN-R22"), /* it goes back first */
    STEP(LETTER_RETURNED, OURS, REFUSAL, ALWAYS, REFUSED, REFUSAL, 0, 0, AGAIN),
    STEP(REFUSED, VERDICT, REFUSAL, NO_CASE_THERE, REFUSED, 0, 0, 0, 0),
    STEP(LETTER_RETURNED, OURS, BACK, ALWAYS, LETTER_RETURNED, BACK, 0, 0, 0),
    STEP(LETTER_RETURNED, VERDICT, BACK, NO_CASE_THERE, LETTER_RETURNED, 0, 0, 0, 0),

    FORM_ARRIVES(LETTER_SENT, 0, 0),
    FORM_ARRIVES(LETTER_HELD, 0, 0),
    FORM_ARRIVES(ACCEPTED, 0, 0),
    STEP(MONEY_ONLY, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, CORR, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, CORR, D2 | FUND),
    FORM_ARRIVES(DISPUTE, 0, CORR),
    STEP(WITHDRAWING, THEIRS, FORM, CHECKS_FAIL, WITHDRAWING, FORM_RETURN, 0, 0, 0),
    PASS(WITHDRAWING, FORM), /* crossing */

    STEP(LETTER_SENT, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0), /* crossing */
    STEP(LETTER_HELD, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0),
    STEP(ACCEPTED, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0),
    STEP(MONEY_ONLY, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, 0, 0),
    STEP(INFO_ONLY, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND),
    STEP(INFO_ONLY, OURS, MONEY, DIFFER, DISPUTE, FORM_RETURN, 0, CORR, D2 | FUND),
    STEP(DISPUTE, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND | CORR),
    STEP(DISPUTE, OURS, MONEY, ALWAYS, DISPUTE, 0, 0, 0, D2 | FUND),
    STEP(WITHDRAWING, OURS, MONEY, ALWAYS, WITHDRAWING, 0, 0, 0, 0),
    STEP(DISPUTE, OURS, BACK, EQUAL, BOTH, BACK, 0, D3, D2 | FUND | CORR),
    STEP(DISPUTE, OURS, BACK, ALWAYS, DISPUTE, BACK, 0, 0, 0),

    STEP(INFO_ONLY, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, CORR, 0),
    STEP(BOTH, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, CORR, D3),

    PASS(LETTER_SENT, ADVICE),
    PASS(LETTER_HELD, ADVICE),
    PASS(LETTER_RETURNED, ADVICE),
    PASS(ACCEPTED, ADVICE),
    PASS(INFO_ONLY, ADVICE),
    PASS(MONEY_ONLY, ADVICE),
    PASS(BOTH, ADVICE),
    PASS(DISPUTE, ADVICE),
    PASS(WITHDRAWING, ADVICE),
    PASS(REVERSING, ADVICE), /* crossing */
    PASS(LINKED, ADVICE),    /* crossing */
    PASS(CLEARING, ADVICE),  /* crossing */
    PASS(CLOSED, ADVICE),    /* crossing */

    STEP(BOTH, OURS, COMPLETION, OVERLAP, CLEARING, COMPLETION, 0, CLEAR, D3),
    STEP(BOTH, OURS, COMPLETION, ALWAYS, LINKED, COMPLETION, 0, 0, D3),
    STEP(LINKED, VERDICT, COMPLETION, TAKEN, CLOSED, 0, 0, 0, 0),
    STEP(CLEARING, OURS, CLEARED, ALWAYS, CLOSED, CLEARED, 0, 0, CLEAR),

    STEP(NEW, OURS, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0, D1),
    STEP(LETTER_SENT, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, 0),
    STEP(LETTER_HELD, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, 0),
    STEP(ACCEPTED, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, 0),
    STEP(INFO_ONLY, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, FUND),
    STEP(LETTER_RETURNED, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, AGAIN),
    STEP(DISPUTE, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, CORR),
    STEP(BOTH, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, WD, D3),
    STEP(WITHDRAWING, VERDICT, WITHDRAWAL, NO_CASE_THERE | NO_MONEY, CANCELLED, 0, 0, 0, 0),
    STEP(WITHDRAWING, VERDICT, WITHDRAWAL, NO_CASE_THERE, LETTER_RETURNED, 0, 0, AGAIN,
         WD | D2 | FUND),
    GO_ON(VERDICT, WITHDRAWAL, NOT_TAKEN, 0),
    STEP(WITHDRAWING, THEIRS, REPLY, AGREED | NO_MONEY, CANCELLED, 0, REPLY, 0, 0),
    STEP(WITHDRAWING, THEIRS, REPLY, AGREED, REVERSING, 0, REPLY, REV, WD | D2 | FUND),
    GO_ON(THEIRS, REPLY, ALWAYS, REPLY),

    REVERSAL_OPENS(OURS, REVERSAL, 0),
    REVERSAL_OPENS(THEIRS, 0, REVERSAL),
    REVERSES(DISPUTE, OURS, ALWAYS, REVERSAL, 0, D2 | FUND | CORR),
    REVERSES(LETTER_SENT, THEIRS, ALWAYS, 0, REVERSAL, 0), /* crossing */
    REVERSES(LETTER_HELD, THEIRS, ALWAYS, 0, REVERSAL, D2),
    REVERSES(ACCEPTED, THEIRS, ALWAYS, 0, REVERSAL, D2),
    REVERSES(INFO_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(MONEY_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(BOTH, THEIRS, ALWAYS, 0, REVERSAL, D3),
    REVERSES(DISPUTE, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND | CORR),
    REVERSES(WITHDRAWING, THEIRS, ALWAYS, 0, REVERSAL, WD | D2 | FUND), /* crossing */
    PASS(REVERSING, REVERSAL),                                          /* crossing */
    PASS(CANCELLED, REVERSAL),                                          /* crossing */
    STEP(REVERSING, VERDICT, WITHDRAWAL, NOT_TAKEN, SAME, 0, 0, 0, 0),  /* crossing */
    PASS(REVERSING, FORM),                                              /* crossing */
    REVERSAL_ANSWERED,
    /* Not before the other side has taken it up: until then the same reversal of theirs may
       win. */
    STEP(REVERSING, OURS, BACK, REVERSED | AGREED, REVERSING, BACK, 0, MEND, REV),
    STEP(REVERSING, OURS, BACK, AGREED, REVERSING, BACK, 0, 0, 0),
    REFUSE(REVERSING, OURS, BACK, ALWAYS, "FLW-01"),
    STEP(REVERSING, THEIRS, COMPLETION, REVERSED, CANCELLED, 0, COMPLETION, 0, 0),
    REFUSE(REVERSING, THEIRS, COMPLETION, ALWAYS, "PEN-R22"),
    PASS(CANCELLED, COMPLETION),

    PASS(ANY, NOTICE),
    PASS(ANY, CERTIFICATE),
    STEP(ACTIVE, OURS, CERTIFICATE, ALWAYS, SAME, 0, 0, 0, 0),
    TALK,
};

/* 转出地. D2 is met when form and money are both out, and no correction restarts it. A form
 * that the other side refused is as good as returned. D2P, the notice to the person, starts
 * with the document that excludes something (PEN-R16). D3 and the clock of a returned letter
 * are the other side's duty as seen from here. */
const struct flow_step pension_steps_out[] = {
    REFUSE(ANY, OURS, ADVICE, MONEYLESS, "PEN-S01"),

    REFUSE(OPENING, THEIRS, LETTER, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, D2, 0),

    STEP(LETTER_HELD, OURS, ACCEPTANCE, ALWAYS, ACCEPTED, ACCEPTANCE, 0, 0, 0),

    STEP(LETTER_HELD, OURS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, LETTER_RETURN, 0, AGAIN,
         D2 | D2P),
    STEP(ACCEPTED, OURS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, LETTER_RETURN, 0, AGAIN,
         D2 | D2P),
    STEP(LETTER_RETURNED, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, D2, AGAIN),
    STEP(LETTER_RETURNED, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0),

    STEP(LETTER_HELD, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2),
    STEP(LETTER_HELD, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(ACCEPTED, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2),
    STEP(ACCEPTED, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, FORM, ALWAYS, BOTH, FORM, 0, D3, D2),
    STEP(DISPUTE, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2 | CORR),
    STEP(DISPUTE, OURS, FORM, NO_MONEY, INFO_ONLY, FORM, 0, FUND, CORR),
    STEP(DISPUTE, OURS, FORM, ALWAYS, BOTH, FORM, 0, D3, D2 | CORR),

    STEP(LETTER_HELD, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(ACCEPTED, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(INFO_ONLY, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, D3, D2 | FUND),
    STEP(BOTH, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, 0, 0),
    STEP(DISPUTE, OURS, ADVICE, ALWAYS, DISPUTE, ADVICE, 0, 0, D2),

    STEP(LETTER_HELD, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(ACCEPTED, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(INFO_ONLY, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(MONEY_ONLY, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(BOTH, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(DISPUTE, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(WITHDRAWING, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),

    STEP(LETTER_HELD, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(ACCEPTED, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(INFO_ONLY, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),

    STEP(INFO_ONLY, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, FUND),
    STEP(BOTH, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, D3),
    STEP(DISPUTE, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, 0),
    PASS(WITHDRAWING, FORM_RETURN), /* crossing */
    PASS(REVERSING, FORM_RETURN),   /* crossing */
    PASS(CANCELLED, FORM_RETURN),   /* crossing */
    STEP(INFO_ONLY, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, FUND),
    STEP(BOTH, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, D3),
    STEP(WITHDRAWING, VERDICT, FORM, NOT_TAKEN, WITHDRAWING, 0, FORM_RETURN, 0, 0),
    STEP(REVERSING, VERDICT, FORM, NOT_TAKEN, REVERSING, 0, FORM_RETURN, 0, 0),

    PASS(LETTER_RETURNED, BACK),
    PASS(INFO_ONLY, BACK),
    PASS(BOTH, BACK),
    PASS(DISPUTE, BACK),

    /* Money may be booked before its advice is written, and a top-up may settle a dispute: the
     * end can come before OUT believes itself ready. */
    STEP(INFO_ONLY, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(BOTH, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(DISPUTE, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(REVERSING, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0), /* crossing */
    PASS(CLOSED, CLEARED),

    STEP(LETTER_HELD, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWING, 0, WITHDRAWAL, WD, 0),
    STEP(ACCEPTED, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWING, 0, WITHDRAWAL, WD, 0),
    STEP(INFO_ONLY, THEIRS, WITHDRAWAL, ALWAYS, WITHDRAWING, 0, WITHDRAWAL, WD, FUND),
    STEP(DISPUTE, THEIRS, WITHDRAWAL, NO_MONEY, WITHDRAWING, 0, WITHDRAWAL, WD, CORR),
    STEP(BOTH, THEIRS, WITHDRAWAL, NO_MONEY, WITHDRAWING, 0, WITHDRAWAL, WD, D3),
    STEP(MONEY_ONLY, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0),
    STEP(BOTH, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0),
    STEP(DISPUTE, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0),
    STEP(LETTER_RETURNED, THEIRS, WITHDRAWAL, ALWAYS, CANCELLED, REPLY, WITHDRAWAL, 0, 0),
    STEP(WITHDRAWING, OURS, REPLY, AGREED, CANCELLED, REPLY, 0, 0, 0),
    STEP(WITHDRAWING, OURS, REPLY, EQUAL, BOTH, REPLY, 0, D3, WD),
    STEP(WITHDRAWING, OURS, REPLY, FORM_BACK, DISPUTE, REPLY, 0, CORR, WD),
    STEP(WITHDRAWING, OURS, REPLY, HAS_FORM | NO_MONEY, INFO_ONLY, REPLY, 0, 0, WD),
    STEP(WITHDRAWING, OURS, REPLY, ALWAYS, ACCEPTED, REPLY, 0, 0, WD),
    PASS(CANCELLED, BACK), /* money that was under way all the same */
    STEP(CANCELLED, OURS, COMPLETION, ALWAYS, SAME, COMPLETION, 0, 0, 0),

    REVERSAL_OPENS(OURS, REVERSAL, 0),
    REVERSAL_OPENS(THEIRS, 0, REVERSAL),
    REVERSES(DISPUTE, OURS, ALWAYS, REVERSAL, 0, D2 | CORR),
    REVERSES(INFO_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(MONEY_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2),
    REVERSES(BOTH, THEIRS, ALWAYS, 0, REVERSAL, D3),
    REVERSES(DISPUTE, THEIRS, ALWAYS, 0, REVERSAL, D2 | CORR),
    PASS(REVERSING, REVERSAL), /* crossing */
    PASS(CANCELLED, REVERSAL), /* crossing */
    REVERSAL_ANSWERED,
    STEP(REVERSING, THEIRS, BACK, ALWAYS, REVERSING, 0, BACK, MEND, REV),
    STEP(REVERSING, OURS, MONEY, ALWAYS, REVERSING, 0, 0, 0, 0),
    STEP(REVERSING, OURS, COMPLETION, REVERSED | AGREED, CANCELLED, COMPLETION, 0, 0, 0),
    REFUSE(REVERSING, OURS, COMPLETION, ALWAYS, "PEN-R22"),

    TALK,
};

/* Where both may rest with nothing under way. IN is not ahead of OUT except by money, which may
 * be booked before its advice is written, and by a top-up, of which OUT learns at the end. */
const struct flow_pair pension_pairs[] = {
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
    {REFUSED, REFUSED},
    {WITHDRAWING, WITHDRAWING},
    {REVERSING, REVERSING},
    {REVERSING, CANCELLED},
    {CANCELLED, CANCELLED},
    {CLEARING, CLOSED},
    {CLOSED, CLOSED},
};

uint32_t *pension_revision_of(struct flow_case *flow_case, unsigned action)
{
    if (action == ACTION_LETTER)
        return &flow_case->letter_revision;
    return action == ACTION_FORM ? &flow_case->form_revision : NULL;
}

const struct flow pension_employee_flow = {
    .number = FLOW_PENSION_EMPLOYEE,
    .roles = {ROLE_IN, ROLE_OUT},
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = pension_steps_in, [ROLE_OUT] = pension_steps_out},
    .step_count = {[ROLE_IN] = PENSION_STEPS_IN, [ROLE_OUT] = PENSION_STEPS_OUT},
    .pairs = pension_pairs,
    .pair_count = PENSION_PAIRS,
    .read = pension_event_read,
    .make = pension_document_make,
    .revision = pension_revision_of,
};
