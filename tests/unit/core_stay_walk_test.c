/*
 * core_stay_walk_test.c - every state, source and action of settlement.stay in both roles,
 * under every guard, against tests/data/settlement_stay_expected.txt, which was written by
 * hand. What no line speaks of is refused, and changes nothing.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "stay_walk.h"

#define EXPECTED_FILE "tests/data/settlement_stay_expected.txt"
#define FLOW          (&settlement_stay_flow)

#include "flow_walk.h"

static const unsigned clock_kinds[] = {CLOCK_ANSWER, CLOCK_PATIENCE, CLOCK_RETRY, CLOCK_LAPSE,
                                       CLOCK_CONFIRM};

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event;
    struct error err = ERROR_INIT;

    *before = walk_case(point);
    if (point->role == ROLE_TREATING && point->from == STAY_REVERSING)
        walk_run(before, CLOCK_RETRY);
    if (point->source == EVENT_TIMER)
        walk_run(before, point->action);
    for (size_t i = 0; running && i < COUNT_OF(clock_kinds); i++)
        walk_run(before, clock_kinds[i]);
    event = walk_event(point, before, arena);
    assert_true(flow_decide(FLOW, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
}

static void say_rest(const struct point *point)
{
    print_message(", which %u, of %s%s, outcome %u%s%s%s%s%s%s", point->which,
                  action_name(point->of).english, point->gone ? " gone" : "", point->outcome,
                  point->ok ? " ok" : " no", point->wrong ? " wrong" : "",
                  point->visit ? " visit" : "", point->no_case ? " no case" : "",
                  point->two_phase ? " two phases" : "", point->under_way ? " under way" : "");
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (walk_taken(point, STAY_NOW, &decision))
        walk_clocks(point);
}

/* --- everything that may be said --------------------------------------------------------- */

static void check_both(struct point point)
{
    for (unsigned visit = 0; visit < 2; visit++) {
        point.visit = visit;
        check(&point);
    }
}

static void check_answer(struct point point)
{
    bool outcome = point.action == ACTION_OUTCOME;

    for (unsigned bits = 0; bits < 8; bits++) {
        point.ok = bits & 1;
        point.wrong = point.role == ROLE_TREATING && (bits & 2);
        point.two_phase = bits & 4;
        for (unsigned told = 0; told < (outcome ? TOLD_OUTCOMES : 1); told++) {
            point.outcome = (enum told_outcome)told;
            check_both(point);
        }
    }
}

static void check_question(struct point point)
{
    bool rests = point.from == STAY_REGISTERED || point.from == STAY_DISCHARGED;

    for (unsigned bits = 0; bits < 8; bits++) {
        point.gone = bits & 1;
        point.under_way = rests && (bits & 2);
        point.expired = point.role == ROLE_INSURED && point.under_way && (bits & 4);
        if (point.action == ACTION_FALLBACK || point.action == ACTION_CONFIRM ||
            point.action == ACTION_ABANDON || point.action == ACTION_REVERSE ||
            point.action == ACTION_QUERY)
            point.expired = false;
        check_both(point);
    }
}

static void check_receipt(struct point point)
{
    for (unsigned verdict = 0; verdict < VERDICTS; verdict++) {
        point.verdict = (enum verdict)verdict;
        for (unsigned no_case = 0; no_case < 2; no_case++) {
            point.no_case = no_case;
            check_both(point);
        }
    }
}

static bool is_of_this_flow(unsigned action)
{
    return (action >= ACTION_IDENTIFY && action <= ACTION_OUTCOME) ||
           action == ACTION_FALLBACK || action == ACTION_CONFIRM || action == ACTION_ABANDON;
}

static void check_variants(struct point point)
{
    static const unsigned ofs[] = {ACTION_REGISTER, ACTION_SETTLE, ACTION_CANCEL};
    bool answers = stay_is_answer(point.action) || point.source == EVENT_RECEIPT;

    for (size_t i = 0; i < (is_of_this_flow(point.action) ? COUNT_OF(ofs) : 1); i++) {
        point.of = ofs[i];
        for (unsigned which = 0; which < (answers ? WHICHES : 1); which++) {
            point.which = (enum which)which;
            if (!walk_possible(&point))
                continue;
            if (point.source == EVENT_RECEIPT)
                check_receipt(point);
            else if (stay_is_answer(point.action))
                check_answer(point);
            else
                check_question(point);
        }
    }
}

/* A clock that no line speaks of is met, and that is all. */
static void check_timer(struct point point)
{
    static const unsigned ofs[] = {ACTION_REGISTER, ACTION_SETTLE, ACTION_CANCEL};
    struct flow_decision decision;
    struct flow_case before;

    for (size_t i = 0; i < COUNT_OF(ofs); i++) {
        point.of = ofs[i];
        if (expected_find(FLOW, point.role, point.from, EVENT_TIMER, point.action, &point) !=
            NULL) {
            check_both(point);
            continue;
        }
        last = point;
        last_line = NULL;
        decide(&point, false, &before, &decision);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        assert_int_equal(decision.after.state, point.from);
        assert_int_equal(decision.send_count, 0);
        assert_false(decision.answers);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    static const unsigned sources[] = {EVENT_SUBMITTED, EVENT_RECEIVED, EVENT_RECEIPT,
                                       EVENT_OPERATOR};

    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        for (unsigned from = 0; from < STAY_STATES; from++) {
            struct point point = {.role = role, .from = from};
            bool elsewhere = role == ROLE_INSURED &&
                             (from == STAY_REG_UNCERTAIN || from == STAY_SETL_UNCERTAIN ||
                              from == STAY_CANCEL_UNCERTAIN);

            if (elsewhere) /* only who asks is in doubt */
                continue;
            point.source = EVENT_TIMER;
            for (size_t i = 0; i < COUNT_OF(clock_kinds); i++) {
                point.action = clock_kinds[i];
                check_timer(point);
            }
            for (point.action = 0; point.action < ACTIONS; point.action++) {
                for (size_t s = 0; s < COUNT_OF(sources); s++) {
                    point.source = sources[s];
                    check_variants(point);
                }
            }
        }
    }
    print_message("%zu situations\n", walked);
}

static void check_opening(struct point point)
{
    if (point.source != EVENT_TIMER && point.source != EVENT_RECEIPT)
        check_variants(point);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_NONE, ROLE_INSURED, check_opening);
}

static void the_table_has_rows(void **unused)
{
    (void)unused;
    assert_true(expected_rows(FLOW) > 0);
}

/* With nothing under way: alike, or where one side alone knows that nobody waited any more. */
static void both_rest_as_written(void **unused)
{
    static const char *const pairs[] = {
        "identified identified", "identified rejected",
        "identified lapsed",     "rejected identified",
        "rejected rejected",     "rejected lapsed",
        "lapsed identified",     "lapsed rejected",
        "lapsed lapsed",         "registered registered",
        "registered discharged", "registered void",
        "discharged discharged", "discharged registered",
        "settled settled",       "mismatched mismatched",
        "mismatched settled",    "mismatched registered",
        "mismatched discharged", "void void",
        "manual manual",         "manual rejected",
        "manual identified",     "manual lapsed",
    };
    size_t allowed = 0;

    (void)unused;
    for (unsigned treating = 0; treating < STAY_STATES; treating++) {
        for (unsigned insured = 0; insured < STAY_STATES; insured++) {
            char pair[80];
            bool written = false;

            snprintf(pair, sizeof(pair), "%s %s", flow_state_name(FLOW, treating).english,
                     flow_state_name(FLOW, insured).english);
            for (size_t i = 0; i < COUNT_OF(pairs); i++)
                written = written || strcmp(pairs[i], pair) == 0;
            if (flow_pair_allowed(FLOW, treating, insured) != written)
                print_error("%s\n", pair);
            assert_int_equal(flow_pair_allowed(FLOW, treating, insured), written);
            allowed += written;
        }
    }
    assert_int_equal(allowed, COUNT_OF(pairs));
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
        cmocka_unit_test_teardown(every_combination_does_what_is_written, walk_tell),
        cmocka_unit_test_teardown(every_opening_does_what_is_written, walk_tell),
        cmocka_unit_test(every_line_was_met),
        cmocka_unit_test(the_table_has_rows),
        cmocka_unit_test(both_rest_as_written),
    };
    return cmocka_run_group_tests(tests, setup, walk_end);
}
