/* What follows from each kind of entry. */
#include "unit.h"

#include "ledger_bench.h"

/* Tells the story up to and including this step of case 0, then looks. */
static void tell_step(struct story *story, unsigned step)
{
    story_tell(story, story_seq(0, step));
    begin_read(story);
}

static struct letter_row letter(struct story *story, uint64_t out_id)
{
    struct letter_row row;
    bool found;
    story_check(story, ledger_get_letter(story->txn, out_id, &row, &found, &story->err));
    assert_true(found);
    assert_true(row.letter.out_id == out_id);
    return row;
}

static bool is_due(struct story *story, uint32_t party, uint64_t out_id, struct instant now)
{
    struct outbox_position after = {{0}, 0};
    struct letter_row row;
    bool found;
    struct instant before = {0};
    for (;;) {
        story_check(story,
                    ledger_next_due(story->txn, party, now, &after, &row, &found, &story->err));
        if (!found)
            return false;
        assert_true(row.letter.due.ms == after.due.ms && row.letter.out_id == after.out_id);
        assert_true(row.letter.party == party && after.due.ms <= now.ms);
        assert_false(instant_before(after.due, before));
        before = after.due;
        if (row.letter.out_id == out_id)
            return true;
    }
}

static uint64_t lane_next(struct story *story, unsigned number, uint32_t party, uint64_t after)
{
    struct uuid id = story_case_id(number);
    uint64_t out_id = 0;
    bool found;
    story_check(story,
                ledger_lane_next(story->txn, &id, party, after, &out_id, &found, &story->err));
    return found ? out_id : 0;
}

static struct inbox_row inbox(struct story *story, uint32_t party, unsigned step)
{
    uint8_t key[MESSAGE_KEY_SIZE];
    struct inbox_row row = {0};
    bool found;
    story_key(0, step, key);
    story_check(story, ledger_inbox_find(story->txn, party, key, &row, &found, &story->err));
    assert_true(found);
    return row;
}

static size_t of_case(struct story *story, unsigned number)
{
    struct seen seen = {.count_max = 64};
    struct uuid id = story_case_id(number);
    story_check(story, ledger_each_of_case(story->txn, &id, see_entry, &seen, &story->err));
    return seen.count;
}

static struct seen of_message(struct story *story, unsigned step)
{
    struct seen seen = {.count_max = 64};
    uint8_t key[MESSAGE_KEY_SIZE];
    story_key(0, step, key);
    story_check(story, ledger_each_of_message(story->txn, key, see_entry, &seen, &story->err));
    return seen;
}

static bool open_case(struct story *story, unsigned number, struct uuid *id)
{
    uint8_t tag[16];
    bool found;
    story_tag(number, tag);
    story_check(story, ledger_open_case(story->txn, FLOW_PENSION_EMPLOYEE, tag, 520000, 440000,
                                        id, &found, &story->err));
    return found;
}

static void test_submission(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid id = story_case_id(0);
    struct uuid other;
    struct flow_case row;
    uint64_t first = story_out_id(0, 0, 0);
    uint8_t key[MESSAGE_KEY_SIZE];
    struct inbox_row entry;
    bool found;

    tell_step(story, 0);
    entry = inbox(story, STORY_CORE, 0);
    assert_int_equal(entry.seq, 5);
    assert_int_equal(entry.reply_seq, 0);
    assert_int_equal(entry.verdict, VERDICT_ACCEPTED);
    story_key(0, 0, key);
    assert_true(ledger_inbox_find(story->txn, STORY_PARTNER, key, &entry, &found, &story->err));
    assert_false(found); /* another party's messages are other messages */
    assert_true(ledger_get_case(story->txn, &id, &row, &found, &story->err));
    assert_true(found && row.state == PENSION_LETTER_SENT && row.version == 1);
    assert_true(open_case(story, 0, &other));
    assert_true(uuid_equal(&id, &other));
    assert_false(open_case(story, 1, &other));
    assert_true(
        ledger_case_by_trace(story->txn, 520000, row.trace, &other, &found, &story->err));
    assert_true(found && uuid_equal(&id, &other));
    assert_true(
        ledger_case_by_trace(story->txn, 520100, row.trace, &other, &found, &story->err));
    assert_false(found);
    assert_true(ledger_case_by_trace(story->txn, 520000, "", &other, &found, &story->err));
    assert_false(found);

    struct letter_row born = letter(story, first);
    assert_int_equal(born.letter.state, LETTER_NEW);
    assert_true(born.sealed_seq == 0 && born.sealed.size == 0 && born.outcome_seq == 0);
    assert_true(is_due(story, STORY_PARTNER, first, story_time(5)));
    assert_false(is_due(story, STORY_PARTNER, first, story_time(4)));
    assert_false(is_due(story, STORY_CORE, first, for_ever));
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == first);
    assert_true(lane_next(story, 0, STORY_PARTNER, first) == 0);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == 0);
    assert_int_equal(of_case(story, 0), 1);
}

static void test_letter_life(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t first = story_out_id(0, 0, 0);

    tell_step(story, 1);
    struct letter_row row = letter(story, first);
    assert_int_equal(row.letter.state, LETTER_READY);
    assert_int_equal(row.sealed_seq, story_seq(0, 1));
    assert_int_equal(row.sealed.use, BODY_SEALED);
    assert_int_equal(row.sealed.size, 400);
    assert_true(row.letter.created.ms == story_time(5).ms);
    assert_false(is_due(story, STORY_PARTNER, first, story_time(6)));
    assert_true(is_due(story, STORY_PARTNER, first, row.letter.due));
    abandon(story);

    tell_step(story, 3);
    row = letter(story, first);
    assert_int_equal(row.attempts, 1);
    assert_true(row.letter.due.ms == story_time(story_seq(0, 3)).ms + 60000);
    assert_true(is_due(story, STORY_PARTNER, first, row.letter.due));
    abandon(story);

    tell_step(story, 4);
    row = letter(story, first);
    assert_int_equal(row.letter.state, LETTER_DONE);
    assert_int_equal(row.verdict, VERDICT_ACCEPTED);
    assert_int_equal(row.outcome_seq, story_seq(0, 4));
    assert_int_equal(row.attempts, 2);
    assert_false(is_due(story, STORY_PARTNER, first, for_ever));
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == 0);
}

static void test_lanes(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint64_t to_core = story_out_id(0, 5, 0);
    uint64_t second = story_out_id(0, 5, 1);
    uint64_t third = story_out_id(0, 5, 2);

    tell_step(story, 5);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == to_core);
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == second);
    assert_true(lane_next(story, 0, STORY_PARTNER, second) == third);
    assert_true(lane_next(story, 0, STORY_PARTNER, third) == 0);
    assert_true(is_due(story, STORY_PARTNER, second, for_ever));
    assert_false(is_due(story, STORY_PARTNER, third, for_ever)); /* it waits */
    abandon(story);

    tell_step(story, 9); /* dead: a person must look, and what follows waits */
    assert_int_equal(letter(story, to_core).letter.state, LETTER_DEAD);
    assert_int_equal(letter(story, to_core).outcome_seq, story_seq(0, 9));
    assert_true(lane_next(story, 0, STORY_CORE, 0) == to_core);
    assert_false(is_due(story, STORY_CORE, to_core, for_ever));
    abandon(story);

    tell_step(story, 10); /* the person tries again */
    assert_int_equal(letter(story, to_core).letter.state, LETTER_NEW);
    assert_int_equal(letter(story, to_core).outcome_seq, 0);
    assert_true(lane_next(story, 0, STORY_CORE, 0) == to_core);
    assert_true(is_due(story, STORY_CORE, to_core, for_ever));
    abandon(story);

    tell_step(story, 14);
    assert_int_equal(letter(story, second).letter.state, LETTER_REFUSED);
    assert_int_equal(letter(story, second).verdict, VERDICT_REFUSED);
    assert_int_equal(letter(story, third).letter.state, LETTER_NEW);
    assert_true(lane_next(story, 0, STORY_PARTNER, 0) == third);
    assert_true(is_due(story, STORY_PARTNER, third, for_ever));
}

static void test_inbox(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    tell_step(story, 6); /* after the conflict, the first one stands */
    struct inbox_row row = inbox(story, STORY_PARTNER, 5);
    assert_int_equal(row.seq, story_seq(0, 5));
    assert_int_equal(row.reply_seq, 0);
    assert_int_equal(inbox(story, STORY_CORE, 0).reply_seq, story_seq(0, 2));
    abandon(story);
    tell_step(story, 7);
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 7));
    struct seen seen = of_message(story, 5);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seq[0], story_seq(0, 5));
    assert_int_equal(seen.seq[1], story_seq(0, 6));
    assert_int_equal(seen.seq[2], story_seq(0, 7));
    abandon(story);
    tell_step(story, 11); /* refused is terminal too */
    row = inbox(story, STORY_PARTNER, 11);
    assert_int_equal(row.verdict, VERDICT_REFUSED);
    assert_int_equal(row.seq, story_seq(0, 11));
}

/* The answer to a conflict is not the answer to the message; a second answer changes nothing.
 */
static void test_replies(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    story_tell(story, story_seq(0, 6));
    begin(story);
    assert_true(story_reply(story, 0, 5));
    story_add_verdict(story, VERDICT_CONFLICT, 0);
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, 0);
    assert_true(story_reply(story, 0, 5));
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 8));
    assert_true(story_reply(story, 0, 5));
    assert_true(story_append(story));
    assert_int_equal(inbox(story, STORY_PARTNER, 5).reply_seq, story_seq(0, 8));
    commit(story);
    expect_sound(story);
}

static void expect_deadline(struct story *story, int64_t now_ms, enum clock_kind kind)
{
    struct uuid id;
    struct uuid expected = story_case_id(0);
    uint8_t clock_kind = 0;
    bool found;
    struct instant now = {now_ms};
    story_check(story,
                ledger_next_deadline(story->txn, now, &id, &clock_kind, &found, &story->err));
    assert_int_equal(found, kind != CLOCK_NONE);
    if (found) {
        assert_true(uuid_equal(&id, &expected));
        assert_int_equal(clock_kind, kind);
    }
}

static void test_deadlines(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    int64_t opened = story_time(5).ms;
    tell_step(story, 0);
    expect_deadline(story, opened + 99999, CLOCK_NONE);
    expect_deadline(story, opened + 100000, CLOCK_D1);
    expect_deadline(story, -1, CLOCK_NONE);
    abandon(story);
    tell_step(story, 4);
    expect_deadline(story, opened + 799999, CLOCK_NONE);
    expect_deadline(story, INT64_MAX, CLOCK_D2);
    abandon(story);
    tell_step(story, 5); /* the paused one, due between, does not count */
    expect_deadline(story, opened + 300000, CLOCK_D3);
    abandon(story);
    tell_step(story, 8); /* passed */
    expect_deadline(story, opened + 800000, CLOCK_D2);
    abandon(story);
    tell_step(story, 12); /* moved */
    expect_deadline(story, opened + 899999, CLOCK_NONE);
    expect_deadline(story, opened + 900000, CLOCK_D2);
    abandon(story);
    tell_step(story, 16); /* over */
    expect_deadline(story, INT64_MAX, CLOCK_NONE);
}

static void test_closing(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct uuid id = story_case_id(0);
    struct flow_case row;
    bool found;
    tell_step(story, 15);
    assert_true(open_case(story, 0, &id));
    abandon(story);
    tell_step(story, 16);
    assert_false(open_case(story, 0, &id));
    assert_true(ledger_get_case(story->txn, &id, &row, &found, &story->err));
    assert_true(found && row.state == PENSION_CLOSED);
    assert_true(ledger_case_by_trace(story->txn, 520000, row.trace, &id, &found, &story->err));
    assert_true(found);
    assert_int_equal(of_case(story, 0), 16); /* all but the conflict */
}

static void add_case(struct story *story, unsigned person, uint8_t low, uint8_t state)
{
    struct flow_case flow_case = story_case(person, 0);
    memset(flow_case.case_id.bytes, low, 16);
    flow_case.state = state;
    snprintf(flow_case.trace, sizeof flow_case.trace, "T%u", low);
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    story_check(story, story_append(story));
}

static int holder(struct story *story)
{
    struct uuid id;
    return open_case(story, 0, &id) ? id.bytes[0] : -1;
}

/* Both sides open the same business: the lower id stays, in either order. */
static void test_open_twice(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    add_case(story, 0, 5, PENSION_NEW);
    assert_int_equal(holder(story), 5);
    add_case(story, 0, 7, PENSION_NEW);
    assert_int_equal(holder(story), 5);
    add_case(story, 0, 3, PENSION_NEW);
    assert_int_equal(holder(story), 3);
    add_case(story, 0, 5, PENSION_CANCELLED);
    assert_int_equal(holder(story), 3);
    add_case(story, 0, 3, PENSION_CLOSED);
    assert_int_equal(holder(story), -1);
    add_case(story, 0, 7, PENSION_LETTER_SENT);
    assert_int_equal(holder(story), 7);
    add_case(story, 1, 7, PENSION_LETTER_SENT); /* the person was corrected */
    assert_int_equal(holder(story), -1);
    add_case(story, 0, 2, PENSION_CLOSED); /* over as it begins */
    assert_int_equal(holder(story), -1);
    commit(story);
    expect_sound(story);
}

static void test_unknown_person(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct flow_case flow_case = story_case(0, 0);
    uint8_t nobody[16] = {0};
    struct uuid id;
    bool found;
    memset(flow_case.person_tag, 0, 16);
    begin(story);
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    assert_true(story_append(story));
    assert_true(ledger_open_case(story->txn, FLOW_PENSION_EMPLOYEE, nobody, 520000, 440000, &id,
                                 &found, &story->err));
    assert_false(found);
    commit(story);
    expect_sound(story);
}

static void test_parties(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    char id[PARTY_ID_SIZE];
    uint32_t number;
    bool found;
    story_tell(story, 3);
    begin(story);
    story_start(story, ENTRY_CONFIG); /* said again: fine */
    story_add_party(story, STORY_PARTNER, "hrss.440000");
    assert_true(story_append(story));
    commit(story);
    begin_read(story);
    assert_true(ledger_party_number(story->txn, "hrss.440000", &number, &found, &story->err));
    assert_true(found && number == STORY_PARTNER);
    assert_true(ledger_party_number(story->txn, "hrss.520000", &number, &found, &story->err));
    assert_true(found && number == 1);
    assert_true(ledger_party_number(story->txn, "hrss.999999", &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_number(story->txn, "", &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_number(story->txn, "0123456789012345678901234567890123456789",
                                    &number, &found, &story->err));
    assert_false(found);
    assert_true(ledger_party_id(story->txn, STORY_CORE, id, &found, &story->err));
    assert_true(found);
    assert_string_equal(id, "hrss.520000.core");
    assert_true(ledger_party_id(story->txn, 77, id, &found, &story->err));
    assert_false(found);
}

struct counted {
    size_t cases;
    size_t letters;
    size_t stop_at;
};

static bool count_case(void *self, const struct flow_case *row)
{
    struct counted *counted = self;
    assert_int_equal(row->flow, FLOW_PENSION_EMPLOYEE);
    return ++counted->cases < counted->stop_at;
}

static bool count_letter(void *self, const struct letter_row *row)
{
    struct counted *counted = self;
    assert_true(row->letter.out_id >= STORY_FIRST * 16);
    return ++counted->letters < counted->stop_at;
}

static void test_walks(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct counted counted = {.stop_at = 100};
    story_tell(story, story_seq(4, 5));
    begin_read(story);
    assert_true(ledger_each_case(story->txn, count_case, &counted, &story->err));
    assert_true(ledger_each_letter(story->txn, count_letter, &counted, &story->err));
    assert_int_equal(counted.cases, 5);
    assert_int_equal(counted.letters, 5 * 4);
    counted = (struct counted){.stop_at = 2};
    assert_true(ledger_each_case(story->txn, count_case, &counted, &story->err));
    assert_true(ledger_each_letter(story->txn, count_letter, &counted, &story->err));
    assert_int_equal(counted.cases, 2);
    assert_int_equal(counted.letters, 2);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_submission), BOTH(test_letter_life), BOTH(test_lanes),
        BOTH(test_inbox),      BOTH(test_replies),     BOTH(test_deadlines),
        BOTH(test_closing),    BOTH(test_open_twice),  BOTH(test_unknown_person),
        BOTH(test_parties),    BOTH(test_walks),
    };
    return cmocka_run_group_tests_name("ledger consequences", tests, NULL, NULL);
}
