/* ledger_open_work_test.c - walks over open work see exactly what a walk over everything calls
 * open, whatever the size of the portions. */
#include "unit.h"

#include "ledger_bench.h"

enum { SEEN_MAX = 256 };

struct open_work {
    uint64_t letters[SEEN_MAX];
    size_t letter_count;
    struct uuid cases[SEEN_MAX];
    size_t case_count;
    bool all;      /* take what has ended too */
    size_t budget; /* the visitor says stop when it reaches 0; 0 at first: never */
};

static bool see_letter(void *self, const struct letter_row *row)
{
    struct open_work *seen = self;
    bool ended = row->letter.state == LETTER_DONE || row->letter.state == LETTER_REFUSED;

    assert_true(seen->letter_count < SEEN_MAX);
    assert_true(seen->all || !ended);
    if (!ended)
        seen->letters[seen->letter_count++] = row->letter.out_id;
    return seen->budget == 0 || --seen->budget > 0;
}

static bool see_case(void *self, const struct flow_case *row)
{
    struct open_work *seen = self;
    bool ended = flow_state_ends(flow_find(row->flow), row->state);

    assert_true(seen->case_count < SEEN_MAX);
    assert_true(seen->all || !ended);
    if (!ended)
        seen->cases[seen->case_count++] = row->case_id;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct uuid));
}

static void sort(struct open_work *seen)
{
    qsort(seen->letters, seen->letter_count, sizeof(seen->letters[0]), by_number);
    qsort(seen->cases, seen->case_count, sizeof(seen->cases[0]), by_bytes);
}

static void walk_portions(struct story *story, size_t portion, struct open_work *seen)
{
    struct ledger_position position = {0};
    bool more = true;

    *seen = (struct open_work){.all = false};
    while (more) {
        begin_read(story);
        story_check(story, ledger_open_letters(story->txn, &position, portion, see_letter, seen,
                                               &more, &story->err));
        abandon(story);
    }
    position = (struct ledger_position){0};
    for (more = true; more;) {
        begin_read(story);
        story_check(story, ledger_open_cases(story->txn, &position, portion, see_case, seen,
                                             &more, &story->err));
        abandon(story);
    }
    sort(seen);
}

/* Those of each flow, role and state, one after the other, are all that are open. */
static void check_states(struct story *story, const struct open_work *whole)
{
    static struct open_work parts;

    parts = (struct open_work){.all = false};
    begin_read(story);
    for (size_t i = 0; flows[i] != NULL; i++)
        for (unsigned role = 0; role < ROLES; role++)
            for (unsigned state = 0; state < flows[i]->state_count; state++)
                if (!flow_state_ends(flows[i], state))
                    story_check(story, ledger_each_in_state(story->txn, flows[i]->number,
                                                            (uint8_t)role, (uint8_t)state,
                                                            see_case, &parts, &story->err));
    abandon(story);
    sort(&parts);
    assert_int_equal(parts.case_count, whole->case_count);
    assert_memory_equal(parts.cases, whole->cases, sizeof(whole->cases));
}

static void check_size(struct story *story)
{
    static struct open_work whole;
    static struct open_work parts;

    begin_read(story);
    whole = (struct open_work){.all = true};
    story_check(story, ledger_each_letter(story->txn, see_letter, &whole, &story->err));
    story_check(story, ledger_each_case(story->txn, see_case, &whole, &story->err));
    abandon(story);
    sort(&whole);
    check_states(story, &whole);
    for (size_t portion = 1; portion < 40; portion += 6) {
        walk_portions(story, portion, &parts);
        assert_int_equal(parts.letter_count, whole.letter_count);
        assert_int_equal(parts.case_count, whole.case_count);
        assert_memory_equal(parts.letters, whole.letters, sizeof(whole.letters));
        assert_memory_equal(parts.cases, whole.cases, sizeof(whole.cases));
    }
}

/* Some cases ended, one in the middle: at every entry of the last one. */
static void test_portions(void **state)
{
    struct story *story = *state;

    check_size(story);
    for (unsigned step = 0; step < STORY_STEPS; step++) {
        story_tell(story, story_seq(5, step));
        check_size(story);
    }
}

static void test_stop(void **state)
{
    struct story *story = *state;
    struct ledger_position position = {0};
    struct open_work seen = {.budget = 1};
    bool more = false;

    story_tell(story, story_seq(0, 3));
    begin_read(story);
    story_check(story, ledger_open_letters(story->txn, &position, 100, see_letter, &seen, &more,
                                           &story->err));
    assert_int_equal(seen.letter_count, 1);
    assert_true(position.size > 0);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {BOTH(test_portions), BOTH(test_stop)};

    return cmocka_run_group_tests_name("ledger open work", tests, NULL, NULL);
}
