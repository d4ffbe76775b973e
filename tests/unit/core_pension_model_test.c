/*
 * core_pension_model_test.c - two provinces, every order of events, one transfer.
 *
 * Each side queues its messages; the head of a queue is delivered, and only when its receipt
 * has come back is it taken off (one unreceipted message per case and direction). Cores submit
 * whatever the flow takes, at any time. All reachable situations are visited; where nothing is
 * under way the pair of states must stand in the flow's table, and every pair of the table must
 * be met.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/pension_employee.h"
#include "pension_documents.h"

enum {
    QUEUE_MAX = 5,
    LETTERS_MAX = 3, /* revisions explored */
    FORMS_MAX = 4,
    SITUATIONS_MAX = 1 << 19,
    TABLE_SIZE = 1 << 20
};

enum content {
    PLAIN,
    FORM_GOOD,
    FORM_WRONG,
    FORM_OTHER,
    MONEY_ALL,
    MONEY_PART,
    MONEY_REST,
    MONEY_BACK,
    CONTENTS
};

static const char *const amounts[] = {
    [MONEY_ALL] = DOCUMENT_TOTAL,
    [MONEY_PART] = "20000.00",
    [MONEY_REST] = "9028.38",
    [MONEY_BACK] = "-20000.00",
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
    uint8_t flags;
    uint8_t letters;
    uint8_t forms;
    uint8_t queued;
    uint8_t receipt; /* of the head */
    struct letter queue[QUEUE_MAX];
    int64_t form_total;
    int64_t money_total;
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
        .flow = FLOW_PENSION_EMPLOYEE,
        .role = (uint8_t)role,
        .state = side->state,
        .flags = side->flags,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = side->letters,
        .form_revision = side->forms,
        .form_total = {side->form_total},
        .money_total = {side->money_total},
        .trace = DOCUMENT_TRACE,
    };
    return flow_case;
}

static const struct record *make_body(const struct letter *letter)
{
    char *revision = arena_format(bodies, "%u", letter->answers);
    struct record *form;

    assert_non_null(revision);
    switch (letter->action) {
    case ACTION_FORM:
        form = document_form(bodies);
        if (letter->content == FORM_WRONG)
            document_set(form, "amounts/total", "29028.39");
        if (letter->content == FORM_OTHER) {
            document_set(form, "amounts/pooled", "17280.01");
            document_set(form, "amounts/total", "29028.39");
        }
        return form;
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
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

/* Every document is made once. */
static const struct record *body_of(const struct letter *letter)
{
    static const struct record *made[ACTIONS][CONTENTS][FORMS_MAX + 1];
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
        if (record_number(send->made, "formRevision", 255, &revision))
            letter.answers = (uint8_t)revision;
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

    assert_true(flow_decide(&pension_employee_flow, &rules, calendar,
                            side->exists ? &before : NULL, event, arena, decision, &err));
    if (decision->kind != DECISION_ACCEPTED)
        return false;
    side->exists = 1;
    side->state = after->state;
    side->flags = (uint8_t)(after->flags & (CASE_FORM_HELD | CASE_MONEY_SEEN));
    side->letters = (uint8_t)after->letter_revision;
    side->forms = (uint8_t)after->form_revision;
    /* OUT looks at whether it has sent money, never at sums: fewer situations, same behaviour.
     */
    side->form_total = role == ROLE_IN ? after->form_total.fen : 0;
    side->money_total = role == ROLE_IN ? after->money_total.fen : 0;
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

static void submit_in(uint32_t from)
{
    struct side in = seen[from].sides[ROLE_IN];

    submit(from, ROLE_IN, (struct letter){ACTION_APPLICATION, 1, PLAIN, 0});
    if (!in.exists)
        return;
    submit(from, ROLE_IN, (struct letter){ACTION_REFUSAL, 1, PLAIN, 0});
    if (in.letters < LETTERS_MAX)
        submit(from, ROLE_IN,
               (struct letter){ACTION_LETTER, (uint8_t)(in.letters + 1), PLAIN, 0});
    submit(from, ROLE_IN, (struct letter){ACTION_COMPLETION, 1, PLAIN, 0});
    submit(from, ROLE_IN, (struct letter){ACTION_FORM_RETURN, 1, PLAIN, in.forms});
    if (in.money_total < DOCUMENT_TOTAL_FEN)
        submit(from, ROLE_IN, (struct letter){ACTION_FUND_RECEIPT, 1, MONEY_ALL, 0});
    if (in.money_total == 0)
        submit(from, ROLE_IN, (struct letter){ACTION_FUND_RECEIPT, 1, MONEY_PART, 0});
    else if (in.money_total < DOCUMENT_TOTAL_FEN)
        submit(from, ROLE_IN, (struct letter){ACTION_FUND_RECEIPT, 1, MONEY_REST, 0});
    else if (in.money_total > DOCUMENT_TOTAL_FEN)
        submit(from, ROLE_IN, (struct letter){ACTION_FUND_RECEIPT, 1, MONEY_BACK, 0});
}

static bool queues(const struct side *side, unsigned action)
{
    for (size_t i = 0; i < side->queued; i++)
        if (side->queue[i].action == action)
            return true;
    return false;
}

static void submit_out(uint32_t from)
{
    struct side out = seen[from].sides[ROLE_OUT];
    uint8_t next = (uint8_t)(out.forms + 1);

    if (!out.exists)
        return;
    submit(from, ROLE_OUT, (struct letter){ACTION_ACCEPTANCE, 1, PLAIN, 0});
    submit(from, ROLE_OUT, (struct letter){ACTION_LETTER_RETURN, 1, PLAIN, 0});
    if (out.forms < FORMS_MAX) {
        submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_GOOD, 0});
        submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_WRONG, 0});
        submit(from, ROLE_OUT, (struct letter){ACTION_FORM, next, FORM_OTHER, 0});
    }
    if (!queues(&out, ACTION_FUND_ADVICE)) /* else their number has no end */
        submit(from, ROLE_OUT, (struct letter){ACTION_FUND_ADVICE, 1, MONEY_ALL, 0});
}

static bool quiet(const struct situation *situation)
{
    return situation->sides[ROLE_IN].queued == 0 && situation->sides[ROLE_OUT].queued == 0;
}

static void visit(uint32_t at)
{
    const struct situation situation = seen[at];

    for (unsigned role = ROLE_IN; role < ROLES; role++) {
        const struct side *side = &situation.sides[role];

        if (side->queued == 0)
            continue;
        if (side->receipt != NOT_DELIVERED) {
            take_receipt(at, role);
            continue;
        }
        deliver(at, role, false);
        if (side->queue[0].action == ACTION_LETTER && !situation.sides[ROLE_OUT].exists)
            deliver(at, role, true);
    }
    submit_in(at);
    submit_out(at);
    if (quiet(&situation) && situation.sides[ROLE_OUT].exists)
        met[situation.sides[ROLE_IN].state][situation.sides[ROLE_OUT].state] = true;
}

static const char *state_text(unsigned state)
{
    return flow_state_name(&pension_employee_flow, state).english;
}

static void pairs_are_those_of_the_table(void **unused)
{
    unsigned wrong = 0;

    (void)unused;
    for (unsigned in = 0; in < PENSION_STATES; in++) {
        for (unsigned out = 0; out < PENSION_STATES; out++) {
            bool allowed = flow_pair_allowed(&pension_employee_flow, in, out);

            if (allowed == met[in][out])
                continue;
            print_message("%s: %s, %s\n", allowed ? "never met" : "not in the table",
                          state_text(in), state_text(out));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* States whose rows are later work. */
static bool is_later(unsigned state)
{
    return state == PENSION_CLEARING || state == PENSION_CANCELLED || state == PENSION_REVERSAL;
}

static void every_state_is_reached(void **unused)
{
    (void)unused;
    for (unsigned state = 0; state < PENSION_STATES; state++)
        if (reached[ROLE_IN][state] == is_later(state) ||
            (reached[ROLE_OUT][state] && is_later(state)))
            assert_string_equal(state_text(state), "wrong");
}

/* From everywhere there is a way to an end of the case at IN, unless the explored revisions ran
 * out: nobody is ever stuck for good. */
static void there_is_always_a_way_out(void **unused)
{
    bool *free_way = calloc(seen_count, sizeof(*free_way));
    size_t stuck = 0;
    bool changed = true;

    (void)unused;
    assert_non_null(free_way);
    for (size_t i = 0; i < seen_count; i++) {
        const struct situation *s = &seen[i];

        free_way[i] = s->sides[ROLE_IN].letters == LETTERS_MAX ||
                      s->sides[ROLE_OUT].forms == FORMS_MAX ||
                      (quiet(s) && s->sides[ROLE_IN].exists &&
                       flow_state_ends(&pension_employee_flow, s->sides[ROLE_IN].state));
    }
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
        if (free_way[i])
            continue;
        if (stuck++ < 5)
            print_message("stuck: %s, %s\n", state_text(seen[i].sides[ROLE_IN].state),
                          state_text(seen[i].sides[ROLE_OUT].state));
    }
    free(free_way);
    assert_int_equal(stuck, 0);
}

/* Once closed over there means linked or closed here, with equal sums. */
static void an_end_is_an_end_for_both(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < seen_count; i++) {
        const struct side *in = &seen[i].sides[ROLE_IN];
        const struct side *out = &seen[i].sides[ROLE_OUT];

        if (out->exists && out->state == PENSION_CLOSED) {
            assert_true(in->state == PENSION_LINKED || in->state == PENSION_CLOSED);
            assert_int_equal(in->form_total, in->money_total);
        }
    }
}

static int explore(void **unused)
{
    struct situation start;

    (void)unused;
    memset(&start, 0, sizeof(start));
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
    remember(&start);
    for (uint32_t i = 0; i < seen_count; i++)
        visit(i);
    print_message("%zu situations, %zu steps, at most %zu messages queued on a side\n",
                  seen_count, edge_count, under_way_max);
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
        cmocka_unit_test(an_end_is_an_end_for_both),
    };
    return cmocka_run_group_tests(tests, explore, forget);
}
