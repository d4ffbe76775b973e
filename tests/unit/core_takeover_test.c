/*
 * core_takeover_test.c - which open cases of another system may be taken over: every flow,
 * role, state and combination of what a line can say, against the table of docs/rules.md,
 * section 24; and what a line may not say at all.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow_clock.h"
#include "core/flow_takeover.h"
#include "core/medical_transfer.h"
#include "core/pension_employee.h"

#define RULES_FILE "docs/rules.md"
#define HEADING    "Open cases of another system"

enum { LINES_MAX = 100, CELL_SIZE = 120, SUM = 10000, OTHER = 5000, UNSAID = 255 };

static struct calendar *calendar;
static struct rules rules;
static const struct day opened = {46080}; /* some day of 2026 */

/* --- the table of the page -------------------------------------------------------------- */

struct line {
    char flows[CELL_SIZE];
    unsigned role;
    char states[CELL_SIZE];
    char conditions[CELL_SIZE];
    uint32_t limits;
    uint32_t others;
    bool hit;
};

static struct line lines[LINES_MAX];
static size_t line_count;

static char *trimmed(char *cell)
{
    size_t size;

    while (*cell == ' ')
        cell++;
    size = strlen(cell);
    while (size > 0 && (cell[size - 1] == ' ' || cell[size - 1] == '\n'))
        cell[--size] = '\0';
    return cell;
}

static uint32_t limits_of(const char *cell)
{
    struct text rest = text_of(cell);
    uint32_t kinds = 0;

    while (rest.size > 0) {
        unsigned kind = clock_kind_by_name(text_cut(&rest, ' '));

        assert_int_not_equal(kind, CLOCK_NONE);
        kinds |= FLOW_CLOCK(kind);
    }
    return kinds;
}

static void take_line(char *text)
{
    struct line *line = &lines[line_count];
    char *cells[6];
    char *at = text + 1;

    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        char *end = strchr(at, '|');

        if (end == NULL)
            return;
        *end = '\0';
        cells[i] = trimmed(at);
        at = end + 1;
    }
    line->role = role_by_name(text_of(cells[1]));
    if (line->role == ROLE_NONE)
        return; /* its head */
    assert_true(line_count < LINES_MAX - 1);
    snprintf(line->flows, CELL_SIZE, "%s", cells[0]);
    snprintf(line->states, CELL_SIZE, "%s", cells[2]);
    snprintf(line->conditions, CELL_SIZE, "%s", cells[3]);
    line->limits = limits_of(cells[4]);
    line->others = limits_of(cells[5]);
    line_count++;
}

static int setup(void **state)
{
    FILE *file = fopen(RULES_FILE, "r");
    char text[1024];
    bool here = false;

    (void)state;
    calendar = calendar_new();
    if (file == NULL || calendar == NULL)
        return -1;
    while (fgets(text, sizeof(text), file) != NULL) {
        if (strncmp(text, "## ", 3) == 0)
            here = strstr(text, HEADING) != NULL;
        else if (here && text[0] == '|')
            take_line(text);
    }
    fclose(file);
    return line_count > 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    calendar_free(calendar);
    return 0;
}

/* --- one line of a list ----------------------------------------------------------------- */

struct point {
    const struct flow *flow;
    unsigned role;
    unsigned state;
    int64_t form; /* -1: none is held */
    int64_t money;
    bool moves; /* on the route */
    unsigned opened_by;
    unsigned axis; /* medical */
    unsigned way;  /* UNSAID: not said */
};

static bool is_medical(const struct point *point)
{
    return point->flow->number == FLOW_MEDICAL_TRANSFER;
}

/* Such a flow's form says whether money moves. */
static bool form_says(const struct point *point)
{
    return point->flow->number == FLOW_PENSION_ANNUITY ||
           point->flow->number == FLOW_PENSION_MILITARY;
}

static bool moneyless(const struct point *point)
{
    if (is_medical(point))
        return point->form >= 0 && point->way != PAY_TRANSFER;
    if (point->flow->number == FLOW_PENSION_ANNUITY)
        return point->form == 0 && point->money == 0;
    return !point->moves;
}

static bool sums_equal(const struct point *point)
{
    return point->form >= 0 &&
           (moneyless(point) || (point->money > 0 && point->form == point->money));
}

static bool ended(const struct point *point)
{
    return point->axis == MONEY_NONE || point->axis == MONEY_CREDITED ||
           point->axis == MONEY_REFUNDED;
}

static bool moving(const struct point *point)
{
    return point->axis == MONEY_PAID || point->axis == MONEY_MATCHED ||
           point->axis == MONEY_MISMATCH;
}

static bool condition_holds(const struct point *point, struct text word)
{
    bool dismissal = point->opened_by == ROLE_OUT;

    if (text_is(word, "form") || text_is(word, "no form"))
        return (point->form >= 0) == text_is(word, "form");
    if (text_is(word, "money") || text_is(word, "no money"))
        return (point->money > 0) == text_is(word, "money");
    if (text_is(word, "sums equal") || text_is(word, "sums not equal"))
        return sums_equal(point) == text_is(word, "sums equal");
    if (text_is(word, "money moves") || text_is(word, "no money moves"))
        return moneyless(point) == text_is(word, "no money moves");
    if (text_is(word, "dismissal") || text_is(word, "no dismissal"))
        return dismissal == text_is(word, "dismissal");
    if (text_is(word, "asker") || text_is(word, "asked"))
        return (point->opened_by == point->role) == text_is(word, "asker");
    if (text_is(word, "money ended"))
        return ended(point);
    if (text_is(word, "money due"))
        return point->axis == MONEY_DUE;
    if (text_is(word, "money moving"))
        return moving(point);
    if (text_is(word, "money back"))
        return point->axis == MONEY_BACK;
    print_message("unknown condition: %.*s\n", TEXT_ARG(word));
    abort();
}

/* Is `word` one of those in a cell? */
static bool among(const char *cell, const char *word)
{
    struct text rest = text_of(cell);

    while (rest.size > 0) {
        struct text one = text_cut(&rest, ',');

        while (one.size > 0 && one.at[0] == ' ')
            one = (struct text){one.at + 1, one.size - 1};
        if (text_is(one, word))
            return true;
    }
    return false;
}

static bool conditions_hold(const struct point *point, const char *cell)
{
    struct text rest = text_of(cell);

    while (rest.size > 0) {
        struct text one = text_cut(&rest, ',');

        while (one.size > 0 && one.at[0] == ' ')
            one = (struct text){one.at + 1, one.size - 1};
        if (!condition_holds(point, one))
            return false;
    }
    return true;
}

static struct line *line_of(const struct point *point)
{
    const char *flow = strchr(flow_name(point->flow->number).english, '.') + 1;

    if (is_medical(point))
        flow = "medical";
    for (size_t i = 0; i < line_count; i++)
        if (among(lines[i].flows, flow) && lines[i].role == point->role &&
            among(lines[i].states, point->flow->states[point->state].english) &&
            conditions_hold(point, lines[i].conditions))
            return &lines[i];
    return NULL;
}

/* Can all that is said be true of one case? By the words below the table. */
static bool can_be(const struct point *point)
{
    bool booked = point->axis == MONEY_MATCHED || point->axis == MONEY_CREDITED ||
                  point->axis == MONEY_MISMATCH;
    bool paid = point->axis == MONEY_PAID || point->axis == MONEY_CREDITED;

    if (!is_medical(point))
        return point->money == 0 || point->moves;
    if (point->role == ROLE_OUT &&
        (point->axis == MONEY_MATCHED || point->axis == MONEY_MISMATCH))
        return false;
    if ((point->money > 0) != (point->role == ROLE_IN ? booked : paid))
        return false;
    if ((point->form >= 0) != (point->way != UNSAID))
        return false;
    if (point->form < 0)
        return point->axis == MONEY_NONE ||
               (point->state == MEDICAL_SHEET_BAD && point->axis != MONEY_DUE &&
                point->axis != MONEY_MATCHED && point->axis != MONEY_CREDITED);
    if (point->role == ROLE_IN && booked &&
        (point->form == point->money) == (point->axis == MONEY_MISMATCH))
        return false;
    if (point->way == PAY_NONE || point->form == 0)
        return point->way == PAY_NONE && point->form == 0 && point->axis == MONEY_NONE;
    if (point->way == PAY_REFUND)
        return point->axis == MONEY_DUE || point->axis == MONEY_REFUNDED;
    return point->axis != MONEY_NONE && point->axis != MONEY_REFUNDED;
}

static struct text insurance_of(unsigned flow)
{
    if (flow == FLOW_MEDICAL_TRANSFER)
        return TEXT("310");
    return flow == FLOW_PENSION_RESIDENT ? TEXT("150") : TEXT("110");
}

static struct takeover said_of(const struct point *point)
{
    static const char *const ways[] = {"0", "1", "2"};
    unsigned flow = point->flow->number;
    bool old = flow == FLOW_MEDICAL_TRANSFER ||
               (flow == FLOW_PENSION_INSTITUTION && point->opened_by != ROLE_OUT);
    struct takeover from = {
        .flow = point->flow->number,
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->state,
        .in_region = 520100,
        .out_region = flow == FLOW_PENSION_MILITARY ? 910000 : 440100,
        .trace = "QT1",
        .opened_on = opened,
        .opened_by = (uint8_t)point->opened_by,
        .insurance = insurance_of(flow),
        .form_held = point->form >= 0,
        .form_total = {point->form >= 0 ? point->form : 0},
        .money_total = {point->money},
    };

    if (old)
        from.insurance_old = is_medical(point) ? TEXT("310") : TEXT("120");
    if (is_medical(point) && point->axis != MONEY_NONE)
        from.money = text_of(medical_money_name(point->axis).chinese);
    if (is_medical(point) && point->way != UNSAID)
        from.pay_way = text_of(ways[point->way]);
    if (!is_medical(point) && !form_says(point))
        from.money_moves = point->moves ? TAKEOVER_YES : TAKEOVER_NO;
    return from;
}

static void name_limits(struct takeover *from, uint32_t kinds)
{
    from->limit_count = 0;
    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++)
        if ((kinds & FLOW_CLOCK(kind)) != 0)
            from->limits[from->limit_count++] = (struct takeover_limit){(uint8_t)kind,
                                                                        {opened.number + 1}};
}

static bool takes(const struct takeover *from, struct flow_case *after)
{
    char why[TAKEOVER_WHY_SIZE];

    return flow_take_over(from, &rules, calendar, after, why);
}

/* --- every combination ------------------------------------------------------------------ */

static void fail_point(const struct point *point, const char *what)
{
    print_message(
        "%s, role %u, %s, form %d, money %d, moves %d, opened by %u, axis %s, way %u: "
        "%s\n",
        flow_name(point->flow->number).english, point->role,
        point->flow->states[point->state].english, (int)point->form, (int)point->money,
        point->moves, point->opened_by, medical_money_name(point->axis).english, point->way,
        what);
    assert_true(false);
}

static void stands_as_said(const struct point *point, const struct flow_case *after,
                           uint32_t limits)
{
    uint32_t running = 0;

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (after->clocks[i].state == CLOCK_STATE_RUNNING) {
            running |= FLOW_CLOCK(after->clocks[i].kind);
            assert_int_equal(after->clocks[i].start.number, opened.number + 1);
        }
    if (running != limits)
        fail_point(point, "other limits run");
    assert_int_equal(after->state, point->state);
    assert_int_equal(after->role, point->role);
    assert_true((after->flags & CASE_TAKEN_OVER) != 0);
    assert_int_equal((after->flags & CASE_FORM_HELD) != 0, point->form >= 0);
    assert_int_equal((after->flags & CASE_MONEY_SEEN) != 0, point->money > 0);
    assert_int_equal((after->flags & CASE_NO_MONEY) != 0, moneyless(point));
    assert_int_equal(after->opened_at.ms, day_start(opened).ms);
}

static void try_limits(const struct point *point, struct line *line)
{
    struct takeover from = said_of(point);
    struct flow_case after;

    line->hit = true;
    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++) {
        uint32_t bit = FLOW_CLOCK(kind);
        bool one_less = (line->limits & bit) != 0;
        bool one_more = ((line->limits | line->others) & bit) == 0;

        name_limits(&from, one_less ? line->limits & ~bit : line->limits | bit);
        if (takes(&from, &after) == (one_less || one_more))
            fail_point(point, clock_kind_name(kind).english);
    }
    name_limits(&from, line->limits);
    if (!takes(&from, &after))
        fail_point(point, "is not taken over");
    stands_as_said(point, &after, line->limits);
    name_limits(&from, line->limits | line->others);
    assert_true(takes(&from, &after));
    stands_as_said(point, &after, line->limits | line->others);
}

static void try_point(const struct point *point)
{
    struct line *line = can_be(point) ? line_of(point) : NULL;
    struct takeover from = said_of(point);
    struct flow_case after;
    static const uint32_t some[] = {
        0,
        FLOW_CLOCK(CLOCK_D1),
        FLOW_CLOCK(CLOCK_D2),
        FLOW_CLOCK(CLOCK_D3),
        FLOW_CLOCK(CLOCK_FUND),
        FLOW_CLOCK(CLOCK_CORRECTION),
        FLOW_CLOCK(CLOCK_LETTER),
        FLOW_CLOCK(CLOCK_D3) | FLOW_CLOCK(CLOCK_SUSPENSE),
        FLOW_CLOCK(CLOCK_WITHDRAWAL),
        FLOW_CLOCK(CLOCK_REVERSAL),
    };

    if (line != NULL) {
        assert_false(flow_state_ends(point->flow, point->state));
        try_limits(point, line);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(some); i++) {
        name_limits(&from, some[i]);
        if (takes(&from, &after))
            fail_point(point, "is taken over");
    }
}

static void try_medical(struct point *point)
{
    static const unsigned ways[] = {UNSAID, PAY_NONE, PAY_TRANSFER, PAY_REFUND};

    for (point->axis = 0; point->axis < MEDICAL_MONEYS; point->axis++)
        for (size_t i = 0; i < COUNT_OF(ways); i++) {
            point->way = ways[i];
            try_point(point);
        }
}

static void try_sums(struct point *point)
{
    static const int64_t sums[] = {-1, 0, SUM, OTHER};

    for (size_t form = 0; form < COUNT_OF(sums); form++)
        for (size_t money = 1; money < COUNT_OF(sums); money++) {
            point->form = sums[form];
            point->money = sums[money];
            if (is_medical(point))
                try_medical(point);
            else
                try_point(point);
        }
}

static void try_state(struct point *point)
{
    unsigned flow = point->flow->number;

    for (unsigned moves = 0; moves < 2; moves++) {
        point->moves = moves == 1;
        if (!point->moves && (is_medical(point) || form_says(point)))
            continue;
        if (is_medical(point)) {
            point->opened_by = ROLE_IN;
            try_sums(point);
        }
        point->opened_by = flow == FLOW_MEDICAL_TRANSFER || flow == FLOW_PENSION_INSTITUTION
                               ? ROLE_OUT
                               : ROLE_NONE;
        try_sums(point);
        if (flow == FLOW_PENSION_INSTITUTION) {
            point->opened_by = ROLE_NONE;
            try_sums(point);
        }
    }
}

static void every_line_does_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; flows[i] != NULL; i++) {
        struct point point = {.flow = flows[i], .way = UNSAID};

        if (flows[i]->takeover == NULL)
            continue;
        for (point.role = ROLE_IN; point.role <= ROLE_OUT; point.role++)
            for (point.state = 0; point.state < point.flow->state_count; point.state++)
                try_state(&point);
    }
    for (size_t i = 0; i < line_count; i++)
        if (!lines[i].hit) {
            print_message("nothing fits line %zu: %s %s\n", i, lines[i].flows, lines[i].states);
            assert_true(false);
        }
}

/* Where both sides may have taken it over, both may rest so: {state, ends or not yet there}. */
static void nothing_is_under_way(void **state)
{
    (void)state;
    for (size_t i = 0; flows[i] != NULL; i++) {
        const struct flow *flow = flows[i];
        const struct flow_takeover_row *row;

        for (size_t j = 0; (row = flow_takeover_row_at(flow, j)) != NULL && flow->alone == NULL;
             j++) {
            bool rests = row->sent == SENT_NOTHING;

            for (size_t k = 0; k < flow->pair_count && !rests; k++)
                rests = row->state == (row->role == ROLE_IN ? flow->pairs[k].in_state
                                                            : flow->pairs[k].out_state);
            if (!rests)
                print_message("%s %s\n", flow_name(flow->number).english,
                              flow->states[row->state].english);
            assert_true(rests);
        }
    }
}

/* --- what a line may not say ------------------------------------------------------------ */

static struct point held = {
    .role = ROLE_IN, .state = PENSION_LETTER_HELD, .form = -1, .moves = true, .way = UNSAID};

static void refused(const struct takeover *from, const char *column)
{
    char why[TAKEOVER_WHY_SIZE] = "";
    struct flow_case after;

    assert_false(flow_take_over(from, &rules, calendar, &after, why));
    if (strncmp(why, column, strlen(column)) != 0)
        print_message("%s\n", why);
    assert_memory_equal(why, column, strlen(column));
}

static struct takeover good(unsigned flow)
{
    struct takeover from;

    held.flow = flow_find(flow);
    from = said_of(&held);
    name_limits(&from, FLOW_CLOCK(CLOCK_D2));
    return from;
}

static void columns_of_a_pension(void **state)
{
    struct takeover from = good(FLOW_PENSION_EMPLOYEE);
    struct flow_case after;

    (void)state;
    assert_true(takes(&from, &after));
    from.insurance = TEXT("");
    assert_true(takes(&from, &after));
    from.insurance = TEXT("120");
    refused(&from, "insurance: ");
    from = good(FLOW_PENSION_EMPLOYEE);
    from.opened_by = ROLE_IN;
    refused(&from, "opened_by, ");
    from = good(FLOW_PENSION_EMPLOYEE);
    from.insurance_old = TEXT("110");
    refused(&from, "opened_by, ");
    from = good(FLOW_PENSION_EMPLOYEE);
    from.pay_way = TEXT("1");
    refused(&from, "money, pay_way");
    from = good(FLOW_PENSION_EMPLOYEE);
    from.money = TEXT("paid");
    refused(&from, "money, pay_way");
    from = good(FLOW_PENSION_SWITCH);
    from.insurance = TEXT("");
    refused(&from, "insurance: missing");
    from.insurance = TEXT("150");
    assert_true(takes(&from, &after));
    assert_true((after.flags & CASE_RESIDENT_MONEY) != 0);
    from = good(FLOW_PENSION_ANNUITY);
    from.money_moves = TAKEOVER_NO;
    refused(&from, "money_moves: ");
    from = good(FLOW_PENSION_REMITTANCE);
    refused(&from, "flow: ");
    from = good(FLOW_SETTLEMENT_FILING);
    refused(&from, "flow: ");
}

static void schemes_of_an_institution(void **state)
{
    struct takeover from = good(FLOW_PENSION_INSTITUTION);
    struct flow_case after;

    (void)state;
    assert_true(takes(&from, &after)); /* 120 to 110 */
    assert_int_equal(after.flags & (CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES), 0);
    from.insurance_old = TEXT("110");
    refused(&from, "insurance: ");
    from.insurance = TEXT("120");
    assert_true(takes(&from, &after));
    assert_true((after.flags & CASE_FROM_EMPLOYEES) != 0);
    from.insurance_old = TEXT("120");
    assert_true(takes(&from, &after));
    assert_true((after.flags & CASE_TO_INSTITUTION) != 0);
    from.insurance_old = TEXT("");
    refused(&from, "insurance_old: ");
    from.insurance_old = TEXT("150");
    refused(&from, "insurance_old: ");
    from.opened_by = ROLE_OUT;
    from.insurance_old = TEXT("");
    refused(&from, "insurance: "); /* dismissed into an institution */
}

/* Nothing is said: the rule of the route, by the day of opening. */
static void the_route_says_whether_money_moves(void **state)
{
    struct takeover from = good(FLOW_PENSION_EMPLOYEE);
    struct flow_case after;

    (void)state;
    from.money_moves = TAKEOVER_UNSAID;
    assert_true(takes(&from, &after));
    assert_int_equal(after.flags & CASE_NO_MONEY, 0);
    rules.rows[0] = (struct rule){.id = "PEN-MONEY-440000-520000", .value = 0};
    rules.count = 1;
    assert_true(takes(&from, &after));
    assert_true((after.flags & CASE_NO_MONEY) != 0);
    from.money_total = (struct money){SUM};
    refused(&from, "money_total: ");
    rules.count = 0;
}

static void limits_have_their_days(void **state)
{
    struct takeover from = good(FLOW_PENSION_EMPLOYEE);
    struct flow_case after;

    (void)state;
    from.limits[0].from.number = opened.number - 1;
    assert_true(takes(&from, &after));
    from.limits[0].from.number = opened.number - 2;
    refused(&from, "limit_from: before");
    from.limit_count = 0;
    refused(&from, "limit: d2 runs in this state");
    name_limits(&from, FLOW_CLOCK(CLOCK_D3));
    refused(&from, "limit: d2 runs in this state");
    name_limits(&from, FLOW_CLOCK(CLOCK_D2) | FLOW_CLOCK(CLOCK_D3));
    refused(&from, "limit: d3 does not run");
}

static void revisions_are_counted_from_one(void **state)
{
    struct takeover from = good(FLOW_PENSION_EMPLOYEE);
    struct flow_case after;

    (void)state;
    assert_true(takes(&from, &after));
    assert_int_equal(after.letter_revision, 1);
    assert_int_equal(after.form_revision, 0);
    from.letter_revision = 3;
    assert_true(takes(&from, &after));
    assert_int_equal(after.letter_revision, 3);
    from = good(FLOW_PENSION_EMPLOYEE);
    from.state = PENSION_DISPUTE;
    name_limits(&from, FLOW_CLOCK(CLOCK_CORRECTION));
    assert_true(takes(&from, &after));
    assert_int_equal(after.form_revision, 1);
    assert_true((after.flags & CASE_FORM_BACK) != 0);
}

static void columns_of_a_medical_transfer(void **state)
{
    struct point noticed = {.flow = &medical_transfer_flow,
                            .role = ROLE_IN,
                            .state = MEDICAL_NOTICED,
                            .form = -1,
                            .opened_by = ROLE_OUT,
                            .way = UNSAID};
    struct takeover from = said_of(&noticed);
    struct flow_case after;

    (void)state;
    name_limits(&from, FLOW_CLOCK(CLOCK_D2));
    assert_true(takes(&from, &after));
    assert_int_equal(after.part.medical.kind, MEDICAL_KIND_A);
    assert_int_equal(after.part.medical.asked, 1);
    from.insurance = TEXT("390");
    assert_true(takes(&from, &after));
    assert_int_equal(after.part.medical.kind, MEDICAL_KIND_B);
    from.insurance = TEXT("510");
    refused(&from, "insurance, ");
    from.insurance = TEXT("");
    refused(&from, "insurance, ");
    from = said_of(&noticed);
    from.opened_by = ROLE_NONE;
    refused(&from, "opened_by: ");
    from = said_of(&noticed);
    from.money_moves = TAKEOVER_YES;
    refused(&from, "money_moves: ");
    from = said_of(&noticed);
    from.pay_way = TEXT("1");
    refused(&from, "pay_way: ");
    from = said_of(&noticed);
    from.money = TEXT("lost");
    refused(&from, "money: no state");
    from = said_of(&noticed);
    from.out_region = 520199;
    refused(&from, "out_region: ");
}

/* Of the residents' scheme nothing is ever paid. */
static void residents_have_no_account(void **state)
{
    struct point sheet = {.flow = &medical_transfer_flow,
                          .role = ROLE_OUT,
                          .state = MEDICAL_SHEET_HELD,
                          .form = SUM,
                          .opened_by = ROLE_OUT,
                          .axis = MONEY_DUE,
                          .way = PAY_TRANSFER};
    struct takeover from = said_of(&sheet);
    struct flow_case after;

    (void)state;
    name_limits(&from, FLOW_CLOCK(CLOCK_D3) | FLOW_CLOCK(CLOCK_FUND));
    assert_true(takes(&from, &after));
    from.insurance_old = TEXT("390");
    refused(&from, "pay_way: the residents");
    from.pay_way = TEXT("3");
    refused(&from, "pay_way: 0, 1 or 2");
    from.pay_way = TEXT("０");
    refused(&from, "pay_way: 0, 1 or 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_does_what_is_written),
        cmocka_unit_test(nothing_is_under_way),
        cmocka_unit_test(columns_of_a_pension),
        cmocka_unit_test(schemes_of_an_institution),
        cmocka_unit_test(the_route_says_whether_money_moves),
        cmocka_unit_test(limits_have_their_days),
        cmocka_unit_test(revisions_are_counted_from_one),
        cmocka_unit_test(columns_of_a_medical_transfer),
        cmocka_unit_test(residents_have_no_account),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
