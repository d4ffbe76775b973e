/* core_settlement_stay_test.c - a stay at either side, event by event: questions, answers, what
 * happens when none comes, and reversals. Money is what the worked stay below says. */
#include <string.h>

#include "core/settlement_stay.h"
#include "unit.h"

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;

static const int64_t now_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00 */

static const struct uuid case_id = {{1}};

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 * 1024 * 1024);
    calendar = calendar_new();
    return arena == NULL || calendar == NULL;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

/* --- documents ---------------------------------------------------------------------------- */

static struct record *add(struct record *parent, const char *name, const char *value)
{
    struct record *node = record_add(arena, parent, name, text_of(value));

    assert_non_null(node);
    return node;
}

static struct record *document(unsigned action)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference = add(root, "reference", "");

    add(reference, "treatingRegion", "440100");
    add(reference, "insuredRegion", "520100");
    add(reference, "institution", "H44990000001");
    add(reference, "stayNumber", "ZY2026-000731");
    return root;
}

static struct record *said(unsigned action, const char *verdict)
{
    struct record *root = document(action);

    add(add(root, "result", ""), "verdict", verdict);
    return root;
}

static struct record *registration(void)
{
    struct record *root = document(ACTION_REGISTER);

    add(root, "insurance", "medical");
    add(root, "visitKind", "outpatient");
    add(root, "admittedOn", "2026-03-02");
    add(root, "emergency", "true");
    return root;
}

static struct record *amounts(struct record *root, const char *cash)
{
    struct record *group = add(root, "amounts", "");

    add(group, "total", "0.00");
    add(group, "ownPay", "0.00");
    add(group, "overLimit", "0.00");
    add(group, "prePay", "0.00");
    add(group, "inScope", "0.00");
    add(group, "basicPool", "0.00");
    add(group, "fund", "0.00");
    add(group, "personal", "0.00");
    add(group, "account", "0.00");
    add(group, "cash", cash);
    add(group, "hospital", "0.00");
    return root;
}

/* --- events ---------------------------------------------------------------------------------
 */

static struct flow_event event_of(enum event_source source, unsigned action,
                                  const struct record *body)
{
    struct flow_event event = {.source = source,
                               .action = (uint16_t)action,
                               .revision = 1,
                               .at = {now_ms},
                               .body = body,
                               .case_id = case_id,
                               .party = 2,
                               .core = 3,
                               .in_region = 440100,
                               .out_region = 520100,
                               .answer_by = {now_ms + 60000}};

    for (size_t i = 0; i < FLOW_SENDS_MAX; i++)
        event.ids[i].bytes[0] = (uint8_t)(0xa0 + action % 16 + i * 64);
    event.ids[0].bytes[1] = (uint8_t)action;
    memset(event.key, (int)action, sizeof(event.key));
    return event;
}

static void decide(const struct flow_case *before, const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&settlement_stay_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
}

static struct flow_case accepted(const struct flow_case *before, const struct flow_event *event,
                                 unsigned state)
{
    decide(before, event);
    if (decision.kind != DECISION_ACCEPTED)
        print_error("%s: %s\n", decision.code, decision.reason);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_string_equal(flow_state_name(&settlement_stay_flow, decision.after.state).english,
                        flow_state_name(&settlement_stay_flow, state).english);
    return decision.after;
}

static void refused(const struct flow_case *before, const struct flow_event *event,
                    const char *code)
{
    decide(before, event);
    assert_int_equal(decision.kind, DECISION_REFUSED);
    assert_string_equal(decision.code, code);
}

static struct flow_case asks(const struct flow_case *before, unsigned action,
                             const struct record *body, unsigned state)
{
    struct flow_event event = event_of(EVENT_SUBMITTED, action, body);
    struct flow_case after;

    event.role = ROLE_TREATING;
    after = accepted(before, &event, state);
    assert_true(decision.pending);
    assert_int_equal(decision.sends[0].action, action);
    assert_int_equal(after.part.stay.question.action, action);
    return after;
}

static struct flow_event answer(const struct flow_case *before, const struct record *body)
{
    unsigned action = action_by_name(text_of(body->name));
    struct flow_event event = event_of(EVENT_RECEIVED, action, body);

    event.in_reply_to = before->part.stay.question.asked;
    return event;
}

static struct flow_event passes(const struct flow_case *before, unsigned kind)
{
    struct flow_event event = {.source = EVENT_TIMER, .clock_kind = (uint8_t)kind};

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (before->clocks[i].kind == kind)
            event.at = before->clocks[i].due;
    event.ids[0].bytes[0] = (uint8_t)(0x50 + kind);
    assert_int_not_equal(event.at.ms, 0);
    return event;
}

static struct flow_case registered(void)
{
    struct flow_case sent = asks(NULL, ACTION_REGISTER, registration(), STAY_REG_SENT);
    struct flow_event event = answer(&sent, said(ACTION_REGISTERED, "ok"));

    return accepted(&sent, &event, STAY_REGISTERED);
}

static struct flow_case settling(void)
{
    struct flow_case before = registered();
    struct record *body = document(ACTION_SETTLE);

    add(body, "total", "0.00");
    return asks(&before, ACTION_SETTLE, body, STAY_SETL_SENT);
}

static struct record *lines_undo(void)
{
    struct record *body = document(ACTION_LINES_UNDO);

    add(body, "all", "true");
    return body;
}

static struct record *settlement(const char *cash)
{
    struct record *body = said(ACTION_SETTLED, "ok");

    add(body, "settlementNumber", "JS-1");
    return amounts(body, cash);
}

/* --- 就医地
 * ----------------------------------------------------------------------------------- */

static void an_answer_goes_to_who_waits(void **state)
{
    struct flow_case sent = asks(NULL, ACTION_REGISTER, registration(), STAY_REG_SENT);
    struct flow_event event = answer(&sent, said(ACTION_REGISTERED, "ok"));

    (void)state;
    assert_string_equal(sent.trace, "H44990000001/ZY2026-000731");
    assert_int_equal(decision.sends[0].answer_by.ms, now_ms + 60000);
    accepted(&sent, &event, STAY_REGISTERED);
    assert_true(decision.answers);
    assert_int_equal(decision.answers_verdict, VERDICT_ACCEPTED);
    assert_int_equal(decision.answers_key[0], ACTION_REGISTER);
    assert_int_equal(decision.send_count, 0); /* nobody gets it twice */
    event = answer(&sent, said(ACTION_REGISTERED, "rejected"));
    accepted(&sent, &event, STAY_REJECTED);
}

static void one_question_at_a_time(void **state)
{
    struct flow_case before = registered();
    struct flow_case open = asks(&before, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_LINES_UNDO, lines_undo());

    (void)state;
    refused(&open, &event, "STL-B01");
    event = passes(&open, CLOCK_PATIENCE); /* lost: it may be asked again */
    open = accepted(&open, &event, STAY_REGISTERED);
    asks(&open, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
}

static void a_settlement_is_booked_once(void **state)
{
    struct flow_case sent = settling();
    struct flow_event event = answer(&sent, settlement("0.00"));
    struct flow_case after = accepted(&sent, &event, STAY_SETTLED);

    (void)state;
    assert_true(after.flags & CASE_BOOKED);
    assert_string_equal(after.part.stay.settlement_number, "JS-1");
    accepted(&after, &event, STAY_SETTLED); /* again: nobody waits for it */
    assert_int_equal(decision.after.part.stay.settlements, 1);
    assert_false(decision.answers);
}

static void no_answer_is_queried_then_reversed(void **state)
{
    struct flow_case sent = settling();
    struct uuid original = sent.part.stay.question.asked;
    struct flow_event event = passes(&sent, CLOCK_ANSWER);
    struct flow_case unsure = accepted(&sent, &event, STAY_SETL_UNCERTAIN);
    struct flow_case reversing;

    (void)state;
    assert_int_equal(decision.sends[0].action, ACTION_QUERY);
    assert_false(decision.answers); /* the hospital goes on waiting */
    event = passes(&unsure, CLOCK_PATIENCE);
    reversing = accepted(&unsure, &event, STAY_REVERSING);
    assert_int_equal(decision.sends[0].action, ACTION_REVERSE);
    assert_true(decision.answers);
    assert_int_equal(decision.answers_verdict, VERDICT_NONE);
    assert_true(uuid_equal(&reversing.part.stay.original, &original));
    /* the answer comes after all: kept, and without effect */
    event = event_of(EVENT_RECEIVED, ACTION_SETTLED, settlement("0.00"));
    event.in_reply_to = original;
    reversing = accepted(&reversing, &event, STAY_REVERSING);
    assert_false(reversing.flags & CASE_BOOKED);
    event = answer(&reversing, said(ACTION_REVERSED, "ok"));
    accepted(&reversing, &event, STAY_REGISTERED);
    assert_int_equal(decision.after.part.stay.reversals, 1);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
}

static void an_answer_while_the_hospital_waits_settles(void **state)
{
    struct flow_case sent = settling();
    struct uuid original = sent.part.stay.question.asked;
    struct flow_event event = passes(&sent, CLOCK_ANSWER);
    struct flow_case unsure = accepted(&sent, &event, STAY_SETL_UNCERTAIN);

    (void)state;
    event = event_of(EVENT_RECEIVED, ACTION_SETTLED, settlement("0.00"));
    event.in_reply_to = original;
    accepted(&unsure, &event, STAY_SETTLED);
    assert_true(decision.answers);
}

static void amounts_that_do_not_add_up_are_reversed(void **state)
{
    struct flow_case sent = settling();
    struct flow_event event = answer(&sent, settlement("0.01"));

    (void)state;
    accepted(&sent, &event, STAY_REVERSING);
    assert_false(decision.after.flags & CASE_BOOKED);
    assert_int_equal(decision.sends[0].action, ACTION_REVERSE);
    assert_true(decision.answers);
    assert_int_equal(decision.answers_verdict, VERDICT_NONE);
}

static struct record *about(unsigned action, const char *original)
{
    struct record *body = document(action);

    add(add(body, "original", ""), "action", original);
    return body;
}

static struct flow_case settled(void)
{
    struct flow_case sent = settling();
    struct flow_event event = answer(&sent, settlement("0.00"));

    return accepted(&sent, &event, STAY_SETTLED);
}

static void a_reversal_names_its_message(void **state)
{
    struct flow_case before = settled();
    struct uuid original = before.part.stay.settle_id;
    struct uuid named;
    struct text text;

    (void)state;
    asks(&before, ACTION_REVERSE, about(ACTION_REVERSE, "settle"), STAY_REVERSING);
    assert_true(record_text(decision.sends[0].made, "original/messageId", &text));
    assert_true(uuid_parse(text, &named));
    assert_true(uuid_equal(&named, &original));
}

/* --- a reversal names what it means ------------------------------------------------------- */

static struct flow_event late_reversal(const char *of, const struct uuid *named)
{
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_REVERSE,
                                       about(ACTION_REVERSE, of));

    if (named != NULL)
        event.named = *named;
    return event;
}

/* A settlement, its reversal, and the next settlement; *first: the id of the first one. */
static struct flow_case settled_again(struct uuid *first)
{
    struct flow_case after = settled();
    struct record *body = document(ACTION_SETTLE);
    struct flow_event event;

    *first = after.part.stay.settle_id;
    event = late_reversal("settle", first);
    after = accepted(&after, &event, STAY_REVERSING);
    event = answer(&after, said(ACTION_REVERSED, "ok"));
    after = accepted(&after, &event, STAY_REGISTERED);
    add(body, "total", "0.00");
    event = event_of(EVENT_SUBMITTED, ACTION_SETTLE, body);
    event.ids[0].bytes[2] = 2;
    after = accepted(&after, &event, STAY_SETL_SENT);
    event = answer(&after, settlement("0.00"));
    return accepted(&after, &event, STAY_SETTLED);
}

static void a_late_reversal_does_not_hit_the_next_settlement(void **state)
{
    struct uuid first;
    struct flow_case before = settled_again(&first);
    struct uuid second = before.part.stay.settle_id;
    struct flow_event event = late_reversal("settle", &first);
    struct text found;

    (void)state;
    assert_false(uuid_equal(&first, &second));
    accepted(&before, &event, STAY_SETTLED);
    assert_true(decision.after.flags & CASE_BOOKED);
    assert_int_equal(decision.send_count, 0);
    assert_int_equal(decision.reply_action, ACTION_REVERSED);
    assert_true(record_text(decision.reply, "found", &found) && text_is(found, "false"));
    event = late_reversal("settle", NULL); /* one that does not say which */
    refused(&before, &event, "STL-R02");
    event = late_reversal("settle", &second);
    accepted(&before, &event, STAY_REVERSING);
}

static void a_key_of_another_stay_reverses_nothing(void **state)
{
    struct flow_case before = settled();
    struct flow_event event = late_reversal("settle", &before.part.stay.settle_id);

    (void)state;
    event.named_elsewhere = true;
    refused(&before, &event, "STL-C01");
    event.action = ACTION_QUERY;
    event.body = about(ACTION_QUERY, "settle");
    refused(&before, &event, "STL-C01");
}

static void what_is_reversed_before_it_comes_is_refused(void **state)
{
    struct flow_case before = registered();
    struct record *body = document(ACTION_SETTLE);
    struct flow_event settle = event_of(EVENT_SUBMITTED, ACTION_SETTLE, body);
    struct flow_event event;
    struct uuid key;

    (void)state;
    add(body, "total", "0.00");
    memcpy(key.bytes, settle.key, sizeof(key.bytes));
    event = late_reversal("settle", &key);
    before = accepted(&before, &event, STAY_REGISTERED);
    refused(&before, &settle, "STL-T02");
    memset(settle.key, 0x77, sizeof(settle.key)); /* another request */
    accepted(&before, &settle, STAY_SETL_SENT);
}

static void what_is_under_way_is_not_said_to_be_nothing(void **state)
{
    struct flow_case before = settling();
    struct flow_event event = late_reversal("settle", &before.part.stay.settle_id);

    (void)state;
    refused(&before, &event, "FLW-01");
    event = late_reversal("register", &before.part.stay.register_id);
    refused(&before, &event, "STL-R01");
}

static void a_query_that_is_refused_says_nothing(void **state)
{
    struct flow_case sent = settling();
    struct flow_event event = passes(&sent, CLOCK_ANSWER);
    struct flow_case unsure = accepted(&sent, &event, STAY_SETL_UNCERTAIN);
    struct record *outcome = said(ACTION_OUTCOME, "rejected");

    (void)state;
    add(outcome, "status", "booked");
    event = answer(&unsure, outcome);
    unsure = accepted(&unsure, &event, STAY_SETL_UNCERTAIN);
    assert_false(unsure.flags & CASE_BOOKED);
}

/* --- a core with two phases --------------------------------------------------------------- */

/* Settled, and not confirmed in time: the gateway cancels, and nobody waits for that. */
static struct flow_case cancelling_by_itself(void)
{
    struct flow_case before = settling();
    struct flow_event event = answer(&before, settlement("0.00"));

    event.core_two_phase = true;
    before = accepted(&before, &event, STAY_SETTLED);
    event = passes(&before, CLOCK_CONFIRM);
    return accepted(&before, &event, STAY_CANCEL_SENT);
}

static void a_cancellation_of_its_own_is_not_in_doubt_for_ever(void **state)
{
    struct flow_case before = cancelling_by_itself();
    struct flow_event event = passes(&before, CLOCK_ANSWER);
    struct text original;

    (void)state;
    before = accepted(&before, &event, STAY_CANCEL_UNCERTAIN);
    event = passes(&before, CLOCK_PATIENCE);
    before = accepted(&before, &event, STAY_REVERSING);
    event = answer(&before, said(ACTION_REVERSED, "ok"));
    before = accepted(&before, &event, STAY_SETTLED);
    /* the core did not ask for it: told what was reversed */
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    assert_true(record_text(decision.sends[0].made, "original", &original));
    assert_true(text_is(original, "cancel"));
    event = passes(&before, CLOCK_CONFIRM); /* and it is tried again */
    accepted(&before, &event, STAY_CANCEL_SENT);
}

/* Whatever comes meanwhile, the next try of a reversal is not put off. */
static void who_asks_puts_no_reversal_off(void **state)
{
    struct flow_case before = settled();
    struct flow_event event = {
        .source = EVENT_OPERATOR, .action = ACTION_REVERSE, .at = {now_ms}, .ids = {{{9}}}};
    struct instant due;

    (void)state;
    before = accepted(&before, &event, STAY_REVERSING);
    due = passes(&before, CLOCK_RETRY).at;
    event = event_of(EVENT_SUBMITTED, ACTION_QUERY, about(ACTION_QUERY, "settle"));
    event.at.ms += 20000;
    before = accepted(&before, &event, STAY_REVERSING);
    assert_int_equal(passes(&before, CLOCK_RETRY).at.ms, due.ms);
}

/* --- lines whose question was given up --------------------------------------------------- */

static struct record *batch_of(const char *number)
{
    struct record *body = document(ACTION_LINES);
    struct record *line;

    add(body, "batch", number);
    line = add(body, "line", "");
    add(line, "number", "M1");
    add(line, "quantity", "1");
    add(line, "price", "9.00");
    add(line, "amount", "9.00");
    add(line, "ownPay", "0.00");
    add(line, "overLimit", "0.00");
    add(line, "prePay", "0.00");
    add(line, "inScope", "9.00");
    return body;
}

/* The line as the engine finds it: known since it came with this batch; 0: new. */
static struct flow_line line_known(uint32_t batch)
{
    return (struct flow_line){.number = TEXT("M1"),
                              .sums = {.total = {900}, .in_scope = {900}},
                              .before = {.total = {900}, .in_scope = {900}},
                              .known = batch != 0,
                              .batch = batch,
                              .in_force = batch != 0,
                              .same = batch != 0};
}

static struct flow_case asks_lines(const struct flow_case *before, const struct flow_line *line,
                                   uint8_t id)
{
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_LINES, batch_of("7"));

    event.lines = line;
    event.line_count = 1;
    event.ids[0].bytes[2] = id;
    return accepted(before, &event, STAY_REGISTERED);
}

static void a_batch_asked_again_and_rejected_is_taken_back(void **state)
{
    struct flow_line line = line_known(0);
    struct flow_case before = registered();
    struct flow_case open = asks_lines(&before, &line, 1);
    struct flow_event event;

    (void)state;
    assert_int_equal(decision.lines, LINES_ADD);
    assert_int_equal(decision.lines_batch, 7);
    event = passes(&open, CLOCK_PATIENCE);
    open = accepted(&open, &event, STAY_REGISTERED);
    line = line_known(7);
    open = asks_lines(&open, &line, 2);
    assert_int_equal(decision.lines, LINES_STAY);
    assert_int_equal(open.part.stay.sums.total.fen, 900);
    event = answer(&open, said(ACTION_LINES_TAKEN, "rejected"));
    open = accepted(&open, &event, STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_DROP_BATCH);
    assert_int_equal(decision.lines_batch, 7);
    assert_int_equal(open.part.stay.line_count, 0);
    assert_int_equal(open.part.stay.sums.total.fen, 0);
}

static void a_late_no_takes_a_batch_back(void **state)
{
    struct flow_line line = line_known(0);
    struct flow_case before = registered();
    struct flow_case open = asks_lines(&before, &line, 1);
    struct uuid asked = open.part.stay.question.asked;
    struct flow_event late = answer(&open, said(ACTION_LINES_TAKEN, "rejected"));
    struct flow_event receipt = {.source = EVENT_RECEIPT,
                                 .action = ACTION_LINES,
                                 .verdict = VERDICT_REFUSED,
                                 .code = "STL-T01",
                                 .at = {now_ms + 90000},
                                 .message_id = asked};
    struct flow_event event = passes(&open, CLOCK_PATIENCE);
    struct flow_case given_up = accepted(&open, &event, STAY_REGISTERED);

    (void)state;
    accepted(&given_up, &late, STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_DROP_BATCH);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE); /* nobody waits: a letter */
    accepted(&given_up, &receipt, STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_DROP_BATCH);
    assert_int_equal(decision.after.part.stay.line_count, 0);
    assert_false(decision.after.flags & CASE_FLAGGED);
    line = line_known(7);
    open = asks_lines(&given_up, &line, 2); /* asked again: its own answer decides */
    accepted(&open, &receipt, STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_STAY);
}

static struct flow_case with_a_line(void)
{
    struct flow_line line = line_known(0);
    struct flow_case before = registered();
    struct flow_case open = asks_lines(&before, &line, 1);
    struct flow_event event = answer(&open, said(ACTION_LINES_TAKEN, "ok"));

    return accepted(&open, &event, STAY_REGISTERED);
}

static void a_refused_undo_puts_lines_back(void **state)
{
    struct flow_case before = with_a_line();
    struct flow_case open = asks(&before, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    struct flow_event receipt = {.source = EVENT_RECEIPT,
                                 .action = ACTION_LINES_UNDO,
                                 .verdict = VERDICT_REFUSED,
                                 .code = "STL-B01",
                                 .at = {now_ms},
                                 .message_id = open.part.stay.question.asked};
    struct flow_event event = answer(&open, said(ACTION_LINES_UNDONE, "rejected"));

    (void)state;
    assert_int_equal(decision.lines, LINES_HOLD_ALL);
    assert_int_equal(open.part.stay.line_count, 0);
    for (unsigned i = 0; i < 2; i++) {
        accepted(&open, i == 0 ? &event : &receipt, STAY_REGISTERED);
        assert_int_equal(decision.lines, LINES_PUT_BACK);
        assert_int_equal(decision.after.part.stay.line_count, 1);
        assert_int_equal(decision.after.part.stay.sums.total.fen, 900);
        assert_false(decision.after.flags & CASE_LINES_HELD);
    }
    event = answer(&open, said(ACTION_LINES_UNDONE, "ok"));
    accepted(&open, &event, STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_LET_GO);
    assert_int_equal(decision.after.part.stay.line_count, 0);
}

static void while_lines_are_held_none_come(void **state)
{
    struct flow_line line = line_known(0);
    struct flow_case before = with_a_line();
    struct flow_case open = asks(&before, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    struct flow_event event = passes(&open, CLOCK_PATIENCE);

    (void)state;
    open = accepted(&open, &event, STAY_REGISTERED);
    event = event_of(EVENT_SUBMITTED, ACTION_LINES, batch_of("8"));
    event.lines = &line;
    event.line_count = 1;
    refused(&open, &event, "STL-B02");
    open = asks(&open, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_STAY); /* nothing is left to take out */
    event = answer(&open, said(ACTION_LINES_UNDONE, "rejected"));
    open = accepted(&open, &event, STAY_REGISTERED);
    assert_int_equal(open.part.stay.sums.total.fen, 900);
}

/* An older number, or one that was used: its lines are kept under a number of their own, so
 * that a rejection takes back what this batch brought and nothing else. */
static void a_batch_is_kept_apart_from_those_before(void **state)
{
    struct flow_line line = line_known(0);
    struct flow_case before = with_a_line();

    (void)state;
    asks_lines(&before, &line, 2);
    assert_int_equal(decision.lines, LINES_ADD);
    assert_int_equal(decision.lines_batch, 8);
}

/* Of the line's 9.00, paid from the account and, if that is barred, in cash. */
static struct record *settlement_of_nine(const char *account, const char *cash)
{
    struct record *body = said(ACTION_SETTLED, "ok");
    struct record *group = add(body, "amounts", "");

    add(body, "settlementNumber", "JS-9");
    add(group, "total", "9.00");
    add(group, "inScope", "9.00");
    add(group, "fund", "0.00");
    add(group, "account", account);
    add(group, "cash", cash);
    return body;
}

/* --- the account ------------------------------------------------------------------------- */

static void an_account_that_was_barred_is_not_used(void **state)
{
    struct flow_case before = with_a_line();
    struct record *body = document(ACTION_SETTLE);
    struct flow_event event;

    (void)state;
    add(body, "total", "9.00");
    add(body, "useAccount", "false");
    before = asks(&before, ACTION_SETTLE, body, STAY_SETL_SENT);
    assert_true(before.flags & CASE_ACCOUNT_BARRED);
    event = answer(&before, settlement_of_nine("9.00", "0.00"));
    accepted(&before, &event, STAY_REVERSING);
    assert_string_equal(decision.after.last_code, "STL-A11");
    event = answer(&before, settlement_of_nine("0.00", "9.00"));
    accepted(&before, &event, STAY_SETTLED);
    before.flags &= ~(uint32_t)CASE_ACCOUNT_BARRED; /* not said: it may be used */
    event = answer(&before, settlement_of_nine("9.00", "0.00"));
    accepted(&before, &event, STAY_SETTLED);
}

static void an_answer_of_before_does_not_end_a_newer_question(void **state)
{
    struct flow_case before = registered();
    struct flow_case open = asks(&before, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    struct flow_event late = answer(&open, said(ACTION_LINES_UNDONE, "ok"));
    struct flow_event event = passes(&open, CLOCK_PATIENCE);

    (void)state;
    open = accepted(&open, &event, STAY_REGISTERED);
    open = asks(&open, ACTION_REGISTER_UNDO, document(ACTION_REGISTER_UNDO), STAY_REGISTERED);
    open = accepted(&open, &late, STAY_REGISTERED);
    assert_int_equal(open.part.stay.question.action, ACTION_REGISTER_UNDO);
    assert_int_equal(decision.send_count, 0);
}

static void nothing_is_given_up_while_something_is_asked(void **state)
{
    struct flow_case before = registered();
    struct flow_case open = asks(&before, ACTION_LINES_UNDO, lines_undo(), STAY_REGISTERED);
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_FALLBACK,
                                       document(ACTION_FALLBACK));

    (void)state;
    refused(&open, &event, "STL-U02");
    accepted(&before, &event, STAY_MANUAL);
}

static void what_took_effect_is_not_said_to_be_nothing(void **state)
{
    struct flow_case before = settled();
    struct record *body = document(ACTION_CANCEL);
    struct flow_case after;
    struct flow_event event;

    (void)state;
    add(body, "settlementNumber", "JS-1");
    after = asks(&before, ACTION_CANCEL, body, STAY_CANCEL_SENT);
    event = answer(&after, said(ACTION_CANCELLED, "ok"));
    after = accepted(&after, &event, STAY_REGISTERED);
    event = event_of(EVENT_SUBMITTED, ACTION_REVERSE, about(ACTION_REVERSE, "cancel"));
    refused(&after, &event, "STL-R01");
    event.body = about(ACTION_REVERSE, "settle"); /* of that nothing stands */
    accepted(&after, &event, STAY_REGISTERED);
    assert_int_equal(decision.reply_action, ACTION_REVERSED);
}

static void a_doubt_has_its_end(void **state)
{
    struct flow_case sent = settling();
    struct flow_event late = answer(&sent, settlement("0.00"));
    struct flow_event event = passes(&sent, CLOCK_ANSWER);
    struct flow_case after = accepted(&sent, &event, STAY_SETL_UNCERTAIN);
    struct text status;

    (void)state;
    after = accepted(&after, &late, STAY_SETTLED);
    assert_int_equal(after.part.stay.original_action, ACTION_NONE);
    event = event_of(EVENT_SUBMITTED, ACTION_QUERY, about(ACTION_QUERY, "settle"));
    accepted(&after, &event, STAY_SETTLED);
    assert_true(record_text(decision.reply, "status", &status));
    assert_true(text_is(status, "booked"));
}

/* --- 参保地
 * ----------------------------------------------------------------------------------- */

static struct flow_event told(unsigned action, const struct record *body, uint8_t id)
{
    struct flow_event event = event_of(EVENT_RECEIVED, action, body);

    event.role = ROLE_INSURED;
    memset(event.key, 0, sizeof(event.key));
    event.message_id.bytes[0] = id;
    return event;
}

static struct record *reversal_of(uint8_t id)
{
    struct record *body = document(ACTION_REVERSE);
    struct record *original = add(body, "original", "");
    struct uuid named = {{id}};
    char *text = arena_alloc(arena, UUID_TEXT_SIZE);

    assert_non_null(text);
    add(original, "action", "register");
    add(original, "messageId", uuid_format(&named, text));
    return body;
}

static void what_comes_too_late_is_refused(void **state)
{
    struct flow_event event = told(ACTION_REGISTER, registration(), 7);

    (void)state;
    event.answer_by = event.at;
    refused(NULL, &event, "STL-T01");
}

static void a_stay_needs_a_filing(void **state)
{
    struct record *body = registration();
    struct flow_event event = told(ACTION_REGISTER, body, 7);

    (void)state;
    body->last->value = (struct personal){TEXT("false")};
    refused(NULL, &event, "STL-N20");
}

static void what_was_reversed_first_is_refused_when_it_comes(void **state)
{
    struct flow_event event = told(ACTION_REVERSE, reversal_of(7), 8);
    struct flow_case known = accepted(NULL, &event, STAY_IDENTIFIED);

    (void)state;
    assert_int_equal(decision.sends[0].action, ACTION_REVERSED);
    event = told(ACTION_REGISTER, registration(), 7);
    refused(&known, &event, "STL-T02");
    event = told(ACTION_REGISTER, registration(), 9);
    accepted(&known, &event, STAY_REG_SENT);
}

static void a_reversal_goes_to_the_core_first(void **state)
{
    struct flow_event event = told(ACTION_REGISTER, registration(), 7);
    struct flow_case asked = accepted(NULL, &event, STAY_REG_SENT);
    struct flow_case reversing;

    (void)state;
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
    event = told(ACTION_REVERSE, reversal_of(7), 8);
    reversing = accepted(&asked, &event, STAY_REVERSING);
    assert_int_equal(decision.sends[0].action, ACTION_REVERSE);
    event = event_of(EVENT_SUBMITTED, ACTION_REGISTERED, said(ACTION_REGISTERED, "ok"));
    reversing = accepted(&reversing, &event, STAY_REVERSING);
    assert_int_equal(decision.send_count, 0);
    event = event_of(EVENT_SUBMITTED, ACTION_REVERSED, said(ACTION_REVERSED, "ok"));
    accepted(&reversing, &event, STAY_IDENTIFIED);
    assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
    assert_int_equal(decision.sends[0].in_reply_to.bytes[0], 8);
}

/* INSURED, an outpatient's settlement of message 7 with its core; it is to be reversed. */
static struct flow_case reversing_settlement(void)
{
    struct flow_case before = {.flow = FLOW_SETTLEMENT_STAY,
                               .case_id = case_id,
                               .role = ROLE_INSURED,
                               .state = STAY_SETL_SENT,
                               .party = 2,
                               .core = 3,
                               .in_region = 440100,
                               .out_region = 520100,
                               .trace = "H44990000001/ZY2026-000731"};
    struct record *body = reversal_of(7);
    struct flow_event event = told(ACTION_REVERSE, body, 8);

    ((struct record *)(uintptr_t)record_find(body, "original/action"))->value =
        (struct personal){TEXT("settle")};
    before.part.stay.insurance = INSURANCE_MEDICAL;
    before.part.stay.visit = VISIT_OUTPATIENT;
    before.part.stay.question.action = ACTION_SETTLE;
    before.part.stay.question.asked.bytes[0] = 7;
    before.part.stay.settle_id.bytes[0] = 7;
    return accepted(&before, &event, STAY_REVERSING);
}

static struct record *settlement_of(const char *yuan)
{
    struct record *body = said(ACTION_SETTLED, "ok");
    struct record *group = add(body, "amounts", "");

    add(body, "settlementNumber", yuan);
    add(group, "total", yuan);
    add(group, "fund", yuan);
    add(group, "cash", "0.00");
    return body;
}

static void what_is_done_late_is_booked_once(void **state)
{
    struct flow_case after = reversing_settlement();
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_SETTLED, settlement_of("7.00"));

    (void)state;
    after = accepted(&after, &event, STAY_REVERSING);
    assert_true(after.flags & CASE_BOOKED);
    assert_int_equal(decision.owed_count, 1);
    event.body = settlement_of("9.00"); /* another, that was reversed before */
    after = accepted(&after, &event, STAY_REVERSING);
    assert_int_equal(decision.owed_count, 0);
    assert_int_equal(after.part.stay.split.total.fen, 700);
    event = event_of(EVENT_SUBMITTED, ACTION_CANCELLED, said(ACTION_CANCELLED, "ok"));
    after = accepted(&after, &event, STAY_REVERSING);
    assert_true(after.flags & CASE_BOOKED);
    event = event_of(EVENT_SUBMITTED, ACTION_REVERSED, said(ACTION_REVERSED, "ok"));
    accepted(&after, &event, STAY_REGISTERED);
    assert_int_equal(decision.owed[0].amount.fen, -700);
}

static void what_is_not_confirmed_is_not_booked(void **state)
{
    struct flow_case after = reversing_settlement();
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_SETTLED, settlement_of("7.00"));

    (void)state;
    event.core_two_phase = true;
    after = accepted(&after, &event, STAY_REVERSING);
    assert_false(after.flags & CASE_BOOKED);
    assert_int_equal(decision.send_count, 0);
}

static void what_the_core_would_not_undo_may_stand(void **state)
{
    struct flow_case after = reversing_settlement();
    struct flow_event event = event_of(EVENT_SUBMITTED, ACTION_REVERSED,
                                       said(ACTION_REVERSED, "rejected"));
    struct record *body = reversal_of(7);

    (void)state;
    after = accepted(&after, &event, STAY_MISMATCHED);
    event = event_of(EVENT_SUBMITTED, ACTION_SETTLED, settlement_of("7.00"));
    after = accepted(&after, &event, STAY_MISMATCHED);
    assert_true(after.flags & CASE_BOOKED);
    assert_int_equal(decision.send_count, 0);
    after.flags &= ~(uint32_t)CASE_BOOKED; /* nor does it matter whether it has said so */
    ((struct record *)(uintptr_t)record_find(body, "original/action"))->value =
        (struct personal){TEXT("settle")};
    event = told(ACTION_REVERSE, body, 9);
    accepted(&after, &event, STAY_REVERSING);
    assert_int_equal(decision.sends[0].target, FLOW_TO_CORE);
}

static void a_silent_core_holds_up_nothing(void **state)
{
    struct flow_event event = told(ACTION_REGISTER, registration(), 7);
    struct flow_case open = accepted(NULL, &event, STAY_REG_SENT);

    (void)state;
    event = event_of(EVENT_SUBMITTED, ACTION_REGISTERED, said(ACTION_REGISTERED, "ok"));
    open = accepted(&open, &event, STAY_REGISTERED);
    event = told(ACTION_LINES_UNDO, lines_undo(), 8);
    open = accepted(&open, &event, STAY_REGISTERED);
    event = told(ACTION_LINES_UNDO, lines_undo(), 9);
    refused(&open, &event, "STL-B01");
    event.at.ms += 60000; /* when nobody waits for the first one any more */
    event.answer_by.ms += 60000;
    open = accepted(&open, &event, STAY_REGISTERED);
    assert_int_equal(open.part.stay.question.asked.bytes[0], 9);
    event = told(ACTION_FALLBACK, document(ACTION_FALLBACK), 10);
    open = accepted(&open, &event, STAY_MANUAL);
    assert_int_equal(open.part.stay.question.action, ACTION_NONE);
}

static void a_case_is_its_bytes(void **state)
{
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct flow_case before = settling();
    struct flow_case after;
    struct error err = ERROR_INIT;

    (void)state;
    flow_case_encode(&before, &buffer);
    assert_true(flow_case_decode(buffer_as_text(&buffer), &after, &err));
    assert_true(uuid_equal(&after.part.stay.settle_id, &before.part.stay.settle_id));
    assert_int_equal(bytes[0], 3);
    assert_false(
        flow_case_decode((struct text){(const char *)bytes, buffer.size - 1}, &after, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_goes_to_who_waits),
        cmocka_unit_test(one_question_at_a_time),
        cmocka_unit_test(a_settlement_is_booked_once),
        cmocka_unit_test(no_answer_is_queried_then_reversed),
        cmocka_unit_test(an_answer_while_the_hospital_waits_settles),
        cmocka_unit_test(amounts_that_do_not_add_up_are_reversed),
        cmocka_unit_test(a_reversal_names_its_message),
        cmocka_unit_test(a_late_reversal_does_not_hit_the_next_settlement),
        cmocka_unit_test(a_key_of_another_stay_reverses_nothing),
        cmocka_unit_test(what_is_reversed_before_it_comes_is_refused),
        cmocka_unit_test(what_is_under_way_is_not_said_to_be_nothing),
        cmocka_unit_test(a_query_that_is_refused_says_nothing),
        cmocka_unit_test(a_cancellation_of_its_own_is_not_in_doubt_for_ever),
        cmocka_unit_test(who_asks_puts_no_reversal_off),
        cmocka_unit_test(a_batch_asked_again_and_rejected_is_taken_back),
        cmocka_unit_test(a_late_no_takes_a_batch_back),
        cmocka_unit_test(a_refused_undo_puts_lines_back),
        cmocka_unit_test(while_lines_are_held_none_come),
        cmocka_unit_test(a_batch_is_kept_apart_from_those_before),
        cmocka_unit_test(an_account_that_was_barred_is_not_used),
        cmocka_unit_test(an_answer_of_before_does_not_end_a_newer_question),
        cmocka_unit_test(nothing_is_given_up_while_something_is_asked),
        cmocka_unit_test(what_took_effect_is_not_said_to_be_nothing),
        cmocka_unit_test(a_doubt_has_its_end),
        cmocka_unit_test(what_comes_too_late_is_refused),
        cmocka_unit_test(a_stay_needs_a_filing),
        cmocka_unit_test(what_was_reversed_first_is_refused_when_it_comes),
        cmocka_unit_test(a_reversal_goes_to_the_core_first),
        cmocka_unit_test(what_is_done_late_is_booked_once),
        cmocka_unit_test(what_is_not_confirmed_is_not_booked),
        cmocka_unit_test(what_the_core_would_not_undo_may_stand),
        cmocka_unit_test(a_silent_core_holds_up_nothing),
        cmocka_unit_test(a_case_is_its_bytes),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
