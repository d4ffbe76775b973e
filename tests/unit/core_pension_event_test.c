/* core_pension_event_test.c - what acceptance, exclusion, certificate, letter, completion and
 * withdrawal bring to a case, on both sides. */
#include "unit.h"

#include "flow_fixture.h"

static struct flow_case now; /* the case as the story goes */

static void begin(unsigned role, unsigned state)
{
    now = case_in(role, state);
}

/* One event at 09:00 of a day of 2026; it is accepted. */
static void happens(enum event_source source, unsigned action, const struct record *body,
                    struct day day)
{
    struct flow_event event = event_with(source, action, body);

    event.at = instant_add_ms(day_end(day), -15 * HOUR);
    event.received_at = event.at;
    event.verdict = source == EVENT_RECEIPT ? VERDICT_ACCEPTED : VERDICT_NONE;
    event.revision = 1;
    if (action == ACTION_LETTER)
        event.revision = now.letter_revision + (source != EVENT_RECEIPT);
    if (action == ACTION_FORM)
        event.revision = now.form_revision + 1;
    memcpy(event.person_tag, now.person_tag, sizeof(event.person_tag));
    expect_accepted(&now, &event);
    now = decision.after;
}

static void says(unsigned action, const struct record *body, struct day day)
{
    happens(now.role == ROLE_OUT ? EVENT_SUBMITTED : EVENT_RECEIVED, action, body, day);
}

/* The letter is there since this day: D2 runs at this side. */
static void letter_is_there(unsigned role, struct day day)
{
    begin(role, role == ROLE_OUT ? PENSION_LETTER_RETURNED : PENSION_LETTER_SENT);
    now.opened_at = instant_add_ms(day_end(day), -40 * DAY);
    if (role == ROLE_OUT)
        happens(EVENT_RECEIVED, ACTION_LETTER, document_new(arena, ACTION_LETTER), day);
    else
        happens(EVENT_RECEIPT, ACTION_LETTER, NULL, day);
    assert_int_equal(now.state, PENSION_LETTER_HELD);
}

static struct record *acceptance(const char *day, bool excluding)
{
    struct record *body = document_new(arena, ACTION_ACCEPTANCE);
    struct record *row;

    document_put(arena, body, "acceptedOn", day);
    if (!excluding)
        return body;
    row = document_put(arena, document_put(arena, body, "excluded", NULL), "row", NULL);
    document_put(arena, row, "code", "PEN-R16");
    return body;
}

static struct record *excluding_form(void)
{
    struct record *form = document_form(arena);

    document_put(arena,
                 document_put(arena, document_put(arena, form, "excluded", NULL), "row", NULL),
                 "code", "PEN-R16");
    return form;
}

static void rule_is(const char *id, int64_t value)
{
    struct rule *rule = &rules.rows[rules.count++];

    strcpy(rule->id, id);
    rule->from = on(2000, 1, 1);
    rule->value = value;
}

static void expect_clock(unsigned kind, struct day start, struct day last)
{
    const struct flow_clock *clock = clock_of(&now, kind);

    assert_non_null(clock);
    assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
    assert_int_equal(clock->start.number, start.number);
    assert_int_equal(instant_day(instant_add_ms(clock->due, -1)).number, last.number);
}

/* --- partial transfer (94号) -------------------------------------------------------------- */

static void an_exclusion_starts_the_notice_from_the_letter(void **unused)
{
    (void)unused;
    letter_is_there(ROLE_OUT, on(2026, 3, 2));
    assert_null(clock_of(&now, CLOCK_D2P));
    says(ACTION_ACCEPTANCE, acceptance("2026-03-09", false), on(2026, 3, 9));
    assert_false(now.flags & CASE_PARTIAL);
    assert_null(clock_of(&now, CLOCK_D2P));
    says(ACTION_FORM, excluding_form(), on(2026, 3, 12));
    assert_true(now.flags & CASE_PARTIAL);
    /* As if it had been known from the day of the letter; 3 March is off in 440000. */
    expect_clock(CLOCK_D2P, on(2026, 3, 2), on(2026, 3, 17));
    says(ACTION_NOTICE, document_new(arena, ACTION_NOTICE), on(2026, 3, 13));
    assert_int_equal(clock_of(&now, CLOCK_D2P)->state, CLOCK_STATE_MET);
    assert_int_equal(now.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    /* Said once more: the person has been told. */
    happens(EVENT_RECEIVED, ACTION_FORM_RETURN,
            document_return(arena, ACTION_FORM_RETURN, "2", "PEN-R07"), on(2026, 3, 16));
    says(ACTION_FORM, excluding_form(), on(2026, 3, 17));
    assert_int_equal(clock_of(&now, CLOCK_D2P)->state, CLOCK_STATE_MET);
}

/* The return of a letter ends the clock, but nobody was told: the next letter owes it again. */
static void a_new_letter_owes_a_new_notice(void **unused)
{
    (void)unused;
    letter_is_there(ROLE_OUT, on(2026, 3, 2));
    says(ACTION_ACCEPTANCE, acceptance("2026-03-04", true), on(2026, 3, 4));
    expect_clock(CLOCK_D2P, on(2026, 3, 2), on(2026, 3, 17));
    says(ACTION_LETTER_RETURN, document_return(arena, ACTION_LETTER_RETURN, NULL, "PEN-R14"),
         on(2026, 3, 5));
    assert_int_equal(clock_of(&now, CLOCK_D2P)->state, CLOCK_STATE_MET);
    happens(EVENT_RECEIVED, ACTION_LETTER, document_new(arena, ACTION_LETTER), on(2026, 3, 9));
    assert_false(now.flags & CASE_PARTIAL); /* nothing is said of this letter yet */
    assert_int_equal(clock_of(&now, CLOCK_D2P)->state, CLOCK_STATE_MET);
    says(ACTION_ACCEPTANCE, acceptance("2026-03-10", true), on(2026, 3, 10));
    assert_true(now.flags & CASE_PARTIAL);
    expect_clock(CLOCK_D2P, on(2026, 3, 9), on(2026, 3, 23));
}

static void at_the_other_side_it_is_only_known(void **unused)
{
    (void)unused;
    letter_is_there(ROLE_IN, on(2026, 3, 2));
    says(ACTION_ACCEPTANCE, acceptance("2026-03-04", true), on(2026, 3, 4));
    assert_true(now.flags & CASE_PARTIAL);
    assert_null(clock_of(&now, CLOCK_D2P));
    says(ACTION_NOTICE, document_new(arena, ACTION_NOTICE), on(2026, 3, 5));
    assert_int_equal(now.state, PENSION_ACCEPTED);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    says(ACTION_FORM, excluding_form(), on(2026, 3, 6));
    assert_int_equal(now.state, PENSION_INFO_ONLY); /* and the rest moves like any transfer */
}

/* --- where D2 begins
 * -------------------------------------------------------------------------- */

static void d2_counts_from_the_letter(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        letter_is_there(role, on(2026, 3, 2));
        expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24)); /* 3 March is off there */
        says(ACTION_ACCEPTANCE, acceptance("2026-03-06", false), on(2026, 3, 9));
        expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
        assert_int_equal(now.accepted_on.number, on(2026, 3, 6).number);
    }
}

static void or_from_the_acceptance_if_a_rule_says_so(void **unused)
{
    static const struct {
        const char *id;
        bool holds;
    } starts[] = {{"PEN-D2-START", true},
                  {"PEN-D2-START-440000", true},
                  {"PEN-D2-START-520000", false}, /* a rule of OUT's province */
                  {"PEN-D2-START-330000", false}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        memset(&rules, 0, sizeof(rules));
        rule_is(starts[i].id, 1);
        for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
            letter_is_there(role, on(2026, 3, 2));
            says(ACTION_ACCEPTANCE, acceptance("2026-03-06", false), on(2026, 3, 9));
            if (starts[i].holds)
                expect_clock(CLOCK_D2, on(2026, 3, 6), on(2026, 3, 27));
            else
                expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
        }
    }
}

static void a_provinces_rule_wins(void **unused)
{
    (void)unused;
    rule_is("PEN-D2-START", 1);
    rule_is("PEN-D2-START-440000", 0);
    letter_is_there(ROLE_OUT, on(2026, 3, 2));
    says(ACTION_ACCEPTANCE, acceptance("2026-03-06", false), on(2026, 3, 9));
    expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
}

/* Before the letter was there, after today, and no day at all. */
static void days_that_cannot_be_are_not_regarded(void **unused)
{
    static const char *const days[] = {"2026-02-27", "2026-03-10", "2026-02-30",
                                       "",           "x",          "2027-03-06"};

    (void)unused;
    rule_is("PEN-D2-START", 1);
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
            letter_is_there(role, on(2026, 3, 2));
            says(ACTION_ACCEPTANCE, acceptance(days[i], false), on(2026, 3, 9));
            assert_int_equal(now.state, PENSION_ACCEPTED);
            assert_int_equal(now.accepted_on.number, 0);
            expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
        }
    }
    letter_is_there(ROLE_OUT, on(2026, 3, 2)); /* the first and the last that can be */
    says(ACTION_ACCEPTANCE, acceptance("2026-03-02", false), on(2026, 3, 9));
    assert_int_equal(now.accepted_on.number, on(2026, 3, 2).number);
    letter_is_there(ROLE_OUT, on(2026, 3, 2));
    says(ACTION_ACCEPTANCE, acceptance("2026-03-09", false), on(2026, 3, 9));
    expect_clock(CLOCK_D2, on(2026, 3, 9), on(2026, 3, 30));
}

/* The two sides read an acceptance on different days, and D2 may have passed at one of them
 * alone: what counts is the day that is written. */
static void an_acceptance_in_time_may_arrive_late(void **unused)
{
    static const struct {
        const char *day;
        bool in_time;
    } accepted[] = {{"2026-03-24", true}, {"2026-03-25", false}};

    (void)unused;
    rule_is("PEN-D2-START", 1);
    for (size_t i = 0; i < 2 * COUNT_OF(accepted); i++) {
        bool in_time = accepted[i / 2].in_time;
        struct flow_event timer = timer_at(
            CLOCK_D2, day_end(on(2026, 3, 24)).ms); /* the end of its last day */

        letter_is_there(i % 2 == 0 ? ROLE_IN : ROLE_OUT, on(2026, 3, 2));
        expect_accepted(&now, &timer);
        now = decision.after;
        assert_true(now.flags & CASE_OVERDUE);
        says(ACTION_ACCEPTANCE, acceptance(accepted[i / 2].day, false), on(2026, 3, 26));
        assert_int_equal((now.flags & CASE_OVERDUE) != 0, !in_time);
        if (in_time)
            expect_clock(CLOCK_D2, on(2026, 3, 24), on(2026, 4, 15)); /* 6 April is off */
        else
            assert_int_equal(clock_of(&now, CLOCK_D2)->state, CLOCK_STATE_PASSED);
        letter_is_there(i % 2 == 0 ? ROLE_IN : ROLE_OUT, on(2026, 3, 2)); /* not passed yet */
        says(ACTION_ACCEPTANCE, acceptance(accepted[i / 2].day, false), on(2026, 3, 26));
        if (in_time)
            expect_clock(CLOCK_D2, on(2026, 3, 24), on(2026, 4, 15));
        else
            expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
    }
}

/* IN may read the acceptance before the receipt of its letter: the same D2 as over there. */
static void an_acceptance_may_come_before_the_receipt(void **unused)
{
    static const struct {
        const char *day;
        bool regarded;
    } accepted[] = {{"2026-03-06", true}, {"2026-02-27", false}};

    (void)unused;
    rule_is("PEN-D2-START", 1);
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        struct flow_event event = event_with(EVENT_RECEIPT, ACTION_LETTER, NULL);

        begin(ROLE_IN, PENSION_LETTER_SENT);
        now.opened_at.ms = NOW - 10 * DAY;
        says(ACTION_ACCEPTANCE, acceptance(accepted[i].day, false), on(2026, 3, 9));
        assert_null(clock_of(&now, CLOCK_D2));
        event.verdict = VERDICT_ACCEPTED;
        event.received_at.ms = NOW; /* 2 March */
        event.at.ms = NOW + 7 * DAY;
        expect_accepted(&now, &event);
        now = decision.after;
        if (accepted[i].regarded)
            expect_clock(CLOCK_D2, on(2026, 3, 6), on(2026, 3, 27));
        else
            expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
    }
}

/* The acceptance of a letter that was returned says nothing of the next one. */
static void a_new_letter_is_not_accepted_yet(void **unused)
{
    (void)unused;
    rule_is("PEN-D2-START", 1);
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        bool in = role == ROLE_IN;

        letter_is_there(role, on(2026, 3, 2));
        says(ACTION_ACCEPTANCE, acceptance("2026-03-04", false), on(2026, 3, 4));
        says(ACTION_LETTER_RETURN,
             document_return(arena, ACTION_LETTER_RETURN, NULL, "PEN-R14"), on(2026, 3, 5));
        happens(in ? EVENT_SUBMITTED : EVENT_RECEIVED, ACTION_LETTER,
                document_new(arena, ACTION_LETTER), on(2026, 3, 9));
        if (in)
            happens(EVENT_RECEIPT, ACTION_LETTER, NULL, on(2026, 3, 9));
        assert_int_equal(now.accepted_on.number, 0);
        expect_clock(CLOCK_D2, on(2026, 3, 9), on(2026, 3, 30));
        says(ACTION_ACCEPTANCE, acceptance("2026-03-06", false), on(2026, 3, 10));
        assert_int_equal(now.accepted_on.number, 0); /* before this letter was there */
        expect_clock(CLOCK_D2, on(2026, 3, 9), on(2026, 3, 30));
    }
}

/* --- day one
 * ------------------------------------------------------------------------------------ */

static void the_first_day_may_count(void **unused)
{
    (void)unused;
    rule_is("PEN-DAY-ONE", 1);
    letter_is_there(ROLE_OUT, on(2026, 3, 2));
    expect_clock(CLOCK_D2, on(2026, 3, 1), on(2026, 3, 23));
    letter_is_there(ROLE_IN, on(2026, 3, 2));
    expect_clock(CLOCK_D2, on(2026, 3, 1), on(2026, 3, 23));
    memset(&rules, 0, sizeof(rules));
    rule_is("PEN-DAY-ONE-520000", 1); /* D2 is OUT's duty, D3 is IN's */
    letter_is_there(ROLE_IN, on(2026, 3, 2));
    expect_clock(CLOCK_D2, on(2026, 3, 2), on(2026, 3, 24));
    now.flags |= CASE_MONEY_SEEN;
    now.money_total.fen = DOCUMENT_TOTAL_FEN;
    now.state = PENSION_MONEY_ONLY;
    says(ACTION_FORM, document_form(arena), on(2026, 3, 9));
    expect_clock(CLOCK_D3, on(2026, 3, 8), on(2026, 3, 27));
}

/* Counted once, also by clocks that begin with another one's day. */
static void the_first_day_counts_once(void **unused)
{
    (void)unused;
    rule_is("PEN-DAY-ONE", 1);
    rule_is("PEN-D2-START", 1);
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        letter_is_there(role, on(2026, 3, 2));
        says(ACTION_ACCEPTANCE, acceptance("2026-03-02", true), on(2026, 3, 9));
        expect_clock(CLOCK_D2, on(2026, 3, 1), on(2026, 3, 23));
        if (role == ROLE_OUT)
            expect_clock(CLOCK_D2P, on(2026, 3, 1), on(2026, 3, 16));
    }
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        letter_is_there(role, on(2026, 3, 2));
        says(ACTION_ACCEPTANCE, acceptance("2026-03-01", false), on(2026, 3, 9));
        assert_int_equal(now.accepted_on.number, 0); /* the day before the letter */
        says(ACTION_CERTIFICATE, document_new(arena, ACTION_CERTIFICATE), on(2026, 3, 9));
        expect_clock(CLOCK_D2, on(2026, 3, 1), on(2026, 3, 23));
    }
}

/* --- routes without money
 * ------------------------------------------------------------------------ */

static struct record *letter_of(const char *day)
{
    struct record *letter = document_new(arena, ACTION_LETTER);

    if (day != NULL)
        document_put(arena, document_put(arena, letter, "handler", NULL), "date", day);
    return letter;
}

/* The rule changes on 10 March; what counts is the day that stands in the letter, so a letter
 * that arrives later is read alike on both sides. */
static void the_letters_day_says_whether_money_moves(void **unused)
{
    static const struct {
        const char *id;
        const char *day;
        bool moneyless;
    } letters[] = {
        {"PEN-MONEY", "2026-03-10", true},
        {"PEN-MONEY", "2026-03-09", false},
        {"PEN-MONEY", NULL, true}, /* then the day of the entry */
        {"PEN-MONEY-440000-520000", "2026-03-10", true},
        {"PEN-MONEY-520000-440000", "2026-03-10", false}, /* the other way round */
        {"PEN-MONEY-440000-330000", "2026-03-10", false},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        memset(&rules, 0, sizeof(rules));
        rule_is(letters[i].id, 0);
        rules.rows[0].from = on(2026, 3, 10);
        for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
            begin(role, role == ROLE_IN ? PENSION_NEW : PENSION_LETTER_RETURNED);
            now.letter_revision = role == ROLE_IN ? 0 : 1;
            happens(role == ROLE_IN ? EVENT_SUBMITTED : EVENT_RECEIVED, ACTION_LETTER,
                    letter_of(letters[i].day), on(2026, 3, 10));
            assert_int_equal((now.flags & CASE_NO_MONEY) != 0, letters[i].moneyless);
        }
    }
}

static void a_routes_rule_wins(void **unused)
{
    (void)unused;
    rule_is("PEN-MONEY", 0);
    rule_is("PEN-MONEY-440000-520000", 1);
    begin(ROLE_IN, PENSION_NEW);
    now.letter_revision = 0;
    happens(EVENT_SUBMITTED, ACTION_LETTER, letter_of("2026-03-02"), on(2026, 3, 2));
    assert_false(now.flags & CASE_NO_MONEY);
    /* A letter that is corrected later is read anew. */
    rules.rows[1].value = 0;
    now.state = PENSION_LETTER_RETURNED;
    happens(EVENT_SUBMITTED, ACTION_LETTER, letter_of("2026-03-03"), on(2026, 3, 3));
    assert_true(now.flags & CASE_NO_MONEY);
}

/* Agencies of cities: the rule speaks of provinces. */
static void a_citys_route_is_its_provinces(void **unused)
{
    struct record *letter = letter_of("2026-03-02");
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_LETTER, letter);

    (void)unused;
    rule_is("PEN-MONEY-440000-520000", 0);
    document_set(letter, "reference/inRegion", "520100");
    document_set(letter, "reference/outRegion", "440305");
    expect_accepted(NULL, &event);
    assert_true(decision.after.flags & CASE_NO_MONEY);
    assert_int_equal(decision.after.in_region, 520100);
}

static void without_money_the_form_is_all(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        begin(role, PENSION_ACCEPTED);
        now.flags = CASE_NO_MONEY;
        says(ACTION_FORM, document_form(arena), on(2026, 3, 3));
        assert_int_equal(now.state, PENSION_BOTH);
        assert_int_equal(clock_of(&now, CLOCK_D3)->state, CLOCK_STATE_RUNNING);
        assert_null(clock_of(&now, CLOCK_FUND));
    }
}

/* --- certificate, overlap
 * -------------------------------------------------------------------------- */

static struct record *certificate(const char *balance)
{
    struct record *body = document_new(arena, ACTION_CERTIFICATE);

    if (balance != NULL)
        document_put(arena, body, "balance", balance);
    return body;
}

static void a_certificate_is_remembered(void **unused)
{
    (void)unused;
    begin(ROLE_IN, PENSION_LETTER_HELD);
    happens(EVENT_SUBMITTED, ACTION_CERTIFICATE, certificate("11748.39"), on(2026, 3, 3));
    assert_true(now.flags & CASE_CERTIFICATE);
    assert_int_equal(now.certificate_balance.fen, 1174839);
    assert_int_equal(decision.send_count, 0); /* the person brought it */
    says(ACTION_CERTIFICATE, certificate(NULL), on(2026, 3, 4));
    assert_int_equal(now.certificate_balance.fen, 1174839); /* this one has no balance */
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    says(ACTION_FORM, document_form(arena), on(2026, 3, 5));
    assert_int_equal(now.state, PENSION_INFO_ONLY);
    assert_int_equal(decision.warning_count, 1);
    assert_string_equal(decision.warnings[0].code, "PEN-C24");
    begin(ROLE_IN, PENSION_CLOSED); /* it may come at any time, also afterwards */
    says(ACTION_CERTIFICATE, certificate("1.00"), on(2026, 3, 6));
    assert_int_equal(now.state, PENSION_CLOSED);
    assert_false(decision.closes);
}

static struct record *completion(const char *months)
{
    struct record *body = document_new(arena, ACTION_COMPLETION);

    if (months != NULL)
        document_put(arena, body, "overlapMonths", months);
    return body;
}

static void overlapping_months_are_cleared_afterwards(void **unused)
{
    static const struct {
        const char *months;
        bool known; /* the form has a month in two regions */
        unsigned state;
        bool warned;
    } ends[] = {
        {NULL, false, PENSION_LINKED, false},  {"0", false, PENSION_LINKED, false},
        {"3", false, PENSION_CLEARING, false}, {"3", true, PENSION_CLEARING, false},
        {NULL, true, PENSION_LINKED, true},    {"0", true, PENSION_LINKED, true},
        {"x", true, PENSION_LINKED, true},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        begin(ROLE_IN, PENSION_BOTH);
        now.flags = CASE_FORM_HELD | CASE_MONEY_SEEN | (ends[i].known ? CASE_OVERLAP : 0u);
        happens(EVENT_SUBMITTED, ACTION_COMPLETION, completion(ends[i].months), on(2026, 3, 3));
        assert_int_equal(now.state, ends[i].state);
        assert_int_equal(decision.warning_count, ends[i].warned);
        if (ends[i].warned)
            assert_string_equal(decision.warnings[0].code, "PEN-C08");
        if (now.state != PENSION_CLEARING)
            continue;
        assert_int_equal(clock_of(&now, CLOCK_CLEARING)->days, 60);
        happens(EVENT_SUBMITTED, ACTION_CLEARING_DONE,
                document_new(arena, ACTION_CLEARING_DONE), on(2026, 4, 3));
        assert_int_equal(now.state, PENSION_CLOSED);
        assert_int_equal(clock_of(&now, CLOCK_CLEARING)->state, CLOCK_STATE_MET);
        assert_true(decision.closes);
    }
}

/* --- withdrawal
 * -------------------------------------------------------------------------------------- */

static struct record *answer(const char *agreed)
{
    struct record *body = document_new(arena, ACTION_WITHDRAWAL_ANSWER);

    if (agreed != NULL)
        document_put(arena, body, "agreed", agreed);
    return body;
}

/* IN asked; what it holds says where it goes if the answer is no. Only "true" is a yes. */
static void an_answer_to_a_withdrawal(void **unused)
{
    static const struct {
        const char *agreed;
        uint32_t flags;
        int64_t money;
        unsigned state;
    } answers[] = {
        {"true", 0, 0, PENSION_CANCELLED},
        {"true", CASE_FORM_HELD, 0, PENSION_CANCELLED},
        {"true", CASE_MONEY_SEEN, 500, PENSION_REVERSAL},
        {"false", 0, 0, PENSION_ACCEPTED},
        {"false", CASE_FORM_HELD, 0, PENSION_INFO_ONLY},
        {"false", CASE_MONEY_SEEN, 500, PENSION_MONEY_ONLY},
        {"false", CASE_FORM_HELD | CASE_MONEY_SEEN, 500, PENSION_DISPUTE},
        {"false", CASE_FORM_HELD | CASE_MONEY_SEEN, DOCUMENT_TOTAL_FEN, PENSION_BOTH},
        {"false", CASE_FORM_HELD | CASE_NO_MONEY, 0, PENSION_BOTH},
        {"false", CASE_FORM_BACK, 0, PENSION_DISPUTE},
        {"false", CASE_LETTER_BACK, 0, PENSION_LETTER_RETURNED},
        {"TRUE", 0, 0, PENSION_ACCEPTED},
        {"1", 0, 0, PENSION_ACCEPTED},
        {"", 0, 0, PENSION_ACCEPTED},
        {NULL, 0, 0, PENSION_ACCEPTED},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        begin(ROLE_IN, PENSION_WITHDRAWING);
        now.flags = answers[i].flags;
        now.money_total.fen = answers[i].money;
        now.form_total.fen = (now.flags & CASE_FORM_HELD) ? DOCUMENT_TOTAL_FEN : 0;
        says(ACTION_WITHDRAWAL_ANSWER, answer(answers[i].agreed), on(2026, 3, 3));
        assert_int_equal(now.state, answers[i].state);
        assert_int_equal(decision.closes, now.state == PENSION_CANCELLED);
        if (now.state != PENSION_REVERSAL)
            continue;
        /* All that is booked goes back, and nobody needs to ask for it again. */
        assert_int_equal(now.reverse_total.fen, 500);
        assert_true(now.flags & CASE_REVERSAL_AGREED);
        happens(EVENT_SUBMITTED, ACTION_FUND_RETURN,
                document_money(arena, ACTION_FUND_RETURN, "5.00"), on(2026, 3, 4));
        assert_int_equal(now.reversed_total.fen, 500);
    }
}

/* OUT's gateway answers by itself where nothing is to be decided. */
static void some_answers_need_nobody(void **unused)
{
    static const struct {
        unsigned state;
        uint32_t flags;
        unsigned after;
        const char *agreed; /* NULL: an officer answers */
    } cases[] = {
        {PENSION_LETTER_HELD, 0, PENSION_WITHDRAWING, NULL},
        {PENSION_ACCEPTED, 0, PENSION_WITHDRAWING, NULL},
        {PENSION_INFO_ONLY, CASE_FORM_HELD, PENSION_WITHDRAWING, NULL},
        {PENSION_DISPUTE, 0, PENSION_WITHDRAWING, NULL},
        {PENSION_BOTH, CASE_FORM_HELD | CASE_NO_MONEY, PENSION_WITHDRAWING, NULL},
        {PENSION_MONEY_ONLY, CASE_MONEY_SEEN, PENSION_MONEY_ONLY, "false"},
        {PENSION_DISPUTE, CASE_MONEY_SEEN, PENSION_DISPUTE, "false"},
        {PENSION_BOTH, CASE_FORM_HELD | CASE_MONEY_SEEN, PENSION_BOTH, "false"},
        {PENSION_LETTER_RETURNED, CASE_LETTER_BACK, PENSION_CANCELLED, "true"},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct record *made;
        struct text agreed;

        begin(ROLE_OUT, cases[i].state);
        now.flags = cases[i].flags;
        happens(EVENT_RECEIVED, ACTION_WITHDRAWAL, document_new(arena, ACTION_WITHDRAWAL),
                on(2026, 3, 3));
        assert_int_equal(now.state, cases[i].after);
        assert_int_equal(decision.send_count, cases[i].agreed == NULL ? 1 : 3);
        if (cases[i].agreed == NULL)
            continue;
        made = decision.sends[0].made;
        assert_int_equal(decision.sends[0].action, ACTION_WITHDRAWAL_ANSWER);
        assert_true(record_text(made, "agreed", &agreed));
        assert_true(text_is(agreed, cases[i].agreed));
        assert_int_equal(record_find(made, "code") != NULL, text_is(agreed, "false"));
        assert_ptr_equal(decision.sends[2].made, made); /* the core's copy */
    }
}

/* --- where the pension would be claimed ------------------------------------------------- */

static void place_rules(void)
{
    rule_is("PEN-PLACE-MONTHS", 120);
    rule_is("PEN-PLACE-SERVICE", 1);
    rule_is("PEN-PLACE-LATE", 0);
    rule_is("PEN-TEMP-START", 201001);
    rule_is("PEN-TEMP-MAN", 600);
    rule_is("PEN-TEMP-WOMAN", 480);
}

static void form_of_household(unsigned role, const char *region)
{
    struct record *form = document_form(arena);

    if (region != NULL)
        document_put(arena, form, "hukouRegion", region);
    begin(role, PENSION_ACCEPTED);
    happens(role == ROLE_IN ? EVENT_RECEIVED : EVENT_SUBMITTED, ACTION_FORM, form,
            on(2026, 3, 12));
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(now.state, PENSION_INFO_ONLY);
}

/* Told at both sides, and nothing hangs on it. */
static void a_form_with_a_household_tells_the_place(void **unused)
{
    static const unsigned roles[] = {ROLE_IN, ROLE_OUT};

    (void)unused;
    place_rules();
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        form_of_household(roles[i], "520115"); /* moves home */
        assert_int_equal(decision.warning_count, 1);
        assert_string_equal(decision.warnings[0].code, "PEN-PL-HUKOU");
        assert_int_equal(decision.warnings[0].row, 52);
        form_of_household(roles[i], "510100"); /* ten years nowhere: gathered at home */
        assert_int_equal(decision.warning_count, 1);
        assert_string_equal(decision.warnings[0].code, "PEN-PL-GATHER");
        assert_int_equal(decision.warnings[0].row, 51);
        form_of_household(roles[i], NULL);
        assert_int_equal(decision.warning_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(an_exclusion_starts_the_notice_from_the_letter),
        FLOW_TEST(a_new_letter_owes_a_new_notice),
        FLOW_TEST(at_the_other_side_it_is_only_known),
        FLOW_TEST(d2_counts_from_the_letter),
        FLOW_TEST(or_from_the_acceptance_if_a_rule_says_so),
        FLOW_TEST(a_provinces_rule_wins),
        FLOW_TEST(days_that_cannot_be_are_not_regarded),
        FLOW_TEST(an_acceptance_in_time_may_arrive_late),
        FLOW_TEST(an_acceptance_may_come_before_the_receipt),
        FLOW_TEST(a_new_letter_is_not_accepted_yet),
        FLOW_TEST(the_first_day_may_count),
        FLOW_TEST(the_first_day_counts_once),
        FLOW_TEST(the_letters_day_says_whether_money_moves),
        FLOW_TEST(a_routes_rule_wins),
        FLOW_TEST(a_citys_route_is_its_provinces),
        FLOW_TEST(without_money_the_form_is_all),
        FLOW_TEST(a_certificate_is_remembered),
        FLOW_TEST(overlapping_months_are_cleared_afterwards),
        FLOW_TEST(an_answer_to_a_withdrawal),
        FLOW_TEST(some_answers_need_nobody),
        FLOW_TEST(a_form_with_a_household_tells_the_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
