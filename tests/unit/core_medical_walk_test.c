/*
 * core_medical_walk_test.c - every state, source and action of medical.transfer, under every
 * guard, against tests/data/medical_transfer_expected.txt, and every event of the money axis
 * against tests/data/medical_money_expected.txt, both written by hand.
 *
 * Run in the top folder.
 */
#include "unit.h"

#include "core/medical_money.h"
#include "core/medical_transfer.h"
#include "medical_documents.h"

#define EXPECTED_FILE "tests/data/medical_transfer_expected.txt"
#define MONEY_FILE    "tests/data/medical_money_expected.txt"
#define FLOW          (&medical_transfer_flow)
#define PART          INT64_C(100000)

/* One situation and one event. */
struct point {
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
    enum verdict verdict;
    bool no_case; /* a refusal with FLW-03 */
    bool asked;
    bool elsewhere;
    bool yes;       /* passed, agreed, or a good sheet; else the contrary */
    bool moneyless; /* the event's sheet pays nothing */
    bool person;    /* the advice is of a payment to the person */
    bool held;      /* a sheet, before */
    bool back;      /* the newest sheet was returned */
    bool renewed;   /* a second notice */
    bool reversed;  /* all is back, before */
    unsigned money; /* the axis, before */
    int64_t booked; /* before */
    int64_t amount; /* the event's */
};

#include "flow_walk.h"

/* --- how it stands with what the event brings, by our own reckoning -------------------- */

static bool is_document(const struct point *point)
{
    return point->source == EVENT_SUBMITTED || point->source == EVENT_RECEIVED;
}

static bool is_money(unsigned action)
{
    return action == ACTION_FUND_ADVICE || action == ACTION_FUND_RECEIPT ||
           action == ACTION_FUND_CREDITED || action == ACTION_FUND_RETURN;
}

static bool ended(const struct point *point)
{
    return point->from != FLOW_OPENING && flow_state_ends(FLOW, point->from);
}

static bool bad_sheet(const struct point *point)
{
    return point->action == ACTION_FORM && point->source == EVENT_RECEIVED && !point->yes;
}

static bool sheet_after(const struct point *point)
{
    if (point->action == ACTION_FORM && is_document(point) && point->from != MEDICAL_REFUSED)
        return !bad_sheet(point);
    if (point->action == ACTION_FORM_RETURN && is_document(point))
        return false;
    if (point->action == ACTION_FORM && point->verdict == VERDICT_REFUSED)
        return point->held && point->from == MEDICAL_REFUSED;
    return point->held;
}

static bool equal_after(const struct point *point)
{
    int64_t booked = point->booked;

    if (point->action == ACTION_FUND_RECEIPT && point->role == ROLE_IN)
        booked += point->amount;
    return sheet_after(point) && booked == MEDICAL_FEN;
}

static unsigned return_after(const struct point *point)
{
    bool bounced = (point->role == ROLE_IN) == (point->source == EVENT_RECEIVED);

    if (!bounced)
        return MONEY_BACK;
    return point->held ? MONEY_DUE : MONEY_NONE;
}

static unsigned money_after(const struct point *point)
{
    bool refused_sheet = point->action == ACTION_FORM && point->verdict == VERDICT_REFUSED;

    if (refused_sheet && point->money == MONEY_DUE)
        return MONEY_NONE;
    if (!is_document(point) || ended(point))
        return point->money;
    switch (point->action) {
    case ACTION_FORM:
        return bad_sheet(point) ? point->money : point->moneyless ? MONEY_NONE : MONEY_DUE;
    case ACTION_FORM_RETURN:
        return MONEY_NONE;
    case ACTION_FUND_ADVICE:
        return point->person ? MONEY_REFUNDED : MONEY_PAID;
    case ACTION_FUND_RECEIPT:
        return equal_after(point) ? MONEY_MATCHED : MONEY_MISMATCH;
    case ACTION_FUND_CREDITED:
        return MONEY_CREDITED;
    case ACTION_FUND_RETURN:
        return point->from == MEDICAL_RETURNING ? point->money : return_after(point);
    default:
        return point->money;
    }
}

static bool reversed_after(const struct point *point)
{
    if (point->from == MEDICAL_RETURNING && is_document(point) && is_money(point->action))
        return point->amount == MEDICAL_FEN;
    return point->reversed;
}

static bool expected_holds(const void *situation, const char *word)
{
    const struct point *point = situation;
    bool refused = point->verdict == VERDICT_REFUSED;
    unsigned money = money_after(point);
    const struct {
        const char *word;
        bool holds;
    } words[] = {
        {"asked", point->asked},
        {"asker", !point->asked},
        {"passed", point->yes},
        {"agreed", point->yes},
        {"checks_fail", bad_sheet(point)},
        {"has_form", sheet_after(point)},
        {"form_back", point->back},
        {"sums_equal", equal_after(point)},
        {"due", money == MONEY_DUE},
        {"moving", money == MONEY_PAID || money == MONEY_MATCHED || money == MONEY_MISMATCH ||
                       money == MONEY_CREDITED},
        {"final", money == MONEY_NONE || money == MONEY_CREDITED || money == MONEY_REFUNDED},
        {"renewed", point->renewed},
        {"reversed", reversed_after(point)},
        {"open_elsewhere", point->elsewhere},
        {"verdict_accepted", point->verdict == VERDICT_ACCEPTED},
        {"verdict_refused", refused},
        {"verdict_conflict", point->verdict == VERDICT_CONFLICT},
        {"no_case_there", refused && point->no_case},
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

static struct record *sheet_of(const struct point *point)
{
    struct record *body = point->moneyless ? medical_sheet_moneyless(arena)
                                           : medical_sheet(arena);

    if (!point->yes)
        document_set(body, "actualMonths", "83");
    return body;
}

static struct record *put(struct record *body, const char *name, const char *value)
{
    document_put(arena, body, name, value);
    return body;
}

static struct record *body_of(const struct point *point)
{
    struct record *body = medical_new(arena, point->action);

    switch (point->action) {
    case ACTION_APPLICATION:
    case ACTION_INSURED_QUERY:
        return medical_application(arena, point->action, "310", "310");
    case ACTION_INSURED_STATE:
        return put(body, "result", point->yes ? "pass" : "fail");
    case ACTION_FORM:
        return sheet_of(point);
    case ACTION_FORM_RETURN:
        return put(body, "formRevision", "1");
    case ACTION_FUND_ADVICE:
        body = medical_money(arena, point->action, yuan(point->amount));
        document_set(body, "payee", point->person ? "person" : "agency");
        return body;
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_CREDITED:
    case ACTION_FUND_RETURN:
        return medical_money(arena, point->action, yuan(point->amount));
    case ACTION_WITHDRAWAL_ANSWER:
        return put(body, "agreed", point->yes ? "true" : "false");
    case ACTION_REVERSAL:
        return put(body, "amount", MEDICAL_AMOUNT);
    default:
        return body;
    }
}

static struct flow_event event_of(const struct point *point)
{
    static struct flow_case old;
    static struct flow_case rival; /* of another business */
    bool counted = point->action == ACTION_LETTER || point->action == ACTION_FORM;
    bool next = counted && point->source != EVENT_RECEIPT;
    struct flow_event event = {
        .source = (enum event_source)point->source,
        .action = (uint16_t)point->action,
        .revision = next || (counted && point->renewed) ? 2 : 1,
        .at = {MEDICAL_NOW},
        .verdict = point->verdict,
        .received_at = {MEDICAL_NOW},
        .case_id = {{3}},
        .in_region = 520000,
        .out_region = 440000,
        .party = 2,
        .core = 3,
        .role = (uint8_t)point->role,
    };

    if (point->action == ACTION_LETTER && point->source != EVENT_RECEIPT && point->renewed)
        event.revision = 3;
    if (point->action == ACTION_FORM && point->source == EVENT_RECEIPT)
        event.revision = 1;
    old = (struct flow_case){.flow = FLOW_MEDICAL_TRANSFER,
                             .case_id = {{9}},
                             .role = (uint8_t)point->role,
                             .state = MEDICAL_CLOSED,
                             .in_region = 520000,
                             .out_region = 440000,
                             .form_total = {MEDICAL_FEN},
                             .part.medical = {.kind = MEDICAL_KIND_A,
                                              .pay_way = PAY_TRANSFER,
                                              .money = MONEY_CREDITED}};
    rival = old;
    rival.state = MEDICAL_NOTICED;
    if (point->elsewhere)
        event.rival = &rival;
    if (point->action == ACTION_REVERSAL)
        event.corrected = &old;
    if (point->source == EVENT_RECEIPT && point->verdict != VERDICT_ACCEPTED)
        strcpy(event.code, point->no_case ? "FLW-03" : "MED-R08");
    if (point->source != EVENT_RECEIPT)
        event.body = body_of(point);
    return event;
}

static struct flow_case case_of(const struct point *point, bool running)
{
    /* every clock of the flow, and two that are not, so that "all" is all places */
    static const uint8_t kinds[FLOW_CLOCKS_MAX] = {
        CLOCK_D1,     CLOCK_D2,       CLOCK_D3,         CLOCK_FUND,     CLOCK_CORRECTION,
        CLOCK_LETTER, CLOCK_CLEARING, CLOCK_WITHDRAWAL, CLOCK_REVERSAL, CLOCK_RESTORE,
        CLOCK_CHECK,  CLOCK_SUSPENSE, CLOCK_QUERY};
    struct flow_case before = {
        .flow = FLOW_MEDICAL_TRANSFER,
        .case_id = {{3}},
        .role = (uint8_t)point->role,
        .state = (uint8_t)point->from,
        .version = 7,
        .flags = (point->held ? CASE_FORM_HELD : 0u) | (point->booked ? CASE_MONEY_SEEN : 0u) |
                 (point->back ? CASE_FORM_BACK : 0u),
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = point->renewed ? 2 : 1,
        .form_revision = 1,
        .form_total = {point->held ? MEDICAL_FEN : 0},
        .money_total = {point->booked},
        .reverse_total = {MEDICAL_FEN},
        .reversed_total = {point->reversed ? MEDICAL_FEN : 0},
        .opened_at = {MEDICAL_NOW - 1000},
        .changed_at = {MEDICAL_NOW - 1000},
        .trace = MEDICAL_TRACE,
        .part.medical = {.kind = MEDICAL_KIND_A,
                         .pay_way = point->person ? PAY_REFUND : PAY_TRANSFER,
                         .money = (uint8_t)point->money,
                         .asked = point->asked},
    };

    if (is_money(point->action) && point->from == MEDICAL_RETURNING)
        before.reversed_total.fen = 0; /* the event brings all of it, or a part */
    for (unsigned i = 0; running && i < FLOW_CLOCKS_MAX; i++)
        before.clocks[i] = (struct flow_clock){.kind = kinds[i],
                                               .state = CLOCK_STATE_RUNNING,
                                               .start = {1},
                                               .due = {MEDICAL_NOW + 1}};
    return before;
}

static void decide(const struct point *point, bool running, struct flow_case *before,
                   struct flow_decision *decision)
{
    struct flow_event event = event_of(point);
    struct error err = ERROR_INIT;

    *before = case_of(point, running);
    if (point->action == ACTION_FORM && point->source != EVENT_RECEIPT)
        event.revision = before->form_revision + 1;
    assert_true(flow_decide(FLOW, &rules, calendar, point->from == FLOW_OPENING ? NULL : before,
                            &event, arena, decision, &err));
}

static void say_rest(const struct point *point)
{
    print_message(", asked %d, yes %d, held %d, money %s, booked %lld, amount %lld, person %d",
                  point->asked, point->yes, point->held,
                  medical_money_name(point->money).english, (long long)point->booked,
                  (long long)point->amount, point->person);
}

/* Where the axis stands after an event that was taken as `line` has it. */
static unsigned money_written(const struct point *point, const struct flow_decision *decision)
{
    bool receipt = point->source == EVENT_RECEIPT && point->from != MEDICAL_SHEET_SENT;

    if (point->action == ACTION_REVERSAL && point->from == FLOW_OPENING)
        return MONEY_DUE;
    if (last_line->flagged || receipt)
        return point->money;
    if (point->from == MEDICAL_RETURNING)
        return decision->after.part.medical.money;
    return money_after(point);
}

static void check(const struct point *point)
{
    struct flow_decision decision;

    if (!walk_taken(point, MEDICAL_NOW, &decision))
        return;
    assert_int_equal(decision.after.part.medical.money, money_written(point, &decision));
    walk_clocks(point);
}

/* --- every situation ------------------------------------------------------------------- */

/* Money where its event may come; the axis itself is walked below. */
static void check_money(struct point point)
{
    bool ours = point.source == EVENT_SUBMITTED;
    bool in = point.role == ROLE_IN;

    point.held = true;
    point.amount = MEDICAL_FEN;
    switch (point.action) {
    case ACTION_FUND_ADVICE:
        point.money = MONEY_DUE;
        check(&point);
        point.person = true;
        check(&point);
        return;
    case ACTION_FUND_RECEIPT:
        point.money = MONEY_PAID;
        check(&point);
        point.amount = PART;
        check(&point);
        return;
    case ACTION_FUND_CREDITED:
        point.money = in ? MONEY_MATCHED : MONEY_PAID;
        point.booked = MEDICAL_FEN;
        check(&point);
        return;
    default:
        point.money = in && ours ? MONEY_MISMATCH : MONEY_PAID;
        point.booked = in && !ours ? 0 : MEDICAL_FEN;
        check(&point);
        point.amount = PART;
        point.booked = in && !ours ? 0 : PART;
        point.held = point.from == MEDICAL_RETURNING;
        check(&point);
    }
}

/* Where the axis stands before. A sheet or its return comes where nothing is paid. */
static void check_axis(struct point point)
{
    static const uint8_t moneys[] = {MONEY_NONE, MONEY_DUE, MONEY_PAID, MONEY_CREDITED};
    bool sheet = is_document(&point) &&
                 (point.action == ACTION_FORM || point.action == ACTION_FORM_RETURN);

    for (size_t i = 0; i < (sheet ? 2 : COUNT_OF(moneys)); i++) {
        point.money = moneys[i];
        check(&point);
    }
}

/* Does any line speak of this, whatever its guard? */
static bool is_written(const struct point *point)
{
    for (size_t i = 0; i < expected_count; i++)
        if (expected_lines[i].role == point->role &&
            expected_from(FLOW, &expected_lines[i], point->from) &&
            expected_lines[i].source == point->source &&
            expected_lines[i].action == point->action)
            return true;
    return false;
}

/* What nothing is written of is the same whatever holds: two variants of it will do. */
static void check_variants(struct point point)
{
    unsigned step = is_written(&point) ? 1 : 63;

    for (unsigned bits = 0; bits < 64; bits += step) {
        point.no_case = bits & 1;
        point.yes = bits & 2;
        point.moneyless = bits & 1;
        point.asked = bits & 4;
        point.held = bits & 8;
        point.back = bits & 16;
        point.renewed = bits & 32;
        point.reversed = bits & 8;
        if (is_money(point.action) && is_document(&point))
            check_money(point);
        else
            check_axis(point);
    }
}

static void every_combination_does_what_is_written(void **unused)
{
    (void)unused;
    walk_states(ROLE_IN, ROLE_OUT);
}

static void check_opening(struct point point)
{
    if (point.source == EVENT_TIMER)
        return;
    point.asked = point.source == EVENT_RECEIVED;
    check(&point);
    point.elsewhere = true;
    check(&point);
}

static void every_opening_does_what_is_written(void **unused)
{
    (void)unused;
    walk_openings(ROLE_IN, ROLE_OUT, check_opening);
    walk_openings(ROLE_OUT, ROLE_OUT, check_opening);
}

/* --- the money axis --------------------------------------------------------------------- */

static unsigned event_by_name(const char *word)
{
    static const char *const names[] = {
        [MONEY_ANNOUNCE_NONE] = "announce_none",
        [MONEY_ANNOUNCE] = "announce",
        [MONEY_DROP] = "drop",
        [MONEY_ORDER] = "order",
        [MONEY_REFUND] = "refund",
        [MONEY_ARRIVE_EQUAL] = "equal",
        [MONEY_ARRIVE_DIFFERS] = "differs",
        [MONEY_CREDIT] = "credit",
        [MONEY_SEND_BACK] = "send_back",
        [MONEY_BOUNCE] = "bounce",
    };

    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i], word) == 0)
            return i;
    print_message("no event %s\n", word);
    abort();
}

static unsigned money_by_name(const char *word)
{
    for (unsigned i = 0; i < MEDICAL_MONEYS; i++)
        if (strcmp(medical_money_name(i).english, word) == 0)
            return i;
    print_message("no money %s\n", word);
    abort();
}

static void the_axis_does_what_is_written(void **unused)
{
    unsigned written[ROLES][MEDICAL_MONEYS][MONEY_EVENTS] = {
        0}; /* 0: not; else the state + 1 */
    FILE *file = fopen(MONEY_FILE, "r");
    char text[256];
    char words[4][32];

    (void)unused;
    assert_non_null(file);
    while (fgets(text, sizeof(text), file) != NULL)
        if (text[0] != '#' &&
            sscanf(text, "%31s %31s %31s -> %31s", words[0], words[1], words[2], words[3]) == 4)
            written[role_by_name(text_of(words[0]))][money_by_name(words[1])]
                   [event_by_name(words[2])] = money_by_name(words[3]) + 1;
    fclose(file);
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        for (unsigned from = 0; from < MEDICAL_MONEYS; from++) {
            for (unsigned event = 0; event < MONEY_EVENTS; event++) {
                uint8_t money = (uint8_t)from;
                bool moved = medical_money_move(role, (enum money_event)event, &money);

                if (moved != (written[role][from][event] != 0))
                    print_message("%s %s event %u\n", role_name(role).english,
                                  medical_money_name(from).english, event);
                assert_int_equal(moved, written[role][from][event] != 0);
                assert_int_equal(money, moved ? written[role][from][event] - 1 : from);
            }
        }
    }
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
        cmocka_unit_test(the_axis_does_what_is_written),
    };
    return cmocka_run_group_tests(tests, setup, walk_end);
}
