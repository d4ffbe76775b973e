/*
 * core_flow_walk_test.c - every state, source and action of pension.employee, under every
 * guard, against tests/data/pension_employee_expected.txt, which was written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/pension_employee.h"
#include "pension_documents.h"

#define EXPECTED_FILE "tests/data/pension_employee_expected.txt"
#define PART          INT64_C(2000000)
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

enum { LINES_MAX = 200, FIELDS_MAX = 12, ANY = 255 };

enum condition {
    IF_NONE,
    IF_CHECKS_FAIL,
    IF_NO_MONEY,
    IF_SUMS_EQUAL,
    IF_SUMS_DIFFER,
    IF_ACCEPTED,
    IF_REFUSED,
    IF_CONFLICT,
    IF_ELSEWHERE,
    CONDITIONS
};

static const char *const conditions[CONDITIONS] = {
    "none",           "checks_fail",      "no_money",        "sums_equal",
    "sums_differ",    "verdict_accepted", "verdict_refused", "verdict_conflict",
    "open_elsewhere",
};

struct line {
    unsigned number;
    unsigned role;
    unsigned from; /* FLOW_OPENING, or ANY */
    unsigned source;
    unsigned action; /* or ANY */
    enum condition condition;
    bool refusal;
    char code[CODE_SIZE];
    unsigned to; /* or ANY: same */
    char partner[32];
    char core[32];
    char started[32];
    char met[32];
    bool flagged;
    bool hit;
};

static struct line lines[LINES_MAX];
static size_t line_count;
static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static size_t walked;

/* --- the file
 * ----------------------------------------------------------------------------------- */

static unsigned state_of(const char *word)
{
    if (strcmp(word, "opening") == 0)
        return FLOW_OPENING;
    if (strcmp(word, "*") == 0 || strcmp(word, "same") == 0)
        return ANY;
    for (unsigned i = 0; i < pension_employee_flow.state_count; i++)
        if (strcmp(pension_employee_flow.states[i].english, word) == 0)
            return i;
    print_message("no state %s\n", word);
    abort();
}

static unsigned source_of(const char *word)
{
    if (strcmp(word, "submitted") == 0)
        return EVENT_SUBMITTED;
    if (strcmp(word, "received") == 0)
        return EVENT_RECEIVED;
    assert_string_equal(word, "receipt");
    return EVENT_RECEIPT;
}

static enum condition condition_of(const char *word)
{
    for (unsigned i = 0; i < CONDITIONS; i++)
        if (strcmp(conditions[i], word) == 0)
            return (enum condition)i;
    print_message("no guard %s\n", word);
    abort();
}

static void keep(char *field, size_t size, const char *word)
{
    assert_true(text_to_field(text_of(word), field, size));
}

static void parse_line(char *words[], size_t count, unsigned number)
{
    struct line *line = &lines[line_count++];

    assert_true(line_count < LINES_MAX);
    assert_true(count >= 8);
    assert_string_equal(words[5], "->");
    line->number = number;
    line->role = role_by_name(text_of(words[0]));
    line->from = state_of(words[1]);
    line->source = source_of(words[2]);
    line->action = strcmp(words[3], "*") == 0 ? ANY : action_by_name(text_of(words[3]));
    line->condition = condition_of(words[4]);
    line->refusal = strcmp(words[6], "refusal") == 0;
    assert_true(line->role != ROLE_NONE && line->action != ACTION_NONE);
    if (line->refusal) {
        keep(line->code, sizeof(line->code), words[7]);
        return;
    }
    assert_true(count == 11 || count == 12);
    line->to = state_of(words[6]);
    keep(line->partner, sizeof(line->partner), words[7]);
    keep(line->core, sizeof(line->core), words[8]);
    keep(line->started, sizeof(line->started), words[9]);
    keep(line->met, sizeof(line->met), words[10]);
    line->flagged = count == 12;
}

static void read_lines(void)
{
    FILE *file = fopen(EXPECTED_FILE, "r");
    char text[512];
    unsigned number = 0;

    assert_non_null(file);
    while (fgets(text, sizeof(text), file) != NULL) {
        char *words[FIELDS_MAX];
        size_t count = 0;
        char *rest = NULL;

        number++;
        if (text[0] == '#')
            continue;
        for (char *word = strtok_r(text, " \n", &rest); word != NULL && count < FIELDS_MAX;
             word = strtok_r(NULL, " \n", &rest))
            words[count++] = word;
        if (count > 0)
            parse_line(words, count, number);
    }
    fclose(file);
}

/* --- one situation
 * ------------------------------------------------------------------------------ */

struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    bool held;       /* a form, before */
    int64_t money;   /* before */
    bool wrong_form; /* the event's */
    int64_t amount;  /* the event's */
    enum verdict verdict;
    bool elsewhere;
};

/* What holds once the event has been taken, by our own reckoning. */
static bool holds(const struct point *point, enum condition condition)
{
    bool form = point->action == ACTION_FORM && point->source != EVENT_RECEIPT;
    bool received_form = form && point->source == EVENT_RECEIVED;
    bool booked = (point->action == ACTION_FUND_RECEIPT ||
                   (point->action == ACTION_FUND_ADVICE && point->source == EVENT_SUBMITTED)) &&
                  point->source != EVENT_RECEIPT;
    bool fails = received_form && point->wrong_form;
    bool held = form ? !fails : point->held;
    int64_t money = point->money + (booked ? point->amount : 0);

    switch (condition) {
    case IF_NONE:
        return true;
    case IF_CHECKS_FAIL:
        return fails;
    case IF_NO_MONEY:
        return money == 0;
    case IF_SUMS_EQUAL:
        return held && money == DOCUMENT_TOTAL_FEN;
    case IF_SUMS_DIFFER:
        return held && money != 0 && money != DOCUMENT_TOTAL_FEN;
    case IF_ACCEPTED:
        return point->verdict == VERDICT_ACCEPTED;
    case IF_REFUSED:
        return point->verdict == VERDICT_REFUSED;
    case IF_CONFLICT:
        return point->verdict == VERDICT_CONFLICT;
    case IF_ELSEWHERE:
        return point->elsewhere;
    case CONDITIONS:
        break;
    }
    return false;
}

static struct line *expected(const struct point *point)
{
    for (size_t i = 0; i < line_count; i++) {
        struct line *line = &lines[i];
        bool from = line->from == point->from ||
                    (line->from == ANY && point->from != FLOW_OPENING);

        if (line->role == point->role && from && line->source == point->source &&
            (line->action == point->action || line->action == ANY) &&
            holds(point, line->condition))
            return line;
    }
    return NULL;
}

static const struct record *body_of(const struct point *point)
{
    char amount[MONEY_TEXT_SIZE];
    struct record *body;

    switch (point->action) {
    case ACTION_FORM:
        body = document_form(arena);
        if (point->wrong_form)
            document_set(body, "person/sex", "2");
        return body;
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
        money_format((struct money){point->amount}, amount);
        body = document_money(arena, point->action, NULL);
        body->last->value = personal_of(arena_copy(arena, text_of(amount)));
        return body;
    case ACTION_FORM_RETURN:
    case ACTION_LETTER_RETURN:
    case ACTION_REFUSAL:
        return document_return(arena, point->action, "1", "PEN-R13");
    default:
        return document_new(arena, point->action);
    }
}

static struct flow_event event_of(const struct point *point)
{
    bool counted = point->action == ACTION_LETTER || point->action == ACTION_FORM;
    bool next = counted && point->source != EVENT_RECEIPT && point->from != FLOW_OPENING;
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = next ? 2 : 1,
        .at = {NOW},
        .verdict = point->verdict,
        .received_at = {NOW},
        .in_region = 520000,
        .out_region = 440000,
        .party = 2,
        .core = 3,
        .open_elsewhere = point->elsewhere,
    };

    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, "PEN-R13");
    if (point->source != EVENT_RECEIPT)
        event.body = body_of(point);
    return event;
}

static struct flow_case case_of(const struct point *point, bool running)
{
    struct flow_case before = {
        .flow = FLOW_PENSION_EMPLOYEE,
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .flags = (point->held ? CASE_FORM_HELD : 0u) | (point->money ? CASE_MONEY_SEEN : 0u),
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 1,
        .form_revision = 1,
        .form_total = {point->held ? DOCUMENT_TOTAL_FEN : 0},
        .money_total = {point->money},
        .opened_at = {NOW - 1000},
        .changed_at = {NOW - 1000},
        .trace = DOCUMENT_TRACE,
    };

    for (unsigned kind = 1; running && kind < CLOCK_KINDS; kind++)
        before.clocks[kind - 1] = (struct flow_clock){.kind = (uint8_t)kind,
                                                      .state = CLOCK_STATE_RUNNING,
                                                      .start = {1},
                                                      .due = {NOW + 1}};
    return before;
}

static bool same_case(const struct flow_case *a, const struct flow_case *b)
{
    unsigned char bytes_a[CASE_ENCODED_MAX];
    unsigned char bytes_b[CASE_ENCODED_MAX];
    struct buffer buffer_a = buffer_over(bytes_a, sizeof(bytes_a));
    struct buffer buffer_b = buffer_over(bytes_b, sizeof(bytes_b));

    flow_case_encode(a, &buffer_a);
    flow_case_encode(b, &buffer_b);
    return text_equal(buffer_as_text(&buffer_a), buffer_as_text(&buffer_b));
}

/* --- comparing
 * ---------------------------------------------------------------------------------- */

static void join(char *out, size_t size, const char *word)
{
    size_t used = strlen(out);

    if (strcmp(out, "-") == 0)
        used = 0;
    snprintf(out + used, size - used, "%s%s", used > 0 ? "+" : "", word);
}

static void sends_text(const struct flow_decision *decision, enum flow_target target, char *out,
                       size_t size)
{
    snprintf(out, size, "-");
    for (size_t i = 0; i < decision->send_count; i++)
        if (decision->sends[i].target == target)
            join(out, size, action_name(decision->sends[i].action).english);
}

static void clocks_text(const struct flow_case *flow_case, enum clock_state state, char *out,
                        size_t size)
{
    unsigned count = 0;

    snprintf(out, size, "-");
    for (unsigned kind = 1; kind < CLOCK_KINDS; kind++) {
        for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
            const struct flow_clock *clock = &flow_case->clocks[i];

            if (clock->kind != kind || clock->state != state)
                continue;
            join(out, size, clock_kind_name(kind).english);
            count++;
        }
    }
    if (count == CLOCK_KINDS - 1)
        snprintf(out, size, "all");
}

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event = event_of(point);
    struct error err = ERROR_INIT;

    *before = case_of(point, running);
    assert_true(flow_decide(&pension_employee_flow, &rules, calendar,
                            point->from == FLOW_OPENING ? NULL : before, &event, arena,
                            decision, &err));
}

static void expect_refusal(const struct point *point, const struct flow_case *before,
                           const struct flow_decision *decision, const char *code)
{
    assert_int_equal(decision->kind, DECISION_REFUSED);
    assert_string_equal(decision->code, code);
    assert_int_not_equal(decision->reason[0], 0);
    assert_int_equal(decision->send_count, 0);
    assert_int_equal(decision->warning_count, 0);
    assert_false(decision->closes);
    if (point->from != FLOW_OPENING)
        assert_true(same_case(before, &decision->after));
}

static void expect_step(const struct point *point, const struct line *line)
{
    unsigned to = line->to == ANY ? point->from : line->to;
    struct flow_decision decision;
    struct flow_case before;
    char text[64];

    decide(point, false, &before, &decision);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_string_equal(decision.code, "");
    assert_int_equal(decision.after.state, to);
    assert_int_equal(decision.after.role, point->role);
    assert_int_equal(decision.after.version, point->from == FLOW_OPENING ? 1 : 8);
    assert_int_equal(decision.after.changed_at.ms, NOW);
    assert_int_equal((decision.after.flags & CASE_FLAGGED) != 0, line->flagged);
    assert_int_equal(decision.closes,
                     line->to != ANY && flow_state_ends(&pension_employee_flow, to));
    sends_text(&decision, FLOW_TO_PARTNER, text, sizeof(text));
    assert_string_equal(text, line->partner);
    sends_text(&decision, FLOW_TO_CORE, text, sizeof(text));
    assert_string_equal(text, line->core);
    clocks_text(&decision.after, CLOCK_STATE_RUNNING, text, sizeof(text));
    assert_string_equal(text, line->started);
    if (point->from == FLOW_OPENING)
        return;
    decide(point, true, &before, &decision);
    clocks_text(&decision.after, CLOCK_STATE_MET, text, sizeof(text));
    assert_string_equal(text, line->met);
}

static void check(const struct point *point)
{
    struct line *line = expected(point);
    struct flow_decision decision;
    struct flow_case before;

    walked++;
    arena_reset(arena);
    if (line != NULL && !line->refusal) {
        line->hit = true;
        expect_step(point, line);
        return;
    }
    decide(point, true, &before, &decision);
    expect_refusal(point, &before, &decision, line == NULL ? "FLW-01" : line->code);
    if (line != NULL)
        line->hit = true;
}

/* Every way in which an event of this (role, from, source, action) can differ. */
static void check_variants(struct point point)
{
    static const int64_t moneys[] = {0, PART, DOCUMENT_TOTAL_FEN};
    static const int64_t parts[] = {DOCUMENT_TOTAL_FEN - PART, DOCUMENT_TOTAL_FEN};

    for (unsigned bits = 0; bits < 8; bits++) {
        for (size_t m = 0; m < COUNT_OF(moneys); m++) {
            for (size_t p = 0; p < COUNT_OF(parts); p++) {
                point.held = bits & 1;
                point.wrong_form = bits & 2;
                point.elsewhere = bits & 4;
                point.money = moneys[m];
                point.amount = parts[p];
                check(&point);
            }
        }
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    static const unsigned sources[] = {EVENT_SUBMITTED, EVENT_RECEIVED, EVENT_OPERATOR};

    (void)unused;
    for (unsigned role = ROLE_IN; role < ROLES; role++) {
        for (unsigned from = 0; from < PENSION_STATES; from++) {
            for (unsigned action = 0; action < ACTIONS; action++) {
                for (size_t s = 0; s < COUNT_OF(sources); s++)
                    check_variants((struct point){role, from, sources[s], action, false, 0,
                                                  false, 0, VERDICT_NONE, false});
                for (unsigned verdict = 0; verdict < VERDICTS; verdict++)
                    check_variants((struct point){role, from, EVENT_RECEIPT, action, false, 0,
                                                  false, 0, (enum verdict)verdict, false});
            }
        }
    }
    print_message("%zu situations\n", walked);
}

/* Without a case the role follows from the event, so each opening is tried once. */
static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    for (unsigned source = EVENT_SUBMITTED; source <= EVENT_OPERATOR; source++) {
        for (unsigned action = 0; action < ACTIONS; action++) {
            bool in = source == EVENT_SUBMITTED && action == ACTION_APPLICATION;
            struct point point = {.role = in ? ROLE_IN : ROLE_OUT,
                                  .from = FLOW_OPENING,
                                  .source = source,
                                  .action = action};
            check(&point);
            point.elsewhere = true;
            check(&point);
        }
    }
}

static void every_line_was_met(void **unused)
{
    unsigned missed = 0;

    (void)unused;
    for (size_t i = 0; i < line_count; i++) {
        if (lines[i].hit)
            continue;
        print_message("line %u was never met\n", lines[i].number);
        missed++;
    }
    assert_int_equal(missed, 0);
}

static void no_row_stands_twice(void **unused)
{
    size_t rows = 0;

    (void)unused;
    for (unsigned role = ROLE_IN; role < ROLES; role++) {
        const struct flow_step *steps = pension_employee_flow.steps[role];
        size_t count = pension_employee_flow.step_count[role];

        rows += count;
        for (size_t i = 0; i < count; i++) {
            assert_true(steps[i].to < PENSION_STATES);
            assert_true(steps[i].from < PENSION_STATES || steps[i].from == FLOW_OPENING);
            for (size_t k = 0; k < i; k++)
                assert_false(
                    steps[i].from == steps[k].from && steps[i].source == steps[k].source &&
                    steps[i].action == steps[k].action &&
                    (steps[i].guard == steps[k].guard || steps[k].guard == GUARD_NONE));
        }
    }
    assert_int_equal(rows, line_count - 6); /* six lines speak of receipts in general */
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    assert_non_null(arena);
    assert_non_null(calendar);
    read_lines();
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
        cmocka_unit_test(no_row_stands_twice),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
