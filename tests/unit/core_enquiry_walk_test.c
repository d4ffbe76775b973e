/*
 * core_enquiry_walk_test.c - every state, source and action of transfer.enquiry, under every
 * guard, against tests/data/transfer_enquiry_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/transfer_enquiry.h"
#include "enquiry_documents.h"
#include "flow_expected.h"

#define EXPECTED_FILE "tests/data/transfer_enquiry_expected.txt"
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static size_t walked;

struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool no_case; /* a refusal with FLW-03 */
};

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    const struct {
        const char *word;
        bool holds;
    } words[] = {
        {"verdict_refused", point->verdict == VERDICT_REFUSED},
        {"verdict_conflict", point->verdict == VERDICT_CONFLICT},
        {"no_case_there", point->verdict == VERDICT_REFUSED && point->no_case},
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].holds;
    print_message("no guard %s\n", word);
    abort();
}

static struct flow_event event_of(const struct point *point)
{
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = 1,
        .at = {NOW},
        .verdict = point->verdict,
        .received_at = {NOW},
        .case_id = {{3}},
        .in_region = 520000,
        .out_region = 440000,
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
    };

    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "UNKNOWN_FLOW");
    if (point->source != EVENT_RECEIPT)
        event.body = enquiry_document(arena, point->action);
    return event;
}

static struct flow_case case_of(const struct point *point, bool running)
{
    struct flow_case before = {
        .flow = FLOW_TRANSFER_ENQUIRY,
        .case_id = {{3}},
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .in_region = 520000,
        .out_region = 440000,
        .opened_at = {NOW - 1000},
        .changed_at = {NOW - 1000},
        .trace = "ENQ/" ENQUIRY_NUMBER,
    };

    if (running)
        before.clocks[0] = (struct flow_clock){
            .kind = CLOCK_REPLY, .state = CLOCK_STATE_RUNNING, .start = {1}, .due = {NOW + 1}};
    return before;
}

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event = event_of(point);
    struct error err = ERROR_INIT;

    *before = case_of(point, running);
    assert_true(flow_decide(&transfer_enquiry_flow, &rules, calendar,
                            point->from == FLOW_OPENING ? NULL : before, &event, arena,
                            decision, &err));
}

static void check(const struct point *point)
{
    struct expected_line *line = expected_find(&transfer_enquiry_flow, point->role, point->from,
                                               point->source, point->action, point);
    const struct flow_case *compared;
    struct flow_decision decision;
    struct flow_case before;

    walked++;
    arena_reset(arena);
    if (line != NULL)
        line->hit = true;
    decide(point, line == NULL, &before, &decision);
    compared = point->from == FLOW_OPENING ? NULL : &before;
    if (line == NULL) {
        expected_refusal(compared, &decision, "FLW-01");
        return;
    }
    expected_step(&transfer_enquiry_flow, line, point->from, &decision);
    assert_int_equal(decision.after.version, compared == NULL ? 1 : 8);
    assert_int_equal(decision.after.changed_at.ms, NOW);
    if (compared == NULL)
        return;
    decide(point, true, &before, &decision);
    expected_met(&transfer_enquiry_flow, line, &decision.after);
}

static void check_verdicts(struct point point)
{
    point.source = EVENT_RECEIPT;
    for (unsigned verdict = 0; verdict < VERDICTS; verdict++) {
        point.verdict = (enum verdict)verdict;
        point.no_case = false;
        check(&point);
        point.no_case = true;
        check(&point);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    static const unsigned sources[] = {EVENT_SUBMITTED, EVENT_RECEIVED, EVENT_OPERATOR};

    (void)unused;
    for (unsigned role = ROLE_ASKING; role <= ROLE_ANSWERING; role++) {
        for (unsigned from = 0; from < ENQUIRY_STATES; from++) {
            for (unsigned action = 0; action < ACTIONS; action++) {
                struct point point = {.role = role, .from = from, .action = action};

                for (size_t s = 0; s < COUNT_OF(sources); s++) {
                    point.source = sources[s];
                    check(&point);
                }
                check_verdicts(point);
            }
        }
    }
    print_message("%zu situations\n", walked);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    for (unsigned source = EVENT_SUBMITTED; source <= EVENT_OPERATOR; source++) {
        for (unsigned action = 0; action < ACTIONS; action++) {
            struct point point = {.from = FLOW_OPENING, .source = source, .action = action};
            uint8_t role;

            if (!flow_opens(&transfer_enquiry_flow, (enum event_source)source, action,
                            ROLE_NONE, &role))
                role = ROLE_ANSWERING;
            point.role = role;
            check(&point);
        }
    }
}

static void every_line_was_met(void **unused)
{
    (void)unused;
    expected_all_met();
}

static void no_row_is_hidden(void **unused)
{
    (void)unused;
    expected_no_row_hidden(&transfer_enquiry_flow);
}

static void both_rest_answered(void **unused)
{
    (void)unused;
    for (unsigned asking = 0; asking < ENQUIRY_STATES; asking++)
        for (unsigned answering = 0; answering < ENQUIRY_STATES; answering++)
            assert_int_equal(flow_pair_allowed(&transfer_enquiry_flow, asking, answering),
                             asking == ENQUIRY_ANSWERED && answering == ENQUIRY_ANSWERED);
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    expected_read(&transfer_enquiry_flow, EXPECTED_FILE);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_does_what_is_written),
        cmocka_unit_test(every_opening_does_what_is_written),
        cmocka_unit_test(every_line_was_met),
        cmocka_unit_test(no_row_is_hidden),
        cmocka_unit_test(both_rest_answered),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
