/* engine_codes_test.c - the codes that the engine refuses with: FLW-03 to FLW-05 and FLW-08.
 * The verdict is journaled; no case is opened or changed, and no letter is born. */
#include "unit.h"

#include "core/pension_remittance.h"
#include "engine_fixture.h"

static const int64_t late_ms = INT64_C(11) * 60 * 1000; /* after the ten minutes of waiting */

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

static unsigned tlvs_of(const struct entry *entry, unsigned type)
{
    unsigned count = 0;

    for (size_t i = 0; i < entry->tlv_count; i++)
        count += entry->tlvs[i].type == type;
    return count;
}

/* One entry, with the verdict and nothing that follows from it. */
static void expect_refused(struct work *work, const char *code)
{
    uint64_t size = ledger_size(bench.ledger);
    struct entry entry;

    apply(work);
    expect_verdict(work, VERDICT_REFUSED, code);
    assert_int_not_equal(work->result.reason[0], 0);
    assert_int_equal(ledger_size(bench.ledger), size + 1);
    entry = last_entry();
    assert_int_equal(entry.kind, work->local ? ENTRY_SUBMITTED : ENTRY_RECEIVED);
    assert_int_equal(tlvs_of(&entry, TLV_VERDICT), 1);
    assert_int_equal(tlvs_of(&entry, TLV_CASE_AFTER), 0);
    assert_int_equal(tlvs_of(&entry, TLV_LETTER), 0);
    apply(again(work)); /* and so for ever */
    assert_int_equal(ledger_size(bench.ledger), size + 1);
}

static void no_such_case(void **state)
{
    struct uuid case_id = new_id();
    struct work *early = message_from(PARTNER, &case_id, ACTION_FORM, 1,
                                      document(ACTION_FORM, 1));
    struct work *work = again(early);

    (void)state;
    apply(early);
    assert_true(early->result.later); /* the letter may be under way */
    bench.now.ms += late_ms;
    expect_refused(work, "FLW-03");
    expect_refused(submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1)), "FLW-03");
    expect_refused(submission(ACTION_WITHDRAWAL, 1, document(ACTION_WITHDRAWAL, 2)), "FLW-03");
}

static struct record *between(unsigned action, const char *in, const char *out)
{
    struct record *root = document(action, 1);

    document_set(root, "reference/inRegion", in);
    document_set(root, "reference/outRegion", out);
    return root;
}

static void regions_that_cannot_open_a_case(void **state)
{
    struct uuid case_id = new_id();

    (void)state;
    /* Another province's case, one without a partner, and one within the province. */
    expect_refused(
        submission(ACTION_APPLICATION, 1, between(ACTION_APPLICATION, "440000", "520000")),
        "FLW-04");
    expect_refused(
        submission(ACTION_APPLICATION, 1, between(ACTION_APPLICATION, "520000", "650000")),
        "FLW-04");
    expect_refused(
        submission(ACTION_APPLICATION, 1, between(ACTION_APPLICATION, "520100", "520300")),
        "FLW-04");
    /* The letter of a province that is not the IN region it names. */
    expect_refused(message_from(OTHER, &case_id, ACTION_LETTER, 1,
                                between(ACTION_LETTER, "440000", "520000")),
                   "FLW-04");
    expect_refused(message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                between(ACTION_LETTER, "520000", "440000")),
                   "FLW-04");
}

static void a_case_of_somebody_else(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct flow_case before = the_case(&case_id);
    struct flow_case after;
    struct record *line = document(ACTION_REMITTANCE, 2);
    struct work *work;
    struct uuid applied;

    (void)state;
    expect_refused(
        message_from(OTHER, &case_id, ACTION_WITHDRAWAL, 1, document_out(ACTION_WITHDRAWAL, 1)),
        "FLW-05");
    expect_refused(
        message_from(OTHER, &case_id, ACTION_REMINDER, 1, document_out(ACTION_REMINDER, 1)),
        "FLW-05");
    after = the_case(&case_id);
    assert_true(same_case(&before, &after));
    /* A bank line under the trace number of a transfer. */
    applied = open_in(2);
    before = the_case(&applied);
    document_put(bench.arena, line, "amount", "1.00");
    work = submission(ACTION_REMITTANCE, 1, line);
    work->message.flow = FLOW_PENSION_REMITTANCE;
    expect_refused(work, "FLW-05");
    after = the_case(&applied);
    assert_true(same_case(&before, &after));
}

/* Our own core names a case by its trace number: a second case of that number would take what
 * is meant for the first. */
static void a_trace_number_that_is_taken(void **state)
{
    uint64_t to_core;
    struct uuid first = open_out(1, &to_core);
    struct uuid second = new_id();
    struct record *letter = document_out(ACTION_LETTER, 1);
    struct record *query = document_out(ACTION_FUND_QUERY, 1);
    struct work *work;

    (void)state;
    document_set(letter, "person/identityNumber", person_number(2));
    expect_refused(message_from(PARTNER, &second, ACTION_LETTER, 1, letter), "FLW-08");
    document_put(bench.arena, query, "amount", "1.00");
    work = message_from(PARTNER, &second, ACTION_FUND_QUERY, 1, query);
    work->message.flow = FLOW_PENSION_REMITTANCE;
    expect_refused(work, "FLW-08");
    apply_accepted(submission(ACTION_ACCEPTANCE, 1, document_out(ACTION_ACCEPTANCE, 1)));
    assert_int_equal(the_case(&first).state, PENSION_ACCEPTED);
    /* The same number in another region is another case. */
    document_set(letter, "reference/inRegion", "440300");
    apply_accepted(message_from(PARTNER, &second, ACTION_LETTER, 1, letter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(no_such_case),
        ENGINE_TEST(regions_that_cannot_open_a_case),
        ENGINE_TEST(a_case_of_somebody_else),
        ENGINE_TEST(a_trace_number_that_is_taken),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
