/* injury_record.c - the flow injury.record: its two tables and its pairs. What documents bring
 * is read in injury_event.c, what follows for the case in injury_effect.c.
 *
 * A row without MINE or LATE for an answer is for what comes when nobody waits for it any more:
 * it is kept and changes nothing.
 */
#include "core/injury_record.h"

#include <string.h>

/* Short names, so that a row of the tables stays one line. */
enum {
    OURS = EVENT_SUBMITTED,
    THEIRS = EVENT_RECEIVED,
    VERDICT = EVENT_RECEIPT,
    TIMER = EVENT_TIMER
};

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    SAME = FLOW_SAME,
    ASKED = INJURY_ASKED,
    REQUESTED = INJURY_REQUESTED,
    ANSWERED = INJURY_ANSWERED,
    REJECTED = INJURY_REJECTED,
    LAPSED = INJURY_LAPSED,
    SENT = INJURY_SENT,
    NOT_TAKEN = INJURY_NOT_TAKEN,
    HELD = INJURY_HELD,
    WITHDRAWN = INJURY_WITHDRAWN,
    TOLD = INJURY_TOLD,
    KEPT = INJURY_KEPT,
    OVER = INJURY_OVER
};

enum {
    ALWAYS = 0,
    OK = INJURY_IF_OK,
    NO = INJURY_IF_NO,
    MINE = INJURY_IF_MINE,
    LATE = INJURY_IF_LATE,
    REFUSED = INJURY_IF_REFUSED,
    TAKEN = INJURY_IF_TAKEN,
    FIRST = INJURY_IF_FIRST,
    WITHDRAWS = INJURY_IF_WITHDRAWS,
    NO_CASE = INJURY_IF_NO_CASE,
    KNOWN = INJURY_IF_KNOWN,
    ENDS = INJURY_IF_ENDS
};

enum {
    STATE_ASK = ACTION_INSURED_QUERY,
    STATE = ACTION_INSURED_STATE,
    COVER_ASK = ACTION_COVER_QUERY,
    COVER = ACTION_COVER_PROOF,
    COVER_NOTICE = ACTION_COVER_NOTICE,
    RECOGNITION = ACTION_RECOGNITION,
    APPRAISAL = ACTION_APPRAISAL,
    CONFIRMATION = ACTION_CONFIRMATION,
    ASSIST = ACTION_ASSISTANCE_REQUEST,
    ASSISTED = ACTION_ASSISTANCE_REPLY,
    ENTRUST = ACTION_ENTRUSTED_APPRAISAL,
    ENTRUSTED = ACTION_ENTRUSTED_RESULT,
    ELIGIBLE = ACTION_ELIGIBILITY_CHECK,
    ELIGIBILITY = ACTION_ELIGIBILITY_RESULT,
    DUPLICATE = ACTION_DUPLICATE_CHECK,
    DUPLICATES = ACTION_DUPLICATE_RESULT,
    THIRD_PARTY = ACTION_THIRD_PARTY,
    STOP = ACTION_STOP_NOTICE,
    PROJECT = ACTION_PROJECT,
    ROSTER = ACTION_ROSTER,
    REMINDER = ACTION_REMINDER,
    QUERY = ACTION_STATUS_QUERY,
    STATUS = ACTION_STATUS_ANSWER
};

/* The clocks of an open question, and of a request. */
#define ASKS  (FLOW_CLOCK(CLOCK_ANSWER) | FLOW_CLOCK(CLOCK_PATIENCE))
#define REPLY FLOW_CLOCK(CLOCK_REPLY)

/* Exact clocks are started by injury_record_settle(): a row only says which ones are met. */
#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }
#define TELL(from, action, guard, to) STEP(from, OURS, action, guard, to, action, 0, 0, 0)
#define PASS(from, action, guard, to) STEP(from, THEIRS, action, guard, to, 0, action, 0, 0)
#define NOTE(from, action, guard)     STEP(from, VERDICT, action, guard, SAME, 0, 0, 0, 0)

/* What both roles say to each other at any time. */
#define TALK                                                                                   \
    PASS(ANY, REMINDER, ALWAYS, SAME), NOTE(ANY, REMINDER, NO_CASE),                           \
        STEP(ANY, THEIRS, QUERY, ALWAYS, SAME, STATUS, 0, 0, 0),                               \
        TELL(REQUESTED, REMINDER, ALWAYS, SAME), TELL(REQUESTED, QUERY, ALWAYS, SAME),         \
        TELL(HELD, QUERY, ALWAYS, SAME), NOTE(ANY, QUERY, NO_CASE),                            \
        PASS(ANY, STATUS, ALWAYS, SAME)

static const struct name states[] = {
    {"asked", "待答复"},         {"requested", "待回复"}, {"answered", "已答复"},
    {"rejected", "不予答复"},    {"lapsed", "逾时未答"},  {"sent", "已发送"},
    {"not_taken", "对方未接收"}, {"held", "生效"},        {"withdrawn", "已撤销"},
    {"told", "已告知"},          {"kept", "在册"},        {"over", "已终止"},
};
_Static_assert(COUNT_OF(states) == INJURY_STATES, "every state has its names");

/* --- whoever opened it -------------------------------------------------------------------- */

#define ASK(from, action)     TELL(from, action, ALWAYS, ASKED)
#define REQUEST(from, action) TELL(from, action, ALWAYS, REQUESTED)

/* A question that is not answered in time has lapsed, and may be asked again; an answer that
 * comes then is taken all the same. */
#define QUESTION(action, answer)                                                               \
    ASK(OPENING, action), ASK(NOT_TAKEN, action), ASK(LAPSED, action),                         \
        STEP(ASKED, VERDICT, action, REFUSED, NOT_TAKEN, 0, 0, 0, ASKS),                       \
        STEP(ASKED, THEIRS, answer, MINE | OK, ANSWERED, 0, answer, 0, ASKS),                  \
        STEP(ASKED, THEIRS, answer, MINE | NO, REJECTED, 0, answer, 0, ASKS),                  \
        PASS(LAPSED, answer, LATE | OK, ANSWERED), PASS(LAPSED, answer, LATE | NO, REJECTED),  \
        NOTE(LAPSED, action, REFUSED), /* it came there too late */                            \
        STEP(ANY, THEIRS, answer, ALWAYS, SAME, 0, 0, 0, 0)

/* The time for the reply runs from the receipt over there. */
#define REQUESTS(action, reply)                                                                \
    REQUEST(OPENING, action), REQUEST(NOT_TAKEN, action),                                      \
        STEP(REQUESTED, VERDICT, action, REFUSED, NOT_TAKEN, 0, 0, 0, REPLY),                  \
        STEP(REQUESTED, VERDICT, action, TAKEN, SAME, 0, 0, REPLY, 0),                         \
        STEP(REQUESTED, THEIRS, reply, MINE | OK, ANSWERED, 0, reply, 0, REPLY),               \
        STEP(REQUESTED, THEIRS, reply, MINE | NO, REJECTED, 0, reply, 0, REPLY),               \
        STEP(ANY, THEIRS, reply, ALWAYS, SAME, 0, 0, 0, 0)

/* Our agency has decided, whatever the other side does with it. What was sent behind a decision
 * that was not taken finds no case there. */
#define DECISION(action)                                                                       \
    TELL(OPENING, action, ALWAYS, HELD), TELL(NOT_TAKEN, action, ALWAYS, HELD),                \
        TELL(HELD, action, WITHDRAWS, WITHDRAWN), TELL(HELD, action, ALWAYS, HELD),            \
        NOTE(ANY, action, NO_CASE), NOTE(WITHDRAWN, action, REFUSED | FIRST),                  \
        STEP(HELD, VERDICT, action, REFUSED | FIRST, NOT_TAKEN, 0, 0, 0, 0),                   \
        NOTE(HELD, action, REFUSED) /* its revision is due again; a person must look */

#define NOTICE(action)                                                                         \
    TELL(OPENING, action, ALWAYS, SENT), TELL(NOT_TAKEN, action, ALWAYS, SENT),                \
        STEP(SENT, VERDICT, action, TAKEN, TOLD, 0, 0, 0, 0),                                  \
        STEP(SENT, VERDICT, action, REFUSED, NOT_TAKEN, 0, 0, 0, 0)

/* Our own core's alone: nothing of it is sent. */
#define KEEP(from, action, guard, to) STEP(from, OURS, action, guard, to, 0, 0, 0, 0)

static const struct flow_step steps_treating[] = {
    STEP(ASKED, TIMER, CLOCK_PATIENCE, ALWAYS, LAPSED, 0, 0, 0, ASKS),
    QUESTION(STATE_ASK, STATE),
    QUESTION(COVER_ASK, COVER),

    REQUESTS(ASSIST, ASSISTED),
    REQUESTS(ENTRUST, ENTRUSTED),
    REQUESTS(ELIGIBLE, ELIGIBILITY),
    REQUESTS(DUPLICATE, DUPLICATES),

    DECISION(RECOGNITION),
    DECISION(APPRAISAL),
    DECISION(CONFIRMATION),

    NOTICE(COVER_NOTICE),
    NOTICE(THIRD_PARTY),
    NOTICE(STOP),

    KEEP(OPENING, PROJECT, ENDS, OVER),
    KEEP(OPENING, PROJECT, ALWAYS, KEPT),
    KEEP(KEPT, PROJECT, ENDS, OVER),
    KEEP(KEPT, PROJECT, ALWAYS, KEPT),
    KEEP(OVER, PROJECT, ALWAYS, OVER),
    KEEP(KEPT, ROSTER, ALWAYS, KEPT),
    KEEP(OVER, ROSTER, ALWAYS, OVER), /* an exit may be told late */

    TALK,
};

/* --- the other side ----------------------------------------------------------------------- */

/* To our own core, or, where what is kept says it, answered at once. */
#define PUT(from, action) PASS(from, action, ALWAYS, ASKED)
#define SAY(from, action, guard, to, met)                                                      \
    STEP(from, OURS, action, (guard) | MINE, to, action, 0, 0, met)
/* What the other side does not take is no answer: there the question lapses, here too. */
#define ANSWERS(answer)                                                                        \
    STEP(ANSWERED, VERDICT, answer, REFUSED, LAPSED, 0, 0, 0, 0),                              \
        STEP(REJECTED, VERDICT, answer, REFUSED, LAPSED, 0, 0, 0, 0),                          \
        SAY(ASKED, answer, OK, ANSWERED, ASKS), SAY(ASKED, answer, NO, REJECTED, ASKS),        \
        SAY(LAPSED, answer, OK, ANSWERED, 0), SAY(LAPSED, answer, NO, REJECTED, 0)
#define FROM_KEPT(from) STEP(from, THEIRS, COVER_ASK, KNOWN, ANSWERED, COVER, 0, 0, ASKS)

/* Asked again: the first one was given up over there. */
#define ASKED_OF_US(action)                                                                    \
    PUT(OPENING, action), PUT(ASKED, action), PUT(LAPSED, action), PUT(ANSWERED, action),      \
        PUT(REJECTED, action)

/* A reply that was not taken is to be mended. */
#define REQUESTED_OF_US(action, reply)                                                         \
    STEP(ANSWERED, VERDICT, reply, REFUSED, REQUESTED, 0, 0, 0, 0),                            \
        STEP(REJECTED, VERDICT, reply, REFUSED, REQUESTED, 0, 0, 0, 0),                        \
        STEP(OPENING, THEIRS, action, ALWAYS, REQUESTED, 0, action, REPLY, 0),                 \
        SAY(REQUESTED, reply, OK, ANSWERED, REPLY), SAY(REQUESTED, reply, NO, REJECTED, REPLY)

#define DECIDED_THERE(action)                                                                  \
    PASS(OPENING, action, ALWAYS, HELD), PASS(HELD, action, WITHDRAWS, WITHDRAWN),             \
        PASS(HELD, action, ALWAYS, HELD)

static const struct flow_step steps_insured[] = {
    FROM_KEPT(OPENING),
    FROM_KEPT(ASKED),
    FROM_KEPT(LAPSED),
    FROM_KEPT(ANSWERED),
    FROM_KEPT(REJECTED),
    ASKED_OF_US(STATE_ASK),
    ASKED_OF_US(COVER_ASK),
    ANSWERS(STATE),
    ANSWERS(COVER),
    STEP(ASKED, TIMER, CLOCK_ANSWER, ALWAYS, LAPSED, 0, 0, 0, ASKS),

    REQUESTED_OF_US(ASSIST, ASSISTED),
    REQUESTED_OF_US(ENTRUST, ENTRUSTED),
    REQUESTED_OF_US(ELIGIBLE, ELIGIBILITY),
    REQUESTED_OF_US(DUPLICATE, DUPLICATES),

    DECIDED_THERE(RECOGNITION),
    DECIDED_THERE(APPRAISAL),
    DECIDED_THERE(CONFIRMATION),

    PASS(OPENING, COVER_NOTICE, ALWAYS, TOLD),
    PASS(OPENING, THIRD_PARTY, ALWAYS, TOLD),
    PASS(OPENING, STOP, ALWAYS, TOLD),

    TALK,
};

/* Where both may rest with nothing under way: whoever opened it first. */
static const struct flow_pair pairs[] = {
    {REQUESTED, REQUESTED}, {ANSWERED, ANSWERED},  {REJECTED, REJECTED},  {LAPSED, LAPSED},
    {LAPSED, ASKED},        {NOT_TAKEN, LAPSED}, /* asked again, and refused */
    {NOT_TAKEN, ASKED},     {NOT_TAKEN, ANSWERED}, {NOT_TAKEN, REJECTED}, {HELD, HELD},
    {WITHDRAWN, WITHDRAWN}, {TOLD, TOLD},
};

/* What is kept of our own projects; everything else goes to another province. */
static bool alone(uint32_t in_region, uint32_t out_region)
{
    return in_region / 10000 == out_region / 10000;
}

static const char *insurance(const struct flow_case *flow_case)
{
    (void)flow_case;
    return "410";
}

/* By the document that opened the case. */
static const uint16_t kind_actions[] = {
    STATE_ASK, COVER_ASK,   ASSIST,    ENTRUST,      ELIGIBLE,     DUPLICATE,  PROJECT,
    STOP,      RECOGNITION, APPRAISAL, CONFIRMATION, COVER_NOTICE, THIRD_PARTY};
static const struct flow_kind kinds[] = {
    {"insured_query", {"state of the insurance", "参保状态查询"}},
    {"cover_query", {"cover by a project", "项目参保查询"}},
    {"assistance_request", {"request for assistance", "协查请求"}},
    {"entrusted_appraisal", {"appraisal for another place", "委托鉴定"}},
    {"eligibility_check", {"yearly eligibility", "待遇资格认证"}},
    {"duplicate_check", {"benefits drawn twice", "重复待遇核查"}},
    {"project", {"project", "项目参保"}},
    {"stop_notice", {"death, or a benefit stops", "死亡或停发通知"}},
    {"recognition", {"recognition", "工伤认定"}},
    {"appraisal", {"appraisal", "劳动能力鉴定"}},
    {"confirmation", {"confirmation", "工伤确认"}},
    {"cover_notice", {"notice of cover", "项目参保告知"}},
    {"third_party", {"third-party liability", "第三方责任"}},
};
_Static_assert(COUNT_OF(kinds) == COUNT_OF(kind_actions), "every kind has its names");

static size_t kind_of(const struct flow_case *flow_case)
{
    size_t kind = 0;

    while (kind < COUNT_OF(kinds) && kind_actions[kind] != flow_case->part.injury.action)
        kind++;
    return kind;
}

const struct flow injury_record_flow = {
    .number = FLOW_INJURY_RECORD,
    .roles = {ROLE_TREATING, ROLE_INSURED},
    .exact_clocks = ASKS,
    .outward = true,
    .quiet = true,
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << INJURY_ANSWERED | 1u << INJURY_REJECTED | 1u << INJURY_LAPSED |
            1u << INJURY_NOT_TAKEN | 1u << INJURY_WITHDRAWN | 1u << INJURY_TOLD |
            1u << INJURY_OVER,
    .steps = {[ROLE_TREATING] = steps_treating, [ROLE_INSURED] = steps_insured},
    .step_count =
        {[ROLE_TREATING] = COUNT_OF(steps_treating), [ROLE_INSURED] = COUNT_OF(steps_insured)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = injury_record_read,
    .make = injury_record_make,
    .insurance = insurance,
    .guards = injury_record_guards,
    .reference = injury_record_reference,
    .settle = injury_record_settle,
    .postings = injury_record_postings,
    .alone = alone,
    .recall = injury_record_recall,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
};

/* --- what is exchanged, and how ------------------------------------------------------------
 */

struct exchange {
    uint16_t action;
    uint16_t answer;
    enum injury_record_kind kind;
};

static const struct exchange exchanges[] = {
    {STATE_ASK, STATE, KIND_QUESTION},
    {COVER_ASK, COVER, KIND_QUESTION},
    {ASSIST, ASSISTED, KIND_REQUEST},
    {ENTRUST, ENTRUSTED, KIND_REQUEST},
    {ELIGIBLE, ELIGIBILITY, KIND_REQUEST},
    {DUPLICATE, DUPLICATES, KIND_REQUEST},
    {STATE, 0, KIND_ANSWER},
    {COVER, 0, KIND_ANSWER},
    {ASSISTED, 0, KIND_ANSWER},
    {ENTRUSTED, 0, KIND_ANSWER},
    {ELIGIBILITY, 0, KIND_ANSWER},
    {DUPLICATES, 0, KIND_ANSWER},
    {RECOGNITION, 0, KIND_DECISION},
    {APPRAISAL, 0, KIND_DECISION},
    {CONFIRMATION, 0, KIND_DECISION},
    {COVER_NOTICE, 0, KIND_NOTICE},
    {THIRD_PARTY, 0, KIND_NOTICE},
    {STOP, 0, KIND_NOTICE},
    {PROJECT, 0, KIND_OWN},
    {ROSTER, 0, KIND_OWN},
};

static const struct exchange *find_exchange(unsigned action)
{
    for (size_t i = 0; i < COUNT_OF(exchanges); i++)
        if (exchanges[i].action == action)
            return &exchanges[i];
    return NULL;
}

enum injury_record_kind injury_kind_of(unsigned action)
{
    const struct exchange *exchange = find_exchange(action);

    return exchange != NULL ? exchange->kind : KIND_NOTHING;
}

unsigned injury_answer_action(unsigned asked)
{
    const struct exchange *exchange = find_exchange(asked);

    return exchange != NULL ? exchange->answer : (unsigned)ACTION_NONE;
}
