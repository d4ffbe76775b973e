/*
 * core_medical_model_test.c - two provinces, every order of events, one medical transfer.
 *
 * As core_pension_model_test: each side queues its messages, the head is delivered and taken
 * off when its receipt has come back; cores submit whatever the flow takes, at any time. All
 * reachable situations of several stories are visited. Where nothing is under way the pair of
 * states stands in the flow's table and the money in that of the axis, somebody's clock runs,
 * and every pair of the table is met; no message that one side may send is refused by the
 * other; from everywhere there is a way to an end on both sides.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/medical_money.h"
#include "core/medical_transfer.h"
#include "medical_documents.h"

enum { QUEUE_MAX = 8, SITUATIONS_MAX = 1 << 19, TABLE_SIZE = 1 << 20 };
#define FLOW (&medical_transfer_flow)
#define PART "3000.00"
#define REST "471.26"
#define HALF INT64_C(300000)

struct story {
    const char *name;
    unsigned opener; /* enum role */
    unsigned pay_way;
    unsigned letters_max;
    unsigned forms_max;
    bool withdrawal;
    bool parts; /* money in parts, sent back, bounced */
    bool turning_back;
};

static const struct story stories[] = {
    {"applied for at IN, withdrawn", ROLE_IN, PAY_NONE, 2, 2, true, false, false},
    {"applied for at OUT, withdrawn", ROLE_OUT, PAY_NONE, 2, 2, true, false, false},
    {"money", ROLE_IN, PAY_TRANSFER, 1, 2, false, true, false},
    {"refunded", ROLE_OUT, PAY_REFUND, 1, 2, false, false, false},
    {"turned back by IN", ROLE_IN, PAY_TRANSFER, 1, 1, false, false, true},
    {"turned back by OUT", ROLE_OUT, PAY_TRANSFER, 1, 1, false, false, true},
    {"turned back, no money", ROLE_OUT, PAY_NONE, 1, 1, false, false, true},
};
static const struct story *story;

enum content { PLAIN, BAD, YES, NO, ALL_OF_IT, A_PART, THE_REST, CONTENTS };

struct letter {
    uint8_t action;
    uint8_t revision;
    uint8_t content;
    uint8_t answers; /* a return: the sheet's revision */
};

enum receipt_under_way { NOT_DELIVERED, RECEIPT_YES, RECEIPT_NO, RECEIPT_NO_CASE };

struct side {
    uint8_t exists;
    uint8_t state;
    uint8_t queued;
    uint8_t receipt; /* of the head */
    uint32_t flags;
    uint32_t clocks; /* that run */
    uint32_t letters;
    uint32_t forms;
    struct letter queue[QUEUE_MAX];
    struct medical part;
    uint32_t unused;
    int64_t form_total;
    int64_t money_total;
    int64_t reverse_total;
    int64_t reversed_total;
};

struct situation {
    struct side sides[ROLES]; /* by role */
    int64_t bank;             /* paid by OUT, and neither booked by IN nor given back */
};

static struct situation *seen;
static uint32_t *table;
static size_t seen_count;
static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static bool met[MEDICAL_STATES][MEDICAL_STATES];
static size_t clockless;
static size_t refused;
static size_t moneys;
static size_t stuck;
static uint32_t *edges_from;
static uint32_t *edges_to;
static size_t edge_count;
static size_t edge_room;

static const char *state_text(const struct side *side)
{
    return side->exists ? flow_state_name(FLOW, side->state).english : "nothing";
}

/* --- situations ------------------------------------------------------------------------ */

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

/* --- documents --------------------------------------------------------------------------- */

static const char *amount_of(unsigned content)
{
    return content == A_PART ? PART : content == THE_REST ? REST : MEDICAL_AMOUNT;
}

static struct record *sheet_of(unsigned content)
{
    struct record *body = story->pay_way == PAY_NONE ? medical_sheet_moneyless(arena)
                                                     : medical_sheet(arena);

    if (story->pay_way == PAY_REFUND)
        document_set(body, "payWay", "2");
    if (content == BAD)
        document_set(body, "actualMonths", "1");
    return body;
}

static const struct record *body_of(const struct letter *letter)
{
    struct record *body = medical_new(arena, letter->action);

    switch (letter->action) {
    case ACTION_APPLICATION:
    case ACTION_INSURED_QUERY:
        return medical_application(arena, letter->action, "310", "310");
    case ACTION_INSURED_STATE:
        document_put(arena, body, "result", letter->content == YES ? "pass" : "fail");
        return body;
    case ACTION_FORM:
        return sheet_of(letter->content);
    case ACTION_FORM_RETURN:
        document_put(arena, body, "formRevision", letter->answers == 1 ? "1" : "2");
        return body;
    case ACTION_WITHDRAWAL_ANSWER:
        document_put(arena, body, "agreed", letter->content == YES ? "true" : "false");
        return body;
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_CREDITED:
    case ACTION_FUND_RETURN:
        body = medical_money(arena, letter->action, amount_of(letter->content));
        if (letter->action == ACTION_FUND_ADVICE && story->pay_way == PAY_REFUND)
            document_set(body, "payee", "person");
        return body;
    case ACTION_REVERSAL:
        document_put(arena, body, "amount",
                     story->pay_way == PAY_TRANSFER ? MEDICAL_AMOUNT : "0.00");
        return body;
    default:
        return body;
    }
}

static struct letter letter_of(const struct flow_send *send, const struct letter *cause)
{
    struct letter letter = {.action = (uint8_t)send->action,
                            .revision = (uint8_t)send->revision};
    uint64_t revision = 0;
    struct text agreed;

    if (send->made == NULL)
        return *cause;
    if (record_number(send->made, "formRevision", 255, &revision))
        letter.answers = (uint8_t)revision;
    if (record_text(send->made, "agreed", &agreed))
        letter.content = text_is(agreed, "true") ? YES : NO;
    return letter;
}

/* --- deciding ----------------------------------------------------------------------------- */

static struct flow_case case_of(const struct side *side, unsigned role)
{
    struct flow_case at = {
        .flow = FLOW_MEDICAL_TRANSFER,
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
        .trace = MEDICAL_TRACE,
        .part.medical = side->part,
    };
    size_t place = 0;

    for (unsigned kind = 1; kind < CLOCK_KINDS; kind++)
        if (side->clocks & FLOW_CLOCK(kind))
            at.clocks[place++] = (struct flow_clock){.kind = (uint8_t)kind,
                                                     .state = CLOCK_STATE_RUNNING};
    return at;
}

static void keep(struct side *side, const struct flow_case *after)
{
    side->exists = 1;
    side->state = after->state;
    side->flags = after->flags & ~(uint32_t)(CASE_OVERDUE | CASE_FLAGGED);
    side->clocks = 0;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (after->clocks[i].state == CLOCK_STATE_RUNNING)
            side->clocks |= FLOW_CLOCK(after->clocks[i].kind);
    side->letters = after->letter_revision;
    side->forms = after->form_revision;
    side->part = after->part.medical;
    side->form_total = after->form_total.fen;
    side->money_total = after->money_total.fen;
    side->reverse_total = after->reverse_total.fen;
    side->reversed_total = after->reversed_total.fen;
}

/* The transfer that is turned back. */
static const struct flow_case *old_case(unsigned role)
{
    static struct flow_case old;
    bool paid = story->pay_way == PAY_TRANSFER;

    old = (struct flow_case){
        .flow = FLOW_MEDICAL_TRANSFER,
        .case_id = {{9}},
        .role = (uint8_t)role,
        .state = MEDICAL_CLOSED,
        .in_region = 520000,
        .out_region = 440000,
        .form_total = {paid ? MEDICAL_FEN : 0},
        .part.medical = {.kind = MEDICAL_KIND_A, .money = paid ? MONEY_CREDITED : MONEY_NONE}};
    return &old;
}

/* One event for one side; true if accepted, and then *side is as it stands after. */
static bool decide(struct side *side, unsigned role, enum event_source source,
                   const struct letter *letter, enum receipt_under_way receipt)
{
    struct flow_case before = case_of(side, role);
    struct flow_decision decision;
    struct error err = ERROR_INIT;
    struct flow_event event = {
        .source = source,
        .action = letter->action,
        .revision = letter->revision,
        .at = {MEDICAL_NOW},
        .received_at = {MEDICAL_NOW},
        .in_region = 520000,
        .out_region = 440000,
        .role = (uint8_t)role,
    };

    arena_reset(arena);
    if (source == EVENT_RECEIPT) {
        event.verdict = receipt == RECEIPT_YES ? VERDICT_ACCEPTED : VERDICT_REFUSED;
        strcpy(event.code, receipt == RECEIPT_NO_CASE ? "FLW-03" : "MED-R08");
    } else {
        event.body = body_of(letter);
    }
    if (letter->action == ACTION_REVERSAL)
        event.corrected = old_case(role);
    assert_true(flow_decide(FLOW, &rules, calendar, side->exists ? &before : NULL, &event,
                            arena, &decision, &err));
    assert_int_not_equal(decision.kind, DECISION_LATER);
    if (decision.kind != DECISION_ACCEPTED)
        return false;
    keep(side, &decision.after);
    for (size_t i = 0; i < decision.send_count; i++) {
        if (decision.sends[i].target != FLOW_TO_PARTNER)
            continue;
        assert_true(side->queued < QUEUE_MAX);
        side->queue[side->queued++] = letter_of(&decision.sends[i], letter);
    }
    return true;
}

static int64_t fen_of(unsigned content)
{
    return content == A_PART ? HALF : content == THE_REST ? MEDICAL_FEN - HALF : MEDICAL_FEN;
}

/* OUT pays IN through a bank; what IN sends back is with OUT at once. */
static int64_t bank_change(unsigned role, unsigned action, unsigned content)
{
    if (action == ACTION_FUND_ADVICE && story->pay_way == PAY_TRANSFER)
        return fen_of(content);
    if ((action == ACTION_FUND_RECEIPT && role == ROLE_IN) ||
        (action == ACTION_FUND_RETURN && role == ROLE_OUT))
        return -fen_of(content);
    return 0;
}

static void submit(uint32_t from, unsigned role, unsigned action, unsigned revision,
                   unsigned content)
{
    struct situation next = seen[from];
    struct letter letter = {.action = (uint8_t)action,
                            .revision = (uint8_t)revision,
                            .content = (uint8_t)content,
                            .answers = (uint8_t)next.sides[role].forms};

    if (!decide(&next.sides[role], role, EVENT_SUBMITTED, &letter, NOT_DELIVERED))
        return;
    if (!story->turning_back)
        next.bank += bank_change(role, action, content);
    remember_from(from, &next);
}

static bool opens(unsigned action)
{
    return action == ACTION_INSURED_QUERY || action == ACTION_REVERSAL;
}

/* The engine answers for a case that is not there. `unwilling`: it is refused all the same. */
static void deliver(uint32_t from, unsigned role, bool unwilling)
{
    struct situation next = seen[from];
    struct side *sender = &next.sides[role];
    unsigned other = role == ROLE_IN ? ROLE_OUT : ROLE_IN;
    struct side *receiver = &next.sides[other];
    struct letter letter = sender->queue[0];

    if (unwilling) {
        sender->receipt = RECEIPT_NO;
    } else if (!receiver->exists && !opens(letter.action)) {
        sender->receipt = RECEIPT_NO_CASE;
    } else if (decide(receiver, other, EVENT_RECEIVED, &letter, NOT_DELIVERED)) {
        sender->receipt = RECEIPT_YES;
    } else {
        sender->receipt = RECEIPT_NO;
        if (refused++ < 10)
            print_message("%s: %s of %s in %s is refused in %s\n", story->name,
                          action_name(letter.action).english, role_name(role).english,
                          state_text(sender), state_text(receiver));
    }
    remember_from(from, &next);
}

static void take_receipt(uint32_t from, unsigned role)
{
    struct situation next = seen[from];
    struct side *side = &next.sides[role];
    struct letter letter = side->queue[0];
    enum receipt_under_way receipt = (enum receipt_under_way)side->receipt;

    side->receipt = NOT_DELIVERED;
    side->queued--;
    memmove(side->queue, side->queue + 1, side->queued * sizeof(side->queue[0]));
    side->queue[side->queued] = (struct letter){0};
    assert_true(decide(side, role, EVENT_RECEIPT, &letter, receipt));
    remember_from(from, &next);
}

/* --- what cores do --------------------------------------------------------------------------
 */

static void submit_open(uint32_t from, unsigned role)
{
    if (story->opener != role)
        return;
    submit(from, role, story->turning_back ? ACTION_REVERSAL : ACTION_APPLICATION, 1, PLAIN);
}

/* What either side says. */
static void submit_both(uint32_t from, unsigned role)
{
    submit(from, role, ACTION_INSURED_STATE, 1, YES);
    submit(from, role, ACTION_INSURED_STATE, 1, NO);
    submit(from, role, ACTION_ACCEPTANCE, 1, PLAIN);
    submit(from, role, ACTION_REFUSAL, 1, PLAIN);
    submit(from, role, ACTION_COMPLETION, 1, PLAIN);
    if (story->withdrawal && seen[from].sides[role].queued < 3)
        submit(from, role, ACTION_WITHDRAWAL, 1, PLAIN);
}

/* What has come by the bank is booked, in one sum or two. */
static void submit_money_in(uint32_t from, const struct side *in)
{
    int64_t bank = seen[from].bank;

    if (bank == MEDICAL_FEN)
        submit(from, ROLE_IN, ACTION_FUND_RECEIPT, 1, ALL_OF_IT);
    if (bank == MEDICAL_FEN && story->parts)
        submit(from, ROLE_IN, ACTION_FUND_RECEIPT, 1, A_PART);
    if (bank == MEDICAL_FEN - HALF)
        submit(from, ROLE_IN, ACTION_FUND_RECEIPT, 1, THE_REST);
    submit(from, ROLE_IN, ACTION_FUND_CREDITED, 1, ALL_OF_IT);
    if (story->parts && in->money_total > 0 && in->queued < 3)
        submit(from, ROLE_IN, ACTION_FUND_RETURN, 1,
               in->money_total == HALF          ? A_PART
               : in->money_total == MEDICAL_FEN ? ALL_OF_IT
                                                : THE_REST);
    if (in->state == MEDICAL_RETURNING)
        submit(from, ROLE_IN, ACTION_FUND_RETURN, 1,
               in->reversed_total == HALF ? THE_REST : ALL_OF_IT);
    if (in->state == MEDICAL_RETURNING && in->reversed_total == 0)
        submit(from, ROLE_IN, ACTION_FUND_RETURN, 1, A_PART);
}

static void submit_in(uint32_t from)
{
    struct side in = seen[from].sides[ROLE_IN];

    if (!in.exists) {
        submit_open(from, ROLE_IN);
        return;
    }
    submit_both(from, ROLE_IN);
    if (in.letters < story->letters_max)
        submit(from, ROLE_IN, ACTION_LETTER, in.letters + 1, PLAIN);
    submit(from, ROLE_IN, ACTION_FORM_RETURN, 1, PLAIN);
    submit_money_in(from, &in);
}

/* OUT books what IN has sent back, in the sums in which it came. */
static void submit_back_out(uint32_t from, const struct side *out)
{
    int64_t came = seen[from].sides[ROLE_IN].reversed_total - out->reversed_total;

    if (out->state == MEDICAL_RETURNING && came > 0)
        submit(from, ROLE_OUT, ACTION_FUND_RECEIPT, 1,
               came == HALF          ? A_PART
               : came == MEDICAL_FEN ? ALL_OF_IT
                                     : THE_REST);
}

static void submit_out(uint32_t from)
{
    struct side out = seen[from].sides[ROLE_OUT];

    if (!out.exists) {
        submit_open(from, ROLE_OUT);
        return;
    }
    submit_both(from, ROLE_OUT);
    submit(from, ROLE_OUT, ACTION_LETTER_RETURN, 1, PLAIN);
    if (out.forms < story->forms_max) {
        submit(from, ROLE_OUT, ACTION_FORM, out.forms + 1, PLAIN);
        submit(from, ROLE_OUT, ACTION_FORM, out.forms + 1, BAD);
    }
    /* Else their number has no end. */
    if ((out.part.money == MONEY_DUE || out.part.money == MONEY_BACK) && out.queued < 3)
        submit(from, ROLE_OUT, ACTION_FUND_ADVICE, 1, ALL_OF_IT);
    if (story->parts && seen[from].bank == MEDICAL_FEN && out.money_total == MEDICAL_FEN &&
        out.queued < 3)
        submit(from, ROLE_OUT, ACTION_FUND_RETURN, 1, ALL_OF_IT);
    submit_back_out(from, &out);
}

/* --- what must hold
 * --------------------------------------------------------------------------- */

static bool is_open(const struct side *side)
{
    return side->exists && !flow_state_ends(FLOW, side->state);
}

static bool quiet(const struct situation *s)
{
    return s->sides[ROLE_IN].queued == 0 && s->sides[ROLE_OUT].queued == 0;
}

static void look_at_rest(const struct situation *s)
{
    const struct side *in = &s->sides[ROLE_IN];
    const struct side *out = &s->sides[ROLE_OUT];

    if (!quiet(s) || !in->exists || !out->exists)
        return;
    if (!met[in->state][out->state] && !flow_pair_allowed(FLOW, in->state, out->state))
        print_message("%s: not in the table: %s, %s\n", story->name, state_text(in),
                      state_text(out));
    met[in->state][out->state] = true;
    if ((is_open(in) || is_open(out)) && in->clocks == 0 && out->clocks == 0 && clockless++ < 5)
        print_message("%s: no clock in %s, %s\n", story->name, state_text(in), state_text(out));
    if (is_open(in) && !story->turning_back &&
        !medical_money_pair(in->part.money, out->part.money) && moneys++ < 5)
        print_message("%s: money %s, %s in %s, %s\n", story->name,
                      medical_money_name(in->part.money).english,
                      medical_money_name(out->part.money).english, state_text(in),
                      state_text(out));
}

static void visit(uint32_t at)
{
    const struct situation situation = seen[at];

    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        const struct side *side = &situation.sides[role];
        bool unwilling = opens(side->queue[0].action) || side->queue[0].action == ACTION_LETTER;

        if (side->queued == 0)
            continue;
        if (side->receipt != NOT_DELIVERED) {
            take_receipt(at, role);
            continue;
        }
        deliver(at, role, false);
        if (unwilling)
            deliver(at, role, true);
    }
    submit_in(at);
    submit_out(at);
    look_at_rest(&situation);
}

/* Both have ended, or one that nobody else knows; or the explored revisions ran out. */
static bool is_way_out(const struct situation *s)
{
    const struct side *in = &s->sides[ROLE_IN];
    const struct side *out = &s->sides[ROLE_OUT];
    bool ended = quiet(s) && (in->exists || out->exists) && !is_open(in) && !is_open(out);

    return ended || out->forms == story->forms_max + 0u ||
           (in->letters == story->letters_max && in->state == MEDICAL_RETURNED);
}

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
    for (size_t i = 0; i < seen_count; i++)
        if (!free_way[i] && stuck++ < 8)
            print_message("%s: stuck in %s, %s\n", story->name,
                          state_text(&seen[i].sides[ROLE_IN]),
                          state_text(&seen[i].sides[ROLE_OUT]));
    free(free_way);
}

static void tell(const struct story *told)
{
    struct situation start;

    story = told;
    memset(&start, 0, sizeof(start));
    memset(table, 0, TABLE_SIZE * sizeof(*table));
    seen_count = edge_count = 0;
    remember(&start);
    for (uint32_t i = 0; i < seen_count; i++)
        visit(i);
    look_for_ways_out();
    print_message("%s: %zu situations, %zu steps\n", story->name, seen_count, edge_count);
}

static void pairs_are_those_of_the_table(void **unused)
{
    unsigned wrong = 0;

    (void)unused;
    for (unsigned in = 0; in < MEDICAL_STATES; in++) {
        for (unsigned out = 0; out < MEDICAL_STATES; out++) {
            bool allowed = flow_pair_allowed(FLOW, in, out);

            if (allowed == met[in][out])
                continue;
            print_message("%s: %s, %s\n", allowed ? "never met" : "not in the table",
                          flow_state_name(FLOW, in).english,
                          flow_state_name(FLOW, out).english);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void nothing_that_may_be_sent_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(refused, 0);
}

static void somebody_is_always_pressed(void **unused)
{
    (void)unused;
    assert_int_equal(clockless, 0);
}

static void both_say_the_same_of_money(void **unused)
{
    (void)unused;
    assert_int_equal(moneys, 0);
}

static void there_is_always_a_way_out(void **unused)
{
    (void)unused;
    assert_int_equal(stuck, 0);
}

static int explore(void **unused)
{
    (void)unused;
    seen = calloc(SITUATIONS_MAX, sizeof(*seen));
    table = calloc(TABLE_SIZE, sizeof(*table));
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(seen);
    assert_non_null(table);
    assert_non_null(arena);
    assert_non_null(calendar);
    for (size_t i = 0; i < COUNT_OF(stories); i++)
        tell(&stories[i]);
    return 0;
}

static int forget(void **unused)
{
    (void)unused;
    free(seen);
    free(table);
    free(edges_from);
    free(edges_to);
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_those_of_the_table),
        cmocka_unit_test(nothing_that_may_be_sent_is_refused),
        cmocka_unit_test(somebody_is_always_pressed),
        cmocka_unit_test(both_say_the_same_of_money),
        cmocka_unit_test(there_is_always_a_way_out),
    };
    return cmocka_run_group_tests(tests, explore, forget);
}
