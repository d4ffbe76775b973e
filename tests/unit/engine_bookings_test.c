/* engine_bookings_test.c - bank lines: one entry for the line and all cases it pays, money in
 * suspense that is asked about over two ledgers, and reversals over two ledgers. */
#include "unit.h"

#include "core/pension_remittance.h"
#include "engine_fixture.h"

/* --- bank lines of our own core
 * --------------------------------------------------------------- */

static struct record *bank_line(unsigned action, const char *number, const char *amount)
{
    struct record *root = document_new(bench.arena, action);

    document_set(root, "reference/traceNumber", number);
    if (amount != NULL)
        document_put(bench.arena, root, "amount", amount);
    return root;
}

static void add_item(struct record *line, unsigned number, const char *amount)
{
    struct record *items = strcmp(line->last->name, "items") == 0
                               ? line->last
                               : document_put(bench.arena, line, "items", NULL);
    struct record *item = document_put(bench.arena, items, "item", NULL);

    document_put(bench.arena, item, "traceNumber",
                 arena_format(bench.arena, "520000202603020%05u", number));
    document_put(bench.arena, item, "amount", amount);
}

static struct work *line_work(unsigned action, struct record *body)
{
    struct work *work = submission((uint16_t)action, 1, body);

    work->message.flow = FLOW_PENSION_REMITTANCE;
    return work;
}

/* --- transfers that wait for money
 * ---------------------------------------------------------------- */

/* Home is IN, and OUT has the letter. */
static struct uuid open_waiting(unsigned number)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(number, &out_id);

    carry(out_id, VERDICT_ACCEPTED, "");
    return case_id;
}

static struct uuid open_with_form(unsigned number)
{
    struct uuid case_id = open_waiting(number);

    apply_accepted(
        message_from(PARTNER, &case_id, ACTION_FORM, 1, document(ACTION_FORM, number)));
    return case_id;
}

static void expect_case(const struct uuid *case_id, unsigned state, int64_t money)
{
    struct flow_case found = the_case(case_id);

    assert_string_equal(flow_state_name(flow_find(found.flow), found.state).english,
                        flow_state_name(flow_find(found.flow), state).english);
    assert_int_equal(found.money_total.fen, money);
}

static unsigned tlvs_of(const struct entry *entry, unsigned type)
{
    unsigned count = 0;

    for (size_t i = 0; i < entry->tlv_count; i++)
        count += entry->tlvs[i].type == type;
    return count;
}

static void expect_last(unsigned cases, unsigned letters, unsigned warnings)
{
    struct entry entry = last_entry();

    assert_int_equal(entry.kind, ENTRY_SUBMITTED);
    assert_int_equal(entry.flow, FLOW_PENSION_REMITTANCE);
    assert_int_equal(tlvs_of(&entry, TLV_CASE_AFTER), cases);
    assert_int_equal(tlvs_of(&entry, TLV_LETTER), letters);
    assert_int_equal(tlvs_of(&entry, TLV_WARNING), warnings);
}

/* Does the newest entry stand in the case's and in the person's list? */
struct search {
    uint64_t seq;
    bool found;
};

static bool look_for(void *self, const struct entry *entry)
{
    struct search *search = self;

    search->found = search->found || entry->seq == search->seq;
    return true;
}

static void expect_in_lists(const struct uuid *case_id)
{
    struct flow_case listed = the_case(case_id);
    struct search by_case = {ledger_size(bench.ledger), false};
    struct search by_person = by_case;
    struct ledger_txn *txn = NULL;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_each_of_case(txn, case_id, look_for, &by_case, &bench.err));
    must(ledger_each_of_person(txn, listed.person_tag, look_for, &by_person, &bench.err));
    ledger_abort(txn);
    assert_true(by_case.found);
    assert_true(by_person.found);
}

/* --- one line, many cases
 * ---------------------------------------------------------------------------- */

static void one_line_pays_many_cases_in_one_entry(void **state)
{
    struct uuid cases[3] = {open_waiting(1), open_with_form(2), open_with_form(3)};
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "39028.38");
    uint64_t size = ledger_size(bench.ledger);
    struct entry_letter returned;
    struct work *work;

    (void)state;
    add_item(line, 1, "5000.00");
    add_item(line, 2, DOCUMENT_TOTAL);
    add_item(line, 3, "5000.00");
    work = line_work(ACTION_REMITTANCE, line);
    apply_accepted(work);
    assert_int_equal(ledger_size(bench.ledger), size + 1);
    assert_int_equal(work->result.state, REMITTANCE_ALLOCATED);
    expect_last(4, 2, 0); /* the third form goes back: to the partner, and a copy */
    expect_case(&work->result.case_id, REMITTANCE_ALLOCATED, 3902838);
    expect_case(&cases[0], PENSION_MONEY_ONLY, 500000);
    expect_case(&cases[1], PENSION_BOTH, DOCUMENT_TOTAL_FEN);
    expect_case(&cases[2], PENSION_DISPUTE, 500000);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_in_lists(&cases[i]);
    returned = letter(born_last(0)).letter;
    assert_true(uuid_equal(&returned.case_id, &cases[2]));
    assert_int_equal(returned.action, ACTION_FORM_RETURN);
    assert_int_equal(returned.flow, FLOW_PENSION_EMPLOYEE);
    assert_int_equal(returned.party, PARTNER);
    assert_int_equal(letter(born_last(1)).letter.party, CORE);
}

/* What a case cannot take waits; the rest is booked. */
static void what_a_case_cannot_take_waits(void **state)
{
    struct uuid taken = open_waiting(1);
    struct uuid fresh = open_in(2); /* no letter yet */
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "40.00");
    struct work *work;
    uint64_t to_core;
    struct uuid out = open_out(3, &to_core);

    (void)state;
    add_item(line, 1, "10.00");
    add_item(line, 2, "10.00");
    add_item(line, 3, "10.00"); /* there we are OUT, and the region differs */
    add_item(line, 4, "10.00"); /* no such case */
    work = line_work(ACTION_REMITTANCE, line);
    apply_accepted(work);
    expect_last(2, 0, 3);
    expect_case(&work->result.case_id, REMITTANCE_SUSPENSE, 4000);
    assert_int_equal(the_case(&work->result.case_id).form_total.fen, 1000);
    expect_case(&taken, PENSION_MONEY_ONLY, 1000);
    expect_case(&fresh, PENSION_NEW, 0);
    expect_case(&out, PENSION_LETTER_HELD, 0);
}

/* The payer named in the line is not the one of the case. */
static void a_case_of_another_payer_takes_nothing(void **state)
{
    struct uuid case_id = open_waiting(1);
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "10.00");
    struct work *work;

    (void)state;
    document_set(line, "reference/outRegion", "330000");
    add_item(line, 1, "10.00");
    work = line_work(ACTION_REMITTANCE, line);
    apply_accepted(work);
    assert_int_equal(work->result.state, REMITTANCE_SUSPENSE);
    assert_int_equal(the_case(&work->result.case_id).party, OTHER);
    expect_case(&case_id, PENSION_LETTER_HELD, 0);
}

static void a_line_of_less_than_its_items_books_nothing(void **state)
{
    struct uuid case_id = open_waiting(1);
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "9.99");
    struct work *work;

    (void)state;
    add_item(line, 1, "10.00");
    work = line_work(ACTION_REMITTANCE, line);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-C04");
    expect_last(0, 0, 0);
    expect_case(&case_id, PENSION_LETTER_HELD, 0);
}

/* An entry bears 16 letters; a booking whose letters would not fit waits in suspense. */
static void letters_of_bookings_fit_into_the_entry(void **state)
{
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "80.00");
    struct record *rest = bank_line(ACTION_ALLOCATION, "YH0001", NULL);
    struct uuid cases[8];
    struct work *work;
    struct entry entry;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        cases[i] = open_with_form(i + 1);
        add_item(line, i + 1, "10.00"); /* of another sum: each form goes back */
    }
    work = line_work(ACTION_REMITTANCE, line);
    apply_accepted(work);
    entry = last_entry();
    assert_true(tlvs_of(&entry, TLV_LETTER) <= 16);
    expect_last(1 + 6, 12, 2);
    expect_case(&cases[5], PENSION_DISPUTE, 1000);
    expect_case(&cases[6], PENSION_INFO_ONLY, 0);
    expect_case(&work->result.case_id, REMITTANCE_SUSPENSE, 8000);
    add_item(rest, 7, "10.00");
    add_item(rest, 8, "10.00");
    apply_accepted(line_work(ACTION_ALLOCATION, rest));
    expect_last(3, 4, 0);
    expect_case(&cases[6], PENSION_DISPUTE, 1000);
    expect_case(&cases[7], PENSION_DISPUTE, 1000);
    expect_case(&work->result.case_id, REMITTANCE_ALLOCATED, 8000);
}

static void a_line_of_as_many_items_as_there_may_be(void **state)
{
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "640.00");
    struct uuid cases[FLOW_POSTINGS_MAX];
    struct work *work;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        cases[i] = open_waiting(i + 1);
        add_item(line, i + 1, "10.00");
    }
    work = line_work(ACTION_REMITTANCE, line);
    apply_accepted(work);
    expect_last(1 + FLOW_POSTINGS_MAX, 0, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_case(&cases[i], PENSION_MONEY_ONLY, 1000);
    expect_in_lists(&cases[63]);
    assert_int_equal(work->result.state, REMITTANCE_ALLOCATED);
}

/* --- the remark
 * ------------------------------------------------------------------------------------- */

static struct work *remarked(const char *number, const char *amount, const char *remark)
{
    struct record *line = bank_line(ACTION_REMITTANCE, number, amount);

    document_put(bench.arena, line, "remark", remark);
    return line_work(ACTION_REMITTANCE, line);
}

static void a_remark_that_names_one_case_is_enough(void **state)
{
    struct uuid first = open_waiting(1);
    struct uuid second = open_waiting(2);
    struct work *work = remarked("YH0001", "10.00", "养老转移52000020260302000001张喆");

    (void)state;
    apply_accepted(work);
    assert_int_equal(work->result.state, REMITTANCE_ALLOCATED);
    expect_case(&first, PENSION_MONEY_ONLY, 1000);
    /* Two that could take it: nothing is guessed. */
    work = remarked("YH0002", "10.00", "52000020260302000001,52000020260302000002");
    apply_accepted(work);
    assert_int_equal(work->result.state, REMITTANCE_SUSPENSE);
    expect_last(1, 0, 0);
    expect_case(&first, PENSION_MONEY_ONLY, 1000);
    expect_case(&second, PENSION_LETTER_HELD, 0);
    /* One that could and one that is nowhere. */
    work = remarked("YH0003", "10.00", "YH0003 52000020260302000099 52000020260302000002");
    apply_accepted(work);
    assert_int_equal(work->result.state, REMITTANCE_ALLOCATED);
    expect_case(&second, PENSION_MONEY_ONLY, 1000);
}

/* --- the same line twice
 * ------------------------------------------------------------------------------ */

static void the_same_line_books_once(void **state)
{
    struct uuid case_id = open_waiting(1);
    struct record *line = bank_line(ACTION_REMITTANCE, "YH0001", "10.00");
    struct work *first;
    struct work *second;
    uint64_t size;

    (void)state;
    add_item(line, 1, "10.00");
    first = line_work(ACTION_REMITTANCE, line);
    apply_accepted(first);
    size = ledger_size(bench.ledger);
    second = again(first);
    apply(second);
    assert_true(second->result.duplicate);
    assert_int_equal(second->result.sequence, first->result.sequence);
    assert_int_equal(ledger_size(bench.ledger), size);
    second = line_work(ACTION_REMITTANCE, line); /* under another key of the dialect */
    apply(second);
    expect_verdict(second, VERDICT_REFUSED, "FLW-01");
    expect_last(0, 0, 0);
    expect_case(&case_id, PENSION_MONEY_ONLY, 1000);
    /* Nor while it waits. */
    line = bank_line(ACTION_REMITTANCE, "YH0002", "20.00");
    add_item(line, 1, "10.00");
    apply_accepted(line_work(ACTION_REMITTANCE, line));
    second = line_work(ACTION_REMITTANCE, line);
    apply(second);
    expect_verdict(second, VERDICT_REFUSED, "FLW-01");
    expect_case(&case_id, PENSION_MONEY_ONLY, 2000);
}

/* Several lines wait at once: none hinders another, they belong to nobody. */
static void many_lines_may_wait(void **state)
{
    struct work *works[3];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(works); i++) {
        const char *number = arena_format(bench.arena, "YH000%u", i);

        works[i] = line_work(ACTION_REMITTANCE, bank_line(ACTION_REMITTANCE, number, "1.00"));
        apply_accepted(works[i]);
        expect_case(&works[i]->result.case_id, REMITTANCE_SUSPENSE, 100);
    }
    for (unsigned i = 0; i < COUNT_OF(works); i++)
        expect_case(&works[i]->result.case_id, REMITTANCE_SUSPENSE, 100);
}

/* --- two gateways
 * ------------------------------------------------------------------------------------- */

static struct engine_bench far; /* 440000; bench is 520000. Exchanged to act as the other. */

static void change_sides(void)
{
    struct engine_bench held = bench;

    bench = far;
    far = held;
    bench.now = held.now;
}

static void open_far_engine(void)
{
    struct engine_given given = {.now = bench_now,
                                 .random = bench_random,
                                 .seal = bench_seal,
                                 .open = bench_open,
                                 .deliver = bench_deliver};

    must(ledger_open(bench.store, false, &bench.ledger, &bench.err));
    engine_init(bench.engine, &given, bench.ledger, bench.rules, bench.calendar);
    bench_add_party(HOME, PARTY_PROVINCE, "hrss.440000");
    bench_add_party(PARTNER, PARTY_PROVINCE, "hrss.520000");
    bench_add_party(CORE, PARTY_CORE, "hrss.440000.core");
    bench.random = 1000000; /* other ids than those of 520000 */
}

static int setup_two(void **state)
{
    bench_create();
    open_far_engine();
    far = bench;
    return bench_setup(state);
}

static int teardown_two(void **state)
{
    bench_teardown(state);
    bench = far;
    return bench_teardown(state);
}

/* The content of a letter, as the seal of the tests leaves it. */
static struct record *content_of(const struct entry_letter *letter)
{
    struct ledger_txn *txn = NULL;
    struct record *content = NULL;
    struct text bytes;
    bool found;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_body(txn, letter->content_month, letter->content_digest, bench.arena,
                         &bytes, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    must(record_decode(bench.arena, bytes, &content, &bench.err));
    return content;
}

/* The letter of this action that lies ready for the partner goes over; the receipt comes back.
 */
static void travels(unsigned action, enum verdict verdict, const char *code)
{
    struct entry_letter letter = {0};
    struct record *content;
    struct work *work;

    bench.now.ms += ENGINE_REST_MS; /* since the last one was put back */
    dispatch();
    for (size_t i = 0; i < bench.handed_count; i++) {
        if (bench.handed[i].letter.action == action && !bench.handed[i].letter.to_core)
            letter = bench.handed[i].letter;
        engine_release(bench.engine, bench.handed[i].letter.out_id);
    }
    assert_int_equal(letter.action, action);
    content = content_of(&letter);
    change_sides();
    work = message_from(PARTNER, &letter.case_id, (uint16_t)action, letter.revision, content);
    work->message.message_id = letter.message_id;
    work->message.flow = letter.flow;
    message_key_of(&letter.message_id, work->key);
    apply(work);
    expect_verdict(work, verdict, code);
    change_sides();
    carry(letter.out_id, verdict, code);
}

static void far_submits(struct work *(*make)(unsigned, struct record *), unsigned action,
                        struct record *body)
{
    change_sides();
    apply_accepted(make(action, body));
    change_sides();
}

static void far_travels(unsigned action)
{
    change_sides();
    travels(action, VERDICT_ACCEPTED, "");
    change_sides();
}

static void expect_both(const struct uuid *case_id, unsigned state, int64_t money)
{
    expect_case(case_id, state, money);
    change_sides();
    expect_case(case_id, state, money);
    change_sides();
}

/* 20.00 without a case; the payer is asked, and answers. */
static struct uuid asked_and_answered(void)
{
    struct work *work = remarked("YH0001", "20.00", "转移");
    struct record *answer = bank_line(ACTION_FUND_ANSWER, "YH0001", NULL);

    apply_accepted(work);
    expect_case(&work->result.case_id, REMITTANCE_SUSPENSE, 2000);
    apply_accepted(
        line_work(ACTION_FUND_QUERY, bank_line(ACTION_FUND_QUERY, "YH0001", "20.00")));
    travels(ACTION_FUND_QUERY, VERDICT_ACCEPTED, "");
    expect_both(&work->result.case_id, REMITTANCE_QUERIED, 2000);
    document_put(bench.arena, answer, "finding", "allocate");
    far_submits(line_work, ACTION_FUND_ANSWER, answer);
    far_travels(ACTION_FUND_ANSWER);
    expect_both(&work->result.case_id, REMITTANCE_ANSWERED, 2000);
    return work->result.case_id;
}

static void the_payer_says_whose_it_is(void **state)
{
    struct uuid transfer = open_waiting(1);
    struct uuid line = asked_and_answered();
    struct record *body = bank_line(ACTION_ALLOCATION, "YH0001", NULL);

    (void)state;
    add_item(body, 1, "20.00");
    apply_accepted(line_work(ACTION_ALLOCATION, body));
    expect_last(2, 2, 0); /* the payer is told, and our core has a copy */
    expect_case(&transfer, PENSION_MONEY_ONLY, 2000);
    travels(ACTION_COMPLETION, VERDICT_ACCEPTED, "");
    expect_both(&line, REMITTANCE_ALLOCATED, 2000);
}

static void or_it_goes_back(void **state)
{
    struct work *work;
    struct uuid line;

    (void)state;
    line = asked_and_answered();
    work = line_work(ACTION_FUND_RETURN, bank_line(ACTION_FUND_RETURN, "YH0001", "19.99"));
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-C04");
    apply_accepted(
        line_work(ACTION_FUND_RETURN, bank_line(ACTION_FUND_RETURN, "YH0001", "20.00")));
    travels(ACTION_FUND_RETURN, VERDICT_ACCEPTED, "");
    expect_both(&line, REMITTANCE_RETURNED, 2000);
}

static void part_is_found_and_the_rest_goes_back(void **state)
{
    struct uuid transfer = open_waiting(1);
    struct uuid line = asked_and_answered();
    struct record *body = bank_line(ACTION_ALLOCATION, "YH0001", NULL);

    (void)state;
    add_item(body, 1, "15.00");
    apply_accepted(line_work(ACTION_ALLOCATION, body));
    expect_case(&line, REMITTANCE_ANSWERED, 2000);
    apply_accepted(
        line_work(ACTION_FUND_RETURN, bank_line(ACTION_FUND_RETURN, "YH0001", "5.00")));
    travels(ACTION_FUND_RETURN, VERDICT_ACCEPTED, "");
    expect_case(&transfer, PENSION_MONEY_ONLY, 1500);
    expect_case(&line, REMITTANCE_RETURNED, 2000);
    change_sides();
    expect_case(&line, REMITTANCE_RETURNED, 500);
    change_sides();
}

/* --- reversals
 * ------------------------------------------------------------------------------------------ */

static struct work *paper(unsigned action, struct record *body)
{
    return submission((uint16_t)action, 1, body);
}

static void ours(unsigned action, struct record *body)
{
    apply_accepted(paper(action, body));
}

/* A transfer of the first person from 440000 to 520000, from application to the end. */
static struct uuid transferred(void)
{
    struct uuid case_id = open_in(1);

    ours(ACTION_LETTER, document(ACTION_LETTER, 1));
    travels(ACTION_LETTER, VERDICT_ACCEPTED, "");
    far_submits(paper, ACTION_FORM, document(ACTION_FORM, 1));
    far_travels(ACTION_FORM);
    far_submits(paper, ACTION_FUND_ADVICE, document(ACTION_FUND_ADVICE, 1));
    far_travels(ACTION_FUND_ADVICE);
    ours(ACTION_FUND_RECEIPT, document(ACTION_FUND_RECEIPT, 1));
    ours(ACTION_COMPLETION, document(ACTION_COMPLETION, 1));
    travels(ACTION_COMPLETION, VERDICT_ACCEPTED, "");
    expect_both(&case_id, PENSION_CLOSED, DOCUMENT_TOTAL_FEN);
    return case_id;
}

/* Under a number of its own, of the first transfer. */
static struct record *reversal(unsigned number)
{
    struct record *root = document(ACTION_REVERSAL, number);

    document_put(bench.arena, document_put(bench.arena, root, "corrects", NULL), "traceNumber",
                 "52000020260302000001");
    document_put(bench.arena, root, "code", "PEN-V01");
    document_put(bench.arena, root, "amount", DOCUMENT_TOTAL);
    return root;
}

static struct record *amount_of(unsigned action, unsigned number, const char *amount)
{
    struct record *root = document(action, number);

    if (record_find(root, "amount") == NULL)
        document_put(bench.arena, root, "amount", amount);
    document_set(root, "amount", amount);
    return root;
}

static void expect_corrected(const struct uuid *old, const struct uuid *by)
{
    struct flow_case found = the_case(old);

    assert_int_equal(found.state, PENSION_CLOSED);
    assert_true(found.flags & CASE_CORRECTED);
    assert_true(uuid_equal(&found.other, by));
}

static void a_wrong_transfer_is_undone(void **state)
{
    struct uuid old = transferred();
    struct work *work = paper(ACTION_REVERSAL, reversal(7));

    (void)state;
    apply_accepted(work);
    travels(ACTION_REVERSAL, VERDICT_ACCEPTED, "");
    expect_corrected(&old, &work->result.case_id);
    ours(ACTION_FUND_RETURN, amount_of(ACTION_FUND_RETURN, 7, "29000.00"));
    travels(ACTION_FUND_RETURN, VERDICT_ACCEPTED, "");
    ours(ACTION_FUND_RETURN, amount_of(ACTION_FUND_RETURN, 7, "28.38"));
    travels(ACTION_FUND_RETURN, VERDICT_ACCEPTED, "");
    far_submits(paper, ACTION_FUND_RECEIPT, amount_of(ACTION_FUND_RECEIPT, 7, DOCUMENT_TOTAL));
    far_submits(paper, ACTION_COMPLETION, document(ACTION_COMPLETION, 7));
    far_travels(ACTION_COMPLETION);
    expect_both(&work->result.case_id, PENSION_CANCELLED, 0);
    expect_corrected(&old, &work->result.case_id);
    change_sides();
    expect_corrected(&old, &work->result.case_id);
    change_sides();
    /* And not once more, by either side. */
    work = paper(ACTION_REVERSAL, reversal(8));
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-06");
}

static void both_undo_it_at_once(void **state)
{
    struct uuid old = transferred();
    struct work *in = paper(ACTION_REVERSAL, reversal(7));
    struct work *out;
    struct uuid stays;
    struct uuid lost;

    (void)state;
    apply_accepted(in);
    change_sides();
    bench.now.ms += minute_ms; /* a higher number: UUIDs begin with the time */
    out = paper(ACTION_REVERSAL, reversal(8));
    apply_accepted(out);
    change_sides();
    stays = in->result.case_id;
    lost = out->result.case_id;
    assert_true(uuid_compare(&stays, &lost) < 0);
    travels(ACTION_REVERSAL, VERDICT_ACCEPTED, "");
    change_sides();
    travels(ACTION_REVERSAL, VERDICT_REFUSED, "FLW-07");
    expect_case(&lost, PENSION_CANCELLED, 0);
    assert_true(the_case(&lost).flags & CASE_MERGED);
    assert_false(the_case(&lost).flags & CASE_FLAGGED);
    change_sides();
    expect_both(&stays, PENSION_REVERSAL, 0);
    expect_corrected(&old, &stays);
    change_sides();
    expect_corrected(&old, &stays);
    change_sides();
}

#define TWO_TEST(function) cmocka_unit_test_setup_teardown(function, setup_two, teardown_two)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(one_line_pays_many_cases_in_one_entry),
        ENGINE_TEST(what_a_case_cannot_take_waits),
        ENGINE_TEST(a_case_of_another_payer_takes_nothing),
        ENGINE_TEST(a_line_of_less_than_its_items_books_nothing),
        ENGINE_TEST(letters_of_bookings_fit_into_the_entry),
        ENGINE_TEST(a_line_of_as_many_items_as_there_may_be),
        ENGINE_TEST(a_remark_that_names_one_case_is_enough),
        ENGINE_TEST(the_same_line_books_once),
        ENGINE_TEST(many_lines_may_wait),
        TWO_TEST(the_payer_says_whose_it_is),
        TWO_TEST(or_it_goes_back),
        TWO_TEST(part_is_found_and_the_rest_goes_back),
        TWO_TEST(a_wrong_transfer_is_undone),
        TWO_TEST(both_undo_it_at_once),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
