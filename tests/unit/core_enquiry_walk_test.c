/*
 * core_enquiry_walk_test.c - every state, source and action of transfer.enquiry, under every
 * guard, against tests/data/transfer_enquiry_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/transfer_enquiry.h"
#include "enquiry_documents.h"

#define EXPECTED_FILE "tests/data/transfer_enquiry_expected.txt"
#define FLOW          (&transfer_enquiry_flow)
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool no_case; /* a refusal with FLW-03 */
};

#include "flow_walk.h"

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
    assert_true(flow_decide(FLOW, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
}

static void say_rest(const struct point *point)
{
    print_message(", no_case %d", point->no_case);
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (walk_taken(point, NOW, &decision))
        walk_clocks(point);
}

static void check_variants(struct point point)
{
    check(&point);
    point.no_case = true;
    if (point.source == EVENT_RECEIPT)
        check(&point);
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    walk_states(ROLE_ASKING, ROLE_ANSWERING);
}

static void check_opening(struct point point)
{
    check(&point);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_NONE, ROLE_ANSWERING, check_opening);
}

static void both_rest_answered(void **unused)
{
    (void)unused;
    for (unsigned asking = 0; asking < ENQUIRY_STATES; asking++)
        for (unsigned answering = 0; answering < ENQUIRY_STATES; answering++)
            assert_int_equal(flow_pair_allowed(FLOW, asking, answering),
                             asking == ENQUIRY_ANSWERED && answering == ENQUIRY_ANSWERED);
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
        cmocka_unit_test(both_rest_answered),
    };
    return cmocka_run_group_tests(tests, setup, walk_end);
}
