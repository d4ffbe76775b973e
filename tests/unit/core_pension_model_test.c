/*
 * core_pension_model_test.c - two provinces, every order of events, one transfer: one of
 * pension.employee, and one of pension.temporary, whose tables are others.
 *
 * Each side queues its messages; the head of a queue is delivered, and only when its receipt
 * has come back is it taken off (one unreceipted message per case and direction). Cores submit
 * whatever the flow takes, at any time. All reachable situations are visited, in several
 * stories: the transfer itself, with withdrawal, with reversal, and on a route without money.
 * Where nothing is under way the pair of states must stand in the flow's table, and every pair
 * of the table must be met by some story; somebody's clock must run; from everywhere there is a
 * way to an end; and no case ends while money is held for it.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/pension_employee.h"
#include "core/pension_institution.h"
#include "core/pension_temporary.h"
#include "pension_documents.h"

enum { QUEUE_MAX = 6, SITUATIONS_MAX = 1 << 20, TABLE_SIZE = 1 << 21 };

/* What is explored: how many revisions, and what else may happen. */
struct story {
    const char *name;
    unsigned letters_max;
    unsigned forms_max;
    bool sums; /* money in parts, forms of another sum */
    bool withdrawal;
    bool reversal;
    bool moneyless;
};

static const struct story stories[] = {
    {"transfer", 3, 3, true, false, false, false},
    {"withdrawal", 2, 2, false, true, false, false},
    {"reversal", 1, 2, true, false, true, false},
    {"withdrawal or reversal", 1, 2, false, true, true, false},
    {"without money", 2, 2, false, true, true, true},
};
static const struct story temporary_stories[] = {
    {"temporary account", 2, 2, true, false, false, false},
    {"temporary account, withdrawal", 2, 2, false, true, false, false},
    {"temporary account, reversal", 1, 2, true, false, true, false},
    {"temporary account, withdrawal or reversal", 1, 2, false, true, true, false},
    {"temporary account, without money", 2, 2, false, true, true, true},
};
/* Of who was dismissed: OUT begins, and the form opens the case at IN. */
static const struct story dismissal_stories[] = {
    {"dismissal", 1, 3, true, false, false, false},
    {"dismissal, withdrawal or reversal", 1, 2, false, true, true, false},
    {"dismissal, without money", 1, 2, false, true, true, true},
};
static const struct story *story;
static const struct flow *flow;

enum content {
    PLAIN,
    FORM_GOOD,
    FORM_WRONG,
    FORM_OTHER,
    MONEY_ALL,
    MONEY_PART,
    MONEY_REST,
    MONEY_BACK,
    ANSWER_YES,
    ANSWER_NO,
    OVERLAPS,
    CONTENTS
};

static const char *const amounts[] = {
    [MONEY_ALL] = DOCUMENT_TOTAL,
    [MONEY_PART] = "20000.00",
    [MONEY_REST] = "9028.38",
    [MONEY_BACK] = "20000.00",
};

struct letter {
    uint8_t action;
    uint8_t revision;
    uint8_t content;
    uint8_t answers; /* a form return: the form's revision */
};

enum receipt_under_way { NOT_DELIVERED, RECEIPT_YES, RECEIPT_NO };

struct side {
    uint8_t exists;
    uint8_t state;
    uint32_t flags;
    uint32_t clocks; /* that run */
    uint8_t letters;
    uint8_t forms;
    uint8_t queued;
    uint8_t receipt; /* of the head */
    struct letter queue[QUEUE_MAX];
    int64_t form_total;
    int64_t money_total;
    int64_t reverse_total;
    int64_t reversed_total;
};

struct situation {
    struct side sides[ROLES]; /* by role; the first is unused */
};

static struct situation *seen;
static uint32_t *table;
static size_t seen_count;
static struct arena *arena;
static struct arena *bodies;
static struct calendar *calendar;
static struct rules rules;
static bool met[PENSION_STATES][PENSION_STATES];
static bool reached[ROLES][PENSION_STATES];
static size_t under_way_max;
static size_t clockless;
static size_t left_behind;
static size_t stuck;
static uint32_t *edges_from;
static uint32_t *edges_to;
static size_t edge_count;
static size_t edge_room;

static uint64_t hash_of(const struct situation *situation)
{
    const unsigned char *bytes = (const unsigned char *)situation;
    uint64_t hash = UINT64_C(1469598103934665603);

    for (size_t i = 0; i < sizeof(*situation); i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 29;
}

static uint32_t remember(const struct situation *situation)
{
    size_t at = hash_of(situation) % TABLE_SIZE;

    while (table[at] != 0) {
        if (memcmp(&seen[table[at] - 1], situation, sizeof(*situation)) == 0)
            return table[at] - 1;
        at = (at + 1) % TABLE_SIZE;
    }
    assert_true(seen_count < SITUATIONS_MAX);
    seen[seen_count] = *situation;
    table[at] = (uint32_t)++seen_count;
    return table[at] - 1;
}

static void remember_from(uint32_t from, const struct situation *situation)
{
    uint32_t to = remember(situation);

    if (edge_count == edge_room) {
        edge_room = edge_room == 0 ? 1 << 16 : edge_room * 2;
        edges_from = realloc(edges_from, edge_room * sizeof(*edges_from));
        edges_to = realloc(edges_to, edge_room * sizeof(*edges_to));
        assert_non_null(edges_from);
        assert_non_null(edges_to);
    }
    edges_from[edge_count] = from;
    edges_to[edge_count++] = to;
}

static struct flow_case case_of(const struct side *side, unsigned role)
{
    struct flow_case flow_case = {
        .flow = flow->number,
        .role = (uint8_t)role,
        .state = side->state,
        .flags = side->flags,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = side->letters,
        .form_revision = side->forms,
        .form_total = {side->form_total},
        .money_total = {side->money_total},
        .reverse_total = {side->reverse_total},
        .reversed_total = {side->reversed_total},
        .trace = DOCUMENT_TRACE,
    };
    size_t count = 0;

    for (unsigned kind = 1; kind < CLOCK_KINDS; kind++)
        if (side->clocks & FLOW_CLOCK(kind))
            flow_case.clocks[count++] = (struct flow_clock){.kind = (uint8_t)kind,
                                                            .state = CLOCK_STATE_RUNNING};
    return flow_case;
}

static const struct record *make_body(const struct letter *letter)
{
    char *revision = arena_format(bodies, "%u", letter->answers);
    struct record *form;

    assert_non_null(revision);
    switch (letter->action) {
    case ACTION_FORM:
        form = flow == &pension_temporary_flow ? document_temporary_form(bodies)
                                               : document_form(bodies);
        if (flow == &pension_institution_flow)
            document_dismissal(bodies, form);
        if (letter->content == FORM_WRONG)
            document_set(form, "amounts/total", "29028.39");
        if (letter->content == FORM_OTHER) {
            document_set(form, "amounts/pooled", "17280.01");
            document_set(form, "amounts/total", "29028.39");
        }
        return form;
    case ACTION_APPLICATION:
        form = document_new(bodies, letter->action);
        if (flow == &pension_institution_flow)
            document_dismissal(bodies, form);
        return form;
    case ACTION_ACCEPTANCE:
        return document_consent(bodies);
    case ACTION_WITHDRAWAL_ANSWER:
        form = document_new(bodies, letter->action);
        document_put(bodies, form, "agreed", letter->content == ANSWER_YES ? "true" : "false");
        return form;
    case ACTION_COMPLETION:
        form = document_new(bodies, letter->action);
        if (letter->content == OVERLAPS)
            document_put(bodies, form, "overlapMonths", "1");
        return form;
    case ACTION_REVERSAL:
        return document_money(bodies, letter->action, "0.00");
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_RETURN:
        return document_money(bodies, letter->action, amounts[letter->content]);
    case ACTION_FORM_RETURN:
        return document_return(bodies, letter->action, revision, "PEN-R23");
    case ACTION_LETTER_RETURN:
    case ACTION_REFUSAL:
        return document_return(bodies, letter->action, revision, "PEN-R13");
    default:
        return document_new(bodies, letter->action);
    }
}

/* Every document is made once, for each flow. */
static const struct record *made[ACTIONS][CONTENTS][8];

static const struct record *body_of(const struct letter *letter)
{
    const struct record **body = &made[letter->action][letter->content][letter->answers];

    if (*body == NULL)
        *body = make_body(letter);
    return *body;
}

static struct letter letter_of(const struct flow_send *send, const struct letter *cause)
{
    struct letter letter = {.action = (uint8_t)send->action,
                            .revision = (uint8_t)send->revision};

    if (send->made == NULL) {
        letter = *cause;
    } else {
        uint64_t revision = 0;
        struct text agreed;
        if (record_number(send->made, "formRevision", 255, &revision))
            letter.answers = (uint8_t)revision;
        if (record_text(send->made, "agreed", &agreed))
            letter.content = text_is(agreed, "true") ? ANSWER_YES : ANSWER_NO;
    }
    return letter;
}

/* Decides one event for one side; true if accepted, and then *side is as it stands after. */
static bool decide(struct side *side, unsigned role, const struct flow_event *event,
                   const struct letter *cause, struct flow_decision *decision)
{
    struct flow_case before = case_of(side, role);
    struct error err = ERROR_INIT;
    const struct flow_case *after = &decision->after;

    assert_true(flow_decide(flow, &rules, calendar, side->exists ? &before : NULL, event, arena,
                            decision, &err));
    if (decision->kind != DECISION_ACCEPTED)
        return false;
    side->exists = 1;
    side->state = after->state;
    side->flags = after->flags & ~(uint32_t)(CASE_OVERDUE | CASE_OVERLAP | CASE_FLAGGED);
    side->clocks = 0;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (after->clocks[i].kind != CLOCK_NONE &&
            after->clocks[i].state == CLOCK_STATE_RUNNING)
            side->clocks |= FLOW_CLOCK(after->clocks[i].kind);
    side->letters = (uint8_t)after->letter_revision;
    side->forms = (uint8_t)after->form_revision;
    /* OUT looks at whether it has sent money, never at sums: fewer situations, same behaviour.
     */
    side->form_total = role == ROLE_IN ? after->form_total.fen : 0;
    side->money_total = role == ROLE_IN || story->sums ? after->money_total.fen : 0;
    if (role == ROLE_OUT && (side->flags & CASE_MONEY_SEEN) && side->money_total == 0)
        side->money_total = 1;
    side->reverse_total = after->reverse_total.fen;
    side->reversed_total = after->reversed_total.fen;
    reached[role][side->state] = true;
    for (size_t i = 0; i < decision->send_count; i++) {
        if (decision->sends[i].target != FLOW_TO_PARTNER)
            continue;
        assert_true(side->queued < QUEUE_MAX);
        side->queue[side->queued++] = letter_of(&decision->sends[i], cause);
        if (side->queued > under_way_max)
            under_way_max = side->queued;
    }
    return true;
}

static struct flow_event event_of(enum event_source source, const struct letter *letter)
{
    struct flow_event event = {
        .source = source,
        .action = letter->action,
        .revision = letter->revision,
        .at = {INT64_C(1772413200000)},
        .in_region = 520000,
        .out_region = 440000,
    };
    return event;
}

static void submit(uint32_t from, unsigned role, struct letter letter)
{
    struct situation next = seen[from];
    struct flow_event event = event_of(EVENT_SUBMITTED, &letter);
    struct flow_decision decision;

    arena_reset(arena);
    event.body = body_of(&letter);
    event.role = (uint8_t)role;
    if (decide(&next.sides[role], role, &event, &letter, &decision))
        remember_from(from, &next);
}

static void deliver(uint32_t from, unsigned role, bool open_elsewhere)
{
    static const struct flow_case rival = {.state = PENSION_BOTH};
    struct situation next = seen[from];
    struct side *sender = &next.sides[role];
    struct letter letter = sender->queue[0];
    struct flow_event event = event_of(EVENT_RECEIVED, &letter);
    struct flow_decision decision;
    unsigned other = role == ROLE_IN ? ROLE_OUT : ROLE_IN;

    arena_reset(arena);
    event.body = body_of(&letter);
    event.role = (uint8_t)other;
    event.rival = open_elsewhere ? &rival : NULL;
    sender->receipt = decide(&next.sides[other], other, &event, &letter, &decision)
                          ? RECEIPT_YES
                          : RECEIPT_NO;
    assert_int_not_equal(decision.kind, DECISION_LATER);
    remember_from(from, &next);
}

static void take_receipt(uint32_t from, unsigned role)
{
    struct situation next = seen[from];
    struct side *side = &next.sides[role];
    struct letter letter = side->queue[0];
    struct flow_event event = event_of(EVENT_RECEIPT, &letter);
    struct flow_decision decision;

    event.verdict = side->receipt == RECEIPT_YES ? VERDICT_ACCEPTED : VERDICT_REFUSED;
    event.received_at = event.at;
    arena_reset(arena);
    side->receipt = NOT_DELIVERED;
    side->queued--;
    memmove(side->queue, side->queue + 1, side->queued * sizeof(side->queue[0]));
    side->queue[side->queued] = (struct letter){0};
    assert_true(decide(side, role, &event, &letter, &decision));
    remember_from(from, &next);
}

static bool queues(const struct side *side, unsigned action)
{
    for (size_t i = 0; i < side->queued; i++)
        if (side->queue[i].action == action)
            return true;
    return false;
}

static void submit_plain(uint32_t from, unsigned role, unsigned action, unsigned content)
{
    submit(from, role, (struct letter){(uint8_t)action, 1, (uint8_t)content, 0});
}

/* A reversal names what is booked here; the rest of it goes back in one sum. */
static void submit_reversal_in(uint32_t from, const struct side *in)
{
    struct situation next = seen[from];
    struct letter letter = {ACTION_REVERSAL, 1, PLAIN, 0};
    struct flow_event event = event_of(EVENT_SUBMITTED, &letter);
    struct flow_decision decision;
    char amount[MONEY_TEXT_SIZE];

    arena_reset(arena);
    money_format((struct money){in->money_total}, amount);
    event.body = document_money(arena, ACTION_REVERSAL, amount);
    if (story->reversal && in->state == PENSION_DISPUTE &&
        decide(&next.sides[ROLE_IN], ROLE_IN, &event, &letter, &decision))
        remember_from(from, &next);
    letter.action = ACTION_FUND_RETURN;
    if (in->state != PENSION_REVERSAL || in->reversed_total == in->reverse_total)
        return;
    next = seen[from];
    event.action = ACTION_FUND_RETURN;
    money_format((struct money){in->reverse_total - in->reversed_total}, amount);
    event.body = document_money(arena, ACTION_FUND_RETURN, amount);
    if (decide(&next.sides[ROLE_IN], ROLE_IN, &event, &letter, &decision))
        remember_from(from, &next);
}

static void submit_money_in(uint32_t from, const struct side *in)
{
    if (in->money_total < DOCUMENT_TOTAL_FEN)
        submit_plain(from, ROLE_IN, ACTION_FUND_RECEIPT, MONEY_ALL);
    if (story->sums && in->money_total == 0)
        submit_plain(from, ROLE_IN, ACTION_FUND_RECEIPT, MONEY_PART);
    else if (in->money_total > 0 && in->money_total < DOCUMENT_TOTAL_FEN)
        submit_plain(from, ROLE_IN, ACTION_FUND_RECEIPT, MONEY_REST);
    if (in->money_total > 0 && in->state == PENSION_LETTER_RETURNED)
        submit_plain(from, ROLE_IN, ACTION_FUND_RETURN,
                     in->money_total >= DOCUMENT_TOTAL_FEN ? MONEY_ALL : MONEY_BACK);
    else if (in->money_total > DOCUMENT_TOTAL_FEN)
        submit_plain(from, ROLE_IN, ACTION_FUND_RETURN, MONEY_BACK);
}

/* The side at which the person applies, and which writes the letter. */
static unsigned beginner(void)
{
    return flow == &pension_employee_flow ? ROLE_IN : ROLE_OUT;
}

static void submit_letter(uint32_t from, unsigned role)
{
    const struct side side = seen[from].sides[role];

    submit_plain(from, role, ACTION_APPLICATION, PLAIN);
    if (!side.exists)
        return;
    submit_plain(from, role, ACTION_REFUSAL, PLAIN);
    if (side.letters < story->letters_max)
        submit(from, role,
               (struct letter){ACTION_LETTER, (uint8_t)(side.letters + 1), PLAIN, 0});
    if (story->withdrawal && !queues(&side, ACTION_WITHDRAWAL))
        submit_plain(from, role, ACTION_WITHDRAWAL, PLAIN);
}

/* The other side. */
static void submit_consent(uint32_t from, unsigned role)
{
    if (!seen[from].sides[role].exists)
        return;
    submit_plain(from, role, ACTION_ACCEPTANCE, PLAIN);
    submit_plain(from, role, ACTION_LETTER_RETURN, PLAIN);
    if (!story->withdrawal)
        return;
    submit_plain(from, role, ACTION_WITHDRAWAL_ANSWER, ANSWER_YES);
    submit_plain(from, role, ACTION_WITHDRAWAL_ANSWER, ANSWER_NO);
}

static void submit_in(uint32_t from)
{
    struct side in = seen[from].sides[ROLE_IN];

    if (!in.exists)
        return;
    if (beginner() == ROLE_OUT && flow == &pension_institution_flow && story->withdrawal &&
        !queues(&in, ACTION_WITHDRAWAL))
        submit_plain(from, ROLE_IN, ACTION_WITHDRAWAL, PLAIN);
    submit_plain(from, ROLE_IN, ACTION_COMPLETION, PLAIN);
    submit_plain(from, ROLE_IN, ACTION_COMPLETION, OVERLAPS);
    submit_plain(from, ROLE_IN, ACTION_CLEARING_DONE, PLAIN);
    submit(from, ROLE_IN, (struct letter){ACTION_FORM_RETURN, 1, PLAIN, in.forms});
    submit_money_in(from, &in);
    submit_reversal_in(from, &in);
}

static void submit_end_out(uint32_t from, const struct side *out)
{
    if (!queues(out, ACTION_COMPLETION) &&
        (out->state == PENSION_REVERSAL || out->state == PENSION_CANCELLED))
        submit_plain(from, ROLE_OUT, ACTION_COMPLETION, PLAIN);
    /* Nothing is known to have been booked: OUT asks for nothing back. */
    if (story->reversal && (out->flags & CASE_MONEY_SEEN) == 0)
        submit_plain(from, ROLE_OUT, ACTION_REVERSAL, PLAIN);
    if (out->state == PENSION_REVERSAL && out->reversed_total < out->reverse_total)
        submit_plain(from, ROLE_OUT, ACTION_FUND_RECEIPT,
                     out->reverse_total == DOCUMENT_TOTAL_FEN ? MONEY_ALL
                     : out->reversed_total == 0               ? MONEY_PART
                                                              : MONEY_REST);
}

static void submit_out(uint32_t from)
{
    struct side out = seen[from].sides[ROLE_OUT];
    uint8_t next = (uint8_t)(out.forms + 1);

    if (!out.exists)
        return;
    if (flow == &pension_institution_flow && story->withdrawal) {
        submit_plain(from, ROLE_OUT, ACTION_WITHDRAWAL_ANSWER, ANSWER_YES);
        submit_plain(from, ROLE_OUT, ACTION_WITHDRAWAL_ANSWER, ANSWER_NO);
    }
    if (out.forms < story->forms_max) {
        submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_GOOD, 0});
        submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_WRONG, 0});
        if (story->sums)
            submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_OTHER, 0});
    }
    /* Else their number has no end. */
    if (!queues(&out, ACTION_FUND_ADVICE) && (out.flags & CASE_MONEY_SEEN) == 0)
        submit_plain(from, ROLE_OUT, ACTION_FUND_ADVICE, MONEY_ALL);
    submit_end_out(from, &out);
}

static const char *state_text(unsigned state)
{
    return flow_state_name(flow, state).english;
}

static bool quiet(const struct situation *situation)
{
    return situation->sides[ROLE_IN].queued == 0 && situation->sides[ROLE_OUT].queued == 0;
}

static bool is_open(const struct side *side)
{
    return side->exists && !flow_state_ends(flow, side->state);
}

/* Nothing is under way: then somebody's clock runs, and no money is left behind. */
static void look_at_rest(uint32_t at, const struct situation *situation)
{
    const struct side *in = &situation->sides[ROLE_IN];
    const struct side *out = &situation->sides[ROLE_OUT];

    (void)at;
    if (!quiet(situation))
        return;
    if ((is_open(in) || is_open(out)) && in->clocks == 0 && out->clocks == 0) {
        if (clockless++ < 5)
            print_message("%s: no clock in %s, %s\n", story->name, state_text(in->state),
                          state_text(out->state));
    }
    if (in->exists && !is_open(in) && in->state != PENSION_CLOSED && in->money_total != 0 &&
        in->money_total != in->reversed_total) {
        if (left_behind++ < 5)
            print_message("%s: money left in %s, %s\n", story->name, state_text(in->state),
                          state_text(out->state));
    }
}

static void visit(uint32_t at)
{
    const struct situation situation = seen[at];

    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        const struct side *side = &situation.sides[role];
        unsigned other = role == ROLE_IN ? ROLE_OUT : ROLE_IN;

        if (side->queued == 0)
            continue;
        if (side->receipt != NOT_DELIVERED) {
            take_receipt(at, role);
            continue;
        }
        deliver(at, role, false);
        if ((side->queue[0].action == ACTION_LETTER || side->queue[0].action == ACTION_FORM) &&
            !situation.sides[other].exists)
            deliver(at, role, true);
    }
    submit_letter(at, beginner());
    submit_consent(at, beginner() == ROLE_IN ? ROLE_OUT : ROLE_IN);
    submit_in(at);
    submit_out(at);
    if (quiet(&situation) && situation.sides[ROLE_IN].exists &&
        situation.sides[ROLE_OUT].exists)
        met[situation.sides[ROLE_IN].state][situation.sides[ROLE_OUT].state] = true;
    look_at_rest(at, &situation);
}

static void pairs_are_those_of_the_table(void **unused)
{
    unsigned wrong = 0;

    (void)unused;
    for (unsigned in = 0; in < PENSION_STATES; in++) {
        for (unsigned out = 0; out < PENSION_STATES; out++) {
            bool allowed = flow_pair_allowed(flow, in, out);

            if (allowed == met[in][out])
                continue;
            print_message("%s: %s, %s\n", allowed ? "never met" : "not in the table",
                          state_text(in), state_text(out));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void every_state_is_reached(void **unused)
{
    (void)unused;
    for (unsigned state = 0; state < PENSION_STATES; state++)
        if (!reached[ROLE_IN][state] && !reached[ROLE_OUT][state])
            assert_string_equal(state_text(state), "reached");
}

static void somebody_is_always_pressed(void **unused)
{
    (void)unused;
    assert_int_equal(clockless, 0);
}

static void no_money_is_left_behind(void **unused)
{
    (void)unused;
    assert_int_equal(left_behind, 0);
}

static void there_is_always_a_way_out(void **unused)
{
    (void)unused;
    assert_int_equal(stuck, 0);
}

/* Ended on both sides, or the explored revisions ran out. */
static bool is_way_out(const struct situation *s)
{
    const struct side *in = &s->sides[ROLE_IN];
    const struct side *out = &s->sides[ROLE_OUT];

    const struct side *first = &s->sides[beginner()];

    return (first->letters == story->letters_max && first->state == PENSION_LETTER_RETURNED) ||
           out->forms == story->forms_max ||
           (quiet(s) && first->exists && !is_open(in) && !is_open(out));
}

/* From everywhere there is a way to the end of the case on both sides. */
static void look_for_ways_out(void)
{
    bool *free_way = calloc(seen_count, sizeof(*free_way));
    bool changed = true;

    assert_non_null(free_way);
    for (size_t i = 0; i < seen_count; i++)
        free_way[i] = is_way_out(&seen[i]);
    while (changed) {
        changed = false;
        for (size_t i = edge_count; i-- > 0;) {
            if (!free_way[edges_to[i]] || free_way[edges_from[i]])
                continue;
            free_way[edges_from[i]] = true;
            changed = true;
        }
    }
    for (size_t i = 0; i < seen_count; i++) {
        if (!free_way[i] && stuck++ < 8)
            print_message("%s: stuck in %s, %s\n", story->name,
                          state_text(seen[i].sides[ROLE_IN].state),
                          state_text(seen[i].sides[ROLE_OUT].state));
    }
    free(free_way);
}

/* Once closed over there means linked or closed here, with equal sums. */
static void look_at_ends(void)
{
    for (size_t i = 0; i < seen_count; i++) {
        const struct side *in = &seen[i].sides[ROLE_IN];
        const struct side *out = &seen[i].sides[ROLE_OUT];

        if (out->exists && out->state == PENSION_CLOSED) {
            assert_true(in->state == PENSION_LINKED || in->state == PENSION_CLOSED ||
                        in->state == PENSION_CLEARING);
            if (!story->moneyless)
                assert_int_equal(in->form_total, in->money_total);
        }
    }
}

static void tell(const struct story *told)
{
    struct rule moneyless = {"PEN-MONEY", {1}, 0};
    struct situation start;

    if (flow == &pension_temporary_flow)
        strcpy(moneyless.id, "PEN-MONEY-TMP");
    if (flow == &pension_institution_flow)
        strcpy(moneyless.id, "PEN-MONEY-GP");
    story = told;
    memset(&start, 0, sizeof(start));
    memset(table, 0, TABLE_SIZE * sizeof(*table));
    seen_count = edge_count = under_way_max = 0;
    rules.count = 0;
    if (story->moneyless)
        rules.rows[rules.count++] = moneyless;
    remember(&start);
    for (uint32_t i = 0; i < seen_count; i++)
        visit(i);
    look_for_ways_out();
    look_at_ends();
    print_message("%s: %zu situations, %zu steps, at most %zu messages queued on a side\n",
                  story->name, seen_count, edge_count, under_way_max);
}

static int explore(void **unused)
{
    (void)unused;
    seen = calloc(SITUATIONS_MAX, sizeof(*seen));
    table = calloc(TABLE_SIZE, sizeof(*table));
    arena = arena_new(1 << 20);
    bodies = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(bodies);
    assert_non_null(seen);
    assert_non_null(table);
    assert_non_null(arena);
    assert_non_null(calendar);
    flow = &pension_employee_flow;
    for (size_t i = 0; i < COUNT_OF(stories); i++)
        tell(&stories[i]);
    return 0;
}

static void the_same_of_temporary_accounts(void **unused)
{
    (void)unused;
    memset(met, 0, sizeof(met));
    memset(reached, 0, sizeof(reached));
    memset(made, 0, sizeof(made));
    arena_reset(bodies);
    flow = &pension_temporary_flow;
    for (size_t i = 0; i < COUNT_OF(temporary_stories); i++)
        tell(&temporary_stories[i]);
}

static void the_same_of_dismissals(void **unused)
{
    (void)unused;
    memset(met, 0, sizeof(met));
    memset(reached, 0, sizeof(reached));
    memset(made, 0, sizeof(made));
    arena_reset(bodies);
    flow = &pension_institution_flow;
    for (size_t i = 0; i < COUNT_OF(dismissal_stories); i++)
        tell(&dismissal_stories[i]);
}

/* Without a letter some pairs cannot be; no other one is. */
static void no_pair_is_beyond_the_table(void **unused)
{
    unsigned wrong = 0;

    (void)unused;
    for (unsigned in = 0; in < PENSION_STATES; in++) {
        for (unsigned out = 0; out < PENSION_STATES; out++) {
            if (!met[in][out] || flow_pair_allowed(flow, in, out))
                continue;
            print_message("not in the table: %s, %s\n", state_text(in), state_text(out));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static int forget(void **unused)
{
    (void)unused;
    free(seen);
    free(table);
    free(edges_from);
    free(edges_to);
    arena_free(arena);
    arena_free(bodies);
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_those_of_the_table),
        cmocka_unit_test(every_state_is_reached),
        cmocka_unit_test(there_is_always_a_way_out),
        cmocka_unit_test(somebody_is_always_pressed),
        cmocka_unit_test(no_money_is_left_behind),
        cmocka_unit_test(the_same_of_temporary_accounts),
        cmocka_unit_test(pairs_are_those_of_the_table),
        cmocka_unit_test(every_state_is_reached),
        cmocka_unit_test(there_is_always_a_way_out),
        cmocka_unit_test(somebody_is_always_pressed),
        cmocka_unit_test(no_money_is_left_behind),
        cmocka_unit_test(the_same_of_dismissals),
        cmocka_unit_test(no_pair_is_beyond_the_table),
        cmocka_unit_test(there_is_always_a_way_out),
        cmocka_unit_test(somebody_is_always_pressed),
        cmocka_unit_test(no_money_is_left_behind),
    };
    return cmocka_run_group_tests(tests, explore, forget);
}
