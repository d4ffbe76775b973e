/*
 * settlement_stay.c - the flow settlement.stay: its two tables and its pairs. What documents
 * bring is read in stay_event.c, what follows for the stay in stay_effect.c.
 *
 * A case has one question open at a time; a second one is refused before the table is asked
 * (STL-B01). A row without MINE or LATE for an answer is for what comes when nobody waits for
 * it any more: it is kept and changes nothing.
 */
#include "core/settlement_stay.h"

#include "core/stay_internal.h"

/* Short names, so that a row of the tables stays one line. */
enum {
    OURS = EVENT_SUBMITTED,
    THEIRS = EVENT_RECEIVED,
    VERDICT = EVENT_RECEIPT,
    TIMER = EVENT_TIMER,
    PERSON = EVENT_OPERATOR
};

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    ACTIVE = FLOW_ACTIVE,
    SAME = FLOW_SAME,
    ASKED = STAY_ASKED,
    KNOWN = STAY_IDENTIFIED,
    REG_SENT = STAY_REG_SENT,
    REG_UNSURE = STAY_REG_UNCERTAIN,
    REGISTERED = STAY_REGISTERED,
    OUT = STAY_DISCHARGED,
    SETL_SENT = STAY_SETL_SENT,
    SETL_UNSURE = STAY_SETL_UNCERTAIN,
    REVERSING = STAY_REVERSING,
    SETTLED = STAY_SETTLED,
    CANC_SENT = STAY_CANCEL_SENT,
    CANC_UNSURE = STAY_CANCEL_UNCERTAIN,
    MISMATCH = STAY_MISMATCHED,
    REJECTED = STAY_REJECTED,
    VOID = STAY_VOID,
    MANUAL = STAY_MANUAL,
    LAPSED = STAY_LAPSED
};

enum {
    ALWAYS = 0,
    OK = STAY_OK,
    NO = STAY_NO,
    MINE = STAY_MINE,
    LATE = STAY_LATE,
    FAIL = STAY_FAIL,
    VISIT = STAY_OUTPATIENT,
    OF_REG = STAY_OF_REGISTER,
    OF_SETL = STAY_OF_SETTLE,
    OF_CANC = STAY_OF_CANCEL,
    STANDS = STAY_STANDS,
    BOOKED = STAY_IS_BOOKED,
    UNBOOKED = STAY_NOT_BOOKED,
    NOT_TAKEN = STAY_NOT_TAKEN,
    NOT_TAKEN_LATE = STAY_NOT_TAKEN_LATE,
    NO_CASE = STAY_NO_CASE,
    TWO_PHASE = STAY_TWO_PHASE,
    UNDER_WAY = STAY_UNDER_WAY,
    GONE = STAY_GONE
};

enum {
    IDENTIFY = ACTION_IDENTIFY,
    IDENTITY = ACTION_IDENTITY,
    REG = ACTION_REGISTER,
    REG_DONE = ACTION_REGISTERED,
    REG_UNDO = ACTION_REGISTER_UNDO,
    REG_UNDONE = ACTION_REGISTER_UNDONE,
    LINES = ACTION_LINES,
    LINES_DONE = ACTION_LINES_TAKEN,
    UNLINE = ACTION_LINES_UNDO,
    UNLINE_DONE = ACTION_LINES_UNDONE,
    LEAVE = ACTION_DISCHARGE,
    LEAVE_DONE = ACTION_DISCHARGED,
    RETURN = ACTION_DISCHARGE_UNDO,
    RETURN_DONE = ACTION_DISCHARGE_UNDONE,
    TRIAL = ACTION_PRESETTLE,
    TRIAL_DONE = ACTION_PRESETTLED,
    SETL = ACTION_SETTLE,
    SETL_DONE = ACTION_SETTLED,
    CANC = ACTION_CANCEL,
    CANC_DONE = ACTION_CANCELLED,
    REV = ACTION_REVERSE,
    REV_DONE = ACTION_REVERSED,
    QUERY = ACTION_QUERY,
    OUTCOME = ACTION_OUTCOME,
    FALLBACK = ACTION_FALLBACK,
    CONFIRM = ACTION_CONFIRM,
    ABANDON = ACTION_ABANDON
};

/* The clocks of an open question, and of a reversal. */
#define ASKS     (FLOW_CLOCK(CLOCK_ANSWER) | FLOW_CLOCK(CLOCK_PATIENCE))
#define AGAIN    FLOW_CLOCK(CLOCK_RETRY)
#define LAPSES   FLOW_CLOCK(CLOCK_LAPSE)
#define CONFIRMS FLOW_CLOCK(CLOCK_CONFIRM)

/* Exact clocks are started by stay_settle(): a row only says which ones are met. */
#define STEP(from, source, action, guard, to, partner, core, met)                              \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, 0, met                           \
    }
#define REFUSE(from, source, action, guard, code)                                              \
    {                                                                                          \
        from, source, action, guard, 0, code, 0, 0, 0, 0                                       \
    }

static const struct name states[] = {
    {"asked", "待识别"},           {"identified", "已识别"},
    {"registering", "登记待答复"}, {"registration_uncertain", "登记存疑"},
    {"registered", "已登记"},      {"discharged", "已出院"},
    {"settling", "结算待答复"},    {"settlement_uncertain", "结算存疑"},
    {"reversing", "冲正中"},       {"settled", "已结算"},
    {"cancelling", "撤销待答复"},  {"cancellation_uncertain", "撤销存疑"},
    {"mismatched", "账目不符"},    {"rejected", "登记被拒"},
    {"void", "登记已撤销"},        {"manual", "转手工报销"},
    {"lapsed", "未登记失效"},
};
_Static_assert(COUNT_OF(states) == STAY_STATES, "every state has its names");

/* --- 就医地 ------------------------------------------------------------------------------- */

/* The hospital asks, and the question goes on. */
#define ASK(from, action, to) STEP(from, OURS, action, ALWAYS, to, action, 0, LAPSES | CONFIRMS)

/* A question that changes no state until it is answered; lost, it is asked again. `done` and
 * `refused`: where an answer leads. An answer that comes when the question was given up counts
 * as well, as long as nothing else was asked. */
#define SIMPLE(from, action, answer, done, refused)                                            \
    ASK(from, action, SAME), STEP(from, THEIRS, answer, MINE | OK, done, 0, answer, ASKS),     \
        STEP(from, THEIRS, answer, MINE | NO, refused, 0, answer, ASKS),                       \
        STEP(from, THEIRS, answer, LATE | OK, done, 0, answer, 0),                             \
        STEP(from, THEIRS, answer, LATE | NO, refused, 0, answer, 0),                          \
        STEP(from, VERDICT, action, NOT_TAKEN, SAME, 0, 0, ASKS),                              \
        STEP(from, VERDICT, action, NOT_TAKEN_LATE, SAME, 0, 0, 0)
#define LOST_SIMPLE(from)                                                                      \
    STEP(from, TIMER, CLOCK_ANSWER, ALWAYS, SAME, 0, 0, 0),                                    \
        STEP(from, TIMER, CLOCK_PATIENCE, ALWAYS, SAME, 0, 0, ASKS)

/* Back to where a settlement may be asked for again. */
#define BACK(from, source, action, guard, core, met)                                           \
    STEP(from, source, action, (guard) | VISIT, REGISTERED, 0, core, met),                     \
        STEP(from, source, action, guard, OUT, 0, core, met)

/* What a reversal restores, by what was reversed. */
#define RESTORED(source, action, guard, core)                                                  \
    STEP(REVERSING, source, action, (guard) | OF_REG, KNOWN, 0, core, AGAIN),                  \
        BACK(REVERSING, source, action, (guard) | OF_SETL, core, AGAIN),                       \
        STEP(REVERSING, source, action, (guard) | OF_CANC, SETTLED, 0, core, AGAIN)

/* The answer is late: while the hospital waits it is asked what became of the question; then it
 * is reversed. */
#define UNSURE(sent, unsure)                                                                   \
    STEP(sent, TIMER, CLOCK_ANSWER, ALWAYS, unsure, QUERY, 0, FLOW_CLOCK(CLOCK_ANSWER)),       \
        STEP(sent, TIMER, CLOCK_PATIENCE, ALWAYS, REVERSING, REV, 0, ASKS),                    \
        STEP(unsure, TIMER, CLOCK_ANSWER, ALWAYS, SAME, 0, 0, 0),                              \
        STEP(unsure, TIMER, CLOCK_PATIENCE, ALWAYS, REVERSING, REV, 0, ASKS),                  \
        STEP(unsure, OURS, REV, ALWAYS, REVERSING, REV, 0, ASKS),                              \
        STEP(unsure, PERSON, REV, ALWAYS, REVERSING, REV, 0, ASKS),                            \
        STEP(unsure, VERDICT, QUERY, NOT_TAKEN, SAME, 0, 0, 0)

/* Nobody waits for it any more. */
#define UNWANTED(answer) STEP(ANY, THEIRS, answer, ALWAYS, SAME, 0, 0, 0)

static const struct flow_step steps_treating[] = {
    /* Of what is undone, or never came, it is said that there is nothing, and it is refused if
     * it comes; what was asked since stays. */
    STEP(ANY, OURS, REV, GONE, SAME, 0, 0, 0),

    ASK(OPENING, IDENTIFY, ASKED),
    ASK(OPENING, REG, REG_SENT),
    ASK(KNOWN, IDENTIFY, ASKED),
    ASK(KNOWN, REG, REG_SENT),
    ASK(REJECTED, IDENTIFY, ASKED),
    ASK(REJECTED, REG, REG_SENT),
    ASK(LAPSED, IDENTIFY, ASKED),
    ASK(LAPSED, REG, REG_SENT),

    STEP(ASKED, THEIRS, IDENTITY, MINE | OK, KNOWN, 0, IDENTITY, ASKS),
    STEP(ASKED, THEIRS, IDENTITY, MINE | NO, REJECTED, 0, IDENTITY, ASKS),
    STEP(ASKED, VERDICT, IDENTIFY, NOT_TAKEN, REJECTED, 0, 0, ASKS),
    STEP(ASKED, TIMER, CLOCK_ANSWER, ALWAYS, SAME, 0, 0, 0),
    STEP(ASKED, TIMER, CLOCK_PATIENCE, ALWAYS, KNOWN, 0, 0, ASKS),
    STEP(KNOWN, TIMER, CLOCK_LAPSE, ALWAYS, LAPSED, 0, 0, 0),

    STEP(REG_SENT, THEIRS, REG_DONE, MINE | OK, REGISTERED, 0, REG_DONE, ASKS),
    STEP(REG_SENT, THEIRS, REG_DONE, MINE | NO, REJECTED, 0, REG_DONE, ASKS),
    STEP(REG_SENT, VERDICT, REG, NOT_TAKEN, REJECTED, 0, 0, ASKS),
    STEP(REG_UNSURE, THEIRS, REG_DONE, LATE | OK, REGISTERED, 0, REG_DONE, ASKS),
    STEP(REG_UNSURE, THEIRS, REG_DONE, LATE | NO, REJECTED, 0, REG_DONE, ASKS),
    STEP(REG_UNSURE, VERDICT, REG, NOT_TAKEN_LATE, REJECTED, 0, 0, ASKS),
    STEP(REG_UNSURE, THEIRS, OUTCOME, MINE | BOOKED, REGISTERED, 0, REG_DONE, ASKS),
    STEP(REG_UNSURE, THEIRS, OUTCOME, MINE | UNBOOKED, REVERSING, REV, 0, ASKS),
    UNSURE(REG_SENT, REG_UNSURE),

    SIMPLE(REGISTERED, LINES, LINES_DONE, SAME, SAME),
    SIMPLE(REGISTERED, UNLINE, UNLINE_DONE, SAME, SAME),
    SIMPLE(REGISTERED, LEAVE, LEAVE_DONE, OUT, SAME),
    SIMPLE(REGISTERED, REG_UNDO, REG_UNDONE, VOID, SAME),
    LOST_SIMPLE(REGISTERED),
    SIMPLE(OUT, RETURN, RETURN_DONE, REGISTERED, SAME),
    SIMPLE(OUT, TRIAL, TRIAL_DONE, SAME, SAME),
    LOST_SIMPLE(OUT),
    SIMPLE(REGISTERED, TRIAL, TRIAL_DONE, SAME, SAME), /* an outpatient's */

    ASK(OUT, SETL, SETL_SENT),
    ASK(REGISTERED, SETL, SETL_SENT), /* an outpatient's */
    STEP(SETL_SENT, THEIRS, SETL_DONE, MINE | OK | FAIL, REVERSING, REV, 0, ASKS),
    STEP(SETL_SENT, THEIRS, SETL_DONE, MINE | OK, SETTLED, 0, SETL_DONE, ASKS),
    BACK(SETL_SENT, THEIRS, SETL_DONE, MINE | NO, SETL_DONE, ASKS),
    BACK(SETL_SENT, VERDICT, SETL, NOT_TAKEN, 0, ASKS),
    STEP(SETL_UNSURE, THEIRS, SETL_DONE, LATE | OK | FAIL, REVERSING, REV, 0, ASKS),
    STEP(SETL_UNSURE, THEIRS, SETL_DONE, LATE | OK, SETTLED, 0, SETL_DONE, ASKS),
    BACK(SETL_UNSURE, THEIRS, SETL_DONE, LATE | NO, SETL_DONE, ASKS),
    BACK(SETL_UNSURE, VERDICT, SETL, NOT_TAKEN_LATE, 0, ASKS),
    STEP(SETL_UNSURE, THEIRS, OUTCOME, MINE | BOOKED | FAIL, REVERSING, REV, 0, ASKS),
    STEP(SETL_UNSURE, THEIRS, OUTCOME, MINE | BOOKED, SETTLED, 0, SETL_DONE, ASKS),
    STEP(SETL_UNSURE, THEIRS, OUTCOME, MINE | UNBOOKED, REVERSING, REV, 0, ASKS),
    UNSURE(SETL_SENT, SETL_UNSURE),

    ASK(SETTLED, CANC, CANC_SENT),
    STEP(CANC_SENT, THEIRS, CANC_DONE, MINE | OK | FAIL, REVERSING, REV, 0, ASKS),
    BACK(CANC_SENT, THEIRS, CANC_DONE, MINE | OK, CANC_DONE, ASKS),
    STEP(CANC_SENT, THEIRS, CANC_DONE, MINE | NO, SETTLED, 0, CANC_DONE, ASKS),
    STEP(CANC_SENT, VERDICT, CANC, NOT_TAKEN, SETTLED, 0, 0, ASKS),
    STEP(CANC_UNSURE, THEIRS, CANC_DONE, LATE | OK | FAIL, REVERSING, REV, 0, ASKS),
    BACK(CANC_UNSURE, THEIRS, CANC_DONE, LATE | OK, CANC_DONE, ASKS),
    STEP(CANC_UNSURE, THEIRS, CANC_DONE, LATE | NO, SETTLED, 0, CANC_DONE, ASKS),
    STEP(CANC_UNSURE, VERDICT, CANC, NOT_TAKEN_LATE, SETTLED, 0, 0, ASKS),
    BACK(CANC_UNSURE, THEIRS, OUTCOME, MINE | BOOKED, CANC_DONE, ASKS),
    STEP(CANC_UNSURE, THEIRS, OUTCOME, MINE | UNBOOKED, REVERSING, REV, 0, ASKS),
    UNSURE(CANC_SENT, CANC_UNSURE),

    /* Two phases at the hospital's core: what it does not confirm is cancelled. */
    STEP(SETTLED, OURS, CONFIRM, ALWAYS, SAME, 0, 0, CONFIRMS),
    STEP(SETTLED, OURS, ABANDON, ALWAYS, CANC_SENT, CANC, 0, CONFIRMS),
    STEP(SETTLED, TIMER, CLOCK_CONFIRM, ALWAYS, CANC_SENT, CANC, 0, 0),
    STEP(ACTIVE, OURS, CONFIRM, ALWAYS, SAME, 0, 0, 0),

    /* By hand, or because the hospital's own core is in doubt. */
    STEP(SETTLED, OURS, REV, ALWAYS, REVERSING, REV, 0, CONFIRMS),
    STEP(SETTLED, PERSON, REV, ALWAYS, REVERSING, REV, 0, CONFIRMS),
    STEP(MISMATCH, OURS, REV, ALWAYS, REVERSING, REV, 0, 0),
    STEP(MISMATCH, PERSON, REV, ALWAYS, REVERSING, REV, 0, 0),
    STEP(REVERSING, OURS, REV, ALWAYS, SAME, 0, 0, 0),
    STEP(REVERSING, PERSON, REV, ALWAYS, SAME, REV, 0, 0),
    STEP(REVERSING, TIMER, CLOCK_PATIENCE, ALWAYS, SAME, 0, 0, 0),
    STEP(REVERSING, TIMER, CLOCK_RETRY, ALWAYS, SAME, REV, 0, 0),
    RESTORED(THEIRS, REV_DONE, MINE | OK, REV_DONE),
    STEP(REVERSING, THEIRS, REV_DONE, MINE | NO, MISMATCH, 0, REV_DONE, AGAIN),
    RESTORED(VERDICT, REV, NOT_TAKEN | NO_CASE, REV_DONE),
    STEP(REVERSING, VERDICT, REV, NOT_TAKEN, MISMATCH, 0, REV_DONE, AGAIN),

    STEP(ANY, OURS, QUERY, ALWAYS, SAME, 0, 0, 0), /* answered from the ledger */

    REFUSE(ANY, OURS, FALLBACK, UNDER_WAY, "STL-U02"), /* its answer would find nobody */
    STEP(KNOWN, OURS, FALLBACK, ALWAYS, MANUAL, FALLBACK, 0, LAPSES),
    STEP(REGISTERED, OURS, FALLBACK, ALWAYS, MANUAL, FALLBACK, 0, 0),
    STEP(OUT, OURS, FALLBACK, ALWAYS, MANUAL, FALLBACK, 0, 0),
    STEP(REJECTED, OURS, FALLBACK, ALWAYS, MANUAL, 0, 0, 0),
    STEP(LAPSED, OURS, FALLBACK, ALWAYS, MANUAL, 0, 0, 0),
    REFUSE(ACTIVE, OURS, FALLBACK, ALWAYS, "STL-U02"), /* not while something is in doubt */
    STEP(MANUAL, VERDICT, FALLBACK, NO_CASE, SAME, 0, 0, 0),

    UNWANTED(IDENTITY),
    UNWANTED(REG_DONE),
    UNWANTED(REG_UNDONE),
    UNWANTED(LINES_DONE),
    UNWANTED(UNLINE_DONE),
    UNWANTED(LEAVE_DONE),
    UNWANTED(RETURN_DONE),
    UNWANTED(TRIAL_DONE),
    UNWANTED(SETL_DONE),
    UNWANTED(CANC_DONE),
    UNWANTED(REV_DONE),
    UNWANTED(OUTCOME),
};

/* --- 参保地 ------------------------------------------------------------------------------- */

/* The question goes to our own core, its answer back. */
#define PUT(from, action, to)        STEP(from, THEIRS, action, ALWAYS, to, 0, action, LAPSES)
#define SAY(from, action, guard, to) STEP(from, OURS, action, guard, to, action, 0, 0)
#define BOTH_WAYS(from, question, answer, done)                                                \
    PUT(from, question, SAME), SAY(from, answer, MINE | OK, done),                             \
        SAY(from, answer, MINE | NO, SAME)
#define SAY_BACK(from, action, guard)                                                          \
    SAY(from, action, (guard) | VISIT, REGISTERED), SAY(from, action, guard, OUT)
/* Asked again though it is so already: said so, without the core. */
#define SO_ALREADY(state, question, answer)                                                    \
    STEP(state, THEIRS, question, ALWAYS, SAME, answer, 0, 0)

/* Reversed: what stands, or may stand because the core has not answered yet, is undone there
 * first; of anything else it is said that there is nothing, and it is refused if it comes. */
#define REVERSAL(from, guard)                                                                  \
    STEP(from, THEIRS, REV, STANDS | (guard), REVERSING, 0, REV, LAPSES)
#define NOTHING(from) STEP(from, THEIRS, REV, ALWAYS, SAME, REV_DONE, 0, 0)

/* What the core did before it is told to reverse it, or would not: in the books, not on the
 * way. */
#define DONE_LATE(from)                                                                        \
    STEP(from, OURS, IDENTITY, ALWAYS, SAME, 0, 0, 0),                                         \
        STEP(from, OURS, REG_DONE, ALWAYS, SAME, 0, 0, 0),                                     \
        STEP(from, OURS, SETL_DONE, ALWAYS, SAME, 0, 0, 0),                                    \
        STEP(from, OURS, CANC_DONE, ALWAYS, SAME, 0, 0, 0)

static const struct flow_step steps_insured[] = {
    PUT(OPENING, IDENTIFY, ASKED),
    PUT(OPENING, REG, REG_SENT),
    STEP(OPENING, THEIRS, REV, ALWAYS, KNOWN, REV_DONE, 0, 0),
    STEP(OPENING, THEIRS, QUERY, ALWAYS, KNOWN, OUTCOME, 0, 0),
    PUT(KNOWN, IDENTIFY, ASKED),
    PUT(ASKED, IDENTIFY, ASKED), /* the first one was given up over there */
    PUT(KNOWN, REG, REG_SENT),
    PUT(ASKED, REG, REG_SENT),
    PUT(REJECTED, IDENTIFY, ASKED),
    PUT(REJECTED, REG, REG_SENT),
    PUT(LAPSED, IDENTIFY, ASKED),
    PUT(LAPSED, REG, REG_SENT),

    SAY(ASKED, IDENTITY, MINE | OK, KNOWN),
    SAY(ASKED, IDENTITY, MINE | NO, REJECTED),
    STEP(KNOWN, TIMER, CLOCK_LAPSE, ALWAYS, LAPSED, 0, 0, 0),

    SAY(REG_SENT, REG_DONE, MINE | OK, REGISTERED),
    SAY(REG_SENT, REG_DONE, MINE | NO, REJECTED),

    BOTH_WAYS(REGISTERED, LINES, LINES_DONE, SAME),
    BOTH_WAYS(REGISTERED, UNLINE, UNLINE_DONE, SAME),
    BOTH_WAYS(REGISTERED, LEAVE, LEAVE_DONE, OUT),
    BOTH_WAYS(REGISTERED, REG_UNDO, REG_UNDONE, VOID),
    BOTH_WAYS(REGISTERED, TRIAL, TRIAL_DONE, SAME),
    BOTH_WAYS(OUT, RETURN, RETURN_DONE, REGISTERED),
    BOTH_WAYS(OUT, TRIAL, TRIAL_DONE, SAME),
    SO_ALREADY(OUT, LEAVE, LEAVE_DONE),
    SO_ALREADY(REGISTERED, RETURN, RETURN_DONE),
    SO_ALREADY(VOID, REG_UNDO, REG_UNDONE),

    PUT(REGISTERED, SETL, SETL_SENT),
    PUT(OUT, SETL, SETL_SENT),
    STEP(SETL_SENT, OURS, SETL_DONE, MINE | OK | TWO_PHASE, SETTLED, SETL_DONE, CONFIRM, 0),
    SAY(SETL_SENT, SETL_DONE, MINE | OK, SETTLED),
    SAY_BACK(SETL_SENT, SETL_DONE, MINE | NO),

    PUT(SETTLED, CANC, CANC_SENT),
    SAY_BACK(CANC_SENT, CANC_DONE, MINE | OK),
    SAY(CANC_SENT, CANC_DONE, MINE | NO, SETTLED),

    REVERSAL(REG_SENT, OF_REG),
    REVERSAL(REGISTERED, OF_REG),
    REVERSAL(REGISTERED, OF_CANC),
    REVERSAL(OUT, OF_CANC),
    REVERSAL(SETL_SENT, OF_SETL),
    REVERSAL(SETTLED, OF_SETL),
    REVERSAL(CANC_SENT, OF_CANC),
    REVERSAL(MISMATCH, OF_REG),
    REVERSAL(MISMATCH, OF_SETL),
    REVERSAL(MISMATCH, OF_CANC),
    STEP(REVERSING, THEIRS, REV, STANDS, SAME, 0, 0, 0), /* again: the core has it already */
    REFUSE(ANY, THEIRS, REV, STANDS, "STL-R01"),         /* something else comes first */
    NOTHING(ANY),

    DONE_LATE(REVERSING),
    DONE_LATE(MISMATCH),
    SAY(REVERSING, REV_DONE, MINE | OK | OF_REG, KNOWN),
    SAY_BACK(REVERSING, REV_DONE, MINE | OK | OF_SETL),
    SAY(REVERSING, REV_DONE, MINE | OK | OF_CANC, SETTLED),
    SAY(REVERSING, REV_DONE, MINE | NO, MISMATCH),

    STEP(ANY, THEIRS, QUERY, ALWAYS, SAME, OUTCOME, 0, 0),

    STEP(KNOWN, THEIRS, FALLBACK, ALWAYS, MANUAL, 0, FALLBACK, LAPSES),
    STEP(ASKED, THEIRS, FALLBACK, ALWAYS, MANUAL, 0, FALLBACK, 0),
    STEP(REGISTERED, THEIRS, FALLBACK, ALWAYS, MANUAL, 0, FALLBACK, 0),
    STEP(OUT, THEIRS, FALLBACK, ALWAYS, MANUAL, 0, FALLBACK, 0),
};

/* Where both may rest with nothing under way: TREATING first. */
static const struct flow_pair pairs[] = {
    {KNOWN, KNOWN},
    {KNOWN, REJECTED}, /* nobody waited for the answer any more */
    {LAPSED, KNOWN},
    {LAPSED, LAPSED},
    {LAPSED, REJECTED},
    {KNOWN, LAPSED},
    {REJECTED, REJECTED},
    {REJECTED, KNOWN}, /* the registration was not taken */
    {REJECTED, LAPSED},
    {REGISTERED, REGISTERED},
    {OUT, OUT},
    {REGISTERED, OUT}, /* the answer came too late; asked again, it is said again */
    {OUT, REGISTERED},
    {REGISTERED, VOID},
    {SETTLED, SETTLED},
    {MISMATCH, MISMATCH},
    {MISMATCH, SETTLED},
    {MISMATCH, REGISTERED},
    {MISMATCH, OUT},
    {VOID, VOID},
    {MANUAL, MANUAL},
    {MANUAL, REJECTED},
    {MANUAL, KNOWN},
    {MANUAL, LAPSED},
};

static const char *insurance(const struct flow_case *flow_case)
{
    const struct stay *stay = &flow_case->part.stay;

    if (stay->insurance == INSURANCE_INJURY)
        return "410";
    switch (stay->insurance_kind) {
    case 310:
        return "310";
    case 390:
        return "390";
    default:
        return NULL;
    }
}

static const struct flow_kind kinds[] = {
    {"inpatient", {"stay in hospital", "住院"}},
    {"outpatient", {"outpatient visit", "门诊"}},
    {"pharmacy", {"pharmacy", "药店购药"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    unsigned visit = flow_case->part.stay.visit;

    return visit == VISIT_NONE ? COUNT_OF(kinds) : visit - 1;
}

const struct flow settlement_stay_flow = {
    .number = FLOW_SETTLEMENT_STAY,
    .roles = {ROLE_TREATING, ROLE_INSURED},
    .exact_clocks = ASKS | AGAIN | LAPSES | CONFIRMS,
    .quiet = true,
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << STAY_REJECTED | 1u << STAY_VOID | 1u << STAY_MANUAL | 1u << STAY_LAPSED,
    .steps = {[ROLE_TREATING] = steps_treating, [ROLE_INSURED] = steps_insured},
    .step_count =
        {[ROLE_TREATING] = COUNT_OF(steps_treating), [ROLE_INSURED] = COUNT_OF(steps_insured)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = stay_read,
    .make = stay_make,
    .insurance = insurance,
    .guards = stay_guards,
    .reference = stay_reference,
    .settle = stay_settle,
    .listing = &stay_uncertain_listing,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
};

unsigned stay_answer_action(unsigned question)
{
    bool asks = question >= ACTION_IDENTIFY && question <= ACTION_QUERY &&
                (question - ACTION_IDENTIFY) % 2 == 0;

    return asks ? question + 1 : ACTION_NONE;
}

bool stay_is_answer(unsigned action)
{
    return action >= ACTION_IDENTITY && action <= ACTION_OUTCOME &&
           (action - ACTION_IDENTIFY) % 2 == 1;
}
