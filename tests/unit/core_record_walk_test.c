/*
 * core_record_walk_test.c - every state, source and action of injury.record, under every guard,
 * against tests/data/injury_record_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "injury_records.h"

#define EXPECTED_FILE "tests/data/injury_record_expected.txt"
#define FLOW          (&injury_record_flow)

static const struct uuid asked = {{8}};
static const struct uuid another = {{9}};

/* A record as it stands, and one event. */
struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool right;     /* an answer, a receipt: of the newest question or request */
    bool ok;        /* an answer that does not reject */
    bool withdraws; /* a decision */
    bool known;     /* a question that is answered by what is kept */
    bool ends;      /* a project */
    bool first;     /* a receipt for a first revision */
    bool no_case;   /* a refusal with FLW-03 */
};

#include "flow_walk.h"

static enum injury_record_kind kind_of(const struct point *point)
{
    return injury_kind_of(point->action);
}

static bool is_open(const struct point *point)
{
    return point->from == INJURY_ASKED ||
           (point->role == ROLE_INSURED && point->from == INJURY_LAPSED);
}

/* Our own core is told which question it answers by nothing but the case. */
static bool is_mine(const struct point *point)
{
    bool reply = point->action >= ACTION_ASSISTANCE_REQUEST;

    if (point->source == EVENT_SUBMITTED)
        return true;
    return point->right && (reply || is_open(point));
}

static bool is_refused(const struct point *point)
{
    bool said = point->verdict == VERDICT_REFUSED || point->verdict == VERDICT_CONFLICT;
    bool asks = kind_of(point) == KIND_QUESTION || kind_of(point) == KIND_REQUEST;

    return said && (point->right || !asks);
}

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;

    if (strcmp(word, "ok") == 0)
        return point->ok;
    if (strcmp(word, "rejected") == 0)
        return !point->ok;
    if (strcmp(word, "mine") == 0)
        return is_mine(point);
    if (strcmp(word, "late") == 0)
        return point->right;
    if (strcmp(word, "withdraws") == 0)
        return point->withdraws;
    if (strcmp(word, "known") == 0)
        return point->known;
    if (strcmp(word, "ends") == 0)
        return point->ends;
    if (strcmp(word, "refused") == 0)
        return is_refused(point);
    if (strcmp(word, "taken") == 0)
        return point->verdict == VERDICT_ACCEPTED || point->verdict == VERDICT_PENDING;
    if (strcmp(word, "first") == 0)
        return point->first;
    if (strcmp(word, "no_case_there") == 0)
        return point->verdict == VERDICT_REFUSED && point->no_case;
    if (strcmp(word, "verdict_refused") == 0)
        return point->verdict == VERDICT_REFUSED;
    assert_string_equal(word, "verdict_conflict");
    return point->verdict == VERDICT_CONFLICT;
}

/* --- documents ------------------------------------------------------------------------ */

/* With which action the case was opened, so that the event belongs to it. */
static unsigned opened_with(unsigned action)
{
    for (unsigned asks = 1; asks < ACTIONS; asks++)
        if (injury_answer_action(asks) == action)
            return asks;
    if (injury_kind_of(action) == KIND_OWN)
        return ACTION_PROJECT;
    return injury_kind_of(action) == KIND_NOTHING ? (unsigned)ACTION_RECOGNITION : action;
}

static uint32_t revision_before(const struct point *point)
{
    bool none = point->from == FLOW_OPENING || point->from == INJURY_NOT_TAKEN;

    return kind_of(point) == KIND_DECISION && none ? 0 : 2;
}

static const struct record *body_of(const struct point *point)
{
    struct record *root;

    if (kind_of(point) == KIND_NOTHING && point->action != ACTION_REMINDER &&
        point->action != ACTION_STATUS_QUERY && point->action != ACTION_STATUS_ANSWER)
        return NULL; /* no row speaks of it */
    root = record_of(arena, point->action);
    if (kind_of(point) == KIND_ANSWER && !point->ok)
        record_reject(arena, root, "INJ-R10");
    if (kind_of(point) == KIND_DECISION && revision_before(point) > 0)
        record_revise(arena, root, "3", point->withdraws ? "withdrawn" : "changed");
    if (point->action == ACTION_PROJECT && point->ends) {
        injury_set(arena, root, "state", "closed");
        injury_set(arena, root, "endedOn", "2026-02-20");
    }
    return root;
}

static struct flow_case case_of(const struct point *point, const struct record *body,
                                bool running)
{
    struct flow_reference reference = {.trace = "INJ/GD20260302000001"};
    struct flow_case before = {
        .flow = FLOW_INJURY_RECORD,
        .case_id = {{3}},
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .letter_revision = revision_before(point),
        .opened_at = {RECORD_NOW - 1000},
        .changed_at = {RECORD_NOW - 1000},
        .part.injury = {.action = (uint8_t)opened_with(point->action),
                        .project = point->ends ? PROJECT_COMPLETED : PROJECT_ACTIVE,
                        .recognition = "RD2026000123",
                        .asked = asked},
    };
    static const uint8_t kinds[] = {CLOCK_ANSWER, CLOCK_PATIENCE, CLOCK_REPLY};

    if (body != NULL)
        flow_reference_of(FLOW, body, &reference);
    before.in_region = reference.in_region;
    before.out_region = reference.out_region;
    memcpy(before.trace, reference.trace, sizeof(before.trace));
    if (is_open(point))
        before.part.injury.question = (struct flow_question){
            .action = before.part.injury.action, .asked = asked, .to_core = another};
    for (size_t i = 0; running && i < COUNT_OF(kinds); i++)
        before.clocks[i] = (struct flow_clock){
            .kind = kinds[i], .state = CLOCK_STATE_RUNNING, .due = {RECORD_NOW}};
    return before;
}

static struct flow_event event_of(const struct point *point, const struct record *body)
{
    static const struct flow_case project = {.flow = FLOW_INJURY_RECORD, .out_region = 440000};
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = revision_before(point) == 2 ? 3 : 1,
        .at = {RECORD_NOW},
        .verdict = point->verdict,
        .case_id = {{3}},
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
        .body = body,
        .message_id = point->right ? asked : another,
        .answer_by = {RECORD_NOW + 60000},
    };

    if (point->source == EVENT_RECEIVED)
        event.in_reply_to = point->right ? asked : another;
    if (point->source == EVENT_RECEIPT)
        event.revision = point->first ? 1 : 2;
    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "INJ-C01");
    if (point->source == EVENT_TIMER)
        event.clock_kind = (uint8_t)point->action;
    if (point->known) {
        event.recalled = &project;
        event.kept[0] = record_of(arena, ACTION_PROJECT);
        event.kept[1] = record_of(arena, ACTION_ROSTER);
    }
    return event;
}

/* --- the walk ------------------------------------------------------------------------- */

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    bool document = point->source != EVENT_TIMER && point->source != EVENT_RECEIPT;
    const struct record *body = document ? body_of(point) : NULL;
    struct flow_event event = event_of(point, body);
    struct error err = ERROR_INIT;

    *before = case_of(point, body, running || point->source == EVENT_TIMER);
    assert_true(flow_decide(FLOW, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
    if (point->source == EVENT_TIMER) /* the others have passed on, unless the state ends */
        memset(&decision->after.clocks, 0, sizeof(decision->after.clocks));
}

static void say_rest(const struct point *point)
{
    print_message(", right %d ok %d withdraws %d known %d ends %d first %d no_case %d",
                  point->right, point->ok, point->withdraws, point->known, point->ends,
                  point->first, point->no_case);
}

/* What is met: clocks_are_met. */
static void check(const struct point *point)
{
    struct flow_decision decision;

    walk_taken(point, RECORD_NOW, &decision);
}

/* Each variant that makes a difference to this source and action. */
static void check_variants(struct point point)
{
    bool receipt = point.source == EVENT_RECEIPT;
    bool answers = !receipt && kind_of(&point) == KIND_ANSWER;
    bool decides = !receipt && kind_of(&point) == KIND_DECISION && point.from == INJURY_HELD;
    bool asks = !receipt && point.action == ACTION_COVER_QUERY;
    bool project = !receipt && point.action == ACTION_PROJECT;

    for (unsigned bits = 0; bits < 8; bits++) {
        if (!receipt && !answers && !decides && !asks && !project && bits > 0)
            return;
        point.right = bits & 1;
        point.ok = bits & 2;
        point.first = receipt && (bits & 2);
        point.no_case = receipt && (bits & 4);
        point.withdraws = decides && (bits & 1);
        point.known = asks && (bits & 1);
        point.ends = project && (bits & 1);
        check(&point);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        for (unsigned from = 0; from < INJURY_STATES; from++) {
            struct point point = {.role = role, .from = from, .source = EVENT_TIMER};

            for (point.action = CLOCK_ANSWER; point.action <= CLOCK_PATIENCE; point.action++)
                if (expected_find(FLOW, role, from, EVENT_TIMER, point.action, &point) != NULL)
                    check(&point);
        }
    }
    walk_states(ROLE_TREATING, ROLE_INSURED);
}

static void check_opening(struct point point)
{
    if (point.source != EVENT_TIMER)
        check_variants(point);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_NONE, ROLE_INSURED, check_opening);
}

/* What runs when a line is taken, and is met by it. */
static void clocks_are_met(void **unused)
{
    static const struct {
        struct point point;
        const char *met;
    } rows[] = {
        {{.role = ROLE_TREATING,
          .from = INJURY_ASKED,
          .source = EVENT_RECEIVED,
          .action = ACTION_COVER_PROOF,
          .right = true,
          .ok = true},
         "answer+patience+reply"},
        {{.role = ROLE_INSURED,
          .from = INJURY_REQUESTED,
          .source = EVENT_SUBMITTED,
          .action = ACTION_ASSISTANCE_REPLY,
          .ok = true},
         "answer+patience+reply"},
        {{.role = ROLE_TREATING,
          .from = INJURY_REQUESTED,
          .source = EVENT_RECEIVED,
          .action = ACTION_ASSISTANCE_REPLY,
          .ok = true},
         "-"}, /* it replies to something else */
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_decision decision;
        struct flow_case before;
        char text[64];

        arena_reset(arena);
        decide(&rows[i].point, true, &before, &decision);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        expected_clocks(&decision.after, CLOCK_STATE_MET, text, sizeof(text));
        assert_true(expected_same_set(text, rows[i].met));
    }
}

/* Both rest alike; or the question was given up, or not taken when it was asked again. */
static void both_rest_alike(void **unused)
{
    static const unsigned pairs[][2] = {
        {INJURY_REQUESTED, INJURY_REQUESTED}, {INJURY_ANSWERED, INJURY_ANSWERED},
        {INJURY_REJECTED, INJURY_REJECTED},   {INJURY_LAPSED, INJURY_LAPSED},
        {INJURY_HELD, INJURY_HELD},           {INJURY_WITHDRAWN, INJURY_WITHDRAWN},
        {INJURY_TOLD, INJURY_TOLD},           {INJURY_LAPSED, INJURY_ASKED},
        {INJURY_NOT_TAKEN, INJURY_ASKED},     {INJURY_NOT_TAKEN, INJURY_LAPSED},
        {INJURY_NOT_TAKEN, INJURY_ANSWERED},  {INJURY_NOT_TAKEN, INJURY_REJECTED},
    };

    (void)unused;
    for (unsigned in = 0; in < INJURY_STATES; in++) {
        for (unsigned out = 0; out < INJURY_STATES; out++) {
            bool allowed = false;

            for (size_t i = 0; i < COUNT_OF(pairs); i++)
                allowed = allowed || (pairs[i][0] == in && pairs[i][1] == out);
            assert_int_equal(flow_pair_allowed(FLOW, in, out), allowed);
        }
    }
}

static int setup(void **unused)
{
    assert_int_equal(walk_start(unused), 0);
    walk_begin(FLOW, EXPECTED_FILE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALK_TESTS,
        cmocka_unit_test(both_rest_alike),
        cmocka_unit_test(clocks_are_met),
    };
    return cmocka_run_group_tests(tests, setup, walk_end);
}
