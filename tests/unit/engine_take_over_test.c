/* engine_take_over_test.c - cases of another system in the ledger: once, by the same line only,
 * with limits that may have passed, and such that have no far party. */
#include "unit.h"

#include "core/medical_transfer.h"
#include "crypt/digest.h"
#include "engine_fixture.h"

static const uint8_t persons[][16] = {{1}, {2}, {3}};

static void wake(void)
{
    struct ledger_txn *txn = NULL;
    size_t count = 0;
    bool ok = ledger_begin(bench.ledger, &txn, &bench.err) &&
              engine_wake(bench.engine, txn, 10, &count, &bench.err) &&
              ledger_commit(&txn, &bench.err);

    ledger_abort(txn);
    must(ok);
    assert_int_equal(count, 1);
}

/* Accepted at IN, ten days before. */
static struct takeover *line(void)
{
    struct takeover *from = arena_alloc(bench.arena, sizeof(*from));

    assert_non_null(from);
    *from = (struct takeover){.flow = FLOW_PENSION_EMPLOYEE,
                              .role = ROLE_IN,
                              .state = PENSION_ACCEPTED,
                              .in_region = 520100,
                              .out_region = 440100,
                              .trace = "QT1",
                              .tags = persons,
                              .tag_count = 1,
                              .core = CORE,
                              .limits = {{.kind = CLOCK_D2}},
                              .limit_count = 1};
    from->opened_on.number = instant_day(bench.now).number - 10;
    from->limits[0].from = from->opened_on;
    return from;
}

static struct work *apply_line(const struct takeover *from)
{
    struct work *work = work_new(WORK_TAKE_OVER);

    work->takeover = from;
    apply(work);
    return work;
}

static struct uuid taken(const struct takeover *from)
{
    struct work *work = apply_line(from);

    if (work->result.verdict != VERDICT_ACCEPTED)
        print_message("%s %s\n", work->result.code, work->result.reason);
    assert_int_equal(work->result.verdict, VERDICT_ACCEPTED);
    assert_false(work->result.duplicate);
    return work->result.case_id;
}

static void refused(const struct takeover *from, const char *code)
{
    struct work *work = apply_line(from);

    assert_int_equal(work->result.verdict, VERDICT_REFUSED);
    assert_string_equal(work->result.code, code);
    assert_int_not_equal(work->result.reason[0], 0);
}

static void test_the_same_line_again(void **state)
{
    struct takeover *from = line();
    struct uuid case_id = taken(from);
    struct work *again = apply_line(from);

    (void)state;
    assert_true(again->result.duplicate);
    assert_int_equal(again->result.verdict, VERDICT_ACCEPTED);
    assert_true(uuid_equal(&again->result.case_id, &case_id));
    assert_int_equal(again->result.sequence, 0);
    from->tags = &persons[1]; /* an older key knows the person */
    from->tag_count = 2;
    refused(from, "FLW-08");
    from->tags = persons;
    assert_true(apply_line(from)->result.duplicate);
}

static void test_another_line_of_the_case(void **state)
{
    struct takeover *from = line();

    (void)state;
    taken(from);
    from->state = PENSION_LETTER_HELD;
    refused(from, "FLW-08");
    from = line();
    from->limits[0].from.number++;
    refused(from, "FLW-08");
    from = line();
    from->letter_revision = 2;
    refused(from, "FLW-08");
    from = line();
    from->out_region = 440300; /* another route: another case of this trace number */
    refused(from, "FLW-08");
    from = line();
    memcpy(from->trace, "QT2", 4);
    refused(from, "PEN-R08");
    assert_true(apply_line(line())->result.duplicate);
}

/* The case has moved on since, and still the line is the one that was taken. */
static void test_again_after_it_moved(void **state)
{
    struct takeover *from = line();
    struct uuid case_id = taken(from);

    (void)state;
    bench.now.ms += 30 * day_ms;
    wake();
    assert_true((the_case(&case_id).flags & CASE_OVERDUE) != 0);
    assert_true(apply_line(from)->result.duplicate);
}

static void test_a_limit_that_has_passed(void **state)
{
    struct takeover *from = line();
    struct uuid case_id;

    (void)state;
    from->opened_on.number -= 60;
    from->limits[0].from = from->opened_on;
    case_id = taken(from);
    assert_int_equal(the_case(&case_id).opened_at.ms, day_start(from->opened_on).ms);
    wake();
    assert_true((the_case(&case_id).flags & CASE_OVERDUE) != 0);
    dispatch();
    assert_true(bench.handed_count > 0);
    assert_int_equal(bench.handed[0].letter.action, ACTION_REMINDER);
}

static void test_routes(void **state)
{
    struct takeover *from = line();

    (void)state;
    from->out_region = 110100; /* nobody there */
    refused(from, "FLW-04");
    from = line();
    from->role = ROLE_OUT; /* 440100 is not ours */
    refused(from, "FLW-04");
    from = line();
    from->state = PENSION_LINKED;
    refused(from, "");
    from = line();
    from->flow = FLOW_INJURY_RECORD;
    from->role = ROLE_INSURED;
    refused(from, "");
}

static void test_a_case_that_is_alone(void **state)
{
    struct takeover *from = line();
    struct uuid case_id;

    (void)state;
    from->flow = FLOW_PENSION_MILITARY;
    from->state = PENSION_INFO_ONLY;
    from->insurance = TEXT("110");
    from->form_held = true;
    from->form_total = (struct money){100};
    from->limits[0].kind = CLOCK_FUND;
    refused(from, ""); /* from a province */
    from->out_region = 910000;
    case_id = taken(from);
    assert_int_equal(the_case(&case_id).party, 0);
    assert_int_equal(the_case(&case_id).core, CORE);
}

static void test_a_medical_transfer(void **state)
{
    struct takeover *from = line();
    struct flow_case row;
    struct uuid case_id;

    (void)state;
    from->flow = FLOW_MEDICAL_TRANSFER;
    from->state = MEDICAL_SHEET_HELD;
    from->insurance = from->insurance_old = TEXT("310");
    from->opened_by = ROLE_IN;
    from->form_held = true;
    from->form_total = from->money_total = (struct money){347126};
    from->pay_way = TEXT("1");
    from->money = TEXT("matched");
    from->limits[0].kind = CLOCK_D3;
    from->limits[1] = (struct takeover_limit){CLOCK_SUSPENSE, from->opened_on};
    refused(from, "");
    from->limit_count = 2;
    case_id = taken(from);
    row = the_case(&case_id);
    assert_int_equal(row.part.medical.money, MONEY_MATCHED);
    assert_int_equal(row.part.medical.pay_way, PAY_TRANSFER);
    from->money = TEXT("已匹配");
    assert_true(apply_line(from)->result.duplicate);
    from->opened_by = ROLE_OUT;
    refused(from, "FLW-08");
}

int main(void)
{
    struct error err = ERROR_INIT;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_same_line_again, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(test_another_line_of_the_case, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(test_again_after_it_moved, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(test_a_limit_that_has_passed, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(test_routes, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(test_a_case_that_is_alone, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(test_a_medical_transfer, bench_setup, bench_teardown),
    };

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
