/* core_pension_reversal_test.c - a wrong transfer is undone: within its case, and by a new case
 * that corrects a closed one; by one side, by both at once, and where no money ever moved. */
#include "unit.h"

#include "flow_fixture.h"

enum { OLD = 9, FIRST = 0x10, SECOND = 0x20 }; /* first bytes of case ids */

/* One gateway: the closed case, and the reversal that it has, if any. */
struct side {
    struct flow_case old;
    struct flow_case reversal;
    bool has_reversal;
};

static struct side side_of(unsigned role)
{
    struct side side = {.old = case_in(role, PENSION_CLOSED)};

    side.old.case_id.bytes[0] = OLD;
    side.old.flags = CASE_FORM_HELD | CASE_MONEY_SEEN;
    side.old.form_total.fen = DOCUMENT_TOTAL_FEN;
    side.old.money_total.fen = DOCUMENT_TOTAL_FEN;
    return side;
}

static struct record *reversal_of(const char *amount)
{
    return document_money(arena, ACTION_REVERSAL, amount);
}

/* A reversal opens at this side under the id; what follows for other cases is taken over. */
static void opens(struct side *side, enum event_source source, uint8_t id, const char *amount)
{
    struct flow_event event = event_with(source, ACTION_REVERSAL, reversal_of(amount));

    event.case_id.bytes[0] = id;
    event.role = side->old.role;
    event.corrected = &side->old;
    memcpy(event.person_tag, side->old.person_tag, sizeof(event.person_tag));
    if (side->has_reversal && side->reversal.state == PENSION_REVERSAL)
        event.rival = &side->reversal;
    decide(NULL, &event);
}

/* The other cases that the decision changed, into the side. */
static void take(struct side *side)
{
    assert_string_equal(decision.code, "");
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    for (size_t i = 0; i < decision.also_count; i++)
        if (uuid_equal(&decision.also[i]->case_id, &side->old.case_id))
            side->old = *decision.also[i];
    side->reversal = decision.after;
    side->has_reversal = true;
}

static void act(struct side *side, struct flow_event event)
{
    event.corrected = uuid_is_none(&side->reversal.other) ? NULL : &side->old;
    expect_accepted(&side->reversal, &event);
    take(side);
}

static void verdict(struct side *side, enum verdict verdict, const char *code)
{
    struct flow_event event = event_with(EVENT_RECEIPT, ACTION_REVERSAL, NULL);

    event.verdict = verdict;
    strcpy(event.code, code);
    act(side, event);
}

static struct flow_event money(enum event_source source, unsigned action, const char *amount)
{
    return event_with(source, action, document_money(arena, action, amount));
}

static void expect_corrected(const struct side *side, uint8_t id)
{
    assert_int_equal(side->old.state, PENSION_CLOSED);
    assert_int_equal((side->old.flags & CASE_CORRECTED) != 0, id != 0);
    assert_int_equal(side->old.other.bytes[0], id);
}

static void expect_running(const struct flow_case *flow_case, unsigned kind, bool runs)
{
    const struct flow_clock *clock = clock_of(flow_case, kind);

    assert_int_equal(clock != NULL && clock->state == CLOCK_STATE_RUNNING, runs);
}

/* --- a new case that corrects a closed one
 * ---------------------------------------------------- */

static void a_closed_case_is_corrected_by_a_new_one(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        for (unsigned i = 0; i < 2; i++) {
            bool ours = i == 0;
            struct side side = side_of(role);

            opens(&side, ours ? EVENT_SUBMITTED : EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
            assert_int_equal(decision.also_count, 1);
            take(&side);
            assert_int_equal(side.reversal.role, role);
            assert_int_equal(side.reversal.state, PENSION_REVERSAL);
            assert_int_equal(side.reversal.other.bytes[0], OLD);
            assert_int_equal(side.reversal.reverse_total.fen, DOCUMENT_TOTAL_FEN);
            assert_int_equal((side.reversal.flags & CASE_REVERSAL_AGREED) != 0, !ours);
            expect_running(&side.reversal, CLOCK_REVERSAL, true);
            expect_running(&side.reversal, CLOCK_RESTORE, false);
            expect_corrected(&side, FIRST);
            assert_int_equal(side.old.version, 4); /* 3 before */
            assert_int_equal(decision.send_count, 1);
            assert_int_equal(decision.sends[0].target, ours ? FLOW_TO_PARTNER : FLOW_TO_CORE);
        }
    }
}

/* The sums differed, the form came back, the rest of the money came: IN ended with the form
 * that it held, and OUT knows for how much. */
static void a_case_may_end_on_a_returned_form(void **unused)
{
    struct side side = side_of(ROLE_OUT);
    struct flow_event back = event_with(
        EVENT_RECEIVED, ACTION_FORM_RETURN,
        document_return(arena, ACTION_FORM_RETURN, "1", "PEN-R22"));
    struct flow_event end = event_with(EVENT_RECEIVED, ACTION_COMPLETION,
                                       document_new(arena, ACTION_COMPLETION));

    (void)unused;
    side.old.state = PENSION_BOTH;
    expect_accepted(&side.old, &back);
    assert_int_equal(decision.after.state, PENSION_DISPUTE);
    assert_false(decision.after.flags & CASE_FORM_HELD);
    assert_int_equal(decision.after.form_total.fen, DOCUMENT_TOTAL_FEN);
    side.old = decision.after;
    expect_accepted(&side.old, &end);
    assert_int_equal(decision.after.state, PENSION_CLOSED);
    side.old = decision.after;
    opens(&side, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
    take(&side);
    expect_corrected(&side, FIRST);
}

/* While it stands, and when it is done, there is no second one; if it was refused there may be.
 */
static void a_case_is_corrected_once(void **unused)
{
    struct side side = side_of(ROLE_IN);

    (void)unused;
    opens(&side, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    take(&side);
    side.reversal.state = PENSION_CANCELLED; /* done: all is back */
    opens(&side, EVENT_SUBMITTED, SECOND, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "FLW-06");
    opens(&side, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "FLW-06");
    side.reversal.state = PENSION_REVERSAL;
    verdict(&side, VERDICT_REFUSED, "FLW-06");
    assert_int_equal(side.reversal.state, PENSION_CANCELLED);
    assert_false(side.reversal.flags & CASE_MERGED);
    assert_true(decision.closes);
    expect_corrected(&side, 0);
    opens(&side, EVENT_SUBMITTED, SECOND, DOCUMENT_TOTAL);
    take(&side);
    expect_corrected(&side, SECOND);
}

static void an_open_reversal_hinders_another(void **unused)
{
    struct side side = side_of(ROLE_IN);

    (void)unused;
    opens(&side, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    take(&side);
    opens(&side, EVENT_SUBMITTED, SECOND, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "PEN-R08");
    assert_int_equal(decision.also_count, 0);
    /* One of another business of the person and route hinders it too. */
    side.old.flags &= ~(uint32_t)CASE_CORRECTED;
    side.reversal.other.bytes[0] = 0x77;
    opens(&side, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "PEN-R08");
}

/* What they sent before they closed lies in another lane: asked to come again. Nothing else is
 * waited for. */
static void theirs_may_come_before_our_case_has_ended(void **unused)
{
    static const struct {
        unsigned role;
        unsigned state;
        bool later;
    } states[] = {
        {ROLE_IN, PENSION_LINKED, true},    {ROLE_IN, PENSION_CLEARING, false},
        {ROLE_IN, PENSION_BOTH, false},     {ROLE_IN, PENSION_CANCELLED, false},
        {ROLE_OUT, PENSION_BOTH, true},     {ROLE_OUT, PENSION_INFO_ONLY, true},
        {ROLE_OUT, PENSION_DISPUTE, true},  {ROLE_OUT, PENSION_CANCELLED, false},
        {ROLE_OUT, PENSION_REFUSED, false},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct side side = side_of(states[i].role);

        side.old.state = (uint8_t)states[i].state;
        opens(&side, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
        assert_int_equal(decision.kind, states[i].later ? DECISION_LATER : DECISION_REFUSED);
        assert_string_equal(decision.code, states[i].later ? "" : "FLW-06");
        assert_int_equal(decision.also_count, 0);
        opens(&side, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
        assert_string_equal(decision.code, "FLW-06"); /* our own core can see it */
    }
}

/* --- both at once
 * ------------------------------------------------------------------------------- */

/* IN opens SECOND, OUT opens FIRST, which is lower and stays. */
static void both_open(struct side *in, struct side *out)
{
    *in = side_of(ROLE_IN);
    *out = side_of(ROLE_OUT);
    opens(in, EVENT_SUBMITTED, SECOND, DOCUMENT_TOTAL);
    take(in);
    opens(out, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    take(out);
}

static void the_lower_number_stays(void **unused)
{
    struct side in;
    struct side out;
    struct flow_case lost;

    (void)unused;
    both_open(&in, &out);
    opens(&out, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_int_equal(decision.kind, DECISION_LATER);
    assert_int_equal(decision.also_count, 0);
    verdict(&out, VERDICT_ACCEPTED, "");
    opens(&out, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, "FLW-07");
    assert_int_equal(decision.also_count, 0);
    expect_corrected(&out, FIRST);

    opens(&in, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
    assert_int_equal(decision.also_count, 2);
    lost = *decision.also[0];
    assert_int_equal(lost.case_id.bytes[0], SECOND);
    assert_int_equal(lost.state, PENSION_CANCELLED);
    assert_int_equal(lost.other.bytes[0], FIRST);
    assert_true(lost.flags & CASE_MERGED);
    expect_running(&lost, CLOCK_REVERSAL, false);
    take(&in);
    assert_int_equal(in.reversal.case_id.bytes[0], FIRST);
    assert_int_equal(in.reversal.state, PENSION_REVERSAL);
    expect_running(&in.reversal, CLOCK_REVERSAL, true);
    expect_corrected(&in, FIRST);

    /* The verdict on the one that lost is no news: nobody needs to look at it. */
    in.reversal = lost;
    verdict(&in, VERDICT_REFUSED, "FLW-07");
    assert_int_equal(in.reversal.state, PENSION_CANCELLED);
    assert_false(in.reversal.flags & CASE_FLAGGED);
    assert_int_equal(in.reversal.other.bytes[0], FIRST);
    expect_corrected(&in, FIRST);
}

/* IN was still clearing when OUT's came, and refused it; then IN's own must not be lost, too.
 */
static void the_lower_number_may_be_refused(void **unused)
{
    struct side in;
    struct side out;

    (void)unused;
    both_open(&in, &out);
    opens(&out, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_int_equal(decision.kind, DECISION_LATER);
    verdict(&out, VERDICT_REFUSED, "FLW-06");
    assert_int_equal(out.reversal.state, PENSION_CANCELLED);
    expect_corrected(&out, 0);
    opens(&out, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    take(&out);
    assert_int_equal(out.reversal.case_id.bytes[0], SECOND);
    expect_corrected(&out, SECOND);
    verdict(&in, VERDICT_ACCEPTED, "");
    expect_corrected(&in, SECOND);
}

/* The verdict overtakes the other side's reversal. */
static void the_verdict_may_come_first(void **unused)
{
    struct side in;
    struct side out;

    (void)unused;
    both_open(&in, &out);
    verdict(&in, VERDICT_REFUSED, "FLW-07");
    assert_int_equal(in.reversal.state, PENSION_CANCELLED);
    assert_true(in.reversal.flags & CASE_MERGED);
    assert_false(in.reversal.flags & CASE_FLAGGED);
    assert_true(decision.closes);
    expect_corrected(&in, 0);
    opens(&in, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
    take(&in);
    assert_int_equal(in.reversal.case_id.bytes[0], FIRST);
    expect_corrected(&in, FIRST);
}

static void the_higher_number_gives_way_at_out_too(void **unused)
{
    struct side in = side_of(ROLE_IN);
    struct side out = side_of(ROLE_OUT);

    (void)unused;
    opens(&in, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    take(&in);
    opens(&out, EVENT_SUBMITTED, SECOND, DOCUMENT_TOTAL);
    take(&out);
    verdict(&in, VERDICT_ACCEPTED, "");
    opens(&in, EVENT_RECEIVED, SECOND, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "FLW-07");
    opens(&out, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
    take(&out);
    assert_int_equal(out.reversal.case_id.bytes[0], FIRST);
    expect_corrected(&out, FIRST);
}

/* --- the money's way back
 * -------------------------------------------------------------------------- */

static void money_goes_back_in_parts(void **unused)
{
    struct side in = side_of(ROLE_IN);
    struct side out = side_of(ROLE_OUT);
    struct flow_event event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "29000.00");

    (void)unused;
    opens(&in, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    take(&in);
    opens(&out, EVENT_RECEIVED, FIRST, DOCUMENT_TOTAL);
    take(&out);
    expect_refused(&in.reversal, &event, "FLW-01"); /* not before they have taken it up */
    verdict(&in, VERDICT_ACCEPTED, "");
    assert_true(in.reversal.flags & CASE_REVERSAL_AGREED);
    act(&in, event);
    assert_int_equal(in.reversal.reversed_total.fen, 2900000);
    expect_running(&in.reversal, CLOCK_REVERSAL, true);
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "28.39");
    expect_refused(&in.reversal, &event, "PEN-C04");
    act(&in, money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "28.38"));
    expect_running(&in.reversal, CLOCK_REVERSAL, false);
    expect_running(&in.reversal, CLOCK_RESTORE, true); /* OUT's turn */
    event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "0.01");
    expect_refused(&in.reversal, &event, "PEN-C04");

    act(&out, money(EVENT_RECEIVED, ACTION_FUND_RETURN, DOCUMENT_TOTAL));
    assert_int_equal(out.reversal.reversed_total.fen, 0); /* only what the bank shows counts */
    event = event_with(EVENT_SUBMITTED, ACTION_COMPLETION,
                       document_new(arena, ACTION_COMPLETION));
    expect_refused(&out.reversal, &event, "PEN-R22");
    act(&out, money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "29028.37"));
    expect_refused(&out.reversal, &event, "PEN-R22");
    act(&out, money(EVENT_SUBMITTED, ACTION_FUND_RECEIPT, "0.01"));
    act(&out, event);
    assert_int_equal(out.reversal.state, PENSION_CANCELLED);
    event.source = EVENT_RECEIVED;
    act(&in, event);
    assert_int_equal(in.reversal.state, PENSION_CANCELLED);
    expect_corrected(&in, FIRST); /* and stays corrected */
}

/* Nothing goes back where nothing moved: OUT restores the relation. */
static void without_money_only_the_relation_is_restored(void **unused)
{
    struct side in = side_of(ROLE_IN);
    struct side out = side_of(ROLE_OUT);
    struct flow_event end = event_with(EVENT_SUBMITTED, ACTION_COMPLETION,
                                       document_new(arena, ACTION_COMPLETION));

    (void)unused;
    in.old.flags = out.old.flags = CASE_FORM_HELD | CASE_NO_MONEY;
    in.old.money_total.fen = out.old.money_total.fen = 0;
    opens(&in, EVENT_SUBMITTED, FIRST, DOCUMENT_TOTAL);
    assert_string_equal(decision.code, "FLW-06"); /* that sum never moved */
    opens(&in, EVENT_SUBMITTED, FIRST, "0.00");
    take(&in);
    opens(&out, EVENT_RECEIVED, FIRST, "0.00");
    take(&out);
    assert_true(in.reversal.flags & CASE_NO_MONEY);
    assert_true(out.reversal.flags & CASE_NO_MONEY);
    expect_running(&in.reversal, CLOCK_REVERSAL, false);
    expect_running(&in.reversal, CLOCK_RESTORE, true);
    verdict(&in, VERDICT_ACCEPTED, "");
    act(&out, end);
    assert_int_equal(out.reversal.state, PENSION_CANCELLED);
    end.source = EVENT_RECEIVED;
    act(&in, end);
    assert_int_equal(in.reversal.state, PENSION_CANCELLED);
}

/* --- within a case
 * ------------------------------------------------------------------------------------ */

static struct side dispute(unsigned role, int64_t booked)
{
    struct side side = side_of(role);

    side.reversal = case_in(role, PENSION_DISPUTE);
    side.reversal.flags = booked > 0 ? CASE_MONEY_SEEN : 0;
    side.reversal.money_total.fen = booked;
    return side;
}

static void a_dispute_may_end_in_a_reversal(void **unused)
{
    struct side in = dispute(ROLE_IN, 500000);
    struct flow_event event = money(EVENT_SUBMITTED, ACTION_REVERSAL, "5000.01");

    (void)unused;
    expect_refused(&in.reversal, &event, "PEN-C04");
    event.source = EVENT_RECEIVED; /* OUT does not know what is booked */
    expect_refused(&in.reversal, &event, "PEN-C04");
    act(&in, money(EVENT_SUBMITTED, ACTION_REVERSAL, "5000.00"));
    assert_int_equal(in.reversal.state, PENSION_REVERSAL);
    assert_int_equal(in.reversal.reverse_total.fen, 500000);
    expect_running(&in.reversal, CLOCK_REVERSAL, true);
    verdict(&in, VERDICT_REFUSED, "PEN-C19"); /* refused: the dispute goes on */
    assert_int_equal(in.reversal.state, PENSION_DISPUTE);
    assert_int_equal(in.reversal.reverse_total.fen, 0);
    assert_false(in.reversal.flags & (CASE_REVERSAL_AGREED | CASE_FLAGGED));
    expect_running(&in.reversal, CLOCK_REVERSAL, false);
    expect_running(&in.reversal, CLOCK_CORRECTION, true);
    assert_string_equal(in.reversal.last_code, "PEN-C19");
}

static void nothing_booked_nothing_goes_back(void **unused)
{
    struct side in = dispute(ROLE_IN, 0);

    (void)unused;
    act(&in, money(EVENT_SUBMITTED, ACTION_REVERSAL, "0.00"));
    expect_running(&in.reversal, CLOCK_REVERSAL, false);
    expect_running(&in.reversal, CLOCK_RESTORE, true);
}

/* Both ask for it: nobody's is refused, and what IN holds is what goes back. */
static void both_may_ask_in_one_case(void **unused)
{
    struct side in = dispute(ROLE_IN, 500000);
    struct side out = dispute(ROLE_OUT, 600000);
    struct flow_event event = money(EVENT_SUBMITTED, ACTION_FUND_RETURN, "5000.00");

    (void)unused;
    act(&in, money(EVENT_SUBMITTED, ACTION_REVERSAL, "5000.00"));
    act(&out, money(EVENT_SUBMITTED, ACTION_REVERSAL, "6000.00"));
    assert_int_equal(out.reversal.reverse_total.fen, 600000);
    act(&in, money(EVENT_RECEIVED, ACTION_REVERSAL, "6000.00"));
    act(&out, money(EVENT_RECEIVED, ACTION_REVERSAL, "5000.00"));
    assert_int_equal(in.reversal.reverse_total.fen, 500000);
    assert_int_equal(out.reversal.reverse_total.fen, 500000);
    assert_true(in.reversal.flags & out.reversal.flags & CASE_REVERSAL_AGREED);
    verdict(&in, VERDICT_REFUSED, "FLW-01"); /* whatever was thought of ours: it is agreed */
    assert_int_equal(in.reversal.state, PENSION_REVERSAL);
    assert_int_equal(in.reversal.reverse_total.fen, 500000);
    act(&in, event);
    assert_int_equal(in.reversal.reversed_total.fen, 500000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(a_closed_case_is_corrected_by_a_new_one),
        FLOW_TEST(a_case_may_end_on_a_returned_form),
        FLOW_TEST(a_case_is_corrected_once),
        FLOW_TEST(an_open_reversal_hinders_another),
        FLOW_TEST(theirs_may_come_before_our_case_has_ended),
        FLOW_TEST(the_lower_number_stays),
        FLOW_TEST(the_lower_number_may_be_refused),
        FLOW_TEST(the_verdict_may_come_first),
        FLOW_TEST(the_higher_number_gives_way_at_out_too),
        FLOW_TEST(money_goes_back_in_parts),
        FLOW_TEST(without_money_only_the_relation_is_restored),
        FLOW_TEST(a_dispute_may_end_in_a_reversal),
        FLOW_TEST(nothing_booked_nothing_goes_back),
        FLOW_TEST(both_may_ask_in_one_case),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
