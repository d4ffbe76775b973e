/* core_pension_remittance_test.c - what a bank line would book, and how much of it is left. */
#include "unit.h"

#include "core/pension_remittance.h"
#include "flow_fixture.h"

static struct flow_posting postings[FLOW_POSTINGS_MAX];
static size_t posting_count;

static struct record *line_of(const char *amount)
{
    struct record *line = document_new(arena, ACTION_REMITTANCE);

    if (amount != NULL)
        document_put(arena, line, "amount", amount);
    return line;
}

static void add_item(struct record *line, const char *trace, const char *amount)
{
    struct record *items = line->last;
    struct record *item;

    if (strcmp(items->name, "items") != 0)
        items = document_put(arena, line, "items", NULL);
    item = document_put(arena, items, "item", NULL);
    if (trace != NULL)
        document_put(arena, item, "traceNumber", trace);
    if (amount != NULL)
        document_put(arena, item, "amount", amount);
}

static void post(const struct flow_event *event)
{
    static const struct flow_case none = {.flow = FLOW_PENSION_REMITTANCE};
    struct error err = ERROR_INIT;
    struct flow_situation situation = {.flow = &pension_remittance_flow,
                                       .rules = &rules,
                                       .calendar = calendar,
                                       .before = &none,
                                       .event = event,
                                       .arena = arena,
                                       .opening = true};

    assert_true(pension_remittance_flow.postings(&situation, postings, &posting_count, &err));
}

static void post_line(const struct record *line)
{
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_REMITTANCE, line);

    post(&event);
}

static void expect_posting(size_t i, const char *trace, int64_t fen, unsigned row, bool whole)
{
    assert_true(i < posting_count);
    assert_string_equal(postings[i].trace, trace);
    assert_int_equal(postings[i].amount.fen, fen);
    assert_int_equal(postings[i].row, row);
    assert_int_equal(postings[i].whole, whole);
}

/* --- items ----------------------------------------------------------------------------------
 */

static void each_item_is_a_fund_receipt(void **unused)
{
    struct record *line = line_of("30.00");
    const struct record *body;
    struct text text;
    struct money amount;

    (void)unused;
    add_item(line, "52000020260302000001", "10.00");
    add_item(line, "ZS5299202603020002", "20.00");
    document_put(arena, line, "remark", "52000020260302000009"); /* not tried beside items */
    post_line(line);
    assert_int_equal(posting_count, 2);
    expect_posting(0, "52000020260302000001", 1000, 1, false);
    expect_posting(1, "ZS5299202603020002", 2000, 2, false);
    body = postings[1].body;
    assert_string_equal(body->name, "fund_receipt");
    assert_true(record_text(body, "reference/traceNumber", &text));
    assert_true(text_is(text, "ZS5299202603020002"));
    assert_true(record_text(body, "reference/inRegion", &text) && text_is(text, "520000"));
    assert_true(record_text(body, "reference/outRegion", &text) && text_is(text, "440000"));
    assert_true(record_text(body, "reference/insuranceKind", &text) && text_is(text, "110"));
    assert_true(record_money(body, "amount", &amount));
    assert_int_equal(amount.fen, 2000);
}

/* Nothing is guessed: what cannot be read, or comes twice, is left for an officer. */
static void items_that_cannot_be_are_left(void **unused)
{
    struct record *line = line_of("30.00");

    (void)unused;
    add_item(line, "52000020260302000001", "10.00");
    add_item(line, "52000020260302000001", "5.00"); /* the same case once more */
    add_item(line, NULL, "1.00");
    add_item(line, "", "1.00");
    add_item(line, "520000202603020000011111", "1.00"); /* longer than a trace number */
    add_item(line, "52000020260302000003", NULL);
    add_item(line, "52000020260302000004", "0.00");
    add_item(line, "52000020260302000005", "-1.00");
    add_item(line, "52000020260302000006", "1e2");
    add_item(line, "52000020260302000007", "2.00");
    post_line(line);
    assert_int_equal(posting_count, 2);
    expect_posting(0, "52000020260302000001", 1000, 1, false);
    expect_posting(1, "52000020260302000007", 200, 10, false);
}

static void as_many_items_as_a_line_may_have(void **unused)
{
    struct record *line = line_of("65.00");

    (void)unused;
    for (unsigned i = 0; i < FLOW_POSTINGS_MAX + 1; i++) {
        const char *trace = arena_format(arena, "520000202603020%05u", i);

        assert_non_null(trace);
        add_item(line, trace, "1.00");
    }
    post_line(line);
    assert_int_equal(posting_count, FLOW_POSTINGS_MAX);
    expect_posting(0, "52000020260302000000", 100, 1, false);
    expect_posting(63, "52000020260302000063", 100, 64, false);
}

/* --- words of the remark
 * ------------------------------------------------------------------------ */

static void words_that_could_be_trace_numbers_are_tried(void **unused)
{
    static const struct {
        const char *remark;
        const char *words[3];
    } remarks[] = {
        {"52000020260302000001", {"52000020260302000001"}},
        {"张喆养老转移52000020260302000001款", {"52000020260302000001"}},
        {"ZS-5299_0001，ZS-5299_0002", {"ZS-5299_0001", "ZS-5299_0002"}},
        {"52000020260302000001 52000020260302000001", {"52000020260302000001"}},
        {"1234567", {NULL}},                                      /* too short */
        {"12345678", {"12345678"}},                               /* just long enough */
        {"12345678901234567890123", {"12345678901234567890123"}}, /* the longest */
        {"123456789012345678901234", {NULL}},                     /* longer than any */
        {"１２３４５６７８", {NULL}},                             /* full-width digits */
        {"转移基金", {NULL}},
        {"", {NULL}},
        {"-", {NULL}},
        {"𠮷𠮷𠮷𠮷12345678", {"12345678"}},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(remarks); i++) {
        struct record *line = line_of("123.45");
        size_t count = 0;

        document_put(arena, line, "remark", remarks[i].remark);
        post_line(line);
        for (; count < 3 && remarks[i].words[count] != NULL; count++)
            expect_posting(count, remarks[i].words[count], 12345, 0, true);
        assert_int_equal(posting_count, count);
    }
}

static void a_remark_of_very_many_words(void **unused)
{
    struct record *line = line_of("1.00");
    char remark[2048];
    struct buffer text = buffer_over(remark, sizeof(remark));

    (void)unused;
    for (unsigned i = 0; i < 100; i++)
        buffer_format(&text, "%08u ", i);
    assert_false(text.overflow);
    document_put(arena, line, "remark", arena_copy(arena, buffer_as_text(&text)).at);
    post_line(line);
    assert_int_equal(posting_count, FLOW_POSTINGS_MAX);
    expect_posting(63, "00000063", 100, 0, true);
}

/* Of what is no bank line of our own core nothing is booked. */
static void only_our_own_lines_book(void **unused)
{
    struct record *line = line_of("1.00");
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_FUND_QUERY, line);

    (void)unused;
    document_put(arena, line, "remark", "52000020260302000001");
    post(&event);
    assert_int_equal(posting_count, 0);
    event.action = ACTION_ALLOCATION; /* an officer names cases, not words */
    post(&event);
    assert_int_equal(posting_count, 0);
    event.action = ACTION_REMITTANCE;
    event.source = EVENT_RECEIVED;
    post(&event);
    assert_int_equal(posting_count, 0);
    event.source = EVENT_SUBMITTED;
    event.body = NULL;
    post(&event);
    assert_int_equal(posting_count, 0);
    line = line_of(NULL);
    document_put(arena, line, "remark", "52000020260302000001");
    post_line(line); /* of no amount */
    assert_int_equal(posting_count, 0);
}

/* --- how much is left
 * ------------------------------------------------------------------------------ */

static void happens(const struct flow_case *before, const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_remittance_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
}

static void what_is_not_booked_waits(void **unused)
{
    static const struct {
        int64_t posted;
        unsigned booked;
        unsigned items;
        unsigned state;
        bool warned;
    } lines[] = {
        {3000, 2, 2, REMITTANCE_ALLOCATED, false}, {2000, 1, 2, REMITTANCE_SUSPENSE, true},
        {0, 0, 2, REMITTANCE_SUSPENSE, true},      {2000, 2, 2, REMITTANCE_SUSPENSE, false},
        {3000, 1, 0, REMITTANCE_ALLOCATED, false}, {0, 0, 0, REMITTANCE_SUSPENSE, false},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct record *line = line_of("30.00");
        struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_REMITTANCE, line);

        for (unsigned k = 0; k < lines[i].items; k++)
            add_item(line, "52000020260302000001", "10.00");
        event.posted.fen = lines[i].posted;
        event.posted_rows = (UINT64_C(1) << lines[i].booked) - 1;
        happens(NULL, &event);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        assert_int_equal(decision.after.state, lines[i].state);
        assert_int_equal(decision.after.money_total.fen, 3000);
        assert_int_equal(decision.after.form_total.fen, lines[i].posted);
        assert_int_equal(decision.warning_count,
                         lines[i].warned ? lines[i].items - lines[i].booked : 0);
        if (lines[i].warned)
            assert_int_equal(decision.warnings[0].row, lines[i].booked + 1);
        assert_int_equal(decision.closes, lines[i].state == REMITTANCE_ALLOCATED);
        assert_int_equal(decision.send_count, 0); /* the payer was not asked */
        if (decision.after.state == REMITTANCE_SUSPENSE)
            assert_int_equal(clock_of(&decision.after, CLOCK_SUSPENSE)->state,
                             CLOCK_STATE_RUNNING);
    }
}

static void amounts_that_no_line_has(void **unused)
{
    static const char *const amounts[] = {NULL, "", "0.00", "-30.00", "abc", "1e3", "３０.00"};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_REMITTANCE,
                                             line_of(amounts[i]));

        happens(NULL, &event);
        assert_int_equal(decision.kind, DECISION_REFUSED);
        assert_string_equal(decision.code, "PEN-C04");
    }
}

/* Asked about, sent back: exactly the rest; at OUT, what IN says is the rest. */
static void the_rest_is_asked_about_and_returned(void **unused)
{
    static const struct {
        unsigned state;
        unsigned action;
    } acts[] = {{REMITTANCE_SUSPENSE, ACTION_FUND_QUERY},
                {REMITTANCE_ANSWERED, ACTION_FUND_QUERY},
                {REMITTANCE_ANSWERED, ACTION_FUND_RETURN}};
    static const char *const wrong[] = {"20.01", "19.99", "30.00", "0.00", "-20.00", ""};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        struct flow_case before = case_in(ROLE_IN, acts[i].state);
        struct flow_event event = event_with(EVENT_SUBMITTED, acts[i].action,
                                             document_money(arena, acts[i].action, "20.00"));

        before.flow = FLOW_PENSION_REMITTANCE;
        before.money_total.fen = 3000;
        before.form_total.fen = 1000;
        memset(before.person_tag, 0, sizeof(before.person_tag));
        happens(&before, &event);
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        assert_int_equal(decision.after.form_total.fen, 1000);
        assert_int_equal(decision.send_count, 1);
        assert_int_equal(decision.sends[0].target, FLOW_TO_PARTNER);
        for (size_t k = 0; k < COUNT_OF(wrong); k++) {
            event.body = document_money(arena, acts[i].action, wrong[k]);
            happens(&before, &event);
            assert_string_equal(decision.code, "PEN-C04");
        }
    }
}

static void out_knows_what_it_is_told(void **unused)
{
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_FUND_QUERY,
                                         document_money(arena, ACTION_FUND_QUERY, "20.00"));
    struct flow_case before;

    (void)unused;
    happens(NULL, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.role, ROLE_OUT);
    assert_int_equal(decision.after.state, REMITTANCE_QUERIED);
    assert_int_equal(decision.after.money_total.fen, 2000);
    before = decision.after;
    before.state = REMITTANCE_ANSWERED;
    event.body = document_money(arena, ACTION_FUND_QUERY, "5.00"); /* part found its case */
    happens(&before, &event);
    assert_int_equal(decision.after.money_total.fen, 500);
    before = decision.after;
    before.state = REMITTANCE_ANSWERED;
    event = event_with(EVENT_RECEIVED, ACTION_FUND_RETURN,
                       document_money(arena, ACTION_FUND_RETURN, "5.00"));
    happens(&before, &event);
    assert_int_equal(decision.after.state, REMITTANCE_RETURNED);
    assert_true(decision.closes);
    event.body = document_money(arena, ACTION_FUND_RETURN, "0.00");
    happens(&before, &event);
    assert_string_equal(decision.code, "PEN-C04");
}

static void an_allocation_adds_to_what_is_booked(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, REMITTANCE_QUERIED);
    struct record *body = document_new(arena, ACTION_ALLOCATION);
    struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_ALLOCATION, body);

    (void)unused;
    before.flow = FLOW_PENSION_REMITTANCE;
    before.money_total.fen = 3000;
    before.form_total.fen = 1000;
    add_item(body, "52000020260302000001", "15.00");
    event.posted.fen = 1500;
    event.posted_rows = 1;
    happens(&before, &event);
    assert_int_equal(decision.after.state, REMITTANCE_QUERIED);
    assert_int_equal(decision.after.form_total.fen, 2500);
    assert_int_equal(decision.send_count, 0);
    before = decision.after;
    event.posted.fen = 501;
    happens(&before, &event);
    assert_string_equal(decision.code, "PEN-C04");
    event.posted.fen = 500;
    happens(&before, &event);
    assert_int_equal(decision.after.state, REMITTANCE_ALLOCATED);
    assert_int_equal(decision.send_count,
                     2); /* the payer was asked: he is told, and our core */
    assert_int_equal(decision.sends[0].action, ACTION_COMPLETION);
    assert_ptr_equal(decision.sends[0].made, decision.sends[1].made);
    event.posted.fen = 0;
    event.posted_rows = 0;
    happens(&before, &event);
    assert_string_equal(decision.code, "PEN-R24");
}

static const struct flow_case *decide_line(const struct flow_case *before,
                                           const struct flow_event *event)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&pension_remittance_flow, &rules, calendar, before, event, arena,
                            &decision, &err));
    return &decision.after;
}

/* The first document says of which kind a bank line is; every other one must agree. */
static void residents_money_is_another_line(void **unused)
{
    static const struct {
        const char *kind;
        enum decision_kind opens;
        uint32_t flag;
        enum decision_kind asks; /* a query of kind 150, afterwards */
    } lines[] = {
        {"110", DECISION_ACCEPTED, 0, DECISION_REFUSED},
        {"150", DECISION_ACCEPTED, CASE_RESIDENT_MONEY, DECISION_ACCEPTED},
        {"120", DECISION_ACCEPTED, CASE_TO_INSTITUTION, DECISION_REFUSED},
        {"310", DECISION_REFUSED, 0, DECISION_REFUSED},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct record *line = line_of("100.00");
        struct record *query = document_money(arena, ACTION_FUND_QUERY, "100.00");
        struct flow_event event = event_with(EVENT_SUBMITTED, ACTION_REMITTANCE, line);
        struct flow_case opened;

        document_set(line, "reference/insuranceKind", lines[i].kind);
        document_set(query, "reference/insuranceKind", "150");
        opened = *decide_line(NULL, &event);
        assert_int_equal(decision.kind, lines[i].opens);
        if (decision.kind == DECISION_REFUSED) {
            assert_string_equal(decision.code, "PEN-C19");
            continue;
        }
        assert_int_equal(opened.flags & (CASE_RESIDENT_MONEY | CASE_TO_INSTITUTION),
                         lines[i].flag);
        event = event_with(EVENT_SUBMITTED, ACTION_FUND_QUERY, query);
        decide_line(&opened, &event);
        assert_int_equal(decision.kind, lines[i].asks);
    }
}

/* What the gateway writes of such a line is of its kind, too. */
static void what_is_written_of_it_has_its_kind(void **unused)
{
    struct flow_case before = case_in(ROLE_IN, REMITTANCE_SUSPENSE);
    struct record *asked = document_new(arena, ACTION_STATUS_QUERY);
    struct flow_event event = event_with(EVENT_RECEIVED, ACTION_STATUS_QUERY, asked);
    struct text kind;

    (void)unused;
    before.flow = FLOW_PENSION_REMITTANCE;
    before.flags = CASE_RESIDENT_MONEY;
    document_set(asked, "reference/insuranceKind", "150");
    decide_line(&before, &event);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_true(record_text(decision.sends[0].made, "reference/insuranceKind", &kind));
    assert_true(text_is(kind, "150"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(each_item_is_a_fund_receipt),
        FLOW_TEST(items_that_cannot_be_are_left),
        FLOW_TEST(as_many_items_as_a_line_may_have),
        FLOW_TEST(words_that_could_be_trace_numbers_are_tried),
        FLOW_TEST(a_remark_of_very_many_words),
        FLOW_TEST(only_our_own_lines_book),
        FLOW_TEST(what_is_not_booked_waits),
        FLOW_TEST(amounts_that_no_line_has),
        FLOW_TEST(the_rest_is_asked_about_and_returned),
        FLOW_TEST(out_knows_what_it_is_told),
        FLOW_TEST(an_allocation_adds_to_what_is_booked),
        FLOW_TEST(residents_money_is_another_line),
        FLOW_TEST(what_is_written_of_it_has_its_kind),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
