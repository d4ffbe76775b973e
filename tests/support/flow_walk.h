/*
 * flow_walk.h - the walk over a flow's tables: each state, source and action, against what was
 * written by hand (flow_expected.h).
 *
 * The including test has its struct point before this, with role, from, source, action, verdict
 * and what else may hold; behind it what these mean: decide(), check_variants(), say_rest().
 */
#ifndef SUPPORT_FLOW_WALK_H
#define SUPPORT_FLOW_WALK_H

#include "flow_expected.h"

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static const struct flow *flow; /* that is walked */
static size_t walked;

/* Where the walk is: told when it ends badly. */
static struct point last;
static const struct expected_line *last_line;

/* The case of this situation, with every clock `running`, and what the flow says to its event.
 */
static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision);
/* Every situation that differs in nothing but the test's own fields. */
static void check_variants(struct point point);
/* Prints the test's own fields. */
static void say_rest(const struct point *point);

/* --- one situation -------------------------------------------------------------------- */

/* It is refused, or taken, as written. true: taken, and the decision may be looked at. */
static inline bool walk_taken(const struct point *point, int64_t now,
                              struct flow_decision *decision)
{
    struct expected_line *line = expected_find(flow, point->role, point->from, point->source,
                                               point->action, point);
    bool refused = line == NULL || line->refusal;
    bool opens = point->from == FLOW_OPENING;
    struct flow_case before;

    walked++;
    last = *point;
    last_line = line;
    arena_reset(arena);
    if (line != NULL)
        line->hit = true;
    decide(point, refused, &before, decision);
    if (refused) {
        expected_refusal(opens ? NULL : &before, decision,
                         line == NULL ? "FLW-01" : line->code);
        return false;
    }
    expected_step(flow, line, point->from, decision);
    assert_int_equal(decision->after.version, opens ? 1 : 8);
    assert_int_equal(decision->after.changed_at.ms, now);
    return true;
}

/* Then with every clock running: those are met that should be. */
static inline void walk_clocks(const struct point *point)
{
    struct flow_decision decision;
    struct flow_case before;

    if (point->from == FLOW_OPENING)
        return;
    decide(point, true, &before, &decision);
    expected_met(flow, last_line, &decision.after);
}

/* --- all of them ---------------------------------------------------------------------- */

/* Each document, each act of an operator and each receipt, in each state of both roles. */
static inline void walk_states(unsigned role, unsigned other)
{
    static const unsigned sources[] = {EVENT_SUBMITTED, EVENT_RECEIVED, EVENT_OPERATOR};
    const unsigned roles[] = {role, other};

    for (size_t i = 0; i < 2 * flow->state_count * ACTIONS; i++) {
        struct point point = {.role = roles[i / ACTIONS / flow->state_count],
                              .from = (unsigned)(i / ACTIONS % flow->state_count),
                              .action = (unsigned)(i % ACTIONS)};

        for (size_t s = 0; s < COUNT_OF(sources); s++) {
            point.source = sources[s];
            check_variants(point);
        }
        point.source = EVENT_RECEIPT;
        for (unsigned verdict = 0; verdict < VERDICTS; verdict++) {
            point.verdict = (enum verdict)verdict;
            check_variants(point);
        }
    }
    print_message("%zu situations\n", walked);
}

/* Whatever role the engine thinks likely, the table says who may open. */
static inline void walk_openings(unsigned likely, unsigned otherwise,
                                 void (*each)(struct point point))
{
    for (unsigned source = EVENT_SUBMITTED; source <= EVENT_OPERATOR; source++) {
        for (unsigned action = 0; action < ACTIONS; action++) {
            struct point point = {.from = FLOW_OPENING, .source = source, .action = action};
            uint8_t role;

            if (!flow_opens(flow, (enum event_source)source, action, (uint8_t)likely, &role))
                role = (uint8_t)otherwise;
            point.role = role;
            each(point);
        }
    }
}

static inline void every_line_was_met(void **unused)
{
    (void)unused;
    expected_all_met();
}

static inline void no_row_is_hidden(void **unused)
{
    (void)unused;
    expected_no_row_hidden(flow);
}

/* --- begin and end -------------------------------------------------------------------- */

static inline int walk_start(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    return 0;
}

static inline int walk_end(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

static inline void walk_begin(const struct flow *of, const char *expected_file)
{
    flow = of;
    walked = expected_count = 0;
    memset(expected_lines, 0, sizeof(expected_lines));
    expected_read(flow, expected_file);
}

static inline int walk_tell(void **unused)
{
    (void)unused;
    print_message("last situation: line %u, %s, %s, source %u, %s, verdict %u",
                  last_line == NULL ? 0 : last_line->number, role_name(last.role).english,
                  last.from == FLOW_OPENING ? "opening"
                                            : flow_state_name(flow, last.from).english,
                  last.source,
                  last.source == EVENT_TIMER ? clock_kind_name(last.action).english
                                             : action_name(last.action).english,
                  (unsigned)last.verdict);
    say_rest(&last);
    print_message("\n");
    return 0;
}

#define WALK_TESTS                                                                             \
    cmocka_unit_test_teardown(every_combination_does_what_is_written, walk_tell),              \
        cmocka_unit_test_teardown(every_opening_does_what_is_written, walk_tell),              \
        cmocka_unit_test(every_line_was_met), cmocka_unit_test(no_row_is_hidden)

#endif
