/*
 * pension_steps.h - short names and rows that the tables of the transfers share, so that a row
 * of a table stays one line. Included by the files that hold such tables, and by nothing else.
 */
#ifndef CORE_PENSION_STEPS_H
#define CORE_PENSION_STEPS_H

#include "core/pension_employee.h"

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

#endif
