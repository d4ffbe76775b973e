/*
 * core_remittance_walk_test.c - every state, source and action of pension.remittance, under
 * every guard, against tests/data/pension_remittance_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/pension_remittance.h"
#include "pension_documents.h"

#define EXPECTED_FILE "tests/data/pension_remittance_expected.txt"
#define FLOW          (&pension_remittance_flow)
#define LINE          INT64_C(2902838)
#define PART          INT64_C(1000000)
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

/* One bank line as it stands, and one event. */
struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool no_case;      /* a refusal with FLW-03 */
    bool part_booked;  /* before */
    bool all_is_found; /* the event books all that is left */
};

#include "flow_walk.h"

/* --- what holds once the event has been taken, by our own reckoning ------------------- */

static bool books(const struct point *point)
{
    return point->source == EVENT_SUBMITTED &&
           (point->action == ACTION_REMITTANCE || point->action == ACTION_ALLOCATION);
}

static int64_t rest_before(const struct point *point)
{
    if (point->from == REMITTANCE_ALLOCATED)
        return 0;
    return point->part_booked ? LINE - PART : LINE;
}

static int64_t booked_by(const struct point *point)
{
    if (!books(point))
        return 0;
    return point->all_is_found ? rest_before(point) : rest_before(point) / 2;
}

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    const struct {
        const char *word;
        bool holds;
    } words[] = {
        {"rest", rest_before(point) != booked_by(point)},
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

/* --- the event ------------------------------------------------------------------------ */

static const char *yuan(int64_t fen)
{
    char amount[MONEY_TEXT_SIZE];

    money_format((struct money){fen}, amount);
    return arena_copy(arena, text_of(amount)).at;
}

static const struct record *body_of(const struct point *point)
{
    struct record *body = document_new(arena, point->action);
    struct record *item;

    if (point->action == ACTION_REMITTANCE)
        document_put(arena, body, "amount", yuan(rest_before(point)));
    if (point->action == ACTION_FUND_QUERY || point->action == ACTION_FUND_RETURN)
        document_put(arena, body, "amount", yuan(rest_before(point)));
    if (!books(point))
        return body;
    item = document_put(arena, document_put(arena, body, "items", NULL), "item", NULL);
    document_put(arena, item, "traceNumber", "52000020260302000077");
    document_put(arena, item, "amount", yuan(booked_by(point)));
    return body;
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
        .posted = {booked_by(point)},
        .posted_rows = books(point),
    };

    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "PEN-C19");
    if (point->source != EVENT_RECEIPT)
        event.body = body_of(point);
    return event;
}

static struct flow_case case_of(const struct point *point, bool running)
{
    struct flow_case before = {
        .flow = FLOW_PENSION_REMITTANCE,
        .case_id = {{3}},
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .flags = CASE_MONEY_SEEN,
        .in_region = 520000,
        .out_region = 440000,
        .form_total = {LINE - rest_before(point)},
        .money_total = {LINE},
        .opened_at = {NOW - 1000},
        .changed_at = {NOW - 1000},
        .trace = DOCUMENT_TRACE,
    };

    for (unsigned kind = 1; running && kind <= CLOCK_RESTORE; kind++)
        before.clocks[kind - 1] = (struct flow_clock){.kind = (uint8_t)kind,
                                                      .state = CLOCK_STATE_RUNNING,
                                                      .start = {1},
                                                      .due = {NOW + 1}};
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
    print_message(", part %d, all %d, no_case %d", point->part_booked, point->all_is_found,
                  point->no_case);
}

/* What is booked, asked about and returned adds up. */
static void check_sums(const struct point *point, const struct flow_case *after)
{
    int64_t rest = after->money_total.fen - after->form_total.fen;

    assert_true(rest >= 0);
    if (point->role == ROLE_IN)
        assert_int_equal(rest, rest_before(point) - booked_by(point));
    if (after->state == REMITTANCE_ALLOCATED && point->role == ROLE_IN)
        assert_int_equal(rest, 0);
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (!walk_taken(point, NOW, &decision))
        return;
    check_sums(point, &decision.after);
    walk_clocks(point);
}

static void check_variants(struct point point)
{
    for (unsigned bits = 0; bits < 8; bits++) {
        point.part_booked = (bits & 1) && point.from != FLOW_OPENING;
        point.all_is_found = bits & 2;
        point.no_case = bits & 4;
        check(&point);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    walk_states(ROLE_IN, ROLE_OUT);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_NONE, ROLE_OUT, check_variants);
}

/* A pair in which both may rest has the same state on both sides. */
static void both_rest_alike(void **unused)
{
    (void)unused;
    for (unsigned in = 0; in < REMITTANCE_STATES; in++)
        for (unsigned out = 0; out < REMITTANCE_STATES; out++)
            assert_int_equal(flow_pair_allowed(FLOW, in, out),
                             in == out && in != REMITTANCE_SUSPENSE);
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
