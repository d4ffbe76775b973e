/*
 * core_flow_walk_test.c - every state, source and action of the pension flows, under every
 * guard, against the files of tests/data, which were written by hand. A flow that has the
 * tables of another one has its file, too, behind the one of its own rows.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/pension_annuity.h"
#include "core/pension_employee.h"
#include "core/pension_institution.h"
#include "core/pension_military.h"
#include "core/pension_resident.h"
#include "core/pension_switch.h"
#include "core/pension_temporary.h"
#include "pension_documents.h"

#define EXPECTED_FILE "tests/data/pension_employee_expected.txt"
#define PART          INT64_C(2000000)
#define NOW           INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00 */

/* What is walked: a flow, and one kind of its cases. */
static const struct walk {
    const struct flow *flow;
    const char *files[2]; /* what is written of it, in the order in which rows are looked at */
    struct record *(*form)(struct arena *memory);
    const char *insurance;
    unsigned out_region;
    int64_t all; /* the total of the form */
} walks[] = {
    {&pension_employee_flow, {EXPECTED_FILE}, document_form, "110", 440000, DOCUMENT_TOTAL_FEN},
    {&pension_resident_flow,
     {EXPECTED_FILE},
     document_resident_form,
     "150",
     440000,
     DOCUMENT_TOTAL_FEN},
    {&pension_military_flow,
     {"tests/data/pension_military_expected.txt"},
     document_service_form,
     "110",
     910000,
     2880000},
    {&pension_switch_flow,
     {"tests/data/pension_switch_expected.txt", EXPECTED_FILE},
     document_resident_form,
     "110",
     440000,
     DOCUMENT_TOTAL_FEN},
    {&pension_temporary_flow,
     {"tests/data/pension_temporary_expected.txt"},
     document_temporary_form,
     "110",
     440000,
     DOCUMENT_TOTAL_FEN},
    {&pension_institution_flow,
     {"tests/data/pension_institution_expected.txt", EXPECTED_FILE},
     document_institution_form,
     "120",
     440000,
     DOCUMENT_TOTAL_FEN},
    {&pension_annuity_flow,
     {EXPECTED_FILE},
     document_annuity_form,
     "120",
     440000,
     DOCUMENT_TOTAL_FEN},
};
static size_t next_walk;
static const struct walk *walk;

/* One situation and one event. What `bit` means depends on the action. */
struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool held;       /* a form, before */
    bool moneyless;  /* no money moves on this route */
    int64_t money;   /* before */
    int64_t amount;  /* the event's */
    bool wrong_form; /* the event's */
    bool agreed;
    bool overlap;
    bool reversed; /* all that was to be returned is back */
    bool corrects; /* the case was opened to correct another */
    bool no_case;  /* a refusal with FLW-03 */
    bool elsewhere;
    bool form_back;   /* the newest form was returned */
    bool letter_back; /* the newest letter was returned */
    bool asked_too;   /* the other side has taken up the reversal */
    bool consented;   /* of a temporary account: D2 has begun */
    bool gathering;   /* of a change of scheme: a transfer of employees is open here */
    bool dismissed;   /* pension.institution: the former unit applies */
};

#include "flow_walk.h"

/* --- what holds once the event has been taken, by our own reckoning ------------------- */

static bool received_form(const struct point *point)
{
    return point->action == ACTION_FORM && point->source != EVENT_RECEIPT &&
           point->role == ROLE_IN;
}

static bool form_after(const struct point *point)
{
    bool form = point->action == ACTION_FORM && point->source != EVENT_RECEIPT;
    bool returned = point->action == ACTION_FORM_RETURN && point->source != EVENT_RECEIPT;

    if (point->action == ACTION_FORM && point->source == EVENT_RECEIPT &&
        point->verdict == VERDICT_REFUSED)
        return false;
    if (form && point->from != PENSION_REVERSAL)
        return !(received_form(point) && point->wrong_form);
    return point->held && !returned;
}

static int64_t money_after(const struct point *point)
{
    bool ours = point->source == EVENT_SUBMITTED;

    if (point->source == EVENT_RECEIPT || point->from == PENSION_REVERSAL)
        return point->money;
    if (point->action == ACTION_FUND_RECEIPT && point->role == ROLE_IN)
        return point->money + point->amount;
    if (point->action == ACTION_FUND_ADVICE && ours)
        return point->money + point->amount;
    if (point->action == ACTION_FUND_RETURN)
        return point->money - point->amount;
    return point->money;
}

/* A return of the rest completes a reversal. */
static bool reversed_after(const struct point *point)
{
    return point->reversed ||
           (point->action == ACTION_FUND_RETURN && point->amount == walk->all);
}

/* Of an annuity the form says whether money moves: one with nothing to move stands for it. */
static bool form_decides(const struct point *point)
{
    return flow == &pension_annuity_flow && point->from != PENSION_REVERSAL &&
           (point->action == ACTION_FORM || point->action == ACTION_FORM_RETURN);
}

static bool nothing_moves(const struct point *point)
{
    return form_decides(point) && point->action == ACTION_FORM &&
           point->source != EVENT_RECEIPT && point->moneyless;
}

static int64_t total_after(const struct point *point)
{
    return nothing_moves(point) ? 0 : walk->all;
}

static bool moneyless_after(const struct point *point)
{
    if (!form_decides(point))
        return point->moneyless;
    return nothing_moves(point) && form_after(point) && money_after(point) == 0;
}

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    bool form = form_after(point);
    int64_t money = money_after(point);
    bool refused = point->verdict == VERDICT_REFUSED;
    const struct {
        const char *word;
        bool holds;
    } words[] = {
        {"checks_fail", received_form(point) && point->wrong_form},
        {"no_money", money == 0},
        {"sums_equal",
         form && (moneyless_after(point) || (money != 0 && money == total_after(point)))},
        {"sums_differ", form && money != 0 && money != total_after(point)},
        {"form_only", form && money == 0},
        {"money_only", !form && money != 0},
        {"verdict_accepted", point->verdict == VERDICT_ACCEPTED},
        {"verdict_refused", refused},
        {"verdict_conflict", point->verdict == VERDICT_CONFLICT},
        {"no_case_there", refused && point->no_case},
        {"open_elsewhere", point->elsewhere},
        {"moneyless", moneyless_after(point)},
        {"dismissed", point->dismissed},
        {"agreed_free", point->agreed && money == 0},
        {"agreed", point->from == PENSION_REVERSAL ? point->asked_too : point->agreed},
        {"corrects", point->corrects},
        {"has_money", money != 0},
        {"has_form", form},
        {"form_back", point->form_back},
        {"letter_back", point->letter_back},
        {"overlap", point->overlap && point->source == EVENT_SUBMITTED},
        {"reversed", reversed_after(point)},
        {"consented", point->consented},
        {"gathering", point->gathering && !point->elsewhere},
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

static bool of_temporary(void)
{
    return flow == &pension_temporary_flow;
}

static bool of_switch(void)
{
    return flow == &pension_switch_flow;
}

static struct record *document_of(const struct point *point)
{
    struct record *body;

    switch (point->action) {
    case ACTION_FORM:
        body = walk->form(arena);
        if (point->wrong_form)
            document_set(body, "person/sex", "2");
        if (nothing_moves(point)) {
            document_set(body, "annuity/kept", "true");
            document_set(body, "amounts/toLastYear", "0.00");
            document_set(body, "amounts/thisYear", "0.00");
            document_set(body, "amounts/account", "0.00");
            document_set(body, "amounts/total", "0.00");
        }
        return body;
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_RETURN:
        return document_money(arena, point->action, yuan(point->amount));
    case ACTION_REVERSAL:
        return document_money(
            arena, point->action,
            yuan(point->from == FLOW_OPENING && !point->moneyless ? walk->all : point->money));
    case ACTION_WITHDRAWAL_ANSWER:
        body = document_new(arena, point->action);
        document_put(arena, body, "agreed", point->agreed ? "true" : "false");
        return body;
    case ACTION_COMPLETION:
        body = document_new(arena, point->action);
        if (point->overlap)
            document_put(arena, body, "overlapMonths", "3");
        return body;
    case ACTION_FORM_RETURN:
    case ACTION_LETTER_RETURN:
    case ACTION_REFUSAL:
        return document_return(arena, point->action, "1", "PEN-R13");
    case ACTION_APPLICATION:
    case ACTION_LETTER:
        body = document_new(arena, point->action);
        document_person(arena, body);
        if (of_switch())
            document_put_change(arena, body, "216");
        return body;
    case ACTION_ACCEPTANCE:
        return of_temporary() ? document_consent(arena) : document_new(arena, point->action);
    default:
        return document_new(arena, point->action);
    }
}

static const struct record *body_of(const struct point *point)
{
    struct record *body = document_of(point);
    bool applies = point->action == ACTION_APPLICATION && point->role == ROLE_OUT;
    bool dismissed = applies || point->dismissed;

    if (flow == &pension_institution_flow && dismissed &&
        (applies || point->action == ACTION_FORM))
        document_dismissal(arena, body);
    if (point->action == ACTION_LETTER)
        document_put(arena, body, "insuranceKindOld", "120");
    document_set(body, "reference/insuranceKind", dismissed ? "110" : walk->insurance);
    document_set(body, "reference/outRegion", arena_format(arena, "%06u", walk->out_region));
    return body;
}

static struct flow_event event_of(const struct point *point)
{
    static struct flow_case old;
    static struct flow_case rival; /* of another business */
    static const struct flow_case child = {.flow = FLOW_PENSION_EMPLOYEE,
                                           .role = ROLE_IN,
                                           .state = PENSION_BOTH,
                                           .in_region = 520100};
    static const struct flow_case *const related[] = {&child};
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
        .out_region = walk->out_region,
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
    };

    old = (struct flow_case){.flow = flow->number,
                             .case_id = {{9}},
                             .role = (uint8_t)point->role,
                             .state = PENSION_CLOSED,
                             .in_region = 520000,
                             .out_region = walk->out_region,
                             .flags = point->moneyless ? CASE_NO_MONEY : 0,
                             .form_total = {walk->all}};
    rival = old;
    rival.state = PENSION_BOTH;
    if (point->elsewhere)
        event.rival = &rival;
    if (point->gathering) {
        event.related = related;
        event.related_count = COUNT_OF(related);
    }
    if (point->corrects || (point->from == FLOW_OPENING && point->action == ACTION_REVERSAL))
        event.corrected = &old;
    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "PEN-R13");
    if (point->source != EVENT_RECEIPT)
        event.body = body_of(point);
    return event;
}

static void run_clock(struct flow_case *before, unsigned kind)
{
    before->clocks[kind - 1] = (struct flow_clock){
        .kind = (uint8_t)kind, .state = CLOCK_STATE_RUNNING, .start = {1}, .due = {NOW + 1}};
}

static uint32_t scheme_flag(const struct point *point)
{
    return strcmp(walk->insurance, "120") == 0 && !point->dismissed ? CASE_TO_INSTITUTION : 0;
}

static struct flow_case case_of(const struct point *point, bool running)
{
    struct flow_case before = {
        .flow = flow->number,
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .flags = (point->held ? CASE_FORM_HELD : 0u) | (point->money ? CASE_MONEY_SEEN : 0u) |
                 (point->moneyless ? CASE_NO_MONEY : 0u) |
                 (point->form_back ? CASE_FORM_BACK : 0u) |
                 (point->letter_back ? CASE_LETTER_BACK : 0u) |
                 (point->asked_too ? CASE_REVERSAL_AGREED : 0u) |
                 (point->dismissed ? CASE_DISMISSED : 0u) | scheme_flag(point),
        .other = {{point->corrects ? 9 : 0}},
        .in_region = 520000,
        .out_region = walk->out_region,
        .letter_revision = 1,
        .form_revision = 1,
        .form_total = {point->held ? walk->all : 0},
        .money_total = {point->money},
        .reverse_total = {walk->all},
        .reversed_total = {point->reversed ? walk->all : 0},
        .opened_at = {NOW - 1000},
        .changed_at = {NOW - 1000},
        .trace = DOCUMENT_TRACE,
    };

    for (unsigned kind = 1; running && kind <= CLOCK_RESTORE; kind++)
        run_clock(&before, kind);
    if (of_switch() && running) /* in the place of a clock that this flow has not */
        before.clocks[CLOCK_QUERY - 1].kind = CLOCK_GATHER;
    if (!of_temporary())
        return before;
    if (running) /* in the place of a clock that this flow has not */
        before.clocks[CLOCK_QUERY - 1].kind = CLOCK_CONSENT;
    before.clocks[CLOCK_D2 - 1].kind = point->consented ? CLOCK_D2 : CLOCK_QUERY;
    return before;
}

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event = event_of(point);
    struct error err = ERROR_INIT;

    /* Where the switch of the route is read anew it says what the case says. */
    rules.count = 1;
    rules.rows[0] = (struct rule){.id = "PEN-MONEY-GP", .value = !point->moneyless};
    *before = case_of(point, running);
    assert_true(flow_decide(flow, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (walk_taken(point, NOW, &decision))
        walk_clocks(point);
}

/* Where a withdrawal came to nothing it matters whether there was a consent. */
static bool may_lack_consent(const struct point *point)
{
    return of_temporary() && point->from == PENSION_WITHDRAWING &&
           (point->action == ACTION_WITHDRAWAL || point->action == ACTION_WITHDRAWAL_ANSWER);
}

/* What a withdrawal that came to nothing goes back to. */
static void check_withdrawing(struct point point)
{
    point.form_back = true;
    check(&point);
    point.letter_back = true;
    check(&point);
}

/* The event's own ways to differ. */
static void check_event(struct point point)
{
    const int64_t parts[] = {walk->all - PART, walk->all};

    for (unsigned bit = 0; bit < 4; bit++) {
        point.wrong_form = bit & 1;
        point.agreed = bit & 1;
        point.overlap = bit & 1;
        point.elsewhere = bit & 1;
        point.gathering = of_switch() && (bit & 2);
        point.corrects = bit & 1;
        point.no_case = bit & 2;
        point.reversed = (bit & 2) && point.action == ACTION_COMPLETION;
        point.amount = parts[bit & 1];
        if (point.action == ACTION_FUND_RETURN)
            point.amount = point.from == PENSION_REVERSAL && (bit & 1) ? walk->all : PART;
        point.asked_too = bit & 2;
        point.dismissed = flow == &pension_institution_flow && (bit & 1) != 0;
        check(&point);
        if (point.from == PENSION_WITHDRAWING)
            check_withdrawing(point);
        if (may_lack_consent(&point)) {
            point.consented = false;
            check(&point);
            point.consented = true;
        }
    }
}

/* Does a line of the page, or a row of the program, speak of such an event at all? What nobody
 * speaks of is refused whatever else is so, and need not be tried in all ways. */
static bool is_spoken_of(const struct point *point)
{
    const struct flow_step *step;

    for (size_t i = 0; i < expected_count; i++)
        if (expected_lines[i].source == point->source &&
            expected_lines[i].action == point->action)
            return true;
    for (size_t i = 0; (step = flow_step_at(flow, point->role, i)) != NULL; i++)
        if (step->source == point->source && step->action == point->action)
            return true;
    return false;
}

static void check_variants(struct point point)
{
    const int64_t moneys[] = {0, PART, walk->all};
    const int64_t too_much[] = {walk->all, walk->all + PART, PART};
    bool back = point.action == ACTION_FUND_RETURN;

    point.consented = true;
    if (!is_spoken_of(&point)) {
        check_event(point);
        return;
    }
    for (unsigned bits = 0; bits < 4; bits++) {
        for (size_t m = 0; m < COUNT_OF(moneys); m++) {
            point.held = bits & 1;
            point.moneyless = bits & 2;
            point.money = back ? too_much[m] : moneys[m];
            check_event(point);
        }
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    walk_states(ROLE_IN, ROLE_OUT);
}

static void check_opening(struct point point)
{
    point.amount = walk->all;
    check(&point);
    point.dismissed = flow == &pension_institution_flow && point.action == ACTION_FORM;
    check(&point);
    point.wrong_form = true;
    check(&point);
    point.wrong_form = false;
    point.moneyless = true;
    check(&point);
    point.moneyless = point.action == ACTION_REVERSAL;
    check(&point);
    point.elsewhere = true;
    check(&point);
    point.gathering = of_switch();
    check(&point);
    point.elsewhere = false;
    check(&point);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_IN, ROLE_OUT, check_opening);
    walk_openings(ROLE_OUT, ROLE_OUT, check_opening);
}

/* The next flow of the list, with what is written of it. */
static void turns_to_the_next_flow(void **unused)
{
    (void)unused;
    assert_true(next_walk < COUNT_OF(walks));
    walk = &walks[next_walk++];
    walk_begin(walk->flow, walk->files[0]);
    if (walk->files[1] != NULL)
        expected_read(flow, walk->files[1]);
}

static void say_rest(const struct point *point)
{
    print_message(", held %d, moneyless %d, money %lld, amount %lld", point->held,
                  point->moneyless, (long long)point->money, (long long)point->amount);
}

#define WALK cmocka_unit_test(turns_to_the_next_flow), WALK_TESTS

static void every_flow_was_walked(void **unused)
{
    (void)unused;
    assert_int_equal(next_walk, COUNT_OF(walks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALK, /* pension.employee */
        WALK, /* pension.resident */
        WALK, /* pension.military */
        WALK, /* pension.switch */
        WALK, /* pension.temporary */
        WALK, /* pension.institution */
        WALK, /* pension.annuity */
        cmocka_unit_test(every_flow_was_walked),
    };
    return cmocka_run_group_tests(tests, walk_start, walk_end);
}
