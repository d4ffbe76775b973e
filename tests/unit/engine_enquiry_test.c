/*
 * engine_enquiry_test.c - transfer.enquiry through the engine: of which cases the asker is
 * told, in the entry that takes the question; and that nothing can be found out about anybody
 * else's.
 */
#include "unit.h"

#include "engine_fixture.h"

#include "core/pension_employee.h"
#include "core/transfer_enquiry.h"
#include "enquiry_documents.h"

enum { SMALL = 256 * 1024, ROWS_MAX = 1024 /* that are read of one person */ };

/* --- cases that are there --------------------------------------------------------------- */

/* Our core takes an application: we are IN, the region that is left is another province's. */
static struct uuid applies(unsigned flow, const char *out_region, const char *trace,
                           unsigned person)
{
    struct record *body = document(ACTION_APPLICATION, person);
    struct work *work;

    document_set(body, "reference/outRegion", out_region);
    document_set(body, "reference/traceNumber", trace);
    document_set(body, "reference/insuranceKind",
                 flow == FLOW_PENSION_RESIDENT ? "150" : "110");
    work = submission(ACTION_APPLICATION, 1, body);
    work->message.flow = (uint16_t)flow;
    apply_accepted(work);
    return work->result.case_id;
}

/* --- questions ------------------------------------------------------------------------------
 */

static struct record *question(const char *number, const char *from, unsigned person)
{
    struct record *body = enquiry_document(bench.arena, ACTION_STATUS_QUERY);

    document_set(body, "reference/enquiryNumber", number);
    document_set(body, "reference/fromRegion", from);
    document_set(body, "reference/toRegion", "520000");
    document_set(body, "person/identityNumber", person_number(person));
    return body;
}

static struct work *asks(uint32_t party, struct record *body)
{
    struct uuid case_id = new_id();
    struct work *work = message_in(arena_new(SMALL), party, &case_id, ACTION_STATUS_QUERY, 1,
                                   body);

    work->message.flow = FLOW_TRANSFER_ENQUIRY;
    return work;
}

/* The content of the answer that is handed out, which is the partner's alone. */
static const struct record *answer_for(uint32_t party)
{
    const struct letter_row *letter;
    struct ledger_txn *txn = NULL;
    struct record *root = NULL;
    struct text plain;
    bool found = false;

    dispatch();
    letter = handed(ACTION_STATUS_ANSWER);
    assert_non_null(letter);
    assert_int_equal(letter->letter.party, party);
    assert_false(letter->letter.to_core);
    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_body(txn, letter->letter.content_month, letter->letter.content_digest,
                         bench.arena, &plain, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    must(record_decode(bench.arena, plain, &root, &bench.err));
    carry(letter->letter.out_id, VERDICT_ACCEPTED, "");
    return root;
}

static const struct record *answer(uint32_t party, struct record *body)
{
    struct work *work = asks(party, body);

    apply_accepted(work);
    assert_int_equal(work->result.state, ENQUIRY_ANSWERED);
    return answer_for(party);
}

static void expect_cases(const struct record *root, size_t count, const struct uuid *newest)
{
    char id[UUID_TEXT_SIZE];
    struct text text;

    assert_int_equal(record_count(root, "cases/case"), count);
    assert_true(record_text(root, "more", &text));
    assert_true(text_is(text, "false"));
    if (newest == NULL)
        return;
    assert_true(record_text(root, "cases/case/caseId", &text));
    assert_true(text_is(text, uuid_format(newest, id)));
}

/* --- who is told of what ---------------------------------------------------------------------
 */

static void the_asker_sees_what_it_has_with_us(void **state)
{
    struct uuid employee = applies(FLOW_PENSION_EMPLOYEE, "440000", "T1", 1);
    struct uuid resident;
    const struct record *made;
    struct record *body;

    (void)state;
    bench.now.ms += minute_ms;
    resident = applies(FLOW_PENSION_RESIDENT, "440000", "T2", 1);
    applies(FLOW_PENSION_EMPLOYEE, "330000", "T3", 1); /* a third province's */
    applies(FLOW_PENSION_EMPLOYEE, "440000", "T4", 2); /* somebody else's */

    made = answer(PARTNER, question("Q1", "440000", 1));
    expect_cases(made, 2, &resident);                        /* newest first */
    assert_int_equal(record_count(made, "limits/limit"), 2); /* D1 of each */
    expect_cases(answer(OTHER, question("Q2", "330000", 1)), 1, NULL);
    expect_cases(answer(OTHER, question("Q3", "330000", 2)), 0, NULL);
    expect_cases(answer(PARTNER, question("Q4", "440000", 3)), 0, NULL);

    body = question("Q5", "440000", 1);
    document_put(bench.arena, body, "flow", "pension.employee");
    expect_cases(answer(PARTNER, body), 1, &employee);
    body = question("Q6", "440000", 1);
    document_put(bench.arena, body, "insuranceKind", "150");
    expect_cases(answer(PARTNER, body), 1, &resident);
    body = question("Q7", "440000", 1);
    document_put(bench.arena, body, "flow", "medical.transfer");
    expect_cases(answer(PARTNER, body), 0, NULL);
}

/* What is said of a third province's cases is, but for number and time, what is said of none.
 */
static void nothing_is_found_out_by_asking(void **state)
{
    const struct record *there;
    const struct record *nowhere;

    (void)state;
    for (unsigned i = 0; i < FLOW_RELATED_MAX + 3; i++) {
        char *trace = arena_format(bench.arena, "T%u", i);
        struct uuid case_id = applies(FLOW_PENSION_EMPLOYEE, "330000", trace, 1);
        struct work *refusal = submission(ACTION_REFUSAL, 1, document(ACTION_REFUSAL, 1));

        document_set((struct record *)(uintptr_t)refusal->message.body, "reference/outRegion",
                     "330000");
        document_set((struct record *)(uintptr_t)refusal->message.body, "reference/traceNumber",
                     trace);
        apply_accepted(refusal);
        assert_int_equal(the_case(&case_id).state, PENSION_REFUSED);
    }
    there = answer(PARTNER, question("Q1", "440000", 1));
    nowhere = answer(PARTNER, question("Q1B", "440000", 2));
    document_set((struct record *)(uintptr_t)there, "reference/enquiryNumber", "Q1B");
    assert_true(record_equal(there, nowhere));
}

/* Who asks ever again about one person makes the list of that person's cases longer, and no
 * answer slower: what lies behind so many newer ones is not looked for, and the answer says so.
 */
static void a_long_list_is_not_read_to_its_end(void **state)
{
    const struct record *made;
    struct text text;

    (void)state;
    applies(FLOW_PENSION_EMPLOYEE, "440000", "T1", 1);
    bench.now.ms += minute_ms;
    for (unsigned i = 0; i < ROWS_MAX - 1; i++)
        apply_accepted(asks(OTHER, question(arena_format(bench.arena, "N%u", i), "330000", 1)));
    expect_cases(answer(PARTNER, question("Q1", "440000", 1)), 1, NULL);
    made = answer(PARTNER, question("Q2", "440000", 1));
    assert_int_equal(record_count(made, "cases/case"), 0);
    assert_true(record_text(made, "more", &text));
    assert_true(text_is(text, "true"));
}

static void a_case_may_be_asked_about_by_its_id(void **state)
{
    struct uuid theirs = applies(FLOW_PENSION_EMPLOYEE, "440000", "T1", 1);
    struct uuid a_thirds = applies(FLOW_PENSION_EMPLOYEE, "330000", "T2", 2);
    struct uuid nobodys = new_id();
    const struct {
        const struct uuid *named;
        const char *number;
        size_t told;
    } rows[] = {{&theirs, "Q1", 1}, {&a_thirds, "Q2", 0}, {&nobodys, "Q3", 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *body = enquiry_document(bench.arena, ACTION_FORM); /* without a person */
        char *id = arena_alloc(bench.arena, UUID_TEXT_SIZE);

        body->name = "status_query";
        document_set(body, "reference/enquiryNumber", rows[i].number);
        document_set(body, "reference/fromRegion", "440000");
        document_set(body, "reference/toRegion", "520000");
        document_put(bench.arena, body, "caseId", uuid_format(rows[i].named, id));
        expect_cases(answer(PARTNER, body), rows[i].told, NULL);
    }
}

/* --- twice, again, from the wrong one
 * ---------------------------------------------------------
 */

static void a_question_is_answered_once(void **state)
{
    struct work *first = asks(PARTNER, question("Q1", "440000", 1));
    struct work *same = again(first);
    struct work *number;

    (void)state;
    apply_accepted(first);
    apply(same);
    assert_true(same->result.duplicate);
    dispatch();
    assert_int_equal(bench.handed_count, 1);
    number = asks(PARTNER, question("Q1", "440000", 1));
    apply(number);
    expect_verdict(number, VERDICT_REFUSED, "FLW-08"); /* its number is another enquiry's */
}

static void who_may_not_ask(void **state)
{
    struct work *work = asks(PARTNER, question("Q1", "330000", 1));
    struct record *body = question("Q2", "440000", 1);

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04"); /* for another province */
    document_set(body, "reference/toRegion", "330000");
    work = asks(PARTNER, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04"); /* of another province */
    body = question("Q3", "440000", 1);
    document_put(bench.arena, body, "flow", "pension.unknown");
    work = asks(PARTNER, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-10");
    dispatch();
    assert_int_equal(bench.handed_count, 0);
}

/* --- we ask ---------------------------------------------------------------------------------
 */

static struct work *our_question(const char *number)
{
    struct record *body = question(number, "520000", 1);
    struct work *work;

    document_set(body, "reference/toRegion", "440000");
    work = submission(ACTION_STATUS_QUERY, 1, body);
    work->message.flow = FLOW_TRANSFER_ENQUIRY;
    return work;
}

static struct work *their_answer(uint32_t party, const struct uuid *case_id, const char *number)
{
    struct record *body = enquiry_document(bench.arena, ACTION_STATUS_ANSWER);
    struct work *work;

    document_set(body, "reference/enquiryNumber", number);
    document_put(bench.arena, body, "count", "0");
    document_put(bench.arena, body, "more", "false");
    work = message_from(party, case_id, ACTION_STATUS_ANSWER, 1, body);
    work->message.flow = FLOW_TRANSFER_ENQUIRY;
    return work;
}

static void our_core_asks_and_is_told(void **state)
{
    struct work *work = our_question("Q1");
    struct work *two = our_question("Q2");
    struct work *theirs;
    struct uuid case_id;

    (void)state;
    apply_accepted(work);
    apply_accepted(two); /* about the same person, while the first is under way */
    case_id = work->result.case_id;
    dispatch();
    assert_int_equal(bench.handed_count, 2);
    assert_int_equal(handed(ACTION_STATUS_QUERY)->letter.party, PARTNER);
    theirs = their_answer(OTHER, &case_id, "Q1");
    apply(theirs);
    expect_verdict(theirs, VERDICT_REFUSED, "FLW-05"); /* it was not asked */
    theirs = their_answer(PARTNER, &case_id, "Q2");
    apply(theirs);
    expect_verdict(theirs, VERDICT_REFUSED, "FLW-11");
    assert_int_equal(the_case(&case_id).state, ENQUIRY_ASKED);
    apply_accepted(their_answer(PARTNER, &case_id, "Q1"));
    assert_int_equal(the_case(&case_id).state, ENQUIRY_ANSWERED);
    dispatch();
    assert_non_null(handed(ACTION_STATUS_ANSWER));
    assert_int_equal(handed(ACTION_STATUS_ANSWER)->letter.party, CORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(the_asker_sees_what_it_has_with_us),
        ENGINE_TEST(nothing_is_found_out_by_asking),
        ENGINE_TEST(a_long_list_is_not_read_to_its_end),
        ENGINE_TEST(a_case_may_be_asked_about_by_its_id),
        ENGINE_TEST(a_question_is_answered_once),
        ENGINE_TEST(who_may_not_ask),
        ENGINE_TEST(our_core_asks_and_is_told),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
