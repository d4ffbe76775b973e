/* gate_survey_test.c - what a look at the ledger counts, against a count by hand. */
#include "unit.h"

#include "gate/survey.h"
#include "ledger_bench.h"

static struct survey survey;
static struct calendar *calendar;
static const unsigned due_days[] = {5, 2, 0};

struct hand {
    uint64_t letters[LETTER_STATES];
    uint64_t open;
    uint64_t overdue;
    struct instant now;
};

static bool by_hand_letter(void *self, const struct letter_row *row)
{
    struct hand *hand = self;

    hand->letters[row->letter.state]++;
    return true;
}

static bool by_hand_case(void *self, const struct flow_case *row)
{
    struct hand *hand = self;
    bool late = false;

    if (flow_state_ends(flow_find(row->flow), row->state))
        return true;
    hand->open++;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        late |= row->clocks[i].state == CLOCK_STATE_PASSED ||
                (row->clocks[i].state == CLOCK_STATE_RUNNING && !row->clocks[i].paused &&
                 row->clocks[i].due.ms <= hand->now.ms);
    hand->overdue += late;
    return true;
}

static void take(struct story *story, struct instant now)
{
    struct survey_given given = {.store = story->store,
                                 .ledger = story->ledger,
                                 .calendar = calendar,
                                 .ledger_path = "/tmp",
                                 .due_days = due_days,
                                 .due_day_count = COUNT_OF(due_days),
                                 .now = now};

    story_check(story, survey_take(&given, &survey, &story->err));
}

static uint64_t letters(unsigned state)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < COUNTS_PARTIES; i++)
        sum += survey.parties[i].letters[state];
    return sum;
}

static void compare(struct story *story, struct instant now)
{
    struct hand hand = {.now = now};
    uint64_t states = 0;
    uint64_t by_party = 0;

    take(story, now);
    begin_read(story);
    story_check(story, ledger_each_letter(story->txn, by_hand_letter, &hand, &story->err) &&
                           ledger_each_case(story->txn, by_hand_case, &hand, &story->err));
    abandon(story);
    for (unsigned state = 1; state < LETTER_STATES; state++) {
        bool ended = state == LETTER_DONE || state == LETTER_REFUSED;
        assert_int_equal(letters(state), ended ? 0 : hand.letters[state]);
    }
    assert_int_equal(survey.open, hand.open);
    assert_int_equal(survey.overdue, hand.overdue);
    for (unsigned role = 0; role < ROLES; role++)
        for (unsigned state = 0; state < FLOW_STATES_MAX; state++)
            states += survey.states[FLOW_PENSION_EMPLOYEE][role][state];
    for (size_t i = 0; i < COUNTS_PARTIES; i++)
        by_party += survey.parties[i].cases;
    assert_int_equal(states, hand.open);
    assert_int_equal(by_party, hand.open);
}

static void test_as_by_hand(void **state)
{
    struct story *story = *state;

    compare(story, story_time(1));
    for (unsigned step = 0; step < STORY_STEPS; step++) {
        uint64_t seq = story_seq(3, step);

        story_tell(story, seq);
        compare(story, story_time(seq));
        /* A year later everything that runs is late. */
        compare(story, instant_add_ms(story_time(seq), INT64_C(366) * 86400 * 1000));
    }
}

static void test_ledger_and_disk(void **state)
{
    struct story *story = *state;

    story_tell(story, story_seq(0, 3));
    take(story, story_time(ledger_size(story->ledger)));
    assert_int_equal(survey.entries, ledger_size(story->ledger));
    assert_int_equal(survey.last_entry.ms, story_time(survey.entries).ms);
    assert_string_equal(survey.parties[1].id, "hrss.520000");
    assert_string_equal(survey.parties[0].id, "");
    assert_true(survey.disk_bytes > 0 && survey.disk_free <= survey.disk_bytes);
}

/* Each case that runs out is counted once, in the smallest step that holds it. */
static void test_due_steps(void **state)
{
    struct story *story = *state;
    uint64_t most = 0;

    story_tell(story, story_seq(0, 2));
    for (int day = 0; day < 40; day++) {
        uint64_t sum;

        take(story, instant_add_ms(story_time(10), INT64_C(86400000) * day));
        sum = survey.due_within[0] + survey.due_within[1] + survey.due_within[2];
        assert_true(sum + survey.overdue <= survey.open);
        if (sum > most)
            most = sum;
        if (survey.overdue > 0)
            assert_int_equal(sum, 0);
    }
    assert_int_equal(most, 1);
}

static int setup_calendar(void **state)
{
    struct day first;
    struct day last;

    (void)state;
    calendar = calendar_new();
    if (calendar == NULL || !day_from(2026, 1, 1, &first) || !day_from(2026, 12, 31, &last))
        return 1;
    calendar_set_range(calendar, first, last);
    return 0;
}

static int teardown_calendar(void **state)
{
    (void)state;
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_as_by_hand, setup_memory, teardown),
        cmocka_unit_test_setup_teardown(test_ledger_and_disk, setup_lmdb, teardown),
        cmocka_unit_test_setup_teardown(test_due_steps, setup_memory, teardown),
    };

    return cmocka_run_group_tests_name("gate survey", tests, setup_calendar, teardown_calendar);
}
