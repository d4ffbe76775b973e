/* sim_insured_test.c - a simulated insured core: its books, the same answer to the same
 * question, and where it goes wrong on purpose. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/insured.h"

static struct arena *arena;
static struct insured_script script;
static struct insured *insured;
static struct error err;

static int prepare(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    script = (struct insured_script){.plays = true, .deductible = {1000}, .percent = 70};
    insured = insured_new(&script, true, arena);
    return arena == NULL || insured == NULL;
}

static int drop(void **state)
{
    (void)state;
    insured_free(insured);
    arena_free(arena);
    return 0;
}

static struct paper a_question(unsigned action, const char *stay)
{
    struct paper paper = paper_new(arena, action);
    struct record *reference = paper_group(&paper, paper.root, "reference");

    paper_word(&paper, reference, "institution", "H52990000001");
    paper_word(&paper, reference, "stayNumber", stay);
    return paper;
}

static struct insured_answer ask(struct paper *paper, const char *key)
{
    struct adapter_message asked = {
        .flow = FLOW_SETTLEMENT_STAY,
        .action = (uint16_t)action_by_name(text_of(paper->root->name)),
        .local_key = text_of(key),
        .body = paper->root};
    struct insured_answer answer;

    assert_false(paper->full);
    assert_true(insured_take(insured, &asked, &answer, &err));
    return answer;
}

static void says(const struct insured_answer *answer, const char *path, const char *word)
{
    struct text text = TEXT_NONE;

    assert_true(record_text(answer->message.body, path, &text));
    assert_true(text_is(text, word));
}

static struct insured_answer put_lines(const char *stay, const char *key, const char *number,
                                       int64_t own, int64_t scope)
{
    struct paper paper = a_question(ACTION_LINES, stay);
    struct record *row;

    paper_number(&paper, paper.root, "batch", 1);
    row = paper_group(&paper, paper.root, "line");
    paper_word(&paper, row, "number", number);
    paper_money(&paper, row, "amount", own + scope);
    paper_money(&paper, row, "ownPay", own);
    paper_money(&paper, row, "overLimit", 0);
    paper_money(&paper, row, "prePay", 0);
    paper_money(&paper, row, "inScope", scope);
    return ask(&paper, key);
}

static struct insured_answer put(unsigned action, const char *stay, const char *key)
{
    struct paper paper = a_question(action, stay);

    return ask(&paper, key);
}

static struct insured_answer settle(const char *stay, const char *key, int64_t total)
{
    struct paper paper = a_question(ACTION_SETTLE, stay);

    paper_money(&paper, paper.root, "total", total);
    return ask(&paper, key);
}

static struct insured_answer reverse(const char *stay, const char *key, const char *action)
{
    struct paper paper = a_question(ACTION_REVERSE, stay);

    paper_word(&paper, paper_group(&paper, paper.root, "original"), "action", action);
    return ask(&paper, key);
}

static void admit(const char *stay)
{
    char key[64];
    struct insured_answer answer;

    snprintf(key, sizeof(key), "%s.r", stay);
    answer = put(ACTION_REGISTER, stay, key);
    says(&answer, "result/verdict", "ok");
    snprintf(key, sizeof(key), "%s.l", stay);
    answer = put_lines(stay, key, "M1", 500, 11000);
    says(&answer, "count", "1");
    says(&answer, "total", "115.00");
}

static void fault(enum fault_kind kind, unsigned action, uint32_t times)
{
    script.faults[script.fault_count++] = (struct insured_fault){.kind = kind,
                                                                 .action = (uint16_t)action,
                                                                 .nth = 1,
                                                                 .times = times,
                                                                 .code = "SIM-77",
                                                                 .delay_ms = 70};
}

static void a_settlement_adds_up(void **state)
{
    struct insured_answer answer;
    (void)state;
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    assert_int_equal(answer.message.action, ACTION_SETTLED);
    assert_int_equal(answer.message.answers, ACTION_SETTLE);
    says(&answer, "amounts/total", "115.00");
    says(&answer, "amounts/inScope", "110.00");
    says(&answer, "amounts/deductible", "10.00");
    says(&answer, "amounts/fund", "70.00"); /* (110 - 10) x 70 % */
    says(&answer, "amounts/cash", "45.00");
    says(&answer, "fund/amount", "70.00");
    says(&answer, "settlementNumber", "SA-1.1");
    says(&answer, "handle/serial", "A-1.settle.1");
}

static void a_deductible_is_at_most_what_is_in_scope(void **state)
{
    struct insured_answer answer;
    (void)state;
    script.deductible.fen = 99999999;
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    says(&answer, "amounts/deductible", "110.00");
    says(&answer, "amounts/fund", "0.00");
    assert_null(record_find(answer.message.body, "fund"));
}

static void the_same_question_has_the_same_answer(void **state)
{
    struct insured_answer first;
    struct insured_answer again;
    (void)state;
    admit("A-1");
    first = settle("A-1", "s", 11500);
    again = settle("A-1", "s", 11500);
    assert_false(first.repeated);
    assert_true(again.repeated);
    assert_ptr_equal(first.message.body, again.message.body);
    again = settle("A-1", "s2", 11500); /* another question: it is settled already */
    says(&again, "result/verdict", "rejected");
    says(&again, "result/code", "SIM-STATE");
    assert_null(record_find(again.message.body, "amounts"));
}

static void cancelled_amounts_are_negative(void **state)
{
    struct insured_answer answer;
    (void)state;
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    answer = put(ACTION_CANCEL, "A-1", "c");
    says(&answer, "amounts/total", "-115.00");
    says(&answer, "amounts/fund", "-70.00");
    says(&answer, "amounts/cash", "-45.00");
    answer = put(ACTION_CANCEL, "A-1", "c2");
    says(&answer, "result/code", "SIM-STATE");
    answer = reverse("A-1", "v", "cancel");
    says(&answer, "found", "true");
    answer = settle("A-1", "s2", 11500); /* the settlement stands again */
    says(&answer, "result/code", "SIM-STATE");
}

static void what_is_reversed_is_as_if_it_had_never_been(void **state)
{
    struct insured_answer answer;
    (void)state;
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    answer = reverse("A-1", "v", "settle");
    says(&answer, "found", "true");
    answer = reverse("A-1", "v2", "settle");
    says(&answer, "found", "false");
    answer = settle("A-1", "s2", 11500);
    says(&answer, "settlementNumber", "SA-1.2");
    answer = reverse("A-1", "v3", "presettle");
    says(&answer, "result/code", "SIM-ACTION");
    answer = reverse("B-9", "v4", "settle"); /* a stay that nobody knows */
    says(&answer, "found", "false");
}

static void known_lines_count_once(void **state)
{
    struct insured_answer answer;
    (void)state;
    admit("A-1");
    answer = put_lines("A-1", "again", "M1", 500, 11000);
    says(&answer, "count", "1");
    answer = put_lines("A-1", "more", "M2", 0, -1000);
    says(&answer, "count", "2");
    says(&answer, "total", "105.00");
    answer = settle("A-1", "s", 11500);
    says(&answer, "result/code", "SIM-SUM");
    answer = put_lines("A-1", "huge", "M3", 0, INT64_C(900000000000));
    says(&answer, "result/code", "SIM-LINE");
    answer = put_lines("B-1", "early", "M1", 0, 100);
    says(&answer, "result/code", "SIM-STATE");
}

static void a_rejection_books_nothing(void **state)
{
    struct insured_answer answer;
    (void)state;
    fault(FAULT_REJECT, ACTION_SETTLE, 1);
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    says(&answer, "result/code", "SIM-77");
    answer = settle("A-1", "s", 11500);
    says(&answer, "result/code", "SIM-77");
    answer = settle("A-1", "s2", 11500); /* the second one */
    says(&answer, "result/verdict", "ok");
}

static void lost_answers_come_when_they_have_been_lost_often_enough(void **state)
{
    (void)state;
    fault(FAULT_LOSE, ACTION_SETTLE, 2);
    admit("A-1");
    assert_true(settle("A-1", "s", 11500).lost);
    assert_true(settle("A-1", "s", 11500).lost);
    assert_false(settle("A-1", "s", 11500).lost);
    assert_false(settle("A-1", "s", 11500).lost);
}

static void slow_is_slow_once(void **state)
{
    (void)state;
    fault(FAULT_SLOW, ACTION_REGISTER, 1);
    assert_int_equal(put(ACTION_REGISTER, "A-1", "r").delay_ms, 70);
    assert_int_equal(put(ACTION_REGISTER, "A-1", "r").delay_ms, 0);
    assert_int_equal(put(ACTION_REGISTER, "A-1", "r2").delay_ms, 0);
    assert_int_equal(put(ACTION_REGISTER, "A-2", "x").delay_ms, 70);
}

static void it_changes_its_mind_once(void **state)
{
    struct insured_answer answer;
    (void)state;
    fault(FAULT_CHANGE, ACTION_SETTLE, 1);
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    says(&answer, "amounts/fund", "70.00");
    for (unsigned i = 0; i < 2; i++) {
        answer = settle("A-1", "s", 11500);
        says(&answer, "amounts/fund", "69.99");
        says(&answer, "amounts/cash", "45.01");
    }
}

static void a_wrong_sum_is_out_by_one_fen(void **state)
{
    struct insured_answer answer;
    (void)state;
    fault(FAULT_WRONG_SUM, ACTION_SETTLE, 1);
    admit("A-1");
    answer = settle("A-1", "s", 11500);
    says(&answer, "amounts/fund", "70.00");
    says(&answer, "amounts/cash", "45.01");
}

static void a_fault_may_be_of_one_stay(void **state)
{
    struct insured_answer answer;
    (void)state;
    fault(FAULT_REJECT, ACTION_REGISTER, 1);
    script.faults[0].stay = "B-1";
    answer = put(ACTION_REGISTER, "A-1", "a");
    says(&answer, "result/verdict", "ok");
    answer = put(ACTION_REGISTER, "B-1", "b");
    says(&answer, "result/verdict", "rejected");
}

static void a_question_names_a_stay(void **state)
{
    struct paper paper = paper_new(arena, ACTION_SETTLE);
    struct adapter_message asked = {.flow = FLOW_SETTLEMENT_STAY,
                                    .action = ACTION_SETTLE,
                                    .local_key = TEXT("k"),
                                    .body = paper.root};
    struct insured_answer answer;
    (void)state;
    assert_false(insured_take(insured, &asked, &answer, &err));
    assert_int_equal(err.code, ERROR_SCHEMA);
    err = (struct error)ERROR_INIT;
    assert_false(insured_take(insured, &asked, &answer, &err)); /* also when it comes again */
}

static void what_is_a_question(void **state)
{
    (void)state;
    assert_true(insured_answers(ACTION_IDENTIFY));
    assert_true(insured_answers(ACTION_QUERY));
    assert_false(insured_answers(ACTION_SETTLED));
    assert_false(insured_answers(ACTION_CONFIRM));
    assert_false(insured_answers(ACTION_FALLBACK));
    assert_false(insured_answers(ACTION_NONE));
}

static void without_memory_there_is_no_answer(void **state)
{
    struct arena *small = arena_new(1);
    struct insured *poor = insured_new(&script, true, small);
    struct paper paper = a_question(ACTION_REGISTER, "A-1");
    struct adapter_message asked = {.flow = FLOW_SETTLEMENT_STAY,
                                    .action = ACTION_REGISTER,
                                    .local_key = TEXT("k"),
                                    .body = paper.root};
    struct insured_answer answer;
    (void)state;
    assert_non_null(poor);
    assert_false(insured_take(poor, &asked, &answer, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    insured_free(poor);
    arena_free(small);
}

/* --- books in a file ------------------------------------------------------------------------
 */

static char books[] = "/tmp/qiantong-books-XXXXXX";

static void start_anew(void)
{
    err = (struct error)ERROR_INIT;
    insured_free(insured);
    insured = insured_new(&script, true, arena);
    assert_non_null(insured);
    assert_true(insured_keep(insured, books, &err));
}

static struct insured_answer settle_again(const char *key)
{
    struct paper settlement = a_question(ACTION_SETTLE, "Z1");

    paper_money(&settlement, settlement.root, "total", 0);
    return ask(&settlement, key);
}

static void begin_books(void)
{
    int file = mkstemp(books);
    struct paper enrolment = a_question(ACTION_REGISTER, "Z1");

    assert_true(file >= 0);
    close(file);
    start_anew();
    ask(&enrolment, "K1");
    settle_again("K2");
}

static void end_books(void)
{
    assert_int_equal(unlink(books), 0);
    memcpy(books + strlen(books) - 6, "XXXXXX", 6);
}

static void a_core_that_starts_anew_knows_what_it_booked(void **state)
{
    struct insured_answer first;
    struct insured_answer again;

    (void)state;
    begin_books();
    first = settle_again("K2");
    start_anew();
    again = settle_again("K2");
    assert_true(again.repeated);
    assert_true(record_equal(first.message.body, again.message.body));
    again = settle_again("K3"); /* settled already */
    says(&again, "result/code", "SIM-STATE");
    start_anew();
    assert_true(settle_again("K3").repeated);
    end_books();
}

/* At every byte at which a kill may cut the file: what is whole counts, and goes on. */
static void what_was_cut_off_was_not_booked(void **state)
{
    char bytes[2048];
    int file;
    ssize_t size;

    (void)state;
    begin_books();
    file = open(books, O_RDWR);
    size = read(file, bytes, sizeof(bytes));
    assert_true(size > 0 && size < (ssize_t)sizeof(bytes));
    for (ssize_t cut = size - 1; cut > 0; cut -= 7) {
        struct paper enrolment = a_question(ACTION_REGISTER, "Z1");

        assert_int_equal(pwrite(file, bytes, (size_t)size, 0), size);
        assert_int_equal(ftruncate(file, cut), 0);
        start_anew();
        assert_false(settle_again("K2").repeated);
        start_anew();
        assert_true(settle_again("K2").repeated);
        ask(&enrolment, "K1");
    }
    close(file);
    end_books();
}

static void books_that_are_none(void **state)
{
    static const char row[] = "\0\0\0\x08\0\x05\0\x01\xff\xff??";
    int file;

    (void)state;
    begin_books();
    file = open(books, O_WRONLY | O_TRUNC);
    assert_int_equal(write(file, row, sizeof(row) - 1), sizeof(row) - 1);
    close(file);
    insured_free(insured);
    insured = insured_new(&script, true, arena);
    err = (struct error)ERROR_INIT;
    assert_false(insured_keep(insured, books, &err));
    assert_int_equal(err.code, ERROR_PARSE);
    err = (struct error)ERROR_INIT;
    assert_false(insured_keep(insured, "/nowhere/books", &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    err = (struct error)ERROR_INIT;
    end_books();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, drop)
    const struct CMUnitTest tests[] = {
        TEST(a_settlement_adds_up),
        TEST(a_deductible_is_at_most_what_is_in_scope),
        TEST(the_same_question_has_the_same_answer),
        TEST(cancelled_amounts_are_negative),
        TEST(what_is_reversed_is_as_if_it_had_never_been),
        TEST(known_lines_count_once),
        TEST(a_rejection_books_nothing),
        TEST(lost_answers_come_when_they_have_been_lost_often_enough),
        TEST(slow_is_slow_once),
        TEST(it_changes_its_mind_once),
        TEST(a_wrong_sum_is_out_by_one_fen),
        TEST(a_fault_may_be_of_one_stay),
        TEST(a_question_names_a_stay),
        TEST(what_is_a_question),
        TEST(without_memory_there_is_no_answer),
        TEST(a_core_that_starts_anew_knows_what_it_booked),
        TEST(what_was_cut_off_was_not_booked),
        TEST(books_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
