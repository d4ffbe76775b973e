/*
 * core_filing_walk_test.c - every state, source and action of settlement.filing, under every
 * guard, against tests/data/settlement_filing_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/settlement_filing.h"
#include "filing_documents.h"

#define EXPECTED_FILE "tests/data/settlement_filing_expected.txt"
#define FLOW          (&settlement_filing_flow)

/* A filing of version 2 as it stands (not yet taken: none), and one event. */
struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool no_case;   /* a refusal with FLW-03 */
    bool by_agency; /* a cancellation */
};

#include "flow_walk.h"

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    bool refused = point->verdict == VERDICT_REFUSED;

    if (strcmp(word, "verdict_refused") == 0)
        return refused;
    if (strcmp(word, "verdict_conflict") == 0)
        return point->verdict == VERDICT_CONFLICT;
    if (strcmp(word, "no_case_there") == 0)
        return refused && point->no_case;
    assert_string_equal(word, "by_agency");
    return point->by_agency;
}

static const char *version_of(const struct point *point)
{
    if (point->action == ACTION_FILING)
        return "1";
    return point->action == ACTION_FILING_CHANGE ? "3" : "2";
}

static const struct record *body_of(const struct point *point)
{
    const char *version = version_of(point);

    if (point->action == ACTION_FILING || point->action == ACTION_FILING_CHANGE)
        return filing_document(arena, point->action, version, "LR", "2026-03-01", "2026-12-31");
    if (point->action == ACTION_FILING_CANCEL)
        return filing_end_document(arena, point->action, version,
                                   point->by_agency ? "revoke" : "cancel", "2026-03-02");
    return filing_end_document(arena, point->action, version, NULL, "2026-03-02");
}

static struct flow_event event_of(const struct point *point)
{
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = 1,
        .at = {FILING_NOW},
        .verdict = point->verdict,
        .case_id = {{3}},
        .in_region = 520000,
        .out_region = 440000,
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
    };

    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "STL-N08");
    if (point->source == EVENT_TIMER)
        event.clock_kind = (uint8_t)point->action;
    else if (point->source != EVENT_RECEIPT)
        event.body = body_of(point);
    return event;
}

/* A version is due as the document has it: the walk is about the table. */
static struct flow_case case_of(const struct point *point, bool running)
{
    struct flow_case before = {
        .flow = FLOW_SETTLEMENT_FILING,
        .case_id = {{3}},
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = point->action == ACTION_FILING ? 0 : 2,
        .opened_at = {FILING_NOW - 1000},
        .changed_at = {FILING_NOW - 1000},
        .trace = FILING_TRACE,
        .part.filing = {.insurance = INSURANCE_INJURY,
                        .kind = "LR",
                        .services = SERVICE_MED,
                        .area = 52,
                        .from = {46082},
                        .recognition = FILING_RECOGNITION},
    };

    if (running)
        before.clocks[0] = (struct flow_clock){
            .kind = CLOCK_FILING_END, .state = CLOCK_STATE_RUNNING, .due = {FILING_NOW}};
    return before;
}

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event = event_of(point);
    struct error err = ERROR_INIT;

    *before = case_of(point, running || point->source == EVENT_TIMER);
    assert_true(flow_decide(FLOW, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
}

static void say_rest(const struct point *point)
{
    print_message(", no_case %d, agency %d", point->no_case, point->by_agency);
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (walk_taken(point, FILING_NOW, &decision))
        walk_clocks(point);
}

static void check_variants(struct point point)
{
    for (unsigned bits = 0; bits < 4; bits++) {
        point.no_case = bits & 1;
        point.by_agency = bits & 2;
        check(&point);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        for (unsigned from = 0; from < FILING_STATES; from++) {
            struct point point = {
                .role = role, .from = from, .source = EVENT_TIMER, .action = CLOCK_FILING_END};

            if (expected_find(FLOW, role, from, EVENT_TIMER, CLOCK_FILING_END, &point) != NULL)
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

/* Both rest alike, or TREATING let the filing expire while its end was on the way. */
static void both_rest_alike(void **unused)
{
    (void)unused;
    for (unsigned in = 0; in < FILING_STATES; in++)
        for (unsigned out = 0; out < FILING_STATES; out++)
            assert_int_equal(flow_pair_allowed(FLOW, in, out),
                             (in == out && in != FILING_REFUSED) ||
                                 (in == FILING_EXPIRED &&
                                  (out == FILING_CANCELLED || out == FILING_REVOKED)));
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
    };
    return cmocka_run_group_tests(tests, setup, walk_end);
}
