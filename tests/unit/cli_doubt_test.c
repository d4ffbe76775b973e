/* cli_doubt_test.c - `qiantong uncertain`, `reverse` and what `status` says of both: what is in
 * doubt, since when, and what is done about it. The act itself: gate_approvals_test.c. */
#include "stay_story.h"

#include "cli/stay_view.h"
#include "net/control.h"

/* --- what is in doubt ------------------------------------------------------------------------
 */

static void test_list(void **state)
{
    (void)state;
    cli_run("uncertain");
    assert_int_equal(said.status, 0);
    assert_narrow();
    assert_null(strstr(said.out, ".."));                  /* nothing had to be cut */
    assert_non_null(strstr(said.out, "\nZY2026-000732")); /* as `stay` and `reverse` take it */
    assert_non_null(strstr(said.out, "What a person can do:"));
    assert_non_null(strstr(said.out, "settlement (treating): wait"));
    assert_non_null(strstr(said.out, "mismatched (treating): compare"));
    assert_non_null(strstr(said.out, "late answer (insured): see why our core"));
}

static int64_t since_of(const json_t *row)
{
    struct instant at = {0};

    assert_true(instant_parse(text_of(text_in(row, "since")), &at));
    return at.ms;
}

static void test_list_json(void **state)
{
    static const struct {
        enum told_stay stay;
        const char *doubt;
        int64_t since_ms; /* behind the stay's begin */
        const char *action;
    } rows[] = {
        {TOLD_UNCERTAIN, "settlement", 61000, "reverse"},
        /* since the question was in doubt, not since it is reversed, nor since the last try */
        {TOLD_REVERSING, "reversing", 61000, "reverse"},
        {TOLD_MISMATCHED, "mismatched", 76000, NULL},
        {TOLD_LATE, "late answer", 60300, NULL},
        {TOLD_UNCONFIRMED, "unconfirmed", 2800, "cancel"},
    };
    json_t *root = cli_json("uncertain --json");

    (void)state;
    assert_int_equal(json_array_size(root), COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const json_t *row = json_row(root, "case_id", told_case(rows[i].stay));
        const json_t *act;

        assert_non_null(row);
        act = json_object_get(row, "gateway_next");
        assert_string_equal(text_in(row, "doubt"), rows[i].doubt);
        assert_int_equal(since_of(row) - told_begin(rows[i].stay), rows[i].since_ms);
        assert_string_equal(text_in(row, "party"), "hrss.440000");
        assert_int_equal(json_is_null(act), rows[i].action == NULL);
        if (rows[i].action != NULL)
            assert_string_equal(text_in(act, "action"), rows[i].action);
    }
    json_decref(root);
}

/* A question is late only once its time is over; one of a case that ended is none. */
static void test_late(void **state)
{
    struct flow_case row = told_row(TOLD_LATE, 1);
    struct instant until = row.part.stay.question.answer_by;

    (void)state;
    assert_int_equal(doubt_of(&row, until), DOUBT_NONE);
    assert_int_equal(doubt_of(&row, instant_add_ms(until, 1)), DOUBT_LATE);
    row.part.stay.question.answer_by.ms = 0;
    assert_int_equal(doubt_of(&row, instant_add_ms(until, 1)), DOUBT_NONE);
    row.part.stay.question.answer_by = until;
    row.state = STAY_MANUAL;
    assert_int_equal(doubt_of(&row, instant_add_ms(until, 1)), DOUBT_NONE);
    row.flow = FLOW_PENSION_EMPLOYEE; /* a state of the same number is not in doubt there */
    row.state = STAY_SETL_UNCERTAIN;
    row.flags = CASE_UNCONFIRMED;
    assert_int_equal(doubt_of(&row, until), DOUBT_NONE);
}

/* Every state that the flow itself calls so is in doubt here, and no other. */
static void test_states(void **state)
{
    const struct flow *flow = flow_find(FLOW_SETTLEMENT_STAY);

    (void)state;
    for (unsigned s = 0; s < flow->state_count; s++) {
        const char *name = flow->states[s].english;
        bool doubt = strstr(name, "uncertain") != NULL || strcmp(name, "reversing") == 0 ||
                     strcmp(name, "mismatched") == 0;

        assert_int_equal(doubt_of_state(FLOW_SETTLEMENT_STAY, s), doubt);
    }
    assert_false(doubt_of_state(FLOW_SETTLEMENT_STAY, 255));
    assert_false(doubt_of_state(FLOW_PENSION_EMPLOYEE, STAY_REVERSING));
    assert_false(doubt_of_state(999, STAY_REVERSING));
}

/* What the gateway does next is what the flow's table says, whatever the order of the clocks.
 */
static void test_next_act(void **state)
{
    struct flow_case row = told_row(TOLD_UNCERTAIN, 3);
    struct next_act act;

    (void)state;
    row.clocks[1] = (struct flow_clock){.kind = CLOCK_ANSWER,
                                        .state = CLOCK_STATE_RUNNING,
                                        .due = {row.clocks[0].due.ms - 30000}};
    act = next_act_of(&row); /* the earlier one sends nothing */
    assert_int_equal(act.action, ACTION_REVERSE);
    assert_int_equal(act.clock->kind, CLOCK_PATIENCE);
    row.state = STAY_SETL_SENT;
    act = next_act_of(&row); /* and here it does */
    assert_int_equal(act.action, ACTION_QUERY);
    assert_int_equal(act.clock->kind, CLOCK_ANSWER);
    row.state = STAY_REGISTERED; /* a question without effect: it is given up */
    act = next_act_of(&row);
    assert_non_null(act.clock);
    assert_int_equal(act.action, ACTION_NONE);
    row.clocks[0].state = row.clocks[1].state = CLOCK_STATE_MET;
    assert_null(next_act_of(&row).clock);
    row.flow = 999;
    assert_null(next_act_of(&row).clock);
    assert_false(stay_reversible(&row));
}

static void test_nothing(void **state)
{
    json_t *root;

    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(3);
    cli_run("uncertain");
    assert_string_equal(said.out, "Nothing is in doubt.\n");
    root = cli_json("uncertain --json");
    assert_int_equal(json_array_size(root), 0);
    json_decref(root);
    cli_refuses("uncertain x", 64, "x");
}

static void test_status(void **state)
{
    json_t *root = cli_json("status --json");
    const json_t *cases = json_object_get(root, "cases");

    (void)state;
    assert_int_equal(number_of(cases, "in_doubt"), 5);
    assert_int_equal(number_of(cases, "questions"), 3);
    json_decref(root);
    cli_run("status");
    assert_narrow();
    assert_non_null(strstr(said.out, "5 outcomes are in doubt: qiantong uncertain"));
    assert_non_null(strstr(said.out, "Questions"));
}

/* A ledger without stays says nothing of questions. */
static void test_status_without(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(3);
    cli_run("status");
    assert_null(strstr(said.out, "Questions"));
    assert_null(strstr(said.out, "in doubt"));
}

/* --- reversing -------------------------------------------------------------------------------
 */

static char asked[CONTROL_REQUEST_MAX];
static unsigned asked_count;
static const char *answer;

static void answer_request(void *self, const struct control_peer *peer, struct text request,
                           struct control_answer *said_by_it)
{
    (void)self;
    (void)peer;
    memcpy(asked, request.at, request.size);
    asked[request.size] = '\0';
    asked_count++;
    control_answer_add(said_by_it, text_of(answer));
}

static struct control *start(const char *says)
{
    char path[FIXTURE_PATH_MAX];
    struct control_options options = {.path = fixture_path("control", path),
                                      .on_request = answer_request};
    struct control *control = NULL;
    struct error err = ERROR_INIT;

    answer = says;
    asked_count = 0;
    assert_true(control_start(&options, &control, &err));
    return control;
}

static void test_reverse(void **state)
{
    struct control *control = start("{\"ok\":true,\"done\":false,\"proposal\":271,"
                                    "\"until\":\"2026-03-03T09:00:00.000+08:00\"}");
    char object[96];

    (void)state;
    cli_run("reverse ZY2026-000732 --reason 㛃");
    assert_int_equal(said.status, 1); /* not done yet */
    assert_non_null(strstr(said.out, "proposal 271 waits for a second person"));
    assert_non_null(strstr(asked, "\"verb\":\"propose\""));
    assert_non_null(strstr(asked, "\"act\":\"reverse\""));
    snprintf(object, sizeof(object), "\"object\":\"%s\"", told_case(TOLD_UNCERTAIN));
    assert_non_null(strstr(asked, object)); /* the case's whole id */
    answer = "{\"ok\":true,\"done\":true,\"sequence\":9}";
    cli_run("reverse ZY2026-000732 --reason 㛃"); /* a test ledger that asks nobody else */
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "is on its way"));
    answer = "{\"ok\":false,\"code\":\"CONFLICT\",\"text\":\"the same waits already\"}";
    cli_refuses("reverse ZY2026-000732 --reason 㛃", 65, "waits already");
    control_stop(control);
    cli_refuses("reverse ZY2026-000732 --reason 㛃", 69, "not running");
}

/* What cannot be reversed is said at once: nobody is asked to approve it. */
static void test_reverse_refused(void **state)
{
    struct control *control = start("{\"ok\":true,\"done\":true}");

    (void)state;
    cli_refuses("reverse ZY-8 --reason x", 65, "only the province that treats");
    assert_non_null(strstr(said.err, "next: ask hrss.440000 to reverse it"));
    cli_refuses("reverse ZY-12 --reason x", 65, "nothing to reverse: the stay is discharged");
    cli_refuses("reverse ZY-4 --reason x", 65, "nothing to reverse");
    cli_refuses("reverse ZY2026-000731 --reason x", 64, "fits more than one");
    cli_refuses("reverse ZY-nothing --reason x", 66, "no stay");
    cli_refuses("reverse ZY2026-000732", 64, "reversed for a reason");
    cli_refuses("reverse --reason x", 64, "");
    cli_refuses("reverse a b --reason x", 64, "b");
    assert_int_equal(asked_count, 0);
    control_stop(control);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_list, stays_setup),
        cmocka_unit_test_setup(test_list_json, stays_setup),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_next_act),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test_setup(test_status, stays_setup),
        cmocka_unit_test(test_status_without),
        cmocka_unit_test_setup(test_reverse, stays_setup),
        cmocka_unit_test_setup(test_reverse_refused, stays_setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}
