/* engine_order_test.c - a sender keeps one unreceipted letter of a case per party (foundations
 * 9), whatever happens to it: an adversary from a seed crashes the process, undoes commits,
 * loses reports, repeats them, kills letters, retries and closes them, and moves the clock. */
#include "unit.h"

#include "engine_fixture.h"

enum { CASES_MAX = 8, STEPS = 500, SEEDS = 40, UNDER_WAY_MAX = 256, LETTERS_SEEN_MAX = 256 };

/* Each case has home OUT; documents go to the partner, copies of the letter to the core. */
static const uint16_t documents[] = {ACTION_ACCEPTANCE, ACTION_FORM, ACTION_FUND_ADVICE};

struct story {
    uint64_t random;
    unsigned cases;
    unsigned submitted[CASES_MAX];
    struct letter_row under_way[UNDER_WAY_MAX]; /* handed out, not reported */
    size_t under_way_count;
    struct letter_row letters[LETTERS_SEEN_MAX]; /* as the ledger has them now, by out_id */
    size_t letter_count;
    /* how often each thing happened, to know that it did */
    unsigned sent;
    unsigned crashed;
    unsigned undone;
    unsigned died;
    unsigned closed;
    unsigned retried;
};

static struct story story;

static uint64_t chance(uint64_t of)
{
    story.random ^= story.random << 13;
    story.random ^= story.random >> 7;
    story.random ^= story.random << 17;
    return story.random % of;
}

/* --- what must hold -------------------------------------------------------------------------
 */

static bool keep_letter(void *self, const struct letter_row *row)
{
    (void)self;
    assert_true(story.letter_count < LETTERS_SEEN_MAX);
    story.letters[story.letter_count++] = *row;
    return true;
}

static void read_letters(void)
{
    struct ledger_txn *txn = NULL;

    story.letter_count = 0;
    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_each_letter(txn, keep_letter, NULL, &bench.err));
    ledger_abort(txn);
}

static bool same_lane(const struct letter_row *a, const struct letter_row *b)
{
    return a->letter.party == b->letter.party &&
           uuid_equal(&a->letter.case_id, &b->letter.case_id);
}

static bool has_ended(const struct letter_row *row)
{
    return row->letter.state == LETTER_DONE || row->letter.state == LETTER_REFUSED ||
           row->letter.state == LETTER_CLOSED;
}

/* In each lane what has ended comes first, then at most one that may move or is dead, and all
 * behind it wait. */
static void check_lanes(void)
{
    read_letters();
    for (size_t i = 0; i < story.letter_count; i++) {
        const struct letter_row *row = &story.letters[i];
        bool first = true;

        for (size_t k = 0; k < i && first; k++)
            first = !same_lane(&story.letters[k], row) || has_ended(&story.letters[k]);
        if (has_ended(row))
            assert_true(first);
        else if (first)
            assert_int_not_equal(row->letter.state, LETTER_WAITING);
        else
            assert_int_equal(row->letter.state, LETTER_WAITING);
    }
}

/* A letter leaves the house, or is about to be written. */
static void check_handed(const struct letter_row *row)
{
    for (size_t i = 0; i < story.letter_count; i++) {
        const struct letter_row *other = &story.letters[i];
        if (same_lane(other, row) && other->letter.out_id < row->letter.out_id)
            assert_true(has_ended(other));
    }
    for (size_t i = 0; i < story.under_way_count; i++)
        assert_false(same_lane(&story.under_way[i], row));
    story.sent += row->letter.state == LETTER_READY;
}

/* --- what happens ---------------------------------------------------------------------------
 */

static void open_case(void)
{
    uint64_t to_core;

    if (story.cases == CASES_MAX)
        return;
    (void)open_out(story.cases + 1, &to_core);
    story.cases++;
}

static void submit_document(void)
{
    unsigned number = story.cases > 0 ? (unsigned)chance(story.cases) : 0;
    uint16_t action;

    if (story.cases == 0 || story.submitted[number] == COUNT_OF(documents))
        return;
    action = documents[story.submitted[number]++];
    apply(submission(action, 1, document_out(action, number + 1)));
}

static void hand_out(void)
{
    dispatch();
    read_letters();
    for (size_t i = 0; i < bench.handed_count; i++) {
        check_handed(&bench.handed[i]);
        assert_true(story.under_way_count < UNDER_WAY_MAX);
        story.under_way[story.under_way_count++] = bench.handed[i];
    }
}

static struct work *report_of(const struct letter_row *row)
{
    uint64_t out_id = row->letter.out_id;
    struct work *work;

    if (row->letter.state == LETTER_NEW) {
        if (chance(4) > 0)
            return sealed(out_id, "a letter's bytes");
        work = work_new(WORK_UNTRANSLATED);
        work->out_id = out_id;
        work->park = chance(2) == 0;
        return work;
    }
    if (chance(2) == 0)
        return outcome(out_id, chance(5) == 0 ? VERDICT_REFUSED : VERDICT_ACCEPTED, "FLW-01");
    work = attempt(out_id);
    work->park = chance(3) == 0;
    work->reached = chance(2) == 0;
    work->http_status = work->reached ? (chance(2) == 0 ? 429 : 503) : 0;
    work->retry_after_ms = work->reached ? (int64_t)chance(20000) : 0;
    return work;
}

/* Applied and then undone, as when the disk is full. */
static void undo(struct work *work)
{
    struct ledger_txn *txn = NULL;

    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_apply(bench.engine, txn, work, &bench.err));
    ledger_abort(txn);
    story.undone++;
}

static void report(void)
{
    struct letter_row row;
    struct work *work;
    size_t which;

    if (story.under_way_count == 0)
        return;
    which = (size_t)chance(story.under_way_count);
    row = story.under_way[which];
    work = report_of(&row);
    if (chance(8) == 0)
        undo(again(work));
    if (chance(16) ==
        0) { /* it could not be written at all: the letter is free, after a rest */
        engine_release(bench.engine, row.letter.out_id);
    } else {
        apply(work);
        if (chance(8) == 0)
            apply(again(work)); /* and once more */
        story.died += letter(row.letter.out_id).letter.state == LETTER_DEAD;
    }
    story.under_way[which] = story.under_way[--story.under_way_count];
}

/* A report of a letter that nobody holds: of another life, or invented. */
static void stray_report(void)
{
    const struct letter_row *row;

    if (story.letter_count == 0)
        return;
    row = &story.letters[chance(story.letter_count)];
    for (size_t i = 0; i < story.under_way_count; i++)
        if (story.under_way[i].letter.out_id == row->letter.out_id)
            return;
    apply(chance(2) == 0 ? attempt(row->letter.out_id)
                         : sealed(row->letter.out_id, "other bytes"));
}

static void operate(enum work_kind kind)
{
    const struct letter_row *row;
    struct work *work;

    if (story.letter_count == 0)
        return;
    row = &story.letters[chance(story.letter_count)];
    work = work_new(kind);
    work->out_id = row->letter.out_id;
    if (chance(6) == 0)
        undo(again(work));
    apply(work);
    if (work->result.verdict == VERDICT_ACCEPTED)
        ++*(kind == WORK_LETTER_CLOSE ? &story.closed : &story.retried);
}

static void crash_now(void)
{
    bench_crash();
    story.under_way_count = 0;
    story.crashed++;
}

static void step(void)
{
    switch (chance(16)) {
    case 0:
        open_case();
        break;
    case 1:
    case 2:
        submit_document();
        break;
    case 3:
        if (chance(4) == 0)
            crash_now();
        break;
    case 4:
        operate(WORK_LETTER_RETRY);
        break;
    case 5:
        operate(WORK_LETTER_CLOSE);
        break;
    case 6:
        stray_report();
        break;
    case 7:
    case 8:
        bench.now.ms += (int64_t)chance(90000);
        break;
    case 9:
    case 10:
    case 11:
        hand_out();
        break;
    default:
        report();
    }
    check_lanes();
}

/* --- to the end -----------------------------------------------------------------------------
 */

static void end_letter(const struct letter_row *row)
{
    struct work *work;

    switch (row->letter.state) {
    case LETTER_DEAD:
        work = work_new(row->letter.out_id % 32 == 0 ? WORK_LETTER_CLOSE : WORK_LETTER_RETRY);
        work->out_id = row->letter.out_id;
        apply(work);
        break;
    case LETTER_NEW:
        apply(sealed(row->letter.out_id, "a letter's bytes"));
        break;
    case LETTER_READY:
        apply(outcome(row->letter.out_id, VERDICT_ACCEPTED, ""));
        break;
    default:
        break;
    }
}

/* Nothing is stuck: whoever deals with what is dead gets every letter to its end. */
static void bring_to_rest(void)
{
    bool open = true;

    for (int round = 0; open; round++) {
        assert_true(round < 40);
        check_lanes();
        open = false;
        for (size_t i = 0; i < story.letter_count; i++) {
            open = open || !has_ended(&story.letters[i]);
            end_letter(&story.letters[i]);
        }
    }
}

static void test_one_at_a_time(void **state)
{
    struct story sum = {0};

    (void)state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        bench_create();
        bench_open_engine();
        memset(&story, 0, sizeof(story));
        story.random = seed * UINT64_C(0x9e3779b97f4a7c15);
        for (int i = 0; i < STEPS; i++)
            step();
        bring_to_rest();
        bench_verify();
        bench_destroy();
        sum.sent += story.sent;
        sum.crashed += story.crashed;
        sum.undone += story.undone;
        sum.died += story.died;
        sum.closed += story.closed;
        sum.retried += story.retried;
    }
    /* It was no idle talk. */
    assert_true(sum.sent > 1000);
    assert_true(sum.crashed > 100);
    assert_true(sum.undone > 100);
    assert_true(sum.died > 100);
    assert_true(sum.closed > 50);
    assert_true(sum.retried > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_at_a_time)};
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
