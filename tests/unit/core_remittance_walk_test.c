/*
 * core_remittance_walk_test.c - every state, source and action of pension.remittance, under
 * every guard, against tests/data/pension_remittance_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/pension_remittance.h"
#include "flow_expected.h"
#include "pension_documents.h"

#define EXPECTED_FILE "tests/data/pension_remittance_expected.txt"
#define LINE          INT64_C(2902838)
#define PART          INT64_C(1000000)
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static size_t walked;

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
    assert_true(flow_decide(&pension_remittance_flow, &rules, calendar,
                            point->from == FLOW_OPENING ? NULL : before, &event, arena,
                            decision, &err));
}

/* Told when the walk ends badly: where it was. */
static char place[160];

static void remember_place(const struct point *point)
{
    snprintf(place, sizeof(place), "%s, %s, source %u, %s, verdict %u, part %d, all %d",
             role_name(point->role).english,
             point->from == FLOW_OPENING
                 ? "opening"
                 : flow_state_name(&pension_remittance_flow, point->from).english,
             point->source, action_name(point->action).english, (unsigned)point->verdict,
             point->part_booked, point->all_is_found);
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
    struct expected_line *line = expected_find(&pension_remittance_flow, point->role,
                                               point->from, point->source, point->action,
                                               point);
    const struct flow_case *compared;
    struct flow_decision decision;
    struct flow_case before;

    walked++;
    remember_place(point);
    arena_reset(arena);
    if (line != NULL)
        line->hit = true;
    decide(point, line == NULL || line->refusal, &before, &decision);
    compared = point->from == FLOW_OPENING ? NULL : &before;
    if (line == NULL || line->refusal) {
        expected_refusal(compared, &decision, line == NULL ? "FLW-01" : line->code);
        return;
    }
    expected_step(&pension_remittance_flow, line, point->from, &decision);
    check_sums(point, &decision.after);
    assert_int_equal(decision.after.version, compared == NULL ? 1 : 8);
    assert_int_equal(decision.after.changed_at.ms, NOW);
    if (compared == NULL)
        return;
    decide(point, true, &before, &decision);
    expected_met(&pension_remittance_flow, line, &decision.after);
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
    static const unsigned sources[] = {EVENT_SUBMITTED, EVENT_RECEIVED, EVENT_OPERATOR};

    (void)unused;
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        for (unsigned from = 0; from < REMITTANCE_STATES; from++) {
            for (unsigned action = 0; action < ACTIONS; action++) {
                struct point point = {.role = role, .from = from, .action = action};

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

            if (!flow_opens(&pension_remittance_flow, (enum event_source)source, action,
                            ROLE_NONE, &role))
                role = ROLE_OUT;
            point.role = role;
            check_variants(point);
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
    expected_no_row_hidden(&pension_remittance_flow);
}

/* A pair in which both may rest has the same state on both sides. */
static void both_rest_alike(void **unused)
{
    (void)unused;
    for (unsigned in = 0; in < REMITTANCE_STATES; in++)
        for (unsigned out = 0; out < REMITTANCE_STATES; out++)
            assert_int_equal(flow_pair_allowed(&pension_remittance_flow, in, out),
                             in == out && in != REMITTANCE_SUSPENSE);
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    expected_read(&pension_remittance_flow, EXPECTED_FILE);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

static int tell_place(void **unused)
{
    (void)unused;
    print_message("last situation: %s\n", place);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_combination_does_what_is_written, tell_place),
        cmocka_unit_test_teardown(every_opening_does_what_is_written, tell_place),
        cmocka_unit_test(every_line_was_met),
        cmocka_unit_test(no_row_is_hidden),
        cmocka_unit_test(both_rest_alike),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
