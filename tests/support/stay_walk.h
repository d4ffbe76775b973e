/*
 * stay_walk.h - one situation of settlement.stay: a case in some state, and an event that comes
 * to it, for the walk over its tables. The words of tests/data/settlement_stay_expected.txt are
 * told here.
 */
#ifndef SUPPORT_STAY_WALK_H
#define SUPPORT_STAY_WALK_H

#include "core/settlement_stay.h"
#include "flow_expected.h"

#define STAY_NOW INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

enum which { NEITHER, MINE, LATE, WHICHES };
enum told_outcome { TOLD_BOOKED, TOLD_NOT_BOOKED, TOLD_IN_PROGRESS, TOLD_OUTCOMES };

struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action; /* of a timer: the clock */
    enum verdict verdict;
    enum which which; /* which question is answered, or receipted */
    unsigned of;      /* what is in doubt, and what a reversal names */
    enum told_outcome outcome;
    bool gone; /* the reversal names something else */
    bool ok;
    bool wrong;
    bool visit;
    bool no_case;
    bool two_phase;
    bool under_way;
    bool expired;
};

static const struct uuid id_case = {{1}};
static const struct uuid id_register = {{2}};
static const struct uuid id_settle = {{3}};
static const struct uuid id_cancel = {{4}};
static const struct uuid id_open = {{5}};
static const struct uuid id_given_up = {{6}};
static const struct uuid id_unknown = {{7}};
static const struct uuid id_core = {{8}}; /* of the letter to the own core */

/* --- what is in doubt, or open, because of the state ------------------------------------- */

static inline unsigned walk_question_of(unsigned answer)
{
    return stay_is_answer(answer) ? answer - 1 : ACTION_NONE;
}

/* The question that is always open in this state. */
static inline unsigned walk_open_in(unsigned role, unsigned state)
{
    switch (state) {
    case STAY_ASKED:
        return ACTION_IDENTIFY;
    case STAY_REG_SENT:
        return ACTION_REGISTER;
    case STAY_SETL_SENT:
        return ACTION_SETTLE;
    case STAY_CANCEL_SENT:
        return ACTION_CANCEL;
    case STAY_REVERSING:
        return ACTION_REVERSE;
    case STAY_REG_UNCERTAIN:
    case STAY_SETL_UNCERTAIN:
    case STAY_CANCEL_UNCERTAIN:
        return role == ROLE_TREATING ? ACTION_QUERY : ACTION_NONE;
    default:
        return ACTION_NONE;
    }
}

/* What is in doubt in this state; `of` where any may be. */
static inline unsigned walk_doubt_in(const struct point *point)
{
    switch (point->from) {
    case STAY_REG_UNCERTAIN:
        return ACTION_REGISTER;
    case STAY_SETL_UNCERTAIN:
        return ACTION_SETTLE;
    case STAY_CANCEL_UNCERTAIN:
        return ACTION_CANCEL;
    case STAY_REVERSING:
    case STAY_MISMATCHED:
        return point->of;
    default:
        return ACTION_NONE;
    }
}

static inline struct uuid walk_id_of(unsigned action)
{
    if (action == ACTION_REGISTER)
        return id_register;
    return action == ACTION_SETTLE ? id_settle : id_cancel;
}

/* Can it answer, or be the receipt of, that question in this state? */
static inline bool walk_possible(const struct point *point)
{
    unsigned question = point->source == EVENT_RECEIPT ? point->action
                                                       : walk_question_of(point->action);
    unsigned open = walk_open_in(point->role, point->from);
    unsigned doubt = walk_doubt_in(point);

    if (point->which == NEITHER)
        return true;
    if (stay_answer_action(question) == ACTION_NONE || point->from == FLOW_OPENING)
        return false;
    if (point->which == MINE)
        return open == ACTION_NONE || open == question;
    if (point->role == ROLE_INSURED || (open != ACTION_NONE && open != ACTION_QUERY))
        return false;
    return doubt == ACTION_NONE || doubt == question;
}

/* --- words ------------------------------------------------------------------------------- */

/* 参保地: what stands in a state, as a person would say it. */
static inline bool walk_stands(const struct point *point)
{
    bool registered = point->of == ACTION_REGISTER;

    switch (point->from) {
    case STAY_REG_SENT:
    case STAY_MANUAL:
        return registered;
    case STAY_REGISTERED:
    case STAY_DISCHARGED:
        return registered || point->of == ACTION_CANCEL; /* one settlement was cancelled */
    case STAY_SETL_SENT:
    case STAY_SETTLED:
        return registered || point->of == ACTION_SETTLE;
    case STAY_CANCEL_SENT:
    case STAY_REVERSING:
    case STAY_MISMATCHED:
        return true;
    default:
        return false;
    }
}

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    bool refused = point->verdict == VERDICT_REFUSED || point->verdict == VERDICT_CONFLICT;
    const struct {
        const char *word;
        bool holds;
    } words[] = {
        {"ok", point->ok},
        {"no", !point->ok},
        {"mine", point->which == MINE},
        {"late", point->which == LATE},
        {"wrong", point->wrong},
        {"visit", point->visit},
        {"of_register", point->of == ACTION_REGISTER},
        {"of_settle", point->of == ACTION_SETTLE},
        {"of_cancel", point->of == ACTION_CANCEL},
        {"gone", point->gone},
        {"stands", !point->gone && walk_stands(point)},
        {"booked", point->ok && point->outcome == TOLD_BOOKED},
        {"not_booked", point->ok && point->outcome == TOLD_NOT_BOOKED},
        {"refused", refused},
        {"no_case", point->verdict == VERDICT_REFUSED && point->no_case},
        {"verdict_refused", point->verdict == VERDICT_REFUSED},
        {"verdict_conflict", point->verdict == VERDICT_CONFLICT},
        {"two_phase", point->two_phase},
        {"under_way", (point->under_way && !point->expired) ||
                          (point->role == ROLE_TREATING &&
                           walk_open_in(point->role, point->from) != ACTION_NONE)},
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].holds;
    print_message("no word %s\n", word);
    abort();
}

/* --- documents --------------------------------------------------------------------------- */

static inline struct record *walk_add(struct arena *arena, struct record *parent,
                                      const char *name, const char *value)
{
    struct record *node = record_add(arena, parent, name, text_of(value));

    assert_non_null(node);
    return node;
}

static inline void walk_amounts(struct arena *arena, struct record *root, const char *cash)
{
    static const char *const names[] = {"total",   "inScope",  "fund",
                                        "account", "personal", "hospital"};
    struct record *group = walk_add(arena, root, "amounts", "");

    for (size_t i = 0; i < COUNT_OF(names); i++)
        walk_add(arena, group, names[i], "0.00");
    walk_add(arena, group, "cash", cash);
}

static inline void walk_answer(const struct point *point, struct arena *arena,
                               struct record *root)
{
    static const char *const statuses[] = {"booked", "not_booked", "in_progress"};
    const char *status = statuses[point->outcome];

    walk_add(arena, walk_add(arena, root, "result", ""), "verdict",
             point->ok ? "ok" : "rejected");
    if (point->action == ACTION_OUTCOME && point->outcome == TOLD_BOOKED &&
        point->from == STAY_CANCEL_UNCERTAIN)
        status = "cancelled";
    if (point->action == ACTION_OUTCOME)
        walk_add(arena, root, "status", status);
    if (point->action == ACTION_SETTLED || point->action == ACTION_OUTCOME)
        walk_add(arena, root, "settlementNumber", "JS-1");
    walk_amounts(arena, root, point->wrong ? "0.01" : "0.00");
}

static inline void walk_line(struct arena *arena, struct record *root)
{
    static const char *const parts[] = {"price",     "amount", "ownPay",
                                        "overLimit", "prePay", "inScope"};
    struct record *line = walk_add(arena, root, "line", "");

    walk_add(arena, root, "batch", "1");
    walk_add(arena, line, "number", "M1");
    walk_add(arena, line, "quantity", "1");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        walk_add(arena, line, parts[i], i <= 1 || i == 5 ? "9.00" : "0.00");
}

static inline void walk_question(const struct point *point, struct arena *arena,
                                 struct record *root)
{
    struct uuid named = point->gone ? id_unknown : walk_id_of(point->of);
    static const char zeros[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    struct record *original;
    char id[UUID_TEXT_SIZE];

    if (point->action == ACTION_IDENTIFY || point->action == ACTION_REGISTER)
        walk_add(arena, root, "insurance", "medical");
    walk_add(arena, root, "visitKind", point->visit ? "outpatient" : "inpatient");
    walk_add(arena, root, "admittedOn", "2026-03-02");
    walk_add(arena, root, "emergency", "true");
    walk_add(arena, root, "total", "0.00");
    walk_add(arena, root, "lineDigest", zeros);
    walk_add(arena, root, "settlementNumber", "JS-1");
    walk_add(arena, root, "all", "true");
    if (point->action == ACTION_LINES)
        walk_line(arena, root);
    original = walk_add(arena, root, "original", "");
    walk_add(arena, original, "action", action_name(point->of).english);
    walk_add(arena, original, "messageId",
             arena_copy(arena, (struct text){uuid_format(&named, id), UUID_TEXT_SIZE}).at);
}

static inline struct record *walk_body(const struct point *point, struct arena *arena)
{
    struct record *root = record_new(arena, action_name(point->action).english);
    struct record *reference;

    assert_non_null(root);
    reference = walk_add(arena, root, "reference", "");
    walk_add(arena, reference, "treatingRegion", "440100");
    walk_add(arena, reference, "insuredRegion", "520100");
    walk_add(arena, reference, "institution", "H44990000001");
    walk_add(arena, reference, "stayNumber", "ZY2026-000731");
    if (stay_is_answer(point->action))
        walk_answer(point, arena, root);
    else
        walk_question(point, arena, root);
    return root;
}

/* --- the case and the event -------------------------------------------------------------- */

static inline void walk_open(const struct point *point, struct stay *stay)
{
    unsigned open = walk_open_in(point->role, point->from);

    if (open == ACTION_NONE && point->which == MINE)
        open = point->source == EVENT_RECEIPT ? point->action : walk_question_of(point->action);
    if (open == ACTION_NONE && point->under_way)
        open = ACTION_LINES;
    if (open == ACTION_NONE)
        return;
    stay->question.action = (uint8_t)open;
    stay->question.asked = id_open;
    if (open == ACTION_REGISTER || open == ACTION_SETTLE || open == ACTION_CANCEL)
        stay->question.asked = walk_id_of(open);
    stay->question.to_core = id_core;
    stay->question.at.ms = STAY_NOW - 1000;
    stay->question.answer_by.ms = STAY_NOW + (point->expired ? 0 : 50000);
}

static inline void walk_doubt(const struct point *point, struct stay *stay)
{
    unsigned doubt = walk_doubt_in(point);

    if (doubt != ACTION_NONE) {
        stay->original = walk_id_of(doubt);
    } else if (point->which == LATE) {
        doubt = point->source == EVENT_RECEIPT ? point->action
                                               : walk_question_of(point->action);
        stay->original = id_given_up;
    }
    stay->original_action = (uint8_t)doubt;
}

static inline struct flow_case walk_case(const struct point *point)
{
    struct flow_case before = {
        .flow = FLOW_SETTLEMENT_STAY,
        .case_id = id_case,
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .party = 2,
        .core = 3,
        .in_region = 440100,
        .out_region = 520100,
        .opened_at = {STAY_NOW - 1000},
        .changed_at = {STAY_NOW - 1000},
        .trace = "H44990000001/ZY2026-000731",
    };
    struct stay *stay = &before.part.stay;

    stay->insurance = INSURANCE_MEDICAL;
    stay->visit = point->visit ? VISIT_OUTPATIENT : VISIT_INPATIENT;
    memcpy(stay->settlement_number, "JS-1", 5);
    stay->register_id = id_register;
    stay->settle_id = id_settle;
    stay->cancel_id = id_cancel;
    if (point->from == STAY_SETTLED || point->from == STAY_CANCEL_SENT ||
        point->from == STAY_CANCEL_UNCERTAIN)
        before.flags = CASE_BOOKED;
    if (point->from == STAY_REGISTERED || point->from == STAY_DISCHARGED)
        stay->cancellations = 1;
    if (point->from == STAY_ASKED || point->from == STAY_IDENTIFIED ||
        point->from == STAY_LAPSED)
        stay->reversed[0] = id_register;
    walk_open(point, stay);
    walk_doubt(point, stay);
    return before;
}

static inline void walk_run(struct flow_case *before, unsigned kind)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_clock *clock = &before->clocks[i];

        if (clock->kind != CLOCK_NONE && clock->kind != kind)
            continue;
        *clock = (struct flow_clock){
            .kind = (uint8_t)kind, .state = CLOCK_STATE_RUNNING, .due = {STAY_NOW}};
        return;
    }
}

static inline struct flow_event walk_event(const struct point *point,
                                           const struct flow_case *before, struct arena *arena)
{
    static struct flow_line line = {.number = {"M1", 2},
                                    .sums = {.total = {900}, .in_scope = {900}}};
    const struct stay *stay = &before->part.stay;
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = 1,
        .at = {STAY_NOW},
        .verdict = point->verdict,
        .case_id = id_case,
        .in_region = 440100,
        .out_region = 520100,
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
        .answer_by = {STAY_NOW + 60000},
        .message_id = {{0x40}},
        .in_reply_to = {{0x41}},
        .core_two_phase = point->two_phase,
        .lines = &line,
        .line_count = 1,
    };

    for (size_t i = 0; i < FLOW_SENDS_MAX; i++)
        event.ids[i].bytes[0] = (uint8_t)(0x50 + i);
    if (point->source == EVENT_TIMER) {
        event.clock_kind = (uint8_t)point->action;
        event.action = 0;
    } else if (point->source == EVENT_RECEIPT) {
        if (point->verdict == VERDICT_CONFLICT)
            strcpy(event.code, "CONFLICT");
        else if (point->verdict == VERDICT_REFUSED)
            strcpy(event.code, point->no_case ? "FLW-03" : "STL-B01");
        if (point->which != NEITHER)
            event.message_id = point->which == MINE ? stay->question.asked : stay->original;
    } else if (point->source != EVENT_OPERATOR) {
        event.body = walk_body(point, arena);
        if (point->which == MINE)
            event.in_reply_to = point->source == EVENT_SUBMITTED ? stay->question.to_core
                                                                 : stay->question.asked;
        else if (point->which == LATE)
            event.in_reply_to = stay->original;
    }
    return event;
}

#endif
