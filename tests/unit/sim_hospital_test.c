/* sim_hospital_test.c - a simulated hospital: from one answer to the next question. What it
 * asks is caught here and answered by hand; its documents are checked against their schema. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/identity.h"
#include "crypt/digest.h"
#include "sim/hospital.h"
#include "sim/hospital_papers.h"
#include "wire/codec.h"
#include "wire/start.h"

enum { CAUGHT_MAX = 512 };

static struct arena *arena;
static struct wire_schemas *schemas;
static struct stay_script script;
static struct hospital *hospital;
static struct error err;

/* What was asked, the newest last. */
static struct {
    struct hospital_stay *stay;
    unsigned action;
    const struct record *body;
    char name[64];
    bool again;
    uint32_t delay_ms;
} caught[CAUGHT_MAX];
static size_t caught_count;
static bool unwilling;
static struct stay_group named; /* what a test says of its stays, before it plays them */

static bool catch (void *self, struct hospital_stay *stay, unsigned action, const char *name,
                   struct record *body, uint32_t delay_ms)
{
    (void)self;
    if (unwilling)
        return false;
    assert_true(caught_count < CAUGHT_MAX);
    if (!codec_check_national(schemas, FLOW_SETTLEMENT_STAY, body, &err)) {
        print_error("%s: %s\n", name, err.text);
        assert_true(false);
    }
    assert_true(strlen(name) <= 40);
    caught[caught_count].stay = stay;
    caught[caught_count].action = action;
    caught[caught_count].body = body;
    caught[caught_count].again = false;
    caught[caught_count].delay_ms = delay_ms;
    snprintf(caught[caught_count++].name, sizeof(caught[0].name), "%s", name);
    return true;
}

static void catch_again(void *self, struct hospital_stay *stay, uint32_t delay_ms)
{
    (void)self;
    assert_true(caught_count < CAUGHT_MAX && caught_count > 0);
    for (size_t i = caught_count; i > 0; i--) {
        if (caught[i - 1].stay != stay)
            continue;
        caught[caught_count] = caught[i - 1];
        break;
    }
    caught[caught_count].delay_ms = delay_ms;
    caught[caught_count++].again = true;
}

static int64_t no_time(void)
{
    return 0;
}

static struct instant the_day(void)
{
    return (struct instant){INT64_C(1772413200000)}; /* 2026-03-02 09:00 */
}

static void play(const char *const steps[], uint32_t count, uint32_t at_once, bool go_on)
{
    static const struct hospital_given given = {
        .ask = catch, .ask_again = catch_again, .monotonic_ms = no_time, .now = the_day};
    struct stay_group *group = &script.groups[0];

    *group = named;
    group->name = "A";
    group->treating_region = "440100";
    group->insured_region = "520100";
    group->institution = "H52990000001";
    group->count = count;
    group->at_once = at_once;
    group->batches = 2;
    group->lines_per_batch = 7;
    group->pause_ms = 300;
    group->go_on = go_on;
    for (; steps[group->step_count] != NULL; group->step_count++) {
        struct stay_step *step = &group->steps[group->step_count];

        step->action = (uint16_t)action_by_name(text_of(steps[group->step_count]));
        step->again = strcmp(steps[group->step_count], "again") == 0;
        step->waits = strcmp(steps[group->step_count], "wait") == 0;
    }
    script.group_count = 1;
    hospital = hospital_new(&script, &given, arena);
    assert_non_null(hospital);
    assert_true(hospital_begin(hospital, "A"));
}
#define PLAY(...) play((const char *const[]){__VA_ARGS__, NULL}, 1, 1, false)

static int open_all(void **state)
{
    (void)state;
    return !digest_setup(&err) || !wire_start(&err) ||
           !wire_schemas_load("schemas", &schemas, &err);
}

static int close_all(void **state)
{
    (void)state;
    wire_schemas_free(schemas);
    return 0;
}

static int prepare(void **state)
{
    (void)state;
    arena = arena_new(32 << 20);
    caught_count = 0;
    unwilling = false;
    named = (struct stay_group){.name = NULL};
    return arena == NULL;
}

static int drop(void **state)
{
    (void)state;
    hospital_free(hospital);
    arena_free(arena);
    return 0;
}

/* --- answers --------------------------------------------------------------------------------
 */

static void asked(unsigned action, bool again)
{
    assert_true(caught_count > 0);
    assert_string_equal(action_name(caught[caught_count - 1].action).english,
                        action_name(action).english);
    assert_int_equal(caught[caught_count - 1].again, again);
}

static void answer(const struct paper *paper, unsigned action)
{
    struct adapter_message message = {
        .flow = FLOW_SETTLEMENT_STAY, .action = (uint16_t)action, .body = paper->root};

    hospital_heard(hospital, caught[caught_count - 1].stay, &message, 1);
}

/* The answer of its own kind to what was asked last. */
static void say(const char *verdict, const char *code)
{
    unsigned action = caught[caught_count - 1].action + 1;
    struct paper paper = paper_new(arena, action);
    struct record *result = paper_group(&paper, paper.root, "result");

    paper_word(&paper, result, "verdict", verdict);
    if (code != NULL)
        paper_word(&paper, result, "code", code);
    paper_word(&paper, paper.root, "visitNumber", "V1");
    paper_word(&paper, paper.root, "settlementNumber", "S1");
    answer(&paper, action);
}

static void say_status(const char *status)
{
    struct paper paper = paper_new(arena, ACTION_OUTCOME);

    paper_word(&paper, paper_group(&paper, paper.root, "result"), "verdict", "ok");
    paper_word(&paper, paper.root, "status", status);
    paper_word(&paper, paper.root, "settlementNumber", "S1");
    answer(&paper, ACTION_OUTCOME);
}

static void say_plainly(const char *verdict, const char *code)
{
    struct paper paper = paper_new(arena, ACTION_ANSWER);

    paper_word(&paper, paper.root, "verdict", verdict);
    if (code != NULL)
        paper_word(&paper, paper.root, "code", code);
    answer(&paper, ACTION_ANSWER);
}

static void counts_are(uint32_t open, uint32_t ended, uint32_t failed)
{
    struct hospital_counts counts;

    hospital_count(hospital, &counts);
    assert_int_equal(counts.open, open);
    assert_int_equal(counts.ended, ended);
    assert_int_equal(counts.failed, failed);
}

/* --- tests ----------------------------------------------------------------------------------
 */

static void a_stay_goes_through_its_steps(void **state)
{
    static const unsigned expected[] = {ACTION_IDENTIFY, ACTION_REGISTER,  ACTION_LINES,
                                        ACTION_LINES,    ACTION_DISCHARGE, ACTION_PRESETTLE,
                                        ACTION_SETTLE};
    (void)state;
    PLAY("identify", "register", "lines", "discharge", "presettle", "settle", "confirm",
         "cancel");
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        asked(expected[i], false);
        say("ok", NULL);
    }
    asked(ACTION_CONFIRM, false);
    say_plainly("accepted", NULL);
    asked(ACTION_CANCEL, false);
    counts_are(1, 0, 0);
    say("ok", NULL);
    counts_are(0, 1, 0);
    for (size_t i = 0; i < caught_count; i++) /* each under a key of its own */
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(caught[i].name, caught[j].name);
}

static void every_document_follows_its_schema(void **state)
{
    (void)state; /* catch() checks it */
    PLAY("identify", "register", "register_undo", "lines", "lines_undo", "lines", "discharge",
         "discharge_undo", "presettle", "settle", "confirm", "cancel", "reverse", "query");
    while (caught_count < 64) {
        struct hospital_counts counts;

        hospital_count(hospital, &counts);
        if (counts.open == 0)
            break;
        if (caught[caught_count - 1].action == ACTION_CONFIRM)
            say_plainly("accepted", NULL);
        else
            say("ok", NULL);
    }
    counts_are(0, 1, 0);
}

static void says_at(const struct record *body, const char *path, const char *expected)
{
    struct text found = TEXT("");

    assert_true(record_text(body, path, &found));
    assert_true(text_is(found, expected));
}

static void a_visit_of_an_injury_names_all_that_its_script_names(void **state)
{
    (void)state;
    named = (struct stay_group){.institution_name = "广州测试医院",
                                .level = "3",
                                .injury = true,
                                .outpatient = true,
                                .recognition = "黔人社工认[2026]001号",
                                .person_name = "𠮷㛃",
                                .identity_number = "529900198801010018"};
    PLAY("identify", "register", "lines");
    says_at(caught[0].body, "insurance", "injury");
    says_at(caught[0].body, "visitKind", "outpatient");
    says_at(caught[0].body, "person/identityNumber", "529900198801010018");
    say("ok", NULL);
    says_at(caught[1].body, "insurance", "injury");
    says_at(caught[1].body, "insuranceKind", "410");
    says_at(caught[1].body, "person/name", "𠮷㛃");
    says_at(caught[1].body, "institutionName", "广州测试医院");
    says_at(caught[1].body, "institutionLevel", "3");
    says_at(caught[1].body, "recognitionNumber", "黔人社工认[2026]001号");
    says_at(caught[1].body, "service", "MED");
    say("ok", NULL);
    says_at(caught[2].body, "line/itemName", "普通门诊诊察费");
}

static void in_doubt_the_same_is_asked_under_the_same_key(void **state)
{
    (void)state;
    PLAY("register", "settle");
    say_plainly("unknown", "STL-U01");
    asked(ACTION_REGISTER, true);
    assert_int_equal(caught[1].delay_ms, 300);
    assert_string_equal(caught[1].name, caught[0].name);
    say("ok", NULL);
    asked(ACTION_SETTLE, false);
}

static void in_doubt_for_long_it_asks_what_became_of_it(void **state)
{
    (void)state;
    PLAY("settle", "cancel");
    say_plainly("unknown", "STL-U01");
    say_plainly("unknown", "STL-U01");
    asked(ACTION_SETTLE, true);
    say_plainly("unknown", "STL-U01");
    asked(ACTION_QUERY, false);
    say_status("in_progress");
    asked(ACTION_QUERY, false);
    say_status("unknown");
    asked(ACTION_QUERY, false);
    say_status("booked"); /* it stands: nothing is asked twice */
    asked(ACTION_CANCEL, false);
}

static void what_does_not_stand_is_asked_anew(void **state)
{
    static const char *const status[] = {"not_booked", "reversed", "cancelled"};
    (void)state;
    PLAY("settle");
    for (size_t i = 0; i < COUNT_OF(status); i++) {
        for (unsigned told = 0; told < 3; told++)
            say_plainly("unknown", "STL-U01");
        asked(ACTION_QUERY, false);
        say_status(status[i]);
        asked(ACTION_SETTLE, false);
    }
    assert_string_equal(caught[0].name, "A-1.settle.1");
    assert_string_equal(caught[caught_count - 1].name, "A-1.settle.7");
}

static void a_query_that_is_only_noted_leads_to_a_reversal(void **state)
{
    (void)state;
    PLAY("settle");
    for (unsigned told = 0; told < 3; told++)
        say_plainly("unknown", "STL-U01");
    say_plainly("accepted", NULL);
    asked(ACTION_REVERSE, false);
    say("ok", NULL);
    asked(ACTION_SETTLE, false);
    assert_string_equal(caught[caught_count - 1].name, "A-1.settle.4");
    counts_are(1, 0, 0);
}

static void what_books_nothing_is_asked_anew_without_more_ado(void **state)
{
    (void)state;
    PLAY("lines");
    for (unsigned told = 0; told < 3; told++)
        say_plainly("unknown", "STL-U01");
    asked(ACTION_LINES, false);
    assert_string_equal(caught[caught_count - 1].name, "A-1.lines.2");
}

static void refusals_that_did_nothing_are_asked_anew(void **state)
{
    (void)state;
    PLAY("settle");
    say_plainly("refused", "STL-B01");
    asked(ACTION_SETTLE, false);
    assert_int_equal(caught[caught_count - 1].delay_ms, 300);
    say("rejected", "STL-T01");
    say("rejected", "STL-T02");
    asked(ACTION_SETTLE, false);
    assert_string_equal(caught[caught_count - 1].name, "A-1.settle.4");
    counts_are(1, 0, 0);
}

static void it_does_not_ask_for_ever(void **state)
{
    (void)state;
    PLAY("settle");
    for (unsigned i = 0; i < 200 && caught_count < CAUGHT_MAX - 1; i++) {
        struct hospital_counts counts;

        hospital_count(hospital, &counts);
        if (counts.open == 0)
            break;
        say_plainly("refused", "STL-B01");
    }
    counts_are(0, 0, 1);
}

static void a_rejection_ends_the_stay_unless_it_goes_on(void **state)
{
    (void)state;
    PLAY("settle", "cancel");
    say("rejected", "SIM-NO");
    counts_are(0, 0, 1);
    hospital_free(hospital);
    caught_count = 0;
    play((const char *const[]){"settle", "settle", NULL}, 1, 1, true);
    say("rejected", "SIM-NO");
    asked(ACTION_SETTLE, false);
    counts_are(1, 0, 0);
}

static void again_brings_the_same_once_more(void **state)
{
    (void)state;
    PLAY("lines", "again", "settle");
    say("ok", NULL);
    say("ok", NULL); /* two batches */
    asked(ACTION_LINES, true);
    assert_int_equal(caught[caught_count - 1].delay_ms, 0);
    say("ok", NULL);
    asked(ACTION_SETTLE, false); /* and it counts as one */
}

static void those_that_wait_go_on_when_told(void **state)
{
    (void)state;
    play((const char *const[]){"identify", "wait", "register", NULL}, 2, 2, false);
    assert_int_equal(caught_count, 2);
    say("ok", NULL);
    counts_are(2, 0, 0);
    assert_int_equal(caught_count, 2);
    assert_false(hospital_begin(hospital, "B"));
    assert_true(hospital_begin(hospital, "A"));
    assert_int_equal(caught_count, 3);
    asked(ACTION_REGISTER, false);
    assert_false(hospital_begin(hospital, "A")); /* nobody waits any more */
}

static void as_many_at_once_as_there_may_be(void **state)
{
    (void)state;
    play((const char *const[]){"identify", NULL}, 5, 2, false);
    counts_are(2, 0, 0);
    assert_int_equal(hospital_width(hospital), 2);
    for (unsigned i = 1; i <= 5; i++) {
        say("ok", NULL);
        counts_are(i <= 3 ? 2 : 5 - i, i, 0);
        if (i == 4) /* the first one is still open */
            caught[caught_count - 1] = caught[0];
    }
}

static void what_cannot_be_asked_is_given_up(void **state)
{
    (void)state;
    unwilling = true;
    play((const char *const[]){"identify", NULL}, 3000, 10, false);
    counts_are(0, 0, 3000);
}

static void invented_persons_are_valid_and_different(void **state)
{
    static char numbers[2000][CITIZEN_NUMBER_SIZE];
    (void)state;
    PLAY("identify");
    for (uint32_t i = 0; i < 2000; i++) {
        struct citizen_number number;

        hospital_person(i * 7, numbers[i]);
        assert_memory_equal(numbers[i], "5299", 4);
        assert_true(citizen_number_parse(text_of(numbers[i]), instant_day(the_day()), &number));
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(numbers[i], numbers[j]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, drop)
    const struct CMUnitTest tests[] = {
        TEST(a_stay_goes_through_its_steps),
        TEST(every_document_follows_its_schema),
        TEST(a_visit_of_an_injury_names_all_that_its_script_names),
        TEST(in_doubt_the_same_is_asked_under_the_same_key),
        TEST(in_doubt_for_long_it_asks_what_became_of_it),
        TEST(what_does_not_stand_is_asked_anew),
        TEST(a_query_that_is_only_noted_leads_to_a_reversal),
        TEST(what_books_nothing_is_asked_anew_without_more_ado),
        TEST(refusals_that_did_nothing_are_asked_anew),
        TEST(it_does_not_ask_for_ever),
        TEST(a_rejection_ends_the_stay_unless_it_goes_on),
        TEST(again_brings_the_same_once_more),
        TEST(those_that_wait_go_on_when_told),
        TEST(as_many_at_once_as_there_may_be),
        TEST(what_cannot_be_asked_is_given_up),
        TEST(invented_persons_are_valid_and_different),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
